select seq, leaf, null::bytea as body, null::bytea as body_salt, leaf_hash from ledger.entry where seq >= $1 and seq < $2 order by seq
