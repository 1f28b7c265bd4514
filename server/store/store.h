/* store.h: the ledger at rest. One header, two stores: PostgreSQL, and memory for tests; one contract suite.
 *
 * A toc_store is one connection. Operations are queued and run in order, each with its own deadline: a frozen
 * server is left, not waited for. Nothing here blocks and no callback runs inside the call that queued it; the
 * owner's loop watches toc_store_fd() for toc_store_wants() and calls toc_store_step(). Tests and start-up use
 * toc_store_wait(), which is that loop.
 */
#ifndef TOC_STORE_STORE_H
#define TOC_STORE_STORE_H

#include "ledger/ledger.h"

#define TOC_APPEND_MAX 1024 /* rows of one append: a batch of 256 commands and what follows from them */

/** One entry's bytes. Borrowed by append until done; valid in a row callback only until it returns. */
struct toc_row {
	uint64_t seq;               /* set by reads; by append: expected_size + index */
	struct toc_str leaf;        /* exact bytes */
	struct toc_str body;        /* exact bytes: canonical JSON {"decided":…,"message":…} */
	uint8_t body_salt[TOC_SALT_BYTES];
	struct toc_uuid actor_key, data_key; /* seal key ids; nil when the part is absent (erased) */
	struct toc_str actor_sealed, data_sealed;
};
struct toc_key_row { /* a wrapped seal key */
	struct toc_uuid id, wrapping_id;
	struct toc_str subject, retention, wrapped;
};
struct toc_append {
	uint64_t expected_size;
	const struct toc_row *rows;
	size_t n_rows;
	const struct toc_key_row *keys; /* new seal keys, inserted in the same transaction before append */
	size_t n_keys;
};

struct toc_store;

/** Outcome of an operation: 0, or TOC_ECONFLICT (append: tip is not expected_size; `size` tells where it is),
 * TOC_EINVAL (data error, SQLSTATE class 22 or 23: retry one by one), TOC_ETIMEOUT / TOC_ECLOSED (connection lost or
 * deadline passed after the request was sent: outcome unknown, use toc_store_find), TOC_EIO (never sent). */
typedef void toc_store_done(void *ctx, int result, uint64_t size, const struct toc_error *error);
typedef void toc_store_row(void *ctx, const struct toc_row *row);
typedef void toc_store_key(void *ctx, const struct toc_key_row *key);
typedef void toc_store_blob(void *ctx, uint64_t as_of, int version, struct toc_str bytes);
typedef void toc_store_found(void *ctx, struct toc_uuid eid, uint64_t seq);

struct toc_store *toc_store_memory_new(void);
/** Two handles on one memory ledger: two nodes in a contract test. */
struct toc_store *toc_store_memory_share(struct toc_store *other);
/** @param conninfo libpq's; password inside is never logged. Connects in the background and again after a loss,
 * after 100 ms doubling to 2 s, with `listen` also LISTENs. */
struct toc_store *toc_store_pg_new(const char *conninfo, bool listen);
void toc_store_free(struct toc_store *s); /* pending operations end with TOC_ECLOSED */

bool toc_store_is_up(const struct toc_store *s);
/** Called when the connection comes up, is lost, or another session appended (NOTIFY). */
enum toc_store_event { TOC_STORE_UP, TOC_STORE_DOWN, TOC_STORE_APPENDED };
typedef void toc_store_on_event(void *ctx, enum toc_store_event event, const struct toc_error *why);
void toc_store_watch(struct toc_store *s, toc_store_on_event *on_event, void *ctx);

int toc_store_fd(const struct toc_store *s);    /* -1 while there is none; may change in step */
short toc_store_wants(const struct toc_store *s); /* POLLIN | POLLOUT */
int64_t toc_store_next_us(const struct toc_store *s); /* monotonic time at which step wants to be called anyway */
void toc_store_step(struct toc_store *s, short revents, int64_t mono_now_us);
/** Run until nothing is pending or `timeout` has passed. @return 0 or TOC_ETIMEOUT */
int toc_store_wait(struct toc_store *s, toc_dur timeout) TOC_MUSTCHECK;

/* Each returns 0 if queued, TOC_ELIMIT if 64 operations wait already; then done is not called. `deadline` counts
 * from the moment of the call. */
int toc_store_append(struct toc_store *s, const struct toc_append *what, toc_dur deadline, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Rows with seq >= from, in order, at most limit (<= 4096); done's size is the tip's. */
int toc_store_read(struct toc_store *s, uint64_t from, unsigned limit, toc_dur deadline, toc_store_row *row, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Rows of these cases, in order. */
int toc_store_read_cases(struct toc_store *s, const struct toc_uuid *cases, size_t n, toc_dur deadline, toc_store_row *row, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
int toc_store_find(struct toc_store *s, const struct toc_uuid *eids, size_t n, toc_dur deadline, toc_store_found *found, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
int toc_store_keys(struct toc_store *s, toc_dur deadline, toc_store_key *key, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
int toc_store_snapshot_save(struct toc_store *s, uint64_t as_of, int version, struct toc_str bytes, toc_dur deadline, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
int toc_store_snapshot_load(struct toc_store *s, int version, toc_dur deadline, toc_store_blob *blob, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Take the tip's row lock first: used after two lost races. The next append on this store runs in the same
 * transaction; done's size is the tip's. The lock ends with that append, or by the server's own time-out. */
int toc_store_lock_tip(struct toc_store *s, toc_dur deadline, toc_store_done *done, void *ctx) TOC_MUSTCHECK;

#endif
