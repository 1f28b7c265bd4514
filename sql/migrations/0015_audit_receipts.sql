-- 0015_audit_receipts.sql: what questions about reaching people ask of each receipt's message, computed with it; ends of timers as rows of
-- their own, so that row security withholds those that came after what is looked at.
truncate audit.receipt, audit.timer, audit.erasure;
update audit.progress set size = 0; -- read again from the beginning

alter table audit.receipt
	add column of_ts  bigint      not null, -- of the message
	add column of_at  timestamptz not null,
	add column reader boolean     not null, -- it was for that organisation
	add column first  boolean     not null, -- of its state, at this organisation
	add column reached boolean    not null; -- the first of all

drop view if exists audit.deadline, audit.receipt_of; -- functions/ makes them again
alter table audit.timer drop column stopped, drop column stopped_at, drop column met, drop column passed, drop column passed_at;
create table audit.timer_end (
	id      uuid        not null,
	started bigint      not null, -- the run: audit.timer
	passed  boolean     not null, -- its deadline was over; or it was stopped
	seq     bigint      not null, -- of the entry that says so
	at      timestamptz,
	met     boolean,
	-- of the run: who sees it sees its ends
	ts       bigint not null,
	k        text   not null,
	desk     text,
	org      text   not null,
	exercise uuid,
	incident uuid,
	case_ref uuid,
	constraint timer_ends_and_passes_once primary key (id, started, passed)
);
