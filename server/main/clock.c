/* clock.c: see clock.h. Source: adjtimex(2). */
#include "main/clock.h"

#include <sys/timex.h>

#include "base/log.h"
#include "measure/metrics.h"

#define STEP_US 1000000

int64_t toc_clock_step(struct toc_clock_watch *w, toc_time now, int64_t mono_us)
{
	int64_t apart = now.us - mono_us, by = w->begun ? apart - w->apart_us : 0;
	w->apart_us = apart;
	w->begun = true;
	return by > STEP_US || by < -STEP_US ? by : 0;
}

void toc_clock_watch(struct toc_clock_watch *w)
{
	struct timex clock = { .modes = 0 };
	int64_t mono = toc_clock_mono_us(), by = toc_clock_step(w, toc_clock_now(), mono);
	if (by) {
		toc_log(TOC_LOG_WARN, "clock_stepped", "the clock was set by %lld ms", (long long)(by / 1000));
		toc_count(TOC_METRIC_PARENT_CLOCK_STEPS);
		toc_gauge(TOC_METRIC_PARENT_CLOCK_STEPPED, 0, mono);
	}
	toc_gauge(TOC_METRIC_PARENT_CLOCK_SYNCED, 0, adjtimex(&clock) >= 0 && !(clock.status & STA_UNSYNC));
}
