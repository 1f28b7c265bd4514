/* suite_entries.h: the contract of store/store.h, a part of store_suite.h: what is appended, and found again: entries, keys, cases, recalls, witnesses. */
#ifndef TOC_TESTS_SUITE_ENTRIES_H
#define TOC_TESTS_SUITE_ENTRIES_H

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
	CHECK_INT(append_rows(s, second, 2).result, TOC_ENOTFOUND); /* there is one that this node has not: it has to be read */
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

#endif
