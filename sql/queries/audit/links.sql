-- links: what was tied to what: cases that belong to an incident, duplicates.
select f.seq, f.at, f.k, f.org, t.kind, t.ref, t."to"
from audit.tie t join audit.fact f on f.seq = t.seq
where (:incident::uuid is null or f.incident = :incident::uuid) and (f.exercise = :exercise::uuid or (:exercise::uuid is null and f.exercise is null))
	and (:after::bigint is null or t.seq > :after::bigint)
order by t.seq, t.nth
