-- knew: what an organisation knew at a time (domain (e) 8), in the order of the ledger: what was for it and what had become of that by then, what
-- it said itself, and the timers that bound it or that it had started. Available is not known: known is what was delivered or seen. The same as
-- message/knew.c adds up from entries; here row by row, from any place on.
with taken_back as materialized (
	select x #>> '{}' as id, max(a.at) as at
	from audit.fact a join audit.entry e on e.seq = a.seq, lateral jsonb_path_query(e.decided, '$.recalled.entries[*]') x
	where a.recalled is not null and :org::text = any (a.recalled) and a.at <= :at::timestamptz
	group by 1)
select x.* from (
	select f.* from audit.fact f
	where (f.org = :org::text or :org::text = any (f.concerned)) and f.at <= :at::timestamptz
		and (f.exercise = :exercise::uuid or (:exercise::uuid is null and f.exercise is null and f.mode = 'actual'))
		and (:after::bigint is null or f.seq > :after::bigint)
	order by f.seq) f,
lateral (
	select f.seq, case when f.org = :org::text then 'own' else 'message' end as kind, f.k, f.eid as id, f.org, f.at, r.delivered, r.seen, r.acknowledged,
		b.at as recalled, c.entries, null::text as timer, null::timestamptz as starts, null::timestamptz as deadline, null as state, null::timestamptz as stopped_at, null::json as steps
	from (select starts_with(f.k, 'M') and not starts_with(f.k, 'M19.') and (f.org = :org::text or :org::text = any (f.readers)) as is) it
	left join lateral (
		select coalesce(json_agg(json_build_object('channel', c.channel, 'at', c.at) order by c.seq, c.nth) filter (where c.state = 'delivered'), '[]') as delivered,
			coalesce(json_agg(json_build_object('person', c.person, 'at', c.at) order by c.seq, c.nth) filter (where c.state = 'seen'), '[]') as seen,
			coalesce(json_agg(json_build_object('person', c.person, 'at', c.at) order by c.seq, c.nth) filter (where c.state = 'acked'), '[]') as acknowledged
		from audit.receipt c where c.ref = f.eid and c.org = :org::text and c.at <= :at::timestamptz) r on f.org <> :org::text
	left join taken_back b on f.org <> :org::text and b.id = f.eid::text
	left join lateral (
		-- what it carried: of what kind they may know who had it
		select json_agg(json_build_object('ref', y ->> 'ref', 'k', m.k) order by nth) as entries
		from audit.entry e, lateral jsonb_array_elements(e.message #> '{body,entries}') with ordinality v(y, nth)
			left join lateral (select m.k from audit.fact m where m.eid = (y ->> 'ref')::uuid limit 1) m on true
		where e.seq = f.seq) c on f.k = 'M29.disclose' and f.org <> :org::text
	where it.is and (:kind::text is null or :kind::text = case when f.org = :org::text then 'own' else 'message' end)
	union all
	(select f.seq, 'timer', f.k, t.id, t.desk, f.at, null, null, null, null, null, t.timer, t.starts, t.deadline,
		case when ends.stopped_seq > coalesce(ends.passed_seq, -1) then case ends.met when true then 'met' when false then 'missed' else 'stopped' end
			when ends.passed_seq is not null then 'passed' else 'running' end, ends.stopped_at, w.steps
	from audit.timer t
	left join lateral (
		select max(n.seq) filter (where not n.passed) as stopped_seq, max(n.at) filter (where not n.passed) as stopped_at,
			bool_and(n.met) filter (where not n.passed) as met, max(n.seq) filter (where n.passed) as passed_seq
		from audit.timer_end n left join audit.fact a on a.seq = n.seq
		where n.id = t.id and n.started = t.started and coalesce(a.at, n.at) <= :at::timestamptz) ends on true
	left join lateral (
		select coalesce(json_agg(json_build_object('at', n.at, 'contact', n.contact, 'channel', n.channel, 'state', n.state) order by n.seq), '[]') as steps
		from audit.timer_step n where n.id = t.id and n.seq > t.started and n.org = :org::text and n.at <= :at::timestamptz) w on true
	where t.started = f.seq and (t.desk = :org::text or t.org = :org::text) and (:kind::text is null or :kind::text = 'timer')
		-- its last run by then
		and not exists (select from audit.timer later join audit.fact a on a.seq = later.started
			where later.id = t.id and later.started > t.started and a.at <= :at::timestamptz)
	order by t.timer, t.desk, t.id)) x
order by f.seq
