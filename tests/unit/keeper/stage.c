/* stage.c: see stage.h. */
#include "stage.h"

#include "message/json.h"

#include <poll.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- the stage ---- */

static toc_time stage_clock(void *ctx)
{
	return toc_after(toc_clock_now(), ((struct stage *)ctx)->ahead);
}

static struct toc_keyring *ring(struct stage *s)
{
	struct toc_wrapping_key w = { .id = s->wrapping };
	memcpy(w.key, s->key, sizeof w.key);
	return toc_keyring_new(&w, 1);
}

void stage_keeper(struct stage *s, unsigned i)
{
	struct stage_keeper *sk = &s->keeper[i];
	int pair[2];
	sk->slow = s->app ? toc_store_pg_new(s->app, false) : toc_store_memory_share(s->base);
	sk->writer = s->app ? toc_store_pg_new(s->app, false) : toc_store_memory_share(s->base);
	sk->reader = s->app ? toc_store_pg_new(s->app, true) : toc_store_memory_share(s->base);
	sk->n = 0;
	struct toc_keeper_options o = {
		.node = i ? "n2" : "n1",
		.journal_dir = s->dir[i],
		.ring = ring(s),
		.writer = sk->writer,
		.slow = sk->slow,
		.reader = sk->reader,
		.seed = s->seed,
		.clock = stage_clock,
		.clock_ctx = s,
		.control = -1,
		.channels = s->channels,
		.limits = s->keeper_limits,
		.origin = TOC_STR("https://tocsin.example"),
	};
	memcpy(o.grant_key, s->key, 32);
	memcpy(o.dup_key, s->key, 32);
	memcpy(o.journal_key, s->key, 32);
	sk->k = toc_keeper_new(&o);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		TOC_WRONG("socketpair");
	toc_child_peer(sk->k->child, 0, pair[0]);
	sk->front = toc_channel_new(pair[1]);
}

void stage_stop(struct stage *s, unsigned i)
{
	toc_keeper_free(s->keeper[i].k);
	toc_channel_free(s->keeper[i].front);
	s->keeper[i].k = NULL;
	s->keeper[i].front = NULL;
}

void stage_archive(struct stage *s)
{
	int pair[2];
	struct toc_archive_options o = {
		.press = -1,
		.ring = ring(s), .clock = stage_clock, .clock_ctx = s, .control = -1, .limits = s->limits
	};
	o.store = s->reader ? toc_store_pg_new(s->reader, false) : toc_store_memory_share(s->base);
	memcpy(o.grant_key, s->key, 32);
	s->archive = toc_archive_new(&o);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		TOC_WRONG("socketpair");
	int little = 4096;
	if (s->limits)
		setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
	toc_child_peer(toc_archive_child(s->archive), 0, pair[0]);
	s->past.front = toc_channel_new(pair[1]);
	s->past.n = 0;
}

void stage_begin(struct stage *s)
{
	stage_begin_on(s, NULL, NULL);
}

void stage_begin_on(struct stage *s, const char *app, const char *reader)
{
	memset(s, 0, sizeof *s);
	s->app = app;
	s->reader = reader;
	toc_log_init("test", TOC_LOG_ERROR);
	s->a = toc_arena_new();
	toc_random(s->key, sizeof s->key);
	s->wrapping = toc_uuid_random();
	s->base = app ? toc_store_pg_new(app, false) : toc_store_memory_new();
	s->seed = stage_directory(s);
	for (int i = 0; i < 2; i++) {
		snprintf(s->dir[i], sizeof s->dir[i], "/tmp/tocsin-keeper-XXXXXX");
		if (!mkdtemp(s->dir[i]))
			TOC_WRONG("mkdtemp");
	}
	stage_keeper(s, 0);
	stage_wait_serving(s, 0);
}

static int remove_one(const char *path, const struct stat *is, int flag, struct FTW *at)
{
	(void)is, (void)flag, (void)at;
	(void)remove(path);
	return 0;
}

void stage_end(struct stage *s)
{
	for (unsigned i = 0; i < 2; i++) {
		if (s->keeper[i].k)
			stage_stop(s, i);
		if (*s->dir[i])
			(void)nftw(s->dir[i], remove_one, 8, FTW_DEPTH | FTW_PHYS);
	}
	toc_archive_free(s->archive);
	toc_channel_free(s->past.front);
	toc_store_free(s->base);
	toc_arena_free(s->a);
}

void stage_copy(struct stage *s, unsigned i)
{
	struct toc_keeper *k = s->keeper[i].k;
	int64_t until = toc_clock_mono_us() + 10000000;
	while (toc_snapshot_is_under_way(k) || k->saved_as_of != toc_world_size(k->world)) {
		k->save_us = 0;
		if (toc_clock_mono_us() > until)
			TOC_WRONG("no copy of the state is made");
		stage_run(s, 2);
	}
}

void stage_fault(struct stage *s, unsigned i, enum toc_memory_fault fault)
{
	toc_store_memory_fault(s->keeper[i].writer, fault);
	if (fault != TOC_MEMORY_LOSE_ANSWER) {
		toc_store_memory_fault(s->keeper[i].reader, fault);
		toc_store_memory_fault(s->keeper[i].slow, fault);
	}
}

void stage_go_away(struct stage *s, unsigned i)
{
	stage_fault(s, i, TOC_MEMORY_AWAY);
	if (!stage_phase(s, i, TOC_AWAY))
		TOC_WRONG("the keeper does not see that the database is away");
}

void stage_come_back(struct stage *s, unsigned i)
{
	stage_fault(s, i, TOC_MEMORY_WELL);
	if (!stage_phase(s, i, TOC_READY))
		TOC_WRONG("the keeper does not come back");
	stage_settle(s, i);
}

void stage_start_anew(struct stage *s, unsigned i)
{
	if (s->keeper[i].k)
		stage_stop(s, i);
	stage_keeper(s, i);
	stage_wait_serving(s, i);
}

struct listening {
	struct stage *s;
	struct stage_keeper *k;
};

static struct toc_value *parse(struct stage *s, struct toc_str json)
{
	struct toc_value *v = NULL;
	struct toc_refusal why;
	if (json.n && toc_json_parse(s->a, json, 1 << 22, 40, &v, &why) < 0)
		return NULL;
	return v;
}

static struct toc_str read_rendering(struct stage *s, struct toc_frame *f, struct stage_frame *to,
				     bool second)
{
	unsigned m = toc_frame_u16(f);
	struct toc_str all = to->readers;
	for (unsigned i = 0; i < m; i++) {
		struct toc_str org = toc_frame_str(f);
		(void)toc_frame_u32(f);
		all = toc_arena_printf(s->a, "%.*s%s%.*s", TOC_STR_ARGS(all),
				       second && i == 0 ? " | "
				       : all.n          ? " "
							: "",
				       TOC_STR_ARGS(org));
	}
	to->readers = all;
	(void)toc_frame_u8(f);
	return toc_arena_str(s->a, toc_frame_str(f));
}

static void on_frame(void *ctx, struct toc_frame *f)
{
	struct listening *l = ctx;
	struct stage *s = l->s;
	if (l->k->n == sizeof l->k->frames / sizeof *l->k->frames)
		TOC_WRONG("the stage is full");
	struct stage_frame *to = &l->k->frames[l->k->n++];
	memset(to, 0, sizeof *to);
	to->number = f->number;
	switch (f->number) {
	case TOC_IPC_AUTH_OK:
		to->conn = toc_frame_u64(f);
		to->grant = toc_arena_str(s->a, toc_frame_str(f));
		to->id = toc_frame_id(f);
		(void)toc_frame_id(f);
		(void)toc_frame_str(f);
		to->roles = toc_frame_u32(f);
		(void)toc_frame_u8(f);
		(void)toc_frame_u64(f);
		to->json = toc_arena_str(s->a, toc_frame_str(f));
		break;
	case TOC_IPC_AUTH_FAIL:
		to->conn = toc_frame_u64(f);
		to->code = toc_frame_u16(f);
		to->grant = toc_arena_str(s->a, toc_frame_str(f)); /* the detail */
		break;
	case TOC_IPC_SIGNED_IN:
		to->conn = toc_frame_u64(f);
		to->grant = toc_arena_str(s->a, toc_frame_str(f));
		(void)toc_frame_u64(f);
		to->json = toc_arena_str(s->a, toc_frame_str(f));
		break;
	case TOC_IPC_TICKETED:
		to->conn = toc_frame_u64(f);
		to->grant = toc_arena_str(s->a, toc_frame_str(f));
		break;
	case TOC_IPC_ANSWER:
		to->conn = toc_frame_u64(f);
		(void)toc_frame_u64(f);
		to->code = toc_frame_u16(f);
		to->json = toc_arena_str(s->a, toc_frame_str(f));
		break;
	case TOC_IPC_REVOKE:
		to->id = toc_frame_id(f);
		(void)toc_frame_str(f);
		(void)toc_frame_id(f);
		to->roles = toc_frame_u8(f); /* whether they may come back */
		break;
	case TOC_IPC_TIP:
		to->seq = toc_frame_u64(f);
		to->up = toc_frame_u8(f);
		break;
	case TOC_IPC_PUBLISH:
	case TOC_IPC_URGENT:
		if (to->number == TOC_IPC_PUBLISH)
			to->seq = toc_frame_u64(f);
		to->id = toc_frame_id(f);
		to->code = toc_frame_u8(f);
		if (to->code > 0)
			to->json = read_rendering(s, f, to, false);
		if (to->code > 1)
			to->json2 = read_rendering(s, f, to, true);
		break;
	case TOC_IPC_HISTORY:
		to->conn = toc_frame_u64(f);
		to->seq = toc_frame_u64(f);
		to->json = toc_arena_str(s->a, toc_frame_str(f));
		break;
	case TOC_IPC_HISTORY_END:
		to->conn = toc_frame_u64(f);
		to->seq = toc_frame_u64(f);
		(void)toc_frame_u64(f);
		to->code = toc_frame_u16(f);
		break;
	default: TOC_WRONG("a frame that a front does not get");
	}
	if (!toc_frame_end(f))
		TOC_WRONG("a frame that does not fit ipc.def");
	to->value = parse(s, to->json);
	to->value2 = parse(s, to->json2);
}

static void listen_to(struct stage *s, struct stage_keeper *k)
{
	struct listening l = { s, k };
	if (k->front && toc_channel_step(k->front, POLLIN, on_frame, &l) < 0)
		TOC_WRONG("the channel broke");
}

void stage_run(struct stage *s, int ms)
{
	int64_t until = toc_clock_mono_us() + ms * INT64_C(1000);
	do {
		for (unsigned i = 0; i < 2; i++)
			if (s->keeper[i].k) {
				if (toc_keeper_turn(s->keeper[i].k, (toc_dur){ 1000 }) < 0 &&
				    !s->keeper[i].k->fatal)
					TOC_WRONG("the keeper wants to go");
				listen_to(s, &s->keeper[i]);
			}
		if (s->archive) {
			if (toc_archive_turn(s->archive, (toc_dur){ 1000 }) < 0)
				TOC_WRONG("the archive wants to go");
			listen_to(s, &s->past);
		}
	} while (toc_clock_mono_us() < until);
}

static bool has_work(const struct toc_keeper *k)
{
	return !toc_intake_is_empty(&k->intake, false) || k->batch || k->fetching || k->tail.busy ||
	       (toc_child_has(k->child, 0) && toc_child_queued(k->child, 0));
}

void stage_settle(struct stage *s, unsigned i)
{
	int64_t until = toc_clock_mono_us() + 5000000;
	do
		stage_run(s, 0);
	while (has_work(s->keeper[i].k) && toc_clock_mono_us() < until);
	if (has_work(s->keeper[i].k))
		TOC_WRONG("the keeper does not come to rest");
	stage_run(s, 0);
}

bool stage_phase(struct stage *s, unsigned i, enum toc_phase phase)
{
	int64_t until = toc_clock_mono_us() + 5000000;
	while (s->keeper[i].k->phase != phase && toc_clock_mono_us() < until)
		stage_run(s, 1);
	return s->keeper[i].k->phase == phase;
}

void stage_wait_serving(struct stage *s, unsigned i)
{
	int64_t until = toc_clock_mono_us() + 20000000;
	while (!s->keeper[i].k->announced && !s->keeper[i].k->fatal && toc_clock_mono_us() < until)
		stage_run(s, 1);
	stage_run(s, 1);
}

/* ---- a member ---- */

static void post(struct stage *s, unsigned i, struct toc_buf *b)
{
	if (toc_channel_send(s->keeper[i].front, b) < 0)
		TOC_WRONG("send");
	toc_buf_done(b);
}

static const struct stage_frame *wait_for(struct stage *s, struct stage_keeper *k, uint64_t conn)
{
	int64_t until = toc_clock_mono_us() + 5000000;
	do {
		for (size_t i = 0; i < k->n; i++)
			if (k->frames[i].conn == conn && k->frames[i].number != TOC_IPC_HISTORY)
				return &k->frames[i];
		stage_run(s, 1);
	} while (toc_clock_mono_us() < until);
	return NULL;
}

struct toc_str stage_login_at(struct stage *s, unsigned i, const char *org, const char *title)
{
	struct toc_buf b;
	uint64_t conn = ++s->conn;
	toc_buf_init(&b, 4096);
	toc_ipc_begin(&b, TOC_IPC_AUTH);
	toc_ipc_u64(&b, conn);
	toc_ipc_u8(&b, 1);
	toc_ipc_str(&b, stage_api_key(s, org, title));
	toc_ipc_str(&b, TOC_STR("192.0.2.1"));
	toc_ipc_u8(&b, 1);
	post(s, i, &b);
	const struct stage_frame *f = wait_for(s, &s->keeper[i], conn);
	return f && f->number == TOC_IPC_AUTH_OK ? f->grant : (struct toc_str){ NULL, 0 };
}

struct toc_str stage_login(struct stage *s, const char *org, const char *title)
{
	return stage_login_at(s, 0, org, title);
}

struct toc_value *stage_message(struct stage *s, const char *type, const char *case_ref, const char *body)
{
	static const char envelope[] =
		"{\"schema_version\":\"1.0.0\",\"mode\":\"exercise\",\"exercise_ref\":\"" QUIET_BELL
		"\",\"tlp\":\"AMBER\","
		"\"precedence\":\"immediate\",\"ack_required\":true,\"lang\":\"en\",\"personal_data\":{"
		"\"level\":\"limited\","
		"\"categories\":[\"identifier\"]},\"legal_basis\":[{\"act\":\"DSA\",\"article\":\"18\"}],"
		"\"also_reported_to\":[]}";
	struct toc_value *m = parse(s, TOC_STR(envelope)), *b = parse(s, toc_str_of(body));
	if (!m || !b)
		TOC_WRONG("a test's message does not parse");
	toc_set_text(s->a, m, "id", toc_uuid_str(s->a, toc_uuid_v7(toc_clock_now().us / 1000)));
	toc_set_cstr(s->a, m, "type", type);
	toc_set_text(s->a, m, "sent_at", toc_time_str(s->a, stage_clock(s)));
	if (case_ref)
		toc_set_cstr(s->a, m, "case_ref", case_ref);
	toc_set(s->a, m, "body", b);
	return m;
}

struct toc_value *stage_threat(struct stage *s, const char *handle)
{
	struct toc_str body = toc_arena_printf(
		s->a,
		"{\"step\":\"send\",\"duty\":[\"DSA_18\"],\"aware_at\":\"2031-03-04T21:12:00Z\",\"threat_"
		"case\":true,"
		"\"immediacy\":\"<24h\",\"emergency_line_called\":{\"called\":false},"
		"\"offence_field\":\"school_public_place\",\"explanation\":\"An act at a school is "
		"announced.\","
		"\"content\":[{\"url\":\"https://gamenest.example/s/%s\",\"type\":\"post\","
		"\"text_excerpt\":\"tomorrow %s rings the bell at "
		"school\",\"published_at\":\"2031-03-04T21:12:00Z\"}],"
		"\"service_surface\":\"public\",\"user_identifiers\":[{\"kind\":\"handle\",\"value\":\"%s\"}]"
		","
		"\"state_unknown\":{\"unknown\":true,\"reason\":\"nothing names a place\"},"
		"\"content_status\":\"restricted\",\"preserved\":{\"preserved\":true,\"until\":\"2031-09-"
		"04T21:14:00Z\"},"
		"\"user_notified\":\"no\",\"contact_24x7\":\"2d26513a-bf0e-48cd-9ac0-de86ea91c67d\"}",
		handle, handle, handle);
	return stage_message(s, "M4", NULL, body.p);
}

struct toc_value *stage_threat_of_chirplet(struct stage *s, const char *handle)
{
	struct toc_value *m = stage_threat(s, handle);

	toc_set_cstr(s->a, toc_get(m, "body"), "contact_24x7", "c113945f-e84a-4fd0-a454-a4f1ac343944"); /* its night responder */
	return m;
}

uint64_t stage_post(struct stage *s, unsigned i, struct toc_str grant, unsigned op,
		    const struct toc_value *message)
{
	struct toc_buf b;
	uint64_t conn = ++s->conn;
	toc_buf_init(&b, 1 << 20);
	toc_ipc_begin(&b, TOC_IPC_COMMAND);
	toc_ipc_u64(&b, conn);
	toc_ipc_u64(&b, 7);
	toc_ipc_u8(&b, (uint8_t)op);
	toc_ipc_str(&b, grant);
	toc_ipc_str(&b, toc_json_str(s->a, message));
	post(s, i, &b);
	return conn;
}

const struct stage_frame *stage_answer(struct stage *s, unsigned i, uint64_t conn)
{
	return wait_for(s, &s->keeper[i], conn);
}

const struct toc_value *stage_send(struct stage *s, struct toc_str grant, const struct toc_value *message)
{
	const struct stage_frame *f = stage_answer(s, 0, stage_post(s, 0, grant, 1, message));
	return f ? f->value : NULL;
}

const struct stage_frame *stage_last(const struct stage *s, unsigned i, enum toc_ipc_number number)
{
	for (size_t n = s->keeper[i].n; n-- > 0;)
		if (s->keeper[i].frames[n].number == number)
			return &s->keeper[i].frames[n];
	return NULL;
}

size_t stage_count(const struct stage *s, unsigned i, enum toc_ipc_number number)
{
	size_t n = 0;
	for (size_t f = 0; f < s->keeper[i].n; f++)
		n += s->keeper[i].frames[f].number == number;
	return n;
}

const struct stage_frame *stage_published(const struct stage *s, unsigned i, const char *k)
{
	for (size_t n = s->keeper[i].n; n-- > 0;)
		if (s->keeper[i].frames[n].number == TOC_IPC_PUBLISH &&
		    toc_get_is(s->keeper[i].frames[n].value, "k", k))
			return &s->keeper[i].frames[n];
	return NULL;
}

size_t stage_published_count(const struct stage *s, unsigned i, const char *k)
{
	size_t n = 0;
	for (size_t f = 0; f < s->keeper[i].n; f++)
		n += s->keeper[i].frames[f].number == TOC_IPC_PUBLISH &&
		     toc_get_is(s->keeper[i].frames[f].value, "k", k);
	return n;
}

const char *stage_say(struct stage *s, unsigned i, struct toc_str grant, const struct toc_value *message)
{
	const struct stage_frame *f = stage_answer(s, i, stage_post(s, i, grant, 1, message));
	struct toc_str op = f ? toc_get_text(f->value, "op") : TOC_STR("nothing");
	return toc_arena_cstr(s->a, toc_str_is(op, "refused") ? toc_get_text(f->value, "code") : op);
}

struct toc_uuid stage_id(const struct toc_value *message)
{
	struct toc_uuid id;
	if (toc_uuid_parse(toc_get_text(message, "id"), &id) < 0)
		TOC_WRONG("a message without an id");
	return id;
}

/* ---- the ledger ---- */

struct finding {
	unsigned n;
	uint64_t seq;
};

static void on_found(void *ctx, struct toc_uuid eid, uint64_t seq)
{
	struct finding *f = ctx;
	(void)eid;
	f->n++;
	f->seq = seq;
}

static void find_done(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	(void)ctx, (void)size;
	if (result < 0)
		TOC_WRONG(error->text);
}

unsigned stage_recorded(struct stage *s, const struct toc_value *message, uint64_t *ret_seq)
{
	struct finding f = { 0 };
	struct toc_uuid id = stage_id(message);
	if (toc_store_find(s->base, &id, 1, TOC_SECONDS(2), on_found, find_done, &f) < 0 || toc_store_wait(s->base, TOC_SECONDS(5)) < 0)
		TOC_WRONG("the base store");
	if (ret_seq)
		*ret_seq = f.seq;
	return f.n;
}

struct toc_str stage_state(struct stage *s, unsigned i)
{
	return toc_json_str(s->a, toc_world_document(s->keeper[i].k->world, s->a));
}

struct replay {
	struct toc_world *w;
	struct toc_keyring *ring;
	struct toc_arena *a;
	uint64_t size;
};

static void replay_row(void *ctx, const struct toc_row *row)
{
	struct replay *r = ctx;
	struct toc_opened e;
	struct toc_error error;
	if (row->seq < toc_world_size(r->w))
		return;
	toc_arena_reset(r->a);
	if (toc_render_open(r->a, r->ring, row, &e, &error) < 0)
		TOC_WRONG(error.text);
	toc_apply(r->w, &e.entry);
}

static void replay_done(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	(void)error;
	if (result < 0)
		TOC_WRONG("a read of the memory store fails");
	((struct replay *)ctx)->size = size;
}

static struct replay replay_all(struct stage *s)
{
	struct replay r = { toc_world_new(), ring(s), toc_arena_new(), 1 };
	while (toc_world_size(r.w) < r.size)
		if (toc_store_read(s->base, toc_world_size(r.w), 1000, TOC_SECONDS(2), replay_row,
				   replay_done, &r) < 0 ||
		    toc_store_wait(s->base, TOC_SECONDS(5)) < 0)
			TOC_WRONG("the base store");
	toc_keyring_free(r.ring);
	toc_arena_free(r.a);
	return r;
}

uint64_t stage_size(struct stage *s)
{
	struct replay r = replay_all(s);
	toc_world_free(r.w);
	return r.size;
}

struct toc_str stage_replay(struct stage *s)
{
	struct replay r = replay_all(s);
	struct toc_str state = toc_json_str(s->a, toc_world_document(r.w, s->a));
	toc_world_free(r.w);
	return state;
}
