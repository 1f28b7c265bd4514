/* erasing.h: the ledger as the eraser sees it (role tocsin_eraser): what is to be erased, and wrapped seal keys.
 *
 * Blocking: the eraser serves nobody and has time. Each call ends by the server's own time-out at the latest; after an
 * error the connection is made anew by toc_erasing_connect. What each call does stands in sql/functions/erase.sql. */
#ifndef TOC_STORE_ERASING_H
#define TOC_STORE_ERASING_H

#include "store/store.h"

struct toc_erasing;
struct toc_erasing *toc_erasing_new(const char *conninfo);
void toc_erasing_free(struct toc_erasing *e);
/** @param ret_fresh it is another connection than last time: it may be another copy of the database @return 0 or TOC_EIO */
int toc_erasing_connect(struct toc_erasing *e, bool *ret_fresh, struct toc_error *reterr) TOC_MUSTCHECK;

/** An erase entry of the server's: when it was entered, which key it destroys, and whether that is there. At most 1000, in order. */
typedef void toc_erasing_erased(void *ctx, uint64_t seq, toc_time at, const struct toc_key_row *key, bool there);
int toc_erasing_erasures(struct toc_erasing *e, uint64_t from, toc_erasing_erased *erased, void *ctx,
			 struct toc_error *reterr) TOC_MUSTCHECK;
/** @param ret_leaves there is something left to do */
int toc_erasing_leaves(struct toc_erasing *e, uint64_t seq, bool *ret_leaves, struct toc_error *reterr) TOC_MUSTCHECK;
int toc_erasing_erase(struct toc_erasing *e, uint64_t seq, uint64_t *ret_parts, struct toc_error *reterr) TOC_MUSTCHECK;
typedef void toc_erasing_key(void *ctx, const struct toc_key_row *key);
/** Seal keys that are not wrapped under this one; nil: all. At most `limit`. */
int toc_erasing_keys(struct toc_erasing *e, struct toc_uuid not_under, unsigned limit, toc_erasing_key *key, void *ctx,
		     struct toc_error *reterr) TOC_MUSTCHECK;
/** All wrapped under the same one. */
int toc_erasing_rewrap(struct toc_erasing *e, const struct toc_key_row *rows, size_t n, struct toc_error *reterr) TOC_MUSTCHECK;
int toc_erasing_begin(struct toc_erasing *e, struct toc_uuid after, struct toc_uuid id, const char *node,
		      struct toc_uuid *ret_newest, struct toc_error *reterr) TOC_MUSTCHECK;
/** @param ret_newest nil when there is none yet */
int toc_erasing_newest(struct toc_erasing *e, struct toc_uuid *ret_newest, struct toc_error *reterr) TOC_MUSTCHECK;
/** @param ret_left keys that are still wrapped under an older one: then nothing was retired */
int toc_erasing_retire(struct toc_erasing *e, uint64_t *ret_left, struct toc_error *reterr) TOC_MUSTCHECK;
int toc_erasing_returned(struct toc_erasing *e, struct toc_uuid key, struct toc_error *reterr) TOC_MUSTCHECK;

/* A wrapping key goes from one node to another, by a row that the database keeps until it was taken (eraser/hand.c). */
struct toc_wrapping_wanted {
	struct toc_str node;
	struct toc_uuid wrapping;
	uint8_t public_key[32], proof[32];
	struct toc_str sealed; /* empty: nobody has answered yet */
};
typedef void toc_erasing_wanted(void *ctx, const struct toc_wrapping_wanted *w);
int toc_erasing_wants(struct toc_erasing *e, toc_erasing_wanted *wanted, void *ctx, struct toc_error *reterr) TOC_MUSTCHECK;
int toc_erasing_want(struct toc_erasing *e, const struct toc_wrapping_wanted *w, struct toc_error *reterr) TOC_MUSTCHECK;
/** Answers what was asked with just this public key. */
int toc_erasing_give(struct toc_erasing *e, const struct toc_wrapping_wanted *w, struct toc_error *reterr) TOC_MUSTCHECK;
/** It was taken, or is wanted no more. */
int toc_erasing_taken(struct toc_erasing *e, const char *node, struct toc_error *reterr) TOC_MUSTCHECK;

/** An erase entry's body, in order. */
typedef void toc_erasing_entry(void *ctx, uint64_t seq, struct toc_str body);
int toc_erasing_entries(struct toc_erasing *e, uint64_t from, toc_erasing_entry *entry, void *ctx,
			struct toc_error *reterr) TOC_MUSTCHECK;
/** Entries from <= seq < to of which a part is not there: bits 1 actor, 2 data. @param keys words: which keys sealed them, and whether
 * these are there */
typedef void toc_erasing_missing_part(void *ctx, uint64_t seq, unsigned parts, struct toc_str keys);
int toc_erasing_missing(struct toc_erasing *e, uint64_t from, uint64_t to, toc_erasing_missing_part *missing, void *ctx,
			struct toc_error *reterr) TOC_MUSTCHECK;
int toc_erasing_tip(struct toc_erasing *e, uint64_t *ret_size, struct toc_error *reterr) TOC_MUSTCHECK;

#endif
