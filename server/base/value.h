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

/* Building. A NULL value is not set or pushed, so optional members need no `if`. set replaces. */
void toc_set(struct toc_arena *a, struct toc_value *map, const char *name, struct toc_value *v);
void toc_set_str(struct toc_arena *a, struct toc_value *map, struct toc_str name, struct toc_value *v);
/** Set without looking for the name and without copying it: for builders that know it is new (and for big
 * maps). */
void toc_append(struct toc_arena *a, struct toc_value *map, struct toc_str name, struct toc_value *v);
void toc_set_text(struct toc_arena *a, struct toc_value *map, const char *name, struct toc_str s);
void toc_set_cstr(struct toc_arena *a, struct toc_value *map, const char *name, const char *s);
void toc_set_int(struct toc_arena *a, struct toc_value *map, const char *name, int64_t i);
void toc_set_bool(struct toc_arena *a, struct toc_value *map, const char *name, bool b);
void toc_unset(struct toc_value *map, const char *name);
void toc_push(struct toc_arena *a, struct toc_value *list, struct toc_value *v);
void toc_push_text(struct toc_arena *a, struct toc_value *list, struct toc_str s);

/* Reading. */
struct toc_value *toc_get(const struct toc_value *map, const char *name);
struct toc_value *toc_get_str(const struct toc_value *map, struct toc_str name);
struct toc_str toc_get_text(const struct toc_value *map, const char *name); /* empty when absent */
int64_t toc_get_int(const struct toc_value *map, const char *name, int64_t absent);
bool toc_get_bool(const struct toc_value *map, const char *name);                 /* false when absent */
bool toc_get_is(const struct toc_value *map, const char *name, const char *text); /* member is this text */
size_t toc_len(const struct toc_value *list_or_map);                              /* 0 for anything else */
struct toc_value *toc_at(const struct toc_value *list, size_t i);
struct toc_str toc_text_of(const struct toc_value *v); /* empty when not text */
bool toc_list_has(const struct toc_value *list, struct toc_str text);

bool toc_value_eq(const struct toc_value *a, const struct toc_value *b); /* member order does not matter */
struct toc_value *toc_value_copy(struct toc_arena *a, const struct toc_value *v); /* deep */

#endif
