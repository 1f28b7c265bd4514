-- checks.sql: is the record what it says it is? Looked at beside everything else, a thousand entries at a time, again and again.

-- Looks at the slice that has never been looked at to its end, else at that which was longest ago, if that is an hour. Returns which; null:
-- there is nothing to do, somebody else is at it, or what was erased is not known yet.
create or replace function audit.check_slice() returns bigint
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set enable_seqscan = off
as $$
declare
	size constant bigint := (select p.size from audit.progress p);
	slice bigint;
	lo bigint;
	hi bigint;
begin
	if current_setting('transaction_read_only')::boolean then -- by a statement, which it would let lock out who looks
		raise exception using errcode = 'read_only_sql_transaction', message = 'a question is opened before its statement';
	end if;
	begin
		lock table audit.checked in share row exclusive mode nowait; -- one at a time
	exception when lock_not_available then
		return null;
	end;
	select n.slice into slice from (
			select c.slice from audit.checked c where c.upto < least(size, 1000 * c.slice + 1000)
			union all
			select coalesce(max(c.slice) + 1, 0) from audit.checked c) n
		where 1000 * n.slice < size order by n.slice limit 1;
	if slice is null then
		select c.slice into slice from audit.checked c where c.at < clock_timestamp() - interval '1 hour' order by c.at limit 1;
	end if;
	if slice is null then
		return null;
	end if;
	lo := 1000 * slice;
	hi := least(size, lo + 1000);
	delete from audit.flaw w where w.seq >= lo and w.seq < hi;
	-- a leaf has one spelling (server/ledger/leaf.c), up to what it commits to: columns and body are computed into it
	insert into audit.flaw (seq, what)
		with erased as materialized (select x.part, x.first, x.last from audit.erasure x where x.first < hi and x.last >= lo),
		looked as (select e.*, lag(e.ts) over (order by e.seq) as before from ledger.entry e where e.seq >= lo - 1 and e.seq < hi)
		select e.seq, x.what from looked e left join ledger.sealed s on s.seq = e.seq and s.seq >= lo and s.seq < hi,
			lateral (values
				('hash', e.leaf_hash <> sha256('\x00'::bytea || e.leaf)),
				('columns', not starts_with(convert_from(e.leaf, 'UTF8'), concat('{"v":1,"ts":', e.ts, ',"k":"', e.k, '","mode":"', e.mode, '"',
					',"ex":"' || e.exercise || '"', ',"inc":"' || e.incident || '"', ',"case":"' || e.case_ref || '"', ',"org":"', e.org, '"',
					',"ref":"' || e.ref || '"', ',"node":"', e.node, '","eid":"', e.eid, '"', case when e.late then ',"late":1' end, ',"cb":"',
					translate(encode(sha256('tocsin-entry/v1 body\012'::bytea || e.body_salt || e.body), 'base64'), '+/=', '-_'), '"'))),
				('clock', e.ts < e.before),
				('actor', s.actor is null and not exists (select from erased r where r.part = 'actors' and e.seq between r.first and r.last)),
				('data', s.data is null and not exists (select from erased r where r.part = 'data' and e.seq between r.first and r.last))) x(what, bad)
		where e.seq >= lo and x.bad
		union all
		select n, 'entry' from generate_series(lo, hi - 1) n where not exists (select from ledger.entry e where e.seq = n);
	-- a part goes after its entry: only who knows all entries can say that none names it
	if exists (select from audit.flaw w where w.seq >= lo and w.seq < hi and w.what in ('actor', 'data'))
			and (select t.size from ledger.tip t) > (select p.size from audit.progress p) then
		delete from audit.flaw w where w.seq >= lo and w.seq < hi;
		return null;
	end if;
	insert into audit.checked (slice, upto, at) values (slice, hi, clock_timestamp())
		on conflict on constraint checked_is_once_per_slice do update set upto = excluded.upto, at = excluded.at;
	return slice;
end
$$;
