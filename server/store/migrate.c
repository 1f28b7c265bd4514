/* migrate.c: the schema, brought up to what this program carries; and what `db status` tells. Blocking: for
 * start-up.
 *
 * One advisory lock, so that two nodes that start together do it one after the other; one transaction, so
 * that a deployment is either there or not. Order and rules: sql/README.md. */
#include "store/embedded.h"
#include "store/store.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK "128021758699886" /* advisory locks are known by a number: 0x746f6373696e is "tocsin" */

static const char book[] = "create table if not exists ledger.migration ("
			   "number integer constraint migration_number_is_unique primary key,"
			   "name text not null, sha256 bytea not null,"
			   "applied_at timestamptz not null default clock_timestamp())";

static int connect_to(const char *conninfo, PGconn **ret_conn, struct toc_error *reterr)
{
	const char *const keyword[] = { "connect_timeout", "dbname", "client_encoding",
					"fallback_application_name", NULL };
	const char *const value[] = { "10", conninfo, "UTF8", "tocsin", NULL };
	PGconn *conn = PQconnectdbParams(keyword, value, 1);

	if (PQstatus(conn) != CONNECTION_OK) {
		const char *text = PQerrorMessage(conn);
		int r = toc_fail(reterr, TOC_EIO, "database: %.*s", (int)strcspn(text, "\n"), text);
		PQfinish(conn);
		return r;
	}
	*ret_conn = conn;
	return 0;
}

static void discard_notice(void *ctx, const PGresult *r)
{
	(void)ctx;
	(void)r;
}

/* @param ret_result kept when not NULL: the caller clears it */
static int run(PGconn *conn, const char *what, const char *sql, int n, const char *const *parameter,
	       PGresult **ret_result, struct toc_error *reterr)
{
	/* several statements in one text need the simple protocol */
	PGresult *r = n ? PQexecParams(conn, sql, n, NULL, parameter, NULL, NULL, 0) : PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(r);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		const char *text = PQresultErrorMessage(r);
		int code =
			toc_fail(reterr, TOC_EIO, "database: %s: %.*s", what, (int)strcspn(text, "\n"), text);
		PQclear(r);
		return code;
	}
	if (ret_result)
		*ret_result = r;
	else
		PQclear(r);
	return 0;
}

static bool is_in(const struct toc_sql *file, const char *folder)
{
	return strncmp(file->path, folder, strlen(folder)) == 0;
}

static const struct toc_sql *named(const char *path)
{
	for (size_t i = 0; i < toc_sql_n; i++)
		if (strcmp(toc_sql[i].path, path) == 0)
			return &toc_sql[i];
	TOC_WRONG("a file of sql/ is not in the program");
}

/* ---- the migrations ---- */

struct migration {
	unsigned number;
	const char *name; /* "0001_ledger.sql" */
	const struct toc_sql *file;
	char sha256[65];
};

static const char folder[] = "migrations/";

/* In order of number, which is their order in the table. @return the last number; 0: no more */
static bool next_migration(size_t *cursor, struct toc_arena *a, struct migration *ret)
{
	for (; *cursor < toc_sql_n; (*cursor)++) {
		const struct toc_sql *file = &toc_sql[*cursor];
		if (!is_in(file, folder))
			continue;
		struct toc_sha256 digest = toc_sha256((struct toc_str){ file->text, file->n });
		struct toc_str hex = toc_hex(a, digest.b, sizeof digest.b);
		ret->name = file->path + strlen(folder);
		ret->number = (unsigned)strtoul(ret->name, NULL, 10);
		ret->file = file;
		snprintf(ret->sha256, sizeof ret->sha256, "%.*s", TOC_STR_ARGS(hex));
		(*cursor)++;
		return true;
	}
	return false;
}

/* What was applied is what we carry, as far as it goes. @param ret_last the newest applied */
static int compare(PGconn *conn, struct toc_arena *a, unsigned *ret_last, struct toc_error *reterr)
{
	struct migration m;
	PGresult *applied = NULL;
	size_t cursor = 0;
	unsigned last = 0;
	int r = run(conn, "migrations",
		    "select number, name, encode(sha256, 'hex') from ledger.migration order by number", 0,
		    NULL, &applied, reterr);

	if (r < 0)
		return r;
	for (int i = 0; r == 0 && i < PQntuples(applied); i++) {
		const char *name = PQgetvalue(applied, i, 1);
		last = (unsigned)strtoul(PQgetvalue(applied, i, 0), NULL, 10);
		if (!next_migration(&cursor, a, &m) || m.number < last)
			r = toc_fail(reterr, TOC_ECONFLICT,
				     "database: its schema is newer than this program (migration %s): run "
				     "the newer program",
				     name);
		else if (m.number != last || strcmp(m.sha256, PQgetvalue(applied, i, 2)) != 0)
			r = toc_fail(reterr, TOC_ECONFLICT,
				     "database: migration %s was applied with other contents than this "
				     "program's %s",
				     name, m.name);
	}
	PQclear(applied);
	if (r == 0)
		*ret_last = last;
	return r;
}

static int apply_missing(PGconn *conn, unsigned *ret_applied, struct toc_error *reterr)
{
	struct toc_arena *a = toc_arena_new();
	struct migration m;
	size_t cursor = 0;
	unsigned last, n = 0;
	int r = compare(conn, a, &last, reterr);

	while (r == 0 && next_migration(&cursor, a, &m)) {
		if (m.number <= last)
			continue;
		char number[16], sha256[80];
		snprintf(number, sizeof number, "%u", m.number);
		snprintf(sha256, sizeof sha256, "\\x%s", m.sha256);
		const char *const row[] = { number, m.name, sha256 };
		r = run(conn, m.name, m.file->text, 0, NULL, NULL, reterr);
		if (r == 0)
			r = run(conn, m.name,
				"insert into ledger.migration (number, name, sha256) values ($1, $2, $3)", 3,
				row, NULL, reterr);
		n++;
	}
	toc_arena_free(a);
	if (r == 0)
		*ret_applied = n;
	return r;
}

static int create_functions(PGconn *conn, struct toc_error *reterr)
{
	for (size_t i = 0; i < toc_sql_n; i++) {
		if (!is_in(&toc_sql[i], "functions/"))
			continue;
		int r = run(conn, toc_sql[i].path, toc_sql[i].text, 0, NULL, NULL, reterr);
		if (r < 0)
			return r;
	}
	return 0;
}

static int deploy(PGconn *conn, unsigned *ret_applied, struct toc_error *reterr)
{
	int r = run(conn, "roles.sql", named("roles.sql")->text, 0, NULL, NULL, reterr);

	if (r == 0)
		r = run(conn, "begin", "begin; set local role tocsin_owner", 0, NULL, NULL, reterr);
	if (r == 0)
		r = run(conn, "ledger.migration", book, 0, NULL, NULL, reterr);
	if (r == 0)
		r = apply_missing(conn, ret_applied, reterr);
	if (r == 0)
		r = create_functions(conn, reterr);
	if (r == 0)
		r = run(conn, "grants.sql", named("grants.sql")->text, 0, NULL, NULL, reterr);
	if (r == 0)
		r = run(conn, "commit", "commit", 0, NULL, NULL, reterr);
	return r; /* on failure the connection is closed, and with it the transaction and the lock */
}

int toc_store_migrate(const char *conninfo, unsigned *ret_applied, struct toc_error *reterr)
{
	PGconn *conn;
	unsigned applied = 0;
	int r = connect_to(conninfo, &conn, reterr);

	if (r < 0)
		return r;
	PQsetNoticeReceiver(conn, discard_notice, NULL);
	if (PQserverVersion(conn) < 150000)
		r = toc_fail(reterr, TOC_EUNSUPPORTED, "database: PostgreSQL %d, 15 or newer is needed",
			     PQserverVersion(conn) / 10000);
	if (r == 0 && strcmp(PQparameterStatus(conn, "server_encoding"), "UTF8") != 0)
		r = toc_fail(reterr, TOC_EUNSUPPORTED, "database: its encoding is %s, UTF8 is needed",
			     PQparameterStatus(conn, "server_encoding"));
	if (r == 0)
		r = run(conn, "waiting for another node's deployment",
			"set lock_timeout = '60s'; select pg_catalog.pg_advisory_lock(" LOCK ")", 0, NULL,
			NULL, reterr);
	if (r == 0)
		r = deploy(conn, &applied, reterr);
	PQfinish(conn);
	if (r == 0 && ret_applied)
		*ret_applied = applied;
	return r;
}

/* ---- db status ---- */

static const char tip[] =
	"select size, encode(root, 'hex'), (select coalesce(max(number), 0) from ledger.migration)"
	" from ledger.tip";

static const char server[] = "select current_setting('server_version'), pg_is_in_recovery() or"
			     " current_setting('transaction_read_only')::boolean,"
			     " pg_database_size(current_database()), to_regclass('ledger.tip') is not null";

static int read_status(PGconn *conn, struct toc_store_status *s, struct toc_error *reterr)
{
	PGresult *row = NULL;
	int r = run(conn, "status", server, 0, NULL, &row, reterr);

	if (r < 0)
		return r;
	snprintf(s->server_version, sizeof s->server_version, "%s", PQgetvalue(row, 0, 0));
	s->read_only = PQgetvalue(row, 0, 1)[0] == 't';
	s->bytes = strtoll(PQgetvalue(row, 0, 2), NULL, 10);
	bool has_ledger = PQgetvalue(row, 0, 3)[0] == 't';
	PQclear(row);
	if (!has_ledger)
		return 0;
	r = run(conn, "status", tip, 0, NULL, &row, reterr);
	if (r < 0)
		return r;
	if (PQntuples(row) == 1) {
		s->size = strtoull(PQgetvalue(row, 0, 0), NULL, 10);
		if (toc_hex_decode(toc_str_of(PQgetvalue(row, 0, 1)), s->root.b, sizeof s->root.b) < 0)
			r = toc_fail(reterr, TOC_EIO, "database: the tip's root is not 32 bytes");
		s->migration = (unsigned)strtoul(PQgetvalue(row, 0, 2), NULL, 10);
	} else {
		r = toc_fail(reterr, TOC_EIO, "database: the ledger has no tip");
	}
	PQclear(row);
	return r;
}

int toc_store_status(const char *conninfo, struct toc_store_status *ret_status, struct toc_error *reterr)
{
	struct toc_store_status s = { 0 };
	PGconn *conn;
	int r = connect_to(conninfo, &conn, reterr);

	if (r < 0)
		return r;
	r = read_status(conn, &s, reterr);
	PQfinish(conn);
	if (r == 0)
		*ret_status = s;
	return r;
}
