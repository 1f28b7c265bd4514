/* answer.h: what the auditor's rooms share: the answer to one question.
 *
 *   auditor.c   frames; how many are answered at a time
 *   question.c  what is asked, as it stands in the ledger
 *   answer.c    its course: a session of the database, the form in which it is taken away, its reader, its end
 *   rows.c      what becomes of the session's rows: they go out as they are, or name places to be read
 *
 * Callbacks take down what happened; whatever follows from it is done in the answer's next step (toc_child_source).
 */
#ifndef TOC_ARCHIVE_ANSWER_H
#define TOC_ARCHIVE_ANSWER_H

#include "archive/auditor.h"
#include "archive/page.h"
#include "archive/reading.h"
#include "archive/taking.h"

#include "base/refusal.h"
#include "ipc/grant.h"
#include "message/query.h"
#include "store/audit.h"

#define TOC_ANSWER_CREDIT_MAX (1 << 20) /* bytes that a reader takes at a time */

struct toc_auditor {
	struct toc_auditor_options o;
	struct toc_answer *first;
	unsigned n;
	struct toc_buf out;
	bool leaving;
};

struct toc_answer {
	struct toc_auditor *of;
	struct toc_answer *next;
	struct toc_arena *arena;

	/* who asks */
	unsigned front;
	uint64_t conn;
	struct toc_grant who;
	bool gone, over; /* nobody waits for it; it is to be freed, once nothing is being read */

	/* what is asked */
	uint64_t seq;
	bool found; /* it stands there, and is theirs */
	struct toc_uuid id;
	const struct toc_value *body;  /* of the M27, whole */
	const struct toc_query *query; /* NULL: a statement of one's own */

	/* its course */
	struct toc_audit *audit;   /* NULL: it has not begun */
	struct toc_taking *taking; /* in which form it goes out */
	bool opened, whole, ended, making, failed; /* ended: the session; failed: it is to be broken off, for `why` */
	bool more;
	uint64_t as_of; /* it looks at so much of the ledger */
	struct toc_page page;
	int result;
	struct toc_error why;
	int64_t until_us;

	/* its reader */
	int64_t credit; /* bytes that the front still takes */
	int64_t stalled_us; /* since when it takes nothing, 0: it does */
	struct toc_buf lines; /* not sent yet */

	/* its rows */
	struct toc_reading reading;
	uint64_t *wanted; /* places that are still to be read */
	size_t n_wanted, at_wanted;
	uint64_t skip, limit; /* of what is found in them */
};

/* question.c */
/** Read it, and begin, or refuse. @return false: the database does not answer */
bool toc_question_read(struct toc_answer *w) TOC_MUSTCHECK;

/* answer.c */
void toc_answer_begin(struct toc_answer *w);
void toc_answer_refuse(struct toc_answer *w, enum toc_refusal_code code, const char *field, const char *words);
bool toc_answer_has_room(const struct toc_answer *w); /* its reader takes more */
/** A row goes out. @param place in the ledger, if its query is by place */
void toc_answer_give(struct toc_answer *w, struct toc_str json, uint64_t place);
/** There are no more rows: 0, or TOC_E* and why. */
void toc_answer_end(struct toc_answer *w, int result, bool more, const struct toc_error *why);
void toc_answer_took(struct toc_answer *w, uint32_t bytes); /* its reader */
void toc_answer_done(struct toc_answer *w); /* what it holds */

/* rows.c */
void toc_rows_begin(struct toc_answer *w, struct toc_audit_question *q);
void toc_rows_take(struct toc_answer *w, struct toc_str json);
bool toc_rows_wait(const struct toc_answer *w); /* some are here that have not gone out */
void toc_rows_go_on(struct toc_answer *w); /* as many go out as its reader takes */

#endif
