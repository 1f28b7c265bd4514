/* Local time: nights on which the clock is turned, and every zone against the machine's own zone files. */
#include "base/zone.h"
#include "check.h"

#include <time.h>

static toc_time at(const char *text)
{
	toc_time t = { -1 };
	if (toc_time_parse(toc_str_of(text), &t, NULL) < 0)
		printf("  not a time: %s\n", text);
	return t;
}

static const char *local(const char *zone, const char *utc)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	static char text[64];
	struct toc_local l = toc_zone_local(toc_zone_find(toc_str_of(zone)), at(utc));
	snprintf(text, sizeof text, "%s %04d-%02d-%02d %02d:%02d", days[l.weekday], l.year, l.month, l.day, l.minute / 60,
		 l.minute % 60);
	return text;
}

static const char *utc(const char *zone, const char *date, const char *minute)
{
	static char text[TOC_TIME_TEXT];
	struct toc_local l = { 0 };
	CHECK(toc_local_date(toc_str_of(date), &l) == 0);
	l.minute = toc_local_minute(toc_str_of(minute));
	toc_time_format(toc_zone_time(toc_zone_find(toc_str_of(zone)), l), text);
	return text;
}

CASE(the_autumn_night_has_an_hour_twice)
{
	CHECK_TEXT(toc_str_of(local("Europe/Brussels", "2033-10-30T00:30:00Z")), "sun 2033-10-30 02:30");
	CHECK_TEXT(toc_str_of(local("Europe/Brussels", "2033-10-30T00:59:59Z")), "sun 2033-10-30 02:59");
	CHECK_TEXT(toc_str_of(local("Europe/Brussels", "2033-10-30T01:00:00Z")), "sun 2033-10-30 02:00");
	CHECK_TEXT(toc_str_of(local("Europe/Brussels", "2033-10-30T01:30:00Z")), "sun 2033-10-30 02:30");
	CHECK_TEXT(toc_str_of(utc("Europe/Brussels", "2033-10-30", "02:30")), "2033-10-30T00:30:00.000Z"); /* the first */
	CHECK_TEXT(toc_str_of(utc("Europe/Brussels", "2033-10-30", "03:00")), "2033-10-30T02:00:00.000Z");
}

CASE(the_spring_night_lacks_an_hour)
{
	CHECK_TEXT(toc_str_of(local("Europe/Athens", "2026-03-29T00:59:59Z")), "sun 2026-03-29 02:59");
	CHECK_TEXT(toc_str_of(local("Europe/Athens", "2026-03-29T01:00:00Z")), "sun 2026-03-29 04:00");
	CHECK_TEXT(toc_str_of(utc("Europe/Athens", "2026-03-29", "03:30")), "2026-03-29T01:30:00.000Z");
	CHECK_TEXT(toc_str_of(local("Europe/Athens", "2026-03-29T01:30:00Z")), "sun 2026-03-29 04:30");
}

CASE(other_rules_and_none)
{
	CHECK_TEXT(toc_str_of(local("America/New_York", "2026-03-08T06:59:00Z")), "sun 2026-03-08 01:59");
	CHECK_TEXT(toc_str_of(local("America/New_York", "2026-03-08T07:00:00Z")), "sun 2026-03-08 03:00");
	CHECK_TEXT(toc_str_of(local("America/New_York", "2026-11-01T05:59:00Z")), "sun 2026-11-01 01:59");
	CHECK_TEXT(toc_str_of(local("America/New_York", "2026-11-01T06:00:00Z")), "sun 2026-11-01 01:00");
	CHECK_TEXT(toc_str_of(local("Asia/Tokyo", "2026-12-31T15:00:00Z")), "fri 2027-01-01 00:00");
	CHECK_TEXT(toc_str_of(local("UTC", "2024-02-29T23:59:00Z")), "thu 2024-02-29 23:59");
	CHECK(toc_zone_find(TOC_STR("Europe/Nowhere")) == NULL);
	CHECK(toc_zone_find(TOC_STR("europe/brussels")) == NULL);
}

CASE(a_day_has_23_24_or_25_hours)
{
	const struct toc_zone *z = toc_zone_find(TOC_STR("Europe/Paris"));
	toc_time spring = at("2026-03-28T23:00:00Z"), autumn = at("2026-10-24T22:00:00Z");
	CHECK_INT(toc_between(spring, toc_zone_next_day(z, spring)).us / INT64_C(3600000000), 23);
	CHECK_INT(toc_between(autumn, toc_zone_next_day(z, autumn)).us / INT64_C(3600000000), 25);
	CHECK_INT(toc_between(at("2026-05-04T22:00:00Z"), toc_zone_next_day(z, at("2026-05-04T22:00:00Z"))).us / INT64_C(3600000000),
		  24);
}

CASE(dates_and_minutes_that_are_none)
{
	static const char *const dates[] = { "2026-02-29", "2026-13-01", "2026-00-01", "2026-1-01", "2026-01-32", "", "1969-12-31" },
				 *const minutes[] = { "24:01", "8:00", "08:60", "", "0800", "ab:cd", "25:00" };
	struct toc_local l;
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
		CHECK(toc_local_date(toc_str_of(dates[i]), &l) < 0);
	for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++)
		CHECK_INT(toc_local_minute(toc_str_of(minutes[i])), -1);
	CHECK_INT(toc_local_minute(TOC_STR("24:00")), 1440);
	CHECK_INT(toc_local_minute(TOC_STR("00:00")), 0);
}

/* Every half hour of twelve years. The machine's zone files are another's work. */
CASE(every_zone_agrees_with_the_zone_files)
{
	const char *name;
	unsigned compared = 0, other = 0;
	for (size_t i = 0; (name = toc_zone_name(i)); i++) {
		char path[128];
		snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
		FILE *f = fopen(path, "r");
		if (!f) {
			printf("  no zone file %s\n", path);
			check_bad++;
			continue;
		}
		fclose(f);
		setenv("TZ", name, 1);
		tzset();
		const struct toc_zone *z = toc_zone_find(toc_str_of(name));
		for (time_t t = 1767225600; t < 1767225600 + 12 * 365 * 86400L; t += 1800) {
			struct tm tm;
			struct toc_local l = toc_zone_local(z, (toc_time){ (int64_t)t * 1000000 });
			localtime_r(&t, &tm);
			other += l.year != tm.tm_year + 1900 || l.month != tm.tm_mon + 1 || l.day != tm.tm_mday ||
				 l.minute != tm.tm_hour * 60 + tm.tm_min || l.weekday != (tm.tm_wday + 6) % 7;
			compared++;
		}
	}
	CHECK_INT(other, 0);
	CHECK(compared > 1000000);
}

RUN_CASES()
