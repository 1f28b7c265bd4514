-- publish.sql: the signer's one way to write. Several nodes have a signer each, with the same key: of one size they sign
-- the same bytes, and who comes second changes nothing.

-- Without a note it is tiles only: those of a long way, of which the checkpoint comes at its end.
-- Raises TC003 when what is to be published does not go with what was: another root for a size or a tile, a size below
-- one that was published, or above the ledger's.
create or replace function ledger.publish(
	p_origin text, p_size bigint, p_root bytea, p_note bytea, p_level bigint[], p_n bigint[], p_tile_root bytea[])
	returns void
	language plpgsql security definer
	set search_path = pg_catalog, pg_temp
	set lock_timeout = '2s'
as $$
declare
	wrong text;
begin
	select case
		when exists (select from unnest(p_level, p_n, p_tile_root) new(level, n, root) join ledger.tile old using (level, n)
				where old.root <> new.root) then 'a tile has another root'
		when octet_length(p_note) = 0 then null
		when p_size > (select t.size from ledger.tip t) then format('the ledger has fewer than %s entries', p_size)
		when exists (select from ledger.checkpoint c where c.origin = p_origin and c.size = p_size and c.root <> p_root)
			then format('another checkpoint of size %s was published', p_size)
		when p_size < (select max(c.size) from ledger.checkpoint c where c.origin = p_origin)
			then format('a checkpoint after size %s was published', p_size)
		end into wrong;
	if wrong is not null then
		raise exception using errcode = 'TC003', message = wrong;
	end if;
	insert into ledger.tile (level, n, root) select * from unnest(p_level, p_n, p_tile_root) on conflict do nothing;
	if octet_length(p_note) = 0 then
		return;
	end if;
	insert into ledger.checkpoint (origin, size, root, note) values (p_origin, p_size, p_root, p_note)
		on conflict do nothing;
	perform pg_notify('tocsin_checkpoint', '');
end
$$;
