/* tail.c: reading what the ledger has beyond our state: entries of other nodes, our own of which we did not
 * hear, and at the start everything since the snapshot.
 *
 * Rows are copied as they come, and applied, cached and published in one go when the read is complete, so
 * that a read that fails half-way leaves no trace. Numbers are contiguous: a hole, a tip behind what we know to be
 * committed, or another entry in the place of the newest that we know, means that this is not the ledger that we left; then
 * we stop, and begin again from what it is now. So each read begins with the newest entry that is in our state. Where that one
 * is not there at all, we cannot tell: the signer does.
 *
 * Source: shared order of one ledger (the tip's row lock); NOTIFY is only a hint, the poll makes it sure. */
#include "keeper/away.h"

#include <string.h>

#define POLL_US 500000
#define SHUT_US 3000000 /* another node hands a wrapping key over within a second or two */

static void start_read(struct toc_keeper *k);

static void settle(struct toc_keeper *k, int result)
{
	toc_then *then = k->tail.then;
	k->tail.busy = k->tail.again = false;
	k->tail.then = NULL;
	toc_arena_reset(k->tail.arena);
	k->tail.rows = NULL;
	k->tail.n = k->tail.cap = 0;
	k->tail.poll_us = toc_clock_mono_us() + POLL_US;
	if (then)
		then(k, result);
}

static void on_row(void *ctx, const struct toc_row *row)
{
	struct toc_keeper *k = ctx;
	struct toc_arena *a = k->tail.arena;
	if (row->seq < k->tail.began) {
		k->tail.overtaken = !toc_sha256_eq(toc_leaf_hash(row->leaf), k->tail.newest);
		return;
	}
	if (k->tail.n == k->tail.cap) {
		size_t cap = k->tail.cap ? 2 * k->tail.cap : 64;
		struct toc_row *rows = toc_arena_alloc(a, cap * sizeof *rows);
		if (k->tail.n)
			memcpy(rows, k->tail.rows, k->tail.n * sizeof *rows);
		k->tail.rows = rows;
		k->tail.cap = cap;
	}
	struct toc_row *copy = &k->tail.rows[k->tail.n++];
	*copy = *row;
	copy->leaf = toc_arena_str(a, row->leaf);
	copy->body = toc_arena_str(a, row->body);
	copy->actor_sealed = toc_arena_str(a, row->actor_sealed);
	copy->data_sealed = toc_arena_str(a, row->data_sealed);
}

static void apply_rows(struct toc_keeper *k)
{
	struct toc_arena *a = toc_arena_new();
	for (size_t i = 0; i < k->tail.n && !k->fatal; i++) {
		const struct toc_row *row = &k->tail.rows[i];
		uint64_t next = toc_world_size(k->world);
		struct toc_opened e;
		struct toc_error error = { 0 };
		if (row->seq < next)
			continue; /* a batch of our own was committed while this was being read */
		if (row->seq > next) {
			toc_fail(&error, TOC_ENOTFOUND, "entry %llu is missing", (unsigned long long)next);
			toc_keeper_fatal(k, "ledger_hole", &error);
			break;
		}
		toc_arena_reset(a);
		/* at the start nobody is shown anything: what is sealed stays shut */
		if (toc_render_open(a, k->phase == TOC_STARTING ? NULL : k->o.ring, row, &e, &error) < 0) {
			toc_keeper_fatal(k, "ledger_altered", &error);
			break;
		}
		toc_apply(k->world, &e.entry);
		toc_committed(k, &e, row);
	}
	toc_arena_free(a);
}

static void apply_and_go_on(struct toc_keeper *k)
{
	uint64_t before = toc_world_size(k->world);
	struct toc_error error = { 0 };
	if (k->batch || k->beyond || k->holding) {
		/* a poll that overlaps with a batch, or with the journal: what lies under an overlay stands
		 * still */
		k->tail.wanted = true;
		settle(k, 0);
		return;
	}
	if (k->tail.overtaken && k->phase == TOC_STARTING) {
		toc_log(TOC_LOG_WARN, "snapshot_ignored", "reading the whole ledger instead: entry %llu is another one than in the copy of the state",
			(unsigned long long)k->tail.began - 1);
		toc_snapshot_forget(k);
		start_read(k);
		return;
	}
	if (k->tail.overtaken) {
		toc_fail(&error, TOC_ECONFLICT, "entry %llu is another one than we know", (unsigned long long)k->tail.began - 1);
		toc_keeper_fatal(k, "ledger_overtaken", &error);
	} else {
		apply_rows(k);
	}
	if (!k->fatal && k->tail.tip < k->tail.began) {
		toc_fail(&error, TOC_ECONFLICT, "the ledger has %llu entries; we know of %llu committed ones",
			 (unsigned long long)k->tail.tip, (unsigned long long)k->tail.began);
		toc_keeper_fatal(k, "ledger_behind", &error);
	}
	if (k->fatal) {
		settle(k, TOC_ECLOSED);
		return;
	}
	/* a full read, or somebody asked for one that begins later than this one did */
	if ((toc_world_size(k->world) < k->tail.tip && toc_world_size(k->world) > before) || k->tail.again) {
		k->tail.again = false;
		start_read(k);
		return;
	}
	k->tail.heard_us = toc_clock_mono_us();
	k->tail.shut_us = 0;
	settle(k, 0);
}

/* What another node has sealed does not open here yet. Whoever reads here is not told that it is erased: it is read again, and when that
 * does not help this node is as without a database. */
static void wait_for_key(struct toc_keeper *k)
{
	bool asked = k->tail.then != NULL; /* then it leads away from there */
	int64_t now = toc_clock_mono_us();

	if (!k->tail.shut_us)
		k->tail.shut_us = now;
	settle(k, TOC_ENOTFOUND);
	if (!asked && k->phase == TOC_READY && !k->batch && now - k->tail.shut_us > SHUT_US)
		toc_away_begin(k, "what another node has sealed does not open here: the wrapping key is lacking, or the token does not answer");
}

static void on_keys(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_keeper *k = ctx;
	(void)size, (void)error;
	if (result < 0)
		settle(k, result);
	else if (k->tail.shut)
		wait_for_key(k);
	else
		apply_and_go_on(k);
}

static int take_key(struct toc_keeper *k, const struct toc_key_row *row)
{
	int r = toc_keyring_add(k->o.ring, row);
	if (r == TOC_EPROOF)
		toc_log(TOC_LOG_ERROR, "seal_key_altered",
			"a seal key does not open; what it seals cannot be read");
	return r;
}

/* Of all of them. */
static void on_key(void *ctx, const struct toc_key_row *row)
{
	struct toc_keeper *k = ctx;
	int r = take_key(k, row);
	k->unopened += r == TOC_ENOTFOUND || r == TOC_EIO;
}

static void on_key_of_rows(void *ctx, const struct toc_key_row *row)
{
	struct toc_keeper *k = ctx;
	int r = take_key(k, row);
	k->tail.shut |= r == TOC_ENOTFOUND || r == TOC_EIO;
}

/* Those that came with these entries; at a start, when nobody is shown anything, those that were made since the keys were read are shut
 * or not. @return 1: they are asked for, 0: none is wanted, TOC_ELIMIT: the store has no room */
static int ask_for_keys(struct toc_keeper *k)
{
	struct toc_uuid *ids;
	size_t n = toc_keyring_missing(k->o.ring, k->tail.arena, k->tail.rows, k->tail.n, &ids);
	k->tail.shut = false;
	if (!n)
		return 0;
	int r = toc_store_keys_of(k->tail.from, ids, n, TOC_STORE_DEADLINE, k->phase == TOC_STARTING ? on_key : on_key_of_rows, on_keys, k);
	return r < 0 ? r : 1;
}

static void on_read(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_keeper *k = ctx;
	(void)error;
	k->tail.tip = size;
	if (result == 0)
		toc_gauge(TOC_METRIC_KEEPER_HEARD, 0, toc_clock_mono_us());
	if (result < 0) {
		settle(k, result);
	} else if ((result = ask_for_keys(k)) < 0) {
		settle(k, result);
	} else if (result == 0) {
		apply_and_go_on(k);
	} /* else on_keys goes on. A key that is still unknown then was destroyed: its parts are erased */
}

static void start_read(struct toc_keeper *k)
{
	toc_arena_reset(k->tail.arena);
	k->tail.rows = NULL;
	k->tail.n = k->tail.cap = 0;
	k->tail.busy = true;
	k->tail.wanted = k->tail.overtaken = false;
	k->tail.began = toc_world_size(k->world);
	k->tail.newest = k->newest;
	/* with the tip locked, only the connection that holds the lock is sure to see the tip */
	k->tail.from = k->tail.then || !toc_store_is_up(k->o.reader) ? k->o.writer : k->o.reader;
	uint64_t from = k->tail.began ? k->tail.began - 1 : 0;
	if (toc_store_read(k->tail.from, from, TOC_READ_MAX, TOC_STORE_DEADLINE, on_row, on_read,
			   k) < 0)
		settle(k, TOC_EIO);
}

void toc_tail(struct toc_keeper *k, toc_then *then)
{
	if (k->tail.then)
		TOC_WRONG("two flows read the tail at once");
	k->tail.then = then;
	if (k->tail.busy)
		k->tail.again = true;
	else
		start_read(k);
}

void toc_tail_poll(struct toc_keeper *k)
{
	if (k->tail.busy || k->phase != TOC_READY || !toc_store_is_up(k->o.reader))
		return;
	if (k->tail.wanted || toc_clock_mono_us() >= k->tail.poll_us)
		toc_tail(k, NULL);
}

int toc_load_keys(struct toc_keeper *k, struct toc_store *from, toc_store_done *done)
{
	return toc_store_keys(from, TOC_STATE_DEADLINE, on_key, done, k);
}

void toc_committed(struct toc_keeper *k, const struct toc_opened *e, const struct toc_row *row)
{
	k->newest = toc_leaf_hash(row->leaf);
	k->health.tip = e->entry.ts;
	toc_erasure_committed(k, &e->entry);
	if (toc_is_threat(e->entry.k) && !toc_uuid_is_nil(e->entry.case_ref))
		toc_cases_put(k->cases, e->entry.eid, e->entry.case_ref, row);
	if (k->phase == TOC_STARTING)
		return; /* nobody listens yet; the fronts are told the tip */
	struct toc_narrowed narrowed;
	toc_outgoing_committed(k, &e->entry);
	if (toc_entry_narrows(&e->entry, &narrowed)) /* first: whoever sees this entry is seen with the new rights */
		toc_publish_revoke(k, &narrowed);
	if (toc_str_is(e->entry.k, "erase.due"))
		toc_publish_forget(k, &e->entry);
	toc_publish(k, e);
	toc_refused_committed(k, &e->entry);
}
