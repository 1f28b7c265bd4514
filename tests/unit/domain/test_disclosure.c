/* test_disclosure.c: an audience widens by M29 and by nothing else. */
#include "check.h"
#include "stage.h"

#define REFUSED(call, why)                                                                                   \
	do {                                                                                                 \
		CHECK((call) < 0);                                                                           \
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_##why);                                              \
		CHECK_INT(s->v.n, 0);                                                                        \
	} while (0)
#define SH "StreamHarbor/night responder"

static int disclose(struct stage *s, const char *who, const char *entry, const char *to, const char *by)
{
	return stage_act(s, who,
			 "{\"type\":\"M29\",\"case_ref\":\"%s\",\"body\":{\"step\":\"disclose\",\"entries\":["
			 "{\"ref\":\"%s\",\"rendering\":\"whole\"}],"
			 "\"to\":[\"%s\"],\"decided_by\":\"%s\",\"ground\":\"legal_request\"}}",
			 stage_case(s, "M4.send", NULL), entry, to,
			 toc_uuid_str(s->a, stage_person(s, by)).p);
}

static struct stage *played(void)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "30:00") == 0);
	return s;
}

CASE(a_provider_discloses_its_own_notice_and_the_desk_joins)
{
	struct stage *s = played();
	struct toc_uuid notice = stage_named(s, "send1")->e.eid;
	CHECK(disclose(s, SH, toc_uuid_str(s->a, notice).p, "BFP", SH) == 0);
	const struct stage_entry *m29 = stage_last(s, "M29.disclose", NULL);
	CHECK(toc_is_reader(toc_find_message(s->w, notice), TOC_STR("BFP"), TOC_ROLE_DU));
	CHECK_INT(toc_desk_of(toc_find_threat(s->w, m29->e.case_ref), TOC_STR("BFP"))->state, TOC_DESK_SENT);
	CHECK(stage_timer(m29, "timers_started", "T17", "BFP") != NULL);
	CHECK(stage_reads(s, m29, "BFP", TOC_ROLE_DU, NULL) && stage_reads(s, m29, "BFP", TOC_ROLE_SV, NULL));
	/* what was not disclosed stays closed; what comes later reaches the new desk too */
	CHECK(!toc_is_reader(toc_find_message(s->w, stage_named(s, "accept")->e.eid), TOC_STR("BFP"),
			     TOC_ROLE_ALL));
	CHECK(stage_act(s, SH,
			"{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\","
			"\"explanation\":\"more\"}}",
			stage_case(s, "M4.send", NULL)) == 0);
	CHECK(stage_reads(s, stage_last(s, "M4.supplement", NULL), "BFP", TOC_ROLE_DU, NULL));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(who_could_not_have_sent_it_does_not_disclose_it)
{
	struct stage *s = played();
	const char *notice = toc_uuid_str(s->a, stage_named(s, "send1")->e.eid).p,
		   *accept = toc_uuid_str(s->a, stage_named(s, "accept")->e.eid).p;
	REFUSED(disclose(s, "AIRU/duty officer", notice, "BFP", "AIRU/duty officer"),
		NOT_PERMITTED); /* a desk redirects */
	CHECK(disclose(s, "AIRU/duty officer", accept, "BFP", "AIRU/duty officer") == 0);
	REFUSED(disclose(s, SH, accept, "BFP", SH), NOT_PERMITTED);
	REFUSED(disclose(s, "BFP/duty officer", notice, "BFP", "BFP/duty officer"),
		NOT_FOUND); /* reads what was disclosed, is no desk */
	REFUSED(disclose(s, "CDA/duty officer", notice, "CDA", "CDA/duty officer"), NOT_FOUND);
	REFUSED(disclose(s, SH, notice, "BFP", "StreamHarbor/counsel"),
		NOT_PERMITTED); /* decided_by is who is signed in */
	stage_free(s);
}

CASE(nothing_opens_that_the_matrix_closes)
{
	struct stage *s = played();
	const char *notice = toc_uuid_str(s->a, stage_named(s, "send1")->e.eid).p;
	REFUSED(disclose(s, SH, notice, "OSF", SH), NO_READER);
	REFUSED(disclose(s, SH, notice, "CCC", SH), NO_READER);
	REFUSED(disclose(s, SH, notice, "Chirplet", SH), NO_READER);
	REFUSED(disclose(s, SH, notice, "DGO", SH), NO_READER);
	REFUSED(disclose(s, SH, notice, "BMR", SH), NO_READER);
	REFUSED(disclose(s, SH, notice, "Nobody", SH), NO_READER);
	REFUSED(disclose(s, SH, toc_uuid_str(s->a, stage_named(s, "draft")->e.eid).p, "BFP", SH),
		NOT_FOUND); /* a draft never */
	REFUSED(disclose(s, SH, toc_uuid_str(s->a, stage_named(s, "machine")->e.eid).p, "BFP", SH),
		NOT_FOUND);
	stage_free(s);
}

CASE(who_does_not_take_part_gets_nothing_disclosed)
{
	struct stage *s = played();
	CHECK(stage_act(s, "BFP/admin", "{\"type\":\"exercise\",\"body\":{\"step\":\"leave\"}}") == 0);
	REFUSED(disclose(s, SH, toc_uuid_str(s->a, stage_named(s, "send1")->e.eid).p, "BFP", SH), NO_READER);
	stage_free(s);
}

CASE(a_third_country_needs_an_authorisation)
{
	struct stage *s = stage_new();
	CHECK(stage_act(s, "",
			"{\"type\":\"org\",\"body\":{\"step\":\"admit\",\"code\":\"QMP\",\"name\":\"Quenby "
			"Police\",\"kinds\":[\"ms_law_enforcement\"],"
			"\"state\":\"QM\",\"api_exercise_only\":true}}") == 0);
	CHECK(stage_act(s, "", "{\"type\":\"exercise\",\"body\":{\"step\":\"join\",\"org\":\"QMP\"}}") == 0);
	CHECK(stage_play(s, "lantern.json", "04:05") == 0);
	const char *notice = toc_uuid_str(s->a, stage_named(s, "send1")->e.eid).p;
	REFUSED(disclose(s, SH, notice, "QMP", SH), CONDITION);
	REFUSED(stage_act(s, "AIRU/duty officer",
			  "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"redirect\",\"human_ack_"
			  "by\":\"%s\",\"at\":\"2031-05-17T14:02:00Z\","
			  "\"redirect_to\":\"QMP\",\"redirect_ground\":\"x\"}}",
			  stage_case(s, "M4.send", NULL),
			  toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p),
		CONDITION);
	CHECK(stage_act(s, SH,
			"{\"type\":\"M29\",\"case_ref\":\"%s\",\"body\":{\"step\":\"disclose\",\"entries\":[{"
			"\"ref\":\"%s\",\"rendering\":\"whole\"}],"
			"\"to\":[\"QMP\"],\"decided_by\":\"%s\",\"ground\":\"legal_request\",\"authorisation_"
			"ref\":\"ED-7\"}}",
			stage_case(s, "M4.send", NULL), notice,
			toc_uuid_str(s->a, stage_person(s, SH)).p) == 0);
	stage_free(s);
}

/* ---- of an incident ---- */

#define NOTHING_PERSONAL "\"personal_data\":{\"level\":\"none\",\"categories\":[]}"

static int pass_on(struct stage *s, const char *who, const char *entry, const char *rendering, const char *to, const char *more)
{
	return stage_act(s, who,
			 "{\"type\":\"M29\",\"incident_ref\":\"%s\",\"tlp\":\"AMBER\"," NOTHING_PERSONAL ",\"body\":{\"step\":\"disclose\",\"entries\":["
			 "{\"ref\":\"%s\",\"rendering\":\"%s\"}],\"to\":[\"%s\"],\"decided_by\":\"%s\",\"ground\":\"state_found\"%s}}",
			 toc_uuid_str(s->a, stage_named(s, "report1")->e.incident).p, entry, rendering, to,
			 toc_uuid_str(s->a, stage_person(s, who)).p, more);
}

static const char *named(struct stage *s, const char *name)
{
	return toc_uuid_str(s->a, stage_named(s, name)->e.eid).p;
}

CASE(the_hubs_lead_passes_on_what_is_the_crisis_s_and_its_reader_knows_of_it_from_then_on)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "09:30") == 0);
	struct toc_uuid id = stage_named(s, "report1")->e.incident;
	CHECK(!toc_is_party(toc_find_incident(s->w, id), TOC_STR("GameNest")));
	CHECK(pass_on(s, "HUB/lead", named(s, "report1"), "whole", "GameNest", "") == 0);
	const struct stage_entry *m29 = stage_last(s, "M29.disclose", NULL);
	CHECK(toc_is_party(toc_find_incident(s->w, id), TOC_STR("GameNest")));
	CHECK(toc_uuid_eq(m29->e.incident, id) && m29->n_discloses == 1);
	CHECK(stage_reads(s, m29, "GameNest", TOC_ROLE_CR, NULL));
	CHECK(!stage_reads(s, m29, "GameNest", TOC_ROLE_AD, NULL));
	CHECK(!stage_reads(s, m29, "HUB", TOC_ROLE_AD, NULL)); /* who may disclose something does not read everything */
	CHECK(!stage_reads(s, m29, "Chirplet", TOC_ROLE_ALL, NULL));
	CHECK(toc_is_reader(toc_find_message(s->w, stage_named(s, "report1")->e.eid), TOC_STR("GameNest"), TOC_ROLE_CR));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(nobody_else_passes_on_what_is_not_their_own)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "12:30") == 0);
	REFUSED(pass_on(s, "HUB/duty officer", named(s, "report1"), "whole", "GameNest", ""), NOT_PERMITTED);
	REFUSED(pass_on(s, "BFP/second officer", named(s, "report1"), "whole", "GameNest", ""), NOT_PERMITTED);
	CHECK(pass_on(s, "AIRU/duty officer", named(s, "report1"), "whole", "GameNest", "") == 0); /* its own */
	REFUSED(pass_on(s, "HUB/lead", named(s, "report1"), "whole", "OSF", ""), NO_READER);
	CHECK(pass_on(s, "HUB/lead", named(s, "report1"), "without_personal", "OSF", "") == 0);
	REFUSED(pass_on(s, "HUB/lead", named(s, "report1"), "whole", "PastePond", ",\"triggered_by\":\"01980000-0000-7000-8000-00000000dead\""), NOT_FOUND);
	REFUSED(pass_on(s, "HUB/lead", named(s, "send1"), "whole", "BFP", ""), NOT_FOUND); /* a case's: by whom it is, in the case */
	stage_free(s);
}

CASE(who_is_told_of_an_activation_later_owes_an_acknowledgement_from_then_on)
{
	struct stage *s = stage_new();
	CHECK(stage_act(s, "", "{\"type\":\"org\",\"body\":{\"step\":\"admit\",\"code\":\"Newcomer\",\"name\":\"Newcomer Video\",\"kinds\":[\"hsp\"],"
			"\"established_in\":\"XB\",\"api_exercise_only\":true}}") == 0);
	CHECK(stage_play(s, "lantern.json", "15:00") == 0);
	CHECK(stage_act(s, "", "{\"type\":\"exercise\",\"body\":{\"step\":\"join\",\"org\":\"Newcomer\"}}") == 0);
	const char *activation = toc_uuid_str(s->a, stage_last(s, "M3.confirm", NULL)->e.eid).p;
	struct toc_uuid incident = stage_named(s, "report1")->e.incident;
	CHECK(!toc_running(s->w, "T19", incident, TOC_STR("Newcomer")));
	CHECK(pass_on(s, "HUB/lead", activation, "whole", "Newcomer", "") == 0);
	const struct toc_timer *t = toc_running(s->w, "T19", incident, TOC_STR("Newcomer"));
	CHECK(t && t->deadline.us == stage_time(s, "30:00").us);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* However much was said in a case, who is asked next gets the notification and the newest of it: what follows from one message has a limit. */
CASE(a_case_in_which_a_thousand_things_were_said_can_still_be_passed_on)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "04:05") == 0);
	const char *c = stage_case(s, "M4.send", NULL), *who = toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p;
#define SAYS(kind, more) stage_act(s, "AIRU/duty officer", "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"" kind "\",\"human_ack_by\":\"%s\"," \
				   "\"at\":\"2031-05-17T14:02:00Z\"" more "}}", c, who)
	for (unsigned i = 0; i < 1000; i++)
		CHECK_INT(SAYS("ack", ""), 0);
	struct toc_uuid newest = stage_last(s, "M5.ack", NULL)->e.eid;
	CHECK_INT(SAYS("redirect", ",\"redirect_to\":\"BFP\",\"redirect_ground\":\"x\""), 0);
	CHECK(s->v.n < 80);
	CHECK(toc_is_reader(toc_find_message(s->w, stage_named(s, "send1")->e.eid), TOC_STR("BFP"), TOC_ROLE_DU));
	CHECK(toc_is_reader(toc_find_message(s->w, newest), TOC_STR("BFP"), TOC_ROLE_DU));
	stage_free(s);
}

RUN_CASES()
