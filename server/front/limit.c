/* limit.c: token buckets in the form of the generic cell rate algorithm (ITU-T I.371):
 * a bucket is full at one point in time, each token taken moves that point one interval away, and there is no
 * token when it would lie more than `burst` intervals ahead. */
#include "front/limit.h"

int64_t toc_bucket_wait(const struct toc_bucket *b, int64_t per_minute, int64_t burst, int64_t now_us)
{
	int64_t interval = 60 * INT64_C(1000000) / per_minute;
	int64_t full = (b->full_us > now_us ? b->full_us : now_us) + interval;
	int64_t over = full - now_us - interval * burst;

	return over > 0 ? over : 0;
}

int64_t toc_bucket_take(struct toc_bucket *b, int64_t per_minute, int64_t burst, int64_t now_us)
{
	int64_t wait = toc_bucket_wait(b, per_minute, burst, now_us);

	if (wait == 0)
		b->full_us = (b->full_us > now_us ? b->full_us : now_us) + 60 * INT64_C(1000000) / per_minute;
	return wait;
}
