select id, subject, retention, wrapping, wrapped from ledger.seal_key where id = any ($1)
