/* test_withhold.c: a message to somebody who does not know of the incident, or of the case, does not say that there is one. */
#include "fences.h"
#include "orders.h"

#define AIRU "AIRU/duty officer"
#define BFP "BFP/duty officer"

/* Neither in the entry, nor in what its readers are shown, nor in the name of its key. */
static bool tells(struct stage *s, const struct stage_entry *e, const char *id)
{
	CHECK(e != NULL);
	if (!e)
		return false;
	struct toc_str incident = toc_str_of(id);
	bool shown = toc_str_eq(toc_get_text(e->whole, "incident_ref"), incident) ||
		     toc_str_eq(toc_get_text(e->whole, "case_ref"), incident);

	shown |= strstr(toc_json_str(s->a, e->e.body).p, id) != NULL;
	return shown || toc_uuid_eq(e->e.incident, toc_id_of(incident)) || toc_uuid_eq(e->e.case_ref, toc_id_of(incident));
}

static const char *in(struct stage *s, const char *incident)
{
	return toc_arena_printf(s->a, "\"incident_ref\":\"%s\"", incident).p;
}

static int refer_in(struct stage *s, const char *audience, const char *of)
{
	return stage_act(s, BFP,
			 "{\"type\":\"M17\",\"ack_required\":false,\"precedence\":\"routine\",\"audience\":[%s],%s,"
			 "\"body\":{\"step\":\"send\",\"voluntary\":true,\"urls\":[\"" PASTE "\"],\"why\":\"x\"}}", audience, of);
}

CASE(a_referral_names_the_incident_only_where_every_service_knows_of_it)
{
	struct stage *s = at_32();
	const char *id = assessed(s); /* AIRU, HUB, BFP */

	CHECK_INT(refer_in(s, "\"PastePond\",\"HUB\"", in(s, id)), 0);
	CHECK(!tells(s, stage_last(s, "M17.send", "BFP"), id));
	CHECK(stage_consistent(s));
	const char *referral = stage_id(s, "M17.send", NULL);
	CHECK_INT(answer_referral(s, "PastePond/owner", referral, "removed", ""), 0);
	CHECK(!tells(s, stage_last(s, "M17.answer", NULL), id));
	/* it is no party by being referred to: whatever it says of the incident is refused as of one that is not there */
	REFUSED(decide(s, "PastePond/owner", id, "link_activation", ""), NOT_PERMITTED, "");
	CHECK(!toc_is_party(find(s, id), TOC_STR("PastePond")));

	CHECK_INT(stage_act_value(s, "HUB/lead", crisis_warning(s, id, "")), 0); /* to everybody */
	CHECK_INT(refer_in(s, "\"PastePond\",\"HUB\"", in(s, id)), 0);
	CHECK(tells(s, stage_last(s, "M17.send", "BFP"), id));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(who_prepares_it_is_told_that_it_will_not_say_so)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	struct toc_value *m = stage_message(s, toc_arena_printf(s->a,
		"{\"type\":\"M17\",\"ack_required\":false,\"precedence\":\"routine\",\"audience\":[\"PastePond\"],%s,"
		"\"body\":{\"step\":\"send\",\"voluntary\":true,\"urls\":[\"" PASTE "\"],\"why\":\"x\"}}", in(s, id)).p);
	const struct toc_value *answer = stage_prepare(s, BFP, m), *warnings = toc_get(answer, "warnings");

	CHECK(answer != NULL);
	CHECK_INT(toc_len(warnings), 1);
	CHECK_TEXT(toc_get_text(toc_at(warnings, 0), "code"), "incident_withheld");
	stage_free(s);
}

CASE(a_case_is_named_by_no_message_that_does_not_belong_to_it)
{
	struct stage *s = begun();

	CHECK_INT(stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	const char *c = stage_case(s, "M4.send", NULL);
	CHECK_INT(stage_act(s, AIRU,
			    "{\"type\":\"M17\",\"ack_required\":false,\"precedence\":\"routine\",\"audience\":[\"PastePond\"],"
			    "\"case_ref\":\"%s\",\"body\":{\"step\":\"send\",\"voluntary\":true,\"urls\":[\"" PASTE "\"],\"why\":\"x\"}}", c), 0);
	CHECK(!tells(s, stage_last(s, "M17.send", NULL), c));
	stage_free(s);
}

/* Draft, check and certify in the incident, then issue with it in the envelope, too. */
static const char *issued_in(struct stage *s, const struct orders *o, const char *incident)
{
	struct toc_value *form = orders_form(s, o, "");
	struct toc_value *m = orders_with_form(s, "draft", NULL, form, "");

	toc_set_cstr(s->a, m, "incident_ref", incident);
	CHECK_INT(stage_act_value(s, o->issuer, m), 0);
	const char *order = stage_id(s, "M10.draft", NULL);
	CHECK(tells(s, stage_last(s, "M10.draft", NULL), incident)); /* its authority's alone */
	CHECK_INT(orders_cleared(s, o, order), 0);
	CHECK(!tells(s, stage_last(s, "M18.check", NULL), incident));
	CHECK_INT(orders_say(s, o->certifier, "M10", order,
			     toc_arena_printf(s->a, "\"step\":\"certify\",\"certified\":\"%s\"", order).p), 0);
	m = orders_with_form(s, "issue", order, form, "");
	toc_set_cstr(s->a, m, "incident_ref", incident);
	CHECK_INT(stage_act_value(s, o->issuer, m), 0);
	return order;
}

CASE(an_order_names_it_only_where_provider_and_home_authority_know_of_it)
{
	struct stage *s = stage_new();
	orders_exercise(s, "2031-05-17T12:00:00Z");
	const char *id = assessed(s); /* AIRU, HUB, BFP */

	const char *order = issued_in(s, &orders_nest, id); /* GameNest of XC, whose authority is CDA */
	CHECK(!tells(s, stage_last(s, "M10.issue", NULL), id));
	CHECK(!tells(s, stage_last(s, "M11.copy", NULL), id));
	CHECK_INT(orders_receipt(s, &orders_nest, "M10.issue"), 0);
	stage_wait(s, TOC_MINUTES(46)); /* the hour is warned of */
	stage_due(s);
	CHECK(stage_last(s, "deadline.warned", NULL) != NULL);
	CHECK(!tells(s, stage_last(s, "deadline.warned", NULL), id));
	CHECK_INT(orders_say(s, "BFP/duty officer", "M10", order, "\"step\":\"withdraw\",\"reason\":\"x\""), 0);
	CHECK(!tells(s, stage_last(s, "M10.withdraw", NULL), id));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(what_the_provider_may_know_of_the_order_the_authority_of_its_state_may_not)
{
	struct stage *s = stage_new();
	orders_exercise(s, "2031-05-17T12:00:00Z");
	/* GameNest has reported it to the hub and BFP; its own state's authority was not told */
	CHECK_INT(report(s, "GameNest/night responder", "\"audience\":[\"HUB\",\"BFP\"]"), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", NULL));

	const char *order = issued_in(s, &orders_nest, id);
	CHECK(tells(s, stage_last(s, "M10.issue", NULL), id)); /* to BFP, GameNest, HUB */
	CHECK(!tells(s, stage_last(s, "M11.copy", NULL), id));
	CHECK_INT(orders_say(s, "BFP/duty officer", "M10", order, "\"step\":\"withdraw\",\"reason\":\"x\""), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M10.withdraw", NULL))), "BFP CDA GameNest HUB");
	CHECK(!tells(s, stage_last(s, "M10.withdraw", NULL), id));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_threat_in_an_incident_is_tied_to_it_for_those_who_know_of_both)
{
	struct stage *s = begun();
	/* the desk of XA is not among those who know of it */
	CHECK_INT(report(s, "StreamHarbor/night responder", "\"audience\":[\"HUB\"]"), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", NULL));
	struct toc_value *m = stage_message(s, stage_notice(s, "", ""));

	toc_set_cstr(s->a, m, "incident_ref", id);
	CHECK_INT(stage_act_value(s, "StreamHarbor/night responder", m), 0);
	const struct stage_entry *send = stage_last(s, "M4.send", NULL), *link = stage_last(s, "M1.link", "server");
	CHECK_TEXT(toc_str_of(stage_readers(s, send)), "AIRU HUB StreamHarbor");
	CHECK(!tells(s, send, id));
	CHECK(!toc_is_party(find(s, id), TOC_STR("AIRU")));
	CHECK(link != NULL);
	if (link) {
		CHECK_TEXT(toc_str_of(stage_readers(s, link)), "HUB StreamHarbor");
		CHECK(tells(s, link, id));
	}
	CHECK_INT(find(s, id)->n_cases, 1); /* the closing guard asks for it */
	/* nor does the answer, to a desk that joins */
	struct toc_value *ack = stage_message(s, toc_arena_printf(s->a,
		"{\"type\":\"M5\",\"case_ref\":\"%s\",%s,\"body\":{\"kind\":\"ack\",\"human_ack_by\":\"%s\",\"at\":\"%s\"}}",
		stage_case(s, "M4.send", NULL), in(s, id), toc_uuid_str(s->a, stage_person(s, "HUB/duty officer")).p, now_of(s)).p);
	CHECK_INT(stage_act_value(s, "HUB/duty officer", ack), 0);
	CHECK(!tells(s, stage_last(s, "M5.ack", NULL), id));
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
