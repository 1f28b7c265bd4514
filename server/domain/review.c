/* review.c: a signal whose copies are seen by many is looked at again.
 *
 * A service reports, with its matches, how often the copies that it has left up were seen in an hour. From what the
 * item says, or signal.def, there is a reminder (M7.review) to two sides: the service, which has left them up, and who
 * shared the item, whose word is used by everybody. Each has an hour. A service answers with an opinion or takes the
 * copies to be something else (M7); who shared it, with a ruling (M6.scope), a retraction (M8) or an opinion; and who
 * gives no opinions, with a person's acknowledgement: the item stands. The hub is owed it, and is told when nobody
 * has looked. While it is owed nobody is reminded again. Source: rules (e) 10. */
#include "domain/rule.h"

#define TIMER "review"

static bool owes(const struct toc_item *item, struct toc_str org)
{
	for (uint32_t i = 0; i < item->n_reviewing; i++)
		if (toc_short_is(&item->reviewing[i].org, org))
			return true;
	return false;
}

static void effect(struct toc_ask *q, struct toc_value *decided, const struct toc_item *item, struct toc_str org, bool owed)
{
	struct toc_value *v = toc_value_map(q->a);

	toc_set_id(q->a, v, "item", item->name);
	toc_set_text(q->a, v, "org", org);
	toc_set_bool(q->a, v, "owed", owed);
	toc_effect(q->a, decided, "item_reviews", v);
}

/* @return false: it is reminded already, or cannot be */
static bool remind(struct toc_ask *q, struct toc_draft **d, const struct toc_item *item, struct toc_str org, unsigned condition)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, org);

	if (!o || o->suspended || owes(item, org) || (q->exercise && !toc_exercise_has(q->exercise, org)))
		return false;
	if (!*d) {
		*d = toc_ask_server_draft(q, "M7.review", "review", q->id);
		struct toc_value *message = (struct toc_value *)(uintptr_t)(*d)->message, *body = toc_get(message, "body"),
				 *none = toc_value_map(q->a);
		(*d)->ref = q->id;
		toc_unset(body, "step");
		toc_set_cstr(q->a, body, "kind", "review");
		toc_set_id(q->a, body, "item_ref", item->name);
		toc_set(q->a, body, "views_hour", toc_get(q->body, "views_hour"));
		toc_set_cstr(q->a, message, "precedence", "immediate");
		toc_set_bool(q->a, message, "ack_required", true);
		toc_set_cstr(q->a, none, "level", "none");
		toc_set(q->a, none, "categories", toc_value_list(q->a));
		toc_set(q->a, message, "personal_data", none);
	}
	struct toc_value *decided = toc_decided(*d);
	effect(q, decided, item, org, true);
	toc_start(q, decided, TIMER, item->id, org, q->at);
	toc_page_contact(q, decided, org, TOC_FOR_CRISIS, 0);
	return toc_reader_add(q, *d, org, condition);
}

void toc_owe_review(struct toc_ask *q, const struct toc_item *item)
{
	int64_t most = item->review_views > 0 ? item->review_views : TOC_REVIEW_VIEWS;
	bool own = toc_short_is(&item->org, q->p->org);
	struct toc_draft *d = NULL;
	struct toc_str hub = toc_hub(q->w, q->exercise);

	if (toc_get_int(q->body, "views_hour", 0) < most || item->negative || q->looking)
		return;
	(void)remind(q, &d, item, q->p->org, TOC_IF_ADR | (own ? TOC_IF_SENDER : 0));
	if (!own)
		(void)remind(q, &d, item, toc_short_str(&item->org), TOC_IF_SENDER);
	if (d && hub.n)
		(void)toc_reader_add(q, d, hub, 0);
}

void toc_reviewed(struct toc_ask *q, struct toc_value *decided, const struct toc_item *item, struct toc_str org)
{
	for (uint32_t i = 0; i < item->n_reviewing; i++) {
		struct toc_str who = toc_short_str(&item->reviewing[i].org);
		if (org.n && !toc_str_eq(org, who))
			continue;
		effect(q, decided, item, who, false);
		toc_stop_timer_of(q, decided, TIMER, item->id, who);
	}
}

void toc_review_acknowledged(struct toc_ask *q, struct toc_draft *d, const struct toc_message *m)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_item *item;

	if (!toc_short_is(&m->k, TOC_STR("M7.review")) || (q->org->kinds & TOC_KIND_HSP))
		return;
	while ((item = toc_world_next(q->w, TOC_OBJECT_item, &cursor))) {
		const struct toc_timer *t = owes(item, q->p->org) ? toc_running(q->w, TIMER, item->id, q->p->org) : NULL;
		if (t && toc_uuid_eq(t->cause, m->eid)) {
			toc_reviewed(q, toc_decided(d), item, q->p->org);
			return;
		}
	}
}
