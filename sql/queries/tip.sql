select size, root from ledger.tip
