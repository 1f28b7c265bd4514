-- test_matrix.sql: every role of the database × every table, view and function × every right. Written by hand from the
-- design: the keeper (app) reads, and writes through functions; the archive (reader) reads; the signer reads what is
-- hashed and publishes; auditors read what their question may bring to light, nothing sealed and no key; the eraser reads what
-- says what goes, sees no sealed part and writes through functions alone. An object without a row fails, and so does a row without an object: whoever adds one says here who may do what.
--   r select, a insert, w update, d delete, D truncate, x execute
begin;
set local search_path = tap, public;
create temporary table expected (object text primary key, app text, reader text, signer text, auditor text, eraser text);
insert into expected values
	-- the ledger: what is hashed
	('ledger.entry', 'r', 'r', 'r', 'r', 'r'),
	('ledger.tip', 'r', 'r', 'r', '', 'r'),
	('ledger.checkpoint', 'r', 'r', 'r', 'r', ''),
	('ledger.tile', 'r', 'r', 'r', '', ''),
	('ledger.cosignature', 'r', 'r', '', '', ''),
	('ledger.time_stamp', 'r', 'r', '', '', ''),
	-- what is sealed, and what opens it when the wrapping key is there
	('ledger.sealed', 'r', 'r', '', '', ''),
	('ledger.seal_key', 'r', 'r', '', '', 'r'),
	-- copies of the state; the schema's history
	('ledger.snapshot', 'r', 'r', '', '', ''),
	('ledger.snapshot_piece', 'r', 'r', '', '', ''),
	('ledger.migration', 'r', 'r', '', '', ''),
	-- the only ways to write
	('ledger.lock_tip', 'x', '', '', '', ''),
	('ledger.append', 'x', '', '', '', ''),
	('ledger.add_keys', 'x', '', '', '', ''),
	('ledger.save_piece', 'x', '', '', '', ''),
	('ledger.save_snapshot', 'x', '', '', '', ''),
	('ledger.cosign', 'x', '', '', '', ''),
	('ledger.add_time_stamp', 'x', '', '', '', ''),
	('ledger.publish', '', '', 'x', '', ''),
	('ledger.document', 'x', 'x', '', 'x', ''), -- reads a body, writes nothing
	('ledger.refuse_change', '', '', '', '', ''), -- a trigger's
	-- erasure: what came back, which wrapping keys there were, and the only ways in which something goes
	('ledger.wrapping', '', '', '', '', 'r'),
	('ledger.wrapping_nth_seq', '', '', '', '', ''),
	('ledger.wrapping_wanted', '', '', '', '', 'r'),
	('ledger.want_wrapping', '', '', '', '', 'x'),
	('ledger.give_wrapping', '', '', '', '', 'x'),
	('ledger.wrapping_taken', '', '', '', '', 'x'),
	('ledger.revenant', 'r', '', '', '', ''),
	('ledger.parts_of', 'x', '', '', '', ''),
	('ledger.keep_until', 'x', '', '', '', ''),
	('ledger.erase', '', '', '', '', 'x'),
	('ledger.entered_erasures', '', '', '', '', 'x'),
	('ledger.erasure_leaves', '', '', '', '', 'x'),
	('ledger.begin_wrapping', '', '', '', '', 'x'),
	('ledger.rewrap', '', '', '', '', 'x'),
	('ledger.retire_wrappings', '', '', '', '', 'x'),
	('ledger.returned', '', '', '', '', 'x'),
	('ledger.missing_parts', '', '', '', '', 'x'),
	-- auditors: documented views, row by row
	('audit.entry', '', '', '', 'r', ''),
	('audit.reader', '', '', '', 'r', ''),
	('audit.receipt', '', '', '', 'r', ''),
	('audit.receipt_of', '', '', '', 'r', ''),
	('audit.timer', '', '', '', 'r', ''),
	('audit.timer_end', '', '', '', 'r', ''),
	('audit.timer_step', '', '', '', 'r', ''),
	('audit.tie', '', '', '', 'r', ''),
	('audit.kept', '', '', '', 'r', ''),
	('audit.checked', '', '', '', 'r', ''),
	('audit.flaw', '', '', '', 'r', ''),
	('audit.check_slice', '', '', '', 'x', ''),
	('audit.deadline', '', '', '', 'r', ''),
	('audit.decision', '', '', '', 'r', ''),
	('audit.ordered', '', '', '', 'r', ''),
	('audit.signal', '', '', '', 'r', ''),
	('audit.signal_state', '', '', '', 'r', ''),
	('audit.page', '', '', '', 'r', ''),
	('audit.read', '', '', '', 'r', ''),
	('audit.privileged', '', '', '', 'r', ''),
	('audit.subject_of', '', '', '', '', ''),
	('audit.exercise_of', '', '', '', '', ''),
	('audit.fact', '', '', '', 'r', ''),
	('audit.role_set', '', '', '', '', ''),
	('audit.role_set_id_seq', '', '', '', '', ''),
	('audit.erasure', '', '', '', 'r', ''),
	('audit.session', '', '', '', '', ''),  -- whose question a session answers: by audit.open only
	('audit.progress', '', '', '', '', ''), -- how far the facts are: by audit.catch_up only
	('audit.open', '', '', '', 'x', ''),
	('audit.mine', '', '', '', 'x', ''),
	('audit.catch_up', '', '', '', 'x', ''),
	('audit.take_facts', '', '', '', '', '');

create temporary table found as
	with object(kind, oid, name) as (
		select 'relation', c.oid, n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where n.nspname in ('ledger', 'audit') and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
		union all
		select 'function', p.oid, n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
			where n.nspname in ('ledger', 'audit'))
	select o.name as object, role.name as role, string_agg(may.letter, '' order by may.place) as rights
		from object o
		cross join (values ('app'), ('reader'), ('signer'), ('auditor'), ('eraser')) role(name)
		left join lateral (
			select letter, place from (values (1, 'r', 'select'), (2, 'a', 'insert'), (3, 'w', 'update'), (4, 'd', 'delete'),
					(5, 'D', 'truncate')) every(place, letter, privilege)
				where o.kind = 'relation' and (has_table_privilege('tocsin_' || role.name, o.oid, privilege)
					or privilege in ('select', 'insert', 'update') and has_any_column_privilege('tocsin_' || role.name, o.oid, privilege))
			union all
			select 'x', 1 where o.kind = 'function' and has_function_privilege('tocsin_' || role.name, o.oid, 'execute')) may on true
		group by o.name, role.name;

select plan(2 + 5 * (select count(*)::integer from expected));
select bag_eq('select distinct object from found', 'select object from expected', 'every object has its row, and every row its object');
select is((select count(*) from (select object, role from found group by 1, 2 having count(*) > 1) twice), 0::bigint, 'no function of two shapes');
select is(f.rights, nullif(e.rights, ''), format('%s: %s may %s', e.object, e.role, coalesce(nullif(e.rights, ''), 'nothing')))
	from (select object, role, rights from expected, lateral (values ('app', app), ('reader', reader), ('signer', signer), ('auditor', auditor), ('eraser', eraser)) r(role, rights)) e
	left join found f using (object, role)
	order by e.object, e.role;
select * from finish();
rollback;
