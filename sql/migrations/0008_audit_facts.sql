-- 0008_audit_facts.sql: exercises in mandates; and what auditors ask of most often, computed from entries once: receipts,
-- timers, and what an entry belongs to without its leaf saying so.
alter table audit.session add column exercises uuid[] not null default '{}';

-- An answer to a removal order names the order, and a receipt the message; not their incident (an order must not tell of a
-- crisis). For who audits the incident they belong to it.
create table audit.belonging (
	seq      bigint not null constraint belonging_is_once_per_entry primary key,
	incident uuid,
	case_ref uuid
);
create index belonging_by_incident on audit.belonging (incident) where incident is not null;
create index belonging_by_case on audit.belonging (case_ref) where case_ref is not null;

-- One receipt: of an entry that gathers them.
create table audit.receipt (
	seq      bigint      not null,
	nth      integer     not null,
	ts       bigint      not null,
	ref      uuid        not null, -- the message
	org      text        not null,
	person   uuid,
	state    text        not null, -- delivered, seen, acked
	channel  text,
	at       timestamptz not null,
	-- of the message
	k        text        not null,
	of_org   text        not null,
	exercise uuid,
	incident uuid,
	case_ref uuid,
	constraint receipt_is_once_per_entry primary key (seq, nth)
);
create index receipt_by_message on audit.receipt (ref);
create index receipt_by_org on audit.receipt (org);
create index receipt_by_incident on audit.receipt (incident) where incident is not null;

-- One run of a timer: what bound whom until when, and how it ended.
create table audit.timer (
	id         uuid        not null,
	started    bigint      not null, -- seq of the entry that started it
	ts         bigint      not null,
	timer      text        not null,
	legal      boolean     not null,
	desk       text,                 -- whom it binds
	k          text        not null, -- of the entry that started it
	org        text        not null,
	ref        uuid        not null, -- its id: what it is about
	order_ref  uuid,
	exercise   uuid,
	incident   uuid,
	case_ref   uuid,
	starts     timestamptz not null,
	deadline   timestamptz,
	stopped    bigint,               -- seq of the entry that stopped it
	stopped_at timestamptz,
	met        boolean,
	passed     bigint,               -- seq of the entry that says that it was missed
	passed_at  timestamptz,
	constraint timer_is_once_per_start primary key (id, started)
);
create index timer_by_incident on audit.timer (incident) where incident is not null;
create index timer_by_desk on audit.timer (desk);

update audit.progress set size = 0; -- read again from the beginning
