/* page.c: see page.h. */
#include "archive/page.h"

#include <inttypes.h>

void toc_page_begin(struct toc_page *p, const struct toc_query *query, const struct toc_value *body)
{
	*p = (struct toc_page){ .by_place = query && toc_query_has(query, "after"), .skipped = toc_query_count_of(body, "skip", 0) };
	if (p->by_place && toc_query_value_of(body, "after").n) /* it may go on in the midst of a place: then of the first one after it */
		p->place = toc_query_count_of(body, "after", 0) + 1;
	p->of_place = p->skipped;
}

void toc_page_row(struct toc_page *p, uint64_t place)
{
	p->rows++;
	if (place != p->place)
		p->of_place = 0;
	p->place = place;
	p->of_place++;
}

void toc_page_looked(struct toc_page *p, uint64_t place)
{
	if (place != p->place)
		p->of_place = 0;
	p->place = place;
}

static void set_count(struct toc_arena *a, struct toc_value *map, const char *name, uint64_t n)
{
	toc_set_text(a, map, name, toc_arena_printf(a, "%" PRIu64, n));
}

struct toc_value *toc_page_next(const struct toc_page *p, struct toc_arena *a, uint64_t as_of)
{
	struct toc_value *next = toc_value_map(a);

	set_count(a, next, "as_of", as_of);
	if (p->by_place && p->place)
		set_count(a, next, "after", p->place - 1);
	set_count(a, next, "skip", p->by_place ? p->of_place : p->skipped + p->rows);
	return next;
}
