/* test_exposure.c: a service that is exposed (TCO 5; T11, T12), and the hub's review of what personal data it has (T30). */
#include "acts.h"
#include "orders.h"

#define BMR "BMR/legal officer"
#define REEL "LoopReel/counsel"
#define DPO "HUB/data protection officer"

static int decide_on(struct stage *s, const char *who, const char *hsp, const char *exposed)
{
	return stage_act(s, who,
			 "{\"type\":\"exposure\"," NO_PERSONAL ",\"body\":{\"step\":\"decide\",\"hsp\":\"%s\",\"exposed\":%s,"
			 "\"reasons\":\"Two final orders within a year.\"}}",
			 hsp, exposed);
}

static int measures(struct stage *s, const char *who)
{
	return stage_act(s, who, "{\"type\":\"exposure\"," NO_PERSONAL ",\"body\":{\"step\":\"report\",\"measures\":\"New uploads are held.\"}}");
}

static int request(struct stage *s, const char *who)
{
	return stage_act(s, who, "{\"type\":\"exposure\"," NO_PERSONAL ",\"body\":{\"step\":\"request\",\"reasons\":\"Nothing was found since.\"}}");
}

static const char *ends(struct stage *s, const char *timer, const char *desk)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_timer *t;

	while ((t = toc_world_next(s->w, TOC_OBJECT_timer, &cursor)))
		if (toc_short_is(&t->name, toc_str_of(timer)) && toc_short_is(&t->desk, toc_str_of(desk)))
			return toc_time_str(s->a, t->deadline).p;
	return "";
}

static void until(struct stage *s, const char *time)
{
	toc_time t;
	CHECK(toc_time_parse(toc_str_of(time), &t, NULL) == 0);
	stage_wait(s, toc_between(orders_now(s), t));
}

static struct stage *on(const char *t0)
{
	struct stage *s = stage_new();
	orders_exercise(s, t0);
	return s;
}

CASE(an_exposed_service_reports_after_three_months_and_then_yearly)
{
	struct stage *s = on("2033-02-01T10:00:00Z");

	CHECK_INT(decide_on(s, BMR, "LoopReel", "true"), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "exposure.decide", NULL))), "BMR LoopReel");
	CHECK_TEXT(toc_str_of(ends(s, "T11", "LoopReel")), "2033-05-01T10:00:00.000Z");
	until(s, "2033-04-20T10:00:00Z");
	CHECK_INT(measures(s, REEL), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "exposure.report", NULL))), "BMR LoopReel");
	const struct toc_value *stopped = stage_timer(stage_last(s, "exposure.report", NULL), "timers_stopped", "T11", "LoopReel");
	CHECK(stopped && toc_get_bool(stopped, "met"));
	CHECK_TEXT(toc_str_of(ends(s, "T11", "LoopReel")), "2034-04-20T10:00:00.000Z");
	until(s, "2034-04-20T10:00:00Z");
	const struct stage_entry *e = stage_last(s, "deadline.passed", NULL);
	CHECK(e && toc_get_is(toc_get(e->whole, "body"), "timer", "T11"));
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "BMR LoopReel");
	CHECK(stage_consistent(s));
	CHECK_INT(decide_on(s, BMR, "LoopReel", "false"), 0);
	CHECK_TEXT(toc_str_of(ends(s, "T11", "LoopReel")), "");
	CHECK(measures(s, REEL) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_review_that_is_asked_for_is_decided_within_three_months)
{
	struct stage *s = on("2033-02-01T10:00:00Z");

	CHECK(request(s, REEL) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK_INT(decide_on(s, BMR, "LoopReel", "true"), 0);
	until(s, "2033-03-01T10:00:00Z");
	CHECK_INT(request(s, REEL), 0);
	CHECK_TEXT(toc_str_of(ends(s, "T12", "BMR")), "2033-06-01T10:00:00.000Z");
	CHECK(request(s, REEL) < 0);
	CHECK_INT(decide_on(s, BMR, "LoopReel", "true"), 0); /* it stands */
	CHECK_TEXT(toc_str_of(ends(s, "T12", "BMR")), "");
	CHECK_TEXT(toc_str_of(ends(s, "T11", "LoopReel")), "2033-05-01T10:00:00.000Z");
	CHECK(decide_on(s, BMR, "LoopReel", "true") < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK_INT(request(s, REEL), 0);
	until(s, "2033-06-01T10:00:01Z");
	const struct stage_entry *e = stage_last(s, "deadline.passed", NULL);
	CHECK(e && toc_get_is(toc_get(e->whole, "body"), "timer", "T12"));
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "BMR LoopReel");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(only_its_own_states_oversight_authority_decides)
{
	struct stage *s = on("2033-02-01T10:00:00Z");

	CHECK(decide_on(s, BMR, "GameNest", "true") < 0); /* at home in another state */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK(decide_on(s, BMR, "AIRU", "true") < 0);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.hsp");
	CHECK(decide_on(s, BMR, "LoopReel", "false") < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK(decide_on(s, REEL, "LoopReel", "true") < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK_INT(stage_count(s, "exposure.decide", NULL), 0);
	stage_free(s);
}

static int review(struct stage *s, const char *who, const char *timer, const char *outcome, const char *more)
{
	return stage_act(s, who, "{\"type\":\"storage\"," NO_PERSONAL ",\"body\":{\"step\":\"review\",\"timer\":\"%s\",\"outcome\":\"%s\"%s}}",
			 timer, outcome, more);
}

static const char *t30(struct stage *s, const char *k)
{
	return toc_arena_cstr(s->a, toc_get_text(stage_timer(stage_last(s, k, NULL), "timers_started", "T30", "HUB"), "id"));
}

static int notice(struct stage *s)
{
	return stage_act_value(s, "GameNest/night responder", stage_message(s, stage_notice(s, "", "")));
}

CASE(the_first_personal_data_of_a_month_at_the_hub_start_its_review_in_three_years)
{
	struct stage *s = on("2033-02-10T10:00:00Z");

	CHECK_INT(notice(s), 0);
	const struct toc_timer *t = toc_find_timer(s->w, toc_id_of(toc_str_of(t30(s, "storage.begin"))));
	CHECK(t && toc_uuid_is_nil(t->threat)); /* what becomes of the case is nothing to it */
	CHECK_TEXT(toc_str_of(ends(s, "T30", "HUB")), "2036-02-10T10:00:00.000Z");
	until(s, "2033-02-28T23:59:59Z");
	CHECK_INT(notice(s), 0);
	CHECK_INT(stage_count(s, "storage.begin", NULL), 1); /* once a month */
	until(s, "2033-03-01T00:00:00Z");
	CHECK_INT(notice(s), 0);
	CHECK_INT(stage_count(s, "storage.begin", NULL), 2);
	CHECK(stage_reads(s, stage_last(s, "storage.begin", NULL), "HUB", TOC_ROLE_DP, NULL));
	CHECK(!stage_reads(s, stage_last(s, "storage.begin", NULL), "GameNest", TOC_ROLE_ALL, NULL));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_hubs_data_protection_officer_is_reminded_a_month_before_and_ends_it)
{
	struct stage *s = on("2033-02-10T10:00:00Z");
	const struct stage_entry *e = NULL;

	CHECK_INT(notice(s), 0);
	const char *id = t30(s, "storage.begin");
	CHECK(review(s, "AIRU/data protection officer", id, "erased", "") < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK(review(s, DPO, id, "kept", "") < 0);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.reason");
	CHECK(review(s, DPO, "01980000-0000-7000-8000-00000000dead", "erased", "") < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
	until(s, "2036-01-10T10:00:00Z");
	for (size_t i = 0; i < s->n; i++)
		if (toc_str_is(s->ledger[i].e.k, "deadline.warned") && toc_get_is(toc_get(s->ledger[i].whole, "body"), "timer", "T30"))
			e = &s->ledger[i];
	CHECK(e && stage_reads(s, e, "HUB", TOC_ROLE_DP, NULL));
	CHECK_TEXT(toc_str_of(e ? stage_readers(s, e) : ""), "HUB");
	CHECK_INT(review(s, DPO, id, "kept", ",\"reason\":\"An appeal is pending.\""), 0);
	CHECK_TEXT(toc_str_of(ends(s, "T30", "HUB")), "2039-01-10T10:00:00.000Z");
	CHECK_INT(review(s, DPO, t30(s, "storage.review"), "erased", ""), 0);
	CHECK_TEXT(toc_str_of(ends(s, "T30", "HUB")), "");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_review_in_the_same_month_is_no_bar_to_what_comes_after_it)
{
	struct stage *s = on("2033-02-10T10:00:00Z");

	CHECK_INT(notice(s), 0);
	for (unsigned again = 2; again < 4; again++) {
		CHECK_INT(review(s, DPO, t30(s, "storage.begin"), "erased", ""), 0);
		CHECK_TEXT(toc_str_of(ends(s, "T30", "HUB")), "");
		CHECK_INT(notice(s), 0); /* an id that was used already would have stopped every notification of the month */
		CHECK_INT(stage_count(s, "storage.begin", NULL), again);
		CHECK_TEXT(toc_str_of(ends(s, "T30", "HUB")), "2036-02-10T10:00:00.000Z");
	}
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_review_that_nobody_makes_has_been_missed)
{
	struct stage *s = on("2033-02-10T10:00:00Z");

	CHECK_INT(notice(s), 0);
	struct toc_uuid id = toc_id_of(toc_str_of(t30(s, "storage.begin")));
	until(s, "2036-02-10T10:00:00Z");
	CHECK(toc_find_timer(s->w, id)->breached);
	stage_free(s);
}

RUN_CASES()
