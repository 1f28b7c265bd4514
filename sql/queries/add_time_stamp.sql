select ledger.add_time_stamp($1, $2, $3, $4, $5, $6, $7)
