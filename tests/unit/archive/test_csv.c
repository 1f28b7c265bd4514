/* test_csv.c: an answer as a table that no spreadsheet runs, and rows as they come. */
#include "archive/csv.h"
#include "check.h"

static struct toc_csv columns_of(struct toc_arena *a, const char *row)
{
	struct toc_csv c;

	CHECK_INT(toc_csv_columns(a, toc_str_of(row), &c), 0);
	return c;
}

static struct toc_str table(struct toc_arena *a, const struct toc_csv *c, const char *const *rows, size_t n)
{
	struct toc_buf b;

	toc_buf_init(&b, 1 << 16);
	toc_csv_head(&b, c);
	for (size_t i = 0; i < n; i++)
		CHECK_INT(toc_csv_row(&b, a, c, toc_str_of(rows[i])), 0);
	struct toc_str s = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return s;
}

CASE(what_begins_like_a_formula_is_a_text)
{
	struct toc_arena *a = toc_arena_new();
	static const char *const rows[] = { "{\"a\":\"=1+1\"}", "{\"a\":\"+1\"}", "{\"a\":\"-1\"}", "{\"a\":\"@x\"}", "{\"a\":\"\\tx\"}", "{\"a\":\"\\rx\"}",
					    "{\"a\":\"\\nx\"}", "{\"a\":\"\\u003d1\"}", "{\"a\":\"x=\"}" };
	struct toc_csv c = columns_of(a, rows[0]);

	CHECK_TEXT(table(a, &c, rows, sizeof rows / sizeof *rows),
		   "\"a\"\r\n\"'=1+1\"\r\n\"'+1\"\r\n\"'-1\"\r\n\"'@x\"\r\n\"'\tx\"\r\n\"'\rx\"\r\n\"'\nx\"\r\n\"'=1\"\r\n\"x=\"\r\n");
	c = columns_of(a, "{\"=b\":1}"); /* a name, too */
	CHECK_TEXT(table(a, &c, NULL, 0), "\"'=b\"\r\n");
	toc_arena_free(a);
}

CASE(numbers_stay_numbers_and_quotes_are_doubled)
{
	struct toc_arena *a = toc_arena_new();
	static const char *const rows[] = { "{\"n\":-5.25e3,\"t\":\"say \\\"x\\\", y\\nz \\ud83d\\ude00 \\ud800\",\"l\":[\"A\",\"B}\"],\"b\":true,\"z\":null}" };
	struct toc_csv c = columns_of(a, rows[0]);

	CHECK_TEXT(table(a, &c, rows, 1),
		   "\"n\",\"t\",\"l\",\"b\",\"z\"\r\n-5.25e3,\"say \"\"x\"\", y\nz \360\237\230\200 \357\277\275\",\"[\"\"A\"\",\"\"B}\"\"]\",\"true\",\r\n");
	toc_arena_free(a);
}

CASE(what_has_no_column_stands_in_the_last)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_str names[] = { TOC_STR("a"), TOC_STR("b") };
	const struct toc_csv c = { .columns = names, .n = 2, .more = true };
	static const char *const rows[] = { "{\"b\":1}", "{\"c\":\"q\\\"\",\"a\":\"x\",\"d\":[1]}", "{ }" };

	CHECK_TEXT(table(a, &c, rows, 3),
		   "\"a\",\"b\",\"more\"\r\n,1,\r\n\"x\",,\"{\"\"c\"\":\"\"q\\u0022\"\",\"\"d\"\":[1]}\"\r\n,,\r\n");
	toc_arena_free(a);
}

CASE(what_is_no_row_puts_nothing)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_csv c = columns_of(a, "{\"a\":1}"), other;
	static const char *const bad[] = { "", "[]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":\"x", "{\"a\":\"\\", "{\"a\":1,}", "{\"a\":1}x", "{\"a\":[\"}", "{\"a\":1,\"a\":2}", "{\"a\":,\"b\":1}" };
	struct toc_buf b;

	toc_buf_init(&b, 1 << 16);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(toc_csv_row(&b, a, &c, toc_str_of(bad[i])) < 0);
		CHECK(toc_csv_columns(a, toc_str_of(bad[i]), &other) < 0);
	}
	CHECK_INT(b.n, 0);
	toc_buf_done(&b);
	toc_arena_free(a);
}

RUN_CASES()
