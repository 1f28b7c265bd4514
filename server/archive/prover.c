/* prover.c: see prover.h.
 *
 * A question is answered by a function that either can, or names the tile that it misses (TOC_EAGAIN); then that is
 * fetched and the function runs again, from the start, which is cheap. */
#include "archive/prover.h"

#include "base/log.h"
#include "base/refusal.h"
#include "ipc/grant.h"
#include "ipc/log.h"
#include "measure/metrics.h"
#include "message/json.h"
#include "render/render.h"

#include <stdlib.h>
#include <string.h>

#define DEADLINE TOC_SECONDS(2)
#define TELL_US INT64_C(1000000) /* fronts hear of a new checkpoint so often at most */
#define POLL_US INT64_C(2000000) /* also without being told */
#define TILES 64
#define STEPS_MAX 64 /* tiles that one answer may need */
#define LINES_MAX 15 /* cosignatures that a note is shown with: a verifier has to accept sixteen lines */
#define LINES_BYTES_MAX (256 * 512)
#define TRIES_MAX 4
#define GLANCE_US INT64_C(5000000) /* at what was cosigned, for who counts */

struct tile {
	unsigned level, width; /* width 0: empty */
	uint64_t n, used;
	struct toc_sha256 hash[TOC_TILE_WIDTH];
};

struct ask {
	struct ask *next;
	struct toc_arena *arena;
	unsigned front, steps;
	uint64_t conn;
	enum toc_log_what what;
	bool news;       /* of our own: to tell all fronts */
	toc_prover_done *done; /* of the archive's own, or NULL: a front's */
	void *ctx;
	uint64_t at;
	bool sees_leaves, gone;
	struct toc_str path;
	struct toc_grant who;
	bool fetched; /* the row of a proof, the leaves of a bundle, cosignatures: what comes besides tiles */
	uint64_t cosigned; /* the size of which cosignatures were fetched; UNKNOWN: none yet */
	unsigned lines, tries;
	struct toc_str bytes, wanted; /* wanted: which part of a time stamp */
	struct toc_value *list;
	struct toc_buf bundle;
};

struct toc_prover {
	struct toc_prover_options o;
	struct toc_buf out;
	struct ask *first, **end, *at;
	unsigned n;
	bool leaving, looking, look_again, glancing;
	int64_t look_us, told_us, glance_us;
	struct glance {
		uint64_t size;
		int64_t n, unix_s;
	} glance; /* at the newest that was cosigned */

	bool any; /* there is a checkpoint */
	struct toc_checkpoint newest, told;
	char note[TOC_NOTE_BYTES_MAX];
	size_t n_note;

	struct tile tiles[TILES];
	uint64_t tick;
	struct toc_tile need;
};

static void next_ask(struct toc_prover *p);

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

/* ---- answers ---- */

static void answer_as(struct toc_prover *p, const struct ask *k, enum toc_refusal_code code, enum toc_log_kind kind,
		      bool immutable, struct toc_str bytes)
{
	if (k->gone || k->news)
		return;
	if (k->done) {
		k->done(k->ctx, code, bytes);
		return;
	}
	toc_ipc_begin(&p->out, TOC_IPC_LOG_DATA);
	toc_ipc_u64(&p->out, k->conn);
	toc_ipc_u8(&p->out, (uint8_t)k->what);
	toc_ipc_u16(&p->out, (uint16_t)code);
	toc_ipc_u8(&p->out, (uint8_t)kind);
	toc_ipc_u8(&p->out, immutable);
	toc_ipc_u64(&p->out, p->newest.size);
	toc_ipc_str(&p->out, bytes);
	if (toc_child_send(p->o.child, k->front, &p->out) == TOC_ELIMIT)
		toc_log(TOC_LOG_WARN, "front_slow", "front %u does not read; an answer is dropped", k->front);
}

static int refuse(struct toc_prover *p, const struct ask *k, enum toc_refusal_code code, const char *why)
{
	toc_count_as(TOC_METRIC_ARCHIVE_REFUSED, code);
	answer_as(p, k, code, TOC_LOG_TEXT, false, toc_str_of(why));
	return 0;
}

static int not_found(struct toc_prover *p, const struct ask *k)
{
	return refuse(p, k, TOC_REFUSE_NOT_FOUND, "the log has nothing of that name for you");
}

static int busy(struct toc_prover *p, const struct ask *k)
{
	return refuse(p, k, TOC_REFUSE_BUSY, "not now; ask again in a second");
}

/* ---- tiles ---- */

static struct tile *kept(struct toc_prover *p, unsigned level, uint64_t n)
{
	for (size_t i = 0; i < TILES; i++)
		if (p->tiles[i].width && p->tiles[i].level == level && p->tiles[i].n == n)
			return &p->tiles[i];
	return NULL;
}

/* @return the tile, at least so wide, or NULL: it is needed */
static const struct tile *tile_with(struct toc_prover *p, unsigned level, uint64_t n, unsigned width)
{
	struct tile *t = kept(p, level, n);
	uint64_t there = (p->newest.size >> TOC_TILE_HEIGHT * level) - n * TOC_TILE_WIDTH;

	if (t && t->width >= width) {
		t->used = ++p->tick;
		return t;
	}
	p->need = (struct toc_tile){
		.level = level,
		.n = n,
		.width = there < TOC_TILE_WIDTH ? (unsigned)there : TOC_TILE_WIDTH,
	};
	return NULL;
}

static void keep(struct toc_prover *p, struct toc_str hashes)
{
	struct tile *t = kept(p, p->need.level, p->need.n), *oldest = p->tiles;

	for (size_t i = 0; i < TILES; i++) /* an empty one was never used */
		if (p->tiles[i].used < oldest->used)
			oldest = &p->tiles[i];
	t = t ? t : oldest;
	t->used = ++p->tick;
	t->level = p->need.level;
	t->n = p->need.n;
	t->width = (unsigned)(hashes.n / 32);
	memcpy(t->hash, hashes.p, hashes.n);
}

static int subtree(void *ctx, unsigned level, uint64_t n, struct toc_sha256 *ret_root)
{
	struct toc_sha256 copy[TOC_TILE_WIDTH];
	unsigned first, within = level % TOC_TILE_HEIGHT;
	struct toc_tile in = toc_tile_of(level, n, &first);
	const struct tile *t = tile_with(ctx, in.level, in.n, in.width);

	if (!t)
		return TOC_EAGAIN;
	memcpy(copy, &t->hash[first], sizeof *copy << within);
	*ret_root = toc_perfect_root(copy, within);
	return 0;
}

/* ---- what is asked: each @return 0 when it is answered, TOC_EAGAIN when p->need is to be fetched, 1 when something
 * else is on its way ---- */

static void on_leaf(void *ctx, const struct toc_leaf_row *row)
{
	struct toc_prover *p = ctx;
	struct ask *k = p->at;
	const char length[] = { (char)(row->leaf.n >> 8), (char)row->leaf.n };

	if (k->what == TOC_LOG_TILE) {
		toc_buf_add(&k->bundle, length, sizeof length);
		toc_buf_str(&k->bundle, row->leaf);
	}
}

static void run(struct toc_prover *p);

static void on_fetched(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_prover *p = ctx;

	(void)size;
	(void)error;
	if (p->leaving)
		return;
	if (result < 0) {
		(void)busy(p, p->at);
		next_ask(p);
		return;
	}
	p->at->fetched = true;
	run(p);
}

static int bundle(struct toc_prover *p, struct ask *k, const struct toc_tile *t)
{
	uint64_t from = t->n * TOC_TILE_WIDTH;

	if (!k->sees_leaves)
		return not_found(p, k);
	if (k->fetched) {
		answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_OCTETS, true, toc_buf_view(&k->bundle));
		return 0;
	}
	toc_buf_init(&k->bundle, TOC_TILE_WIDTH * (TOC_LEAF_BYTES_MAX + 2));
	return toc_store_bundle(p->o.store, from, from + t->width, DEADLINE, on_leaf, on_fetched, p) < 0 ? busy(p, k) : 1;
}

static int tile(struct toc_prover *p, struct ask *k)
{
	struct toc_tile t;

	if (toc_tile_parse(k->path, &t) < 0 || !toc_tile_exists(&t, p->newest.size))
		return not_found(p, k);
	if (t.entries)
		return bundle(p, k, &t);
	const struct tile *got = tile_with(p, t.level, t.n, t.width);
	if (!got)
		return TOC_EAGAIN;
	answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_OCTETS, true,
		  (struct toc_str){ (const char *)got->hash, t.width * sizeof *got->hash });
	return 0;
}

static bool number(struct toc_str s, uint64_t *ret_n)
{
	uint64_t n = 0;

	if (s.n == 0 || s.n > 18 || (s.n > 1 && s.p[0] == '0'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	}
	*ret_n = n;
	return true;
}

/* Only who may read an entry learns that it is there. */
static void on_row(void *ctx, const struct toc_row *row)
{
	struct toc_prover *p = ctx;
	struct ask *k = p->at;
	struct toc_arena *scratch = toc_arena_new();
	struct toc_opened e;
	enum toc_rendering rendering;
	struct toc_error error;
	uint64_t wanted;

	if (number(k->path, &wanted) && row->seq == wanted &&
	    (k->sees_leaves || (toc_render_open(scratch, p->o.ring, row, &e, &error) == 0 &&
				toc_render_for(scratch, &e.entry, k->who.org, k->who.roles, k->who.exercise_only,
					       &rendering))))
		k->bytes = toc_arena_str(k->arena, row->leaf);
	toc_arena_free(scratch);
}

/* ---- cosignatures ---- */

static void on_cosignature(void *ctx, const struct toc_cosignature *c)
{
	struct toc_prover *p = ctx;
	struct ask *k = p->at;
	struct toc_checkpoint checkpoint;
	struct toc_error error;

	if (k->what == TOC_LOG_COSIGNATURES) {
		/* the note it is under comes first; one that the log's key has not signed is not shown */
		if (!k->bundle.n && toc_checkpoint_open(c->note, &p->o.key, &checkpoint, &error) == 0 && checkpoint.size == c->size)
			toc_buf_str(&k->bundle, c->note);
		if (k->bundle.n)
			toc_buf_str(&k->bundle, c->line);
	} else if (c->size == k->cosigned && k->lines < LINES_MAX && k->bundle.n + c->line.n < TOC_NOTE_BYTES_MAX - p->n_note) {
		toc_buf_str(&k->bundle, c->line);
		k->lines++;
	}
}

static int fetch_cosignatures(struct toc_prover *p, struct ask *k, uint64_t size)
{
	k->cosigned = size;
	k->lines = 0;
	toc_buf_done(&k->bundle);
	toc_buf_init(&k->bundle, LINES_BYTES_MAX);
	return toc_store_cosignatures(p->o.store, toc_str_of(p->o.key.name), size, DEADLINE, on_cosignature, on_fetched, p);
}

/* The newest note with some cosignatures. What came meanwhile may be newer than they are: a line under another checkpoint
 * would spoil the note. @return 0; 1: they are on their way; TOC_E* */
static int with_cosignatures(struct toc_prover *p, struct ask *k, struct toc_str *ret_note)
{
	bool fetched = k->cosigned == p->newest.size;

	if (!fetched && ++k->tries <= TRIES_MAX)
		return fetch_cosignatures(p, k, p->newest.size) < 0 ? TOC_EIO : 1;
	*ret_note = toc_arena_printf(k->arena, "%.*s%.*s", (int)p->n_note, p->note, fetched ? (int)k->bundle.n : 0,
				     fetched ? (const char *)k->bundle.p : "");
	return 0;
}

static int checkpoint(struct toc_prover *p, struct ask *k)
{
	struct toc_str note;
	int r = with_cosignatures(p, k, &note);

	if (r == 0)
		answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_TEXT, false, note);
	return r;
}

static int cosignatures(struct toc_prover *p, struct ask *k)
{
	uint64_t size = TOC_STORE_NEWEST;

	if (k->path.n && !number(k->path, &size))
		return not_found(p, k);
	if (!k->fetched)
		return fetch_cosignatures(p, k, size) < 0 ? busy(p, k) : 1;
	if (!k->bundle.n)
		return not_found(p, k);
	answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_TEXT, false, toc_buf_view(&k->bundle));
	return 0;
}

/* ---- time stamps ---- */

static void on_stamp(void *ctx, const struct toc_stamp *t)
{
	struct toc_prover *p = ctx;
	struct ask *k = p->at;
	struct toc_arena *a = k->arena;

	if (k->what == TOC_LOG_STAMPS) {
		struct toc_value *one = toc_value_map(a);
		struct toc_sha256 token = toc_sha256(t->response);
		toc_set_int(a, one, "size", (int64_t)t->size);
		toc_set_text(a, one, "at", toc_time_str(a, (toc_time){ t->unix_s * 1000000 }));
		toc_set_text(a, one, "authority", toc_arena_str(a, t->authority));
		toc_set_text(a, one, "token", toc_hex(a, token.b, sizeof token.b));
		toc_push(a, k->list, one);
	} else if (toc_str_is(k->wanted, "")) {
		k->bytes = toc_arena_str(a, t->response);
	} else if (toc_str_is(k->wanted, "/query")) {
		k->bytes = toc_arena_str(a, t->query);
	} else if (toc_str_is(k->wanted, "/chain")) {
		k->bytes = toc_arena_str(a, t->chain);
	} else if (toc_str_is(k->wanted, "/note")) {
		k->bytes = toc_arena_str(a, t->note);
	}
}

static int stamps(struct toc_prover *p, struct ask *k)
{
	struct toc_str origin = toc_str_of(p->o.key.name);
	struct toc_value *v;

	if (!k->fetched) {
		k->list = toc_value_list(k->arena);
		return toc_store_stamps(p->o.store, origin, TOC_STORE_NEWEST, DEADLINE, on_stamp, on_fetched, p) < 0 ? busy(p, k) : 1;
	}
	v = toc_value_map(k->arena);
	toc_set(k->arena, v, "timestamps", k->list);
	answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_JSON, false, toc_json_str(k->arena, v));
	return 0;
}

static int stamp(struct toc_prover *p, struct ask *k)
{
	const char *slash = k->path.n ? memchr(k->path.p, '/', k->path.n) : NULL;
	size_t n = slash ? (size_t)(slash - k->path.p) : k->path.n;
	uint64_t size;

	k->wanted = (struct toc_str){ k->path.p + n, k->path.n - n };
	if (!number((struct toc_str){ k->path.p, n }, &size))
		return not_found(p, k);
	if (!k->fetched)
		return toc_store_stamps(p->o.store, toc_str_of(p->o.key.name), size, DEADLINE, on_stamp, on_fetched, p) < 0 ? busy(p, k) : 1;
	if (!k->bytes.n)
		return not_found(p, k);
	bool text = toc_str_is(k->wanted, "/chain") || toc_str_is(k->wanted, "/note");
	answer_as(p, k, TOC_NOT_REFUSED, text ? TOC_LOG_TEXT : TOC_LOG_OCTETS, true, k->bytes);
	return 0;
}

static int proof(struct toc_prover *p, struct ask *k)
{
	struct toc_proof made;
	uint64_t seq;

	if (!number(k->path, &seq))
		return not_found(p, k);
	if (k->at) {
		if (k->at > p->newest.size || seq >= k->at)
			return busy(p, k);
		int made_it = toc_prove_inclusion(subtree, p, seq, k->at, &made);
		if (made_it == 0)
			answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_OCTETS, false, (struct toc_str){ (const char *)made.node, made.n * sizeof *made.node });
		return made_it;
	}
	if (!k->fetched)
		return toc_store_read(p->o.store, seq, 1, DEADLINE, on_row, on_fetched, p) < 0 ? busy(p, k) : 1;
	if (!k->bytes.n)
		return not_found(p, k);
	if (seq >= p->newest.size)
		return refuse(p, k, TOC_REFUSE_BUSY, "no checkpoint has it yet; ask again in a second");
	struct toc_str note;
	int r = toc_prove_inclusion(subtree, p, seq, p->newest.size, &made);
	if (r == 0)
		r = with_cosignatures(p, k, &note);
	if (r == 0)
		answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_TEXT, false, toc_proof_text(k->arena, seq, k->bytes, &made, note));
	return r;
}

/* A note as a JSON text: line ends and an em dash are all that is special in it. */
static struct toc_str note_json(struct toc_arena *a, const struct toc_prover *p)
{
	char *text = toc_arena_alloc(a, 2 * p->n_note + 2), *to = text;

	*to++ = '"';
	for (size_t i = 0; i < p->n_note; i++) {
		if (p->note[i] == '\n')
			*to++ = '\\';
		*to++ = p->note[i] == '\n' ? 'n' : p->note[i];
	}
	*to++ = '"';
	return (struct toc_str){ text, (size_t)(to - text) };
}

static struct toc_str proof_json(struct toc_arena *a, const struct toc_proof *proof)
{
	struct toc_str list = TOC_STR("");

	for (unsigned i = 0; i < proof->n; i++) {
		struct toc_str one = toc_base64(a, proof->node[i].b, 32);
		list = toc_arena_printf(a, "%.*s%s\"%.*s\"", TOC_STR_ARGS(list), i ? "," : "", TOC_STR_ARGS(one));
	}
	return toc_arena_printf(a, "[%.*s]", TOC_STR_ARGS(list));
}

static int prove_from(struct toc_prover *p, uint64_t old, struct toc_proof *ret_proof)
{
	*ret_proof = (struct toc_proof){ 0 };
	return old == 0 || old == p->newest.size ? 0
						 : toc_prove_consistency(subtree, p, old, p->newest.size, ret_proof);
}

static int consistency(struct toc_prover *p, struct ask *k)
{
	struct toc_proof made;
	uint64_t old;

	if (!number(k->path, &old))
		return not_found(p, k);
	if (old > p->newest.size)
		old = p->newest.size; /* what we have: that it is less is for the asker to judge */
	int r = prove_from(p, old, &made);
	if (r < 0)
		return r;
	struct toc_str note = note_json(k->arena, p), list = proof_json(k->arena, &made);
	answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_JSON, false,
		  toc_arena_printf(k->arena, "{\"note\":%.*s,\"old\":%llu,\"op\":\"checkpoint\",\"proof\":%.*s}",
				   TOC_STR_ARGS(note), (unsigned long long)old, TOC_STR_ARGS(list)));
	return 0;
}

static void tell(struct toc_prover *p, struct toc_arena *a, unsigned front, uint64_t old, const struct toc_proof *proof)
{
	toc_ipc_begin(&p->out, TOC_IPC_CHECKPOINT);
	toc_ipc_u64(&p->out, p->newest.size);
	toc_ipc_u64(&p->out, old);
	toc_ipc_str(&p->out, note_json(a, p));
	toc_ipc_str(&p->out, proof_json(a, proof));
	if (toc_child_send(p->o.child, front, &p->out) == TOC_ELIMIT)
		toc_log(TOC_LOG_WARN, "front_slow", "front %u does not read; it misses a checkpoint", front);
}

static int news(struct toc_prover *p, struct ask *k)
{
	struct toc_proof made;
	int r = prove_from(p, p->told.size, &made);

	if (r < 0)
		return r;
	for (unsigned i = 0; i < toc_child_fronts(p->o.child); i++)
		if (toc_child_has(p->o.child, i))
			tell(p, k->arena, i, p->told.size, &made);
	p->told = p->newest;
	p->told_us = toc_clock_mono_us();
	return 0;
}

static int try(struct toc_prover *p, struct ask *k)
{
	if (k->gone)
		return 0;
	if (!p->any)
		return refuse(p, k, TOC_REFUSE_BUSY, "there is no checkpoint yet; ask again in a second");
	if (k->news)
		return news(p, k);
	switch (k->what) {
	case TOC_LOG_CHECKPOINT: return checkpoint(p, k);
	case TOC_LOG_COSIGNATURES: return cosignatures(p, k);
	case TOC_LOG_STAMPS: return stamps(p, k);
	case TOC_LOG_STAMP: return stamp(p, k);
	case TOC_LOG_VKEY:
		answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_TEXT, false,
			  toc_arena_printf(k->arena, "%s\n", toc_vkey(k->arena, &p->o.key).p));
		return 0;
	case TOC_LOG_TILE: return tile(p, k);
	case TOC_LOG_PROOF: return proof(p, k);
	case TOC_LOG_CONSISTENCY: return consistency(p, k);
	default: return not_found(p, k);
	}
}

/* ---- one after the other ---- */

static void ask_free(struct ask *k)
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
		keep(p, hashes);
	else /* a checkpoint whose tiles are not there: never published so */
		toc_log(TOC_LOG_ERROR, "tile_missing", "tile %u/%llu has %zu hashes, %u are wanted", p->need.level,
			(unsigned long long)p->need.n, hashes.n / 32, p->need.width);
}

static void run(struct toc_prover *p)
{
	struct ask *k = p->at;
	int r = try(p, k);

	if (r == 1)
		return;
	if (r == TOC_EAGAIN && ++k->steps < STEPS_MAX && toc_store_is_up(p->o.store) &&
	    toc_store_hashes(p->o.store, p->need.level, p->need.n * TOC_TILE_WIDTH, p->need.width, DEADLINE, on_hashes,
			     on_fetched, p) == 0)
		return;
	if (r != 0)
		(void)busy(p, k);
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

static struct ask *ask_new(void)
{
	struct toc_arena *a = toc_arena_new();
	struct ask *k = toc_arena_alloc(a, sizeof *k);

	k->arena = a;
	k->cosigned = TOC_STORE_NEWEST;
	return k;
}

static void put(struct toc_prover *p, struct ask *k)
{
	*p->end = k;
	p->end = &k->next;
	p->n++;
	if (!p->at)
		next_ask(p);
}

void toc_prover_ask(struct toc_prover *p, unsigned front, struct toc_frame *f)
{
	struct ask *k = ask_new();

	k->front = front;
	k->conn = toc_frame_u64(f);
	struct toc_str grant = toc_frame_str(f);
	k->sees_leaves = toc_frame_u8(f) & 1;
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
	k->sees_leaves = k->sees_leaves || k->who.roles & toc_role_bit(TOC_STR("auditor"));
	if (r < 0 || k->who.scoped) {
		(void)refuse(p, k, r < 0 ? TOC_REFUSE_NOT_AUTHENTICATED : TOC_REFUSE_NOT_FOUND, "not for this session");
		ask_free(k);
	} else if (p->n >= p->o.waiting_max) {
		toc_limit_hit(TOC_LIMIT_reads_waiting);
		(void)busy(p, k);
		ask_free(k);
	} else {
		put(p, k);
	}
}

void toc_prover_get(struct toc_prover *p, enum toc_log_what what, struct toc_str path, uint64_t at, toc_prover_done *done, void *ctx)
{
	struct ask *k = ask_new();

	k->what = what;
	k->path = toc_arena_str(k->arena, path);
	k->sees_leaves = true;
	k->at = at;
	k->done = done;
	k->ctx = ctx;
	put(p, k);
}

static void forget(struct ask *k, const void *ctx)
{
	if (k && k->done && k->ctx == ctx)
		k->gone = true;
}

void toc_prover_forget(struct toc_prover *p, const void *ctx)
{
	forget(p->at, ctx);
	for (struct ask *k = p->first; k; k = k->next)
		forget(k, ctx);
}

static bool is_of(const struct ask *k, unsigned front)
{
	return !k->news && !k->done && k->front == front;
}

void toc_prover_front(struct toc_prover *p, unsigned front, bool here)
{
	static const struct toc_proof nothing;

	if (p->at && !here && is_of(p->at, front))
		p->at->gone = true;
	for (struct ask *k = p->first; k && !here; k = k->next)
		k->gone |= is_of(k, front);
	if (here && p->any) {
		struct toc_arena *a = toc_arena_new();
		tell(p, a, front, p->newest.size, &nothing);
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
	p->glancing = toc_store_cosignatures(p->o.store, toc_str_of(p->o.key.name), TOC_STORE_NEWEST, DEADLINE, on_glance, on_glanced,
					     p) == 0;
}

void toc_prover_turn(struct toc_prover *p)
{
	int64_t now = toc_clock_mono_us();

	if (p->leaving || !toc_store_is_up(p->o.store))
		return;
	if (!p->looking && now >= p->look_us)
		p->looking = toc_store_checkpoint(p->o.store, toc_str_of(p->o.key.name), DEADLINE, on_head, on_looked,
						  p) == 0;
	if (p->any && !p->glancing && now >= p->glance_us)
		glance(p, now);
	if (p->any && p->newest.size > p->told.size && now - p->told_us >= TELL_US && !p->at) {
		struct ask *k = ask_new();
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
	for (struct ask *k = p->first, *next; k; k = next) {
		next = k->next;
		ask_free(k);
	}
	toc_buf_done(&p->out);
	free(p);
}
