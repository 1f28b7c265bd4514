select size, root, note from ledger.checkpoint where origin = $1 and size = $2 and (made_at > clock_timestamp() - interval '1 hour'
	or size = (select max(newest.size) from ledger.checkpoint newest where newest.origin = $1))
