/* pg_pipeline.c: one operation at a time: all its statements and one sync leave in one write, and then come
 * answers.
 *
 * One at a time, so that at most one outcome can be unknown: what waits behind it was never sent. An
 * operation that has to be atomic brings its own BEGIN and COMMIT; when it fails, the transaction is rolled
 * back before it ends. Source: PostgreSQL manual, libpq, "Pipeline Mode". */
#include "store/pg.h"

#include <assert.h>
#include <string.h>

void toc_pg_begin(struct toc_pg *pg)
{
	assert(!pg->under_way);
	pg->n_statements = pg->at_statement = 0;
	pg->result = 0;
	pg->size = 0;
	pg->error = (struct toc_error){ 0 };
	pg->send_failed = false;
	pg->under_way = true;
}

static void sent(struct toc_pg *pg, int ok, toc_pg_take *take)
{
	assert(pg->n_statements < TOC_PG_STATEMENTS_MAX);
	pg->take[pg->n_statements++] = take;
	if (!ok)
		pg->send_failed = true;
}

void toc_pg_send(struct toc_pg *pg, const char *statement, const struct toc_pg_parameters *p,
		 toc_pg_take *take)
{
	static const int binary[TOC_PG_PARAMETERS_MAX] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	const char *value[TOC_PG_PARAMETERS_MAX];
	int length[TOC_PG_PARAMETERS_MAX], n = p ? p->n : 0;

	for (int i = 0; i < n; i++) {
		struct toc_str v = toc_buf_view(&p->value[i]);
		if (p->value[i].failed)
			pg->send_failed = true; /* over a gigabyte */
		value[i] = v.p ? v.p : "";      /* empty, not null */
		length[i] = (int)v.n;
	}
	sent(pg, PQsendQueryPrepared(pg->conn, statement, n, value, length, binary, 1), take);
}

void toc_pg_send_text(struct toc_pg *pg, const char *sql, toc_pg_take *take)
{
	sent(pg, PQsendQueryParams(pg->conn, sql, 0, NULL, NULL, NULL, NULL, 1), take);
}

void toc_pg_row_by_row(struct toc_pg *pg)
{
	assert(pg->n_statements == 1);
	(void)PQsetSingleRowMode(pg->conn); /* if it does not, the rows come all at once */
}

void toc_pg_sync(struct toc_pg *pg)
{
	if (!PQpipelineSync(pg->conn))
		pg->send_failed = true;
	int left = PQflush(pg->conn);
	pg->unflushed = left > 0;
	if (left < 0)
		pg->send_failed = true;
}

/* The server has turned read-only (a fail-over), or forgot or changed what was prepared: connect again. */
static bool asks_for_another_connection(const PGresult *r)
{
	static const char *const sqlstate[] = { "25006", "26000", "0A000" };
	const char *is = PQresultErrorField(r, PG_DIAG_SQLSTATE);

	for (size_t i = 0; is && i < sizeof sqlstate / sizeof *sqlstate; i++)
		if (strcmp(is, sqlstate[i]) == 0)
			return true;
	return false;
}

static void take(struct toc_pg *pg, const PGresult *r)
{
	uint64_t size = 0;
	struct toc_error err;

	switch (PQresultStatus(r)) {
	case PGRES_TUPLES_OK:
	case PGRES_SINGLE_TUPLE:
	case PGRES_COMMAND_OK:
		if (pg->result == 0 && pg->at_statement < pg->n_statements && pg->take[pg->at_statement])
			pg->take[pg->at_statement](pg, r);
		break;
	case PGRES_PIPELINE_ABORTED: /* a statement before it has failed and said why */ break;
	default:
		if (pg->result < 0)
			break;
		pg->result = toc_pg_result(r, &size, &err);
		pg->size = size;
		pg->error = err;
		pg->give_up = asks_for_another_connection(r);
	}
}

bool toc_pg_receive(struct toc_pg *pg)
{
	while (!PQisBusy(pg->conn)) {
		PGresult *r = PQgetResult(pg->conn);
		if (!r) { /* the end of one statement's results */
			if (PQstatus(pg->conn) == CONNECTION_BAD)
				return false;
			pg->at_statement++;
			continue;
		}
		bool all = PQresultStatus(r) == PGRES_PIPELINE_SYNC;
		if (!all)
			take(pg, r);
		PQclear(r);
		if (all)
			return true;
		if (PQstatus(pg->conn) == CONNECTION_BAD)
			return false;
	}
	return false;
}

bool toc_pg_in_transaction(const struct toc_pg *pg)
{
	return PQtransactionStatus(pg->conn) == PQTRANS_INTRANS;
}

void toc_pg_start_head(struct toc_pg *pg)
{
	const struct toc_op *op = toc_op_head(&pg->s);

	if (pg->state != TOC_PG_UP || pg->under_way || !op)
		return;
	toc_pg_begin(pg);
	switch (op->kind) {
	case TOC_OP_APPEND: toc_pg_send_append(pg, &op->append); break;
	case TOC_OP_LOCK_TIP: toc_pg_send_lock_tip(pg); break;
	case TOC_OP_UNLOCK_TIP:
		if (toc_pg_in_transaction(pg))
			toc_pg_send_text(pg, "rollback", NULL);
		break;
	case TOC_OP_TIP:
	case TOC_OP_CHECKPOINT:
	case TOC_OP_LEAVES:
	case TOC_OP_HASHES:
	case TOC_OP_PUBLISH: toc_pg_send_log(pg, op); break;
	case TOC_OP_CHECKPOINT_OF:
	case TOC_OP_COSIGN:
	case TOC_OP_COSIGNATURES:
	case TOC_OP_ADD_STAMP:
	case TOC_OP_STAMPS: toc_pg_send_witness(pg, op); break;
	default: toc_pg_send_load(pg, op);
	}
	toc_pg_sync(pg);
}

void toc_pg_finish_head(struct toc_pg *pg)
{
	int result = pg->result;
	uint64_t size = pg->size;
	struct toc_error err = pg->error;

	pg->under_way = false;
	if (PQtransactionStatus(pg->conn) == PQTRANS_INERROR && !pg->give_up) {
		toc_pg_begin(pg);
		pg->rolling_back = true;
		pg->result = result;
		pg->size = size;
		pg->error = err;
		toc_pg_send_text(pg, "rollback", NULL);
		toc_pg_sync(pg);
		return;
	}
	pg->rolling_back = false;
	if (!pg->give_up) {
		toc_op_end(&pg->s, result, size, &err);
		return;
	}
	pg->give_up = false;
	toc_op_end(&pg->s, result, size, &err); /* what its callback queues ends with the connection */
	toc_pg_drop(pg, TOC_ECLOSED, err.text);
}
