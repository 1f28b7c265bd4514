/* test_drill.c: channels that are tried; drills that are answered in time, late, or by nobody. */
#include "contact.h"

/* ---- trying a channel ---- */

static int test(struct stage *s, const char *who, unsigned contact, const char *channel)
{
	return stage_act(s, who, "{\"type\":\"M26\",\"body\":{\"step\":\"test\",\"org\":\"AIRU\",\"point\":\"%s\",\"tested\":{\"contact\":%u,\"channel\":\"%s\"}}}",
			 point_id(s, TOC_FOR_ITL), contact, channel);
}

static int confirm(struct stage *s, const char *who, const char *id, const char *code)
{
	return stage_act(s, who, "{\"type\":\"M26\",\"body\":{\"step\":\"confirm\",\"org\":\"AIRU\",\"test\":\"%s\"%s%s%s}}", id,
			 *code ? ",\"code\":\"" : "", code, *code ? "\"" : "");
}

static uint32_t state(struct stage *s, unsigned contact)
{
	return point(s, TOC_FOR_ITL)->chain[contact].channels[0].state;
}

CASE(a_channel_is_verified_by_the_code_that_went_over_it)
{
	struct stage *s = stage_new();
	in_force(s, "\"ITL\"", liaison_only, ROUND);
	CHECK_INT(state(s, 0), TOC_CHANNEL_UNTRIED);
	REFUSED(test(s, "AIRU/deconfliction officer", 0, "phone"), NOT_PERMITTED, ""); /* neither admin nor the contact */
	REFUSED(test(s, "BFP/admin", 0, "phone"), NOT_PERMITTED, "body.org");
	REFUSED(test(s, ADMIN, 1, "phone"), BAD_VALUE, "body.tested.contact");
	REFUSED(test(s, ADMIN, 0, "e-mail"), BAD_VALUE, "body.tested.channel");
	CHECK(test(s, ADMIN, 0, "phone") == 0);
	const struct stage_entry *e = stage_last(s, "M26.test", "AIRU");
	CHECK_INT(toc_len(toc_get(toc_get(e->e.body, "decided"), "pages")), 1);
	const char *id = stage_id(s, "M26.test", "AIRU");
	REFUSED(confirm(s, LIAISON, id, "BAD"), CONDITION, "body.code");
	REFUSED(confirm(s, LIAISON, id, ""), CONDITION, "body.code"); /* the console is not the phone */
	REFUSED(confirm(s, ADMIN, id, "GOOD"), NOT_PERMITTED, ""); /* it is not the admin's phone */
	REFUSED(confirm(s, "BFP/liaison officer", id, "GOOD"), NOT_FOUND, "body.test");
	CHECK(confirm(s, LIAISON, id, "GOOD") == 0);
	CHECK_INT(state(s, 0), TOC_CHANNEL_VERIFIED);
	REFUSED(confirm(s, LIAISON, id, "GOOD"), NOT_FOUND, "body.test"); /* good once */
	/* the same number in the next declaration stays verified; another one has to be tried */
	in_force(s, "\"ITL\"", liaison_only, ROUND ",\"orders_by\":[\"phone\"]");
	CHECK_INT(state(s, 0), TOC_CHANNEL_VERIFIED);
	in_force(s, "\"ITL\"", duty_only, ROUND);
	CHECK_INT(state(s, 0), TOC_CHANNEL_UNTRIED);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_answer_over_the_channel_itself_needs_no_code)
{
	static const struct contact chain[] = { { LIAISON, "e-mail", "l@airu.example.invalid", NULL }, { NULL, NULL, NULL, NULL } };
	struct stage *s = stage_new();
	in_force(s, "\"ITL\"", chain, ROUND);
	CHECK(test(s, LIAISON, 0, "e-mail") == 0); /* one's own may be tried by oneself */
	struct toc_principal p = stage_principal(s, LIAISON);
	p.channel = TOC_STR("e-mail"); /* by the link in the e-mail */
	CHECK(stage_act_as(s, &p, stage_message(s, toc_arena_printf(s->a, "{\"type\":\"M26\",\"body\":{\"step\":\"confirm\",\"org\":\"AIRU\","
		"\"test\":\"%s\"}}", stage_id(s, "M26.test", "AIRU")).p)) == 0);
	CHECK_INT(state(s, 0), TOC_CHANNEL_VERIFIED);
	stage_free(s);
}

CASE(a_test_that_nobody_answers_has_failed_after_a_day_and_nobody_waits_for_that_channel)
{
	static const struct contact chain[] = { { LIAISON, "phone", "+999 1", NULL }, { DUTY, "phone", "+999 2", NULL }, { NULL, NULL, NULL, NULL } };
	struct stage *s = stage_new();
	in_force(s, "\"ITL\"", chain, ROUND);
	CHECK(test(s, ADMIN, 0, "phone") == 0);
	const char *id = stage_id(s, "M26.test", "AIRU");
	stage_wait(s, (toc_dur){ TOC_HOURS(24).us - 1 });
	CHECK_INT(state(s, 0), TOC_CHANNEL_UNTRIED);
	stage_wait(s, (toc_dur){ 1 });
	CHECK_INT(state(s, 0), TOC_CHANNEL_FAILED);
	CHECK_INT(stage_count(s, "M26.failed", NULL), 1);
	REFUSED(confirm(s, LIAISON, id, "GOOD"), NOT_FOUND, "body.test");
	/* a threat is not kept back, and the next contact hears of it at once */
	stage_to(s, "00:00");
	CHECK(stage_act(s, "GameNest/night responder", "%s", stage_notice(s, "", "")) == 0);
	const struct toc_value *pages = toc_get(toc_get(stage_last(s, "M4.send", NULL)->e.body, "decided"), "pages");
	unsigned called = 0;
	for (size_t i = 0; i < toc_len(pages); i++) /* and it is said that both may not work */
		if (toc_get_is(toc_at(pages, i), "org", "AIRU"))
			CHECK_TEXT(toc_get_text(toc_at(pages, i), "proof"), toc_get_int(toc_at(pages, i), "contact", 9) == 0 ? "failed" : "unverified");
	for (size_t i = 0; i < toc_len(pages); i++)
		called |= toc_get_is(toc_at(pages, i), "org", "AIRU") ? 1u << toc_get_int(toc_at(pages, i), "contact", 9) : 0;
	CHECK_INT(called, 3);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_second_test_takes_the_place_of_the_first)
{
	struct stage *s = stage_new();
	in_force(s, "\"ITL\"", liaison_only, ROUND);
	CHECK(test(s, ADMIN, 0, "phone") == 0);
	const char *first = stage_id(s, "M26.test", "AIRU");
	REFUSED(test(s, ADMIN, 0, "phone"), LIMIT, "body.tested"); /* nobody's telephone is rung without end */
	stage_wait(s, TOC_SECONDS(59));
	REFUSED(test(s, LIAISON, 0, "phone"), LIMIT, "body.tested");
	stage_wait(s, TOC_HOURS(1));
	CHECK(test(s, ADMIN, 0, "phone") == 0);
	REFUSED(confirm(s, LIAISON, first, "GOOD"), NOT_FOUND, "body.test");
	stage_wait(s, TOC_HOURS(23)); /* the first one's day is over */
	CHECK_INT(stage_count(s, "M26.failed", NULL), 0);
	CHECK(confirm(s, LIAISON, stage_id(s, "M26.test", "AIRU"), "GOOD") == 0);
	stage_wait(s, TOC_HOURS(48));
	CHECK_INT(stage_count(s, "M26.failed", NULL), 0);
	stage_free(s);
}

CASE(a_test_ends_with_the_declaration_that_it_is_of)
{
	struct stage *s = stage_new();
	in_force(s, "\"ITL\"", liaison_only, ROUND);
	CHECK(test(s, ADMIN, 0, "phone") == 0);
	in_force(s, "\"ITL\"", duty_only, ROUND); /* the number was wrong */
	stage_wait(s, TOC_HOURS(25));
	CHECK_INT(stage_count(s, "M26.failed", NULL), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_channel_that_was_called_from_outside_works_or_does_not)
{
	struct stage *s = stage_new();
	const char *verify = "{\"type\":\"M26\",\"body\":{\"step\":\"verify\",\"org\":\"AIRU\",\"verified\":{\"contact\":1,\"channel\":\"phone\","
			     "\"at\":\"2026-11-22T00:00:00Z\",\"works\":%s}}}";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	CHECK(stage_act(s, "HUB/admin", verify, "false") == 0);
	CHECK_INT(state(s, 1), TOC_CHANNEL_FAILED);
	CHECK(stage_act(s, "OPS/admin", verify, "true") == 0);
	CHECK_INT(state(s, 1), TOC_CHANNEL_VERIFIED);
#pragma GCC diagnostic pop
	stage_free(s);
}

/* ---- drills ---- */

static int drill(struct stage *s, const char *who)
{
	return stage_act(s, who, "{\"type\":\"M26\",\"body\":{\"step\":\"drill\",\"org\":\"AIRU\"}}");
}

static int answer(struct stage *s, const char *who)
{
	return stage_act(s, who, "{\"type\":\"M26\",\"body\":{\"step\":\"answer\",\"org\":\"AIRU\",\"drill\":\"%s\"}}", stage_id(s, "M26.drill", NULL));
}

CASE(a_drill_is_passed_late_by_a_second_or_failed)
{
	static const struct {
		toc_dur after;
		const char *who;
		uint32_t result;
	} cases[] = {
		{ { 40000000 }, DUTY, TOC_DRILL_PASSED },
		{ { 15 * 60 * INT64_C(1000000) }, OFFICER, TOC_DRILL_PASSED },
		{ { 15 * 60 * INT64_C(1000000) + 1000000 }, OFFICER, TOC_DRILL_LATE },
		{ { 24 * 3600 * INT64_C(1000000) - 1000000 }, LIAISON, TOC_DRILL_LATE },
		{ { 24 * 3600 * INT64_C(1000000) }, NULL, TOC_DRILL_FAILED },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage *s = stage_new();
		CHECK(drill(s, ADMIN) == 0);
		REFUSED(drill(s, SECOND), STATE, "body.point");
		stage_wait(s, cases[i].after);
		if (cases[i].who) {
			REFUSED(answer(s, "AIRU/deconfliction officer"), NOT_PERMITTED, ""); /* of no chain */
			REFUSED(answer(s, "BFP/duty officer"), NOT_FOUND, "body.drill");
			CHECK(answer(s, cases[i].who) == 0);
			REFUSED(answer(s, cases[i].who), NOT_FOUND, "body.drill"); /* it is over */
		}
		const struct toc_point *p = point(s, TOC_FOR_ITL);
		CHECK_INT(p->drill_result, cases[i].result);
		CHECK_INT(p->reaction_s, cases[i].after.us / 1000000);
		CHECK_INT(stage_count(s, "M26.failed", NULL), cases[i].who == NULL);
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

CASE(a_drill_calls_the_next_contact_every_quarter_of_an_hour_and_no_exercise_sees_it)
{
	struct stage *s = stage_new();
	CHECK(drill(s, ADMIN) == 0);
	const struct stage_entry *e = stage_last(s, "M26.drill", "AIRU");
	CHECK_TEXT(e->e.mode, "system");
	CHECK(toc_uuid_is_nil(e->e.exercise));
	CHECK(stage_reads(s, e, "AIRU", TOC_ROLE_DU, TOC_WHOLE) && stage_reads(s, e, "HUB", TOC_ROLE_DU, TOC_WHOLE));
	CHECK(!stage_reads(s, e, "BFP", TOC_ROLE_ALL, TOC_WHOLE) && !stage_reads(s, e, "CELL", TOC_ROLE_ALL, TOC_WHOLE) &&
	      !stage_reads(s, e, "HUB", TOC_ROLE_LI, TOC_WHOLE));
	stage_wait(s, (toc_dur){ TOC_MINUTES(15).us - 1 });
	CHECK_INT(stage_count(s, "M26.call", NULL), 0);
	stage_wait(s, (toc_dur){ 1 });
	CHECK_INT(stage_count(s, "M26.call", NULL), 1);
	stage_wait(s, TOC_MINUTES(15));
	CHECK_INT(stage_count(s, "M26.call", NULL), 2);
	const struct toc_value *pages = toc_get(toc_get(stage_last(s, "M26.call", NULL)->e.body, "decided"), "pages");
	CHECK(toc_uuid_eq(toc_get_id(toc_at(pages, 0), "person"), stage_person(s, LIAISON)));
	stage_wait(s, TOC_HOURS(5)); /* the chain is at its end */
	CHECK_INT(stage_count(s, "M26.call", NULL), 2);
	stage_free(s);
}

CASE(the_server_starts_a_drill_a_week_after_the_last_one_began)
{
	struct stage *s = stage_new();
	size_t points = 0;
	for (struct toc_world_cursor c = { 0 }; toc_world_next(s->w, TOC_OBJECT_point, &c); points++)
		;
	stage_wait(s, (toc_dur){ TOC_HOURS(7 * 24).us - 1 });
	CHECK_INT(stage_count(s, "M26.drill", NULL), 0);
	stage_wait(s, (toc_dur){ 1 });
	CHECK_INT(stage_count(s, "M26.drill", NULL), points);
	stage_wait(s, TOC_MINUTES(10));
	size_t own = 0;
	for (size_t i = 0; i < s->n; i++)
		if (toc_str_is(s->ledger[i].e.k, "M26.drill") && toc_uuid_eq(s->ledger[i].e.eid, point(s, TOC_FOR_ITL)->drill)) {
			own++;
			CHECK(stage_act(s, DUTY, "{\"type\":\"M26\",\"body\":{\"step\":\"answer\",\"org\":\"AIRU\",\"drill\":\"%s\"}}",
					toc_uuid_str(s->a, s->ledger[i].e.eid).p) == 0);
			break;
		}
	CHECK_INT(own, 1);
	CHECK_INT(point(s, TOC_FOR_ITL)->reaction_s, 600);
	/* a week after it began, not after it was answered */
	const struct toc_timer *t = toc_running(s->w, "T31", point(s, TOC_FOR_ITL)->id, TOC_STR("AIRU"));
	CHECK(t && toc_between(toc_after(s->now, (toc_dur){ -TOC_MINUTES(10).us }), t->next).us == TOC_HOURS(7 * 24).us);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_drill_waits_until_the_desk_opens)
{
	struct stage *s = stage_new();
	s->now = at("2033-10-22T20:30:00Z"); /* a Saturday night, when it is staffed */
	stage_due(s);
	in_force(s, "\"ITL\"", liaison_only,
		 ",\"public\":false,\"hours\":\"calendar\",\"calendar\":{\"zone\":\"Europe/Brussels\",\"open\":[{\"days\":[\"mon\"],"
		 "\"from\":\"08:00\",\"until\":\"18:00\"}]}");
	const struct toc_timer *t = toc_running(s->w, "T31", point(s, TOC_FOR_ITL)->id, TOC_STR("AIRU"));
	CHECK_TEXT(toc_time_str(s->a, t ? t->next : s->now), "2033-10-31T07:00:00.000Z");
	stage_free(s);
}

static int suspension(struct stage *s, const char *suspended)
{
	static const char *const who[] = { "HUB/admin", "OPS/admin" };
	const char *first = NULL;

	for (size_t i = 0; i < 2; i++) {
		struct toc_value *m = stage_message(s, "{\"type\":\"org\"}");
		toc_set(s->a, m, "body", stage_parse(s, toc_arena_printf(s->a, "{\"step\":\"suspend\",\"code\":\"AIRU\",\"suspended\":%s}", suspended)));
		if (first)
			toc_set_cstr(s->a, m, "supersedes", first);
		if (stage_act_value(s, who[i], m) < 0)
			return -1;
		first = stage_id(s, "org.suspend", NULL);
	}
	return 0;
}

static size_t drills_of(const struct stage *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += toc_str_is(s->ledger[i].e.k, "M26.drill") && toc_get_is(toc_get(s->ledger[i].whole, "body"), "org", "AIRU");
	return n;
}

CASE(who_is_suspended_is_not_drilled_and_is_again_when_it_is_back)
{
	struct stage *s = stage_new();
	in_force(s, "\"ITL\"", liaison_only, ROUND);
	size_t before = drills_of(s);
	CHECK_INT(suspension(s, "true"), 0);
	stage_wait(s, TOC_HOURS(24 * 30));
	CHECK_INT(drills_of(s), before);
	CHECK_INT(point(s, TOC_FOR_ITL)->drill_result, TOC_DRILL_NONE); /* nor has it failed one */
	CHECK(toc_running(s->w, "T31", point(s, TOC_FOR_ITL)->id, TOC_STR("AIRU")) == NULL);
	CHECK_INT(suspension(s, "false"), 0);
	stage_due(s);
	CHECK(drills_of(s) > before);
	CHECK(!toc_uuid_is_nil(point(s, TOC_FOR_ITL)->drill));
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
