/* store_suite.h: the contract of store/store.h as cases. Included by a test program that says what store it
 * is:
 *
 *   struct toc_store *fresh_store(void)             a handle on a new, empty ledger
 *   struct toc_store *other_store(struct toc_store *s)   another handle on the same ledger, up
 *   struct toc_store *signer_store(struct toc_store *s)  … that may publish
 *   void freeze(struct toc_store *s)  void thaw(struct toc_store *s)   the server takes what is sent, and is
 * silent void lose_next_answer(struct toc_store *s)  void mend(struct toc_store *s)   the next append takes
 * effect unseen
 */
#include "contract/entries.h"

#include <poll.h>

/* Let the store do what it has to do for a while, until `until` is true. */
#define LIVE(s, until)                                                                                       \
	do {                                                                                                 \
		int64_t live_end = toc_clock_mono_us() + PATIENCE.us;                                        \
		while (!(until) && toc_clock_mono_us() < live_end)                                           \
			live_a_little(s);                                                                    \
		CHECK(until);                                                                                \
	} while (0)

static void live_a_little(struct toc_store *s)
{
	struct pollfd p = { .fd = toc_store_fd(s), .events = toc_store_wants(s) };

	if (poll(&p, 1, 5) < 0)
		p.revents = 0;
	toc_store_step(s, p.revents, toc_clock_mono_us());
}

CASE(a_new_ledger_is_empty)
{
	struct toc_store *s = fresh_store();
	struct toc_uuid nobody = toc_uuid_random();
	struct read *r = read_rows(s, 0, 10);
	struct finds f = find_eids(s, &nobody, 1);

	CHECK_INT(r->o.result, 0);
	CHECK_INT(r->n, 0);
	CHECK_INT(r->o.size, 0);
	CHECK_INT(f.o.result, 0);
	CHECK_INT(f.n, 0);
	read_free(r);
	toc_store_free(s);
}

CASE(what_was_appended_is_read_back_byte_for_byte)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();
	struct toc_seal_key *audit = make_key(m, "exercise:one", "R-AUDIT"),
			    *itl = make_key(m, "case:one", "R-ITL");

	make_row(m, (struct wish){ .actor = audit, .data = itl });
	make_row(m, (struct wish){ .actor = audit });
	make_row(m, (struct wish){ .data = itl });
	make_row(m, (struct wish){ .body_bytes = 70000 });
	make_row(m, (struct wish){ .org = NULL });
	struct outcome o = append_rows(s, m, 0);
	CHECK_INT(o.result, 0);
	CHECK_INT(o.size, 5);

	struct read *r = read_rows(s, 0, 10);
	CHECK_INT(r->o.result, 0);
	CHECK_INT(r->o.size, 5);
	CHECK_INT(r->n, 5);
	for (size_t i = 0; i < r->n; i++) {
		CHECK_INT(r->row[i].seq, i);
		CHECK(same_row(&r->row[i], &m->row[i]));
	}
	uint8_t salt[TOC_SALT_BYTES];
	struct toc_str clear;
	struct toc_leaf leaf;
	CHECK_INT(toc_leaf_parse(r->a, r->row[0].leaf, &leaf, NULL), 0);
	CHECK_INT(toc_part_open(r->a, itl, leaf.eid, TOC_PART_DATA, r->row[0].data_sealed, salt, &clear), 0);
	CHECK(toc_sha256_eq(toc_commit(TOC_PART_DATA, salt, clear), leaf.data));
	read_free(r);
	made_free(m);
	toc_store_free(s);
}

CASE(read_begins_and_ends_where_it_is_told)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();
	static const struct {
		uint64_t from;
		unsigned limit, n;
	} ask[] = {
		{ 0, 0, 0 },
		{ 0, 3, 3 },
		{ 4, 3, 3 },
		{ 8, 3, 2 },
		{ 10, 3, 0 },
		{ 1000000, TOC_READ_MAX, 0 },
		{ 0, TOC_READ_MAX, 10 },
	};

	make_rows(m, 10);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	for (size_t i = 0; i < sizeof ask / sizeof *ask; i++) {
		struct read *r = read_rows(s, ask[i].from, ask[i].limit);
		CHECK_INT(r->n, ask[i].n);
		CHECK_INT(r->o.size, 10);
		for (size_t k = 0; k < r->n; k++)
			CHECK_INT(r->row[k].seq, ask[i].from + k);
		read_free(r);
	}
	made_free(m);
	toc_store_free(s);
}

CASE(another_expected_size_is_a_conflict_that_says_where_the_tip_is)
{
	static const uint64_t wrong[] = { 0, 2, 4, 1000, INT64_MAX };
	struct toc_store *s = fresh_store();
	struct made *m = made_new(), *late = made_new();

	make_rows(m, 3);
	make_key(late, "case:late", "R-ITL");
	make_rows(late, 2);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct outcome o = append_rows(s, late, wrong[i]);
		CHECK_INT(o.result, TOC_ECONFLICT);
		CHECK_INT(o.size, 3);
	}
	CHECK_INT(size_of(s), 3);
	CHECK_INT(append_rows(s, late, 3).size, 5);
	made_free(m);
	made_free(late);
	toc_store_free(s);
}

CASE(the_same_message_enters_once)
{
	struct toc_store *s = fresh_store();
	struct made *first = made_new(), *again = made_new(), *twice = made_new(), *other_org = made_new();

	make_rows(first, 2);
	CHECK_INT(append_rows(s, first, 0).result, 0);
	make_row(again, (struct wish){ .eid = first->eid[1] });
	CHECK_INT(append_rows(s, again, 2).result, TOC_EINVAL);
	make_row(twice, (struct wish){ .eid = toc_uuid_random() });
	make_row(twice, (struct wish){ .eid = twice->eid[0] });
	CHECK_INT(append_rows(s, twice, 2).result, TOC_EINVAL);
	CHECK_INT(size_of(s), 2);
	make_row(other_org, (struct wish){ .org = "VELA", .eid = first->eid[0] });
	CHECK_INT(append_rows(s, other_org, 2).result, 0); /* ids are an organisation's own */
	CHECK_INT(find_eids(s, first->eid, 1).n, 2);
	made_free(first);
	made_free(again);
	made_free(twice);
	made_free(other_org);
	toc_store_free(s);
}

/* What the keeper does with a batch that the ledger refuses. */
CASE(a_bad_row_refuses_its_batch_and_alone_only_itself)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();
	uint64_t size = 0;
	unsigned refused = 0;

	make_rows(m, 5);
	m->row[3].body = toc_arena_str(m->a, m->row[3].body);
	*strchr((char *)m->row[3].body.p, '3') ^= 1; /* one bit, between commitment and storage */
	struct outcome o = append_rows(s, m, 0);
	CHECK_INT(o.result, TOC_EINVAL);
	CHECK(strstr(o.text, "entry_body_is_the_one_committed_to"));
	CHECK_INT(size_of(s), 0);
	for (size_t i = 0; i < 5; i++) {
		struct toc_append one = { .expected_size = size, .rows = &m->row[i], .n_rows = 1 };
		struct outcome alone = { 0 };
		waited(s, &alone, toc_store_append(s, &one, TOC_SECONDS(60), note, &alone));
		if (alone.result == 0)
			size = alone.size;
		else
			refused++;
		CHECK_INT(alone.result, i == 3 ? TOC_EINVAL : 0);
	}
	CHECK_INT(refused, 1);
	CHECK_INT(size_of(s), 4);
	made_free(m);
	toc_store_free(s);
}

CASE(rows_that_no_ledger_takes)
{
	struct toc_store *s = fresh_store();

	for (int bad = 0; bad < 8; bad++) {
		struct made *m = made_new();
		struct toc_row *row =
			make_row(m, (struct wish){ .body_bytes = bad == 0 ? TOC_BODY_BYTES_MAX : 0 });
		struct toc_seal_key *k = make_key(m, "case:x", "R-ITL");
		switch (bad) {
		case 0: break; /* body over a mebibyte */
		case 1: row->leaf = TOC_STR("not a leaf"); break;
		case 2: row->leaf = TOC_STR(""); break;
		case 3: row->body_salt[0] ^= 1; break;
		case 4: /* sealed over a mebibyte */
			row->data_key = k->id;
			row->data_sealed = (struct toc_str){ toc_arena_alloc(m->a, TOC_SEALED_BYTES_MAX + 1),
							     TOC_SEALED_BYTES_MAX + 1 };
			break;
		case 5: /* a key that nobody has made, or that was erased: with another one it will do */
			row->data_key = toc_uuid_random();
			row->data_sealed = TOC_STR("sealed");
			break;
		case 6: row->data_key = k->id; break; /* its part was lost on the way */
		case 7: row->actor_sealed = TOC_STR("sealed"); break; /* nobody could ever open or erase it */
		}
		struct outcome o = append_rows(s, m, 0);
		CHECK_INT(o.result, bad == 5 ? TOC_ENOTFOUND : TOC_EINVAL);
		CHECK(o.text[0]);
		made_free(m);
	}
	CHECK_INT(size_of(s), 0);
	toc_store_free(s);
}

static void keep_key(void *ctx, const struct toc_key_row *key)
{
	struct made *m = ctx;
	struct toc_key_row *kept = &m->key[m->n_keys++];

	*kept = *key;
	kept->subject = toc_arena_str(m->a, key->subject);
	kept->retention = toc_arena_str(m->a, key->retention);
	kept->wrapped = toc_arena_str(m->a, key->wrapped);
}

static void note_keys(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	(void)ctx;
	(void)size;
	(void)error;
	CHECK_INT(result, 0);
}

static struct made *read_keys(struct toc_store *s)
{
	struct made *m = made_new();

	CHECK_INT(toc_store_keys(s, TOC_SECONDS(60), keep_key, note_keys, m), 0);
	CHECK_INT(toc_store_wait(s, PATIENCE), 0);
	return m;
}

CASE(keys_are_kept_with_the_entries_that_need_them_or_not_at_all)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new(), *later = made_new();

	make_row(m, (struct wish){ .actor = make_key(m, "exercise:one", "R-AUDIT"),
				   .data = make_key(m, "case:one", "R-ITL") });
	m->row[0].body_salt[0] ^= 1;
	CHECK_INT(append_rows(s, m, 0).result, TOC_EINVAL);
	struct made *none = read_keys(s);
	CHECK_INT(none->n_keys, 0);
	m->row[0].body_salt[0] ^= 1;
	CHECK_INT(append_rows(s, m, 0).result, 0);

	struct made *got = read_keys(s);
	CHECK_INT(got->n_keys, 2);
	CHECK(toc_uuid_cmp(got->key[0].id, got->key[1].id) < 0);
	for (size_t i = 0; i < got->n_keys; i++) {
		const struct toc_key_row *sent =
			toc_uuid_eq(got->key[i].id, m->key[0].id) ? &m->key[0] : &m->key[1];
		CHECK(toc_uuid_eq(got->key[i].id, sent->id) &&
		      toc_uuid_eq(got->key[i].wrapping_id, sent->wrapping_id));
		CHECK(toc_str_eq(got->key[i].subject, sent->subject) &&
		      toc_str_eq(got->key[i].retention, sent->retention));
		CHECK(toc_str_eq(got->key[i].wrapped, sent->wrapped));
	}
	struct made *one = made_new();
	const struct toc_uuid wanted[] = { m->key[1].id, { { 9 } } };
	CHECK_INT(toc_store_keys_of(s, wanted, 2, TOC_SECONDS(60), keep_key, note_keys, one), 0);
	CHECK_INT(toc_store_wait(s, PATIENCE), 0);
	CHECK(one->n_keys == 1 && toc_uuid_eq(one->key[0].id, m->key[1].id));
	made_free(one);
	make_row(later, (struct wish){ .data = &m->seal[1] }); /* a key from before */
	CHECK_INT(append_rows(s, later, 1).result, 0);

	struct made *second = made_new();
	make_key(second, "case:one", "R-ITL"); /* a second key for the same subject and class */
	make_rows(second, 1);
	CHECK_INT(append_rows(s, second, 2).result, TOC_EINVAL);
	CHECK_INT(append_rows(s, second, 1).result,
		  TOC_ECONFLICT); /* behind as well: that is what it has to hear */
	CHECK_INT(size_of(s), 2);
	made_free(m);
	made_free(later);
	made_free(none);
	made_free(got);
	made_free(second);
	toc_store_free(s);
}

CASE(entries_of_cases_and_of_ids_are_found)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();
	struct toc_uuid a = toc_uuid_random(), b = toc_uuid_random(), c = toc_uuid_random();
	const struct toc_uuid of_row[] = { a, b, c, a, { { 0 } }, b }, wanted[] = { b, a, toc_uuid_random() };

	for (size_t i = 0; i < 6; i++)
		make_row(m, (struct wish){ .case_ref = of_row[i] });
	CHECK_INT(append_rows(s, m, 0).result, 0);
	struct read *r = calloc(1, sizeof *r);
	r->a = toc_arena_new();
	waited(s, &r->o, toc_store_read_cases(s, wanted, 3, TOC_SECONDS(60), keep_row, note_read, r));
	CHECK_INT(r->o.result, 0);
	CHECK_INT(r->n, 4);
	static const uint64_t in_order[] = { 0, 1, 3, 5 };
	for (size_t i = 0; i < r->n && i < 4; i++) {
		CHECK_INT(r->row[i].seq, in_order[i]);
		CHECK(same_row(&r->row[i], &m->row[in_order[i]]));
	}
	struct toc_uuid ids[] = { m->eid[4], toc_uuid_random(), m->eid[2] };
	struct finds f = find_eids(s, ids, 3);
	CHECK_INT(f.o.result, 0);
	CHECK_INT(f.n, 2);
	CHECK(f.seq[0] == 2 && toc_uuid_eq(f.eid[0], m->eid[2]));
	CHECK(f.seq[1] == 4 && toc_uuid_eq(f.eid[1], m->eid[4]));
	CHECK_INT(find_eids(s, ids, 0).n, 0);
	read_free(r);
	made_free(m);
	toc_store_free(s);
}

CASE(recalls_are_found_from_a_position_on)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();
	static const char *const of_row[] = { "M4.send", "M25.recall", "M25.confirm", "M5.ack", "M25.recall", "M4.send" };

	for (size_t i = 0; i < 6; i++)
		make_row(m, (struct wish){ .k = of_row[i] });
	CHECK_INT(append_rows(s, m, 0).result, 0);
	static const struct {
		uint64_t from;
		size_t n;
	} want[] = { { 0, 2 }, { 1, 2 }, { 2, 1 }, { 5, 0 }, { 600, 0 } };
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		struct read *r = calloc(1, sizeof *r);
		r->a = toc_arena_new();
		waited(s, &r->o, toc_store_recalls(s, want[i].from, TOC_SECONDS(60), keep_row, note_read, r));
		CHECK_INT(r->o.result, 0);
		CHECK_INT(r->n, want[i].n);
		CHECK(r->n == 0 || (r->row[r->n - 1].seq == 4 && same_row(&r->row[r->n - 1], &m->row[4])));
		read_free(r);
	}
	made_free(m);
	toc_store_free(s);
}

CASE(what_registers_and_revokes_witnesses_is_found_in_order)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();
	struct read *r = calloc(1, sizeof *r);
	static const char *const of_row[] = { "M4.send", "witness.register", "witness.revoke", "M5.ack", "witness.register" };

	for (size_t i = 0; i < 5; i++)
		make_row(m, (struct wish){ .k = of_row[i] });
	CHECK_INT(append_rows(s, m, 0).result, 0);
	r->a = toc_arena_new();
	waited(s, &r->o, toc_store_witnesses(s, TOC_SECONDS(60), keep_row, note_read, r));
	CHECK_INT(r->o.result, 0);
	CHECK_INT(r->n, 3);
	CHECK(r->n == 3 && same_row(&r->row[0], &m->row[1]) && same_row(&r->row[1], &m->row[2]) && same_row(&r->row[2], &m->row[4]));
	read_free(r);
	made_free(m);
	toc_store_free(s);
}

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

/* Each decides against what it knows; who is behind reads and decides again. Nothing is lost, nothing is
 * there twice. */
CASE(two_writers_that_race_each_get_everything_in_once)
{
	enum { ROUNDS = 40 };
	struct toc_store *a = fresh_store(), *b = other_store(a);
	struct toc_store *const store[] = { a, b };
	struct made *m[2][ROUNDS];
	uint64_t known[2] = { 0, 0 };
	unsigned at[2] = { 0, 0 }, conflicts = 0;

	for (int w = 0; w < 2; w++)
		for (unsigned i = 0; i < ROUNDS; i++) {
			m[w][i] = made_new();
			make_rows(m[w][i], 1 + i % 3);
		}
	while (at[0] < ROUNDS || at[1] < ROUNDS) {
		struct outcome o[2] = { { 0 }, { 0 } };
		struct toc_append what[2];
		for (int w = 0; w < 2; w++) { /* both are under way at once */
			if (at[w] == ROUNDS)
				continue;
			what[w] = append_of(m[w][at[w]], known[w]);
			CHECK_INT(toc_store_append(store[w], &what[w], TOC_SECONDS(60), note, &o[w]), 0);
		}
		for (int w = 0; w < 2; w++) {
			if (at[w] == ROUNDS)
				continue;
			CHECK_INT(toc_store_wait(store[w], PATIENCE), 0);
			CHECK(o[w].result == 0 || o[w].result == TOC_ECONFLICT);
			CHECK(o[w].size > known[w]);
			conflicts += o[w].result == TOC_ECONFLICT;
			at[w] += o[w].result == 0;
			known[w] = o[w].size;
		}
	}
	CHECK(conflicts > 0);
	struct read *r = read_rows(a, 0, TOC_READ_MAX);
	size_t in_all = 0;
	for (int w = 0; w < 2; w++)
		for (unsigned i = 0; i < ROUNDS; i++) {
			struct finds f = find_eids(b, m[w][i]->eid, m[w][i]->n);
			CHECK_INT(f.n, m[w][i]->n);
			in_all += m[w][i]->n;
			made_free(m[w][i]);
		}
	CHECK_INT(r->n, in_all);
	CHECK_INT(r->o.size, in_all);
	for (size_t i = 0; i < r->n; i++)
		CHECK_INT(r->row[i].seq, i);
	read_free(r);
	toc_store_free(b);
	toc_store_free(a);
}

CASE(who_has_locked_the_tip_goes_first)
{
	struct toc_store *a = fresh_store(), *b = other_store(a);
	struct made *of_a = made_new(), *of_b = made_new();
	struct outcome lock = { 0 }, oa = { 0 }, ob = { 0 };

	make_rows(of_a, 2);
	make_rows(of_b, 1);
	waited(a, &lock, toc_store_lock_tip(a, TOC_SECONDS(5), note, &lock));
	CHECK_INT(lock.result, 0);
	CHECK_INT(lock.size, 0);
	struct toc_append wb = append_of(of_b, 0);
	CHECK_INT(toc_store_append(b, &wb, TOC_SECONDS(5), note, &ob), 0);
	CHECK_INT(toc_store_wait(b, TOC_SECONDS(0)), TOC_ETIMEOUT);
	live_a_little(b);
	CHECK_INT(ob.done, 0);
	CHECK_INT(size_of(a), 0); /* reads go on in between */
	oa = append_rows(a, of_a, 0);
	CHECK_INT(oa.result, 0);
	CHECK_INT(oa.size, 2);
	CHECK_INT(toc_store_wait(b, PATIENCE), 0);
	CHECK_INT(ob.result, TOC_ECONFLICT);
	CHECK_INT(ob.size, 2);
	made_free(of_a);
	made_free(of_b);
	toc_store_free(b);
	toc_store_free(a);
}

CASE(a_lock_is_given_back_by_unlock_or_by_an_append_that_fails)
{
	for (int by = 0; by < 3; by++) {
		struct toc_store *a = fresh_store(), *b = other_store(a);
		struct made *m = made_new(), *bad = made_new();
		struct outcome o = { 0 }, u = { 0 };

		make_rows(m, 1);
		make_rows(bad, 1);
		bad->row[0].body_salt[0] ^= 1;
		waited(a, &o, toc_store_lock_tip(a, TOC_SECONDS(5), note, &o));
		if (by == 0)
			CHECK_INT(waited(a, &u, toc_store_unlock_tip(a, TOC_SECONDS(5), note, &u)).result, 0);
		else
			CHECK_INT(append_rows(a, bad, by == 1 ? 0 : 7).result,
				  by == 1 ? TOC_EINVAL : TOC_ECONFLICT);
		CHECK_INT(append_rows(b, m, 0).result, 0);
		CHECK_INT(size_of(a), 1);
		u.done = 0; /* without a lock: nothing */
		CHECK_INT(waited(a, &u, toc_store_unlock_tip(a, TOC_SECONDS(5), note, &u)).result, 0);
		made_free(m);
		made_free(bad);
		toc_store_free(b);
		toc_store_free(a);
	}
}

CASE(a_lock_that_is_forgotten_lapses)
{
	struct toc_store *a = fresh_store(), *b = other_store(a);
	struct made *m = made_new();
	struct outcome o = { 0 };

	make_rows(m, 1);
	waited(a, &o, toc_store_lock_tip(a, TOC_SECONDS(5), note, &o));
	int64_t begun = toc_clock_mono_us();
	CHECK_INT(append_rows(b, m, 0).result, 0);
	int64_t took = toc_clock_mono_us() - begun;
	CHECK(took > 300000 && took < 2000000);
	LIVE(a, toc_store_is_up(a) && toc_store_pending(a) == 0);
	made_free(m);
	toc_store_free(b);
	toc_store_free(a);
}

CASE(sixty_four_operations_wait_and_no_more)
{
	struct toc_store *s = fresh_store();
	struct outcome o[TOC_STORE_QUEUE_MAX + 1] = { { 0 } };

	for (int i = 0; i < TOC_STORE_QUEUE_MAX; i++)
		CHECK_INT(toc_store_unlock_tip(s, TOC_SECONDS(60), note, &o[i]), 0);
	CHECK_INT(toc_store_unlock_tip(s, TOC_SECONDS(60), note, &o[TOC_STORE_QUEUE_MAX]), TOC_ELIMIT);
	CHECK_INT(toc_store_pending(s), TOC_STORE_QUEUE_MAX);
	CHECK_INT(toc_store_wait(s, PATIENCE), 0);
	for (int i = 0; i < TOC_STORE_QUEUE_MAX; i++)
		CHECK(o[i].done == 1 && o[i].result == 0);
	CHECK_INT(o[TOC_STORE_QUEUE_MAX].done, 0);
	toc_store_free(s);
}

struct chain {
	struct toc_store *s;
	const struct made *m;
	struct toc_append what;
	unsigned n;
	bool inside; /* a call that queues is running */
};

static void next_link(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct chain *c = ctx;

	(void)error;
	CHECK(!c->inside);
	CHECK_INT(result, 0);
	CHECK_INT(size, c->n + 1);
	if (++c->n == c->m->n)
		return;
	c->what = (struct toc_append){ .expected_size = size, .rows = &c->m->row[c->n], .n_rows = 1 };
	c->inside = true;
	CHECK_INT(toc_store_append(c->s, &c->what, TOC_SECONDS(60), next_link, c), 0);
	c->inside = false;
}

CASE(a_callback_may_queue_and_never_runs_inside_the_call_that_queued)
{
	struct chain c = { .s = fresh_store(), .m = NULL };
	struct made *m = made_new();

	make_rows(m, 20);
	c.m = m;
	c.what = (struct toc_append){ .expected_size = 0, .rows = m->row, .n_rows = 1 };
	c.inside = true;
	CHECK_INT(toc_store_append(c.s, &c.what, TOC_SECONDS(60), next_link, &c), 0);
	c.inside = false;
	CHECK_INT(toc_store_wait(c.s, PATIENCE), 0);
	CHECK_INT(c.n, 20);
	CHECK_INT(size_of(c.s), 20);
	made_free(m);
	toc_store_free(c.s);
}

CASE(who_watches_hears_of_the_others_appends_and_not_of_his_own)
{
	struct toc_store *a = fresh_store(), *b = other_store(a);
	struct events ea = { 0 }, eb = { 0 };
	struct made *m = made_new();

	make_rows(m, 3);
	toc_store_watch(a, note_event, &ea);
	toc_store_watch(b, note_event, &eb);
	CHECK_INT(append_rows(a, m, 0).result, 0);
	LIVE(b, eb.appended == 1); /* once per batch */
	for (int i = 0; i < 5; i++)
		live_a_little(a);
	CHECK_INT(ea.appended, 0);
	CHECK_INT(ea.down + eb.down, 0);
	made_free(m);
	toc_store_free(b);
	toc_store_free(a);
}

CASE(who_knows_a_writer_hears_of_everybody_else_only)
{
	struct toc_store *a = fresh_store(), *b = other_store(a), *c = other_store(a);
	struct events eb = { 0 }, ec = { 0 };
	struct made *m = made_new(), *n = made_new();

	make_rows(m, 3);
	make_rows(n, 2);
	toc_store_watch(b, note_event, &eb);
	toc_store_watch(c, note_event, &ec);
	toc_store_knows(c, a);
	LIVE(c, toc_store_is_up(c));
	CHECK_INT(append_rows(a, m, 0).result, 0);
	LIVE(b, eb.appended == 1);
	for (int i = 0; i < 5; i++)
		live_a_little(c);
	CHECK_INT(ec.appended, 0);
	CHECK_INT(append_rows(b, n, 3).result, 0);
	LIVE(c, ec.appended == 1);
	made_free(m);
	made_free(n);
	toc_store_free(c);
	toc_store_free(b);
	toc_store_free(a);
}

CASE(what_is_pending_when_the_store_is_freed_ends)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();
	struct outcome o[3] = { { 0 } };

	make_rows(m, 1);
	struct toc_append what = append_of(m, 0);
	CHECK_INT(toc_store_append(s, &what, TOC_SECONDS(60), note, &o[0]), 0);
	CHECK_INT(toc_store_lock_tip(s, TOC_SECONDS(60), note, &o[1]), 0);
	CHECK_INT(toc_store_snapshot_save(s, &(struct toc_snapshot){ .version = 1, .head = TOC_STR("x") }, TOC_SECONDS(60), note,
					  &o[2]),
		  0);
	toc_store_free(s);
	for (int i = 0; i < 3; i++)
		CHECK(o[i].done == 1 && o[i].result == TOC_ECLOSED);
	made_free(m);
	toc_store_free(NULL);
}

CASE(a_frozen_server_is_left_at_the_deadline_and_found_again)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new(), *behind = made_new(), *later = made_new();
	struct outcome o[2] = { { 0 } };
	struct events e = { 0 };

	make_rows(m, 1);
	make_rows(behind, 1);
	make_rows(later, 1);
	toc_store_watch(s, note_event, &e);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	freeze(s);
	struct toc_append first = append_of(behind, 1), second = append_of(later, 2);
	int64_t begun = toc_clock_mono_us();
	CHECK_INT(toc_store_append(s, &first, (toc_dur){ 300000 }, note, &o[0]), 0);
	CHECK_INT(toc_store_append(s, &second, TOC_SECONDS(60), note, &o[1]), 0);
	CHECK_INT(toc_store_wait(s, PATIENCE), 0);
	int64_t took = toc_clock_mono_us() - begun;
	CHECK(took >= 290000 && took < 1000000);
	CHECK_INT(o[0].result, TOC_ETIMEOUT); /* nobody knows */
	CHECK_INT(o[1].result, TOC_EIO);      /* never sent */
	CHECK_INT(e.down, 1);
	CHECK(!toc_store_is_up(s));
	thaw(s);
	LIVE(s, toc_store_is_up(s));
	CHECK_INT(e.up, 1);
	CHECK_INT(find_eids(s, later->eid, 1).n, 0);
	uint64_t size = size_of(s);
	CHECK(size == 1 || size == 2);
	made_free(m);
	made_free(behind);
	made_free(later);
	toc_store_free(s);
}

CASE(an_outcome_that_is_unknown_is_found_by_id)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();
	struct outcome o = { 0 };

	make_rows(m, 3);
	lose_next_answer(s);
	struct toc_append what = append_of(m, 0);
	CHECK_INT(toc_store_append(s, &what, (toc_dur){ 300000 }, note, &o), 0);
	CHECK_INT(toc_store_wait(s, PATIENCE), 0);
	CHECK(o.result == TOC_ETIMEOUT || o.result == TOC_ECLOSED);
	mend(s);
	LIVE(s, toc_store_is_up(s));
	struct finds f = { .n = 0 };
	for (int i = 0; f.n != 3 && i < 100; i++) {
		f = find_eids(s, m->eid, 3);
		for (int k = 0; k < 4; k++)
			live_a_little(s);
	}
	CHECK_INT(f.n, 3);
	CHECK_INT(append_rows(s, m, 0).result, TOC_ECONFLICT); /* trying again does no harm */
	CHECK_INT(append_rows(s, m, 3).result, TOC_EINVAL);
	CHECK_INT(size_of(s), 3);
	made_free(m);
	toc_store_free(s);
}

/* ---- the log ---- */

struct seen_log {
	struct outcome o;
	unsigned heads, leaves;
	uint64_t size, seq;
	struct toc_sha256 root, hash[256];
	bool good; /* every leaf hashes to what is stored, every body is the one that is committed to */
	size_t bytes;
	char note[64];
};

static void note_log(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	note(&((struct seen_log *)ctx)->o, result, size, error);
}

static void see_head(void *ctx, uint64_t size, struct toc_sha256 root, struct toc_str text)
{
	struct seen_log *l = ctx;

	l->heads++;
	l->size = size;
	l->root = root;
	snprintf(l->note, sizeof l->note, "%.*s", TOC_STR_ARGS(text));
}

static void see_leaf(void *ctx, const struct toc_leaf_row *row)
{
	struct seen_log *l = ctx;
	struct toc_arena *a = toc_arena_new();
	struct toc_leaf leaf;

	l->good = (l->leaves == 0 || (l->good && row->seq == l->seq + 1)) &&
		  toc_sha256_eq(row->leaf_hash, toc_leaf_hash(row->leaf)) &&
		  toc_leaf_parse(a, row->leaf, &leaf, NULL) == 0 &&
		  toc_sha256_eq(leaf.body, toc_commit(TOC_PART_BODY, row->body_salt, row->body));
	l->seq = row->seq;
	l->leaves++;
	toc_arena_free(a);
}

static void see_hashes(void *ctx, uint64_t as_of, int version, struct toc_str bytes)
{
	struct seen_log *l = ctx;

	(void)as_of;
	(void)version;
	l->bytes = bytes.n;
	memcpy(l->hash, bytes.p, bytes.n);
}

static struct seen_log tip_of(struct toc_store *s)
{
	struct seen_log l = { 0 };

	waited(s, &l.o, toc_store_tip(s, TOC_SECONDS(60), see_head, note_log, &l));
	return l;
}

static struct seen_log newest_of(struct toc_store *s, const char *origin)
{
	struct seen_log l = { 0 };

	waited(s, &l.o, toc_store_checkpoint(s, toc_str_of(origin), TOC_SECONDS(60), see_head, note_log, &l));
	return l;
}

static struct outcome publish_size(struct toc_store *s, uint64_t size, struct toc_sha256 root,
				   const struct toc_tile_root *tiles, size_t n_tiles)
{
	struct toc_publication what = { TOC_STR("log.example/1"), size, root, TOC_STR("a note"), tiles, n_tiles };
	struct outcome o = { 0 };

	return waited(s, &o, toc_store_publish(s, &what, TOC_SECONDS(60), note, &o));
}

static struct outcome publish_tiles(struct toc_store *s, const struct toc_tile_root *tiles, size_t n_tiles)
{
	struct toc_publication what = { .origin = TOC_STR("log.example/1"), .tiles = tiles, .n_tiles = n_tiles };
	struct outcome o = { 0 };

	return waited(s, &o, toc_store_publish(s, &what, TOC_SECONDS(60), note, &o));
}

CASE(the_tip_and_what_is_hashed_are_read_for_the_tree)
{
	struct toc_store *s = fresh_store();
	struct made *m = made_new();
	struct toc_range range = { 0 };
	struct seen_log l = tip_of(s);

	CHECK_INT(l.heads, 1);
	CHECK_INT(l.size, 0);
	CHECK(toc_sha256_eq(l.root, toc_range_root(&range)));
	make_rows(m, 300);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	for (size_t i = 0; i < m->n; i++)
		toc_range_add(&range, toc_leaf_hash(m->row[i].leaf));
	l = tip_of(s);
	CHECK_INT(l.size, 300);
	CHECK(toc_sha256_eq(l.root, toc_range_root(&range)));

	struct seen_log leaves = { 0 }, tile = { 0 };
	waited(s, &leaves.o, toc_store_leaves(s, 10, 290, TOC_SECONDS(60), see_leaf, note_log, &leaves));
	CHECK_INT(leaves.leaves, 280);
	CHECK_INT(leaves.seq, 289);
	CHECK(leaves.good);
	waited(s, &tile.o, toc_store_hashes(s, 0, 256, 256, TOC_SECONDS(60), see_hashes, note_log, &tile));
	CHECK_INT(tile.bytes, 44 * 32);
	CHECK(toc_sha256_eq(tile.hash[43], toc_leaf_hash(m->row[299].leaf)));
	made_free(m);
	toc_store_free(s);
}

CASE(of_one_size_there_is_one_checkpoint_and_sizes_only_grow)
{
	struct toc_store *s = fresh_store(), *signer = signer_store(s), *reader = other_store(s);
	struct made *m = made_new();
	struct events e = { 0 };
	struct toc_sha256 root = toc_sha256(TOC_STR("1")), other = toc_sha256(TOC_STR("2"));
	const struct toc_tile_root tiles[] = { { 0, 0, root }, { 0, 1, other } }, bent[] = { { 0, 1, root } };

	make_rows(m, 3);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	CHECK_INT(newest_of(reader, "log.example/1").heads, 0);
	toc_store_watch(reader, note_event, &e);
	CHECK_INT(publish_size(signer, 2, root, tiles, 2).result, 0);
	LIVE(reader, e.published > 0);
	struct seen_log l = newest_of(reader, "log.example/1");
	CHECK_INT(l.size, 2);
	CHECK(toc_sha256_eq(l.root, root) && strcmp(l.note, "a note") == 0);
	CHECK_INT(newest_of(reader, "log.example/2").heads, 0);
	CHECK_INT(publish_size(signer, 2, root, tiles, 1).result, 0); /* another node, the same */
	CHECK_INT(publish_size(signer, 2, other, NULL, 0).result, TOC_ECONFLICT);
	CHECK_INT(publish_size(signer, 1, root, NULL, 0).result, TOC_ECONFLICT);
	CHECK_INT(publish_size(signer, 4, root, NULL, 0).result, TOC_ECONFLICT); /* there are three entries */
	CHECK_INT(publish_size(signer, 3, root, bent, 1).result, TOC_ECONFLICT);
	CHECK_INT(newest_of(reader, "log.example/1").size, 2);
	CHECK_INT(publish_size(signer, 3, other, NULL, 0).result, 0);
	CHECK_INT(newest_of(reader, "log.example/1").size, 3);
	CHECK_INT(publish_tiles(signer, &(struct toc_tile_root){ 0, 2, root }, 1).result, 0); /* on a long way */
	CHECK_INT(publish_tiles(signer, bent, 1).result, TOC_ECONFLICT);
	CHECK_INT(newest_of(reader, "log.example/1").size, 3);

	struct seen_log above = { 0 };
	waited(reader, &above.o, toc_store_hashes(reader, 1, 0, 256, TOC_SECONDS(60), see_hashes, note_log, &above));
	CHECK_INT(above.bytes, 96);
	CHECK(toc_sha256_eq(above.hash[1], other));
	made_free(m);
	toc_store_free(reader);
	toc_store_free(signer);
	toc_store_free(s);
}

/* ---- what others say of it ---- */

struct seen_cosignatures {
	struct outcome o;
	unsigned n;
	uint64_t size;
	char orgs[64], lines[64];
};

static void note_cosigned(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	note(&((struct seen_cosignatures *)ctx)->o, result, size, error);
}

static void see_cosignature(void *ctx, const struct toc_cosignature *c)
{
	struct seen_cosignatures *l = ctx;
	size_t n = strlen(l->orgs), m = strlen(l->lines);

	l->n++;
	l->size = c->size;
	snprintf(l->orgs + n, sizeof l->orgs - n, "%.*s ", TOC_STR_ARGS(c->org));
	snprintf(l->lines + m, sizeof l->lines - m, "%.*s", TOC_STR_ARGS(c->line));
	CHECK_TEXT(c->note, "a note");
	CHECK_INT(c->unix_s, 1700000000);
}

static struct outcome cosign(struct toc_store *s, uint64_t size, const char *org, const char *line)
{
	struct toc_cosignature what = { .origin = TOC_STR("log.example/1"), .org = toc_str_of(org), .line = toc_str_of(line), .size = size,
					.unix_s = 1700000000 };
	struct outcome o = { 0 };

	return waited(s, &o, toc_store_cosign(s, &what, TOC_SECONDS(60), note, &o));
}

static struct seen_cosignatures cosignatures(struct toc_store *s, uint64_t size)
{
	struct seen_cosignatures l = { 0 };

	waited(s, &l.o, toc_store_cosignatures(s, TOC_STR("log.example/1"), size, TOC_SECONDS(60), see_cosignature, note_cosigned, &l));
	return l;
}

struct seen_stamps {
	struct outcome o;
	unsigned n;
	uint64_t size[4];
	char authority[4][16], text[4][64]; /* query, response, chain, note */
	int64_t unix_s[4];
};

static void note_stamped(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	note(&((struct seen_stamps *)ctx)->o, result, size, error);
}

static void see_stamp(void *ctx, const struct toc_stamp *t)
{
	struct seen_stamps *l = ctx;

	CHECK(l->n < 4);
	l->size[l->n] = t->size;
	l->unix_s[l->n] = t->unix_s;
	snprintf(l->authority[l->n], sizeof *l->authority, "%.*s", TOC_STR_ARGS(t->authority));
	snprintf(l->text[l->n++], sizeof *l->text, "%.*s %.*s %.*s %.*s", TOC_STR_ARGS(t->query), TOC_STR_ARGS(t->response), TOC_STR_ARGS(t->chain), TOC_STR_ARGS(t->note));
}

static struct outcome stamp(struct toc_store *s, uint64_t size, const char *authority, const char *response, int64_t unix_s)
{
	struct toc_stamp what = { .origin = TOC_STR("log.example/1"), .authority = toc_str_of(authority), .size = size, .unix_s = unix_s, .query = TOC_STR("asked"),
				  .response = toc_str_of(response), .chain = TOC_STR("by") };
	struct outcome o = { 0 };

	return waited(s, &o, toc_store_add_stamp(s, &what, TOC_SECONDS(60), note, &o));
}

static struct seen_stamps stamps_of(struct toc_store *s, const char *origin, uint64_t size)
{
	struct seen_stamps l = { 0 };

	waited(s, &l.o, toc_store_stamps(s, toc_str_of(origin), size, TOC_SECONDS(60), see_stamp, note_stamped, &l));
	CHECK_INT(l.o.result, 0);
	return l;
}

CASE(time_stamps_are_kept_the_first_of_each_and_shown_newest_first)
{
	struct toc_store *s = fresh_store(), *signer = signer_store(s), *reader = other_store(s);
	struct made *m = made_new();
	struct toc_sha256 root = toc_sha256(TOC_STR("1"));

	make_rows(m, 4);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	CHECK_INT(publish_size(signer, 2, root, NULL, 0).result, 0);
	CHECK_INT(publish_size(signer, 3, root, NULL, 0).result, 0);
	CHECK_INT(stamps_of(reader, "log.example/1", TOC_STORE_NEWEST).n, 0);
	CHECK_INT(stamp(s, 3, "one", "r3", 1700000003).result, 0);
	CHECK_INT(stamp(s, 2, "one", "r2", 1700000002).result, 0);
	CHECK_INT(stamp(s, 2, "one", "another", 1700000009).result, 0); /* changes nothing */
	CHECK_INT(stamp(s, 2, "two", "late", 1700000004).result, 0);
	CHECK_INT(stamp(s, 4, "one", "x", 1700000004).result, TOC_EINVAL); /* no such checkpoint */
	CHECK_INT(stamp(s, 3, "two", "", 1700000004).result, TOC_EINVAL);  /* no answer */
	struct seen_stamps l = stamps_of(reader, "log.example/1", TOC_STORE_NEWEST);
	CHECK_INT(l.n, 3);
	CHECK(l.size[0] == 3 && l.size[1] == 2 && l.size[2] == 2);
	CHECK(l.unix_s[0] == 1700000003 && !strncmp(l.text[0], "asked r3 by ", 12));
	l = stamps_of(reader, "log.example/1", 2); /* one, whoever else has stamped it later; with what was stamped */
	CHECK_INT(l.n, 1);
	CHECK(l.unix_s[0] == 1700000002 && !strcmp(l.authority[0], "one") && !strcmp(l.text[0], "asked r2 by a note"));
	CHECK_INT(stamps_of(reader, "log.example/1", 1).n, 0);
	CHECK_INT(stamps_of(reader, "log.example/2", TOC_STORE_NEWEST).n, 0);
	made_free(m);
	toc_store_free(reader);
	toc_store_free(signer);
	toc_store_free(s);
}

CASE(members_cosign_checkpoints_and_do_not_go_back)
{
	struct toc_store *s = fresh_store(), *signer = signer_store(s), *reader = other_store(s);
	struct made *m = made_new();
	struct toc_sha256 root = toc_sha256(TOC_STR("1"));
	struct seen_log l = { 0 };

	make_rows(m, 4);
	CHECK_INT(append_rows(s, m, 0).result, 0);
	CHECK_INT(publish_size(signer, 2, root, NULL, 0).result, 0);
	CHECK_INT(publish_size(signer, 3, root, NULL, 0).result, 0);
	CHECK_INT(cosignatures(reader, TOC_STORE_NEWEST).n, 0);
	CHECK_INT(cosign(s, 2, "GameNest", "g2\n").result, 0);
	CHECK_INT(cosign(s, 2, "Chirplet", "c2\n").result, 0);
	CHECK_INT(cosign(s, 2, "Chirplet", "again\n").result, 0); /* changes nothing */
	CHECK_INT(cosign(s, 4, "Chirplet", "x\n").result, TOC_EINVAL); /* no such checkpoint */
	struct seen_cosignatures c = cosignatures(reader, TOC_STORE_NEWEST);
	CHECK_INT(c.n, 2);
	CHECK_INT(c.size, 2);
	CHECK(strstr(c.orgs, "GameNest ") && strstr(c.orgs, "Chirplet ") && strstr(c.lines, "c2\n") && !strstr(c.lines, "again"));
	CHECK_INT(cosign(s, 3, "Chirplet", "c3\n").result, 0);
	struct outcome back = cosign(s, 2, "Chirplet", "c2\n");
	CHECK_INT(back.result, TOC_ECONFLICT);
	CHECK_INT(back.size, 3);
	CHECK_INT(cosignatures(reader, TOC_STORE_NEWEST).n, 1);
	CHECK_INT(cosignatures(reader, 2).n, 2);
	CHECK_INT(cosignatures(reader, 1).n, 0);

	waited(reader, &l.o, toc_store_checkpoint_of(reader, TOC_STR("log.example/1"), 2, TOC_SECONDS(60), see_head, note_log, &l));
	CHECK_INT(l.heads, 1);
	CHECK_INT(l.size, 2);
	l = (struct seen_log){ 0 };
	waited(reader, &l.o, toc_store_checkpoint_of(reader, TOC_STR("log.example/1"), 1, TOC_SECONDS(60), see_head, note_log, &l));
	CHECK_INT(l.heads, 0);
	made_free(m);
	toc_store_free(reader);
	toc_store_free(signer);
	toc_store_free(s);
}
