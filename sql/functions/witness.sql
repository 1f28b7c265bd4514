-- witness.sql: what the keeper writes of others' word on checkpoints. That the line is the member's it has checked; here
-- only that a witness does not go back.

-- Raises TC003 (DETAIL: the size) when this member has cosigned a later checkpoint already. The same one again changes
-- nothing.
create or replace function ledger.cosign(
	p_origin text, p_size bigint, p_org text, p_line bytea, p_signed_at bigint) returns void
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '2s'
as $$
declare
	newest bigint;
begin
	select max(c.size) into newest from ledger.cosignature c where c.origin = p_origin and c.org = p_org;
	if newest > p_size then
		raise exception using errcode = 'TC003', message = 'a later checkpoint was cosigned', detail = newest;
	end if;
	insert into ledger.cosignature (origin, size, org, line, signed_at, kept)
		values (p_origin, p_size, p_org, p_line, to_timestamp(p_signed_at),
			exists (select from ledger.cosignature c where c.origin = p_origin and c.size = p_size and c.kept)
			or not exists (select from ledger.cosignature c where c.origin = p_origin and c.kept
				and c.taken_at > clock_timestamp() - interval '10 minutes'))
		on conflict do nothing;
	delete from ledger.cosignature c where (c.origin, c.size, c.org) in (select old.origin, old.size, old.org
		from ledger.cosignature old where not old.kept and old.taken_at < clock_timestamp() - interval '1 day 1 minute'
		order by old.taken_at limit 100);
end
$$;

-- Of each checkpoint one by each authority: the first.
create or replace function ledger.add_time_stamp(
	p_origin text, p_size bigint, p_authority text, p_stamped_at bigint, p_query bytea, p_response bytea, p_chain bytea)
	returns void
	language sql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '2s'
as $$
	insert into ledger.time_stamp (origin, size, authority, stamped_at, query, response, chain)
		values (p_origin, p_size, p_authority, to_timestamp(p_stamped_at / 1000000.0), p_query, p_response, p_chain)
		on conflict do nothing
$$;
