// audience.test.mjs: nobody sees what is not addressed to them, whichever way they look; and what is not theirs is
// answered as if it did not exist.
import assert from 'node:assert/strict';
import https from 'node:https';
import { after, before, describe, it } from 'node:test';

import { Ledger } from './lib/ledger.mjs';
import { Member } from './lib/member.mjs';
import { LANTERN, m4, m5, message, scenarioTime, uuid7 } from './lib/messages.mjs';
import { Server, until } from './lib/server.mjs';

const QUIET_BELL = '40cff146-451c-405a-bb94-a58703f37f31';
const bare = { precedence: 'routine', ack_required: false, legal_basis: [], personal_data: { level: 'none', categories: [] } };

let server;
before(async () => (server = await Server.start()));
after(() => server?.stop());

const join = (org, person, options) => Member.connect(server, org, person, options);
/** A threat of its own in that state. */
const threat = (m, cc, text, more = {}) => m4(m, { text, body: {
	content: [{ url: `https://content.example/v/${uuid7()}`, type: 'post' }], user_identifiers: [{ kind: 'handle', value: uuid7() }],
	concerned_states: [{ cc, ground: 'target_place' }],
}, ...more });

/** Server-sent events from the beginning until one has this number: their numbers and texts. */
function stream(credential, until) {
	return new Promise((resolve, reject) => {
		const seen = new Map();
		const r = https.request({ host: 'localhost', port: server.port, path: '/api/entries?after=-1', ca: server.ca,
			headers: { authorization: `Bearer ${credential.api_key}`, accept: 'text/event-stream' } }, (answer) => {
			let rest = '';
			answer.setEncoding('utf8').on('data', (text) => {
				const blocks = (rest + text).split('\n\n');
				rest = blocks.pop();
				for (const block of blocks) {
					const field = Object.fromEntries(block.split('\n').map((l) => [l.split(':', 1)[0], l.slice(l.indexOf(':') + 1).trim()]));
					if (field.event === 'entry') seen.set(Number(field.id), field.data);
					// (the `last` of a beat may be ahead of what has come: who is catching up is told the newest there is)
					if (field.event === 'beat' && (seen.has(until) || until < 0)) {
						r.destroy();
						resolve(seen);
					}
				}
			}).on('error', () => {});
		});
		r.on('error', (why) => why.code === 'ECONNRESET' || reject(why));
		r.end();
	});
}

describe('two platforms, three countries', () => {
	const everybody = [['StreamHarbor', 'night responder'], ['StreamHarbor', 'policy lead'], ['StreamHarbor', 'data protection officer'], ['Chirplet', 'night responder'],
		['Chirplet', 'counsel'], ['GameNest', 'night responder'], ['AIRU', 'duty officer'], ['AIRU', 'admin'], ['AIRU', 'gateway'], ['BFP', 'duty officer'], ['BFP', 'liaison officer'],
		['CDA', 'duty officer'], ['BMR', 'legal officer'], ['HUB', 'duty officer'], ['HUB', 'lead'], ['DGO', 'observer'], ['OSF', 'duty officer'], ['CCC', 'duty officer'], ['FRP', 'auditor'],
		['CELL', 'controller'], ['OPS', 'admin']];
	let members, book, harbor, chirplet, airu, bfp, a, b;
	const find = (org, person) => members.find((m) => m.organisation === org && m.person === person);

	before(async () => {
		members = await Promise.all(everybody.map(([org, person]) => join(org, person, { from: -1 })));
		[harbor, chirplet, airu, bfp] = [find('StreamHarbor', 'night responder'), find('Chirplet', 'night responder'), find('AIRU', 'duty officer'), find('BFP', 'duty officer')];
		a = await harbor.send(threat(harbor, 'XA', 'In Aldmere, from StreamHarbor: secret-a'));
		b = await chirplet.send(threat(chirplet, 'XB', 'In Borvia, from Chirplet: secret-b'));
		await airu.send(m5(airu, 'ack', a.case, { note: 'from Aldmere: secret-c' }));
		await bfp.send(m5(bfp, 'question', b.case, { questions: [{ id: 'q1', text: 'to Chirplet: secret-d' }] }));
		await harbor.send(message('M4', { step: 'draft', aware_at: scenarioTime(harbor).toISOString() }));
		for (const r of [a, b]) assert.equal(r.op, 'accepted', JSON.stringify(r));
		book = await new Ledger(server).read();
	});
	after(() => Promise.all(members?.map((m) => m.close()) ?? []));

	it('everybody gets what the ledger says that they read: on the socket, resumed, as JSON and as events', async () => {
		await Promise.all(members.map(async (m) => {
			const credential = server.credential(m.organisation, m.person), name = `${m.organisation}/${m.person}`;
			const expected = book.entries.filter((e) => Ledger.mayRead(e, credential)).map((e) => e.seq);
			const last = expected.at(-1) ?? -1;
			await until(() => m.last >= last, `${name} has ${last}`);
			const below = (list) => list.filter((seq) => seq < book.size);
			assert.deepEqual(below(m.entries.map((e) => e.seq)), expected, name);
			const again = await join(m.organisation, m.person, { from: expected[1] ?? -1 });
			await until(() => again.beats > 0 && again.last >= last, `${name} again`);
			assert.deepEqual(below(again.entries.map((e) => e.seq)), expected.filter((seq) => seq > (expected[1] ?? -1)), `${name}, resumed`);
			await again.close();
			const list = await server.request('GET', '/api/entries?after=-1&limit=500', { credential });
			assert.deepEqual(below(list.json.entries.map((e) => e.seq)), expected, `${name}, as JSON`);
			assert.deepEqual(below([...(await stream(credential, last)).keys()]), expected, `${name}, as events`);
		}));
	});

	it('a secret is in no byte of what anybody else got', () => {
		const readers = {
			'secret-a': ['StreamHarbor/night responder', 'AIRU/duty officer', 'AIRU/gateway', 'HUB/duty officer', 'HUB/lead'],
			'secret-b': ['Chirplet/night responder', 'Chirplet/counsel', 'BFP/duty officer', 'BFP/liaison officer', 'HUB/duty officer', 'HUB/lead'],
			'secret-c': ['StreamHarbor/night responder', 'AIRU/duty officer', 'AIRU/gateway', 'HUB/duty officer', 'HUB/lead'],
			'secret-d': ['Chirplet/night responder', 'Chirplet/counsel', 'BFP/duty officer', 'BFP/liaison officer', 'HUB/duty officer', 'HUB/lead'],
		};
		for (const [secret, who] of Object.entries(readers))
			assert.deepEqual(members.filter((m) => JSON.stringify(m.entries).includes(secret)).map((m) => `${m.organisation}/${m.person}`).sort(), [...who].sort(), secret);
	});

	it('a draft is seen by its platform only, and not by its machines', () => {
		const saw = members.filter((m) => m.entries.some((e) => e.k === 'M4.draft')).map((m) => `${m.organisation}/${m.person}`);
		assert.deepEqual(saw, ['StreamHarbor/night responder']);
	});

	it('what is not theirs and what does not exist are one answer, byte for byte', async () => {
		const ask = (m, op, what) => m[op](what).then((r) => JSON.stringify({ ...r, ref: 0 }));
		const nowhere = uuid7();
		for (const [m, what] of [
			[chirplet, (c) => message('M4', { step: 'supplement', explanation: 'x' }, { case_ref: c })],
			[chirplet, (c) => message('M4', { step: 'withdraw', reason: 'x' }, { case_ref: c })],
			[chirplet, (c) => threat(chirplet, 'XA', 'x', { case_ref: c })],
			[bfp, (c) => m5(bfp, 'accept', c)], [bfp, (c) => m5(bfp, 'redirect', c, { redirect_to: 'AIRU', redirect_ground: 'x' })],
			[bfp, (c) => m5(bfp, 'outcome', c, { outcome: 'safe' })],
			[bfp, (c) => message('M29', { step: 'disclose', entries: [{ ref: c, rendering: 'whole' }], to: ['CDA'], decided_by: bfp.welcome.you.person, ground: 'other', ground_text: 'x' }, { case_ref: c, audience: ['CDA'] })],
		])
			for (const op of ['send', 'prepare']) {
				const theirs = await ask(m, op, what(a.case)), none = await ask(m, op, what(nowhere));
				assert.match(theirs, /"refused"/);
				assert.equal(theirs, none, `${op} by ${m.organisation}`);
			}
	});

	it('a receipt for what is not theirs, or for what does not exist yet, is one answer', async () => {
		const gateway = await join('BFP', 'gateway');
		const [theirs, none] = await Promise.all([a.seq, 999_999].map((seq) => gateway.receipt(seq)));
		assert.equal(theirs.op, 'refused');
		assert.deepEqual({ ...theirs, ref: 0 }, { ...none, ref: 0 });
		await gateway.close();
	});

	it('what prepare shows to one platform says nothing of the other’s', async () => {
		const r = await chirplet.prepare(m4(chirplet, { text: 'The same as StreamHarbor has?' }));
		assert.equal(r.op, 'prepared', JSON.stringify(r));
		assert.ok(!JSON.stringify(r).includes(a.case) && !JSON.stringify(r).includes('StreamHarbor'), JSON.stringify(r));
	});

	it('a message of the server’s own is not for members', async () => {
		const r = await harbor.send(message('M19', { step: 'escalation', message_ref: uuid7(), recipient_org: 'AIRU', channel: 'api', state: 'queued', at: scenarioTime(harbor).toISOString(), actor_kind: 'machine' }, { case_ref: a.case }));
		assert.equal(r.op, 'refused', JSON.stringify(r));
	});
});

describe('an exercise is not the world', () => {
	it('nothing of one exercise is in the other, nor can be said of it', async () => {
		const harbor = await join('StreamHarbor', 'night responder'), airu = await join('AIRU', 'duty officer');
		const sent = await harbor.send(threat(harbor, 'XA', 'In LANTERN.'));
		const r = await airu.send(m5(airu, 'ack', sent.case, {}, { exercise_ref: QUIET_BELL, }));
		assert.equal(r.op, 'refused', JSON.stringify(r));
		assert.equal(r.code, 'exercise', 'told to who reads the case');
		const bfp = await join('BFP', 'duty officer');
		const [theirs, none] = await Promise.all([sent.case, uuid7()].map((c) => bfp.send(m5(bfp, 'ack', c, {}, { exercise_ref: QUIET_BELL }))));
		assert.deepEqual({ ...theirs, ref: 0 }, { ...none, ref: 0 }, 'to others it does not exist');
		await bfp.close();
		const entry = await airu.entry((e) => e.seq === sent.seq);
		assert.equal(entry.exercise, LANTERN);
		await Promise.all([harbor, airu].map((m) => m.close()));
	});

	it('an actual threat of a platform goes to no key of an authority, live or from the archive, and no such key acts on it', async () => {
		const harbor = await join('StreamHarbor', 'night responder'), home = await join('BFP', 'duty officer'), hub = await join('HUB', 'lead');
		const now = new Date();
		const what = threat(harbor, 'XA', 'This one is real.', { mode: 'actual', exercise_ref: undefined });
		what.body.aware_at = what.body.emergency_line_called.at = now.toISOString();
		delete what.body.concerned_states;
		what.body.state_unknown = { unknown: true, reason: 'no sign of a place' };
		what.body.preserved.until = new Date(now.getTime() + 90 * 86400e3).toISOString();
		const sent = await harbor.send(what);
		assert.equal(sent.op, 'accepted', JSON.stringify(sent));
		assert.equal((await harbor.entry((e) => e.seq === sent.seq)).mode, 'actual');
		assert.deepEqual(sent.recipients.map((d) => d.org).sort(), ['BFP', 'HUB'], 'addressed to both');
		const beats = home.beats;
		await until(() => home.beats > beats + 1, 'two beats');
		for (const m of [home, hub]) {
			assert.ok(!m.entries.some((e) => e.case === sent.case), m.organisation);
			const list = await server.request('GET', `/api/entries?after=${sent.seq - 1}&limit=100`, { credential: server.credential(m.organisation, m.person) });
			assert.ok(!list.text.includes(sent.case), `${m.organisation}, from the archive`);
		}
		const answer = (c) => home.send(message('M5', { kind: 'accept', human_ack_by: home.welcome.you.person, at: new Date().toISOString() }, { mode: 'actual', exercise_ref: undefined, case_ref: c }));
		const r = await answer(sent.case), none = await answer(uuid7());
		assert.equal(r.op, 'refused', JSON.stringify(r));
		assert.deepEqual({ ...r, ref: 0 }, { ...none, ref: 0 }, 'and whether there is such a case is not said');
		await Promise.all([harbor, home, hub].map((m) => m.close()));
	});
});

describe('a machine is no person', () => {
	it('its receipts and acknowledgements leave T17 running, and paging goes on', async () => {
		const harbor = await join('StreamHarbor', 'night responder'), desk = await join('AIRU', 'duty officer'), gateway = await join('AIRU', 'gateway'), control = await join('CELL', 'controller');
		const sent = await harbor.send(threat(harbor, 'XA', 'A machine has it.'));
		assert.equal(sent.op, 'accepted', JSON.stringify(sent));
		gateway.say({ op: 'receipt', seq: sent.seq, state: 'delivered' });
		const receipt = await harbor.entry((e) => e.k === 'M19.machine' && e.message.body.recipient_org === 'AIRU' && e.case === sent.case);
		assert.equal(receipt.message.body.actor_kind, 'machine');
		assert.notEqual(receipt.message.body.state, 'acked');
		for (const what of [
			m5(gateway, 'ack', sent.case), m5(gateway, 'accept', sent.case), m5(gateway, 'ack', sent.case, { human_ack_by: desk.welcome.you.person }),
			message('M19', { step: 'human', message_ref: uuid7(), recipient_org: 'AIRU', channel: 'api', state: 'acked', commitment: 'will_answer', at: scenarioTime(gateway).toISOString(), actor_kind: 'human' }, { ...bare, case_ref: sent.case, audience: [] }),
		]) {
			const r = await gateway.send(what);
			assert.equal(r.op, 'refused', JSON.stringify(r));
		}
		const said = await gateway.receipt(sent.seq, 'acked');
		assert.equal(said.op, 'refused', 'a machine says "delivered" and nothing else');
		const to = new Date(scenarioTime(control).getTime() + 6 * 60e3).toISOString();
		const jump = await control.send(message('exercise', { step: 'clock', action: 'jump', to }, bare));
		assert.equal(jump.op, 'accepted', JSON.stringify(jump));
		const escalation = await desk.entry((e) => e.k === 'M19.escalation' && e.case === sent.case && e.message.body.recipient_org === 'AIRU');
		assert.equal(escalation.message.body.contact, 1, 'the next one in the chain is called');
		const all = harbor.entries.filter((e) => e.case === sent.case);
		assert.ok(!all.some((e) => (e.decided.timers_stopped ?? []).some((t) => t.timer === 'T17')), 'T17 was not stopped');
		assert.ok(!all.some((e) => e.message.body?.actor_kind === 'human'));
		await Promise.all([harbor, desk, gateway, control].map((m) => m.close()));
	});
});
