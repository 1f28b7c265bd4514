/* test_lantern.c: LANTERN, from the first report to the public debrief, with the fixed answers of its rules (h.1). */
#include "check.h"
#include "course.h"

static struct stage *played(void)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "30:00") == 0);
	return s;
}

CASE(draft_opens_the_case_and_starts_t16_for_the_provider_alone)
{
	struct stage *s = played();
	const struct stage_entry *e = stage_named(s, "draft");
	const struct toc_value *t16 = stage_timer(e, "timers_started", "T16", "StreamHarbor");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "StreamHarbor");
	CHECK(toc_get_time(t16, "deadline", TOC_TIME_NEVER).us == stage_time(s, "18:10").us);
	CHECK(toc_get_time(t16, "next", TOC_TIME_NEVER).us == stage_time(s, "13:10").us);
	CHECK(!toc_uuid_is_nil(e->e.case_ref));
	stage_free(s);
}

CASE(notice_goes_to_airu_with_a_copy_for_the_hub)
{
	struct stage *s = played();
	const struct stage_entry *e = stage_named(s, "send1");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU HUB StreamHarbor");
	CHECK_TEXT(toc_get_text(stage_decided(e, "desks", "org", "AIRU"), "role"), "competent");
	CHECK_TEXT(toc_get_text(stage_decided(e, "desks", "org", "HUB"), "role"), "hub");
	CHECK(toc_get_text(stage_decided(e, "desks", "org", "AIRU"), "why").n > 0);
	CHECK(toc_list_has(toc_get(stage_decided(e, "desks", "org", "AIRU"), "grounds"),
			   TOC_STR("target_place")));
	CHECK(toc_get_time(stage_timer(e, "timers_started", "T17", "AIRU"), "deadline", TOC_TIME_NEVER).us ==
	      stage_time(s, "09:00").us);
	CHECK_TEXT(toc_get_text(toc_get(e->e.body, "decided"), "policy_version"), "XA:1");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(t16_is_met_at_50_seconds)
{
	struct stage *s = played();
	const struct toc_value *t16 =
		stage_timer(stage_named(s, "send1"), "timers_stopped", "T16", "StreamHarbor");
	CHECK(toc_get_bool(t16, "met"));
	CHECK_INT(toc_get_int(t16, "took_ms", 0), 50000);
	stage_free(s);
}

CASE(machine_receipt_is_not_a_person_and_stops_nothing)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "04:05") == 0);
	const struct stage_entry *e = stage_named(s, "machine");
	CHECK_TEXT(e->e.k, "M19.machine");
	CHECK_TEXT(toc_get_text(toc_get(toc_get(e->e.body, "message"), "body"), "actor_kind"), "machine");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU HUB StreamHarbor");
	CHECK(!stage_reads(s, e, "HUB", TOC_ROLE_DU, NULL)); /* of the hub its lead only */
	CHECK_TEXT(toc_get_text(stage_decided(e, "state", "desk", "AIRU"), "to"), "DELIVERED");
	CHECK(toc_running(s->w, "T17", e->e.case_ref, TOC_STR("AIRU")) != NULL);
	stage_free(s);
}

CASE(a_person_answers_65_seconds_after_sending_and_115_after_awareness)
{
	struct stage *s = played();
	const struct stage_entry *sent = stage_named(s, "send1"), *delivered = stage_named(s, "machine"),
				 *accept = stage_named(s, "accept");
	toc_time at = toc_get_time(toc_get(accept->e.body, "decided"), "at", TOC_TIME_NEVER);
	CHECK_INT(toc_between(toc_get_time(toc_get(sent->e.body, "decided"), "at", TOC_TIME_NEVER), at).us,
		  65000000);
	CHECK_INT(
		toc_between(toc_get_time(toc_get(delivered->e.body, "decided"), "at", TOC_TIME_NEVER), at).us,
		60000000);
	CHECK_INT(toc_between(toc_find_threat(s->w, sent->e.case_ref)->aware_at, at).us, 115000000);
	stage_free(s);
}

CASE(acceptance_by_a_state_stops_paging_everywhere_the_hub_included)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "06:10") == 0);
	const struct stage_entry *e = stage_named(s, "accept");
	const struct toc_value *airu = stage_timer(e, "timers_stopped", "T17", "AIRU"),
			       *hub = stage_timer(e, "timers_stopped", "T17", "HUB");
	CHECK(toc_get_bool(airu, "met"));
	CHECK_INT(toc_get_int(airu, "took_ms", 0), 65000);
	CHECK(hub != NULL);
	CHECK(!toc_running(s->w, "T17", e->e.case_ref, TOC_STR("AIRU")) &&
	      !toc_running(s->w, "T17", e->e.case_ref, TOC_STR("HUB")));
	CHECK(toc_get_time(stage_timer(e, "timers_started", "T18", "AIRU"), "deadline", TOC_TIME_NEVER).us ==
	      stage_time(s, "72:05:05").us);
	stage_to(s, "1:00:00"); /* nobody is called any more */
	CHECK_INT(stage_count(s, "M19.escalation", NULL), 0);
	CHECK_INT(stage_count(s, "deadline.passed", NULL), 0);
	stage_free(s);
}

CASE(supplement_is_a_message_of_its_own_in_the_same_case_and_starts_t8)
{
	struct stage *s = played();
	const struct stage_entry *e = stage_named(s, "supplement"), *sent = stage_named(s, "send1");
	CHECK(!toc_uuid_eq(e->e.eid, sent->e.eid) && toc_uuid_eq(e->e.case_ref, sent->e.case_ref));
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU HUB StreamHarbor");
	CHECK_TEXT(toc_get_text(stage_timer(e, "timers_started", "T8", "StreamHarbor"), "deadline"),
		   "2031-11-17T14:04:10.000Z");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_outcome_closes_the_case)
{
	struct stage *s = played();
	const char *id = stage_case(s, "M4.send", NULL);
	stage_to(s, "5:00:00");
	CHECK(stage_act(s, "AIRU/liaison officer",
			"{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"outcome\",\"human_ack_"
			"by\":\"%s\",\"at\":\"%s\","
			"\"outcome\":\"harm_occurred\"}}",
			id, toc_uuid_str(s->a, stage_person(s, "AIRU/liaison officer")).p,
			toc_time_str(s->a, stage_time(s, "5:00:00")).p) == 0);
	struct toc_uuid *open;
	CHECK_INT(toc_world_open_cases(s->w, 100, s->a, &open), 0);
	CHECK(stage_timer(stage_last(s, "M5.outcome", NULL), "timers_stopped", "T18", "AIRU") != NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- the crisis ---- */

static const char everybody[] =
	"AIRU BFP CDA Chirplet GameNest HUB LoopReel PastePond StreamHarbor"; /* whole */

static const struct toc_incident *first(struct stage *s)
{
	return toc_find_incident(s->w, stage_named(s, "report1")->e.incident);
}

CASE(a_report_opens_an_incident_for_those_it_names_and_the_case_keeps_its_audience)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "06:40") == 0);
	const struct stage_entry *e = stage_named(s, "report1"), *sent = stage_named(s, "send1");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU BFP CDA HUB");
	CHECK_INT(first(s)->state, TOC_INCIDENT_REPORTED);
	CHECK(first(s)->n_cases == 1 && toc_uuid_eq(first(s)->cases[0].id, sent->e.case_ref));
	CHECK(toc_short_is(&first(s)->affected[0].org, TOC_STR("XA")));
	const struct toc_message *m = toc_find_message(s->w, sent->e.eid);
	/* nor does anybody else learn that there is a case: the tie is an entry of its own */
	const struct stage_entry *tie = stage_last(s, "M1.link", "server");
	CHECK_TEXT(toc_str_of(stage_readers(s, tie)), "AIRU HUB");
	CHECK(!toc_get(toc_get(toc_get(e->e.body, "message"), "body"), "links") &&
	      !toc_get(toc_get(e->e.body, "decided"), "ties"));
	CHECK(!toc_is_reader(m, TOC_STR("BFP"), TOC_ROLE_ALL) &&
	      !toc_is_reader(m, TOC_STR("CDA"), TOC_ROLE_ALL));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_second_report_is_a_duplicate_and_both_are_kept)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "07:00") == 0);
	const struct stage_entry *e = stage_named(s, "report2");
	const struct toc_incident *i = toc_find_incident(s->w, e->e.incident);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU BFP CDA Chirplet HUB");
	CHECK(i && i->state == TOC_INCIDENT_LINKED_DUPLICATE && toc_uuid_eq(i->duplicate_of, first(s)->id));
	CHECK_INT(first(s)->state, TOC_INCIDENT_REPORTED);
	CHECK(!toc_is_party(first(s), TOC_STR("Chirplet"))); /* a tie tells nobody anything */
	stage_free(s);
}

CASE(both_reporters_see_who_has_taken_it_up)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "09:30") == 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_named(s, "assess"))), "AIRU BFP CDA Chirplet HUB");
	CHECK_INT(first(s)->state, TOC_INCIDENT_ASSESSING);
	CHECK(toc_uuid_eq(first(s)->assignee, stage_person(s, "HUB/lead")));
	stage_free(s);
}

CASE(the_early_warning_calls_nobody_and_ends_by_itself)
{
	struct stage *s = stage_new();
	enum toc_rendering r;
	CHECK(stage_play(s, "lantern.json", "11:00") == 0);
	const struct stage_entry *e = stage_named(s, "warning");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), everybody);
	CHECK(stage_reads(s, e, "OSF", TOC_ROLE_DU, &r) && r == TOC_WITHOUT_PERSONAL);
	CHECK(stage_reads(s, e, "DGO", TOC_ROLE_PL, &r) && r == TOC_WITHOUT_PERSONAL);
	CHECK(!stage_reads(s, e, "StreamHarbor", TOC_ROLE_SV, NULL));
	CHECK(!toc_get(toc_get(e->e.body, "decided"), "pages"));
	stage_to(s, "6:10:59");
	CHECK_INT(first(s)->state, TOC_INCIDENT_EARLY_WARNING);
	CHECK_INT(stage_count(s, "M19.escalation", NULL), 0);
	stage_to(s, "6:11:00");
	CHECK_INT(first(s)->state, TOC_INCIDENT_ASSESSING);
	const struct stage_entry *over = stage_last(s, "M2.expire", "server");
	CHECK_TEXT(toc_str_of(stage_readers(s, over)), everybody);
	CHECK(toc_uuid_eq(over->e.ref, e->e.eid));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(activation_needs_a_person_of_another_organisation)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "14:40") == 0);
	CHECK_INT(first(s)->state, TOC_INCIDENT_EARLY_WARNING);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_named(s, "propose"))), "AIRU BFP CDA HUB");
	stage_free(s);
}

CASE(activation_is_told_to_all_and_owed_by_those_who_did_not_decide_it)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "15:00") == 0);
	const struct stage_entry *e = stage_named(s, "activation");
	static const char *const owing[] = { "BFP",      "CDA", "Chirplet",    "GameNest",
					     "LoopReel", "OSF", "StreamHarbor" };
	CHECK_INT(first(s)->state, TOC_INCIDENT_ACTIVE);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), everybody);
	for (size_t i = 0; i < sizeof owing / sizeof *owing; i++)
		CHECK(toc_get_time(stage_timer(e, "timers_started", "T19", owing[i]), "deadline",
				   TOC_TIME_NEVER)
			      .us == stage_time(s, "30:00").us);
	CHECK(toc_get_time(stage_timer(e, "timers_started", "T19", "PastePond"), "deadline", TOC_TIME_NEVER)
		      .us == stage_time(s, "45:00").us);
	CHECK(!stage_timer(e, "timers_started", "T19", "AIRU") &&
	      !stage_timer(e, "timers_started", "T19", "HUB") &&
	      !stage_timer(e, "timers_started", "T19", "DGO"));
	CHECK(toc_running(s->w, "T20", first(s)->id, TOC_STR("")) == NULL);
	const struct toc_timer *review = toc_running(s->w, "T21", first(s)->id, TOC_STR(""));
	CHECK(review && review->deadline.us == stage_time(s, "24:15:00").us);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_unread_e_mail_moves_to_the_owners_telephone_and_then_to_the_partner)
{
	struct stage *s = played();
	const struct stage_entry *e = stage_last(s, "M19.escalation", NULL);
	CHECK_INT(stage_count(s, "M19.escalation", NULL), 1);
	CHECK(toc_uuid_eq(e->e.ref, stage_named(s, "activation")->e.eid));
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "HUB PastePond");
	CHECK(stage_reads(s, e, "HUB", TOC_ROLE_IL, NULL) &&
	      stage_reads(s, e, "PastePond", TOC_ROLE_CR, NULL));
	CHECK_TEXT(toc_get_text(stage_decided(e, "pages", "org", "PastePond"), "channel"), "phone");
	const struct toc_timer *t19 = toc_running(s->w, "T19", first(s)->id, TOC_STR("PastePond"));
	CHECK(t19 && !t19->breached);
	stage_to(s, "45:00");
	e = stage_last(s, "M19.escalation", NULL);
	CHECK_INT(toc_get_int(toc_get(toc_get(e->e.body, "message"), "body"), "contact", 0), 2);
	t19 = toc_running(s->w, "T19", first(s)->id, TOC_STR("PastePond"));
	CHECK(t19 && t19->breached);
	stage_to(s, "1:00:00");
	CHECK(toc_get_bool(toc_get(stage_last(s, "M19.escalation", NULL)->e.body, "decided"),
			   "chain_exhausted"));
	stage_to(s, "3:00:00");
	CHECK_INT(stage_count(s, "M19.escalation", NULL), 3); /* and then there is nobody left to call */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(what_the_activation_asks_of_each_can_be_told_from_the_entries)
{
	struct stage *s = played();
	unsigned owed = 0, answered = 0;
	const struct toc_value *started =
		toc_get(toc_get(stage_named(s, "activation")->e.body, "decided"), "timers_started");
	for (size_t i = 0; i < toc_len(started); i++) {
		if (!toc_get_is(toc_at(started, i), "timer", "T19"))
			continue;
		owed++;
		for (size_t k = 0; k < s->n; k++) {
			const struct toc_value *d = toc_get(s->ledger[k].e.body, "decided");
			const struct toc_value *stop = toc_at(toc_get(d, "timers_stopped"), 0),
					       *receipt = toc_at(toc_get(d, "receipts"), 0);
			if (toc_str_eq(toc_get_text(stop, "id"), toc_get_text(toc_at(started, i), "id"))) {
				answered++;
				CHECK(toc_get_bool(stop, "met"));
				CHECK(toc_get_text(receipt, "person").n &&
				      toc_get_is(receipt, "state", "acked"));
				CHECK(stage_reads(s, &s->ledger[k], "HUB", TOC_ROLE_IL,
						  NULL)); /* the confirming hub's lead */
			}
		}
	}
	CHECK_INT(owed, 8);
	CHECK_INT(answered, 7);
	stage_free(s);
}

CASE(the_order_is_carried_out_24_min_38_s_after_its_receipt)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", NULL) == 0);
	const struct stage_entry *issue = stage_named(s, "order"), *done = stage_named(s, "executed");
	const struct toc_value *t1 = stage_timer(done, "timers_stopped", "T1", "PastePond"),
			       *t3 = stage_timer(done, "timers_stopped", "T3", "PastePond"),
			       *t8 = stage_timer(done, "timers_started", "T8", "PastePond");
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_named(s, "orderDraft"))), "AIRU");
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_named(s, "certify"))), "AIRU");
	CHECK_TEXT(toc_str_of(stage_readers(s, issue)), "AIRU HUB PastePond"); /* no cross-border copy */
	CHECK(stage_reads(s, issue, "AIRU", TOC_ROLE_LI, NULL) && !stage_reads(s, issue, "AIRU", TOC_ROLE_DU, NULL));
	CHECK(toc_get_bool(t1, "met") && toc_get_bool(t3, "met"));
	CHECK_INT(toc_get_int(t1, "took_ms", 0), (24 * 60 + 38) * 1000);
	CHECK_INT(toc_get_int(t1, "left_ms", 0), (35 * 60 + 22) * 1000);
	CHECK_INT(toc_get_int(t3, "took_ms", 0), 50 * 1000);
	CHECK(toc_get_time(t8, "starts", TOC_TIME_NEVER).us == stage_time(s, "60:10").us);
	CHECK(toc_get_time(t8, "deadline", TOC_TIME_NEVER).us == toc_after_months(stage_time(s, "60:10"), 6).us);
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- the course, to the public debrief ---- */

CASE(the_whole_exercise_ends_archived_with_its_fixed_answers)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", NULL) == 0);
	const struct toc_value *figures = toc_get(toc_get(decided_of(stage_named(s, "published")), "report"), "figures");
	static const struct {
		const char *name;
		int64_t is;
	} answers[] = { { "duplicates", 1 },       { "signals_disputed", 1 },	 { "active_s", 28 * 3600 + 45 * 60 },
			{ "signals_total", 6 },    { "platforms_engaged", 5 },	 { "platforms_falling", 4 },
			{ "acknowledged", 8 },     { "acknowledged_in_time", 8 }, { "orders_issued", 1 },
			{ "orders_executed", 1 },  { "order_hours_breached", 0 }, { "itl_open", 0 },
			{ "linked_activations", 1 }, { "contributors", 4 },	 { "reports", 1 },
			{ "orders_received", 1 },  { "orders_within_1h", 1 },	 { "orders_within_1h_permille", 1000 },
			{ "orders_within_24h_permille", 1000 }, { "orders_median_s", 24 * 60 + 38 },
			{ "order_items_removed", 1 }, { "order_items_reinstated", 0 }, { "proactive_permille", 998 },
			{ "acknowledged_median_s", 110 }, { "complaints", 0 } };
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		CHECK_INT(toc_get_int(figures, answers[i].name, -1), answers[i].is);
	CHECK_INT(first(s)->state, TOC_INCIDENT_ARCHIVED);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_named(s, "victim"))), "AIRU Chirplet");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(all_clear_reaches_everybody_and_after_it_no_timer_of_the_crisis_speaks)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "29:00:00") == 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_named(s, "allClear"))), everybody);
	size_t n = s->n;
	stage_to(s, "200:00:00");
	for (size_t i = n; i < s->n; i++) /* nor anybody else's: what is left runs for months */
		CHECK(toc_str_is(s->ledger[i].e.k, "exercise.clock") || toc_str_is(s->ledger[i].e.k, "M19.delivery"));
	stage_free(s);
}

RUN_CASES()
