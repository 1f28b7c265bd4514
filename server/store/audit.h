/* audit.h: a session of an auditor: one connection, one question, answered row by row.
 *
 * It connects as tocsin_auditor, opens itself for the question (sql/functions/questions.sql), becomes read-only, and reads from
 * a cursor a few rows at a time, only while its owner wants more: neither side keeps an answer in memory. Ending it early
 * cancels what PostgreSQL is doing. Nothing blocks; the owner's loop waits for fd and calls step.
 */
#ifndef TOC_STORE_AUDIT_H
#define TOC_STORE_AUDIT_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/time.h"

#define TOC_AUDIT_ROW_MAX (256u << 10) /* bytes of a row as JSON */
#define TOC_AUDIT_ROWS_AT_ONCE 64      /* so many come at most after it was told to pause */

struct toc_audit_question {
	uint64_t seq;         /* of the entry that asks (M27) */
	uint64_t as_of;       /* or 0: as of the question, or of what is known of the ledger after half of its time */
	uint64_t skip, limit; /* rows */
	toc_dur time;         /* for all of it */
	/* either a named query (sql/queries/audit), whose parameters are :name in it, or an expert's own statement */
	const char *name;
	struct toc_str statement;
	const char *const *parameters; /* names */
	const struct toc_str *values;  /* p NULL: not given */
	size_t n_parameters;
};

struct toc_audit_taker {
	/** It is open: what it may look at. */
	void (*open)(void *ctx, uint64_t as_of, bool whole, bool deconfliction);
	void (*row)(void *ctx, struct toc_str json);
	/** Over: 0 and `more`: the limit was met; else TOC_EINVAL (the statement is wrong: words for whoever asked),
	 * TOC_EPROOF (this question opens nothing), TOC_ETIMEOUT, TOC_ELIMIT (a row is too large), TOC_EUNSUPPORTED (this
	 * database is not set up for own statements), TOC_EIO. Nothing is called after it. */
	void (*end)(void *ctx, int result, bool more, const struct toc_error *why);
};

struct toc_audit;
/** Borrows the question's texts and conninfo until it is freed. */
struct toc_audit *toc_audit_new(const char *conninfo, const struct toc_audit_question *q, const struct toc_audit_taker *taker,
				void *ctx);
void toc_audit_free(struct toc_audit *a); /* cancels; not from within its callbacks */
/** No further rows are fetched while it pauses; those at hand still come. */
void toc_audit_pause(struct toc_audit *a, bool pause);

int toc_audit_fd(const struct toc_audit *a); /* -1 while there is none; may change in step */
short toc_audit_wants(const struct toc_audit *a);
int64_t toc_audit_next_us(const struct toc_audit *a);
void toc_audit_step(struct toc_audit *a, int64_t mono_now_us);

/** Is there a statement of that name in the program? */
bool toc_audit_has(const char *name);

#endif
