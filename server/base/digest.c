/* digest.c: SHA-256, HMAC-SHA-256 (RFC 2104, FIPS 180-4) and random bytes.
 *
 * Algorithms are fetched once a process and contexts are kept a thread: with OpenSSL 3 a fetch costs more
 * than the hash of a short message. Every call can only fail by our bug or a broken machine, and then we
 * stop. */
#include "base/digest.h"

#include "base/thread.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>

static EVP_MD *sha256;
static EVP_MAC *hmac;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;
static _Thread_local EVP_MD_CTX *sha256_ctx;
static _Thread_local EVP_MAC_CTX *hmac_ctx;

static void must(int ok)
{
	if (!ok)
		TOC_WRONG("OpenSSL failed");
}

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	must(sha256 && hmac);
}

static void forget_sha256(void)
{
	EVP_MD_CTX_free(sha256_ctx);
	sha256_ctx = NULL;
}

static void forget_hmac(void)
{
	EVP_MAC_CTX_free(hmac_ctx);
	hmac_ctx = NULL;
}

struct toc_sha256 toc_sha256_parts(const struct toc_str *parts, size_t n)
{
	struct toc_sha256 digest;

	if (!sha256_ctx) {
		pthread_once(&fetched, fetch);
		must((sha256_ctx = EVP_MD_CTX_new()) != NULL);
		toc_at_thread_end(forget_sha256);
	}
	must(EVP_DigestInit_ex2(sha256_ctx, sha256, NULL));
	for (size_t i = 0; i < n; i++)
		must(EVP_DigestUpdate(sha256_ctx, parts[i].p, parts[i].n));
	must(EVP_DigestFinal_ex(sha256_ctx, digest.b, NULL));
	return digest;
}

struct toc_sha256 toc_sha256(struct toc_str bytes)
{
	return toc_sha256_parts(&bytes, 1);
}

struct toc_digesting {
	EVP_MD_CTX *ctx;
};

struct toc_digesting *toc_digesting_new(void)
{
	struct toc_digesting *h = toc_must_realloc(NULL, sizeof *h);

	pthread_once(&fetched, fetch);
	must((h->ctx = EVP_MD_CTX_new()) != NULL);
	must(EVP_DigestInit_ex2(h->ctx, sha256, NULL));
	return h;
}

void toc_digesting_add(struct toc_digesting *h, struct toc_str bytes)
{
	must(EVP_DigestUpdate(h->ctx, bytes.p, bytes.n));
}

struct toc_sha256 toc_digesting_done(struct toc_digesting *h)
{
	struct toc_sha256 digest;

	must(EVP_DigestFinal_ex(h->ctx, digest.b, NULL));
	EVP_MD_CTX_free(h->ctx);
	free(h);
	return digest;
}

struct toc_sha256 toc_hmac_sha256(const uint8_t key[32], struct toc_str bytes)
{
	struct toc_sha256 mac;

	if (!hmac_ctx) {
		OSSL_PARAM with[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
								       (char[]){ "SHA2-256" }, 0),
				      OSSL_PARAM_construct_end() };
		pthread_once(&fetched, fetch);
		must((hmac_ctx = EVP_MAC_CTX_new(hmac)) != NULL);
		toc_at_thread_end(forget_hmac);
		must(EVP_MAC_CTX_set_params(hmac_ctx, with));
	}
	must(EVP_MAC_init(hmac_ctx, key, 32, NULL));
	must(EVP_MAC_update(hmac_ctx, (const unsigned char *)bytes.p, bytes.n));
	must(EVP_MAC_final(hmac_ctx, mac.b, NULL, sizeof mac.b));
	return mac;
}

void toc_random(void *ret_bytes, size_t n)
{
	must(RAND_bytes_ex(NULL, ret_bytes, n, 0) == 1);
}

struct toc_uuid toc_uuid_random(void)
{
	struct toc_uuid id;

	toc_random(id.b, sizeof id.b);
	id.b[6] = (uint8_t)((id.b[6] & 0x0F) | 0x40);
	id.b[8] = (uint8_t)((id.b[8] & 0x3F) | 0x80);
	return id;
}

struct toc_uuid toc_uuid_v7(int64_t unix_ms)
{
	struct toc_uuid id = toc_uuid_random();

	for (int i = 0; i < 6; i++)
		id.b[i] = (uint8_t)((uint64_t)unix_ms >> (40 - 8 * i));
	id.b[6] = (uint8_t)((id.b[6] & 0x0F) | 0x70);
	return id;
}

void toc_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}
