/* test_clock.c: a clock that is set is told from one that runs. */
#include "main/clock.h"

#include "check.h"

CASE(a_step_of_more_than_a_second_shows_once_in_either_direction)
{
	struct toc_clock_watch w = { 0 };
	int64_t now = INT64_C(1900000000000000), mono = 5000000;

	CHECK_INT(toc_clock_step(&w, (toc_time){ now }, mono), 0);
	CHECK_INT(toc_clock_step(&w, (toc_time){ now + 1000000 }, mono + 1000000), 0);
	CHECK_INT(toc_clock_step(&w, (toc_time){ now + 602000000 }, mono + 2000000), 600000000);
	CHECK_INT(toc_clock_step(&w, (toc_time){ now + 603000000 }, mono + 3000000), 0);
	CHECK_INT(toc_clock_step(&w, (toc_time){ now + 4000000 }, mono + 4000000), -600000000);
}

CASE(a_clock_that_is_slewed_and_a_process_that_slept_are_no_step)
{
	struct toc_clock_watch w = { 0 };
	int64_t now = INT64_C(1900000000000000), mono = 5000000;

	CHECK_INT(toc_clock_step(&w, (toc_time){ now }, mono), 0);
	CHECK_INT(toc_clock_step(&w, (toc_time){ now + 3600500000 }, mono + 3600000000), 0);
}

RUN_CASES()
