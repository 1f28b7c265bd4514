-- activations: when an incident became active and when it was closed, how many had to acknowledge, and when the last one did.
with a as (
	select d.seq, d.at, d.incident, d.id, d.org from audit.decision d
	where d."to" = 'ACTIVE' and (:incident::uuid is null or d.incident = :incident::uuid) and (d.exercise = :exercise::uuid or (:exercise::uuid is null and d.exercise is null)))
select a.incident, a.id, a.at as active, c.closed, round(extract(epoch from c.closed - a.at))::bigint as active_s, t.owed, r.acknowledged, r.last, r.last_by,
	round(extract(epoch from r.last - a.at))::bigint as last_acknowledgement_s
from a
left join lateral (select min(d.at) as closed from audit.decision d where d.incident = a.incident and d."to" = 'CLOSED' and d.seq > a.seq) c on true
left join lateral (select count(*) as owed from audit.deadline t where t.timer = 'T19' and t.about = a.id) t on true
left join lateral (select count(distinct x.org) as acknowledged, max(x.at) as last, (array_agg(x.org order by x.at desc))[1] as last_by
	from audit.receipt_of x where x.message = a.id and x.state = 'acked') r on true
order by a.seq
