/* protection.c: what a service is asked to do for victims (M28), and what its users complained of, counted (M24).
 *
 * A request to protect a victim is read by whom its sender names, and by nobody else: a victim's matter is special-
 * category data. Complaints are numbers; they go to the authorities of the service's home state, the hub and the
 * policy bodies. Source: rules M24, M28, a.3.1, (e) 4 and 6; GDPR 9; TCO 7(3), 10. */
#include "domain/rule.h"

/* Who is asked must not learn from it that there is a case or incident. */
static int check_addressee(struct toc_ask *q, struct toc_str org)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, org);

	if (q->incident && !toc_is_party(q->incident, org))
		return TOC_REFUSE(q, CONDITION, "incident_ref", "domain M28",
				  "incident_ref: \"%.*s\" does not know of the incident", TOC_STR_ARGS(org));
	if (q->threat && !toc_short_is(&q->threat->notifier, org) && !toc_asked(q->w, q->threat, org))
		return TOC_REFUSE(q, CONDITION, "case_ref", "domain M28",
				  "case_ref: \"%.*s\" does not know of the case", TOC_STR_ARGS(org));
	if (o && toc_is_third_country(q->w, o, q->at) && !toc_get(q->body, "authorisation_ref"))
		return TOC_REFUSE(q, CONDITION, "body.authorisation_ref", "domain (e) 6",
				  "audience: personal data to a third country need an authorisation");
	return 0;
}

int toc_rule_protect(struct toc_ask *q)
{
	const struct toc_value *audience = toc_get(q->m, "audience");

	if (toc_ask_may(q, 0) < 0)
		return -1;
	if (!toc_get_is(toc_get(q->m, "personal_data"), "level", "special"))
		return TOC_REFUSE(q, CONDITION, "personal_data.level", "GDPR 9",
				  "personal_data: a victim's matter is \"special\"");
	if (toc_check_member(q, toc_get_text(q->body, "contact_authority"), TOC_KIND_LE | TOC_KIND_CA | TOC_KIND_SA | TOC_KIND_OA | TOC_KIND_HUB,
			     "body.contact_authority") < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "M28.send");
	if (!toc_len(audience))
		return TOC_REFUSE(q, MISSING_FIELD, "audience", "domain M28", "audience: who can protect the victim");
	if (toc_address(q, d, audience) < 0)
		return -1;
	for (size_t i = 0; i < toc_len(audience); i++)
		if (check_addressee(q, toc_text_of(toc_at(audience, i))) < 0)
			return -1;
	return 0;
}

/* What a platform says again of the same law and period is in place of what it said before. */
static struct toc_uuid count_id(const struct toc_ask *q)
{
	const struct toc_value *period = toc_get(q->body, "period");
	struct toc_uuid id = toc_derived_id("complaints", q->exercise_id, q->p->org, (int64_t)q->mode);

	id = toc_derived_id("complaints from", id, toc_get_text(q->body, "basis"), toc_get_time(period, "from", q->at).us);
	return toc_derived_id("complaints until", id, TOC_STR(""), toc_get_time(period, "until", q->at).us);
}

int toc_rule_complaints(struct toc_ask *q)
{
	static const char *const parts[] = { "reinstated", "rejected", "pending" };
	struct toc_world_cursor cursor = { 0 };
	struct toc_str home = toc_short_str(q->org->legal_rep_in.n ? &q->org->legal_rep_in : &q->org->established_in);
	const struct toc_organisation *o;
	int64_t sum = 0;

	if (toc_ask_may(q, 0) < 0 || toc_check_impersonal(q) < 0 ||
	    toc_check_window(q, toc_get(q->body, "period"), "body.period") < 0)
		return -1;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		sum += toc_get_int(q->body, parts[i], 0);
	if (sum != toc_get_int(q->body, "complaints", 0))
		return TOC_REFUSE(q, CONDITION, "body.complaints", "TCO 7(3)",
				  "complaints: reinstated, rejected and pending make %lld", (long long)sum);
	if (toc_get_int(q->body, "reviews_reinstated", 0) > toc_get_int(q->body, "reviews", 0))
		return TOC_REFUSE(q, CONDITION, "body.reviews_reinstated", "TCO 7(3)",
				  "reviews_reinstated: more than there were");
	struct toc_draft *d = toc_ask_draft(q, "M24.send");
	toc_complaints_counted(q, toc_decided(d));
	toc_set_id(q->a, toc_decided(d), "counted", count_id(q));
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	struct toc_value *orgs = toc_value_list(q->a); /* in the order of their codes: the same on every node */
	while ((o = toc_world_next(q->w, TOC_OBJECT_organisation, &cursor)))
		if ((o->kinds & (TOC_KIND_HUB | TOC_KIND_POL)) ||
		    ((o->kinds & (TOC_KIND_CA | TOC_KIND_OA)) && toc_short_is(&o->established_in, home)))
			toc_push_text(q->a, orgs, toc_short_str(&o->code));
	for (size_t i = 0; i < toc_len(orgs); i++) {
		size_t least = i;
		for (size_t k = i + 1; k < toc_len(orgs); k++)
			if (toc_str_cmp(toc_text_of(toc_at(orgs, k)), toc_text_of(toc_at(orgs, least))) < 0)
				least = k;
		struct toc_value *first = orgs->items[least];
		orgs->items[least] = orgs->items[i];
		orgs->items[i] = first;
		(void)toc_reader_add(q, d, toc_text_of(first), TOC_IF_ADR);
	}
	return 0;
}
