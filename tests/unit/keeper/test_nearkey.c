/* test_nearkey.c: the keyed form of a perceptual hash: it keeps every distance, says nothing of the hash
 * without the key, and is another one in every incident. */
#include "check.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "hash/hash.h"
#include "keeper/nearkey.h"

static const uint8_t key[32] = "a duplicate key, of 32 bytes ...";
#define INCIDENT TOC_STR("01980000-0000-7000-8000-00000000000a")

static void random_hash(uint8_t hash[32])
{
	static unsigned n;
	struct toc_arena *a = toc_arena_new();
	struct toc_sha256 h = toc_sha256(toc_arena_printf(a, "hash %u", n++));
	memcpy(hash, h.b, 32);
	toc_arena_free(a);
}

CASE(it_keeps_every_distance)
{
	struct toc_near_key k;
	uint8_t x[32], y[32], fx[32], fy[32];

	toc_near_key_init(&k, key, INCIDENT);
	for (unsigned i = 0; i < 300; i++) {
		random_hash(x);
		random_hash(y);
		if (i % 2) { /* near ones, too */
			memcpy(y, x, sizeof y);
			for (unsigned bit = 0; bit < i / 4; bit++)
				y[(bit * 37) % 32] ^= (uint8_t)(1u << bit % 8);
		}
		toc_near_form(&k, x, fx);
		toc_near_form(&k, y, fy);
		CHECK_INT(toc_pdq_distance(fx, fy), toc_pdq_distance(x, y));
	}
}

CASE(every_bit_has_a_place_of_its_own)
{
	struct toc_near_key k;
	bool taken[256] = { false };

	toc_near_key_init(&k, key, INCIDENT);
	for (unsigned i = 0; i < 256; i++) {
		CHECK(!taken[k.place[i]]);
		taken[k.place[i]] = true;
	}
}

/* About half of the bits differ from the hash, and from the form under another key or in another incident. */
CASE(it_tells_nothing_of_the_hash_and_differs_by_key_and_incident)
{
	static const uint8_t other_key[32] = "another key, also of 32 bytes ..";
	struct toc_near_key k, elsewhere, other, same;
	unsigned from_hash = 0, from_elsewhere = 0, from_other = 0;
	uint8_t x[32], f[32], g[32], h[32], again[32];

	toc_near_key_init(&k, key, INCIDENT);
	toc_near_key_init(&same, key, INCIDENT);
	toc_near_key_init(&elsewhere, key, TOC_STR("01980000-0000-7000-8000-00000000000b"));
	toc_near_key_init(&other, other_key, INCIDENT);
	for (unsigned i = 0; i < 200; i++) {
		random_hash(x);
		toc_near_form(&k, x, f);
		toc_near_form(&same, x, again);
		toc_near_form(&elsewhere, x, g);
		toc_near_form(&other, x, h);
		CHECK(memcmp(f, again, sizeof f) == 0); /* any node makes the same */
		from_hash += toc_pdq_distance(x, f);
		from_elsewhere += toc_pdq_distance(f, g);
		from_other += toc_pdq_distance(f, h);
	}
	CHECK(from_hash > 200 * 118 && from_hash < 200 * 138);
	CHECK(from_elsewhere > 200 * 118 && from_elsewhere < 200 * 138);
	CHECK(from_other > 200 * 118 && from_other < 200 * 138);
}

/* All zero, all one and a single bit: the mask hides them, and the bit lands somewhere. */
CASE(plain_hashes_do_not_show)
{
	struct toc_near_key k;
	uint8_t none[32] = { 0 }, one[32] = { 1 }, f[32], g[32];

	toc_near_key_init(&k, key, INCIDENT);
	toc_near_form(&k, none, f);
	toc_near_form(&k, one, g);
	CHECK(toc_pdq_distance(none, f) > 90 && toc_pdq_distance(none, f) < 166);
	CHECK_INT(toc_pdq_distance(f, g), 1);
}

/* The form is in ledgers: it must not change by accident. */
CASE(the_form_of_a_fixed_hash_is_fixed)
{
	struct toc_near_key k;
	struct toc_arena *a = toc_arena_new();
	uint8_t p1[32], f[32];

	toc_near_key_init(&k, key, INCIDENT);
	CHECK_INT(toc_hash_parse("b6d9f7bde7bcf36f71d1ad71454ff692b4d3149f3a764176d45df86228e14b58", 64, p1,
				 32),
		  0);
	toc_near_form(&k, p1, f);
	CHECK_TEXT(toc_hex(a, f, sizeof f),
		   "6e70c8c1c2ef24fdfd3524e56742fa42cf547843fb3c5e432fbcfdd823a37c49");
	toc_arena_free(a);
}

RUN_CASES()
