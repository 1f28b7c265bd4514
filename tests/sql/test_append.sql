-- test_append.sql: the one way in.
begin;
set local search_path = tap, public;
select plan(52);

select is((select (size, root, range) = (0::bigint, sha256(''), ''::bytea) from ledger.tip), true, 'the empty log has the root of nothing');
select throws_ok('select tap.append(1, 1)', 'TC001', 'the tip is at 0, not at 1', 'an expected size that is ahead');
select is(tap.append(1), 1::bigint, 'one entry');
select throws_ok('select tap.append(1, 0)', 'TC001', 'the tip is at 1, not at 0', 'an expected size that is behind');
select throws_ok('select tap.append(1, -1)', 'TC001', null, 'a negative one');
select throws_ok('select ledger.append(null, ''{x}'', ''{x}'', ''{x}'', ''{null}'', ''{null}'', ''{null}'', ''{null}'')', 'TC001', null, 'none at all');
do $$
declare
	size text;
begin
	perform tap.append(1, 7);
exception when sqlstate 'TC001' then
	get stacked diagnostics size = pg_exception_detail;
	perform set_config('tap.detail', size, true);
end
$$;
select is(current_setting('tap.detail'), '1', 'the detail of a conflict is the tip''s size');

-- the root, at sizes where subtrees join
select is((select root from ledger.tip), tap.mth(0, 1), 'root of 1');
select ok(tap.root_is_right_at(n), format('root of %s', n)) from unnest(array[2, 3, 4, 5, 8, 255, 256, 257]) n;
select is((select octet_length(range) from ledger.tip), 64, 'the compact range of 257 is two roots');
select is((select (count(*), min(seq), max(seq)) = (257::bigint, 0::bigint, 256::bigint) from ledger.entry), true, 'numbers have no gap');

-- the columns are what the leaf says
select is_empty($$select seq from ledger.entry e, lateral (select convert_from(leaf, 'UTF8')::jsonb) parsed(l)
	where (e.ts::text, e.k, e.mode, e.org, e.node, e.eid::text) is distinct from
		(l ->> 'ts', l ->> 'k', l ->> 'mode', l ->> 'org', l ->> 'node', l ->> 'eid')$$, 'the index columns are the leaf''s');
select is_empty($$select seq from ledger.entry e where ledger.document(e) is distinct from '{"decided":{},"message":{"k":1}}'$$,
	'and the document is the body');

-- a direct insert by a superuser still has to be true, row by row
create temporary table forged as select * from ledger.entry where seq = 256;
update forged set seq = 257, eid = gen_random_uuid();
savepoint before;
select lives_ok('insert into ledger.entry select * from forged', 'true in itself, it goes in past the tip: size and tree show it');
rollback to before;
update forged set leaf_hash = sha256('other');
select throws_ok('insert into ledger.entry select * from forged', '23514',
	'new row for relation "entry" violates check constraint "entry_leaf_hash_is_of_the_leaf"', 'another leaf hash');
update forged set leaf_hash = sha256('\x00'::bytea || leaf), body = body || ' ';
select throws_ok('insert into ledger.entry select * from forged', '23514',
	'new row for relation "entry" violates check constraint "entry_body_is_the_one_committed_to"', 'another body');
update forged f set body = e.body, body_salt = sha256('another') from ledger.entry e where e.seq = 256;
select throws_ok('insert into ledger.entry select * from forged', '23514',
	'new row for relation "entry" violates check constraint "entry_body_is_the_one_committed_to"', 'another salt');
update forged f set leaf = overlay(e.leaf placing 'x' from octet_length(e.leaf) - 150 for 1),
	leaf_hash = sha256('\x00'::bytea || overlay(e.leaf placing 'x' from octet_length(e.leaf) - 150 for 1)),
	body_salt = e.body_salt from ledger.entry e where e.seq = 256;
select throws_ok('insert into ledger.entry select * from forged', '23514',
	'new row for relation "entry" violates check constraint "entry_body_is_the_one_committed_to"', 'a leaf that ends in another way');
update forged f set leaf = l.leaf, leaf_hash = sha256('\x00'::bytea || l.leaf), body_salt = e.body_salt
	from ledger.entry e, lateral (select convert_to(replace(convert_from(e.leaf, 'UTF8'), '"cb":"', '"cb":"x","cd":{"cb":"'), 'UTF8')) l(leaf)
	where e.seq = 256;
select throws_ok('insert into ledger.entry select * from forged', '23514',
	'new row for relation "entry" violates check constraint "entry_body_is_the_one_committed_to"', 'a leaf with another commitment before the right end');
update forged set body = 'no json', body_salt = sha256('salt'), leaf = tap.leaf('no json', sha256('salt'));
update forged set leaf_hash = sha256('\x00'::bytea || leaf);
select throws_ok('insert into ledger.entry select * from forged', '22P02', null, 'a body that is no JSON');
update forged f set leaf = e.leaf, leaf_hash = e.leaf_hash, body = e.body, body_salt = ''::bytea from ledger.entry e where e.seq = 256;
select throws_ok('insert into ledger.entry select * from forged', '23514', null, 'no salt');
update forged f set body_salt = e.body_salt, eid = e.eid from ledger.entry e where e.seq = 256;
select throws_ok('insert into ledger.entry select * from forged', '23505',
	'duplicate key value violates unique constraint "entry_org_and_eid_are_unique"', 'the same message again');

-- arrays that do not fit together
select throws_ok(format('select ledger.append(257, %s)', arrays), '22023', null, 'arrays: ' || arrays) from unnest(array[
	$$'{}', '{}', '{}', '{}', '{}', '{}', '{}'$$,
	$$'{a}', '{}', '{a}', '{null}', '{null}', '{null}', '{null}'$$,
	$$'{a}', '{a}', '{a}', '{null}', '{null}', '{null}', null$$,
	$$array_fill('a'::bytea, array[1025]), '{a}', '{a}', '{null}', '{null}', '{null}', '{null}'$$]) arrays;

-- sealed parts
select throws_ok($$insert into ledger.sealed (seq, data) values (0, 'x')$$, '23514', null, 'a sealed part without its key');
select lives_ok($$select ledger.add_keys(array[gen_random_uuid()], '{case:x}', '{R-ITL}', array[gen_random_uuid()], array[sha256('a') || sha256('b')])$$, 'a key');
select throws_ok($$select ledger.add_keys(array[gen_random_uuid()], '{case:x}', '{R-ITL}', array[gen_random_uuid()], array[sha256('a') || sha256('b')])$$,
	'TC004', 'seal_key_is_one_per_subject_and_class', 'a second of its subject and class');
select throws_ok($$select ledger.add_keys(array[gen_random_uuid()], '{case:y}', '{R-ITL}', array[gen_random_uuid()], '{short}')$$, '23514', null, 'a key that is not wrapped');

-- snapshots
select is(ledger.save_snapshot(as_of, 1, 'x', '{}', sha256('x')), 257::bigint, 'a snapshot as of ' || as_of) from unnest(array[3, 257, 100]) as_of;
select is((select array_agg(as_of order by as_of) from ledger.snapshot), array[100, 257]::bigint[], 'the two newest are kept');
insert into ledger.snapshot (version, as_of, bytes, pieces, sum) values (1, 300, 'y', '{}', sha256('y'));
select is(ledger.save_snapshot(257, 1, 'x', '{}', sha256('x')), 257::bigint, 'after the end of the ledger was cut off');
select is((select array_agg(as_of order by as_of) from ledger.snapshot), array[100, 257]::bigint[], 'one of what is not there any more goes, and drives out no other');
select is(ledger.save_snapshot(257, 1, 'z', '{}', sha256('z')), 257::bigint, 'a second one of that size');
select is((select (bytes, sum) from ledger.snapshot where as_of = 257), ('z'::bytea, sha256('z')), 'takes the place of the first, which may be of entries that are gone');
select throws_ok($$select ledger.save_snapshot(258, 1, 'x', '{}', sha256('x'))$$, '22023', null, 'a snapshot of the future');
select throws_ok($$select ledger.save_snapshot(257, 2, 'x', array[sha256('a piece')], sha256('x'))$$, '22023', null,
	'a snapshot whose piece is not there');
select lives_ok($$select ledger.save_piece(p) from unnest(array['a piece', 'another piece', 'a third one']::bytea[]) p$$, 'pieces');
select is(ledger.save_snapshot(257, 2, 'x', array[sha256('a piece')], sha256('x')), 257::bigint, 'a snapshot whose piece is there');
update ledger.snapshot_piece set put_at = put_at - interval '2 hours' where bytes <> 'a third one';
select is(ledger.save_snapshot(256, 2, 'x', '{}', sha256('x')), 257::bigint, 'another snapshot');
select is((select array_agg(bytes order by bytes) from ledger.snapshot_piece), array['a piece', 'a third one']::bytea[],
	'a piece that no snapshot has goes, after an hour');
select throws_ok($$insert into ledger.snapshot_piece (name, bytes) values (sha256('a'), 'b')$$, '23514', null,
	'a piece under the name of another');
select * from finish();
rollback;
