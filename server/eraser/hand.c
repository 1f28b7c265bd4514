/* hand.c: a node that lacks a wrapping key gets it from one that holds it, by a row of the database.
 *
 *   asks     node | key wanted | half | proof    half: of a pair made for this question, kept in memory only
 *   answers  half | AES-256-GCM(the key wanted)  half: of a pair made for this answer, forgotten at once
 *
 * proof is an HMAC under a key that all nodes of a deployment have; that key also goes into what seals the answer. So who can
 * write to the database neither gets a wrapping key nor brings one of their own in; and who finds a question and its answer in a
 * dump, with everything that the nodes still hold, does not open it. Source: base/exchange.h; docs/erasure.md, "Several nodes". */
#include "base/digest.h"
#include "base/log.h"
#include "eraser/eraser.h"

#include <string.h>

static struct toc_str hex(struct toc_arena *a, const uint8_t bytes[32])
{
	return toc_hex(a, bytes, 32);
}

static struct toc_sha256 proof_of(const struct toc_eraser *e, struct toc_arena *a, const struct toc_wrapping_wanted *w)
{
	return toc_hmac_sha256(e->hand_key, toc_arena_printf(a, "tocsin-wrapping-wanted/v1\n%.*s\n%.*s\n%.*s", TOC_STR_ARGS(w->node),
							      TOC_STR_ARGS(toc_uuid_str(a, w->wrapping)),
							      TOC_STR_ARGS(hex(a, w->public_key))));
}

/* What both sides say it is for. @param answer the half of whoever answers */
static struct toc_str about(struct toc_arena *a, const struct toc_wrapping_wanted *w, const uint8_t answer[32])
{
	return toc_arena_printf(a, "tocsin-wrapping-given/v1\n%.*s\n%.*s\n%.*s\n%.*s", TOC_STR_ARGS(w->node),
				TOC_STR_ARGS(toc_uuid_str(a, w->wrapping)), TOC_STR_ARGS(hex(a, w->public_key)),
				TOC_STR_ARGS(hex(a, answer)));
}

/* ---- who asks ---- */

struct asking {
	struct toc_eraser *e;
	struct toc_arena *a;
	bool asked, took;
	int result;
	struct toc_error *error;
};

static void take_answer(void *ctx, const struct toc_wrapping_wanted *w)
{
	struct asking *q = ctx;
	struct toc_wrapping_key got = { .id = w->wrapping };
	uint8_t key[32];
	struct toc_str clear;

	if (!toc_str_is(w->node, q->e->node) || !toc_uuid_eq(w->wrapping, q->e->wants))
		return;
	q->asked = true;
	if (w->sealed.n <= TOC_EXCHANGE_BYTES)
		return;
	const uint8_t *theirs = (const uint8_t *)w->sealed.p;
	struct toc_str words = about(q->a, w, theirs), sealed = { w->sealed.p + TOC_EXCHANGE_BYTES, w->sealed.n - TOC_EXCHANGE_BYTES };
	if (toc_exchange_key(q->e->wanted, theirs, q->e->hand_key, words, key) < 0 || toc_unseal(q->a, key, words, sealed, &clear) < 0 ||
	    clear.n != sizeof got.key) {
		q->asked = false; /* not from a node of ours, or to a half that is no more: asked anew */
		toc_log(TOC_LOG_ERROR, "wrapping_key_false", "what stands in the database as the answer of another node is none; asking again");
	} else {
		memcpy(got.key, clear.p, sizeof got.key);
		toc_wipe((void *)(uintptr_t)clear.p, clear.n);
		q->result = toc_files_put(q->e->folder, &got, q->error);
		q->took = q->result == 0;
	}
	toc_wipe(key, sizeof key);
	toc_wipe(&got, sizeof got);
}

static void forget(struct toc_eraser *e)
{
	toc_exchange_free(e->wanted);
	e->wanted = NULL;
}

int toc_hand_want(struct toc_eraser *e, struct toc_uuid id, struct toc_error *reterr)
{
	struct asking q = { .e = e, .a = toc_arena_new(), .error = reterr };
	int r = 0;

	if (e->token) /* it is never out of the token: nothing to hand over */
		goto out;
	if (e->wanted && toc_uuid_eq(e->wants, id)) {
		r = toc_erasing_wants(e->ledger, take_answer, &q, reterr);
		r = r < 0 ? r : q.result;
		if (r < 0 || (q.asked && !q.took))
			goto out;
		if (q.took) {
			char text[TOC_UUID_TEXT];
			toc_uuid_format(id, text);
			toc_log(TOC_LOG_INFO, "wrapping_key_taken", "another node has handed over %s", text);
			forget(e);
			r = toc_erasing_taken(e->ledger, e->node, reterr);
			goto out;
		}
	}
	forget(e);
	struct toc_wrapping_wanted w = { .node = toc_str_of(e->node), .wrapping = id };
	e->wanted = toc_exchange_new(w.public_key);
	e->wants = id;
	struct toc_sha256 proof = proof_of(e, q.a, &w);
	memcpy(w.proof, proof.b, sizeof w.proof);
	if ((r = toc_erasing_want(e->ledger, &w, reterr)) < 0)
		forget(e);
out:
	toc_arena_free(q.a);
	return r;
}

/* ---- who answers ---- */

struct answers {
	struct toc_eraser *e;
	const struct toc_wrapping_key *key;
	struct toc_arena *a;
	struct toc_wrapping_wanted to[8]; /* the others wait for the next look */
	size_t n;
};

static void take_question(void *ctx, const struct toc_wrapping_wanted *w)
{
	struct answers *q = ctx;
	struct toc_sha256 proof = proof_of(q->e, q->a, w);

	if (w->sealed.n || !toc_uuid_eq(w->wrapping, q->key->id) || toc_str_is(w->node, q->e->node) || !toc_str_eq_secret((struct toc_str){ (const char *)proof.b, 32 }, (struct toc_str){ (const char *)w->proof, sizeof w->proof }) ||
	    q->n == sizeof q->to / sizeof *q->to)
		return;
	q->to[q->n] = *w;
	q->to[q->n++].node = toc_arena_str(q->a, w->node);
}

int toc_hand_give(struct toc_eraser *e, const struct toc_wrapping_key *key, struct toc_error *reterr)
{
	struct answers q = { .e = e, .key = key, .a = toc_arena_new() };
	int r = e->token ? 0 : toc_erasing_wants(e->ledger, take_question, &q, reterr);

	for (size_t i = 0; r == 0 && i < q.n; i++) {
		uint8_t half[TOC_EXCHANGE_BYTES], with[32];
		struct toc_exchange *ours = toc_exchange_new(half);
		struct toc_str words = about(q.a, &q.to[i], half);
		if (toc_exchange_key(ours, q.to[i].public_key, e->hand_key, words, with) == 0) {
			struct toc_str sealed = toc_seal(q.a, with, words, (struct toc_str){ (const char *)key->key, sizeof key->key });
			char *whole = toc_arena_alloc(q.a, sizeof half + sealed.n);
			memcpy(whole, half, sizeof half);
			memcpy(whole + sizeof half, sealed.p, sealed.n);
			q.to[i].sealed = (struct toc_str){ whole, sizeof half + sealed.n };
			r = toc_erasing_give(e->ledger, &q.to[i], reterr);
			if (r == 0)
				toc_log(TOC_LOG_INFO, "wrapping_key_given", "node %.*s has asked for the newest wrapping key and gets it",
					TOC_STR_ARGS(q.to[i].node));
		}
		toc_wipe(with, sizeof with);
		toc_exchange_free(ours);
	}
	toc_arena_free(q.a);
	return r;
}
