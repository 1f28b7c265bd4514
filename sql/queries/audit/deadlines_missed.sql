-- deadlines_missed: what was not done in time, by whom, and how late it was.
select d.timer, d.legal, d.org, d.k, d.started_by, d.incident, d."case", d."order", d.starts, d.deadline, d.state, d.stopped_at,
	round(extract(epoch from d.stopped_at - d.deadline))::bigint as late_s
from audit.deadline d
where d.state in ('missed', 'passed')
	and (:incident::uuid is null or d.incident = :incident::uuid) and (:org::text is null or d.org = :org::text)
	and (d.exercise = :exercise::uuid or (:exercise::uuid is null and d.exercise is null))
order by d.deadline, d.started
