/* heap.h: deliveries by the time at which they are due, the earliest first; those of one time by id, so that two runs are
 * alike. Zeroed, it is empty; free its items. */
#ifndef TOC_KEEPER_HEAP_H
#define TOC_KEEPER_HEAP_H

#include "base/bytes.h"

#include <stddef.h>

struct toc_next {
	int64_t at_us; /* real time */
	struct toc_uuid id;
};
struct toc_heap {
	struct toc_next *items;
	size_t n, cap;
};

void toc_heap_put(struct toc_heap *h, struct toc_next d);
struct toc_next toc_heap_take(struct toc_heap *h); /* of one that is not empty */

#endif
