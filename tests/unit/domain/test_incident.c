/* test_incident.c: crisis reports, early warnings and decisions (M1, M2, M3): what is accepted, what is refused and
 * why, who reads it and who does not, and what the timers of an incident do. */
#include "check.h"
#include "crisis.h"

#include "message/catalogue.h"
#include "message/json.h"

#define NO_PERSONAL CRISIS_NO_PERSONAL

static const char *now_of(struct stage *s)
{
	return toc_time_str(s->a, toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now)).p;
}

static int report(struct stage *s, const char *who, const char *change)
{
	return stage_act_value(s, who, crisis_report(s, change));
}

static int warn(struct stage *s, const char *who, const char *incident, const char *change)
{
	return stage_act_value(s, who, crisis_warning(s, incident, change));
}

static int decide(struct stage *s, const char *who, const char *incident, const char *decision, const char *change)
{
	return stage_act_value(s, who, crisis_decision(s, who, incident, decision, change));
}

static int answer(struct stage *s, const char *who, const char *incident, const char *decision, const char *step, const char *proposal)
{
	return stage_act(s, who,
			 "{\"type\":\"M3\",\"incident_ref\":\"%s\"," NO_PERSONAL ",\"body\":{\"decision\":\"%s\",\"step\":\"%s\","
			 "\"proposal_ref\":\"%s\"%s}}",
			 incident, decision, step, proposal, strcmp(step, "confirm") ? ",\"reason\":\"x\"" : "");
}

static int tie(struct stage *s, const char *who, const char *incident, const char *step, const char *ref, const char *kind, const char *to)
{
	return stage_act(s, who,
			 "{\"type\":\"M1\",\"audience\":[],\"incident_ref\":\"%s\"," NO_PERSONAL ",\"body\":{\"step\":\"%s\",\"links\":["
			 "{\"ref\":\"%s\",\"kind\":\"%s\",\"to\":\"%s\"}]}}",
			 incident, step, ref, kind, to);
}

#define REFUSED(act, why, where)                                                                             \
	do {                                                                                                 \
		CHECK((act) < 0);                                                                            \
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_##why);                                              \
		CHECK_TEXT(toc_str_of(s->v.refusal.field), where);                                           \
		CHECK_INT(s->v.n, 0);                                                                        \
	} while (0)

static const char *incident_of(struct stage *s, const struct stage_entry *e)
{
	return e ? toc_uuid_str(s->a, e->e.incident).p : "";
}

static const struct toc_incident *find(struct stage *s, const char *id)
{
	return toc_find_incident(s->w, toc_id_of(toc_str_of(id)));
}

static uint32_t state_of(struct stage *s, const char *id)
{
	const struct toc_incident *i = find(s, id);
	return i ? i->state : TOC_INCIDENT_NONE;
}

static const char *id_of(struct stage *s, const char *k)
{
	return stage_id(s, k, NULL);
}

/* An incident that AIRU has reported to HUB and BFP, taken up by the hub. */
static const char *assessed(struct stage *s)
{
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", "AIRU"));
	CHECK_INT(decide(s, "HUB/lead", id, "assess", ""), 0);
	return id;
}

static const char *active(struct stage *s)
{
	const char *id = assessed(s);
	CHECK_INT(decide(s, "AIRU/duty officer", id, "activate", ""), 0);
	CHECK_INT(answer(s, "HUB/lead", id, "activate", "confirm", id_of(s, "M3.propose")), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	return id;
}

static struct stage *begun(void)
{
	struct stage *s = stage_new();
	stage_to(s, "01:00");
	return s;
}

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
	CHECK(stage_reads(s, stage_last(s, "M1.report", NULL), "OSF", TOC_ROLE_DU, &r) && r == TOC_WITHOUT_PERSONAL);
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
	REFUSED(report(s, "AIRU/duty officer", "\"audience\":[\"BMR\"]"), NO_READER, "audience"); /* no reader in the row */
	REFUSED(report(s, "AIRU/duty officer", "\"audience\":[\"OPS\"]"), NO_READER, "audience"); /* takes no part */
	REFUSED(report(s, "AIRU/duty officer", "\"audience\":[\"Nobody\"]"), NO_READER, "audience");
	REFUSED(report(s, "AIRU/duty officer",
		       "\"audience\":[\"LoopReel\"],\"personal_data\":{\"level\":\"limited\",\"categories\":[\"location\"]}"),
		CONDITION, "audience");
	CHECK_INT(report(s, "AIRU/duty officer", "\"audience\":[\"LoopReel\"]"), 0);
	REFUSED(report(s, "AIRU/duty officer", "\"body.event_time\":{\"from\":\"2031-05-17T15:00:00Z\",\"precision\":\"exact\"}"), TIME,
		"body.event_time.from");
	REFUSED(report(s, "AIRU/duty officer", "\"body.services_seen\":[{\"org\":\"Chirplet\",\"first_seen\":\"2031-05-17T15:00:00Z\"}]"),
		TIME, "body.services_seen.first_seen");
	REFUSED(report(s, "AIRU/duty officer", "\"body.criteria\":[{\"code\":\"virality\",\"answer\":\"yes\"}]"), CONDITION, "body.criteria");
	REFUSED(report(s, "AIRU/duty officer", "\"body.criteria\":[{\"code\":\"weather\",\"answer\":\"yes\"}]"), BAD_VALUE, "body.criteria");
	REFUSED(report(s, "AIRU/duty officer",
		       "\"body.criteria\":[{\"code\":\"virality\",\"answer\":\"yes\"},{\"code\":\"virality\",\"answer\":\"no\"}]"),
		BAD_VALUE, "body.criteria");
	REFUSED(report(s, "AIRU/duty officer", "\"body.headline\":null"), MISSING_FIELD, "body.headline");
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *known = incident_of(s, stage_last(s, "M1.report", "AIRU"));
	REFUSED(report(s, "AIRU/duty officer", toc_arena_printf(s->a, "\"incident_ref\":\"%s\"", known).p), BAD_VALUE, "incident_ref");
	stage_free(s);
}

CASE(an_incident_that_one_knows_nothing_of_does_not_exist)
{
	struct stage *s = begun();
	static const char none[] = "01980000-0000-4000-8000-00000000dead";
	const char *id = assessed(s); /* AIRU, HUB, BFP know of it */
	static const char *const outside[] = { "CDA/second contact", "OSF/duty officer", "GameNest/night responder" };
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
	CHECK(stage_act(s, "GameNest/night responder", "{\"type\":\"M4\",\"incident_ref\":\"%s\",\"body\":{\"step\":\"draft\",\"aware_at\":\"%s\"}}",
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
	CHECK_INT(stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
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

CASE(at_sending_a_report_is_tied_to_what_was_offered_and_to_nothing_else)
{
	struct stage *s = begun();
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", "AIRU"));
	struct toc_str to = toc_arena_printf(s->a, "\"body.links\":[{\"kind\":\"duplicate_of\",\"to\":\"%s\"}]", id),
		       elsewhere = toc_arena_printf(s->a, "%s,\"body.event_place\":{\"cc\":\"XC\"}", to.p);
	REFUSED(report(s, "Chirplet/night responder", elsewhere.p), NOT_FOUND, "body.links.to");
	REFUSED(report(s, "Chirplet/night responder",
		       "\"body.links\":[{\"kind\":\"duplicate_of\",\"to\":\"01980000-0000-4000-8000-00000000dead\"}]"),
		NOT_FOUND, "body.links.to");
	CHECK_INT(report(s, "Chirplet/night responder", to.p), 0);
	const char *second = incident_of(s, stage_last(s, "M1.report", "Chirplet"));
	CHECK_INT(state_of(s, second), TOC_INCIDENT_LINKED_DUPLICATE);
	/* a duplicate is not offered, nor is it a thing to be a duplicate of */
	struct toc_str chain = toc_arena_printf(s->a, "\"body.links\":[{\"kind\":\"duplicate_of\",\"to\":\"%s\"}]", second);
	REFUSED(report(s, "GameNest/night responder", chain.p), NOT_FOUND, "body.links.to");
	REFUSED(report(s, "BFP/duty officer", chain.p), STATE, "body.links"); /* BFP has read it */
	/* somebody else's case is nothing that one can tie */
	CHECK_INT(stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	struct toc_str mine = toc_arena_printf(s->a, "\"body.links\":[{\"ref\":\"%s\",\"kind\":\"belongs_to\"}]",
					       stage_case(s, "M4.send", NULL));
	REFUSED(report(s, "GameNest/night responder", mine.p), NOT_FOUND, "body.links.ref");
	REFUSED(report(s, "AIRU/deconfliction officer", mine.p), NOT_PERMITTED, "");
	REFUSED(report(s, "AIRU/duty officer", "\"body.links\":[{\"ref\":\"01980000-0000-4000-8000-00000000dead\",\"kind\":\"belongs_to\"}]"),
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
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M1.link", NULL))), "HUB"); /* it alone knows of both */
	CHECK_INT(state_of(s, b), TOC_INCIDENT_LINKED_DUPLICATE);
	CHECK(!toc_is_party(find(s, a), TOC_STR("Chirplet")) && !toc_is_party(find(s, b), TOC_STR("AIRU")));
	REFUSED(tie(s, "HUB/lead", a, "link", a, "duplicate_of", b), STATE, "body.links");
	REFUSED(decide(s, "HUB/lead", b, "assess", ""), STATE, "body.decision"); /* act on the one that stays */
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
	CHECK_INT(stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
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
			  "{\"type\":\"M1\",\"audience\":[]," NO_PERSONAL ",\"body\":{\"step\":\"link\",\"links\":[{\"ref\":\"%s\",\"kind\":\"belongs_to\",\"to\":\"%s\"}]}}",
			  c, a),
		MISSING_FIELD, "incident_ref");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_reference_opens_nothing_and_alarms_nobody)
{
	struct stage *s = begun();
	CHECK(stage_act(s, "CCC/duty officer",
			"{\"type\":\"M1\",\"audience\":[\"HUB\",\"AIRU\"]," NO_PERSONAL ",\"also_reported_to\":[{\"system\":\"Overseas Child Line\","
			"\"external_ref\":\"OCL-55\"}],\"body\":{\"step\":\"reference\"}}") == 0);
	const struct stage_entry *e = stage_last(s, "M1.reference", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU CCC HUB");
	CHECK(toc_uuid_is_nil(e->e.incident) && !toc_get(toc_get(e->e.body, "decided"), "timers_started"));
	CHECK(!stage_reads(s, e, "AIRU", TOC_ROLE_IL, NULL) && stage_reads(s, e, "HUB", TOC_ROLE_IL, NULL));
	REFUSED(stage_act(s, "CCC/duty officer", "{\"type\":\"M1\",\"audience\":[\"HUB\"]," NO_PERSONAL ",\"body\":{\"step\":\"reference\"}}"),
		MISSING_FIELD, "also_reported_to");
	REFUSED(stage_act(s, "OSF/duty officer", "{\"type\":\"M1\",\"audience\":[\"HUB\"]," NO_PERSONAL ",\"body\":{\"step\":\"reference\"}}"),
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
	REFUSED(warn(s, "HUB/lead", id, "\"personal_data\":{\"level\":\"limited\",\"categories\":[]}"), CONDITION, "personal_data.level");
	REFUSED(warn(s, "HUB/lead", id, "\"body.valid_until\":\"2031-05-17T13:00:00Z\""), TIME, "body.valid_until");
	REFUSED(warn(s, "HUB/lead", id, "\"body.valid_until\":\"2031-05-18T14:00:00Z\""), LIMIT, "body.valid_until");
	REFUSED(warn(s, "HUB/lead", id, "\"body.next_update_by\":\"2031-05-17T13:00:00Z\""), TIME, "body.next_update_by");
	REFUSED(warn(s, "HUB/lead", id, "\"body.watch_terms\":[\"bell\"]"), CONDITION, "tlp");
	REFUSED(warn(s, "HUB/lead", id, "\"body.requested_action\":\"remove\""), BAD_VALUE, "body.requested_action");
	REFUSED(warn(s, "HUB/lead", id, "\"body.criteria\":[" CRISIS_CRITERIA("no") "]"), CONDITION, "body.criteria");
	CHECK_INT(warn(s, "HUB/lead", id, "\"body.watch_terms\":[\"bell\"],\"tlp\":\"AMBER+STRICT\""), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_EARLY_WARNING);
	stage_to(s, "5:00:00");
	CHECK_INT(warn(s, "AIRU/second officer", id, ""), 0); /* renewed by the affected state: six hours from now */
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
	struct toc_str change = toc_arena_printf(s->a, "%s,\"body.proposal_ref\":\"%s\"", crisis_decline, id_of(s, "M2.propose"));
	REFUSED(warn(s, "GameNest/night responder", id, change.p), NOT_PERMITTED, "");
	REFUSED(warn(s, "HUB/lead", id, toc_arena_printf(s->a, "%s,\"body.proposal_ref\":\"%s\"", crisis_decline, id_of(s, "M1.report")).p),
		NOT_FOUND, "body.proposal_ref");
	CHECK_INT(warn(s, "HUB/lead", id, change.p), 0);
	const struct stage_entry *e = stage_last(s, "M2.decline", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU GameNest HUB"); /* OSF knew of the incident, not of the question */
	CHECK(!stage_reads(s, e, "GameNest", TOC_ROLE_LG, NULL));
	/* what was excluded then excludes a warning now */
	CHECK_INT(decide(s, "HUB/lead", id, "assess", ""), 0);
	REFUSED(warn(s, "HUB/lead", id, ""), CONDITION, "body.criteria");
	stage_free(s);
}

CASE(of_a_threat_that_never_became_an_incident_the_question_is_answered_at_the_case)
{
	struct stage *s = begun();
	CHECK_INT(stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	struct toc_str change = toc_arena_printf(s->a, "%s,\"incident_ref\":null,\"case_ref\":\"%s\"", crisis_decline,
						 stage_case(s, "M4.send", NULL));
	REFUSED(warn(s, "CDA/second contact", "", change.p), NOT_FOUND, "case_ref");
	REFUSED(warn(s, "HUB/lead", "", toc_arena_printf(s->a, "%s,\"incident_ref\":null", crisis_decline).p), MISSING_FIELD, "incident_ref");
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
#define ASSIGNEE(who) toc_arena_printf(s->a, "\"body.assignee\":\"%s\"", toc_uuid_str(s->a, stage_person(s, who)).p).p
	REFUSED(decide(s, "HUB/duty officer", id, "assess", ""), NOT_PERMITTED, "");
	REFUSED(decide(s, "BFP/second officer", id, "assess", ""), NOT_PERMITTED, "");
	REFUSED(decide(s, "HUB/lead", id, "assess", ASSIGNEE("AIRU/duty officer")), NOT_FOUND, "body.assignee");
	REFUSED(decide(s, "HUB/lead", id, "assess", ASSIGNEE("HUB/deconfliction officer")), CONDITION, "body.assignee");
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
	CHECK_INT(decide(s, "HUB/lead", id, "not_activate", ""), 0); /* after a warning that everybody got: everybody */
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
	REFUSED(answer(s, "AIRU/duty officer", id, "not_activate", "confirm", id_of(s, "M3.propose")), NOT_PERMITTED, "");
	CHECK_INT(answer(s, "AIRU/second officer", id, "not_activate", "confirm", id_of(s, "M3.propose")), 0); /* one organisation is enough */
	CHECK_INT(state_of(s, id), TOC_INCIDENT_NOT_ACTIVATED);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M3.confirm", NULL))), "AIRU BFP HUB");
	stage_free(s);
}

/* ---- M3: activation ---- */

CASE(an_activation_is_refused_for_every_reason_of_its_own)
{
	struct stage *s = begun();
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", "AIRU"));
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", ""), STATE, "body.decision"); /* nobody has taken it up */
	CHECK_INT(decide(s, "HUB/lead", id, "assess", ""), 0);
	REFUSED(decide(s, "BFP/second officer", id, "activate", ""), NOT_PERMITTED, "");
	REFUSED(decide(s, "HUB/duty officer", id, "activate", ""), NOT_PERMITTED, "");
	REFUSED(decide(s, "HUB/lead", id, "activate", ""), MISSING_FIELD, "body.requested_by");
	REFUSED(decide(s, "HUB/lead", id, "activate", "\"body.requested_by\":\"01980000-0000-7000-8000-00000000dead\""), NOT_FOUND,
		"body.requested_by");
	REFUSED(decide(s, "HUB/lead", id, "activate", toc_arena_printf(s->a, "\"body.requested_by\":\"%s\"", id_of(s, "M3.assess")).p), CONDITION,
		"body.requested_by"); /* the hub's own */
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.activation_type\":\"level_3\""), BAD_VALUE, "body.activation_type");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.vocabulary_version\":2"), CONDITION, "body.vocabulary_version");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.criteria_answers\":[{\"code\":\"virality\",\"answer\":\"yes\"}]"), CONDITION,
		"body.criteria_answers");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.review_at\":\"2031-05-18T15:00:00Z\""), LIMIT, "body.review_at");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.review_at\":\"2031-05-17T13:00:00Z\""), TIME, "body.review_at");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.scope\":null"), MISSING_FIELD, "body.scope");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.fundamental_rights_note\":null"), MISSING_FIELD, "body.fundamental_rights_note");
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"personal_data\":{\"level\":\"special\",\"categories\":[]}"), CONDITION,
		"personal_data.level");
	CHECK_INT(decide(s, "AIRU/duty officer", id, "activate", ""), 0);
	REFUSED(decide(s, "AIRU/second officer", id, "activate", ""), STATE, "body.decision"); /* it waits already */
	const char *p = id_of(s, "M3.propose");
	REFUSED(answer(s, "AIRU/duty officer", id, "activate", "confirm", p), NOT_PERMITTED, ""); /* the same person */
	REFUSED(answer(s, "AIRU/second officer", id, "activate", "confirm", p), NOT_PERMITTED, ""); /* the same organisation */
	REFUSED(answer(s, "BFP/second officer", id, "activate", "confirm", p), NOT_PERMITTED, ""); /* not affected */
	REFUSED(answer(s, "HUB/lead", id, "change", "confirm", p), CONDITION, "body.decision");
	REFUSED(answer(s, "HUB/lead", id, "activate", "confirm", id_of(s, "M1.report")), NOT_FOUND, "body.proposal_ref");
	CHECK_INT(answer(s, "HUB/lead", id, "activate", "confirm", p), 0);
	REFUSED(answer(s, "HUB/second lead", id, "activate", "confirm", p), STATE, "body.proposal_ref");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_hub_proposes_at_a_states_request_and_the_state_confirms)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	CHECK_INT(decide(s, "HUB/lead", id, "activate", toc_arena_printf(s->a, "\"body.requested_by\":\"%s\"", id_of(s, "M1.report")).p), 0);
	REFUSED(answer(s, "HUB/second lead", id, "activate", "confirm", id_of(s, "M3.propose")), NOT_PERMITTED, "");
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
	REFUSED(answer(s, "GameNest/night responder", id, "activate", "object", p), NOT_FOUND, "incident_ref");
	CHECK_INT(answer(s, "BFP/duty officer", id, "activate", "object", p), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M3.object", NULL))), "AIRU BFP HUB");
	CHECK_INT(answer(s, "HUB/lead", id, "activate", "confirm", p), 0); /* it ends nothing */
	REFUSED(answer(s, "GameNest/night responder", id, "activate", "object", p), NOT_FOUND, "body.proposal_ref");
	CHECK_INT(answer(s, "GameNest/night responder", id, "activate", "object", id_of(s, "M3.confirm")), 0);
	CHECK(stage_reads(s, stage_last(s, "M3.object", "GameNest"), "Chirplet", TOC_ROLE_CR, NULL));
	REFUSED(answer(s, "DGO/observer", id, "activate", "object", id_of(s, "M3.confirm")), NOT_PERMITTED, "");
	stage_free(s);
}

CASE(the_fast_path_is_undone_with_notice_unless_a_second_person_confirms_within_the_hour)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	REFUSED(decide(s, "AIRU/duty officer", id, "activate", "\"body.fast_path\":true"), NOT_PERMITTED, "");
	REFUSED(decide(s, "AIRU/second officer", id, "change", "\"body.fast_path\":true"), BAD_VALUE, "body.fast_path");
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
			 "{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\",\"recipient_org\":\"%.*s\",\"channel\":\"console\","
			 "\"state\":\"%s\",\"at\":\"%s\",\"actor_kind\":\"human\"}}",
			 message, (int)strcspn(who, "/"), who, state, now_of(s));
}

CASE(only_a_person_ends_the_time_for_acknowledging_an_activation)
{
	struct stage *s = begun();
	const char *id = active(s), *e = id_of(s, "M3.confirm");
	struct toc_uuid incident = find(s, id)->id;
	CHECK(stage_act(s, "",
			"{\"type\":\"M19\",\"body\":{\"step\":\"machine\",\"message_ref\":\"%s\",\"recipient_org\":\"GameNest\",\"channel\":\"console\","
			"\"state\":\"delivered\",\"at\":\"%s\",\"actor_kind\":\"machine\"}}",
			e, now_of(s)) == 0);
	CHECK(toc_running(s->w, "T19", incident, TOC_STR("GameNest")) != NULL);
	REFUSED(receipt(s, "GameNest/gateway", e, "acked"), NOT_PERMITTED, "");
	CHECK_INT(receipt(s, "GameNest/night responder", e, "seen"), 0);
	CHECK(toc_running(s->w, "T19", incident, TOC_STR("GameNest")) != NULL);
	CHECK_INT(receipt(s, "GameNest/counsel", e, "acked"), 0);
	CHECK(toc_running(s->w, "T19", incident, TOC_STR("GameNest")) == NULL);
	const struct stage_entry *r = stage_last(s, "M19.human", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, r)), "GameNest HUB"); /* the sender is the hub, and its lead reads it */
	CHECK(toc_uuid_eq(r->e.incident, incident));
	stage_to(s, "16:00");
	CHECK_INT(stage_count(s, "M19.escalation", NULL), 7); /* BFP CDA Chirplet LoopReel OSF PastePond StreamHarbor */
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
			CHECK(!toc_get_is(toc_get(toc_get(s->ledger[i].e.body, "message"), "body"), "recipient_org", "PastePond"));
	stage_to(s, "31:01");
	const struct toc_timer *t = toc_running(s->w, "T19", find(s, id)->id, TOC_STR("PastePond"));
	CHECK(t && t->breached && t->called == 1); /* the owner's telephone, at the end of the time */
	CHECK_INT(receipt(s, "PastePond/owner", e, "acked"), 0);
	CHECK(!toc_get_bool(stage_timer(stage_last(s, "M19.human", NULL), "timers_stopped", "T19", "PastePond"), "met"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(prepare_shows_everybody_who_will_read_an_activation_why_and_who_owes_an_answer)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	struct toc_value *m, *raw = crisis_decision(s, "AIRU/second officer", id, "activate", "\"body.fast_path\":true");
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
		CHECK_INT(stage_act(s, "",
				    "{\"type\":\"org\",\"body\":{\"step\":\"admit\",\"code\":\"Provider-%03u\",\"name\":\"x\",\"kinds\":[\"hsp\"],"
				    "\"size\":\"large\",\"established_in\":\"XA\",\"api_exercise_only\":false}}", i), 0);
		CHECK_INT(stage_act(s, "", "{\"type\":\"exercise\",\"body\":{\"step\":\"join\",\"org\":\"Provider-%03u\"}}", i), 0);
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
		CHECK_INT(toc_len(toc_get(shown, "timers_started")), 309); /* 308 who owe it, and the review */
		CHECK(toc_json_str(s->a, shown).n < 48000);
	}
	stage_free(s);
}

CASE(while_only_threats_are_taken_no_activation_is_undone_and_nobody_is_called_for_one)
{
	struct stage *s = begun();
	const char *id = assessed(s);
	CHECK_INT(decide(s, "AIRU/second officer", id, "activate", "\"body.fast_path\":true"), 0);
	CHECK_INT(stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	CHECK(stage_act(s, "CELL/controller", "{\"type\":\"exercise\",\"body\":{\"step\":\"clock\",\"action\":\"run\",\"rate_milli\":1000}}") == 0);
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
		  "{\"type\":\"M19\",\"body\":{\"step\":\"outreach\",\"message_ref\":\"%s\",\"recipient_org\":\"" org "\"," \
		  "\"channel\":\"phone\",\"state\":\"sent\",\"at\":\"%s\",\"actor_kind\":\"human\"}}",                     \
		  id_of(s, "M3.fast_path"), now_of(s))
	CHECK_INT(CALL("HUB/duty officer", "PastePond"), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M19.outreach", NULL))), "AIRU HUB PastePond");
	CHECK(toc_running(s->w, "T19", find(s, id)->id, TOC_STR("PastePond")) != NULL); /* a call is no acknowledgement */
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
	CHECK_INT(decide(s, "HUB/lead", id, "change", "\"body.scope\":{\"content_types\":[\"video\"],\"services\":[],\"states\":[\"XB\"],\"languages\":[]}"), 0);
	CHECK_INT(decide(s, "BFP/second officer", id, "change", ""), 0); /* affected now */
	CHECK_INT(decide(s, "AIRU/second officer", id, "link_activation", ""), 0);
	stage_to(s, "33:59:00");
	CHECK_INT(stage_count(s, "deadline.passed", NULL), 0);
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
	REFUSED(decide(s, "HUB/lead", id, "wind_down", "\"body.closing_checklist\":{\"open_points\":[],\"items\":[{\"code\":\"event_over\",\"answer\":\"yes\"}]}"),
		CONDITION, "body.closing_checklist.items");
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_WINDING_DOWN);
	stage_to(s, "2:00:00");
	CHECK_INT(decide(s, "HUB/lead", id, "close", ""), 0);
	const char *p = id_of(s, "M3.propose");
	CHECK(stage_reads(s, stage_last(s, "M3.propose", NULL), "LoopReel", TOC_ROLE_CR, NULL)); /* to everybody */
	REFUSED(answer(s, "HUB/second lead", id, "close", "confirm", p), STATE, "body.proposal_ref");
	stage_to(s, "2:20:00");
	CHECK_INT(answer(s, "LoopReel/night responder", id, "close", "object", p), 0); /* a new wave */
	stage_to(s, "3:30:00");
	REFUSED(answer(s, "HUB/second lead", id, "close", "confirm", p), STATE, "body.proposal_ref");
	CHECK_INT(stage_count(s, "deadline.passed", NULL), 0);
	CHECK_INT(decide(s, "HUB/lead", id, "close", ""), 0); /* a new window */
	p = id_of(s, "M3.propose");
	stage_to(s, "4:30:00");
	CHECK_INT(stage_count(s, "deadline.passed", NULL), 1); /* T24: it can be confirmed */
	REFUSED(answer(s, "LoopReel/night responder", id, "close", "object", p), STATE, "body.proposal_ref");
	REFUSED(answer(s, "HUB/lead", id, "close", "confirm", p), NOT_PERMITTED, ""); /* the same person */
	CHECK_INT(answer(s, "AIRU/second officer", id, "close", "confirm", p), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_CLOSED);
	CHECK(stage_reads(s, stage_last(s, "M3.confirm", "AIRU"), "PastePond", TOC_ROLE_CR, NULL)); /* the all-clear */
	stage_to(s, "60:00:00");
	CHECK_INT(stage_count(s, "deadline.passed", NULL), 1); /* its timers are dead */
	CHECK_INT(decide(s, "AIRU/duty officer", id, "reopen", ""), 0);
	CHECK_INT(answer(s, "HUB/lead", id, "reopen", "confirm", id_of(s, "M3.propose")), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(no_incident_is_closed_over_an_open_threat_to_life_nor_reopened_after_a_month)
{
	struct stage *s = begun();
	CHECK_INT(stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	const char *c = stage_case(s, "M4.send", NULL), *id = active(s);
	CHECK_INT(tie(s, "AIRU/duty officer", id, "link", c, "belongs_to", id), 0);
	REFUSED(decide(s, "HUB/lead", id, "wind_down", ""), CONDITION, "body.decision");
	CHECK_INT(stage_act(s, "StreamHarbor/night responder",
			    "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"withdraw\",\"reason\":\"x\"}}", c), 0);
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
