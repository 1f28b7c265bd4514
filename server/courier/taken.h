/* taken.h: what the other side has taken and the ledger may not know yet. */
#ifndef TOC_COURIER_TAKEN_H
#define TOC_COURIER_TAKEN_H

#include "base/bytes.h"
#include "base/time.h"
#include "ipc/outcome.h"

struct toc_taken;
/** @param fd open for reading and writing, stays the caller's; -1: nothing is kept beyond our life.
 * @return NULL when it cannot be read (reterr) */
struct toc_taken *toc_taken_open(int fd, toc_time now, struct toc_error *reterr);
void toc_taken_close(struct toc_taken *t);

struct toc_took {
	enum toc_outcome_state state;
	uint16_t code;
};
/** Remember. It is on disk after the next toc_taken_sync. */
void toc_taken_put(struct toc_taken *t, struct toc_uuid id, struct toc_took what, toc_time now);
/** @return 0, or TOC_EIO: it may not outlive a crash */
int toc_taken_sync(struct toc_taken *t) TOC_MUSTCHECK;
bool toc_taken_get(const struct toc_taken *t, struct toc_uuid id, struct toc_took *ret);
void toc_taken_forget(struct toc_taken *t, struct toc_uuid id);
size_t toc_taken_count(const struct toc_taken *t);

#endif
