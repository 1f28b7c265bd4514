/* ledger.h: what an entry is as bytes: leaf, commitments, tree, seal. Pure: no I/O, no clock.
 *
 * Leaf: ASCII JSON on one line, fixed member order, absent members left out, at most 1 kB, nothing personal:
 *   {"v":1,"ts":<µs>,"k":"M4.send","mode":"exercise","ex":"<uuid>","inc":"<uuid>","case":"<uuid>","org":"AIRU",
 *    "ref":"<uuid>","node":"n1","eid":"<uuid>","late":1,"cb":"<43>","ca":"<43>","cd":"<43>"}
 * An entry has one spelling: a leaf that parses, written again, gives the same bytes.
 * Commitment to a part P (body, actor, data): base64url(SHA-256("tocsin-entry/v1 " P "\n" salt(32) bytes)).
 * All three are always there; a part that is empty commits to the empty string with a fresh salt.
 * Leaf hash: SHA-256(0x00 leaf); node: SHA-256(0x01 left right). Source: RFC 6962 section 2.1.
 * Sealed part: AES-256-GCM(key, salt bytes) with aad "tocsin-seal/v1 " subject "\n" class "\n" eid "\n" P.
 * Wrapped key: AES-256-GCM(wrapping key, key) with aad "tocsin-wrap/v1 " id "\n" subject "\n" class "\n"
 * wrapping id.
 */
#ifndef TOC_LEDGER_LEDGER_H
#define TOC_LEDGER_LEDGER_H

#include "base/bytes.h"
#include "base/digest.h"
#include "base/time.h"

#define TOC_LEAF_BYTES_MAX 1024
#define TOC_SALT_BYTES 32

struct toc_leaf {
	toc_time ts; /* 1970 or later */
	struct toc_str k, mode, org, node;
	struct toc_uuid exercise, incident, case_ref, ref; /* nil when absent */
	struct toc_uuid eid;
	bool late;
	struct toc_sha256 body, actor, data; /* commitments */
};
/** @return bytes in the arena, or empty when a text is not [A-Za-z0-9._-]+, eid is nil, ts is before 1970 or
 * the whole is over TOC_LEAF_BYTES_MAX */
struct toc_str toc_leaf_write(struct toc_arena *a, const struct toc_leaf *leaf);
/** @param ret_leaf its texts are copies in the arena
 * @return 0, or TOC_EINVAL when the bytes are not exactly what toc_leaf_write gives for any leaf */
int toc_leaf_parse(struct toc_arena *a, struct toc_str bytes, struct toc_leaf *ret_leaf,
		   struct toc_error *reterr) TOC_MUSTCHECK;

enum toc_part { TOC_PART_BODY, TOC_PART_ACTOR, TOC_PART_DATA };
const char *toc_part_name(enum toc_part part); /* "body", "actor", "data": its P in commitment and seal */
struct toc_sha256 toc_commit(enum toc_part part, const uint8_t salt[TOC_SALT_BYTES], struct toc_str bytes);

struct toc_sha256 toc_leaf_hash(struct toc_str leaf);
struct toc_sha256 toc_node_hash(struct toc_sha256 left, struct toc_sha256 right);
bool toc_sha256_eq(struct toc_sha256 x, struct toc_sha256 y);

/** Compact range: the roots of the perfect subtrees of a log, left to right, as the binary digits of its
 * size. */
struct toc_range {
	uint64_t size;
	unsigned n; /* number of ones in size */
	struct toc_sha256 node[64];
};
void toc_range_add(struct toc_range *r, struct toc_sha256 leaf_hash);
/** The same, and tells the root of every subtree of 2^level leaves that the leaf makes whole, smallest first. */
typedef void toc_range_whole(void *ctx, unsigned level, uint64_t n, struct toc_sha256 root);
void toc_range_add_telling(struct toc_range *r, struct toc_sha256 leaf_hash, toc_range_whole *whole, void *ctx);
struct toc_sha256 toc_range_root(const struct toc_range *r); /* SHA-256("") for the empty log */

/** A seal key as it is used, and as it rests: wrapped under a wrapping key. One per (subject, class). */
struct toc_seal_key {
	struct toc_uuid id;
	struct toc_str subject, retention; /* borrowed */
	uint8_t key[32];
};
/** What a wrapped key is bound to. */
struct toc_str toc_seal_key_aad(struct toc_arena *a, const struct toc_seal_key *k, struct toc_uuid wrapping_id);
struct toc_str toc_seal_key_wrap(struct toc_arena *a, const struct toc_seal_key *k,
				 struct toc_uuid wrapping_id, const uint8_t wrapping_key[32]);
/** @param k id, subject and retention set by the caller; key is filled @return 0 or TOC_EPROOF */
int toc_seal_key_unwrap(struct toc_str wrapped, struct toc_uuid wrapping_id, const uint8_t wrapping_key[32],
			struct toc_seal_key *k) TOC_MUSTCHECK;

struct toc_str toc_part_seal(struct toc_arena *a, const struct toc_seal_key *k, struct toc_uuid eid,
			     enum toc_part part, const uint8_t salt[TOC_SALT_BYTES], struct toc_str bytes);
/** @return 0 or TOC_EPROOF: altered, another entry's, another part's, or another key's */
int toc_part_open(struct toc_arena *a, const struct toc_seal_key *k, struct toc_uuid eid, enum toc_part part,
		  struct toc_str sealed, uint8_t ret_salt[TOC_SALT_BYTES],
		  struct toc_str *ret_bytes) TOC_MUSTCHECK;

#endif
