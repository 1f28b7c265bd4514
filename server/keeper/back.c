/* back.c: the way back: what is in the journal goes into the ledger before anything else.
 *
 * The tail first, and with it the keys of what it has; then the records whose own event id (the message's, or the
 * deadline's) is not in the ledger are appended as they were decided (same eid, `late`, original receipt time in
 * `decided.received`), in batches; then the journal is cut. A crash between append and cut is the same question again:
 * the ids are found, nothing is appended twice. That another node took the same message meanwhile is the same answer,
 * too. What merely follows from a message and is in the ledger already (an id derived from facts: our state was a copy
 * older than it, or another node was first) is left out, and the message goes in without it. An id that stands in the ledger
 * for something else, and what the database refuses, is kept apart (refused.c): it is found by halving what goes in at once,
 * for who sends a threat meanwhile waits.
 *
 * Another node may append all the time: who has lost two races takes the tip's lock first, as the cycle does.
 *
 * Source: the rules for an unreachable database, design 3; invariant 1. */
#include "keeper/away.h"

#include "base/map.h"
#include "domain/world.h"

#include <string.h>

#define FULL_ROWS (TOC_APPEND_MAX - TOC_BATCH_ROOM)
#define RACES_MAX 2
#define AGAIN_US 30000000 /* what could be put nowhere, for a disk that is full perhaps, is tried again so much later */

static void search(struct toc_keeper *k);
static void append_some(struct toc_keeper *k);

static void returned(struct toc_keeper *k)
{
	struct toc_away *w = k->away;
	struct toc_error error = { .text = "something in it could be put nowhere" };
	bool stuck = false;

	for (size_t i = 0; i < w->n; i++)
		stuck |= w->records[i].stuck;
	if (w->n) {
		toc_log(TOC_LOG_INFO, "journal_recorded", "%zu entries of the journal are in the ledger",
			w->appended);
		toc_refused_settle(k);
		if (!stuck && toc_journal_cut(k->journal, &error) == 0)
			w->n = 0;
		else /* its records stay, and what we know of them: they are done, and further ones stand behind them */
			toc_log(TOC_LOG_ERROR, "journal_not_cut", "%s", error.text);
	}
	w->again_us = w->n ? toc_clock_mono_us() + AGAIN_US : 0;
	toc_away_forget(w);
	toc_arena_reset(w->flight);
	toc_map_free(w->there);
	w->there = toc_map_new();
	w->n_made = w->appended = w->doubt = 0;
	w->most = SIZE_MAX;
	k->phase = TOC_READY;
	if (!k->announced)
		return; /* a start: toc_start_turn says so when the seed is in */
	if (k->away_us)
		toc_log(TOC_LOG_INFO, "database_back", "the database is back after %lld ms",
			(long long)(toc_clock_mono_us() - k->away_us) / 1000);
	else if (w->n)
		return; /* tried again, and it is as it was */
	k->away_us = 0;
	for (unsigned i = 0; i < toc_child_fronts(k->child); i++)
		if (toc_child_has(k->child, i) && !k->gap[i])
			toc_publish_catch_up(k, i);
}

static void back_again(struct toc_keeper *k, int result)
{
	if (result < 0)
		toc_away_begin(k, "it went away again");
	else
		search(k);
}

static void look_again(struct toc_keeper *k)
{
	k->holding = false;
	toc_keyring_settle(k->o.ring, false);
	toc_tail(k, back_again);
}

static void locked(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_keeper *k = ctx;
	(void)size;
	k->locked = result == 0;
	if (result < 0)
		toc_away_begin(k, error->text);
	else
		look_again(k);
}

static void lost_race(struct toc_keeper *k)
{
	toc_count(TOC_METRIC_KEEPER_RACES);
	k->holding = false;
	toc_keyring_settle(k->o.ring, false);
	if (++k->races < RACES_MAX)
		look_again(k);
	else if (toc_store_lock_tip(k->o.writer, TOC_STORE_DEADLINE, locked, k) < 0)
		toc_away_begin(k, "the store's queue is full");
}

/* ---- what goes in next ---- */

static void refuse(struct toc_keeper *k, size_t index, struct toc_str bytes, const char *why)
{
	struct toc_record *r = &k->away->records[index];
	r->done = r->refused = toc_refused_keep(k, bytes, why) == 0;
	r->stuck = !r->done;
}

static struct toc_str digest_of(const struct toc_entry *e)
{
	return toc_get_text(toc_get(e->body, "decided"), "digest");
}

/* The message that has this id in the ledger, or is on its way into it, is another one: of somebody else, or of other content. */
static bool is_taken(const struct toc_keeper *k, const struct toc_entry *e)
{
	const struct toc_away *w = k->away;
	const struct toc_message *m = toc_find_message(k->world, e->eid);
	struct toc_sha256 ours;

	for (size_t i = 0; i < w->n_made; i++) {
		const struct toc_entry *other = &w->made[i].opened.entry;
		if (toc_uuid_eq(other->eid, e->eid))
			return !toc_str_eq(other->org, e->org) || !toc_str_eq(digest_of(other), digest_of(e));
	}
	return m && digest_of(e).n &&
	       (!toc_short_is(&m->org, e->org) || toc_hex_decode(digest_of(e), ours.b, sizeof ours.b) < 0 ||
		memcmp(ours.b, m->digest.b, sizeof ours.b) != 0);
}

/* Its rows. @return 0 (perhaps none: it is there), or the reason in error */
static int rows_of(struct toc_keeper *k, struct toc_str bytes, struct toc_error *error)
{
	struct toc_away *w = k->away;
	const struct toc_value *entries, *own;
	struct toc_made is;

	if (toc_away_read(w->flight, bytes, &entries, &own) < 0 || toc_made_load(own, &is) < 0)
		return toc_fail(error, TOC_EINVAL, "it is not understood");
	if (toc_map_get(w->there, toc_uuid_key(&is.opened.entry.eid)))
		return is_taken(k, &is.opened.entry) ? toc_fail(error, TOC_ECONFLICT, "its id stands in the ledger for something else") : 0;
	for (size_t i = 0; i < toc_len(entries); i++) {
		struct toc_made *m = &w->made[w->n_made];
		if (w->n_made == TOC_APPEND_MAX)
			return toc_fail(error, TOC_ELIMIT, "it has more entries than go in at once");
		if (toc_made_load(toc_at(entries, i), m) < 0)
			return toc_fail(error, TOC_EINVAL, "it is not understood");
		if (toc_map_get(w->there, toc_uuid_key(&m->opened.entry.eid)))
			continue;
		m->opened.entry.seq = toc_world_size(k->world) + w->n_made;
		m->opened.entry.ts = w->now;
		m->opened.entry.node = toc_str_of(k->o.node);
		int r = toc_made_row(w->flight, k->o.ring, toc_str_of(k->o.node), m, &w->rows[w->n_made], error);
		if (r < 0)
			return r;
		w->n_made++;
	}
	return 0;
}

static void collect_one(void *ctx, size_t index, struct toc_str bytes)
{
	struct toc_keeper *k = ctx;
	struct toc_away *w = k->away;
	struct toc_error error;
	size_t first = w->n_made;

	if (w->full || index >= w->n || w->records[index].done || w->records[index].stuck)
		return;
	if (first == 0)
		w->from = index;
	if (first >= FULL_ROWS || w->n_taken >= w->most) {
		w->full = true;
		return;
	}
	w->upto = index + 1;
	w->records[index].is = toc_away_identity(w->flight, bytes);
	if (rows_of(k, bytes, &error) < 0) {
		w->n_made = first;
		refuse(k, index, bytes, error.text);
	} else if (w->n_made == first) {
		w->records[index].done = true;
	} else {
		w->n_taken++;
	}
	for (size_t i = first; i < w->n_made; i++)
		toc_map_put(w->there, toc_uuid_key(&w->made[i].opened.entry.eid), w);
}

/* ---- into the ledger ---- */

struct refused {
	struct toc_keeper *k;
	const char *why;
};

static void refuse_one(void *ctx, size_t index, struct toc_str bytes)
{
	const struct refused *r = ctx;
	if (index == r->k->away->from)
		refuse(r->k, index, bytes, r->why);
}

/* The culprit is among so many; alone it is tried a second time, for a key that another node made at the same moment is
 * refused like this, too. */
static void refused_by_database(struct toc_keeper *k, const struct toc_error *error)
{
	struct toc_away *w = k->away;
	struct refused r = { k, error->text };

	toc_count(TOC_METRIC_KEEPER_DATA_ERRORS);
	if (w->n_taken > 1) {
		w->most = w->n_taken / 2;
	} else if (w->doubt != w->from + 1) {
		w->doubt = w->from + 1;
	} else {
		if (toc_journal_read(k->journal, refuse_one, &r, NULL) < 0 || !w->records[w->from].done)
			w->records[w->from].stuck = true;
		w->most = SIZE_MAX;
	}
	look_again(k);
}

static void appended(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_keeper *k = ctx;
	struct toc_away *w = k->away;
	(void)size;
	k->holding = k->locked = false;
	switch (result) {
	case 0:
		k->keyless = k->races = 0;
		toc_keyring_settle(k->o.ring, true);
		for (size_t i = 0; i < w->n_made; i++) {
			toc_apply(k->world, &w->made[i].opened.entry);
			toc_committed(k, &w->made[i].opened, &w->rows[i]);
		}
		w->appended += w->n_made;
		w->most = w->most < SIZE_MAX / 2 ? 2 * w->most : SIZE_MAX;
		toc_count_by(TOC_METRIC_KEEPER_ENTRIES, 0, w->n_made);
		for (size_t i = w->from; i < w->upto; i++)
			w->records[i].done |= !w->records[i].stuck;
		append_some(k);
		return;
	case TOC_EINVAL: refused_by_database(k, error); return;
	case TOC_ECONFLICT: lost_race(k); return;
	case TOC_ENOTFOUND: /* a seal key, or the wrapping key of a new one, went meanwhile; the records stay until there are others */
		toc_keyring_settle(k->o.ring, false);
		if (++k->keyless <= TOC_KEYLESS_MAX) {
			toc_erasure_reread(k, back_again);
			return;
		}
		k->keyless = 0;
		toc_away_begin(k, error->text);
		return;
	case TOC_ETIMEOUT: w->most = w->n_taken > 1 ? w->n_taken / 2 : 1; /* fallthrough */
	default: toc_keyring_settle(k->o.ring, false); toc_away_begin(k, error->text);
	}
}

static void unlocked(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	(void)ctx, (void)result, (void)size, (void)error; /* a lock that is not given back ends by itself */
}

static void append_some(struct toc_keeper *k)
{
	struct toc_away *w = k->away;
	struct toc_error error;
	struct toc_key_row *keys = NULL;

	toc_arena_reset(w->flight);
	w->n_made = w->n_taken = w->from = w->upto = 0;
	w->full = false;
	w->now = toc_keeper_now(k);
	if (toc_journal_read(k->journal, collect_one, k, &error) < 0) {
		toc_keeper_fatal(k, "journal_unreadable", &error);
		return;
	}
	if (!w->n_made) {
		if (k->locked && toc_store_unlock_tip(k->o.writer, TOC_STORE_DEADLINE, unlocked, k) == 0)
			k->locked = false;
		returned(k);
		return;
	}
	size_t n_keys;
	if (toc_keyring_fresh(k->o.ring, w->flight, &keys, &n_keys) < 0) {
		toc_away_begin(k, "the token does not wrap a new key");
		return;
	}
	const struct toc_append what = { toc_world_size(k->world), w->rows, w->n_made, keys, n_keys };
	k->holding = true;
	if (toc_store_append(k->o.writer, &what, TOC_STORE_DEADLINE, appended, k) < 0) {
		k->holding = false;
		toc_away_begin(k, "the store's queue is full");
	}
}

/* ---- what is there already ---- */

static void on_found(void *ctx, struct toc_uuid eid, uint64_t seq)
{
	struct toc_keeper *k = ctx;
	toc_map_put(k->away->there, toc_uuid_key(&eid), k->away);
	k->away->ahead |= seq >= toc_world_size(k->world);
}

static void ask_some(struct toc_keeper *k);

static void on_searched(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_keeper *k = ctx;
	(void)size;
	if (result < 0)
		toc_away_begin(k, error->text);
	else
		ask_some(k);
}

/* In parts: each is answered within the deadline, however long the journal is. */
static void ask_some(struct toc_keeper *k)
{
	struct toc_away *w = k->away;
	const struct toc_uuid *next = w->eids + w->asked;
	size_t left = w->n_eids - w->asked, n = left < TOC_FIND_MAX ? left : TOC_FIND_MAX;

	w->asked += n;
	if (n) {
		if (toc_store_find(k->o.writer, next, n, TOC_STORE_DEADLINE, on_found, on_searched, k) < 0)
			toc_away_begin(k, "the store's queue is full");
	} else if (w->ahead) {
		look_again(k); /* it came after the tail was read */
	} else {
		append_some(k); /* what cannot be read is reported there */
	}
}

struct asked {
	struct toc_away *away;
	struct toc_arena *scratch;
	size_t cap;
};

static void ask_for_record(void *ctx, size_t index, struct toc_str bytes)
{
	struct asked *q = ctx;
	struct toc_away *w = q->away;
	const struct toc_value *entries;
	struct toc_made m;

	toc_arena_reset(q->scratch);
	if (index >= w->n || w->records[index].done || toc_away_read(q->scratch, bytes, &entries, NULL) < 0)
		return;
	for (size_t i = 0; i < toc_len(entries); i++) {
		if (toc_made_load(toc_at(entries, i), &m) < 0)
			continue;
		if (w->n_eids == q->cap) {
			struct toc_uuid *more = toc_arena_alloc(w->flight, 2 * q->cap * sizeof *more);
			memcpy(more, w->eids, w->n_eids * sizeof *more);
			w->eids = more;
			q->cap *= 2;
		}
		w->eids[w->n_eids++] = m.opened.entry.eid;
	}
}

/* What of the records is in the ledger? */
static void search(struct toc_keeper *k)
{
	struct toc_away *w = k->away;
	struct toc_error error;

	toc_arena_reset(w->flight);
	toc_map_free(w->there);
	w->there = toc_map_new();
	w->ahead = false;
	w->n_eids = w->asked = 0;
	struct asked q = { .away = w, .scratch = toc_arena_new(), .cap = 64 };
	w->eids = toc_arena_alloc(w->flight, q.cap * sizeof *w->eids);
	int r = toc_journal_read(k->journal, ask_for_record, &q, &error);
	toc_arena_free(q.scratch);
	if (r < 0)
		toc_keeper_fatal(k, "journal_unreadable", &error);
	else
		ask_some(k);
}

static void on_keys(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_keeper *k = ctx;
	(void)size;
	k->few_keys = result < 0;
	if (result < 0)
		toc_away_begin(k, error->text);
	else
		look_again(k);
}

void toc_return_begin(struct toc_keeper *k)
{
	k->phase = TOC_RETURNING;
	k->races = 0;
	for (size_t i = 0; i < k->away->n; i++)
		k->away->records[i].stuck = false;
	toc_world_free(k->beyond);
	k->beyond = NULL;
	toc_snapshot_make_way(k);
	if (!k->few_keys)
		look_again(k);
	else if (toc_load_keys(k, k->o.writer, on_keys) < 0)
		toc_away_begin(k, "the store's queue is full");
}
