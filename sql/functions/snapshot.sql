-- snapshot.sql: keep a snapshot, and the one before it; older ones of its version go. Two nodes that have applied the
-- same entries have the same state, so a second one of the same size is not needed.
create or replace function ledger.save_snapshot(p_as_of bigint, p_version integer, p_bytes bytea) returns bigint
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '2s'
as $$
declare
	tip_size bigint;
begin
	select t.size into strict tip_size from ledger.tip t;
	if p_as_of not between 0 and tip_size then
		raise exception using errcode = 'invalid_parameter_value',
			message = format('a snapshot as of %s, while the ledger has %s entries', p_as_of, tip_size);
	end if;
	insert into ledger.snapshot (version, as_of, bytes) values (p_version, p_as_of, p_bytes) on conflict do nothing;
	delete from ledger.snapshot s where s.version = p_version and s.as_of not in (
		select newest.as_of from ledger.snapshot newest where newest.version = p_version
			order by newest.as_of desc limit 2);
	return tip_size;
end
$$;
