/* hash.h: what is done with hashes of content: make and read them, tell how far apart two perceptual ones are, find
 * those of a set that are near.
 *
 * PDQ: 256 bits of a picture, compared by Hamming distance; text is 64 hexadecimal digits, the hash as one
 * big-endian number. Its quality is no part of it and stands beside it. SHA-256 has the same text shape, so a
 * hash never goes without its type and the two never share a set. Source: ThreatExchange, pdq/README.md.
 *
 * Freestanding: memory and integers only. */
#ifndef TOC_HASH_HASH_H
#define TOC_HASH_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- text ---- */

/** Hexadecimal digits, of either case, into exactly `bytes` bytes.
 * @return 0, or -1 when there are more, fewer or other characters; `ret` may then be half written */
int toc_hash_parse(const char *text, size_t n, uint8_t *ret, size_t bytes);

/** A vPDQ as it travels in one line: for each frame its PDQ, quality (0 to 100) and time (seconds, with a fraction or
 * without), commas between; one blank between frames. At least one frame. */
bool toc_vpdq_is_list(const char *text, size_t n);

/* ---- files, exactly ---- */

/** MD5 and SHA-256 in one pass: init, add as often as there is something, end. */
struct toc_hashing {
	uint64_t bytes;
	uint32_t md5[4], sha256[8];
	uint8_t block[64];
};
void toc_hashing_init(struct toc_hashing *h);
void toc_hashing_add(struct toc_hashing *h, const void *bytes, size_t n);
void toc_hashing_end(struct toc_hashing *h, uint8_t ret_md5[16], uint8_t ret_sha256[32]);

/* ---- PDQ ---- */

#define TOC_PDQ_BYTES 32
#define TOC_PDQ_BITS 256
/* Up to here two hashes are taken for the same picture; a set may ask for less. */
#define TOC_PDQ_DISTANCE_MAX 31
/* Below, a picture has too little in it to be told from others: such hashes are not matched. */
#define TOC_PDQ_QUALITY_LEAST 50

/* Smaller pictures have the hash of nothing, larger ones are not hashed. */
#define TOC_PDQ_SIDE_LEAST 5
#define TOC_PDQ_SIDE_MAX 16384

/** Floats of scratch that a picture of this size takes. @return 0: too large */
size_t toc_pdq_scratch(size_t rows, size_t cols);
/** PDQ of a picture at full size, row after row, 8 bits a channel.
 * @param step bytes of a pixel: 1 grey, 3 red green blue, 4 one more that is not looked at
 * @param scratch toc_pdq_scratch(rows, cols) floats
 * @return its quality, 0 to 100 */
unsigned toc_pdq_make(const uint8_t *pixels, size_t rows, size_t cols, unsigned step, float *scratch,
		      uint8_t ret[TOC_PDQ_BYTES]);

/** Is it fit for matching? The hash of nothing (all zero) and of a picture with nothing in it are not. */
bool toc_pdq_is_fit(const uint8_t hash[TOC_PDQ_BYTES], unsigned quality);

/** Bits in which the two differ: 0 to 256. */
unsigned toc_pdq_distance(const uint8_t x[TOC_PDQ_BYTES], const uint8_t y[TOC_PDQ_BYTES]);

/** The set that is searched: n records of `stride` bytes, each beginning with a hash. Borrowed. */
struct toc_pdq_haystack {
	const void *first;
	size_t n, stride;
};

/** The next slot, from *slot on, whose hash is at most `limit` bits from the needle: `*slot` and the distance.
 * Go on with *slot + 1. Exact: every slot within the limit is found, whatever the size of the set.
 * @return false when there is none any more */
bool toc_pdq_next(const struct toc_pdq_haystack *in, const uint8_t needle[TOC_PDQ_BYTES], unsigned limit,
		  size_t *slot, unsigned *ret_distance);
/** The same, as machines without a population count do it. */
bool toc_pdq_next_plain(const struct toc_pdq_haystack *in, const uint8_t needle[TOC_PDQ_BYTES],
			unsigned limit, size_t *slot, unsigned *ret_distance);

#endif
