-- evidence: the entries byte for byte. Which ones is asked as for `entries`; and those that took something of them away.
with found as materialized (
	select e.seq from ledger.entry e
	where (:incident::uuid is null or e.incident = :incident::uuid) and (:case::uuid is null or e.case_ref = :case::uuid)
		and (:org::text is null or e.org = :org::text) and e.exercise is not distinct from :exercise::uuid
		and (:after::bigint is null or e.seq > :after::bigint))
select f.seq from found f
union
select x.seq from audit.erasure x where exists (select from found f where f.seq between x.first and x.last)
order by seq
