/* facts.c: see facts.h.
 *
 *   AWAY → CONNECTING → SETTING → SLICING → RESTING → SLICING …     whatever fails: AWAY */
#include "store/facts.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "store/pg.h"

#define CONNECT_US 5000000
#define AGAIN_US 5000000  /* after something went wrong */
#define IDLE_US 30000000  /* even if nobody tells of new entries */
#define LEAST_US 50000    /* between slices */
#define GATHER_US 200000  /* from the first word of new entries: many appends make one slice */
#define REST 3            /* times what a slice took */
#define CHECK_REST 30     /* times what a look took: entries are checked again and again (sql/functions/checks.sql) */
#define CHECK_LEAST_US 200000
#define CHECK_BEHIND 1000 /* entries whose facts are missing: these first */
#define CHECK_IDLE_US 5000000 /* all were looked at within the hour */

enum stage { AWAY, CONNECTING, SETTING, SLICING, RESTING };

struct toc_facts {
	const char *conninfo;
	PGconn *conn;
	PostgresPollingStatusType polling;
	enum stage stage;
	bool sent, unflushed, told; /* told: of new entries */
	bool checking; /* the statement under way is a look */
	int64_t began_us, next_us, check_us;
	int64_t behind;
	bool troubled;
	struct toc_error trouble;
};

static void discard_notice(void *ctx, const PGresult *r)
{
	(void)ctx, (void)r;
}

static void give_up(struct toc_facts *f, const char *words, int64_t now)
{
	(void)toc_fail(&f->trouble, TOC_EIO, "database: %.*s", (int)strcspn(words, "\n"), words);
	f->troubled = true;
	PQfinish(f->conn);
	f->conn = NULL;
	f->stage = AWAY;
	f->sent = f->unflushed = f->told = false;
	f->behind = -1;
	f->next_us = now + AGAIN_US;
}

static void begin(struct toc_facts *f, int64_t now)
{
	const char *const keyword[] = { "dbname", "client_encoding", "fallback_application_name", NULL };
	const char *const value[] = { f->conninfo, "UTF8", "tocsin-facts", NULL };

	f->conn = PQconnectStartParams(keyword, value, 1);
	if (!f->conn)
		abort(); /* no memory */
	PQsetNoticeReceiver(f->conn, discard_notice, NULL);
	f->polling = PGRES_POLLING_WRITING; /* as the manual says to begin */
	f->stage = CONNECTING;
	f->next_us = now + CONNECT_US;
}

static void flush(struct toc_facts *f, int64_t now)
{
	int r = PQflush(f->conn);

	if (r < 0)
		give_up(f, PQerrorMessage(f->conn), now);
	else
		f->unflushed = r > 0;
}

static void send(struct toc_facts *f, int64_t now)
{
	const char *sql = f->stage == SETTING ? /* what a crash takes is computed again: no commit of ours holds up others */
						"set default_transaction_read_only = off; set synchronous_commit = off;"
						" set client_connection_check_interval = '1s'; listen tocsin_log"
					      : "select behind from audit.catch_up(250)"; /* little: appends share the processors */

	f->checking = f->stage == SLICING && f->behind >= 0 && f->behind < CHECK_BEHIND && now >= f->check_us;
	if (f->checking)
		sql = "select audit.check_slice()";
	f->began_us = now;
	f->told &= f->checking;
	f->sent = true;
	f->next_us = INT64_MAX; /* the role's statement_timeout ends it */
	if (!PQsendQuery(f->conn, sql))
		give_up(f, PQerrorMessage(f->conn), now);
	else
		flush(f, now);
}

static void rest(struct toc_facts *f, int64_t now)
{
	int64_t pause = (now - f->began_us) * REST;

	f->stage = RESTING;
	if (f->checking && f->check_us <= now)
		f->check_us = now + (pause / REST * CHECK_REST > CHECK_LEAST_US ? pause / REST * CHECK_REST : CHECK_LEAST_US);
	if (pause < LEAST_US)
		pause = LEAST_US;
	f->next_us = f->behind > 0 ? now + pause : f->told ? now + (pause > GATHER_US ? pause : GATHER_US) : now + IDLE_US;
	if (f->behind >= 0 && f->behind < CHECK_BEHIND && f->check_us < f->next_us)
		f->next_us = f->check_us;
}

static void notified(struct toc_facts *f, int64_t now)
{
	PGnotify *n;

	while ((n = PQnotifies(f->conn))) {
		PQfreemem(n);
		f->told = true;
	}
	if (f->told && f->stage == RESTING && f->next_us > now + GATHER_US && f->behind == 0)
		f->next_us = now + GATHER_US;
}

static void take(struct toc_facts *f, int64_t now)
{
	PGresult *r;

	while (f->sent && !PQisBusy(f->conn)) {
		if (!(r = PQgetResult(f->conn))) {
			f->sent = false;
			if (f->stage == SETTING)
				f->stage = SLICING;
			else
				rest(f, now);
			break;
		}
		ExecStatusType is = PQresultStatus(r);
		if (is == PGRES_TUPLES_OK && f->checking)
			f->check_us = PQgetisnull(r, 0, 0) ? now + CHECK_IDLE_US : now;
		else if (is == PGRES_TUPLES_OK)
			f->behind = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
		else if (is != PGRES_COMMAND_OK)
			give_up(f, PQresultErrorMessage(r), now);
		PQclear(r);
	}
}

void toc_facts_step(void *facts, int64_t now)
{
	struct toc_facts *f = facts;

	if (f->stage == AWAY) {
		if (now >= f->next_us)
			begin(f, now);
		return;
	}
	if (f->stage == CONNECTING) {
		f->polling = PQconnectPoll(f->conn);
		if (f->polling == PGRES_POLLING_FAILED || now >= f->next_us)
			give_up(f, f->polling == PGRES_POLLING_FAILED ? PQerrorMessage(f->conn) : "it does not answer", now);
		else if (f->polling == PGRES_POLLING_OK && PQsetnonblocking(f->conn, 1) == 0)
			f->stage = SETTING;
		if (f->stage != SETTING)
			return;
	} else if (!PQconsumeInput(f->conn)) {
		give_up(f, PQerrorMessage(f->conn), now);
		return;
	}
	if (f->unflushed)
		flush(f, now);
	if (f->stage != AWAY)
		take(f, now);
	if (f->stage != AWAY)
		notified(f, now);
	if (f->stage == RESTING && now >= f->next_us)
		f->stage = SLICING;
	if ((f->stage == SETTING || f->stage == SLICING) && !f->sent)
		send(f, now);
}

struct toc_facts *toc_facts_new(const char *conninfo)
{
	struct toc_facts *f = calloc(1, sizeof *f);

	if (!f)
		abort();
	f->conninfo = conninfo;
	f->behind = -1;
	return f;
}

void toc_facts_free(struct toc_facts *f)
{
	if (!f)
		return;
	PQfinish(f->conn);
	free(f);
}

int64_t toc_facts_behind(const struct toc_facts *f)
{
	return f->behind;
}

bool toc_facts_trouble(struct toc_facts *f, struct toc_error *ret)
{
	bool troubled = f->troubled;

	if (troubled)
		*ret = f->trouble;
	f->troubled = false;
	return troubled;
}

int toc_facts_fd(const void *facts)
{
	const struct toc_facts *f = facts;

	return f->conn ? PQsocket(f->conn) : -1;
}

short toc_facts_wants(const void *facts)
{
	const struct toc_facts *f = facts;

	if (f->stage == CONNECTING)
		return f->polling == PGRES_POLLING_READING ? POLLIN : POLLOUT;
	return (short)(f->conn ? POLLIN | (f->unflushed ? POLLOUT : 0) : 0);
}

int64_t toc_facts_next_us(const void *facts)
{
	return ((const struct toc_facts *)facts)->next_us;
}
