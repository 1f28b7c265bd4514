/* test_lookup.c: is this hash known? Who may ask, among what, and that what is not theirs is as good as not there.
 * LANTERN at 20:00. */
#include "check.h"
#include "signals.h"

#include "message/json.h"

static int ask(struct stage *s, const char *who, const char *type, const char *value, const char *more)
{
	return stage_act(s, who,
			 "{\"type\":\"lookup\",\"personal_data\":{\"level\":\"none\",\"categories\":[]},\"precedence\":\"routine\","
			 "\"ack_required\":false,\"body\":{\"step\":\"ask\",\"type\":\"%s\",\"value\":\"%s\"%s}}",
			 type, value, more);
}

static const struct toc_value *found(const struct stage *s)
{
	return toc_get(s->found, "found");
}

CASE(a_bank_of_one_hash_matches_itself_and_what_is_near)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, P1_ITEM, ABOUT), 0);
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1, ""), 0);
	CHECK_INT(toc_len(found(s)), 1);
	const struct toc_value *one = toc_at(found(s), 0);
	CHECK_INT(toc_get_int(one, "distance", -1), 0);
	CHECK_TEXT(toc_get_text(one, "signal"), ID_P1);
	CHECK_TEXT(toc_get_text(one, "source"), "StreamHarbor");
	CHECK_TEXT(toc_get_text(one, "bank"), "match");
	CHECK_TEXT(toc_text_of(toc_at(toc_get(one, "labels"), 0)), "glorification");
	CHECK_TEXT(toc_get_text(toc_at(toc_get(one, "opinions"), 0), "opinion"), "positive");
	CHECK(toc_get(one, "dispute") && !toc_get_bool(one, "dispute"));
	CHECK(toc_get_bool(s->found, "all"));
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1A, ""), 0);
	CHECK_INT(toc_get_int(toc_at(found(s), 0), "distance", -1), 12);
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1B, ""), 0);
	CHECK_INT(toc_get_int(toc_at(found(s), 0), "distance", -1), 31);
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1C, ""), 0); /* 40 bits away */
	CHECK_INT(toc_len(found(s)), 0);
	stage_free(s);
}

CASE(the_asker_may_want_it_nearer_but_not_farther_than_the_signal_says)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, P1_ITEM, ABOUT), 0);
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1A, ",\"max_distance\":12"), 0);
	CHECK_INT(toc_len(found(s)), 1);
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1A, ",\"max_distance\":11"), 0);
	CHECK_INT(toc_len(found(s)), 0);
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1, ",\"max_distance\":0"), 0);
	CHECK_INT(toc_len(found(s)), 1);
	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "narrow", ",\"match_distance_max\":8")), 0);
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1A, ",\"max_distance\":31"), 0);
	CHECK_INT(toc_len(found(s)), 0);
	stage_free(s);
}

CASE(digests_and_addresses_are_found_exactly)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL,
				V1_SHA ", " V1_MD5 ", " ITEM("b1", "url", ",\"url\":\"https://paste.example/x1\""), ABOUT),
		  0);
	CHECK_INT(ask(s, CHIRP, "SHA256", SHA_V1, ""), 0);
	CHECK_INT(toc_len(found(s)), 1);
	CHECK_INT(toc_get_int(toc_at(found(s), 0), "distance", -1), 0);
	CHECK_INT(ask(s, CHIRP, "MD5", MD5_V1, ""), 0);
	CHECK_TEXT(toc_get_text(toc_at(found(s), 0), "signal"), ID_V1M);
	CHECK_INT(ask(s, CHIRP, "URL", "https://paste.example/x1", ""), 0);
	CHECK_TEXT(toc_get_text(toc_at(found(s), 0), "signal"), ID("b1"));
	CHECK_INT(ask(s, CHIRP, "SHA256", SHA_V2, ""), 0);
	CHECK(found(s) && toc_len(found(s)) == 0);
	stage_free(s);
}

CASE(what_is_not_yours_is_as_good_as_not_there)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, "\"HUB\",\"Chirplet\"", P1_ITEM ", " V1_SHA, ABOUT), 0);
	CHECK_INT(ask(s, CHIRP, "PDQ", PDQ_P1, ""), 0);
	CHECK_INT(toc_len(found(s)), 1);
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1, ""), 0);
	const struct toc_value *hidden = s->found;
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1C, ""), 0);
	CHECK_TEXT(toc_json_str(s->a, hidden), toc_arena_cstr(s->a, toc_json_str(s->a, s->found)));
	CHECK_INT(ask(s, LOOP, "SHA256", SHA_V1, ""), 0);
	CHECK_TEXT(toc_json_str(s->a, hidden), toc_arena_cstr(s->a, toc_json_str(s->a, s->found)));
	stage_free(s);
}

CASE(what_is_over_is_not_found_and_what_is_disputed_or_lawful_says_so)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA ", " P1_ITEM, ABOUT), 0);
	CHECK_INT(signals_report(s, CHIRP, ID_V1, "opinion", "\"opinion\":\"negative\""), 0);
	CHECK_INT(ask(s, LOOP, "SHA256", SHA_V1, ""), 0);
	CHECK(toc_get_bool(toc_at(found(s), 0), "dispute"));
	CHECK_INT(toc_len(toc_get(toc_at(found(s), 0), "opinions")), 2);
	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "bank", ",\"bank\":\"negative\"")), 0);
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1A, ""), 0);
	CHECK_TEXT(toc_get_text(toc_at(found(s), 0), "bank"), "negative");
	CHECK_INT(stage_act(s, HARBOR,
			    "{\"type\":\"M8\",\"personal_data\":{\"level\":\"none\",\"categories\":[]},\"body\":{\"step\":\"retract\","
			    "\"item_refs\":[\"" ID_V1 "\"],\"reason\":\"superseded\",\"undo_advice\":\"none\"}}"),
		  0);
	CHECK_INT(ask(s, LOOP, "SHA256", SHA_V1, ""), 0);
	CHECK_INT(toc_len(found(s)), 0);
	stage_free(s);
}

CASE(what_is_known_to_be_lawful_suppresses_what_is_like_it)
{
	struct stage *s = signals_stage();
	const char *news = "{\"item_id\":\"" ID("70") "\",\"bank\":\"negative\",\"signal_kind\":\"hash\",\"hash_type\":\"PDQ\","
			   "\"hash_value\":\"" PDQ_P1A "\",\"hash_quality\":90,\"match_distance_max\":8}";

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, P1_ITEM, ABOUT), 0);
	CHECK_INT(stage_act_value(s, "HUB/lead", signals_message(s, "scope", TO_ALL, news, ABOUT)), 0);
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1A, ""), 0);
	CHECK_INT(toc_len(found(s)), 2);
	for (size_t i = 0; i < 2; i++)
		CHECK(toc_get_bool(toc_at(found(s), i), "suppressed") == toc_get_is(toc_at(found(s), i), "bank", "match"));
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1, ""), 0); /* 12 from it: not the news clip */
	CHECK_INT(toc_len(found(s)), 1);
	CHECK(!toc_get(toc_at(found(s), 0), "suppressed"));
	stage_free(s);
}

CASE(a_quarantined_signal_says_how_far_it_still_counts)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, P1_ITEM, ABOUT), 0);
	CHECK_INT(signals_report(s, CHIRP, ID_P1, "match_count", COUNTS(10001)), 0);
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1A, ""), 0); /* 12: sure */
	CHECK(toc_get(toc_at(found(s), 0), "quarantined") && !toc_get_bool(toc_at(found(s), 0), "quarantined"));
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1B, ""), 0); /* 31 */
	CHECK(toc_get_bool(toc_at(found(s), 0), "quarantined"));
	stage_free(s);
}

CASE(an_exercise_and_what_is_real_do_not_know_each_other)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, P1_ITEM, ABOUT), 0);
	s->exercise = (struct toc_uuid){ { 0 } };
	CHECK_INT(ask(s, LOOP, "PDQ", PDQ_P1, ""), 0);
	CHECK_INT(toc_len(found(s)), 0);
	stage_free(s);
}

CASE(malformed_values_are_refused_with_their_field)
{
	struct stage *s = signals_stage();
	static const char *const bad[][2] = {
		{ "PDQ", "zz" }, { "PDQ", SHA_V1 "00" }, { "MD5", SHA_V1 }, { "SHA256", "q" MD5_V1 }, { "URL", "no address" },
		{ "SHA1", "" }, { "SHA512", SHA_V1 },
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(ask(s, LOOP, bad[i][0], bad[i][1], "") < 0);
		CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.value");
		CHECK(s->found == NULL);
	}
	CHECK(ask(s, LOOP, "TLSH", SHA_V1, "") < 0);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.type");
	CHECK(ask(s, LOOP, "PDQ", PDQ_P1, ",\"max_distance\":32") < 0);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.max_distance");
	CHECK(ask(s, LOOP, "MD5", MD5_V1, ",\"max_distance\":3") < 0);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.max_distance");
	stage_free(s);
}

CASE(that_it_was_asked_is_on_record_for_the_askers_own)
{
	struct stage *s = signals_stage();

	CHECK_INT(ask(s, LOOP, "SHA256", SHA_V1, ""), 0);
	const struct stage_entry *e = stage_last(s, "lookup.ask", "LoopReel");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "LoopReel");
	CHECK(stage_reads(s, e, "LoopReel", TOC_ROLE_CR, NULL) && stage_reads(s, e, "LoopReel", TOC_ROLE_PL, NULL));
	CHECK(!stage_reads(s, e, "LoopReel", TOC_ROLE_AD, NULL));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(prepare_tells_nothing_that_is_not_recorded)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA, ABOUT), 0);
	const struct toc_value *p = stage_prepare(
		s, LOOP,
		stage_message(s, "{\"type\":\"lookup\",\"personal_data\":{\"level\":\"none\",\"categories\":[]},\"body\":{"
				 "\"step\":\"ask\",\"type\":\"SHA256\",\"value\":\"" SHA_V1 "\"}}"));
	CHECK(p && !toc_get(p, "found") && !toc_get(p, "known"));
	stage_free(s);
}

RUN_CASES()
