// docs.test.mjs: what README and docs tell people to type, typed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { start } from './lib/command.mjs';
import { build, scratch, Server, top, until } from './lib/server.mjs';

let server;
before(async () => (server = await Server.start()));
after(() => server?.stop());

/** The fenced blocks of one language in a page. */
const blocks = (page, language) =>
	[...fs.readFileSync(path.join(top, page), 'utf8').matchAll(/^```(\w+)\n(.*?)^```/gms)].filter((m) => m[1] === language).map((m) => m[2]);

function shell(script, env = {}) {
	const r = spawnSync('bash', ['-euo', 'pipefail', '-c', `shopt -s expand_aliases\n${script}`], { cwd: top, encoding: 'utf8', timeout: 240_000,
		env: { ...process.env, ...env } });
	return { code: r.status, out: r.stdout, err: r.stderr };
}

describe('README', () => {
	const [, http, command] = blocks('README.md', 'sh').map((b) => b);
	const here = (script) => script.replaceAll('https://localhost:8443', server.url).replace('STATE=~/.local/state/tocsin', `STATE=${server.state}`)
		.replaceAll('$PWD/build/dev', build);

	it('curl shows entries as they happen', () => {
		// as they happen there is no end: the first is enough, and curl then finds nobody who reads on
		const r = shell(here(http).replace('curl -N', 'timeout 60 curl -sSN').replace(/'https:[^']*'$/m, "$& | sed '/^data:/q' || [ ${PIPESTATUS[0]} != 124 ]"));
		assert.equal(r.code, 0, r.err);
		assert.match(r.out, /^id: \d+\nevent: entry\ndata: \{/m);
	});

	it('tocsin watches, prepares, sends and plays', () => {
		const setup = here(http).split('# what reaches')[0];
		const r = shell(setup + here(command).replace('tocsin watch --from start', 'tocsin watch --from start --once | tail -n 1'),
			{ TOCSIN_SERVER: server.url });
		assert.equal(r.code, 0, r.err + r.out);
		assert.match(r.out, /AIRU +competent, is paged/);
		assert.match(r.out, /^accepted {2}seq \d+/m);
		const { steps } = JSON.parse(fs.readFileSync(path.join(top, 'server/exercises/quiet-bell.json'), 'utf8'));
		assert.match(r.out, new RegExp(`\\b${steps.length} steps, [1-9]\\d* expectations hold, 0 do not`));
	});
});

describe('docs/wire.md', () => {
	it('the curl lines work as they stand', () => {
		const dir = scratch();
		const message = JSON.parse(fs.readFileSync(path.join(top, 'docs/threat.json'), 'utf8'));
		fs.writeFileSync(path.join(dir, 'message.json'), JSON.stringify({ ...message, id: '0197c3a0-1c2d-7000-8000-00000000d0c5', schema_version: '1.0.0',
			sent_at: '2031-05-17T14:00:00Z' }));
		const lines = blocks('docs/wire.md', 'sh')[0].replace(/^t -N.*$/m, '').replace('331', '0');
		const r = shell(`cd ${dir}\n${lines}`, { S: server.url, CA: path.join(server.state, 'demo/ca.pem'), KEY: server.credential('StreamHarbor', 'night responder').api_key });
		assert.equal(r.code, 0, r.err);
		assert.match(r.out, /"op":"welcome"/);
		assert.match(r.out, /"entries":\[/);
		assert.match(r.out, /"op":"prepared"/);
		assert.match(r.out, /"op":"accepted"/);
	});

	it('the Node.js gateway gets everything and answers with receipts', { timeout: 240_000 }, async () => {
		const file = path.join(top, 'tests/integration/lib', `.gateway-${process.pid}.mjs`); // where the package ws is found
		fs.writeFileSync(file, blocks('docs/wire.md', 'js')[0]);
		const gateway = start(process.execPath, [file, `wss://localhost:${server.port}/socket`, path.join(server.state, 'demo/ca.pem'), server.credential('HUB', 'gateway').api_key]);
		try {
			await until(() => / M4\.send StreamHarbor$/m.test(gateway.out), `the threat: ${gateway.err}`);
			const before = gateway.lines().length;
			await server.kill('front');
			const r = await server.request('GET', '/api/entries?after=-1&limit=500', { credential: server.credential('HUB', 'gateway') });
			const expected = r.json.entries.map((e) => e.seq);
			await until(() => gateway.lines().length >= expected.length, 'all of them');
			assert.deepEqual(gateway.lines().map((l) => Number(l.split(' ')[0])).slice(0, expected.length), expected);
			assert.ok(before > 0);
		} finally {
			gateway.child.kill('SIGKILL');
			fs.unlinkSync(file);
		}
	});

	it('names every route, op and close code that the front has', () => {
		const page = fs.readFileSync(path.join(top, 'docs/wire.md'), 'utf8');
		const routes = fs.readFileSync(path.join(top, 'server/front/route.c'), 'utf8');
		for (const [, route] of routes.matchAll(/\{ TOC_(?:GET|POST), "([^"*]*[^"/*])/g)) assert.ok(page.includes(route), route);
	});
});

describe('docs/clients.md', () => {
	it('its beginnings, in Python and JavaScript, see a threat', { timeout: 240_000 }, async () => {
		const dir = scratch();
		for (const file of fs.readdirSync(path.join(top, 'docs/clients'))) fs.copyFileSync(path.join(top, 'docs/clients', file), path.join(dir, file));
		fs.symlinkSync(path.join(top, 'tests/node_modules'), path.join(dir, 'node_modules'));
		fs.writeFileSync(path.join(dir, 'begin.py'), blocks('docs/clients.md', 'python')[0]);
		fs.writeFileSync(path.join(dir, 'begin.mjs'), blocks('docs/clients.md', 'js')[0]);
		const env = { TOCSIN_SERVER: server.url, TOCSIN_CA: path.join(server.state, 'demo/ca.pem') };
		for (const [program, file] of [['/usr/bin/python3', 'begin.py'], [process.execPath, 'begin.mjs']]) {
			const run = start(program, [path.join(dir, file)], { key: server.credential('AIRU', 'gateway').api_key, env });
			try {
				await until(() => /^to M4 of StreamHarbor in case [0-9a-f-]{36}$/m.test(run.out), `${file} sees it: ${run.err}`);
			} finally {
				run.child.kill('SIGKILL');
			}
		}
		fs.rmSync(dir, { recursive: true, force: true });
	});
});

describe('docs/libtocsin.md', () => {
	const page = () => fs.readFileSync(path.join(top, 'docs/libtocsin.md'), 'utf8');

	it('what it compiles is compiled, against what is installed, and sends', () => {
		const dir = scratch();
		fs.copyFileSync(path.join(top, 'docs/example.c'), path.join(dir, 'example.c'));
		fs.writeFileSync(path.join(dir, 'send.c'), blocks('docs/libtocsin.md', 'c')[0]);
		const [line] = blocks('docs/libtocsin.md', 'sh');
		const r = shell(`cmake --install ${build} --prefix ${dir}/usr >/dev/null
			export PKG_CONFIG_PATH=$(dirname "$(find ${dir}/usr -name tocsin.pc)"); export LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
			pkg-config() { command pkg-config --define-prefix "$@"; }
			cc() { command cc -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror "$@"; }
			cd ${dir}; ${line} ${line.replace('example.c', 'send.c').replace('-o gateway', '-o send')}
			{ ./gateway 2>&1 || true; } | grep -q '^usage: gateway'
			exec ./send "$S" "$CA" "$KEY" ${path.join(top, 'docs/threat.json')}`,
		{ S: server.url, CA: path.join(server.state, 'demo/ca.pem'), KEY: server.credential('StreamHarbor', 'night responder').api_key });
		fs.rmSync(dir, { recursive: true, force: true });
		assert.equal(r.code, 0, r.err + r.out);
		assert.match(r.out, /^accepted as \d+, case [0-9a-f-]{36}$/m);
	});

	it('names every function of the header, and the example has sixty lines', () => {
		const header = fs.readFileSync(path.join(top, 'include/tocsin/client.h'), 'utf8');
		const functions = [...header.matchAll(/^TOCSIN_API [^(]*?\b(tocsin_\w+)\(/gm)].map((m) => m[1]);
		assert.ok(functions.length >= 10);
		for (const name of functions) assert.ok(page().includes(`\`${name}\``), name);
		assert.ok(fs.readFileSync(path.join(top, 'docs/example.c'), 'utf8').split('\n').length - 1 <= 60);
	});
});

describe('the pages', () => {
	it('link to what is there', () => {
		for (const page of ['README.md', 'SECURITY.md', ...fs.readdirSync(path.join(top, 'docs')).filter((f) => f.endsWith('.md')).map((f) => `docs/${f}`)])
			for (const [, target] of fs.readFileSync(path.join(top, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g))
				assert.ok(fs.existsSync(path.join(top, path.dirname(page), target)), `${page}: ${target}`);
	});
});
