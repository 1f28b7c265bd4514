/* test_review.c: a signal whose copies are seen by many is looked at again: who is reminded, what ends it, and that
 * the hub is told when nobody has looked. LANTERN at 20:00. */
#include "check.h"
#include "signals.h"

#define VIEWS(n) COUNTS(3) ",\"left_up_with_context\":3,\"views_hour\":" #n
#define POLICY "LoopReel/policy lead"

static struct stage *shared(const char *more)
{
	struct stage *s = signals_stage();
	char about[1024];

	snprintf(about, sizeof about, "%s%s", ABOUT, more);
	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA ", " P1_ITEM, about), 0);
	return s;
}

static bool owes(struct stage *s, const char *item, const char *org)
{
	const struct toc_item *i = signals_item(s, item);

	for (uint32_t k = 0; k < i->n_reviewing; k++)
		if (toc_short_is(&i->reviewing[k].org, toc_str_of(org))) {
			CHECK(toc_running(s->w, "review", i->id, toc_str_of(org)) != NULL);
			return true;
		}
	CHECK(!toc_running(s->w, "review", i->id, toc_str_of(org)));
	return false;
}

CASE(a_report_beyond_the_rate_reminds_the_service_and_who_shared_the_item)
{
	struct stage *s = shared("");

	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", VIEWS(9999)), 0);
	CHECK(!stage_last(s, "M7.review", NULL) && !owes(s, ID_P1, "LoopReel"));
	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", VIEWS(10000)), 0);
	const struct stage_entry *e = stage_last(s, "M7.review", "server");
	CHECK(e != NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "HUB LoopReel StreamHarbor");
	CHECK(stage_reads(s, e, "LoopReel", TOC_ROLE_PL, NULL) && !stage_reads(s, e, "HUB", TOC_ROLE_LI, NULL));
	CHECK(stage_timer(e, "timers_started", "review", "LoopReel") && stage_timer(e, "timers_started", "review", "StreamHarbor"));
	CHECK(stage_decided(e, "pages", "org", "LoopReel") && stage_decided(e, "pages", "org", "StreamHarbor"));
	CHECK(toc_get_bool(e->whole, "ack_required"));
	CHECK(owes(s, ID_P1, "LoopReel") && owes(s, ID_P1, "StreamHarbor") && !owes(s, ID_V1, "LoopReel"));
	/* once is enough */
	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", VIEWS(50000)), 0);
	CHECK_INT(stage_count(s, "M7.review", NULL), 1);
	/* another service owes for its own copies; who shared it owes once */
	CHECK_INT(signals_report(s, CHIRP, ID_P1, "match_count", VIEWS(50000)), 0);
	e = stage_last(s, "M7.review", "server");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "Chirplet HUB");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_item_says_itself_how_many_views_are_many)
{
	struct stage *s = shared(",\"review_at_views\":200");

	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", VIEWS(199)), 0);
	CHECK(!owes(s, ID_P1, "LoopReel"));
	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", VIEWS(200)), 0);
	CHECK(owes(s, ID_P1, "LoopReel"));
	stage_free(s);
}

CASE(each_side_answers_for_itself)
{
	struct stage *s = shared("");

	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", VIEWS(10000)), 0);
	CHECK_INT(signals_report(s, POLICY, ID_P1, "opinion", "\"opinion\":\"negative\""), 0);
	CHECK(!owes(s, ID_P1, "LoopReel") && owes(s, ID_P1, "StreamHarbor"));
	/* others read the opinion, and not whose copies were seen by many */
	const struct toc_value *decided = toc_get(stage_last(s, "M7.opinion", "LoopReel")->e.body, "decided"),
			       *shown = toc_decided_shown(s->a, TOC_STR("M7.opinion"), decided, TOC_WHOLE);
	CHECK(toc_get(decided, "timers_stopped") && !toc_get(shown, "timers_stopped") && !toc_get(shown, "item_reviews"));
	CHECK_INT(signals_report(s, HARBOR, ID_P1, "opinion", "\"opinion\":\"positive\""), 0);
	CHECK(!owes(s, ID_P1, "StreamHarbor"));
	CHECK(stage_consistent(s));
	/* it can come to be owed again */
	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", VIEWS(10000)), 0);
	CHECK(owes(s, ID_P1, "LoopReel"));
	stage_free(s);
}

CASE(who_gives_no_opinions_acknowledges_that_the_item_stands)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, "AIRU/duty officer", TO_ALL, P1_ITEM, ABOUT), 0);
	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", VIEWS(10000)), 0);
	const char *review = stage_id(s, "M7.review", "server");
	for (int i = 0; i < 2; i++) { /* a service's acknowledgement is not yet an answer */
		const char *who = i ? "AIRU/duty officer" : POLICY;
		CHECK_INT(stage_act(s, who,
				    "{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\",\"recipient_org\":\"%s\",\"channel\":\"console\","
				    "\"state\":\"acked\",\"actor_kind\":\"human\",\"commitment\":\"working\",\"at\":\"%s\"}}",
				    review, i ? "AIRU" : "LoopReel", toc_time_str(s->a, stage_time(s, "20:00")).p),
			  0);
	}
	CHECK(owes(s, ID_P1, "LoopReel") && !owes(s, ID_P1, "AIRU"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_item_that_is_over_is_looked_at_by_nobody)
{
	struct stage *s = shared("");

	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", VIEWS(10000)), 0);
	CHECK_INT(signals_report(s, CHIRP, ID_P1, "match_count", VIEWS(10000)), 0);
	CHECK_INT(stage_act(s, HARBOR,
			    "{\"type\":\"M8\",\"personal_data\":{\"level\":\"none\",\"categories\":[]},\"body\":{\"step\":\"retract\",\"item_refs\":[\"" ID_P1
			    "\"],\"reason\":\"lawful_context\",\"undo_advice\":\"reinstate\"}}"),
		  0);
	CHECK(!owes(s, ID_P1, "LoopReel") && !owes(s, ID_P1, "Chirplet") && !owes(s, ID_P1, "StreamHarbor"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_hub_is_told_when_nobody_has_looked_within_the_hour)
{
	struct stage *s = shared("");

	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", VIEWS(10000)), 0);
	stage_to(s, "1:06:00"); /* 46 minutes on: the first warning */
	CHECK(stage_last(s, "deadline.warned", NULL) && stage_decided(stage_last(s, "deadline.warned", NULL), "pages", "org", "StreamHarbor"));
	CHECK_INT(signals_report(s, HARBOR, ID_P1, "opinion", "\"opinion\":\"positive\""), 0);
	stage_to(s, "1:21:00");
	const struct stage_entry *e = NULL;
	for (size_t i = 0; i < s->n; i++)
		if (toc_str_is(s->ledger[i].e.k, "deadline.passed") && toc_get_is(toc_get(s->ledger[i].whole, "body"), "timer", "review")) {
			CHECK(!e); /* one of the two */
			e = &s->ledger[i];
		}
	CHECK(e != NULL);
	CHECK_TEXT(toc_get_text(toc_get(e->whole, "body"), "desk"), "LoopReel");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "HUB LoopReel");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(known_lawful_content_and_a_look_ahead_remind_nobody)
{
	struct stage *s = shared("");

	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "bank", ",\"bank\":\"negative\"")), 0);
	CHECK_INT(signals_report(s, LOOP, ID_P1, "match_count", VIEWS(10000)), 0);
	CHECK(!stage_last(s, "M7.review", NULL));
	/* nor does anybody but the server */
	CHECK(signals_report(s, LOOP, ID_P1, "review", "\"views_hour\":1") < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	stage_free(s);
}

RUN_CASES()
