/* query.h: what may be asked of the ledger by name (query.def). */
#ifndef TOC_MESSAGE_QUERY_H
#define TOC_MESSAGE_QUERY_H

#include "base/memory.h"
#include "base/refusal.h"
#include "base/value.h"

enum toc_query_kind { TOC_QUERY_ROWS, TOC_QUERY_ENTRIES, TOC_QUERY_EVIDENCE, TOC_QUERY_FINDS };
enum toc_query_value { TOC_QUERY_UUID, TOC_QUERY_ORG, TOC_QUERY_TIME, TOC_QUERY_NAME, TOC_QUERY_COUNT };

struct toc_query_parameter {
	const char *name;
	enum toc_query_value value;
	bool must;
	const char *meaning;
};
struct toc_query_column {
	const char *name, *meaning;
};
struct toc_query {
	const char *name, *meaning;
	enum toc_query_kind kind;
	const struct toc_query_parameter *parameters;
	size_t n_parameters;
	const struct toc_query_column *columns;
	size_t n_columns;
};
#define TOC_QUERY_ROWS_MOST 1000000 /* rows of one answer; who wants more asks for the next page */

const struct toc_query *toc_query_at(size_t i); /* NULL after the last */
const struct toc_query *toc_query_find(struct toc_str name); /* NULL: there is none */

/** A question, as an M27 says it: what is named, and every parameter as it should be? @return 0 or -1 */
int toc_query_check(const struct toc_value *body, struct toc_refusal *r);
bool toc_query_has(const struct toc_query *q, const char *parameter); /* besides those that all have */
/** The value of one of its parameters, or empty. */
struct toc_str toc_query_value_of(const struct toc_value *body, const char *name);
/** One that is a number, checked. */
uint64_t toc_query_count_of(const struct toc_value *body, const char *name, uint64_t absent);
/** The table as a document: {"queries":[{name, meaning, parameters:[…], columns:[…]}]}. */
struct toc_value *toc_query_list(struct toc_arena *a);

#endif
