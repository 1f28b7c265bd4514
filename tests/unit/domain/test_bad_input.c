/* test_bad_input.c: a matrix, made from the catalogue: every step of every message that members send, damaged in every way that
 * applies to it. Each is refused with a code, the field that is to blame, and the clause; nothing is entered and the state is the
 * same. Source: the table of refusals, domain (c). */
#include "check.h"
#include "stage.h"

#include "message/catalogue.h"
#include "message/json.h"
#include "unit/message/generate.h"

#include "base/digest.h"

#define TRIES 4000
#define NOBODYS "01980000-0000-7000-8000-00000000dead"

static struct stage *s;
static struct toc_principal member; /* whoever says it: it does not come so far as to matter */
static unsigned said;

static struct toc_sha256 state(void)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_sha256 h = toc_sha256(stage_saved(a, s->w));
	toc_arena_free(a);
	return h;
}

/* Refused so; `what` for the message of a failure. */
static void refused(const char *k, const char *what, struct toc_value *m, const char *code, const char *field)
{
	size_t n = s->n;
	int r = stage_act_as(s, &member, m);
	const struct toc_refusal *why = &s->v.refusal;

	said++;
	if (r == 0 || s->n != n || strcmp(toc_refusal_wire(why->code), code) || strcmp(why->field, field) || !*why->detail ||
	    (!*why->clause && strcmp(code, "not_found"))) {
		check_bad++;
		printf("  %s, %s: %s, field \"%s\", clause \"%s\"; expected %s of \"%s\"\n", k, what,
		       r == 0 ? "accepted" : toc_refusal_wire(why->code), why->field, why->clause, code, field);
	}
}

static struct toc_value *copy(const struct toc_value *m)
{
	return toc_value_copy(s->a, m);
}

/* A value of another kind than the field's. */
static struct toc_value *of_another_kind(const struct toc_field *f)
{
	struct toc_value *map = toc_value_map(s->a);

	if (f->kind == TOC_F_MAP && !f->list)
		return toc_value_text(s->a, TOC_STR("x"));
	toc_set_bool(s->a, map, "x", true);
	return map;
}

static struct toc_value *too_much(const struct toc_field *f, const struct toc_value *v)
{
	if (f->list) {
		struct toc_value *list = toc_value_list(s->a);
		for (uint32_t i = 0; i <= f->most; i++)
			toc_push(s->a, list, toc_len(v) ? toc_value_copy(s->a, toc_at(v, 0)) : toc_value_text(s->a, TOC_STR("x")));
		return list;
	}
	if (f->kind == TOC_F_INT && f->max < INT64_MAX)
		return toc_value_int(s->a, f->max + 1);
	if (f->kind != TOC_F_LINE && f->kind != TOC_F_PROSE && f->kind != TOC_F_TOKEN)
		return NULL;
	char *text = toc_arena_alloc(s->a, (size_t)f->max + 1);
	memset(text, 'x', (size_t)f->max + 1);
	return toc_value_text(s->a, (struct toc_str){ text, (size_t)f->max + 1 });
}

static void damage_field(const char *k, const struct toc_message_type *t, const struct toc_value *m, const struct toc_field *f)
{
	const struct toc_value *body = toc_get(m, "body"), *v = toc_get(body, f->name);
	const char *at = toc_arena_printf(s->a, "body.%s", f->name).p;
	bool selects = strcmp(f->name, t->selector) == 0;
	struct toc_value *bad;

	if (v) {
		toc_set(s->a, toc_get(bad = copy(m), "body"), f->name, of_another_kind(f));
		refused(k, "of another kind", bad, "wrong_kind", at);
		struct toc_value *more = too_much(f, v);
		if (more) {
			toc_set(s->a, toc_get(bad = copy(m), "body"), f->name, more);
			refused(k, "too much", bad, f->kind == TOC_F_INT && !f->list ? "bad_value" : "limit", at);
		}
		if (f->kind == TOC_F_ENUM && !f->list) {
			toc_set_cstr(s->a, toc_get(bad = copy(m), "body"), f->name, "no_such_word");
			refused(k, "no such word", bad, "bad_value", at);
		}
	}
	bool must = toc_need_is_must(f, t) || (f->must_when && toc_condition_holds(f->must_when, body));
	if (v && must && !selects) {
		toc_unset(toc_get(bad = copy(m), "body"), f->name);
		refused(k, f->must_when ? "without what its condition asks for" : "without what is mandatory", bad, "missing_field", at);
	}
}

/* A good message of that step, as the generator makes them. */
static struct toc_value *good(struct generator *g, const struct toc_message_type *t, struct toc_str k)
{
	for (int i = 0; i < TRIES; i++) {
		struct toc_value *m = generate_message(g, t), *decoded;
		struct toc_refusal why = { 0 };
		if (toc_message_decode(s->a, m, &decoded, &why) == 0 && toc_str_eq(toc_message_k(s->a, decoded), k))
			return m;
	}
	return NULL;
}

static void damage(const struct toc_message_type *t, const struct toc_value *m, const char *k)
{
	const struct toc_shape *shape = toc_shape_at(t->shape);
	struct toc_value *bad;

	toc_set_cstr(s->a, bad = copy(m), "type", "M99");
	refused(k, "of an unknown type", bad, "unknown_type", "type");
	toc_set_cstr(s->a, bad = copy(m), "no_such_field", "x");
	refused(k, "with an unknown field", bad, "unknown_field", "no_such_field");
	toc_set_cstr(s->a, toc_get(bad = copy(m), "body"), "no_such_field", "x");
	refused(k, "with an unknown field of its own", bad, "unknown_field", "body.no_such_field");
	struct toc_refusal why = { 0 };
	toc_set_cstr(s->a, bad = copy(m), "schema_version", "9.0.0"); /* the stage writes its own */
	CHECK(toc_message_decode(s->a, bad, &bad, &why) < 0 && why.code == TOC_REFUSE_VERSION);
	CHECK_TEXT(toc_str_of(why.field), "schema_version");
	toc_set_cstr(s->a, bad = copy(m), "id", "not an id");
	refused(k, "with an id that is none", bad, "bad_value", "id");
	for (uint32_t i = 0; i < shape->n; i++)
		damage_field(k, t, m, &shape->fields[i]);
}

static void begin(void)
{
	s = stage_new();
	CHECK(stage_play(s, "lantern.json", "13:00") == 0);
	member = stage_principal(s, "HUB/lead");
}

CASE(every_step_refuses_what_is_unknown_of_another_kind_too_much_or_missing)
{
	struct generator g = { .state = 4711 };
	unsigned steps = 0;

	begin();
	g.a = s->a;
	struct toc_sha256 before = state();
	for (size_t i = 0; toc_message_type_at(i); i++) {
		const struct toc_message_type *t = toc_message_type_at(i);
		for (size_t j = 0; toc_message_type_is_wire(t) && toc_action_at(j); j++) {
			const char *k = toc_action_at(j)->k;
			size_t n = strlen(t->name);
			if (strncmp(k, t->name, n) || k[n] != '.' || (toc_action_at(j)->flags & TOC_ACTION_SERVER))
				continue;
			struct toc_value *m = good(&g, t, toc_str_of(k));
			if (!m) {
				check_bad++;
				printf("  %s: no good one was made\n", k);
				continue;
			}
			damage(t, m, k);
			steps++;
		}
	}
	struct toc_sha256 after = state();
	CHECK(memcmp(before.b, after.b, sizeof before.b) == 0);
	printf("  %u messages of %u steps\n", said, steps);
	CHECK(steps > 90 && said > 1500);
	stage_free(s);
}

/* The organisation's person of these roles, of all who may do it. */
static struct toc_principal somebody(struct toc_str k)
{
	const struct toc_value *all = toc_get(s->cast, "organisations");
	const struct toc_action *a = toc_action_find(k);

	for (size_t i = 0; i < toc_len(all); i++) {
		const struct toc_value *people = toc_get(toc_at(all, i), "persons");
		for (size_t p = 0; p < toc_len(people); p++) {
			struct toc_str org = toc_get_text(toc_at(all, i), "code"), title = toc_get_text(toc_at(people, p), "title");
			struct toc_principal who = stage_principal(
				s, toc_arena_printf(s->a, "%.*s/%.*s", TOC_STR_ARGS(org), TOC_STR_ARGS(title)).p);
			const struct toc_organisation *o = toc_find_organisation(s->w, org);
			if (!who.machine && o && toc_may_ever(a, toc_world_roles(s->w, &who), o->kinds))
				return who;
		}
	}
	return (struct toc_principal){ .org = TOC_STR("") };
}

/* Fields that name something in the state, of the envelope or of the body. */
static const char *const references[] = { "case_ref", "incident_ref", "order_ref", "message_ref", "item_ref", "proposal_ref", "check_ref",
					  "referral_ref", "process_ref", "final_ref", "hook", "test", "drill", "glass", "timer",
					  "mandate", "hold", "credential" };

CASE(a_reference_to_nothing_is_refused_by_every_step_and_changes_nothing)
{
	struct generator g = { .state = 4712 };
	unsigned tried = 0, not_found = 0;

	begin();
	g.a = s->a;
	struct toc_sha256 before = state();
	for (size_t j = 0; toc_action_at(j); j++) {
		struct toc_str k = toc_str_of(toc_action_at(j)->k);
		const char *dot = strchr(toc_action_at(j)->k, '.');
		const struct toc_message_type *t = toc_message_type_find((struct toc_str){ k.p, (size_t)(dot - k.p) });
		if ((toc_action_at(j)->flags & TOC_ACTION_SERVER) || !t || !toc_message_type_is_wire(t))
			continue;
		struct toc_value *m = good(&g, t, k);
		struct toc_principal who = somebody(k);
		for (size_t i = 0; m && who.org.n && i < sizeof references / sizeof *references; i++) {
			bool of_envelope = i < 2;
			struct toc_value *bad = copy(m), *map = of_envelope ? bad : toc_get(bad, "body");
			static const char *const envelope[] = { "mode", "exercise_ref", "sender_org", "sender_person", "sent_at", "supersedes",
								"references", "id", "on_behalf_of" };
			if (!toc_get(map, references[i]) || (toc_str_is(k, "mandate.grant") || toc_str_is(k, "hold.set") ||
							     toc_str_is(k, "credential.issue") || toc_str_is(k, "credential.rotate")))
				continue; /* or it is the sender's to choose */
			for (size_t e = 0; e < sizeof envelope / sizeof *envelope; e++)
				toc_unset(bad, envelope[e]); /* as the stage has it */
			toc_set_cstr(s->a, map, references[i], NOBODYS);
			size_t n = s->n;
			int r = stage_act_as(s, &who, bad);
			tried++;
			not_found += r < 0 && s->v.refusal.code == TOC_REFUSE_NOT_FOUND;
			if (r == 0 || s->n != n || !*s->v.refusal.detail) {
				check_bad++;
				printf("  %.*s with a %s to nothing: %s\n", TOC_STR_ARGS(k), references[i], r == 0 ? "accepted" : "no words");
			}
		}
	}
	struct toc_sha256 after = state();
	CHECK(memcmp(before.b, after.b, sizeof before.b) == 0);
	printf("  %u references, %u of them not found\n", tried, not_found);
	CHECK(tried > 50 && not_found > 30);
	stage_free(s);
}

CASE(an_id_that_was_used_says_nothing_else_whatever_it_was)
{
	unsigned tried = 0;

	begin();
	size_t n = s->n;
	for (size_t i = 0; i < n; i++) {
		const struct stage_entry *e = &s->ledger[i];
		struct toc_uuid person = toc_get_id(e->actor, "person");
		if (toc_uuid_is_nil(person) || !toc_get(toc_get(e->e.body, "decided"), "digest"))
			continue;
		struct toc_principal who = { .org = e->e.org, .person = person, .channel = TOC_STR("console") };
		struct toc_value *m = copy(e->whole);
		toc_set_cstr(s->a, m, "lang", "fr"); /* other content */
		int r = stage_act_as(s, &who, m);
		tried++;
		if (r == 0 || s->v.refusal.code != TOC_REFUSE_ID_CONFLICT || strcmp(s->v.refusal.field, "id") || s->n != n) {
			check_bad++;
			printf("  %.*s: %s\n", TOC_STR_ARGS(e->e.k), r == 0 ? "accepted" : toc_refusal_wire(s->v.refusal.code));
		}
	}
	CHECK(tried > 10);
	stage_free(s);
}

RUN_CASES()
