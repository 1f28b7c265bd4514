-- erase.sql: the eraser's only ways to write. What may go is what an erase entry names; the entry comes first.

-- Carries out the erase entry of this number: its parts become null, and a key with which nothing is sealed any more is
-- forgotten. A part that was sealed since with that key is not named by the entry: it stays, and so does the key. Twice
-- is as good as once. Returns how many parts went.
create or replace function ledger.erase(p_seq bigint) returns bigint
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '2s'
	set enable_seqscan = off
as $$
declare
	said jsonb;
	the_key uuid;
	n bigint := 0;
	more bigint;
	piece record;
begin
	select (convert_from(e.body, 'UTF8')::jsonb) #> '{message,body}' into said
		from ledger.entry e where e.seq = p_seq and e.k = 'erase.due' and e.org = 'server';
	if said is null then
		raise exception using errcode = 'invalid_parameter_value',
			message = format('entry %s is no erasure: nothing is erased without one', p_seq);
	end if;
	the_key := (said ->> 'key')::uuid;
	for piece in
		select part, split_part(run, '-', 1)::bigint first, coalesce(nullif(split_part(run, '-', 2), ''), run)::bigint last
			from unnest(array['data', 'actors']) part, lateral jsonb_array_elements_text(said -> part) run
	loop
		if piece.part = 'data' then
			update ledger.sealed s set data = null
				where s.seq between piece.first and piece.last and s.data_key = the_key and s.data is not null;
		else
			update ledger.sealed s set actor = null
				where s.seq between piece.first and piece.last and s.actor_key = the_key and s.actor is not null;
		end if;
		get diagnostics more = row_count;
		n := n + more;
	end loop;
	-- against an append that seals with it meanwhile: append takes the tip's lock, and so do we
	perform from ledger.tip t where t.one for update;
	if not exists (select from ledger.sealed s where s.data_key = the_key and s.data is not null)
			and not exists (select from ledger.sealed s where s.actor_key = the_key and s.actor is not null) then
		delete from ledger.seal_key k where k.id = the_key;
	end if;
	delete from ledger.revenant r where r.key = the_key;
	return n;
end
$$;

-- Erase entries of the server's from p_from on, and whether the key that each destroys is there: then it leaves something to do, or
-- something was sealed with it since.
create or replace function ledger.entered_erasures(p_from bigint, p_limit bigint)
	returns table (seq bigint, ts bigint, key uuid, subject text, retention text, there boolean)
	language sql stable security definer
	set search_path = pg_catalog, pg_temp
as $$
	select e.seq, e.ts, (said.body ->> 'key')::uuid, said.body ->> 'subject', said.body ->> 'retention', k.id is not null
		from ledger.entry e cross join lateral (select convert_from(e.body, 'UTF8')::jsonb #> '{message,body}' offset 0) said(body)
		left join ledger.seal_key k on k.id = (said.body ->> 'key')::uuid
		where e.k = 'erase.due' and e.org = 'server' and e.seq >= p_from order by e.seq limit p_limit
$$;

-- Does this erase entry leave something to do? A part that it names, or a key with which nothing is sealed any more. What was sealed
-- since with that key is none of it.
create or replace function ledger.erasure_leaves(p_seq bigint) returns boolean
	language plpgsql stable security definer
	set search_path = pg_catalog, pg_temp
	set enable_seqscan = off
as $$
declare
	said jsonb;
	the_key uuid;
	piece record;
begin
	select (convert_from(e.body, 'UTF8')::jsonb) #> '{message,body}' into said
		from ledger.entry e where e.seq = p_seq and e.k = 'erase.due' and e.org = 'server';
	the_key := (said ->> 'key')::uuid;
	if not exists (select from ledger.seal_key k where k.id = the_key) then
		return false;
	end if;
	for piece in
		select part, split_part(run, '-', 1)::bigint first, coalesce(nullif(split_part(run, '-', 2), ''), run)::bigint last
			from unnest(array['data', 'actors']) part, lateral jsonb_array_elements_text(said -> part) run
	loop
		if piece.part = 'data' and exists (select from ledger.sealed s
				where s.seq between piece.first and piece.last and s.data_key = the_key and s.data is not null)
			or piece.part = 'actors' and exists (select from ledger.sealed s
				where s.seq between piece.first and piece.last and s.actor_key = the_key and s.actor is not null) then
			return true;
		end if;
	end loop;
	return not exists (select from ledger.sealed s where s.data_key = the_key and s.data is not null)
		and not exists (select from ledger.sealed s where s.actor_key = the_key and s.actor is not null);
end
$$;

-- A new wrapping key, if the newest is p_after (null: there is none yet). Returns the newest that there is then: with
-- several nodes one of them makes it, and the others have to get it.
create or replace function ledger.begin_wrapping(p_after uuid, p_id uuid, p_node text) returns uuid
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '2s'
as $$
declare
	newest uuid;
begin
	lock table ledger.wrapping in share row exclusive mode;
	select w.id into newest from ledger.wrapping w order by w.nth desc limit 1;
	if newest is not distinct from p_after then
		insert into ledger.wrapping (id, node) values (p_id, p_node);
		newest := p_id;
	end if;
	return newest;
end
$$;

-- Keys that survive, wrapped anew. A key that is gone meanwhile stays gone.
create or replace function ledger.rewrap(p_key uuid[], p_wrapping uuid, p_wrapped bytea[]) returns bigint
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '2s'
as $$
declare
	n bigint;
begin
	update ledger.seal_key k set wrapping = p_wrapping, wrapped = x.wrapped
		from unnest(p_key, p_wrapped) x(id, wrapped) where k.id = x.id;
	get diagnostics n = row_count;
	return n;
end
$$;

-- From now on nothing is wrapped under any but the newest. Returns how many keys still are; then nothing is retired.
create or replace function ledger.retire_wrappings() returns bigint
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '2s'
as $$
declare
	newest uuid;
	n bigint;
begin
	lock table ledger.seal_key in share row exclusive mode;
	select w.id into strict newest from ledger.wrapping w order by w.nth desc limit 1;
	select count(*) into n from ledger.seal_key k where k.wrapping <> newest;
	if n = 0 then
		update ledger.wrapping w set retired_at = clock_timestamp() where w.id <> newest and w.retired_at is null;
	end if;
	return n;
end
$$;

-- What a seal key is of, by its name; what came back has its number behind that.
create or replace function audit.subject_of(p_subject text, out name text, out kind text, out ref uuid, out org text)
	language sql immutable
	set search_path = pg_catalog, pg_temp
as $$
	select s.name, s.kind, case when s.kind not in ('org', 'system') then split_part(s.name, ':', 2)::uuid end, case when s.kind = 'org' then split_part(split_part(s.name, ':', 2), '/', 1) end
		from (select split_part(p_subject, ' ', 1), split_part(split_part(split_part(p_subject, ' ', 1), '/', 1), ':', 1)) s(name, kind)
$$;

-- Of which exercise that is: null, it is actual.
create or replace function audit.exercise_of(p_kind text, p_ref uuid) returns uuid
	language sql stable
	set search_path = pg_catalog, pg_temp
as $$
	select case p_kind when 'exercise' then p_ref
		when 'case' then (select f.exercise from audit.fact f where f.case_ref = p_ref limit 1)
		when 'incident' then (select f.exercise from audit.fact f where f.incident = p_ref limit 1)
		when 'order' then (select f.exercise from audit.fact f where f.eid = p_ref limit 1) end
$$;

-- Until when what these keys seal is kept: microseconds since 1970, null: not in sight; and whether something holds it (0, 1).
create or replace function ledger.keep_until(p_key uuid[], p_due bigint[], p_held bigint[], p_exercise uuid[]) returns void
	language sql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '2s'
as $$
	delete from audit.kept t using unnest(p_key, p_due) x(key, due) where t.key = x.key and x.due is null;
	insert into audit.kept (key, subject, kind, ref, org, retention, exercise, due, held)
		select k.id, s.name, s.kind, s.ref, s.org, k.retention, x.exercise, to_timestamp(x.due / 1000000.0), x.held = 1
		from unnest(p_key, p_due, p_held, p_exercise) x(key, due, held, exercise) join ledger.seal_key k on k.id = x.key, lateral audit.subject_of(k.subject) s
		where x.due is not null
		on conflict (key) do update set due = excluded.due, held = excluded.held, exercise = excluded.exercise, said = clock_timestamp()
			where (kept.due, kept.held) is distinct from (excluded.due, excluded.held)
$$;

-- Came back with an older copy: the keeper enters its erasure again, and until it is carried out who audits sees that it is due (it was before:
-- since when, at the latest, is now). Until it is gone its row, which nothing opens, does not stand in the way of a new key of its subject.
create or replace function ledger.returned(p_key uuid) returns void
	language sql security definer
	set search_path = pg_catalog, pg_temp
as $$
	insert into ledger.revenant (key, subject, retention)
		select k.id, k.subject, k.retention from ledger.seal_key k where k.id = p_key and position(' ' in k.subject) = 0
		on conflict do nothing;
	insert into audit.kept (key, subject, kind, ref, org, retention, exercise, due, held, returned)
		select k.id, s.name, s.kind, s.ref, s.org, k.retention, audit.exercise_of(s.kind, s.ref), clock_timestamp(), false, clock_timestamp()
		from ledger.seal_key k, lateral audit.subject_of(k.subject) s where k.id = p_key
		on conflict (key) do update set due = least(kept.due, excluded.due), held = false, returned = coalesce(kept.returned, excluded.returned);
	update ledger.seal_key k set subject = k.subject || ' ' || k.id where k.id = p_key and position(' ' in k.subject) = 0
$$;

-- A node wants a wrapping key that another has. What it asked before is void.
create or replace function ledger.want_wrapping(p_node text, p_wrapping uuid, p_public_key bytea, p_proof bytea) returns void
	language sql security definer
	set search_path = pg_catalog, pg_temp
as $$
	insert into ledger.wrapping_wanted (node, wrapping, public_key, proof) values (p_node, p_wrapping, p_public_key, p_proof)
		on conflict (node) do update set wrapping = excluded.wrapping, public_key = excluded.public_key, proof = excluded.proof,
			sealed = null, asked_at = clock_timestamp()
$$;

-- The answer to just this question; the first one stands.
create or replace function ledger.give_wrapping(p_node text, p_public_key bytea, p_sealed bytea) returns void
	language sql security definer
	set search_path = pg_catalog, pg_temp
as $$
	update ledger.wrapping_wanted w set sealed = p_sealed where w.node = p_node and w.public_key = p_public_key and w.sealed is null
$$;

create or replace function ledger.wrapping_taken(p_node text) returns void
	language sql security definer
	set search_path = pg_catalog, pg_temp
as $$
	delete from ledger.wrapping_wanted w where w.node = p_node
$$;

-- Entries of which a part is not there: 1 actor, 2 data, 3 both; p_from <= seq < p_to.
create or replace function ledger.missing_parts(p_from bigint, p_to bigint)
	returns table (seq bigint, parts integer, actor_key uuid, data_key uuid)
	language sql stable security definer
	set search_path = pg_catalog, pg_temp
as $$
	select e.seq, (s.actor is null)::integer + 2 * (s.data is null)::integer, s.actor_key, s.data_key
		from ledger.entry e left join ledger.sealed s on s.seq = e.seq and s.seq >= p_from and s.seq < p_to
		where e.seq >= p_from and e.seq < p_to and (s.actor is null or s.data is null) order by e.seq
$$;

-- Where the parts are that a key seals, as runs of numbers that follow one another: which 1 actor, 2 data.
create or replace function ledger.parts_of(p_key uuid[])
	returns table (key uuid, part integer, first bigint, last bigint)
	language plpgsql stable security definer
	set search_path = pg_catalog, pg_temp
	set enable_seqscan = off
as $$
declare
	one uuid;
begin
	foreach one in array p_key loop
		return query
			select one, which, min(s.seq), max(s.seq) from (
				select 1 which, a.seq, a.seq - row_number() over (order by a.seq) run
					from ledger.sealed a where a.actor_key = one and a.actor is not null
				union all
				select 2, d.seq, d.seq - row_number() over (order by d.seq)
					from ledger.sealed d where d.data_key = one and d.data is not null) s
			group by which, run order by which, min(s.seq);
	end loop;
end
$$;

-- The eraser reads every entry, to know what was erased: bodies have nothing personal.
drop policy if exists entry_eraser on ledger.entry;
create policy entry_eraser on ledger.entry for select to tocsin_eraser using (true);
