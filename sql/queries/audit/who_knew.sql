-- who_knew: per organisation, how many messages had come to it by then, and what of them was known.
with was_for as materialized (
	select f.eid, f.org, f.readers from audit.fact f
	where (:incident::uuid is null or f.incident = :incident::uuid) and (:case::uuid is null or f.case_ref = :case::uuid)
		and (f.exercise = :exercise::uuid or (:exercise::uuid is null and f.exercise is null))
		and starts_with(f.k, 'M') and not starts_with(f.k, 'M19.') and not starts_with(f.k, 'M27.') and f.at <= :at::timestamptz),
available as (select r.org, count(distinct w.eid) as n from was_for w, lateral unnest(w.readers) r(org) where r.org <> w.org group by r.org),
known as (
	select c.org, count(distinct c.message) filter (where c.state = 'delivered') as delivered,
		count(distinct c.message) filter (where c.state = 'seen') as seen,
		count(distinct c.message) filter (where c.state = 'acked') as acknowledged
	from audit.receipt_of c join was_for w on w.eid = c.message and c.org = any (w.readers) and c.org <> w.org
	where (:incident::uuid is null or c.incident = :incident::uuid) and (:case::uuid is null or c."case" = :case::uuid)
		and (c.exercise = :exercise::uuid or (:exercise::uuid is null and c.exercise is null)) and c.at <= :at::timestamptz
	group by c.org)
select a.org, a.n as available, coalesce(k.delivered, 0) as delivered, coalesce(k.seen, 0) as seen, coalesce(k.acknowledged, 0) as acknowledged
from available a left join known k using (org)
order by a.org
