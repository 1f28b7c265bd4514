/* tiles.c: the tiles of the tree that proofs were made of: kept, the least used one gives way. */
#include "archive/asking.h"

#include <string.h>

static struct toc_kept_tile *kept(struct toc_prover *p, unsigned level, uint64_t n)
{
	for (size_t i = 0; i < TOC_TILES_KEPT; i++)
		if (p->tiles[i].width && p->tiles[i].level == level && p->tiles[i].n == n)
			return &p->tiles[i];
	return NULL;
}

const struct toc_kept_tile *toc_tile_with(struct toc_prover *p, unsigned level, uint64_t n, unsigned width)
{
	struct toc_kept_tile *t = kept(p, level, n);
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

void toc_tile_keep(struct toc_prover *p, struct toc_str hashes)
{
	struct toc_kept_tile *t = kept(p, p->need.level, p->need.n), *oldest = p->tiles;

	for (size_t i = 0; i < TOC_TILES_KEPT; i++) /* an empty one was never used */
		if (p->tiles[i].used < oldest->used)
			oldest = &p->tiles[i];
	t = t ? t : oldest;
	t->used = ++p->tick;
	t->level = p->need.level;
	t->n = p->need.n;
	t->width = (unsigned)(hashes.n / 32);
	memcpy(t->hash, hashes.p, hashes.n);
}

int toc_tile_subtree(void *ctx, unsigned level, uint64_t n, struct toc_sha256 *ret_root)
{
	struct toc_sha256 copy[TOC_TILE_WIDTH];
	unsigned first, within = level % TOC_TILE_HEIGHT;
	struct toc_tile in = toc_tile_of(level, n, &first);
	const struct toc_kept_tile *t = toc_tile_with(ctx, in.level, in.n, in.width);

	if (!t)
		return TOC_EAGAIN;
	memcpy(copy, &t->hash[first], sizeof *copy << within);
	*ret_root = toc_perfect_root(copy, within);
	return 0;
}
