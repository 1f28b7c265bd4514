select size, authority, extract(epoch from stamped_at)::bigint, response, query, chain, convert_to(''::text, 'UTF8') from ledger.time_stamp
	where origin = $1 order by size desc limit 1000
