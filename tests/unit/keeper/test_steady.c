/* The keeper's clock when the machine's is set. */
#include "check.h"

#include "keeper/steady.h"

#define S INT64_C(1000000)
#define NOON (INT64_C(1795385400) * S)

static struct toc_steady s;
static int64_t wall, mono;

/* Seconds after noon, so long after the last time. */
static double after(double seconds)
{
	wall += (int64_t)(seconds * S);
	mono += (int64_t)(seconds * S);
	return (double)(toc_steady_now(&s, (toc_time){ wall }, mono).us - NOON) / S;
}

static void begin(void)
{
	s = (struct toc_steady){ .begun = false };
	wall = NOON;
	mono = 5 * S;
	CHECK(after(0) == 0);
}

CASE(it_is_the_machines_clock_as_long_as_nobody_sets_it)
{
	begin();
	CHECK(after(1) == 1);
	wall += 150000; /* disciplined, a little */
	CHECK(after(10) == 11.15);
	wall -= 150000;
	CHECK(after(10) == 21);
}

CASE(forward_it_is_followed_at_once)
{
	begin();
	wall += 600 * S;
	CHECK(after(1) == 601);
	wall += 36000 * S; /* asleep for a night: the other clock stood still */
	CHECK(after(1) == 36602);
}

CASE(set_back_a_deadline_of_five_minutes_is_not_put_off_by_ten)
{
	begin();
	wall -= 600 * S;
	double before = 0, now = 0, real = 0;
	for (; now < 300 && real < 1000; real += 0.5) {
		now = after(0.5);
		CHECK(now >= before); /* no time is told twice */
		before = now;
	}
	CHECK(real > 300 && real < 340);
	while (real < 6100) {
		now = after(1);
		real += 1;
	}
	CHECK(now == (double)(wall - NOON) / S); /* and after a while it is the machine's again */
}

CASE(set_back_and_forth_is_as_if_nothing_was)
{
	begin();
	wall -= 600 * S;
	(void)after(1);
	wall += 600 * S;
	double now = after(1);
	CHECK(now > 1.7 && now <= 2);
}

CASE(readings_may_be_close)
{
	begin();
	wall -= 10 * S;
	for (int i = 0; i < 3000000; i++)
		(void)after(0.000003);
	CHECK(s.ahead_us > 9 * S && s.ahead_us < 10 * S - S / 2);
}

CASE(more_than_an_hour_back_is_the_truth)
{
	begin();
	wall -= 3700 * S;
	CHECK(after(1) == -3699);
}

RUN_CASES()
