/* eraser.c: the loop: two looks a second, and a piece of the walk when there is time. */
#include "eraser/eraser.h"

#include "base/log.h"
#include "child/child.h"
#include "confine/confine.h"
#include "measure/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTROL_FD 4
#define LOOK_US 500000
#define WALK_AFTER_US INT64_C(5000000) /* the others start first: they have the same processors and the same database */
#define PATIENCE_US INT64_C(10000000) /* so long another node may take to hand over a wrapping key */
#define REPEAT_US INT64_C(60000000) /* the same trouble is said again so often */

struct process {
	struct toc_eraser e;
	struct toc_child *child;
	struct toc_watch *watch;
	int64_t look_us, walk_us, said_us;
	bool up;
	char said[sizeof ((struct toc_error *)0)->text];
};

static void trouble(struct process *p, const struct toc_error *error)
{
	int64_t now = toc_clock_mono_us();

	if (!strcmp(p->said, error->text) && now - p->said_us < REPEAT_US)
		return;
	snprintf(p->said, sizeof p->said, "%s", error->text);
	p->said_us = now;
	toc_log(TOC_LOG_WARN, "erasure_waits", "trying again: %s", error->text);
}

struct to_do {
	struct toc_eraser *e;
	uint64_t seq[1000], read_to;
	size_t n, got;
	bool news;
};

static void take(void *ctx, uint64_t seq, toc_time at, const struct toc_key_row *key, bool there)
{
	struct to_do *t = ctx;

	t->got++;
	t->read_to = seq + 1;
	if (at.us > t->e->erased_at.us)
		t->e->erased_at = at;
	if (there)
		t->seq[t->n++] = seq;
	t->news |= toc_outside_note(&t->e->outside, &(struct toc_erased){ key->id, key->subject, key->retention, !there });
}

/* Of what was entered: what is there all the same goes, and what another node has carried out is noted here, too. */
static int carry_out(struct toc_eraser *e, struct toc_error *reterr)
{
	static struct to_do t;
	int r;

	do {
		t = (struct to_do){ .e = e };
		if ((r = toc_erasing_erasures(e->ledger, e->done_to, take, &t, reterr)) < 0 || t.got == 0)
			return r;
		size_t n = 0;
		for (size_t i = 0; i < t.n; i++) {
			bool leaves = false;
			if ((r = toc_erasing_leaves(e->ledger, t.seq[i], &leaves, reterr)) < 0)
				return r;
			if (leaves) /* else it was carried out, and its key stays because something was sealed with it since */
				t.seq[n++] = t.seq[i];
		}
		t.n = n;
		/* First outside: from here on an older copy of the database is known for one, and a rotation is due. */
		e->outside.pending |= t.n > 0;
		if (t.n > 0)
			e->begun = (struct toc_uuid){ { 0 } };
		if ((t.n || t.news) && (r = toc_outside_write(&e->outside, reterr)) < 0)
			return r;
		for (size_t i = 0; i < t.n; i++) {
			uint64_t parts = 0;
			if ((r = toc_erasing_erase(e->ledger, t.seq[i], &parts, reterr)) < 0)
				return r;
			toc_count_by(TOC_METRIC_ERASER_ERASED, 0, (int64_t)parts);
		}
		e->done_to = t.read_to;
		if (t.n || t.news)
			toc_eraser_tell(e); /* the keys are gone: whoever holds them open forgets them */
	} while (t.got == sizeof t.seq / sizeof *t.seq);
	return 0;
}

static void on_turn(void *ctx)
{
	struct process *p = ctx;
	struct toc_eraser *e = &p->e;
	struct toc_error error = { 0 };
	int64_t now = toc_clock_mono_us();
	bool fresh;

	toc_gauge(TOC_METRIC_ERASER_TURN, 0, now);
	if (now >= p->look_us) {
		int r = toc_erasing_connect(e->ledger, &fresh, &error);
		p->up = r == 0;
		toc_gauge(TOC_METRIC_ERASER_DATABASE, 0, p->up);
		if (r == 0 && fresh) {
			e->done_to = 0;
			toc_watch_again(p->watch);
			p->walk_us = now + WALK_AFTER_US;
			e->erased_at.us = 0;
			r = toc_eraser_restore(e, &error);
			if (r < 0)
				e->since_us = e->since_us ? e->since_us : now;
		}
		if (r == 0)
			r = carry_out(e, &error);
		if (r == 0)
			r = toc_eraser_rotate(e, &error);
		e->lacks_us = toc_uuid_is_nil(e->lacks) ? 0 : e->lacks_us ? e->lacks_us : now;
		if (r < 0)
			trouble(p, &error);
		bool waits = e->outside.pending;
		e->since_us = !waits ? 0 : e->since_us ? e->since_us : now;
		toc_gauge(TOC_METRIC_ERASER_STUCK, 0, e->since_us);
		toc_gauge(TOC_METRIC_ERASER_LACKS, 0, e->lacks_us && now - e->lacks_us >= PATIENCE_US);
		p->look_us = toc_clock_mono_us() + LOOK_US;
	}
	if (p->up && now >= p->walk_us)
		p->walk_us = toc_watch_step(p->watch, e->ledger, now, &error);
}

static int64_t next_us(void *ctx)
{
	const struct process *p = ctx;

	return p->up && p->walk_us < p->look_us ? p->walk_us : p->look_us;
}

static int open_all(struct process *p, const struct toc_value *heritage, struct toc_arena *a, struct toc_error *reterr)
{
	struct toc_eraser *e = &p->e;
	const char *conninfo = toc_heritage_text(a, heritage, "conninfo"), *state = toc_heritage_text(a, heritage, "state_dir");
	int r;

	e->node = toc_heritage_text(a, heritage, "node");
	e->page = toc_wrapping_open((int)toc_get_int(heritage, "wrapping_fd", -1), true);
	if (!conninfo || !state || !e->node || !e->page)
		return toc_fail(reterr, TOC_EINVAL, "the parent's heritage lacks something");
	if (toc_heritage_key(heritage, "hand_key", e->hand_key) < 0)
		return toc_fail(reterr, TOC_EINVAL, "the parent's heritage lacks something");
	e->folder = strdup(toc_arena_printf(a, "%s/wrapping", state).p);
	e->ledger = toc_erasing_new(conninfo);
	if (toc_get(heritage, "token") && (r = toc_heritage_token(heritage, &e->token, reterr)) < 0)
		return r;
	if ((r = toc_files_finish(e->folder, reterr)) < 0 || (r = toc_wrappers_read(e, e->keys, &e->n_keys, reterr)) < 0 ||
	    (r = toc_outside_read(&e->outside, toc_arena_printf(a, "%s/record", e->folder).p, reterr)) < 0)
		return r;
	if (e->n_keys == 0 && e->token && (r = toc_wrappers_make(e, (struct toc_uuid){ { 0 } }, &e->keys[0], reterr)) < 0)
		return r;
	if (e->n_keys == 0 && e->token)
		e->n_keys = 1; /* the first one ever */
	if (e->n_keys == 0)
		return toc_fail(reterr, TOC_ENOTFOUND, "%s: there is no wrapping key", e->folder);
	toc_eraser_tell(e); /* also what one before us left half written */
	return 0;
}

int toc_eraser_main(const struct toc_value *heritage)
{
	static const struct toc_child_events events = { .turn = on_turn, .next_us = next_us };
	struct toc_arena *a = toc_arena_new();
	struct process p = { .watch = toc_watch_new() };
	struct toc_error error;
	int code = 1;

	if (open_all(&p, heritage, a, &error) < 0) {
		toc_log(TOC_LOG_ERROR, "eraser_unusable", "%s", error.text);
		goto out;
	}
	p.child = toc_child_new(&events, &p, CONTROL_FD);
	(void)toc_confine(toc_get_bool(heritage, "network")); /* logged; best effort */
	toc_child_ready(p.child, "serving");
	while (toc_child_turn(p.child, TOC_SECONDS(1)) == 0)
		;
	code = 0;
out:
	toc_child_free(p.child);
	toc_erasing_free(p.e.ledger);
	toc_wrapping_free(p.e.page);
	toc_token_free(p.e.token);
	toc_outside_done(&p.e.outside);
	toc_exchange_free(p.e.wanted);
	toc_wipe(p.e.hand_key, sizeof p.e.hand_key);
	toc_watch_free(p.watch);
	toc_wipe(p.e.keys, sizeof p.e.keys);
	free(p.e.folder);
	toc_arena_free(a);
	return code;
}
