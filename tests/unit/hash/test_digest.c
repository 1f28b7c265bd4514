/* test_digest.c: hashes as text: what is one, and what is refused; MD5 and SHA-256 of files. */
#include "check.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "hash/hash.h"

/* SHA-256 and MD5 of "exercise:S1-V1-original-stream" */
#define SHA256 "9c8506abf29ff0bb249797f36c77b97774ca5673d6177462c3dc63b9e5bedbcd"
#define MD5 "e00e008c9bccbb97257dadf85ebd2849"

CASE(a_digest_of_the_right_length_is_read_in_either_case)
{
	uint8_t lower[32], upper[32], md5[16];
	char shouted[65] = SHA256;

	for (char *c = shouted; *c; c++)
		if (*c >= 'a')
			*c -= 32;
	CHECK_INT(toc_hash_parse(SHA256, 64, lower, sizeof lower), 0);
	CHECK_INT(toc_hash_parse(shouted, 64, upper, sizeof upper), 0);
	CHECK(memcmp(lower, upper, sizeof lower) == 0);
	CHECK_INT(lower[0], 0x9c);
	CHECK_INT(lower[31], 0xcd);
	CHECK_INT(toc_hash_parse(MD5, 32, md5, sizeof md5), 0);
	CHECK_INT(md5[1], 0x0e);
}

CASE(one_digit_more_or_less_and_any_other_character_are_refused)
{
	uint8_t b[32];

	CHECK_INT(toc_hash_parse(SHA256, 63, b, sizeof b), -1);
	CHECK_INT(toc_hash_parse(SHA256 "0", 65, b, sizeof b), -1);
	CHECK_INT(toc_hash_parse(MD5, 32, b, sizeof b), -1); /* no MD5 passes as a SHA-256 */
	CHECK_INT(toc_hash_parse("", 0, b, sizeof b), -1);
	for (unsigned c = 0; c < 256; c++) { /* at any place, every character that is no digit */
		char text[65] = SHA256;
		bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
		text[c % 64] = (char)c;
		CHECK_INT(toc_hash_parse(text, 64, b, sizeof b), digit ? 0 : -1);
	}
}

#define FRAME "b6d9f7bde7bcf36f71d1ad71454ff692b4d3149f3a764176d45df86228e14b58"

CASE(a_vpdq_is_frames_with_quality_and_time)
{
	static const struct {
		const char *text;
		bool is;
	} tries[] = {
		{ FRAME ",100,0", true },
		{ FRAME ",88,0.000 " FRAME ",0,12.5", true },
		{ "", false },
		{ FRAME, false },
		{ FRAME ",88", false },
		{ FRAME ",101,0", false },
		{ FRAME ",88,", false },
		{ FRAME ",88,1.", false },
		{ FRAME ",88,-1", false },
		{ FRAME ",88,0 ", false },
		{ FRAME ",88,0  " FRAME ",88,1", false },
		{ FRAME ",88,0," FRAME, false },
		{ "x6d9f7bde7bcf36f71d1ad71454ff692b4d3149f3a764176d45df86228e14b58,88,0", false },
		{ "b6d9,88,0", false },
	};

	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
		CHECK_INT(toc_vpdq_is_list(tries[i].text, strlen(tries[i].text)), tries[i].is);
}

/* ---- of files ---- */

static void hash_of(const void *bytes, size_t n, size_t step, uint8_t md5[16], uint8_t sha256[32])
{
	struct toc_hashing h;

	toc_hashing_init(&h);
	for (size_t at = 0; at < n; at += step)
		toc_hashing_add(&h, (const uint8_t *)bytes + at, n - at < step ? n - at : step);
	toc_hashing_end(&h, md5, sha256);
}

CASE(md5_and_sha256_are_those_of_the_standards_and_of_the_exercise)
{
	static const struct {
		const char *text, *md5, *sha256;
	} known[] = {
		{ "", "d41d8cd98f00b204e9800998ecf8427e",
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "900150983cd24fb0d6963f7d28e17f72",
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
		  "57edf4a22be3c955ac49da2e2107b67a",
		  "f371bc4a311f2b009eef952dd83ca80e2b60026c8e935592d0f9c308453c813e" },
		{ "exercise:S1-V1-original-stream", MD5, SHA256 },
		{ "exercise:S1-I1-still-image", "9d5a2c8151d9c09ce46a04ef67c563ee",
		  "804025c6f795158972e3ea5e1685a5a185c85a020d609810007a3098abf6ef2b" },
	};
	uint8_t md5[16], sha256[32];
	struct toc_arena *a = toc_arena_new();

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		hash_of(known[i].text, strlen(known[i].text), 7, md5, sha256);
		CHECK_TEXT(toc_hex(a, md5, sizeof md5), known[i].md5);
		CHECK_TEXT(toc_hex(a, sha256, sizeof sha256), known[i].sha256);
	}
	toc_arena_free(a);
}

CASE(every_length_agrees_with_openssl_however_it_is_cut)
{
	static uint8_t bytes[300];
	uint8_t md5[16], again[16], sha256[32];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7 + 3);
	for (size_t n = 0; n <= sizeof bytes; n++) {
		hash_of(bytes, n, sizeof bytes, md5, sha256);
		CHECK(memcmp(sha256, toc_sha256((struct toc_str){ (const char *)bytes, n }).b, sizeof sha256) == 0);
		hash_of(bytes, n, 1 + n % 67, again, sha256);
		CHECK(memcmp(sha256, toc_sha256((struct toc_str){ (const char *)bytes, n }).b, sizeof sha256) == 0);
		CHECK(memcmp(md5, again, sizeof md5) == 0);
	}
}

RUN_CASES()
