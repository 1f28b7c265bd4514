/* test_digest.c: hashes as text: what is one, and what is refused. */
#include "check.h"

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

RUN_CASES()
