/* prover.h: the archive shows the log to whoever does not trust us: checkpoint, tiles, proofs.
 *
 * It signs nothing and has no key: everything is of the newest checkpoint that the signer has published, and whoever
 * gets it can check it. One question at a time; what a proof needs of the tree is fetched tile by tile, and kept.
 * Fronts are told of a new checkpoint, with the proof that it goes on from the one before. */
#ifndef TOC_ARCHIVE_PROVER_H
#define TOC_ARCHIVE_PROVER_H

#include "base/refusal.h"
#include "child/child.h"
#include "ipc/log.h"
#include "ledger/log.h"

struct toc_prover_options {
	struct toc_child *child;
	struct toc_store *store; /* borrowed, listening */
	const struct toc_keyring *ring;
	const uint8_t *grant_key;
	struct toc_note_key key; /* of the log */
	unsigned waiting_max;
	toc_time (*now)(void *ctx);
	void *ctx;
};
struct toc_prover;
struct toc_prover *toc_prover_new(const struct toc_prover_options *o);
void toc_prover_free(struct toc_prover *p); /* after the store: what was pending has ended */

void toc_prover_ask(struct toc_prover *p, unsigned front, struct toc_frame *frame); /* LOG */
/** The archive's own question, with the rights of an auditor. @param at 0: as of the newest checkpoint; else of PROOF: the log of this size,
 * and the answer is the proof's hashes, 32 bytes each @param done once, from this call or later; not after toc_prover_leave */
typedef void toc_prover_done(void *ctx, enum toc_refusal_code code, struct toc_str bytes);
void toc_prover_get(struct toc_prover *p, enum toc_log_what what, struct toc_str path, uint64_t at, toc_prover_done *done, void *ctx);
void toc_prover_forget(struct toc_prover *p, const void *ctx); /* its `done` is not called any more */
void toc_prover_front(struct toc_prover *p, unsigned front, bool here);
void toc_prover_published(struct toc_prover *p); /* the store says so, or is up again */
/** The newest checkpoint, as it was signed; empty: there is none. Good until the next turn. */
struct toc_str toc_prover_newest(const struct toc_prover *p);
uint64_t toc_prover_size(const struct toc_prover *p); /* of it; 0: there is none */
const struct toc_note_key *toc_prover_key(const struct toc_prover *p);
void toc_prover_turn(struct toc_prover *p);
int64_t toc_prover_next_us(const struct toc_prover *p);
void toc_prover_leave(struct toc_prover *p); /* begin nothing more */

#endif
