/* test_statute.c: the law's clocks that count in weeks, months and years: T10, T13, T14, T15, T26. */
#include "acts.h"
#include "course.h"
#include "orders.h"

static const struct orders reel = { "AIRU", "AIRU/duty officer", "AIRU/second officer", "LoopReel",
				    "LoopReel/night responder", "XA", "XB", "en", 1 };

static const struct toc_timer *runs(struct stage *s, const char *timer, const char *desk)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_timer *t, *found = NULL;

	while ((t = toc_world_next(s->w, TOC_OBJECT_timer, &cursor)))
		if (toc_short_is(&t->name, toc_str_of(timer)) && toc_short_is(&t->desk, toc_str_of(desk))) {
			CHECK(!found); /* one at a time, where it is asked for so */
			found = t;
		}
	return found;
}

static const char *ends(struct stage *s, const char *timer, const char *desk)
{
	const struct toc_timer *t = runs(s, timer, desk);
	return t ? toc_time_str(s->a, t->deadline).p : "";
}

static void until(struct stage *s, const char *time)
{
	toc_time t;
	CHECK(toc_time_parse(toc_str_of(time), &t, NULL) == 0);
	stage_wait(s, toc_between(orders_now(s), t));
}

static struct toc_str last_of(struct stage *s, const char *k, const char *timer, const struct stage_entry **ret)
{
	*ret = NULL;
	for (size_t i = s->n; i-- > 0 && !*ret;)
		if (toc_str_is(s->ledger[i].e.k, k) && toc_get_is(toc_get(s->ledger[i].whole, "body"), "timer", timer))
			*ret = &s->ledger[i];
	return *ret ? toc_get_text(toc_get((*ret)->whole, "body"), "deadline") : TOC_STR("");
}

/* An order to LoopReel, issued, received and carried out. */
static const char *executed(struct stage *s, const char *reference)
{
	const char *order = orders_issued(s, &reel, toc_arena_printf(s->a, "\"order_reference\":\"%s\",\"locations\":"
								      "[{\"url\":\"https://loopreel.example/%s\"}]", reference, reference).p);
	CHECK(order != NULL);
	if (!order)
		return "";
	CHECK_INT(orders_receipt(s, &reel, "M10.issue"), 0);
	const char *members = toc_arena_printf(s->a, "\"measure\":\"removed\",\"authority_ref\":\"%s\",\"measured_at\":\"%s\","
					       "\"established_in\":\"XB\"", reference, toc_time_str(s->a, orders_now(s)).p).p;
	struct toc_value *m = stage_message(s, toc_arena_printf(s->a, "{\"type\":\"M12\"," NO_PERSONAL ",\"body\":{\"step\":\"send\","
		"\"order_ref\":\"%s\",\"addressee\":\"LoopReel\",\"authority\":\"AIRU\",\"own_ref\":\"LR\",\"received_at\":\"%s\","
		"\"hsp_name\":\"LoopReel\",\"authorised_person\":\"the night responder\",\"contact_email\":\"desk@loopreel.example.invalid\","
		"\"date\":\"%s\",\"user_informed\":\"yes\",%s}}", order, toc_time_str(s->a, orders_now(s)).p,
		toc_time_str(s->a, orders_now(s)).p, members).p);
	CHECK_INT(stage_act_value(s, reel.responder, m), 0);
	return order;
}

static struct stage *ordered(const char *t0)
{
	struct stage *s = stage_new();
	orders_exercise(s, t0);
	return s;
}

CASE(the_oversight_authority_is_told_of_each_final_order_and_of_the_second_within_twelve_months)
{
	struct stage *s = ordered("2033-02-01T10:00:00Z");
	const struct stage_entry *e;

	const char *first = executed(s, "R-1");
	until(s, "2033-05-01T10:00:00Z");
	(void)executed(s, "R-2");
	until(s, "2033-08-01T10:00:00Z"); /* six months after the measure */
	CHECK_INT(orders_find(s, first)->state, TOC_ORDER_FINAL);
	(void)last_of(s, "deadline.passed", "T8", &e);
	const struct toc_value *final = toc_get(decided_of(e), "final_orders");
	CHECK_TEXT(toc_get_text(final, "hsp"), "LoopReel");
	CHECK_INT(toc_get_int(final, "within_12_months", 0), 1);
	CHECK(!toc_get_bool(final, "may_be_exposed"));
	CHECK(stage_reads(s, e, "BMR", TOC_ROLE_LG, NULL)); /* LoopReel's representative is in Borvia */
	CHECK(!stage_reads(s, e, "BMR", TOC_ROLE_ALL & ~(TOC_ROLE_LG | TOC_ROLE_SV), NULL));
	CHECK(!stage_reads(s, e, "CDA", TOC_ROLE_ALL, NULL) && !stage_reads(s, e, "GameNest", TOC_ROLE_ALL, NULL));
	CHECK_TEXT(toc_str_of(ends(s, "T13", "LoopReel")), "2034-08-01T10:00:00.000Z");
	CHECK(!stage_timer(e, "timers_stopped", "T13", "LoopReel") && stage_timer(e, "timers_started", "T13", "LoopReel"));
	CHECK(toc_get_bool(stage_timer(e, "timers_started", "T13", "LoopReel"), "legal"));
	until(s, "2033-11-01T10:00:00Z");
	(void)last_of(s, "deadline.passed", "T8", &e);
	final = toc_get(decided_of(e), "final_orders");
	CHECK_INT(toc_get_int(final, "within_12_months", 0), 2);
	CHECK(toc_get_bool(final, "may_be_exposed"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(after_twelve_months_a_final_order_counts_no_more)
{
	struct stage *s = ordered("2033-02-01T10:00:00Z");
	const struct stage_entry *e;

	(void)executed(s, "R-1");
	until(s, "2034-02-01T10:00:01Z");
	(void)executed(s, "R-2"); /* final half a year and a second after the first one has lapsed */
	until(s, "2034-08-01T10:00:00Z");
	CHECK(!runs(s, "T13", "LoopReel"));
	CHECK_TEXT(last_of(s, "deadline.passed", "T13", &e), "2034-08-01T10:00:00.000Z");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "BMR LoopReel");
	until(s, "2034-08-01T10:00:01Z");
	(void)last_of(s, "deadline.passed", "T8", &e);
	CHECK_INT(toc_get_int(toc_get(decided_of(e), "final_orders"), "within_12_months", 0), 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_order_that_was_withdrawn_never_becomes_final)
{
	struct stage *s = ordered("2033-02-01T10:00:00Z");
	const struct stage_entry *e;

	const char *order = executed(s, "R-1");
	CHECK_INT(orders_say(s, reel.issuer, "M10", order, "\"step\":\"withdraw\",\"reason\":\"x\""), 0);
	until(s, "2033-08-01T10:00:00Z");
	(void)last_of(s, "deadline.passed", "T8", &e);
	CHECK(e && !toc_get(decided_of(e), "final_orders") && !stage_reads(s, e, "BMR", TOC_ROLE_ALL, NULL));
	CHECK(!runs(s, "T13", "LoopReel"));
	stage_free(s);
}

/* What its provider keeps down under its own terms was preserved for the order all the same. */
CASE(an_order_that_was_annulled_counts_for_nothing_even_if_its_provider_keeps_the_content_down)
{
	struct stage *s = ordered("2033-02-01T10:00:00Z");
	const struct stage_entry *e;

	const char *order = executed(s, "R-1");
	CHECK_INT(orders_say(s, "BMR/legal officer", "M15", order, "\"step\":\"own_motion\",\"opened_at\":\"2033-02-01T10:00:00Z\""), 0);
	CHECK_INT(orders_say(s, "BMR/legal officer", "M15", order,
			     "\"step\":\"intention\",\"intended_finding\":\"infringement\",\"reasons\":\"TCO 1(3)\""), 0);
	CHECK_INT(orders_say(s, "BMR/legal officer", "M15", order,
			     "\"step\":\"decision\",\"finding\":\"infringement\",\"seriousness\":\"manifest\",\"reasons\":"
			     "\"TCO 1(3)\",\"notified\":[\"issuer\",\"hsp\",\"hub\"]"), 0);
	CHECK_INT(orders_say(s, reel.responder, "M16", order,
			     "\"step\":\"reinstate\",\"cause\":\"annulled\",\"reinstated_at\":\"2033-02-01T10:00:00Z\","
			     "\"kept_down_under_terms\":true"), 0);
	until(s, "2033-08-01T10:00:00Z");
	(void)last_of(s, "deadline.passed", "T8", &e);
	CHECK(e && !toc_get(decided_of(e), "final_orders"));
	CHECK(!runs(s, "T13", "LoopReel"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

static int counted(struct stage *s, const char *from, const char *to, int pending)
{
	return stage_act(s, "LoopReel/counsel",
			 "{\"type\":\"M24\"," NO_PERSONAL ",\"body\":{\"step\":\"send\",\"basis\":\"TCO_10\",\"period\":{\"from\":"
			 "\"%s\",\"until\":\"%s\"},\"complaints\":%d,\"reinstated\":0,\"rejected\":1,\"pending\":%d}}",
			 from, to, 1 + pending, pending);
}

CASE(what_is_owed_for_a_year_is_said_at_its_end_and_due_before_march_and_in_march)
{
	struct stage *s = ordered("2031-11-03T10:00:00Z"); /* 2032 is a leap year */
	const struct stage_entry *e;

	(void)executed(s, "R-1");
	(void)executed(s, "R-2"); /* one report for both */
	CHECK_TEXT(toc_str_of(ends(s, "T14", "LoopReel")), "2032-03-01T00:00:00.000Z");
	CHECK_TEXT(toc_str_of(ends(s, "T15", "AIRU")), "2032-04-01T00:00:00.000Z");
	until(s, "2031-12-31T23:59:59Z");
	CHECK(!(last_of(s, "deadline.warned", "T14", &e), e));
	until(s, "2032-01-01T00:00:00Z");
	(void)last_of(s, "deadline.warned", "T14", &e);
	CHECK(e && toc_get_is(toc_get(e->whole, "body"), "kind", "legal"));
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "BMR LoopReel");
	(void)last_of(s, "deadline.warned", "T15", &e);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU");
	until(s, "2032-02-29T23:59:59Z");
	CHECK_INT(passed(s, "T14"), 0);
	until(s, "2032-03-01T00:00:00Z");
	CHECK_INT(passed(s, "T14"), 1);
	CHECK(runs(s, "T14", "LoopReel") && runs(s, "T14", "LoopReel")->breached);
	until(s, "2032-04-01T00:00:00Z");
	CHECK(!runs(s, "T15", "AIRU")); /* whether it was sent nobody says */
	CHECK(stage_consistent(s));
	CHECK_INT(counted(s, "2031-01-01T00:00:00Z", "2031-12-31T23:59:00Z", 0), 0); /* late */
	const struct toc_value *stopped = stage_timer(stage_last(s, "M24.send", NULL), "timers_stopped", "T14", "LoopReel");
	CHECK(stopped && !toc_get_bool(stopped, "met"));
	CHECK(!runs(s, "T14", "LoopReel"));
	stage_free(s);
}

CASE(a_report_meets_the_year_that_it_covers_and_no_other)
{
	struct stage *s = ordered("2031-11-03T10:00:00Z");

	(void)executed(s, "R-1");
	until(s, "2032-01-20T00:00:00Z");
	CHECK_INT(counted(s, "2031-07-01T00:00:00Z", "2031-12-31T00:00:00Z", 0), 0); /* half of it */
	CHECK(runs(s, "T14", "LoopReel"));
	(void)executed(s, "R-2");
	CHECK_INT(counted(s, "2031-01-01T00:00:00+01:00", "2032-01-01T00:00:00+01:00", 0), 0);
	const struct toc_value *stopped = stage_timer(stage_last(s, "M24.send", NULL), "timers_stopped", "T14", "LoopReel");
	CHECK(toc_get_bool(stopped, "met"));
	CHECK_TEXT(toc_str_of(ends(s, "T14", "LoopReel")), "2033-03-01T00:00:00.000Z"); /* of 2032 */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(complaints_that_were_pending_are_answered_within_two_weeks)
{
	struct stage *s = ordered("2033-10-31T12:00:00Z");
	const struct stage_entry *e;

	CHECK_INT(counted(s, "2033-10-01T00:00:00Z", "2033-10-30T02:30:00+02:00", 3), 0); /* summer time ends in it */
	CHECK_TEXT(toc_str_of(ends(s, "T10", "LoopReel")), "2033-11-13T00:30:00.000Z");
	CHECK_INT(counted(s, "2033-10-01T00:00:00Z", "2033-10-30T02:30:00+02:00", 1), 0); /* said again: the same */
	CHECK_TEXT(toc_str_of(ends(s, "T10", "LoopReel")), "2033-11-13T00:30:00.000Z");
	CHECK(stage_consistent(s));
	until(s, "2033-11-13T00:30:00Z");
	CHECK_TEXT(last_of(s, "deadline.passed", "T10", &e), "2033-11-13T00:30:00.000Z");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "BMR LoopReel");
	CHECK_TEXT(toc_get_text(toc_get(e->whole, "body"), "object"), toc_uuid_str(s->a, runs(s, "T10", "LoopReel")->cause).p);
	CHECK_INT(counted(s, "2033-10-01T00:00:00Z", "2033-10-30T02:30:00+02:00", 0), 0);
	CHECK(!runs(s, "T10", "LoopReel"));
	CHECK_INT(counted(s, "2033-11-01T00:00:00Z", "2033-11-12T00:00:00Z", 2), 0);
	CHECK_INT(counted(s, "2033-11-01T00:00:00Z", "2033-11-12T00:00:00Z", 0), 0); /* in time */
	until(s, "2033-12-13T00:30:00Z");
	CHECK_INT(passed(s, "T10"), 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

static int mechanism(struct stage *s, const char *incident, const char *name, const char *state, const char *since)
{
	return decide(s, "AIRU/second officer", incident, "link_activation",
		      toc_arena_printf(s->a, "\"body.linked_activations\":[{\"body\":\"the Commission\",\"mechanism\":\"%s\","
				       "\"state\":\"%s\",\"since\":\"%s\"}]", name, state, since).p);
}

CASE(measures_of_the_commission_last_three_months_and_once_three_more)
{
	struct stage *s = begun();
	const char *id = active(s);
	const struct stage_entry *e;

	REFUSED(mechanism(s, id, "DSA 36", "active", "2031-05-18T00:00:00Z"), TIME, "body.linked_activations[0].since");
	CHECK_INT(mechanism(s, id, "Content incident", "active", "2031-05-17T13:59:00Z"), 0);
	CHECK_INT(mechanism(s, id, "DSA 36", "considering", "2031-05-17T13:59:00Z"), 0);
	CHECK(!runs(s, "T26", ""));
	CHECK_INT(mechanism(s, id, "DSA 36", "active", "2030-11-30T12:00:00Z"), 0);
	CHECK_TEXT(toc_str_of(ends(s, "T26", "")), "2031-02-28T12:00:00.000Z"); /* over already: the law's time is the law's */
	stage_due(s);
	CHECK(!runs(s, "T26", ""));
	CHECK_INT(passed(s, "T26"), 1);
	CHECK_INT(mechanism(s, id, "DSA 36", "active", "2031-03-31T12:00:00Z"), 0);
	CHECK_TEXT(toc_str_of(ends(s, "T26", "")), "2031-06-30T12:00:00.000Z");
	CHECK(runs(s, "T26", "") && toc_uuid_eq(runs(s, "T26", "")->incident, find(s, id)->id));
	CHECK_INT(mechanism(s, id, "DSA 36", "active", "2031-03-31T12:00:00Z"), 0); /* said again */
	CHECK_TEXT(toc_str_of(ends(s, "T26", "")), "2031-06-30T12:00:00.000Z");
	CHECK_INT(mechanism(s, id, "DSA 36", "active", "2031-05-17T13:59:00Z"), 0); /* prolonged */
	CHECK_TEXT(toc_str_of(ends(s, "T26", "")), "2031-09-30T12:00:00.000Z");
	stage_to(s, "02:00");
	CHECK_INT(mechanism(s, id, "DSA 36", "active", "2031-05-17T13:59:30Z"), 0); /* never a second time */
	CHECK_TEXT(toc_str_of(ends(s, "T26", "")), "2031-09-30T12:00:00.000Z");
	CHECK(stage_consistent(s));
	CHECK_INT(mechanism(s, id, "DSA 36", "ended", "2031-05-17T13:59:30Z"), 0);
	CHECK(!runs(s, "T26", ""));
	(void)last_of(s, "deadline.passed", "T26", &e);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU HUB");
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* Every clock of days, months and years, met and missed; what its file expects of each is checked as it is played. */
CASE(slow_tide_plays_through_the_domain)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "slow-tide.json", NULL) == 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
