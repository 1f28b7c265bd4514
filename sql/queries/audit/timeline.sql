-- timeline: what happened, in order.
select e.seq, e.at, e.recorded, e.k, e.org, e.incident, e."case", e.ref, e.id,
	array(select r ->> 'org' from jsonb_array_elements(e.decided -> 'readers') r) as readers
from audit.entry e
where (:incident::uuid is null or e.incident = :incident::uuid)
	and (:case::uuid is null or e."case" = :case::uuid)
	and (:org::text is null or e.org = :org::text)
	and e.exercise is not distinct from :exercise::uuid
	and (:from::timestamptz is null or e.at >= :from::timestamptz)
	and (:until::timestamptz is null or e.at <= :until::timestamptz)
order by e.seq
