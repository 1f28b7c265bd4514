/* map.h: a hash map from short byte keys to pointers (open addressing, SipHash-free: keys are ids and codes
 * that we or the directory made; adversarial keys never enter a map unhashed). Does not own its values. */
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
/** Iterate in insertion order: start with *cursor = 0. Removing the current item is allowed. */
bool toc_map_next(const struct toc_map *m, size_t *cursor, struct toc_str *ret_key, void **ret_value);

#endif
