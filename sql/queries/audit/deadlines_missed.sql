-- deadlines_missed: what was not done in time, by whom, and how late it was. Of all runs few are: they are found by their ends.
with late as materialized (
	select distinct x.id, x.started from audit.timer_end x
	where (x.passed or x.met is false) and (x.exercise = :exercise::uuid or (:exercise::uuid is null and x.exercise is null))
		and (:after::bigint is null or x.started > :after::bigint))
select d.started as seq, d.timer, d.legal, d.org, d.k, d.started_by, d.incident, d."case", d."order", d.starts, d.deadline, d.state, d.stopped_at,
	round(extract(epoch from d.stopped_at - d.deadline))::bigint as late_s
from late l join audit.deadline d on d.id = l.id and d.started = l.started
where d.state in ('missed', 'passed')
	and (:incident::uuid is null or d.incident = :incident::uuid) and (:org::text is null or d.org = :org::text)
	and (d.exercise = :exercise::uuid or (:exercise::uuid is null and d.exercise is null))
order by d.started, d.id
