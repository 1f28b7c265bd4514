-- keys.sql: new seal keys, in the transaction of the entries that first use them, after the tip is locked: so two nodes
-- that both need a subject's first key do not both make one. Under a wrapping key that was retired nothing is wrapped
-- any more: raises TC004, and the node has to get the newest one. So it does when there is a key of that subject and class: another
-- node's, which this one has not read, or cannot open yet.
create or replace function ledger.add_keys(
	p_id uuid[], p_subject text[], p_retention text[], p_wrapping uuid[], p_wrapped bytea[]) returns void
	language plpgsql security definer -- not sql: that is planned anew at every call
	set search_path = pg_catalog, pg_temp
as $$
declare
	n bigint;
begin
	if exists (select from ledger.wrapping w where w.id = any (p_wrapping) and w.retired_at is not null) then
		raise exception using errcode = 'TC004',
			message = 'a seal key is wrapped under a wrapping key that was replaced';
	end if;
	insert into ledger.seal_key (id, subject, retention, wrapping, wrapped)
		select * from unnest(p_id, p_subject, p_retention, p_wrapping, p_wrapped)
		on conflict on constraint seal_key_is_one_per_subject_and_class do nothing;
	get diagnostics n = row_count;
	if n < cardinality(p_id) then
		raise exception using errcode = 'TC004', message = 'seal_key_is_one_per_subject_and_class';
	end if;
end
$$;
