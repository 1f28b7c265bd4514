/* reading.h: the entries at some places, with what is sealed of them. Keys that this archive has not got are fetched once; one that is
 * unknown still was destroyed; one that is there and does not open here now ends the reading. */
#ifndef TOC_ARCHIVE_READING_H
#define TOC_ARCHIVE_READING_H

#include "render/render.h"
#include "store/store.h"

#define TOC_READING_DEADLINE TOC_SECONDS(2)
#define TOC_READING_SPAN 256 /* places that lie so near to one another are read together, with what lies between */
#define TOC_READING_KEYS 128

struct toc_reading_taker {
	/** What stands at one of them; not called when nothing does. @param e NULL: it does not open, and why */
	void (*entry)(void *ctx, struct toc_arena *scratch, const struct toc_row *row, const struct toc_opened *e, const struct toc_error *why);
	/** It is over: 0, or TOC_E* when the store has no answer, TOC_EAGAIN when it does not open here now. Another may begin from here. */
	void (*done)(void *ctx, int result);
};
/* Its owner's memory, and the places, stay while it is busy. */
struct toc_reading {
	struct toc_store *store;
	struct toc_keyring *ring;
	const struct toc_reading_taker *taker;
	void *ctx;
	const uint64_t *seqs;
	size_t n, at, look, upto; /* at: the first that was not taken; look: that was not looked at; upto: not read with it */
	bool busy, sealed, keys_fetched, shut;
	struct toc_uuid keys[TOC_READING_KEYS]; /* that are missing for those from `at` on */
	size_t n_keys;
};
/** @param seqs in order @param sealed what is sealed is wanted, so its keys are @return 0, or TOC_ELIMIT: the store has no room, nothing is called */
int toc_reading_begin(struct toc_reading *r, const uint64_t *seqs, size_t n, bool sealed, const struct toc_reading_taker *taker, void *ctx) TOC_MUSTCHECK;

#endif
