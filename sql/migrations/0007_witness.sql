-- 0007_witness.sql: what others say of checkpoints: members that cosign them, an authority that says when they were there.
-- Source: design 6; C2SP tlog-cosignature; RFC 3161; docs/log.md.

-- A line that a member's registered witness has signed under a checkpoint. Nothing follows from it: it is evidence. Who
-- has cosigned a checkpoint vouches for all before it, so most of them are not needed for long: of every ten minutes the
-- cosignatures of one checkpoint are kept for good, the others for a day.
create table ledger.cosignature (
	origin    text        not null,
	size      bigint      not null,
	org       text        not null,
	line      bytea       not null,
	signed_at timestamptz not null,
	taken_at  timestamptz not null default clock_timestamp(),
	kept      boolean     not null,
	constraint cosignature_is_one_of_each_member primary key (origin, size, org),
	constraint cosignature_is_of_a_checkpoint foreign key (origin, size) references ledger.checkpoint,
	constraint cosignature_line_is_short check (octet_length(line) between 1 and 512)
);
create index cosignature_by_member on ledger.cosignature (origin, org, size);
create index cosignature_by_time on ledger.cosignature (origin, taken_at) where kept;
create index cosignature_passing on ledger.cosignature (taken_at) where not kept;

-- A time stamp of a checkpoint's note, as it was signed: the question, the answer of the authority, and the certificates
-- by which it is checked.
create table ledger.time_stamp (
	origin     text        not null,
	size       bigint      not null,
	authority  text        not null,
	stamped_at timestamptz not null,
	query      bytea       not null,
	response   bytea       not null,
	chain      bytea       not null,
	taken_at   timestamptz not null default clock_timestamp(),
	constraint time_stamp_is_one_of_each_authority primary key (origin, size, authority),
	constraint time_stamp_is_of_a_checkpoint foreign key (origin, size) references ledger.checkpoint,
	constraint time_stamp_query_is_short check (octet_length(query) between 1 and 4096),
	constraint time_stamp_response_is_short check (octet_length(response) between 1 and 65536),
	constraint time_stamp_chain_is_short check (octet_length(chain) between 1 and 65536)
);

create trigger cosignature_stays before update on ledger.cosignature
	for each row execute function ledger.refuse_change();
create trigger cosignature_passes_after_a_day before delete on ledger.cosignature
	for each row when (old.kept or old.taken_at > clock_timestamp() - interval '1 day')
	execute function ledger.refuse_change();
create trigger cosignature_is_never_emptied before truncate on ledger.cosignature
	for each statement execute function ledger.refuse_change();
create trigger time_stamp_stays before update or delete on ledger.time_stamp
	for each row execute function ledger.refuse_change();
create trigger time_stamp_is_never_emptied before truncate on ledger.time_stamp
	for each statement execute function ledger.refuse_change();
alter table ledger.cosignature enable always trigger cosignature_stays;
alter table ledger.cosignature enable always trigger cosignature_passes_after_a_day;
alter table ledger.cosignature enable always trigger cosignature_is_never_emptied;
alter table ledger.time_stamp enable always trigger time_stamp_stays;
alter table ledger.time_stamp enable always trigger time_stamp_is_never_emptied;
