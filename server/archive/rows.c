/* rows.c: see answer.h. A row of ENTRIES, EVIDENCE and FINDS is a place: the entry there is read with what is sealed of it, one
 * after the other; of FINDS, which gives few of those it looks at, all that came. All others go out as they are. */
#include "archive/answer.h"
#include "archive/evidence.h"
#include "archive/finds.h"

#include "base/log.h"
#include "message/json.h"

#include <string.h>

static enum toc_query_kind kind_of(const struct toc_answer *w)
{
	return w->query ? w->query->kind : TOC_QUERY_ROWS;
}

void toc_rows_begin(struct toc_answer *w, struct toc_audit_question *q)
{
	if (kind_of(w) != TOC_QUERY_ROWS)
		w->wanted = toc_arena_alloc(w->arena, TOC_AUDIT_ROWS_AT_ONCE * sizeof *w->wanted);
	if (kind_of(w) != TOC_QUERY_FINDS)
		return;
	w->skip = q->skip; /* how many places are looked at is nothing to whoever asks */
	w->limit = q->limit;
	q->skip = 0;
	q->limit = UINT64_MAX;
}

/* What is by place has it in front. */
static uint64_t place_of(const struct toc_answer *w, struct toc_str json)
{
	static const char front[] = "{\"seq\":";
	const char *p = json.p + sizeof front - 1, *end = json.p + json.n;
	uint64_t n = 0;

	if (!w->page.by_place)
		return 0;
	if (json.n < sizeof front || memcmp(json.p, front, sizeof front - 1) != 0)
		TOC_WRONG("a query that takes `after` has no `seq` in front");
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	return n;
}

void toc_rows_take(struct toc_answer *w, struct toc_str json)
{
	struct toc_arena *scratch;
	struct toc_refusal r;
	struct toc_value *row;

	if (!w->wanted) {
		toc_answer_give(w, json, place_of(w, json));
		return;
	}
	scratch = toc_arena_new();
	if (toc_json_parse(scratch, json, TOC_AUDIT_ROW_MAX, 64, &row, &r) < 0)
		TOC_WRONG("PostgreSQL's JSON does not parse");
	w->wanted[w->n_wanted++] = (uint64_t)toc_get_int(row, "seq", 0);
	toc_arena_free(scratch);
}

/* ---- by place ---- */

static void on_entry(void *ctx, struct toc_arena *scratch, const struct toc_row *row, const struct toc_opened *e, const struct toc_error *why)
{
	struct toc_answer *w = ctx;
	struct toc_keyring *ring = w->of->o.ring;

	if (w->gone)
		return;
	if (kind_of(w) == TOC_QUERY_EVIDENCE) { /* what does not match its commitment is evidence, too */
		toc_answer_give(w, toc_evidence(scratch, ring, row, w->whole), row->seq);
	} else if (!e) {
		toc_log(TOC_LOG_ERROR, "entry_unreadable", "entry %llu: %s", (unsigned long long)row->seq, why->text);
	} else if (kind_of(w) == TOC_QUERY_FINDS) {
		struct toc_str line = toc_finds(scratch, e, toc_keyring_by_id(ring, row->data_key), w->who.org, toc_query_value_of(w->body, "identifier"));
		if (line.n && w->skip)
			w->skip--;
		else if (line.n && toc_taking_count(w->taking) == w->limit)
			w->more = true;
		else if (line.n)
			toc_answer_give(w, line, row->seq);
		else if (!w->more)
			toc_page_looked(&w->page, row->seq);
	} else {
		struct toc_opened shown = *e;
		if (!w->whole && toc_str_is(e->entry.mode, "system"))
			shown.data = NULL; /* numbers and addresses of people, whatever the message says of its content */
		toc_answer_give(w, toc_render_entry(scratch, &shown, w->whole ? TOC_WHOLE : TOC_WITHOUT_PERSONAL, false), row->seq);
	}
}

/* No further ones are read. */
static void leave_off(struct toc_answer *w)
{
	w->n_wanted = w->at_wanted = 0;
}

static void break_off(struct toc_answer *w, int result)
{
	struct toc_error why;

	leave_off(w);
	toc_answer_end(w, toc_fail(&why, TOC_EIO, result == TOC_EAGAIN ? "this node does not open what is sealed now: a wrapping key is lacking, or the token is away"
								       : "the database does not answer"), false, &why);
}

/* A search that has taken half of its time ends in good order, and says where it was. */
static bool is_long(const struct toc_answer *w)
{
	return kind_of(w) == TOC_QUERY_FINDS && toc_clock_mono_us() >= w->until_us - TOC_SECONDS(w->of->o.seconds).us / 2;
}

static void on_read(void *ctx, int result)
{
	struct toc_answer *w = ctx;

	if (result < 0) {
		break_off(w, result);
	} else if ((w->more || is_long(w)) && !w->ended) { /* as many were found as were asked for; or it goes on with another question */
		leave_off(w);
		toc_answer_end(w, 0, true, NULL);
	} else if ((w->at_wanted += w->reading.n) == w->n_wanted) {
		leave_off(w);
		toc_audit_pause(w->audit, !toc_answer_has_room(w)); /* nobody else wakes the session */
	}
}

static const struct toc_reading_taker by_place = { .entry = on_entry, .done = on_read };

static void read_next(struct toc_answer *w)
{
	bool sealed = w->whole || kind_of(w) == TOC_QUERY_FINDS;
	size_t n = kind_of(w) == TOC_QUERY_FINDS ? w->n_wanted - w->at_wanted : 1;

	if (toc_reading_begin(&w->reading, w->wanted + w->at_wanted, n, sealed, &by_place, w) < 0)
		break_off(w, TOC_EIO); /* its queue is full of others */
}

/* ---- going out ---- */

bool toc_rows_wait(const struct toc_answer *w)
{
	return w->n_wanted > 0;
}

void toc_rows_go_on(struct toc_answer *w)
{
	while (toc_rows_wait(w) && !w->reading.busy && !w->failed && !w->gone && toc_answer_has_room(w))
		read_next(w);
}
