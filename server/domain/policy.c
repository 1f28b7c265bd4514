/* policy.c: rules that are data: those of a state (national), the words of an activation and how long this system's
 * own timers run (set). Versions only grow; what was decided under one stays so. The law's timers are nobody's to set.
 * Source: rules a.3.1, M3, M4, (d); TCO 12(2), DSA 18(2). */
#include "domain/rule.h"

static int bad(struct toc_ask *q, const char *field, const char *clause, const char *what)
{
	return TOC_REFUSE(q, BAD_VALUE, field, clause, "%s: %s", field, what);
}

/* ---- of a state ---- */

/* own: an authority of that state. */
static bool is_own(const struct toc_ask *q)
{
	return toc_short_is(&q->org->established_in, toc_get_text(q->body, "cc"));
}

static bool national_first(const struct toc_ask *q)
{
	return is_own(q) && toc_may(q->action, q->roles, q->org->kinds, TOC_IF_OWN);
}

/* One of them is legal, the other administers; both of the same authority. */
static bool national_second(const struct toc_ask *q, const struct toc_pending *p)
{
	const struct toc_person *first = toc_find_person(q->w, p->person);
	toc_roles both = (first && !first->left ? first->roles : 0) | q->roles;

	return is_own(q) && toc_short_is(&p->org, q->p->org) && (both & TOC_ROLE_LG) && (both & TOC_ROLE_AD) &&
	       (first->roles & (TOC_ROLE_LG | TOC_ROLE_AD)) && (q->roles & (TOC_ROLE_LG | TOC_ROLE_AD));
}

int toc_rule_policy(struct toc_ask *q)
{
	struct toc_str cc = toc_get_text(q->body, "cc");
	const struct toc_value *desks = toc_get(q->body, "desks");
	const struct toc_country *c = toc_find_country(q->w, cc);

	if (cc.n != 2)
		return bad(q, "body.cc", "domain M4", "two letters");
	if (q->org && !is_own(q))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.cc", "domain a.3.1", "cc: a state's rules are its own authority's");
	for (size_t i = 0; i < toc_len(desks); i++)
		if (!toc_find_organisation(q->w, toc_get_text(toc_at(desks, i), "org")))
			return bad(q, "body.desks.org", "domain M4", "there is no such organisation");
	if (toc_get_bool(q->body, "qualifying") && toc_get_bool(q->body, "member_state"))
		return TOC_REFUSE(q, CONDITION, "body.qualifying", "Europol 26a", "qualifying: a Member State needs no such rule");
	for (uint32_t i = 0; c && i < c->n_rules; i++)
		if (c->rules[i].version >= toc_get_int(q->body, "version", 0))
			return TOC_REFUSE(q, STATE, "body.version", "domain M4",
					  "version: %lld is there already", (long long)c->rules[i].version);
	struct toc_draft *d = toc_draft_of_two(q, "policy.national", q->org ? q->p->org : cc, national_first, national_second);
	if (!d)
		return -1;
	d->subject = TOC_STR("system");
	if (q->org && !toc_is_in_force(d)) {
		(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
		return 0;
	}
	if (q->org)
		toc_tell(q, d, TOC_TO_EVERYBODY, 0);
	for (uint32_t i = 0; !q->org && c && i < c->n_members; i++)
		(void)toc_reader_add(q, d, toc_short_str(&c->members[i].org), TOC_IF_OWN);
	return 0;
}

/* ---- words and periods ---- */

static int check_version(struct toc_ask *q)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_vocabulary *v;

	while ((v = toc_world_next(q->w, TOC_OBJECT_vocabulary, &cursor)))
		if (v->version >= toc_get_int(q->body, "version", 0))
			return TOC_REFUSE(q, STATE, "body.version", "domain (j) 1",
					  "version: %lld is there already", (long long)v->version);
	return 0;
}

/* The words of an activation as a directory begins: every member may read them. */
int toc_rule_vocabulary(struct toc_ask *q)
{
	if (check_version(q) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "policy.vocabulary");
	d->subject = TOC_STR("system");
	toc_tell(q, d, TOC_TO_EVERYBODY, 0);
	return 0;
}

static bool set_first(const struct toc_ask *q)
{
	return (q->roles & TOC_ROLE_IL) && (q->org->kinds & TOC_KIND_HUB);
}

static bool set_second(const struct toc_ask *q, const struct toc_pending *p)
{
	const struct toc_person *first = toc_find_person(q->w, p->person);
	const struct toc_organisation *hub = toc_find_organisation(q->w, toc_short_str(&p->org));

	return first && hub && !first->left && (first->roles & TOC_ROLE_IL) && (hub->kinds & TOC_KIND_HUB) &&
	       toc_may(q->action, q->roles, q->org->kinds, TOC_IF_2P);
}

static int check_periods(struct toc_ask *q)
{
	const struct toc_value *periods = toc_get(q->body, "periods");

	for (size_t i = 0; i < toc_len(periods); i++) {
		struct toc_str name = toc_get_text(toc_at(periods, i), "timer");
		const struct toc_timer_row *row = toc_timer_row(name);
		if (!row)
			return bad(q, "body.periods.timer", "domain d", "there is no such timer");
		if (row->legal)
			return TOC_REFUSE(q, NOT_PERMITTED, "body.periods.timer", row->basis,
					  "timer: %s is the law's; nobody sets it", row->name);
		if (toc_timer_end(name, q->at).us == TOC_TIME_NEVER.us)
			return bad(q, "body.periods.timer", "domain d", "its end is stated each time");
	}
	return 0;
}

int toc_rule_policy_set(struct toc_ask *q)
{
	if (toc_get(q->body, "activation_types")) {
		if (!toc_get(q->body, "criteria") || !toc_get(q->body, "checklist"))
			return TOC_REFUSE(q, MISSING_FIELD, toc_get(q->body, "criteria") ? "body.checklist" : "body.criteria",
					  "domain (j) 1", "the words are one version: types, criteria and checklist");
		if (check_version(q) < 0)
			return -1;
	} else if (toc_get(q->body, "criteria") || toc_get(q->body, "checklist")) {
		return TOC_REFUSE(q, MISSING_FIELD, "body.activation_types", "domain (j) 1",
				  "the words are one version: types, criteria and checklist");
	}
	if (check_periods(q) < 0)
		return -1;
	struct toc_draft *d = toc_draft_of_two(q, "policy.set", TOC_STR(""), set_first, set_second);
	if (!d)
		return -1;
	d->subject = TOC_STR("system");
	if (toc_is_in_force(d)) {
		toc_tell(q, d, TOC_TO_EVERYBODY, 0);
		return 0;
	}
	/* whoever could be the second: leads of the hub and of the states */
	struct toc_world_cursor cursor = { 0 };
	const struct toc_organisation *o;
	while ((o = toc_world_next(q->w, TOC_OBJECT_organisation, &cursor)))
		if (o->kinds & (TOC_KIND_HUB | TOC_KIND_CA | TOC_KIND_LE))
			(void)toc_reader_add(q, d, toc_short_str(&o->code), 0);
	return 0;
}
