/* report.c: an answer as a PDF: the cover is written here, and the press prints it (ipc/press.h). */
#include "archive/making.h"

#include "ipc/press.h"
#include "measure/metrics.h"
#include "message/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PDF_MAX (UINT64_C(64) << 20)
#define PIECE 16384

enum { NOTE, STAMPS, PRESS, LENGTH, BYTES };

struct report {
	struct toc_making m;
	struct toc_str note, stamps;
	unsigned char length[8];
	size_t n_length;
	int64_t until_us; /* to get any further */
	uint64_t left;
};

/* ---- the cover ---- */

static void fact(struct toc_arena *a, struct toc_value *facts, const char *name, struct toc_str text)
{
	struct toc_value *v = toc_value_map(a);

	if (!text.n)
		return;
	toc_set_cstr(a, v, "name", name);
	toc_set_text(a, v, "text", text);
	toc_push(a, facts, v);
}

/* "— NAME …" of a checkpoint, but for the log itself */
static struct toc_str witnesses(struct toc_arena *a, struct toc_str note, struct toc_str log)
{
	static const char dash[] = "\342\200\224 ";
	struct toc_str all = TOC_STR("");

	for (const char *at = note.p, *end = note.p + note.n; at && at < end;) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((line ? line : end) - at);
		if (n > sizeof dash && !memcmp(at, dash, sizeof dash - 1)) {
			const char *name = at + sizeof dash - 1, *blank = memchr(name, ' ', n - (sizeof dash - 1));
			struct toc_str who = { name, blank ? (size_t)(blank - name) : 0 };
			if (who.n && !toc_str_eq(who, log))
				all = toc_arena_printf(a, "%.*s%s%.*s", TOC_STR_ARGS(all), all.n ? ", " : "", TOC_STR_ARGS(who));
		}
		at = line ? line + 1 : end;
	}
	return all.n ? all : TOC_STR("none");
}

static struct toc_str stamp_of(const struct report *r)
{
	struct toc_arena *a = r->m.a;
	const struct toc_value *newest = toc_making_stamp(a, r->stamps, 0);

	if (!newest)
		return TOC_STR("none");
	return toc_arena_printf(a, "of the checkpoint of %lld entries, %.*s, by %.*s; token: /log/timestamp/%lld", (long long)toc_get_int(newest, "size", 0),
				TOC_STR_ARGS(toc_get_text(newest, "at")), TOC_STR_ARGS(toc_get_text(newest, "authority")), (long long)toc_get_int(newest, "size", 0));
}

static struct toc_str cover(const struct report *r)
{
	const struct toc_making_options *o = &r->m.o;
	struct toc_arena *a = r->m.a;
	struct toc_value *v = toc_value_map(a), *facts = toc_value_list(a);
	struct toc_str query = toc_get_text(o->head, "query"), note = r->note;
	const char *line = note.n ? memchr(note.p, '\n', note.n) : NULL, *blank = note.n ? strstr(note.p, "\n\n") : NULL;

	fact(a, facts, "Query", query);
	fact(a, facts, "Statement", toc_get_text(o->head, "sql"));
	fact(a, facts, "Parameters", toc_json_str(a, toc_get(o->head, "parameters")));
	fact(a, facts, "Mandate", toc_get_text(o->head, "mandate"));
	fact(a, facts, "Purpose", toc_get_text(o->head, "purpose"));
	fact(a, facts, "On record", toc_arena_printf(a, "the question is entry %lld; looked at were the first %lld entries",
						     (long long)toc_get_int(o->head, "asked", -1), (long long)toc_get_int(o->head, "as_of", -1)));
	if (toc_get_int(o->head, "behind", 0) > 0)
		fact(a, facts, "NOT LOOKED AT", toc_arena_printf(a, "the newest %lld entries: the server had still to go through them", (long long)toc_get_int(o->head, "behind", 0)));
	if (!toc_get_bool(o->head, "whole"))
		fact(a, facts, "Not in it", TOC_STR("what is personal: the mandate does not cover it"));
	fact(a, facts, "Rows", toc_arena_printf(a, "%llu%s", (unsigned long long)o->rows, o->complete ? "" : ": NOT ALL"));
	fact(a, facts, "SHA-256 of the rows", toc_arena_printf(a, "%.*s (as JSON Lines; that of this file is on record)", TOC_STR_ARGS(o->digest)));
	fact(a, facts, "Checkpoint of the log", (struct toc_str){ note.p, blank ? (size_t)(blank - note.p) : 0 });
	fact(a, facts, "Witnesses", witnesses(a, note, (struct toc_str){ note.p, line ? (size_t)(line - note.p) : 0 }));
	fact(a, facts, "Time stamp", stamp_of(r));
	fact(a, facts, "Made", toc_time_str(a, o->now));
	toc_set_text(a, v, "title", toc_arena_printf(a, "From the record: %.*s", TOC_STR_ARGS(query)));
	toc_set(a, v, "facts", facts);
	return toc_json_str(a, v);
}

/* ---- the press ---- */

static int hand_over(struct report *r, struct toc_error *reterr)
{
	struct toc_str last = cover(r);
	int pipes[2];

	if (last.n >= TOC_PRESS_COVER_MAX)
		return toc_fail(reterr, TOC_ELIMIT, "what was asked does not fit on a cover");
	if (toc_spool_add(r->m.o.spool, last) < 0 || toc_spool_add(r->m.o.spool, TOC_STR("\n")) < 0)
		return toc_fail(reterr, TOC_ELIMIT, "there are too many rows for a report: narrow the question, or take them as JSON Lines or CSV");
	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK) < 0)
		return toc_fail(reterr, TOC_EIO, "no report can be printed now");
	(void)fcntl(pipes[1], F_SETFL, 0); /* the press waits when nobody reads */
	int sent = toc_press_send(r->m.o.press, r->m.o.spool->fd, pipes[1]);
	close(pipes[1]);
	if (sent < 0) {
		close(pipes[0]);
		return toc_fail(reterr, TOC_EIO, "no report can be printed now: ask again");
	}
	r->m.fd = pipes[0];
	r->m.next_us = r->until_us = toc_clock_mono_us() + r->m.o.press_us;
	return 0;
}

/* @return bytes; 0: it is over; TOC_EAGAIN; TOC_ETIMEOUT */
static ssize_t take(struct report *r, void *to, size_t n)
{
	ssize_t got = read(r->m.fd, to, n);
	int64_t now = toc_clock_mono_us();

	if (got < 0 && errno != EAGAIN && errno != EINTR)
		got = 0;
	if (got >= 0)
		r->until_us = now + r->m.o.press_us;
	r->m.next_us = r->until_us;
	return got >= 0 ? got : now < r->until_us ? TOC_EAGAIN : TOC_ETIMEOUT;
}

static int broken(const struct report *r, ssize_t how, struct toc_error *reterr)
{
	if (how == TOC_ETIMEOUT) {
		toc_limit_hit(TOC_LIMIT_audit_print_s);
		return toc_fail(reterr, TOC_ETIMEOUT, "the report was not printed, after %lld s: take the rows as JSON Lines or CSV", (long long)(r->m.o.press_us / 1000000));
	}
	return toc_fail(reterr, TOC_EUNSUPPORTED, "the report could not be printed: take the rows as JSON Lines or CSV");
}

static int step(struct toc_making *m, struct toc_buf *out, struct toc_error *reterr)
{
	struct report *r = (struct report *)m;
	char piece[PIECE];
	ssize_t n;
	int e;

	switch (m->stage) {
	case NOTE:
		if ((e = toc_making_ask(m, TOC_LOG_CHECKPOINT, TOC_STR(""), 0)) < 0)
			return e;
		r->note = m->code == TOC_NOT_REFUSED ? toc_arena_str(m->a, m->bytes) : TOC_STR("");
		m->stage = STAMPS;
		return 1;
	case STAMPS:
		if ((e = toc_making_ask(m, TOC_LOG_STAMPS, TOC_STR(""), 0)) < 0)
			return e;
		r->stamps = m->code == TOC_NOT_REFUSED ? toc_arena_str(m->a, m->bytes) : TOC_STR("");
		m->stage = PRESS;
		return 1;
	case PRESS:
		if ((e = hand_over(r, reterr)) < 0)
			return e;
		m->stage = LENGTH;
		return TOC_EAGAIN;
	case LENGTH:
		if ((n = take(r, r->length + r->n_length, sizeof r->length - r->n_length)) == TOC_EAGAIN)
			return TOC_EAGAIN;
		if (n <= 0)
			return broken(r, n, reterr);
		r->n_length += (size_t)n;
		if (r->n_length < sizeof r->length)
			return 1;
		for (size_t i = 0; i < sizeof r->length; i++)
			r->left = r->left << 8 | r->length[i];
		if (!r->left || r->left > PDF_MAX)
			return broken(r, 0, reterr);
		m->stage = BYTES;
		return 1;
	default:
		if (!r->left)
			return 0;
		if ((n = take(r, piece, r->left < sizeof piece ? r->left : sizeof piece)) == TOC_EAGAIN)
			return TOC_EAGAIN;
		if (n <= 0)
			return broken(r, n, reterr);
		toc_buf_add(out, piece, (size_t)n);
		r->left -= (uint64_t)n;
		return r->left ? 1 : 0;
	}
}

static void report_free(struct toc_making *m)
{
	if (m->fd >= 0)
		close(m->fd);
	toc_making_done(m);
}

struct toc_making *toc_report_new(const struct toc_making_options *o)
{
	struct report *r = toc_must_realloc(NULL, sizeof *r);

	*r = (struct report){ .n_length = 0 };
	toc_making_init(&r->m, o, step, report_free);
	return &r->m;
}
