/* erasing.c: see erasing.h. One connection, one statement at a time, values as text. */
#include "store/erasing.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "store/pg.h"

struct toc_erasing {
	char *conninfo;
	PGconn *conn;
	struct toc_arena *a; /* of one call */
};

struct toc_erasing *toc_erasing_new(const char *conninfo)
{
	struct toc_erasing *e = calloc(1, sizeof *e);

	if (!e || !(e->conninfo = strdup(conninfo)))
		abort();
	e->a = toc_arena_new();
	return e;
}

void toc_erasing_free(struct toc_erasing *e)
{
	if (!e)
		return;
	PQfinish(e->conn);
	toc_wipe(e->conninfo, strlen(e->conninfo));
	free(e->conninfo);
	toc_arena_free(e->a);
	free(e);
}

static void no_notice(void *ctx, const PGresult *r)
{
	(void)ctx, (void)r;
}

int toc_erasing_connect(struct toc_erasing *e, bool *ret_fresh, struct toc_error *reterr)
{
	char line[200];

	*ret_fresh = false;
	if (e->conn && PQstatus(e->conn) == CONNECTION_OK)
		return 0;
	PQfinish(e->conn);
	e->conn = PQconnectdb(e->conninfo);
	if (PQstatus(e->conn) != CONNECTION_OK) {
		toc_pg_first_line(PQerrorMessage(e->conn), line, sizeof line);
		PQfinish(e->conn);
		e->conn = NULL;
		return toc_fail(reterr, TOC_EIO, "database: %s", line);
	}
	PQsetNoticeReceiver(e->conn, no_notice, NULL);
	*ret_fresh = true;
	return 0;
}

/* @return NULL: reterr says why */
static PGresult *run(struct toc_erasing *e, const char *sql, const char *const *values, int n, struct toc_error *reterr)
{
	PGresult *r = e->conn ? PQexecParams(e->conn, sql, n, NULL, values, NULL, NULL, 0) : NULL;
	ExecStatusType is = r ? PQresultStatus(r) : PGRES_FATAL_ERROR;
	uint64_t size;

	if (is == PGRES_TUPLES_OK || is == PGRES_COMMAND_OK)
		return r;
	if (r && PQresultErrorField(r, PG_DIAG_SQLSTATE)) {
		int why = toc_pg_result(r, &size, reterr);
		(void)why; /* whatever it is: tried again later */
	} else {
		toc_fail(reterr, TOC_EIO, "database: the connection was lost");
	}
	PQclear(r);
	if (e->conn && PQstatus(e->conn) != CONNECTION_OK) {
		PQfinish(e->conn);
		e->conn = NULL;
	}
	return NULL;
}

static const char *number(struct toc_erasing *e, uint64_t n)
{
	return toc_arena_printf(e->a, "%" PRIu64, n).p;
}

static const char *id_text(struct toc_erasing *e, struct toc_uuid id)
{
	return toc_uuid_is_nil(id) ? NULL : toc_uuid_str(e->a, id).p;
}

static struct toc_str text_at(const PGresult *r, int row, int column)
{
	return (struct toc_str){ PQgetvalue(r, row, column), (size_t)PQgetlength(r, row, column) };
}

static struct toc_uuid id_at(const PGresult *r, int row, int column)
{
	struct toc_uuid id;

	return toc_uuid_parse(text_at(r, row, column), &id) < 0 ? (struct toc_uuid){ { 0 } } : id;
}

static uint64_t number_at(const PGresult *r, int row, int column)
{
	return strtoull(PQgetvalue(r, row, column), NULL, 10);
}

/* \x… */
static struct toc_str bytes_at(struct toc_erasing *e, const PGresult *r, int row, int column)
{
	struct toc_str hex = text_at(r, row, column);
	size_t n = hex.n > 2 ? (hex.n - 2) / 2 : 0;
	uint8_t *p = toc_arena_alloc(e->a, n + 1);

	if (n && toc_hex_decode((struct toc_str){ hex.p + 2, n * 2 }, p, n) < 0)
		n = 0;
	return (struct toc_str){ (const char *)p, n };
}

int toc_erasing_erasures(struct toc_erasing *e, uint64_t from, toc_erasing_erased *erased, void *ctx, struct toc_error *reterr)
{
	toc_arena_reset(e->a);
	const char *values[] = { number(e, from) };
	PGresult *r = run(e, "select seq, key, subject, retention, there, ts from ledger.entered_erasures($1, 1000)", values, 1, reterr);

	for (int i = 0; r && i < PQntuples(r); i++)
		erased(ctx, number_at(r, i, 0), (toc_time){ (int64_t)number_at(r, i, 5) },
		       &(struct toc_key_row){ .id = id_at(r, i, 1), .subject = text_at(r, i, 2), .retention = text_at(r, i, 3) },
		       *PQgetvalue(r, i, 4) == 't');
	PQclear(r);
	return r ? 0 : TOC_EIO;
}

int toc_erasing_leaves(struct toc_erasing *e, uint64_t seq, bool *ret_leaves, struct toc_error *reterr)
{
	toc_arena_reset(e->a);
	const char *values[] = { number(e, seq) };
	PGresult *r = run(e, "select ledger.erasure_leaves($1)", values, 1, reterr);

	if (r)
		*ret_leaves = *PQgetvalue(r, 0, 0) == 't';
	PQclear(r);
	return r ? 0 : TOC_EIO;
}

int toc_erasing_erase(struct toc_erasing *e, uint64_t seq, uint64_t *ret_parts, struct toc_error *reterr)
{
	toc_arena_reset(e->a);
	const char *values[] = { number(e, seq) };
	PGresult *r = run(e, "select ledger.erase($1)", values, 1, reterr);

	if (r)
		*ret_parts = number_at(r, 0, 0);
	PQclear(r);
	return r ? 0 : TOC_EIO;
}

int toc_erasing_keys(struct toc_erasing *e, struct toc_uuid not_under, unsigned limit, toc_erasing_key *key, void *ctx,
		     struct toc_error *reterr)
{
	toc_arena_reset(e->a);
	const char *values[] = { id_text(e, not_under), number(e, limit) };
	PGresult *r = run(e,
			  "select id, subject, retention, wrapping, wrapped from ledger.seal_key "
			  "where wrapping is distinct from $1 order by id limit $2",
			  values, 2, reterr);

	for (int i = 0; r && i < PQntuples(r); i++)
		key(ctx, &(struct toc_key_row){ .id = id_at(r, i, 0), .subject = text_at(r, i, 1), .retention = text_at(r, i, 2),
						 .wrapping_id = id_at(r, i, 3), .wrapped = bytes_at(e, r, i, 4) });
	PQclear(r);
	return r ? 0 : TOC_EIO;
}

int toc_erasing_rewrap(struct toc_erasing *e, const struct toc_key_row *rows, size_t n, struct toc_error *reterr)
{
	struct toc_buf ids, wrapped;

	if (n == 0)
		return 0;
	toc_arena_reset(e->a);
	toc_buf_init(&ids, 1 << 20);
	toc_buf_init(&wrapped, 1 << 20);
	for (size_t i = 0; i < n; i++) {
		toc_buf_printf(&ids, "%s%s", i ? "," : "{", id_text(e, rows[i].id));
		toc_buf_printf(&wrapped, "%s\"\\\\x%.*s\"", i ? "," : "{",
			       TOC_STR_ARGS(toc_hex(e->a, (const uint8_t *)rows[i].wrapped.p, rows[i].wrapped.n)));
	}
	toc_buf_add(&ids, "}", 2);
	toc_buf_add(&wrapped, "}", 2);
	const char *values[] = { ids.p, id_text(e, rows[0].wrapping_id), wrapped.p };
	PGresult *r = ids.failed || wrapped.failed
			      ? NULL
			      : run(e, "select ledger.rewrap($1::uuid[], $2, $3::bytea[])", values, 3, reterr);
	if (ids.failed || wrapped.failed)
		toc_fail(reterr, TOC_ELIMIT, "too many keys at once");
	toc_buf_done(&ids);
	toc_buf_done(&wrapped);
	PQclear(r);
	return r ? 0 : TOC_EIO;
}

int toc_erasing_begin(struct toc_erasing *e, struct toc_uuid after, struct toc_uuid id, const char *node,
		      struct toc_uuid *ret_newest, struct toc_error *reterr)
{
	toc_arena_reset(e->a);
	const char *values[] = { id_text(e, after), id_text(e, id), node };
	PGresult *r = run(e, "select ledger.begin_wrapping($1, $2, $3)", values, 3, reterr);

	if (r)
		*ret_newest = id_at(r, 0, 0);
	PQclear(r);
	return r ? 0 : TOC_EIO;
}

int toc_erasing_newest(struct toc_erasing *e, struct toc_uuid *ret_newest, struct toc_error *reterr)
{
	PGresult *r = run(e, "select id from ledger.wrapping order by nth desc limit 1", NULL, 0, reterr);

	if (r)
		*ret_newest = PQntuples(r) ? id_at(r, 0, 0) : (struct toc_uuid){ { 0 } };
	PQclear(r);
	return r ? 0 : TOC_EIO;
}

int toc_erasing_retire(struct toc_erasing *e, uint64_t *ret_left, struct toc_error *reterr)
{
	PGresult *r = run(e, "select ledger.retire_wrappings()", NULL, 0, reterr);

	if (r)
		*ret_left = number_at(r, 0, 0);
	PQclear(r);
	return r ? 0 : TOC_EIO;
}

int toc_erasing_returned(struct toc_erasing *e, struct toc_uuid key, struct toc_error *reterr)
{
	toc_arena_reset(e->a);
	const char *values[] = { id_text(e, key) };
	PGresult *r = run(e, "select ledger.returned($1)", values, 1, reterr);

	PQclear(r);
	return r ? 0 : TOC_EIO;
}

/* ---- from one node to another ---- */

static void half_at(struct toc_erasing *e, const PGresult *r, int row, int column, uint8_t ret[32])
{
	struct toc_str bytes = bytes_at(e, r, row, column);

	memset(ret, 0, 32);
	if (bytes.n == 32)
		memcpy(ret, bytes.p, 32);
}

static const char *bytes_text(struct toc_erasing *e, const void *p, size_t n)
{
	return toc_arena_printf(e->a, "\\x%.*s", TOC_STR_ARGS(toc_hex(e->a, p, n))).p;
}

int toc_erasing_wants(struct toc_erasing *e, toc_erasing_wanted *wanted, void *ctx, struct toc_error *reterr)
{
	toc_arena_reset(e->a);
	PGresult *r = run(e, "select node, wrapping, public_key, proof, sealed from ledger.wrapping_wanted order by node limit 100", NULL, 0, reterr);

	for (int i = 0; r && i < PQntuples(r); i++) {
		struct toc_wrapping_wanted w = { .node = text_at(r, i, 0), .wrapping = id_at(r, i, 1), .sealed = bytes_at(e, r, i, 4) };
		half_at(e, r, i, 2, w.public_key);
		half_at(e, r, i, 3, w.proof);
		wanted(ctx, &w);
	}
	PQclear(r);
	return r ? 0 : TOC_EIO;
}

static int nothing(struct toc_erasing *e, const char *sql, const char *const *values, int n, struct toc_error *reterr)
{
	PGresult *r = run(e, sql, values, n, reterr);

	PQclear(r);
	return r ? 0 : TOC_EIO;
}

int toc_erasing_want(struct toc_erasing *e, const struct toc_wrapping_wanted *w, struct toc_error *reterr)
{
	toc_arena_reset(e->a);
	const char *values[] = { toc_arena_cstr(e->a, w->node), id_text(e, w->wrapping), bytes_text(e, w->public_key, sizeof w->public_key),
				 bytes_text(e, w->proof, sizeof w->proof) };
	return nothing(e, "select ledger.want_wrapping($1, $2, $3, $4)", values, 4, reterr);
}

int toc_erasing_give(struct toc_erasing *e, const struct toc_wrapping_wanted *w, struct toc_error *reterr)
{
	toc_arena_reset(e->a);
	const char *values[] = { toc_arena_cstr(e->a, w->node), bytes_text(e, w->public_key, sizeof w->public_key),
				 bytes_text(e, w->sealed.p, w->sealed.n) };
	return nothing(e, "select ledger.give_wrapping($1, $2, $3)", values, 3, reterr);
}

int toc_erasing_taken(struct toc_erasing *e, const char *node, struct toc_error *reterr)
{
	const char *values[] = { node };
	return nothing(e, "select ledger.wrapping_taken($1)", values, 1, reterr);
}

int toc_erasing_entries(struct toc_erasing *e, uint64_t from, toc_erasing_entry *entry, void *ctx, struct toc_error *reterr)
{
	toc_arena_reset(e->a);
	const char *values[] = { number(e, from) };
	PGresult *r = run(e,
			  "select seq, convert_from(body, 'UTF8') from ledger.entry where k = 'erase.due' and seq >= $1 "
			  "order by seq limit 1000",
			  values, 1, reterr);

	for (int i = 0; r && i < PQntuples(r); i++)
		entry(ctx, number_at(r, i, 0), text_at(r, i, 1));
	PQclear(r);
	return r ? 0 : TOC_EIO;
}

int toc_erasing_missing(struct toc_erasing *e, uint64_t from, uint64_t to, toc_erasing_missing_part *missing, void *ctx,
			struct toc_error *reterr)
{
	toc_arena_reset(e->a);
	const char *values[] = { number(e, from), number(e, to) };
	PGresult *r = run(e,
			  "select m.seq, m.parts, coalesce((select string_agg(x.part || ' key ' || x.key || case when exists "
			  "(select from ledger.seal_key k where k.id = x.key) then ', which is there' else ', which is gone' end, '; ') "
			  "from (values ('actor', m.actor_key), ('data', m.data_key)) x(part, key) where x.key is not null), 'no keys named') "
			  "from ledger.missing_parts($1, $2) m",
			  values, 2, reterr);

	for (int i = 0; r && i < PQntuples(r); i++)
		missing(ctx, number_at(r, i, 0), (unsigned)number_at(r, i, 1), text_at(r, i, 2));
	PQclear(r);
	return r ? 0 : TOC_EIO;
}

int toc_erasing_tip(struct toc_erasing *e, uint64_t *ret_size, struct toc_error *reterr)
{
	PGresult *r = run(e, "select size from ledger.tip", NULL, 0, reterr);

	if (r)
		*ret_size = number_at(r, 0, 0);
	PQclear(r);
	return r ? 0 : TOC_EIO;
}
