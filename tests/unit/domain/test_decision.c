/* test_decision.c: activation and what follows (M3): two persons, the fast path, who owes an acknowledgement (T19),
 * review, closing; each refusal, each reader, each timer. */
#include "course.h"

/* ---- M3: activation ---- */

CASE(an_activation_is_refused_for_every_reason_of_its_own)
{
	struct stage *s = begun();
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", "AIRU"));
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", ""), STATE,
		"body.decision"); /* nobody has taken it up */
	CHECK_INT(decide(s, "HUB/lead", id, "assess", ""), 0);
	REFUSED(decide(s, "BFP/second officer", id, "activate", ""), NOT_PERMITTED, "");
	REFUSED(decide(s, "HUB/duty officer", id, "activate", ""), NOT_PERMITTED, "");
	REFUSED(decide(s, "HUB/lead", id, "activate", ""), MISSING_FIELD, "body.requested_by");
	REFUSED(decide(s, "HUB/lead", id, "activate",
		       "\"body.requested_by\":\"01980000-0000-7000-8000-00000000dead\""),
		NOT_FOUND, "body.requested_by");
	REFUSED(decide(s, "HUB/lead", id, "activate",
		       toc_arena_printf(s->a, "\"body.requested_by\":\"%s\"", id_of(s, "M3.assess")).p),
		CONDITION, "body.requested_by"); /* the hub's own */
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.activation_type\":\"level_3\""),
		BAD_VALUE, "body.activation_type");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.vocabulary_version\":2"), CONDITION,
		"body.vocabulary_version");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate",
		       "\"body.criteria_answers\":[{\"code\":\"virality\",\"answer\":\"yes\"}]"),
		CONDITION, "body.criteria_answers");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.review_at\":\"2031-05-18T15:00:00Z\""),
		LIMIT, "body.review_at");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.review_at\":\"2031-05-17T13:00:00Z\""),
		TIME, "body.review_at");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.scope\":null"), MISSING_FIELD,
		"body.scope");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.fundamental_rights_note\":null"),
		MISSING_FIELD, "body.fundamental_rights_note");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate",
		       "\"personal_data\":{\"level\":\"special\",\"categories\":[]}"),
		CONDITION, "personal_data.level");
	CHECK_INT(decide(s, "AIRU/duty officer", id, "activate", ""), 0);
	REFUSED(decide(s, "AIRU/second officer", id, "activate", ""), STATE,
		"body.decision"); /* it waits already */
	const char *p = id_of(s, "M3.propose");
	REFUSED(answer(s, "AIRU/duty officer", id, "activate", "confirm", p), NOT_PERMITTED,
		""); /* the same person */
	REFUSED(answer(s, "AIRU/second officer", id, "activate", "confirm", p), NOT_PERMITTED,
		""); /* the same organisation */
	REFUSED(answer(s, "BFP/second officer", id, "activate", "confirm", p), NOT_PERMITTED,
		""); /* not affected */
	REFUSED(answer(s, "HUB/lead", id, "change", "confirm", p), CONDITION, "body.decision");
	REFUSED(answer(s, "HUB/lead", id, "activate", "confirm", id_of(s, "M1.report")), NOT_FOUND,
		"body.proposal_ref");
	/* who repeats what takes effect repeats what was proposed */
	static const char *const others[][2] = {
		{ "\"activation_type\":\"crisis_content\"", "body.activation_type" },
		{ "\"vocabulary_version\":2", "body.vocabulary_version" },
		{ "\"scope\":{\"content_types\":[\"video\"],\"services\":[],\"states\":[\"XB\"],\"languages\":[]}",
		  "body.scope.states" },
	};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		REFUSED(repeats(s, "HUB/lead", id, "activate", p, others[i][0]), CONDITION, others[i][1]);
	CHECK_INT(repeats(s, "HUB/lead", id, "activate", p,
			  "\"activation_type\":\"perpetrator_content\",\"vocabulary_version\":1,\"scope\":{\"content_types\":"
			  "[\"video\"],\"services\":[],\"states\":[\"XA\"],\"languages\":[]}"), 0);
	REFUSED(answer(s, "HUB/second lead", id, "activate", "confirm", p), STATE, "body.proposal_ref");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_hub_proposes_at_a_states_request_and_the_state_confirms)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	CHECK_INT(decide(s, "HUB/lead", id, "activate",
			 toc_arena_printf(s->a, "\"body.requested_by\":\"%s\"", id_of(s, "M1.report")).p),
		  0);
	REFUSED(answer(s, "HUB/second lead", id, "activate", "confirm", id_of(s, "M3.propose")),
		NOT_PERMITTED, "");
	CHECK_INT(answer(s, "AIRU/second officer", id, "activate", "confirm", id_of(s, "M3.propose")), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	stage_free(s);
}

CASE(a_proposal_is_withdrawn_by_its_own_side_and_overtaken_by_another_decision)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	CHECK_INT(decide(s, "AIRU/duty officer", id, "activate", ""), 0);
	const char *p = id_of(s, "M3.propose");
	REFUSED(answer(s, "HUB/lead", id, "activate", "withdraw", p), NOT_PERMITTED, "");
	CHECK_INT(answer(s, "AIRU/second officer", id, "activate", "withdraw", p), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M3.withdraw", NULL))), "AIRU BFP HUB");
	REFUSED(answer(s, "HUB/lead", id, "activate", "confirm", p), STATE, "body.proposal_ref");
	CHECK_INT(decide(s, "AIRU/duty officer", id, "activate", ""), 0);
	p = id_of(s, "M3.propose");
	CHECK_INT(decide(s, "HUB/lead", id, "not_activate", ""), 0);
	CHECK_INT(toc_find_proposal(s->w, toc_id_of(toc_str_of(p)))->state, TOC_PROPOSAL_OVERTAKEN);
	REFUSED(answer(s, "HUB/lead", id, "activate", "confirm", p), STATE, "body.proposal_ref");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_objection_to_an_activation_is_a_comment_for_those_who_read_it)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	CHECK_INT(decide(s, "AIRU/duty officer", id, "activate", ""), 0);
	const char *p = id_of(s, "M3.propose");
	REFUSED(answer(s, "GameNest/night responder", id, "activate", "object", p), NOT_FOUND,
		"incident_ref");
	CHECK_INT(answer(s, "BFP/duty officer", id, "activate", "object", p), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M3.object", NULL))), "AIRU BFP HUB");
	CHECK_INT(answer(s, "HUB/lead", id, "activate", "confirm", p), 0); /* it ends nothing */
	REFUSED(answer(s, "GameNest/night responder", id, "activate", "object", p), NOT_FOUND,
		"body.proposal_ref");
	CHECK_INT(answer(s, "GameNest/night responder", id, "activate", "object", id_of(s, "M3.confirm")), 0);
	CHECK(stage_reads(s, stage_last(s, "M3.object", "GameNest"), "Chirplet", TOC_ROLE_CR, NULL));
	REFUSED(answer(s, "DGO/observer", id, "activate", "object", id_of(s, "M3.confirm")), NOT_PERMITTED,
		"");
	stage_free(s);
}

CASE(the_fast_path_is_undone_with_notice_unless_a_second_person_confirms_within_the_hour)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.fast_path\":true"), NOT_PERMITTED, "");
	REFUSED(decide(s, "AIRU/second officer", id, "change", "\"body.fast_path\":true"), BAD_VALUE,
		"body.fast_path");
	CHECK_INT(decide(s, "AIRU/second officer", id, "activate", "\"body.fast_path\":true"), 0);
	const char *fast = id_of(s, "M3.fast_path");
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	CHECK(stage_timer(stage_last(s, "M3.fast_path", NULL), "timers_started", "T19", "HUB") != NULL);
	REFUSED(decide(s, "HUB/lead", id, "wind_down", ""), STATE, "body.decision"); /* first things first */
	stage_to(s, "1:00:59");
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	stage_to(s, "1:01:00");
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ASSESSING);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M3.revert", "server"))),
		   "AIRU BFP CDA Chirplet GameNest HUB LoopReel PastePond StreamHarbor");
	CHECK(toc_running(s->w, "T19", find(s, id)->id, TOC_STR("GameNest")) == NULL);
	CHECK(toc_running(s->w, "T21", find(s, id)->id, TOC_STR("")) == NULL);
	REFUSED(answer(s, "HUB/lead", id, "activate", "confirm", fast), STATE, "body.proposal_ref");

	CHECK_INT(decide(s, "AIRU/second officer", id, "activate", "\"body.fast_path\":true"), 0);
	fast = id_of(s, "M3.fast_path");
	REFUSED(answer(s, "AIRU/second officer", id, "activate", "confirm", fast), NOT_PERMITTED, "");
	CHECK_INT(answer(s, "HUB/lead", id, "activate", "confirm", fast), 0);
	CHECK(toc_running(s->w, "T23", find(s, id)->id, TOC_STR("")) == NULL);
	CHECK(toc_running(s->w, "T19", find(s, id)->id, TOC_STR("HUB")) == NULL); /* who confirms owes none */
	stage_to(s, "3:00:00");
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	CHECK_INT(stage_count(s, "M3.revert", NULL), 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_hour_of_an_unconfirmed_activation_runs_on_while_it_is_a_duplicate)
{
	struct stage *s = begun();
	const char *id = assessed(s), *other;
	CHECK_INT(report(s, "HUB/duty officer", "\"audience\":[\"AIRU\"]"), 0);
	other = incident_of(s, stage_last(s, "M1.report", "HUB"));
	CHECK_INT(decide(s, "AIRU/second officer", id, "activate", "\"body.fast_path\":true"), 0);
	stage_to(s, "59:00");
	CHECK_INT(tie(s, "HUB/lead", id, "link", id, "duplicate_of", other), 0);
	CHECK_INT(tie(s, "HUB/lead", id, "unlink", id, "duplicate_of", other), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	CHECK_INT(tie(s, "HUB/lead", id, "link", id, "duplicate_of", other), 0);
	CHECK_INT(stage_count(s, "M3.revert", NULL), 0);
	stage_to(s, "1:02:00");
	CHECK_INT(stage_count(s, "M3.revert", NULL), 1);
	CHECK(toc_uuid_eq(stage_last(s, "M3.revert", NULL)->e.ref, stage_last(s, "M3.fast_path", NULL)->e.eid));
	CHECK_INT(tie(s, "HUB/lead", id, "unlink", id, "duplicate_of", other), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ASSESSING);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(whoever_took_the_fast_path_can_take_it_back)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	CHECK_INT(decide(s, "AIRU/second officer", id, "activate", "\"body.fast_path\":true"), 0);
	CHECK_INT(answer(s, "AIRU/second officer", id, "activate", "withdraw", id_of(s, "M3.fast_path")), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ASSESSING);
	CHECK(stage_reads(s, stage_last(s, "M3.withdraw", NULL), "PastePond", TOC_ROLE_CR, NULL));
	stage_to(s, "3:00:00");
	CHECK_INT(stage_count(s, "M3.revert", NULL) + stage_count(s, "M19.escalation", NULL), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- T19 ---- */

static int receipt(struct stage *s, const char *who, const char *message, const char *state)
{
	return stage_act(s, who,
			 "{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\",\"recipient_"
			 "org\":\"%.*s\",\"channel\":\"console\","
			 "\"state\":\"%s\",\"at\":\"%s\",\"actor_kind\":\"human\"}}",
			 message, (int)strcspn(who, "/"), who, state, now_of(s));
}

CASE(only_a_person_ends_the_time_for_acknowledging_an_activation)
{
	struct stage *s = begun();
	const char *id = active(s), *e = id_of(s, "M3.confirm");
	struct toc_uuid incident = find(s, id)->id;
	CHECK(stage_act(s, "",
			"{\"type\":\"M19\",\"body\":{\"step\":\"machine\",\"message_ref\":\"%s\",\"recipient_"
			"org\":\"GameNest\",\"channel\":\"console\","
			"\"state\":\"delivered\",\"at\":\"%s\",\"actor_kind\":\"machine\"}}",
			e, now_of(s)) == 0);
	CHECK(toc_running(s->w, "T19", incident, TOC_STR("GameNest")) != NULL);
	REFUSED(receipt(s, "GameNest/gateway", e, "acked"), NOT_PERMITTED, "");
	CHECK_INT(receipt(s, "GameNest/night responder", e, "seen"), 0);
	CHECK(toc_running(s->w, "T19", incident, TOC_STR("GameNest")) != NULL);
	CHECK_INT(receipt(s, "GameNest/counsel", e, "acked"), 0);
	CHECK(toc_running(s->w, "T19", incident, TOC_STR("GameNest")) == NULL);
	const struct stage_entry *r = stage_last(s, "M19.human", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, r)),
		   "GameNest HUB"); /* the sender is the hub, and its lead reads it */
	CHECK(toc_uuid_eq(r->e.incident, incident));
	stage_to(s, "16:00");
	CHECK_INT(stage_count(s, "M19.escalation", NULL),
		  7); /* BFP CDA Chirplet LoopReel OSF PastePond StreamHarbor */
	stage_free(s);
}

CASE(an_e_mail_that_was_read_is_not_passed_on_but_the_time_runs)
{
	struct stage *s = begun();
	const char *id = active(s), *e = id_of(s, "M3.confirm");
	CHECK_INT(receipt(s, "PastePond/partner", e, "seen"), 0);
	stage_to(s, "20:00");
	for (size_t i = 0; i < s->n; i++)
		if (toc_str_is(s->ledger[i].e.k, "M19.escalation"))
			CHECK(!toc_get_is(toc_get(toc_get(s->ledger[i].e.body, "message"), "body"),
					  "recipient_org", "PastePond"));
	stage_to(s, "31:01");
	const struct toc_timer *t = toc_running(s->w, "T19", find(s, id)->id, TOC_STR("PastePond"));
	CHECK(t && t->breached && t->called == 1); /* the owner's telephone, at the end of the time */
	CHECK_INT(receipt(s, "PastePond/owner", e, "acked"), 0);
	CHECK(!toc_get_bool(
		stage_timer(stage_last(s, "M19.human", NULL), "timers_stopped", "T19", "PastePond"), "met"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(prepare_shows_everybody_who_will_read_an_activation_why_and_who_owes_an_answer)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	struct toc_value *m,
		*raw = crisis_decision(s, "AIRU/second officer", id, "activate", "\"body.fast_path\":true");
	struct toc_refusal why = { 0 };
	struct toc_principal p = stage_principal(s, "AIRU/second officer");
	s->dry = true;
	CHECK_INT(stage_act_value(s, "AIRU/second officer", raw), 0);
	s->dry = false;
	CHECK_INT(toc_message_decode(s->a, raw, &m, &why), 0);
	struct toc_command c = { .k = toc_message_k(s->a, m), .message = m, .received = s->now };
	const struct toc_value *list = toc_get(toc_prepare(s->w, &p, &c, s->now, s->a, &why), "recipients");
	unsigned owe = 0, bare = 0;
	CHECK_INT(toc_len(list), 11);
	for (size_t i = 0; i < toc_len(list); i++) {
		owe += toc_get(toc_at(list, i), "acknowledges_until") != NULL;
		bare += toc_get_is(toc_at(list, i), "rendering", "without_personal");
		CHECK(toc_get_text(toc_at(list, i), "why").n > 5);
	}
	CHECK_INT(owe, 9);  /* not AIRU, whose it is, and not the policy body */
	CHECK_INT(bare, 2); /* OSF and DGO */
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ASSESSING);
	stage_free(s);
}

CASE(an_activation_of_three_hundred_members_fits_into_a_frame)
{
	struct stage *s = stage_new();
	for (unsigned i = 0; i < 300; i++) {
		CHECK_INT(
			stage_act(
				s, "",
				"{\"type\":\"org\",\"body\":{\"step\":\"admit\",\"code\":\"Provider-%03u\","
				"\"name\":\"x\",\"kinds\":[\"hsp\"],"
				"\"size\":\"large\",\"established_in\":\"XA\",\"api_exercise_only\":false}}",
				i),
			0);
		CHECK_INT(stage_act(s, "",
				    "{\"type\":\"exercise\",\"body\":{\"step\":\"join\",\"org\":\"Provider-%"
				    "03u\"}}",
				    i),
			  0);
	}
	stage_to(s, "01:00");
	(void)active(s);
	const struct stage_entry *e = stage_last(s, "M3.confirm", NULL);
	const struct toc_value *decided = toc_get(e->e.body, "decided");
	static const enum toc_rendering both[] = { TOC_WHOLE, TOC_WITHOUT_PERSONAL };
	for (size_t i = 0; i < 2; i++) {
		struct toc_value *shown = toc_decided_shown(s->a, e->e.k, decided, both[i]);
		size_t orgs = 0;
		for (size_t k = 0; k < toc_len(toc_get(shown, "readers")); k++)
			orgs += toc_len(toc_get(toc_at(toc_get(shown, "readers"), k), "orgs"));
		CHECK_INT(orgs, 311); /* every reader is named, to every reader */
		CHECK_INT(toc_len(toc_get(shown, "timers_started")),
			  310); /* 308 who owe it, the review, and the next situation report */
		CHECK(toc_json_str(s->a, shown).n < 48000);
	}
	stage_free(s);
}

CASE(while_only_threats_are_taken_no_activation_is_undone_and_nobody_is_called_for_one)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	CHECK_INT(decide(s, "AIRU/second officer", id, "activate", "\"body.fast_path\":true"), 0);
	CHECK_INT(
		stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))),
		0);
	CHECK(stage_act(s, "CELL/controller",
			"{\"type\":\"exercise\",\"body\":{\"step\":\"clock\",\"action\":\"run\",\"rate_"
			"milli\":1000}}") == 0);
	toc_time all = toc_world_next_due(s->w);
	struct toc_world *away = toc_world_over(s->w), *batch = toc_world_over(away);
	toc_world_threats_only(away);
	CHECK_INT(toc_between(s->now, toc_world_next_due(batch)).us, TOC_MINUTES(5).us); /* T17 */
	struct toc_verdict v;
	toc_due(batch, toc_after(s->now, TOC_HOURS(2)), 100, s->a, &v);
	CHECK(v.n > 0);
	for (size_t i = 0; i < v.n; i++)
		CHECK(!toc_uuid_is_nil(v.drafts[i].case_ref));
	toc_world_free(batch);
	toc_world_free(away);
	CHECK(toc_world_next_due(s->w).us == all.us);
	toc_due(s->w, toc_after(s->now, TOC_HOURS(2)), 100, s->a, &v);
	bool undone = false;
	for (size_t i = 0; i < v.n; i++)
		undone |= toc_str_is(v.drafts[i].k, "M3.revert");
	CHECK(undone); /* when it is back, what has passed has passed */
	stage_free(s);
}

CASE(the_hub_may_record_a_call_about_an_activation_that_another_made)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	CHECK_INT(decide(s, "AIRU/second officer", id, "activate", "\"body.fast_path\":true"), 0);
#define CALL(who, org)                                                                                       \
	stage_act(s, who,                                                                                    \
		  "{\"type\":\"M19\",\"body\":{\"step\":\"outreach\",\"message_ref\":\"%s\",\"recipient_"    \
		  "org\":\"" org "\","                                                                       \
		  "\"channel\":\"phone\",\"state\":\"sent\",\"at\":\"%s\",\"actor_kind\":\"human\"}}",       \
		  id_of(s, "M3.fast_path"), now_of(s))
	CHECK_INT(CALL("HUB/duty officer", "PastePond"), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M19.outreach", NULL))), "AIRU HUB PastePond");
	CHECK(toc_running(s->w, "T19", find(s, id)->id, TOC_STR("PastePond")) !=
	      NULL);                                    /* a call is no acknowledgement */
	CHECK_INT(CALL("AIRU/duty officer", "BFP"), 0); /* whose it is */
	REFUSED(CALL("BFP/duty officer", "PastePond"), NOT_PERMITTED, "");
	stage_free(s);
}

/* ---- M3: afterwards ---- */

CASE(a_change_moves_the_review_and_its_leads_are_told_when_it_is_due)
{
	struct stage *s = begun();
	const char *id = active(s);
	stage_to(s, "10:00:00");
	REFUSED(decide(s, "BFP/second officer", id, "change", ""), NOT_PERMITTED, "");
	CHECK_INT(decide(s, "HUB/lead", id, "change",
			 "\"body.scope\":{\"content_types\":[\"video\"],\"services\":[],\"states\":[\"XB\"],"
			 "\"languages\":[]}"),
		  0);
	CHECK_INT(decide(s, "BFP/second officer", id, "change", ""), 0); /* affected now */
	CHECK_INT(decide(s, "AIRU/second officer", id, "link_activation", ""), 0);
	stage_to(s, "33:59:00");
	CHECK_INT(passed(s, "T21"), 0);
	stage_to(s, "34:00:00");
	const struct stage_entry *e = stage_last(s, "deadline.passed", NULL);
	CHECK_TEXT(toc_get_text(toc_get(toc_get(e->e.body, "message"), "body"), "timer"), "T21");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU BFP HUB");
	CHECK(stage_reads(s, e, "AIRU", TOC_ROLE_IL, NULL));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(closing_hears_objections_for_an_hour_and_takes_two_persons)
{
	struct stage *s = begun();
	const char *id = active(s);
	REFUSED(decide(s, "HUB/lead", id, "close", ""), STATE, "body.decision");
	REFUSED(decide(s, "HUB/lead", id, "wind_down",
		       "\"body.closing_checklist\":{\"open_points\":[],\"items\":[{\"code\":\"event_over\","
		       "\"answer\":\"yes\"}]}"),
		CONDITION, "body.closing_checklist.items");
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_WINDING_DOWN);
	stage_to(s, "2:00:00");
	CHECK_INT(decide(s, "HUB/lead", id, "close", ""), 0);
	const char *p = id_of(s, "M3.propose");
	CHECK(stage_reads(s, stage_last(s, "M3.propose", NULL), "LoopReel", TOC_ROLE_CR,
			  NULL)); /* to everybody */
	REFUSED(answer(s, "HUB/second lead", id, "close", "confirm", p), STATE, "body.proposal_ref");
	stage_to(s, "2:20:00");
	CHECK_INT(answer(s, "LoopReel/night responder", id, "close", "object", p), 0); /* a new wave */
	stage_to(s, "3:30:00");
	REFUSED(answer(s, "HUB/second lead", id, "close", "confirm", p), STATE, "body.proposal_ref");
	CHECK_INT(passed(s, "T24"), 0);
	CHECK_INT(decide(s, "HUB/lead", id, "close", ""), 0); /* a new window */
	p = id_of(s, "M3.propose");
	stage_to(s, "4:30:00");
	CHECK_INT(passed(s, "T24"), 1); /* it can be confirmed */
	size_t before = stage_count(s, "deadline.passed", NULL);
	REFUSED(answer(s, "LoopReel/night responder", id, "close", "object", p), STATE, "body.proposal_ref");
	REFUSED(answer(s, "HUB/lead", id, "close", "confirm", p), NOT_PERMITTED, ""); /* the same person */
	CHECK_INT(answer(s, "AIRU/second officer", id, "close", "confirm", p), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_CLOSED);
	CHECK(stage_reads(s, stage_last(s, "M3.confirm", "AIRU"), "PastePond", TOC_ROLE_CR,
			  NULL)); /* the all-clear */
	stage_to(s, "60:00:00");
	CHECK_INT(stage_count(s, "deadline.passed", NULL), before); /* its timers are dead */
	CHECK_INT(decide(s, "AIRU/duty officer", id, "reopen", ""), 0);
	CHECK_INT(answer(s, "HUB/lead", id, "reopen", "confirm", id_of(s, "M3.propose")), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(no_incident_is_closed_over_an_open_threat_to_life_nor_reopened_after_a_month)
{
	struct stage *s = begun();
	CHECK_INT(
		stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))),
		0);
	const char *c = stage_case(s, "M4.send", NULL), *id = active(s);
	CHECK_INT(tie(s, "AIRU/duty officer", id, "link", c, "belongs_to", id), 0);
	REFUSED(decide(s, "HUB/lead", id, "wind_down", ""), CONDITION, "body.decision");
	CHECK_INT(stage_act(s, "StreamHarbor/night responder",
			    "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"withdraw\",\"reason\":"
			    "\"x\"}}",
			    c),
		  0);
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	CHECK_INT(decide(s, "HUB/lead", id, "close", ""), 0);
	const char *p = id_of(s, "M3.propose");
	stage_to(s, "1:10:00");
	CHECK_INT(answer(s, "AIRU/second officer", id, "close", "confirm", p), 0);
	stage_to(s, "750:00:00");
	REFUSED(decide(s, "AIRU/duty officer", id, "reopen", ""), CONDITION, "body.decision");
	stage_free(s);
}

RUN_CASES()
