select ledger.add_keys($1, $2, $3, $4, $5)
