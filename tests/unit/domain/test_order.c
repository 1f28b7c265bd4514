/* test_order.c: removal orders are made: informed, drafted, certified, issued; kept silent about, withdrawn.
 * Source: rules b.3, M9, M10, T2, T9. */
#include "order_case.h"

CASE(an_order_is_its_authoritys_alone_until_it_is_issued)
{
	const struct orders *o = &orders_nest;
	struct stage *s = stage_new();
	orders_exercise(s, "2031-05-17T13:58:00Z");
	struct toc_value *form = orders_form(s, o, "");
	CHECK(stage_act_value(s, o->issuer, orders_with_form(s, "draft", NULL, form, "")) == 0);
	const char *order = stage_id(s, "M10.draft", NULL), *other = "01980000-0000-7000-8000-0000000fffff";
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M10.draft", NULL))), "BFP");
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_DRAFT);
	/* "not yours" and "does not exist" are one answer */
	struct toc_refusal first;
	REFUSED(orders_say(s, o->responder, "M12", order, done_at(s, o, NOW)), NOT_FOUND, "body.order_ref");
	first = s->v.refusal;
	REFUSED(orders_say(s, o->responder, "M12", other, done_at(s, o, NOW)), NOT_FOUND, "body.order_ref");
	CHECK(memcmp(&first, &s->v.refusal, sizeof first) == 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(another_person_certifies_the_very_draft_and_that_is_issued)
{
	const struct orders *o = &orders_pond;
	struct stage *s = stage_new();
	orders_exercise(s, "2031-05-17T13:58:00Z");
	struct toc_value *form = orders_form(s, o, ""), *better = orders_form(s, o, "\"file_no\":\"7712\"");
	CHECK(stage_act_value(s, o->issuer, orders_with_form(s, "draft", NULL, form, "")) == 0);
	const char *order = stage_id(s, "M10.draft", NULL);
	REFUSED(stage_act_value(s, o->issuer, orders_with_form(s, "issue", order, form, "")), STATE, "body");
	REFUSED(orders_say(s, o->issuer, "M10", order,
			   toc_arena_printf(s->a, "\"step\":\"certify\",\"certified\":\"%s\"", order).p),
		NOT_PERMITTED, ""); /* is no certifier */
	CHECK(stage_act_value(s, o->issuer, orders_with_form(s, "draft", order, better, "")) == 0);
	const char *newer = stage_id(s, "M10.draft", NULL);
	REFUSED(orders_say(s, o->certifier, "M10", order,
			   toc_arena_printf(s->a, "\"step\":\"certify\",\"certified\":\"%s\"", order).p),
		STATE, "body.certified");
	CHECK(orders_say(s, o->certifier, "M10", order,
			 toc_arena_printf(s->a, "\"step\":\"certify\",\"certified\":\"%s\"", newer).p) == 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M10.certify", NULL))), "AIRU");
	REFUSED(stage_act_value(s, o->issuer, orders_with_form(s, "issue", order, form, "")), CONDITION, "body.order");
	/* drafted again, it is checked and certified again */
	CHECK(stage_act_value(s, o->issuer, orders_with_form(s, "draft", order, form, "")) == 0);
	CHECK(orders_cleared(s, o, order) == 0);
	REFUSED(stage_act_value(s, o->issuer, orders_with_form(s, "issue", order, form, "")), STATE, "body");
	CHECK(orders_say(s, o->certifier, "M10", order,
			 toc_arena_printf(s->a, "\"step\":\"certify\",\"certified\":\"%s\"",
					  stage_id(s, "M10.draft", NULL))
				 .p) == 0);
	CHECK(stage_act_value(s, o->issuer, orders_with_form(s, "issue", order, form, "")) == 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M10.issue", NULL))), "AIRU HUB PastePond");
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_ISSUED);
	CHECK(running(s, "T1", o, order) == NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* Gives the certifier the other role as well, and the organisation's word. */
static void one_person_office(struct stage *s, bool said)
{
	struct toc_value *m = stage_message(
		s, toc_arena_printf(s->a,
				    "{\"type\":\"person\",\"body\":{\"step\":\"enrol\",\"org\":\"AIRU\",\"person\":\"%s\","
				    "\"title\":\"second officer\",\"roles\":[\"order_issuer\",\"order_certifier\"],"
				    "\"machine\":false}}",
				    toc_uuid_str(s->a, stage_person(s, "AIRU/second officer")).p)
			   .p);
	CHECK(stage_act_value(s, "", m) == 0);
	const char *first = NULL;
	for (int i = 0; i < 2; i++) {
		m = stage_message(s, toc_arena_printf(s->a,
						      "{\"type\":\"org\",\"body\":{\"step\":\"change\",\"code\":\"AIRU\",\"name\":\"Unit\","
						      "\"state\":\"XA\",\"api_exercise_only\":true,\"same_person_certifies\":%s}}",
						      said ? "true" : "false")
					     .p);
		if (first)
			toc_set_cstr(s->a, m, "supersedes", first);
		CHECK_INT(stage_act_value(s, i ? "OPS/admin" : "HUB/admin", m), 0);
		first = stage_id(s, "org.change", NULL);
	}
}

CASE(who_drafts_certifies_only_where_the_organisation_has_said_so)
{
	struct orders o = orders_pond;
	o.issuer = o.certifier;
	for (int said = 0; said < 2; said++) {
		struct stage *s = stage_new();
		orders_exercise(s, "2031-05-17T13:58:00Z");
		one_person_office(s, said);
		const char *order = orders_issued(s, &o, "");
		CHECK((order != NULL) == said);
		if (!said)
			CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
		stage_free(s);
	}
}

CASE(a_first_order_needs_twelve_hours_or_a_justified_emergency)
{
	const struct orders *o = &orders_pond;
	struct stage *s = stage_new();
	orders_exercise(s, "2031-05-17T13:58:00Z");
	CHECK(orders_issued(s, o, CALM) == NULL);
	CHECK_TEXT(toc_str_of(s->v.refusal.clause), "TCO 3(2)");
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.order.pre_info_ref");
	orders_informed(s, o);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M9.inform", NULL))), "AIRU PastePond");
	toc_time informed = NOW;
	CHECK(toc_get_time(decided(s, "M9.inform"), "earliest_order_at", TOC_TIME_NEVER).us ==
	      informed.us + TOC_HOURS(12).us);
	stage_wait(s, (toc_dur){ TOC_HOURS(12).us - 1 });
	CHECK(orders_issued(s, o, CALM) == NULL);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_TIME);
	stage_wait(s, (toc_dur){ 1 });
	CHECK(toc_get_is(toc_get(stage_last(s, "deadline.passed", NULL)->whole, "body"), "timer", "T2"));
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "deadline.passed", NULL))), "AIRU"); /* who waited for it */
	CHECK(orders_issued(s, o, CALM ",\"first_order_to_hsp\":false") == NULL);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.order.first_order_to_hsp");
	CHECK(orders_issued(s, o, CALM) != NULL);
	CHECK(orders_issued(s, o, CALM ",\"first_order_to_hsp\":false") != NULL); /* the second is no first one */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_form_is_checked_against_the_directory)
{
	struct stage *s = stage_new();
	orders_exercise(s, "2031-05-17T13:58:00Z");
	static const struct {
		const char *change, *field;
		enum toc_refusal_code code;
	} bad[] = {
		{ "\"issuing_state\":\"XC\"", "body.order.issuing_state", TOC_REFUSE_CONDITION },
		{ "\"addressee\":\"BMR\"", "body.order.addressee", TOC_REFUSE_BAD_VALUE },
		{ "\"addressee\":\"Nobody\"", "body.order.addressee", TOC_REFUSE_BAD_VALUE },
		{ "\"hsp_home_state\":\"XA\"", "body.order.hsp_home_state", TOC_REFUSE_CONDITION },
		{ "\"home_authority_contact\":null", "body.order.home_authority_contact", TOC_REFUSE_MISSING_FIELD },
		{ "\"language\":\"qab\"", "body.order.language", TOC_REFUSE_CONDITION },
		{ "\"grounds\":[]", "body.order.grounds", TOC_REFUSE_BAD_VALUE },
		{ "\"locations\":[]", "body.order.locations", TOC_REFUSE_BAD_VALUE },
		{ "\"emergency\":{\"emergency\":true}", "body.order.emergency.justification", TOC_REFUSE_MISSING_FIELD },
		{ "\"issued_at\":\"2031-01-01T00:00:00Z\"", "body.order.issued_at", TOC_REFUSE_BAD_VALUE },
		{ "\"non_disclosure\":{\"silent\":true}", "body.order.non_disclosure.decided_at", TOC_REFUSE_MISSING_FIELD },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(stage_act_value(s, orders_nest.issuer,
				      orders_with_form(s, "draft", NULL, orders_form(s, &orders_nest, bad[i].change),
						       "")) < 0);
		if (s->v.refusal.code != bad[i].code)
			printf("  %s: %s %s\n", bad[i].change, toc_refusal_wire(s->v.refusal.code), s->v.refusal.detail);
		CHECK_INT(s->v.refusal.code, bad[i].code);
		CHECK_TEXT(toc_str_of(s->v.refusal.field), bad[i].field);
	}
	struct toc_value *m = orders_with_form(s, "draft", NULL, orders_form(s, &orders_nest, ""), "");
	toc_set(s->a, m, "legal_basis", toc_value_list(s->a));
	REFUSED(stage_act_value(s, orders_nest.issuer, m), CONDITION, "legal_basis");
	stage_free(s);
}
CASE(silence_towards_the_user_is_extended_once_and_ends)
{
	const struct orders *o = &orders_nest;
	struct stage *s = stage_new();
	orders_exercise(s, "2031-05-17T13:58:00Z");
	toc_time until = toc_after(NOW, TOC_HOURS(42 * 24));
#define SILENT(until)                                                                                        \
	toc_arena_printf(s->a, "\"non_disclosure\":{\"silent\":true,\"decided_at\":\"%s\",\"until\":\"%s\"}", \
			 toc_time_str(s->a, NOW).p, toc_time_str(s->a, until).p)                             \
		.p
	REFUSED(stage_act_value(s, o->issuer,
				orders_with_form(s, "draft", NULL,
						 orders_form(s, o, SILENT(toc_after(until, TOC_SECONDS(1)))), "")),
		LIMIT, "body.order.non_disclosure.until");
	const char *order = orders_issued(s, o, SILENT(until));
	CHECK(order != NULL && running(s, "T9", o, order)->deadline.us == until.us);
	CHECK(orders_receipt(s, o, "M10.issue") == 0);
	CHECK(orders_say(s, o->responder, "M12", order, done_at(s, o, NOW)) == 0);
	stage_wait(s, TOC_HOURS(24));
	toc_time more = toc_after(until, TOC_HOURS(42 * 24));
#define UNTIL(t) toc_arena_printf(s->a, "\"step\":\"silence\",\"until\":\"%s\"", toc_time_str(s->a, t).p).p
	REFUSED(orders_say(s, o->issuer, "M10", order, UNTIL(toc_after(more, TOC_SECONDS(1)))), LIMIT, "body.until");
	CHECK(orders_say(s, o->issuer, "M10", order, UNTIL(more)) == 0);
	CHECK(running(s, "T9", o, order)->deadline.us == more.us);
	REFUSED(orders_say(s, o->issuer, "M10", order, UNTIL(toc_after(more, TOC_SECONDS(1)))), STATE, "body.until");
	stage_wait(s, toc_between(NOW, more));
	CHECK(running(s, "T9", o, order) == NULL); /* the user is told now */
	CHECK(stage_count(s, "deadline.passed", NULL) >= 1);
	REFUSED(orders_say(s, o->issuer, "M10", order, UNTIL(toc_after(NOW, TOC_HOURS(1)))), STATE, "body.until");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(withdrawn_it_binds_nobody_and_content_comes_back)
{
	const struct orders *o = &orders_nest;
	const char *order;
	struct stage *s = begun(o, &order);
	CHECK(orders_receipt(s, o, "M10.issue") == 0);
	CHECK(orders_say(s, o->issuer, "M10", order, "\"step\":\"withdraw\",\"reason\":\"the wrong address\"") == 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M10.withdraw", NULL))), "BFP CDA GameNest HUB");
	CHECK(running(s, "T1", o, order) == NULL);
	REFUSED(orders_say(s, o->responder, "M12", order, done_at(s, o, NOW)), STATE, "body");
#define BACK(cause)                                                                                          \
	toc_arena_printf(s->a,                                                                               \
			 "\"step\":\"reinstate\",\"cause\":\"" cause "\",\"reinstated_at\":\"%s\"," \
			 "\"kept_down_under_terms\":false",                                                  \
			 toc_time_str(s->a, NOW).p)                                                          \
		.p
	REFUSED(orders_say(s, o->responder, "M16", order, BACK("annulled")), CONDITION, "body.cause");
	CHECK(orders_say(s, o->responder, "M16", order, BACK("withdrawn")) == 0);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_REINSTATED);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(issued_on_paper_while_the_line_was_down)
{
	const struct orders *o = &orders_nest;
	struct stage *s = stage_new();
	orders_exercise(s, "2031-05-17T13:58:00Z");
	toc_time sent = { NOW.us - TOC_MINUTES(50).us }, received = { NOW.us - TOC_MINUTES(45).us };
	struct toc_value *form = orders_form(s, o, "");
	CHECK(stage_act_value(s, o->issuer, orders_with_form(s, "draft", NULL, form, "")) == 0);
	const char *order = stage_id(s, "M10.draft", NULL);
	CHECK(orders_say(s, o->certifier, "M10", order,
			 toc_arena_printf(s->a, "\"step\":\"certify\",\"certified\":\"%s\"", order).p) == 0);
	const char *reported = toc_arena_printf(s->a,
						"\"reported\":{\"sent_at\":\"%s\",\"received_at\":\"%s\",\"channel\":\"e-mail\"}",
						toc_time_str(s->a, sent).p, toc_time_str(s->a, received).p)
				       .p;
	CHECK(stage_act_value(s, o->issuer, orders_with_form(s, "issue", order, form, reported)) == 0);
	CHECK(running(s, "T1", o, order)->deadline.us == received.us + TOC_HOURS(1).us);
	CHECK(orders_find(s, order)->reported && orders_find(s, order)->issued_at.us == sent.us);
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_DELIVERED);
	stage_wait(s, (toc_dur){ 0 }); /* 15 minutes are left: the first warning is due at once */
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* XA has no authority that scrutinises in the directory of the cast. */
CASE(who_issues_to_a_state_without_an_authority_here_is_told_that_nobody_gets_the_copy)
{
	static const struct orders far = { "CDA", "CDA/duty officer", "CDA/second contact", "PastePond", "PastePond/owner", "XC", "XA", "en", 1 };
	struct stage *s = stage_new();

	orders_exercise(s, "2031-05-17T14:00:00Z");
	struct toc_value *m = orders_with_form(s, "draft", NULL, orders_form(s, &far, ""), "");
	const struct toc_value *answer = stage_prepare(s, far.issuer, m), *warnings = toc_get(answer, "warnings");
	CHECK_INT(toc_len(warnings), 1);
	CHECK_TEXT(toc_get_text(toc_at(warnings, 0), "code"), "no_home_authority");
	CHECK(orders_issued(s, &far, "") != NULL); /* the order is good all the same */
	CHECK(!stage_last(s, "M11.copy", NULL));
	m = orders_with_form(s, "draft", NULL, orders_form(s, &orders_nest, ""), "");
	CHECK_INT(toc_len(toc_get(stage_prepare(s, orders_nest.issuer, m), "warnings")), 0);
	stage_free(s);
}

RUN_CASES()
