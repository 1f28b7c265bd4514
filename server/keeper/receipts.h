/* receipts.h: gathering what clients say they have.
 *
 * The first delivery per organisation and channel is an entry of its own (M19.machine): at once when the
 * message wants a person's answer, else gathered into one entry per organisation and second. What comes again
 * is only counted: here while it waits, by the state after that. Pure: time is an argument. Source: domain
 * M19, b.5. */
#ifndef TOC_KEEPER_RECEIPTS_H
#define TOC_KEEPER_RECEIPTS_H

#include "domain/domain.h"

#define TOC_RECEIPTS_GROUP 50  /* messages in one entry: references[] of the envelope takes no more */
#define TOC_RECEIPTS_WAIT_US 1000000

struct toc_receipts;
struct toc_receipts *toc_receipts_new(size_t most); /* that wait */
void toc_receipts_free(struct toc_receipts *r);

/** @return 0 (also when it is known to wait already), or TOC_ELIMIT */
int toc_receipts_add(struct toc_receipts *r, const struct toc_principal *p, struct toc_uuid eid, bool at_once,
		     int64_t mono_now_us) TOC_MUSTCHECK;

/** What one person's (or machine's) clients said on one channel; each may read what it names, and no more. */
struct toc_receipt_group {
	struct toc_principal by; /* texts in the arena */
	struct toc_uuid eids[TOC_RECEIPTS_GROUP];
	size_t n;
};
/** Take the next group that is due. @return false: none is */
bool toc_receipts_take(struct toc_receipts *r, int64_t mono_now_us, struct toc_arena *a,
		       struct toc_receipt_group *ret_group);
size_t toc_receipts_waiting(const struct toc_receipts *r);
int64_t toc_receipts_next_us(const struct toc_receipts *r); /* INT64_MAX: nothing waits */

#endif
