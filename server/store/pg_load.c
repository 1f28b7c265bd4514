/* pg_load.c: the operations that read, and snapshots. Nothing is kept here: rows go to the caller as they
 * come. */
#include "store/pg.h"

#include <string.h>

/* read.sql, read_cases.sql, recalls.sql and witnesses.sql: seq, leaf, body, body_salt, actor_key, actor, data_key, data */
static void take_rows(struct toc_pg *pg, const PGresult *r)
{
	const struct toc_op *op = toc_op_head(&pg->s);

	for (int i = 0; i < PQntuples(r); i++) {
		struct toc_row row = {
			.seq = (uint64_t)toc_pg_get_int8(r, i, 0),
			.leaf = toc_pg_get_bytes(r, i, 1),
			.body = toc_pg_get_bytes(r, i, 2),
			.actor_key = toc_pg_get_id(r, i, 4),
			.actor_sealed = toc_pg_get_bytes(r, i, 5),
			.data_key = toc_pg_get_id(r, i, 6),
			.data_sealed = toc_pg_get_bytes(r, i, 7),
		};
		struct toc_str salt = toc_pg_get_bytes(r, i, 3);
		if (salt.n == sizeof row.body_salt) /* a constraint says so */
			memcpy(row.body_salt, salt.p, sizeof row.body_salt);
		op->hand_over.row(op->ctx, &row);
	}
}

/* keys.sql: id, subject, retention, wrapping, wrapped */
static void take_keys(struct toc_pg *pg, const PGresult *r)
{
	const struct toc_op *op = toc_op_head(&pg->s);

	for (int i = 0; i < PQntuples(r); i++) {
		const struct toc_key_row key = {
			.id = toc_pg_get_id(r, i, 0),
			.subject = toc_pg_get_bytes(r, i, 1),
			.retention = toc_pg_get_bytes(r, i, 2),
			.wrapping_id = toc_pg_get_id(r, i, 3),
			.wrapped = toc_pg_get_bytes(r, i, 4),
		};
		op->hand_over.key(op->ctx, &key);
	}
}

/* parts_of.sql: key, part, first, last */
static void take_parts(struct toc_pg *pg, const PGresult *r)
{
	const struct toc_op *op = toc_op_head(&pg->s);

	for (int i = 0; i < PQntuples(r); i++)
		op->hand_over.part(op->ctx, toc_pg_get_id(r, i, 0), (unsigned)toc_pg_get_int4(r, i, 1),
				   (uint64_t)toc_pg_get_int8(r, i, 2), (uint64_t)toc_pg_get_int8(r, i, 3));
}

/* revenants.sql: key, subject, retention */
static void take_revenants(struct toc_pg *pg, const PGresult *r)
{
	const struct toc_op *op = toc_op_head(&pg->s);

	for (int i = 0; i < PQntuples(r); i++)
		op->hand_over.key(op->ctx, &(struct toc_key_row){ .id = toc_pg_get_id(r, i, 0), .subject = toc_pg_get_bytes(r, i, 1),
								  .retention = toc_pg_get_bytes(r, i, 2) });
}

/* find.sql: eid, seq */
static void take_found(struct toc_pg *pg, const PGresult *r)
{
	const struct toc_op *op = toc_op_head(&pg->s);

	for (int i = 0; i < PQntuples(r); i++)
		op->hand_over.found(op->ctx, toc_pg_get_id(r, i, 0), (uint64_t)toc_pg_get_int8(r, i, 1));
}

/* load_snapshot.sql: as_of, version, bytes */
static void take_snapshot(struct toc_pg *pg, const PGresult *r)
{
	const struct toc_op *op = toc_op_head(&pg->s);

	for (int i = 0; i < PQntuples(r); i++)
		op->hand_over.blob(op->ctx, (uint64_t)toc_pg_get_int8(r, i, 0), toc_pg_get_int4(r, i, 1),
				   toc_pg_get_bytes(r, i, 2));
}

/* load_pieces.sql: bytes */
static void take_pieces(struct toc_pg *pg, const PGresult *r)
{
	const struct toc_op *op = toc_op_head(&pg->s);

	for (int i = 0; i < PQntuples(r); i++)
		op->hand_over.blob(op->ctx, 0, 0, toc_pg_get_bytes(r, i, 0));
}

static void put_hashes(struct toc_pg_parameters *p, const struct toc_sha256 *hashes, size_t n)
{
	struct toc_buf *list = toc_pg_array(p, TOC_PG_BYTEA, n);

	for (size_t i = 0; i < n; i++)
		toc_pg_element(list, (struct toc_str){ (const char *)hashes[i].b, sizeof hashes[i].b });
}

static void take_tip_size(struct toc_pg *pg, const PGresult *r)
{
	if (PQntuples(r) == 1)
		pg->size = (uint64_t)toc_pg_get_int8(r, 0, 0);
}

static void put_ids(struct toc_pg_parameters *p, const struct toc_op *op)
{
	const struct toc_uuid *id = op->copy;
	struct toc_buf *ids = toc_pg_array(p, TOC_PG_UUID, op->n);

	for (size_t i = 0; i < op->n; i++)
		toc_pg_element_id(ids, id[i]);
}

static void put_kept(struct toc_pg_parameters *p, const struct toc_op *op)
{
	const struct toc_kept *kept = op->copy;
	struct toc_buf *keys = toc_pg_array(p, TOC_PG_UUID, op->n);

	for (size_t i = 0; i < op->n; i++)
		toc_pg_element_id(keys, kept[i].key);
	struct toc_buf *dues = toc_pg_array(p, TOC_PG_INT8, op->n);
	for (size_t i = 0; i < op->n; i++)
		if (kept[i].due.us == TOC_TIME_NEVER.us)
			toc_pg_element_null(dues);
		else
			toc_pg_element_int8(dues, kept[i].due.us);
	struct toc_buf *held = toc_pg_array(p, TOC_PG_INT8, op->n);
	for (size_t i = 0; i < op->n; i++)
		toc_pg_element_int8(held, kept[i].held);
	struct toc_buf *exercises = toc_pg_array(p, TOC_PG_UUID, op->n);
	for (size_t i = 0; i < op->n; i++)
		toc_pg_element_id(exercises, kept[i].exercise);
}

void toc_pg_send_load(struct toc_pg *pg, const struct toc_op *op)
{
	struct toc_pg_parameters p = { .n = 0 };

	switch (op->kind) {
	case TOC_OP_READ:
		toc_pg_int8(&p, (int64_t)op->from);
		toc_pg_int8(&p, op->limit);
		toc_pg_send(pg, "read", &p, take_rows);
		toc_pg_row_by_row(pg);
		toc_pg_send(pg, "tip_size", NULL,
			    take_tip_size); /* after the rows: never below what they show */
		break;
	case TOC_OP_READ_CASES:
		put_ids(&p, op);
		toc_pg_send(pg, "read_cases", &p, take_rows);
		toc_pg_row_by_row(pg);
		break;
	case TOC_OP_RECALLS:
		toc_pg_int8(&p, (int64_t)op->from);
		toc_pg_send(pg, "recalls", &p, take_rows);
		toc_pg_row_by_row(pg);
		break;
	case TOC_OP_WITNESSES:
		toc_pg_send(pg, "witnesses", NULL, take_rows);
		toc_pg_row_by_row(pg);
		break;
	case TOC_OP_FIND:
		put_ids(&p, op);
		toc_pg_send(pg, "find", &p, take_found);
		break;
	case TOC_OP_KEYS_OF:
		put_ids(&p, op);
		toc_pg_send(pg, "keys_of", &p, take_keys);
		break;
	case TOC_OP_PARTS:
		put_ids(&p, op);
		toc_pg_send(pg, "parts_of", &p, take_parts);
		toc_pg_row_by_row(pg);
		break;
	case TOC_OP_KEEP_UNTIL:
		put_kept(&p, op);
		toc_pg_send(pg, "keep_until", &p, NULL);
		break;
	case TOC_OP_REVENANTS: toc_pg_send(pg, "revenants", NULL, take_revenants); break;
	case TOC_OP_KEYS:
		toc_pg_send(pg, "keys", NULL, take_keys);
		toc_pg_row_by_row(pg);
		break;
	case TOC_OP_SNAPSHOT_SAVE:
		toc_pg_int8(&p, (int64_t)op->snapshot.as_of);
		toc_pg_int4(&p, op->snapshot.version);
		toc_pg_bytes(&p, op->snapshot.head);
		put_hashes(&p, op->snapshot.pieces, op->snapshot.n_pieces);
		toc_pg_bytes(&p, (struct toc_str){ (const char *)op->snapshot.sum, sizeof op->snapshot.sum });
		toc_pg_send(pg, "save_snapshot", &p, NULL);
		break;
	case TOC_OP_PIECE_SAVE:
		toc_pg_bytes(&p, op->piece);
		toc_pg_send(pg, "save_piece", &p, NULL);
		break;
	case TOC_OP_PIECES_LOAD:
		put_hashes(&p, op->copy, op->n);
		toc_pg_send(pg, "load_pieces", &p, take_pieces);
		toc_pg_row_by_row(pg);
		break;
	case TOC_OP_SNAPSHOT_LOAD:
		toc_pg_int4(&p, op->version);
		toc_pg_send(pg, "load_snapshot", &p, take_snapshot);
		break;
	default: TOC_WRONG("an operation that does not load");
	}
	toc_pg_parameters_done(&p);
}
