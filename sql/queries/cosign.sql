select ledger.cosign($1, $2, $3, $4, $5)
