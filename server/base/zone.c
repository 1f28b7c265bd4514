/* zone.c: see zone.h. Days are counted from 1970-01-01, a Thursday; civil dates as in time.c. */
#include "base/zone.h"

#include <string.h>

#define MINUTE_US INT64_C(60000000)
#define DAY_MINUTES 1440

enum summer { NONE, EU, US };
struct toc_zone {
	const char *name;
	int winter; /* minutes east of UTC */
	enum summer summer;
};
static const struct toc_zone zones[] = {
#define TOC_ZONE(name, winter, summer) { name, winter, summer },
#include "base/zone.def"
#undef TOC_ZONE
};
#define ZONES (sizeof zones / sizeof *zones)

const struct toc_zone *toc_zone_find(struct toc_str name)
{
	for (size_t i = 0; i < ZONES; i++)
		if (toc_str_is(name, zones[i].name))
			return &zones[i];
	return NULL;
}

const char *toc_zone_name(size_t i)
{
	return i < ZONES ? zones[i].name : NULL;
}

/* ---- days ---- */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = floor_div(y, 400), year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static int weekday_of(int64_t days)
{
	return (int)((days + 3) - floor_div(days + 3, 7) * 7); /* 1970-01-01 was a Thursday */
}

static struct toc_local civil(int64_t days)
{
	int64_t from = days + 719468, era = floor_div(from, 146097), in_era = from - era * 146097;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100), month = (5 * in_year + 2) / 153;

	return (struct toc_local){ .year = (int)(year + era * 400 + (month >= 10)),
				   .month = (int)(month < 10 ? month + 3 : month - 9),
				   .day = (int)(in_year - (153 * month + 2) / 5 + 1),
				   .weekday = weekday_of(days) };
}

/* The n-th Sunday of a month; 0: its last. */
static int64_t sunday(int64_t year, int month, int n)
{
	int64_t first = days_of(year, month, 1);

	if (n == 0) {
		int64_t last = (month == 12 ? days_of(year + 1, 1, 1) : days_of(year, month + 1, 1)) - 1;
		return last - (weekday_of(last) + 1) % 7;
	}
	return first + (6 - weekday_of(first)) + 7 * (n - 1);
}

/* ---- offsets ---- */

static int offset(const struct toc_zone *z, int64_t utc_minute)
{
	int64_t year = civil(floor_div(utc_minute, DAY_MINUTES)).year, from, until;

	if (z->summer == NONE)
		return z->winter;
	if (z->summer == EU) {
		from = sunday(year, 3, 0) * DAY_MINUTES + 60;
		until = sunday(year, 10, 0) * DAY_MINUTES + 60;
	} else { /* two o'clock of the time that ends then */
		from = sunday(year, 3, 2) * DAY_MINUTES + 120 - z->winter;
		until = sunday(year, 11, 1) * DAY_MINUTES + 120 - (z->winter + 60);
	}
	return z->winter + (utc_minute >= from && utc_minute < until ? 60 : 0);
}

struct toc_local toc_zone_local(const struct toc_zone *z, toc_time t)
{
	int64_t utc = floor_div(t.us, MINUTE_US), local = utc + offset(z, utc), days = floor_div(local, DAY_MINUTES);
	struct toc_local l = civil(days);

	l.minute = (int)(local - days * DAY_MINUTES);
	return l;
}

toc_time toc_zone_time(const struct toc_zone *z, struct toc_local l)
{
	int64_t local = days_of(l.year, l.month, l.day) * DAY_MINUTES + l.minute;
	int summer = z->winter + (z->summer == NONE ? 0 : 60);
	int64_t early = local - summer, late = local - z->winter;

	/* the first of the two moments that read so; where there is none, what it would be in winter */
	return (toc_time){ (offset(z, early) == summer ? early : late) * MINUTE_US };
}

toc_time toc_zone_next_day(const struct toc_zone *z, toc_time t)
{
	struct toc_local l = toc_zone_local(z, t);

	l.minute = DAY_MINUTES;
	return toc_zone_time(z, l);
}

/* ---- texts ---- */

static int digits(const char *p, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		value = value * 10 + (p[i] - '0');
	}
	return value;
}

int toc_local_date(struct toc_str text, struct toc_local *ret_local)
{
	if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-')
		return TOC_EINVAL;
	int year = digits(text.p, 4), month = digits(text.p + 5, 2), day = digits(text.p + 8, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1)
		return TOC_EINVAL;
	*ret_local = civil(days_of(year, month, day));
	return ret_local->month == month && ret_local->day == day ? 0 : TOC_EINVAL;
}

int toc_local_minute(struct toc_str text)
{
	if (text.n != 5 || text.p[2] != ':')
		return -1;
	int hour = digits(text.p, 2), minute = digits(text.p + 3, 2);
	if (hour < 0 || minute < 0 || minute > 59 || hour * 60 + minute > DAY_MINUTES)
		return -1;
	return hour * 60 + minute;
}
