/* test_page.c: where a question goes on of which there is more. */
#include "archive/page.h"
#include "check.h"

static void set(struct toc_arena *a, struct toc_value *list, const char *name, const char *value)
{
	struct toc_value *one = toc_value_map(a);

	if (!value)
		return;
	toc_set_text(a, one, "name", toc_str_of(name));
	toc_set_text(a, one, "value", toc_str_of(value));
	toc_push(a, list, one);
}

static struct toc_page begun(struct toc_arena *a, const char *query, const char *after, const char *skip)
{
	struct toc_value *body = toc_value_map(a), *parameters = toc_value_list(a);
	struct toc_page p;

	set(a, parameters, "after", after);
	set(a, parameters, "skip", skip);
	toc_set(a, body, "parameters", parameters);
	toc_page_begin(&p, toc_query_find(toc_str_of(query)), body);
	return p;
}

static void goes_on(struct toc_arena *a, const struct toc_page *p, const char *after, const char *skip)
{
	const struct toc_value *next = toc_page_next(p, a, 900);

	CHECK(toc_str_is(toc_get_text(next, "as_of"), "900"));
	CHECK(toc_str_is(toc_get_text(next, "after"), after));
	CHECK(toc_str_is(toc_get_text(next, "skip"), skip));
}

CASE(by_place_from_the_last_row_with_the_rows_of_it_that_were_given)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_page p = begun(a, "timeline", NULL, NULL);

	toc_page_row(&p, 7);
	toc_page_row(&p, 12);
	toc_page_row(&p, 12);
	goes_on(a, &p, "11", "2");
	p = begun(a, "timeline", "11", "2"); /* in its midst */
	toc_page_row(&p, 12);
	goes_on(a, &p, "11", "3");
	toc_arena_free(a);
}

CASE(a_search_that_found_nothing_goes_on_from_where_it_looked_and_gives_nothing_twice)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_page p = begun(a, "subject", "100", "0");

	toc_page_looked(&p, 101);
	toc_page_looked(&p, 400);
	goes_on(a, &p, "399", "0"); /* 400 is looked at once more: there is nothing */
	toc_page_row(&p, 401);
	goes_on(a, &p, "400", "1");
	toc_page_looked(&p, 402);
	goes_on(a, &p, "401", "0");
	p = begun(a, "subject", "400", "1"); /* whose first one was given before, and is skipped */
	toc_page_looked(&p, 402);
	goes_on(a, &p, "401", "0");
	toc_arena_free(a);
}

CASE(of_a_statement_all_rows_that_were_given_are_skipped)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_page p = begun(a, "", NULL, "5");

	toc_page_row(&p, 0);
	toc_page_row(&p, 0);
	goes_on(a, &p, "", "7");
	toc_arena_free(a);
}

RUN_CASES()
