/* test_delivery.c: who is reached without being connected, and what the record says of it. */
#include <string.h>

#include "check.h"
#include "stage.h"

#define HUB "HUB/lead"
#define OWNER "PastePond/owner"

static void serve(struct stage *s, const char *channels)
{
	static int version;
	CHECK(stage_act(s, "", "{\"type\":\"policy\",\"body\":{\"step\":\"channels\",\"version\":%d,\"valid_from\":\"2026-01-01T00:00:00Z\","
			       "\"channels\":[%s]}}", ++version, channels) == 0);
}

/* The n-th thing that is on its way to an organisation; NULL when there are not so many. */
static const struct toc_delivery *on_its_way(const struct stage *s, const char *org, size_t n)
{
	const struct toc_outbox *box = toc_world_get(s->w, TOC_OBJECT_outbox, toc_str_of(org));
	return box && n < box->n_deliveries ? toc_find_delivery(s->w, box->deliveries[n].id) : NULL;
}

static int say(struct stage *s, const struct toc_delivery *d, int64_t attempt, const char *state, const char *more)
{
	const struct toc_exercise *x = toc_find_exercise(s->w, d->exercise);
	return stage_act(s, "", "{\"type\":\"M19\",\"body\":{\"step\":\"delivery\",\"message_ref\":\"%s\",\"recipient_org\":\"%.*s\","
				"\"channel\":\"%s\",\"state\":\"%s\",\"at\":\"%s\",\"actor_kind\":\"machine\",\"delivery\":\"%s\",\"attempt\":%lld%s}}",
			 toc_uuid_str(s->a, d->message).p, TOC_STR_ARGS(toc_short_str(&d->org)),
			 toc_channel_name((unsigned)d->channel), state, toc_time_str(s->a, toc_clock_at(x, s->now)).p,
			 toc_uuid_str(s->a, d->id).p, (long long)attempt, more);
}

static void wait_two_seconds(struct stage *s)
{
	toc_time at = toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now);
	int64_t t = toc_between(stage_time(s, "00:00"), at).us / 1000000 + 2;
	stage_to(s, toc_arena_printf(s->a, "%lld:%02lld:%02lld", (long long)(t / 3600), (long long)(t / 60 % 60), (long long)(t % 60)).p);
}

/* What is on its way to PastePond is taken by its mail server two seconds later. */
static void mail_server(struct stage *s)
{
	const struct toc_delivery *d = on_its_way(s, "PastePond", 0);
	if (d)
		wait_two_seconds(s);
	for (; d && d->channel == TOC_CHANNEL_MAIL; d = on_its_way(s, "PastePond", 0))
		CHECK(say(s, d, 1, "delivered", ",\"code\":250") == 0);
}

static struct stage *lantern(const char *until)
{
	struct stage *s = stage_new();
	serve(s, "\"e-mail\"");
	s->after_step = mail_server;
	CHECK(stage_play(s, "lantern.json", until) == 0);
	return s;
}

/* "M2.issue 11:00:02, …": what became of messages to this organisation, in the order of the ledger. */
static struct toc_str told(struct stage *s, const char *org)
{
	struct toc_str all = TOC_STR("");
	for (size_t i = 0; i < s->n; i++) {
		const struct stage_entry *e = &s->ledger[i];
		const struct toc_value *body = toc_get(toc_get(e->e.body, "message"), "body");
		if (!toc_str_is(e->e.k, "M19.delivery") || !toc_get_is(body, "recipient_org", org))
			continue;
		const struct toc_message *m = toc_find_message(s->w, e->e.ref);
		int64_t at = toc_between(stage_time(s, "00:00"), toc_get_time(toc_get(e->e.body, "decided"), "at", s->now)).us / 1000000;
		all = toc_arena_printf(s->a, "%.*s%s%.*s %.*s %02lld:%02lld", TOC_STR_ARGS(all), all.n ? ", " : "",
				       TOC_STR_ARGS(toc_short_str(&m->k)), TOC_STR_ARGS(toc_get_text(body, "state")),
				       (long long)(at / 60), (long long)(at % 60));
	}
	return all;
}

CASE(what_did_pastepond_know_at_34_minutes)
{
	struct stage *s = lantern("34:00");
	stage_to(s, "34:00");
	CHECK_TEXT(told(s, "PastePond"), "M2.issue delivered 11:02, M6.share delivered 12:32, M3.confirm delivered 15:02");
	/* nothing was seen or acknowledged, and one deadline runs, escalated to the owner's phone */
	const struct toc_message *m3 = toc_find_message(s->w, stage_last(s, "M3.confirm", NULL)->e.eid);
	for (uint32_t i = 0; i < m3->n_receipts; i++)
		CHECK(!toc_short_is(&m3->receipts[i].org, TOC_STR("PastePond")) || m3->receipts[i].state == TOC_RECEIPT_DELIVERED);
	const struct toc_timer *t19 = toc_running(s->w, "T19", m3->incident, TOC_STR("PastePond"));
	CHECK(t19 && t19->deadline.us == stage_time(s, "45:00").us && t19->called == 1);
	const struct stage_entry *call = stage_last(s, "M19.escalation", NULL);
	CHECK_TEXT(toc_get_text(toc_get(toc_get(call->e.body, "message"), "body"), "recipient_org"), "PastePond");
	CHECK_TEXT(toc_get_text(toc_get(toc_get(call->e.body, "message"), "body"), "channel"), "phone");
	CHECK(toc_get_time(toc_get(call->e.body, "decided"), "at", s->now).us == stage_time(s, "30:00").us);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(whoever_was_told_of_a_warning_is_told_of_its_end)
{
	struct stage *s = lantern("11:00");
	stage_to(s, "6:11:00"); /* it was good for six hours */
	const struct stage_entry *e = stage_last(s, "M2.expire", NULL);
	CHECK(e != NULL);
	const struct toc_delivery *d = on_its_way(s, "PastePond", 0);
	CHECK(d && toc_uuid_eq(d->message, e->e.eid) && !d->calls);
	CHECK(d && say(s, d, 1, "delivered", ",\"code\":250") == 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "M19.delivery", NULL))), "PastePond");
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* The newest call of PastePond's next contact: others are called in the same moment. */
static const struct toc_value *calling_pond(const struct stage *s)
{
	for (size_t i = s->n; i-- > 0;)
		if (toc_str_is(s->ledger[i].e.k, "M19.escalation") &&
		    toc_get_is(toc_get(s->ledger[i].whole, "body"), "recipient_org", "PastePond"))
			return toc_get(s->ledger[i].e.body, "decided");
	return NULL;
}

CASE(what_is_used_unproven_is_said_to_be)
{
	struct stage *s = lantern("15:00");
	const char *verify = "{\"type\":\"M26\",\"mode\":\"system\",\"body\":{\"step\":\"verify\",\"org\":\"PastePond\",\"verified\":{\"contact\":1,"
			     "\"channel\":\"phone\",\"at\":\"2026-11-22T00:00:00Z\"}}}";
	CHECK_TEXT(toc_get_text(stage_decided(stage_last(s, "M3.confirm", NULL), "pages", "org", "PastePond"), "proof"), "unverified"); /* the e-mail */
	CHECK(!toc_get(stage_decided(stage_last(s, "M3.confirm", NULL), "pages", "channel", "console"), "proof"));
	stage_to(s, "30:00");
	const struct toc_value *decided = calling_pond(s);
	CHECK_TEXT(toc_get_text(decided, "proof"), "unverified"); /* the owner's telephone */
	stage_free(s);

	s = lantern("15:00");
	CHECK(stage_act(s, "OPS/admin", "%s", verify) == 0);
	stage_to(s, "30:00");
	decided = calling_pond(s);
	CHECK(decided && !toc_get(decided, "proof") && !toc_get(toc_at(toc_get(decided, "pages"), 0), "proof"));
	stage_free(s);
}

CASE(without_a_relay_nothing_is_said_to_be_on_its_way)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "15:00") == 0);
	CHECK(!on_its_way(s, "PastePond", 0));
	CHECK(!stage_decided(stage_last(s, "M2.issue", NULL), "pages", "org", "PastePond"));
	CHECK_TEXT(toc_get_text(stage_decided(stage_last(s, "M3.confirm", NULL), "pages", "org", "PastePond"), "state"), "not_attempted");
	stage_free(s);
}

CASE(a_delivery_is_read_by_the_senders_side_the_hubs_lead_and_the_recipient)
{
	struct stage *s = lantern("12:30");
	const struct stage_entry *e = stage_last(s, "M19.delivery", NULL);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "HUB PastePond StreamHarbor");
	CHECK(!stage_reads(s, e, "HUB", TOC_ROLE_DU, NULL));
	CHECK(toc_uuid_eq(e->e.ref, stage_last(s, "M6.share", NULL)->e.eid));
	stage_free(s);
}

static struct stage *activated(void)
{
	struct stage *s = stage_new();
	serve(s, "\"e-mail\",\"phone\"");
	CHECK(stage_play(s, "lantern.json", "15:00") == 0);
	return s;
}

static const struct toc_delivery *of_activation(const struct stage *s)
{
	const struct toc_delivery *d;
	for (size_t i = 0; (d = on_its_way(s, "PastePond", i)); i++)
		if (toc_uuid_eq(d->message, stage_last(s, "M3.confirm", NULL)->e.eid))
			return d;
	return NULL;
}

CASE(acknowledging_stops_all_channels_of_that_organisation_at_once)
{
	struct stage *s = activated();
	CHECK(of_activation(s) && of_activation(s)->calls);
	stage_to(s, "30:00"); /* the phone is asked to ring as well */
	unsigned n = 0;
	const struct toc_delivery *d;
	for (size_t i = 0; (d = on_its_way(s, "PastePond", i)); i++)
		n += toc_uuid_eq(d->message, stage_last(s, "M3.confirm", NULL)->e.eid);
	CHECK_INT(n, 2);
	CHECK(stage_act(s, OWNER, "{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\",\"recipient_org\":\"PastePond\",\"channel\":\"console\","
				  "\"state\":\"acked\",\"at\":\"2031-05-17T14:28:00Z\",\"actor_kind\":\"human\",\"commitment\":\"working\"}}",
			stage_id(s, "M3.confirm", NULL)) == 0);
	CHECK(!of_activation(s));
	CHECK(on_its_way(s, "PastePond", 0) != NULL); /* of other messages it is not over */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_later_outcome_of_a_stopped_delivery_says_nothing)
{
	struct stage *s = activated();
	struct toc_delivery d = *of_activation(s);
	CHECK(say(s, &d, 1, "retrying", ",\"code\":451") == 0);
	CHECK(say(s, &d, 2, "bounced", ",\"code\":550") == 0);
	size_t n = s->n;
	CHECK(say(s, &d, 3, "delivered", ",\"code\":250") == 0 && s->v.duplicate);
	CHECK_INT(s->n, n);
	stage_free(s);
}

CASE(an_outcome_counts_once)
{
	struct stage *s = activated();
	const struct toc_delivery *d = of_activation(s);
	CHECK(say(s, d, 1, "retrying", ",\"again_at\":\"2031-05-17T14:15:00Z\"") == 0 && !s->v.duplicate);
	CHECK(of_activation(s)->state == TOC_DELIVERY_RETRYING && of_activation(s)->attempts == 1);
	CHECK(say(s, of_activation(s), 1, "retrying", "") == 0 && s->v.duplicate);
	struct toc_delivery again = *of_activation(s);
	CHECK(say(s, &again, 2, "delivered", ",\"code\":250") == 0);
	CHECK_INT(stage_count(s, "M19.delivery", NULL), 2);
	CHECK(!of_activation(s));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_e_mail_that_bounced_is_not_waited_for)
{
	struct stage *s = activated();
	stage_to(s, "16:00");
	CHECK(say(s, of_activation(s), 1, "bounced", ",\"code\":550") == 0);
	stage_due(s);
	const struct stage_entry *call = stage_last(s, "M19.escalation", NULL);
	CHECK(call && toc_get_time(toc_get(call->e.body, "decided"), "at", s->now).us == stage_time(s, "16:00").us);
	CHECK_INT(toc_get_int(toc_get(toc_get(call->e.body, "message"), "body"), "contact", -1), 1);
	CHECK_TEXT(toc_get_text(toc_get(toc_get(call->e.body, "message"), "body"), "state"), "queued"); /* the phone */
	/* the time itself is not shorter for it */
	const struct toc_timer *t19 = toc_running(s->w, "T19", stage_last(s, "M3.confirm", NULL)->e.incident, TOC_STR("PastePond"));
	CHECK(t19 && t19->next.us == stage_time(s, "45:00").us && !t19->breached);
	CHECK(stage_consistent(s));
	stage_free(s);
}

static void owner_second(struct stage *s, const char *who, const char *supersedes)
{
	CHECK(stage_act(s, who, "{\"type\":\"M26\"%s%s%s,\"body\":{\"step\":\"own\",\"org\":\"PastePond\",\"purposes\":[\"crisis\"],\"languages\":[\"en\"],"
			       "\"hours\":\"none\",\"public\":false,\"escalation_chain\":[{\"person\":\"%s\",\"channels\":[{\"kind\":\"phone\","
			       "\"address\":\"+999 1\"}]},{\"person\":\"%s\",\"channels\":[{\"kind\":\"e-mail\",\"address\":\"o@pastepond.example.invalid\"}]}]}}",
			*supersedes ? ",\"supersedes\":\"" : "", supersedes, *supersedes ? "\"" : "",
			toc_uuid_str(s->a, stage_person(s, "PastePond/partner")).p, toc_uuid_str(s->a, stage_person(s, OWNER)).p) == 0);
}

CASE(an_e_mail_that_bounced_is_not_waited_for_whoever_is_on_duty)
{
	struct stage *s = stage_new();
	serve(s, "\"e-mail\",\"phone\"");
	owner_second(s, OWNER, "");
	owner_second(s, "PastePond/partner", stage_id(s, "M26.own", "PastePond"));
	CHECK(stage_act(s, OWNER, "{\"type\":\"M26\",\"body\":{\"step\":\"duty\",\"org\":\"PastePond\",\"duty\":\"on\"}}") == 0);
	CHECK(stage_play(s, "lantern.json", "15:00") == 0);
	CHECK_INT(of_activation(s)->contact, 1); /* first, as they are on duty */
	stage_to(s, "16:00");
	CHECK(say(s, of_activation(s), 1, "bounced", ",\"code\":550") == 0);
	stage_due(s);
	const struct stage_entry *call = stage_last(s, "M19.escalation", NULL);
	CHECK(call && toc_get_time(toc_get(call->e.body, "decided"), "at", s->now).us == stage_time(s, "16:00").us);
	CHECK(call && toc_get_int(toc_get(toc_get(call->e.body, "message"), "body"), "contact", -1) == 0);
	stage_free(s);
}

/* Neither for ever "sent", nor over: whoever presses the keys a little later was reached. */
CASE(a_call_of_which_its_gateway_says_nothing_is_not_confirmed_and_the_next_one_is_called)
{
	struct stage *s = stage_new();
	serve(s, "\"e-mail\",\"phone\"");
	owner_second(s, OWNER, "");
	owner_second(s, "PastePond/partner", stage_id(s, "M26.own", "PastePond"));
	CHECK(stage_play(s, "lantern.json", "15:00") == 0);
	CHECK(of_activation(s) && of_activation(s)->channel == TOC_CHANNEL_PHONE);
	stage_to(s, "16:00");
	struct toc_delivery call = *of_activation(s);
	CHECK(say(s, &call, 1, "unconfirmed", "") == 0 && s->v.duplicate); /* nobody has been asked to call yet */
	CHECK(say(s, &call, 1, "sent", ",\"again_at\":\"2031-05-17T14:15:00Z\"") == 0 && !s->v.duplicate);
	CHECK(say(s, &call, 1, "unconfirmed", "") == 0 && !s->v.duplicate);
	CHECK(say(s, &call, 1, "unconfirmed", "") == 0 && s->v.duplicate);
	stage_due(s);
	const struct stage_entry *next = stage_last(s, "M19.escalation", NULL);
	CHECK(next && toc_get_time(toc_get(next->e.body, "decided"), "at", s->now).us == stage_time(s, "16:00").us);
	CHECK_INT(toc_get_int(toc_get(toc_get(next->e.body, "message"), "body"), "contact", -1), 1);
	CHECK(toc_find_delivery(s->w, call.id) && toc_find_delivery(s->w, call.id)->state == TOC_DELIVERY_UNCONFIRMED);
	CHECK(say(s, &call, 1, "delivered", "") == 0 && !s->v.duplicate);
	CHECK(!toc_find_delivery(s->w, call.id));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(only_the_server_says_what_became_of_a_delivery)
{
	struct stage *s = activated();
	struct toc_delivery d = *of_activation(s);
	CHECK(stage_act(s, HUB, "{\"type\":\"M19\",\"body\":{\"step\":\"delivery\",\"message_ref\":\"%s\",\"recipient_org\":\"PastePond\",\"channel\":\"e-mail\","
				"\"state\":\"delivered\",\"at\":\"2031-05-17T14:13:00Z\",\"actor_kind\":\"machine\",\"delivery\":\"%s\",\"attempt\":1}}",
			toc_uuid_str(s->a, d.message).p, toc_uuid_str(s->a, d.id).p) < 0);
	CHECK(s->v.refusal.code == TOC_REFUSE_NOT_PERMITTED);
	CHECK(of_activation(s) != NULL);
	stage_free(s);
}

CASE(a_silent_nodes_deliveries_are_taken_over)
{
	struct stage *s = activated();
	CHECK(stage_act(s, "", "{\"type\":\"courier\",\"body\":{\"step\":\"take_over\",\"from\":\"n9\",\"by\":\"n2\"}}") == 0);
	CHECK(!toc_short_is(&of_activation(s)->node, TOC_STR("n2")));
	struct toc_str was = toc_short_str(&of_activation(s)->node);
	/* of a stage no node is known: the empty name is what its entries carry */
	CHECK_INT(was.n, 0);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_exercise_that_is_over_reaches_nobody)
{
	struct stage *s = activated();
	CHECK(of_activation(s) != NULL);
	CHECK(stage_act(s, "CELL/controller", "{\"type\":\"exercise\",\"body\":{\"step\":\"end\"}}") == 0);
	CHECK(!on_its_way(s, "PastePond", 0));
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
