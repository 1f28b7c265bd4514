-- views.sql: the ledger for who audits: what the named queries and experts' own SQL read. Each shows what the session's question
-- covers (questions.sql), and none what is sealed. They are documented here, in comments: docs/audit.md has them.
-- No view withholds rows: the row security of the tables does, before anything that a question says is looked at. As barriers,
-- views would keep conditions and order from the indexes, and make a document of every entry that there is.
-- Times `at` are on the clock of the exercise, where there is one; `recorded` is real.

create or replace view audit.entry with (security_invoker = true) as
	select f.seq, f.at, to_timestamp(f.ts / 1000000.0) as recorded, f.k, f.mode, f.exercise, f.incident, f.case_ref as "case", f.org, f.ref,
		f.eid as id, e.late, e.node, x.document -> 'decided' as decided, x.document -> 'message' as message, f.person, f.readers, f.pages, f.states
	from audit.fact f join ledger.entry e on e.seq = f.seq, lateral (select convert_from(e.body, 'UTF8')::jsonb offset 0) x(document);
comment on view audit.entry is 'every entry: place, times, what it is, whose, what it belongs to; as documents what was decided and what was said, without what is sealed';

create or replace view audit.reader with (security_invoker = true) as
	select e.seq, e.at, e.k, e.exercise, e.incident, e."case", e.org as sender, e.id as message, r ->> 'org' as org, r ->> 'rendering' as rendering,
		array(select jsonb_array_elements_text(r -> 'roles')) as roles
	from audit.entry e, lateral jsonb_array_elements(e.decided -> 'readers') r;
comment on view audit.reader is 'whom an entry was for: one row per entry and organisation, with rendering and roles';

create or replace view audit.receipt_of with (security_invoker = true) as
	select r.seq, r.at, r.ref as message, r.k, r.of_org as sender, r.exercise, r.incident, r.case_ref as "case", r.org, r.person, r.state, r.channel,
		r.of_ts, r.of_at as sent, r.reader, r.first, r.reached
	from audit.receipt r;
comment on view audit.receipt_of is 'what became of a message at an organisation: delivered (by channel; a machine may say so), seen and acked (by a person); sent: the message; reader: it was for them; first: of its state there; reached: the first of all there';

create or replace view audit.deadline with (security_invoker = true) as
	select t.id, t.started, t.timer, t.legal, t.desk as org, t.k, t.org as started_by, t.ref as about, t.order_ref as "order", t.exercise, t.incident,
		t.case_ref as "case", t.starts, t.deadline, x.at as stopped_at, p.at as passed_at,
		case when x.met then 'met' when x.met is false then 'missed' when p.seq is not null then 'passed'
			when x.seq is not null then 'ended' else 'running' end as state
	from audit.timer t left join audit.timer_end x on x.id = t.id and x.started = t.started and not x.passed
		left join audit.timer_end p on p.id = t.id and p.started = t.started and p.passed;
comment on view audit.deadline is 'every run of a timer: whom it binds, from when until when, and how it ended: met, missed (too late), passed (nobody answered), ended, running';

create or replace view audit.decision with (security_invoker = true) as
	select e.seq, e.at, e.k, e.exercise, e.incident, e.org, e.person, e.id,
		coalesce(e.message #>> '{body,decision}', e.decided #>> '{decision,decision}', split_part(e.k, '.', 2)) as decision,
		s ->> 'from' as "from", s ->> 'to' as "to", e.message #>> '{body,reason_code}' as reason
	from audit.entry e left join lateral jsonb_array_elements(e.decided -> 'incident_state') s on true
	where starts_with(e.k, 'M3.') or starts_with(e.k, 'M2.') or e.states;
comment on view audit.decision is 'decisions on incidents and early warnings: who, what, and which state followed';

create or replace view audit.ordered with (security_invoker = true) as
	select e.seq, e.at, e.k, e.exercise, e.incident, e.org, e.id, (coalesce(e.message #>> '{body,order_ref}', e.id::text))::uuid as "order",
		o ->> 'from' as "from", o ->> 'to' as "to", e.message -> 'body' as body
	from audit.entry e left join lateral jsonb_array_elements(e.decided -> 'orders') o on true
	where starts_with(e.k, 'M9.') or starts_with(e.k, 'M10.') or starts_with(e.k, 'M11.') or starts_with(e.k, 'M12.')
		or starts_with(e.k, 'M13.') or starts_with(e.k, 'M14.') or starts_with(e.k, 'M15.') or starts_with(e.k, 'M16.');
comment on view audit.ordered is 'removal orders: every step, with the state that followed';

create or replace view audit.signal with (security_invoker = true) as
	select e.seq, e.at, e.k, e.exercise, e.incident, e.org, e.id as message, (i ->> 'item_id')::uuid as item, i ->> 'signal_kind' as kind,
		i ->> 'hash_type' as hash_type, i ->> 'bank' as bank, (i ->> 'match_distance_max')::integer as distance, i ->> 'variant_of' as variant_of,
		e.message #>> '{body,content_type}' as content_type, e.message #> '{body,behaviour_labels}' as labels,
		(e.message #>> '{body,expires_at}')::timestamptz as expires
	from audit.entry e, lateral jsonb_array_elements(e.message #> '{body,items}') i
	where starts_with(e.k, 'M6.') and i ? 'item_id';
comment on view audit.signal is 'content signals that were shared: one row per item; hashes and addresses themselves are sealed';

create or replace view audit.signal_state with (security_invoker = true) as
	select e.seq, e.at, e.k, e.exercise, e.incident, e.org, (s ->> 'item')::uuid as item, s ->> 'from' as "from", s ->> 'to' as "to",
		e.decided ->> 'why' as why
	from audit.entry e, lateral jsonb_array_elements(e.decided -> 'item_states') s
	where starts_with(e.k, 'M6.') or starts_with(e.k, 'M7.') or starts_with(e.k, 'M8.') or starts_with(e.k, 'M25.');
comment on view audit.signal_state is 'what became of a signal: disputed, quarantined, retracted, expired …, and by which entry';

create or replace view audit.page with (security_invoker = true) as
	select e.seq, e.at, e.k, e.exercise, e.incident, e."case", e.id as message, p ->> 'org' as org, p ->> 'person' as person, p ->> 'channel' as channel,
		(p ->> 'contact')::integer as contact, p ->> 'state' as state, p ->> 'proof' as proof
	from audit.entry e, lateral jsonb_array_elements(e.decided -> 'pages') p where e.pages;
comment on view audit.page is 'who was called, by which channel: contacts of the chain from 0 on';

create or replace view audit.read with (security_invoker = true) as
	select e.seq, e.at, e.k, e.exercise, e.incident, e."case", e.org, e.person, e.id, e.ref,
		e.message #>> '{body,query}' as query, (e.message #>> '{body,mandate_ref}')::uuid as mandate
	from audit.entry e where e.k in ('lookup.ask', 'M27.own', 'M27.mandate', 'session.refused');
comment on view audit.read is 'look-ups, questions to the ledger, and tries of those who were shown out';

create or replace view audit.privileged with (security_invoker = true) as
	select e.seq, e.at, e.recorded, e.k, e.org, e.person, e.id, e.decided ? 'pending' as proposed,
		e.message -> 'body' as body
	from audit.entry e
	where starts_with(e.k, 'org.') or starts_with(e.k, 'person.') or starts_with(e.k, 'role.') or starts_with(e.k, 'credential.')
		or starts_with(e.k, 'policy.') or starts_with(e.k, 'witness.') or starts_with(e.k, 'breakglass.') or starts_with(e.k, 'mandate.') or starts_with(e.k, 'hold.') or starts_with(e.k, 'hook.')
		or starts_with(e.k, 'push.') or starts_with(e.k, 'M26.') or starts_with(e.k, 'erase.');
comment on view audit.privileged is 'changes of members, people, roles, keys, rules, witnesses, mandates, holds, contact points; break-glass; proposed: it still took a second person';
