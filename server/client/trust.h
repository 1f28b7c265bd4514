/* trust.h: what a member believes of the log, and why: the newest checkpoint whose signature is good and which goes on
 * from the one that was believed before. Kept in a file, so that it outlives the program; a server that shows less than
 * it has signed, or another past, is found out by it.
 *
 * No clock, no socket: `now` is an argument; the file is read at the start and written at each step forward. */
#ifndef TOC_CLIENT_TRUST_H
#define TOC_CLIENT_TRUST_H

#include "base/value.h"
#include "ledger/log.h"

#define TOC_TRUST_BEHIND_MS 60000 /* so long may a server show less than it has signed: another node is ahead of it */

enum toc_trust_news {
	TOC_TRUST_NOTHING,
	TOC_TRUST_GROWN,   /* a later checkpoint is believed now */
	TOC_TRUST_ALARM,   /* `why` says what does not add up. What was believed before stays, and is the evidence */
	TOC_TRUST_AGAIN,   /* the proof is from another size than ours: say hello anew */
};

struct toc_trust;
/** @param vkey of the log, or NULL: the first that the server names is believed, and kept
 * @param file or NULL: for as long as the program runs
 * @return 0; TOC_EINVAL (a vkey that is none), TOC_EIO, TOC_EPROOF (the file holds no signed checkpoint of that log) */
int toc_trust_new(const char *vkey, const char *file, struct toc_trust **ret_trust, struct toc_error *reterr) TOC_MUSTCHECK;
void toc_trust_free(struct toc_trust *t);

void toc_trust_welcome(struct toc_trust *t, struct toc_str vkey); /* what the server's welcome names */
/** A `checkpoint` frame. */
enum toc_trust_news toc_trust_checkpoint(struct toc_trust *t, const struct toc_value *frame, int64_t now_ms);
enum toc_trust_news toc_trust_tick(struct toc_trust *t, int64_t now_ms);
/** For hello; empty when nothing is believed yet. */
struct toc_str toc_trust_note(const struct toc_trust *t);
/** Vouch for what is believed, from now on. The file keeps what has been cosigned, so there has to be one.
 * @param skey PRIVATE+KEY+… of type 4; nothing of it is kept elsewhere @return 0 or TOC_EINVAL */
int toc_trust_witness(struct toc_trust *t, struct toc_str skey, struct toc_error *reterr) TOC_MUSTCHECK;
/** The line under the checkpoint that is believed, once for each and once after each welcome; empty when there is none to
 * say: nothing new, not kept durably, no witness. @param ret_size of that checkpoint */
struct toc_str toc_trust_cosign(struct toc_trust *t, struct toc_arena *a, int64_t unix_s, uint64_t *ret_size);
void toc_trust_cosign_again(struct toc_trust *t); /* the line was not taken */
uint64_t toc_trust_size(const struct toc_trust *t);
const char *toc_trust_why(const struct toc_trust *t);

#endif
