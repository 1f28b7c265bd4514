-- roles.sql: the six roles. Run at every start by a superuser or a role with CREATEROLE; changes only what is missing,
-- so where an administrator has prepared roles and schema it needs no such right. Passwords are not set here: the private
-- cluster sets its own, an external database's are its administrator's business.
do $$
declare
	may_be_owner boolean;
	wish record;
begin
	if not exists (select from pg_catalog.pg_roles where rolname = 'tocsin_owner') then
		create role tocsin_owner nologin;
	end if;
	if not exists (select from pg_catalog.pg_roles where rolname = 'tocsin_app') then
		create role tocsin_app login;
	end if;
	if not exists (select from pg_catalog.pg_roles where rolname = 'tocsin_reader') then
		create role tocsin_reader login;
	end if;
	if not exists (select from pg_catalog.pg_roles where rolname = 'tocsin_signer') then
		create role tocsin_signer login;
	end if;
	if not exists (select from pg_catalog.pg_roles where rolname = 'tocsin_eraser') then
		create role tocsin_eraser login;
	end if;
	if not exists (select from pg_catalog.pg_roles where rolname = 'tocsin_auditor') then
		create role tocsin_auditor login;
	end if;

	-- who deploys acts as the owner; since PostgreSQL 16 to be a member is not enough for that
	if pg_catalog.current_setting('server_version_num')::integer >= 160000 then
		may_be_owner := pg_catalog.pg_has_role(current_user, 'tocsin_owner', 'set');
	else
		may_be_owner := pg_catalog.pg_has_role(current_user, 'tocsin_owner', 'member');
	end if;
	if not may_be_owner then
		execute pg_catalog.format('grant tocsin_owner to %I', current_user);
	end if;
	if not exists (select from pg_catalog.pg_namespace where nspname = 'ledger') then
		create schema ledger authorization tocsin_owner;
	end if;
	if not exists (select from pg_catalog.pg_namespace where nspname = 'audit') then
		create schema audit authorization tocsin_owner;
	end if;

	-- A client that stops between lock and commit would hold up every node: the server ends its session instead.
	for wish in select * from (values
			('tocsin_app', 'idle_in_transaction_session_timeout', '1s'),
			('tocsin_app', 'statement_timeout', '30s'),
			('tocsin_eraser', 'idle_in_transaction_session_timeout', '1s'),
			('tocsin_eraser', 'statement_timeout', '30s'),
			('tocsin_reader', 'default_transaction_read_only', 'on'),
			('tocsin_reader', 'idle_in_transaction_session_timeout', '10s'),
			('tocsin_reader', 'statement_timeout', '30s'),
			('tocsin_signer', 'idle_in_transaction_session_timeout', '1s'),
			('tocsin_signer', 'statement_timeout', '30s'),
			('tocsin_auditor', 'default_transaction_read_only', 'on'),
			('tocsin_auditor', 'idle_in_transaction_session_timeout', '30s'),
			('tocsin_auditor', 'statement_timeout', '30s')) w(role, setting, value)
	loop
		if not exists (select from pg_catalog.pg_roles where rolname = wish.role
				and wish.setting || '=' || wish.value = any (rolconfig)) then
			execute pg_catalog.format('alter role %I set %I = %L', wish.role, wish.setting, wish.value);
		end if;
	end loop;
end
$$;

-- An auditor's SQL is an expert's own. What is open to everybody in PostgreSQL and would let it write, wait for or speak to
-- others, look at other auditors' sessions, or count what it does not see (rows that a condition met in an index are counted, covered or
-- not; so are sizes, and what is written), is closed; what of it the ledger's functions use is theirs, and counters are whose work it is to
-- watch a database (pg_read_all_stats). This takes a superuser: where there is none, an administrator of the database does it
-- (docs/audit.md), or /api/audit/sql stays closed.
do $$
declare
	f record;
begin
	if not (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
		return;
	end if;
	for f in select p.oid::regprocedure as name, p.proname ~ '^pg_(stat|control|current_wal)_|_size$|^pg_lock_status$' as counts from pg_catalog.pg_proc p
		where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind = 'f' and (
				p.proname ~ '^(lo_|lowrite|loread|pg_(try_)?advisory_|pg_stat_get_|pg_control_|pg_current_wal_)'
				or p.proname in ('pg_notify', 'pg_cancel_backend', 'pg_terminate_backend', 'pg_logical_emit_message', 'pg_export_snapshot',
					'pg_sleep', 'pg_sleep_for', 'pg_sleep_until', 'pg_lock_status', 'pg_blocking_pids', 'pg_safe_snapshot_blocking_pids',
					'pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_database_size', 'pg_tablespace_size'))
			and exists (select from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
				where a.grantee = 0)
	loop
		execute pg_catalog.format('revoke execute on function %s from public', f.name);
		if f.counts then
			execute pg_catalog.format('grant execute on function %s to pg_read_all_stats', f.name);
		end if;
	end loop;
	if pg_catalog.has_table_privilege('public', 'pg_catalog.pg_class', 'select') then
		revoke select on pg_catalog.pg_class from public;
		execute pg_catalog.format('grant select (tableoid, %s) on pg_catalog.pg_class to public', (select pg_catalog.string_agg(pg_catalog.quote_ident(attname), ', ')
			from pg_catalog.pg_attribute where attrelid = 'pg_catalog.pg_class'::regclass and attnum > 0 and not attisdropped
				and attname not in ('relpages', 'reltuples', 'relallvisible', 'relallfrozen')));
		grant select on pg_catalog.pg_class to pg_read_all_stats;
	end if;
	grant execute on function pg_catalog.pg_notify(text, text), pg_catalog.pg_database_size(name) to tocsin_owner; -- the latter for whoever deploys
	if not exists (select from pg_catalog.pg_roles where rolname = 'tocsin_auditor' and 'temp_file_limit=1GB' = any (rolconfig)) then
		alter role tocsin_auditor set temp_file_limit = '1GB';
		alter role tocsin_auditor set track_activities = off;
	end if;
end
$$;
