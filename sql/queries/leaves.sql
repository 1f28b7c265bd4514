select seq, leaf, body, body_salt, leaf_hash from ledger.entry where seq >= $1 and seq < $2 order by seq
