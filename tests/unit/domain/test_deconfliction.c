/* test_deconfliction.c: checks (M18): who is asked, what they learn, and what the asker does not; what answers mean. */
#include "check.h"
#include "fences.h"

#define AIRU "AIRU/duty officer"
#define AIRU_DC "AIRU/deconfliction officer"
#define BFP "BFP/duty officer"
#define BFP_DC "BFP/deconfliction officer"
#define HUB_DC "HUB/deconfliction officer"
#define URL SUBJECT("url", PASTE)

static const char *shown_of(struct stage *s, const struct stage_entry *e)
{
	const struct toc_value *decided = toc_get(e->e.body, "decided");
	return toc_arena_cstr(s->a, toc_json_str(s->a, toc_decided_shown(s->a, e->e.k, decided, TOC_WHOLE)));
}

CASE(the_hub_is_asked_always_and_an_authority_only_on_a_hit)
{
	struct stage *s = at_32();

	CHECK_INT(check(s, AIRU, URL, "removal_order", ""), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M18.check", "AIRU"))), "AIRU HUB");
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M18.asked", NULL))), "HUB");
	CHECK_INT(enquire(s, BFP_DC, URL), 0); /* the earlier check is AIRU's */
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M18.check", "BFP"))), "AIRU BFP HUB");
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M18.asked", NULL))), "AIRU HUB");
	CHECK_INT(check(s, AIRU, SUBJECT("url", "https://other.example/1") "," URL, "referral", ""), 0);
	const struct stage_entry *asked = stage_last(s, "M18.asked", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, asked)), "BFP HUB");
	const struct toc_value *hits = toc_get(toc_get(asked->whole, "body"), "hits");
	CHECK_INT(toc_len(hits), 1); /* BFP's check, not AIRU's own earlier one */
	CHECK_TEXT(toc_text_of(toc_at(hits, 0)), stage_id(s, "M18.check", "BFP"));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(whoever_has_a_threat_case_about_it_is_asked)
{
	struct stage *s = at_32();
	const char *hash = "\"content\":[{\"id\":\"p1\",\"type\":\"post\",\"hash_refs\":[{\"algorithm\":\"sha256\","
			   "\"value\":\"9c8506abf29ff0bb249797f36c77b97774ca5673d6177462c3dc63b9e5bedbcd\"}]}]";

	CHECK_INT(stage_act_value(s, "GameNest/night responder", stage_message(s, stage_notice(s, "", hash))), 0);
	CHECK_INT(check(s, "CDA/duty officer",
			SUBJECT("sha256", "9c8506abf29ff0bb249797f36c77b97774ca5673d6177462c3dc63b9e5bedbcd"),
			"removal_order", ""),
		  0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M18.asked", NULL))), "AIRU HUB");
	CHECK_TEXT(toc_text_of(toc_at(toc_get(toc_get(stage_last(s, "M18.asked", NULL)->whole, "body"), "hits"), 0)),
		   stage_id(s, "M4.send", NULL));
	stage_free(s);
}

CASE(what_it_is_about_is_in_no_entry_and_who_is_asked_is_shown_to_nobody)
{
	struct stage *s = at_32();

	CHECK_INT(enquire(s, BFP_DC, URL "," SUBJECT("handle", "nightcourier7")), 0);
	CHECK_INT(check(s, AIRU, URL, "removal_order", ",\"own_reference\":\"AIRU-7711\""), 0);
	CHECK_INT(check_answer(s, BFP, stage_id(s, "M18.check", "AIRU"), "contact_me", ""), 0);
	struct toc_str saved = stage_saved(s->a, s->w);
	CHECK(!memmem(saved.p, saved.n, "pastepond", 9) && !memmem(saved.p, saved.n, "nightcourier7", 13));
	for (size_t i = 0; i < s->n; i++) {
		const struct stage_entry *e = &s->ledger[i];
		struct toc_str whole = toc_json_str(s->a, e->whole), body = toc_json_str(s->a, e->e.body);
		if (memcmp(e->e.k.p, "M18", 3))
			continue;
		CHECK(!memmem(whole.p, whole.n, "pastepond", 9) && !memmem(body.p, body.n, "pastepond", 9));
		CHECK(!memmem(whole.p, whole.n, "nightcourier7", 13));
		CHECK((toc_str_is(e->e.org, "BFP") || !strstr(shown_of(s, e), "BFP")) && !strstr(shown_of(s, e), "readers") &&
		      !strstr(shown_of(s, e), "keys"));
	}
	CHECK_TEXT(toc_get_text(toc_get(stage_last(s, "M18.check", "AIRU")->whole, "body"), "own_reference"), "AIRU-7711");
	stage_free(s);
}

/* Everything that the asker's organisation reads, and the numbers that it is told. */
static struct toc_str seen_by_asker(struct stage *s, size_t from)
{
	struct toc_str all = toc_arena_printf(s->a, "%zu;", s->n);
	for (size_t i = from; i < s->n; i++) {
		const struct stage_entry *e = &s->ledger[i];
		if (stage_reads(s, e, "AIRU", TOC_ROLE_ALL, NULL))
			all = toc_arena_printf(s->a, "%.*s%zu %.*s %s %s;", TOC_STR_ARGS(all), i, TOC_STR_ARGS(e->e.k),
					       toc_json_str(s->a, e->whole).p, shown_of(s, e));
	}
	return all;
}

CASE(the_asker_cannot_tell_a_hit_from_none_until_somebody_answers)
{
	struct stage *hit = at_32(), *none = at_32();

	CHECK_INT(enquire(hit, BFP_DC, URL), 0);
	CHECK_INT(enquire(none, BFP_DC, SUBJECT("url", "https://other.example/1")), 0);
	size_t from = hit->n;
	struct stage *both[] = { hit, none };
	struct toc_str prepared[2];
	for (size_t i = 0; i < 2; i++) {
		struct stage *s = both[i];
		struct toc_value *m = stage_message(
			s, "{\"type\":\"M18\",\"body\":{\"step\":\"check\",\"subjects\":[" URL "],\"intended_action\":\"other\","
			   "\"planned_at\":\"2031-05-17T14:33:30Z\",\"answer_by\":\"2031-05-17T14:32:00Z\"}}");
		prepared[i] = toc_json_str(s->a, stage_prepare(s, AIRU, m));
		CHECK(memmem(prepared[i].p, prepared[i].n, "HUB", 3) && !memmem(prepared[i].p, prepared[i].n, "BFP", 3));
		CHECK_INT(check(s, AIRU, URL, "removal_order", ""), 0);
		CHECK_INT(s->v.n, 2);
		const char *id = stage_id(s, "M18.check", "AIRU");
		CHECK_INT(check_answer(s, HUB_DC, id, "clear", ""), 0);
		stage_to(s, "33:00");
		/* somebody who was asked and somebody who was not, both saying nothing to it */
		CHECK_INT(check_decide(s, AIRU, id, "hold", false), 0);
		m = stage_message(s, toc_arena_printf(s->a,
						      "{\"type\":\"M18\",\"body\":{\"step\":\"decide\",\"check_ref\":\"%s\","
						      "\"decision\":\"proceed\",\"due_consideration\":true}}", id).p);
		struct toc_str p = toc_json_str(s->a, stage_prepare(s, AIRU, m));
		prepared[i] = toc_arena_printf(s->a, "%.*s%.*s", TOC_STR_ARGS(prepared[i]), TOC_STR_ARGS(p));
		stage_to(s, "34:30");
	}
	CHECK(toc_str_eq(prepared[0], prepared[1]));
	CHECK(toc_str_eq(seen_by_asker(hit, from), seen_by_asker(none, from)));
	stage_free(hit);
	stage_free(none);
}

/* BFP's own check is over at the same moment; which of the two is said first their ids decide. */
static const struct stage_entry *over_for(struct stage *s, const char *readers)
{
	for (size_t i = s->n; i-- > 0;)
		if (toc_str_is(s->ledger[i].e.k, "M18.due") && strcmp(stage_readers(s, &s->ledger[i]), readers) == 0)
			return &s->ledger[i];
	return NULL;
}

CASE(when_the_time_is_over_the_asker_is_told_in_the_same_words_whoever_was_asked)
{
	struct stage *hit = at_32(), *none = at_32();
	struct stage *both[] = { hit, none };

	CHECK_INT(enquire(hit, BFP_DC, URL), 0);
	CHECK_INT(enquire(none, BFP_DC, SUBJECT("url", "https://other.example/1")), 0);
	size_t from = hit->n;
	for (size_t i = 0; i < 2; i++) {
		struct stage *s = both[i];
		CHECK_INT(check(s, AIRU, URL, "removal_order", ""), 0);
		CHECK_INT(check_answer(s, HUB_DC, stage_id(s, "M18.check", "AIRU"), "clear", ""), 0);
		stage_to(s, "33:59");
		CHECK(!stage_last(s, "M18.due", NULL)); /* all who were asked have answered, of one of the two */
		stage_to(s, "34:00");
		const struct stage_entry *e = over_for(s, "AIRU");
		CHECK(e != NULL);
		CHECK_TEXT(toc_get_text(toc_get(e->e.body, "decided"), "outcome"), "clear");
		CHECK(stage_consistent(s));
	}
	CHECK(toc_str_eq(seen_by_asker(hit, from), seen_by_asker(none, from)));
	stage_free(hit);
	hit = at_32(); /* what is decided on before is not said again */
	CHECK_INT(check(hit, AIRU, URL, "other", ""), 0);
	CHECK_INT(check_decide(hit, AIRU, stage_id(hit, "M18.check", "AIRU"), "abandon", false), 0);
	stage_to(hit, "36:00");
	CHECK_INT(stage_count(hit, "M18.due", NULL), 0);
	stage_free(hit);
	stage_free(none);
}

CASE(silence_counts_as_clear_but_not_before_the_time)
{
	struct stage *s = at_32();

	CHECK_INT(enquire(s, BFP_DC, URL), 0);
	CHECK_INT(check(s, AIRU, URL, "removal_order", ""), 0);
	const char *id = stage_id(s, "M18.check", "AIRU");
	CHECK_INT(outcome_of(s, id), TOC_CHECK_WAITS);
	CHECK_INT(check_answer(s, HUB_DC, id, "clear", ""), 0);
	CHECK_INT(outcome_of(s, id), TOC_CHECK_WAITS); /* BFP has not answered */
	stage_to(s, "33:59");
	CHECK_INT(outcome_of(s, id), TOC_CHECK_WAITS);
	stage_to(s, "34:00");
	CHECK_INT(outcome_of(s, id), TOC_CHECK_IS_CLEAR);
	stage_free(s);
}

CASE(when_everybody_has_answered_nobody_waits)
{
	struct stage *s = at_32();

	CHECK_INT(check(s, AIRU, URL, "removal_order", ""), 0);
	const char *id = stage_id(s, "M18.check", "AIRU");
	CHECK_INT(check_answer(s, HUB_DC, id, "clear", ",\"reason_class\":\"none_of_ours\""), 0);
	CHECK_INT(outcome_of(s, id), TOC_CHECK_IS_CLEAR);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M18.answer", NULL))), "AIRU HUB");
	stage_free(s);
}

CASE(an_objection_holds_it_until_taken_back_or_considered)
{
	struct stage *s = at_32();

	CHECK_INT(enquire(s, BFP_DC, URL), 0);
	CHECK_INT(check(s, AIRU, URL, "removal_order", ""), 0);
	const char *id = stage_id(s, "M18.check", "AIRU");
	CHECK_INT(check_answer(s, BFP_DC, id, "objection_until",
			       ",\"until\":\"2031-05-17T20:00:00Z\",\"reason_class\":\"arrest_planned\""), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M18.answer", "BFP"))), "AIRU BFP HUB");
	CHECK_INT(check_of(s, id)->state, TOC_CHECK_HELD);
	CHECK_INT(check_answer(s, HUB_DC, id, "clear", ""), 0);
	stage_to(s, "35:00"); /* holds beyond the time for answers */
	CHECK_INT(outcome_of(s, id), TOC_CHECK_IS_HELD);
	CHECK_INT(check_answer(s, BFP, id, "clear", ""), 0);
	CHECK_INT(check_of(s, id)->state, TOC_CHECK_ASKED);
	CHECK_INT(outcome_of(s, id), TOC_CHECK_IS_CLEAR);

	CHECK_INT(check_answer(s, BFP, id, "contact_me", ""), 0);
	REFUSED(check_decide(s, AIRU, id, "proceed", false), CONDITION, "body.due_consideration");
	CHECK_INT(check_decide(s, AIRU, id, "proceed", true), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M18.decide", NULL))), "AIRU BFP HUB");
	CHECK_INT(outcome_of(s, id), TOC_CHECK_IS_CLEAR);
	CHECK_INT(check_answer(s, BFP, id, "objection_until", ",\"until\":\"2031-05-17T20:00:00Z\""), 0);
	CHECK_INT(outcome_of(s, id), TOC_CHECK_IS_HELD); /* what is new has to be considered, too */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(two_object_and_both_have_to_take_it_back)
{
	struct stage *s = at_32();

	CHECK_INT(enquire(s, BFP_DC, URL), 0);
	CHECK_INT(check(s, AIRU, URL, "removal_order", ""), 0);
	const char *id = stage_id(s, "M18.check", "AIRU");
	CHECK_INT(check_answer(s, BFP_DC, id, "contact_me", ""), 0);
	CHECK_INT(check_answer(s, HUB_DC, id, "contact_me", ""), 0);
	CHECK_INT(check_answer(s, HUB_DC, id, "clear", ""), 0);
	CHECK_INT(check_of(s, id)->state, TOC_CHECK_HELD);
	CHECK_INT(check_answer(s, BFP_DC, id, "clear", ""), 0);
	CHECK_INT(outcome_of(s, id), TOC_CHECK_IS_CLEAR);
	stage_free(s);
}

CASE(a_known_order_of_another_authority_is_never_considered_away)
{
	struct stage *s = at_32();

	CHECK_INT(enquire(s, BFP_DC, URL), 0);
	CHECK_INT(check(s, AIRU, URL, "removal_order", ""), 0);
	const char *id = stage_id(s, "M18.check", "AIRU");
	REFUSED(check_answer(s, BFP_DC, id, "duplicate_order_exists", ",\"authority\":\"GameNest\""), BAD_VALUE,
		"body.authority");
	REFUSED(check_answer(s, BFP_DC, id, "duplicate_order_exists", ""), MISSING_FIELD, "body.authority");
	CHECK_INT(check_answer(s, BFP_DC, id, "duplicate_order_exists", ",\"authority\":\"BFP\""), 0);
	REFUSED(check_decide(s, AIRU, id, "proceed", true), STATE, "body.decision");
	CHECK_INT(outcome_of(s, id), TOC_CHECK_IS_HELD);
	CHECK_INT(check_decide(s, AIRU, id, "abandon", true), 0);
	REFUSED(check_answer(s, BFP_DC, id, "clear", ""), STATE, "body.check_ref");
	stage_free(s);
}

CASE(what_was_abandoned_or_is_over_concerns_nobody)
{
	struct stage *s = at_32();

	CHECK_INT(enquire(s, BFP, URL), 0);
	CHECK_INT(check(s, "CDA/duty officer", URL, "removal_order", ""), 0); /* concerned until 33:30 + 2 min */
	CHECK_INT(check_decide(s, BFP, stage_id(s, "M18.check", "BFP"), "abandon", false), 0);
	stage_to(s, "36:00");
	CHECK_INT(stage_act(s, AIRU,
			    "{\"type\":\"M18\",\"body\":{\"step\":\"check\",\"subjects\":[" URL "],\"intended_action\":\"other\","
			    "\"planned_at\":\"2031-05-17T15:30:00Z\",\"answer_by\":\"2031-05-17T15:30:00Z\"}}"),
		  0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M18.asked", NULL))), "HUB");
	REFUSED(check_answer(s, HUB_DC, stage_id(s, "M18.check", "CDA"), "clear", ""), STATE, "body.check_ref");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(whoever_was_not_asked_finds_no_such_check)
{
	struct stage *s = at_32();
	const char *none = "01980000-0000-7000-8000-00000000dead";

	CHECK_INT(check(s, AIRU, URL, "removal_order", ""), 0);
	const char *id = stage_id(s, "M18.check", "AIRU");
	REFUSED(check_answer(s, BFP_DC, id, "clear", ""), NOT_FOUND, "body.check_ref");
	struct toc_refusal first = s->v.refusal;
	REFUSED(check_answer(s, BFP_DC, none, "clear", ""), NOT_FOUND, "body.check_ref");
	CHECK(memcmp(&first, &s->v.refusal, sizeof first) == 0);
	REFUSED(check_decide(s, "CDA/duty officer", id, "proceed", true), NOT_FOUND, "body.check_ref");
	/* who asked does not answer, who was asked does not decide */
	REFUSED(check_answer(s, AIRU_DC, id, "clear", ""), NOT_PERMITTED, "");
	REFUSED(check_decide(s, AIRU_DC, id, "proceed", true), NOT_PERMITTED, "");
	stage_in(s, "QUIET BELL");
	REFUSED(check_answer(s, HUB_DC, id, "clear", ""), NOT_FOUND, "body.check_ref");
	stage_free(s);
}

CASE(no_other_kind_of_member_has_any_part_in_it)
{
	static const char *const others[] = { "GameNest/counsel", "PastePond/owner", "OSF/duty officer", "DGO/observer",
					      "AIRU/gateway", "CELL/controller", "CCC/duty officer" };
	struct stage *s = at_32();

	CHECK_INT(enquire(s, BFP_DC, URL), 0);
	const char *id = stage_id(s, "M18.check", "BFP");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		REFUSED(check(s, others[i], URL, "other", ""), NOT_PERMITTED, "");
		REFUSED(check_answer(s, others[i], id, "clear", ""), NOT_PERMITTED, "");
		REFUSED(check_decide(s, others[i], id, "hold", true), NOT_PERMITTED, "");
	}
	REFUSED(stage_act(s, HUB_DC, "{\"type\":\"M18\",\"body\":{\"step\":\"asked\",\"check_ref\":\"%s\",\"hits\":[]}}", id),
		NOT_PERMITTED, "type"); /* the server says that */
	for (size_t i = 0; i < s->n; i++)
		if (memcmp(s->ledger[i].e.k.p, "M18", 3) == 0)
			for (const char *const *o = (const char *const[]){ "GameNest", "OSF", "DGO", "CELL", "FRP", "OPS", NULL };
			     *o; o++)
				CHECK(!stage_reads(s, &s->ledger[i], *o, TOC_ROLE_ALL, NULL));
	stage_free(s);
}

CASE(it_is_disclosed_to_nobody_and_takes_no_receipts)
{
	struct stage *s = at_32();

	CHECK_INT(stage_act_value(s, "GameNest/night responder", stage_message(s, stage_notice(s, "", ""))), 0);
	CHECK_INT(check(s, AIRU, URL, "removal_order", ""), 0);
	const struct stage_entry *e = stage_last(s, "M18.check", NULL);
	CHECK(stage_act(s, AIRU,
			"{\"type\":\"M29\",\"case_ref\":\"%s\",\"body\":{\"step\":\"disclose\",\"entries\":[{\"ref\":\"%s\","
			"\"rendering\":\"whole\"}],\"to\":[\"BFP\"],\"decided_by\":\"%s\",\"ground\":\"correction\"}}",
			stage_case(s, "M4.send", NULL), stage_id(s, "M18.check", NULL),
			toc_uuid_str(s->a, stage_person(s, AIRU)).p) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
	struct toc_principal hub = stage_principal(s, HUB_DC);
	struct toc_uuid eid;
	CHECK(toc_world_receipt_target(s->w, &hub, e->e.seq, &eid) < 0);
	stage_free(s);
}

CASE(times_and_subjects_are_checked)
{
	struct stage *s = at_32();
	static const char *const wrong[][3] = {
		{ "2031-05-17T14:33:30Z", "2031-05-17T14:30:59Z", "body.answer_by" },
		{ "2031-06-17T14:33:30Z", "2031-05-24T14:30:01Z", "body.answer_by" },
		{ "2031-05-17T14:29:00Z", "2031-05-17T14:29:30Z", "body.answer_by" },
		{ "2032-05-18T14:33:30Z", "2031-05-17T14:33:30Z", "body.planned_at" },
	};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		REFUSED(stage_act(s, AIRU,
				  "{\"type\":\"M18\",\"body\":{\"step\":\"check\",\"subjects\":[" URL "],\"intended_action\":"
				  "\"other\",\"planned_at\":\"%s\",\"answer_by\":\"%s\"}}",
				  wrong[i][0], wrong[i][1]),
			CONDITION, wrong[i][2]);
	}
	REFUSED(check(s, AIRU, URL, "other", ",\"concerned_until\":\"2031-05-17T14:31:59Z\""), CONDITION,
		"body.concerned_until");
	REFUSED(stage_act(s, AIRU,
			  "{\"type\":\"M18\",\"body\":{\"step\":\"check\",\"intended_action\":\"other\",\"planned_at\":"
			  "\"2031-05-17T14:33:30Z\",\"answer_by\":\"2031-05-17T14:33:30Z\"}}"),
		MISSING_FIELD, "body.subjects");
	CHECK_INT(check(s, AIRU, URL, "removal_order", ""), 0);
	REFUSED(check_answer(s, HUB_DC, stage_id(s, "M18.check", NULL), "objection_until",
			     ",\"until\":\"2031-05-17T14:00:00Z\""), CONDITION, "body.until");
	stage_free(s);
}

CASE(nobody_fills_a_matter_for_the_others)
{
	struct stage *s = at_32();

	for (int i = 0; i < TOC_CHECKS_MAX_EACH; i++)
		CHECK_INT(enquire(s, BFP_DC, URL), 0);
	REFUSED(enquire(s, BFP_DC, URL), LIMIT, "body.subjects");
	CHECK_INT(enquire(s, "CDA/duty officer", URL), 0); /* others go on, and ask BFP once */
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M18.asked", NULL))), "BFP HUB");
	CHECK_INT(check_decide(s, BFP, stage_id(s, "M18.check", "BFP"), "abandon", false), 0);
	CHECK_INT(enquire(s, BFP_DC, URL), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
