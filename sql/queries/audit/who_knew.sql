-- who_knew: per organisation, how many messages had come to it by then, and what of them was known. Names are compared by their bytes: very many
-- are sorted, and languages take five times as long.
with was_for as (
	select r.org collate "C" as org from audit.fact f, lateral unnest(f.readers) with ordinality r(org, nth)
	where r.org <> f.org and array_position(f.readers, r.org) = r.nth -- one may be named twice, for different roles
		and (:incident::uuid is null or f.incident = :incident::uuid) and (:case::uuid is null or f.case_ref = :case::uuid)
		and (f.exercise = :exercise::uuid or (:exercise::uuid is null and f.exercise is null))
		and starts_with(f.k, 'M') and not starts_with(f.k, 'M19.') and not starts_with(f.k, 'M27.') and f.at <= (select :at::timestamptz)),
available as (select w.org, count(*) as n from was_for w group by w.org),
known as (
	select c.org collate "C" as org, count(*) filter (where c.state = 'delivered') as delivered, count(*) filter (where c.state = 'seen') as seen,
		count(*) filter (where c.state = 'acked') as acknowledged
	from audit.receipt_of c
	where c.first and c.reader and c.org <> c.sender and c.of_ts >= (select (audit.mine()).from_ts)
		and starts_with(c.k, 'M') and not starts_with(c.k, 'M19.') and not starts_with(c.k, 'M27.')
		and ((select (audit.mine()).roles is null) or exists (select from audit.fact m where m.eid = c.message))
		and (:incident::uuid is null or (c.incident = :incident::uuid and exists (select from audit.fact m where m.eid = c.message and m.incident = :incident::uuid)))
		and (:case::uuid is null or (c."case" = :case::uuid and exists (select from audit.fact m where m.eid = c.message and m.case_ref = :case::uuid)))
		and (c.exercise = :exercise::uuid or (:exercise::uuid is null and c.exercise is null)) and c.at <= (select :at::timestamptz)
	group by 1)
select a.org, a.n as available, coalesce(k.delivered, 0) as delivered, coalesce(k.seen, 0) as seen, coalesce(k.acknowledged, 0) as acknowledged
from available a left join known k using (org)
order by a.org
