/* auditor.c: see auditor.h. */
#include "archive/auditor.h"
#include "archive/evidence.h"
#include "archive/taking.h"

#include "base/log.h"
#include "base/refusal.h"
#include "ipc/grant.h"
#include "ipc/result.h"
#include "measure/metrics.h"
#include "message/json.h"
#include "message/knew.h"
#include "message/query.h"
#include "render/render.h"
#include "store/audit.h"

#include <ctype.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define IDENTIFIER_LEAST 4 /* less would find everybody */
#define DEADLINE TOC_SECONDS(2)
#define DATA_BYTES 32768 /* lines go out in pieces of about this */
#define CREDIT_MAX (1 << 20)
#define KNEW_ENTRIES 100000 /* that name the organisation: more are not computed with */

struct answer {
	struct toc_auditor *of;
	struct answer *next;
	struct toc_arena *arena;
	unsigned front;
	uint64_t conn;
	int64_t credit; /* bytes that the front still takes */
	bool gone, over; /* nobody waits for it; it is to be freed */
	struct toc_grant who;
	uint64_t seq;
	bool found, key_unknown, keys_loaded;
	struct toc_uuid keys[2]; /* that its row names */

	/* what the entry says */
	struct toc_uuid id;
	const struct toc_value *body; /* of the M27, whole */
	const struct toc_query *query; /* NULL: a statement of one's own */
	struct toc_audit *audit;
	struct toc_taking *taking; /* in which form it goes out */
	bool opened, whole, making, failed; /* failed: it is to be broken off, for `why` */
	int64_t until_us, stalled_us; /* its time; since when its reader takes nothing, 0: he does */
	struct toc_knew *knew;     /* of a query of that kind: what its rows add up to */
	const struct toc_value *known; /* the sum, once there are no more rows; told up to there: */
	size_t at_list, at_known;
	uint64_t *wanted;          /* of ENTRIES: places that are still to be read */
	size_t n_wanted, at_wanted;
	bool reading, ended;       /* one of them is being read; there are no more rows */
	int result;
	bool more;
	struct toc_error why;
	struct toc_buf lines; /* not sent yet */
};
struct toc_auditor {
	struct toc_auditor_options o;
	struct answer *first;
	unsigned n;
	struct toc_buf out;
	bool leaving;
};

/* ---- to the front ---- */

static bool has_room(const struct answer *w)
{
	return w->credit > (int64_t)w->lines.n;
}

static void send_lines(struct answer *w)
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

static void finish(struct answer *w, enum toc_refusal_code code, const char *field, const char *words, struct toc_str result)
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

static void refuse(struct answer *w, enum toc_refusal_code code, const char *field, const char *words)
{
	finish(w, code, field, words, TOC_STR(""));
}

/* ---- the answer ---- */

/* From within a callback: it ends when that is over. */
static void break_off_if(struct answer *w, int result)
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
	struct answer *w = ctx;
	struct toc_value *head = toc_value_map(w->arena);

	w->opened = true;
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

static void give_at(struct answer *w, struct toc_str json, uint64_t place)
{
	if (w->failed)
		return;
	break_off_if(w, toc_taking_row(w->taking, &w->lines, json, place, &w->why));
	if (w->lines.n >= DATA_BYTES)
		send_lines(w);
}

static void give(struct answer *w, struct toc_str json)
{
	give_at(w, json, 0);
}

/* ---- FINDS: where an identifier stands in what is sealed ---- */

/* ASCII letters alike; other scripts to the letter. */
static bool has(struct toc_str text, struct toc_str what)
{
	for (size_t i = 0; what.n && i + what.n <= text.n; i++) {
		size_t k = 0;
		while (k < what.n && tolower((unsigned char)text.p[i + k]) == tolower((unsigned char)what.p[k]))
			k++;
		if (k == what.n)
			return true;
	}
	return false;
}

static void find_in(struct toc_arena *a, const struct toc_value *v, struct toc_str path, struct toc_str what, struct toc_value *ret_paths)
{
	if (!v)
		return;
	if (v->kind == TOC_TEXT && has(v->text, what))
		toc_push_text(a, ret_paths, path);
	for (uint32_t i = 0; i < v->n && (v->kind == TOC_MAP || v->kind == TOC_LIST); i++)
		find_in(a, v->kind == TOC_MAP ? v->members[i].value : v->items[i],
			v->kind == TOC_MAP ? toc_arena_printf(a, "%.*s%s%.*s", TOC_STR_ARGS(path), path.n ? "." : "", TOC_STR_ARGS(v->members[i].name))
					   : toc_arena_printf(a, "%.*s[%u]", TOC_STR_ARGS(path), i),
			what, ret_paths);
}

static void give_found(struct answer *w, struct toc_arena *a, const struct toc_opened *e, const struct toc_row *row)
{
	struct toc_value *paths = toc_value_list(a), *v = toc_value_map(a), *holders = toc_value_list(a);
	const struct toc_value *readers = toc_get(toc_get(e->entry.body, "decided"), "readers");
	const struct toc_seal_key *key = toc_keyring_by_id(w->of->o.ring, row->data_key);
	struct toc_str what = toc_query_value_of(w->body, "identifier");

	enum toc_rendering rendering;
	bool reads_it = toc_str_eq(e->entry.org, w->who.org) ||
			(toc_render_for(a, &e->entry, w->who.org, ~(toc_roles)0, false, &rendering) && rendering == TOC_WHOLE);
	/* what others said, and did not tell them, is not found out by trying */
	if (what.n >= IDENTIFIER_LEAST && reads_it)
		find_in(a, e->data, TOC_STR(""), what, paths);
	if (!toc_len(paths))
		return;
	for (size_t i = 0; i < toc_len(readers); i++)
		toc_push_text(a, holders, toc_get_text(toc_at(readers, i), "org"));
	toc_set_int(a, v, "seq", (int64_t)e->entry.seq);
	toc_set_text(a, v, "at", toc_time_str(a, e->entry.ts));
	toc_set_text(a, v, "k", e->entry.k);
	toc_set_text(a, v, "org", e->entry.org);
	toc_set_text(a, v, "id", toc_uuid_str(a, e->entry.eid));
	toc_set(a, v, "holders", holders);
	toc_set(a, v, "fields", paths);
	toc_set_text(a, v, "subject", key ? key->subject : TOC_STR(""));
	toc_set_text(a, v, "retention", key ? key->retention : TOC_STR(""));
	give(w, toc_json_str(a, v));
}

static bool by_place(const struct toc_query *q)
{
	return q->kind == TOC_QUERY_ENTRIES || q->kind == TOC_QUERY_EVIDENCE || q->kind == TOC_QUERY_FINDS;
}

/* ---- ENTRIES, EVIDENCE: each is read with what is sealed of it, one after the other ---- */

static void end_of_rows(struct answer *w);

static void on_entry(void *ctx, const struct toc_row *row)
{
	struct answer *w = ctx;
	struct toc_arena *scratch = toc_arena_new();
	struct toc_opened e;
	struct toc_error error;

	if (row->seq == w->wanted[w->at_wanted] && !w->gone) {
		int r = toc_render_open(scratch, w->of->o.ring, row, &e, &error);
		bool finds = w->query->kind == TOC_QUERY_FINDS;
		w->key_unknown = r == 0 && e.key_unknown && (w->whole || finds) && !w->keys_loaded;
		if (w->key_unknown) { /* once more, with its keys */
			w->keys[0] = row->actor_key;
			w->keys[1] = row->data_key;
		} else if (w->query->kind == TOC_QUERY_EVIDENCE) { /* what does not match its commitment is evidence, too */
			give_at(w, toc_evidence(scratch, w->of->o.ring, row, w->whole), row->seq);
		} else if (r == 0 && finds) {
			give_found(w, scratch, &e, row);
		} else if (r == 0) {
			if (!w->whole && toc_str_is(e.entry.mode, "system"))
				e.data = NULL; /* numbers and addresses of people, whatever the message says of its content */
			give(w, toc_render_entry(scratch, &e, w->whole ? TOC_WHOLE : TOC_WITHOUT_PERSONAL, false));
		} else {
			toc_log(TOC_LOG_ERROR, "entry_unreadable", "entry %llu: %s", (unsigned long long)row->seq, error.text);
		}
	}
	toc_arena_free(scratch);
}

static void on_entry_read(void *ctx, int result, uint64_t size, const struct toc_error *error);

static void on_key(void *ctx, const struct toc_key_row *row)
{
	struct answer *w = ctx;

	(void)!toc_keyring_add(w->of->o.ring, row);
}

static void read_next(struct answer *w);

static void broke_off(struct answer *w, int result, const char *words)
{
	w->result = result;
	(void)toc_fail(&w->why, result, "%s", words);
	w->at_wanted = w->n_wanted = 0;
	end_of_rows(w);
}

/* @return false: that was it */
static bool goes_on(struct answer *w, int result)
{
	w->reading = false;
	if (w->gone || w->of->leaving) {
		w->over = true;
	} else if (w->failed) {
		w->n_wanted = 0;
		end_of_rows(w);
	} else if (result < 0) {
		broke_off(w, result, "the database does not answer");
	}
	return !w->over;
}

static void on_entry_keys(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct answer *w = ctx;

	(void)size, (void)error;
	w->keys_loaded = true; /* one that is still unknown was destroyed */
	if (goes_on(w, result))
		read_next(w);
}

static void read_next(struct answer *w)
{
	if (w->reading || w->over)
		return;
	if (w->at_wanted == w->n_wanted) {
		w->at_wanted = w->n_wanted = 0;
		send_lines(w);
		if (w->ended)
			end_of_rows(w);
		else
			toc_audit_pause(w->audit, w->credit <= 0);
		return;
	}
	w->reading = toc_store_read(w->of->o.store, w->wanted[w->at_wanted], 1, DEADLINE, on_entry, on_entry_read, w) == 0;
	if (!w->reading) /* its queue is full of others */
		broke_off(w, TOC_EIO, "the database does not answer");
}

static void on_entry_read(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct answer *w = ctx;

	(void)size, (void)error;
	if (!goes_on(w, result))
		return;
	if (w->key_unknown && !w->keys_loaded) {
		w->reading = toc_store_keys_of(w->of->o.store, w->keys, 2, DEADLINE, on_key, on_entry_keys, w) == 0;
		if (!w->reading)
			broke_off(w, TOC_EIO, "the database does not answer");
		return;
	}
	w->at_wanted++;
	w->keys_loaded = false;
	if (has_room(w))
		read_next(w);
}

/* ---- KNEW ---- */

static const struct {
	const char *kind, *member;
} KNOWN[] = { { "message", "messages" }, { "own", "own" }, { "timer", "timers" } };

#define KNOWN_LISTS (sizeof KNOWN / sizeof *KNOWN)

/* All of it is known, and not all of it told. */
static bool is_telling(const struct answer *w)
{
	return w->known && w->at_list < KNOWN_LISTS && !w->failed;
}

static void tell(struct answer *w, const char *kind, const struct toc_value *x)
{
	struct toc_arena *scratch = toc_arena_new();
	struct toc_value *v = toc_value_map(scratch);

	toc_set_cstr(scratch, v, "kind", kind);
	for (size_t m = 0; m < x->n; m++)
		toc_set_str(scratch, v, x->members[m].name, x->members[m].value);
	give(w, toc_json_str(scratch, v));
	toc_arena_free(scratch);
}

/* As much of it as its reader takes. */
static void tell_known(struct answer *w)
{
	while (is_telling(w) && has_room(w) && !w->gone) {
		const struct toc_value *list = toc_get(w->known, KNOWN[w->at_list].member);

		if (w->at_known < toc_len(list)) {
			tell(w, KNOWN[w->at_list].kind, toc_at(list, w->at_known++));
		} else {
			w->at_list++;
			w->at_known = 0;
		}
	}
	send_lines(w);
	if (!is_telling(w))
		end_of_rows(w);
}

static void on_row(void *ctx, struct toc_str json)
{
	struct answer *w = ctx;
	struct toc_refusal r;
	struct toc_value *v;

	if (!w->query || w->query->kind == TOC_QUERY_ROWS) {
		give(w, json);
		return;
	}
	bool keeps = w->query->kind == TOC_QUERY_KNEW; /* of an entry that it knows of */
	struct toc_arena *a = keeps ? w->arena : toc_arena_new();
	if (toc_json_parse(a, keeps ? toc_arena_str(a, json) : json, TOC_AUDIT_ROW_MAX, 64, &v, &r) < 0)
		TOC_WRONG("PostgreSQL's JSON does not parse");
	if (keeps) {
		toc_knew_take(w->knew, v, false);
	} else {
		w->wanted[w->n_wanted++] = (uint64_t)toc_get_int(v, "seq", 0);
		toc_arena_free(a);
	}
}

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

static void on_end(void *ctx, int result, bool more, const struct toc_error *why)
{
	struct answer *w = ctx;

	if (w->failed)
		return;
	w->result = result;
	w->more = more;
	if (why)
		w->why = *why;
	w->ended = true;
	if (w->opened && w->query && by_place(w->query))
		read_next(w);
	else
		end_of_rows(w);
}

/* What it brought to light goes on record, however it ended. */
static struct toc_str result_of(struct answer *w, bool complete)
{
	struct toc_result r = { .asked = w->id, .org = w->who.org, .count = toc_taking_count(w->taking), .digest = toc_taking_digest(w->taking), .complete = complete };

	return toc_result_seal(w->arena, w->of->o.grant_key, &r);
}

/* Whoever has had a part of it sees that it was cut off. */
static void broken_off(struct answer *w, int result)
{
	toc_log(TOC_LOG_INFO, "audit_broken_off", "question %llu: %s", (unsigned long long)w->seq, w->why.text);
	finish(w, code_of(result), "", w->why.text, result_of(w, false));
}

static void whole(struct answer *w)
{
	send_lines(w);
	finish(w, TOC_NOT_REFUSED, "", "", result_of(w, w->result == 0 && !w->more));
}

static void end_of_rows(struct answer *w)
{
	if (w->knew && w->result == 0 && !w->known) {
		w->known = toc_knew_answer(w->knew); /* told step by step */
		return;
	}
	if (w->result == TOC_ETIMEOUT)
		toc_limit_hit(TOC_LIMIT_audit_s);
	if (w->result < 0)
		toc_log(TOC_LOG_INFO, "audit_failed", "question %llu: %s", (unsigned long long)w->seq,
			w->query || w->result == TOC_EIO ? w->why.text : "its own statement");
	if (!w->opened) {
		refuse(w, code_of(w->result), w->query ? "" : "sql", w->result == TOC_EIO ? "the database does not answer" : w->why.text);
		return;
	}
	const struct toc_error went_wrong = w->why;
	int r = w->failed ? w->result
			  : toc_taking_end(w->taking, &w->lines, w->result == 0 && !w->more, w->result < 0 ? &went_wrong : NULL, w->of->o.now(w->of->o.ctx), &w->why);
	if (r == TOC_EAGAIN)
		w->making = true;
	else if (r < 0)
		broken_off(w, w->result < 0 ? w->result : r);
	else
		whole(w);
}

/* A report, a bundle: as much of it as its reader takes. */
static void make(struct answer *w)
{
	int r = 1;

	while (r == 1 && !w->gone && has_room(w)) {
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

/* ---- its reader: who takes nothing holds up those who wait for a place ---- */

static bool reader_stalls(struct answer *w, int64_t now)
{
	bool full = !has_room(w);

	if (!full)
		w->stalled_us = 0;
	else if (!w->stalled_us)
		w->stalled_us = now;
	return full && now >= w->stalled_us + w->of->o.stall_us;
}

/* @return true: it is over */
static bool ends_by_time(struct answer *w, int64_t now)
{
	if (w->reading)
		return false;
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

static int fd_of(const void *answer)
{
	const struct answer *w = answer;

	if (is_telling(w))
		return -1; /* waits for its reader alone */
	return w->making ? toc_taking_fd(w->taking) : toc_audit_fd(w->audit);
}

static short wants_of(const void *answer)
{
	const struct answer *w = answer;

	return w->making ? (has_room(w) ? POLLIN : 0) : toc_audit_wants(w->audit);
}

static int64_t sooner(int64_t x, int64_t y)
{
	return x < y ? x : y;
}

static int64_t next_of(const void *answer)
{
	const struct answer *w = answer;
	bool takes = has_room(w);
	int64_t next = takes ? INT64_MAX : w->stalled_us ? w->stalled_us + w->of->o.stall_us : 0;

	if (w->ended)
		next = sooner(next, w->until_us);
	if (w->over || w->reading) /* its callback comes */
		return INT64_MAX;
	if (is_telling(w))
		return takes ? 0 : next;
	if (w->making)
		return takes ? sooner(next, toc_taking_next_us(w->taking)) : next;
	/* failed: it ends outside of callbacks; wanted: the last of the entries to be read, whose room was not there before */
	return w->failed || (w->n_wanted && takes) ? 0 : sooner(next, toc_audit_next_us(w->audit));
}

static bool is_full(const struct answer *w)
{
	return !has_room(w) || w->n_wanted > 0;
}

static void step_of(void *answer, int64_t now)
{
	struct answer *w = answer;

	if (w->gone && !w->reading)
		w->over = true; /* a part of it was lost on the way */
	if (w->over || ends_by_time(w, now))
		return;
	if (w->making) {
		make(w);
		return;
	}
	if (is_telling(w)) {
		tell_known(w);
		return;
	}
	toc_audit_pause(w->audit, is_full(w));
	toc_audit_step(w->audit, now);
	if (w->over || w->making || is_telling(w))
		return;
	send_lines(w);
	if (w->failed && !w->reading) {
		w->n_wanted = 0;
		end_of_rows(w);
		return;
	}
	if (w->n_wanted)
		read_next(w);
	toc_audit_pause(w->audit, is_full(w));
}

static const struct toc_child_source source = { .fd = fd_of, .wants = wants_of, .next_us = next_of, .step = step_of };

static uint64_t count_of(const struct toc_value *body, const char *name, uint64_t absent)
{
	struct toc_str s = toc_query_value_of(body, name);
	uint64_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	return s.n ? n : absent;
}

static void begin(struct answer *w)
{
	const struct toc_taking_options form = { .format = toc_get_text(w->body, "format"), .query = w->query, .prover = w->of->o.prover, .store = w->of->o.store,
						 .press = w->of->o.press, .most = w->of->o.spool_bytes };
	static const struct toc_audit_taker taker = { .open = on_open, .row = on_row, .end = on_end };
	struct toc_auditor *a = w->of;
	uint64_t limit = count_of(w->body, "limit", TOC_QUERY_ROWS_MOST);
	struct toc_audit_question q = {
		.seq = w->seq,
		.as_of = count_of(w->body, "as_of", 0),
		.skip = count_of(w->body, "skip", 0),
		.limit = limit < TOC_QUERY_ROWS_MOST ? limit : TOC_QUERY_ROWS_MOST,
		.time = TOC_SECONDS(a->o.seconds),
		.statement = w->query ? TOC_STR("") : toc_get_text(w->body, "sql"),
	};

	if (!(w->taking = toc_taking_new(&form, &w->why))) {
		refuse(w, TOC_REFUSE_CONDITION, "format", w->why.text);
		return;
	}
	if (w->query) {
		const char **names = toc_arena_alloc(w->arena, (w->query->n_parameters + 1) * sizeof *names);
		struct toc_str *values = toc_arena_alloc(w->arena, (w->query->n_parameters + 1) * sizeof *values);
		for (size_t i = 0; i < w->query->n_parameters; i++) {
			names[i] = w->query->parameters[i].name;
			values[i] = toc_query_value_of(w->body, names[i]);
			if (!values[i].n)
				values[i].p = NULL;
		}
		q.name = w->query->name;
		q.parameters = names;
		q.values = values;
		q.n_parameters = w->query->n_parameters;
	}
	if (w->query && w->query->kind == TOC_QUERY_KNEW) {
		w->knew = toc_knew_new(w->arena, toc_query_value_of(w->body, "org"));
		q.limit = KNEW_ENTRIES;
		q.skip = 0;
	} else if (w->query && by_place(w->query)) {
		w->wanted = toc_arena_alloc(w->arena, TOC_AUDIT_ROWS_AT_ONCE * sizeof *w->wanted);
	}
	toc_count(TOC_METRIC_ARCHIVE_READS);
	w->until_us = toc_clock_mono_us() + q.time.us;
	w->audit = toc_audit_new(a->o.conninfo, &q, &taker, w);
	toc_child_watch(a->o.child, &source, w);
}

/* ---- the question, as it stands in the ledger ---- */

static void on_question(void *ctx, const struct toc_row *row)
{
	struct answer *w = ctx;
	struct toc_opened e;
	struct toc_error error;

	if (row->seq != w->seq || toc_render_open(w->arena, w->of->o.ring, row, &e, &error) < 0)
		return;
	w->key_unknown = e.key_unknown;
	w->keys[0] = row->actor_key;
	w->keys[1] = row->data_key;
	bool asks = toc_str_is(e.entry.k, "M27.mandate") || toc_str_is(e.entry.k, "M27.own");
	if (!asks || !toc_str_eq(e.entry.org, w->who.org) || e.erased || !e.actor ||
	    !toc_str_eq(toc_get_text(e.actor, "person"), toc_uuid_str(w->arena, w->who.person)))
		return;
	w->found = true;
	w->id = e.entry.eid;
	w->body = toc_get(toc_render_message(w->arena, &e, TOC_WHOLE), "body");
	w->body = toc_value_copy(w->arena, w->body); /* the row goes */
	w->query = toc_query_find(toc_arena_str(w->arena, toc_get_text(w->body, "query")));
}

static void on_read(void *ctx, int result, uint64_t size, const struct toc_error *error);

static void on_keys(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct answer *w = ctx;

	(void)size, (void)error;
	w->key_unknown = false;
	if (result < 0 || w->gone || w->of->leaving ||
	    toc_store_read(w->of->o.store, w->seq, 1, DEADLINE, on_question, on_read, w) < 0)
		refuse(w, TOC_REFUSE_BUSY, "", "the database does not answer");
}

static void on_read(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct answer *w = ctx;
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };

	(void)size, (void)error;
	if (w->gone || w->of->leaving) {
		w->over = true;
	} else if (result < 0) {
		refuse(w, TOC_REFUSE_BUSY, "", "the database does not answer");
	} else if (w->key_unknown) { /* it was made for this question, perhaps */
		if (toc_store_keys_of(w->of->o.store, w->keys, 2, DEADLINE, on_key, on_keys, w) < 0)
			refuse(w, TOC_REFUSE_BUSY, "", "the database does not answer");
	} else if (!w->found) {
		refuse(w, TOC_REFUSE_NOT_FOUND, "", "there is no such question of yours");
	} else if (toc_query_check(w->body, &r) < 0) {
		refuse(w, r.code, r.field, r.detail);
	} else if (!w->query && toc_get(w->body, "mandate_ref") == NULL) {
		refuse(w, TOC_REFUSE_NOT_PERMITTED, "query", "statements of one's own are for auditors");
	} else {
		begin(w);
	}
}

/* ---- frames ---- */

static unsigned asks_already(const struct toc_auditor *a, const struct answer *but)
{
	unsigned n = 0;

	for (const struct answer *w = a->first; w; w = w->next)
		n += w != but && !w->over && toc_uuid_eq(w->who.person, but->who.person);
	return n;
}

void toc_auditor_ask(struct toc_auditor *a, unsigned front, struct toc_frame *f)
{
	struct toc_arena *arena = toc_arena_new();
	struct answer *w = toc_arena_alloc(arena, sizeof *w);

	*w = (struct answer){ .of = a, .arena = arena, .front = front, .conn = toc_frame_u64(f) };
	struct toc_str grant = toc_frame_str(f);
	w->seq = toc_frame_u64(f);
	w->credit = toc_frame_u32(f);
	if (w->seq > INT64_MAX || w->credit > CREDIT_MAX)
		f->bad = true;
	if (!toc_frame_end(f)) {
		toc_arena_free(arena);
		return;
	}
	toc_buf_init(&w->lines, DATA_BYTES + 3 * TOC_AUDIT_ROW_MAX); /* a row as a table: quotes are doubled */
	w->next = a->first;
	a->first = w;
	a->n++;
	if (toc_grant_open(arena, a->o.grant_key, grant, a->o.now(a->o.ctx), &w->who) < 0)
		refuse(w, TOC_REFUSE_NOT_AUTHENTICATED, "", "the grant is not good any more: ask again");
	else if (!a->o.conninfo)
		refuse(w, TOC_REFUSE_CONDITION, "", "this archive answers no questions");
	else if (a->n > a->o.most && (toc_limit_hit(TOC_LIMIT_audits), true))
		refuse(w, TOC_REFUSE_BUSY, "", "too many questions are being answered");
	else if (asks_already(a, w) >= a->o.most_per_person && (toc_limit_hit(TOC_LIMIT_audits_per_person), true))
		refuse(w, TOC_REFUSE_BUSY, "", "as many questions of yours are being answered as one person may ask at a time");
	else if (toc_store_read(a->o.store, w->seq, 1, DEADLINE, on_question, on_read, w) < 0)
		refuse(w, TOC_REFUSE_BUSY, "", "the database does not answer");
}

void toc_auditor_more(struct toc_auditor *a, unsigned front, struct toc_frame *f)
{
	uint64_t conn = toc_frame_u64(f);
	uint32_t bytes = toc_frame_u32(f);

	/* more than CREDIT_MAX at a time: rows of one FETCH go out whole */
	if (!toc_frame_end(f))
		return;
	for (struct answer *w = a->first; w; w = w->next) {
		if (w->front != front || w->conn != conn || w->over)
			continue;
		w->credit = w->credit + bytes < CREDIT_MAX ? w->credit + bytes : CREDIT_MAX;
		w->stalled_us = 0;
		if (w->audit)
			toc_audit_pause(w->audit, is_full(w));
	}
}

/* What has a callback of the store outstanding is freed when that comes. */
void toc_auditor_stop(struct toc_auditor *a, unsigned front, bool all, uint64_t conn)
{
	for (struct answer *w = a->first; w; w = w->next)
		if (w->front == front && (all || w->conn == conn)) {
			w->gone = true;
			w->over |= w->audit != NULL && !w->reading;
		}
}

static void answer_free(struct toc_auditor *a, struct answer *w)
{
	if (w->audit) {
		toc_child_unwatch(a->o.child, w);
		toc_audit_free(w->audit);
	}
	toc_knew_free(w->knew);
	toc_taking_free(w->taking);
	toc_buf_done(&w->lines);
	toc_arena_free(w->arena);
	a->n--;
}

void toc_auditor_turn(struct toc_auditor *a)
{
	for (struct answer **at = &a->first; *at;) {
		struct answer *w = *at;
		if (!w->over) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		answer_free(a, w);
	}
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
	while (a->first) {
		struct answer *w = a->first;
		a->first = w->next;
		answer_free(a, w);
	}
	toc_buf_done(&a->out);
	free(a);
}
