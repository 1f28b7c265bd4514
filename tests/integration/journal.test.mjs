// journal.test.mjs: PostgreSQL is stopped, frozen, killed; threats to life move on, and are recorded once when it is
// back. What is said meanwhile is never said to be recorded.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Ledger } from './lib/ledger.mjs';
import { LANTERN, m4, m5, message, scenarioTime, uuid7 } from './lib/messages.mjs';
import { freeze, kill, recorded, stop } from './lib/outage.mjs';
import { Random } from './lib/random.mjs';
import { Server, scratch, tocsind, until } from './lib/server.mjs';
import { Steady } from './lib/steady.mjs';

const PROMPTLY_MS = 20_000; // within which a threat is journaled: one call's deadline, many times over, for slow machines
const bare = { precedence: 'routine', ack_required: false, legal_basis: [], personal_data: { level: 'none', categories: [] } };
const clock = (body) => message('exercise', { step: 'clock', ...body }, bare);
const supplement = (c, text, refs = []) => message('M4', { step: 'supplement', explanation: text }, { case_ref: c, references: refs });
let serial = 0;
/** A threat of its own: no identifier that another one has. */
const threat = (m, text) => m4(m.self, { text, body: {
	content: [{ url: `https://content.example/v/${++serial}`, type: 'post' }], user_identifiers: [{ kind: 'handle', value: `one-${serial}` }],
} });

/** Send once, and how long the answer took. */
async function timed(member, what) {
	const began = Date.now(), answer = await member.send(what);
	return { answer, took: Date.now() - began, began };
}

let server, platform, second, desk, hub, bystander, control, everybody;

async function begin() {
	server = await Server.start();
	const join = (org, person) => Steady.connect(server, org, person);
	[platform, second, desk, hub, bystander, control] = everybody = await Promise.all([join('StreamHarbor', 'night responder'),
		join('StreamHarbor', 'second responder'), join('AIRU', 'duty officer'), join('HUB', 'duty officer'), join('BFP', 'duty officer'), join('CELL', 'controller')]);
}
async function end() {
	await Promise.all(everybody?.map((m) => m.leave()) ?? []);
	await server?.stop();
}

/** Every one of these is in the ledger once, late, with its original time, and came once to those who read it. Of the
 * first one the database may have heard before it fell silent: then that is what is recorded, and the journal's is not. */
async function recordedOnce(sent, readers) {
	for (const { what, answer, began, doubtful } of sent) {
		assert.equal(answer.op, 'journaled', JSON.stringify(answer));
		for (const m of readers) {
			const entry = await m.entry((e) => e.id === what.id);
			if (!doubtful) assert.equal(entry.late, true, `${m.name}: ${what.id}`);
			assert.ok(Number.isInteger(entry.seq));
			assert.ok(Date.parse(entry.decided.received) >= began - 50 && Date.parse(entry.decided.received) <= began + PROMPTLY_MS, `${entry.decided.received}: received then`);
			assert.ok(Date.parse(entry.recorded) >= Date.parse(entry.decided.received), 'recorded afterwards');
			assert.equal(entry.note, undefined);
		}
		const { n, entry } = await recorded(server, what.id);
		assert.equal(n, 1, what.id);
		if (!doubtful) assert.equal(entry.late, true);
	}
}

/** Nobody got anything twice, out of order, or that the ledger does not let them read. */
async function booksAgree() {
	const ledger = new Ledger(server), book = await ledger.read();
	Ledger.checkTree(book);
	await ledger.checkSeals(book.entries);
	for (const m of everybody) {
		const credential = server.credential(m.organisation, m.person);
		const expected = book.entries.filter((e) => Ledger.mayRead(e, credential)).map((e) => e.seq);
		await until(() => m.last >= (expected.at(-1) ?? -1), `${m.name} has ${expected.at(-1)}`);
		assert.deepEqual(m.faults, [], m.name);
		assert.deepEqual([...m.texts.keys()].filter((seq) => seq < book.size), expected, m.name);
		for (const u of m.urgents) assert.equal(m.entries.filter((e) => e.id === u.id).length, 1, `${m.name}: urgent ${u.k} ${u.id}`);
	}
}

for (const [how, away] of [['frozen', freeze], ['stopped', stop]])
	describe(`PostgreSQL is ${how}`, () => {
		let back, known, draft, sent = [];
		const say = async (m, what) => {
			const { answer, took, began } = await timed(m, what);
			assert.ok(took < PROMPTLY_MS, `answered after ${took} ms`);
			sent.push({ what, answer, began, doubtful: sent.length === 0 });
			return answer;
		};

		before(async () => {
			await begin();
			known = await platform.send(threat(platform, 'While everything is well.'));
			assert.equal(known.op, 'accepted', JSON.stringify(known));
			draft = await platform.send(message('M4', { step: 'draft', aware_at: scenarioTime(platform.self).toISOString() }));
			assert.equal(draft.op, 'accepted', JSON.stringify(draft));
			await desk.entry((e) => e.seq === known.seq);
			back = away(server);
		});
		after(async () => {
			back?.();
			await end();
		});

		it('a threat is journaled, never said to be accepted, and is on the desks’ screens at once', async () => {
			const what = threat(platform, 'Nobody can write this down.');
			const answer = await say(platform, what);
			assert.equal(answer.op, 'journaled', JSON.stringify(answer));
			assert.equal(answer.seq, undefined);
			assert.deepEqual(answer.recipients.map((d) => d.org).sort(), ['AIRU', 'HUB']);
			for (const m of [desk, hub, second]) {
				const u = await m.urgent((f) => f.id === what.id);
				assert.equal(u.note, 'not yet recorded');
				assert.equal(u.seq, undefined);
				assert.equal(u.recorded, undefined);
				assert.equal(u.message.body.explanation, 'Nobody can write this down.');
				assert.equal(u.mode, 'exercise');
			}
		});

		it('a supplement and answers, to what is recorded and to what is not', async () => {
			const journaled = sent[0].answer.case;
			assert.equal((await say(platform, supplement(known.case, 'More of the recorded one.'))).op, 'journaled');
			assert.equal((await say(second, supplement(journaled, 'More of the other.', [sent[0].what.id]))).op, 'journaled');
			assert.equal((await say(desk, m5(desk.self, 'accept', journaled, { own_reference: 'AIRU-1' }))).op, 'journaled');
			assert.equal((await say(desk, m5(desk.self, 'ack', known.case))).op, 'journaled');
			const u = await platform.urgent((f) => f.k === 'M5.accept' && f.case === journaled);
			assert.ok(u.decided.timers_stopped.some((t) => t.timer === 'T17' && t.desk === 'AIRU' && t.met), 'and paging stops');
		});

		it('the same again is answered the same, and another content under its id is refused', async () => {
			const { what, answer } = sent[0];
			const again = await platform.send(what);
			assert.deepEqual({ ...again, ref: 0 }, { ...answer, ref: 0 });
			const other = await platform.send({ ...what, body: { ...what.body, explanation: 'Something else.' } });
			assert.equal(other.code, 'id_conflict', JSON.stringify(other));
		});

		it('everything else is refused, with the time after which to try again', async () => {
			for (const [m, what] of [
				[platform, message('M4', { step: 'draft', aware_at: scenarioTime(platform.self).toISOString() })],
				[control, clock({ action: 'step', by_ms: 60_000 })],
				[desk, message('M19', { step: 'human', message_ref: sent[0].what.id, recipient_org: 'AIRU', channel: 'console', state: 'seen', at: scenarioTime(desk.self).toISOString(), actor_kind: 'human' }, { ...bare, audience: [] })],
			]) {
				const r = await m.send(what);
				assert.equal(r.op, 'refused', JSON.stringify(r));
				assert.equal(r.code, 'database_away', JSON.stringify(r));
				assert.ok(r.retry_after > 0, JSON.stringify(r));
			}
		});

		it('by HTTP the same: 202, and 503', async () => {
			const credential = server.credential('StreamHarbor', 'night responder');
			const what = threat(platform, 'By HTTP.'), began = Date.now();
			const r = await server.request('POST', '/api/messages', { credential, body: what });
			assert.equal(r.status, 202, r.text);
			assert.equal(r.json.op, 'journaled');
			sent.push({ what, answer: r.json, began });
			const no = await server.request('POST', '/api/messages', { credential, body: message('M4', { step: 'draft', aware_at: scenarioTime(platform.self).toISOString() }) });
			assert.equal(no.status, 503, no.text);
			assert.equal(no.json.code, 'database_away');
			assert.ok(Number(no.headers['retry-after']) > 0, 'Retry-After');
		});

		it('who comes now is let in, is told that the database is away, and can send', async () => {
			const late = await Steady.connect(server, 'StreamHarbor', 'second responder', { from: known.seq });
			assert.equal(late.welcome.database, 'away');
			const what = threat(late, 'From one who came during the outage.'), { answer, began } = await timed(late, what);
			sent.push({ what, answer, began });
			assert.equal(answer.op, 'journaled', JSON.stringify(answer));
			await desk.urgent((f) => f.id === what.id);
			await late.leave();
			const stranger = await server.request('GET', '/api/me', { credential: { api_key: 'toc_' + 'A'.repeat(43) } });
			assert.equal(stranger.status, 401);
		});

		it('all sockets stay, and beats go on', async () => {
			const heard = everybody.map((m) => m.beats);
			await until(() => everybody.every((m, i) => m.beats > heard[i] + 1), 'two more beats for everybody');
			assert.deepEqual(everybody.map((m) => m.reconnects), everybody.map(() => 0));
		});

		it('nobody else sees any of it', () => assert.deepEqual(bystander.urgents, []));

		it('back: each is recorded once, late, with the time at which it was received', async () => {
			back();
			back = null;
			await recordedOnce(sent, [platform, second, desk, hub]);
			assert.equal(bystander.entries.filter((e) => sent.some((s) => s.what.id === e.id)).length, 0);
		});

		it('then the same again is accepted, with its number, and everything is taken', async () => {
			const again = await platform.send(sent[0].what);
			assert.equal(again.op, 'accepted', JSON.stringify(again));
			assert.equal(again.seq, desk.entries.find((e) => e.id === sent[0].what.id).seq);
			const r = await platform.deliver(message('M4', { step: 'draft', aware_at: scenarioTime(platform.self).toISOString() }));
			assert.equal(r.op, 'accepted', JSON.stringify(r));
		});

		it('the books agree', booksAgree);
	});

describe('a desk that does not answer while PostgreSQL is away', () => {
	let back;
	before(begin);
	after(async () => {
		back?.();
		await end();
	});

	it('is escalated in time, and what was done is recorded afterwards, once', async () => {
		assert.equal((await control.send(clock({ action: 'run', rate_milli: 60_000 }))).op, 'accepted'); // a minute in a second
		await until(() => platform.entries.some((e) => e.k === 'exercise.clock'), 'the clock runs');
		platform.socket.terminate(); // its next welcome has the clock
		await until(() => platform.self.welcome.exercises.some((x) => x.id === LANTERN && x.rate_milli === 60_000), 'and is known');
		back = freeze(server);
		const what = threat(platform, 'Nobody answers.'), { answer, began } = await timed(platform, what);
		assert.equal(answer.op, 'journaled', JSON.stringify(answer));
		const level = (n, org) => (f) => f.k === 'M19.escalation' && f.case === answer.case && f.message.body.contact === n && f.message.body.recipient_org === org;
		const first = await desk.urgent(level(1, 'AIRU'));
		assert.equal(first.note, 'not yet recorded');
		assert.ok(['queued', 'not_attempted'].includes(first.message.body.state), 'never says what was not done');
		const t17 = (await desk.urgent((f) => f.id === what.id)).decided.timers_started.find((t) => t.timer === 'T17' && t.desk === 'AIRU');
		assert.equal(Date.parse(first.at), Date.parse(t17.deadline), 'at its time in the scenario');
		await desk.urgent(level(2, 'AIRU'));
		back();
		back = null;
		await recordedOnce([{ what, answer, began, doubtful: true }], [platform, desk, hub]);
		const levels = await until(() => {
			const l = desk.entries.filter((e) => e.k === 'M19.escalation' && e.case === answer.case && e.message.body.recipient_org === 'AIRU');
			return l.length >= 3 && l;
		}, 'the levels, recorded');
		assert.equal(new Set(levels.map((e) => e.id)).size, levels.length);
		assert.equal(new Set(levels.map((e) => `${e.ref} ${e.decided.level} ${e.decided.timers_moved?.[0]?.desk ?? ''}`)).size, levels.length, 'each level once');
		assert.equal((await control.deliver(clock({ action: 'stop' }))).op, 'accepted');
		await booksAgree();
	});
});

describe('who comes while PostgreSQL is away', () => {
	let back;
	const others = [];
	before(begin);
	after(async () => {
		back?.();
		await Promise.all(others.map((m) => m.leave()));
		await end();
	});
	const come = async (org, person) => {
		const m = await Steady.connect(server, org, person);
		others.push(m);
		return m;
	};
	const ids = (m, from = 0) => m.urgents.slice(from).map((u) => u.id);
	/** A beat after the welcome: nothing that was due is still under way. */
	const settled = async (m) => { const heard = m.beats; await until(() => m.beats > heard, `a beat for ${m.name}`); };

	it('is given what is journaled, once and in its order; again after the front was killed, and after the keeper was', async () => {
		back = freeze(server);
		const sent = [];
		const say = async (m, what) => {
			const began = Date.now(), answer = await m.deliver(what);
			sent.push({ what, answer, began, doubtful: sent.length === 0 });
			assert.equal(answer.op, 'journaled', JSON.stringify(answer));
			return answer;
		};
		const first = await say(platform, threat(platform, 'Nobody at the desk yet.'));
		await say(platform, supplement(first.case, 'More of it.', [first.id]));
		await say(hub, m5(hub.self, 'ack', first.case));
		const all = () => sent.map((s) => s.what.id);
		await until(() => ids(desk).length === 3, 'all of it for who is here');

		const late = await come('AIRU', 'duty officer'), stranger = await come('BFP', 'duty officer');
		assert.equal(late.welcome.database, 'away');
		await settled(late);
		assert.deepEqual(ids(late), all());
		assert.equal(late.urgents[0].message.body.explanation, 'Nobody at the desk yet.');
		assert.equal(late.urgents[0].note, 'not yet recorded');

		for (const part of ['front', 'keeper']) {
			const before = late.urgents.length, losses = late.reconnects;
			await server.kill(part);
			if (part === 'front') await until(() => late.reconnects > losses && late.welcome, 'it is back');
			await say(platform, threat(platform, `After the ${part}.`));
			await late.urgent((u) => u.id === all().at(-1));
			await settled(late);
			assert.deepEqual(ids(late, before), part === 'front' ? all() : all().slice(-1), 'once for each connection');
			const later = await come('AIRU', 'duty officer');
			await settled(later);
			assert.deepEqual(ids(later), all());
		}
		await settled(stranger);
		assert.deepEqual([...stranger.urgents, ...bystander.urgents], []);

		back();
		back = null;
		await recordedOnce(sent, [platform, desk, hub, ...others.filter((m) => m !== stranger)]);
		const afterwards = await come('AIRU', 'duty officer');
		await settled(afterwards);
		assert.deepEqual(afterwards.urgents, []);
		await booksAgree();
	});
});

describe('the keeper dies while PostgreSQL is away', () => {
	let back;
	before(begin);
	after(async () => {
		back?.();
		await end();
	});

	it('its successor knows everybody, every case and the journal from its sealed copy', async () => {
		const known = await platform.send(threat(platform, 'Recorded just before.'));
		assert.equal(known.op, 'accepted', JSON.stringify(known));
		back = freeze(server);
		const frozen = Date.now(), sent = [];
		const say = async (m, what) => {
			const began = Date.now(), answer = await m.deliver(what);
			sent.push({ what, answer, began, doubtful: sent.length === 0 });
			return answer;
		};
		const first = await say(platform, threat(platform, 'Journaled before the death.'));
		assert.equal(first.op, 'journaled', JSON.stringify(first));
		await until(() => fs.statSync(path.join(server.state, 'journal/state')).mtimeMs >= frozen, 'a copy of the state as it was when PostgreSQL was lost');
		await server.kill('keeper');
		const again = await platform.deliver(sent[0].what);
		assert.deepEqual({ ...again, ref: 0 }, { ...first, ref: 0 }, 'it is known already');
		assert.equal((await say(platform, threat(platform, 'Journaled after it.'))).op, 'journaled');
		assert.equal((await say(desk, m5(desk.self, 'accept', first.case))).op, 'journaled');
		assert.equal((await say(desk, m5(desk.self, 'ack', known.case))).op, 'journaled', 'the case of the last moment before');
		const stranger = await server.request('GET', '/api/me', { credential: { api_key: 'toc_' + 'A'.repeat(43) } });
		assert.equal(stranger.status, 401);
		const unknown = await desk.send(m5(desk.self, 'ack', uuid7()));
		assert.equal(unknown.code, 'database_away', 'what it does not know may have been after its copy: no last word now');
		assert.equal(bystander.urgents.length, 0);
		back();
		back = null;
		await recordedOnce(sent, [platform, desk, hub]);
		await booksAgree();
	});
});

describe('the keeper dies twice over, and its sealed copy is older than the ledger', () => {
	let back;
	before(begin);
	after(async () => {
		back?.();
		await end();
	});

	it('a threat is recorded, with what follows from it, though its keeper knew nothing of the last one', async () => {
		const outage = async (text, meanwhile = async () => {}) => {
			await new Ledger(server).tip(); // it is there, so that it can go
			back = freeze(server);
			await meanwhile();
			const what = threat(platform, text), sent = { what, began: Date.now(), answer: await platform.deliver(what) };
			assert.equal(sent.answer.op, 'journaled', JSON.stringify(sent.answer));
			return sent;
		};
		const follows = async () => (await new Ledger(server).rows(`select seq from ledger.entry where k = 'storage.begin'`)).length;
		assert.equal(await follows(), 0);
		await until(() => fs.existsSync(path.join(server.state, 'journal/state')), 'the copy of the start');
		const first = await outage('The first that brings personal data.');
		back();
		for (const m of [platform, desk, hub]) await m.entry((e) => e.id === first.what.id);
		assert.equal(await follows(), 1, 'the storage review of the month begins with it');
		const second = await outage('The next, to one who knows nothing of the first.', () => server.kill('keeper'));
		assert.match(server.log, /"text":"node n1, \d+ entries, without a database"/);
		back();
		back = null;
		await recordedOnce([{ ...first, doubtful: true }, second], [platform, desk, hub]);
		assert.equal(await follows(), 2, 'each that brings data to a month of which nothing is known begins its review');
		assert.doesNotMatch(server.log, /stays in a copy/);
		await booksAgree();
	});
});

describe('the ledger does not take what was journaled', () => {
	let back;
	before(begin);
	after(async () => {
		back?.();
		await end();
	});
	const sql = (text) => new Ledger(server).rows(text, 'admin');
	const journal = async () => (await server.request('GET', '/readyz', { credential: server.credential('OPS', 'admin') })).json.checks.journal;

	it('everything else goes in; of it people are told, until it is in as well', async () => {
		const sent = [];
		const say = async (text) => {
			const what = threat(platform, text), began = Date.now();
			if (text === 'Barred.') await sql(`alter table ledger.entry add constraint bar check (eid <> '${what.id}') not valid`);
			if (!back) back = freeze(server);
			sent.push({ what, began, answer: await platform.deliver(what), doubtful: sent.length === 0 });
		};
		await say('Barred.');
		for (const text of ['One.', 'Two.']) await say(text);
		assert.ok(sent.every((s) => s.answer.op === 'journaled'), JSON.stringify(sent.map((s) => s.answer)));
		back();
		back = null;
		await recordedOnce(sent.slice(1), [platform, desk, hub]);
		const [barred] = sent;
		await until(async () => (await journal()).state === 'warning', '/readyz warns');
		assert.match((await journal()).reason, /does not take 1 record/);
		assert.match(server.log, new RegExp(`does not take M4.send ${barred.what.id} of StreamHarbor: .*bar`));
		assert.match((await server.request('GET', '/metrics', { credential: server.credential('OPS', 'admin') })).text, /tocsin_keeper_journal_refused\S* 1\n/);
		const late = await Steady.connect(server, 'AIRU', 'duty officer');
		await late.urgent((u) => u.id === barred.what.id);
		await late.leave();
		const printed = spawnSync(tocsind, ['journal', 'list', '--state', server.state], { encoding: 'utf8' });
		assert.equal(printed.status, 0, printed.stderr);
		const record = JSON.parse(printed.stdout.trim());
		assert.ok(record.entries.some((e) => e.eid === barred.what.id && e.data.message.body.explanation === 'Barred.'), printed.stdout);
		assert.match(record.refused.why, /bar/);

		await sql('alter table ledger.entry drop constraint bar');
		await server.kill('keeper');
		await recordedOnce([barred], [platform, desk, hub]);
		await until(async () => (await journal()).state === 'well', '/readyz is well');
		await booksAgree();
	});
});

describe('what can never go in', () => {
	let dir, back;
	before(() => { dir = scratch(); });
	after(async () => {
		back?.();
		await end();
		fs.rmSync(dir, { recursive: true, force: true });
	});
	const drop = () => spawnSync(tocsind, ['journal', 'drop', '--state', server.state], { encoding: 'utf8' });
	const journal = async () => (await server.request('GET', '/readyz', { credential: server.credential('OPS', 'admin') })).json.checks.journal;
	const folder = () => fs.readdirSync(path.join(server.state, 'journal')).filter((n) => n.startsWith('refused'));

	it('is put aside by hand, while the server is stopped; then nobody is reminded of it, and it is not lost', async () => {
		server = await Server.start({ state: path.join(dir, 'state') });
		everybody = [];
		[platform] = everybody = [await Steady.connect(server, 'StreamHarbor', 'night responder')];
		const barred = threat(platform, 'Put aside.');
		await new Ledger(server).rows(`alter table ledger.entry add constraint bar check (eid <> '${barred.id}') not valid`, 'admin');
		back = freeze(server);
		assert.equal((await platform.deliver(barred)).op, 'journaled');
		back();
		back = null;
		await until(async () => (await journal()).state === 'warning', '/readyz warns');
		const kept = fs.readFileSync(path.join(server.state, 'journal/refused'));
		const early = drop();
		assert.equal(early.status, 1, 'while a server has it');
		assert.deepEqual(folder(), ['refused']);
		await platform.leave();
		everybody = [];
		await server.stop({ keep: true });
		const done = drop();
		assert.equal(done.status, 0, done.stderr);
		assert.match(done.stdout, /no erasure finds it/);
		const [name] = folder();
		assert.match(name, /^refused-\d+$/);
		assert.deepEqual(folder(), [name]);
		assert.deepEqual(fs.readFileSync(path.join(server.state, 'journal', name)), kept);
		const nothing = drop();
		assert.equal(nothing.status, 1);
		assert.match(nothing.stderr, /refused/);
		server = await Server.start({ state: server.state });
		await until(async () => (await journal()).state === 'well', '/readyz is well');
		const desk = await Steady.connect(server, 'AIRU', 'duty officer');
		everybody = [desk];
		const heard = desk.beats;
		await until(() => desk.beats > heard, 'a beat');
		assert.deepEqual(desk.urgents.filter((u) => u.id === barred.id), []);
		assert.deepEqual(fs.readFileSync(path.join(server.state, 'journal', name)), kept);
	});
});

describe('death at the moment of the return', () => {
	const random = new Random();
	before(begin);
	after(end);

	it(`whoever dies then, nothing is lost and nothing comes twice (seed ${random.seed})`, async (t) => {
		const all = [];
		for (const who of random.shuffled(['keeper at once', 'keeper soon', 'keeper at the first entry', 'postgres at once', 'postgres at the first entry', 'both'])) {
			await new Ledger(server).tip(); // it is there, so that it can go
			const began = Date.now(), back = freeze(server), sent = [];
			for (let i = 0; i < 5; i++)
				sent.push(await Promise.all([platform, second].map(async (m) => {
					const what = threat(m, `${who} ${i}`), began = Date.now();
					return { what, began, answer: await m.deliver(what) };
				})));
			const seen = desk.entries.length;
			back();
			if (who.endsWith('first entry')) await until(() => desk.entries.length > seen, 'an entry');
			if (who.endsWith('soon')) await new Promise((resolve) => setTimeout(resolve, random.int(1, 300)));
			if (who.startsWith('keeper') || who === 'both') process.kill(server.pids('keeper')[0], 'SIGKILL');
			if (who.startsWith('postgres') || who === 'both') kill(server);
			await until(() => sent.flat().every((s) => desk.entries.some((e) => e.id === s.what.id)), `everything after ${who}`);
			all.push(...sent.flat());
			t.diagnostic(`${who}: ${Date.now() - began} ms`);
		}
		for (const s of all) {
			assert.equal(s.answer.op, 'journaled');
			assert.equal((await recorded(server, s.what.id)).n, 1);
		}
		await booksAgree();
	});
});
