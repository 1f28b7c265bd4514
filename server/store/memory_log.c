/* memory_log.c: see memory_log.h. Refuses what sql/functions/publish.sql refuses. */
#include "store/memory_log.h"

#include <stdlib.h>
#include <string.h>

static const struct toc_published *newest(const struct toc_memory_log *log, struct toc_str origin)
{
	const struct toc_published *found = NULL;

	for (size_t i = 0; i < log->n_checkpoints; i++)
		if (toc_str_eq(log->checkpoints[i].origin, origin) &&
		    (!found || log->checkpoints[i].size > found->size))
			found = &log->checkpoints[i];
	return found;
}

static const struct toc_tile_root *tile_of(const struct toc_memory_log *log, unsigned level, uint64_t n)
{
	for (size_t i = 0; i < log->n_tiles; i++)
		if (log->tiles[i].level == level && log->tiles[i].n == n)
			return &log->tiles[i];
	return NULL;
}

static int publish(struct toc_memory_log *log, struct toc_arena *a, const struct toc_range *range,
		   const struct toc_publication *what, struct toc_error *reterr)
{
	const struct toc_published *last = newest(log, what->origin);
	size_t n = log->n_tiles;

	for (size_t i = 0; i < what->n_tiles; i++) {
		const struct toc_tile_root *old = tile_of(log, what->tiles[i].level, what->tiles[i].n);
		if (old && !toc_sha256_eq(old->root, what->tiles[i].root))
			return toc_fail(reterr, TOC_ECONFLICT, "a tile has another root");
	}
	if (what->note.n && what->size > range->size)
		return toc_fail(reterr, TOC_ECONFLICT, "the ledger has fewer than %llu entries",
				(unsigned long long)what->size);
	for (size_t i = 0; what->note.n && i < log->n_checkpoints; i++)
		if (toc_str_eq(log->checkpoints[i].origin, what->origin) && log->checkpoints[i].size == what->size &&
		    !toc_sha256_eq(log->checkpoints[i].root, what->root))
			return toc_fail(reterr, TOC_ECONFLICT, "another checkpoint of size %llu was published",
					(unsigned long long)what->size);
	if (what->note.n && last && what->size < last->size)
		return toc_fail(reterr, TOC_ECONFLICT, "a checkpoint after size %llu was published",
				(unsigned long long)what->size);
	log->tiles = toc_must_realloc(log->tiles, (n + what->n_tiles + 1) * sizeof *log->tiles);
	for (size_t i = 0; i < what->n_tiles; i++)
		if (!tile_of(log, what->tiles[i].level, what->tiles[i].n))
			log->tiles[log->n_tiles++] = what->tiles[i];
	if (!what->note.n || (last && last->size == what->size))
		return 0;
	log->checkpoints = toc_must_realloc(log->checkpoints, (log->n_checkpoints + 1) * sizeof *log->checkpoints);
	log->checkpoints[log->n_checkpoints++] = (struct toc_published){
		.origin = toc_arena_str(a, what->origin),
		.note = toc_arena_str(a, what->note),
		.size = what->size,
		.root = what->root,
	};
	return 0;
}

static void hashes(const struct toc_memory_log *log, const struct toc_row *rows, const struct toc_range *range,
		   const struct toc_op *op)
{
	struct toc_sha256 side_by_side[256];
	unsigned n = 0;

	for (; n < op->limit; n++) {
		uint64_t at = op->from + n;
		const struct toc_tile_root *t = op->version ? tile_of(log, (unsigned)op->version - 1, at) : NULL;
		if (op->version ? !t : at >= range->size)
			break;
		side_by_side[n] = t ? t->root : toc_leaf_hash(rows[at].leaf);
	}
	op->hand_over.blob(op->ctx, op->from, op->version, (struct toc_str){ (const char *)side_by_side, n * 32 });
}

static const struct toc_published *of_size(const struct toc_memory_log *log, struct toc_str origin, uint64_t size)
{
	for (size_t i = 0; i < log->n_checkpoints; i++)
		if (toc_str_eq(log->checkpoints[i].origin, origin) && log->checkpoints[i].size == size)
			return &log->checkpoints[i];
	return NULL;
}

static int cosign(struct toc_memory_log *log, struct toc_arena *a, const struct toc_cosignature *what, uint64_t *ret_size,
		  struct toc_error *reterr)
{
	const struct toc_published *c = of_size(log, what->origin, what->size);
	bool same = false;

	if (!c)
		return toc_fail(reterr, TOC_EINVAL, "there is no checkpoint of size %llu", (unsigned long long)what->size);
	for (size_t i = 0; i < log->n_cosignatures; i++) {
		const struct toc_cosignature *had = &log->cosignatures[i];
		if (!toc_str_eq(had->origin, what->origin) || !toc_str_eq(had->org, what->org))
			continue;
		same |= had->size == what->size;
		if (had->size > what->size) {
			*ret_size = had->size;
			return toc_fail(reterr, TOC_ECONFLICT, "a later checkpoint was cosigned");
		}
	}
	if (same)
		return 0;
	log->cosignatures = toc_must_realloc(log->cosignatures, (log->n_cosignatures + 1) * sizeof *log->cosignatures);
	log->cosignatures[log->n_cosignatures++] = (struct toc_cosignature){
		.origin = toc_arena_str(a, what->origin),
		.org = toc_arena_str(a, what->org),
		.line = toc_arena_str(a, what->line),
		.size = what->size,
		.unix_s = what->unix_s,
		.note = c->note,
	};
	return 0;
}

static void cosignatures(const struct toc_memory_log *log, const struct toc_op *op)
{
	struct toc_str origin = { op->copy, op->n };
	uint64_t size = op->from;

	for (size_t i = 0; op->from == TOC_STORE_NEWEST && i < log->n_cosignatures; i++)
		if (toc_str_eq(log->cosignatures[i].origin, origin) && (size == TOC_STORE_NEWEST || log->cosignatures[i].size > size))
			size = log->cosignatures[i].size;
	for (size_t i = 0; i < log->n_cosignatures; i++)
		if (toc_str_eq(log->cosignatures[i].origin, origin) && log->cosignatures[i].size == size)
			op->hand_over.cosignature(op->ctx, &log->cosignatures[i]);
}

static int add_stamp(struct toc_memory_log *log, struct toc_arena *a, const struct toc_stamp *what, struct toc_error *reterr)
{
	const struct toc_published *c = of_size(log, what->origin, what->size);

	if (!c)
		return toc_fail(reterr, TOC_EINVAL, "there is no checkpoint of size %llu", (unsigned long long)what->size);
	if (!what->query.n || !what->response.n || !what->chain.n)
		return toc_fail(reterr, TOC_EINVAL, "a time stamp has a query, a response and a chain");
	for (size_t i = 0; i < log->n_stamps; i++)
		if (toc_str_eq(log->stamps[i].origin, what->origin) && log->stamps[i].size == what->size &&
		    toc_str_eq(log->stamps[i].authority, what->authority))
			return 0;
	log->stamps = toc_must_realloc(log->stamps, (log->n_stamps + 1) * sizeof *log->stamps);
	log->stamps[log->n_stamps++] = (struct toc_stamp){
		.origin = toc_arena_str(a, what->origin),
		.authority = toc_arena_str(a, what->authority),
		.size = what->size,
		.unix_s = what->unix_s,
		.query = toc_arena_str(a, what->query),
		.response = toc_arena_str(a, what->response),
		.chain = toc_arena_str(a, what->chain),
		.note = c->note,
	};
	return 0;
}

static void stamps(const struct toc_memory_log *log, const struct toc_op *op)
{
	struct toc_str origin = { op->copy, op->n };
	const struct toc_stamp *t = log->stamps, *end = t + log->n_stamps;

	for (; op->from != TOC_STORE_NEWEST && t < end; t++)
		if (toc_str_eq(t->origin, origin) && t->size == op->from) {
			op->hand_over.stamp(op->ctx, t);
			return;
		}
	/* all, from the largest size down */
	for (uint64_t above = UINT64_MAX, size; op->from == TOC_STORE_NEWEST && above; above = size) {
		size = 0;
		for (t = log->stamps; t < end; t++)
			if (toc_str_eq(t->origin, origin) && t->size < above && t->size > size)
				size = t->size;
		for (t = log->stamps; size && t < end; t++)
			if (toc_str_eq(t->origin, origin) && t->size == size)
				op->hand_over.stamp(op->ctx, t);
	}
}

int toc_memory_log_do(struct toc_memory_log *log, struct toc_arena *a, const struct toc_row *rows,
		      const struct toc_range *range, const struct toc_op *op, uint64_t *ret_size, struct toc_error *reterr)
{
	const struct toc_published *c;

	switch (op->kind) {
	case TOC_OP_TIP:
		op->hand_over.head(op->ctx, range->size, toc_range_root(range), (struct toc_str){ 0 });
		return 0;
	case TOC_OP_CHECKPOINT:
		c = newest(log, (struct toc_str){ op->copy, op->n });
		if (c)
			op->hand_over.head(op->ctx, c->size, c->root, c->note);
		return 0;
	case TOC_OP_CHECKPOINT_OF:
		c = of_size(log, (struct toc_str){ op->copy, op->n }, op->from);
		if (c)
			op->hand_over.head(op->ctx, c->size, c->root, c->note);
		return 0;
	case TOC_OP_COSIGN: return cosign(log, a, op->cosignature, ret_size, reterr);
	case TOC_OP_COSIGNATURES: cosignatures(log, op); return 0;
	case TOC_OP_ADD_STAMP: return add_stamp(log, a, op->stamp, reterr);
	case TOC_OP_STAMPS: stamps(log, op); return 0;
	case TOC_OP_LEAVES:
		for (uint64_t seq = op->from; seq < op->to && seq < range->size; seq++) {
			struct toc_leaf_row row = {
				.seq = seq,
				.leaf = rows[seq].leaf,
				.body = rows[seq].body,
				.leaf_hash = toc_leaf_hash(rows[seq].leaf),
			};
			memcpy(row.body_salt, rows[seq].body_salt, sizeof row.body_salt);
			op->hand_over.leaf(op->ctx, &row);
		}
		return 0;
	case TOC_OP_HASHES: hashes(log, rows, range, op); return 0;
	case TOC_OP_PUBLISH: return publish(log, a, range, op->publication, reterr);
	default: TOC_WRONG("an operation that is not the log's");
	}
}

void toc_memory_log_done(struct toc_memory_log *log)
{
	free(log->checkpoints);
	free(log->tiles);
	free(log->cosignatures);
	free(log->stamps);
}
