/* archive.h: the process that serves history: entries that a connection missed, or asks for anew.
 *
 * It reads the ledger (role reader), opens the sealed parts, renders as the keeper does and shows each entry
 * to whom it was addressed: decided.readers ∩ the roles in the grant. It decides nothing and writes nothing;
 * several may run. One READ is one answer: HISTORY frames up to the credit it names, then HISTORY_END with
 * where to go on. No READ takes longer than its time or looks at more rows than its share; who has more to
 * read asks again, so that a member who starts from the beginning does not hold up one who missed a second.
 * And it shows the log to whoever does not trust us (prover.h), and answers auditors (auditor.h).
 */
#ifndef TOC_ARCHIVE_ARCHIVE_H
#define TOC_ARCHIVE_ARCHIVE_H

#include "child/child.h"
#include "ledger/log.h"
#include "measure/limits.h"

#define TOC_ARCHIVE_ROWS 256         /* of one look at the database */
#define TOC_ARCHIVE_LOOKS 16         /* of one READ */

/** Serve until the parent says go. @param heritage {"front_fds","conninfo","auditor","grant_key","wrap_keys","log_vkey","limits","press"}; the
 * control socket is descriptor 4. @return exit code */
int toc_archive_main(const struct toc_value *heritage);

/* ---- inside, and for tests ---- */

struct toc_archive_options {
	uint8_t grant_key[32];
	struct toc_keyring *ring;     /* taken over */
	struct toc_store *store;      /* taken over; listening */
	const char *auditor;          /* conninfo of tocsin_auditor, borrowed; NULL: auditors are not answered */
	struct toc_note_key log;      /* whose checkpoints are shown; no name: none are */
	toc_time (*clock)(void *ctx); /* NULL: the machine's */
	void *clock_ctx;
	int control; /* or -1 */
	int press;   /* socket to tocsin-press, or -1: no reports are printed */
	const struct toc_value *limits; /* by the names of limit.def; NULL: all as they stand there */
};
struct toc_archive;
struct toc_archive *toc_archive_new(const struct toc_archive_options *o);
void toc_archive_free(struct toc_archive *a);
struct toc_child *toc_archive_child(struct toc_archive *a);
bool toc_archive_is_idle(const struct toc_archive *a); /* no auditor is being answered, and the fronts have all that was said */
int toc_archive_turn(struct toc_archive *a, toc_dur at_most) TOC_MUSTCHECK;

#endif
