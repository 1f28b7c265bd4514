/* limit.h: the token buckets that keep some of the limits (measure/limit.def). */
#ifndef TOC_FRONT_LIMIT_H
#define TOC_FRONT_LIMIT_H

#include "measure/limits.h"

/** A token bucket as one point in time: when it will be full again. Starts full as all zero. */
struct toc_bucket {
	int64_t full_us;
};
/** Take one of `burst` tokens, of which `per_minute` come back.
 * @return 0, or the microseconds after which there is one; then nothing was taken */
int64_t toc_bucket_take(struct toc_bucket *b, int64_t per_minute, int64_t burst, int64_t now_us);
/** The same without taking. */
int64_t toc_bucket_wait(const struct toc_bucket *b, int64_t per_minute, int64_t burst, int64_t now_us);

#endif
