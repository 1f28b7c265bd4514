select ledger.lock_tip(null)
