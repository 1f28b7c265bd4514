-- 0001_ledger.sql: tip, entries, sealed parts, seal keys, snapshots.
-- Source: design, "What an entry is"; RFC 6962 section 2.1.

-- Where the log ends. One row, and its lock is what puts appends in order. `range` is the compact range: the roots of
-- the perfect subtrees from left to right, 32 bytes each. The row is rewritten at each append: room for HOT updates.
create table ledger.tip (
	one   boolean not null default true constraint tip_is_one_row primary key,
	size  bigint  not null,
	root  bytea   not null,
	range bytea   not null,
	constraint tip_row_is_the_one check (one),
	constraint tip_root_is_32_bytes check (octet_length(root) = 32),
	constraint tip_range_has_a_root_per_one_in_size
		check (octet_length(range) = 32 * length(replace(size::bit(64)::text, '0', '')))
) with (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

insert into ledger.tip (size, root, range) values (0, sha256(''), '');

-- An entry. `leaf` and `body` are the exact bytes that are hashed and committed to. The columns after them are an index
-- only: ledger.append takes them from the leaf, and `document` from the body.
create table ledger.entry (
	seq       bigint  not null constraint entry_seq_is_unique primary key,
	leaf_hash bytea   not null,
	leaf      bytea   not null,
	body      bytea   not null,
	body_salt bytea   not null,
	ts        bigint  not null, -- microseconds since 1970, UTC
	k         text    not null, -- catalogue name
	mode      text    not null,
	exercise  uuid,
	incident  uuid,
	case_ref  uuid,
	org       text    not null,
	ref       uuid,
	node      text    not null,
	eid       uuid    not null,
	late      boolean not null,
	document  jsonb   not null,
	-- idempotency: the same organisation's same message enters once
	constraint entry_org_and_eid_are_unique unique (eid, org),
	constraint entry_seq_is_not_negative check (seq >= 0),
	constraint entry_leaf_is_at_most_1_kib check (octet_length(leaf) <= 1024),
	constraint entry_leaf_hash_is_of_the_leaf check (leaf_hash = sha256('\x00'::bytea || leaf)),
	constraint entry_document_is_the_body check (document = convert_from(body, 'UTF8')::jsonb),
	constraint entry_body_is_at_most_1_mib check (octet_length(body) <= 1048576),
	constraint entry_body_salt_is_32_bytes check (octet_length(body_salt) = 32),
	constraint entry_body_is_the_one_committed_to check (
		convert_from(leaf, 'UTF8')::json ->> 'cb' = translate(encode(
			sha256('tocsin-entry/v1 body\012'::bytea || body_salt || body), 'base64'), '+/=', '-_'))
);
create index entry_by_case on ledger.entry (case_ref, seq) where case_ref is not null;

-- The parts that can be erased, apart from the entry, so that erasing touches nothing that is hashed.
-- A part is there with the key that opens it, or not at all.
create table ledger.sealed (
	seq       bigint not null constraint sealed_seq_is_unique primary key,
	actor_key uuid,
	actor     bytea,
	data_key  uuid,
	data      bytea,
	constraint sealed_actor_has_its_key check ((actor_key is null) = (actor is null)),
	constraint sealed_data_has_its_key check ((data_key is null) = (data is null)),
	constraint sealed_parts_are_at_most_1_mib
		check (octet_length(actor) <= 1048576 and octet_length(data) <= 1048576)
);

-- Seal keys at rest: wrapped. One per subject and class of retention.
create table ledger.seal_key (
	id        uuid  not null constraint seal_key_id_is_unique primary key,
	subject   text  not null,
	retention text  not null,
	wrapping  uuid  not null, -- the wrapping key, which is never in the database
	wrapped   bytea not null,
	constraint seal_key_is_one_per_subject_and_class unique (subject, retention),
	constraint seal_key_is_wrapped check (octet_length(wrapped) between 48 and 256)
);

-- The state of the world after the first `as_of` entries, as the program of this state version writes it. Only a
-- shorter way to what the ledger says: any of these may be lost.
create table ledger.snapshot (
	version integer     not null,
	as_of   bigint      not null,
	bytes   bytea       not null,
	made_at timestamptz not null default clock_timestamp(),
	constraint snapshot_is_one_per_version_and_size primary key (version, as_of)
);

-- The ledger only grows: for everybody, also for the owner and for a superuser who plays replica.
create function ledger.refuse_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	raise exception using errcode = 'TC002',
		message = format('%s on ledger.%s: the ledger only grows', lower(tg_op), tg_table_name);
end
$$;

create trigger entry_only_grows before update or delete on ledger.entry
	for each row execute function ledger.refuse_change();
create trigger entry_is_never_emptied before truncate on ledger.entry
	for each statement execute function ledger.refuse_change();
alter table ledger.entry enable always trigger entry_only_grows;
alter table ledger.entry enable always trigger entry_is_never_emptied;

create trigger tip_only_grows before update on ledger.tip
	for each row when (new.size <= old.size) execute function ledger.refuse_change();
create trigger tip_stays before delete on ledger.tip
	for each row execute function ledger.refuse_change();
create trigger tip_is_never_emptied before truncate on ledger.tip
	for each statement execute function ledger.refuse_change();
alter table ledger.tip enable always trigger tip_only_grows;
alter table ledger.tip enable always trigger tip_stays;
alter table ledger.tip enable always trigger tip_is_never_emptied;
