// crash.test.mjs: twenty rounds of death under load. In each, keeper, signer and PostgreSQL are killed (SIGKILL), in any order, and one
// of the others. What was answered is recorded once, who is entitled gets everything once and in order, nobody else gets anything, and
// the state is what the ledger says; and what was signed meanwhile is one history. Whoever dies often is started anew the later, so the
// rounds are of several nights, each on a server of its own, all at the same time. TOCSIN_SEED repeats a run's choices; TOCSIN_ROUNDS: of a night.
// runs alone: it is the load that others would notice
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { answersHold, effectsOnce, hasItsPart, urgentsCameAgain } from './lib/chaos.mjs';
import { Ledger } from './lib/ledger.mjs';
import { Load } from './lib/load.mjs';
import { message } from './lib/messages.mjs';
import { Random } from './lib/random.mjs';
import { Server, until } from './lib/server.mjs';
import { Watcher } from './lib/watcher.mjs';

const NIGHTS = 4, ROUNDS = Number(process.env.TOCSIN_ROUNDS ?? 5), AT_LEAST = 20;
const OTHERS = ['front', 'archive', 'courier', 'eraser'];
/** How PostgreSQL dies: a session, upon which it ends all others and recovers; its postmaster; all of it. The last two are started again by
 * ours, later each time. */
const POSTGRES = ['session', 'postmaster', 'session', 'all'];
const ACTS = [3, 15]; // answered acts between two deaths

/** Kills that part, once there is one to be killed. @returns who died of it: they were alive, and are gone */
async function kill(server, part, how) {
	const victims = () => {
		if (part !== 'postgres') return server.pids(part);
		const postmaster = server.pids('postgres');
		const sessions = server.family().filter((p) => postmaster.includes(p.ppid) && /tocsin_/.test(p.args)).map((p) => p.pid);
		return sessions.length ? { session: sessions.slice(-1), postmaster, all: [...postmaster, ...sessions] }[how] : [];
	};
	const died = await until(() => {
		const hit = victims().filter((pid) => { try { return process.kill(pid, 'SIGKILL'); } catch { return false; /* it went with the others */ } });
		return hit.length && hit;
	}, `there is a ${part} to be killed`);
	await until(() => !server.family().some((p) => died.includes(p.pid)), `${part} is dead`);
	return died;
}

const all = []; // nights

function night(n, random) {
	const seen = { rounds: [], acts: 0 };
	let server, load, ledger, book, watcher;
	all.push(seen);

	before(async () => {
		server = await Server.start();
		ledger = new Ledger(server);
		load = await Load.connect(server, random);
		watcher = Watcher.begin(server, server.credential('FRP', 'auditor'));
	});
	after(async () => {
		await watcher?.end();
		await load?.leave();
		await server?.stop();
	});

	it('every part dies again and again, and everybody goes on', async (t) => {
		load.start();
		await load.acts(20);
		for (let round = 0; round < ROUNDS; round++) {
			const deaths = {};
			for (const part of random.shuffled(['keeper', 'signer', 'postgres', OTHERS[(n + round) % OTHERS.length]])) {
				await load.acts(random.int(...ACTS));
				deaths[part] = await kill(server, part, POSTGRES[(n + round) % POSTGRES.length]);
				await load.acts(1); // answered by who came after it, or by who is left
			}
			seen.rounds.push(deaths);
		}
		await load.acts(20);
		await load.stop();
		seen.acts = load.done;
		await until(() => load.members.every((m) => m.welcome && !m.closed && m.beat?.now), 'everybody is back');
		for (const part of ['keeper', 'signer']) // the server itself has seen each of them die so
			for (const pid of seen.rounds.flatMap((deaths) => deaths[part]))
				assert.match(server.log, new RegExp(`child_died.*${part} \\d+ \\(process ${pid}\\) killed by signal 9`), `${part} ${pid}`);
		t.diagnostic(`${seen.rounds.length} rounds, ${load.done} acts by ${load.members.length} members, ${load.members.reduce((n, m) => n + m.reconnects, 0)} reconnections, ` +
			`${load.members.reduce((n, m) => n + m.urgents.length, 0)} urgent frames`);
	});

	it('the tree over the stored leaves has the root that the tip says', async () => {
		// receipts and deadlines may still be coming: what is below the tip at this moment is looked at
		book = await ledger.read();
		Ledger.checkTree(book);
	});

	it('checkpoints never went back, no size was signed twice, and each is of the leaves that are stored', async (t) => {
		const last = book.size; // everything that was read is signed soon, whoever died
		await until(() => watcher.seen.at(-1)?.size >= last, 'a checkpoint of all that was read');
		await watcher.end();
		const counts = await watcher.check(ledger, (book = await ledger.read()).entries);
		assert.ok(counts.signed >= 3, JSON.stringify(counts));
		t.diagnostic(JSON.stringify(counts));
	});

	it('every part of every entry opens to what its leaf commits to', () => ledger.checkSeals(book.entries));

	it('every act that was accepted is in the ledger once, at the number that was said; no refused one is', () => { answersHold(book, load); });

	it('no act had its effect twice', () => { effectsOnce(book); });

	it('who is entitled got everything, once and in order; nobody else got anything', async () => {
		for (const m of load.members) {
			await hasItsPart(book, m, server);
			const history = await m.history(book.size);
			assert.deepEqual([...history.keys()], [...m.texts.keys()].filter((seq) => seq < book.size), `${m.name}, by GET /api/entries`);
			for (const [seq, text] of history) assert.equal(m.texts.get(seq), text, `${m.name}: ${seq} as it was said then and as it is said now`);
		}
	});

	it('what was urgent came again as an entry', () => { urgentsCameAgain(book, load.members); });

	it('the state after all this, and the state made anew from the ledger alone, are the same', async () => {
		const control = load.members.find((m) => m.name === 'CELL/controller');
		const r = await control.deliver(message('exercise', { step: 'clock', action: 'stop' },
			{ precedence: 'routine', ack_required: false, legal_basis: [], personal_data: { level: 'none', categories: [] } }));
		assert.equal(r.op, 'accepted', JSON.stringify(r));
		await load.leave(); // nobody receives any more, so nothing is received: the ledger stands still
		const newest = async () => (await ledger.rows(`select s.as_of, t.size, encode(s.sum, 'hex') as sum
			from ledger.snapshot s, ledger.tip t order by s.as_of desc limit 1`))[0];
		const lived = await until(async () => { const s = await newest(); return s?.as_of === s?.size && s; }, 'a snapshot of the whole');
		await ledger.rows('delete from ledger.snapshot', 'admin');
		await server.kill('keeper');
		const anew = await until(newest, 'a snapshot by the next keeper');
		assert.equal(anew.as_of, lived.as_of, 'the ledger stood still');
		assert.deepEqual(anew, lived);
	});
}

describe('kill -9 under load', () => {
	const random = new Random();

	describe('by night', { concurrency: NIGHTS }, () => {
		for (let n = 0; n < NIGHTS; n++) describe(`night ${n + 1} (seed ${random.seed})`, { concurrency: 1 }, () => night(n, random.branch()));
	});

	it(`so in at least ${AT_LEAST} rounds, in each of which a keeper, a signer and PostgreSQL died`, (t) => {
		const rounds = all.flatMap((night) => night.rounds);
		assert.ok(rounds.length >= AT_LEAST, `${rounds.length} rounds`);
		for (const [n, deaths] of rounds.entries())
			for (const part of ['keeper', 'signer', 'postgres']) assert.ok(deaths[part]?.length >= 1, `round ${n + 1}: ${part}: ${JSON.stringify(deaths)}`);
		for (const part of ['keeper', 'signer', 'postgres']) {
			const died = rounds.flatMap((deaths) => deaths[part]);
			assert.equal(new Set(died).size, died.length, `each ${part} died once`);
			t.diagnostic(`${part}: ${died.length} processes`);
		}
		assert.ok(all.every((night) => night.acts >= 20 + 4 * ROUNDS * ACTS[0]), `acts: ${all.map((night) => night.acts).join()}`);
	});
});
