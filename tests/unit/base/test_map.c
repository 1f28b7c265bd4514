/* The map keeps the order of insertion through removals and growth, and agrees with a plain array. */
#include "base/map.h"
#include "check.h"

CASE(iterates_in_order_of_insertion)
{
	struct toc_map *m = toc_map_new();
	char key[16];
	for (intptr_t i = 1; i <= 1000; i++) {
		snprintf(key, sizeof key, "k%d", (int)(i * 7919 % 1009));
		CHECK(toc_map_put(m, toc_str_of(key), (void *)i) == NULL);
	}
	size_t cursor = 0;
	struct toc_str k;
	void *v;
	intptr_t want = 1;
	while (toc_map_next(m, &cursor, &k, &v)) {
		snprintf(key, sizeof key, "k%d", (int)(want * 7919 % 1009));
		CHECK_TEXT(k, key);
		CHECK_INT((intptr_t)v, want++);
	}
	CHECK_INT(want, 1001);
	toc_map_free(m);
}

CASE(put_replaces_and_tells_what_was_there)
{
	struct toc_map *m = toc_map_new();
	int x, y;
	CHECK(toc_map_put(m, TOC_STR("a"), &x) == NULL);
	CHECK(toc_map_put(m, TOC_STR("a"), &y) == &x);
	CHECK(toc_map_get(m, TOC_STR("a")) == &y);
	CHECK_INT(toc_map_count(m), 1);
	CHECK(toc_map_get(m, TOC_STR("b")) == NULL);
	CHECK(toc_map_remove(m, TOC_STR("b")) == NULL);
	CHECK(toc_map_remove(m, TOC_STR("a")) == &y);
	CHECK_INT(toc_map_count(m), 0);
	toc_map_free(m);
	toc_map_free(NULL);
}

CASE(removing_the_current_item_while_iterating_is_allowed)
{
	struct toc_map *m = toc_map_new();
	for (char c = 'a'; c <= 'z'; c++)
		toc_map_put(m, (struct toc_str){ &c, 1 }, m);
	size_t cursor = 0;
	struct toc_str k;
	unsigned seen = 0;
	while (toc_map_next(m, &cursor, &k, NULL))
		if (seen++ % 2 == 0) {
			char c = *k.p;
			toc_map_remove(m, (struct toc_str){ &c, 1 });
		}
	CHECK_INT(seen, 26);
	CHECK_INT(toc_map_count(m), 13);
	CHECK(toc_map_get(m, TOC_STR("a")) == NULL && toc_map_get(m, TOC_STR("b")) == m);
	toc_map_free(m);
}

CASE(keys_may_be_any_bytes)
{
	struct toc_map *m = toc_map_new();
	int x, y, z;
	toc_map_put(m, (struct toc_str){ "\0\0", 2 }, &x);
	toc_map_put(m, (struct toc_str){ "\0", 1 }, &y);
	toc_map_put(m, (struct toc_str){ NULL, 0 }, &z);
	CHECK(toc_map_get(m, (struct toc_str){ "\0\0", 2 }) == &x);
	CHECK(toc_map_get(m, (struct toc_str){ "\0", 1 }) == &y);
	CHECK(toc_map_get(m, TOC_STR("")) == &z);
	toc_map_free(m);
}

CASE(agrees_with_an_array_after_a_long_random_life)
{
	struct toc_map *m = toc_map_new();
	intptr_t model[64] = { 0 };
	uint32_t r = 1;
	for (int i = 0; i < 200000; i++) {
		r = r * 1664525 + 1013904223;
		uint8_t k = r >> 24 & 63;
		struct toc_str key = { (char *)&k, 1 };
		if (r >> 16 & 1) {
			CHECK_INT((intptr_t)toc_map_put(m, key, (void *)(intptr_t)(i + 1)), model[k]);
			model[k] = i + 1;
		} else {
			CHECK_INT((intptr_t)toc_map_remove(m, key), model[k]);
			model[k] = 0;
		}
	}
	size_t count = 0, cursor = 0;
	for (int k = 0; k < 64; k++)
		count += model[k] != 0;
	CHECK_INT(toc_map_count(m), count);
	while (toc_map_next(m, &cursor, NULL, NULL))
		count--;
	CHECK_INT(count, 0);
	toc_map_free(m);
}

RUN_CASES()
