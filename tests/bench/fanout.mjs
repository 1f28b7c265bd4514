// fanout.mjs: one message to many over TLS, through front, keeper and PostgreSQL, against the floor.
//
//   ./dev bench fanout [--connections 1000,10000] [--repetitions 3] [--messages 20] [--fronts 1] [--settle MS] [--json FILE]
// Both have their clients at the same time and take turns, so that a busy machine is as unkind to the one as to the
// other; the floor sends messages of the same length. Figures are medians. CPU is the run time of all of the server's
// processes, PostgreSQL included; on loopback the receiver's half of TCP runs inside the sender's write.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { checked, cpu, Floor, median, memory, serverLoad, startServer, Table } from './lib/bench.mjs';
import { peers } from './lib/peers.mjs';

const { values } = parseArgs({ options: {
	connections: { type: 'string', default: '1000,10000' }, repetitions: { type: 'string', default: '3' },
	messages: { type: 'string', default: '20' }, fronts: { type: 'string', default: '1' }, settle: { type: 'string', default: '4000' }, json: { type: 'string' },
} });
const SIZES = values.connections.split(',').map(Number), REPETITIONS = Number(values.repetitions), MESSAGES = Number(values.messages);
const BURST = 16;

/** System calls that write, as the kernel counts them. */
function writes(pids) {
	return pids.reduce((sum, pid) => sum + Number(fs.readFileSync(`/proc/${pid}/io`, 'utf8').match(/^syscw: (\d+)/m)[1]), 0);
}

/** One side: who is measured, and its clients. */
class Side {
	constructor(name, pids, load) {
		Object.assign(this, { name, pids, load, setUp: [], seconds: [] });
	}

	async connect(n) {
		const before = cpu(this.pids()), made = checked(this.name, await this.load.order(`connect n=${n}`));
		if (made.open !== n) throw new Error(`${this.name}: ${made.open} of ${n} are connected after ${made.seconds} s`);
		this.setUp.push((cpu(this.pids()) - before) / n);
		this.seconds.push(made.seconds);
	}

	async publish(order) {
		const before = cpu(this.pids()), run = checked(this.name, await this.load.order(`publish ${order}`));
		const us = cpu(this.pids()) - before;
		return { ...run, us: us / run.deliveries, told: us / (run.deliveries + run.others) };
	}
}

/** How often the front calls epoll_ctl for one delivery; undefined without strace. */
async function epollCalls(server, side) {
	if (spawnSync('strace', ['-V']).error) return undefined;
	const strace = spawn('strace', ['-c', '-e', 'trace=epoll_ctl', ...server.pids('front').flatMap((pid) => ['-p', String(pid)])], { stdio: ['ignore', 'ignore', 'pipe'] });
	let text = '';
	strace.stderr.on('data', (part) => (text += part));
	for (let i = 0; i < 100 && !text.includes('attached'); i++) await sleep(50);
	const run = await side.publish(`n=5`);
	strace.kill('SIGINT');
	await once(strace, 'exit');
	return Number(text.match(/(\d+)(?:\s+\d+)?\s+epoll_ctl/)?.[1] ?? 0) / run.deliveries;
}

/** Where we are: at 10,000 it takes a while. */
const stage = (text) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`);

async function measure(n, fronts) {
	const server = await startServer({ fronts }), floor = await Floor.start();
	const table = new Table(`${n} subscribers, ${fronts} front${fronts > 1 ? 's' : ''}, TLS 1.3`);
	try {
		const s = new Side('server', () => server.family().map((p) => p.pid), await serverLoad(server));
		const front = () => server.pids('front');
		await s.load.order('senders n=1');
		const { bytes } = (await s.load.order('connect n=1'), await s.publish('n=2'));
		await s.load.order('leave');
		const f = new Side('floor', () => floor.pids, floor.load(bytes));
		await f.load.order('senders n=1');

		stage(`${n}: connecting`);
		const empty = memory(front()), bare = memory(floor.pids);
		for (let i = 0; i < (n > 2000 ? 1 : REPETITIONS); i++) {
			await f.load.order('leave');
			await f.connect(n);
			await s.load.order('leave');
			await s.connect(n);
		}
		await s.load.order(`settle ms=${values.settle / 2}`);
		const perClient = (memory(front()) - empty) / n, perBare = (memory(floor.pids) - bare) / n;
		const idle = cpu(s.pids()), began = performance.now();
		await s.load.order(`settle ms=${values.settle}`);
		const idleCpu = (cpu(s.pids()) - idle) / (performance.now() - began) / 10;

		const one = [], burst = [], oneFloor = [], burstFloor = [], oneFront = [], oneWrites = [], burstWrites = [], gathered = [];
		for (let i = 0; i < REPETITIONS; i++) {
			stage(`${n}: repetition ${i + 1} of ${REPETITIONS}`);
			oneFloor.push(await f.publish(`n=${MESSAGES}`));
			let w = writes(front()), c = cpu(front());
			one.push(await s.publish(`n=${MESSAGES}`));
			oneFront.push((cpu(front()) - c) / one.at(-1).deliveries);
			oneWrites.push((writes(front()) - w) / (one.at(-1).deliveries + one.at(-1).others));
			const bursts = `n=${BURST * (n > 2000 ? 2 : 8)} window=${BURST} burst=${BURST}`;
			burstFloor.push(await f.publish(bursts));
			gathered.push(await f.publish(`n=${MESSAGES} pad=${(BURST / 2 - 1) * bytes}`)); // half a burst in one write, as TLS records allow
			w = writes(front());
			burst.push(await s.publish(bursts));
			burstWrites.push((writes(front()) - w) / burst.at(-1).deliveries);
		}
		stage('');
		const of = (runs, name) => median(runs.map((r) => r[name]));
		const steady = n > 2000 ? await s.publish('n=100 rate=20 burst=5') : undefined;
		const calls = await epollCalls(server, s);
		const before = cpu(s.pids()), heard = await s.load.order('inbound n=200');
		const inbound = (cpu(s.pids()) - before) / heard.messages / 1000;
		await s.load.order('leave');
		await s.connect(n);

		table.add('bytes of a message', bytes);
		table.add('one at a time: CPU per delivery', of(one, 'us'), { unit: 'µs' });
		table.add('    of it in the front', median(oneFront), { unit: 'µs' });
		table.add('    floor', of(oneFloor, 'us'), { unit: 'µs' });
		table.add('1  CPU per delivery / floor', of(one, 'us') / of(oneFloor, 'us'), { goal: 1.25 });
		table.tell('   the same, beats and pings counted as deliveries / floor', of(one, 'told') / of(oneFloor, 'us'));
		table.tell('   front alone / floor', median(oneFront) / of(oneFloor, 'us'));
		table.add(`bursts of ${BURST}: CPU per delivery`, of(burst, 'us'), { unit: 'µs' });
		table.add('    floor', of(burstFloor, 'us'), { unit: 'µs' });
		table.tell(`    floor, if it were handed ${BURST / 2} messages as one`, of(gathered, 'us') / (BURST / 2), 'µs');
		table.add('3  bursts: CPU per delivery / floor', of(burst, 'us') / of(burstFloor, 'us'), { goal: 0.2 });
		table.add('4  writes per delivery, beat or ping, one at a time', median(oneWrites), { goal: 1.02 });
		table.add('   writes per delivery, bursts', median(burstWrites));
		table.add('4  epoll_ctl per delivery', calls ?? NaN, { goal: calls === undefined ? undefined : 0.05, note: calls === undefined ? 'skipped: no strace' : '' });
		if (steady) {
			table.add('5  20 messages/s in fives: delivery p99', steady.delivery_p99, { unit: 'ms', goal: 400 });
			table.add('6  the same: submit to durable answer p99', steady.answer_p99, { unit: 'ms', goal: 20 });
		}
		table.add('submit to the last subscriber, median', of(one, 'last_p50'), { unit: 'ms' });
		table.add('    floor', of(oneFloor, 'last_p50'), { unit: 'ms' });
		table.add('7  submit to the last subscriber / floor', of(one, 'last_p50') / of(oneFloor, 'last_p50'), { goal: 1.25 });
		table.add('10 memory of the front per idle connection', perClient, { unit: 'KiB', goal: 24 });
		table.add('    floor', perBare, { unit: 'KiB' });
		table.add('set-up CPU per connection', median(s.setUp), { unit: 'µs' });
		table.add('    floor', median(f.setUp), { unit: 'µs' });
		table.add('11 set-up CPU / floor', median(s.setUp) / median(f.setUp), { goal: 1.25 });
		table.add(`11 ${n} reconnect at once`, s.seconds.at(-1), { unit: 's', goal: n >= 10000 ? 15 : undefined });
		table.add('12 one inbound message, CPU', inbound, { unit: 'ms', goal: 0.1 });
		table.add('idle: share of one core (beats, pings, renewals, PostgreSQL)', idleCpu, { unit: '%' });
		await s.load.stop();
		await f.load.stop();
	} catch (why) {
		console.error(`${n} subscribers: ${why.message}`); // before the rest, which takes a while to stop
		throw why;
	} finally {
		await floor.stop();
		await server.stop();
	}
	table.print();
	return table;
}

const tables = [];
for (const n of SIZES) tables.push(await measure(n, Number(values.fronts)));
peers(SIZES.at(-1));
if (values.json) fs.writeFileSync(values.json, JSON.stringify(tables, null, '\t'));
const missed = tables.flatMap((t) => t.missed());
console.log(`\n${missed.length ? `${missed.length} goals missed` : 'every goal met'}`);
