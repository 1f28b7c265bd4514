/* Known answers: FIPS 180-4 examples, RFC 4231 test cases; seals go both ways and notice every changed bit.
 */
#include "base/digest.h"
#include "check.h"

static struct toc_str hex(struct toc_arena *a, struct toc_sha256 d)
{
	return toc_hex(a, d.b, sizeof d.b);
}

CASE(sha256_matches_fips_180_4)
{
	struct toc_arena *a = toc_arena_new();
	CHECK_TEXT(hex(a, toc_sha256(TOC_STR("abc"))),
		   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK_TEXT(hex(a, toc_sha256((struct toc_str){ NULL, 0 })),
		   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	CHECK_TEXT(hex(a, toc_sha256(TOC_STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
		   "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	toc_arena_free(a);
}

CASE(sha256_of_parts_is_sha256_of_the_whole)
{
	struct toc_str parts[] = { TOC_STR("a"), { NULL, 0 }, TOC_STR("bc") };
	struct toc_sha256 x = toc_sha256_parts(parts, 3), y = toc_sha256(TOC_STR("abc"));
	CHECK(memcmp(x.b, y.b, 32) == 0);
}

CASE(hmac_matches_rfc_4231)
{
	/* Keys shorter than 32 bytes are padded with zeros by HMAC itself, so they are the same keys here. */
	struct toc_arena *a = toc_arena_new();
	uint8_t one[32] = { 0 }, two[32] = "Jefe", three[32] = { 0 }, four[32] = { 0 };
	char dd[50], cd[50];
	memset(one, 0x0b, 20);
	memset(three, 0xaa, 20);
	for (int i = 0; i < 25; i++)
		four[i] = (uint8_t)(i + 1);
	memset(dd, 0xdd, 50);
	memset(cd, 0xcd, 50);
	CHECK_TEXT(hex(a, toc_hmac_sha256(one, TOC_STR("Hi There"))),
		   "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	CHECK_TEXT(hex(a, toc_hmac_sha256(two, TOC_STR("what do ya want for nothing?"))),
		   "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	CHECK_TEXT(hex(a, toc_hmac_sha256(three, (struct toc_str){ dd, 50 })),
		   "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	CHECK_TEXT(hex(a, toc_hmac_sha256(four, (struct toc_str){ cd, 50 })),
		   "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
	toc_arena_free(a);
}

CASE(seal_opens_with_the_same_key_and_context_only)
{
	struct toc_arena *a = toc_arena_new();
	uint8_t key[32], other[32];
	struct toc_str clear;
	toc_random(key, sizeof key);
	memcpy(other, key, 32);
	other[31] ^= 1;
	struct toc_str sealed = toc_seal(a, key, TOC_STR("case:1"), TOC_STR("nightcourier7"));
	CHECK_INT(sealed.n, 13 + TOC_SEAL_OVERHEAD);
	CHECK_INT(toc_unseal(a, key, TOC_STR("case:1"), sealed, &clear), 0);
	CHECK_TEXT(clear, "nightcourier7");
	CHECK_INT(toc_unseal(a, key, TOC_STR("case:2"), sealed, &clear), TOC_EPROOF);
	CHECK_INT(toc_unseal(a, other, TOC_STR("case:1"), sealed, &clear), TOC_EPROOF);
	CHECK_TEXT(clear, "nightcourier7"); /* untouched by the failures */
	toc_arena_free(a);
}

CASE(seal_of_nothing_is_still_authentic)
{
	struct toc_arena *a = toc_arena_new();
	uint8_t key[32] = { 7 };
	struct toc_str clear;
	struct toc_str sealed = toc_seal(a, key, (struct toc_str){ NULL, 0 }, (struct toc_str){ NULL, 0 });
	CHECK_INT(toc_unseal(a, key, (struct toc_str){ NULL, 0 }, sealed, &clear), 0);
	CHECK_INT(clear.n, 0);
	toc_arena_free(a);
}

CASE(seal_notices_every_changed_bit_and_every_length)
{
	struct toc_arena *a = toc_arena_new();
	uint8_t key[32] = { 1 };
	struct toc_str clear, sealed = toc_seal(a, key, TOC_STR("x"), TOC_STR("hello"));
	unsigned opened = 0;
	for (size_t bit = 0; bit < sealed.n * 8; bit++) {
		struct toc_str bad = toc_arena_str(a, sealed);
		((char *)bad.p)[bit / 8] ^= (char)(1 << bit % 8);
		opened += toc_unseal(a, key, TOC_STR("x"), bad, &clear) == 0;
	}
	for (size_t n = 0; n < sealed.n; n++)
		opened += toc_unseal(a, key, TOC_STR("x"), (struct toc_str){ sealed.p, n }, &clear) == 0;
	CHECK_INT(opened, 0);
	toc_arena_free(a);
}

CASE(seal_opens_what_another_implementation_sealed)
{
	/* McGrew & Viega, "The Galois/Counter Mode of Operation", test case 16 (AES-256, with context). */
	struct toc_arena *a = toc_arena_new();
	uint8_t key[32], aad[20], in[1 + 12 + 60 + 16] = { 1 };
	struct toc_str clear;
	CHECK_INT(toc_hex_decode(TOC_STR("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
				 key, 32),
		  0);
	CHECK_INT(toc_hex_decode(TOC_STR("feedfacedeadbeeffeedfacedeadbeefabaddad2"), aad, 20), 0);
	CHECK_INT(toc_hex_decode(TOC_STR("cafebabefacedbaddecaf888"
					 "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
					 "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
					 "76fc6ece0f4e1768cddf8853bb2d551b"),
				 in + 1, sizeof in - 1),
		  0);
	CHECK_INT(toc_unseal(a, key, (struct toc_str){ (char *)aad, 20 },
			     (struct toc_str){ (char *)in, sizeof in }, &clear),
		  0);
	CHECK_TEXT(toc_hex(a, clear.p, clear.n),
		   "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
		   "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
	toc_arena_free(a);
}

CASE(secrets_compare_by_content)
{
	CHECK(toc_str_eq_secret(TOC_STR("secret"), TOC_STR("secret")));
	CHECK(!toc_str_eq_secret(TOC_STR("secret"), TOC_STR("secreT")));
	CHECK(!toc_str_eq_secret(TOC_STR("secret"), TOC_STR("secret1")));
	CHECK(toc_str_eq_secret((struct toc_str){ NULL, 0 }, TOC_STR("")));
}

CASE(wiped_memory_is_zero)
{
	uint8_t key[32], zero[32] = { 0 };
	toc_random(key, sizeof key);
	toc_wipe(key, sizeof key);
	CHECK(memcmp(key, zero, 32) == 0);
}

RUN_CASES()
