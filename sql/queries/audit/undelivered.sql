-- undelivered: what was for an organisation and was never delivered there, or never seen.
select f.seq, f.at, f.k, f.eid as message, f.org as sender, r.org,
	not exists (select from audit.receipt_of c where c.message = f.eid and c.org = r.org) as undelivered
from audit.fact f, lateral unnest(f.readers) with ordinality r(org, nth)
where (:incident::uuid is null or f.incident = :incident::uuid) and (:org::text is null or r.org = :org::text)
	and (f.exercise = :exercise::uuid or (:exercise::uuid is null and f.exercise is null))
	and f.k ~ '^M([1-8]|1[0-8]|2[0-5]|28|29)[.]' and r.org <> f.org and f.k not like '%.draft'
	and array_position(f.readers, r.org) = r.nth -- one may be named twice, for different roles
	and not exists (select from audit.receipt_of c where c.message = f.eid and c.org = r.org and c.state in ('seen', 'acked'))
	and (:after::bigint is null or f.seq > :after::bigint)
order by f.seq -- and within it as they were named
