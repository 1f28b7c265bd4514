/* Seal keys: made once per subject and class, kept when committed, forgotten when not. */
#include "check.h"

#include "render/keyring.h"

static const struct toc_wrapping_key wrapping = { { { 0x5a } }, { 1, 2, 3 } };

static size_t fresh(struct toc_arena *arena, struct toc_keyring *r, struct toc_key_row **ret_rows)
{
	size_t n;
	CHECK_INT(toc_keyring_fresh(r, arena, ret_rows, &n), 0);
	return n;
}

CASE(one_key_for_a_subject_and_class)
{
	struct toc_keyring *r = toc_keyring_new(&wrapping, 1);
	const struct toc_seal_key *a = toc_keyring_for(r, TOC_STR("case:1"), TOC_STR("R-ITL"));
	CHECK(a == toc_keyring_for(r, TOC_STR("case:1"), TOC_STR("R-ITL")));
	CHECK(a != toc_keyring_for(r, TOC_STR("case:1"), TOC_STR("R-AUDIT")));
	CHECK(a != toc_keyring_for(r, TOC_STR("case:2"), TOC_STR("R-ITL")));
	CHECK(toc_keyring_by_id(r, a->id) == a);
	CHECK_TEXT(a->subject, "case:1");
	CHECK_TEXT(a->retention, "R-ITL");
	toc_keyring_free(r);
}

CASE(fresh_keys_are_offered_until_they_are_settled)
{
	struct toc_arena *arena = toc_arena_new();
	struct toc_keyring *r = toc_keyring_new(&wrapping, 1);
	struct toc_key_row *rows;
	struct toc_uuid kept = toc_keyring_for(r, TOC_STR("case:1"), TOC_STR("R-ITL"))->id;
	CHECK_INT(fresh(arena, r, &rows), 1);
	CHECK(toc_uuid_eq(rows[0].id, kept));
	CHECK(toc_uuid_eq(rows[0].wrapping_id, wrapping.id));
	toc_keyring_settle(r, true);
	CHECK_INT(fresh(arena, r, &rows), 0);
	struct toc_uuid dropped = toc_keyring_for(r, TOC_STR("case:2"), TOC_STR("R-ITL"))->id;
	toc_keyring_settle(r, false);
	CHECK(toc_keyring_by_id(r, dropped) == NULL);
	CHECK(toc_keyring_by_id(r, kept) != NULL);
	CHECK(!toc_uuid_eq(toc_keyring_for(r, TOC_STR("case:2"), TOC_STR("R-ITL"))->id, dropped));
	CHECK_INT(toc_keyring_all(r, arena, &rows), 2);
	toc_keyring_free(r);
	toc_arena_free(arena);
}

CASE(a_key_goes_through_the_database_and_comes_back)
{
	struct toc_arena *arena = toc_arena_new();
	struct toc_keyring *x = toc_keyring_new(&wrapping, 1), *y = toc_keyring_new(&wrapping, 1);
	struct toc_key_row *rows;
	const struct toc_seal_key *a = toc_keyring_for(x, TOC_STR("case:1"), TOC_STR("R-ITL"));
	CHECK_INT(fresh(arena, x, &rows), 1);
	CHECK_INT(toc_keyring_add(y, &rows[0]), 0);
	CHECK_INT(toc_keyring_add(y, &rows[0]), 0); /* known already */
	const struct toc_seal_key *b = toc_keyring_by_id(y, a->id);
	CHECK(b && !memcmp(a->key, b->key, sizeof a->key));
	CHECK(toc_keyring_for(y, TOC_STR("case:1"), TOC_STR("R-ITL")) == b);
	toc_keyring_free(x);
	toc_keyring_free(y);
	toc_arena_free(arena);
}

CASE(without_the_wrapping_key_it_stays_shut)
{
	struct toc_arena *arena = toc_arena_new();
	const struct toc_wrapping_key other = { { { 0x5b } }, { 9 } }, forged = { { { 0x5a } }, { 9 } };
	struct toc_keyring *x = toc_keyring_new(&wrapping, 1), *y = toc_keyring_new(&other, 1),
			   *z = toc_keyring_new(&forged, 1);
	struct toc_key_row *rows;
	(void)toc_keyring_for(x, TOC_STR("case:1"), TOC_STR("R-ITL"));
	CHECK_INT(fresh(arena, x, &rows), 1);
	CHECK_INT(toc_keyring_add(y, &rows[0]), TOC_ENOTFOUND);
	CHECK_INT(toc_keyring_add(z, &rows[0]), TOC_EPROOF);
	CHECK(toc_keyring_by_id(y, rows[0].id) == NULL);
	CHECK(toc_keyring_is_shut(y, rows[0].id) && toc_keyring_is_shut(z, rows[0].id));
	CHECK(!toc_keyring_is_shut(x, rows[0].id));
	toc_keyring_wrapping(y, &wrapping, 1); /* it has come */
	CHECK_INT(toc_keyring_add(y, &rows[0]), 0);
	CHECK(toc_keyring_by_id(y, rows[0].id) != NULL && !toc_keyring_is_shut(y, rows[0].id));
	toc_keyring_free(x);
	toc_keyring_free(y);
	toc_keyring_free(z);
	toc_arena_free(arena);
}

CASE(what_is_shut_and_then_erased_is_erased)
{
	struct toc_arena *arena = toc_arena_new();
	const struct toc_wrapping_key other = { { { 0x5b } }, { 9 } };
	struct toc_keyring *x = toc_keyring_new(&wrapping, 1), *y = toc_keyring_new(&other, 1);
	struct toc_key_row *rows;
	(void)toc_keyring_for(x, TOC_STR("case:1"), TOC_STR("R-ITL"));
	(void)toc_keyring_for(x, TOC_STR("case:2"), TOC_STR("R-ITL"));
	CHECK_INT(fresh(arena, x, &rows), 2);
	for (int i = 0; i < 2; i++)
		CHECK_INT(toc_keyring_add(y, &rows[i]), TOC_ENOTFOUND);
	toc_keyring_sweep(y);
	CHECK(toc_keyring_is_shut(y, rows[0].id)); /* until it is known better */
	CHECK_INT(toc_keyring_add(y, &rows[1]), TOC_ENOTFOUND);
	CHECK_INT(toc_keyring_swept(y), 0);
	CHECK(!toc_keyring_is_shut(y, rows[0].id));
	CHECK(toc_keyring_is_shut(y, rows[1].id));
	rows[1].subject = TOC_STR("case:2 5d3f2c60-0000-4000-8000-000000000000"); /* ledger.returned: it was erased, and came back */
	toc_keyring_sweep(y);
	CHECK_INT(toc_keyring_add(y, &rows[1]), 0);
	CHECK_INT(toc_keyring_swept(y), 0);
	CHECK(!toc_keyring_is_shut(y, rows[1].id) && toc_keyring_by_id(y, rows[1].id) == NULL);
	toc_keyring_free(x);
	toc_keyring_free(y);
	toc_arena_free(arena);
}

CASE(another_nodes_key_wins_over_one_that_is_not_committed)
{
	struct toc_arena *arena = toc_arena_new();
	struct toc_keyring *mine = toc_keyring_new(&wrapping, 1), *theirs = toc_keyring_new(&wrapping, 1);
	struct toc_key_row *rows;
	(void)toc_keyring_for(mine, TOC_STR("case:1"), TOC_STR("R-ITL"));
	struct toc_uuid id = toc_keyring_for(theirs, TOC_STR("case:1"), TOC_STR("R-ITL"))->id;
	CHECK_INT(fresh(arena, theirs, &rows), 1);
	CHECK_INT(toc_keyring_add(mine, &rows[0]), 0);
	toc_keyring_settle(mine, false);
	CHECK(toc_uuid_eq(toc_keyring_for(mine, TOC_STR("case:1"), TOC_STR("R-ITL"))->id, id));
	CHECK_INT(fresh(arena, mine, &rows), 0);
	toc_keyring_free(mine);
	toc_keyring_free(theirs);
	toc_arena_free(arena);
}

CASE(a_key_made_while_all_are_read_anew_is_not_taken_for_erased)
{
	struct toc_arena *arena = toc_arena_new();
	struct toc_keyring *r = toc_keyring_new(&wrapping, 1);
	struct toc_key_row *rows;
	struct toc_uuid erased = toc_keyring_for(r, TOC_STR("case:1"), TOC_STR("R-ITL"))->id;
	toc_keyring_settle(r, true);
	toc_keyring_sweep(r); /* the database is asked here */
	struct toc_uuid made = toc_keyring_for(r, TOC_STR("case:2"), TOC_STR("R-ITL"))->id;
	toc_keyring_settle(r, true); /* and has it from here on */
	CHECK_INT(toc_keyring_swept(r), 1);
	CHECK(toc_keyring_by_id(r, erased) == NULL);
	CHECK(toc_uuid_eq(toc_keyring_for(r, TOC_STR("case:2"), TOC_STR("R-ITL"))->id, made));
	CHECK_INT(fresh(arena, r, &rows), 0);
	toc_keyring_free(r);
	toc_arena_free(arena);
}

CASE(until_when_a_key_is_kept_is_told_once_and_again_when_it_moves)
{
	struct toc_keyring *r = toc_keyring_new(&wrapping, 1);
	struct toc_uuid id = toc_keyring_for(r, TOC_STR("case:1"), TOC_STR("R-ITL"))->id;
	const toc_time at = { 1000 };

	CHECK(!toc_keyring_kept(r, id, at, false)); /* the database does not have it yet */
	toc_keyring_settle(r, true);
	CHECK(toc_keyring_kept(r, id, TOC_TIME_NEVER, false)); /* what another keeper has said may not hold any more */
	CHECK(!toc_keyring_kept(r, id, TOC_TIME_NEVER, true));
	CHECK(toc_keyring_kept(r, id, at, false));
	CHECK(!toc_keyring_kept(r, id, at, false));
	CHECK(toc_keyring_kept(r, id, at, true));
	toc_keyring_unsay(r);
	CHECK(toc_keyring_kept(r, id, at, true));
	toc_keyring_free(r);
}

RUN_CASES()
