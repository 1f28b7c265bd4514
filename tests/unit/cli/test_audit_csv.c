/* test_audit_csv.c: an answer as a table that no spreadsheet runs. */
#include "check.h"
#include "cli/audit_export.h"
#include "message/json.h"

static struct toc_str table(struct toc_arena *a, const char *json)
{
	struct toc_value *answer;
	struct toc_refusal r;
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	struct toc_str whole = toc_arena_printf(a, "{\"rows\":%s}", json);
	CHECK_INT(toc_json_parse(a, whole, 1 << 16, 16, &answer, &r), 0);
	audit_csv(out, a, toc_get(answer, "rows"));
	fclose(out);
	struct toc_str s = toc_arena_str(a, (struct toc_str){ text, n });
	free(text);
	return s;
}

CASE(what_begins_like_a_formula_is_a_text)
{
	struct toc_arena *a = toc_arena_new();

	CHECK_TEXT(table(a, "[{\"a\":\"=1+1\"},{\"a\":\"+1\"},{\"a\":\"-1\"},{\"a\":\"@x\"},{\"a\":\"\\tx\"},{\"a\":\"\\rx\"},{\"a\":\"x=\"}]"),
		   "\"a\"\r\n\"'=1+1\"\r\n\"'+1\"\r\n\"'-1\"\r\n\"'@x\"\r\n\"'\tx\"\r\n\"'\rx\"\r\n\"x=\"\r\n");
	CHECK_TEXT(table(a, "[{\"=b\":1}]"), "\"'=b\"\r\n1\r\n"); /* a name, too */
	toc_arena_free(a);
}

CASE(numbers_stay_numbers_and_quotes_are_doubled)
{
	struct toc_arena *a = toc_arena_new();

	CHECK_TEXT(table(a, "[{\"n\":-5,\"t\":\"say \\\"x\\\", y\\nz\",\"l\":[\"A\",\"B\"],\"b\":true,\"z\":null}]"),
		   "\"n\",\"t\",\"l\",\"b\",\"z\"\r\n-5,\"say \"\"x\"\", y\nz\",\"[\"\"A\"\",\"\"B\"\"]\",\"true\",\r\n");
	toc_arena_free(a);
}

CASE(columns_are_those_of_all_rows)
{
	struct toc_arena *a = toc_arena_new();

	CHECK_TEXT(table(a, "[{\"a\":1},{\"b\":2}]"), "\"a\",\"b\"\r\n1,\r\n,2\r\n");
	CHECK_TEXT(table(a, "[]"), "\r\n");
	toc_arena_free(a);
}

RUN_CASES()
