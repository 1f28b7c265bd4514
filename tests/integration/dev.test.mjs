// dev.test.mjs: the script itself: from any folder, through a link, and without touching apt or npm when nothing is missing.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, it } from 'node:test';

import { build, scratch, top, until } from './lib/server.mjs';

const dir = scratch();
after(() => fs.rmSync(dir, { recursive: true }));
const link = path.join(dir, 'a link');
fs.symlinkSync(path.join(top, 'dev'), link);
const called = path.join(dir, 'called'); // by these, instead of the real ones
fs.writeFileSync(called, '');
for (const tool of ['apt-get', 'npm', 'sudo'])
	fs.writeFileSync(path.join(dir, tool), `#!/bin/sh\necho "${tool} $*" >>'${called}'\nexit 1\n`, { mode: 0o755 });
const dev = (args, env = {}) => spawnSync('sh', [link, ...args], { cwd: '/', encoding: 'utf8', env: { ...process.env, ...env }, timeout: 240_000 });

describe('./dev', () => {
	it('says what it can do', () => {
		const r = dev(['help']);
		assert.equal(r.status, 0);
		assert.match(r.stdout, /run \[--port N\] \[--state DIR\] \[--exercise NAME\] \[--browser\]/);
	});
	it('refuses what it does not know, and does nothing', () => {
		assert.equal(dev(['dance']).status, 2);
		const r = dev(['run', '--colour']);
		assert.equal(r.status, 1);
		assert.match(r.stderr, /unknown argument --colour/);
		assert.match(dev(['run', '--port']).stderr, /--port needs a value/);
		assert.match(dev(['test', '--quick']).stderr, /unknown argument --quick/);
		assert.match(dev(['fuzz', '--quick']).stderr, /unknown argument --quick/);
		for (const debian of [[], ['11'], ['--fresh', '13']])
			assert.match(dev(['test', '--debian', ...debian]).stderr, /^dev: --debian needs a value: 12 or 13\n$/);
	});
	it('enters a root of Debian as root only', () => {
		const folder = path.join(dir, 'somebody');
		fs.mkdirSync(folder);
		fs.writeFileSync(path.join(folder, 'id'), '#!/bin/sh\necho 1000\n', { mode: 0o755 });
		const r = dev(['test', '--debian', '13', '--fresh', 'unit'], { PATH: `${folder}:${process.env.PATH}` });
		assert.equal(r.status, 1);
		assert.match(r.stderr, /by root only: sudo \.\/dev test --debian 13 --fresh unit/);
	});
	const skip = build !== path.join(top, 'build/ci') && 'runs under ./dev test only';
	it('calls neither apt nor npm nor sudo when nothing is missing', { skip }, () => {
		const r = dev(['test', 'house.layers_are_noticed'], { PATH: `${dir}:${process.env.PATH}` });
		assert.equal(fs.readFileSync(called, 'utf8'), '');
		assert.equal(r.status, 0, r.stdout + r.stderr);
		assert.equal(r.stdout.trimEnd().split('\n').at(-1), '1 passed, 0 failed');
	});
	const run = (...args) => {
		const child = spawn(link, ['run', '--browser', '--port', '0', ...args], {
			cwd: '/', detached: true, env: { ...process.env, PATH: `${dir}:${process.env.PATH}`, TOCSIN_PRESET: 'ci' }, stdio: ['ignore', 'pipe', 'pipe'],
		});
		const started = { child, out: '', err: '', ended: once(child, 'close') };
		child.stdout.setEncoding('utf8').on('data', (text) => (started.out += text));
		child.stderr.setEncoding('utf8').on('data', (text) => (started.err += text));
		return started;
	};
	it('run --browser: a window that trusts the authority; Ctrl-C ends both and leaves nothing; and so again', { skip }, async () => {
		// a Chromium that says what it was given, and writes on when it is told to go, as the real one does
		fs.writeFileSync(path.join(dir, 'chromium'), `#!/bin/sh
			trap 'for i in 1 2 3; do mkdir -p "$HOME/late $i"; sleep 0.1; done; exit' TERM
			for last; do :; done
			trusted=$(certutil -L -d "sql:$HOME/.pki/nssdb" -n 'Tocsin demo' -a | tr -d '\\r' | cksum)
			printf '{"page":"%s","trusted":"%s","home":"%s"}' "$last" "$trusted" "$HOME" >'${dir}/window.new'
			mv '${dir}/window.new' '${dir}/window'
			while :; do sleep 0.1; done`, { mode: 0o755 });
		const state = path.join(dir, 'state');
		for (const time of ['first', 'second']) {
			const demo = run('--state', path.relative('/', state));
			const file = path.join(dir, 'window');
			await until(() => fs.existsSync(file), `the ${time} window`);
			const window = JSON.parse(fs.readFileSync(file, 'utf8'));
			fs.rmSync(file);
			assert.match(window.page, /^https:\/\/localhost:\d+\/#sign-in=/);
			await until(() => demo.out.includes(window.page), 'the link of its page');
			assert.equal(window.trusted, spawnSync('cksum', { input: fs.readFileSync(path.join(state, 'demo/ca.pem')), encoding: 'utf8' }).stdout.trim());
			process.kill(-demo.child.pid, 'SIGINT');
			assert.deepEqual(await demo.ended, [0, null]);
			assert.ok(!fs.existsSync(window.home), 'the profile is thrown away');
			const left = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout.split('\n').filter((l) => l.includes(dir));
			assert.deepEqual(left, []);
			assert.equal(fs.readFileSync(called, 'utf8'), '', 'nothing was fetched');
		}
	});
	it('run --browser where there is no display says so, and serves', { skip }, async () => {
		fs.writeFileSync(path.join(dir, 'chromium'), '#!/bin/sh\nexit 21\n', { mode: 0o755 });
		const demo = run('--state', path.join(dir, 'no display'));
		await until(() => demo.err.includes('dev: no window: Chromium ended with code 21'), 'the sentence');
		assert.match(demo.out, /^tocsind: ready /m);
		process.kill(-demo.child.pid, 'SIGINT');
		assert.deepEqual(await demo.ended, [0, null]);
	});
	it('names the packages once, and for both releases', () => {
		const names = fs.readFileSync(path.join(top, 'docker/packages.txt'), 'utf8').split('\n').filter((l) => /^[a-z]/.test(l));
		assert.equal(new Set(names).size, names.length);
		for (const name of names) assert.match(name, /^[a-z][a-z0-9.+-]+$/, 'one name a line, without a version');
		assert.ok(!names.some((n) => /postgresql-\d/.test(n)));
	});
});
