-- actions: everything that one person did, by their pseudonym.
select f.seq, f.at, f.k, f.org, f.incident, f.case_ref as "case", f.ref, f.eid as id from audit.fact f
where f.person = :person::text
	and (f.exercise = :exercise::uuid or (:exercise::uuid is null and f.exercise is null))
	and (:after::bigint is null or f.seq > :after::bigint)
order by f.seq
