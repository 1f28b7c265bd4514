/* audit_export.c: `tocsin audit export`: asks the ledger a question by name, and keeps the answer: as it came, as a table for
 * spreadsheets, or as a bundle that proves itself. The question is on record, and so is the digest of the answer. */
#include "cli/audit_export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "form/report.h"
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

/* ---- a report: what was asked, what vouches for the answer, and the rows ---- */

static void fact(struct toc_arena *a, struct toc_value *facts, const char *name, struct toc_str text)
{
	if (text.n)
		toc_set_text(a, facts, name, text);
}

/* "— NAME …" of a checkpoint, but for the log itself */
static struct toc_str witnesses(struct toc_arena *a, struct toc_str note, struct toc_str log)
{
	static const char dash[] = "\342\200\224 ";
	struct toc_str all = TOC_STR("");

	for (const char *at = note.p, *end = note.p + note.n; at && at < end;) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((line ? line : end) - at);
		if (n > sizeof dash && !memcmp(at, dash, sizeof dash - 1)) {
			const char *name = at + sizeof dash - 1, *blank = memchr(name, ' ', n - (sizeof dash - 1));
			struct toc_str who = { name, blank ? (size_t)(blank - name) : 0 };
			if (who.n && !toc_str_eq(who, log))
				all = toc_arena_printf(a, "%.*s%s%.*s", TOC_STR_ARGS(all), all.n ? ", " : "", TOC_STR_ARGS(who));
		}
		at = line ? line + 1 : end;
	}
	return all.n ? all : TOC_STR("none");
}

static struct toc_str stamps(const struct audit_export *x)
{
	struct toc_str text;
	struct toc_value *v;
	struct toc_refusal refusal;
	struct toc_error e;

	if (audit_read(&x->from, "timestamps", x->a, &text, &e) < 0 || toc_json_parse(x->a, text, text.n, 16, &v, &refusal) < 0 ||
	    !toc_len(toc_get(v, "timestamps")))
		return TOC_STR("none");
	const struct toc_value *newest = toc_at(toc_get(v, "timestamps"), 0);
	return toc_arena_printf(x->a, "of the checkpoint of %lld entries, %.*s, by %.*s; token: /log/timestamp/%lld",
				(long long)toc_get_int(newest, "size", 0), TOC_STR_ARGS(toc_get_text(newest, "at")),
				TOC_STR_ARGS(toc_get_text(newest, "authority")), (long long)toc_get_int(newest, "size", 0));
}

static int report(const struct audit_export *x, const struct answer *w, struct toc_str *ret_pdf, struct toc_error *e)
{
	struct toc_value *facts = toc_value_map(x->a);
	struct toc_str note = TOC_STR(""), query = toc_get_text(w->head, "query");
	struct toc_error none;

	if (audit_read(&x->from, "checkpoint", x->a, &note, &none) < 0)
		note = toc_get_text(w->head, "checkpoint");
	const char *line = note.n ? memchr(note.p, '\n', note.n) : NULL, *blank = note.n ? strstr(note.p, "\n\n") : NULL;
	struct toc_str origin = { note.p, line ? (size_t)(line - note.p) : 0 };
	fact(x->a, facts, "Query", query);
	fact(x->a, facts, "Parameters", toc_json_str(x->a, toc_get(w->head, "parameters")));
	fact(x->a, facts, "Mandate", toc_get_text(w->head, "mandate"));
	fact(x->a, facts, "Purpose", toc_get_text(w->head, "purpose"));
	fact(x->a, facts, "On record", toc_arena_printf(x->a, "the question is entry %lld; looked at were the first %lld entries",
							(long long)toc_get_int(w->head, "asked", -1), (long long)toc_get_int(w->head, "as_of", -1)));
	fact(x->a, facts, "Rows", toc_arena_printf(x->a, "%zu%s", toc_len(w->rows), toc_get_bool(w->last, "complete") ? "" : ": NOT ALL"));
	fact(x->a, facts, "SHA-256 of the rows", toc_arena_printf(x->a, "%.*s (as JSON Lines; it is on record, too)", TOC_STR_ARGS(toc_get_text(w->last, "sha256"))));
	fact(x->a, facts, "Checkpoint of the log", (struct toc_str){ note.p, blank ? (size_t)(blank - note.p) : 0 });
	fact(x->a, facts, "Witnesses", witnesses(x->a, note, origin));
	fact(x->a, facts, "Time stamp", stamps(x));
	fact(x->a, facts, "Made", toc_time_str(x->a, toc_clock_now()));
	return toc_report_print(x->a, toc_arena_printf(x->a, "From the record: %.*s", TOC_STR_ARGS(query)), facts, w->rows, ret_pdf, e);
}

/* ---- the command ---- */

static int write_out(const struct audit_export *x, const struct answer *w, const char *format, struct toc_error *e)
{
	const char *path = x->cli->line.value[CLI_OPT_OUTPUT];
	struct toc_str bytes = w->text;
	int r = strcmp(format, "pdf") ? 0 : report(x, w, &bytes, e);
	FILE *out = NULL;

	if (r < 0)
		return r;
	out = path ? fopen(path, "wxe") : stdout;
	if (!out)
		return toc_fail(e, TOC_EINVAL, "cannot write %s: %s", path, strerror(errno));
	if (!strcmp(format, "csv"))
		audit_csv(out, x->a, w->rows);
	else
		fwrite(bytes.p, 1, bytes.n, out);
	bool ok = !ferror(out);
	ok = (path ? fclose(out) : fflush(out)) == 0 && ok;
	return ok ? 0 : toc_fail(e, TOC_EINVAL, "cannot write: %s", strerror(errno));
}

static int export(struct audit_export *x, const char *query, struct toc_error *e)
{
	const char *format = x->cli->line.value[CLI_OPT_FORMAT] ? x->cli->line.value[CLI_OPT_FORMAT] : "jsonl";
	struct answer w = { .text = TOC_STR("") };
	int r;

	if (strcmp(format, "jsonl") != 0 && strcmp(format, "csv") != 0 && strcmp(format, "pdf") != 0)
		return toc_fail(e, TOC_EINVAL, "--format: \"%s\" is not jsonl, csv or pdf", format);
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
