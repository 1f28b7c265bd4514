/* cycle.c: decide, append, answer; then the next batch. One batch is in flight at a time.
 *
 *   READY ── batch of up to 256 works and the deadlines that passed ──► APPENDING
 *   APPENDING ── committed ─────────────► merge, publish, answer ─────► READY
 *             ── the tip was ahead ─────► drop, read the tail ────────► READY (lost twice: with the lock)
 *             ── data error ────────────► drop, decide one by one; the culprit alone is refused: a work by an
 *                                         answer, a deadline by being passed over for a while
 *             ── lost or late answer ───► drop, AWAY; what became of it is seen when the tail is read again
 *
 * After a lost answer the works go back to the head of their lanes. On return the tail is read first: if the
 * batch was committed, its entries are there, and deciding the same works again says `duplicate`. If the old
 * connection's commit is still under way, the next append waits for the tip's lock, finds the tip ahead, and
 * we are at the conflict again. Either way each work takes effect once. */
#include "keeper/core.h"

#define RACES_MAX 2
#define DUE_PAUSE_US 30000000
#define FILL_US 20000 /* a threat that comes meanwhile waits no longer than this, and what is under way */

/* Receipts and sign-outs may come too late, which is nobody's fault; a seed that is refused is a broken
 * directory. */
static void own_refused(struct toc_keeper *k, const struct toc_work *w)
{
	struct toc_error error;
	toc_fail(&error, TOC_EINVAL, "%.*s: %s %s %s", TOC_STR_ARGS(w->command.k),
		 toc_refusal_wire(w->refusal.code), w->refusal.field, w->refusal.detail);
	if (!k->announced)
		toc_keeper_fatal(k, "seed_refused", &error);
	else
		toc_log(TOC_LOG_WARN, "own_message_refused", "ignoring: %s", error.text);
}

static void count(const struct toc_work *w, bool recorded)
{
	static const unsigned verdicts[2][5] = {
		[TOC_IS_LANE_THREAT] = { [TOC_WORK_REFUSED] = TOC_IS_THREAT_REFUSED,
					 [TOC_WORK_ACCEPTED] = TOC_IS_THREAT_ACCEPTED,
					 [TOC_WORK_DUPLICATE] = TOC_IS_THREAT_DUPLICATE,
					 [TOC_WORK_ANSWERED] = TOC_IS_THREAT_ANSWERED },
		[TOC_IS_LANE_OTHER] = { [TOC_WORK_REFUSED] = TOC_IS_OTHER_REFUSED,
					[TOC_WORK_ACCEPTED] = TOC_IS_OTHER_ACCEPTED,
					[TOC_WORK_DUPLICATE] = TOC_IS_OTHER_DUPLICATE,
					[TOC_WORK_ANSWERED] = TOC_IS_OTHER_ANSWERED },
	};
	unsigned lane = w->threat ? TOC_IS_LANE_THREAT : TOC_IS_LANE_OTHER;
	unsigned verdict = verdicts[lane][w->outcome];

	if (w->outcome == TOC_WORK_ACCEPTED && !recorded)
		verdict = w->threat ? TOC_IS_THREAT_JOURNALED : TOC_IS_OTHER_JOURNALED;
	toc_count_as(TOC_METRIC_KEEPER_COMMANDS, verdict);
	if (w->outcome == TOC_WORK_REFUSED)
		toc_count_as(TOC_METRIC_KEEPER_REFUSED, w->refusal.code);
	if (w->since_us)
		toc_observe(TOC_METRIC_KEEPER_ANSWER, lane, toc_clock_mono_us() - w->since_us);
}

static void accepted(struct toc_keeper *k, const struct toc_work *w, const struct toc_opened *e, bool recorded)
{
	struct toc_value *reply = toc_answer_entry(w->arena, e, recorded);

	toc_outside_tell(k, w, e, reply);
	toc_answer_found(w, reply);
	toc_answer(k, w, recorded ? 200 : 202,
		   toc_answer_reply(w->arena, recorded ? "accepted" : "journaled", w->ref, reply));
}

void toc_cycle_finish(struct toc_keeper *k, struct toc_work *w, const struct toc_batch *b, bool recorded)
{
	count(w, recorded);
	const struct toc_opened *e = NULL;

	/* of the server's own messages nobody waits for an answer */
	if (w->outcome == TOC_WORK_DUPLICATE && w->kind != TOC_WORK_SERVER) {
		for (size_t i = 0; i < b->n && !e; i++) /* twice in one batch */
			if (b->made[i].opened.entry.seq == w->seq)
				e = &b->made[i].opened;
		if (!e && w->kind != TOC_WORK_SERVER) {
			toc_fetch_answer(k, w);
			return;
		}
	}
	if (w->outcome == TOC_WORK_ACCEPTED)
		e = &b->made[w->entry].opened;
	switch (w->kind) {
	case TOC_WORK_SIGN_IN: toc_auth_signed_in(k, w); break;
	case TOC_WORK_SERVER:
		if (w->outcome == TOC_WORK_REFUSED)
			own_refused(k, w);
		if (!toc_uuid_is_nil(w->delivery))
			toc_outgoing_decided(k, w);
		break;
	case TOC_WORK_SEND:
	case TOC_WORK_PREPARE:
		if (w->outcome == TOC_WORK_REFUSED)
			toc_answer_refused(k, w);
		else if (e)
			accepted(k, w, e, recorded);
		else
			toc_answer(k, w, 200, toc_answer_reply(w->arena, "prepared", w->ref, w->reply));
		break;
	}
	toc_work_free(w);
}

static void finish_all(struct toc_keeper *k, struct toc_batch *b)
{
	for (struct toc_work *w = b->works, *next; w; w = next) {
		next = w->next;
		toc_cycle_finish(k, w, b, true);
	}
	b->works = NULL;
	b->end = &b->works;
	(void)toc_batch_free(b);
}

/* The batch did not happen. Its works wait again, in front. */
static void drop(struct toc_keeper *k, bool doubtful)
{
	struct toc_batch *b = k->batch;
	k->batch = NULL;
	toc_keyring_settle(k->o.ring, false);
	struct toc_work *works = toc_batch_free(b);
	for (struct toc_work *w = works; w; w = w->next)
		w->doubtful |= doubtful;
	toc_intake_put_back(&k->intake, works);
}

/* What a batch is made of: its works, and the deadlines that fired among them. */
static size_t parts_of(const struct toc_batch *b)
{
	size_t n = b->n_works + b->n_groups;
	for (const struct toc_work *w = b->works; w; w = w->next)
		n -= w->outcome == TOC_WORK_ACCEPTED; /* has a group of its own */
	return n;
}

static void committed(struct toc_keeper *k)
{
	struct toc_batch *b = k->batch;
	toc_observe(TOC_METRIC_KEEPER_APPEND, 0, toc_clock_mono_us() - k->append_us);
	toc_observe(TOC_METRIC_KEEPER_BATCH, 0, (int64_t)b->n_works);
	toc_count_by(TOC_METRIC_KEEPER_ENTRIES, 0, b->n);
	toc_count_by(TOC_METRIC_KEEPER_DEADLINES, 0, parts_of(b) - b->n_works);
	k->tail.heard_us = toc_clock_mono_us(); /* it was decided against all that there is */
	k->batch = NULL;
	k->races = 0;
	k->keyless = 0;
	k->phase = TOC_READY;
	if (k->one_by_one)
		k->one_by_one--;
	toc_keyring_settle(k->o.ring, true);
	toc_batch_merge(b);
	for (size_t i = 0; i < b->n; i++)
		toc_committed(k, &b->made[i].opened, &b->rows[i]);
	finish_all(k, b);
}

static void caught_up(struct toc_keeper *k, int result)
{
	if (result < 0)
		toc_away_begin(k, "the tail could not be read");
	else
		k->phase = TOC_READY;
}

static void locked(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_keeper *k = ctx;
	if (result < 0) {
		toc_away_begin(k, error->text);
		return;
	}
	k->locked = true;
	if (size > toc_world_size(k->world))
		toc_tail(k, caught_up);
	else
		k->phase = TOC_READY;
}

static void lost_race(struct toc_keeper *k)
{
	toc_count(TOC_METRIC_KEEPER_RACES);
	drop(k, false);
	k->phase = TOC_CATCHING_UP;
	if (++k->races < RACES_MAX) {
		toc_tail(k, caught_up);
	} else if (toc_store_lock_tip(k->o.writer, TOC_STORE_DEADLINE, locked, k) < 0) {
		toc_away_begin(k, "the store's queue is full");
	}
}

void toc_cycle_pass_over(struct toc_keeper *k, struct toc_world *w, const char *why)
{
	int64_t again = toc_clock_mono_us() + DUE_PAUSE_US;
	char id[TOC_UUID_TEXT];
	struct toc_uuid timer;

	toc_count(TOC_METRIC_KEEPER_PASSED_OVER);
	if (!toc_world_pass_over(w, &timer)) {
		toc_log(TOC_LOG_ERROR, "deadline_failed", "ignoring all deadlines for 30 s: %s", why);
		k->due_after_us = again;
		return;
	}
	toc_uuid_format(timer, id);
	toc_log(TOC_LOG_ERROR, "deadline_failed", "ignoring timer %s for 30 s: %s", id, why);
	if (!k->passed_over_us)
		k->passed_over_us = again;
}

static void refused_by_database(struct toc_keeper *k, const struct toc_error *error)
{
	struct toc_batch *b = k->batch;

	toc_count(TOC_METRIC_KEEPER_DATA_ERRORS);
	/* Another node may have made a seal key for the same subject: then the tail settles it. */
	if (k->one_by_one) {
		struct toc_error why;
		char eid[TOC_UUID_TEXT];
		toc_uuid_format(b->made[0].opened.entry.eid, eid);
		toc_fail(&why, TOC_EINVAL, "the database refuses entry %s: %s", eid, error->text);
		if (b->n_works == 0) {
			toc_cycle_pass_over(k, k->world, why.text);
		} else {
			toc_log(TOC_LOG_ERROR, "data_error", "%s", why.text);
			struct toc_work *w = b->works;
			b->works = NULL;
			b->end = &b->works;
			toc_refuse(&w->refusal, TOC_REFUSE_INTERNAL, "", "",
				   "The database does not take the entry.");
			w->outcome = TOC_WORK_REFUSED;
			toc_cycle_finish(k, w, b, true);
		}
		k->one_by_one--;
	} else {
		k->one_by_one = parts_of(b);
	}
	drop(k, false);
	k->phase = TOC_CATCHING_UP;
	toc_tail(k, caught_up);
}

static void keys_read(struct toc_keeper *k, int result)
{
	if (result < 0)
		toc_away_begin(k, "the seal keys could not be read");
	else
		k->phase = TOC_READY;
}

/* A seal key, or the wrapping key of a new one, went while the batch was on its way: the next ones will do. When they do not, this
 * node lacks a wrapping key (docs/erasure.md), and until it has it only the journal is left. */
static void key_gone(struct toc_keeper *k, const struct toc_error *error)
{
	drop(k, false);
	k->phase = TOC_CATCHING_UP;
	if (++k->keyless > TOC_KEYLESS_MAX) {
		k->keyless = 0;
		toc_away_begin(k, error->text);
	} else {
		toc_erasure_reread(k, keys_read);
	}
}

static void appended(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_keeper *k = ctx;
	(void)size;
	if (result == 0 || result == TOC_ECONFLICT || result == TOC_EINVAL)
		toc_gauge(TOC_METRIC_KEEPER_HEARD, 0, toc_clock_mono_us());
	k->locked = false; /* the lock ends with the append, whatever its outcome */
	switch (result) {
	case 0: committed(k); return;
	case TOC_ECONFLICT: lost_race(k); return;
	case TOC_EINVAL: refused_by_database(k, error); return;
	case TOC_ENOTFOUND: key_gone(k, error); return;
	default: drop(k, result != TOC_EIO); toc_away_begin(k, error->text);
	}
}

static void unlocked(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	(void)ctx, (void)result, (void)size, (void)error; /* a lock that is not given back ends by itself */
}

/* Decide what waits. The deadlines that had passed when a work arrived are fired before it, and those that
 * have passed now at the end, so that a person who answered in time has answered in time. */
static void fill(struct toc_keeper *k, struct toc_batch *b)
{
	const bool singly = k->one_by_one > 0;
	const struct toc_batch_tools t = toc_keeper_tools(k);
	const bool due = toc_clock_mono_us() >= k->due_after_us;
	const int64_t until = k->announced ? toc_clock_mono_us() + FILL_US : INT64_MAX;
	struct toc_uuid missing;

	while (!toc_batch_is_full(b) && (!b->n_works || toc_clock_mono_us() < until)) {
		struct toc_work *w = toc_intake_take(&k->intake, false);
		if (!w)
			break;
		if (due && singly && !toc_before(w->command.received, toc_world_next_due(b->overlay))) {
			toc_intake_put_back(&k->intake, w);
			break;
		}
		if (due && !singly)
			toc_batch_due(b, &t, w->command.received);
		if (toc_batch_decide(b, &t, w, &missing) < 0)
			toc_fetch_entry(k, w, missing);
	}
	b->error.code = 0; /* of a deadline that has been met since, perhaps */
	if (due && singly && !b->n_works)
		(void)toc_batch_due_one(b, &t, b->now);
	else if (due && !singly)
		toc_batch_due(b, &t, b->now);
	if (b->error.code)
		toc_cycle_pass_over(k, b->overlay, b->error.text);
}

void toc_cycle_turn(struct toc_keeper *k)
{
	toc_time now = toc_keeper_now(k);
	if (k->phase == TOC_READY && k->passed_over_us && toc_clock_mono_us() >= k->passed_over_us) {
		toc_world_pass_over_none(k->world);
		k->passed_over_us = 0;
	}
	bool due = !toc_before(now, toc_world_next_due(k->world)) && toc_clock_mono_us() >= k->due_after_us;

	if (k->phase != TOC_READY || (toc_intake_is_empty(&k->intake, false) && !due && !k->locked))
		return;
	/* the seed is one batch if it fits: then the directory is there as a whole or not at all */
	size_t most = k->one_by_one ? 1 : k->announced ? TOC_BATCH_WORKS : SIZE_MAX;
	struct toc_batch *b = toc_batch_new(k->world, false, most, now);
	fill(k, b);
	if (!b->n) {
		/* Nothing follows: what was decided was decided on the state itself, so it can be said at
		 * once. */
		if (k->one_by_one && b->n_works)
			k->one_by_one--;
		finish_all(k, b);
		toc_keyring_settle(k->o.ring, false);
		if (k->locked && toc_store_unlock_tip(k->o.writer, TOC_STORE_DEADLINE, unlocked, k) == 0)
			k->locked = false;
		return;
	}
	struct toc_key_row *keys = NULL;
	size_t n_keys;
	k->batch = b;
	if (toc_keyring_fresh(k->o.ring, b->arena, &keys, &n_keys) < 0) {
		drop(k, false);
		toc_away_begin(k, "the token does not wrap a new key");
		return;
	}
	const struct toc_append what = { b->base, b->rows, b->n, keys, n_keys };
	k->append_us = toc_clock_mono_us();
	k->phase = TOC_APPENDING;
	if (toc_store_append(k->o.writer, &what, TOC_STORE_DEADLINE, appended, k) < 0) {
		drop(k, false);
		toc_away_begin(k, "the store's queue is full");
	}
}

int64_t toc_cycle_next_us(const struct toc_keeper *k)
{
	int64_t mono = toc_clock_mono_us();
	if (k->phase != TOC_READY && k->phase != TOC_AWAY)
		return INT64_MAX;
	if (!toc_intake_is_empty(&k->intake, k->phase == TOC_AWAY) || k->locked)
		return mono;
	toc_time due = toc_world_next_due(toc_keeper_world(k)), now = toc_keeper_now(k);
	int64_t again = k->passed_over_us ? k->passed_over_us : INT64_MAX;
	if (due.us == TOC_TIME_NEVER.us)
		return again;
	int64_t at = toc_before(now, due) ? mono + toc_between(now, due).us : mono;
	if (at < k->due_after_us)
		at = k->due_after_us;
	return at < again ? at : again;
}

void toc_cycle_store_event(void *keeper, enum toc_store_event event, const struct toc_error *why)
{
	struct toc_keeper *k = keeper;
	switch (event) {
	case TOC_STORE_UP: k->retry_us = 0; break;
	case TOC_STORE_APPENDED: k->tail.wanted = true; break;
	case TOC_STORE_PUBLISHED: break; /* the archive's business */
	case TOC_STORE_DOWN:
		/* With something in flight, that ends with an error of its own and leads away from there. */
		if (k->phase == TOC_READY && !toc_store_is_up(k->o.writer))
			toc_away_begin(k, why ? why->text : "the connection was lost");
		break;
	}
}
