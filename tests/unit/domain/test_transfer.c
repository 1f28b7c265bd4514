/* test_transfer.c: personal data to and from third countries: marked, kept out, let in where a state's rules say so; and
 * the record of every transfer, whole. */
#include "acts.h"

#include "message/transfer.h"

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

/* ---- the record ---- */

static struct toc_value *record(struct stage *s, const struct stage_entry *e)
{
	const struct toc_value *decided = toc_get(e->e.body, "decided");
	struct toc_value *doc = toc_value_map(s->a);

	toc_set_text(s->a, doc, "k", e->e.k);
	toc_set(s->a, doc, "at", toc_get(decided, "at"));
	toc_set_text(s->a, doc, "org", e->e.org);
	toc_set_id(s->a, doc, "id", e->e.eid);
	toc_set(s->a, doc, "message", toc_get(e->e.body, "message"));
	toc_set(s->a, doc, "decided", (struct toc_value *)(uintptr_t)decided);
	return toc_transfer_of(s->a, doc);
}

static const char *names(struct stage *s, const struct toc_value *list)
{
	struct toc_str out = TOC_STR("");

	for (size_t i = 0; i < toc_len(list); i++)
		out = toc_arena_printf(s->a, "%.*s%s%.*s", TOC_STR_ARGS(out), i ? " " : "", TOC_STR_ARGS(toc_text_of(toc_at(list, i))));
	return out.p;
}

CASE(a_transfer_is_on_record_with_its_ground_and_what_is_none_is_not)
{
	struct stage *s = begun();

	CHECK(stage_act_value(s, "LoopReel/night responder", stage_parse(s, toc_str_of(stage_notice(s, "", "")))) == 0);
	const struct stage_entry *e = stage_last(s, "M4.send", "LoopReel");
	const struct toc_value *r = record(s, e);
	CHECK(r != NULL);
	CHECK_TEXT(toc_get_text(r, "org"), "LoopReel");
	CHECK(toc_list_has(toc_get(r, "to"), TOC_STR("HUB")) && !toc_list_has(toc_get(r, "to"), TOC_STR("LoopReel")));
	CHECK_TEXT(toc_get_text(r, "level"), "limited");
	CHECK_TEXT(toc_str_of(names(s, toc_get(r, "categories"))), "location");
	CHECK_INT(toc_len(toc_get(r, "legal_basis")), toc_len(toc_get(toc_get(e->e.body, "message"), "legal_basis")));
	CHECK_TEXT(toc_get_text(toc_get(r, "transfer_regime"), "from"), "QM");
	/* nothing personal is in it */
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	CHECK(record(s, stage_last(s, "M1.report", "AIRU")) == NULL);
	stage_free(s);
}

CASE(a_disclosure_is_one_to_those_it_names_of_what_it_carries_whole)
{
	static const struct {
		const char *rendering;
		bool transfer;
	} of[] = { { "without_personal", false }, { "whole", true } };
	struct stage *s = stage_new();

	CHECK(stage_play(s, "lantern.json", "30:00") == 0);
	const char *notice = toc_uuid_str(s->a, stage_named(s, "send1")->e.eid).p;
	CHECK_TEXT(toc_str_of(names(s, toc_get(record(s, stage_named(s, "send1")), "to"))), "AIRU HUB");
	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		CHECK_INT(stage_act(s, "StreamHarbor/night responder",
				    "{\"type\":\"M29\",\"case_ref\":\"%s\",\"legal_basis\":[{\"act\":\"national\",\"article\":\"12\"}],\"body\":"
				    "{\"step\":\"disclose\",\"entries\":[{\"ref\":\"%s\",\"rendering\":\"%s\"}],\"to\":[\"BFP\"],\"decided_by\":\"%s\","
				    "\"ground\":\"legal_request\"}}",
				    stage_case(s, "M4.send", NULL), notice, of[i].rendering,
				    toc_uuid_str(s->a, stage_person(s, "StreamHarbor/night responder")).p), 0);
		const struct toc_value *r = record(s, stage_last(s, "M29.disclose", NULL));
		CHECK((r != NULL) == of[i].transfer);
		if (!r)
			continue;
		CHECK_TEXT(toc_str_of(names(s, toc_get(r, "to"))), "BFP");
		CHECK_TEXT(toc_str_of(names(s, toc_get(r, "discloses"))), notice);
		CHECK_TEXT(toc_get_text(r, "ground"), "legal_request");
		CHECK_TEXT(toc_get_text(toc_at(toc_get(r, "legal_basis"), 0), "act"), "national");
	}
	stage_free(s);
}

RUN_CASES()
