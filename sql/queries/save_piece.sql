select ledger.save_piece($1)
