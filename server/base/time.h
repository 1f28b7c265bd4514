/* time.h: points in time and lengths of time that the compiler does not let us mix, and their texts.
 *
 * toc_time is server or scenario time: microseconds since 1970-01-01T00:00:00Z. Nothing below main, keeper,
 * archive and front reads a clock: time is an argument. Calendar arithmetic (months) is in UTC; a day that a
 * month lacks becomes its last (domain rules, part d). */
#ifndef TOC_BASE_TIME_H
#define TOC_BASE_TIME_H

#include "base/error.h"
#include "base/memory.h"

typedef struct {
	int64_t us;
} toc_time;
typedef struct {
	int64_t us;
} toc_dur;

#define TOC_TIME_NEVER ((toc_time){ INT64_MAX })
#define TOC_TIME_LAST ((toc_time){ INT64_C(253402300799999999) }) /* of four digits' years: 9999-12-31 */
#define TOC_SECONDS(n) ((toc_dur){ (int64_t)(n)*1000000 })
#define TOC_MINUTES(n) TOC_SECONDS((n)*60)
#define TOC_HOURS(n) TOC_SECONDS((n)*3600)

static inline toc_time toc_after(toc_time t, toc_dur d)
{
	return (toc_time){ t.us + d.us };
}
static inline toc_dur toc_between(toc_time from, toc_time to)
{
	return (toc_dur){ to.us - from.us };
}
static inline bool toc_before(toc_time a, toc_time b)
{
	return a.us < b.us;
}
toc_time toc_after_months(toc_time t, int months);

/** RFC 3339 in UTC with milliseconds: 2031-05-17T14:02:00.000Z */
#define TOC_TIME_TEXT 32
void toc_time_format(toc_time t, char ret_text[TOC_TIME_TEXT]);
struct toc_str toc_time_str(struct toc_arena *a, toc_time t);
/** RFC 3339 with any offset; at most microseconds; years 1970 to 9999; a leap second :60 is refused.
 * @param ret_offset_min minutes east of UTC as written; may be NULL */
int toc_time_parse(struct toc_str text, toc_time *ret_time, int *ret_offset_min) TOC_MUSTCHECK;

/** The machine's clocks. Only processes call these, never base, domain, message or ledger. */
toc_time toc_clock_now(void);    /* CLOCK_REALTIME */
int64_t toc_clock_mono_us(void); /* CLOCK_MONOTONIC, for time-outs */

#endif
