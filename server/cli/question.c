/* question.c: `tocsin audit queries`, `audit query`, `audit sql`: questions to the ledger, and their answers as a table. */
#include "cli/cli.h"

#include <string.h>

#include "base/digest.h"
#include "base/time.h"
#include "message/json.h"
#include "message/query.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)
#define PATIENCE_S 180 /* the server's own limit of an answer is less */
#define ROWS_BEFORE 200 /* that say how wide columns are */
#define COLUMNS 64
#define CELL 40
#define PAGE "200" /* rows, where nobody says how many */

/* ---- the list ---- */

static void show_query(const struct cli *cli, const struct toc_query *q, bool whole)
{
	printf("%s%s%s", term_on(&cli->out, TERM_BOLD), q->name, term_off(&cli->out));
	term_cell(&cli->out, TOC_STR(""), strlen(q->name) < 18 ? 18 - strlen(q->name) : 1);
	printf("%s\n", q->meaning);
	for (size_t i = 0; i < q->n_parameters; i++)
		printf("    %-14s%s  %s\n", q->parameters[i].name, q->parameters[i].must ? "*" : " ", q->parameters[i].meaning);
	for (size_t i = 0; whole && i < q->n_columns; i++)
		printf("    %s%-28s%s  %s\n", term_on(&cli->out, TERM_DIM), q->columns[i].name, term_off(&cli->out), q->columns[i].meaning);
}

int cli_audit_queries(const struct cli *cli)
{
	const struct toc_query *q;
	struct toc_arena *a = toc_arena_new();
	bool any = false;

	if (cli->json) {
		printf("%.*s\n", TOC_STR_ARGS(toc_json_str(a, toc_query_list(a))));
		any = true;
	}
	for (size_t i = 0; !cli->json && (q = toc_query_at(i)); i++) {
		if (cli->line.operand && strcmp(cli->line.operand, q->name) != 0)
			continue;
		any = true;
		show_query(cli, q, cli->line.operand != NULL);
	}
	if (any && !cli->json)
		printf("\n* is needed. All take limit, skip and as_of besides.\n");
	toc_arena_free(a);
	return any ? CLI_EXIT_OK : cli_complain(cli, CLI_EXIT_USAGE, "%s: there is no query of that name", cli->line.operand);
}

/* ---- the answer ---- */

struct reading {
	const struct cli *cli;
	struct toc_arena *arena; /* of the rows that wait to be shown */
	struct toc_buf line;
	size_t lines;
	int status;
	bool over;
	char why[400];
	struct toc_str before; /* the line before this one is a row, unless it is the first; the last is none */
	bool has_before;
	struct toc_arena *of_before;
	struct toc_digesting *hash;
	uint64_t rows;
	struct toc_value *waiting; /* rows */
	struct toc_str names[COLUMNS];
	size_t widths[COLUMNS], n_names;
	bool heads;
};

/* Times as people write them, in UTC; ids cut short; the rest on one line. */
static struct toc_str cell(struct toc_arena *a, const struct toc_value *v)
{
	struct toc_str s = v && v->kind == TOC_TEXT ? toc_str_harmless(a, toc_text_of(v), " ") : term_flat(a, v);
	toc_time t;
	struct toc_uuid id;

	if (v && v->kind == TOC_NULL)
		return TOC_STR("");
	if (s.n > 19 && s.p[10] == 'T' && toc_time_parse(s, &t, NULL) == 0) {
		struct toc_str x = toc_time_str(a, t);
		return toc_arena_printf(a, "%.10s %.8sZ", x.p, x.p + 11);
	}
	if (toc_uuid_parse(s, &id) == 0)
		s.n = 8;
	if (term_width(s) > CELL) {
		for (s.n = CELL - 1; (s.p[s.n] & 0xC0) == 0x80;)
			s.n--; /* not within a character */
		s = toc_arena_printf(a, "%.*s…", TOC_STR_ARGS(s));
	}
	return s;
}

static size_t column_of(struct reading *r, struct toc_str name)
{
	for (size_t i = 0; i < r->n_names; i++)
		if (toc_str_eq(r->names[i], name))
			return i;
	return COLUMNS;
}

static void show_row(struct reading *r, const struct toc_value *row)
{
	struct toc_arena *a = toc_arena_new();

	for (size_t i = 0; i < r->n_names; i++) {
		if (!r->widths[i])
			continue;
		struct toc_str s = cell(a, toc_get_str(row, r->names[i]));
		term_cell(&r->cli->out, s, r->widths[i] + 2);
	}
	printf("\n");
	toc_arena_free(a);
}

/* What has come so far says which columns there are, and how wide. */
static void show_waiting(struct reading *r)
{
	if (r->heads)
		return;
	r->heads = true;
	for (size_t k = 0; k < toc_len(r->waiting); k++) {
		const struct toc_value *row = toc_at(r->waiting, k);
		for (size_t i = 0; i < row->n; i++) {
			size_t c = column_of(r, row->members[i].name);
			if (c == COLUMNS && r->n_names < COLUMNS)
				r->names[c = r->n_names++] = row->members[i].name;
			size_t w = c < COLUMNS ? term_width(cell(r->arena, row->members[i].value)) : 0;
			if (w && w < term_width(row->members[i].name))
				w = term_width(row->members[i].name);
			if (c < COLUMNS && w > r->widths[c])
				r->widths[c] = w;
		}
	}
	printf("%s", term_on(&r->cli->out, TERM_BOLD));
	for (size_t i = 0; i < r->n_names; i++)
		if (r->widths[i])
			term_cell(&r->cli->out, r->names[i], r->widths[i] + 2);
	printf("%s\n", term_off(&r->cli->out));
	for (size_t k = 0; k < toc_len(r->waiting); k++)
		show_row(r, toc_at(r->waiting, k));
}

static void take_row(struct reading *r, struct toc_str line)
{
	struct toc_refusal refusal;
	struct toc_value *v;

	r->rows++;
	toc_digesting_add(r->hash, line);
	toc_digesting_add(r->hash, TOC_STR("\n"));
	if (r->cli->json)
		return;
	struct toc_arena *a = r->heads ? toc_arena_new() : r->arena;
	if (toc_json_parse(a, r->heads ? line : toc_arena_str(a, line), LINE_MAX_BYTES, 64, &v, &refusal) == 0) {
		if (r->heads)
			show_row(r, v);
		else
			toc_push(a, r->waiting, v);
	} else {
		printf("%.*s\n", TOC_STR_ARGS(line)); /* fractions, which no column of ours has: as it came */
	}
	if (r->heads)
		toc_arena_free(a);
	else if (toc_len(r->waiting) == ROWS_BEFORE)
		show_waiting(r);
}

/* What was asked, and of how much: the newest entries may be missing, after an upgrade for some minutes. */
static void take_head(struct reading *r, struct toc_str line)
{
	struct toc_refusal refusal;
	struct toc_value *head;

	if (toc_json_parse(r->arena, toc_arena_str(r->arena, line), LINE_MAX_BYTES, 64, &head, &refusal) == 0 && toc_get_int(head, "behind", 0) > 0)
		cli_complain(r->cli, 0, "the newest %lld entries are not looked at: the server still computes what questions look for; ask again later",
			     (long long)toc_get_int(head, "behind", 0));
}

/* A line is a row once another has come after it. */
static void take_line(struct reading *r, struct toc_str line)
{
	if (r->cli->json)
		printf("%.*s\n", TOC_STR_ARGS(line));
	if (r->lines == 0)
		take_head(r, line);
	if (r->lines++ >= 2)
		take_row(r, r->before);
	toc_arena_reset(r->of_before);
	r->before = toc_arena_str(r->of_before, line);
}

static bool on_piece(void *user, int status, const char *bytes, size_t n)
{
	struct reading *r = user;

	r->status = status;
	while (n > 0) {
		const char *end = status == 200 ? memchr(bytes, '\n', n) : NULL;
		size_t k = end ? (size_t)(end - bytes) : n;
		toc_buf_add(&r->line, bytes, k);
		if (end) {
			take_line(r, toc_buf_view(&r->line));
			toc_buf_clear(&r->line);
			k++;
		}
		bytes += k;
		n -= k;
	}
	return !r->line.failed && !cli_interrupted;
}

static void on_done(void *user, int status, const char *why)
{
	struct reading *r = user;

	r->over = true;
	r->status = status ? status : r->lines ? 200 : 0; /* that an answer came whole its last line says */
	snprintf(r->why, sizeof r->why, "%s", why);
}

static int refused(struct reading *r)
{
	struct toc_value *v;
	struct toc_refusal refusal;

	if (r->status == 0)
		return cli_complain(r->cli, CLI_EXIT_AWAY, "%s", r->why);
	if (toc_json_parse(r->arena, toc_buf_view(&r->line), LINE_MAX_BYTES, 16, &v, &refusal) < 0)
		return cli_complain(r->cli, CLI_EXIT_REFUSED, "the server answers %d", r->status);
	if (r->cli->json)
		printf("%.*s\n", TOC_STR_ARGS(toc_buf_view(&r->line)));
	struct toc_str field = toc_get_text(v, "field");
	return cli_complain(r->cli, CLI_EXIT_REFUSED, "refused: %.*s%s%.*s: %.*s", TOC_STR_ARGS(toc_get_text(v, "code")), field.n ? " " : "",
			    TOC_STR_ARGS(field), TOC_STR_ARGS(toc_get_text(v, "detail")));
}

/* How to ask for what is missing. */
static struct toc_str more_of(struct toc_arena *a, const struct toc_value *last)
{
	const struct toc_value *next = toc_get(last, "next");
	struct toc_str words = TOC_STR("");

	if (toc_get_bool(last, "complete"))
		return words;
	words = TOC_STR("; there are more");
	for (size_t i = 0; next && i < next->n; i++)
		words = toc_arena_printf(a, "%.*s%s%.*s=%.*s", TOC_STR_ARGS(words), i ? " " : ": go on with ", TOC_STR_ARGS(next->members[i].name),
					 TOC_STR_ARGS(toc_text_of(next->members[i].value)));
	return words;
}

static int judge(struct reading *r)
{
	struct toc_sha256 digest = toc_digesting_done(r->hash);
	struct toc_value *last;
	struct toc_refusal refusal;

	if (r->status != 200)
		return refused(r);
	if (!r->cli->json && toc_len(r->waiting))
		show_waiting(r);
	if (r->lines < 2 || toc_json_parse(r->arena, r->before, LINE_MAX_BYTES, 16, &last, &refusal) < 0 || !toc_get(last, "sha256"))
		return cli_complain(r->cli, CLI_EXIT_AWAY, "the answer was cut off after %llu rows", (unsigned long long)r->rows);
	struct toc_str hex = toc_hex(r->arena, digest.b, sizeof digest.b), error = toc_get_text(last, "error");
	if (!toc_str_eq(toc_get_text(last, "sha256"), hex) || toc_get_int(last, "count", -1) != (int64_t)r->rows)
		return cli_complain(r->cli, CLI_EXIT_AWAY, "what came is not what was sent");
	if (!r->cli->json && (!error.n || r->rows))
		printf("%s%llu row%s%.*s%s\n", term_on(&r->cli->out, TERM_DIM), (unsigned long long)r->rows, r->rows == 1 ? "" : "s",
		       TOC_STR_ARGS(more_of(r->arena, last)), term_off(&r->cli->out));
	if (error.n)
		return cli_complain(r->cli, CLI_EXIT_REFUSED, "%.*s", TOC_STR_ARGS(error));
	return CLI_EXIT_OK;
}

/* ---- the question ---- */

static int body_of(const struct cli *cli, struct toc_arena *a, struct toc_str *ret)
{
	struct toc_value *body = toc_value_map(a), *parameters = toc_value_map(a), *audited = toc_value_list(a);
	struct toc_str sql = toc_str_of(cli->line.operand);

	if (!cli->line.value[CLI_OPT_PURPOSE])
		return cli_complain(cli, -1, "--purpose is needed: it is on record");
	toc_set_cstr(a, body, "purpose", cli->line.value[CLI_OPT_PURPOSE]);
	toc_set_cstr(a, body, "mandate", cli->line.value[CLI_OPT_MANDATE]);
	if (cli->line.value[CLI_OPT_AUDITED]) {
		toc_push_text(a, audited, toc_str_of(cli->line.value[CLI_OPT_AUDITED]));
		toc_set(a, body, "audited", audited);
	}
	if (cli->line.command == CLI_AUDIT_SQL) {
		if (toc_str_is(sql, "-") && cli_read(cli, "-", 16000, a, &sql) < 0)
			return -1;
		toc_set_text(a, body, "sql", sql);
	}
	for (size_t i = 0; i < CLI_MORE && cli->line.more[i]; i++) {
		const char *equals = strchr(cli->line.more[i], '=');
		if (!equals)
			return cli_complain(cli, -1, "%s: a parameter is NAME=VALUE", cli->line.more[i]);
		toc_set_str(a, parameters, (struct toc_str){ cli->line.more[i], (size_t)(equals - cli->line.more[i]) },
			    toc_value_text(a, toc_str_of(equals + 1)));
	}
	if (cli->line.command == CLI_AUDIT_QUERY && !cli->line.value[CLI_OPT_EVERYTHING] && !toc_get(parameters, "limit"))
		toc_set_cstr(a, parameters, "limit", PAGE);
	toc_set(a, body, "parameters", parameters);
	*ret = toc_json_str(a, body);
	return 0;
}

int cli_ask(const struct cli *cli, const char *name, struct toc_str body)
{
	struct toc_arena *a = toc_arena_new();
	struct reading r = { .cli = cli, .arena = a, .of_before = toc_arena_new(), .waiting = toc_value_list(a) };
	struct tocsin *t = NULL;
	struct tocsin_error e;
	int code = cli_open(cli, &t);

	toc_buf_init(&r.line, LINE_MAX_BYTES);
	if (code == 0) {
		struct tocsin_request q = { .server = cli->server, .key = cli->key, .post = body.p, .post_bytes = body.n, .patience_s = PATIENCE_S,
					    .path = toc_arena_printf(a, "/api/audit/%s", name).p,
					    .user = &r, .on_piece = on_piece, .on_done = on_done };
		r.hash = toc_digesting_new();
		if (tocsin_ask(t, &q, &e) < 0) {
			r.over = true;
			snprintf(r.why, sizeof r.why, "%s", e.text);
		}
		while (!r.over && !cli_interrupted && tocsin_step(t, 100) >= 0)
			;
		if (r.over)
			code = judge(&r);
		else
			code = CLI_EXIT_INTERRUPTED;
	}
	cli_catch_signals(NULL);
	tocsin_free(t);
	toc_buf_done(&r.line);
	toc_arena_free(r.of_before);
	toc_arena_free(a);
	return code;
}

int cli_audit_query(const struct cli *cli)
{
	bool is_sql = cli->line.command == CLI_AUDIT_SQL;
	struct toc_arena *a = toc_arena_new();
	struct toc_str body;
	int code = CLI_EXIT_USAGE;

	if (!is_sql && !toc_query_find(toc_str_of(cli->line.operand)))
		cli_complain(cli, 0, "%s: there is no query of that name; `tocsin audit queries' lists them", cli->line.operand);
	else if (body_of(cli, a, &body) == 0)
		code = cli_ask(cli, is_sql ? "sql" : cli->line.operand, body);
	toc_arena_free(a);
	return code;
}
