/* nearkey.h: perceptual hashes in a keyed form that keeps their distances.
 *
 * The state is to see how near two hashes are without holding either (design 4: nothing that is sealed stands in
 * it or in a snapshot). So the bits are turned over by a secret mask and moved by a secret permutation: neither
 * changes in how many bits two hashes differ. Both come from the duplicate key and the realm (the incident), so
 * forms of different incidents have nothing to do with each other.
 *
 *   stream := HMAC-SHA-256(dup key, "tocsin-near/v1 " realm "\n" 0) || … 1 || …   mask: the first 32 bytes; then 4
 *             bytes, big-endian, for each draw of Fisher and Yates, from the last place to the second
 *
 * What it is not: a cipher. Who knows a dozen hashes of an incident and their forms can work out the rest; that
 * takes a member who reads the database as well, and gives them what other members of the incident shared. The
 * form outlives an erasure as duplicate keys do. Pure. */
#ifndef TOC_KEEPER_NEARKEY_H
#define TOC_KEEPER_NEARKEY_H

#include "base/memory.h"

struct toc_near_key {
	uint8_t mask[32];
	uint8_t place[256]; /* where each bit goes */
};

void toc_near_key_init(struct toc_near_key *k, const uint8_t dup_key[32], struct toc_str realm);
void toc_near_form(const struct toc_near_key *k, const uint8_t hash[32], uint8_t ret_form[32]);

#endif
