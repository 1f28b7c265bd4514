/* auditor.h: the archive answers what auditors ask of the ledger (M27).
 *
 * It is asked with the place of an entry: what is asked stands there, and nobody's word but the ledger's counts. Whoever
 * brings a grant of the person that entered it gets the answer, once. Each answer has a connection of its own, as
 * tocsin_auditor (store/audit.h), so that a slow one holds up nobody. Answers are lines, each a JSON text: what is asked
 * and against which checkpoint; the rows; how many, and their SHA-256. Or they are taken away in another form (taking.h). How many,
 * and the digest, go to the keeper as well, sealed.
 */
#ifndef TOC_ARCHIVE_AUDITOR_H
#define TOC_ARCHIVE_AUDITOR_H

#include "archive/prover.h"

struct toc_auditor_options {
	struct toc_child *child;
	struct toc_store *store; /* borrowed: to read the question */
	struct toc_keyring *ring;
	const uint8_t *grant_key;
	struct toc_prover *prover; /* or NULL */
	const char *conninfo;            /* of tocsin_auditor; NULL: nothing is answered */
	unsigned most, most_per_person;  /* answers at a time */
	int64_t seconds;                 /* for one */
	int64_t stall_us;                /* while its reader takes nothing */
	size_t spool_bytes;              /* of an answer that a report or a bundle is made of */
	int press;                       /* socket to tocsin-press, or -1 */
	int64_t press_us;                /* while it gets no further */
	toc_time (*now)(void *ctx);
	void *ctx;
};
struct toc_auditor;
struct toc_auditor *toc_auditor_new(const struct toc_auditor_options *o);
void toc_auditor_free(struct toc_auditor *a); /* after the store */

void toc_auditor_ask(struct toc_auditor *a, unsigned front, struct toc_frame *frame);  /* AUDIT */
void toc_auditor_more(struct toc_auditor *a, unsigned front, struct toc_frame *frame); /* AUDIT_MORE */
void toc_auditor_stop(struct toc_auditor *a, unsigned front, bool all, uint64_t conn); /* nobody waits for it any more */
void toc_auditor_turn(struct toc_auditor *a);
unsigned toc_auditor_answers(const struct toc_auditor *a); /* how many are under way */
void toc_auditor_leave(struct toc_auditor *a); /* begin nothing more */

#endif
