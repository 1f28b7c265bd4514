// audit.test.mjs: auditors ask the ledger, by name and in their own words: nothing is read that no mandate covers, and
// nothing before it is on record that it is.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { ask, atConsole, grantMandate, system } from './lib/audit.mjs';
import { exercises, play, ran } from './lib/command.mjs';
import { accepted, bare } from './lib/ending.mjs';
import { Member } from './lib/member.mjs';
import { LANTERN, m4, message, scenarioTime } from './lib/messages.mjs';
import { build, scratch, Server, until } from './lib/server.mjs';

let server, admin, dpo, auditor, second;
before(async () => {
	server = await Server.start({ args: ['--audit-s', '600'] }); // what is cut off here is so for another reason than its time
	admin = await atConsole(server, 'HUB', 'admin');
	dpo = await atConsole(server, 'HUB', 'data protection officer');
	auditor = server.credential('FRP', 'auditor');
	second = server.credential('FRP', 'second auditor');
});
after(() => server?.stop());

describe('a question to the ledger', () => {
	let platform, sent, other, mandate;

	before(async () => {
		platform = await Member.connect(server, 'StreamHarbor', 'night responder');
		sent = await platform.send(m4(platform));
		other = await platform.send(m4(platform, { text: 'Another one, elsewhere.' }));
		assert.equal(sent.op, 'accepted', JSON.stringify(sent));
		mandate = await grantMandate(admin, dpo, { cases: [sent.case] });
	});
	after(() => platform?.close());

	it('in the demonstration an auditor finds a mandate for each exercise, and asks under it', async () => {
		const mine = (await server.request('GET', '/api/entries?after=-1&limit=500', { credential: auditor })).json.entries.filter((e) => e.k === 'mandate.grant' && e.org === 'server');
		assert.deepEqual(mine.map((e) => [e.message.body.exercises.length, e.message.body.whole, e.message.body.deconfliction]), [[1, false, false], [1, false, false]]);
		const of = mine.find((e) => e.message.body.exercises[0] === LANTERN).message.body.mandate;
		const r = await ask(server, second, 'timeline', { mandate: of, purpose: 'what is going on?', parameters: { exercise: LANTERN } });
		assert.equal(r.status, 200, JSON.stringify(r));
		assert.ok(r.rows.some((e) => e.id === sent.id));
		assert.ok((await admin.entries()).some((e) => e.k === 'mandate.grant' && e.message.body.mandate === of), 'the hub reads it, too');
	});

	it('without a mandate, or for no purpose: refused, and nothing is entered', async () => {
		for (const [body, code, field] of [[{ purpose: 'x', mandate: '0f9d1f4e-2f1a-4c55-9d6e-3a0b7f1d0005' }, 'not_found', 'body.mandate_ref'],
			[{ mandate }, 'missing_field', 'purpose'], [{ purpose: 'x' }, 'not_permitted', undefined],
			[{ mandate, purpose: 'x', parameters: { case: 'no id' } }, 'bad_value', 'parameters'],
			[{ mandate, purpose: 'x', parameters: { colour: 'red' } }, 'unknown_field', 'parameters'],
			[{ mandate, purpose: 'x', sql: 'select 1' }, 'unknown_field', 'sql']]) {
			const r = await ask(server, auditor, 'timeline', body);
			assert.equal(r.json?.code, code, JSON.stringify(r));
			assert.equal(r.json.field, field);
		}
		assert.equal((await ask(server, auditor, 'everything', { mandate, purpose: 'x' })).json.code, 'not_found');
		const mine = await server.request('GET', '/api/entries?after=-1&limit=500', { credential: auditor });
		assert.deepEqual(mine.json.entries.filter((e) => e.k === 'M27.mandate').length, 1, 'the one before');
	});

	it('is entered first, and answered with what the mandate covers and nothing else', async () => {
		const r = await ask(server, auditor, 'timeline', { mandate, purpose: 'was it in time?', parameters: { case: sent.case, exercise: LANTERN } });
		assert.equal(r.status, 200, JSON.stringify(r));
		assert.equal(r.type, 'application/jsonl');
		assert.deepEqual(r.rows.filter((e) => e.k === 'M4.send').map((e) => e.id), [sent.id]);
		assert.ok(r.rows.every((e) => e.case === sent.case && e.seq < r.head.asked));
		assert.equal(r.head.as_of, r.head.asked);
		assert.equal(r.last.complete, true);
		const all = await ask(server, auditor, 'timeline', { mandate, purpose: 'all of it', parameters: { exercise: LANTERN } });
		assert.deepEqual(all.rows.map((e) => e.seq), r.rows.map((e) => e.seq));
		const none = await ask(server, auditor, 'timeline', { mandate, purpose: 'what is not mine', parameters: { case: other.case, exercise: LANTERN } });
		assert.deepEqual(none.rows, []);
		const mine = await until(async () => {
			const e = (await server.request('GET', '/api/entries?after=-1&limit=500', { credential: second })).json.entries;
			return e.filter((x) => x.k === 'M27.result').length === 4 && e;
		}, 'four questions and four results');
		const asked = mine.filter((e) => e.k === 'M27.mandate');
		assert.deepEqual(asked.map((e) => e.message.body.purpose), ['what is going on?', 'was it in time?', 'all of it', 'what is not mine']);
		const result = mine.find((e) => e.k === 'M27.result' && e.message.body.asked === r.head.id);
		assert.equal(result.message.body.result_count, r.rows.length);
		assert.equal(result.message.body.export_digest, r.last.sha256);
		assert.equal(result.message.body.complete, true);
	});
});

// The audit questions of both exercises, asked of the ledger by name, with their fixed answers (domain h.1, h.2).
describe('what the ledger answers for', () => {
	const BELL = '40cff146-451c-405a-bb94-a58703f37f31';
	let mandate;
	const asks = async (name, parameters, more = {}) => {
		const r = await ask(server, auditor, name, { mandate, purpose: `fixed answers: ${name}`, parameters, ...more });
		assert.equal(r.status, 200, JSON.stringify(r));
		assert.equal(r.last.error, undefined);
		return r;
	};
	const rows = async (...args) => (await asks(...args)).rows;

	before(async () => {
		for (const [name, id] of [['lantern.json', LANTERN], ['quiet-bell.json', BELL]]) {
			const played = await play(server, path.join(exercises, name), ...(name === 'lantern.json' ? ['--new'] : []));
			assert.equal(played.code, 0, played.err);
			if (name === 'lantern.json') lantern = played.events.find((e) => e.event === 'begin').exercise;
			else assert.equal(played.events.find((e) => e.event === 'begin').exercise, id);
		}
		mandate = await grantMandate(admin, dpo, { exercises: [lantern, BELL, LANTERN] });
	});
	let lantern;

	it('LANTERN: times to people, of the order, of the incident', async () => {
		const [notice] = await rows('threats', { exercise: lantern });
		assert.deepEqual([notice.aware_to_answer_s, notice.sent_to_answer_s, notice.answered_by], [115, 65, 'AIRU']);
		const [active] = await rows('activations', { exercise: lantern });
		assert.deepEqual([active.last_acknowledgement_s, active.last_by, active.active_s, active.owed], [23 * 60 + 10, 'PastePond', 28 * 3600 + 45 * 60, 8]);
		const [order] = await rows('orders', { exercise: lantern });
		assert.deepEqual([order.received_to_removed_s, order.hour_left_s, order.hours, order.breached], [24 * 60 + 38, 35 * 60 + 22, 1, 0]);
		assert.equal((await rows('links', { exercise: lantern })).filter((l) => l.kind === 'duplicate_of').length, 1);
		assert.deepEqual((await rows('signals', { exercise: lantern })).filter((x) => x.disputed).map((x) => x.hash_type), ['PDQ']);
		const [blocked] = await rows('lawful_blocked', { exercise: lantern });
		assert.deepEqual([blocked.org, blocked.because_of, blocked.why, blocked.ended_by, blocked.blocked_s], ['GameNest', 'StreamHarbor', 'negative', 'QUARANTINED', (95 * 60) - 750]);
		const late = await rows('deadlines_missed', { exercise: lantern });
		assert.deepEqual(late.map((d) => [d.timer, d.state, d.late_s]), [['T22', 'passed', null], ['T22', 'missed', 7200]]);
		const m28 = (await rows('timeline', { exercise: lantern })).find((e) => e.k === 'M28.send');
		assert.deepEqual([...new Set((await rows('who_saw', { message: m28.id })).map((r) => r.org))].sort(), ['AIRU', 'Chirplet']);
	});

	it('LANTERN: what PastePond knew at T+34:00, and at T+36:00', async () => {
		const at = (t) => asks('knew', { exercise: lantern, org: 'PastePond', at: t });
		const early = await at('2031-05-17T14:32:00Z'), messages = early.rows.filter((r) => r.kind === 'message');
		assert.deepEqual(messages.map((m) => [m.k, m.at.slice(11, 19), m.delivered.map((d) => [d.channel, d.at.slice(11, 19)]), m.seen, m.acknowledged]), [
			// no e-mail leaves this server: it was for them, and did not reach them
			['M2.issue', '14:09:00', [], [], []], ['M6.share', '14:10:30', [], [], []], ['M3.confirm', '14:13:00', [], [], []]]);
		const clocks = early.rows.filter((r) => r.kind === 'timer' && r.state === 'running');
		assert.deepEqual(clocks.map((t) => [t.timer, t.starts.slice(11, 19), t.deadline.slice(11, 19), t.steps.map((x) => x.at.slice(11, 19))]), [['T19', '14:13:00', '14:43:00', ['14:28:00']]]);
		const later = await at('2031-05-17T14:34:00Z');
		assert.deepEqual(later.rows.filter((r) => r.kind === 'message').slice(3).map((m) => [m.k, m.at.slice(11, 19), m.delivered[0].at.slice(11, 19), m.seen]), [['M10.issue', '14:33:30', '14:33:32', []]]);
		assert.deepEqual(later.rows.filter((r) => r.kind === 'timer' && r.state === 'running').map((t) => [t.timer, t.deadline.slice(11, 19)]), [['T19', '14:43:00'], ['T1', '15:33:32']]);
	});

	it('what every organisation knew, at any time, is what is added up from the entries alone; in pages too', async () => {
		const folder = scratch(), compared = {};
		const differ = (x, y) => (x ?? null) !== (y ?? null) && Date.parse(x) !== Date.parse(y);
		/** The members of what was added up, in what was answered: times may be written otherwise. */
		const same = (got, want) => (Array.isArray(want) ? got?.length === want.length && want.every((w, i) => same(got[i], w))
			: want && typeof want === 'object' ? Object.entries(want).every(([k, w]) => same(got?.[k === 'desk' && got.kind === 'timer' ? 'org' : k], w)) : !differ(got, want));
		const [harbor, desk] = [await Member.connect(server, 'StreamHarbor', 'night responder'), await Member.connect(server, 'AIRU', 'duty officer')];
		const told = accepted(await harbor.deliver(m4(harbor)));
		accepted(await desk.deliver(message('M19', { step: 'human', message_ref: told.id, recipient_org: 'AIRU', channel: 'console', state: 'seen', at: scenarioTime(desk).toISOString(), actor_kind: 'human' }, bare)));
		await Promise.all([harbor.close(), desk.close()]);
		for (const exercise of [lantern, BELL, LANTERN]) {
			const all = await rows('sql', undefined, { sql: `select k, at, org, id, message, decided from entry where exercise = '${exercise}' order by seq` });
			const file = path.join(folder, exercise), times = all.map((e) => e.at).sort();
			fs.writeFileSync(file, all.map((e) => `${JSON.stringify(e)}\n`).join(''));
			const orgs = [...new Set(all.flatMap((e) => [e.org, ...(e.decided.readers ?? []).map((r) => r.org)]))].filter((o) => o !== 'server');
			const asked = orgs.flatMap((org, n) => (exercise === LANTERN ? [1] : [0.3 + (n % 5) / 10, 1]).map((part) => ({ org, at: times[Math.floor((times.length - 1) * part)] })));
			const began = new Map(all.flatMap((e) => (e.decided.timers_started ?? []).map((x) => [x.id, x.desk ?? e.org])));
			for (const e of all.filter((x) => x.k === 'deadline.passed')) asked.push(...(e.decided.timers_moved ?? []).map((m) => ({ org: began.get(m.id), at: e.at })));
			const oracle = execFileSync(path.join(build, 'tests/unit/message/knew_of'), [file], { input: asked.map((q) => `${q.org} ${q.at}`).join('\n'), encoding: 'utf8' }).trim().split('\n').map((l) => JSON.parse(l));
			for (const [n, q] of asked.entries()) {
				const got = await rows('knew', { ...q, exercise });
				for (const [kind, list] of [['message', 'messages'], ['own', 'own'], ['timer', 'timers']]) {
					const of = new Map(got.filter((r) => r.kind === kind).map((r) => [r.id, r]));
					assert.equal(of.size, oracle[n][list].length, `${JSON.stringify(q)}: ${list}`);
					for (const want of oracle[n][list]) {
						assert.ok(same(of.get(want.id), want), `${JSON.stringify(q)}: ${JSON.stringify(of.get(want.id))} is not ${JSON.stringify(want)}`);
						for (const k of ['recalled', 'stopped_at']) assert.ok(same(of.get(want.id)[k], want[k]), `${JSON.stringify(q)}: ${k} of ${want.id}`);
						for (const [k, v] of Object.entries(want)) if (Array.isArray(v) ? v.length : v) compared[`${kind}.${k}`] = true;
						if (kind === 'timer') compared[want.state] = true;
					}
				}
				assert.deepEqual(got.map((r) => r.seq), got.map((r) => r.seq).sort((x, y) => x - y));
				assert.equal(got.length, ['messages', 'own', 'timers'].reduce((sum, list) => sum + oracle[n][list].length, 0));
			}
		}
		for (const what of ['message.delivered', 'message.seen', 'message.acknowledged', 'message.entries', 'own.id', 'timer.steps', 'timer.stopped_at', 'running', 'met', 'missed', 'passed'])
			assert.ok(compared[what], `${what} has not come up`);
		fs.rmSync(folder, { recursive: true });
		const question = { exercise: lantern, org: 'PastePond', at: '2031-05-18T14:34:00Z' }, whole = await asks('knew', question), pages = [];
		for (let more = { as_of: String(whole.head.as_of) }; more;) {
			const page = await asks('knew', { ...question, ...more, limit: '5' });
			pages.push(page.rows);
			more = page.last.next;
		}
		assert.ok(pages.length > 3 && pages.slice(0, -1).every((p) => p.length === 5), pages.map((p) => p.length).join());
		assert.deepEqual(pages.flat(), whole.rows);
		assert.deepEqual((await rows('knew', { ...question, kind: 'timer' })), whole.rows.filter((r) => r.kind === 'timer'));
	});

	it('QUIET BELL: notices, cases, who was paged, who read it, what was declined', async () => {
		const notices = await rows('threats', { exercise: BELL });
		assert.equal(notices.length, 2);
		assert.equal(new Set(notices.map((n) => [n.case, ...n.linked].sort().join())).size, 1, 'one case in the real world');
		assert.deepEqual([notices[0].published_to_accepted_s, notices[0].accepted_by], [17 * 60 + 30, 'AIRU']);
		assert.deepEqual([...new Set((await rows('paged', { exercise: BELL })).map((p) => p.org))].sort(), ['AIRU', 'CDA', 'HUB']);
		assert.deepEqual([...new Set((await rows('who_saw', { message: notices[0].id })).map((r) => r.org))].sort(), ['AIRU', 'CDA', 'GameNest', 'HUB']);
		assert.deepEqual((await rows('warnings', { exercise: BELL })).map((w) => [w.k, w.reason]), [['M2.decline', 'no_terrorism_link']]);
		const knew = async (t) => (await rows('knew', { exercise: BELL, org: 'AIRU', at: t }));
		assert.deepEqual((await knew('2031-03-04T21:27:59Z')).filter((r) => r.k?.startsWith('M')), []);
		const after = await knew('2031-03-04T21:28:30Z');
		assert.deepEqual(after.filter((r) => r.kind === 'message').map((m) => [m.k, m.entries?.length, m.seen.length, m.acknowledged.length]), [['M5.redirect', undefined, 0, 0], ['M29.disclose', 5, 0, 0]]);
		assert.deepEqual(after.filter((r) => r.kind === 'timer').map((t) => [t.timer, t.deadline.slice(11, 19), t.state]), [['T17', '21:33:00', 'running']]);
	});

	it('every query of the list is answered, with the columns that the list names', async () => {
		const { queries } = (await server.request('GET', '/api/audit', { credential: auditor })).json;
		const some = { org: 'AIRU', at: '2031-05-17T14:32:00Z', message: (await rows('threats', { exercise: lantern }))[0].id, person: '12dce59c-5fcf-45f3-8669-eb43c443afb4' };
		assert.ok(queries.length >= 25);
		for (const q of queries) {
			if (q.name === 'subject') continue; // of a data protection officer: erasure.test.mjs
			const parameters = Object.fromEntries(q.parameters.filter((p) => p.must).map((p) => [p.name, some[p.name]]));
			if (q.parameters.some((p) => p.name === 'exercise')) parameters.exercise = lantern;
			const r = await asks(q.name, { ...parameters, limit: '3' });
			if (q.name === 'entries') continue;
			const columns = q.columns.map((c) => c.name);
			if (q.name === 'evidence') // what is not there has no column
				for (const row of r.rows) assert.deepEqual(Object.keys(row).filter((c) => ![...columns, 'body_salt'].includes(c)), [], q.name);
			else for (const row of r.rows) assert.deepEqual(Object.keys(row), columns, q.name);
		}
	});

	it('pages go with one another, at one size of the ledger', async () => {
		const all = await asks('timeline', { exercise: lantern }), as_of = String(all.head.as_of);
		const first = await asks('timeline', { exercise: lantern, as_of, limit: '100' }), next = await asks('timeline', { exercise: lantern, as_of, skip: '100' });
		assert.equal(first.last.complete, false);
		assert.equal(next.last.complete, true);
		assert.deepEqual([...first.rows, ...next.rows], all.rows);
	});

	it('entries come without what is personal, unless the mandate covers that', async () => {
		// of an exercise whose clock runs on: the one that was played is past its retention
		const bare = await grantMandate(admin, dpo, { exercises: [LANTERN] });
		const r = await asks('entries', { exercise: LANTERN }, { mandate: bare });
		const sent = r.rows.find((e) => e.k === 'M4.send');
		assert.equal(sent.rendering, 'without_personal');
		assert.equal(JSON.stringify(sent.message.body).includes('live.streamharbor.example'), false);
		assert.equal(r.rows.some((e) => e.actor), false);
		const whole = await grantMandate(admin, dpo, { exercises: [LANTERN], whole: true });
		const opened = await server.request('GET', `/api/entries?mandate=${whole}&purpose=what%20was%20said&exercise=${LANTERN}`, { credential: auditor });
		const lines = opened.text.trim().split('\n').map((l) => JSON.parse(l));
		assert.equal(lines[0].query, 'entries');
		const same = lines.find((e) => e.seq === sent.seq);
		assert.equal(same.rendering, 'whole');
		assert.equal(JSON.stringify(same.message.body).includes('live.streamharbor.example'), true);
		assert.ok(same.actor.person);
		assert.equal(lines.length - 2, r.rows.length);
	});

	it('an organisation\'s own part is that of the role that asks; numbers of people are personal, whatever a message says of itself', async () => {
		const own = async (person, name) => (await ask(server, server.credential('StreamHarbor', person), name, { purpose: 'own' })).rows;
		for (const name of ['privileged', 'entries']) {
			const seen = await own('night responder', name), all = await own('data protection officer', name);
			assert.deepEqual(seen.filter((e) => /^(credential|person)[.]/.test(e.k)), [], name);
			assert.ok(all.some((e) => /^(credential|person)[.]/.test(e.k)), name);
		}
		const whose = await grantMandate(admin, dpo, { orgs: ['StreamHarbor'] });
		const r = await ask(server, auditor, 'entries', { mandate: whose, purpose: 'points' });
		assert.ok(r.rows.some((e) => e.k === 'M26.own') && r.rows.some((e) => e.k === 'M27.own'));
		assert.doesNotMatch(JSON.stringify(r.rows), /[+]999 07 555 0[1-9]|"purpose"/);
	});

	it('experts\' own SQL: on record, read-only, within the mandate, and PostgreSQL\'s own words when it is wrong', async () => {
		const sql = (text) => ask(server, auditor, 'sql', { mandate, purpose: 'own', sql: text }), entered = async () => (await rows('questions', {})).filter((q) => q.query === 'sql').length, before = await entered();
		const r = await sql(`select k, count(*) as n from audit.entry where exercise = '${lantern}' group by k order by n desc limit 2`);
		assert.deepEqual(r.rows[0].k, 'M19.machine');
		for (const [text, words] of [['select nothing from nowhere', /does not exist/], ['select * from ledger.sealed', /permission denied/], ['select 1; select 2', /syntax|multiple/], ['delete from ledger.entry returning 1', /syntax/],
			["select set_config('role', 'tocsin_reader', false)", /permission denied/], ['select 1/0 from audit.entry', /division by zero/]]) {
			const wrong = await sql(text);
			assert.match(wrong.last?.error ?? wrong.json?.detail, words, JSON.stringify(wrong));
		}
		assert.equal(await entered() - before, 7);
		const own = await ask(server, server.credential('StreamHarbor', 'night responder'), 'sql', { purpose: 'own', sql: 'select 1' });
		assert.match(own.json.code, /bad_value/);
	});

	it('`tocsin audit`: the list, a table for people, the lines as they came, and what is refused', async () => {
		const as = { member: 'FRP/auditor' };
		assert.match((await ran(server, ['audit', 'queries'], as)).out, /^deadlines_missed  what was not done in time/m);
		const table = await ran(server, ['audit', 'query', 'threats', `exercise=${lantern}`, '--mandate', mandate, '--purpose', 'in time?'], as);
		assert.equal(table.code, 0, table.err);
		assert.match(table.lines[0], /^seq +id +case +org +desks +published_at/);
		assert.match(table.lines[1], /StreamHarbor .*2031-05-17 14:01:10Z .*AIRU .* 115 /);
		assert.equal(table.lines[2], '1 row');
		const page = ['audit', 'query', 'timeline', `exercise=${lantern}`, '--mandate', mandate, '--purpose', 'what was there?'];
		const first = await ran(server, page, as), whole = await ran(server, [...page, '--all'], as);
		const [, more] = first.lines.at(-1).match(/^200 rows; there are more: go on with (after=\d+ as_of=\d+ skip=1)$/) ?? assert.fail(first.out);
		const next = await ran(server, [...page, ...more.split(' ')], as);
		const found = (r) => r.lines.slice(1, -1).map((l) => Number(l.split(' ')[0]));
		assert.deepEqual([...found(first), ...found(next)], found(whole).slice(0, 200 + found(next).length));
		assert.match(whole.lines.at(-1), /^\d+ rows$/);
		const lines = await ran(server, ['audit', 'sql', '-', '--mandate', mandate, '--purpose', 'how many', '--json'], { ...as, input: `select count(*) as n from entry where exercise = '${lantern}'` });
		assert.ok(JSON.parse(lines.lines[1]).n > 200, lines.out + lines.err);
		assert.equal(JSON.parse(lines.lines[2]).complete, true);
		for (const [args, code, words] of [[['query', 'nothing'], 2, /no query of that name/], [['query', 'threats', '--mandate', mandate], 2, /--purpose is needed/],
			[['query', 'who_saw', '--mandate', mandate, '--purpose', 'x'], 1, /missing_field parameters: who_saw needs message/],
			[['sql', 'select 1 from nothing', '--mandate', mandate, '--purpose', 'x'], 1, /does not exist/]]) {
			const r = await ran(server, ['audit', ...args], as);
			assert.equal(r.code, code, r.err);
			assert.match(r.err, words);
		}
	});

	it('big rows come whole, and far away ones are skipped', async () => {
		const r = await ask(server, auditor, 'sql', { mandate, purpose: 'big', sql: "select g, repeat('x', 100000) as x from generate_series(1, 60) g" });
		assert.deepEqual(r.rows.map((x) => x.g), Array.from({ length: 60 }, (_, i) => i + 1), JSON.stringify(r.last));
		assert.equal(r.last.complete, true);
		assert.doesNotMatch(server.log, /front_gone/);
		assert.deepEqual((await asks('timeline', { exercise: lantern, skip: '3000000000' })).rows, []);
	});

	it('a statement does not put off its end: what it sets counts no further than its row', async () => {
		const gone = new AbortController(), sql = `select g, case when g <= 60 then set_config('statement_timeout', '0', false) || set_config('client_connection_check_interval', '0', false)
			when g < 100 then '' else (select count(*)::text from generate_series(1, 100000) a, generate_series(1, 100000 + g) b) end from generate_series(1, 200) g`;
		let lines = 0;
		const asked = fetchLines(server, auditor, { mandate, purpose: 'endless', sql }, gone.signal, (n) => { lines += n; });
		await until(() => lines > 64, 'rows that set something came');
		const busy = () => server.family().filter((p) => /tocsin_auditor .* FETCH/.test(p.args)).length;
		await until(() => busy() === 1, 'it runs');
		gone.abort();
		await assert.rejects(asked);
		await until(() => busy() === 0, 'it has stopped');
	});

	it('an answer is cut off when its mandate is ended, and when its asker\'s role is', async () => {
		const sql = "select g, repeat('y', 20000) as t, (select count(*) from generate_series(1, 20000)) from generate_series(1, 1000000) g";
		const [first, next] = [await atConsole(server, 'FRP', 'admin'), await atConsole(server, 'FRP', 'second admin')];
		const person = (await first.entries()).find((e) => e.k === 'person.enrol' && e.message.body.title === 'second auditor').message.body.person;
		for (const [who, one, two, type, body] of [[auditor, admin, dpo, 'mandate', (m) => ({ step: 'end', mandate: m })],
			[second, first, next, 'role', () => ({ step: 'revoke', org: 'FRP', person, roles: ['auditor'] })]]) {
			const under = await grantMandate(admin, dpo, { exercises: [lantern] });
			let lines = 0;
			const asked = fetchLines(server, who, { mandate: under, purpose: 'long', sql }, undefined, (n) => { lines += n; }).catch(() => ''); // at once: it may come before the answer to what ends it
			await until(() => lines > 0, 'it comes');
			const proposed = await one.send(system(type, body(under)));
			assert.equal((await two.send(system(type, body(under), { supersedes: proposed.id }))).op, 'accepted', JSON.stringify(proposed));
			assert.doesNotMatch(await asked, /"complete"|refused/, type); // no last line
		}
	});

	it('who goes away is not answered further: PostgreSQL stops as well; meanwhile history is served', async () => {
		const gone = new AbortController(), slow = 'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b';
		const asked = fetchLines(server, auditor, { mandate, purpose: 'slow', sql: slow }, gone.signal);
		const busy = () => server.family().filter((p) => /tocsin_auditor .* FETCH/.test(p.args)).length;
		await until(() => busy() === 1, 'it runs');
		assert.equal((await server.request('GET', '/api/entries?after=-1&limit=5', { credential: auditor })).status, 200);
		gone.abort();
		await assert.rejects(asked);
		await until(() => busy() === 0, 'it has stopped');
	});
});

/** A question whose asker hangs up; told of the lines as they come. @returns the end of the answer */
function fetchLines(from, credential, body, signal, onLines = () => {}) {
	return new Promise((resolve, reject) => {
		const bytes = JSON.stringify(body);
		const r = https.request({ host: 'localhost', port: from.port, path: '/api/audit/sql', method: 'POST', ca: from.ca, signal,
			headers: { authorization: `Bearer ${credential.api_key}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) } },
		(answer) => {
			let tail = '';
			answer.on('error', reject).on('end', () => resolve(tail)).on('data', (b) => { tail = (tail + b).slice(-500); onLines(String(b).split('\n').length - 1); });
		});
		r.on('error', reject).end(bytes);
	});
}
