-- erasure_due: what should have been erased and is not: its time is over and no hold is on it, or it was erased and came back with an older copy of the
-- database; and its key is still there (an erasure that is carried out takes the key with the last part).
select k.subject, k.retention, k.due, round(extract(epoch from transaction_timestamp() - k.due))::bigint as late_s, k.entered, k.entered_at, k.returned, k.said
from audit.kept k
where not k.held and k.due <= transaction_timestamp()
	and (:incident::uuid is null or (k.kind = 'incident' and k.ref = :incident::uuid)
		or (k.kind = 'order' and exists (select from audit.fact f where (f.eid = k.ref or f.ref = k.ref) and :incident::uuid in (f.incident, f.of_incident))))
	and (:case::uuid is null or (k.kind = 'case' and k.ref = :case::uuid))
	and (k.exercise = :exercise::uuid or (:exercise::uuid is null and k.exercise is null))
order by k.due, k.subject, k.retention
