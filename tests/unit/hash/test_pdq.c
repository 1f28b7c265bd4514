/* test_pdq.c: distance and scan, against a count bit by bit, on the exercise's own hashes, on random sets with
 * planted neighbours, and on reference hashes where they are to be had (TOCSIN_PDQ_VECTORS names a directory
 * with the tables of the reference implementation). */
#include "check.h"

#include "hash/hash.h"

/* SHA-256 of "pdq:exercise:P1" in shape; the others are it with 12, 31 and 40 bits flipped */
#define P1 "b6d9f7bde7bcf36f71d1ad71454ff692b4d3149f3a764176d45df86228e14b58"
#define P1A "b6d9f7bde7bef36f31d1a571444ff6b2b4d7149fba765176d65df82228e94b59"
#define P1B "b6d9f7bde7b8fb7f51912c734147e6b2f452169b32666136555ffc6a38c10bd9"
#define P1C "b6d9f7bde7bcf36733c129504d0de61695db568fbe574934c4d9d96a6af1cf79"

struct record { /* as the state keeps them: a hash, and what it belongs to */
	uint8_t hash[TOC_PDQ_BYTES];
	uint64_t item;
};

static void read_hash(const char *text, uint8_t ret[TOC_PDQ_BYTES])
{
	CHECK_INT(toc_hash_parse(text, strlen(text), ret, TOC_PDQ_BYTES), 0);
}

static unsigned bit_by_bit(const uint8_t *x, const uint8_t *y)
{
	unsigned n = 0;
	for (unsigned i = 0; i < TOC_PDQ_BITS; i++)
		n += (x[i / 8] >> i % 8 & 1) != (y[i / 8] >> i % 8 & 1);
	return n;
}

static uint64_t state = 1;

static uint8_t random_byte(void)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint8_t)(state >> 56);
}

/* All slots within the limit, by both scans: the same. @return how many */
static size_t scan(const struct record *set, size_t n, const uint8_t *needle, unsigned limit, size_t *slots,
		   unsigned *distances)
{
	const struct toc_pdq_haystack in = { set, n, sizeof *set };
	size_t found = 0, slot = 0, other = 0;
	unsigned distance = 0, same = 0;

	while (toc_pdq_next(&in, needle, limit, &slot, &distance)) {
		CHECK(toc_pdq_next_plain(&in, needle, limit, &other, &same));
		CHECK(other == slot && same == distance);
		if (slots)
			slots[found] = slot;
		if (distances)
			distances[found] = distance;
		found++;
		slot++;
		other++;
	}
	CHECK(!toc_pdq_next_plain(&in, needle, limit, &other, &same));
	return found;
}

CASE(the_distances_of_the_exercise_are_12_and_31_and_40)
{
	uint8_t p1[32], a[32], b[32], c[32];

	read_hash(P1, p1);
	read_hash(P1A, a);
	read_hash(P1B, b);
	read_hash(P1C, c);
	CHECK_INT(toc_pdq_distance(p1, p1), 0);
	CHECK_INT(toc_pdq_distance(p1, a), 12);
	CHECK_INT(toc_pdq_distance(p1, b), 31);
	CHECK_INT(toc_pdq_distance(b, p1), 31);
	CHECK_INT(toc_pdq_distance(p1, c), 40);
}

CASE(a_set_of_one_hash_matches_itself_and_what_is_near)
{
	struct record set[1] = { { .item = 1 } };
	uint8_t a[32], b[32], c[32];
	size_t slot;
	unsigned distance;

	read_hash(P1, set[0].hash);
	read_hash(P1A, a);
	read_hash(P1B, b);
	read_hash(P1C, c);
	CHECK_INT(scan(set, 1, set[0].hash, 31, &slot, &distance), 1);
	CHECK_INT(distance, 0);
	CHECK_INT(scan(set, 1, set[0].hash, 0, NULL, NULL), 1); /* and by the narrowest limit */
	CHECK_INT(scan(set, 1, a, 31, NULL, &distance), 1);
	CHECK_INT(distance, 12);
	CHECK_INT(scan(set, 1, a, 12, NULL, NULL), 1);
	CHECK_INT(scan(set, 1, a, 11, NULL, NULL), 0);
	CHECK_INT(scan(set, 1, b, 31, NULL, &distance), 1);
	CHECK_INT(distance, 31);
	CHECK_INT(scan(set, 1, b, 30, NULL, NULL), 0); /* the boundary: only when the limit is 31 */
	CHECK_INT(scan(set, 1, c, 31, NULL, NULL), 0);
	CHECK_INT(scan(set, 0, set[0].hash, 31, NULL, NULL), 0);
}

CASE(the_boundary_holds_wherever_the_bits_differ)
{
	struct record set[1] = { { .item = 1 } };
	uint8_t needle[32];

	read_hash(P1, set[0].hash);
	for (unsigned from = 0; from + 32 <= TOC_PDQ_BITS; from++) { /* 31 bits in a row match, 32 do not */
		memcpy(needle, set[0].hash, sizeof needle);
		for (unsigned i = from; i < from + 31; i++)
			needle[i / 8] ^= (uint8_t)(1u << i % 8);
		CHECK_INT(scan(set, 1, needle, 31, NULL, NULL), 1);
		needle[(from + 31) / 8] ^= (uint8_t)(1u << (from + 31) % 8);
		CHECK_INT(scan(set, 1, needle, 31, NULL, NULL), 0);
	}
}

CASE(a_scan_finds_exactly_what_a_count_bit_by_bit_finds)
{
	enum { N = 2000, NEEDLES = 60 };
	static struct record set[N];
	static size_t slots[N];
	static unsigned distances[N];

	for (size_t i = 0; i < N; i++)
		for (size_t k = 0; k < TOC_PDQ_BYTES; k++)
			set[i].hash[k] = random_byte();
	for (unsigned q = 0; q < NEEDLES; q++) {
		uint8_t needle[TOC_PDQ_BYTES];
		for (size_t k = 0; k < TOC_PDQ_BYTES; k++)
			needle[k] = random_byte();
		for (unsigned near = 0; near <= 40; near++) { /* neighbours at every distance from 0 to 40 */
			uint8_t *hash = set[(q * 41 + near) % N].hash;
			memcpy(hash, needle, TOC_PDQ_BYTES);
			for (unsigned flipped = 0; flipped < near;) {
				unsigned bit = random_byte();
				if ((hash[bit / 8] ^ needle[bit / 8]) >> bit % 8 & 1)
					continue;
				hash[bit / 8] ^= (uint8_t)(1u << bit % 8);
				flipped++;
			}
		}
		for (unsigned limit = 0; limit <= 40; limit += 5) {
			size_t found = scan(set, N, needle, limit, slots, distances), at = 0;
			for (size_t i = 0; i < N; i++) {
				unsigned d = bit_by_bit(set[i].hash, needle);
				CHECK_INT(toc_pdq_distance(set[i].hash, needle), d);
				if (d > limit)
					continue;
				CHECK(at < found && slots[at] == i && distances[at] == d);
				at++;
			}
			CHECK_INT(found, at);
			CHECK(found >= limit + 1);
		}
	}
}

CASE(the_hash_of_nothing_and_of_a_poor_picture_are_not_fit)
{
	uint8_t p1[32], none[32] = { 0 };

	read_hash(P1, p1);
	CHECK(toc_pdq_is_fit(p1, 88) && toc_pdq_is_fit(p1, 50) && toc_pdq_is_fit(p1, 100));
	CHECK(!toc_pdq_is_fit(p1, 49) && !toc_pdq_is_fit(p1, 0));
	CHECK(!toc_pdq_is_fit(none, 100));
}

/* file, …, the sixth column is the hash, the seventh its quality */
static size_t read_table(const char *dir, const char *name, struct record *set, size_t max)
{
	char path[4096], line[4096], hash[65];
	unsigned quality;
	size_t n = 0;

	snprintf(path, sizeof path, "%s/%s/expected.tsv", dir, name);
	FILE *f = fopen(path, "r");
	while (f && n < max && fgets(line, sizeof line, f)) {
		if (sscanf(line, "%*[^\t]\t%*s\t%*s\t%*s\t%*s\t%64[0-9a-f]\t%u", hash, &quality) != 2)
			continue;
		read_hash(hash, set[n].hash);
		set[n].item = quality;
		n += toc_pdq_is_fit(set[n].hash, quality);
	}
	if (f)
		fclose(f);
	return n;
}

CASE(hashes_of_the_reference_are_found_among_each_other)
{
	static struct record set[1024];
	const char *dir = getenv("TOCSIN_PDQ_VECTORS");
	size_t n = dir ? read_table(dir, "generated", set, 512) : 0, slots[1024];
	unsigned distances[1024];

	if (dir)
		n += read_table(dir, "threatexchange", set + n, 512);
	if (n == 0) {
		printf("  skipped: TOCSIN_PDQ_VECTORS names no directory with reference hashes\n");
		return;
	}
	CHECK(n > 50);
	for (size_t i = 0; i < n; i++) {
		size_t found = scan(set, n, set[i].hash, 31, slots, distances), at = 0;
		for (size_t k = 0; k < n; k++) {
			unsigned d = bit_by_bit(set[i].hash, set[k].hash);
			if (d <= 31) {
				CHECK(at < found && slots[at] == k && distances[at] == d);
				at++;
			}
		}
		CHECK_INT(found, at);
	}
	printf("  %zu reference hashes\n", n);
}

RUN_CASES()
