/* test_incident.c: crisis reports, ties and early warnings (M1, M2), and who takes an incident up (M3): what is
 * accepted, what is refused and why, who reads it and who does not. */
#include "acts.h"

/* ---- M1 ---- */

CASE(a_report_says_what_it_must_and_reaches_who_may_read_it)
{
	struct stage *s = begun();
	CHECK_INT(report(s, "OSF/duty officer", ""), 0);
	const struct stage_entry *e = stage_last(s, "M1.report", NULL);
	enum toc_rendering r;
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "BFP HUB OSF");
	CHECK(stage_reads(s, e, "OSF", TOC_ROLE_DU, &r) && r == TOC_WHOLE); /* its own */
	CHECK(stage_reads(s, e, "BFP", TOC_ROLE_LI, NULL) && !stage_reads(s, e, "BFP", TOC_ROLE_DC, NULL));
	CHECK(!stage_reads(s, e, "HUB", TOC_ROLE_SV, NULL));
	CHECK_INT(report(s, "GameNest/night responder", "\"audience\":[\"OSF\"]"), 0);
	CHECK(stage_reads(s, stage_last(s, "M1.report", NULL), "OSF", TOC_ROLE_DU, &r) &&
	      r == TOC_WITHOUT_PERSONAL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_report_is_refused_for_every_reason_of_its_own)
{
	struct stage *s = begun();
	REFUSED(report(s, "DGO/observer", ""), NOT_PERMITTED, "");
	REFUSED(report(s, "AIRU/gateway", ""), NOT_PERMITTED, "");
	REFUSED(report(s, "AIRU/duty officer", "\"audience\":[]"), NO_READER, "audience");
	REFUSED(report(s, "AIRU/duty officer", "\"audience\":[\"AIRU\"]"), NO_READER, "audience");
	REFUSED(report(s, "AIRU/duty officer", "\"audience\":[\"BMR\"]"), NO_READER,
		"audience"); /* no reader in the row */
	REFUSED(report(s, "AIRU/duty officer", "\"audience\":[\"OPS\"]"), NO_READER,
		"audience"); /* takes no part */
	REFUSED(report(s, "AIRU/duty officer", "\"audience\":[\"Nobody\"]"), NO_READER, "audience");
	REFUSED(report(s, "AIRU/duty officer",
		       "\"audience\":[\"LoopReel\"],\"personal_data\":{\"level\":\"limited\",\"categories\":["
		       "\"location\"]}"),
		CONDITION, "audience");
	CHECK_INT(report(s, "AIRU/duty officer", "\"audience\":[\"LoopReel\"]"), 0);
	REFUSED(report(s, "AIRU/duty officer",
		       "\"body.event_time\":{\"from\":\"2031-05-17T15:00:00Z\",\"precision\":\"exact\"}"),
		TIME, "body.event_time.from");
	REFUSED(report(s, "AIRU/duty officer",
		       "\"body.services_seen\":[{\"org\":\"Chirplet\",\"first_seen\":\"2031-05-17T15:00:"
		       "00Z\"}]"),
		TIME, "body.services_seen.first_seen");
	REFUSED(report(s, "AIRU/duty officer",
		       "\"body.criteria\":[{\"code\":\"virality\",\"answer\":\"yes\"}]"),
		CONDITION, "body.criteria");
	REFUSED(report(s, "AIRU/duty officer",
		       "\"body.criteria\":[{\"code\":\"weather\",\"answer\":\"yes\"}]"),
		BAD_VALUE, "body.criteria");
	REFUSED(report(s, "AIRU/duty officer",
		       "\"body.criteria\":[{\"code\":\"virality\",\"answer\":\"yes\"},{\"code\":\"virality\","
		       "\"answer\":\"no\"}]"),
		BAD_VALUE, "body.criteria");
	REFUSED(report(s, "AIRU/duty officer", "\"body.headline\":null"), MISSING_FIELD, "body.headline");
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *known = incident_of(s, stage_last(s, "M1.report", "AIRU"));
	REFUSED(report(s, "AIRU/duty officer", toc_arena_printf(s->a, "\"incident_ref\":\"%s\"", known).p),
		BAD_VALUE, "incident_ref");
	stage_free(s);
}

CASE(an_incident_that_one_knows_nothing_of_does_not_exist)
{
	struct stage *s = begun();
	static const char none[] = "01980000-0000-4000-8000-00000000dead";
	const char *id = assessed(s); /* AIRU, HUB, BFP know of it */
	static const char *const outside[] = { "CDA/second contact", "OSF/duty officer",
					       "GameNest/night responder" };
	for (size_t i = 0; i < 3; i++) {
		CHECK(decide(s, outside[i], id, "link_activation", "") < 0 || i == 2);
		struct toc_refusal first = s->v.refusal;
		CHECK(decide(s, outside[i], none, "link_activation", "") < 0 || i == 2);
		CHECK(memcmp(&first, &s->v.refusal, sizeof first) == 0);
	}
	CHECK(warn(s, "GameNest/night responder", id, "\"body.step\":\"propose\"") < 0);
	struct toc_refusal first = s->v.refusal;
	CHECK_INT(first.code, TOC_REFUSE_NOT_FOUND);
	CHECK(warn(s, "GameNest/night responder", none, "\"body.step\":\"propose\"") < 0);
	CHECK(memcmp(&first, &s->v.refusal, sizeof first) == 0);
	/* whatever names an incident: the same of any type */
	CHECK(stage_act(s, "GameNest/night responder",
			"{\"type\":\"M4\",\"incident_ref\":\"%s\",\"body\":{\"step\":\"draft\",\"aware_at\":"
			"\"%s\"}}",
			id, now_of(s)) < 0);
	CHECK(memcmp(&first, &s->v.refusal, sizeof first) == 0);
	stage_in(s, "QUIET BELL"); /* nor does it in another exercise */
	CHECK(decide(s, "HUB/lead", id, "assign", "") < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_EXERCISE);
	stage_free(s);
}

CASE(prepare_offers_reference_place_and_time_of_incidents_and_nothing_of_cases)
{
	struct stage *s = begun();
	CHECK_INT(
		stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))),
		0);
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", NULL));
	CHECK_INT(report(s, "BFP/duty officer", "\"body.event_place\":{\"cc\":\"XB\"}"), 0); /* elsewhere */
	struct toc_value *m, *raw = crisis_report(s, "");
	struct toc_refusal why = { 0 };
	struct toc_principal p = stage_principal(s, "Chirplet/night responder");
	s->dry = true;
	CHECK_INT(stage_act_value(s, "Chirplet/night responder", raw), 0); /* fills the envelope in */
	s->dry = false;
	CHECK_INT(toc_message_decode(s->a, raw, &m, &why), 0);
	struct toc_command c = { .k = toc_message_k(s->a, m), .message = m, .received = s->now };
	struct toc_value *prepared = toc_prepare(s->w, &p, &c, s->now, s->a, &why);
	const struct toc_value *list = toc_get(prepared, "duplicates"), *one = toc_at(list, 0);
	CHECK_INT(toc_len(list), 1);
	CHECK_TEXT(toc_get_text(one, "incident"), id);
	CHECK_TEXT(toc_get_text(toc_get(one, "event_place"), "locality"), "Veldermouth");
	CHECK(toc_get(one, "event_time") && one->n == 3);
	CHECK_INT(toc_len(toc_get(prepared, "recipients")), 3);
	for (size_t i = 0; i < toc_len(toc_get(prepared, "recipients")); i++)
		CHECK(toc_get_text(toc_at(toc_get(prepared, "recipients"), i), "why").n > 5);
	stage_to(s, "13:30:00"); /* too long ago */
	CHECK_INT(toc_len(toc_get(toc_prepare(s->w, &p, &c, s->now, s->a, &why), "duplicates")), 1);
	raw = crisis_report(s, "");
	s->dry = true;
	CHECK_INT(stage_act_value(s, "Chirplet/night responder", raw), 0);
	s->dry = false;
	CHECK_INT(toc_message_decode(s->a, raw, &m, &why), 0);
	c.message = m;
	CHECK_INT(toc_len(toc_get(toc_prepare(s->w, &p, &c, s->now, s->a, &why), "duplicates")), 0);
	stage_free(s);
}

/* What a report by Chirplet would be offered. */
static size_t offered(struct stage *s, const char *change)
{
	struct toc_value *m, *raw = crisis_report(s, change);
	struct toc_refusal why = { 0 };
	struct toc_principal p = stage_principal(s, "Chirplet/night responder");
	s->dry = true;
	CHECK_INT(stage_act_value(s, "Chirplet/night responder", raw), 0);
	s->dry = false;
	CHECK_INT(toc_message_decode(s->a, raw, &m, &why), 0);
	struct toc_command c = { .k = toc_message_k(s->a, m), .message = m, .received = s->now };
	return toc_len(toc_get(toc_prepare(s->w, &p, &c, s->now, s->a, &why), "duplicates"));
}

CASE(an_exercise_and_the_world_offer_each_other_nothing)
{
	struct stage *s = begun();
	CHECK_INT(report(s, "AIRU/duty officer", "\"body.event_place\":null"), 0);
	CHECK_INT(offered(s, ""), 1); /* without a place it may be anywhere */
	stage_in(s, NULL);
	CHECK_INT(offered(s, "\"body.event_place\":null"), 0);
	CHECK_INT(report(s, "AIRU/duty officer", "\"body.event_place\":null"), 0);
	const struct stage_entry *e = stage_last(s, "M1.report", NULL);
	CHECK_TEXT(e->e.mode, "actual");
	CHECK_INT(offered(s, "\"body.event_place\":null"), 1);
	CHECK_INT(decide(s, "HUB/lead", incident_of(s, e), "assess", ""), 0);
	REFUSED(decide(s, "AIRU/second officer", incident_of(s, e), "assign", ""), NOT_PERMITTED,
		""); /* no state is affected yet: the hub's alone */
	stage_in(s, "LANTERN");
	CHECK_INT(offered(s, ""), 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(at_sending_a_report_is_tied_to_what_was_offered_and_to_nothing_else)
{
	struct stage *s = begun();
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", "AIRU"));
	struct toc_str to = toc_arena_printf(
			       s->a, "\"body.links\":[{\"kind\":\"duplicate_of\",\"to\":\"%s\"}]", id),
		       elsewhere = toc_arena_printf(s->a, "%s,\"body.event_place\":{\"cc\":\"XC\"}", to.p);
	REFUSED(report(s, "Chirplet/night responder", elsewhere.p), NOT_FOUND, "body.links.to");
	REFUSED(report(s, "Chirplet/night responder",
		       "\"body.links\":[{\"kind\":\"duplicate_of\",\"to\":\"01980000-0000-4000-8000-"
		       "00000000dead\"}]"),
		NOT_FOUND, "body.links.to");
	CHECK_INT(report(s, "Chirplet/night responder", to.p), 0);
	const char *second = incident_of(s, stage_last(s, "M1.report", "Chirplet"));
	CHECK_INT(state_of(s, second), TOC_INCIDENT_LINKED_DUPLICATE);
	/* a duplicate is not offered, nor is it a thing to be a duplicate of */
	struct toc_str chain =
		toc_arena_printf(s->a, "\"body.links\":[{\"kind\":\"duplicate_of\",\"to\":\"%s\"}]", second);
	REFUSED(report(s, "GameNest/night responder", chain.p), NOT_FOUND, "body.links.to");
	REFUSED(report(s, "BFP/duty officer", chain.p), STATE, "body.links"); /* BFP has read it */
	/* somebody else's case is nothing that one can tie */
	CHECK_INT(
		stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))),
		0);
	struct toc_str mine =
		toc_arena_printf(s->a, "\"body.links\":[{\"ref\":\"%s\",\"kind\":\"belongs_to\"}]",
				 stage_case(s, "M4.send", NULL));
	REFUSED(report(s, "GameNest/night responder", mine.p), NOT_FOUND, "body.links.ref");
	REFUSED(report(s, "AIRU/deconfliction officer", mine.p), NOT_PERMITTED, "");
	REFUSED(report(s, "AIRU/duty officer",
		       "\"body.links\":[{\"ref\":\"01980000-0000-4000-8000-00000000dead\",\"kind\":\"belongs_"
		       "to\"}]"),
		NOT_FOUND, "body.links.ref");
	CHECK_INT(report(s, "AIRU/duty officer", mine.p), 0);
	CHECK_INT(find(s, incident_of(s, stage_last(s, "M1.report", "AIRU")))->n_cases, 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_tie_is_made_and_undone_by_who_can_read_both_ends_and_changes_nobodys_audience)
{
	struct stage *s = begun();
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *a = incident_of(s, stage_last(s, "M1.report", "AIRU"));
	CHECK_INT(report(s, "Chirplet/night responder", "\"audience\":[\"HUB\",\"CDA\"]"), 0);
	const char *b = incident_of(s, stage_last(s, "M1.report", "Chirplet"));
	REFUSED(tie(s, "BFP/duty officer", a, "link", b, "duplicate_of", a), NOT_FOUND, "body.links.ref");
	REFUSED(tie(s, "CDA/duty officer", a, "link", b, "duplicate_of", a), NOT_FOUND, "incident_ref");
	REFUSED(tie(s, "Chirplet/night responder", b, "link", b, "duplicate_of", a), NOT_PERMITTED, "");
	REFUSED(tie(s, "HUB/lead", a, "link", a, "duplicate_of", a), BAD_VALUE, "body.links");
	REFUSED(tie(s, "HUB/lead", a, "unlink", b, "duplicate_of", a), CONDITION, "body.links");
	CHECK_INT(decide(s, "HUB/lead", a, "assess", ""), 0);
	CHECK_INT(tie(s, "HUB/lead", a, "link", b, "duplicate_of", a), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M1.link", NULL))),
		   "HUB"); /* it alone knows of both */
	CHECK_INT(state_of(s, b), TOC_INCIDENT_LINKED_DUPLICATE);
	CHECK(!toc_is_party(find(s, a), TOC_STR("Chirplet")) && !toc_is_party(find(s, b), TOC_STR("AIRU")));
	REFUSED(tie(s, "HUB/lead", a, "link", a, "duplicate_of", b), STATE, "body.links");
	REFUSED(decide(s, "HUB/lead", b, "assess", ""), STATE,
		"body.decision"); /* act on the one that stays */
	REFUSED(decide(s, "HUB/lead", b, "not_activate", ""), STATE, "body.decision");
	CHECK_INT(tie(s, "HUB/second lead", b, "unlink", b, "duplicate_of", a), 0);
	CHECK_INT(state_of(s, b), TOC_INCIDENT_REPORTED);
	CHECK(toc_uuid_is_nil(find(s, b)->duplicate_of) && find(s, a)->n_duplicates == 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_case_is_tied_to_an_incident_and_untied_by_its_own_desk)
{
	struct stage *s = begun();
	CHECK_INT(
		stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))),
		0);
	const char *c = stage_case(s, "M4.send", NULL);
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *a = incident_of(s, stage_last(s, "M1.report", "AIRU"));
	REFUSED(tie(s, "BFP/duty officer", a, "link", c, "belongs_to", a), NOT_FOUND, "body.links.ref");
	REFUSED(tie(s, "AIRU/duty officer", a, "link", a, "belongs_to", c), BAD_VALUE, "body.links.kind");
	REFUSED(tie(s, "AIRU/duty officer", a, "link", c, "duplicate_of", a), BAD_VALUE, "body.links.kind");
	CHECK_INT(tie(s, "AIRU/duty officer", a, "link", c, "belongs_to", a), 0);
	const struct stage_entry *e = stage_last(s, "M1.link", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU HUB"); /* BFP knows the incident, not the case */
	CHECK(!stage_reads(s, e, "AIRU", TOC_ROLE_OI, NULL));
	REFUSED(tie(s, "AIRU/duty officer", a, "link", c, "belongs_to", a), CONDITION, "body.links");
	CHECK_INT(tie(s, "HUB/duty officer", a, "unlink", c, "belongs_to", a), 0);
	CHECK_INT(find(s, a)->n_cases, 0);
	REFUSED(stage_act(s, "AIRU/duty officer",
			  "{\"type\":\"M1\",\"audience\":[]," NO_PERSONAL
			  ",\"body\":{\"step\":\"link\",\"links\":[{\"ref\":\"%s\",\"kind\":\"belongs_to\","
			  "\"to\":\"%s\"}]}}",
			  c, a),
		MISSING_FIELD, "incident_ref");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_reference_opens_nothing_and_alarms_nobody)
{
	struct stage *s = begun();
	CHECK(stage_act(s, "CCC/duty officer",
			"{\"type\":\"M1\",\"audience\":[\"HUB\",\"AIRU\"]," NO_PERSONAL
			",\"also_reported_to\":[{\"system\":\"Overseas Child Line\","
			"\"external_ref\":\"OCL-55\"}],\"body\":{\"step\":\"reference\"}}") == 0);
	const struct stage_entry *e = stage_last(s, "M1.reference", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU CCC HUB");
	CHECK(toc_uuid_is_nil(e->e.incident) && !toc_get(toc_get(e->e.body, "decided"), "timers_started"));
	CHECK(!stage_reads(s, e, "AIRU", TOC_ROLE_IL, NULL) && stage_reads(s, e, "HUB", TOC_ROLE_IL, NULL));
	REFUSED(stage_act(s, "CCC/duty officer",
			  "{\"type\":\"M1\",\"audience\":[\"HUB\"]," NO_PERSONAL
			  ",\"body\":{\"step\":\"reference\"}}"),
		MISSING_FIELD, "also_reported_to");
	REFUSED(stage_act(s, "OSF/duty officer",
			  "{\"type\":\"M1\",\"audience\":[\"HUB\"]," NO_PERSONAL
			  ",\"body\":{\"step\":\"reference\"}}"),
		NOT_PERMITTED, "");
	stage_free(s);
}

/* ---- M2 ---- */

CASE(an_early_warning_is_issued_by_leads_when_it_is_likely)
{
	struct stage *s = begun();
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", "AIRU"));
	REFUSED(warn(s, "HUB/lead", id, ""), STATE, "body"); /* nobody has taken it up */
	CHECK_INT(decide(s, "HUB/lead", id, "assess", ""), 0);
	REFUSED(warn(s, "HUB/duty officer", id, ""), NOT_PERMITTED, "");
	REFUSED(warn(s, "BFP/second officer", id, ""), NOT_PERMITTED, ""); /* its state is not affected */
	REFUSED(warn(s, "HUB/lead", id, "\"personal_data\":{\"level\":\"limited\",\"categories\":[]}"),
		CONDITION, "personal_data.level");
	REFUSED(warn(s, "HUB/lead", id, "\"body.valid_until\":\"2031-05-17T13:00:00Z\""), TIME,
		"body.valid_until");
	REFUSED(warn(s, "HUB/lead", id, "\"body.valid_until\":\"2031-05-18T14:00:00Z\""), LIMIT,
		"body.valid_until");
	REFUSED(warn(s, "HUB/lead", id, "\"body.next_update_by\":\"2031-05-17T13:00:00Z\""), TIME,
		"body.next_update_by");
	REFUSED(warn(s, "HUB/lead", id, "\"body.watch_terms\":[\"bell\"]"), CONDITION, "tlp");
	REFUSED(warn(s, "HUB/lead", id, "\"body.requested_action\":\"remove\""), BAD_VALUE,
		"body.requested_action");
	REFUSED(warn(s, "HUB/lead", id, "\"body.criteria\":[" CRISIS_CRITERIA("no") "]"), CONDITION,
		"body.criteria");
	CHECK_INT(warn(s, "HUB/lead", id, "\"body.watch_terms\":[\"bell\"],\"tlp\":\"AMBER+STRICT\""), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_EARLY_WARNING);
	stage_to(s, "5:00:00");
	CHECK_INT(warn(s, "AIRU/second officer", id, ""),
		  0); /* renewed by the affected state: six hours from now */
	stage_to(s, "10:59:00");
	CHECK_INT(state_of(s, id), TOC_INCIDENT_EARLY_WARNING);
	CHECK_INT(stage_count(s, "M2.expire", NULL), 0);
	stage_to(s, "11:00:00");
	CHECK_INT(stage_count(s, "M2.expire", NULL), 1);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ASSESSING);
	stage_to(s, "40:00:00");
	CHECK_INT(stage_count(s, "M2.expire", NULL), 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(who_may_not_issue_a_warning_proposes_it_and_is_told_when_there_is_none)
{
	struct stage *s = begun();
	CHECK_INT(report(s, "AIRU/duty officer", "\"audience\":[\"HUB\",\"GameNest\",\"OSF\"]"), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", "AIRU"));
	REFUSED(warn(s, "GameNest/counsel", id, "\"body.step\":\"propose\""), NOT_PERMITTED, "");
	CHECK_INT(warn(s, "GameNest/night responder", id, "\"body.step\":\"propose\""), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M2.propose", NULL))), "AIRU GameNest HUB");
	CHECK_INT(state_of(s, id), TOC_INCIDENT_REPORTED);
	struct toc_str change = toc_arena_printf(s->a, "%s,\"body.proposal_ref\":\"%s\"", crisis_decline,
						 id_of(s, "M2.propose"));
	REFUSED(warn(s, "GameNest/night responder", id, change.p), NOT_PERMITTED, "");
	REFUSED(warn(s, "HUB/lead", id,
		     toc_arena_printf(s->a, "%s,\"body.proposal_ref\":\"%s\"", crisis_decline,
				      id_of(s, "M1.report"))
			     .p),
		NOT_FOUND, "body.proposal_ref");
	CHECK_INT(warn(s, "HUB/lead", id, change.p), 0);
	const struct stage_entry *e = stage_last(s, "M2.decline", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)),
		   "AIRU GameNest HUB"); /* OSF knew of the incident, not of the question */
	CHECK(!stage_reads(s, e, "GameNest", TOC_ROLE_LG, NULL));
	/* what was excluded then excludes a warning now */
	CHECK_INT(decide(s, "HUB/lead", id, "assess", ""), 0);
	REFUSED(warn(s, "HUB/lead", id, ""), CONDITION, "body.criteria");
	stage_free(s);
}

CASE(of_a_threat_that_never_became_an_incident_the_question_is_answered_at_the_case)
{
	struct stage *s = begun();
	CHECK_INT(
		stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))),
		0);
	struct toc_str change = toc_arena_printf(s->a, "%s,\"incident_ref\":null,\"case_ref\":\"%s\"",
						 crisis_decline, stage_case(s, "M4.send", NULL));
	REFUSED(warn(s, "CDA/second contact", "", change.p), NOT_FOUND, "case_ref");
	REFUSED(warn(s, "HUB/lead", "", toc_arena_printf(s->a, "%s,\"incident_ref\":null", crisis_decline).p),
		MISSING_FIELD, "incident_ref");
	CHECK_INT(warn(s, "HUB/lead", "", change.p), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M2.decline", NULL))), "AIRU HUB");
	stage_free(s);
}

/* ---- M3: taking up, and not activating ---- */

CASE(an_incident_is_taken_up_by_a_named_person_of_the_deciding_organisation)
{
	struct stage *s = begun();
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", "AIRU"));
#define ASSIGNEE(who)                                                                                        \
	toc_arena_printf(s->a, "\"body.assignee\":\"%s\"", toc_uuid_str(s->a, stage_person(s, who)).p).p
	REFUSED(decide(s, "HUB/duty officer", id, "assess", ""), NOT_PERMITTED, "");
	REFUSED(decide(s, "BFP/second officer", id, "assess", ""), NOT_PERMITTED, "");
	REFUSED(decide(s, "HUB/lead", id, "assess", ASSIGNEE("AIRU/duty officer")), NOT_FOUND,
		"body.assignee");
	REFUSED(decide(s, "HUB/lead", id, "assess", ASSIGNEE("HUB/deconfliction officer")), CONDITION,
		"body.assignee");
	REFUSED(decide(s, "HUB/lead", id, "assess", ASSIGNEE("HUB/gateway")), CONDITION, "body.assignee");
	REFUSED(decide(s, "HUB/lead", id, "assign", ""), STATE, "body.decision");
	CHECK_INT(decide(s, "HUB/lead", id, "assess", ASSIGNEE("HUB/duty officer")), 0);
	REFUSED(decide(s, "HUB/lead", id, "assess", ""), STATE, "body.decision");
	CHECK_INT(decide(s, "AIRU/second officer", id, "assign", ""), 0); /* the affected state takes over */
	CHECK(toc_short_is(&find(s, id)->assignee_org, TOC_STR("AIRU")));
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ASSESSING);
	CHECK_INT(warn(s, "HUB/lead", id, ""), 0);
	CHECK_INT(decide(s, "HUB/lead", id, "assign", ""), 0); /* handed over: the warning goes on */
	CHECK(toc_running(s->w, "T20", find(s, id)->id, TOC_STR("")) != NULL);
	CHECK_INT(decide(s, "HUB/lead", id, "assess", ""), 0); /* taken up again: it does not */
	CHECK(toc_running(s->w, "T20", find(s, id)->id, TOC_STR("")) == NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(that_it_is_no_crisis_is_told_to_all_who_knew)
{
	struct stage *s = begun();
	CHECK_INT(report(s, "AIRU/duty officer", "\"audience\":[\"HUB\",\"GameNest\"]"), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", "AIRU"));
	CHECK_INT(decide(s, "HUB/lead", id, "not_activate", ""), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M3.not_activate", NULL))), "AIRU GameNest HUB");
	CHECK_INT(state_of(s, id), TOC_INCIDENT_NOT_ACTIVATED);
	REFUSED(decide(s, "HUB/lead", id, "not_activate", ""), STATE, "body.decision");
	CHECK_INT(decide(s, "HUB/lead", id, "assess", ""), 0); /* new facts */
	CHECK_INT(warn(s, "HUB/lead", id, ""), 0);
	CHECK_INT(decide(s, "HUB/lead", id, "not_activate", ""),
		  0); /* after a warning that everybody got: everybody */
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M3.not_activate", NULL))),
		   "AIRU BFP CDA Chirplet GameNest HUB LoopReel PastePond StreamHarbor");
	CHECK(toc_running(s->w, "T20", find(s, id)->id, TOC_STR("")) == NULL);
	stage_free(s);
}

CASE(who_may_not_decide_alone_proposes_and_a_lead_confirms)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	REFUSED(decide(s, "BFP/duty officer", id, "not_activate", ""), NOT_PERMITTED, ""); /* not affected */
	CHECK_INT(decide(s, "AIRU/duty officer", id, "not_activate", ""), 0);
	CHECK(stage_last(s, "M3.propose", "AIRU") && !stage_last(s, "M3.not_activate", NULL));
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ASSESSING);
	REFUSED(answer(s, "AIRU/duty officer", id, "not_activate", "confirm", id_of(s, "M3.propose")),
		NOT_PERMITTED, "");
	CHECK_INT(answer(s, "AIRU/second officer", id, "not_activate", "confirm", id_of(s, "M3.propose")),
		  0); /* one organisation is enough */
	CHECK_INT(state_of(s, id), TOC_INCIDENT_NOT_ACTIVATED);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M3.confirm", NULL))), "AIRU BFP HUB");
	stage_free(s);
}

RUN_CASES()
