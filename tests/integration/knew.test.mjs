// knew.test.mjs: what an organisation knew, when that is very much: it is told as its reader takes it, in pages or all of it, and neither the
// archive's memory nor anybody else waits for a reader that takes nothing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { answerOf, ask, atConsole, grantMandate, hold, system } from './lib/audit.mjs';
import { Door } from './lib/door.mjs';
import { Member } from './lib/member.mjs';
import { m4 } from './lib/messages.mjs';
import { build, scratch, Server, until } from './lib/server.mjs';

const ENTRIES = 12_000, ORG = 'GameNest'; // it sends, or gets, nearly all of them
const KEPT_KIB = 8192; // while it is told: what is on its way, however much there is

describe('very much that an organisation knew', () => {
	const state = path.join(scratch(), 'state');
	let server, door, admin, dpo, auditor, second, mandate, question, whole;

	before(async () => {
		await (await Server.start({ state })).stop({ keep: true });
		execFileSync(path.join(build, 'tests/unit/domain/bench_seed'), [state, String(ENTRIES)], { stdio: ['ignore', 'ignore', 'inherit'] });
		server = await Server.start({ state, args: ['--audits-per-person', '2', '--audit-stall-s', '600', '--audit-s', '600'] });
		door = new Door(server);
		await until(() => /facts_behind.*[0-9]{5} entries/.test(server.log) && server.log.includes('facts_known'), 'the operator was told how far what auditors look for was');
		[admin, dpo] = await Promise.all(['admin', 'data protection officer'].map((person) => atConsole(server, 'HUB', person)));
		[auditor, second] = ['auditor', 'second auditor'].map((person) => server.credential('FRP', person));
		mandate = await grantMandate(admin, dpo, { orgs: [ORG, 'HUB'], until: '2090-01-01T00:00:00Z' });
		question = { mandate, purpose: 'what did they know?', parameters: { org: ORG, at: '2080-01-01T00:00:00Z', as_of: String(ENTRIES) } };
	});
	after(async () => {
		await server?.stop();
		fs.rmSync(path.dirname(state), { recursive: true, force: true });
	});

	const archive = () => server.pids('archive')[0];
	const peakKib = () => Number(fs.readFileSync(`/proc/${archive()}/status`, 'utf8').match(/^VmHWM:\s+(\d+)/m)[1]);
	const sent = () => door.sample('tocsin_archive_out_bytes_total');

	it('is told as it is found: the archive keeps none of it', async (t) => {
		const quiet = peakKib();
		whole = await ask(server, auditor, 'knew', question);
		assert.equal(whole.last.complete, true, JSON.stringify(whole.last ?? whole));
		assert.ok(whole.rows.length > ENTRIES / 2, `${whole.rows.length} rows`);
		const grown = peakKib() - quiet;
		t.diagnostic(`${whole.rows.length} rows, ${grown} KiB`);
		if (!process.env.ASAN_OPTIONS) assert.ok(grown < KEPT_KIB, `${grown} KiB`);
	});

	it('comes in pages, each from the place where the one before ended, also in the midst of what one entry started', async () => {
		const pages = [];
		let more = { limit: '700' };
		for (; more; more = pages.at(-1).last.next && { limit: '700', ...pages.at(-1).last.next })
			pages.push(await ask(server, auditor, 'knew', { ...question, parameters: { ...question.parameters, ...more } }));
		assert.deepEqual(pages.map((p) => p.rows.length), [...Array(Math.floor(whole.rows.length / 700)).fill(700), ...(whole.rows.length % 700 ? [whole.rows.length % 700] : [])]);
		assert.deepEqual(pages.flatMap((p) => p.rows), whole.rows);
		assert.ok(pages.slice(0, -1).some((p) => Number(p.last.next.skip) > 1) || whole.rows.some((r, i) => i && r.seq === whole.rows[i - 1].seq), 'several rows of one place');
		const one = await ask(server, auditor, 'knew', { ...question, parameters: { ...question.parameters, limit: '1', after: pages[0].last.next.after } });
		assert.deepEqual(one.rows[0].seq, whole.rows[699].seq);
	});

	it('waits for a reader that takes nothing; meanwhile others are answered and threats recorded; then it goes on to its end', async () => {
		const bytes = Buffer.byteLength(whole.rows.map((r) => `${JSON.stringify(r)}\n`).join('')), before = await sent(), peak = peakKib();
		const held = await hold(server, auditor, 'knew', question);
		const other = await ask(server, second, 'knew', { ...question, parameters: { ...question.parameters, org: 'HUB' } });
		assert.deepEqual([other.last?.complete, other.rows?.length > ENTRIES / 3], [true, true], JSON.stringify(other.last ?? other));
		const platform = await Member.connect(server, 'StreamHarbor', 'night responder');
		assert.equal((await platform.send(m4(platform))).op, 'accepted');
		await platform.close();
		assert.equal((await server.request('GET', '/api/entries?after=-1&limit=5', { credential: auditor })).status, 200);

		const theirs = Buffer.byteLength(other.rows.map((r) => `${JSON.stringify(r)}\n`).join(''));
		assert.ok((await sent()) - before - theirs < bytes / 2, 'most of it has not left the archive');
		if (!process.env.ASAN_OPTIONS) assert.ok(peakKib() - peak < KEPT_KIB, `${peakKib() - peak} KiB more`);
		assert.deepEqual([held.ended, held.text], [false, '']);
		const { text, complete } = await held.read(), r = answerOf({ status: held.status, headers: held.headers, text });
		assert.deepEqual([complete, r.last], [true, whole.last]);
	});

	it('whoever goes away in the middle gives the place back', async () => {
		const [one, two] = [await hold(server, auditor, 'knew', question), await hold(server, auditor, 'knew', question)];
		const third = () => ask(server, auditor, 'threats', { mandate, purpose: 'meanwhile', parameters: { limit: '1' } });
		assert.equal((await third()).json?.code, 'busy');
		one.leave();
		await until(async () => (await third()).status === 200, 'a place is free');
		assert.equal(two.ended, false);
		two.leave();
		const again = await ask(server, auditor, 'knew', question);
		assert.deepEqual(again.last, whole.last);
	});

	it('is cut off in the middle when the mandate ends', async () => {
		const body = { step: 'end', mandate: await grantMandate(admin, dpo, { orgs: [ORG], until: '2090-01-01T00:00:00Z' }) };
		const held = await hold(server, auditor, 'knew', { ...question, mandate: body.mandate });
		const proposed = await admin.send(system('mandate', body));
		assert.equal((await dpo.send(system('mandate', body, { supersedes: proposed.id }))).op, 'accepted', JSON.stringify(proposed));
		const { text, complete } = await held.read();
		assert.deepEqual([complete, /"sha256"/.test(text)], [false, false], 'no last line');
	});

	it('is cut off when the archive ends, and its successor answers', async () => {
		const held = await hold(server, auditor, 'knew', question);
		await server.kill('archive');
		const { text, complete } = await held.read();
		assert.deepEqual([complete, /"sha256"/.test(text)], [false, false], 'no last line');
		const r = await until(async () => {
			const x = await ask(server, auditor, 'knew', question);
			return x.status === 200 && x;
		}, 'another archive answers');
		assert.deepEqual(r.last, whole.last);
	});
});
