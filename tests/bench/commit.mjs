// commit.mjs: what group commit gains, end to end: from submitting over the wire to the answer that it is recorded.
//
//   ./dev bench commit [--seconds 3] [--repetitions 3]
// N in flight: N messages are without their answer at any time; each is answered after COMMIT. With one in flight every
// message is a transaction of its own: that is what the others are compared with. And against the bare commit of one
// row by the same code (bench_commit), on a cluster of its own.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { build } from '../integration/lib/server.mjs';
import { checked, cpu, median, serverLoad, startServer, Table } from './lib/bench.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '3' }, repetitions: { type: 'string', default: '3' } } });
const GOALS = new Map([[16, 5], [64, 10], [256, 15]]);
const contract = (name) => path.join(build, 'tests/contract', name);

const bare = execFileSync(contract('with_cluster'), [contract('bench_commit'), '1'], { encoding: 'utf8' });
const [, bareRate, bareMs] = bare.match(/^ +1 +(\d+) entries\/s +p50 +([\d.]+) ms/m).map(Number);

const server = await startServer();
const table = new Table('submitted over TLS, answered when it is recorded; nobody listens');
try {
	const load = await serverLoad(server);
	await load.order('senders n=4');
	await load.order('publish n=200 window=16 until=answered'); // the server knows its way
	const runs = new Map([1, ...GOALS.keys()].map((n) => [n, []]));
	const pids = server.family().map((p) => p.pid);
	let rate = 300;
	for (let i = 0; i < Number(values.repetitions); i++)
		for (const [inFlight, list] of runs) {
			const n = Math.min(60_000, Math.max(20 * inFlight, Math.round((rate * Number(values.seconds)) / Number(values.repetitions))));
			const before = cpu(pids), run = checked('commit', await load.order(`publish n=${n} window=${inFlight} until=answered`));
			list.push({ ...run, rate: run.messages / run.seconds, us: (cpu(pids) - before) / run.messages });
			rate = list.at(-1).rate * (inFlight === 256 ? 0.05 : 2); // a guess of the next one's
		}
	const of = (n, name) => median(runs.get(n).map((r) => r[name]));
	table.tell('one row by itself, without a server', bareRate, '/s');
	table.tell('    p50', bareMs, 'ms');
	for (const n of runs.keys()) {
		table.tell(`${n} in flight`, of(n, 'rate'), '/s');
		table.tell('    CPU for a message, of all processes', of(n, 'us'), 'µs');
		table.tell('    p50', of(n, 'answer_p50'), 'ms');
		table.tell('    p99', of(n, 'answer_p99'), 'ms');
		if (GOALS.has(n)) table.add(`   ${n} in flight / 1 in flight`, of(n, 'rate') / of(1, 'rate'), { goal: GOALS.get(n), least: true });
	}
	table.add('8  idle answer p50 / p50 of one row by itself', of(1, 'answer_p50') / bareMs, { goal: 5 });
	table.add('9  durable submissions with 256 in flight', of(256, 'rate'), { goal: 10000, least: true, unit: '/s' });
	table.add('9  the same / one row by itself', of(256, 'rate') / bareRate, { goal: 3, least: true });
	await load.stop();
} finally {
	await server.stop();
}
table.print();
