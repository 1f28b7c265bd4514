/* test_cursor.c: from the archive to the ring and back: every entry once, in order, none left out. */
#include "check.h"

#include "front/cursor.h"
#include "front/ring.h"

CASE(who_starts_at_the_tip_is_live)
{
	struct toc_cursor c;

	toc_cursor_start(&c, 99, 100, 100);
	CHECK_INT(c.state, TOC_CURSOR_LIVE);
	CHECK_INT(c.next, 100);
	CHECK_INT(c.last, 99);
}

CASE(from_the_very_beginning_is_minus_one)
{
	struct toc_cursor c;

	toc_cursor_start(&c, -1, 5, 9);
	CHECK_INT(c.state, TOC_CURSOR_BEHIND);
	CHECK_INT(c.next, 0);
	CHECK_INT(c.last, -1);
	toc_cursor_start(&c, -1, 0, 9);
	CHECK_INT(c.state, TOC_CURSOR_LIVE);
}

CASE(history_is_handed_on_once_and_then_the_ring_takes_over)
{
	struct toc_cursor c;

	toc_cursor_start(&c, 9, 50, 60);
	CHECK_INT(c.state, TOC_CURSOR_BEHIND);
	toc_cursor_asked(&c);
	CHECK(toc_cursor_history(&c, 12));
	CHECK(!toc_cursor_history(&c, 12));
	CHECK(!toc_cursor_history(&c, 11));
	CHECK(toc_cursor_history(&c, 30));
	CHECK(toc_cursor_history_end(&c, 40, 50, 61));
	CHECK_INT(c.state, TOC_CURSOR_BEHIND);
	toc_cursor_asked(&c);
	CHECK(toc_cursor_history_end(&c, 55, 50, 62));
	CHECK_INT(c.state, TOC_CURSOR_LIVE);
	CHECK_INT(c.next, 55);
	CHECK_INT(c.last, 30);
	CHECK(!toc_cursor_history(&c, 70));
}

CASE(an_archive_that_knows_more_than_the_ring_makes_the_reader_wait_and_not_repeat)
{
	struct toc_cursor c;

	toc_cursor_start(&c, -1, 10, 10);
	toc_cursor_asked(&c);
	CHECK(toc_cursor_history(&c, 10));
	CHECK(toc_cursor_history_end(&c, 11, 10, 10));
	CHECK_INT(c.state, TOC_CURSOR_LIVE);
	CHECK_INT(c.next, 11);
}

CASE(an_archive_that_knows_less_brings_nobody_on)
{
	struct toc_cursor c;

	toc_cursor_start(&c, 94, 100, 100);
	toc_cursor_asked(&c);
	CHECK(!toc_cursor_history_end(&c, 95, 100, 100));
	CHECK_INT(c.state, TOC_CURSOR_BEHIND);
}

CASE(a_lost_archive_is_asked_again_from_where_it_stopped)
{
	struct toc_cursor c;

	toc_cursor_start(&c, -1, 10, 10);
	toc_cursor_asked(&c);
	CHECK(toc_cursor_history(&c, 4));
	toc_cursor_lost(&c);
	CHECK_INT(c.state, TOC_CURSOR_BEHIND);
	CHECK_INT(c.next, 5);
	CHECK(!toc_cursor_history(&c, 5));
}

/* A ledger, a ring that forgets, an archive that answers in pieces and dies, and a reader that is served by turns:
 * whatever the order of events, he ends with exactly what is his. */
CASE(whatever_happens_a_reader_gets_his_entries_once_and_in_order)
{
	uint32_t random = 2463534242u;
#define DICE(n) ((random ^= random << 13, random ^= random >> 17, random ^= random << 5, random) % (n))

	for (int round = 0; round < 400; round++) {
		struct toc_ring *r = toc_ring_new(4096, 8);
		const struct toc_admitted mine[] = { { toc_ring_org(r, TOC_STR("NORTH")), 1 } };
		const struct toc_admitted other[] = { { toc_ring_org(r, TOC_STR("SOUTH")), 1 } };
		const struct toc_eyes eyes = { 0, 1, false };
		bool is_mine[400], got[400] = { false };
		uint64_t ledger = DICE(50), archive_at = 0;
		struct toc_cursor c;

		for (size_t i = 0; i < 400; i++)
			is_mine[i] = DICE(3) != 0;
		toc_ring_reset(r, ledger);
		int64_t from = (int64_t)DICE(ledger + 1) - 1;
		toc_cursor_start(&c, from, toc_ring_tail(r), toc_ring_head(r));
		int64_t last = from;
#define HAND_ON(seq)                                                             \
	do {                                                                     \
		CHECK((int64_t)(seq) > last);                                    \
		CHECK(is_mine[seq] && !got[seq]);                                \
		got[seq] = true;                                                 \
		last = (int64_t)(seq);                                           \
	} while (0)
		for (int step = 0; step < 600 || c.state != TOC_CURSOR_LIVE || c.next < ledger; step++) {
			uint64_t tail = toc_ring_tail(r), head = toc_ring_head(r);
			if (step < 600 && ledger < 400 && DICE(2)) { /* an entry is committed and published */
				struct toc_rendering x = { .admitted = is_mine[ledger] ? mine : other,
					                   .n_admitted = 1, .json = TOC_STR("{}") };
				ledger++;
				if (DICE(40) == 0)
					toc_ring_reset(r, ledger); /* the keeper was restarted */
				else
					CHECK_INT(toc_ring_publish(r, &x, 1), 0);
				toc_cursor_settle(&c, toc_ring_tail(r), toc_ring_head(r));
			} else if (c.state == TOC_CURSOR_BEHIND) {
				toc_cursor_asked(&c);
				archive_at = c.next;
			} else if (c.state == TOC_CURSOR_READING && DICE(20) == 0 && step < 600) {
				toc_cursor_lost(&c);
			} else if (c.state == TOC_CURSOR_READING) {
				for (uint64_t n = DICE(5); n > 0 && archive_at < ledger; n--, archive_at++)
					if (is_mine[archive_at] && toc_cursor_history(&c, archive_at))
						HAND_ON(archive_at);
				if (DICE(3) == 0)
					(void)toc_cursor_history_end(&c, archive_at, tail, head);
			} else if (c.state == TOC_CURSOR_LIVE && c.next < head && DICE(3) == 0) {
				struct toc_framed f;
				uint64_t at = c.next;
				int64_t handed = -1;
				for (uint64_t n = 1 + DICE(4); n > 0 && toc_ring_next(r, eyes, &at, &f); n--) {
					HAND_ON(f.seq);
					handed = (int64_t)f.seq;
				}
				toc_cursor_advance(&c, at, handed);
			}
			CHECK_INT(c.last, last);
		}
		for (uint64_t seq = (uint64_t)(from + 1); seq < ledger; seq++)
			CHECK(got[seq] == is_mine[seq]);
		toc_ring_free(r);
	}
}

RUN_CASES()
