// token.test.mjs: wrapping keys in a PKCS#11 token (SoftHSM): made there, never leaving it, destroyed there by an erasure.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Ledger } from './lib/ledger.mjs';
import { Member } from './lib/member.mjs';
import { m4, message } from './lib/messages.mjs';
import { Server, run, scratch, tocsind, until } from './lib/server.mjs';

const module = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so'].find((f) => fs.existsSync(f));
const PIN = '73112', system = { mode: 'system', exercise_ref: undefined, audience: [], legal_basis: [], personal_data: { level: 'none', categories: [] },
	ack_required: false, precedence: 'routine' };

describe('a token', { skip: !module && 'softhsm2 is not installed' }, () => {
	let server, dir, env, args, ledger, program = tocsind;

	before(async () => {
		dir = scratch();
		fs.mkdirSync(path.join(dir, 'tokens'));
		fs.chmodSync(path.join(dir, 'tokens'), 0o777);
		fs.writeFileSync(path.join(dir, 'softhsm2.conf'), `directories.tokendir = ${dir}/tokens\nobjectstore.backend = file\n`);
		env = { SOFTHSM2_CONF: path.join(dir, 'softhsm2.conf') };
		execFileSync('softhsm2-util', ['--init-token', '--free', '--label', 'tocsin', '--pin', PIN, '--so-pin', '99999'], { env: { ...process.env, ...env } });
		fs.writeFileSync(path.join(dir, 'pin'), `${PIN}\n`, { mode: 0o600 });
		args = ['--wrapping', `pkcs11:token=tocsin?module-path=${module}`, '--wrapping-pin-file', path.join(dir, 'pin')];
		// SoftHSM's files are one user's: all of the server runs as that one, as where it is not started as root
		if (process.getuid() === 0) {
			program = path.join(dir, 'tocsind');
			fs.writeFileSync(program, `#!/bin/sh\nexec setpriv --reuid=65534 --regid=65534 --clear-groups ${tocsind} "$@"\n`, { mode: 0o755 });
			fs.mkdirSync(path.join(dir, 'state'));
			execFileSync('chown', ['-R', '65534:65534', dir]);
		}
		server = await Server.start({ args, env, program, state: path.join(dir, 'state') });
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
		server = await Server.start({ args, env, program, state: server.state });
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

	it('that is not there, or has another PIN, is said in one sentence', () => {
		const state = path.join(dir, 'other');
		const r = run(['demo', '--state', state, '--port', '0', '--no-actors', '--wrapping', 'pkcs11:token=none', '--wrapping-pin-file', path.join(dir, 'pin')], { env });
		assert.notEqual(r.code, 0);
		assert.match(r.stderr, /the URI names no module/);
	});
});
