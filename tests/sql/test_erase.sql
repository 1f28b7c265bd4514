-- test_erase.sql: what may be erased: what an erase entry names, by the eraser, and nothing else; wrapping keys in order.
begin;
set local search_path = tap, public;
select plan(38);

create function tap.key(nth integer) returns uuid language sql immutable as $$ select format('00000000-0000-7000-8000-00000000000%s', nth)::uuid $$;
-- Three entries sealed with keys 1 and 2 (actor), 1 (data) of the middle one with 3; and an erase entry of the server's.
create function tap.seal() returns void language plpgsql as $$
declare
	body bytea := convert_to('{"decided":{},"message":{"k":1}}', 'UTF8');
	salt bytea := sha256('salt');
	part bytea := decode(repeat('00', 64), 'hex');
begin
	perform ledger.add_keys(array[tap.key(1), tap.key(2), tap.key(3)], array['case:a', 'case:a', 'case:b'], array['R-ITL', 'R-AUDIT', 'R-ITL'],
		array_fill(tap.key(9), array[3]), array_fill(part, array[3]));
	perform ledger.append((select size from ledger.tip), array[tap.leaf(body, salt), tap.leaf(body, salt), tap.leaf(body, salt)],
		array_fill(body, array[3]), array_fill(salt, array[3]), array_fill(tap.key(2), array[3]), array_fill(part, array[3]),
		array[tap.key(1), tap.key(3), tap.key(1)], array_fill(part, array[3]));
end
$$;
create function tap.enter(k text, org text, key uuid, data text, actors text) returns bigint language plpgsql as $$
declare
	body bytea := convert_to(format('{"decided":{},"message":{"body":{"key":"%s","data":%s,"actors":%s}}}', key, data, actors), 'UTF8');
	salt bytea := sha256('salt');
	leaf bytea := convert_to(replace(convert_from(tap.leaf(body, salt, org), 'UTF8'), 'M4.send', k), 'UTF8');
begin
	return (select size - 1 from ledger.append((select size from ledger.tip), array[leaf], array[body], array[salt], array[null::uuid],
		array[null::bytea], array[null::uuid], array[null::bytea]));
end
$$;
create function tap.erase(seq bigint) returns bigint language plpgsql as $$
declare
	n bigint;
begin
	set local role tocsin_eraser;
	n := ledger.erase(seq);
	reset role;
	return n;
end
$$;

select tap.append(2); -- so that numbers are not all nought
create temporary table at as select size as first from ledger.tip;
select lives_ok('select tap.seal()', 'three entries are sealed');

-- by whom
select throws_ok(format('select tap.as_role(%L, %L)', who, 'select ledger.erase(0)'), '42501', null, who || ' erases nothing')
	from unnest(array['tocsin_app', 'tocsin_reader', 'tocsin_signer']) who;
select throws_ok(format('select tap.as_role(%L, %L)', 'tocsin_eraser', what), '42501', null, 'the eraser: ' || what || ' is denied')
	from unnest(array['delete from ledger.seal_key', 'select ledger.add_keys(null, null, null, null, null)', 'select from ledger.parts_of(null)']) what;

-- what
select throws_ok('select tap.erase(0)', '22023', null, 'not without an erase entry');
select throws_ok(format('select tap.erase(%s)', tap.enter('erase.due', 'AIRU', tap.key(1), '["0-99"]', '[]')), '22023', null,
	'nor by a member''s entry of that name');
select is(tap.erase(tap.enter('erase.due', 'server', tap.key(1), format('["%s"]', (select first from at)), '[]')), 1::bigint,
	'the part that is named goes');
select ok(exists (select from ledger.seal_key where id = tap.key(1)), 'its key stays: something else is sealed with it');
select is(ledger.erasure_leaves((select size - 1 from ledger.tip)), false, 'and that entry leaves nothing to do');
create temporary table said as select 1 as nth, tap.enter('erase.due', 'server', tap.key(2), format('["%s"]', first), '[]') as seq from at; -- what is said is there for the next statement
insert into said select 2, tap.enter('erase.due', 'server', tap.key(2), '[]', format('["%s"]', first)) from at;
insert into said select 3, tap.enter('erase.due', 'AIRU', tap.key(2), '[]', '["0-99"]');
select is(array(select ledger.erasure_leaves(seq) from said order by nth), array[false, true, false],
	'nor one that names no part of its key; one that names a part that is there does; a member''s of that name never');
select is((select count(*)::int from ledger.sealed where data_key = tap.key(1)), 2, 'the number of the key stays with both');
select is(tap.erase(tap.enter('erase.due', 'server', tap.key(1), '["0-99"]', '["0-99"]')), 1::bigint, 'the rest of that key, whatever else is in the run');
select ok(not exists (select from ledger.seal_key where id = tap.key(1)), 'and the key');
select is((select count(*)::int from ledger.sealed s where s.data is not null), 1, 'what another key seals stays');
select is((select count(*)::int from ledger.sealed s where s.actor is not null), 3, 'and who acted');
select is((select array_agg(seq - first order by seq) from at, ledger.missing_parts(first, first + 3)), array[0, 2]::bigint[], 'what is missing is known');
select is((select count(*)::int from ledger.parts_of(array[tap.key(1)])), 0, 'no part of the erased key');
select is((select array_agg((part, first, last)::text) from ledger.parts_of(array[tap.key(2)])),
	(select array[format('(1,%s,%s)', first, first + 2)] from at), 'parts come as runs');
select throws_ok('select ledger.append(0, null, null, null, null, null, null, null)', null, null, 'the ledger itself is as it was');

-- wrapping keys
select is(ledger.begin_wrapping(null, tap.key(9), 'n1'), tap.key(9), 'the first wrapping key');
select is(ledger.begin_wrapping(null, tap.key(8), 'n2'), tap.key(9), 'who comes second is told');
select is(ledger.begin_wrapping(tap.key(9), tap.key(8), 'n2'), tap.key(8), 'the next');
select is(ledger.retire_wrappings(), 2::bigint, 'nothing is retired while keys are wrapped under it');
select ledger.rewrap(array[tap.key(2), tap.key(3)], tap.key(8), array_fill(decode(repeat('01', 64), 'hex'), array[2]));
select is(ledger.retire_wrappings(), 0::bigint, 'then it is');
select throws_ok(format('select ledger.add_keys(array[%L::uuid], array[%L], array[%L], array[%L::uuid], array[decode(repeat(%L, 64), %L)])',
	tap.key(4), 'case:c', 'R-ITL', tap.key(9), '00', 'hex'), 'TC004', null, 'and nothing is wrapped under it any more');
-- a key without its part is what an erasure leaves, and nothing begins so: a part that is lost on its way is refused
select throws_ok(format('select ledger.append((select size from ledger.tip), array[tap.leaf(body, salt)], array[body], array[salt], %s, %s, %s, %s) from (select %L::bytea, sha256(%L)) x(body, salt)',
	'array[' || a || ']::uuid[]', 'array[' || ap || ']::bytea[]', 'array[' || d || ']::uuid[]', 'array[' || dp || ']::bytea[]', '{"decided":{},"message":{"k":1}}', 'salt'), state, null, why)
	from (values (quote_literal(tap.key(2)), 'null', 'null', 'null', '23514', 'a key without who acted'),
		('null', 'null', quote_literal(tap.key(3)), 'null', '23514', 'a key without the personal part'),
		('null', 'null', 'null', $$'\x00'$$, '23514', 'a part without a key'),
		(quote_literal(tap.key(2)), $$'\x00'$$, quote_literal(tap.key(1)), $$'\x00'$$, 'TC005', 'a part with a key that was erased')) c(a, ap, d, dp, state, why);

-- a wrapping key, from one node to another
select tap.as_role('tocsin_eraser', format('select ledger.want_wrapping(%L, %L, %L, %L)', 'n2', tap.key(8), sha256('half'), sha256('proof')));
select lives_ok(format('select tap.as_role(%L, %L)', 'tocsin_eraser', format('select ledger.give_wrapping(%L, %L, %L)', 'n2', half, answer)), why)
	from (values (1, sha256('another half'), '\x01'::bytea, 'the answer to another question'), (2, sha256('half'), '\x02', 'an answer'),
		(3, sha256('half'), '\x03', 'a second answer')) a(nth, half, answer, why) order by nth;
select is((select sealed from ledger.wrapping_wanted where node = 'n2'), '\x02'::bytea, 'the first answer to just this question stands');
select tap.as_role('tocsin_eraser', format('select ledger.want_wrapping(%L, %L, %L, %L)', 'n2', tap.key(8), sha256('new half'), sha256('proof')));
select is((select count(*)::int from ledger.wrapping_wanted where sealed is null), 1, 'who asks anew has no answer yet');
select tap.as_role('tocsin_eraser', 'select ledger.wrapping_taken(''n2'')');
select is((select count(*)::int from ledger.wrapping_wanted), 0, 'what was taken is gone');
select * from finish();
rollback;
