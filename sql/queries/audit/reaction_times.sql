-- reaction_times: from a message to its delivery, to somebody's seeing it, to their answer: per organisation and kind.
with f as (
	select c.org, m.k, m.eid, m.at as t0, min(c.at) filter (where c.state = 'delivered') as d, min(c.at) filter (where c.state = 'seen') as s,
		min(c.at) filter (where c.state = 'acked') as a
	from audit.fact m join audit.receipt_of c on c.message = m.eid and c.org = any (m.readers) and c.org <> m.org
	where (:incident::uuid is null or m.incident = :incident::uuid) and (:org::text is null or c.org = :org::text)
		and (m.exercise = :exercise::uuid or (:exercise::uuid is null and m.exercise is null))
	group by 1, 2, 3, 4)
select org, k, count(*) as messages,
	round(1000 * extract(epoch from percentile_cont(0.5) within group (order by d - t0)))::bigint as delivered_median_ms,
	round(1000 * extract(epoch from percentile_cont(0.95) within group (order by d - t0)))::bigint as delivered_p95_ms,
	round(1000 * extract(epoch from percentile_cont(0.5) within group (order by s - t0)))::bigint as seen_median_ms,
	round(1000 * extract(epoch from percentile_cont(0.5) within group (order by a - t0)))::bigint as acknowledged_median_ms,
	round(1000 * extract(epoch from max(a - t0)))::bigint as acknowledged_longest_ms
from f group by org, k order by org, k
