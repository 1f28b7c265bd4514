/* watch.c: is every part there that ought to be? A slow walk over the ledger, again and again.
 *
 * What is not there has to be named by an erase entry: its number, in the list of the part (docs/erasure.md). What is
 * not, somebody took away who could write to the tables; said once for each, and in /readyz until it is found mended. */
#include "base/log.h"
#include "base/time.h"
#include "eraser/eraser.h"
#include "measure/metrics.h"
#include "message/json.h"

#include <stdio.h>
#include <stdlib.h>

#define PIECE 1000
#define PAUSE_US 20000
#define AGAIN_US INT64_C(3600000000)
#define SAY_MOST 20
#define BODY_MAX (1u << 20)
#define DEPTH 16

enum { ACTOR = 1, DATA = 2 };

struct run {
	uint64_t first, last;
	unsigned part;
};
struct watch_missing {
	uint64_t seq;
	unsigned parts;
	char keys[160];
};
struct toc_watch {
	struct run *runs; /* what erase entries name */
	size_t n_runs, cap_runs;
	uint64_t read_to; /* erase entries before it are known */
	size_t got;
	uint64_t at, tip; /* of the walk */
	uint64_t tampered; /* parts of this walk */
	struct watch_missing missing[PIECE];
	size_t n_missing;
};

struct toc_watch *toc_watch_new(void)
{
	struct toc_watch *w = calloc(1, sizeof *w);

	if (!w)
		abort();
	return w;
}

void toc_watch_free(struct toc_watch *w)
{
	if (w)
		free(w->runs);
	free(w);
}

void toc_watch_again(struct toc_watch *w)
{
	w->n_runs = 0;
	w->read_to = w->at = w->tampered = 0;
}

static void add_runs(struct toc_watch *w, const struct toc_value *list, unsigned part)
{
	for (size_t i = 0; i < toc_len(list); i++) {
		char text[48], *end;
		snprintf(text, sizeof text, "%.*s", TOC_STR_ARGS(toc_text_of(toc_at(list, i))));
		uint64_t first = strtoull(text, &end, 10), last = *end == '-' ? strtoull(end + 1, NULL, 10) : first;
		if (w->n_runs == w->cap_runs) {
			w->cap_runs = w->cap_runs ? 2 * w->cap_runs : 256;
			w->runs = toc_must_realloc(w->runs, w->cap_runs * sizeof *w->runs);
		}
		w->runs[w->n_runs++] = (struct run){ first, last, part };
	}
}

static void take_entry(void *ctx, uint64_t seq, struct toc_str body)
{
	struct toc_watch *w = ctx;
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v;
	struct toc_refusal why;

	if (toc_json_parse(a, body, BODY_MAX, DEPTH, &v, &why) == 0) {
		const struct toc_value *said = toc_get(toc_get(v, "message"), "body");
		add_runs(w, toc_get(said, "actors"), ACTOR);
		add_runs(w, toc_get(said, "data"), DATA);
	} else {
		toc_log(TOC_LOG_ERROR, "erasure_unreadable", "entry %llu: %s", (unsigned long long)seq, why.detail);
	}
	w->read_to = seq + 1;
	w->got++;
	toc_arena_free(a);
}

static int learn(struct toc_watch *w, struct toc_erasing *ledger, struct toc_error *reterr)
{
	int r;

	do {
		w->got = 0;
		r = toc_erasing_entries(ledger, w->read_to, take_entry, w, reterr);
	} while (r == 0 && w->got);
	return r;
}

static unsigned named(const struct toc_watch *w, uint64_t seq)
{
	unsigned parts = 0;

	for (size_t i = 0; i < w->n_runs; i++)
		if (w->runs[i].first <= seq && seq <= w->runs[i].last)
			parts |= w->runs[i].part;
	return parts;
}

static void take_missing(void *ctx, uint64_t seq, unsigned parts, struct toc_str keys)
{
	struct toc_watch *w = ctx;

	if (w->n_missing == PIECE)
		return;
	struct watch_missing *m = &w->missing[w->n_missing++];
	m->seq = seq;
	m->parts = parts;
	snprintf(m->keys, sizeof m->keys, "%.*s", TOC_STR_ARGS(keys));
}

static void judge(struct toc_watch *w)
{
	for (size_t i = 0; i < w->n_missing; i++) {
		unsigned gone = w->missing[i].parts & ~named(w, w->missing[i].seq);
		if (!gone)
			continue;
		w->tampered += (unsigned)__builtin_popcount(gone);
		if (w->tampered <= SAY_MOST)
			toc_log(TOC_LOG_ERROR, "part_missing", "entry %llu: %s not there, and no entry says that it was erased; %s; erasures known up to entry %llu",
				(unsigned long long)w->missing[i].seq,
				gone == (ACTOR | DATA) ? "who acted and the personal part are" : gone == ACTOR ? "who acted is" : "the personal part is",
				w->missing[i].keys, (unsigned long long)w->read_to);
	}
}

int64_t toc_watch_step(struct toc_watch *w, struct toc_erasing *ledger, int64_t now_us, struct toc_error *reterr)
{
	if (w->at == 0 && toc_erasing_tip(ledger, &w->tip, reterr) < 0)
		return now_us + PAUSE_US * 50;
	uint64_t to = w->at + PIECE < w->tip ? w->at + PIECE : w->tip;
	w->n_missing = 0;
	/* the entries after the parts: what went meanwhile has its entry */
	if (toc_erasing_missing(ledger, w->at, to, take_missing, w, reterr) < 0 || (w->n_missing && learn(w, ledger, reterr) < 0))
		return now_us + PAUSE_US * 50;
	judge(w);
	w->at = to;
	if (w->tampered) /* at once; that nothing is missing any more only after a whole walk */
		toc_gauge(TOC_METRIC_ERASER_TAMPERED, 0, (int64_t)w->tampered);
	if (to < w->tip)
		return now_us + PAUSE_US;
	toc_gauge(TOC_METRIC_ERASER_TAMPERED, 0, (int64_t)w->tampered);
	w->at = 0;
	w->tampered = 0;
	return now_us + AGAIN_US;
}
