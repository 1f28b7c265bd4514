/* batch.c: see batch.h. */
#include "keeper/batch.h"

#include "keeper/journal.h"

#include <string.h>

#define RECORD_BYTES (TOC_JOURNAL_RECORD_MAX - 8192) /* the rest is for what stands around its entries, and for why it was refused */

struct toc_batch *toc_batch_new(struct toc_world *under, bool late, size_t works_max, toc_time now)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_batch *b = toc_arena_alloc(a, sizeof *b);
	*b = (struct toc_batch){ .arena = a,
				 .overlay = toc_world_over(under),
				 .base = toc_world_size(under),
				 .late = late,
				 .works_max = works_max,
				 .now = now };
	b->end = &b->works;
	return b;
}

static void *grown(struct toc_arena *a, const void *old, size_t n, size_t cap, size_t each)
{
	void *p = toc_arena_alloc(a, cap * each);
	if (n)
		memcpy(p, old, n * each);
	return p;
}

/* Most batches are small: the arrays start so and double. */
static void make_room(struct toc_batch *b, size_t more)
{
	if (b->n + more <= b->cap)
		return;
	size_t cap = b->cap ? b->cap : 8;
	while (cap < b->n + more)
		cap *= 2;
	b->made = grown(b->arena, b->made, b->n, cap, sizeof *b->made);
	b->groups =
		grown(b->arena, b->groups, b->n_groups, cap, sizeof *b->groups); /* never more than entries */
	if (!b->late)
		b->rows = grown(b->arena, b->rows, b->n, cap, sizeof *b->rows);
	b->cap = cap;
}

struct toc_work *toc_batch_free(struct toc_batch *b)
{
	if (!b)
		return NULL;
	struct toc_work *works = b->works;
	toc_world_free(b->overlay);
	toc_arena_free(b->arena);
	return works;
}

void toc_batch_merge(struct toc_batch *b)
{
	toc_world_merge(b->overlay);
	b->overlay = NULL;
}

bool toc_batch_is_full(const struct toc_batch *b)
{
	return b->n_works >= b->works_max || b->n + TOC_BATCH_ROOM > TOC_APPEND_MAX;
}

struct resolver {
	const struct toc_batch *batch;
	const struct toc_batch_tools *tools;
	size_t upto; /* entries made so far, those of the same work included */
};

static int resolve(void *ctx, struct toc_uuid eid, struct toc_arena *a, struct toc_opened *ret_opened,
		   bool *ret_has_seq)
{
	const struct resolver *r = ctx;
	for (size_t i = r->upto; i-- > 0;)
		if (toc_uuid_eq(r->batch->made[i].opened.entry.eid, eid)) {
			*ret_opened = r->batch->made[i].opened;
			*ret_has_seq = !r->batch->late;
			return 0;
		}
	return r->tools->resolve ? r->tools->resolve(r->tools->ctx, eid, a, ret_opened, ret_has_seq)
				 : TOC_ENOTFOUND;
}

/* Make the entries of one verdict, all or none, and only then apply them.
 * @return 0, TOC_ENOTFOUND (ret_missing) or TOC_ELIMIT (reterr) */
static int take_drafts(struct toc_batch *b, const struct toc_batch_tools *t, const struct toc_verdict *v,
		       toc_time received, struct toc_uuid *ret_missing, struct toc_error *reterr)
{
	if (v->n > TOC_BATCH_ROOM || v->n > TOC_APPEND_MAX - b->n)
		return toc_fail(reterr, TOC_ELIMIT, "%zu entries would follow from it, limit %d", v->n,
				TOC_BATCH_ROOM);
	make_room(b, v->n);
	size_t record = 0;
	for (size_t i = 0; i < v->n; i++) {
		size_t at = b->n + i, bytes = 0;
		struct resolver find = { b, t, at };
		int r = toc_made_from_draft(b->arena, &v->drafts[i], b->now, b->late, b->base + at, resolve,
					    &find, &b->made[at], ret_missing);
		b->made[at].opened.entry.node = t->node;
		if (r == 0 && !b->late)
			r = toc_made_row(b->arena, t->ring, t->node, &b->made[at], &b->rows[at], reterr);
		else if (r == 0)
			r = toc_made_fits(b->arena, t->node, &b->made[at], &bytes, reterr);
		record += bytes;
		if (r == 0 && record > RECORD_BYTES)
			r = toc_fail(reterr, TOC_ELIMIT, "what follows from it has %zu bytes, limit %u without the database", record, RECORD_BYTES);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < v->n; i++)
		toc_apply(b->overlay, &b->made[b->n + i].opened.entry);
	if (v->n)
		b->groups[b->n_groups++] = (struct toc_group){ b->n, v->n, 0, received };
	b->n += v->n;
	return 0;
}

static void keep(struct toc_batch *b, struct toc_work *w)
{
	w->next = NULL;
	*b->end = w;
	b->end = &w->next;
	b->n_works++;
}

/* The entry that is the message itself: its eid is the message's id. Otherwise the first. */
static size_t own_entry(const struct toc_batch *b, size_t first, const struct toc_work *w)
{
	struct toc_uuid id;
	if (w->command.message && toc_uuid_parse(toc_get_text(w->command.message, "id"), &id) == 0)
		for (size_t i = first; i < b->n; i++)
			if (toc_uuid_eq(b->made[i].opened.entry.eid, id))
				return i;
	return first;
}

static int ask(struct toc_batch *b, struct toc_work *w, struct toc_verdict *v)
{
	struct toc_principal p;
	toc_time expires;
	if (w->kind != TOC_WORK_SIGN_IN)
		return toc_decide(b->overlay, &w->principal, &w->command, b->now, b->arena, v);
	/* decided before, committed, and the answer of the database got lost: the session is there */
	if (w->doubtful && toc_world_credential(b->overlay, w->by_link ? "link_session" : "session", w->session, b->now, &p,
						&expires) == 0)
		return 0;
	return (w->by_link ? toc_decide_open_link : toc_decide_sign_in)(b->overlay, w->token, w->session, b->now, b->arena, v);
}

int toc_batch_decide(struct toc_batch *b, const struct toc_batch_tools *t, struct toc_work *w,
		     struct toc_uuid *ret_missing)
{
	struct toc_verdict v = { 0 };
	struct toc_error error;
	size_t first = b->n;

	w->refusal = (struct toc_refusal){ 0 };
	if (w->kind == TOC_WORK_PREPARE) {
		/* into the work's own arena: it outlives the batch */
		w->reply = toc_prepare(b->overlay, &w->principal, &w->command, b->now, w->arena, &w->refusal);
		w->outcome = w->reply ? TOC_WORK_ANSWERED : TOC_WORK_REFUSED;
	} else if (ask(b, w, &v) < 0) {
		w->refusal = v.refusal;
		if (b->late && v.refusal.code == TOC_REFUSE_NOT_FOUND) {
			/* our state may be a copy that is older than what they know: no last word on it now */
			toc_refuse(&w->refusal, TOC_REFUSE_DATABASE_AWAY, v.refusal.field, "",
				   "The database cannot be reached, and without it this is not known.");
			w->refusal.retry_after_s = 5;
		}
		w->outcome = TOC_WORK_REFUSED;
	} else if (v.duplicate) {
		w->seq = v.seq;
		w->outcome = TOC_WORK_DUPLICATE;
	} else if (b->late && !v.journalable) {
		toc_refuse(&w->refusal, TOC_REFUSE_DATABASE_AWAY, "", "",
			   "The database cannot be reached; only threats to life are taken now.");
		w->refusal.retry_after_s = 5;
		w->outcome = TOC_WORK_REFUSED;
	} else {
		int r = take_drafts(b, t, &v, w->command.received, ret_missing, &error);
		if (r == TOC_ENOTFOUND)
			return r;
		if (r < 0) {
			toc_refuse(&w->refusal, TOC_REFUSE_LIMIT, "", "", "%s", error.text);
			w->outcome = TOC_WORK_REFUSED;
		} else if (b->n > first) {
			w->entry = own_entry(b, first, w);
			b->groups[b->n_groups - 1].own = w->entry - first;
			w->outcome = TOC_WORK_ACCEPTED;
		} else {
			w->outcome = TOC_WORK_ANSWERED; /* nothing follows from it */
		}
	}
	if (w->outcome == TOC_WORK_ACCEPTED || w->outcome == TOC_WORK_DUPLICATE)
		w->reply = toc_lookup(b->overlay, &w->principal, &w->command, w->arena);
	keep(b, w);
	return 0;
}

bool toc_batch_due_one(struct toc_batch *b, const struct toc_batch_tools *t, toc_time until)
{
	struct toc_verdict v = { 0 };
	struct toc_uuid missing;

	if (b->n + TOC_BATCH_ROOM > TOC_APPEND_MAX || toc_before(until, toc_world_next_due(b->overlay)))
		return false;
	toc_due(b->overlay, until, 1, b->arena, &v);
	if (v.n == 0) { /* it would be due for ever, and with it the keeper busy */
		toc_fail(&b->error, TOC_ENOTFOUND, "nothing follows from it");
		return false;
	}
	if (take_drafts(b, t, &v, until, &missing, &b->error) < 0) {
		if (!b->error.code)
			toc_fail(&b->error, TOC_ENOTFOUND, "a deadline discloses what is not at hand");
		return false;
	}
	return true;
}

void toc_batch_due(struct toc_batch *b, const struct toc_batch_tools *t, toc_time until)
{
	/* one at a time: a deadline's entry can start, move or stop the next */
	while (toc_batch_due_one(b, t, until))
		;
}
