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

/* ---- the directory: cast.json as messages ---- */

static void say(struct stage *s, struct toc_value *list, const char *type, struct toc_value *body,
		struct toc_str exercise)
{
	struct toc_value *m = toc_value_map(s->a), *pd = toc_value_map(s->a);
	toc_set_text(s->a, m, "id", toc_uuid_str(s->a, toc_uuid_v7(toc_clock_now().us / 1000)));
	toc_set_cstr(s->a, m, "type", type);
	toc_set_cstr(s->a, m, "schema_version", "1.0.0");
	toc_set_cstr(s->a, m, "mode", exercise.n ? "exercise" : "system");
	if (exercise.n)
		toc_set_text(s->a, m, "exercise_ref", exercise);
	toc_set_text(s->a, m, "sent_at", toc_time_str(s->a, toc_clock_now()));
	toc_set_cstr(s->a, m, "tlp", "GREEN");
	toc_set_cstr(s->a, m, "precedence", "routine");
	toc_set_bool(s->a, m, "ack_required", false);
	toc_set_cstr(s->a, m, "lang", "en");
	toc_set_cstr(s->a, pd, "level", "none");
	toc_set(s->a, pd, "categories", toc_value_list(s->a));
	toc_set(s->a, m, "personal_data", pd);
	toc_set(s->a, m, "legal_basis", toc_value_list(s->a));
	toc_set(s->a, m, "also_reported_to", toc_value_list(s->a));
	toc_set(s->a, m, "body", body);
	toc_push(s->a, list, m);
}

static struct toc_value *step(struct stage *s, const char *name)
{
	struct toc_value *body = toc_value_map(s->a);
	toc_set_cstr(s->a, body, "step", name);
	return body;
}

static void copy(struct stage *s, struct toc_value *to, const struct toc_value *from,
		 const char *const *names)
{
	for (; *names; names++)
		toc_set(s->a, to, *names, toc_get(from, *names));
}

static void issue(struct stage *s, struct toc_value *list, struct toc_str org, struct toc_str person,
		  const char *kind, struct toc_str secret)
{
	struct toc_value *body = step(s, "issue");
	struct toc_sha256 digest = toc_sha256(secret);
	toc_set_text(s->a, body, "credential", toc_uuid_str(s->a, toc_uuid_random()));
	toc_set_text(s->a, body, "person", person);
	toc_set_text(s->a, body, "org", org);
	toc_set_cstr(s->a, body, "kind", kind);
	toc_set_text(s->a, body, "sha256", toc_hex(s->a, digest.b, sizeof digest.b));
	toc_set_text(s->a, body, "expires", toc_time_str(s->a, toc_after(toc_clock_now(), TOC_HOURS(24))));
	say(s, list, "credential", body, TOC_STR(""));
}

struct toc_str stage_api_key(struct stage *s, const char *org, const char *title)
{
	return toc_arena_printf(s->a, "toc_%s/%s", org, title);
}

struct toc_str stage_sign_in_token(struct stage *s, const char *org, const char *title)
{
	return toc_arena_printf(s->a, "token of %s/%s", org, title);
}

static void people(struct stage *s, struct toc_value *list, const struct toc_value *org)
{
	struct toc_str code = toc_get_text(org, "code");
	const struct toc_value *persons = toc_get(org, "persons"), *contacts = toc_get(org, "contacts");
	for (size_t i = 0; i < toc_len(persons); i++) {
		const struct toc_value *p = toc_at(persons, i);
		struct toc_value *body = step(s, "enrol");
		struct toc_str id = toc_get_text(p, "id");
		const char *c = toc_arena_cstr(s->a, code),
			   *title = toc_arena_cstr(s->a, toc_get_text(p, "title"));
		toc_set_text(s->a, body, "org", code);
		toc_set_text(s->a, body, "person", id);
		toc_set_cstr(s->a, body, "title", title);
		toc_set(s->a, body, "roles", toc_get(p, "roles"));
		toc_set_bool(s->a, body, "machine", toc_get_bool(p, "machine"));
		say(s, list, "person", body, TOC_STR(""));
		issue(s, list, code, id, "api_key", stage_api_key(s, c, title));
		if (!toc_get_bool(p, "machine"))
			issue(s, list, code, id, "sign_in", stage_sign_in_token(s, c, title));
	}
	for (size_t i = 0; i < toc_len(contacts); i++) {
		static const char *const same[] = { "purposes",  "channels", "hours",
						    "languages", "public",   NULL };
		struct toc_value *body = step(s, "own"), *chain = toc_value_list(s->a);
		const struct toc_value *named = toc_get(toc_at(contacts, i), "chain");
		toc_set_text(s->a, body, "org", code);
		copy(s, body, toc_at(contacts, i), same);
		for (size_t k = 0; k < toc_len(named); k++) {
			struct toc_value *one = toc_value_map(s->a);
			for (size_t p = 0; p < toc_len(persons); p++)
				if (toc_str_eq(toc_get_text(toc_at(persons, p), "title"),
					       toc_get_text(toc_at(named, k), "person")))
					toc_set_text(s->a, one, "person",
						     toc_get_text(toc_at(persons, p), "id"));
			toc_set(s->a, one, "channels", toc_get(toc_at(named, k), "channels"));
			toc_push(s->a, chain, one);
		}
		toc_set(s->a, body, "escalation_chain", chain);
		say(s, list, "M26", body, TOC_STR(""));
	}
}

static struct toc_value *read_cast(struct stage *s)
{
	struct toc_buf b;
	char chunk[4096];
	size_t n;
	struct toc_value *v = NULL;
	struct toc_refusal why;
	FILE *f = fopen(TOC_SOURCE_DIR "/server/exercises/cast.json", "rb");
	if (!f)
		TOC_WRONG("cast.json");
	toc_buf_init(&b, 1 << 20);
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		toc_buf_add(&b, chunk, n);
	fclose(f);
	if (toc_json_parse(s->a, toc_buf_view(&b), 1 << 20, TOC_JSON_DEPTH_MAX, &v, &why) < 0)
		TOC_WRONG(why.detail);
	toc_buf_done(&b);
	/* a kind of organisation that the cast lacks: a trusted partner */
	static const char hotline[] =
		"{\"code\":\"SafeLine\",\"name\":\"Safe Line\",\"kinds\":[\"trusted_partner\"],\"api_exercise_only\":false,"
		"\"persons\":[{\"title\":\"duty officer\",\"id\":\"77777777-0000-4000-8000-000000000001\",\"roles\":"
		"[\"duty_officer\"]}]}";
	struct toc_value *org, *exercises = toc_get(v, "exercises");
	if (toc_json_parse(s->a, TOC_STR(hotline), sizeof hotline, TOC_JSON_DEPTH_MAX, &org, &why) < 0)
		TOC_WRONG(why.detail);
	toc_push(s->a, toc_get(v, "organisations"), org);
	for (size_t i = 0; i < toc_len(exercises); i++)
		toc_push_text(s->a, toc_get(toc_at(exercises, i), "participants"), TOC_STR("SafeLine"));
	return v;
}

static struct toc_value *directory(struct stage *s)
{
	static const char *const org_same[] = { "code",
						"name",
						"kinds",
						"state",
						"size",
						"exposed",
						"established_in",
						"legal_rep_in",
						"languages",
						"surfaces",
						"api_exercise_only",
						NULL };
	static const char *const same[] = { "title", "t0", "participants", NULL };
	struct toc_value *cast = read_cast(s), *list = toc_value_list(s->a), *seed = toc_value_map(s->a);
	const struct toc_value *orgs = toc_get(cast, "organisations"), *policies = toc_get(cast, "policies"),
			       *exercises = toc_get(cast, "exercises");
	for (size_t i = 0; i < toc_len(orgs); i++) {
		struct toc_value *body = step(s, "admit");
		copy(s, body, toc_at(orgs, i), org_same);
		say(s, list, "org", body, TOC_STR(""));
	}
	for (size_t i = 0; i < toc_len(policies); i++) {
		struct toc_value *body = step(s, "national");
		for (size_t k = 0; k < toc_len(toc_at(policies, i)); k++)
			toc_set_str(s->a, body, toc_at(policies, i)->members[k].name,
				    toc_at(policies, i)->members[k].value);
		say(s, list, "policy", body, TOC_STR(""));
	}
	for (size_t i = 0; i < toc_len(orgs); i++)
		people(s, list, toc_at(orgs, i));
	for (size_t i = 0; i < toc_len(exercises); i++) {
		struct toc_value *body = step(s, "create"), *all;
		copy(s, body, toc_at(exercises, i), same);
		all = toc_value_copy(s->a, toc_get(body, "participants"));
		toc_push_text(s->a, all, TOC_STR("CELL"));
		toc_set(s->a, body, "participants", all);
		say(s, list, "exercise", body, toc_get_text(toc_at(exercises, i), "id"));
	}
	toc_set(s->a, seed, "messages", list);
	/* at every start: more than the store's queue holds */
	struct toc_value *always = toc_value_list(s->a);
	for (int i = 0; i < 100; i++)
		issue(s, always, TOC_STR("HUB"), TOC_STR("ea403fd3-84d0-4d4e-b69d-f0224dd08cb6"), "sign_in",
		      toc_arena_printf(s->a, "link %d", i));
	toc_set(s->a, seed, "always", always);
	return seed;
}

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
	s->seed = directory(s);
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

/* ---- the ledger ---- */

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
