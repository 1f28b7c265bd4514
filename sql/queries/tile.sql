select hash from (
	select e.seq as at, e.leaf_hash as hash from ledger.entry e
		where $1::integer = 0 and e.seq >= $2::bigint and e.seq < $2 + $3::bigint
	union all
	select t.n, t.root from ledger.tile t where t.level = $1 - 1 and t.n >= $2 and t.n < $2 + $3) side_by_side
order by at
