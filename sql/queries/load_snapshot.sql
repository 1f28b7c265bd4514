select as_of, version, bytes from ledger.snapshot where version = $1 and as_of <= (select size from ledger.tip) order by as_of desc limit 1
