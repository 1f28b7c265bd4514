/* stage.c: see stage.h: deciding and recording, time, sameness. */
#include "foreign.h"
#include "heard.h"
#include "stage_room.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "message/catalogue.h"
#include "message/json.h"

#define WHO_SAYS_IT "00000000-0000-4000-8000-000000000000" /* in a notice: their own number */

/* ---- acting ---- */

/* Nobody who is suspended is told anything or called, and of an exercise nobody who takes no part in it. What comes from a journal
 * was decided on an older state: there the fence is at the reading. */
static void check_told(struct stage *s, const struct stage_entry *e, const struct toc_draft *d, const struct toc_world *w)
{
	static const char *const lists[] = { "readers", "pages" };
	const struct toc_exercise *x = toc_find_exercise(w, e->e.exercise);

	for (size_t k = 0; !s->back && k < sizeof lists / sizeof *lists; k++) {
		const struct toc_value *list = toc_get(d->decided, lists[k]);
		for (size_t i = 0; i < toc_len(list); i++) {
			struct toc_str org = toc_get_text(toc_at(list, i), "org");
			const struct toc_organisation *o = toc_find_organisation(w, org);
			bool apart = x && !toc_exercise_has(x, org) && !toc_str_is(e->e.k, "exercise.join");
			if (apart || (o && o->suspended && !toc_str_is(e->e.k, "org.suspend")))
				TOC_WRONG(toc_arena_printf(s->a, "%.*s: %s has %.*s, which is %s", TOC_STR_ARGS(e->e.k), lists[k], TOC_STR_ARGS(org),
							   apart ? "not in the exercise" : "suspended").p);
		}
	}
}

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
		.late = s->back,
		.body = stage_parsed(s->a, toc_json_str(s->a, body)),
	};
	e->whole = toc_message_join(s->a, public_part, personal);
	e->actor = toc_value_copy(s->a, d->actor);
	e->n_discloses = d->n_discloses < 64 ? d->n_discloses : 64;
	if (e->n_discloses)
		memcpy(e->discloses, d->discloses, e->n_discloses * sizeof *e->discloses);
	e->name = s->name;
	/* the database takes an organisation's id once (entry_org_and_eid_are_unique), and what it refuses is lost or due for ever */
	for (size_t i = s->n; i-- > 0;)
		if (toc_uuid_eq(s->ledger[i].e.eid, e->e.eid) && toc_str_eq(s->ledger[i].e.org, e->e.org))
			TOC_WRONG(toc_arena_printf(s->a, "two entries have one id: %.*s and %.*s", TOC_STR_ARGS(s->ledger[i].e.k),
						   TOC_STR_ARGS(e->e.k)).p);
	s->n++;
	heard_entry(e->e.k, d->decided);
	check_told(s, e, d, overlay);
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

static void fill(struct stage *s, const struct toc_principal *p, struct toc_value *m)
{
	static const char *const defaults =
		"{\"tlp\":\"AMBER\",\"precedence\":\"flash\",\"ack_required\":true,\"lang\":\"en\","
		"\"personal_data\":{\"level\":\"limited\",\"categories\":[\"location\"]},\"legal_basis\":[],"
		"\"also_reported_to\":[]}";
	const struct toc_value *d = stage_parsed(s->a, toc_str_of(defaults));
	bool in_exercise = !toc_uuid_is_nil(s->exercise);
	static const char *const system[] = { "M26", "M27", "org", "person", "role", "credential", "policy", "session",
					      "mandate", "hold", "erase", "hook", "push", "courier", "breakglass", "witness", "timestamp" };
	bool directory = false;

	for (size_t i = 0; i < sizeof system / sizeof *system; i++)
		directory |= toc_get_is(m, "type", system[i]);
	if (toc_get_is(toc_get(m, "body"), "contact_24x7", WHO_SAYS_IT))
		toc_set_id(s->a, toc_get(m, "body"), "contact_24x7", p->person);

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

	fill(s, p, raw);
	foreign_ask(s, p, raw);
	memset(&s->v, 0, sizeof s->v);
	if (toc_message_decode(s->a, raw, &m, &s->v.refusal) < 0) {
		if (!foreign_is_asking())
			heard_said(toc_message_k(s->a, raw), false);
		return -1;
	}
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
	if (toc_decide(s->w, p, &c, s->now, s->a, &s->v) < 0) {
		if (!foreign_is_asking())
			heard_said(c.k, false);
		return -1;
	}
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
	return stage_parsed(s->a, json);
}

struct toc_value *stage_prepare(struct stage *s, const char *who, struct toc_value *raw)
{
	struct toc_principal p = stage_principal(s, who);
	struct toc_value *m;

	fill(s, &p, raw);
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
	return stage_parsed(s->a, toc_arena_str(s->a, toc_str_of(message)));
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

toc_time stage_time(const struct stage *s, const char *t)
{
	const struct toc_exercise *x = toc_find_exercise(s->w, s->exercise);
	return toc_after(x ? x->t0 : (toc_time){ 0 }, TOC_SECONDS(stage_seconds(t)));
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

/* ---- sameness ---- */

struct toc_str stage_saved(struct toc_arena *a, const struct toc_world *w)
{
	return toc_json_str(a, toc_world_document(w, a));
}

struct toc_world *stage_loaded(struct toc_world *w)
{
	struct toc_saving *saving = toc_saving_begin(w);
	struct toc_world *loaded = NULL;
	struct toc_error error;
	uint8_t sum[32], sum_read[32] = { 0 };
	size_t n;

	while (!toc_saving_step(saving, 7))
		;
	struct toc_piece *const *pieces = toc_saving_pieces(saving, &n);
	struct toc_piece **read = calloc(n + 1, sizeof *read);
	for (size_t i = 0; i < n; i++) {
		if (!(read[i] = toc_piece_read(pieces[i]->bytes, &error)))
			TOC_WRONG(error.text);
		toc_sum_add(sum_read, (const uint8_t *)read[i]->sum);
	}
	toc_saving_sum(saving, sum);
	if (memcmp(sum, sum_read, sizeof sum) != 0)
		TOC_WRONG("the sum of the pieces");
	if (toc_world_load(read, n, toc_world_size(w), &loaded, &error) < 0)
		TOC_WRONG(error.text);
	for (size_t i = 0; i < n; i++)
		toc_piece_drop(read[i]);
	free(read);
	toc_saving_end(saving);
	return loaded;
}

bool stage_consistent(struct stage *s)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_str live = stage_saved(a, s->w);
	struct toc_world *replay = s->under ? toc_world_over(s->under) : toc_world_new(), *loaded;
	bool same;

	for (size_t i = s->began; i < s->n; i++)
		toc_apply(replay, &s->ledger[i].e);
	same = toc_str_eq(live, stage_saved(a, replay));
	if (!s->under) { /* a copy is made of the state itself, not of a layer */
		loaded = stage_loaded(s->w);
		same &= toc_world_next_due(loaded).us == toc_world_next_due(s->w).us;
		same &= toc_str_eq(live, stage_saved(a, loaded));
		toc_world_free(loaded);
	}
	same &= toc_world_next_due(replay).us == toc_world_next_due(s->w).us;
	toc_world_free(replay);
	toc_arena_free(a);
	return same;
}

const char *stage_notice(struct stage *s, const char *case_ref, const char *more)
{
	const struct toc_exercise *x = toc_find_exercise(s->w, s->exercise);
	struct toc_str at = toc_time_str(s->a, toc_clock_at(x, s->now));
	struct toc_value *m = stage_parsed(
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
			"\"contact_24x7\":\"" WHO_SAYS_IT "\"}}",
			*case_ref ? ",\"case_ref\":\"" : "", case_ref, *case_ref ? "\"" : "", at.p));
	struct toc_value *body = toc_get(m, "body"),
			 *extra = stage_parsed(s->a, toc_arena_printf(s->a, "{%s}", more));

	for (uint32_t i = 0; i < extra->n; i++) {
		if (extra->members[i].value->kind == TOC_NULL)
			toc_unset(body, toc_arena_cstr(s->a, extra->members[i].name));
		else
			toc_set_str(s->a, body, extra->members[i].name, extra->members[i].value);
	}
	return toc_json_str(s->a, m).p ? toc_arena_cstr(s->a, toc_json_str(s->a, m)) : "";
}
