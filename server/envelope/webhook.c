/* webhook.c: see webhook.h. */
#include "envelope/webhook.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "ledger/log.h"

#define ED25519_BYTES 32
#define ED25519_SIGNATURE 64

static void must(int ok)
{
	if (ok != 1)
		TOC_WRONG("OpenSSL failed");
}

/* One block of HKDF-Expand (RFC 5869) is HMAC over the purpose and a counter of 1. */
static void derive(const uint8_t outside[32], const char *purpose, struct toc_uuid hook, uint32_t generation,
		   uint8_t ret[32])
{
	uint8_t info[64] = { 0 };
	size_t n = strlen(purpose);

	memcpy(info, purpose, n + 1);
	memcpy(info + n + 1, hook.b, sizeof hook.b);
	for (int i = 0; i < 4; i++)
		info[n + 17 + (size_t)i] = (uint8_t)(generation >> (24 - 8 * i));
	info[n + 21] = 1;
	struct toc_sha256 mac = toc_hmac_sha256(outside, (struct toc_str){ (const char *)info, n + 22 });
	memcpy(ret, mac.b, 32);
	toc_wipe(&mac, sizeof mac);
}

void toc_hook_key_derive(const uint8_t outside[32], struct toc_uuid hook, uint32_t generation,
			 struct toc_hook_key *ret)
{
	derive(outside, "tocsin webhook v1", hook, generation, ret->secret);
	derive(outside, "tocsin webhook v1a", hook, generation, ret->seed);
}

struct toc_str toc_hook_secret_text(struct toc_arena *a, const struct toc_hook_key *k)
{
	return toc_arena_printf(a, "whsec_%s", toc_base64(a, k->secret, sizeof k->secret).p);
}

struct toc_str toc_hook_public_text(struct toc_arena *a, const struct toc_hook_key *k)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, k->seed, sizeof k->seed);
	uint8_t public[ED25519_BYTES];
	size_t n = sizeof public;

	must(key && EVP_PKEY_get_raw_public_key(key, public, &n));
	EVP_PKEY_free(key);
	return toc_arena_printf(a, "whpk_%s", toc_base64(a, public, n).p);
}

static struct toc_str signed_bytes(struct toc_arena *a, struct toc_str id, int64_t timestamp, struct toc_str body)
{
	char *p = toc_arena_alloc(a, id.n + 24 + body.n);
	int n = snprintf(p, id.n + 24, "%.*s.%lld.", TOC_STR_ARGS(id), (long long)timestamp);

	if (body.n)
		memcpy(p + n, body.p, body.n);
	return (struct toc_str){ p, (size_t)n + body.n };
}

static struct toc_str ed25519(struct toc_arena *a, const struct toc_hook_key *k, struct toc_str bytes)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, k->seed, sizeof k->seed);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[ED25519_SIGNATURE];
	size_t n = sizeof signature;

	must(key && ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key));
	must(EVP_DigestSign(ctx, signature, &n, (const unsigned char *)bytes.p, bytes.n));
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return toc_base64(a, signature, n);
}

struct toc_str toc_hook_sign(struct toc_arena *a, const struct toc_hook_key *keys, size_t n, struct toc_str id,
			     int64_t timestamp, struct toc_str body)
{
	struct toc_str bytes = signed_bytes(a, id, timestamp, body), all = { "", 0 };

	for (size_t i = 0; i < n; i++) {
		struct toc_sha256 mac = toc_hmac_sha256(keys[i].secret, bytes);
		all = toc_arena_printf(a, "%.*s%sv1,%s v1a,%s", TOC_STR_ARGS(all), i ? " " : "",
				       toc_base64(a, mac.b, sizeof mac.b).p, ed25519(a, &keys[i], bytes).p);
	}
	return all;
}

/* Seconds since 1970 as a whole number of decimal digits, without sign, blank or leading zero: what is signed is the
 * number, so there must be one way to write it. */
static int read_timestamp(struct toc_str text, int64_t *ret)
{
	int64_t t = 0;

	if (text.n == 0 || text.n > 12 || text.p[0] == '0')
		return TOC_EINVAL;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return TOC_EINVAL;
		t = t * 10 + (text.p[i] - '0');
	}
	*ret = t;
	return 0;
}

int toc_hook_verify(const struct toc_hook_key *keys, size_t n, struct toc_str id, struct toc_str timestamp,
		    struct toc_str signatures, struct toc_str body, toc_time now)
{
	int64_t at, seconds = now.us / 1000000;
	bool right = false;

	if (id.n == 0 || id.n > 128 || signatures.n > 1024 || memchr(id.p, '.', id.n) ||
	    read_timestamp(timestamp, &at) < 0)
		return TOC_EINVAL;
	if (at < seconds - TOC_HOOK_TOLERANCE_S || at > seconds + TOC_HOOK_TOLERANCE_S)
		return TOC_ETIMEOUT;
	struct toc_arena *a = toc_arena_new();
	struct toc_str bytes = signed_bytes(a, id, at, body);
	for (size_t i = 0; i < n; i++) {
		struct toc_sha256 mac = toc_hmac_sha256(keys[i].secret, bytes);
		struct toc_str want = toc_arena_printf(a, "v1,%s", toc_base64(a, mac.b, sizeof mac.b).p);
		for (size_t from = 0, to; from < signatures.n; from = to + 1) {
			const char *blank = memchr(signatures.p + from, ' ', signatures.n - from);
			to = blank ? (size_t)(blank - signatures.p) : signatures.n;
			right |= toc_str_eq_secret((struct toc_str){ signatures.p + from, to - from }, want);
		}
	}
	toc_arena_free(a);
	return right ? 0 : TOC_EPROOF;
}
