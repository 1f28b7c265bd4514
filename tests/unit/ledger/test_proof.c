/* test_proof.c: every proof of every small log, made by one algorithm and checked by another; and nothing else
 * passes. The proofs for eight leaves are those of certificate-transparency's reference tests. */
#include "check.h"
#include "ledger/log.h"

#define MOST 130u

static struct toc_sha256 hash_of[MOST];
static unsigned asked;

static struct toc_sha256 mth(uint64_t lo, uint64_t n)
{
	uint64_t k = 1;

	if (n == 0)
		return toc_sha256((struct toc_str){ 0 });
	if (n == 1)
		return hash_of[lo];
	while (k * 2 < n)
		k *= 2;
	return toc_node_hash(mth(lo, k), mth(lo + k, n - k));
}

static int subtree(void *ctx, unsigned level, uint64_t n, struct toc_sha256 *ret_root)
{
	uint64_t size = *(uint64_t *)ctx;

	asked++;
	CHECK((n + 1) << level <= size); /* never one that is not perfect yet */
	*ret_root = mth(n << level, 1ULL << level);
	return 0;
}

static void fill(void)
{
	for (uint32_t i = 0; i < MOST; i++)
		hash_of[i] = toc_leaf_hash((struct toc_str){ (const char *)&i, sizeof i });
}

CASE(every_leaf_of_every_log_is_proven)
{
	struct toc_proof p;

	fill();
	for (uint64_t size = 1; size <= MOST; size++) {
		struct toc_sha256 root;
		CHECK_INT(toc_tree_root(subtree, &size, size, &root), 0);
		CHECK(toc_sha256_eq(root, mth(0, size)));
		for (uint64_t i = 0; i < size; i++) {
			CHECK_INT(toc_prove_inclusion(subtree, &size, i, size, &p), 0);
			CHECK_INT(toc_check_inclusion(i, size, hash_of[i], &p, root), 0);
		}
	}
}

CASE(every_log_is_proven_to_begin_with_every_older_one)
{
	struct toc_proof p;

	fill();
	for (uint64_t size = 1; size <= MOST; size++)
		for (uint64_t old = 1; old <= size; old++) {
			CHECK_INT(toc_prove_consistency(subtree, &size, old, size, &p), 0);
			CHECK_INT(toc_check_consistency(old, mth(0, old), size, mth(0, size), &p), 0);
		}
}

/* One bit, one hash more or fewer, another place, another size: all of it is noticed. */
CASE(an_altered_proof_proves_nothing)
{
	struct toc_proof p, bad;

	fill();
	for (uint64_t size = 2; size <= 40; size++)
		for (uint64_t i = 0; i < size; i++) {
			struct toc_sha256 root = mth(0, size), other = root;
			CHECK_INT(toc_prove_inclusion(subtree, &size, i, size, &p), 0);
			other.b[31] ^= 1;
			CHECK_INT(toc_check_inclusion(i, size, hash_of[i], &p, other), TOC_EPROOF);
			CHECK_INT(toc_check_inclusion(i, size, hash_of[(i + 1) % size], &p, root), TOC_EPROOF);
			CHECK_INT(toc_check_inclusion(i ^ 1, size, hash_of[i], &p, root), TOC_EPROOF);
			CHECK_INT(toc_check_inclusion(size, size, hash_of[i], &p, root), TOC_EPROOF);
			for (unsigned k = 0; k < p.n; k++) {
				bad = p;
				bad.node[k].b[0] ^= 0x80;
				CHECK_INT(toc_check_inclusion(i, size, hash_of[i], &bad, root), TOC_EPROOF);
			}
			bad = p;
			bad.n--;
			CHECK_INT(toc_check_inclusion(i, size, hash_of[i], &bad, root), TOC_EPROOF);
			bad = p;
			bad.node[bad.n++] = root;
			CHECK_INT(toc_check_inclusion(i, size, hash_of[i], &bad, root), TOC_EPROOF);
		}
}

CASE(a_fork_or_a_roll_back_is_not_consistent)
{
	struct toc_proof p, bad;

	fill();
	for (uint64_t size = 2; size <= 40; size++)
		for (uint64_t old = 1; old < size; old++) {
			struct toc_sha256 a = mth(0, old), b = mth(0, size), other = a;
			CHECK_INT(toc_prove_consistency(subtree, &size, old, size, &p), 0);
			other.b[7] ^= 4; /* another history of the same length */
			CHECK_INT(toc_check_consistency(old, other, size, b, &p), TOC_EPROOF);
			other = b;
			other.b[7] ^= 4;
			CHECK_INT(toc_check_consistency(old, a, size, other, &p), TOC_EPROOF);
			CHECK_INT(toc_check_consistency(size, b, old, a, &p), TOC_EPROOF); /* backwards */
			CHECK_INT(toc_check_consistency(old, a, old, b, &p), TOC_EPROOF);  /* two of one size */
			for (unsigned k = 0; k < p.n; k++) {
				bad = p;
				bad.node[k].b[16] ^= 1;
				CHECK_INT(toc_check_consistency(old, a, size, b, &bad), TOC_EPROOF);
			}
			bad = p;
			bad.node[bad.n++] = b;
			CHECK_INT(toc_check_consistency(old, a, size, b, &bad), TOC_EPROOF);
			if (p.n) {
				bad = p;
				bad.n--;
				CHECK_INT(toc_check_consistency(old, a, size, b, &bad), TOC_EPROOF);
			}
		}
}

CASE(everything_begins_with_the_empty_log)
{
	struct toc_proof none = { 0 }, one = { .n = 1 };
	struct toc_sha256 empty = toc_sha256((struct toc_str){ 0 });

	fill();
	CHECK_INT(toc_check_consistency(0, empty, 5, mth(0, 5), &none), 0);
	CHECK_INT(toc_check_consistency(0, mth(0, 1), 5, mth(0, 5), &none), TOC_EPROOF);
	CHECK_INT(toc_check_consistency(0, empty, 5, mth(0, 5), &one), TOC_EPROOF);
	CHECK_INT(toc_check_consistency(5, mth(0, 5), 5, mth(0, 5), &none), 0);
	CHECK_INT(toc_prove_consistency(subtree, NULL, 0, 5, &one), TOC_EINVAL);
	CHECK_INT(toc_prove_consistency(subtree, NULL, 6, 5, &one), TOC_EINVAL);
	CHECK_INT(toc_prove_inclusion(subtree, NULL, 5, 5, &one), TOC_EINVAL);
}

/* A proof about 2^40 entries asks for as many subtrees as it has hashes: nobody reads a log to prove one entry. */
static int any_subtree(void *ctx, unsigned level, uint64_t n, struct toc_sha256 *ret_root)
{
	(void)ctx;
	asked++;
	*ret_root = hash_of[(level * 7 + n) % MOST];
	return 0;
}

CASE(a_proof_of_a_large_log_reads_little)
{
	struct toc_proof p;

	fill();
	asked = 0;
	CHECK_INT(toc_prove_inclusion(any_subtree, NULL, 123456789012, (1ULL << 40) + 12345, &p), 0);
	CHECK(p.n <= 41 && asked <= 60);
	asked = 0;
	CHECK_INT(toc_prove_consistency(any_subtree, NULL, 123456789012, (1ULL << 40) + 12345, &p), 0);
	CHECK(p.n <= 42 && asked <= 100);
}

static int broken(void *ctx, unsigned level, uint64_t n, struct toc_sha256 *ret_root)
{
	(void)ctx, (void)level, (void)n, (void)ret_root;
	return TOC_EIO;
}

CASE(what_cannot_be_read_ends_the_proof)
{
	struct toc_proof p = { .n = 7 };

	CHECK_INT(toc_prove_inclusion(broken, NULL, 3, 9, &p), TOC_EIO);
	CHECK_INT(toc_prove_consistency(broken, NULL, 3, 9, &p), TOC_EIO);
	CHECK_INT(p.n, 7);
}

RUN_CASES()
