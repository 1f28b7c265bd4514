/* rotate.c: the wrapping key is replaced, step by step; see eraser.h. Every step says what is left to do when it was cut
 * off: two keys in the folder, or `pending` in the record.
 *
 *   1 make      the new key, durable, and in the page: keeper and archive wrap and unwrap with it from here on
 *   2 begin     the database takes it as the newest. Another node was first: ours goes, and theirs is needed here
 *   3 rewrap    pass by pass, until no seal key is wrapped under another
 *   4 note      the survivors, outside: an older copy of the database opens with nothing else
 *   5 retire    the database takes no key any more that is wrapped under an older one; else back to 3
 *   6 destroy   the old ones, out of the page and out of the folder
 *   7 settle    the record says that nothing is pending */
#include "base/log.h"
#include "base/map.h"
#include "base/time.h"
#include "eraser/eraser.h"
#include "measure/metrics.h"

#include <stdlib.h>
#include <string.h>

#define PASS 500
#define LEFT_AFTER TOC_SECONDS(10)

void toc_eraser_tell(struct toc_eraser *e)
{
	toc_wrapping_write(e->page, e->keys, e->n_keys);
}

static const struct toc_wrapping_key *held(const struct toc_eraser *e, struct toc_uuid id)
{
	for (size_t i = 0; i < e->n_keys; i++)
		if (toc_uuid_eq(e->keys[i].id, id))
			return &e->keys[i];
	return NULL;
}

static void lack(struct toc_eraser *e, struct toc_uuid id)
{
	char text[TOC_UUID_TEXT];

	if (toc_uuid_eq(e->lacks, id))
		return;
	e->lacks = id;
	toc_uuid_format(id, text);
	toc_log(TOC_LOG_WARN, "wrapping_key_lacking",
		"seal keys are wrapped under %s, which this node does not hold; %s (docs/erasure.md)", text,
		e->token ? "its token has to have it" : "the other nodes are asked for it");
}

/* Another node's key may have been brought meanwhile. */
static int read_files(struct toc_eraser *e, struct toc_error *reterr)
{
	struct toc_wrapping_key keys[TOC_WRAP_KEYS_MAX];
	size_t n;
	int r = toc_wrappers_read(e, keys, &n, reterr);

	if (r == 0 && n && (n != e->n_keys || memcmp(keys, e->keys, n * sizeof *keys))) {
		memcpy(e->keys, keys, n * sizeof *keys);
		e->n_keys = n;
		toc_eraser_tell(e);
	}
	toc_wipe(keys, sizeof keys);
	return r;
}

/* ---- wrapping anew ---- */

struct pass {
	struct toc_eraser *e;
	struct toc_arena *a;
	const struct toc_wrapping_key *under;
	struct toc_key_row rows[PASS];
	size_t n;
	bool lacking;
};

static void take_key(void *ctx, const struct toc_key_row *row)
{
	struct pass *p = ctx;
	const struct toc_wrapping_key *old = held(p->e, row->wrapping_id);
	struct toc_seal_key k = { .id = row->id, .subject = toc_arena_str(p->a, row->subject),
				  .retention = toc_arena_str(p->a, row->retention) };

	if (!old) {
		p->lacking = true;
		lack(p->e, row->wrapping_id);
		return;
	}
	if (p->n == PASS)
		return;
	if (toc_unwrap(p->e->token, row->wrapped, old, &k) < 0) {
		char text[TOC_UUID_TEXT];
		toc_uuid_format(row->id, text);
		p->lacking = true;
		toc_log(TOC_LOG_ERROR, "seal_key_altered", "seal key %s does not open: the wrapping key stays until it does", text);
		return;
	}
	p->rows[p->n++] = (struct toc_key_row){
		.id = k.id, .subject = k.subject, .retention = k.retention, .wrapping_id = p->under->id,
		.wrapped = toc_wrap(p->e->token, p->a, &k, p->under),
	};
	if (!p->rows[p->n - 1].wrapped.n) { /* the token does not do it now */
		p->n--;
		p->lacking = true;
	}
	toc_wipe(k.key, sizeof k.key);
}

/* @return 0, 1 when there is nothing to do any more, or an error */
static int rewrap_some(struct toc_eraser *e, const struct toc_wrapping_key *under, struct toc_error *reterr)
{
	struct pass *p = calloc(1, sizeof *p);

	if (!p)
		abort();
	*p = (struct pass){ .e = e, .a = toc_arena_new(), .under = under };
	int r = toc_erasing_keys(e->ledger, under->id, PASS, take_key, p, reterr);
	if (r == 0 && p->lacking)
		r = toc_fail(reterr, TOC_ENOTFOUND, "not every seal key can be wrapped anew");
	else if (r == 0 && p->n == 0)
		r = 1;
	if (r == 0)
		r = toc_erasing_rewrap(e->ledger, p->rows, p->n, reterr);
	toc_arena_free(p->a);
	free(p);
	return r;
}

/* ---- the survivors, outside ---- */

static void take_survivor(void *ctx, const struct toc_key_row *row)
{
	struct toc_outside *o = ctx;

	if ((o->n_survivors & (o->n_survivors - 1)) == 0)
		o->survivors = toc_must_realloc(o->survivors, 2 * (o->n_survivors + 1) * sizeof *o->survivors);
	o->survivors[o->n_survivors++] = (struct toc_key_row){
		.id = row->id, .wrapping_id = row->wrapping_id, .subject = toc_arena_str(o->a, row->subject),
		.retention = toc_arena_str(o->a, row->retention), .wrapped = toc_arena_str(o->a, row->wrapped),
	};
}

static int note_survivors(struct toc_eraser *e, struct toc_error *reterr)
{
	struct toc_outside *o = &e->outside;
	struct toc_outside fresh = { .path = strdup(o->path), .pending = o->pending, .a = toc_arena_new(), .by_id = toc_map_new() };

	int r = toc_erasing_keys(e->ledger, (struct toc_uuid){ { 0 } }, INT32_MAX, take_survivor, &fresh, reterr);
	struct toc_map *survive = toc_map_new();
	for (size_t i = 0; i < fresh.n_survivors; i++)
		toc_map_put(survive, (struct toc_str){ (const char *)fresh.survivors[i].id.b, sizeof fresh.survivors[i].id.b }, &fresh);
	for (size_t i = 0; i < o->n_erased; i++) {
		struct toc_erased k = o->erased[i];
		k.gone |= !toc_map_get(survive, toc_uuid_key(&k.id));
		(void)toc_outside_note(&fresh, &k);
	}
	toc_map_free(survive);
	if (r == 0)
		r = toc_outside_write(&fresh, reterr);
	if (r < 0) {
		toc_outside_done(&fresh);
		return r;
	}
	toc_outside_done(o);
	*o = fresh;
	return 0;
}

/* ---- the whole of it ---- */

static int make(struct toc_eraser *e, struct toc_uuid newest, struct toc_error *reterr)
{
	struct toc_wrapping_key fresh;
	int r = toc_wrappers_make(e, newest, &fresh, reterr);

	if (r < 0)
		return r;
	memmove(&e->keys[1], &e->keys[0], e->n_keys * sizeof *e->keys);
	e->keys[0] = fresh;
	e->n_keys++;
	toc_wipe(&fresh, sizeof fresh);
	toc_eraser_tell(e);
	return 0;
}

/* Always a new one, also when one was made and then we were cut off: what is erased may have been wrapped under that. */
static int make_and_begin(struct toc_eraser *e, struct toc_uuid newest, struct toc_error *reterr)
{
	struct toc_uuid now = newest;
	int r = 0;

	do { /* until it is ours: another node may replace it, too; in a token it then destroys ours as one that is older */
		newest = now;
		if (e->n_keys < TOC_WRAP_KEYS_MAX)
			r = make(e, newest, reterr);
		else if (toc_uuid_eq(newest, e->keys[0].id))
			return 0; /* no room: the others go first, under this one */
		if (r == 0)
			r = toc_erasing_begin(e->ledger, newest, e->keys[0].id, e->node, &now, reterr);
	} while (r == 0 && !toc_uuid_eq(now, e->keys[0].id));
	return r;
}

/* In a token that nodes share: one that is younger than the newest is another node's, which is about to enter it. */
static bool stays(const struct toc_eraser *e, struct toc_uuid id, struct toc_uuid newest)
{
	return toc_uuid_eq(id, newest) || (e->token && toc_uuid_cmp(id, newest) > 0);
}

static bool some_go(const struct toc_eraser *e, struct toc_uuid newest)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_keys; i++)
		n += !stays(e, e->keys[i].id, newest);
	return n > 0;
}

static int destroy_others(struct toc_eraser *e, struct toc_uuid newest, struct toc_error *reterr)
{
	struct toc_wrapping_key old[TOC_WRAP_KEYS_MAX];
	size_t n = e->n_keys;
	int r = 0;

	memcpy(old, e->keys, sizeof old);
	toc_wipe(e->keys, sizeof e->keys);
	e->n_keys = 0;
	for (size_t i = 0; i < n; i++)
		if (stays(e, old[i].id, newest))
			e->keys[e->n_keys++] = old[i];
	toc_eraser_tell(e);
	for (size_t i = 0; i < n && r == 0; i++) {
		if (stays(e, old[i].id, newest))
			continue;
		r = toc_wrappers_destroy(e, old[i].id, reterr);
		if (r == 0)
			toc_count(TOC_METRIC_ERASER_ROTATED);
	}
	toc_wipe(old, sizeof old);
	return r;
}

/* Something was erased after the newest wrapping key was made, and who erased it has not replaced it: that node is gone, or its
 * record is. Clocks of nodes differ: at worst it is replaced once more than was needed. */
static bool left_by_another(const struct toc_eraser *e, struct toc_uuid newest)
{
	return toc_before(toc_wrapper_made_at(newest), e->erased_at) && toc_before(toc_after(e->erased_at, LEFT_AFTER), toc_clock_now());
}

int toc_eraser_rotate(struct toc_eraser *e, struct toc_error *reterr)
{
	struct toc_uuid newest;
	uint64_t left = 1;
	int r;

	if ((r = read_files(e, reterr)) < 0 || (r = toc_erasing_newest(e->ledger, &newest, reterr)) < 0)
		return r;
	if (toc_uuid_is_nil(newest) &&
	    (r = toc_erasing_begin(e->ledger, newest, e->keys[e->n_keys - 1].id, e->node, &newest, reterr)) < 0)
		return r;
	/* one that is older than ours and is not here: the database is an older copy, from before it was destroyed; or we are a node that
	 * is new here, whose own key nobody needs */
	bool new_here = !e->outside.n_survivors && !e->outside.n_erased;
	if (!held(e, newest) && !new_here && toc_uuid_cmp(newest, e->keys[0].id) < 0 &&
	    (r = toc_erasing_begin(e->ledger, newest, e->keys[0].id, e->node, &newest, reterr)) < 0)
		return r;
	if (!held(e, newest)) {
		lack(e, newest);
		return toc_hand_want(e, newest, reterr); /* nothing else to be done before it is here */
	}
	e->lacks = (struct toc_uuid){ { 0 } };
	if ((r = toc_hand_give(e, held(e, newest), reterr)) < 0)
		return r;
	if (!e->outside.pending && left_by_another(e, newest)) {
		e->outside.pending = true;
		if ((r = toc_outside_write(&e->outside, reterr)) < 0)
			return r;
	}
	if (!e->outside.pending && !some_go(e, newest))
		return 0;
	/* no room for a new one, after many that were cut off: these go first, under the newest, and then it begins anew */
	bool again = e->outside.pending && e->n_keys == TOC_WRAP_KEYS_MAX;
	/* One is enough for what was erased before it: what holds up the rest (a key of another node that is not here yet) is waited for.
	 * One at every look would be a newer one each time than the other node has just been given. */
	if (e->outside.pending && toc_uuid_is_nil(e->begun)) {
		if ((r = make_and_begin(e, newest, reterr)) < 0)
			return r;
		e->begun = e->keys[0].id;
	}
	while (left) {
		const struct toc_wrapping_key *under;
		if ((r = toc_erasing_newest(e->ledger, &newest, reterr)) < 0)
			return r;
		if (!(under = held(e, newest))) {
			lack(e, newest);
			return 0;
		}
		while ((r = rewrap_some(e, under, reterr)) == 0)
			;
		if (r < 0 || (r = note_survivors(e, reterr)) < 0 || (r = toc_erasing_retire(e->ledger, &left, reterr)) < 0)
			return r;
	}
	if ((r = destroy_others(e, newest, reterr)) < 0)
		return r;
	e->begun = (struct toc_uuid){ { 0 } };
	e->outside.pending = again;
	if ((r = toc_outside_write(&e->outside, reterr)) < 0)
		return r;
	toc_log(TOC_LOG_INFO, "wrapping_key_replaced", "%zu seal keys were wrapped anew; the key before is destroyed",
		e->outside.n_survivors);
	return 0;
}

/* ---- after the database has come back ---- */

struct returning {
	struct toc_eraser *e;
	struct toc_arena *a;
	struct toc_map *entered; /* keys of which this copy of the ledger says that they are erased */
	uint64_t read_to;
	size_t got;
	struct toc_key_row *mended;
	struct toc_uuid *back;
	size_t n_mended, n_back, cap;
};

static void take_entered(void *ctx, uint64_t seq, toc_time at, const struct toc_key_row *row, bool there)
{
	struct returning *b = ctx;

	(void)at;
	if (there)
		toc_map_put(b->entered, toc_uuid_key(&row->id), b);
	b->read_to = seq + 1;
	b->got++;
}

/* Was it erased, and has come back? Not one that was to go and is there by this very ledger: what is left of that is sealed since, or
 * goes with another entry, or is held. */
static bool has_returned(const struct returning *b, struct toc_uuid id)
{
	const struct toc_erased *noted = toc_outside_find(&b->e->outside, id);

	return noted && (noted->gone || !toc_map_get(b->entered, toc_uuid_key(&id)));
}

static void take_returned(void *ctx, const struct toc_key_row *row)
{
	struct returning *b = ctx;
	const struct toc_key_row *noted;

	if (b->n_mended + b->n_back + 1 >= b->cap) {
		b->cap = b->cap ? 2 * b->cap : 64;
		b->mended = toc_must_realloc(b->mended, b->cap * sizeof *b->mended);
		b->back = toc_must_realloc(b->back, b->cap * sizeof *b->back);
	}
	if (has_returned(b, row->id)) {
		b->back[b->n_back++] = row->id;
		return;
	}
	if (held(b->e, row->wrapping_id))
		return;
	noted = toc_outside_survivor(&b->e->outside, row->id);
	if (noted && held(b->e, noted->wrapping_id))
		b->mended[b->n_mended++] = *noted;
	else
		lack(b->e, row->wrapping_id);
}

int toc_eraser_restore(struct toc_eraser *e, struct toc_error *reterr)
{
	struct returning b = { .e = e, .a = toc_arena_new(), .entered = toc_map_new() };
	int r = read_files(e, reterr);

	e->begun = (struct toc_uuid){ { 0 } }; /* this copy may be from before it */

	do {
		b.got = 0;
		r = r < 0 ? r : toc_erasing_erasures(e->ledger, b.read_to, take_entered, &b, reterr);
	} while (r == 0 && b.got);
	if (r == 0)
		r = toc_erasing_keys(e->ledger, (struct toc_uuid){ { 0 } }, INT32_MAX, take_returned, &b, reterr);
	for (size_t i = 0; r == 0 && i < b.n_mended; i += PASS)
		r = toc_erasing_rewrap(e->ledger, b.mended + i, b.n_mended - i < PASS ? b.n_mended - i : PASS, reterr);
	for (size_t i = 0; r == 0 && i < b.n_back; i++)
		r = toc_erasing_returned(e->ledger, b.back[i], reterr);
	if (r == 0 && b.n_mended)
		toc_log(TOC_LOG_WARN, "keys_mended", "the database is an older copy: %zu seal keys were put back as they are wrapped now",
			b.n_mended);
	if (r == 0 && b.n_back)
		toc_log(TOC_LOG_WARN, "erased_returned", "%zu keys are in the database that were erased; they are erased again", b.n_back);
	if (r == 0 && b.n_mended)
		toc_eraser_tell(e);
	toc_arena_free(b.a);
	toc_map_free(b.entered);
	free(b.mended);
	free(b.back);
	return r;
}
