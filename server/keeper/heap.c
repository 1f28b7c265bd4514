/* heap.c: see heap.h. */
#include "keeper/heap.h"

#include "base/memory.h"

static bool earlier(const struct toc_next *a, const struct toc_next *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : toc_uuid_cmp(a->id, b->id) < 0;
}

static void swap(struct toc_next *a, struct toc_next *b)
{
	struct toc_next c = *a;
	*a = *b;
	*b = c;
}

void toc_heap_put(struct toc_heap *h, struct toc_next d)
{
	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->items = toc_must_realloc(h->items, h->cap * sizeof *h->items);
	}
	size_t i = h->n++;
	h->items[i] = d;
	for (; i > 0 && earlier(&h->items[i], &h->items[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&h->items[i], &h->items[(i - 1) / 2]);
}

struct toc_next toc_heap_take(struct toc_heap *h)
{
	struct toc_next first = h->items[0];
	h->items[0] = h->items[--h->n];
	for (size_t i = 0;;) {
		size_t least = i;
		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < h->n; child++)
			if (earlier(&h->items[child], &h->items[least]))
				least = child;
		if (least == i)
			break;
		swap(&h->items[i], &h->items[least]);
		i = least;
	}
	return first;
}
