/* escalation.c: who is called when a desk does not answer (T17): after 5, 10 and 15 minutes the next contact
 * of its chain, at the end of the chain its deputy, if it has named one, after 20 the hub; deputy and hub join the case if
 * they were not asked before.
 *
 * Levels only go up and none is skipped: each is an entry of its own, even when several have passed. What is
 * on record is what was done: a channel that this server cannot serve is "not_attempted", never "sent"; the
 * console and the API are served by the entry itself: "queued". A chain that is exhausted is said to be, and
 * its last contact called again. Source: rules T17, M19, (g) 14. */
#include <string.h>

#include "domain/rule.h"

static const char *const channels[] = { "api", "console", "e-mail", "phone", "SMS", "pager", "radio", "webhook", "push" };
#define CHANNELS (sizeof channels / sizeof *channels)

uint32_t toc_channel_bit(struct toc_str kind)
{
	for (unsigned k = 0; k < CHANNELS; k++)
		if (toc_str_is(kind, channels[k]))
			return 1u << k;
	return 0;
}

uint32_t toc_channel_bits(const struct toc_value *list)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < toc_len(list); i++)
		bits |= toc_channel_bit(toc_get_text(toc_at(list, i), "kind"));
	return bits;
}

const char *toc_channel_name(unsigned bit)
{
	return bit < CHANNELS ? channels[bit] : NULL;
}

static const char *state_of(const struct toc_world *w, struct toc_str org, unsigned channel)
{
	return toc_served(w) & 1u << channel || toc_gateway(w, org, channel) ? "queued" : "not_attempted";
}

/* A channel that has not been proven to work is used, and said to be. Console and API have no address that could be wrong. */
void toc_say_proof(struct toc_ask *q, struct toc_value *page, const struct toc_channel *c)
{
	if (!(1u << c->kind & TOC_CHANNEL_NEEDS_NONE) && c->state != TOC_CHANNEL_VERIFIED)
		toc_set_cstr(q->a, page, "proof", toc_channel_state_name(c->state));
}

static void page(struct toc_ask *q, struct toc_value *decided, const struct toc_point *p, unsigned at,
		 const struct toc_channel *c)
{
	struct toc_value *page = toc_value_map(q->a);

	toc_set_text(q->a, page, "org", toc_short_str(&p->org));
	toc_set_int(q->a, page, "contact", at);
	toc_set_id(q->a, page, "person", p->chain[at].person);
	toc_set_cstr(q->a, page, "channel", channels[c->kind]);
	toc_set_cstr(q->a, page, "state", state_of(q->w, toc_short_str(&p->org), (unsigned)c->kind));
	toc_say_proof(q, page, c);
	const struct toc_hook *gateway = toc_gateway(q->w, toc_short_str(&p->org), (unsigned)c->kind);
	if (gateway)
		toc_set_id(q->a, page, "by", gateway->id);
	toc_set_id(q->a, page, "point", p->id); /* its entry has the address */
	toc_effect(q->a, decided, "pages", page);
}

void toc_page_channels(struct toc_ask *q, struct toc_value *decided, const struct toc_point *p, unsigned at, const char *kind)
{
	for (uint32_t i = 0; i < p->chain[at].n_channels; i++)
		if (!kind || strcmp(kind, channels[p->chain[at].channels[i].kind]) == 0)
			page(q, decided, p, at, &p->chain[at].channels[i]);
}

/* A channel that was tried and failed is used all the same, but nobody waits for it. */
static bool all_failed(const struct toc_contact *c)
{
	for (uint32_t i = 0; i < c->n_channels; i++)
		if (c->channels[i].state != TOC_CHANNEL_FAILED)
			return false;
	return true;
}

/* Who has left an exercise is not called for it. */
static struct toc_reached reached(struct toc_ask *q, struct toc_str org, uint32_t purpose)
{
	if (q->exercise && !toc_exercise_has(q->exercise, org))
		return (struct toc_reached){ .point = NULL };
	return toc_reached(q->w, q->a, org, purpose, q->now);
}

void toc_page_contact(struct toc_ask *q, struct toc_value *decided, struct toc_str org, uint32_t purpose,
		      unsigned position)
{
	struct toc_reached reach = reached(q, org, purpose);

	for (; position < reach.n; position++) {
		toc_page_channels(q, decided, reach.point, reach.order[position], NULL);
		if (!all_failed(&reach.point->chain[reach.order[position]]))
			break;
	}
}

/* The loudest channel of the contact, for the receipt: a phone before a console. The entry's pages name all. */
static const struct toc_channel *loudest(const struct toc_contact *c)
{
	static const struct toc_channel console = { .kind = 1 };
	const struct toc_channel *found = c && c->n_channels ? &c->channels[0] : &console;

	for (uint32_t i = 1; c && i < c->n_channels; i++)
		if (c->channels[i].kind > found->kind)
			found = &c->channels[i];
	return found;
}

/* M19.escalation: the organisation that is called, the sender of the message, and the hub's lead where the hub
 * reads it. */
static void readers(struct toc_ask *q, struct toc_draft *d, struct toc_str called, const struct toc_message *about)
{
	struct toc_str hub = toc_hub(q->w, q->exercise);
	bool hub_reads = false;

	(void)toc_reader_add(q, d, called, TOC_IF_CALLED);
	for (uint32_t i = 0; about && i < about->n_readers; i++) {
		struct toc_str org = toc_short_str(&about->readers[i].org);
		hub_reads |= toc_str_eq(org, hub);
		if (toc_short_is(&about->org, org))
			toc_reader_add_as(q, d, org, about->readers[i].roles, TOC_WHOLE);
	}
	if (hub.n && (hub_reads || (q->threat && toc_asked(q->w, q->threat, hub))))
		(void)toc_reader_add(q, d, hub, 0);
}

/* The server's M19.escalation about a message: contact `position` of the organisation is called, or the last one
 * when there is none further. */
struct toc_draft *toc_draft_call(struct toc_ask *q, const struct toc_timer *t, struct toc_str called, uint32_t purpose,
				 struct toc_uuid about, unsigned position, bool *ret_exhausted)
{
	struct toc_reached reach = reached(q, called, purpose);
	bool exhausted = position >= reach.n;

	if (exhausted)
		position = reach.n ? reach.n - 1 : 0;
	const struct toc_contact *contact = reach.n ? &reach.point->chain[reach.order[position]] : NULL;
	struct toc_draft *d = toc_ask_server_draft(q, "M19.escalation", "escalation", t->id);
	struct toc_value *decided = toc_decided(d), *message = (struct toc_value *)(uintptr_t)d->message;
	struct toc_value *body = toc_get(message, "body");
	const struct toc_channel *loud = loudest(contact);
	unsigned channel = (unsigned)loud->kind;
	d->eid = toc_firing_id("escalation", t);
	d->ref = about;
	toc_set_id(q->a, message, "id", d->eid);
	toc_set_id(q->a, body, "message_ref", about);
	toc_set_text(q->a, body, "recipient_org", called);
	toc_set_cstr(q->a, body, "channel", channels[channel]);
	toc_set_cstr(q->a, body, "state", contact ? state_of(q->w, called, channel) : "not_attempted");
	toc_set_time(q->a, body, "at", q->at);
	toc_set_cstr(q->a, body, "actor_kind", "machine");
	toc_set_int(q->a, body, "contact", contact ? reach.order[position] : 0);
	toc_set_int(q->a, decided, "level", t->level + 1);
	toc_say_proof(q, decided, loud);
	if (exhausted)
		toc_set_bool(q->a, decided, "chain_exhausted", true);
	toc_page_contact(q, decided, called, purpose, position);
	readers(q, d, called, toc_find_message(q->w, about));
	*ret_exhausted = exhausted;
	return d;
}

/* An organisation that was not asked before is asked now: it gets the case so far. */
static void join(struct toc_ask *q, struct toc_str org, uint32_t role, struct toc_str why)
{
	toc_draft_disclosure(q, q->threat, &(struct toc_joining){ .org = org, .role = role, .duty = q->threat->duty,
		.ground = "state_found", .why = why, .what = TOC_DISCLOSE_ALL });
}

/* The next organisation: an authority of the same state, which the desk has named. */
static struct toc_str deputy(struct toc_ask *q, struct toc_str desk)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, desk), *d;
	const struct toc_point *p = toc_point_for(q->w, desk, TOC_FOR_ITL, q->now);
	struct toc_str org = p ? toc_short_str(&p->deputy) : TOC_STR("");

	d = org.n ? toc_find_organisation(q->w, org) : NULL;
	if (!o || !d || d->suspended || !(d->kinds & (TOC_KIND_LE | TOC_KIND_CA)) || toc_asked(q->w, q->threat, org) ||
	    !toc_short_is(&d->established_in, toc_short_str(&o->established_in)) ||
	    (q->exercise && !toc_exercise_has(q->exercise, org)))
		return TOC_STR("");
	return org;
}

/* Whoever came on duty since the last call stands before those who were called already: nobody else would call them. */
static void page_who_came(struct toc_ask *q, struct toc_value *decided, const struct toc_timer *t, unsigned position, toc_time before)
{
	struct toc_str org = toc_short_str(&t->desk);
	struct toc_reached reach = reached(q, org, TOC_FOR_ITL);

	if (q->exercise) /* whose clock may have jumped; people are on duty by the real one */
		before = (toc_time){ q->now.us - toc_between(before, q->at).us };
	for (unsigned i = 0; i < position && i + 1 < reach.n; i++) {
		struct toc_uuid person = reach.point->chain[reach.order[i]].person;
		if (toc_is_on_duty(q->w, org, person, q->now) && !toc_is_on_duty(q->w, org, person, before))
			toc_page_channels(q, decided, reach.point, reach.order[i], NULL);
	}
}

void toc_fire_t17(struct toc_ask *q, const struct toc_timer *t)
{
	static const int minutes[] = { 5, 10, 15, 20 };
	struct toc_str desk = toc_short_str(&t->desk), hub = toc_hub(q->w, q->exercise);
	unsigned level = (unsigned)t->level + 1; /* 1, 2, 3: the next contact; 4: the hub */
	bool to_hub = level == 4 && hub.n;
	struct toc_str called = to_hub ? hub : desk;
	bool exhausted;
	struct toc_draft *d = toc_draft_call(q, t, called, TOC_FOR_ITL, q->threat->notice,
					     to_hub && !toc_str_eq(hub, desk) ? 0 : level, &exhausted);
	if (!to_hub)
		page_who_came(q, toc_decided(d), t, level, level > 1 ? toc_after(t->starts, TOC_MINUTES(minutes[level - 2])) : t->starts);
	toc_set_id(q->a, toc_decided(d), "case", q->threat->id);
	toc_move_timer(q, toc_decided(d), t,
		       level < 4 ? toc_after(t->starts, TOC_MINUTES(minutes[level])) : TOC_TIME_NEVER, true);
	if (!toc_str_eq(called, desk))
		(void)toc_reader_add(q, d, desk, TOC_IF_CALLED);
	struct toc_str next = exhausted && !to_hub ? deputy(q, desk) : TOC_STR("");
	if (next.n)
		join(q, next, TOC_DESK_ADDED, toc_arena_printf(q->a, "nobody of %.*s has answered", TOC_STR_ARGS(desk)));
	if (to_hub && !toc_asked(q->w, q->threat, hub))
		join(q, hub, TOC_DESK_HUB,
		     toc_arena_printf(q->a, "nobody at %.*s has answered for 20 minutes", TOC_STR_ARGS(desk)));
}
