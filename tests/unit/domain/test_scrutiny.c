/* test_scrutiny.c: what stands around an order: the check before it (M18), no second one on the same matter, the copy
 * across borders (M11) and the scrutiny of it (M15), with the clocks T4 to T7. Times are those of the clock case. */
#include "check.h"
#include "orders.h"

#include "message/json.h"

#define REFUSED(act, why, where)                                                                             \
	do {                                                                                                 \
		CHECK((act) < 0);                                                                            \
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_##why);                                              \
		CHECK_TEXT(toc_str_of(s->v.refusal.field), where);                                           \
	} while (0)
#define LEGAL "CDA/legal officer"
#define COUNSEL "GameNest/counsel"
#define ISSUED_AT "2033-10-30T00:24:50Z"

static const struct orders *const nest = &orders_nest;

static const char *running(struct stage *s, const char *timer, const char *order, const char *desk)
{
	const struct toc_timer *t = toc_running(s->w, timer, toc_id_of(toc_str_of(order)), toc_str_of(desk));
	return t ? toc_time_str(s->a, t->deadline).p : "";
}

/* BFP's order to GameNest, whose home authority is CDA: issued at 00:24:50, received at 00:25:10. */
static struct stage *issued(const char **ret_order)
{
	struct stage *s = stage_new();

	orders_exercise(s, ISSUED_AT);
	*ret_order = orders_issued(s, nest, "");
	CHECK(*ret_order != NULL);
	stage_wait(s, TOC_SECONDS(20));
	CHECK_INT(orders_receipt(s, nest, "M10.issue"), 0);
	return s;
}

static const char *removed(struct stage *s, const char *order)
{
	const char *at = toc_time_str(s->a, orders_now(s)).p;
	CHECK_INT(orders_say(s, nest->responder, "M12", order,
			     orders_answer(s, nest, toc_arena_printf(s->a, "\"measure\":\"removed\",\"measured_at\":\"%s\","
								     "\"established_in\":\"XC\"", at).p)), 0);
	return at;
}

static int request(struct stage *s, const char *who, const char *order, const char *requester, const char *received)
{
	return orders_say(s, who, "M15", order,
			  toc_arena_printf(s->a,
					   "\"step\":\"request\",\"requester\":\"%s\",\"reasoned_request\":\"It is a report of "
					   "the press.\",\"basis_received_at\":\"%s\"",
					   requester, received).p);
}

static int own_motion(struct stage *s, const char *who, const char *order)
{
	return orders_say(s, who, "M15", order,
			  toc_arena_printf(s->a, "\"step\":\"own_motion\",\"opened_at\":\"%s\"",
					   toc_time_str(s->a, orders_now(s)).p).p);
}

static int intend(struct stage *s, const char *who, const char *order, const char *finding)
{
	return orders_say(s, who, "M15", order,
			  toc_arena_printf(s->a, "\"step\":\"intention\",\"intended_finding\":\"%s\",\"reasons\":\"TCO 1(3)\"",
					   finding).p);
}

static int find(struct stage *s, const char *who, const char *order, const char *finding, const char *notified)
{
	bool infringes = strcmp(finding, "infringement") == 0;
	return orders_say(s, who, "M15", order,
			  toc_arena_printf(s->a, "\"step\":\"decision\",\"finding\":\"%s\"%s,\"reasons\":\"TCO 1(3)\",\"notified\":[%s]",
					   finding, infringes ? ",\"seriousness\":\"manifest\"" : "", notified).p);
}
#define EVERYBODY_TOLD "\"issuer\",\"hsp\",\"requester\",\"hub\""

CASE(the_copy_is_made_with_the_issue_and_its_clocks_are_those_of_the_clock_case)
{
	const char *order;
	struct stage *s = issued(&order);
	const struct stage_entry *issue = stage_last(s, "M10.issue", NULL), *copy = stage_last(s, "M11.copy", NULL);

	CHECK(copy && copy == issue + 1 && copy->e.ts.us == issue->e.ts.us);
	CHECK_TEXT(toc_str_of(stage_readers(s, copy)), "BFP CDA");
	CHECK(stage_reads(s, copy, "CDA", TOC_ROLE_LG, NULL) && !stage_reads(s, copy, "CDA", TOC_ROLE_OI, NULL));
	CHECK(!stage_reads(s, copy, "GameNest", TOC_ROLE_ALL, NULL) && !stage_reads(s, issue, "CDA", TOC_ROLE_ALL, NULL));
	const struct toc_value *body = toc_get(copy->whole, "body");
	CHECK(toc_value_eq(toc_get(body, "order"), toc_get(toc_get(issue->whole, "body"), "order")));
	CHECK_TEXT(toc_get_text(body, "copied_at"), "2033-10-30T00:24:50.000Z");
	CHECK_TEXT(toc_str_of(running(s, "T1", order, "GameNest")), "2033-10-30T01:25:10.000Z");
	CHECK_TEXT(toc_str_of(running(s, "T4", order, "CDA")), "2033-11-02T00:24:50.000Z");
	CHECK_TEXT(toc_str_of(running(s, "T5", order, "GameNest")), "2033-11-01T00:25:10.000Z");
	struct toc_str personal = toc_json_str(s->a, copy->e.body);
	CHECK(!memmem(personal.p, personal.n, "host.example.invalid", 20)); /* sealed, as in the order */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_order_at_home_has_no_copy_and_no_scrutiny)
{
	struct stage *s = stage_new();
	stage_to(s, "32:00");
	const char *order = orders_issued(s, &orders_pond, "");
	CHECK(order && stage_count(s, "M11.copy", NULL) == 0);
	REFUSED(request(s, "PastePond/owner", order, "hsp", "2031-05-17T14:30:00Z"), STATE, "body.order_ref");
	REFUSED(own_motion(s, LEGAL, order), NOT_FOUND, "body.order_ref");
	stage_free(s);
}

CASE(the_provider_asks_within_48_hours_and_is_answered_within_72)
{
	const char *order;
	struct stage *s = issued(&order);

	REFUSED(request(s, nest->responder, order, "hsp", "2033-10-30T00:25:10Z"), NOT_PERMITTED, "");
	stage_wait(s, TOC_HOURS(48)); /* 2033-11-01T00:25:10Z */
	CHECK_INT(request(s, COUNSEL, order, "hsp", "2033-10-30T00:25:10Z"), 0);
	const struct stage_entry *asked = stage_last(s, "M15.request", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, asked)), "CDA GameNest");
	CHECK(!stage_reads(s, asked, "CDA", TOC_ROLE_DU | TOC_ROLE_SV, NULL));
	CHECK_TEXT(toc_str_of(running(s, "T6", order, "CDA")), "2033-11-04T00:25:10.000Z");
	CHECK_TEXT(toc_str_of(running(s, "T5", order, "GameNest")), "");
	stage_wait(s, TOC_HOURS(72)); /* not decided: CDA has missed it, and BFP hears nothing of it */
	const struct stage_entry *passed = stage_last(s, "deadline.passed", NULL);
	CHECK_TEXT(toc_get_text(toc_get(passed->whole, "body"), "timer"), "T6");
	CHECK_TEXT(toc_str_of(stage_readers(s, passed)), "CDA");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(who_asks_too_late_is_told_when_the_time_ended)
{
	const char *order;
	struct stage *s = issued(&order);

	stage_wait(s, TOC_HOURS(48) );
	stage_wait(s, TOC_SECONDS(1));
	REFUSED(request(s, COUNSEL, order, "hsp", "2033-10-31T00:00:00Z"), TIME, "body.basis_received_at"); /* the receipt is known */
	CHECK(strstr(s->v.refusal.detail, "2033-11-01T00:25:10") != NULL);
	REFUSED(request(s, COUNSEL, order, "content_provider_via_hsp", "2033-10-30T00:00:00Z"), TIME, "body.basis_received_at");
	/* the content provider was told a day later */
	CHECK_INT(request(s, COUNSEL, order, "content_provider_via_hsp", "2033-10-31T00:25:10Z"), 0);
	stage_free(s);
}

CASE(an_infringement_is_announced_to_the_issuer_found_and_what_was_removed_comes_back)
{
	const char *order;
	struct stage *s = issued(&order);
	(void)removed(s, order);
	CHECK_INT(request(s, COUNSEL, order, "hsp", "2033-10-30T00:25:10Z"), 0);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_CHALLENGED);
	REFUSED(find(s, LEGAL, order, "infringement", EVERYBODY_TOLD), CONDITION, "body.finding");
	REFUSED(intend(s, "BMR/legal officer", order, "infringement"), NOT_FOUND, "body.order_ref");
	REFUSED(intend(s, COUNSEL, order, "infringement"), NOT_PERMITTED, "");
	CHECK_INT(intend(s, LEGAL, order, "infringement"), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M15.intention", NULL))), "BFP CDA");
	REFUSED(find(s, LEGAL, order, "infringement", "\"issuer\",\"hsp\",\"hub\""), CONDITION, "body.notified");
	CHECK_INT(find(s, LEGAL, order, "infringement", EVERYBODY_TOLD), 0);
	const struct stage_entry *decision = stage_last(s, "M15.decision", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, decision)), "BFP CDA GameNest HUB");
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_ANNULLED);
	CHECK(toc_get_bool(stage_timer(decision, "timers_stopped", "T6", "CDA"), "met"));
	CHECK(stage_timer(decision, "timers_stopped", "T4", "CDA") != NULL);
	CHECK_TEXT(toc_str_of(running(s, "T7", order, "GameNest")), ""); /* it runs from the receipt of the decision */
	stage_wait(s, TOC_SECONDS(30));
	CHECK_INT(orders_receipt(s, nest, "M15.decision"), 0);
	CHECK_TEXT(toc_str_of(running(s, "T7", order, "GameNest")), "2033-10-30T00:40:40.000Z");
	REFUSED(own_motion(s, LEGAL, order), STATE, "body.order_ref");
	CHECK_INT(orders_say(s, nest->responder, "M16", order,
			     toc_arena_printf(s->a, "\"step\":\"reinstate\",\"cause\":\"annulled\",\"reinstated_at\":\"%s\","
					      "\"kept_down_under_terms\":false", toc_time_str(s->a, orders_now(s)).p).p), 0);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_REINSTATED);
	CHECK(toc_get_bool(stage_timer(stage_last(s, "M16.reinstate", NULL), "timers_stopped", "T7", "GameNest"), "met"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_annulled_order_that_was_not_carried_out_stops_its_hour)
{
	const char *order;
	struct stage *s = issued(&order);

	CHECK_INT(own_motion(s, LEGAL, order), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M15.own_motion", NULL))), "BFP CDA");
	REFUSED(own_motion(s, LEGAL, order), STATE, "body.order_ref");
	CHECK_INT(intend(s, LEGAL, order, "infringement"), 0);
	CHECK_INT(find(s, LEGAL, order, "infringement", "\"issuer\",\"hsp\",\"hub\""), 0); /* nobody has asked for it */
	CHECK_TEXT(toc_str_of(running(s, "T1", order, "GameNest")), "");
	CHECK_INT(orders_receipt(s, nest, "M15.decision"), 0);
	CHECK_TEXT(toc_str_of(running(s, "T7", order, "GameNest")), ""); /* there is nothing to reinstate */
	stage_wait(s, TOC_HOURS(2));
	CHECK_INT(orders_find(s, order)->breached, 0);
	stage_free(s);
}

CASE(without_an_infringement_the_order_stands)
{
	const char *order;
	struct stage *s = issued(&order);
	(void)removed(s, order);
	REFUSED(intend(s, LEGAL, order, "none"), STATE, "body.order_ref"); /* nobody has begun */
	CHECK_INT(request(s, COUNSEL, order, "content_provider_via_hsp", "2033-10-30T00:25:10Z"), 0);
	CHECK_INT(find(s, LEGAL, order, "none", EVERYBODY_TOLD), 0);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_PRESERVED);
	CHECK_TEXT(toc_str_of(running(s, "T6", order, "CDA")), "");
	REFUSED(request(s, COUNSEL, order, "hsp", "2033-10-30T00:25:10Z"), STATE, "body.order_ref");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(of_ones_own_motion_only_within_72_hours_of_the_copy)
{
	const char *order;
	struct stage *s = issued(&order);
	(void)removed(s, order);
	stage_wait(s, TOC_HOURS(71));
	CHECK_INT(own_motion(s, LEGAL, order), 0);
	CHECK_INT(intend(s, LEGAL, order, "infringement"), 0);
	stage_wait(s, TOC_HOURS(1)); /* 20 s over */
	REFUSED(find(s, LEGAL, order, "infringement", "\"issuer\",\"hsp\",\"hub\""), TIME, "body.order_ref");
	const struct stage_entry *over = stage_last(s, "deadline.passed", NULL);
	CHECK_TEXT(toc_get_text(toc_get(over->whole, "body"), "timer"), "T4");
	CHECK(stage_reads(s, over, "CDA", TOC_ROLE_LG, NULL));
	stage_free(s);
}

CASE(an_order_is_checked_before_it_is_issued_and_waits_for_the_answers)
{
	struct stage *s = stage_new();
	const struct orders *o = &orders_pond;
	stage_to(s, "32:00");
	struct toc_value *form = orders_form(s, o, "");
	CHECK_INT(stage_act_value(s, o->issuer, orders_with_form(s, "draft", NULL, form, "")), 0);
	const char *order = stage_id(s, "M10.draft", NULL),
		   *certify = toc_arena_printf(s->a, "\"step\":\"certify\",\"certified\":\"%s\"", order).p;
	CHECK_INT(orders_say(s, o->certifier, "M10", order, certify), 0);
	REFUSED(stage_act_value(s, o->issuer, orders_with_form(s, "issue", order, form, "")), CONDITION, "body.order_ref");
	CHECK_INT(stage_act_value(s, o->issuer, orders_with_form(s, "draft", order, form, "")), 0);
	certify = toc_arena_printf(s->a, "\"step\":\"certify\",\"certified\":\"%s\"", stage_id(s, "M10.draft", NULL)).p;
	REFUSED(orders_say(s, "BFP/duty officer", "M18", order,
			   "\"step\":\"check\",\"intended_action\":\"removal_order\",\"planned_at\":\"2031-05-17T15:00:00Z\","
			   "\"answer_by\":\"2031-05-17T15:00:00Z\""), NOT_FOUND, "body.order_ref");
	CHECK_INT(orders_asked(s, o, order), 0);
	const struct stage_entry *check = stage_last(s, "M18.check", NULL);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_DECONFLICTION_CHECK);
	CHECK(!toc_get(toc_decided_shown(s->a, check->e.k, toc_get(check->e.body, "decided"), TOC_WHOLE), "orders"));
	REFUSED(orders_say(s, o->certifier, "M10", order, certify), CONDITION, "body.order_ref");
	const char *id = stage_id(s, "M18.check", NULL);
	CHECK_INT(stage_act(s, "HUB/deconfliction officer",
			    "{\"type\":\"M18\",\"body\":{\"step\":\"answer\",\"check_ref\":\"%s\",\"answer\":\"contact_me\"}}", id), 0);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_HELD);
	REFUSED(orders_say(s, o->certifier, "M10", order, certify), STATE, "body");
	CHECK_INT(stage_act(s, o->issuer,
			    "{\"type\":\"M18\",\"body\":{\"step\":\"decide\",\"check_ref\":\"%s\",\"decision\":\"proceed\","
			    "\"due_consideration\":true}}", id), 0);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_DECONFLICTION_CHECK);
	CHECK_INT(orders_say(s, o->certifier, "M10", order, certify), 0);
	/* a new objection to what is certified holds it, too */
	CHECK_INT(stage_act(s, "HUB/deconfliction officer",
			    "{\"type\":\"M18\",\"body\":{\"step\":\"answer\",\"check_ref\":\"%s\",\"answer\":\"objection_until\","
			    "\"until\":\"2031-05-17T20:00:00Z\"}}", id), 0);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_HELD);
	CHECK_INT(stage_act(s, "HUB/deconfliction officer",
			    "{\"type\":\"M18\",\"body\":{\"step\":\"answer\",\"check_ref\":\"%s\",\"answer\":\"clear\"}}", id), 0);
	REFUSED(stage_act_value(s, o->issuer, orders_with_form(s, "issue", order, form, "")), STATE, "body");
	CHECK_INT(orders_say(s, o->certifier, "M10", order, certify), 0);
	CHECK_INT(stage_act_value(s, o->issuer, orders_with_form(s, "issue", order, form, "")), 0);
	REFUSED(orders_asked(s, o, order), STATE, "body");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(there_is_no_second_order_on_one_matter_while_the_first_has_effect)
{
	const char *first;
	struct stage *s = issued(&first);
	static const struct orders air = { "AIRU", "AIRU/duty officer", "AIRU/second officer", "GameNest",
					   "GameNest/night responder", "XA", "XC", "en", 1 };

	CHECK(orders_issued(s, &air, "") == NULL);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_CONDITION); /* BFP was asked, too, and has not answered */
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M18.asked", NULL))), "BFP HUB");
	CHECK_TEXT(toc_text_of(toc_at(toc_get(toc_get(stage_last(s, "M18.asked", NULL)->whole, "body"), "hits"), 0)), first);
	const char *order = stage_id(s, "M10.draft", "AIRU"),
		   *certify = toc_arena_printf(s->a, "\"step\":\"certify\",\"certified\":\"%s\"", order).p;
	stage_wait(s, TOC_MINUTES(3)); /* silence counts as clear: but the order is there */
	CHECK_INT(orders_say(s, air.certifier, "M10", order, certify), 0);
	struct toc_value *form = orders_form(s, &air, "");
	REFUSED(stage_act_value(s, air.issuer, orders_with_form(s, "issue", order, form, "")), STATE, "body.order_ref");
	CHECK(strstr(s->v.refusal.clause, "14(1)") && !strstr(s->v.refusal.detail, "BFP"));
	CHECK_INT(orders_say(s, nest->issuer, "M10", first, "\"step\":\"withdraw\",\"reason\":\"handed over\""), 0);
	CHECK_INT(stage_act_value(s, air.issuer, orders_with_form(s, "issue", order, form, "")), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* Held by an enquiry, cleared, issued, carried out, annulled and undone, with a redirect, a recall and a retraction beside it. */
CASE(fog_horn_plays_through_the_domain)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "fog-horn.json", NULL) == 0);
	const struct stage_entry *back = stage_named(s, "reinstated");
	CHECK(back && toc_get_bool(stage_timer(back, "timers_stopped", "T7", "LoopReel"), "met"));
	CHECK(stage_timer(stage_named(s, "recall_received"), "timers_started", "T32", "OSF"));
	CHECK(toc_get_bool(stage_timer(stage_named(s, "recall_undone"), "timers_stopped", "T32", "OSF"), "met"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* Three orders across three borders in the hour that is there twice; what is undone, taken back, and opened again. */
CASE(hard_frost_plays_through_the_domain)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "hard-frost.json", NULL) == 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
