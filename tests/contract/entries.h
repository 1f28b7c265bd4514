/* entries.h: made-up entries for the stores' tests: true leaves, commitments and seals, and calls that wait.
 */
#ifndef TOC_TESTS_ENTRIES_H
#define TOC_TESTS_ENTRIES_H

#include "check.h"
#include "store/store.h"

/* ---- making ---- */

struct made {
	struct toc_arena *a;
	struct toc_row row[TOC_APPEND_MAX];
	struct toc_uuid eid[TOC_APPEND_MAX];
	size_t n;
	struct toc_key_row key[8];
	struct toc_seal_key seal[8];
	size_t n_keys;
};

static struct made *made_new(void)
{
	struct made *m = calloc(1, sizeof *m);

	m->a = toc_arena_new();
	return m;
}

static void made_free(struct made *m)
{
	toc_arena_free(m->a);
	free(m);
}

static struct toc_seal_key *make_key(struct made *m, const char *subject, const char *retention)
{
	static const uint8_t wrapping_key[32] = { 1 };
	struct toc_uuid wrapping_id = { { 1 } };
	struct toc_seal_key *k = &m->seal[m->n_keys];

	*k = (struct toc_seal_key){
		.id = toc_uuid_random(),
		.subject = toc_str_of(subject),
		.retention = toc_str_of(retention),
	};
	toc_random(k->key, sizeof k->key);
	m->key[m->n_keys++] = (struct toc_key_row){
		.id = k->id,
		.wrapping_id = wrapping_id,
		.subject = k->subject,
		.retention = k->retention,
		.wrapped = toc_seal_key_wrap(m->a, k, wrapping_id, wrapping_key),
	};
	return k;
}

struct wish { /* what an entry is to be like; all may be left out */
	const char *org, *k;
	struct toc_uuid eid, case_ref;
	size_t body_bytes;
	const struct toc_seal_key *actor, *data;
};

static struct toc_row *make_row(struct made *m, struct wish w)
{
	struct toc_row *row = &m->row[m->n];
	struct toc_leaf leaf = {
		.ts = { INT64_C(1763804012000000) + (int64_t)m->n },
		.k = toc_str_of(w.k ? w.k : "M4.send"),
		.mode = TOC_STR("exercise"),
		.org = toc_str_of(w.org ? w.org : "AIRU"),
		.node = TOC_STR("n1"),
		.case_ref = w.case_ref,
		.eid = toc_uuid_is_nil(w.eid) ? toc_uuid_v7(1763804012000) : w.eid,
	};
	uint8_t actor_salt[TOC_SALT_BYTES], data_salt[TOC_SALT_BYTES];
	char *pad = toc_arena_alloc(m->a, w.body_bytes + 1);
	struct toc_str actor = w.actor ? TOC_STR("{\"title\":\"duty officer\"}") : TOC_STR("");
	struct toc_str data = w.data ? TOC_STR("{\"text\":\"nobody knows \xe2\x80\x93 yet\"}") : TOC_STR("");

	memset(pad, 'x', w.body_bytes);
	*row = (struct toc_row){
		.body = toc_arena_printf(m->a, "{\"decided\":{\"n\":%zu},\"message\":{\"pad\":\"%s\"}}", m->n,
					 pad),
	};
	toc_random(row->body_salt, sizeof row->body_salt);
	toc_random(actor_salt, sizeof actor_salt);
	toc_random(data_salt, sizeof data_salt);
	leaf.body = toc_commit(TOC_PART_BODY, row->body_salt, row->body);
	leaf.actor = toc_commit(TOC_PART_ACTOR, actor_salt, actor);
	leaf.data = toc_commit(TOC_PART_DATA, data_salt, data);
	if (w.actor) {
		row->actor_key = w.actor->id;
		row->actor_sealed = toc_part_seal(m->a, w.actor, leaf.eid, TOC_PART_ACTOR, actor_salt, actor);
	}
	if (w.data) {
		row->data_key = w.data->id;
		row->data_sealed = toc_part_seal(m->a, w.data, leaf.eid, TOC_PART_DATA, data_salt, data);
	}
	row->leaf = toc_leaf_write(m->a, &leaf);
	m->eid[m->n++] = leaf.eid;
	return row;
}

static void make_rows(struct made *m, size_t n)
{
	while (n-- > 0)
		make_row(m, (struct wish){ .org = NULL });
}

static struct toc_append append_of(const struct made *m, uint64_t expected_size)
{
	return (struct toc_append){
		.expected_size = expected_size,
		.rows = m->row,
		.n_rows = m->n,
		.keys = m->key,
		.n_keys = m->n_keys,
	};
}

/* ---- waiting ---- */

struct outcome {
	unsigned done; /* how often */
	int result;
	uint64_t size;
	char text[400];
};

static void note(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct outcome *o = ctx;

	o->done++;
	o->result = result;
	o->size = size;
	snprintf(o->text, sizeof o->text, "%s", error->text);
}

#define PATIENCE TOC_SECONDS(90) /* a bound for a busy machine, not an expectation */

static struct outcome waited(struct toc_store *s, struct outcome *o, int queued)
{
	CHECK_INT(queued, 0);
	if (queued == 0)
		CHECK_INT(toc_store_wait(s, PATIENCE), 0);
	CHECK_INT(o->done, 1);
	return *o;
}

static struct outcome append_rows(struct toc_store *s, const struct made *m, uint64_t expected_size)
{
	struct toc_append what = append_of(m, expected_size);
	struct outcome o = { 0 };

	return waited(s, &o, toc_store_append(s, &what, TOC_SECONDS(60), note, &o));
}

/* What was read, kept: rows are only lent. */
struct read {
	struct toc_arena *a;
	struct toc_row row[TOC_APPEND_MAX];
	size_t n;
	struct outcome o;
};

static void keep_row(void *ctx, const struct toc_row *row)
{
	struct read *r = ctx;

	if (r->n == TOC_APPEND_MAX)
		return;
	struct toc_row *kept = &r->row[r->n++];
	*kept = *row;
	kept->leaf = toc_arena_str(r->a, row->leaf);
	kept->body = toc_arena_str(r->a, row->body);
	kept->actor_sealed = toc_arena_str(r->a, row->actor_sealed);
	kept->data_sealed = toc_arena_str(r->a, row->data_sealed);
}

static void note_read(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	note(&((struct read *)ctx)->o, result, size, error);
}

static struct read *read_rows(struct toc_store *s, uint64_t from, unsigned limit)
{
	struct read *r = calloc(1, sizeof *r);

	r->a = toc_arena_new();
	waited(s, &r->o, toc_store_read(s, from, limit, TOC_SECONDS(60), keep_row, note_read, r));
	return r;
}

static void read_free(struct read *r)
{
	toc_arena_free(r->a);
	free(r);
}

static uint64_t size_of(struct toc_store *s)
{
	struct read *r = read_rows(s, 0, 0);
	uint64_t size = r->o.size;

	CHECK_INT(r->o.result, 0);
	read_free(r);
	return size;
}

static bool same_row(const struct toc_row *x, const struct toc_row *y)
{
	return toc_str_eq(x->leaf, y->leaf) && toc_str_eq(x->body, y->body) &&
	       memcmp(x->body_salt, y->body_salt, TOC_SALT_BYTES) == 0 &&
	       toc_uuid_eq(x->actor_key, y->actor_key) && toc_uuid_eq(x->data_key, y->data_key) &&
	       toc_str_eq(x->actor_sealed, y->actor_sealed) && toc_str_eq(x->data_sealed, y->data_sealed);
}

struct finds {
	struct toc_uuid eid[64];
	uint64_t seq[64];
	size_t n;
	struct outcome o;
};

static void keep_found(void *ctx, struct toc_uuid eid, uint64_t seq)
{
	struct finds *f = ctx;

	if (f->n < 64) {
		f->eid[f->n] = eid;
		f->seq[f->n++] = seq;
	}
}

static void note_find(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	note(&((struct finds *)ctx)->o, result, size, error);
}

static struct finds find_eids(struct toc_store *s, const struct toc_uuid *eids, size_t n)
{
	struct finds f = { .n = 0 };

	waited(s, &f.o, toc_store_find(s, eids, n, TOC_SECONDS(60), keep_found, note_find, &f));
	return f;
}

/* Events of a store, counted. */
struct events {
	unsigned up, down, appended, published;
	char why[400];
};

static void note_event(void *ctx, enum toc_store_event event, const struct toc_error *why)
{
	struct events *e = ctx;

	e->up += event == TOC_STORE_UP;
	e->down += event == TOC_STORE_DOWN;
	e->appended += event == TOC_STORE_APPENDED;
	e->published += event == TOC_STORE_PUBLISHED;
	if (event == TOC_STORE_DOWN)
		snprintf(e->why, sizeof e->why, "%s", why->text);
}

#endif
