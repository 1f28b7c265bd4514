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
	insert into audit.session (question, pid, secret, asker, orgs, incidents, cases, from_ts, until_ts, as_of, whole,
			deconfliction)
		select p_question, pg_backend_pid(), gen_random_uuid(), asks.org,
			array(select jsonb_array_elements_text(scope -> 'orgs')),
			array(select jsonb_array_elements_text(scope -> 'incidents')::uuid),
			array(select jsonb_array_elements_text(scope -> 'cases')::uuid),
			extract(epoch from (scope ->> 'from')::timestamptz) * 1000000,
			extract(epoch from (scope ->> 'until')::timestamptz) * 1000000,
			least(p_question, p_as_of), (scope ->> 'whole')::boolean, (scope ->> 'deconfliction')::boolean
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

-- Work that grows with the ledger, done once: at most so many entries of it. Returns how many are left.
create or replace function audit.catch_up(p_at_most integer) returns bigint
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
as $$
declare
	done bigint;
	tip bigint;
begin
	select p.size into strict done from audit.progress p for update; -- one at a time
	select t.size into strict tip from ledger.tip t;
	insert into audit.concern (org, seq)
		select c.org, e.seq from ledger.entry e, lateral audit.concerned(ledger.document(e)) c(org)
		where e.seq >= done and e.seq < least(tip, done + p_at_most)
		on conflict do nothing;
	update audit.progress p set size = least(tip, done + p_at_most) where least(tip, done + p_at_most) > p.size;
	return greatest(tip - done - p_at_most, 0);
end
$$;

-- ---- what an auditor reads ----

drop policy if exists entry_auditor on ledger.entry;
create policy entry_auditor on ledger.entry for select to tocsin_auditor using (
	ts between (select (audit.mine()).from_ts) and (select (audit.mine()).until_ts)
	and seq < (select (audit.mine()).as_of)
	and (k not like 'M18.%' or (select (audit.mine()).deconfliction))
	and (org = any ((select (audit.mine()).orgs)::text[])
		or ((incident = any ((select (audit.mine()).incidents)::uuid[]) or case_ref = any ((select (audit.mine()).cases)::uuid[]))
			and k not in ('M4.draft', 'M10.draft')) -- a draft is its organisation's alone
		or seq in (select c.seq from audit.concern c)
		or (k like 'M27.%' and org = (select (audit.mine()).asker))));
alter table audit.concern enable row level security;
alter table audit.concern force row level security;
drop policy if exists concern_owner on audit.concern;
create policy concern_owner on audit.concern to tocsin_owner using (true) with check (true);
drop policy if exists concern_auditor on audit.concern;
create policy concern_auditor on audit.concern for select to tocsin_auditor using (
	org = any ((select (audit.mine()).orgs)::text[]));
