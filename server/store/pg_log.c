/* pg_log.c: the operations of the log: the tip, checkpoints, leaves as they are hashed, tiles. */
#include "store/pg.h"

#include <string.h>

static bool take_hash(const PGresult *r, int row, int column, struct toc_sha256 *ret_hash)
{
	struct toc_str bytes = toc_pg_get_bytes(r, row, column);

	if (bytes.n != sizeof ret_hash->b)
		return false; /* a constraint says that it is */
	memcpy(ret_hash->b, bytes.p, sizeof ret_hash->b);
	return true;
}

/* tip.sql: size, root; checkpoint.sql: size, root, note */
static void take_head(struct toc_pg *pg, const PGresult *r)
{
	const struct toc_op *op = toc_op_head(&pg->s);
	struct toc_sha256 root;

	if (PQntuples(r) == 1 && take_hash(r, 0, 1, &root))
		op->hand_over.head(op->ctx, (uint64_t)toc_pg_get_int8(r, 0, 0), root,
				   PQnfields(r) > 2 ? toc_pg_get_bytes(r, 0, 2) : (struct toc_str){ 0 });
}

/* leaves.sql, bundle.sql: seq, leaf, body, body_salt, leaf_hash */
static void take_leaves(struct toc_pg *pg, const PGresult *r)
{
	const struct toc_op *op = toc_op_head(&pg->s);

	for (int i = 0; i < PQntuples(r); i++) {
		struct toc_leaf_row row = {
			.seq = (uint64_t)toc_pg_get_int8(r, i, 0),
			.leaf = toc_pg_get_bytes(r, i, 1),
			.body = toc_pg_get_bytes(r, i, 2),
		};
		struct toc_str salt = toc_pg_get_bytes(r, i, 3);
		if (salt.n == sizeof row.body_salt)
			memcpy(row.body_salt, salt.p, sizeof row.body_salt);
		(void)take_hash(r, i, 4, &row.leaf_hash); /* else it is zeros, which no leaf hashes to */
		op->hand_over.leaf(op->ctx, &row);
	}
}

/* tile.sql: hash */
static void take_hashes(struct toc_pg *pg, const PGresult *r)
{
	const struct toc_op *op = toc_op_head(&pg->s);
	struct toc_sha256 side_by_side[256];
	unsigned n = 0;

	for (int i = 0; i < PQntuples(r) && n < 256 && take_hash(r, i, 0, &side_by_side[n]); i++)
		n++;
	op->hand_over.blob(op->ctx, op->from, op->version, (struct toc_str){ (const char *)side_by_side, n * 32 });
}

static void send_publication(struct toc_pg *pg, const struct toc_publication *what)
{
	struct toc_pg_parameters p = { .n = 0 };

	toc_pg_bytes(&p, what->origin);
	toc_pg_int8(&p, (int64_t)what->size);
	toc_pg_bytes(&p, (struct toc_str){ (const char *)what->root.b, 32 });
	toc_pg_bytes(&p, what->note);
	struct toc_buf *level = toc_pg_array(&p, TOC_PG_INT8, what->n_tiles);
	struct toc_buf *n = toc_pg_array(&p, TOC_PG_INT8, what->n_tiles);
	struct toc_buf *root = toc_pg_array(&p, TOC_PG_BYTEA, what->n_tiles);
	for (size_t i = 0; i < what->n_tiles; i++) {
		toc_pg_element_int8(level, what->tiles[i].level);
		toc_pg_element_int8(n, (int64_t)what->tiles[i].n);
		toc_pg_element(root, (struct toc_str){ (const char *)what->tiles[i].root.b, 32 });
	}
	toc_pg_send(pg, "publish", &p, NULL);
	toc_pg_parameters_done(&p);
}

void toc_pg_send_log(struct toc_pg *pg, const struct toc_op *op)
{
	struct toc_pg_parameters p = { .n = 0 };

	switch (op->kind) {
	case TOC_OP_TIP: toc_pg_send(pg, "tip", NULL, take_head); break;
	case TOC_OP_CHECKPOINT:
		toc_pg_bytes(&p, (struct toc_str){ op->copy, op->n });
		toc_pg_send(pg, "checkpoint", &p, take_head);
		break;
	case TOC_OP_LEAVES:
		toc_pg_int8(&p, (int64_t)op->from);
		toc_pg_int8(&p, (int64_t)op->to);
		toc_pg_send(pg, op->version ? "bundle" : "leaves", &p, take_leaves);
		toc_pg_row_by_row(pg);
		break;
	case TOC_OP_HASHES:
		toc_pg_int4(&p, op->version);
		toc_pg_int8(&p, (int64_t)op->from);
		toc_pg_int8(&p, op->limit);
		toc_pg_send(pg, "tile", &p, take_hashes);
		break;
	case TOC_OP_PUBLISH: send_publication(pg, op->publication); break;
	default: TOC_WRONG("an operation that is not the log's");
	}
	toc_pg_parameters_done(&p);
}
