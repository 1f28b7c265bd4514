select bytes from ledger.snapshot_piece where name = any ($1)
