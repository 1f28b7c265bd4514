/* fetch.c: single entries that are wanted again: to be disclosed by an M29, or because a message was sent a
 * second time and is to be answered as the first time. The cache of open cases has most of them; the store
 * has the rest. */
#include "keeper/core.h"

#include <stdlib.h>

#define FETCHES_MAX 256 /* rows for one work: an M29 discloses at most 200 entries */

struct fetch {
	struct toc_keeper *k;
	struct toc_work *w;
	struct toc_uuid eid;
	uint64_t seq;
	bool found, answer;
	bool closed; /* it is there, and a key of it does not open here now: it is not to be disclosed without what that seals */
};

int toc_fetch_resolve(void *keeper, struct toc_uuid eid, struct toc_arena *a, struct toc_opened *ret_opened,
		      bool *ret_has_seq)
{
	struct toc_keeper *k = keeper;
	const struct toc_row *row = toc_cases_get(k->cases, eid);
	if (!row && k->phase == TOC_AWAY) {
		*ret_has_seq = false;
		return toc_away_find(k, eid, a, ret_opened);
	}
	if (!row || toc_render_open(a, k->o.ring, row, ret_opened, NULL) < 0 || ret_opened->closed)
		return TOC_ENOTFOUND;
	*ret_has_seq = true;
	return 0;
}

static struct toc_store *source(struct toc_keeper *k)
{
	return toc_store_is_up(k->o.reader) ? k->o.reader : k->o.writer;
}

/* Refuse, in a state where nothing was changed. */
static void give_up(struct toc_keeper *k, struct toc_work *w, enum toc_refusal_code code, const char *words)
{
	toc_refuse(&w->refusal, code, "", "", "%s", words);
	w->refusal.retry_after_s = code == TOC_REFUSE_INTERNAL ? 0 : 5;
	w->outcome = TOC_WORK_REFUSED;
	toc_cycle_finish(k, w, NULL, true);
}

static void end(struct fetch *f, int result)
{
	struct toc_keeper *k = f->k;
	struct toc_work *w = f->w;
	k->fetching--;
	if (f->answer && f->found)
		toc_work_free(w); /* answered by on_row */
	else if (result < 0 || f->answer)
		give_up(k, w, TOC_REFUSE_DATABASE_AWAY,
			"The database cannot be reached; send it again with the same id.");
	else if (f->closed)
		give_up(k, w, TOC_REFUSE_BUSY, "What it discloses cannot be opened at this node now; send it again with the same id.");
	else if (!f->found || ++w->fetches > FETCHES_MAX)
		give_up(k, w, TOC_REFUSE_INTERNAL, "An entry that it discloses cannot be read.");
	else
		toc_intake_put_back(&k->intake, w);
	free(f);
}

static void answer(struct toc_keeper *k, struct toc_work *w, const struct toc_opened *e)
{
	struct toc_value *reply = toc_answer_entry(w->arena, e, true);

	toc_outside_tell(k, w, e, reply);
	toc_answer_found(w, reply);
	toc_answer(k, w, 200, toc_answer_reply(w->arena, "accepted", w->ref, reply));
}

static void on_row(void *ctx, const struct toc_row *row)
{
	struct fetch *f = ctx;
	struct toc_keeper *k = f->k;
	struct toc_opened e;
	struct toc_error error;

	if (row->seq != f->seq || (f->answer && f->found))
		return;
	if (!f->answer) {
		f->closed = toc_render_open(f->w->arena, k->o.ring, row, &e, &error) == 0 && e.closed;
		toc_cases_put(k->cases, f->eid, (struct toc_uuid){ { 0 } }, row);
		f->found = true;
		return;
	}
	if (toc_render_open(f->w->arena, k->o.ring, row, &e, &error) < 0) {
		toc_log(TOC_LOG_ERROR, "entry_unreadable", "%s", error.text);
		return;
	}
	f->found = true;
	answer(k, f->w, &e);
}

static void on_read(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	(void)size, (void)error;
	end(ctx, result);
}

static void read_it(struct fetch *f)
{
	if (toc_store_read(source(f->k), f->seq, 1, TOC_STORE_DEADLINE, on_row, on_read, f) < 0)
		end(f, TOC_EIO);
}

static void on_found(void *ctx, struct toc_uuid eid, uint64_t seq)
{
	struct fetch *f = ctx;
	if (!toc_uuid_eq(eid, f->eid))
		return;
	f->seq = seq;
	f->found = true;
}

static void on_searched(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct fetch *f = ctx;
	(void)size, (void)error;
	if (result < 0 || !f->found) {
		end(f, result);
		return;
	}
	f->found = false;
	read_it(f);
}

static struct fetch *fetch_new(struct toc_keeper *k, struct toc_work *w)
{
	struct fetch *f = calloc(1, sizeof *f);
	if (!f)
		abort();
	f->k = k;
	f->w = w;
	k->fetching++;
	return f;
}

void toc_fetch_entry(struct toc_keeper *k, struct toc_work *w, struct toc_uuid eid)
{
	struct fetch *f = fetch_new(k, w);
	f->eid = eid;
	if (toc_store_find(source(k), &f->eid, 1, TOC_STORE_DEADLINE, on_found, on_searched, f) < 0)
		end(f, TOC_EIO);
}

void toc_fetch_answer(struct toc_keeper *k, struct toc_work *w)
{
	struct toc_uuid id = { { 0 } };
	const struct toc_value *journaled = NULL;
	struct toc_opened e;
	bool has_seq;

	if (toc_uuid_parse(toc_get_text(w->command.message, "id"), &id) == 0)
		journaled = toc_away_answer(k, id);
	if (journaled) {
		toc_answer(k, w, 202, toc_answer_reply(w->arena, "journaled", w->ref, journaled));
		toc_work_free(w);
		return;
	}
	if (toc_fetch_resolve(k, id, w->arena, &e, &has_seq) == 0 && e.entry.seq == w->seq) {
		answer(k, w, &e);
		toc_work_free(w);
		return;
	}
	struct fetch *f = fetch_new(k, w);
	f->seq = w->seq;
	f->answer = true;
	read_it(f);
}
