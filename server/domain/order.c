/* order.c: what every rule about a removal order shares: who has to do with it, the effects of its entries, its timers.
 *
 * An order is known by the id of its first draft. Only its authority sees it until it is issued. How it is made is
 * order_make.c's, its answers order_answer.c's, its scrutiny scrutiny.c's. Source: rules b.3, a.3.1; TCO 3, 4(1). */
#include "domain/rule.h"

#include <string.h>

/* ---- who has to do with it ---- */

struct toc_str toc_home_state(const struct toc_world *w, const struct toc_organisation *hsp, toc_time at)
{
	if (hsp->established_in.n && !toc_is_third_country(w, hsp, at))
		return toc_short_str(&hsp->established_in);
	return toc_short_str(&hsp->legal_rep_in);
}

const struct toc_organisation *toc_scrutiny_authority(const struct toc_ask *q, struct toc_str cc)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_organisation *o, *found = NULL;

	while ((o = toc_world_next(q->w, TOC_OBJECT_organisation, &cursor)))
		if ((o->kinds & TOC_KIND_SA) && !o->suspended && toc_short_is(&o->established_in, cc) &&
		    (!q->exercise || toc_exercise_has(q->exercise, toc_short_str(&o->code))) &&
		    (!found || toc_str_cmp(toc_short_str(&o->code), toc_short_str(&found->code)) < 0))
			found = o;
	return found;
}

bool toc_is_across_borders(const struct toc_order *o)
{
	return o->home_state.n && !toc_short_is(&o->home_state, toc_short_str(&o->issuing_state));
}

struct toc_uuid toc_acquaintance_id(const struct toc_ask *q, struct toc_str authority, struct toc_str hsp)
{
	struct toc_uuid one = toc_derived_id("authority", q->exercise_id, authority, (int64_t)q->mode);

	return toc_derived_id("acquaintance", one, hsp, 0);
}

void toc_readers_of_order(struct toc_ask *q, struct toc_draft *d, const struct toc_order *o)
{
	struct toc_str hub = toc_hub(q->w, q->exercise), authority = toc_short_str(&o->authority);
	const struct toc_country *c = toc_find_country(q->w, toc_short_str(&o->issuing_state));

	(void)toc_reader_add(q, d, authority, TOC_IF_OWN | TOC_IF_ISS);
	if (toc_uuid_is_nil(o->issue) && !toc_str_is(d->k, "M10.issue"))
		return;
	(void)toc_reader_add(q, d, toc_short_str(&o->hsp), TOC_IF_ADR);
	if (hub.n)
		(void)toc_reader_add(q, d, hub, 0);
	for (uint32_t i = 0; c && i < c->n_members; i++)
		if (!toc_short_is(&c->members[i].org, authority))
			(void)toc_reader_add(q, d, toc_short_str(&c->members[i].org), TOC_IF_ISS);
	if (o->home_authority.n)
		(void)toc_reader_add(q, d, toc_short_str(&o->home_authority), TOC_IF_HOME);
}

/* ---- drafts and effects ---- */

void toc_as_of_order(struct toc_ask *q, struct toc_draft *d, struct toc_uuid id)
{
	d->subject = toc_arena_printf(q->a, "order:%s", toc_uuid_str(q->a, id).p);
	d->retention = TOC_STR("R-ORDER");
}

struct toc_draft *toc_order_draft(struct toc_ask *q, const char *k)
{
	q->incident = toc_find_incident(q->w, q->order->incident);
	struct toc_draft *d = toc_ask_draft(q, k);
	toc_as_of_order(q, d, q->order->id);
	d->ref = toc_uuid_is_nil(q->order->issue) ? q->order->version : q->order->issue;
	return d;
}

struct toc_draft *toc_order_server_draft(struct toc_ask *q, const char *k, const char *what, struct toc_uuid about)
{
	q->incident = toc_find_incident(q->w, q->order->incident);
	struct toc_draft *d = toc_ask_server_draft(q, k, what, about);
	toc_as_of_order(q, d, q->order->id);
	d->ref = q->order->issue;
	return d;
}

struct toc_value *toc_order_effects_on(struct toc_ask *q, struct toc_value *decided, struct toc_uuid id)
{
	const struct toc_value *list = toc_get(decided, "orders");
	struct toc_str name = toc_uuid_str(q->a, id);

	for (size_t i = 0; i < toc_len(list); i++)
		if (toc_str_eq(toc_get_text(toc_at(list, i), "order"), name))
			return toc_at(list, i);
	struct toc_value *v = toc_value_map(q->a);
	toc_set_text(q->a, v, "order", name);
	toc_effect(q->a, decided, "orders", v);
	return v;
}

struct toc_value *toc_order_effects(struct toc_ask *q, struct toc_value *decided, const struct toc_order *o)
{
	return toc_order_effects_on(q, decided, o->id);
}

void toc_order_step_effect(struct toc_ask *q, struct toc_value *effects, uint32_t from, uint32_t to)
{
	if (from == to)
		return;
	toc_set_cstr(q->a, effects, "from", toc_order_state_name(from));
	toc_set_cstr(q->a, effects, "to", toc_order_state_name(to));
}

void toc_effect_order_state(struct toc_ask *q, struct toc_value *decided, const struct toc_order *o,
			    enum toc_order_state to)
{
	toc_order_step_effect(q, toc_order_effects(q, decided, o), o->state, to);
}

int toc_take_order_step(struct toc_ask *q, const char *what, enum toc_order_state *ret_to)
{
	enum toc_order_state from = q->order ? (enum toc_order_state)q->order->state : TOC_ORDER_NONE;

	if (!toc_order_step(toc_str_of(what), from, ret_to))
		return TOC_REFUSE(q, STATE, "body", "domain b.3", "%s does not follow: the order is %s", what,
				  toc_order_state_name(from));
	return 0;
}

/* ---- timers ---- */

static void of_order(struct toc_ask *q, struct toc_value *decided, struct toc_uuid order)
{
	const struct toc_value *list = toc_get(decided, "timers_started");

	toc_set_id(q->a, toc_at(list, toc_len(list) - 1), "order", order);
}

void toc_start_on_order(struct toc_ask *q, struct toc_value *decided, const char *timer, const struct toc_order *o,
			struct toc_str desk, toc_time starts)
{
	toc_start(q, decided, timer, o->id, desk, starts);
	of_order(q, decided, o->id);
}

void toc_start_on_order_until(struct toc_ask *q, struct toc_value *decided, const char *timer, const struct toc_order *o,
			      struct toc_str desk, toc_time starts, toc_time deadline)
{
	toc_start_until(q, decided, timer, o->id, desk, starts, deadline);
	of_order(q, decided, o->id);
}

static void stop_at(struct toc_ask *q, struct toc_value *decided, const struct toc_timer *t, toc_time at)
{
	toc_time now = q->at;

	q->at = at; /* what stops it is the act, not the message that proves it */
	toc_stop(q, decided, t);
	q->at = now;
	const struct toc_value *list = toc_get(decided, "timers_stopped");
	toc_set_int(q->a, toc_at(list, toc_len(list) - 1), "left_ms", toc_between(at, t->deadline).us / 1000);
}

const struct toc_timer *toc_stop_on_order(struct toc_ask *q, struct toc_value *decided, const char *timer,
					  const struct toc_order *o, struct toc_str desk, toc_time at)
{
	const struct toc_timer *t = toc_running(q->w, timer, o->id, desk);

	if (t)
		stop_at(q, decided, t, at);
	return t;
}

const struct toc_timer *toc_hour_of_item(const struct toc_world *w, const struct toc_order *o, uint32_t item)
{
	const struct toc_ordered *i = &o->items[item];
	char name[sizeof i->clock.p + 1] = "T1";

	if (toc_uuid_is_nil(i->hour))
		return toc_running(w, name, o->id, toc_short_str(&o->hsp));
	memcpy(name, i->clock.p, i->clock.n);
	name[i->clock.n] = 0;
	return toc_running(w, name, i->hour, toc_short_str(&o->hsp));
}

void toc_stop_hour(struct toc_ask *q, struct toc_value *decided, const struct toc_order *o, const struct toc_timer *t, toc_time at,
		   const char *how)
{
	struct toc_value *effects = toc_order_effects(q, decided, o);

	stop_at(q, decided, t, at);
	const struct toc_value *list = toc_get(decided, "timers_stopped");
	if (how)
		toc_set_cstr(q->a, toc_at(list, toc_len(list) - 1), "closed", how);
	/* proven after its end to have been done within it */
	if (t->breached && at.us <= t->deadline.us)
		toc_set_int(q->a, effects, "breached", toc_get_int(effects, "breached", 0) - 1);
}

void toc_stop_hours(struct toc_ask *q, struct toc_value *decided, const struct toc_order *o, toc_time at,
		    const char *how)
{
	for (uint32_t i = 0; i < o->n_items; i++) {
		const struct toc_timer *t = toc_hour_of_item(q->w, o, i);
		bool again = false;
		for (uint32_t k = 0; t && k < i; k++)
			again |= toc_hour_of_item(q->w, o, k) == t;
		if (t && !again)
			toc_stop_hour(q, decided, o, t, at, how);
	}
	if (o->overdue)
		toc_set_bool(q->a, toc_order_effects(q, decided, o), "overdue", false);
}

/* T1, T1b, T1c: the hour is over, and something is not done. */
void toc_fire_hour(struct toc_ask *q, const struct toc_timer *t)
{
	size_t n = q->verdict->n;

	toc_fire_missed(q, t);
	struct toc_value *effects = toc_order_effects(q, toc_decided(&q->verdict->drafts[n]), q->order);
	toc_set_bool(q->a, effects, "overdue", true);
	toc_set_int(q->a, effects, "breached", 1);
}
