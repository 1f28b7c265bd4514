/* Addresses that the server calls for a member, and browsers that it wakes: who declares, confirms, ends them. */
#include "check.h"
#include "stage.h"

#define REFUSED(act, why)                                               \
	do {                                                            \
		CHECK((act) < 0);                                       \
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_##why);         \
	} while (0)

static int hook(struct stage *s, const char *who, const char *step, const char *id)
{
	return stage_act(s, who, "{\"type\":\"hook\",\"body\":{\"step\":\"%s\",\"hook\":\"%s\"}}", step, id);
}

static const char *declare(struct stage *s, const char *who, const char *more)
{
	int r = stage_act(s, who, "{\"type\":\"hook\",\"body\":{\"step\":\"declare\",\"url\":\"https://hooks.chirplet.eu/in\",%s}}",
			  more);
	CHECK(r == 0);
	return r == 0 ? stage_id(s, "hook.declare", NULL) : "";
}
#define WEBHOOK "\"kind\":\"webhook\",\"content\":\"entry\",\"precedence\":\"immediate\""

static const struct toc_hook *found(const struct stage *s, const char *id)
{
	return toc_find_hook(s->w, toc_id_of(toc_str_of(id)));
}

CASE(an_address_is_in_use_when_a_second_admin_has_confirmed_it)
{
	struct stage *s = stage_new();
	const char *id = declare(s, "Chirplet/admin", WEBHOOK);
	const struct stage_entry *e = stage_last(s, "hook.declare", "Chirplet");

	CHECK_INT(found(s, id)->state, TOC_HOOK_PROPOSED);
	REFUSED(hook(s, "Chirplet/admin", "confirm", id), NOT_PERMITTED);
	REFUSED(hook(s, "GameNest/admin", "confirm", id), NOT_FOUND);
	REFUSED(hook(s, "Chirplet/night responder", "confirm", id), NOT_PERMITTED);
	REFUSED(hook(s, "Chirplet/admin", "test", id), STATE);
	CHECK(hook(s, "Chirplet/second admin", "confirm", id) == 0);
	CHECK_INT(found(s, id)->state, TOC_HOOK_ACTIVE);
	CHECK(found(s, id)->whole && !found(s, id)->gateway && found(s, id)->precedence == 2);
	CHECK_TEXT(toc_str_of(stage_readers(s, e)), "Chirplet"); /* nobody else, not even the hub */
	CHECK(!stage_reads(s, e, "Chirplet", TOC_ROLE_ALL & ~(toc_roles)TOC_ROLE_AD, NULL));
	CHECK(!toc_get(toc_get(toc_get(e->e.body, "message"), "body"), "url")); /* sealed */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(it_is_paused_resumed_rotated_tested_and_removed_by_one_admin)
{
	struct stage *s = stage_new();
	const char *id = declare(s, "Chirplet/admin", WEBHOOK);

	CHECK(hook(s, "Chirplet/second admin", "confirm", id) == 0);
	CHECK(hook(s, "Chirplet/admin", "pause", id) == 0);
	REFUSED(hook(s, "Chirplet/admin", "pause", id), STATE);
	CHECK(hook(s, "Chirplet/admin", "test", id) == 0); /* before it is used again */
	CHECK(hook(s, "Chirplet/admin", "resume", id) == 0);
	CHECK(stage_act(s, "Chirplet/admin",
			"{\"type\":\"hook\",\"body\":{\"step\":\"rotate\",\"hook\":\"%s\",\"overlap_h\":2}}", id) == 0);
	CHECK_INT(found(s, id)->generation, 2);
	CHECK_INT(found(s, id)->old_until.us, toc_after(s->now, TOC_HOURS(2)).us);
	CHECK_INT(found(s, id)->state, TOC_HOOK_ACTIVE);
	CHECK(hook(s, "Chirplet/admin", "remove", id) == 0);
	REFUSED(hook(s, "Chirplet/admin", "resume", id), STATE);
	REFUSED(hook(s, "Chirplet/second admin", "confirm", id), STATE);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_server_disables_what_says_that_it_is_gone_and_an_admin_takes_it_up_again)
{
	struct stage *s = stage_new();
	const char *id = declare(s, "Chirplet/admin", WEBHOOK);

	CHECK(hook(s, "Chirplet/second admin", "confirm", id) == 0);
	REFUSED(stage_act(s, "Chirplet/admin", "{\"type\":\"hook\",\"body\":{\"step\":\"disable\",\"hook\":\"%s\"}}", id),
		NOT_PERMITTED);
	CHECK(stage_act(s, "", "{\"type\":\"hook\",\"body\":{\"step\":\"disable\",\"hook\":\"%s\",\"code\":410}}", id) == 0);
	CHECK_INT(found(s, id)->state, TOC_HOOK_DISABLED);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "hook.disable", NULL))), "Chirplet");
	CHECK(hook(s, "Chirplet/admin", "resume", id) == 0);
	CHECK_INT(found(s, id)->state, TOC_HOOK_ACTIVE);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_gateway_says_which_telephones_it_reaches)
{
	struct stage *s = stage_new();
	const char *gateway = "{\"type\":\"hook\",\"body\":{\"step\":\"declare\",\"url\":\"https://gw.chirplet.eu/\",\"kind\":"
			      "\"gateway\",\"channels\":[\"%s\"]}}";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	REFUSED(stage_act(s, "Chirplet/admin", gateway, "e-mail"), BAD_VALUE);
	CHECK(stage_act(s, "Chirplet/admin", gateway, "phone") == 0);
	REFUSED(stage_act(s, "Chirplet/gateway", gateway, "phone"), NOT_PERMITTED);
#pragma GCC diagnostic pop
	const struct toc_hook *h = found(s, stage_id(s, "hook.declare", "Chirplet"));
	CHECK(h->gateway && !h->whole && !strcmp(toc_channel_name(3), "phone") && h->channels == 1u << 3);
	stage_free(s);
}

CASE(an_organisation_has_ten_addresses_and_no_more)
{
	struct stage *s = stage_new();
	const char *first = declare(s, "Chirplet/admin", WEBHOOK);

	for (int i = 1; i < 10; i++)
		(void)declare(s, "Chirplet/admin", WEBHOOK);
	REFUSED(stage_act(s, "Chirplet/admin",
			  "{\"type\":\"hook\",\"body\":{\"step\":\"declare\",\"url\":\"https://x.eu/\"," WEBHOOK "}}"), CONDITION);
	(void)declare(s, "GameNest/admin", WEBHOOK);
	CHECK(hook(s, "Chirplet/admin", "remove", first) == 0);
	(void)declare(s, "Chirplet/admin", WEBHOOK);
	stage_free(s);
}

/* ---- browsers ---- */

static int subscribe(struct stage *s, const char *who)
{
	return stage_act(s, who,
			 "{\"type\":\"push\",\"body\":{\"step\":\"subscribe\",\"endpoint\":\"https://push.browser.eu/x\",\"p256dh\":"
			 "\"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4\",\"auth\":"
			 "\"BTBZMqHH6r4Tts7J_aSIgg\"}}");
}

static int allow(struct stage *s, const char *who, bool yes)
{
	return stage_act(s, who, "{\"type\":\"push\",\"body\":{\"step\":\"allow\",\"allowed\":%s}}", yes ? "true" : "false");
}

static int unsubscribe(struct stage *s, const char *who, const char *id)
{
	return stage_act(s, who, "{\"type\":\"push\",\"body\":{\"step\":\"unsubscribe\",\"subscription\":\"%s\"}}", id);
}

CASE(nobody_is_woken_unless_the_organisation_and_the_person_want_it)
{
	struct stage *s = stage_new();

	REFUSED(subscribe(s, "AIRU/duty officer"), CONDITION);
	REFUSED(allow(s, "AIRU/duty officer", true), NOT_PERMITTED);
	CHECK(allow(s, "AIRU/admin", true) == 0);
	CHECK(subscribe(s, "AIRU/duty officer") == 0);
	REFUSED(subscribe(s, "AIRU/gateway"), NOT_PERMITTED);
	REFUSED(subscribe(s, "BFP/duty officer"), CONDITION);
	const char *id = stage_id(s, "push.subscribe", "AIRU");
	CHECK(toc_uuid_eq(toc_find_push(s->w, toc_id_of(toc_str_of(id)))->person, stage_person(s, "AIRU/duty officer")));
	REFUSED(unsubscribe(s, "AIRU/second officer", id), NOT_FOUND);
	CHECK(unsubscribe(s, "AIRU/duty officer", id) == 0);
	CHECK(!toc_find_push(s->w, toc_id_of(toc_str_of(id))));
	REFUSED(unsubscribe(s, "AIRU/duty officer", id), NOT_FOUND);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(admins_learn_that_somebody_subscribed_and_not_where)
{
	struct stage *s = stage_new();
	enum toc_rendering rendering;

	CHECK(allow(s, "AIRU/admin", true) == 0 && subscribe(s, "AIRU/duty officer") == 0);
	const struct stage_entry *e = stage_last(s, "push.subscribe", "AIRU");
	CHECK(stage_reads(s, e, "AIRU", TOC_ROLE_AD, &rendering) && rendering == TOC_WITHOUT_PERSONAL);
	CHECK(!stage_reads(s, e, "AIRU", TOC_ROLE_ALL & ~(toc_roles)TOC_ROLE_AD, &rendering));
	CHECK(!stage_reads(s, e, "HUB", TOC_ROLE_ALL, &rendering));
	CHECK(!toc_get(toc_get(toc_get(e->e.body, "message"), "body"), "auth"));
	stage_free(s);
}

CASE(when_the_organisation_no_longer_wants_it_all_are_gone)
{
	struct stage *s = stage_new();

	CHECK(allow(s, "AIRU/admin", true) == 0 && allow(s, "BFP/admin", true) == 0);
	CHECK(subscribe(s, "AIRU/duty officer") == 0 && subscribe(s, "AIRU/second officer") == 0);
	CHECK(subscribe(s, "BFP/duty officer") == 0);
	const char *other = stage_id(s, "push.subscribe", "BFP");
	CHECK(allow(s, "AIRU/second admin", false) == 0);
	struct toc_world_cursor cursor = { 0 };
	const struct toc_push *p;
	unsigned n = 0;
	while ((p = toc_world_next(s->w, TOC_OBJECT_push, &cursor)))
		n++;
	CHECK_INT(n, 1);
	CHECK(toc_find_push(s->w, toc_id_of(toc_str_of(other))) != NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_server_ends_what_the_push_service_no_longer_knows)
{
	struct stage *s = stage_new();

	CHECK(allow(s, "AIRU/admin", true) == 0 && subscribe(s, "AIRU/duty officer") == 0);
	CHECK(unsubscribe(s, "", stage_id(s, "push.subscribe", "AIRU")) == 0);
	CHECK_TEXT(toc_str_of(stage_readers(s, stage_last(s, "push.unsubscribe", NULL))), ""); /* whole: nobody */
	CHECK(stage_reads(s, stage_last(s, "push.unsubscribe", NULL), "AIRU", TOC_ROLE_AD, NULL));
	CHECK(stage_consistent(s));
	stage_free(s);
}

/* ---- what is called ---- */

static const struct toc_delivery *on_its_way(const struct stage *s, const char *org, unsigned channel)
{
	const struct toc_outbox *box = toc_world_get(s->w, TOC_OBJECT_outbox, toc_str_of(org));

	for (uint32_t i = 0; box && i < box->n_deliveries; i++) {
		const struct toc_delivery *d = toc_find_delivery(s->w, box->deliveries[i].id);
		if (d && d->channel == channel)
			return d;
	}
	return NULL;
}

static int became(struct stage *s, const struct toc_delivery *d, const char *state)
{
	return stage_act(s, "",
			 "{\"type\":\"M19\",\"body\":{\"step\":\"delivery\",\"message_ref\":\"%s\",\"recipient_org\":\"%.*s\","
			 "\"channel\":\"%s\",\"state\":\"%s\",\"at\":\"%s\",\"actor_kind\":\"machine\",\"delivery\":\"%s\",\"attempt\":1}}",
			 toc_uuid_str(s->a, d->message).p, TOC_STR_ARGS(toc_short_str(&d->org)),
			 toc_channel_name((unsigned)d->channel), state, toc_time_str(s->a, s->now).p,
			 toc_uuid_str(s->a, d->id).p);
}

static const char *webhook_of(struct stage *s, const char *org, const char *more)
{
	char admin[64], second[64];

	snprintf(admin, sizeof admin, "%s/admin", org);
	snprintf(second, sizeof second, "%s/second admin", org);
	const char *id = declare(s, admin, more);
	CHECK(hook(s, second, "confirm", id) == 0);
	return id;
}

CASE(a_threat_is_told_to_the_machines_of_those_who_read_it_and_to_no_other)
{
	struct stage *s = stage_new();
	const char *id = webhook_of(s, "AIRU", WEBHOOK);

	(void)webhook_of(s, "Chirplet", WEBHOOK); /* a platform that has nothing to do with it */
	CHECK(stage_act(s, "GameNest/night responder", "%s", stage_notice(s, "", "")) == 0);
	const struct stage_entry *e = stage_last(s, "M4.send", NULL);
	const struct toc_value *calls = toc_get(toc_get(e->e.body, "decided"), "calls");
	CHECK_INT(toc_len(calls), 1);
	CHECK_TEXT(toc_get_text(toc_at(calls, 0), "to"), id);
	const struct toc_delivery *d = on_its_way(s, "AIRU", TOC_CHANNEL_WEBHOOK);
	CHECK(d && toc_uuid_eq(d->message, e->e.eid) && d->seq == (int64_t)e->e.seq && toc_uuid_eq(d->to, found(s, id)->id));
	CHECK(!on_its_way(s, "Chirplet", TOC_CHANNEL_WEBHOOK));
	/* nobody reads whom else it is told */
	CHECK(!toc_get(toc_decided_shown(s->a, e->e.k, toc_get(e->e.body, "decided"), TOC_WHOLE), "calls"));
	/* what became of it: the sender reads that a machine has it, and so do the admins; it is no human's */
	CHECK(became(s, d, "delivered") == 0);

	const struct stage_entry *r = stage_last(s, "M19.delivery", NULL);
	CHECK(stage_reads(s, r, "AIRU", TOC_ROLE_AD, NULL) && stage_reads(s, r, "GameNest", TOC_ROLE_CR, NULL));
	CHECK(!stage_reads(s, r, "Chirplet", TOC_ROLE_ALL, NULL));
	/* by which its admins know the webhook, and what it was told of */
	const struct toc_value *became_of = toc_at(toc_get(toc_get(r->e.body, "decided"), "deliveries"), 0);
	CHECK_TEXT(toc_get_text(became_of, "to"), id);
	CHECK_TEXT(toc_get_text(became_of, "k"), "M4.send");
	CHECK(!on_its_way(s, "AIRU", TOC_CHANNEL_WEBHOOK));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_webhook_for_what_is_urgent_is_not_called_for_what_is_not)
{
	struct stage *s = stage_new();

	(void)webhook_of(s, "AIRU", "\"kind\":\"webhook\",\"content\":\"wake_up\",\"precedence\":\"flash\"");
	struct toc_value *m = stage_message(s, stage_notice(s, "", ""));
	toc_set_cstr(s->a, m, "precedence", "immediate");
	CHECK(stage_act_value(s, "GameNest/night responder", m) == 0);
	CHECK(!on_its_way(s, "AIRU", TOC_CHANNEL_WEBHOOK));
	CHECK(stage_act(s, "GameNest/night responder", "%s", stage_notice(s, "", "")) == 0);
	CHECK(on_its_way(s, "AIRU", TOC_CHANNEL_WEBHOOK) != NULL);
	stage_free(s);
}

CASE(an_acknowledgement_stops_what_wakes_people_and_not_what_tells_machines)
{
	struct stage *s = stage_new();

	(void)webhook_of(s, "AIRU", WEBHOOK);
	CHECK(allow(s, "AIRU/admin", true) == 0 && subscribe(s, "AIRU/duty officer") == 0);
	CHECK(stage_act(s, "GameNest/night responder", "%s", stage_notice(s, "", "")) == 0);
	const struct toc_delivery *push = on_its_way(s, "AIRU", TOC_CHANNEL_PUSH);
	CHECK(push && toc_uuid_eq(push->person, stage_person(s, "AIRU/duty officer")) && push->calls);
	CHECK(stage_act(s, "AIRU/second officer",
			"{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"ack\",\"human_ack_by\":\"%s\",\"at\":\"%s\"}}",
			stage_case(s, "M4.send", NULL), toc_uuid_str(s->a, stage_person(s, "AIRU/second officer")).p,
			toc_time_str(s->a, s->now).p) == 0);
	CHECK(!on_its_way(s, "AIRU", TOC_CHANNEL_PUSH));
	CHECK(on_its_way(s, "AIRU", TOC_CHANNEL_WEBHOOK) != NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_address_that_is_removed_is_called_no_more)
{
	struct stage *s = stage_new();
	const char *id = webhook_of(s, "AIRU", WEBHOOK);

	CHECK(stage_act(s, "GameNest/night responder", "%s", stage_notice(s, "", "")) == 0);
	CHECK(hook(s, "AIRU/admin", "pause", id) == 0);
	CHECK(on_its_way(s, "AIRU", TOC_CHANNEL_WEBHOOK) != NULL); /* waits */
	CHECK(hook(s, "AIRU/admin", "remove", id) == 0);
	CHECK(!on_its_way(s, "AIRU", TOC_CHANNEL_WEBHOOK));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_test_calls_the_address_and_its_admins_read_what_became_of_it)
{
	struct stage *s = stage_new();
	const char *id = webhook_of(s, "Chirplet", WEBHOOK);

	CHECK(hook(s, "Chirplet/admin", "test", id) == 0);
	const struct toc_delivery *d = on_its_way(s, "Chirplet", TOC_CHANNEL_WEBHOOK);
	CHECK(d && toc_uuid_eq(d->message, stage_last(s, "hook.test", NULL)->e.eid));
	CHECK(became(s, d, "retrying") == 0);
	CHECK(became(s, on_its_way(s, "Chirplet", TOC_CHANNEL_WEBHOOK), "dead") == 0);
	const struct stage_entry *r = stage_last(s, "M19.delivery", NULL);
	CHECK(stage_reads(s, r, "Chirplet", TOC_ROLE_AD, NULL) && !stage_reads(s, r, "HUB", TOC_ROLE_ALL, NULL));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_message_is_told_once_more_when_an_admin_wants_it)
{
	struct stage *s = stage_new();
	const char *id = webhook_of(s, "AIRU", WEBHOOK), *again = "{\"type\":\"hook\",\"body\":{\"step\":\"resend\",\"hook\":\"%s\","
									  "\"entry\":\"%s\"}}";
	CHECK(stage_act(s, "GameNest/night responder", "%s", stage_notice(s, "", "")) == 0);
	const struct stage_entry *m = stage_last(s, "M4.send", NULL);
	struct toc_uuid first = on_its_way(s, "AIRU", TOC_CHANNEL_WEBHOOK)->id;
	CHECK(became(s, on_its_way(s, "AIRU", TOC_CHANNEL_WEBHOOK), "dead") == 0);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	CHECK(stage_act(s, "AIRU/admin", again, id, toc_uuid_str(s->a, m->e.eid).p) == 0);
	const struct toc_delivery *d = on_its_way(s, "AIRU", TOC_CHANNEL_WEBHOOK);
	CHECK(d && toc_uuid_eq(d->message, m->e.eid) && d->seq == (int64_t)m->e.seq && !toc_uuid_eq(d->id, first));
	const char *other = webhook_of(s, "Chirplet", WEBHOOK);
	REFUSED(stage_act(s, "Chirplet/admin", again, other, toc_uuid_str(s->a, m->e.eid).p), NOT_FOUND);
#pragma GCC diagnostic pop
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_telephone_is_rung_by_the_organisations_gateway_or_the_operators)
{
	struct stage *s = stage_new();
	const char *gateway = "\"kind\":\"gateway\",\"channels\":[\"phone\"]";
	struct toc_str org = TOC_STR("AIRU");

	CHECK(!toc_gateway(s->w, org, TOC_CHANNEL_PHONE));
	(void)webhook_of(s, "Chirplet", gateway);
	CHECK(!toc_gateway(s->w, org, TOC_CHANNEL_PHONE)); /* another member's */
	const char *operators = webhook_of(s, "OPS", gateway);
	CHECK(toc_uuid_eq(toc_gateway(s->w, org, TOC_CHANNEL_PHONE)->id, toc_id_of(toc_str_of(operators))));
	CHECK(!toc_gateway(s->w, org, TOC_CHANNEL_SMS) && !toc_gateway(s->w, org, TOC_CHANNEL_MAIL));
	const char *own = webhook_of(s, "AIRU", gateway);
	CHECK(toc_uuid_eq(toc_gateway(s->w, org, TOC_CHANNEL_PHONE)->id, toc_id_of(toc_str_of(own))));
	CHECK(hook(s, "AIRU/admin", "pause", own) == 0);
	CHECK(toc_uuid_eq(toc_gateway(s->w, org, TOC_CHANNEL_PHONE)->id, toc_id_of(toc_str_of(operators))));
	stage_free(s);
}

CASE(what_waits_for_a_gateway_that_is_removed_is_given_up_and_said)
{
	struct stage *s = stage_new();
	const char *own = webhook_of(s, "AIRU", "\"kind\":\"gateway\",\"channels\":[\"phone\"]");

	CHECK(stage_act(s, "", "{\"type\":\"policy\",\"mode\":\"system\",\"body\":{\"step\":\"channels\",\"version\":7,"
			       "\"valid_from\":\"2026-01-01T00:00:00Z\",\"channels\":[\"phone\"]}}") == 0);
	stage_to(s, "02:00");
	CHECK(stage_act_value(s, "StreamHarbor/night responder", stage_message(s, stage_notice(s, "", ""))) == 0);
	stage_to(s, "08:00"); /* nobody has answered: the second officer is rung */
	const struct toc_outbox *box = toc_world_get(s->w, TOC_OBJECT_outbox, TOC_STR("AIRU"));
	CHECK(box && box->n_deliveries == 1);
	struct toc_uuid call = box && box->n_deliveries ? box->deliveries[0].id : (struct toc_uuid){ { 0 } };
	CHECK(toc_find_delivery(s->w, call) && toc_find_delivery(s->w, call)->state == TOC_DELIVERY_QUEUED);
	CHECK(hook(s, "AIRU/admin", "remove", own) == 0);
	const struct stage_entry *e = stage_last(s, "hook.remove", "AIRU");
	CHECK(stage_decided(e, "deliveries", "state", "dead") != NULL);
	box = toc_world_get(s->w, TOC_OBJECT_outbox, TOC_STR("AIRU"));
	CHECK(!box || box->n_deliveries == 0); /* nothing stands in the queue for ever */
	CHECK(stage_consistent(s));
	stage_free(s);
}

RUN_CASES()
