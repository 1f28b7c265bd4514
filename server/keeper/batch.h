/* batch.h: a batch of decisions on a copy-on-write overlay, so that each sees the effect of the one before
 * it.
 *
 * Nothing here is final: the overlay is merged when the entries are committed (or synced to the journal) and
 * dropped otherwise; then the same works are decided again on a newer state. Pure but for keys and salts; no
 * store, no socket.
 */
#ifndef TOC_KEEPER_BATCH_H
#define TOC_KEEPER_BATCH_H

#include "keeper/entry.h"
#include "keeper/intake.h"

#define TOC_BATCH_WORKS 256
#define TOC_BATCH_ROOM 128 /* entries that one more work may need; fewer left: the batch is full */

/** What follows from one work, or from one look at the deadlines: entries first … first + n - 1, of which `own` (first + own) is
 * the message itself, or the deadline's firing. */
struct toc_group {
	size_t first, n, own;
	toc_time received;
};
struct toc_batch {
	struct toc_arena *arena;
	struct toc_world *overlay;
	uint64_t base; /* seq of the first entry */
	bool late;     /* for the journal: entries are made, rows are not */
	struct toc_made *made;
	struct toc_row *rows;
	size_t n, cap;
	struct toc_group *groups;
	size_t n_groups;
	struct toc_work *works, **end; /* decided, in order; owned by the batch until they are taken */
	size_t n_works, works_max;
	toc_time now;           /* leaf time of what it makes */
	struct toc_error error; /* why a deadline's entry could not be made, if so */
};

/** What a batch needs to make entries; borrowed. */
struct toc_batch_tools {
	struct toc_keyring *ring;
	struct toc_str node;
	toc_resolve *resolve; /* for what is not in the batch itself */
	void *ctx;
};

/** @param late for the journal: no rows are made. @param works_max usually TOC_BATCH_WORKS */
struct toc_batch *toc_batch_new(struct toc_world *under, bool late, size_t works_max, toc_time now);
/** Drops the overlay unless it was merged. @return the works, for who still wants them */
struct toc_work *toc_batch_free(struct toc_batch *b);
void toc_batch_merge(struct toc_batch *b);

bool toc_batch_is_full(const struct toc_batch *b);

/** Decide one work and, if it was decided, take it over.
 * @return 0 (see work->outcome), or TOC_ENOTFOUND: an entry that it discloses is not at hand (ret_missing);
 * then the work is still the caller's and nothing was changed */
int toc_batch_decide(struct toc_batch *b, const struct toc_batch_tools *t, struct toc_work *w,
		     struct toc_uuid *ret_missing) TOC_MUSTCHECK;

/** Fire the deadlines that have passed at `until`, in due order, as far as there is room. */
void toc_batch_due(struct toc_batch *b, const struct toc_batch_tools *t, toc_time until);
/** The first of them only. @return whether it fired */
bool toc_batch_due_one(struct toc_batch *b, const struct toc_batch_tools *t, toc_time until);

#endif
