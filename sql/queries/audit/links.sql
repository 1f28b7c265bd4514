-- links: what was tied to what: cases that belong to an incident, duplicates.
select e.seq, e.at, e.k, e.org, t ->> 'kind' as kind, t ->> 'ref' as ref, t ->> 'to' as "to"
from audit.entry e, lateral jsonb_array_elements(e.message #> '{body,links}') t
where starts_with(e.k, 'M1.') and (:incident::uuid is null or e.incident = :incident::uuid) and (e.exercise = :exercise::uuid or (:exercise::uuid is null and e.exercise is null))
order by e.seq
