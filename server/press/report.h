/* report.h: an answer from the record as a PDF: a cover that says what was asked and what vouches for the answer, a picture of
 * when things happened, and the rows as a table. */
#ifndef TOC_PRESS_REPORT_H
#define TOC_PRESS_REPORT_H

#include "base/error.h"
#include "base/value.h"

#define TOC_REPORT_ROWS_MOST 5000 /* in the table; all are in the JSON Lines */

/** @param facts a map of texts: what the cover says, in its order @param rows maps, TOC_REPORT_ROWS_MOST at most, of `all`; the first
 * column of times (RFC 3339) that differ places a row in the picture, `org` says in which lane @return 0, or an error: no font, no memory */
int toc_report_print(struct toc_arena *a, struct toc_str title, const struct toc_value *facts, const struct toc_value *rows, size_t all,
		     struct toc_str *ret_pdf, struct toc_error *reterr) TOC_MUSTCHECK;

#endif
