/* store.h: the ledger at rest. One header, two stores: PostgreSQL, and memory for tests; one contract suite.
 *
 * A toc_store is one connection. Operations are queued and run in order, each with its own deadline: a frozen
 * server is left, not waited for. Nothing here blocks and no callback runs inside the call that queued it;
 * the owner's loop watches toc_store_fd() for toc_store_wants() and calls toc_store_step(). Tests and
 * start-up use toc_store_wait(), which is that loop.
 */
#ifndef TOC_STORE_STORE_H
#define TOC_STORE_STORE_H

#include "ledger/ledger.h"

#define TOC_APPEND_MAX 1024 /* rows of one append: a batch of 256 commands and what follows from them */
#define TOC_READ_MAX 4096   /* rows of one read */
#define TOC_FIND_MAX 256    /* ids of one find */
#define TOC_STORE_QUEUE_MAX 64
#define TOC_BODY_BYTES_MAX (1u << 20)
#define TOC_SEALED_BYTES_MAX (1u << 20)

/** One entry's bytes. Borrowed by append until done; valid in a row callback only until it returns. */
struct toc_row {
	uint64_t seq;        /* set by reads; by append: expected_size + index */
	struct toc_str leaf; /* exact bytes */
	struct toc_str body; /* exact bytes: canonical JSON {"decided":…,"message":…} */
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

/** What is hashed of an entry, for whoever computes the tree again. */
struct toc_leaf_row {
	uint64_t seq;
	struct toc_str leaf, body; /* exact bytes */
	uint8_t body_salt[TOC_SALT_BYTES];
	struct toc_sha256 leaf_hash; /* as it is stored */
};
/** A full tile: (level, n) is the root of 256^(level + 1) leaves. */
struct toc_tile_root {
	unsigned level;
	uint64_t n;
	struct toc_sha256 root;
};
/** What is kept of the state after so many entries: pieces that are kept already, and what is said of them. */
struct toc_snapshot {
	int version;
	uint64_t as_of;
	struct toc_str head;
	const struct toc_sha256 *pieces; /* their SHA-256 */
	size_t n_pieces;
	uint8_t sum[32]; /* says whether two snapshots are the same state */
};
#define TOC_SNAPSHOT_PIECES_MAX 65536
struct toc_publication {
	struct toc_str origin;
	uint64_t size;
	struct toc_sha256 root;
	struct toc_str note; /* the signed checkpoint; empty: only tiles, of a long way to the next one */
	const struct toc_tile_root *tiles; /* that became full */
	size_t n_tiles;
};
#define TOC_PUBLISH_TILES_MAX 4096

struct toc_store;

/** Outcome of an operation:
 *   0              done; `size` is the tip's where the operation says so, else 0
 *   TOC_ECONFLICT  append: the tip is not at expected_size; `size` tells where it is. Nothing happened
 *                  publish: it does not go with what was published (error says how)
 *   TOC_EINVAL     a row or key that the ledger does not take (SQLSTATE class 22 or 23): retry one by one
 *   TOC_ENOTFOUND  append: a seal key that it names was erased, or a new one is wrapped under a wrapping key that was replaced:
 *                  read the keys anew and make it again
 *   TOC_EIO        it did not happen: the store is away, the request was never sent, or the server refused it
 * for reasons of its own (read only, out of disk, lock not given in time) TOC_ETIMEOUT, TOC_ECLOSED  our
 * deadline passed, or the connection was lost, after it was sent: outcome unknown, use toc_store_find. The
 * connection is given up; operations queued behind it end with TOC_EIO Rows may have been handed over before
 * a read that fails. A callback may queue operations, but not free the store. */
typedef void toc_store_done(void *ctx, int result, uint64_t size, const struct toc_error *error);
typedef void toc_store_row(void *ctx, const struct toc_row *row);
typedef void toc_store_key(void *ctx, const struct toc_key_row *key);
typedef void toc_store_blob(void *ctx, uint64_t as_of, int version, struct toc_str bytes);
typedef void toc_store_found(void *ctx, struct toc_uuid eid, uint64_t seq);
typedef void toc_store_leaf(void *ctx, const struct toc_leaf_row *row);
/** @param size of the ledger or checkpoint; @param note empty for the tip */
typedef void toc_store_head(void *ctx, uint64_t size, struct toc_sha256 root, struct toc_str note);

struct toc_store *toc_store_memory_new(void);
/** Two handles on one memory ledger: two nodes in a contract test. */
struct toc_store *toc_store_memory_share(struct toc_store *other);
/** Break a memory store on purpose, until it is set back to WELL. */
enum toc_memory_fault {
	TOC_MEMORY_WELL,
	TOC_MEMORY_AWAY,        /* cannot be reached: operations end with TOC_EIO */
	TOC_MEMORY_FROZEN,      /* takes operations and never answers: they end at their deadline */
	TOC_MEMORY_RACED,       /* another one is always first, unless the tip's lock is ours */
	TOC_MEMORY_BUSY,        /* answers, but not to who wants much, the rows of cases or 16 new ones at once: that ends at its deadline */
	TOC_MEMORY_LOSE_ANSWER, /* the next append takes effect, and then the connection is lost */
};
void toc_store_memory_fault(struct toc_store *s, enum toc_memory_fault fault);
/** Leave the ledger its first `size` entries, and snapshots as they are: what a standby knows that is promoted too early, or an older dump. */
void toc_store_memory_cut(struct toc_store *s, uint64_t size);
/** Let the ledger refuse this entry as if it broke a rule of the database. @param eid nil: no longer */
void toc_store_memory_refuse(struct toc_store *s, struct toc_uuid eid);

/** @param conninfo libpq's; a password inside is never shown. Connects in the background, and again after a
 * loss, after 100 ms doubling to 2 s; with `listen` also LISTENs. A server that only reads (a standby) counts
 * as away. */
struct toc_store *toc_store_pg_new(const char *conninfo, bool listen);
void toc_store_free(struct toc_store *s); /* pending operations end with TOC_ECLOSED */

bool toc_store_is_up(const struct toc_store *s);
/** Called, in a step, when the connection comes up, when it is lost or cannot be made (`why`, each time
 * another reason is found), and when another session appended, or published a checkpoint (NOTIFY). */
enum toc_store_event { TOC_STORE_UP, TOC_STORE_DOWN, TOC_STORE_APPENDED, TOC_STORE_PUBLISHED };
typedef void toc_store_on_event(void *ctx, enum toc_store_event event, const struct toc_error *why);
void toc_store_watch(struct toc_store *s, toc_store_on_event *on_event, void *ctx);
/** What `writer` appends is its owner's own and no news: `s` tells APPENDED of others only. The writer outlives the last
 * step of `s`. */
void toc_store_knows(struct toc_store *s, const struct toc_store *writer);

int toc_store_fd(const struct toc_store *s);      /* -1 while there is none; may change in step */
short toc_store_wants(const struct toc_store *s); /* POLLIN | POLLOUT */
int64_t
toc_store_next_us(const struct toc_store *s); /* monotonic time at which step wants to be called anyway */
void toc_store_step(struct toc_store *s, short revents, int64_t mono_now_us);
size_t toc_store_pending(const struct toc_store *s); /* operations whose done has not run */
/** Run until nothing is pending or `timeout` has passed. @return 0 or TOC_ETIMEOUT */
int toc_store_wait(struct toc_store *s, toc_dur timeout) TOC_MUSTCHECK;
/** Run until the store is up. @return 0, or TOC_ETIMEOUT with the last reason */
int toc_store_wait_up(struct toc_store *s, toc_dur timeout, struct toc_error *reterr) TOC_MUSTCHECK;

/* Each returns 0 if queued, TOC_ELIMIT if TOC_STORE_QUEUE_MAX operations wait already; then done is not
 * called. `deadline` counts from the moment of the call, waiting included. Arguments are copied, but for the
 * rows and keys of append. While a connection is being made operations wait for it; if that fails they end
 * with TOC_EIO. */
int toc_store_append(struct toc_store *s, const struct toc_append *what, toc_dur deadline,
		     toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Rows with seq >= from, in order, at most limit (<= TOC_READ_MAX); done's size is the tip's. */
int toc_store_read(struct toc_store *s, uint64_t from, unsigned limit, toc_dur deadline, toc_store_row *row,
		   toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Rows of these cases, in order. done's size is 0. */
int toc_store_read_cases(struct toc_store *s, const struct toc_uuid *cases, size_t n, toc_dur deadline,
			 toc_store_row *row, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Recalls (k "M25.recall") with seq >= from, in order: who reads history looks at them first. done's size is 0. */
int toc_store_recalls(struct toc_store *s, uint64_t from, toc_dur deadline, toc_store_row *row, toc_store_done *done,
		      void *ctx) TOC_MUSTCHECK;
/** What registers and revokes members' witnesses (k "witness.…"), in order. done's size is 0. */
int toc_store_witnesses(struct toc_store *s, toc_dur deadline, toc_store_row *row, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Which of these event ids (at most TOC_FIND_MAX) are in the ledger. After an unknown outcome: a server that was frozen may still
 * carry out what it was sent, so "not found" holds only until then. Append again: of the two, expected_size
 * lets one in. */
int toc_store_find(struct toc_store *s, const struct toc_uuid *eids, size_t n, toc_dur deadline,
		   toc_store_found *found, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** These seal keys, wrapped; of those that are not there nothing. */
int toc_store_keys_of(struct toc_store *s, const struct toc_uuid *ids, size_t n, toc_dur deadline, toc_store_key *key,
		      toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** All seal keys, wrapped, in order of id. */
int toc_store_keys(struct toc_store *s, toc_dur deadline, toc_store_key *key, toc_store_done *done,
		   void *ctx) TOC_MUSTCHECK;
/** Where the parts are that these keys seal: runs of numbers that follow one another. part: 1 actor, 2 data. */
typedef void toc_store_part(void *ctx, struct toc_uuid key, unsigned part, uint64_t first, uint64_t last);
int toc_store_parts(struct toc_store *s, const struct toc_uuid *keys, size_t n, toc_dur deadline, toc_store_part *part,
		    toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Until when what a key seals is kept: for who audits. */
struct toc_kept {
	struct toc_uuid key, exercise; /* nil: it is real */
	toc_time due;                  /* NEVER: its end is not in sight */
	bool held;
};
int toc_store_keep_until(struct toc_store *s, const struct toc_kept *kept, size_t n, toc_dur deadline, toc_store_done *done,
			 void *ctx) TOC_MUSTCHECK;
/** Keys that were erased, and came back with an older copy of the database: id, subject, retention. */
int toc_store_revenants(struct toc_store *s, toc_dur deadline, toc_store_key *key, toc_store_done *done,
			void *ctx) TOC_MUSTCHECK;
/** Keep a piece of a snapshot, under its SHA-256. Borrowed until done. One that no snapshot has goes after an hour. */
int toc_store_piece_save(struct toc_store *s, struct toc_str bytes, toc_dur deadline, toc_store_done *done,
			 void *ctx) TOC_MUSTCHECK;
/** Those of these pieces that are there, in no promised order: a blob each, with as_of and version 0. */
int toc_store_pieces_load(struct toc_store *s, const struct toc_sha256 *pieces, size_t n, toc_dur deadline,
			  toc_store_blob *blob, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Keep a snapshot (and the one before it). as_of over the tip's size, or a piece that is not there, is TOC_EINVAL. */
int toc_store_snapshot_save(struct toc_store *s, const struct toc_snapshot *what, toc_dur deadline,
			    toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** The head of the newest snapshot of this version; blob is not called when there is none. One that has more entries than the ledger, of
 * which somebody has cut the end off, is none. */
int toc_store_snapshot_load(struct toc_store *s, int version, toc_dur deadline, toc_store_blob *blob,
			    toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Take the tip's row lock first: used after two lost races. The next append on this store runs in the same
 * transaction, and reads before it see the same tip; done's size is the tip's. The lock ends with that
 * append, with unlock, or after a second of idling by the server's own time-out, which ends the connection.
 */
int toc_store_lock_tip(struct toc_store *s, toc_dur deadline, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Give the lock back without appending: everything was refused after all. Without a lock, nothing. */
int toc_store_unlock_tip(struct toc_store *s, toc_dur deadline, toc_store_done *done,
			 void *ctx) TOC_MUSTCHECK;

/* ---- the log: what signer and archive need of it ---- */

/** The tip's size and root. */
int toc_store_tip(struct toc_store *s, toc_dur deadline, toc_store_head *head, toc_store_done *done,
		  void *ctx) TOC_MUSTCHECK;
/** The newest checkpoint of this origin; head is not called when there is none. */
int toc_store_checkpoint(struct toc_store *s, struct toc_str origin, toc_dur deadline, toc_store_head *head,
			 toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Entries from <= seq < to, in order, at most TOC_READ_MAX. */
int toc_store_leaves(struct toc_store *s, uint64_t from, uint64_t to, toc_dur deadline, toc_store_leaf *leaf,
		     toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** The same without bodies and their salts: what a bundle of the log shows. */
int toc_store_bundle(struct toc_store *s, uint64_t from, uint64_t to, toc_dur deadline, toc_store_leaf *leaf,
		     toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** `n` hashes side by side at a level of tiles (0: leaves), from number `first`: blob once, 32 bytes each, as many as
 * are there; as_of is `first`. */
int toc_store_hashes(struct toc_store *s, unsigned level, uint64_t first, unsigned n, toc_dur deadline,
		     toc_store_blob *blob, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Publish a checkpoint and the tiles that are full by it, in one transaction. What is the same as before changes
 * nothing. `what` is borrowed until done. */
int toc_store_publish(struct toc_store *s, const struct toc_publication *what, toc_dur deadline, toc_store_done *done,
		      void *ctx) TOC_MUSTCHECK;

/* ---- what others say of checkpoints ---- */

/** The line of a member's witness under a checkpoint. */
struct toc_cosignature {
	struct toc_str origin, org, line;
	uint64_t size;
	int64_t unix_s;      /* what it says of when */
	struct toc_str note; /* of reads: the checkpoint's, as it was signed */
};
typedef void toc_store_cosignature(void *ctx, const struct toc_cosignature *cosignature);
/** The checkpoint of this origin and size, if it is the newest or not an hour old; head is not called when there is none. */
int toc_store_checkpoint_of(struct toc_store *s, struct toc_str origin, uint64_t checkpoint, toc_dur deadline,
			    toc_store_head *head, toc_store_done *done, void *ctx) TOC_MUSTCHECK;
/** Keep a cosignature, which was checked. TOC_ECONFLICT: this member has cosigned a later one, of `size` entries. The
 * same again changes nothing. `what` is borrowed until done. */
int toc_store_cosign(struct toc_store *s, const struct toc_cosignature *what, toc_dur deadline, toc_store_done *done,
		     void *ctx) TOC_MUSTCHECK;
#define TOC_STORE_NEWEST UINT64_MAX
/** The cosignatures of the checkpoint of this size, or of the newest that anybody has cosigned; by organisation. */
int toc_store_cosignatures(struct toc_store *s, struct toc_str origin, uint64_t checkpoint, toc_dur deadline,
			   toc_store_cosignature *cosignature, toc_store_done *done, void *ctx) TOC_MUSTCHECK;

/** A time stamp of a checkpoint's note. */
struct toc_stamp {
	struct toc_str origin, authority;
	uint64_t size;
	int64_t unix_s;                           /* what the authority says */
	struct toc_str query, response, chain;    /* DER, DER, PEM */
	struct toc_str note;                      /* of a read of one: what was stamped */
};
typedef void toc_store_stamp(void *ctx, const struct toc_stamp *stamp);
/** Keep a time stamp, which was checked. Of one size and authority the first stays. `what` is borrowed until done. */
int toc_store_add_stamp(struct toc_store *s, const struct toc_stamp *what, toc_dur deadline, toc_store_done *done,
			void *ctx) TOC_MUSTCHECK;
/** That of the checkpoint of this size, or with TOC_STORE_NEWEST the newest thousand, newest first. */
int toc_store_stamps(struct toc_store *s, struct toc_str origin, uint64_t checkpoint, toc_dur deadline, toc_store_stamp *stamp,
		     toc_store_done *done, void *ctx) TOC_MUSTCHECK;

/* ---- blocking, for start-up and for the command line ---- */

/** Bring the schema up to what this program carries: roles, migrations, functions, grants (sql/README.md).
 * Forward only, all or nothing, under an advisory lock.
 * @param conninfo of a superuser, or of a role that may create roles and schemas in this database
 * @param ret_applied number of migrations that were new; may be NULL
 * @return 0; TOC_EIO; TOC_ECONFLICT when the database is newer than this program, or an old migration was
 * altered */
int toc_store_migrate(const char *conninfo, unsigned *ret_applied, struct toc_error *reterr) TOC_MUSTCHECK;

/** What `tocsind db status` shows. */
struct toc_store_status {
	char server_version[64];
	bool read_only;     /* a standby, or default_transaction_read_only */
	unsigned migration; /* the newest applied; 0 when there is no schema */
	uint64_t size;      /* entries */
	struct toc_sha256 root;
	int64_t bytes; /* of the whole database */
};
int toc_store_status(const char *conninfo, struct toc_store_status *ret_status,
		     struct toc_error *reterr) TOC_MUSTCHECK;

#endif
