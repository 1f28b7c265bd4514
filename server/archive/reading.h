/* reading.h: the entry at one place, with what is sealed of it. A key that this archive has not got is fetched once; one that is
 * unknown still was destroyed; one that is there and does not open here now ends the reading. */
#ifndef TOC_ARCHIVE_READING_H
#define TOC_ARCHIVE_READING_H

#include "render/render.h"
#include "store/store.h"

#define TOC_READING_DEADLINE TOC_SECONDS(2)

struct toc_reading_taker {
	/** What stands there; not called when nothing does. @param e NULL: it does not open, and why */
	void (*entry)(void *ctx, struct toc_arena *scratch, const struct toc_row *row, const struct toc_opened *e, const struct toc_error *why);
	/** It is over: 0, or TOC_E* when the store has no answer, TOC_EAGAIN when it does not open here now. Another may begin from here. */
	void (*done)(void *ctx, int result);
};
/* Of one place at a time; its owner's memory stays while it is busy. */
struct toc_reading {
	struct toc_store *store;
	struct toc_keyring *ring;
	const struct toc_reading_taker *taker;
	void *ctx;
	uint64_t seq;
	bool busy, sealed, key_unknown, keys_fetched, shut;
	struct toc_uuid keys[2]; /* that its row names */
};
/** @param sealed what is sealed is wanted, so its keys are @return 0, or TOC_ELIMIT: the store has no room, nothing is called */
int toc_reading_begin(struct toc_reading *r, uint64_t seq, bool sealed, const struct toc_reading_taker *taker, void *ctx) TOC_MUSTCHECK;

#endif
