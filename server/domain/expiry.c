/* expiry.c: content signals are over when their time is: an M8 of the server tells everybody who could read
 * them.
 *
 * One timer for all items of an M6, at the earliest of their expiries; it moves on to the next one. It runs
 * on when the incident is closed: no hash is for ever. Source: rules b.4, M8, (e) 7. */
#include "domain/rule.h"

void toc_start_expiry(struct toc_ask *q, struct toc_value *decided, struct toc_uuid message, toc_time first)
{
	if (first.us != TOC_TIME_NEVER.us)
		toc_start_until(q, decided, TOC_TIMER_EXPIRY, message, TOC_STR(""), q->at, first);
}

void toc_fire_expiry(struct toc_ask *q, const struct toc_timer *t)
{
	const struct toc_parcel *p = toc_find_parcel(q->w, t->cause);
	struct toc_draft *d = toc_incident_draft(q, "M8.retract", t);
	struct toc_value *body = toc_get(d->message, "body"), *decided = toc_decided(d),
			 *refs = toc_value_list(q->a);
	const struct toc_item *any = NULL;
	toc_time next = TOC_TIME_NEVER;

	for (uint32_t i = 0; p && i < p->n_items; i++) {
		const struct toc_item *item = toc_find_item(q->w, p->items[i].id);
		enum toc_item_state to;
		if (!item || !toc_item_step(TOC_STR("expire"), item->state, &to))
			continue; /* over before its time */
		if (toc_before(t->next, item->expires)) {
			next = toc_before(item->expires, next) ? item->expires : next;
			continue;
		}
		any = item;
		toc_push_text(q->a, refs, toc_uuid_str(q->a, item->name));
		toc_effect_item_state(q, decided, item, to);
		toc_reviewed(q, decided, item, TOC_STR(""));
	}
	toc_set(q->a, body, "item_refs", refs);
	toc_set_cstr(q->a, body, "reason", "expired");
	toc_set_cstr(q->a, body, "undo_advice", "recheck");
	if (any) { /* all of them came to the same readers */
		toc_readers_of_item(q, d, any);
		toc_owe_confirmations(q, d, toc_find_message(q->w, any->message), NULL, false);
	}
	if (next.us != TOC_TIME_NEVER.us)
		toc_move_timer(q, decided, t, next, false);
	else
		toc_stop(q, decided, t);
}
