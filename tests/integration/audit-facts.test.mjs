// audit-facts.test.mjs: what auditors look for is computed from entries beside everything else: a question finds it done, does
// the rest, or says up to where it answers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { ask, atConsole, grantMandate } from './lib/audit.mjs';
import { ran } from './lib/command.mjs';
import { Door } from './lib/door.mjs';
import { Ledger } from './lib/ledger.mjs';
import { Member } from './lib/member.mjs';
import { LANTERN, m4 } from './lib/messages.mjs';
import { Server, until } from './lib/server.mjs';

const AUDIT_S = 12; // a part of it is waited for what is not there yet; what is there has to be told in all of it, by a busy machine too
const BEHIND = 'tocsin_archive_audit_behind_entries';

describe('what auditors look for', () => {
	let server, ledger, door, auditor, mandate, platform;
	before(async () => {
		server = await Server.start({ args: ['--audit-s', String(AUDIT_S)] });
		ledger = new Ledger(server);
		door = new Door(server);
		auditor = server.credential('FRP', 'auditor');
		const [admin, dpo] = await Promise.all(['admin', 'data protection officer'].map((person) => atConsole(server, 'HUB', person)));
		mandate = await grantMandate(admin, dpo, { exercises: [LANTERN] });
		platform = await Member.connect(server, 'StreamHarbor', 'night responder');
		for (let i = 0; i < 5; i++) assert.equal((await platform.send(m4(platform, { text: `Number ${i}.` }))).op, 'accepted');
	});
	after(async () => {
		await platform?.close();
		await server?.stop();
	});

	const known = async () => (await ledger.rows('select size from audit.progress', 'admin'))[0].size;
	const all = async (below) => JSON.stringify(await ledger.rows(`select (select jsonb_agg(f order by seq) from audit.fact f where seq < ${below}) as facts,
		(select jsonb_agg(r order by seq, nth) from audit.receipt r where seq < ${below}) as receipts,
		(select jsonb_agg(t order by id, started) from audit.timer t where started < ${below}) as timers,
		(select jsonb_agg(t order by id, started, passed) from audit.timer_end t where seq < ${below}) as ends,
		(select jsonb_agg(t order by id, seq) from audit.timer_step t where seq < ${below}) as steps,
		(select jsonb_agg(t order by seq, nth) from audit.tie t where seq < ${below}) as ties`, 'admin'));
	const sent = async (more) => ask(server, auditor, 'timeline', { mandate, purpose: 'what is known', parameters: { exercise: LANTERN, ...more } });
	const sends = (r) => r.rows.filter((x) => x.k === 'M4.send').length;

	/** Somebody else is at it, until the function returned is called. */
	async function held() {
		const psql = spawn('psql', ['-h', path.join(server.state, 'run'), '-U', 'tocsin_admin', '-d', 'tocsin', '-XAtq'],
			{ env: { ...process.env, PGPASSWORD: fs.readFileSync(path.join(server.state, 'keys/pg-admin'), 'utf8').trim() }, stdio: ['pipe', 'pipe', 'inherit'] });
		let out = '';
		psql.stdout.setEncoding('utf8').on('data', (text) => (out += text));
		psql.stdin.write('begin; select size from audit.progress for update;\n');
		await until(() => out.includes('\n'), 'it holds them');
		return () => new Promise((resolve) => psql.on('close', resolve).stdin.end('commit;\n'));
	}

	it('is computed without a question, and the operator sees that nothing is behind', async () => {
		const { size } = await ledger.tip();
		await until(async () => (await known()) >= size, 'computed');
		await until(async () => (await door.sample(BEHIND)) === 0, 'nothing is behind');
	});

	it('was all to be computed when the archive began: it is again what it was', async () => {
		const below = await known(), before = await all(below);
		await ledger.rows('update audit.progress set size = 0; truncate audit.fact, audit.receipt, audit.timer, audit.timer_end, audit.timer_step, audit.tie, audit.erasure', 'admin');
		assert.equal(await known(), 0);
		await server.kill('archive');
		await until(async () => (await known()) >= below, 'computed again');
		assert.equal(await all(below), before);
		assert.ok(before.includes('"M4.send"') && before.includes('"timer"'));
	});

	it('is not there yet: a question waits, then says up to where it answers; a page that was begun is not cut short', async () => {
		const whole = await sent(), release = await held();
		assert.equal('behind' in whole.head, false);
		try {
			assert.equal((await platform.send(m4(platform, { text: 'One more.' }))).op, 'accepted');
			const { size } = await ledger.tip(), parameters = { exercise: LANTERN }, question = { mandate, purpose: 'a page', parameters };
			const [r, table, said, page] = await Promise.all([sent(), server.request('POST', '/api/audit/timeline', { credential: auditor, body: { ...question, format: 'csv' } }),
				ran(server, ['audit', 'query', 'timeline', `exercise=${LANTERN}`, '--mandate', mandate, '--purpose', 'a table'], { member: 'FRP/second auditor' }),
				ask(server, server.credential('FRP', 'second auditor'), 'timeline', { ...question, parameters: { ...parameters, as_of: String(size) } })]);
			assert.equal(r.status, 200, JSON.stringify(r));
			assert.ok(r.head.as_of < size && r.head.behind === r.head.asked - r.head.as_of, JSON.stringify(r.head));
			assert.equal(sends(r), sends(whole));
			assert.equal(r.last.complete, true);
			assert.match(table.text, /"not looked at: the newest \d+ entries,/);
			assert.match(said.err, /the newest \d+ entries are not looked at/);
			assert.equal(page.json?.code, 'limit');
			await until(async () => (await door.sample(BEHIND)) > 0, 'the operator sees it');
		} finally {
			await release();
		}
		const now = await sent();
		assert.equal('behind' in now.head, false);
		assert.equal(sends(now), sends(whole) + 1);
	});

	it('is not there yet, and whoever asked has gone: nothing of the question is left', async () => {
		const waiting = async () => (await ledger.rows(`select count(*) as n from pg_stat_activity where application_name = 'tocsin-audit'`, 'admin'))[0].n;
		const release = await held();
		try {
			const r = https.request({ host: 'localhost', port: server.port, method: 'POST', path: '/api/audit/timeline', ca: server.ca,
				headers: { authorization: `Bearer ${auditor.api_key}`, 'content-type': 'application/json' } });
			r.on('error', () => { /* it is given up */ });
			r.end(JSON.stringify({ mandate, purpose: 'given up', parameters: { exercise: LANTERN } }));
			await until(async () => (await waiting()) === 1, 'it waits');
			r.destroy();
			await until(async () => (await waiting()) === 0, 'it is gone');
		} finally {
			await release();
		}
		assert.equal((await sent()).last.complete, true);
	});
});
