/* vapid.c: RFC 8292: a signed token (RFC 7515, ES256) that says which server pushes. See push.h. */
#include "envelope/p256.h"

#include <openssl/bn.h>
#include <openssl/ec.h>

#include "base/value.h"
#include "message/json.h"

static void must(int ok)
{
	if (ok != 1)
		TOC_WRONG("OpenSSL failed");
}

void toc_vapid_derive(const uint8_t outside[32], struct toc_vapid *ret)
{
	char purpose[] = "tocsin vapid A"; /* 32 bytes are a key but for one in 2^32; then the next letter's are */
	EVP_PKEY *key;

	do {
		struct toc_sha256 d = toc_hmac_sha256(outside, toc_str_of(purpose));
		memcpy(ret->private, d.b, sizeof ret->private);
		toc_wipe(&d, sizeof d);
		purpose[sizeof purpose - 2]++;
	} while (!(key = toc_p256_private(ret->private, ret->public)));
	EVP_PKEY_free(key);
}

/* OpenSSL signs as a DER sequence of two numbers; JWS wants both as 32 bytes (RFC 7518 section 3.4). */
static struct toc_str es256(struct toc_arena *a, const struct toc_vapid *v, struct toc_str bytes)
{
	uint8_t der[80], raw[64], public[TOC_PUSH_POINT];
	const uint8_t *p = der;
	size_t n = sizeof der;
	EVP_PKEY *key = toc_p256_private(v->private, public);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	must(key && ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key));
	must(EVP_DigestSign(ctx, der, &n, (const unsigned char *)bytes.p, bytes.n));
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &p, (long)n);
	must(signature && BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, 32) == 32 &&
	     BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + 32, 32) == 32);
	ECDSA_SIG_free(signature);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return toc_base64url(a, raw, sizeof raw);
}

static struct toc_str part(struct toc_arena *a, const struct toc_value *v)
{
	struct toc_str json = toc_json_str(a, v);

	return toc_base64url(a, json.p, json.n);
}

struct toc_str toc_vapid_authorization(struct toc_arena *a, const struct toc_vapid *v, struct toc_str audience,
				       toc_time expires, struct toc_str subject)
{
	struct toc_value *header = toc_value_map(a), *claims = toc_value_map(a);

	toc_set_cstr(a, header, "typ", "JWT");
	toc_set_cstr(a, header, "alg", "ES256");
	toc_set_text(a, claims, "aud", audience);
	toc_set_int(a, claims, "exp", expires.us / 1000000);
	toc_set_text(a, claims, "sub", subject);
	struct toc_str head = part(a, header), body = part(a, claims),
		       bytes = toc_arena_printf(a, "%.*s.%.*s", TOC_STR_ARGS(head), TOC_STR_ARGS(body)),
		       signature = es256(a, v, bytes), key = toc_base64url(a, v->public, sizeof v->public);
	return toc_arena_printf(a, "vapid t=%.*s.%.*s, k=%.*s", TOC_STR_ARGS(bytes), TOC_STR_ARGS(signature),
				TOC_STR_ARGS(key));
}
