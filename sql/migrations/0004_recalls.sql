-- 0004_recalls.sql: recalls are looked for at every look at history, and there are few of them.
-- Source: domain M25: the access of a wrong audience ends with the recall's own entry.
create index entry_recalls on ledger.entry (seq) where k = 'M25.recall';
