/* nearkey.c: see nearkey.h. */
#include "keeper/nearkey.h"

#include "base/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BITS 256

struct stream {
	const uint8_t *key;
	struct toc_str realm;
	unsigned block;
	struct toc_sha256 bytes;
	size_t used;
};

static uint8_t next_byte(struct stream *s)
{
	if (s->used == sizeof s->bytes.b) {
		char under[128];
		int n = snprintf(under, sizeof under, "tocsin-near/v1 %.*s\n%u", TOC_STR_ARGS(s->realm),
				 s->block++);
		s->bytes = toc_hmac_sha256(s->key, (struct toc_str){ under, (size_t)n });
		s->used = 0;
	}
	return s->bytes.b[s->used++];
}

static uint32_t next_word(struct stream *s)
{
	uint32_t x = 0;
	for (int i = 0; i < 4; i++)
		x = x << 8 | next_byte(s);
	return x;
}

void toc_near_key_init(struct toc_near_key *k, const uint8_t dup_key[32], struct toc_str realm)
{
	struct stream s = { .key = dup_key, .realm = realm, .used = sizeof s.bytes.b };

	if (realm.n > 64)
		TOC_WRONG("realm of a near key");
	for (size_t i = 0; i < sizeof k->mask; i++)
		k->mask[i] = next_byte(&s);
	for (unsigned i = 0; i < BITS; i++)
		k->place[i] = (uint8_t)i;
	for (unsigned i = BITS - 1; i > 0;
	     i--) { /* 2^32 is no multiple of i + 1: a bias of 2^-24, of no use */
		unsigned j = next_word(&s) % (i + 1);
		uint8_t p = k->place[i];
		k->place[i] = k->place[j];
		k->place[j] = p;
	}
}

void toc_near_form(const struct toc_near_key *k, const uint8_t hash[32], uint8_t ret_form[32])
{
	memset(ret_form, 0, 32);
	for (unsigned i = 0; i < BITS; i++) {
		unsigned bit = (hash[i / 8] ^ k->mask[i / 8]) >> i % 8 & 1;
		ret_form[k->place[i] / 8] |= (uint8_t)(bit << k->place[i] % 8);
	}
}
