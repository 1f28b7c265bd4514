/* test_opinion.c: match reports and opinions (M7): counts that only those concerned read, opinions by which
 * an item is confirmed and disputed, and the breakers that quarantine it. LANTERN at 20:00 and 95:00. */
#include "check.h"
#include "signals.h"

#include "message/json.h"

static struct stage *shared(void)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA ", " P1_ITEM, ABOUT), 0);
	return s;
}

#define report_refused(s, who, item, kind, more, why, at)                                                    \
	do {                                                                                                 \
		CHECK(signals_report((s), (who), (item), (kind), (more)) < 0);                               \
		CHECK_INT((s)->v.refusal.code, (why));                                                       \
		CHECK_TEXT(toc_str_of((s)->v.refusal.field), (at));                                          \
		CHECK((s)->v.n == 0);                                                                        \
	} while (0)

CASE(fourteen_uploads_are_counted_and_read_by_hub_state_and_sender)
{
	struct stage *s = shared();

	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count",
				 COUNTS(14) ",\"distance\":12,\"blocked_at_upload\":14"),
		  0);
	const struct stage_entry *e = stage_last(s, "M7.match_count", "LoopReel");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)),
		   "AIRU HUB LoopReel StreamHarbor"); /* XA is affected, XB is not */
	CHECK(stage_reads(s, e, "AIRU", TOC_ROLE_IL, NULL) && !stage_reads(s, e, "AIRU", TOC_ROLE_LI, NULL));
	CHECK(stage_reads(s, e, "StreamHarbor", TOC_ROLE_PL, NULL));
	CHECK(stage_reads(s, e, "LoopReel", TOC_ROLE_CR | TOC_ROLE_SV, NULL));
	CHECK_INT(signals_item(s, ID_P1)->matches, 14);
	CHECK_INT(signals_item(s, ID_P1)->blocked, 14);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_SHARED);
	CHECK_INT(signals_report(s, "Chirplet/gateway", ID_P1, "match_count", COUNTS(2) ",\"removed\":1"), 0);
	CHECK_INT(signals_item(s, ID_P1)->matches, 16);
	CHECK_INT(signals_item(s, ID_P1)->removed, 1);
	/* nobody reads what the others have counted together */
	struct toc_value *shown = toc_decided_shown(
		s->a, TOC_STR("M7.match_count"),
		toc_get(stage_last(s, "M7.match_count", "Chirplet")->e.body, "decided"), TOC_WHOLE);
	CHECK(toc_get(shown, "item_floods") == NULL && toc_get(shown, "item_keys") == NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_item_that_one_may_not_read_does_not_exist)
{
	struct stage *s = signals_stage();
	struct toc_refusal unknown;

	CHECK_INT(signals_share(s, HARBOR, "\"HUB\",\"Chirplet\"", P1_ITEM, ABOUT), 0);
	report_refused(s, LOOP, ID("99"), "match_count", COUNTS(1), TOC_REFUSE_NOT_FOUND, "body.item_ref");
	unknown = s->v.refusal;
	report_refused(s, LOOP, ID_P1, "match_count", COUNTS(1), TOC_REFUSE_NOT_FOUND, "body.item_ref");
	CHECK(memcmp(&unknown, &s->v.refusal, sizeof unknown) == 0);
	report_refused(s, LOOP, ID_P1, "opinion", "\"opinion\":\"negative\"", TOC_REFUSE_NOT_FOUND,
		       "body.item_ref");
	CHECK(memcmp(&unknown, &s->v.refusal, sizeof unknown) == 0);
	CHECK_INT(signals_report(s, CHIRP, ID_P1, "match_count", COUNTS(1)), 0);
	/* nor does one that was read in an exercise, in earnest */
	stage_in(s, NULL);
	report_refused(s, CHIRP, ID_P1, "match_count", COUNTS(1), TOC_REFUSE_NOT_FOUND, "body.item_ref");
	stage_free(s);
}

CASE(a_count_that_does_not_add_up_is_refused)
{
	struct stage *s = shared();

	report_refused(s, LOOP, ID_P1, "match_count",
		       COUNTS(3) ",\"blocked_at_upload\":2,\"removed\":1,\"left_up_with_context\":1",
		       TOC_REFUSE_CONDITION, "body.count");
	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count",
				 COUNTS(4) ",\"blocked_at_upload\":2,\"removed\":1,\"left_up_with_context\":"
					   "1,\"reinstated\":1"),
		  0);
	CHECK_INT(signals_item(s, ID_P1)->left_up, 1);
	CHECK_INT(signals_item(s, ID_P1)->reinstated, 1);
	report_refused(s, LOOP, ID_P1, "match_count",
		       "\"count\":1,\"window\":{\"from\":\"2031-05-17T14:18:00Z\",\"until\":\"2031-05-17T14:"
		       "17:00Z\"}",
		       TOC_REFUSE_BAD_VALUE, "body.window");
	report_refused(s, LOOP, ID_P1, "match_count",
		       "\"count\":1,\"window\":{\"from\":\"2031-05-17T14:18:00Z\",\"until\":\"2031-05-17T15:"
		       "00:00Z\"}",
		       TOC_REFUSE_TIME, "body.window.until");
	report_refused(s, LOOP, ID_P1, "match_count", "\"count\":1", TOC_REFUSE_MISSING_FIELD, "body.window");
	report_refused(s, LOOP, ID_P1, "opinion", "\"opinion\":\"positive\",\"count\":1",
		       TOC_REFUSE_BAD_VALUE, "body.count");
	report_refused(s, LOOP, ID_V1, "match_count", COUNTS(1) ",\"distance\":3", TOC_REFUSE_BAD_VALUE,
		       "body.distance");
	report_refused(s, LOOP, ID_P1, "match_count", COUNTS(1) ",\"distance\":32", TOC_REFUSE_BAD_VALUE,
		       "body.distance");
	stage_free(s);
}

CASE(who_reports_and_who_opines)
{
	struct stage *s = shared();
	static const struct {
		const char *who;
		bool counts, opines;
	} tries[] = {
		{ LOOP, true, true },
		{ "LoopReel/gateway", true, false },
		{ "LoopReel/policy lead", false, true },
		{ "LoopReel/counsel", false, false },
		{ "AIRU/duty officer", false, false },
		{ "HUB/lead", false, false },
		{ "OSF/duty officer", false, false },
	};

	s->dry = true;
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		CHECK_INT(signals_report(s, tries[i].who, ID_P1, "match_count", COUNTS(1)),
			  tries[i].counts ? 0 : -1);
		CHECK(tries[i].counts || s->v.refusal.code == TOC_REFUSE_NOT_PERMITTED);
		CHECK_INT(signals_report(s, tries[i].who, ID_P1, "opinion", "\"opinion\":\"positive\""),
			  tries[i].opines ? 0 : -1);
		CHECK(tries[i].opines || s->v.refusal.code == TOC_REFUSE_NOT_PERMITTED);
		CHECK_INT(signals_report(s, tries[i].who, ID_P1, "false_positive",
					 "\"reason_code\":\"poor_match\""),
			  tries[i].opines ? 0 : -1);
		CHECK_INT(signals_report(s, tries[i].who, ID_P1, "not_applicable",
					 "\"reason_code\":\"not_hosted_here\""),
			  tries[i].opines ? 0 : -1);
	}
	stage_free(s);
}

CASE(an_opinion_of_another_confirms_and_one_against_disputes)
{
	struct stage *s = shared();

	CHECK_INT(signals_report(s, HARBOR, ID_V1, "opinion", "\"opinion\":\"positive\""),
		  0); /* its own: nothing new */
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_SHARED);
	CHECK_INT(signals_report(s, CHIRP, ID_V1, "opinion", "\"opinion\":\"investigation_seed\""), 0);
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_SHARED);
	CHECK_INT(signals_report(s, CHIRP, ID_V1, "opinion", "\"opinion\":\"positive\""), 0);
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_CONFIRMED);
	CHECK_INT(signals_report(s, GAME, ID_V1, "opinion", "\"opinion\":\"negative\""), 0);
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_DISPUTED);
	CHECK(signals_item(s, ID_V1)->disputed);
	CHECK_INT(signals_item(s, ID_V1)->n_opinions, 3); /* the newest of each */
	const struct stage_entry *e = stage_last(s, "M7.opinion", "GameNest");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)),
		   "AIRU BFP Chirplet GameNest HUB LoopReel OSF PastePond StreamHarbor");
	CHECK_INT(signals_report(s, LOOP, ID_V1, "opinion", "\"opinion\":\"positive\""), 0);
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_DISPUTED); /* not settled by majority */
	CHECK_INT(signals_report(s, GAME, ID_V1, "opinion", "\"opinion\":\"investigation_seed\""), 0);
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_CONFIRMED);
	CHECK(!signals_item(s, ID_V1)->disputed);
	CHECK_INT(signals_report(s, LOOP, ID_V1, "not_applicable", "\"reason_code\":\"not_hosted_here\""), 0);
	CHECK_INT(signals_item(s, ID_V1)->n_opinions, 4);
	CHECK_INT(signals_report(s, LOOP, ID_V1, "false_positive", "\"reason_code\":\"other_content\""), 0);
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_DISPUTED);
	CHECK_INT(stage_count(s, "M6.scope", NULL),
		  0); /* an exact hash: a dispute alone quarantines nothing */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_dispute_about_a_far_match_quarantines_what_is_far)
{
	struct stage *s = shared();

	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", COUNTS(14) ",\"distance\":12"), 0);
	CHECK_INT(signals_report(s, GAME, ID_P1, "opinion", "\"opinion\":\"negative\",\"distance\":29"), 0);
	const struct stage_entry *e = stage_last(s, "M6.scope", "server");
	CHECK(e != NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)),
		   "AIRU BFP Chirplet GameNest HUB LoopReel OSF PastePond StreamHarbor");
	CHECK(stage_decided(e, "item_states", "from", "DISPUTED") != NULL);
	CHECK_INT(toc_get_int(stage_decided(e, "item_scopes", "item", ID_P1), "beyond", -9), 16);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_QUARANTINED);
	CHECK(signals_item(s, ID_P1)->disputed);
	const struct toc_value *near = toc_at(signals_known(s, CHIRP, PDQ_ITEM("40", PDQ_P1A, "88", "31")),
					      0),
			       *far = toc_at(signals_known(s, CHIRP, PDQ_ITEM("40", PDQ_P1B, "88", "31")), 0);
	CHECK(near && !toc_get_bool(near, "quarantined") && toc_get_bool(near, "disputed"));
	CHECK(far && toc_get_bool(far, "quarantined"));
	/* the hub keeps it, at the distance that is sure: nothing is left to quarantine */
	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "narrow", ",\"match_distance_max\":16")), 0);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_ACTIVE);
	CHECK_INT(signals_item(s, ID_P1)->distance, 16);
	CHECK_INT(toc_len(signals_known(s, CHIRP, PDQ_ITEM("40", PDQ_P1B, "88", "31"))), 0);
	near = toc_at(signals_known(s, CHIRP, PDQ_ITEM("40", PDQ_P1A, "88", "31")), 0);
	CHECK(near && !toc_get(near, "quarantined"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_dispute_about_a_near_match_quarantines_nothing)
{
	struct stage *s = shared();

	CHECK_INT(signals_report(s, GAME, ID_P1, "opinion", "\"opinion\":\"negative\",\"distance\":16"), 0);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_DISPUTED);
	CHECK_INT(stage_count(s, "M6.scope", NULL), 0);
	stage_free(s);
}

CASE(a_flood_trips_the_breaker_once)
{
	struct stage *s = shared();

	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", COUNTS(6000)), 0);
	CHECK_INT(signals_report(s, CHIRP, ID_P1, "match_count", COUNTS(4000)), 0);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_SHARED); /* ten thousand are expected */
	CHECK_INT(signals_report(s, GAME, ID_P1, "match_count", COUNTS(1)), 0);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_QUARANTINED);
	CHECK_INT(signals_item(s, ID_P1)->beyond, 16);
	CHECK_INT(signals_report(s, GAME, ID_P1, "match_count", COUNTS(500)), 0);
	CHECK_INT(stage_count(s, "M6.scope", "server"), 1);
	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "lift", "")), 0);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_ACTIVE);
	/* of an exact hash, all of it */
	CHECK_INT(signals_report(s, LOOP, ID_V1, "match_count", COUNTS(10001)), 0);
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_QUARANTINED);
	CHECK_INT(signals_item(s, ID_V1)->beyond, -1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(no_breaker_takes_what_is_sure_of_a_perceptual_hash)
{
	struct stage *s = shared();

	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", COUNTS(10001)), 0);
	CHECK_INT(signals_item(s, ID_P1)->beyond, 16);
	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "narrow", ",\"match_distance_max\":16")), 0);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_ACTIVE);
	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", COUNTS(1)), 0);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_ACTIVE);
	/* nor who says that a match was farther away than the item is matched at all */
	CHECK_INT(signals_report(s, GAME, ID_P1, "opinion", "\"opinion\":\"negative\",\"distance\":31"), 0);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_DISPUTED);
	CHECK_INT(stage_count(s, "M6.scope", "server"), 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_breaker_counts_over_an_hour)
{
	struct stage *s = shared();

	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", COUNTS(10000)), 0);
	stage_to(s, "79:59");
	s->dry = true;
	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", COUNTS(1)), 0);
	CHECK_INT(s->v.n, 2); /* the report, and the quarantine */
	s->dry = false;
	stage_to(s, "80:00");
	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", COUNTS(10000)), 0);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_SHARED);
	CHECK_INT(signals_item(s, ID_P1)->matches, 20000);
	stage_free(s);
}

CASE(to_prepare_a_report_tells_of_its_item)
{
	struct stage *s = shared();
	struct toc_value *m =
		stage_message(s, "{\"type\":\"M7\",\"personal_data\":{\"level\":\"none\",\"categories\":[]},"
				 "\"body\":{\"kind\":"
				 "\"opinion\",\"opinion\":\"negative\",\"item_ref\":\"" ID_P1 "\"}}");
	const struct toc_value *known = toc_get(stage_prepare(s, LOOP, m), "known");

	CHECK_INT(toc_len(known), 1);
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "sender"), "StreamHarbor");
	CHECK_TEXT(toc_get_text(toc_at(toc_get(toc_at(known, 0), "opinions"), 0), "opinion"), "positive");
	CHECK(toc_get(toc_at(known, 0), "matches") == NULL);
	stage_free(s);
}

RUN_CASES()
