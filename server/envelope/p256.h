/* p256.h: keys of the curve P-256 as OpenSSL wants them, from the bytes that protocols have. For this room only. */
#ifndef TOC_ENVELOPE_P256_H
#define TOC_ENVELOPE_P256_H

#include <openssl/evp.h>

#include "envelope/push.h"

/** NULL when they are none. @param private NULL: a public key only; @param public of a private one is computed */
EVP_PKEY *toc_p256_public(const uint8_t point[TOC_PUSH_POINT]);
EVP_PKEY *toc_p256_private(const uint8_t private[32], uint8_t ret_public[TOC_PUSH_POINT]);

#endif
