/* signer.h: the signer as a process: computes the tree again from the bytes that are stored, and signs it.
 *
 * It alone has the log's key. It reads what is hashed of each entry (leaf, body, salt), never what is sealed, and
 * believes nothing that the database says of itself: each leaf is hashed, each body held against the commitment in its
 * leaf, the root of all of it against the tip's. Only then it signs, notes durably what it has signed, and publishes.
 *
 *   published N   the record on disk: size and compact range of the last checkpoint. No smaller one is ever signed,
 *                 no other of that size. It is written before the checkpoint leaves.
 *   scrubbing     what was signed before is read again, slowly, from the first entry on, and has to give the same root
 *   halted        something did not add up: nothing is signed any more, and everybody is told why. Nothing mends it
 *                 but what docs/log.md says
 */
#ifndef TOC_SIGNER_SIGNER_H
#define TOC_SIGNER_SIGNER_H

#include "base/value.h"
#include "ledger/log.h"
#include "store/store.h"

struct toc_signer_options {
	struct toc_store *store; /* owned; as tocsin_signer, listening */
	int control;             /* the parent's socket, or -1 */
	struct toc_note_key key; /* its name is the origin */
	uint8_t seed[32];
	const char *record; /* path of the record; its folder is the signer's own */
	toc_dur pause;      /* between two checkpoints, while entries keep coming */
};
struct toc_signer;
struct toc_signer *toc_signer_new(const struct toc_signer_options *o);
void toc_signer_free(struct toc_signer *s);
int toc_signer_turn(struct toc_signer *s, toc_dur at_most) TOC_MUSTCHECK;

struct toc_signer_view {
	uint64_t published; /* size of the newest checkpoint; 0 before the first */
	uint64_t scrubbed;  /* entries that were read again in this round */
	const char *halted; /* why, or NULL */
};
struct toc_signer_view toc_signer_look(const struct toc_signer *s);

struct toc_child;
struct toc_child *toc_signer_child(const struct toc_signer *s);

/** The process. @return exit code */
int toc_signer_main(const struct toc_value *heritage);

/* record.c: what has been signed, on disk. */
struct toc_record {
	bool any; /* false: nothing was ever signed under this origin by this node */
	struct toc_range range;
};
/** @return 0 (also when there is none), or TOC_EINVAL, TOC_EIO: it is not to be trusted, and nothing may be signed */
int toc_record_read(const char *path, const char *origin, struct toc_record *ret_record,
		    struct toc_error *reterr) TOC_MUSTCHECK;
/** Durable when it returns 0. */
int toc_record_write(const char *path, const char *origin, const struct toc_range *range,
		     struct toc_error *reterr) TOC_MUSTCHECK;

#endif
