/* test_roster.c: how an organisation is reached: by who is on duty; and which one is asked next. */
#include "contact.h"

/* ---- who is on duty ---- */

static int roster(struct stage *s, const char *who, const char *from, const char *until, const char *shifts)
{
	return stage_act(s, who, "{\"type\":\"M26\",\"body\":{\"step\":\"roster\",\"org\":\"AIRU\",\"from\":\"%s\",\"until\":\"%s\",\"shifts\":[%s]}}", from,
			 until, shifts);
}

static int duty(struct stage *s, const char *who, const char *change, const char *more)
{
	return stage_act(s, who, "{\"type\":\"M26\",\"body\":{\"step\":\"duty\",\"org\":\"AIRU\",\"duty\":\"%s\"%s}}", change, more);
}

static const char *shift(struct stage *s, const char *who, const char *from, const char *until)
{
	return toc_arena_printf(s->a, "{\"person\":\"%s\",\"from\":\"%s\",\"until\":\"%s\"}", person(s, who), from, until).p;
}

CASE(who_is_on_duty_is_called_first_and_a_gap_means_the_chain)
{
	static const char chain[] = "duty officer, second officer, liaison officer";
	struct stage *s = stage_new();
	s->now = at("2033-10-29T12:00:00Z");
	stage_due(s);
	struct toc_str two = toc_arena_printf(s->a, "%s,%s", shift(s, LIAISON, "2033-10-29T22:00:00+02:00", "2033-10-30T06:00:00+01:00"),
					      shift(s, OFFICER, "2033-10-30T08:00:00+01:00", "2033-10-30T18:00:00+01:00"));
	CHECK(roster(s, ADMIN, "2033-10-29T00:00:00+02:00", "2033-10-31T00:00:00+01:00", two.p) == 0);
	static const struct {
		const char *when, *who;
	} moments[] = {
		{ "2033-10-29T19:59:59Z", chain },
		{ "2033-10-29T20:00:00Z", "liaison officer, duty officer, second officer" },
		{ "2033-10-30T00:30:00Z", "liaison officer, duty officer, second officer" },
		{ "2033-10-30T04:59:59Z", "liaison officer, duty officer, second officer" },
		{ "2033-10-30T05:00:00Z", chain }, /* the gap */
		{ "2033-10-30T07:00:00Z", "second officer, duty officer, liaison officer" },
		{ "2033-10-30T17:00:00Z", chain },
	};
	for (size_t i = 0; i < sizeof moments / sizeof *moments; i++)
		CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, moments[i].when)), moments[i].who);
	/* the same period again: what stood in it is gone */
	CHECK(roster(s, SECOND, "2033-10-29T00:00:00+02:00", "2033-10-31T00:00:00+01:00", "") == 0);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, "2033-10-29T20:00:00Z")), chain);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(rosters_that_make_no_sense)
{
	struct stage *s = stage_new();
	const char *from = "2033-10-29T00:00:00Z", *until = "2033-10-31T00:00:00Z";
	REFUSED(roster(s, ADMIN, until, from, ""), BAD_VALUE, "body.until");
	REFUSED(roster(s, ADMIN, from, until, shift(s, "AIRU/deconfliction officer", from, until)), BAD_VALUE, "body.shifts.person");
	REFUSED(roster(s, ADMIN, from, until, shift(s, "BFP/duty officer", from, until)), BAD_VALUE, "body.shifts.person");
	REFUSED(roster(s, ADMIN, from, until, shift(s, DUTY, until, until)), BAD_VALUE, "body.shifts.from");
	REFUSED(roster(s, ADMIN, from, until, shift(s, DUTY, "2033-10-28T23:00:00Z", until)), BAD_VALUE, "body.shifts.from");
	REFUSED(roster(s, DUTY, from, until, ""), NOT_PERMITTED, "");
	REFUSED(roster(s, "BFP/admin", from, until, ""), NOT_PERMITTED, "");
	stage_free(s);
}

CASE(a_shift_is_taken_over_by_who_takes_it_and_on_and_off_are_ones_own)
{
	struct stage *s = stage_new();
	s->now = at("2033-10-29T12:00:00Z");
	stage_due(s);
	struct toc_str two = toc_arena_printf(s->a, "%s,%s", shift(s, LIAISON, "2033-10-29T11:00:00Z", "2033-10-29T20:00:00Z"),
					      shift(s, OFFICER, "2033-10-30T08:00:00Z", "2033-10-30T18:00:00Z"));
	CHECK(roster(s, ADMIN, "2033-10-29T00:00:00Z", "2033-10-31T00:00:00Z", two.p) == 0);
	const struct toc_value *shifts = toc_get(toc_get(stage_last(s, "M26.roster", NULL)->e.body, "decided"), "shifts");
	struct toc_str running = toc_get_text(toc_at(shifts, 0), "id"), later = toc_get_text(toc_at(shifts, 1), "id");
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "liaison officer, duty officer, second officer");
	/* a hand-over: the rest of a shift that runs */
	REFUSED(duty(s, LIAISON, "take", toc_arena_printf(s->a, ",\"shift\":\"%.*s\"", TOC_STR_ARGS(running)).p), STATE, "body.shift");
	CHECK(duty(s, OFFICER, "take", toc_arena_printf(s->a, ",\"shift\":\"%.*s\"", TOC_STR_ARGS(running)).p) == 0);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "second officer, duty officer, liaison officer");
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, "2033-10-29T20:00:00Z")), "duty officer, second officer, liaison officer");
	REFUSED(duty(s, DUTY, "take", toc_arena_printf(s->a, ",\"shift\":\"%.*s\"", TOC_STR_ARGS(running)).p), NOT_FOUND, "body.shift");
	/* a swap: one to come */
	CHECK(duty(s, DUTY, "take", toc_arena_printf(s->a, ",\"shift\":\"%.*s\"", TOC_STR_ARGS(later)).p) == 0);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, "2033-10-30T08:00:00Z")), "duty officer, second officer, liaison officer");
	/* off, and nobody is: the chain; on, without any roster */
	CHECK(duty(s, OFFICER, "off", "") == 0);
	REFUSED(duty(s, OFFICER, "off", ""), STATE, "body.duty");
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "duty officer, second officer, liaison officer");
	CHECK(duty(s, LIAISON, "on", "") == 0);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "liaison officer, duty officer, second officer");
	stage_wait(s, TOC_HOURS(8));
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "duty officer, second officer, liaison officer");
	REFUSED(duty(s, LIAISON, "on", ",\"until\":\"2033-10-31T00:00:00Z\""), BAD_VALUE, "body.until");
	REFUSED(duty(s, "AIRU/deconfliction officer", "on", ""), NOT_PERMITTED, ""); /* nobody would know how to call them */
	REFUSED(duty(s, "BFP/duty officer", "on", ""), NOT_PERMITTED, "body.org");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(who_has_left_is_not_called)
{
	struct stage *s = stage_new();
	CHECK(duty(s, LIAISON, "on", "") == 0);
	CHECK(stage_act(s, ADMIN, "{\"type\":\"person\",\"body\":{\"step\":\"leave\",\"org\":\"AIRU\",\"person\":\"%s\"}}", person(s, LIAISON)) == 0);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "duty officer, second officer");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_threat_calls_who_is_on_duty)
{
	struct stage *s = stage_new();
	CHECK(duty(s, LIAISON, "on", "") == 0);
	stage_to(s, "00:00");
	CHECK(stage_act(s, "GameNest/night responder", "%s", stage_notice(s, "", "")) == 0);
	const struct toc_value *pages = toc_get(toc_get(stage_last(s, "M4.send", NULL)->e.body, "decided"), "pages"), *first = NULL;
	for (size_t i = 0; i < toc_len(pages) && !first; i++)
		first = toc_get_is(toc_at(pages, i), "org", "AIRU") ? toc_at(pages, i) : NULL;
	CHECK(toc_uuid_eq(toc_get_id(first, "person"), stage_person(s, LIAISON)));
	CHECK_INT(toc_get_int(first, "contact", -1), 2);
	CHECK(toc_uuid_eq(toc_get_id(first, "point"), point(s, TOC_FOR_ITL)->id));
	stage_free(s);
}

/* ---- the next organisation ---- */

CASE(who_comes_on_duty_while_a_threat_is_unanswered_is_called)
{
	struct stage *s = stage_new();
	stage_to(s, "00:00");
	CHECK(stage_act(s, "GameNest/night responder", "%s", stage_notice(s, "", "")) == 0); /* the duty officer is called */
	CHECK(duty(s, LIAISON, "on", "") == 0);
	unsigned called = 0;
	stage_to(s, "05:01");
	for (size_t i = 0; i < s->n; i++) {
		const struct stage_entry *e = &s->ledger[i];
		const struct toc_value *pages = toc_get(toc_get(e->e.body, "decided"), "pages");
		for (size_t k = 0; toc_str_is(e->e.k, "M19.escalation") && k < toc_len(pages); k++)
			called += toc_uuid_eq(toc_get_id(toc_at(pages, k), "person"), stage_person(s, LIAISON));
	}
	CHECK_INT(called, 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_deputy_of_the_same_state_is_asked_when_the_chain_is_at_its_end)
{
	struct stage *s = stage_new();
	CHECK(stage_act(s, "", "{\"type\":\"org\",\"body\":{\"step\":\"admit\",\"code\":\"XAPOL\",\"name\":\"Aldmere State Police\",\"kinds\":"
			       "[\"ms_law_enforcement\"],\"state\":\"XA\",\"api_exercise_only\":false}}") == 0);
	in_force(s, "\"ITL\"", duty_only, ROUND ",\"deputy\":\"XAPOL\"");
	CHECK(stage_act(s, "", "{\"type\":\"exercise\",\"body\":{\"step\":\"join\",\"org\":\"XAPOL\"}}") == 0);
	stage_to(s, "00:00");
	CHECK(stage_act(s, "GameNest/night responder", "%s", stage_notice(s, "", "")) == 0);
	struct toc_uuid threat = stage_last(s, "M4.send", NULL)->e.case_ref;
	stage_to(s, "04:59");
	CHECK(toc_desk_of(toc_find_threat(s->w, threat), TOC_STR("XAPOL")) == NULL);
	stage_to(s, "05:00");
	CHECK(toc_desk_of(toc_find_threat(s->w, threat), TOC_STR("XAPOL")) != NULL);
	CHECK(toc_running(s->w, "T17", threat, TOC_STR("XAPOL")) != NULL);
	CHECK_INT(stage_count(s, "M29.disclose", NULL), 1);
	stage_to(s, "19:59"); /* asked once */
	CHECK_INT(stage_count(s, "M29.disclose", NULL), 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
