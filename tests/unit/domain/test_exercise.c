/* test_exercise.c: exercises keep to themselves, and their clock is what control says it is. */
#include "check.h"
#include "stage.h"

#define REFUSED(call, why)                                                                                   \
	do {                                                                                                 \
		CHECK((call) < 0);                                                                           \
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_##why);                                              \
		CHECK_INT(s->v.n, 0);                                                                        \
	} while (0)
#define GAME "GameNest/night responder"
#define UNKNOWN "\"concerned_states\":null,\"state_unknown\":{\"unknown\":true,\"reason\":\"x\"}"

static int clock_act(struct stage *s, const char *who, const char *action)
{
	return stage_act(s, who, "{\"type\":\"exercise\",\"body\":{\"step\":\"clock\",%s}}", action);
}

static const struct toc_exercise *lantern(struct stage *s)
{
	return toc_find_exercise(s->w, s->exercise);
}

CASE(the_clock_stands_at_t0_until_control_moves_it)
{
	struct stage *s = stage_new();
	CHECK(toc_clock_at(lantern(s), toc_after(s->now, TOC_HOURS(3))).us == lantern(s)->t0.us);
	CHECK_TEXT(toc_short_str(&lantern(s)->control), "CELL");
	stage_free(s);
}

CASE(run_stop_step_and_jump)
{
	struct stage *s = stage_new();
	CHECK(clock_act(s, "CELL/controller", "\"action\":\"run\",\"rate_milli\":2000") == 0);
	s->now = toc_after(s->now, TOC_SECONDS(30));
	CHECK(toc_clock_at(lantern(s), s->now).us == stage_time(s, "01:00").us); /* twice as fast */
	CHECK(clock_act(s, "CELL/controller", "\"action\":\"stop\"") == 0);
	s->now = toc_after(s->now, TOC_SECONDS(30));
	CHECK(toc_clock_at(lantern(s), s->now).us == stage_time(s, "01:00").us);
	CHECK(clock_act(s, "CELL/controller", "\"action\":\"step\",\"by_ms\":1500") == 0);
	CHECK(toc_clock_at(lantern(s), s->now).us == stage_time(s, "01:00").us + 1500000);
	CHECK(clock_act(s, "CELL/controller", "\"action\":\"jump\",\"to\":\"2031-05-17T19:58:00Z\"") == 0);
	CHECK(toc_clock_at(lantern(s), s->now).us == stage_time(s, "6:00:00").us);
	REFUSED(clock_act(s, "CELL/controller", "\"action\":\"jump\",\"to\":\"2031-05-17T19:57:59Z\""),
		TIME); /* never back */
	CHECK(toc_get(toc_get(stage_last(s, "exercise.clock", NULL)->e.body, "decided"), "clock") != NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_clock_leaps_at_most_a_year)
{
	struct stage *s = stage_new(); /* its clock stands at 2031-05-17T13:58:00Z */
	REFUSED(clock_act(s, "CELL/controller", "\"action\":\"jump\",\"to\":\"2032-05-17T13:58:01Z\""),
		LIMIT);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.to");
	REFUSED(clock_act(s, "CELL/controller", "\"action\":\"jump\",\"to\":\"9999-12-31T23:59:59Z\""),
		LIMIT);
	REFUSED(clock_act(s, "CELL/controller", "\"action\":\"step\",\"by_ms\":31622400001"), LIMIT);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.by_ms");
	CHECK(clock_act(s, "CELL/controller", "\"action\":\"jump\",\"to\":\"2032-05-17T13:58:00Z\"") == 0);
	CHECK(clock_act(s, "CELL/controller", "\"action\":\"step\",\"by_ms\":31536000000") == 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(real_time_of_a_scenario_time_is_when_the_clock_gets_there)
{
	struct toc_exercise x = {
		.anchor_real = { 1000000 }, .anchor_at = { 5000000 }, .rate_milli = 3000, .running = true
	};
	for (int64_t at = 5000001; at < 5000100; at++) {
		toc_time real = toc_clock_real(&x, (toc_time){ at });
		CHECK(toc_clock_at(&x, real).us >= at && toc_clock_at(&x, (toc_time){ real.us - 1 }).us < at);
	}
	CHECK(toc_clock_real(&x, (toc_time){ 4000000 }).us == 1000000); /* passed: due at once */
	x.running = false;
	CHECK(toc_clock_real(&x, (toc_time){ 5000001 }).us == TOC_TIME_NEVER.us);
	CHECK(toc_clock_at(NULL, (toc_time){ 7 }).us == 7 && toc_clock_real(NULL, (toc_time){ 7 }).us == 7);
	x = (struct toc_exercise){
		.anchor_real = { 0 }, .anchor_at = { 0 }, .rate_milli = 100000000, .running = true
	};
	CHECK(toc_clock_at(&x, (toc_time){ INT64_C(31557600000000) }).us >
	      0); /* a year at a hundred thousand times does not wrap */
}

CASE(only_control_of_this_exercise_moves_its_clock)
{
	struct stage *s = stage_new();
	REFUSED(clock_act(s, "HUB/lead", "\"action\":\"stop\""), NOT_PERMITTED);
	REFUSED(clock_act(s, "CELL/admin", "\"action\":\"stop\""), NOT_PERMITTED);
	CHECK(stage_act(s, "",
			"{\"type\":\"org\",\"body\":{\"step\":\"admit\",\"code\":\"CELL2\",\"name\":\"c\","
			"\"kinds\":[\"exercise_control\"],\"api_exercise_only\":false}}") == 0);
	stage_free(s);
}

CASE(an_actual_clock_cannot_be_moved)
{
	struct stage *s = stage_new();
	REFUSED(stage_act(s, "CELL/controller",
			  "{\"type\":\"exercise\",\"mode\":\"actual\",\"body\":{\"step\":\"clock\","
			  "\"action\":\"stop\"}}"),
		MISSING_FIELD);
	stage_free(s);
}

CASE(mode_and_exercise_of_a_message_and_its_case_are_the_same)
{
	struct stage *s = stage_new();
	stage_to(s, "02:00");
	CHECK(stage_act(s, GAME, "%s", stage_notice(s, "", "")) == 0);
	const char *id = stage_case(s, "M4.send", NULL),
		   *me = toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p;
	const char *ack = "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"ack\",\"human_ack_by\":"
			  "\"%s\",\"at\":\"2031-05-17T14:00:00Z\"}}";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	stage_in(s, NULL);
	REFUSED(stage_act(s, "AIRU/duty officer", ack, id, me), EXERCISE);
	stage_in(s, "QUIET BELL");
	REFUSED(stage_act(s, "AIRU/duty officer", ack, id, me), EXERCISE);
	stage_in(s, "LANTERN");
	CHECK(stage_act(s, "AIRU/duty officer", ack, id, me) == 0);
#pragma GCC diagnostic pop
	stage_free(s);
}

CASE(who_did_not_join_neither_sends_nor_reads)
{
	struct stage *s = stage_new();
	stage_to(s, "02:00");
	CHECK(stage_act(s, "GameNest/admin", "{\"type\":\"exercise\",\"body\":{\"step\":\"leave\"}}") == 0);
	REFUSED(stage_act(s, GAME, "%s", stage_notice(s, "", "")), EXERCISE);
	struct toc_refusal left = s->v.refusal;
	s->exercise = toc_uuid_named("no exercise", TOC_STR("x"));
	REFUSED(stage_act(s, GAME, "%s", stage_notice(s, "", "\"aware_at\":\"2026-01-01T00:00:00Z\"")),
		EXERCISE);
	CHECK(memcmp(&left, &s->v.refusal, sizeof left) == 0); /* not joined and not there are one answer */
	stage_in(s, "LANTERN");
	CHECK(stage_act(s, "CELL/controller",
			"{\"type\":\"exercise\",\"body\":{\"step\":\"inject\",\"headline\":\"x\"}}") == 0);
	CHECK(!stage_reads(s, stage_last(s, "exercise.inject", NULL), "GameNest", TOC_ROLE_ALL, NULL));
	CHECK(stage_reads(s, stage_last(s, "exercise.inject", NULL), "Chirplet", TOC_ROLE_ALL, NULL));
	CHECK(stage_act(s, "GameNest/admin", "{\"type\":\"exercise\",\"body\":{\"step\":\"join\"}}") == 0);
	REFUSED(stage_act(s, "GameNest/admin", "{\"type\":\"exercise\",\"body\":{\"step\":\"join\"}}"),
		STATE);
	REFUSED(stage_act(s, "GameNest/admin",
			  "{\"type\":\"exercise\",\"body\":{\"step\":\"leave\",\"org\":\"Chirplet\"}}"),
		NOT_PERMITTED);
	stage_free(s);
}

CASE(an_exercise_that_ended_takes_nothing_more)
{
	struct stage *s = stage_new();
	CHECK(stage_act(s, "CELL/controller", "{\"type\":\"exercise\",\"body\":{\"step\":\"end\"}}") == 0);
	REFUSED(stage_act(s, GAME, "%s", stage_notice(s, "", "")), EXERCISE);
	REFUSED(clock_act(s, "CELL/controller", "\"action\":\"stop\""), EXERCISE);
	stage_free(s);
}

CASE(an_id_of_an_exercise_is_used_once)
{
	struct stage *s = stage_new();
	REFUSED(stage_act(s, "CELL/controller",
			  "{\"type\":\"exercise\",\"body\":{\"step\":\"create\",\"title\":\"x\",\"t0\":"
			  "\"2031-01-01T00:00:00Z\",\"participants\":[]}}"),
		STATE);
	s->exercise = toc_uuid_named("new", TOC_STR("x"));
	CHECK(stage_act(s, "CELL/controller",
			"{\"type\":\"exercise\",\"body\":{\"step\":\"create\",\"title\":\"x\",\"t0\":\"2031-"
			"01-01T00:00:00Z\",\"participants\":[\"AIRU\"]}}") == 0);
	CHECK(toc_exercise_has(lantern(s), TOC_STR("CELL")) &&
	      toc_exercise_has(lantern(s), TOC_STR("AIRU")) && !toc_exercise_has(lantern(s), TOC_STR("BFP")));
	REFUSED(stage_act(s, "HUB/lead",
			  "{\"type\":\"exercise\",\"body\":{\"step\":\"create\",\"title\":\"x\",\"t0\":"
			  "\"2031-01-01T00:00:00Z\",\"participants\":[]}}"),
		NOT_PERMITTED);
	stage_free(s);
}

/* A weekly reminder on the last day that can be written is the last one. */
CASE(time_ends_with_the_year_9999)
{
	struct stage *s = stage_new();
	s->exercise = toc_uuid_named("new", TOC_STR("the last days"));
	CHECK(stage_act(s, "CELL/controller",
			"{\"type\":\"exercise\",\"body\":{\"step\":\"create\",\"title\":\"x\",\"t0\":\"9999-"
			"12-20T00:00:00Z\",\"participants\":[\"AIRU\",\"GameNest\",\"HUB\"]}}") == 0);
	CHECK(stage_act(s, GAME, "%s", stage_notice(s, "", "")) == 0);
	CHECK(stage_act(s, "AIRU/duty officer",
			"{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"accept\",\"human_ack_by\":"
			"\"%s\",\"at\":\"9999-12-20T00:00:00Z\",\"do_not_remove_until\":\"9999-12-31T23:59:59Z\"}}",
			stage_case(s, "M4.send", NULL),
			toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p) == 0);
	CHECK(clock_act(s, "CELL/controller", "\"action\":\"run\",\"rate_milli\":100000000") == 0);
	s->now = toc_after(s->now, TOC_HOURS(1)); /* eleven years of that clock */
	for (unsigned rounds = 0; rounds < 20 && toc_world_next_due(s->w).us <= s->now.us; rounds++) {
		toc_due(s->w, s->now, 16, s->a, &s->v);
		stage_take(s);
	}
	CHECK(stage_is_quiet(s));
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 2); /* on the 23rd and the 30th */
	CHECK_TEXT(toc_time_str(s->a, toc_clock_at(lantern(s), s->now)), "9999-12-31T23:59:59.999Z");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_key_for_exercises_is_refused_in_actual_mode)
{
	struct stage *s = stage_new();
	struct toc_principal p = stage_principal(s, "AIRU/duty officer");
	struct toc_value *m = stage_message(
		s, "{\"id\":\"01980000-0000-7000-8000-0000000000aa\",\"type\":\"M5\",\"mode\":\"actual\","
		   "\"case_ref\":\"01980000-0000-7000-8000-0000000000ab\",\"body\":{\"kind\":\"ack\"}}");
	struct toc_command c = { .k = TOC_STR("M5.ack"), .message = m, .received = s->now };
	p.exercise_only = true;
	CHECK(toc_decide(s->w, &p, &c, s->now, s->a, &s->v) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_EXERCISE);
	p.exercise_only = false;
	CHECK(toc_decide(s->w, &p, &c, s->now, s->a, &s->v) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
	stage_free(s);
}

CASE(entries_of_an_exercise_reach_participants_only)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "quiet-bell.json", NULL) == 0);
	const struct toc_exercise *x = lantern(s);
	for (size_t i = 0; i < s->n; i++) {
		struct toc_reader *readers;
		if (!toc_uuid_eq(s->ledger[i].e.exercise, s->exercise))
			continue;
		size_t n = toc_entry_readers(&s->ledger[i].e, s->a, &readers);
		for (size_t k = 0; k < n; k++)
			CHECK(toc_exercise_has(x, readers[k].org));
	}
	stage_free(s);
}

RUN_CASES()
