/* delivery.c: who is not connected is reached by a courier: which deliveries there are, and what became of them.
 *
 * A page that is "queued" for a channel that a courier carries (decided.pages) is a delivery. Everything that somebody
 * sends is on its way to each reader who is reached by e-mail, as well; whether a person is called besides, is
 * precedence and timers. What the courier says of an attempt is an M19.delivery of the server, each word meaning just
 * that: sent (handed on), delivered (the recipient's side took it; of e-mail: the relay), bounced, retrying, dead. A
 * delivery that is acknowledged, or whose matter is over, is stopped on all channels at once. An e-mail that bounced is
 * not waited for: who is next is called. Source: rules b.5, M19, T19, (g) 5, 9, 11, 14. */
#include "domain/rule.h"

uint32_t toc_served(const struct toc_world *w)
{
	const int64_t only = 0;
	const struct toc_reach *r = toc_world_get(w, TOC_OBJECT_reach, TOC_KEY(only));

	return ~TOC_CARRIED | (r ? r->channels : 0);
}

struct toc_uuid toc_delivery_id(struct toc_uuid page, struct toc_str org, int64_t contact, struct toc_str channel)
{
	struct toc_uuid to = toc_derived_id("delivery", page, org, contact);

	return toc_derived_id("delivery", to, channel, 0);
}

/* ---- what is on its way ---- */

static bool has_page(const struct toc_value *pages, struct toc_str org)
{
	for (size_t i = 0; i < toc_len(pages); i++)
		if (toc_str_eq(toc_get_text(toc_at(pages, i), "org"), org) && toc_get_is(toc_at(pages, i), "channel", "e-mail"))
			return true;
	return false;
}

/* For which of its purposes a contact point is asked. */
static uint32_t purpose_of(const struct toc_draft *d)
{
	if (!toc_uuid_is_nil(d->case_ref))
		return TOC_FOR_ITL;
	return toc_action_find(d->k) && toc_is_of_order(d->k) ? TOC_FOR_ORDERS : TOC_FOR_CRISIS;
}

static void mail_to(struct toc_ask *q, struct toc_draft *d, const struct toc_point *p, unsigned contact, bool told)
{
	struct toc_value *decided = toc_decided(d);
	struct toc_value *page = toc_value_map(q->a);

	toc_set_text(q->a, page, "org", toc_short_str(&p->org));
	toc_set_int(q->a, page, "contact", contact);
	toc_set_id(q->a, page, "person", p->chain[contact].person);
	toc_set_cstr(q->a, page, "channel", toc_channel_name(TOC_CHANNEL_MAIL));
	toc_set_cstr(q->a, page, "state", "queued");
	toc_set_id(q->a, page, "point", p->id);
	if (told)
		toc_set_bool(q->a, page, "told", true);
	if (toc_draft_is_for_tied(d, toc_short_str(&p->org)))
		toc_set_bool(q->a, page, "tied", true);
	for (uint32_t i = 0; i < p->chain[contact].n_channels; i++)
		if (p->chain[contact].channels[i].kind == TOC_CHANNEL_MAIL)
			toc_say_proof(q, page, &p->chain[contact].channels[i]);
	toc_effect(q->a, decided, "pages", page);
}

/* Whoever reads it and whose first contact is reached by e-mail; each once, and not who sends it. */
static void mail_readers_of(struct toc_ask *q, struct toc_draft *d)
{
	struct toc_value *decided = toc_decided(d);
	const struct toc_value *readers = toc_get(decided, "readers");
	struct toc_str precedence = toc_get_text(d->message, "precedence");
	bool told = !toc_get_bool(d->message, "ack_required") && !toc_str_is(precedence, "immediate") &&
		    !toc_str_is(precedence, "flash");

	for (size_t i = 0; i < toc_len(readers); i++) {
		struct toc_str org = toc_get_text(toc_at(readers, i), "org");
		struct toc_reached reached = toc_reached(q->w, q->a, org, purpose_of(d), q->now);
		if (!toc_str_eq(org, d->org) && reached.n &&
		    toc_contact_channels(reached.point, reached.order[0]) & 1u << TOC_CHANNEL_MAIL &&
		    !has_page(toc_get(decided, "pages"), org))
			mail_to(q, d, reached.point, reached.order[0], told);
	}
}

/* A page says what it is about, unless that is the entry itself. */
static void say_about(struct toc_ask *q, const struct toc_draft *d)
{
	const struct toc_value *pages = toc_get(d->decided, "pages");

	for (size_t i = 0; i < toc_len(pages); i++)
		toc_set_id(q->a, toc_at(pages, i), "about", d->ref);
}

/* What the server enters itself takes no receipts; but whoever was told of a warning or an activation is told of its end. */
static bool is_an_end(struct toc_str k)
{
	return toc_str_is(k, "M2.expire") || toc_str_is(k, "M3.revert");
}

void toc_mail_readers(struct toc_ask *q, size_t first)
{
	bool served = toc_served(q->w) & 1u << TOC_CHANNEL_MAIL;

	for (size_t i = first; i < q->verdict->n; i++) {
		struct toc_draft *d = &q->verdict->drafts[i];
		const struct toc_action *action = toc_action_find(d->k);
		if (!(action->flags & TOC_ACTION_RECEIPTS) && !is_an_end(d->k))
			say_about(q, d);
		else if (served)
			mail_readers_of(q, d);
	}
}

static void step(struct toc_ask *q, struct toc_value *decided, const struct toc_delivery *d, enum toc_delivery_state to)
{
	struct toc_value *v = toc_value_map(q->a);

	toc_set_id(q->a, v, "id", d->id);
	toc_set_cstr(q->a, v, "state", toc_delivery_state_name(to));
	toc_effect(q->a, decided, "deliveries", v);
}

void toc_stop_deliveries(struct toc_ask *q, struct toc_value *decided, struct toc_str org, struct toc_uuid about,
			 struct toc_uuid or_about)
{
	const struct toc_outbox *box = toc_world_get(q->w, TOC_OBJECT_outbox, org);

	for (uint32_t i = 0; box && i < box->n_deliveries; i++) {
		const struct toc_delivery *d = toc_find_delivery(q->w, box->deliveries[i].id);
		enum toc_delivery_state to;
		if (d && d->channel != TOC_CHANNEL_WEBHOOK && /* a machine is told, whatever people do */
		    (toc_uuid_eq(d->message, about) || toc_uuid_eq(d->message, or_about)) &&
		    toc_delivery_step(TOC_STR("stop"), d->state, &to))
			step(q, decided, d, to);
	}
}

/* ---- what became of it ---- */

static bool delivered_before(const struct toc_message *m, const struct toc_delivery *d)
{
	struct toc_str channel = toc_str_of(toc_channel_name((unsigned)d->channel));

	for (uint32_t i = 0; i < m->n_receipts; i++)
		if (m->receipts[i].state == TOC_RECEIPT_DELIVERED && toc_short_is(&m->receipts[i].org, toc_short_str(&d->org)) &&
		    toc_short_is(&m->receipts[i].channel, channel))
			return true;
	return false;
}

static void arrived(struct toc_ask *q, struct toc_draft *draft, const struct toc_delivery *d, const struct toc_message *m)
{
	struct toc_value *receipt = toc_value_map(q->a);
	const struct toc_desk *desk = q->threat ? toc_desk_of(q->threat, toc_short_str(&d->org)) : NULL;
	enum toc_desk_state to;

	if (delivered_before(m, d))
		return; /* the first counts */
	toc_set_id(q->a, receipt, "ref", m->eid);
	toc_set_text(q->a, receipt, "org", toc_short_str(&d->org));
	toc_set_cstr(q->a, receipt, "channel", toc_channel_name((unsigned)d->channel));
	toc_set_cstr(q->a, receipt, "state", "delivered");
	toc_effect(q->a, toc_decided(draft), "receipts", receipt);
	toc_order_receipt(q, toc_decided(draft), m, toc_short_str(&d->org),
			  toc_str_of(toc_channel_name((unsigned)d->channel)), q->at);
	if (desk && q->threat->state == TOC_CASE_SENT && toc_desk_step(TOC_STR("M19.machine"), desk->state, &to))
		toc_effect_desk_state(q->a, toc_decided(draft), toc_short_str(&d->org), desk->state, to);
}

/* Is anything else that may still reach this contact? */
static bool has_other_way(const struct toc_ask *q, const struct toc_delivery *d)
{
	const struct toc_point *p = toc_find_point(q->w, d->point);
	const struct toc_outbox *box = toc_world_get(q->w, TOC_OBJECT_outbox, toc_short_str(&d->org));

	if (p && d->contact < (int64_t)p->n_chain && toc_contact_channels(p, (unsigned)d->contact) & ~TOC_CARRIED)
		return true;
	for (uint32_t i = 0; box && i < box->n_deliveries; i++) {
		const struct toc_delivery *other = toc_find_delivery(q->w, box->deliveries[i].id);
		if (other && other != d && other->state != TOC_DELIVERY_UNCONFIRMED && other->contact == d->contact && toc_uuid_eq(other->message, d->message))
			return true;
	}
	return false;
}

/* Somebody of them has it before their eyes: the time runs, and nobody further is called for it. */
static bool is_seen(const struct toc_ask *q, const struct toc_delivery *d)
{
	const struct toc_message *m = toc_find_message(q->w, d->message);

	for (uint32_t i = 0; m && i < m->n_receipts; i++)
		if (m->receipts[i].state != TOC_RECEIPT_DELIVERED && toc_short_is(&m->receipts[i].org, toc_short_str(&d->org)))
			return true;
	return false;
}

/* Nobody waits fifteen minutes for an e-mail that is known not to arrive, or for a call of which nothing is heard. */
static void call_next(struct toc_ask *q, struct toc_value *decided, const struct toc_delivery *d)
{
	const struct toc_timer *t = toc_running(q->w, "T19", d->incident, toc_short_str(&d->org));
	struct toc_reached reach = toc_reached(q->w, q->a, toc_short_str(&d->org), TOC_FOR_CRISIS, q->now);
	bool is_last = t && t->called < (int64_t)reach.n && reach.order[t->called] == d->contact; /* of those who were called */

	if (t && d->calls && toc_uuid_eq(t->cause, d->message) && is_last && toc_before(q->at, t->next) &&
	    toc_before(q->at, t->deadline) && !is_seen(q, d) && !has_other_way(q, d))
		toc_move_timer(q, decided, t, q->at, false);
}

void toc_give_up_deliveries_by(struct toc_ask *q, struct toc_value *decided, struct toc_uuid gateway)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_delivery *d;
	enum toc_delivery_state to;

	while ((d = toc_world_next(q->w, TOC_OBJECT_delivery, &cursor))) {
		if (!toc_uuid_eq(d->to, gateway) || (d->state != TOC_DELIVERY_QUEUED && d->state != TOC_DELIVERY_RETRYING) ||
		    !toc_delivery_step(TOC_STR("dead"), d->state, &to))
			continue;
		step(q, decided, d, to);
		if (d->mode == TOC_MODE_ACTUAL) /* the clock of an exercise is not ours to read here: its timers run on */
			call_next(q, decided, d);
	}
}

bool toc_is_handed_on(const struct toc_delivery *d)
{
	return d->state == TOC_DELIVERY_SENT || d->state == TOC_DELIVERY_UNCONFIRMED;
}

int toc_rule_delivery(struct toc_ask *q)
{
	const struct toc_delivery *d = toc_find_delivery(q->w, toc_get_id(q->body, "delivery"));
	struct toc_str state = toc_get_text(q->body, "state");
	enum toc_delivery_state to;

	int64_t attempt = toc_get_int(q->body, "attempt", 0);
	if (!d || !toc_delivery_step(state, d->state, &to) || attempt < d->attempts ||
	    (attempt == d->attempts && !toc_is_handed_on(d))) {
		q->verdict->duplicate = true; /* said before, by us or by the node that has taken it over */
		return 0;
	}
	const struct toc_message *m = toc_find_message(q->w, d->message);
	q->threat = toc_find_threat(q->w, d->threat);
	q->incident = toc_find_incident(q->w, d->incident);
	struct toc_draft *draft = toc_ask_draft(q, "M19.delivery");
	struct toc_value *decided = toc_decided(draft), *v = toc_value_map(q->a);
	draft->ref = d->message;
	toc_set_id(q->a, v, "id", d->id);
	toc_set_id(q->a, v, "to", d->to); /* which webhook, so that its admins can have it sent again; where that is, this does not say */
	if (m)
		toc_set_text(q->a, v, "k", toc_short_str(&m->k));
	toc_set_cstr(q->a, v, "state", toc_delivery_state_name(to));
	toc_set_int(q->a, v, "attempts", attempt);
	toc_set_time(q->a, v, "next", toc_get_time(q->body, "again_at", TOC_TIME_NEVER));
	toc_effect(q->a, decided, "deliveries", v);
	toc_set(q->a, decided, "readers", toc_value_list(q->a));
	if (m && m->n_readers)
		toc_receipt_readers(q, draft, m, TOC_STR(""));
	(void)toc_reader_add(q, draft, toc_short_str(&d->org), TOC_IF_CALLED);
	if (to == TOC_DELIVERY_DELIVERED && m && m->n_readers)
		arrived(q, draft, d, m);
	if (to == TOC_DELIVERY_BOUNCED || to == TOC_DELIVERY_DEAD || to == TOC_DELIVERY_UNCONFIRMED)
		call_next(q, decided, d);
	return 0;
}

/* ---- who carries, and what ---- */

static void hub_reads(struct toc_ask *q, struct toc_draft *d)
{
	struct toc_str hub = toc_hub(q->w, NULL);

	toc_set(q->a, toc_decided(d), "readers", toc_value_list(q->a));
	if (hub.n)
		(void)toc_reader_add(q, d, hub, 0);
}

int toc_rule_take_over(struct toc_ask *q)
{
	struct toc_value *v = toc_value_map(q->a);
	struct toc_draft *d = toc_ask_draft(q, "courier.take_over");

	toc_set_text(q->a, v, "from", toc_get_text(q->body, "from"));
	toc_set_text(q->a, v, "by", toc_get_text(q->body, "by"));
	toc_set(q->a, toc_decided(d), "taken_over", v);
	hub_reads(q, d);
	return 0;
}

int toc_rule_channels(struct toc_ask *q)
{
	const int64_t only = 0;
	const struct toc_reach *r = toc_world_get(q->w, TOC_OBJECT_reach, TOC_KEY(only));

	if (r && toc_get_int(q->body, "version", 0) <= r->version)
		return TOC_REFUSE(q, STATE, "body.version", "domain b.5", "version: %lld is there already", (long long)r->version);
	struct toc_draft *d = toc_ask_draft(q, "policy.channels");
	d->subject = TOC_STR("system");
	toc_tell(q, d, TOC_TO_EVERYBODY, 0);
	return 0;
}
