/* taking.h: in which form an answer is taken away (M27.format), the one place of it: JSON Lines and CSV leave row by row, a report and a
 * bundle are made when all rows are there (making.h). */
#ifndef TOC_ARCHIVE_TAKING_H
#define TOC_ARCHIVE_TAKING_H

#include "archive/making.h"
#include "message/query.h"

enum toc_taking_form { TOC_TAKE_JSONL, TOC_TAKE_CSV, TOC_TAKE_PDF, TOC_TAKE_BUNDLE };

struct toc_taking_options {
	struct toc_str format;         /* "", "jsonl", "csv", "pdf" or "bundle" */
	const struct toc_query *query; /* NULL: a statement of one's own; its columns are those of its first row */
	struct toc_prover *prover;     /* or NULL: no log is shown, nothing is made */
	struct toc_store *store;
	int press;                     /* or -1: nothing is printed */
	int64_t press_us;              /* as making.h */
	size_t most;                   /* bytes of an answer that something is made of */
};
struct toc_taking;
/** @return NULL and a reason: not here */
struct toc_taking *toc_taking_new(const struct toc_taking_options *o, struct toc_error *reterr);
void toc_taking_free(struct toc_taking *t);

/* Each puts into `out` what goes out now. @return 0 or TOC_E* with the reason: then it is broken off. */
int toc_taking_head(struct toc_taking *t, struct toc_buf *out, struct toc_value *head, struct toc_str statement, struct toc_error *reterr) TOC_MUSTCHECK;
/** @param place in the ledger, of what is evidence */
int toc_taking_row(struct toc_taking *t, struct toc_buf *out, struct toc_str json, uint64_t place, struct toc_error *reterr) TOC_MUSTCHECK;
/** There are no more. @param next NULL, or how to ask for what is missing @param why NULL: it did not go wrong; JSON Lines say it themselves, the others break off
 * @return also TOC_EAGAIN: it is made now, by toc_taking_step */
int toc_taking_end(struct toc_taking *t, struct toc_buf *out, bool complete, const struct toc_value *next, const struct toc_error *why, toc_time now, struct toc_error *reterr) TOC_MUSTCHECK;

/* as making.h */
int toc_taking_fd(const struct toc_taking *t);
int64_t toc_taking_next_us(const struct toc_taking *t);
int toc_taking_step(struct toc_taking *t, struct toc_buf *out, struct toc_error *reterr) TOC_MUSTCHECK;

uint64_t toc_taking_count(const struct toc_taking *t); /* rows */
/** What goes on record: of a table and a report the SHA-256 of the file, else of the rows as JSON Lines. Once, at the end. */
struct toc_sha256 toc_taking_digest(struct toc_taking *t);

#endif
