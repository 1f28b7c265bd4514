/* rows.c: see answer.h. A row of ENTRIES, EVIDENCE and FINDS is a place: the entry there is read with what is sealed of it, one
 * after the other. Rows of KNEW are summed up, and the sum is told when there are no more. All others go out as they are. */
#include "archive/answer.h"
#include "archive/evidence.h"
#include "archive/finds.h"

#include "base/log.h"
#include "message/json.h"

#include <string.h>

#define KNEW_ENTRIES 100000 /* that name the organisation: more are not computed with */

static enum toc_query_kind kind_of(const struct toc_answer *w)
{
	return w->query ? w->query->kind : TOC_QUERY_ROWS;
}

void toc_rows_begin(struct toc_answer *w, struct toc_audit_question *q)
{
	switch (kind_of(w)) {
	case TOC_QUERY_KNEW:
		w->knew = toc_knew_new(w->arena, toc_query_value_of(w->body, "org"));
		q->limit = KNEW_ENTRIES;
		q->skip = 0;
		break;
	case TOC_QUERY_ENTRIES:
	case TOC_QUERY_EVIDENCE:
	case TOC_QUERY_FINDS:
		w->wanted = toc_arena_alloc(w->arena, TOC_AUDIT_ROWS_AT_ONCE * sizeof *w->wanted);
		break;
	case TOC_QUERY_ROWS:
		break;
	}
}

void toc_rows_done(struct toc_answer *w)
{
	toc_knew_free(w->knew);
}

static struct toc_value *parsed(struct toc_arena *a, struct toc_str json)
{
	struct toc_refusal r;
	struct toc_value *v;

	if (toc_json_parse(a, json, TOC_AUDIT_ROW_MAX, 64, &v, &r) < 0)
		TOC_WRONG("PostgreSQL's JSON does not parse");
	return v;
}

void toc_rows_take(struct toc_answer *w, struct toc_str json)
{
	if (!w->knew && !w->wanted) {
		toc_answer_give(w, json, 0);
		return;
	}
	struct toc_arena *scratch = toc_arena_new();
	const struct toc_value *row = parsed(scratch, json);
	if (w->knew)
		toc_knew_take(w->knew, row, false);
	else
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
		if (line.n)
			toc_answer_give(w, line, 0);
	} else {
		struct toc_opened shown = *e;
		if (!w->whole && toc_str_is(e->entry.mode, "system"))
			shown.data = NULL; /* numbers and addresses of people, whatever the message says of its content */
		toc_answer_give(w, toc_render_entry(scratch, &shown, w->whole ? TOC_WHOLE : TOC_WITHOUT_PERSONAL, false), 0);
	}
}

static void no_database(struct toc_answer *w)
{
	struct toc_error why;

	w->n_wanted = w->at_wanted = 0;
	toc_answer_end(w, toc_fail(&why, TOC_EIO, "the database does not answer"), false, &why);
}

static void on_read(void *ctx, int result)
{
	struct toc_answer *w = ctx;

	if (result < 0) {
		no_database(w);
	} else if (++w->at_wanted == w->n_wanted) {
		w->at_wanted = w->n_wanted = 0;
		toc_audit_pause(w->audit, !toc_answer_has_room(w)); /* nobody else wakes the session */
	}
}

static const struct toc_reading_taker by_place = { .entry = on_entry, .done = on_read };

static void read_next(struct toc_answer *w)
{
	bool sealed = w->whole || kind_of(w) == TOC_QUERY_FINDS;

	if (toc_reading_begin(&w->reading, w->wanted[w->at_wanted], sealed, &by_place, w) < 0)
		no_database(w); /* its queue is full of others */
}

/* ---- what an organisation knew ---- */

static const struct {
	const char *kind, *member;
} KNOWN[] = { { "message", "messages" }, { "own", "own" }, { "timer", "timers" } };

#define KNOWN_LISTS (sizeof KNOWN / sizeof *KNOWN)

static void tell(struct toc_answer *w, const char *kind, const struct toc_value *x)
{
	struct toc_arena *scratch = toc_arena_new();
	struct toc_value *v = toc_value_map(scratch);

	toc_set_cstr(scratch, v, "kind", kind);
	for (size_t m = 0; m < x->n; m++)
		toc_set_str(scratch, v, x->members[m].name, x->members[m].value);
	toc_answer_give(w, toc_json_str(scratch, v), 0);
	toc_arena_free(scratch);
}

static void tell_next(struct toc_answer *w)
{
	const struct toc_value *list = toc_get(w->known, KNOWN[w->at_list].member);

	if (w->at_known < toc_len(list)) {
		tell(w, KNOWN[w->at_list].kind, toc_at(list, w->at_known++));
	} else {
		w->at_list++;
		w->at_known = 0;
	}
}

void toc_rows_end(struct toc_answer *w)
{
	if (w->knew && w->result == 0)
		w->known = toc_knew_answer(w->knew);
}

/* ---- going out ---- */

bool toc_rows_wait(const struct toc_answer *w)
{
	return w->n_wanted > 0 || (w->known && w->at_list < KNOWN_LISTS);
}

void toc_rows_go_on(struct toc_answer *w)
{
	while (toc_rows_wait(w) && !w->reading.busy && !w->failed && !w->gone && toc_answer_has_room(w)) {
		if (w->known)
			tell_next(w);
		else
			read_next(w);
	}
}
