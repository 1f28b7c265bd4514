// input.test.mjs: what is wrong gets a clear answer, nothing is lost, and others do not notice.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import tls from 'node:tls';
import WebSocket from 'ws';

import { Member } from './lib/member.mjs';
import { m4, m5, message, uuid7 } from './lib/messages.mjs';
import { Server, until } from './lib/server.mjs';

let server, platform, bystander, before_tip;

before(async () => {
	server = await Server.start();
	platform = await Member.connect(server, 'StreamHarbor', 'night responder');
	bystander = await Member.connect(server, 'AIRU', 'duty officer');
	before_tip = platform.welcome.tip;
});
after(async () => {
	await platform?.close();
	await bystander?.close();
	await server?.stop();
});

/** Say something wrong on a connection of its own; the first frame that comes back. */
async function answer(text) {
	const member = await Member.connect(server, 'StreamHarbor', 'policy lead');
	member.say(text);
	const frame = await until(() => member.strays?.[0] ?? (member.closed && { closed: member.closed }), `an answer to ${String(text).slice(0, 60)}`);
	await member.close();
	return frame;
}

describe('frames that are not what the protocol says', () => {
	const refused = [
		['malformed JSON', '{"op":', 'malformed'],
		['an array', '[1,2]', 'malformed'],
		['a fraction', '{"op":"receipt","ref":1,"seq":1.5,"state":"delivered"}', 'wrong_kind'],
		['duplicate keys', '{"op":"send","op":"send"}', 'malformed'],
		['U+0000', '{"op":"send\\u0000"}', 'malformed'],
		['17 levels', '{"op":"send","message":' + '{"a":'.repeat(16) + '1' + '}'.repeat(16) + '}', 'malformed'],
		['an unknown op', '{"op":"shout"}', 'unknown_op'],
		['a cosignature that is none', '{"op":"cosign","line":"x"}', 'bad_value'],
		['no message', '{"op":"send","ref":1}', 'missing_field'],
	];
	for (const [what, text, code] of refused)
		it(`${what}: ${code}`, async () => {
			const frame = await answer(text);
			assert.equal(frame.op, 'refused', JSON.stringify(frame));
			assert.equal(frame.code, code, JSON.stringify(frame));
			assert.ok(frame.detail && frame.advice, JSON.stringify(frame));
		});

	it('invalid UTF-8 closes with 1007, as RFC 6455 has it', async () => {
		const member = await Member.connect(server, 'StreamHarbor', 'policy lead');
		member.socket._socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])); // a text frame by hand, mask of zeros
		assert.equal((await member.closing()).code, 1007);
	});

	it('a binary frame is refused or closes, and is never read as text', async () => {
		const member = await Member.connect(server, 'StreamHarbor', 'policy lead');
		member.socket.send(Buffer.from('{"op":"receipt","ref":1,"seq":0,"state":"delivered"}'), { binary: true });
		const end = await until(() => member.closed ?? member.strays?.[0], 'an answer');
		assert.ok(end.code === 1003 || end.code === 1008 || end.op === 'refused', JSON.stringify(end));
		await member.close();
	});

	it('a frame of 65 KiB closes with 1009', async () => {
		const member = await Member.connect(server, 'StreamHarbor', 'policy lead');
		member.say(JSON.stringify({ op: 'send', ref: 1, message: { pad: 'x'.repeat(65 * 1024) } }));
		assert.equal((await member.closing()).code, 1009);
	});

	it('anything before hello closes with 1008 after saying so', async () => {
		const member = await Member.connect(server, 'StreamHarbor', 'policy lead', { hello: false });
		member.say({ op: 'send', ref: 1, message: {} });
		assert.equal((await member.closing()).code, 1008);
		assert.equal(member.strays?.[0]?.code ?? 'hello_first', 'hello_first');
	});

	it('a position that this server does not have is refused: ahead', async () => {
		const member = await Member.connect(server, 'StreamHarbor', 'policy lead', { hello: false });
		member.say({ op: 'hello', from: 1e9 });
		assert.equal((await until(() => member.strays?.[0], 'refused')).code, 'ahead');
		await member.close();
	});
});

describe('messages that the catalogue or the rules refuse', () => {
	const cases = [
		['an unknown type', (m) => (m.type = 'M99'), 'unknown_type', 'type'],
		['an unknown field', (m) => (m.body.colour = 'red'), 'unknown_field', 'body.colour'],
		['an unknown field of the envelope', (m) => (m.colour = 'red'), 'unknown_field', 'colour'],
		['a missing field', (m) => delete m.body.explanation, 'missing_field', 'body.explanation'],
		['a wrong kind', (m) => (m.body.threat_case = 'yes'), 'wrong_kind', 'body.threat_case'],
		['a value outside the list', (m) => (m.tlp = 'PINK'), 'bad_value', 'tlp'],
		['a field that is the server\'s', (m) => (m.seq = 7), 'bad_value', 'seq'],
		['another schema version', (m) => (m.schema_version = '9.0.0'), 'version', 'schema_version'],
		['an id that is not UUIDv7', (m) => (m.id = '00000000-0000-4000-8000-000000000000'), 'bad_value', 'id'],
		['an exercise that is not there', (m) => (m.exercise_ref = uuid7()), 'exercise', 'exercise_ref'],
		['another sender', (m) => (m.sender_org = 'Chirplet'), 'not_permitted', 'sender_org'],
	];
	for (const [what, bend, code, field] of cases)
		it(`${what}: ${code} at ${field}`, async () => {
			const threat = m4(platform);
			bend(threat);
			const r = await platform.send(threat);
			assert.equal(r.op, 'refused', JSON.stringify(r));
			assert.equal(r.code, code, JSON.stringify(r));
			assert.equal(r.field, field, JSON.stringify(r));
		});

	it('a role that may not: not_permitted', async () => {
		const desk = bystander;
		const r = await desk.send(m4(desk));
		assert.equal(r.code, 'not_permitted', JSON.stringify(r));
	});

	it('a case that does not exist and one that is not yours are the same answer', async () => {
		const opened = await platform.send(m4(platform, { text: 'Two answers that must be one.' }));
		assert.equal(opened.op, 'accepted', JSON.stringify(opened));
		const stranger = await Member.connect(server, 'BFP', 'duty officer');
		const real = await stranger.send(m5(stranger, 'accept', opened.case));
		const invented = await stranger.send(m5(stranger, 'accept', uuid7()));
		for (const r of [real, invented]) {
			delete r.ref;
			assert.equal(r.op, 'refused');
		}
		assert.deepEqual(real, invented);
		await stranger.close();
	});

	it('the same id with the same content is answered the same, with other content it is refused', async () => {
		const threat = m4(platform, { text: 'Said twice.' });
		const first = await platform.send(threat);
		assert.equal(first.op, 'accepted', JSON.stringify(first));
		const again = await platform.send(threat);
		assert.equal(again.op, 'accepted');
		assert.equal(again.seq, first.seq);
		const other = await platform.send({ ...threat, body: { ...threat.body, explanation: 'Something else.' } });
		assert.equal(other.op, 'refused');
		assert.equal(other.code, 'id_conflict');
		await bystander.entry((e) => e.seq === first.seq);
		assert.equal(bystander.entries.filter((e) => e.id === threat.id).length, 1);
	});

	it('a key of an authority works in exercises only', async () => {
		const gateway = await Member.connect(server, 'HUB', 'duty officer');
		const actual = message('M5', { kind: 'ack', human_ack_by: gateway.welcome.you.person, at: new Date().toISOString() },
			{ mode: 'actual', exercise_ref: undefined, case_ref: uuid7() });
		const r = await gateway.send(actual);
		assert.equal(r.op, 'refused');
		assert.ok(['not_permitted', 'exercise'].includes(r.code), JSON.stringify(r));
		await gateway.close();
	});
});

describe('who is not let in', () => {
	const socket = (options = {}, protocols = 'tocsin.v1') => {
		const ws = new WebSocket(`wss://localhost:${server.port}/socket`, protocols, { ca: server.ca, ...options });
		return new Promise((resolve) => {
			ws.on('unexpected-response', (_, r) => { r.resume(); resolve({ status: r.statusCode }); });
			ws.on('error', (why) => resolve({ error: why.message }));
			ws.on('open', () => ws.send(JSON.stringify({ op: 'hello' })));
			ws.on('close', (code) => resolve({ code }));
			ws.on('message', (m) => JSON.parse(m).op === 'welcome' && (resolve({ welcome: true }), ws.close()));
		});
	};
	const key = (org, person) => ({ headers: { authorization: `Bearer ${server.credential(org, person).api_key}` } });

	it('the wrong subprotocol', async () => {
		const r = await socket(key('AIRU', 'duty officer'), 'tocsin.v9');
		assert.ok(!r.welcome && !r.code, JSON.stringify(r));
	});
	it('no subprotocol', async () => {
		const r = await socket(key('AIRU', 'duty officer'), []);
		assert.ok(!r.welcome && r.code !== 1000, JSON.stringify(r));
	});
	it('no credential: 4401', async () => assert.deepEqual(await socket(), { code: 4401 }));
	it('a wrong credential: 4401', async () =>
		assert.deepEqual(await socket({ headers: { authorization: 'Bearer toc_' + 'A'.repeat(43) } }), { code: 4401 }));
	it('a foreign origin', async () => {
		const r = await socket({ ...key('AIRU', 'duty officer'), origin: 'https://evil.example' });
		assert.ok(!r.welcome, JSON.stringify(r));
	});
	it('our own origin is fine', async () =>
		assert.deepEqual(await socket({ ...key('AIRU', 'duty officer'), origin: server.url }), { welcome: true }));

	it('no credential by HTTP: 401 with a reason', async () => {
		for (const [method, route] of [['GET', '/api/me'], ['GET', '/api/entries'], ['POST', '/api/messages'], ['POST', '/api/ticket']]) {
			const r = await server.request(method, route, method === 'POST' ? { body: {}, headers: { 'x-tocsin': '1' } } : {});
			assert.equal(r.status, 401, `${method} ${route}: ${r.text}`);
			assert.equal(r.json.code, 'not_authenticated');
		}
	});

	it('TLS before 1.3', async () => {
		const why = await new Promise((resolve) => {
			const s = tls.connect({ host: 'localhost', port: server.port, ca: server.ca, maxVersion: 'TLSv1.2' }, () => resolve('connected'));
			s.on('error', (e) => resolve(e.code));
		});
		assert.notEqual(why, 'connected');
	});
});

describe('HTTP', () => {
	const airu = () => server.credential('AIRU', 'duty officer');
	it('a wrong method is 405, an unknown route 404, a body that is not JSON 400, one too big 413', async () => {
		assert.equal((await server.request('DELETE', '/api/me', { credential: airu() })).status, 405);
		assert.equal((await server.request('GET', '/api/nothing', { credential: airu() })).status, 404);
		assert.equal((await server.request('POST', '/api/messages', { credential: airu(), body: '{' })).status, 400);
		assert.equal((await server.request('POST', '/api/messages', { credential: airu(), body: JSON.stringify({ a: 'x'.repeat(70000) }) })).status, 413);
	});
	it('answers are never cached', async () =>
		assert.equal((await server.request('GET', '/api/me', { credential: airu() })).headers['cache-control'], 'no-store'));
});

it('nothing of it keeps a front busy', async () => {
	const ticks = () => server.pids('front').map((pid) => {
		const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
		return Number(stat[11]) + Number(stat[12]); // utime and stime, in hundredths of a second
	});
	const before = ticks(), beats = bystander.beats;
	await until(() => bystander.beats >= beats + 2, 'two beats');
	ticks().forEach((now, i) => assert.ok(now - before[i] < 40, `front ${i} used ${now - before[i]} hundredths of a second between beats`));
});

it('nobody else noticed any of it', async () => {
	assert.equal(platform.closed, null);
	assert.equal(bystander.closed, null);
	const beats = bystander.beats;
	await until(() => bystander.beats > beats, 'a beat');
	const all = await Member.connect(server, 'AIRU', 'duty officer', { from: before_tip - 1 });
	await until(() => all.beats >= 2, 'everything that there is');
	const threats = all.entries.filter((e) => e.k === 'M4.send').map((e) => e.message.body.explanation);
	assert.deepEqual(threats, ['Two answers that must be one.', 'Said twice.'], 'only what was accepted is in the ledger');
	await all.close();
});
