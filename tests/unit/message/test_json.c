/* Strictly in: everything that json-c alone would let pass is here. Canonically out: RFC 8785. */
#include "message/json.h"
#include "check.h"

static struct toc_refusal refusal;

static struct toc_value *parse(struct toc_arena *a, struct toc_str text)
{
	struct toc_value *v = NULL;
	memset(&refusal, 0, sizeof refusal);
	return toc_json_parse(a, text, TOC_MESSAGE_BYTES_MAX, TOC_JSON_DEPTH_MAX, &v, &refusal) == 0 ? v
												     : NULL;
}

static enum toc_refusal_code code_of(struct toc_str text)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v = parse(a, text);
	if (!v && (refusal.code == TOC_NOT_REFUSED || !*refusal.detail))
		printf("  refused without a word: %.*s\n", TOC_STR_ARGS(text));
	toc_arena_free(a);
	return v ? TOC_NOT_REFUSED : refusal.code;
}

CASE(reads_all_kinds_and_keeps_the_order_of_members)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v = parse(a, TOC_STR(" {\"z\": [true, false, null, -7, 0, -0, 9007199254740991], "
					       "\"a\": {\"\": \"\\u00e9\\ud83d\\udd14\\n\"}}\n"));
	CHECK(v != NULL);
	CHECK_TEXT(v->members[0].name, "z");
	CHECK_INT(toc_len(toc_get(v, "z")), 7);
	CHECK_INT(toc_at(toc_get(v, "z"), 5)->integer, 0);
	CHECK_INT(toc_at(toc_get(v, "z"), 6)->integer, TOC_INT_MAX);
	CHECK_TEXT(toc_get_text(toc_get(v, "a"), ""), "\xc3\xa9\xf0\x9f\x94\x94\n");
	toc_arena_free(a);
}

CASE(malformed_texts_are_refused)
{
	static const char *bad[] = {
		"",
		" ",
		"{",
		"}",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{,\"a\":1}",
		"{\"a\":1 \"b\":2}",
		"{\"a\":1}}",
		"{\"a\":1} x",
		"{\"a\":1}{}",
		"[]",
		"1",
		"\"a\"",
		"null",
		"{a:1}",
		"{'a':1}",
		"{\"a\":'b'}",
		"{\"a\":01}",
		"{\"a\":+1}",
		"{\"a\":.5}",
		"{\"a\":1.}",
		"{\"a\":1e}",
		"{\"a\":-}",
		"{\"a\":--1}",
		"{\"a\":1-2}",
		"{\"a\":0x10}",
		"{\"a\":NaN}",
		"{\"a\":Infinity}",
		"{\"a\":-Infinity}",
		"{\"a\":True}",
		"{\"a\":nul}",
		"{\"a\":truefalse}",
		"{\"a\":undefined}",
		"{\"a\":\"\\x41\"}",
		"{\"a\":\"\\u12g4\"}",
		"{\"a\":\"\\u12\"}",
		"{\"a\":\"b}",
		"{\"a\":\"b\\\"}",
		"{\"a\":[1,]}",
		"{\"a\":[,1]}",
		"{\"a\":[1 2]}",
		"{\"a\":[1}",
		"{\"a\":{\"b\":1]}",
		"/* c */ {}",
		"{} // c",
		"{\"a\":1,,\"b\":2}",
		"{\"a\"::1}",
		"{\"a\":\"tab\there\"}",
		"{\"a\":\"line\nbreak\"}",
		"\xef\xbb\xbf{}",
		"{\"a\":1;}",
		"{1:2}",
		"{\"a\":tru\\u0065}",
		"{\"a\":\x0b 1}",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		enum toc_refusal_code code = code_of(toc_str_of(bad[i]));
		if (code != TOC_REFUSE_MALFORMED)
			printf("  %s\n", bad[i]);
		CHECK_INT(code, TOC_REFUSE_MALFORMED);
	}
}

CASE(equal_names_are_refused_wherever_they_are)
{
	CHECK_INT(code_of(TOC_STR("{\"a\":1,\"a\":1}")), TOC_REFUSE_MALFORMED);
	CHECK_INT(code_of(TOC_STR("{\"a\":1,\"\\u0061\":2}")), TOC_REFUSE_MALFORMED);
	CHECK_INT(code_of(TOC_STR("{\"b\":[{\"x\":{\"a\":1,\"c\":2,\"a\":{\"d\":1}}}]}")),
		  TOC_REFUSE_MALFORMED);
	CHECK_INT(code_of(TOC_STR("{\"a\":{\"a\":{\"a\":1}},\"b\":\":\"}")), TOC_NOT_REFUSED);
}

CASE(u0000_and_surrogates_are_refused)
{
	CHECK_INT(code_of(TOC_STR("{\"a\":\"\\u0000\"}")), TOC_REFUSE_MALFORMED);
	CHECK_INT(code_of(TOC_STR("{\"\\u0000\":1}")), TOC_REFUSE_MALFORMED);
	CHECK_INT(code_of(TOC_STR("{\"a\":\"\0\"}")), TOC_REFUSE_MALFORMED);
	CHECK_INT(code_of(TOC_STR("{}\0")), TOC_REFUSE_MALFORMED);
	CHECK_INT(code_of(TOC_STR("{\"a\":\"\\ud800\"}")), TOC_REFUSE_MALFORMED);
	CHECK_INT(code_of(TOC_STR("{\"a\":\"\\udc00\"}")), TOC_REFUSE_MALFORMED);
	CHECK_INT(code_of(TOC_STR("{\"a\":\"\\ud800\\u0041\"}")), TOC_REFUSE_MALFORMED);
	CHECK_INT(code_of(TOC_STR("{\"a\":\"\\ud800\\ud800\"}")), TOC_REFUSE_MALFORMED);
	CHECK_INT(code_of(TOC_STR("{\"a\":\"\\udbff\\udfff\"}")), TOC_NOT_REFUSED);
}

CASE(bytes_that_are_not_utf8_are_refused)
{
	CHECK_INT(code_of(TOC_STR("{\"a\":\"\xff\"}")), TOC_REFUSE_MALFORMED);
	CHECK_INT(code_of(TOC_STR("{\"a\":\"\xc0\xaf\"}")), TOC_REFUSE_MALFORMED);
	CHECK_INT(code_of(TOC_STR("{\"a\":\"\xed\xa0\x80\"}")), TOC_REFUSE_MALFORMED);
}

CASE(fractions_and_long_numbers_name_their_place)
{
	static const char *bad[] = { "1.5",
				     "1.0",
				     "1e3",
				     "-1E-2",
				     "9007199254740992",
				     "-9007199254740992",
				     "99999999999999999999999",
				     "1e400" };
	struct toc_arena *a = toc_arena_new();
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(parse(a, toc_arena_printf(a, "{\"body\":{\"content\":[0,{\"port\":%s}]}}", bad[i])) ==
		      NULL);
		CHECK_INT(refusal.code, TOC_REFUSE_WRONG_KIND);
		CHECK_TEXT(toc_str_of(refusal.field), "body.content[1].port");
	}
	toc_arena_free(a);
}

CASE(sixteen_levels_pass_and_seventeen_do_not)
{
	char text[80];
	for (int levels = 15; levels <= 18; levels++) {
		size_t n = (size_t)sprintf(text, "{\"a\":");
		memset(text + n, '[', (size_t)levels - 1);
		n += (size_t)levels - 1;
		text[n++] = '7';
		memset(text + n, ']', (size_t)levels - 1);
		n += (size_t)levels - 1;
		text[n++] = '}';
		CHECK_INT(code_of((struct toc_str){ text, n }),
			  levels <= 16 ? TOC_NOT_REFUSED : TOC_REFUSE_MALFORMED);
	}
}

CASE(more_than_the_limit_is_too_big)
{
	char *text = malloc(TOC_MESSAGE_BYTES_MAX + 1);
	memset(text, ' ', TOC_MESSAGE_BYTES_MAX + 1);
	memcpy(text, "{}", 2);
	CHECK_INT(code_of((struct toc_str){ text, TOC_MESSAGE_BYTES_MAX }), TOC_NOT_REFUSED);
	CHECK_INT(code_of((struct toc_str){ text, TOC_MESSAGE_BYTES_MAX + 1 }), TOC_REFUSE_TOO_BIG);
	free(text);
}

CASE(a_refused_text_leaves_nothing_behind_for_the_next)
{
	for (int i = 0; i < 3; i++) {
		CHECK_INT(code_of(TOC_STR("{\"a\":[1,2")), TOC_REFUSE_MALFORMED);
		CHECK_INT(code_of(TOC_STR("{\"a\":[1,2]}")), TOC_NOT_REFUSED);
	}
}

/* ---- out ---- */

static void goes_out_as(const char *in, const char *out)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v = parse(a, toc_str_of(in));
	CHECK(v != NULL);
	if (v)
		CHECK_TEXT(toc_json_str(a, v), out);
	toc_arena_free(a);
}

CASE(canonical_bytes_of_rfc_8785)
{
	/* Section 3.2.3: order by UTF-16 code units: U+1F600 (D83D…) before U+FB33. */
	goes_out_as("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter "
		    "Dalet With Dagesh\","
		    "\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
		    "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
		    "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
		    "\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\",\"\xe2\x82\xac\":\"Euro Sign\","
		    "\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\",\"\xef\xac\xb3\":\"Hebrew Letter Dalet "
		    "With Dagesh\"}");
	/* Section 3.2.2.2: escapes. */
	goes_out_as("{\"s\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\\b\\f\\t\\u007f\"}",
		    "{\"s\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\f\\t\x7f\"}");
	goes_out_as("{ \"b\" : [ 1 , -0 , true , null , { } , [ ] ] , \"a\" : -12 }",
		    "{\"a\":-12,\"b\":[1,0,true,null,{},[]]}");
	goes_out_as("{\"ab\":1,\"a\":2,\"\":3}", "{\"\":3,\"a\":2,\"ab\":1}");
}

CASE(many_members_are_sorted_too)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v = toc_value_map(a);
	for (int i = 199; i >= 0; i--)
		toc_append(a, v, toc_arena_printf(a, "%03d", i), toc_value_int(a, i));
	struct toc_str s = toc_json_str(a, v);
	struct toc_value *again = parse(a, s);
	CHECK(toc_value_eq(v, again));
	CHECK(again && again->members[0].value->integer == 0 && again->members[199].value->integer == 199);
	toc_arena_free(a);
}

CASE(a_full_buffer_says_so)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_buf b;
	toc_buf_init(&b, 8);
	toc_json_write(&b, parse(a, TOC_STR("{\"a\":\"long enough\"}")));
	CHECK(b.failed);
	toc_buf_done(&b);
	toc_arena_free(a);
}

RUN_CASES()
