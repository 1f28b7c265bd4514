/* steady.c: see steady.h. */
#include "keeper/steady.h"

#define STEP_US 200000 /* less is how clocks are disciplined, and how two readings differ */
#define RIDE_OUT_US INT64_C(3600000000)
#define SLOWER 10 /* one tenth slower while we are ahead */

toc_time toc_steady_now(struct toc_steady *s, toc_time wall, int64_t mono_us)
{
	if (s->begun) {
		int64_t passed = mono_us - s->mono_us, step = wall.us - s->wall_us - passed;
		if (step < -STEP_US || (step > STEP_US && s->ahead_us > 0))
			s->ahead_us -= step;
		s->passed_us += passed;
		s->ahead_us -= s->passed_us / SLOWER;
		s->passed_us %= SLOWER; /* readings may be closer than that */
		if (s->ahead_us < 0 || s->ahead_us > RIDE_OUT_US)
			s->ahead_us = 0;
	}
	s->begun = true;
	s->wall_us = wall.us;
	s->mono_us = mono_us;
	return (toc_time){ wall.us + s->ahead_us };
}
