/* bench_proof.c: how long whoever holds a proof needs to check it, as a ratio to one Ed25519 verification of the same run; and
 * how long the proof is.
 *
 *   bench_proof [LEAVES]      1000000 if not given
 * A log of so many leaves is in memory, perfect subtrees and all. Proofs of leaves all over it are made before the clock runs. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ledger/log.h"

#define PROOFS 2000
#define ROUNDS 5
#define COSIGNATURES 15 /* as many as there can be under a checkpoint */
#define GOAL_US 1000
#define GOAL_BYTES 1500

static struct toc_sha256 *tree[64]; /* [level][n]: roots of perfect subtrees */
static uint64_t leaves;

static double us_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench_proof: %s\n", what);
	exit(1);
}

static struct toc_sha256 hash_of(uint64_t seq)
{
	char leaf[32];

	return toc_leaf_hash((struct toc_str){ leaf, (size_t)snprintf(leaf, sizeof leaf, "{\"seq\":%llu}", (unsigned long long)seq) });
}

static void grow(void)
{
	for (unsigned level = 0; leaves >> level; level++) {
		uint64_t n = leaves >> level;
		tree[level] = malloc(n * sizeof **tree);
		must(tree[level] != NULL, "no memory");
		for (uint64_t i = 0; i < n; i++)
			tree[level][i] = level ? toc_node_hash(tree[level - 1][2 * i], tree[level - 1][2 * i + 1]) : hash_of(i);
	}
}

static int subtree(void *ctx, unsigned level, uint64_t n, struct toc_sha256 *ret_root)
{
	(void)ctx;
	*ret_root = tree[level][n];
	return 0;
}

static int by_size(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return a < b ? -1 : a > b;
}

static double median(double *rounds)
{
	qsort(rounds, ROUNDS, sizeof *rounds, by_size);
	return rounds[ROUNDS / 2];
}

/* ---- what is measured: each does it for proof i ---- */

static struct toc_note_key key;
static struct toc_checkpoint now;
static uint64_t at[PROOFS], old_size[PROOFS];
static struct toc_proof inclusion[PROOFS], consistency[PROOFS];
static struct toc_sha256 old_root[PROOFS], leaf_hash[PROOFS];
static struct toc_str text[PROOFS], three_lines;
static uint8_t signature[64];
static EVP_PKEY *public;

static void ed25519(unsigned i)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	(void)i;
	must(c && EVP_DigestVerifyInit(c, NULL, NULL, NULL, public) == 1 &&
	     EVP_DigestVerify(c, signature, sizeof signature, (const unsigned char *)three_lines.p, three_lines.n) == 1, "the signature is bad");
	EVP_MD_CTX_free(c);
}

static void included(unsigned i)
{
	must(toc_check_inclusion(at[i], leaves, leaf_hash[i], &inclusion[i], now.root) == 0, "a leaf is not in it");
}

static void goes_on(unsigned i)
{
	must(toc_check_consistency(old_size[i], old_root[i], leaves, now.root, &consistency[i]) == 0, "the log does not go on");
}

/* All that is to be done with a file that somebody sends: read it, is the checkpoint signed, is the leaf in it. */
static void file_holds(unsigned i)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_checkpoint c;
	struct toc_proof p;
	struct toc_str extra, note;
	struct toc_error e;
	uint64_t index;

	must(toc_proof_parse(a, text[i], &index, &extra, &p, &note, &e) == 0 && toc_checkpoint_open(note, &key, &c, &e) == 0 &&
	     toc_check_inclusion(index, c.size, leaf_hash[i], &p, c.root) == 0, "a proof does not hold");
	toc_arena_free(a);
}

static double each_us(void (*one)(unsigned), unsigned n)
{
	double rounds[ROUNDS];

	for (unsigned r = 0; r < ROUNDS; r++) {
		double began = us_now();
		for (unsigned i = 0; i < n; i++)
			one(i);
		rounds[r] = (us_now() - began) / n;
	}
	return median(rounds);
}

static void row(const char *what, double us, double base, double goal)
{
	printf("%-58s %9.2f us  %6.3f of an Ed25519 verification", what, us, us / base);
	printf(goal > 0 ? "  <= %.0f us  %s\n" : "\n", goal, us <= goal ? "met" : "MISSED");
}

static void size_row(const char *what, size_t bytes, size_t goal)
{
	printf("%-58s %6zu bytes", what, bytes);
	printf(goal ? "  <= %zu  %s\n" : "\n", goal, bytes <= goal ? "met" : "MISSED");
}

int main(int argc, char **argv)
{
	static const uint8_t seed[32] = { 7 };
	struct toc_arena *a = toc_arena_new();
	struct toc_sha256 wrong;
	uint8_t public_key[32];
	size_t longest = 0, cosigned = 0;

	leaves = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
	must(leaves > 1, "at least two leaves");
	grow();
	toc_ed25519_public(seed, public_key);
	must(toc_note_key_init(&key, TOC_STR("log.tocsin.example/1"), TOC_NOTE_LOG, public_key) == 0, "no key");
	snprintf(now.origin, sizeof now.origin, "%s", key.name);
	now.size = leaves;
	must(toc_tree_root(subtree, NULL, leaves, &now.root) == 0, "no root");
	struct toc_str note = toc_checkpoint_sign(a, &now, &key, seed);
	three_lines = toc_checkpoint_text(a, &now);
	EVP_PKEY *secret = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t n = sizeof signature;
	public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, sizeof public_key);
	must(secret && public && c && EVP_DigestSignInit(c, NULL, NULL, NULL, secret) == 1 &&
	     EVP_DigestSign(c, signature, &n, (const unsigned char *)three_lines.p, three_lines.n) == 1, "no signature");

	for (unsigned i = 0; i < PROOFS; i++) {
		at[i] = (uint64_t)i * (leaves - 1) / (PROOFS - 1);
		old_size[i] = at[i] + 1;
		leaf_hash[i] = tree[0][at[i]];
		must(toc_prove_inclusion(subtree, NULL, at[i], leaves, &inclusion[i]) == 0 &&
		     toc_prove_consistency(subtree, NULL, old_size[i], leaves, &consistency[i]) == 0 &&
		     toc_tree_root(subtree, NULL, old_size[i], &old_root[i]) == 0, "no proof");
		text[i] = toc_proof_text(a, at[i], (struct toc_str){ "", 0 }, &inclusion[i], note);
		longest = text[i].n > longest ? text[i].n : longest;
	}
	/* a check that lets everything pass is quick */
	wrong = tree[0][0];
	must(toc_check_inclusion(leaves - 1, leaves, wrong, &inclusion[PROOFS - 1], now.root) == TOC_EPROOF, "a wrong leaf passes");
	for (unsigned w = 0; w < COSIGNATURES; w++) {
		struct toc_note_key witness;
		const uint8_t its[32] = { (uint8_t)(w + 100) };
		toc_ed25519_public(its, public_key);
		must(toc_note_key_init(&witness, toc_arena_printf(a, "witness-%02u.example/w", w), TOC_NOTE_WITNESS, public_key) == 0, "no witness");
		cosigned += toc_cosign(a, &now, &witness, its, 1795000000).n;
	}

	double base = each_us(ed25519, PROOFS / 10);
	printf("a log of %llu leaves, %d proofs, median of %d rounds\n", (unsigned long long)leaves, PROOFS, ROUNDS);
	row("an Ed25519 verification (OpenSSL)", base, base, 0);
	row("a leaf is in it: hashes of a proof checked", each_us(included, PROOFS), base, GOAL_US);
	row("the log goes on from an older one", each_us(goes_on, PROOFS), base, GOAL_US);
	row("a proof file: read, signature and leaf checked", each_us(file_holds, PROOFS / 10), base, GOAL_US);
	size_row("the longest proof file, without its leaf", longest, GOAL_BYTES);
	size_row("... with cosignatures of 15 witnesses besides", longest + cosigned, 0);
	return 0;
}
