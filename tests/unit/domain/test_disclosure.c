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

RUN_CASES()
