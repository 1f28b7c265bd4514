/* test_variations.c: what the exercises do not play: two rules that meet, an instant at either side of a limit, somebody who is no
 * member any more while something of theirs runs. Source: rules b, d. */
#include "course.h"
#include "orders.h"

static size_t pages_of(const struct stage *s, size_t from, const char *org)
{
	size_t n = 0;

	for (size_t i = from; i < s->n; i++) {
		const struct toc_value *pages = toc_get(decided_of(&s->ledger[i]), "pages");
		for (size_t k = 0; k < toc_len(pages); k++)
			n += toc_get_is(toc_at(pages, k), "org", org);
	}
	return n;
}

static const struct toc_timer *of_order(struct stage *s, const char *timer, const char *order, const char *desk)
{
	return toc_running(s->w, timer, toc_id_of(toc_str_of(order)), toc_str_of(desk));
}

/* BFP's order to GameNest, received. */
static const char *received(struct stage *s, const char *t0)
{
	orders_exercise(s, t0);
	const char *order = orders_issued(s, &orders_nest, "");
	CHECK(order != NULL);
	CHECK_INT(orders_receipt(s, &orders_nest, "M10.issue"), 0);
	return order;
}

static void until(struct stage *s, const char *time)
{
	toc_time t;
	CHECK(toc_time_parse(toc_str_of(time), &t, NULL) == 0);
	stage_wait(s, toc_between(orders_now(s), t));
}

static const char *measured(struct stage *s)
{
	return orders_answer(s, &orders_nest, toc_arena_printf(s->a, "\"established_in\":\"XC\",\"measure\":\"removed\",\"measured_at\":\"%s\"",
							       toc_time_str(s->a, orders_now(s)).p).p);
}

/* ---- orders ---- */

CASE(an_obstacle_and_a_defect_across_the_end_of_summer_time_open_three_whole_hours)
{
	struct stage *s = stage_new();
	const char *order = received(s, "2033-10-30T00:10:00Z"); /* 02:10+02:00 */

	until(s, "2033-10-30T00:50:00Z");
	CHECK_INT(orders_say(s, orders_nest.responder, "M13", order, orders_answer(s, &orders_nest, "\"reasons\":[\"force_majeure\"],\"explanation\":\"x\"")), 0);
	until(s, "2033-10-30T01:05:00Z"); /* 02:05+01:00: the clock on the wall is five minutes before the order */
	CHECK_INT(orders_say(s, orders_nest.responder, "M14", order, "\"kind\":\"obstacle_ended\",\"at\":\"2033-10-30T02:05:00+01:00\""), 0);
	const struct toc_timer *hour = toc_hour_of_item(s->w, orders_find(s, order), 0);
	CHECK(hour && toc_short_is(&hour->name, TOC_STR("T1b")));
	CHECK_TEXT(hour ? toc_time_str(s->a, hour->deadline) : TOC_STR(""), "2033-10-30T02:05:00.000Z");
	until(s, "2033-10-30T02:04:59Z");
	CHECK_INT(orders_say(s, orders_nest.responder, "M13", order, orders_answer(s, &orders_nest,
		"\"reasons\":[\"insufficient_information\"],\"explanation\":\"x\",\"errors_and_information_needed\":\"y\"")), 0);
	until(s, "2033-10-30T02:30:00Z");
	CHECK_INT(passed(s, "T1") + passed(s, "T1b"), 0);
	CHECK_INT(orders_say(s, orders_nest.issuer, "M14", order, "\"kind\":\"clarification\",\"content\":\"z\",\"at\":\"2033-10-30T03:30:00+01:00\""), 0);
	CHECK_INT(orders_receipt(s, &orders_nest, "M14.clarification"), 0);
	until(s, "2033-10-30T03:30:00Z");
	CHECK_INT(passed(s, "T1c"), 1); /* at its end, not after it */
	CHECK_INT(orders_find(s, order)->hours, 3);
	CHECK_INT(orders_find(s, order)->breached, 1);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_withdrawal_ends_the_scrutiny_and_what_is_owed_for_it)
{
	struct stage *s = stage_new();
	const char *order = received(s, "2033-02-01T10:00:00Z");
	const char *request = "\"step\":\"request\",\"requester\":\"hsp\",\"reasoned_request\":\"x\",\"basis_received_at\":\"2033-02-01T10:00:00Z\"";

	CHECK_INT(orders_say(s, orders_nest.responder, "M12", order, measured(s)), 0);
	until(s, "2033-02-02T10:00:00Z");
	CHECK_INT(orders_say(s, "GameNest/counsel", "M15", order, request), 0);
	CHECK(of_order(s, "T4", order, "CDA") && of_order(s, "T6", order, "CDA"));
	CHECK_INT(orders_say(s, orders_nest.issuer, "M10", order, "\"step\":\"withdraw\",\"reason\":\"x\""), 0);
	CHECK(!of_order(s, "T4", order, "CDA") && !of_order(s, "T5", order, "GameNest") && !of_order(s, "T6", order, "CDA"));
	REFUSED(orders_say(s, "CDA/legal officer", "M15", order, "\"step\":\"intention\",\"intended_finding\":\"infringement\",\"reasons\":\"y\""), STATE, "body.order_ref");
	REFUSED(orders_say(s, "GameNest/counsel", "M15", order, request), STATE, "body.order_ref");
	until(s, "2033-02-10T10:00:00Z");
	CHECK_INT(passed(s, "T4") + passed(s, "T5") + passed(s, "T6"), 0);
	CHECK_INT(orders_say(s, orders_nest.responder, "M16", order,
			     "\"step\":\"reinstate\",\"cause\":\"withdrawn\",\"reinstated_at\":\"2033-02-10T09:00:00Z\",\"kept_down_under_terms\":false"), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_second_information_before_a_first_order_tells_no_later_hour)
{
	struct stage *s = stage_new();
	orders_exercise(s, "2033-02-01T10:00:00Z");
	for (size_t i = 0; i < 2; i++) {
		CHECK_INT(stage_act(s, "BFP/duty officer", "{\"type\":\"M9\",\"body\":{\"step\":\"inform\",\"authority\":\"BFP\",\"hsp\":\"GameNest\","
			"\"procedures_text\":\"x\",\"deadlines_text\":\"y\",\"languages\":[\"en\"],\"channel\":\"api\",\"contact\":\"z\"}}"), 0);
		CHECK_TEXT(toc_get_text(decided_of(stage_last(s, "M9.inform", NULL)), "earliest_order_at"), "2033-02-01T22:00:00.000Z");
		until(s, "2033-02-01T15:00:00Z");
	}
	stage_free(s);
}

CASE(an_hour_of_a_suspended_service_passes_and_calls_nobody_there)
{
	struct stage *s = stage_new();
	const char *order = received(s, "2033-02-01T10:00:00Z");

	CHECK_INT(suspension(s, "GameNest", "true"), 0);
	size_t from = s->n;
	until(s, "2033-02-01T11:00:00Z");
	CHECK_INT(passed(s, "T1"), 1); /* the law's: not paused */
	CHECK(orders_find(s, order)->overdue);
	CHECK_INT(pages_of(s, from, "GameNest"), 0);
	CHECK(!stage_reads(s, stage_last(s, "deadline.passed", NULL), "GameNest", TOC_ROLE_ALL, NULL));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_order_is_not_hidden_from_whom_its_hour_binds)
{
	struct stage *s = stage_new();
	const char *order = received(s, "2033-02-01T10:00:00Z");

	REFUSED(recall(s, "BFP/duty officer", id_of(s, "M10.issue"), "sent_to_wrong_audience", ",\"from\":[\"GameNest\"]"), CONDITION, "body.from");
	REFUSED(recall(s, "BFP/duty officer", id_of(s, "M10.issue"), "sent_to_wrong_audience", ""), CONDITION, "body.from");
	REFUSED(recall(s, "BFP/duty officer", id_of(s, "M10.issue"), "cancel", ""), CONDITION, "body.kind");
	CHECK_INT(recall(s, "BFP/duty officer", id_of(s, "M10.issue"), "sent_to_wrong_audience", ",\"from\":[\"HUB\"]"), 0);
	CHECK(of_order(s, "T1", order, "GameNest") != NULL);
	CHECK_INT(orders_say(s, orders_nest.responder, "M12", order, measured(s)), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_order_elsewhere_is_not_hidden_from_its_addressee_either)
{
	struct stage *s = begun();
	CHECK_INT(stage_act_value(s, "GameNest/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	CHECK_INT(stage_act(s, "AIRU/duty officer", "{\"type\":\"M22\",\"case_ref\":\"%s\",\"body\":{\"step\":\"open\",\"kind\":\"EPOC\",\"reference\":\"EP\","
			    "\"issuer\":\"x\",\"addressee\":\"GameNest\",\"emergency\":true}}", stage_case(s, "M4.send", NULL)), 0);
	const char *id = id_of(s, "M22.open");
	REFUSED(recall(s, "AIRU/duty officer", id, "sent_to_wrong_audience", ""), CONDITION, "body.from");
	REFUSED(recall(s, "AIRU/duty officer", id, "cancel", ""), CONDITION, "body.kind");
	CHECK_INT(stage_act(s, "GameNest/counsel", "{\"type\":\"M22\",\"body\":{\"step\":\"status\",\"process_ref\":\"%s\",\"status\":\"fulfilled\"}}", id), 0);
	CHECK_INT(recall(s, "AIRU/duty officer", id, "cancel", ""), 0); /* nobody's time runs */
	stage_free(s);
}

/* ---- incidents ---- */

CASE(a_fast_path_that_reverts_leaves_an_open_threat_as_it_is)
{
	struct stage *s = begun();
	CHECK_INT(stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	const char *c = stage_case(s, "M4.send", NULL), *id = assessed(s);
	CHECK_INT(tie(s, "AIRU/duty officer", id, "link", c, "belongs_to", id), 0);
	CHECK_INT(stage_act(s, "AIRU/duty officer", "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"accept\",\"human_ack_by\":\"%s\",\"at\":\"%s\",\"own_reference\":\"R\"}}",
			    c, toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p, now_of(s)), 0);
	CHECK_INT(decide(s, "AIRU/second officer", id, "activate", "\"body.fast_path\":true"), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	stage_to(s, "61:00");
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ASSESSING);
	CHECK(toc_running(s->w, "T18", toc_id_of(toc_str_of(c)), TOC_STR("AIRU")) != NULL);
	CHECK(!toc_running(s->w, "T19", toc_id_of(toc_str_of(id)), TOC_STR("StreamHarbor")) && !toc_running(s->w, "T22", toc_id_of(toc_str_of(id)), TOC_STR("")) &&
	      !toc_running(s->w, "T21", toc_id_of(toc_str_of(id)), TOC_STR("")));
	stage_to(s, "72:01:01");
	CHECK(stage_last(s, "deadline.warned", NULL) && toc_get_is(toc_get(stage_last(s, "deadline.warned", NULL)->whole, "body"), "timer", "T18"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* To be closed, proposed at 2:00:00. */
static const char *closing(struct stage *s, const char **ret_proposal)
{
	const char *id = active(s);

	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	stage_to(s, "2:00:00");
	CHECK_INT(decide(s, "HUB/lead", id, "close", ""), 0);
	*ret_proposal = id_of(s, "M3.propose");
	return id;
}

CASE(the_window_for_objections_is_an_hour_and_not_a_moment_more)
{
	const char *p, *id;
	struct stage *s = begun();

	id = closing(s, &p);
	stage_to(s, "2:59:59");
	REFUSED(answer(s, "AIRU/second officer", id, "close", "confirm", p), STATE, "body.proposal_ref");
	CHECK_INT(answer(s, "LoopReel/counsel", id, "close", "object", p), 0);
	stage_to(s, "3:00:00");
	REFUSED(answer(s, "AIRU/second officer", id, "close", "confirm", p), STATE, "body.proposal_ref");
	CHECK_INT(decide(s, "HUB/lead", id, "close", ""), 0); /* a new window */
	p = id_of(s, "M3.propose");
	stage_to(s, "4:00:00");
	REFUSED(answer(s, "LoopReel/counsel", id, "close", "object", p), STATE, "body.proposal_ref");
	CHECK_INT(answer(s, "AIRU/second officer", id, "close", "confirm", p), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_CLOSED);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_suspended_platform_does_not_hold_an_incident_open)
{
	static const char *const who[] = { "StreamHarbor/night responder", "Chirplet/night responder", "GameNest/night responder" };
	struct stage *s = begun();
	const char *id = active(s);

	for (size_t i = 0; i < 3; i++)
		CHECK_INT(status(s, who[i], id, "rising", ""), 0);
	for (size_t i = 0; i < 4; i++)
		CHECK_INT(status(s, who[i & 1], id, "falling", ""), 0);
	REFUSED(decide(s, "HUB/lead", id, "wind_down", ""), CONDITION, "body.decision"); /* two of three */
	CHECK_INT(suspension(s, "GameNest", "true"), 0);
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0); /* nobody can ask it any more */
	CHECK(stage_consistent(s));
	stage_free(s);
}

static const struct toc_value *mechanisms(struct stage *s)
{
	return toc_get(toc_get(stage_last(s, "M3.link_activation", NULL)->whole, "body"), "linked_activations");
}

CASE(of_two_linked_activations_one_is_withdrawn_and_the_other_runs_on)
{
	struct stage *s = begun();
	const char *id = active(s);
#define LINKED(body, mechanism, state) "{\"body\":\"" body "\",\"mechanism\":\"" mechanism "\",\"state\":\"" state "\",\"since\":\"2031-05-17T13:58:30Z\"}"

	CHECK_INT(decide(s, "OSF/duty officer", id, "link_activation", "\"body.linked_activations\":[" LINKED("OSF", "PCI", "active") "]"), 0);
	CHECK_INT(decide(s, "AIRU/second officer", id, "link_activation", "\"body.linked_activations\":[" LINKED("the Commission", "DSA 36", "active") "]"), 0);
	CHECK_INT(decide(s, "OSF/duty officer", id, "link_activation", "\"body.linked_activations\":[" LINKED("OSF", "PCI", "ended") "]"), 0);
	CHECK_INT(toc_len(mechanisms(s)), 1);
	CHECK(toc_running(s->w, "T26", toc_id_of(toc_str_of(id)), TOC_STR("")) != NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_recall_asks_nothing_of_who_was_suspended_before_or_after_it)
{
	struct stage *s = begun();
	(void)active(s);

	CHECK_INT(suspension(s, "GameNest", "true"), 0);
	CHECK_INT(recall(s, "HUB/lead", id_of(s, "M3.confirm"), "cancel", ""), 0);
	CHECK_INT(owes(s, "M25.recall", "GameNest"), 0);
	CHECK_INT(delivered(s, "Chirplet", id_of(s, "M25.recall")), 0);
	CHECK(toc_running(s->w, "T32", stage_last(s, "M25.recall", NULL)->e.eid, TOC_STR("Chirplet")) != NULL);
	CHECK_INT(suspension(s, "Chirplet", "true"), 0);
	size_t from = s->n;
	stage_to(s, "2:30:00");
	CHECK_INT(pages_of(s, from, "Chirplet") + pages_of(s, from, "GameNest"), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

static int leaves(struct stage *s, const char *who)
{
	return stage_act(s, who, "{\"type\":\"exercise\"," NO_PERSONAL ",\"body\":{\"step\":\"leave\"}}");
}

CASE(who_leaves_an_exercise_is_called_for_it_no_more_and_holds_nothing_open)
{
	struct stage *s = begun();
	const char *id = active(s);

	CHECK_INT(status(s, "GameNest/night responder", id, "rising", ""), 0);
	CHECK_INT(leaves(s, "GameNest/admin"), 0);
	size_t from = s->n;
	stage_to(s, "40:00");
	CHECK_INT(pages_of(s, from, "GameNest"), 0);
	CHECK(pages_of(s, from, "Chirplet") > 0);
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- threats ---- */

static int answers(struct stage *s, const char *who, const char *c, const char *kind, const char *more)
{
	return stage_act(s, who, "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"%s\",\"human_ack_by\":\"%s\",\"at\":\"%s\"%s}}", c, kind,
			 toc_uuid_str(s->a, stage_person(s, who)).p, now_of(s), more);
}

static const struct toc_timer *of_case(struct stage *s, const char *timer, const char *c, const char *desk)
{
	return toc_running(s->w, timer, toc_id_of(toc_str_of(c)), toc_str_of(desk));
}

static const char *notified(struct stage *s, const char *more)
{
	CHECK_INT(stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", more))), 0);
	return stage_case(s, "M4.send", NULL);
}

CASE(who_passes_on_what_they_had_accepted_is_not_asked_for_an_outcome)
{
	struct stage *s = begun();
	const char *c = notified(s, "");

	CHECK_INT(answers(s, "AIRU/duty officer", c, "accept", ",\"own_reference\":\"R\""), 0);
	CHECK(of_case(s, "T18", c, "AIRU") != NULL);
	CHECK_INT(answers(s, "AIRU/duty officer", c, "redirect", ",\"redirect_to\":\"BFP\",\"redirect_ground\":\"the suspect lives there\""), 0);
	CHECK(!of_case(s, "T18", c, "AIRU") && of_case(s, "T17", c, "BFP"));
	CHECK_INT(answers(s, "BFP/duty officer", c, "accept", ",\"own_reference\":\"B\""), 0);
	stage_to(s, "72:30:00");
	const struct stage_entry *e = stage_last(s, "deadline.warned", NULL);
	CHECK(e && toc_get_is(toc_get(e->whole, "body"), "timer", "T18") && toc_get_is(toc_get(e->whole, "body"), "desk", "BFP"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(of_two_states_that_have_accepted_each_says_its_outcome)
{
	struct stage *s = begun();
	const char *c = notified(s, "\"concerned_states\":[{\"cc\":\"XA\",\"ground\":\"target_place\"},{\"cc\":\"XB\",\"ground\":\"target_place\"}]");

	CHECK_INT(answers(s, "AIRU/duty officer", c, "accept", ",\"own_reference\":\"R\""), 0);
	CHECK_INT(answers(s, "BFP/duty officer", c, "accept", ",\"own_reference\":\"B\""), 0);
	CHECK(of_case(s, "T18", c, "AIRU") && of_case(s, "T18", c, "BFP"));
	CHECK_INT(answers(s, "AIRU/liaison officer", c, "outcome", ",\"outcome\":\"safe\""), 0);
	CHECK(!of_case(s, "T18", c, "AIRU"));
	if (toc_find_threat(s->w, toc_id_of(toc_str_of(c)))->state == TOC_CASE_CLOSED)
		CHECK(!of_case(s, "T18", c, "BFP")); /* nobody is reminded of what is closed */
	else
		CHECK_INT(answers(s, "BFP/liaison officer", c, "outcome", ",\"outcome\":\"safe\""), 0);
	CHECK_INT(toc_find_threat(s->w, toc_id_of(toc_str_of(c)))->state, TOC_CASE_CLOSED);
	CHECK(!of_case(s, "T18", c, "BFP"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_desk_that_is_suspended_meanwhile_is_not_called_and_the_hub_is)
{
	struct stage *s = begun();
	const char *c = notified(s, "");

	CHECK_INT(answers(s, "HUB/duty officer", c, "ack", ""), 0);
	CHECK_INT(suspension(s, "AIRU", "true"), 0);
	size_t from = s->n;
	stage_to(s, "22:00");
	CHECK_INT(pages_of(s, from, "AIRU"), 0);
	CHECK(pages_of(s, from, "HUB") > 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_exercise_that_has_ended_calls_nobody)
{
	struct stage *s = begun();
	const char *c = notified(s, "");

	CHECK(of_case(s, "T17", c, "AIRU") != NULL);
	CHECK_INT(stage_act(s, "CELL/controller", "{\"type\":\"exercise\"," NO_PERSONAL ",\"body\":{\"step\":\"end\"}}"), 0);
	size_t from = s->n;
	stage_wait(s, TOC_HOURS(100));
	CHECK_INT(pages_of(s, from, "AIRU") + pages_of(s, from, "HUB"), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- who is not there ---- */

CASE(a_threat_is_not_passed_on_to_a_desk_that_is_suspended)
{
	struct stage *s = begun();
	const char *c = notified(s, "");

	CHECK_INT(suspension(s, "BFP", "true"), 0);
	REFUSED(answers(s, "AIRU/duty officer", c, "redirect", ",\"redirect_to\":\"BFP\",\"redirect_ground\":\"x\""), NO_READER, "body.redirect_to");
	REFUSED(stage_act(s, "StreamHarbor/night responder", "{\"type\":\"M29\",\"case_ref\":\"%s\",\"body\":{\"step\":\"disclose\",\"entries\":[{\"ref\":"
			  "\"%s\",\"rendering\":\"whole\"}],\"to\":[\"BFP\"],\"decided_by\":\"%s\",\"ground\":\"legal_request\"}}",
			  c, id_of(s, "M4.send"), toc_uuid_str(s->a, stage_person(s, "StreamHarbor/night responder")).p), NO_READER, "body.to");
	CHECK_INT(suspension(s, "BFP", "false"), 0);
	CHECK_INT(answers(s, "AIRU/duty officer", c, "redirect", ",\"redirect_to\":\"BFP\",\"redirect_ground\":\"x\""), 0);
	CHECK(of_case(s, "T17", c, "BFP") != NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

#define THE_PHOTO "\"content\":[{\"id\":\"p\",\"type\":\"post\",\"hash_refs\":[{\"algorithm\":\"sha256\",\"value\":" \
	"\"7fe1e1c3fd7e21b28cf076f56c2fb54da665269470785532607c7e73e71c5675\"}]}]"

/* Taken over by a desk that nobody sits at, it would be asked of nobody. */
CASE(a_notice_about_a_case_whose_desk_is_suspended_is_asked_of_the_others)
{
	static const char *const gone[] = { "suspended", "left the exercise" };
	for (size_t i = 0; i < 2; i++) {
		struct stage *s = begun();
		const char *c = notified(s, THE_PHOTO);
		CHECK_INT(answers(s, "AIRU/duty officer", c, "accept", ",\"own_reference\":\"R\""), 0);
		CHECK_INT(*gone[i] == 's' ? suspension(s, "AIRU", "true") : leaves(s, "AIRU/admin"), 0);
		CHECK_INT(stage_act_value(s, "Chirplet/night responder", stage_message(s, stage_notice(s, "", THE_PHOTO
			",\"concerned_states\":[{\"cc\":\"XB\",\"ground\":\"place_of_offence\"}]"))), 0);
		const char *second = stage_case(s, "M4.send", "Chirplet");
		CHECK(of_case(s, "T17", second, "BFP") != NULL && of_case(s, "T17", second, "HUB") != NULL);
		CHECK(pages_of(s, s->n - 3, "BFP") > 0);
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

CASE(what_does_not_reach_a_suspended_service_informs_and_orders_nothing)
{
	struct stage *s = stage_new();

	orders_exercise(s, "2033-02-01T10:00:00Z");
	CHECK_INT(suspension(s, "GameNest", "true"), 0);
	REFUSED(stage_act(s, "BFP/duty officer", "{\"type\":\"M9\",\"body\":{\"step\":\"inform\",\"authority\":\"BFP\",\"hsp\":\"GameNest\","
		"\"procedures_text\":\"x\",\"deadlines_text\":\"y\",\"languages\":[\"en\"],\"channel\":\"api\",\"contact\":\"z\"}}"), NO_READER, "body.hsp");
	CHECK(orders_issued(s, &orders_nest, "") == NULL);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NO_READER);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.order.addressee");
	CHECK_INT(suspension(s, "GameNest", "false"), 0);
	CHECK(orders_issued(s, &orders_nest, "") != NULL);
	stage_free(s);
}

CASE(the_copy_of_an_order_goes_to_nobody_who_is_suspended_and_its_issuer_is_told_before)
{
	struct stage *s = stage_new();

	orders_exercise(s, "2033-02-01T10:00:00Z");
	CHECK_INT(suspension(s, "CDA", "true"), 0);
	struct toc_value *m = orders_with_form(s, "draft", NULL, orders_form(s, &orders_nest, ""), "");
	const struct toc_value *warnings = toc_get(stage_prepare(s, orders_nest.issuer, m), "warnings");
	CHECK(toc_len(warnings) > 0 && toc_get_is(toc_at(warnings, toc_len(warnings) - 1), "code", "no_home_authority"));
	CHECK(orders_issued(s, &orders_nest, "") != NULL);
	CHECK(!stage_last(s, "M11.copy", NULL));
	stage_free(s);
}

/* ---- what binds is not taken back ---- */

CASE(what_opens_an_hour_or_starts_a_time_of_the_law_is_not_recalled_from_whom_it_binds)
{
	struct stage *s = stage_new();
	const char *order = received(s, "2033-02-01T10:00:00Z");

	CHECK_INT(orders_say(s, orders_nest.responder, "M13", order, orders_answer(s, &orders_nest,
		"\"reasons\":[\"manifest_errors\"],\"explanation\":\"x\",\"errors_and_information_needed\":\"y\"")), 0);
	REFUSED(recall(s, orders_nest.responder, id_of(s, "M13.send"), "cancel", ""), CONDITION, "body.kind"); /* the issuer waits for nothing else */
	CHECK_INT(orders_say(s, orders_nest.issuer, "M14", order, "\"kind\":\"clarification\",\"content\":\"z\",\"at\":\"2033-02-01T10:00:00Z\""), 0);
	const char *m14 = id_of(s, "M14.clarification");
	for (size_t i = 0; i < 2; i++) { /* before and after its receipt, which starts the hour */
		REFUSED(recall(s, orders_nest.issuer, m14, "cancel", ""), CONDITION, "body.kind");
		REFUSED(recall(s, orders_nest.issuer, m14, "correct", ""), CONDITION, "body.kind");
		REFUSED(recall(s, orders_nest.issuer, m14, "sent_to_wrong_audience", ""), CONDITION, "body.from");
		REFUSED(recall(s, orders_nest.issuer, m14, "sent_to_wrong_audience", ",\"from\":[\"GameNest\"]"), CONDITION, "body.from");
		if (i == 0)
			CHECK_INT(orders_receipt(s, &orders_nest, "M14.clarification"), 0);
	}
	CHECK_INT(recall(s, orders_nest.issuer, m14, "sent_to_wrong_audience", ",\"from\":[\"HUB\"]"), 0);
	CHECK_INT(orders_say(s, orders_nest.responder, "M12", order, measured(s)), 0);
	REFUSED(recall(s, orders_nest.responder, id_of(s, "M12.send"), "cancel", ""), CONDITION, "body.kind");
	CHECK_INT(orders_say(s, "GameNest/counsel", "M15", order, "\"step\":\"request\",\"requester\":\"hsp\",\"reasoned_request\":\"x\","
			     "\"basis_received_at\":\"2033-02-01T10:00:00Z\""), 0);
	const char *m15 = id_of(s, "M15.request");
	CHECK(of_order(s, "T6", order, "CDA") != NULL);
	REFUSED(recall(s, "GameNest/counsel", m15, "cancel", ""), CONDITION, "body.kind");
	REFUSED(recall(s, "GameNest/counsel", m15, "sent_to_wrong_audience", ""), CONDITION, "body.from");
	CHECK_INT(orders_say(s, "CDA/legal officer", "M15", order, "\"step\":\"intention\",\"intended_finding\":\"infringement\",\"reasons\":\"y\""), 0);
	CHECK_INT(orders_say(s, "CDA/legal officer", "M15", order, "\"step\":\"decision\",\"finding\":\"infringement\",\"seriousness\":\"serious\","
			     "\"reasons\":\"y\",\"notified\":[\"issuer\",\"hsp\",\"requester\",\"hub\"]"), 0);
	const char *decision = id_of(s, "M15.decision");
	CHECK_INT(orders_receipt(s, &orders_nest, "M15.decision"), 0);
	CHECK(of_order(s, "T7", order, "GameNest") != NULL);
	REFUSED(recall(s, "CDA/legal officer", decision, "sent_to_wrong_audience", ",\"from\":[\"GameNest\"]"), CONDITION, "body.from");
	CHECK_INT(orders_say(s, orders_nest.responder, "M16", order,
			     toc_arena_printf(s->a, "\"step\":\"reinstate\",\"cause\":\"annulled\",\"reinstated_at\":\"%s\",\"kept_down_under_terms\":false",
					      toc_time_str(s->a, orders_now(s)).p).p), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(what_is_kept_longer_than_was_said_is_said_again)
{
	struct stage *s = stage_new();
	const char *order = received(s, "2033-02-01T10:00:00Z");
	const char *answer = measured(s);

	CHECK_INT(orders_say(s, orders_nest.responder, "M12", order, answer), 0);
	CHECK_TEXT(toc_time_str(s->a, of_order(s, "T8", order, "GameNest")->deadline), "2033-08-01T10:00:00.000Z");
	until(s, "2033-07-01T10:00:00Z");
	REFUSED(orders_say(s, orders_nest.responder, "M12", order, answer), STATE, "body");
	CHECK_INT(orders_say(s, orders_nest.responder, "M12", order, toc_arena_printf(s->a, "%s,\"preserved_until\":\"2034-02-01T10:00:00Z\"", answer).p), 0);
	CHECK_TEXT(toc_time_str(s->a, of_order(s, "T8", order, "GameNest")->deadline), "2034-02-01T10:00:00.000Z");
	REFUSED(orders_say(s, orders_nest.responder, "M12", order, toc_arena_printf(s->a, "%s,\"preserved_until\":\"2034-01-01T10:00:00Z\"", answer).p), STATE, "body");
	until(s, "2033-09-01T10:00:00Z");
	CHECK(orders_find(s, order)->state != TOC_ORDER_FINAL);
	until(s, "2034-02-01T10:00:00Z");
	CHECK_INT(orders_find(s, order)->state, TOC_ORDER_FINAL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_desk_from_which_a_threat_was_recalled_is_out_of_the_case)
{
	struct stage *s = begun();
	const char *c = notified(s, "\"concerned_states\":[{\"cc\":\"XA\",\"ground\":\"place_of_offence\"},{\"cc\":\"XB\",\"ground\":\"place_of_offence\"}]");
	const char *epoc = "\"body\":{\"step\":\"open\",\"kind\":\"EPOC\",\"reference\":\"EP\",\"issuer\":\"x\",\"addressee\":\"StreamHarbor\",\"emergency\":true}";

	CHECK_INT(recall(s, "StreamHarbor/night responder", id_of(s, "M4.send"), "sent_to_wrong_audience", ",\"from\":[\"BFP\"]"), 0);
	CHECK(!of_case(s, "T17", c, "BFP"));
	REFUSED(answers(s, "BFP/duty officer", c, "ack", ""), NOT_FOUND, "case_ref");
	REFUSED(answers(s, "BFP/duty officer", c, "redirect", ",\"redirect_to\":\"CDA\",\"redirect_ground\":\"x\""), NOT_FOUND, "case_ref");
	REFUSED(stage_act(s, "BFP/duty officer", "{\"type\":\"M22\",\"case_ref\":\"%s\",%s}", c, epoc), NOT_FOUND, "case_ref");
	CHECK_INT(stage_act(s, "AIRU/duty officer", "{\"type\":\"M22\",\"case_ref\":\"%s\",%s}", c, epoc), 0);
	CHECK_INT(answers(s, "AIRU/duty officer", c, "ack", ""), 0);
	CHECK(!stage_reads(s, stage_last(s, "M5.ack", NULL), "BFP", TOC_ROLE_ALL, NULL));
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- decisions ---- */

CASE(the_hub_takes_no_fast_path_without_a_request_not_even_to_reopen)
{
	const char *p, *id;
	struct stage *s = begun();

	id = closing(s, &p);
	stage_to(s, "3:00:00");
	CHECK_INT(answer(s, "AIRU/second officer", id, "close", "confirm", p), 0);
	REFUSED(decide(s, "HUB/lead", id, "reopen", "\"body.fast_path\":true"), MISSING_FIELD, "body.requested_by");
	CHECK_INT(decide(s, "HUB/lead", id, "reopen", toc_arena_printf(s->a, "\"body.fast_path\":true,\"body.requested_by\":\"%s\"", id_of(s, "M1.report")).p), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	stage_free(s);
}

CASE(a_review_within_a_day_is_owed_while_active_and_no_longer)
{
	struct stage *s = begun();
	const char *id = active(s), *two_days = toc_arena_printf(s->a, "\"body.review_at\":\"%s\"", later(s, 48 * 60)).p;

	REFUSED(decide(s, "HUB/lead", id, "change", two_days), LIMIT, "body.review_at");
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", two_days), 0);
	CHECK_INT(decide(s, "HUB/lead", id, "change", two_days), 0);
	const struct toc_timer *t = toc_running(s->w, "T21", toc_id_of(toc_str_of(id)), TOC_STR(""));
	CHECK(t && toc_between(t->starts, t->deadline).us == TOC_HOURS(48).us);
	stage_free(s);
}

RUN_CASES()
