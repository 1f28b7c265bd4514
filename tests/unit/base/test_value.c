/* Documents: building, reading past what is absent, equality without order, deep copies. */
#include "base/value.h"
#include "check.h"

CASE(members_keep_the_order_in_which_they_were_set)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *m = toc_value_map(a);
	toc_set_cstr(a, m, "z", "1");
	toc_set_int(a, m, "a", 2);
	toc_set_bool(a, m, "m", true);
	toc_set_cstr(a, m, "z", "3"); /* replaced in place */
	toc_set(a, m, "no", NULL);
	toc_set_cstr(a, m, "no", NULL);
	CHECK_INT(toc_len(m), 3);
	CHECK_TEXT(m->members[0].name, "z");
	CHECK_TEXT(toc_get_text(m, "z"), "3");
	toc_unset(m, "a");
	toc_unset(m, "a");
	CHECK_INT(toc_len(m), 2);
	CHECK_TEXT(m->members[1].name, "m");
	toc_arena_free(a);
}

CASE(what_is_absent_or_of_another_kind_reads_as_absent)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *m = toc_value_map(a), *l = toc_value_list(a);
	toc_set_int(a, m, "i", 7);
	toc_set(a, m, "l", l);
	toc_push_text(a, l, TOC_STR("x"));
	toc_push(a, l, NULL);
	CHECK_TEXT(toc_get_text(m, "i"), "");
	CHECK_INT(toc_get_int(m, "i", -1), 7);
	CHECK_INT(toc_get_int(m, "l", -1), -1);
	CHECK_INT(toc_get_int(NULL, "l", -1), -1);
	CHECK(!toc_get_bool(m, "i"));
	CHECK(toc_get(toc_get(toc_get(m, "i"), "deeper"), "still") == NULL);
	CHECK_INT(toc_len(l), 1);
	CHECK(toc_at(l, 1) == NULL && toc_at(m, 0) == NULL);
	CHECK(toc_list_has(l, TOC_STR("x")) && !toc_list_has(l, TOC_STR("y")) &&
	      !toc_list_has(m, TOC_STR("x")));
	CHECK(toc_get_is(m, "i", "7") == false);
	CHECK_INT(toc_len(NULL), 0);
	toc_arena_free(a);
}

CASE(words_are_parted_by_commas_and_spaces)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *l = toc_value_words(a, TOC_STR(", one,two  three ,"));
	CHECK_INT(toc_len(l), 3);
	CHECK(toc_list_has(l, TOC_STR("one")) && toc_list_has(l, TOC_STR("two")) && toc_list_has(l, TOC_STR("three")));
	CHECK_INT(toc_len(toc_value_words(a, TOC_STR(""))), 0);
	CHECK_INT(toc_len(toc_value_words(a, TOC_STR(" , "))), 0);
	toc_arena_free(a);
}

static struct toc_value *sample(struct toc_arena *a, bool turned)
{
	struct toc_value *m = toc_value_map(a), *l = toc_value_list(a);
	toc_push(a, l, toc_value_null(a));
	toc_push(a, l, toc_value_bool(a, true));
	toc_push(a, l, toc_value_int(a, TOC_INT_MAX));
	if (turned)
		toc_set(a, m, "list", l);
	toc_set_cstr(a, m, "text", "a bell");
	if (!turned)
		toc_set(a, m, "list", l);
	return m;
}

CASE(equality_does_not_see_the_order_of_members)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *x = sample(a, false), *y = sample(a, true);
	CHECK(toc_value_eq(x, y));
	toc_push(a, toc_get(y, "list"), toc_value_null(a));
	CHECK(!toc_value_eq(x, y));
	CHECK(!toc_value_eq(x, NULL) && toc_value_eq(NULL, NULL));
	toc_arena_free(a);
}

CASE(a_copy_shares_nothing)
{
	struct toc_arena *from = toc_arena_new(), *to = toc_arena_new();
	struct toc_value *copy = toc_value_copy(to, sample(from, false));
	toc_arena_free(from);
	CHECK(toc_value_eq(copy, sample(to, true)));
	toc_set_int(to, copy, "more", 1); /* full arrays grow */
	CHECK_INT(toc_len(copy), 3);
	CHECK(toc_value_copy(to, NULL) == NULL);
	toc_arena_free(to);
}

CASE(many_members)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *m = toc_value_map(a);
	for (int i = 0; i < 300; i++)
		toc_set_str(a, m, toc_arena_printf(a, "m%d", i), toc_value_int(a, i));
	for (int i = 300; i < 600; i++)
		toc_append(a, m, toc_arena_printf(a, "m%d", i), toc_value_int(a, i));
	CHECK_INT(toc_len(m), 600);
	CHECK_INT(toc_get_int(m, "m599", -1), 599);
	toc_arena_free(a);
}

RUN_CASES()
