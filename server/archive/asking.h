/* asking.h: what the prover's rooms share: the question that is being answered, and the tiles that it needs.
 *
 *   prover.c  questions, one after the other; the newest checkpoint
 *   prove.c   the answer to each
 *   tiles.c   what is kept of the tree
 */
#ifndef TOC_ARCHIVE_ASKING_H
#define TOC_ARCHIVE_ASKING_H

#include "archive/prover.h"

#include "base/refusal.h"
#include "ipc/grant.h"
#include "ipc/log.h"

#define TOC_PROVER_DEADLINE TOC_SECONDS(2)
#define TOC_TILES_KEPT 64

struct toc_kept_tile {
	unsigned level, width; /* width 0: empty */
	uint64_t n, used;
	struct toc_sha256 hash[TOC_TILE_WIDTH];
};

struct toc_asking {
	struct toc_asking *next;
	struct toc_arena *arena;
	unsigned front, steps;
	uint64_t conn;
	enum toc_log_what what;
	bool news; /* of our own: to tell all fronts */
	toc_prover_done *done; /* of the archive's own, or NULL: a front's */
	void *ctx;
	uint64_t at;
	bool sees_leaves, gone;
	struct toc_str path;
	struct toc_grant who;
	bool fetched; /* the row of a proof, the leaves of a bundle, cosignatures: what comes besides tiles */
	uint64_t cosigned; /* the size of which cosignatures were fetched; UNKNOWN: none yet */
	unsigned lines, tries;
	struct toc_str bytes, wanted; /* wanted: which part of a time stamp */
	struct toc_value *list;
	struct toc_buf bundle;
};

struct toc_prover {
	struct toc_prover_options o;
	struct toc_buf out;
	struct toc_asking *first, **end, *at;
	unsigned n;
	bool leaving, looking, look_again, glancing;
	int64_t look_us, told_us, glance_us;
	struct glance {
		uint64_t size;
		int64_t n, unix_s;
	} glance; /* at the newest that was cosigned */

	bool any; /* there is a checkpoint */
	struct toc_checkpoint newest, told;
	char note[TOC_NOTE_BYTES_MAX];
	size_t n_note;

	struct toc_kept_tile tiles[TOC_TILES_KEPT];
	uint64_t tick;
	struct toc_tile need;
};

/* tiles.c */
/** @return the tile, at least so wide, or NULL: p->need says which is to be fetched */
const struct toc_kept_tile *toc_tile_with(struct toc_prover *p, unsigned level, uint64_t n, unsigned width);
void toc_tile_keep(struct toc_prover *p, struct toc_str hashes); /* of p->need */
/** Root of a perfect subtree, for toc_prove_* (ledger/proof.h): TOC_EAGAIN when a tile is missing. @param ctx the prover */
int toc_tile_subtree(void *ctx, unsigned level, uint64_t n, struct toc_sha256 *ret_root);

/* prove.c */
/** @return 0 when it is answered, TOC_EAGAIN when p->need is to be fetched, 1 when something else is on its way */
int toc_prove(struct toc_prover *p, struct toc_asking *k);
int toc_prove_refuse(struct toc_prover *p, const struct toc_asking *k, enum toc_refusal_code code, const char *why); /* @return 0 */
int toc_prove_busy(struct toc_prover *p, const struct toc_asking *k); /* not now. @return 0 */
/** A front hears of the newest checkpoint, with the proof that it goes on from `old`. */
void toc_prove_tell(struct toc_prover *p, struct toc_arena *a, unsigned front, uint64_t old, const struct toc_proof *proof);

/* prover.c */
void toc_prover_fetched(void *ctx, int result, uint64_t size, const struct toc_error *error);

#endif
