-- signals: every shared signal: by whom, whether it was disputed, and what has become of it.
with became as materialized (
	select x.item, (array_agg(x."to" order by x.seq desc))[1] as state, bool_or(x."to" = 'DISPUTED') as disputed from audit.signal_state x group by x.item)
select s.item, s.kind, s.hash_type, s.content_type, s.labels, s.at as shared, s.org as shared_by, s.message, s.variant_of, s.expires,
	coalesce(b.state, 'SHARED') as state, coalesce(b.disputed, false) as disputed
from audit.signal s left join became b on b.item = s.item
where (:incident::uuid is null or s.incident = :incident::uuid) and (:org::text is null or s.org = :org::text)
	and (s.exercise = :exercise::uuid or (:exercise::uuid is null and s.exercise is null))
order by s.seq, s.item
