/* embedded.h: the files of sql/, compiled in (embed.cmake). In order of path. */
#ifndef TOC_STORE_EMBEDDED_H
#define TOC_STORE_EMBEDDED_H

#include <stddef.h>

struct toc_sql {
	const char *path; /* "migrations/0001_ledger.sql" */
	const char *text; /* NUL-terminated */
	size_t n;
};
extern const struct toc_sql toc_sql[];
extern const size_t toc_sql_n;

#endif
