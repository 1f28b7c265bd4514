// interop.test.mjs: three clients that share no code, Node's ws, Python's websockets and curl, see the same entries byte
// for byte, whichever way they ask.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { m4, m5, message } from './lib/messages.mjs';
import { Server, until } from './lib/server.mjs';
import { Steady } from './lib/steady.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const DESK = ['AIRU', 'duty officer'];

/** A program whose lines are kept: {lines, say, exited}. */
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
	p.exited = new Promise((resolve) => child.on('close', (code) => { if (rest) p.lines.push(rest); resolve(code); }));
	p.say = (text) => child.stdin.write(text + '\n');
	p.end = async () => { child.kill(); await p.exited; };
	return p;
}

describe('the path of a threat, by three clients', () => {
	let server, ca, ws, python, events, platform, credential, threat, accepted;
	const curl = (org, person, ...args) => program('curl', ['-sSN', '--cacert', ca, '-H', `Authorization: Bearer ${server.credential(org, person).api_key}`, ...args]);
	const post = async (org, person, what) => {
		const p = curl(org, person, '-H', 'Content-Type: application/json', '-w', '\n%{http_code}', '--data-binary', '@-', `${server.url}/api/messages`);
		p.child.stdin.end(JSON.stringify(what));
		assert.equal(await p.exited, 0, p.errors);
		return { status: Number(p.lines.at(-1)), answer: JSON.parse(p.lines[0]) };
	};
	const pythonText = (seq) => python.lines.find((l) => l.startsWith('{') && JSON.parse(l).op === 'entry' && JSON.parse(l).seq === seq);
	const eventText = (seq) => {
		const at = events.lines.indexOf(`id: ${seq}`);
		return at >= 0 && events.lines.slice(at, at + 3).find((l) => l.startsWith('data: '))?.slice(6);
	};

	before(async () => {
		server = await Server.start();
		ca = path.join(server.state, 'demo/ca.pem');
		credential = server.credential(...DESK);
		[ws, platform] = await Promise.all([Steady.connect(server, ...DESK), Steady.connect(server, 'StreamHarbor', 'night responder')]);
		python = program('/usr/bin/python3', [path.join(here, 'lib/member.py'), `wss://localhost:${server.port}/socket`, ca, credential.api_key, '-1']);
		events = curl(...DESK, '-H', 'Accept: text/event-stream', `${server.url}/api/entries?after=-1`);
		await until(() => python.lines.some((l) => l.includes('"welcome"')), `Python is in: ${python.errors}`);
		await until(() => events.lines.length, `curl is in: ${events.errors}`);
	});
	after(async () => {
		await Promise.all([ws?.leave(), platform?.leave(), python?.end(), events?.end()]);
		await server?.stop();
	});

	it('curl sends it', async () => {
		threat = m4(platform, { text: 'Ein Mann droht, „alle“ zu erschießen — 東京, 🚨, "quoted", back\\slash.' });
		const r = await post('StreamHarbor', 'night responder', threat);
		assert.equal(r.status, 200, JSON.stringify(r.answer));
		accepted = r.answer;
		assert.equal(accepted.op, 'accepted');
	});

	it('Python acknowledges it, Node accepts it with a question, curl answers', async () => {
		const you = ws.welcome.you.person;
		python.say(JSON.stringify({ op: 'send', ref: 7, message: m5(ws, 'ack', accepted.case) }));
		const acked = JSON.parse(await until(() => python.lines.find((l) => l.includes('"ref":7')), `an answer: ${python.errors}`));
		assert.equal(acked.op, 'accepted', JSON.stringify(acked));
		const r = await ws.send(m5(ws, 'accept', accepted.case, { own_reference: 'AIRU-77', questions: [{ id: 'q1', text: 'Wer filmt?' }] }));
		assert.equal(r.op, 'accepted', `${you}: ${JSON.stringify(r)}`);
		const answer = await post('StreamHarbor', 'night responder', m5(platform, 'answer', accepted.case, { answers: [{ question: 'q1', text: 'Der Täter selbst.' }] }));
		assert.equal(answer.answer.op, 'accepted', JSON.stringify(answer.answer));
		const more = await post('StreamHarbor', 'night responder', message('M4', { step: 'supplement', content_status: 'removed' }, { case_ref: accepted.case, references: [threat.id] }));
		assert.equal(more.answer.op, 'accepted', JSON.stringify(more.answer));
		await ws.entry((e) => e.seq === more.answer.seq);
	});

	it('Node, Python and curl have the same bytes of each entry: socket, events, document, long poll', async () => {
		const seqs = [...ws.texts.keys()];
		assert.ok(seqs.length >= 5);
		const last = seqs.at(-1);
		await until(() => pythonText(last) && eventText(last), 'the last one everywhere');
		const list = curl(...DESK, `${server.url}/api/entries?after=-1&limit=500`);
		assert.equal(await list.exited, 0, list.errors);
		const poll = curl(...DESK, `${server.url}/api/entries?after=${last - 1}&wait=10`);
		assert.equal(await poll.exited, 0, poll.errors);
		for (const seq of seqs) {
			const text = ws.texts.get(seq);
			assert.equal(pythonText(seq), text, `Python, ${seq}`);
			assert.equal(eventText(seq), text, `event, ${seq}`);
			assert.ok(list.lines.join('\n').includes(text), `document, ${seq}`);
		}
		assert.ok(poll.lines.join('\n').includes(ws.texts.get(last)), 'long poll');
	});

	it('a long poll waits for what a socket sends', async () => {
		const { tip } = (await server.request('GET', '/api/me', { credential })).json;
		const poll = curl(...DESK, `${server.url}/api/entries?after=${tip}&wait=30`);
		const supplement = message('M4', { step: 'supplement', explanation: 'While curl waits.' }, { case_ref: accepted.case, references: [threat.id] });
		const r = await platform.send(supplement);
		assert.equal(r.op, 'accepted', JSON.stringify(r));
		await ws.entry((e) => e.seq === r.seq);
		assert.equal(await poll.exited, 0, poll.errors);
		const got = JSON.parse(poll.lines.join('\n'));
		assert.ok(got.entries.length, 'answered by an entry');
		assert.equal(JSON.stringify(got.entries[0]), ws.texts.get(got.entries[0].seq));
	});

	it('all three come back with their last number and get what they missed, once', async () => {
		const from = accepted.seq;
		const missed = [...ws.texts.keys()].filter((seq) => seq > from);
		const again = await Steady.connect(server, ...DESK, { from });
		const other = program('/usr/bin/python3', [path.join(here, 'lib/member.py'), `wss://localhost:${server.port}/socket`, ca, credential.api_key, String(from)]);
		const stream = curl(...DESK, '-H', 'Accept: text/event-stream', '-H', `Last-Event-ID: ${from}`, `${server.url}/api/entries`);
		const last = missed.at(-1);
		await until(() => again.texts.has(last) && other.lines.some((l) => l.includes(`"seq":${last}`)) && stream.lines.includes(`id: ${last}`), 'everything');
		const upTo = (list) => list.filter((seq) => seq <= last);
		assert.deepEqual(upTo([...again.texts.keys()]), missed);
		assert.deepEqual(upTo(other.lines.filter((l) => l.includes('"op":"entry"')).map((l) => JSON.parse(l).seq)), missed);
		assert.deepEqual(upTo(stream.lines.filter((l) => l.startsWith('id: ')).map((l) => Number(l.slice(4)))), missed);
		await Promise.all([again.leave(), other.end(), stream.end()]);
	});
});
