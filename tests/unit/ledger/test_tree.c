/* test_tree.c: leaf and node hashes and the compact range, against the vectors that every CT log is tested
 * with, and against the recursive definition in RFC 6962 section 2.1 read literally. */
#include "check.h"
#include "ledger/ledger.h"

/* The eight leaves and the roots of their trees, size 0 to 8. Source: certificate-transparency's
 * reference tests (merkletree tests, "known good roots"), used unchanged by Trillian and Go's sumdb/tlog. */
static const struct {
	const char *bytes;
	size_t n;
} leaf[] = {
	{ "", 0 },
	{ "\x00", 1 },
	{ "\x10", 1 },
	{ "\x20\x21", 2 },
	{ "\x30\x31", 2 },
	{ "\x40\x41\x42\x43", 4 },
	{ "\x50\x51\x52\x53\x54\x55\x56\x57", 8 },
	{ "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16 },
};
static const char *const root[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

CASE(known_roots_of_sizes_0_to_8)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_range r = { 0 };

	for (unsigned size = 0; size <= 8; size++) {
		struct toc_sha256 got = toc_range_root(&r);
		CHECK_TEXT(toc_hex(a, got.b, sizeof got.b), root[size]);
		CHECK_INT(r.n, __builtin_popcount(size));
		if (size < 8)
			toc_range_add(&r, toc_leaf_hash((struct toc_str){ leaf[size].bytes, leaf[size].n }));
	}
	toc_arena_free(a);
}

/* MTH of RFC 6962 2.1, word for word: k is the largest power of two smaller than n. */
static struct toc_sha256 mth(const struct toc_sha256 *leaf_hash, size_t n)
{
	size_t k = 1;

	if (n == 0)
		return toc_sha256((struct toc_str){ 0 });
	if (n == 1)
		return leaf_hash[0];
	while (k * 2 < n)
		k *= 2;
	return toc_node_hash(mth(leaf_hash, k), mth(leaf_hash + k, n - k));
}

CASE(range_gives_the_root_that_the_definition_gives)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 511, 512, 513, 1000 };
	static struct toc_sha256 hash[1000];
	struct toc_range r = { 0 };
	size_t at = 0;

	for (uint32_t i = 0; i < 1000; i++)
		hash[i] = toc_leaf_hash((struct toc_str){ (const char *)&i, sizeof i });
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
		while (at < sizes[s])
			toc_range_add(&r, hash[at++]);
		CHECK_INT(r.size, sizes[s]);
		CHECK_INT(r.n, __builtin_popcountll(sizes[s]));
		CHECK(toc_sha256_eq(toc_range_root(&r), mth(hash, sizes[s])));
	}
}

CASE(every_leaf_and_its_place_change_the_root)
{
	struct toc_sha256 hash[257];

	for (uint32_t i = 0; i < 257; i++)
		hash[i] = toc_leaf_hash((struct toc_str){ (const char *)&i, sizeof i });
	struct toc_sha256 right = mth(hash, 257);
	for (size_t i = 0; i < 257; i++) {
		struct toc_range altered = { 0 }, swapped = { 0 };
		for (size_t k = 0; k < 257; k++) {
			struct toc_sha256 h = hash[k];
			h.b[i % 32] ^= k == i;
			toc_range_add(&altered, h);
			toc_range_add(&swapped, hash[k == i ? (i + 1) % 257 : k == (i + 1) % 257 ? i : k]);
		}
		CHECK(!toc_sha256_eq(toc_range_root(&altered), right));
		CHECK(!toc_sha256_eq(toc_range_root(&swapped), right));
	}
}

CASE(a_leaf_cannot_pass_for_a_node)
{
	struct toc_sha256 l = toc_leaf_hash(TOC_STR("left")), r = toc_leaf_hash(TOC_STR("right"));
	char pair[64];

	memcpy(pair, l.b, 32);
	memcpy(pair + 32, r.b, 32);
	CHECK(!toc_sha256_eq(toc_leaf_hash((struct toc_str){ pair, sizeof pair }), toc_node_hash(l, r)));
}

CASE(full_64_bit_sizes_fit)
{
	struct toc_range r = { .size = UINT64_MAX >> 1, .n = 63 };

	toc_range_add(&r, toc_leaf_hash(TOC_STR("x"))); /* 63 carries: one perfect tree of 2^63 */
	CHECK_INT(r.n, 1);
	CHECK(r.size == UINT64_C(1) << 63);
}

RUN_CASES()
