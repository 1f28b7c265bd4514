/* test_store_pg.c: the stores' contract on PostgreSQL, in a throw-away private cluster; and what only a
 * server can do: be killed, compute the root, speak to several sessions, refuse. */
#include "contract/throwaway.h"
#include "store/store.h"

#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *conninfo_of_case(enum toc_cluster_role role, unsigned n)
{
	char *text = NULL;

	if (asprintf(&text, "%s dbname=case%u", toc_cluster_conninfo(throwaway_cluster(), role), n) < 0)
		abort();
	return text;
}

static unsigned case_number;

static void as_admin(const char *database, const char *sql)
{
	char *conninfo = NULL;

	if (asprintf(&conninfo, "%s dbname=%s", toc_cluster_conninfo(throwaway_cluster(), TOC_CLUSTER_ADMIN),
		     database) < 0)
		abort();
	PGconn *conn = PQconnectdb(conninfo);
	PGresult *r = PQexec(conn, sql);
	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK) {
		fprintf(stderr, "%s%s%s\n", sql, PQerrorMessage(conn), PQresultErrorMessage(r));
		exit(2);
	}
	PQclear(r);
	PQfinish(conn);
	free(conninfo);
}

static struct toc_store *store_as(enum toc_cluster_role role)
{
	char *conninfo = conninfo_of_case(role, case_number);
	struct toc_store *s = toc_store_pg_new(conninfo, true);
	struct toc_error err;

	free(conninfo);
	if (toc_store_wait_up(s, TOC_SECONDS(90), &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		exit(2);
	}
	return s;
}

static struct toc_store *fresh_store(void)
{
	char sql[80];

	(void)throwaway_cluster();
	snprintf(sql, sizeof sql, "create database case%u template tocsin", ++case_number);
	as_admin("postgres", sql);
	return store_as(TOC_CLUSTER_APP);
}

static struct toc_store *other_store(struct toc_store *s)
{
	(void)s;
	return store_as(TOC_CLUSTER_APP);
}

static struct toc_store *signer_store(struct toc_store *s)
{
	(void)s;
	return store_as(TOC_CLUSTER_SIGNER);
}

static void freeze(struct toc_store *s)
{
	(void)s;
	signal_all(toc_cluster_pid(throwaway_cluster()), SIGSTOP);
}

static void thaw(struct toc_store *s)
{
	(void)s;
	signal_all(toc_cluster_pid(throwaway_cluster()), SIGCONT);
}

/* What a frozen server has been sent it does when it thaws; the answer finds nobody. */
static void lose_next_answer(struct toc_store *s)
{
	freeze(s);
}

static void mend(struct toc_store *s)
{
	thaw(s);
}

#include "contract/store_suite.h"

#define MIGRATIONS 18 /* files of sql/migrations */
#define NEWEST 18    /* the highest number among them */

CASE(the_databases_root_is_ours_at_every_size)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 4, 7, 8, 255, 256, 257, 511, 512, 513, 1000 };
	struct toc_store *s = fresh_store();
	struct toc_range range = { 0 };
	struct toc_store_status status;
	char *admin = conninfo_of_case(TOC_CLUSTER_ADMIN, case_number);

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		if (sizes[i] > range.size) {
			struct made *m = made_new();
			make_rows(m, sizes[i] - range.size);
			CHECK_INT(append_rows(s, m, range.size).size, sizes[i]);
			for (size_t k = 0; k < m->n; k++)
				toc_range_add(&range, toc_leaf_hash(m->row[k].leaf));
			made_free(m);
		}
		CHECK_INT(toc_store_status(admin, &status, NULL), 0);
		CHECK_INT(status.size, sizes[i]);
		CHECK(toc_sha256_eq(status.root, toc_range_root(&range)));
	}
	CHECK_INT(status.migration, NEWEST);
	CHECK(!status.read_only && status.bytes > 0 && status.server_version[0]);
	free(admin);
	toc_store_free(s);
}

CASE(the_largest_batch_fits)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();

	make_rows(m, TOC_APPEND_MAX);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	struct read *r = read_rows(s, 0, TOC_READ_MAX);
	CHECK_INT(r->n, TOC_APPEND_MAX);
	for (size_t i = 0; i < r->n; i++)
		CHECK(r->row[i].seq == i && same_row(&r->row[i], &m->row[i]));
	read_free(r);
	made_free(m);
	toc_store_free(s);
}

CASE(a_body_that_is_not_json_is_refused_without_being_quoted)
{
	struct toc_store *s = fresh_store();
	static const char *const bad[] = { "{\"decided\":", "not json", "{\"a\":\"\\u0000\"}",
					   "{\"a\":\"\xff\"}", "" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct made *m = made_new();
		struct toc_row *row = make_row(m, (struct wish){ .org = NULL });
		struct toc_leaf leaf;
		row->body = toc_str_of(bad[i]);
		CHECK_INT(toc_leaf_parse(m->a, row->leaf, &leaf, NULL), 0);
		leaf.body = toc_commit(TOC_PART_BODY, row->body_salt, row->body);
		row->leaf = toc_leaf_write(m->a, &leaf);
		struct outcome o = append_rows(s, m, 0);
		CHECK_INT(o.result, TOC_EINVAL);
		CHECK(strstr(o.text, "SQLSTATE 22") && !strstr(o.text, "not json"));
		made_free(m);
	}
	toc_store_free(s);
}

CASE(the_archives_role_reads_and_cannot_append)
{
	struct toc_store *app = fresh_store(), *reader = store_as(TOC_CLUSTER_READER);
	struct made *m = made_new(), *more = made_new();
	struct outcome o = { 0 };

	make_row(m, (struct wish){ .data = make_key(m, "case:one", "R-ITL") });
	make_rows(more, 1);
	CHECK_INT(append_rows(app, m, 0).result, 0);
	CHECK_INT(append_rows(reader, more, 1).result, TOC_EIO);
	CHECK_INT(waited(reader, &o, toc_store_lock_tip(reader, TOC_SECONDS(60), note, &o)).result, TOC_EIO);
	CHECK_INT(save_snapshot(reader, 1, 1, TOC_STR("x")), TOC_EIO);
	struct made *keys = read_keys(reader);
	CHECK_INT(keys->n_keys, 1);
	struct read *r = read_rows(reader, 0, 10);
	CHECK_INT(r->n, 1);
	CHECK(same_row(&r->row[0], &m->row[0]));
	read_free(r);
	made_free(keys);
	made_free(m);
	made_free(more);
	toc_store_free(reader);
	toc_store_free(app);
}

/* Invariant 1: what was answered is there; what was not is there once or not at all. */
CASE(kill_9_of_the_server_under_load_loses_nothing_that_was_answered)
{
	enum { N = 120 };
	struct toc_store *s = fresh_store();
	struct made *m[N];
	struct events e = { 0 };
	uint64_t tip = 0;
	unsigned unknown = 0, never = 0;

	toc_store_watch(s, note_event, &e);
	for (unsigned i = 0; i < N; i++) {
		m[i] = made_new();
		make_rows(m[i], 2);
		struct toc_append what = append_of(m[i], tip);
		struct outcome o = { 0 };
		CHECK_INT(toc_store_append(s, &what, TOC_SECONDS(5), note, &o), 0);
		if (i % 40 == 20) /* while this one is under way */
			signal_all(toc_cluster_pid(throwaway_cluster()), SIGKILL);
		CHECK_INT(toc_store_wait(s, PATIENCE), 0);
		if (o.result == 0) {
			tip = o.size;
			continue;
		}
		CHECK(o.result == TOC_ECLOSED || o.result == TOC_ETIMEOUT || o.result == TOC_EIO);
		o.result == TOC_EIO ? never++ : unknown++;
		bool sent = o.result != TOC_EIO;
		struct toc_error err = { 0 };
		for (int64_t end = toc_clock_mono_us() + PATIENCE.us;
		     !toc_store_is_up(s) && toc_clock_mono_us() < end;) {
			int r = toc_cluster_supervise(throwaway_cluster(), toc_clock_mono_us(), &err);
			CHECK(r >= 0 || r == TOC_EIO);
			live_a_little(s);
		}
		CHECK(toc_store_is_up(s));
		struct finds f = find_eids(s, m[i]->eid, 2);
		CHECK_INT(f.o.result, 0);
		CHECK(f.n == 0 || (f.n == 2 && sent));
		if (f.n == 0) {
			o = append_rows(s, m[i], tip);
			CHECK_INT(o.result, 0);
			tip = o.size;
		} else {
			tip += 2;
		}
	}
	CHECK_INT(unknown + never, 3);
	CHECK(e.down >= 3 && e.up >= 3);
	struct read *r = read_rows(s, 0, TOC_READ_MAX);
	CHECK_INT(r->n, 2 * N);
	CHECK_INT(r->o.size, 2 * N);
	unsigned other = 0;
	for (unsigned i = 0; i < r->n; i++)
		other += !same_row(&r->row[i], &m[i / 2]->row[i % 2]);
	CHECK_INT(other, 0);
	for (unsigned i = 0; i < N; i++)
		made_free(m[i]);
	read_free(r);
	toc_store_free(s);
}

CASE(a_session_that_is_ended_comes_back_and_hears_again)
{
	struct toc_store *a = fresh_store(), *b = other_store(a);
	struct events e = { 0 };
	struct made *m = made_new();

	toc_store_watch(b, note_event, &e);
	as_admin("postgres",
		 "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'tocsin_app'");
	LIVE(b, e.down == 1);
	LIVE(b, e.up == 1);
	LIVE(a, toc_store_is_up(a));
	CHECK(e.why[0]);
	make_rows(m, 1);
	struct outcome o = append_rows(a, m, 0);
	if (o.result != 0) { /* it may have noticed only now */
		LIVE(a, toc_store_is_up(a));
		o = append_rows(a, m, 0);
	}
	CHECK_INT(o.result, 0);
	LIVE(b, e.appended == 1);
	made_free(m);
	toc_store_free(b);
	toc_store_free(a);
}

CASE(no_server_is_down_with_a_reason_and_never_sent)
{
	struct toc_store *s =
		toc_store_pg_new("host=/nonexistent/tocsin dbname=x user=x password=very-secret", true);
	struct events e = { 0 };
	struct made *m = made_new();
	struct toc_error err = { 0 };

	make_rows(m, 1);
	toc_store_watch(s, note_event, &e);
	int64_t begun = toc_clock_mono_us();
	struct outcome o = append_rows(s, m, 0);
	CHECK_INT(o.result, TOC_EIO);
	CHECK(toc_clock_mono_us() - begun < 1000000);
	CHECK(strstr(o.text, "/nonexistent/tocsin"));
	CHECK_INT(toc_store_wait_up(s, (toc_dur){ 700000 }, &err), TOC_ETIMEOUT);
	CHECK(err.text[0]);
	CHECK_INT(e.down, 1); /* one reason, told once, however many attempts */
	CHECK_INT(e.up, 0);
	CHECK(!strstr(o.text, "very-secret") && !strstr(e.why, "very-secret") &&
	      !strstr(err.text, "very-secret"));
	made_free(m);
	toc_store_free(s);
}

static const char *why_down(const char *options)
{
	static struct events e;
	char *app = conninfo_of_case(TOC_CLUSTER_APP, case_number), *conninfo = NULL;

	if (asprintf(&conninfo, "%s %s", app, options) < 0)
		abort();
	e = (struct events){ 0 };
	struct toc_store *s = toc_store_pg_new(conninfo, true);
	toc_store_watch(s, note_event, &e);
	LIVE(s, e.down > 0);
	CHECK(!toc_store_is_up(s));
	toc_store_free(s);
	free(app);
	free(conninfo);
	return e.why;
}

CASE(a_server_that_cannot_serve_is_down_with_its_reason)
{
	toc_store_free(fresh_store());
	CHECK(strstr(why_down("password=wrong"), "password authentication failed"));
	CHECK(strstr(why_down("dbname=nothing_here"), "does not exist"));
	CHECK(strstr(why_down("dbname=postgres"), "ledger"));
	CHECK(strstr(why_down("options='-c default_transaction_read_only=on'"), "only reads"));
	as_admin("postgres", "alter role tocsin_app connection limit 0");
	CHECK(strstr(why_down(""), "too many connections"));
	as_admin("postgres", "alter role tocsin_app connection limit -1");
}

CASE(a_server_that_turns_read_only_is_left)
{
	struct toc_store *s = fresh_store();
	struct events e = { 0 };
	struct made *m = made_new();
	char sql[120];

	make_rows(m, 1);
	toc_store_watch(s, note_event, &e);
	/* what a fail-over looks like to a session that has lived through it */
	snprintf(sql, sizeof sql, "alter database case%u set default_transaction_read_only = on",
		 case_number);
	as_admin("postgres", sql);
	as_admin("postgres",
		 "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'tocsin_app'");
	LIVE(s, strstr(e.why, "only reads"));
	CHECK_INT(append_rows(s, m, 0).result, TOC_EIO);
	snprintf(sql, sizeof sql, "alter database case%u reset default_transaction_read_only", case_number);
	as_admin("postgres", sql);
	LIVE(s, toc_store_is_up(s));
	CHECK_INT(append_rows(s, m, 0).result, 0);
	made_free(m);
	toc_store_free(s);
}

CASE(deploying_again_changes_nothing_and_heals_functions)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();
	char *admin = conninfo_of_case(TOC_CLUSTER_ADMIN, case_number), database[32];
	unsigned applied = 99;

	snprintf(database, sizeof database, "case%u", case_number);
	make_rows(m, 1);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	as_admin(database, "grant all on ledger.entry to tocsin_reader; drop function ledger.save_snapshot");
	CHECK_INT(toc_store_migrate(admin, &applied, NULL), 0);
	CHECK_INT(applied, 0);
	CHECK_INT(save_snapshot(s, 1, 1, TOC_STR("x")), 0);
	CHECK_INT(size_of(s), 1);
	free(admin);
	made_free(m);
	toc_store_free(s);
}

CASE(a_newer_or_altered_schema_is_not_touched)
{
	struct toc_error err = { 0 };
	char database[32];

	toc_store_free(fresh_store());
	char *admin = conninfo_of_case(TOC_CLUSTER_ADMIN, case_number);
	snprintf(database, sizeof database, "case%u", case_number);
	as_admin(database,
		 "insert into ledger.migration (number, name, sha256) values (9999, '9999_future.sql', '')");
	CHECK_INT(toc_store_migrate(admin, NULL, &err), TOC_ECONFLICT);
	CHECK(strstr(err.text, "newer") && strstr(err.text, "9999_future.sql"));
	as_admin(database, "delete from ledger.migration where number = 9999;"
			   "update ledger.migration set sha256 = '\\x00' where number = 1");
	CHECK_INT(toc_store_migrate(admin, NULL, &err), TOC_ECONFLICT);
	CHECK(strstr(err.text, "0001_ledger.sql") && strstr(err.text, "other contents"));
	free(admin);
}

CASE(an_external_database_is_furnished_by_a_role_that_is_no_superuser)
{
	char *conninfo = NULL;
	unsigned applied = 0;
	struct toc_error err = { 0 };
	struct toc_store_status status = { .size = 1 };

	as_admin("postgres", "create role hosted login createrole password 'hosted'");
	as_admin("postgres", "grant tocsin_owner to hosted");
	as_admin("postgres", "create database hosted owner hosted");
	if (asprintf(&conninfo, "host=%s dbname=hosted user=hosted password=hosted",
		     toc_cluster_socket_dir(throwaway_cluster())) < 0)
		abort();
	CHECK_INT(toc_store_status(conninfo, &status, &err), 0);
	CHECK_INT(status.migration, 0);
	CHECK_INT(toc_store_migrate(conninfo, &applied, &err), 0);
	CHECK_TEXT(toc_str_of(err.text), "");
	CHECK_INT(applied, MIGRATIONS);
	CHECK_INT(toc_store_status(conninfo, &status, &err), 0);
	CHECK_INT(status.migration, NEWEST);
	free(conninfo);
}

RUN_CASES()
