// crash.test.mjs: every process and PostgreSQL are killed (SIGKILL) again and again under load. What was answered is
// recorded once, who is entitled gets everything once and in order, nobody else gets anything, and the state is what
// the ledger says; and what was signed meanwhile is one history. TOCSIN_SEED repeats a run's choices; TOCSIN_KILLS says how
// often they die (default 4: keeper, signer and PostgreSQL twenty times together).
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

const KILLS = Number(process.env.TOCSIN_KILLS ?? 4);
/** How often each dies: those who make the ledger what it is the most. */
const DEATHS = { keeper: 1.5, signer: 1.5, postgres: 1, postmaster: 0.5, backend: 0.5, front: 0.5, archive: 0.5, courier: 0.5, eraser: 0.5 };
const ACTS = [5, 25]; // answered acts between two deaths

const killAll = (server, what) => {
	const all = server.family();
	const postmaster = server.pids('postgres');
	const backends = all.filter((p) => postmaster.includes(p.ppid)).map((p) => p.pid);
	const pids = { postgres: [...postmaster, ...backends], postmaster, backend: backends.slice(-1) }[what];
	for (const pid of pids) try { process.kill(pid, 'SIGKILL'); } catch { /* it went with the others */ }
};

describe('kill -9 under load', () => {
	let server, load, ledger, book, watcher;
	const random = new Random();

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

	it(`every part dies again and again, and everybody goes on (seed ${random.seed})`, async (t) => {
		load.start();
		await load.acts(20);
		const deaths = Object.entries(DEATHS).flatMap(([part, n]) => Array(Math.ceil(n * KILLS)).fill(part));
		for (const part of random.shuffled(deaths)) {
			await load.acts(random.int(...ACTS));
			if (['front', 'keeper', 'archive', 'courier', 'signer', 'eraser'].includes(part)) for (const pid of server.pids(part)) process.kill(pid, 'SIGKILL');
			else killAll(server, part);
			await load.acts(1); // answered by who came after it, or by who is left
		}
		await load.acts(20);
		await load.stop();
		await until(() => load.members.every((m) => m.welcome && !m.closed && m.beat?.now), 'everybody is back');
		t.diagnostic(`${deaths.length} deaths, ${load.done} acts by ${load.members.length} members, ${load.members.reduce((n, m) => n + m.reconnects, 0)} reconnections, ` +
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
});
