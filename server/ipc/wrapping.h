/* wrapping.h: the wrapping keys that this node holds, in memory that the eraser writes and keeper and archive read.
 *
 * They follow one another while everybody serves: each erasure makes a new one and destroys the old (docs/erasure.md).
 * Nobody is told and nobody answers: whoever meets a key that is wrapped under one they do not know, or sees another
 * version, looks here. The version also grows when seal keys have gone, so that they are forgotten everywhere.
 * Who reads while it is being written, or after a writer died half-way, keeps what it had. */
#ifndef TOC_IPC_WRAPPING_H
#define TOC_IPC_WRAPPING_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"

#define TOC_WRAP_KEYS_MAX 16

struct toc_wrapping_key {
	struct toc_uuid id;
	uint8_t key[32]; /* of one in a token: zeros */
};

struct toc_wrapping;
/** By the parent. Two descriptors: to write it, and to read it only. */
int toc_wrapping_create(const struct toc_wrapping_key *keys, size_t n, int *ret_write, int *ret_read,
			struct toc_error *reterr) TOC_MUSTCHECK;
/** @param fd taken over @return NULL when it is none */
struct toc_wrapping *toc_wrapping_open(int fd, bool write);
void toc_wrapping_free(struct toc_wrapping *w);

uint32_t toc_wrapping_version(const struct toc_wrapping *w);
/** The newest first. @return how many; 0: it is being written, ask again */
size_t toc_wrapping_read(const struct toc_wrapping *w, struct toc_wrapping_key ret_keys[TOC_WRAP_KEYS_MAX],
			 uint32_t *ret_version);
void toc_wrapping_write(struct toc_wrapping *w, const struct toc_wrapping_key *keys, size_t n);

#endif
