/* mandate.c: who audits, and what they ask: mandates, granted and ended by an administrator and the data protection officer of
 * the hub (second.c), and questions to the ledger (M27), under a mandate or of the own organisation's part.
 * Source: rules a.3.1, M27, (e) 8. */
#include <string.h>

#include "domain/rule.h"

/* ---- mandates ---- */

static bool mandate_first(const struct toc_ask *q)
{
	return toc_holds(q, TOC_ROLE_AD | TOC_ROLE_DP, TOC_KIND_HUB);
}

static bool mandate_second(const struct toc_ask *q, const struct toc_pending *p)
{
	return toc_short_is(&p->org, q->p->org) &&
	       ((toc_holds(q, TOC_ROLE_DP, TOC_KIND_HUB) && toc_held(q, p, TOC_ROLE_AD, TOC_KIND_HUB)) ||
		(toc_holds(q, TOC_ROLE_AD, TOC_KIND_HUB) && toc_held(q, p, TOC_ROLE_DP, TOC_KIND_HUB)));
}

/* Incidents, cases and exercises that the hub has to do with: of others it cannot say that they are audited. */
static int check_scope_of_mandate(struct toc_ask *q)
{
	static const char *const lists[] = { "incidents", "cases", "exercises" };

	for (size_t i = 0; q->org && i < sizeof lists / sizeof *lists; i++) {
		const struct toc_value *ids = toc_get(q->body, lists[i]);
		for (size_t k = 0; k < toc_len(ids); k++) {
			struct toc_str id = toc_text_of(toc_at(ids, k)),
				       subject = toc_arena_printf(q->a, "%.*s:%.*s", (int)strlen(lists[i]) - 1, lists[i], TOC_STR_ARGS(id));
			if (!toc_retention_party(q->w, subject, q->p->org))
				return toc_refuse_unknown(q, toc_arena_printf(q->a, "body.%s", lists[i]).p);
		}
	}
	return 0;
}

static void mandate_readers(struct toc_ask *q, struct toc_draft *d, struct toc_str auditor, const struct toc_value *orgs)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_organisation *o;

	if (q->org)
		(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	else /* a directory that is set up */
		while ((o = toc_world_next(q->w, TOC_OBJECT_organisation, &cursor)))
			if (o->kinds & TOC_KIND_HUB)
				(void)toc_reader_add(q, d, toc_short_str(&o->code), TOC_IF_OWN);
	if (!toc_is_in_force(d))
		return;
	(void)toc_reader_add(q, d, auditor, TOC_IF_ADR);
	for (size_t i = 0; i < toc_len(orgs); i++)
		(void)toc_reader_add(q, d, toc_text_of(toc_at(orgs, i)), TOC_IF_PTY);
}

int toc_rule_mandate_grant(struct toc_ask *q)
{
	const struct toc_organisation *auditor = toc_find_organisation(q->w, toc_get_text(q->body, "auditor"));
	const struct toc_value *orgs = toc_get(q->body, "orgs"), *incidents = toc_get(q->body, "incidents"),
			       *cases = toc_get(q->body, "cases");
	toc_time until = toc_get_time(q->body, "until", TOC_TIME_NEVER);

	if (!auditor)
		return toc_refuse_unknown(q, "body.auditor");
	if (!(auditor->kinds & TOC_KIND_AUD))
		return TOC_REFUSE(q, BAD_VALUE, "body.auditor", "domain a.3.1", "body.auditor: no auditor");
	if (toc_find_mandate(q->w, toc_get_id(q->body, "mandate")))
		return TOC_REFUSE(q, STATE, "body.mandate", "domain a.3.1", "mandate: that one was granted already");
	for (size_t i = 0; i < toc_len(orgs); i++)
		if (!toc_find_organisation(q->w, toc_text_of(toc_at(orgs, i))))
			return toc_refuse_unknown(q, "body.orgs");
	if (check_scope_of_mandate(q) < 0)
		return -1;
	if (!toc_len(orgs) && !toc_len(incidents) && !toc_len(cases) && !toc_len(toc_get(q->body, "exercises")))
		return TOC_REFUSE(q, CONDITION, "body.orgs", "domain a.3.1", "orgs: a mandate names what it is for");
	if (!toc_before(toc_get_time(q->body, "from", until), until) || !toc_before(q->at, until))
		return TOC_REFUSE(q, TIME, "body.until", "domain a.3.1", "until: after its beginning, and not over yet");
	struct toc_draft *d = toc_draft_of_two(q, "mandate.grant", q->p->org, mandate_first, mandate_second);
	if (!d)
		return -1;
	mandate_readers(q, d, toc_short_str(&auditor->code), orgs);
	return 0;
}

int toc_rule_mandate_end(struct toc_ask *q)
{
	const struct toc_mandate *m = toc_find_mandate(q->w, toc_get_id(q->body, "mandate"));
	struct toc_value *orgs = toc_value_list(q->a);

	if (!m || m->ended)
		return toc_refuse_unknown(q, "body.mandate");
	struct toc_draft *d = toc_draft_of_two(q, "mandate.end", q->p->org, mandate_first, mandate_second);
	if (!d)
		return -1;
	for (uint32_t i = 0; i < m->n_orgs; i++)
		toc_push_text(q->a, orgs, toc_short_str(&m->orgs[i].org));
	toc_set_text(q->a, toc_decided(d), "auditor", toc_short_str(&m->auditor));
	mandate_readers(q, d, toc_short_str(&m->auditor), orgs);
	return 0;
}

/* ---- audit queries ----
 *
 * decided.scope is what the answer may come from; the database lets the session that answers see nothing else
 * (sql/functions/questions.sql). So no one reads more by what they ask, and what was decided stands in the entry. */

static struct toc_value *ids_of(struct toc_arena *a, const struct toc_ref *refs, uint32_t n)
{
	struct toc_value *list = toc_value_list(a);

	for (uint32_t i = 0; i < n; i++)
		toc_push_text(a, list, toc_uuid_str(a, refs[i].id));
	return list;
}

static void scope(struct toc_ask *q, struct toc_draft *d, struct toc_value *orgs, struct toc_value *incidents,
		  struct toc_value *cases, struct toc_value *exercises, toc_time from, toc_time until, bool whole, bool deconfliction)
{
	struct toc_value *v = toc_value_map(q->a);

	toc_set(q->a, v, "orgs", orgs);
	toc_set(q->a, v, "incidents", incidents);
	toc_set(q->a, v, "cases", cases);
	toc_set(q->a, v, "exercises", exercises);
	toc_set_time(q->a, v, "from", from);
	toc_set_time(q->a, v, "until", until);
	toc_set_bool(q->a, v, "whole", whole);
	toc_set_bool(q->a, v, "deconfliction", deconfliction);
	toc_set(q->a, toc_decided(d), "scope", v);
}

/* For a person in everything that is sealed: of the own organisation's part, by who protects their data. */
static bool is_search(const struct toc_ask *q)
{
	return toc_get_is(q->body, "query", "subject");
}

int toc_rule_query_own(struct toc_ask *q)
{
	struct toc_value *orgs = toc_value_list(q->a);

	if (toc_ask_may(q, 0) < 0 || toc_ask_not_ahead(q, q->body, "at", "body.at") < 0)
		return -1;
	if (is_search(q) && !(q->roles & TOC_ROLE_DP))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.query", "domain a.3.1", "query: for data protection officers");
	struct toc_draft *d = toc_ask_draft(q, "M27.own");
	toc_push_text(q->a, orgs, q->p->org);
	scope(q, d, orgs, toc_value_list(q->a), toc_value_list(q->a), toc_value_list(q->a), (toc_time){ 0 }, q->at, false, false);
	/* a question does not widen what a role reads of its own organisation */
	if (!(q->roles & TOC_ROLE_DP))
		toc_set(q->a, toc_get(toc_decided(d), "scope"), "roles", toc_role_names(q->roles, q->a));
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	return 0;
}

/* The organisations that are looked at: those that were asked for, else all that the mandate names. With some asked for
 * nothing is looked at for an incident's sake, or a case's. */
static struct toc_value *audited(struct toc_ask *q, const struct toc_mandate *m)
{
	const struct toc_value *wanted = toc_get(q->body, "audited");
	struct toc_value *orgs = toc_value_list(q->a);

	for (uint32_t k = 0; k < m->n_orgs; k++)
		if (!wanted || toc_list_has(wanted, toc_short_str(&m->orgs[k].org)))
			toc_push_text(q->a, orgs, toc_short_str(&m->orgs[k].org));
	if (wanted && toc_len(orgs) < toc_len(wanted)) {
		TOC_REFUSE(q, NOT_PERMITTED, "body.audited", "domain (e) 8", "audited: the mandate does not name it");
		return NULL;
	}
	return orgs;
}

/* Whom it is about is told after the delay. */
static bool is_about(const struct toc_ask *q, const struct toc_mandate *m, const struct toc_value *orgs, struct toc_str org)
{
	bool about = toc_list_has(orgs, org), all = !toc_get(q->body, "audited");

	for (uint32_t i = 0; all && !about && i < m->n_incidents; i++) {
		const struct toc_incident *x = toc_find_incident(q->w, m->incidents[i].id);
		about = x && toc_is_party(x, org);
	}
	for (uint32_t i = 0; all && !about && i < m->n_cases; i++) {
		const struct toc_threat *x = toc_find_threat(q->w, m->cases[i].id);
		about = x && (toc_short_is(&x->notifier, org) || (x->state != TOC_CASE_DRAFT && toc_desk_of(x, org)));
	}
	for (uint32_t i = 0; all && !about && i < m->n_exercises; i++) {
		const struct toc_exercise *x = toc_find_exercise(q->w, m->exercises[i].id);
		about = x && toc_exercise_has(x, org);
	}
	return about;
}

static void tell_later(struct toc_ask *q, struct toc_draft *d, const struct toc_mandate *m, const struct toc_value *orgs)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_organisation *o;

	while ((o = toc_world_next(q->w, TOC_OBJECT_organisation, &cursor)))
		if (!toc_str_eq(toc_short_str(&o->code), q->p->org) && is_about(q, m, orgs, toc_short_str(&o->code)))
			toc_start(q, toc_decided(d), "audited", q->id, toc_short_str(&o->code), q->at);
}

void toc_fire_audited(struct toc_ask *q, const struct toc_timer *t)
{
	struct toc_draft *d = toc_ask_server_draft(q, "M27.notice", "audited", t->id);
	struct toc_value *body = toc_get(d->message, "body");

	d->ref = t->cause;
	toc_set_cstr(q->a, body, "step", "notice");
	toc_set_id(q->a, body, "asked", t->cause);
	toc_set_time(q->a, body, "at", t->starts);
	toc_stop(q, toc_decided(d), t);
	(void)toc_reader_add(q, d, toc_short_str(&t->desk), TOC_IF_OWN);
}

int toc_rule_query_mandate(struct toc_ask *q)
{
	const struct toc_mandate *m = toc_find_mandate(q->w, toc_get_id(q->body, "mandate_ref"));
	bool some = toc_get(q->body, "audited");

	if (!m || !toc_short_is(&m->auditor, q->p->org))
		return toc_refuse_unknown(q, "body.mandate_ref");
	if (is_search(q))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.query", "domain a.3.1", "query: for data protection officers, of their own organisation's part");
	if (m->ended || !toc_before(q->at, m->until))
		return TOC_REFUSE(q, STATE, "body.mandate_ref", "domain (e) 8", "mandate_ref: the mandate has ended");
	if (toc_ask_may(q, TOC_IF_MANDATE) < 0 || toc_ask_not_ahead(q, q->body, "at", "body.at") < 0)
		return -1;
	struct toc_value *orgs = audited(q, m);
	if (!orgs)
		return -1;
	/* the audited read of it after the delay, by an entry of the server's */
	struct toc_draft *d = toc_ask_draft(q, "M27.mandate");
	scope(q, d, orgs, some ? toc_value_list(q->a) : ids_of(q->a, m->incidents, m->n_incidents),
	      some ? toc_value_list(q->a) : ids_of(q->a, m->cases, m->n_cases),
	      some ? toc_value_list(q->a) : ids_of(q->a, m->exercises, m->n_exercises), m->from, m->until, m->whole, m->deconfliction);
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN | TOC_IF_MANDATE);
	tell_later(q, d, m, orgs);
	return 0;
}

/* The server's: what a question brought to light. */
int toc_rule_query_result(struct toc_ask *q)
{
	struct toc_draft *d = toc_ask_draft(q, "M27.result");

	d->ref = toc_get_id(q->body, "asked");
	toc_set(q->a, toc_decided(d), "readers", toc_value_list(q->a));
	(void)toc_reader_add(q, d, toc_get_text(q->body, "asked_by"), TOC_IF_OWN);
	return 0;
}
