/* test_retention.c: each class of retention.def to the microsecond: not before, at, and after; held; and what moves its end. */
#include "acts.h"
#include "orders.h"
#include "signals.h"

#define KEY "0f9d1f4e-2f1a-4c55-9d6e-3a0b7f1d0021"
#define HOLD "0f9d1f4e-2f1a-4c55-9d6e-3a0b7f1d0022"
#define DAYS(n) TOC_HOURS(24 * (n))

static struct toc_retention kept(const struct stage *s, const char *subject, const char *retention)
{
	struct toc_retention r = { .due = { 0 } };

	CHECK(toc_retained_until(s->w, toc_str_of(subject), toc_str_of(retention), &r));
	return r;
}

/* Would the keeper's erasure be taken at this moment? */
static bool goes(struct stage *s, const char *subject, const char *retention, int64_t at_us)
{
	struct toc_uuid exercise = s->exercise;
	toc_time now = s->now;

	s->exercise = (struct toc_uuid){ { 0 } };
	s->now.us = at_us;
	int r = stage_try(s, "", "{\"type\":\"erase\",\"body\":{\"step\":\"due\",\"subject\":\"%s\",\"retention\":\"%s\",\"key\":\"" KEY "\",\"count\":1,"
			  "\"basis\":\"retention\",\"data\":[\"1\"],\"actors\":[]}}", subject, retention);
	if (r < 0 && s->v.refusal.code != TOC_REFUSE_STATE)
		printf("  %s: %s\n", s->v.refusal.field, s->v.refusal.detail);
	CHECK(r == 0 || s->v.refusal.code == TOC_REFUSE_STATE);
	s->exercise = exercise;
	s->now = now;
	return r == 0;
}

static bool stays(struct stage *s, const char *subject, const char *retention)
{
	return kept(s, subject, retention).due.us == TOC_TIME_NEVER.us && !goes(s, subject, retention, toc_after(s->now, DAYS(20000)).us);
}

static void exactly(struct stage *s, const char *subject, const char *retention, toc_time due)
{
	CHECK_INT(kept(s, subject, retention).due.us, due.us);
	CHECK(!kept(s, subject, retention).held);
	CHECK(!goes(s, subject, retention, due.us - 1));
	CHECK(goes(s, subject, retention, due.us));
	CHECK(goes(s, subject, retention, due.us + 1));
}

/* A hold of just this subject and class stops it, however long it is due; another's does not. */
static void is_held_back(struct stage *s, const char *who, const char *kind, const char *ref, const char *retention)
{
	const char *subject = toc_arena_printf(s->a, "%s:%s", kind, ref).p;
	struct toc_uuid exercise = s->exercise;
	int64_t late = toc_after(kept(s, subject, retention).due, DAYS(1000)).us;

	s->exercise = (struct toc_uuid){ { 0 } };
	for (int other = 1; other >= 0; other--) {
		CHECK_INT(stage_act(s, who, "{\"type\":\"hold\",\"body\":{\"step\":\"set\",\"hold\":\"" HOLD "\",\"subject\":\"%s\",\"subject_ref\":\"%s\","
				    "\"classes\":[\"%s\"],\"basis\":\"file 9\"}}", kind, ref, !other ? retention : strcmp(retention, "R-ITL") ? "R-ITL" : "R-LIVE"), 0);
		CHECK(kept(s, subject, retention).held == !other);
		CHECK(goes(s, subject, retention, late) == other);
		if (other) { /* its number is used up: what is lifted is not set again */
			CHECK_INT(stage_act(s, who, "{\"type\":\"hold\",\"body\":{\"step\":\"lift\",\"hold\":\"" HOLD "\"}}"), 0);
			REFUSED(stage_act(s, who, "{\"type\":\"hold\",\"body\":{\"step\":\"set\",\"hold\":\"" HOLD "\",\"subject\":\"%s\",\"subject_ref\":\"%s\","
					  "\"classes\":[\"%s\"],\"basis\":\"file 9\"}}", kind, ref, retention), STATE, "body.hold");
			CHECK_INT(stage_act(s, who, "{\"type\":\"hold\",\"body\":{\"step\":\"set\",\"hold\":\"" KEY "\",\"subject\":\"%s\",\"subject_ref\":\"%s\","
					    "\"classes\":[\"%s\"],\"basis\":\"file 9\"}}", kind, ref, retention), 0);
			CHECK(kept(s, subject, retention).held && !goes(s, subject, retention, late));
			CHECK_INT(stage_act(s, who, "{\"type\":\"hold\",\"body\":{\"step\":\"lift\",\"hold\":\"" KEY "\"}}"), 0);
			CHECK(goes(s, subject, retention, late));
			break;
		}
	}
	s->exercise = exercise;
}

/* From here on the scenario runs as fast as the world. */
static void run(struct stage *s)
{
	CHECK_INT(stage_act(s, "CELL/controller", "{\"type\":\"exercise\",\"body\":{\"step\":\"clock\",\"action\":\"run\",\"rate_milli\":1000}}"), 0);
}

/* The incident is over; closed by two, an hour and five minutes apart. */
static void closes(struct stage *s, const char *id, const char *proposed, const char *confirmed)
{
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	stage_to(s, proposed);
	CHECK_INT(decide(s, "HUB/lead", id, "close", ""), 0);
	stage_to(s, confirmed);
	CHECK_INT(answer(s, "AIRU/second officer", id, "close", "confirm", id_of(s, "M3.propose")), 0);
}

CASE(live_data_of_an_incident_is_kept_ninety_days_after_it_was_closed_and_a_reopened_one_has_no_end)
{
	struct stage *s = begun();
	run(s);
	const char *id = active(s), *subject = toc_arena_printf(s->a, "incident:%s", id).p;

	CHECK(stays(s, subject, "R-LIVE"));
	closes(s, id, "2:00:00", "3:05:00");
	exactly(s, subject, "R-LIVE", toc_after(s->now, DAYS(90)));
	const struct toc_exercise *x = toc_find_exercise(s->w, s->exercise);
	exactly(s, subject, "R-AUDIT", toc_clock_real(x, toc_after_months(toc_clock_at(x, s->now), 60)));
	CHECK_INT(decide(s, "AIRU/duty officer", id, "reopen", ""), 0);
	exactly(s, subject, "R-LIVE", toc_after(s->now, DAYS(90))); /* one alone decides nothing */
	CHECK_INT(answer(s, "HUB/lead", id, "reopen", "confirm", id_of(s, "M3.propose")), 0);
	CHECK(stays(s, subject, "R-LIVE") && stays(s, subject, "R-AUDIT"));
	closes(s, id, "4:00:00", "5:01:00");
	exactly(s, subject, "R-LIVE", toc_after(s->now, DAYS(90)));
	is_held_back(s, "AIRU/data protection officer", "incident", id, "R-LIVE");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_incident_that_was_not_activated_is_kept_as_long)
{
	struct stage *s = begun();
	run(s);
	const char *id = assessed(s), *subject = toc_arena_printf(s->a, "incident:%s", id).p;

	CHECK(stays(s, subject, "R-LIVE"));
	CHECK_INT(decide(s, "HUB/lead", id, "not_activate", ""), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_NOT_ACTIVATED);
	exactly(s, subject, "R-LIVE", toc_after(s->now, DAYS(90)));
	stage_free(s);
}

CASE(identifiers_are_kept_thirty_days_after_the_case_ended_by_whatever_outcome)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "04:05") == 0);
	const char *id = stage_case(s, "M4.send", "StreamHarbor"), *subject = toc_arena_printf(s->a, "case:%s", id).p;

	CHECK(stays(s, subject, "R-ITL"));
	run(s);
	CHECK_INT(stage_act(s, "StreamHarbor/night responder", "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"withdraw\",\"reason\":\"mistaken\"}}", id), 0);
	const struct toc_exercise *x = toc_find_exercise(s->w, s->exercise);
	toc_time ended = toc_find_threat(s->w, toc_id_of(toc_str_of(id)))->ended_at;
	CHECK_INT(ended.us, toc_clock_at(x, s->now).us);
	exactly(s, subject, "R-ITL", toc_after(s->now, DAYS(30)));
	exactly(s, subject, "R-AUDIT", toc_clock_real(x, toc_after_months(ended, 60)));
	is_held_back(s, "StreamHarbor/data protection officer", "case", id, "R-ITL");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_order_file_is_kept_for_the_limitation_period_of_its_state_after_it_is_final)
{
	const struct orders *o = &orders_nest; /* BFP of XB to GameNest */
	struct stage *s = stage_new();
	orders_exercise(s, "2031-05-17T13:58:00Z");
	const char *order = orders_issued(s, o, "");
	const char *subject = toc_arena_printf(s->a, "order:%s", order).p;

	CHECK(orders_receipt(s, o, "M10.issue") == 0);
	toc_time preserved = toc_after_months(orders_now(s), 6);
	CHECK(orders_say(s, o->responder, "M12", order,
			 orders_answer(s, o, toc_arena_printf(s->a, "\"established_in\":\"%s\",\"measure\":\"removed\",\"measured_at\":\"%s\",\"preserved_until\":\"%s\"",
							      o->home, toc_time_str(s->a, orders_now(s)).p, toc_time_str(s->a, preserved).p).p)) == 0);
	CHECK(stays(s, subject, "R-ORDER"));
	stage_wait(s, toc_between(orders_now(s), preserved));
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_FINAL);
	const struct toc_exercise *x = toc_find_exercise(s->w, s->exercise);
	toc_time final = orders_find(s, order)->final_at;
	CHECK_INT(final.us, preserved.us);
	exactly(s, subject, "R-ORDER", toc_clock_real(x, toc_after_months(final, 60))); /* XB says nothing of it */
	is_held_back(s, "BFP/data protection officer", "order", order, "R-ORDER");
	/* a state that says less, from before it was final on; one that comes later changes nothing */
	struct toc_uuid exercise = s->exercise;
	s->exercise = (struct toc_uuid){ { 0 } };
	for (int later = 1; later >= 0; later--) {
		const char *rules = toc_arena_printf(s->a, "{\"step\":\"national\",\"cc\":\"XB\",\"version\":%d,\"valid_from\":\"%s\",\"member_state\":true,"
						     "\"limitation_months\":%d,\"desks\":[],\"not_dsa_18\":[]}", later ? 7 : 8,
						     toc_time_str(s->a, (toc_time){ final.us + (later ? 1000000 : 0) }).p, later ? 24 : 12).p;
		CHECK_INT(stage_act(s, "", "{\"type\":\"policy\",\"body\":%s}", rules), 0);
		exactly(s, subject, "R-ORDER", toc_clock_real(x, toc_after_months(final, later ? 60 : 12)));
	}
	s->exercise = exercise;
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(signals_are_kept_until_the_last_of_them_expires_and_a_new_one_moves_it)
{
	struct stage *s = signals_stage();
	run(s);
	const struct toc_exercise *x = toc_find_exercise(s->w, s->exercise);
	static const char *const expire[] = { "24:00", "48:00", "30:00" };
	int64_t last = 0;
	const char *subject = toc_arena_printf(s->a, "incident:%s", toc_uuid_str(s->a, signals_incident(s)).p).p;

	for (int i = 0; i < 3; i++) { /* the second one lasts longest */
		toc_time at = stage_time(s, expire[i]);
		CHECK_INT(signals_share(s, HARBOR, TO_ALL, toc_arena_printf(s->a, "{\"item_id\":\"" ID("b%d") "\",\"bank\":\"match\",\"signal_kind\":\"url\","
					"\"url\":\"https://x.example/%d\",\"expires_at\":\"%s\"}", i, i, toc_time_str(s->a, at).p).p, ABOUT), 0);
		last = at.us > last ? at.us : last;
		exactly(s, subject, "R-SIGNAL", toc_clock_real(x, (toc_time){ last }));
	}
	CHECK_INT(toc_clock_real(x, (toc_time){ last }).us, s->now.us + last - toc_clock_at(x, s->now).us);
	is_held_back(s, "AIRU/data protection officer", "incident", subject + strlen("incident:"), "R-SIGNAL");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(all_of_an_exercise_goes_thirty_days_of_real_time_after_its_end_whatever_its_clock_says)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "04:05") == 0);
	const char *exercise = toc_uuid_str(s->a, s->exercise).p, *subject = toc_arena_printf(s->a, "exercise:%s", exercise).p;
	const char *open = toc_arena_printf(s->a, "case:%s", stage_case(s, "M4.send", "StreamHarbor")).p;

	CHECK(stays(s, subject, "R-EXERCISE") && stays(s, open, "R-ITL"));
	CHECK_INT(stage_act(s, "CELL/controller", "{\"type\":\"exercise\",\"body\":{\"step\":\"clock\",\"action\":\"run\",\"rate_milli\":60000}}"), 0);
	s->now = toc_after(s->now, TOC_HOURS(1));
	CHECK(stays(s, subject, "R-EXERCISE"));
	CHECK_INT(stage_act(s, "CELL/controller", "{\"type\":\"exercise\",\"body\":{\"step\":\"end\"}}"), 0);
	toc_time due = toc_after(s->now, DAYS(30));
	exactly(s, subject, "R-EXERCISE", due);
	exactly(s, subject, "R-AUDIT", due);
	exactly(s, open, "R-ITL", due); /* although it never ended */
	exactly(s, open, "R-AUDIT", due);
	is_held_back(s, "AIRU/data protection officer", "exercise", exercise, "R-EXERCISE");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(who_acted_is_kept_five_calendar_years)
{
	struct stage *s = stage_new();
	const char *id = toc_uuid_str(s->a, stage_person(s, "AIRU/liaison officer")).p, *subject = toc_arena_printf(s->a, "person:%s", id).p;

	CHECK(toc_time_parse(TOC_STR("2028-02-29T23:59:59.999999Z"), &s->now, NULL) == 0); /* five years on there is no such day */
	CHECK(stays(s, subject, "R-AUDIT"));
	CHECK_INT(stage_act(s, "AIRU/admin", "{\"type\":\"person\",\"body\":{\"step\":\"leave\",\"org\":\"AIRU\",\"person\":\"%s\"}}", id), 0);
	toc_time due;
	CHECK(toc_time_parse(TOC_STR("2033-02-28T23:59:59.999999Z"), &due, NULL) == 0);
	exactly(s, subject, "R-AUDIT", due);
	is_held_back(s, "AIRU/data protection officer", "person", id, "R-AUDIT");
	CHECK(toc_time_parse(TOC_STR("2034-01-01T00:00:00Z"), &due, NULL) == 0);
	exactly(s, "org:AIRU/2028", "R-AUDIT", due);
	exactly(s, "system/2028", "R-AUDIT", due);
	stage_free(s);
}

CASE(a_hold_that_comes_between_the_question_and_the_erasure_stops_it_and_so_does_one_between_two_pieces)
{
	struct stage *s = begun();
	run(s);
	const char *id = active(s), *subject = toc_arena_printf(s->a, "incident:%s", id).p;
	static const char piece[] = "{\"type\":\"erase\",\"body\":{\"step\":\"due\",\"subject\":\"%s\",\"retention\":\"%s\",\"key\":\"" KEY "\",\"count\":1,"
				    "\"basis\":\"retention\",\"more\":true,\"data\":[\"%d\"],\"actors\":[]}}";
	static const char hold[] = "{\"type\":\"hold\",\"body\":{\"step\":\"set\",\"hold\":\"" HOLD "\",\"subject\":\"incident\",\"subject_ref\":\"%s\","
				   "\"classes\":[\"R-LIVE\"],\"basis\":\"file 9\"}}";

	closes(s, id, "2:00:00", "3:05:00");
	stage_wait(s, DAYS(90));
	CHECK_INT(stage_act(s, "", piece, subject, "R-LIVE", 1), 0);
	CHECK_INT(stage_act(s, "AIRU/data protection officer", hold, id), 0);
	REFUSED(stage_act(s, "", piece, subject, "R-LIVE", 2), STATE, "body.subject");
	CHECK(kept(s, subject, "R-AUDIT").held == false); /* of one of its classes: the others go on */
	stage_wait(s, DAYS(5 * 366));
	CHECK_INT(stage_act(s, "", piece, subject, "R-AUDIT", 3), 0);
	CHECK_INT(stage_act(s, "AIRU/data protection officer", "{\"type\":\"hold\",\"body\":{\"step\":\"lift\",\"hold\":\"" HOLD "\"}}"), 0);
	CHECK_INT(stage_act(s, "", piece, subject, "R-LIVE", 2), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
