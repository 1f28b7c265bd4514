/* outside.c: what the keeper knows of addresses that others gave us: whether they may be called at all, the secrets by
 * which they know our calls, and the key by which browsers let themselves be woken.
 *
 * A secret is derived when it is needed (envelope/webhook.h) and told to one person, in the answer to the message by
 * which they asked for it: it is in no entry, and nobody else who sends the same again is told it. */
#include "keeper/core.h"

#include "domain/rule.h"
#include "envelope/destination.h"
#include "envelope/push.h"
#include "envelope/webhook.h"

int toc_outside_check(const struct toc_keeper *k, struct toc_work *w)
{
	bool hook = toc_str_is(w->command.k, "hook.declare"), push = toc_str_is(w->command.k, "push.subscribe");
	const struct toc_value *body = toc_get(w->command.message, "body");
	struct toc_destination d;
	struct toc_error error;

	if (!hook && !push)
		return 0;
	if (push && !k->o.push)
		return toc_refuse(&w->refusal, TOC_REFUSE_CONDITION, "", "domain M26",
				  "This server wakes nobody by Web Push: its operator has named no contact for push services.");
	const struct toc_allowance allowance = toc_allowance_of(w->arena, k->o.allow, w->principal.org);
	if (toc_destination_read(w->arena, toc_get_text(body, hook ? "url" : "endpoint"), &allowance, &d, &error) < 0)
		return toc_refuse(&w->refusal, TOC_REFUSE_BAD_VALUE, hook ? "body.url" : "body.endpoint", "domain M26",
				  "%s", error.text);
	return 0;
}

void toc_outside_gone(struct toc_keeper *k, enum toc_way way, struct toc_uuid to, unsigned code)
{
	bool push = way == TOC_WAY_PUSH, hook = way == TOC_WAY_WEBHOOK || way == TOC_WAY_PHONE;

	const struct toc_hook *h = hook ? toc_find_hook(k->world, to) : NULL;
	if (!(push && toc_find_push(k->world, to)) && !(h && (h->state == TOC_HOOK_ACTIVE || h->state == TOC_HOOK_PAUSED)))
		return;
	struct toc_work *w = toc_server_work(k, push ? "push" : "hook", push ? "unsubscribe" : "disable");
	struct toc_value *body = toc_get(w->command.message, "body");
	toc_set_text(w->arena, body, push ? "subscription" : "hook", toc_uuid_str(w->arena, to));
	if (hook)
		toc_set_int(w->arena, body, "code", code);
	toc_keeper_put(k, w);
}

void toc_outside_tell(const struct toc_keeper *k, const struct toc_work *w, const struct toc_opened *e,
		      struct toc_value *answer)
{
	const struct toc_value *hook = toc_get(toc_get(e->entry.body, "decided"), "hook");
	struct toc_uuid id, person;
	struct toc_hook_key key;

	if (!toc_str_is(e->entry.k, "hook.declare") && !toc_str_is(e->entry.k, "hook.rotate"))
		return;
	if (toc_uuid_parse(toc_get_text(e->actor, "person"), &person) < 0 || !toc_uuid_eq(person, w->principal.person) ||
	    toc_uuid_parse(toc_get_text(hook, "id"), &id) < 0)
		return;
	toc_hook_key_derive(k->o.outside_key, id, (uint32_t)toc_get_int(hook, "generation", 1), &key);
	toc_set_text(w->arena, answer, "secret", toc_hook_secret_text(w->arena, &key));
	toc_set_text(w->arena, answer, "public_key", toc_hook_public_text(w->arena, &key));
	toc_wipe(&key, sizeof key);
}

void toc_outside_welcome(const struct toc_keeper *k, struct toc_arena *a, const struct toc_principal *p,
			 struct toc_value *welcome)
{
	const struct toc_world *world = toc_keeper_world(k);
	const struct toc_organisation *o = toc_find_organisation(world, p->org);
	struct toc_value *push = toc_value_map(a), *mine = toc_value_list(a);
	struct toc_world_cursor cursor = { 0 };
	const struct toc_push *one;
	struct toc_vapid v;

	if (!k->o.push || !o || p->machine)
		return;
	toc_vapid_derive(k->o.outside_key, &v);
	toc_set_bool(a, push, "allowed", o->push);
	toc_set_text(a, push, "key", toc_base64url(a, v.public, sizeof v.public));
	while ((one = toc_world_next(world, TOC_OBJECT_push, &cursor))) /* a browser whose own is not among them is woken no more */
		if (toc_uuid_eq(one->person, p->person))
			toc_push_text(a, mine, toc_uuid_str(a, one->id));
	toc_set(a, push, "subscriptions", mine);
	toc_set(a, welcome, "push", push);
	toc_wipe(&v, sizeof v);
}
