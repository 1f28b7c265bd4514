/* test_world.c: layers: a copy is a copy, a drop leaves no trace, a merge is the whole of what was written.
 */
#include "check.h"
#include "stage.h"

#include <endian.h>

static struct toc_organisation *edit(struct toc_world *w, const char *code)
{
	struct toc_organisation *o = toc_world_edit(w, TOC_OBJECT_organisation, toc_str_of(code), NULL);
	toc_short_set(&o->code, toc_str_of(code));
	return o;
}

CASE(an_overlay_reads_through_and_writes_on_its_own)
{
	struct toc_world *w = toc_world_new();
	toc_text_set(&edit(w, "A")->name, TOC_STR("below"));
	struct toc_world *top = toc_world_over(w);
	CHECK_TEXT(toc_text_str(&toc_find_organisation(top, TOC_STR("A"))->name), "below");
	toc_text_set(&edit(top, "A")->name, TOC_STR("above"));
	edit(top, "B");
	CHECK_TEXT(toc_text_str(&toc_find_organisation(w, TOC_STR("A"))->name), "below");
	CHECK(toc_find_organisation(w, TOC_STR("B")) == NULL &&
	      toc_find_organisation(top, TOC_STR("B")) != NULL);
	toc_world_free(top);
	CHECK_TEXT(toc_text_str(&toc_find_organisation(w, TOC_STR("A"))->name), "below");
	toc_world_free(w);
}

CASE(merging_hands_down_changes_additions_and_removals)
{
	struct toc_world *w = toc_world_new();
	edit(w, "A");
	edit(w, "B");
	struct toc_world *middle = toc_world_over(w), *top;
	toc_world_remove(middle, TOC_OBJECT_organisation, TOC_STR("A"));
	CHECK(toc_find_organisation(middle, TOC_STR("A")) == NULL &&
	      toc_find_organisation(w, TOC_STR("A")) != NULL);
	top = toc_world_over(middle);
	edit(top, "C");
	toc_world_remove(top, TOC_OBJECT_organisation, TOC_STR("B"));
	edit(top, "A"); /* made anew over the removal */
	toc_world_merge(top);
	toc_world_merge(middle);
	CHECK(toc_find_organisation(w, TOC_STR("A")) && !toc_find_organisation(w, TOC_STR("B")) &&
	      toc_find_organisation(w, TOC_STR("C")));
	toc_world_free(w);
}

CASE(what_was_removed_and_made_again_in_one_layer_starts_empty)
{
	struct toc_world *w = toc_world_new();
	toc_text_set(&edit(w, "A")->name, TOC_STR("old"));
	struct toc_world *top = toc_world_over(w);
	toc_world_remove(top, TOC_OBJECT_organisation, TOC_STR("A"));
	CHECK_INT(edit(top, "A")->name.n, 0);
	toc_world_free(top);
	toc_world_free(w);
}

CASE(iterating_sees_each_object_once_as_the_top_has_it)
{
	struct toc_world *w = toc_world_new();
	edit(w, "A")->kinds = 1;
	edit(w, "B")->kinds = 1;
	struct toc_world *top = toc_world_over(w);
	edit(top, "A")->kinds = 2;
	edit(top, "C")->kinds = 2;
	toc_world_remove(top, TOC_OBJECT_organisation, TOC_STR("B"));
	struct toc_world_cursor cursor = { 0 };
	const struct toc_organisation *o;
	unsigned n = 0, sum = 0;
	while ((o = toc_world_next(top, TOC_OBJECT_organisation, &cursor))) {
		n++;
		sum += o->kinds;
	}
	CHECK_INT(n, 2);
	CHECK_INT(sum, 4);
	toc_world_free(top);
	toc_world_free(w);
}

CASE(a_copy_owns_its_texts_and_lists_to_the_depth)
{
	struct toc_country *c = toc_object_new(TOC_OBJECT_country), *d;
	toc_short_set(&c->cc, TOC_STR("XA"));
	for (int i = 0; i < 5; i++) {
		struct toc_national *n = TOC_ADD(c, rules);
		n->version = i;
		toc_short_set(&TOC_ADD(n, not_covered)->org, TOC_STR("self_harm"));
	}
	d = toc_object_copy(TOC_OBJECT_country, c);
	toc_short_set(&TOC_ADD(&d->rules[2], not_covered)->org, TOC_STR("other"));
	CHECK_INT(c->rules[2].n_not_covered, 1);
	CHECK_INT(d->rules[2].n_not_covered, 2);
	CHECK_INT(d->n_rules, 5);
	toc_object_free(TOC_OBJECT_country, c);
	toc_object_free(TOC_OBJECT_country, d);
}

/* ---- pieces ---- */

static struct toc_str numbered(struct toc_world *w, int64_t seq)
{
	struct toc_numbered *n = toc_world_edit(w, TOC_OBJECT_numbered, TOC_KEY(seq), NULL);
	n->seq = seq;
	memset(n->eid.b, (int)seq + 1, sizeof n->eid.b);
	memcpy(n->eid.b + 8, &seq, sizeof seq); /* no two alike */
	return TOC_KEY(n->seq);
}

static void remove_numbered(struct toc_world *w, int64_t seq)
{
	toc_world_remove(w, TOC_OBJECT_numbered, TOC_KEY(seq));
}

static const struct toc_numbered *find_numbered(const struct toc_world *w, int64_t seq)
{
	return toc_world_get(w, TOC_OBJECT_numbered, TOC_KEY(seq));
}

/* Saved and settled. @return how many pieces are new, of ret_n */
static size_t settled(struct toc_world *w, size_t *ret_n)
{
	struct toc_saving *s = toc_saving_begin(w);
	size_t fresh = 0;
	while (!toc_saving_step(s, 1000))
		;
	struct toc_piece *const *pieces = toc_saving_pieces(s, ret_n);
	for (size_t i = 0; i < *ret_n; i++) {
		fresh += !pieces[i]->kept;
		pieces[i]->kept = true;
	}
	toc_saving_settle(s);
	toc_saving_end(s);
	return fresh;
}

CASE(what_is_at_rest_is_read_written_removed_and_gone_through_as_if_it_were_not)
{
	struct toc_world *w = toc_world_new();
	size_t n;
	for (int64_t i = 0; i < 1000; i += 2)
		numbered(w, i);
	settled(w, &n);
	struct toc_world *top = toc_world_over(w);
	CHECK(find_numbered(top, 500)->eid.b[0] == (501 & 0xff) && !find_numbered(top, 501));
	numbered(top, 501);
	((struct toc_numbered *)toc_world_edit(top, TOC_OBJECT_numbered, numbered(top, 4), NULL))->eid.b[0] = 77;
	remove_numbered(top, 6);
	CHECK(!find_numbered(top, 6) && find_numbered(w, 6) && find_numbered(w, 4)->eid.b[0] == 5);
	toc_world_merge(top);
	remove_numbered(w, 8);
	CHECK(!find_numbered(w, 8) && !find_numbered(w, 6) && find_numbered(w, 4)->eid.b[0] == 77 && find_numbered(w, 501));
	numbered(w, 8);
	CHECK(find_numbered(w, 8)->eid.b[0] == 9);
	for (int round = 0; round < 4; round++) {
		struct toc_world_cursor c = { .passing = round % 2 };
		const struct toc_numbered *each;
		int64_t sum = 0, count = 0;
		while ((each = toc_world_next(w, TOC_OBJECT_numbered, &c)))
			sum += each->seq, count++;
		CHECK_INT(count, 500);
		CHECK_INT(sum, 499 * 500 + 501 - 6);
		if (round == 1)
			settled(w, &n);
	}
	toc_world_free(w);
}

CASE(only_what_was_written_makes_new_pieces)
{
	struct toc_world *w = toc_world_new();
	size_t n, before;
	for (int64_t i = 0; i < 100000; i++)
		numbered(w, i);
	CHECK_INT(settled(w, &before), before);
	CHECK(before >= 8);
	CHECK_INT(settled(w, &n), 0);
	CHECK_INT(n, before);
	for (int64_t i = 0; i < 100000; i += 7)
		CHECK(find_numbered(w, i) != NULL); /* looking is not writing */
	CHECK_INT(settled(w, &n), 0);
	numbered(w, 100000);
	CHECK_INT(settled(w, &n), 1);
	remove_numbered(w, 3);
	CHECK_INT(settled(w, &n), 1);
	CHECK_INT(n, before);
	CHECK(find_numbered(w, 100000) && !find_numbered(w, 3) && find_numbered(w, 4));
	toc_world_free(w);
}

CASE(a_world_that_is_being_saved_is_saved_as_it_was)
{
	struct toc_world *w = toc_world_new();
	size_t n;
	for (int64_t i = 0; i < 5000; i++)
		numbered(w, i);
	settled(w, &n);
	remove_numbered(w, 10);
	numbered(w, 5000);
	struct toc_saving *s = toc_saving_begin(w);
	struct toc_world *top = toc_world_over(w), *loaded = NULL;
	struct toc_error error;
	bool done = false;
	for (int64_t i = 0; !done; i++) {
		done = toc_saving_step(s, 10);
		if (i % 2)
			numbered(top, 6000 + i);
		else
			remove_numbered(top, i);
		struct toc_world_cursor c = { 0 };
		if (i == 20) /* unpacks all of what is being saved */
			CHECK(toc_world_next(top, TOC_OBJECT_numbered, &c) != NULL);
	}
	struct toc_piece *const *pieces = toc_saving_pieces(s, &n);
	CHECK_INT(toc_world_load(pieces, n, 7, &loaded, &error), 0);
	CHECK(loaded && toc_world_size(loaded) == 7 && find_numbered(loaded, 12) && !find_numbered(loaded, 10) &&
	      find_numbered(loaded, 5000) && !find_numbered(loaded, 6001));
	toc_saving_settle(s);
	toc_saving_end(s);
	toc_world_merge(top);
	CHECK(!find_numbered(w, 12) && find_numbered(w, 13) && find_numbered(w, 6001));
	toc_world_free(loaded);
	toc_world_free(w);
}

static bool reads(struct toc_str bytes)
{
	struct toc_error error;
	struct toc_piece *p = toc_piece_read(bytes, &error);
	toc_piece_drop(p);
	return p != NULL;
}

CASE(a_piece_that_is_none_of_ours_is_refused)
{
	static const char sum[32];
	struct toc_buf b;
	toc_buf_init(&b, 1 << 20);
	static const struct {
		const char *objects;
		size_t n;
		uint32_t count, begin[2];
		bool good;
	} cases[] = {
		{ "\x01\x02\x00", 3, 1, { 0 }, true },                   /* numbered 1, without an entry */
		{ "\x01\x02\x00\x01\x04\x00", 6, 2, { 0, 3 }, true },
		{ "\x01\x02\x00\x01\x02\x00", 6, 2, { 0, 3 }, false },   /* twice under one key */
		{ "\x01\x04\x00\x01\x02\x00", 6, 2, { 0, 3 }, false },   /* out of order */
		{ "\x01\x02\x00\x01\x04\x00", 6, 2, { 0, 4 }, false },
		{ "\x01\x02\x00\x00", 4, 1, { 0 }, false },              /* more than it says */
		{ "\x01\x02", 2, 1, { 0 }, false },                       /* without an end */
		{ "\x01\x02\x03\x00", 4, 1, { 0 }, false },               /* a third field */
		{ "\x01\x02\x01\x04\x00", 5, 1, { 0 }, false },           /* the same field again */
		{ "\x01\x02\x82\x09\x00", 5, 1, { 0 }, false },           /* stands before the beginning */
		{ "\x81\x01\x00", 3, 1, { 0 }, false },                   /* a key that stands before */
		{ "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x00", 12, 1, { 0 }, false },
		{ "\x01\x02\x02xx\x00", 6, 1, { 0 }, false },             /* half an id */
		{ "", 0, 0, { 0 }, false },
		{ "\x01\x02\x00", 3, 4000000000u, { 0 }, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		toc_buf_clear(&b);
		toc_buf_add(&b, "\x08numbered", 9);
		toc_buf_add(&b, sum, sizeof sum);
		uint32_t count = htole32(cases[i].count);
		toc_buf_add(&b, &count, 4);
		for (uint32_t k = 0; k < cases[i].count && k < 2; k++) {
			uint32_t begin = htole32(cases[i].begin[k]);
			toc_buf_add(&b, &begin, 4);
		}
		toc_buf_add(&b, cases[i].objects, cases[i].n);
		CHECK_INT(reads(toc_buf_view(&b)) ? (int)i : -1, cases[i].good ? (int)i : -1);
	}
	toc_buf_done(&b);
	CHECK(!reads((struct toc_str){ "\x05horse", 6 }) && !reads(TOC_STR("")));
}

CASE(pieces_of_two_states_do_not_load_as_one)
{
	struct toc_world *w = toc_world_new(), *loaded = NULL;
	struct toc_error error;
	size_t n;
	numbered(w, 1);
	numbered(w, 2);
	struct toc_saving *s = toc_saving_begin(w);
	while (!toc_saving_step(s, 100))
		;
	struct toc_piece *const *pieces = toc_saving_pieces(s, &n), *twice[2] = { pieces[0], pieces[0] };
	CHECK_INT(n, 1);
	CHECK(toc_world_load(twice, 2, 3, &loaded, &error) == TOC_EINVAL && !loaded);
	toc_saving_end(s);
	toc_world_free(w);
}

/* ---- agenda ---- */

static void set_timer(struct toc_world *w, unsigned n, int64_t next)
{
	struct toc_uuid id = toc_derived_id("t", (struct toc_uuid){ { 0 } }, TOC_STR(""), n);
	struct toc_timer *t = toc_world_edit(w, TOC_OBJECT_timer, TOC_KEY(id), NULL);
	t->id = id;
	t->next.us = next;
	toc_world_schedule(w, t);
}

static int64_t first(const struct toc_world *w)
{
	const struct toc_timer *t = toc_world_first_timer(w, (struct toc_uuid){ { 0 } });
	return t ? t->next.us : -1;
}

CASE(the_earliest_timer_as_seen_from_the_top)
{
	struct toc_world *w = toc_world_new();
	for (unsigned i = 0; i < 100; i++)
		set_timer(w, i, 1000 + (i * 37) % 100);
	CHECK_INT(first(w), 1000);
	struct toc_world *top = toc_world_over(w);
	for (unsigned i = 0; i < 100; i++) /* the ten earliest go, one is moved to the front */
		if ((i * 37) % 100 < 10) {
			struct toc_uuid id = toc_derived_id("t", (struct toc_uuid){ { 0 } }, TOC_STR(""), i);
			toc_world_remove(top, TOC_OBJECT_timer, TOC_KEY(id));
		}
	CHECK_INT(first(top), 1010);
	set_timer(top, 500, 7);
	CHECK_INT(first(top), 7);
	CHECK_INT(first(w), 1000);
	set_timer(top, 500, 5000); /* moved on: its earlier place counts no more */
	CHECK_INT(first(top), 1010);
	toc_world_merge(top);
	CHECK_INT(first(w), 1010);
	toc_world_free(w);
}

CASE(timers_come_in_order_from_a_heap_of_many)
{
	struct toc_world *w = toc_world_new();
	uint32_t x = 1;
	for (unsigned i = 0; i < 2000; i++) {
		x = x * 1664525 + 1013904223;
		set_timer(w, i % 1500, (int64_t)(x >> 8)); /* a quarter is moved */
	}
	int64_t before = 0;
	unsigned n = 0;
	for (const struct toc_timer *t; (t = toc_world_first_timer(w, (struct toc_uuid){ { 0 } })); n++) {
		struct toc_uuid id = t->id;
		CHECK(before <= t->next.us);
		before = t->next.us;
		toc_world_remove(w, TOC_OBJECT_timer, TOC_KEY(id));
	}
	CHECK_INT(n, 1500);
	toc_world_free(w);
}

static unsigned clocks_of(const struct toc_world *w)
{
	struct toc_world_cursor cursor = { 0 };
	struct toc_uuid clock;
	unsigned n = 0;

	while (toc_world_next_clock(w, &cursor, &clock))
		n++;
	return n;
}

CASE(clocks_are_seen_once_and_forgotten_when_nothing_is_to_happen_on_them)
{
	struct toc_world *w = toc_world_new();
	for (unsigned i = 0; i < 50; i++) { /* fifty exercises, two timers each, one of them moved in an overlay */
		struct toc_world *top = toc_world_over(w);
		for (unsigned k = 0; k < 2; k++) {
			struct toc_uuid id = toc_derived_id("t", (struct toc_uuid){ { 0 } }, TOC_STR(""), 2 * i + k);
			struct toc_timer *t = toc_world_edit(k ? top : w, TOC_OBJECT_timer, TOC_KEY(id), NULL);
			t->id = id;
			t->exercise = toc_derived_id("x", (struct toc_uuid){ { 0 } }, TOC_STR(""), i);
			t->next.us = 1000 + i;
			toc_world_schedule(k ? top : w, t);
		}
		CHECK_INT(clocks_of(top), i + 1);
		toc_world_merge(top);
	}
	CHECK_INT(clocks_of(w), 50);
	for (unsigned i = 0; i < 80; i++) { /* forty are over: half of their timers go directly, half in an overlay */
		struct toc_uuid id = toc_derived_id("t", (struct toc_uuid){ { 0 } }, TOC_STR(""), i);
		struct toc_world *top = i % 2 ? toc_world_over(w) : NULL;
		toc_world_remove(top ? top : w, TOC_OBJECT_timer, TOC_KEY(id));
		if (top)
			toc_world_merge(top);
	}
	CHECK_INT(clocks_of(w), 10);
	toc_world_free(w);
}

static struct toc_vocabulary *vocabulary(struct toc_world *w, int64_t version)
{
	struct toc_vocabulary *v = toc_world_edit(w, TOC_OBJECT_vocabulary, TOC_KEY(version), NULL);
	v->version = version;
	return v;
}

/* "Keep it up until 9999" is what people write; a number of 53 bits ends in 2255. */
CASE(a_snapshot_holds_every_time_that_can_be_said)
{
	static const char *const times[] = { "1970-01-01T00:00:00Z", "2255-06-05T23:47:34.740991Z",
		                             "2255-06-05T23:47:34.740992Z", "9999-12-31T23:59:59.999999Z" };
	struct toc_arena *a = toc_arena_new();
	struct toc_world *w = toc_world_new();
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		CHECK(toc_time_parse(toc_str_of(times[i]), &vocabulary(w, (int64_t)i + 1)->from, NULL) == 0);
	struct toc_world *loaded = stage_loaded(w);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		toc_time t;
		CHECK(toc_time_parse(toc_str_of(times[i]), &t, NULL) == 0 && vocabulary(loaded, (int64_t)i + 1)->from.us == t.us);
	}
	toc_world_free(loaded);
	toc_world_free(w);
	toc_arena_free(a);
}

RUN_CASES()
