-- 0014_wrapping_wanted.sql: a node that lacks a wrapping key asks the others for it. Source: docs/erasure.md, "Several nodes".

-- One question of each node. The halves are of pairs that are used once and never written down, so what stands here, and in every
-- copy of it, opens nothing later.
create table ledger.wrapping_wanted (
	node       text        not null constraint wrapping_is_wanted_once_by_a_node primary key,
	wrapping   uuid        not null,
	public_key bytea       not null,
	proof      bytea       not null, -- that a node of this deployment asks
	sealed     bytea,                -- the answer
	asked_at   timestamptz not null default clock_timestamp(),
	constraint wrapping_wanted_is_short check (octet_length(node) <= 64 and octet_length(public_key) = 32
		and octet_length(proof) = 32 and octet_length(sealed) <= 256)
);

drop function if exists ledger.erasures_to_do(bigint, bigint); -- functions/erase.sql: erasures says more
