/* prover.c: questions about the log, one after the other, and the newest checkpoint. See prover.h; the answers are
 * prove.c's. */
#include "archive/asking.h"

#include "base/log.h"
#include "base/refusal.h"
#include "measure/metrics.h"
#include "render/render.h"

#include <stdlib.h>
#include <string.h>

#define TELL_US INT64_C(1000000) /* fronts hear of a new checkpoint so often at most */
#define POLL_US INT64_C(2000000) /* also without being told */
#define STEPS_MAX 64 /* tiles that one answer may need */
#define GLANCE_US INT64_C(5000000) /* at what was cosigned, for who counts */

struct toc_str toc_prover_newest(const struct toc_prover *p)
{
	return p->any ? (struct toc_str){ p->note, p->n_note } : TOC_STR("");
}

uint64_t toc_prover_size(const struct toc_prover *p)
{
	return p->any ? p->newest.size : 0;
}

const struct toc_note_key *toc_prover_key(const struct toc_prover *p)
{
	return &p->o.key;
}

/* ---- one after the other ---- */

static void run(struct toc_prover *p);
static void next_ask(struct toc_prover *p);

void toc_prover_fetched(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_prover *p = ctx;

	(void)size;
	(void)error;
	if (p->leaving)
		return;
	if (result < 0) {
		(void)toc_prove_busy(p, p->at);
		next_ask(p);
		return;
	}
	p->at->fetched = true;
	run(p);
}

static void ask_free(struct toc_asking *k)
{
	toc_buf_done(&k->bundle);
	toc_arena_free(k->arena);
}

static void on_hashes(void *ctx, uint64_t first, int level, struct toc_str hashes)
{
	struct toc_prover *p = ctx;

	(void)first;
	(void)level;
	if (hashes.n == p->need.width * sizeof(struct toc_sha256))
		toc_tile_keep(p, hashes);
	else /* a checkpoint whose tiles are not there: never published so */
		toc_log(TOC_LOG_ERROR, "tile_missing", "tile %u/%llu has %zu hashes, %u are wanted", p->need.level,
			(unsigned long long)p->need.n, hashes.n / 32, p->need.width);
}

static void run(struct toc_prover *p)
{
	struct toc_asking *k = p->at;
	int r = toc_prove(p, k);

	if (r == 1)
		return;
	if (r == TOC_EAGAIN && ++k->steps < STEPS_MAX && toc_store_is_up(p->o.store) &&
	    toc_store_hashes(p->o.store, p->need.level, p->need.n * TOC_TILE_WIDTH, p->need.width, TOC_PROVER_DEADLINE, on_hashes,
			     toc_prover_fetched, p) == 0)
		return;
	if (r != 0)
		(void)toc_prove_busy(p, k);
	next_ask(p);
}

static void next_ask(struct toc_prover *p)
{
	if (p->at)
		ask_free(p->at);
	p->at = p->first;
	if (!p->at)
		return;
	p->first = p->at->next;
	if (!p->first)
		p->end = &p->first;
	p->n--;
	run(p);
}

static struct toc_asking *ask_new(void)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_asking *k = toc_arena_alloc(a, sizeof *k);

	k->arena = a;
	k->cosigned = TOC_STORE_NEWEST;
	return k;
}

static void put(struct toc_prover *p, struct toc_asking *k)
{
	*p->end = k;
	p->end = &k->next;
	p->n++;
	if (!p->at)
		next_ask(p);
}

void toc_prover_ask(struct toc_prover *p, unsigned front, struct toc_frame *f)
{
	struct toc_asking *k = ask_new();

	k->front = front;
	k->conn = toc_frame_u64(f);
	struct toc_str grant = toc_frame_str(f);
	unsigned what = toc_frame_u8(f);
	k->what = (enum toc_log_what)what;
	k->path = toc_arena_str(k->arena, toc_frame_str(f));
	if (what >= TOC_LOG_WHATS)
		f->bad = true;
	if (!toc_frame_end(f)) {
		ask_free(k);
		return;
	}
	int r = toc_grant_open(k->arena, p->o.grant_key, grant, p->o.now(p->o.ctx), &k->who);
	k->sees_leaves = r == 0 && (k->who.operates || k->who.roles & toc_role_bit(TOC_STR("auditor")));
	if (r < 0 || k->who.scoped) {
		(void)toc_prove_refuse(p, k, r < 0 ? TOC_REFUSE_NOT_AUTHENTICATED : TOC_REFUSE_NOT_FOUND, "not for this session");
		ask_free(k);
	} else if (p->n >= p->o.waiting_max) {
		toc_limit_hit(TOC_LIMIT_reads_waiting);
		(void)toc_prove_busy(p, k);
		ask_free(k);
	} else {
		put(p, k);
	}
}

void toc_prover_get(struct toc_prover *p, enum toc_log_what what, struct toc_str path, uint64_t at, toc_prover_done *done, void *ctx)
{
	struct toc_asking *k = ask_new();

	k->what = what;
	k->path = toc_arena_str(k->arena, path);
	k->sees_leaves = true;
	k->at = at;
	k->done = done;
	k->ctx = ctx;
	put(p, k);
}

static void forget(struct toc_asking *k, const void *ctx)
{
	if (k && k->done && k->ctx == ctx)
		k->gone = true;
}

void toc_prover_forget(struct toc_prover *p, const void *ctx)
{
	forget(p->at, ctx);
	for (struct toc_asking *k = p->first; k; k = k->next)
		forget(k, ctx);
}

static bool is_of(const struct toc_asking *k, unsigned front)
{
	return !k->news && !k->done && k->front == front;
}

void toc_prover_front(struct toc_prover *p, unsigned front, bool here)
{
	static const struct toc_proof nothing;

	if (p->at && !here && is_of(p->at, front))
		p->at->gone = true;
	for (struct toc_asking *k = p->first; k && !here; k = k->next)
		k->gone |= is_of(k, front);
	if (here && p->any) {
		struct toc_arena *a = toc_arena_new();
		toc_prove_tell(p, a, front, p->newest.size, &nothing);
		toc_arena_free(a);
	}
}

/* ---- the newest checkpoint ---- */

static void on_head(void *ctx, uint64_t size, struct toc_sha256 root, struct toc_str note)
{
	struct toc_prover *p = ctx;
	struct toc_checkpoint c;
	struct toc_error error;

	(void)root;
	if (p->any && size <= p->newest.size)
		return;
	if (note.n > sizeof p->note || toc_checkpoint_open(note, &p->o.key, &c, &error) < 0 || c.size != size) {
		toc_log(TOC_LOG_ERROR, "checkpoint_bad", "the newest checkpoint is not one of this log: it is not shown");
		return;
	}
	if (!p->any)
		p->told = c; /* nobody was told of another */
	p->newest = c;
	memcpy(p->note, note.p, note.n);
	p->n_note = note.n;
	for (unsigned i = 0; !p->any && i < toc_child_fronts(p->o.child); i++) {
		p->any = true;
		toc_prover_front(p, i, toc_child_has(p->o.child, i));
		p->any = false;
	}
	p->any = true;
}

static void on_looked(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_prover *p = ctx;

	(void)result;
	(void)size;
	(void)error;
	p->looking = false;
	p->look_us = p->look_again ? 0 : toc_clock_mono_us() + POLL_US;
	p->look_again = false;
}

void toc_prover_published(struct toc_prover *p)
{
	p->look_us = 0;
	p->look_again = p->looking;
}

static void on_glance(void *ctx, const struct toc_cosignature *c)
{
	struct toc_prover *p = ctx;

	p->glance.size = c->size;
	p->glance.n++;
	if (c->unix_s > p->glance.unix_s)
		p->glance.unix_s = c->unix_s;
}

static void on_glanced(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_prover *p = ctx;

	(void)size;
	(void)error;
	p->glancing = false;
	if (result < 0 || p->leaving)
		return;
	toc_gauge(TOC_METRIC_ARCHIVE_COSIGNED, 0, (int64_t)p->glance.size);
	toc_gauge(TOC_METRIC_ARCHIVE_COSIGNATURES, 0, p->glance.n);
	toc_gauge(TOC_METRIC_ARCHIVE_COSIGNED_AT, 0, p->glance.unix_s * 1000000);
}

static void glance(struct toc_prover *p, int64_t now)
{
	p->glance_us = now + GLANCE_US;
	p->glance = (struct glance){ 0 };
	p->glancing = toc_store_cosignatures(p->o.store, toc_str_of(p->o.key.name), TOC_STORE_NEWEST, TOC_PROVER_DEADLINE, on_glance, on_glanced,
					     p) == 0;
}

void toc_prover_turn(struct toc_prover *p)
{
	int64_t now = toc_clock_mono_us();

	if (p->leaving || !toc_store_is_up(p->o.store))
		return;
	if (!p->looking && now >= p->look_us)
		p->looking = toc_store_checkpoint(p->o.store, toc_str_of(p->o.key.name), TOC_PROVER_DEADLINE, on_head, on_looked,
						  p) == 0;
	if (p->any && !p->glancing && now >= p->glance_us)
		glance(p, now);
	if (p->any && p->newest.size > p->told.size && now - p->told_us >= TELL_US && !p->at) {
		struct toc_asking *k = ask_new();
		k->news = true;
		put(p, k);
	}
}

int64_t toc_prover_next_us(const struct toc_prover *p)
{
	int64_t tell_us = p->any && p->newest.size > p->told.size && !p->at ? p->told_us + TELL_US : INT64_MAX;

	if (!toc_store_is_up(p->o.store))
		return INT64_MAX;
	return !p->looking && p->look_us < tell_us ? p->look_us : tell_us;
}

struct toc_prover *toc_prover_new(const struct toc_prover_options *o)
{
	struct toc_prover *p = calloc(1, sizeof *p);

	if (!p)
		abort();
	p->o = *o;
	p->end = &p->first;
	toc_buf_init(&p->out, TOC_IPC_FRAME_MAX + 64);
	return p;
}

void toc_prover_leave(struct toc_prover *p)
{
	p->leaving = true;
}

void toc_prover_free(struct toc_prover *p)
{
	if (!p)
		return;
	if (p->at)
		ask_free(p->at);
	for (struct toc_asking *k = p->first, *next; k; k = next) {
		next = k->next;
		ask_free(k);
	}
	toc_buf_done(&p->out);
	free(p);
}
