-- integrity: the entries themselves, computed again: leaves' hashes, whether the columns beside a leaf are what it says (a leaf has
-- one spelling: server/ledger/leaf.c), clock steps. The tree over them is for `tocsin audit verify`.
select count(*) as entries, min(x.seq) as first, max(x.seq) as last, count(*) filter (where x.bad_hash) as bad_hashes,
	count(*) filter (where x.bad_columns) as bad_columns, count(*) filter (where x.ts < x.before) as clock_back
from (select y.seq, y.ts, y.bad_hash, y.bad_columns, lag(y.ts) over (order by y.seq) as before
	from (select e.seq, e.ts, e.leaf_hash <> sha256('\x00'::bytea || e.leaf) as bad_hash,
			not starts_with(convert_from(e.leaf, 'UTF8'), concat('{"v":1,"ts":', e.ts, ',"k":"', e.k, '","mode":"', e.mode, '"',
				',"ex":"' || e.exercise || '"', ',"inc":"' || e.incident || '"', ',"case":"' || e.case_ref || '"', ',"org":"', e.org, '"',
				',"ref":"' || e.ref || '"', ',"node":"', e.node, '","eid":"', e.eid, '"')) as bad_columns
		from audit.fact f join ledger.entry e on e.seq = f.seq order by f.seq offset 0) y) x
