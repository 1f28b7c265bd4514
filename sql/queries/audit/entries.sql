-- entries: the entries themselves, as the mandate allows: with what is sealed if it covers personal data.
select e.seq from ledger.entry e
where (:incident::uuid is null or e.incident = :incident::uuid) and (:case::uuid is null or e.case_ref = :case::uuid)
	and (:org::text is null or e.org = :org::text) and e.exercise is not distinct from :exercise::uuid
	and (:after::bigint is null or e.seq > :after::bigint)
order by e.seq
