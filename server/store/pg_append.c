/* pg_append.c: the operations that take the tip's lock.
 *
 * append is one pipeline: BEGIN; [lock the tip; new seal keys;] select ledger.append(…); COMMIT; sync. So no
 * client can hang between lock and commit. New keys come after the lock, for another node may be making the
 * same ones: whoever comes second is told of the conflict, not of a key that exists. Source: design, section
 * "The keeper's cycle". */
#include "store/pg.h"

#include <string.h>

static void take_size(struct toc_pg *pg, const PGresult *r)
{
	if (PQntuples(r) == 1)
		pg->size = (uint64_t)toc_pg_get_int8(r, 0, 0);
}

/* COMMIT of a transaction that has failed answers ROLLBACK, and that is no error to the server. */
static void take_commit(struct toc_pg *pg, const PGresult *r)
{
	if (strcmp(PQcmdStatus((PGresult *)r), "COMMIT") != 0)
		pg->result = toc_fail(&pg->error, TOC_EIO, "database: the transaction was rolled back");
}

static struct toc_str bytes_of(const uint8_t *p, size_t n)
{
	return (struct toc_str){ (const char *)p, n };
}

static void send_keys(struct toc_pg *pg, const struct toc_append *what)
{
	struct toc_pg_parameters p = { .n = 0 };
	struct toc_buf *id = toc_pg_array(&p, TOC_PG_UUID, what->n_keys);
	struct toc_buf *subject = toc_pg_array(&p, TOC_PG_TEXT, what->n_keys);
	struct toc_buf *retention = toc_pg_array(&p, TOC_PG_TEXT, what->n_keys);
	struct toc_buf *wrapping = toc_pg_array(&p, TOC_PG_UUID, what->n_keys);
	struct toc_buf *wrapped = toc_pg_array(&p, TOC_PG_BYTEA, what->n_keys);

	for (size_t i = 0; i < what->n_keys; i++) {
		const struct toc_key_row *k = &what->keys[i];
		toc_pg_element_id(id, k->id);
		toc_pg_element(subject, k->subject);
		toc_pg_element(retention, k->retention);
		toc_pg_element_id(wrapping, k->wrapping_id);
		toc_pg_element(wrapped, k->wrapped);
	}
	toc_pg_send(pg, "add_keys", &p, NULL);
	toc_pg_parameters_done(&p);
}

static void put_part(struct toc_buf *keys, struct toc_buf *parts, struct toc_uuid key, struct toc_str sealed)
{
	toc_pg_element_id(keys, key);
	if (!sealed.n) /* nothing sealed is empty: without its part the database refuses the key */
		toc_pg_element_null(parts);
	else
		toc_pg_element(parts, sealed);
}

static void send_rows(struct toc_pg *pg, const struct toc_append *what)
{
	struct toc_pg_parameters p = { .n = 0 };
	size_t n = what->n_rows;

	toc_pg_int8(&p, (int64_t)what->expected_size);
	struct toc_buf *leaf = toc_pg_array(&p, TOC_PG_BYTEA, n);
	struct toc_buf *body = toc_pg_array(&p, TOC_PG_BYTEA, n);
	struct toc_buf *body_salt = toc_pg_array(&p, TOC_PG_BYTEA, n);
	struct toc_buf *actor_key = toc_pg_array(&p, TOC_PG_UUID, n);
	struct toc_buf *actor = toc_pg_array(&p, TOC_PG_BYTEA, n);
	struct toc_buf *data_key = toc_pg_array(&p, TOC_PG_UUID, n);
	struct toc_buf *data = toc_pg_array(&p, TOC_PG_BYTEA, n);
	for (size_t i = 0; i < n; i++) {
		const struct toc_row *row = &what->rows[i];
		toc_pg_element(leaf, row->leaf);
		toc_pg_element(body, row->body);
		toc_pg_element(body_salt, bytes_of(row->body_salt, sizeof row->body_salt));
		put_part(actor_key, actor, row->actor_key, row->actor_sealed);
		put_part(data_key, data, row->data_key, row->data_sealed);
	}
	toc_pg_send(pg, "append", &p, take_size);
	toc_pg_parameters_done(&p);
}

void toc_pg_send_append(struct toc_pg *pg, const struct toc_append *what)
{
	if (!toc_pg_in_transaction(pg))
		toc_pg_send_text(pg, "begin", NULL);
	if (what->n_keys) {
		struct toc_pg_parameters p = { .n = 0 };
		toc_pg_int8(&p, (int64_t)what->expected_size);
		toc_pg_send(pg, "expect_tip", &p, NULL);
		toc_pg_parameters_done(&p);
		send_keys(pg, what);
	}
	send_rows(pg, what);
	toc_pg_send_text(pg, "commit", take_commit);
}

void toc_pg_send_lock_tip(struct toc_pg *pg)
{
	if (!toc_pg_in_transaction(pg))
		toc_pg_send_text(pg, "begin", NULL);
	toc_pg_send(pg, "lock_tip", NULL, take_size);
}
