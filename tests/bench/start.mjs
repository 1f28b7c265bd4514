// start.mjs: from the command to "ready".
//
//   ./dev bench start [--entries 20000] [--repetitions 3]
// The first start of all makes a PostgreSQL cluster; an orderly stop leaves a snapshot, a killed server leaves the last
// one and a tail to read. Each start is measured from the fork to the line that says ready.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { scratch, until } from '../integration/lib/server.mjs';
import { checked, median, serverLoad, startServer, Table } from './lib/bench.mjs';

const { values } = parseArgs({ options: { entries: { type: 'string', default: '20000' }, repetitions: { type: 'string', default: '3' } } });
const N = Number(values.entries), REPETITIONS = Number(values.repetitions);
const state = path.join(scratch(), 'state');

async function started() {
	const began = performance.now(), server = await startServer({ state });
	return [server, (performance.now() - began) / 1000];
}

let entries;
/** Start and stop a few times. */
async function starts() {
	const times = [];
	for (let i = 0; i < REPETITIONS; i++) {
		const [server, seconds] = await started();
		times.push(seconds);
		entries = (await server.request('GET', '/api/me', { credential: server.credential('AIRU', 'duty officer') })).json.tip + 1;
		await server.stop({ keep: true });
	}
	return median(times);
}

const table = new Table('from the command to "ready"');
try {
	const [server, first] = await started();
	table.tell('the first start: a cluster, the schema, keys, the directory', first, 's');
	await server.stop({ keep: true });
	table.tell('a start with a ledger that has the directory only', await starts(), 's');

	const [full] = await started(), load = await serverLoad(full);
	await load.order('senders n=4');
	for (let left = N; left > 0; left -= 20_000) checked('fill', await load.order(`publish n=${Math.min(left, 20_000)} window=256 until=answered`));
	await load.stop();
	// the worst case: nobody had time to write a snapshot, and PostgreSQL died with its server
	const all = full.family().map((p) => p.pid);
	for (const pid of all) process.kill(pid, 'SIGKILL');
	await full.ended;
	await until(() => !all.some((pid) => fs.existsSync(`/proc/${pid}`)), 'all of it has ended');
	const [recovered, seconds] = await started();
	table.tell(`after kill -9 of everything, with ${N} more entries`, seconds, 's');
	await recovered.stop({ keep: true });
	table.tell('after an orderly stop, with as many entries', await starts(), 's');
	table.tell('entries in the ledger', entries);
} finally {
	fs.rmSync(path.dirname(state), { recursive: true, force: true });
}
table.print();
