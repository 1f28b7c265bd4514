/* contact.c: how an organisation is reached (M26): its contact chain, declared by one of its admins and put
 * in force by another; channels that were verified from outside; drills. The state holds whom and by which
 * channels; addresses stay sealed. Source: rules a.4, M26; TCO 12(2), 15. */
#include "domain/rule.h"

static const struct toc_organisation *named_org(struct toc_ask *q, unsigned *ret_conditions)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, toc_get_text(q->body, "org"));

	*ret_conditions = o && q->org && toc_short_is(&o->code, q->p->org) ? TOC_IF_OWN : TOC_IF_NOT_OWN;
	if (!o)
		toc_refuse_unknown(q, "body.org");
	return o;
}

static void readers(struct toc_ask *q, struct toc_draft *d, struct toc_str org)
{
	struct toc_str hub = toc_hub(q->w, NULL);

	(void)toc_reader_add(q, d, org, TOC_IF_OWN);
	if (hub.n && !toc_str_eq(hub, org))
		(void)toc_reader_add(q, d, hub, 0);
	if (q->org && !toc_str_eq(q->p->org, org) && !toc_str_eq(q->p->org, hub))
		(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
}

static bool same_chain(const struct toc_organisation *o, const struct toc_value *chain)
{
	bool same = toc_len(chain) == o->n_proposed;

	for (uint32_t i = 0; same && i < o->n_proposed; i++)
		same = toc_uuid_eq(o->proposed[i].person, toc_get_id(toc_at(chain, i), "person")) &&
		       o->proposed[i].channels == toc_channel_bits(toc_get(toc_at(chain, i), "channels"));
	return same;
}

int toc_rule_contact_own(struct toc_ask *q)
{
	const struct toc_value *chain = toc_get(q->body, "escalation_chain");
	struct toc_uuid confirms = toc_get_id(q->m, "supersedes");
	unsigned conditions;
	const struct toc_organisation *o = named_org(q, &conditions);
	bool in_force = !q->org;

	if (!o)
		return -1;
	if (q->org && !(conditions & TOC_IF_OWN))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.org", "domain a.3.1",
				  "org: only its own admins declare how it is reached");
	for (size_t i = 0; i < toc_len(chain); i++) {
		const struct toc_person *p = toc_find_person(q->w, toc_get_id(toc_at(chain, i), "person"));
		if (!p || !toc_short_is(&p->org, toc_short_str(&o->code)) || p->machine)
			return TOC_REFUSE(q, BAD_VALUE, "body.escalation_chain.person", "domain M26",
					  "person: somebody of the organisation, no machine");
	}
	if (q->org && !toc_uuid_is_nil(confirms)) {
		if (!toc_uuid_eq(confirms, o->proposal))
			return TOC_REFUSE(q, STATE, "supersedes", "domain a.3.1",
					  "supersedes: that declaration does not wait for a second admin");
		if (toc_uuid_eq(q->p->person, o->proposed_by))
			return TOC_REFUSE(q, NOT_PERMITTED, "supersedes", "domain a.3.1",
					  "a second admin puts it in force, not the same one");
		if (!same_chain(o, chain) ||
		    !toc_short_is(&o->proposed_hours, toc_get_text(q->body, "hours")))
			return TOC_REFUSE(q, CONDITION, "body.escalation_chain", "domain a.3.1",
					  "it is not what the first admin declared");
		in_force = true;
	}
	struct toc_draft *d = toc_ask_draft(q, "M26.own");
	struct toc_value *contact = toc_value_map(q->a);
	toc_set_bool(q->a, contact, "in_force", in_force);
	toc_set(q->a, toc_decided(d), "contact", contact);
	readers(q, d, toc_short_str(&o->code));
	return 0;
}

int toc_rule_contact_verify(struct toc_ask *q)
{
	unsigned conditions;
	const struct toc_organisation *o = named_org(q, &conditions);
	int64_t contact = toc_get_int(toc_get(q->body, "verified"), "contact", 0);

	if (!o || toc_ask_may(q, conditions) < 0)
		return -1;
	if (contact < 0 || contact >= o->n_chain)
		return TOC_REFUSE(q, BAD_VALUE, "body.verified.contact", "domain M26",
				  "contact: the chain has %u", o->n_chain);
	readers(q, toc_ask_draft(q, "M26.verify"), toc_short_str(&o->code));
	return 0;
}

int toc_rule_contact_drill(struct toc_ask *q)
{
	unsigned conditions;
	const struct toc_organisation *o = named_org(q, &conditions);

	if (!o)
		return -1;
	for (uint32_t i = 0; i < o->n_chain; i++)
		if (toc_uuid_eq(o->chain[i].person, q->p->person))
			conditions |= TOC_IF_CHAIN;
	if (toc_ask_may(q, conditions) < 0)
		return -1;
	readers(q, toc_ask_draft(q, "M26.drill"), toc_short_str(&o->code));
	return 0;
}
