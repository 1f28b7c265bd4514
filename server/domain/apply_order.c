/* apply_order.c: what an entry does to removal orders: decided.orders and decided.acquainted (rule.h). */
#include "domain/apply.h"

#include <string.h>

static void drafted(const struct deed *d, struct toc_order *o, const struct toc_value *facts)
{
	const struct toc_value *keys = toc_get(d->decided, "dup_keys");
	int64_t items = toc_get_int(facts, "items", 0);

	toc_short_set(&o->authority, d->e->org);
	o->incident = d->e->incident;
	o->version = d->e->eid;
	o->drafter = toc_get_id(d->m, "sender_person");
	o->certification = (struct toc_uuid){ { 0 } };
	toc_short_set(&o->hsp, toc_get_text(facts, "hsp"));
	toc_short_set(&o->issuing_state, toc_get_text(facts, "issuing_state"));
	toc_short_set(&o->home_state, toc_get_text(facts, "home_state"));
	toc_text_set(&o->reference, toc_get_text(facts, "reference"));
	o->emergency = toc_get_bool(facts, "emergency");
	o->silent_until = toc_get_time(facts, "silent_until", TOC_TIME_NEVER);
	o->check = (struct toc_uuid){ { 0 } };
	memset(&o->content, 0, sizeof o->content);
	(void)(toc_hex_decode(toc_get_text(d->decided, "content"), o->content.b, sizeof o->content.b) < 0);
	o->n_items = 0;
	for (int64_t i = 0; i < items; i++)
		TOC_ADD(o, items)->at = TOC_TIME_NEVER;
	for (uint32_t i = 0; i < o->n_keys; i++)
		toc_forget_concern(d, o->keys[i].key, o->id);
	o->n_keys = 0;
	for (size_t i = 0; i < toc_len(keys); i++) {
		struct toc_hash key = toc_likeness_key(toc_text_of(toc_at(keys, i)), o->mode, o->exercise);
		TOC_ADD(o, keys)->key = key;
		toc_add_concern(d, key, o->id, d->e->org);
	}
}

static void items(struct toc_order *o, const struct toc_value *list)
{
	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i);
		int64_t place = toc_get_int(v, "item", 0);
		if (place < 1 || place > o->n_items)
			continue;
		struct toc_ordered *item = &o->items[place - 1];
		item->state = toc_ordered_state_of(toc_get_text(v, "state"));
		item->at = toc_get_time(v, "at", TOC_TIME_NEVER);
		bool done = item->state == TOC_ORDERED_REMOVED || item->state == TOC_ORDERED_DISABLED;
		if (done && (o->removed_at.us == TOC_TIME_NEVER.us || toc_before(o->removed_at, item->at)))
			o->removed_at = item->at;
		if (toc_get(v, "hour")) {
			item->hour = toc_get_id(v, "hour");
			toc_short_set(&item->clock, toc_get_text(v, "clock"));
		}
	}
}

static void scrutiny(const struct deed *d, struct toc_order *o, const struct toc_value *v)
{
	const struct toc_value *copied = toc_get(v, "copied"), *begun = toc_get(v, "scrutiny");

	if (copied) {
		o->copy = d->e->eid;
		o->copied_at = toc_get_time(copied, "at", d->e->ts);
	}
	if (begun) {
		if (toc_uuid_is_nil(o->scrutiny))
			o->scrutiny = d->e->eid;
		o->scrutiny_requested = toc_get_bool(begun, "requested");
		o->scrutiny_for_user = toc_get_bool(begun, "for_user");
	}
	if (toc_get_bool(v, "intended"))
		o->intention = d->e->eid;
	if (toc_get_bool(v, "scrutinised"))
		o->decision = d->e->eid;
}

static void effects(const struct deed *d, struct toc_order *o, const struct toc_value *v)
{
	const struct toc_value *issued = toc_get(v, "issued"), *received = toc_get(v, "received"),
			       *silence = toc_get(v, "silence");

	if (toc_get(v, "check"))
		o->check = toc_get_id(v, "check");
	scrutiny(d, o, v);
	if (toc_get_bool(v, "certified"))
		o->certification = d->e->eid;
	if (issued) {
		o->issue = d->e->eid;
		o->issued_at = toc_get_time(issued, "at", d->e->ts);
		o->reported = toc_get_bool(issued, "reported");
		toc_short_set(&o->home_authority, toc_get_text(issued, "home_authority"));
	}
	if (received) {
		o->received_at = toc_get_time(received, "at", d->e->ts);
		toc_short_set(&o->received_by, toc_get_text(received, "channel"));
	}
	items(o, toc_get(v, "items"));
	if (silence) {
		o->silent_until = toc_get_time(silence, "until", TOC_TIME_NEVER);
		o->silence_extended = o->silence_extended || toc_get_bool(silence, "extended");
	}
	o->hours += toc_get_int(v, "opened", 0);
	o->breached += toc_get_int(v, "breached", 0);
	if (toc_get(v, "overdue"))
		o->overdue = toc_get_bool(v, "overdue");
	o->ended_at = toc_get_time(v, "ended_at", o->ended_at);
	if (toc_get(v, "to")) {
		o->state = toc_order_state_of(toc_get_text(v, "to"));
		if (o->state == TOC_ORDER_FINAL)
			o->final_at = toc_get_time(d->decided, "at", d->e->ts);
	}
}

static void acquainted(const struct deed *d, const struct toc_value *v)
{
	struct toc_uuid id = toc_get_id(v, "id");
	bool is_new;

	if (toc_uuid_is_nil(id))
		return;
	struct toc_acquaintance *a = toc_world_edit(d->w, TOC_OBJECT_acquaintance, TOC_KEY(id), &is_new);
	a->id = id;
	if (toc_get(v, "informed") && a->informed_at.us == TOC_TIME_NEVER.us) {
		a->informed_at = toc_get_time(v, "informed", d->e->ts);
		a->informed_by = d->e->eid;
	}
	if (toc_get(v, "ordered") && toc_uuid_is_nil(a->first_order))
		a->first_order = toc_get_id(v, "ordered");
}

/* The issue and all that is said of the order afterwards. */
static bool is_of_order(struct toc_str k)
{
	return toc_is_of_order(k) && !toc_str_is(k, "M10.draft") && !toc_str_is(k, "M10.certify");
}

void toc_apply_orders(const struct deed *d)
{
	const struct toc_value *list = toc_get(d->decided, "orders");

	acquainted(d, toc_get(d->decided, "acquainted"));
	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i), *facts = toc_get(v, "drafted");
		struct toc_uuid id = toc_get_id(v, "order");
		bool is_new = false;
		if (toc_uuid_is_nil(id) || (!facts && !toc_find_order(d->w, id)))
			continue;
		struct toc_order *o = toc_world_edit(d->w, TOC_OBJECT_order, TOC_KEY(id), &is_new);
		if (is_new) {
			o->id = id;
			o->mode = toc_mode_of(d->e->mode);
			o->exercise = d->e->exercise;
		}
		if (facts)
			drafted(d, o, facts);
		effects(d, o, v);
		if (is_of_order(d->e->k))
			TOC_ADD(o, entries)->id = d->e->eid;
	}
	/* what else the entry is part of has seen to its timers */
	if (toc_uuid_is_nil(d->e->case_ref) && !toc_find_incident(d->w, d->e->incident))
		toc_apply_timers(d, (struct toc_uuid){ { 0 } }, (struct toc_uuid){ { 0 } }, d->decided);
}
