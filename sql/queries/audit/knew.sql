-- knew: what an organisation knew at a time: the entries up to then that name it, from which it is computed (domain (e) 8).
select e.seq, e.k, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, e.org, e.id, e.message, e.decided,
	e.decided -> 'disclosed' as disclosed
from audit.entry e
where (e.org = :org::text or :org::text = any (e.readers) or exists (select from ledger.entry x where x.seq = e.seq
		and position(convert_to(to_jsonb(:org::text)::text, 'UTF8') in x.body) > 0))
	and (e.exercise = :exercise::uuid or (:exercise::uuid is null and e.exercise is null)) and e.at <= :at::timestamptz
	and (e.exercise is not null or e.mode = 'actual')
order by e.seq
