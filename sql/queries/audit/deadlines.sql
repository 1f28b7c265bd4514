-- deadlines: every timer that ran, in the order in which they were started: whom it bound, until when, how it ended, and how much of it was left.
select d.started as seq, d.timer, d.legal, d.org, d.k, d.started_by, d.incident, d."case", d."order", d.starts, d.deadline, d.state, d.stopped_at,
	round(extract(epoch from d.deadline - d.stopped_at))::bigint as left_s
from audit.deadline d
where (:incident::uuid is null or d.incident = :incident::uuid) and (:case::uuid is null or d."case" = :case::uuid)
	and (:org::text is null or d.org = :org::text)
	and (d.exercise = :exercise::uuid or (:exercise::uuid is null and d.exercise is null))
	and (:after::bigint is null or d.started > :after::bigint)
order by d.started, d.id
