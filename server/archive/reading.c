/* reading.c: see reading.h. */
#include "archive/reading.h"

static int read_row(struct toc_reading *r);

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
		result = read_row(r);
	if (result < 0)
		over(r, result);
}

static void on_row(void *ctx, const struct toc_row *row)
{
	struct toc_reading *r = ctx;
	struct toc_arena *scratch;
	struct toc_opened e;
	struct toc_error error;

	if (row->seq != r->seq) /* the first after it */
		return;
	scratch = toc_arena_new();
	int opened = toc_render_open(scratch, r->ring, row, &e, &error);
	r->key_unknown = opened == 0 && e.key_unknown && r->sealed && !r->keys_fetched;
	if (r->key_unknown) { /* once more, with its keys */
		r->keys[0] = row->actor_key;
		r->keys[1] = row->data_key;
	} else {
		r->taker->entry(r->ctx, scratch, row, opened == 0 ? &e : NULL, &error);
	}
	toc_arena_free(scratch);
}

static void on_read(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_reading *r = ctx;

	(void)size, (void)error;
	if (result == 0 && r->key_unknown) {
		r->key_unknown = false;
		result = toc_store_keys_of(r->store, r->keys, 2, TOC_READING_DEADLINE, on_key, on_keys, r);
		if (result == 0)
			return;
	}
	over(r, result);
}

static int read_row(struct toc_reading *r)
{
	return toc_store_read(r->store, r->seq, 1, TOC_READING_DEADLINE, on_row, on_read, r);
}

int toc_reading_begin(struct toc_reading *r, uint64_t seq, bool sealed, const struct toc_reading_taker *taker, void *ctx)
{
	/* busy before it is asked: when the answer is there at once, `done` comes from within */
	*r = (struct toc_reading){ .store = r->store, .ring = r->ring, .taker = taker, .ctx = ctx, .seq = seq, .sealed = sealed, .busy = true };
	int result = read_row(r);

	if (result < 0)
		r->busy = false;
	return result;
}
