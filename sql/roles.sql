-- roles.sql: the three roles. Run at every start by a superuser or a role with CREATEROLE; changes nothing that exists.
-- Passwords are not set here: the private cluster sets its own, an external database's are its administrator's business.
do $$
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
	-- who deploys acts as the owner; a superuser may anyway
	if not pg_catalog.pg_has_role(current_user, 'tocsin_owner', 'member') then
		execute pg_catalog.format('grant tocsin_owner to %I', current_user);
	end if;
	if not exists (select from pg_catalog.pg_namespace where nspname = 'ledger') then
		create schema ledger authorization tocsin_owner;
	end if;
end
$$;

-- A client that stops between lock and commit would hold up every node: the server ends its session instead.
alter role tocsin_app set idle_in_transaction_session_timeout = '1s';
alter role tocsin_app set statement_timeout = '30s';
alter role tocsin_reader set default_transaction_read_only = on;
alter role tocsin_reader set idle_in_transaction_session_timeout = '10s';
alter role tocsin_reader set statement_timeout = '30s';
