-- threats: every notification of a threat to life: when it was known, sent, answered by a person, accepted by a state, and how long each took.
with link as materialized (
	select t ->> 'ref' as ref, t ->> 'to' as "to" from audit.entry l, lateral jsonb_array_elements(l.message #> '{body,links}') t
	where l.k = 'M1.link' and t ->> 'kind' = 'duplicate_of'),
linked as materialized (
	select x."case", array_agg(distinct x.other order by x.other) as others
	from (select ref as "case", "to" as other from link union all select "to", ref from link) x group by x."case"),
sent as (
	select e.seq, e.at, e.org, e.id, e."case", (e.message #>> '{body,aware_at}')::timestamptz as aware_at,
		(select min((c ->> 'published_at')::timestamptz) from jsonb_array_elements(e.message #> '{body,content}') c) as published_at,
		array(select d ->> 'org' from jsonb_array_elements(e.decided -> 'desks') d) as desks
	from audit.entry e
	where e.k = 'M4.send' and (:incident::uuid is null or e.incident = :incident::uuid) and (:case::uuid is null or e."case" = :case::uuid)
		and (e.exercise = :exercise::uuid or (:exercise::uuid is null and e.exercise is null)))
select s.seq, s.id, s."case", s.org, s.desks, s.published_at, s.aware_at, s.at as sent, a.at as answered, a.org as answered_by, x.accepted, x.accepted_by,
	round(extract(epoch from a.at - s.aware_at))::bigint as aware_to_answer_s,
	round(extract(epoch from a.at - s.at))::bigint as sent_to_answer_s,
	round(extract(epoch from x.accepted - s.published_at))::bigint as published_to_accepted_s,
	coalesce(l.others, '{}') as linked
from sent s left join linked l on l."case" = s."case"::text
left join lateral (
	select a.at, a.org from audit.fact a
	where a.case_ref = s."case" and a.k in ('M5.ack', 'M5.accept', 'M5.redirect', 'M5.reject', 'M5.question')
		and (a.exercise = :exercise::uuid or (:exercise::uuid is null and a.exercise is null))
	order by a.seq limit 1) a on true
left join lateral (
	-- of the competent state: a hub coordinates
	select a.at as accepted, a.org as accepted_by from audit.fact a
	where a.case_ref = s."case" and a.k = 'M5.accept' and (a.exercise = :exercise::uuid or (:exercise::uuid is null and a.exercise is null))
		and not exists (select from audit.entry h, lateral jsonb_array_elements(h.decided -> 'desks') d
			where h."case" = s."case" and d ->> 'org' = a.org and d ->> 'role' = 'hub')
	order by a.seq limit 1) x on true
order by s.seq
