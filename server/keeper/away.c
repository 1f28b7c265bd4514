/* away.c: threats to life while the database is away; back.c is the way back.
 *
 * M4.send, its supplements, M5 and the deadlines are decided on an overlay over the last known state (`beyond`),
 * written to the journal, synced, and only then answered `journaled` and delivered as `urgent`. One record is what
 * follows from one command or deadline. Everything else is refused, after a moment in which the database may be back.
 *
 * Source: the rules for an unreachable database, design 3; invariant 1. */
#include "keeper/away.h"

#include "base/map.h"
#include "message/json.h"

#include <stdlib.h>
#include <string.h>

#define RETRY_US 200000  /* from losing the database to trying again */
#define GRACE_US 1000000 /* what is no threat to life waits so long for the database before it is refused */
#define REPEAT_MAX (TOC_IPC_QUEUE_MAX / 2) /* bytes that wait for a front: with more it is told no more */

struct toc_away *toc_away_new(void)
{
	struct toc_away *w = calloc(1, sizeof *w);
	if (!w)
		abort();
	w->arena = toc_arena_new();
	w->flight = toc_arena_new();
	w->answers = toc_map_new();
	w->there = toc_map_new();
	w->most = SIZE_MAX;
	return w;
}

void toc_away_free(struct toc_away *w)
{
	if (!w)
		return;
	toc_arena_free(w->arena);
	toc_arena_free(w->flight);
	toc_map_free(w->answers);
	toc_map_free(w->there);
	free(w->records);
	free(w->aside);
	free(w);
}

const struct toc_value *toc_away_answer(const struct toc_keeper *k, struct toc_uuid eid)
{
	return toc_map_get(k->away->answers, toc_uuid_key(&eid));
}

static void remember(struct toc_away *w, struct toc_uuid eid)
{
	if (w->n == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 64;
		w->records = realloc(w->records, w->cap * sizeof *w->records);
		if (!w->records)
			abort();
	}
	w->records[w->n++] = (struct toc_record){ .eid = eid };
}

void toc_away_forget(struct toc_away *w)
{
	toc_map_free(w->answers);
	w->answers = toc_map_new();
	toc_arena_reset(w->arena);
}

static void journaled(struct toc_keeper *k, const struct toc_opened *e)
{
	struct toc_away *w = k->away;
	if (!toc_is_threat(e->entry.k))
		return;
	toc_map_put(w->answers, toc_uuid_key(&e->entry.eid), toc_answer_entry(w->arena, e, false));
}

/* ---- records ---- */

static struct toc_str write_record(struct toc_arena *a, const struct toc_batch *b, const struct toc_group *g)
{
	struct toc_value *v = toc_value_map(a), *entries = toc_value_list(a);
	for (size_t i = 0; i < g->n; i++)
		toc_push(a, entries, toc_made_save(a, &b->made[g->first + i]));
	toc_set_text(a, v, "received", toc_time_str(a, g->received));
	toc_set(a, v, "entries", entries);
	if (g->own)
		toc_set_int(a, v, "own", (int64_t)g->own);
	return toc_json_str(a, v);
}

int toc_away_read(struct toc_arena *a, struct toc_str bytes, const struct toc_value **ret_entries,
		       const struct toc_value **ret_own)
{
	struct toc_value *v;
	struct toc_refusal why;
	if (toc_json_parse(a, bytes, TOC_JOURNAL_RECORD_MAX, TOC_RECORD_DEPTH, &v, &why) < 0)
		return TOC_EINVAL;
	*ret_entries = toc_get(v, "entries");
	if (ret_own)
		*ret_own = toc_at(*ret_entries, (size_t)toc_get_int(v, "own", 0));
	return 0;
}

struct toc_sha256 toc_away_identity(struct toc_arena *a, struct toc_str bytes)
{
	struct toc_value *v;
	struct toc_refusal why;
	if (toc_json_parse(a, bytes, TOC_JOURNAL_RECORD_MAX, TOC_RECORD_DEPTH, &v, &why) < 0)
		return toc_sha256(toc_base64url(a, bytes.p, bytes.n));
	if (toc_get(v, "bytes")) /* such a one, in the file of what was refused */
		return toc_sha256(toc_get_text(v, "bytes"));
	struct toc_value *said = toc_value_map(a);
	for (size_t i = 0; v->kind == TOC_MAP && i < v->n; i++)
		if (!toc_str_is(v->members[i].name, "refused"))
			toc_set_str(a, said, v->members[i].name, v->members[i].value);
	return toc_sha256(toc_json_str(a, said));
}

struct replay {
	struct toc_keeper *k;
	bool apply;
	struct toc_arena *arena;
};

/* At the start: learn the ids. When away (again): the records not yet in the ledger make up the state beyond
 * it. */
static void replay_one(void *ctx, size_t index, struct toc_str bytes)
{
	struct replay *r = ctx;
	struct toc_keeper *k = r->k;
	const struct toc_value *entries, *own;
	struct toc_made m;

	toc_arena_reset(r->arena);
	if (toc_away_read(r->arena, bytes, &entries, &own) < 0 || toc_made_load(own, &m) < 0) {
		toc_log(TOC_LOG_ERROR, "journal_record", "record %zu of the journal is not understood",
			index);
		m.opened.entry.eid =
			toc_uuid_random(); /* found nowhere: it is kept and reported on the way back */
		entries = NULL;
	}
	if (index >= k->away->n)
		remember(k->away, m.opened.entry.eid);
	if (!r->apply || k->away->records[index].done)
		return;
	for (size_t i = 0; i < toc_len(entries); i++) {
		if (toc_made_load(toc_at(entries, i), &m) < 0)
			continue;
		m.opened.entry.seq = toc_world_size(k->beyond);
		m.opened.entry.ts = toc_keeper_now(k);
		toc_apply(k->beyond, &m.opened.entry);
		journaled(k, &m.opened);
	}
}

static void replay(struct toc_keeper *k, bool apply)
{
	struct replay r = { k, apply, toc_arena_new() };
	struct toc_error error;
	if (toc_journal_read(k->journal, replay_one, &r, &error) < 0)
		toc_log(TOC_LOG_ERROR, "journal_unreadable", "%s", error.text);
	toc_arena_free(r.arena);
}

void toc_away_learn(struct toc_keeper *k)
{
	replay(k, false);
}

struct wanted {
	struct toc_uuid eid;
	struct toc_arena *scratch, *keep;
	struct toc_made made;
	bool found;
};

static void find_in_record(void *ctx, size_t index, struct toc_str bytes)
{
	struct wanted *w = ctx;
	const struct toc_value *entries;
	(void)index;
	toc_arena_reset(w->scratch);
	if (w->found || toc_away_read(w->scratch, bytes, &entries, NULL) < 0)
		return;
	for (size_t i = 0; i < toc_len(entries) && !w->found; i++)
		if (toc_made_load(toc_at(entries, i), &w->made) == 0 &&
		    toc_uuid_eq(w->made.opened.entry.eid, w->eid))
			w->found = toc_made_load(toc_value_copy(w->keep, toc_at(entries, i)), &w->made) == 0;
}

int toc_away_find(struct toc_keeper *k, struct toc_uuid eid, struct toc_arena *a,
		  struct toc_opened *ret_opened)
{
	struct wanted w = { .eid = eid, .scratch = toc_arena_new(), .keep = a };
	int r = toc_journal_read(k->journal, find_in_record, &w, NULL);
	toc_arena_free(w.scratch);
	if (r < 0 || !w.found)
		return TOC_ENOTFOUND;
	*ret_opened = w.made.opened;
	return 0;
}

struct repeat {
	struct toc_keeper *k;
	unsigned front;
	struct toc_arena *arena;
};

static void repeat_record(void *ctx, size_t index, struct toc_str bytes)
{
	struct repeat *r = ctx;
	struct toc_keeper *k = r->k;
	const struct toc_value *entries;
	struct toc_made m;

	if (index >= k->away->n || k->away->records[index].done ||
	    toc_child_queued(k->child, r->front) > REPEAT_MAX)
		return;
	toc_arena_reset(r->arena);
	if (toc_away_read(r->arena, bytes, &entries, NULL) < 0)
		return; /* reported when the journal was read at the start */
	for (size_t i = 0; i < toc_len(entries); i++)
		if (toc_made_load(toc_at(entries, i), &m) == 0)
			toc_publish_urgent(k, &m.opened, r->front);
}

void toc_away_repeat(struct toc_keeper *k, unsigned front)
{
	struct toc_error error;
	if (!k->away->n || !toc_child_has(k->child, front))
		return;
	struct repeat r = { k, front, toc_arena_new() };
	if (toc_journal_read(k->journal, repeat_record, &r, &error) < 0)
		toc_log(TOC_LOG_ERROR, "journal_unreadable", "%s", error.text);
	toc_arena_free(r.arena);
}

/* ---- away ---- */

void toc_away_begin(struct toc_keeper *k, const char *why)
{
	if (k->phase == TOC_AWAY || k->leaving)
		return;
	toc_log(TOC_LOG_WARN, "database_away",
		"%s; threats to life go to the journal, everything else is refused", why);
	toc_count(TOC_METRIC_KEEPER_OUTAGES);
	k->phase = TOC_AWAY;
	k->away_us = toc_clock_mono_us();
	k->retry_us = k->away_us + RETRY_US;
	k->races = 0;
	k->locked = k->holding = false;
	toc_keyring_settle(k->o.ring, false);
	toc_snapshot_hurry(k);
	k->beyond = toc_world_over(k->world);
	toc_world_threats_only(k->beyond);
	if (k->away->n)
		replay(k, true);
	toc_publish_tip(k, TOC_CHILD_FRONTS_MAX);
}

/* One sync for the whole batch. @return 0 when everything in it is on disk */
static int write_down(struct toc_keeper *k, struct toc_batch *b)
{
	struct toc_error error;
	int r = 0;
	for (size_t i = 0; r == 0 && i < b->n_groups; i++)
		r = toc_journal_add(k->journal, write_record(b->arena, b, &b->groups[i]), &error);
	if (r == 0)
		r = toc_journal_sync(k->journal, &error);
	else
		toc_journal_undo(k->journal);
	if (r < 0) {
		toc_log(TOC_LOG_ERROR, "journal_failed", "%s", error.text);
		toc_count(TOC_METRIC_KEEPER_JOURNAL_FAILURES);
		k->health.probe_us = 0; /* look at once */
	}
	return r;
}

static void finish(struct toc_keeper *k, struct toc_batch *b, bool kept)
{
	for (struct toc_work *w = b->works, *next; w; w = next) {
		next = w->next;
		if (!kept && w->outcome == TOC_WORK_ACCEPTED) {
			toc_refuse(&w->refusal, TOC_REFUSE_BUSY, "", "",
				   "Neither the database nor the journal can be written.");
			w->refusal.retry_after_s = 5;
			w->outcome = TOC_WORK_REFUSED;
		}
		toc_cycle_finish(k, w, b, false);
	}
	b->works = NULL;
	b->end = &b->works;
	(void)toc_batch_free(b);
}

static void decide_threats(struct toc_keeper *k)
{
	const struct toc_batch_tools t = toc_keeper_tools(k);
	toc_time now = toc_keeper_now(k);
	bool due = !toc_before(now, toc_world_next_due(k->beyond)) && toc_clock_mono_us() >= k->due_after_us;
	struct toc_uuid missing;
	struct toc_work *w;

	if (!due && toc_intake_is_empty(&k->intake, true))
		return;
	struct toc_batch *b = toc_batch_new(k->beyond, true, TOC_BATCH_WORKS, now);
	while (!toc_batch_is_full(b) && (w = toc_intake_take(&k->intake, true))) {
		if (due)
			toc_batch_due(b, &t, w->command.received);
		if (toc_batch_decide(b, &t, w, &missing) < 0) {
			toc_refuse(&w->refusal, TOC_REFUSE_DATABASE_AWAY, "", "",
				   "What it discloses cannot be read now.");
			w->refusal.retry_after_s = 5;
			w->outcome = TOC_WORK_REFUSED;
			toc_cycle_finish(k, w, b, false);
		}
	}
	if (due)
		toc_batch_due(b, &t, now);
	if (b->error.code)
		toc_cycle_pass_over(k, b->overlay, b->error.text);
	bool kept = b->n == 0 || write_down(k, b) == 0;
	if (kept) {
		toc_batch_merge(b);
		for (size_t i = 0; i < b->n_groups; i++)
			remember(k->away, b->made[b->groups[i].first + b->groups[i].own].opened.entry.eid);
		for (size_t i = 0; i < b->n; i++) {
			journaled(k, &b->made[i].opened);
			toc_publish_urgent(k, &b->made[i].opened, TOC_CHILD_FRONTS_MAX);
		}
	}
	if (!kept)
		k->due_after_us = toc_clock_mono_us() + GRACE_US;
	finish(k, b, kept);
}

static void refuse_the_rest(struct toc_keeper *k)
{
	struct toc_work *own = NULL, **end = &own, *w;
	const struct toc_work *first;
	int64_t now = toc_clock_mono_us();
	while (toc_intake_is_empty(&k->intake, true) && (first = toc_intake_first(&k->intake, false)) &&
	       first->since_us + GRACE_US <= now) {
		w = toc_intake_take(&k->intake, false);
		if (w->kind == TOC_WORK_SERVER) { /* nobody waits for it, and it is not to be lost */
			*end = w;
			end = &w->next;
			continue;
		}
		toc_refuse(&w->refusal, TOC_REFUSE_DATABASE_AWAY, "", "", "%s",
			   w->doubtful
				   ? "The database went away while this was being recorded; send it again "
				     "with the same id."
				   : "The database cannot be reached; only threats to life are taken now.");
		w->refusal.retry_after_s = 5;
		w->outcome = TOC_WORK_REFUSED;
		toc_cycle_finish(k, w, NULL, false);
	}
	for (w = own; w; w = w->next)
		w->since_us = now;
	toc_intake_put_back(&k->intake, own);
}

void toc_away_turn(struct toc_keeper *k)
{
	const int64_t again = k->away->again_us;

	if (k->phase == TOC_READY && !k->locked && again && toc_clock_mono_us() >= again && toc_store_is_up(k->o.writer)) {
		k->away->again_us = 0;
		toc_return_begin(k);
		return;
	}
	if (k->phase != TOC_AWAY)
		return;
	if (toc_store_is_up(k->o.writer) && toc_clock_mono_us() >= k->retry_us) {
		toc_return_begin(k);
		return;
	}
	if (k->passed_over_us && toc_clock_mono_us() >= k->passed_over_us) {
		toc_world_pass_over_none(k->beyond);
		k->passed_over_us = 0;
	}
	decide_threats(k);
	refuse_the_rest(k);
}

int64_t toc_away_next_us(const struct toc_keeper *k)
{
	if (k->phase == TOC_READY && !k->locked && k->away->again_us && toc_store_is_up(k->o.writer))
		return k->away->again_us;
	if (k->phase != TOC_AWAY)
		return INT64_MAX;
	const struct toc_work *w = k->intake.lane[1].first;
	int64_t refuse = w ? w->since_us + GRACE_US : INT64_MAX;
	int64_t retry = toc_store_is_up(k->o.writer) ? k->retry_us : INT64_MAX;
	return refuse < retry ? refuse : retry;
}
