/* scrutiny.c: orders across borders: the copy for the authority of the provider's own state (M11), and what that authority
 * makes of it (M15).
 *
 * The copy is made with the issue, so at the same moment. Within 72 hours of it (T4) that authority may look into the order
 * of its own motion; the provider, or the content provider through it, may ask for it within 48 hours of what it received
 * (T5), and is answered within 72 hours (T6). Who issued it is told of an infringement that is going to be found before
 * it is. The finding ends the order, and what was removed comes back (T7, M16); without one it stands.
 * Source: TCO 4(1), 4(3) to 4(7), rules b.3, M11, M15, a.3.1. */
#include "domain/rule.h"

/* ---- the copy ---- */

void toc_copy_order(struct toc_ask *q, const struct toc_value *form, struct toc_str home_authority)
{
	const struct toc_order *o = q->order;
	struct toc_draft *d = toc_order_server_draft(q, "M11.copy", "copy", o->id);
	struct toc_value *body = toc_get(d->message, "body"), *decided = toc_decided(d), *copied = toc_value_map(q->a);

	d->ref = q->id;
	toc_set_id(q->a, body, "order_ref", o->id);
	toc_set_text(q->a, body, "authority", toc_short_str(&o->authority));
	toc_set_cstr(q->a, body, "recipient_role", "home_authority");
	toc_set_time(q->a, body, "copied_at", q->at);
	toc_set(q->a, body, "order", toc_value_copy(q->a, form));
	toc_set_time(q->a, copied, "at", q->at);
	toc_set(q->a, toc_order_effects(q, decided, o), "copied", copied);
	toc_start_on_order(q, decided, "T4", o, home_authority, q->at);
	toc_set(q->a, decided, "readers", toc_value_list(q->a));
	(void)toc_reader_add(q, d, toc_short_str(&o->authority), TOC_IF_OWN);
	(void)toc_reader_add(q, d, home_authority, TOC_IF_HOME);
	toc_page_contact(q, decided, home_authority, TOC_FOR_ORDERS, 0);
}

/* ---- what scrutiny asks of the order ---- */

static unsigned conditions(const struct toc_ask *q)
{
	const struct toc_order *o = q->order;

	return (toc_short_is(&o->hsp, q->p->org) ? TOC_IF_ADR : 0) |
	       (toc_short_is(&o->home_authority, q->p->org) ? TOC_IF_HOME : 0);
}

static int check_scrutiny(struct toc_ask *q)
{
	const struct toc_order *o = q->order;

	if (toc_ask_may(q, conditions(q)) < 0)
		return -1;
	if (!toc_is_across_borders(o) || !o->home_authority.n)
		return TOC_REFUSE(q, STATE, "body.order_ref", "TCO 4(1)",
				  "order_ref: only an order of another state is scrutinised, by the authority of one's own");
	if (!toc_uuid_is_nil(o->decision))
		return TOC_REFUSE(q, STATE, "body.order_ref", "TCO 4(3), 4(4)", "order_ref: it has been scrutinised and decided");
	if (o->ended_at.us != TOC_TIME_NEVER.us)
		return TOC_REFUSE(q, STATE, "body.order_ref", "TCO 4(3), 4(4)", "order_ref: it was withdrawn");
	return 0;
}

static void take_up(struct toc_ask *q, struct toc_value *decided, bool requested)
{
	const struct toc_order *o = q->order;
	struct toc_value *scrutiny = toc_value_map(q->a);
	enum toc_order_state to;

	toc_set_bool(q->a, scrutiny, "requested", requested || o->scrutiny_requested);
	toc_set_bool(q->a, scrutiny, "for_user",
		     o->scrutiny_for_user || toc_get_is(q->body, "requester", "content_provider_via_hsp"));
	toc_set(q->a, toc_order_effects(q, decided, o), "scrutiny", scrutiny);
	if (toc_order_step(TOC_STR("challenge"), o->state, &to))
		toc_effect_order_state(q, decided, o, to);
}

/* Readers by their row alone: who they are is said here. */
static void tell(struct toc_ask *q, struct toc_draft *d, struct toc_str org, unsigned has)
{
	if (org.n && !toc_str_eq(org, q->p->org))
		(void)toc_reader_add(q, d, org, has);
}

static struct toc_draft *begin(struct toc_ask *q)
{
	struct toc_draft *d = toc_order_draft(q, q->action->k);

	toc_set(q->a, toc_decided(d), "readers", toc_value_list(q->a));
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN | conditions(q));
	return d;
}

/* ---- asked for ---- */

/* By the provider 48 hours after the receipt that is on record; by the content provider after what it was told. */
static int check_in_time(struct toc_ask *q)
{
	const struct toc_order *o = q->order;
	toc_time from = toc_get_time(q->body, "basis_received_at", q->at);

	if (toc_ask_not_ahead(q, q->body, "basis_received_at", "body.basis_received_at") < 0)
		return -1;
	if (toc_get_is(q->body, "requester", "hsp") && o->received_at.us != TOC_TIME_NEVER.us)
		from = o->received_at; /* what is on record counts */
	if (toc_before(toc_after(from, TOC_MINUTES(1)), o->issued_at)) /* people say when to the minute */
		return TOC_REFUSE(q, TIME, "body.basis_received_at", "TCO 4(4)",
				  "basis_received_at: lies before the order was issued");
	if (toc_before(toc_timer_end(TOC_STR("T5"), from), q->at))
		return TOC_REFUSE(q, TIME, "body.basis_received_at", "TCO 4(4)",
				  "the 48 hours in which scrutiny can be asked for ended at %s",
				  toc_time_str(q->a, toc_timer_end(TOC_STR("T5"), from)).p);
	return 0;
}

int toc_rule_scrutiny_request(struct toc_ask *q)
{
	const struct toc_order *o = q->order;

	if (check_scrutiny(q) < 0 || check_in_time(q) < 0)
		return -1;
	struct toc_draft *d = begin(q);
	struct toc_value *decided = toc_decided(d);
	struct toc_str home = toc_short_str(&o->home_authority);
	take_up(q, decided, true);
	if (toc_get_is(q->body, "requester", "hsp"))
		(void)toc_stop_on_order(q, decided, "T5", o, toc_short_str(&o->hsp), q->at);
	if (!toc_running(q->w, "T6", o->id, home)) /* of two requests the first one's time counts for both */
		toc_start_on_order(q, decided, "T6", o, home, q->at);
	tell(q, d, home, TOC_IF_HOME);
	toc_page_contact(q, decided, home, TOC_FOR_ORDERS, 0);
	return 0;
}

/* ---- looked into, intended, decided ---- */

/* What is found of one's own motion is found within the 72 hours of the copy. */
static int check_own_time(struct toc_ask *q)
{
	toc_time end = toc_timer_end(TOC_STR("T4"), q->order->copied_at);

	if (!q->order->scrutiny_requested && toc_before(end, q->at))
		return TOC_REFUSE(q, TIME, "body.order_ref", "TCO 4(3)",
				  "the 72 hours in which it can be scrutinised of one's own motion ended at %s",
				  toc_time_str(q->a, end).p);
	return 0;
}

int toc_rule_scrutiny_own_motion(struct toc_ask *q)
{
	if (check_scrutiny(q) < 0 || check_own_time(q) < 0 ||
	    toc_ask_not_ahead(q, q->body, "opened_at", "body.opened_at") < 0)
		return -1;
	if (!toc_uuid_is_nil(q->order->scrutiny))
		return TOC_REFUSE(q, STATE, "body.order_ref", "TCO 4(3)", "order_ref: its scrutiny has begun");
	struct toc_draft *d = begin(q);
	take_up(q, toc_decided(d), false);
	tell(q, d, toc_short_str(&q->order->authority), 0);
	return 0;
}

static int check_begun(struct toc_ask *q)
{
	if (check_scrutiny(q) < 0)
		return -1;
	if (toc_uuid_is_nil(q->order->scrutiny))
		return TOC_REFUSE(q, STATE, "body.order_ref", "TCO 4(3), 4(4)",
				  "order_ref: nobody has asked for its scrutiny, and none was begun");
	return 0;
}

int toc_rule_scrutiny_intention(struct toc_ask *q)
{
	if (check_begun(q) < 0)
		return -1;
	struct toc_draft *d = begin(q);
	if (toc_get_is(q->body, "intended_finding", "infringement"))
		toc_set_bool(q->a, toc_order_effects(q, toc_decided(d), q->order), "intended", true);
	tell(q, d, toc_short_str(&q->order->authority), 0);
	return 0;
}

static int check_notified(struct toc_ask *q)
{
	const struct toc_value *notified = toc_get(q->body, "notified");
	const char *const all[] = { "issuer", "hsp", "hub", q->order->scrutiny_requested ? "requester" : "hub" };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (!toc_list_has(notified, toc_str_of(all[i])))
			return TOC_REFUSE(q, CONDITION, "body.notified", "TCO 4(6)", "notified: \"%s\" is told of it, too", all[i]);
	return 0;
}

/* The order is over: nothing of it runs on but what was preserved. */
static void annul(struct toc_ask *q, struct toc_value *decided)
{
	const struct toc_order *o = q->order;

	toc_set_time(q->a, toc_order_effects(q, decided, o), "ended_at", q->at);
	toc_stop_hours(q, decided, o, q->at, "annulled");
	(void)toc_stop_on_order(q, decided, "T5", o, toc_short_str(&o->hsp), q->at);
	(void)toc_stop_on_order(q, decided, "T9", o, toc_short_str(&o->hsp), q->at);
	toc_page_contact(q, decided, toc_short_str(&o->hsp), TOC_FOR_ORDERS, 0);
}

int toc_rule_scrutiny_decision(struct toc_ask *q)
{
	const struct toc_order *o = q->order;
	bool infringes = toc_get_is(q->body, "finding", "infringement");
	enum toc_order_state to;

	if (check_begun(q) < 0 || check_own_time(q) < 0)
		return -1;
	if (infringes && toc_uuid_is_nil(o->intention))
		return TOC_REFUSE(q, CONDITION, "body.finding", "TCO 4(5)",
				  "finding: before an infringement is found, its issuer is told of the intention");
	if (check_notified(q) < 0 || toc_take_order_step(q, infringes ? "annul" : "uphold", &to) < 0)
		return -1;
	struct toc_draft *d = begin(q);
	struct toc_value *decided = toc_decided(d);
	struct toc_str home = toc_short_str(&o->home_authority);
	toc_set_bool(q->a, toc_order_effects(q, decided, o), "scrutinised", true);
	toc_effect_order_state(q, decided, o, to);
	(void)toc_stop_on_order(q, decided, "T4", o, home, q->at);
	(void)toc_stop_on_order(q, decided, "T6", o, home, q->at);
	if (infringes)
		annul(q, decided);
	tell(q, d, toc_short_str(&o->authority), 0);
	tell(q, d, toc_short_str(&o->hsp), 0);
	tell(q, d, toc_hub(q->w, q->exercise), 0);
	return 0;
}
