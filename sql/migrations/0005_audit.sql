-- 0005_audit.sql: who audits sees what a mandate covers, and the database says what that is.
-- Source: domain a.3.1 (au@AUD), (e) 8; ledger access rules.

-- Rows for whom? The server's own roles read the ledger as ever. An auditor's session reads what the question (M27) that it
-- was opened for may bring to light (functions/questions.sql); without one, nothing.
alter table ledger.entry enable row level security;
alter table ledger.entry force row level security;
create policy entry_owner on ledger.entry to tocsin_owner using (true) with check (true);
create policy entry_server on ledger.entry for select to tocsin_app, tocsin_reader, tocsin_signer using (true);

-- A session of an auditor, known by its backend and by a secret that only that backend has (a number of a process is used
-- again). One row a question, written before the session becomes read-only; a question opens one session, once. Nobody
-- but the functions of questions.sql reads or writes it.
create table audit.session (
	question      bigint  not null constraint session_question_is_answered_once primary key, -- seq of the M27
	pid           integer not null,
	secret        uuid    not null,
	asker         text    not null, -- organisation
	orgs          text[]  not null,
	incidents     uuid[]  not null,
	cases         uuid[]  not null,
	from_ts       bigint  not null, -- microseconds since 1970
	until_ts      bigint  not null,
	as_of         bigint  not null, -- nothing from here on
	whole         boolean not null,
	deconfliction boolean not null,
	opened        timestamptz not null default clock_timestamp()
);
create index session_by_backend on audit.session (pid);

-- Whom an entry concerns: who could read it, and who is named in it as having received something or as owing something.
-- Computed from entries, once, in order; may be emptied, and is made again.
create table audit.concern (
	org text   not null,
	seq bigint not null,
	constraint concern_is_once_per_entry primary key (org, seq)
);
create table audit.progress (
	one  boolean not null default true constraint progress_is_one_row primary key,
	size bigint  not null,
	constraint progress_row_is_the_one check (one)
);
insert into audit.progress (size) values (0);

create index entry_by_incident on ledger.entry (incident, seq) where incident is not null;
create index entry_by_org on ledger.entry (org, seq);
