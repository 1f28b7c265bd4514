-- grants.sql: who may do what. The whole table of rights; run at every start as tocsin_owner, after functions/.
revoke all on schema ledger from public, tocsin_app, tocsin_reader, tocsin_signer;
revoke all on all tables in schema ledger from public, tocsin_app, tocsin_reader, tocsin_signer;
revoke all on all functions in schema ledger from public, tocsin_app, tocsin_reader, tocsin_signer;

grant usage on schema ledger to tocsin_app, tocsin_reader, tocsin_signer;
grant select on ledger.tip, ledger.entry, ledger.sealed, ledger.seal_key, ledger.snapshot, ledger.snapshot_piece,
	ledger.migration
	to tocsin_app, tocsin_reader;
grant execute on function
	ledger.lock_tip(bigint),
	ledger.append(bigint, bytea[], bytea[], bytea[], uuid[], bytea[], uuid[], bytea[]),
	ledger.add_keys(uuid[], text[], text[], uuid[], bytea[]),
	ledger.save_piece(bytea),
	ledger.save_snapshot(bigint, integer, bytea, bytea[], bytea)
	to tocsin_app;
grant execute on function ledger.document(ledger.entry) to tocsin_app, tocsin_reader;

-- The log: the signer reads what is hashed, nothing that is sealed, and publishes; everybody reads what is public.
grant select on ledger.checkpoint, ledger.tile to tocsin_app, tocsin_reader, tocsin_signer;
grant select on ledger.tip, ledger.entry to tocsin_signer;
grant select on ledger.cosignature, ledger.time_stamp to tocsin_app, tocsin_reader;
grant execute on function
	ledger.cosign(text, bigint, text, bytea, bigint),
	ledger.add_time_stamp(text, bigint, text, bigint, bytea, bytea, bytea)
	to tocsin_app;
grant execute on function ledger.publish(text, bigint, bytea, bytea, bigint[], bigint[], bytea[]) to tocsin_signer;

-- Who audits: row by row (functions/questions.sql), nothing that is sealed, no key.
revoke all on schema ledger, audit from tocsin_auditor;
revoke all on schema audit from public, tocsin_app, tocsin_reader, tocsin_signer;
revoke all on all tables in schema ledger, audit from tocsin_auditor;
revoke all on all tables in schema audit from public, tocsin_app, tocsin_reader, tocsin_signer;
revoke all on all functions in schema ledger, audit from tocsin_auditor;
revoke all on all functions in schema audit from public, tocsin_app, tocsin_reader, tocsin_signer;
grant usage on schema ledger, audit to tocsin_auditor;
grant select on ledger.entry, ledger.checkpoint, audit.fact, audit.erasure, audit.receipt, audit.timer, audit.timer_end, audit.timer_step, audit.tie, audit.kept, audit.checked, audit.flaw,
	audit.entry, audit.reader, audit.receipt_of, audit.deadline, audit.decision, audit.ordered, audit.signal, audit.signal_state, audit.page,
	audit.read, audit.privileged to tocsin_auditor;
grant execute on function ledger.document(ledger.entry), audit.mine(), audit.open(bigint, bigint), audit.catch_up(integer), audit.check_slice()
	to tocsin_auditor;

-- Erasure: the keeper asks where parts are and what has come back; the eraser sees no sealed part, has no way to write
-- but the functions of erase.sql, and of these none takes what no erase entry names.
revoke all on schema ledger, audit from tocsin_eraser;
revoke all on all tables in schema ledger, audit from tocsin_eraser;
revoke all on all functions in schema ledger, audit from tocsin_eraser;
grant usage on schema ledger to tocsin_eraser;
grant execute on function ledger.parts_of(uuid[]), ledger.keep_until(uuid[], bigint[], bigint[], uuid[]) to tocsin_app;
grant select on ledger.revenant to tocsin_app;
grant select on ledger.tip, ledger.entry, ledger.seal_key, ledger.wrapping, ledger.wrapping_wanted to tocsin_eraser;
grant execute on function
	ledger.erase(bigint),
	ledger.entered_erasures(bigint, bigint),
	ledger.erasure_leaves(bigint),
	ledger.begin_wrapping(uuid, uuid, text),
	ledger.rewrap(uuid[], uuid, bytea[]),
	ledger.retire_wrappings(),
	ledger.returned(uuid),
	ledger.want_wrapping(text, uuid, bytea, bytea),
	ledger.give_wrapping(text, bytea, bytea),
	ledger.wrapping_taken(text),
	ledger.missing_parts(bigint, bigint)
	to tocsin_eraser;
