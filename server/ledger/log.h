/* log.h: what the ledger shows of itself to whoever does not trust us: proofs, tiles, signed checkpoints. Pure.
 *
 * The tree is that of RFC 6962 section 2.1, the checkpoint a signed note of exactly three lines, tiles and proofs
 * are C2SP's (signed-note, tlog-checkpoint, tlog-tiles, tlog-proof, tlog-cosignature), so that tools which we did
 * not write can check it:
 *
 *   <origin>\n<size>\n<base64 of the root>\n
 *   \n
 *   — <origin> <base64 of: key id (4) | Ed25519 signature of the three lines (64)>\n
 *
 * vkey: <name>+<key id, 8 hex>+<base64 of: type (1) | public key (32)>. Key id: the first 4 bytes of
 * SHA-256(name \n type public key). Types: 1 log, 4 witness (cosignature/v1).
 *
 * Checking is as strict as the formats are: a number has no leading zero, base64 one spelling, a proof no hash too
 * many. Whoever checks needs nothing but these bytes; nothing here knows where they came from.
 */
#ifndef TOC_LEDGER_LOG_H
#define TOC_LEDGER_LOG_H

#include "ledger/ledger.h"

/* ---- proof.c: inclusion and consistency (RFC 6962 2.1.1, 2.1.2; checked as in RFC 9162 2.1.3.2, 2.1.4.2) ---- */

#define TOC_PROOF_MAX 64
struct toc_proof {
	unsigned n;
	struct toc_sha256 node[TOC_PROOF_MAX];
};
/** Root of the perfect subtree over the leaves [n << level, (n + 1) << level). @return 0, or a TOC_E* that ends the
 * proof with it */
typedef int toc_subtree(void *ctx, unsigned level, uint64_t n, struct toc_sha256 *ret_root);
/** That leaf `index` is in the log of `size` entries (index < size). @return 0, or what `subtree` said */
int toc_prove_inclusion(toc_subtree *subtree, void *ctx, uint64_t index, uint64_t size,
			struct toc_proof *ret_proof) TOC_MUSTCHECK;
/** That the log of `size` entries begins with the log of `old` (0 < old <= size). Nothing to show for old == size. */
int toc_prove_consistency(toc_subtree *subtree, void *ctx, uint64_t old, uint64_t size,
			  struct toc_proof *ret_proof) TOC_MUSTCHECK;
/** The root of the first `size` leaves. */
int toc_tree_root(toc_subtree *subtree, void *ctx, uint64_t size, struct toc_sha256 *ret_root) TOC_MUSTCHECK;

/** @return 0 or TOC_EPROOF */
int toc_check_inclusion(uint64_t index, uint64_t size, struct toc_sha256 leaf_hash, const struct toc_proof *proof,
			struct toc_sha256 root) TOC_MUSTCHECK;
/** @return 0 or TOC_EPROOF. Everything begins with the empty log: old == 0 needs the empty proof and its root. */
int toc_check_consistency(uint64_t old, struct toc_sha256 old_root, uint64_t size, struct toc_sha256 root,
			  const struct toc_proof *proof) TOC_MUSTCHECK;

/* ---- tile.c ---- */

#define TOC_TILE_WIDTH 256
#define TOC_TILE_HEIGHT 8
#define TOC_TILE_LEVELS 8 /* 2^64 leaves */
struct toc_tile {
	bool entries;   /* the bundle of leaves, not their hashes; level is 0 */
	unsigned level; /* of tiles: its hashes are roots of 256^level leaves */
	uint64_t n;
	unsigned width; /* 1 to 256 */
};
/** "0/x001/234.p/7", "entries/000": what follows /log/tile/. @return 0 or TOC_EINVAL: no tile has that name */
int toc_tile_parse(struct toc_str path, struct toc_tile *ret_tile) TOC_MUSTCHECK;
/** @return the path, in the arena */
struct toc_str toc_tile_path(struct toc_arena *a, const struct toc_tile *tile);
/** Is it one of the log of `size` entries? A narrower one than there is by now counts, if it was there once. */
bool toc_tile_exists(const struct toc_tile *tile, uint64_t size);
/** The tile that has the subtree (level, n) in it, and where: its hashes [first, first + 1 << level % 8). */
struct toc_tile toc_tile_of(unsigned level, uint64_t n, unsigned *ret_first);
/** Root of 2^k hashes. Overwrites them. */
struct toc_sha256 toc_perfect_root(struct toc_sha256 *hashes, unsigned k);

/* ---- note.c ---- */

#define TOC_NOTE_NAME_MAX 160
#define TOC_NOTE_BYTES_MAX 8192
enum toc_note_key_type { TOC_NOTE_LOG = 1, TOC_NOTE_WITNESS = 4 };

/** Who signs. The name is the origin line, or the witness's name. */
struct toc_note_key {
	char name[TOC_NOTE_NAME_MAX + 1];
	enum toc_note_key_type type;
	uint8_t public_key[32];
	uint8_t id[4];
};
/** @return 0, or TOC_EINVAL: a name is at most TOC_NOTE_NAME_MAX bytes without blank, '+' or control character */
int toc_note_key_init(struct toc_note_key *k, struct toc_str name, enum toc_note_key_type type,
		      const uint8_t public_key[32]) TOC_MUSTCHECK;
struct toc_str toc_vkey(struct toc_arena *a, const struct toc_note_key *k);
/** An Ed25519 public key as openssl reads it: SPKI (RFC 8410) in PEM. */
struct toc_str toc_key_pem(struct toc_arena *a, const uint8_t key[32]);
int toc_vkey_parse(struct toc_str vkey, struct toc_note_key *ret_key, struct toc_error *reterr) TOC_MUSTCHECK;
/** The public half of an Ed25519 seed (RFC 8032). */
void toc_ed25519_public(const uint8_t seed[32], uint8_t ret_public_key[32]);

struct toc_checkpoint {
	char origin[TOC_NOTE_NAME_MAX + 1];
	uint64_t size;
	struct toc_sha256 root;
};
/** The three lines. */
struct toc_str toc_checkpoint_text(struct toc_arena *a, const struct toc_checkpoint *c);
/** The signed note. Same checkpoint, same key: same bytes. @param k of type TOC_NOTE_LOG, its name the origin */
struct toc_str toc_checkpoint_sign(struct toc_arena *a, const struct toc_checkpoint *c, const struct toc_note_key *k,
				   const uint8_t seed[32]);
/** Open a note of the log whose key is `k`: its signature is good, its origin k's name. Lines of unknown keys are passed
 * over, at most 16 lines in all.
 * @return 0; TOC_EINVAL malformed; TOC_EPROOF not signed by `k`, or another log's */
int toc_checkpoint_open(struct toc_str note, const struct toc_note_key *k, struct toc_checkpoint *ret_checkpoint,
			struct toc_error *reterr) TOC_MUSTCHECK;
/** A witness's line ("— name base64\n") under the checkpoint, for this moment. */
struct toc_str toc_cosign(struct toc_arena *a, const struct toc_checkpoint *c, const struct toc_note_key *witness,
			  const uint8_t seed[32], int64_t unix_s);
/** Is it such a line? @return 0, TOC_EINVAL or TOC_EPROOF */
int toc_cosignature_check(struct toc_str line, const struct toc_checkpoint *c, const struct toc_note_key *witness,
			  int64_t *ret_unix_s, struct toc_error *reterr) TOC_MUSTCHECK;

/** That whoever registers a witness for an organisation has its key: a signature by it of
 * "tocsin-witness/v1\n<org>\n<vkey>\n", which is no cosignature's beginning. */
void toc_witness_possession(struct toc_str org, const struct toc_note_key *witness, const uint8_t seed[32], uint8_t ret_signature[64]);
bool toc_witness_possesses(struct toc_str org, const struct toc_note_key *witness, const uint8_t signature[64]);

/** A secret key as text, as Go's note package writes it: PRIVATE+KEY+name+id+base64(type, seed). */
struct toc_str toc_skey(struct toc_arena *a, const struct toc_note_key *k, const uint8_t seed[32]);
int toc_skey_parse(struct toc_str skey, struct toc_note_key *ret_key, uint8_t ret_seed[32], struct toc_error *reterr) TOC_MUSTCHECK;

/** A tlog-proof: everything that proves one leaf offline. @param extra what belongs to it, the leaf itself; may be empty */
struct toc_str toc_proof_text(struct toc_arena *a, uint64_t index, struct toc_str extra, const struct toc_proof *proof,
			      struct toc_str note);
/** @param ret_extra in the arena; empty when there is none @param ret_note borrowed from `text` @return 0 or TOC_EINVAL */
int toc_proof_parse(struct toc_arena *a, struct toc_str text, uint64_t *ret_index, struct toc_str *ret_extra,
		    struct toc_proof *ret_proof, struct toc_str *ret_note, struct toc_error *reterr) TOC_MUSTCHECK;
/** One hash a line, standard base64. */
struct toc_str toc_base64(struct toc_arena *a, const void *bytes, size_t n);
/** @return bytes written, TOC_EINVAL (another spelling than toc_base64's) or TOC_ELIMIT */
long toc_base64_decode(struct toc_str text, void *ret_bytes, size_t cap) TOC_MUSTCHECK;

#endif
