/* limits.h: what the limits of limit.def are set to, for the part that keeps them. */
#ifndef TOC_MEASURE_LIMITS_H
#define TOC_MEASURE_LIMITS_H

#include "base/value.h"

enum toc_limit {
#define TOC_LIMIT(name, part, standard, least, most, kind, what) TOC_LIMIT_##name,
#include "measure/limit.def"
#undef TOC_LIMIT
	TOC_LIMITS
};

struct toc_limits {
#define TOC_LIMIT(name, part, standard, least, most, kind, what) int64_t name;
#include "measure/limit.def"
#undef TOC_LIMIT
};

const char *toc_limit_name(enum toc_limit limit); /* "ring_kib" */

/** The table's values, changed by the members of `configured` (may be NULL) that are positive integers. The ranges
 * are the configuration's business: tests use smaller limits. */
void toc_limits_read(const struct toc_value *configured, struct toc_limits *ret_limits);

#endif
