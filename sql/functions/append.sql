-- append.sql: the only way into the ledger.
--
-- The tip's row lock, held to COMMIT, puts the appends of all nodes in order; expected_size makes sure that each was
-- decided against everything before it. Hashes and the compact range are computed here, from the bytes that are stored.

-- Takes the tip's lock and returns its size. Raises TC001, with that size as DETAIL, when another one was expected.
create or replace function ledger.lock_tip(p_expected_size bigint) returns bigint
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '2s'
as $$
declare
	at_size bigint;
begin
	select t.size into strict at_size from ledger.tip t where t.one for update;
	if at_size <> p_expected_size then -- null: whatever it is
		raise exception using errcode = 'TC001', detail = at_size,
			message = format('the tip is at %s, not at %s', at_size, p_expected_size);
	end if;
	return at_size;
end
$$;

-- Appends n entries after the first p_expected_size. All arrays have n elements; a part that is absent is null, and
-- so is its key: a key without its part is what an erasure leaves behind, and nothing begins so. Raises TC001 as lock_tip
-- does; TC005 when a part is sealed with a key that does not exist: it was erased, and a new one will do.
create or replace function ledger.append(
	p_expected_size bigint,
	p_leaf bytea[], p_body bytea[], p_body_salt bytea[],
	p_actor_key uuid[], p_actor bytea[], p_data_key uuid[], p_data bytea[],
	out size bigint, out root bytea)
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '2s'
	-- A session plans this once, perhaps when the tables are still empty: never by reading one from end to end.
	set enable_seqscan = off
	set plan_cache_mode = force_generic_plan
as $$
declare
	n constant integer := cardinality(p_leaf);
	perfect bytea; -- roots of the perfect subtrees: the compact range
	hashes bytea[] := '{}';
	leaf bytea;
	hash bytea;
	carry bigint;
	at integer;
begin
	if n not between 1 and 1024 or (cardinality(p_body), cardinality(p_body_salt), cardinality(p_actor_key),
			cardinality(p_actor), cardinality(p_data_key), cardinality(p_data)) is distinct from (n, n, n, n, n, n) then
		raise exception using errcode = 'invalid_parameter_value',
			message = 'append: 1 to 1024 entries, and as many elements in each array';
	end if;

	size := ledger.lock_tip(coalesce(p_expected_size, -1));
	select t.range into strict perfect from ledger.tip t where t.one;
	if exists (select from unnest(p_actor_key || p_data_key, p_actor || p_data) given(key, part)
			where (given.key is null) <> (given.part is null)) then
		raise exception using errcode = 'check_violation', constraint = 'sealed_part_comes_with_its_key',
			message = 'append: a sealed part without its key, or a key without its part';
	end if;
	if (select count(*) from ledger.seal_key s where s.id = any (p_actor_key || p_data_key))
			< (select count(distinct named) from unnest(p_actor_key || p_data_key) named) then
		raise exception using errcode = 'TC005', message = 'a sealed part names a key that does not exist';
	end if;

	-- RFC 6962 2.1 as binary addition: each carry joins two subtrees of the same height
	foreach leaf in array p_leaf loop
		hash := sha256('\x00'::bytea || leaf);
		hashes := hashes || hash;
		carry := size;
		while carry & 1 = 1 loop
			at := octet_length(perfect) - 32;
			hash := sha256('\x01'::bytea || substr(perfect, at + 1, 32) || hash);
			perfect := substr(perfect, 1, at);
			carry := carry >> 1;
		end loop;
		perfect := perfect || hash;
		size := size + 1;
	end loop;
	at := octet_length(perfect) - 32;
	root := substr(perfect, at + 1, 32);
	while at > 0 loop
		at := at - 32;
		root := sha256('\x01'::bytea || substr(perfect, at + 1, 32) || root);
	end loop;

	insert into ledger.entry (seq, leaf_hash, leaf, body, body_salt, ts, k, mode, exercise, incident, case_ref, org, ref,
			node, eid, late)
		select p_expected_size + x.nth - 1, x.hash, x.leaf, x.body, x.body_salt, (l ->> 'ts')::bigint, l ->> 'k',
			l ->> 'mode', (l ->> 'ex')::uuid, (l ->> 'inc')::uuid, (l ->> 'case')::uuid, l ->> 'org',
			(l ->> 'ref')::uuid, l ->> 'node', (l ->> 'eid')::uuid, l ? 'late'
		from unnest(hashes, p_leaf, p_body, p_body_salt) with ordinality x(hash, leaf, body, body_salt, nth),
			lateral (select convert_from(x.leaf, 'UTF8')::jsonb offset 0) parsed(l);
	insert into ledger.sealed (seq, actor_key, actor, data_key, data)
		select p_expected_size + x.nth - 1, x.actor_key, x.actor, x.data_key, x.data
		from unnest(p_actor_key, p_actor, p_data_key, p_data) with ordinality x(actor_key, actor, data_key, data, nth)
		where x.actor is not null or x.data is not null;
	update ledger.tip t set size = append.size, root = append.root, range = perfect where t.one;

	perform pg_notify('tocsin_log', ''); -- one, without payload: readers come and read
end
$$;
