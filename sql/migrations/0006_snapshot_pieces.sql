-- 0006_snapshot_pieces.sql: a snapshot is no longer one value, which the state of a long ledger does not fit into, but a head
-- and pieces.

-- A part of the state, as the program of some state version packs it. Which snapshots have it, they say.
create table ledger.snapshot_piece (
	name   bytea       not null constraint snapshot_piece_is_there_once primary key,
	bytes  bytea       not null,
	put_at timestamptz not null default clock_timestamp(), -- when somebody last wanted it to be here
	constraint snapshot_piece_is_named_by_its_hash check (name = sha256(bytes)),
	constraint snapshot_piece_is_at_most_64_mib check (octet_length(bytes) <= 67108864)
);
alter table ledger.snapshot_piece alter column bytes set storage external;

alter table ledger.snapshot
	add column pieces bytea[] not null default '{}',
	add column sum    bytea; -- of the state: the same for two snapshots of the same state, however it is cut
drop function if exists ledger.save_snapshot(bigint, integer, bytea); -- it takes pieces now
