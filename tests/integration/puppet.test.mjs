// puppet.test.mjs: a front that was taken over, on a real server: what docs/threat-model.md says that it cannot do, it cannot.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import { Ledger } from './lib/ledger.mjs';
import { Member } from './lib/member.mjs';
import { m4, m5, message } from './lib/messages.mjs';
import { Fields, Puppet, frame, str, u, uuid } from './lib/puppet.mjs';
import { Server, until } from './lib/server.mjs';

const system = { mode: 'system', exercise_ref: undefined, audience: [], legal_basis: [], personal_data: { level: 'none', categories: [] }, ack_required: false, precedence: 'routine' };

describe('a front that was taken over', { skip: process.getuid() !== 0 && 'only root may take over another process' }, () => {
	let server, ledger, puppet, harbor, sent;

	before(async () => {
		server = await Server.start({ args: ['--fronts', '2'] });
		ledger = new Ledger(server);
		await until(() => server.pids('front').length === 2, 'two fronts');
		puppet = await Puppet.of(server);
		harbor = await honest('StreamHarbor', 'night responder');
		sent = await harbor.deliver(m4(harbor, { text: 'for the desk of AIRU alone' }));
		assert.equal(sent.op, 'accepted', JSON.stringify(sent));
	});
	after(async () => {
		await harbor?.close();
		await puppet?.end();
		await server?.stop();
	});

	/** Through the other front: the kernel shares connections out, and of several one comes to the one that does not stand still. */
	async function honest(...who) {
		const all = Array.from({ length: 12 }, () => Member.connect(server, ...who)), first = await Promise.any(all);
		for (const other of all) other.then((m) => m !== first && m.close(), () => null);
		return first;
	}

	it('reads and says for whoever is connected through it what they may, and no more', async () => {
		const { grant } = await puppet.login(server.credential('GameNest', 'night responder'));
		assert.ok(grant.length);
		assert.ok(!(await puppet.read(grant, 0)).entries.some((e) => e.seq === sent.seq), 'what was not addressed to them');
		const answer = await puppet.command(grant, m5(harbor, 'accept', sent.case, {}));
		assert.equal(answer.op, 'refused', JSON.stringify(answer));
	});

	it('makes no grant, and none better', async () => {
		const { grant } = await puppet.login(server.credential('StreamHarbor', 'night responder'));
		for (let i = 0; i < grant.length; i += 7) {
			const altered = Buffer.from(grant);
			altered[i] ^= 1;
			assert.equal((await puppet.command(altered, message('M1', {}))).code, 'not_authenticated', `byte ${i}`);
			assert.notEqual((await puppet.read(altered, 0)).code, 0, `byte ${i}`);
		}
		for (const made of [Buffer.alloc(0), randomBytes(200), grant.subarray(0, -1), Buffer.concat([grant, Buffer.of(0)])])
			assert.equal((await puppet.command(made, message('M1', {}))).code, 'not_authenticated');
	});

	it('gets no leaves of the log for who may not see them', async () => {
		const { grant } = await puppet.login(server.credential('StreamHarbor', 'night responder'));
		await until(async () => (await puppet.log(grant, 0, '')).code === 0, 'a checkpoint');
		const size = Number((await puppet.log(grant, 0, '')).bytes.toString().split('\n')[1]);
		const { code, bytes } = await puppet.log(grant, 2, `entries/000.p/${Math.min(size, 255)}`);
		assert.notEqual(code, 0, `${bytes.length} bytes of leaves: ${bytes.subarray(2, 200)}`);
	});

	it('acts for nobody whose session has ended, with whatever grant it kept', async () => {
		const person = server.credential('StreamHarbor', 'night responder');
		let conn = ++puppet.conn;
		puppet.say('keeper', frame('SIGN_IN', u(8, conn), str(person.sign_in.replace(/^.*#/, '').replace(/^.*=/, '')), str('192.0.2.5')));
		const signed = new Fields((await puppet.answer(conn, ['SIGNED_IN', 'AUTH_FAIL'])).bytes.subarray(8));
		const cookie = signed.str().toString(), { grant } = await puppet.auth(cookie, { kind: 2 });
		assert.notEqual((await puppet.command(grant, message('M1', {}))).code, 'not_authenticated');
		conn = ++puppet.conn;
		puppet.say('keeper', frame('TICKET', u(8, conn), str(grant)));
		const ticket = new Fields((await puppet.answer(conn, ['TICKETED'])).bytes.subarray(8)).str();
		puppet.say('keeper', frame('SIGN_OUT', u(8, ++puppet.conn), str(grant)));
		await until(async () => (await ledger.rows(`select 1 as one from ledger.entry where k = 'session.close'`)).length, 'it has ended');
		assert.equal((await puppet.command(grant, message('M1', {}))).code, 'not_authenticated');
		assert.ok((await puppet.auth(ticket, { kind: 3 })).fail, 'a ticket of it opens nothing');
		assert.ok((await puppet.auth(cookie, { kind: 2 })).fail);
		const [{ seq }] = await ledger.rows(`select max(seq)::int as seq from ledger.entry where k = 'session.close'`);
		await harbor.deliver(m4(harbor, { text: 'after it has ended' }));
		const { code, entries } = await puppet.read(grant, seq);
		assert.deepEqual(entries, [], `history goes on to it as far as its rights were known: ${code}`);
	});

	it('redeems a ticket once, whoever brings it', async () => {
		const { grant } = await puppet.login(server.credential('LoopReel', 'night responder'));
		const conn = ++puppet.conn;
		puppet.say('keeper', frame('TICKET', u(8, conn), str(grant)));
		const ticket = (await puppet.answer(conn, ['TICKETED'])).bytes.subarray(12);
		const both = await Promise.all([puppet.auth(ticket, { kind: 3, peer: '192.0.2.7' }), puppet.auth(ticket, { kind: 3, peer: '192.0.2.8' })]);
		assert.equal(both.filter((r) => r.grant).length, 1, JSON.stringify(both));
	});

	it('makes no result of an audit, no call of a gateway, and no message that is the server\'s own', async () => {
		const before = (await ledger.tip()).size;
		puppet.say('keeper', frame('RESULT', str(Buffer.concat([Buffer.of(0x81), uuid(randomUUID()), u(8, 3), randomBytes(32), u(1, 1), str('HUB'), randomBytes(32)]))));
		const { grant } = await puppet.login(server.credential('HUB', 'duty officer'));
		puppet.say('keeper', frame('RESULT', str(grant))); // sealed with the same key, and something else
		const conn = ++puppet.conn;
		puppet.say('keeper', frame('CALLED', u(8, conn), uuid(randomUUID()), str('msg_1'), str(String(Math.floor(Date.now() / 1000))), str('v1,AAAA'), str('{"call":"x","result":"key"}')));
		await puppet.answer(conn, ['AUTH_FAIL']);
		for (const type of ['erase', 'session', 'org']) {
			const answer = await puppet.command(grant, message(type, { step: type === 'erase' ? 'due' : 'close' }, system));
			assert.equal(answer.op, 'refused', JSON.stringify(answer));
		}
		assert.match(server.log, /result_refused/);
		assert.equal((await ledger.rows(`select count(*)::int as n from ledger.entry where seq >= ${before} and k like 'M27%'`))[0].n, 0);
	});

	it('says so many wrong credentials, cosignatures and questions that nobody else is heard: a threat through the other front is', async (t) => {
		const there = await honest('StreamHarbor', 'night responder'), { grant } = await puppet.login(server.credential('LoopReel', 'night responder'));
		const line = JSON.stringify({ line: `\u2014 x ${randomBytes(76).toString('base64')}` });
		for (let i = 0; i < 4000; i++) {
			puppet.say('keeper', Buffer.concat([frame('AUTH', u(8, ++puppet.conn), u(1, 1), str(randomBytes(8)), str(`192.0.2.${i % 250}`), u(1, 0)),
				frame('COMMAND', u(8, puppet.conn), u(8, 1), u(1, 4), str(grant), str(line)),
				frame('COMMAND', u(8, puppet.conn), u(8, 1), u(1, 2), str(grant), str(JSON.stringify(message('M1', {})))),
				frame('OPEN_LINK', u(8, puppet.conn), str(randomBytes(8)), str('192.0.2.9'))]));
			puppet.say('archive', frame('READ', u(8, puppet.conn), str(grant), u(8, 0), u(4, 4096), u(4, 8 << 20)));
		}
		const began = Date.now(), answer = await there.deliver(m4(there, { text: 'in the flood' }));
		assert.equal(answer.op, 'accepted', JSON.stringify(answer));
		t.diagnostic(`a threat took ${Date.now() - began} ms`);
		await there.close();
	});

	it('ends its own channel with what is no frame, and the keeper goes on', async () => {
		const keeper = server.pids('keeper')[0];
		puppet.say('keeper', Buffer.concat([u(4, 100), Buffer.from('half')]));
		const there = await honest('StreamHarbor', 'night responder');
		assert.equal((await there.deliver(m4(there, { text: 'while half a frame waits' }))).op, 'accepted');
		puppet.say('keeper', Buffer.alloc(200, 255));
		await until(() => puppet.gone.keeper, 'the keeper hangs up');
		puppet.say('archive', frame('LOG', u(8, ++puppet.conn), str(''), u(1, 1), u(1, 2), str(''))); // "may see leaves": there is no room to say that
		await until(() => puppet.gone.archive, 'the archive hangs up');
		assert.equal((await there.deliver(m4(there, { text: 'after it' }))).op, 'accepted');
		assert.equal(server.pids('keeper')[0], keeper);
		await there.close();
	});
});
