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
			deconfliction, roles)
		select p_question, pg_backend_pid(), gen_random_uuid(), asks.org,
			array(select jsonb_array_elements_text(scope -> 'orgs')),
			array(select jsonb_array_elements_text(scope -> 'incidents')::uuid),
			array(select jsonb_array_elements_text(scope -> 'cases')::uuid),
			array(select jsonb_array_elements_text(coalesce(scope -> 'exercises', '[]'))::uuid),
			extract(epoch from (scope ->> 'from')::timestamptz) * 1000000,
			extract(epoch from (scope ->> 'until')::timestamptz) * 1000000,
			least(p_question, p_as_of), (scope ->> 'whole')::boolean, (scope ->> 'deconfliction')::boolean,
			case when scope ? 'roles' then array(select jsonb_array_elements_text(scope -> 'roles')) end
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

-- Whom an entry concerns: its readers, whose receipts and timers it speaks of, from whom it takes something back.
create or replace function audit.concerned(d jsonb) returns setof text
	language sql immutable
	set search_path = pg_catalog, pg_temp
as $$
	select distinct x #>> '{}' from unnest(array[
			'$.decided.readers[*].org', '$.decided.receipts[*].org', '$.decided.recalled.orgs[*]',
			'$.decided.timers_started[*].desk', '$.decided.timers_stopped[*].desk', '$.decided.timers_moved[*].desk',
			'$.decided.linked[*].timers_started[*].desk', '$.decided.linked[*].timers_stopped[*].desk']::jsonpath[]) path,
		lateral jsonb_path_query(d, path) x
		where x #>> '{}' <> ''
$$;

-- Facts of entries: see 0008_audit_facts.sql. Entries come in order, each once.
create or replace function audit.take_timers(e ledger.entry, d jsonb) returns void
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	x record;
	at constant timestamptz := (d #>> '{decided,at}')::timestamptz;
begin
	for x in select what, t.v, t.nth from (values (1, 'timers_stopped'), (2, 'timers_started'), (3, 'timers_moved')) w(what, list),
			lateral jsonb_path_query(d, ('$.decided.' || list || '[*]')::jsonpath) with ordinality t(v, nth)
		union all select what, t.v, t.nth from (values (1, 'timers_stopped'), (2, 'timers_started')) w(what, list),
			lateral jsonb_path_query(d, ('$.decided.linked[*].' || list || '[*]')::jsonpath) with ordinality t(v, nth)
		order by what, nth
	loop
		if x.what = 2 or (x.what = 1 and x.v ? 'starts') then
			insert into audit.timer (id, started, ts, timer, legal, desk, k, org, ref, order_ref, exercise, incident, case_ref, starts, deadline)
				values ((x.v ->> 'id')::uuid, e.seq, e.ts, x.v ->> 'timer', coalesce((x.v ->> 'legal')::boolean, false), nullif(x.v ->> 'desk', ''),
					e.k, e.org, e.eid, (x.v ->> 'order')::uuid, e.exercise,
					coalesce(e.incident, (select b.incident from audit.belonging b where b.seq = e.seq)),
					coalesce(e.case_ref, (select b.case_ref from audit.belonging b where b.seq = e.seq)),
					coalesce((x.v ->> 'starts')::timestamptz, at), (x.v ->> 'deadline')::timestamptz)
				on conflict do nothing;
		end if;
		if x.what = 1 then
			update audit.timer t set stopped = e.seq, stopped_at = (x.v ->> 'at')::timestamptz, met = (x.v ->> 'met')::boolean
				where t.id = (x.v ->> 'id')::uuid
					and t.started = (select max(n.started) from audit.timer n where n.id = (x.v ->> 'id')::uuid);
		elsif x.what = 3 and e.k = 'deadline.passed' then
			update audit.timer t set passed = e.seq, passed_at = at
				where t.id = (x.v ->> 'id')::uuid and t.passed is null
					and t.started = (select max(n.started) from audit.timer n where n.id = (x.v ->> 'id')::uuid);
		end if;
	end loop;
end
$$;

-- Work that grows with the ledger, done once: at most so many entries of it. Returns how many are left.
create or replace function audit.catch_up(p_at_most integer) returns bigint
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set enable_seqscan = off
as $$
declare
	done bigint;
	tip bigint;
	upto bigint;
	x record;
begin
	select p.size into strict done from audit.progress p;
	select t.size into strict tip from ledger.tip t;
	if done >= tip then
		return 0;
	end if;
	select p.size into strict done from audit.progress p for update; -- one at a time
	upto := least(tip, done + p_at_most);

	insert into audit.concern (org, seq)
		select c.org, e.seq from ledger.entry e, lateral audit.concerned(ledger.document(e)) c(org)
		where e.seq >= done and e.seq < upto
		on conflict do nothing;

	insert into audit.belonging (seq, incident, case_ref)
		select e.seq, about.incident, about.case_ref
		from (select e.seq, ledger.document(e) d from ledger.entry e
				where e.seq >= done and e.seq < upto and e.incident is null
					and (position('"order_ref"'::bytea in e.body) > 0 or position('"receipts"'::bytea in e.body) > 0) offset 0) e,
			lateral (select m.incident, m.case_ref from ledger.entry m
				where m.eid = coalesce(e.d #>> '{message,body,order_ref}', e.d #>> '{decided,receipts,0,ref}')::uuid and m.seq < e.seq
				order by m.seq limit 1) about
		where about.incident is not null or about.case_ref is not null
		on conflict do nothing;

	insert into audit.receipt (seq, nth, ts, ref, org, person, state, channel, at, k, of_org, exercise, incident, case_ref)
		select e.seq, r.nth, e.ts, m.eid, r.v ->> 'org', (r.v ->> 'person')::uuid, r.v ->> 'state', r.v ->> 'channel',
			(e.d #>> '{decided,at}')::timestamptz, m.k, m.org, m.exercise, coalesce(m.incident, b.incident), coalesce(m.case_ref, b.case_ref)
		from (select e.seq, e.ts, ledger.document(e) d from ledger.entry e
				where e.seq >= done and e.seq < upto and position('"receipts"'::bytea in e.body) > 0 offset 0) e,
			lateral jsonb_array_elements(e.d #> '{decided,receipts}') with ordinality r(v, nth),
			lateral (select m.* from ledger.entry m where m.eid = (r.v ->> 'ref')::uuid and m.seq < e.seq order by m.seq limit 1) m
			left join audit.belonging b on b.seq = m.seq
		where r.v ->> 'state' is not null
		on conflict do nothing;

	insert into audit.erasure (seq, part, first, last)
		select e.seq, part, split_part(run, '-', 1)::bigint, coalesce(nullif(split_part(run, '-', 2), ''), run)::bigint
		from ledger.entry e, lateral (select ledger.document(e) #> '{message,body}' offset 0) said(body),
			unnest(array['data', 'actors']) part, lateral jsonb_array_elements_text(said.body -> part) run
		where e.k = 'erase.due' and e.org = 'server' and e.seq >= done and e.seq < upto
		on conflict do nothing;

	for x in select e, ledger.document(e) d from ledger.entry e
		where e.seq >= done and e.seq < upto and position('"timers_'::bytea in e.body) > 0 order by e.seq
	loop
		perform audit.take_timers(x.e, x.d);
	end loop;
	update audit.progress p set size = upto where upto > p.size;
	return tip - upto;
end
$$;

-- ---- what an auditor reads ----

drop policy if exists entry_auditor on ledger.entry;
create policy entry_auditor on ledger.entry for select to tocsin_auditor using (
	ts between (select (audit.mine()).from_ts) and (select (audit.mine()).until_ts)
	and seq < (select (audit.mine()).as_of)
	and (k not like 'M18.%' or (select (audit.mine()).deconfliction))
	and (k <> 'M27.mandate' or org = (select (audit.mine()).asker)) -- whom it is about is told later, and not by this
	and (org = any ((select (audit.mine()).orgs)::text[])
		or ((incident = any ((select (audit.mine()).incidents)::uuid[]) or case_ref = any ((select (audit.mine()).cases)::uuid[])
			or exercise = any ((select (audit.mine()).exercises)::uuid[]) or exists (select from audit.belonging b where b.seq = entry.seq))
			and k not in ('M4.draft', 'M10.draft')) -- a draft is its organisation's alone
		or exists (select from audit.concern c where c.seq = entry.seq)
		or (k like 'M27.%' and org = (select (audit.mine()).asker)))
	-- within an organisation, by role: as its people read it elsewhere; what was taken back from it is everybody's
	and ((select (audit.mine()).roles) is null
		or jsonb_path_exists(convert_from(body, 'UTF8')::jsonb, '$.decided.readers[*] ? (@.org == $org && exists(@.roles[*] ? (@ == $roles[*])))',
			jsonb_build_object('org', (select (audit.mine()).asker), 'roles', (select to_jsonb((audit.mine()).roles))))
		or jsonb_path_exists(convert_from(body, 'UTF8')::jsonb, '$.decided.recalled.orgs[*] ? (@ == $org)',
			jsonb_build_object('org', (select (audit.mine()).asker)))));
alter table audit.concern enable row level security;
alter table audit.concern force row level security;
drop policy if exists concern_owner on audit.concern;
create policy concern_owner on audit.concern to tocsin_owner using (true) with check (true);
drop policy if exists concern_auditor on audit.concern;
create policy concern_auditor on audit.concern for select to tocsin_auditor using (
	org = any ((select (audit.mine()).orgs)::text[]));

-- Of what an entry belongs to: that of the incidents and cases named.
alter table audit.belonging enable row level security;
alter table audit.belonging force row level security;
drop policy if exists belonging_owner on audit.belonging;
create policy belonging_owner on audit.belonging to tocsin_owner using (true) with check (true);
drop policy if exists belonging_auditor on audit.belonging;
create policy belonging_auditor on audit.belonging for select to tocsin_auditor using (
	incident = any ((select (audit.mine()).incidents)::uuid[]) or case_ref = any ((select (audit.mine()).cases)::uuid[]));

-- What took parts of entries that may be read with them. When it was is no question of the period: it comes later, always.
alter table audit.erasure enable row level security;
alter table audit.erasure force row level security;
drop policy if exists erasure_owner on audit.erasure;
create policy erasure_owner on audit.erasure to tocsin_owner using (true) with check (true);
drop policy if exists erasure_auditor on audit.erasure;
create policy erasure_auditor on audit.erasure for select to tocsin_auditor using (
	(select (audit.mine()).whole) and exists (select from ledger.entry e where e.seq between erasure.first and erasure.last));

-- Receipts and timers: as the entries that they are of.
alter table audit.receipt enable row level security;
alter table audit.receipt force row level security;
drop policy if exists receipt_owner on audit.receipt;
create policy receipt_owner on audit.receipt to tocsin_owner using (true) with check (true);
drop policy if exists receipt_auditor on audit.receipt;
create policy receipt_auditor on audit.receipt for select to tocsin_auditor using (
	ts between (select (audit.mine()).from_ts) and (select (audit.mine()).until_ts)
	and seq < (select (audit.mine()).as_of)
	and (k not like 'M18.%' or (select (audit.mine()).deconfliction))
	and (org = any ((select (audit.mine()).orgs)::text[]) or of_org = any ((select (audit.mine()).orgs)::text[])
		or incident = any ((select (audit.mine()).incidents)::uuid[]) or case_ref = any ((select (audit.mine()).cases)::uuid[])
		or exercise = any ((select (audit.mine()).exercises)::uuid[])));
alter table audit.timer enable row level security;
alter table audit.timer force row level security;
drop policy if exists timer_owner on audit.timer;
create policy timer_owner on audit.timer to tocsin_owner using (true) with check (true);
drop policy if exists timer_auditor on audit.timer;
create policy timer_auditor on audit.timer for select to tocsin_auditor using (
	ts between (select (audit.mine()).from_ts) and (select (audit.mine()).until_ts)
	and started < (select (audit.mine()).as_of)
	and (k not like 'M18.%' or (select (audit.mine()).deconfliction))
	and k <> 'M27.mandate'
	and (desk = any ((select (audit.mine()).orgs)::text[]) or org = any ((select (audit.mine()).orgs)::text[])
		or ((incident = any ((select (audit.mine()).incidents)::uuid[]) or case_ref = any ((select (audit.mine()).cases)::uuid[])
			or exercise = any ((select (audit.mine()).exercises)::uuid[])) and k not in ('M4.draft', 'M10.draft'))));
