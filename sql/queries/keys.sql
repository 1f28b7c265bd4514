select id, subject, retention, wrapping, wrapped from ledger.seal_key order by id
