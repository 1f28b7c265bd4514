/* expect.c: the questions of docs/exercises.md, "Expectations", put to a log of entries. */
#include "cli/expect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "message/json.h"

/* ---- the log ---- */

void expect_log_init(struct expect_log *log)
{
	*log = (struct expect_log){ .arena = toc_arena_new() };
}

void expect_log_done(struct expect_log *log)
{
	toc_arena_free(log->arena);
	free(log->items);
}

int expect_log_add(struct expect_log *log, const char *org, struct toc_str json, int64_t came_us)
{
	struct toc_value *frame;
	struct toc_refusal refusal;
	struct toc_str bytes = toc_arena_str(log->arena, json);
	if (toc_json_parse(log->arena, bytes, bytes.n, 48, &frame, &refusal) < 0)
		return -1;
	long long seq = toc_get_int(frame, "seq", -1);
	for (size_t i = log->n; i-- > 0;)
		if (log->items[i].seq == seq && seq >= 0 && !strcmp(log->items[i].org, org)) {
			struct expect_seen *s = &log->items[i];
			if (toc_get_is(frame, "rendering", "whole") && !toc_get_is(s->frame, "rendering", "whole")) {
				s->frame = frame;
				s->json = bytes;
			}
			return 0;
		}
	if (log->n == log->cap) {
		size_t cap = log->cap ? log->cap * 2 : 64;
		struct expect_seen *items = realloc(log->items, cap * sizeof *items);
		if (!items)
			abort();
		log->items = items;
		log->cap = cap;
	}
	log->items[log->n++] =
		(struct expect_seen){ org,   seq,  toc_get_text(frame, "k"), toc_get_text(frame, "id"),
				      bytes, frame, came_us };
	return 0;
}

static bool inside(const struct expect_seen *s, struct expect_window w)
{
	return s->seq > w.after && s->seq <= w.upto;
}

/* ---- comparing ---- */

/* Of a member that is a length, by its name: microseconds of its unit; else 0. */
static int64_t unit_us(struct toc_str path)
{
	if (path.n > 3 && !memcmp(path.p + path.n - 3, "_ms", 3))
		return 1000;
	return path.n > 2 && !memcmp(path.p + path.n - 2, "_s", 2) ? 1000000 : 0;
}

/* Equal, and two times are equal when they name the same instant (or nearly: tolerance); so are two lengths. */
static bool same(struct toc_str path, const struct toc_value *got, const struct toc_value *want, toc_dur tolerance)
{
	toc_time x, y;
	if (got && want && got->kind == TOC_INT && want->kind == TOC_INT && unit_us(path))
		return llabs(got->integer - want->integer) <= tolerance.us / unit_us(path);
	if (got && want && got->kind == TOC_TEXT && want->kind == TOC_TEXT &&
	    toc_time_parse(want->text, &y, NULL) == 0 && toc_time_parse(got->text, &x, NULL) == 0) {
		int64_t d = toc_between(x, y).us;
		return (d < 0 ? -d : d) <= tolerance.us;
	}
	return got && want && toc_value_eq(got, want);
}

static struct toc_str json_of(struct toc_arena *a, const struct toc_value *v)
{
	if (!v)
		return TOC_STR("nothing");
	if (v->kind == TOC_TEXT)
		return v->text;
	struct toc_value *list = toc_value_list(a);
	toc_push(a, list, (struct toc_value *)v);
	struct toc_str s = toc_json_str(a, list);
	return (struct toc_str){ s.p + 1, s.n - 2 };
}

/* The first of where, has and lacks that the frame does not hold, as words; empty when it holds all. */
static struct toc_str mismatch(struct toc_arena *a, const struct toc_value *frame,
			       const struct toc_value *want, toc_dur tolerance)
{
	const struct toc_value *where = toc_get(want, "where"), *has = toc_get(want, "has"),
			       *lacks = toc_get(want, "lacks");
	struct toc_str rendering = toc_get_text(want, "rendering");
	if (rendering.n && !toc_str_eq(rendering, toc_get_text(frame, "rendering")))
		return toc_arena_printf(a, "rendering = %.*s",
					TOC_STR_ARGS(toc_get_text(frame, "rendering")));
	for (uint32_t i = 0; where && i < where->n; i++) {
		const struct toc_value *got = scenario_path(frame, where->members[i].name);
		if (!same(where->members[i].name, got, where->members[i].value, tolerance))
			return toc_arena_printf(a, "%.*s = %.*s", TOC_STR_ARGS(where->members[i].name),
						TOC_STR_ARGS(json_of(a, got)));
	}
	for (size_t i = 0; i < toc_len(has); i++)
		if (!scenario_path(frame, toc_text_of(toc_at(has, i))))
			return toc_arena_printf(a, "no %.*s", TOC_STR_ARGS(toc_text_of(toc_at(has, i))));
	for (size_t i = 0; i < toc_len(lacks); i++) {
		const struct toc_value *got = scenario_path(frame, toc_text_of(toc_at(lacks, i)));
		if (got)
			return toc_arena_printf(a, "%.*s = %.*s", TOC_STR_ARGS(toc_text_of(toc_at(lacks, i))),
						TOC_STR_ARGS(json_of(a, got)));
	}
	return TOC_STR("");
}

struct toc_str expect_prepared(struct toc_arena *a, const struct toc_value *answer,
			       const struct toc_value *want, toc_dur tolerance)
{
	return answer ? mismatch(a, answer, want, tolerance) : TOC_STR("no answer");
}

static bool of_kind(const struct expect_seen *s, const struct toc_value *want)
{
	struct toc_str from = toc_get_text(want, "from");
	return toc_str_eq(s->k, toc_get_text(want, "k")) &&
	       (!from.n || toc_str_eq(toc_get_text(s->frame, "org"), from));
}

/* ---- see, not_see, only, knows ---- */

/* What reached an organisation in the window, as words. */
static struct toc_str all_that_came(struct toc_arena *a, const struct expect_log *log, struct toc_str org,
				    struct expect_window w)
{
	struct toc_str out = TOC_STR("");
	for (size_t i = 0; i < log->n; i++)
		if (inside(&log->items[i], w) && toc_str_is(org, log->items[i].org))
			out = toc_arena_printf(a, "%.*s%s%.*s (seq %lld)", TOC_STR_ARGS(out),
					       out.n ? ", " : "", TOC_STR_ARGS(log->items[i].k),
					       log->items[i].seq);
	return out.n ? out : TOC_STR("nothing");
}

static enum expect_verdict check_see(struct toc_arena *a, const struct expect_log *log,
				     const struct toc_value *want, struct expect_window w, toc_dur tolerance,
				     bool expected, struct toc_str *ret_came)
{
	struct toc_str nearly = TOC_STR(""), org = toc_get_text(want, "org");
	for (size_t i = 0; i < log->n; i++) {
		const struct expect_seen *s = &log->items[i];
		if (!inside(s, w) || !toc_str_is(org, s->org) || !of_kind(s, want))
			continue;
		struct toc_str wrong = mismatch(a, s->frame, want, tolerance);
		if (!wrong.n) {
			if (expected)
				return EXPECT_HOLDS;
			*ret_came = toc_arena_printf(a, "it came, seq %lld", s->seq);
			return EXPECT_FAILS;
		}
		nearly = toc_arena_printf(a, "%.*s (seq %lld) with %.*s", TOC_STR_ARGS(s->k), s->seq,
					  TOC_STR_ARGS(wrong));
	}
	if (!expected)
		return EXPECT_HOLDS;
	*ret_came = nearly.n ? nearly : all_that_came(a, log, org, w);
	return EXPECT_NOT_YET;
}

/* Are these organisations exactly the ones in `orgs`? */
static enum expect_verdict exactly(struct toc_arena *a, const struct toc_value *want,
				   const struct toc_value *got, struct toc_str *ret_came)
{
	const struct toc_value *orgs = toc_get(want, "orgs");
	bool missing = false, extra = false;
	for (size_t i = 0; i < toc_len(orgs); i++)
		missing |= !toc_list_has(got, toc_text_of(toc_at(orgs, i)));
	for (size_t i = 0; i < toc_len(got); i++)
		extra |= !toc_list_has(orgs, toc_text_of(toc_at(got, i)));
	*ret_came = toc_len(got) ? json_of(a, got) : TOC_STR("nobody");
	return extra ? EXPECT_FAILS : missing ? EXPECT_NOT_YET : EXPECT_HOLDS;
}

static void add_org(struct toc_arena *a, struct toc_value *list, const char *org)
{
	if (!toc_list_has(list, toc_str_of(org)))
		toc_push_text(a, list, toc_str_of(org));
}

static enum expect_verdict check_only(struct toc_arena *a, const struct expect_log *log,
				      const struct toc_value *want, struct expect_window w,
				      struct toc_str *ret_came)
{
	struct toc_value *got = toc_value_list(a);
	for (size_t i = 0; i < log->n; i++)
		if (inside(&log->items[i], w) && of_kind(&log->items[i], want))
			add_org(a, got, log->items[i].org);
	return exactly(a, want, got, ret_came);
}

/* From the first to the last organisation that it reached: by our clock, so that a pause of the server or of
 * ours before the first is no part of it. */
static enum expect_verdict check_spread(struct toc_arena *a, const struct expect_log *log,
					const struct toc_value *want, struct expect_window w,
					struct toc_str *ret_came)
{
	int64_t first = INT64_MAX, last = INT64_MIN;
	toc_dur within;
	size_t n = 0;
	for (size_t i = 0; i < log->n; i++) {
		const struct expect_seen *s = &log->items[i];
		if (!inside(s, w) || !of_kind(s, want))
			continue;
		first = s->came_us < first ? s->came_us : first;
		last = s->came_us > last ? s->came_us : last;
		n++;
	}
	if (scenario_time(toc_get_text(want, "within"), &within) < 0) {
		*ret_came = TOC_STR("the scenario's own mistake: within is not mm:ss");
		return EXPECT_FAILS;
	}
	if (n < 2) {
		*ret_came = TOC_STR("it has reached fewer than two");
		return EXPECT_NOT_YET;
	}
	*ret_came = toc_arena_printf(a, "it took %" PRId64 " ms from the first to the last of %zu",
				     (last - first) / 1000, n);
	return last - first <= within.us ? EXPECT_HOLDS : EXPECT_FAILS;
}

static enum expect_verdict check_knows(struct toc_arena *a, const struct expect_log *log,
				       const struct scenario_names *names, const struct toc_value *want,
				       struct expect_window w, struct toc_str *ret_came)
{
	struct toc_str text = toc_get_text(want, "text");
	struct toc_value *got = toc_value_list(a);
	for (size_t i = 0; i < log->n; i++) {
		const struct expect_seen *s = &log->items[i];
		if (s->seq <= w.upto &&
		    toc_get_is(s->frame, "exercise", toc_arena_cstr(a, names->exercise)) &&
		    memmem(s->json.p, s->json.n, text.p, text.n))
			add_org(a, got, s->org);
	}
	return exactly(a, want, got, ret_came);
}

/* ---- timers ---- */

struct timer {
	bool started, stopped, met, passed;
	long long start_seq;
	struct toc_str deadline;
	int64_t took_ms;
};

static bool is_timer(const struct toc_value *t, const struct toc_value *want)
{
	return toc_str_eq(toc_get_text(t, "timer"), toc_get_text(want, "id")) &&
	       toc_str_eq(toc_get_text(t, "desk"), toc_get_text(want, "desk"));
}

/* What one copy of an entry says of the timer. */
static void live(struct timer *t, const struct expect_seen *s, const struct toc_value *want)
{
	const struct toc_value *decided = toc_get(s->frame, "decided");
	const struct toc_value *started = toc_get(decided, "timers_started"),
			       *stopped = toc_get(decided, "timers_stopped");
	for (size_t i = 0; i < toc_len(stopped); i++)
		if (is_timer(toc_at(stopped, i), want)) {
			t->stopped = true;
			t->met = toc_get_bool(toc_at(stopped, i), "met");
			t->took_ms = toc_get_int(toc_at(stopped, i), "took_ms", -1);
		}
	for (size_t i = 0; i < toc_len(started); i++)
		if (is_timer(toc_at(started, i), want))
			*t = (struct timer){ .started = true,
					     .start_seq = s->seq,
					     .deadline = toc_get_text(toc_at(started, i), "deadline") };
	if (toc_str_is(s->k, "deadline.passed") &&
	    is_timer(toc_get(toc_get(s->frame, "message"), "body"), want))
		t->passed = true;
}

/* The newest life of a timer, in order of seq: connections are not in step with each other, and one copy of
 * an entry may say more than another (a disclosure is a heading to the originator). */
static struct timer timer_of(const struct expect_log *log, struct toc_str exercise,
			     const struct toc_value *want, long long upto)
{
	struct timer t = { .start_seq = -1 };
	for (long long seq = -1, next;; seq = next) {
		next = INT64_MAX;
		for (size_t i = 0; i < log->n; i++)
			if (log->items[i].seq > seq && log->items[i].seq < next)
				next = log->items[i].seq;
		if (next > upto || next == INT64_MAX)
			return t;
		for (size_t i = 0; i < log->n; i++)
			if (log->items[i].seq == next &&
			    toc_str_eq(toc_get_text(log->items[i].frame, "exercise"), exercise))
				live(&t, &log->items[i], want);
	}
}

struct toc_str expect_timer(const struct scenario_names *names, const struct scenario_binding *step, struct toc_str name)
{
	struct toc_str id = TOC_STR("");
	long long first = INT64_MAX;

	for (size_t i = 0; i < names->log->n; i++) {
		const struct expect_seen *s = &names->log->items[i];
		const struct toc_value *started = toc_get(toc_get(s->frame, "decided"), "timers_started");
		if (s->seq < step->seq || s->seq >= first || !toc_str_eq(toc_get_text(s->frame, "exercise"), names->exercise))
			continue;
		for (size_t k = 0; k < toc_len(started); k++)
			if (toc_str_eq(toc_get_text(toc_at(started, k), "timer"), name)) {
				id = toc_get_text(toc_at(started, k), "id");
				first = s->seq;
			}
	}
	return id;
}

static bool near_ms(int64_t got_ms, toc_dur want, toc_dur tolerance)
{
	int64_t d = got_ms * 1000 - want.us;
	return (d < 0 ? -d : d) <= tolerance.us;
}

static struct toc_str timer_words(struct toc_arena *a, const struct timer *t)
{
	if (!t->started && !t->stopped)
		return TOC_STR("it has not started");
	if (t->stopped)
		return toc_arena_printf(a, "it stopped after %.*s, %s",
					TOC_STR_ARGS(scenario_time_str(a, (toc_dur){ t->took_ms * 1000 })),
					t->met ? "met" : "not met");
	return toc_arena_printf(a, "it %s, deadline %.*s", t->passed ? "has passed" : "is running",
				TOC_STR_ARGS(t->deadline));
}

static enum expect_verdict check_timer(struct toc_arena *a, const struct expect_log *log,
				       const struct scenario_names *names, const struct toc_value *want,
				       struct expect_window w, toc_dur tolerance, struct toc_str *ret_came)
{
	struct timer t = timer_of(log, names->exercise, want, w.upto);
	struct toc_str state = toc_get_text(want, "state");
	const struct toc_value *deadline = toc_get(want, "deadline"), *took = toc_get(want, "took");
	toc_dur length;
	bool holds;

	*ret_came = timer_words(a, &t);
	if (toc_str_is(state, "none")) {
		const struct scenario_binding *since = scenario_find(names, toc_get_text(want, "since"));
		return t.started && t.start_seq >= (since ? since->seq : 0) ? EXPECT_FAILS : EXPECT_HOLDS;
	}
	if (toc_str_is(state, "running"))
		holds = t.started && !t.stopped;
	else if (toc_str_is(state, "met"))
		holds = t.stopped && t.met;
	else if (toc_str_is(state, "missed"))
		holds = t.passed || (t.stopped && !t.met);
	else
		holds = t.stopped;
	if (holds && deadline) {
		struct toc_value got = { .kind = TOC_TEXT, .text = t.deadline };
		holds = same(TOC_STR("deadline"), &got, deadline, tolerance);
	}
	if (holds && took)
		holds = scenario_time(toc_text_of(took), &length) == 0 &&
			near_ms(t.took_ms, length, tolerance);
	return holds ? EXPECT_HOLDS : EXPECT_NOT_YET;
}

static enum expect_verdict check_took(struct toc_arena *a, const struct scenario_names *names,
				      const struct toc_value *want, toc_dur tolerance,
				      struct toc_str *ret_came)
{
	const struct scenario_binding *from = scenario_find(names, toc_get_text(want, "from")),
				      *to = scenario_find(names, toc_get_text(want, "to"));
	toc_dur length;
	*ret_came = TOC_STR("one of the two has not happened");
	if (!from || !to || from->at.us == TOC_TIME_NEVER.us || to->at.us == TOC_TIME_NEVER.us)
		return EXPECT_NOT_YET;
	toc_dur got = toc_between(from->at, to->at);
	*ret_came = scenario_time_str(a, got);
	if (scenario_time(toc_get_text(want, "is"), &length) < 0)
		return EXPECT_FAILS;
	return near_ms(got.us / 1000, length, tolerance) ? EXPECT_HOLDS : EXPECT_FAILS;
}

enum expect_verdict expect_check(struct toc_arena *a, const struct expect_log *log,
				 const struct scenario_names *names, const struct toc_value *expectation,
				 struct expect_window window, enum expect_moment moment, toc_dur tolerance,
				 struct toc_str *ret_came)
{
	const struct toc_value *want;
	enum expect_verdict v = EXPECT_FAILS;

	if ((want = toc_get(expectation, "see")))
		v = check_see(a, log, want, window, tolerance, true, ret_came);
	else if ((want = toc_get(expectation, "not_see")))
		v = check_see(a, log, want, window, tolerance, false, ret_came);
	else if ((want = toc_get(expectation, "only")))
		v = check_only(a, log, want, window, ret_came);
	else if ((want = toc_get(expectation, "knows")))
		v = check_knows(a, log, names, want, window, ret_came);
	else if ((want = toc_get(expectation, "knew")))
		v = expect_knew(a, log, names, want, tolerance, ret_came);
	else if ((want = toc_get(expectation, "timer")))
		v = check_timer(a, log, names, want, window, tolerance, ret_came);
	else if ((want = toc_get(expectation, "spread")))
		v = check_spread(a, log, want, window, ret_came);
	else if ((want = toc_get(expectation, "took")))
		v = check_took(a, names, want, tolerance, ret_came);
	else
		*ret_came = TOC_STR("the scenario's own mistake: no such expectation");
	return v == EXPECT_NOT_YET && moment == EXPECT_LAST ? EXPECT_FAILS : v;
}

/* ---- words ---- */

static struct toc_str details(struct toc_arena *a, const struct toc_value *want)
{
	const struct toc_value *where = toc_get(want, "where"), *has = toc_get(want, "has"),
			       *lacks = toc_get(want, "lacks");
	struct toc_str out = TOC_STR(""), rendering = toc_get_text(want, "rendering");
	if (rendering.n)
		out = toc_arena_printf(a, ", rendering = %.*s", TOC_STR_ARGS(rendering));
	for (uint32_t i = 0; where && i < where->n; i++)
		out = toc_arena_printf(a, "%.*s, %.*s = %.*s", TOC_STR_ARGS(out),
				       TOC_STR_ARGS(where->members[i].name),
				       TOC_STR_ARGS(json_of(a, where->members[i].value)));
	for (size_t i = 0; i < toc_len(has); i++)
		out = toc_arena_printf(a, "%.*s, with %.*s", TOC_STR_ARGS(out),
				       TOC_STR_ARGS(toc_text_of(toc_at(has, i))));
	for (size_t i = 0; i < toc_len(lacks); i++)
		out = toc_arena_printf(a, "%.*s, without %.*s", TOC_STR_ARGS(out),
				       TOC_STR_ARGS(toc_text_of(toc_at(lacks, i))));
	return out;
}

struct toc_str expect_sentence(struct toc_arena *a, const struct toc_value *e)
{
	const struct toc_value *w;
	bool see = toc_get(e, "see") != NULL;
	if ((w = see ? toc_get(e, "see") : toc_get(e, "not_see"))) {
		struct toc_str from = toc_get_text(w, "from");
		return toc_arena_printf(a, "%.*s %s %.*s%s%.*s%.*s", TOC_STR_ARGS(toc_get_text(w, "org")),
					see ? "sees" : "does not see", TOC_STR_ARGS(toc_get_text(w, "k")),
					from.n ? " from " : "", TOC_STR_ARGS(from),
					TOC_STR_ARGS(details(a, w)));
	}
	if ((w = toc_get(e, "only")))
		return toc_arena_printf(a, "%.*s reaches exactly %.*s", TOC_STR_ARGS(toc_get_text(w, "k")),
					TOC_STR_ARGS(json_of(a, toc_get(w, "orgs"))));
	if ((w = toc_get(e, "knows")))
		return toc_arena_printf(a, "\"%.*s\" has reached exactly %.*s",
					TOC_STR_ARGS(toc_get_text(w, "text")),
					TOC_STR_ARGS(json_of(a, toc_get(w, "orgs"))));
	if ((w = toc_get(e, "knew")))
		return toc_arena_printf(a, "at %.*s %.*s knew of %zu messages and had %zu deadlines running",
					TOC_STR_ARGS(toc_get_text(w, "at")), TOC_STR_ARGS(toc_get_text(w, "org")),
					toc_len(toc_get(w, "messages")), toc_len(toc_get(w, "timers")));
	if ((w = toc_get(e, "timer"))) {
		struct toc_str took = toc_get_text(w, "took"), deadline = toc_get_text(w, "deadline");
		return toc_arena_printf(
			a, "%.*s of %.*s is %.*s%s%.*s%s%.*s", TOC_STR_ARGS(toc_get_text(w, "id")),
			TOC_STR_ARGS(toc_get_text(w, "desk")), TOC_STR_ARGS(toc_get_text(w, "state")),
			took.n ? " after " : "", TOC_STR_ARGS(took), deadline.n ? ", deadline " : "",
			TOC_STR_ARGS(deadline));
	}
	if ((w = toc_get(e, "took")))
		return toc_arena_printf(a, "%.*s to %.*s took %.*s", TOC_STR_ARGS(toc_get_text(w, "from")),
					TOC_STR_ARGS(toc_get_text(w, "to")),
					TOC_STR_ARGS(toc_get_text(w, "is")));
	if ((w = toc_get(e, "spread")))
		return toc_arena_printf(a, "%.*s reaches all within %.*s", TOC_STR_ARGS(toc_get_text(w, "k")),
					TOC_STR_ARGS(toc_get_text(w, "within")));
	if ((w = toc_get(e, "prepared"))) {
		struct toc_str what = details(a, w);
		return toc_arena_printf(a, "before it is sent, the sender is shown%.*s", TOC_STR_ARGS(what));
	}
	if ((w = toc_get(e, "refused")))
		return toc_arena_printf(a, "the server refuses it: %.*s %.*s",
					TOC_STR_ARGS(toc_get_text(w, "code")),
					TOC_STR_ARGS(toc_get_text(w, "field")));
	return toc_arena_printf(a, "%.*s", TOC_STR_ARGS(json_of(a, e)));
}
