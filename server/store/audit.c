/* audit.c: see audit.h.
 *
 *   CONNECTING → SETTING → CATCHING_UP (again and again) → OPENING → BEGINNING → DECLARING → SKIPPING → FETCHING … → OVER
 *
 * Each stage is one statement, and the next is sent when all its results are there. The statement of the question is a
 * cursor's, sent by the extended protocol: one SELECT, whatever it says. */
#include "store/audit.h"

#include "store/embedded.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_US 5000000
#define ROWS_AT_ONCE 64 /* TOC_AUDIT_ROWS_AT_ONCE */
#define ROWS_AT_FIRST 8
#define BYTES_AT_ONCE 262144 /* about */
#define STATEMENT_S 30
#define ROW_MAX 262144 /* TOC_AUDIT_ROW_MAX */
#define STRINGIFIED(x) #x
#define TEXT_OF(x) STRINGIFIED(x)

enum stage { CONNECTING, SETTING, CATCHING_UP, OPENING, BEGINNING, DECLARING, SKIPPING, FETCHING, OVER };

struct toc_audit {
	struct toc_audit_question q;
	struct toc_audit_taker taker;
	void *ctx;
	PGconn *conn;
	PostgresPollingStatusType polling;
	enum stage stage;
	int64_t connect_until_us, until_us;
	bool sent, unflushed, paused; /* sent: the stage's statement is under way */
	uint64_t rows;
	size_t at_once, fetched, bytes; /* rows asked for by this FETCH; what came */
	uint64_t known; /* entries that can be answered from */
	int64_t patience_us; /* so long for what is computed once: then it answers as of what is known */
	bool more;
	struct toc_buf sql;
};

static void discard_notice(void *ctx, const PGresult *r)
{
	(void)ctx;
	(void)r;
}

static const struct toc_sql *named(const char *name)
{
	static const char folder[] = "queries/audit/";

	for (size_t i = 0; i < toc_sql_n; i++) {
		size_t n = strlen(toc_sql[i].path);
		if (!strncmp(toc_sql[i].path, folder, sizeof folder - 1) && n == sizeof folder - 1 + strlen(name) + 4 &&
		    !strncmp(toc_sql[i].path + sizeof folder - 1, name, strlen(name)))
			return &toc_sql[i];
	}
	return NULL;
}

bool toc_audit_has(const char *name)
{
	return named(name) != NULL;
}

/* ---- the end ---- */

/* What it is doing PostgreSQL cancels by itself, within a second (client_connection_check_interval): to ask for it would mean
 * to wait for an answer. */
static void close_connection(struct toc_audit *a)
{
	PQfinish(a->conn);
	a->conn = NULL;
}

static void end(struct toc_audit *a, int result, const struct toc_error *why)
{
	if (a->stage == OVER)
		return;
	a->stage = OVER;
	close_connection(a);
	a->taker.end(a->ctx, result, a->more, why);
}

static void fail(struct toc_audit *a, int result, const char *words)
{
	struct toc_error e;

	(void)toc_fail(&e, result, "%s", words);
	end(a, result, &e);
}

static void lost(struct toc_audit *a)
{
	const char *text = PQerrorMessage(a->conn);
	struct toc_error e;

	(void)toc_fail(&e, TOC_EIO, "database: %.*s", (int)strcspn(text, "\n"), text);
	end(a, TOC_EIO, &e);
}

/* What a failed statement means. Only of the asker's own statement PostgreSQL's words go out. */
static void failed(struct toc_audit *a, const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE), *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	struct toc_error e;
	int result = TOC_EIO;

	state = state ? state : "";
	text = text ? text : "no words";
	if (!strcmp(state, "TC004"))
		result = TOC_EPROOF;
	else if (!strcmp(state, "57014"))
		result = TOC_ETIMEOUT;
	else if (a->stage >= DECLARING && (a->q.statement.n || !strncmp(state, "22", 2)) && strncmp(state, "08", 2) && strncmp(state, "57", 2))
		result = TOC_EINVAL;
	(void)toc_fail(&e, result, "%s%s", result == TOC_EIO ? "database: " : "", text);
	a->sent = false;
	end(a, result, &e);
}

/* ---- statements ---- */

/* :name of a parameter becomes $n; a cast (::) stays one. */
static void put_named(struct toc_audit *a, const char *sql)
{
	for (const char *p = sql; *p; p++) {
		if (*p != ':' || p[1] < 'a' || p[1] > 'z' || (p > sql && p[-1] == ':')) {
			toc_buf_byte(&a->sql, (uint8_t)*p);
			continue;
		}
		size_t n = strspn(p + 1, "abcdefghijklmnopqrstuvwxyz_"), i = 0;
		while (i < a->q.n_parameters && (strlen(a->q.parameters[i]) != n || strncmp(a->q.parameters[i], p + 1, n)))
			i++;
		if (i == a->q.n_parameters)
			TOC_WRONG("a query names a parameter that query.def does not");
		toc_buf_printf(&a->sql, "$%zu", i + 1);
		p += n;
	}
}

static int send_declare(struct toc_audit *a)
{
	const char *value[16];
	char *copy[16] = { NULL };
	size_t n = a->q.statement.n ? 0 : a->q.n_parameters;

	toc_buf_init(&a->sql, 256 << 10);
	toc_buf_text(&a->sql, "declare q no scroll cursor for select case when octet_length(x.j) <= " TEXT_OF(ROW_MAX)
			      " then x.j end from (select row_to_json(q)::text j from (\n");
	if (a->q.statement.n)
		toc_buf_str(&a->sql, a->q.statement);
	else
		put_named(a, named(a->q.name)->text);
	toc_buf_text(&a->sql, "\n) q) x");
	toc_buf_byte(&a->sql, 0);
	if (n > 16)
		TOC_WRONG("a query has more than 16 parameters");
	for (size_t i = 0; i < n; i++)
		value[i] = a->q.values[i].p ? (copy[i] = strndup(a->q.values[i].p, a->q.values[i].n)) : NULL;
	/* all are texts; the statement casts them */
	static const Oid texts[16] = { 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25 };
	int ok = PQsendQueryParams(a->conn, a->sql.p, (int)n, texts, value, NULL, NULL, 0);
	for (size_t i = 0; i < n; i++)
		free(copy[i]);
	toc_buf_done(&a->sql);
	return ok;
}

/* In the order of the stages. Whether an expert's statement may run is asked of the database: it must be the role itself
 * that is signed in (a role that was taken can be put down again), and what is open to everybody must be closed. */
static int send(struct toc_audit *a)
{
	char sql[512];

	switch (a->stage) {
	case SETTING:
		return PQsendQuery(a->conn,
				   "set default_transaction_read_only = off; set timezone = 'UTC'; set search_path = audit;"
				   "set client_connection_check_interval = '1s'; set work_mem = '16MB';"
				   "select session_user = 'tocsin_auditor' and not pg_catalog.has_function_privilege("
				   "'pg_catalog.pg_notify(text, text)', 'execute') and not pg_catalog.has_function_privilege("
				   "'pg_catalog.pg_stat_get_xact_tuples_fetched(oid)', 'execute')");
	case CATCHING_UP:
		return PQsendQuery(a->conn, "select size from audit.catch_up(2000)");
	case OPENING:
		snprintf(sql, sizeof sql, "select as_of, whole, deconfliction from audit.open(%llu, nullif(%llu, 0))",
			 (unsigned long long)a->q.seq, (unsigned long long)a->q.as_of);
		return PQsendQuery(a->conn, sql);
	case BEGINNING: /* the snapshot is taken here: from now on it cannot be made to write */
		return PQsendQuery(a->conn, "begin isolation level repeatable read, read only; select from audit.mine()");
	case DECLARING:
		return send_declare(a);
	case SKIPPING:
		snprintf(sql, sizeof sql, "move forward %llu in q", (unsigned long long)(a->q.skip < INT32_MAX ? a->q.skip : INT32_MAX));
		return PQsendQuery(a->conn, sql);
	case FETCHING:
		a->at_once = !a->at_once ? ROWS_AT_FIRST : a->bytes < BYTES_AT_ONCE / ROWS_AT_ONCE ? ROWS_AT_ONCE
			: a->bytes >= BYTES_AT_ONCE ? 1 : BYTES_AT_ONCE / a->bytes < ROWS_AT_ONCE ? BYTES_AT_ONCE / a->bytes : ROWS_AT_ONCE;
		a->fetched = a->bytes = 0;
		/* the rows before may have turned off what ends it (set_config is everybody's) */
		snprintf(sql, sizeof sql, "set statement_timeout = '%ds'; set client_connection_check_interval = '1s'; fetch forward %zu in q",
			 STATEMENT_S, a->at_once);
		return PQsendQuery(a->conn, sql);
	default:
		return 1;
	}
}

static bool is_true(const PGresult *r, int column)
{
	return PQntuples(r) == 1 && !strcmp(PQgetvalue(r, 0, column), "t");
}

static void take_rows(struct toc_audit *a, const PGresult *r)
{
	a->fetched += (size_t)PQntuples(r);
	for (int i = 0; i < PQntuples(r) && a->stage == FETCHING; i++) {
		if (a->rows == a->q.limit) {
			a->more = true;
			return;
		}
		if (PQgetisnull(r, i, 0)) {
			fail(a, TOC_ELIMIT, "a row has more than 256 KiB");
			return;
		}
		a->rows++;
		a->bytes += (size_t)PQgetlength(r, i, 0);
		a->taker.row(a->ctx, (struct toc_str){ PQgetvalue(r, i, 0), (size_t)PQgetlength(r, i, 0) });
	}
}

static void take(struct toc_audit *a, const PGresult *r)
{
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		return;
	switch (a->stage) {
	case SETTING:
		if (a->q.statement.n && !is_true(r, 0))
			fail(a, TOC_EUNSUPPORTED, "this database is not set up for statements of one's own: see docs/audit.md");
		break;
	case CATCHING_UP:
		a->known = strtoull(PQgetvalue(r, 0, 0), NULL, 10);
		break;
	case OPENING:
		a->taker.open(a->ctx, strtoull(PQgetvalue(r, 0, 0), NULL, 10), is_true(r, 1), is_true(r, 2));
		break;
	case FETCHING:
		take_rows(a, r);
		break;
	default:
		break;
	}
}

static void advance(struct toc_audit *a)
{
	switch (a->stage) {
	case CATCHING_UP:
		if (a->known >= (a->q.as_of && a->q.as_of < a->q.seq ? a->q.as_of : a->q.seq) ||
		    (!a->q.as_of && toc_clock_mono_us() >= a->patience_us))
			a->stage = OPENING;
		break;
	case FETCHING:
		a->bytes = a->fetched ? a->bytes / a->fetched : 0; /* of a row */
		if (a->more || a->fetched < a->at_once)
			end(a, 0, NULL);
		break;
	case DECLARING:
		a->stage = a->q.skip ? SKIPPING : FETCHING;
		break;
	case OVER:
		break;
	default:
		a->stage = (enum stage)(a->stage + 1);
	}
}

/* ---- the loop ---- */

static void flush(struct toc_audit *a)
{
	int r = PQflush(a->conn);

	if (r < 0)
		lost(a);
	else
		a->unflushed = r > 0;
}

static void run(struct toc_audit *a)
{
	while (a->stage != OVER && a->stage != CONNECTING) {
		if (!a->sent) {
			if (a->stage == FETCHING && a->paused)
				return;
			if (!send(a)) {
				lost(a);
				return;
			}
			a->sent = true;
			flush(a);
		}
		if (a->stage == OVER || PQisBusy(a->conn))
			return;
		PGresult *r = PQgetResult(a->conn);
		if (!r) {
			a->sent = false;
			advance(a);
			continue;
		}
		ExecStatusType status = PQresultStatus(r);
		if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
			take(a, r);
		else
			failed(a, r);
		PQclear(r);
	}
}

static void connect_on(struct toc_audit *a)
{
	a->polling = PQconnectPoll(a->conn);
	if (a->polling == PGRES_POLLING_FAILED) {
		lost(a);
	} else if (a->polling == PGRES_POLLING_OK) {
		if (PQsetnonblocking(a->conn, 1) != 0)
			lost(a);
		else
			a->stage = SETTING;
	}
}

void toc_audit_step(struct toc_audit *a, int64_t now)
{
	if (a->stage == OVER)
		return;
	if (a->stage == CONNECTING) {
		connect_on(a);
		if (a->stage == CONNECTING && now >= a->connect_until_us)
			fail(a, TOC_EIO, "database: it does not answer");
	} else if (a->sent) {
		if (a->unflushed)
			flush(a);
		if (a->stage != OVER && !PQconsumeInput(a->conn))
			lost(a);
	}
	run(a);
	if (a->stage != OVER && now >= a->until_us)
		fail(a, TOC_ETIMEOUT, "its time is over");
}

struct toc_audit *toc_audit_new(const char *conninfo, const struct toc_audit_question *q, const struct toc_audit_taker *taker,
				void *ctx)
{
	const char *const keyword[] = { "dbname", "client_encoding", "fallback_application_name", NULL };
	const char *const value[] = { conninfo, "UTF8", "tocsin-audit", NULL };
	struct toc_audit *a = calloc(1, sizeof *a);
	int64_t now = toc_clock_mono_us();

	if (!a || !(a->conn = PQconnectStartParams(keyword, value, 1)))
		abort(); /* no memory */
	a->q = *q;
	a->taker = *taker;
	a->ctx = ctx;
	a->polling = PGRES_POLLING_WRITING; /* as the manual says to begin */
	a->connect_until_us = now + CONNECT_US;
	a->until_us = now + q->time.us;
	a->patience_us = now + q->time.us / 2;
	PQsetNoticeReceiver(a->conn, discard_notice, NULL);
	return a; /* a connection that is bad already says so in its first step */
}

void toc_audit_free(struct toc_audit *a)
{
	if (!a)
		return;
	close_connection(a);
	free(a);
}

void toc_audit_pause(struct toc_audit *a, bool pause)
{
	a->paused = pause;
}

int toc_audit_fd(const struct toc_audit *a)
{
	return a->conn ? PQsocket(a->conn) : -1;
}

short toc_audit_wants(const struct toc_audit *a)
{
	if (a->stage == CONNECTING)
		return a->polling == PGRES_POLLING_READING ? POLLIN : POLLOUT;
	return (short)(a->sent ? POLLIN | (a->unflushed ? POLLOUT : 0) : 0);
}

int64_t toc_audit_next_us(const struct toc_audit *a)
{
	if (a->stage == OVER)
		return INT64_MAX;
	if (!a->sent && a->stage == FETCHING && !a->paused)
		return 0; /* wanted again */
	return a->stage == CONNECTING && a->connect_until_us < a->until_us ? a->connect_until_us : a->until_us;
}
