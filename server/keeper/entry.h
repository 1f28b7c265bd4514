/* entry.h: from what decide drafted to the bytes that are appended.
 *
 *   draft --toc_made_from_draft--> made entry: split into public and personal
 *         --toc_made_row--> row: salted and sealed
 *
 * In between lies what the journal keeps while the database is away: the made entry as a document, so that
 * what was decided then is what is appended later. Pure but for random salts and keys.
 */
#ifndef TOC_KEEPER_ENTRY_H
#define TOC_KEEPER_ENTRY_H

#include "render/render.h"

struct toc_made {
	struct toc_opened
		opened; /* header, body, data and actor as trees; seq is where it would be appended */
	struct toc_str subject, retention;
};

/** Finds the entries that an M29 discloses. @return 0, or TOC_ENOTFOUND: not at hand (now) */
typedef int toc_resolve(void *ctx, struct toc_uuid eid, struct toc_arena *a, struct toc_opened *ret_opened,
			bool *ret_has_seq);

/** @param ts leaf time. @param late it comes through the journal
 * @param ret_missing the entry that `resolve` did not find
 * @return 0, or TOC_ENOTFOUND from resolve */
int toc_made_from_draft(struct toc_arena *a, const struct toc_draft *d, toc_time ts, bool late, uint64_t seq,
			toc_resolve *resolve, void *ctx, struct toc_made *ret_made,
			struct toc_uuid *ret_missing) TOC_MUSTCHECK;

/** Write, salt, commit and seal. New seal keys are made in the ring (toc_keyring_fresh).
 * @return 0, or TOC_ELIMIT: a part or the leaf is over its limit */
int toc_made_row(struct toc_arena *a, struct toc_keyring *ring, struct toc_str node, const struct toc_made *m,
		 struct toc_row *ret_row, struct toc_error *reterr) TOC_MUSTCHECK;

/** Would it make a row? What is journaled must, when the database is back. @param ret_bytes about what it takes in a record
 * @return 0, or TOC_ELIMIT as toc_made_row */
int toc_made_fits(struct toc_arena *a, struct toc_str node, const struct toc_made *m, size_t *ret_bytes,
		  struct toc_error *reterr) TOC_MUSTCHECK;

/** As a document and back; seq and ts are not kept: they are given again when it is appended. */
struct toc_value *toc_made_save(struct toc_arena *a, const struct toc_made *m);
int toc_made_load(const struct toc_value *v, struct toc_made *ret_made) TOC_MUSTCHECK;

#endif
