select t.size, t.authority, extract(epoch from t.stamped_at)::bigint, t.response, t.query, t.chain, p.note from ledger.time_stamp t
	join ledger.checkpoint p using (origin, size) where t.origin = $1 and t.size = $2 order by t.taken_at limit 1
