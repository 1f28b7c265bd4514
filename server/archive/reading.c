/* reading.c: see reading.h. */
#include "archive/reading.h"

static int read_rows(struct toc_reading *r);

static void over(struct toc_reading *r, int result)
{
	r->busy = false;
	r->taker->done(r->ctx, result);
}

static void on_key(void *ctx, const struct toc_key_row *row)
{
	struct toc_reading *r = ctx;

	int err = toc_keyring_add(r->ring, row);
	r->shut |= err == TOC_ENOTFOUND || err == TOC_EIO;
}

static void on_keys(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_reading *r = ctx;

	(void)size, (void)error;
	r->keys_fetched = true;
	if (r->shut) /* it is not erased, and nobody who audits is to read that it is */
		result = TOC_EAGAIN;
	if (result == 0)
		result = read_rows(r);
	if (result < 0)
		over(r, result);
}

static void want_key(struct toc_reading *r, struct toc_uuid id)
{
	if (!toc_uuid_is_nil(id) && !toc_keyring_by_id(r->ring, id) && r->n_keys < TOC_READING_KEYS)
		r->keys[r->n_keys++] = id;
}

/* From the first one on of which a key is missing none is taken: they come once more, with their keys. */
static void on_row(void *ctx, const struct toc_row *row)
{
	struct toc_reading *r = ctx;
	struct toc_opened e;
	struct toc_error error;

	while (r->look < r->upto && r->seqs[r->look] < row->seq)
		r->look++;
	if (r->look == r->upto || r->seqs[r->look] != row->seq)
		return;
	if (r->n_keys) {
		want_key(r, row->actor_key);
		want_key(r, row->data_key);
		return;
	}
	struct toc_arena *scratch = toc_arena_new();
	int opened = toc_render_open(scratch, r->ring, row, &e, &error);
	r->at = r->look;
	if (opened == 0 && e.key_unknown && r->sealed && !r->keys_fetched) {
		r->keys[0] = row->actor_key;
		r->keys[1] = row->data_key;
		r->n_keys = 2;
	} else {
		r->at++;
		r->taker->entry(r->ctx, scratch, row, opened == 0 ? &e : NULL, &error);
	}
	toc_arena_free(scratch);
}

static void on_read(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_reading *r = ctx;

	(void)size, (void)error;
	if (result == 0 && r->n_keys) {
		size_t n = r->n_keys;
		r->n_keys = 0;
		result = toc_store_keys_of(r->store, r->keys, n, TOC_READING_DEADLINE, on_key, on_keys, r);
		if (result == 0)
			return;
	} else if (result == 0 && r->upto < r->n) {
		r->at = r->upto;
		r->keys_fetched = false;
		result = read_rows(r);
		if (result == 0)
			return;
	}
	over(r, result);
}

static int read_rows(struct toc_reading *r)
{
	uint64_t from = r->seqs[r->at];

	r->look = r->at;
	for (r->upto = r->at + 1; r->upto < r->n && r->seqs[r->upto] - from < TOC_READING_SPAN; r->upto++)
		;
	return toc_store_read(r->store, from, (size_t)(r->seqs[r->upto - 1] - from + 1), TOC_READING_DEADLINE, on_row, on_read, r);
}

int toc_reading_begin(struct toc_reading *r, const uint64_t *seqs, size_t n, bool sealed, const struct toc_reading_taker *taker, void *ctx)
{
	/* busy before it is asked: when the answer is there at once, `done` comes from within */
	*r = (struct toc_reading){ .store = r->store, .ring = r->ring, .taker = taker, .ctx = ctx, .seqs = seqs, .n = n, .sealed = sealed, .busy = true };
	int result = read_rows(r);

	if (result < 0)
		r->busy = false;
	return result;
}
