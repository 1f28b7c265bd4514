-- entries: the entries themselves, as the mandate allows: with what is sealed if it covers personal data.
select f.seq from audit.fact f
where (:incident::uuid is null or f.incident = :incident::uuid) and (:case::uuid is null or f.case_ref = :case::uuid)
	and (:org::text is null or f.org = :org::text) and (f.exercise = :exercise::uuid or (:exercise::uuid is null and f.exercise is null))
	and (:after::bigint is null or f.seq > :after::bigint)
order by f.seq
