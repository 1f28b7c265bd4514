-- 0009_erasure.sql: what is erased leaves its key's number behind, wrapping keys follow one another.
-- Source: design, "What an entry is"; domain (e) 7.

-- A part that was erased is null, and the number of its key stays: so whoever counts sees which erasure took it.
-- What is null without an erase entry that says so was tampered with (docs/erasure.md).
alter table ledger.sealed
	drop constraint sealed_actor_has_its_key,
	drop constraint sealed_data_has_its_key,
	add constraint sealed_actor_has_its_key check (actor is null or actor_key is not null),
	add constraint sealed_data_has_its_key check (data is null or data_key is not null);
-- Rows of a key lie where it was in use. Costs an append next to nothing, where a tree would cost it two insertions.
create index sealed_by_key on ledger.sealed
	using brin (actor_key uuid_bloom_ops, data_key uuid_bloom_ops) with (pages_per_range = 32, autosummarize = on);

-- Wrapping keys in the order in which they were in use. The newest wraps; nothing is wrapped under a retired one.
create table ledger.wrapping (
	nth        bigint generated always as identity constraint wrapping_is_in_order primary key,
	id         uuid        not null constraint wrapping_is_named_once unique,
	node       text        not null, -- that made it
	made_at    timestamptz not null default clock_timestamp(),
	retired_at timestamptz
);

-- What came back with an older copy of the database although it was erased: to be entered and erased again.
create table ledger.revenant (
	key       uuid not null constraint revenant_is_one_per_key primary key,
	subject   text not null,
	retention text not null
);
create index entry_erasures on ledger.entry (seq) where k = 'erase.due';
