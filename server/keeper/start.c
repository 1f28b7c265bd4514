/* start.c: from nothing to serving: seal keys, newest snapshot, tail, rows of open cases, seed, journal.
 *
 * Without a database for five seconds, the sealed copy on disk is taken instead and we serve threats to life
 * from it; everything else follows when the database is there. Without that copy we wait: whoever cannot tell
 * a member from a stranger must not serve. */
#include "keeper/away.h"
#include "keeper/copy.h"
#include "keeper/core.h"

#include <stdlib.h>
#include <string.h>

#define PATIENCE_US 5000000
#define MENDED_WITHIN_US 6000000
#define CASES_MAX 1000 /* whose rows are at hand from the start; those of others are read when they are wanted */
#define CASES_AT_ONCE 50 /* read in one call, which has a deadline */

static void again(struct toc_keeper *k, const char *why)
{
	if (k->leaving)
		return;
	toc_log(TOC_LOG_WARN, "start_failed", "retrying in 1 s: %s", why);
	k->loading = false;
	k->retry_us = toc_clock_mono_us() + 1000000;
}

void toc_start_done(struct toc_keeper *k)
{
	bool away = k->phase == TOC_AWAY;
	k->announced = true;
	toc_log(TOC_LOG_INFO, "serving", "node %s, %llu entries%s", k->o.node,
		(unsigned long long)toc_world_size(k->world), away ? ", without a database" : "");
	for (unsigned i = 0; i < toc_child_fronts(k->child); i++)
		toc_publish_catch_up(k, i);
	toc_child_ready(k->child, away ? "threats to life only: the database cannot be reached" : "serving");
}

/* @return where the next one goes */
static struct toc_work **add_seed(struct toc_keeper *k, struct toc_work **end, const struct toc_value *list)
{
	for (size_t i = 0; i < toc_len(list) && toc_keeper_seed(k, toc_at(list, i), end) == 0; i++)
		end = &(*end)->next;
	return end;
}

/* The directory, once, into an empty ledger; and what is said at every start (new sign-in links of a
 * demonstration). It is the parent's word, and not subject to the members' limits. */
static void seed(struct toc_keeper *k)
{
	struct toc_work *seeds = NULL, **end = &seeds;
	if (k->seeded || !k->o.seed)
		return;
	k->seeded = true;
	if (toc_world_size(k->world) == 0)
		end = add_seed(k, end, toc_get(k->o.seed, "messages"));
	(void)add_seed(k, end, toc_get(k->o.seed, "always"));
	toc_intake_put_back(&k->intake, seeds);
}

static void loaded(struct toc_keeper *k)
{
	k->loading = false;
	seed(k);
	if (toc_journal_count(k->journal)) {
		toc_log(TOC_LOG_INFO, "journal_found", "%zu records wait in the journal",
			toc_journal_count(k->journal));
		toc_return_begin(k);
	} else {
		k->phase = TOC_READY; /* toc_start_turn says so when the seed is in */
	}
}

static void on_case_row(void *ctx, const struct toc_row *row)
{
	struct toc_keeper *k = ctx;
	struct toc_arena *a = toc_arena_new();
	struct toc_leaf leaf;
	if (toc_leaf_parse(a, row->leaf, &leaf, NULL) == 0 && toc_is_threat(leaf.k))
		toc_cases_put(k->cases, leaf.eid, leaf.case_ref, row);
	toc_arena_free(a);
}

static void read_some_cases(struct toc_keeper *k);

/* What is not at hand is read when it is wanted: a database that is too busy for it keeps nobody from serving. */
static void on_cases(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_keeper *k = ctx;
	(void)size;
	if (result == 0) {
		read_some_cases(k);
		return;
	}
	k->start_cases.unread = true;
	again(k, error->text);
}

static void read_some_cases(struct toc_keeper *k)
{
	const struct toc_uuid *next = k->start_cases.ids + k->start_cases.at;
	size_t n = k->start_cases.n - k->start_cases.at;

	n = n < CASES_AT_ONCE ? n : CASES_AT_ONCE;
	if (n == 0 || toc_store_read_cases(k->o.writer, next, n, TOC_STORE_DEADLINE, on_case_row, on_cases, k) < 0)
		loaded(k);
	else
		k->start_cases.at += n;
}

static void on_tail(struct toc_keeper *k, int result)
{
	if (result < 0) {
		again(k, "the ledger could not be read");
		return;
	}
	struct toc_arena *a = toc_arena_new();
	struct toc_uuid *cases;
	size_t n = k->start_cases.unread ? 0 : toc_world_open_cases(k->world, CASES_MAX, a, &cases);
	if (k->start_cases.unread)
		toc_log(TOC_LOG_WARN, "cases_not_read", "the rows of open cases are read when they are wanted");
	k->start_cases.ids = toc_must_realloc(k->start_cases.ids, n * sizeof *cases);
	if (n)
		memcpy(k->start_cases.ids, cases, n * sizeof *cases);
	k->start_cases.n = n;
	k->start_cases.at = 0;
	toc_arena_free(a);
	read_some_cases(k);
}

/* Keys and state come side by side. */
static void one_is_there(struct toc_keeper *k, const char *failed)
{
	if (failed)
		k->start_failed = failed;
	if (--k->start_waits)
		return;
	if (k->start_failed)
		again(k, k->start_failed);
	else
		toc_tail(k, on_tail);
}

static void on_keys(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_keeper *k = ctx;
	/* An older copy of the database has them as they were wrapped then: the eraser puts that right. What it cannot is
	 * erased, or another node's to bring. */
	bool shut = k->unopened && toc_clock_mono_us() < k->start_us + MENDED_WITHIN_US;
	(void)size, (void)error;
	one_is_there(ctx, result < 0 ? "the seal keys could not be read"
			  : shut     ? "seal keys are wrapped under a key that is not here: waiting for the eraser"
				     : NULL);
}

/* A copy of the state that is being loaded. */
struct loading {
	struct toc_keeper *k;
	struct toc_arena *arena;
	struct toc_head head;
	struct toc_piece **pieces;
	size_t n;
	struct toc_error error; /* why it cannot be used; code 0: it can, as far as is known */
};

static void loading_free(struct loading *l)
{
	for (size_t i = 0; i < l->n; i++)
		toc_piece_drop(l->pieces[i]);
	free(l->pieces);
	toc_arena_free(l->arena);
	free(l);
}

static void on_blob(void *ctx, uint64_t as_of, int version, struct toc_str bytes)
{
	struct loading *l = ctx;
	(void)version;
	if (as_of <= toc_world_size(l->k->world))
		return;
	if (toc_head_read(l->arena, l->k->o.dup_key, bytes, &l->head, &l->error) == 0 && l->head.as_of != as_of)
		toc_fail(&l->error, TOC_EINVAL, "it says that it is of another size");
	l->pieces = toc_must_realloc(NULL, (l->head.n_pieces + 1) * sizeof *l->pieces);
}

static void on_piece(void *ctx, uint64_t as_of, int version, struct toc_str bytes)
{
	struct loading *l = ctx;
	struct toc_piece *p = l->error.code || l->n == l->head.n_pieces ? NULL : toc_piece_read(bytes, &l->error);
	(void)as_of, (void)version;
	if (!p)
		return;
	p->in_database = p->kept = true;
	l->pieces[l->n++] = p;
}

static void on_pieces(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct loading *l = ctx;
	struct toc_keeper *k = l->k;
	(void)size;
	if (result < 0 && result != TOC_EINVAL) {
		toc_log(TOC_LOG_WARN, "start_failed", "%s", error->text);
		loading_free(l);
		one_is_there(k, "the copy of the state could not be read");
		return;
	}
	if (!l->error.code) {
		(void)(toc_snapshot_load(k, &l->head, l->pieces, l->n, &l->error) < 0);
		l->pieces = NULL;
		l->n = 0;
	}
	if (l->error.code)
		toc_log(TOC_LOG_WARN, "snapshot_ignored", "reading the whole ledger instead: %s", l->error.text);
	loading_free(l);
	one_is_there(k, NULL);
}

static struct toc_store *slow(const struct toc_keeper *k)
{
	return k->o.slow ? k->o.slow : k->o.writer;
}

static void on_snapshot(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct loading *l = ctx;
	struct toc_keeper *k = l->k;
	(void)size;
	if (result == 0 && l->pieces && !l->error.code &&
	    toc_store_pieces_load(slow(k), l->head.pieces, l->head.n_pieces, TOC_STATE_DEADLINE, on_piece, on_pieces, l) == 0)
		return;
	if (l->error.code)
		toc_log(TOC_LOG_WARN, "snapshot_ignored", "reading the whole ledger instead: %s", l->error.text);
	if (result < 0)
		toc_log(TOC_LOG_WARN, "start_failed", "%s", error->text);
	loading_free(l);
	one_is_there(k, result < 0 ? "the copy of the state could not be read" : NULL);
}

static int load_snapshot(struct toc_keeper *k)
{
	struct loading *l = toc_must_realloc(NULL, sizeof *l);
	*l = (struct loading){ .k = k, .arena = toc_arena_new() };
	int r = toc_store_snapshot_load(slow(k), TOC_STATE_VERSION, TOC_STATE_DEADLINE, on_blob, on_snapshot, l);
	if (r < 0)
		loading_free(l);
	return r;
}

static void without_database(struct toc_keeper *k)
{
	struct toc_error error = { 0 };
	k->tried_disk = true;
	if (toc_snapshot_from_disk(k, &error) < 0) {
		toc_log(TOC_LOG_WARN, "waiting",
			"no database, and no copy of the state on disk (%s); waiting for the database",
			error.text);
		return;
	}
	k->few_keys = true;
	toc_away_begin(k, "it was not there at the start");
	toc_start_done(k);
}

void toc_start_turn(struct toc_keeper *k)
{
	int64_t now = toc_clock_mono_us();
	if (k->phase == TOC_READY && !k->announced && toc_intake_is_empty(&k->intake, false)) {
		toc_start_done(k);
		return;
	}
	if (k->phase != TOC_STARTING || k->loading || now < k->retry_us)
		return;
	if (toc_store_is_up(k->o.writer)) {
		k->loading = true;
		k->start_failed = NULL;
		k->start_waits = 2;
		k->unopened = 0;
		if (toc_load_keys(k, k->o.writer, on_keys) < 0)
			one_is_there(k, "the store's queue is full");
		if (load_snapshot(k) < 0)
			one_is_there(k, "the store's queue is full");
	} else if (!k->tried_disk && now >= k->start_us + PATIENCE_US) {
		without_database(k);
	}
}

int64_t toc_start_next_us(const struct toc_keeper *k)
{
	if (k->phase == TOC_READY && !k->announced)
		return toc_clock_mono_us();
	if (k->phase != TOC_STARTING || k->loading)
		return INT64_MAX;
	if (toc_store_is_up(k->o.writer))
		return k->retry_us;
	return k->tried_disk ? INT64_MAX : k->start_us + PATIENCE_US;
}
