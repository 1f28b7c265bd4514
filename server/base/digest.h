/* digest.h: hashes, keyed hashes, authenticated encryption and random bytes, all by OpenSSL 3 EVP.
 * The only room that talks to OpenSSL besides front and client (TLS) and ledger (signatures). Failure of the
 * library itself is our bug or a broken machine: the process stops. */
#ifndef TOC_BASE_DIGEST_H
#define TOC_BASE_DIGEST_H

#include "base/bytes.h"

struct toc_sha256 {
	uint8_t b[32];
};
struct toc_sha256 toc_sha256(struct toc_str bytes);
/** SHA-256 of the concatenation of n parts. */
struct toc_sha256 toc_sha256_parts(const struct toc_str *parts, size_t n);
/** SHA-256 of what comes piece by piece. */
struct toc_digesting;
struct toc_digesting *toc_digesting_new(void);
void toc_digesting_add(struct toc_digesting *h, struct toc_str bytes);
struct toc_sha256 toc_digesting_done(struct toc_digesting *h); /* frees it */
struct toc_sha256 toc_hmac_sha256(const uint8_t key[32], struct toc_str bytes);

void toc_random(void *ret_bytes, size_t n);
struct toc_uuid toc_uuid_random(void);        /* version 4 */
struct toc_uuid toc_uuid_v7(int64_t unix_ms); /* version 7 */

/** AES-256-GCM. Sealed form: 0x01 | iv(12) | ciphertext | tag(16). */
#define TOC_SEAL_OVERHEAD 29
struct toc_str toc_seal(struct toc_arena *a, const uint8_t key[32], struct toc_str aad, struct toc_str clear);
/** @return 0 or TOC_EPROOF; says nothing more, on purpose */
int toc_unseal(struct toc_arena *a, const uint8_t key[32], struct toc_str aad, struct toc_str sealed,
	       struct toc_str *ret_clear) TOC_MUSTCHECK;
void toc_wipe(void *p, size_t n);

#endif
