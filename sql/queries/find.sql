select eid, seq from ledger.entry where eid = any ($1) order by seq
