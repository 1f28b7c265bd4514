/* test_contact.c: how an organisation is reached: by purpose and by the hour, and who reads that. */
#include "contact.h"

#include "message/json.h"

CASE(each_purpose_has_its_chain_and_crisis_stands_in)
{
	struct stage *s = stage_new();
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "duty officer, second officer, liaison officer");
	in_force(s, "\"orders\"", liaison_only, ROUND);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ORDERS, NULL)), "liaison officer");
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "duty officer, second officer, liaison officer");
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_PRESS, NULL)), "duty officer, second officer, liaison officer"); /* for crises */
	in_force(s, "\"crisis\"", duty_only, ROUND);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_PRESS, NULL)), "duty officer");
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "duty officer, second officer, liaison officer");
	/* the last purpose is taken over: the old one is gone */
	const struct toc_organisation *o = toc_find_organisation(s->w, TOC_STR("AIRU"));
	CHECK_INT(o->n_points, 3);
	in_force(s, "\"ITL\"", liaison_only, ROUND);
	CHECK_INT(toc_find_organisation(s->w, TOC_STR("AIRU"))->n_points, 3);
	CHECK(toc_point_for(s->w, TOC_STR("nobody"), TOC_FOR_ITL, s->now) == NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_second_admin_repeats_the_first_to_the_letter)
{
	static const struct contact other[] = { { LIAISON, "phone", "+999 9", NULL }, { NULL, NULL, NULL, NULL } };
	struct stage *s = stage_new();
	CHECK(declare(s, ADMIN, "", "\"ITL\"", liaison_only, ROUND) == 0);
	const char *first = stage_id(s, "M26.own", "AIRU");
	REFUSED(declare(s, SECOND, first, "\"ITL\"", other, ROUND), CONDITION, "body.escalation_chain"); /* another number */
	REFUSED(declare(s, SECOND, first, "\"ITL\",\"press\"", liaison_only, ROUND), CONDITION, "body.escalation_chain");
	REFUSED(declare(s, SECOND, first, "\"ITL\"", liaison_only, ",\"hours\":\"office\",\"public\":false"), CONDITION, "body.escalation_chain");
	REFUSED(declare(s, ADMIN, first, "\"ITL\"", liaison_only, ROUND), NOT_PERMITTED, "supersedes");
	CHECK(declare(s, SECOND, first, "\"ITL\"", liaison_only, ROUND) == 0);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "liaison officer");
	/* what waits goes when something else is declared for the same */
	CHECK(declare(s, ADMIN, "", "\"press\"", duty_only, ROUND) == 0);
	first = stage_id(s, "M26.own", "AIRU");
	CHECK(declare(s, SECOND, "", "\"press\"", liaison_only, ROUND) == 0);
	REFUSED(declare(s, SECOND, first, "\"press\"", duty_only, ROUND), STATE, "supersedes");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(where_there_is_one_admin_the_hubs_is_the_second)
{
	struct stage *s = stage_new();
	CHECK(declare(s, ADMIN, "", "\"ITL\"", liaison_only, ROUND) == 0);
	const char *first = stage_id(s, "M26.own", "AIRU");
	REFUSED(declare(s, "HUB/admin", first, "\"ITL\"", liaison_only, ROUND), NOT_PERMITTED, "body.org"); /* there are two of their own */
	CHECK(stage_act(s, ADMIN, "{\"type\":\"person\",\"mode\":\"system\",\"body\":{\"step\":\"leave\",\"org\":\"AIRU\",\"person\":\"%s\"}}",
			person(s, SECOND)) == 0);
	REFUSED(declare(s, "HUB/admin", "", "\"ITL\"", duty_only, ROUND), NOT_PERMITTED, "body.org"); /* the second, never the first */
	REFUSED(declare(s, "OPS/admin", first, "\"ITL\"", liaison_only, ROUND), NOT_PERMITTED, "body.org");
	REFUSED(declare(s, "BFP/admin", first, "\"ITL\"", liaison_only, ROUND), NOT_PERMITTED, "body.org");
	REFUSED(declare(s, "HUB/admin", first, "\"ITL\"", duty_only, ROUND), CONDITION, "body.escalation_chain"); /* to the letter */
	REFUSED(declare(s, ADMIN, first, "\"ITL\"", liaison_only, ROUND), NOT_PERMITTED, "supersedes");
	CHECK(declare(s, "HUB/admin", first, "\"ITL\"", liaison_only, ROUND) == 0);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "liaison officer");
	CHECK(stage_reads(s, stage_last(s, "M26.own", "HUB"), "AIRU", TOC_ROLE_AD, TOC_WHOLE));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(what_cannot_be_declared)
{
	static const struct contact none[] = { { LIAISON, "phone", NULL, NULL }, { NULL, NULL, NULL, NULL } };
	static const struct {
		const char *more, *field;
	} wrong[] = {
		{ ",\"public\":false,\"hours\":\"calendar\",\"calendar\":{\"zone\":\"Europe/Atlantis\",\"open\":[{\"days\":[\"mon\"],"
		  "\"from\":\"08:00\",\"until\":\"18:00\"}]}", "body.calendar.zone" },
		{ ",\"public\":false,\"hours\":\"calendar\",\"calendar\":{\"zone\":\"UTC\",\"open\":[{\"days\":[\"mon\"],"
		  "\"from\":\"24:00\",\"until\":\"18:00\"}]}", "body.calendar.open" },
		{ ",\"public\":false,\"hours\":\"calendar\",\"calendar\":{\"zone\":\"UTC\",\"open\":[{\"days\":[\"mon\"],"
		  "\"from\":\"08:00\",\"until\":\"18:60\"}]}", "body.calendar.open" },
		{ ",\"public\":false,\"hours\":\"calendar\",\"calendar\":{\"zone\":\"UTC\",\"open\":[{\"days\":[\"mon\"],"
		  "\"from\":\"08:00\",\"until\":\"18:00\"}],\"holidays\":[\"2026-02-30\"]}", "body.calendar.holidays" },
		{ ROUND ",\"valid_from\":\"2027-01-02T00:00:00Z\",\"valid_until\":\"2027-01-01T00:00:00Z\"", "body.valid_until" },
		{ ROUND ",\"deputy\":\"BFP\"", "body.deputy" }, /* of another state */
		{ ROUND ",\"deputy\":\"AIRU\"", "body.deputy" },
		{ ROUND ",\"deputy\":\"nobody\"", "body.deputy" },
	};
	struct stage *s = stage_new();
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		REFUSED(declare(s, ADMIN, "", "\"ITL\"", liaison_only, wrong[i].more), BAD_VALUE, wrong[i].field);
	REFUSED(declare(s, ADMIN, "", "\"ITL\"", none, ROUND), MISSING_FIELD, "body.escalation_chain.channels");
	REFUSED(stage_act(s, ADMIN,
			  "{\"type\":\"M26\",\"body\":{\"step\":\"own\",\"org\":\"AIRU\",\"purposes\":[\"ITL\"],\"languages\":[\"en\"]" ROUND
			  ",\"escalation_chain\":[{\"person\":\"%s\",\"channels\":[{\"kind\":\"phone\",\"address\":\"1\"},{\"kind\":\"phone\","
			  "\"address\":\"2\"}]}]}}", person(s, DUTY)),
		BAD_VALUE, "body.escalation_chain.channels");
	for (unsigned i = 0; i < 50; i++) { /* a new one for the same takes the place of the last */
		CHECK(declare(s, ADMIN, "", "\"ITL\"", liaison_only, ROUND) == 0);
		stage_wait(s, TOC_SECONDS(1));
	}
	CHECK_INT(toc_find_organisation(s->w, TOC_STR("AIRU"))->n_points, 2);
	stage_free(s);
}

CASE(a_declaration_for_a_time_stands_before_the_lasting_one)
{
	struct stage *s = stage_new();
	char window[256];
	snprintf(window, sizeof window, ROUND ",\"valid_from\":\"%s\",\"valid_until\":\"%s\"",
		 toc_time_str(s->a, toc_after(s->now, TOC_HOURS(1))).p, toc_time_str(s->a, toc_after(s->now, TOC_HOURS(3))).p);
	in_force(s, "\"ITL\"", liaison_only, window);
	const char *lasting = "duty officer, second officer, liaison officer";
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), lasting);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, toc_time_str(s->a, toc_after(s->now, TOC_HOURS(1))).p)), "liaison officer");
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, toc_time_str(s->a, toc_after(s->now, TOC_HOURS(3))).p)), lasting);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(what_is_over_or_declared_anew_leaves_no_deadline_behind)
{
	struct stage *s = stage_new();
	char window[256];
	snprintf(window, sizeof window, ROUND ",\"valid_until\":\"%s\"", toc_time_str(s->a, toc_after(s->now, TOC_HOURS(10 * 24))).p);
	in_force(s, "\"ITL\"", liaison_only, window);
	unsigned before = stage_count(s, "M26.drill", NULL);
	stage_wait(s, TOC_HOURS(40 * 24)); /* a drill that nobody answers is over; a deadline that nothing comes of aborts here */
	CHECK(stage_count(s, "M26.drill", NULL) > before);
	CHECK(stage_consistent(s));
	stage_free(s);
}

static int leave(struct stage *s, const char *who)
{
	return stage_act(s, ADMIN, "{\"type\":\"person\",\"body\":{\"step\":\"leave\",\"org\":\"AIRU\",\"person\":\"%s\"}}", person(s, who));
}

CASE(who_has_left_is_called_only_when_all_have)
{
	static const struct contact two[] = { { LIAISON, "phone", "+999 1", "open" }, { DUTY, "phone", "+999 2", "closed" }, { NULL, NULL, NULL, NULL } };
	struct stage *s = stage_new();
	in_force(s, "\"ITL\"", two, ROUND);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "liaison officer"); /* it is open */
	CHECK(leave(s, LIAISON) == 0);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "duty officer");
	CHECK(leave(s, DUTY) == 0);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, NULL)), "liaison officer, duty officer");
	stage_free(s);
}

/* ---- hours ---- */

#define CALENDAR                                                                                             \
	",\"public\":false,\"hours\":\"calendar\",\"calendar\":{\"zone\":\"Europe/Brussels\",\"open\":["     \
	"{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\"],\"from\":\"08:00\",\"until\":\"18:00\"},"       \
	"{\"days\":[\"sat\"],\"from\":\"22:00\",\"until\":\"06:00\"}],\"holidays\":[\"2033-12-26\"]}"

CASE(hours_are_those_of_the_desks_zone_across_the_nights_on_which_clocks_turn)
{
	static const struct contact chain[] = { { DUTY, "console", NULL, "open" }, { OFFICER, "phone", "+999 1", "closed" },
						{ LIAISON, "phone", "+999 2", NULL }, { NULL, NULL, NULL, NULL } };
	static const struct {
		const char *when;
		bool open;
	} moments[] = {
		{ "2033-10-28T05:59:59Z", false }, /* Friday, 07:59:59 in summer */
		{ "2033-10-28T06:00:00Z", true },
		{ "2033-10-28T15:59:59Z", true },
		{ "2033-10-28T16:00:00Z", false },
		{ "2033-10-29T19:59:59Z", false }, /* Saturday, 21:59:59 */
		{ "2033-10-29T20:00:00Z", true },
		{ "2033-10-30T00:30:00Z", true }, /* 02:30 the first time */
		{ "2033-10-30T01:30:00Z", true }, /* 02:30 again: the shift of eight hours on the clock has nine */
		{ "2033-10-30T04:59:59Z", true }, /* 05:59:59 */
		{ "2033-10-30T05:00:00Z", false },
		{ "2033-10-31T06:59:59Z", false }, /* Monday, 07:59:59 in winter */
		{ "2033-10-31T07:00:00Z", true },
		{ "2034-03-25T21:00:00Z", true }, /* Saturday 22:00; that night has seven of the eight */
		{ "2034-03-26T03:59:59Z", true }, /* 05:59:59 in summer */
		{ "2034-03-26T04:00:00Z", false },
		{ "2033-12-26T10:00:00Z", false }, /* Monday, a holiday */
		{ "2033-12-27T10:00:00Z", true },
	};
	struct stage *s = stage_new();
	in_force(s, "\"ITL\"", chain, CALENDAR);
	for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
		if (toc_point_is_open(point(s, TOC_FOR_ITL), at(moments[i].when)) != moments[i].open)
			printf("  at %s\n", moments[i].when);
		CHECK(toc_point_is_open(point(s, TOC_FOR_ITL), at(moments[i].when)) == moments[i].open);
		CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, moments[i].when)),
			   moments[i].open ? "duty officer, liaison officer" : "second officer, liaison officer");
	}
	CHECK_TEXT(toc_time_str(s->a, toc_point_opens(point(s, TOC_FOR_ITL), at("2033-10-30T05:00:00Z"))), "2033-10-31T07:00:00.000Z");
	CHECK_TEXT(toc_time_str(s->a, toc_point_opens(point(s, TOC_FOR_ITL), at("2033-12-25T12:00:00Z"))), "2033-12-27T07:00:00.000Z");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(where_nobody_would_be_left_everybody_is_called)
{
	static const struct contact chain[] = { { DUTY, "console", NULL, "open" }, { OFFICER, "phone", "+999 1", "on_duty" }, { NULL, NULL, NULL, NULL } };
	struct stage *s = stage_new();
	in_force(s, "\"ITL\"", chain, CALENDAR);
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, "2033-10-28T12:00:00Z")), "duty officer");
	CHECK_TEXT(toc_str_of(reached(s, TOC_FOR_ITL, "2033-10-28T20:00:00Z")), "duty officer, second officer");
	stage_free(s);
}

CASE(orders_are_received_on_the_channels_that_are_declared_for_them)
{
	struct stage *s = stage_new();
	CHECK(toc_receives_orders_by(s->w, TOC_STR("BFP"), TOC_STR("console"), s->now));
	CHECK(!toc_receives_orders_by(s->w, TOC_STR("BFP"), TOC_STR("e-mail"), s->now));
	CHECK(toc_receives_orders_by(s->w, TOC_STR("PastePond"), TOC_STR("e-mail"), s->now)); /* it has nothing else */
	CHECK(!toc_receives_orders_by(s->w, TOC_STR("PastePond"), TOC_STR("phone"), s->now));
	in_force(s, "\"orders\"", liaison_only, ROUND ",\"orders_by\":[\"e-mail\"]");
	CHECK(toc_receives_orders_by(s->w, TOC_STR("AIRU"), TOC_STR("e-mail"), s->now));
	CHECK(!toc_receives_orders_by(s->w, TOC_STR("AIRU"), TOC_STR("phone"), s->now));
	CHECK(!toc_receives_orders_by(s->w, TOC_STR("AIRU"), TOC_STR("pigeon"), s->now));
	stage_free(s);
}

/* ---- who reads it ---- */

CASE(every_member_sees_what_is_public_and_only_that)
{
	struct stage *s = stage_new();
	in_force(s, "\"press\"", liaison_only,
		 ",\"hours\":\"office\",\"public\":true,\"channels\":[{\"kind\":\"phone\",\"address\":\"+999 01 555 077\"}],\"keys\":[\"k1\"]");
	const struct stage_entry *e = stage_last(s, "M26.public", NULL), *own = stage_last(s, "M26.own", "AIRU");
	CHECK(e != NULL);
	CHECK(stage_reads(s, e, "GameNest", TOC_ROLE_CR, TOC_WHOLE) && stage_reads(s, e, "OSF", TOC_ROLE_DU, TOC_WHOLE) &&
	      stage_reads(s, e, "FRP", TOC_ROLE_AU, TOC_WHOLE) && stage_reads(s, e, "AIRU", TOC_ROLE_DU, TOC_WHOLE));
	CHECK(!stage_reads(s, own, "GameNest", TOC_ROLE_ALL, TOC_WHOLE) && !stage_reads(s, own, "AIRU", TOC_ROLE_DU, TOC_WHOLE) &&
	      stage_reads(s, own, "AIRU", TOC_ROLE_AD, TOC_WHOLE) && stage_reads(s, own, "HUB", TOC_ROLE_DU, TOC_WHOLE));
	struct toc_str text = toc_json_str(s->a, e->e.body);
	CHECK(memmem(text.p, text.n, "+999 01 555 077", 15) != NULL);
	CHECK(memmem(text.p, text.n, person(s, LIAISON), 36) == NULL && memmem(text.p, text.n, "chain", 5) == NULL);
	/* what was public and is no longer: that is said, and nothing else */
	size_t before = stage_count(s, "M26.public", NULL);
	in_force(s, "\"press\"", duty_only, ROUND);
	CHECK_INT(stage_count(s, "M26.public", NULL), before + 1);
	e = stage_last(s, "M26.public", NULL);
	const struct toc_value *body = toc_get(toc_get(e->e.body, "message"), "body");
	CHECK(toc_get(body, "hours") == NULL && toc_get(body, "channels") == NULL && !toc_get_bool(body, "public"));
	in_force(s, "\"press\"", liaison_only, ROUND);
	CHECK_INT(stage_count(s, "M26.public", NULL), before + 1); /* it was not public before */
	stage_free(s);
}

CASE(keyed_hashes_of_addresses_are_shown_to_nobody)
{
	struct stage *s = stage_new();
	in_force(s, "\"press\"", liaison_only, ROUND);
	const struct toc_value *decided = toc_get(stage_last(s, "M26.own", "AIRU")->e.body, "decided");
	CHECK(toc_get(decided, "address_keys") != NULL);
	CHECK(toc_get(toc_decided_shown(s->a, TOC_STR("M26.own"), decided, TOC_WHOLE), "address_keys") == NULL);
	stage_free(s);
}

RUN_CASES()
