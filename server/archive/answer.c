/* answer.c: see answer.h.
 *
 *   begun → rows come, and go out as its reader takes them → the session has ended, and all rows have gone out
 *         → something is made of them (taking.h) → over
 *
 * However it ends, how much it brought to light is put on record. */
#include "archive/answer.h"

#include "base/log.h"
#include "ipc/result.h"
#include "measure/metrics.h"

#include <poll.h>

#define DATA_BYTES 32768 /* lines go out in pieces of about this */

/* ---- to the front ---- */

bool toc_answer_has_room(const struct toc_answer *w)
{
	return w->credit > (int64_t)w->lines.n;
}

static void send_lines(struct toc_answer *w)
{
	struct toc_auditor *a = w->of;

	if (!w->lines.n || w->gone)
		return;
	toc_ipc_begin(&a->out, TOC_IPC_AUDIT_DATA);
	toc_ipc_u64(&a->out, w->conn);
	toc_ipc_str(&a->out, toc_buf_view(&w->lines));
	if (toc_child_send(a->o.child, w->front, &a->out) < 0)
		w->gone = true; /* a part that is missing is no answer */
	w->credit -= (int64_t)w->lines.n;
	toc_count_by(TOC_METRIC_ARCHIVE_BYTES, 0, w->lines.n);
	toc_buf_clear(&w->lines);
}

static void finish(struct toc_answer *w, enum toc_refusal_code code, const char *field, const char *words, struct toc_str result)
{
	struct toc_auditor *a = w->of;

	if (!w->gone) {
		toc_ipc_begin(&a->out, TOC_IPC_AUDIT_END);
		toc_ipc_u64(&a->out, w->conn);
		toc_ipc_u16(&a->out, (uint16_t)code);
		toc_ipc_str(&a->out, toc_str_of(field));
		toc_ipc_str(&a->out, toc_str_of(words));
		toc_ipc_str(&a->out, result);
		if (toc_child_send(a->o.child, w->front, &a->out) == TOC_ELIMIT)
			toc_log(TOC_LOG_WARN, "front_slow", "front %u does not read; an answer ends without a word", w->front);
	}
	if (code != TOC_NOT_REFUSED)
		toc_count_as(TOC_METRIC_ARCHIVE_REFUSED, code);
	w->over = true;
}

void toc_answer_refuse(struct toc_answer *w, enum toc_refusal_code code, const char *field, const char *words)
{
	finish(w, code, field, words, TOC_STR(""));
}

/* ---- what goes out ---- */

static void break_off_if(struct toc_answer *w, int result)
{
	if (result == 0)
		return;
	if (result == TOC_ELIMIT)
		toc_limit_hit(TOC_LIMIT_audit_kib);
	w->failed = true;
	w->result = result;
}

static void on_open(void *ctx, uint64_t as_of, bool whole, bool deconfliction)
{
	struct toc_answer *w = ctx;
	struct toc_value *head = toc_value_map(w->arena);

	w->opened = true;
	w->as_of = as_of;
	w->whole = whole;
	toc_set_text(w->arena, head, "query", toc_get_text(w->body, "query"));
	toc_set(w->arena, head, "parameters", toc_get(w->body, "parameters") ? toc_value_copy(w->arena, toc_get(w->body, "parameters")) : toc_value_list(w->arena));
	toc_set_int(w->arena, head, "asked", (int64_t)w->seq);
	toc_set_text(w->arena, head, "id", toc_uuid_str(w->arena, w->id));
	if (toc_get(w->body, "mandate_ref"))
		toc_set_text(w->arena, head, "mandate", toc_get_text(w->body, "mandate_ref"));
	toc_set_text(w->arena, head, "purpose", toc_get_text(w->body, "purpose"));
	toc_set_int(w->arena, head, "as_of", (int64_t)as_of);
	if (as_of < w->seq && !toc_query_value_of(w->body, "as_of").n)
		toc_set_int(w->arena, head, "behind", (int64_t)(w->seq - as_of));
	toc_set_bool(w->arena, head, "whole", whole);
	toc_set_bool(w->arena, head, "deconfliction", deconfliction);
	if (w->of->o.prover && toc_prover_newest(w->of->o.prover).n)
		toc_set_text(w->arena, head, "checkpoint", toc_arena_str(w->arena, toc_prover_newest(w->of->o.prover)));
	break_off_if(w, toc_taking_head(w->taking, &w->lines, head, toc_get_text(w->body, "sql"), &w->why));
}

void toc_answer_give(struct toc_answer *w, struct toc_str json, uint64_t place)
{
	if (w->failed)
		return;
	toc_page_row(&w->page, place);
	break_off_if(w, toc_taking_row(w->taking, &w->lines, json, place, &w->why));
	if (w->lines.n >= DATA_BYTES)
		send_lines(w);
}

static void on_row(void *ctx, struct toc_str json)
{
	toc_rows_take(ctx, json);
}

void toc_answer_end(struct toc_answer *w, int result, bool more, const struct toc_error *why)
{
	if (w->failed)
		return;
	w->ended = true;
	w->result = result;
	w->more = more;
	if (why)
		w->why = *why;
}

static void on_end(void *ctx, int result, bool more, const struct toc_error *why)
{
	toc_answer_end(ctx, result, more, why);
}

/* ---- the end ---- */

static enum toc_refusal_code code_of(int result)
{
	switch (result) {
	case TOC_EINVAL: return TOC_REFUSE_BAD_VALUE;
	case TOC_EPROOF: return TOC_REFUSE_STATE;
	case TOC_ETIMEOUT:
	case TOC_ELIMIT: return TOC_REFUSE_LIMIT;
	case TOC_EUNSUPPORTED: return TOC_REFUSE_CONDITION;
	case TOC_ENOTFOUND: return TOC_REFUSE_NOT_FOUND;
	default: return TOC_REFUSE_BUSY;
	}
}

/* What it brought to light goes on record, however it ended. */
static struct toc_str result_of(struct toc_answer *w, bool complete)
{
	struct toc_result r = { .asked = w->id, .org = w->who.org, .count = toc_taking_count(w->taking), .digest = toc_taking_digest(w->taking), .complete = complete };

	return toc_result_seal(w->arena, w->of->o.grant_key, &r);
}

/* Whoever has had a part of it sees that it was cut off. */
static void broken_off(struct toc_answer *w, int result)
{
	toc_log(TOC_LOG_INFO, "audit_broken_off", "question %llu: %s", (unsigned long long)w->seq, w->why.text);
	finish(w, code_of(result), "", w->why.text, result_of(w, false));
}

static void whole(struct toc_answer *w)
{
	send_lines(w);
	finish(w, TOC_NOT_REFUSED, "", "", result_of(w, w->result == 0 && !w->more));
}

/* All rows have gone out. */
static void end_of_rows(struct toc_answer *w)
{
	if (w->result == TOC_ETIMEOUT)
		toc_limit_hit(TOC_LIMIT_audit_s);
	if (w->result < 0)
		toc_log(TOC_LOG_INFO, "audit_failed", "question %llu: %s", (unsigned long long)w->seq,
			w->query || w->result == TOC_EIO ? w->why.text : "its own statement");
	if (!w->opened) {
		toc_answer_refuse(w, code_of(w->result), w->query ? "" : "sql", w->result == TOC_EIO ? "the database does not answer" : w->why.text);
		return;
	}
	const struct toc_error went_wrong = w->why;
	const struct toc_value *next = w->more || w->result == TOC_ETIMEOUT ? toc_page_next(&w->page, w->arena, w->as_of) : NULL;
	int r = w->failed ? w->result
			  : toc_taking_end(w->taking, &w->lines, w->result == 0 && !w->more, next, w->result < 0 ? &went_wrong : NULL, w->of->o.now(w->of->o.ctx), &w->why);
	if (r == TOC_EAGAIN)
		w->making = true;
	else if (r < 0)
		broken_off(w, w->result < 0 ? w->result : r);
	else
		whole(w);
}

/* A report, a bundle: as much of it as its reader takes. */
static void make(struct toc_answer *w)
{
	int r = 1;

	while (r == 1 && !w->gone && toc_answer_has_room(w)) {
		r = toc_taking_step(w->taking, &w->lines, &w->why);
		if (w->lines.n >= DATA_BYTES)
			send_lines(w);
	}
	send_lines(w);
	if (r == 0)
		whole(w);
	else if (r < 0 && r != TOC_EAGAIN)
		broken_off(w, r);
}

/* ---- its time, and its reader: who takes nothing holds up those who wait for a place ---- */

static bool reader_stalls(struct toc_answer *w, int64_t now)
{
	bool full = !toc_answer_has_room(w);

	if (!full)
		w->stalled_us = 0;
	else if (!w->stalled_us)
		w->stalled_us = now;
	return full && now >= w->stalled_us + w->of->o.stall_us;
}

/* @return true: it is over */
static bool ends_by_time(struct toc_answer *w, int64_t now)
{
	if (reader_stalls(w, now)) {
		toc_limit_hit(TOC_LIMIT_audit_stall_s);
		(void)toc_fail(&w->why, TOC_ETIMEOUT, "its reader takes nothing");
	} else if (w->ended && now >= w->until_us) { /* before that the session itself keeps the time */
		toc_limit_hit(TOC_LIMIT_audit_s);
		(void)toc_fail(&w->why, TOC_ETIMEOUT, "its time is over");
	} else {
		return false;
	}
	broken_off(w, TOC_ETIMEOUT);
	return true;
}

/* No more rows are asked for than are taken. */
static void pause_session(struct toc_answer *w)
{
	toc_audit_pause(w->audit, !toc_answer_has_room(w) || toc_rows_wait(w));
}

void toc_answer_took(struct toc_answer *w, uint32_t bytes)
{
	/* more than TOC_ANSWER_CREDIT_MAX at a time: rows of one FETCH go out whole */
	w->credit = w->credit + bytes < TOC_ANSWER_CREDIT_MAX ? w->credit + bytes : TOC_ANSWER_CREDIT_MAX;
	w->stalled_us = 0;
	if (w->audit)
		pause_session(w);
}

/* ---- in the loop ---- */

static int fd_of(const void *answer)
{
	const struct toc_answer *w = answer;

	return w->making ? toc_taking_fd(w->taking) : toc_audit_fd(w->audit);
}

static short wants_of(const void *answer)
{
	const struct toc_answer *w = answer;

	return w->making ? (toc_answer_has_room(w) ? POLLIN : 0) : toc_audit_wants(w->audit);
}

static int64_t sooner(int64_t x, int64_t y)
{
	return x < y ? x : y;
}

static bool has_come_to_an_end(const struct toc_answer *w)
{
	return w->failed || (w->ended && !w->making && !toc_rows_wait(w));
}

static int64_t next_of(const void *answer)
{
	const struct toc_answer *w = answer;
	bool takes = toc_answer_has_room(w);
	int64_t next = takes ? INT64_MAX : w->stalled_us ? w->stalled_us + w->of->o.stall_us : 0;

	if (w->over || w->reading.busy) /* its callback comes */
		return INT64_MAX;
	if (has_come_to_an_end(w) || (takes && toc_rows_wait(w)))
		return 0;
	if (w->ended)
		next = sooner(next, w->until_us);
	if (w->making)
		return takes ? sooner(next, toc_taking_next_us(w->taking)) : next;
	return sooner(next, toc_audit_next_us(w->audit));
}

static void step_of(void *answer, int64_t now)
{
	struct toc_answer *w = answer;

	if (w->gone && !w->reading.busy)
		w->over = true; /* a part of it was lost on the way */
	if (w->over || (!w->reading.busy && ends_by_time(w, now)))
		return;
	if (w->making) {
		make(w);
		return;
	}
	pause_session(w);
	if (!w->ended)
		toc_audit_step(w->audit, now);
	toc_rows_go_on(w);
	send_lines(w);
	if (w->reading.busy)
		return;
	if (has_come_to_an_end(w))
		end_of_rows(w);
	else
		pause_session(w);
}

static const struct toc_child_source source = { .fd = fd_of, .wants = wants_of, .next_us = next_of, .step = step_of };

/* ---- the beginning ---- */

static void name_query(struct toc_answer *w, struct toc_audit_question *q)
{
	const char **names = toc_arena_alloc(w->arena, (w->query->n_parameters + 1) * sizeof *names);
	struct toc_str *values = toc_arena_alloc(w->arena, (w->query->n_parameters + 1) * sizeof *values);

	for (size_t i = 0; i < w->query->n_parameters; i++) {
		names[i] = w->query->parameters[i].name;
		values[i] = toc_query_value_of(w->body, names[i]);
		if (!values[i].n)
			values[i].p = NULL;
	}
	q->name = w->query->name;
	q->parameters = names;
	q->values = values;
	q->n_parameters = w->query->n_parameters;
}

void toc_answer_begin(struct toc_answer *w)
{
	const struct toc_auditor_options *o = &w->of->o;
	const struct toc_taking_options form = { .format = toc_get_text(w->body, "format"), .query = w->query, .prover = o->prover, .store = o->store,
						 .press = o->press, .press_us = o->press_us, .most = o->spool_bytes };
	static const struct toc_audit_taker taker = { .open = on_open, .row = on_row, .end = on_end };
	uint64_t limit = toc_query_count_of(w->body, "limit", TOC_QUERY_ROWS_MOST);
	struct toc_audit_question q = {
		.seq = w->seq,
		.as_of = toc_query_count_of(w->body, "as_of", 0),
		.skip = toc_query_count_of(w->body, "skip", 0),
		.limit = limit < TOC_QUERY_ROWS_MOST ? limit : TOC_QUERY_ROWS_MOST,
		.time = TOC_SECONDS(o->seconds),
	};

	if (!(w->taking = toc_taking_new(&form, &w->why))) {
		toc_answer_refuse(w, TOC_REFUSE_CONDITION, "format", w->why.text);
		return;
	}
	toc_buf_init(&w->lines, DATA_BYTES + 3 * TOC_AUDIT_ROW_MAX); /* a row as a table: quotes are doubled */
	if (w->query)
		name_query(w, &q);
	else
		q.statement = toc_get_text(w->body, "sql");
	toc_page_begin(&w->page, w->query, w->body);
	toc_rows_begin(w, &q);
	toc_count(TOC_METRIC_ARCHIVE_READS);
	w->until_us = toc_clock_mono_us() + q.time.us;
	w->audit = toc_audit_new(o->conninfo, &q, &taker, w);
	toc_child_watch(o->child, &source, w);
}

void toc_answer_done(struct toc_answer *w)
{
	if (w->audit) {
		toc_child_unwatch(w->of->o.child, w);
		toc_audit_free(w->audit);
	}
	toc_taking_free(w->taking);
	toc_buf_done(&w->lines);
}
