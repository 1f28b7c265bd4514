/* page.h: an answer of which there is more: with which parameters besides its own the question goes on.
 *
 * A query that takes `after` gives its rows in the order of the ledger: its next page begins at the place of the last row (`after` the one before
 * it, and `skip` the rows of that place that were given), and costs what a page costs. All others skip the rows that were given. */
#ifndef TOC_ARCHIVE_PAGE_H
#define TOC_ARCHIVE_PAGE_H

#include "message/query.h"

struct toc_page {
	bool by_place;
	uint64_t skipped, rows;   /* before it; on it */
	uint64_t place, of_place; /* of the last row; how many of that place there were, here and before */
};

/** @param query NULL: a statement of one's own @param body of the question */
void toc_page_begin(struct toc_page *p, const struct toc_query *query, const struct toc_value *body);
/** A row was given. @param place in the ledger, if it is by place */
void toc_page_row(struct toc_page *p, uint64_t place);
/** No row is of this place, which was looked at. */
void toc_page_looked(struct toc_page *p, uint64_t place);
/** {"as_of","after","skip"}: texts, as parameters are. */
struct toc_value *toc_page_next(const struct toc_page *p, struct toc_arena *a, uint64_t as_of);

#endif
