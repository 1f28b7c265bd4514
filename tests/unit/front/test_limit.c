/* test_limit.c: token buckets. */
#include "check.h"

#include "front/limit.h"

CASE(a_full_bucket_gives_its_burst_and_then_one_an_interval)
{
	struct toc_bucket b = { 0 };
	int64_t now = 1000000000;

	for (int i = 0; i < 10; i++)
		CHECK_INT(toc_bucket_take(&b, 60, 10, now), 0);
	CHECK_INT(toc_bucket_take(&b, 60, 10, now), 1000000);
	CHECK_INT(toc_bucket_take(&b, 60, 10, now + 400000), 600000);
	CHECK_INT(toc_bucket_take(&b, 60, 10, now + 1000000), 0);
	CHECK(toc_bucket_take(&b, 60, 10, now + 1000000) > 0);
}

CASE(waiting_fills_it_and_no_further_than_full)
{
	struct toc_bucket b = { 0 };
	int64_t now = 1000000000;

	CHECK_INT(toc_bucket_take(&b, 60, 3, now), 0);
	now += INT64_C(3600000000);
	for (int i = 0; i < 3; i++)
		CHECK_INT(toc_bucket_take(&b, 60, 3, now), 0);
	CHECK(toc_bucket_take(&b, 60, 3, now) > 0);
}

CASE(asking_takes_nothing)
{
	struct toc_bucket b = { 0 };

	for (int i = 0; i < 100; i++)
		CHECK_INT(toc_bucket_wait(&b, 60, 1, 5), 0);
	CHECK_INT(toc_bucket_take(&b, 60, 1, 5), 0);
	CHECK(toc_bucket_wait(&b, 60, 1, 5) > 0);
}

RUN_CASES()
