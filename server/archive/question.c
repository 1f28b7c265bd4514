/* question.c: see answer.h. Nobody's word but the ledger's counts: the entry at the place that was named must be a question,
 * entered by whoever asks. */
#include "archive/answer.h"

#include "render/render.h"

static void on_question(void *ctx, struct toc_arena *scratch, const struct toc_row *row, const struct toc_opened *e, const struct toc_error *why)
{
	struct toc_answer *w = ctx;

	(void)row, (void)why;
	bool asks = e && (toc_str_is(e->entry.k, "M27.mandate") || toc_str_is(e->entry.k, "M27.own"));
	if (!asks || !toc_str_eq(e->entry.org, w->who.org) || e->erased || e->closed || !e->actor ||
	    !toc_str_eq(toc_get_text(e->actor, "person"), toc_uuid_str(scratch, w->who.person)))
		return;
	w->found = true;
	w->id = e->entry.eid;
	w->body = toc_value_copy(w->arena, toc_get(toc_render_message(scratch, e, TOC_WHOLE), "body"));
	w->query = toc_query_find(toc_get_text(w->body, "query"));
}

static void on_read(void *ctx, int result)
{
	struct toc_answer *w = ctx;
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };

	if (w->gone || w->of->leaving)
		w->over = true;
	else if (result < 0)
		toc_answer_refuse(w, TOC_REFUSE_BUSY, "", result == TOC_EAGAIN ? "this node does not open what is sealed now" : "the database does not answer");
	else if (!w->found)
		toc_answer_refuse(w, TOC_REFUSE_NOT_FOUND, "", "there is no such question of yours");
	else if (toc_query_check(w->body, &r) < 0)
		toc_answer_refuse(w, r.code, r.field, r.detail);
	else if (!w->query && toc_get(w->body, "mandate_ref") == NULL)
		toc_answer_refuse(w, TOC_REFUSE_NOT_PERMITTED, "query", "statements of one's own are for auditors");
	else
		toc_answer_begin(w);
}

static const struct toc_reading_taker as_question = { .entry = on_question, .done = on_read };

bool toc_question_read(struct toc_answer *w)
{
	return toc_reading_begin(&w->reading, &w->seq, 1, true, &as_question, w) == 0;
}
