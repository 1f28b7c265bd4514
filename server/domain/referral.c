/* referral.c: referrals (M17): a police or the hub asks a service to look at something under its own terms.
 *
 * Nothing is owed for it: it is always routine, no timer runs, nobody is paged, no answer is chased; who is reached by
 * e-mail gets a letter that says that a message is waiting (delivery.c). That it is voluntary is said in every
 * one of them, so that nobody takes it for an order. An answer is per address, the newest of a service counts.
 * Source: Europol Regulation 4(1)(m)(iii), TCO recital 40, rules M17. */
#include "domain/rule.h"

int toc_rule_refer(struct toc_ask *q)
{
	const struct toc_value *audience = toc_get(q->m, "audience");
	struct toc_value *referred = toc_value_map(q->a);
	bool to_service = false;

	if (toc_ask_may(q, 0) < 0)
		return -1;
	if (!toc_get_bool(q->body, "voluntary"))
		return TOC_REFUSE(q, CONDITION, "body.voluntary", "TCO recital 40",
				  "voluntary: a referral always is; what a service must remove is an order (M10)");
	if (!toc_str_is(toc_get_text(q->m, "precedence"), "routine") || toc_get_bool(q->m, "ack_required"))
		return TOC_REFUSE(q, CONDITION, toc_get_bool(q->m, "ack_required") ? "ack_required" : "precedence", "TCO recital 40",
				  "a referral is routine and asks for no acknowledgement: nothing is owed, nobody is called for it");
	struct toc_draft *d = toc_ask_draft(q, "M17.send");
	if (toc_address(q, d, audience) < 0)
		return -1;
	for (size_t i = 0; i < toc_len(audience); i++) {
		const struct toc_organisation *o = toc_find_organisation(q->w, toc_text_of(toc_at(audience, i)));
		to_service |= o && (o->kinds & TOC_KIND_HSP);
	}
	if (!to_service)
		return TOC_REFUSE(q, MISSING_FIELD, "audience", "domain M17",
				  "audience: to which service it is referred");
	toc_set_int(q->a, referred, "urls", (int64_t)toc_len(toc_get(q->body, "urls")));
	toc_set(q->a, toc_decided(d), "referred", referred);
	return 0;
}

/* The addresses that it is about, each once; without any in the message all of them. */
static struct toc_value *positions_meant(struct toc_ask *q, const struct toc_referral *r)
{
	const struct toc_value *said = toc_get(q->body, "positions");
	struct toc_value *positions = toc_value_list(q->a);

	for (int64_t i = 0; i < r->urls; i++) {
		bool meant = !said;
		for (size_t k = 0; k < toc_len(said) && !meant; k++)
			meant = toc_int_of(toc_at(said, k), -1) == i;
		if (meant)
			toc_push(q->a, positions, toc_value_int(q->a, i));
	}
	return positions;
}

int toc_rule_referral_answer(struct toc_ask *q)
{
	struct toc_uuid id = toc_get_id(q->body, "referral_ref");
	const struct toc_referral *r = toc_find_referral(q->w, id);
	const struct toc_message *m = r ? toc_find_message(q->w, id) : NULL;
	const struct toc_value *said = toc_get(q->body, "positions");
	struct toc_value *answered = toc_value_map(q->a);

	if (!m || m->mode != q->mode || !toc_uuid_eq(m->exercise, q->exercise_id) ||
	    !toc_is_reader(m, q->p->org, TOC_ROLE_ALL))
		return toc_refuse_unknown(q, "body.referral_ref");
	if (toc_ask_may(q, TOC_IF_ADR) < 0 || toc_ask_not_ahead(q, q->body, "at", "body.at") < 0)
		return -1;
	for (size_t i = 0; i < toc_len(said); i++)
		if (toc_int_of(toc_at(said, i), 0) >= r->urls)
			return TOC_REFUSE(q, BAD_VALUE, "body.positions", "domain M17",
					  "positions: the referral has %d addresses, counted from 0", (int)r->urls);
	struct toc_draft *d = toc_ask_draft(q, "M17.answer");
	d->ref = id;
	toc_set_id(q->a, answered, "referral", id);
	toc_set_text(q->a, answered, "answer", toc_get_text(q->body, "answer"));
	toc_set(q->a, answered, "positions", positions_meant(q, r));
	toc_set(q->a, toc_decided(d), "referral_answered", answered);
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	(void)toc_reader_add(q, d, toc_short_str(&m->org), 0);
	for (uint32_t i = 0; i < m->n_readers; i++) {
		const struct toc_organisation *o = toc_find_organisation(q->w, toc_short_str(&m->readers[i].org));
		if (o && !(o->kinds & TOC_KIND_HSP)) /* another service's answer is not this one's to know */
			(void)toc_reader_add(q, d, toc_short_str(&o->code), 0);
	}
	return 0;
}
