-- evidence: the entries byte for byte. Which ones is asked as for `entries`; and those that took something of them away.
with found as materialized (
	select f.seq from audit.fact f
	where (:incident::uuid is null or f.incident = :incident::uuid) and (:case::uuid is null or f.case_ref = :case::uuid)
		and (:org::text is null or f.org = :org::text) and (f.exercise = :exercise::uuid or (:exercise::uuid is null and f.exercise is null))
		and (:after::bigint is null or f.seq > :after::bigint))
select f.seq from found f
union
select x.seq from audit.erasure x where exists (select from found f where f.seq between x.first and x.last)
order by seq
