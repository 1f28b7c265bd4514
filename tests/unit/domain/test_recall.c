/* test_recall.c: what is taken back, and who confirms it: retractions of signals (M8), rulings and expiries that
 * machines follow, recalls (M25, T32). */
#include "course.h"
#include "signals.h"

static int retract(struct stage *s, const char *who, const char *items, const char *more)
{
	return stage_act(s, who,
			 "{\"type\":\"M8\"," NO_PERSONAL ",\"body\":{\"step\":\"retract\",\"item_refs\":[%s],"
			 "\"reason\":\"false_positive\",\"undo_advice\":\"reinstate\"}%s}",
			 items, more);
}

/* The three of LANTERN, which machines of LoopReel and Chirplet have. */
static struct stage *shared(void)
{
	struct stage *s = signals_stage();

	CHECK_INT(signals_share(s, HARBOR, TO_ALL, V1_SHA ", " V1_MD5 ", " P1_ITEM, ABOUT), 0);
	CHECK_INT(delivered(s, "LoopReel", id_of(s, "M6.share")), 0);
	CHECK_INT(delivered(s, "Chirplet", id_of(s, "M6.share")), 0);
	return s;
}

CASE(a_retraction_leaves_a_tombstone_reaches_all_readers_and_is_confirmed_by_importers_and_by_people)
{
	struct stage *s = shared();

	CHECK_INT(retract(s, HARBOR, "\"" ID_P1 "\",\"" ID_V1 "\"", ""), 0);
	const struct stage_entry *e = stage_last(s, "M8.retract", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU BFP Chirplet GameNest HUB LoopReel OSF PastePond StreamHarbor");
	CHECK_INT(signals_item(s, ID_P1)->state, TOC_ITEM_RETRACTED);
	CHECK_INT(signals_item(s, ID_V1M)->state, TOC_ITEM_SHARED);
	CHECK_INT(toc_len(signals_known(s, LOOP, PDQ_ITEM("b1", PDQ_P1A, "88", "31"))), 0); /* found no more */
	CHECK_INT(owes(s, "M8.retract", "LoopReel"), TOC_BY_MACHINE | TOC_BY_PERSON);
	CHECK_INT(owes(s, "M8.retract", "PastePond"), TOC_BY_PERSON); /* imported nothing */
	CHECK_INT(owes(s, "M8.retract", "StreamHarbor"), 0);
	const char *m8 = id_of(s, "M8.retract");
	CHECK_INT(delivered(s, "LoopReel", m8), 0);
	CHECK_INT(owes(s, "M8.retract", "LoopReel"), TOC_BY_PERSON); /* a machine never counts as a person */
	CHECK_TEXT(toc_get_text(stage_decided(stage_last(s, "M19.machine", NULL), "confirmed", "org", "LoopReel"), "part"),
		   "machine");
	CHECK_INT(acknowledge(s, LOOP, m8), 0);
	CHECK_INT(owes(s, "M8.retract", "LoopReel"), 0);
	CHECK_INT(owes(s, "M8.retract", "Chirplet"), TOC_BY_MACHINE | TOC_BY_PERSON);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(only_its_sender_or_the_hubs_lead_retracts_and_only_once)
{
	struct stage *s = shared();

	REFUSED(retract(s, CHIRP, "\"" ID_P1 "\"", ""), NOT_PERMITTED, "");
	REFUSED(retract(s, "StreamHarbor/gateway", "\"" ID_P1 "\"", ""), NOT_PERMITTED, "");
	REFUSED(retract(s, "CDA/duty officer", "\"" ID_P1 "\"", ""), NOT_FOUND, "body.item_refs[0]"); /* not in the audience */
	REFUSED(retract(s, HARBOR, "\"" ID_P1 "\",\"" ID("ff") "\"", ""), NOT_FOUND, "body.item_refs[1]");
	REFUSED(retract(s, HARBOR, "\"" ID_P1 "\",\"" ID_P1 "\"", ""), BAD_VALUE, "body.item_refs[1]");
	REFUSED(retract(s, HARBOR, "\"" ID_P1 "\"", ",\"ack_required\":false"), CONDITION, "ack_required");
	REFUSED(stage_act(s, HARBOR,
			  "{\"type\":\"M8\"," NO_PERSONAL ",\"body\":{\"step\":\"retract\",\"item_refs\":[\"" ID_P1 "\"],"
			  "\"reason\":\"expired\",\"undo_advice\":\"none\"}}"),
		BAD_VALUE, "body.reason");
	CHECK_INT(signals_share(s, HARBOR, "\"HUB\",\"LoopReel\"", PDQ_ITEM("b7", PDQ_P1C, "88", "31"), ABOUT), 0);
	REFUSED(retract(s, HARBOR, "\"" ID_P1 "\",\"" ID("b7") "\"", ""), CONDITION, "body.item_refs[1]");
	CHECK_INT(retract(s, "HUB/lead", "\"" ID_P1 "\"", ""), 0);
	REFUSED(retract(s, HARBOR, "\"" ID_P1 "\"", ""), STATE, "body.item_refs[0]");
	REFUSED(signals_report(s, LOOP, ID_P1, "match_count", COUNTS(3)), STATE, "body.item_ref");
	stage_free(s);
}

CASE(machines_that_imported_a_signal_follow_what_narrows_it_and_its_end)
{
	struct stage *s = shared();

	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "narrow", ",\"match_distance_max\":16")), 0);
	CHECK_INT(owes(s, "M6.scope", "LoopReel"), TOC_BY_MACHINE);
	CHECK_INT(owes(s, "M6.scope", "GameNest"), 0);
	CHECK_INT(delivered(s, "LoopReel", id_of(s, "M6.scope")), 0);
	CHECK_INT(owes(s, "M6.scope", "LoopReel"), 0);
	CHECK_INT(owes(s, "M6.scope", "Chirplet"), TOC_BY_MACHINE);
	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "quarantine", "")), 0);
	CHECK_INT(delivered(s, "Chirplet", id_of(s, "M6.scope")), 0);
	CHECK_INT(signals_scope(s, "HUB/lead", SCOPE(ID_P1, "lift", "")), 0);
	CHECK(!toc_get(decided_of(stage_last(s, "M6.scope", NULL)), "confirmations")); /* nothing is less by it */
	stage_to(s, "4420:00:00");
	CHECK_TEXT(toc_get_text(toc_get(toc_get(stage_last(s, "M8.retract", "server")->e.body, "message"), "body"), "reason"),
		   "expired");
	CHECK_INT(owes(s, "M8.retract", "Chirplet"), TOC_BY_MACHINE);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(what_is_not_confirmed_is_counted_at_closing_and_named_to_who_asks)
{
	struct stage *s = shared();
	const char *id = toc_uuid_str(s->a, signals_incident(s)).p;

	CHECK_INT(retract(s, HARBOR, "\"" ID_P1 "\"", ""), 0);
	CHECK_INT(decide(s, "HUB/lead", id, "assess", ""), 0);
	CHECK_INT(decide(s, "AIRU/duty officer", id, "activate", ""), 0);
	CHECK_INT(answer(s, "HUB/lead", id, "activate", "confirm", id_of(s, "M3.propose")), 0);
	CHECK_INT(status(s, HARBOR, id, "falling", ""), 0);
	CHECK_INT(status(s, HARBOR, id, "none", ""), 0);
	CHECK_INT(stage_act(s, "AIRU/liaison officer",
			    "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"outcome\",\"human_ack_by\":\"%s\",\"at\":\"%s\","
			    "\"outcome\":\"safe\"}}",
			    stage_case(s, "M4.send", NULL), toc_uuid_str(s->a, stage_person(s, "AIRU/liaison officer")).p, now_of(s)),
		  0);
	const struct toc_value *asked = toc_get(
		stage_prepare(s, "HUB/lead", crisis_decision(s, "HUB/lead", id, "wind_down", "")), "closing");
	CHECK_INT(toc_get_int(asked, "unconfirmed", 0), 1);
	CHECK(toc_list_has(toc_get(toc_at(toc_get(asked, "to_confirm"), 0), "orgs"), TOC_STR("LoopReel")));
	CHECK_INT(decide(s, "HUB/lead", id, "wind_down", ""), 0);
	const struct toc_value *closing = toc_get(decided_of(stage_last(s, "M3.wind_down", NULL)), "closing");
	CHECK_INT(toc_get_int(closing, "unconfirmed", 0), 1);
	CHECK(!toc_get(closing, "to_confirm"));
	stage_free(s);
}

CASE(a_wrong_audience_loses_access_with_the_recall_and_confirms_within_the_hour)
{
	struct stage *s = shared();
	const char *m6 = id_of(s, "M6.share");

	CHECK_INT(recall(s, HARBOR, m6, "sent_to_wrong_audience", ",\"from\":[\"LoopReel\",\"OSF\"]"), 0);
	const struct stage_entry *e = stage_last(s, "M25.recall", NULL);
	CHECK(stage_reads(s, e, "LoopReel", TOC_ROLE_CR, NULL) && stage_reads(s, e, "LoopReel", TOC_ROLE_SV, NULL) &&
	      stage_reads(s, e, "GameNest", TOC_ROLE_CR, NULL));
	const struct toc_message *m = toc_find_message(s->w, toc_id_of(toc_str_of(m6)));
	CHECK(!toc_is_reader(m, TOC_STR("LoopReel"), TOC_ROLE_ALL) && !toc_is_reader(m, TOC_STR("OSF"), TOC_ROLE_ALL));
	CHECK(toc_is_reader(m, TOC_STR("GameNest"), TOC_ROLE_CR));
	/* what hangs on it is not theirs either: not the items, no receipt, no count */
	REFUSED(signals_report(s, LOOP, ID_P1, "match_count", COUNTS(3)), NOT_FOUND, "body.item_ref");
	REFUSED(acknowledge(s, LOOP, m6), NOT_FOUND, "body.message_ref");
	CHECK_INT(owes(s, "M25.recall", "LoopReel"), TOC_BY_MACHINE | TOC_BY_PERSON);
	CHECK_INT(owes(s, "M25.recall", "OSF"), TOC_BY_PERSON);
	CHECK_INT(owes(s, "M25.recall", "GameNest"), 0); /* nothing is wrong there */

	const char *m25 = id_of(s, "M25.recall");
	CHECK(toc_running(s->w, "T32", e->e.eid, TOC_STR("LoopReel")) == NULL); /* not delivered yet */
	stage_to(s, "30:00");
	CHECK_INT(delivered(s, "LoopReel", m25), 0);
	const struct toc_timer *t32 = toc_running(s->w, "T32", e->e.eid, TOC_STR("LoopReel"));
	CHECK(t32 && t32->deadline.us == stage_time(s, "90:00").us);
	CHECK_INT(confirm_recall(s, "LoopReel/gateway", m25), 0);
	CHECK_INT(owes(s, "M25.recall", "LoopReel"), TOC_BY_PERSON);
	CHECK(toc_running(s->w, "T32", e->e.eid, TOC_STR("LoopReel")) != NULL);
	stage_to(s, "89:30");
	const struct stage_entry *warned = stage_last(s, "deadline.warned", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, warned)), "LoopReel StreamHarbor");
	stage_to(s, "90:00");
	CHECK_INT(passed(s, "T32"), 1);
	stage_to(s, "91:00");
	CHECK_INT(confirm_recall(s, LOOP, m25), 0);
	const struct stage_entry *confirmed = stage_last(s, "M25.confirm", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, confirmed)), "LoopReel StreamHarbor");
	CHECK(!toc_get_bool(stage_timer(confirmed, "timers_stopped", "T32", "LoopReel"), "met"));
	REFUSED(confirm_recall(s, LOOP, m25), STATE, "body.message_ref");
	REFUSED(confirm_recall(s, GAME, m25), STATE, "body.message_ref");
	REFUSED(confirm_recall(s, "CDA/duty officer", m25), NOT_FOUND, "body.message_ref");
	REFUSED(recall(s, HARBOR, m25, "cancel", ""), STATE, "body.message_ref"); /* never recallable */
	CHECK_INT(recall(s, HARBOR, m6, "cancel", ""), 0); /* the others have it still */
	REFUSED(recall(s, HARBOR, m6, "cancel", ""), STATE, "body.message_ref");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_cancelled_message_stays_readable_and_everybody_confirms)
{
	struct stage *s = begun();
	const char *id = active(s);

	CHECK_INT(warn(s, "HUB/lead", assessed(s), ""), 0);
	const char *m2 = id_of(s, "M2.issue");
	REFUSED(recall(s, "AIRU/second officer", m2, "cancel", ""), NOT_PERMITTED, ""); /* not their own */
	REFUSED(recall(s, "HUB/duty officer", m2, "cancel", ""), NOT_PERMITTED, "body.message_ref"); /* could not have sent it */
	REFUSED(recall(s, "HUB/lead", m2, "cancel", ",\"from\":[\"OSF\"]"), CONDITION, "body.from");
	REFUSED(recall(s, "HUB/lead", m2, "sent_to_wrong_audience", ",\"from\":[\"FRP\"]"), CONDITION, "body.from");
	REFUSED(recall(s, "HUB/lead", m2, "correct", ",\"replaced_by\":\"01980000-0000-7000-8000-00000000ffff\""), NOT_FOUND,
		"body.message_ref");
	REFUSED(stage_act(s, "HUB/lead",
			  "{\"type\":\"M25\",\"ack_required\":false," NO_PERSONAL
			  ",\"body\":{\"step\":\"recall\",\"message_ref\":\"%s\",\"kind\":\"cancel\",\"instruction\":\"ignore\"}}",
			  m2),
		CONDITION, "ack_required");
	CHECK_INT(recall(s, "HUB/second lead", m2, "cancel", ""), 0);
	CHECK(toc_is_reader(toc_find_message(s->w, toc_id_of(toc_str_of(m2))), TOC_STR("LoopReel"), TOC_ROLE_CR));
	CHECK_INT(owes(s, "M25.recall", "PastePond"), TOC_BY_PERSON);
	CHECK_INT(confirm_recall(s, "PastePond/owner", id_of(s, "M25.recall")), 0);
	CHECK_INT(owes(s, "M25.recall", "PastePond"), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE); /* a recall undoes no decision */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_threat_that_went_to_the_wrong_desk_is_not_theirs_any_more_nor_what_follows)
{
	struct stage *s = begun();

	CHECK_INT(stage_act_value(s, "GameNest/night responder",
				  stage_message(s, stage_notice(s, "", "\"concerned_states\":[{\"cc\":\"XA\",\"ground\":"
								       "\"place_of_offence\"},{\"cc\":\"XB\",\"ground\":"
								       "\"place_of_offence\"}]"))),
		  0);
	const char *m4 = id_of(s, "M4.send"), *c = stage_case(s, "M4.send", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M4.send", NULL))), "AIRU BFP GameNest HUB");
	CHECK_INT(recall(s, "GameNest/night responder", m4, "sent_to_wrong_audience", ",\"from\":[\"BFP\"]"), 0);
	const struct toc_threat *t = toc_find_threat(s->w, toc_id_of(toc_str_of(c)));
	CHECK_INT(toc_desk_of(t, TOC_STR("BFP"))->state, TOC_DESK_WITHDRAWN);
	CHECK(toc_running(s->w, "T17", t->id, TOC_STR("BFP")) == NULL && toc_running(s->w, "T17", t->id, TOC_STR("AIRU")));
	CHECK_INT(stage_act(s, "GameNest/night responder",
			    "{\"type\":\"M4\",\"case_ref\":\"%s\",\"body\":{\"step\":\"supplement\",\"explanation\":\"more\"}}", c),
		  0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M4.supplement", NULL))), "AIRU GameNest HUB");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(what_an_m29_carries_is_recalled_with_it)
{
	struct stage *s = begun();

	CHECK_INT(stage_act_value(s, "GameNest/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	const char *m4 = id_of(s, "M4.send"), *c = stage_case(s, "M4.send", NULL);
	CHECK_INT(stage_act(s, "AIRU/duty officer",
			    "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"redirect\",\"human_ack_by\":\"%s\",\"at\":\"%s\","
			    "\"redirect_to\":\"BFP\",\"redirect_ground\":\"place_of_offence\"}}",
			    c, toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p, now_of(s)),
		  0);
	const struct stage_entry *m29 = stage_last(s, "M29.disclose", NULL);
	CHECK(toc_is_reader(toc_find_message(s->w, toc_id_of(toc_str_of(m4))), TOC_STR("BFP"), TOC_ROLE_DU));
	CHECK_INT(recall(s, "GameNest/night responder", m4, "sent_to_wrong_audience", ",\"from\":[\"BFP\"]"), 0);
	const struct toc_value *entries = toc_get(toc_get(decided_of(stage_last(s, "M25.recall", NULL)), "recalled"), "entries");
	CHECK(toc_list_has(entries, toc_str_of(m4)) && toc_list_has(entries, toc_uuid_str(s->a, m29->e.eid)));
	CHECK(!toc_is_reader(toc_find_message(s->w, m29->e.eid), TOC_STR("BFP"), TOC_ROLE_ALL));
	CHECK(stage_reads(s, stage_last(s, "M25.recall", NULL), "BFP", TOC_ROLE_DU, NULL)); /* who got it is told */
	stage_free(s);
}

RUN_CASES()
