// start.test.mjs: starting, starting again, not being able to start, and stopping.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import tls from 'node:tls';

import { Server, run, scratch, tocsind, until } from './lib/server.mjs';

const isRoot = process.getuid() === 0;

describe('a demo', () => {
	let server;
	before(async () => (server = await Server.start()));
	after(() => server?.stop());

	it('says that it is ready in one exact line, and then the address and links', () => {
		const lines = server.output.split('\n');
		assert.equal(lines[0], `tocsind: ready https://localhost:${server.port}`);
		assert.match(server.output, new RegExp(`Console +https://localhost:${server.port}\\n`));
		assert.match(server.output, new RegExp(`AIRU +duty officer +https://localhost:${server.port}/#sign-in=[\\w-]{43}\\n`));
	});

	it('writes a credential for everybody of the cast', () => {
		assert.ok(server.credentials.length > 80);
		for (const c of server.credentials) {
			const { witness_key, ...others } = c; // of gateways whose organisation vouches for the log
			assert.deepEqual(Object.keys(others).sort(), ['api_key', 'kinds', 'organisation', 'person', 'roles', 'sign_in']);
			if (witness_key) assert.deepEqual([c.person, witness_key.startsWith(`PRIVATE+KEY+localhost/witness/${c.organisation}+`)], ['gateway', true]);
			assert.match(c.api_key, /^toc_[\w-]{43}$/);
		}
		assert.equal(server.credentials.filter((c) => c.witness_key).length, 4);
		assert.match(server.credential('HUB', 'lead').sign_in, /#sign-in=[\w-]{43}$/);
		assert.equal(server.credential('AIRU', 'gateway').sign_in, null);
		assert.equal(fs.statSync(path.join(server.state, 'demo/credentials.json')).mode & 0o777, 0o600);
	});

	it('serves the health routes with a certificate that the written authority signed', async () => {
		assert.equal((await server.request('GET', '/healthz')).status, 200);
		assert.equal((await server.request('GET', '/readyz')).status, 200);
	});

	it('keeps its keys to itself', () => {
		for (const name of fs.readdirSync(path.join(server.state, 'keys')).filter((n) => !n.endsWith('.pem')))
			assert.equal(fs.statSync(path.join(server.state, 'keys', name)).mode & 0o077, 0, name);
	});

	it('gives up rights in every part', { skip: !isRoot && 'needs root: a plain user has no rights to give up' }, () => {
		const status = (pid, name) => fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${name}:\\s*(.*)$`, 'm'))[1].trim();
		const socketGroup = String(fs.statSync(path.join(server.state, 'run')).gid);
		const uids = {};
		for (const part of ['front', 'keeper', 'archive', 'courier', 'signer', 'eraser'])
			for (const pid of server.pids(part)) {
				const uid = status(pid, 'Uid').split(/\s+/);
				assert.equal(new Set(uid).size, 1);
				assert.notEqual(uid[0], '0', part);
				uids[part] = uid[0];
				assert.equal(status(pid, 'NoNewPrivs'), '1', part);
				assert.equal(status(pid, 'CapPrm'), '0000000000000000', part);
				assert.equal(status(pid, 'Groups').split(/\s+/).includes(socketGroup), ['keeper', 'archive', 'signer', 'eraser'].includes(part), `${part} and the database's socket`);
			}
		assert.equal(new Set(Object.values(uids)).size, 6);
		const run = fs.statSync(path.join(server.state, 'run'));
		assert.equal(run.mode & 0o777, 0o750);
	});

	it('does not let a second server have its directory', () => {
		const r = run(['demo', '--state', server.state, '--port', '0']);
		assert.equal(r.code, 2);
		assert.match(r.stderr, new RegExp(`^tocsind: state directory .*: in use by another tocsind \\(process ${server.pid}\\)$`, 'm'));
	});

	it('does not share its port', () => {
		const state = path.join(scratch(), 'state');
		const r = run(['demo', '--state', state, '--port', String(server.port)]);
		assert.equal(r.code, 2);
		assert.match(r.stderr, new RegExp(`^tocsind: port ${server.port} is in use on 127\\.0\\.0\\.1\\. .*--port$`, 'm'));
		assert.ok(!fs.existsSync(path.join(state, 'pg')), 'nothing was made');
		fs.rmSync(path.dirname(state), { recursive: true });
	});

	it('tells its database status', () => {
		const r = run(['db', 'status', '--state', server.state]);
		assert.equal(r.code, 0, r.stderr);
		assert.match(r.stdout, /private cluster .*\(running\)\nPostgreSQL +\d+.*\nschema +\d+\nledger +\d+ entries\nroot +[0-9a-f]{64}\n/);
	});

	it('reads its certificate again on SIGHUP and goes on serving', async () => {
		process.kill(server.pid, 'SIGHUP');
		await until(() => /"event":"reloaded"/.test(server.log), 'the reload');
		assert.equal((await server.request('GET', '/healthz')).status, 200);
	});
});

it('a port that a stranger has is said, also by a server that would share it', async () => {
	const stranger = net.createServer().listen(0, '127.0.0.1');
	await once(stranger, 'listening');
	const state = path.join(scratch(), 'state');
	const r = run(['serve', '--state', state, '--port', String(stranger.address().port)]);
	stranger.close();
	assert.equal(r.code, 2);
	assert.match(r.stderr, /is in use/);
	fs.rmSync(path.dirname(state), { recursive: true });
});

it('a second start keeps the directory and the keys, and issues fresh links', async () => {
	const first = await Server.start();
	const old = first.credential('AIRU', 'duty officer');
	const tip = (await first.request('GET', '/api/me', { credential: old })).json.tip;
	assert.deepEqual(await first.stop({ keep: true }), { code: 0, signal: null });

	const second = await Server.start({ state: first.state });
	second.own = true;
	const now = second.credential('AIRU', 'duty officer');
	assert.equal(now.api_key, old.api_key);
	assert.notEqual(now.sign_in, old.sign_in);
	const me = await second.request('GET', '/api/me', { credential: now });
	assert.equal(me.status, 200);
	assert.equal(me.json.you.org, 'AIRU');
	assert.ok(me.json.tip > tip && me.json.tip < tip + 120, `only links were added: ${tip} → ${me.json.tip}`);
	const token = now.sign_in.split('#sign-in=')[1];
	assert.equal((await second.request('POST', '/api/sign-in', { body: { token }, headers: { 'x-tocsin': '1' } })).status, 200);
	assert.equal((await second.request('POST', '/api/sign-in', { body: { token }, headers: { 'x-tocsin': '1' } })).status, 401, 'works once');
	await second.stop();
});

it('serves with an operator\'s certificate, and with the new one after SIGHUP', async () => {
	const dir = scratch();
	const certificate = path.join(dir, 'cert.pem');
	const key = path.join(dir, 'key.pem');
	const make = (name) => assert.equal(spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
		'-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate]).status, 0);
	make('first');
	const server = await Server.start({ command: 'serve', args: ['--tls-certificate', certificate, '--tls-key', key] });
	const seen = () => new Promise((resolve, reject) => {
		const s = tls.connect({ host: 'localhost', port: server.port, rejectUnauthorized: false }, () => {
			resolve(s.getPeerCertificate().subject.CN);
			s.destroy();
		}).on('error', reject);
	});
	assert.equal(await seen(), 'first');
	make('second');
	process.kill(server.pid, 'SIGHUP');
	await until(async () => (await seen()) === 'second', 'the new certificate');
	fs.writeFileSync(key, 'not a key');
	process.kill(server.pid, 'SIGHUP');
	await until(() => /"event":"reload_failed"/.test(server.log), 'that the third is no good is logged');
	assert.equal(await seen(), 'second');
	assert.deepEqual(await server.stop(), { code: 0, signal: null });
	fs.rmSync(dir, { recursive: true });
});

it('a state directory that is not writable is said in one sentence', () => {
	const dir = scratch();
	fs.chmodSync(dir, 0o555);
	const under = isRoot ? ['setpriv', '--bounding-set=-dac_override'] : []; // else modes do not stop root
	const r = run(['demo', '--state', path.join(dir, 'state'), '--port', '0'], { under });
	fs.chmodSync(dir, 0o755);
	fs.rmSync(dir, { recursive: true });
	assert.equal(r.code, 2);
	assert.match(r.stderr, /^tocsind: state directory .*: cannot be made: Permission denied\. Choose another with --state\n$/);
});

it('a directory made by another PostgreSQL is left alone, and the way out is named', () => {
	const dir = scratch();
	const state = path.join(dir, 'state');
	fs.mkdirSync(path.join(state, 'pg'), { recursive: true });
	fs.writeFileSync(path.join(state, 'pg/PG_VERSION'), '14\n');
	const r = run(['demo', '--state', state, '--port', '0']);
	assert.equal(r.code, 2);
	assert.match(r.stderr, /was made by PostgreSQL 14, and the newest here is \d+; nothing was changed\. Install postgresql-14/);
	assert.deepEqual(fs.readdirSync(path.join(state, 'pg')), ['PG_VERSION']);
	fs.rmSync(dir, { recursive: true });
});

it('an unknown option, exercise or command is said, and nothing is made', () => {
	const state = path.join(scratch(), 'state');
	assert.match(run(['demo', '--prot', '1']).stderr, /Did you mean port\?/);
	assert.match(run(['dmeo']).stderr, /no such command: dmeo/);
	const r = run(['demo', '--state', state, '--port', '0', '--exercise', 'nightingale']);
	assert.equal(r.code, 2);
	assert.match(r.stderr, /there is none with the name "nightingale"/);
	assert.ok(!fs.existsSync(path.join(state, 'pg')));
	fs.rmSync(path.dirname(state), { recursive: true });
});

it('check-config prints what counts and where it comes from, without secrets', () => {
	const r = run(['check-config', '--port', '9'], { env: { TOCSIN_DATABASE: 'postgresql://a:hunter2@db/x', TOCSIN_NODE: 'n7' } });
	assert.equal(r.code, 0);
	assert.match(r.stdout, /^port = 9 {2}# flag$/m);
	assert.match(r.stdout, /^node = "n7" {2}# environment$/m);
	assert.match(r.stdout, /^log = "info" {2}# default$/m);
	assert.ok(!r.stdout.includes('hunter2'));
});

describe('the end', () => {
	const groupStart = async () => {
		const state = path.join(scratch(), 'state');
		const child = spawn(tocsind, ['demo', '--state', state, '--port', '0', '--no-actors'], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
		let output = '';
		child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
		await until(() => output.includes('tocsind: ready'), 'ready');
		const server = Object.assign(new Server(), { pid: child.pid, state });
		return { child, server, pids: server.family().map((p) => p.pid), clean: () => fs.rmSync(path.dirname(state), { recursive: true }) };
	};
	const gone = (pids) => until(() => pids.every((pid) => !fs.existsSync(`/proc/${pid}`)), `the end of ${pids}`);

	it('Ctrl-C at the terminal stops everything that was started', async () => {
		const { child, pids, clean } = await groupStart();
		assert.ok(pids.length >= 6);
		process.kill(-child.pid, 'SIGINT'); // as a terminal does: to the whole foreground group
		assert.deepEqual(await once(child, 'exit'), [0, null]);
		await gone(pids);
		clean();
	});

	it('when the parent is killed nobody is left behind', async () => {
		const { child, pids, clean } = await groupStart();
		process.kill(child.pid, 'SIGKILL');
		await gone(pids);
		clean();
	});
});
