/* test_prepare.c: what the sender is shown before sending: the exact recipients, and of other members' cases
 * nothing. */
#include "check.h"
#include "stage.h"

#include "message/catalogue.h"
#include "message/json.h"

#define GAME "GameNest/night responder"

static struct toc_value *prepare(struct stage *s, const char *who, const char *text,
				 const struct toc_value *dup_keys)
{
	struct toc_principal p = stage_principal(s, who);
	struct toc_value *raw = stage_message(s, text), *m;
	struct toc_refusal why = { 0 };
	s->dry = true;
	(void)stage_act_value(s, who, raw); /* fills the envelope */
	s->dry = false;
	if (toc_message_decode(s->a, raw, &m, &why) < 0)
		return NULL;
	struct toc_command c = {
		.k = toc_message_k(s->a, m), .message = m, .received = s->now, .dup_keys = dup_keys
	};
	return toc_prepare(s->w, &p, &c, s->now, s->a, &s->v.refusal);
}

static const struct toc_value *recipient(const struct toc_value *prepared, const char *org)
{
	const struct toc_value *list = toc_get(prepared, "recipients");
	for (size_t i = 0; i < toc_len(list); i++)
		if (toc_get_is(toc_at(list, i), "org", org))
			return toc_at(list, i);
	return NULL;
}

static bool warns(const struct toc_value *prepared, const char *code)
{
	const struct toc_value *list = toc_get(prepared, "warnings");
	for (size_t i = 0; i < toc_len(list); i++)
		if (toc_get_is(toc_at(list, i), "code", code))
			return true;
	return false;
}

static struct stage *ready(void)
{
	struct stage *s = stage_new();
	stage_to(s, "02:00");
	return s;
}

CASE(recipients_are_those_of_the_send_with_reasons)
{
	struct stage *s = ready();
	struct toc_str before = stage_saved(s->a, s->w);
	const struct toc_value *p = prepare(s, GAME, stage_notice(s, "", ""), NULL);
	CHECK_INT(toc_len(toc_get(p, "recipients")), 3);
	CHECK_TEXT(toc_get_text(recipient(p, "AIRU"), "acknowledges_until"), toc_time_str(s->a, stage_time(s, "07:00")).p); /* T17 */
	CHECK(!toc_get(recipient(p, "GameNest"), "acknowledges_until"));
	CHECK(toc_get_text(recipient(p, "AIRU"), "why").n > 0 && recipient(p, "HUB") &&
	      recipient(p, "GameNest"));
	CHECK(toc_list_has(toc_get(recipient(p, "AIRU"), "roles"), TOC_STR("duty_officer")));
	CHECK(!toc_list_has(toc_get(recipient(p, "AIRU"), "roles"), TOC_STR("org_admin")));
	CHECK(toc_str_eq(before, stage_saved(s->a, s->w))); /* and nothing has happened */
	stage_free(s);
}

CASE(of_anothers_threat_case_nothing)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "quiet-bell.json", "18:10") == 0);
	/* the very keys of GameNest's accepted case */
	const struct toc_value *keys =
		toc_get(toc_get(stage_named(s, "send1")->e.body, "decided"), "dup_keys");
	const char *notice = stage_notice(s, "", "");
	CHECK_INT(toc_len(keys), 2);
	struct toc_str with = toc_json_str(s->a, prepare(s, "Chirplet/night responder", notice, keys));
	struct toc_str without = toc_json_str(s->a, prepare(s, "Chirplet/night responder", notice, NULL));
	CHECK(with.n > 0 && toc_str_eq(with, without));
	stage_free(s);
}

CASE(what_the_sender_should_think_of_first)
{
	struct stage *s = ready();
	const struct toc_value *p =
		prepare(s, GAME,
			stage_notice(s, "",
				     "\"emergency_line_called\":{\"called\":false},\"offence_field\":\"self_"
				     "harm\",\"preserved\":{\"preserved\":false},"
				     "\"concerned_states\":[{\"cc\":\"XB\",\"ground\":\"place_of_offence\"},{"
				     "\"cc\":\"QM\",\"ground\":\"place_of_offence\"}]"),
			NULL);
	CHECK(warns(p, "emergency_line") && warns(p, "not_covered") && warns(p, "not_preserved") &&
	      warns(p, "no_desk"));
	p = prepare(s, GAME, stage_notice(s, "", ""), NULL);
	CHECK_INT(toc_len(toc_get(p, "warnings")), 0);
	stage_free(s);
}

CASE(what_would_be_refused_is_refused)
{
	struct stage *s = ready();
	CHECK(prepare(s, GAME,
		      stage_notice(s, "",
				   "\"duty\":[\"TCO_14_5\"],\"concerned_states\":[{\"cc\":\"XA\",\"ground\":"
				   "\"residence_of_victim\"}]"),
		      NULL) == NULL);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_CONDITION);
	CHECK(prepare(s, "AIRU/duty officer", stage_notice(s, "", ""), NULL) == NULL);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	stage_free(s);
}

CASE(a_redirect_shows_what_the_new_desk_will_get)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "30:00") == 0);
	const struct toc_value *p =
		prepare(s, "AIRU/duty officer",
			toc_arena_printf(s->a,
					 "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":"
					 "\"redirect\",\"human_ack_by\":\"%s\",\"at\":\"2031-05-17T14:04:"
					 "00Z\",\"redirect_to\":\"BFP\",\"redirect_ground\":\"x\"}}",
					 stage_case(s, "M4.send", NULL),
					 toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p)
				.p,
			NULL);
	CHECK(recipient(p, "BFP") != NULL);
	stage_free(s);
}

RUN_CASES()
