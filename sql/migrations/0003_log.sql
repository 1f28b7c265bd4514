-- 0003_log.sql: what the signer publishes: checkpoints, and the roots of full tiles from which any proof is made.
-- Source: design, "Processes"; C2SP tlog-checkpoint, tlog-tiles.

-- A checkpoint that was signed. Of each log (origin: a new generation has another) one for a size, and sizes only grow.
create table ledger.checkpoint (
	origin  text        not null,
	size    bigint      not null,
	root    bytea       not null,
	note    bytea       not null,
	made_at timestamptz not null default clock_timestamp(),
	constraint checkpoint_is_one_per_size primary key (origin, size),
	constraint checkpoint_size_is_not_negative check (size >= 0),
	constraint checkpoint_root_is_32_bytes check (octet_length(root) = 32),
	constraint checkpoint_note_is_short check (octet_length(note) between 1 and 8192)
);

-- Roots of full tiles: (level, n) is the root of 256^(level + 1) leaves. A tile of a higher level is 256 of these side by
-- side; one of level 0 is leaf hashes, which the entries have.
create table ledger.tile (
	level smallint not null,
	n     bigint   not null,
	root  bytea    not null,
	constraint tile_has_one_root primary key (level, n),
	constraint tile_level_is_0_to_7 check (level between 0 and 7),
	constraint tile_n_is_not_negative check (n >= 0),
	constraint tile_root_is_32_bytes check (octet_length(root) = 32)
);

create trigger checkpoint_stays before update or delete on ledger.checkpoint
	for each row execute function ledger.refuse_change();
create trigger checkpoint_is_never_emptied before truncate on ledger.checkpoint
	for each statement execute function ledger.refuse_change();
create trigger tile_stays before update or delete on ledger.tile
	for each row execute function ledger.refuse_change();
create trigger tile_is_never_emptied before truncate on ledger.tile
	for each statement execute function ledger.refuse_change();
alter table ledger.checkpoint enable always trigger checkpoint_stays;
alter table ledger.checkpoint enable always trigger checkpoint_is_never_emptied;
alter table ledger.tile enable always trigger tile_stays;
alter table ledger.tile enable always trigger tile_is_never_emptied;
