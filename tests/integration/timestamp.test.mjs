// timestamp.test.mjs: an authority outside says when the log was there: asked, checked, kept, shown, and verified with openssl.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Authority, POLICY } from './lib/authority.mjs';
import { Door } from './lib/door.mjs';
import { Log, openCheckpoint } from './lib/log.mjs';
import { Member } from './lib/member.mjs';
import { scratch, Server, tocsind, until } from './lib/server.mjs';

describe('time stamps of the log', () => {
	const dir = scratch();
	let authority, server, door, log, member;

	before(async () => {
		authority = await Authority.start(path.join(dir, 'authority'));
		authority.faults = ['altered', 'nonce', 'untrusted', 'slow'];
		server = await Server.start({ args: ['--timestamp-url', authority.url, '--timestamp-ca', authority.ca, '--timestamp-policy', POLICY,
			'--timestamp-retry-s', '1', '--timestamp-late-s', '1', '--hook-answer-s', '1'] });
		door = new Door(server);
		log = new Log(server, server.credential('Chirplet', 'night responder'));
		member = await Member.connect(server, 'Chirplet', 'gateway', { from: -1 });
	});
	after(async () => {
		await member?.close();
		await server?.stop();
		authority?.stop();
		fs.rmSync(dir, { recursive: true, force: true });
	});

	it('what is altered, answers something else, is signed by a stranger or does not come is no time stamp, and the operator is told', async () => {
		await until(() => authority.asked >= 3, 'it is asked again', 15_000);
		const late = await until(async () => { const r = (await door.get('/readyz')).json.checks.timestamps; return r.state === 'warning' && r; }, 'a warning', 15_000);
		assert.match(late.reason, /has given no time stamp for \d+ s/);
		assert.equal((await log.get('timestamps')).status, 200);
		assert.deepEqual(JSON.parse((await log.get('timestamps')).bytes), { timestamps: [] }, 'nothing was kept');
	});

	it('a good one is kept, entered for every member, and openssl says so too', async () => {
		const entry = await member.entry((e) => e.k === 'timestamp.stamp', 30_000);
		const failures = [...server.log.matchAll(/gives no time stamp: ([^;]*); asking again in (\d+) s/g)].map(([, why, s]) => [why, Number(s)]);
		assert.deepEqual(failures.map(([, s]) => s), [1, 2, 4, 8], server.log);
		assert.match(failures[0][0], /no time stamp of what was asked about/);
		assert.match(failures[1][0], /nonce mismatch/);
		assert.match(failures[2][0], /certificate verify error/);
		assert.match(failures[3][0], /does not answer in time/);
		assert.equal(authority.type, 'application/timestamp-query');

		const { size, imprint, token, authority: by, policy, why, log: name } = entry.message.body;
		assert.deepEqual([by, policy, why, name], [authority.url, POLICY, 'hour', (await log.vkey()).name]);
		const [reply, query, chain, note] = await Promise.all(['', '/query', '/chain', '/note'].map(async (part) => (await log.get(`timestamp/${size}${part}`)).bytes));
		assert.equal(createHash('sha256').update(reply).digest('hex'), token);
		assert.equal(createHash('sha256').update(note).digest('hex'), imprint);
		assert.equal(openCheckpoint(String(note), await log.vkey()).size, size);
		const files = { reply, query, chain, note };
		for (const [file, bytes] of Object.entries(files)) fs.writeFileSync(path.join(dir, file), bytes);
		const verify = (...args) => spawnSync('openssl', ['ts', '-verify', '-in', 'reply', '-CAfile', 'chain', ...args], { cwd: dir, encoding: 'utf8' });
		for (const how of [['-data', 'note'], ['-queryfile', 'query']]) assert.match(verify(...how).stdout, /Verification: OK/, how.join(' '));
		fs.writeFileSync(path.join(dir, 'bent'), String(note).replace(/\n\d/, '\n9'));
		assert.notEqual(verify('-data', 'bent').status, 0, 'of another note it is none');

		const { timestamps } = JSON.parse((await log.get('timestamps')).bytes);
		assert.deepEqual(timestamps, [{ size, at: timestamps[0].at, authority: authority.url, token }]);
		assert.ok(Math.abs(Date.parse(timestamps[0].at) - Date.now()) < 60_000);
		await until(async () => (await door.get('/readyz')).json.checks.timestamps.state === 'well', 'it is well again');
		const samples = await door.samples();
		assert.deepEqual(['tocsin_keeper_time_stamps_total', 'tocsin_keeper_time_stamp_failures_total', 'tocsin_keeper_time_stamp_wait_seconds'].map((n) => samples.get(n)), [1, 4, 0]);
		for (const name of ['timestamp/1', `timestamp/${size}/x`, 'timestamp/', 'timestamp/x', `timestamp/0${size}`]) assert.equal((await log.get(name)).status, 404, name);
		assert.equal((await new Log(server, null).get('timestamps')).status, 401);
	});

	it('is asked for by nobody who does not say who vouches for the authority', () => {
		for (const [args, words] of [[['--timestamp-url', 'http://127.0.0.1/'], /timestamp-url: say timestamp-ca/], [['--timestamp-url', 'ftp://x/', '--timestamp-ca', authority.ca], /timestamp-url: http/]]) {
			const r = spawnSync(tocsind, ['demo', '--no-actors', '--state', path.join(dir, 'none'), '--port', '0', ...args], { encoding: 'utf8' });
			assert.notEqual(r.status, 0);
			assert.match(r.stderr, words);
		}
	});
});
