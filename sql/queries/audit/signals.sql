-- signals: every shared signal: by whom, whether it was disputed, and what has become of it.
select s.item, s.kind, s.hash_type, s.content_type, s.labels, s.at as shared, s.org as shared_by, s.message, s.variant_of, s.expires,
	coalesce((select x."to" from audit.signal_state x where x.item = s.item order by x.seq desc limit 1), 'SHARED') as state,
	exists (select from audit.signal_state x where x.item = s.item and x."to" = 'DISPUTED') as disputed
from audit.signal s
where (:incident::uuid is null or s.incident = :incident::uuid) and (:org::text is null or s.org = :org::text)
	and s.exercise is not distinct from :exercise::uuid
order by s.seq, s.item
