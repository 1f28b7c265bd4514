/* tree.c: the Merkle tree of the log, kept as a compact range.
 *
 * The range is the log's size in binary with a root per one: adding a leaf is adding 1, and each carry joins
 * two subtrees of the same height. The database does the same sum in sql/functions/append.sql; the contract
 * suite compares the two. Source: RFC 6962 section 2.1 (hashes, shape of the tree). */
#include "ledger/ledger.h"

#include <string.h>

struct toc_sha256 toc_leaf_hash(struct toc_str leaf)
{
	const struct toc_str parts[] = { { "\x00", 1 }, leaf };

	return toc_sha256_parts(parts, 2);
}

struct toc_sha256 toc_node_hash(struct toc_sha256 left, struct toc_sha256 right)
{
	const struct toc_str parts[] = {
		{ "\x01", 1 },
		{ (const char *)left.b, sizeof left.b },
		{ (const char *)right.b, sizeof right.b },
	};
	return toc_sha256_parts(parts, 3);
}

bool toc_sha256_eq(struct toc_sha256 x, struct toc_sha256 y)
{
	return memcmp(x.b, y.b, sizeof x.b) == 0;
}

void toc_range_add_telling(struct toc_range *r, struct toc_sha256 leaf_hash, toc_range_whole *whole, void *ctx)
{
	struct toc_sha256 h = leaf_hash;
	unsigned level = 0;

	for (uint64_t carry = r->size; carry & 1; carry >>= 1) {
		h = toc_node_hash(r->node[--r->n], h);
		level++;
		if (whole)
			whole(ctx, level, r->size >> level, h);
	}
	r->node[r->n++] = h;
	r->size++;
}

void toc_range_add(struct toc_range *r, struct toc_sha256 leaf_hash)
{
	toc_range_add_telling(r, leaf_hash, NULL, NULL);
}

struct toc_sha256 toc_range_root(const struct toc_range *r)
{
	if (r->n == 0)
		return toc_sha256((struct toc_str){ 0 });
	struct toc_sha256 root = r->node[r->n - 1];
	for (unsigned i = r->n - 1; i > 0; i--)
		root = toc_node_hash(r->node[i - 1], root);
	return root;
}
