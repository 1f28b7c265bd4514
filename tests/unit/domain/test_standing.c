/* test_standing.c: who may decide, and who was asked, as it is now and not as it was: proposals whose proposer may propose no more,
 * and a threat that was recalled from a desk and is given to it again. Source: rules b.1, b.2, M3, M25, M29; design 8. */
#include "course.h"
#include "orders.h"

/* ---- two persons in good standing ---- */

static int loses_its_lead(struct stage *s)
{
	static const char *const who[] = { "AIRU/admin", "AIRU/second admin" };
	const char *first = NULL;

	for (size_t i = 0; i < 2; i++) {
		struct toc_value *m = stage_message(s, "{\"type\":\"role\"}");
		toc_set(s->a, m, "body", stage_parse(s, toc_arena_printf(s->a, "{\"step\":\"revoke\",\"org\":\"AIRU\",\"person\":\"%s\",\"roles\":[\"duty_officer\",\"incident_lead\"]}",
									 toc_uuid_str(s->a, stage_person(s, "AIRU/second officer")).p)));
		if (first)
			toc_set_cstr(s->a, m, "supersedes", first);
		if (stage_act_value(s, who[i], m) < 0)
			return -1;
		first = stage_id(s, "role.revoke", NULL);
	}
	return 0;
}

static int leaves_the_exercise(struct stage *s)
{
	return stage_act(s, "AIRU/admin", "{\"type\":\"exercise\"," NO_PERSONAL ",\"body\":{\"step\":\"leave\"}}");
}

static int is_suspended(struct stage *s)
{
	return suspension(s, "AIRU", "true");
}

static int leaves_the_organisation(struct stage *s)
{
	return stage_act(s, "AIRU/admin", "{\"type\":\"person\",\"body\":{\"step\":\"leave\",\"org\":\"AIRU\",\"person\":\"%s\"}}",
			 toc_uuid_str(s->a, stage_person(s, "AIRU/second officer")).p);
}

static int (*const goes[])(struct stage *) = { is_suspended, leaves_the_exercise, leaves_the_organisation, loses_its_lead };
#define WAYS (sizeof goes / sizeof *goes)

#define BOTH_STATES "\"body.scope\":{\"content_types\":[\"video\"],\"services\":[],\"states\":[\"XA\",\"XB\"],\"languages\":[]}"

/* An incident that concerns both states, of which AIRU's second officer has proposed this. */
static const char *proposed(struct stage *s, const char *change)
{
	const char *id = assessed(s);

	CHECK_INT(decide(s, "AIRU/second officer", id, "activate", toc_arena_printf(s->a, BOTH_STATES "%s", change).p), 0);
	return id;
}

CASE(nobody_confirms_what_is_proposed_by_who_may_propose_no_more)
{
	for (size_t i = 0; i < WAYS; i++) {
		struct stage *s = begun();
		const char *id = proposed(s, ""), *first = id_of(s, "M3.propose");
		CHECK_INT(goes[i](s), 0);
		REFUSED(answer(s, "HUB/lead", id, "activate", "confirm", first), STATE, "body.proposal_ref");
		CHECK_INT(state_of(s, id), TOC_INCIDENT_ASSESSING);
		/* nor does it keep others from proposing */
		CHECK_INT(decide(s, "HUB/lead", id, "activate", toc_arena_printf(s->a, "\"body.requested_by\":\"%s\"," BOTH_STATES, id_of(s, "M1.report")).p),
			  i == 0 ? -1 : 0); /* a suspended authority asks for nothing */
		CHECK_INT(stage_consistent(s), true);
		stage_free(s);
	}
}

CASE(what_is_orphaned_is_put_aside_by_the_next_proposal_and_two_others_decide)
{
	for (size_t i = 1; i < WAYS; i++) {
		struct stage *s = begun();
		const char *id = proposed(s, ""), *first = id_of(s, "M3.propose");
		CHECK_INT(goes[i](s), 0);
		CHECK_INT(decide(s, "HUB/lead", id, "activate", toc_arena_printf(s->a, "\"body.requested_by\":\"%s\"," BOTH_STATES, id_of(s, "M1.report")).p), 0);
		CHECK_INT(toc_find_proposal(s->w, toc_id_of(toc_str_of(first)))->state, TOC_PROPOSAL_OVERTAKEN);
		REFUSED(decide(s, "HUB/second lead", id, "activate", toc_arena_printf(s->a, "\"body.requested_by\":\"%s\"," BOTH_STATES, id_of(s, "M1.report")).p),
			STATE, "body.decision");
		if (i > 1)
			CHECK_INT(answer(s, "AIRU/duty officer", id, "activate", "confirm", id_of(s, "M3.propose")), -1); /* no lead */
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

CASE(who_is_back_is_confirmed)
{
	struct stage *s = begun();
	const char *id = proposed(s, "");

	CHECK_INT(suspension(s, "AIRU", "true"), 0);
	REFUSED(answer(s, "HUB/lead", id, "activate", "confirm", id_of(s, "M3.propose")), STATE, "body.proposal_ref");
	CHECK_INT(suspension(s, "AIRU", "false"), 0);
	CHECK_INT(answer(s, "HUB/lead", id, "activate", "confirm", id_of(s, "M3.propose")), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_fast_path_whose_author_is_gone_is_taken_over_in_its_hour_or_undone_at_its_end)
{
	for (unsigned taken = 0; taken < 3; taken++) {
		struct stage *s = begun();
		const char *id = proposed(s, ",\"body.fast_path\":true"), *fast = id_of(s, "M3.fast_path");
		toc_time from = find(s, id)->activated_at;
		CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
		REFUSED(decide(s, "BFP/second officer", id, "activate", BOTH_STATES), STATE, "body.decision"); /* it is to be confirmed */
		CHECK_INT(is_suspended(s), 0);
		REFUSED(answer(s, "HUB/lead", id, "activate", "confirm", fast), STATE, "body.proposal_ref");
		stage_to(s, "30:00");
		CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
		if (taken == 1) {
			CHECK_INT(decide(s, "BFP/second officer", id, "activate", BOTH_STATES ",\"body.fast_path\":true"), 0);
			CHECK_INT(toc_find_proposal(s->w, toc_id_of(toc_str_of(fast)))->state, TOC_PROPOSAL_OVERTAKEN);
			const struct toc_timer *t23 = toc_running(s->w, "T23", find(s, id)->id, TOC_STR(""));
			CHECK(t23 && t23->deadline.us == stage_time(s, "90:00").us);
			stage_to(s, "80:00");
			CHECK_INT(answer(s, "HUB/lead", id, "activate", "confirm", id_of(s, "M3.fast_path")), 0);
		} else if (taken == 2) {
			CHECK_INT(decide(s, "BFP/second officer", id, "activate", BOTH_STATES), 0);
			CHECK(toc_running(s->w, "T23", find(s, id)->id, TOC_STR("")) != NULL); /* a proposal alone takes over nothing */
			CHECK_INT(answer(s, "HUB/lead", id, "activate", "confirm", id_of(s, "M3.propose")), 0);
		}
		stage_to(s, "3:00:00");
		CHECK_INT(state_of(s, id), taken ? TOC_INCIDENT_ACTIVE : TOC_INCIDENT_ASSESSING);
		CHECK_INT(stage_count(s, "M3.revert", NULL), taken ? 0 : 1);
		if (taken) {
			CHECK(toc_running(s->w, "T23", find(s, id)->id, TOC_STR("")) == NULL);
			CHECK(find(s, id)->activated_at.us == from.us && find(s, id)->active_from.us == from.us); /* it has been active all the time */
		}
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

/* ---- recalled from a desk, and given to it again ---- */

static const char *const SH = "StreamHarbor/night responder";

static int says(struct stage *s, const char *who, const char *c, const char *kind, const char *more)
{
	return stage_act(s, who, "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"%s\",\"human_ack_by\":\"%s\",\"at\":\"%s\"%s}}", c, kind,
			 toc_uuid_str(s->a, stage_person(s, who)).p, now_of(s), more);
}

static const struct toc_desk *desk(struct stage *s, const char *c, const char *org)
{
	return toc_desk_of(toc_find_threat(s->w, toc_id_of(toc_str_of(c))), toc_str_of(org));
}

static bool is_called(struct stage *s, const char *c, const char *org)
{
	return toc_running(s->w, "T17", toc_id_of(toc_str_of(c)), toc_str_of(org)) != NULL;
}

static bool has_notice(struct stage *s, const char *m4, const char *org)
{
	return toc_is_reader(toc_find_message(s->w, toc_id_of(toc_str_of(m4))), toc_str_of(org), TOC_ROLE_DU);
}

#define THE_PHOTO "\"content\":[{\"id\":\"p\",\"type\":\"post\",\"hash_refs\":[{\"algorithm\":\"sha256\",\"value\":" \
	"\"7fe1e1c3fd7e21b28cf076f56c2fb54da665269470785532607c7e73e71c5675\"}]}]"

/* Two states have it; it is recalled from BFP, which had got as far as this. */
static const char *recalled(struct stage *s, const char *answered, const char **ret_m4)
{
	CHECK_INT(stage_act_value(s, SH, stage_message(s, stage_notice(s, "", "\"concerned_states\":[{\"cc\":\"XA\",\"ground\":\"place_of_offence\"},"
									      "{\"cc\":\"XB\",\"ground\":\"place_of_offence\"}]," THE_PHOTO))), 0);
	const char *c = stage_case(s, "M4.send", NULL);
	*ret_m4 = id_of(s, "M4.send");
	if (*answered)
		CHECK_INT(says(s, "BFP/duty officer", c, answered, ",\"own_reference\":\"R\""), 0);
	CHECK_INT(recall(s, SH, *ret_m4, "sent_to_wrong_audience", ",\"from\":[\"BFP\"]"), 0);
	CHECK(!has_notice(s, *ret_m4, "BFP") && !is_called(s, c, "BFP"));
	REFUSED(says(s, "BFP/duty officer", c, "ack", ""), NOT_FOUND, "case_ref");
	stage_to(s, "10:00");
	return c;
}

static int discloses(struct stage *s, const char *c, const char *m4)
{
	return stage_act(s, SH, "{\"type\":\"M29\",\"case_ref\":\"%s\",\"body\":{\"step\":\"disclose\",\"entries\":[{\"ref\":\"%s\",\"rendering\":\"whole\"}],"
				"\"to\":[\"BFP\"],\"decided_by\":\"%s\",\"ground\":\"correction\"}}",
			 c, m4, toc_uuid_str(s->a, stage_person(s, SH)).p);
}

CASE(a_threat_that_was_recalled_from_a_desk_by_mistake_is_given_to_it_again_and_it_is_called)
{
	static const char *const answered[] = { "", "ack", "accept" };
	for (unsigned how = 0; how < 3; how++)
		for (size_t i = 0; i < 3; i++) {
			struct stage *s = begun();
			const char *m4, *c = recalled(s, answered[i], &m4);
			if (how == 0)
				CHECK_INT(discloses(s, c, m4), 0);
			else if (how == 1)
				CHECK_INT(says(s, "AIRU/duty officer", c, "redirect", ",\"redirect_to\":\"BFP\",\"redirect_ground\":\"x\""), 0);
			else
				CHECK_INT(stage_act(s, SH, "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\",\"concerned_states\":[{\"cc\":\"XB\","
							   "\"ground\":\"place_of_offence\"}]}}", c), 0);
			CHECK(has_notice(s, m4, "BFP"));
			CHECK_INT(desk(s, c, "BFP")->state, TOC_DESK_SENT);
			CHECK(is_called(s, c, "BFP"));
			size_t from = s->n;
			stage_to(s, "15:00");
			CHECK(s->n > from); /* its next contact */
			CHECK_INT(says(s, "BFP/duty officer", c, "accept", ",\"own_reference\":\"S\""), 0);
			CHECK(!is_called(s, c, "BFP"));
			CHECK_INT(says(s, "BFP/liaison officer", c, "outcome", ",\"outcome\":\"safe\""), 0);
			CHECK(stage_consistent(s));
			stage_free(s);
		}
}

CASE(what_went_to_one_wrong_desk_is_recalled_from_another_as_well_and_again)
{
	struct stage *s = begun();
	const char *m4, *c = recalled(s, "", &m4);

	CHECK_INT(discloses(s, c, m4), 0);
	CHECK_INT(recall(s, SH, m4, "sent_to_wrong_audience", ",\"from\":[\"BFP\",\"AIRU\"]"), 0);
	CHECK(!has_notice(s, m4, "BFP") && !has_notice(s, m4, "AIRU") && has_notice(s, m4, "HUB"));
	CHECK(!is_called(s, c, "BFP") && !is_called(s, c, "AIRU") && is_called(s, c, "HUB"));
	CHECK(!toc_is_reader(toc_find_message(s->w, stage_last(s, "M29.disclose", NULL)->e.eid), TOC_STR("BFP"), TOC_ROLE_ALL)); /* nor what carries it */
	CHECK_INT(recall(s, SH, m4, "cancel", ""), 0); /* for those who have it still */
	REFUSED(recall(s, SH, m4, "cancel", ""), STATE, "body.message_ref");
	REFUSED(discloses(s, c, m4), STATE, "body.entries.ref");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_desk_from_which_a_threat_was_recalled_hears_of_nothing_that_is_said_of_it)
{
	struct stage *s = begun();
	const char *m4, *c = recalled(s, "", &m4);

	/* tied to an incident that it knows of */
	CHECK_INT(report(s, "AIRU/duty officer", "\"audience\":[\"HUB\",\"BFP\"]"), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", NULL));
	CHECK_INT(tie(s, "AIRU/duty officer", id, "link", c, "belongs_to", id), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M1.link", NULL))), "AIRU HUB");
	/* a warning that was declined */
	CHECK_INT(stage_act(s, "HUB/lead", "{\"type\":\"M2\",\"case_ref\":\"%s\"," NO_PERSONAL ",\"body\":{\"step\":\"decline\",\"reason_code\":\"no_terrorism_link\","
					   "\"criteria\":[" CRISIS_CRITERIA("no") "]}}", c), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M2.decline", NULL))), "AIRU HUB");
	/* another notification about the same */
	CHECK_INT(stage_act_value(s, SH, stage_message(s, stage_notice(s, "", "\"concerned_states\":[{\"cc\":\"XB\",\"ground\":\"place_of_offence\"}]," THE_PHOTO))), 0);
	const struct stage_entry *tied = stage_last(s, "M1.link", "server");
	CHECK(tied && !stage_reads(s, tied, "BFP", TOC_ROLE_ALL, NULL));
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- whoever is gone is told nothing ---- */

static bool is_gone(struct stage *s, const char *org, bool suspends)
{
	if (suspends && strcmp(org, "HUB") != 0)
		return suspension(s, org, "true") == 0;
	if (suspends)
		return false; /* it suspends others */
	return stage_act(s, toc_arena_printf(s->a, "%s/admin", org).p, "{\"type\":\"exercise\"," NO_PERSONAL ",\"body\":{\"step\":\"leave\"}}") == 0;
}

static const char *const orgs[] = { "AIRU", "BFP", "CDA", "GameNest", "StreamHarbor", "LoopReel", "OSF", "HUB" };
#define ORGS (sizeof orgs / sizeof *orgs)

/* What follows is said by whoever can; stage.c checks who is told and called. */
static void goes_on(struct stage *s, const char *id, const char *c)
{
	(void)acknowledge(s, "HUB/lead", id_of(s, "M3.propose"));
	(void)acknowledge(s, "Chirplet/night responder", id_of(s, "M3.confirm"));
	(void)acknowledge(s, "BFP/duty officer", id_of(s, "M4.supplement"));
	(void)delivered(s, "AIRU", id_of(s, "M4.supplement"));
	(void)decide(s, "HUB/lead", id, "change", "");
	(void)status(s, "Chirplet/night responder", id, "falling", "");
	(void)status(s, "Chirplet/night responder", id, "falling", "");
	(void)answer(s, "CDA/duty officer", id, "activate", "object", id_of(s, "M3.confirm"));
	(void)recall(s, SH, id_of(s, "M4.supplement"), "cancel", "");
	(void)confirm_recall(s, "HUB/duty officer", id_of(s, "M25.recall"));
	(void)says(s, "BFP/duty officer", c, "accept", ",\"own_reference\":\"R\"");
	(void)says(s, "AIRU/duty officer", c, "redirect", ",\"redirect_to\":\"CDA\",\"redirect_ground\":\"x\"");
	stage_to(s, "20:00:00");
	(void)says(s, "BFP/liaison officer", c, "outcome", ",\"outcome\":\"unknown\"");
	(void)says(s, "AIRU/liaison officer", c, "outcome", ",\"outcome\":\"unknown\"");
	(void)says(s, "CDA/duty officer", c, "outcome", ",\"outcome\":\"unknown\"");
	(void)decide(s, "HUB/lead", id, "wind_down", "");
	(void)decide(s, "AIRU/second officer", id, "wind_down", "");
	(void)decide(s, "HUB/lead", id, "close", "");
	(void)decide(s, "AIRU/second officer", id, "close", "");
	stage_to(s, "22:00:00");
	(void)answer(s, "AIRU/second officer", id, "close", "confirm", id_of(s, "M3.propose"));
	(void)answer(s, "HUB/second lead", id, "close", "confirm", id_of(s, "M3.propose"));
	(void)contribute(s, "Chirplet/night responder", id, "true");
	(void)contribute(s, "BFP/duty officer", id, "false");
	(void)final_report(s, "HUB/lead", id, "all over");
	stage_to(s, "2000:00:00");
}

CASE(of_a_crisis_and_a_threat_whoever_is_gone_is_told_nothing_and_called_for_nothing)
{
	for (size_t i = 0; i < 2 * ORGS; i++) {
		struct stage *s = begun();
		CHECK_INT(stage_act_value(s, SH, stage_message(s, stage_notice(s, "", "\"concerned_states\":[{\"cc\":\"XA\",\"ground\":\"place_of_offence\"},"
										      "{\"cc\":\"XB\",\"ground\":\"place_of_offence\"}]," THE_PHOTO))), 0);
		const char *c = stage_case(s, "M4.send", NULL);
		CHECK_INT(stage_act(s, SH, "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\",\"explanation\":\"more\"}}", c), 0);
		const char *id = active(s);
		CHECK_INT(status(s, "LoopReel/night responder", id, "falling", ""), 0);
		if (is_gone(s, orgs[i / 2], i % 2))
			goes_on(s, id, c);
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

CASE(of_an_order_whoever_is_gone_is_told_nothing_and_called_for_nothing)
{
	static const char *const sides[] = { "BFP", "GameNest", "CDA", "HUB" };
	static const char said[] = "\"step\":\"request\",\"requester\":\"hsp\",\"reasoned_request\":\"x\",\"basis_received_at\":\"2033-02-01T10:00:00Z\"";
	for (size_t i = 0; i < 2 * (sizeof sides / sizeof *sides); i++) {
		struct stage *s = stage_new();
		orders_exercise(s, "2033-02-01T10:00:00Z");
		orders_informed(s, &orders_nest);
		const char *order = orders_issued(s, &orders_nest, "");
		CHECK(order != NULL);
		CHECK_INT(orders_receipt(s, &orders_nest, "M10.issue"), 0);
		if (i & 4)
			(void)orders_say(s, "GameNest/counsel", "M15", order, said);
		if (is_gone(s, sides[i / 2], i % 2)) {
			stage_wait(s, TOC_HOURS(2));
			stage_due(s);
			(void)orders_say(s, orders_nest.responder, "M12", order, orders_answer(s, &orders_nest, toc_arena_printf(s->a,
				"\"established_in\":\"XC\",\"measure\":\"removed\",\"measured_at\":\"%s\"", toc_time_str(s->a, orders_now(s)).p).p));
			(void)orders_say(s, "CDA/legal officer", "M15", order, "\"step\":\"own_motion\",\"opened_at\":\"2033-02-01T10:00:00Z\"");
			(void)orders_say(s, "CDA/legal officer", "M15", order, "\"step\":\"intention\",\"intended_finding\":\"infringement\",\"reasons\":\"y\"");
			(void)orders_say(s, "CDA/legal officer", "M15", order, "\"step\":\"decision\",\"finding\":\"infringement\",\"seriousness\":\"serious\",\"reasons\":\"y\","
									       "\"notified\":[\"issuer\",\"hsp\",\"hub\",\"requester\"]");
			stage_wait(s, TOC_HOURS(5000));
			stage_due(s);
		}
		CHECK(stage_consistent(s));
		stage_free(s);
	}
}

/* ---- over, and a further state is named ---- */

static int names_xb(struct stage *s, const char *c)
{
	return stage_act(s, SH, "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\",\"explanation\":\"more\",\"concerned_states\":[{\"cc\":\"XB\","
				"\"ground\":\"place_of_offence\"}]}}", c);
}

CASE(a_desk_that_is_named_after_the_outcome_is_called_can_answer_and_ends_it_again)
{
	struct stage *s = begun();

	CHECK_INT(stage_act_value(s, SH, stage_message(s, stage_notice(s, "", THE_PHOTO))), 0);
	const char *c = stage_case(s, "M4.send", NULL);
	CHECK_INT(says(s, "AIRU/duty officer", c, "accept", ",\"own_reference\":\"R\""), 0);
	CHECK_INT(says(s, "AIRU/liaison officer", c, "outcome", ",\"outcome\":\"unfounded\""), 0);
	struct toc_uuid id = toc_id_of(toc_str_of(c));
	CHECK_INT(toc_find_threat(s->w, id)->state, TOC_CASE_CLOSED);
	CHECK_INT(stage_act(s, SH, "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\",\"explanation\":\"nobody new\"}}", c), 0);
	CHECK_INT(toc_find_threat(s->w, id)->state, TOC_CASE_CLOSED); /* more about what is over */
	CHECK_INT(names_xb(s, c), 0);
	CHECK_INT(toc_find_threat(s->w, id)->state, TOC_CASE_SENT);
	CHECK(is_called(s, c, "BFP") && !is_called(s, c, "AIRU"));
	/* it is somebody's duplicate again */
	CHECK_INT(stage_act_value(s, SH, stage_message(s, stage_notice(s, "", THE_PHOTO))), 0);
	CHECK(stage_last(s, "M1.link", "server") != NULL);
	/* what the first desk knows better is not the answer of the second */
	CHECK_INT(says(s, "AIRU/liaison officer", c, "outcome", ",\"outcome\":\"safe\""), 0);
	CHECK(is_called(s, c, "BFP"));
	CHECK_INT(toc_find_threat(s->w, id)->state, TOC_CASE_SENT);
	CHECK_INT(says(s, "BFP/duty officer", c, "ack", ""), 0);
	CHECK(!is_called(s, c, "BFP"));
	CHECK_INT(says(s, "BFP/duty officer", c, "accept", ",\"own_reference\":\"S\""), 0);
	CHECK_INT(says(s, "BFP/liaison officer", c, "outcome", ",\"outcome\":\"harm_prevented\""), 0);
	CHECK_INT(toc_find_threat(s->w, id)->state, TOC_CASE_CLOSED);
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
