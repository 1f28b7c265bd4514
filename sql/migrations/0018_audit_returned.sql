-- 0018_audit_returned.sql: a key that was erased and came back with an older copy of the database should be gone as much as one whose time is
-- over; who audits sees it until it is. Source: docs/erasure.md, "Backups".
alter table audit.kept add column returned timestamptz; -- when it was found to be back
