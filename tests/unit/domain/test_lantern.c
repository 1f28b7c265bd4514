/* test_lantern.c: the opening of LANTERN, T+00:00 to 06:10, with the fixed answers of its rules (h.1). */
#include "check.h"
#include "stage.h"

static struct stage *played(void)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", NULL) == 0);
	return s;
}

CASE(draft_opens_the_case_and_starts_t16_for_the_provider_alone)
{
	struct stage *s = played();
	const struct stage_entry *e = stage_named(s, "draft");
	const struct toc_value *t16 = stage_timer(e, "timers_started", "T16", "StreamHarbor");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "StreamHarbor");
	CHECK(toc_get_time(t16, "deadline", TOC_TIME_NEVER).us == stage_time(s, "18:10").us);
	CHECK(toc_get_time(t16, "next", TOC_TIME_NEVER).us == stage_time(s, "13:10").us);
	CHECK(!toc_uuid_is_nil(e->e.case_ref));
	stage_free(s);
}

CASE(notice_goes_to_airu_with_a_copy_for_the_hub)
{
	struct stage *s = played();
	const struct stage_entry *e = stage_named(s, "send1");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU HUB StreamHarbor");
	CHECK_TEXT(toc_get_text(stage_decided(e, "desks", "org", "AIRU"), "role"), "competent");
	CHECK_TEXT(toc_get_text(stage_decided(e, "desks", "org", "HUB"), "role"), "hub");
	CHECK(toc_get_text(stage_decided(e, "desks", "org", "AIRU"), "why").n > 0);
	CHECK(toc_list_has(toc_get(stage_decided(e, "desks", "org", "AIRU"), "grounds"),
			   TOC_STR("target_place")));
	CHECK(toc_get_time(stage_timer(e, "timers_started", "T17", "AIRU"), "deadline", TOC_TIME_NEVER).us ==
	      stage_time(s, "09:00").us);
	CHECK_TEXT(toc_get_text(toc_get(e->e.body, "decided"), "policy_version"), "XA:1");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(t16_is_met_at_50_seconds)
{
	struct stage *s = played();
	const struct toc_value *t16 =
		stage_timer(stage_named(s, "send1"), "timers_stopped", "T16", "StreamHarbor");
	CHECK(toc_get_bool(t16, "met"));
	CHECK_INT(toc_get_int(t16, "took_ms", 0), 50000);
	stage_free(s);
}

CASE(machine_receipt_is_not_a_person_and_stops_nothing)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "04:05") == 0);
	const struct stage_entry *e = stage_named(s, "machine");
	CHECK_TEXT(e->e.k, "M19.machine");
	CHECK_TEXT(toc_get_text(toc_get(toc_get(e->e.body, "message"), "body"), "actor_kind"), "machine");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU HUB StreamHarbor");
	CHECK(!stage_reads(s, e, "HUB", TOC_ROLE_DU, NULL)); /* of the hub its lead only */
	CHECK_TEXT(toc_get_text(stage_decided(e, "state", "desk", "AIRU"), "to"), "DELIVERED");
	CHECK(toc_running(s->w, "T17", e->e.case_ref, TOC_STR("AIRU")) != NULL);
	stage_free(s);
}

CASE(a_person_answers_65_seconds_after_sending_and_115_after_awareness)
{
	struct stage *s = played();
	const struct stage_entry *sent = stage_named(s, "send1"), *delivered = stage_named(s, "machine"),
				 *accept = stage_named(s, "accept");
	toc_time at = toc_get_time(toc_get(accept->e.body, "decided"), "at", TOC_TIME_NEVER);
	CHECK_INT(toc_between(toc_get_time(toc_get(sent->e.body, "decided"), "at", TOC_TIME_NEVER), at).us,
		  65000000);
	CHECK_INT(
		toc_between(toc_get_time(toc_get(delivered->e.body, "decided"), "at", TOC_TIME_NEVER), at).us,
		60000000);
	CHECK_INT(toc_between(toc_find_threat(s->w, sent->e.case_ref)->aware_at, at).us, 115000000);
	stage_free(s);
}

CASE(acceptance_by_a_state_stops_paging_everywhere_the_hub_included)
{
	struct stage *s = played();
	const struct stage_entry *e = stage_named(s, "accept");
	const struct toc_value *airu = stage_timer(e, "timers_stopped", "T17", "AIRU"),
			       *hub = stage_timer(e, "timers_stopped", "T17", "HUB");
	CHECK(toc_get_bool(airu, "met"));
	CHECK_INT(toc_get_int(airu, "took_ms", 0), 65000);
	CHECK(hub != NULL);
	CHECK(!toc_running(s->w, "T17", e->e.case_ref, TOC_STR("AIRU")) &&
	      !toc_running(s->w, "T17", e->e.case_ref, TOC_STR("HUB")));
	CHECK(toc_get_time(stage_timer(e, "timers_started", "T18", "AIRU"), "deadline", TOC_TIME_NEVER).us ==
	      stage_time(s, "72:05:05").us);
	stage_to(s, "1:00:00"); /* nobody is called any more */
	CHECK_INT(stage_count(s, "M19.escalation", NULL), 0);
	CHECK_INT(stage_count(s, "deadline.passed", NULL), 0);
	stage_free(s);
}

CASE(supplement_is_a_message_of_its_own_in_the_same_case_and_starts_t8)
{
	struct stage *s = played();
	const struct stage_entry *e = stage_named(s, "supplement"), *sent = stage_named(s, "send1");
	CHECK(!toc_uuid_eq(e->e.eid, sent->e.eid) && toc_uuid_eq(e->e.case_ref, sent->e.case_ref));
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU HUB StreamHarbor");
	CHECK_TEXT(toc_get_text(stage_timer(e, "timers_started", "T8", "StreamHarbor"), "deadline"),
		   "2031-11-17T14:04:10.000Z");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_outcome_closes_the_case)
{
	struct stage *s = played();
	const char *id = stage_case(s, "M4.send", NULL);
	stage_to(s, "5:00:00");
	CHECK(stage_act(s, "AIRU/liaison officer",
			"{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"outcome\",\"human_ack_"
			"by\":\"%s\",\"at\":\"%s\","
			"\"outcome\":\"harm_occurred\"}}",
			id, toc_uuid_str(s->a, stage_person(s, "AIRU/liaison officer")).p,
			toc_time_str(s->a, stage_time(s, "5:00:00")).p) == 0);
	struct toc_uuid *open;
	CHECK_INT(toc_world_open_cases(s->w, s->a, &open), 0);
	CHECK(stage_timer(stage_last(s, "M5.outcome", NULL), "timers_stopped", "T18", "AIRU") != NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
