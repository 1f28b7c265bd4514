-- flaws: entries in which something is wrong, as the walk over the ledger has found it.
select w.seq, f.at, f.k, f.org, f.incident, f.case_ref as "case", f.eid as id, w.what, w.found
from audit.flaw w join audit.fact f on f.seq = w.seq
where (:incident::uuid is null or f.incident = :incident::uuid) and (:case::uuid is null or f.case_ref = :case::uuid)
	and (f.exercise = :exercise::uuid or (:exercise::uuid is null and f.exercise is null))
	and (:after::bigint is null or w.seq > :after::bigint)
order by w.seq, w.what
