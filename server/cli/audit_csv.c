/* audit_csv.c: an answer as a table (RFC 4180) that a spreadsheet does not take for formulas: a text that begins like one gets an
 * apostrophe in front. Columns are those of all rows, in the order in which they come. */
#include "cli/audit_export.h"

#include <string.h>

#include "message/json.h"

static void csv_text(FILE *out, struct toc_str s)
{
	fputc('"', out);
	if (s.n && strchr("=+-@\t\r", s.p[0]))
		fputc('\'', out);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			fputc('"', out);
		fputc(s.p[i], out);
	}
	fputc('"', out);
}

static void csv_value(FILE *out, struct toc_arena *a, const struct toc_value *v)
{
	if (v && v->kind == TOC_INT)
		fprintf(out, "%lld", (long long)v->integer);
	else if (v && v->kind == TOC_TEXT)
		csv_text(out, v->text);
	else if (v && v->kind != TOC_NULL)
		csv_text(out, toc_json_str(a, v));
}

void audit_csv(FILE *out, struct toc_arena *a, const struct toc_value *rows)
{
	struct toc_value *columns = toc_value_list(a);

	for (size_t i = 0; i < toc_len(rows); i++)
		for (uint32_t m = 0; m < toc_at(rows, i)->n; m++)
			if (!toc_list_has(columns, toc_at(rows, i)->members[m].name))
				toc_push_text(a, columns, toc_at(rows, i)->members[m].name);
	for (size_t c = 0; c < toc_len(columns); c++) {
		fputs(c ? "," : "", out);
		csv_text(out, toc_text_of(toc_at(columns, c)));
	}
	fputs("\r\n", out);
	for (size_t i = 0; i < toc_len(rows); i++) {
		for (size_t c = 0; c < toc_len(columns); c++) {
			fputs(c ? "," : "", out);
			csv_value(out, a, toc_get_str(toc_at(rows, i), toc_text_of(toc_at(columns, c))));
		}
		fputs("\r\n", out);
	}
}
