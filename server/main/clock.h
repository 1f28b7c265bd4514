/* clock.h: the server's clock, as the parent watches it: deadlines and receipts carry its time. */
#ifndef TOC_MAIN_CLOCK_H
#define TOC_MAIN_CLOCK_H

#include "base/time.h"

struct toc_clock_watch {
	int64_t apart_us; /* server time less monotonic time, when we looked last */
	bool begun;
};

/** @return by how much it was set since the last call, when that is over a second; else 0. Pure. */
int64_t toc_clock_step(struct toc_clock_watch *w, toc_time now, int64_t mono_us);

/** Look, log a step, and count. Once a second. */
void toc_clock_watch(struct toc_clock_watch *w);

#endif
