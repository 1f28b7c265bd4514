/* steady.h: the keeper's clock. A deadline that runs is not put off because somebody set the machine's clock back.
 *
 * Forward the machine's clock is followed at once: deadlines fire early rather than late. When it is set back, time goes on
 * from where it was, nine tenths as fast, until the machine's clock is where we are; so a page that is due in five minutes
 * comes in little more than five minutes, and no time is told twice. More than an hour is not ridden out: then it was the
 * earlier time that was wrong. Pure: both clocks are arguments. */
#ifndef TOC_KEEPER_STEADY_H
#define TOC_KEEPER_STEADY_H

#include "base/time.h"

struct toc_steady {
	bool begun;
	int64_t wall_us, mono_us; /* as they were last */
	int64_t ahead_us;         /* of the machine's clock */
	int64_t passed_us;        /* not yet taken off it */
};
toc_time toc_steady_now(struct toc_steady *s, toc_time wall, int64_t mono_us);

#endif
