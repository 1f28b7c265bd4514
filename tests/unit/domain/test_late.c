/* test_late.c: what a node that was cut off has decided is entered after what the others have said since. Nobody is called for what
 * was answered meanwhile, nothing that was closed is open again, and a threat that was sent stays one. Source: rules b.2, T17,
 * T18, (g) 11; design 3, the journal. */
#include "acts.h"

#include <stdlib.h>

static const char *const SH = "StreamHarbor/night responder", *const AIRU = "AIRU/duty officer";

/* What was decided, and is entered by `enter`. */
struct decided {
	struct toc_draft *drafts;
	size_t n;
};

static int says(struct stage *s, const char *who, const char *c, const char *kind, const char *more)
{
	return stage_act(s, who, "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"%s\",\"human_ack_by\":\"%s\",\"at\":\"%s\"%s}}", c, kind,
			 toc_uuid_str(s->a, stage_person(s, who)).p, now_of(s), more);
}

static struct decided kept(struct stage *s)
{
	CHECK(s->v.n > 0);
	return (struct decided){ s->v.drafts, s->v.n };
}

static void enter(struct stage *s, struct decided d)
{
	s->v = (struct toc_verdict){ .drafts = d.drafts, .n = d.n };
	s->back = true;
	stage_take(s);
	s->back = false;
	stage_due(s);
}

static const struct toc_threat *threat(struct stage *s, const char *c)
{
	return toc_find_threat(s->w, toc_id_of(toc_str_of(c)));
}

static uint32_t desk(struct stage *s, const char *c, const char *org)
{
	const struct toc_desk *d = toc_desk_of(threat(s, c), toc_str_of(org));
	return d ? d->state : TOC_DESK_NONE;
}

static bool runs(struct stage *s, const char *timer, const char *c, const char *org)
{
	return toc_running(s->w, timer, toc_id_of(toc_str_of(c)), toc_str_of(org)) != NULL;
}

static size_t calls(const struct stage *s, size_t from)
{
	size_t n = 0;

	for (size_t i = from; i < s->n; i++)
		n += toc_str_is(s->ledger[i].e.k, "M19.escalation");
	return n;
}

/* A draft, and its sending decided at a node that is cut off. */
static const char *drafted(struct stage *s, struct decided *ret_sent)
{
	CHECK_INT(stage_act(s, SH, "{\"type\":\"M4\",\"body\":{\"step\":\"draft\",\"aware_at\":\"%s\"}}", now_of(s)), 0);
	const char *c = stage_case(s, "M4.draft", NULL);
	s->dry = true;
	CHECK_INT(stage_act_value(s, SH, stage_message(s, stage_notice(s, c, ""))), 0);
	s->dry = false;
	*ret_sent = kept(s);
	return c;
}

CASE(sent_at_two_nodes_and_answered_at_one_it_calls_nobody_again)
{
	static const struct {
		const char *kind, *more;
		uint32_t state;
	} answers[] = {
		{ "ack", "", TOC_DESK_ACKED },
		{ "accept", ",\"own_reference\":\"R\"", TOC_DESK_ACCEPTED },
		{ "reject", "", TOC_DESK_REJECTED_NOT_COMPETENT },
	};
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		struct decided sent;
		struct stage *s = begun();
		const char *c = drafted(s, &sent);
		CHECK_INT(stage_act_value(s, SH, stage_message(s, stage_notice(s, c, ""))), 0);
		struct toc_uuid notice = threat(s, c)->notice;
		stage_to(s, "02:00");
		CHECK_INT(says(s, AIRU, c, answers[i].kind, answers[i].more), 0);
		CHECK_INT(says(s, "HUB/duty officer", c, "ack", ""), 0);
		size_t from = s->n;
		stage_to(s, "40:00");
		enter(s, sent);
		CHECK_INT(desk(s, c, "AIRU"), answers[i].state);
		CHECK(!runs(s, "T17", c, "AIRU") && !runs(s, "T17", c, "HUB"));
		CHECK_INT(calls(s, from), 0);
		CHECK(toc_uuid_eq(threat(s, c)->notice, notice));
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

CASE(what_is_closed_or_taken_back_is_not_opened_by_what_comes_late)
{
	for (unsigned withdrawn = 0; withdrawn < 2; withdrawn++) {
		struct decided sent;
		struct stage *s = begun();
		const char *c = drafted(s, &sent);
		CHECK_INT(stage_act_value(s, SH, stage_message(s, stage_notice(s, c, ""))), 0);
		if (withdrawn) {
			CHECK_INT(stage_act(s, SH, "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"withdraw\",\"reason\":\"x\"}}", c), 0);
		} else {
			CHECK_INT(says(s, AIRU, c, "accept", ",\"own_reference\":\"R\""), 0);
			CHECK_INT(says(s, "AIRU/liaison officer", c, "outcome", ",\"outcome\":\"safe\""), 0);
		}
		uint32_t state = threat(s, c)->state;
		size_t from = s->n;
		stage_to(s, "40:00");
		enter(s, sent);
		CHECK_INT(threat(s, c)->state, state);
		CHECK(!runs(s, "T17", c, "AIRU") && !runs(s, "T17", c, "HUB") && !runs(s, "T16", c, "StreamHarbor"));
		CHECK_INT(calls(s, from), 0);
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

CASE(a_draft_that_was_taken_back_at_one_node_and_sent_at_the_other_is_a_threat)
{
	struct decided sent;
	struct stage *s = begun();
	const char *c = drafted(s, &sent);

	CHECK_INT(stage_act(s, SH, "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"withdraw\",\"reason\":\"x\"}}", c), 0);
	CHECK_INT(threat(s, c)->state, TOC_CASE_WITHDRAWN);
	enter(s, sent); /* the desks have it */
	CHECK_INT(threat(s, c)->state, TOC_CASE_SENT);
	CHECK(runs(s, "T17", c, "AIRU") && runs(s, "T17", c, "HUB"));
	CHECK_INT(says(s, AIRU, c, "accept", ",\"own_reference\":\"R\""), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(passed_on_at_one_node_and_accepted_at_the_other_the_new_desk_has_it_and_is_not_called)
{
	struct stage *s = begun();
	CHECK_INT(stage_act_value(s, SH, stage_message(s, stage_notice(s, "", ""))), 0);
	const char *c = stage_case(s, "M4.send", NULL);
	s->dry = true;
	CHECK_INT(says(s, AIRU, c, "redirect", ",\"redirect_to\":\"BFP\",\"redirect_ground\":\"x\""), 0);
	s->dry = false;
	struct decided passed_on = kept(s);
	stage_to(s, "02:00");
	CHECK_INT(says(s, "AIRU/second officer", c, "accept", ",\"own_reference\":\"R\""), 0);
	size_t from = s->n;
	stage_to(s, "40:00");
	enter(s, passed_on);
	CHECK_INT(desk(s, c, "AIRU"), TOC_DESK_ACCEPTED);
	CHECK_INT(desk(s, c, "BFP"), TOC_DESK_SENT);
	CHECK(!runs(s, "T17", c, "BFP"));
	CHECK_INT(calls(s, from), 0);
	CHECK_INT(says(s, "BFP/duty officer", c, "ack", ""), 0); /* it may answer all the same */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_acceptance_that_comes_late_counts_and_asks_for_nothing_of_a_closed_case)
{
	for (size_t closed = 0; closed < 2; closed++) {
		struct stage *s = begun();
		CHECK_INT(stage_act_value(s, SH, stage_message(s, stage_notice(s, "", ""))), 0);
		const char *c = stage_case(s, "M4.send", NULL);
		s->dry = true;
		CHECK_INT(says(s, AIRU, c, "accept", ",\"own_reference\":\"R\",\"do_not_remove_until\":\"2031-05-17T20:00:00Z\",\"do_not_remove_reason\":\"evidence\""), 0);
		s->dry = false;
		struct decided accepted = kept(s);
		CHECK_INT(says(s, "AIRU/second officer", c, "ack", ""), 0);
		if (closed) {
			CHECK_INT(says(s, "AIRU/second officer", c, "accept", ",\"own_reference\":\"S\""), 0);
			CHECK_INT(says(s, "AIRU/liaison officer", c, "outcome", ",\"outcome\":\"safe\""), 0);
		}
		enter(s, accepted);
		CHECK_INT(desk(s, c, "AIRU"), closed ? TOC_DESK_OUTCOME : TOC_DESK_ACCEPTED);
		CHECK_INT(runs(s, "T18", c, "AIRU"), !closed);
		CHECK_INT(threat(s, c)->state, closed ? TOC_CASE_CLOSED : TOC_CASE_SENT);
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

CASE(a_newer_acceptance_is_not_undone_by_an_older_one_that_comes_late)
{
	struct stage *s = begun();
	CHECK_INT(stage_act_value(s, SH, stage_message(s, stage_notice(s, "", ""))), 0);
	const char *c = stage_case(s, "M4.send", NULL);
	s->dry = true;
	CHECK_INT(says(s, AIRU, c, "accept", ",\"own_reference\":\"R\""), 0); /* may go down */
	s->dry = false;
	struct decided older = kept(s);
	stage_to(s, "03:00");
	CHECK_INT(says(s, "AIRU/second officer", c, "accept", ",\"own_reference\":\"S\",\"do_not_remove_until\":\"2031-05-17T20:00:00Z\",\"do_not_remove_reason\":\"evidence\""), 0);
	struct toc_uuid newest = toc_desk_of(threat(s, c), TOC_STR("AIRU"))->acceptance;
	enter(s, older);
	CHECK(threat(s, c)->keep_until.us != TOC_TIME_NEVER.us); /* as the newer one wished */
	CHECK(toc_uuid_eq(toc_desk_of(threat(s, c), TOC_STR("AIRU"))->acceptance, newest));
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* Received a moment before the acceptance, decided on after it, as when another node was first: not late, and its desk has to be called. */
CASE(a_further_state_is_called_whenever_its_supplement_was_received)
{
	struct stage *s = begun();
	CHECK_INT(stage_act_value(s, SH, stage_message(s, stage_notice(s, "", ""))), 0);
	const char *c = stage_case(s, "M4.send", NULL);
	stage_to(s, "02:00");
	CHECK_INT(stage_act(s, "CELL/controller", "{\"type\":\"exercise\"," NO_PERSONAL ",\"body\":{\"step\":\"clock\",\"action\":\"run\",\"rate_milli\":1000}}"), 0);
	stage_wait(s, TOC_SECONDS(2));
	CHECK_INT(says(s, AIRU, c, "accept", ",\"own_reference\":\"R\""), 0);
	s->late = TOC_SECONDS(1);
	CHECK_INT(stage_act(s, SH, "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\",\"concerned_states\":[{\"cc\":\"XB\","
			    "\"ground\":\"place_of_offence\"}]}}", c), 0);
	CHECK(runs(s, "T17", c, "BFP"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* Passed on and back again: the desk was asked anew at the other node. */
static void asked_anew(struct stage *s, const char *c)
{
	stage_wait(s, TOC_SECONDS(60));
	CHECK_INT(says(s, "AIRU/second officer", c, "redirect", ",\"redirect_to\":\"BFP\",\"redirect_ground\":\"x\""), 0);
	stage_wait(s, TOC_SECONDS(60));
	CHECK_INT(says(s, "BFP/duty officer", c, "redirect", ",\"redirect_to\":\"AIRU\",\"redirect_ground\":\"y\""), 0);
	CHECK_INT(desk(s, c, "AIRU"), TOC_DESK_SENT);
}

static const char *sent_on_a_clock_that_runs(struct stage *s)
{
	CHECK_INT(stage_act(s, "CELL/controller", "{\"type\":\"exercise\"," NO_PERSONAL ",\"body\":{\"step\":\"clock\",\"action\":\"run\",\"rate_milli\":1000}}"), 0);
	CHECK_INT(stage_act_value(s, SH, stage_message(s, stage_notice(s, "", ""))), 0);
	return stage_case(s, "M4.send", NULL);
}

static const struct toc_timer *t17(struct stage *s, const char *c)
{
	return toc_running(s->w, "T17", toc_id_of(toc_str_of(c)), TOC_STR("AIRU"));
}

CASE(calls_of_a_time_that_was_stopped_do_not_raise_the_one_that_was_started_since)
{
	for (int minutes = 5; minutes <= 20; minutes += 5) {
		struct stage *s = begun();
		const char *c = sent_on_a_clock_that_runs(s);
		toc_due(s->w, (toc_time){ s->now.us + TOC_MINUTES(minutes).us }, 64, s->a, &s->v); /* the node that is cut off calls */
		struct decided called = kept(s);
		asked_anew(s, c);
		toc_time starts = t17(s, c)->starts;
		enter(s, called);
		CHECK_INT(t17(s, c)->level, 0);
		CHECK_INT(t17(s, c)->next.us, toc_after(starts, TOC_MINUTES(5)).us);
		size_t from = s->n;
		stage_wait(s, TOC_MINUTES(5));
		stage_due(s);
		CHECK(calls(s, from) > 0);
		CHECK_INT(t17(s, c)->level, 1);
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

CASE(an_answer_to_the_first_time_that_a_desk_was_asked_is_none_to_the_second)
{
	static const char *const kinds[] = { "ack", "question", "reject" };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct stage *s = begun();
		const char *c = sent_on_a_clock_that_runs(s);
		s->dry = true;
		CHECK_INT(says(s, AIRU, c, kinds[i], i == 1 ? ",\"questions\":[{\"id\":\"q\",\"text\":\"x\"}]" : ""), 0);
		s->dry = false;
		struct decided answered = kept(s);
		asked_anew(s, c);
		enter(s, answered);
		CHECK_INT(desk(s, c, "AIRU"), TOC_DESK_SENT); /* nobody there has read that it is back */
		CHECK(runs(s, "T17", c, "AIRU"));
		CHECK_INT(says(s, AIRU, c, "ack", ""), 0);
		CHECK(!runs(s, "T17", c, "AIRU"));
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

RUN_CASES()
