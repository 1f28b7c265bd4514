-- test_rights.sql: the server's roles read, the keeper writes through eight functions, the signer through one,
-- the eraser through nine; nothing else.
begin;
set local search_path = tap, public;
select plan(293);
select lives_ok('select tap.append(3)', 'there are entries');

-- neither role changes a table by itself
select throws_ok(format('select tap.as_role(%L, %L)', who, format(what, which)), '42501', null,
		format('%s: %s is denied', who, format(what, which)))
	from unnest(array['tocsin_app', 'tocsin_reader', 'tocsin_signer', 'tocsin_eraser']) who,
		unnest(array['ledger.tip', 'ledger.entry', 'ledger.sealed', 'ledger.seal_key', 'ledger.snapshot', 'ledger.snapshot_piece', 'ledger.migration',
			'ledger.checkpoint', 'ledger.tile', 'ledger.cosignature', 'ledger.time_stamp', 'ledger.wrapping', 'ledger.wrapping_wanted', 'ledger.revenant']) which,
		unnest(array['delete from %s', 'truncate %s', 'insert into %s default values', 'alter table %s disable trigger all']) what;
select throws_ok(format('select tap.as_role(%L, %L)', who, statement), '42501', null, format('%s: %s is denied', who, statement))
	from unnest(array['tocsin_app', 'tocsin_reader', 'tocsin_signer', 'tocsin_eraser']) who,
		unnest(array['update ledger.entry set body = body', 'update ledger.tip set size = 0',
			'update ledger.sealed set data = null', 'create table ledger.mine (x int)',
			'select * from ledger.tip for update', 'set session_replication_role = replica']) statement;

-- what they may
select lives_ok(format('select tap.as_role(%L, %L)', who, 'select from ledger.' || which), format('%s reads %s', who, which))
	from unnest(array['tocsin_app', 'tocsin_reader', 'tocsin_signer']) who, unnest(array['entry', 'tip', 'checkpoint', 'tile']) which;
select lives_ok(format('select tap.as_role(%L, %L)', who, 'select from ledger.' || which), format('%s reads %s', who, which))
	from unnest(array['tocsin_app', 'tocsin_reader']) who, unnest(array['cosignature', 'time_stamp']) which;
-- what is sealed, and what opens it, is none of the signer's business; nor what others say of its checkpoints
select throws_ok(format('select tap.as_role(%L, %L)', 'tocsin_signer', 'select from ledger.' || which), '42501', null,
		format('the signer does not read %s', which)) from unnest(array['sealed', 'seal_key', 'snapshot', 'snapshot_piece', 'cosignature', 'time_stamp']) which;
-- the eraser sees wrapped keys, and nothing that they seal
select throws_ok(format('select tap.as_role(%L, %L)', 'tocsin_eraser', 'select from ledger.' || which), '42501', null,
		format('the eraser does not read %s', which)) from unnest(array['sealed', 'snapshot', 'checkpoint', 'revenant']) which;
select lives_ok(format('select tap.as_role(%L, %L)', 'tocsin_eraser', 'select from ledger.' || which), format('the eraser reads %s', which))
	from unnest(array['entry', 'tip', 'seal_key', 'wrapping', 'wrapping_wanted']) which;
select is((select tap.entries_as('tocsin_eraser')), (select count(*) from ledger.entry), 'the eraser sees every entry');
select functions_are('ledger', array['erase', 'entered_erasures', 'erasure_leaves', 'want_wrapping', 'give_wrapping', 'wrapping_taken', 'begin_wrapping', 'rewrap', 'retire_wrappings', 'returned', 'missing_parts', 'parts_of', 'keep_until', 'append', 'lock_tip', 'add_keys', 'save_piece', 'save_snapshot', 'refuse_change', 'document', 'publish', 'cosign', 'add_time_stamp']);
select is((select array_agg(p.proname || '/' || r order by p.proname, r) from pg_proc p, unnest(array['tocsin_app', 'tocsin_reader', 'tocsin_signer', 'tocsin_eraser', 'tocsin_owner']) r
		where p.pronamespace = 'ledger'::regnamespace and r <> 'tocsin_owner' and has_function_privilege(r, p.oid, 'execute')),
	array['add_keys/tocsin_app', 'add_time_stamp/tocsin_app', 'append/tocsin_app', 'begin_wrapping/tocsin_eraser', 'cosign/tocsin_app',
		'document/tocsin_app', 'document/tocsin_reader', 'entered_erasures/tocsin_eraser', 'erase/tocsin_eraser', 'erasure_leaves/tocsin_eraser', 'give_wrapping/tocsin_eraser', 'keep_until/tocsin_app', 'lock_tip/tocsin_app',
		'missing_parts/tocsin_eraser', 'parts_of/tocsin_app', 'publish/tocsin_signer', 'retire_wrappings/tocsin_eraser', 'returned/tocsin_eraser',
		'rewrap/tocsin_eraser', 'save_piece/tocsin_app', 'save_snapshot/tocsin_app', 'want_wrapping/tocsin_eraser', 'wrapping_taken/tocsin_eraser'],
	'the keeper may write by eight functions, the signer by one, the archive by none; keeper and archive may read a body as a document');
select is_empty($$select p.proname from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
		where p.pronamespace = 'ledger'::regnamespace and a.grantee = 0$$, 'nothing is executable by public');
select is_empty($$select c.relname from pg_class c, aclexplode(c.relacl) a
		where c.relnamespace = 'ledger'::regnamespace and a.grantee = 0$$, 'no table is open to public');
select is_empty($$select p.proname from pg_proc p where p.pronamespace = 'ledger'::regnamespace
		and (p.proconfig is null or not 'search_path=pg_catalog, pg_temp' = any (p.proconfig))$$, 'every function has a fixed search_path');
select is_empty($$select p.proname from pg_proc p where p.pronamespace = 'ledger'::regnamespace
		and pg_get_userbyid(p.proowner) <> 'tocsin_owner'$$, 'every function is the owner''s');
select is_empty($$select c.relname from pg_class c where c.relnamespace = 'ledger'::regnamespace
		and pg_get_userbyid(c.relowner) <> 'tocsin_owner'$$, 'every table is the owner''s');
select ok(not rolcanlogin and not rolsuper, 'nobody signs in as the owner') from pg_roles where rolname = 'tocsin_owner';
select ok(bool_and(not rolsuper and not rolcreaterole and not rolcreatedb and not rolbypassrls and not rolreplication),
	'keeper, archive, signer and eraser are nobody special') from pg_roles
	where rolname in ('tocsin_app', 'tocsin_reader', 'tocsin_signer', 'tocsin_eraser');
select is_empty($$select m.roleid::regrole from pg_auth_members m where m.member::regrole::text in ('tocsin_app', 'tocsin_reader',
		'tocsin_signer', 'tocsin_eraser')$$,
	'and members of nothing');
select is((select count(*)::int from pg_roles where rolname = 'tocsin_app'
		and 'idle_in_transaction_session_timeout=1s' = any (rolconfig)), 1, 'a keeper that hangs with the lock is put out');
select ok(not has_database_privilege('tocsin_app', current_database(), 'temporary'), 'no temporary tables: nothing to shadow with');
select * from finish();
rollback;
