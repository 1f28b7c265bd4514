-- orders: every removal order: issued, received, answered, the hour, and from when to when the content was gone.
with o as (
	select x."order", min(x.at) filter (where x.k = 'M10.issue') as issued, min(x.org) filter (where x.k = 'M10.issue') as authority,
		min(x.body #>> '{order,addressee}') as provider, min(x.body #>> '{order,order_reference}') as reference,
		min((x.body ->> 'measured_at')::timestamptz) filter (where x.k = 'M12.send') as removed,
		min(x.at) filter (where x.k = 'M12.send') as reported, min(x.at) filter (where x.k = 'M13.send') as impossible,
		min(x.at) filter (where starts_with(x.k, 'M14.')) as clarified, min((x.body ->> 'reinstated_at')::timestamptz) filter (where x.k = 'M16.reinstate') as reinstated,
		(array_agg(x."to" order by x.seq desc) filter (where x."to" is not null))[1] as state, min(x.seq) as seq
	from audit.ordered x
	where (:incident::uuid is null or x.incident = :incident::uuid or x."order" in (select y."order" from audit.ordered y where y.incident = :incident::uuid))
		and (:org::text is null or x."order" in (select y."order" from audit.ordered y where y.org = :org::text or y.body #>> '{order,addressee}' = :org::text))
		and (x.exercise = :exercise::uuid or (:exercise::uuid is null and x.exercise is null)) and not starts_with(x.k, 'M9.')
	group by x."order")
select o."order", o.reference, o.authority, o.provider, o.state, o.issued, h.received, o.impossible, o.clarified, o.removed, o.reported, o.reinstated,
	h.hours, h.breached, round(extract(epoch from o.removed - h.received))::bigint as received_to_removed_s,
	round(extract(epoch from o.impossible - h.received))::bigint as received_to_obstacle_s, round(extract(epoch from o.clarified - o.impossible))::bigint as obstacle_to_clarification_s,
	round(extract(epoch from h.last_deadline - o.removed))::bigint as hour_left_s
from o left join lateral (
	select min(d.starts) as received, count(*) as hours, count(*) filter (where d.state in ('missed', 'passed')) as breached, max(d.deadline) as last_deadline
	from audit.deadline d where d."order" = o."order" and d.timer in ('T1', 'T1b', 'T1c')) h on true
order by o.seq
