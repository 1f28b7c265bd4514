select c.size, c.org, c.line, extract(epoch from c.signed_at)::bigint, p.note from ledger.cosignature c
	join ledger.checkpoint p using (origin, size)
	where c.origin = $1 and c.size = coalesce(nullif($2::bigint, -1), (select max(newest.size) from ledger.cosignature newest where newest.origin = $1))
	order by c.org
