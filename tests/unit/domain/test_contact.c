/* test_contact.c: how an organisation is reached: by purpose, by the hour, by who is on duty; channels that are tried;
 * drills that are answered in time, late, or by nobody. */
#include "check.h"
#include "stage.h"

#include "message/json.h"

#define REFUSED(call, why, where)                                                                            \
	do {                                                                                                 \
		CHECK((call) < 0);                                                                           \
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_##why);                                              \
		CHECK_TEXT(toc_str_of(s->v.refusal.field), where);                                           \
		CHECK_INT(s->v.n, 0);                                                                        \
	} while (0)

#define ADMIN "AIRU/admin"
#define SECOND "AIRU/second admin"
#define DUTY "AIRU/duty officer"
#define OFFICER "AIRU/second officer"
#define LIAISON "AIRU/liaison officer"

static const char *person(struct stage *s, const char *who)
{
	return toc_uuid_str(s->a, stage_person(s, who)).p;
}

static toc_time at(const char *text)
{
	toc_time t = { -1 };
	CHECK(toc_time_parse(toc_str_of(text), &t, NULL) == 0);
	return t;
}

/* ---- declaring ---- */

struct contact {
	const char *who, *kind, *address, *when;
};

/* One admin declares for AIRU; `more` are further members of the body. */
static int declare(struct stage *s, const char *who, const char *supersedes, const char *purposes, const struct contact *chain, const char *more)
{
	struct toc_str list = TOC_STR("");
	for (; chain->who; chain++)
		list = toc_arena_printf(s->a, "%.*s%s{\"person\":\"%s\",\"channels\":[{\"kind\":\"%s\"%s%s%s}]%s%s%s}", TOC_STR_ARGS(list),
					list.n ? "," : "", person(s, chain->who), chain->kind, chain->address ? ",\"address\":\"" : "",
					chain->address ? chain->address : "", chain->address ? "\"" : "", chain->when ? ",\"when\":\"" : "",
					chain->when ? chain->when : "", chain->when ? "\"" : "");
	return stage_act(s, who,
			 "{\"type\":\"M26\"%s%s%s,\"body\":{\"step\":\"own\",\"org\":\"AIRU\",\"purposes\":[%s],\"languages\":[\"en\"],"
			 "\"escalation_chain\":[%.*s]%s}}",
			 *supersedes ? ",\"supersedes\":\"" : "", supersedes, *supersedes ? "\"" : "", purposes, TOC_STR_ARGS(list), more);
}

#define ROUND ",\"hours\":\"24/7\",\"public\":false"

/* … and the other puts it in force. */
static void in_force(struct stage *s, const char *purposes, const struct contact *chain, const char *more)
{
	CHECK(declare(s, ADMIN, "", purposes, chain, more) == 0);
	CHECK(declare(s, SECOND, stage_id(s, "M26.own", "AIRU"), purposes, chain, more) == 0);
}

/* "duty officer, second officer": whom the organisation's contact point for a purpose reaches now. */
static const char *reached(struct stage *s, uint32_t purpose, const char *when)
{
	static const char *const who[] = { DUTY, OFFICER, LIAISON, ADMIN, SECOND };
	struct toc_reached reach = toc_reached(s->w, s->a, TOC_STR("AIRU"), purpose, when ? at(when) : s->now);
	struct toc_str all = TOC_STR("");
	for (unsigned i = 0; i < reach.n; i++)
		for (size_t k = 0; k < sizeof who / sizeof *who; k++)
			if (toc_uuid_eq(reach.point->chain[reach.order[i]].person, stage_person(s, who[k])))
				all = toc_arena_printf(s->a, "%.*s%s%s", TOC_STR_ARGS(all), all.n ? ", " : "", who[k] + 5);
	return all.n ? all.p : "";
}

static const struct toc_point *point(struct stage *s, uint32_t purpose)
{
	return toc_point_for(s->w, TOC_STR("AIRU"), purpose, s->now);
}

static const char *point_id(struct stage *s, uint32_t purpose)
{
	return toc_uuid_str(s->a, point(s, purpose)->id).p;
}

static const struct contact liaison_only[] = { { LIAISON, "phone", "+999 1", NULL }, { NULL, NULL, NULL, NULL } };
static const struct contact duty_only[] = { { DUTY, "phone", "+999 2", NULL }, { NULL, NULL, NULL, NULL } };

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
