/* time.c: points in time as RFC 3339 text, months, and the machine's clocks.
 *
 * The calendar is the proleptic Gregorian one; days are counted from 1970-01-01 (Hinnant, "chrono-compatible
 * low-level date algorithms": years begin in March, so that the leap day is the last). */
#include "base/time.h"

#include <time.h>

#define DAY_US INT64_C(86400000000)

struct civil {
	int64_t year;
	int month, day; /* 1..12, 1..31 */
};

static int64_t days_of(struct civil c)
{
	int64_t y = c.month <= 2 ? c.year - 1 : c.year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static struct civil civil_of(int64_t days)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int shifted = (int)((5 * day_of_year + 2) / 153);
	int month = shifted < 10 ? shifted + 3 : shifted - 9;
	return (struct civil){ .year = year_of_era + era * 400 + (month <= 2),
			       .month = month,
			       .day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1) };
}

static int days_in_month(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

toc_time toc_after_months(toc_time t, int months)
{
	int64_t day = floor_div(t.us, DAY_US);
	int64_t in_day = t.us - day * DAY_US;
	struct civil c = civil_of(day);

	int64_t month = c.year * 12 + c.month - 1 + months;
	c.year = floor_div(month, 12);
	c.month = (int)(month - c.year * 12) + 1;
	int last = days_in_month(c.year, c.month);
	if (c.day > last)
		c.day = last;
	return (toc_time){ days_of(c) * DAY_US + in_day };
}

static char *put(char *p, unsigned value, int digits)
{
	for (int i = digits; i-- > 0; value /= 10)
		p[i] = (char)('0' + value % 10);
	return p + digits;
}

/* By hand: every entry has several times in it, and snprintf took a seventh of what a decision takes. */
void toc_time_format(toc_time t, char ret_text[TOC_TIME_TEXT])
{
	int64_t us = t.us < 0 ? 0 : t.us;
	if (us > TOC_TIME_LAST.us)
		us = TOC_TIME_LAST.us; /* TOC_TIME_NEVER shows as the last moment */
	struct civil c = civil_of(us / DAY_US);
	unsigned ms = (unsigned)(us % DAY_US / 1000);
	char *p = put(ret_text, (unsigned)c.year, 4);

	*p++ = '-';
	p = put(p, (unsigned)c.month, 2);
	*p++ = '-';
	p = put(p, (unsigned)c.day, 2);
	*p++ = 'T';
	p = put(p, ms / 3600000, 2);
	*p++ = ':';
	p = put(p, ms / 60000 % 60, 2);
	*p++ = ':';
	p = put(p, ms / 1000 % 60, 2);
	*p++ = '.';
	p = put(p, ms % 1000, 3);
	*p++ = 'Z';
	*p = 0;
}

struct toc_str toc_time_str(struct toc_arena *a, toc_time t)
{
	char text[TOC_TIME_TEXT];
	toc_time_format(t, text);
	return toc_arena_str(a, (struct toc_str){ text, sizeof "YYYY-MM-DDTHH:MM:SS.mmmZ" - 1 });
}

/* Exactly `digits` decimal digits at *p, moving it; -1 when they are not there. */
static int number(const char **p, const char *end, int digits)
{
	int value = 0;

	if (end - *p < digits)
		return -1;
	for (; digits > 0; digits--, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		value = value * 10 + (**p - '0');
	}
	return value;
}

static bool letter(const char **p, const char *end, char wanted)
{
	if (*p == end || **p != wanted)
		return false;
	(*p)++;
	return true;
}

/* YYYY-MM-DD */
static bool date(const char **p, const char *end, struct civil *ret)
{
	int year = number(p, end, 4);
	int month = letter(p, end, '-') ? number(p, end, 2) : -1;
	int day = letter(p, end, '-') ? number(p, end, 2) : -1;

	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	*ret = (struct civil){ year, month, day };
	return true;
}

/* HH:MM in minutes, or -1 */
static int minutes(const char **p, const char *end)
{
	int hour = number(p, end, 2);
	int minute = letter(p, end, ':') ? number(p, end, 2) : -1;

	return hour < 0 || hour > 23 || minute < 0 || minute > 59 ? -1 : hour * 60 + minute;
}

/* One to six digits after the point, in microseconds; 0 without a point; -1 when wrong. */
static int fraction(const char **p, const char *end)
{
	int us = 0, digits = 0;

	if (!letter(p, end, '.'))
		return 0;
	for (int unit = 100000; *p < end && **p >= '0' && **p <= '9'; unit /= 10, digits++, (*p)++)
		us += (**p - '0') * unit; /* a seventh digit would be lost, so it is refused */
	return digits >= 1 && digits <= 6 ? us : -1;
}

/* Upper-case T and Z only, as the schema's pattern says. */
int toc_time_parse(struct toc_str text, toc_time *ret_time, int *ret_offset_min)
{
	const char *p = text.p, *end = text.p + text.n;
	struct civil day;
	int offset = 0;

	if (!date(&p, end, &day) || !letter(&p, end, 'T'))
		return TOC_EINVAL;
	int minute = minutes(&p, end);
	int second = letter(&p, end, ':') ? number(&p, end, 2) : -1;
	int us = fraction(&p, end);
	if (minute < 0 || second < 0 || second > 59 || us < 0)
		return TOC_EINVAL;
	if (!letter(&p, end, 'Z')) {
		int sign = letter(&p, end, '+') ? 1 : letter(&p, end, '-') ? -1 : 0;
		int east = minutes(&p, end);
		if (sign == 0 || east < 0)
			return TOC_EINVAL;
		offset = sign * east;
	}
	if (p != end)
		return TOC_EINVAL;

	int64_t seconds = days_of(day) * 86400 + (minute - offset) * 60 + second;
	int64_t t = seconds * 1000000 + us;
	if (t < 0 || t > TOC_TIME_LAST.us)
		return TOC_EINVAL;
	*ret_time = (toc_time){ t };
	if (ret_offset_min)
		*ret_offset_min = offset;
	return 0;
}

static int64_t read_clock(clockid_t which)
{
	struct timespec ts;
	if (clock_gettime(which, &ts) != 0)
		TOC_WRONG("clock_gettime");
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

toc_time toc_clock_now(void)
{
	return (toc_time){ read_clock(CLOCK_REALTIME) };
}

int64_t toc_clock_mono_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}
