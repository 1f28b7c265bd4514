-- who_knew: per organisation, how many messages had come to it by then, and what of them was known.
with was_for as (
	select r.org, r.message from audit.reader r
	where (:incident::uuid is null or r.incident = :incident::uuid) and (:case::uuid is null or r."case" = :case::uuid)
		and r.exercise is not distinct from :exercise::uuid
		and r.k like 'M%' and r.k not like 'M19.%' and r.k not like 'M27.%' and r.org <> r.sender and r.at <= :at::timestamptz),
came as (
	select c.org, c.message, c.state from audit.receipt_of c
	where (:incident::uuid is null or c.incident = :incident::uuid) and (:case::uuid is null or c."case" = :case::uuid)
		and c.exercise is not distinct from :exercise::uuid and c.at <= :at::timestamptz)
select w.org, count(distinct w.message) as available,
	count(distinct c.message) filter (where c.state = 'delivered') as delivered,
	count(distinct c.message) filter (where c.state = 'seen') as seen,
	count(distinct c.message) filter (where c.state = 'acked') as acknowledged
from was_for w left join came c using (org, message)
group by w.org order by w.org
