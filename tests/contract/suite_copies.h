/* suite_copies.h: the contract of store/store.h, a part of store_suite.h: copies of the state, and their pieces. */
#ifndef TOC_TESTS_SUITE_COPIES_H
#define TOC_TESTS_SUITE_COPIES_H

struct blob {
	unsigned n;
	uint64_t as_of;
	int version;
	char bytes[64];
	size_t length;
	struct outcome o;
};

static void keep_blob(void *ctx, uint64_t as_of, int version, struct toc_str bytes)
{
	struct blob *b = ctx;

	b->n++;
	b->as_of = as_of;
	b->version = version;
	b->length = bytes.n;
	memcpy(b->bytes, bytes.p, bytes.n < sizeof b->bytes ? bytes.n : sizeof b->bytes);
}

static void note_blob(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	note(&((struct blob *)ctx)->o, result, size, error);
}

static struct blob load_snapshot(struct toc_store *s, int version)
{
	struct blob b = { .n = 0 };

	waited(s, &b.o, toc_store_snapshot_load(s, version, TOC_SECONDS(60), keep_blob, note_blob, &b));
	CHECK_INT(b.o.result, 0);
	return b;
}

/* Of no pieces. */
static int save_snapshot(struct toc_store *s, uint64_t as_of, int version, struct toc_str bytes)
{
	struct toc_snapshot what = { .version = version, .as_of = as_of, .head = bytes };
	struct outcome o = { 0 };

	return waited(s, &o, toc_store_snapshot_save(s, &what, TOC_SECONDS(60), note, &o)).result;
}

static int save_piece(struct toc_store *s, struct toc_str bytes)
{
	struct outcome o = { 0 };

	return waited(s, &o, toc_store_piece_save(s, bytes, TOC_SECONDS(60), note, &o)).result;
}

struct blobs {
	struct outcome o;
	unsigned n;
	size_t length;
	struct toc_sha256 sum[4];
};

static void keep_piece(void *ctx, uint64_t as_of, int version, struct toc_str bytes)
{
	struct blobs *b = ctx;

	CHECK(as_of == 0 && version == 0 && b->n < 4);
	b->sum[b->n++ % 4] = toc_sha256(bytes);
	b->length += bytes.n;
}

static void note_blobs(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	note(&((struct blobs *)ctx)->o, result, size, error);
}

CASE(pieces_of_a_snapshot_are_found_by_their_hash_and_must_be_there)
{
	struct toc_store *s = fresh_store();
	static char long_one[300000];
	const struct toc_str pieces[] = { { "one\0\xff", 5 }, { long_one, sizeof long_one } };
	struct toc_sha256 names[3] = { toc_sha256(pieces[0]), toc_sha256(pieces[1]), toc_sha256(TOC_STR("never sent")) };
	struct toc_snapshot what = { .version = 1, .as_of = 0, .head = TOC_STR("of two"), .pieces = names, .n_pieces = 3 };
	struct blobs b = { .n = 0 };
	struct outcome o = { 0 };

	memset(long_one, 'x', sizeof long_one);
	names[1] = toc_sha256(pieces[1]);
	CHECK_INT(save_piece(s, pieces[0]), 0);
	CHECK_INT(save_piece(s, pieces[1]), 0);
	CHECK_INT(save_piece(s, pieces[0]), 0); /* again */
	CHECK_INT(waited(s, &o, toc_store_snapshot_save(s, &what, TOC_SECONDS(60), note, &o)).result, TOC_EINVAL);
	CHECK_INT(load_snapshot(s, 1).n, 0);
	what.n_pieces = 2;
	o = (struct outcome){ 0 };
	CHECK_INT(waited(s, &o, toc_store_snapshot_save(s, &what, TOC_SECONDS(60), note, &o)).result, 0);
	CHECK_INT(load_snapshot(s, 1).n, 1);
	waited(s, &b.o, toc_store_pieces_load(s, names, 3, TOC_SECONDS(60), keep_piece, note_blobs, &b));
	CHECK(b.o.result == 0 && b.n == 2 && b.length == sizeof long_one + 5);
	for (unsigned i = 0; i < 2; i++)
		CHECK(!memcmp(&b.sum[i], &names[0], 32) || !memcmp(&b.sum[i], &names[1], 32));
	toc_store_free(s);
}

CASE(the_newest_snapshot_of_a_version_is_loaded)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();

	CHECK_INT(load_snapshot(s, 1).n, 0);
	make_rows(m, 5);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	CHECK_INT(save_snapshot(s, 2, 1, (struct toc_str){ "two\0\xff", 5 }), 0);
	CHECK_INT(save_snapshot(s, 5, 1, TOC_STR("five")), 0);
	CHECK_INT(save_snapshot(s, 3, 1, TOC_STR("three")), 0);
	CHECK_INT(save_snapshot(s, 5, 1, TOC_STR("five")), 0); /* another node's, of the same entries */
	CHECK_INT(save_snapshot(s, 4, 2, (struct toc_str){ "four\0\xff", 6 }), 0);
	struct blob b = load_snapshot(s, 1);
	CHECK(b.n == 1 && b.as_of == 5 && b.version == 1 && b.length == 4 && memcmp(b.bytes, "five", 4) == 0);
	b = load_snapshot(s, 2);
	CHECK(b.n == 1 && b.as_of == 4 && b.length == 6 && memcmp(b.bytes, "four\0\xff", 6) == 0);
	CHECK_INT(load_snapshot(s, 3).n, 0);
	CHECK_INT(save_snapshot(s, 6, 1, TOC_STR("six")), TOC_EINVAL); /* of the future */
	made_free(m);
	toc_store_free(s);
}

#endif
