/* seal.c: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce for every seal.
 *
 * Sealed form: 0x01 | nonce(12) | ciphertext | tag(16). The first byte names this form, so that another can
 * follow. Random nonces are safe for 2^32 seals under one key; keys are per subject and retention class, far
 * below that. */
#include "base/digest.h"
#include "base/thread.h"

#include <limits.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#define FORM 0x01
#define NONCE 12
#define TAG 16

static EVP_CIPHER *gcm;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;
static _Thread_local EVP_CIPHER_CTX *ctx;

static void must(int ok)
{
	if (!ok)
		TOC_WRONG("OpenSSL failed");
}

static void fetch(void)
{
	gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	must(gcm != NULL);
}

static void forget(void)
{
	EVP_CIPHER_CTX_free(ctx);
	ctx = NULL;
}

static void need_context(void)
{
	if (!ctx) {
		pthread_once(&fetched, fetch);
		must((ctx = EVP_CIPHER_CTX_new()) != NULL);
		toc_at_thread_end(forget);
	}
}

struct toc_str toc_seal(struct toc_arena *a, const uint8_t key[32], struct toc_str aad, struct toc_str clear)
{
	int n = 0;

	if (clear.n > INT_MAX - TOC_SEAL_OVERHEAD || aad.n > INT_MAX)
		TOC_WRONG("seal: size");
	uint8_t *out = toc_arena_alloc(a, clear.n + TOC_SEAL_OVERHEAD);
	uint8_t *text = out + 1 + NONCE, *tag = text + clear.n;
	out[0] = FORM;
	toc_random(out + 1, NONCE);

	need_context();
	must(EVP_EncryptInit_ex2(ctx, gcm, key, out + 1, NULL));
	if (aad.n)
		must(EVP_EncryptUpdate(ctx, NULL, &n, (const uint8_t *)aad.p, (int)aad.n));
	if (clear.n)
		must(EVP_EncryptUpdate(ctx, text, &n, (const uint8_t *)clear.p, (int)clear.n));
	must(EVP_EncryptFinal_ex(ctx, tag, &n)); /* GCM: writes nothing */
	must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG, tag));
	return (struct toc_str){ (char *)out, clear.n + TOC_SEAL_OVERHEAD };
}

int toc_unseal(struct toc_arena *a, const uint8_t key[32], struct toc_str aad, struct toc_str sealed,
	       struct toc_str *ret_clear)
{
	const uint8_t *in = (const uint8_t *)sealed.p;
	uint8_t tag[TAG];
	int n = 0;

	if (sealed.n < TOC_SEAL_OVERHEAD || sealed.n > INT_MAX || aad.n > INT_MAX || in[0] != FORM)
		return TOC_EPROOF;
	size_t length = sealed.n - TOC_SEAL_OVERHEAD;
	uint8_t *clear = toc_arena_alloc(a, length + 1);
	memcpy(tag, in + 1 + NONCE + length, TAG);

	need_context();
	must(EVP_DecryptInit_ex2(ctx, gcm, key, in + 1, NULL));
	if (aad.n)
		must(EVP_DecryptUpdate(ctx, NULL, &n, (const uint8_t *)aad.p, (int)aad.n));
	if (length)
		must(EVP_DecryptUpdate(ctx, clear, &n, in + 1 + NONCE, (int)length));
	must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG, tag));
	if (EVP_DecryptFinal_ex(ctx, clear + length, &n) != 1) {
		toc_wipe(clear, length); /* nobody sees what did not verify */
		return TOC_EPROOF;
	}
	*ret_clear = (struct toc_str){ (char *)clear, length };
	return 0;
}
