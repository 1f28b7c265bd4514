/* answers.c: `tocsin exercise play --answers`: the questions of message/answers.def, answered by what arrived.
 *
 * An entry that reached several is taken once, the copy that says most: whoever reads the whole of it reads the same. */
#include "cli/expect.h"

#include <inttypes.h>
#include <stdlib.h>

#include "message/answers.h"

/* In the order of the ledger; of one entry the copy that says most first. */
static int by_seq(const void *x, const void *y)
{
	const struct expect_seen *a = *(const struct expect_seen *const *)x, *b = *(const struct expect_seen *const *)y;
	bool a_whole = toc_get_is(a->frame, "rendering", "whole"), b_whole = toc_get_is(b->frame, "rendering", "whole");

	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	if (a_whole != b_whole)
		return a_whole ? -1 : 1;
	return a->json.n > b->json.n ? -1 : a->json.n < b->json.n;
}

struct toc_value *expect_answers(struct toc_arena *a, const struct expect_log *log, struct toc_str exercise)
{
	const struct expect_seen **seen = toc_arena_alloc(a, (log->n + 1) * sizeof *seen);
	struct toc_answers *x = toc_answers_new(a);
	size_t n = 0;

	for (size_t i = 0; i < log->n; i++)
		if (log->items[i].seq >= 0 && toc_str_eq(toc_get_text(log->items[i].frame, "exercise"), exercise))
			seen[n++] = &log->items[i];
	qsort(seen, n, sizeof(const struct expect_seen *), by_seq);
	for (size_t i = 0; i < n; i++)
		if (!i || seen[i]->seq != seen[i - 1]->seq)
			toc_answers_take(x, seen[i]->frame);
	struct toc_value *list = toc_answers_list(x);
	toc_answers_free(x);
	return list;
}

/* 28 h 45 min, 1 min 55 s, 0 s */
static struct toc_str length(struct toc_arena *a, int64_t ms)
{
	static const struct {
		int64_t s;
		const char *unit;
	} parts[] = { { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	int64_t left = (ms < 0 ? -ms : ms) / 1000;
	struct toc_str out = TOC_STR("");

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (left >= parts[i].s)
			out = toc_arena_printf(a, "%.*s%s%" PRId64 " %s", TOC_STR_ARGS(out), out.n ? " " : ms < 0 ? "-" : "",
					       left / parts[i].s, parts[i].unit);
		left %= parts[i].s;
	}
	return out.n ? out : TOC_STR("0 s");
}

struct toc_str expect_answer_words(struct toc_arena *a, const struct toc_value *v)
{
	const struct toc_value *orgs = toc_get(v, "orgs");
	struct toc_str out = TOC_STR("");

	if (toc_get(v, "ms"))
		return length(a, toc_get_int(v, "ms", 0));
	if (toc_get(v, "count"))
		return toc_arena_printf(a, "%" PRId64, toc_get_int(v, "count", 0));
	for (size_t i = 0; i < toc_len(orgs); i++)
		out = toc_arena_printf(a, "%.*s%s%.*s", TOC_STR_ARGS(out), i ? ", " : "", TOC_STR_ARGS(toc_text_of(toc_at(orgs, i))));
	return orgs ? out : toc_get(v, "at") ? toc_get_text(v, "at") : toc_get_text(v, "word");
}
