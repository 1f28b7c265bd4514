/* knew.c: the expectation `knew`: what an organisation knew at a time, by what had reached it then (message/knew.h). */
#include "cli/expect.h"

#include "message/knew.h"

/* What the organisation had by then, in the order of the ledger. */
static struct toc_value *known_at(struct toc_arena *a, const struct expect_log *log, const struct scenario_names *names,
				  struct toc_str org, toc_time until)
{
	struct toc_knew *k = toc_knew_new(a, org);

	for (size_t i = 0; i < log->n; i++) {
		const struct toc_value *frame = log->items[i].frame;
		toc_time at;
		if (toc_str_is(org, log->items[i].org) &&
		    toc_str_eq(toc_get_text(frame, "exercise"), names->exercise) &&
		    toc_time_parse(toc_get_text(frame, "at"), &at, NULL) == 0 && !toc_before(until, at))
			toc_knew_take(k, frame, true);
	}
	struct toc_value *answer = toc_knew_answer(k);
	toc_knew_free(k);
	return answer;
}

static bool same_time(struct toc_str got, struct toc_str want, toc_dur tolerance)
{
	toc_time x, y;

	if (toc_time_parse(got, &x, NULL) < 0 || toc_time_parse(want, &y, NULL) < 0)
		return toc_str_eq(got, want);
	int64_t d = toc_between(x, y).us;
	return (d < 0 ? -d : d) <= tolerance.us;
}

/* Texts and times of `want` stand in `got`; numbers are how many there are in a list of it. */
static bool fits(const struct toc_value *got, const struct toc_value *want, toc_dur tolerance)
{
	for (uint32_t i = 0; i < want->n; i++) {
		const struct toc_value *w = want->members[i].value, *g = toc_get_str(got, want->members[i].name);
		if (w->kind == TOC_INT ? (int64_t)toc_len(g) != w->integer
				       : !same_time(toc_text_of(g), toc_text_of(w), tolerance))
			return false;
	}
	return true;
}

static struct toc_str brief(struct toc_arena *a, const struct toc_value *list, const char *name)
{
	struct toc_str out = TOC_STR("");

	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i);
		const struct toc_value *deadline = toc_get(v, "deadline");
		out = toc_arena_printf(a, "%.*s%s%.*s %.*s", TOC_STR_ARGS(out), i ? ", " : "",
				       TOC_STR_ARGS(toc_get_text(v, name)),
				       TOC_STR_ARGS(toc_text_of(deadline ? deadline : toc_get(v, "at"))));
	}
	return out.n ? out : TOC_STR("nothing");
}

/* These and no others, in this order. */
static bool exactly(const struct toc_value *got, const struct toc_value *want, toc_dur tolerance)
{
	if (toc_len(got) != toc_len(want))
		return false;
	for (size_t i = 0; i < toc_len(want); i++)
		if (!fits(toc_at(got, i), toc_at(want, i), tolerance))
			return false;
	return true;
}

enum expect_verdict expect_knew(struct toc_arena *a, const struct expect_log *log, const struct scenario_names *names,
				const struct toc_value *want, toc_dur tolerance, struct toc_str *ret_came)
{
	toc_time until;

	if (toc_time_parse(toc_get_text(want, "at"), &until, NULL) < 0) {
		*ret_came = TOC_STR("the scenario's own mistake: at is no time");
		return EXPECT_FAILS;
	}
	const struct toc_value *answer = known_at(a, log, names, toc_get_text(want, "org"), until);
	const struct toc_value *messages = toc_get(answer, "messages"), *all = toc_get(answer, "timers");
	struct toc_value *running = toc_value_list(a);
	for (size_t i = 0; i < toc_len(all); i++)
		if (toc_get_is(toc_at(all, i), "state", "running"))
			toc_push(a, running, toc_at(all, i));
	*ret_came = toc_arena_printf(a, "%.*s; running: %.*s", TOC_STR_ARGS(brief(a, messages, "k")),
				     TOC_STR_ARGS(brief(a, running, "timer")));
	return exactly(messages, toc_get(want, "messages"), tolerance) &&
			       exactly(running, toc_get(want, "timers"), tolerance)
		       ? EXPECT_HOLDS
		       : EXPECT_NOT_YET;
}
