/* test_threat.c: what a provider and the desks may do with a notification, and what not: each rule both ways.
 */
#include "check.h"
#include "stage.h"

#define GAME "GameNest/night responder"
#define AIRU "AIRU/duty officer"

static int draft(struct stage *s, const char *who, const char *aware)
{
	return stage_act(s, who, "{\"type\":\"M4\",\"body\":{\"step\":\"draft\",\"aware_at\":\"%s\"}}",
			 toc_time_str(s->a, stage_time(s, aware)).p);
}

static int send(struct stage *s, const char *case_ref, const char *more)
{
	return stage_act(s, GAME, "%s", stage_notice(s, case_ref, more));
}

static int answer(struct stage *s, const char *who, const char *id, const char *kind, const char *more)
{
	return stage_act(s, who,
			 "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"%s\",\"human_ack_by\":\"%"
			 "s\",\"at\":\"%s\"%s}}",
			 id, kind, toc_uuid_str(s->a, stage_person(s, who)).p,
			 toc_time_str(s->a, toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now)).p,
			 more);
}

/* A notification that AIRU and the hub have, at T+02:00. */
static struct stage *sent(const char **ret_case)
{
	struct stage *s = stage_new();
	stage_to(s, "02:00");
	CHECK(send(s, "", "") == 0);
	*ret_case = stage_case(s, "M4.send", NULL);
	return s;
}

static const struct toc_desk *desk(struct stage *s, const char *id, const char *org)
{
	return toc_desk_of(toc_find_threat(s->w, toc_id_of(toc_str_of(id))), toc_str_of(org));
}

#define REFUSED(call, why)                                                                                   \
	do {                                                                                                 \
		CHECK((call) < 0);                                                                           \
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_##why);                                              \
		CHECK_INT(s->v.n, 0);                                                                        \
	} while (0)

/* ---- times ---- */

static int answer_at(struct stage *s, const char *id, const char *at)
{
	return stage_act(s, "AIRU/duty officer",
			 "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"ack\",\"human_ack_by\":"
			 "\"%s\",\"at\":\"%s\"}}",
			 id, toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p, at);
}

CASE(an_answer_is_not_given_after_now)
{
	const char *id;
	struct stage *s = sent(&id); /* at 14:00:00 */
	REFUSED(answer_at(s, id, "2099-01-01T00:00:00Z"), TIME);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.at");
	REFUSED(answer_at(s, id, "2031-05-17T14:00:03Z"), TIME);
	CHECK(answer_at(s, id, "2031-05-17T14:00:02Z") == 0);
	stage_free(s);
}

CASE(a_moment_of_a_fast_clock_is_longer)
{
	const char *id;
	struct stage *s = sent(&id);
	CHECK(stage_act(s, "CELL/controller",
			"{\"type\":\"exercise\",\"body\":{\"step\":\"clock\",\"action\":\"run\","
			"\"rate_milli\":60000}}") == 0);
	REFUSED(answer_at(s, id, "2031-05-17T14:02:01Z"), TIME); /* two seconds of ours are two minutes */
	CHECK(answer_at(s, id, "2031-05-17T14:02:00Z") == 0);
	stage_free(s);
}

/* ---- drafts ---- */

CASE(withdrawing_a_draft_stops_t16_and_tells_nobody)
{
	struct stage *s = stage_new();
	stage_to(s, "03:00");
	CHECK(draft(s, GAME, "02:00") == 0);
	const char *id = stage_case(s, "M4.draft", NULL);
	CHECK(toc_running(s->w, "T16", toc_id_of(toc_str_of(id)), TOC_STR("GameNest")) != NULL);
	CHECK(stage_act(s, GAME,
			"{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"withdraw\",\"reason\":\"a "
			"joke\"}}",
			id) == 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M4.withdraw", NULL))), "GameNest");
	CHECK(!toc_running(s->w, "T16", toc_id_of(toc_str_of(id)), TOC_STR("GameNest")));
	stage_to(s, "1:00:00");
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 0);
	REFUSED(send(s, id, ""), STATE); /* it is over */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_draft_is_paged_at_10_minutes_and_passes_at_15)
{
	struct stage *s = stage_new();
	stage_to(s, "03:00");
	CHECK(draft(s, GAME, "02:00") == 0);
	stage_to(s, "11:59");
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 0);
	stage_to(s, "12:00");
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 1);
	CHECK(stage_decided(stage_last(s, "deadline.warned", NULL), "pages", "org", "GameNest") != NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "deadline.warned", NULL))), "GameNest");
	stage_to(s, "17:00");
	CHECK_INT(stage_count(s, "deadline.passed", NULL), 1);
	stage_to(s, "18:00");
	CHECK(send(s, stage_case(s, "M4.draft", NULL), "\"aware_at\":\"2031-05-17T14:00:00Z\"") == 0);
	const struct toc_value *t16 =
		stage_timer(stage_last(s, "M4.send", NULL), "timers_stopped", "T16", "GameNest");
	CHECK(!toc_get_bool(t16, "met"));
	CHECK_INT(toc_get_int(t16, "took_ms", 0), 16 * 60000);
	stage_free(s);
}

CASE(what_happened_cannot_lie_after_its_arrival)
{
	struct stage *s = stage_new();
	stage_to(s, "02:00");
	REFUSED(draft(s, GAME, "12:00"), TIME); /* a clock that is ten minutes wrong */
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.aware_at");
	CHECK(draft(s, GAME, "02:01") == 0); /* one that is a moment ahead is taken for now */
	CHECK(toc_find_threat(s->w, stage_last(s, "M4.draft", NULL)->e.case_ref)->aware_at.us ==
	      stage_time(s, "02:00").us);
	REFUSED(send(s, "",
		     "\"content\":[{\"id\":\"p\",\"type\":\"post\",\"published_at\":\"2031-05-17T15:00:00Z\"}"
		     "]"),
		TIME);
	REFUSED(send(s, "", "\"emergency_line_called\":{\"called\":true,\"at\":\"2031-05-17T15:00:00Z\"}"),
		TIME);
	stage_free(s);
}

CASE(aware_at_is_fixed_by_the_draft)
{
	struct stage *s = stage_new();
	stage_to(s, "03:00");
	CHECK(draft(s, GAME, "02:00") == 0);
	REFUSED(send(s, stage_case(s, "M4.draft", NULL), "\"aware_at\":\"2031-05-17T14:00:30Z\""), CONDITION);
	CHECK(send(s, stage_case(s, "M4.draft", NULL), "\"aware_at\":\"2031-05-17T14:00:00Z\"") == 0);
	stage_free(s);
}

CASE(a_draft_of_another_is_unknown_also_to_a_desk)
{
	struct stage *s = stage_new();
	stage_to(s, "03:00");
	CHECK(draft(s, GAME, "02:00") == 0);
	const char *id = stage_case(s, "M4.draft", NULL);
	REFUSED(answer(s, AIRU, id, "ack", ""), NOT_FOUND);
	REFUSED(stage_act(s, "Chirplet/night responder", "%s", stage_notice(s, id, "")), NOT_FOUND);
	stage_free(s);
}

/* ---- sending ---- */

CASE(sending_without_a_draft_opens_a_case_and_says_how_t16_went)
{
	const char *id;
	struct stage *s = sent(&id);
	const struct stage_entry *e = stage_last(s, "M4.send", NULL);
	CHECK(toc_uuid_eq(e->e.case_ref, toc_uuid_named("case", toc_uuid_str(s->a, e->e.eid))));
	CHECK(toc_get_bool(stage_timer(e, "timers_stopped", "T16", "GameNest"), "met"));
	CHECK_INT(desk(s, id, "AIRU")->state, TOC_DESK_SENT);
	REFUSED(send(s, id, ""), STATE); /* what is sent is added to, not sent again */
	stage_free(s);
}

CASE(a_supplement_needs_something_sent_and_follows_the_case)
{
	struct stage *s = stage_new();
	stage_to(s, "03:00");
	CHECK(draft(s, GAME, "02:00") == 0);
	REFUSED(stage_act(s, GAME,
			  "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\","
			  "\"explanation\":\"x\"}}",
			  stage_case(s, "M4.draft", NULL)),
		STATE);
	stage_free(s);
}

CASE(a_supplement_that_names_a_further_state_brings_its_desk_in)
{
	const char *id;
	struct stage *s = sent(&id);
	CHECK(stage_act(s, GAME,
			"{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\",\"concerned_"
			"states\":"
			"[{\"cc\":\"XB\",\"ground\":\"residence_of_victim\"}]}}",
			id) == 0);
	const struct stage_entry *m29 = stage_last(s, "M29.disclose", NULL);
	CHECK(m29 && m29->n_discloses == 1 &&
	      toc_uuid_eq(m29->discloses[0], stage_last(s, "M4.send", NULL)->e.eid));
	CHECK_TEXT(toc_get_text(toc_get(toc_get(m29->e.body, "message"), "body"), "ground"), "state_found");
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M4.supplement", NULL))),
		   "AIRU BFP GameNest HUB");
	CHECK(toc_running(s->w, "T17", m29->e.case_ref, TOC_STR("BFP")) != NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(t8_runs_from_removal_for_six_calendar_months_once)
{
	const char *id;
	struct stage *s = sent(&id);
	const char *removed = "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\","
			      "\"content_status\":\"removed\"}}";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	CHECK(stage_act(s, GAME, removed, id) == 0);
	CHECK_TEXT(toc_get_text(stage_timer(stage_last(s, "M4.supplement", NULL), "timers_started", "T8",
					    "GameNest"),
				"deadline"),
		   "2031-11-17T14:00:00.000Z");
	CHECK(stage_act(s, GAME, removed, id) == 0);
#pragma GCC diagnostic pop
	CHECK(stage_timer(stage_last(s, "M4.supplement", NULL), "timers_started", "T8", "GameNest") == NULL);
	stage_free(s);
}

CASE(withdrawing_a_notice_ends_everything_and_tells_the_desks)
{
	const char *id;
	struct stage *s = sent(&id);
	CHECK(stage_act(s, GAME,
			"{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"withdraw\",\"reason\":"
			"\"sent in error\"}}",
			id) == 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M4.withdraw", NULL))), "AIRU GameNest HUB");
	CHECK_INT(desk(s, id, "AIRU")->state, TOC_DESK_WITHDRAWN);
	stage_to(s, "1:00:00");
	CHECK_INT(stage_count(s, "M19.escalation", NULL), 0);
	REFUSED(answer(s, AIRU, id, "accept", ""), STATE);
	stage_free(s);
}

/* ---- answering ---- */

CASE(the_first_acceptance_leaves_the_case_visible_to_the_other_desks)
{
	const char *id;
	struct stage *s = sent(&id);
	CHECK(answer(s, AIRU, id, "accept", "") == 0);
	CHECK(stage_reads(s, stage_last(s, "M5.accept", NULL), "HUB", TOC_ROLE_DU, NULL));
	CHECK(answer(s, "HUB/duty officer", id, "ack", "") == 0);
	stage_free(s);
}

CASE(an_accepting_desk_may_still_redirect_and_its_reminder_ends)
{
	const char *id;
	struct stage *s = sent(&id);
	CHECK(answer(s, AIRU, id, "accept", "") == 0);
	CHECK(toc_running(s->w, "T18", toc_id_of(toc_str_of(id)), TOC_STR("AIRU")) != NULL);
	CHECK(answer(s, AIRU, id, "redirect", ",\"redirect_to\":\"BFP\",\"redirect_ground\":\"theirs\"") ==
	      0);
	CHECK_INT(desk(s, id, "AIRU")->state, TOC_DESK_REDIRECTED);
	CHECK_INT(desk(s, id, "BFP")->state, TOC_DESK_SENT);
	CHECK(!toc_running(s->w, "T18", toc_id_of(toc_str_of(id)), TOC_STR("AIRU")));
	CHECK(toc_running(s->w, "T17", toc_id_of(toc_str_of(id)), TOC_STR("BFP")) != NULL);
	stage_free(s);
}

CASE(a_redirect_names_somebody_who_may_read_it_and_has_it_not)
{
	const char *id;
	struct stage *s = sent(&id);
	REFUSED(answer(s, AIRU, id, "redirect", ",\"redirect_to\":\"OSF\",\"redirect_ground\":\"x\""),
		NO_READER);
	REFUSED(answer(s, AIRU, id, "redirect", ",\"redirect_to\":\"Chirplet\",\"redirect_ground\":\"x\""),
		NO_READER);
	REFUSED(answer(s, AIRU, id, "redirect", ",\"redirect_to\":\"Nobody\",\"redirect_ground\":\"x\""),
		NO_READER);
	REFUSED(answer(s, AIRU, id, "redirect", ",\"redirect_to\":\"AIRU\",\"redirect_ground\":\"x\""),
		BAD_VALUE);
	REFUSED(answer(s, AIRU, id, "redirect", ",\"redirect_to\":\"HUB\",\"redirect_ground\":\"x\""), STATE);
	stage_free(s);
}

CASE(a_redirect_back_asks_again_and_discloses_nothing_twice)
{
	const char *id;
	struct stage *s = sent(&id);
	CHECK(answer(s, AIRU, id, "redirect", ",\"redirect_to\":\"BFP\",\"redirect_ground\":\"x\"") == 0);
	CHECK_INT(stage_count(s, "M29.disclose", NULL), 1);
	CHECK(answer(s, "BFP/duty officer", id, "redirect",
		     ",\"redirect_to\":\"AIRU\",\"redirect_ground\":\"no, yours\"") == 0);
	CHECK_INT(stage_count(s, "M29.disclose", NULL), 1);
	CHECK_INT(desk(s, id, "AIRU")->state, TOC_DESK_SENT);
	CHECK(toc_running(s->w, "T17", toc_id_of(toc_str_of(id)), TOC_STR("AIRU")) != NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_desk_that_rejected_may_think_again_but_not_reject_what_it_accepted)
{
	const char *id;
	struct stage *s = sent(&id);
	CHECK(answer(s, AIRU, id, "reject", "") == 0);
	CHECK_INT(desk(s, id, "AIRU")->state, TOC_DESK_REJECTED_NOT_COMPETENT);
	REFUSED(answer(s, AIRU, id, "ack", ""), STATE);
	CHECK(answer(s, AIRU, id, "accept", "") == 0);
	REFUSED(answer(s, AIRU, id, "reject", ""), STATE);
	stage_free(s);
}

CASE(only_a_liaison_officer_of_the_accepting_police_gives_the_outcome)
{
	const char *id;
	struct stage *s = sent(&id);
	REFUSED(answer(s, "AIRU/liaison officer", id, "outcome", ",\"outcome\":\"safe\""),
		NOT_PERMITTED); /* not accepted */
	CHECK(answer(s, AIRU, id, "accept", "") == 0);
	REFUSED(answer(s, AIRU, id, "outcome", ",\"outcome\":\"safe\""), NOT_PERMITTED);
	CHECK(answer(s, "AIRU/liaison officer", id, "outcome", ",\"outcome\":\"unknown\"") == 0);
	REFUSED(answer(s, AIRU, id, "question", ",\"questions\":[{\"id\":\"q\",\"text\":\"x\"}]"),
		STATE); /* closed */
	stage_free(s);
}

CASE(a_better_known_outcome_may_supersede_the_first)
{
	const char *id;
	struct stage *s = sent(&id);
	CHECK(answer(s, AIRU, id, "accept", "") == 0);
	CHECK(answer(s, "AIRU/liaison officer", id, "outcome", ",\"outcome\":\"unknown\"") == 0);
	REFUSED(answer(s, "AIRU/liaison officer", id, "outcome", ",\"outcome\":\"safe\""), STATE);
	CHECK(stage_act(s, "AIRU/liaison officer",
			"{\"type\":\"M5\",\"case_ref\":\"%s\",\"supersedes\":\"%s\",\"body\":{\"kind\":"
			"\"outcome\","
			"\"human_ack_by\":\"%s\",\"at\":\"2031-05-17T14:00:00Z\",\"outcome\":\"safe\"}}",
			id, stage_id(s, "M5.outcome", NULL),
			toc_uuid_str(s->a, stage_person(s, "AIRU/liaison officer")).p) == 0);
	stage_free(s);
}

CASE(answers_match_open_questions)
{
	const char *id;
	struct stage *s = sent(&id);
	REFUSED(answer(s, GAME, id, "answer", ",\"answers\":[{\"question\":\"q1\",\"text\":\"x\"}]"),
		CONDITION);
	CHECK(answer(s, AIRU, id, "question", ",\"questions\":[{\"id\":\"q1\",\"text\":\"who?\"}]") == 0);
	CHECK_INT(desk(s, id, "AIRU")->state, TOC_DESK_ACKED);
	REFUSED(answer(s, GAME, id, "answer", ",\"answers\":[{\"question\":\"q2\",\"text\":\"x\"}]"),
		CONDITION);
	CHECK(answer(s, GAME, id, "answer", ",\"answers\":[{\"question\":\"q1\",\"text\":\"x\"}]") == 0);
	REFUSED(answer(s, GAME, id, "answer", ",\"answers\":[{\"question\":\"q1\",\"text\":\"x\"}]"),
		CONDITION);
	REFUSED(answer(s, AIRU, id, "answer", ",\"answers\":[{\"question\":\"q1\",\"text\":\"x\"}]"),
		NOT_PERMITTED);
	stage_free(s);
}

CASE(no_two_open_questions_of_a_case_have_one_id)
{
	const char *id;
	struct stage *s = sent(&id);
	CHECK(answer(s, AIRU, id, "question", ",\"questions\":[{\"id\":\"q1\",\"text\":\"who?\"}]") == 0);
	REFUSED(answer(s, "HUB/duty officer", id, "question",
		       ",\"questions\":[{\"id\":\"q1\",\"text\":\"where?\"}]"),
		CONDITION);
	REFUSED(answer(s, AIRU, id, "question",
		       ",\"questions\":[{\"id\":\"q2\",\"text\":\"a\"},{\"id\":\"q2\",\"text\":\"b\"}]"),
		CONDITION);
	CHECK(answer(s, GAME, id, "answer", ",\"answers\":[{\"question\":\"q1\",\"text\":\"x\"}]") == 0);
	CHECK(answer(s, AIRU, id, "accept", ",\"questions\":[{\"id\":\"q1\",\"text\":\"again\"}]") == 0);
	stage_free(s);
}

CASE(a_superseding_accept_names_the_newest)
{
	const char *id;
	struct stage *s = sent(&id);
	CHECK(answer(s, AIRU, id, "accept", ",\"do_not_remove_until\":\"2031-05-17T17:00:00Z\"") == 0);
	const char *format = "{\"type\":\"M5\",\"case_ref\":\"%s\",\"supersedes\":\"%s\",\"body\":{\"kind\":"
			     "\"accept\",\"human_ack_by\":\"%s\",\"at\":\"2031-05-17T14:00:00Z\"}}";
	const char *me = toc_uuid_str(s->a, stage_person(s, AIRU)).p;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	REFUSED(stage_act(s, AIRU, format, id, stage_id(s, "M4.send", NULL), me), STATE);
	REFUSED(answer(s, AIRU, id, "accept", ""), STATE); /* a colleague who has not seen the first */
	CHECK(toc_find_threat(s->w, toc_id_of(toc_str_of(id)))->keep_until.us != TOC_TIME_NEVER.us);
	CHECK(stage_act(s, AIRU, format, id, stage_id(s, "M5.accept", NULL), me) == 0);
#pragma GCC diagnostic pop
	CHECK(toc_find_threat(s->w, toc_id_of(toc_str_of(id)))->keep_until.us ==
	      TOC_TIME_NEVER.us); /* lifted */
	stage_free(s);
}

/* ---- duplicates ---- */

#define SAME                                                                                                 \
	"\"content\":[{\"id\":\"p\",\"type\":\"post\",\"hash_refs\":[{\"algorithm\":\"sha256\","             \
	"\"value\":\"7fe1e1c3fd7e21b28cf076f56c2fb54da665269470785532607c7e73e71c5675\"}]}]"

static int send_as(struct stage *s, const char *who, const char *more)
{
	struct toc_value *m = stage_message(s, stage_notice(s, "", more));
	toc_set_id(s->a, toc_get(m, "body"), "contact_24x7", stage_person(s, who));
	return stage_act_value(s, who, m);
}

CASE(a_like_notice_before_acceptance_is_routed_as_usual_and_tied)
{
	struct stage *s = stage_new();
	stage_to(s, "02:00");
	CHECK(send_as(s, GAME, SAME) == 0 && send_as(s, "Chirplet/night responder", SAME) == 0);
	CHECK_INT(stage_count(s, "M1.link", NULL), 1);
	CHECK(stage_timer(stage_last(s, "M4.send", "Chirplet"), "timers_started", "T17", "AIRU") != NULL);
	/* one acceptance is good for both */
	CHECK(answer(s, AIRU, stage_case(s, "M4.send", "GameNest"), "accept", "") == 0);
	CHECK_INT(desk(s, stage_case(s, "M4.send", "Chirplet"), "AIRU")->state, TOC_DESK_ACCEPTED);
	CHECK(!toc_running(s->w, "T17", stage_last(s, "M4.send", "Chirplet")->e.case_ref, TOC_STR("HUB")));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(three_alike_are_one_case_whichever_way_they_were_tied)
{
	struct stage *s = stage_new();
	stage_to(s, "02:00");
	const struct toc_value *a = stage_message(s, "{\"k\":[\"aa\"]}"),
			       *b = stage_message(s, "{\"k\":[\"bb\"]}"),
			       *both = stage_message(s, "{\"k\":[\"aa\",\"bb\"]}");
	s->dup_keys = toc_get(a, "k");
	CHECK(send_as(s, GAME, "") == 0);
	s->dup_keys = toc_get(b, "k");
	CHECK(send_as(s, "Chirplet/night responder", "") == 0);
	CHECK_INT(stage_count(s, "M1.link", NULL), 0);
	s->dup_keys = toc_get(both, "k");
	CHECK(send_as(s, "LoopReel/night responder", "") == 0);
	CHECK_INT(stage_count(s, "M1.link", NULL), 2);
	const struct toc_threat *t = toc_find_threat(s->w, stage_last(s, "M4.send", "GameNest")->e.case_ref),
				**tied;
	CHECK_INT(toc_tied_cases(s->w, t, s->a, &tied), 2);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_case_that_is_over_and_one_of_another_exercise_are_nobodys_duplicate)
{
	struct stage *s = stage_new();
	stage_to(s, "02:00");
	CHECK(send_as(s, GAME, SAME) == 0);
	CHECK(stage_act(s, GAME,
			"{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"withdraw\",\"reason\":"
			"\"x\"}}",
			stage_case(s, "M4.send", NULL)) == 0);
	CHECK(send_as(s, "Chirplet/night responder", SAME) == 0);
	CHECK_INT(stage_count(s, "M1.link", NULL), 0);
	stage_in(s, "QUIET BELL");
	stage_to(s, "02:00");
	CHECK(send_as(s, GAME, SAME) == 0);
	CHECK_INT(stage_count(s, "M1.link", NULL), 0);
	stage_free(s);
}

/* ---- ids ---- */

CASE(the_same_again_is_the_same_answer_and_other_content_a_conflict)
{
	struct stage *s = stage_new();
	stage_to(s, "02:00");
	struct toc_value *m = stage_message(s, stage_notice(s, "", ""));
	CHECK(stage_act_value(s, GAME, m) == 0);
	size_t n = s->n;
	uint64_t seq = stage_last(s, "M4.send", NULL)->e.seq;
	CHECK(stage_act_value(s, GAME, toc_value_copy(s->a, m)) == 0);
	CHECK(s->v.duplicate && s->v.seq == seq && s->v.n == 0 && s->n == n);
	s->twist = 1;
	CHECK(stage_act_value(s, GAME, toc_value_copy(s->a, m)) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_ID_CONFLICT);
	CHECK(stage_act_value(s, "Chirplet/night responder", toc_value_copy(s->a, m)) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_ID_CONFLICT);
	stage_free(s);
}

CASE(a_sender_speaks_for_itself)
{
	const char *id;
	struct stage *s = sent(&id);
	struct toc_value *m = stage_message(s, stage_notice(s, "", ""));
	toc_set_cstr(s->a, m, "sender_org", "Chirplet");
	REFUSED(stage_act_value(s, GAME, m), NOT_PERMITTED);
	m = stage_message(s, stage_notice(s, "", ""));
	toc_set_id(s->a, m, "sender_person", stage_person(s, "GameNest/counsel"));
	REFUSED(stage_act_value(s, GAME, m), NOT_PERMITTED);
	CHECK_TEXT(toc_get_text(toc_get(stage_last(s, "M4.send", NULL)->e.body, "message"), "sender_org"),
		   "GameNest"); /* filled in */
	stage_free(s);
}

CASE(who_can_answer_within_minutes_is_the_sender_or_a_contact_of_its_organisation)
{
	static const struct {
		const char *who;
		bool good;
	} named[] = {
		{ "GameNest/night responder", true }, { "GameNest/second responder", true }, { "GameNest/counsel", true },
		{ "GameNest/policy lead", false },    { "GameNest/gateway", false },         { "StreamHarbor/night responder", false },
		{ "AIRU/duty officer", false },
	};
	struct stage *s = stage_new();

	stage_to(s, "02:00");
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		struct toc_value *m = stage_message(s, stage_notice(s, "", ""));
		toc_set_id(s->a, toc_get(m, "body"), "contact_24x7", stage_person(s, named[i].who));
		int r = stage_act_value(s, GAME, m);
		CHECK_INT(r, named[i].good ? 0 : -1);
		if (r < 0) {
			CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
			CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.contact_24x7");
		}
	}
	stage_free(s);
}

CASE(what_is_preserved_for_longer_moves_t8)
{
	const char *id;
	struct stage *s = sent(&id);

	CHECK(stage_act(s, GAME, "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\",\"content_status\":\"removed\","
			"\"preserved\":{\"preserved\":true,\"until\":\"2031-09-01T00:00:00Z\"}}}", id) == 0);
	CHECK_TEXT(toc_time_str(s->a, toc_running(s->w, "T8", toc_id_of(toc_str_of(id)), TOC_STR("GameNest"))->deadline), "2031-11-17T14:00:00.000Z");
	CHECK(stage_act(s, GAME, "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\","
			"\"preserved\":{\"preserved\":true,\"until\":\"2032-05-17T00:00:00Z\"}}}", id) == 0);
	CHECK_TEXT(toc_time_str(s->a, toc_running(s->w, "T8", toc_id_of(toc_str_of(id)), TOC_STR("GameNest"))->deadline), "2032-05-17T00:00:00.000Z");
	stage_to(s, "8000:00:00");
	stage_to(s, "16000:00:00"); /* it is over, and gone */
	CHECK(stage_act(s, GAME, "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\","
			"\"preserved\":{\"preserved\":true,\"until\":\"2034-05-17T00:00:00Z\"}}}", id) == 0);
	CHECK(stage_timer(stage_last(s, "M4.supplement", NULL), "timers_started", "T8", "GameNest") == NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
