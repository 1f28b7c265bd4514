/* RFC 3339 texts and calendar months. */
#include "base/time.h"
#include "check.h"

static toc_time at(const char *text)
{
	toc_time t = { -1 };
	if (toc_time_parse(toc_str_of(text), &t, NULL) < 0)
		printf("  not a time: %s\n", text);
	return t;
}

static const char *months_after(const char *text, int months)
{
	static char out[TOC_TIME_TEXT];
	toc_time_format(toc_after_months(at(text), months), out);
	return out;
}

CASE(known_moments)
{
	CHECK_INT(at("1970-01-01T00:00:00Z").us, 0);
	CHECK_INT(at("2000-02-29T12:34:56.789012Z").us, INT64_C(951827696789012));
	CHECK_INT(at("2031-05-17T13:58:00Z").us, INT64_C(1936792680000000));
	CHECK_INT(at("9999-12-31T23:59:59.999999Z").us, INT64_C(253402300799999999));
}

CASE(offsets_are_subtracted_and_reported)
{
	toc_time t;
	int offset = 1;
	CHECK_INT(toc_time_parse(TOC_STR("2033-10-30T02:30:00+02:00"), &t, &offset), 0);
	CHECK_INT(offset, 120);
	CHECK_INT(t.us, at("2033-10-30T00:30:00Z").us);
	CHECK_INT(toc_time_parse(TOC_STR("2033-10-29T18:00:00.5-06:30"), &t, &offset), 0);
	CHECK_INT(offset, -390);
	CHECK_INT(t.us, at("2033-10-30T00:30:00.5Z").us);
}

CASE(refused_texts)
{
	static const char *bad[] = {
		"",
		"2031-05-17",
		"2031-05-17T14:02Z",
		"2031-05-17T14:02:00",
		"2031-05-17 14:02:00Z",
		"2031-05-17t14:02:00Z",
		"2031-05-17T14:02:00z",
		"2031-02-29T00:00:00Z",
		"2100-02-29T00:00:00Z",
		"2031-13-01T00:00:00Z",
		"2031-00-01T00:00:00Z",
		"2031-04-31T00:00:00Z",
		"2031-05-17T24:00:00Z",
		"2031-05-17T14:60:00Z",
		"2016-12-31T23:59:60Z",
		"2031-05-17T14:02:00.Z",
		"2031-05-17T14:02:00.1234567Z",
		"2031-05-17T14:02:00+24:00",
		"2031-05-17T14:02:00+02:60",
		"2031-05-17T14:02:00+0200",
		"1969-12-31T23:59:59Z",
		"1970-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01",
		"2031-05-17T14:02:00ZZ",
		"+031-05-17T14:02:00Z",
		"2031-05-17T14:02:00,5Z",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		toc_time t = { 42 };
		CHECK_INT(toc_time_parse(toc_str_of(bad[i]), &t, NULL), TOC_EINVAL);
		CHECK_INT(t.us, 42);
	}
}

CASE(text_is_utc_with_milliseconds)
{
	struct toc_arena *a = toc_arena_new();
	CHECK_TEXT(toc_time_str(a, (toc_time){ 0 }), "1970-01-01T00:00:00.000Z");
	CHECK_TEXT(toc_time_str(a, at("2031-05-17T16:02:00.1239+02:00")), "2031-05-17T14:02:00.123Z");
	CHECK_TEXT(toc_time_str(a, TOC_TIME_NEVER), "9999-12-31T23:59:59.999Z");
	toc_arena_free(a);
}

CASE(every_day_of_four_centuries_goes_both_ways)
{
	struct toc_arena *a = toc_arena_new();
	unsigned wrong = 0;
	for (int64_t day = 0; day < 146097; day++) {
		toc_time t = { day * INT64_C(86400000000) + 86399999000 };
		wrong += at(toc_time_str(a, t).p).us != t.us;
		toc_arena_reset(a);
	}
	CHECK_INT(wrong, 0);
	toc_arena_free(a);
}

CASE(months_end_on_the_same_day_or_the_last)
{
	CHECK(!strcmp(months_after("2033-10-30T00:30:00Z", 6), "2034-04-30T00:30:00.000Z"));
	CHECK(!strcmp(months_after("2031-08-31T23:59:59.999Z", 6), "2032-02-29T23:59:59.999Z"));
	CHECK(!strcmp(months_after("2031-05-17T14:04:10Z", 6), "2031-11-17T14:04:10.000Z"));
	CHECK(!strcmp(months_after("2032-02-29T00:00:00Z", 12), "2033-02-28T00:00:00.000Z"));
	CHECK(!strcmp(months_after("2031-12-31T00:00:00Z", 2), "2032-02-29T00:00:00.000Z"));
	CHECK(!strcmp(months_after("2031-03-31T00:00:00Z", -1), "2031-02-28T00:00:00.000Z"));
	CHECK(!strcmp(months_after("2031-01-15T00:00:00Z", -13), "2029-12-15T00:00:00.000Z"));
}

CASE(lengths_and_order)
{
	toc_time t = at("2031-05-17T14:02:00Z");
	CHECK_INT(toc_after(t, TOC_MINUTES(5)).us - t.us, 300000000);
	CHECK_INT(toc_between(t, toc_after(t, TOC_HOURS(72))).us, INT64_C(259200000000));
	CHECK(toc_before(t, TOC_TIME_NEVER) && !toc_before(t, t));
}

CASE(the_clocks_go_forward)
{
	int64_t before = toc_clock_mono_us();
	CHECK(toc_clock_mono_us() >= before);
	CHECK(toc_before(at("2024-01-01T00:00:00Z"), toc_clock_now()));
}

RUN_CASES()
