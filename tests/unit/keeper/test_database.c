/* The keeper and the archive on PostgreSQL: two nodes, a server that is killed, a server that freezes. */
#include "check.h"
#include "contract/throwaway.h"
#include "stage.h"

#include <libpq-fe.h>
#include <signal.h>

static struct stage s;
static char app[1024], reader[1024];

/* A ledger of its own for each case. */
static void begin(void)
{
	static unsigned n;
	struct toc_cluster *c = throwaway_cluster();
	char sql[80];
	PGconn *admin = PQconnectdb(toc_cluster_conninfo(c, TOC_CLUSTER_ADMIN));
	snprintf(sql, sizeof sql, "create database keeper%u template tocsin", ++n);
	PGresult *r = PQexec(admin, sql);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		TOC_WRONG(PQerrorMessage(admin));
	PQclear(r);
	PQfinish(admin);
	snprintf(app, sizeof app, "%s dbname=keeper%u", toc_cluster_conninfo(c, TOC_CLUSTER_APP), n);
	snprintf(reader, sizeof reader, "%s dbname=keeper%u", toc_cluster_conninfo(c, TOC_CLUSTER_READER), n);
	stage_begin_on(&s, app, reader);
	CHECK(s.keeper[0].k->announced);
}

/* Start the server again until it runs; TOC_EIO only says that it is too early for the next attempt. */
static void until_ready(int seconds)
{
	struct toc_error error;
	int64_t until = toc_clock_mono_us() + seconds * INT64_C(1000000);
	do {
		if (toc_cluster_supervise(throwaway_cluster(), toc_clock_mono_us(), &error) < 0 &&
		    getenv("VERBOSE"))
			printf("  %s\n", error.text);
		stage_run(&s, 100);
	} while ((s.keeper[0].k->phase != TOC_READY || !toc_intake_is_empty(&s.keeper[0].k->intake, false)) &&
		 toc_clock_mono_us() < until);
	CHECK(s.keeper[0].k->phase == TOC_READY);
}

static const char *op_of(const struct stage_frame *f)
{
	return f ? toc_arena_cstr(s.a, toc_get_text(f->value, "op")) : "none";
}

static void each_entry_once_and_in_order(unsigned keeper)
{
	uint64_t next = 0, n = 0;
	for (size_t f = 0; f < s.keeper[keeper].n; f++) {
		if (s.keeper[keeper].frames[f].number != TOC_IPC_PUBLISH)
			continue;
		CHECK(n == 0 || s.keeper[keeper].frames[f].seq == next);
		next = s.keeper[keeper].frames[f].seq + 1;
		n++;
	}
}

CASE(two_nodes_write_one_ledger)
{
	enum { N = 60 };
	uint64_t c[2][N];
	begin();
	stage_keeper(&s, 1);
	stage_wait_serving(&s, 1);
	struct toc_str g0 = stage_login_at(&s, 0, "GameNest", "night responder");
	struct toc_str g1 = stage_login_at(&s, 1, "Chirplet", "night responder");
	for (int i = 0; i < N; i++) {
		char name[16];
		snprintf(name, sizeof name, "handle%d", i);
		c[0][i] = stage_post(&s, 0, g0, 1, stage_threat(&s, name));
		c[1][i] = stage_post(&s, 1, g1, 1, stage_threat_of_chirplet(&s, name));
		if (i % 5 == 0)
			stage_run(&s, 1);
	}
	for (unsigned k = 0; k < 2; k++)
		for (int i = 0; i < N; i++)
			CHECK(!strcmp(op_of(stage_answer(&s, k, c[k][i])), "accepted"));
	stage_run(&s, 1200);
	CHECK_INT(stage_published_count(&s, 0, "M4.send"), 2 * N);
	CHECK_INT(stage_published_count(&s, 1, "M4.send"), 2 * N);
	each_entry_once_and_in_order(0);
	each_entry_once_and_in_order(1);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_state(&s, 1)));
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(a_frozen_server_is_left_and_everything_is_recorded_once_when_it_thaws)
{
	begin();
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	pid_t pid = toc_cluster_pid(throwaway_cluster());
	signal_all(pid, SIGSTOP);
	int64_t began = toc_clock_mono_us();
	struct toc_value *first = stage_threat(&s, "first"), *second = stage_threat(&s, "second");
	CHECK(!strcmp(op_of(stage_answer(&s, 0, stage_post(&s, 0, grant, 1, first))), "journaled"));
	CHECK(toc_clock_mono_us() - began < 5000000);
	began = toc_clock_mono_us();
	CHECK(!strcmp(op_of(stage_answer(&s, 0, stage_post(&s, 0, grant, 1, second))), "journaled"));
	CHECK(toc_clock_mono_us() - began < 1500000); /* known to be away now */
	signal_all(pid, SIGCONT);
	stage_run(&s, 500);
	until_ready(15);
	stage_run(&s, 600);
	CHECK_INT(stage_published_count(&s, 0, "M4.send"), 2);
	each_entry_once_and_in_order(0);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

CASE(nothing_is_lost_or_doubled_when_the_server_is_killed_under_load)
{
	enum { N = 150 };
	static uint64_t conn[N];
	static struct toc_value *message[N];
	begin();
	struct toc_str grant = stage_login(&s, "GameNest", "night responder");
	for (int i = 0; i < N; i++) {
		char name[16];
		snprintf(name, sizeof name, "handle%d", i);
		message[i] = stage_threat(&s, name);
		conn[i] = stage_post(&s, 0, grant, 1, message[i]);
		if (i % 3 == 0)
			stage_run(&s, 1);
		if (i == 40 || i == 100)
			signal_all(toc_cluster_pid(throwaway_cluster()), SIGKILL);
		if (i == 70) {
			grant = stage_login(&s, "GameNest", "night responder");
			until_ready(30);
		}
	}
	until_ready(40);
	stage_run(&s, 800);
	unsigned journaled = 0;
	for (int i = 0; i < N; i++) {
		const struct stage_frame *f = stage_answer(&s, 0, conn[i]);
		bool taken = !strcmp(op_of(f), "accepted") || !strcmp(op_of(f), "journaled");
		unsigned n = 0;
		CHECK(taken); /* a threat to life is never turned away for the database's sake */
		journaled += !strcmp(op_of(f), "journaled");
		for (size_t p = 0; p < s.keeper[0].n; p++)
			n += s.keeper[0].frames[p].number == TOC_IPC_PUBLISH &&
			     toc_str_eq(toc_get_text(s.keeper[0].frames[p].value, "id"),
					toc_get_text(message[i], "id"));
		CHECK_INT(n, 1);
	}
	printf("  %u of %d went through the journal\n", journaled, N);
	each_entry_once_and_in_order(0);
	CHECK(toc_str_eq(stage_state(&s, 0), stage_replay(&s)));
	stage_end(&s);
}

RUN_CASES()
