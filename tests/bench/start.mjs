// start.mjs: from the command to "ready", and what an entry costs as the ledger grows.
//
//   ./dev bench start [--entries 20000] [--repetitions 3]
// The first start of all makes a PostgreSQL cluster; an orderly stop leaves a snapshot, a killed server leaves the last
// one and a tail to read. When there is none, the whole ledger is read. Each start is measured from the fork to the line
// that says ready. While the ledger is filled, the processor time of keeper and PostgreSQL for an entry is counted in its
// first tenth and in its last.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { Ledger } from '../integration/lib/ledger.mjs';
import { scratch, until } from '../integration/lib/server.mjs';
import { checked, cpu, median, serverLoad, startServer, Table } from './lib/bench.mjs';

const { values } = parseArgs({ options: { entries: { type: 'string', default: '20000' }, repetitions: { type: 'string', default: '3' } } });
const N = Number(values.entries), REPETITIONS = Number(values.repetitions), TENTH = Math.ceil(N / 10);
const state = path.join(scratch(), 'state');

let entries, running;
async function started() {
	const began = performance.now();
	running = await startServer({ state });
	return [running, (performance.now() - began) / 1000];
}

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

/** Nobody has time for anything: not for a snapshot, and PostgreSQL dies with its server. */
async function killed(server) {
	const all = server.family().map((p) => p.pid);
	for (const pid of all) process.kill(pid, 'SIGKILL');
	await server.ended;
	await until(() => !all.some((pid) => fs.existsSync(`/proc/${pid}`)), 'all of it has ended');
}

/** No snapshot in the database, none on disk, and the keeper stands still, so that it makes no other; PostgreSQL has written
 * all that it knows, so that its own recovery takes no time. */
async function forgotten(server) {
	server.signal('keeper', 'SIGSTOP');
	const ledger = new Ledger(server);
	await ledger.rows('delete from ledger.snapshot', 'admin');
	await ledger.rows('checkpoint', 'admin').catch(() => { /* not its right: a moment more of recovery */ });
	fs.rmSync(path.join(state, 'journal/state'), { force: true });
	await killed(server);
}

/** So many entries more. @returns microseconds of keeper and PostgreSQL for each, and entries a second */
async function fill(server, load, n) {
	const working = () => server.family().filter((p) => /:keeper\b|postgres/.test(p.args)).map((p) => p.pid);
	const pids = working(), before = cpu(pids), began = performance.now();
	for (let left = n, pauses = 0; left > 0;) {
		const run = await load.order(`publish n=${Math.min(left, 20_000)} window=256 until=answered`);
		checked('fill', { ...run, refused: 0 });
		left -= run.messages - run.refused;
		if (!run.refused) continue;
		// a commit took too long for the server, because somebody else had the disk: it says so, and we come back
		if (++pauses > 20) throw new Error(`fill: ${run.refused} refused`);
		await load.order('settle ms=5000');
	}
	return { us: (cpu(pids) - before) / n, rate: n / ((performance.now() - began) / 1000) };
}

const table = new Table('from the command to "ready"');
try {
	const [server, first] = await started();
	table.tell('the first start: a cluster, the schema, keys, the directory', first, 's');
	await server.stop({ keep: true });
	table.tell('a start with a ledger that has the directory only', await starts(), 's');

	const [full] = await started(), load = await serverLoad(full);
	await load.order('senders n=4');
	await load.order('publish n=1000 window=256 until=answered'); // caches are warm
	const young = await fill(full, load, TENTH);
	if (N > 2 * TENTH) await fill(full, load, N - 2 * TENTH);
	const old = await fill(full, load, TENTH);
	await load.stop();
	table.tell('processor time of keeper and PostgreSQL, an entry of the first tenth', young.us, 'us', `${Math.round(young.rate)} entries/s`);
	table.tell('an entry of the last tenth', old.us, 'us', `${Math.round(old.rate)} entries/s`);
	table.add('the last against the first: the ledger ten times as long', old.us / young.us, { goal: 1.25 });

	await killed(full);
	const [recovered, seconds] = await started();
	table.tell(`after kill -9 of everything, with ${N} more entries`, seconds, 's');
	await recovered.stop({ keep: true });
	const quick = await starts();
	table.add('after an orderly stop, with as many entries', quick, { goal: 5, unit: 's' });

	const [again] = await started();
	await forgotten(again);
	const [whole, slow] = await started();
	table.tell('without a snapshot: the whole ledger is read', slow, 's');
	table.add('… as a multiple of a start with one', slow / quick, { goal: 10, least: true });
	await whole.stop({ keep: true });
	table.tell('entries in the ledger', entries);
} catch (why) {
	if (running?.process.exitCode === null) await killed(running);
	throw why;
} finally {
	fs.rmSync(path.dirname(state), { recursive: true, force: true });
}
table.print();
