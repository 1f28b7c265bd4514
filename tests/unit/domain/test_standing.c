/* test_standing.c: who may decide, and who was asked, as it is now and not as it was: proposals whose proposer may propose no more,
 * and a threat that was recalled from a desk and is given to it again. Source: rules b.1, b.2, M3, M25, M29; design 8. */
#include "course.h"

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

RUN_CASES()
