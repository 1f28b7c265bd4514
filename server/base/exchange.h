/* exchange.h: a key that two machines agree on over a channel that others read and write.
 *
 * Each makes a pair that is used once and is kept in memory only, so who gets the machines later learns nothing of it;
 * a secret that both have already goes into the key, so who writes to the channel cannot take the place of either.
 * Source: RFC 7748 (X25519), RFC 5869 (HKDF); RFC 9180 section 5.1.2 (why a shared secret suffices to authenticate). */
#ifndef TOC_BASE_EXCHANGE_H
#define TOC_BASE_EXCHANGE_H

#include "base/bytes.h"
#include "base/error.h"

#define TOC_EXCHANGE_BYTES 32

struct toc_exchange; /* one's own pair */
struct toc_exchange *toc_exchange_new(uint8_t ret_public[TOC_EXCHANGE_BYTES]);
void toc_exchange_free(struct toc_exchange *x);
/** @param theirs their public half, as it came
 * @param secret 32 bytes that both have
 * @param about what it is for, in the same words on both sides, both public halves included
 * @return 0 or TOC_EPROOF: theirs is none */
int toc_exchange_key(const struct toc_exchange *x, const uint8_t theirs[TOC_EXCHANGE_BYTES], const uint8_t secret[32],
		     struct toc_str about, uint8_t ret_key[32]) TOC_MUSTCHECK;

#endif
