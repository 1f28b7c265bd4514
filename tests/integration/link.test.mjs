// link.test.mjs: the link of an e-mail over the wire: the letter as the relay got it, its token redeemed, what is read and said by it,
// and everything that it does not open. Not a word of a token is in a log, in an entry, or in what the database keeps.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { lanternByMail, play } from './lib/command.mjs';
import { Ledger } from './lib/ledger.mjs';
import { message, scenarioTime, uuid7 } from './lib/messages.mjs';
import { Member } from './lib/member.mjs';
import { Server } from './lib/server.mjs';
import { Sink } from './lib/sink.mjs';

const OWNER = 'owner@pastepond.example.invalid';
const none = { personal_data: { level: 'none', categories: [] }, ack_required: false };
/** The token in a letter; quoted-printable may have broken it. */
const tokenOf = (mail) => mail.text.replace(/=\r?\n/g, '').match(/\/link#([\w-]{43})/)[1];
const isAbout = (kind) => (m) => m.to[0] === OWNER && new RegExp(`Reference: ${kind}-`).test(m.text.replace(/=\r?\n/g, ''));

let server, sink, hub, tokens, secrets;
const link = (method, route, { secret, body } = {}) => server.request(method, route, { body, headers: secret ? { authorization: `Bearer ${secret}` } : {} });
async function open(token) {
	const r = await link('POST', '/api/link', { body: { token } });
	if (r.json?.session) secrets.push(r.json.session);
	return r;
}
const entries = async (secret, after = -1, wait = 0) => (await link('GET', `/api/link/entries?after=${after}&limit=100&wait=${wait}`, { secret })).json;
const receipt = (ref, state, more = {}) => message('M19', { step: 'human', message_ref: ref, recipient_org: 'PastePond', channel: 'e-mail', state,
	at: scenarioTime(hub).toISOString(), actor_kind: 'human', ...(state === 'acked' ? { commitment: 'working' } : {}), ...more }, none);

before(async () => {
	sink = await Sink.start();
	server = await Server.start({ args: [...sink.options, '--fronts', '1'] });
	hub = await Member.connect(server, 'HUB', 'lead', { from: -1, resume: true });
	[tokens, secrets] = [{}, []];
	const played = await play(server, lanternByMail(), '--until', '36:00');
	assert.equal(played.code, 0, played.out);
	for (const kind of ['M2', 'M3', 'M6', 'M10']) tokens[kind] = tokenOf(await sink.mail(isAbout(kind)));
});
after(async () => {
	await hub?.close();
	await server?.stop();
	sink?.end();
});

describe('the link of an e-mail', () => {
	it('its letter says nothing of the message', () => {
		const all = sink.all().map((m) => m.text).join('\n');
		for (const words of ['StreamHarbor', 'AIRU', 'Aldmere', 'Veldermouth', 'market hall', 'video', 'activat', 'pastepond.example.invalid/'])
			assert.ok(!all.includes(words), words);
		for (const m of sink.all()) assert.match(m.text, /^Subject: (\[EXERCISE\]|=\?utf-8\?q\?=5BEXERCISE=5D)/m);
	});

	it('a scanner that fetches it gets a page without the matter, and changes nothing', async () => {
		const size = (await new Ledger(server).tip()).size;
		for (const method of ['GET', 'HEAD']) {
			const page = await server.request(method, '/link');
			assert.equal(page.status, 200);
			assert.match(page.headers['content-security-policy'], /default-src 'none'/);
			assert.equal(page.headers['cache-control'], 'no-store');
			assert.doesNotMatch(page.text, /PastePond|LANTERN/);
			assert.equal((await server.request(method, '/api/link')).status, 401);
			assert.equal((await server.request(method, `/api/link?token=${tokens.M3}`)).status, 401);
		}
		assert.equal((await new Ledger(server).tip()).size, size);
	});

	it('opens its own matter from there on, with the numbers of the directory', async () => {
		const r = await open(tokens.M3);
		assert.equal(r.status, 200, r.text);
		assert.equal(r.headers['set-cookie'], undefined);
		assert.equal(r.json.you.org, 'PastePond');
		assert.match(r.json.directory.find((o) => o.org === 'HUB').phone, /^\+999/);
		const seen = await entries(r.json.session);
		assert.equal(seen.entries[0].k, 'M3.confirm');
		assert.equal(seen.entries[0].id, r.json.link.message);
		assert.ok(seen.entries.some((e) => e.k === 'M10.issue'), 'the order that came meanwhile');
		for (const e of seen.entries) assert.ok(e.incident === r.json.link.incident || e.ref === r.json.link.message, e.k);
		assert.ok(!seen.entries.some((e) => /^(M1|M2|M4|M5|M6|M18|exercise|session|credential)\./.test(e.k)), seen.entries.map((e) => e.k).join());
	});

	it('acknowledges activation and order with the effect of a console', async () => {
		const { session: secret, link: about } = (await open(tokens.M3)).json;
		const order = (await entries(secret)).entries.find((e) => e.k === 'M10.issue');
		for (const id of [about.message, order.id]) {
			const r = await link('POST', '/api/link/messages', { secret, body: receipt(id, 'acked') });
			assert.equal(r.status, 200, r.text);
			if (id !== about.message) continue; // an order's receipts are its authority's
			const entry = await hub.entry((e) => e.k === 'M19.human' && e.id === r.json.id);
			assert.equal(entry.message.body.channel, 'e-mail');
			assert.equal(entry.message.body.commitment, 'working');
			assert.equal(entry.org, 'PastePond');
			const mine = (await entries(secret)).entries.find((e) => e.id === r.json.id);
			assert.deepEqual(mine.decided.timers_stopped.map((t) => [t.timer, t.desk, t.met]), [['T19', 'PastePond', true]]);
		}
	});

	it('a waiting page is told what is new, and only that', async () => {
		const { session: secret } = (await open(tokens.M3)).json;
		const { last, tip } = await entries(secret);
		const waiting = entries(secret, Math.max(last, tip - 1), 30);
		const at = scenarioTime(hub).toISOString();
		const other = await hub.deliver(message('M1', { step: 'report', headline: 'another matter', event_time: { from: at, precision: 'minutes' },
			event_place: { cc: 'XB', locality: 'Elsewhere' }, ongoing: 'no', online_component: ['text'], producer: 'unknown', victims_visible: 'no', minor_involved: 'no',
			criteria: ['real_world_event', 'harm_shown', 'intimidation', 'terrorism_link', 'virality'].map((code) => ({ code, answer: 'unknown', source_grade: 'B2' })) },
			{ ...none, audience: ['PastePond'] }));
		assert.equal(other.op, 'accepted', JSON.stringify(other));
		const incident = (await entries(secret)).entries[0].incident;
		const change = await hub.deliver(message('M3', { decision: 'change', step: 'propose', reason: 'more services', review_at: new Date(Date.parse(at) + 36e5).toISOString(),
			scope: { content_types: ['video'], services: [], states: ['XA'], languages: [] }, fundamental_rights_note: 'reporting is not meant' },
			{ ...none, incident_ref: incident }));
		assert.equal(change.op, 'accepted', JSON.stringify(change));
		const told = (await waiting).entries;
		assert.equal(told[0].id, change.id);
		assert.ok(told.every((e) => e.incident === incident), told.map((e) => e.k).join()); // its delivery to others of the house may be there already
		const all = (await entries(secret)).entries;
		assert.ok(!all.some((e) => e.id === other.id), 'a report to the same organisation about something else');
	});

	it('outside of its scope: one answer, to the byte, whether it exists or not', async () => {
		const { session: secret } = (await open(tokens.M10)).json;
		const warned = (await hub.entry((e) => e.k === 'M2.issue')).id, confirmed = (await hub.entry((e) => e.k === 'M3.confirm')).id;
		const said = async (id) => link('POST', '/api/link/messages', { secret, body: receipt(id, 'acked') });
		const nowhere = await said(uuid7());
		assert.equal(nowhere.status, 404);
		for (const id of [warned, confirmed]) assert.equal((await said(id)).text, nowhere.text);
		for (const body of [message('M26', { step: 'own', org: 'PastePond', purposes: ['crisis'], languages: ['en'], public: false }, { ...none, mode: 'system', exercise_ref: undefined }),
			message('M6', { step: 'share', items: [] }, { ...none, audience: ['HUB'] })]) {
			const r = await link('POST', '/api/link/messages', { secret, body });
			assert.notEqual(r.status, 200, r.text);
		}
	});

	it('its session is good for nothing else, and nothing else is good for it', async () => {
		const { session: secret } = (await open(tokens.M3)).json;
		const owner = server.credential('PastePond', 'owner');
		const tries = [['GET', '/api/me'], ['GET', '/api/entries?after=-1'], ['POST', '/api/ticket'], ['POST', '/api/messages']].flatMap(([method, route]) =>
			[{ authorization: `Bearer ${secret}` }, { cookie: `__Host-tocsin=${secret}`, 'x-tocsin': '1' }].map((headers) =>
				server.request(method, route, { headers, body: method === 'POST' ? {} : undefined })));
		tries.push(link('GET', '/api/link', { secret: owner.api_key }), link('GET', '/api/link', { secret: tokens.M3 }), open(secret),
			link('POST', '/api/sign-in', { body: { token: tokens.M3 } }));
		for (const r of await Promise.all(tries)) assert.equal(r.status, 401, r.text);
	});

	it('opens on a second device, and the record says so', async () => {
		const before = (await open(tokens.M6)).json.session, again = (await open(tokens.M6)).json.session;
		assert.notEqual(before, again);
		for (const secret of [before, again]) assert.equal((await link('GET', '/api/link', { secret })).status, 200);
		const { entries: all } = await new Ledger(server).read();
		const opened = all.map((e) => e.body).filter((b) => b.message?.type === 'session' && b.decided?.scope);
		assert.ok(opened.some((b) => b.decided.opened_before === 1));
	});

	it('an admin of the organisation ends it, on all devices', async () => {
		const secret = (await open(tokens.M2)).json.session;
		const { entries: all } = await new Ledger(server).read();
		const session = all.map((e) => e.body).filter((b) => b.message?.type === 'session' && b.decided?.scope).at(-1);
		const revoke = (org, person) => server.request('POST', '/api/messages', { credential: server.credential(org, person),
			body: message('credential', { step: 'revoke', credential: session.message.body.credential }, { ...none, mode: 'system', exercise_ref: undefined }) });
		assert.equal((await revoke('StreamHarbor', 'admin')).status, 404);
		const r = await revoke('PastePond', 'partner');
		assert.equal(r.status, 200, r.text);
		assert.equal((await link('GET', '/api/link', { secret })).status, 401);
		const late = await open(tokens.M2), never = await open('x'.repeat(43));
		assert.equal(late.status, 401);
		assert.equal(late.text, never.text);
	});

	it('of a drill and of a test of the address answers that one, which says that it is a test, and the time counts', async () => {
		const say = async (credential, body) => (await server.request('POST', '/api/messages', { credential,
			body: message('M26', { org: 'PastePond', ...body }, { ...none, mode: 'system', exercise_ref: undefined, precedence: 'routine' }) }));
		const partner = server.credential('PastePond', 'partner');
		const { entries: all } = await new Ledger(server).read();
		const point = all.map((e) => e.body).findLast((b) => b.message?.type === 'M26' && b.message.body.step === 'own' && b.message.body.org === 'PastePond').message.id;
		const letter = (what) => sink.mail((m) => m.to[0] === OWNER && what.test(m.text.replace(/=\r?\n/g, '')));
		const answered = async (token, body) => {
			const { session: secret, link: about } = (await open(token)).json;
			const there = (await entries(secret)).entries;
			assert.equal(there[0].id, about.message);
			assert.equal(there[0].mode, 'system');
			assert.ok(there.every((e) => /^(M26\.(drill|call|test)|M19\.delivery)$/.test(e.k)), there.map((e) => e.k).join());
			const r = await link('POST', '/api/link/messages', { secret, body: message('M26', { org: 'PastePond', ...body(about.message) },
				{ ...none, mode: 'system', exercise_ref: undefined, precedence: 'routine' }) });
			assert.equal(r.status, 200, r.text);
			return (await entries(secret)).entries.find((e) => e.id === r.json.id);
		};
		const drill = await say(partner, { step: 'drill', point });
		assert.equal(drill.status, 200, drill.text);
		const called = await letter(/Reference: M26-/);
		assert.match(called.text, /^Subject: (Test: |=\?utf-8\?q\?Test=3A)/m);
		const passed = await answered(tokenOf(called), (id) => ({ step: 'answer', drill: id }));
		assert.equal(passed.decided.drills[0].result, 'passed');
		assert.ok(passed.decided.drills[0].reaction_s < 600);
		const test = await say(partner, { step: 'test', point, tested: { contact: 0, channel: 'e-mail' } });
		assert.equal(test.status, 200, test.text);
		const verified = await answered(tokenOf(await letter(/Reference: [0-9A-Z]{4}-[0-9A-Z]{4}\b/)), (id) => ({ step: 'confirm', test: id }));
		assert.equal(verified.decided.channels[0].state, 'verified');
	});

	it('of a referral: it calls nobody, and is answered address by address', async () => {
		const police = await Member.connect(server, 'BFP', 'duty officer');
		const sent = await police.deliver(message('M17', { step: 'send', voluntary: true, urls: ['https://pastepond.example/p/1', 'https://pastepond.example/p/2'],
			why: 'It praises the attack.' }, { ...none, precedence: 'routine', audience: ['PastePond', 'HUB'], legal_basis: [{ act: 'EUROPOL', article: '4(1)(m)(iii)' }] }));
		assert.equal(sent.op, 'accepted', JSON.stringify(sent));
		const mail = await sink.mail(isAbout('M17'));
		assert.doesNotMatch(mail.text, /^Importance: high/m);
		assert.doesNotMatch(mail.text, /praises|pastepond\.example\/|BFP/);
		const { session: secret, link: about } = (await open(tokenOf(mail))).json;
		assert.equal(about.message, sent.id);
		const said = (answer, positions) => link('POST', '/api/link/messages', { secret, body: message('M17', { step: 'answer', referral_ref: sent.id, answer,
			positions, at: scenarioTime(hub).toISOString() }, { ...none, precedence: 'routine' }) });
		for (const [answer, positions] of [['removed', [1]], ['no_violation', [0]]]) {
			const r = await said(answer, positions);
			assert.equal(r.status, 200, r.text);
			const entry = await police.entry((e) => e.id === r.json.id);
			assert.deepEqual([entry.org, entry.message.body.answer, entry.decided.referral_answered.positions], ['PastePond', answer, positions]);
		}
		await police.close();
	});

	it('guessing is held back, later and later; the same wrong one is no longer heard; who has the right one is', async () => {
		const guess = (n) => open(`guess${n}`.padEnd(43, 'x'));
		const answers = await Promise.all(Array.from({ length: 70 }, (_, i) => guess(i)));
		assert.ok(answers.every((r) => [401, 503].includes(r.status)), answers.map((r) => r.status).join());
		await Promise.all(Array.from({ length: 70 }, () => guess(0)));
		assert.equal((await guess(0)).status, 429);
		assert.equal((await open(tokens.M3)).status, 200, 'also from that address');
	});

	it('no token and no secret is in a log, an entry, or a file of the database', async () => {
		const { entries: all } = await new Ledger(server).read();
		const words = [...Object.values(tokens), ...secrets];
		assert.ok(words.length > 8);
		const kept = all.map((e) => `${e.leafBytes}${e.bodyBytes}`).join('\n');
		for (const word of words) {
			assert.ok(!server.log.includes(word) && !server.output.includes(word), 'a log');
			assert.ok(!kept.includes(word), 'an entry');
		}
		const files = fs.readdirSync(server.state, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).map((f) => path.join(f.parentPath ?? f.path, f.name));
		assert.ok(files.length > 100);
		for (const file of files) {
			const bytes = fs.readFileSync(file);
			for (const word of words) assert.ok(!bytes.includes(word), file);
		}
	});
});
