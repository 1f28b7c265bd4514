-- 0013_witness_keys.sql: who vouches for the log is told in every evidence bundle, and there are few entries that say it.
create index entry_witnesses on ledger.entry (seq) where k in ('witness.register', 'witness.revoke');
