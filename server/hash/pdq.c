/* pdq.c: distance of PDQ hashes, and the scan of a set for those that are near.
 *
 * A scan compares the first half of each hash and goes on to the second only when that can still be within
 * the limit: two unrelated hashes differ in about 64 of the first 128 bits, and the limit is at most 31. So
 * nearly every slot costs two words. Nothing is missed: the distance of a half is never more than that of the
 * whole.
 *
 * Counting bits is one instruction on most machines; a program for x86-64 must not assume it, so there the
 * scan exists twice and asks the processor once per call. */
#include "hash/hash.h"

#define HALF (TOC_PDQ_BYTES / 2)

struct half {
	uint64_t x, y;
};

static inline struct half load(const uint8_t *p)
{
	struct half h; /* either byte order: a distance does not depend on it */
	__builtin_memcpy(&h, p, sizeof h);
	return h;
}

/* Bits of both words: sums of 2, of 4 and of 8 bits side by side, the two words together from then on. */
static inline unsigned bits_plain(uint64_t x, uint64_t y)
{
	const uint64_t twos = UINT64_C(0x5555555555555555), fours = UINT64_C(0x3333333333333333),
		       eights = UINT64_C(0x0f0f0f0f0f0f0f0f), ones = UINT64_C(0x0101010101010101);
	x -= x >> 1 & twos;
	y -= y >> 1 & twos;
	x = (x & fours) + (x >> 2 & fours);
	y = (y & fours) + (y >> 2 & fours);
	x = (x & eights) + (x >> 4 & eights) + (y & eights) + (y >> 4 & eights);
	return (unsigned)(x * ones >> 56); /* at most 128: fits into the byte */
}

#define NEXT(name, bits)                                                                                     \
	bool name(const struct toc_pdq_haystack *in, const uint8_t needle[TOC_PDQ_BYTES], unsigned limit,    \
		  size_t *slot, unsigned *ret_distance)                                                      \
	{                                                                                                    \
		const struct half first = load(needle), second = load(needle + HALF);                        \
		const uint8_t *p = (const uint8_t *)in->first + *slot * in->stride;                          \
                                                                                                             \
		for (size_t i = *slot; i < in->n; i++, p += in->stride) {                                    \
			struct half h = load(p);                                                             \
			unsigned distance = bits(h.x ^ first.x, h.y ^ first.y);                              \
			if (__builtin_expect(distance > limit, 1))                                           \
				continue;                                                                    \
			h = load(p + HALF);                                                                  \
			distance += bits(h.x ^ second.x, h.y ^ second.y);                                    \
			if (distance > limit)                                                                \
				continue;                                                                    \
			*slot = i;                                                                           \
			*ret_distance = distance;                                                            \
			return true;                                                                         \
		}                                                                                            \
		return false;                                                                                \
	}

NEXT(toc_pdq_next_plain, bits_plain)

#define BITS_BUILTIN(x, y) ((unsigned)(__builtin_popcountll(x) + __builtin_popcountll(y)))

#if defined(__x86_64__) && !defined(__POPCNT__)

__attribute__((target("popcnt"))) static NEXT(next_popcnt, BITS_BUILTIN)

	bool toc_pdq_next(const struct toc_pdq_haystack *in, const uint8_t needle[TOC_PDQ_BYTES],
			  unsigned limit, size_t *slot, unsigned *ret_distance)
{
	return (__builtin_cpu_supports("popcnt") ? next_popcnt : toc_pdq_next_plain)(in, needle, limit, slot,
										     ret_distance);
}

#else

NEXT(toc_pdq_next, BITS_BUILTIN)

#endif

unsigned toc_pdq_distance(const uint8_t x[TOC_PDQ_BYTES], const uint8_t y[TOC_PDQ_BYTES])
{
	const struct half a = load(x), b = load(y), c = load(x + HALF), d = load(y + HALF);

	return bits_plain(a.x ^ b.x, a.y ^ b.y) + bits_plain(c.x ^ d.x, c.y ^ d.y);
}

bool toc_pdq_is_fit(const uint8_t hash[TOC_PDQ_BYTES], unsigned quality)
{
	uint8_t any = 0;

	for (size_t i = 0; i < TOC_PDQ_BYTES; i++)
		any |= hash[i];
	return any && quality >= TOC_PDQ_QUALITY_LEAST;
}
