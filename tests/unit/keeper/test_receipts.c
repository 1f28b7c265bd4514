/* Gathering: at once where a person is wanted, else one group a second; the same again is nothing. */
#include "check.h"

#include "base/digest.h"
#include "keeper/receipts.h"

#define MOST 100

static struct toc_principal by(const char *org, const char *channel, uint8_t person)
{
	return (struct toc_principal){ .org = toc_str_of(org),
				       .channel = toc_str_of(channel),
				       .person = { { person } } };
}

CASE(a_second_of_receipts_is_one_group)
{
	struct toc_receipts *r = toc_receipts_new(MOST);
	struct toc_arena *a = toc_arena_new();
	struct toc_receipt_group g;
	struct toc_principal p = by("CDA", "api", 1);
	CHECK_INT(toc_receipts_next_us(r), INT64_MAX);
	for (uint8_t i = 1; i <= 5; i++)
		CHECK_INT(toc_receipts_add(r, &p, (struct toc_uuid){ { i } }, false, 1000 + i), 0);
	CHECK_INT(toc_receipts_next_us(r), 1001 + TOC_RECEIPTS_WAIT_US);
	CHECK(!toc_receipts_take(r, TOC_RECEIPTS_WAIT_US, a, &g));
	CHECK(toc_receipts_take(r, 1001 + TOC_RECEIPTS_WAIT_US, a, &g));
	CHECK_INT(g.n, 5);
	CHECK_TEXT(g.by.org, "CDA");
	CHECK_INT(g.eids[4].b[0], 5);
	CHECK_INT(toc_receipts_next_us(r), INT64_MAX);
	toc_receipts_free(r);
	toc_arena_free(a);
}

CASE(what_wants_a_person_does_not_wait)
{
	struct toc_receipts *r = toc_receipts_new(MOST);
	struct toc_arena *a = toc_arena_new();
	struct toc_receipt_group g;
	struct toc_principal p = by("CDA", "api", 1);
	CHECK_INT(toc_receipts_add(r, &p, (struct toc_uuid){ { 1 } }, false, 0), 0);
	CHECK_INT(toc_receipts_add(r, &p, (struct toc_uuid){ { 2 } }, true, 0), 0);
	CHECK(toc_receipts_take(r, 0, a, &g));
	CHECK_INT(g.n, 1);
	CHECK_INT(g.eids[0].b[0], 2);
	CHECK(!toc_receipts_take(r, 0, a, &g));
	toc_receipts_free(r);
	toc_arena_free(a);
}

CASE(organisations_channels_and_people_are_apart)
{
	struct toc_receipts *r = toc_receipts_new(MOST);
	struct toc_arena *a = toc_arena_new();
	struct toc_receipt_group g;
	struct toc_principal all[] = { by("CDA", "api", 1), by("CDA", "console", 1), by("HUB", "api", 1),
				       by("CDA", "api", 2) };
	size_t groups = 0;
	for (size_t i = 0; i < 4; i++)
		for (uint8_t k = 1; k <= 2; k++)
			CHECK_INT(toc_receipts_add(r, &all[i], (struct toc_uuid){ { (uint8_t)(10 * i + k) } },
						   false, 0),
				  0);
	while (toc_receipts_take(r, TOC_RECEIPTS_WAIT_US, a, &g)) {
		CHECK_INT(g.n, 2);
		groups++;
	}
	CHECK_INT(groups, 4);
	toc_receipts_free(r);
	toc_arena_free(a);
}

CASE(the_same_again_while_it_waits_is_nothing)
{
	struct toc_receipts *r = toc_receipts_new(MOST);
	struct toc_arena *a = toc_arena_new();
	struct toc_receipt_group g;
	struct toc_principal p = by("CDA", "api", 1);
	for (int i = 0; i < 100; i++)
		CHECK_INT(toc_receipts_add(r, &p, (struct toc_uuid){ { 9 } }, false, 0), 0);
	CHECK(toc_receipts_take(r, TOC_RECEIPTS_WAIT_US, a, &g));
	CHECK_INT(g.n, 1);
	CHECK_INT(toc_receipts_add(r, &p, (struct toc_uuid){ { 9 } }, false, 0),
		  0); /* the state knows it by now */
	CHECK(toc_receipts_take(r, TOC_RECEIPTS_WAIT_US, a, &g));
	toc_receipts_free(r);
	toc_arena_free(a);
}

CASE(there_is_a_limit)
{
	struct toc_receipts *r = toc_receipts_new(MOST);
	struct toc_principal p = by("CDA", "api", 1);
	int last = 0;
	for (uint32_t i = 0; i <= MOST; i++) {
		struct toc_uuid id = { { 1 } };
		memcpy(id.b + 4, &i, sizeof i);
		last = toc_receipts_add(r, &p, id, false, 0);
	}
	CHECK_INT(last, TOC_ELIMIT);
	toc_receipts_free(r);
}

RUN_CASES()
