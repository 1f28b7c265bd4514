/* breakglass.c: an administrator of the operator reads entries that are not theirs, because they must: one person, with a
 * reason, for 30 minutes; for a day when an administrator of the hub agrees.
 *
 * It is an entry of its own, which carries what it opens, as an M29 does, to the operator's administrators and to nobody
 * else; everybody whose entries it opens is told that they are open, which, and why. Nobody's audience widens. At its end
 * the server takes it back like any message that went to a wrong audience (M25): access ends with that entry, now and in
 * history. What was read before stays in the log. It opens neither deconfliction nor drafts. Source: rules a.1, a.3.1. */
#include "domain/rule.h"

#define CONFIRMED_HOURS 24
#define OPEN_MAX 8 /* at a time: a mistake, or an attack, is not everything */

/* ---- what may be opened ---- */

static bool may_be_opened(const struct toc_message *m)
{
	const struct toc_action *action = m ? toc_action_find(toc_short_str(&m->k)) : NULL;

	return action && (action->flags & TOC_ACTION_RECEIPTS) && m->n_readers && !toc_is_of_deconfliction(toc_short_str(&m->k)) &&
	       !toc_short_is(&m->k, TOC_STR("M10.draft")) && !toc_short_is(&m->k, TOC_STR("breakglass.open")) &&
	       (!toc_uuid_is_nil(m->threat) || !toc_uuid_is_nil(m->incident));
}

static unsigned open_glasses(const struct toc_ask *q)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_glass *g;
	unsigned n = 0;

	while ((g = toc_world_next(q->w, TOC_OBJECT_glass, &cursor)))
		n += toc_short_is(&g->org, q->p->org) && !g->ended;
	return n;
}

static const struct toc_message *entry_at(struct toc_ask *q, size_t i, const struct toc_message *first)
{
	const struct toc_message *m = toc_find_message(q->w, toc_get_id(toc_at(toc_get(q->body, "entries"), i), "ref"));
	const char *field = toc_item_path(q, "entries", i, "ref");

	if (!may_be_opened(m)) {
		toc_refuse_unknown(q, field);
		return NULL;
	}
	if (first && (!toc_uuid_eq(first->threat, m->threat) || !toc_uuid_eq(first->incident, m->incident) ||
		      !toc_str_eq(toc_retention_of(toc_short_str(&first->k)), toc_retention_of(toc_short_str(&m->k))))) {
		/* what is opened is erased with its subject, and so has one */
		TOC_REFUSE(q, CONDITION, field, "domain (e) 7", "entries: of one case or incident, and kept equally long");
		return NULL;
	}
	return m;
}

/* ---- who is told ---- */

static void tell(struct toc_ask *q, struct toc_draft *d, struct toc_str org)
{
	const struct toc_value *readers = toc_get(d->decided, "readers");

	for (size_t i = 0; i < toc_len(readers); i++)
		if (toc_str_eq(toc_get_text(toc_at(readers, i), "org"), org))
			return;
	(void)toc_reader_add(q, d, org, TOC_IF_ADR);
}

static struct toc_value *effect(struct toc_ask *q, struct toc_draft *d, struct toc_uuid id)
{
	struct toc_value *v = toc_value_map(q->a);

	toc_set_id(q->a, v, "id", id);
	toc_set(q->a, toc_decided(d), "glass", v);
	return v;
}

int toc_rule_glass_open(struct toc_ask *q)
{
	size_t n = toc_len(toc_get(q->body, "entries"));
	const struct toc_message **m = toc_arena_alloc(q->a, (n + 1) * sizeof *m);
	struct toc_uuid *ids = toc_arena_alloc(q->a, (n + 1) * sizeof *ids);

	if (toc_ask_may(q, 0) < 0 || toc_check_impersonal(q) < 0)
		return -1;
	if (open_glasses(q) >= OPEN_MAX)
		return TOC_REFUSE(q, LIMIT, "", "domain a.3.1", "%d are open already: close one", OPEN_MAX);
	for (size_t i = 0; i < n; i++) {
		if (!(m[i] = entry_at(q, i, i ? m[0] : NULL)))
			return -1;
		ids[i] = m[i]->eid;
	}
	struct toc_draft *d = toc_ask_draft(q, "breakglass.open");
	struct toc_value *v = effect(q, d, q->id);
	d->ref = m[0]->eid;
	d->subject = !toc_uuid_is_nil(m[0]->threat) ? toc_case_subject(q->a, m[0]->threat)
						    : toc_incident_subject(q->a, m[0]->incident);
	d->retention = toc_retention_of(toc_short_str(&m[0]->k));
	d->discloses = ids;
	d->n_discloses = n;
	toc_start(q, toc_decided(d), TOC_TIMER_GLASS, q->id, q->p->org, q->at);
	toc_set_time(q->a, v, "until", toc_timer_end_now(q->w, TOC_STR(TOC_TIMER_GLASS), q->at));
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	for (size_t i = 0; i < n; i++) {
		tell(q, d, toc_short_str(&m[i]->org));
		for (uint32_t k = 0; k < m[i]->n_readers; k++)
			tell(q, d, toc_short_str(&m[i]->readers[k].org));
	}
	return 0;
}

/* ---- what becomes of it ---- */

static const struct toc_glass *glass_meant(struct toc_ask *q)
{
	struct toc_uuid id = toc_get_id(q->body, "glass");
	const struct toc_glass *g = toc_find_glass(q->w, id);

	if (!g || g->ended || !toc_find_message(q->w, id)) {
		toc_refuse_unknown(q, "body.glass");
		return NULL;
	}
	return g;
}

static void tell_the_same(struct toc_ask *q, struct toc_draft *d, const struct toc_glass *g)
{
	const struct toc_message *open = toc_find_message(q->w, g->id);

	(void)toc_reader_add(q, d, toc_short_str(&g->org), TOC_IF_OWN | TOC_IF_ADR);
	for (uint32_t i = 0; open && i < open->n_readers; i++)
		tell(q, d, toc_short_str(&open->readers[i].org));
}

int toc_rule_glass_confirm(struct toc_ask *q)
{
	const struct toc_glass *g = glass_meant(q);

	if (!g || toc_ask_may(q, 0) < 0)
		return -1;
	if (g->confirmed)
		return TOC_REFUSE(q, STATE, "body.glass", "domain a.3.1", "glass: it is confirmed already");
	struct toc_draft *d = toc_ask_draft(q, "breakglass.confirm");
	struct toc_value *v = effect(q, d, g->id);
	toc_time until = toc_after(q->at, TOC_HOURS(CONFIRMED_HOURS));
	d->ref = g->id;
	toc_set_bool(q->a, v, "confirmed", true);
	toc_set_time(q->a, v, "until", until);
	toc_start_until(q, toc_decided(d), TOC_TIMER_GLASS, g->id, toc_short_str(&g->org), q->at, until);
	tell_the_same(q, d, g);
	return 0;
}

/* The server takes it back, as M25 has it. */
static void take_back(struct toc_ask *q, const struct toc_glass *g)
{
	struct toc_draft *d = toc_ask_server_draft(q, "M25.recall", "glass", g->id);
	struct toc_value *message = (struct toc_value *)(uintptr_t)d->message, *body = toc_get(message, "body"),
			 *recalled = toc_value_map(q->a), *entries = toc_value_list(q->a), *orgs = toc_value_list(q->a);

	d->ref = g->id;
	toc_push_text(q->a, entries, toc_uuid_str(q->a, g->id));
	toc_push_text(q->a, orgs, toc_short_str(&g->org));
	toc_set_cstr(q->a, body, "step", "recall");
	toc_set_id(q->a, body, "message_ref", g->id);
	toc_set_cstr(q->a, body, "kind", "sent_to_wrong_audience");
	toc_set_cstr(q->a, body, "instruction", "delete");
	toc_set(q->a, body, "from", orgs);
	toc_set(q->a, recalled, "entries", entries);
	toc_set(q->a, recalled, "orgs", orgs);
	toc_set(q->a, toc_decided(d), "recalled", recalled);
	toc_set_bool(q->a, effect(q, d, g->id), "ended", true);
	toc_stop_timer_of(q, toc_decided(d), TOC_TIMER_GLASS, g->id, toc_short_str(&g->org));
	tell_the_same(q, d, g);
}

int toc_rule_glass_close(struct toc_ask *q)
{
	const struct toc_glass *g = glass_meant(q);

	if (!g || toc_ask_may(q, 0) < 0)
		return -1;
	if (!toc_short_is(&g->org, q->p->org) && !(q->org->kinds & TOC_KIND_HUB))
		return toc_refuse_unknown(q, "body.glass");
	struct toc_draft *d = toc_ask_draft(q, "breakglass.close");
	d->ref = g->id;
	tell_the_same(q, d, g);
	take_back(q, g);
	return 0;
}

void toc_fire_glass(struct toc_ask *q, const struct toc_timer *t)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_glass *g;

	while ((g = toc_world_next(q->w, TOC_OBJECT_glass, &cursor)))
		if (!g->ended && toc_uuid_eq(t->id, toc_timer_id(TOC_STR(TOC_TIMER_GLASS), g->id, toc_short_str(&g->org)))) {
			take_back(q, g);
			return;
		}
}
