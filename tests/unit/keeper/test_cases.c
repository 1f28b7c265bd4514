/* The rows of open cases: bounded, the oldest give way, closed cases are forgotten. */
#include "check.h"

#include "keeper/cases.h"

static struct toc_uuid id(uint8_t n)
{
	return (struct toc_uuid){ { n } };
}

static struct toc_row row(uint64_t seq, size_t bytes)
{
	static char text[4096];
	return (struct toc_row){
		.seq = seq, .leaf = TOC_STR("leaf"), .body = { text, bytes }, .data_sealed = TOC_STR("sealed")
	};
}

CASE(a_row_is_kept_as_a_copy)
{
	struct toc_cases *c = toc_cases_new(1 << 20);
	char leaf[] = "leaf";
	struct toc_row r = row(7, 10);
	r.leaf.p = leaf;
	toc_cases_put(c, id(1), id(9), &r);
	leaf[0] = 'x';
	CHECK_TEXT(toc_cases_get(c, id(1))->leaf, "leaf");
	CHECK_TEXT(toc_cases_get(c, id(1))->data_sealed, "sealed");
	CHECK_INT(toc_cases_get(c, id(1))->seq, 7);
	CHECK(toc_cases_get(c, id(2)) == NULL);
	toc_cases_free(c);
}

CASE(the_oldest_give_way)
{
	struct toc_cases *c = toc_cases_new(8192);
	for (uint8_t i = 1; i <= 20; i++) {
		struct toc_row r = row(i, 1000);
		toc_cases_put(c, id(i), id(9), &r);
		CHECK(toc_cases_bytes(c) <= 8192);
	}
	CHECK(toc_cases_get(c, id(1)) == NULL);
	CHECK(toc_cases_get(c, id(20)) != NULL);
	struct toc_row big = row(21, 4096), bigger = row(22, 4096);
	big.actor_sealed = bigger.body;
	toc_cases_put(c, id(21), id(9), &big); /* alone over the limit: not kept, and nothing gives way */
	CHECK(toc_cases_get(c, id(21)) == NULL);
	CHECK(toc_cases_get(c, id(20)) != NULL);
	toc_cases_free(c);
}

static bool is(void *open, struct toc_uuid case_ref)
{
	return open && toc_uuid_eq(case_ref, *(struct toc_uuid *)open);
}

CASE(closed_cases_are_forgotten)
{
	struct toc_cases *c = toc_cases_new(1 << 20);
	struct toc_uuid open = id(8);
	struct toc_uuid eid, case_ref;
	const struct toc_row *r;
	const void *cursor = NULL;
	size_t n = 0;
	for (uint8_t i = 1; i <= 6; i++) {
		struct toc_row one = row(i, 10);
		toc_cases_put(c, id(i), id(i % 2 ? 8 : 9), &one);
	}
	toc_cases_keep(c, is, &open);
	while (toc_cases_next(c, &cursor, &eid, &case_ref, &r)) {
		CHECK(toc_uuid_eq(case_ref, id(8)));
		CHECK_INT(r->seq, 2 * n + 1); /* oldest first */
		n++;
	}
	CHECK_INT(n, 3);
	toc_cases_keep(c, is, NULL);
	CHECK_INT(toc_cases_bytes(c), 0);
	struct toc_row again = row(1, 10);
	toc_cases_put(c, id(1), id(8), &again); /* an emptied cache goes on */
	CHECK(toc_cases_get(c, id(1)) != NULL);
	toc_cases_free(c);
}

RUN_CASES()
