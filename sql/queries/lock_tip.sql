select ledger.lock_tip()
