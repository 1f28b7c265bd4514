/* escalation.c: who is called when a desk does not answer (T17): after 5, 10 and 15 minutes the next contact
 * of its chain, after 20 the hub, which joins the case if it was not asked before.
 *
 * Levels only go up and none is skipped: each is an entry of its own, even when several have passed. What is
 * on record is what was done: a channel that this server cannot serve is "not_attempted", never "sent"; the
 * console and the API are served by the entry itself: "queued". A chain that is exhausted is said to be, and
 * its last contact called again. Source: rules T17, M19, (g) 14. */
#include "domain/rule.h"

static const char *const channels[] = { "api", "console", "e-mail", "phone", "SMS", "pager", "radio" };
#define CHANNELS (sizeof channels / sizeof *channels)

uint32_t toc_channel_bits(const struct toc_value *list)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < toc_len(list); i++)
		for (unsigned k = 0; k < CHANNELS; k++)
			if (toc_get_is(toc_at(list, i), "kind", channels[k]))
				bits |= 1u << k;
	return bits;
}

const char *toc_channel_name(unsigned bit)
{
	return bit < CHANNELS ? channels[bit] : NULL;
}

static const char *state_of(const struct toc_world *w, unsigned channel)
{
	return toc_served(w) & 1u << channel ? "queued" : "not_attempted";
}

void toc_page_contact(const struct toc_world *w, struct toc_arena *a, struct toc_value *decided,
		      struct toc_str org, unsigned position)
{
	const struct toc_organisation *o = toc_find_organisation(w, org);

	if (!o || position >= o->n_chain)
		return;
	for (unsigned k = 0; k < CHANNELS; k++) {
		if (!(o->chain[position].channels & 1u << k))
			continue;
		struct toc_value *page = toc_value_map(a);
		toc_set_text(a, page, "org", org);
		toc_set_int(a, page, "contact", position);
		toc_set_id(a, page, "person", o->chain[position].person);
		toc_set_cstr(a, page, "channel", channels[k]);
		toc_set_cstr(a, page, "state", state_of(w, k));
		toc_set_id(a, page, "point", o->point);
		toc_effect(a, decided, "pages", page);
	}
}

/* The first channel of the contact, for the receipt; the entry's pages name all. */
static unsigned first_channel(const struct toc_organisation *o, unsigned position)
{
	for (unsigned k = CHANNELS; o && position < o->n_chain && k-- > 0;)
		if (o->chain[position].channels & 1u << k)
			return k; /* the loudest: a phone before a console */
	return 1;
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
			toc_reader_add_roles(q->a, toc_decided(d), "readers", org, about->readers[i].roles, TOC_WHOLE);
	}
	if (hub.n && (hub_reads || (q->threat && toc_desk_of(q->threat, hub))))
		(void)toc_reader_add(q, d, hub, 0);
}

/* The server's M19.escalation about a message: contact `position` of the organisation is called, or the last one
 * when there is none further. */
struct toc_draft *toc_draft_call(struct toc_ask *q, const struct toc_timer *t, struct toc_str called,
				 struct toc_uuid about, unsigned position, bool *ret_exhausted)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, called);
	unsigned chain = o ? o->n_chain : 0;
	bool exhausted = position >= chain;

	if (exhausted)
		position = chain ? chain - 1 : 0;
	struct toc_draft *d = toc_ask_server_draft(q, "M19.escalation", "escalation", t->id);
	struct toc_value *decided = toc_decided(d), *message = (struct toc_value *)(uintptr_t)d->message;
	struct toc_value *body = toc_get(message, "body");
	unsigned channel = first_channel(o, position);
	d->eid = toc_firing_id("escalation", t);
	d->ref = about;
	toc_set_id(q->a, message, "id", d->eid);
	toc_set_id(q->a, body, "message_ref", about);
	toc_set_text(q->a, body, "recipient_org", called);
	toc_set_cstr(q->a, body, "channel", channels[channel]);
	toc_set_cstr(q->a, body, "state", chain ? state_of(q->w, channel) : "not_attempted");
	toc_set_time(q->a, body, "at", q->at);
	toc_set_cstr(q->a, body, "actor_kind", "machine");
	toc_set_int(q->a, body, "contact", position);
	toc_set_int(q->a, decided, "level", t->level + 1);
	if (exhausted)
		toc_set_bool(q->a, decided, "chain_exhausted", true);
	toc_page_contact(q->w, q->a, decided, called, position);
	readers(q, d, called, toc_find_message(q->w, about));
	*ret_exhausted = exhausted;
	return d;
}

void toc_fire_t17(struct toc_ask *q, const struct toc_timer *t)
{
	static const int minutes[] = { 5, 10, 15, 20 };
	struct toc_str desk = toc_short_str(&t->desk), hub = toc_hub(q->w, q->exercise);
	unsigned level = (unsigned)t->level + 1; /* 1, 2, 3: the next contact; 4: the hub */
	bool to_hub = level == 4 && hub.n;
	struct toc_str called = to_hub ? hub : desk;
	bool exhausted;
	struct toc_draft *d = toc_draft_call(q, t, called, q->threat->notice,
					     to_hub && !toc_str_eq(hub, desk) ? 0 : level, &exhausted);
	toc_set_id(q->a, toc_decided(d), "case", q->threat->id);
	toc_move_timer(q, toc_decided(d), t,
		       level < 4 ? toc_after(t->starts, TOC_MINUTES(minutes[level])) : TOC_TIME_NEVER, true);
	if (!toc_str_eq(called, desk))
		(void)toc_reader_add(q, d, desk, TOC_IF_CALLED);
	if (to_hub && !toc_desk_of(q->threat, hub))
		(void)toc_draft_disclosure(
			q, q->threat,
			&(struct toc_joining){
				.org = hub,
				.role = TOC_DESK_HUB,
				.duty = q->threat->duty,
				.ground = "state_found",
				.why = toc_arena_printf(q->a, "nobody at %.*s has answered for 20 minutes",
							TOC_STR_ARGS(desk)),
				.what = TOC_DISCLOSE_ALL });
}
