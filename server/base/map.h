/* map.h: a hash map from byte keys to pointers. Does not own its values.
 *
 * Keys may be chosen by members (the ids of their messages are), so the hash is keyed with a secret of the process:
 * nobody can make many keys that meet in one slot. What a program does never depends on it: iteration is in order
 * of insertion. */
#ifndef TOC_BASE_MAP_H
#define TOC_BASE_MAP_H

#include "base/memory.h"

struct toc_map; /* keys are copied */
struct toc_map *toc_map_new(void);
void toc_map_free(struct toc_map *m);
void *toc_map_get(const struct toc_map *m, struct toc_str key);
/** @return the value replaced, or NULL */
void *toc_map_put(struct toc_map *m, struct toc_str key, void *value);
void *toc_map_remove(struct toc_map *m, struct toc_str key);
size_t toc_map_count(const struct toc_map *m);
/** Iterate in insertion order: start with *cursor = 0. Removing the current item is allowed; a key is good until
 * the next put. */
bool toc_map_next(const struct toc_map *m, size_t *cursor, struct toc_str *ret_key, void **ret_value);

/** For who looks for one key in several maps: the hash is the same in all of them. */
uint32_t toc_map_hash(struct toc_str key);
void *toc_map_get_hashed(const struct toc_map *m, struct toc_str key, uint32_t hash);
void *toc_map_put_hashed(struct toc_map *m, struct toc_str key, uint32_t hash, void *value);

#endif
