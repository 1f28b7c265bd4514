-- lawful_blocked: what was found lawful after it had been blocked: since when, until when, because of what.
with fault as materialized (
	select e.seq, e.at, e.org, e.incident, (e.message #>> '{body,item_ref}')::uuid as item, e.k,
		coalesce(e.message #>> '{body,reason_code}', e.message #>> '{body,opinion}', 'left up with context') as why,
		(e.message #>> '{body,left_up_with_context}')::bigint as left_up, (e.message #>> '{body,reinstated}')::bigint as put_back
	from audit.entry e
	where (e.exercise = :exercise::uuid or (:exercise::uuid is null and e.exercise is null)) and (:incident::uuid is null or e.incident = :incident::uuid)
		and starts_with(e.k, 'M7.')
		and (e.k in ('M7.false_positive', 'M7.not_applicable') or (e.k = 'M7.opinion' and e.message #>> '{body,opinion}' = 'negative')
			or (e.k = 'M7.match_count' and coalesce((e.message #>> '{body,reinstated}')::bigint, (e.message #>> '{body,left_up_with_context}')::bigint, 0) > 0))),
shared as materialized (
	select distinct on (s.item) s.* from audit.signal s where s.item in (select f.item from fault f) order by s.item, s.seq),
ended as materialized (
	select y.seq, y.at, y.item, y."to" from audit.signal_state y
	where y.item in (select f.item from fault f) and y."to" in ('QUARANTINED', 'RETRACTED', 'EXPIRED')),
step as materialized (
	select o.seq, o.k, o.org, o.id, o.incident, o.exercise, o."order", o.body from audit.ordered o where o.k in ('M10.issue', 'M12.send', 'M16.reinstate'))
select f.seq, 'signal' as kind, f.item as what, f.org, s.org as because_of, s.message as because_of_message, s.labels, f.why, s.at as "from", x.at as until, x."to" as ended_by,
	round(extract(epoch from coalesce(x.at, f.at) - s.at))::bigint as blocked_s, f.left_up, f.put_back
from fault f
left join shared s on s.item = f.item
left join lateral (select y.at, y."to" from ended y where y.item = f.item and y.seq >= s.seq order by y.seq limit 1) x on true
union all
select r.seq, 'order', r."order", r.org, i.org, i.id, null, r.body ->> 'cause', (m.body ->> 'measured_at')::timestamptz, (r.body ->> 'reinstated_at')::timestamptz, 'REINSTATED',
	round(extract(epoch from (r.body ->> 'reinstated_at')::timestamptz - (m.body ->> 'measured_at')::timestamptz))::bigint, null, null
from step r
left join lateral (select * from step m where m."order" = r."order" and m.k = 'M12.send' order by m.seq limit 1) m on true
left join lateral (select * from step i where i."order" = r."order" and i.k = 'M10.issue' order by i.seq limit 1) i on true
where r.k = 'M16.reinstate' and (r.exercise = :exercise::uuid or (:exercise::uuid is null and r.exercise is null)) and (:incident::uuid is null or r.incident = :incident::uuid)
order by 1
