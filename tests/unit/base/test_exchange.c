/* test_exchange.c: two who share a secret agree on a key; a third, who reads and writes what goes between them, does not. */
#include "base/digest.h"
#include "base/exchange.h"
#include "check.h"

CASE(both_sides_have_the_same_key_and_nobody_else_has_it)
{
	uint8_t a[32], b[32], c[32], secret[32], other[32], one[32], two[32], third[32];
	struct toc_exchange *alice = toc_exchange_new(a), *bob = toc_exchange_new(b), *carol = toc_exchange_new(c);

	toc_random(secret, sizeof secret);
	toc_random(other, sizeof other);
	CHECK(toc_exchange_key(alice, b, secret, TOC_STR("a purpose"), one) == 0);
	CHECK(toc_exchange_key(bob, a, secret, TOC_STR("a purpose"), two) == 0);
	CHECK(memcmp(one, two, 32) == 0);
	CHECK(toc_exchange_key(bob, a, secret, TOC_STR("another purpose"), third) == 0 && memcmp(one, third, 32) != 0);
	CHECK(toc_exchange_key(bob, a, other, TOC_STR("a purpose"), third) == 0 && memcmp(one, third, 32) != 0);
	CHECK(toc_exchange_key(carol, a, secret, TOC_STR("a purpose"), third) == 0 && memcmp(one, third, 32) != 0);
	CHECK(memcmp(a, c, 32) != 0);
	toc_exchange_free(alice);
	toc_exchange_free(bob);
	toc_exchange_free(carol);
	toc_exchange_free(NULL);
}

CASE(a_half_of_small_order_is_refused)
{
	static const uint8_t nought[32], one[32] = { 1 };
	uint8_t mine[32], key[32], secret[32] = { 0 };
	struct toc_exchange *x = toc_exchange_new(mine);

	CHECK(toc_exchange_key(x, nought, secret, TOC_STR("x"), key) == TOC_EPROOF);
	CHECK(toc_exchange_key(x, one, secret, TOC_STR("x"), key) == TOC_EPROOF);
	toc_exchange_free(x);
}

RUN_CASES()
