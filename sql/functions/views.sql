-- views.sql: the ledger for who audits: what the named queries and experts' own SQL read. All of them stand on
-- audit.entry, which shows what the session's question covers (questions.sql); none shows what is sealed.
-- Columns are documented here, in comments: docs/audit.md has them.

create or replace view audit.entry with (security_invoker = true, security_barrier = true) as
	select e.seq, coalesce((x.document #>> '{decided,at}')::timestamptz, to_timestamp(e.ts / 1000000.0)) as at,
		to_timestamp(e.ts / 1000000.0) as recorded, e.k, e.mode, e.exercise, e.incident, e.case_ref as "case", e.org, e.ref,
		e.eid as id, e.late, e.node, x.document -> 'decided' as decided, x.document -> 'message' as message
	from ledger.entry e, lateral (select ledger.document(e) offset 0) x(document);
comment on view audit.entry is 'every entry that the mandate covers';
