// mailbox.test.mjs: where the e-mails of a demo arrive: a relay that demands TLS, and a page with a secret address on loopback.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { build, scratch, top, until } from './lib/server.mjs';

const dir = scratch(), folder = path.join(dir, 'a state.mail'), ready = path.join(dir, 'ready');
let mailbox, output = '', url, options;
const get = (at) => new Promise((resolve, reject) => http.get(at, (r) => {
	let text = '';
	r.setEncoding('utf8').on('data', (part) => (text += part)).on('end', () => resolve({ status: r.statusCode, headers: r.headers, text }));
}).on('error', reject));

before(async () => {
	mailbox = spawn('/usr/bin/python3', [path.join(top, 'server/exercises/mailbox.py'), folder, ready], { stdio: ['ignore', 'pipe', 'inherit'] });
	mailbox.stdout.setEncoding('utf8').on('data', (text) => (output += text));
	await until(() => fs.existsSync(path.join(folder, 'options')), 'its options');
	options = fs.readFileSync(path.join(folder, 'options'), 'utf8').trim().split('\n');
	assert.equal(output, '', 'nothing is printed before the demo is ready');
	fs.writeFileSync(ready, 'https://localhost/');
	[, url] = await until(() => output.match(/^mailbox: (http:\/\/127\.0\.0\.1:\d+\/[\w-]+\/)/m), 'its address');
});
after(() => {
	mailbox?.kill('SIGKILL');
	fs.rmSync(dir, { recursive: true, force: true });
});

const send = (...more) => {
	const letter = spawnSync(path.join(build, 'tests/unit/courier/letters'), ['de', '0', '1', '', 'PastePond', 'Hub'], { encoding: 'utf8' }).stdout;
	fs.writeFileSync(path.join(dir, 'letter'), letter);
	return spawnSync('curl', ['-sS', ...more, options[1], '--mail-from', options[5], '--mail-rcpt', 'owner@pastepond.example.invalid', '-T', path.join(dir, 'letter')],
		{ encoding: 'utf8' });
};

describe('the mailbox of a demo', () => {
	it('takes e-mail over TLS only, with the certificate that it names', () => {
		assert.deepEqual([options[0], options[2], options[4]], ['--smtp', '--smtp-ca', '--mail-from']);
		assert.notEqual(send().status, 0, 'without TLS');
		assert.notEqual(send('--ssl-reqd').status, 0, 'with a certificate that nobody vouches for');
		const r = send('--ssl-reqd', '--cacert', options[3]);
		assert.equal(r.status, 0, r.stderr);
	});
	it('shows it, with a link that can be followed', async () => {
		const list = await get(url);
		assert.match(list.text, /\[ÜBUNG\] Eine Meldung wartet auf Ihre Antwort/);
		const [, name] = list.text.match(/<a href="(\d+)">/);
		const one = await get(url + name);
		assert.match(one.text, /https:\/\/tocsin\.example\.invalid:8443\/link#[\w-]+/);
		assert.match(one.headers['content-security-policy'], /default-src 'none'/);
		const body = await get(`${url}${name}.html`);
		assert.match(body.text, /<base target="_blank">/);
		assert.match(body.text, /href="https:\/\/tocsin\.example\.invalid:8443\/link#/);
	});
	it('shows nothing to who does not know its address', async () => {
		for (const at of ['/', '/x/', '/../secret', '/secret'])
			assert.equal((await get(new URL(at, url))).status, 404);
		assert.equal(fs.statSync(folder).mode & 0o077, 0);
		assert.ok(!fs.existsSync(path.join(folder, 'key.pem')));
	});
	it('ends when it is told', async () => {
		mailbox.kill('SIGTERM');
		assert.deepEqual(await once(mailbox, 'exit'), [0, null]);
	});
});
