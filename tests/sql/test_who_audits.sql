-- test_who_audits.sql: an auditor's session sees what its question may bring to light, and no SQL makes that more. In
-- sessions of their own, signed in as tocsin_auditor, as the archive's are.
\getenv auditor TOCSIN_AUDITOR
create extension if not exists dblink schema tap;

-- An entry, now.
create function tap.enter(k text, org text, decided jsonb, message jsonb default '{}', incident uuid default null,
	case_ref uuid default null, at timestamptz default clock_timestamp()) returns bigint language plpgsql as $$
declare
	body bytea := convert_to(jsonb_build_object('decided', decided, 'message', message)::text, 'UTF8');
	salt bytea := sha256('salt');
	c text := translate(encode(sha256('tocsin-entry/v1 body\012'::bytea || salt || body), 'base64'), '+/=', '-_');
	leaf text := format('{"v":1,"ts":%s,"k":"%s","mode":"actual",%s%s"org":"%s","node":"n1","eid":"%s","cb":"%s","ca":"%7$s","cd":"%7$s"}',
		(extract(epoch from at) * 1000000)::bigint, k, '"inc":"' || incident || '",', '"case":"' || case_ref || '",', org, gen_random_uuid(), c);
begin
	return (select size - 1 from ledger.append((select size from ledger.tip), array[convert_to(leaf, 'UTF8')], array[body], array[salt],
		array[null]::uuid[], array[null]::bytea[], array[null]::uuid[], array[null]::bytea[]));
end
$$;
create function tap.readers(variadic orgs text[]) returns jsonb language sql as $$
	select jsonb_build_object('readers', (select jsonb_agg(jsonb_build_object('org', o)) from unnest(orgs) o))
$$;
-- The newest entry of that kind, as a run.
create function tap.seq(of_kind text) returns text language plpgsql as $$ begin return (select max(e.seq)::text from ledger.entry e where e.k = of_kind); end $$;
-- A question; its place.
create function tap.question(orgs jsonb default '[]', incidents jsonb default '[]', cases jsonb default '[]', deconfliction boolean default false,
	k text default 'M27.mandate', org text default 'FRP', since text default '2020-01-01T00:00:00Z', until text default '2049-01-01T00:00:00Z',
	at timestamptz default clock_timestamp(), whole boolean default false) returns bigint language sql as $$
	select tap.enter(k, org, jsonb_build_object('readers', jsonb_build_array(jsonb_build_object('org', org)), 'scope', jsonb_build_object('orgs', orgs,
		'incidents', incidents, 'cases', cases, 'exercises', '[]'::jsonb, 'from', since, 'until', until, 'whole', whole, 'deconfliction', deconfliction)), at => at)
$$;

select set_config('tap.auditor', :'auditor', false) \g /dev/null
-- A session of an auditor's: what it answers, as texts.
create function tap.says(who text, statement text) returns setof text language plpgsql as $$
begin
	if not who = any (coalesce(tap.dblink_get_connections(), '{}')) then
		perform tap.dblink_connect(who, current_setting('tap.auditor'));
	end if;
	return query select * from tap.dblink(who, statement) as t(x text);
end
$$;
create function tap.does(who text, statement text) returns void language plpgsql as $$
begin
	perform tap.says(who, 'select 1::text');
	perform tap.dblink_exec(who, statement);
end
$$;
-- As the archive does it: opened for a question, then read-only.
create function tap.opens(who text, question bigint) returns void language plpgsql as $$
begin
	perform tap.does(who, 'set default_transaction_read_only = off');
	perform tap.says(who, 'select size::text from audit.catch_up(10000)');
	perform tap.says(who, format('select (audit.open(%s, null)).as_of::text', question));
	perform tap.does(who, 'begin isolation level repeatable read, read only');
	perform tap.says(who, 'select (audit.mine()).asker');
end
$$;
create function tap.sees(who text, condition text default 'true') returns text language sql as $$
	select string_agg(x, ' ') from tap.says(who, format('select k || '':'' || org from audit.entry where %s order by seq', condition)) x
$$;

-- a small ledger: two incidents, a case, three organisations
select tap.enter('M1.report', 'AIRU', tap.readers('AIRU', 'Chirplet'), incident => '11111111-1111-4111-8111-111111111111'),
	tap.enter('M2.issue', 'HUB', tap.readers('BFP'), incident => '22222222-2222-4222-8222-222222222222'),
	tap.enter('M4.send', 'Chirplet', tap.readers('HUB'), case_ref => '33333333-3333-4333-8333-333333333333'),
	tap.enter('M4.draft', 'GameNest', tap.readers('GameNest'), incident => '11111111-1111-4111-8111-111111111111'),
	tap.enter('M18.check', 'BFP', tap.readers('AIRU'), incident => '11111111-1111-4111-8111-111111111111'),
	tap.enter('M19.machine', 'server', tap.readers('HUB') || '{"receipts": [{"org": "BFP", "state": "delivered"}]}'),
	tap.enter('M1.report', 'AIRU', tap.readers('HUB'), incident => '11111111-1111-4111-8111-111111111111', at => '2021-01-01Z'),
	tap.enter('erase.due', 'server', '{}', jsonb_build_object('body', jsonb_build_object('data', jsonb_build_array(tap.seq('M4.send')), 'actors', jsonb_build_array(tap.seq('M2.issue'))))),
	tap.enter('erase.due', 'AIRU', '{}', jsonb_build_object('body', jsonb_build_object('data', jsonb_build_array(tap.seq('M4.send'))))),
	tap.enter('M1.link', 'HUB', tap.readers('OTHER'), '{"body": {"links": [{"kind": "duplicate_of", "to": "44444444-4444-4444-8444-444444444444"}]}}', incident => '11111111-1111-4111-8111-111111111111'),
	tap.enter('M19.escalation', 'server', tap.readers('OTHER') || '{"timers_moved": [{"id": "55555555-5555-4555-8555-555555555555"}]}', '{"body": {"recipient_org": "OTHER", "contact": 1}}', incident => '11111111-1111-4111-8111-111111111111'),
	tap.question('["BFP"]', org => 'OTHER') \g /dev/null

-- questions that are entered: a session sees only what is committed
create table tap.asked as
	select 'incident' as who, tap.question(incidents => '["11111111-1111-4111-8111-111111111111"]') as q
	union all select 'case', tap.question(cases => '["33333333-3333-4333-8333-333333333333"]')
	union all select 'org', tap.question(orgs => '["BFP"]')
	union all select 'draft', tap.question(orgs => '["GameNest"]')
	union all select 'm18', tap.question(incidents => '["11111111-1111-4111-8111-111111111111"]', deconfliction => true)
	union all select 'period', tap.question(incidents => '["11111111-1111-4111-8111-111111111111"]', since => '2020-06-01T00:00:00Z', until => '2022-01-01T00:00:00Z')
	union all select 'own', tap.question(orgs => '["Chirplet"]', k => 'M27.own', org => 'Chirplet')
	union all select 'whole', tap.question(cases => '["33333333-3333-4333-8333-333333333333"]', whole => true)
	union all select 'old', tap.question(at => clock_timestamp() - interval '6 minutes')
	union all select 'cheat', tap.question(incidents => '["11111111-1111-4111-8111-111111111111"]') from generate_series(1, 60);

create function tap.q(whose text) returns bigint language sql as $$ select min(q) from tap.asked where asked.who = whose $$;
create function tap.begins(whose text) returns text language plpgsql as $$
declare
	question bigint := tap.q(whose);
begin
	perform tap.opens(whose, question);
	delete from tap.asked where q = question and who = 'cheat';
	return whose;
end
$$;
-- In a session that was opened for an incident: it is refused.
create function tap.cheats(statement text, state text, what text) returns text language plpgsql as $$
declare
	answer text;
begin
	perform tap.begins('cheat');
	answer := tap.throws_ok(format('select tap.says(%L, %L)', 'cheat', statement), state, null, what);
	perform tap.dblink_disconnect('cheat');
	return answer;
end
$$;
-- … or it changes nothing of what is seen.
create function tap.gains_nothing(statement text, what text) returns text language plpgsql as $$
declare
	before text;
	answer text;
begin
	perform tap.begins('cheat');
	before := tap.sees('cheat');
	perform tap.says('cheat', statement);
	answer := tap.ok(coalesce(tap.sees('cheat'), '') in (before, ''), what);
	perform tap.dblink_disconnect('cheat');
	return answer;
end
$$;

set search_path = tap, public;
select plan(78);

-- nothing without a question
select is(sees('nobody'), null, 'a session that no question has opened sees nothing');
select throws_ok($$select opens('nobody', (select min(seq) from ledger.entry))$$, 'TC004', 'this entry asks nothing', 'an entry that asks nothing opens nothing');
select throws_ok($$select opens('nobody', 1000000)$$, 'TC004', null, 'nor does one that is not there');

-- what each kind of mandate covers
select begins(w) from unnest(array['incident', 'case', 'org', 'draft', 'm18', 'period', 'own', 'whole']) w \g /dev/null
select is(sees('incident', $$k not like 'M27%'$$), 'M1.report:AIRU M1.report:AIRU M1.link:HUB M19.escalation:server', 'an incident: its entries; no draft, and no deconfliction');
select is((select string_agg(x, ' ') from says(who, 'select (select count(*) from audit.tie) || '' '' || (select count(*) from audit.timer_step)') x), seen, 'what is tied, and who was called: ' || who)
	from (values ('incident', '1 1'), ('org', '0 0')) w(who, seen);
select is((select string_agg(x, ' ') from says('whole', 'select part from audit.erasure') x), 'data', 'what took a part of what is read, by the server''s entry; nothing else');
select is((select string_agg(x, ' ') from says('case', 'select part from audit.erasure') x), null, 'and nothing where what is personal is withheld');
select is(sees('case', $$k not like 'M27%'$$), 'M4.send:Chirplet', 'a case: its entries');
select is(sees('org', $$k not like 'M27%'$$), 'M2.issue:HUB M19.machine:server', 'an organisation: what it was told, and what is said of it; its deconfliction not');
select is(sees('draft', $$k not like 'M27%'$$), 'M4.draft:GameNest', 'a draft is for whoever audits its organisation');
select is(sees('m18', $$k like 'M18%'$$), 'M18.check:BFP', 'deconfliction: when the mandate names it');
select is(sees('period', $$k not like 'M27%'$$), 'M1.report:AIRU', 'a period: nothing before, nothing after');
select is(sees('own'), 'M1.report:AIRU M4.send:Chirplet', 'an organisation about itself');
select is(sees('incident', $$k like 'M27%' and org <> 'FRP'$$), null, 'what other auditors ask is not theirs to see');
select ok((select max(x::bigint) < q('incident') from says('incident', 'select max(seq)::text from audit.entry') x), 'nothing from the question on');

-- one question, one answer
select throws_ok($$select opens('again', q('incident'))$$, 'TC004', 'this question was answered: ask again', 'a question is answered once');
select throws_ok($$select opens('late', q('old'))$$, 'TC004', 'this question was asked too long ago: ask again', 'and in time');
select says('thief', format('select set_config(%L, %L, false)', 'tocsin.session', (select secret from audit.session where question = q('incident')))) \g /dev/null
select is(sees('thief'), null, 'another''s secret is good in that one''s process only');

-- cheating
select cheats((select format('select (audit.open(%s, null)).as_of::text', max(q)) from asked), '25006', 'a session that was opened opens no other');
select cheats($$select set_config('transaction_read_only', 'off', false)$$, '25001', 'it does not become writable');
select cheats($$select set_config('role', $$ || quote_literal(who) || ', false)', '42501', 'it does not become ' || who)
	from unnest(array['tocsin_owner', 'tocsin_reader', 'tocsin_app', 'tocsin_signer', 'tocsin_admin']) who;
select cheats($$select set_config('session_authorization', 'tocsin_reader', false)$$, '42501', 'nor signs in as another');
select cheats($$select set_config('session_replication_role', 'replica', false)$$, '42501', 'nor plays a replica');
select gains_nothing($$select set_config('tocsin.session', gen_random_uuid()::text, false)$$, 'a secret that it makes up shows it nothing');
select gains_nothing($$select set_config('search_path', 'pg_temp, public', false)$$, 'a search path of its own shows it nothing');
select cheats(format('select count(*)::text from %s', which), '42501', which || ' is closed')
	from unnest(array['ledger.sealed', 'ledger.seal_key', 'ledger.snapshot', 'ledger.migration', 'ledger.tip', 'audit.session', 'audit.progress',
		'pg_authid', 'pg_catalog.pg_statistic']) which;
select cheats(statement, state, statement) from (values
	($$select pg_read_file('/etc/passwd')$$, '42501'),
	($$select pg_ls_dir('.')$$, '42501'),
	($$select lo_create(0)::text$$, '42501'),
	($$select lo_from_bytea(0, 'x')::text$$, '42501'),
	($$select pg_advisory_lock(128021758699886)::text$$, '42501'),
	($$select pg_try_advisory_xact_lock(1)::text$$, '42501'),
	($$select pg_notify('tocsin_log', '')::text$$, '42501'),
	($$select pg_sleep(60)::text$$, '42501'),
	($$select pg_terminate_backend(pg_backend_pid())::text$$, '42501'),
	($$select pg_cancel_backend(1)::text$$, '42501'),
	($$select query::text from pg_stat_activity$$, '42501'),
	($$select pg_stat_get_xact_tuples_fetched('audit.fact'::regclass)::text$$, '42501'),
	($$select n_live_tup::text from pg_stat_user_tables$$, '42501'),
	($$select reltuples::text from pg_class$$, '42501'),
	($$select pg_relation_size('audit.fact')::text$$, '42501'),
	($$select pg_current_wal_lsn()::text$$, '42501'),
	($$select pid::text from pg_locks$$, '42501'),
	($$select audit.open(0, null)::text$$, '25006'),
	($$select audit.check_slice()::text$$, '25006'),
	($$select pg_logical_emit_message(false, 'x', 'y')::text$$, '42501'),
	($$select query_to_xml('select * from ledger.sealed', false, false, '')::text$$, '42501'),
	($$select ledger.append(0, null, null, null, null, null, null, null)::text$$, '42501'),
	($$select ledger.lock_tip(0)::text$$, '42501'),
	($$select seq::text from ledger.entry for update$$, '25006'),
	($$insert into ledger.entry default values returning seq::text$$, '25006'),
	($$create temp table mine (x int)$$, '25006'),
	($$copy ledger.entry to program 'true'$$, '42501'),
	($$select dblink('x', 'y')::text$$, '42883')) c(statement, state);
-- a function that fails on what must not be seen would tell that it is there: it is never asked
select gains_nothing($$select (1 / case when org in ('GameNest', 'BFP', 'OTHER') then 0 else 1 end)::text from audit.entry limit 1$$, 'no error tells of what is not seen');
select begins('cheat') \g /dev/null
select lives_ok($$select says('cheat', 'select count(*)::text from audit.entry where 1 / (case when org in (''GameNest'', ''BFP'', ''OTHER'') then 0 else 1 end) > 0')$$,
	'nor does a condition that fails on it');
select is((select string_agg(x, '') from says('cheat', 'select session_user || current_user')  x), 'tocsin_auditortocsin_auditor', 'the role itself is signed in');

-- the role, and what stands behind it
select ok(not rolsuper and not rolcreaterole and not rolcreatedb and not rolbypassrls and not rolreplication, 'an auditor is nobody special')
	from pg_roles where rolname = 'tocsin_auditor';
select is_empty($$select from pg_auth_members where member = 'tocsin_auditor'::regrole$$, 'and a member of nothing');
select ok(not has_database_privilege('tocsin_auditor', current_database(), 'temporary, create'), 'makes nothing');
select is_empty($$select c.relname from pg_class c where c.relnamespace = 'audit'::regnamespace and c.relkind = 'v'
	and not coalesce(c.reloptions, '{}') @> '{security_invoker=true}'$$, 'every view is seen with the eyes of whoever asks: the tables'' own row security is the barrier');
select is_empty($$select c.relname from pg_class c where c.relnamespace in ('audit'::regnamespace, 'ledger'::regnamespace) and c.relkind = 'r'
	and has_table_privilege('tocsin_auditor', c.oid, 'select') and not (c.relrowsecurity and c.relforcerowsecurity)
	and c.relname <> 'checkpoint'$$, 'every table that it reads is secured row by row, for the owner as well');
select is_empty($$select p.proname from pg_proc p where p.pronamespace = 'audit'::regnamespace
	and (p.proconfig is null or not 'search_path=pg_catalog, pg_temp' = any (p.proconfig))$$, 'every function has a fixed search_path');
select is((select array_agg(p.proname::text order by p.proname) from pg_proc p where p.pronamespace in ('audit'::regnamespace, 'ledger'::regnamespace)
	and has_function_privilege('tocsin_auditor', p.oid, 'execute')), array['catch_up', 'check_slice', 'document', 'mine', 'open'], 'it may call five functions');
select is_empty($$select p.proname from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
		where p.pronamespace = 'audit'::regnamespace and a.grantee = 0$$, 'nothing of audit is executable by public');
select * from finish();
