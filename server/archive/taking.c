/* taking.c: see taking.h. */
#include "archive/taking.h"

#include "archive/csv.h"
#include "message/json.h"

#include <stdlib.h>

struct toc_taking {
	struct toc_taking_options o;
	enum toc_taking_form form;
	struct toc_arena *a, *scratch;
	struct toc_value *head;
	struct toc_csv csv;
	bool has_columns;
	struct toc_spool spool;
	struct toc_making *making;
	struct toc_digesting *rows, *file;
	struct toc_sha256 of_rows; /* when `rows` is done */
	uint64_t count, last;
};

static bool is_made(const struct toc_taking *t)
{
	return t->form == TOC_TAKE_PDF || t->form == TOC_TAKE_BUNDLE;
}

static enum toc_taking_form form_of(struct toc_str format)
{
	return toc_str_is(format, "csv") ? TOC_TAKE_CSV : toc_str_is(format, "pdf") ? TOC_TAKE_PDF : toc_str_is(format, "bundle") ? TOC_TAKE_BUNDLE : TOC_TAKE_JSONL;
}

struct toc_taking *toc_taking_new(const struct toc_taking_options *o, struct toc_error *reterr)
{
	enum toc_taking_form form = form_of(o->format);

	if (form == TOC_TAKE_PDF && o->press < 0) {
		(void)toc_fail(reterr, TOC_EUNSUPPORTED, "this server prints no reports: tocsin-press is not installed");
		return NULL;
	}
	if ((form == TOC_TAKE_PDF || form == TOC_TAKE_BUNDLE) && !o->prover) {
		(void)toc_fail(reterr, TOC_EUNSUPPORTED, "this archive shows no log");
		return NULL;
	}
	struct toc_taking *t = toc_must_realloc(NULL, sizeof *t);
	*t = (struct toc_taking){ .o = *o, .form = form, .a = toc_arena_new(), .scratch = toc_arena_new(), .rows = toc_digesting_new() };
	t->spool = (struct toc_spool){ .fd = -1, .most = o->most };
	if (form == TOC_TAKE_CSV || form == TOC_TAKE_PDF)
		t->file = toc_digesting_new();
	return t;
}

void toc_taking_free(struct toc_taking *t)
{
	if (!t)
		return;
	toc_making_free(t->making);
	toc_spool_done(&t->spool);
	if (t->rows)
		(void)toc_digesting_done(t->rows);
	if (t->file)
		(void)toc_digesting_done(t->file);
	toc_arena_free(t->scratch);
	toc_arena_free(t->a);
	free(t);
}

uint64_t toc_taking_count(const struct toc_taking *t)
{
	return t->count;
}

static struct toc_sha256 digest_of_rows(struct toc_taking *t)
{
	if (t->rows) {
		t->of_rows = toc_digesting_done(t->rows);
		t->rows = NULL;
	}
	return t->of_rows;
}

struct toc_sha256 toc_taking_digest(struct toc_taking *t)
{
	struct toc_digesting *file = t->file;

	t->file = NULL;
	return file ? toc_digesting_done(file) : digest_of_rows(t);
}

/* What was put into `out` since it had `from` bytes is part of the file. */
static void digest_file(struct toc_taking *t, const struct toc_buf *out, size_t from)
{
	if (t->file)
		toc_digesting_add(t->file, (struct toc_str){ out->p + from, out->n - from });
}

static int spooled(struct toc_taking *t, struct toc_str line, struct toc_error *reterr)
{
	int r = toc_spool_add(&t->spool, line);

	r = r < 0 ? r : toc_spool_add(&t->spool, TOC_STR("\n"));
	return r == TOC_ELIMIT ? toc_fail(reterr, r, "that is more than %zu KiB, of which nothing is made but JSON Lines and CSV: narrow the question", t->spool.most / 1024)
	     : r < 0	       ? toc_fail(reterr, r, "there is no room for the answer now")
			       : 0;
}

static void begin_table(struct toc_taking *t, struct toc_buf *out)
{
	size_t from = out->n;

	t->has_columns = true;
	toc_csv_head(out, &t->csv);
	digest_file(t, out, from);
}

int toc_taking_head(struct toc_taking *t, struct toc_buf *out, struct toc_value *head, struct toc_str statement, struct toc_error *reterr)
{
	struct toc_str line = toc_json_str(t->scratch, head);

	t->head = toc_value_copy(t->a, head);
	if (statement.n)
		toc_set_text(t->a, t->head, "sql", statement);
	if (t->form == TOC_TAKE_BUNDLE)
		return spooled(t, line, reterr);
	if (t->form == TOC_TAKE_JSONL) {
		toc_buf_str(out, line);
		toc_buf_byte(out, '\n');
	} else if (t->form == TOC_TAKE_CSV && t->o.query) {
		t->csv.columns = toc_arena_alloc(t->a, (t->o.query->n_columns + 1) * sizeof *t->csv.columns);
		for (; t->csv.n < t->o.query->n_columns; t->csv.n++)
			t->csv.columns[t->csv.n] = toc_str_of(t->o.query->columns[t->csv.n].name);
		t->csv.more = t->o.query->kind != TOC_QUERY_ROWS;
		begin_table(t, out);
	}
	return 0;
}

static int table_row(struct toc_taking *t, struct toc_buf *out, struct toc_str json, struct toc_error *reterr)
{
	if (!t->has_columns) {
		if (toc_csv_columns(t->a, json, &t->csv) < 0)
			return toc_fail(reterr, TOC_EINVAL, "two columns have one name: give each its own for a table");
		begin_table(t, out);
	}
	size_t from = out->n;
	toc_arena_reset(t->scratch);
	if (toc_csv_row(out, t->scratch, &t->csv, json) < 0)
		return toc_fail(reterr, TOC_EINVAL, "a row is no row of a table");
	digest_file(t, out, from);
	return 0;
}

int toc_taking_row(struct toc_taking *t, struct toc_buf *out, struct toc_str json, uint64_t place, struct toc_error *reterr)
{
	int r = is_made(t) ? spooled(t, json, reterr) : t->form == TOC_TAKE_CSV ? table_row(t, out, json, reterr) : 0;

	if (r < 0)
		return r;
	if (t->form == TOC_TAKE_JSONL) {
		toc_buf_str(out, json);
		toc_buf_byte(out, '\n');
	}
	t->count++;
	t->last = place > t->last ? place : t->last;
	toc_digesting_add(t->rows, json);
	toc_digesting_add(t->rows, TOC_STR("\n"));
	return 0;
}

static int begin_making(struct toc_taking *t, bool complete, struct toc_str digest, toc_time now, struct toc_error *reterr)
{
	const struct toc_making_options o = { .prover = t->o.prover, .store = t->o.store, .press = t->o.press, .press_us = t->o.press_us, .spool = &t->spool, .head = t->head, .rows = t->count,
					      .last = t->last, .digest = digest, .complete = complete, .now = now };

	t->making = t->form == TOC_TAKE_PDF ? toc_report_new(&o) : toc_bundle_new(&o);
	return t->making ? TOC_EAGAIN : toc_fail(reterr, TOC_EIO, "there is no room for the answer now");
}

int toc_taking_end(struct toc_taking *t, struct toc_buf *out, bool complete, const struct toc_value *next, const struct toc_error *why, toc_time now, struct toc_error *reterr)
{
	struct toc_value *last = toc_value_map(t->a);
	struct toc_sha256 sha = digest_of_rows(t);
	struct toc_str digest = toc_hex(t->a, sha.b, sizeof sha.b), line;

	toc_set_int(t->a, last, "count", (int64_t)t->count);
	toc_set_text(t->a, last, "sha256", digest);
	toc_set_bool(t->a, last, "complete", complete);
	if (why)
		toc_set_cstr(t->a, last, "error", why->text);
	if (next)
		toc_set(t->a, last, "next", toc_value_copy(t->a, next));
	line = toc_json_str(t->a, last);
	switch (t->form) {
	case TOC_TAKE_JSONL:
		toc_buf_str(out, line);
		toc_buf_byte(out, '\n');
		return 0;
	case TOC_TAKE_CSV:
		if (!why && toc_get_int(t->head, "behind", 0) > 0) {
			size_t from = out->n;
			toc_csv_word(out, toc_arena_printf(t->a, "not looked at: the newest %lld entries, which the server had still to go through", (long long)toc_get_int(t->head, "behind", 0)));
			digest_file(t, out, from);
		}
		if (!why && !complete) {
			size_t from = out->n;
			struct toc_str words = TOC_STR("not all: there are more rows; go on with");
			for (size_t i = 0; next && i < next->n; i++)
				words = toc_arena_printf(t->a, "%.*s %.*s=%.*s", TOC_STR_ARGS(words), TOC_STR_ARGS(next->members[i].name), TOC_STR_ARGS(toc_text_of(next->members[i].value)));
			toc_csv_word(out, words);
			digest_file(t, out, from);
		}
		return why ? TOC_EIO : 0;
	case TOC_TAKE_BUNDLE:
		if (!why && !t->count)
			return toc_fail(reterr, TOC_ENOTFOUND, "nothing was found: there is no evidence to bundle");
		if (!why && spooled(t, line, reterr) < 0)
			return TOC_ELIMIT;
		return why ? TOC_EIO : begin_making(t, complete, digest, now, reterr);
	default:
		return why ? TOC_EIO : begin_making(t, complete, digest, now, reterr);
	}
}

int toc_taking_fd(const struct toc_taking *t)
{
	return t->making ? toc_making_fd(t->making) : -1;
}

int64_t toc_taking_next_us(const struct toc_taking *t)
{
	return t->making ? toc_making_next_us(t->making) : INT64_MAX;
}

int toc_taking_step(struct toc_taking *t, struct toc_buf *out, struct toc_error *reterr)
{
	size_t from = out->n;
	int r = toc_making_step(t->making, out, reterr);

	digest_file(t, out, from);
	return r;
}
