/* test_breakglass.c: the operator reads what is not theirs: one person, a reason, 30 minutes, all whose it is are told. */
#include "acts.h"

#define ADMIN "OPS/admin"
#define OPEN(...) stage_act(s, ADMIN, "{\"type\":\"breakglass\"," NO_PERSONAL ",\"body\":{\"step\":\"open\",\"reason\":\"The front shows nothing.\",\"entries\":[" __VA_ARGS__)
#define ONE "{\"ref\":\"%s\"}]}}"

static const char *in_an_hour(struct stage *s)
{
	return toc_time_str(s->a, toc_after(toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now), TOC_HOURS(1))).p;
}

static struct stage *noticed(void)
{
	struct stage *s = stage_new();

	CHECK_INT(stage_act_value(s, "GameNest/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	return s;
}

static int follow(struct stage *s, const char *who, const char *step)
{
	return stage_act(s, who, "{\"type\":\"breakglass\"," NO_PERSONAL ",\"body\":{\"step\":\"%s\",\"glass\":\"%s\"}}", step,
			 stage_id(s, "breakglass.open", NULL));
}

static bool reads_it(struct stage *s)
{
	return toc_is_reader(toc_find_message(s->w, toc_id_of(toc_str_of(stage_id(s, "breakglass.open", NULL)))), TOC_STR("OPS"), TOC_ROLE_AD);
}

CASE(it_carries_the_entry_to_the_operators_admins_and_tells_everybody_whose_it_is)
{
	struct stage *s = noticed();
	const struct stage_entry *notice = stage_last(s, "M4.send", NULL);
	enum toc_rendering rendering;

	CHECK_INT(OPEN(ONE, stage_id(s, "M4.send", NULL)), 0);
	const struct stage_entry *e = stage_last(s, "breakglass.open", NULL);
	CHECK_INT(e->n_discloses, 1);
	CHECK(toc_uuid_eq(e->discloses[0], notice->e.eid));
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "OPS"); /* whole */
	CHECK(stage_reads(s, e, "OPS", TOC_ROLE_AD, &rendering) && rendering == TOC_WHOLE);
	CHECK(!stage_reads(s, e, "OPS", TOC_ROLE_ALL & ~TOC_ROLE_AD, NULL));
	static const char *const told[] = { "GameNest", "AIRU", "HUB" };
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		CHECK(stage_reads(s, e, told[i], TOC_ROLE_DP, &rendering) && rendering == TOC_WITHOUT_PERSONAL);
	CHECK(!stage_reads(s, e, "Chirplet", TOC_ROLE_ALL, NULL));
	/* nobody's audience widens */
	CHECK(!toc_is_reader(toc_find_message(s->w, notice->e.eid), TOC_STR("OPS"), TOC_ROLE_ALL));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(after_thirty_minutes_the_server_takes_it_back)
{
	struct stage *s = noticed();

	CHECK_INT(OPEN(ONE, stage_id(s, "M4.send", NULL)), 0);
	stage_wait(s, TOC_MINUTES(29)); /* of real time: it is people who read */
	CHECK(reads_it(s) && !stage_last(s, "M25.recall", NULL));
	stage_wait(s, TOC_MINUTES(1));
	const struct stage_entry *e = stage_last(s, "M25.recall", "server");
	CHECK(e && !reads_it(s));
	const struct toc_value *recalled = toc_get(toc_get(e->e.body, "decided"), "recalled");
	CHECK_TEXT(toc_text_of(toc_at(toc_get(recalled, "entries"), 0)), stage_id(s, "breakglass.open", NULL));
	CHECK_TEXT(toc_text_of(toc_at(toc_get(recalled, "orgs"), 0)), "OPS");
	CHECK(stage_reads(s, e, "OPS", TOC_ROLE_AD, NULL) && stage_reads(s, e, "GameNest", TOC_ROLE_DP, NULL));
	CHECK(follow(s, ADMIN, "close") < 0); /* there is nothing left of it */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_admin_of_the_hub_makes_it_a_day_and_either_closes_it)
{
	struct stage *s = noticed();

	CHECK_INT(OPEN(ONE, stage_id(s, "M4.send", NULL)), 0);
	CHECK(follow(s, ADMIN, "confirm") < 0); /* not the same person, nor the same house */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK_INT(follow(s, "HUB/admin", "confirm"), 0);
	CHECK(follow(s, "HUB/second admin", "confirm") < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	stage_wait(s, TOC_HOURS(23));
	CHECK(reads_it(s));
	stage_wait(s, TOC_HOURS(1));
	CHECK(!reads_it(s));
	CHECK_INT(OPEN(ONE, stage_id(s, "M4.send", NULL)), 0);
	CHECK_INT(follow(s, "HUB/admin", "close"), 0);
	CHECK(!reads_it(s) && !toc_running(s->w, "glass", stage_last(s, "breakglass.open", NULL)->e.eid, TOC_STR("OPS")));
	CHECK_INT(OPEN(ONE, stage_id(s, "M4.send", NULL)), 0);
	CHECK_INT(follow(s, ADMIN, "close"), 0);
	CHECK(!reads_it(s));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(it_opens_neither_deconfliction_nor_drafts_nor_what_there_is_not)
{
	struct stage *s = noticed();

	CHECK_INT(stage_act(s, "GameNest/night responder", "{\"type\":\"M4\",\"body\":{\"step\":\"draft\",\"aware_at\":\"%s\"}}",
			    now_of(s)),
		  0);
	CHECK_INT(stage_act(s, "AIRU/duty officer",
			    "{\"type\":\"M18\",\"ack_required\":false," NO_PERSONAL ",\"body\":{\"step\":\"check\",\"subjects\":[{\"kind\":\"url\",\"value\":"
			    "\"https://pastepond.example/p/1\"}],\"intended_action\":\"other\",\"planned_at\":\"%s\",\"answer_by\":\"%s\"}}",
			    in_an_hour(s), in_an_hour(s)),
		  0);
	const char *closed[] = { stage_id(s, "M4.draft", NULL), stage_id(s, "M18.check", NULL), "01980000-0000-7000-8000-00000000dead" };
	struct toc_refusal first = { 0 };
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
		CHECK(OPEN(ONE, closed[i]) < 0);
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
		CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.entries[0].ref");
		if (i)
			CHECK_TEXT(toc_str_of(s->v.refusal.detail), first.detail);
		first = s->v.refusal;
	}
	CHECK(stage_act(s, "HUB/admin", "{\"type\":\"breakglass\"," NO_PERSONAL ",\"body\":{\"step\":\"open\",\"reason\":\"x\",\"entries\":[" ONE,
			stage_id(s, "M4.send", NULL)) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK_INT(stage_count(s, "breakglass.open", NULL), 0);
	stage_free(s);
}

CASE(entries_of_two_subjects_are_not_opened_together_nor_more_than_a_few_at_a_time)
{
	struct stage *s = noticed();
	char first[64];

	snprintf(first, sizeof first, "%s", stage_id(s, "M4.send", NULL));
	CHECK_INT(stage_act_value(s, "Chirplet/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	CHECK(OPEN("{\"ref\":\"%s\"}," ONE, first, stage_id(s, "M4.send", NULL)) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_CONDITION);
	for (int i = 0; i < 8; i++)
		CHECK_INT(OPEN(ONE, first), 0);
	CHECK(OPEN(ONE, first) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_LIMIT);
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
