-- snapshot.sql: copies of the state, in pieces that are found by their SHA-256: what did not change since the last copy is
-- there already, and is not sent again.

-- A piece for a snapshot that is to come.
create or replace function ledger.save_piece(p_bytes bytea) returns void
	language sql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '2s'
as $$
	insert into ledger.snapshot_piece (name, bytes) values (sha256(p_bytes), p_bytes)
		on conflict (name) do update set put_at = clock_timestamp()
$$;

-- Keep a snapshot, and the one before it; older ones of its version go, those of a ledger that had more entries than there are,
-- and pieces that none has and nobody has sent for an hour. Of two of the same size the later one counts: the other may be of
-- entries whose place others have taken.
create or replace function ledger.save_snapshot(p_as_of bigint, p_version integer, p_head bytea, p_pieces bytea[], p_sum bytea)
	returns bigint
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '2s'
as $$
declare
	tip_size bigint;
	missing bigint;
begin
	select t.size into strict tip_size from ledger.tip t;
	if p_as_of not between 0 and tip_size then
		raise exception using errcode = 'invalid_parameter_value',
			message = format('a snapshot as of %s, while the ledger has %s entries', p_as_of, tip_size);
	end if;
	select count(*) into missing from unnest(p_pieces) wanted
		where not exists (select from ledger.snapshot_piece p where p.name = wanted);
	if missing > 0 then
		raise exception using errcode = 'invalid_parameter_value',
			message = format('%s pieces of the snapshot are not here', missing);
	end if;
	delete from ledger.snapshot s where s.as_of > tip_size;
	insert into ledger.snapshot (version, as_of, bytes, pieces, sum) values (p_version, p_as_of, p_head, p_pieces, p_sum)
		on conflict (version, as_of) do update
			set (bytes, pieces, sum, made_at) = (excluded.bytes, excluded.pieces, excluded.sum, excluded.made_at);
	delete from ledger.snapshot s where s.version = p_version and s.as_of not in (
		select newest.as_of from ledger.snapshot newest where newest.version = p_version
			order by newest.as_of desc limit 2);
	delete from ledger.snapshot_piece p where p.put_at < clock_timestamp() - interval '1 hour'
		and not exists (select from ledger.snapshot s, unnest(s.pieces) kept where kept = p.name);
	return tip_size;
end
$$;
