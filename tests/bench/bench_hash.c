/* bench_hash.c: how fast a set of PDQ hashes is scanned, as a ratio to a plain loop over bytes in the same run,
 * on the same set. Records as the keeper's state has them: a hash and an id, 48 bytes.
 *
 *   bench_hash [HASHES]     10000 if not given: an incident of the load variant */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hash/hash.h"

struct record {
	uint8_t hash[TOC_PDQ_BYTES], item[16];
};

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t state = 1;

static void random_hash(uint8_t *hash)
{
	for (size_t i = 0; i < TOC_PDQ_BYTES; i++) {
		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		hash[i] = (uint8_t)(state >> 56);
	}
}

typedef bool next(const struct toc_pdq_haystack *, const uint8_t *, unsigned, size_t *, unsigned *);

/* The floor: every byte of every hash, bits from a table of 256. */
static bool bytes_next(const struct toc_pdq_haystack *in, const uint8_t *needle, unsigned limit, size_t *slot,
		       unsigned *ret_distance)
{
	static uint8_t bits[256];
	for (unsigned i = 1; i < 256 && !bits[255]; i++)
		bits[i] = (uint8_t)((i & 1) + bits[i / 2]);
	for (size_t i = *slot; i < in->n; i++) {
		const uint8_t *hash = (const uint8_t *)in->first + i * in->stride;
		unsigned distance = 0;
		for (size_t k = 0; k < TOC_PDQ_BYTES; k++)
			distance += bits[hash[k] ^ needle[k]];
		if (distance <= limit) {
			*slot = i;
			*ret_distance = distance;
			return true;
		}
	}
	return false;
}

static int by_size(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return a < b ? -1 : a > b;
}

enum { NEEDLES = 64, ROUNDS = 9 };

/* Seconds for all needles; `found` counts so that nothing is optimised away, and all must find the same. */
static double once(next *scan, const struct toc_pdq_haystack *in, uint8_t (*needles)[TOC_PDQ_BYTES],
		   size_t *found)
{
	double begun = seconds();
	*found = 0;
	for (size_t q = 0; q < NEEDLES; q++) {
		unsigned distance;
		for (size_t slot = 0; scan(in, needles[q], TOC_PDQ_DISTANCE_MAX, &slot, &distance); slot++)
			++*found;
	}
	return seconds() - begun;
}

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000, found[3];
	struct record *set = calloc(n, sizeof *set);
	static uint8_t needles[NEEDLES][TOC_PDQ_BYTES];
	static next *const scans[] = { bytes_next, toc_pdq_next_plain, toc_pdq_next };
	static const char *const names[] = { "bytes, one by one", "words", "words, counted by the machine" };
	double took[3][ROUNDS];

	if (!set || n < NEEDLES) {
		fprintf(stderr, "usage: bench_hash [HASHES], at least %d\n", NEEDLES);
		return 2;
	}
	for (size_t i = 0; i < n; i++)
		random_hash(set[i].hash);
	for (size_t q = 0; q < NEEDLES; q++) { /* half of them are near something */
		random_hash(needles[q]);
		if (q % 2) {
			memcpy(needles[q], set[q * (n / NEEDLES)].hash, TOC_PDQ_BYTES);
			needles[q][q % TOC_PDQ_BYTES] ^= 0x55;
		}
	}
	const struct toc_pdq_haystack in = { set, n, sizeof *set };
	for (size_t r = 0; r < ROUNDS; r++)
		for (size_t s = 0; s < 3; s++)
			took[s][r] = once(scans[s], &in, needles, &found[s]);
	printf("%zu hashes, %d needles, limit %d, medians of %d interleaved rounds\n", n, NEEDLES,
	       TOC_PDQ_DISTANCE_MAX, ROUNDS);
	for (size_t s = 0; s < 3; s++) {
		qsort(took[s], ROUNDS, sizeof **took, by_size);
		printf("%-30s %8.1f us a needle %8.2f ns a hash   %5.1f times the first\n", names[s],
		       took[s][ROUNDS / 2] / NEEDLES * 1e6, took[s][ROUNDS / 2] / NEEDLES / (double)n * 1e9,
		       took[0][ROUNDS / 2] / took[s][ROUNDS / 2]);
		if (found[s] != found[0] || found[s] < NEEDLES / 2) {
			fprintf(stderr, "%s found %zu, the first %zu\n", names[s], found[s], found[0]);
			return 1;
		}
	}
	free(set);
	return 0;
}
