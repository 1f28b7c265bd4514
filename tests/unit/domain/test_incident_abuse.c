/* test_incident_abuse.c: what a careless or hostile member tries with incidents: nobody is made to have acknowledged
 * what they have not, no single person activates for good, and no tie locks an incident up. */
#include "acts.h"

#define FAST "\"body.fast_path\":true"

static int receipt(struct stage *s, const char *who, const char *message, const char *state)
{
	return stage_act(s, who,
			 "{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\",\"recipient_"
			 "org\":\"%.*s\",\"channel\":\"console\","
			 "\"state\":\"%s\",\"at\":\"%s\",\"actor_kind\":\"human\"}}",
			 message, (int)strcspn(who, "/"), who, state, now_of(s));
}

static bool owes(struct stage *s, const char *incident, const char *org)
{
	return toc_running(s->w, "T19", find(s, incident)->id, toc_str_of(org)) != NULL;
}

/* Another incident that AIRU has reported to HUB and BFP. */
static const char *another(struct stage *s)
{
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	return incident_of(s, stage_last(s, "M1.report", "AIRU"));
}

CASE(who_acknowledges_an_activation_that_was_undone_has_not_acknowledged_the_next_one)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	CHECK_INT(decide(s, "AIRU/second officer", id, "activate", FAST), 0);
	const char *first = id_of(s, "M3.fast_path");
	CHECK_INT(answer(s, "AIRU/second officer", id, "activate", "withdraw", first), 0);
	CHECK_INT(decide(s, "AIRU/second officer", id, "activate", FAST), 0);
	const char *second = id_of(s, "M3.fast_path");
	CHECK_INT(receipt(s, "GameNest/counsel", first, "acked"), 0);
	CHECK(owes(s, id, "GameNest"));
	CHECK_INT(receipt(s, "GameNest/counsel", second, "acked"), 0);
	CHECK(!owes(s, id, "GameNest"));
	/* a confirmation of it is as good, one of anything else is not */
	CHECK_INT(answer(s, "HUB/lead", id, "activate", "confirm", second), 0);
	CHECK_INT(receipt(s, "Chirplet/night responder", id_of(s, "M3.confirm"), "acked"), 0);
	CHECK(!owes(s, id, "Chirplet"));
	CHECK_INT(decide(s, "AIRU/duty officer", id, "change", ""), 0);
	CHECK_INT(answer(s, "HUB/lead", id, "change", "confirm", id_of(s, "M3.propose")), 0);
	CHECK_INT(receipt(s, "LoopReel/night responder", id_of(s, "M3.confirm"), "acked"), 0);
	CHECK(owes(s, id, "LoopReel"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(nobody_keeps_an_activation_alone_by_tying_it_away_meanwhile)
{
	static const char *const ways[] = { "withdraws", "waits" };
	for (size_t way = 0; way < 2; way++) {
		struct stage *s = begun();
		const char *b = another(s), *id = assessed(s);
		const char *tied = way == 0 ? FAST
					    : toc_arena_printf(s->a,
							       FAST ",\"body.links\":[{\"kind\":\"duplicate_of\","
								    "\"to\":\"%s\"}]",
							       b)
						      .p;
		CHECK_INT(decide(s, "AIRU/second officer", id, "activate", tied), 0);
		if (way == 0) {
			CHECK_INT(tie(s, "AIRU/second officer", id, "link", id, "duplicate_of", b), 0);
			CHECK_INT(answer(s, "AIRU/second officer", id, "activate", "withdraw",
					 id_of(s, "M3.fast_path")),
				  0);
		} else {
			stage_to(s, "1:05:00");
			CHECK_INT(stage_count(s, "M3.revert", NULL), 1);
		}
		CHECK_INT(state_of(s, id), TOC_INCIDENT_LINKED_DUPLICATE);
		CHECK_INT(tie(s, "AIRU/second officer", id, "unlink", id, "duplicate_of", b), 0);
		if (state_of(s, id) != TOC_INCIDENT_ASSESSING)
			printf("who %s keeps it\n", ways[way]);
		CHECK_INT(state_of(s, id), TOC_INCIDENT_ASSESSING);
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

CASE(an_incident_is_a_duplicate_of_one_other_however_often_it_is_said)
{
	struct stage *s = begun();
	const char *a = another(s), *b = another(s), *c = another(s);
	static const char links[] = "{\"type\":\"M1\",\"audience\":[],\"incident_ref\":\"%s\"," NO_PERSONAL
				    ",\"body\":{\"step\":\"%s\",\"links\":["
				    "{\"ref\":\"%s\",\"kind\":\"duplicate_of\",\"to\":\"%s\"},"
				    "{\"ref\":\"%s\",\"kind\":\"duplicate_of\",\"to\":\"%s\"}]}}";
	REFUSED(stage_act(s, "HUB/lead", links, a, "link", a, b, a, c), BAD_VALUE, "body.links");
	REFUSED(stage_act(s, "HUB/lead", links, a, "link", a, b, a, b), BAD_VALUE, "body.links");
	REFUSED(stage_act(s, "HUB/lead", links, a, "link", a, b, b, a), BAD_VALUE, "body.links");
	REFUSED(stage_act(s, "HUB/lead", links, a, "link", b, a, a, c), BAD_VALUE, "body.links");
	CHECK_INT(state_of(s, a), TOC_INCIDENT_REPORTED);
	CHECK_INT(stage_act(s, "HUB/lead", links, a, "link", b, a, c, a), 0); /* two of one: as they are */
	CHECK_INT(find(s, a)->n_duplicates, 2);
	REFUSED(stage_act(s, "HUB/lead", links, a, "unlink", b, a, b, a), BAD_VALUE, "body.links");
	CHECK_INT(stage_act(s, "HUB/lead", links, a, "unlink", b, a, c, a), 0);
	CHECK_INT(state_of(s, b), TOC_INCIDENT_REPORTED);
	CHECK_INT(find(s, a)->n_duplicates, 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_tie_and_its_undoing_excuse_nobody_from_acknowledging)
{
	struct stage *s = begun();
	const char *b = another(s), *id = active(s), *e = id_of(s, "M3.confirm");
	CHECK_INT(receipt(s, "GameNest/counsel", e, "acked"), 0);
	CHECK(owes(s, id, "Chirplet") && !owes(s, id, "GameNest"));
	CHECK_INT(tie(s, "HUB/lead", id, "link", id, "duplicate_of", b), 0);
	CHECK(owes(s, id, "Chirplet")); /* it does not hear of the tie */
	CHECK_INT(receipt(s, "LoopReel/night responder", e, "acked"), 0);
	CHECK_INT(tie(s, "HUB/lead", id, "unlink", id, "duplicate_of", b), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	CHECK(owes(s, id, "Chirplet"));
	CHECK(!owes(s, id, "GameNest") && !owes(s, id, "LoopReel") && !owes(s, id, "HUB") && !owes(s, id, "AIRU") &&
	      !owes(s, id, "DGO"));
	size_t called = stage_count(s, "M19.escalation", NULL);
	stage_to(s, "40:00");
	CHECK(stage_count(s, "M19.escalation", NULL) > called);
	CHECK_INT(receipt(s, "Chirplet/night responder", e, "acked"), 0);
	CHECK(!owes(s, id, "Chirplet"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(nothing_is_closed_over_a_threat_that_belongs_to_a_duplicate)
{
	struct stage *s = begun();
	const char *id = active(s), *b = another(s);
	CHECK_INT(stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	CHECK_INT(tie(s, "AIRU/duty officer", b, "link", stage_case(s, "M4.send", NULL), "belongs_to", b), 0);
	CHECK_INT(tie(s, "HUB/lead", id, "link", b, "duplicate_of", id), 0);
	REFUSED(decide(s, "HUB/lead", id, "wind_down", ""), CONDITION, "body.decision");
	CHECK_INT(tie(s, "HUB/lead", id, "unlink", b, "duplicate_of", id), 0);
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	stage_free(s);
}

CASE(the_hub_is_asked_by_a_message_not_by_a_receipt_or_an_objection)
{
	struct stage *s = begun();
	CHECK_INT(report(s, "BFP/duty officer", "\"audience\":[\"HUB\",\"AIRU\"]"), 0);
	const struct stage_entry *r = stage_last(s, "M1.report", "BFP");
	const char *id = incident_of(s, r);
	CHECK_INT(decide(s, "HUB/lead", id, "assess", ""), 0);
	CHECK_INT(receipt(s, "AIRU/second officer", id_of(s, "M3.assess"), "acked"), 0);
	const char *by = toc_arena_printf(s->a, "\"body.requested_by\":\"%s\"", id_of(s, "M19.human")).p;
	REFUSED(decide(s, "HUB/lead", id, "activate", by), NOT_FOUND, "body.requested_by");
	CHECK_INT(decide(s, "AIRU/duty officer", id, "not_activate", ""), 0);
	CHECK_INT(answer(s, "AIRU/duty officer", id, "not_activate", "withdraw", id_of(s, "M3.propose")), 0);
	by = toc_arena_printf(s->a, "\"body.requested_by\":\"%s\"", id_of(s, "M3.withdraw")).p;
	REFUSED(decide(s, "HUB/lead", id, "activate", by), CONDITION, "body.requested_by");
	stage_free(s);
}

CASE(an_organisation_objects_once_for_everybody_is_told)
{
	struct stage *s = begun();
	const char *id = active(s), *e = id_of(s, "M3.confirm");
	CHECK_INT(answer(s, "BFP/duty officer", id, "assess", "object", id_of(s, "M3.assess")), 0);
	CHECK_INT(answer(s, "GameNest/counsel", id, "activate", "object", e), 0);
	CHECK(stage_reads(s, stage_last(s, "M3.object", NULL), "PastePond", TOC_ROLE_CR, NULL));
	REFUSED(answer(s, "GameNest/night responder", id, "activate", "object", e), STATE, "body.proposal_ref");
	CHECK_INT(answer(s, "Chirplet/night responder", id, "activate", "object", e), 0);
	CHECK_INT(decide(s, "AIRU/duty officer", id, "change", ""), 0);
	CHECK_INT(answer(s, "HUB/lead", id, "change", "confirm", id_of(s, "M3.propose")), 0);
	CHECK_INT(answer(s, "GameNest/counsel", id, "change", "object", id_of(s, "M3.confirm")), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(no_decline_is_of_an_incident_and_a_case_at_once)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	CHECK_INT(stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	const char *change = toc_arena_printf(s->a, "\"case_ref\":\"%s\",%s", stage_case(s, "M4.send", NULL),
					      crisis_decline)
				     .p;
	REFUSED(warn(s, "HUB/lead", id, change), CONDITION, "case_ref");
	stage_free(s);
}

RUN_CASES()
