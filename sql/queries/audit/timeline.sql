-- timeline: what happened, in order.
select f.seq, f.at, to_timestamp(f.ts / 1000000.0) as recorded, f.k, f.org, f.incident, f.case_ref as "case", f.ref, f.eid as id, f.readers
from audit.fact f
where (:incident::uuid is null or f.incident = :incident::uuid)
	and (:case::uuid is null or f.case_ref = :case::uuid)
	and (:org::text is null or f.org = :org::text)
	and (f.exercise = :exercise::uuid or (:exercise::uuid is null and f.exercise is null))
	and (:from::timestamptz is null or f.at >= :from::timestamptz)
	and (:until::timestamptz is null or f.at <= :until::timestamptz)
	and (:after::bigint is null or f.seq > :after::bigint)
order by f.seq
