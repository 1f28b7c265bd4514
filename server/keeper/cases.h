/* cases.h: the rows of open threat cases, kept at hand for disclosures (M29), sealed as they are in the
 * database.
 *
 * Bounded: the oldest give way. What is not here can still be read from the store; this only saves the wait,
 * and while the database is away it is all there is.
 */
#ifndef TOC_KEEPER_CASES_H
#define TOC_KEEPER_CASES_H

#include "store/store.h"

struct toc_cases;
struct toc_cases *toc_cases_new(size_t bytes_max);
void toc_cases_free(struct toc_cases *c);

/** Keep a copy. @param case_ref nil for a row that was fetched by itself: the next `keep` forgets it */
void toc_cases_put(struct toc_cases *c, struct toc_uuid eid, struct toc_uuid case_ref,
		   const struct toc_row *row);
const struct toc_row *toc_cases_get(const struct toc_cases *c, struct toc_uuid eid); /* borrowed; NULL */
/** Forget the rows of all cases that are not open. */
void toc_cases_keep(struct toc_cases *c, bool (*is_open)(void *ctx, struct toc_uuid case_ref), void *ctx);
/** Iterate, oldest first, starting with *cursor = NULL. */
bool toc_cases_next(const struct toc_cases *c, const void **cursor, struct toc_uuid *ret_eid,
		    struct toc_uuid *ret_case, const struct toc_row **ret_row);
size_t toc_cases_bytes(const struct toc_cases *c);

#endif
