/* Arenas, buffers with a maximum, strict UTF-8, refusals that stay well-formed when cut. */
#include "base/memory.h"
#include "base/refusal.h"
#include "check.h"

CASE(arena_memory_is_zero_aligned_and_stays_put)
{
	struct toc_arena *a = toc_arena_new();
	char *first = toc_arena_alloc(a, 10);
	strcpy(first, "stays");
	for (size_t n = 1; n < 5000; n += 7) {
		char *p = toc_arena_alloc(a, n);
		CHECK((uintptr_t)p % _Alignof(max_align_t) == 0);
		CHECK(p[0] == 0 && p[n - 1] == 0);
		memset(p, 0xff, n);
	}
	char *large = toc_arena_alloc(a, 3 << 20);
	CHECK(large[(3 << 20) - 1] == 0);
	CHECK(strcmp(first, "stays") == 0);
	CHECK(toc_arena_bytes(a) > 3 << 20);
	toc_arena_reset(a);
	CHECK_INT(toc_arena_bytes(a), 0);
	CHECK(((char *)toc_arena_alloc(a, 10))[0] == 0); /* zeroed again */
	toc_arena_free(a);
	toc_arena_free(NULL);
}

CASE(arena_text_is_copied_and_terminated)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_str s = toc_arena_str(a, (struct toc_str){ "bell tower", 4 });
	CHECK_TEXT(s, "bell");
	CHECK(s.p[4] == 0);
	CHECK_TEXT(toc_arena_str(a, (struct toc_str){ NULL, 0 }), "");
	CHECK_TEXT(toc_arena_printf(a, "%s-%d", "T", 17), "T-17");
	struct toc_str wide = toc_arena_printf(a, "%700d", 1);
	CHECK_INT(wide.n, 700);
	toc_arena_free(a);
}

CASE(buffer_stops_at_its_maximum_once_and_for_all)
{
	struct toc_buf b;
	toc_buf_init(&b, 10);
	toc_buf_text(&b, "12345678");
	toc_buf_byte(&b, '9');
	CHECK(!b.failed);
	toc_buf_text(&b, "ab");
	CHECK(b.failed);
	toc_buf_byte(&b, 'c');
	CHECK_TEXT(toc_buf_view(&b), "123456789");
	toc_buf_clear(&b);
	toc_buf_printf(&b, "%d", 1234567890);
	CHECK(!b.failed);
	CHECK_TEXT(toc_buf_view(&b), "1234567890");
	toc_buf_drop_front(&b, 4);
	CHECK_TEXT(toc_buf_view(&b), "567890");
	toc_buf_done(&b);
}

CASE(buffer_grows_through_long_formats)
{
	struct toc_buf b;
	toc_buf_init(&b, 1 << 20);
	for (int i = 0; i < 100; i++)
		toc_buf_printf(&b, "%1000d", i);
	CHECK_INT(b.n, 100000);
	CHECK(!b.failed);
	toc_buf_done(&b);
}

CASE(text_orders_as_bytes)
{
	CHECK(toc_str_cmp(TOC_STR("a"), TOC_STR("b")) < 0);
	CHECK(toc_str_cmp(TOC_STR("a"), TOC_STR("ab")) < 0);
	CHECK(toc_str_cmp(TOC_STR("\xff"), TOC_STR("a")) > 0);
	CHECK_INT(toc_str_cmp(TOC_STR(""), (struct toc_str){ NULL, 0 }), 0);
	CHECK(toc_str_is(TOC_STR("M4"), "M4") && !toc_str_is(TOC_STR("M4"), "M45"));
	CHECK_INT(toc_str_of(NULL).n, 0);
}

CASE(utf8_well_formed)
{
	CHECK(toc_str_is_utf8(TOC_STR("")));
	CHECK(toc_str_is_utf8(TOC_STR("Veldermouth \xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\x94")));
	CHECK(toc_str_is_utf8(TOC_STR("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf")));
}

CASE(utf8_refused)
{
	static const struct toc_str bad[] = {
		{ "a\0b", 3 },
		TOC_STR("\x80"),
		TOC_STR("\xc0\x80"),
		TOC_STR("\xc1\xbf"),
		TOC_STR("\xe0\x9f\xbf"),
		TOC_STR("\xed\xa0\x80"),
		TOC_STR("\xed\xbf\xbf"),
		TOC_STR("\xf0\x8f\xbf\xbf"),
		TOC_STR("\xf4\x90\x80\x80"),
		TOC_STR("\xf5\x80\x80\x80"),
		TOC_STR("\xff"),
		TOC_STR("\xc3"),
		TOC_STR("\xe2\x82"),
		TOC_STR("\xe2\x82\x28"),
		TOC_STR("\xf0\x9f\x94"),
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(!toc_str_is_utf8(bad[i]));
}

CASE(refusal_names_code_status_and_advice)
{
	struct toc_refusal r;
	CHECK_INT(toc_refuse(&r, TOC_REFUSE_MISSING_FIELD, "body.duty", "TCO 14(5)", "%s is not there",
			     "body.duty"),
		  -1);
	CHECK(strcmp(toc_refusal_wire(r.code), "missing_field") == 0);
	CHECK_INT(toc_refusal_http(r.code), 400);
	CHECK(strlen(toc_refusal_advice(r.code)) > 0);
	CHECK(strcmp(r.field, "body.duty") == 0 && strcmp(r.clause, "TCO 14(5)") == 0);
	CHECK(strcmp(r.detail, "body.duty is not there") == 0);
	CHECK(*toc_refusal_wire(TOC_NOT_REFUSED) == 0);
}

CASE(refusal_that_is_cut_stays_utf8)
{
	struct toc_refusal r;
	char text[401];
	for (size_t i = 0; i < 400; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	text[400] = 0;
	for (size_t from = 0; from < 2; from++) {
		toc_refuse(&r, TOC_REFUSE_BAD_VALUE, text, NULL, "%s%s", from ? "x" : "", text);
		CHECK(toc_str_is_utf8(toc_str_of(r.field)) && strlen(r.field) > 90);
		CHECK(toc_str_is_utf8(toc_str_of(r.detail)) && strlen(r.detail) > 230);
	}
}

CASE(content_is_shown_as_it_is_written_and_drives_nothing)
{
	struct toc_arena *a = toc_arena_new();
	CHECK_TEXT(toc_str_harmless(a, TOC_STR("plain äöü €"), " "), "plain äöü €");
	CHECK_TEXT(toc_str_harmless(a, TOC_STR("a\033[2Jb\rc\nd"), " / "), "a\xef\xbf\xbd[2Jb\xef\xbf\xbd" "c / d");
	CHECK_TEXT(toc_str_harmless(a, TOC_STR("\xc2\x9b" "31m"), " "), "\xef\xbf\xbd" "31m");        /* C1 control */
	CHECK_TEXT(toc_str_harmless(a, TOC_STR("a\xe2\x80\xae" "b"), " "), "a\xef\xbf\xbd" "b");      /* right-to-left override */
	CHECK_TEXT(toc_str_harmless(a, ((struct toc_str){ "a\0b", 3 }), " "), "a\xef\xbf\xbd" "b"); /* ends nothing early */
	CHECK_TEXT(toc_str_harmless(a, TOC_STR(""), " "), "");
	toc_arena_free(a);
}

CASE(words_of_an_error_are_text_whatever_was_cut_off_in_them)
{
	struct toc_error e;
	toc_fail(&e, TOC_EINVAL, "no such option: %.2s. Z\xc3\xbcrich", "p\xef\x8e\x85");
	CHECK_TEXT(toc_str_of(e.text), "no such option: p?. Z??rich");
	char wide[600];
	for (size_t i = 0; i + 2 < sizeof wide; i += 2)
		memcpy(wide + i, "\xc3\xbc", 3);
	toc_fail(&e, TOC_EINVAL, "%s", wide);
	CHECK(toc_str_is_utf8(toc_str_of(e.text)));
	toc_fail(&e, TOC_EINVAL, "Z\xc3\xbcrich");
	CHECK_TEXT(toc_str_of(e.text), "Z\xc3\xbcrich");
}

RUN_CASES()
