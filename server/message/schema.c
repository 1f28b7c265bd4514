/* schema.c: JSON Schema 2020-12 from the catalogue, with its conditions as if/then/else.
 *
 * One definition per shape ($defs), one document per message type. A schema cannot say everything that the
 * decoder checks: that 30 February is no day, that EL and GR are one country in a list, that codes of fiction need mode exercise or test. Nothing that
 * the schema refuses does the decoder take. */
#include "message/kinds.h"

#include <string.h>

#define DIALECT "https://json-schema.org/draft/2020-12/schema"
#define NAME "urn:tocsin:schema:" TOC_SCHEMA_VERSION

struct writer {
	struct toc_arena *a;
	struct toc_value *defs;
	const char *root; /* under which the definitions stand */
	const struct toc_message_type *type; /* whose envelope is being written; NULL inside bodies */
};

static struct toc_value *map(struct writer *w)
{
	return toc_value_map(w->a);
}

static void need_shape(struct writer *w, const struct toc_shape *s);

static struct toc_value *reference(struct writer *w, const char *name)
{
	struct toc_value *v = map(w);
	toc_set(w->a, v, "$ref", toc_value_text(w->a, toc_arena_printf(w->a, "%s%s", w->root, name)));
	return v;
}

static struct toc_value *words(struct writer *w, const char *const *values)
{
	struct toc_value *list = toc_value_list(w->a);
	for (; *values; values++)
		toc_push_text(w->a, list, toc_str_of(*values));
	return list;
}

/* ---- values ---- */

static void need_countries(struct writer *w)
{
	static const char free_codes[][2] = { { 'A', 'A' }, { 'Z', 'Z' } };

	if (toc_get(w->defs, "country"))
		return;
	struct toc_value *v = map(w), *list = toc_value_list(w->a);
	for (size_t i = 0; i < toc_n_countries; i++)
		toc_push_text(w->a, list, (struct toc_str){ toc_countries[i], 2 });
	toc_push_text(w->a, list, TOC_STR("EL"));
	for (size_t i = 0; i < 2; i++)
		toc_push_text(w->a, list, (struct toc_str){ free_codes[i], 2 });
	for (char c = 'A'; c <= 'Z'; c++) {
		char code[2] = { 'X', c };
		toc_push_text(w->a, list, (struct toc_str){ code, 2 });
		code[0] = 'Q';
		if (c >= 'M')
			toc_push_text(w->a, list, (struct toc_str){ code, 2 });
	}
	toc_set_cstr(w->a, v, "description",
		     "ISO 3166-1 alpha-2; EL is taken as GR; AA, QM-QZ, XA-XZ and ZZ only in mode "
		     "exercise or test, and in a directory");
	toc_set(w->a, v, "enum", list);
	toc_set(w->a, w->defs, "country", v);
}

static struct toc_value *one_value(struct writer *w, const struct toc_field *f)
{
	struct toc_value *v = map(w), *any, *form;

	switch (f->kind) {
	case TOC_F_BOOL: toc_set_cstr(w->a, v, "type", "boolean"); return v;
	case TOC_F_INT:
		toc_set_cstr(w->a, v, "type", "integer");
		toc_set_int(w->a, v, "minimum", f->min);
		toc_set_int(w->a, v, "maximum", f->max);
		return v;
	case TOC_F_ENUM: toc_set(w->a, v, "enum", words(w, f->values)); return v;
	case TOC_F_VERSION: toc_set_cstr(w->a, v, "const", TOC_SCHEMA_VERSION); return v;
	case TOC_F_CC: need_countries(w); return reference(w, "country");
	case TOC_F_MAP:
		need_shape(w, toc_shape_at(f->shape));
		return reference(w, toc_shape_at(f->shape)->name);
	case TOC_F_IP:
		any = toc_value_list(w->a);
		for (int i = 0; i < 2; i++) {
			form = map(w);
			toc_set_cstr(w->a, form, "format", i ? "ipv6" : "ipv4");
			toc_push(w->a, any, form);
		}
		toc_set_cstr(w->a, v, "type", "string");
		toc_set(w->a, v, "anyOf", any);
		return v;
	default: break;
	}
	toc_set_cstr(w->a, v, "type", "string");
	if (f->kind == TOC_F_TIME)
		toc_set_cstr(w->a, v, "format", "date-time");
	if (f->max > 0) {
		toc_set_int(w->a, v, "minLength", f->min);
		toc_set_int(w->a, v, "maxLength", f->max);
	}
	bool any_version = f->kind == TOC_F_UUID7 && w->type && !(w->type->flags & TOC_TYPE_MEMBERS);
	toc_set_cstr(w->a, v, "pattern", toc_kind_pattern(any_version ? TOC_F_UUID : f->kind));
	return v;
}

static struct toc_value *field_schema(struct writer *w, const struct toc_field *f)
{
	struct toc_value *v = one_value(w, f);

	if (f->list) {
		struct toc_value *list = map(w);
		toc_set_cstr(w->a, list, "type", "array");
		toc_set(w->a, list, "items", v);
		if (f->least)
			toc_set_int(w->a, list, "minItems", f->least);
		toc_set_int(w->a, list, "maxItems", f->most);
		if (f->kind != TOC_F_MAP)
			toc_set_bool(w->a, list, "uniqueItems", true);
		v = list;
	}
	toc_set_cstr(w->a, v, "description", f->meaning);
	toc_set(w->a, v, "$comment",
		toc_value_text(w->a,
			       toc_arena_printf(w->a, "%s%s", f->personal ? "personal; " : "", f->clause)));
	return v;
}

/* ---- conditions ---- */

static struct toc_value *list_of(struct writer *w, const char *x, const char *y)
{
	struct toc_value *list = toc_value_list(w->a);
	toc_push_text(w->a, list, toc_str_of(x));
	if (y)
		toc_push_text(w->a, list, toc_str_of(y));
	return list;
}

static struct toc_value *requires(struct writer *w, const char *name)
{
	struct toc_value *v = map(w);
	toc_set(w->a, v, "required", list_of(w, name, NULL));
	return v;
}

static struct toc_value *condition(struct writer *w, const struct toc_condition *c)
{
	struct toc_value *v = map(w), *properties = map(w), *required = toc_value_list(w->a);

	for (; c; c = c->and) {
		struct toc_value *member = map(w);
		if (strcmp(c->values[0], "true") == 0)
			toc_set_bool(w->a, member, "const", true);
		else
			toc_set(w->a, member, "enum", words(w, c->values));
		toc_set(w->a, properties, c->member, member);
		toc_push_text(w->a, required, toc_str_of(c->member));
	}
	toc_set(w->a, v, "required", required);
	toc_set(w->a, v, "properties", properties);
	return v;
}

/* if the condition holds, then these must be there; else these must not. */
static void add_condition(struct writer *w, struct toc_value *all, const struct toc_shape *s,
			  const struct toc_condition *c)
{
	struct toc_value *rule = map(w), *must = toc_value_list(w->a), *never = map(w), *part;

	for (uint32_t i = 0; i < s->n; i++) {
		if (s->fields[i].must_when == c)
			toc_push_text(w->a, must, toc_str_of(s->fields[i].name));
		if (s->fields[i].only_when == c)
			toc_set_bool(w->a, never, s->fields[i].name, false);
	}
	toc_set(w->a, rule, "if", condition(w, c));
	if (toc_len(must)) {
		part = map(w);
		toc_set(w->a, part, "required", must);
		toc_set(w->a, rule, "then", part);
	}
	if (toc_len(never)) {
		part = map(w);
		toc_set(w->a, part, "properties", never);
		toc_set(w->a, rule, "else", part);
	}
	toc_push(w->a, all, rule);
}

/* Under the condition (which may be the one that always holds), the demand. */
static void add_demand(struct writer *w, struct toc_value *all, const struct toc_condition *when,
		       struct toc_value *demand)
{
	struct toc_value *rule = demand;

	if (when->member) {
		rule = map(w);
		toc_set(w->a, rule, "if", condition(w, when));
		toc_set(w->a, rule, "then", demand);
	}
	toc_push(w->a, all, rule);
}

/* {"properties": {name: what}} */
static struct toc_value *property(struct writer *w, const char *name, struct toc_value *what)
{
	struct toc_value *v = map(w), *properties = map(w);

	toc_set(w->a, properties, name, what);
	toc_set(w->a, v, "properties", properties);
	return v;
}

static void add_rule(struct writer *w, struct toc_value *all, const struct toc_shape_rule *r)
{
	struct toc_value *demand = map(w), *any, *items;

	if (r->each) {
		any = toc_value_list(w->a);
		items = map(w);
		toc_set(w->a, items, "items", requires(w, r->each));
		toc_push(w->a, any, requires(w, r->each));
		toc_push(w->a, any, property(w, r->list, items));
		toc_set(w->a, demand, "anyOf", any);
	} else if (r->either) {
		any = toc_value_list(w->a);
		toc_push(w->a, any, requires(w, r->either));
		toc_push(w->a, any, requires(w, r->or));
		toc_set(w->a, demand, "anyOf", any);
	} else {
		toc_set_int(w->a, demand, "minProperties", r->least);
	}
	toc_set_cstr(w->a, demand, "$comment", r->words);
	add_demand(w, all, r->when, demand);
}

static bool mentioned_before(const struct toc_shape *s, uint32_t i, const struct toc_condition *c,
			     bool in_must_of_i)
{
	if (in_must_of_i && s->fields[i].must_when == c)
		return true;
	while (i-- > 0)
		if (s->fields[i].must_when == c || s->fields[i].only_when == c)
			return true;
	return false;
}

static struct toc_value *all_of(struct writer *w, const struct toc_shape *s)
{
	struct toc_value *all = toc_value_list(w->a);

	for (uint32_t i = 0; i < s->n; i++) {
		const struct toc_condition *must = s->fields[i].must_when, *only = s->fields[i].only_when;
		if (must && !mentioned_before(s, i, must, false))
			add_condition(w, all, s, must);
		if (only && !mentioned_before(s, i, only, true))
			add_condition(w, all, s, only);
	}
	for (uint32_t i = 0; i < s->n_rules; i++)
		add_rule(w, all, &s->rules[i]);
	for (uint32_t i = 0; i < s->n_forms; i++)
		add_demand(w, all, s->forms[i].when,
			   property(w, s->forms[i].as.name, one_value(w, &s->forms[i].as)));
	return all;
}

/* ---- objects ---- */

/** @param type whose envelope it is; NULL for any other shape, where nothing depends on the type */
static struct toc_value *object(struct writer *w, const struct toc_shape *s,
				const struct toc_message_type *type)
{
	struct toc_value *v = map(w), *properties = map(w), *required = toc_value_list(w->a), *all;

	toc_set_cstr(w->a, v, "description", s->meaning);
	toc_set_cstr(w->a, v, "type", "object");
	for (uint32_t i = 0; i < s->n; i++) {
		const struct toc_field *f = &s->fields[i];
		if (f->need == TOC_N_SERVER)
			continue; /* additionalProperties refuses it */
		if (f->kind != TOC_F_BODY && f->kind != TOC_F_TYPE_NAME)
			toc_set(w->a, properties, f->name, field_schema(w, f));
		if (!f->must_when && !f->only_when &&
		    (type ? toc_need_is_must(f, type) : f->need == TOC_N_MUST))
			toc_push_text(w->a, required, toc_str_of(f->name));
	}
	toc_set(w->a, v, "properties", properties);
	if (toc_len(required))
		toc_set(w->a, v, "required", required);
	toc_set_bool(w->a, v, "additionalProperties", false);
	all = all_of(w, s);
	if (toc_len(all))
		toc_set(w->a, v, "allOf", all);
	return v;
}

static void need_shape(struct writer *w, const struct toc_shape *s)
{
	if (!toc_get(w->defs, s->name))
		toc_set(w->a, w->defs, s->name, object(w, s, NULL));
}

static struct toc_value *message_schema(struct writer *w, const struct toc_message_type *t)
{
	const struct toc_shape *body = toc_shape_at(t->shape);
	w->type = t;
	struct toc_value *v = object(w, toc_shape_envelope(), t), *type = map(w), *all = toc_get(v, "allOf");
	w->type = NULL;

	need_shape(w, body);
	toc_set_cstr(w->a, type, "const", t->name);
	toc_set(w->a, toc_get(v, "properties"), "type", type);
	toc_set(w->a, toc_get(v, "properties"), "body", reference(w, body->name));
	for (uint32_t i = 0; i < t->n_demands; i++) {
		const struct toc_demand *d = &t->demands[i];
		struct toc_value *then = requires(w, d->field);
		toc_set_cstr(w->a, then, "$comment", d->words);
		if (d->when->member) {
			struct toc_value *rule = map(w), *in_body = map(w), *properties = map(w);
			toc_set(w->a, properties, "body", condition(w, d->when));
			toc_set(w->a, in_body, "properties", properties);
			toc_set(w->a, rule, "if", in_body);
			toc_set(w->a, rule, "then", then);
			then = rule;
		}
		toc_push(w->a, all, then);
	}
	toc_set(w->a, v, "title", toc_value_text(w->a, toc_arena_printf(w->a, "%s: %s", t->name, t->title)));
	toc_set(w->a, v, "description",
		toc_value_text(
			w->a, toc_arena_printf(w->a, "%s%s (%s)", body->meaning,
					       t->flags & TOC_TYPE_MEMBERS ? "" : "; made by the server only",
					       t->clause)));
	return v;
}

/* A definition for each type. @return references to them */
static struct toc_value *every_message(struct writer *w, bool of_members)
{
	struct toc_value *one = toc_value_list(w->a);
	const struct toc_message_type *t;

	for (size_t i = 0; (t = toc_message_type_at(i)); i++) {
		if (of_members && !toc_message_type_is_wire(t))
			continue;
		struct toc_str name = toc_arena_printf(w->a, "message.%s", t->name);
		toc_set_str(w->a, w->defs, name, message_schema(w, t));
		toc_push(w->a, one, reference(w, name.p));
	}
	return one;
}

struct toc_value *toc_message_schemas(struct toc_arena *a, const char *root, const char *any)
{
	struct writer w = { .a = a, .defs = toc_value_map(a), .root = root };
	struct toc_value *v = toc_value_map(a), *one = every_message(&w, true);

	toc_set(a, v, "oneOf", one);
	toc_set(a, w.defs, any, v);
	return w.defs;
}

struct toc_value *toc_message_schema(struct toc_arena *a, const struct toc_message_type *t)
{
	struct writer w = { .a = a, .defs = toc_value_map(a), .root = "#/$defs/" };
	struct toc_value *v;

	if (t) {
		v = message_schema(&w, t);
	} else {
		v = toc_value_map(a);
		toc_set_cstr(a, v, "title", "Messages of tocsin.v1");
		toc_set(a, v, "oneOf", every_message(&w, false));
	}
	toc_set_cstr(a, v, "$schema", DIALECT);
	toc_set(a, v, "$id",
		toc_value_text(a, toc_arena_printf(a, NAME "%s%s", t ? ":" : "", t ? t->name : "")));
	toc_set(a, v, "$defs", w.defs);
	return v;
}
