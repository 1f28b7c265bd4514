-- links: what was tied to what: cases that belong to an incident, duplicates.
select e.seq, e.at, e.k, e.org, t ->> 'kind' as kind, t ->> 'ref' as ref, t ->> 'to' as "to"
from audit.entry e, lateral jsonb_array_elements(e.message #> '{body,links}') t
where e.k like 'M1.%' and (:incident::uuid is null or e.incident = :incident::uuid) and e.exercise is not distinct from :exercise::uuid
order by e.seq
