-- 0012_audit_fact.sql: what auditors' questions look for, computed from each entry once, in narrow rows: so that who may see an
-- entry, and which entries a question is about, is decided without opening a body. Takes the place of audit.concern and
-- audit.belonging.
drop view if exists audit.reader, audit.receipt_of, audit.deadline, audit.decision, audit.ordered, audit.signal, audit.signal_state,
	audit.page, audit.read, audit.privileged, audit.entry; -- columns change; functions/ makes them again
drop policy if exists entry_auditor on ledger.entry;
drop policy if exists erasure_auditor on audit.erasure;
drop function if exists audit.take_timers(ledger.entry, jsonb);
drop function if exists audit.concerned(jsonb);
drop function if exists audit.catch_up(integer); -- what it returns changes
drop table audit.concern, audit.belonging;

-- Lists of roles as entries name them, each once.
create table audit.role_set (
	id    integer generated always as identity constraint role_set_is_numbered primary key,
	roles jsonb   not null constraint role_set_is_there_once unique
);

-- One entry. Collation C: a family of kinds (M4.) is a range of the index.
create table audit.fact (
	seq         bigint           not null constraint fact_is_once_per_entry primary key,
	ts          bigint           not null,
	at          timestamptz      not null, -- on the clock of its exercise
	k           text collate "C" not null,
	mode        text             not null,
	exercise    uuid,
	incident    uuid,
	case_ref    uuid,
	of_incident uuid, -- what it belongs to without saying so: an answer to a removal order, which must not tell of a crisis; a receipt
	of_case     uuid,
	org         text             not null,
	ref         uuid,
	eid         uuid             not null,
	person      text,                      -- who said it: a pseudonym
	readers     text[]           not null, -- organisations, as decided
	reader_sets integer[]        not null, -- the roles of each in which it is read: audit.role_set
	concerned   text[]           not null, -- readers, and who is named as having received something or as owing something
	recalled    text[],                    -- from whom it takes something back
	pages       boolean          not null, -- somebody is called
	states      boolean          not null  -- the state of an incident follows
);
create index fact_by_kind on audit.fact (k, seq);
create index fact_by_exercise on audit.fact (exercise, seq) where exercise is not null;
create index fact_by_incident on audit.fact (incident, seq) where incident is not null;
create index fact_by_case on audit.fact (case_ref, seq) where case_ref is not null;
create index fact_by_org on audit.fact (org, seq);
create index fact_by_id on audit.fact (eid);
create index fact_by_ref on audit.fact (ref) where ref is not null;
create index fact_by_person on audit.fact (person, seq) where person is not null;
create index fact_that_calls on audit.fact (seq) where pages;
create index fact_that_moves on audit.fact (seq) where states;

create index receipt_by_exercise on audit.receipt (exercise) where exercise is not null;
create index timer_by_exercise on audit.timer (exercise) where exercise is not null;
create index timer_by_case on audit.timer (case_ref) where case_ref is not null;
create index timer_by_ref on audit.timer (ref);
create index timer_by_order on audit.timer (order_ref) where order_ref is not null;

-- Of audit.role_set, those that overlap the roles of whoever asks: computed when a session is opened.
alter table audit.session add column role_sets integer[];

-- read again from the beginning
update audit.progress set size = 0;
truncate audit.receipt, audit.timer, audit.erasure;
