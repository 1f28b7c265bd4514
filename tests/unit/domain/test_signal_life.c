/* test_signal_life.c: what becomes of content signals (M6): variants, what is known already, what the leads rule, what is
 * proposed, and their end. On LANTERN's hashes. */
#include "check.h"
#include "signals.h"

#include "message/catalogue.h"
#include "message/json.h"

/* ---- variants ---- */

CASE(variants_are_one_cluster)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA, ABOUT), 0);
	/* of an earlier one, and of that one in turn, in one message */
	CHECK_INT(
		signals_share(s, CHIRP, TO_ALL,
			      ITEM("20", "hash",
				   ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V2
				   "\",\"variant_of\":\"" ID_V1
				   "\",\"variant_kind\":\"mirror\"") ", " ITEM("21", "url",
									       ",\"url\":\"https://x.example/"
									       "21\",\"variant_of\":\"" ID(
										       "20") "\""),
			      ABOUT),
		0);
	CHECK(toc_uuid_eq(signals_item(s, ID("20"))->cluster, signals_item(s, ID_V1)->id));
	CHECK(toc_uuid_eq(signals_item(s, ID("21"))->cluster, signals_item(s, ID_V1)->id));
	CHECK(toc_uuid_eq(signals_item(s, ID_V1)->cluster, signals_item(s, ID_V1)->id));
	const struct toc_value *known =
		signals_known(s, LOOP, ITEM("29", "url", ",\"url\":\"https://x.example/21\""));
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "variant_of"), ID_V1);
	signals_refused(s,
			ITEM("22", "url", ",\"url\":\"https://x.example/\",\"variant_of\":\"" ID("77") "\""),
			TOC_REFUSE_NOT_FOUND, "body.items[0].variant_of");
	signals_refused(s, ITEM("22", "url", ",\"url\":\"https://x.example/\",\"variant_kind\":\"crop\""),
			TOC_REFUSE_MISSING_FIELD, "body.items[0].variant_of");
	CHECK(stage_act_value(s, CHIRP, signals_message(s, "variant", TO_ALL, V1_MD5, ABOUT)) < 0);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.items[0].variant_of");
	/* an item that somebody may not read is nothing that theirs could be a variant of */
	CHECK_INT(signals_share(s, HARBOR, "\"HUB\"", ITEM("30", "url", ",\"url\":\"https://x.example/30\""),
				ABOUT),
		  0);
	CHECK(signals_share(
		      s, CHIRP, TO_ALL,
		      ITEM("31", "url", ",\"url\":\"https://x.example/\",\"variant_of\":\"" ID("30") "\""),
		      ABOUT) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- is it known? ---- */

CASE(a_set_of_one_hash_matches_itself_and_what_is_near)
{
	struct stage *s = signals_stage();

	CHECK_INT(toc_len(signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1, "88", "31"))), 0);
	CHECK_INT(signals_share(s, HARBOR, TO_ALL, P1_ITEM, ABOUT), 0);
	const struct toc_value *known = signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1, "88", "31"));
	CHECK_INT(toc_len(known), 1);
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "item"), ID_P1);
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "for"), ID("40"));
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "sender"), "StreamHarbor");
	CHECK_TEXT(toc_text_of(toc_at(toc_get(toc_at(known, 0), "labels"), 0)), "glorification");
	CHECK_INT(toc_get_int(toc_at(known, 0), "distance", -1), 0);
	known = signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1A, "88", "31"));
	CHECK_INT(toc_len(known), 1);
	CHECK_INT(toc_get_int(toc_at(known, 0), "distance", -1), 12);
	known = signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1B, "88", "31"));
	CHECK_INT(toc_len(known), 1);
	CHECK_INT(toc_get_int(toc_at(known, 0), "distance", -1), 31);
	CHECK_INT(toc_len(signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1C, "88", "31"))), 0);
	/* a narrower item: the boundary is outside */
	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "narrow", ",\"match_distance_max\":30")), 0);
	CHECK_INT(toc_len(signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1B, "88", "31"))), 0);
	CHECK_INT(toc_len(signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1A, "88", "31"))), 1);
	/* SHA-256 and PDQ have one shape and never meet */
	CHECK_INT(toc_len(signals_known(
			  s, LOOP,
			  ITEM("41", "hash", ",\"hash_type\":\"SHA256\",\"hash_value\":\"" PDQ_P1 "\""))),
		  0);
	stage_free(s);
}

CASE(the_same_signal_again_is_offered_and_not_refused)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA ", " V1_MD5, ABOUT), 0);
	const struct toc_value *known = signals_known(
		s, CHIRP,
		ITEM("50", "hash", ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V1 "\"") ", " ITEM(
			"51", "hash", ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V2 "\""));
	CHECK_INT(toc_len(known), 1);
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "for"), ID("50"));
	CHECK_TEXT(toc_get_text(toc_at(known, 0), "item"), ID_V1);
	CHECK(toc_get(toc_at(known, 0), "distance") == NULL);
	CHECK_INT(signals_share(s, CHIRP, TO_ALL,
				ITEM("50", "hash", ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V1 "\""),
				ABOUT),
		  0);
	CHECK_INT(toc_len(signals_known(
			  s, LOOP,
			  ITEM("52", "hash", ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V1 "\""))),
		  2);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(of_what_they_may_not_read_nobody_is_told_that_it_is_known)
{
	struct stage *s = signals_stage();
	const char *again = PDQ_ITEM("60", PDQ_P1A, "88", "31") ", " ITEM(
		"61", "hash", ",\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA_V1 "\"");

	CHECK_INT(signals_share(s, HARBOR, "\"HUB\",\"AIRU\"", V1_SHA ", " P1_ITEM, ABOUT), 0);
	CHECK_INT(toc_len(signals_known(s, "HUB/duty officer", again)), 2);
	CHECK_INT(toc_len(signals_known(s, HARBOR, again)), 2);
	CHECK_INT(toc_len(signals_known(s, LOOP, again)), 0);
	CHECK_INT(toc_len(signals_known(s, "BFP/duty officer", again)), 0);
	stage_free(s);
}

CASE(a_negative_item_suppresses_matches)
{
	struct stage *s = signals_stage();
	const char *news = "{\"item_id\":\"" ID("70") "\",\"bank\":\"negative\",\"signal_kind\":\"hash\","
						      "\"hash_type\":\"PDQ\",\"hash_value\":\"" PDQ_P1A
						      "\",\"hash_quality\":90,\"match_distance_max\":8}";

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, P1_ITEM, ABOUT), 0);
	signals_refused(s, news, TOC_REFUSE_CONDITION, "body.items[0].bank"); /* by scope only */
	CHECK_INT(stage_act_value(s, "HUB/lead", signals_message(s, "scope", TO_ALL, news, ABOUT)), 0);
	CHECK_INT(signals_item(s, ID("70"))->state, TOC_ITEM_ACTIVE);
	const struct toc_value *known = signals_known(s, LOOP, PDQ_ITEM("71", PDQ_P1A, "88", "31"));
	CHECK_INT(toc_len(known), 2);
	for (size_t i = 0; i < toc_len(known); i++)
		CHECK(toc_get_is(toc_at(known, i), "bank", "match") ==
		      toc_get_bool(toc_at(known, i), "suppressed"));
	const struct toc_value *prepared = stage_prepare(
		s, LOOP, signals_message(s, "share", "\"HUB\"", PDQ_ITEM("71", PDQ_P1A, "88", "31"), ABOUT));
	const struct toc_value *recipients = toc_get(prepared, "recipients");
	CHECK_TEXT(toc_get_text(toc_at(toc_get(prepared, "warnings"), 0), "code"), "known_lawful");
	CHECK_INT(toc_len(recipients), 2);
	for (size_t i = 0; i < toc_len(recipients); i++)
		CHECK_TEXT(toc_get_text(toc_at(recipients, i), "why"),
			   toc_get_is(toc_at(recipients, i), "org", "HUB") ? "you name it in the audience"
									    : "your own organisation");
	known = signals_known(s, LOOP,
			      PDQ_ITEM("71", PDQ_P1, "88", "31")); /* 12 from it: not the news clip */
	CHECK_INT(toc_len(known), 1);
	CHECK(!toc_get_bool(toc_at(known, 0), "suppressed"));
	/* what was shared can be put there, and taken out again */
	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "bank", ",\"bank\":\"negative\"")), 0);
	CHECK(signals_item(s, ID_P1)->negative);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "bank", ",\"bank\":\"negative\"")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK_INT(signals_scope(s, "AIRU/second officer", SCOPE(ID_P1, "bank", ",\"bank\":\"match\"")), 0);
	CHECK(stage_act_value(s, "HUB/lead", signals_message(s, "scope", TO_ALL, V1_SHA, ABOUT)) < 0);
	CHECK_TEXT(toc_str_of(s->v.refusal.field),
		   "body.items[0].bank"); /* a scope brings negative items only */
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- scope ---- */

CASE(leads_of_the_hub_and_of_an_affected_state_rule_and_nobody_else)
{
	struct stage *s = signals_stage();
	const char *narrow = SCOPE(ID_P1, "narrow", ",\"match_distance_max\":16");

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, P1_ITEM, ABOUT), 0);
	s->dry = true;
	CHECK_INT(signals_scope(s, "HUB/lead", narrow), 0);
	CHECK_INT(signals_scope(s, "AIRU/second officer", narrow), 0); /* XA is affected */
	CHECK(signals_scope(s, "BFP/second officer", narrow) < 0);     /* XB is not */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK(signals_scope(s, "AIRU/duty officer", narrow) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK(signals_scope(s, HARBOR, narrow) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID("99"), "lift", "")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "lift", "")) < 0); /* it is not quarantined */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "narrow", ",\"match_distance_max\":31")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_CONDITION);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "quarantine", ",\"beyond\":31")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_CONDITION);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "quarantine", "") "," SCOPE(ID_P1, "lift", "")) < 0);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.scopes[1].item_ref");
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "narrow", "")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_MISSING_FIELD);
	s->dry = false;
	CHECK_INT(signals_scope(s, "HUB/lead", narrow), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M6.scope", "HUB"))),
		   "AIRU BFP Chirplet GameNest HUB LoopReel OSF PastePond StreamHarbor");
	CHECK_INT(signals_item(s, ID_P1)->distance, 16);
	stage_free(s);
}

CASE(a_ruling_is_about_the_items_of_one_message)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA ", " P1_ITEM, ABOUT), 0);
	CHECK_INT(signals_share(s, CHIRP, "\"HUB\"", V1_MD5, ABOUT), 0);
	CHECK(signals_scope(s, "HUB/lead",
			    SCOPE(ID_P1, "quarantine", "") "," SCOPE(ID_V1M, "quarantine", "")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_CONDITION);
	CHECK_INT(signals_scope(s, "HUB/lead",
				SCOPE(ID_P1, "quarantine", "") "," SCOPE(ID_V1, "quarantine", "")),
		  0);
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_QUARANTINED);
	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_V1, "lift", "")), 0);
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_ACTIVE);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_QUARANTINED);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- proposals ---- */

#define HOTLINE "SafeLine/duty officer"

/* A trusted partner that takes part, and has reported something of its own: there it proposes. */
static void add_hotline(struct stage *s)
{
	static const char *const org =
		"{\"code\":\"SafeLine\",\"persons\":[{\"title\":\"duty officer\",\"id\":"
		"\"77777777-0000-4000-8000-000000000001\",\"roles\":[\"duty_officer\"]}]}";
	struct toc_value *orgs = (struct toc_value *)(uintptr_t)toc_get(s->cast, "organisations");

	toc_push(s->a, orgs, stage_message(s, org));
	CHECK_INT(stage_act(s, "",
			    "{\"type\":\"org\",\"body\":{\"step\":\"admit\",\"code\":\"SafeLine\",\"name\":"
			    "\"Safe Line\","
			    "\"kinds\":[\"trusted_partner\"],\"api_exercise_only\":false}}"),
		  0);
	CHECK_INT(
		stage_act(s, "",
			  "{\"type\":\"person\",\"body\":{\"step\":\"enrol\",\"org\":\"SafeLine\",\"person\":"
			  "\"77777777-0000-4000-8000-000000000001\",\"title\":\"duty officer\","
			  "\"roles\":[\"duty_officer\"],\"machine\":false}}"),
		0);
	CHECK_INT(
		stage_act(s, "", "{\"type\":\"exercise\",\"body\":{\"step\":\"join\",\"org\":\"SafeLine\"}}"),
		0);
	struct toc_value *report = toc_value_copy(s->a, stage_named(s, "report1")->whole),
			 *body = toc_get(report, "body");
	static const char *const theirs[] = { "id", "sender_org", "sender_person", "case_ref",
					      "incident_ref" };
	for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
		toc_unset(report, theirs[i]);
	toc_unset(body, "links");
	CHECK_INT(stage_act_value(s, HOTLINE, report), 0);
}

static struct toc_value *of_hotline(struct stage *s, struct toc_value *message)
{
	toc_set_id(s->a, message, "incident_ref", stage_last(s, "M1.report", "SafeLine")->e.incident);
	return message;
}

CASE(what_a_trusted_partner_proposes_is_the_hubs_to_release)
{
	struct stage *s = signals_stage();

	add_hotline(s);
	CHECK(stage_act_value(s, HOTLINE,
			      of_hotline(s, signals_message(s, "share", "\"HUB\"", V1_SHA, ABOUT))) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK(stage_act_value(s, HOTLINE,
			      of_hotline(s, signals_message(s, "propose", "\"Chirplet\"", V1_SHA, ABOUT))) <
	      0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NO_READER);
	CHECK_INT(
		stage_act_value(s, HOTLINE,
				of_hotline(s, signals_message(s, "propose", "", V1_SHA ", " V1_MD5, ABOUT))),
		0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M6.propose", NULL))), "HUB SafeLine");
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_PROPOSED);
	CHECK(signals_report(s, CHIRP, ID_V1, "match_count", COUNTS(1)) < 0); /* there is nothing yet */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);

	struct toc_value *m = of_hotline(s, signals_message(s, "scope", "", "", ABOUT));
	toc_set(s->a, m, "body",
		stage_message(s, "{\"step\":\"scope\",\"scopes\":[" SCOPE(ID_V1, "release", "") "]}"));
	toc_set(s->a, m, "audience", stage_message(s, "{\"to\":[\"Chirplet\"]}")->members[0].value);
	CHECK(stage_act_value(s, "HUB/lead", toc_value_copy(s->a, m)) < 0); /* half of it */
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.scopes");
	toc_set(s->a, m, "audience", toc_value_list(s->a));
	toc_set(s->a, m, "body",
		stage_message(s, "{\"step\":\"scope\",\"scopes\":[" SCOPE(ID_V1, "release", "") "," SCOPE(
					 ID_V1M, "release", "") "]}"));
	CHECK(stage_act_value(s, "HUB/lead", toc_value_copy(s->a, m)) < 0); /* to whom? */
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "audience");
	struct toc_value *to = toc_value_list(s->a);
	toc_push_text(s->a, to, TOC_STR("Chirplet"));
	toc_push_text(s->a, to, TOC_STR("AIRU"));
	toc_set(s->a, m, "audience", to);
	CHECK_INT(stage_act_value(s, "HUB/lead", m), 0);
	const struct stage_entry *e = stage_last(s, "M6.scope", "HUB");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU Chirplet HUB");
	CHECK_INT(e->n_discloses, 1); /* it carries the proposal */
	CHECK(toc_uuid_eq(e->discloses[0], stage_last(s, "M6.propose", NULL)->e.eid));
	CHECK_INT(signals_item(s, ID_V1)->state, TOC_ITEM_SHARED);
	CHECK_INT(signals_item(s, ID_V1M)->state, TOC_ITEM_SHARED);
	CHECK_INT(signals_report(s, CHIRP, ID_V1, "match_count", COUNTS(1)), 0);
	CHECK(signals_report(s, LOOP, ID_V1, "match_count", COUNTS(1)) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
	CHECK(stage_consistent(s));
	/* who got it by the release is told of its end */
	s->now = toc_after(s->now, TOC_HOURS(1));
	stage_to(s, "8760:00:00");
	CHECK_INT(stage_count(s, "M8.retract", NULL), 1);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M8.retract", NULL))), "AIRU Chirplet HUB");
	CHECK_INT(signals_item(s, ID_V1M)->state, TOC_ITEM_EXPIRED);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- the end ---- */

CASE(an_item_expires_and_whoever_could_read_it_is_told)
{
	struct stage *s = signals_stage();
	struct toc_str soon = toc_arena_printf(
		s->a,
		ITEM("b1", "url", ",\"url\":\"https://x.example/1\",\"expires_at\":\"%s\"") ", " ITEM(
			"b2", "url", ",\"url\":\"https://x.example/2\",\"expires_at\":\"%s\"") ", " P1_ITEM,
		toc_time_str(s->a, stage_time(s, "24:00")).p, toc_time_str(s->a, stage_time(s, "24:00")).p);

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, soon.p, ABOUT), 0);
	struct toc_uuid incident = signals_incident(s);
	CHECK_INT(toc_find_signals(s->w, incident)->live, 3);
	stage_to(s, "23:59");
	CHECK_INT(stage_count(s, "M8.retract", NULL), 0);
	stage_to(s, "24:30");
	CHECK_INT(stage_count(s, "M8.retract", NULL), 1);
	const struct stage_entry *e = stage_last(s, "M8.retract", NULL);
	CHECK_TEXT(toc_get_text(toc_get(e->e.body, "decided"), "at"),
		   toc_time_str(s->a, stage_time(s, "24:00")).p);
	CHECK_INT(toc_len(toc_get(toc_get(e->whole, "body"), "item_refs")), 2);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)),
		   "AIRU BFP Chirplet GameNest HUB LoopReel OSF PastePond StreamHarbor");
	CHECK_INT(signals_item(s, ID("b1"))->state, TOC_ITEM_EXPIRED);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_SHARED);
	CHECK_INT(toc_find_signals(s->w, incident)->live, 1);
	CHECK(signals_report(s, LOOP, ID("b1"), "match_count", COUNTS(1)) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK(signals_scope(s, "HUB/lead", SCOPE(ID("b1"), "quarantine", "")) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_STATE);
	CHECK_INT(toc_len(signals_known(s, LOOP, ITEM("b9", "url", ",\"url\":\"https://x.example/1\""))), 0);
	CHECK_INT(toc_len(signals_known(s, LOOP, PDQ_ITEM("40", PDQ_P1, "88", "31"))), 1);
	stage_to(s, "8760:00:00");
	CHECK_INT(stage_count(s, "M8.retract", NULL), 2);
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_EXPIRED);
	CHECK_INT(toc_find_signals(s->w, incident)->live, 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- renewed ---- */

static void renewal_refused(struct stage *s, int r, int code, const char *field)
{
	CHECK_INT(r, -1);
	CHECK_INT(s->v.refusal.code, code);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), field);
}

CASE(only_a_positive_opinion_renews_an_item_and_at_most_for_a_year)
{
	struct stage *s = signals_stage();
	const char *first = "2031-06-16T14:00:00.000Z", *second = "2031-07-16T14:00:00.000Z";

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, toc_arena_printf(s->a, ITEM("b1", "url", ",\"url\":\"https://x.example/1\",\"expires_at\":\"%s\"") ", "
								      ITEM("b2", "url", ",\"url\":\"https://x.example/2\",\"expires_at\":\"%s\""), first, first).p, ABOUT), 0);
#define UNTIL(t) toc_arena_printf(s->a, ",\"expires_at\":\"%s\"", t).p
	renewal_refused(s, signals_report(s, GAME, ID("b1"), "opinion", toc_arena_printf(s->a, "\"opinion\":\"negative\"%s", UNTIL(second)).p), TOC_REFUSE_CONDITION, "body.expires_at");
	renewal_refused(s, signals_report(s, GAME, ID("b1"), "opinion", toc_arena_printf(s->a, "\"opinion\":\"investigation_seed\"%s", UNTIL(second)).p), TOC_REFUSE_CONDITION, "body.expires_at");
	renewal_refused(s, signals_report(s, GAME, ID("b1"), "opinion", toc_arena_printf(s->a, "\"opinion\":\"positive\"%s", UNTIL(first)).p), TOC_REFUSE_TIME, "body.expires_at");
	renewal_refused(s, signals_report(s, GAME, ID("b1"), "opinion", toc_arena_printf(s->a, "\"opinion\":\"positive\"%s", UNTIL("2040-01-01T00:00:00Z")).p), TOC_REFUSE_LIMIT, "body.expires_at");
	CHECK_INT(signals_report(s, GAME, ID("b1"), "opinion", toc_arena_printf(s->a, "\"opinion\":\"positive\"%s", UNTIL(second)).p), 0);
	CHECK_TEXT(toc_time_str(s->a, toc_find_signals(s->w, signals_incident(s))->until), second);
	stage_to(s, "740:00:00");
	CHECK_INT(signals_item(s, ID("b1"))->state, TOC_ITEM_CONFIRMED);
	CHECK_INT(signals_item(s, ID("b2"))->state, TOC_ITEM_EXPIRED);
	stage_to(s, "1460:00:00");
	CHECK_INT(signals_item(s, ID("b1"))->state, TOC_ITEM_EXPIRED);
	renewal_refused(s, signals_report(s, GAME, ID("b1"), "opinion", toc_arena_printf(s->a, "\"opinion\":\"positive\"%s", UNTIL("2031-12-01T00:00:00Z")).p), TOC_REFUSE_STATE, "body.item_ref");
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
