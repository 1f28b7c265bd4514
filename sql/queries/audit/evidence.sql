-- evidence: the entries byte for byte. Which ones is asked as for `entries`.
select e.seq from ledger.entry e
where (:incident::uuid is null or e.incident = :incident::uuid) and (:case::uuid is null or e.case_ref = :case::uuid)
	and (:org::text is null or e.org = :org::text) and e.exercise is not distinct from :exercise::uuid
	and (:after::bigint is null or e.seq > :after::bigint)
order by e.seq
