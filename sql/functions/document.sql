-- document.sql: the body of an entry as a document, for who asks the ledger in SQL:
--   select seq, ledger.document(e) #>> '{decided,at}' from ledger.entry e
create or replace function ledger.document(e ledger.entry) returns jsonb
	language sql immutable
	set search_path = pg_catalog, pg_temp
as $$
	select convert_from(e.body, 'UTF8')::jsonb
$$;
