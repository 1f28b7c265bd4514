// audit-leaks.test.mjs: whoever reviews the record in their own SQL learns nothing of what their mandate does not cover: not from rows, not from
// what rows name, not from PostgreSQL's words about rows that they do not see. Each attempt is first shown to work where it may.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { ask, atConsole, grantMandate } from './lib/audit.mjs';
import { exercises, play } from './lib/command.mjs';
import { Server } from './lib/server.mjs';

describe('what an auditor is not told', { timeout: 400_000 }, () => {
	let server, auditor, exercise, all, bare, none;

	before(async () => {
		server = await Server.start();
		auditor = server.credential('FRP', 'auditor');
		const played = await play(server, path.join(exercises, 'lantern.json'), '--new');
		assert.equal(played.code, 0, played.err);
		exercise = played.events.find((e) => e.event === 'begin').exercise;
		const admin = await atConsole(server, 'HUB', 'admin'), dpo = await atConsole(server, 'HUB', 'data protection officer');
		all = await grantMandate(admin, dpo, { exercises: [exercise], deconfliction: true });
		bare = await grantMandate(admin, dpo, { exercises: [exercise] });
		none = await grantMandate(admin, dpo, { orgs: ['CELL'] });
	});
	after(() => server?.stop());

	const sql = (mandate, text) => ask(server, auditor, 'sql', { mandate, purpose: 'what else is there?', sql: text });
	const rows = async (mandate, text) => {
		const r = await sql(mandate, text);
		assert.equal(r.status, 200, `${text}: ${JSON.stringify(r)}`);
		assert.equal(r.last.error, undefined, text);
		return r.rows;
	};
	const wordsOf = (r) => r.last?.error ?? r.json?.detail ?? '';

	it('a check of deconfliction (M18) is named nowhere: in no entry, leaf, timer, receipt or view', async () => {
		const checks = await rows(all, "select id, ref, seq from audit.entry where k like 'M18.%'");
		assert.ok(checks.length >= 2, 'the exercise has checks');
		assert.equal((await rows(bare, "select 1 from audit.entry where k like 'M18.%'")).length, 0);
		const told = await rows(bare, `select c.oid::regclass::text as name from pg_class c where relnamespace in ('audit'::regnamespace, 'ledger'::regnamespace) and relkind in ('r', 'v') and has_table_privilege(c.oid, 'select') order by 1`);
		assert.ok(told.length >= 14, told.map((t) => t.name).join());
		for (const { name } of told) {
			if (/checkpoint/.test(name)) continue; // roots and signatures
			const text = name === 'ledger.entry' ? "select convert_from(leaf, 'UTF8') || convert_from(body, 'UTF8') as x from ledger.entry" : `select to_jsonb(t)::text as x from ${name.includes('.') ? name : `audit.${name}`} t`;
			const seen = JSON.stringify(await rows(bare, text));
			for (const c of checks) assert.ok(!seen.includes(c.id), `${name} names the check ${c.seq}`);
			assert.doesNotMatch(seen, /"?M18[.]/, name);
		}
	});

	it('no condition, cast or division is tried on what is not covered', async () => {
		const hidden = (await rows(all, "select seq from audit.entry where k like 'M18.%' order by seq limit 1"))[0].seq;
		const attempts = [
			[`select count(*) from ledger.entry where 1 / (seq - ${hidden}) <> 7`, /division by zero/],
			[`select count(*) from audit.entry where 1 / (seq - ${hidden}) <> 7`, /division by zero/],
			[`select count(*) from ledger.entry where case when seq = ${hidden} then k::integer = 1 else true end`, /invalid input syntax.*M18/],
			[`select count(*) from audit.entry where case when seq = ${hidden} then k::integer = 1 else true end`, /invalid input syntax.*M18/],
			[`select count(*) from audit.entry e where seq = ${hidden} and (e.message::text)::integer = 1`, /invalid input syntax/],
			[`select count(*) from audit.reader where case when seq = ${hidden} then org::integer = 1 else true end`, /invalid input syntax/],
			[`select query_to_xml('select 1 / (seq - ${hidden}) from ledger.entry', true, true, '')::text`, /division by zero/],
			[`select count(*) from (select seq from ledger.entry offset 0) e where 1 / (seq - ${hidden}) <> 7`, /division by zero/],
			[`with recursive r(n) as (select 0 union all select n + 1 from r where n < 3) select (select 1 / (max(seq - ${hidden})) from ledger.entry where seq = ${hidden}) from r`, /division by zero/],
			[`select (select 1 / (e.seq - ${hidden}) from ledger.entry e tablesample system (100) where e.seq = ${hidden})`, /division by zero/],
		];
		for (const [text, words] of attempts) {
			assert.match(wordsOf(await sql(all, text)), words, `it would be found out where it is covered: ${text}`);
			const r = await sql(bare, text);
			assert.deepEqual([r.status, wordsOf(r)], [200, ''], text);
		}
	});

	it('nothing beside the rows tells of them: statistics, plans, settings, sessions, other tables', async () => {
		for (const [text, expect] of [
			["select * from pg_stats where schemaname in ('ledger', 'audit') and tablename in ('entry', 'timer', 'receipt', 'erasure')", []],
			['select stavalues1::text from pg_statistic limit 1', /permission denied/], ['select * from pg_stats_ext', []],
			["select histogram_bounds::text from pg_stats where attname in ('org', 'eid', 'body', 'leaf')", []],
			['explain select * from ledger.entry', /syntax error/], ['explain (analyze) select 1', /syntax error/],
			["select set_config('row_security', 'off', false), (select count(*) from ledger.entry)", /./], ["select * from audit.session", /permission denied/], ['select * from ledger.tip', /permission denied/],
			['select * from ledger.sealed', /permission denied/], ['select * from ledger.snapshot', /permission denied/], ['select query from pg_stat_activity', /permission denied/],
			["select pg_read_file('/etc/passwd')", /permission denied/], ["select lo_import('/etc/passwd')", /permission denied/], ['select pg_sleep(1)', /permission denied/],
			["select set_config('tocsin.session', gen_random_uuid()::text, false), (select count(*) from ledger.entry) as n", /./],
			["select dblink('', '')", /does not exist/], ['select audit.open(1, null)', /./], ['insert into audit.session default values returning 1', /syntax error/],
			["select 1 from pg_temp.x", /does not exist/], ['create temp table x(a int)', /syntax error/], ['select nextval(\'x\')', /does not exist/], ['select 1 for update of x', /./],
		]) {
			const r = await sql(bare, text);
			if (Array.isArray(expect)) assert.deepEqual(r.rows, expect, text);
			else if (String(expect) !== '/./') assert.match(wordsOf(r), expect, `${text}: ${JSON.stringify(r)}`);
			assert.doesNotMatch(JSON.stringify(r), /M18[.]/, text);
		}
		const off = await sql(bare, "select set_config('row_security', 'off', false) as off, (select count(*) from ledger.entry) as n from generate_series(1, 200)");
		assert.ok(/row-level security/.test(wordsOf(off)) || off.rows.every((r) => r.n === off.rows[0].n), 'switched off it refuses, or changes nothing');
		const [covered] = await rows(bare, 'select count(*) as n from ledger.entry'), [total] = await rows(all, 'select count(*) as n from ledger.entry');
		assert.ok(covered.n < total.n);
		const forged = await sql(bare, "select set_config('tocsin.session', s::text, false), (select count(*) from ledger.entry) as n from (select gen_random_uuid() s from generate_series(1, 3)) x");
		assert.ok((forged.rows ?? []).every((r) => r.n <= covered.n), JSON.stringify(forged));
	});

	it('nor do PostgreSQL\'s counters: how many rows a condition met, how big a table is, what others are at', async () => {
		// with each row the number of rows that an index found for the condition, covered or not: it told exactly how many checks there were that nobody may see
		const met = (k) => `select g, (select count(*) from audit.fact where k = '${k}' and seq > -g) as seen, pg_stat_get_xact_tuples_fetched('audit.fact'::regclass) as met from generate_series(1, 3) g`;
		for (const [what, text] of Object.entries({
			'rows that a condition met': met('M18.check'), 'by the view of it': 'select idx_tup_fetch from pg_stat_xact_user_tables',
			'rows of a table': "select pg_stat_get_live_tuples('audit.receipt'::regclass)", 'by the view of them': 'select n_live_tup from pg_stat_user_tables',
			'what the planner was told of it': "select reltuples from pg_class where oid = 'audit.receipt'::regclass", 'its pages': "select relpages from pg_class where oid = 'audit.receipt'::regclass",
			'all of a row of the catalogue': "select c::text from pg_class c where oid = 'audit.receipt'::regclass",
			'its size': "select pg_total_relation_size('audit.receipt')", 'that of the database': 'select pg_database_size(current_database())',
			'what was written': 'select pg_current_wal_lsn()::text', 'and how often': 'select * from pg_stat_wal', 'the work of the whole database': 'select * from pg_stat_database',
			'who else is there': 'select pg_stat_get_backend_pid(b) from pg_stat_get_backend_idset() b', 'what others look at': 'select relation from pg_locks',
		})) assert.match(wordsOf(await sql(bare, text)), /permission denied/, what);
		await server.stop({ keep: true }); // what is closed is so after another start, too
		server = Object.assign(await Server.start({ state: server.state }), { own: true });
		auditor = server.credential('FRP', 'auditor');
		assert.match(wordsOf(await sql(bare, met('M18.check'))), /permission denied/);
		assert.ok((await rows(bare, "select count(*) as n from pg_class where relname = 'receipt'"))[0].n >= 1, 'names of tables are nobody\'s secret');
	});

	it('what opens a question says nothing of other entries: a statement cannot call it', async () => {
		const desk = server.credential('StreamHarbor', 'night responder');
		const theirs = await ask(server, desk, 'timeline', { purpose: 'own', parameters: {} });
		assert.equal(theirs.status, 200, JSON.stringify(theirs));
		assert.equal((await rows(none, `select 1 from audit.fact where seq = ${theirs.head.asked}`)).length, 0, 'that they asked is not covered');
		const opened = async (seq) => wordsOf(await sql(none, `select audit.open(s, null)::text from (values (${seq})) v(s)`));
		const [asks, asksNothing, isNotThere] = [await opened(theirs.head.asked), await opened(3), await opened(1_000_000)];
		assert.match(asks, /./);
		assert.deepEqual([asksNothing, isNotThere], [asks, asks]);
		assert.equal(wordsOf(await sql(none, 'select audit.check_slice()')), asks);
	});

	it('another mandate of the same auditor opens nothing of it', async () => {
		assert.equal((await rows(none, `select 1 from audit.entry where exercise = '${exercise}' and org <> 'CELL' and not exists (select from audit.reader r where r.seq = entry.seq and r.org = 'CELL') and mode <> 'system' and k not like 'M19.%'`)).length, 0);
	});
});
