// rights.test.mjs: who may do less from now on sees less from now on: on the socket, as events, by long poll and from the
// archive, also while entries are on their way; and whoever was shown out and knocks again is on record.
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import https from 'node:https';
import { after, before, describe, it } from 'node:test';

import { ran } from './lib/command.mjs';
import { Member } from './lib/member.mjs';
import { m4, message } from './lib/messages.mjs';
import { Server, until } from './lib/server.mjs';

let server;
const joined = [];
before(async () => (server = await Server.start()));
after(async () => {
	await Promise.all(joined.map((m) => m.close()));
	await server?.stop();
});

async function join(org, person, options) {
	const m = await Member.connect(server, org, person, options);
	joined.push(m);
	return m;
}
const system = (type, body, more = {}) => message(type, body, { mode: 'system', exercise_ref: undefined, precedence: 'routine',
	ack_required: false, personal_data: { level: 'none', categories: [] }, legal_basis: [], ...more });

/** Somebody at the console: API keys of authorities are for exercises, and administration is real. */
async function atConsole(org, person) {
	const signed = await server.request('POST', '/api/sign-in', { body: { token: server.credential(org, person).sign_in.split('#sign-in=')[1] }, headers: { 'x-tocsin': '1' } });
	assert.equal(signed.status, 200, signed.text);
	const headers = { cookie: signed.headers['set-cookie'][0].split(';')[0], 'x-tocsin': '1' };
	return {
		send: async (what) => (await server.request('POST', '/api/messages', { body: what, headers })).json,
		entry: (fits) => until(async () => (await server.request('GET', '/api/entries?after=-1&limit=500', { headers })).json.entries.find(fits), `an entry: ${fits}`),
		entries: async (fits) => (await server.request('GET', '/api/entries?after=-1&limit=500', { headers })).json.entries.filter(fits),
	};
}

/** Two people say the same. @returns the answer to the second */
async function both(first, second, type, body) {
	const proposed = await first.send(system(type, body));
	assert.equal(proposed.op, 'accepted', JSON.stringify(proposed));
	const done = await second.send(system(type, body, { supersedes: proposed.id }));
	assert.equal(done.op, 'accepted', JSON.stringify(done));
	return done;
}

/** A stream of events that is read until the server ends it: what came. */
function stream(credential) {
	const seen = { entries: [], ended: false };
	const r = https.request({ host: 'localhost', port: server.port, path: '/api/entries?after=-1', ca: server.ca,
		headers: { authorization: `Bearer ${credential.api_key}`, accept: 'text/event-stream' } }, (answer) => {
		let rest = '';
		answer.setEncoding('utf8').on('data', (text) => {
			const lines = (rest + text).split('\n');
			rest = lines.pop();
			for (const line of lines) if (line.startsWith('data: {"') && line.includes('"op":"entry"')) seen.entries.push(JSON.parse(line.slice(6)));
		}).on('close', () => (seen.ended = true)).on('error', () => (seen.ended = true));
	});
	r.on('error', () => (seen.ended = true));
	r.end();
	seen.stop = () => r.destroy();
	return seen;
}

const isThreat = (e) => e.k.startsWith('M4.');
const list = async (credential, query = 'after=-1&limit=500') => (await server.request('GET', `/api/entries?${query}`, { credential }));

describe('rights that become less', () => {
	it('a role that is taken while threats pour in: not one of them is seen after it, by any way', async () => {
		const [harbor, first, second] = await Promise.all([join('StreamHarbor', 'night responder'), atConsole('AIRU', 'admin'), atConsole('AIRU', 'second admin')]);
		const credential = server.credential('AIRU', 'second officer');
		const victim = await join('AIRU', 'second officer', { from: -1, resume: true }), events = stream(credential);
		const desk = await join('AIRU', 'duty officer'); // keeps the role
		await harbor.send(m4(harbor));
		await victim.entry(isThreat);
		await until(() => events.entries.some(isThreat), 'a threat as an event');
		const polled = [];
		let polling = true;
		const poll = (async () => {
			for (let at = victim.last, end = Date.now() + 20_000; polling && Date.now() < end;) {
				const r = await list(credential, `after=${at}&limit=100&wait=1`);
				if (r.status !== 200) continue;
				polled.push(...r.json.entries);
				at = r.json.entries.at(-1)?.seq ?? at;
			}
		})().catch((why) => (polled.broken = why));
		const roles = { step: 'revoke', org: 'AIRU', person: victim.welcome.you.person, roles: ['duty_officer'] };
		const proposed = await first.send(system('role', roles));
		const before = Array.from({ length: 20 }, () => harbor.send(m4(harbor)));
		const taken = second.send(system('role', roles, { supersedes: proposed.id }));
		const afterwards = Array.from({ length: 20 }, () => harbor.send(m4(harbor)));
		const { seq } = await taken; // (threats have a lane of their own: those sent meanwhile may all have been first)
		const answers = await Promise.all([...before, ...afterwards, ...Array.from({ length: 10 }, () => harbor.send(m4(harbor)))]);
		assert.ok(answers.every((a) => a.op === 'accepted'), JSON.stringify(answers.find((a) => a.op !== 'accepted')));
		assert.ok(answers.some((a) => a.seq > seq), 'some came after it');
		await until(() => desk.entries.filter(isThreat).length >= 50, 'the desk has all of them');
		await until(() => victim.losses > 0 && victim.welcome, 'sent away, and back');
		await until(() => victim.beats > 0 && events.ended, 'the stream has ended');
		polling = false;
		await poll;
		assert.equal(polled.broken, undefined);
		for (const [way, entries] of [['socket', victim.entries], ['events', events.entries], ['long poll', polled]])
			assert.deepEqual(entries.filter((e) => isThreat(e) && e.seq > seq).map((e) => e.seq), [], way);
		assert.ok(!victim.welcome.you.roles.includes('duty_officer') && victim.welcome.you.roles.includes('incident_lead'));
		// what was theirs to read is it no more, from the archive either
		const again = await join('AIRU', 'second officer', { from: -1 });
		await until(() => again.beats > 0 && again.last >= again.welcome.tip - 60, 'caught up', 5000).catch(() => null);
		assert.equal(again.entries.filter(isThreat).length, 0);
		assert.equal((await list(credential)).json.entries.filter(isThreat).length, 0);
		const refused = await again.send(system('role', roles)); // nor does it act
		assert.equal(refused.code, 'not_permitted');
	});

	it('a role that is granted: sent away once, and welcomed with it', async () => {
		const [first, second, officer] = await Promise.all([atConsole('BFP', 'admin'), atConsole('BFP', 'second admin'), join('BFP', 'liaison officer')]);
		await both(first, second, 'role', { step: 'grant', org: 'BFP', person: officer.welcome.you.person, roles: ['duty_officer'] });
		assert.equal((await officer.closing()).code, 1012);
		const back = await join('BFP', 'liaison officer');
		assert.ok(back.welcome.you.roles.includes('duty_officer'));
	});

	it('a key that is revoked: closed with 4403, not let in again, and the attempt is entered once', async () => {
		const admin = await atConsole('CDA', 'admin'), gateway = await join('CDA', 'gateway');
		const issued = await admin.entry((e) => e.k === 'credential.issue' && e.message.body.kind === 'api_key' &&
			e.message.body.person === gateway.welcome.you.person);
		const r = await admin.send(system('credential', { step: 'revoke', credential: issued.message.body.credential }));
		assert.equal(r.op, 'accepted', JSON.stringify(r));
		assert.equal((await gateway.closing()).code, 4403);
		for (let i = 0; i < 2; i++) assert.equal((await list(server.credential('CDA', 'gateway'))).status, 401);
		await assert.rejects(join('CDA', 'gateway'), /4401/);
		const entry = await admin.entry((e) => e.k === 'session.refused');
		assert.equal(entry.message.body.why, 'revoked');
		assert.equal(entry.message.body.credential, issued.message.body.credential);
		const mark = await admin.send(system('M27', { step: 'own', query: 'timeline', purpose: 'y', at: new Date().toISOString() }));
		assert.equal(mark.code, 'not_permitted'); // an administrator asks nothing of the ledger
		assert.equal((await admin.entries((e) => e.k === 'session.refused')).length, 1);
	});

	it('all sessions of a person: by themselves all but this one, by an administrator all; keys go on, and strangers learn nothing', async () => {
		const [admin, stranger] = [await join('StreamHarbor', 'admin', { from: -1 }), await join('Chirplet', 'admin')];
		const person = (await server.request('GET', '/api/me', { credential: server.credential('StreamHarbor', 'second responder') })).json.you.person;
		/** Signed in once more, by a link that the administrator has made. */
		const signIn = async () => {
			const token = randomBytes(32).toString('base64url');
			const made = await admin.send(system('credential', { step: 'issue', credential: randomUUID(), person, org: 'StreamHarbor', kind: 'sign_in',
				sha256: createHash('sha256').update(token).digest('hex'), expires: new Date(Date.now() + 3600e3).toISOString() }));
			assert.equal(made.op, 'accepted', JSON.stringify(made));
			const r = await server.request('POST', '/api/sign-in', { body: { token }, headers: { 'x-tocsin': '1' } });
			const headers = { cookie: r.headers['set-cookie'][0].split(';')[0], 'x-tocsin': '1' };
			return { status: async () => (await server.request('GET', '/api/me', { headers })).status,
				end: async (more) => (await server.request('POST', '/api/messages', { body: system('credential', { step: 'end_sessions', org: 'StreamHarbor', person, ...more }), headers })).json };
		};
		const [one, two, three] = [await signIn(), await signIn(), await signIn()];
		assert.equal((await one.end({ credential: randomUUID() })).code, 'bad_value');
		assert.equal((await one.end({ org: 'AIRU' })).code, 'not_found');
		const done = await one.end();
		assert.equal(done.op, 'accepted', JSON.stringify(done));
		assert.deepEqual(await Promise.all([one, two, three].map((s) => s.status())), [200, 401, 401]);
		assert.equal((await one.end()).code, 'state');
		const entry = await admin.entry((e) => e.k === 'credential.end_sessions');
		assert.equal(entry.decided.sessions.ended, 2);
		assert.equal((await stranger.send(system('credential', { step: 'end_sessions', org: 'StreamHarbor', person }))).code, 'not_found');
		const machine = await join('StreamHarbor', 'second responder');
		assert.equal((await admin.send(system('credential', { step: 'end_sessions', org: 'StreamHarbor', person }))).op, 'accepted');
		assert.equal(await one.status(), 401);
		assert.equal((await machine.closing()).code, 1012); // asked again, and let in
		assert.equal((await join('StreamHarbor', 'second responder')).welcome.you.person, person);
	});

	it('a person who leaves: socket and stream end, and what comes later is refused', async () => {
		const admin = await join('Chirplet', 'admin', { from: -1 }), leaver = await join('Chirplet', 'second responder');
		const events = stream(server.credential('Chirplet', 'second responder'));
		await until(() => events.entries.length > 0 || leaver.beats > 1, 'connected');
		const r = await admin.send(system('person', { step: 'leave', org: 'Chirplet', person: leaver.welcome.you.person }));
		assert.equal(r.op, 'accepted', JSON.stringify(r));
		assert.equal((await leaver.closing()).code, 4403);
		await until(() => events.ended, 'the stream ends');
		assert.equal((await list(server.credential('Chirplet', 'second responder'))).status, 401);
		assert.equal((await admin.entry((e) => e.k === 'session.refused')).message.body.why, 'left');
	});

	it('an organisation that is suspended by hub and operator: nobody of it is let in, nothing is sent to it, until it is lifted', async () => {
		const [hub, operator, guest, other] = await Promise.all([atConsole('HUB', 'admin'), atConsole('OPS', 'admin'), join('GameNest', 'night responder'),
			join('LoopReel', 'night responder')]);
		const suspend = (suspended) => both(hub, operator, 'org', { step: 'suspend', code: 'GameNest', suspended });
		await suspend(true);
		assert.equal((await guest.closing()).code, 4403);
		assert.equal((await list(server.credential('GameNest', 'counsel'))).status, 401);
		assert.equal((await hub.entry((e) => e.k === 'session.refused')).message.body.why, 'suspended');
		assert.equal(other.closed, null);
		const lifted = await suspend(false);
		const back = await join('GameNest', 'night responder', { from: lifted.seq - 1 });
		assert.equal((await back.entry((e) => e.k === 'org.suspend')).message.body.suspended, false);
	});
});

describe('tocsin admin', () => {
	const admin = (words, who, body, ...more) => ran(server, ['admin', words, '-', '--json', ...more], { member: `StreamHarbor/${who}`, input: JSON.stringify(body) });

	it('a role is granted by two commands, the second of which confirms the first', async () => {
		const responder = await join('StreamHarbor', 'second responder');
		const body = { step: 'grant', org: 'StreamHarbor', person: responder.welcome.you.person, roles: ['legal'] };
		const first = await admin('role', 'admin', body);
		assert.equal(first.code, 0, first.err + first.out);
		const { id } = JSON.parse(first.lines[0]);
		const same = await admin('role', 'admin', body, '--confirm', id);
		assert.notEqual(same.code, 0); // nobody is two people
		const second = await admin('role', 'second admin', body, '--confirm', id);
		assert.equal(second.code, 0, second.err + second.out);
		assert.equal((await responder.closing()).code, 1012);
		assert.ok((await join('StreamHarbor', 'second responder')).welcome.you.roles.includes('legal'));
	});

	it('a key is made where it is asked for, shown once, and works', async () => {
		const { person } = (await join('StreamHarbor', 'gateway')).welcome.you;
		const r = await admin('key', 'admin', { step: 'issue', org: 'StreamHarbor', person, kind: 'api_key',
			expires: new Date(Date.now() + 86400e3).toISOString() });
		assert.equal(r.code, 0, r.err + r.out);
		const { secret } = JSON.parse(r.lines.at(-1));
		const me = await server.request('GET', '/api/me', { credential: { api_key: secret } });
		assert.equal(me.status, 200, me.text);
		assert.equal(me.json.you.person, person);
	});
});
