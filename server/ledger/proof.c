/* proof.c: that an entry is in the log, and that a log is the beginning of another.
 *
 * Making follows the recursive definitions of RFC 6962 (2.1.1 PATH, 2.1.2 SUBPROOF): every split is at the largest
 * power of two below the length, so a whole subtree is asked for where one is perfect, and at most 64 of the others
 * exist. Checking is iterative, as in RFC 9162 (2.1.3.2, 2.1.4.2), and shares nothing with it: what one gets wrong the
 * other refuses. */
#include "ledger/log.h"

struct maker {
	toc_subtree *subtree;
	void *ctx;
	struct toc_proof *proof;
};

static bool is_power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

static unsigned log2_of(uint64_t n)
{
	return 63 - (unsigned)__builtin_clzll(n);
}

/* The largest power of two smaller than n. n > 1. */
static uint64_t split(uint64_t n)
{
	return 1ULL << log2_of(n - 1);
}

/* MTH of the leaves [lo, lo + n): lo is a multiple of every power of two up to n, as all splits are. */
static int root_of(const struct maker *m, uint64_t lo, uint64_t n, struct toc_sha256 *ret_root)
{
	struct toc_sha256 left, right;

	if (is_power_of_two(n))
		return m->subtree(m->ctx, log2_of(n), lo >> log2_of(n), ret_root);
	uint64_t k = split(n);
	int r = root_of(m, lo, k, &left);
	if (r == 0)
		r = root_of(m, lo + k, n - k, &right);
	if (r == 0)
		*ret_root = toc_node_hash(left, right);
	return r;
}

static int put(struct maker *m, uint64_t lo, uint64_t n)
{
	struct toc_sha256 root;
	int r = root_of(m, lo, n, &root);

	if (r == 0)
		m->proof->node[m->proof->n++] = root;
	return r;
}

static int path(struct maker *m, uint64_t index, uint64_t lo, uint64_t n)
{
	if (n == 1)
		return 0;
	uint64_t k = split(n);
	int r;
	if (index - lo < k) {
		r = path(m, index, lo, k);
		return r < 0 ? r : put(m, lo + k, n - k);
	}
	r = path(m, index, lo + k, n - k);
	return r < 0 ? r : put(m, lo, k);
}

/* @param known whoever checks knows the root of [lo, lo + n) already, if old covers it */
static int subproof(struct maker *m, uint64_t old, uint64_t lo, uint64_t n, bool known)
{
	if (old == n)
		return known ? 0 : put(m, lo, n);
	uint64_t k = split(n);
	int r;
	if (old <= k) {
		r = subproof(m, old, lo, k, known);
		return r < 0 ? r : put(m, lo + k, n - k);
	}
	r = subproof(m, old - k, lo + k, n - k, false);
	return r < 0 ? r : put(m, lo, k);
}

int toc_prove_inclusion(toc_subtree *subtree, void *ctx, uint64_t index, uint64_t size, struct toc_proof *ret_proof)
{
	struct toc_proof made = { 0 };
	struct maker m = { subtree, ctx, &made };
	int r = index < size ? path(&m, index, 0, size) : TOC_EINVAL;

	if (r == 0)
		*ret_proof = made;
	return r;
}

int toc_prove_consistency(toc_subtree *subtree, void *ctx, uint64_t old, uint64_t size, struct toc_proof *ret_proof)
{
	struct toc_proof made = { 0 };
	struct maker m = { subtree, ctx, &made };
	int r = old > 0 && old <= size ? subproof(&m, old, 0, size, true) : TOC_EINVAL;

	if (r == 0)
		*ret_proof = made;
	return r;
}

int toc_tree_root(toc_subtree *subtree, void *ctx, uint64_t size, struct toc_sha256 *ret_root)
{
	const struct maker m = { subtree, ctx, NULL };

	if (size)
		return root_of(&m, 0, size, ret_root);
	*ret_root = toc_sha256((struct toc_str){ 0 });
	return 0;
}

int toc_check_inclusion(uint64_t index, uint64_t size, struct toc_sha256 leaf_hash, const struct toc_proof *proof,
			struct toc_sha256 root)
{
	struct toc_sha256 r = leaf_hash;

	if (index >= size)
		return TOC_EPROOF;
	uint64_t fn = index, sn = size - 1;
	for (unsigned i = 0; i < proof->n; i++) {
		if (sn == 0)
			return TOC_EPROOF; /* a hash too many */
		if (fn & 1 || fn == sn) {
			r = toc_node_hash(proof->node[i], r);
			for (; !(fn & 1) && fn; fn >>= 1)
				sn >>= 1;
		} else {
			r = toc_node_hash(r, proof->node[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && toc_sha256_eq(r, root) ? 0 : TOC_EPROOF;
}

int toc_check_consistency(uint64_t old, struct toc_sha256 old_root, uint64_t size, struct toc_sha256 root,
			  const struct toc_proof *proof)
{
	if (old > size)
		return TOC_EPROOF;
	if (old == 0)
		return proof->n == 0 && toc_sha256_eq(old_root, toc_sha256((struct toc_str){ 0 })) ? 0 : TOC_EPROOF;
	if (old == size)
		return proof->n == 0 && toc_sha256_eq(old_root, root) ? 0 : TOC_EPROOF;

	unsigned i = 0;
	uint64_t fn = old - 1, sn = size - 1;
	struct toc_sha256 fr, sr;
	for (; fn & 1; fn >>= 1)
		sn >>= 1;
	if (is_power_of_two(old)) {
		fr = sr = old_root; /* the old log is a subtree of the new one: its root is the first hash */
	} else {
		if (proof->n == 0)
			return TOC_EPROOF;
		fr = sr = proof->node[i++];
	}
	for (; i < proof->n; i++) {
		if (sn == 0)
			return TOC_EPROOF;
		if (fn & 1 || fn == sn) {
			fr = toc_node_hash(proof->node[i], fr);
			sr = toc_node_hash(proof->node[i], sr);
			for (; !(fn & 1) && fn; fn >>= 1)
				sn >>= 1;
		} else {
			sr = toc_node_hash(sr, proof->node[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && toc_sha256_eq(fr, old_root) && toc_sha256_eq(sr, root) ? 0 : TOC_EPROOF;
}
