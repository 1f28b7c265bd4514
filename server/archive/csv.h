/* csv.h: rows of an answer as a table (RFC 4180) that a spreadsheet does not take for formulas: a text that begins like one gets an
 * apostrophe in front, and so does a name. */
#ifndef TOC_ARCHIVE_CSV_H
#define TOC_ARCHIVE_CSV_H

#include "base/memory.h"

struct toc_csv {
	struct toc_str *columns;
	size_t n;
	bool more; /* what has no column of its own stands in a last one, `more`, as JSON */
};
/** The columns of a row, in its order. @return 0, or TOC_EINVAL: it is no row, or has a name twice */
int toc_csv_columns(struct toc_arena *a, struct toc_str row, struct toc_csv *ret) TOC_MUSTCHECK;
void toc_csv_head(struct toc_buf *b, const struct toc_csv *c);
/** @param a scratch @return 0, or TOC_EINVAL: it is no row, or has a name twice; then nothing was put */
int toc_csv_row(struct toc_buf *b, struct toc_arena *a, const struct toc_csv *c, struct toc_str row) TOC_MUSTCHECK;
/** A record that is no row: what the reader of the table has to know. */
void toc_csv_word(struct toc_buf *b, struct toc_str text);

#endif
