/* test_limit.c: token buckets, and limits from the configuration. */
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

CASE(the_configuration_changes_what_it_names_and_nothing_else)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v = toc_value_map(a);
	struct toc_limits l;

	toc_set_int(a, v, "messages_burst", 7);
	toc_set_int(a, v, "frame", -1);
	toc_set_cstr(a, v, "depth", "many");
	toc_limits_read(v, &l);
	CHECK_INT(l.messages_burst, 7);
	CHECK_INT(l.frame, 65536);
	CHECK_INT(l.depth, 16);
	toc_limits_read(NULL, &l);
	CHECK_INT(l.messages_burst, 400);
	toc_arena_free(a);
}

RUN_CASES()
