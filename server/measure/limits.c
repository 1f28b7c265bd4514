/* limits.c: see limits.h. */
#include "measure/limits.h"

const char *toc_limit_name(enum toc_limit limit)
{
	static const char *const names[] = {
#define TOC_LIMIT(name, part, standard, least, most, kind, what) #name,
#include "measure/limit.def"
#undef TOC_LIMIT
	};

	return names[limit];
}

void toc_limits_read(const struct toc_value *configured, struct toc_limits *ret)
{
#define TOC_LIMIT(name, part, standard, least, most, kind, what)        \
	{                                                               \
		int64_t v = toc_get_int(configured, #name, (standard)); \
		ret->name = v > 0 ? v : (standard);                     \
	}
#include "measure/limit.def"
#undef TOC_LIMIT
}
