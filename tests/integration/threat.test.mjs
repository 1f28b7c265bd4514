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

	it('is within a second on every entitled screen, whole', async () => {
		const began = Date.now();
		const entry = await desk.entry((e) => e.seq === accepted.seq, 1000);
		assert.ok(Date.now() - began < 1000);
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
