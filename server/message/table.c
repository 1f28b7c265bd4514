/* table.c: the catalogue as constants of the program, and the index by which names are found.
 *
 * catalogue.def is included several times: for the lists of words, the conditions, the numbers of the shapes,
 * and then for fields, rules, types and demands, each as one array in the order of the file. Which rows
 * belong to which shape follows from the line numbers: a row belongs to the last SHAPE (or TYPE) above it.
 * The index is built before main. */
#include "message/table.h"

#include <string.h>

/* Each pass defines the rows that it wants; rows.h makes the others nothing and forgets all of them after. */
#define VALUES(name, ...) static const char *const values_##name[] = { __VA_ARGS__, NULL };
#define WHEN(name, member, ...)                                                                              \
	static const struct toc_condition when_##name = { member, { __VA_ARGS__, NULL }, NULL };
#define BOTH(name, other, member, ...)                                                                       \
	static const struct toc_condition when_##name = { member, { __VA_ARGS__, NULL }, &when_##other };
#include "message/rows.h"

enum {
#define SHAPE(name, meaning) SHAPE_##name,
#include "message/rows.h"
	N_SHAPES
};

/* WHAT */
#define UUID .kind = TOC_F_UUID
#define UUID7 .kind = TOC_F_UUID7
#define ORG .kind = TOC_F_ORG
#define PERSON .kind = TOC_F_PERSON
#define TIME .kind = TOC_F_TIME
#define CC .kind = TOC_F_CC
#define LANG .kind = TOC_F_LANG
#define URL .kind = TOC_F_URL, .min = 3, .max = 2048
#define IP .kind = TOC_F_IP
#define LINE(n) .kind = TOC_F_LINE, .min = 1, .max = n
#define PROSE(n) .kind = TOC_F_PROSE, .min = 1, .max = n
#define TOKEN(n) .kind = TOC_F_TOKEN, .min = 1, .max = n
#define HEX(a, b) .kind = TOC_F_HEX, .min = a, .max = b
#define BYTES(n) .kind = TOC_F_BYTES, .min = 1, .max = n
#define INT(a, b) .kind = TOC_F_INT, .min = a, .max = b
#define BOOL .kind = TOC_F_BOOL
#define ENUM(name) .kind = TOC_F_ENUM, .values = values_##name
#define MAP(name) .kind = TOC_F_MAP, .shape = SHAPE_##name
#define VERSION .kind = TOC_F_VERSION
#define TYPE_NAME .kind = TOC_F_TYPE_NAME
#define BODY .kind = TOC_F_BODY
/* HOW_MANY */
#define ONE .list = false
#define LIST(a, b) .list = true, .least = a, .most = b
/* NEED */
#define MUST .need = TOC_N_MUST
#define MAY .need = TOC_N_MAY
#define MEMBERS_MUST .need = TOC_N_MEMBERS_MUST
#define UNLESS_ROUTED .need = TOC_N_UNLESS_ROUTED
#define SERVER .need = TOC_N_SERVER
#define MUST_WHEN(c) .must_when = &when_##c
#define MUST_ONLY_WHEN(c) .must_when = &when_##c, .only_when = &when_##c
#define MAY_ONLY_WHEN(c) .only_when = &when_##c
#define MUST_WHEN_MAY_WHEN(c, d) .must_when = &when_##c, .only_when = &when_##d
/* MARK */
#define PERSONAL .personal = true
#define PLAIN .personal = false
#define PLAIN_BECAUSE(why) .plain_because = why
/* FLAGS */
#define MEMBERS TOC_TYPE_MEMBERS
#define ROUTED TOC_TYPE_ROUTED
#define DIRECTORY TOC_TYPE_DIRECTORY

static const struct toc_condition when_ALWAYS = { .member = NULL };

#define FIELD(name_, what, how_many, need_, mark, clause_, meaning_)                                         \
	{ .name = name_,                                                                                     \
	  what,                                                                                              \
	  how_many,                                                                                          \
	  need_,                                                                                             \
	  mark,                                                                                              \
	  .clause = clause_,                                                                                 \
	  .meaning = meaning_,                                                                               \
	  .line = __LINE__ },
static const struct toc_field fields[] = {
#include "message/rows.h"
};

#define EITHER(cond_, a, b, clause_, words_)                                                                 \
	{ .when = &when_##cond_, .either = a, .or = b, .clause = clause_, .words = words_, .line = __LINE__ },
#define LEAST(cond_, n, clause_, words_)                                                                     \
	{ .when = &when_##cond_, .least = n, .clause = clause_, .words = words_, .line = __LINE__ },
#define EACH(cond_, list_, member_, clause_)                                                                 \
	{ .when = &when_##cond_,                                                                             \
	  .list = list_,                                                                                     \
	  .each = member_,                                                                                   \
	  .clause = clause_,                                                                                 \
	  .words = "mandatory: here, or once beside the list",                                               \
	  .line = __LINE__ },
static const struct toc_shape_rule rules[] = {
#include "message/rows.h"
};

#define FORM(cond_, name_, what, clause_)                                                                    \
	{ .when = &when_##cond_, .as = { .name = name_, what, .clause = clause_ }, .line = __LINE__ },
static const struct toc_form forms[] = {
#include "message/rows.h"
};

#define DEMAND(shape_, cond_, field_, clause_, words_)                                                       \
	{ .shape = SHAPE_##shape_,                                                                           \
	  .when = &when_##cond_,                                                                             \
	  .field = field_,                                                                                   \
	  .clause = clause_,                                                                                 \
	  .words = words_,                                                                                   \
	  .line = __LINE__ },
static const struct toc_demand demands[] = {
#include "message/rows.h"
};

#define NAMED_AFTER(shape_, cond_, selector_)                                                                \
	{ .shape = SHAPE_##shape_, .when = &when_##cond_, .selector = selector_, .line = __LINE__ },
static const struct toc_naming namings[] = {
#include "message/rows.h"
};

#define SHAPE(name_, meaning_) { .name = #name_, .meaning = meaning_, .line = __LINE__ },
static struct toc_shape shapes[] = {
#include "message/rows.h"
};

#define TYPE(shape_, name_, selector_, retention_, flags_, clause_, title_)                                  \
	{ .name = name_,                                                                                     \
	  .selector = selector_,                                                                             \
	  .retention = retention_,                                                                           \
	  .clause = clause_,                                                                                 \
	  .title = title_,                                                                                   \
	  .shape = SHAPE_##shape_,                                                                           \
	  .flags = flags_,                                                                                   \
	  .line = __LINE__ },
static struct toc_message_type types[] = {
#include "message/rows.h"
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- the index ---- */

static uint32_t hash_of(struct toc_str name)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < name.n; i++)
		h = (h ^ (uint8_t)name.p[i]) * 16777619u;
	return h ^ h >> 15;
}

static void index_names(struct toc_shape *s)
{
	if (s->n == 0 || s->n > TOC_SHAPE_FIELDS)
		TOC_WRONG("catalogue: a shape without fields, or with too many");
	for (uint32_t i = 0; i < s->n; i++) {
		struct toc_str name = toc_str_of(s->fields[i].name);
		uint32_t at = hash_of(name) % TOC_SHAPE_SLOTS;
		for (; s->slots[at]; at = (at + 1) % TOC_SHAPE_SLOTS)
			if (toc_str_is(name, s->fields[s->slots[at] - 1].name))
				TOC_WRONG("catalogue: a field twice in one shape");
		s->slots[at] = (uint8_t)(i + 1);
	}
}

/* The rows of arrays that are sorted by line, from `line` to the next. */
#define TAKE_ROWS(array, from_line, to_line, ret_first, ret_n)                                               \
	for (size_t k = 0; k < COUNT(array); k++)                                                            \
		if ((array)[k].line > (from_line) && (array)[k].line < (to_line)) {                          \
			(ret_first) = (ret_n) ? (ret_first) : &(array)[k];                                   \
			(ret_n)++;                                                                           \
		}

/* Before main: no caller has to ask whether it is there, and a mistake in the table stops every program at
 * its start. */
__attribute__((constructor)) static void build(void)
{
	for (size_t i = 0; i < COUNT(shapes); i++) {
		struct toc_shape *s = &shapes[i];
		int next = i + 1 < COUNT(shapes) ? shapes[i + 1].line : INT32_MAX;
		TAKE_ROWS(fields, s->line, next, s->fields, s->n);
		TAKE_ROWS(rules, s->line, next, s->rules, s->n_rules);
		TAKE_ROWS(forms, s->line, next, s->forms, s->n_forms);
		index_names(s);
	}
	for (size_t i = 0; i < COUNT(types); i++) {
		struct toc_message_type *t = &types[i];
		int next = i + 1 < COUNT(types) ? types[i + 1].line : INT32_MAX;
		TAKE_ROWS(demands, t->line, next, t->demands, t->n_demands);
		for (uint32_t k = 0; k < t->n_demands; k++)
			if (t->demands[k].shape != t->shape)
				TOC_WRONG("catalogue: a DEMAND stands under another type");
		TAKE_ROWS(namings, t->line, next, t->namings, t->n_namings);
		for (uint32_t k = 0; k < t->n_namings; k++)
			if (t->namings[k].shape != t->shape)
				TOC_WRONG("catalogue: a NAMED_AFTER stands under another type");
	}
}

const struct toc_shape *toc_shape_at(int shape)
{
	return shape >= 0 && shape < N_SHAPES ? &shapes[shape] : NULL;
}

const struct toc_shape *toc_shape_envelope(void)
{
	return toc_shape_at(SHAPE_envelope);
}

const struct toc_field *toc_shape_field(const struct toc_shape *s, struct toc_str name)
{
	for (uint32_t at = hash_of(name) % TOC_SHAPE_SLOTS; s->slots[at]; at = (at + 1) % TOC_SHAPE_SLOTS)
		if (toc_str_is(name, s->fields[s->slots[at] - 1].name))
			return &s->fields[s->slots[at] - 1];
	return NULL;
}

bool toc_condition_holds(const struct toc_condition *c, const struct toc_value *map)
{
	if (!c->member)
		return true;
	if (c->and && !toc_condition_holds(c->and, map))
		return false;
	const struct toc_value *v = toc_get(map, c->member);
	if (!v)
		return false;
	struct toc_str is = v->kind == TOC_BOOL ? toc_str_of(v->boolean ? "true" : "false") : toc_text_of(v);
	for (const char *const *want = c->values; *want; want++)
		if (toc_str_is(is, *want))
			return true;
	return false;
}

bool toc_need_is_must(const struct toc_field *f, const struct toc_message_type *t)
{
	switch (f->need) {
	case TOC_N_MUST: return true;
	case TOC_N_MEMBERS_MUST: return t->flags & TOC_TYPE_MEMBERS;
	case TOC_N_UNLESS_ROUTED: return t->flags & TOC_TYPE_MEMBERS && !(t->flags & TOC_TYPE_ROUTED);
	case TOC_N_MAY:
	case TOC_N_SERVER: return false;
	}
	return false;
}

/* ---- types ---- */

const struct toc_message_type *toc_message_type_at(size_t i)
{
	return i < COUNT(types) ? &types[i] : NULL;
}

const struct toc_message_type *toc_message_type_find(struct toc_str type)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (toc_str_is(type, types[i].name))
			return &types[i];
	return NULL;
}

const char *toc_message_type_name(const struct toc_message_type *t)
{
	return t->name;
}

const char *toc_message_type_title(const struct toc_message_type *t)
{
	return t->title;
}

const char *toc_message_type_retention(const struct toc_message_type *t)
{
	return t->retention;
}

bool toc_message_type_is_wire(const struct toc_message_type *t)
{
	return t->flags & TOC_TYPE_MEMBERS;
}

struct toc_str toc_message_k(struct toc_arena *a, const struct toc_value *message)
{
	struct toc_str type = toc_get_text(message, "type");
	const struct toc_message_type *t = toc_message_type_find(type);
	const struct toc_value *body = toc_get(message, "body");
	const char *selector = t ? t->selector : "";

	for (uint32_t i = 0; t && i < t->n_namings; i++)
		if (toc_condition_holds(t->namings[i].when, body)) {
			selector = t->namings[i].selector;
			break;
		}
	/* A member that is true or false says it by its own name. */
	const struct toc_value *named = toc_get(body, selector);
	struct toc_str step = named && named->kind == TOC_BOOL ? toc_str_of(selector) : toc_text_of(named);
	return toc_arena_printf(a, "%.*s.%.*s", TOC_STR_ARGS(type), TOC_STR_ARGS(step));
}
