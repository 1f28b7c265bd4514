/* make_log.c: logs of small sizes in directories (C2SP tlog-tiles), with a proof of each entry: what verifiers that we did not
 * write are given at sizes that a running server is past from its first second on.
 *
 *   make_log DIR SIZE…      DIR/SIZE/{vkey,checkpoint,tile/…,proof/SEQ}
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ledger/log.h"

#define MOST 100000u
static struct toc_str leaf[MOST];
static struct toc_sha256 hash[MOST];

static void keep(struct toc_arena *a, const char *dir, struct toc_str name, struct toc_str bytes)
{
	char *path = toc_arena_cstr(a, toc_arena_printf(a, "%s/%.*s", dir, TOC_STR_ARGS(name)));

	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		(void)mkdir(path, 0755);
		*slash = '/';
	}
	FILE *f = fopen(path, "w");
	if (!f || fwrite(bytes.p, 1, bytes.n, f) != bytes.n || fclose(f) != 0)
		exit(1);
}

static int subtree(void *ctx, unsigned level, uint64_t n, struct toc_sha256 *ret_root)
{
	struct toc_range r = { 0 };

	(void)ctx;
	for (uint64_t i = n << level; i < (n + 1) << level; i++)
		toc_range_add(&r, hash[i]);
	*ret_root = toc_range_root(&r);
	return 0;
}

static void tile(struct toc_arena *a, const char *dir, bool entries, unsigned level, uint64_t n, unsigned width)
{
	const struct toc_tile t = { .entries = entries, .level = level, .n = n, .width = width };
	struct toc_str path = toc_tile_path(a, &t);
	struct toc_buf b;

	toc_buf_init(&b, 1 << 20);
	for (uint64_t i = n * TOC_TILE_WIDTH; i < n * TOC_TILE_WIDTH + width; i++) {
		struct toc_sha256 h = hash[i];
		if (entries) {
			toc_buf_byte(&b, (uint8_t)(leaf[i].n >> 8));
			toc_buf_byte(&b, (uint8_t)leaf[i].n);
			toc_buf_str(&b, leaf[i]);
			continue;
		}
		if (level && subtree(NULL, TOC_TILE_HEIGHT * level, i, &h) < 0)
			exit(1);
		toc_buf_add(&b, h.b, sizeof h.b);
	}
	keep(a, dir, toc_arena_printf(a, "tile/%.*s", TOC_STR_ARGS(path)), toc_buf_view(&b));
	toc_buf_done(&b);
}

static void make(struct toc_arena *a, const char *dir, uint64_t size)
{
	static const uint8_t seed[32] = "a key of these tests alone";
	struct toc_checkpoint c = { .origin = "log.example/ledger/1", .size = size };
	struct toc_note_key key;
	struct toc_proof proof;
	uint8_t public_key[32];

	toc_ed25519_public(seed, public_key);
	if (toc_note_key_init(&key, toc_str_of(c.origin), TOC_NOTE_LOG, public_key) < 0 ||
	    toc_tree_root(subtree, NULL, size, &c.root) < 0)
		exit(1);
	struct toc_str note = toc_checkpoint_sign(a, &c, &key, seed), vkey = toc_vkey(a, &key);
	keep(a, dir, TOC_STR("checkpoint"), note);
	keep(a, dir, TOC_STR("vkey"), toc_arena_printf(a, "%.*s\n", TOC_STR_ARGS(vkey)));
	for (unsigned level = 0; size >> TOC_TILE_HEIGHT * level; level++)
		for (uint64_t n = 0, hashes = size >> TOC_TILE_HEIGHT * level; n * TOC_TILE_WIDTH < hashes; n++) {
			uint64_t left = hashes - n * TOC_TILE_WIDTH;
			unsigned width = left < TOC_TILE_WIDTH ? (unsigned)left : TOC_TILE_WIDTH;
			tile(a, dir, false, level, n, width);
			if (level == 0)
				tile(a, dir, true, 0, n, width);
		}
	for (uint64_t i = 0; i < size; i++) {
		if (i > 2 && i + 3 < size && i != size / 2)
			continue;
		if (toc_prove_inclusion(subtree, NULL, i, size, &proof) < 0)
			exit(1);
		keep(a, dir, toc_arena_printf(a, "proof/%llu", (unsigned long long)i),
		     toc_proof_text(a, i, leaf[i], &proof, note));
	}
}

int main(int argc, char **argv)
{
	struct toc_arena *a = toc_arena_new();

	for (uint64_t i = 0; i < MOST; i++) {
		struct toc_leaf l = { .ts = { (int64_t)(1763804012000000 + i) }, .k = TOC_STR("M4.send"), .mode = TOC_STR("exercise"),
				      .org = TOC_STR("AIRU"), .node = TOC_STR("n1") };
		memcpy(l.eid.b, &i, sizeof i);
		l.eid.b[15] = 1;
		leaf[i] = toc_leaf_write(a, &l);
		hash[i] = toc_leaf_hash(leaf[i]);
	}
	for (int i = 2; i < argc; i++) {
		struct toc_str dir = toc_arena_printf(a, "%s/%s", argv[1], argv[i]);
		make(a, dir.p, strtoull(argv[i], NULL, 10));
	}
	toc_arena_free(a);
	return 0;
}
