/* core.h: the keeper as one structure, and what its files do for one another. Only this room includes it.
 *
 *   command.c     frames of the fronts become works
 *   auth.c        credentials, tickets, grants, penalties
 *   cycle.c       batch → append → answers; conflicts and losses
 *   fetch.c       single entries that are wanted again
 *   tail.c        reading what was appended, here and elsewhere
 *   away.c        the journal: while the database is away, and after
 *   answer.c      JSON of the answers
 *   calls.c       what the courier is told to call webhooks, telephones and browsers
 *   called.c      what gateways to telephones report
 *   stamp.c       when the log was there: an authority is asked
 *   cosign.c      members' witnesses: their keys, and what they sign
 *   outside.c     addresses that members gave us to call, and their secrets
 *   erasure.c     what is due to be erased, and what is held until when
 *   publish.c     committed entries to the fronts
 *   deliveries.c  gathered receipts become messages
 *   links.c       the token in the link of an e-mail
 *   outgoing.c    deliveries become jobs of the courier, its outcomes entries; letter.c: what an e-mail says
 *   start.c       keys, snapshot, tail, cases, seed
 *   snapshot.c    copies of the state, in the database and sealed on disk; copy.c: their form, and the disk
 *   health.c      gauges, and whether the journal could be written
 *   steady.c      the clock that no deadline waits for
 *   keeper.c      all of it, and the loop
 */
#ifndef TOC_KEEPER_CORE_H
#define TOC_KEEPER_CORE_H

#include "base/log.h"
#include "child/child.h"
#include "keeper/batch.h"
#include "keeper/cases.h"
#include "keeper/journal.h"
#include "keeper/outgoing.h"
#include "keeper/receipts.h"
#include "keeper/steady.h"
#include "measure/metrics.h"

#define TOC_STORE_DEADLINE TOC_SECONDS(2) /* of one database call: a frozen server is left, not waited for */
#define TOC_STATE_DEADLINE TOC_SECONDS(28) /* of a snapshot, on a connection of its own: it may be large, the disk busy */

enum toc_phase {
	TOC_STARTING,    /* loading; nothing is decided */
	TOC_READY,       /* nothing in flight */
	TOC_APPENDING,   /* a batch is with the database */
	TOC_CATCHING_UP, /* the tip was ahead: reading before deciding again */
	TOC_AWAY,        /* the database cannot be reached */
	TOC_RETURNING,   /* it is back: the journal goes into the ledger before anything else */
};

struct toc_keeper_options {
	const char *node;        /* code in the leaf */
	const char *journal_dir; /* exists, 0700 */
	uint8_t grant_key[32], dup_key[32], journal_key[32], outside_key[32];
	const struct toc_value *allow; /* destinations besides the public internet: ["host", …]; borrowed, may be NULL */
	bool push;                     /* browsers are woken */
	struct toc_keyring *ring;          /* taken over */
	struct toc_store *writer, *reader; /* taken over */
	struct toc_store *slow; /* for snapshots; taken over. NULL: the writer */
	const struct toc_value
		*seed; /* {"messages": into an empty ledger, "always": at every start}; borrowed */
	const char *log_vkey; /* of the log of signed checkpoints, for the welcome; or NULL */
	toc_time (*clock)(void *ctx); /* NULL: the machine's */
	void *clock_ctx;
	int control; /* or -1 */
	const struct toc_value *other_nodes; /* ["https://HOST", …] where members reach them, for the welcome; borrowed, may be NULL */
	const struct toc_value *channels; /* ["e-mail", …] that this deployment serves; borrowed, NULL: none */
	const char *timestamp;            /* the time-stamping authority, or NULL or "": none */
	struct toc_str origin;            /* https://HOST: where links lead */
	const struct toc_value *limits; /* by the names of limit.def; NULL: all as they stand there */
};

struct toc_keeper;
typedef void toc_then(struct toc_keeper *k, int result);

struct toc_keeper {
	struct toc_keeper_options o;
	struct toc_steady *clock;
	struct toc_child *child;
	struct toc_limits limits;
	struct toc_buf out; /* the frame being built */
	enum toc_phase phase;
	bool fatal;     /* the ledger is not what we know it to be: stop */
	bool announced; /* the parent knows that we serve */

	struct toc_world *world;  /* what is in the ledger */
	struct toc_sha256 newest; /* leaf hash of the last entry in it: there may be another one in its place one day */
	struct toc_world *beyond; /* what the journal adds to it; NULL but in TOC_AWAY */
	struct toc_cases *cases;
	struct toc_intake intake;
	struct toc_receipts *receipts;
	struct toc_auth *auth;
	struct toc_outgoing *outgoing;
	struct toc_cosigning *cosigning;
	struct toc_stamping *stamping;
	struct toc_erasure *erasure;

	/* the cycle */
	struct toc_batch *batch; /* in flight, with its keys */
	unsigned races;          /* lost in a row */
	unsigned keyless;        /* appends in a row that were refused because a key had gone */
#define TOC_KEYLESS_MAX 3
	bool locked;             /* the tip is ours until the next append */
	bool holding;            /* the journal is being appended: the state stands still */
	bool leaving;            /* being freed: nothing is begun any more */
	size_t one_by_one;       /* works and deadlines to decide singly: one of them is a data error */
	int64_t due_after_us;    /* deadlines wait until then: too many cannot be entered */
	int64_t passed_over_us;  /* when to try again the deadlines that were passed over; 0: there are none */
	unsigned fetching;       /* works that wait for a row */
	int64_t append_us;       /* when the batch in flight was sent */

	/* reading what was appended */
	struct {
		bool busy, again, wanted, shut; /* shut: keys of what was read do not open here, since: */
		int64_t shut_us;
		bool overtaken; /* another entry stands where the newest of our state was when the read began */
		toc_then *then;
		struct toc_store *from;
		struct toc_arena *arena;
		struct toc_row *rows;
		size_t n, cap;
		uint64_t began, tip; /* size of our state when the read began; what the ledger said */
		struct toc_sha256 newest; /* of our state when the read began */
		int64_t poll_us, heard_us; /* when a read was last complete */
	} tail;

	/* away and back */
	struct toc_journal *journal, *refused; /* refused: what the ledger does not take of it; NULL: its file cannot be used */
	struct toc_away *away;
	int64_t away_us, retry_us; /* since when; when to try to return */

	/* start and snapshots */
	int64_t start_us;
	bool loading, tried_disk, seeded;
	bool few_keys;        /* a start without a database: of the seal keys those of open cases, and no others */
	unsigned unopened; /* seal keys whose wrapping key is not here */
	unsigned start_waits; /* for keys, and for the copy of the state */
	const char *start_failed;
	struct {
		struct toc_uuid *ids;
		size_t n, at; /* before `at` they are here, or on their way */
		bool unread;  /* it took too long once: not at the start */
	} start_cases; /* whose rows are being read */
	uint64_t saved_as_of;
	int64_t save_us;
	struct toc_copy *copy;
	bool leave_copy; /* we go: the last copy does not wait for its time */

	/* health */
	struct {
		toc_time tip;       /* of the newest entry, as far as it was read */
		int64_t probe_us;   /* when the journal's folder is tried again */
		bool tried, writable;
	} health;

	bool deaf[TOC_CHILD_FRONTS_MAX]; /* … a word on somebody's rights among it */
	bool gap[TOC_CHILD_FRONTS_MAX]; /* missed something: is told the tip when it has read what waits */
};

toc_time toc_keeper_now(const struct toc_keeper *k);
/** The newest state there is: what to authenticate against and to show. */
const struct toc_world *toc_keeper_world(const struct toc_keeper *k);
/** Is the directory there, so that a member can be told from a stranger? */
bool toc_keeper_knows(const struct toc_keeper *k);
struct toc_batch_tools toc_keeper_tools(struct toc_keeper *k);
void toc_keeper_fatal(struct toc_keeper *k, const char *event, const struct toc_error *e);

/* cycle.c */
void toc_cycle_turn(struct toc_keeper *k);
int64_t toc_cycle_next_us(const struct toc_keeper *k);
void toc_cycle_store_event(void *keeper, enum toc_store_event event, const struct toc_error *why);
/** The deadline that is next due in w cannot be entered. The others do not wait for it. */
void toc_cycle_pass_over(struct toc_keeper *k, struct toc_world *w, const char *why);
void toc_cycle_finish(struct toc_keeper *k, struct toc_work *w, const struct toc_batch *b, bool recorded);

/* tail.c */
/** Read what the ledger has beyond our state, apply and publish it; then call `then` (may be NULL). */
void toc_tail(struct toc_keeper *k, toc_then *then);
void toc_tail_poll(struct toc_keeper *k);
/** Load all seal keys: many, at the start. Those that others make come with their entries. */
int toc_load_keys(struct toc_keeper *k, struct toc_store *from, toc_store_done *done) TOC_MUSTCHECK;
/** An entry is in the ledger: what follows for the cache, sessions and fronts. Applied by the caller. */
void toc_committed(struct toc_keeper *k, const struct toc_opened *e, const struct toc_row *row);

/* fetch.c */
void toc_fetch_entry(struct toc_keeper *k, struct toc_work *w, struct toc_uuid eid);
/** Answer a work that was accepted before, as its entry says. */
void toc_fetch_answer(struct toc_keeper *k, struct toc_work *w);

/** Finds entries in the cache of cases; a toc_resolve. */
int toc_fetch_resolve(void *keeper, struct toc_uuid eid, struct toc_arena *a, struct toc_opened *ret_opened,
		      bool *ret_has_seq);

/* away.c */
/** What was answered to a message that is in the journal; NULL. */
const struct toc_value *toc_away_answer(const struct toc_keeper *k, struct toc_uuid eid);
/** An entry that is in the journal, read from there. @return 0 or TOC_ENOTFOUND */
int toc_away_find(struct toc_keeper *k, struct toc_uuid eid, struct toc_arena *a,
		  struct toc_opened *ret_opened) TOC_MUSTCHECK;
/** Tell a front what is in the journal and not yet in the ledger. */
void toc_away_repeat(struct toc_keeper *k, unsigned front);
void toc_away_begin(struct toc_keeper *k, const char *why);
void toc_away_turn(struct toc_keeper *k);

/* back.c */
void toc_return_begin(struct toc_keeper *k);

/* start.c */
void toc_start_turn(struct toc_keeper *k);
int64_t toc_start_next_us(const struct toc_keeper *k);
void toc_start_done(struct toc_keeper *k); /* serving: tell the parent and the fronts */

/* snapshot.c */
struct toc_copy *toc_copy_new(void);
void toc_copy_free(struct toc_keeper *k); /* before the world */
void toc_snapshot_turn(struct toc_keeper *k);
int64_t toc_snapshot_next_us(const struct toc_keeper *k);
bool toc_snapshot_is_under_way(const struct toc_keeper *k);
/** Something is going to be written into k->world, under which the state may be being saved. */
void toc_snapshot_make_way(struct toc_keeper *k);
/** Let the state be one again, at once: somebody wants to lie over it for long. */
void toc_snapshot_hurry(struct toc_keeper *k);
/** The sealed copy on disk, when there is no database. @return 0, TOC_ENOTFOUND, TOC_EPROOF … */
int toc_snapshot_from_disk(struct toc_keeper *k, struct toc_error *reterr) TOC_MUSTCHECK;
/** @param pieces taken over, in any case */
struct toc_head;
int toc_snapshot_load(struct toc_keeper *k, const struct toc_head *head, struct toc_piece **pieces, size_t n,
		      struct toc_error *reterr) TOC_MUSTCHECK;
/** What was loaded is not a state of this ledger: begin with none. */
void toc_snapshot_forget(struct toc_keeper *k);

/* command.c */
void toc_keeper_frame(void *keeper, unsigned front, struct toc_frame *frame);
/** Let a work in, or answer `busy`. Takes it over either way. */
void toc_keeper_put(struct toc_keeper *k, struct toc_work *w);
/** A message of the server's own, for decide: {id, type, schema_version, mode: system, sent_at, body}. */
struct toc_work *toc_server_work(struct toc_keeper *k, const char *type, const char *step);
/** A message of the seed. @return 0, or -1 (fatal was called) */
int toc_keeper_seed(struct toc_keeper *k, const struct toc_value *raw,
		    struct toc_work **ret_work) TOC_MUSTCHECK;
/** Receipts that have waited long enough become works. */
void toc_keeper_receipts(struct toc_keeper *k);
/** All that wait do, before a command that asks who has had something, or moves a clock, is decided. */
void toc_keeper_receipts_before(struct toc_keeper *k, struct toc_str command);

/* answer.c */
void toc_answer(struct toc_keeper *k, const struct toc_work *w, unsigned http, struct toc_str json);
void toc_answer_refused(struct toc_keeper *k, const struct toc_work *w);
/** What "accepted" and "journaled" say of an entry: id, k, at, case?, recipients?; seq when it is recorded.
 */
struct toc_value *toc_answer_entry(struct toc_arena *a, const struct toc_opened *e, bool recorded);
/** To whoever looked something up: what was found. */
void toc_answer_found(const struct toc_work *w, struct toc_value *answer);
struct toc_str toc_answer_reply(struct toc_arena *a, const char *op, uint64_t ref,
				const struct toc_value *reply);

/* outside.c */
/** May the address that a message declares be called? @return 0, or -1 and w->refusal */
int toc_outside_check(const struct toc_keeper *k, struct toc_work *w);
/** It said that it is gone (410; of a push service 404 as well): it is called no more. */
void toc_outside_gone(struct toc_keeper *k, enum toc_way way, struct toc_uuid to, unsigned code);
/** Add to the answer what only whoever asked for it is told: a hook's secret. */
void toc_outside_tell(const struct toc_keeper *k, const struct toc_work *w, const struct toc_opened *e,
		      struct toc_value *answer);
/** Add to a welcome: {"push": {"allowed", "key"}}. */
void toc_outside_welcome(const struct toc_keeper *k, struct toc_arena *a, const struct toc_principal *p,
			 struct toc_value *welcome);

/* called.c */
struct toc_hook;
struct toc_hook_key;
void toc_called_frame(struct toc_keeper *k, unsigned front, struct toc_frame *f);
/** The secrets that are good for a hook now, the newest first. @param ret room for TOC_HOOK_KEYS_MAX @return count */
size_t toc_outside_keys(const struct toc_keeper *k, const struct toc_hook *h, struct toc_hook_key *ret);
/** The two digits that a call asks for, as text. */
void toc_call_digits(const struct toc_keeper *k, struct toc_uuid delivery, char ret[3]);

/* cosign.c */
struct toc_cosigning *toc_cosigning_new(struct toc_keeper *k);
void toc_cosigning_free(struct toc_cosigning *c);
/** Is the key that a message registers a witness's, and does whoever registers it have it? @return 0, or -1 and w->refusal */
int toc_witness_check(const struct toc_keeper *k, struct toc_work *w);
/** {"line", "size"?} of a member. Takes the work over and answers it. */
void toc_cosign_take(struct toc_keeper *k, struct toc_work *w, struct toc_str json);
void toc_cosign_turn(struct toc_keeper *k);
int64_t toc_cosign_next_us(const struct toc_keeper *k);
/* erasure.c */
struct toc_erasure *toc_erasure_new(struct toc_keeper *k);
void toc_erasure_free(struct toc_erasure *e);
void toc_erasure_turn(struct toc_keeper *k);
int64_t toc_erasure_next_us(const struct toc_keeper *k);
/** Look at once at what is due. */
void toc_erasure_wanted(struct toc_keeper *k);
/** All seal keys are read anew, then `then` runs, perhaps at once. One at a time, and not while READY. */
void toc_erasure_reread(struct toc_keeper *k, toc_then *then);
void toc_erasure_committed(struct toc_keeper *k, const struct toc_entry *e);
/** A question for what is held until when (erase.list). @return false: it is another one, and still the caller's */
bool toc_erasure_list(struct toc_keeper *k, struct toc_work *w);

/* stamp.c */
struct toc_stamping *toc_stamping_new(struct toc_keeper *k);
void toc_stamping_free(struct toc_stamping *s);
void toc_stamp_turn(struct toc_keeper *k);
int64_t toc_stamp_next_us(const struct toc_keeper *k);
void toc_stamp_courier(struct toc_keeper *k, bool here);
/** The courier's word, GOT or OUTCOME. @return false: it is not of a time stamp */
bool toc_stamp_frame(struct toc_keeper *k, struct toc_frame *f);

/* auth.c */
struct toc_auth *toc_auth_new(void);
void toc_auth_free(struct toc_auth *a);
void toc_auth_frame(struct toc_keeper *k, unsigned front, struct toc_frame *frame);
/** Open a grant for a command. @return 0, or -1: not authenticated (words in ret_refusal) */
int toc_auth_principal(struct toc_keeper *k, struct toc_arena *a, struct toc_str grant,
		       struct toc_principal *ret, struct toc_refusal *ret_refusal) TOC_MUSTCHECK;
/** A sign-in was decided and committed, or refused. */
void toc_auth_signed_in(struct toc_keeper *k, const struct toc_work *w);
void toc_auth_turn(struct toc_keeper *k); /* send the answers whose penalty is over */
int64_t toc_auth_next_us(const struct toc_keeper *k);
void toc_auth_front_gone(struct toc_keeper *k, unsigned front);

/* publish.c */
void toc_publish(struct toc_keeper *k, const struct toc_opened *e);
void toc_publish_urgent(struct toc_keeper *k, const struct toc_opened *e, unsigned front); /* as tip */
/** One that the ledger does not take: to those of its readers who may still read it. */
void toc_publish_kept(struct toc_keeper *k, const struct toc_opened *e, unsigned front);
void toc_publish_tip(struct toc_keeper *k, unsigned front); /* to one, or to all: TOC_CHILD_FRONTS_MAX */
/** To a front that is new or missed something: the tip, and what is in the journal. */
void toc_publish_catch_up(struct toc_keeper *k, unsigned front);
/** Close what is open with the rights that were. */
/** Before the erasure's own entry. */
void toc_publish_forget(struct toc_keeper *k, const struct toc_entry *e);
void toc_publish_revoke(struct toc_keeper *k, const struct toc_narrowed *whose);
void toc_publish_turn(struct toc_keeper *k);         /* close gaps */
void toc_send(struct toc_keeper *k, unsigned front); /* what is in k->out */

/* health.c */
void toc_keeper_gauges(struct toc_keeper *k); /* every turn, at least once a second */

/* keeper.c */
struct toc_keeper *toc_keeper_new(const struct toc_keeper_options *o);
void toc_keeper_free(struct toc_keeper *k);
int toc_keeper_turn(struct toc_keeper *k, toc_dur at_most) TOC_MUSTCHECK; /* TOC_ECLOSED: time to go */

#endif
