// metrics.test.mjs: what an operator sees: counts in a format that others read, and readiness with its reasons, each
// made true.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Door } from './lib/door.mjs';
import { Member } from './lib/member.mjs';
import { m4 } from './lib/messages.mjs';
import { freeze, stop } from './lib/outage.mjs';
import { scratch, Server, top, until } from './lib/server.mjs';

const promtool = spawnSync('promtool', ['--version']).error ? null : 'promtool';
const pipe = (program, args, input) => spawnSync(program, args, { input, encoding: 'utf8' });

describe('GET /metrics', () => {
	let server, door;
	before(async () => {
		server = await Server.start({ args: ['--fronts', '2'] });
		door = new Door(server);
	});
	after(() => server?.stop());

	it('is OpenMetrics for a reader that others wrote', async () => {
		const r = await door.get('/metrics', { accept: 'application/openmetrics-text; version=1.0.0' });
		assert.equal(r.status, 200);
		assert.equal(r.headers['content-type'], 'application/openmetrics-text; version=1.0.0; charset=utf-8');
		assert.equal(r.headers['cache-control'], 'no-store');
		assert.ok(r.text.endsWith('# EOF\n'));
		const reader = pipe('/usr/bin/python3', ['-c', `import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for f in text_string_to_metric_families(sys.stdin.read()): print(f.name, f.type, len(f.samples))`], r.text);
		assert.equal(reader.status, 0, reader.stderr);
		assert.match(reader.stdout, /^tocsin_front_limit_hits counter \d+$/m);
		assert.match(reader.stdout, /^tocsin_keeper_append_seconds histogram 17$/m);
		const page = fs.readFileSync(path.join(top, 'docs/metrics.md'), 'utf8');
		for (const [, name] of reader.stdout.matchAll(/^(\S+) /gm))
			assert.ok(name === 'tocsin_build' || page.includes(`\`${name}\``) || page.includes(`\`${name}_total\``), `${name} is in the manual`);
		for (const front of ['0', '1']) assert.ok(r.text.includes(`tocsin_front_connections_total{front="${front}"}`), `front ${front}`);
	});

	it('is the older text format for who does not ask for it, and promtool has nothing to say', async (t) => {
		const r = await door.get('/metrics');
		assert.equal(r.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
		if (!promtool) return t.skip('promtool is not here');
		const lint = pipe(promtool, ['check', 'metrics'], r.text);
		assert.equal(lint.status, 0, lint.stdout + lint.stderr);
	});

	it('the rules for alerts mean what they say', (t) => {
		if (!promtool) return t.skip('promtool is not here');
		for (const args of [['check', 'rules', 'docker/alerts.yml'], ['test', 'rules', 'docker/alerts.test.yml']]) {
			const r = spawnSync(promtool, args, { cwd: top, encoding: 'utf8' });
			assert.equal(r.status, 0, r.stdout + r.stderr);
		}
	});

	it('the rules for alerts name metrics that there are', async () => {
		const { text } = await door.get('/metrics'), rules = fs.readFileSync(path.join(top, 'docker/alerts.yml'), 'utf8');
		for (const [name] of rules.matchAll(/tocsin_\w+/g)) assert.ok(text.includes(`\n${name}`), name);
		for (const [, limits] of rules.matchAll(/limit=~"([^"]+)"/g))
			for (const limit of limits.split('|')) assert.ok(text.includes(`limit="${limit}"`), limit);
	});

	it('counts a threat on its way, wherever its sender and readers are', async () => {
		const was = await door.samples();
		const members = await Promise.all([Member.connect(server, 'StreamHarbor', 'night responder'), Member.connect(server, 'AIRU', 'duty officer'),
			Member.connect(server, 'HUB', 'duty officer')]);
		const message = m4(members[0]);
		assert.equal((await members[0].send(message)).op, 'accepted');
		assert.equal((await members[0].send(message)).op, 'accepted'); // the same again
		assert.equal((await members[0].send({ ...message, type: 'M4711' })).code, 'unknown_type');
		for (const m of members) await m.entry((e) => e.id === message.id);
		const more = async (key, n) => {
			let last;
			await until(async () => (last = (await door.sample(key)) - was.get(key)) >= n, `${key} grows by ${n}, not ${last}`);
			return last;
		};
		assert.equal(await more('tocsin_keeper_commands_total{lane="threat",verdict="accepted"}', 1), 1);
		assert.equal(await more('tocsin_keeper_commands_total{lane="threat",verdict="duplicate"}', 1), 1);
		assert.equal(await more('tocsin_keeper_refusals_total{code="unknown_type"}', 1), 1);
		await more('tocsin_keeper_entries_total', 1);
		await more('tocsin_keeper_append_seconds_count', 1);
		await more('tocsin_keeper_batch_commands_sum', 1);
		await more('tocsin_keeper_answer_seconds_count{lane="threat"}', 2);
		await more('tocsin_front_frames_in_total', 6);
		await more('tocsin_front_frames_out_total', 9); // welcome, entry or answer
		await more('tocsin_front_writes_total', 6);
		await more('tocsin_front_out_bytes_total', 3000);
		await more('tocsin_front_tls_handshakes_total', 3);
		await more('tocsin_front_fanout_seconds_count', 2); // each front once
		assert.equal(await more('tocsin_front_open{kind="socket"}', 3), 3);
		for (const m of members) await m.close();
		await until(async () => (await door.sample('tocsin_front_open{kind="socket"}')) === was.get('tocsin_front_open{kind="socket"}'), 'they are gone');
		assert.ok(await door.sample('tocsin_keeper_tip_timestamp_seconds') > Date.now() / 1000 - 600);
	});

	it('counters live on when their process does not', async () => {
		const was = await door.samples();
		assert.ok(was.get('tocsin_keeper_entries_total') > 0);
		await server.kill('keeper');
		await until(async () => (await door.sample('tocsin_keeper_serving')) === 1, 'the next keeper serves');
		const is = await door.samples();
		assert.ok(is.get('tocsin_keeper_entries_total') >= was.get('tocsin_keeper_entries_total'));
		assert.equal(is.get('tocsin_child_restarts_total{part="keeper"}'), was.get('tocsin_child_restarts_total{part="keeper"}') + 1);
		assert.equal(is.get('tocsin_children{part="front"}'), 2);
		for (const part of ['front', 'keeper', 'archive', 'courier', 'signer', 'eraser', 'parent'])
			await until(async () => await door.sample(`tocsin_resident_memory_bytes{part="${part}"}`) > 1e6, `the ${part} says how large it is`);
	});

	it('names nobody', async () => {
		const { text } = await door.get('/metrics');
		for (const c of server.credentials) assert.ok(!new RegExp(`"[^"]*${c.organisation}[^"]*"`).test(text), c.organisation);
	});
});

describe('who may ask', () => {
	let server, door;
	before(async () => {
		server = await Server.start();
		door = new Door(server);
	});
	after(() => server?.stop());

	it('at the members\' address: administrators of the operator, and for others it is not there', async () => {
		assert.equal((await server.request('GET', '/metrics')).status, 401);
		for (const [org, person] of [['AIRU', 'duty officer'], ['HUB', 'duty officer'], ['FRP', 'auditor']]) {
			const r = await server.request('GET', '/metrics', { credential: server.credential(org, person) });
			assert.deepEqual([r.status, r.json.code], [404, 'not_found'], org);
		}
		const r = await server.request('GET', '/metrics', { credential: server.credential('OPS', 'admin'), headers: { accept: 'application/openmetrics-text' } });
		assert.equal(r.status, 200);
		assert.match(r.text, /^tocsin_keeper_database_up 1$/m);
	});

	it('readiness is one word for strangers and members, and has reasons for the operator', async () => {
		assert.deepEqual((await server.request('GET', '/readyz')).json, { ready: true });
		assert.deepEqual((await server.request('GET', '/readyz', { credential: server.credential('AIRU', 'duty officer') })).json, { ready: true });
		assert.deepEqual((await server.request('GET', '/readyz/threats')).json, { takes_threats: true });
		const r = (await server.request('GET', '/readyz', { credential: server.credential('OPS', 'admin') })).json;
		assert.equal(r.checks.database.state, 'well');
		assert.equal(r.private_database, true);
		assert.deepEqual(Object.keys((await door.get('/readyz')).json.checks), Object.keys(r.checks));
		assert.equal((await server.request('GET', '/readyz', { headers: { authorization: 'Bearer wrong' } })).status, 401);
	});

	it('the operator\'s door leads to nothing else', async () => {
		for (const where of ['/', '/index.html', '/api/me', '/api/schema', '/api/entries?after=-1', '/nowhere'])
			assert.equal((await door.get(where, { authorization: `Bearer ${server.credential('OPS', 'admin').api_key}` })).status, 404, where);
		assert.notEqual((await door.request('POST', '/api/sign-in', { 'content-length': 0 })).status, 200);
		const upgraded = await new Promise((resolve) => {
			const r = http.request({ host: door.host, port: door.port, path: '/socket', headers: { connection: 'Upgrade', upgrade: 'websocket',
				'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-protocol': 'tocsin.v1' } });
			r.on('upgrade', () => resolve(101)).on('response', (a) => resolve(a.statusCode)).on('error', (e) => resolve(e.code)).end();
		});
		assert.equal(upgraded, 404);
	});

	it('other methods are told which there are; HEAD has the head alone', async () => {
		for (const where of ['/healthz', '/readyz', '/readyz/threats', '/metrics']) {
			for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
				const r = await door.request(method, where, { 'content-length': 0 });
				assert.deepEqual([r.status, r.headers.allow], [405, 'GET, HEAD'], `${method} ${where}`);
			}
			const get = await door.get(where), head = await door.request('HEAD', where);
			assert.deepEqual([head.status, head.text], [200, ''], where);
			assert.equal(head.headers['content-type'], get.headers['content-type']);
			assert.equal(get.headers['x-content-type-options'], 'nosniff');
			assert.match(get.headers['content-security-policy'], /default-src 'none'/);
		}
		const trace = await door.request('TRACE', '/metrics', { 'x-secret': 'seen' });
		assert.ok(trace.status >= 400 && !trace.text.includes('seen'), String(trace.status));
	});
});

describe('/readyz', () => {
	const openssl = (dir, days, name) => {
		const r = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost',
			'-addext', 'subjectAltName=DNS:localhost', '-days', String(days), '-keyout', `${dir}/${name}.key`, '-out', `${dir}/${name}.pem`], { encoding: 'utf8' });
		assert.equal(r.status, 0, r.stderr);
	};
	let server, door, dir;
	before(async () => {
		dir = scratch();
		openssl(dir, 400, 'used');
		server = await Server.start({ state: path.join(dir, 'state'), args: ['--tls-certificate', `${dir}/used.pem`, '--tls-key', `${dir}/used.key`] });
		server.ca = fs.readFileSync(`${dir}/used.pem`);
		door = new Door(server);
		await until(async () => (await door.get('/readyz')).status === 200, 'it is ready');
	});
	after(async () => {
		await server?.stop();
		fs.rmSync(dir, { recursive: true, force: true });
	});

	/** This check says so, the short word too, and after `undo` everything is well again. */
	async function becomes(check, state, reason, undo, { ready = state !== 'failing', threats = true } = {}) {
		let r;
		try {
			await until(async () => ((r = await door.get('/readyz')).json.checks[check].state === state), `${check} is ${state}`)
				.catch((why) => { throw new Error(`${why.message}: ${r.text}`); });
			assert.match(r.json.checks[check].reason, reason);
			assert.deepEqual([r.status, r.json.ready, r.json.takes_threats], [ready ? 200 : 503, ready, threats], r.text);
			if (!ready) assert.equal(r.headers['retry-after'], '1');
			const short = await server.request('GET', '/readyz');
			assert.deepEqual([short.status, short.json], [ready ? 200 : 503, { ready }]);
			assert.equal((await server.request('GET', '/readyz/threats')).status, threats ? 200 : 503);
			assert.equal((await server.request('GET', '/healthz')).status, 200);
		} finally {
			await undo();
		}
		await until(async () => { r = await door.get('/readyz'); return r.status === 200 && r.json.checks[check].state === 'well'; }, `${check} is well again`)
			.catch((why) => { throw new Error(`${why.message}: ${r.text}`); });
	}

	it('PostgreSQL is stopped', () => becomes('database', 'failing', /cannot reach the database|has not answered/, stop(server)));
	it('keeper and archive stand still', async () => {
		for (const part of ['keeper', 'archive']) server.signal(part, 'SIGSTOP');
		await until(async () => (await door.get('/readyz')).json.checks.archive.state === 'failing', 'the archive fails');
		await becomes('keeper', 'failing', /has not turned for \d+ s/, () => ['keeper', 'archive'].forEach((part) => server.signal(part, 'SIGCONT')), { threats: false });
	});
	for (const part of ['keeper', 'archive'])
		it(`the ${part} is gone, and nobody brings another`, async () => {
			process.kill(server.pid, 'SIGSTOP');
			server.signal(part, 'SIGKILL');
			await becomes(part, 'failing', /is not there/, () => process.kill(server.pid, 'SIGCONT'), { threats: part !== 'keeper' });
		});

	const journal = () => path.join(dir, 'state/journal');
	it('the journal\'s folder is gone', async () => {
		fs.renameSync(journal(), `${journal()}.away`);
		await becomes('journal', 'failing', /takes no file/, () => fs.renameSync(`${journal()}.away`, journal()));
	});
	it('another folder is in its place', async () => {
		const { uid, gid } = fs.statSync(journal());
		fs.renameSync(journal(), `${journal()}.away`);
		fs.mkdirSync(journal(), 0o700);
		fs.chownSync(journal(), uid, gid);
		await becomes('journal', 'failing', /takes no file/, () => {
			fs.rmSync(journal(), { recursive: true });
			fs.renameSync(`${journal()}.away`, journal());
		});
	});
	it('the journal\'s folder is read-only', async (t) => {
		if (fs.statSync(journal()).uid === 0) return t.skip('the keeper is root here');
		fs.chmodSync(journal(), 0o500);
		await becomes('journal', 'failing', /takes no file/, () => fs.chmodSync(journal(), 0o700));
	});
	it('the journal\'s disk is full', async () => {
		const keeper = server.pids('keeper')[0], { uid, gid } = fs.statSync(`/proc/${keeper}`);
		const limit = (bytes) => assert.equal(spawnSync('prlimit', ['--pid', String(keeper), `--fsize=${bytes}`], { uid, gid }).status, 0);
		limit('1024:'); // soft: no file grows beyond that
		await becomes('journal', 'failing', /takes no file/, () => limit('unlimited:'));
		assert.equal(await door.sample('tocsin_keeper_journal_writable'), 1);
	});
	it('PostgreSQL is frozen; then the journal fails, too', async () => {
		const thaw = freeze(server);
		await becomes('database', 'failing', /has not answered for \d+ s; threats to life will go to the journal/, async () => {
			try {
				fs.renameSync(journal(), `${journal()}.away`);
				await until(async () => (await server.request('GET', '/readyz/threats')).status === 503, 'no threats are taken');
			} finally {
				thaw();
				fs.renameSync(`${journal()}.away`, journal());
			}
		});
	});

	it('the certificate is near its end', async () => {
		openssl(dir, 5, 'ends');
		const use = (name) => {
			for (const kind of ['key', 'pem']) fs.copyFileSync(`${dir}/${name}.${kind}`, `${dir}/used.${kind}`);
			server.ca = fs.readFileSync(`${dir}/used.pem`);
			process.kill(server.pid, 'SIGHUP');
		};
		openssl(dir, 400, 'fresh');
		use('ends');
		await becomes('certificate', 'warning', /ends in 1[12]\d h/, () => use('fresh'));
		const ends = await door.sample('tocsin_front_certificate_expiry_timestamp_seconds') / (await door.sample('tocsin_children{part="front"}'));
		assert.ok(Math.abs(ends - Date.now() / 1000 - 400 * 86400) < 3600, String(ends));
	});
});
