/* auditor.c: see auditor.h, and answer.h for its rooms. Here: what the fronts say, and how many answers there are at a time. */
#include "archive/answer.h"

#include "measure/metrics.h"

#include <stdlib.h>

static unsigned asks_already(const struct toc_auditor *a, const struct toc_answer *but)
{
	unsigned n = 0;

	for (const struct toc_answer *w = a->first; w; w = w->next)
		n += w != but && !w->over && toc_uuid_eq(w->who.person, but->who.person);
	return n;
}

void toc_auditor_ask(struct toc_auditor *a, unsigned front, struct toc_frame *f)
{
	struct toc_arena *arena = toc_arena_new();
	struct toc_answer *w = toc_arena_alloc(arena, sizeof *w);

	*w = (struct toc_answer){ .of = a, .arena = arena, .front = front, .conn = toc_frame_u64(f), .reading = { .store = a->o.store, .ring = a->o.ring } };
	struct toc_str grant = toc_frame_str(f);
	w->seq = toc_frame_u64(f);
	w->credit = toc_frame_u32(f);
	if (w->seq > INT64_MAX || w->credit > TOC_ANSWER_CREDIT_MAX)
		f->bad = true;
	if (!toc_frame_end(f)) {
		toc_arena_free(arena);
		return;
	}
	w->next = a->first;
	a->first = w;
	a->n++;
	if (toc_grant_open(arena, a->o.grant_key, grant, a->o.now(a->o.ctx), &w->who) < 0)
		toc_answer_refuse(w, TOC_REFUSE_NOT_AUTHENTICATED, "", "the grant is not good any more: ask again");
	else if (!a->o.conninfo)
		toc_answer_refuse(w, TOC_REFUSE_CONDITION, "", "this archive answers no questions");
	else if (a->n > a->o.most && (toc_limit_hit(TOC_LIMIT_audits), true))
		toc_answer_refuse(w, TOC_REFUSE_BUSY, "", "too many questions are being answered");
	else if (asks_already(a, w) >= a->o.most_per_person && (toc_limit_hit(TOC_LIMIT_audits_per_person), true))
		toc_answer_refuse(w, TOC_REFUSE_BUSY, "", "as many questions of yours are being answered as one person may ask at a time");
	else if (!toc_question_read(w))
		toc_answer_refuse(w, TOC_REFUSE_BUSY, "", "the database does not answer");
}

void toc_auditor_more(struct toc_auditor *a, unsigned front, struct toc_frame *f)
{
	uint64_t conn = toc_frame_u64(f);
	uint32_t bytes = toc_frame_u32(f);

	if (!toc_frame_end(f))
		return;
	for (struct toc_answer *w = a->first; w; w = w->next)
		if (w->front == front && w->conn == conn && !w->over)
			toc_answer_took(w, bytes);
}

/* What has a callback of the store outstanding is freed when that has come. */
void toc_auditor_stop(struct toc_auditor *a, unsigned front, bool all, uint64_t conn)
{
	for (struct toc_answer *w = a->first; w; w = w->next)
		if (w->front == front && (all || w->conn == conn)) {
			w->gone = true;
			w->over |= !w->reading.busy;
		}
}

static void let_go(struct toc_auditor *a, struct toc_answer **at)
{
	struct toc_answer *w = *at;

	*at = w->next;
	a->n--;
	toc_answer_done(w);
	toc_arena_free(w->arena);
}

void toc_auditor_turn(struct toc_auditor *a)
{
	for (struct toc_answer **at = &a->first; *at;)
		if ((*at)->over)
			let_go(a, at);
		else
			at = &(*at)->next;
}

unsigned toc_auditor_answers(const struct toc_auditor *a)
{
	return a->n;
}

void toc_auditor_leave(struct toc_auditor *a)
{
	a->leaving = true;
}

struct toc_auditor *toc_auditor_new(const struct toc_auditor_options *o)
{
	struct toc_auditor *a = toc_must_realloc(NULL, sizeof *a);

	*a = (struct toc_auditor){ .o = *o };
	toc_buf_init(&a->out, TOC_IPC_FRAME_MAX + 64);
	return a;
}

void toc_auditor_free(struct toc_auditor *a)
{
	if (!a)
		return;
	while (a->first)
		let_go(a, &a->first);
	toc_buf_done(&a->out);
	free(a);
}
