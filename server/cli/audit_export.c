/* audit_export.c: `tocsin audit export`: asks the ledger a question by name, and keeps the answer: as it came, as a table for
 * spreadsheets, or as a bundle that proves itself. The question is on record, and so is the digest of the answer. */
#include "cli/audit_export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "message/json.h"

#define ANSWER_MAX ((size_t)64 << 20)

/* ---- the question ---- */

/* "case=ID,exercise=ID" */
static int parameters(const struct audit_export *x, struct toc_value *ret)
{
	const char *at = x->cli->line.value[CLI_OPT_PARAMETERS];

	while (at && *at) {
		size_t n = strcspn(at, ","), name = strcspn(at, "=");
		if (name == 0 || name >= n)
			return cli_complain(x->cli, -1, "--parameters: NAME=VALUE,NAME=VALUE is wanted, not \"%.*s\"", (int)n, at);
		toc_set_str(x->a, ret, toc_arena_str(x->a, (struct toc_str){ at, name }),
			    toc_value_text(x->a, (struct toc_str){ at + name + 1, n - name - 1 }));
		at += n + (at[n] == ',');
	}
	return 0;
}

static int ask(const struct audit_export *x, const char *query, struct toc_str *ret_answer, struct toc_error *e)
{
	struct toc_value *body = toc_value_map(x->a), *named = toc_value_map(x->a);
	char path[120];

	if (strspn(query, "abcdefghijklmnopqrstuvwxyz_") != strlen(query) || strlen(query) > 60)
		return toc_fail(e, TOC_EINVAL, "\"%s\" is no query; `GET /api/audit' says which there are", query);
	if (parameters(x, named) < 0)
		return toc_fail(e, TOC_EINVAL, "%s", "");
	toc_set_cstr(x->a, body, "mandate", x->cli->line.value[CLI_OPT_MANDATE]);
	toc_set_cstr(x->a, body, "purpose", x->cli->line.value[CLI_OPT_PURPOSE]);
	toc_set(x->a, body, "parameters", named);
	snprintf(path, sizeof path, "/api/audit/%s", query);
	return audit_ask(&x->from, path, toc_arena_cstr(x->a, toc_json_str(x->a, body)), x->a, ret_answer, e);
}

/* ---- the answer: head, rows, and a last line that has their digest ---- */

struct answer {
	struct toc_str text;
	struct toc_value *head, *rows, *last;
};

static int read_answer(const struct audit_export *x, struct answer *w, struct toc_error *e)
{
	struct toc_str rest = w->text, rows = { NULL, 0 };
	struct toc_value *v = NULL;
	struct toc_refusal refusal;

	w->rows = toc_value_list(x->a);
	for (const char *end; rest.n && (end = memchr(rest.p, '\n', rest.n));) {
		struct toc_str line = { rest.p, (size_t)(end - rest.p) };
		if (v) { /* the one before was not the last */
			toc_push(x->a, w->rows, v);
			rows.n = (size_t)(rest.p - rows.p);
		}
		if (toc_json_parse(x->a, line, ANSWER_MAX, 64, &v, &refusal) < 0)
			return toc_fail(e, TOC_EIO, "the answer cannot be read: %s", refusal.detail);
		rest = (struct toc_str){ end + 1, rest.n - line.n - 1 };
		if (!w->head) {
			w->head = v;
			v = NULL;
			rows.p = rest.p;
		}
	}
	w->last = v;
	if (!v || !toc_get(v, "sha256") || rest.n)
		return toc_fail(e, TOC_EIO, "the answer was cut off: its last line is missing");
	struct toc_sha256 digest = toc_sha256(rows);
	if (!toc_str_eq(toc_hex(x->a, digest.b, sizeof digest.b), toc_get_text(v, "sha256")) ||
	    toc_get_int(v, "count", -1) != (int64_t)toc_len(w->rows))
		return toc_fail(e, TOC_EPROOF, "the answer is not the one of which the server says the digest");
	return 0;
}

/* ---- the command ---- */

static int write_out(const struct audit_export *x, const struct answer *w, const char *format, struct toc_error *e)
{
	const char *path = x->cli->line.value[CLI_OPT_OUTPUT];
	FILE *out = path ? fopen(path, "wxe") : stdout;

	if (!out)
		return toc_fail(e, TOC_EINVAL, "cannot write %s: %s", path, strerror(errno));
	if (!strcmp(format, "csv"))
		audit_csv(out, x->a, w->rows);
	else
		fwrite(w->text.p, 1, w->text.n, out);
	bool ok = !ferror(out);
	ok = (path ? fclose(out) : fflush(out)) == 0 && ok;
	return ok ? 0 : toc_fail(e, TOC_EINVAL, "cannot write: %s", strerror(errno));
}

static int export(struct audit_export *x, const char *query, struct toc_error *e)
{
	const char *format = x->cli->line.value[CLI_OPT_FORMAT] ? x->cli->line.value[CLI_OPT_FORMAT] : "jsonl";
	struct answer w = { .text = TOC_STR("") };
	int r;

	if (strcmp(format, "jsonl") != 0 && strcmp(format, "csv") != 0)
		return toc_fail(e, TOC_EINVAL, "--format: \"%s\" is not jsonl or csv", format);
	if (x->bundle && strcmp(query, "evidence") != 0)
		return toc_fail(e, TOC_EINVAL, "--bundle is of the query `evidence'");
	if ((r = ask(x, query, &w.text, e)) < 0 || (r = read_answer(x, &w, e)) < 0)
		return r;
	x->report->of = toc_len(w.rows);
	r = x->bundle ? audit_bundle(x, w.text, w.rows, e) : write_out(x, &w, format, e);
	if (r == 0 && !toc_get_bool(w.last, "complete"))
		return toc_fail(e, TOC_ELIMIT, "this is not all: %.*s",
				TOC_STR_ARGS(toc_get_text(w.last, "error").n ? toc_get_text(w.last, "error")
									     : TOC_STR("there are more rows; ask with skip and as_of")));
	if (r == 0 && (x->bundle || x->cli->line.value[CLI_OPT_OUTPUT]))
		fprintf(stderr, "%zu rows; SHA-256 %.*s, on record as the answer to question %lld\n", toc_len(w.rows),
			TOC_STR_ARGS(toc_get_text(w.last, "sha256")), (long long)toc_get_int(w.head, "asked", -1));
	return r;
}

int cli_audit_export(const struct cli *cli)
{
	struct audit_report report = { .cli = cli };
	struct audit_export x = { .cli = cli,
				  .a = toc_arena_new(),
				  .from = { .server = cli->server, .key = cli->key },
				  .report = &report,
				  .bundle = cli->line.value[CLI_OPT_BUNDLE] };
	struct toc_error e = { .text = "" };
	struct tocsin *t;

	report.a = x.a;
	int r = cli_open(cli, &t);
	if (r != 0) {
		toc_arena_free(x.a);
		return r;
	}
	x.from.t = t;
	r = export(&x, cli->line.operand, &e);
	if (r < 0 && e.text[0])
		cli_complain(cli, 0, "%s", e.text);
	cli_catch_signals(NULL);
	tocsin_free(t);
	toc_arena_free(x.a);
	return r == 0		  ? CLI_EXIT_OK
	       : r == TOC_EPROOF  ? CLI_EXIT_LOG
	       : r == TOC_EIO	  ? CLI_EXIT_AWAY
	       : r == TOC_EINVAL || r == TOC_ENOTFOUND || r == TOC_ELIMIT ? CLI_EXIT_REFUSED
									   : CLI_EXIT_AWAY;
}
