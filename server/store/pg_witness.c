/* pg_witness.c: what others say of checkpoints: cosignatures and time stamps. */
#include "store/pg.h"

#include <string.h>

static void take_head(struct toc_pg *pg, const PGresult *r)
{
	const struct toc_op *op = toc_op_head(&pg->s);
	struct toc_sha256 root;
	struct toc_str bytes = PQntuples(r) == 1 ? toc_pg_get_bytes(r, 0, 1) : TOC_STR("");

	if (bytes.n != sizeof root.b)
		return;
	memcpy(root.b, bytes.p, sizeof root.b);
	op->hand_over.head(op->ctx, (uint64_t)toc_pg_get_int8(r, 0, 0), root, toc_pg_get_bytes(r, 0, 2));
}

/* cosignatures.sql: size, org, line, signed_at, note */
static void take_cosignatures(struct toc_pg *pg, const PGresult *r)
{
	const struct toc_op *op = toc_op_head(&pg->s);

	for (int i = 0; i < PQntuples(r); i++) {
		struct toc_cosignature c = {
			.origin = { op->copy, op->n },
			.size = (uint64_t)toc_pg_get_int8(r, i, 0),
			.org = toc_pg_get_bytes(r, i, 1),
			.line = toc_pg_get_bytes(r, i, 2),
			.unix_s = toc_pg_get_int8(r, i, 3),
			.note = toc_pg_get_bytes(r, i, 4),
		};
		op->hand_over.cosignature(op->ctx, &c);
	}
}

static void send_cosignature(struct toc_pg *pg, const struct toc_cosignature *c)
{
	struct toc_pg_parameters p = { .n = 0 };

	toc_pg_bytes(&p, c->origin);
	toc_pg_int8(&p, (int64_t)c->size);
	toc_pg_bytes(&p, c->org);
	toc_pg_bytes(&p, c->line);
	toc_pg_int8(&p, c->unix_s);
	toc_pg_send(pg, "cosign", &p, NULL);
	toc_pg_parameters_done(&p);
}

/* time_stamps.sql, time_stamp.sql: size, authority, stamped_at, response, query, chain, note */
static void take_stamps(struct toc_pg *pg, const PGresult *r)
{
	const struct toc_op *op = toc_op_head(&pg->s);

	for (int i = 0; i < PQntuples(r); i++) {
		struct toc_stamp t = {
			.origin = { op->copy, op->n },
			.size = (uint64_t)toc_pg_get_int8(r, i, 0),
			.authority = toc_pg_get_bytes(r, i, 1),
			.unix_s = toc_pg_get_int8(r, i, 2),
			.response = toc_pg_get_bytes(r, i, 3),
			.query = toc_pg_get_bytes(r, i, 4),
			.chain = toc_pg_get_bytes(r, i, 5),
			.note = toc_pg_get_bytes(r, i, 6),
		};
		op->hand_over.stamp(op->ctx, &t);
	}
}

static void send_stamp(struct toc_pg *pg, const struct toc_stamp *t)
{
	struct toc_pg_parameters p = { .n = 0 };

	toc_pg_bytes(&p, t->origin);
	toc_pg_int8(&p, (int64_t)t->size);
	toc_pg_bytes(&p, t->authority);
	toc_pg_int8(&p, t->unix_s * 1000000);
	toc_pg_bytes(&p, t->query);
	toc_pg_bytes(&p, t->response);
	toc_pg_bytes(&p, t->chain);
	toc_pg_send(pg, "add_time_stamp", &p, NULL);
	toc_pg_parameters_done(&p);
}

void toc_pg_send_witness(struct toc_pg *pg, const struct toc_op *op)
{
	struct toc_pg_parameters p = { .n = 0 };

	switch (op->kind) {
	case TOC_OP_CHECKPOINT_OF:
		toc_pg_bytes(&p, (struct toc_str){ op->copy, op->n });
		toc_pg_int8(&p, (int64_t)op->from);
		toc_pg_send(pg, "checkpoint_of", &p, take_head);
		break;
	case TOC_OP_COSIGN: send_cosignature(pg, op->cosignature); break;
	case TOC_OP_COSIGNATURES:
		toc_pg_bytes(&p, (struct toc_str){ op->copy, op->n });
		toc_pg_int8(&p, op->from == TOC_STORE_NEWEST ? -1 : (int64_t)op->from);
		toc_pg_send(pg, "cosignatures", &p, take_cosignatures);
		break;
	case TOC_OP_ADD_STAMP: send_stamp(pg, op->stamp); break;
	case TOC_OP_STAMPS:
		toc_pg_bytes(&p, (struct toc_str){ op->copy, op->n });
		if (op->from != TOC_STORE_NEWEST)
			toc_pg_int8(&p, (int64_t)op->from);
		toc_pg_send(pg, op->from == TOC_STORE_NEWEST ? "time_stamps" : "time_stamp", &p, take_stamps);
		break;
	default: TOC_WRONG("an operation that is no witness's");
	}
	toc_pg_parameters_done(&p);
}
