/* order_answer.c: what follows the issue of a removal order: its receipt, the provider's answers (M12, M13), what
 * opens the next hour (M14), reinstatement (M16).
 *
 * The hour does not pause, it starts anew: an obstacle or a defect closes it as "not running", and another one starts
 * when the obstacle has ended or the clarification is there. What stops an hour is the measure itself, proven by the
 * answer; so an answer that comes late may prove that nothing was missed. Outcomes are kept per item: the annexes know
 * no partial one, so one answer speaks of what was done and another of the rest.
 * Source: rules b.3, M12 to M16, T1, T3, T7, T8; TCO 3(3), 3(6) to (8), 4(7), 6(2). */
#include "domain/rule.h"

#include <string.h>

#define ITEMS_MAX 50

/* ---- receipt ---- */

void toc_order_received(struct toc_ask *q, struct toc_value *decided, const struct toc_order *o, struct toc_str channel,
			toc_time at)
{
	struct toc_value *received = toc_value_map(q->a), *effects = toc_order_effects(q, decided, o);

	toc_set_time(q->a, received, "at", at);
	toc_set_text(q->a, received, "channel", channel);
	toc_set(q->a, effects, "received", received);
	toc_set_int(q->a, effects, "opened", 1);
	toc_set_cstr(q->a, effects, "to", toc_order_state_name(TOC_ORDER_DELIVERED));
	toc_start_on_order(q, decided, "T1", o, toc_short_str(&o->hsp), at);
	if (toc_is_across_borders(o))
		toc_start_on_order(q, decided, "T5", o, toc_short_str(&o->hsp), at);
}

/* An hour that a message opens, of an order. */
static void open_hour(struct toc_ask *q, struct toc_value *decided, const struct toc_order *o, struct toc_str clock, struct toc_uuid opener,
		      toc_time at)
{
	toc_set_int(q->a, toc_order_effects(q, decided, o), "opened", 1);
	toc_start(q, decided, toc_arena_str(q->a, clock).p, opener, toc_short_str(&o->hsp), at);
	const struct toc_value *list = toc_get(decided, "timers_started");
	toc_set_id(q->a, toc_at(list, toc_len(list) - 1), "order", o->id);
}

/* The provider has the M14: an hour starts for the items that wait for it, if any still does. */
static void next_hour(struct toc_ask *q, struct toc_value *decided, const struct toc_order *o, struct toc_uuid opener, toc_time at)
{
	for (uint32_t i = 0; i < o->n_items; i++)
		if (toc_uuid_eq(o->items[i].hour, opener) && o->items[i].state == TOC_ORDERED_PENDING) {
			if (!toc_hour_of_item(q->w, o, i))
				open_hour(q, decided, o, toc_short_str(&o->items[i].clock), opener, at);
			return;
		}
}

static bool anything_down(const struct toc_order *o)
{
	for (uint32_t i = 0; i < o->n_items; i++)
		if (o->items[i].state == TOC_ORDERED_REMOVED || o->items[i].state == TOC_ORDERED_DISABLED)
			return true;
	return false;
}

void toc_order_receipt(struct toc_ask *q, struct toc_value *decided, const struct toc_message *m, struct toc_str org,
		       struct toc_str channel, toc_time at)
{
	const struct toc_order *o = toc_find_order(q->w, m->order);
	const struct toc_organisation *hsp = toc_find_organisation(q->w, org);
	enum toc_order_state to;

	if (!o || !hsp || !toc_short_is(&o->hsp, org) || !toc_receives_orders_by(q->w, org, channel, q->now))
		return;
	if (toc_uuid_eq(m->eid, o->issue) && toc_order_step(TOC_STR("received"), o->state, &to)) {
		toc_order_received(q, decided, o, channel, at);
	} else if (toc_uuid_eq(m->eid, o->decision) && o->state == TOC_ORDER_ANNULLED) {
		if (!toc_running(q->w, "T7", o->id, org) && anything_down(o))
			toc_start_on_order(q, decided, "T7", o, org, at);
	} else {
		next_hour(q, decided, o, m->eid, at);
	}
}

/* ---- items ---- */

/* What an answer makes of the order's items: a copy that is changed, and what it leaves. */
struct outcome {
	struct toc_ordered items[ITEMS_MAX];
	uint32_t n;
	struct toc_value *changes; /* for decided */
	toc_time last;             /* measure of those that were changed */
};

static struct outcome outcome_of(struct toc_ask *q)
{
	struct outcome x = { .n = q->order->n_items < ITEMS_MAX ? q->order->n_items : ITEMS_MAX,
			     .changes = toc_value_list(q->a),
			     .last = { 0 } };

	if (x.n)
		memcpy(x.items, q->order->items, x.n * sizeof *x.items);
	return x;
}

static void change(struct toc_ask *q, struct outcome *x, uint32_t i, enum toc_ordered_state to, toc_time at)
{
	struct toc_value *v = toc_value_map(q->a);

	x->items[i].state = to;
	x->items[i].at = at;
	toc_set_int(q->a, v, "item", i + 1);
	toc_set_cstr(q->a, v, "state", toc_ordered_state_name(to));
	toc_set_time(q->a, v, "at", at);
	toc_push(q->a, x->changes, v);
	if (at.us != TOC_TIME_NEVER.us && toc_before(x->last, at))
		x->last = at;
}

static bool is_done(const struct toc_ordered *item)
{
	return item->state == TOC_ORDERED_REMOVED || item->state == TOC_ORDERED_DISABLED ||
	       item->state == TOC_ORDERED_REINSTATED;
}

static bool is_down(const struct toc_ordered *item)
{
	return item->state == TOC_ORDERED_REMOVED || item->state == TOC_ORDERED_DISABLED;
}

static bool any(const struct outcome *x, enum toc_ordered_state state)
{
	for (uint32_t i = 0; i < x->n; i++)
		if (x->items[i].state == state)
			return true;
	return false;
}

static toc_time last_measure(const struct outcome *x)
{
	toc_time last = { 0 };

	for (uint32_t i = 0; i < x->n; i++)
		if (x->items[i].at.us != TOC_TIME_NEVER.us && toc_before(last, x->items[i].at))
			last = x->items[i].at;
	return last;
}

/* An item that is named, by its place: there, and not spoken of before in this message. */
static int named_item(struct toc_ask *q, struct outcome *x, int64_t place, const char *field, uint64_t *said,
		      uint32_t *ret_i)
{
	if (place < 1 || place > x->n)
		return TOC_REFUSE(q, BAD_VALUE, field, "domain b.3", "item %lld: the order has %u", (long long)place,
				  x->n);
	if (*said & UINT64_C(1) << place)
		return TOC_REFUSE(q, BAD_VALUE, field, "domain b.3", "item %lld: is named twice", (long long)place);
	*said |= UINT64_C(1) << place;
	*ret_i = (uint32_t)(place - 1);
	return 0;
}

static int named_open_item(struct toc_ask *q, struct outcome *x, int64_t place, const char *field, uint64_t *said,
			   uint32_t *ret_i)
{
	if (named_item(q, x, place, field, said, ret_i) < 0)
		return -1;
	return is_done(&x->items[*ret_i]) ? TOC_REFUSE(q, STATE, field, "domain b.3", "item %lld: is done already",
						       (long long)place)
					  : 0;
}

/* ---- the provider's answers ---- */

/* What is said of an order is neither ahead nor older than it; people say when to the minute. */
static int check_not_before_issue(struct toc_ask *q, const struct toc_value *map, const char *name, const char *field)
{
	toc_time at = toc_get_time(map, name, TOC_TIME_NEVER);

	if (toc_ask_not_ahead(q, map, name, field) < 0)
		return -1;
	if (at.us != TOC_TIME_NEVER.us && toc_before(toc_after(at, TOC_MINUTES(1)), q->order->issued_at))
		return TOC_REFUSE(q, TIME, field, "TCO 3(5)", "%s: lies before the order was issued, at %s", field,
				  toc_time_str(q->a, q->order->issued_at).p);
	return 0;
}

/* Section A of both annexes names the order by which it is answered. */
static int check_section_a(struct toc_ask *q)
{
	const struct toc_order *o = q->order;

	if (!toc_short_is(&o->hsp, toc_get_text(q->body, "addressee")))
		return TOC_REFUSE(q, CONDITION, "body.addressee", "TCO Annexes II and III, A", "addressee: it is %.*s",
				  TOC_STR_ARGS(toc_short_str(&o->hsp)));
	if (!toc_short_is(&o->authority, toc_get_text(q->body, "authority")))
		return TOC_REFUSE(q, CONDITION, "body.authority", "TCO Annexes II and III, A", "authority: it is %.*s",
				  TOC_STR_ARGS(toc_short_str(&o->authority)));
	if (!toc_str_eq(toc_text_str(&o->reference), toc_get_text(q->body, "authority_ref")))
		return TOC_REFUSE(q, CONDITION, "body.authority_ref", "TCO Annexes II and III, A",
				  "authority_ref: it is %.*s", TOC_STR_ARGS(toc_text_str(&o->reference)));
	const struct toc_value *reported = toc_get(q->body, "reported");
	if (check_not_before_issue(q, q->body, "received_at", "body.received_at") < 0 ||
	    check_not_before_issue(q, reported, "sent_at", "body.reported.sent_at") < 0 ||
	    check_not_before_issue(q, reported, "received_at", "body.reported.received_at") < 0)
		return -1;
	return 0;
}

static int may_answer(struct toc_ask *q, const char *what)
{
	enum toc_order_state to;

	if (toc_ask_may(q, toc_short_is(&q->order->hsp, q->p->org) ? TOC_IF_ADR : 0) < 0 ||
	    toc_take_order_step(q, what, &to) < 0)
		return -1;
	return check_section_a(q);
}

/* Who answers has it: what is left to be done is to be done within an hour of that. */
static void answered(struct toc_ask *q, struct toc_value *decided, const struct outcome *x, toc_time at)
{
	if (q->order->received_at.us != TOC_TIME_NEVER.us)
		return;
	if (any(x, TOC_ORDERED_PENDING)) {
		toc_order_received(q, decided, q->order, q->p->channel, at);
		return;
	}
	struct toc_value *received = toc_value_map(q->a);
	toc_set_time(q->a, received, "at", at);
	toc_set_text(q->a, received, "channel", q->p->channel);
	toc_set(q->a, toc_order_effects(q, decided, q->order), "received", received);
}

/* Where the order stands when nothing of it waits to be done; while something does, it stands where it did. */
static void settle(struct toc_ask *q, struct toc_value *decided, const struct outcome *x, const char *done)
{
	const char *what = any(x, TOC_ORDERED_DEFECTIVE) ? "defective" : any(x, TOC_ORDERED_IMPOSSIBLE) ? "impossible" : done;
	enum toc_order_state to;

	toc_set(q->a, toc_order_effects(q, decided, q->order), "items", x->changes);
	if (!any(x, TOC_ORDERED_PENDING)) {
		if (toc_order_step(toc_str_of(what), q->order->state, &to))
			toc_effect_order_state(q, decided, q->order, to);
	} else if (toc_order_step(TOC_STR("received"), q->order->state, &to)) {
		toc_effect_order_state(q, decided, q->order, to);
	}
}

/* Each hour ends when none of its items is left to be done: with the last measure, or closed by an answer that it cannot be done. One
 * that is over, with something left, stays overdue. */
static void end_hours(struct toc_ask *q, struct toc_value *decided, const struct outcome *x, toc_time answer, const char *how)
{
	const struct toc_order *o = q->order;
	bool overdue = false;

	for (uint32_t i = 0; i < x->n; i++) {
		const struct toc_timer *t = toc_hour_of_item(q->w, o, i);
		bool first = t != NULL, left = false;
		toc_time last = { 0 };
		for (uint32_t k = 0; t && k < x->n; k++) {
			if (toc_hour_of_item(q->w, o, k) != t)
				continue;
			first &= k >= i;
			left |= x->items[k].state == TOC_ORDERED_PENDING;
			if (is_done(&x->items[k]) && toc_before(last, x->items[k].at))
				last = x->items[k].at;
		}
		overdue |= t && left && t->breached;
		if (first && !left)
			toc_stop_hour(q, decided, o, t, how || last.us == 0 ? answer : last, how);
	}
	if (o->overdue && !overdue)
		toc_set_bool(q->a, toc_order_effects(q, decided, o), "overdue", false);
}

/* T3 is measured where it ends: nobody here knew of the measure before. Of what was removed before there was an order, for a
 * referral say, its issuer is to be told from the receipt on. */
static void told(struct toc_ask *q, struct toc_value *decided, toc_time since, toc_time at)
{
	struct toc_value *v = toc_value_map(q->a);
	toc_time received = q->order->received_at.us == TOC_TIME_NEVER.us ? at : q->order->received_at;

	since = toc_before(since, received) ? received : since;
	toc_time deadline = toc_timer_end(TOC_STR("T3"), since);

	toc_set_cstr(q->a, v, "timer", "T3");
	toc_set_id(q->a, v, "id", toc_timer_id(TOC_STR("T3"), q->order->id, toc_short_str(&q->order->hsp)));
	toc_set_text(q->a, v, "desk", toc_short_str(&q->order->hsp));
	toc_set_time(q->a, v, "starts", since);
	toc_set_time(q->a, v, "deadline", deadline);
	toc_set_time(q->a, v, "at", at);
	toc_set_bool(q->a, v, "met", at.us <= deadline.us);
	toc_set_int(q->a, v, "took_ms", toc_between(since, at).us / 1000);
	toc_effect(q->a, decided, "timers_stopped", v);
}

/* What was reported as done is kept longer than was said then: a review of the order is pending (TCO 6(2)). */
static bool keeps_longer(const struct toc_ask *q)
{
	const struct toc_timer *t = toc_running(q->w, "T8", q->order->id, toc_short_str(&q->order->hsp));

	return t && t->next.us != TOC_TIME_NEVER.us && toc_get(q->body, "preserved_until") && /* not what is over */
	       toc_before(t->deadline, toc_get_time(q->body, "preserved_until", q->at));
}

static int take_outcomes(struct toc_ask *q, struct outcome *x)
{
	const struct toc_value *list = toc_get(q->body, "item_outcomes");
	uint64_t said = 0;
	uint32_t i;

	for (size_t k = 0; k < toc_len(list); k++) {
		const struct toc_value *v = toc_at(list, k);
		if (named_open_item(q, x, toc_get_int(v, "item", 0), "body.item_outcomes.item", &said, &i) < 0 ||
		    toc_ask_not_ahead(q, v, "measured_at", "body.item_outcomes.measured_at") < 0)
			return -1;
		change(q, x, i, toc_get_is(v, "measure", "removed") ? TOC_ORDERED_REMOVED : TOC_ORDERED_DISABLED,
		       toc_get_time(v, "measured_at", q->at));
	}
	for (i = 0; !list && i < x->n; i++)
		if (!is_done(&x->items[i]))
			change(q, x, i,
			       toc_get_is(q->body, "measure", "removed") ? TOC_ORDERED_REMOVED : TOC_ORDERED_DISABLED,
			       toc_get_time(q->body, "measured_at", q->at));
	if (!toc_len(x->changes) && !keeps_longer(q))
		return TOC_REFUSE(q, STATE, "body", "domain b.3", "every item of the order has been reported as done");
	return 0;
}

int toc_rule_order_executed(struct toc_ask *q)
{
	const struct toc_order *o = q->order;
	struct outcome x = outcome_of(q);

	if (may_answer(q, "M12.send") < 0 ||
	    toc_ask_not_ahead(q, q->body, "measured_at", "body.measured_at") < 0 || take_outcomes(q, &x) < 0)
		return -1;
	toc_time last = last_measure(&x), at = toc_get_time(toc_get(q->body, "reported"), "sent_at", q->at),
		 keep = toc_timer_end(TOC_STR("T8"), last);
	toc_time kept = toc_get_time(q->body, "preserved_until", keep);
	if (toc_before(kept, keep))
		return TOC_REFUSE(q, TIME, "body.preserved_until", "TCO 6(2)",
				  "preserved_until: six months from the measure is %s", toc_time_str(q->a, keep).p);
	struct toc_draft *d = toc_order_draft(q, "M12.send");
	struct toc_value *decided = toc_decided(d);
	answered(q, decided, &x, at);
	settle(q, decided, &x, toc_get(q->body, "preserved_until") ? "preserved" : "executed");
	end_hours(q, decided, &x, at, NULL);
	toc_start_on_order_until(q, decided, "T8", o, toc_short_str(&o->hsp), last, kept);
	if (toc_len(x.changes)) {
		told(q, decided, x.last, at);
		toc_owe_for_year(q, decided, "T14", toc_short_str(&o->hsp));
	}
	toc_readers_of_order(q, d, o);
	return 0;
}

int toc_rule_order_impossible(struct toc_ask *q)
{
	const struct toc_value *reasons = toc_get(q->body, "reasons"), *list = toc_get(q->body, "items");
	bool defect = toc_list_has(reasons, TOC_STR("manifest_errors")) ||
		      toc_list_has(reasons, TOC_STR("insufficient_information"));
	enum toc_ordered_state to = defect ? TOC_ORDERED_DEFECTIVE : TOC_ORDERED_IMPOSSIBLE;
	struct outcome x = outcome_of(q);
	uint64_t said = 0;
	uint32_t i;

	if (may_answer(q, "M13.send") < 0 ||
	    toc_ask_not_ahead(q, q->body, "discovered_at", "body.discovered_at") < 0)
		return -1;
	if (defect && !toc_get(q->body, "errors_and_information_needed"))
		return TOC_REFUSE(q, MISSING_FIELD, "body.errors_and_information_needed", "TCO Annex III, B (3)",
				  "errors_and_information_needed: which errors, and what is needed");
	for (size_t k = 0; k < toc_len(list); k++) {
		if (named_open_item(q, &x, toc_at(list, k)->integer, "body.items", &said, &i) < 0)
			return -1;
		change(q, &x, i, to, TOC_TIME_NEVER);
	}
	for (i = 0; !list && i < x.n; i++)
		if (!is_done(&x.items[i]))
			change(q, &x, i, to, TOC_TIME_NEVER);
	struct toc_draft *d = toc_order_draft(q, "M13.send");
	struct toc_value *decided = toc_decided(d);
	toc_time at = toc_get_time(toc_get(q->body, "reported"), "sent_at", q->at);
	answered(q, decided, &x, at);
	settle(q, decided, &x, "executed");
	end_hours(q, decided, &x, at, "not_running");
	if (toc_get(q->body, "discovered_at"))
		told(q, decided, toc_get_time(q->body, "discovered_at", at), at);
	toc_readers_of_order(q, d, q->order);
	return 0;
}

/* ---- the next hour ---- */

static void continue_items(struct toc_ask *q, struct toc_value *decided, enum toc_ordered_state from,
			   enum toc_order_state to, const char *clock)
{
	struct outcome x = outcome_of(q);

	for (uint32_t i = 0; i < x.n; i++)
		if (x.items[i].state == from) {
			change(q, &x, i, TOC_ORDERED_PENDING, TOC_TIME_NEVER);
			struct toc_value *v = toc_at(x.changes, toc_len(x.changes) - 1);
			toc_set_id(q->a, v, "hour", q->id);
			toc_set_cstr(q->a, v, "clock", clock);
		}
	toc_set(q->a, toc_order_effects(q, decided, q->order), "items", x.changes);
	toc_effect_order_state(q, decided, q->order, to);
}

/* What the authority says opens the next hour when the provider has it: at once, if that is reported. */
static void await_receipt(struct toc_ask *q, struct toc_value *decided, const char *clock)
{
	const struct toc_value *reported = toc_get(q->body, "reported");

	if (toc_get(reported, "received_at"))
		open_hour(q, decided, q->order, toc_str_of(clock), q->id, toc_get_time(reported, "received_at", q->at));
	else
		toc_page_contact(q, decided, toc_short_str(&q->order->hsp), TOC_FOR_ORDERS, 0);
}

static int continuation(struct toc_ask *q, const char *k, const char *clock, enum toc_ordered_state from, const char *nothing,
			struct toc_draft **ret_draft)
{
	const struct toc_order *o = q->order;
	const struct toc_value *reported = toc_get(q->body, "reported");
	struct outcome x = outcome_of(q);
	enum toc_order_state to;

	if (toc_ask_may(q, (toc_short_is(&o->authority, q->p->org) ? TOC_IF_OWN : 0) |
				   (toc_short_is(&o->hsp, q->p->org) ? TOC_IF_ADR : 0)) < 0 ||
	    toc_take_order_step(q, k, &to) < 0 || toc_ask_not_ahead(q, q->body, "at", "body.at") < 0 ||
	    check_not_before_issue(q, reported, "sent_at", "body.reported.sent_at") < 0 ||
	    check_not_before_issue(q, reported, "received_at", "body.reported.received_at") < 0)
		return -1;
	if (!any(&x, from))
		return TOC_REFUSE(q, STATE, "body.kind", "TCO 3(7), 3(8)", "%s", nothing);
	if (toc_before(toc_get_time(q->body, "at", q->at), o->received_at) && o->received_at.us != TOC_TIME_NEVER.us)
		return TOC_REFUSE(q, TIME, "body.at", "TCO 3(7), 3(8)", "at: lies before the order was received");
	*ret_draft = toc_order_draft(q, k);
	continue_items(q, toc_decided(*ret_draft), from, to, clock);
	toc_readers_of_order(q, *ret_draft, o);
	return 0;
}

int toc_rule_clarification(struct toc_ask *q)
{
	struct toc_draft *d;

	if (continuation(q, "M14.clarification", "T1c", TOC_ORDERED_DEFECTIVE, "nothing of the order waits for a clarification",
			 &d) < 0)
		return -1;
	await_receipt(q, toc_decided(d), "T1c");
	return 0;
}

int toc_rule_obstacle_ended(struct toc_ask *q)
{
	struct toc_draft *d;

	if (continuation(q, "M14.obstacle_ended", "T1b", TOC_ORDERED_IMPOSSIBLE, "no obstacle to the order is on record", &d) <
	    0)
		return -1;
	if (toc_short_is(&q->order->hsp, q->p->org))
		open_hour(q, toc_decided(d), q->order, TOC_STR("T1b"), q->id, toc_get_time(q->body, "at", q->at));
	else
		await_receipt(q, toc_decided(d), "T1b");
	return 0;
}

/* ---- M16 ---- */

/* Not before it was taken down. */
static int put_back(struct toc_ask *q, struct outcome *x, uint32_t i, toc_time at)
{
	if (toc_before(at, x->items[i].at))
		return TOC_REFUSE(q, TIME, "body.reinstated_at", "TCO 4(7)", "reinstated_at: item %u was removed later, at %s", i + 1,
				  toc_time_str(q->a, x->items[i].at).p);
	change(q, x, i, TOC_ORDERED_REINSTATED, at);
	return 0;
}

int toc_rule_reinstate(struct toc_ask *q)
{
	const struct toc_order *o = q->order;
	const struct toc_value *list = toc_get(q->body, "items");
	const char *cause = o->state == TOC_ORDER_WITHDRAWN ? "withdrawn" : "annulled";
	toc_time at = toc_get_time(q->body, "reinstated_at", q->at);
	struct outcome x = outcome_of(q);
	enum toc_order_state to;
	uint64_t said = 0;
	uint32_t i = 0;

	if (toc_ask_may(q, toc_short_is(&o->hsp, q->p->org) ? TOC_IF_ADR : 0) < 0 ||
	    toc_take_order_step(q, "M16.reinstate", &to) < 0 ||
	    toc_ask_not_ahead(q, q->body, "reinstated_at", "body.reinstated_at") < 0)
		return -1;
	if (o->state != TOC_ORDER_REINSTATED && !toc_get_is(q->body, "cause", cause))
		return TOC_REFUSE(q, CONDITION, "body.cause", "TCO 4(7)", "cause: the order is %s", cause);
	for (size_t k = 0; k < toc_len(list); k++) {
		if (named_item(q, &x, toc_at(list, k)->integer, "body.items", &said, &i) < 0)
			return -1;
		if (!is_down(&x.items[i]))
			return TOC_REFUSE(q, STATE, "body.items", "TCO 4(7)", "item %u: %s", i + 1,
					  is_done(&x.items[i]) ? "is back already" : "had not been removed");
		if (put_back(q, &x, i, at) < 0)
			return -1;
	}
	for (i = 0; !list && !toc_get_bool(q->body, "kept_down_under_terms") && i < x.n; i++)
		if (is_down(&x.items[i]) && put_back(q, &x, i, at) < 0)
			return -1;
	if (o->state == TOC_ORDER_REINSTATED && !toc_len(x.changes) && !(any(&x, TOC_ORDERED_REMOVED) || any(&x, TOC_ORDERED_DISABLED)))
		return TOC_REFUSE(q, STATE, "body", "TCO 4(7)", "all that had been removed is back already");
	struct toc_draft *d = toc_order_draft(q, "M16.reinstate");
	struct toc_value *decided = toc_decided(d);
	toc_set(q->a, toc_order_effects(q, decided, o), "items", x.changes);
	toc_effect_order_state(q, decided, o, to);
	(void)toc_stop_on_order(q, decided, "T7", o, toc_short_str(&o->hsp), at);
	if (!any(&x, TOC_ORDERED_REMOVED) && !any(&x, TOC_ORDERED_DISABLED)) /* nothing of it is kept from its users */
		(void)toc_stop_on_order(q, decided, "T8", o, toc_short_str(&o->hsp), q->at);
	toc_readers_of_order(q, d, o);
	return 0;
}
