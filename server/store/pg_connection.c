/* pg_connection.c: the connection: made in the background, given up at a deadline, made again.
 *
 *   AWAY -> CONNECTING -> PREPARING (can it write? prepare sql/queries, LISTEN) -> UP -> AWAY …
 * Every failure leads to AWAY and is told once per reason; the next attempt comes after 100 ms, doubling to 2
 * s. Nothing waits: libpq is asked only for what it can say at once. A frozen server accepts connections (its
 * kernel does) and says nothing, so an attempt has a deadline too. */
#include "store/embedded.h"
#include "store/pg.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BACK_OFF_MIN_US 100000
#define BACK_OFF_MAX_US 2000000
#define ATTEMPT_US 5000000

static struct toc_pg *pg_of(const struct toc_store *s)
{
	return (struct toc_pg *)s;
}

static void discard_notice(void *ctx, const PGresult *r)
{
	(void)ctx;
	(void)r; /* notices are for psql; what matters comes as a result */
}

void toc_pg_drop(struct toc_pg *pg, int result, const char *why)
{
	bool head_was_sent = pg->under_way && (pg->state == TOC_PG_UP);
	unsigned waiting = pg->s.n;
	struct toc_error err;

	PQfinish(pg->conn);
	pg->conn = NULL;
	pg->state = TOC_PG_AWAY;
	pg->under_way = pg->unflushed = pg->send_failed = false;
	pg->next_attempt_us = toc_clock_mono_us() + pg->back_off_us;
	pg->back_off_us = pg->back_off_us * 2 < BACK_OFF_MAX_US ? pg->back_off_us * 2 : BACK_OFF_MAX_US;

	if (head_was_sent) {
		if (pg->rolling_back) { /* it had failed already: that is known */
			result = pg->result;
			err = pg->error;
		} else {
			(void)toc_fail(&err, result, "database: %s; the outcome is unknown", why);
		}
		pg->rolling_back = false;
		toc_op_end(&pg->s, result, pg->size, &err);
		waiting--;
	}
	(void)toc_fail(&err, TOC_EIO, "database: %s", why);
	toc_op_end_all(&pg->s, waiting, TOC_EIO, &err);
	if (strcmp(pg->told, err.text) != 0) {
		snprintf(pg->told, sizeof pg->told, "%s", err.text);
		toc_store_tell(&pg->s, TOC_STORE_DOWN, &err);
	}
}

static void drop_as_libpq_says(struct toc_pg *pg)
{
	char line[240];

	toc_pg_first_line(PQerrorMessage(pg->conn), line, sizeof line);
	toc_pg_drop(pg, TOC_ECLOSED, line[0] ? line : "the connection was lost");
}

/* ---- up ---- */

static void begin_to_connect(struct toc_pg *pg, int64_t now)
{
	const char *const keyword[] = { "dbname", "client_encoding", "fallback_application_name", NULL };
	const char *const value[] = { pg->conninfo, "UTF8", "tocsin", NULL };

	pg->conn = PQconnectStartParams(keyword, value, 1);
	if (!pg->conn)
		abort(); /* no memory */
	pg->state = TOC_PG_CONNECTING;
	pg->polling = PGRES_POLLING_WRITING; /* as the manual says to begin */
	pg->attempt_ends_us = now + ATTEMPT_US;
	PQsetNoticeReceiver(pg->conn, discard_notice, NULL);
	if (PQstatus(pg->conn) == CONNECTION_BAD)
		drop_as_libpq_says(pg);
}

/* A standby, or a server that was set to read only, cannot take entries. A role that only reads does not
 * mind. */
static const char can_serve[] =
	"select pg_catalog.pg_is_in_recovery() or "
	"(pg_catalog.current_setting('transaction_read_only')::boolean"
	" and pg_catalog.has_schema_privilege('ledger', 'usage') and pg_catalog.has_function_privilege("
	"'ledger.lock_tip(bigint)', 'execute'))";

static void take_can_serve(struct toc_pg *pg, const PGresult *r)
{
	if (PQntuples(r) == 1 && PQgetlength(r, 0, 0) == 1 && PQgetvalue(r, 0, 0)[0])
		pg->result = toc_fail(&pg->error, TOC_EIO, "the server only reads (a standby, or read-only)");
}

static void begin_to_prepare(struct toc_pg *pg)
{
	static const char folder[] = "queries/", suffix[] = ".sql";

	pg->state = TOC_PG_PREPARING;
	if (PQsetnonblocking(pg->conn, 1) != 0 || PQenterPipelineMode(pg->conn) != 1) {
		drop_as_libpq_says(pg);
		return;
	}
	toc_pg_begin(pg);
	toc_pg_send_text(pg, can_serve, take_can_serve);
	for (size_t i = 0; i < toc_sql_n; i++) {
		char name[64];
		size_t n = strlen(toc_sql[i].path);
		if (strncmp(toc_sql[i].path, folder, sizeof folder - 1) != 0 ||
		    strchr(toc_sql[i].path + sizeof folder - 1, '/')) /* an auditor's, whose connection is another (audit.c) */
			continue;
		assert(n - (sizeof folder - 1) - (sizeof suffix - 1) < sizeof name);
		snprintf(name, sizeof name, "%.*s", (int)(n - (sizeof folder - 1) - (sizeof suffix - 1)),
			 toc_sql[i].path + sizeof folder - 1);
		if (!PQsendPrepare(pg->conn, name, toc_sql[i].text, 0, NULL))
			pg->send_failed = true;
		pg->take[pg->n_statements++] = NULL;
	}
	if (pg->listen) {
		toc_pg_send_text(pg, "listen tocsin_log", NULL);
		toc_pg_send_text(pg, "listen tocsin_checkpoint", NULL);
	}
	toc_pg_sync(pg);
}

static void end_to_prepare(struct toc_pg *pg)
{
	static const char prefix[] = "database: ";
	char why[400];

	pg->under_way = false;
	if (pg->result < 0) {
		const char *text = pg->error.text;
		if (strncmp(text, prefix, sizeof prefix - 1) == 0)
			text += sizeof prefix - 1;
		snprintf(why, sizeof why, "%s", text);
		toc_pg_drop(pg, TOC_EIO, why);
		return;
	}
	pg->state = TOC_PG_UP;
	pg->back_off_us = BACK_OFF_MIN_US;
	pg->told[0] = 0;
	toc_store_tell(&pg->s, TOC_STORE_UP, NULL);
}

static void connect_on(struct toc_pg *pg)
{
	pg->polling = PQconnectPoll(pg->conn);
	if (pg->polling == PGRES_POLLING_FAILED)
		drop_as_libpq_says(pg);
	else if (pg->polling == PGRES_POLLING_OK)
		begin_to_prepare(pg);
}

/* ---- the backend ---- */

static void take_notifies(struct toc_pg *pg)
{
	const struct toc_pg *known = pg->s.knows ? pg_of(pg->s.knows) : pg;
	bool appended = false, published = false;

	for (PGnotify *n; (n = PQnotifies(pg->conn)) != NULL; PQfreemem(n)) {
		bool by_another = n->be_pid != PQbackendPID(pg->conn) &&
				  (!known->conn || n->be_pid != PQbackendPID(known->conn));
		if (strcmp(n->relname, "tocsin_log") == 0)
			appended |= by_another;
		else
			published |= by_another;
	}
	if (appended)
		toc_store_tell(&pg->s, TOC_STORE_APPENDED, NULL);
	if (published)
		toc_store_tell(&pg->s, TOC_STORE_PUBLISHED, NULL);
}

/* What the socket brought. @return false when the connection is gone */
static bool exchange(struct toc_pg *pg, short revents)
{
	if (pg->send_failed || (revents && !PQconsumeInput(pg->conn))) {
		drop_as_libpq_says(pg);
		return false;
	}
	if (pg->unflushed) {
		int left = PQflush(pg->conn);
		pg->unflushed = left > 0;
		if (left < 0) {
			drop_as_libpq_says(pg);
			return false;
		}
	}
	if (pg->under_way && toc_pg_receive(pg)) {
		if (pg->state == TOC_PG_PREPARING)
			end_to_prepare(pg);
		else
			toc_pg_finish_head(pg);
	}
	if (!pg->conn)
		return false;
	if (PQstatus(pg->conn) == CONNECTION_BAD) {
		drop_as_libpq_says(pg);
		return false;
	}
	return true;
}

static void pg_step(struct toc_store *s, short revents, int64_t now)
{
	struct toc_pg *pg = pg_of(s);

	if (pg->state == TOC_PG_AWAY && now >= pg->next_attempt_us)
		begin_to_connect(pg, now);
	else if (pg->state == TOC_PG_CONNECTING && revents)
		connect_on(pg);
	if (pg->state == TOC_PG_PREPARING || pg->state == TOC_PG_UP) {
		if (exchange(pg, revents) && pg->state == TOC_PG_UP) {
			take_notifies(pg);
			toc_pg_start_head(pg);
		}
	}

	if (pg->state == TOC_PG_AWAY && s->n) { /* what came after the loss: nobody tries at the moment */
		struct toc_error err;
		(void)toc_fail(&err, TOC_EIO, "%s", pg->told);
		toc_op_end_all(s, s->n, TOC_EIO, &err);
	}
	if ((pg->state == TOC_PG_CONNECTING || pg->state == TOC_PG_PREPARING) && now >= pg->attempt_ends_us)
		toc_pg_drop(pg, TOC_EIO, "no answer while connecting");
	if (pg->state == TOC_PG_UP && pg->under_way && now >= toc_op_head(s)->deadline_us)
		toc_pg_drop(pg, TOC_ETIMEOUT, "no answer by the deadline");
	toc_op_end_late(s, pg->state == TOC_PG_UP && pg->under_way, now,
			"the connection or for what was before it");
}

static int64_t pg_next_us(const struct toc_store *s)
{
	const struct toc_pg *pg = pg_of(s);
	int64_t next = toc_op_first_deadline(s);

	if (pg->send_failed)
		return 0;
	if (pg->state == TOC_PG_AWAY)
		return s->n ? 0 : pg->next_attempt_us;
	if (pg->state != TOC_PG_UP && pg->attempt_ends_us < next)
		next = pg->attempt_ends_us;
	if (pg->state == TOC_PG_UP && s->n && !pg->under_way)
		return 0;
	return next;
}

static bool pg_is_up(const struct toc_store *s)
{
	return pg_of(s)->state == TOC_PG_UP;
}

static int pg_fd(const struct toc_store *s)
{
	return pg_of(s)->conn ? PQsocket(pg_of(s)->conn) : -1;
}

static short pg_wants(const struct toc_store *s)
{
	const struct toc_pg *pg = pg_of(s);

	switch (pg->state) {
	case TOC_PG_AWAY: return 0;
	case TOC_PG_CONNECTING: return pg->polling == PGRES_POLLING_READING ? POLLIN : POLLOUT;
	case TOC_PG_PREPARING:
	case TOC_PG_UP: break;
	}
	return pg->unflushed ? POLLIN | POLLOUT : POLLIN;
}

static void pg_kick(struct toc_store *s)
{
	toc_pg_start_head(pg_of(s));
}

static void pg_free(struct toc_store *s)
{
	struct toc_pg *pg = pg_of(s);

	PQfinish(pg->conn);
	toc_wipe(pg->conninfo, strlen(pg->conninfo));
	free(pg->conninfo);
	free(pg);
}

static const struct toc_backend backend = {
	.free = pg_free,
	.is_up = pg_is_up,
	.fd = pg_fd,
	.wants = pg_wants,
	.next_us = pg_next_us,
	.step = pg_step,
	.kick = pg_kick,
};

struct toc_store *toc_store_pg_new(const char *conninfo, bool listen)
{
	struct toc_pg *pg = calloc(1, sizeof *pg);
	char *copy = strdup(conninfo);

	if (!pg || !copy)
		abort(); /* start-up may die of lack of memory */
	pg->s.backend = &backend;
	pg->conninfo = copy;
	pg->listen = listen;
	pg->back_off_us = BACK_OFF_MIN_US;
	pg->next_attempt_us = toc_clock_mono_us();
	return &pg->s;
}
