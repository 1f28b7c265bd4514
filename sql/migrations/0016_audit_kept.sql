-- 0016_audit_kept.sql: whether what should be gone is gone, and what should be there is there, for who audits.
-- Source: ledger access rules; docs/erasure.md.

-- One seal key whose end is in sight. It goes with the key. May be emptied: each keeper says it again when it starts.
create table audit.kept (
	key        uuid        not null constraint kept_is_of_a_key primary key
		constraint kept_goes_with_its_key references ledger.seal_key on delete cascade,
	subject    text        not null,
	kind       text        not null, -- of the subject: incident, case, exercise, person, order, org, system
	ref        uuid,
	org        text,
	retention  text        not null,
	exercise   uuid,
	due        timestamptz not null,
	held       boolean     not null,
	said       timestamptz not null default clock_timestamp(),
	entered    bigint,               -- seq of the newest erase.due of it
	entered_at timestamptz
);
create index kept_by_due on audit.kept (due) where not held;

-- What a walk over the ledger has looked at, a thousand entries at a time, and what it has found (audit.check_slice): whoever asks whether the
-- record is whole is told from here, and when that was looked at. May be emptied, and is made again.
create table audit.checked (
	slice bigint      not null constraint checked_is_once_per_slice primary key, -- entries from 1000 * slice on
	upto  bigint      not null, -- … to before this one
	at    timestamptz not null
);
create table audit.flaw (
	seq   bigint      not null,
	what  text        not null, -- hash, columns, clock, actor, data: not there, and no erasure names it
	found timestamptz not null default clock_timestamp(),
	constraint flaw_is_once_per_entry primary key (seq, what)
);
