/* journal.h: threats to life while the database is away: an append-only file of sealed records.
 *
 *   file   := "tocsin-journal/v1\n" | id (16 random bytes) | record*
 *   record := u32 length of what follows (big endian) | sealed
 *   sealed := AES-256-GCM(journal key, bytes), aad "tocsin-journal/v1\n" id u64 index of the record
 *
 * The seal is also the check: a record is whole and in its place, or it does not open. What does not open at
 * the end is a write that the machine did not finish; it was never answered `journaled` and is cut off when
 * the file is opened. When whole records stand behind it, the file is copied aside (toc_journal_damage) and written anew with
 * all that opens (toc_journal_saved): pages that reached the disk out of order look like this, and so do a byte that has
 * changed and tampering, and threats must move in all of these cases.
 */
#ifndef TOC_KEEPER_JOURNAL_H
#define TOC_KEEPER_JOURNAL_H

#include "base/digest.h"
#include "base/error.h"

#define TOC_JOURNAL_BYTES_MAX (64u << 20) /* read; and written, unless toc_journal_limit says less */
#define TOC_JOURNAL_RECORD_MAX (2u << 20)

struct toc_journal;
/** @param index of the record, from 0. @param bytes borrowed until it returns */
typedef void toc_journal_record(void *ctx, size_t index, struct toc_str bytes);

/** Open or create. @return 0, TOC_EIO, TOC_ELIMIT, or TOC_EPROOF (not a journal) */
int toc_journal_open(const char *path, const uint8_t key[32], struct toc_journal **ret_journal,
		     struct toc_error *reterr) TOC_MUSTCHECK;
/** All synced records, in order. */
int toc_journal_read(struct toc_journal *j, toc_journal_record *record, void *ctx,
		     struct toc_error *reterr) TOC_MUSTCHECK;
void toc_journal_free(struct toc_journal *j);
/** Add records up to so many bytes of the file, no more. */
void toc_journal_limit(struct toc_journal *j, size_t bytes);

/** Write a record; it counts only after sync. @return 0, TOC_ELIMIT or TOC_EIO */
int toc_journal_add(struct toc_journal *j, struct toc_str bytes, struct toc_error *reterr) TOC_MUSTCHECK;
/** On disk, and where the next start will look, when it returns 0. Otherwise (TOC_EIO) everything since the last sync
 * is taken back. */
int toc_journal_sync(struct toc_journal *j, struct toc_error *reterr) TOC_MUSTCHECK;
/** Take back what was added since the last sync. */
void toc_journal_undo(struct toc_journal *j);
/** Everything in it is in the ledger: start a new, empty file in its place (rename). */
int toc_journal_cut(struct toc_journal *j, struct toc_error *reterr) TOC_MUSTCHECK;

size_t toc_journal_bytes(const struct toc_journal *j); /* of the file */
bool toc_journal_is_there(const struct toc_journal *j); /* the path leads to the file that is open */
size_t toc_journal_count(const struct toc_journal *j); /* synced records */
/** Where a copy of a file with a hole was put when it was opened; NULL: there was none. */
size_t toc_journal_saved(const struct toc_journal *j); /* how many records behind its hole are in it */
const char *toc_journal_damage(const struct toc_journal *j);

#endif
