select key, subject, retention from ledger.revenant order by key
