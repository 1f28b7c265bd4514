-- integrity: the entries themselves, computed again: leaves' hashes, whether the columns beside a leaf are what it says, clock
-- steps. The tree over them is for `tocsin audit verify`.
select count(*) as entries, min(x.seq) as first, max(x.seq) as last,
	count(*) filter (where x.leaf_hash <> sha256('\x00'::bytea || x.leaf)) as bad_hashes,
	count(*) filter (where (x.l ->> 'ts')::bigint <> x.ts or x.l ->> 'k' <> x.k or x.l ->> 'org' <> x.org or x.l ->> 'mode' <> x.mode
		or (x.l ->> 'inc')::uuid is distinct from x.incident or (x.l ->> 'case')::uuid is distinct from x.case_ref
		or (x.l ->> 'ex')::uuid is distinct from x.exercise or (x.l ->> 'ref')::uuid is distinct from x.ref
		or (x.l ->> 'eid')::uuid <> x.eid) as bad_columns,
	count(*) filter (where x.ts < x.before) as clock_back
from (select e.*, convert_from(e.leaf, 'UTF8')::jsonb as l, lag(e.ts) over (order by e.seq) as before from ledger.entry e) x
