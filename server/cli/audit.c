/* audit.c: `tocsin audit verify`: a log, a mirror of it, a proof or an evidence bundle, checked by whoever doubts it. Says
 * what was checked, what was not, and the verdict. */
#include "cli/audit_export.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message/json.h"

#define PROGRESS_US 200000

/* ---- the report ---- */

struct toc_str audit_count(struct toc_arena *a, uint64_t n)
{
	if (n < 1000)
		return toc_arena_printf(a, "%u", (unsigned)n);
	struct toc_str left = audit_count(a, n / 1000);
	return toc_arena_printf(a, "%.*s,%03u", TOC_STR_ARGS(left), (unsigned)(n % 1000));
}

static struct toc_str say(struct audit_report *r, const char *format, va_list args)
{
	char text[600];

	vsnprintf(text, sizeof text, format, args);
	return toc_arena_str(r->a, toc_str_of(text));
}

static void clear_line(const struct audit_report *r)
{
	if (r->shown_us && !r->cli->json && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

void audit_checked(struct audit_report *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	struct toc_str text = say(r, format, args);
	va_end(args);
	toc_push_text(r->a, r->checked, text);
	clear_line(r);
	if (!r->cli->json)
		printf("%sok%s  %.*s\n", term_on(&r->cli->out, TERM_GREEN), term_off(&r->cli->out), TOC_STR_ARGS(text));
}

void audit_unchecked(struct audit_report *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	toc_push_text(r->a, r->unchecked, say(r, format, args));
	va_end(args);
}

void audit_wrong(struct audit_report *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	struct toc_str text = say(r, format, args);
	va_end(args);
	toc_push_text(r->a, r->wrong, text);
	clear_line(r);
	if (!r->cli->json)
		printf("%sNO%s  %.*s\n", term_on(&r->cli->out, TERM_ALARM), term_off(&r->cli->out), TOC_STR_ARGS(text));
}

void audit_progress(void *report, uint64_t entries)
{
	struct audit_report *r = report;
	int64_t now = toc_clock_mono_us();

	if (now - r->shown_us < PROGRESS_US * (r->cli->json ? 5 : 1) || !r->of)
		return;
	r->shown_us = now;
	if (r->cli->json) {
		printf("{\"entries\":%llu,\"event\":\"progress\",\"of\":%llu}\n", (unsigned long long)entries,
		       (unsigned long long)r->of);
	} else if (isatty(STDERR_FILENO)) {
		struct toc_arena *a = toc_arena_new();
		struct toc_str n = audit_count(a, entries), of = audit_count(a, r->of);
		fprintf(stderr, "\r%.*s of %.*s entries, %u %%\033[K", TOC_STR_ARGS(n), TOC_STR_ARGS(of),
			(unsigned)(100 * entries / r->of));
		toc_arena_free(a);
	}
}

int audit_verdict(struct audit_report *r, int code, const char *against, const struct toc_checkpoint *c)
{
	const struct cli *cli = r->cli;

	clear_line(r);
	if (cli->json) {
		struct toc_value *v = toc_value_map(r->a);
		toc_set_cstr(r->a, v, "event", "verdict");
		toc_set_bool(r->a, v, "holds", !against);
		toc_set_cstr(r->a, v, "why", against);
		if (c && c->origin[0]) {
			toc_set_cstr(r->a, v, "origin", c->origin);
			toc_set_int(r->a, v, "size", (int64_t)c->size);
			toc_set_text(r->a, v, "root", toc_base64(r->a, c->root.b, sizeof c->root.b));
		}
		toc_set(r->a, v, "checked", r->checked);
		toc_set(r->a, v, "unchecked", r->unchecked);
		if (toc_len(r->wrong))
			toc_set(r->a, v, "wrong", r->wrong);
		printf("%.*s\n", TOC_STR_ARGS(toc_json_str(r->a, v)));
		return code;
	}
	for (size_t i = 0; i < toc_len(r->unchecked); i++)
		printf("%s--  not checked: %.*s%s\n", term_on(&cli->out, TERM_DIM),
		       TOC_STR_ARGS(toc_text_of(toc_at(r->unchecked, i))), term_off(&cli->out));
	if (code == CLI_EXIT_OK)
		printf("%sIT HOLDS%s%s%s\n", term_on(&cli->out, TERM_BOLD), term_off(&cli->out), c ? ": " : "",
		       c ? c->origin : "");
	else if (code == CLI_EXIT_LOG)
		printf("%sIT DOES NOT HOLD%s: %s\n", term_on(&cli->out, TERM_ALARM), term_off(&cli->out), against);
	else
		cli_complain(cli, 0, "%s", against);
	return code;
}

static int code_of(int r)
{
	return r == 0		  ? CLI_EXIT_OK
	       : r == TOC_EPROOF  ? CLI_EXIT_LOG
	       : r == TOC_EINVAL  ? CLI_EXIT_REFUSED
	       : cli_interrupted  ? CLI_EXIT_INTERRUPTED
				  : CLI_EXIT_AWAY;
}

/* ---- a log ---- */

struct verifying {
	struct audit_report *report;
	const struct audit_source *from;
	struct toc_note_key key;
	bool pinned;
	struct toc_checkpoint c;
	struct toc_str note;
	struct toc_uuid *ids; /* of all events */
	size_t n, cap;
};

int audit_kept(const struct cli *cli, struct toc_arena *a, const char *file, struct toc_str *ret_note, struct toc_note_key *ret_key,
	       bool *pinned)
{
	struct toc_str text, vkey = { "", 0 };
	struct toc_note_key key;

	if (cli_read(cli, file, TOC_NOTE_BYTES_MAX + 512, a, &text) < 0)
		return TOC_EINVAL;
	const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;
	if (end)
		vkey = (struct toc_str){ text.p, (size_t)(end - text.p) };
	*ret_note = text;
	if (end && toc_vkey_parse(vkey, &key, NULL) == 0) {
		*ret_note = (struct toc_str){ end + 1, text.n - vkey.n - 1 };
		if (!*pinned) {
			*ret_key = key;
			*pinned = true;
		}
	}
	return 0;
}

static int find_key(struct verifying *v, struct toc_error *e)
{
	const char *given = v->report->cli->line.value[CLI_OPT_LOG_KEY];
	struct toc_str shown;
	int r = 0;

	if (given) {
		r = toc_vkey_parse(toc_str_of(given), &v->key, e);
		v->pinned = r == 0;
		return r < 0 ? TOC_EINVAL : 0;
	}
	if (v->pinned)
		return 0;
	if ((r = audit_read(v->from, "vkey", v->report->a, &shown, e)) < 0)
		return r == TOC_ENOTFOUND ? toc_fail(e, TOC_EINVAL, "who signs this log? --log-key VKEY says it") : r;
	while (shown.n && shown.p[shown.n - 1] == '\n')
		shown.n--;
	return toc_vkey_parse(shown, &v->key, e) < 0 ? TOC_EPROOF : 0;
}

static void on_leaf(void *ctx, uint64_t seq, struct toc_str leaf, const struct toc_leaf *parsed)
{
	struct verifying *v = ctx;

	(void)seq;
	(void)leaf;
	if (v->n == v->cap) {
		v->cap = v->cap ? 2 * v->cap : 4096;
		v->ids = toc_must_realloc(v->ids, v->cap * sizeof *v->ids);
	}
	v->ids[v->n++] = parsed->eid;
}

static int by_id(const void *x, const void *y)
{
	return memcmp(x, y, sizeof(struct toc_uuid));
}

static int ids_differ(struct verifying *v, struct toc_error *e)
{
	char text[TOC_UUID_TEXT];

	if (v->n)
		qsort(v->ids, v->n, sizeof *v->ids, by_id);
	for (size_t i = 1; i < v->n; i++)
		if (toc_uuid_eq(v->ids[i - 1], v->ids[i])) {
			toc_uuid_format(v->ids[i], text);
			return toc_fail(e, TOC_EPROOF, "the event %s is in it twice", text);
		}
	return 0;
}

/* May its leaves be read? A log without entries has none to read. */
static int leaves_of(struct verifying *v, bool *ret_leaves, struct toc_error *e)
{
	struct toc_tile t = { .entries = true, .width = v->c.size < TOC_TILE_WIDTH ? (unsigned)v->c.size : TOC_TILE_WIDTH };
	struct toc_str bytes, path = toc_tile_path(v->report->a, &t);
	struct toc_error why;
	char name[80];

	*ret_leaves = true;
	if (v->c.size == 0)
		return 0;
	snprintf(name, sizeof name, "tile/%.*s", TOC_STR_ARGS(path));
	int r = audit_read(v->from, name, v->report->a, &bytes, &why);
	if (r == TOC_ENOTFOUND && t.width < TOC_TILE_WIDTH && !v->from->t)
		r = audit_read(v->from, "tile/entries/000", v->report->a, &bytes, &why);
	*ret_leaves = r == 0;
	if (r < 0 && r != TOC_ENOTFOUND)
		return toc_fail(e, r, "%s", why.text);
	return 0;
}

static bool next_line(struct toc_str *rest, struct toc_str *ret_line)
{
	const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;

	if (!end)
		return false;
	*ret_line = (struct toc_str){ rest->p, (size_t)(end - rest->p) + 1 };
	rest->p += ret_line->n;
	rest->n -= ret_line->n;
	return true;
}

int audit_cosigned(struct audit_report *report, struct toc_str note, const struct toc_checkpoint *c, const struct toc_str *keys,
		   struct toc_error *e)
{
	struct toc_str line, one, text = toc_checkpoint_text(report->a, c), rest, who = TOC_STR("");
	struct toc_str all = { note.p + text.n + 1, note.n - text.n - 1 };
	unsigned lines = 0, good = 0;
	int64_t when;

	for (rest = all; next_line(&rest, &line);)
		lines++;
	lines -= lines > 0; /* the log's own */
	if (!lines) {
		audit_unchecked(report, "cosignatures: the checkpoint has none");
		return 0;
	}
	if (!keys) {
		audit_unchecked(report, "%u cosignature%s: --witnesses names whose are believed", lines, lines == 1 ? "" : "s");
		return 0;
	}
	for (struct toc_str left = *keys; next_line(&left, &one);) {
		struct toc_note_key witness;
		struct toc_error why;
		const char *blank = memchr(one.p, ' ', one.n);
		struct toc_str vkey = { one.p, blank ? (size_t)(blank - one.p) : one.n - 1 };
		if (!vkey.n)
			continue;
		if (toc_vkey_parse(vkey, &witness, e) < 0)
			return TOC_EINVAL;
		for (rest = all; next_line(&rest, &line);) {
			int r = toc_cosignature_check(line, c, &witness, &when, &why);
			if (r == 0) {
				good++;
				who = toc_arena_printf(report->a, "%.*s%s%s", TOC_STR_ARGS(who), who.n ? ", " : "", witness.name);
			} else if (strstr(why.text, "is not good")) {
				return toc_fail(e, TOC_EPROOF, "%s", why.text);
			}
		}
	}
	if (good)
		audit_checked(report, "%u witness%s signed it, too: %.*s", good, good == 1 ? " has" : "es have", TOC_STR_ARGS(who));
	if (good < lines)
		audit_unchecked(report, "%u cosignature%s that no witness who was named has made", lines - good, lines - good == 1 ? "" : "s");
	return 0;
}

/* Of a log: by the witnesses that are named. */
static int cosignatures(struct verifying *v, struct toc_error *e)
{
	const char *file = v->report->cli->line.value[CLI_OPT_WITNESSES];
	struct toc_str keys = TOC_STR("");

	if (file && cli_read(v->report->cli, file, 1 << 20, v->report->a, &keys) < 0)
		return TOC_EINVAL;
	return audit_cosigned(v->report, v->note, &v->c, file ? &keys : NULL, e);
}

static int read_whole(struct verifying *v, struct toc_error *e)
{
	struct audit_report *report = v->report;
	bool leaves;
	struct toc_verifier_count n;
	const char *file = report->cli->line.value[CLI_OPT_AGAINST];
	struct toc_str old = TOC_STR("");
	struct toc_checkpoint before;
	int r;

	if (file && audit_kept(report->cli, report->a, file, &old, &v->key, &v->pinned) < 0)
		return TOC_EINVAL;
	if ((r = find_key(v, e)) < 0 || (r = audit_read(v->from, "checkpoint", report->a, &v->note, e)) < 0)
		return r;
	if (toc_checkpoint_open(v->note, &v->key, &v->c, e) < 0)
		return TOC_EPROOF;
	struct toc_str size = audit_count(report->a, v->c.size);
	audit_checked(report, "the checkpoint of %.*s entries is signed by %s%s", TOC_STR_ARGS(size), v->key.name,
		      v->pinned ? "" : " (by the key that the log itself names)");
	if (!v->pinned)
		audit_unchecked(report, "that this key is the log's: --log-key names the one that you were told");
	if ((r = leaves_of(v, &leaves, e)) < 0)
		return r;
	report->of = v->c.size;
	struct toc_verifier *audit = toc_verifier_new(leaves, on_leaf, v);
	if (file && toc_checkpoint_open(old, &v->key, &before, e) < 0) {
		toc_verifier_free(audit);
		return toc_fail(e, TOC_EINVAL, "%s holds no checkpoint that %s has signed", file, v->key.name);
	}
	if (file)
		r = toc_verifier_against(audit, &before);
	if (r == 0 && (r = toc_verifier_begin(audit, &v->c, e)) == 0)
		r = audit_walk(v->from, audit, audit_progress, report, e);
	toc_verifier_counted(audit, &n);
	toc_verifier_free(audit);
	if (r < 0)
		return r;
	struct toc_str tiles = audit_count(report->a, n.tiles);
	if (leaves) {
		if (ids_differ(v, e) < 0)
			return TOC_EPROOF;
		audit_checked(report, "%.*s entries are well formed, each event is there once, and they give the root that was signed",
			      TOC_STR_ARGS(size));
		if (n.clock_back)
			audit_unchecked(report, "why %llu entries have a time before that of the entry before them (a clock was set)",
					(unsigned long long)n.clock_back);
	} else {
		audit_unchecked(report, "the entries themselves: the owner of this key may not read them (an auditor may)");
	}
	audit_checked(report, "%.*s tiles of hashes follow from %s", TOC_STR_ARGS(tiles),
		      leaves ? "the entries" : "each other, and give the root that was signed");
	if (file) {
		size = audit_count(report->a, before.size);
		audit_checked(report, "it goes on from the checkpoint of %.*s entries in %s", TOC_STR_ARGS(size), file);
	} else {
		audit_unchecked(report, "that nothing was rewritten before you looked: --against holds it to a checkpoint that was kept");
	}
	if ((r = cosignatures(v, e)) < 0)
		return r;
	audit_unchecked(report, "what the entries say: their contents are sealed, and come with an export or an evidence bundle");
	return 0;
}

/* ---- one proof ---- */

static int read_proof(struct verifying *v, const char *file, struct toc_error *e)
{
	struct audit_report *report = v->report;
	struct toc_str text, leaf;
	struct toc_proof proof;
	uint64_t index;

	if (cli_read(report->cli, file, 1 << 20, report->a, &text) < 0)
		return TOC_EINVAL;
	if (!report->cli->line.value[CLI_OPT_LOG_KEY] && !v->from->t)
		return toc_fail(e, TOC_EINVAL, "who signs this log? --log-key VKEY says it");
	int r = find_key(v, e);
	if (r < 0)
		return r;
	if (toc_proof_parse(report->a, text, &index, &leaf, &proof, &v->note, e) < 0 ||
	    toc_checkpoint_open(v->note, &v->key, &v->c, e) < 0)
		return TOC_EPROOF;
	if (!leaf.n)
		return toc_fail(e, TOC_EPROOF, "%s has no leaf in it (a line \"extra\")", file);
	if (index >= v->c.size ||
	    toc_check_inclusion(index, v->c.size, toc_leaf_hash(leaf), &proof, v->c.root) < 0)
		return toc_fail(e, TOC_EPROOF, "this is not entry %llu of that log", (unsigned long long)index);
	struct toc_str size = audit_count(report->a, v->c.size);
	audit_checked(report, "the checkpoint of %.*s entries is signed by %s", TOC_STR_ARGS(size), v->key.name);
	audit_checked(report, "entry %llu is in it: %.*s", (unsigned long long)index, TOC_STR_ARGS(leaf));
	audit_unchecked(report, "what the entry says: its contents are sealed");
	return 0;
}

/* ---- the command ---- */

static bool is_folder(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

int cli_audit_verify(const struct cli *cli)
{
	const char *what = cli->line.operand ? cli->line.operand : cli->server;
	struct audit_report report = { .cli = cli, .a = toc_arena_new() };
	struct audit_source from = { .server = what, .key = cli->key };
	struct verifying v = { .report = &report, .from = &from };
	struct toc_error e = { .text = "" };
	struct tocsin *t = NULL;
	int r = 0;

	report.checked = toc_value_list(report.a);
	report.unchecked = toc_value_list(report.a);
	report.wrong = toc_value_list(report.a);
	if (!strncmp(what, "https://", 8)) {
		if ((r = cli_open(cli, &t)) != 0)
			return r;
		from.t = t;
		r = code_of(read_whole(&v, &e));
	} else if (audit_is_bundle(what)) {
		if (cli->line.value[CLI_OPT_SERVER] && cli->line.value[CLI_OPT_AGAINST] && (r = cli_open(cli, &t)) != 0)
			return r;
		from.t = t;
		from.server = cli->server;
		r = code_of(audit_evidence(&report, &from, what, &v.c, &e));
	} else if (is_folder(what)) {
		from.dir = what;
		r = code_of(read_whole(&v, &e));
	} else {
		r = code_of(read_proof(&v, what, &e));
	}
	if (r != CLI_EXIT_REFUSED || e.text[0])
		r = audit_verdict(&report, r == CLI_EXIT_REFUSED ? CLI_EXIT_USAGE : r, r == 0 ? NULL : e.text, &v.c);
	else
		r = CLI_EXIT_USAGE; /* said already */
	cli_catch_signals(NULL);
	tocsin_free(t);
	free(v.ids);
	toc_arena_free(report.a);
	return r;
}
