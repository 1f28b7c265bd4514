-- roles.sql: the four roles. Run at every start by a superuser or a role with CREATEROLE; changes only what is missing,
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

	-- A client that stops between lock and commit would hold up every node: the server ends its session instead.
	for wish in select * from (values
			('tocsin_app', 'idle_in_transaction_session_timeout', '1s'),
			('tocsin_app', 'statement_timeout', '30s'),
			('tocsin_reader', 'default_transaction_read_only', 'on'),
			('tocsin_reader', 'idle_in_transaction_session_timeout', '10s'),
			('tocsin_reader', 'statement_timeout', '30s'),
			('tocsin_signer', 'idle_in_transaction_session_timeout', '1s'),
			('tocsin_signer', 'statement_timeout', '30s')) w(role, setting, value)
	loop
		if not exists (select from pg_catalog.pg_roles where rolname = wish.role
				and wish.setting || '=' || wish.value = any (rolconfig)) then
			execute pg_catalog.format('alter role %I set %I = %L', wish.role, wish.setting, wish.value);
		end if;
	end loop;
end
$$;
