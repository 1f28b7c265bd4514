/* md5_sha256.c: MD5 (RFC 1321) and SHA-256 (FIPS 180-4) of a file in one pass: what exact matching needs, and
 * the browser's own cryptography has only one of. Both work on blocks of 64 bytes and pad them alike; they
 * differ in the order of bytes. */
#include "hash/hash.h"

/* of the sines of 1 to 64: the first 32 bits behind the point */
static const uint32_t sines[64] = {
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
	0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
	0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
	0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
	0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
	0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
	0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
	0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
/* of the cube roots of the first 64 primes, likewise */
static const uint32_t roots[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t left(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t little(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t big(const uint8_t *p)
{
	return (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
}

static void md5_block(uint32_t s[4], const uint8_t *block)
{
	static const uint8_t turns[4][4] = {
		{ 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 }
	};
	uint32_t a = s[0], b = s[1], c = s[2], d = s[3];

	for (unsigned i = 0; i < 64; i++) {
		unsigned round = i / 16, word = (round == 0   ? i
						 : round == 1 ? 5 * i + 1
						 : round == 2 ? 3 * i + 5
							      : 7 * i) %
						16;
		uint32_t f = round == 0   ? (b & c) | (~b & d)
			     : round == 1 ? (d & b) | (~d & c)
			     : round == 2 ? b ^ c ^ d
					  : c ^ (b | ~d);
		f += a + sines[i] + little(block + 4 * word);
		a = d;
		d = c;
		c = b;
		b += left(f, turns[round][i % 4]);
	}
	s[0] += a;
	s[1] += b;
	s[2] += c;
	s[3] += d;
}

static void sha256_block(uint32_t s[8], const uint8_t *block)
{
	uint32_t w[64], v[8];

	for (unsigned i = 0; i < 16; i++)
		w[i] = big(block + 4 * i);
	for (unsigned i = 16; i < 64; i++) {
		uint32_t x = w[i - 15], y = w[i - 2];
		w[i] = w[i - 16] + (left(x, 25) ^ left(x, 14) ^ x >> 3) + w[i - 7] +
		       (left(y, 15) ^ left(y, 13) ^ y >> 10);
	}
	for (unsigned i = 0; i < 8; i++)
		v[i] = s[i];
	for (unsigned i = 0; i < 64; i++) {
		uint32_t e = v[4], a = v[0];
		uint32_t x = v[7] + (left(e, 26) ^ left(e, 21) ^ left(e, 7)) + ((e & v[5]) ^ (~e & v[6])) +
			     roots[i] + w[i];
		uint32_t y =
			(left(a, 30) ^ left(a, 19) ^ left(a, 10)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
		for (unsigned k = 7; k > 0; k--)
			v[k] = v[k - 1];
		v[4] += x;
		v[0] = x + y;
	}
	for (unsigned i = 0; i < 8; i++)
		s[i] += v[i];
}

static void take_block(struct toc_hashing *h, const uint8_t *block)
{
	md5_block(h->md5, block);
	sha256_block(h->sha256, block);
}

void toc_hashing_init(struct toc_hashing *h)
{
	/* of the square roots of the first 8 primes */
	static const uint32_t sha256[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};
	static const uint32_t md5[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };

	h->bytes = 0;
	for (unsigned i = 0; i < 4; i++)
		h->md5[i] = md5[i];
	for (unsigned i = 0; i < 8; i++)
		h->sha256[i] = sha256[i];
}

void toc_hashing_add(struct toc_hashing *h, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	while (n) {
		size_t at = h->bytes % sizeof h->block,
		       take = sizeof h->block - at < n ? sizeof h->block - at : n;
		if (take == sizeof h->block) {
			take_block(h, p);
		} else {
			__builtin_memcpy(h->block + at, p, take);
			if (at + take == sizeof h->block)
				take_block(h, h->block);
		}
		h->bytes += take;
		p += take;
		n -= take;
	}
}

void toc_hashing_end(struct toc_hashing *h, uint8_t ret_md5[16], uint8_t ret_sha256[32])
{
	const uint64_t bits = h->bytes * 8;
	size_t at = h->bytes % sizeof h->block;

	h->block[at++] = 0x80;
	if (at > 56) {
		while (at < sizeof h->block)
			h->block[at++] = 0;
		take_block(h, h->block);
		at = 0;
	}
	while (at < 56)
		h->block[at++] = 0;
	for (unsigned i = 0; i < 8; i++)
		h->block[56 + i] = (uint8_t)(bits >> (8 * i));
	md5_block(h->md5, h->block);
	for (unsigned i = 0; i < 8; i++)
		h->block[56 + i] = (uint8_t)(bits >> (8 * (7 - i)));
	sha256_block(h->sha256, h->block);
	for (unsigned i = 0; i < 16; i++)
		ret_md5[i] = (uint8_t)(h->md5[i / 4] >> (8 * (i % 4)));
	for (unsigned i = 0; i < 32; i++)
		ret_sha256[i] = (uint8_t)(h->sha256[i / 4] >> (8 * (3 - i % 4)));
}
