/* token.h: a PKCS#11 token that holds the wrapping keys: AES-256, made in it, never extractable. What is wrapped by one
 * looks like what is wrapped by a key in a file, so nothing else knows the difference.
 *
 * A key is named by its CKA_ID, the 16 bytes of its UUID, and its label "tocsin-wrapping". Each process opens the token
 * for itself, before it gives up system calls. Calls block: the eraser's and the keyring's only, some microseconds each.
 * Source: PKCS #11 2.40 (CKM_AES_GCM), RFC 7512 (pkcs11: URIs). */
#ifndef TOC_TOKEN_TOKEN_H
#define TOC_TOKEN_TOKEN_H

#include "ipc/wrapping.h"
#include "ledger/ledger.h"

struct toc_token;
/** Load the module, find the token, sign in.
 * @param uri pkcs11:token=LABEL;serial=…?module-path=/usr/lib/….so @return 0, TOC_EINVAL (the URI), TOC_EIO */
int toc_token_open(const char *uri, const char *pin, struct toc_token **ret_token, struct toc_error *reterr) TOC_MUSTCHECK;
void toc_token_free(struct toc_token *t);

/** Names of its wrapping keys, the newest first; key bytes are zeros. */
int toc_token_keys(struct toc_token *t, struct toc_wrapping_key ret_keys[TOC_WRAP_KEYS_MAX], size_t *ret_n,
		   struct toc_error *reterr) TOC_MUSTCHECK;
int toc_token_make(struct toc_token *t, struct toc_uuid id, struct toc_error *reterr) TOC_MUSTCHECK;
int toc_token_destroy(struct toc_token *t, struct toc_uuid id, struct toc_error *reterr) TOC_MUSTCHECK;

/** wrap.c: with a key in a token (t) or in memory (t NULL). @return empty when the token does not do it */
struct toc_str toc_wrap(struct toc_token *t, struct toc_arena *a, const struct toc_seal_key *k, const struct toc_wrapping_key *w);
/** @param k id, subject and retention set by the caller
 * @return 0, TOC_EPROOF (altered, or under another key), TOC_ENOTFOUND (the token has no such key now), TOC_EIO (it does not do it now) */
int toc_unwrap(struct toc_token *t, struct toc_str wrapped, const struct toc_wrapping_key *w, struct toc_seal_key *k) TOC_MUSTCHECK;

/* AES-256-GCM with the key of this name; form, nonce and tag as toc_seal has them. */
int toc_token_seal(struct toc_token *t, struct toc_arena *a, struct toc_uuid id, struct toc_str aad, struct toc_str clear,
		   struct toc_str *ret_sealed) TOC_MUSTCHECK;
int toc_token_unseal(struct toc_token *t, struct toc_arena *a, struct toc_uuid id, struct toc_str aad, struct toc_str sealed,
		     struct toc_str *ret_clear) TOC_MUSTCHECK;

/** uri.c: what of a pkcs11: URI is used. @return 0 or TOC_EINVAL */
struct toc_token_uri {
	char token[33], serial[17], module[512]; /* empty: any */
};
int toc_token_uri_parse(const char *uri, struct toc_token_uri *ret_uri, struct toc_error *reterr) TOC_MUSTCHECK;

#endif
