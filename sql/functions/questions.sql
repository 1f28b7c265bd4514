-- questions.sql: sessions of auditors, and what they may read.
--
-- A session is opened by the entry that asks (M27): decided.scope in it says what may be looked at. It then becomes
-- read-only, and what it is asked cannot open another, which takes a row. So nothing that an auditor's own SQL says of
-- itself (settings, roles, names) decides anything: row security asks mine(), and mine() asks the table.

-- What this backend may look at: no row, before it was opened.
create or replace function audit.mine() returns audit.session
	language sql stable security definer
	set search_path = pg_catalog, pg_temp
as $$
	select s from audit.session s
		where s.pid = pg_backend_pid() and s.secret::text = current_setting('tocsin.session', true)
$$;

-- Opens the session for the question at this place of the ledger. Raises TC004 when it is none, is older than five minutes
-- or was answered before.
create or replace function audit.open(p_question bigint, p_as_of bigint,
	out as_of bigint, out whole boolean, out deconfliction boolean)
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	asks ledger.entry;
	scope jsonb;
	mine audit.session;
begin
	if current_setting('transaction_read_only')::boolean then -- by a statement, which it would tell what other entries are
		raise exception using errcode = 'read_only_sql_transaction', message = 'a question is opened before its statement';
	end if;
	select e.* into asks from ledger.entry e where e.seq = p_question;
	scope := ledger.document(asks) #> '{decided,scope}';
	if asks.k is null or asks.k not in ('M27.mandate', 'M27.own') or scope is null then
		raise exception using errcode = 'TC004', message = 'this entry asks nothing';
	end if;
	if asks.ts < extract(epoch from clock_timestamp() - interval '5 minutes') * 1000000 then
		raise exception using errcode = 'TC004', message = 'this question was asked too long ago: ask again';
	end if;
	delete from audit.session s where s.pid = pg_backend_pid() or s.opened < clock_timestamp() - interval '10 minutes';
	insert into audit.session (question, pid, secret, asker, orgs, incidents, cases, exercises, from_ts, until_ts, as_of, whole,
			deconfliction, roles, role_sets)
		select p_question, pg_backend_pid(), gen_random_uuid(), asks.org,
			array(select jsonb_array_elements_text(scope -> 'orgs')),
			array(select jsonb_array_elements_text(scope -> 'incidents')::uuid),
			array(select jsonb_array_elements_text(scope -> 'cases')::uuid),
			array(select jsonb_array_elements_text(coalesce(scope -> 'exercises', '[]'))::uuid),
			extract(epoch from (scope ->> 'from')::timestamptz) * 1000000,
			extract(epoch from (scope ->> 'until')::timestamptz) * 1000000,
			least(p_question, p_as_of, (select p.size from audit.progress p)), (scope ->> 'whole')::boolean, (scope ->> 'deconfliction')::boolean,
			case when scope ? 'roles' then array(select jsonb_array_elements_text(scope -> 'roles')) end,
			case when scope ? 'roles' then array(select r.id from audit.role_set r where r.roles ?| array(select jsonb_array_elements_text(scope -> 'roles'))) end
		on conflict (question) do nothing
		returning * into mine;
	if mine.question is null then
		raise exception using errcode = 'TC004', message = 'this question was answered: ask again';
	end if;
	perform set_config('tocsin.session', mine.secret::text, false);
	as_of := mine.as_of;
	whole := mine.whole;
	deconfliction := mine.deconfliction;
end
$$;

-- Facts of entries (0008, 0011, 0012): work that grows with the ledger, done once; entries come in order. These are what the
-- entries from p_done on say, as documents. `seq + 0`: found by their id, whatever the planner believes of tables that were
-- empty a moment ago.
create or replace function audit.take_facts(p_done bigint, p_docs jsonb[]) returns void
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set enable_seqscan = off
as $$
begin
	insert into audit.role_set (roles)
		select distinct r -> 'roles' from unnest(p_docs) d, lateral jsonb_path_query(d, '$.decided.readers[*]') r
		where r ? 'roles' and not exists (select from audit.role_set s where s.roles = r -> 'roles')
		on conflict do nothing;

	insert into audit.fact (seq, ts, at, k, mode, exercise, incident, case_ref, of_incident, of_case, org, ref, eid, person, readers, reader_sets,
			concerned, recalled, pages, states)
		select e.seq, e.ts, coalesce((d #>> '{decided,at}')::timestamptz, to_timestamp(e.ts / 1000000.0)), e.k, e.mode, e.exercise, e.incident,
			e.case_ref, about.incident, about.case_ref, e.org, e.ref, e.eid, d #>> '{message,sender_person}',
			coalesce(told.orgs, '{}'), coalesce(told.sets, '{}'), 
			array(select distinct x #>> '{}' from unnest(array[
					'$.decided.readers[*].org', '$.decided.receipts[*].org', '$.decided.recalled.orgs[*]',
					'$.decided.timers_started[*].desk', '$.decided.timers_stopped[*].desk', '$.decided.timers_moved[*].desk',
					'$.decided.linked[*].timers_started[*].desk', '$.decided.linked[*].timers_stopped[*].desk']::jsonpath[]) path,
				lateral jsonb_path_query(d, path) x
				where x #>> '{}' <> ''),
			case when d -> 'decided' ? 'recalled' then array(select x #>> '{}' from jsonb_path_query(d, '$.decided.recalled.orgs[*]') x) end,
			coalesce(d -> 'decided' ? 'pages', false), coalesce(d -> 'decided' ? 'incident_state', false)
		from unnest(p_docs) with ordinality u(d, nth) join ledger.entry e on e.seq = p_done + u.nth - 1
			left join lateral (select array_agg(r.v ->> 'org' order by r.nth) orgs, array_agg(s.id order by r.nth) sets
				from jsonb_path_query(d, '$.decided.readers[*]') with ordinality r(v, nth)
				left join audit.role_set s on s.roles = r.v -> 'roles') told on true
			left join lateral (select m.incident, m.case_ref from ledger.entry m
				where e.incident is null and m.seq + 0 < e.seq
					and m.eid = coalesce(d #>> '{message,body,order_ref}', d #>> '{decided,receipts,0,ref}')::uuid
				order by m.seq + 0 limit 1) about on true
		on conflict do nothing;

	insert into audit.receipt (seq, nth, ts, ref, org, person, state, channel, at, k, of_org, exercise, incident, case_ref, of_ts, of_at, reader, first, reached)
		select f.seq, r.nth, f.ts, m.eid, r.v ->> 'org', (r.v ->> 'person')::uuid, r.v ->> 'state', r.v ->> 'channel', f.at, m.k, m.org, m.exercise,
			coalesce(m.incident, m.of_incident), coalesce(m.case_ref, m.of_case), m.ts, m.at, r.v ->> 'org' = any (m.readers),
			row_number() over (partition by m.eid, r.v ->> 'org', r.v ->> 'state' order by f.seq, r.nth) = 1
				and not exists (select from audit.receipt p where p.ref = m.eid and p.org = r.v ->> 'org' and p.state = r.v ->> 'state'),
			row_number() over (partition by m.eid, r.v ->> 'org' order by f.seq, r.nth) = 1
				and not exists (select from audit.receipt p where p.ref = m.eid and p.org = r.v ->> 'org')
		from unnest(p_docs) with ordinality u(d, nth) join audit.fact f on f.seq = p_done + u.nth - 1 and f.seq >= p_done,
			lateral jsonb_array_elements(d #> '{decided,receipts}') with ordinality r(v, nth),
			lateral (select m.* from audit.fact m where m.eid = (r.v ->> 'ref')::uuid and m.seq + 0 < f.seq order by m.seq + 0 limit 1) m
		where r.v ->> 'state' is not null
		on conflict do nothing;

	insert into audit.erasure (seq, part, first, last)
		select f.seq, part, split_part(run, '-', 1)::bigint, coalesce(nullif(split_part(run, '-', 2), ''), run)::bigint
		from unnest(p_docs) with ordinality u(d, nth) join audit.fact f on f.seq = p_done + u.nth - 1 and f.seq >= p_done,
			unnest(array['data', 'actors']) part, lateral jsonb_array_elements_text(d #> array['message', 'body', part]) run
		where f.k = 'erase.due' and f.org = 'server'
		on conflict do nothing;

	update audit.kept k set entered = f.seq, entered_at = to_timestamp(f.ts / 1000000.0)
		from unnest(p_docs) with ordinality u(d, nth) join audit.fact f on f.seq = p_done + u.nth - 1 and f.seq >= p_done
		where f.k = 'erase.due' and f.org = 'server' and k.key = (d #>> '{message,body,key}')::uuid and f.seq > coalesce(k.entered, -1);

	-- A run of a timer begins; or both ends of it are said at once.
	insert into audit.timer (id, started, ts, timer, legal, desk, k, org, ref, order_ref, exercise, incident, case_ref, starts, deadline)
		select (v ->> 'id')::uuid, f.seq, f.ts, v ->> 'timer', coalesce((v ->> 'legal')::boolean, false), nullif(v ->> 'desk', ''), f.k, f.org, f.eid,
			(v ->> 'order')::uuid, f.exercise, coalesce(f.incident, f.of_incident), coalesce(f.case_ref, f.of_case),
			coalesce((v ->> 'starts')::timestamptz, f.at), (v ->> 'deadline')::timestamptz
		from unnest(p_docs) with ordinality u(d, nth) join audit.fact f on f.seq = p_done + u.nth - 1 and f.seq >= p_done,
			lateral (select v from jsonb_path_query(d, '$.decided.timers_stopped[*]') v where v ? 'starts'
				union all select v from jsonb_path_query(d, '$.decided.linked[*].timers_stopped[*]') v where v ? 'starts'
				union all select v from jsonb_path_query(d, '$.decided.timers_started[*]') v
				union all select v from jsonb_path_query(d, '$.decided.linked[*].timers_started[*]') v) said
		on conflict do nothing;
	-- It ends: the run that had begun before, or the one that is said with it. The last word on it counts.
	insert into audit.timer_end (id, started, passed, seq, at, met, ts, k, desk, org, exercise, incident, case_ref)
		select x.id, x.started, false, x.seq, (x.v ->> 'at')::timestamptz, (x.v ->> 'met')::boolean, t.ts, t.k, t.desk, t.org, t.exercise, t.incident, t.case_ref
		from (select distinct on (s.id, run.started) s.*, run.started
			from (select p_done + u.nth - 1 seq, said.nth, v, (v ->> 'id')::uuid id from unnest(p_docs) with ordinality u(d, nth),
					lateral (select * from jsonb_path_query(d, '$.decided.timers_stopped[*]') with ordinality a(v, nth)
						union all select v, 1000000 + nth from jsonb_path_query(d, '$.decided.linked[*].timers_stopped[*]') with ordinality a(v, nth)) said) s,
				lateral (select n.started from audit.timer n where n.id = s.id and (n.started < s.seq or (n.started = s.seq and s.v ? 'starts'))
					order by n.started desc limit 1) run
			order by s.id, run.started, s.seq desc, s.nth desc) x join audit.timer t on t.id = x.id and t.started = x.started
		on conflict (id, started, passed) do update set seq = excluded.seq, at = excluded.at, met = excluded.met where timer_end.seq < excluded.seq;
	-- Its deadline passes: the first word on it counts.
	insert into audit.timer_end (id, started, passed, seq, at, ts, k, desk, org, exercise, incident, case_ref)
		select distinct on (run.id, run.started) run.id, run.started, true, f.seq, f.at, run.ts, run.k, run.desk, run.org, run.exercise, run.incident, run.case_ref
			from unnest(p_docs) with ordinality u(d, nth) join audit.fact f on f.seq = p_done + u.nth - 1 and f.seq >= p_done,
				lateral jsonb_path_query(d, '$.decided.timers_moved[*]') v,
				lateral (select n.* from audit.timer n where n.id = (v ->> 'id')::uuid and n.started <= f.seq order by n.started desc limit 1) run
			where f.k = 'deadline.passed'
			order by run.id, run.started, f.seq
		on conflict do nothing;
	-- Somebody is called while it runs.
	insert into audit.timer_step (id, seq, at, org, contact, channel, state)
		select (v ->> 'id')::uuid, f.seq, f.at, d #>> '{message,body,recipient_org}', (d #>> '{message,body,contact}')::integer,
			d #>> '{message,body,channel}', d #>> '{message,body,state}'
		from unnest(p_docs) with ordinality u(d, nth) join audit.fact f on f.seq = p_done + u.nth - 1 and f.seq >= p_done,
			lateral jsonb_path_query(d, '$.decided.timers_moved[*]') v
		where f.k = 'M19.escalation' and f.org = 'server'
		on conflict do nothing;

	insert into audit.tie (seq, nth, kind, ref, "to")
		select f.seq, t.nth, t.v ->> 'kind', (t.v ->> 'ref')::uuid, (t.v ->> 'to')::uuid
		from unnest(p_docs) with ordinality u(d, nth) join audit.fact f on f.seq = p_done + u.nth - 1 and f.seq >= p_done,
			lateral jsonb_path_query(d, '$.message.body.links[*]') with ordinality t(v, nth)
		where starts_with(f.k, 'M1.')
		on conflict do nothing;
end
$$;

-- Takes at most so many entries; none, if somebody else is at it for longer than a second. Returns how many of the ledger's
-- entries are known then, and how many are not.
create or replace function audit.catch_up(p_at_most integer, out size bigint, out behind bigint)
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '1s'
	set enable_seqscan = off
as $$
declare
	tip bigint;
	upto bigint;
begin
	select p.size into strict size from audit.progress p;
	select t.size into strict tip from ledger.tip t;
	if size < tip then
		begin
			select p.size into strict size from audit.progress p for update; -- one at a time
		exception when lock_not_available then
			behind := tip - size;
			return;
		end;
		-- at most 16 MiB of bodies, if there is more than one
		select greatest(max(x.seq), catch_up.size) + 1 into upto
			from (select e.seq, sum(octet_length(e.body)) over (order by e.seq) as bytes from ledger.entry e
				where e.seq >= catch_up.size and e.seq < least(tip, catch_up.size + p_at_most)) x
			where x.bytes <= 16777216;
		if size < tip then
			perform audit.take_facts(size, array(select convert_from(e.body, 'UTF8')::jsonb from ledger.entry e
				where e.seq >= catch_up.size and e.seq < upto order by e.seq));
			update audit.progress p set size = upto;
			size := upto;
		end if;
	end if;
	behind := greatest(tip - size, 0);
end
$$;

-- ---- what an auditor reads ----

-- Who sees an entry is decided on its fact, and only there.
alter table audit.fact enable row level security;
alter table audit.fact force row level security;
drop policy if exists fact_owner on audit.fact;
create policy fact_owner on audit.fact to tocsin_owner using (true) with check (true);
drop policy if exists fact_auditor on audit.fact;
create policy fact_auditor on audit.fact for select to tocsin_auditor using (
	ts between (select (audit.mine()).from_ts) and (select (audit.mine()).until_ts)
	and seq < (select (audit.mine()).as_of)
	and (not starts_with(k, 'M18.') or (select (audit.mine()).deconfliction))
	and (k <> 'M27.mandate' or org = (select (audit.mine()).asker)) -- whom it is about is told later, and not by this
	and (org = any ((select (audit.mine()).orgs)::text[])
		or ((incident = any ((select (audit.mine()).incidents)::uuid[]) or case_ref = any ((select (audit.mine()).cases)::uuid[])
			or exercise = any ((select (audit.mine()).exercises)::uuid[])
			or of_incident = any ((select (audit.mine()).incidents)::uuid[]) or of_case = any ((select (audit.mine()).cases)::uuid[]))
			and k not in ('M4.draft', 'M10.draft')) -- a draft is its organisation's alone
		or concerned && (select (audit.mine()).orgs)::text[]
		or (starts_with(k, 'M27.') and org = (select (audit.mine()).asker)))
	-- within an organisation, by role: as its people read it elsewhere; what was taken back from it is everybody's
	and ((select (audit.mine()).roles) is null
		or exists (select from unnest(readers, reader_sets) r(org, roles)
			where r.org = (select (audit.mine()).asker) and r.roles = any ((select (audit.mine()).role_sets)::integer[]))
		or (select (audit.mine()).asker) = any (recalled)));
drop policy if exists entry_auditor on ledger.entry;
create policy entry_auditor on ledger.entry for select to tocsin_auditor using (
	exists (select from audit.fact f where f.seq = entry.seq));

-- What took parts of entries that may be read with them. When it was is no question of the period: it comes later, always.
alter table audit.erasure enable row level security;
alter table audit.erasure force row level security;
drop policy if exists erasure_owner on audit.erasure;
create policy erasure_owner on audit.erasure to tocsin_owner using (true) with check (true);
drop policy if exists erasure_auditor on audit.erasure;
create policy erasure_auditor on audit.erasure for select to tocsin_auditor using (
	(select (audit.mine()).whole) and exists (select from audit.fact f where f.seq between erasure.first and erasure.last));

-- What is kept until when: as the subject's entries.
alter table audit.kept enable row level security;
alter table audit.kept force row level security;
drop policy if exists kept_owner on audit.kept;
create policy kept_owner on audit.kept to tocsin_owner using (true) with check (true);
drop policy if exists kept_auditor on audit.kept;
create policy kept_auditor on audit.kept for select to tocsin_auditor using (case kind
	when 'incident' then exists (select from audit.fact f where f.incident = kept.ref)
	when 'case' then exists (select from audit.fact f where f.case_ref = kept.ref)
	when 'exercise' then exists (select from audit.fact f where f.exercise = kept.ref)
	when 'order' then exists (select from audit.fact f where f.eid = kept.ref) or exists (select from audit.fact f where f.ref = kept.ref)
	when 'person' then exists (select from audit.fact f where f.person = kept.ref::text)
	when 'org' then exists (select from audit.fact f where f.org = kept.org)
	else exists (select from audit.fact f where f.org = 'server') end);

-- Receipts and timers: as the entries that they are of.
alter table audit.receipt enable row level security;
alter table audit.receipt force row level security;
drop policy if exists receipt_owner on audit.receipt;
create policy receipt_owner on audit.receipt to tocsin_owner using (true) with check (true);
drop policy if exists receipt_auditor on audit.receipt;
create policy receipt_auditor on audit.receipt for select to tocsin_auditor using (
	ts between (select (audit.mine()).from_ts) and (select (audit.mine()).until_ts)
	and seq < (select (audit.mine()).as_of)
	and (not starts_with(k, 'M18.') or (select (audit.mine()).deconfliction))
	and (org = any ((select (audit.mine()).orgs)::text[]) or of_org = any ((select (audit.mine()).orgs)::text[])
		or incident = any ((select (audit.mine()).incidents)::uuid[]) or case_ref = any ((select (audit.mine()).cases)::uuid[])
		or exercise = any ((select (audit.mine()).exercises)::uuid[])));
alter table audit.timer enable row level security;
alter table audit.timer force row level security;
drop policy if exists timer_owner on audit.timer;
create policy timer_owner on audit.timer to tocsin_owner using (true) with check (true);
alter table audit.timer_end enable row level security;
alter table audit.timer_end force row level security;
drop policy if exists timer_end_owner on audit.timer_end;
create policy timer_end_owner on audit.timer_end to tocsin_owner using (true) with check (true);
-- How a run ended is besides of the entry that ended it: not what came after what is looked at, nor after the period. What is a range is written
-- as a case, because PostgreSQL takes a range of what it does not know for next to nothing, and loops where it should join.
do $$
declare
	run constant text := $run$
		case when ts < (select (audit.mine()).from_ts) then false when ts > (select (audit.mine()).until_ts) then false
			when started >= (select (audit.mine()).as_of) then false else true end
		and (not starts_with(k, 'M18.') or (select (audit.mine()).deconfliction))
		and k <> 'M27.mandate'
		and (desk = any ((select (audit.mine()).orgs)::text[]) or org = any ((select (audit.mine()).orgs)::text[])
			or ((incident = any ((select (audit.mine()).incidents)::uuid[]) or case_ref = any ((select (audit.mine()).cases)::uuid[])
				or exercise = any ((select (audit.mine()).exercises)::uuid[])) and k not in ('M4.draft', 'M10.draft')))$run$;
begin
	drop policy if exists timer_auditor on audit.timer;
	execute 'create policy timer_auditor on audit.timer for select to tocsin_auditor using (' || run || ')';
	drop policy if exists timer_end_auditor on audit.timer_end;
	execute 'create policy timer_end_auditor on audit.timer_end for select to tocsin_auditor using (' || run || $end$
		and case when seq >= (select (audit.mine()).as_of) then false else true end
		and ((select (audit.mine()).until_ts >= extract(epoch from transaction_timestamp()) * 1000000)
			or exists (select from audit.fact f where f.seq = timer_end.seq)))$end$;
end
$$;

-- A call, a tie: as its entry.
alter table audit.timer_step enable row level security;
alter table audit.timer_step force row level security;
drop policy if exists timer_step_owner on audit.timer_step;
create policy timer_step_owner on audit.timer_step to tocsin_owner using (true) with check (true);
drop policy if exists timer_step_auditor on audit.timer_step;
create policy timer_step_auditor on audit.timer_step for select to tocsin_auditor using (exists (select from audit.fact f where f.seq = timer_step.seq));
alter table audit.tie enable row level security;
alter table audit.tie force row level security;
drop policy if exists tie_owner on audit.tie;
create policy tie_owner on audit.tie to tocsin_owner using (true) with check (true);
drop policy if exists tie_auditor on audit.tie;
create policy tie_auditor on audit.tie for select to tocsin_auditor using (exists (select from audit.fact f where f.seq = tie.seq));

-- What the walk over the ledger has found (checks.sql): as the entries that it is of.
alter table audit.flaw enable row level security;
alter table audit.flaw force row level security;
drop policy if exists flaw_owner on audit.flaw;
create policy flaw_owner on audit.flaw to tocsin_owner using (true) with check (true);
drop policy if exists flaw_auditor on audit.flaw;
create policy flaw_auditor on audit.flaw for select to tocsin_auditor using (exists (select from audit.fact f where f.seq = flaw.seq));
-- when which thousand was looked at is nobody's secret
alter table audit.checked enable row level security;
alter table audit.checked force row level security;
drop policy if exists checked_owner on audit.checked;
create policy checked_owner on audit.checked to tocsin_owner using (true) with check (true);
drop policy if exists checked_auditor on audit.checked;
create policy checked_auditor on audit.checked for select to tocsin_auditor using ((select (audit.mine()).question) is not null);
