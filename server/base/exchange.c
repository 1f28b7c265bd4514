/* exchange.c: see exchange.h. */
#include "base/exchange.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"

struct toc_exchange {
	EVP_PKEY *pair;
};

struct toc_exchange *toc_exchange_new(uint8_t ret_public[TOC_EXCHANGE_BYTES])
{
	struct toc_exchange *x = calloc(1, sizeof *x);
	size_t n = TOC_EXCHANGE_BYTES;

	if (!x || !(x->pair = EVP_PKEY_Q_keygen(NULL, NULL, "X25519")) ||
	    EVP_PKEY_get_raw_public_key(x->pair, ret_public, &n) != 1 || n != TOC_EXCHANGE_BYTES)
		abort();
	return x;
}

void toc_exchange_free(struct toc_exchange *x)
{
	if (x)
		EVP_PKEY_free(x->pair);
	free(x);
}

int toc_exchange_key(const struct toc_exchange *x, const uint8_t theirs[TOC_EXCHANGE_BYTES], const uint8_t secret[32],
		     struct toc_str about, uint8_t ret_key[32])
{
	EVP_PKEY *other = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, theirs, TOC_EXCHANGE_BYTES);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(x->pair, NULL);
	uint8_t both[64];
	size_t n = 32;
	/* a point of small order gives nought, and is refused here */
	bool ok = other && ctx && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, other) == 1 &&
		  EVP_PKEY_derive(ctx, both, &n) == 1 && n == 32;

	if (ok) {
		struct toc_arena *a = toc_arena_new();
		memcpy(both + 32, secret, 32);
		/* extract over both, then one block of expand: HMAC over the purpose and a counter of 1 */
		static const uint8_t none[32];
		struct toc_sha256 prk = toc_hmac_sha256(none, (struct toc_str){ (const char *)both, sizeof both });
		struct toc_sha256 key = toc_hmac_sha256(prk.b, toc_arena_printf(a, "%.*s%c", TOC_STR_ARGS(about), 1));
		memcpy(ret_key, key.b, 32);
		toc_wipe(&prk, sizeof prk);
		toc_wipe(&key, sizeof key);
		toc_arena_free(a);
	}
	toc_wipe(both, sizeof both);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(other);
	return ok ? 0 : TOC_EPROOF;
}
