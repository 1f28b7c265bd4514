// threat.test.mjs: a threat to life from notification to acceptance, with clients that know nothing of one another:
// Node's ws, Python's websockets, curl.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Member } from './lib/member.mjs';
import { LANTERN, m4, m5, message, scenarioTime } from './lib/messages.mjs';
import { Server, until } from './lib/server.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/** A program that prints lines: {lines, say, end}. */
function program(command, args) {
	const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
	const p = { child, lines: [], errors: '' };
	let rest = '';
	child.stdout.setEncoding('utf8').on('data', (text) => {
		const parts = (rest + text).split('\n');
		rest = parts.pop();
		p.lines.push(...parts);
	});
	child.stderr.setEncoding('utf8').on('data', (text) => (p.errors += text));
	p.exited = new Promise((resolve) => child.on('exit', resolve));
	p.say = (text) => child.stdin.write(text + '\n');
	p.end = async () => { child.kill(); await p.exited; };
	return p;
}

let server;
before(async () => (server = await Server.start()));
after(() => server?.stop());

const python = (org, person, from = -1) =>
	program('/usr/bin/python3', [path.join(here, 'lib/member.py'), `wss://localhost:${server.port}/socket`,
		path.join(server.state, 'demo/ca.pem'), server.credential(org, person).api_key, String(from)]);
const curl = (org, person, ...args) =>
	program('curl', ['-sSN', '--cacert', path.join(server.state, 'demo/ca.pem'), '-H', `Authorization: Bearer ${server.credential(org, person).api_key}`, ...args]);
/** Server-sent events as the WHATWG says: fields in lines, a blank line ends an event. */
const events = (p) => `${p.lines.join('\n')}\n`.split('\n\n').slice(0, -1)
	.map((block) => Object.fromEntries(block.split('\n').map((l) => [l.split(':', 1)[0], l.slice(l.indexOf(':') + 1).trim()])));
const frames = (p) => p.lines.filter((l) => l.startsWith('{')).map((l) => JSON.parse(l));

describe('a threat to life', () => {
	let platform, desk, pythonDesk, curlHub, bystander, sent, accepted;

	before(async () => {
		platform = await Member.connect(server, 'StreamHarbor', 'night responder');
		desk = await Member.connect(server, 'AIRU', 'duty officer');
		bystander = await Member.connect(server, 'BFP', 'duty officer');
		pythonDesk = python('AIRU', 'second officer');
		curlHub = curl('HUB', 'duty officer', '-H', 'Accept: text/event-stream', `${server.url}/api/entries?after=-1`);
		await until(() => frames(pythonDesk).some((f) => f.op === 'welcome'), 'a welcome in Python: ' + pythonDesk.errors);
	});
	after(async () => {
		await Promise.all([platform, desk, bystander].map((m) => m?.close()));
		await pythonDesk?.end();
		await curlHub?.end();
	});

	it('shows before sending who would get it and why', async () => {
		const r = await platform.prepare(m4(platform));
		assert.equal(r.op, 'prepared', JSON.stringify(r));
		assert.ok(JSON.stringify(r).includes('AIRU'));
	});

	it('is accepted with its place in the ledger and the desks that were chosen', async () => {
		sent = m4(platform, { text: 'One person with a long firearm enters the market hall.' });
		accepted = await platform.send(sent);
		assert.equal(accepted.op, 'accepted', JSON.stringify(accepted));
		assert.equal(accepted.k, 'M4.send');
		assert.match(accepted.case, /^[0-9a-f-]{36}$/);
		assert.deepEqual(accepted.recipients.map((d) => [d.org, d.role]).sort(), [['AIRU', 'competent'], ['HUB', 'hub']]);
	});

	it('is on every entitled screen, whole', async () => {
		const entry = await desk.entry((e) => e.seq === accepted.seq);
		assert.equal(entry.rendering, 'whole');
		assert.equal(entry.case, accepted.case);
		assert.equal(entry.mode, 'exercise');
		assert.equal(entry.message.body.explanation, sent.body.explanation);
		assert.equal(entry.message.body.content[0].url, sent.body.content[0].url);
		const inPython = await until(() => frames(pythonDesk).find((f) => f.op === 'entry' && f.seq === accepted.seq), 'the entry in Python');
		assert.deepEqual(inPython, entry, 'the same bytes for the same eyes');
		const event = await until(() => events(curlHub).find((e) => e.id === String(accepted.seq)), 'the entry by server-sent events');
		assert.equal(event.event, 'entry');
		assert.equal(JSON.parse(event.data).message.body.explanation, sent.body.explanation);
	});

	it('reaches nobody else', async () => {
		const beats = bystander.beats;
		await until(() => bystander.beats > beats + 1, 'two beats');
		assert.equal(bystander.entries.filter((e) => e.case === accepted.case).length, 0);
	});

	it('has deadlines for both desks', async () => {
		const entry = await desk.entry((e) => e.seq === accepted.seq);
		const t17 = entry.decided.timers_started.filter((t) => t.timer === 'T17');
		assert.deepEqual(t17.map((t) => t.desk).sort(), ['AIRU', 'HUB']);
		for (const t of t17) assert.equal(Date.parse(t.deadline) - Date.parse(t.starts), 5 * 60e3);
	});

	it('a machine receipt is shown as a machine\'s, and stops nothing', async () => {
		const gateway = await Member.connect(server, 'AIRU', 'gateway', { from: accepted.seq - 1 });
		await gateway.entry((e) => e.seq === accepted.seq);
		gateway.say({ op: 'receipt', seq: accepted.seq, state: 'delivered' }); // answered by its entry, not by a frame
		const receipt = await platform.entry((e) => e.k === 'M19.machine' && e.message.body.recipient_org === 'AIRU' && e.message.body.channel === 'api');
		assert.equal(receipt.message.body.actor_kind, 'machine');
		assert.ok(!(receipt.decided.timers_stopped ?? []).length);
		await gateway.close();
	});

	it('is answered by a person with Python, and paging stops', async () => {
		const you = frames(pythonDesk).find((f) => f.op === 'welcome').you;
		const answer = message('M5', {
			kind: 'accept', human_ack_by: you.person, at: scenarioTime(desk).toISOString(), own_reference: 'AIRU-7711',
			questions: [{ id: 'q1', text: 'Please end the stream now.' }],
		}, { case_ref: accepted.case });
		pythonDesk.say(JSON.stringify({ op: 'send', ref: 1, message: answer }));
		const r = await until(() => frames(pythonDesk).find((f) => f.ref === 1), 'the answer to Python: ' + pythonDesk.errors + pythonDesk.lines.at(-1));
		assert.equal(r.op, 'accepted', JSON.stringify(r));
		const entry = await platform.entry((e) => e.seq === r.seq);
		assert.equal(entry.k, 'M5.accept');
		const stopped = entry.decided.timers_stopped.find((t) => t.timer === 'T17' && t.desk === 'AIRU');
		assert.ok(stopped.met && stopped.took_ms >= 0, JSON.stringify(stopped));
	});

	it('is supplemented by curl, a full member without a socket', async () => {
		const more = message('M4', { step: 'supplement', explanation: 'The stream was ended at the request of the police.', content_status: 'removed' },
			{ case_ref: accepted.case, references: [sent.id] });
		const post = curl('StreamHarbor', 'second responder', '-H', 'Content-Type: application/json', '-w', '\\n', '-d', JSON.stringify(more), `${server.url}/api/messages`);
		await post.exited;
		const r = JSON.parse(post.lines[0]);
		assert.equal(r.op, 'accepted', post.lines[0]);
		assert.equal((await desk.entry((e) => e.id === more.id)).k, 'M4.supplement');
	});

	it('and all of it is read again from the beginning, the same, in order', async () => {
		const again = await Member.connect(server, 'AIRU', 'duty officer', { from: accepted.seq - 1 });
		const beats = again.beats;
		await until(() => again.beats >= beats + 2, 'everything');
		const live = desk.entries.filter((e) => e.seq >= accepted.seq);
		assert.deepEqual(again.entries.filter((e) => e.seq <= live.at(-1).seq), live);
		await again.close();
		const list = await server.request('GET', `/api/entries?after=${accepted.seq - 1}&limit=100`, { credential: server.credential('AIRU', 'duty officer') });
		assert.deepEqual(list.json.entries.filter((e) => e.seq <= live.at(-1).seq), live);
	});
});

describe('long polling', () => {
	it('waits for what is not there yet, and answers when it comes', async () => {
		const platform = await Member.connect(server, 'StreamHarbor', 'night responder');
		const hub = server.credential('HUB', 'duty officer');
		const { tip } = (await server.request('GET', '/api/me', { credential: hub })).json;
		const waiting = server.request('GET', `/api/entries?after=${tip - 1}&wait=20`, { credential: hub });
		const sent = await platform.send(m4(platform, { text: 'While somebody waits.' }));
		let r = await waiting;
		assert.equal(r.status, 200);
		assert.ok(r.json.entries.length, 'answered by an entry, not by the end of the wait');
		while (r.json.last < sent.seq)
			r = await server.request('GET', `/api/entries?after=${r.json.last}&wait=20`, { credential: hub });
		assert.equal(r.json.entries.find((e) => e.k === 'M4.send' && e.seq >= tip).seq, sent.seq);
		await platform.close();
	});
});

describe('the exercise clock', () => {
	it('jumps when exercise control says so, and deadlines in between fire with both times', async () => {
		const control = await Member.connect(server, 'CELL', 'controller');
		const platform = await Member.connect(server, 'StreamHarbor', 'night responder');
		const desk = await Member.connect(server, 'AIRU', 'duty officer');
		const sent = await platform.send(m4(platform, { text: 'Nobody answers this one.' }));
		assert.equal(sent.op, 'accepted', JSON.stringify(sent));
		const to = new Date(scenarioTime(control).getTime() + 30 * 60e3).toISOString();
		const r = await control.send(message('exercise', { step: 'clock', action: 'jump', to }, { precedence: 'routine', ack_required: false, legal_basis: [], personal_data: { level: 'none', categories: [] } }));
		assert.equal(r.op, 'accepted', JSON.stringify(r));
		const escalation = await desk.entry((e) => e.k === 'M19.escalation' && e.case === sent.case);
		assert.equal(escalation.mode, 'exercise');
		assert.equal(escalation.exercise, LANTERN);
		assert.ok(Math.abs(Date.parse(escalation.recorded) - Date.now()) < 60e3, 'recorded in real time');
		assert.ok(Date.parse(escalation.at) < Date.parse(to) && Date.parse(escalation.at) > Date.parse(to) - 30 * 60e3, 'happened in scenario time');
		const all = desk.entries.filter((e) => e.k === 'M19.escalation' && e.case === sent.case);
		assert.ok(all.every((e) => e.message.body.state !== 'sent' && e.message.body.state !== 'acked'), 'never claims what did not happen');
		await Promise.all([control, platform, desk].map((m) => m.close()));
	});
});

describe('whom the law sends it to', () => {
	let game, cda, hub, airu, control;
	before(async () => {
		[game, cda, hub, airu, control] = await Promise.all([['GameNest', 'night responder'], ['CDA', 'duty officer'], ['HUB', 'duty officer'],
			['AIRU', 'duty officer'], ['CELL', 'controller']].map(([org, person]) => Member.connect(server, org, person, { from: -1 })));
	});
	after(() => Promise.all([game, cda, hub, airu, control].map((m) => m?.close())));

	const unknown = { concerned_states: undefined, state_unknown: { unknown: true, reason: 'VPN' } };
	const shown = async (duty, body, more) => {
		const r = await game.prepare(m4(game, { body: { duty, ...body }, ...more }));
		assert.equal(r.op, 'prepared', JSON.stringify(r));
		return r;
	};
	const why = (r) => Object.fromEntries(r.recipients.filter((d) => d.org !== 'GameNest').map((d) => [d.org, d.why]));

	it('is shown before sending: each recipient, with the ground that its law has', async () => {
		const tco = why(await shown(['TCO_14_5'], { concerned_states: [{ cc: 'XA', ground: 'nationality_of_victim' }] }));
		assert.match(tco.AIRU, /^XA is concerned: nationality of a potential victim \(TCO 14\(5\)\)$/);
		const dsa = why(await shown(['DSA_18'], { concerned_states: [{ cc: 'XA', ground: 'residence_of_victim' }] }));
		assert.match(dsa.AIRU, /^XA is concerned: residence of a victim \(DSA 18\(2\)\)$/);
		for (const [duty, ground] of [['TCO_14_5', 'residence_of_victim'], ['DSA_18', 'nationality_of_victim']]) {
			const wrong = await game.prepare(m4(game, { body: { duty: [duty], concerned_states: [{ cc: 'XA', ground }] } }));
			assert.deepEqual([wrong.op, wrong.code, wrong.field], ['refused', 'condition', 'body.concerned_states[0].ground']);
		}
	});

	it('falls back to home state and hub under TCO, and to one or both of them, as the sender says, under DSA', async () => {
		assert.deepEqual(Object.keys(why(await shown(['TCO_14_5'], unknown, { audience: ['HUB'] }))).sort(), ['CDA', 'HUB']);
		assert.deepEqual(Object.keys(why(await shown(['DSA_18'], unknown))).sort(), ['CDA', 'HUB']);
		assert.deepEqual(Object.keys(why(await shown(['DSA_18'], unknown, { audience: ['HUB'] }))), ['HUB']);
		const r = await shown(['DSA_18'], unknown, { audience: ['CDA'] });
		assert.match(why(r).CDA, /^home state XC: the state concerned is unknown/);
	});

	it('reaches exactly those, and each has its own time to answer', async () => {
		const m = m4(game, { body: { duty: ['DSA_18'], ...unknown } });
		const said = await game.prepare(m), sent = await game.send(m);
		assert.equal(sent.op, 'accepted', JSON.stringify(sent));
		const entry = await cda.entry((e) => e.id === m.id);
		assert.deepEqual(entry.decided.timers_started.filter((t) => t.timer === 'T17').map((t) => t.desk).sort(), Object.keys(why(said)).sort());
		assert.deepEqual(sent.recipients.map((d) => [d.org, d.why]).sort(), Object.entries(why(said)).sort());
	});

	it('is called on for: the next contact; and not any more, nowhere, once a desk has accepted; the outcome is reminded of', async () => {
		const m = m4(game, { body: { duty: ['TCO_14_5'], ...unknown } });
		const { case: id, op } = await game.send(m);
		assert.equal(op, 'accepted');
		const at = Date.parse((await game.entry((e) => e.id === m.id)).at);
		const jump = async (ms) => assert.equal((await control.send(message('exercise', { step: 'clock', action: 'jump', to: new Date(at + ms).toISOString() }))).op, 'accepted');
		const calls = () => game.entries.filter((e) => e.k === 'M19.escalation' && e.message.body.message_ref === m.id).map((e) => e.message.body.recipient_org);
		await jump(6 * 60e3);
		await until(() => calls().length === 2, 'the second contact of either');
		assert.deepEqual(calls().sort(), ['CDA', 'HUB']);

		const redirect = m5(hub, 'redirect', id, { at: new Date(at + 6 * 60e3).toISOString(), redirect_to: 'AIRU', redirect_ground: 'place of offence' });
		assert.equal((await hub.send(redirect)).op, 'accepted');
		const disclosed = await airu.entry((e) => e.k === 'M29.disclose' && e.case === id);
		const entry = await hub.entry((e) => e.id === redirect.id);
		const anew = [...(entry.decided.timers_started ?? []), ...(disclosed.decided.timers_started ?? [])].find((t) => t.timer === 'T17' && t.desk === 'AIRU');
		assert.equal(Date.parse(anew.deadline) - Date.parse(anew.starts), 5 * 60e3);
		assert.ok(Date.parse(anew.starts) >= at + 6 * 60e3, 'its own five minutes, from the redirect on');

		const accept = m5(airu, 'accept', id, { at: new Date(at + 6 * 60e3).toISOString() });
		assert.equal((await airu.send(accept)).op, 'accepted');
		const stopped = (await game.entry((e) => e.id === accept.id)).decided.timers_stopped.filter((t) => t.timer === 'T17').map((t) => t.desk);
		assert.ok(stopped.includes('AIRU') && stopped.includes('CDA'), JSON.stringify(stopped));
		await jump(73 * 3600e3);
		const reminder = await game.entry((e) => e.k === 'deadline.warned' && e.case === id && e.message.body.timer === 'T18');
		assert.equal(reminder.message.body.desk, 'AIRU');
		assert.equal(calls().length, 2, 'nobody was called after the acceptance');
	});
});
