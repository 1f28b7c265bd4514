/* pg_error.c: what the server says, in our words.
 *
 * Messages of class 22 and 23 may quote what they refuse, so of these only SQLSTATE and the constraint's name
 * are passed on: constraints are named so that this is enough. Source: PostgreSQL manual, appendix A. */
#include "store/pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *sqlstate; /* or its beginning */
	int result;
} meaning[] = {
	{ "TC001", TOC_ECONFLICT }, /* sql/functions/append.sql */
	{ "TC003", TOC_ECONFLICT }, /* sql/functions/publish.sql */
	{ "TC004", TOC_ENOTFOUND }, /* sql/functions/keys.sql: the wrapping key was replaced */
	{ "TC005", TOC_ENOTFOUND }, /* sql/functions/append.sql: a seal key was erased */
	{ "22", TOC_EINVAL },       /* data exception */
	{ "23", TOC_EINVAL },       /* integrity constraint violation */
	{ "57P", TOC_ECLOSED },     /* shut down while it was under way: nobody knows how far it came */
	{ "25P03", TOC_ECLOSED },   /* idle in transaction for too long: the session was ended */
	{ "08", TOC_ECLOSED },      /* connection exception */
	{ "", TOC_EIO },            /* all else: the transaction was rolled back */
};

void toc_pg_first_line(const char *message, char *ret_line, size_t cap)
{
	snprintf(ret_line, cap, "%.*s", (int)strcspn(message, "\n"), message);
}

int toc_pg_result(const PGresult *r, uint64_t *ret_size, struct toc_error *reterr)
{
	const char *sqlstate = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *primary = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	const char *constraint = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);
	const char *detail = PQresultErrorField(r, PG_DIAG_MESSAGE_DETAIL);
	char line[200];

	if (!sqlstate) { /* libpq's own: the connection is gone, or is not what it should be */
		toc_pg_first_line(PQresultErrorMessage(r), line, sizeof line);
		return toc_fail(reterr, TOC_ECLOSED, "database: %s", line);
	}
	for (size_t i = 0;; i++) {
		if (strncmp(sqlstate, meaning[i].sqlstate, strlen(meaning[i].sqlstate)) != 0)
			continue;
		int result = meaning[i].result;
		if (result == TOC_ECONFLICT)
			*ret_size = strtoull(detail ? detail : "0", NULL, 10);
		if (result == TOC_EINVAL)
			return toc_fail(reterr, result, "database: refused by %s (SQLSTATE %s)",
					constraint ? constraint : "the type of a value", sqlstate);
		return toc_fail(reterr, result, "database: %s (SQLSTATE %s)", primary ? primary : "error",
				sqlstate);
	}
}
