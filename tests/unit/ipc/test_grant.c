/* test_grant.c: a grant opens for who has the key, unaltered, and until it expires. */
#include "check.h"

#include "base/digest.h"
#include "ipc/grant.h"

static const uint8_t key[32] = "the key of parent, keeper, archi";

static struct toc_grant sample(void)
{
	struct toc_grant g = { .org = TOC_STR("NORTHWIND"), .channel = TOC_STR("console"), .roles = 0x80000005u,
		               .machine = true, .expires = { 1000000 } };

	memset(g.session.b, 0x11, 16);
	memset(g.person.b, 0x22, 16);
	return g;
}

CASE(what_is_sealed_opens_with_every_field)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_grant g = sample(), got;
	struct toc_str sealed = toc_grant_seal(a, key, &g);

	CHECK_INT(toc_grant_open(a, key, sealed, (toc_time){ 999999 }, &got), 0);
	CHECK(toc_uuid_eq(got.session, g.session) && toc_uuid_eq(got.person, g.person));
	CHECK_TEXT(got.org, "NORTHWIND");
	CHECK_TEXT(got.channel, "console");
	CHECK_INT(got.roles, 0x80000005u);
	CHECK(got.machine && !got.exercise_only);
	CHECK_INT(got.expires.us, 1000000);
	toc_arena_free(a);
}

CASE(an_expired_grant_is_told_apart_and_still_says_whose_it_was)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_grant g = sample(), got = { .roles = 0 };

	CHECK_INT(toc_grant_open(a, key, toc_grant_seal(a, key, &g), g.expires, &got), TOC_ETIMEOUT);
	CHECK_TEXT(got.org, "NORTHWIND");
	toc_arena_free(a);
}

CASE(no_bit_of_a_grant_can_be_changed)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_grant g = sample(), got;
	struct toc_str sealed = toc_grant_seal(a, key, &g);
	char *bytes = toc_arena_cstr(a, sealed);

	for (size_t i = 0; i < sealed.n * 8; i++) {
		bytes[i / 8] = (char)(bytes[i / 8] ^ (1 << (i % 8)));
		CHECK_INT(toc_grant_open(a, key, (struct toc_str){ bytes, sealed.n }, (toc_time){ 0 }, &got), TOC_EPROOF);
		bytes[i / 8] = (char)(bytes[i / 8] ^ (1 << (i % 8)));
	}
	for (size_t n = 0; n < sealed.n; n++)
		CHECK_INT(toc_grant_open(a, key, (struct toc_str){ bytes, n }, (toc_time){ 0 }, &got), TOC_EPROOF);
	CHECK_INT(toc_grant_open(a, key, (struct toc_str){ bytes, sealed.n }, (toc_time){ 0 }, &got), 0);
	toc_arena_free(a);
}

CASE(another_key_does_not_open_it)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_grant g = sample(), got;
	uint8_t other[32];

	memcpy(other, key, sizeof other);
	other[31] ^= 1;
	CHECK_INT(toc_grant_open(a, other, toc_grant_seal(a, key, &g), (toc_time){ 0 }, &got), TOC_EPROOF);
	toc_arena_free(a);
}

CASE(a_genuine_seal_over_too_few_or_too_many_fields_is_refused)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_grant g = sample(), got;
	struct toc_str sealed = toc_grant_seal(a, key, &g);

	for (int change = -3; change <= 3; change++) {
		if (change == 0)
			continue;
		char bytes[256] = { 0 };
		size_t n = sealed.n - 32;
		memcpy(bytes, sealed.p, n);
		n = (size_t)((long)n + change);
		struct toc_sha256 mac = toc_hmac_sha256(key, (struct toc_str){ bytes, n });
		memcpy(bytes + n, mac.b, 32);
		CHECK_INT(toc_grant_open(a, key, (struct toc_str){ bytes, n + 32 }, (toc_time){ 0 }, &got), TOC_EPROOF);
	}
	toc_arena_free(a);
}

RUN_CASES()
