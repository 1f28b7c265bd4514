/* test_incident_abuse.c: what a careless or hostile member tries with incidents: nobody is made to have acknowledged
 * what they have not, no single person activates for good, and no tie locks an incident up. */
#include "course.h"
#include "orders.h"

#define FAST "\"body.fast_path\":true"

static int receipt(struct stage *s, const char *who, const char *message, const char *state)
{
	return stage_act(s, who,
			 "{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\",\"recipient_"
			 "org\":\"%.*s\",\"channel\":\"console\","
			 "\"state\":\"%s\",\"at\":\"%s\",\"actor_kind\":\"human\"}}",
			 message, (int)strcspn(who, "/"), who, state, now_of(s));
}

static bool owes_ack(struct stage *s, const char *incident, const char *org)
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
	CHECK(owes_ack(s, id, "GameNest"));
	CHECK_INT(receipt(s, "GameNest/counsel", second, "acked"), 0);
	CHECK(!owes_ack(s, id, "GameNest"));
	/* a confirmation of it is as good, one of anything else is not */
	CHECK_INT(answer(s, "HUB/lead", id, "activate", "confirm", second), 0);
	CHECK_INT(receipt(s, "Chirplet/night responder", id_of(s, "M3.confirm"), "acked"), 0);
	CHECK(!owes_ack(s, id, "Chirplet"));
	CHECK_INT(decide(s, "AIRU/duty officer", id, "change", ""), 0);
	CHECK_INT(answer(s, "HUB/lead", id, "change", "confirm", id_of(s, "M3.propose")), 0);
	CHECK_INT(receipt(s, "LoopReel/night responder", id_of(s, "M3.confirm"), "acked"), 0);
	CHECK(owes_ack(s, id, "LoopReel"));
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
	CHECK(owes_ack(s, id, "Chirplet") && !owes_ack(s, id, "GameNest"));
	CHECK_INT(tie(s, "HUB/lead", id, "link", id, "duplicate_of", b), 0);
	CHECK(owes_ack(s, id, "Chirplet")); /* it does not hear of the tie */
	CHECK_INT(receipt(s, "LoopReel/night responder", e, "acked"), 0);
	CHECK_INT(tie(s, "HUB/lead", id, "unlink", id, "duplicate_of", b), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	CHECK(owes_ack(s, id, "Chirplet"));
	CHECK(!owes_ack(s, id, "GameNest") && !owes_ack(s, id, "LoopReel") && !owes_ack(s, id, "HUB") && !owes_ack(s, id, "AIRU") &&
	      !owes_ack(s, id, "DGO"));
	size_t called = stage_count(s, "M19.escalation", NULL);
	stage_to(s, "40:00");
	CHECK(stage_count(s, "M19.escalation", NULL) > called);
	CHECK_INT(receipt(s, "Chirplet/night responder", e, "acked"), 0);
	CHECK(!owes_ack(s, id, "Chirplet"));
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

/* ---- what belongs to a duplicate belongs to the one that stays ---- */

CASE(an_order_of_a_duplicate_inside_its_hour_keeps_the_other_incident_open)
{
	const struct orders *o = &orders_nest;
	struct stage *s = stage_new();

	orders_exercise(s, "2033-02-01T10:00:00Z");
	orders_informed(s, o);
	const char *id = active(s);
	CHECK_INT(report(s, "AIRU/duty officer", "\"audience\":[\"HUB\",\"BFP\",\"GameNest\",\"CDA\"]"), 0);
	const char *twin = incident_of(s, stage_last(s, "M1.report", NULL));
	struct toc_value *form = orders_form(s, o, ""), *draft = orders_with_form(s, "draft", NULL, form, "");
	toc_set_cstr(s->a, draft, "incident_ref", twin);
	CHECK_INT(stage_act_value(s, o->issuer, draft), 0);
	const char *order = stage_id(s, "M10.draft", NULL);
	CHECK_INT(orders_cleared(s, o, order), 0);
	CHECK_INT(orders_say(s, o->certifier, "M10", order, toc_arena_printf(s->a, "\"step\":\"certify\",\"certified\":\"%s\"", order).p), 0);
	CHECK_INT(stage_act_value(s, o->issuer, orders_with_form(s, "issue", order, form, "")), 0);
	CHECK_INT(orders_receipt(s, o, "M10.issue"), 0);
	CHECK_INT(tie(s, "AIRU/duty officer", twin, "link", twin, "duplicate_of", id), 0);
	CHECK_INT(status(s, "GameNest/night responder", id, "falling", ""), 0);
	CHECK_INT(status(s, "GameNest/night responder", id, "falling", ""), 0);
	CHECK_INT(sitrep(s, "HUB/lead", id, "approve", ""), 0);
	CHECK_INT(toc_get_int(toc_get(toc_get(decided_of(stage_last(s, "M20.approve", NULL)), "report"), "figures"), "orders_open", 0), 1);
	REFUSED(decide(s, "HUB/lead", id, "wind_down", ""), CONDITION, "body.decision");
	CHECK_INT(orders_say(s, o->responder, "M12", order, orders_answer(s, o, toc_arena_printf(s->a,
		"\"established_in\":\"XC\",\"measure\":\"removed\",\"measured_at\":\"%s\"", toc_time_str(s->a, orders_now(s)).p).p)), 0);
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_open_threat_of_a_duplicate_is_counted_and_keeps_the_other_incident_open)
{
	struct stage *s = begun();
	const char *id = active(s);

	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *twin = incident_of(s, stage_last(s, "M1.report", NULL));
	CHECK_INT(stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	CHECK_INT(tie(s, "AIRU/duty officer", twin, "link", stage_case(s, "M4.send", NULL), "belongs_to", twin), 0);
	CHECK_INT(tie(s, "AIRU/duty officer", twin, "link", twin, "duplicate_of", id), 0);
	CHECK_INT(sitrep(s, "HUB/lead", id, "approve", ""), 0);
	CHECK_INT(toc_get_int(toc_get(toc_get(decided_of(stage_last(s, "M20.approve", NULL)), "report"), "figures"), "itl_open", 0), 1);
	CHECK_INT(status(s, "GameNest/night responder", id, "falling", ""), 0);
	CHECK_INT(status(s, "GameNest/night responder", id, "falling", ""), 0);
	REFUSED(decide(s, "HUB/lead", id, "wind_down", ""), CONDITION, "body.decision");
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- other mechanisms, named in any decision ---- */

#define MEASURES ",\"body.linked_activations\":[{\"body\":\"the Commission\",\"mechanism\":\"DSA 36\",\"state\":\"active\",\"since\":\"%s\"}]"

CASE(a_mechanism_that_an_activation_names_is_counted_and_its_time_runs)
{
	for (unsigned how = 0; how < 3; how++) {
		struct stage *s = begun();
		const char *id = how == 2 ? active(s) : assessed(s);
		const char *since = now_of(s);
		REFUSED(decide(s, "AIRU/second officer", id, how == 2 ? "change" : "activate",
			       toc_arena_printf(s->a, "\"body.reason\":\"x\"" MEASURES, "2031-05-18T13:58:00Z").p), TIME, "body.linked_activations[0].since");
		if (how == 0) {
			CHECK_INT(decide(s, "AIRU/second officer", id, "activate", toc_arena_printf(s->a, "\"body.fast_path\":true" MEASURES, since).p), 0);
		} else if (how == 1) {
			CHECK_INT(decide(s, "AIRU/second officer", id, "activate", ""), 0);
			CHECK_INT(repeats(s, "HUB/lead", id, "activate", id_of(s, "M3.propose"), toc_arena_printf(s->a,
				"\"linked_activations\":[{\"body\":\"the Commission\",\"mechanism\":\"DSA 36\",\"state\":\"active\",\"since\":\"%s\"}]", since).p), 0);
		} else {
			CHECK_INT(decide(s, "AIRU/second officer", id, "change", toc_arena_printf(s->a, "\"body.reason\":\"x\"" MEASURES, since).p), 0);
		}
		const struct toc_timer *t26 = toc_running(s->w, "T26", find(s, id)->id, TOC_STR(""));
		CHECK_TEXT(toc_time_str(s->a, t26 ? t26->deadline : s->now), "2031-08-17T13:59:00.000Z");
		const struct toc_course *c = toc_find_course(s->w, find(s, id)->id);
		CHECK_INT(c ? c->mechanisms : 0, 1);
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

RUN_CASES()
