/* push.c: RFC 8291 over RFC 8188: see push.h. */
#include "envelope/push.h"

#include "envelope/p256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

#define RECORD_SIZE 4096 /* RFC 8291 section 4: one record, so only an upper bound */
#define TAG 16

static void must(int ok)
{
	if (ok != 1)
		TOC_WRONG("OpenSSL failed");
}

/* ---- keys ---- */

static EVP_PKEY *from_params(int selection, const OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	must(ctx && EVP_PKEY_fromdata_init(ctx));
	if (EVP_PKEY_fromdata(ctx, &key, selection, (OSSL_PARAM *)(uintptr_t)params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

EVP_PKEY *toc_p256_public(const uint8_t point[TOC_PUSH_POINT])
{
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char[]){ "prime256v1" }, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point, TOC_PUSH_POINT),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *key = point[0] == 4 ? from_params(EVP_PKEY_PUBLIC_KEY, params) : NULL;
	EVP_PKEY_CTX *ctx = key ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;

	if (key && (!ctx || EVP_PKEY_public_check(ctx) != 1)) { /* a point beside the curve would give keys away */
		EVP_PKEY_free(key);
		key = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* OpenSSL takes a private key only with its public one. @return false: not between 1 and the order */
static bool public_of(const uint8_t private[32], uint8_t ret_public[TOC_PUSH_POINT])
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	BIGNUM *d = BN_bin2bn(private, 32, NULL);
	EC_POINT *q = group ? EC_POINT_new(group) : NULL;
	bool fits;

	must(q && d);
	BN_set_flags(d, BN_FLG_CONSTTIME);
	fits = !BN_is_zero(d) && BN_cmp(d, EC_GROUP_get0_order(group)) < 0;
	if (fits) {
		must(EC_POINT_mul(group, q, d, NULL, NULL, NULL));
		must(EC_POINT_point2oct(group, q, POINT_CONVERSION_UNCOMPRESSED, ret_public, TOC_PUSH_POINT, NULL) ==
		     TOC_PUSH_POINT);
	}
	EC_POINT_free(q);
	BN_clear_free(d);
	EC_GROUP_free(group);
	return fits;
}

EVP_PKEY *toc_p256_private(const uint8_t private[32], uint8_t ret_public[TOC_PUSH_POINT])
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *d = BN_secure_new();
	EVP_PKEY *key = NULL;

	must(build && d && BN_bin2bn(private, 32, d));
	if (public_of(private, ret_public)) {
		must(OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0));
		must(OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, ret_public, TOC_PUSH_POINT));
		must(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d));
		OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
		must(params != NULL);
		key = from_params(EVP_PKEY_KEYPAIR, params);
		must(key != NULL);
		OSSL_PARAM_free(params);
	}
	BN_clear_free(d);
	OSSL_PARAM_BLD_free(build);
	return key;
}

/* ---- derivation ---- */

/* HKDF of RFC 5869 with SHA-256. */
static void hkdf(struct toc_str salt, struct toc_str secret, struct toc_str info, uint8_t *ret, size_t n)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	const OSSL_PARAM with[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char[]){ "SHA2-256" }, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt.p, salt.n),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret.p, secret.n),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info.p, info.n),
		OSSL_PARAM_construct_end(),
	};

	must(ctx && EVP_KDF_derive(ctx, ret, n, with));
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

static void shared_secret(EVP_PKEY *ours, EVP_PKEY *theirs, uint8_t ret[32])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL);
	size_t n = 32;

	must(ctx && EVP_PKEY_derive_init(ctx));
	must(EVP_PKEY_derive_set_peer(ctx, theirs));
	must(EVP_PKEY_derive(ctx, ret, &n) == 1 && n == 32);
	EVP_PKEY_CTX_free(ctx);
}

/* RFC 8291 section 3.4: from the exchange and the browser's secret to key and nonce of the one record. */
static void derive(const struct toc_push_recipient *to, const uint8_t ecdh[32], const uint8_t as_public[TOC_PUSH_POINT],
		   const uint8_t salt[16], uint8_t ret_key[16], uint8_t ret_nonce[12])
{
	uint8_t info[14 + 2 * TOC_PUSH_POINT] = "WebPush: info", ikm[32];

	memcpy(info + 14, to->p256dh, TOC_PUSH_POINT);
	memcpy(info + 14 + TOC_PUSH_POINT, as_public, TOC_PUSH_POINT);
	hkdf((struct toc_str){ (const char *)to->auth, TOC_PUSH_AUTH }, (struct toc_str){ (const char *)ecdh, 32 },
	     (struct toc_str){ (const char *)info, sizeof info }, ikm, sizeof ikm);
	struct toc_str with = { (const char *)salt, 16 }, from = { (const char *)ikm, sizeof ikm };
	hkdf(with, from, (struct toc_str){ "Content-Encoding: aes128gcm", 28 }, ret_key, 16); /* with its NUL */
	hkdf(with, from, (struct toc_str){ "Content-Encoding: nonce", 24 }, ret_nonce, 12);
	toc_wipe(ikm, sizeof ikm);
}

static void seal(const uint8_t key[16], const uint8_t nonce[12], const uint8_t *clear, size_t n, uint8_t *ret)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int got = 0;

	must(ctx && EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, nonce));
	must(EVP_EncryptUpdate(ctx, ret, &got, clear, (int)n));
	must(EVP_EncryptFinal_ex(ctx, ret + got, &got));
	must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG, ret + n));
	EVP_CIPHER_CTX_free(ctx);
}

/* ---- the message ---- */

static EVP_PKEY *ephemeral(uint8_t ret_public[TOC_PUSH_POINT])
{
	uint8_t private[32];
	EVP_PKEY *key;

	do
		toc_random(private, sizeof private);
	while (!(key = toc_p256_private(private, ret_public)));
	toc_wipe(private, sizeof private);
	return key;
}

int toc_push_encrypt(struct toc_arena *a, const struct toc_push_recipient *to, struct toc_str clear, size_t padded_to,
		     const struct toc_push_chance *chance, struct toc_str *ret_body)
{
	uint8_t ecdh[32], key[16], nonce[12], as_public[TOC_PUSH_POINT];
	size_t n = clear.n > padded_to ? clear.n : padded_to;
	EVP_PKEY *theirs, *ours;

	if (n > RECORD_SIZE - TOC_PUSH_OVERHEAD)
		return TOC_ELIMIT;
	if (!(theirs = toc_p256_public(to->p256dh)))
		return TOC_EINVAL;
	ours = chance ? toc_p256_private(chance->private, as_public) : ephemeral(as_public);
	must(ours != NULL);
	shared_secret(ours, theirs, ecdh);
	EVP_PKEY_free(ours);
	EVP_PKEY_free(theirs);

	/* header: salt(16) | rs(4) | idlen(1) | keyid(65); then the record: content | 0x02 | zeros, sealed */
	uint8_t *body = toc_arena_alloc(a, TOC_PUSH_OVERHEAD + n), *p = body;
	if (chance)
		memcpy(p, chance->salt, 16);
	else
		toc_random(p, 16);
	derive(to, ecdh, as_public, body, key, nonce);
	p[18] = RECORD_SIZE >> 8;
	p[20] = TOC_PUSH_POINT;
	memcpy(p + 21, as_public, TOC_PUSH_POINT);
	p += 21 + TOC_PUSH_POINT;
	uint8_t *record = toc_arena_alloc(a, n + 1);
	if (clear.n)
		memcpy(record, clear.p, clear.n);
	record[clear.n] = 2;
	seal(key, nonce, record, n + 1, p);
	toc_wipe(record, n + 1);
	toc_wipe(ecdh, sizeof ecdh);
	toc_wipe(key, sizeof key);
	*ret_body = (struct toc_str){ (const char *)body, TOC_PUSH_OVERHEAD + n };
	return 0;
}
