/* confirm.c: what everybody who has a message has to confirm: that signals are retracted, expired or narrowed, and
 * that a message was recalled.
 *
 * An importer is an organisation whose machine was delivered the message (channel "api"): its copy is changed by a
 * program, and the program says so. Of a retraction and of a recall a person confirms as well. What confirms is, of a
 * signal, the receipt: a machine's delivery, a person's acknowledgement; of a recall an M25 of its own, because there
 * something has to be done. Its time (T32) starts when the recall is delivered. Who has not confirmed can be told from
 * the entries: `confirmations` of the message, minus `confirmed` of what came after. Source: rules b.4, M8, M25, T32. */
#include "domain/rule.h"

static bool is_importer(const struct toc_message *m, struct toc_str org)
{
	for (uint32_t i = 0; i < m->n_receipts; i++)
		if (m->receipts[i].state == TOC_RECEIPT_DELIVERED && toc_short_is(&m->receipts[i].org, org) &&
		    toc_short_is(&m->receipts[i].channel, TOC_STR("api")))
			return true;
	return false;
}

static toc_roles readers_of(const struct toc_message *m, struct toc_str org)
{
	toc_roles roles = 0;

	for (uint32_t i = 0; i < m->n_readers; i++)
		if (toc_short_is(&m->readers[i].org, org))
			roles |= m->readers[i].roles;
	return roles;
}

static const char *const part_names[] = { [TOC_BY_MACHINE] = "machine", [TOC_BY_PERSON] = "person" };

void toc_owe_confirmations(struct toc_ask *q, struct toc_draft *d, const struct toc_message *had,
			   const struct toc_value *only, bool people)
{
	struct toc_value *list = toc_value_list(q->a);

	for (uint32_t i = 0; i < had->n_readers; i++) {
		struct toc_str org = toc_short_str(&had->readers[i].org);
		const struct toc_organisation *o = toc_find_organisation(q->w, org);
		bool again = false;
		for (uint32_t k = 0; k < i && !again; k++) /* in two renderings */
			again = toc_short_is(&had->readers[k].org, org);
		if (again || !o || o->suspended || toc_str_eq(org, d->org) || (only && !toc_list_has(only, org)) ||
		    (q->exercise && !toc_exercise_has(q->exercise, org)))
			continue;
		struct toc_value *v = toc_value_map(q->a), *parts = toc_value_list(q->a);
		if (is_importer(had, org))
			toc_push_text(q->a, parts, toc_str_of(part_names[TOC_BY_MACHINE]));
		if (people && (readers_of(had, org) & ~(toc_roles)TOC_ROLE_SV))
			toc_push_text(q->a, parts, toc_str_of(part_names[TOC_BY_PERSON]));
		if (!toc_len(parts))
			continue;
		toc_set_text(q->a, v, "org", org);
		toc_set(q->a, v, "parts", parts);
		toc_push(q->a, list, v);
	}
	if (toc_len(list))
		toc_set(q->a, toc_decided(d), "confirmations", list);
}

bool toc_owes_nothing(const struct toc_confirming *c)
{
	for (uint32_t i = 0; i < c->n_owed; i++)
		if (c->owed[i].parts & ~c->owed[i].given)
			return false;
	return true;
}

static const struct toc_owed *owed_by(const struct toc_confirming *c, struct toc_str org)
{
	for (uint32_t i = 0; i < c->n_owed; i++)
		if (toc_short_is(&c->owed[i].org, org))
			return &c->owed[i];
	return NULL;
}

bool toc_confirm(struct toc_ask *q, struct toc_draft *d, const struct toc_confirming *c, struct toc_str org,
		 enum toc_confirming_part part)
{
	const struct toc_owed *o = owed_by(c, org);

	if (!o || !(o->parts & ~o->given & part))
		return false;
	struct toc_value *v = toc_value_map(q->a);
	toc_set_id(q->a, v, "ref", c->message);
	toc_set_text(q->a, v, "org", org);
	toc_set_cstr(q->a, v, "part", part_names[part]);
	toc_effect(q->a, toc_decided(d), "confirmed", v);
	if (!(o->parts & ~(o->given | part)))
		toc_stop_timer_of(q, toc_decided(d), "T32", c->message, org);
	return true;
}

/* The first that is heard of a recall at an organisation starts its time. */
static void start_time(struct toc_ask *q, struct toc_draft *d, const struct toc_confirming *c,
		       const struct toc_message *m, struct toc_str org)
{
	const struct toc_owed *o = owed_by(c, org);

	for (uint32_t i = 0; i < m->n_receipts; i++)
		if (toc_short_is(&m->receipts[i].org, org))
			return;
	if (!o || !(o->parts & ~o->given))
		return;
	if (c->until.us == TOC_TIME_NEVER.us)
		toc_start(q, toc_decided(d), "T32", c->message, org, q->at);
	else
		toc_start_until(q, toc_decided(d), "T32", c->message, org, q->at, c->until);
}

void toc_receipt_confirms(struct toc_ask *q, struct toc_draft *d, const struct toc_message *m, struct toc_str org,
			  enum toc_confirming_part part)
{
	const struct toc_confirming *c = toc_find_confirming(q->w, m->eid);

	if (!c)
		return;
	if (toc_short_is(&c->k, TOC_STR("M25.recall")))
		start_time(q, d, c, m, org);
	else
		(void)toc_confirm(q, d, c, org, part);
}

static bool is_of(const struct toc_timer *t, const char *name, struct toc_uuid on)
{
	return toc_short_is(&t->name, toc_str_of(name)) &&
	       toc_uuid_eq(t->id, toc_timer_id(toc_str_of(name), on, toc_short_str(&t->desk)));
}

struct toc_str toc_owed_to(const struct toc_world *w, const struct toc_timer *t)
{
	static const char *const of_process[] = { "T27", "T28", "T29" };
	struct toc_world_cursor cursor = { 0 };
	const struct toc_confirming *c;
	const struct toc_process *p;
	bool recall = toc_short_is(&t->name, TOC_STR("T32")), process = false;

	for (size_t i = 0; i < sizeof of_process / sizeof *of_process; i++)
		process |= toc_short_is(&t->name, toc_str_of(of_process[i]));
	if (toc_short_is(&t->name, TOC_STR("T2"))) /* it is the authority that waits */
		return toc_short_str(&t->desk);
	if (toc_short_is(&t->name, TOC_STR("review")))
		return toc_hub(w, toc_find_exercise(w, t->exercise));
	while (recall && (c = toc_world_next(w, TOC_OBJECT_confirming, &cursor)))
		if (is_of(t, "T32", c->message))
			return toc_short_str(&c->org);
	while (process && (p = toc_world_next(w, TOC_OBJECT_process, &cursor)))
		for (size_t i = 0; i < sizeof of_process / sizeof *of_process; i++)
			if (is_of(t, of_process[i], p->id))
				return toc_short_str(&p->org);
	return TOC_STR("");
}
