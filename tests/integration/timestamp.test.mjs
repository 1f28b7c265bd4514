// timestamp.test.mjs: an authority outside says when the log was there: asked, checked, kept, shown, and verified with openssl.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Authority, POLICY } from './lib/authority.mjs';
import { ask, atConsole, grantMandate } from './lib/audit.mjs';
import { exercises, play, ran } from './lib/command.mjs';
import { Door } from './lib/door.mjs';
import { Log, openCheckpoint } from './lib/log.mjs';
import { Member } from './lib/member.mjs';
import { m4 } from './lib/messages.mjs';
import { scratch, Server, tocsind, until } from './lib/server.mjs';

describe('time stamps of the log', () => {
	const dir = scratch();
	let authority, server, door, log, member, admin, dpo;

	before(async () => {
		authority = await Authority.start(path.join(dir, 'authority'));
		authority.faults = ['altered', 'nonce', 'untrusted', 'slow'];
		server = await Server.start({ args: ['--timestamp-url', authority.url, '--timestamp-ca', authority.ca, '--timestamp-policy', POLICY,
			'--timestamp-retry-s', '1', '--timestamp-late-s', '1', '--hook-answer-s', '5'] }); // openssl answers within it, on a busy machine too
		door = new Door(server);
		log = new Log(server, server.credential('Chirplet', 'night responder'));
		member = await Member.connect(server, 'Chirplet', 'gateway', { from: -1 });
		[admin, dpo] = await Promise.all(['admin', 'data protection officer'].map((person) => atConsole(server, 'HUB', person)));
	});
	after(async () => {
		await member?.close();
		await server?.stop();
		authority?.stop();
		fs.rmSync(dir, { recursive: true, force: true });
	});

	it('what is altered, answers something else, is signed by a stranger or does not come is no time stamp, and the operator is told', async () => {
		await until(() => authority.asked >= 3, 'it is asked again');
		const late = await until(async () => { const r = (await door.get('/readyz')).json.checks.timestamps; return r.state === 'warning' && r; }, 'a warning');
		assert.match(late.reason, /has given no time stamp for \d+ s/);
		assert.equal((await log.get('timestamps')).status, 200);
		const { timestamps } = JSON.parse((await log.get('timestamps')).bytes);
		assert.ok(timestamps.length === 0 || authority.asked > 4, 'nothing of it was kept');
	});

	it('a good one is kept, entered for every member, and openssl says so too', async () => {
		const entry = await member.entry((e) => e.k === 'timestamp.stamp');
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

	it('is in the evidence of what was said before it; in a bundle another token, chain or note is found out', async () => {
		const platform = await Member.connect(server, 'StreamHarbor', 'night responder');
		const sent = await platform.deliver(m4(platform));
		await platform.close();
		const { timestamps: [before] } = JSON.parse((await log.get('timestamps')).bytes);
		assert.ok(before.size <= sent.seq, 'the only stamp is older');
		const mandate = await grantMandate(admin, dpo, { orgs: ['HUB'] });
		const old = (await admin.entries()).map((e) => e.seq).filter((seq) => seq < before.size).slice(0, 3), folder = path.join(dir, 'bundle'), bad = path.join(dir, 'bad');
		assert.ok(old.length);
		const r = await ran(server, ['audit', 'export', 'evidence', '--purpose', 'x', '--mandate', mandate, '--parameters', 'limit=3', '--bundle', folder], { member: 'FRP/auditor' });
		assert.ok([0, 1].includes(r.code), r.err); // 1: these are not all that there are
		const both = async (where) => [await ran(server, ['audit', 'verify', where]), spawnSync('sh', [path.join(where, 'verify.sh')], { encoding: 'utf8' })];
		const [checked, shown] = await both(folder);
		assert.deepEqual([checked.code, shown.status], [0, 0], checked.out + shown.stdout);
		assert.match(checked.out, new RegExp(`ok {2}an authority has stamped it: ${before.at.slice(0, 16)}`));
		assert.match(shown.stdout, /ok {2}an authority has stamped it: /);
		assert.match(fs.readFileSync(path.join(folder, 'checkpoint'), 'utf8'), new RegExp(`\\n${before.size}\\n`), 'the checkpoint is the one that was stamped');
		const file = (name) => path.join(bad, name), other = path.join(authority.bad, 'ca.pem');
		for (const [what, bend, says] of [
			['a byte of the token', () => { const b = fs.readFileSync(file('timestamp.tsr')); b[b.length - 5] ^= 1; fs.writeFileSync(file('timestamp.tsr'), b); }, /timestamp\.tsr/],
			['who vouches for the authority', () => fs.copyFileSync(other, file('timestamp.chain')), /timestamp\.tsr/],
			['what was stamped', () => fs.appendFileSync(file('timestamp.note'), 'x'), /timestamp\.tsr/],
			['the token taken away', () => fs.rmSync(file('timestamp.tsr')), /a file is missing|timestamp/],
		]) {
			fs.rmSync(bad, { recursive: true, force: true });
			fs.cpSync(folder, bad, { recursive: true });
			bend();
			const [heard, seen] = await both(bad);
			assert.deepEqual([heard.code, seen.status], [5, 1], `${what}: ${heard.out}${seen.stdout}`);
			for (const text of [heard.out, seen.stdout]) assert.match(text, says, what);
		}
	});

	it('is asked for again when an incident is closed, without waiting for the hour: what the record was at the end', async () => {
		const stampsOf = async () => JSON.parse((await log.get('timestamps')).bytes).timestamps, [before] = await stampsOf();
		const played = await play(server, path.join(exercises, 'lantern.json'), '--new');
		assert.equal(played.code, 0, played.err);
		const exercise = played.events.find((e) => e.event === 'begin').exercise;
		const mandate = await grantMandate(admin, dpo, { exercises: [exercise] });
		const asked = await ask(server, server.credential('FRP', 'auditor'), 'sql', { mandate, purpose: 'when was it closed?', sql: `select seq from decision where "to" = 'CLOSED' order by seq limit 1` });
		const closed = asked.rows[0].seq;
		assert.ok(before.size <= closed, 'the hour\'s stamp is older');
		const stamp = await until(async () => (await stampsOf()).find((x) => x.size > closed), 'a stamp that covers the closing');
		assert.ok(Date.parse(stamp.at) - Date.parse(before.at) < 3_600_000);
		const [reply, chain, note] = await Promise.all(['', '/chain', '/note'].map(async (part) => (await log.get(`timestamp/${stamp.size}${part}`)).bytes));
		for (const [name, bytes] of [['closed.tsr', reply], ['closed.chain', chain], ['closed.note', note]]) fs.writeFileSync(path.join(dir, name), bytes);
		const checked = spawnSync('openssl', ['ts', '-verify', '-data', path.join(dir, 'closed.note'), '-in', path.join(dir, 'closed.tsr'), '-CAfile', path.join(dir, 'closed.chain'), '-untrusted', path.join(dir, 'closed.chain')], { encoding: 'utf8' });
		assert.match(checked.stdout + checked.stderr, /Verification: OK/);
		await member.entry((e) => e.k === 'timestamp.stamp' && e.message.body.size === stamp.size);
	});

	it('is asked for by nobody who does not say who vouches for the authority', () => {
		for (const [args, words] of [[['--timestamp-url', 'http://127.0.0.1/'], /timestamp-url: say timestamp-ca/], [['--timestamp-url', 'ftp://x/', '--timestamp-ca', authority.ca], /timestamp-url: http/]]) {
			const r = spawnSync(tocsind, ['demo', '--no-actors', '--state', path.join(dir, 'none'), '--port', '0', ...args], { encoding: 'utf8' });
			assert.notEqual(r.status, 0);
			assert.match(r.stderr, words);
		}
	});
});
