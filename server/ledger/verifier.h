/* verifier.h: the whole of a log, checked: every leaf, every tile, the root that was signed, and that it begins with what was
 * signed before. Pure: whoever drives it fetches what it names, over HTTPS, from a directory, or both.
 *
 * It is told a checkpoint and names tiles, in an order in which each is needed once; what was fetched is given to it in the
 * same order, however many are under way. A log that has grown is gone on with from the last full tile: a witness that runs
 * for years hashes each entry once. Nothing is believed of a tile but what follows from its leaves; without the right to
 * read leaves, from the hashes of level 0. */
#ifndef TOC_LEDGER_VERIFIER_H
#define TOC_LEDGER_VERIFIER_H

#include "ledger/log.h"

#define TOC_VERIFIER_OLD_MAX 16

struct toc_verifier;
/** Each leaf, in order, once it is known to be well formed; before the root is known to hold. */
typedef void toc_verifier_leaf(void *ctx, uint64_t seq, struct toc_str leaf, const struct toc_leaf *parsed);

/** @param leaves the entry bundles are read, too @param each may be NULL */
struct toc_verifier *toc_verifier_new(bool leaves, toc_verifier_leaf *each, void *ctx);
void toc_verifier_free(struct toc_verifier *v); /* NULL is fine */

/** The log has to begin with this one. Before the first toc_verifier_begin. @return 0 or TOC_ELIMIT */
int toc_verifier_against(struct toc_verifier *v, const struct toc_checkpoint *old) TOC_MUSTCHECK;
/** Read on, up to this checkpoint. @return 0, or TOC_EPROOF: it is shorter than what was read, or than an older one */
int toc_verifier_begin(struct toc_verifier *v, const struct toc_checkpoint *c, struct toc_error *reterr) TOC_MUSTCHECK;
/** What to fetch next. @return false: no more */
bool toc_verifier_next(struct toc_verifier *v, struct toc_tile *ret_tile);
/** What was fetched, in that order. It may be the full tile where a partial one was named. @return 0 or TOC_EPROOF */
int toc_verifier_take(struct toc_verifier *v, struct toc_str bytes, struct toc_error *reterr) TOC_MUSTCHECK;
/** Everything was taken: is the root the one that was signed? @return 0 or TOC_EPROOF */
int toc_verifier_end(struct toc_verifier *v, struct toc_error *reterr) TOC_MUSTCHECK;

struct toc_verifier_count {
	uint64_t entries, tiles, bundles; /* read and found true */
	uint64_t clock_back;              /* entries whose time is before that of the entry before; the order is what counts */
	unsigned older;                   /* checkpoints that it was held against, and goes on from */
};
void toc_verifier_counted(const struct toc_verifier *v, struct toc_verifier_count *ret_count);

#endif
