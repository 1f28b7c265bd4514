/* erasure.c: what is due becomes an entry; what is erased is forgotten here, too; and what is held until when.
 *
 * The keyring has every seal key, the state says of each until when it is kept (domain/retention.c). A look goes over
 * them, some in each turn, at least once a minute. Of those that are due the database says where their parts are; then
 * `erase.due` is decided like any message, and carried out by the eraser once it is committed. Its id comes from the key
 * and what goes, so two nodes make the same entry.
 *
 * The eraser tells by the version of the wrapping keys that seal keys are gone: then all are read anew, and those that are
 * not there any more are wiped. */
#include "keeper/core.h"

#include "domain/rule.h"
#include "message/json.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_US INT64_C(60000000) /* at the latest; a change of what counts brings it forward */
#define SOON_US 200000
#define SLICE 2000                /* keys of one turn */
#define AT_ONCE 16                /* keys of one question */
#define RUNS_MAX 2000             /* of one entry; what is more goes with another */
#define PAGE 100                  /* keys of one answer */
#define KEPT_MAX 2000             /* of one telling */
#define LISTS_MAX 16              /* questions that wait */

struct found { /* a key, and where its parts are */
	struct toc_uuid key;
	struct toc_str subject, retention;
	struct toc_retention r;
	struct toc_value *data, *actors;
	int64_t count, n_data, n_actors;
	uint64_t first;
	bool more;
};
struct toc_erasure {
	struct toc_keeper *k;
	int64_t next_us;
	struct toc_kept kept[KEPT_MAX]; /* is to be told to who audits */
	size_t n_kept;
	bool telling;
	bool wanted, busy, sweeping, sweep_again, looking, revenants_known;
	struct toc_uuid at; /* the key after which the look goes on; nil: at the first */
	toc_time soonest;
	struct toc_arena *a; /* of what is asked */
	struct found found[PAGE];
	size_t n;
	struct toc_work *listing; /* who waits for an answer instead of an erasure */
	struct toc_work *lists;   /* who waits until that is answered, or until a look has its turn */
	unsigned n_lists;
	struct toc_str next;
	bool restored;
	toc_then *then; /* who waits until all keys were read anew */
};

struct toc_erasure *toc_erasure_new(struct toc_keeper *k)
{
	struct toc_erasure *e = calloc(1, sizeof *e);

	if (!e)
		abort();
	e->k = k;
	e->a = toc_arena_new();
	return e;
}

void toc_erasure_free(struct toc_erasure *e)
{
	if (!e)
		return;
	toc_work_free(e->listing);
	for (struct toc_work *w = e->lists, *next; w; w = next) {
		next = w->next;
		toc_work_free(w);
	}
	toc_arena_free(e->a);
	free(e);
}

/* ---- what is gone is forgotten ---- */

static void told(struct toc_keeper *k, int result)
{
	toc_then *then = k->erasure->then;

	k->erasure->then = NULL;
	if (then && !k->leaving)
		then(k, result);
}

static void on_swept(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_keeper *k = ctx;
	(void)size;
	k->erasure->sweeping = false;
	k->erasure->sweep_again = result < 0;
	if (result < 0) {
		toc_log(TOC_LOG_WARN, "keys_not_read", "trying again: %s", error->text);
		told(k, result);
		return;
	}
	size_t n = toc_keyring_swept(k->o.ring);
	if (n)
		toc_log(TOC_LOG_INFO, "keys_forgotten", "%zu seal keys were erased", n);
	toc_erasure_wanted(k); /* of what was sealed meanwhile with a key that was leaving */
	k->saved_as_of = UINT64_MAX; /* the copy on disk has them, wrapped */
	told(k, 0);
}

static void sweep(struct toc_keeper *k)
{
	struct toc_erasure *e = k->erasure;

	if (e->sweeping || (!toc_keyring_changed(k->o.ring) && !e->sweep_again) || !toc_store_is_up(k->o.reader))
		return;
	toc_keyring_sweep(k->o.ring);
	e->sweeping = toc_load_keys(k, k->o.reader, on_swept) == 0;
	e->sweep_again = !e->sweeping;
}

void toc_erasure_reread(struct toc_keeper *k, toc_then *then)
{
	k->erasure->then = then;
	k->erasure->sweep_again = true;
	sweep(k);
	if (!k->erasure->sweeping)
		told(k, TOC_EIO);
}

/* ---- where the parts are ---- */

static void on_part(void *ctx, struct toc_uuid key, unsigned part, uint64_t first, uint64_t last)
{
	struct toc_erasure *e = ctx;
	struct found *f = NULL;

	for (size_t i = 0; i < e->n && !f; i++)
		if (toc_uuid_eq(e->found[i].key, key))
			f = &e->found[i];
	if (!f)
		return;
	if (e->listing) {
		*(part == 1 ? &f->n_actors : &f->n_data) += (int64_t)(last - first) + 1;
		return;
	}
	struct toc_value *list = part == 1 ? f->actors : f->data;
	if (toc_len(list) >= RUNS_MAX) {
		f->more = true;
		return;
	}
	if (!f->count)
		f->first = first;
	toc_push_text(e->a, list, first == last ? toc_arena_printf(e->a, "%llu", (unsigned long long)first)
						: toc_arena_printf(e->a, "%llu-%llu", (unsigned long long)first, (unsigned long long)last));
	f->count += (int64_t)(last - first) + 1;
}

static struct found *take(struct toc_erasure *e, struct toc_uuid key, struct toc_str subject, struct toc_str retention)
{
	struct found *f = &e->found[e->n++];

	*f = (struct found){ .key = key, .subject = toc_arena_str(e->a, subject), .retention = toc_arena_str(e->a, retention),
			     .data = toc_value_list(e->a), .actors = toc_value_list(e->a) };
	return f;
}

static void enter(struct toc_keeper *k, const struct found *f)
{
	struct toc_work *w = toc_server_work(k, "erase", "due");
	struct toc_arena *a = w->arena;
	struct toc_value *m = (struct toc_value *)(uintptr_t)w->command.message, *body = toc_get(m, "body");
	struct toc_str key = toc_uuid_str(a, f->key);
	struct toc_uuid id = toc_uuid_named("tocsin-erase/v1", toc_arena_printf(a, "%.*s %lld %llu", TOC_STR_ARGS(key), (long long)f->count,
										  (unsigned long long)f->first));

	toc_set_text(a, m, "id", toc_uuid_str(a, id));
	toc_set_text(a, body, "subject", toc_arena_str(a, f->subject));
	toc_set_text(a, body, "retention", toc_arena_str(a, f->retention));
	toc_set_text(a, body, "key", key);
	toc_set_int(a, body, "count", f->count);
	toc_set_cstr(a, body, "basis", k->erasure->restored ? "restored" : f->r.early ? "early" : "retention");
	if (f->more)
		toc_set_bool(a, body, "more", true);
	toc_set(a, body, "data", toc_value_copy(a, f->data));
	toc_set(a, body, "actors", toc_value_copy(a, f->actors));
	toc_keeper_put(k, w);
}

static void answer_list(struct toc_keeper *k);
static void begin_list(struct toc_keeper *k, struct toc_work *w);

static void on_parts(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_erasure *e = ctx;
	struct toc_keeper *k = e->k;
	(void)size;
	e->busy = false;
	if (e->listing) {
		if (result < 0 && !k->leaving) {
			toc_refuse(&e->listing->refusal, TOC_REFUSE_DATABASE_AWAY, "", "", "The database cannot be reached.");
			e->listing->refusal.retry_after_s = 5;
			toc_answer_refused(k, e->listing);
		} else if (!k->leaving) {
			answer_list(k);
		}
		toc_work_free(e->listing);
		e->listing = NULL;
	} else if (result == 0) {
		for (size_t i = 0; i < e->n; i++) {
			enter(k, &e->found[i]);
			toc_keyring_leaves(k->o.ring, e->found[i].key); /* not twice, until it is known what came of it */
		}
	} else if (!k->leaving) {
		toc_log(TOC_LOG_WARN, "erasure_waits", "trying again: %s", error->text);
	}
	e->n = 0;
	toc_arena_reset(e->a);
}

static void ask(struct toc_keeper *k)
{
	struct toc_erasure *e = k->erasure;
	struct toc_uuid keys[PAGE];

	for (size_t i = 0; i < e->n; i++)
		keys[i] = e->found[i].key;
	e->busy = e->n && toc_store_parts(k->o.reader, keys, e->n, TOC_STATE_DEADLINE, on_part, on_parts, e) == 0;
	if (!e->busy)
		e->n = 0;
}

/* ---- the look ---- */

static void on_revenant(void *ctx, const struct toc_key_row *row)
{
	struct toc_erasure *e = ctx;

	if (e->n < AT_ONCE)
		(void)take(e, row->id, row->subject, row->retention);
}

static void on_revenants(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_erasure *e = ctx;
	(void)size, (void)error;
	e->busy = false;
	e->revenants_known = true;
	e->restored = result == 0 && e->n;
	if (e->restored && !e->k->leaving)
		ask(e->k);
	else
		e->n = 0;
}

static void on_kept(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_erasure *e = ctx;
	(void)size;
	e->telling = false;
	if (result == 0 || e->k->leaving)
		return;
	toc_log(TOC_LOG_WARN, "retention_not_told", "trying again: %s", error->text);
	toc_keyring_unsay(e->k->o.ring);
}

/* Until when each key is kept, where that has changed: so that an auditor sees what should be gone, also when nothing comes to erase it. */
static void tell_kept(struct toc_keeper *k)
{
	struct toc_erasure *e = k->erasure;

	if (e->n_kept)
		e->telling = toc_store_keep_until(k->o.reader, e->kept, e->n_kept, TOC_STATE_DEADLINE, on_kept, e) == 0;
	if (e->n_kept && !e->telling)
		toc_keyring_unsay(k->o.ring);
	e->n_kept = 0;
}

/* Some keys further. */
static void look(struct toc_keeper *k)
{
	struct toc_erasure *e = k->erasure;
	const struct toc_seal_key *key = toc_uuid_is_nil(e->at) ? NULL : toc_keyring_by_id(k->o.ring, e->at);
	toc_time now = toc_keeper_now(k);
	bool leaving;
	int n = 0;

	e->restored = false;
	while (n++ < SLICE && e->n < AT_ONCE && e->n_kept < KEPT_MAX && (key = toc_keyring_next(k->o.ring, key, &leaving))) {
		struct toc_retention r;
		e->at = key->id;
		if (leaving || !toc_retained_until(k->world, key->subject, key->retention, &r))
			continue;
		if (toc_keyring_kept(k->o.ring, key->id, r.due, r.held))
			e->kept[e->n_kept++] = (struct toc_kept){ .key = key->id, .exercise = r.exercise, .due = r.due, .held = r.held };
		if (r.held)
			continue;
		if (toc_before(now, r.due)) {
			if (toc_before(r.due, e->soonest))
				e->soonest = r.due;
			continue;
		}
		take(e, key->id, key->subject, key->retention)->r = r;
	}
	tell_kept(k); /* before the erasure, on the same connection */
	ask(k);
	if (key)
		return;
	e->looking = false;
	e->at = (struct toc_uuid){ { 0 } };
	int64_t mono = toc_clock_mono_us(), wait = LOOK_US;
	if (e->soonest.us != TOC_TIME_NEVER.us && toc_between(now, e->soonest).us < wait)
		wait = toc_between(now, e->soonest).us;
	e->next_us = mono + (wait < SOON_US ? SOON_US : wait);
}

void toc_erasure_wanted(struct toc_keeper *k)
{
	k->erasure->wanted = true;
}

static struct toc_work *next_list(struct toc_erasure *e)
{
	struct toc_work *w = e->lists;

	e->lists = w->next;
	e->n_lists--;
	return w;
}

void toc_erasure_turn(struct toc_keeper *k)
{
	struct toc_erasure *e = k->erasure;

	while (k->phase == TOC_AWAY && e->lists) {
		struct toc_work *w = next_list(e);
		toc_refuse(&w->refusal, TOC_REFUSE_DATABASE_AWAY, "", "", "The database cannot be reached.");
		w->refusal.retry_after_s = 5;
		toc_answer_refused(k, w);
		toc_work_free(w);
	}
	if (k->phase != TOC_READY || !k->announced)
		return;
	sweep(k);
	if (e->busy || e->telling || e->listing || e->sweeping || !toc_store_is_up(k->o.reader))
		return;
	if (e->lists) {
		begin_list(k, next_list(e));
		return;
	}
	if (!e->looking && (e->wanted || toc_clock_mono_us() >= e->next_us)) {
		e->looking = true;
		e->wanted = e->revenants_known = false;
		e->soonest = TOC_TIME_NEVER;
		e->at = (struct toc_uuid){ { 0 } };
	}
	if (!e->looking)
		return;
	if (!e->revenants_known) {
		e->n = 0;
		e->busy = toc_store_revenants(k->o.reader, TOC_STORE_DEADLINE, on_revenant, on_revenants, e) == 0;
		return;
	}
	look(k);
}

int64_t toc_erasure_next_us(const struct toc_keeper *k)
{
	const struct toc_erasure *e = k->erasure;

	if (k->phase != TOC_READY || !k->announced || e->busy || e->telling || e->sweeping)
		return INT64_MAX;
	return e->looking || e->wanted || e->lists ? toc_clock_mono_us() : e->next_us;
}

void toc_erasure_committed(struct toc_keeper *k, const struct toc_entry *e)
{
	struct toc_uuid key;

	if (toc_entry_moves_retention(e))
		toc_erasure_wanted(k);
	if (toc_str_is(e->k, "erase.due") &&
	    toc_uuid_parse(toc_get_text(toc_get(toc_get(e->body, "message"), "body"), "key"), &key) == 0)
		toc_keyring_leaves(k->o.ring, key);
}

/* ---- what is held until when: for a data protection officer ---- */

static struct toc_str name_of(struct toc_arena *a, const struct toc_seal_key *key)
{
	return toc_arena_printf(a, "%.*s %.*s", TOC_STR_ARGS(key->subject), TOC_STR_ARGS(key->retention));
}

static int by_name(const void *x, const void *y)
{
	return toc_str_cmp(*(const struct toc_str *)x, *(const struct toc_str *)y);
}

static void answer_list(struct toc_keeper *k)
{
	struct toc_erasure *e = k->erasure;
	struct toc_arena *a = e->listing->arena;
	struct toc_value *reply = toc_value_map(a), *list = toc_value_list(a);

	for (size_t i = 0; i < e->n; i++) {
		const struct found *f = &e->found[i];
		struct toc_value *v = toc_value_map(a);
		toc_set_text(a, v, "subject", toc_arena_str(a, f->subject));
		toc_set_text(a, v, "retention", toc_arena_str(a, f->retention));
		toc_set_int(a, v, "entries", f->n_data);
		toc_set_int(a, v, "actors", f->n_actors);
		if (f->r.due.us != TOC_TIME_NEVER.us)
			toc_set_time(a, v, "due", f->r.due);
		toc_set_cstr(a, v, "after", f->r.since);
		toc_set_cstr(a, v, "clause", f->r.clause);
		toc_set_bool(a, v, "held", f->r.held);
		toc_set_bool(a, v, "is_due", !f->r.held && !toc_before(toc_keeper_now(k), f->r.due));
		toc_push(a, list, v);
	}
	toc_set(a, reply, "held", list);
	if (e->next.n)
		toc_set_text(a, reply, "next", toc_arena_str(a, e->next));
	toc_answer(k, e->listing, 200, toc_answer_reply(a, "prepared", e->listing->ref, reply));
}

static void begin_list(struct toc_keeper *k, struct toc_work *w)
{
	struct toc_erasure *e = k->erasure;
	const struct toc_value *body = toc_get(w->command.message, "body");
	struct toc_str after = toc_get_text(body, "after");
	bool only_due = toc_get_is(body, "only", "due"), only_held = toc_get_is(body, "only", "held"), leaving;

	/* in the order of their names, from the one after which the last page ended */
	size_t n = 0, cap = 0;
	struct toc_str *names = NULL;
	const struct toc_seal_key *key = NULL;
	while ((key = toc_keyring_next(k->o.ring, key, &leaving))) {
		struct toc_retention r;
		if (!toc_retention_party(k->world, key->subject, w->principal.org) ||
		    !toc_retained_until(k->world, key->subject, key->retention, &r) || (only_held && !r.held) ||
		    (only_due && (r.held || toc_before(toc_keeper_now(k), r.due))))
			continue;
		struct toc_str name = name_of(w->arena, key);
		if (after.n && toc_str_cmp(name, after) <= 0)
			continue;
		if (n == cap)
			names = toc_must_realloc(names, (cap = cap ? 2 * cap : 64) * sizeof *names);
		names[n++] = name;
	}
	if (n)
		qsort(names, n, sizeof *names, by_name);
	e->n = 0;
	e->next = n > PAGE ? toc_arena_str(w->arena, names[PAGE - 1]) : TOC_STR("");
	for (size_t i = 0; i < n && i < PAGE; i++) {
		const char *blank = memrchr(names[i].p, ' ', names[i].n);
		struct toc_str subject = { names[i].p, (size_t)(blank - names[i].p) };
		struct toc_str retention = { blank + 1, names[i].n - subject.n - 1 };
		const struct toc_seal_key *it = toc_keyring_for(k->o.ring, subject, retention);
		struct found *f = take(e, it->id, subject, retention);
		(void)toc_retained_until(k->world, subject, retention, &f->r);
	}
	free(names);
	e->listing = w;
	if (e->n)
		ask(k);
	if (!e->busy) {
		answer_list(k);
		toc_work_free(w);
		e->listing = NULL;
		e->n = 0;
		toc_arena_reset(e->a);
	}
}

/* @return whether the work was one of these: then it was taken over */
bool toc_erasure_list(struct toc_keeper *k, struct toc_work *w)
{
	struct toc_erasure *e = k->erasure;
	struct toc_work **end = &e->lists;

	if (!toc_str_is(w->command.k, "erase.list"))
		return false;
	if (!(toc_world_roles(k->world, &w->principal) & TOC_ROLE_DP))
		toc_refuse(&w->refusal, TOC_REFUSE_NOT_PERMITTED, "", "domain a.3.1", "erase.list: your roles do not allow it");
	else if (k->phase == TOC_AWAY || k->phase == TOC_STARTING)
		toc_refuse(&w->refusal, TOC_REFUSE_DATABASE_AWAY, "", "", "The database cannot be reached.");
	else if (e->n_lists == LISTS_MAX)
		toc_refuse(&w->refusal, TOC_REFUSE_BUSY, "", "", "%d such questions wait already.", LISTS_MAX);
	if (w->refusal.code != TOC_NOT_REFUSED) {
		if (w->refusal.code != TOC_REFUSE_NOT_PERMITTED)
			w->refusal.retry_after_s = 1;
		toc_answer_refused(k, w);
		toc_work_free(w);
		return true;
	}
	while (*end)
		end = &(*end)->next;
	*end = w;
	w->next = NULL;
	e->n_lists++;
	return true;
}
