/* copy.h: what a copy of the state consists of, wherever it is: a head that names the pieces, and the pieces; and the
 * sealed copy on disk.
 *
 *   head := "tocsin-state/v4\n" | as_of (8) | hash of the newest leaf (32) | sum of the state (32) | number of pieces (4)
 *           | SHA-256 of each | HMAC-SHA256 of all before with the key that all nodes have (32)           numbers little-endian
 *   STATE/journal/state := toc_seal(journal key, canonical JSON, aad "tocsin-state/v1")
 *     { "head", "keys": [{id, wrapping, subject, retention, wrapped}],
 *       "rows": [{eid, case, seq, leaf, body, salt, actor_key, actor, data_key, data}] }    bytes: base64url
 *   STATE/journal/pieces/SHA256 := toc_seal(journal key, piece, aad "tocsin-piece/v1")
 */
#ifndef TOC_KEEPER_COPY_H
#define TOC_KEEPER_COPY_H

#include "domain/domain.h"
#include "domain/piece.h"

struct toc_head {
	uint64_t as_of;
	struct toc_sha256 newest; /* leaf hash of entry as_of - 1: which ledger this is a state of. as_of 0: zeros */
	uint8_t sum[32];
	struct toc_sha256 *pieces;
	size_t n_pieces;
};
struct toc_str toc_head_write(struct toc_arena *a, const uint8_t key[32], const struct toc_head *h);
/** @return 0, TOC_EUNSUPPORTED (of another version) or TOC_EPROOF (not written by who has the key) */
int toc_head_read(struct toc_arena *a, const uint8_t key[32], struct toc_str bytes, struct toc_head *ret_head,
		  struct toc_error *reterr) TOC_MUSTCHECK;

/** The state that a head names, of these pieces in any order. @return 0, TOC_ENOTFOUND (one is missing) or TOC_EINVAL */
int toc_head_world(const struct toc_head *h, struct toc_piece *const *pieces, size_t n, struct toc_world **ret_world,
		   struct toc_error *reterr) TOC_MUSTCHECK;

/** Writing to disk, in a thread of its own: disks are slow, and the keeper is waited for. */
struct toc_disk;
/** @param state sealed under `key` and written last; @param pieces held until it is done */
struct toc_disk *toc_disk_begin(const char *dir, const uint8_t key[32], struct toc_str state,
				struct toc_piece *const *pieces, size_t n);
bool toc_disk_is_done(const struct toc_disk *d);
/** Waits for it. @return 0, or TOC_EIO */
int toc_disk_end(struct toc_disk *d, struct toc_error *reterr) TOC_MUSTCHECK;
/** @param ret_state opened */
int toc_disk_read_state(struct toc_arena *a, const char *dir, const uint8_t key[32], struct toc_str *ret_state,
			struct toc_error *reterr) TOC_MUSTCHECK;
/** @return a piece, or NULL */
struct toc_piece *toc_disk_read_piece(const char *dir, const uint8_t key[32], const struct toc_sha256 *name,
				      struct toc_error *reterr);

#endif
