/* Three lanes, bounded; who waits, goes in order. */
#include "check.h"

#include "keeper/intake.h"
#include "measure/metrics.h"

static struct toc_intake in;

static struct toc_work *work(bool threat, const char *org, uint64_t conn)
{
	struct toc_work *w = toc_work_new(TOC_WORK_SEND);
	w->threat = threat;
	w->principal.org = toc_arena_str(w->arena, toc_str_of(org));
	w->conn = conn;
	return w;
}

static uint64_t take(void)
{
	struct toc_work *w = toc_intake_take(&in, false);
	uint64_t conn = w ? w->conn : 0;
	toc_work_free(w);
	return conn;
}

static struct toc_limits limits;
static void init(void)
{
	toc_limits_read(NULL, &limits);
	toc_intake_init(&in, &limits);
}

CASE(threats_go_first_else_in_order_of_arrival)
{
	init();
	for (uint64_t i = 1; i <= 4; i++)
		CHECK_INT(toc_intake_put(&in, work(i % 2 == 0, "A", i)), 0);
	CHECK_INT(take(), 2);
	CHECK_INT(take(), 4);
	CHECK_INT(take(), 1);
	CHECK_INT(toc_intake_put(&in, work(true, "A", 5)), 0);
	CHECK_INT(take(), 5);
	CHECK_INT(take(), 3);
	CHECK_INT(take(), 0);
	toc_intake_done(&in);
}

CASE(threats_only_leaves_the_rest)
{
	init();
	CHECK_INT(toc_intake_put(&in, work(false, "A", 1)), 0);
	CHECK(toc_intake_take(&in, true) == NULL);
	CHECK(toc_intake_is_empty(&in, true));
	CHECK(!toc_intake_is_empty(&in, false));
	toc_intake_done(&in);
}

CASE(what_is_put_back_comes_first_and_in_order)
{
	init();
	for (uint64_t i = 1; i <= 3; i++)
		CHECK_INT(toc_intake_put(&in, work(i == 2, "A", i)), 0);
	struct toc_work *x = toc_intake_take(&in, false), *y = toc_intake_take(&in, false); /* 2, 1 */
	CHECK_INT(toc_intake_put(&in, work(true, "A", 4)), 0);
	x->outcome = TOC_WORK_ACCEPTED;
	x->next = y;
	toc_intake_put_back(&in, x);
	CHECK(x->outcome == TOC_WORK_OPEN);
	CHECK_INT(take(), 2);
	CHECK_INT(take(), 4);
	CHECK_INT(take(), 1);
	CHECK_INT(take(), 3);
	CHECK_INT(in.lane[0].n + in.lane[1].n, 0);
	CHECK_INT(in.lane[0].bytes + in.lane[1].bytes, 0);
	toc_intake_done(&in);
}

CASE(nobody_fills_the_lane_of_threats_for_the_others)
{
	init();
	for (int i = 0; i < limits.waiting_threats_per_org; i++)
		CHECK_INT(toc_intake_put(&in, work(true, "Loud", 1)), 0);
	struct toc_work *more = work(true, "Loud", 1);
	CHECK_INT(toc_intake_put(&in, more), TOC_ELIMIT);
	toc_work_free(more);
	CHECK_INT(toc_intake_put(&in, work(true, "Quiet", 2)), 0);
	(void)take();
	CHECK_INT(toc_intake_put(&in, work(true, "Loud", 3)), 0);
	toc_intake_done(&in);
}

CASE(a_full_lane_says_so)
{
	init();
	for (int i = 0; i < limits.waiting; i++)
		CHECK_INT(toc_intake_put(&in, work(false, "A", 1)), 0);
	struct toc_work *more = work(false, "B", 1);
	CHECK_INT(toc_intake_put(&in, more), TOC_ELIMIT);
	toc_work_free(more);
	CHECK_INT(toc_intake_put(&in, work(true, "B", 1)), 0); /* the other lane has room */
	toc_intake_done(&in);
}

CASE(a_lane_is_full_by_bytes_too)
{
	int64_t was = toc_metrics_read(TOC_METRIC_KEEPER_LIMIT, TOC_LIMIT_waiting_kib);
	init();
	limits.waiting_kib = 64;
	int n = 0;
	for (struct toc_work *w; toc_intake_put(&in, w = work(false, "A", 1)) == 0 || (toc_work_free(w), false);)
		n++;
	CHECK(n > 0 && n < limits.waiting);
	CHECK(in.lane[1].bytes <= 64 * 1024);
	CHECK_INT(toc_metrics_read(TOC_METRIC_KEEPER_LIMIT, TOC_LIMIT_waiting_kib), was + 1);
	CHECK_INT(toc_intake_put(&in, work(true, "B", 1)), 0); /* the other lane has room */
	toc_intake_done(&in);
}

CASE(what_is_only_asked_goes_last_and_does_not_fill_the_lane_of_what_is_sent)
{
	init();
	limits.waiting = 2;
	for (uint64_t i = 1; i <= 3; i++) {
		struct toc_work *asks = work(i == 3, "A", i); /* of a threat one asks before one sends it */
		asks->kind = TOC_WORK_PREPARE;
		CHECK_INT(toc_intake_put(&in, asks), 0);
	}
	CHECK_INT(toc_intake_put(&in, work(false, "B", 4)), 0);
	struct toc_work *x = toc_intake_take(&in, false), *y = toc_intake_take(&in, false),
			*z = toc_intake_take(&in, false);
	x->next = y;
	y->next = z;
	toc_intake_put_back(&in, x);
	CHECK_INT(take(), 3);
	CHECK_INT(take(), 4);
	CHECK_INT(take(), 1);
	CHECK_INT(take(), 2);
	CHECK_INT(take(), 0);
	toc_intake_done(&in);
}

CASE(only_m4_and_m5_are_threats)
{
	CHECK(toc_is_threat(TOC_STR("M4")));
	CHECK(toc_is_threat(TOC_STR("M4.send")));
	CHECK(toc_is_threat(TOC_STR("M5.ack")));
	CHECK(!toc_is_threat(TOC_STR("M29.disclose")));
	CHECK(!toc_is_threat(TOC_STR("M45.x")));
	CHECK(!toc_is_threat(TOC_STR("M")));
	CHECK(!toc_is_threat(TOC_STR("")));
}

RUN_CASES()
