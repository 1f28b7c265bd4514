/* generate.c: random messages by the catalogue, and damage. */
#include "generate.h"

#include "base/bytes.h"
#include "base/time.h"

#include <string.h>

static struct toc_value *generate_map(struct generator *g, const struct toc_message_type *t,
				      const struct toc_shape *s);

uint32_t generate_number(struct generator *g, uint32_t below)
{
	if (g->n_bytes) {
		uint32_t n = 0;
		for (uint32_t range = below - 1; range && g->n_bytes; range >>= 8, g->n_bytes--)
			n = n << 8 | *g->bytes++;
		return n % below;
	}
	g->state = g->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((g->state >> 33) % below);
}

const struct toc_message_type *generate_type(size_t i)
{
	size_t n = 0;
	while (toc_message_type_at(n))
		n++;
	return toc_message_type_at(i % n);
}

static struct toc_str pick(struct generator *g, const char *const *words)
{
	uint32_t n = 0;
	while (words[n])
		n++;
	return toc_str_of(words[generate_number(g, n)]);
}

static struct toc_str uuid(struct generator *g, int version)
{
	struct toc_uuid id;
	for (size_t i = 0; i < sizeof id.b; i++)
		id.b[i] = (uint8_t)generate_number(g, 256);
	id.b[6] = (uint8_t)((id.b[6] & 15) | version << 4);
	id.b[8] = (uint8_t)((id.b[8] & 63) | 128);
	return toc_uuid_str(g->a, id);
}

static struct toc_str characters(struct generator *g, const char *const *from, size_t most)
{
	struct toc_buf b;
	toc_buf_init(&b, 1 << 20);
	for (size_t n = 1 + generate_number(g, most > 40 ? 40 : (uint32_t)most); n > 0; n--)
		toc_buf_str(&b, pick(g, from));
	struct toc_str s = toc_arena_str(g->a, toc_buf_view(&b));
	toc_buf_done(&b);
	return s;
}

static struct toc_str text_of(struct generator *g, const struct toc_field *f)
{
	static const char *const line[] = {
		"a", "Z", "0", " ", "<b>", "\"", "\\", "/", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x94\x94",
		NULL
	};
	static const char *const prose[] = {
		"bell ", "\n", "\t", "\r\n", "\xc3\xa4", "\xee\x80\x80", "\xf0\x90\x80\x80", "'", "&", NULL
	};
	static const char *const token[] = { "a", "Z", "9", "q", NULL };
	static const char *const hex[] = { "00", "ff", "7a", "c3", NULL };
	static const char *const hosts[] = { "https://live.example/v/", "http://192.0.2.1:8080/",
					     "tg://resolve?domain=", "ftp://x/", NULL };
	static const char *const languages[] = {
		"en", "de-AT", "qaa", "sr-Latn-RS", "fr", "qtz", "el", NULL
	};
	static const char *const countries[] = { "DE", "EL", "XA", "GR", "FR", "QM", "ZZ", "AA", NULL };
	static const char *const addresses[] = { "192.0.2.7", "2001:db8::1", "::ffff:198.51.100.2",
						 "203.0.113.77", NULL };
	static const char *const bytes[] = { "aZ-_", "0000", NULL };
	char time[TOC_TIME_TEXT];
	struct toc_str s = g->known ? g->known(g, f) : TOC_STR("");
	size_t n;

	if (s.n)
		return s;
	switch (f->kind) {
	case TOC_F_UUID:
	case TOC_F_PERSON: return uuid(g, 4);
	case TOC_F_UUID7: return uuid(g, 7);
	case TOC_F_ORG: return toc_arena_printf(g->a, "Org-%u.x_", generate_number(g, 1000000));
	case TOC_F_TIME:
		toc_time_format((toc_time){ INT64_C(1900000000000000) +
					    (int64_t)generate_number(g, 100000000) * 1000000 },
				time);
		return toc_arena_printf(g->a, "%.19s%s", time, generate_number(g, 2) ? "Z" : ".123456+05:30");
	case TOC_F_CC: return pick(g, countries);
	case TOC_F_LANG: return pick(g, languages);
	case TOC_F_URL: return toc_arena_printf(g->a, "%s%u", pick(g, hosts).p, generate_number(g, 1u << 30));
	case TOC_F_IP: return pick(g, addresses);
	case TOC_F_LINE: return characters(g, line, (size_t)f->max / 3);
	case TOC_F_PROSE: return characters(g, prose, (size_t)f->max / 5);
	case TOC_F_TOKEN: return characters(g, token, (size_t)f->max);
	case TOC_F_HEX:
		s = characters(g, hex, 1);
		for (n = 2; n < (size_t)f->min; n += 2)
			s = toc_arena_printf(g->a, "%s%s", s.p, pick(g, hex).p);
		return s;
	case TOC_F_BYTES: return characters(g, bytes, f->max < 80 ? (size_t)f->max / 4 : 20);
	case TOC_F_ENUM: return pick(g, f->values);
	case TOC_F_VERSION: return TOC_STR(TOC_SCHEMA_VERSION);
	default: TOC_WRONG("not a text");
	}
}

static struct toc_value *one(struct generator *g, const struct toc_message_type *t, const struct toc_field *f)
{
	switch (f->kind) {
	case TOC_F_BOOL: return toc_value_bool(g->a, generate_number(g, 2));
	case TOC_F_INT:
		return toc_value_int(g->a,
				     f->max - f->min > 1000
					     ? f->min + generate_number(g, 1000)
					     : f->min + generate_number(g, (uint32_t)(f->max - f->min + 1)));
	case TOC_F_MAP: return generate_map(g, t, toc_shape_at(f->shape));
	case TOC_F_BODY: return generate_map(g, t, toc_shape_at(t->shape));
	case TOC_F_TYPE_NAME: return toc_value_text(g->a, toc_str_of(t->name));
	default: return toc_value_text(g->a, text_of(g, f));
	}
}

/* Two names of one country are one value to the decoder. */
static bool has_same(const struct toc_value *list, struct toc_str text)
{
	return toc_list_has(list, text) || (toc_str_is(text, "EL") && toc_list_has(list, TOC_STR("GR"))) ||
	       (toc_str_is(text, "GR") && toc_list_has(list, TOC_STR("EL")));
}

static struct toc_value *value_of(struct generator *g, const struct toc_message_type *t,
				  const struct toc_field *f)
{
	if (!f->list)
		return one(g, t, f);
	struct toc_value *list = toc_value_list(g->a);
	uint32_t n = f->least + generate_number(g, f->most - f->least < 3 ? f->most - f->least + 1 : 4);
	for (uint32_t tries = 0; toc_len(list) < n && tries < 1000; tries++) {
		struct toc_value *item = one(g, t, f);
		bool twice = item->kind == TOC_TEXT && has_same(list, item->text);
		for (size_t k = 0; item->kind == TOC_INT && k < toc_len(list); k++)
			twice |= toc_at(list, k)->integer == item->integer;
		if (!twice)
			toc_push(g->a, list, item);
	}
	return list;
}

static struct toc_value *generate_map(struct generator *g, const struct toc_message_type *t,
				      const struct toc_shape *s)
{
	struct toc_value *map = toc_value_map(g->a);

	/* Conditions look at members that stand before what depends on them. */
	for (uint32_t i = 0; i < s->n; i++) {
		const struct toc_field *f = &s->fields[i];
		if (f->need == TOC_N_SERVER || (f->only_when && !toc_condition_holds(f->only_when, map)))
			continue;
		bool must = f->must_when ? toc_condition_holds(f->must_when, map)
					 : !f->only_when && toc_need_is_must(f, t);
		if (must || generate_number(g, 2))
			toc_set(g->a, map, f->name, value_of(g, t, f));
	}
	for (uint32_t i = 0; i < s->n_rules; i++) {
		const struct toc_shape_rule *r = &s->rules[i];
		if (!toc_condition_holds(r->when, map))
			continue;
		if (r->either && !toc_get(map, r->either) && !toc_get(map, r->or)) {
			const struct toc_field *f = toc_shape_field(
				s, toc_str_of(generate_number(g, 2) ? r->either : r->or));
			if (f->only_when && !toc_condition_holds(f->only_when, map))
				f = toc_shape_field(s, toc_str_of(toc_str_is(toc_str_of(f->name), r->either) ? r->or : r->either));
			toc_set(g->a, map, f->name, value_of(g, t, f));
		}
		const struct toc_value *list = r->each ? toc_get(map, r->list) : NULL;
		for (size_t k = 0; k < toc_len(list) && !toc_get(map, r->each); k++)
			if (!toc_get(toc_at(list, k), r->each))
				toc_set(g->a, map, r->each,
					value_of(g, t, toc_shape_field(s, toc_str_of(r->each))));
		while (toc_len(map) < r->least) {
			const struct toc_field *f = &s->fields[generate_number(g, s->n)];
			if (!f->only_when || toc_condition_holds(f->only_when, map))
				toc_set(g->a, map, f->name, value_of(g, t, f));
		}
	}
	for (uint32_t i = 0; i < s->n_forms; i++)
		if (toc_get(map, s->forms[i].as.name) && toc_condition_holds(s->forms[i].when, map))
			toc_set(g->a, map, s->forms[i].as.name, one(g, t, &s->forms[i].as));
	return map;
}

struct toc_value *generate_message(struct generator *g, const struct toc_message_type *t)
{
	struct toc_value *m = generate_map(g, t, toc_shape_envelope());

	for (uint32_t i = 0; i < t->n_demands; i++) {
		const struct toc_demand *d = &t->demands[i];
		if (toc_condition_holds(d->when, toc_get(m, "body")) && !toc_get(m, d->field))
			toc_set(g->a, m, d->field,
				value_of(g, t, toc_shape_field(toc_shape_envelope(), toc_str_of(d->field))));
	}
	/* Codes of fiction are among the values: only exercises may use them. */
	toc_set_cstr(g->a, m, "mode", "exercise");
	toc_set_text(g->a, m, "exercise_ref", uuid(g, 4));
	return m;
}

/* ---- damage ---- */

static struct toc_value *strange(struct generator *g)
{
	struct toc_value *v;
	switch (generate_number(g, 10)) {
	case 0: return toc_value_null(g->a);
	case 1: return toc_value_bool(g->a, generate_number(g, 2));
	case 2: return toc_value_int(g->a, (int64_t)generate_number(g, 100000) - 50000);
	case 3: return toc_value_text(g->a, TOC_STR(""));
	case 4: return toc_value_text(g->a, TOC_STR("x\x01"));
	case 5: return toc_value_text(g->a, TOC_STR("Ein Text"));
	case 6: return toc_value_text(g->a, uuid(g, 4));
	case 7: return toc_value_list(g->a);
	case 8:
		v = toc_value_list(g->a);
		toc_push(g->a, v, toc_value_map(g->a));
		return v;
	default: return toc_value_map(g->a);
	}
}

static void damage(struct generator *g, struct toc_value *v)
{
	uint32_t at, how = generate_number(g, 8);

	if (v->kind == TOC_MAP && v->n > 0) {
		at = generate_number(g, v->n);
		struct toc_value *inner = v->members[at].value;
		if (how < 4 && (inner->kind == TOC_MAP || inner->kind == TOC_LIST) && inner->n > 0)
			damage(g, inner);
		else if (how < 5)
			toc_unset(v, toc_arena_cstr(g->a, v->members[at].name));
		else if (how < 6)
			toc_set(g->a, v, "urll", strange(g));
		else
			v->members[at].value = strange(g);
	} else if (v->kind == TOC_LIST && v->n > 0) {
		at = generate_number(g, v->n);
		if (how < 5 && (v->items[at]->kind == TOC_MAP || v->items[at]->kind == TOC_LIST))
			damage(g, v->items[at]);
		else if (how < 6)
			toc_push(g->a, v, v->items[at]);
		else
			v->items[at] = strange(g);
	}
}

struct toc_value *generate_damage(struct generator *g, const struct toc_value *message)
{
	struct toc_value *copy = toc_value_copy(g->a, message);

	damage(g, generate_number(g, 2) && toc_get(copy, "body") ? toc_get(copy, "body") : copy);
	return copy;
}
