/* split.c: a message in two: what may stay in the ledger for ever, and what is sealed and can be erased. And
 * one again.
 *
 * The marks of the catalogue decide, nothing else. What the catalogue does not know is personal. An object
 * whose own mark is plain stands on the public side even when nothing in it does, and a list of objects keeps
 * its length on both sides, so that joining is merging, without a look at the catalogue, and works with
 * messages of older versions. */
#include "message/table.h"

static struct toc_value *join(struct toc_arena *a, const struct toc_value *x, const struct toc_value *y);

static const struct toc_shape *shape_inside(const struct toc_field *f, const struct toc_message_type *type)
{
	if (f->kind == TOC_F_MAP)
		return toc_shape_at(f->shape);
	return type ? toc_shape_at(type->shape) : NULL;
}

/* ret_personal is NULL when nothing in the object is personal. */
static void split_map(struct toc_arena *a, const struct toc_message_type *type, const struct toc_shape *s,
		      const struct toc_value *map, struct toc_value **ret_public,
		      struct toc_value **ret_personal)
{
	struct toc_value *pub = toc_value_map(a), *per = NULL;

	for (uint32_t i = 0; i < map->n; i++) {
		const struct toc_member *m = &map->members[i];
		const struct toc_field *f = s ? toc_shape_field(s, m->name) : NULL;
		struct toc_value *open = NULL, *sealed = NULL;
		if (!f || f->personal) {
			sealed = m->value;
		} else if (f->kind != TOC_F_MAP && f->kind != TOC_F_BODY) {
			open = m->value;
		} else {
			const struct toc_shape *inner = shape_inside(f, type);
			if (m->value->kind == TOC_MAP) {
				split_map(a, type, inner, m->value, &open, &sealed);
			} else if (m->value->kind == TOC_LIST) {
				struct toc_value *items = toc_value_list(a);
				bool any = false;
				open = toc_value_list(a);
				for (uint32_t k = 0; k < m->value->n; k++) {
					struct toc_value *o = toc_value_map(a), *p = NULL;
					if (m->value->items[k]->kind == TOC_MAP)
						split_map(a, type, inner, m->value->items[k], &o, &p);
					else
						p = m->value->items[k]; /* no object: not what it should be */
					any |= p != NULL;
					toc_push(a, open, o);
					toc_push(a, items, p ? p : toc_value_map(a));
				}
				sealed = any ? items : NULL;
			} else {
				sealed = m->value;
			}
		}
		if (open)
			toc_append(a, pub, m->name, open);
		if (sealed) {
			per = per ? per : toc_value_map(a);
			toc_append(a, per, m->name, sealed);
		}
	}
	*ret_public = pub;
	*ret_personal = per;
}

void toc_message_split(struct toc_arena *a, const struct toc_value *message, struct toc_value **ret_public,
		       struct toc_value **ret_personal)
{
	const struct toc_message_type *type = toc_message_type_find(toc_get_text(message, "type"));

	split_map(a, type, toc_shape_envelope(), message, ret_public, ret_personal);
	if (!*ret_personal)
		*ret_personal = toc_value_map(a);
}

static bool is_text(const struct toc_field *f)
{
	return f->kind == TOC_F_LINE || f->kind == TOC_F_PROSE || f->kind == TOC_F_URL;
}

static struct toc_value *texts(struct toc_arena *a, const struct toc_message_type *type,
			       const struct toc_shape *s, const struct toc_value *map)
{
	struct toc_value *kept = toc_value_map(a);

	for (uint32_t i = 0; s && map->kind == TOC_MAP && i < map->n; i++) {
		const struct toc_member *m = &map->members[i];
		const struct toc_field *f = toc_shape_field(s, m->name);
		if (!f)
			continue;
		if (f->personal && is_text(f)) {
			toc_append(a, kept, m->name, m->value);
		} else if (f->kind == TOC_F_MAP || f->kind == TOC_F_BODY) {
			const struct toc_shape *inner = shape_inside(f, type);
			if (m->value->kind != TOC_LIST) {
				toc_append(a, kept, m->name, texts(a, type, inner, m->value));
				continue;
			}
			/* of the same length: join is item by item */
			struct toc_value *items = toc_value_list(a);
			for (uint32_t k = 0; k < m->value->n; k++)
				toc_push(a, items, texts(a, type, inner, m->value->items[k]));
			toc_append(a, kept, m->name, items);
		}
	}
	return kept;
}

struct toc_value *toc_message_texts(struct toc_arena *a, const struct toc_value *public_part,
				    const struct toc_value *personal_part)
{
	const struct toc_message_type *type = toc_message_type_find(toc_get_text(public_part, "type"));

	if (!type || !personal_part || !toc_get_is(toc_get(public_part, "personal_data"), "level", "none"))
		return NULL;
	return texts(a, type, toc_shape_envelope(), personal_part);
}

static struct toc_value *join_maps(struct toc_arena *a, const struct toc_value *x, const struct toc_value *y)
{
	struct toc_value *map = toc_value_map(a);

	for (uint32_t i = 0; i < x->n; i++)
		toc_append(a, map, x->members[i].name,
			   join(a, x->members[i].value, toc_get_str(y, x->members[i].name)));
	for (uint32_t i = 0; i < y->n; i++)
		if (!toc_get_str(x, y->members[i].name))
			toc_append(a, map, y->members[i].name, y->members[i].value);
	return map;
}

/* x is the public side. Where both sides are objects or lists of one length they merge; else the personal
 * side, when there is one, is the value: the public one only held its place. */
static struct toc_value *join(struct toc_arena *a, const struct toc_value *x, const struct toc_value *y)
{
	if (!x || !y)
		return (struct toc_value *)(x ? x : y);
	if (x->kind == TOC_MAP && y->kind == TOC_MAP)
		return join_maps(a, x, y);
	if (x->kind == TOC_LIST && y->kind == TOC_LIST && x->n == y->n) {
		struct toc_value *list = toc_value_list(a);
		for (uint32_t i = 0; i < x->n; i++)
			toc_push(a, list, join(a, x->items[i], y->items[i]));
		return list;
	}
	return (struct toc_value *)y;
}

struct toc_value *toc_message_join(struct toc_arena *a, const struct toc_value *public_part,
				   const struct toc_value *personal_part)
{
	return join(a, public_part, personal_part);
}
