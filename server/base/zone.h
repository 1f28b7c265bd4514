/* zone.h: local time of the zones in zone.def. Pure: no zone files, no environment, no clock; the same on every node. */
#ifndef TOC_BASE_ZONE_H
#define TOC_BASE_ZONE_H

#include "base/time.h"

struct toc_zone;
const struct toc_zone *toc_zone_find(struct toc_str name); /* NULL when there is none of that name */
const char *toc_zone_name(size_t i);                       /* NULL past the end */

struct toc_local {
	int year, month, day; /* as people count them */
	int weekday;          /* 0 is Monday */
	int minute;           /* of the day */
};
struct toc_local toc_zone_local(const struct toc_zone *z, toc_time t);
/** The moment of a local time (date and minute; 24 * 60 is the next midnight). In the hour that an autumn night has
 * twice it is the first; in the hour that a spring night lacks, as if it had it: 02:30 is then 03:30. */
toc_time toc_zone_time(const struct toc_zone *z, struct toc_local local);
/** Local midnight after the day of t, which is 23 to 25 hours after that day's. */
toc_time toc_zone_next_day(const struct toc_zone *z, toc_time t);

/** "2026-10-25" @return 0 and year, month, day, weekday of ret_local, or -1 */
int toc_local_date(struct toc_str text, struct toc_local *ret_local) TOC_MUSTCHECK;
/** "08:00", to "24:00" @return minute of the day, or -1 */
int toc_local_minute(struct toc_str text);

#endif
