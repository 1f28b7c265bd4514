// chaos.mjs: a busy night with a crowd of clients, in which every process is killed (SIGKILL) again and again, at
// random; and afterwards the books: what of the invariants held, counted.
//
//   const chaos = await Chaos.begin({ clients: 200, random });
//   await chaos.night(20_000);                       // ms
//   const counts = await chaos.books();              // throws at the first thing that does not hold
//   await chaos.end();
//
// Invariants, by the numbers of the design: 1 nothing that was answered is lost or takes effect twice; 2 who is
// entitled gets everything once and in order, nobody else gets any; 3 the state is what the ledger says; 9 memory is
// bounded.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { Ledger } from './ledger.mjs';
import { Load } from './load.mjs';
import { message } from './messages.mjs';
import { kill } from './outage.mjs';
import { Server, until } from './server.mjs';
import { Watcher } from './watcher.mjs';
import { Steady } from './steady.mjs';

const PARTS = ['front', 'keeper', 'archive', 'courier', 'signer', 'eraser', 'backend'];
// A cluster that dies again and again is started again after 1, 2, 4 … 30 s: killed as often as the others it would
// mostly be away, and little would be recorded.
const POSTGRES_EVERY_MS = 45_000;
const JOIN_AT_ONCE = 20;
const PEOPLE = /officer|responder|lead|counsel|contact|observer|auditor|owner|gateway|controller/;

/** Resident memory of a process in MiB, or 0 when it is gone. */
function resident(pid) {
	try {
		return Number(fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s*(\d+)/m)?.[1] ?? 0) / 1024;
	} catch {
		return 0;
	}
}

export class Chaos {
	/** @param {{clients: number, random: import('./random.mjs').Random, args?: string[], thinks?: number[]}} options */
	static async begin({ clients, random, args = [], thinks }) {
		const chaos = Object.assign(new Chaos(), { random, deaths: {}, peak: {}, sampled: 0 });
		chaos.server = await Server.start({ args });
		chaos.ledger = new Ledger(chaos.server);
		chaos.load = await Load.connect(chaos.server, random, { thinks });
		chaos.watcher = Watcher.begin(chaos.server, chaos.server.credential('FRP', 'auditor'));
		chaos.crowd = [];
		const people = chaos.server.credentials.filter((c) => PEOPLE.test(c.person));
		const wanted = clients - chaos.load.members.length;
		while (chaos.crowd.length < wanted) {
			const n = Math.min(JOIN_AT_ONCE, wanted - chaos.crowd.length), from = chaos.crowd.length;
			chaos.crowd.push(...await Promise.all(Array.from({ length: n }, (_, i) => {
				const c = people[(from + i) % people.length];
				return Steady.connect(chaos.server, c.organisation, c.person, { slim: true });
			})));
		}
		return chaos;
	}

	get members() { return [...this.load.members, ...this.crowd]; }

	killOne(part) {
		this.deaths[part] = (this.deaths[part] ?? 0) + 1;
		if (part === 'postgres') return kill(this.server);
		let pids = this.server.pids(part);
		if (part === 'backend') {
			const postmaster = this.server.pids('postgres');
			pids = this.server.family().filter((p) => postmaster.includes(p.ppid) && /tocsin_/.test(p.args)).map((p) => p.pid);
		}
		if (pids.length) process.kill(this.random.pick(pids), 'SIGKILL');
	}

	sample() {
		this.sampled++;
		for (const part of ['front', 'keeper', 'archive', 'courier', 'signer', 'eraser'])
			for (const pid of this.server.pids(part)) this.peak[part] = Math.max(this.peak[part] ?? 0, resident(pid));
		this.peak.parent = Math.max(this.peak.parent ?? 0, resident(this.server.pid));
	}

	/** Everybody is at work for so long, and somebody dies every few moments. @param between ms, from … to */
	async night(ms, between = [200, 1500]) {
		const end = Date.now() + ms;
		const parts = [];
		let postgres = -Infinity;
		this.load.start();
		await this.load.acts(20);
		while (Date.now() < end) {
			if (!parts.length) { // each as often as the others
				const itsTurn = Date.now() - postgres > POSTGRES_EVERY_MS;
				if (itsTurn) postgres = Date.now();
				parts.push(...this.random.shuffled(itsTurn ? [...PARTS, 'postgres'] : PARTS));
			}
			this.killOne(parts.pop());
			await sleep(this.random.int(...between)); // the moments are the test: anything may be under way
			this.sample();
			await this.load.acts(1); // somebody is answered by who came after it, or by who is left
		}
		await this.load.acts(20);
		await this.load.stop();
		await until(() => this.members.every((m) => m.welcome && !m.closed && m.beat?.now), 'everybody is back');
	}

	/** Invariants 1 and 2 against the ledger's own tables, then 3. @returns what was counted */
	async books() {
		// receipts and deadlines may still be coming: what is below the tip at this moment is looked at
		const book = await this.ledger.read();
		Ledger.checkTree(book);
		await this.ledger.checkSeals(book.entries);
		await until(() => this.watcher.seen.at(-1)?.size >= book.size, 'a checkpoint of all that was read');
		await this.watcher.end();
		const checkpoints = await this.watcher.check(this.ledger, (await this.ledger.read()).entries);
		const counts = { checkpoints, seed: this.random.seed, deaths: this.deaths, clients: this.members.length,
			reconnects: this.members.reduce((n, m) => n + m.reconnects, 0), entries: book.size };
		Object.assign(counts, answersHold(book, this.load), effectsOnce(book));
		counts.delivered = 0;
		for (const m of this.members) counts.delivered += await hasItsPart(book, m, this.server);
		counts.urgents = urgentsCameAgain(book, this.members);
		counts.peak_mib = Object.fromEntries(Object.entries(this.peak).map(([part, mib]) => [part, Math.round(mib)]));
		return counts;
	}

	/** Invariant 3: the state after all this, and the state made anew from the ledger alone, are the same bytes. */
	async stateIsWhatTheLedgerSays() {
		const control = this.load.members.find((m) => m.name === 'CELL/controller');
		const stopped = await control.deliver(message('exercise', { step: 'clock', action: 'stop' },
			{ precedence: 'routine', ack_required: false, legal_basis: [], personal_data: { level: 'none', categories: [] } }));
		assert.equal(stopped.op, 'accepted', JSON.stringify(stopped));
		await this.leave(); // nobody receives any more, so nothing is received: the ledger stands still
		const newest = async () => (await this.ledger.rows(`select s.as_of, t.size, encode(s.sum, 'hex') as sum
			from ledger.snapshot s, ledger.tip t order by s.as_of desc limit 1`))[0];
		const lived = await until(async () => { const s = await newest(); return s?.as_of === s?.size && s; }, 'a snapshot of the whole');
		await this.ledger.rows('delete from ledger.snapshot', 'admin');
		await this.server.kill('keeper');
		const anew = await until(newest, 'a snapshot by the next keeper');
		assert.deepEqual(anew, lived);
		return lived.n;
	}

	async leave() {
		await Promise.all(this.crowd.map((m) => m.leave()));
		await this.load.leave();
	}

	async end() {
		await this.watcher.end();
		await this.leave();
		return this.server.stop();
	}
}

/** Every act that was answered for good is in the ledger once, at the number that was said; no refused one is. */
export function answersHold(book, load) {
	const at = new Map();
	for (const e of book.entries) {
		const name = `${e.leaf.org} ${e.leaf.eid}`;
		assert.ok(!at.has(name), `${name} twice`);
		at.set(name, e);
	}
	const counts = { accepted: 0, journaled: 0, refused: 0, late: book.entries.filter((e) => e.leaf.late).length };
	for (const { member, message: said } of load.sent.values()) {
		const answer = member.answers.get(said.id), entry = at.get(`${member.organisation} ${said.id}`);
		assert.ok(answer, `${member.name} was answered`);
		counts[answer.op]++;
		if (answer.op === 'refused') {
			assert.equal(entry, undefined, `refused: ${JSON.stringify(answer)}`);
			continue;
		}
		assert.ok(entry, `${answer.op}, and in the ledger: ${said.id}`);
		if (answer.op === 'accepted') assert.equal(answer.seq, entry.seq);
	}
	assert.ok(counts.accepted + counts.journaled > load.sent.size / 2, `${JSON.stringify(counts)} of ${load.sent.size}`);
	return counts;
}

/** No act and no deadline had its effect twice. */
export function effectsOnce(book) {
	const once = new Map();
	const only = (what, e) => {
		assert.ok(!once.has(what), `${what}: ${once.get(what)} and ${e.seq}`);
		once.set(what, e.seq);
	};
	for (const e of book.entries) {
		const body = e.body.message?.body ?? {};
		for (const t of e.decided.timers_started ?? []) only(`timer ${t.id} starts, ${e.leaf.eid}`, e);
		if (e.leaf.k === 'M19.escalation') only(`escalation ${e.leaf.case} ${body.recipient_org} ${e.decided.level}`, e);
		if (e.leaf.k === 'M19.machine' && !e.decided.also)
			only(`delivery ${body.message_ref} ${body.recipient_org} ${body.channel} ${body.state}`, e);
	}
	return { effects: once.size };
}

/** Who is entitled got everything, once and in order, and nothing else. @returns how many entries that is */
export async function hasItsPart(book, m, server) {
	const credential = server.credential(m.organisation, m.person);
	const expected = book.entries.filter((e) => Ledger.mayRead(e, credential)).map((e) => e.seq);
	await until(() => m.last >= (expected.at(-1) ?? -1), `${m.name} has ${expected.at(-1)}`).catch(() => {});
	assert.deepEqual(m.faults, [], m.name);
	assert.deepEqual([...m.texts.keys()].filter((seq) => seq < book.size), expected, `${m.name}, on the socket`);
	return expected.length;
}

/** What was urgent came again as an entry. @returns how often anything was urgent */
export function urgentsCameAgain(book, members) {
	const ids = new Set(book.entries.map((e) => e.leaf.eid));
	let n = 0;
	for (const m of members)
		for (const u of m.urgents) {
			n++;
			assert.equal(u.seq, undefined);
			assert.ok(ids.has(u.id), `${m.name}: urgent ${u.k} ${u.id}`);
			if (!m.options.slim) assert.equal(m.entries.filter((e) => e.id === u.id).length, 1, `${m.name}: ${u.k} ${u.id}`);
		}
	return n;
}
