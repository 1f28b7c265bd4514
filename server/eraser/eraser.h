/* eraser.h: the eraser as a process: what an erase entry names leaves the database, and then the wrapping key is
 * replaced, so that it does not open from older copies either.
 *
 * The keeper decides and enters an erasure; this process reads the ledger and carries out what it finds there. Its role
 * in the database sees entries and wrapped keys, nothing sealed, and can take away only what an entry names.
 *
 *   erase     the key is noted outside of the database (outside.c); parts and key go
 *   rotate    a new wrapping key, durable; every key that survives is wrapped under it; survivors are noted outside;
 *             nothing is wrapped under the old one any more; the old one is overwritten and unlinked
 *   restore   (a connection that is new) keys that were erased and are there again are told to the keeper, which enters
 *             their erasure again; survivors that are wrapped under a key that is gone get what was noted outside
 *   hand      a new wrapping key goes to the other nodes by the database, sealed to the node that asks and readable once
 *   watch     every part that is not there is one that an erase entry names; else it was tampered with
 *
 * Each step can be cut off anywhere and is done again: what was entered and not carried out is seen in the ledger, a
 * rotation that was begun in the record and in the folder. docs/erasure.md has the order, step by step. */
#ifndef TOC_ERASER_ERASER_H
#define TOC_ERASER_ERASER_H

#include "base/exchange.h"
#include "base/map.h"
#include "base/value.h"
#include "ipc/wrapping.h"
#include "store/erasing.h"
#include "token/token.h"

/** The process. @return exit code */
int toc_eraser_main(const struct toc_value *heritage);

/* outside.c: the record, beside the wrapping keys: keys that were erased, and those that survived the last rotation. */
struct toc_erased {
	struct toc_uuid id;
	struct toc_str subject, retention;
	bool gone; /* false: an entry says so, and it is still there, perhaps for good: something is sealed with it that no entry names */
};
struct toc_outside {
	char *path;
	bool pending;           /* something was erased since the wrapping key was last replaced */
	struct toc_arena *a;    /* of what follows */
	struct toc_erased *erased;
	struct toc_key_row *survivors;
	size_t n_erased, cap_erased, n_survivors;
	struct toc_map *by_id; /* place in `erased`, plus one */
};
/** @return 0 (also when there is none yet), or TOC_EINVAL, TOC_EIO: it is there and cannot be used */
int toc_outside_read(struct toc_outside *o, const char *path, struct toc_error *reterr) TOC_MUSTCHECK;
/** Durable when it returns 0. */
int toc_outside_write(const struct toc_outside *o, struct toc_error *reterr) TOC_MUSTCHECK;
void toc_outside_done(struct toc_outside *o);
const struct toc_erased *toc_outside_find(const struct toc_outside *o, struct toc_uuid key);
/** What is gone stays gone. @return whether the record says something new */
bool toc_outside_note(struct toc_outside *o, const struct toc_erased *key);
const struct toc_key_row *toc_outside_survivor(const struct toc_outside *o, struct toc_uuid key);

/* files.c: the wrapping keys as files of a folder, <uuid>.key. The newest first. */
int toc_files_read(const char *folder, struct toc_wrapping_key ret_keys[TOC_WRAP_KEYS_MAX], size_t *ret_n,
		   struct toc_error *reterr) TOC_MUSTCHECK;
/** One that another node made, as it came. Durable when it returns 0. */
int toc_files_put(const char *folder, const struct toc_wrapping_key *key, struct toc_error *reterr) TOC_MUSTCHECK;
/** Durable when it returns 0. */
int toc_files_make(const char *folder, struct toc_uuid id, struct toc_wrapping_key *ret_key, struct toc_error *reterr) TOC_MUSTCHECK;
/** Out of the way first, so that a half overwritten one is never taken for a key; then overwritten and unlinked. */
int toc_files_destroy(const char *folder, struct toc_uuid id, struct toc_error *reterr) TOC_MUSTCHECK;
/** Those whose destruction was cut off. */
int toc_files_finish(const char *folder, struct toc_error *reterr) TOC_MUSTCHECK;

struct toc_eraser {
	struct toc_erasing *ledger;
	struct toc_wrapping *page;
	struct toc_token *token; /* has the wrapping keys, or NULL: files of the folder */
	struct toc_outside outside;
	char *folder;
	const char *node;
	struct toc_wrapping_key keys[TOC_WRAP_KEYS_MAX]; /* the newest first */
	size_t n_keys;
	struct toc_uuid begun; /* made and begun for what is pending, in this life; nil: none yet */
	struct toc_uuid lacks; /* wraps keys and is not held; nil: none */
	int64_t lacks_us;      /* since then; 0: it lacks none */
	uint8_t hand_key[32];  /* that all nodes of the deployment have: hand.c */
	struct toc_exchange *wanted; /* our half of what was asked of the others, or NULL */
	struct toc_uuid wants;       /* the key that was asked for */
	toc_time erased_at;    /* the newest erase entry; 0: none was seen */
	uint64_t done_to;      /* of what was entered before, everything is carried out */
	int64_t since_us;      /* something waits since then; 0: nothing */
};
/* wrappers.c: the wrapping keys, in a token or as files. */
int toc_wrappers_read(struct toc_eraser *e, struct toc_wrapping_key ret_keys[TOC_WRAP_KEYS_MAX], size_t *ret_n,
		  struct toc_error *reterr) TOC_MUSTCHECK;
/** One that is younger than `after`, whatever the clock says. */
int toc_wrappers_make(struct toc_eraser *e, struct toc_uuid after, struct toc_wrapping_key *ret_key, struct toc_error *reterr) TOC_MUSTCHECK;
toc_time toc_wrapper_made_at(struct toc_uuid id);
int toc_wrappers_destroy(struct toc_eraser *e, struct toc_uuid id, struct toc_error *reterr) TOC_MUSTCHECK;

/* hand.c: a wrapping key that another node made, by way of the database. */
/** Ask for it, or take what was answered: then it is in the folder. */
int toc_hand_want(struct toc_eraser *e, struct toc_uuid id, struct toc_error *reterr) TOC_MUSTCHECK;
/** Give this one, the newest, to whoever asks. */
int toc_hand_give(struct toc_eraser *e, const struct toc_wrapping_key *key, struct toc_error *reterr) TOC_MUSTCHECK;

/* rotate.c */
/** Keys that are wrapped under what was destroyed, or were erased: after the database has come back. */
int toc_eraser_restore(struct toc_eraser *e, struct toc_error *reterr) TOC_MUSTCHECK;
/** Bring the replacement of the wrapping key to its end, if one is due or was begun. */
int toc_eraser_rotate(struct toc_eraser *e, struct toc_error *reterr) TOC_MUSTCHECK;
void toc_eraser_tell(struct toc_eraser *e); /* keeper and archive: look anew */

/* watch.c */
struct toc_watch;
struct toc_watch *toc_watch_new(void);
void toc_watch_again(struct toc_watch *w); /* from the beginning: it may be another copy of the ledger */
void toc_watch_free(struct toc_watch *w);
/** A piece of the way. @return when the next one is wanted (monotonic µs) */
int64_t toc_watch_step(struct toc_watch *w, struct toc_erasing *ledger, int64_t now_us, struct toc_error *reterr);

#endif
