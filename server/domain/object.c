/* object.c: copy, free, and the two written forms of every kind of object, driven by one table that object.def writes.
 *
 * The table is per struct: field name, kind, offset; a list also names its number's offset and its part's
 * table. */
#include "domain/shape.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define OBJECT(name) static const struct field name##_fields[] = {
#define PART(name) OBJECT(name)
#define FIELD(kind, owner, name) { #name, F_##kind, offsetof(struct toc_##owner, name), 0, NULL },
#define LIST(owner, part, name)                                                                              \
	{ #name, F_LIST, offsetof(struct toc_##owner, name), offsetof(struct toc_##owner, n_##name),         \
	  &part##_shape },
#define END(name)                                                                                            \
	}                                                                                                    \
	;                                                                                                    \
	static const struct shape name##_shape = { #name, sizeof(struct toc_##name), name##_fields,          \
						   sizeof name##_fields / sizeof name##_fields[0] };      \
	_Static_assert(sizeof name##_fields / sizeof name##_fields[0] < 128, "packing.c: 7 bits");
#include "domain/object.def"

static const struct shape *const shapes[TOC_OBJECT_KINDS] = {
#define OBJECT(name) &name##_shape,
#include "domain/object.def"
};

/* ---- memory ---- */

static uint32_t room_for(uint32_t n)
{
	uint32_t cap = 1;
	while (cap < n)
		cap *= 2;
	return cap;
}

static void **list_at(void *object, const struct field *f)
{
	return (void **)((char *)object + f->at);
}
static uint32_t *number_at(void *object, const struct field *f)
{
	return (uint32_t *)((char *)object + f->n_at);
}

void toc_shape_clear(const struct shape *s, void *object)
{
	memset(object, 0, s->bytes);
	for (size_t i = 0; i < s->n; i++)
		if (s->fields[i].kind == F_TIME)
			*(toc_time *)((char *)object + s->fields[i].at) = TOC_TIME_NEVER;
}

/* `object` is a byte-wise copy: give it its own of everything that is owned. */
static void own(const struct shape *s, void *object)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		if (f->kind == F_TEXT) {
			struct toc_text *t = (struct toc_text *)((char *)object + f->at);
			struct toc_str text = toc_text_str(t);
			*t = (struct toc_text){ NULL, 0 };
			toc_text_set(t, text);
		} else if (f->kind == F_LIST) {
			void **list = list_at(object, f), *from = *list;
			uint32_t n = *number_at(object, f);
			*list = NULL;
			if (n == 0)
				continue;
			*list = toc_must_realloc(NULL, room_for(n) * f->part->bytes);
			memcpy(*list, from, n * f->part->bytes);
			for (uint32_t k = 0; k < n; k++)
				own(f->part, (char *)*list + k * f->part->bytes);
		}
	}
}

static void disown(const struct shape *s, void *object)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		if (f->kind == F_TEXT) {
			free(((struct toc_text *)((char *)object + f->at))->p);
		} else if (f->kind == F_LIST) {
			char *list = *list_at(object, f);
			for (uint32_t k = 0; k < *number_at(object, f); k++)
				disown(f->part, list + k * f->part->bytes);
			free(list);
		}
	}
}

void *toc_object_new(enum toc_object_kind kind)
{
	void *object = toc_must_realloc(NULL, shapes[kind]->bytes);
	toc_shape_clear(shapes[kind], object);
	return object;
}

void *toc_object_copy(enum toc_object_kind kind, const void *object)
{
	void *copy = toc_must_realloc(NULL, shapes[kind]->bytes);
	memcpy(copy, object, shapes[kind]->bytes);
	own(shapes[kind], copy);
	return copy;
}

void toc_object_free(enum toc_object_kind kind, void *object)
{
	if (!object)
		return;
	disown(shapes[kind], object);
	free(object);
}

void *toc_list_add(void *list_pointer, uint32_t *n, size_t part_bytes)
{
	void **list = list_pointer;

	if (*n == 0 || room_for(*n) < *n + 1)
		*list = toc_must_realloc(*list, room_for(*n + 1) * part_bytes);
	void *part = (char *)*list + *n * part_bytes;
	memset(part, 0, part_bytes);
	++*n;
	return part;
}

void toc_short_set(struct toc_short *s, struct toc_str text)
{
	memset(s, 0, sizeof *s); /* the whole of it: equal texts are equal bytes */
	s->n = (uint8_t)(text.n < sizeof s->p ? text.n : sizeof s->p);
	if (s->n)
		memcpy(s->p, text.p, s->n);
}

void toc_text_set(struct toc_text *t, struct toc_str text)
{
	free(t->p);
	*t = (struct toc_text){ NULL, (uint32_t)text.n };
	if (text.n) {
		t->p = toc_must_realloc(NULL, text.n);
		memcpy(t->p, text.p, text.n);
	}
}

/* ---- names and keys ---- */

const struct shape *toc_object_shape(enum toc_object_kind kind)
{
	return shapes[kind];
}

enum toc_object_kind toc_object_kind_of(struct toc_str name)
{
	unsigned kind = 0;

	while (kind < TOC_OBJECT_KINDS && !toc_str_is(name, shapes[kind]->name))
		kind++;
	return kind;
}

const char *toc_object_name(enum toc_object_kind kind)
{
	return shapes[kind]->name;
}

struct toc_str toc_object_key(enum toc_object_kind kind, const void *object)
{
	const struct field *f = &shapes[kind]->fields[0];
	const char *at = (const char *)object + f->at;

	switch (f->kind) {
	case F_CODE: return toc_short_str((const struct toc_short *)at);
	case F_ID: return (struct toc_str){ at, sizeof(struct toc_uuid) };
	case F_HASH: return (struct toc_str){ at, sizeof(struct toc_hash) };
	case F_COUNT: return (struct toc_str){ at, sizeof(int64_t) };
	default: TOC_WRONG("kind of key");
	}
}

/* ---- as a document: what is absent is left out ---- */

/* Microseconds since 1970: a number; after 2255, where a number of 53 bits ends, its digits as text. "Until 9999"
 * is what people write who mean for ever. */
static struct toc_value *save_time(toc_time t, struct toc_arena *a)
{
	return t.us <= TOC_INT_MAX ? toc_value_int(a, t.us)
				   : toc_value_text(a, toc_arena_printf(a, "%lld", (long long)t.us));
}

static struct toc_value *save(const struct shape *s, const void *object, struct toc_arena *a)
{
	struct toc_value *map = toc_value_map(a);

	for (size_t i = 0; i < s->n; i++) {
		const struct field *f = &s->fields[i];
		const void *at = (const char *)object + f->at;
		switch (f->kind) {
		case F_CODE:
			if (((const struct toc_short *)at)->n)
				toc_set_text(a, map, f->name, toc_short_str(at));
			break;
		case F_TEXT:
			if (((const struct toc_text *)at)->n)
				toc_set_text(a, map, f->name, toc_text_str(at));
			break;
		case F_ID:
			if (!toc_uuid_is_nil(*(const struct toc_uuid *)at))
				toc_set_text(a, map, f->name, toc_uuid_str(a, *(const struct toc_uuid *)at));
			break;
		case F_HASH: toc_set_text(a, map, f->name, toc_hex(a, at, sizeof(struct toc_hash))); break;
		case F_TIME:
			if (((const toc_time *)at)->us != TOC_TIME_NEVER.us)
				toc_set(a, map, f->name, save_time(*(const toc_time *)at, a));
			break;
		case F_COUNT:
			if (*(const int64_t *)at)
				toc_set_int(a, map, f->name, *(const int64_t *)at);
			break;
		case F_BITS:
			if (*(const uint32_t *)at)
				toc_set_int(a, map, f->name, *(const uint32_t *)at);
			break;
		case F_FLAG:
			if (*(const bool *)at)
				toc_set_bool(a, map, f->name, true);
			break;
		case F_LIST: {
			uint32_t n = *(const uint32_t *)((const char *)object + f->n_at);
			const char *parts = *(char *const *)at;
			if (n == 0)
				break;
			struct toc_value *list = toc_value_list(a);
			for (uint32_t k = 0; k < n; k++)
				toc_push(a, list, save(f->part, parts + k * f->part->bytes, a));
			toc_set(a, map, f->name, list);
			break;
		}
		}
	}
	return map;
}

struct toc_value *toc_object_save(enum toc_object_kind kind, const void *object, struct toc_arena *a)
{
	return save(shapes[kind], object, a);
}

void toc_add_named(struct toc_named **list, uint32_t *n, struct toc_str org)
{
	for (uint32_t i = 0; i < *n; i++)
		if (toc_short_is(&(*list)[i].org, org))
			return;
	if (org.n)
		toc_short_set(&((struct toc_named *)toc_list_add(list, n, sizeof **list))->org, org);
}
