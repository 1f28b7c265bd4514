-- grants.sql: who may do what. The whole table of rights; run at every start as tocsin_owner, after functions/.
revoke all on schema ledger from public, tocsin_app, tocsin_reader;
revoke all on all tables in schema ledger from public, tocsin_app, tocsin_reader;
revoke all on all functions in schema ledger from public, tocsin_app, tocsin_reader;

grant usage on schema ledger to tocsin_app, tocsin_reader;
grant select on ledger.tip, ledger.entry, ledger.sealed, ledger.seal_key, ledger.snapshot, ledger.migration
	to tocsin_app, tocsin_reader;
grant execute on function
	ledger.lock_tip(bigint),
	ledger.append(bigint, bytea[], bytea[], bytea[], uuid[], bytea[], uuid[], bytea[]),
	ledger.add_keys(uuid[], text[], text[], uuid[], bytea[]),
	ledger.save_snapshot(bigint, integer, bytea)
	to tocsin_app;
grant execute on function ledger.document(ledger.entry) to tocsin_app, tocsin_reader;
