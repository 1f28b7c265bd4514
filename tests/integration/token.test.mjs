// token.test.mjs: wrapping keys in a PKCS#11 token (SoftHSM): made there, never leaving it, destroyed there by an erasure.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Ledger } from './lib/ledger.mjs';
import { Member } from './lib/member.mjs';
import { m4, message } from './lib/messages.mjs';
import { Server, run, scratch, until } from './lib/server.mjs';
import { Token, noToken } from './lib/token.mjs';

const system = { mode: 'system', exercise_ref: undefined, audience: [], legal_basis: [], personal_data: { level: 'none', categories: [] },
	ack_required: false, precedence: 'routine' };

describe('a token', { skip: noToken }, () => {
	let server, dir, token, ledger;

	before(async () => {
		dir = scratch();
		token = new Token(dir);
		server = await Server.start({ ...token.options, state: path.join(dir, 'state') });
		ledger = new Ledger(server);
	});
	after(async () => {
		await server?.stop({ keep: true });
		fs.rmSync(dir, { recursive: true, force: true });
	});

	it('has the wrapping key; no file has one, and what is sealed opens after a restart', async () => {
		assert.deepEqual(fs.readdirSync(path.join(server.state, 'wrapping')).filter((n) => n.endsWith('.key')), []);
		const harbor = await Member.connect(server, 'StreamHarbor', 'night responder');
		const sent = await harbor.send(m4(harbor, { text: 'wrapped by a token' }));
		assert.equal(sent.op, 'accepted', JSON.stringify(sent));
		await harbor.close();
		assert.equal((await server.stop({ keep: true })).code, 0);
		server = await Server.start({ ...token.options, state: server.state });
		ledger = new Ledger(server);
		const again = await Member.connect(server, 'AIRU', 'duty officer', { from: -1 });
		assert.match((await again.entry((e) => e.seq === sent.seq)).message.body.explanation, /wrapped by a token/);
		await again.close();
	});

	it('destroys the old key when something is erased, and everything else is wrapped by a new one', async () => {
		const wrapping = async () => (await ledger.rows('select distinct wrapping from ledger.seal_key')).map((r) => r.wrapping);
		const [old, ...more] = await wrapping();
		assert.deepEqual(more, []);
		const officer = await Member.connect(server, 'StreamHarbor', 'data protection officer', { from: -1 });
		const harbor = await Member.connect(server, 'StreamHarbor', 'night responder');
		const subject = `person:${harbor.welcome.you.person}`;
		const r = await officer.send(message('erase', { step: 'early', subject, classes: ['R-AUDIT'], reason: 'asked for' }, system));
		assert.equal(r.op, 'accepted', JSON.stringify(r));
		await until(async () => !(await ledger.rows(`select 1 as one from ledger.seal_key where subject = '${subject}' and wrapping = '${old}'`)).length, 'the key is gone');
		await until(async () => (await wrapping()).length === 1 && !(await wrapping()).includes(old), 'all others are wrapped anew');
		const again = await Member.connect(server, 'AIRU', 'duty officer', { from: -1 });
		assert.match((await again.entry((e) => e.k === 'M4.send')).message.body.explanation, /wrapped by a token/);
		await Promise.all([again.close(), officer.close(), harbor.close()]);
	});

	it('that is taken out: threats go to the journal, nothing is said to be erased, and nobody ends; when it is back all is recorded and opens', async () => {
		const harbor = await Member.connect(server, 'StreamHarbor', 'night responder', { resume: true }), keeper = server.pids('keeper')[0];
		token.out();
		const told = m4(harbor, { text: 'while the token is away' }), answer = await harbor.deliver(told);
		assert.equal(answer.op, 'journaled', JSON.stringify(answer));
		assert.equal(server.pids('keeper')[0], keeper, 'the keeper goes on');
		await server.kill('archive'); // it has no key open, and starts without the token
		token.back();
		await until(async () => (await ledger.rows(`select 1 as one from ledger.entry where eid = '${told.id}'`)).length, 'it is recorded');
		const again = await Member.connect(server, 'AIRU', 'duty officer', { from: -1, resume: true });
		const entry = await again.entry((e) => e.id === told.id);
		assert.match(entry.message.body.explanation, /while the token is away/);
		assert.ok(!again.entries.some((e) => e.k === 'M4.send' && e.erased), 'nothing of it is erased');
		await Promise.all([again.close(), harbor.close()]);
	});

	it('that is taken out in the middle of an erasure: it is not done, and is brought to its end when it is back', async () => {
		const officer = await Member.connect(server, 'GameNest', 'data protection officer', { from: -1, resume: true }).catch(() => null) ?? await Member.connect(server, 'StreamHarbor', 'data protection officer', { from: -1, resume: true });
		const [old] = await ledger.rows('select id from ledger.wrapping order by nth desc limit 1', 'admin');
		server.signal('eraser', 'SIGSTOP');
		const subject = `person:${officer.welcome.you.person}`;
		const r = await officer.deliver(message('erase', { step: 'early', subject, classes: ['R-AUDIT'], reason: 'asked for' }, system));
		assert.equal(r.op, 'accepted', JSON.stringify(r));
		await until(async () => (await ledger.rows(`select 1 as one from ledger.entry where k = 'erase.due' and (convert_from(body, 'UTF8')::json) #>> '{message,body,subject}' = '${subject}'`)).length, 'it is entered');
		token.out();
		const from = server.log.length;
		server.signal('eraser', 'SIGCONT');
		await until(() => /erasure_waits/.test(server.log.slice(from)), 'it waits');
		assert.doesNotMatch(server.log.slice(from), /wrapping_key_replaced/);
		assert.match(fs.readFileSync(path.join(server.state, 'wrapping/record'), 'utf8'), /^pending 1$/m);
		token.back();
		await until(async () => token.keys === 1 && (await ledger.rows('select id from ledger.wrapping order by nth desc limit 1', 'admin'))[0].id !== old.id, 'the old key is destroyed');
		await until(() => /^pending 0$/m.test(fs.readFileSync(path.join(server.state, 'wrapping/record'), 'utf8')), 'nothing is pending');
		await officer.close();
	});

	it('that is not there, or has another PIN, is said in one sentence', () => {
		const state = path.join(dir, 'other');
		const r = run(['demo', '--state', state, '--port', '0', '--no-actors', '--wrapping', 'pkcs11:token=none', '--wrapping-pin-file', token.pin], { env: token.env });
		assert.notEqual(r.code, 0);
		assert.match(r.stderr, /the URI names no module/);
	});
});
