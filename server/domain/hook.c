/* hook.c: what the server calls for a member: webhooks of its machines, gateways to its telephones, browsers of its
 * people. An address is declared by one admin and used when a second one has confirmed it; so is the secret by which it
 * knows our calls, which is not in any entry. Whether push services, which learn when somebody is woken, are used at all
 * is the organisation's choice; to be woken is each person's. Source: rules M26, (e) 2, (g) 5, 9; decisions in
 * docs/decisions.md. */
#include "domain/rule.h"

#define HOOKS_MAX 10          /* of an organisation, removed ones apart */
#define SUBSCRIPTIONS_MAX 10  /* of a person: browsers, not people */
#define OVERLAP_H 24
#define PRIORITY 1 /* by its place in the list of precedences */

static const struct toc_hook *own_hook(struct toc_ask *q)
{
	const struct toc_hook *h = toc_find_hook(q->w, toc_get_id(q->body, "hook"));

	if (h && (!q->org || toc_short_is(&h->org, q->p->org)))
		return h;
	toc_refuse_unknown(q, "body.hook");
	return NULL;
}

/* decided.hook, and its admins as readers */
static struct toc_draft *step(struct toc_ask *q, struct toc_uuid id, struct toc_str org, uint32_t from, uint32_t to,
			      int64_t generation, toc_time old_until)
{
	struct toc_draft *d = toc_ask_draft(q, q->action->k);
	struct toc_value *v = toc_value_map(q->a);

	toc_set_id(q->a, v, "id", id);
	toc_set_cstr(q->a, v, "from", toc_hook_state_name(from));
	toc_set_cstr(q->a, v, "to", toc_hook_state_name(to));
	toc_set_int(q->a, v, "generation", generation);
	toc_set_time(q->a, v, "old_until", old_until);
	toc_set(q->a, toc_decided(d), "hook", v);
	d->subject = toc_arena_printf(q->a, "org:%.*s", TOC_STR_ARGS(org));
	if (!toc_uuid_eq(id, q->id))
		d->ref = id;
	(void)toc_reader_add(q, d, org, TOC_IF_OWN);
	return d;
}

int toc_rule_hook_declare(struct toc_ask *q)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_hook *h;
	const struct toc_value *channels = toc_get(q->body, "channels");
	unsigned n = 0;

	while ((h = toc_world_next(q->w, TOC_OBJECT_hook, &cursor)))
		n += toc_short_is(&h->org, q->p->org) && h->state != TOC_HOOK_REMOVED;
	if (n >= HOOKS_MAX)
		return TOC_REFUSE(q, CONDITION, "", "domain M26", "an organisation has at most %d addresses that are called",
				  HOOKS_MAX);
	for (size_t i = 0; i < toc_len(channels); i++) {
		struct toc_str c = toc_text_of(toc_at(channels, i));
		if (!toc_str_is(c, "phone") && !toc_str_is(c, "SMS") && !toc_str_is(c, "pager"))
			return TOC_REFUSE(q, BAD_VALUE, "body.channels", "domain M26",
					  "channels: a gateway reaches phones, by SMS and pagers");
	}
	(void)step(q, q->id, q->p->org, TOC_HOOK_NONE, TOC_HOOK_PROPOSED, 1, TOC_TIME_NEVER);
	return 0;
}

static int next_state(struct toc_ask *q, const struct toc_hook *h, enum toc_hook_state *ret_to)
{
	if (toc_hook_step(q->c->k, (enum toc_hook_state)h->state, ret_to))
		return 0;
	return TOC_REFUSE(q, STATE, "body.hook", "domain M26", "%s: it is %s", q->action->k,
			  toc_hook_state_name(h->state));
}

int toc_rule_hook_confirm(struct toc_ask *q)
{
	const struct toc_hook *h = own_hook(q);
	enum toc_hook_state to;

	if (!h || next_state(q, h, &to) < 0)
		return -1;
	if (toc_uuid_eq(q->p->person, h->proposed_by))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.hook", "domain a.3.1",
				  "a second admin puts it in force, not the same one");
	if (toc_ask_may(q, TOC_IF_OWN | TOC_IF_2P) < 0)
		return -1;
	(void)step(q, h->id, q->p->org, h->state, to, h->generation, h->old_until);
	return 0;
}

int64_t toc_precedence_of(struct toc_str name)
{
	static const char *const names[] = { "routine", "priority", "immediate", "flash" };

	for (int64_t i = 0; i < 4; i++)
		if (toc_str_is(name, names[i]))
			return i;
	return 0;
}

static void call(struct toc_ask *q, struct toc_draft *d, struct toc_str org, unsigned channel, struct toc_uuid to,
		 struct toc_uuid person, struct toc_uuid about, bool told)
{
	struct toc_value *v = toc_value_map(q->a);

	toc_set_text(q->a, v, "org", org);
	toc_set_cstr(q->a, v, "channel", toc_channel_name(channel));
	toc_set_id(q->a, v, "to", to);
	toc_set_id(q->a, v, "person", person);
	toc_set_id(q->a, v, "about", about);
	if (told)
		toc_set_bool(q->a, v, "told", true);
	if (toc_draft_is_for_tied(d, org))
		toc_set_bool(q->a, v, "tied", true);
	toc_effect(q->a, toc_decided(d), "calls", v);
}

static const struct toc_uuid nobody, itself;

/* The message that is told once more: one that its machine may read. */
static int check_resent(struct toc_ask *q, const struct toc_hook *h)
{
	const struct toc_message *m = toc_find_message(q->w, toc_get_id(q->body, "entry"));

	if (m && !h->gateway && toc_is_reader(m, q->p->org, TOC_ROLE_SV))
		return 0;
	return toc_refuse_unknown(q, "body.entry");
}

/* Everything that one of its admins may do with it alone: none of it sends anything to where it was not sent before.
 * A new secret takes effect at once, and the old one signs beside it for a while, so that no call goes unverified. */
int toc_rule_hook_step(struct toc_ask *q)
{
	const struct toc_hook *h = own_hook(q);
	enum toc_hook_state to;

	if (!h || next_state(q, h, &to) < 0 || toc_ask_may(q, TOC_IF_OWN) < 0)
		return -1;
	bool rotates = toc_str_is(q->c->k, "hook.rotate"), resends = toc_str_is(q->c->k, "hook.resend");
	if (resends && check_resent(q, h) < 0)
		return -1;
	int64_t overlap = toc_get_int(q->body, "overlap_h", OVERLAP_H);
	struct toc_draft *d = step(q, h->id, toc_short_str(&h->org), h->state, to, h->generation + rotates,
				   rotates ? toc_after(q->at, TOC_HOURS(overlap)) : h->old_until);
	if (h->gateway && to == TOC_HOOK_REMOVED) /* nobody rings for it any more: that is said, and the next contact is called */
		toc_give_up_deliveries_by(q, toc_decided(d), h->id);
	if (resends || toc_str_is(q->c->k, "hook.test"))
		call(q, d, q->p->org, TOC_CHANNEL_WEBHOOK, h->id, nobody, resends ? toc_get_id(q->body, "entry") : itself, true);
	return 0;
}

/* ---- browsers ---- */

int toc_rule_push_allow(struct toc_ask *q)
{
	struct toc_draft *d = toc_ask_draft(q, "push.allow");

	toc_set_text(q->a, toc_decided(d), "org", q->p->org);
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	return 0;
}

static struct toc_draft *of_person(struct toc_ask *q, const char *k, struct toc_uuid id, struct toc_uuid person,
				   struct toc_str org)
{
	struct toc_draft *d = toc_ask_draft(q, k);
	struct toc_value *v = toc_value_map(q->a);

	toc_set_id(q->a, v, "id", id);
	toc_set_id(q->a, v, "person", person);
	toc_set_text(q->a, v, "org", org);
	toc_set(q->a, toc_decided(d), "push", v);
	d->subject = toc_arena_printf(q->a, "person:%s", toc_uuid_str(q->a, person).p);
	(void)toc_reader_add(q, d, org, TOC_IF_ADR);
	return d;
}

int toc_rule_push_subscribe(struct toc_ask *q)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_push *p;
	unsigned n = 0;

	if (q->p->machine)
		return TOC_REFUSE(q, NOT_PERMITTED, "", "domain M26", "a service account has no browser");
	if (!q->org->push)
		return TOC_REFUSE(q, CONDITION, "", "domain (e) 2", "your organisation has not allowed Web Push");
	while ((p = toc_world_next(q->w, TOC_OBJECT_push, &cursor)))
		n += toc_uuid_eq(p->person, q->p->person);
	if (n >= SUBSCRIPTIONS_MAX)
		return TOC_REFUSE(q, CONDITION, "", "domain M26", "%d browsers of yours are woken already",
				  SUBSCRIPTIONS_MAX);
	(void)of_person(q, "push.subscribe", q->id, q->p->person, q->p->org);
	return 0;
}

int toc_rule_push_unsubscribe(struct toc_ask *q)
{
	const struct toc_push *p = toc_find_push(q->w, toc_get_id(q->body, "subscription"));

	if (!p || (q->org && !toc_uuid_eq(p->person, q->p->person)))
		return toc_refuse_unknown(q, "body.subscription");
	if (toc_ask_may(q, TOC_IF_OWN) < 0)
		return -1;
	struct toc_draft *d = of_person(q, "push.unsubscribe", p->id, p->person, toc_short_str(&p->org));
	d->ref = p->id;
	return 0;
}

/* ---- who is called ---- */

const struct toc_hook *toc_gateway(const struct toc_world *w, struct toc_str org, unsigned channel)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_hook *h, *best = NULL;
	bool best_own = false;

	if (channel < TOC_CHANNEL_PHONE || channel > TOC_CHANNEL_PAGER)
		return NULL;
	while ((h = toc_world_next(w, TOC_OBJECT_hook, &cursor))) {
		const struct toc_organisation *o = toc_find_organisation(w, toc_short_str(&h->org));
		bool own = toc_short_is(&h->org, org);
		if (!h->gateway || h->state != TOC_HOOK_ACTIVE || !(h->channels & 1u << channel) ||
		    (!own && !(o && o->kinds & TOC_KIND_OPR)))
			continue;
		if (!best || (own && !best_own) || (own == best_own && toc_uuid_cmp(h->id, best->id) < 0)) {
			best = h;
			best_own = own;
		}
	}
	return best;
}

struct toc_uuid toc_call_id(struct toc_uuid entry, struct toc_uuid to)
{
	return toc_derived_id("call", entry, (struct toc_str){ (const char *)to.b, sizeof to.b }, 0);
}

/* The roles with which an organisation reads it, in any rendering. */
static toc_roles reads_as(const struct toc_value *readers, struct toc_str org)
{
	toc_roles roles = 0;

	for (size_t i = 0; i < toc_len(readers); i++)
		if (toc_str_eq(toc_get_text(toc_at(readers, i), "org"), org))
			roles |= toc_roles_of(toc_get(toc_at(readers, i), "roles"));
	return roles;
}

static void call_machines(struct toc_ask *q, struct toc_draft *d, int64_t precedence)
{
	const struct toc_value *readers = toc_get(d->decided, "readers");
	struct toc_world_cursor cursor = { 0 };
	const struct toc_hook *h;

	while ((h = toc_world_next(q->w, TOC_OBJECT_hook, &cursor)))
		if (!h->gateway && h->precedence <= precedence && (h->state == TOC_HOOK_ACTIVE || h->state == TOC_HOOK_PAUSED) &&
		    reads_as(readers, toc_short_str(&h->org)) & TOC_ROLE_SV)
			call(q, d, toc_short_str(&h->org), TOC_CHANNEL_WEBHOOK, h->id, nobody, itself, true);
}

/* A person is woken for what they may read and another organisation says: colleagues do not wake one another by answering. */
static void wake_people(struct toc_ask *q, struct toc_draft *d, bool told)
{
	const struct toc_value *readers = toc_get(d->decided, "readers");
	struct toc_world_cursor cursor = { 0 };
	const struct toc_push *p;

	while ((p = toc_world_next(q->w, TOC_OBJECT_push, &cursor))) {
		const struct toc_person *who = toc_find_person(q->w, p->person);
		if (who && !toc_str_eq(toc_short_str(&p->org), d->org) &&
		    reads_as(readers, toc_short_str(&p->org)) & who->roles)
			call(q, d, toc_short_str(&p->org), TOC_CHANNEL_PUSH, p->id, p->person, itself, told);
	}
}

/* Of a page of the server (an escalation): whoever is paged, about what they are paged for. */
static void wake_paged(struct toc_ask *q, struct toc_draft *d)
{
	const struct toc_value *pages = toc_get(d->decided, "pages");
	struct toc_world_cursor cursor = { 0 };
	const struct toc_push *p;

	while (toc_len(pages) && (p = toc_world_next(q->w, TOC_OBJECT_push, &cursor)))
		for (size_t i = 0; i < toc_len(pages); i++)
			if (toc_uuid_eq(toc_get_id(toc_at(pages, i), "person"), p->person)) {
				call(q, d, toc_short_str(&p->org), TOC_CHANNEL_PUSH, p->id, p->person, d->ref, false);
				break;
			}
}

void toc_call_readers(struct toc_ask *q, size_t first)
{
	for (size_t i = first; i < q->verdict->n; i++) {
		struct toc_draft *d = &q->verdict->drafts[i];
		const struct toc_action *action = toc_action_find(d->k);
		int64_t precedence = toc_precedence_of(toc_get_text(d->message, "precedence"));
		bool answer = toc_get_bool(d->message, "ack_required");
		if (!(action->flags & TOC_ACTION_RECEIPTS)) {
			wake_paged(q, d);
			continue;
		}
		call_machines(q, d, precedence);
		if (answer || precedence > PRIORITY)
			wake_people(q, d, !answer);
	}
}
