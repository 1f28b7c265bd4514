/* test_order_answer.c: what follows the issue of a removal order: its receipt, its hours and their answers, what is kept.
 * Source: rules b.3, M12 to M14, T1 to T3, T8; h.4 with its fixed answers. */
#include "order_case.h"

CASE(the_hour_starts_with_the_first_provable_receipt)
{
	const struct orders *o = &orders_nest;
	const char *order;
	struct stage *s = begun(o, &order);
	stage_wait(s, TOC_SECONDS(20));
	/* a call that somebody says they made proves nothing */
	CHECK(stage_act(s, "HUB/duty officer",
			"{\"type\":\"M19\",\"body\":{\"step\":\"outreach\",\"message_ref\":\"%s\",\"recipient_org\":\"GameNest\","
			"\"channel\":\"phone\",\"state\":\"delivered\",\"at\":\"%s\",\"actor_kind\":\"human\"}}",
			stage_id(s, "M10.issue", NULL), toc_time_str(s->a, NOW).p) < 0);
	CHECK(running(s, "T1", o, order) == NULL);
	CHECK(orders_receipt(s, o, "M10.issue") == 0);
	toc_time received = NOW;
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_DELIVERED);
	CHECK(running(s, "T1", o, order)->deadline.us == received.us + TOC_HOURS(1).us);
	/* the same order by another way, later */
	stage_wait(s, TOC_MINUTES(3));
	CHECK(stage_act(s, o->responder,
			"{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\",\"recipient_org\":\"GameNest\","
			"\"channel\":\"console\",\"state\":\"seen\",\"at\":\"%s\",\"actor_kind\":\"human\"}}",
			stage_id(s, "M10.issue", NULL), toc_time_str(s->a, NOW).p) == 0);
	CHECK(orders_find(s, order)->received_at.us == received.us);
	CHECK(running(s, "T1", o, order)->deadline.us == received.us + TOC_HOURS(1).us);
	CHECK_INT(orders_find(s, order)->hours, 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_person_who_reads_it_has_it)
{
	const struct orders *o = &orders_pond; /* it has no gateway */
	const char *order;
	struct stage *s = begun(o, &order);
	CHECK(stage_act(s, o->responder,
			"{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\",\"recipient_org\":\"PastePond\","
			"\"channel\":\"console\",\"state\":\"seen\",\"at\":\"%s\",\"actor_kind\":\"human\"}}",
			stage_id(s, "M10.issue", NULL), toc_time_str(s->a, NOW).p) == 0);
	CHECK(running(s, "T1", o, order) != NULL);
	stage_free(s);
}

CASE(warned_at_15_5_and_1_and_overdue_at_the_end)
{
	const struct orders *o = &orders_nest;
	const char *order;
	struct stage *s = begun(o, &order);
	CHECK(orders_receipt(s, o, "M10.issue") == 0);
	stage_wait(s, TOC_MINUTES(44));
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 0);
	for (int i = 1; i <= 3; i++) {
		stage_wait(s, i == 1 ? TOC_MINUTES(1) : i == 2 ? TOC_MINUTES(10) : TOC_MINUTES(4));
		CHECK_INT(stage_count(s, "deadline.warned", NULL), i);
	}
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "deadline.warned", NULL))), "BFP GameNest");
	CHECK(!stage_reads(s, stage_last(s, "deadline.warned", NULL), "BFP", TOC_ROLE_DU, NULL));
	CHECK(stage_reads(s, stage_last(s, "deadline.warned", NULL), "BFP", TOC_ROLE_OC, NULL));
	CHECK(!orders_find(s, order)->overdue);
	stage_wait(s, TOC_MINUTES(1));
	CHECK(orders_find(s, order)->overdue);
	CHECK_INT(orders_find(s, order)->breached, 1);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_DELIVERED); /* a flag, no state */
	/* done within the hour, told after it: nothing was missed */
	stage_wait(s, TOC_MINUTES(2));
	CHECK(orders_say(s, o->responder, "M12", order,
			 done_at(s, o, (toc_time){ NOW.us - TOC_MINUTES(3).us })) == 0);
	CHECK(toc_get_bool(stage_timer(stage_last(s, "M12.send", NULL), "timers_stopped", "T1", "GameNest"), "met"));
	CHECK(!orders_find(s, order)->overdue);
	CHECK_INT(orders_find(s, order)->breached, 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_measure_after_the_hour_has_missed_it)
{
	const struct orders *o = &orders_nest;
	const char *order;
	struct stage *s = begun(o, &order);
	CHECK(orders_receipt(s, o, "M10.issue") == 0);
	stage_wait(s, TOC_MINUTES(62));
	CHECK(orders_say(s, o->responder, "M12", order, done_at(s, o, (toc_time){ NOW.us - TOC_MINUTES(1).us })) == 0);
	CHECK(!toc_get_bool(stage_timer(stage_last(s, "M12.send", NULL), "timers_stopped", "T1", "GameNest"), "met"));
	CHECK_INT(orders_find(s, order)->breached, 1);
	CHECK(!orders_find(s, order)->overdue);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_EXECUTED);
	stage_free(s);
}

CASE(what_was_removed_before_the_order_came_is_in_time)
{
	const struct orders *o = &orders_nest;
	const char *order;
	struct stage *s = begun(o, &order);
	toc_time before = { NOW.us - TOC_MINUTES(4).us }; /* from a referral */
	stage_wait(s, TOC_SECONDS(20));
	CHECK(orders_receipt(s, o, "M10.issue") == 0);
	stage_wait(s, TOC_MINUTES(1));
	CHECK(orders_say(s, o->responder, "M12", order, done_at(s, o, before)) == 0);
	const struct toc_value *t1 = stage_timer(stage_last(s, "M12.send", NULL), "timers_stopped", "T1", "GameNest");
	CHECK(toc_get_bool(t1, "met"));
	CHECK(running(s, "T1", o, order) == NULL);
	/* what is kept is kept from the measure; whom to tell there was only since the order */
	CHECK(running(s, "T8", o, order)->deadline.us == toc_after_months(before, 6).us);
	CHECK_INT(toc_get_int(stage_timer(stage_last(s, "M12.send", NULL), "timers_stopped", "T3", "GameNest"), "took_ms", 0), 60000);
	stage_free(s);
}

CASE(a_clock_that_is_ten_minutes_ahead_is_not_believed)
{
	const struct orders *o = &orders_nest;
	const char *order;
	struct stage *s = begun(o, &order);
	CHECK(orders_receipt(s, o, "M10.issue") == 0);
	stage_wait(s, TOC_MINUTES(30));
	REFUSED(orders_say(s, o->responder, "M12", order,
			   done_at(s, o, (toc_time){ NOW.us + TOC_MINUTES(10).us })),
		TIME, "body.measured_at");
	/* the time that it says it was sent at decides nothing */
	CHECK(stage_act(s, o->responder, "{\"type\":\"M12\",\"sent_at\":\"%s\",\"body\":{\"order_ref\":\"%s\",%s}}",
			toc_time_str(s->a, (toc_time){ NOW.us + TOC_MINUTES(10).us }).p, order,
			done_at(s, o, NOW)) == 0);
	CHECK_INT(toc_get_int(stage_timer(stage_last(s, "M12.send", NULL), "timers_stopped", "T1", "GameNest"), "took_ms",
			      0),
		  30 * 60000);
	stage_free(s);
}

CASE(items_have_outcomes_of_their_own)
{
	struct orders o = orders_nest;
	const char *order;
	o.items = 3;
	struct stage *s = begun(&o, &order);
	CHECK(orders_receipt(s, &o, "M10.issue") == 0);
	stage_wait(s, TOC_MINUTES(10));
	const char *now = toc_time_str(s->a, NOW).p;
	CHECK(orders_say(s, o.responder, "M12", order,
			 toc_arena_printf(s->a,
					  "%s,\"item_outcomes\":[{\"item\":1,\"measure\":\"removed\",\"measured_at\":\"%s\"}]",
					  done_at(s, &o, NOW), now)
				 .p) == 0);
	CHECK_INT(orders_find(s, order)->items[0].state, TOC_ORDERED_REMOVED);
	CHECK_INT(orders_find(s, order)->items[1].state, TOC_ORDERED_PENDING);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_DELIVERED);
	CHECK(running(s, "T1", &o, order) != NULL); /* two are left */
	REFUSED(orders_say(s, o.responder, "M12", order,
			   toc_arena_printf(s->a,
					    "%s,\"item_outcomes\":[{\"item\":1,\"measure\":\"disabled\",\"measured_at\":\"%s\"}]",
					    done_at(s, &o, NOW), now)
				   .p),
		STATE, "body.item_outcomes.item");
	REFUSED(orders_say(s, o.responder, "M13", order,
			   toc_arena_printf(s->a, "%s,\"items\":[4]", cannot(s, &o, OBSTACLE)).p),
		BAD_VALUE, "body.items");
	REFUSED(orders_say(s, o.responder, "M13", order,
			   toc_arena_printf(s->a, "%s,\"items\":[2,2]", cannot(s, &o, OBSTACLE)).p),
		BAD_VALUE, "body.items[1]");
	CHECK(orders_say(s, o.responder, "M13", order,
			 toc_arena_printf(s->a, "%s,\"items\":[2]", cannot(s, &o, OBSTACLE)).p) == 0);
	CHECK(running(s, "T1", &o, order) != NULL);
	CHECK(orders_say(s, o.responder, "M13", order, cannot(s, &o, DEFECT)) == 0); /* the rest: 2 and 3 */
	CHECK_INT(orders_find(s, order)->items[2].state, TOC_ORDERED_DEFECTIVE);
	CHECK(running(s, "T1", &o, order) == NULL);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_DEFECTIVE);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_obstacle_ends_and_a_new_hour_starts)
{
	const struct orders *o = &orders_nest;
	const char *order;
	struct stage *s = begun(o, &order);
	CHECK(orders_receipt(s, o, "M10.issue") == 0);
	stage_wait(s, TOC_MINUTES(50));
	CHECK(orders_say(s, o->responder, "M13", order, cannot(s, o, OBSTACLE)) == 0);
	const struct toc_value *t1 = stage_timer(stage_last(s, "M13.send", NULL), "timers_stopped", "T1", "GameNest");
	CHECK_TEXT(toc_get_text(t1, "closed"), "not_running");
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_IMPOSSIBLE);
	stage_wait(s, TOC_HOURS(5)); /* nothing runs */
	CHECK_INT(orders_find(s, order)->breached, 0);
	const char *ended = toc_time_str(s->a, (toc_time){ NOW.us - TOC_MINUTES(2).us }).p;
	REFUSED(orders_say(s, o->issuer, "M14", order,
			   toc_arena_printf(s->a, "\"kind\":\"clarification\",\"content\":\"x\",\"at\":\"%s\"", ended).p),
		STATE, "body.kind");
	CHECK(orders_say(s, o->responder, "M14", order,
			 toc_arena_printf(s->a, "\"kind\":\"obstacle_ended\",\"at\":\"%s\"", ended).p) == 0);
	CHECK(running(s, "T1b", o, order)->deadline.us == NOW.us + TOC_MINUTES(58).us); /* since it ended */
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_OBSTACLE_ENDED);
	CHECK_INT(orders_find(s, order)->hours, 2);
	stage_wait(s, TOC_MINUTES(30));
	CHECK(orders_say(s, o->responder, "M12", order, done_at(s, o, NOW)) == 0);
	CHECK(toc_get_bool(stage_timer(stage_last(s, "M12.send", NULL), "timers_stopped", "T1b", "GameNest"), "met"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(items_that_were_clarified_one_after_the_other_have_an_hour_each)
{
	struct orders o = orders_nest;
	const char *order;
	o.items = 3;
	struct stage *s = begun(&o, &order);
	CHECK(orders_receipt(s, &o, "M10.issue") == 0);
	stage_wait(s, TOC_MINUTES(5));
	CHECK(orders_say(s, o.responder, "M13", order, toc_arena_printf(s->a, "%s,\"items\":[2]", cannot(s, &o, DEFECT)).p) == 0);
	stage_wait(s, TOC_MINUTES(5));
#define CLARIFY toc_arena_printf(s->a, "\"kind\":\"clarification\",\"content\":\"x\",\"at\":\"%s\"", toc_time_str(s->a, NOW).p).p
	CHECK(orders_say(s, o.issuer, "M14", order, CLARIFY) == 0);
	CHECK(orders_receipt(s, &o, "M14.clarification") == 0);
	toc_time second = NOW;
	stage_wait(s, TOC_MINUTES(20));
	CHECK(orders_say(s, o.responder, "M13", order, toc_arena_printf(s->a, "%s,\"items\":[3]", cannot(s, &o, DEFECT)).p) == 0);
	CHECK(orders_say(s, o.issuer, "M14", order, CLARIFY) == 0);
	CHECK(orders_receipt(s, &o, "M14.clarification") == 0);
	const struct toc_order *is = orders_find(s, order);
	const struct toc_timer *hour[] = { toc_hour_of_item(s->w, is, 0), toc_hour_of_item(s->w, is, 1), toc_hour_of_item(s->w, is, 2) };
	CHECK(hour[0] && hour[1] && hour[2] && hour[0] != hour[1] && hour[1] != hour[2]);
	CHECK(hour[1]->deadline.us == second.us + TOC_HOURS(1).us); /* not moved by the third item's */
	CHECK(hour[2]->starts.us == NOW.us);
	/* the first is done within its hour, the third one too, after the first hour has ended: that missed nothing */
	stage_wait(s, TOC_MINUTES(20));
#define DONE(n) toc_arena_printf(s->a, "%s,\"item_outcomes\":[{\"item\":" n ",\"measure\":\"removed\",\"measured_at\":\"%s\"}]", \
				 done_at(s, &o, NOW), toc_time_str(s->a, NOW).p).p
	CHECK(orders_say(s, o.responder, "M12", order, DONE("1")) == 0);
	CHECK(toc_get_bool(stage_timer(stage_last(s, "M12.send", NULL), "timers_stopped", "T1", "GameNest"), "met"));
	stage_wait(s, TOC_MINUTES(22)); /* the second's hour is over, and nothing was done */
	CHECK(orders_find(s, order)->overdue);
	CHECK(orders_say(s, o.responder, "M12", order, DONE("3")) == 0);
	CHECK(toc_get_bool(stage_timer(stage_last(s, "M12.send", NULL), "timers_stopped", "T1c", "GameNest"), "met"));
	CHECK(orders_find(s, order)->overdue); /* still: the second */
	CHECK(orders_say(s, o.responder, "M12", order, done_at(s, &o, NOW)) == 0);
	CHECK(!orders_find(s, order)->overdue);
	CHECK_INT(orders_find(s, order)->hours, 3);
	CHECK_INT(orders_find(s, order)->breached, 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_answer_proves_that_the_order_was_received)
{
	struct orders o = orders_nest;
	const char *order;
	o.items = 2;
	struct stage *s = begun(&o, &order);
	stage_wait(s, TOC_MINUTES(3));
	CHECK(orders_say(s, o.responder, "M12", order, DONE("1")) == 0);
	CHECK(running(s, "T1", &o, order)->starts.us == NOW.us); /* the other one within an hour of that */
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_DELIVERED);
	CHECK(orders_receipt(s, &o, "M10.issue") == 0); /* proves nothing new */
	CHECK_INT(orders_find(s, order)->hours, 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_clarification_that_nobody_waits_for_any_more_opens_no_hour)
{
	const struct orders *o = &orders_nest;
	const char *order;
	struct stage *s = begun(o, &order);
	CHECK(orders_receipt(s, o, "M10.issue") == 0);
	CHECK(orders_say(s, o->responder, "M13", order, cannot(s, o, DEFECT)) == 0);
	CHECK(orders_say(s, o->issuer, "M14", order, CLARIFY) == 0);
	CHECK(orders_say(s, o->responder, "M12", order, done_at(s, o, NOW)) == 0);
	CHECK(orders_receipt(s, o, "M14.clarification") == 0);
	CHECK_INT(orders_find(s, order)->hours, 1);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_EXECUTED);
	stage_free(s);
}

CASE(told_by_the_authority_the_hour_starts_when_the_provider_has_it)
{
	const struct orders *o = &orders_nest;
	const char *order;
	struct stage *s = begun(o, &order);
	CHECK(orders_receipt(s, o, "M10.issue") == 0);
	CHECK(orders_say(s, o->responder, "M13", order, cannot(s, o, OBSTACLE)) == 0);
	stage_wait(s, TOC_MINUTES(90));
	CHECK(orders_say(s, o->issuer, "M14", order,
			 toc_arena_printf(s->a, "\"kind\":\"obstacle_ended\",\"at\":\"%s\"",
					  toc_time_str(s->a, (toc_time){ NOW.us - TOC_MINUTES(80).us }).p)
				 .p) == 0);
	CHECK(running(s, "T1b", o, order) == NULL);
	stage_wait(s, TOC_MINUTES(7));
	CHECK(orders_receipt(s, o, "M14.obstacle_ended") == 0);
	CHECK(running(s, "T1b", o, order)->starts.us == NOW.us);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(kept_for_six_months_of_the_calendar_and_final_after_them)
{
	const struct orders *o = &orders_nest;
	const char *order;
	struct stage *s = begun(o, &order);
	CHECK(orders_receipt(s, o, "M10.issue") == 0);
	toc_time due = toc_after_months(NOW, 6);
	REFUSED(orders_say(s, o->responder, "M12", order,
			   toc_arena_printf(s->a, "%s,\"preserved_until\":\"%s\"", done_at(s, o, NOW),
					    toc_time_str(s->a, (toc_time){ due.us - 1 }).p)
				   .p),
		TIME, "body.preserved_until");
	CHECK(orders_say(s, o->responder, "M12", order,
			 toc_arena_printf(s->a, "%s,\"preserved_until\":\"%s\"", done_at(s, o, NOW),
					  toc_time_str(s->a, due).p)
				 .p) == 0);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_PRESERVED);
	stage_wait(s, toc_between(NOW, due));
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_FINAL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- h.4: an order across the end of summer time ---- */

static toc_time utc(const char *text)
{
	toc_time t;
	CHECK(toc_time_parse(toc_str_of(text), &t, NULL) == 0);
	return t;
}

static void at_utc(struct stage *s, const char *text)
{
	stage_wait(s, toc_between(NOW, utc(text)));
}

static int64_t seconds(toc_time from, toc_time to)
{
	return toc_between(from, to).us / 1000000;
}

CASE(the_clock_case_has_its_fixed_answers)
{
	const struct orders *o = &orders_nest;
	struct stage *s = stage_new();
	orders_exercise(s, "2033-10-03T08:00:00Z");
	orders_informed(s, o);
	at_utc(s, "2033-10-30T00:24:50Z");
	const char *order = orders_issued(s, o, CALM);
	CHECK(order != NULL);
	const struct toc_value *issued = toc_get(toc_at(toc_get(decided(s, "M10.issue"), "orders"), 0), "issued");
	CHECK(toc_get_bool(issued, "cross_border"));
	CHECK_TEXT(toc_get_text(issued, "home_authority"), "CDA");
	at_utc(s, "2033-10-30T00:25:10Z");
	CHECK(orders_receipt(s, o, "M10.issue") == 0);
	CHECK(running(s, "T1", o, order)->deadline.us == utc("2033-10-30T01:25:10Z").us);
	/* the same reading of the clock on the wall, with another offset */
	CHECK(utc("2033-10-30T02:25:10+01:00").us == utc("2033-10-30T01:25:10Z").us);
	CHECK(utc("2033-10-30T02:25:10+02:00").us == utc("2033-10-30T00:25:10Z").us);
	at_utc(s, "2033-10-30T00:51:40Z");
	CHECK(orders_say(s, o->responder, "M13", order, cannot(s, o, DEFECT)) == 0);
	const struct stage_entry *m13 = stage_last(s, "M13.send", NULL);
	const struct toc_value *t1 = stage_timer(m13, "timers_stopped", "T1", "GameNest");
	CHECK_TEXT(toc_get_text(t1, "closed"), "not_running");
	CHECK_INT(toc_get_int(t1, "left_ms", 0), (33 * 60 + 30) * 1000);
	at_utc(s, "2033-10-30T01:05:00Z");
	CHECK(orders_say(s, o->issuer, "M14", order,
			 "\"kind\":\"clarification\",\"content\":\"the whole address\",\"at\":\"2033-10-30T02:05:00+01:00\"") ==
	      0);
	CHECK(orders_receipt(s, o, "M14.clarification") == 0);
	CHECK(running(s, "T1c", o, order)->deadline.us == utc("2033-10-30T02:05:00Z").us);
	CHECK(utc("2033-10-30T03:05:00+01:00").us == utc("2033-10-30T02:05:00Z").us);
	CHECK(stage_last(s, "M14.clarification", NULL)->e.seq > m13->e.seq);
	at_utc(s, "2033-10-30T02:01:00Z");
	toc_time measured = utc("2033-10-30T02:58:20+01:00");
	CHECK(orders_say(s, o->responder, "M12", order, done_at(s, o, measured)) == 0);
	const struct stage_entry *m12 = stage_last(s, "M12.send", NULL);
	const struct toc_value *t1c = stage_timer(m12, "timers_stopped", "T1c", "GameNest"),
			       *t3 = stage_timer(m12, "timers_stopped", "T3", "GameNest");
	const struct toc_order *is = orders_find(s, order);
	CHECK_INT(seconds(is->received_at, utc("2033-10-30T00:51:40Z")), 26 * 60 + 30);
	CHECK_INT(seconds(utc("2033-10-30T00:51:40Z"), utc("2033-10-30T01:05:00Z")), 13 * 60 + 20);
	CHECK_INT(is->hours, 2);
	CHECK_INT(is->breached, 0);
	CHECK(toc_get_bool(t1c, "met"));
	CHECK_INT(toc_get_int(t1c, "left_ms", 0), (6 * 60 + 40) * 1000);
	CHECK_INT(seconds(is->received_at, measured), 3600 + 33 * 60 + 10);
	CHECK(toc_get_bool(t3, "met"));
	CHECK_INT(toc_get_int(t3, "took_ms", 0), (2 * 60 + 40) * 1000);
	CHECK(toc_get_time(t3, "deadline", TOC_TIME_NEVER).us == utc("2033-10-30T02:13:20Z").us);
	CHECK(running(s, "T8", o, order)->deadline.us == utc("2034-04-30T01:58:20Z").us);
	CHECK(utc("2034-04-30T03:58:20+02:00").us == utc("2034-04-30T01:58:20Z").us);
	CHECK_TEXT(toc_str_of(stage_readers(s, m12)), "BFP CDA GameNest HUB");
	CHECK_INT(stage_count(s, "deadline.passed", NULL), 1); /* the twelve hours before the order (T2) */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_clock_case_plays_as_an_exercise)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "short-night.json", NULL) == 0);
	const struct stage_entry *done = stage_named(s, "executed");
	CHECK_INT(toc_get_int(stage_timer(done, "timers_stopped", "T1c", "GameNest"), "left_ms", 0), (6 * 60 + 40) * 1000);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- what cannot have been ---- */

static const char *reinstated(struct stage *s, const char *at, const char *more)
{
	return toc_arena_printf(s->a, "\"step\":\"reinstate\",\"cause\":\"withdrawn\",\"reinstated_at\":\"%s\",\"kept_down_under_terms\":false%s", at, more).p;
}

CASE(content_comes_back_once_and_not_before_it_was_removed)
{
	const struct orders *o = &orders_nest;
	struct stage *s = stage_new();

	orders_exercise(s, "2033-02-01T10:00:00Z");
	orders_informed(s, o);
	const char *order = orders_issued(s, o, "");
	CHECK(order && orders_receipt(s, o, "M10.issue") == 0);
	stage_wait(s, TOC_MINUTES(10));
	CHECK_INT(orders_say(s, o->responder, "M12", order, orders_answer(s, o, toc_arena_printf(s->a,
		"\"established_in\":\"XC\",\"measure\":\"removed\",\"measured_at\":\"%s\"", toc_time_str(s->a, orders_now(s)).p).p)), 0);
	CHECK_INT(orders_say(s, o->issuer, "M10", order, "\"step\":\"withdraw\",\"reason\":\"x\""), 0);
	CHECK_INT(orders_say(s, o->responder, "M16", order, reinstated(s, "2033-02-01T10:05:00Z", "")), -1);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_TIME);
	CHECK_INT(orders_say(s, o->responder, "M16", order, reinstated(s, "1970-01-01T00:00:00Z", ",\"items\":[1]")), -1);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_TIME);
	CHECK_INT(orders_say(s, o->responder, "M16", order, reinstated(s, toc_time_str(s->a, orders_now(s)).p, "")), 0);
	toc_time back = orders_find(s, order)->items[0].at;
	stage_wait(s, TOC_MINUTES(10));
	for (size_t i = 0; i < 2; i++) {
		CHECK_INT(orders_say(s, o->responder, "M16", order, reinstated(s, toc_time_str(s->a, orders_now(s)).p, i ? ",\"items\":[1]" : "")), -1);
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	}
	CHECK_INT(orders_find(s, order)->items[0].at.us, back.us);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_answer_on_paper_is_not_older_than_the_order)
{
	const struct orders *o = &orders_nest;
	static const char *const types[] = { "M12", "M13" };
	static const char *const times[] = { "\"reported\":{\"sent_at\":\"1970-01-01T00:00:00Z\",\"channel\":\"e-mail\"}",
					     "\"reported\":{\"sent_at\":\"2033-02-01T10:00:00Z\",\"received_at\":\"2033-01-31T23:59:59Z\",\"channel\":\"e-mail\"}" };

	for (size_t i = 0; i < 4; i++) {
		struct stage *s = stage_new();
		orders_exercise(s, "2033-02-01T10:00:00Z");
		orders_informed(s, o);
		const char *order = orders_issued(s, o, "");
		CHECK(order && orders_receipt(s, o, "M10.issue") == 0);
		const char *what = i & 1 ? "\"reasons\":[\"force_majeure\"],\"explanation\":\"x\""
					 : "\"established_in\":\"XC\",\"measure\":\"removed\",\"measured_at\":\"2033-02-01T10:00:00Z\"";
		CHECK_INT(orders_say(s, o->responder, types[i & 1], order, orders_answer(s, o, toc_arena_printf(s->a, "%s,%s", what, times[i / 2]).p)), -1);
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_TIME);
		CHECK_TEXT(toc_str_of(s->v.refusal.field), i < 2 ? "body.reported.sent_at" : "body.reported.received_at");
		CHECK_INT(orders_find(s, order)->state, TOC_ORDER_DELIVERED);
		stage_free(s);
	}
}

RUN_CASES()
