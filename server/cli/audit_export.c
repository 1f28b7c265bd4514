/* audit_export.c: `tocsin audit export`: asks the ledger a question by name, and keeps the answer in the form that was asked for, as the
 * server makes it: lines, a table for spreadsheets, a report, or a bundle that proves itself. The question is on record, and so is
 * the digest of the answer. */
#include "cli/audit_export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
	toc_set_cstr(x->a, body, "format", x->bundle ? "bundle" : x->cli->line.value[CLI_OPT_FORMAT]);
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

static int write_out(const struct audit_export *x, struct toc_str bytes, struct toc_error *e)
{
	const char *path = x->bundle ? x->bundle : x->cli->line.value[CLI_OPT_OUTPUT];
	FILE *out = path ? fopen(path, "wxe") : stdout;

	if (!out)
		return toc_fail(e, TOC_EINVAL, "cannot write %s: %s", path, strerror(errno));
	bool ok = fwrite(bytes.p, 1, bytes.n, out) == bytes.n;
	ok = (path ? fclose(out) : fflush(out)) == 0 && ok;
	return ok ? 0 : toc_fail(e, TOC_EINVAL, "cannot write: %s", strerror(errno));
}

/* A file, or a folder of the same files. What lies in the bundle is what the record has the digest of. */
static int keep_bundle(const struct audit_export *x, struct toc_str tar, struct answer *w, struct toc_error *e)
{
	const struct audit_source folder = { .dir = x->bundle };
	const char *pinned = x->cli->line.value[CLI_OPT_LOG_KEY];
	size_t n = strlen(x->bundle);
	struct audit_files files;
	struct stat s;
	int r = audit_untar(x->a, tar, &files, e);
	const struct toc_str *lines = r == 0 ? audit_file(&files, "answer.jsonl") : NULL, *vkey = r == 0 ? audit_file(&files, "log.vkey") : NULL;

	if (r == 0 && (!lines || !vkey))
		r = toc_fail(e, TOC_EPROOF, "it is no bundle: answer.jsonl or log.vkey is missing");
	if (r == 0 && pinned && !toc_str_eq(*vkey, toc_arena_printf(x->a, "%s\n", pinned)))
		r = toc_fail(e, TOC_EPROOF, "the server's log has another key than --log-key");
	if (r == 0) {
		w->text = *lines;
		r = read_answer(x, w, e);
	}
	if (r == 0 && n > 4 && !strcmp(x->bundle + n - 4, ".tar"))
		r = write_out(x, tar, e);
	else if (r == 0 && stat(x->bundle, &s) == 0)
		r = toc_fail(e, TOC_EINVAL, "%s is there already", x->bundle);
	else
		for (size_t i = 0; r == 0 && i < files.n; i++)
			r = audit_keep(&folder, toc_arena_cstr(x->a, files.file[i].name), files.file[i].bytes, e);
	free(files.file);
	return r;
}

/* A table says in its last record, a report on its cover, that there is more. */
static int taken(const struct audit_export *x, struct toc_str bytes, struct toc_error *e)
{
	static const char more[] = "\"not all: ";
	struct toc_sha256 digest = toc_sha256(bytes);
	size_t at = bytes.n > 2 ? bytes.n - 2 : 0;
	int r = write_out(x, bytes, e);

	if (r == 0 && x->cli->line.value[CLI_OPT_OUTPUT])
		fprintf(stderr, "SHA-256 %s, on record as that of the answer\n", toc_hex(x->a, digest.b, sizeof digest.b).p);
	while (at && bytes.p[at - 1] != '\n')
		at--;
	if (r == 0 && bytes.n - at > sizeof more && !memcmp(bytes.p + at, more, sizeof more - 1))
		return toc_fail(e, TOC_ELIMIT, "this is not all: there are more rows; ask with skip and as_of");
	return r;
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
	if ((r = ask(x, query, &w.text, e)) < 0)
		return r;
	if (!x->bundle && strcmp(format, "jsonl") != 0)
		return taken(x, w.text, e);
	r = x->bundle ? keep_bundle(x, w.text, &w, e) : read_answer(x, &w, e);
	if (r == 0 && !x->bundle)
		r = write_out(x, w.text, e);
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
	struct audit_export x = { .cli = cli,
				  .a = toc_arena_new(),
				  .from = { .server = cli->server, .key = cli->key },
				  .bundle = cli->line.value[CLI_OPT_BUNDLE] };
	struct toc_error e = { .text = "" };
	struct tocsin *t;

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
