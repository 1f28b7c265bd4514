select size from ledger.tip
