/* foreign.c: see foreign.h. */
#include "foreign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "heard.h"
#include "message/catalogue.h"
#include "message/json.h"
#include "message/table.h"
#include "render/render.h"

#define TIMES_EACH 3    /* for every step and place, in one program */
#define THINGS_MAX 24   /* that are asked about at a time */
#define ORGS_MAX 64

/* What numbers there are, and which organisations have been shown them. */
struct thing {
	char id[TOC_UUID_TEXT];
	uint64_t shown; /* bit: the organisation of that place in `orgs` */
};

static struct {
	const struct stage *of;
	size_t read; /* of its ledger */
	struct toc_map *things;
	struct toc_str orgs[ORGS_MAX];
	size_t n_orgs;
} known;
static struct toc_map *tried; /* "k path" → how often */
static unsigned differences;
static bool asking;
static struct stage before; /* as the test has it */

static bool is_id(const char *p, size_t n)
{
	if (n < 36)
		return false;
	for (size_t i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? p[i] != '-' : !strchr("0123456789abcdef", p[i]))
			return false;
	return true;
}

static struct thing *thing_of(const char *id)
{
	struct thing *t = toc_map_get(known.things, (struct toc_str){ id, 36 });

	if (t)
		return t;
	t = calloc(1, sizeof *t);
	memcpy(t->id, id, 36);
	toc_map_put(known.things, (struct toc_str){ t->id, 36 }, t);
	return t;
}

static void note(struct toc_str text, uint64_t shown)
{
	for (size_t i = 0; i + 36 <= text.n; i++)
		if (is_id(text.p + i, text.n - i)) {
			thing_of(text.p + i)->shown |= shown;
			i += 35;
		}
}

static uint64_t bit_of(struct toc_str org)
{
	for (size_t i = 0; i < known.n_orgs; i++)
		if (toc_str_eq(known.orgs[i], org))
			return (uint64_t)1 << i;
	if (known.n_orgs == ORGS_MAX)
		return 0;
	known.orgs[known.n_orgs] = (struct toc_str){ strndup(org.p, org.n), org.n };
	return (uint64_t)1 << known.n_orgs++;
}

static void forget(void)
{
	size_t cursor = 0;
	struct toc_str id;
	void *t;

	while (known.things && toc_map_next(known.things, &cursor, &id, &t))
		free(t);
	toc_map_free(known.things);
	for (size_t i = 0; i < known.n_orgs; i++)
		free((char *)(uintptr_t)known.orgs[i].p);
	memset(&known, 0, sizeof known);
}

static void at_end(void)
{
	toc_map_free(tried);
	forget();
	if (differences) {
		fflush(NULL);
		_exit(1); /* exit cannot be called again here */
	}
}

static struct toc_opened opened(struct stage *s, const struct stage_entry *e)
{
	struct toc_value *part, *personal, *data = toc_value_map(s->a), *disclosed = toc_value_list(s->a);

	toc_message_split(s->a, e->whole, &part, &personal);
	toc_set(s->a, data, "message", personal);
	toc_set(s->a, data, "disclosed", disclosed);
	return (struct toc_opened){ .entry = e->e, .data = data, .actor = e->actor };
}

static void read_entry(struct stage *s, const struct stage_entry *e)
{
	struct toc_reader *readers;
	size_t n = toc_entry_readers(&e->e, s->a, &readers);
	struct toc_opened o = opened(s, e);
	struct toc_str frame[2] = { { NULL, 0 }, { NULL, 0 } };
	uint64_t sender = toc_str_is(e->e.org, "server") ? 0 : bit_of(e->e.org);

	/* all that there is; to whoever sent it what they sent */
	note(toc_json_str(s->a, e->e.body), 0);
	note(toc_json_str(s->a, e->whole), sender);
	const struct toc_uuid ids[] = { e->e.eid, e->e.case_ref, e->e.incident, e->e.ref };
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (!toc_uuid_is_nil(ids[i]))
			note(toc_uuid_str(s->a, ids[i]), sender);
	for (size_t i = 0; i < n; i++) {
		struct toc_str *f = &frame[readers[i].rendering == TOC_WHOLE];
		if (!f->n)
			*f = toc_render_entry(s->a, &o, readers[i].rendering, false);
		note(*f, bit_of(readers[i].org));
		for (size_t k = 0; k < e->n_discloses; k++) /* its content is in the frame that the keeper makes */
			for (size_t j = 0; j < s->n; j++)
				if (toc_uuid_eq(s->ledger[j].e.eid, e->discloses[k]))
					note(toc_json_str(s->a, s->ledger[j].whole), bit_of(readers[i].org));
	}
}

static void people(struct stage *s)
{
	const struct toc_value *all = toc_get(s->cast, "organisations");

	for (size_t i = 0; i < toc_len(all); i++) {
		const struct toc_value *persons = toc_get(toc_at(all, i), "persons");
		for (size_t k = 0; k < toc_len(persons); k++)
			note(toc_get_text(toc_at(persons, k), "id"), bit_of(toc_get_text(toc_at(all, i), "code")));
	}
}

static void read_on(struct stage *s)
{
	if (known.of != s || known.read > s->n) {
		forget();
		known.of = s;
		known.things = toc_map_new();
		people(s);
	}
	for (; known.read < s->n; known.read++)
		read_entry(s, &s->ledger[known.read]);
}

/* ---- asking ---- */

/* The verdict on it: refused with these words, or would be accepted. */
static struct toc_refusal answer(struct stage *s, const struct toc_principal *p, const struct toc_value *m)
{
	struct toc_value *copy = toc_value_copy(s->a, m);

	s->late = before.late; /* what is for the next act alone is for each of these */
	s->dup_keys = before.dup_keys;
	s->twist = before.twist;
	if (stage_act_as(s, p, copy) == 0)
		return (struct toc_refusal){ .code = TOC_NOT_REFUSED };
	return s->v.refusal;
}

static bool same(const struct toc_refusal *x, const struct toc_refusal *y)
{
	return x->code == y->code && strcmp(x->field, y->field) == 0 && strcmp(x->clause, y->clause) == 0 &&
	       strcmp(x->detail, y->detail) == 0 && x->retry_after_s == y->retry_after_s;
}

static void differs(const struct toc_principal *p, struct toc_str k, const char *where, const char *id, const struct toc_refusal *got,
		    const struct toc_refusal *want)
{
	differences++;
	printf("  FOREIGN %.*s by %.*s, %s %s: %s %s \"%s\"; of nothing: %s %s \"%s\"\n", TOC_STR_ARGS(k), TOC_STR_ARGS(p->org), where, id,
	       toc_refusal_wire(got->code), got->field, got->detail, toc_refusal_wire(want->code), want->field, want->detail);
}

static bool enough(struct stage *s, struct toc_str k, const char *path)
{
	static char times[TIMES_EACH + 1];
	struct toc_str key = toc_arena_printf(s->a, "%.*s %s", TOC_STR_ARGS(k), path);
	char *n = toc_map_get(tried, key);

	if (!n)
		heard_foreign(key);
	if (n == &times[TIMES_EACH])
		return true;
	toc_map_put(tried, key, n ? n + 1 : &times[1]);
	return false;
}

/* Not what the sender makes and chooses (a number that was used is refused, whoever used it), nor who it is itself. */
bool foreign_is_reference(struct toc_str k, const char *path)
{
	static const struct {
		const char *k, *path;
	} no[] = { { NULL, "id" }, { NULL, "exercise_ref" }, { NULL, "sender_person" }, { NULL, "sender_client" },
		   { NULL, "body.items.item_id" }, { "person.enrol", "body.person" }, { "hold.set", "body.hold" },
		   { "mandate.grant", "body.mandate" }, { "credential.issue", "body.credential" },
		   { "credential.rotate", "body.credential" }, { "org.admit", "body.code" }, { "M26.verify", "body.point" },
		   /* who reports has been offered its duplicates; break-glass opens, and verifying looks at, what one was not shown */
		   { "M1.report", "body.links.to" }, { "breakglass.open", "body.entries.ref" } };

	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		if (strcmp(path, no[i].path) == 0 && (!no[i].k || toc_str_is(k, no[i].k)))
			return false;
	return true;
}

/* Some of what the organisation has not been shown; the newest, and others all over. */
static size_t foreign_to(struct toc_str org, const char *ret[THINGS_MAX])
{
	uint64_t bit = bit_of(org);
	size_t cursor = 0, n = 0, at = 0;
	struct toc_str id;
	void *value;

	while (toc_map_next(known.things, &cursor, &id, &value))
		n += !(((struct thing *)value)->shown & bit);
	size_t step = n / THINGS_MAX + 1, i = 0;
	cursor = 0;
	while (at < THINGS_MAX && toc_map_next(known.things, &cursor, &id, &value)) {
		struct thing *t = value;
		if (t->shown & bit)
			continue;
		if (i % step == 0 || n - i <= THINGS_MAX / 3)
			ret[at++] = t->id;
		i++;
	}
	return at;
}

/* A number that there is not, of the same version; the same for the same, so that what is named twice still is. */
static struct toc_str nothing_like(struct stage *s, struct toc_str id)
{
	return toc_arena_printf(s->a, "%.*sdead%.*s", 24, id.p, 8, id.p + 28);
}

struct asking {
	struct stage *s;
	const struct toc_principal *p;
	struct toc_str k;
	struct toc_value *m;
	const char *const *things;
	size_t n;
};

static const char *below(struct stage *s, const char *path, struct toc_str name)
{
	return toc_arena_printf(s->a, "%s%s%.*s", path, *path ? "." : "", TOC_STR_ARGS(name)).p;
}

static void at_place(struct asking *q, struct toc_value *place, const char *path)
{
	struct toc_str own = place->text, whole = toc_json_str(q->s->a, q->m);

	if (!foreign_is_reference(q->k, path) || enough(q->s, q->k, path))
		return;
	for (size_t i = 0; i < q->n; i++) {
		if (memmem(whole.p, whole.n, q->things[i], 36)) /* named beside it, it would be there twice */
			continue;
		place->text = (struct toc_str){ q->things[i], 36 };
		struct toc_refusal r = answer(q->s, q->p, q->m);
		place->text = nothing_like(q->s, place->text);
		struct toc_refusal nothing = answer(q->s, q->p, q->m);
		if (!same(&r, &nothing))
			differs(q->p, q->k, path, q->things[i], &r, &nothing);
	}
	place->text = own;
}

static void everywhere(struct asking *q, struct toc_value *v, const char *path)
{
	if (v->kind == TOC_TEXT && v->text.n == 36 && is_id(v->text.p, 36))
		at_place(q, v, path);
	for (uint32_t i = 0; v->kind == TOC_LIST && i < v->n; i++)
		everywhere(q, v->items[i], path);
	for (uint32_t i = 0; v->kind == TOC_MAP && i < v->n; i++)
		everywhere(q, v->members[i].value, below(q->s, path, v->members[i].name));
}

/* ---- of what there is not ---- */

bool foreign_names_something(const struct toc_field *f)
{
	enum toc_field_kind kind = f->kind;

	return f->need != TOC_N_SERVER &&
	       (kind == TOC_F_UUID || kind == TOC_F_UUID7 || kind == TOC_F_ORG || kind == TOC_F_PERSON);
}

/* In this field, whatever the message says there, something that there is not: refused; and what is foreign, alike. */
static void names_nothing(struct asking *q, const struct toc_field *f, struct toc_value *map, const char *path)
{
	static const char nothing[] = "01980000-0000-7000-8000-0000deadbeaf", nowhere[] = "Nowhere";
	struct toc_value *is = toc_get(map, f->name), *own = is ? toc_value_copy(q->s->a, is) : NULL,
			 *text = toc_value_text(q->s->a, toc_str_of(f->kind == TOC_F_ORG ? nowhere : nothing));

	if (!foreign_is_reference(q->k, path) || enough(q->s, q->k, toc_arena_printf(q->s->a, "nothing %s", path).p))
		return;
	if (f->list) {
		struct toc_value *list = toc_value_list(q->s->a);
		toc_push(q->s->a, list, text);
		toc_set(q->s->a, map, f->name, list);
	} else {
		toc_set(q->s->a, map, f->name, text);
	}
	struct toc_refusal r = answer(q->s, q->p, q->m);
	if (r.code == TOC_NOT_REFUSED) {
		differences++;
		printf("  FOREIGN %.*s by %.*s, %s: names nothing, and is accepted\n", TOC_STR_ARGS(q->k), TOC_STR_ARGS(q->p->org), path);
	}
	if (f->kind != TOC_F_ORG && !own)
		at_place(q, text, path);
	if (own)
		toc_set(q->s->a, map, f->name, own);
	else
		toc_unset(map, f->name);
}

static void every_name(struct asking *q, const struct toc_shape *shape, struct toc_value *map, const char *path)
{
	for (uint32_t i = 0; i < shape->n; i++) {
		const struct toc_field *f = &shape->fields[i];
		const char *here = below(q->s, path, toc_str_of(f->name));
		struct toc_value *v = toc_get(map, f->name);
		if (foreign_names_something(f))
			names_nothing(q, f, map, here);
		if (!v || (f->kind != TOC_F_MAP && f->kind != TOC_F_BODY))
			continue;
		const struct toc_shape *of = toc_shape_at(
			f->kind == TOC_F_MAP ? f->shape : toc_message_type_find(toc_get_text(q->m, "type"))->shape);
		for (size_t k = 0; f->list && k < toc_len(v); k++)
			every_name(q, of, toc_at(v, k), here);
		if (!f->list)
			every_name(q, of, v, here);
	}
}

/* In place of whatever is foreign to them something that there is not. @return how many */
static unsigned nothing_foreign(struct asking *q, struct toc_value *v, const char *path, uint64_t bit)
{
	unsigned n = 0;

	if (v->kind == TOC_TEXT && v->text.n == 36 && is_id(v->text.p, 36) && foreign_is_reference(q->k, path)) {
		struct thing *t = toc_map_get(known.things, v->text);
		if (!t || t->shown & bit)
			return 0;
		v->text = nothing_like(q->s, v->text);
		return 1;
	}
	for (uint32_t i = 0; v->kind == TOC_LIST && i < v->n; i++)
		n += nothing_foreign(q, v->items[i], path, bit);
	for (uint32_t i = 0; v->kind == TOC_MAP && i < v->n; i++)
		n += nothing_foreign(q, v->members[i].value, below(q->s, path, v->members[i].name), bit);
	return n;
}

/* The same by everybody else whose roles may do such a thing: one of each organisation. */
static void by_others(struct asking *q)
{
	const struct toc_value *all = toc_get(q->s->cast, "organisations");
	const struct toc_action *action = toc_action_find(q->k);

	for (size_t i = 0; action && i < toc_len(all); i++) {
		struct toc_str org = toc_get_text(toc_at(all, i), "code");
		const struct toc_organisation *o = toc_find_organisation(q->s->w, org);
		const struct toc_value *persons = toc_get(toc_at(all, i), "persons");
		if (!o || toc_str_eq(org, q->p->org))
			continue;
		for (size_t j = 0; j < toc_len(persons); j++) {
			struct toc_str title = toc_get_text(toc_at(persons, j), "title");
			struct toc_principal who = stage_principal(
				q->s, toc_arena_printf(q->s->a, "%.*s/%.*s", TOC_STR_ARGS(org), TOC_STR_ARGS(title)).p);
			if (!toc_may_ever(action, toc_world_roles(q->s->w, &who), o->kinds))
				continue;
			struct toc_value *none = toc_value_copy(q->s->a, q->m);
			if (!nothing_foreign(q, none, "", bit_of(org)) ||
			    enough(q->s, q->k, toc_arena_printf(q->s->a, "by %.*s", TOC_STR_ARGS(org)).p))
				break;
			struct toc_refusal got = answer(q->s, &who, q->m), want = answer(q->s, &who, none);
			if (!same(&got, &want))
				differs(&who, q->k, "all of it", "", &got, &want);
			break;
		}
	}
}

bool foreign_is_asking(void)
{
	return asking;
}

void foreign_ask(struct stage *s, const struct toc_principal *p, const struct toc_value *message)
{
	const char *things[THINGS_MAX];

	if (asking || !p->org.n || !getenv("TOC_FOREIGN") || !toc_find_organisation(s->w, p->org))
		return;
	if (!tried) {
		tried = toc_map_new();
		atexit(at_end);
	}
	before = *s;
	asking = true;
	s->a = toc_arena_new();
	s->dry = true;
	read_on(s);
	struct asking q = { .s = s, .p = p, .m = toc_value_copy(s->a, message), .things = things, .n = foreign_to(p->org, things) };
	toc_set_cstr(s->a, q.m, "id", "01980000-0000-7000-8000-0000deadbeef");
	q.k = toc_message_k(s->a, q.m);
	everywhere(&q, q.m, "");
	const struct toc_message_type *type = toc_message_type_find(toc_get_text(q.m, "type"));
	if (type && toc_message_type_is_wire(type) && answer(s, p, q.m).code == TOC_NOT_REFUSED)
		every_name(&q, toc_shape_envelope(), q.m, "");
	by_others(&q);
	toc_arena_free(s->a);
	*s = before;
	asking = false;
}
