/* test_referral.c: referrals (M17): who sends and reads them, what a service answers, and that nothing is owed. */
#include "check.h"
#include "fences.h"

#define BFP "BFP/duty officer"
#define OWNER "PastePond/owner"

CASE(a_referral_goes_to_the_service_and_the_hub_and_starts_nothing)
{
	struct stage *s = at_32();
	toc_time due = toc_world_next_due(s->w);

	CHECK_INT(refer(s, BFP, "\"PastePond\",\"HUB\"", ",\"terms_hint\":\"no praise of violence\""), 0);
	const struct stage_entry *e = stage_last(s, "M17.send", "BFP");
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "BFP HUB PastePond");
	CHECK(!stage_reads(s, e, "BFP", TOC_ROLE_OI | TOC_ROLE_OC, NULL)); /* it is no order of theirs */
	CHECK_INT(toc_world_next_due(s->w).us, due.us);
	CHECK(!toc_get(toc_get(e->e.body, "decided"), "pages"));
	CHECK_INT(s->v.n, 2); /* and the first personal data that the hub has */
	CHECK(stage_last(s, "storage.begin", NULL) != NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(who_is_reached_by_e_mail_gets_a_letter_that_calls_nobody)
{
	struct stage *s = at_32();

	CHECK(stage_act(s, "", "{\"type\":\"policy\",\"mode\":\"system\",\"body\":{\"step\":\"channels\",\"version\":1,"
			       "\"valid_from\":\"2026-01-01T00:00:00Z\",\"channels\":[\"e-mail\",\"phone\"]}}") == 0);
	CHECK_INT(refer(s, BFP, "\"PastePond\",\"GameNest\",\"HUB\"", ""), 0);
	const struct toc_value *decided = toc_get(stage_last(s, "M17.send", "BFP")->e.body, "decided");
	CHECK_INT(toc_len(toc_get(decided, "pages")), 1); /* the owner's telephone is not rung */
	const struct toc_value *page = stage_decided(stage_last(s, "M17.send", "BFP"), "pages", "org", "PastePond");
	CHECK_TEXT(toc_get_text(page, "channel"), "e-mail");
	CHECK(toc_get_bool(page, "told"));
	const struct toc_outbox *box = toc_world_get(s->w, TOC_OBJECT_outbox, TOC_STR("PastePond"));
	const struct toc_delivery *d = box && box->n_deliveries == 1 ? toc_find_delivery(s->w, box->deliveries[0].id) : NULL;
	CHECK(d && !d->calls && d->state == TOC_DELIVERY_QUEUED);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(it_looks_like_no_order)
{
	struct stage *s = at_32();
	static const char *const loud[][2] = { { "\"ack_required\":false,\"precedence\":\"flash\"", "precedence" },
					       { "\"ack_required\":false,\"precedence\":\"priority\"", "precedence" },
					       { "\"ack_required\":true,\"precedence\":\"routine\"", "ack_required" } };

	for (size_t i = 0; i < sizeof loud / sizeof *loud; i++)
		REFUSED(stage_act(s, BFP,
				  "{\"type\":\"M17\",%s,\"audience\":[\"PastePond\"],\"body\":{\"step\":\"send\","
				  "\"voluntary\":true,\"urls\":[\"" PASTE "\"],\"why\":\"x\"}}", loud[i][0]),
			CONDITION, loud[i][1]);
	stage_free(s);
}

CASE(it_is_always_voluntary_and_sent_by_police_or_the_hub_to_a_service)
{
	struct stage *s = at_32();

	REFUSED(stage_act(s, BFP,
			  "{\"type\":\"M17\",\"audience\":[\"PastePond\"],\"body\":{\"step\":\"send\","
			  "\"voluntary\":false,\"urls\":[\"" PASTE "\"],\"why\":\"x\"}}"),
		CONDITION, "body.voluntary");
	REFUSED(refer(s, BFP, "\"HUB\"", ""), MISSING_FIELD, "audience");
	REFUSED(refer(s, BFP, "\"PastePond\",\"OSF\"", ""), NO_READER, "audience");
	REFUSED(refer(s, BFP, "\"PastePond\",\"AIRU\"", ""), NO_READER, "audience");
	REFUSED(refer(s, "BMR/legal officer", "\"PastePond\"", ""), NOT_PERMITTED, "");
	REFUSED(refer(s, "BFP/gateway", "\"PastePond\"", ""), NOT_PERMITTED, "");
	REFUSED(refer(s, "GameNest/counsel", "\"PastePond\"", ""), NOT_PERMITTED, "");
	CHECK_INT(refer(s, "HUB/duty officer", "\"PastePond\"", ""), 0);
	stage_free(s);
}

CASE(a_service_answers_for_all_addresses_or_for_some_and_machines_may)
{
	struct stage *s = at_32();

	CHECK_INT(refer(s, BFP, "\"PastePond\",\"GameNest\",\"HUB\"", ""), 0);
	const char *id = stage_id(s, "M17.send", NULL);
	CHECK_INT(answer_referral(s, OWNER, id, "removed", ",\"positions\":[1]"), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M17.answer", NULL))), "BFP HUB PastePond");
	CHECK_INT(answer_referral(s, "GameNest/gateway", id, "no_violation", ""), 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M17.answer", "GameNest"))), "BFP GameNest HUB");
	CHECK_INT(answer_referral(s, OWNER, id, "already_gone", ""), 0); /* the newest counts */
	const struct toc_referral *r = toc_find_referral(s->w, toc_id_of(toc_str_of(id)));
	CHECK_INT(r->urls, 2);
	CHECK_INT(r->n_answers, 4);
	for (uint32_t i = 0; i < r->n_answers; i++)
		CHECK_TEXT(toc_short_str(&r->answers[i].answer),
			   toc_short_is(&r->answers[i].org, TOC_STR("PastePond")) ? "already_gone" : "no_violation");
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(nobody_else_answers_it)
{
	struct stage *s = at_32();

	CHECK_INT(refer(s, BFP, "\"PastePond\"", ""), 0);
	const char *id = stage_id(s, "M17.send", NULL);
	REFUSED(answer_referral(s, "GameNest/night responder", id, "removed", ""), NOT_FOUND, "body.referral_ref");
	struct toc_refusal first = s->v.refusal;
	REFUSED(answer_referral(s, "GameNest/night responder", "01980000-0000-7000-8000-00000000dead", "removed", ""), NOT_FOUND,
		"body.referral_ref");
	CHECK(memcmp(&first, &s->v.refusal, sizeof first) == 0);
	REFUSED(answer_referral(s, "BFP/duty officer", id, "removed", ""), NOT_PERMITTED, "");
	REFUSED(answer_referral(s, OWNER, id, "removed", ",\"positions\":[2]"), BAD_VALUE, "body.positions");
	REFUSED(answer_referral(s, OWNER, id, "taken_down", ""), BAD_VALUE, "body.answer");
	stage_free(s);
}

/* ---- passed on: what is of neither case nor incident (M29) ---- */

static int passes_on(struct stage *s, const char *who, const char *entry, const char *to)
{
	return stage_act(s, who,
			 "{\"type\":\"M29\",\"tlp\":\"AMBER\",\"body\":{\"step\":\"disclose\",\"entries\":[{\"ref\":\"%s\",\"rendering\":\"whole\"}],"
			 "\"to\":[\"%s\"],\"decided_by\":\"%s\",\"ground\":\"originator_request\"}}",
			 entry, to, toc_uuid_str(s->a, stage_person(s, who)).p);
}

CASE(a_referral_is_passed_on_to_another_service_which_answers_it)
{
	struct stage *s = at_32();

	CHECK_INT(refer(s, BFP, "\"PastePond\",\"HUB\"", ""), 0);
	const char *m17 = stage_id(s, "M17.send", NULL);
	CHECK(answer_referral(s, "GameNest/night responder", m17, "removed", "") < 0); /* it has not got it */
	CHECK(passes_on(s, "AIRU/duty officer", m17, "GameNest") < 0); /* not theirs to know */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_FOUND);
	CHECK(passes_on(s, OWNER, m17, "GameNest") < 0); /* whom it was sent to passes on nothing */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NOT_PERMITTED);
	CHECK(passes_on(s, BFP, m17, "DGO") < 0); /* counts only */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NO_READER);
	CHECK_INT(passes_on(s, BFP, m17, "GameNest"), 0);
	const struct stage_entry *e = stage_last(s, "M29.disclose", NULL);
	CHECK(stage_reads(s, e, "GameNest", TOC_ROLE_CR, NULL) && !stage_reads(s, e, "PastePond", TOC_ROLE_CR, NULL));
	CHECK(toc_uuid_is_nil(e->e.incident) && toc_uuid_is_nil(e->e.case_ref));
	CHECK_INT(answer_referral(s, "GameNest/night responder", m17, "removed", ""), 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_victims_matter_is_passed_on_by_its_sender_alone_and_to_who_may_read_it)
{
	struct stage *s = at_32();

	CHECK_INT(stage_act(s, "AIRU/duty officer", "{\"type\":\"M28\",\"audience\":[\"Chirplet\"],\"personal_data\":{\"level\":\"special\",\"categories\":[]},\"body\":"
			    "{\"step\":\"send\",\"victim_ref\":\"V-17\",\"kind\":\"doxxing\",\"content\":[{\"url\":\"https://chirplet.example/p/9\"}],"
			    "\"consent\":\"given_by_family\",\"contact_authority\":\"AIRU\"}}"), 0);
	const char *m28 = stage_id(s, "M28.send", NULL);
	CHECK(passes_on(s, "AIRU/duty officer", m28, "OSF") < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_NO_READER);
	CHECK(passes_on(s, "AIRU/duty officer", m28, "LoopReel") < 0); /* of a third country */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_CONDITION);
	CHECK_INT(passes_on(s, "AIRU/duty officer", m28, "GameNest"), 0);
	CHECK(stage_reads(s, stage_last(s, "M29.disclose", NULL), "GameNest", TOC_ROLE_CR, NULL));
	CHECK(!stage_reads(s, stage_last(s, "M29.disclose", NULL), "GameNest", TOC_ROLE_PL, NULL));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(what_is_erased_with_an_earlier_year_is_not_carried_into_the_next)
{
	struct stage *s = stage_new();

	stage_in(s, NULL);
	CHECK_INT(refer(s, BFP, "\"PastePond\",\"HUB\"", ""), 0);
	const char *m17 = stage_id(s, "M17.send", NULL);
	CHECK_INT(passes_on(s, BFP, m17, "GameNest"), 0);
	stage_wait(s, TOC_HOURS(366 * 24));
	CHECK(passes_on(s, BFP, m17, "StreamHarbor") < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_CONDITION);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.entries.ref");
	stage_free(s);
}

RUN_CASES()
