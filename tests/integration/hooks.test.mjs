// hooks.test.mjs: what the server calls for members: webhooks, phone gateways, push services. The other end is verified by
// libraries that we did not write: standardwebhooks, http_ece, and Node's own cryptography.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createECDH, createHmac, createPublicKey, randomBytes, verify } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import ece from 'http_ece';
import { Webhook } from 'standardwebhooks';

import { ran } from './lib/command.mjs';
import { Endpoint } from './lib/endpoint.mjs';
import { Member } from './lib/member.mjs';
import { m4, m5, message } from './lib/messages.mjs';
import { Server, tocsin, until } from './lib/server.mjs';

const WAKE = 'mailto:ops@tocsin.example.invalid';
const ANSWER_S = 8; // for a call that hangs; a busy machine answers within it
const system = { mode: 'system', exercise_ref: undefined, precedence: 'routine', ack_required: false, personal_data: { level: 'none', categories: [] }, legal_basis: [] };
const say = (type, body) => message(type, body, system);

let server, chirp, airu, broken, slow, gate, push, gameOnly;
let admin, second, game, desk;
before(async () => {
	airu = await Endpoint.start();
	[chirp, broken, slow, gate, push, gameOnly] = await Promise.all(Array.from({ length: 6 }, () => Endpoint.start(airu)));
	[airu.only, gameOnly.only] = ['AIRU', 'GameNest'];
	server = await Server.start({ args: [...Endpoint.options(airu, chirp, broken, slow, gate, push, gameOnly), '--push-contact', WAKE,
		'--hook-answer-s', String(ANSWER_S), '--delivery-retry-s', '1', '--report-s', '2'] });
	[admin, second, game, desk] = await Promise.all([['AIRU', 'admin'], ['AIRU', 'second admin'], ['GameNest', 'night responder'], ['AIRU', 'duty officer']]
		.map(([org, person]) => Member.connect(server, org, person, { resume: true })));
	for (const member of [admin, second, desk]) await sign_in(member);
});
after(async () => {
	await Promise.all([admin, second, game, desk].map((m) => m?.close()));
	await server?.stop();
	for (const e of [chirp, broken, slow, gate, push, gameOnly, airu]) e?.end();
});

/** The keys of authorities are for exercises: what is no exercise these people say in a session of their browser. */
async function sign_in(member) {
	const answer = await server.request('POST', '/api/sign-in', { body: { token: server.credential(member.organisation, member.person).sign_in.split('=').at(-1) } });
	assert.equal(answer.status, 200, answer.text);
	const headers = { cookie: answer.headers['set-cookie'][0].split(';')[0], 'x-tocsin': '1' };
	member.session_welcome = answer.json;
	member.send = async (body) => (await server.request('POST', '/api/messages', { body, headers })).json;
}

/** Declared by one admin, confirmed by the other: {id, secret, public_key}. */
async function hook(url, body = {}, [one, two] = [admin, second]) {
	const declared = await one.send(say('hook', { step: 'declare', kind: 'webhook', content: 'entry', url, ...body }));
	assert.equal(declared.op, 'accepted', JSON.stringify(declared));
	const confirmed = await two.send(say('hook', { step: 'confirm', hook: declared.id }));
	assert.equal(confirmed.op, 'accepted', JSON.stringify(confirmed));
	assert.equal(confirmed.secret, undefined, 'shown once, to whoever declared it');
	return { id: declared.id, secret: declared.secret, public_key: declared.public_key };
}
const act = (member, step, id, more = {}) => member.send(say('hook', { step, hook: id, ...more }));
const outcome = (member, state, fits = () => true) =>
	member.entry((e) => e.k === 'M19.delivery' && e.message.body.state === state && fits(e));

describe('a webhook', () => {
	let it_, sent;

	it('is refused when it leads inside, and says which rule', async () => {
		for (const [url, words] of [['https://127.0.0.1/', /inside/], ['https://169.254.169.254/latest/', /inside/], ['https://[::ffff:10.0.0.1]/', /inside/],
			['https://printer.local/', /inside/], ['http://chirplet.eu/', /https/], ['https://chirplet.eu:22/', /ports/], ['https://u@chirplet.eu/', /user/],
			[gameOnly.url, /public DNS|domain|ports/]]) {
			const r = await admin.send(say('hook', { step: 'declare', kind: 'webhook', content: 'entry', url }));
			assert.equal(r.op, 'refused', url);
			assert.equal(r.field, 'body.url');
			assert.match(r.detail, words);
		}
	});

	it('is told of a threat, as a client of that organisation reads it, signed so that others verify it', async () => {
		it_ = await hook(`${airu.url}/in?x=1`);
		sent = m4(game);
		assert.equal((await game.send(sent)).op, 'accepted');
		const call = await airu.call((c) => c.json?.type === 'tocsin.M4.send');
		assert.equal(call.path, '/in?x=1');
		assert.equal(call.headers['content-type'], 'application/cloudevents+json; charset=utf-8');
		assert.deepEqual([call.json.specversion, call.json.mode, call.json.precedence, call.json.id], ['1.0', 'exercise', 'flash', sent.id]);
		const machine = await Member.connect(server, 'AIRU', 'gateway', { from: -1 });
		assert.deepEqual(call.json.data, await machine.entry((e) => e.id === sent.id), 'the very frame that the gateway gets');
		await machine.close();
		new Webhook(it_.secret).verify(call.body, call.headers);
	});

	it('is verified by nobody when it is altered, late, or under another secret', async () => {
		const call = await airu.call((c) => c.json?.type === 'tocsin.M4.send');
		const webhook = new Webhook(it_.secret);
		const altered = Buffer.from(call.body);
		altered[altered.indexOf('flash')]++;
		assert.throws(() => webhook.verify(altered, call.headers), /signature/i);
		assert.throws(() => webhook.verify(call.body, { ...call.headers, 'webhook-id': 'another' }), /signature/i);
		const late = Number(call.headers['webhook-timestamp']) - 301;
		assert.throws(() => webhook.verify(call.body, { ...call.headers, 'webhook-timestamp': String(late) }), /old|signature/i);
		assert.throws(() => new Webhook(`whsec_${randomBytes(32).toString('base64')}`).verify(call.body, call.headers), /signature/i);
	});

	it('has a second signature that proves the call to others, who know only the public half', async () => {
		const call = await airu.call((c) => c.json?.type === 'tocsin.M4.send');
		const raw = Buffer.from(it_.public_key.replace('whpk_', ''), 'base64');
		const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
		const signature = call.headers['webhook-signature'].split(' ').find((s) => s.startsWith('v1a,')).slice(4);
		const signed = Buffer.concat([Buffer.from(`${call.headers['webhook-id']}.${call.headers['webhook-timestamp']}.`), call.body]);
		assert.ok(verify(null, signed, key, Buffer.from(signature, 'base64')));
		assert.ok(!verify(null, signed.subarray(1), key, Buffer.from(signature, 'base64')));
	});

	it('is verified with openssl alone, as the manual says', async () => {
		const call = await airu.call((c) => c.json?.type === 'tocsin.M4.send');
		const script = fs.readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8').match(/```sh\n([\s\S]*?)```/)[1];
		const dir = path.dirname(airu.certificate);
		fs.writeFileSync(path.join(dir, 'body'), call.body);
		const run = (secret) => spawnSync('sh', ['-c', script], { cwd: dir, encoding: 'utf8', env: { ...process.env, secret, id: call.headers['webhook-id'],
			at: call.headers['webhook-timestamp'], signature: call.headers['webhook-signature'] } }).stdout.trim();
		assert.equal(run(it_.secret), 'genuine');
		assert.equal(run(`whsec_${randomBytes(32).toString('base64')}`), 'forged');
	});

	it('that has it is on record as delivered to a machine: for the sender and for its own admins', async () => {
		const mine = await outcome(admin, 'delivered', (e) => e.message.body.message_ref === sent.id);
		assert.deepEqual([mine.message.body.channel, mine.message.body.code, mine.message.body.actor_kind], ['webhook', 204, 'machine']);
		await outcome(game, 'delivered', (e) => e.message.body.message_ref === sent.id);
		assert.ok(!JSON.stringify(game.entries).includes(airu.url), 'where it is called is nobody else’s');
	});

	it('is told the secret once: not to whoever sends the same again, and in no entry', async () => {
		const declared = admin.entries.find((e) => e.id === it_.id);
		assert.ok(declared && !JSON.stringify(declared).includes(it_.secret) && !server.log.includes(it_.secret.slice(6)));
		const again = await second.send({ ...say('hook', declared.message.body), id: it_.id, sent_at: declared.message.sent_at });
		assert.equal(again.secret, undefined);
	});

	it('signs with both secrets while it is rotated', async () => {
		const rotated = await act(second, 'rotate', it_.id, { overlap_h: 1 });
		assert.match(rotated.secret, /^whsec_/);
		assert.notEqual(rotated.secret, it_.secret);
		assert.equal((await act(admin, 'test', it_.id)).op, 'accepted');
		const call = await airu.call((c) => c.json?.type === 'tocsin.hook.test');
		for (const secret of [it_.secret, rotated.secret]) new Webhook(secret).verify(call.body, call.headers);
		assert.equal(call.json.data, undefined);
		await outcome(admin, 'delivered', (e) => e.mode === 'system');
	});

	it('waits while it is paused, and is told afterwards', async () => {
		assert.equal((await act(admin, 'pause', it_.id)).op, 'accepted');
		const later = m4(game);
		await game.send(later);
		await desk.entry((e) => e.id === later.id);
		assert.ok(!airu.calls.some((c) => c.json?.id === later.id));
		assert.equal((await act(admin, 'resume', it_.id)).op, 'accepted');
		await airu.call((c) => c.json?.id === later.id);
	});

	it('is told once more when its admin asks for it', async () => {
		const before_ = airu.calls.filter((c) => c.json?.id === sent.id).length;
		assert.equal((await act(admin, 'resend', it_.id, { entry: sent.id })).op, 'accepted');
		await until(() => airu.calls.filter((c) => c.json?.id === sent.id).length > before_, 'the same once more');
	});

	it('that wants no content is only woken', async () => {
		const woken = await hook(`${chirp.url}/wake`, { content: 'wake_up', precedence: 'flash' });
		const other = m4(game);
		await game.send(other);
		const call = await chirp.call((c) => c.json?.id === other.id);
		assert.deepEqual([call.json.type, call.json.data, call.json.precedence], ['tocsin.waiting', undefined, 'flash']);
		assert.ok(!call.body.includes('firearm'));
		await act(admin, 'remove', woken.id);
	});
});

describe('from the command line', () => {
	it('a platform’s admin declares an address and reads the secret once', () => {
		const key = server.credential('GameNest', 'admin').api_key;
		const r = spawnSync(tocsin, ['send', '-', '--server', server.url, '--ca', path.join(server.state, 'demo/ca.pem')], { encoding: 'utf8', timeout: 120_000,
			input: JSON.stringify(say('hook', { step: 'declare', kind: 'webhook', content: 'wake_up', url: 'https://hooks.gamenest.eu/in' })),
			env: { ...process.env, TOCSIN_KEY: key } });
		assert.equal(r.status, 0, r.stderr);
		assert.match(r.stdout, /^accepted/m);
		assert.match(r.stdout, /^secret +whsec_[A-Za-z0-9+/]{43}=$/m);
		assert.match(r.stdout, /^public_key +whpk_/m);
	});

	const as = (who, ...args) => ran(server, ['admin', 'hook', ...args], { member: `StreamHarbor/${who}` });
	const hooks = async () => (await as('admin', 'list', '--json')).lines.map((l) => JSON.parse(l));

	it('two admins declare, test, rotate, look into the log, send again and remove', async () => {
		assert.match((await as('admin', 'declare', 'https://127.0.0.1/')).err, /body\.url[\s\S]*inside/);
		const declared = await as('admin', 'declare', `${chirp.url}/cli`);
		assert.equal(declared.code, 0, declared.err);
		const secret = declared.out.match(/^secret +(whsec_\S+)$/m)[1], id = (await hooks())[0].hook.slice(0, 13);
		assert.equal((await as('admin', 'confirm', id)).code, 1, 'not the same admin');
		assert.equal((await as('second admin', 'confirm', id)).code, 0);
		assert.match((await as('admin', 'list')).out, /^[0-9a-f]{8} {2}ACTIVE +webhook +https:\/\/\S+\/cli$/m);
		assert.equal((await as('admin', 'test', id)).code, 0);
		new Webhook(secret).verify((await chirp.call((c) => c.path === '/cli')).body, chirp.calls.find((c) => c.path === '/cli').headers);
		const rotated = await as('second admin', 'rotate', id, '--overlap', '2');
		assert.notEqual(rotated.out.match(/^secret +(whsec_\S+)$/m)[1], secret);
		assert.match((await as('admin', 'list')).out, /old secret signs until \d{4}-/);

		const platform = await Member.connect(server, 'StreamHarbor', 'night responder');
		const notice = m4(platform);
		assert.equal((await platform.send(notice)).op, 'accepted');
		const ack = m5(desk, 'ack', (await desk.entry((e) => e.id === notice.id)).case, {}, { references: [notice.id] });
		const acked = await desk.send(ack);
		assert.equal(acked.op, 'accepted', JSON.stringify(acked));
		await platform.close();
		await chirp.call((c) => c.path === '/cli' && c.json?.id === ack.id);
		const log = async () => (await as('admin', 'log', id, '--json')).lines.map((l) => JSON.parse(l)).filter((d) => d.state === 'delivered');
		const told = await until(async () => (await log()).find((d) => d.entry === ack.id), 'the answer is in the log');
		assert.ok((await log()).some((d) => d.k === 'hook.test'), 'and so is the test');
		assert.deepEqual([told.k, told.channel, told.code, told.attempt], ['M5.ack', 'webhook', 204, 1]);
		assert.match((await as('admin', 'log')).out, new RegExp(`^${told.delivery.slice(0, 8)} .* webhook +delivered +1 204 M5\.ack +${ack.id}`, 'm'));
		assert.equal((await as('second admin', 'resend', told.delivery.slice(0, 13))).code, 0);
		await until(() => chirp.calls.filter((c) => c.json?.id === ack.id).length === 2, 'told once more');
		for (const [step, state] of [['pause', 'PAUSED'], ['resume', 'ACTIVE'], ['remove', undefined]]) {
			assert.equal((await as('admin', step, id)).code, 0);
			assert.equal((await hooks())[0]?.state, state);
		}
		assert.match((await as('admin', 'pause', id)).err, /there is no hook/);
	});
});

describe('bad days', () => {
	it('one that never answers, floods, points inside or is refused keeps nobody waiting, and each is tried again', async () => {
		slow.answers = ['hang'];
		broken.answers = [[302, { location: 'https://127.0.0.1/' }], [503, { 'retry-after': '1' }], 'flood', 204];
		const [a, b] = [await hook(`${slow.url}/slow`), await hook(`${broken.url}/broken`)];
		const sent = Array.from({ length: 12 }, () => m4(game));
		for (const m of sent) assert.equal((await game.send(m)).op, 'accepted');
		for (const m of sent) await airu.call((c) => c.json?.id === m.id);
		const tried = new Set(slow.calls.map((c) => c.headers['webhook-id'])).size;
		assert.ok(tried < sent.length, `the one that answers has all of it before the other has been called for each: ${tried}`);
		await until(() => sent.every((m) => broken.calls.some((c) => c.json?.id === m.id && (c.answer === 204 || c.answer === 'flood'))), 'the broken one has all in the end');
		const first = broken.calls[0];
		const again = broken.calls.filter((c) => c.headers['webhook-id'] === first.headers['webhook-id']);
		assert.ok(again.length >= 2, 'under the same id');
		await outcome(admin, 'retrying', (e) => e.message.body.code === 302);
		await outcome(admin, 'retrying', (e) => e.message.body.code === 503);
		await act(admin, 'remove', a.id);
		await act(admin, 'remove', b.id);
	});

	it('410 disables it, its admins read so, and nothing is called any more', async () => {
		broken.answers = [410];
		const h = await hook(`${broken.url}/gone`);
		await act(admin, 'test', h.id);
		const disabled = await admin.entry((e) => e.k === 'hook.disable' && e.message.body.hook === h.id);
		assert.equal(disabled.message.body.code, 410);
		const calls = broken.calls.length, next = m4(game);
		await game.send(next);
		await airu.call((c) => c.json?.id === next.id);
		assert.equal(broken.calls.length, calls);
		assert.equal((await act(admin, 'remove', h.id)).op, 'accepted');
	});

	it('kill -9 of courier and keeper: nothing is lost, and what comes twice has the same id', async () => {
		slow.answers = ['hang', 204];
		const h = await hook(`${slow.url}/again`), sent = m4(game);
		const from = slow.calls.length;
		await game.send(sent);
		await until(() => slow.calls.length > from, 'it is being called');
		await server.kill('courier');
		await until(() => slow.calls.slice(from).some((c) => c.json?.id === sent.id && c.answer === 204), 'it is called again');
		assert.equal(new Set(slow.calls.slice(from).filter((c) => c.json?.id === sent.id).map((c) => c.headers['webhook-id'])).size, 1);
		const next = m4(game);
		slow.answers = ['hang', 204];
		await game.deliver(next);
		await server.kill('keeper');
		await until(() => slow.calls.some((c) => c.json?.id === next.id && c.answer === 204), 'after the keeper, too');
		await outcome(admin, 'delivered', (e) => e.message.body.message_ref === next.id);
		await act(admin, 'remove', h.id);
	});
});

describe('Web Push', () => {
	const browser = createECDH('prime256v1'), auth = randomBytes(16);
	browser.generateKeys();
	let key;
	const subscribe = (endpoint) => desk.send(say('push', { step: 'subscribe', endpoint, p256dh: browser.getPublicKey('base64url'), auth: auth.toString('base64url') }));

	it('waits for the organisation to allow it', async () => {
		assert.equal((await subscribe(`${push.url}/s`)).code, 'condition');
		assert.equal(desk.session_welcome.push.allowed, false);
		key = desk.session_welcome.push.key;
		assert.equal((await admin.send(say('push', { step: 'allow', allowed: true }))).op, 'accepted');
	});

	it('wakes the browser with what only it can read, and the service sees how urgent and from whom', async () => {
		push.answers = [201];
		assert.equal((await subscribe('https://192.168.1.1/s')).field, 'body.endpoint');
		assert.equal((await subscribe(`${push.url}/send/abc`)).op, 'accepted');
		await game.send(m4(game));
		const call = await push.call((c) => c.path === '/send/abc');
		assert.deepEqual([call.headers.ttl, call.headers.urgency, call.headers.topic, call.headers['content-encoding']], ['86400', 'high', 'exercise-flash', 'aes128gcm']);
		const clear = ece.decrypt(call.body, { version: 'aes128gcm', privateKey: browser, authSecret: auth.toString('base64url') });
		assert.deepEqual(JSON.parse(clear.toString()), { mode: 'exercise', precedence: 'flash' });
		const [, token, known] = call.headers.authorization.match(/^vapid t=(\S+), k=(\S+)$/);
		const [header, claims, signature] = token.split('.');
		assert.equal(known, key, 'the key that the browser was given');
		const point = Buffer.from(known, 'base64url');
		const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') };
		assert.ok(verify('sha256', Buffer.from(`${header}.${claims}`), { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')));
		const said = JSON.parse(Buffer.from(claims, 'base64url'));
		assert.deepEqual([said.aud, said.sub], [push.url, WAKE]);
		assert.ok(said.exp > Date.now() / 1000 && said.exp < Date.now() / 1000 + 24 * 3600);
		const record = await outcome(admin, 'sent', (e) => e.message.body.channel === 'push');
		assert.equal(record.message.body.code, 201);
		assert.ok(!admin.entries.some((e) => e.k === 'M19.delivery' && e.message.body.channel === 'push' && e.message.body.state === 'delivered'));
	});

	it('ends with the subscription', async () => {
		push.answers = [410];
		await game.send(m4(game));
		await admin.entry((e) => e.k === 'push.unsubscribe');
		const calls = push.calls.length, next = m4(game);
		await game.send(next);
		await airu.call((c) => c.json?.id === next.id);
		assert.equal(push.calls.length, calls);
	});
});

describe('a phone gateway', () => {
	let gateway, order, escalated, threat;
	const report = (body, { secret = gateway.secret, id = `r-${randomBytes(6).toString('hex')}`, at = Math.floor(Date.now() / 1000), to = gateway.id } = {}) => {
		const text = JSON.stringify(body), key = Buffer.from(secret.replace('whsec_', ''), 'base64');
		const signature = createHmac('sha256', key).update(`${id}.${at}.${text}`).digest('base64');
		return server.request('POST', `/api/gateway/${to}`, { body: text, headers: { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` } });
	};

	it('is asked to ring whoever is next, and told what to say and which keys mean that they were reached', async () => {
		gate.answers = [202];
		gateway = await hook(`${gate.url}/calls`, { kind: 'gateway', content: undefined, channels: ['phone', 'SMS'] });
		threat = m4(game);
		await game.send(threat);
		const director = await Member.connect(server, ...whoRuns());
		const x = director.welcome.exercises[0];
		assert.equal((await director.send(message('exercise', { step: 'clock', action: 'jump', to: new Date(Date.parse(x.at ?? x.anchor_at) + 16 * 60e3).toISOString() },
			{ ...system, mode: 'exercise', exercise_ref: x.id }))).op, 'accepted');
		await director.close();
		order = await gate.call((c) => c.json?.type === 'tocsin.call');
		const data = order.json.data;
		assert.match(data.to, /^\+999/);
		assert.match(data.key, /^[1-9]{2}$/);
		assert.match(data.say, /^EXERCISE\. /);
		assert.equal(data.report, `${server.url}/api/gateway/${gateway.id}`);
		assert.ok(!order.body.includes('firearm'));
		new Webhook(gateway.secret).verify(order.body, order.headers);
		escalated = await outcome(admin, 'sent', (e) => e.message.body.channel === 'phone');
		assert.equal(escalated.message.body.code, 202);
	});

	it('is believed by its signature only, and speaks of its own calls only', async () => {
		const call = order.json.data.call, key = order.json.data.key;
		for (const bad of [{ secret: `whsec_${randomBytes(32).toString('base64')}` }, { at: Math.floor(Date.now() / 1000) - 400 }, { to: threat.id }])
			assert.equal((await report({ call, result: 'key', key }, bad)).status, 401);
		assert.equal((await report({ call: threat.id, result: 'key', key })).json.detail, 'no such call, or it is over');
		assert.equal((await report({ call, result: 'shouted' })).status, 422);
		assert.ok(!admin.entries.some((e) => e.k === 'M19.human'));
	});

	it('that says nothing leaves the call unconfirmed, once', async () => {
		const { call } = order.json.data, of = (e) => e.message.body.delivery === call;
		const silent = await outcome(admin, 'unconfirmed', of);
		assert.equal(silent.message.body.attempt, escalated.message.body.attempt);
		await outcome(admin, 'unconfirmed', (e) => !of(e)); // a later call's: this one's was not said again
		assert.equal(admin.entries.filter((e) => e.k === 'M19.delivery' && e.message.body.state === 'unconfirmed' && of(e)).length, 1);
	});

	it('is a machine’s word when other keys were pressed, though nothing was heard of the call before', async () => {
		const another = await gate.call((c) => c.json?.type === 'tocsin.call' && c.json.data.call !== order.json.data.call);
		const { call, key } = another.json.data, wrong = key === '11' ? '12' : '11';
		const humans = game.entries.filter((e) => e.k === 'M19.human').length;
		assert.equal((await report({ call, result: 'key', key: wrong })).status, 202);
		await outcome(admin, 'delivered', (e) => e.message.body.delivery === call);
		assert.equal(game.entries.filter((e) => e.k === 'M19.human').length, humans);
	});

	it('makes it a person’s acknowledgement also then, when the two keys were pressed: of having been reached, and no answer to the threat', async () => {
		const { call, key } = order.json.data, about = escalated.message.body.message_ref;
		const r = await report({ call, result: 'key', key });
		assert.equal(r.status, 200, r.text);
		const human = await game.entry((e) => e.k === 'M19.human' && e.message.body.message_ref === about);
		assert.deepEqual([human.message.body.channel, human.message.body.state, human.message.body.actor_kind], ['phone', 'acked', 'human']);
		assert.ok(!game.entries.some((e) => e.k === 'M5.ack'));
		assert.equal((await report({ call, result: 'key', key })).json.detail, 'no such call, or it is over');
	});

	/** A call that only tries the telephone says that nothing has happened, and the two keys are its answer: an entry `k` of AIRU. */
	const tried = new Set();
	async function answered(k) {
		const { call, key, say: words } = (await gate.call((c) => c.json?.data?.about === 'test' && !tried.has(c.json.data.call))).json.data;
		tried.add(call);
		assert.match(words, /^This is Tocsin\. This is a test, nothing has happened\./);
		assert.doesNotMatch(words, /alert/i);
		const r = await report({ call, result: 'key', key });
		assert.equal(r.status, 200, r.text);
		const answer = await admin.entry((e) => e.k === k);
		assert.equal(answer.org, 'AIRU');
		return { answer, words };
	}

	it('that tries a channel says so and has the code; the keys verify it', async () => {
		const all = await Member.connect(server, 'AIRU', 'admin', { from: -1 });
		const { id: point } = await all.entry((e) => e.k === 'M26.own' && e.message.body.org === 'AIRU');
		await all.close();
		const asked = await admin.send(say('M26', { step: 'test', org: 'AIRU', point, tested: { contact: 1, channel: 'phone' } }));
		assert.equal(asked.op, 'accepted', JSON.stringify(asked));
		const { answer, words } = await answered('M26.confirm');
		assert.equal(answer.message.body.test, asked.id);
		assert.match(words, /reference [0-9A-Z]{4}-[0-9A-Z]{4}\./);
		assert.equal(answer.decided.channels[0].state, 'verified');
	});

	it('of a drill says so, and the keys pass it', async () => {
		const { actor: { person } } = await admin.entry((e) => e.k === 'M26.confirm');
		const from = new Date().toISOString(), until = new Date(Date.now() + 3600e3).toISOString();
		const shift = await admin.send(say('M26', { step: 'roster', org: 'AIRU', from, until, shifts: [{ person, from, until }] }));
		assert.equal(shift.op, 'accepted', JSON.stringify(shift));
		const drill = await admin.send(say('M26', { step: 'drill', org: 'AIRU' }));
		assert.equal(drill.op, 'accepted', JSON.stringify(drill));
		const { answer } = await answered('M26.answer');
		assert.equal(answer.decided.drills[0].result, 'passed');
	});
});

function whoRuns() {
	const c = server.credentials.find((one) => one.roles?.includes('exercise_control'));
	return [c.organisation, c.person];
}
