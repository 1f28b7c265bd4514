-- 0010_audit_roles.sql: who asks about their own organisation reads with the roles that they hold there.
alter table audit.session add column roles text[]; -- null: all roles
