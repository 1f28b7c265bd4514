select from ledger.keep_until($1, $2, $3, $4)
