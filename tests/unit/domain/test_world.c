/* test_world.c: layers: a copy is a copy, a drop leaves no trace, a merge is the whole of what was written.
 */
#include "check.h"
#include "stage.h"

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

CASE(load_refuses_what_it_does_not_know)
{
	struct stage *s = stage_bare();
	struct toc_error error = { 0 };
	CHECK(toc_object_load(TOC_OBJECT_person, stage_message(s, "{\"id\":\"x\"}"), &error) == NULL);
	CHECK(strstr(error.text, "person.id") != NULL);
	CHECK(toc_object_load(TOC_OBJECT_person, stage_message(s, "{\"shoe_size\":43}"), &error) == NULL);
	CHECK(toc_object_load(TOC_OBJECT_person, stage_message(s, "{\"roles\":-1}"), &error) == NULL);
	struct toc_world *w = NULL;
	CHECK(toc_world_load(stage_message(s, "{\"version\":99}"), &w, &error) == TOC_EUNSUPPORTED &&
	      w == NULL);
	CHECK(toc_world_load(stage_message(s, "{\"version\":2,\"size\":3}"), &w, &error) < 0 && w == NULL);
	CHECK(toc_world_load(
		      stage_message(s,
				    "{\"version\":2,\"size\":3,\"objects\":{\"timer\":[{\"level\":\"x\"}]}}"),
		      &w, &error) < 0 &&
	      w == NULL);
	CHECK(toc_world_load(stage_message(s, "{\"version\":2,\"size\":3,\"objects\":{}}"), &w, &error) == 0);
	CHECK_INT(toc_world_size(w), 3);
	toc_world_free(w);
	stage_free(s);
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
	struct toc_world *w = toc_world_new(), *loaded = NULL;
	struct toc_error error;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		CHECK(toc_time_parse(toc_str_of(times[i]), &vocabulary(w, (int64_t)i + 1)->from, NULL) == 0);
	CHECK(toc_world_load(toc_world_save(w, a), &loaded, &error) == 0);
	for (size_t i = 0; loaded && i < sizeof times / sizeof *times; i++) {
		toc_time t;
		CHECK(toc_time_parse(toc_str_of(times[i]), &t, NULL) == 0 && vocabulary(loaded, (int64_t)i + 1)->from.us == t.us);
	}
	toc_world_free(loaded);
	toc_world_free(w);
	toc_arena_free(a);
}

RUN_CASES()
