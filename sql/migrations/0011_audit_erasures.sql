-- 0011_audit_erasures.sql: which erasure took which part, for who takes evidence away: a part that is not there is explained by
-- the entry that says so, or by nothing. Source: docs/erasure.md.

-- One run of numbers that an erasure names. Computed from entries, once; may be emptied, and is made again.
create table audit.erasure (
	seq   bigint not null, -- of the erase.due
	part  text   not null, -- data, actors
	first bigint not null,
	last  bigint not null,
	constraint erasure_names_a_run_once primary key (seq, part, first)
);
insert into audit.erasure (seq, part, first, last)
	select e.seq, part, split_part(run, '-', 1)::bigint, coalesce(nullif(split_part(run, '-', 2), ''), run)::bigint
		from ledger.entry e, lateral (select convert_from(e.body, 'UTF8')::jsonb #> '{message,body}' offset 0) said(body),
			unnest(array['data', 'actors']) part, lateral jsonb_array_elements_text(said.body -> part) run
		where e.k = 'erase.due' and e.org = 'server' and e.seq < (select p.size from audit.progress p);
