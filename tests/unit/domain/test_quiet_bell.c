/* test_quiet_bell.c: QUIET BELL, the notifications and their answers, with the fixed answers of its rules
 * (h.2). */
#include "check.h"
#include "stage.h"

#include <string.h>

#include "message/json.h"

static struct stage *until(const char *t)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "quiet-bell.json", t) == 0);
	return s;
}

static toc_time at(const struct stage_entry *e)
{
	return toc_get_time(toc_get(e->e.body, "decided"), "at", TOC_TIME_NEVER);
}

CASE(unknown_state_falls_back_to_the_home_desk_and_the_hub)
{
	struct stage *s = until("02:00");
	const struct stage_entry *e = stage_named(s, "send1");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "CDA GameNest HUB");
	CHECK_TEXT(toc_get_text(stage_decided(e, "desks", "org", "CDA"), "role"), "home");
	CHECK_TEXT(toc_get_text(stage_decided(e, "desks", "org", "HUB"), "role"), "hub");
	CHECK_INT(toc_get_int(stage_timer(e, "timers_stopped", "T16", "GameNest"), "took_ms", 0), 80000);
	CHECK(toc_get_bool(stage_timer(e, "timers_stopped", "T16", "GameNest"), "met"));
	stage_free(s);
}

CASE(the_hubs_answer_stops_the_hubs_paging_only)
{
	struct stage *s = until("04:00");
	const struct stage_entry *e = stage_named(s, "hub_ack");
	CHECK(stage_timer(e, "timers_stopped", "T17", "HUB") != NULL);
	CHECK(!toc_running(s->w, "T17", e->e.case_ref, TOC_STR("HUB")));
	CHECK(toc_running(s->w, "T17", e->e.case_ref, TOC_STR("CDA")) != NULL);
	stage_free(s);
}

CASE(after_five_minutes_the_second_contact_is_called_and_the_log_shows_both)
{
	struct stage *s = until("07:00");
	const struct stage_entry *sent = stage_named(s, "send1"), *e = stage_last(s, "M19.escalation", NULL);
	CHECK_INT(stage_count(s, "M19.escalation", NULL), 1);
	CHECK(at(e).us == stage_time(s, "07:00").us);
	const struct toc_value *body = toc_get(toc_get(e->e.body, "message"), "body");
	CHECK_TEXT(toc_get_text(body, "recipient_org"), "CDA");
	CHECK_INT(toc_get_int(body, "contact", -1), 1);
	CHECK_TEXT(toc_get_text(body, "state"),
		   "not_attempted"); /* there is no telephone yet: never "sent" */
	const struct toc_value *first = stage_decided(sent, "pages", "org", "CDA"),
			       *second = stage_decided(e, "pages", "org", "CDA");
	CHECK_TEXT(toc_get_text(first, "channel"), "console");
	CHECK_TEXT(toc_get_text(first, "state"), "queued");
	CHECK_INT(toc_get_int(second, "contact", -1), 1);
	CHECK(toc_uuid_eq(toc_get_id(second, "person"), stage_person(s, "CDA/second contact")));
	CHECK(stage_decided(e, "pages", "channel", "SMS") && stage_decided(e, "pages", "channel", "phone"));
	CHECK_TEXT(toc_get_text(stage_decided(e, "pages", "channel", "phone"), "state"), "not_attempted");
	CHECK(stage_reads(s, e, "GameNest", TOC_ROLE_CR, NULL) &&
	      stage_reads(s, e, "CDA", TOC_ROLE_DU, NULL));
	CHECK(stage_reads(s, e, "HUB", TOC_ROLE_IL, NULL) && !stage_reads(s, e, "AIRU", TOC_ROLE_ALL, NULL));
	stage_free(s);
}

CASE(an_acknowledgement_is_not_an_acceptance)
{
	struct stage *s = until("09:00");
	const struct stage_entry *e = stage_named(s, "cda_ack");
	const struct toc_threat *t = toc_find_threat(s->w, e->e.case_ref);
	CHECK_INT(toc_desk_of(t, TOC_STR("CDA"))->state, TOC_DESK_ACKED);
	CHECK_INT(toc_get_int(stage_timer(e, "timers_stopped", "T17", "CDA"), "took_ms", 0), 420000);
	CHECK(!toc_get_bool(stage_timer(e, "timers_stopped", "T17", "CDA"), "met"));
	CHECK(toc_find_timer(s->w, toc_timer_id(TOC_STR("T18"), t->id, TOC_STR("CDA"))) == NULL);
	stage_free(s);
}

CASE(the_hubs_acceptance_is_coordination)
{
	struct stage *s = until("12:00");
	const struct stage_entry *e = stage_named(s, "hub_accept");
	CHECK(stage_timer(e, "timers_started", "T18", "HUB") == NULL);
	CHECK_INT(toc_find_threat(s->w, e->e.case_ref)->n_questions, 2);
	stage_free(s);
}

CASE(an_answer_closes_the_questions_and_reaches_the_desks)
{
	struct stage *s = until("15:00");
	const struct stage_entry *e = stage_named(s, "answer");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "CDA GameNest HUB");
	CHECK_INT(toc_find_threat(s->w, e->e.case_ref)->n_questions, 0);
	stage_free(s);
}

CASE(a_redirect_discloses_five_entries_and_starts_the_timer_there)
{
	struct stage *s = until("16:00");
	const struct stage_entry *redirect = stage_named(s, "redirect"),
				 *m29 = stage_last(s, "M29.disclose", NULL);
	static const char *const names[] = { "send1", "hub_ack", "cda_ack", "hub_accept", "answer" };
	CHECK_TEXT(toc_str_of(stage_readers(s, redirect)), "AIRU CDA GameNest HUB");
	CHECK_TEXT(toc_str_of(stage_readers(s, m29)), "AIRU HUB");
	CHECK_INT(m29->n_discloses, 5);
	for (size_t i = 0; i < 5; i++)
		CHECK(toc_uuid_eq(m29->discloses[i], stage_named(s, names[i])->e.eid));
	CHECK_TEXT(m29->e.org, "HUB"); /* decided by the hub's duty officer */
	CHECK(toc_uuid_eq(toc_get_id(m29->actor, "person"), stage_person(s, "HUB/duty officer")));
	CHECK_TEXT(toc_get_text(toc_get(toc_get(m29->e.body, "message"), "body"), "ground"), "redirect");
	CHECK(toc_get_time(stage_timer(m29, "timers_started", "T17", "AIRU"), "deadline", TOC_TIME_NEVER)
		      .us == stage_time(s, "21:00").us);
	CHECK_INT(toc_desk_of(toc_find_threat(s->w, redirect->e.case_ref), TOC_STR("HUB"))->state,
		  TOC_DESK_REDIRECTED);
	/* its originators read the heading, and so do the data protection officers of both sides */
	enum toc_rendering r;
	CHECK(stage_reads(s, m29, "GameNest", TOC_ROLE_CR, &r) && r == TOC_WITHOUT_PERSONAL);
	CHECK(stage_reads(s, m29, "AIRU", TOC_ROLE_DP, &r) && r == TOC_WITHOUT_PERSONAL);
	CHECK(stage_reads(s, m29, "AIRU", TOC_ROLE_DU, &r) && r == TOC_WHOLE);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(what_airu_knew_at_15_59_and_at_16_30)
{
	struct stage *s = until("17:00");
	size_t before = 0, after = 0;
	toc_time split = stage_time(s, "15:59"), t = stage_time(s, "16:30");
	for (size_t i = 0; i < s->n; i++) {
		const struct stage_entry *e = &s->ledger[i];
		if (!toc_uuid_eq(e->e.exercise, s->exercise) || toc_str_is(e->e.k, "exercise.clock") ||
		    toc_str_is(e->e.k, "exercise.create") ||
		    !stage_reads(s, e, "AIRU", TOC_ROLE_DU | TOC_ROLE_LI, NULL) || toc_before(t, at(e)))
			continue;
		if (toc_before(split, at(e)))
			after++;
		else
			before++;
	}
	CHECK_INT(before, 0);
	CHECK_INT(after, 2); /* the redirect, and the disclosure with five entries */
	const struct toc_timer *t17 =
		toc_running(s->w, "T17", stage_named(s, "send1")->e.case_ref, TOC_STR("AIRU"));
	CHECK(t17 && t17->starts.us == stage_time(s, "16:00").us &&
	      t17->next.us == stage_time(s, "21:00").us);
	stage_free(s);
}

CASE(the_competent_state_accepts_after_17_30)
{
	struct stage *s = until("17:30");
	const struct stage_entry *e = stage_named(s, "accept1");
	const struct toc_threat *t = toc_find_threat(s->w, e->e.case_ref);
	CHECK(at(e).us == stage_time(s, "17:30").us);
	CHECK(t->keep_until.us == stage_time(s, "3:00:00").us);
	CHECK_TEXT(toc_short_str(&t->kept_for), "AIRU");
	CHECK(stage_timer(e, "timers_started", "T18", "AIRU") != NULL);
	stage_free(s);
}

CASE(the_second_notice_goes_to_airu_and_the_hub_and_pages_nobody)
{
	struct stage *s = until("19:00");
	const struct stage_entry *e = stage_named(s, "send2");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU Chirplet HUB");
	CHECK(toc_get(toc_get(e->e.body, "decided"), "timers_started") == NULL);
	CHECK(toc_get(toc_get(e->e.body, "decided"), "pages") == NULL);
	const struct toc_threat *t = toc_find_threat(s->w, e->e.case_ref);
	CHECK_INT(toc_desk_of(t, TOC_STR("AIRU"))->state, TOC_DESK_ACCEPTED); /* taken over */
	CHECK(t->keep_until.us == stage_time(s, "3:00:00").us); /* what AIRU wants of the first holds here */
	stage_to(s, "1:00:00");
	CHECK_INT(stage_count(s, "M19.escalation", NULL), 1); /* the one of 07:00: AIRU is asked once */
	stage_free(s);
}

CASE(the_tie_is_known_to_those_who_read_both_ends_and_to_nobody_else)
{
	struct stage *s = until("19:00");
	const struct stage_entry *link = stage_last(s, "M1.link", NULL), *e = stage_named(s, "send2");
	CHECK_TEXT(toc_str_of(stage_readers(s, link)), "AIRU HUB");
	CHECK_TEXT(link->e.org, "server");
	/* nothing of the first case is in what Chirplet gets of its own notice */
	struct toc_value *shown = toc_decided_shown(s->a, e->e.k, toc_get(e->e.body, "decided"), TOC_WHOLE);
	CHECK(toc_get(shown, "dup_keys") == NULL && toc_get(shown, "links") == NULL &&
	      toc_get(shown, "digest") == NULL);
	for (size_t i = 0; i < s->n; i++)
		if (stage_reads(s, &s->ledger[i], "Chirplet", TOC_ROLE_ALL, NULL))
			CHECK(!toc_uuid_eq(s->ledger[i].e.case_ref, stage_named(s, "send1")->e.case_ref));
	stage_free(s);
}

CASE(acceptance_and_outcome_reach_the_linked_notifier_without_personal_data)
{
	struct stage *s = until(NULL);
	const struct stage_entry *accept = stage_named(s, "accept2"), *outcome = stage_named(s, "outcome");
	enum toc_rendering r = TOC_WHOLE;
	CHECK(stage_reads(s, accept, "Chirplet", TOC_ROLE_CR, &r) && r == TOC_WITHOUT_PERSONAL);
	CHECK(stage_reads(s, outcome, "Chirplet", TOC_ROLE_LG, &r) && r == TOC_WITHOUT_PERSONAL);
	CHECK(!stage_reads(s, stage_named(s, "accept1"), "Chirplet", TOC_ROLE_ALL, NULL));
	CHECK(!stage_reads(s, stage_named(s, "removed1"), "Chirplet", TOC_ROLE_ALL, NULL));
	CHECK(!stage_reads(s, stage_named(s, "removed2"), "GameNest", TOC_ROLE_ALL, NULL));
	/* neither provider learns who the other is */
	struct toc_value *whole = toc_decided_shown(s->a, accept->e.k, toc_get(accept->e.body, "decided"), TOC_WHOLE);
	struct toc_value *bare =
		toc_decided_shown(s->a, accept->e.k, toc_get(accept->e.body, "decided"), TOC_WITHOUT_PERSONAL);
	for (size_t i = 0; i < toc_len(toc_get(whole, "readers")); i++)
		CHECK(!toc_get_is(toc_at(toc_get(whole, "readers"), i), "org", "Chirplet"));
	CHECK(toc_get(bare, "readers") == NULL && toc_get(bare, "desks") == NULL &&
	      toc_get(bare, "linked") != NULL);
	CHECK(toc_get(whole, "linked") == NULL);
	stage_free(s);
}

/* Chirplet is reached by e-mail only. */
static void by_mail(struct stage *s, const char *who, const char *supersedes)
{
	CHECK(stage_act(s, "", "{\"type\":\"policy\",\"body\":{\"step\":\"channels\",\"version\":%d,\"valid_from\":\"2026-01-01T00:00:00Z\","
			       "\"channels\":[\"e-mail\"]}}", *supersedes ? 2 : 1) == 0);
	CHECK(stage_act(s, who, "{\"type\":\"M26\"%s%s%s,\"body\":{\"step\":\"own\",\"org\":\"Chirplet\",\"purposes\":[\"ITL\",\"crisis\",\"orders\"],"
			       "\"languages\":[\"en\"],\"hours\":\"24/7\",\"public\":false,\"escalation_chain\":[{\"person\":\"%s\",\"channels\":"
			       "[{\"kind\":\"e-mail\",\"address\":\"night@chirplet.example.invalid\"}]}]}}",
			*supersedes ? ",\"supersedes\":\"" : "", supersedes, *supersedes ? "\"" : "",
			toc_uuid_str(s->a, stage_person(s, "Chirplet/night responder")).p) == 0);
}

CASE(an_email_to_the_linked_notifier_tells_neither_provider_of_the_other)
{
	struct stage *s = stage_new();
	by_mail(s, "Chirplet/admin", "");
	by_mail(s, "Chirplet/second admin", stage_id(s, "M26.own", "Chirplet"));
	CHECK(stage_play(s, "quiet-bell.json", NULL) == 0);
	struct toc_uuid first = stage_named(s, "send1")->e.case_ref;
	const struct toc_outbox *box = toc_world_get(s->w, TOC_OBJECT_outbox, TOC_STR("Chirplet"));
	unsigned letters = 0;
	for (uint32_t i = 0; box && i < box->n_deliveries; i++) {
		const struct toc_delivery *d = toc_find_delivery(s->w, box->deliveries[i].id);
		letters += toc_uuid_eq(d->message, stage_named(s, "accept2")->e.eid);
		CHECK(!toc_uuid_eq(d->threat, first)); /* what its letter, link and record are of */
	}
	CHECK_INT(letters, 1);
	for (size_t i = 0; i < s->n; i++) {
		const struct stage_entry *e = &s->ledger[i];
		enum toc_rendering r = TOC_WHOLE;
		if (!toc_uuid_eq(e->e.case_ref, first) || !stage_reads(s, e, "GameNest", TOC_ROLE_ALL, &r))
			continue;
		struct toc_str shown = toc_json_str(s->a, toc_decided_shown(s->a, e->e.k, toc_get(e->e.body, "decided"), r));
		CHECK(!memmem(shown.p, shown.n, "Chirplet", 8));
	}
	stage_free(s);
}

CASE(do_not_remove_until_is_lifted_for_both_platforms)
{
	struct stage *s = until("1:35:00");
	CHECK(toc_find_threat(s->w, stage_named(s, "send1")->e.case_ref)->keep_until.us == TOC_TIME_NEVER.us);
	CHECK(toc_find_threat(s->w, stage_named(s, "send2")->e.case_ref)->keep_until.us == TOC_TIME_NEVER.us);
	stage_free(s);
}

CASE(the_outcome_closes_both_and_ends_the_reminder)
{
	struct stage *s = until(NULL);
	const struct stage_entry *e = stage_named(s, "outcome");
	CHECK_INT(toc_get_int(stage_timer(e, "timers_stopped", "T18", "AIRU"), "took_ms", 0),
		  (2 * 3600 + 600 - 1050) * 1000);
	CHECK_INT(toc_find_threat(s->w, stage_named(s, "send1")->e.case_ref)->state, TOC_CASE_CLOSED);
	CHECK_INT(toc_find_threat(s->w, stage_named(s, "send2")->e.case_ref)->state, TOC_CASE_CLOSED);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(audit_answers_notices_cases_and_desks)
{
	struct stage *s = until(NULL);
	struct toc_world_cursor cursor = { 0 };
	const struct toc_threat *t;
	size_t real = 0, paged = 0;
	static const char *const desks[] = { "AIRU", "BFP", "CDA", "HUB" };
	CHECK_INT(stage_count(s, "M4.send", NULL), 2);
	while ((t = toc_world_next(s->w, TOC_OBJECT_threat, &cursor)))
		real += toc_uuid_eq(t->root, t->id);
	CHECK_INT(real, 1);
	for (size_t k = 0; k < 4; k++)
		for (size_t i = 0; i < s->n; i++)
			if (stage_timer(&s->ledger[i], "timers_started", "T17", desks[k])) {
				paged++;
				break;
			}
	CHECK_INT(paged, 3); /* CDA and AIRU, and the hub */
	stage_free(s);
}

CASE(who_can_read_nightcourier7)
{
	struct stage *s = until(NULL);
	const struct stage_entry *e = stage_named(s, "send1");
	const struct toc_message *m = toc_find_message(s->w, e->e.eid);
	static const char *const may[] = { "AIRU", "CDA", "GameNest", "HUB" };
	const struct toc_value *list = toc_get(s->cast, "organisations");
	CHECK(toc_get(toc_get(e->whole, "body"), "user_identifiers") != NULL);
	CHECK(toc_get(toc_at(toc_get(toc_get(toc_get(e->e.body, "message"), "body"), "user_identifiers"), 0),
		      "value") == NULL);
	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_str org = toc_get_text(toc_at(list, i), "code");
		bool expected = false;
		for (size_t k = 0; k < 4; k++)
			expected |= toc_str_is(org, may[k]);
		CHECK_INT(toc_is_reader(m, org, TOC_ROLE_ALL), expected); /* snapshot and disclosures */
	}
	stage_free(s);
}

RUN_CASES()
