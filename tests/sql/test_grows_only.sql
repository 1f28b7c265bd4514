-- test_grows_only.sql: triggers stop the owner, and the superuser too, also one who plays replica.
begin;
set local search_path = tap, public;
select plan(46);
select lives_ok('select tap.append(3)', 'there are entries');
select lives_ok($$select ledger.publish('log.example/1', 2, sha256('a'), 'a note', array[0], array[0], array[sha256('b')])$$,
	'and a checkpoint');

create temporary table attempts (statement text);
insert into attempts values ('update ledger.entry set late = true where seq = 1'), ('update ledger.entry set leaf = leaf'),
	('delete from ledger.entry where seq = 2'), ('truncate ledger.entry'), ('update ledger.tip set size = size - 1'),
	('update ledger.tip set root = sha256(root)'), ('delete from ledger.tip'), ('truncate ledger.tip'),
	('update ledger.checkpoint set root = sha256(root)'), ('delete from ledger.checkpoint'), ('truncate ledger.checkpoint'),
	('update ledger.tile set n = 7'), ('delete from ledger.tile'), ('truncate ledger.tile');

select throws_ok(format('select tap.as_role(%L, %L)', 'tocsin_owner', statement), 'TC002', null, 'owner: ' || statement) from attempts;
select throws_ok(statement, 'TC002', null, 'superuser: ' || statement) from attempts;
set local session_replication_role = replica;
select throws_ok(statement, 'TC002', null, 'superuser as replica: ' || statement) from attempts;
set local session_replication_role = origin;

select is((select array_agg(distinct tgenabled) from pg_trigger where not tgisinternal
	and tgrelid in ('ledger.entry'::regclass, 'ledger.tip'::regclass, 'ledger.checkpoint'::regclass, 'ledger.tile'::regclass)), array['A'::"char"], 'all triggers are enabled always');
select is((select (count(*), max(seq)) = (3::bigint, 2::bigint) from ledger.entry), true, 'and nothing has changed');
select * from finish();
rollback;
