/* verifier.c: see verifier.h. The tree grows as the signer's does, by a compact range; the roots of 256^L leaves that become
 * whole on the way are what tiles of level L must show. Source: RFC 6962 section 2.1, C2SP tlog-tiles. */
#include "ledger/verifier.h"

#include <stdlib.h>
#include <string.h>

/* Hashes that a level has to show, computed from below. */
struct level {
	struct toc_sha256 *hash;
	size_t n, cap;
};

/* Where in the plan: bundle and tile of each 256 leaves, then the levels above, left to right. */
struct place {
	unsigned level;
	uint64_t n;
	bool bundle;
};

struct toc_verifier {
	bool leaves;
	toc_verifier_leaf *each;
	void *ctx;
	struct toc_checkpoint to;
	struct toc_range whole, edge; /* after the last full tile; and with the partial one */
	struct level up[TOC_TILE_LEVELS];
	uint64_t done[TOC_TILE_LEVELS]; /* full tiles read, per level */
	struct place asked, taken;
	struct toc_sha256 bundle[TOC_TILE_WIDTH]; /* of the leaves of the bundle taken last */
	unsigned n_bundle;
	struct toc_checkpoint old[TOC_VERIFIER_OLD_MAX];
	unsigned n_old;
	toc_time last, last_whole; /* of the entries before */
	struct toc_arena *scratch;
	struct toc_verifier_count count;
};

struct toc_verifier *toc_verifier_new(bool leaves, toc_verifier_leaf *each, void *ctx)
{
	struct toc_verifier *v = calloc(1, sizeof *v);

	if (!v)
		abort();
	v->leaves = leaves;
	v->each = each;
	v->ctx = ctx;
	v->scratch = toc_arena_new();
	return v;
}

void toc_verifier_free(struct toc_verifier *v)
{
	if (!v)
		return;
	for (unsigned i = 0; i < TOC_TILE_LEVELS; i++)
		free(v->up[i].hash);
	toc_arena_free(v->scratch);
	free(v);
}

int toc_verifier_against(struct toc_verifier *v, const struct toc_checkpoint *old)
{
	if (v->n_old == TOC_VERIFIER_OLD_MAX)
		return TOC_ELIMIT;
	v->old[v->n_old++] = *old;
	return 0;
}

void toc_verifier_counted(const struct toc_verifier *v, struct toc_verifier_count *ret_count)
{
	*ret_count = v->count;
	ret_count->entries = v->edge.size;
	for (unsigned i = 0; i < v->n_old; i++)
		ret_count->older += v->old[i].size <= v->edge.size;
}

/* ---- the plan ---- */

static uint64_t tiles_of(const struct toc_verifier *v, unsigned level)
{
	uint64_t hashes = v->to.size >> TOC_TILE_HEIGHT * level;

	return hashes / TOC_TILE_WIDTH + (hashes % TOC_TILE_WIDTH != 0);
}

/* On to a place that exists. @return false: the plan is over */
static bool settle(const struct toc_verifier *v, struct place *at)
{
	while (at->level < TOC_TILE_LEVELS && at->n >= tiles_of(v, at->level)) {
		at->level++;
		at->bundle = false;
		at->n = at->level < TOC_TILE_LEVELS ? v->done[at->level] : 0;
	}
	return at->level < TOC_TILE_LEVELS;
}

static void step(const struct toc_verifier *v, struct place *at)
{
	if (at->bundle) {
		at->bundle = false;
	} else {
		at->n++;
		at->bundle = v->leaves && at->level == 0;
	}
}

static struct toc_tile tile_at(const struct toc_verifier *v, const struct place *at)
{
	uint64_t left = (v->to.size >> TOC_TILE_HEIGHT * at->level) - at->n * TOC_TILE_WIDTH;

	return (struct toc_tile){
		.entries = at->bundle,
		.level = at->level,
		.n = at->n,
		.width = left < TOC_TILE_WIDTH ? (unsigned)left : TOC_TILE_WIDTH,
	};
}

static int begins_with_older(struct toc_verifier *v, struct toc_error *reterr)
{
	for (unsigned i = 0; i < v->n_old; i++) {
		if (v->old[i].size != v->edge.size)
			continue;
		if (!toc_sha256_eq(toc_range_root(&v->edge), v->old[i].root))
			return toc_fail(reterr, TOC_EPROOF,
					"the log was rewritten: its first %llu entries are not those of the checkpoint of that "
					"size, which was signed before",
					(unsigned long long)v->edge.size);
	}
	return 0;
}

int toc_verifier_begin(struct toc_verifier *v, const struct toc_checkpoint *c, struct toc_error *reterr)
{
	uint64_t least = v->whole.size;

	for (unsigned i = 0; i < v->n_old; i++) {
		if (strcmp(v->old[i].origin, c->origin) != 0)
			return toc_fail(reterr, TOC_EPROOF, "the older checkpoint is of %s, this log is %s", v->old[i].origin,
					c->origin);
		least = v->old[i].size > least ? v->old[i].size : least;
	}
	if (c->size < least)
		return toc_fail(reterr, TOC_EPROOF,
				"the log was rolled back: it has %llu entries, and %llu were signed before",
				(unsigned long long)c->size, (unsigned long long)least);
	v->to = *c;
	v->edge = v->whole;
	if (v->whole.size == 0 && begins_with_older(v, reterr) < 0)
		return TOC_EPROOF; /* one of the empty log, with another root than that */
	v->last = v->last_whole;
	v->taken = (struct place){ .n = v->done[0], .bundle = v->leaves };
	v->asked = v->taken;
	return 0;
}

bool toc_verifier_next(struct toc_verifier *v, struct toc_tile *ret_tile)
{
	if (!settle(v, &v->asked))
		return false;
	*ret_tile = tile_at(v, &v->asked);
	step(v, &v->asked);
	return true;
}

/* ---- what comes ---- */

static int bad(struct toc_verifier *v, const struct toc_tile *t, struct toc_error *reterr, const char *what)
{
	struct toc_str path = toc_tile_path(v->scratch, t);

	return toc_fail(reterr, TOC_EPROOF, "tile %.*s %s", TOC_STR_ARGS(path), what);
}

static int take_bundle(struct toc_verifier *v, const struct toc_tile *t, struct toc_str bytes, struct toc_error *reterr)
{
	struct toc_str rest = bytes;

	for (v->n_bundle = 0; v->n_bundle < t->width; v->n_bundle++) {
		uint64_t seq = t->n * TOC_TILE_WIDTH + v->n_bundle;
		const unsigned char *p = (const unsigned char *)rest.p;
		size_t n = rest.n >= 2 ? (size_t)p[0] << 8 | p[1] : 0;
		struct toc_leaf leaf;
		struct toc_error why;
		if (rest.n < 2 + n || n == 0)
			return bad(v, t, reterr, "ends within an entry");
		struct toc_str one = { rest.p + 2, n };
		rest = (struct toc_str){ rest.p + 2 + n, rest.n - 2 - n };
		toc_arena_reset(v->scratch);
		if (toc_leaf_parse(v->scratch, one, &leaf, &why) < 0)
			return toc_fail(reterr, TOC_EPROOF, "entry %llu is none as the ledger writes them: %s",
					(unsigned long long)seq, why.text);
		v->bundle[v->n_bundle] = toc_leaf_hash(one);
		if (leaf.ts.us < v->last.us)
			v->count.clock_back++;
		v->last = leaf.ts;
		if (v->each)
			v->each(v->ctx, seq, one, &leaf);
	}
	if (rest.n && t->width == TOC_TILE_WIDTH)
		return bad(v, t, reterr, "has more bytes than entries");
	v->count.bundles++;
	return 0;
}

static void on_whole(void *ctx, unsigned level, uint64_t n, struct toc_sha256 root)
{
	struct toc_verifier *v = ctx;

	(void)n;
	if (level % TOC_TILE_HEIGHT != 0 || level / TOC_TILE_HEIGHT >= TOC_TILE_LEVELS)
		return;
	struct level *up = &v->up[level / TOC_TILE_HEIGHT];
	if (up->n == up->cap) {
		up->cap = up->cap ? 2 * up->cap : TOC_TILE_WIDTH;
		up->hash = toc_must_realloc(up->hash, up->cap * sizeof *up->hash);
	}
	up->hash[up->n++] = root;
}

static int take_hashes(struct toc_verifier *v, const struct toc_tile *t, struct toc_str bytes, struct toc_error *reterr)
{
	bool full = t->width == TOC_TILE_WIDTH;
	int r = 0;

	for (unsigned i = 0; i < t->width && r == 0; i++) {
		struct toc_sha256 h;
		memcpy(h.b, bytes.p + i * sizeof h.b, sizeof h.b);
		if (v->leaves && !toc_sha256_eq(h, v->bundle[i]))
			return toc_fail(reterr, TOC_EPROOF, "entry %llu does not hash to what is in its tile: it was changed",
					(unsigned long long)(t->n * TOC_TILE_WIDTH + i));
		toc_range_add_telling(&v->edge, h, full ? on_whole : NULL, v);
		r = v->n_old ? begins_with_older(v, reterr) : 0;
	}
	if (full) {
		v->whole = v->edge;
		v->last_whole = v->last;
	}
	return r;
}

static int take_above(struct toc_verifier *v, const struct toc_tile *t, struct toc_str bytes, struct toc_error *reterr)
{
	const struct level *up = &v->up[t->level];
	uint64_t first = t->n * TOC_TILE_WIDTH;

	if (first + t->width > up->n || memcmp(bytes.p, &up->hash[first], t->width * sizeof *up->hash) != 0)
		return bad(v, t, reterr, "has not the roots of the tiles below it");
	return 0;
}

int toc_verifier_take(struct toc_verifier *v, struct toc_str bytes, struct toc_error *reterr)
{
	if (!settle(v, &v->taken))
		return toc_fail(reterr, TOC_EPROOF, "there is nothing more to read");
	struct toc_tile t = tile_at(v, &v->taken);
	int r;

	toc_arena_reset(v->scratch);
	if (t.entries) {
		r = take_bundle(v, &t, bytes, reterr);
	} else if (bytes.n != t.width * sizeof(struct toc_sha256) && bytes.n != TOC_TILE_WIDTH * sizeof(struct toc_sha256)) {
		r = bad(v, &t, reterr, "is not as wide as it has to be");
	} else {
		r = t.level == 0 ? take_hashes(v, &t, bytes, reterr) : take_above(v, &t, bytes, reterr);
		v->count.tiles += r == 0;
		v->done[t.level] += r == 0 && t.width == TOC_TILE_WIDTH;
	}
	step(v, &v->taken);
	return r;
}

int toc_verifier_end(struct toc_verifier *v, struct toc_error *reterr)
{
	if (v->edge.size != v->to.size)
		return toc_fail(reterr, TOC_EPROOF, "%llu of %llu entries were read", (unsigned long long)v->edge.size,
				(unsigned long long)v->to.size);
	if (!toc_sha256_eq(toc_range_root(&v->edge), v->to.root))
		return toc_fail(reterr, TOC_EPROOF, "the %llu entries do not give the root that was signed",
				(unsigned long long)v->to.size);
	return 0;
}
