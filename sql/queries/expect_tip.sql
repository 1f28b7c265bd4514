select ledger.lock_tip($1)
