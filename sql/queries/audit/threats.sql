-- threats: every notification of a threat to life: when it was known, sent, answered by a person, accepted by a state, and how long each took.
select s.seq, s.eid as id, s.case_ref as "case", s.org, said.desks, said.published_at, said.aware_at, s.at as sent, a.at as answered, a.org as answered_by, x.accepted, x.accepted_by,
	round(extract(epoch from a.at - said.aware_at))::bigint as aware_to_answer_s,
	round(extract(epoch from a.at - s.at))::bigint as sent_to_answer_s,
	round(extract(epoch from x.accepted - said.published_at))::bigint as published_to_accepted_s,
	l.linked
from audit.fact s
left join lateral (
	select (e.doc #>> '{message,body,aware_at}')::timestamptz as aware_at,
		(select min((c ->> 'published_at')::timestamptz) from jsonb_array_elements(e.doc #> '{message,body,content}') c) as published_at,
		array(select d ->> 'org' from jsonb_array_elements(e.doc #> '{decided,desks}') d) as desks,
		array(select d ->> 'org' from jsonb_array_elements(e.doc #> '{decided,desks}') d where d ->> 'role' = 'hub') as hubs
	from (select ledger.document(e) from ledger.entry e where e.seq = s.seq offset 0) e(doc)) said on true
left join lateral (
	select a.at, a.org from audit.fact a
	where a.case_ref = s.case_ref and a.k in ('M5.ack', 'M5.accept', 'M5.redirect', 'M5.reject', 'M5.question') and a.exercise is not distinct from s.exercise
	order by a.seq limit 1) a on true
left join lateral (
	-- of the competent state: a hub coordinates, whether it was asked at once or later
	select a.at as accepted, a.org as accepted_by from audit.fact a
	where a.case_ref = s.case_ref and a.k = 'M5.accept' and a.exercise is not distinct from s.exercise and a.org <> all (said.hubs)
		and not exists (select from audit.fact h join ledger.entry e on e.seq = h.seq, lateral jsonb_array_elements(ledger.document(e) #> '{decided,desks}') d
			where h.case_ref = s.case_ref and h.k = 'M29.disclose' and d ->> 'org' = a.org and d ->> 'role' = 'hub')
	order by a.seq limit 1) x on true
left join lateral (
	select coalesce(array_agg(distinct t.other order by t.other), '{}') as linked
	from (select "to" as other from audit.tie where ref = s.case_ref and kind = 'duplicate_of' union all select ref from audit.tie where "to" = s.case_ref and kind = 'duplicate_of') t) l on true
where s.k = 'M4.send' and (:incident::uuid is null or s.incident = :incident::uuid) and (:case::uuid is null or s.case_ref = :case::uuid)
	and (s.exercise = :exercise::uuid or (:exercise::uuid is null and s.exercise is null)) and (:after::bigint is null or s.seq > :after::bigint)
order by s.seq
