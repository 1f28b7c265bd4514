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
uint64_t toc_trust_size(const struct toc_trust *t);
const char *toc_trust_why(const struct toc_trust *t);

#endif
