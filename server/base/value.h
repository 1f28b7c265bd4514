/* value.h: a JSON-shaped document as a tree: what messages, entries and snapshots are made of inside.
 *
 * Numbers are integers of at most 53 bits: nothing in the protocol needs fractions, and so canonical bytes
 * (RFC 8785) are the same in every language. Trees live in an arena. A map keeps members in the order in
 * which they were set; the canonical writer (message/json.h) sorts. Getters accept NULL and the wrong kind
 * and then answer as if the member were absent, so that reading a path needs no check at each step.
 */
#ifndef TOC_BASE_VALUE_H
#define TOC_BASE_VALUE_H

#include "base/memory.h"

#define TOC_INT_MAX INT64_C(9007199254740991) /* 2^53 - 1 */

enum toc_kind { TOC_NULL, TOC_BOOL, TOC_INT, TOC_TEXT, TOC_LIST, TOC_MAP };

struct toc_value;
struct toc_member {
	struct toc_str name;
	struct toc_value *value;
};
struct toc_value {
	enum toc_kind kind;
	uint32_t n, cap; /* of list or map */
	union {
		bool boolean;
		int64_t integer;
		struct toc_str text;
		struct toc_value **items;
		struct toc_member *members;
	};
};

struct toc_value *toc_value_null(struct toc_arena *a);
struct toc_value *toc_value_bool(struct toc_arena *a, bool b);
struct toc_value *toc_value_int(struct toc_arena *a, int64_t i);
struct toc_value *toc_value_text(struct toc_arena *a, struct toc_str s); /* copies */
struct toc_value *toc_value_list(struct toc_arena *a);
struct toc_value *toc_value_map(struct toc_arena *a);

/* Building. A NULL value is not set or pushed, so optional members need no `if`. set replaces.
 * A name that is a C string is a literal or stands in a table: it outlives the document and is not copied. */
void toc_set_named(struct toc_arena *a, struct toc_value *map, struct toc_str name, struct toc_value *v);
static inline void toc_set(struct toc_arena *a, struct toc_value *map, const char *name, struct toc_value *v)
{
	toc_set_named(a, map, toc_str_of(name), v);
}
/** The name is copied. */
void toc_set_str(struct toc_arena *a, struct toc_value *map, struct toc_str name, struct toc_value *v);
/** Set without looking for the name and without copying it: for builders that know it is new (and for big
 * maps). */
void toc_append(struct toc_arena *a, struct toc_value *map, struct toc_str name, struct toc_value *v);
static inline void toc_set_text(struct toc_arena *a, struct toc_value *map, const char *name, struct toc_str s)
{
	toc_set(a, map, name, toc_value_text(a, s));
}
static inline void toc_set_cstr(struct toc_arena *a, struct toc_value *map, const char *name, const char *s)
{
	if (s)
		toc_set_text(a, map, name, toc_str_of(s));
}
static inline void toc_set_int(struct toc_arena *a, struct toc_value *map, const char *name, int64_t i)
{
	toc_set(a, map, name, toc_value_int(a, i));
}
static inline void toc_set_bool(struct toc_arena *a, struct toc_value *map, const char *name, bool b)
{
	toc_set(a, map, name, toc_value_bool(a, b));
}
void toc_unset(struct toc_value *map, const char *name);
void toc_push(struct toc_arena *a, struct toc_value *list, struct toc_value *v);
void toc_push_text(struct toc_arena *a, struct toc_value *list, struct toc_str s);
/** @return the words of a text, separated by commas or spaces; they are not copied */
struct toc_value *toc_value_words(struct toc_arena *a, struct toc_str text);

/* Reading. */
struct toc_value *toc_get_str(const struct toc_value *map, struct toc_str name);
static inline struct toc_value *toc_get(const struct toc_value *map, const char *name)
{
	return toc_get_str(map, toc_str_of(name));
}
static inline struct toc_str toc_text_of(const struct toc_value *v) /* empty when not text */
{
	return v && v->kind == TOC_TEXT ? v->text : (struct toc_str){ "", 0 };
}
static inline struct toc_str toc_get_text(const struct toc_value *map, const char *name) /* empty when absent */
{
	return toc_text_of(toc_get(map, name));
}
static inline int64_t toc_int_of(const struct toc_value *v, int64_t absent)
{
	return v && v->kind == TOC_INT ? v->integer : absent;
}
static inline int64_t toc_get_int(const struct toc_value *map, const char *name, int64_t absent)
{
	return toc_int_of(toc_get(map, name), absent);
}
static inline bool toc_get_bool(const struct toc_value *map, const char *name) /* false when absent */
{
	const struct toc_value *v = toc_get(map, name);
	return v && v->kind == TOC_BOOL && v->boolean;
}
/** The member is this text. */
static inline bool toc_get_is(const struct toc_value *map, const char *name, const char *text)
{
	const struct toc_value *v = toc_get(map, name);
	return v && v->kind == TOC_TEXT && toc_str_is(v->text, text);
}
static inline size_t toc_len(const struct toc_value *list_or_map) /* 0 for anything else */
{
	return list_or_map && (list_or_map->kind == TOC_LIST || list_or_map->kind == TOC_MAP) ? list_or_map->n : 0;
}
static inline struct toc_value *toc_at(const struct toc_value *list, size_t i)
{
	return list && list->kind == TOC_LIST && i < list->n ? list->items[i] : NULL;
}
bool toc_list_has(const struct toc_value *list, struct toc_str text);

bool toc_value_eq(const struct toc_value *a, const struct toc_value *b); /* member order does not matter */
struct toc_value *toc_value_copy(struct toc_arena *a, const struct toc_value *v); /* deep */

#endif
