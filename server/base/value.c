/* value.c: documents: trees of JSON shape in an arena. */
#include "base/value.h"

#include <string.h>

static struct toc_value *new_value(struct toc_arena *a, enum toc_kind kind)
{
	struct toc_value *v = toc_arena_alloc(a, sizeof *v);
	v->kind = kind;
	return v;
}

struct toc_value *toc_value_null(struct toc_arena *a)
{
	return new_value(a, TOC_NULL);
}

struct toc_value *toc_value_bool(struct toc_arena *a, bool b)
{
	struct toc_value *v = new_value(a, TOC_BOOL);
	v->boolean = b;
	return v;
}

struct toc_value *toc_value_int(struct toc_arena *a, int64_t i)
{
	if (i > TOC_INT_MAX || i < -TOC_INT_MAX)
		TOC_WRONG("value: an integer of more than 53 bits");
	struct toc_value *v = new_value(a, TOC_INT);
	v->integer = i;
	return v;
}

struct toc_value *toc_value_text(struct toc_arena *a, struct toc_str s)
{
	struct toc_value *v = new_value(a, TOC_TEXT);
	v->text = toc_arena_str(a, s);
	return v;
}

struct toc_value *toc_value_list(struct toc_arena *a)
{
	return new_value(a, TOC_LIST);
}

struct toc_value *toc_value_map(struct toc_arena *a)
{
	return new_value(a, TOC_MAP);
}

/* ---- building ---- */

/* The arena cannot grow a block in place: copy to twice the size. What is left behind dies with the arena. */
static void *roomier(struct toc_arena *a, struct toc_value *v, void *old, size_t item)
{
	if (v->n < v->cap)
		return old;
	if (v->cap > UINT32_MAX / 2)
		TOC_WRONG("value: too many members");
	v->cap = v->cap ? v->cap * 2 : 4;
	void *p = toc_arena_alloc(a, v->cap * item);
	if (v->n)
		memcpy(p, old, v->n * item);
	return p;
}

static struct toc_member *find(const struct toc_value *map, struct toc_str name)
{
	if (!map || map->kind != TOC_MAP)
		return NULL;
	/* maps are short: a walk that mostly looks at lengths and first bytes beats an index */
	for (uint32_t i = 0; i < map->n; i++) {
		struct toc_str has = map->members[i].name;
		if (has.n == name.n &&
		    (!has.n || has.p == name.p || (*has.p == *name.p && memcmp(has.p, name.p, has.n) == 0)))
			return &map->members[i];
	}
	return NULL;
}

static void set(struct toc_arena *a, struct toc_value *map, struct toc_str name, struct toc_value *v, bool copy)
{
	if (!v)
		return;
	if (map->kind != TOC_MAP)
		TOC_WRONG("value: set on something that is no map");
	struct toc_member *m = find(map, name);
	if (m)
		m->value = v;
	else
		toc_append(a, map, copy ? toc_arena_str(a, name) : name, v);
}

void toc_set_named(struct toc_arena *a, struct toc_value *map, struct toc_str name, struct toc_value *v)
{
	set(a, map, name, v, false);
}

void toc_set_str(struct toc_arena *a, struct toc_value *map, struct toc_str name, struct toc_value *v)
{
	set(a, map, name, v, true);
}

void toc_append(struct toc_arena *a, struct toc_value *map, struct toc_str name, struct toc_value *v)
{
	map->members = roomier(a, map, map->members, sizeof *map->members);
	map->members[map->n++] = (struct toc_member){ name, v };
}

void toc_unset(struct toc_value *map, const char *name)
{
	struct toc_member *m = find(map, toc_str_of(name));
	if (!m)
		return;
	size_t after = (size_t)(map->members + map->n - (m + 1));
	memmove(m, m + 1, after * sizeof *m);
	map->n--;
}

void toc_push(struct toc_arena *a, struct toc_value *list, struct toc_value *v)
{
	if (!v)
		return;
	if (list->kind != TOC_LIST)
		TOC_WRONG("value: push on something that is no list");
	list->items = roomier(a, list, list->items, sizeof *list->items);
	list->items[list->n++] = v;
}

void toc_push_text(struct toc_arena *a, struct toc_value *list, struct toc_str s)
{
	toc_push(a, list, toc_value_text(a, s));
}

struct toc_value *toc_value_words(struct toc_arena *a, struct toc_str text)
{
	struct toc_value *list = toc_value_list(a);
	for (size_t i = 0, n; i < text.n; i += n + 1) {
		for (n = 0; i + n < text.n && text.p[i + n] != ',' && text.p[i + n] != ' ';)
			n++;
		if (n)
			toc_push_text(a, list, (struct toc_str){ text.p + i, n });
	}
	return list;
}

/* ---- reading ---- */

struct toc_value *toc_get_str(const struct toc_value *map, struct toc_str name)
{
	struct toc_member *m = find(map, name);
	return m ? m->value : NULL;
}

bool toc_list_has(const struct toc_value *list, struct toc_str text)
{
	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i);
		if (v && v->kind == TOC_TEXT && toc_str_eq(v->text, text))
			return true;
	}
	return false;
}

bool toc_value_eq(const struct toc_value *a, const struct toc_value *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case TOC_NULL: return true;
	case TOC_BOOL: return a->boolean == b->boolean;
	case TOC_INT: return a->integer == b->integer;
	case TOC_TEXT: return toc_str_eq(a->text, b->text);
	case TOC_LIST:
		if (a->n != b->n)
			return false;
		for (uint32_t i = 0; i < a->n; i++)
			if (!toc_value_eq(a->items[i], b->items[i]))
				return false;
		return true;
	case TOC_MAP:
		if (a->n != b->n)
			return false;
		for (uint32_t i = 0; i < a->n; i++) {
			const struct toc_member *x = &a->members[i], *y = &b->members[i];
			if (!toc_str_eq(x->name, y->name)) /* mostly the order is the same too */
				y = find(b, x->name);
			if (!y || !toc_value_eq(x->value, y->value))
				return false;
		}
		return true;
	}
	return false;
}

struct toc_value *toc_value_copy(struct toc_arena *a, const struct toc_value *v)
{
	if (!v)
		return NULL;
	struct toc_value *copy = new_value(a, v->kind);
	switch (v->kind) {
	case TOC_NULL: break;
	case TOC_BOOL: copy->boolean = v->boolean; break;
	case TOC_INT: copy->integer = v->integer; break;
	case TOC_TEXT: copy->text = toc_arena_str(a, v->text); break;
	case TOC_LIST:
		copy->n = copy->cap = v->n;
		copy->items = toc_arena_alloc(a, v->n * sizeof *copy->items);
		for (uint32_t i = 0; i < v->n; i++)
			copy->items[i] = toc_value_copy(a, v->items[i]);
		break;
	case TOC_MAP:
		copy->n = copy->cap = v->n;
		copy->members = toc_arena_alloc(a, v->n * sizeof *copy->members);
		for (uint32_t i = 0; i < v->n; i++)
			copy->members[i] = (struct toc_member){ toc_arena_str(a, v->members[i].name),
								toc_value_copy(a, v->members[i].value) };
		break;
	}
	return copy;
}
