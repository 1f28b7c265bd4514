/* bench_keeper.c: what the keeper and PostgreSQL make durable a second, from a front's frame to its answer, with
 * 1, 16, 64 and 256 messages in flight; and where the time goes.
 *
 *   bench_keeper [SECONDS]      SECONDS for each number in flight; 3 if not given
 * The keeper is a process of its own, as in tocsind; this program is its front and takes also what it publishes.
 * A quarter of the messages are notifications, each about something of its own and with seal keys to make and
 * to store, the others acknowledgements and acceptances by the hub, and withdrawals. No TLS, no sockets of members. Beside it: a plain insert and
 * commit of one row of the same size, in the same database. Source: performance 5, 6 (goals 8 and 9). */
#include "contract/throwaway.h"
#include "message/json.h"
#include "stage.h"

#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { IN_FLIGHT_MAX = 256, SAMPLES = 1 << 20 };

#define CASE "00000000-0000-7000-8000-00000000cafe" /* stand for ids */
#define OWN "00000000-0000-7000-8000-0000deadbeef"
#define ANSWER(kind)                                                                                         \
	"{\"kind\":\"" kind "\",\"human_ack_by\":\"f100047a-2149-4fce-ac9a-7bececf88767\",\"at\":\"2031-03-04T21:12:00Z\"}"

struct text { /* a message with holes for ids */
	char *p;
	size_t n, own[8], n_own, case_ref; /* offsets */
};
struct bench {
	struct stage s;
	struct toc_channel *front;
	struct toc_buf frame;
	struct toc_str platform, hub; /* grants */
	struct text say[4]; /* notification, acknowledgement, acceptance, withdrawal */
	uint64_t said, answered, published, refused;
	int64_t sent_us[IN_FLIGHT_MAX];
	int64_t *took;
	size_t n_took;
	bool up;
	pid_t keeper;
};

/* ---- messages ---- */

static struct text text_of(struct toc_value *m)
{
	struct toc_arena *a = toc_arena_new();
	struct text t = { 0 };

	toc_set_cstr(a, m, "id", OWN);
	struct toc_str json = toc_json_str(a, m);
	t.n = json.n;
	t.p = memcpy(toc_must_realloc(NULL, json.n + 1), json.p, json.n + 1);
	for (const char *at = t.p; (at = strstr(at, OWN)) != NULL; at++)
		t.own[t.n_own++] = (size_t)(at - t.p);
	const char *case_ref = strstr(t.p, CASE);
	t.case_ref = case_ref ? (size_t)(case_ref - t.p) : 0;
	toc_arena_free(a);
	return t;
}

static void id_of(uint64_t n, char ret[TOC_UUID_TEXT])
{
	snprintf(ret, TOC_UUID_TEXT, "01980000-0000-7000-8000-%012llx", (unsigned long long)n & 0xffffffffffff);
}

static void say(struct bench *b, size_t slot)
{
	uint64_t n = b->said++;
	const struct text *t = &b->say[n % 4];
	char id[TOC_UUID_TEXT];

	id_of(n, id);
	for (size_t i = 0; i < t->n_own; i++)
		memcpy(t->p + t->own[i], id, 36);
	if (t->case_ref) {
		id_of(n - n % 4, id);
		toc_uuid_format(toc_uuid_named("case", toc_str_of(id)), id);
		memcpy(t->p + t->case_ref, id, 36);
	}
	toc_ipc_begin(&b->frame, TOC_IPC_COMMAND);
	toc_ipc_u64(&b->frame, slot);
	toc_ipc_u64(&b->frame, slot);
	toc_ipc_u8(&b->frame, 1);
	toc_ipc_str(&b->frame, n % 4 == 0 || n % 4 == 3 ? b->platform : b->hub);
	toc_ipc_str(&b->frame, (struct toc_str){ t->p, t->n });
	b->sent_us[slot] = toc_clock_mono_us();
	if (toc_channel_send(b->front, &b->frame) < 0)
		TOC_WRONG("send");
}

/* ---- the front ---- */

static size_t freed[IN_FLIGHT_MAX], n_freed;

static void on_frame(void *ctx, struct toc_frame *f)
{
	struct bench *b = ctx;

	if (f->number == TOC_IPC_TIP) {
		(void)toc_frame_u64(f);
		b->up = toc_frame_u8(f);
	} else if (f->number == TOC_IPC_PUBLISH) {
		b->published++;
	} else if (f->number == TOC_IPC_ANSWER) {
		size_t slot = toc_frame_u64(f);
		(void)toc_frame_u64(f);
		unsigned code = toc_frame_u16(f);
		struct toc_str json = toc_frame_str(f);
		if (code != 200 && b->refused++ == 0)
			fprintf(stderr, "%u %.*s\n", code, TOC_STR_ARGS(json));
		b->answered++;
		if (b->n_took < SAMPLES)
			b->took[b->n_took++] = toc_clock_mono_us() - b->sent_us[slot];
		freed[n_freed++] = slot;
	}
	f->rest.n = 0; /* the rest of it is a member's to read */
}

static void turn(struct bench *b)
{
	struct pollfd p = { .fd = toc_channel_fd(b->front), .events = toc_channel_wants(b->front) };

	(void)poll(&p, 1, 1000);
	if (toc_channel_step(b->front, p.revents, on_frame, b) < 0)
		TOC_WRONG("the keeper is gone");
}

/* ---- figures ---- */

static int by_time(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return a < b ? -1 : a > b;
}

/* Processor seconds that a process has used. */
static double processor(pid_t pid)
{
	char path[64], line[1024];
	unsigned long user = 0, system = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *f = fopen(path, "r");
	if (!f)
		return 0;
	if (fgets(line, sizeof line, f) && strrchr(line, ')'))
		(void)sscanf(strrchr(line, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			     &system);
	fclose(f);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* … and all of the keeper's connections in the database. */
static double processor_of_backends(PGconn *admin)
{
	PGresult *r = PQexec(admin, "select pid from pg_stat_activity where usename = 'tocsin_app'");
	double sum = 0;

	for (int i = 0; i < PQntuples(r); i++)
		sum += processor((pid_t)atoi(PQgetvalue(r, i, 0)));
	PQclear(r);
	return sum;
}

/* One row of 512 bytes, one statement, one commit: what any server would have to pay. */
static double one_row(PGconn *admin, double seconds)
{
	enum { MOST = 20000 };
	static int64_t took[MOST];
	size_t n = 0;

	PQclear(PQexec(admin, "create table if not exists plain (id bigint generated always as identity primary key, "
			      "body jsonb)"));
	PQclear(PQprepare(admin, "plain", "insert into plain (body) values (jsonb_build_object('pad', repeat('x', 480)))",
			  0, NULL));
	for (int64_t end = toc_clock_mono_us() + (int64_t)(seconds * 1e6), at; (at = toc_clock_mono_us()) < end && n < MOST;) {
		PQclear(PQexecPrepared(admin, "plain", 0, NULL, NULL, NULL, 0));
		took[n++] = toc_clock_mono_us() - at;
	}
	qsort(took, n, sizeof *took, by_time);
	return n ? (double)took[n / 2] / 1e3 : 0;
}

static double measure(struct bench *b, size_t in_flight, double seconds, PGconn *admin, double *ret_p50)
{
	uint64_t before = b->answered, published = b->published;
	double keeper = processor(b->keeper), backend = processor_of_backends(admin), front = processor(getpid());
	int64_t begun = toc_clock_mono_us(), end = begun + (int64_t)(seconds * 1e6);

	b->n_took = n_freed = 0;
	for (size_t i = 0; i < in_flight; i++)
		say(b, i);
	while (toc_clock_mono_us() < end) {
		turn(b);
		for (size_t i = 0; i < n_freed; i++)
			say(b, freed[i]);
		n_freed = 0;
	}
	double took = (double)(toc_clock_mono_us() - begun) / 1e6, n = (double)(b->answered - before);
	keeper = processor(b->keeper) - keeper;
	backend = processor_of_backends(admin) - backend;
	front = processor(getpid()) - front;
	while (b->said > b->answered)
		turn(b);
	n_freed = 0;
	qsort(b->took, b->n_took, sizeof *b->took, by_time);
	*ret_p50 = (double)b->took[b->n_took / 2] / 1e3;
	printf("%6zu %9.0f/s  p50 %6.2f ms  p99 %6.2f ms   processor a message: keeper %4.0f us, PostgreSQL %4.0f us, "
	       "this front %3.0f us; %.2f entries\n",
	       in_flight, n / took, *ret_p50, (double)b->took[b->n_took * 99 / 100] / 1e3, keeper / n * 1e6,
	       backend / n * 1e6, front / n * 1e6, (double)(b->published - published) / n);
	return n / took;
}

/* The keeper, until we are gone. */
static void keep(struct bench *b)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (toc_keeper_turn(b->s.keeper[0].k, TOC_SECONDS(60)) == 0)
		;
	_exit(0);
}

static void begin(struct bench *b, struct toc_cluster *c)
{
	struct stage *s = &b->s;
	char app[1024], reader[1024];

	snprintf(app, sizeof app, "%s", toc_cluster_conninfo(c, TOC_CLUSTER_APP));
	snprintf(reader, sizeof reader, "%s", toc_cluster_conninfo(c, TOC_CLUSTER_READER));
	stage_begin_on(s, app, reader);
	b->platform = stage_login(s, "GameNest", "night responder");
	b->hub = stage_login(s, "HUB", "duty officer");
	b->say[0] = text_of(stage_threat(s, OWN));
	b->say[1] = text_of(stage_message(s, "M5", CASE, ANSWER("ack")));
	b->say[2] = text_of(stage_message(s, "M5", CASE, ANSWER("accept")));
	b->say[3] = text_of(stage_message(s, "M4", CASE, "{\"step\":\"withdraw\",\"reason\":\"A rehearsal.\"}"));
	stage_stop(s, 0);
	stage_keeper(s, 0);
	b->front = s->keeper[0].front;
	toc_buf_init(&b->frame, 1 << 20);
	b->took = toc_must_realloc(NULL, SAMPLES * sizeof *b->took);
	b->keeper = fork();
	if (b->keeper == 0)
		keep(b);
	while (!b->up)
		turn(b);
}

int main(int argc, char **argv)
{
	static const struct {
		size_t in_flight;
		double goal; /* times one at a time */
	} rounds[] = { { 1, 1 }, { 16, 5 }, { 64, 10 }, { 256, 15 } };
	static struct bench b;
	double seconds = argc > 1 ? atof(argv[1]) : 3, one = 0, p50, rate = 0;
	struct toc_cluster *c = throwaway_cluster();
	PGconn *admin = PQconnectdb(toc_cluster_conninfo(c, TOC_CLUSTER_ADMIN));

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (seconds <= 0 || PQstatus(admin) != CONNECTION_OK) {
		fprintf(stderr, "usage: bench_keeper [SECONDS]\n");
		return 2;
	}
	begin(&b, c);
	double plain = one_row(admin, 1);
	for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
		rate = measure(&b, rounds[i].in_flight, seconds, admin, &p50);
		if (i == 0) {
			one = rate;
			printf("       an idle answer takes %.1f times a plain one-row commit (%.2f ms; goal: at most 5)\n",
			       p50 / plain, plain);
		} else {
			printf("       %.1f times one at a time (goal %.0f)\n", rate / one, rounds[i].goal);
		}
	}
	printf("durable with 256 in flight: %.0f/s (goal 10000), %.1f times one at a time (goal 3)\n", rate, rate / one);
	if (b.refused)
		printf("%llu were refused\n", (unsigned long long)b.refused);
	kill(b.keeper, SIGKILL);
	(void)waitpid(b.keeper, NULL, 0);
	PQfinish(admin);
	_exit(b.refused ? 1 : (throwaway_end(), 0));
}
