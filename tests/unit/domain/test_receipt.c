/* test_receipt.c: what became of a message: machines deliver, people see and acknowledge, each once where
 * once is enough. */
#include "check.h"
#include "stage.h"

#define REFUSED(call, why)                                                                                   \
	do {                                                                                                 \
		CHECK((call) < 0);                                                                           \
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_##why);                                              \
		CHECK_INT(s->v.n, 0);                                                                        \
	} while (0)

static struct stage *sent(void)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "04:00") == 0);
	return s;
}

static int receipt(struct stage *s, const char *who, const char *step, const char *org, const char *state,
		   const char *channel, const char *message)
{
	return stage_act(s, who,
			 "{\"type\":\"M19\",\"body\":{\"step\":\"%s\",\"message_ref\":\"%s\",\"recipient_"
			 "org\":\"%s\",\"channel\":\"%s\","
			 "\"state\":\"%s\",\"at\":\"2031-05-17T14:02:00Z\",\"actor_kind\":\"%s\"}}",
			 step, message, org, channel, state,
			 strcmp(step, "machine") == 0 ? "machine" : "human");
}

CASE(first_delivery_per_organisation_and_channel_is_an_entry)
{
	struct stage *s = sent();
	const char *id = stage_id(s, "M4.send", NULL);
	CHECK(receipt(s, "", "machine", "AIRU", "delivered", "api", id) == 0);
	uint64_t seq = stage_last(s, "M19.machine", NULL)->e.seq;
	CHECK(receipt(s, "", "machine", "AIRU", "delivered", "api", id) == 0 && s->v.duplicate &&
	      s->v.seq == seq);
	CHECK(receipt(s, "AIRU/gateway", "machine", "AIRU", "delivered", "api", id) == 0 && s->v.duplicate);
	CHECK(receipt(s, "", "machine", "AIRU", "delivered", "console", id) == 0 && !s->v.duplicate);
	CHECK(receipt(s, "", "machine", "HUB", "delivered", "api", id) == 0 && !s->v.duplicate);
	CHECK_INT(stage_count(s, "M19.machine", NULL), 3);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(one_entry_answers_what_was_gathered)
{
	struct stage *s = sent();
	for (int i = 0; i < 3; i++)
		CHECK(stage_act(s, "CELL/controller",
				"{\"type\":\"exercise\",\"body\":{\"step\":\"inject\",\"headline\":\"news\"}"
				"}") == 0);
	struct toc_str refs = TOC_STR("");
	for (size_t i = 0; i < s->n; i++)
		if (toc_str_is(s->ledger[i].e.k, "exercise.inject"))
			refs = toc_arena_printf(s->a, "%.*s%s\"%s\"", TOC_STR_ARGS(refs), refs.n ? "," : "",
						toc_uuid_str(s->a, s->ledger[i].e.eid).p);
	CHECK(stage_act(s, "",
			"{\"type\":\"M19\",\"references\":[%s],\"body\":{\"step\":\"machine\",\"message_"
			"ref\":\"%s\",\"recipient_org\":\"OSF\","
			"\"channel\":\"api\",\"state\":\"delivered\",\"at\":\"2031-05-17T14:02:00Z\",\"actor_"
			"kind\":\"machine\"}}",
			refs.p, stage_id(s, "exercise.inject", NULL)) == 0);
	CHECK_INT(
		toc_len(toc_get(toc_get(stage_last(s, "M19.machine", NULL)->e.body, "decided"), "receipts")),
		4); /* one is named twice */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_machine_delivers_by_the_way_that_it_is_connected)
{
	struct stage *s = sent();
	const char *id = stage_id(s, "M4.send", NULL);
	REFUSED(receipt(s, "AIRU/gateway", "machine", "AIRU", "delivered", "phone", id), BAD_VALUE);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.channel");
	REFUSED(receipt(s, "AIRU/gateway", "machine", "AIRU", "delivered", "console", id), BAD_VALUE);
	CHECK(receipt(s, "AIRU/gateway", "machine", "AIRU", "delivered", "api", id) == 0);
	stage_free(s);
}

CASE(a_machine_says_delivered_and_nothing_else)
{
	struct stage *s = sent();
	const char *id = stage_id(s, "M4.send", NULL);
	REFUSED(receipt(s, "AIRU/gateway", "machine", "AIRU", "seen", "api", id), BAD_VALUE);
	REFUSED(receipt(s, "AIRU/gateway", "machine", "AIRU", "acked", "api", id), BAD_VALUE);
	REFUSED(receipt(s, "AIRU/gateway", "human", "AIRU", "acked", "api", id), NOT_PERMITTED);
	REFUSED(receipt(s, "AIRU/gateway", "machine", "HUB", "delivered", "api", id),
		NOT_PERMITTED); /* not its own */
	stage_free(s);
}

CASE(a_person_sees_once_and_acknowledges_each_time)
{
	struct stage *s = sent();
	const char *id = stage_id(s, "M4.send", NULL);
	CHECK(receipt(s, "AIRU/duty officer", "human", "AIRU", "seen", "console", id) == 0 &&
	      !s->v.duplicate);
	CHECK(receipt(s, "AIRU/duty officer", "human", "AIRU", "seen", "console", id) == 0 && s->v.duplicate);
	CHECK(receipt(s, "AIRU/second officer", "human", "AIRU", "seen", "console", id) == 0 &&
	      !s->v.duplicate);
	CHECK(receipt(s, "AIRU/duty officer", "human", "AIRU", "acked", "console", id) == 0 &&
	      !s->v.duplicate);
	CHECK(receipt(s, "AIRU/duty officer", "human", "AIRU", "acked", "console", id) == 0 &&
	      !s->v.duplicate);
	CHECK_INT(stage_count(s, "M19.human", "AIRU"), 4);
	/* a receipt is no answer: the desk's timer runs on */
	CHECK(toc_running(s->w, "T17", stage_last(s, "M4.send", NULL)->e.case_ref, TOC_STR("AIRU")) != NULL);
	REFUSED(receipt(s, "AIRU/duty officer", "human", "AIRU", "sent", "console", id), BAD_VALUE);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M19.human", NULL))), "AIRU HUB StreamHarbor");
	CHECK(!stage_reads(s, stage_last(s, "M19.human", NULL), "StreamHarbor", TOC_ROLE_SV, NULL));
	stage_free(s);
}

CASE(no_receipts_for_receipts_nor_for_ones_own)
{
	struct stage *s = sent();
	const char *id = stage_id(s, "M4.send", NULL);
	CHECK(receipt(s, "AIRU/duty officer", "human", "AIRU", "seen", "console", id) == 0);
	REFUSED(receipt(s, "StreamHarbor/night responder", "human", "StreamHarbor", "seen", "console",
			stage_id(s, "M19.human", NULL)),
		NOT_FOUND);
	CHECK(receipt(s, "StreamHarbor/night responder", "human", "StreamHarbor", "seen", "console", id) ==
		      0 &&
	      s->v.duplicate);
	CHECK(receipt(s, "", "machine", "StreamHarbor", "delivered", "api", id) == 0 && s->v.duplicate);
	/* by seq: whoever may read it, and to all others it is as if it were not there */
	struct toc_principal desk = { .org = TOC_STR("AIRU"),
				      .person = stage_person(s, "AIRU/duty officer") };
	struct toc_principal other = { .org = TOC_STR("BFP"), .person = stage_person(s, "BFP/duty officer") };
	struct toc_principal admin = { .org = TOC_STR("AIRU"), .person = stage_person(s, "AIRU/admin") };
	uint64_t notice = stage_last(s, "M4.send", NULL)->e.seq;
	struct toc_uuid eid;
	CHECK(toc_world_receipt_target(s->w, &desk, notice, &eid) == 0);
	CHECK(toc_world_receipt_target(s->w, &other, notice, &eid) < 0);
	CHECK(toc_world_receipt_target(s->w, &admin, notice, &eid) < 0);
	CHECK(toc_world_receipt_target(s->w, &desk, stage_last(s, "M19.human", NULL)->e.seq, &eid) < 0);
	CHECK(toc_world_receipt_target(s->w, &desk, 1000000, &eid) < 0);
	stage_free(s);
}

CASE(a_message_of_others_does_not_exist)
{
	struct stage *s = sent();
	REFUSED(receipt(s, "BFP/duty officer", "human", "BFP", "seen", "console",
			stage_id(s, "M4.send", NULL)),
		NOT_FOUND);
	struct toc_refusal theirs = s->v.refusal;
	REFUSED(receipt(s, "BFP/duty officer", "human", "BFP", "seen", "console",
			"0198ffff-0000-7000-8000-000000000000"),
		NOT_FOUND);
	CHECK(memcmp(&theirs, &s->v.refusal, sizeof theirs) == 0);
	REFUSED(receipt(s, "AIRU/duty officer", "human", "AIRU", "seen", "console",
			stage_id(s, "M4.draft", NULL)),
		NOT_FOUND);
	/* the right people of the right organisation, in the wrong exercise */
	const char *id = stage_id(s, "M4.send", NULL);
	stage_in(s, "QUIET BELL");
	REFUSED(receipt(s, "AIRU/duty officer", "human", "AIRU", "seen", "console", id), NOT_FOUND);
	stage_free(s);
}

CASE(a_call_made_outside_is_sent_or_delivered_never_acknowledged)
{
	struct stage *s = sent();
	const char *id = stage_id(s, "M4.send", NULL);
	CHECK(receipt(s, "StreamHarbor/counsel", "outreach", "AIRU", "delivered", "phone", id) == 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M19.outreach", NULL))),
		   "AIRU HUB StreamHarbor");
	REFUSED(receipt(s, "StreamHarbor/counsel", "outreach", "AIRU", "acked", "phone", id), BAD_VALUE);
	REFUSED(receipt(s, "StreamHarbor/counsel", "outreach", "AIRU", "seen", "phone", id), BAD_VALUE);
	REFUSED(receipt(s, "StreamHarbor/counsel", "outreach", "BFP", "sent", "phone", id), CONDITION);
	REFUSED(receipt(s, "AIRU/duty officer", "outreach", "HUB", "sent", "phone", id),
		NOT_PERMITTED); /* not its own message */
	CHECK(toc_running(s->w, "T17", stage_last(s, "M4.send", NULL)->e.case_ref, TOC_STR("AIRU")) != NULL);
	stage_free(s);
}

CASE(nobody_has_seen_it_after_now)
{
	struct stage *s = sent(); /* at 14:02:00 */
	static const char format[] = "{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\","
				     "\"recipient_org\":\"AIRU\",\"channel\":\"console\",\"state\":\"acked\","
				     "\"at\":\"%s\",\"actor_kind\":\"human\"}}";
	const char *id = stage_id(s, "M4.send", NULL);
	REFUSED(stage_act(s, "AIRU/duty officer", format, id, "2099-01-01T00:00:00Z"), TIME);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.at");
	REFUSED(stage_act(s, "AIRU/duty officer", format, id, "2031-05-17T14:02:03Z"), TIME);
	CHECK(stage_act(s, "AIRU/duty officer", format, id, "2031-05-17T14:02:02Z") == 0);
	stage_free(s);
}

CASE(nobody_acknowledges_for_a_colleague)
{
	struct stage *s = sent();
	static const char format[] = "{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\","
				     "\"recipient_org\":\"AIRU\","
				     "\"channel\":\"console\",\"state\":\"acked\",\"at\":\"2031-05-17T14:02:"
				     "00Z\",\"actor_kind\":\"human\","
				     "\"actor\":\"%s\"}}";
	const char *id = stage_id(s, "M4.send", NULL);
	REFUSED(stage_act(s, "AIRU/duty officer", format, id,
			  toc_uuid_str(s->a, stage_person(s, "AIRU/liaison officer")).p),
		NOT_PERMITTED);
	CHECK(stage_act(s, "AIRU/duty officer", format, id,
			toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p) == 0);
	stage_free(s);
}

RUN_CASES()
