/* backend.h: what a store is made of, for the two stores only: the queue of operations, and the verbs of a
 * backend.
 *
 * store.c owns the queue and checks arguments; a backend looks at the head, does it, and ends it. Operations
 * end in the order in which they were queued. */
#ifndef TOC_STORE_BACKEND_H
#define TOC_STORE_BACKEND_H

#include "store/store.h"

enum toc_op_kind {
	TOC_OP_APPEND,
	TOC_OP_READ,
	TOC_OP_READ_CASES,
	TOC_OP_RECALLS,
	TOC_OP_WITNESSES,
	TOC_OP_FIND,
	TOC_OP_KEYS,
	TOC_OP_KEYS_OF,
	TOC_OP_PARTS,
	TOC_OP_KEEP_UNTIL,
	TOC_OP_REVENANTS,
	TOC_OP_PIECE_SAVE,
	TOC_OP_PIECES_LOAD,
	TOC_OP_SNAPSHOT_SAVE,
	TOC_OP_SNAPSHOT_LOAD,
	TOC_OP_LOCK_TIP,
	TOC_OP_UNLOCK_TIP,
	TOC_OP_TIP,
	TOC_OP_CHECKPOINT,
	TOC_OP_LEAVES,
	TOC_OP_HASHES,
	TOC_OP_PUBLISH,
	TOC_OP_CHECKPOINT_OF,
	TOC_OP_COSIGN,
	TOC_OP_COSIGNATURES,
	TOC_OP_ADD_STAMP,
	TOC_OP_STAMPS,
};

struct toc_op {
	enum toc_op_kind kind;
	int64_t deadline_us; /* monotonic */
	toc_store_done *done;
	void *ctx;
	struct toc_append append;
	const struct toc_publication *publication;
	const struct toc_cosignature *cosignature;
	const struct toc_stamp *stamp;
	uint64_t from; /* read, leaves: the first seq; hashes: the first; snapshot: as_of; of a checkpoint: its size */
	uint64_t to;   /* leaves: the first seq that is not wanted */
	unsigned limit;
	int version; /* hashes: the level; leaves: 1 without bodies */
	void *copy; /* ids, pieces, snapshot or origin, owned */
	size_t n;   /* ids, pieces, or bytes */
	struct toc_str piece;         /* borrowed */
	struct toc_snapshot snapshot; /* its pieces and head are in the copy */
	union {
		toc_store_row *row;
		toc_store_key *key;
		toc_store_blob *blob;
		toc_store_found *found;
		toc_store_head *head;
		toc_store_leaf *leaf;
		toc_store_part *part;
		toc_store_cosignature *cosignature;
		toc_store_stamp *stamp;
	} hand_over;
};

struct toc_backend {
	void (*free)(struct toc_store *s);
	bool (*is_up)(const struct toc_store *s);
	int (*fd)(const struct toc_store *s);
	short (*wants)(const struct toc_store *s);
	int64_t (*next_us)(const struct toc_store *s);
	void (*step)(struct toc_store *s, short revents, int64_t mono_now_us);
	/** Something was queued: begin if nothing is under way. Runs inside the call that queued it: no
	 * callbacks. */
	void (*kick)(struct toc_store *s);
};

/** First member of both stores. */
struct toc_store {
	const struct toc_backend *backend;
	toc_store_on_event *on_event;
	void *event_ctx;
	const struct toc_store *knows; /* whose appends are no news; or NULL */
	struct toc_op queue[TOC_STORE_QUEUE_MAX];
	unsigned head, n;
};

/** @return NULL when nothing waits */
struct toc_op *toc_op_head(struct toc_store *s);
/** Take the head from the queue and call its done. */
void toc_op_end(struct toc_store *s, int result, uint64_t size, const struct toc_error *error);
/** End the first `n` operations alike; what their callbacks queue meanwhile stays. */
void toc_op_end_all(struct toc_store *s, unsigned n, int result, const struct toc_error *error);
/** End, with TOC_EIO, what has waited past its deadline and was never begun. @param begun the head is under
 * way */
void toc_op_end_late(struct toc_store *s, bool begun, int64_t mono_now_us, const char *what_it_waited_for);
/** Earliest deadline in the queue, or INT64_MAX. */
int64_t toc_op_first_deadline(const struct toc_store *s);
void toc_store_tell(struct toc_store *s, enum toc_store_event event, const struct toc_error *why);

#endif
