/* stage.c: see stage.h. */
#include "stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "message/catalogue.h"
#include "message/json.h"

static struct toc_value *parse(struct toc_arena *a, struct toc_str text)
{
	struct toc_refusal why = { 0 };
	struct toc_value *v;

	if (toc_json_parse(a, text, 1u << 22, 32, &v, &why) < 0) {
		fprintf(stderr, "stage: %s: %s\n%.*s\n", toc_refusal_wire(why.code), why.detail,
			TOC_STR_ARGS(text));
		abort();
	}
	return v;
}

static struct toc_value *read_file(struct toc_arena *a, const char *path)
{
	struct toc_buf b;
	char piece[4096];
	size_t n;
	FILE *f = fopen(path, "r");

	if (!f) {
		fprintf(stderr, "stage: cannot read %s\n", path);
		abort();
	}
	toc_buf_init(&b, 1u << 22);
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		toc_buf_add(&b, piece, n);
	fclose(f);
	struct toc_value *v = parse(a, toc_arena_str(a, toc_buf_view(&b)));
	toc_buf_done(&b);
	return v;
}

/* ---- people ---- */

static const struct toc_value *organisation(const struct stage *s, struct toc_str code)
{
	const struct toc_value *list = toc_get(s->cast, "organisations");

	for (size_t i = 0; i < toc_len(list); i++)
		if (toc_str_eq(toc_get_text(toc_at(list, i), "code"), code))
			return toc_at(list, i);
	return NULL;
}

static const struct toc_value *find_person(const struct stage *s, struct toc_str who)
{
	const char *slash = memchr(who.p, '/', who.n);

	if (!slash)
		return NULL;
	struct toc_str org = { who.p, (size_t)(slash - who.p) },
		       title = { slash + 1, who.n - (size_t)(slash + 1 - who.p) };
	const struct toc_value *people = toc_get(organisation(s, org), "persons");
	for (size_t i = 0; i < toc_len(people); i++)
		if (toc_str_eq(toc_get_text(toc_at(people, i), "title"), title))
			return toc_at(people, i);
	return NULL;
}

struct toc_uuid stage_person(const struct stage *s, const char *who)
{
	const struct toc_value *p = find_person(s, toc_str_of(who));

	if (!p) {
		fprintf(stderr, "stage: nobody is %s\n", who);
		abort();
	}
	return toc_id_of(toc_get_text(p, "id"));
}

struct toc_principal stage_principal(const struct stage *s, const char *who)
{
	const char *slash = strchr(who, '/');

	if (!slash)
		return (struct toc_principal){ .machine = true };
	const struct toc_person *p = toc_find_person(s->w, stage_person(s, who));
	return (struct toc_principal){
		.org = toc_arena_str(s->a, (struct toc_str){ who, (size_t)(slash - who) }),
		.person = stage_person(s, who),
		.machine = p && p->machine,
		.channel = p && p->machine ? TOC_STR("api") : TOC_STR("console"),
		.session = toc_uuid_named("session of", toc_str_of(who)),
	};
}

/* ---- acting ---- */

static void record(struct stage *s, const struct toc_draft *d, struct toc_world *overlay)
{
	struct toc_value *public_part = NULL, *personal = NULL, *body = toc_value_map(s->a);

	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 256;
		s->ledger = realloc(s->ledger, s->cap * sizeof *s->ledger);
	}
	struct stage_entry *e = &s->ledger[s->n];
	memset(e, 0, sizeof *e);
	toc_message_split(s->a, d->message, &public_part, &personal);
	toc_set(s->a, body, "message", public_part);
	toc_set(s->a, body, "decided", toc_value_copy(s->a, d->decided));
	e->e = (struct toc_entry){
		.seq = toc_world_size(overlay),
		.ts = s->now,
		.k = toc_arena_str(s->a, d->k),
		.mode = toc_arena_str(s->a, d->mode),
		.exercise = d->exercise,
		.incident = d->incident,
		.case_ref = d->case_ref,
		.org = toc_arena_str(s->a, d->org),
		.ref = d->ref,
		.eid = d->eid,
		.body = parse(s->a, toc_json_str(s->a, body)),
	};
	e->whole = toc_message_join(s->a, public_part, personal);
	e->actor = toc_value_copy(s->a, d->actor);
	e->n_discloses = d->n_discloses < 64 ? d->n_discloses : 64;
	if (e->n_discloses)
		memcpy(e->discloses, d->discloses, e->n_discloses * sizeof *e->discloses);
	e->name = s->name;
	s->n++;
	toc_apply(overlay, &e->e);
}

void stage_take(struct stage *s)
{
	struct toc_world *overlay = toc_world_over(s->w);

	for (size_t i = 0; i < s->v.n; i++) {
		record(s, &s->v.drafts[i], overlay);
		s->name = TOC_STR("");
	}
	toc_world_merge(overlay);
}

/* Keyed hashes of the digests and addresses in a notification, and of its numbers elsewhere, as the keeper makes
 * them. */
static const struct toc_value *dup_keys(struct stage *s, const struct toc_value *m)
{
	struct toc_value *keys = toc_value_list(s->a);
	const struct toc_value *body = toc_get(m, "body"), *reports = toc_get(m, "also_reported_to");
	const struct toc_value *order = toc_get(body, "order"), *subjects = toc_get(body, "subjects");
	const struct toc_value *content = order ? toc_get(order, "locations") : toc_get(body, "content");

	if (s->dup_keys)
		return s->dup_keys;
	for (size_t i = 0; i < toc_len(content); i++) {
		const struct toc_value *hashes = toc_get(toc_at(content, i), "hash_refs");
		for (size_t k = 0; k < toc_len(hashes); k++) {
			struct toc_sha256 h =
				toc_hmac_sha256((const uint8_t *)"a key of the test, 32 bytes long",
						toc_get_text(toc_at(hashes, k), "value"));
			toc_push_text(s->a, keys, toc_hex(s->a, h.b, 16));
		}
	}
	for (size_t i = 0; order && i < toc_len(content); i++) {
		struct toc_sha256 h = toc_hmac_sha256((const uint8_t *)"a key of the test, 32 bytes long",
						      toc_get_text(toc_at(content, i), "url"));
		toc_push_text(s->a, keys, toc_hex(s->a, h.b, 16));
	}
	for (size_t i = 0; i < toc_len(subjects); i++) {
		struct toc_sha256 h = toc_hmac_sha256((const uint8_t *)"a key of the test, 32 bytes long",
						      toc_get_text(toc_at(subjects, i), "value"));
		toc_push_text(s->a, keys, toc_hex(s->a, h.b, 16));
	}
	for (size_t i = 0; i < toc_len(reports); i++) {
		struct toc_sha256 h = toc_hmac_sha256((const uint8_t *)"a key of the test, 32 bytes long",
						      toc_get_text(toc_at(reports, i), "external_ref"));
		if (toc_get(toc_at(reports, i), "external_ref"))
			toc_push_text(s->a, keys, toc_hex(s->a, h.b, 16));
	}
	return keys;
}

/* What finds signals, as the keeper makes it; the form of a PDQ hash is the hash itself here. */
static const struct toc_value *item_keys(struct stage *s, const struct toc_value *body)
{
	static const char *const names[] = { "hash_type", "hash_value", "url", "domain", "text_phrase", "account_ref" };
	struct toc_value *keys = toc_value_list(s->a);
	const struct toc_value *items = toc_get(body, "items");

	for (size_t i = 0; i < toc_len(items); i++) {
		const struct toc_value *item = toc_at(items, i);
		struct toc_value *v = toc_value_map(s->a);
		struct toc_str all = TOC_STR("");
		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			all = toc_arena_printf(s->a, "%.*s\n%.*s", TOC_STR_ARGS(all),
					       TOC_STR_ARGS(toc_get_text(item, names[k])));
		struct toc_sha256 h = toc_sha256(all);
		toc_set_text(s->a, v, "key", toc_hex(s->a, h.b, sizeof h.b));
		if (toc_get_is(item, "hash_type", "PDQ"))
			toc_set(s->a, v, "near", toc_get(item, "hash_value"));
		toc_push(s->a, keys, v);
	}
	return keys;
}

/* Of a look-up: the same, once for each incident that it goes through. */
static const struct toc_value *lookup_keys(struct stage *s, const struct toc_value *body, const struct toc_value *places)
{
	struct toc_value *item = toc_value_map(s->a), *items = toc_value_list(s->a), *as_items = toc_value_map(s->a);
	struct toc_value *list = toc_value_list(s->a);
	bool is_url = toc_get_is(body, "type", "URL");

	toc_set(s->a, item, is_url ? "url" : "hash_value", toc_get(body, "value"));
	toc_set(s->a, item, "hash_type", is_url ? NULL : toc_get(body, "type"));
	for (size_t i = 0; i < toc_len(places); i++)
		toc_push(s->a, items, item);
	toc_set(s->a, as_items, "items", items);
	const struct toc_value *keys = item_keys(s, as_items);
	for (size_t i = 0; i < toc_len(places); i++) {
		struct toc_value *v = toc_value_copy(s->a, toc_at(keys, i));
		toc_set(s->a, v, "incident", toc_at(places, i));
		toc_push(s->a, list, v);
	}
	return list;
}

/* What an order says, as the keeper digests it. */
static void order_content(struct stage *s, const struct toc_value *m, uint8_t ret[32])
{
	const struct toc_value *order = toc_get(toc_get(m, "body"), "order");
	struct toc_sha256 h = toc_sha256(order ? toc_json_str(s->a, order) : TOC_STR(""));

	memcpy(ret, h.b, sizeof h.b);
}

/* What is known of addresses and codes, as the keeper makes it; every code is "GOOD". */
static const struct toc_value *address_keys(struct stage *s, const struct toc_value *m)
{
	struct toc_value *keys = toc_value_list(s->a);
	const struct toc_value *body = toc_get(m, "body"), *chain = toc_get(body, "escalation_chain");
	struct toc_str text = TOC_STR("");

	if (!toc_get_is(m, "type", "M26"))
		return NULL;
	for (size_t i = 0; i <= toc_len(chain); i++) {
		const struct toc_value *channels = i < toc_len(chain) ? toc_get(toc_at(chain, i), "channels") : toc_get(body, "channels");
		for (size_t k = 0; k < toc_len(channels); k++) {
			text = toc_get_text(toc_at(channels, k), "address");
			struct toc_sha256 h = toc_sha256(text);
			toc_push_text(s->a, keys, text.n ? toc_hex(s->a, h.b, sizeof h.b) : text);
		}
	}
	text = toc_get_is(body, "step", "own")    ? toc_json_str(s->a, body)
	       : toc_get_is(body, "step", "test") ? toc_arena_printf(s->a, "%.*s GOOD", TOC_STR_ARGS(toc_get_text(m, "id")))
						  : toc_arena_printf(s->a, "%.*s %.*s", TOC_STR_ARGS(toc_get_text(body, "test")),
								     TOC_STR_ARGS(toc_get_text(body, "code")));
	struct toc_sha256 h = toc_sha256(text);
	toc_push_text(s->a, keys, toc_hex(s->a, h.b, sizeof h.b));
	return keys;
}

static void fill(struct stage *s, struct toc_value *m)
{
	static const char *const defaults =
		"{\"tlp\":\"AMBER\",\"precedence\":\"flash\",\"ack_required\":true,\"lang\":\"en\","
		"\"personal_data\":{\"level\":\"limited\",\"categories\":[\"location\"]},\"legal_basis\":[],"
		"\"also_reported_to\":[]}";
	const struct toc_value *d = parse(s->a, toc_str_of(defaults));
	bool in_exercise = !toc_uuid_is_nil(s->exercise);
	static const char *const system[] = { "M26", "M27", "org", "person", "role", "credential", "policy", "session",
					      "mandate", "hold", "hook", "push", "courier" };
	bool directory = false;

	for (size_t i = 0; i < sizeof system / sizeof *system; i++)
		directory |= toc_get_is(m, "type", system[i]);

	if (!toc_get(m, "id")) {
		char id[TOC_UUID_TEXT];
		snprintf(id, sizeof id, "01980000-0000-7000-8000-%012x", ++s->ids);
		toc_set_cstr(s->a, m, "id", id);
	}
	toc_set_cstr(s->a, m, "schema_version", TOC_SCHEMA_VERSION);
	if (!toc_get(m, "mode")) {
		toc_set_cstr(s->a, m, "mode", directory ? "system" : in_exercise ? "exercise" : "actual");
		if (in_exercise && !directory)
			toc_set_id(s->a, m, "exercise_ref", s->exercise);
	}
	if (!toc_get(m, "sent_at"))
		toc_set_time(s->a, m, "sent_at", s->now);
	for (size_t i = 0; i < d->n; i++)
		if (!toc_get_str(m, d->members[i].name))
			toc_set_str(s->a, m, d->members[i].name, d->members[i].value);
}

int stage_act_as(struct stage *s, const struct toc_principal *p, struct toc_value *raw)
{
	struct toc_value *m;

	fill(s, raw);
	memset(&s->v, 0, sizeof s->v);
	if (toc_message_decode(s->a, raw, &m, &s->v.refusal) < 0)
		return -1;
	struct toc_command c = { .k = toc_message_k(s->a, m), .message = m, .received = { s->now.us - s->late.us } };
	c.dup_keys = dup_keys(s, m);
	c.item_keys = item_keys(s, toc_get(m, "body"));
	order_content(s, m, c.content);
	c.address_keys = address_keys(s, m);
	struct toc_sha256 digest = toc_sha256(toc_json_str(s->a, m));
	memcpy(c.digest, digest.b, sizeof c.digest);
	c.digest[0] ^= s->twist;
	const struct toc_value *places = toc_lookup_places(s->w, p, &c, s->a);
	if (places)
		c.item_keys = lookup_keys(s, toc_get(m, "body"), places);
	s->dup_keys = NULL;
	s->twist = 0;
	s->late.us = 0;
	s->found = NULL;
	if (toc_decide(s->w, p, &c, s->now, s->a, &s->v) < 0)
		return -1;
	if (!s->dry)
		stage_take(s);
	s->found = toc_lookup(s->w, p, &c, s->a);
	return 0;
}

int stage_act_value(struct stage *s, const char *who, struct toc_value *raw)
{
	struct toc_principal p = stage_principal(s, who);

	return stage_act_as(s, &p, raw);
}

struct toc_value *stage_parse(struct stage *s, struct toc_str json)
{
	return parse(s->a, json);
}

struct toc_value *stage_prepare(struct stage *s, const char *who, struct toc_value *raw)
{
	struct toc_principal p = stage_principal(s, who);
	struct toc_value *m;

	fill(s, raw);
	memset(&s->v, 0, sizeof s->v);
	if (toc_message_decode(s->a, raw, &m, &s->v.refusal) < 0)
		return NULL;
	struct toc_command c = { .k = toc_message_k(s->a, m), .message = m, .received = s->now };
	c.dup_keys = dup_keys(s, m);
	c.item_keys = item_keys(s, toc_get(m, "body"));
	order_content(s, m, c.content);
	c.address_keys = address_keys(s, m);
	return toc_prepare(s->w, &p, &c, s->now, s->a, &s->v.refusal);
}

struct toc_value *stage_message(struct stage *s, const char *message)
{
	return parse(s->a, toc_arena_str(s->a, toc_str_of(message)));
}

__attribute__((format(printf, 3, 0)))
static int act(struct stage *s, const char *who, const char *message, va_list args)
{
	char text[16384];

	vsnprintf(text, sizeof text, message, args);
	return stage_act_value(s, who, stage_message(s, text));
}

int stage_act(struct stage *s, const char *who, const char *message, ...)
{
	va_list args;
	va_start(args, message);
	int r = act(s, who, message, args);
	va_end(args);
	return r;
}

int stage_try(struct stage *s, const char *who, const char *message, ...)
{
	va_list args;
	va_start(args, message);
	s->dry = true;
	int r = act(s, who, message, args);
	s->dry = false;
	va_end(args);
	return r;
}

/* ---- time ---- */

void stage_due(struct stage *s)
{
	while (toc_world_next_due(s->w).us <= s->now.us) {
		toc_due(s->w, s->now, 16, s->a, &s->v);
		if (s->v.n == 0)
			abort();
		stage_take(s);
	}
}

static int64_t seconds_of(const char *t)
{
	int part[3] = { 0 }, n = 0;
	const char *p = t;

	for (; n < 3; p++) {
		part[n++] = (int)strtol(p, (char **)(uintptr_t)&p, 10);
		if (*p != ':')
			break;
	}
	return n == 3 ? part[0] * 3600 + part[1] * 60 + part[2] : part[0] * 60 + part[1];
}

toc_time stage_time(const struct stage *s, const char *t)
{
	const struct toc_exercise *x = toc_find_exercise(s->w, s->exercise);
	return toc_after(x ? x->t0 : (toc_time){ 0 }, TOC_SECONDS(seconds_of(t)));
}

void stage_to(struct stage *s, const char *t)
{
	s->now = toc_after(s->now, TOC_SECONDS(1)); /* real time passes as well */
	if (stage_act(
		    s, "CELL/controller",
		    "{\"type\":\"exercise\",\"body\":{\"step\":\"clock\",\"action\":\"jump\",\"to\":\"%s\"}}",
		    toc_time_str(s->a, stage_time(s, t)).p) < 0) {
		fprintf(stderr, "stage: the clock cannot be moved to %s: %s\n", t, s->v.refusal.detail);
		abort();
	}
	stage_due(s);
}

bool stage_is_quiet(const struct stage *s)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_timer *t;
	toc_time first = TOC_TIME_NEVER;

	while ((t = toc_world_next(s->w, TOC_OBJECT_timer, &cursor)))
		if (toc_str_is(toc_short_str(&t->name), "T31") && toc_before(t->next, first))
			first = t->next;
	return toc_world_next_due(s->w).us == first.us;
}

void stage_wait(struct stage *s, toc_dur d)
{
	s->now = toc_after(s->now, d);
	stage_due(s);
}

/* ---- the cast ---- */

struct stage *stage_bare(void)
{
	struct stage *s = calloc(1, sizeof *s);

	s->a = toc_arena_new();
	s->w = toc_world_new();
	s->now = (toc_time){ INT64_C(1795385400000000) }; /* 2026-11-22 */
	s->cast = read_file(s->a, TOC_SOURCE_DIR "/server/exercises/cast.json");
	return s;
}

struct stage *stage_upon(const struct stage *base)
{
	struct stage *s = calloc(1, sizeof *s);

	*s = (struct stage){ .a = toc_arena_new(),
			     .w = toc_world_over(base->w),
			     .under = base->w,
			     .now = base->now,
			     .exercise = base->exercise,
			     .ids = base->ids,
			     .cast = base->cast,
			     .ledger = calloc(base->cap, sizeof *base->ledger),
			     .n = base->n,
			     .began = base->n,
			     .cap = base->cap };
	memcpy(s->ledger, base->ledger, base->n * sizeof *base->ledger);
	return s;
}

void stage_free(struct stage *s)
{
	toc_world_free(s->w);
	toc_arena_free(s->a);
	free(s->ledger);
	free(s);
}

static void seed(struct stage *s, const char *type, struct toc_value *body, const char *step,
		 struct toc_str exercise)
{
	struct toc_value *m = toc_value_map(s->a);

	toc_set_cstr(s->a, m, "type", type);
	toc_set_cstr(s->a, body, "step", step);
	toc_set(s->a, m, "body", body);
	toc_set_cstr(s->a, m, "mode", exercise.n ? "exercise" : "system");
	if (exercise.n)
		toc_set_text(s->a, m, "exercise_ref", exercise);
	if (stage_act_value(s, "", m) < 0) {
		fprintf(stderr, "stage: seed %s refused: %s %s %s\n", type,
			toc_refusal_wire(s->v.refusal.code), s->v.refusal.field, s->v.refusal.detail);
		abort();
	}
}

static void copy_members(struct stage *s, struct toc_value *to, const struct toc_value *from,
			 const char *const *names)
{
	for (; *names; names++)
		toc_set(s->a, to, *names, toc_get(from, *names));
}

static void seed_organisation(struct stage *s, const struct toc_value *o)
{
	static const char *const same[] = { "code",
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
	const struct toc_value *people = toc_get(o, "persons"), *contacts = toc_get(o, "contacts");
	struct toc_value *body = toc_value_map(s->a);

	copy_members(s, body, o, same);
	seed(s, "org", body, "admit", TOC_STR(""));
	for (size_t i = 0; i < toc_len(people); i++) {
		static const char *const of_person[] = { "title", "roles", NULL };
		body = toc_value_map(s->a);
		toc_set(s->a, body, "org", toc_get(o, "code"));
		toc_set(s->a, body, "person", toc_get(toc_at(people, i), "id"));
		copy_members(s, body, toc_at(people, i), of_person);
		toc_set_bool(s->a, body, "machine", toc_get_bool(toc_at(people, i), "machine"));
		seed(s, "person", body, "enrol", TOC_STR(""));
	}
	for (size_t i = 0; i < toc_len(contacts); i++) {
		static const char *const of_contact[] = { "purposes", "channels", "hours", "languages", "public", "orders_by", NULL };
		const struct toc_value *chain = toc_get(toc_at(contacts, i), "chain");
		struct toc_value *steps = toc_value_list(s->a);
		body = toc_value_map(s->a);
		toc_set(s->a, body, "org", toc_get(o, "code"));
		copy_members(s, body, toc_at(contacts, i), of_contact);
		for (size_t k = 0; k < toc_len(chain); k++) {
			struct toc_value *one = toc_value_map(s->a);
			for (size_t j = 0; j < toc_len(people); j++)
				if (toc_str_eq(toc_get_text(toc_at(people, j), "title"),
					       toc_get_text(toc_at(chain, k), "person")))
					toc_set(s->a, one, "person", toc_get(toc_at(people, j), "id"));
			toc_set(s->a, one, "channels", toc_get(toc_at(chain, k), "channels"));
			toc_push(s->a, steps, one);
		}
		toc_set(s->a, body, "escalation_chain", steps);
		seed(s, "M26", body, "own", TOC_STR(""));
	}
}

static void seed_policy(struct stage *s, const struct toc_value *p)
{
	static const char *const same[] = { "cc",    "version",    "valid_from",       "member_state",
					    "desks", "not_dsa_18", "activation_types", "criteria",
					    "checklist", NULL };
	struct toc_value *body = toc_value_map(s->a);

	copy_members(s, body, p, same);
	seed(s, "policy", body, toc_get(p, "step") ? "vocabulary" : "national", TOC_STR(""));
}

struct stage *stage_new(void)
{
	struct stage *s = stage_bare();
	const struct toc_value *list = toc_get(s->cast, "organisations");

	for (size_t i = 0; i < toc_len(list); i++)
		seed_organisation(s, toc_at(list, i));
	list = toc_get(s->cast, "policies");
	for (size_t i = 0; i < toc_len(list); i++)
		seed_policy(s, toc_at(list, i));
	list = toc_get(s->cast, "exercises");
	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *x = toc_at(list, i);
		struct toc_value *body = toc_value_map(s->a),
				 *all = toc_value_copy(s->a, toc_get(x, "participants"));
		toc_set(s->a, body, "title", toc_get(x, "title"));
		toc_set(s->a, body, "t0", toc_get(x, "t0"));
		toc_push_text(s->a, all, TOC_STR("CELL"));
		toc_set(s->a, body, "participants", all);
		seed(s, "exercise", body, "create", toc_get_text(x, "id"));
	}
	stage_in(s, "LANTERN");
	return s;
}

void stage_in(struct stage *s, const char *exercise)
{
	const struct toc_value *list = toc_get(s->cast, "exercises");

	memset(&s->exercise, 0, sizeof s->exercise);
	for (size_t i = 0; exercise && i < toc_len(list); i++)
		if (toc_get_is(toc_at(list, i), "name", exercise))
			s->exercise = toc_id_of(toc_get_text(toc_at(list, i), "id"));
}

/* ---- looking ---- */

static bool is(const struct stage_entry *e, const char *k, const char *org)
{
	return toc_str_is(e->e.k, k) && (!org || toc_str_is(e->e.org, org));
}

const struct stage_entry *stage_last(const struct stage *s, const char *k, const char *org)
{
	for (size_t i = s->n; i-- > 0;)
		if (is(&s->ledger[i], k, org))
			return &s->ledger[i];
	return NULL;
}

size_t stage_count(const struct stage *s, const char *k, const char *org)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += is(&s->ledger[i], k, org);
	return n;
}

const struct stage_entry *stage_named(const struct stage *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (toc_str_is(s->ledger[i].name, name))
			return &s->ledger[i];
	return NULL;
}

const char *stage_id(struct stage *s, const char *k, const char *org)
{
	const struct stage_entry *e = stage_last(s, k, org);
	return e ? toc_uuid_str(s->a, e->e.eid).p : "";
}

const char *stage_case(struct stage *s, const char *k, const char *org)
{
	const struct stage_entry *e = stage_last(s, k, org);
	return e ? toc_uuid_str(s->a, e->e.case_ref).p : "";
}

bool stage_reads(const struct stage *s, const struct stage_entry *e, const char *org, toc_roles roles,
		 enum toc_rendering *rendering)
{
	struct toc_reader *readers;
	size_t n = toc_entry_readers(&e->e, s->a, &readers);
	bool found = false;

	for (size_t i = 0; i < n; i++)
		if (toc_str_is(readers[i].org, org) && (readers[i].roles & roles)) {
			if (rendering && (!found || readers[i].rendering == TOC_WHOLE))
				*rendering = readers[i].rendering;
			found = true;
		}
	return found;
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

const char *stage_readers(struct stage *s, const struct stage_entry *e)
{
	struct toc_reader *readers;
	size_t n = toc_entry_readers(&e->e, s->a, &readers), m = 0;
	const char **names = toc_arena_alloc(s->a, (n + 1) * sizeof *names);
	struct toc_str all = TOC_STR("");

	for (size_t i = 0; i < n; i++)
		if (readers[i].rendering == TOC_WHOLE)
			names[m++] = toc_arena_cstr(s->a, readers[i].org);
	qsort(names, m, sizeof *names, by_text);
	for (size_t i = 0; i < m; i++)
		all = toc_arena_printf(s->a, "%.*s%s%s", TOC_STR_ARGS(all), i ? " " : "", names[i]);
	return toc_arena_cstr(s->a, all);
}

const struct toc_value *stage_decided(const struct stage_entry *e, const char *list, const char *member,
				      const char *text)
{
	const struct toc_value *items = e ? toc_get(toc_get(e->e.body, "decided"), list) : NULL;

	for (size_t i = 0; i < toc_len(items); i++)
		if (toc_get_is(toc_at(items, i), member, text))
			return toc_at(items, i);
	return NULL;
}

const struct toc_value *stage_timer(const struct stage_entry *e, const char *list, const char *timer,
				    const char *desk)
{
	const struct toc_value *items = e ? toc_get(toc_get(e->e.body, "decided"), list) : NULL;

	for (size_t i = 0; i < toc_len(items); i++)
		if (toc_get_is(toc_at(items, i), "timer", timer) &&
		    toc_get_is(toc_at(items, i), "desk", desk))
			return toc_at(items, i);
	return NULL;
}

/* ---- scenarios ---- */

/* "@mm:ss[+hh:mm]", "${name.id}", "${name.case}", "${me}", "ORG/title" of a contact. */
static struct toc_str expand(struct stage *s, struct toc_str text, const char *me)
{
	if (text.n > 1 && text.p[0] == '@') {
		const char *plus = memchr(text.p, '+', text.n);
		toc_time t = stage_time(
			s, toc_arena_cstr(s->a,
					  (struct toc_str){ text.p + 1,
							    (plus ? (size_t)(plus - text.p) : text.n) - 1 }));
		if (!plus)
			return toc_time_str(s->a, t);
		int hours = atoi(plus + 1);
		struct toc_str local = toc_time_str(s->a, toc_after(t, TOC_HOURS(hours)));
		return toc_arena_printf(s->a, "%.*s%.*s", (int)local.n - 1, local.p,
					(int)(text.p + text.n - plus), plus);
	}
	if (toc_str_is(text, "${me}"))
		return toc_uuid_str(s->a, stage_person(s, me));
	if (text.n > 3 && text.p[0] == '$' && text.p[1] == '{') {
		char name[64] = "", member[16] = "";
		sscanf(text.p, "${%63[^.].%15[^}]}", name, member);
		const struct stage_entry *e = stage_named(s, name);
		if (!e)
			abort();
		return toc_uuid_str(s->a, strcmp(member, "case") == 0	 ? e->e.case_ref
					  : strcmp(member, "incident") == 0 ? e->e.incident
									    : e->e.eid);
	}
	const struct toc_value *p = find_person(s, text);
	return p ? toc_get_text(p, "id") : text;
}

static void expand_all(struct stage *s, struct toc_value *v, const char *me)
{
	if (v->kind == TOC_TEXT)
		v->text = expand(s, v->text, me);
	for (uint32_t i = 0; v->kind == TOC_LIST && i < v->n; i++)
		expand_all(s, v->items[i], me);
	for (uint32_t i = 0; v->kind == TOC_MAP && i < v->n; i++)
		expand_all(s, v->members[i].value, me);
}

static int play_step(struct stage *s, const struct toc_value *scenario, const struct toc_value *step)
{
	const char *who = toc_arena_cstr(s->a, toc_get_text(step, "who"));
	const struct toc_value *defaults = toc_get(scenario, "defaults"), *receipt = toc_get(step, "receipt");
	struct toc_value *m;

	s->name = toc_get_text(step, "name");
	if (receipt) { /* the keeper's way: the server enters what it was told */
		const struct stage_entry *about =
			stage_named(s, toc_arena_cstr(s->a, toc_get_text(receipt, "message")));
		char org[33];
		snprintf(org, sizeof org, "%.*s", (int)(strchr(who, '/') - who), who);
		return stage_act(s, "",
				 "{\"type\":\"M19\",\"body\":{\"step\":\"machine\",\"message_ref\":\"%s\","
				 "\"recipient_org\":\"%s\","
				 "\"channel\":\"api\",\"state\":\"delivered\",\"at\":\"%s\",\"actor_kind\":"
				 "\"machine\"}}",
				 toc_uuid_str(s->a, about->e.eid).p, org, toc_time_str(s->a, s->now).p);
	}
	if (!toc_get(step, "send") || toc_get_is(step, "prepare", "only"))
		return 0;
	m = toc_value_copy(s->a, toc_get(step, "send"));
	for (uint32_t i = 0; i < defaults->n; i++)
		if (!toc_get_str(m, defaults->members[i].name))
			toc_set_str(s->a, m, defaults->members[i].name,
				    toc_value_copy(s->a, defaults->members[i].value));
	expand_all(s, m, who);
	return stage_act_value(s, who, m);
}

static const struct toc_value *expected_refusal(const struct toc_value *step)
{
	const struct toc_value *list = toc_get(step, "expect");

	for (size_t i = 0; i < toc_len(list); i++)
		if (toc_get(toc_at(list, i), "refused"))
			return toc_get(toc_at(list, i), "refused");
	return NULL;
}

int stage_play(struct stage *s, const char *file, const char *until)
{
	const struct toc_value *scenario =
		read_file(s->a, toc_arena_printf(s->a, "%s/server/exercises/%s", TOC_SOURCE_DIR, file).p);
	const struct toc_value *steps = toc_get(scenario, "steps");

	s->exercise = toc_id_of(toc_get_text(scenario, "exercise"));
	for (size_t i = 0; i < toc_len(steps); i++) {
		const char *t = toc_arena_cstr(s->a, toc_get_text(toc_at(steps, i), "t"));
		if (until && seconds_of(t) > seconds_of(until))
			break;
		s->name = TOC_STR("");
		stage_to(s, t);
		const struct toc_value *refused = expected_refusal(toc_at(steps, i));
		int r = play_step(s, scenario, toc_at(steps, i));
		if (refused && (r == 0 || !toc_str_eq(toc_get_text(refused, "code"),
						      toc_str_of(toc_refusal_wire(s->v.refusal.code))))) {
			fprintf(stderr, "stage: %s at %s: not refused as it should be\n", file, t);
			return -1;
		}
		if (r < 0 && !refused) {
			fprintf(stderr, "stage: %s at %s: %s %s %s\n", file, t,
				toc_refusal_wire(s->v.refusal.code), s->v.refusal.field, s->v.refusal.detail);
			return -1;
		}
		s->name = TOC_STR("");
		if (s->after_step)
			s->after_step(s);
	}
	return 0;
}

/* ---- sameness ---- */

struct toc_str stage_saved(struct toc_arena *a, const struct toc_world *w)
{
	return toc_json_str(a, toc_world_save(w, a));
}

bool stage_consistent(struct stage *s)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_str live = stage_saved(a, s->w);
	struct toc_world *replay = s->under ? toc_world_over(s->under) : toc_world_new(), *loaded = NULL;
	struct toc_error error = { 0 };
	bool same;

	for (size_t i = s->began; i < s->n; i++)
		toc_apply(replay, &s->ledger[i].e);
	same = toc_str_eq(live, stage_saved(a, replay));
	if (toc_world_load(parse(a, live), &loaded, &error) < 0) {
		fprintf(stderr, "stage: %s\n", error.text);
		same = false;
	} else {
		same &= toc_str_eq(live, stage_saved(a, loaded));
		same &= toc_world_next_due(loaded).us == toc_world_next_due(s->w).us;
	}
	same &= toc_world_next_due(replay).us == toc_world_next_due(s->w).us;
	toc_world_free(replay);
	toc_world_free(loaded);
	toc_arena_free(a);
	return same;
}

const char *stage_notice(struct stage *s, const char *case_ref, const char *more)
{
	const struct toc_exercise *x = toc_find_exercise(s->w, s->exercise);
	struct toc_str at = toc_time_str(s->a, toc_clock_at(x, s->now));
	struct toc_value *m = parse(
		s->a,
		toc_arena_printf(
			s->a,
			"{\"type\":\"M4\"%s%s%s,\"body\":{\"step\":\"send\",\"duty\":[\"DSA_18\"],\"aware_"
			"at\":\"%s\",\"threat_case\":true,"
			"\"immediacy\":\"now\",\"emergency_line_called\":{\"called\":true},\"offence_field\":"
			"\"homicide\",\"explanation\":\"x\","
			"\"content\":[{\"id\":\"p1\",\"type\":\"post\"}],\"service_surface\":\"public\","
			"\"concerned_states\":[{\"cc\":\"XA\",\"ground\":\"place_of_offence\"}],\"content_"
			"status\":\"restricted\","
			"\"preserved\":{\"preserved\":true,\"until\":\"2040-01-01T00:00:00Z\"},\"user_"
			"notified\":\"no\","
			"\"contact_24x7\":\"%s\"}}",
			*case_ref ? ",\"case_ref\":\"" : "", case_ref, *case_ref ? "\"" : "", at.p,
			toc_uuid_str(s->a, stage_person(s, "GameNest/night responder")).p));
	struct toc_value *body = toc_get(m, "body"),
			 *extra = parse(s->a, toc_arena_printf(s->a, "{%s}", more));

	for (uint32_t i = 0; i < extra->n; i++) {
		if (extra->members[i].value->kind == TOC_NULL)
			toc_unset(body, toc_arena_cstr(s->a, extra->members[i].name));
		else
			toc_set_str(s->a, body, extra->members[i].name, extra->members[i].value);
	}
	return toc_json_str(s->a, m).p ? toc_arena_cstr(s->a, toc_json_str(s->a, m)) : "";
}
