/* test_routing.c: two laws, two definitions of the state concerned; and whom that means. */
#include "check.h"
#include "stage.h"

#define GAME "GameNest/night responder"

static const char *routed(struct stage *s, const char *who, const char *more, const char *audience)
{
	struct toc_value *m = stage_message(s, stage_notice(s, "", more));
	toc_set_id(s->a, toc_get(m, "body"), "contact_24x7", stage_person(s, who));
	if (*audience)
		toc_set(s->a, m, "audience",
			toc_get(stage_message(s, toc_arena_printf(s->a, "{\"a\":[%s]}", audience).p), "a"));
	if (stage_act_value(s, who, m) < 0)
		return toc_refusal_wire(s->v.refusal.code);
	return stage_readers(s, stage_last(s, "M4.send", NULL));
}

static struct stage *ready(void)
{
	struct stage *s = stage_new();
	stage_to(s, "02:00");
	return s;
}

#define UNKNOWN "\"concerned_states\":null,\"state_unknown\":{\"unknown\":true,\"reason\":\"VPN\"}"
#define STATE_IS(cc, ground) "\"concerned_states\":[{\"cc\":\"" cc "\",\"ground\":\"" ground "\"}]"

CASE(each_ground_counts_for_its_own_duty)
{
	struct stage *s = ready();
	static const struct {
		const char *ground;
		bool tco, dsa;
	} grounds[] = {
		{ "nationality_of_offender", true, false },
		{ "nationality_of_victim", true, false },
		{ "target_place", true, true },
		{ "place_of_offence", false, true },
		{ "residence_of_suspect", false, true },
		{ "location_of_suspect", false, true },
		{ "residence_of_victim", false, true },
		{ "location_of_victim", false, true },
	};
	for (size_t i = 0; i < sizeof grounds / sizeof *grounds; i++) {
		const char *states =
			toc_arena_printf(s->a, "\"concerned_states\":[{\"cc\":\"XA\",\"ground\":\"%s\"}]",
					 grounds[i].ground)
				.p;
		CHECK_TEXT(toc_str_of(routed(s, GAME,
					     toc_arena_printf(s->a, "%s,\"duty\":[\"TCO_14_5\"]", states).p,
					     "")),
			   grounds[i].tco ? "AIRU GameNest HUB" : "condition");
		CHECK_TEXT(
			toc_str_of(routed(s, GAME,
					  toc_arena_printf(s->a, "%s,\"duty\":[\"DSA_18\"]", states).p, "")),
			grounds[i].dsa ? "AIRU GameNest HUB" : "condition");
		CHECK_TEXT(toc_str_of(routed(
				   s, GAME,
				   toc_arena_printf(s->a, "%s,\"duty\":[\"TCO_14_5\",\"DSA_18\"]", states).p,
				   "")),
			   "AIRU GameNest HUB");
		CHECK_TEXT(toc_str_of(routed(s, GAME,
					     toc_arena_printf(s->a, "%s,\"duty\":[\"voluntary\"]", states).p,
					     "")),
			   "AIRU GameNest HUB");
	}
	stage_free(s);
}

CASE(a_wrong_ground_is_named_with_its_place_and_law)
{
	struct stage *s = ready();
	CHECK_TEXT(toc_str_of(routed(s, GAME,
				     "\"duty\":[\"TCO_14_5\"],\"concerned_states\":[{\"cc\":\"XA\","
				     "\"ground\":\"target_place\"},"
				     "{\"cc\":\"XB\",\"ground\":\"residence_of_victim\"}]",
				     "")),
		   "condition");
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.concerned_states[1].ground");
	CHECK_TEXT(toc_str_of(s->v.refusal.clause), "TCO 14(5)");
	stage_free(s);
}

CASE(several_states_get_it_each_with_its_reason)
{
	struct stage *s = ready();
	CHECK_TEXT(toc_str_of(routed(s, GAME,
				     "\"duty\":[\"TCO_14_5\",\"DSA_18\"],\"concerned_states\":[{\"cc\":"
				     "\"XA\",\"ground\":\"target_place\"},"
				     "{\"cc\":\"XB\",\"ground\":\"nationality_of_victim\"}]",
				     "")),
		   "AIRU BFP GameNest HUB");
	const struct stage_entry *e = stage_last(s, "M4.send", NULL);
	CHECK_INT(toc_duty_bits(toc_get(stage_decided(e, "desks", "org", "BFP"), "duty")), TOC_DUTY_TCO);
	CHECK_INT(toc_duty_bits(toc_get(stage_decided(e, "desks", "org", "AIRU"), "duty")),
		  TOC_DUTY_TCO | TOC_DUTY_DSA);
	CHECK_TEXT(toc_get_text(stage_decided(e, "desks", "org", "BFP"), "why"),
		   "XB is concerned: nationality of a potential victim (TCO 14(5))");
	CHECK_TEXT(toc_get_text(toc_get(e->e.body, "decided"), "policy_version"), "XA:1 XB:1");
	stage_free(s);
}

CASE(unknown_under_tco_is_home_and_hub_and_no_choice)
{
	struct stage *s = ready();
	CHECK_TEXT(toc_str_of(routed(s, GAME, "\"duty\":[\"TCO_14_5\"]," UNKNOWN, "")), "CDA GameNest HUB");
	CHECK_TEXT(toc_str_of(routed(s, GAME, "\"duty\":[\"TCO_14_5\"]," UNKNOWN, "\"HUB\"")),
		   "CDA GameNest HUB");
	CHECK_TEXT(toc_str_of(routed(s, GAME, "\"duty\":[\"TCO_14_5\",\"DSA_18\"]," UNKNOWN, "\"HUB\"")),
		   "CDA GameNest HUB");
	stage_free(s);
}

CASE(unknown_under_dsa_is_home_or_hub_or_both_as_the_sender_chooses)
{
	struct stage *s = ready();
	CHECK_TEXT(toc_str_of(routed(s, GAME, UNKNOWN, "")), "CDA GameNest HUB");
	CHECK_TEXT(toc_str_of(routed(s, GAME, UNKNOWN, "\"HUB\"")), "GameNest HUB");
	CHECK_TEXT(toc_str_of(routed(s, GAME, UNKNOWN, "\"CDA\"")), "CDA GameNest");
	CHECK_TEXT(toc_str_of(routed(s, GAME, UNKNOWN, "\"CDA\",\"HUB\"")), "CDA GameNest HUB");
	CHECK_TEXT(toc_str_of(routed(s, GAME, UNKNOWN, "\"BFP\"")), "no_reader"); /* not proposed */
	stage_free(s);
}

CASE(home_is_the_representatives_state_when_the_provider_sits_elsewhere)
{
	struct stage *s = ready();
	CHECK_TEXT(toc_str_of(routed(s, "LoopReel/night responder", UNKNOWN, "")),
		   "BFP HUB LoopReel"); /* QM, representative in XB */
	CHECK_TEXT(toc_str_of(routed(s, "PastePond/owner", UNKNOWN, "")), "AIRU HUB PastePond");
	stage_free(s);
}

CASE(a_third_country_is_no_member_state_and_the_sender_is_told)
{
	struct stage *s = ready();
	CHECK_TEXT(toc_str_of(routed(s, GAME, STATE_IS("QM", "place_of_offence"), "")),
		   "CDA GameNest HUB"); /* falls back */
	CHECK_TEXT(toc_str_of(routed(s, GAME,
				     "\"concerned_states\":[{\"cc\":\"XA\",\"ground\":\"place_of_offence\"},{"
				     "\"cc\":\"QM\",\"ground\":\"location_of_victim\"}]",
				     "")),
		   "AIRU GameNest HUB");
	stage_free(s);
}

CASE(the_newest_rules_that_hold_at_that_moment_name_the_desk)
{
	struct stage *s = ready();
	const char *rules = "{\"type\":\"policy\",\"body\":{\"step\":\"national\",\"cc\":\"XA\",\"version\":%"
			    "d,\"valid_from\":\"%s\",\"member_state\":true,"
			    "\"desks\":[{\"duty\":\"DSA_18\",\"org\":\"%s\"}],\"not_dsa_18\":[]}}";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	CHECK(stage_act(s, "", rules, 2, "2031-05-17T15:00:00Z", "BFP") == 0); /* from an hour later on */
	CHECK_TEXT(toc_str_of(routed(s, GAME, STATE_IS("XA", "place_of_offence"), "")), "AIRU GameNest HUB");
	stage_to(s, "1:30:00");
	CHECK_TEXT(toc_str_of(routed(s, GAME, STATE_IS("XA", "place_of_offence"), "")), "BFP GameNest HUB");
	CHECK_TEXT(toc_get_text(toc_get(stage_last(s, "M4.send", NULL)->e.body, "decided"), "policy_version"),
		   "XA:2");
	/* its rules name nobody for TCO: the police of the directory */
	CHECK_TEXT(toc_str_of(routed(s, GAME, "\"duty\":[\"TCO_14_5\"]," STATE_IS("XA", "target_place"), "")),
		   "AIRU GameNest HUB");
	CHECK(stage_act(s, "", rules, 2, "2031-05-17T15:00:00Z", "AIRU") < 0); /* a version is there once */
#pragma GCC diagnostic pop
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(who_does_not_take_part_in_the_exercise_is_not_asked)
{
	struct stage *s = ready();
	CHECK(stage_act(s, "AIRU/admin", "{\"type\":\"exercise\",\"body\":{\"step\":\"leave\"}}") == 0);
	CHECK_TEXT(toc_str_of(routed(s, GAME, STATE_IS("XA", "place_of_offence"), "")), "CDA GameNest HUB");
	stage_free(s);
}

CASE(nobody_to_receive_it_is_said_and_not_swallowed)
{
	struct stage *s = stage_bare();
	CHECK(stage_act(s, "",
			"{\"type\":\"org\",\"body\":{\"step\":\"admit\",\"code\":\"GameNest\",\"name\":\"G\","
			"\"kinds\":[\"hsp\"],\"api_exercise_only\":false}}") == 0);
	CHECK(stage_act(s, "",
			"{\"type\":\"person\",\"body\":{\"step\":\"enrol\",\"org\":\"GameNest\",\"person\":"
			"\"%s\",\"title\":\"x\",\"roles\":[\"crisis_responder\"],\"machine\":false}}",
			toc_uuid_str(s->a, stage_person(s, GAME)).p) == 0);
	CHECK_TEXT(toc_str_of(routed(s, GAME, STATE_IS("DE", "place_of_offence"), "")), "no_reader");
	stage_free(s);
}

RUN_CASES()
