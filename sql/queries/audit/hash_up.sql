-- hash_up: how long what a signal stands for stayed up: per item and service, from its sharing to the end of the last match that was found.
with m as materialized (
	select e.org, e.message #>> '{body,item_ref}' as item, min((e.message #>> '{body,window,from}')::timestamptz) as first_match,
		max((e.message #>> '{body,window,until}')::timestamptz) as last_match, sum((e.message #>> '{body,count}')::bigint) as matches,
		sum((e.message #>> '{body,blocked_at_upload}')::bigint) as blocked, sum((e.message #>> '{body,removed}')::bigint) as removed
	from audit.entry e
	where e.k = 'M7.match_count' and (e.exercise = :exercise::uuid or (:exercise::uuid is null and e.exercise is null))
	group by 1, 2)
select s.item, s.hash_type, s.kind, s.at as shared, s.org as shared_by, m.org, d.delivered, m.first_match, m.last_match, m.matches, m.blocked, m.removed,
	round(extract(epoch from m.last_match - s.at))::bigint as up_s
from audit.signal s join m on m.item = s.item::text
left join lateral (select min(c.at) as delivered from audit.receipt_of c where c.message = s.message and c.org = m.org) d on true
where (:incident::uuid is null or s.incident = :incident::uuid) and (:org::text is null or m.org = :org::text)
	and (:item::uuid is null or s.item = :item::uuid) and (s.exercise = :exercise::uuid or (:exercise::uuid is null and s.exercise is null))
order by s.seq, s.item, m.org
