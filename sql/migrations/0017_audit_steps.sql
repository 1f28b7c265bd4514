-- 0017_audit_steps.sql: whose contact was called while a timer ran, and what was tied to what, computed from entries once: so that what an
-- organisation knew (domain (e) 8), and which threats there were, is found row by row, from any place of the ledger on.
create table audit.timer_step (
	id      uuid        not null, -- of the timer
	seq     bigint      not null, -- of the M19.escalation
	at      timestamptz not null,
	org     text        not null, -- whose contact
	contact integer,              -- its place in the chain, from 0
	channel text,
	state   text,
	constraint timer_steps_once_an_entry primary key (id, seq)
);
create table audit.tie (
	seq  bigint  not null, -- of the M1
	nth  integer not null,
	kind text    not null, -- belongs_to, duplicate_of …
	ref  uuid,             -- absent: the incident of the entry
	"to" uuid,
	constraint tie_is_once_per_entry primary key (seq, nth)
);
create index tie_by_ref on audit.tie (ref);
create index tie_by_to on audit.tie ("to");

insert into audit.timer_step (id, seq, at, org, contact, channel, state)
	select (v ->> 'id')::uuid, e.seq, coalesce((d #>> '{decided,at}')::timestamptz, to_timestamp(e.ts / 1000000.0)), d #>> '{message,body,recipient_org}',
			(d #>> '{message,body,contact}')::integer, d #>> '{message,body,channel}', d #>> '{message,body,state}'
		from ledger.entry e, lateral (select convert_from(e.body, 'UTF8')::jsonb offset 0) x(d), lateral jsonb_path_query(d, '$.decided.timers_moved[*]') v
		where e.k = 'M19.escalation' and e.org = 'server' and e.seq < (select p.size from audit.progress p);
insert into audit.tie (seq, nth, kind, ref, "to")
	select e.seq, t.nth, t.v ->> 'kind', (t.v ->> 'ref')::uuid, (t.v ->> 'to')::uuid
		from ledger.entry e, lateral (select convert_from(e.body, 'UTF8')::jsonb offset 0) x(d), lateral jsonb_path_query(d, '$.message.body.links[*]') with ordinality t(v, nth)
		where starts_with(e.k, 'M1.') and e.seq < (select p.size from audit.progress p);

create index timer_by_start on audit.timer (started); -- runs in the order in which they began
create index timer_end_too_late on audit.timer_end (id, started) where passed or met is false; -- of which there are few
create index fact_that_recalls on audit.fact (seq) where recalled is not null; -- likewise
