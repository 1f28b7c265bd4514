/* retract.c: signals are taken back (M8): by who sent them, or by the hub's lead.
 *
 * What is left is a tombstone: the item keeps its id and can be named, and is found no more. It goes to everybody who
 * could ever read the item, with advice what to do with what was held because of it; machines that imported it and
 * people of every organisation confirm (confirm.c). Source: rules b.4, M8, (e) 10. */
#include "domain/rule.h"

static int check_item(struct toc_ask *q, const struct toc_value *refs, size_t i, const struct toc_item *first,
		      const struct toc_item **ret_item)
{
	struct toc_str name = toc_text_of(toc_at(refs, i));
	const struct toc_item *item = toc_item_named(q, toc_id_of(name));
	const char *field = toc_arena_printf(q->a, "body.item_refs[%zu]", i).p;
	enum toc_item_state to;

	if (!toc_item_is_read_by(q, item) || (q->incident && !toc_uuid_eq(q->incident->id, item->incident)))
		return toc_refuse_unknown(q, field);
	if (toc_ask_may(q, toc_short_is(&item->org, q->p->org) ? TOC_IF_OWN : 0) < 0)
		return -1;
	for (size_t k = 0; k < i; k++)
		if (toc_str_eq(toc_text_of(toc_at(refs, k)), name))
			return TOC_REFUSE(q, BAD_VALUE, field, "domain M8", "%s: twice in the list", field);
	if (first && !toc_uuid_eq(first->message, item->message)) /* else whoever reads of one would read of the other */
		return TOC_REFUSE(q, CONDITION, field, "domain M8", "%s: items of one M6 at a time", field);
	if (!toc_item_step(TOC_STR("retract"), item->state, &to))
		return TOC_REFUSE(q, STATE, field, "domain b.4", "%s: the item is %s already", field,
				  toc_item_state_name(item->state));
	*ret_item = item;
	return 0;
}

int toc_rule_retract(struct toc_ask *q)
{
	const struct toc_value *refs = toc_get(q->body, "item_refs");
	size_t n = toc_len(refs);
	const struct toc_item **items = toc_arena_alloc(q->a, (n + 1) * sizeof *items);

	if (toc_check_impersonal(q) < 0)
		return -1;
	if (toc_get_is(q->body, "reason", "expired"))
		return TOC_REFUSE(q, BAD_VALUE, "body.reason", "domain M8", "reason: the server says so when it is");
	if (!toc_get_bool(q->m, "ack_required"))
		return TOC_REFUSE(q, CONDITION, "ack_required", "domain M8",
				  "ack_required: machines and people confirm a retraction");
	for (size_t i = 0; i < n; i++)
		if (check_item(q, refs, i, i ? items[0] : NULL, &items[i]) < 0)
			return -1;
	q->incident = toc_find_incident(q->w, items[0]->incident);
	struct toc_draft *d = toc_ask_draft(q, "M8.retract");
	d->ref = items[0]->message;
	for (size_t i = 0; i < n; i++) {
		toc_effect_item_state(q, toc_decided(d), items[i], TOC_ITEM_RETRACTED);
		toc_reviewed(q, toc_decided(d), items[i], TOC_STR(""));
	}
	toc_readers_of_item(q, d, items[0]);
	toc_owe_confirmations(q, d, toc_find_message(q->w, items[0]->message), NULL, true);
	return 0;
}
