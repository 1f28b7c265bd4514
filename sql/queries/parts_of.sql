select key, part, first, last from ledger.parts_of($1)
