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

RUN_CASES()
