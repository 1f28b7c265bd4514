/* stage_cast.c: the cast, its people, and the worlds that begin with them. */
#include "stage_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/catalogue.h"
#include "message/json.h"

struct toc_value *stage_parsed(struct toc_arena *a, struct toc_str text)
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

struct toc_value *stage_read(struct toc_arena *a, const char *path)
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
	struct toc_value *v = stage_parsed(a, toc_arena_str(a, toc_buf_view(&b)));
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

const struct toc_value *stage_find_person(const struct stage *s, struct toc_str who)
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
	const struct toc_value *p = stage_find_person(s, toc_str_of(who));

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

/* ---- the cast ---- */

struct stage *stage_bare(void)
{
	struct stage *s = calloc(1, sizeof *s);

	s->a = toc_arena_new();
	s->w = toc_world_new();
	s->now = (toc_time){ INT64_C(1795385400000000) }; /* 2026-11-22 */
	s->cast = stage_read(s->a, TOC_SOURCE_DIR "/server/exercises/cast.json");
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
