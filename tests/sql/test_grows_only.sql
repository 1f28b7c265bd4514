-- test_grows_only.sql: triggers stop the owner, and the superuser too, also one who plays replica.
begin;
set local search_path = tap, public;
select plan(75);
select lives_ok('select tap.append(3)', 'there are entries');
select lives_ok($$select ledger.publish('log.example/1', 2, sha256('a'), 'a note', array[0], array[0], array[sha256('b')])$$,
	'and a checkpoint');
select lives_ok($$select ledger.cosign('log.example/1', 2, 'Chirplet', 'a line', 1700000000)$$, 'which a member has cosigned');
select lives_ok($$select ledger.cosign('log.example/1', 2, 'GameNest', 'a line', 1700000000)$$, 'and another');
select lives_ok($$select ledger.add_time_stamp('log.example/1', 2, 'https://tsa.example/', 1700000000000000, 'q', 'r', 'c')$$,
	'and an authority has stamped');

create temporary table attempts (statement text);
insert into attempts values ('update ledger.entry set late = true where seq = 1'), ('update ledger.entry set leaf = leaf'),
	('delete from ledger.entry where seq = 2'), ('truncate ledger.entry'), ('update ledger.tip set size = size - 1'),
	('update ledger.tip set root = sha256(root)'), ('delete from ledger.tip'), ('truncate ledger.tip'),
	('update ledger.checkpoint set root = sha256(root)'), ('delete from ledger.checkpoint'), ('truncate ledger.checkpoint cascade'),
	('update ledger.cosignature set kept = false'), ('delete from ledger.cosignature'), ('truncate ledger.cosignature'),
	('update ledger.time_stamp set response = ''x'''), ('delete from ledger.time_stamp'), ('truncate ledger.time_stamp'),
	('update ledger.tile set n = 7'), ('delete from ledger.tile'), ('truncate ledger.tile');

select throws_ok(format('select tap.as_role(%L, %L)', 'tocsin_owner', statement), 'TC002', null, 'owner: ' || statement) from attempts;
select throws_ok(statement, 'TC002', null, 'superuser: ' || statement) from attempts;
set local session_replication_role = replica;
select throws_ok(statement, 'TC002', null, 'superuser as replica: ' || statement) from attempts;
set local session_replication_role = origin;

select is((select array_agg(distinct tgenabled) from pg_trigger where not tgisinternal
	and tgrelid in ('ledger.entry'::regclass, 'ledger.tip'::regclass, 'ledger.checkpoint'::regclass, 'ledger.tile'::regclass, 'ledger.cosignature'::regclass, 'ledger.time_stamp'::regclass)), array['A'::"char"], 'all triggers are enabled always');
select is((select (count(*), max(seq)) = (3::bigint, 2::bigint) from ledger.entry), true, 'and nothing has changed');

-- Of what was cosigned within ten minutes one checkpoint's cosignatures stay, the others pass after a day.
select lives_ok($$select ledger.publish('log.example/1', 3, sha256('a'), 'a note', array[]::bigint[], array[]::bigint[], array[]::bytea[])$$, 'another checkpoint');
select lives_ok($$select ledger.cosign('log.example/1', 3, 'Chirplet', 'a line', 1700000000)$$, 'is cosigned');
select is((select array_agg(size || org || kept order by size, org) from ledger.cosignature), array['2Chirplettrue', '2GameNesttrue', '3Chirpletfalse'],
	'the first of ten minutes is kept');
select throws_ok('delete from ledger.cosignature where not kept', 'TC002', null, 'nobody takes one away on its day');
alter table ledger.cosignature disable trigger user;
update ledger.cosignature set taken_at = taken_at - interval '25 hours';
alter table ledger.cosignature enable always trigger cosignature_stays;
alter table ledger.cosignature enable always trigger cosignature_passes_after_a_day;
alter table ledger.cosignature enable always trigger cosignature_is_never_emptied;
select throws_ok($$select ledger.cosign('log.example/1', 2, 'Chirplet', 'a line', 1700000000)$$, 'TC003', null, 'a witness does not go back');
select lives_ok($$select ledger.cosign('log.example/1', 3, 'GameNest', 'a line', 1700000000)$$, 'another member''s');
select is((select array_agg(size || org || kept order by size, org) from ledger.cosignature), array['2Chirplettrue', '2GameNesttrue', '3GameNesttrue'],
	'what had its day is gone, what was kept is there, and of the new ten minutes one is kept');
select throws_ok('delete from ledger.cosignature where kept', 'TC002', null, 'for good');
select * from finish();
rollback;
