/* filter.c: see filter.h. */
#include "confine/filter.h"

#include "base/log.h"

int toc_filter_load(uint32_t otherwise, int (*fill)(scmp_filter_ctx filter, const void *ctx), const void *ctx)
{
	scmp_filter_ctx filter = seccomp_init(otherwise);
	int r = filter ? fill(filter, ctx) : -ENOMEM;

	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	if (r < 0)
		toc_log(TOC_LOG_WARN, "sandbox", "no system call filter here (%d), going on without", r);
	return r < 0 ? -1 : 0;
}

int toc_filter_each(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		r = seccomp_rule_add(filter, action, calls[i], 0);
		if (r == -EDOM || r == -EFAULT)
			r = 0; /* this architecture has no such call */
	}
	return r;
}
