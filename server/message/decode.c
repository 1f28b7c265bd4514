/* decode.c: checking a parsed message against the catalogue, field by field, and normalising it on the way.
 *
 * The first fault found is the answer: what the sender wrote is checked in the order written (unknown names,
 * kinds, limits), then what is not there in the order of the catalogue, then rules over several fields. */
#include "message/kinds.h"
#include "message/path.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NO_CLAUSE "catalogue " TOC_SCHEMA_VERSION

struct decoding {
	struct toc_kind_check check;
	struct toc_refusal *refusal;
};

static int decode_map(struct decoding *d, const struct toc_shape *s, const struct toc_value *raw,
		      const struct toc_path *path, struct toc_value **ret);

static int refuse(struct decoding *d, enum toc_refusal_code code, const struct toc_path *path,
		  const char *clause, const char *format, ...) TOC_PRINTF(5, 6);
static int refuse(struct decoding *d, enum toc_refusal_code code, const struct toc_path *path,
		  const char *clause, const char *format, ...)
{
	char where[TOC_PATH_TEXT], words[200];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	toc_path_format(path, where);
	return toc_refuse(d->refusal, code, where, clause, "%s", words);
}

/* "step is send", "step is draft or send", "decision is activate and step is propose" */
static const char *words_of(const struct toc_condition *c, char text[120])
{
	size_t n = (size_t)snprintf(text, 120, "%s is ", c->member);
	for (size_t i = 0; c->values[i] && n < 120; i++) {
		const char *before = c->values[i + 1] ? ", " : " or ";
		n += (size_t)snprintf(text + n, 120 - n, "%s%s", i ? before : "", c->values[i]);
	}
	if (c->and && n < 115) {
		char other[120];
		snprintf(text + n, 120 - n, " and %s", words_of(c->and, other));
	}
	return text;
}

/* ---- one value, one list ---- */

static int decode_one(struct decoding *d, const struct toc_field *f, const struct toc_value *raw,
		      const struct toc_path *path, struct toc_value **ret)
{
	char words[160];

	if (f->kind == TOC_F_MAP)
		return decode_map(d, toc_shape_at(f->shape), raw, path, ret);
	if (f->kind == TOC_F_BODY)
		return decode_map(d, toc_shape_at(d->check.type->shape), raw, path, ret);
	enum toc_refusal_code code = toc_kind_check(&d->check, f, raw, ret, words);
	return code == TOC_NOT_REFUSED ? 0 : refuse(d, code, path, f->clause, "%s", words);
}

static int decode_list(struct decoding *d, const struct toc_field *f, const struct toc_value *raw,
		       const struct toc_path *path, struct toc_value **ret)
{
	struct toc_value *list, *item = NULL;

	if (raw->kind != TOC_LIST)
		return refuse(d, TOC_REFUSE_WRONG_KIND, path, f->clause, "a list is expected");
	if (raw->n > f->most)
		return refuse(d, TOC_REFUSE_LIMIT, path, f->clause, "%u items, limit %u", raw->n, f->most);
	if (raw->n < f->least)
		return refuse(d, TOC_REFUSE_BAD_VALUE, path, f->clause, "%u items, at least %u", raw->n,
			      f->least);
	list = toc_value_list(d->check.arena);
	for (uint32_t i = 0; i < raw->n; i++) {
		struct toc_path here = { .up = path, .index = i };
		if (decode_one(d, f, raw->items[i], &here, &item) < 0)
			return -1;
		for (uint32_t k = 0; item->kind != TOC_MAP && k < list->n; k++)
			if (toc_value_eq(item, list->items[k]))
				return refuse(d, TOC_REFUSE_BAD_VALUE, &here, f->clause, "twice in the list");
		toc_push(d->check.arena, list, item);
	}
	*ret = list;
	return 0;
}

/* ---- one object ---- */

/* Fields follow each other with the same condition: ask once. */
struct memory {
	const struct toc_condition *condition;
	bool held;
};

static bool holds(struct memory *m, const struct toc_condition *c, const struct toc_value *map)
{
	if (m->condition != c) {
		m->condition = c;
		m->held = toc_condition_holds(c, map);
	}
	return m->held;
}

static int check_presence(struct decoding *d, const struct toc_shape *s, uint64_t present,
			  const struct toc_value *map, const struct toc_path *path)
{
	struct memory m = { 0 };
	char words[120];

	for (uint32_t i = 0; i < s->n; i++) {
		const struct toc_field *f = &s->fields[i];
		struct toc_path here = { .up = path, .name = toc_str_of(f->name) };
		if (present >> i & 1) {
			if (f->only_when && !holds(&m, f->only_when, map))
				return refuse(d, TOC_REFUSE_BAD_VALUE, &here, f->clause, "only when %s",
					      words_of(f->only_when, words));
			continue;
		}
		if (f->must_when && holds(&m, f->must_when, map))
			return refuse(d, TOC_REFUSE_MISSING_FIELD, &here, f->clause, "mandatory when %s",
				      words_of(f->must_when, words));
		/* A field with a condition is mandatory under the condition only. */
		if (!f->must_when && !f->only_when && toc_need_is_must(f, d->check.type))
			return refuse(d, TOC_REFUSE_MISSING_FIELD, &here, f->clause, "mandatory");
	}
	return 0;
}

/* EACH: the member stands beside the list, or every item has it. */
static int check_each(struct decoding *d, const struct toc_shape_rule *r, const struct toc_value *map,
		      const struct toc_path *path)
{
	const struct toc_value *list = toc_get(map, r->list);

	for (size_t i = 0; !toc_get(map, r->each) && i < toc_len(list); i++) {
		struct toc_path named = { .up = path, .name = toc_str_of(r->list) },
				item = { .up = &named, .index = i },
				here = { .up = &item, .name = toc_str_of(r->each) };
		if (!toc_get(toc_at(list, i), r->each))
			return refuse(d, TOC_REFUSE_MISSING_FIELD, &here, r->clause, "%s", r->words);
	}
	return 0;
}

static int check_rules(struct decoding *d, const struct toc_shape *s, const struct toc_value *map,
		       const struct toc_path *path)
{
	for (uint32_t i = 0; i < s->n_rules; i++) {
		const struct toc_shape_rule *r = &s->rules[i];
		if (!toc_condition_holds(r->when, map))
			continue;
		if (r->either && !toc_get(map, r->either) && !toc_get(map, r->or)) {
			struct toc_path here = { .up = path, .name = toc_str_of(r->either) };
			return refuse(d, TOC_REFUSE_MISSING_FIELD, &here, r->clause, "%s", r->words);
		}
		if (toc_len(map) < r->least)
			return refuse(d, TOC_REFUSE_MISSING_FIELD, path, r->clause, "%s", r->words);
		if (r->each && check_each(d, r, map, path) < 0)
			return -1;
	}
	return 0;
}

static int check_forms(struct decoding *d, const struct toc_shape *s, struct toc_value *map,
		       const struct toc_path *path)
{
	char words[160], when[120];

	for (uint32_t i = 0; i < s->n_forms; i++) {
		const struct toc_form *f = &s->forms[i];
		struct toc_value *value = toc_get(map, f->as.name), *narrow = NULL;
		if (!value || !toc_condition_holds(f->when, map))
			continue;
		struct toc_path here = { .up = path, .name = toc_str_of(f->as.name) };
		enum toc_refusal_code code = toc_kind_check(&d->check, &f->as, value, &narrow, words);
		if (code != TOC_NOT_REFUSED)
			return refuse(d, code, &here, f->as.clause, "%s when %s", words,
				      words_of(f->when, when));
		toc_set(d->check.arena, map, f->as.name, narrow);
	}
	return 0;
}

static int decode_map(struct decoding *d, const struct toc_shape *s, const struct toc_value *raw,
		      const struct toc_path *path, struct toc_value **ret)
{
	struct toc_value *map, *value = NULL;
	uint64_t present = 0;

	if (raw->kind != TOC_MAP)
		return refuse(d, TOC_REFUSE_WRONG_KIND, path, NO_CLAUSE, "an object is expected");
	map = toc_value_map(d->check.arena);
	for (uint32_t i = 0; i < raw->n; i++) {
		const struct toc_member *m = &raw->members[i];
		struct toc_path here = { .up = path, .name = m->name };
		const struct toc_field *f = toc_shape_field(s, m->name);
		if (!f)
			return refuse(d, TOC_REFUSE_UNKNOWN_FIELD, &here, NO_CLAUSE, "no such field in %s",
				      s->meaning);
		if (f->need == TOC_N_SERVER)
			return refuse(d, TOC_REFUSE_BAD_VALUE, &here, f->clause, "set by the server");
		if ((f->list ? decode_list : decode_one)(d, f, m->value, &here, &value) < 0)
			return -1;
		toc_append(d->check.arena, map, toc_str_of(f->name), value);
		present |= UINT64_C(1) << (f - s->fields);
	}
	if (check_presence(d, s, present, map, path) < 0 || check_rules(d, s, map, path) < 0 ||
	    check_forms(d, s, map, path) < 0)
		return -1;
	*ret = map;
	return 0;
}

/* ---- the message ---- */

static int find_type(const struct toc_value *raw, const struct toc_message_type **ret_type,
		     struct toc_refusal *refusal)
{
	const struct toc_value *type = toc_get(raw, "type");

	if (raw->kind != TOC_MAP)
		return toc_refuse(refusal, TOC_REFUSE_WRONG_KIND, "", NO_CLAUSE, "a message is an object");
	if (!type)
		return toc_refuse(refusal, TOC_REFUSE_MISSING_FIELD, "type", "domain M0", "mandatory");
	if (type->kind != TOC_TEXT)
		return toc_refuse(refusal, TOC_REFUSE_WRONG_KIND, "type", "domain M0",
				  "the name of a message type is expected");
	if (!(*ret_type = toc_message_type_find(type->text)))
		return toc_refuse(refusal, TOC_REFUSE_UNKNOWN_TYPE, "type", "domain (c)",
				  "no such message type");
	return 0;
}

int toc_message_decode(struct toc_arena *a, const struct toc_value *raw, struct toc_value **ret_message,
		       struct toc_refusal *ret_refusal)
{
	struct decoding d = { .check = { .arena = a }, .refusal = ret_refusal };
	struct toc_value *message = NULL;

	if (find_type(raw, &d.check.type, ret_refusal) < 0)
		return -1;
	d.check.fiction = d.check.type->flags & TOC_TYPE_DIRECTORY || toc_get_is(raw, "mode", "exercise") ||
			  toc_get_is(raw, "mode", "test");
	if (decode_map(&d, toc_shape_envelope(), raw, NULL, &message) < 0)
		return -1;
	for (uint32_t i = 0; i < d.check.type->n_demands; i++) {
		const struct toc_demand *demand = &d.check.type->demands[i];
		if (toc_condition_holds(demand->when, toc_get(message, "body")) &&
		    !toc_get(message, demand->field))
			return toc_refuse(ret_refusal, TOC_REFUSE_MISSING_FIELD, demand->field,
					  demand->clause, "%s", demand->words);
	}
	*ret_message = message;
	return 0;
}
