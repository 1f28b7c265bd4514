/* transfer.c: personal data across the Union's borders ((e) 6). Which states are outside, and which of those are treated
 * like inside, is data: their national rules. What is sent to or from such an organisation says so in
 * decided.transfer_regime: {from?: cc, to?: [{org, cc}], authorised}; refusing is each rule's own business, since only
 * some messages can carry an authorisation. Source: Europol 26a(2), (4), 26a(7). */
#include "domain/rule.h"

static void mark(struct toc_ask *q, struct toc_draft *d)
{
	const struct toc_organisation *sender = toc_find_organisation(q->w, d->org);
	const struct toc_value *readers = toc_get(d->decided, "readers"), *body = toc_get(d->message, "body");
	struct toc_value *regime = toc_value_map(q->a), *to = toc_value_list(q->a);

	if (sender && toc_is_third_country(q->w, sender, q->at))
		toc_set_text(q->a, regime, "from", toc_short_str(&sender->established_in));
	for (size_t i = 0; i < toc_len(readers); i++) {
		struct toc_str org = toc_get_text(toc_at(readers, i), "org");
		const struct toc_organisation *o = toc_find_organisation(q->w, org);
		if (!o || toc_str_eq(org, d->org) || toc_get_is(toc_at(readers, i), "rendering", "without_personal") ||
		    !toc_is_third_country(q->w, o, q->at))
			continue;
		struct toc_value *one = toc_value_map(q->a);
		toc_set_text(q->a, one, "org", org);
		toc_set_text(q->a, one, "cc", toc_short_str(&o->established_in));
		toc_push(q->a, to, one);
	}
	if (toc_len(to)) {
		toc_set(q->a, regime, "to", to);
		toc_set_bool(q->a, regime, "authorised", toc_get(body, "authorisation_ref") != NULL);
	}
	if (toc_len(regime))
		toc_set(q->a, toc_decided(d), "transfer_regime", regime);
}

void toc_mark_transfers(struct toc_ask *q)
{
	for (size_t i = 0; i < q->verdict->n; i++) {
		struct toc_draft *d = &q->verdict->drafts[i];
		const struct toc_value *stated = toc_get(d->message, "personal_data");
		if (stated && !toc_get_is(stated, "level", "none") && !toc_str_is(d->mode, "system"))
			mark(q, d);
	}
}
