/* test_transfer.c: personal data to and from third countries: marked, kept out, let in where a state's rules say so. */
#include "acts.h"

/* What holds for QM, where LoopReel is established. */
static void qm(struct stage *s, int version, const char *qualifying)
{
	CHECK_INT(stage_act(s, "", "{\"type\":\"policy\",\"body\":{\"step\":\"national\",\"cc\":\"QM\",\"version\":%d,"
			    "\"valid_from\":\"2031-01-01T00:00:00Z\",\"member_state\":false,\"qualifying\":%s,\"desks\":[],\"not_dsa_18\":[]}}",
			    version, qualifying), 0);
}

static const struct toc_value *regime(const struct stage_entry *e)
{
	return toc_get(toc_get(e->e.body, "decided"), "transfer_regime");
}

CASE(what_a_third_country_platform_sends_is_marked_and_goes_to_the_union_only)
{
	struct stage *s = begun();

	CHECK(stage_act_value(s, "LoopReel/night responder", stage_parse(s, toc_str_of(stage_notice(s, "", "")))) == 0);
	const struct stage_entry *e = stage_last(s, "M4.send", "LoopReel");
	CHECK_TEXT(toc_get_text(regime(e), "from"), "QM");
	CHECK(toc_get(regime(e), "to") == NULL);
	CHECK(stage_act_value(s, "GameNest/night responder", stage_parse(s, toc_str_of(stage_notice(s, "", "")))) == 0);
	CHECK(regime(stage_last(s, "M4.send", "GameNest")) == NULL); /* nothing leaves the Union */
	stage_free(s);
}

CASE(what_is_addressed_to_it_is_marked_and_what_its_sender_chooses_is_refused)
{
	struct stage *s = begun();

	/* a reader by rule: the notifier of its own case */
	CHECK(stage_act_value(s, "LoopReel/night responder", stage_parse(s, toc_str_of(stage_notice(s, "", "")))) == 0);
	const struct stage_entry *e = stage_last(s, "M4.send", "LoopReel");
	CHECK_INT(stage_act(s, "AIRU/duty officer", "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"ack\",\"human_ack_by\":\"%s\",\"at\":\"%s\"}}",
			    toc_uuid_str(s->a, e->e.case_ref).p, toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p, now_of(s)), 0);
	const struct toc_value *to = toc_get(regime(stage_last(s, "M5.ack", "AIRU")), "to");
	CHECK_INT(toc_len(to), 1);
	CHECK_TEXT(toc_get_text(toc_at(to, 0), "org"), "LoopReel");
	CHECK_TEXT(toc_get_text(toc_at(to, 0), "cc"), "QM");
	/* chosen by hand: refused, and accepted without personal data, or when the state is treated like a member */
	REFUSED(report(s, "AIRU/duty officer", "\"audience\":[\"HUB\",\"LoopReel\"],\"personal_data\":{\"level\":\"limited\",\"categories\":[\"location\"]}"),
		CONDITION, "audience");
	CHECK_INT(report(s, "AIRU/duty officer", "\"audience\":[\"HUB\",\"LoopReel\"]," NO_PERSONAL), 0);
	CHECK(regime(stage_last(s, "M1.report", "AIRU")) == NULL);
	qm(s, 8, "true");
	CHECK_INT(report(s, "AIRU/duty officer", "\"audience\":[\"HUB\",\"LoopReel\"],\"personal_data\":{\"level\":\"limited\",\"categories\":[\"location\"]}"), 0);
	CHECK(regime(stage_last(s, "M1.report", "AIRU")) == NULL);
	qm(s, 9, "false"); /* versions only grow; the newest holds */
	REFUSED(report(s, "AIRU/duty officer", "\"audience\":[\"HUB\",\"LoopReel\"],\"personal_data\":{\"level\":\"limited\",\"categories\":[\"location\"]}"),
		CONDITION, "audience");
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
