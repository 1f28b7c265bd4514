select as_of, version, bytes from ledger.snapshot where version = $1 order by as_of desc limit 1
