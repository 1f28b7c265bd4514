// bad-days.test.mjs: the machine under the server fails in the ways machines do: no descriptors, no disk, no folder,
// a database that takes nothing or nobody, clocks that are wrong, peers that are gone without a word. Nothing is said
// to be recorded that is not, who is connected stays, and when the cause is gone everything goes on by itself.
// Outages of PostgreSQL as such are journal.test.mjs, deaths crash.test.mjs and chaos.test.mjs.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Ledger } from './lib/ledger.mjs';
import { m4, message, scenarioTime, uuid7 } from './lib/messages.mjs';
import { freeze, recorded } from './lib/outage.mjs';
import { Member } from './lib/member.mjs';
import { scratch, Server, until } from './lib/server.mjs';
import { Steady } from './lib/steady.mjs';

const isRoot = process.getuid() === 0;

let server, platform, desk, sent;

async function begin(options) {
	server = await Server.start(options);
	sent = [];
	[platform, desk] = await Promise.all([Steady.connect(server, 'StreamHarbor', 'night responder'), Steady.connect(server, 'AIRU', 'duty officer')]);
}
async function end() {
	await Promise.all([platform?.leave(), desk?.leave()]);
	await server?.stop();
}

/** One threat, sent once. @returns its answer; what was answered for good is remembered for the books */
async function threat(text) {
	const what = m4(platform.self, { text });
	const answer = await platform.send(what);
	if (answer.op === 'accepted' || answer.op === 'journaled') sent.push({ what, answer });
	else assert.ok(answer.op === 'lost' || answer.retry_after > 0, JSON.stringify(answer));
	return answer;
}
/** … until it is answered with this. */
const threatIs = (op, text) => until(async () => (await threat(text)).op === op, `a threat is ${op}`);

const admin = (query) => new Ledger(server).rows(query, 'admin');
/** All of the keeper's sessions in the database. */
const endSessions = () => admin(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'tocsin_app'`);

/** What was answered is in the ledger once, and the desk has it; the ledger is whole. */
async function booksAgree() {
	const ledger = new Ledger(server);
	for (const { what, answer } of sent) {
		await desk.entry((e) => e.id === what.id);
		assert.equal((await recorded(server, what.id)).n, 1, `${answer.op} ${what.id}`);
	}
	const book = await ledger.read();
	Ledger.checkTree(book);
	assert.deepEqual([...platform.faults, ...desk.faults], []);
}

/** Soft limit of living processes, set as the user that they are (it needs no right but that). @returns what takes it back */
function limit(pids, what, value) {
	const set = (pid, to) => {
		const [uid, gid] = ['Uid', 'Gid'].map((id) => Number(fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${id}:\\s*(\\d+)`, 'm'))[1]));
		execFileSync('prlimit', ['--pid', String(pid), `--${what}=${to}:`], { uid, gid });
	};
	const name = { nofile: 'Max open files', fsize: 'Max file size' }[what];
	const old = pids.map((pid) => fs.readFileSync(`/proc/${pid}/limits`, 'utf8').match(new RegExp(`^${name}\\s+(\\S+)`, 'm'))[1]);
	pids.forEach((pid) => set(pid, value));
	return () => pids.forEach((pid, i) => { try { set(pid, old[i]); } catch (why) { if (fs.existsSync(`/proc/${pid}`)) throw why; } }); // or it has ended meanwhile
}
const descriptors = (pid) => fs.readdirSync(`/proc/${pid}/fd`).length;
const ticks = (pid) => {
	const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
	return Number(stat[11]) + Number(stat[12]);
};

describe('a database that answers and does not help', () => {
	before(() => begin());
	after(end);

	it('read-only: threats are journaled, the rest is refused with a time; writable again: everything is recorded', async () => {
		await threatIs('accepted', 'While all is well.');
		await admin('alter system set default_transaction_read_only = on');
		await admin('select pg_reload_conf()');
		await threatIs('journaled', 'Nothing can be written there.');
		const draft = await platform.send(message('M4', { step: 'draft', aware_at: scenarioTime(platform.self).toISOString() }));
		assert.equal(draft.op, 'refused', JSON.stringify(draft));
		assert.ok(draft.retry_after > 0, JSON.stringify(draft));
		await threatIs('journaled', 'Still not.');
		await admin('alter system reset default_transaction_read_only');
		await admin('select pg_reload_conf()');
		await threatIs('accepted', 'It writes again.');
		await booksAgree();
	});

	it('it takes no more connections', async () => {
		await admin('alter role tocsin_app connection limit 0');
		await endSessions();
		await threatIs('journaled', 'There is no seat.');
		await admin('alter role tocsin_app connection limit -1');
		await threatIs('accepted', 'There is a seat.');
		await booksAgree();
	});

	it('it is restarted in order', async () => {
		const [postmaster] = server.pids('postgres');
		process.kill(postmaster, 'SIGINT'); // fast: sessions are ended, then it stops; the parent starts it again
		await until(() => server.pids('postgres').some((pid) => pid !== postmaster), 'another postmaster');
		await threatIs('accepted', 'After the restart.');
		await booksAgree();
	});
});

describe('clocks that are wrong', () => {
	before(() => begin());
	after(end);
	const MINUTES = 60_000;

	it('a client ten minutes ahead is told so, with the server’s time, and is in time when it corrects itself', async () => {
		const now = scenarioTime(platform.self), ahead = new Date(now.getTime() + 10 * MINUTES);
		const wrong = m4(platform.self, { id: uuid7(Date.now() + 10 * MINUTES), sent_at: new Date(Date.now() + 10 * MINUTES).toISOString(), body: { aware_at: ahead.toISOString() } });
		const refused = await platform.send(wrong);
		assert.deepEqual([refused.op, refused.code, refused.field], ['refused', 'time', 'body.aware_at'], JSON.stringify(refused));
		assert.ok(refused.detail.includes(now.toISOString().slice(0, 16)), refused.detail);
		const right = await platform.send({ ...wrong, body: { ...wrong.body, aware_at: now.toISOString(), emergency_line_called: { called: false } } });
		assert.equal(right.op, 'accepted', JSON.stringify(right));
		sent.push({ what: wrong, answer: right });
	});

	it('nor does one ten minutes behind lose anything: the server’s clock counts, and what the client said is kept', async () => {
		const behind = new Date(Date.now() - 10 * MINUTES), began = Date.now();
		const what = m4(platform.self, { id: uuid7(behind.getTime()), sent_at: behind.toISOString() });
		const answer = await platform.send(what);
		assert.equal(answer.op, 'accepted', JSON.stringify(answer));
		sent.push({ what, answer });
		const entry = await desk.entry((e) => e.id === what.id);
		assert.equal(entry.message.sent_at, behind.toISOString());
		assert.ok(Math.abs(Date.parse(entry.decided.received) - began) < MINUTES, entry.decided.received);
		const t17 = entry.decided.timers_started.find((t) => t.timer === 'T17' && t.desk === 'AIRU');
		assert.equal(Date.parse(t17.deadline) - Date.parse(entry.decided.at), 5 * MINUTES, 'the desk has its five minutes');
		await booksAgree();
	});
});

describe('no descriptors left', () => {
	before(() => begin({ args: ['--fronts', '1'] }));
	after(end);

	it('at the front: who is in is served, nobody else gets in, and the processor is not kept busy', async () => {
		const [front] = server.pids('front');
		const back = limit([front], 'nofile', descriptors(front));
		const knocking = Array.from({ length: 5 }, () => Member.connect(server, 'BFP', 'duty officer').then((m) => m.close(), () => {}));
		const before = ticks(front), began = Date.now();
		await threatIs('accepted', 'Nobody new can come in.');
		await desk.entry((e) => e.id === sent.at(-1).what.id);
		await until(() => Date.now() - began > 1500, 'a while of it');
		assert.ok(ticks(front) - before < 75, `${ticks(front) - before} ticks in ${Date.now() - began} ms`);
		back();
		await Promise.all(knocking);
		const later = await Member.connect(server, 'BFP', 'duty officer');
		await later.close();
		await booksAgree();
	});

	it('in the keeper: too few to connect the database anew; it may have to be started anew, and no threat is lost', async () => {
		const [keeper] = server.pids('keeper');
		const back = limit([keeper], 'nofile', 8); // fewer than poll(2) watches
		await endSessions();
		await until(async () => ['accepted', 'journaled'].includes((await threat('Hardly a descriptor.')).op), 'a threat is taken');
		if (server.pids('keeper').includes(keeper)) back();
		else assert.match(server.log, /"too_few_descriptors","text":"this process waits for \d+ descriptors and may have fewer: raise LimitNOFILE/);
		await threatIs('accepted', 'There are descriptors.');
		await booksAgree();
	});
});

describe('a journal that cannot be written', () => {
	before(() => begin());
	after(end);

	it('no room: refused, never journaled; with room again journaled, and recorded when the database is back', async () => {
		const keepers = server.pids('keeper');
		const thaw = freeze(server);
		await threatIs('journaled', 'There is room.');
		const back = limit(keepers, 'fsize', 40);
		const answer = await until(async () => { const a = await threat('There is none.'); return a.op !== 'lost' && a; }, 'an answer');
		assert.deepEqual([answer.op, answer.code], ['refused', 'busy'], JSON.stringify(answer));
		assert.deepEqual(server.pids('keeper'), keepers, 'it is the same keeper');
		back();
		await threatIs('journaled', 'There is room again.');
		thaw();
		await threatIs('accepted', 'And a database.');
		await booksAgree();
	});

	it('the state directory is gone: nothing is journaled into nowhere; when it is there again all goes on', async () => {
		const moved = `${server.state}.moved`;
		const thaw = freeze(server);
		await threatIs('journaled', 'It is there.');
		fs.renameSync(server.state, moved);
		const answer = await until(async () => { const a = await threat('It is gone.'); return a.op !== 'lost' && a; }, 'an answer');
		assert.deepEqual([answer.op, answer.code], ['refused', 'busy'], JSON.stringify(answer));
		fs.renameSync(moved, server.state);
		await threatIs('journaled', 'It is back.');
		thaw();
		await threatIs('accepted', 'All of it.');
		await booksAgree();
	});
});

/** A file system of its own, so small that it can be filled. @returns undo, or null where that is not allowed */
function smallDisk(dir, mib) {
	fs.mkdirSync(dir, { mode: 0o755 });
	const r = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m,mode=755`, 'tmpfs', dir]);
	return r.status === 0 ? () => spawnSync('umount', ['-l', dir]) : null;
}

describe('the disk is full', () => {
	let folder, unmount;
	before(async () => {
		folder = scratch();
		unmount = isRoot ? smallDisk(path.join(folder, 'disk'), 300) : null;
		if (unmount) await begin({ state: path.join(folder, 'disk/state') });
	});
	after(async () => {
		if (unmount) await end();
		unmount?.();
		fs.rmSync(folder, { recursive: true, force: true });
	});

	it('for journal and database alike: nothing is acknowledged that is not written, and freed space is enough to go on', async (t) => {
		if (!unmount) return t.skip('file systems may not be mounted here');
		await threatIs('accepted', 'There is room.');
		const filler = path.join(folder, 'disk/filler'), fd = fs.openSync(filler, 'w'), piece = Buffer.alloc(1 << 20);
		const fill = () => { try { for (;;) fs.writeSync(fd, piece); } catch (why) { assert.equal(why.code, 'ENOSPC'); } };
		fill();
		// PostgreSQL has what it set aside; when that is used up, so is the journal's last page
		const big = 'It does not fit. '.repeat(400);
		const full = await until(async () => { fill(); const a = await threat(big); return a.code === 'busy' && a; }, 'neither can be written');
		assert.match(full.detail, /Neither the database nor the journal/);
		fs.closeSync(fd);
		fs.unlinkSync(filler);
		await threatIs('accepted', 'There is room again.');
		await booksAgree();
	});
});

describe('peers that are gone without a word', () => {
	before(() => begin({ args: ['--ping-s', '2', '--silence-s', '10', '--fronts', '1'] }));
	after(end);

	it('are let go after the silence that is allowed, and nobody else is', async () => {
		const [front] = server.pids('front'), before = descriptors(front);
		const silent = await Promise.all(Array.from({ length: 20 }, () => Member.connect(server, 'HUB', 'lead', { ws: { autoPong: false } })));
		assert.ok(descriptors(front) >= before + 20);
		for (const m of silent) m.socket.pause(); // the wire is cut: nothing is read, nothing is answered, nothing is closed
		await until(() => descriptors(front) <= before, 'their descriptors are free');
		assert.equal(platform.reconnects + desk.reconnects, 0, 'who answers stays');
		await threatIs('accepted', 'The others are served.');
		await booksAgree();
		for (const m of silent) m.socket.terminate();
	});
});
