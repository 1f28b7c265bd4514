-- integrity: whether the entries are what was hashed, and their columns what the leaves say: as the walk over the ledger has found them
-- (sql/functions/checks.sql), and when that was. The tree over them is for `tocsin audit verify`.
select n.entries, n.first, n.last, w.bad_hashes, w.bad_columns, w.clock_back, w.missing, c.unchecked_from, c.checked_since, c.checked_until
from (select count(*) as entries, min(f.seq) as first, max(f.seq) as last from audit.fact f) n,
	(select count(*) filter (where w.what = 'hash') as bad_hashes, count(*) filter (where w.what = 'columns') as bad_columns,
		count(*) filter (where w.what = 'clock') as clock_back, count(*) filter (where w.what in ('entry', 'actor', 'data')) as missing from audit.flaw w) w,
	lateral (select case when max(c.upto) > n.last then null else greatest(max(c.upto), n.first) end as unchecked_from, min(c.at) as checked_since, max(c.at) as checked_until
		from audit.checked c where c.slice between n.first / 1000 and n.last / 1000) c
