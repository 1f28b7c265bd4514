/* making.h: an answer that is kept whole before it goes out, because it goes out as something else: a report (PDF), or an evidence
 * bundle that proves itself. The rows lie in a file in memory, up to a limit; what is made of them leaves piece by piece.
 *
 * Nothing blocks: a step either puts something, or waits for the prover, the store or the press. */
#ifndef TOC_ARCHIVE_MAKING_H
#define TOC_ARCHIVE_MAKING_H

#include "archive/prover.h"

/* ---- what it is made of ---- */

struct toc_spool {
	int fd; /* -1: none yet */
	size_t n, most;
};
/** @return 0, TOC_ELIMIT: it is full, or TOC_EIO */
int toc_spool_add(struct toc_spool *s, struct toc_str bytes) TOC_MUSTCHECK;
void toc_spool_done(struct toc_spool *s);
/** All of it, read only, NULL when it is empty; munmap. */
const char *toc_spool_map(const struct toc_spool *s);

/* ---- making ---- */

struct toc_making_options {
	struct toc_prover *prover;
	struct toc_store *store;
	int press;                    /* its socket, or -1 */
	int64_t press_us;             /* so long it is waited for without getting any further */
	struct toc_spool *spool;      /* borrowed; report: the rows; bundle: head, rows and last line */
	const struct toc_value *head; /* of the answer */
	uint64_t rows, last;          /* how many; bundle: the highest place */
	struct toc_str digest;        /* of the rows, hexadecimal */
	bool complete;
	toc_time now;
};
struct toc_making;
struct toc_making *toc_report_new(const struct toc_making_options *o);
struct toc_making *toc_bundle_new(const struct toc_making_options *o); /* NULL: the answer is not to be had */
void toc_making_free(struct toc_making *m); /* not after the prover's or the store's end */

int toc_making_fd(const struct toc_making *m); /* -1: none is waited for; POLLIN */
int64_t toc_making_next_us(const struct toc_making *m);
/** Put a piece into `out`. @return 1: there is more; 0: that was all; TOC_EAGAIN: not yet; TOC_E*: it cannot be made, and why */
int toc_making_step(struct toc_making *m, struct toc_buf *out, struct toc_error *reterr) TOC_MUSTCHECK;

/* ---- inside ---- */

struct toc_making {
	struct toc_making_options o;
	struct toc_arena *a, *asked_arena;
	int (*step)(struct toc_making *m, struct toc_buf *out, struct toc_error *reterr);
	void (*free)(struct toc_making *m);
	int fd;
	int64_t next_us; /* when it is to be stepped anyway */
	unsigned stage;
	bool asked, got; /* something of the log: it is on its way; it is here */
	enum toc_refusal_code code;
	struct toc_str bytes; /* what is here, until something else is asked */
};
typedef int toc_making_step_of(struct toc_making *m, struct toc_buf *out, struct toc_error *reterr);
void toc_making_init(struct toc_making *m, const struct toc_making_options *o, toc_making_step_of *step, void (*free)(struct toc_making *m));
void toc_making_done(struct toc_making *m); /* and free it */
/** Ask something of the log, once; then look. @return 0: it is in m->bytes (m->code says whether), or TOC_EAGAIN */
int toc_making_ask(struct toc_making *m, enum toc_log_what what, struct toc_str path, uint64_t at) TOC_MUSTCHECK;
/** The stamp that covers what is beyond this place, the newest; 0: none. @param stamps the list of TOC_LOG_STAMPS */
const struct toc_value *toc_making_stamp(struct toc_arena *a, struct toc_str stamps, uint64_t beyond);

#endif
