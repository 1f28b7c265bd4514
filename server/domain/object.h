/* object.h: the objects of the state as structs, and what can be done with any of them. All from object.def.
 */
#ifndef TOC_DOMAIN_OBJECT_H
#define TOC_DOMAIN_OBJECT_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"
#include "base/value.h"

struct toc_short { /* text of at most 32 bytes, inline: an organisation's code, a country, a name of ours */
	uint8_t n;
	char p[32];
};
struct toc_hash {
	uint8_t b[32];
};
struct toc_text { /* owned */
	char *p;
	uint32_t n;
};

enum toc_object_kind {
#define OBJECT(name) TOC_OBJECT_##name,
#include "domain/object.def"
	TOC_OBJECT_KINDS
};

#define TOC_FIELD_CODE struct toc_short
#define TOC_FIELD_TEXT struct toc_text
#define TOC_FIELD_ID struct toc_uuid
#define TOC_FIELD_HASH struct toc_hash
#define TOC_FIELD_TIME toc_time
#define TOC_FIELD_COUNT int64_t
#define TOC_FIELD_BITS uint32_t
#define TOC_FIELD_FLAG bool
/* clang-format off */
#define PART(name) struct toc_##name {
#define OBJECT(name) struct toc_##name {
#define FIELD(kind, owner, name) TOC_FIELD_##kind name;
#define LIST(owner, part, name) struct toc_##part *name; uint32_t n_##name;
#define END(name) };
/* clang-format on */
#include "domain/object.def"

/** A new object, all absent (numbers 0, times TOC_TIME_NEVER). */
void *toc_object_new(enum toc_object_kind kind);
void *toc_object_copy(enum toc_object_kind kind, const void *object);
void toc_object_free(enum toc_object_kind kind, void *object); /* NULL is fine */

/** As a document, for people and for tests. What is absent is left out. */
struct toc_value *toc_object_save(enum toc_object_kind kind, const void *object, struct toc_arena *a);

/** Packed: bytes, in which a value that stood before in the same buffer is a word that says where. */
struct toc_packing; /* what stood where; for one buffer */
struct toc_packing *toc_packing_new(void);
void toc_packing_reset(struct toc_packing *p);
void toc_packing_free(struct toc_packing *p);
/** @param p NULL: every value in full, so that equal objects are equal bytes wherever they stand */
void toc_object_pack(enum toc_object_kind kind, const void *object, struct toc_packing *p, struct toc_buf *buf);
/** The object at `at` of what was packed into one buffer; @return NULL when it is not one of ours. */
void *toc_object_unpack(enum toc_object_kind kind, struct toc_str packed, size_t at);
/** Would it unpack? @param ret_end where the next one begins */
bool toc_object_is_packed(enum toc_object_kind kind, struct toc_str packed, size_t at, size_t *ret_end);
/** The key of a packed object that is one. @param room for what is not in the bytes as it is */
struct toc_str toc_packed_key(enum toc_object_kind kind, struct toc_str packed, size_t at, int64_t *room);
/** The order of keys: numbers as numbers, all else as bytes. */
int toc_key_cmp(enum toc_object_kind kind, struct toc_str a, struct toc_str b);
/** The kind with this name; TOC_OBJECT_KINDS when there is none. */
enum toc_object_kind toc_object_kind_of(struct toc_str name);

const char *toc_object_name(enum toc_object_kind kind);
/** The bytes under which an object is found: its first field. Borrowed from the object. */
struct toc_str toc_object_key(enum toc_object_kind kind, const void *object);
/** The same of a bare value: an ID, a HASH, a COUNT (bytes of an int64_t) or the text of a CODE. */
#define TOC_KEY(fixed) ((struct toc_str){ (const char *)&(fixed), sizeof(fixed) })

/** Append a zeroed part to a list; TOC_ADD(threat, desks) is the new desk. Lists grow by doubling. */
void *toc_list_add(void *list_pointer, uint32_t *n, size_t part_bytes);
#define TOC_ADD(object, list)                                                                                \
	((__typeof__((object)->list))toc_list_add(&(object)->list, &(object)->n_##list,                      \
						  sizeof *(object)->list))
/** Name an organisation in a list, once. */
void toc_add_named(struct toc_named **list, uint32_t *n, struct toc_str org);
/** Remove item i of a list of parts that own nothing, keeping the order. */
#define TOC_REMOVE(object, list, i)                                                                          \
	memmove(&(object)->list[i], &(object)->list[(i) + 1],                                                \
		(--(object)->n_##list - (i)) * sizeof *(object)->list)

static inline struct toc_str toc_short_str(const struct toc_short *s)
{
	return (struct toc_str){ s->p, s->n };
}
static inline bool toc_short_is(const struct toc_short *s, struct toc_str text)
{
	return toc_str_eq(toc_short_str(s), text);
}
/** Text that is too long is cut: who writes one has checked. */
void toc_short_set(struct toc_short *s, struct toc_str text);
void toc_text_set(struct toc_text *t, struct toc_str text);
static inline struct toc_str toc_text_str(const struct toc_text *t)
{
	return (struct toc_str){ t->p, t->n };
}

#endif
