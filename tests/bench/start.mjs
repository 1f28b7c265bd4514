// start.mjs: from the command to "ready" with a long ledger, and what an entry costs as it grows.
//
//   ./dev bench start [--entries 20000] [--repetitions 3] [--state DIR]
// The first start of all makes a PostgreSQL cluster. The ledger is filled by bench_seed (decided, sealed and appended as the
// keeper does it), first to a tenth: there, and at the end, messages are sent and the processor time of keeper and
// PostgreSQL for an entry is counted. An orderly stop leaves a copy of the state, a killed server the last one and a tail to
// read; when there is none, the whole ledger is read. Each start is measured from the fork to the line that says ready. With
// --state the ledger stays, and the next run goes on from there.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { Ledger } from '../integration/lib/ledger.mjs';
import { build, scratch, until } from '../integration/lib/server.mjs';
import { checked, cpu, median, memory, serverLoad, startServer, Table } from './lib/bench.mjs';

const { values } = parseArgs({ options: { entries: { type: 'string', default: '20000' }, repetitions: { type: 'string', default: '3' }, state: { type: 'string' } } });
const N = Number(values.entries), REPETITIONS = Number(values.repetitions), SENT = Math.min(10_000, Math.ceil(N / 4));
const state = values.state ?? path.join(scratch(), 'state');
const seed = (n) => execFileSync(path.join(build, 'tests/unit/domain/bench_seed'), [state, String(n)], { stdio: ['ignore', 'ignore', 'inherit'] });

let running;
async function started() {
	const began = performance.now();
	running = await startServer({ state, patience: 500_000 });
	return [running, (performance.now() - began) / 1000];
}

const keeper = (server) => server.family().filter((p) => /:keeper\b/.test(p.args)).map((p) => p.pid);

/** Start and stop a few times. */
async function starts() {
	const times = [], kib = [];
	for (let i = 0; i < REPETITIONS; i++) {
		const [server, seconds] = await started();
		times.push(seconds);
		kib.push(memory(keeper(server)));
		await server.stop({ keep: true });
	}
	return [median(times), median(kib)];
}

/** Nobody has time for anything: not for a copy, and PostgreSQL dies with its server. */
async function killed(server) {
	const all = server.family().map((p) => p.pid);
	for (const pid of all) try { process.kill(pid, 'SIGKILL'); } catch { /* it went with the others */ }
	await server.ended;
	await until(() => !all.some((pid) => fs.existsSync(`/proc/${pid}`)), 'all of it has ended');
}

/** No copy in the database, none on disk, and the keeper stands still, so that it makes no other; PostgreSQL has written
 * all that it knows, so that its own recovery takes no time. */
async function forgotten(server) {
	server.signal('keeper', 'SIGSTOP');
	const ledger = new Ledger(server);
	await ledger.rows('delete from ledger.snapshot', 'admin');
	await ledger.rows('checkpoint', 'admin').catch(() => { /* not its right: a moment more of recovery */ });
	fs.rmSync(path.join(state, 'journal/state'), { force: true });
	await killed(server);
}

/** The first copy of what was read from the beginning is made beside everything else, and is no entry's cost. */
const copied = (server) => until(async () => (await new Ledger(server).rows('select 1 from ledger.snapshot', 'admin')).length, 'a copy of the state', 300_000);

/** So many entries more. @returns microseconds of keeper and PostgreSQL for each, and entries a second */
async function sent(server, n) {
	const load = await serverLoad(server);
	await load.order('senders n=4');
	await load.order('publish n=1000 window=256 until=answered'); // caches are warm
	const pids = server.family().filter((p) => /:keeper\b|postgres/.test(p.args)).map((p) => p.pid);
	const before = cpu(pids), began = performance.now();
	for (let left = n, pauses = 0; left > 0;) {
		const run = await load.order(`publish n=${left} window=256 until=answered`);
		checked('sent', { ...run, refused: 0 });
		left -= run.messages - run.refused;
		if (!run.refused) continue;
		// a commit took too long for the server, because somebody else had the disk: it says so, and we come back
		if (++pauses > 20) throw new Error(`${run.refused} refused`);
		await load.order('settle ms=5000');
	}
	const us = (cpu(pids) - before) / n, rate = n / ((performance.now() - began) / 1000);
	await load.stop();
	return { us, rate };
}

const entries = async (server) => (await server.request('GET', '/api/me', { credential: server.credential('AIRU', 'duty officer') })).json.tip + 1;

const table = new Table('from the command to "ready"');
try {
	const [server, first] = await started();
	table.tell('the first start: a cluster, the schema, keys, the directory', first, 's');
	const there = await entries(server);
	await server.stop({ keep: true });
	table.tell('a start with a ledger that has the directory only', (await starts())[0], 's');

	let young;
	if (there < N / 10) {
		seed(Math.ceil(N / 10));
		const [tenth] = await started();
		young = await sent(tenth, SENT);
		await forgotten(tenth);
		seed(N);
	} else {
		const [full] = await started();
		await forgotten(full);
	}

	const [full, slow] = await started();
	table.tell('without a copy of the state: the whole ledger is read', slow, 's', `${await entries(full)} entries`);
	await copied(full);
	const old = await sent(full, SENT);
	if (young) {
		table.tell('processor time of keeper and PostgreSQL, an entry at a tenth of them', young.us, 'us', `${Math.round(young.rate)} entries/s`);
		table.tell('an entry at the end', old.us, 'us', `${Math.round(old.rate)} entries/s`);
		table.add('… the ledger ten times as long', old.us / young.us, { goal: 1.25 });
	}
	await full.stop({ keep: true });

	const [quick, kib] = await starts();
	table.add('after an orderly stop', quick, { goal: 5, unit: 's' });
	table.add('… the whole ledger as a multiple', slow / quick, { goal: 10, least: true });
	table.tell('memory of the keeper then', kib / 1024, 'MiB');

	const [again] = await started();
	await sent(again, SENT);
	await killed(again);
	const [recovered, seconds] = await started();
	table.tell(`after kill -9 of everything, ${SENT} entries after the last stop`, seconds, 's');
	table.tell('entries in the ledger', await entries(recovered));
	await recovered.stop({ keep: true });
} catch (why) {
	if (running?.process.exitCode === null) await killed(running);
	throw why;
} finally {
	if (!values.state) fs.rmSync(path.dirname(state), { recursive: true, force: true });
}
table.print();
