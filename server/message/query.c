/* query.c: the table of named queries, and whether a question fits it. */
#include "message/query.h"

#include "base/bytes.h"
#include "base/time.h"

#include <string.h>

enum { MAY, MUST };

/* Three readings of the table: how many parameters and columns each has, these, and the rows. */
#define ROWS TOC_QUERY_ROWS
#define ENTRIES TOC_QUERY_ENTRIES
#define EVIDENCE TOC_QUERY_EVIDENCE
#define FINDS TOC_QUERY_FINDS

enum row_kind { OF_QUERY, OF_PARAMETER, OF_COLUMN };
static const struct {
	enum row_kind kind;
	const char *name, *meaning;
	int x, y;
} rows[] = {
#define QUERY(name, meaning, kind) { OF_QUERY, name, meaning, kind, 0 },
#define PARAMETER(name, value, need, meaning) { OF_PARAMETER, name, meaning, TOC_QUERY_##value, need },
#define COLUMN(name, meaning) { OF_COLUMN, name, meaning, 0, 0 },
#include "message/query.def"
#undef QUERY
#undef PARAMETER
#undef COLUMN
};
#define N_ROWS (sizeof rows / sizeof *rows)

/* Of every query. */
static const struct toc_query_parameter common[] = {
	{ "limit", TOC_QUERY_COUNT, false, "rows at most; 1,000,000 is the most" },
	{ "skip", TOC_QUERY_COUNT, false, "rows to leave out at the beginning" },
	{ "as_of", TOC_QUERY_COUNT, false, "size of the ledger that is looked at" },
};
#define N_COMMON (sizeof common / sizeof *common)

static struct toc_query_parameter parameters[N_ROWS + 1];
static struct toc_query_column columns[N_ROWS + 1];
static struct toc_query queries[N_ROWS];
static size_t n_queries;

static void read_table(void)
{
	size_t p = 0, c = 0;

	if (n_queries)
		return;
	for (size_t i = 0; i < N_ROWS; i++) {
		struct toc_query *q = n_queries ? &queries[n_queries - 1] : NULL;
		switch (rows[i].kind) {
		case OF_QUERY:
			queries[n_queries++] = (struct toc_query){ rows[i].name, rows[i].meaning, (enum toc_query_kind)rows[i].x,
								   &parameters[p], 0, &columns[c], 0 };
			break;
		case OF_PARAMETER:
			parameters[p++] = (struct toc_query_parameter){ rows[i].name, (enum toc_query_value)rows[i].x, rows[i].y,
									rows[i].meaning };
			q->n_parameters++;
			break;
		case OF_COLUMN:
			columns[c++] = (struct toc_query_column){ rows[i].name, rows[i].meaning };
			q->n_columns++;
			break;
		}
	}
}

const struct toc_query *toc_query_at(size_t i)
{
	read_table();
	return i < n_queries ? &queries[i] : NULL;
}

const struct toc_query *toc_query_find(struct toc_str name)
{
	for (size_t i = 0; toc_query_at(i); i++)
		if (toc_str_is(name, queries[i].name))
			return &queries[i];
	return NULL;
}

struct toc_str toc_query_value_of(const struct toc_value *body, const char *name)
{
	const struct toc_value *list = toc_get(body, "parameters");

	for (size_t i = 0; i < toc_len(list); i++)
		if (toc_get_is(toc_at(list, i), "name", name))
			return toc_get_text(toc_at(list, i), "value");
	return TOC_STR("");
}

uint64_t toc_query_count_of(const struct toc_value *body, const char *name, uint64_t absent)
{
	struct toc_str s = toc_query_value_of(body, name);
	uint64_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	return s.n ? n : absent;
}

bool toc_query_has(const struct toc_query *q, const char *parameter)
{
	for (size_t i = 0; i < q->n_parameters; i++)
		if (strcmp(q->parameters[i].name, parameter) == 0)
			return true;
	return false;
}

static const struct toc_query_parameter *parameter_of(const struct toc_query *q, struct toc_str name)
{
	for (size_t i = 0; i < N_COMMON; i++)
		if (toc_str_is(name, common[i].name))
			return &common[i];
	for (size_t i = 0; q && i < q->n_parameters; i++)
		if (toc_str_is(name, q->parameters[i].name))
			return &q->parameters[i];
	return NULL;
}

static bool is_count(struct toc_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0 && s.n <= 15;
}

static bool is_code(struct toc_str s, size_t most)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	return s.n > 0 && s.n <= most;
}

static const char *const value_words[] = { [TOC_QUERY_UUID] = "a UUID", [TOC_QUERY_ORG] = "the code of an organisation",
					   [TOC_QUERY_TIME] = "a time (RFC 3339)", [TOC_QUERY_NAME] = "a name",
					   [TOC_QUERY_COUNT] = "a whole number from 0 on" };
static const char *const value_names[] = { [TOC_QUERY_UUID] = "uuid", [TOC_QUERY_ORG] = "org", [TOC_QUERY_TIME] = "time",
					   [TOC_QUERY_NAME] = "name", [TOC_QUERY_COUNT] = "count" };

static bool fits(enum toc_query_value kind, struct toc_str s)
{
	struct toc_uuid id;
	toc_time t;

	switch (kind) {
	case TOC_QUERY_UUID: return toc_uuid_parse(s, &id) == 0;
	case TOC_QUERY_TIME: return toc_time_parse(s, &t, NULL) == 0;
	case TOC_QUERY_ORG: return is_code(s, 64);
	case TOC_QUERY_NAME: return is_code(s, 300);
	case TOC_QUERY_COUNT: return is_count(s);
	}
	return false;
}

static int check_parameters(const struct toc_query *q, const struct toc_value *list, struct toc_refusal *r)
{
	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_str name = toc_get_text(toc_at(list, i), "name");
		const struct toc_query_parameter *p = parameter_of(q, name);
		if (!p)
			return toc_refuse(r, TOC_REFUSE_UNKNOWN_FIELD, "parameters", "domain M27", "%s has no parameter %.*s",
					  q ? q->name : "sql", TOC_STR_ARGS(name));
		for (size_t k = 0; k < i; k++)
			if (toc_str_eq(name, toc_get_text(toc_at(list, k), "name")))
				return toc_refuse(r, TOC_REFUSE_BAD_VALUE, "parameters", "domain M27", "%s is there twice", p->name);
		if (!fits(p->value, toc_get_text(toc_at(list, i), "value")))
			return toc_refuse(r, TOC_REFUSE_BAD_VALUE, "parameters", "domain M27", "%s is %s", p->name,
					  value_words[p->value]);
	}
	return 0;
}

int toc_query_check(const struct toc_value *body, struct toc_refusal *r)
{
	struct toc_str name = toc_get_text(body, "query");
	const struct toc_query *q = toc_query_find(name);
	bool is_sql = toc_str_is(name, "sql");

	if (!q && !is_sql)
		return toc_refuse(r, TOC_REFUSE_NOT_FOUND, "query", "domain M27", "there is no query of that name: GET /api/audit has all of them");
	if (is_sql != (toc_get(body, "sql") != NULL))
		return toc_refuse(r, is_sql ? TOC_REFUSE_MISSING_FIELD : TOC_REFUSE_UNKNOWN_FIELD, "sql", "domain M27",
				  "a statement is given to sql, and to no named query");
	if (toc_str_is(toc_get_text(body, "format"), "bundle") && (!q || q->kind != TOC_QUERY_EVIDENCE))
		return toc_refuse(r, TOC_REFUSE_BAD_VALUE, "format", "domain M27", "a bundle is of the query evidence");
	if (check_parameters(q, toc_get(body, "parameters"), r) < 0)
		return -1;
	for (size_t i = 0; q && i < q->n_parameters; i++)
		if (q->parameters[i].must && !toc_query_value_of(body, q->parameters[i].name).n)
			return toc_refuse(r, TOC_REFUSE_MISSING_FIELD, "parameters", "domain M27", "%s needs %s: %s", q->name,
					  q->parameters[i].name, q->parameters[i].meaning);
	return 0;
}

static void push_parameter(struct toc_arena *a, struct toc_value *list, const struct toc_query_parameter *p)
{
	struct toc_value *v = toc_value_map(a);

	toc_set_cstr(a, v, "name", p->name);
	toc_set_cstr(a, v, "kind", value_names[p->value]);
	toc_set_bool(a, v, "must", p->must);
	toc_set_cstr(a, v, "meaning", p->meaning);
	toc_push(a, list, v);
}

struct toc_value *toc_query_list(struct toc_arena *a)
{
	struct toc_value *all = toc_value_map(a), *list = toc_value_list(a);
	const struct toc_query *q;

	for (size_t i = 0; (q = toc_query_at(i)); i++) {
		struct toc_value *v = toc_value_map(a), *takes = toc_value_list(a), *gives = toc_value_list(a);
		toc_set_cstr(a, v, "name", q->name);
		toc_set_cstr(a, v, "meaning", q->meaning);
		for (size_t k = 0; k < q->n_parameters; k++)
			push_parameter(a, takes, &q->parameters[k]);
		for (size_t k = 0; k < N_COMMON; k++)
			push_parameter(a, takes, &common[k]);
		for (size_t k = 0; k < q->n_columns; k++) {
			struct toc_value *c = toc_value_map(a);
			toc_set_cstr(a, c, "name", q->columns[k].name);
			toc_set_cstr(a, c, "meaning", q->columns[k].meaning);
			toc_push(a, gives, c);
		}
		toc_set(a, v, "parameters", takes);
		toc_set(a, v, "columns", gives);
		toc_push(a, list, v);
	}
	toc_set(a, all, "queries", list);
	return all;
}
