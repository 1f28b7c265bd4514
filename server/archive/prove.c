/* prove.c: the answer to each question about the log: tiles, checkpoints and who cosigned them, time stamps, proofs.
 *
 * A question is answered by a function that either can, or names the tile that it misses (TOC_EAGAIN); then that is
 * fetched and the function runs again, from the start, which is cheap. */
#include "archive/asking.h"

#include "base/log.h"
#include "base/refusal.h"
#include "measure/metrics.h"
#include "message/json.h"
#include "render/render.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX 15 /* cosignatures that a note is shown with: a verifier has to accept sixteen lines */
#define LINES_BYTES_MAX (256 * 512)
#define TRIES_MAX 4

static void answer_as(struct toc_prover *p, const struct toc_asking *k, enum toc_refusal_code code, enum toc_log_kind kind,
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

int toc_prove_refuse(struct toc_prover *p, const struct toc_asking *k, enum toc_refusal_code code, const char *why)
{
	toc_count_as(TOC_METRIC_ARCHIVE_REFUSED, code);
	answer_as(p, k, code, TOC_LOG_TEXT, false, toc_str_of(why));
	return 0;
}

static int not_found(struct toc_prover *p, const struct toc_asking *k)
{
	return toc_prove_refuse(p, k, TOC_REFUSE_NOT_FOUND, "the log has nothing of that name for you");
}

int toc_prove_busy(struct toc_prover *p, const struct toc_asking *k)
{
	return toc_prove_refuse(p, k, TOC_REFUSE_BUSY, "not now; ask again in a second");
}

/* ---- what is asked: each @return 0 when it is answered, TOC_EAGAIN when p->need is to be fetched, 1 when something
 * else is on its way ---- */

static void on_leaf(void *ctx, const struct toc_leaf_row *row)
{
	struct toc_prover *p = ctx;
	struct toc_asking *k = p->at;
	const char length[] = { (char)(row->leaf.n >> 8), (char)row->leaf.n };

	if (k->what == TOC_LOG_TILE) {
		toc_buf_add(&k->bundle, length, sizeof length);
		toc_buf_str(&k->bundle, row->leaf);
	}
}

static int bundle(struct toc_prover *p, struct toc_asking *k, const struct toc_tile *t)
{
	uint64_t from = t->n * TOC_TILE_WIDTH;

	if (!k->sees_leaves)
		return not_found(p, k);
	if (k->fetched) {
		answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_OCTETS, true, toc_buf_view(&k->bundle));
		return 0;
	}
	toc_buf_init(&k->bundle, TOC_TILE_WIDTH * (TOC_LEAF_BYTES_MAX + 2));
	return toc_store_bundle(p->o.store, from, from + t->width, TOC_PROVER_DEADLINE, on_leaf, toc_prover_fetched, p) < 0 ? toc_prove_busy(p, k) : 1;
}

static int tile(struct toc_prover *p, struct toc_asking *k)
{
	struct toc_tile t;

	if (toc_tile_parse(k->path, &t) < 0 || !toc_tile_exists(&t, p->newest.size))
		return not_found(p, k);
	if (t.entries)
		return bundle(p, k, &t);
	const struct toc_kept_tile *got = toc_tile_with(p, t.level, t.n, t.width);
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
	struct toc_asking *k = p->at;
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
	struct toc_asking *k = p->at;
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

static int fetch_cosignatures(struct toc_prover *p, struct toc_asking *k, uint64_t size)
{
	k->cosigned = size;
	k->lines = 0;
	toc_buf_done(&k->bundle);
	toc_buf_init(&k->bundle, LINES_BYTES_MAX);
	return toc_store_cosignatures(p->o.store, toc_str_of(p->o.key.name), size, TOC_PROVER_DEADLINE, on_cosignature, toc_prover_fetched, p);
}

/* The newest note with some cosignatures. What came meanwhile may be newer than they are: a line under another checkpoint
 * would spoil the note. @return 0; 1: they are on their way; TOC_E* */
static int with_cosignatures(struct toc_prover *p, struct toc_asking *k, struct toc_str *ret_note)
{
	bool fetched = k->cosigned == p->newest.size;

	if (!fetched && ++k->tries <= TRIES_MAX)
		return fetch_cosignatures(p, k, p->newest.size) < 0 ? TOC_EIO : 1;
	*ret_note = toc_arena_printf(k->arena, "%.*s%.*s", (int)p->n_note, p->note, fetched ? (int)k->bundle.n : 0,
				     fetched ? (const char *)k->bundle.p : "");
	return 0;
}

static int checkpoint(struct toc_prover *p, struct toc_asking *k)
{
	struct toc_str note;
	int r = with_cosignatures(p, k, &note);

	if (r == 0)
		answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_TEXT, false, note);
	return r;
}

static int cosignatures(struct toc_prover *p, struct toc_asking *k)
{
	uint64_t size = TOC_STORE_NEWEST;

	if (k->path.n && !number(k->path, &size))
		return not_found(p, k);
	if (!k->fetched)
		return fetch_cosignatures(p, k, size) < 0 ? toc_prove_busy(p, k) : 1;
	if (!k->bundle.n)
		return not_found(p, k);
	answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_TEXT, false, toc_buf_view(&k->bundle));
	return 0;
}

/* ---- time stamps ---- */

static void on_stamp(void *ctx, const struct toc_stamp *t)
{
	struct toc_prover *p = ctx;
	struct toc_asking *k = p->at;
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

static int stamps(struct toc_prover *p, struct toc_asking *k)
{
	struct toc_str origin = toc_str_of(p->o.key.name);
	struct toc_value *v;

	if (!k->fetched) {
		k->list = toc_value_list(k->arena);
		return toc_store_stamps(p->o.store, origin, TOC_STORE_NEWEST, TOC_PROVER_DEADLINE, on_stamp, toc_prover_fetched, p) < 0 ? toc_prove_busy(p, k) : 1;
	}
	v = toc_value_map(k->arena);
	toc_set(k->arena, v, "timestamps", k->list);
	answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_JSON, false, toc_json_str(k->arena, v));
	return 0;
}

static int stamp(struct toc_prover *p, struct toc_asking *k)
{
	const char *slash = k->path.n ? memchr(k->path.p, '/', k->path.n) : NULL;
	size_t n = slash ? (size_t)(slash - k->path.p) : k->path.n;
	uint64_t size;

	k->wanted = (struct toc_str){ k->path.p + n, k->path.n - n };
	if (!number((struct toc_str){ k->path.p, n }, &size))
		return not_found(p, k);
	if (!k->fetched)
		return toc_store_stamps(p->o.store, toc_str_of(p->o.key.name), size, TOC_PROVER_DEADLINE, on_stamp, toc_prover_fetched, p) < 0 ? toc_prove_busy(p, k) : 1;
	if (!k->bytes.n)
		return not_found(p, k);
	bool text = toc_str_is(k->wanted, "/chain") || toc_str_is(k->wanted, "/note");
	answer_as(p, k, TOC_NOT_REFUSED, text ? TOC_LOG_TEXT : TOC_LOG_OCTETS, true, k->bytes);
	return 0;
}

static int proof(struct toc_prover *p, struct toc_asking *k)
{
	struct toc_proof made;
	uint64_t seq;

	if (!number(k->path, &seq))
		return not_found(p, k);
	if (k->at) {
		if (k->at > p->newest.size || seq >= k->at)
			return toc_prove_busy(p, k);
		int made_it = toc_prove_inclusion(toc_tile_subtree, p, seq, k->at, &made);
		if (made_it == 0)
			answer_as(p, k, TOC_NOT_REFUSED, TOC_LOG_OCTETS, false, (struct toc_str){ (const char *)made.node, made.n * sizeof *made.node });
		return made_it;
	}
	if (!k->fetched)
		return toc_store_read(p->o.store, seq, 1, TOC_PROVER_DEADLINE, on_row, toc_prover_fetched, p) < 0 ? toc_prove_busy(p, k) : 1;
	if (!k->bytes.n)
		return not_found(p, k);
	if (seq >= p->newest.size)
		return toc_prove_refuse(p, k, TOC_REFUSE_BUSY, "no checkpoint has it yet; ask again in a second");
	struct toc_str note;
	int r = toc_prove_inclusion(toc_tile_subtree, p, seq, p->newest.size, &made);
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
						 : toc_prove_consistency(toc_tile_subtree, p, old, p->newest.size, ret_proof);
}

static int consistency(struct toc_prover *p, struct toc_asking *k)
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

void toc_prove_tell(struct toc_prover *p, struct toc_arena *a, unsigned front, uint64_t old, const struct toc_proof *proof)
{
	toc_ipc_begin(&p->out, TOC_IPC_CHECKPOINT);
	toc_ipc_u64(&p->out, p->newest.size);
	toc_ipc_u64(&p->out, old);
	toc_ipc_str(&p->out, note_json(a, p));
	toc_ipc_str(&p->out, proof_json(a, proof));
	if (toc_child_send(p->o.child, front, &p->out) == TOC_ELIMIT)
		toc_log(TOC_LOG_WARN, "front_slow", "front %u does not read; it misses a checkpoint", front);
}

static int news(struct toc_prover *p, struct toc_asking *k)
{
	struct toc_proof made;
	int r = prove_from(p, p->told.size, &made);

	if (r < 0)
		return r;
	for (unsigned i = 0; i < toc_child_fronts(p->o.child); i++)
		if (toc_child_has(p->o.child, i))
			toc_prove_tell(p, k->arena, i, p->told.size, &made);
	p->told = p->newest;
	p->told_us = toc_clock_mono_us();
	return 0;
}

int toc_prove(struct toc_prover *p, struct toc_asking *k)
{
	if (k->gone)
		return 0;
	if (!p->any)
		return toc_prove_refuse(p, k, TOC_REFUSE_BUSY, "there is no checkpoint yet; ask again in a second");
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
