-- evidence: the entries byte for byte. Which ones is asked as for `entries`; and those that took something of them away. Each side comes in
-- order of seq, so the first rows are there before the last.
select u.seq from (
	select f.seq from audit.fact f
	where (:incident::uuid is null or f.incident = :incident::uuid) and (:case::uuid is null or f.case_ref = :case::uuid)
		and (:org::text is null or f.org = :org::text) and (f.exercise = :exercise::uuid or (:exercise::uuid is null and f.exercise is null))
	union all
	select x.seq from (select e.seq from audit.erasure e
		where exists (select from audit.fact f
			where f.seq between e.first and e.last
				and (:incident::uuid is null or f.incident = :incident::uuid) and (:case::uuid is null or f.case_ref = :case::uuid)
				and (:org::text is null or f.org = :org::text) and (f.exercise = :exercise::uuid or (:exercise::uuid is null and f.exercise is null)))
		group by e.seq) x
	where not exists (select from audit.fact f -- it is there by itself
		where f.seq = x.seq
			and (:incident::uuid is null or f.incident = :incident::uuid) and (:case::uuid is null or f.case_ref = :case::uuid)
			and (:org::text is null or f.org = :org::text) and (f.exercise = :exercise::uuid or (:exercise::uuid is null and f.exercise is null)))) u
where :after::bigint is null or u.seq > :after::bigint
order by u.seq
