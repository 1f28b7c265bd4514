-- reaction_times: from a message to its delivery, to somebody's seeing it, to their answer: per organisation and kind.
select c.org, c.k, count(*) filter (where c.reached) as messages,
	round(1000 * extract(epoch from percentile_cont(0.5) within group (order by c.at - c.sent) filter (where c.state = 'delivered')))::bigint as delivered_median_ms,
	round(1000 * extract(epoch from percentile_cont(0.95) within group (order by c.at - c.sent) filter (where c.state = 'delivered')))::bigint as delivered_p95_ms,
	round(1000 * extract(epoch from percentile_cont(0.5) within group (order by c.at - c.sent) filter (where c.state = 'seen')))::bigint as seen_median_ms,
	round(1000 * extract(epoch from percentile_cont(0.5) within group (order by c.at - c.sent) filter (where c.state = 'acked')))::bigint as acknowledged_median_ms,
	round(1000 * extract(epoch from max(c.at - c.sent) filter (where c.state = 'acked')))::bigint as acknowledged_longest_ms
from audit.receipt_of c
where c.first and c.reader and c.org <> c.sender and c.of_ts >= (select (audit.mine()).from_ts)
	and ((select (audit.mine()).roles is null) or exists (select from audit.fact m where m.eid = c.message))
	and (:incident::uuid is null or c.incident = :incident::uuid) and (:org::text is null or c.org = :org::text)
	and (c.exercise = :exercise::uuid or (:exercise::uuid is null and c.exercise is null))
group by c.org, c.k order by c.org, c.k
