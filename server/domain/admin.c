/* admin.c: who is a member, what it is, and what its people may: organisations, roles, mandates.
 *
 * Much of it takes two people. Each says the same message; the second one names the first in `supersedes`. Until then
 * the first is a proposal, which those who could be the second read, and which lapses after three days. Who is the
 * second is a rule of each action's own:
 *
 *   org.*            an administrator of the hub and one of the operator, in either order
 *   role.*           two administrators of the organisation; of the hub's when it has but one; of hub and operator for
 *                    the first administrator of a new organisation. Nobody for themselves
 *   mandate.*        an administrator and the data protection officer of the hub
 *   policy.set       a lead of the hub, then another lead;  policy.national: legal and administrator of the authority
 *
 * Source: rules a.3.1, (e) 8. */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "domain/rule.h"

#define PENDING_HOURS 72
#define PENDING_MAX 64 /* of one organisation */

static int bad(struct toc_ask *q, const char *field, const char *clause, const char *what)
{
	return TOC_REFUSE(q, BAD_VALUE, field, clause, "%s: %s", field, what);
}

/* ---- two people ---- */

static int by_name(const void *a, const void *b)
{
	return toc_str_cmp(((const struct toc_member *)a)->name, ((const struct toc_member *)b)->name);
}

/* The same for the same content, whatever the order of members. What is left out is only why, in words, who a
 * person is called, and what proves that the first one had a key. */
static struct toc_sha256 said(struct toc_arena *a, const struct toc_value *v)
{
	struct toc_str kind = { (const char[]){ v ? (char)('a' + (int)v->kind) : '-' }, 1 }, bytes = { "", 0 };
	struct toc_sha256 sum;

	if (!v)
		return toc_sha256(kind);
	if (v->kind == TOC_TEXT)
		bytes = v->text;
	else if (v->kind == TOC_BOOL)
		bytes = toc_str_of(v->boolean ? "true" : "false");
	else if (v->kind == TOC_INT)
		bytes = toc_arena_printf(a, "%lld", (long long)v->integer);
	struct toc_str parts[2] = { kind, bytes };
	sum = toc_sha256_parts(parts, 2);
	struct toc_member *sorted = v->kind == TOC_MAP && v->n ? toc_arena_alloc(a, v->n * sizeof *sorted) : NULL;
	for (uint32_t i = 0; sorted && i < v->n; i++)
		sorted[i] = v->members[i];
	if (sorted)
		qsort(sorted, v->n, sizeof *sorted, by_name);
	for (uint32_t i = 0; (v->kind == TOC_LIST || sorted) && i < v->n; i++) {
		if (sorted && (toc_str_is(sorted[i].name, "reason") || toc_str_is(sorted[i].name, "title") ||
			       toc_str_is(sorted[i].name, "basis") || toc_str_is(sorted[i].name, "possession")))
			continue;
		struct toc_sha256 item = said(a, sorted ? sorted[i].value : v->items[i]);
		struct toc_str name = sorted ? sorted[i].name : TOC_STR("");
		struct toc_sha256 named = toc_sha256(name);
		struct toc_str more[3] = { { (const char *)sum.b, 32 }, { (const char *)named.b, 32 }, { (const char *)item.b, 32 } };
		sum = toc_sha256_parts(more, 3);
	}
	return sum;
}

static unsigned waiting(const struct toc_ask *q)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_pending *p;
	unsigned n = 0;

	while ((p = toc_world_next(q->w, TOC_OBJECT_pending, &cursor)))
		n += toc_short_is(&p->org, q->p->org) && toc_before(q->at, toc_after(p->at, TOC_HOURS(PENDING_HOURS)));
	return n;
}

static struct toc_draft *first(struct toc_ask *q, const char *k, struct toc_str about)
{
	if (waiting(q) >= PENDING_MAX) {
		TOC_REFUSE(q, LIMIT, "", "domain a.3.1", "%s: %d things of your organisation wait for a second person", k,
			   PENDING_MAX);
		return NULL;
	}
	struct toc_draft *d = toc_ask_draft(q, k);
	struct toc_value *pending = toc_value_map(q->a);
	struct toc_sha256 what = said(q->a, q->body);
	toc_set_text(q->a, pending, "what", toc_hex(q->a, what.b, sizeof what.b));
	if (about.n)
		toc_set_text(q->a, pending, "about", about);
	toc_set_time(q->a, pending, "until", toc_after(q->at, TOC_HOURS(PENDING_HOURS)));
	toc_set(q->a, toc_decided(d), "pending", pending);
	return d;
}

struct toc_draft *toc_draft_of_two(struct toc_ask *q, const char *k, struct toc_str about, toc_is_first *is_first,
				   toc_is_second *is_second)
{
	struct toc_uuid id = toc_get_id(q->m, "supersedes");
	const struct toc_pending *p = toc_uuid_is_nil(id) ? NULL : toc_find_pending(q->w, id);

	if (!q->org) /* the server begins a directory alone */
		return toc_ask_draft(q, k);
	if (toc_uuid_is_nil(id)) {
		if (is_first(q))
			return first(q, k, about);
		TOC_REFUSE(q, NOT_PERMITTED, "", "domain a.3.1", "%s: your roles do not allow it here", k);
		return NULL;
	}
	if (!p || !toc_str_is(toc_short_str(&p->k), k) ||
	    !toc_before(q->at, toc_after(p->at, TOC_HOURS(PENDING_HOURS)))) {
		toc_refuse_unknown(q, "supersedes");
		return NULL;
	}
	if (toc_uuid_eq(p->person, q->p->person) || !is_second(q, p)) {
		TOC_REFUSE(q, NOT_PERMITTED, "supersedes", "domain a.3.1", "supersedes: it takes another person than you");
		return NULL;
	}
	struct toc_sha256 what = said(q->a, q->body);
	if (memcmp(what.b, p->what.b, sizeof what.b)) {
		TOC_REFUSE(q, CONDITION, "body", "domain a.3.1", "body: it is not what the first person said");
		return NULL;
	}
	struct toc_draft *d = toc_ask_draft(q, k);
	d->ref = p->id;
	toc_set_id(q->a, toc_decided(d), "confirms", p->id);
	return d;
}

bool toc_is_in_force(const struct toc_draft *d)
{
	return !toc_get(d->decided, "pending");
}

static bool has(const struct toc_ask *q, toc_roles role, toc_kinds kinds)
{
	return (q->roles & role) && (q->org->kinds & kinds);
}

/* What the first one was, who may have left since: then it lapses. */
static bool had(const struct toc_ask *q, const struct toc_pending *p, toc_roles role, toc_kinds kinds)
{
	const struct toc_person *who = toc_find_person(q->w, p->person);
	const struct toc_organisation *o = toc_find_organisation(q->w, toc_short_str(&p->org));

	return who && o && !who->left && !o->suspended && (who->roles & role) && (o->kinds & kinds);
}

/* Readers of what has to do with an organisation: itself, and the hub and the operator if they may. */
static void told(struct toc_ask *q, struct toc_draft *d, struct toc_str org, unsigned conditions)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_organisation *o;

	(void)toc_reader_add(q, d, org, TOC_IF_OWN | conditions);
	if (q->org && !toc_str_eq(q->p->org, org))
		(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN | conditions);
	while ((o = toc_world_next(q->w, TOC_OBJECT_organisation, &cursor)))
		if ((o->kinds & (TOC_KIND_HUB | TOC_KIND_OPR)) && !toc_short_is(&o->code, org))
			(void)toc_reader_add(q, d, toc_short_str(&o->code), conditions);
}

/* ---- organisations ---- */

static bool org_first(const struct toc_ask *q)
{
	return toc_may(q->action, q->roles, q->org->kinds, 0);
}

static bool org_second(const struct toc_ask *q, const struct toc_pending *p)
{
	return (has(q, TOC_ROLE_AD, TOC_KIND_OPR) && had(q, p, TOC_ROLE_AD, TOC_KIND_HUB)) ||
	       (has(q, TOC_ROLE_AD, TOC_KIND_HUB) && had(q, p, TOC_ROLE_AD, TOC_KIND_OPR));
}

/* Every member reads it once it holds; before that, those who decide. */
static int org_draft(struct toc_ask *q, const char *k, struct toc_str code)
{
	struct toc_draft *d = toc_draft_of_two(q, k, code, org_first, org_second);

	if (!d)
		return -1;
	d->subject = toc_arena_printf(q->a, "org:%.*s", TOC_STR_ARGS(code));
	if (!q->org) {
		(void)toc_reader_add(q, d, code, TOC_IF_OWN);
		return 0;
	}
	if (toc_is_in_force(d))
		toc_tell(q, d, TOC_TO_EVERYBODY, 0);
	else
		told(q, d, q->p->org, 0);
	return 0;
}

static int check_kinds(struct toc_ask *q)
{
	const struct toc_value *names = toc_get(q->body, "kinds");
	toc_kinds kinds = 0;

	for (size_t i = 0; i < toc_len(names); i++) {
		toc_kinds kind = toc_kind_bit(toc_text_of(toc_at(names, i)));
		if (!kind)
			return bad(q, "body.kinds", "domain a.1", "there is no such kind of organisation");
		kinds |= kind;
	}
	if (!toc_kinds_combine(kinds))
		return bad(q, "body.kinds", "domain a.1", "these kinds do not go together in one organisation");
	return 0;
}

static bool is_code(struct toc_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!letter && (i == 0 || (c != '.' && c != '_' && c != '-')))
			return false;
	}
	return s.n >= 1 && s.n <= 32 && !toc_str_is(s, "server");
}

int toc_rule_org_admit(struct toc_ask *q)
{
	struct toc_str code = toc_get_text(q->body, "code");

	if (!is_code(code))
		return bad(q, "body.code", "domain a.1", "letters, digits and . _ - , at most 32, not \"server\"");
	return check_kinds(q) < 0 ? -1 : org_draft(q, "org.admit", code);
}

static const struct toc_organisation *named(struct toc_ask *q, const char *member)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, toc_get_text(q->body, member));

	if (!o)
		toc_refuse_unknown(q, toc_arena_printf(q->a, "body.%s", member).p);
	return o;
}

int toc_rule_org_kinds(struct toc_ask *q)
{
	const struct toc_organisation *o = named(q, "code");

	return !o || check_kinds(q) < 0 ? -1 : org_draft(q, "org.kinds", toc_short_str(&o->code));
}

int toc_rule_org_suspend(struct toc_ask *q)
{
	const struct toc_organisation *o = named(q, "code");

	if (!o)
		return -1;
	if (toc_get_bool(q->body, "suspended") == o->suspended)
		return TOC_REFUSE(q, STATE, "body.suspended", "domain a.1", "suspended: it is so already");
	if (q->org == o)
		return TOC_REFUSE(q, NOT_PERMITTED, "body.code", "domain a.3.1", "code: not one's own organisation");
	if (org_draft(q, "org.suspend", toc_short_str(&o->code)) < 0)
		return -1;
	struct toc_draft *d = &q->verdict->drafts[q->verdict->n - 1];
	if (o->suspended && toc_is_in_force(d)) /* with this entry it is a member again, and reads it */
		toc_reader_add_roles(q->a, toc_decided(d), "readers", toc_short_str(&o->code),
				     toc_may_read(q->action, o->kinds, 0, TOC_WHOLE), TOC_WHOLE);
	return 0;
}

/* ---- roles ---- */

unsigned toc_admins(const struct toc_world *w, struct toc_str org)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_person *p;
	unsigned n = 0;

	while ((p = toc_world_next(w, TOC_OBJECT_person, &cursor)))
		n += toc_short_is(&p->org, org) && (p->roles & TOC_ROLE_AD) && !p->left && !p->machine;
	return n;
}

/* own, and whether it has one administrator, or none. */
static unsigned conditions_at(const struct toc_ask *q, struct toc_str org)
{
	unsigned n = toc_admins(q->w, org);

	return (q->org && toc_str_eq(q->p->org, org) ? TOC_IF_OWN : 0) | (n == 1 ? TOC_IF_LONE : 0) |
	       (n == 0 ? TOC_IF_UNLED : 0);
}

int toc_check_admin_of(struct toc_ask *q, struct toc_str org)
{
	unsigned conditions = conditions_at(q, org);

	if (!q->org || toc_may(q->action, q->roles, q->org->kinds, conditions))
		return 0;
	/* who is at another organisation is not told to a stranger */
	if (!(conditions & TOC_IF_OWN))
		return toc_refuse_unknown(q, "body.org");
	return toc_ask_may(q, conditions);
}

bool toc_first_admin(const struct toc_ask *q)
{
	struct toc_str org = toc_get_text(q->body, "org");
	unsigned conditions = conditions_at(q, org);

	return (conditions & TOC_IF_OWN ? has(q, TOC_ROLE_AD, TOC_KIND_ANY)
		: conditions & TOC_IF_UNLED ? toc_str_is(q->c->k, "role.grant") && has(q, TOC_ROLE_AD, TOC_KIND_HUB | TOC_KIND_OPR)
					    : false);
}

bool toc_second_admin(const struct toc_ask *q, const struct toc_pending *p)
{
	struct toc_str org = toc_get_text(q->body, "org");
	unsigned conditions = conditions_at(q, org);

	if (conditions & TOC_IF_UNLED)
		return org_second(q, p);
	if (!toc_short_is(&p->org, org) || !had(q, p, TOC_ROLE_AD, TOC_KIND_ANY))
		return false;
	if (conditions & TOC_IF_OWN)
		return has(q, TOC_ROLE_AD, TOC_KIND_ANY);
	if (!(conditions & TOC_IF_LONE))
		return false;
	/* of the hub itself with one administrator: the operator's */
	const struct toc_organisation *o = toc_find_organisation(q->w, org);
	return has(q, TOC_ROLE_AD, o && (o->kinds & TOC_KIND_HUB) ? TOC_KIND_OPR : TOC_KIND_HUB);
}

void toc_tell_admins(struct toc_ask *q, struct toc_draft *d, struct toc_str org)
{
	told(q, d, org, conditions_at(q, org) & ~(unsigned)TOC_IF_OWN);
}

/* Roles that may be held there; a machine has the one that machines have, and no person has it. */
int toc_check_roles(struct toc_ask *q, const struct toc_organisation *o, const struct toc_value *names, bool machine)
{
	for (size_t i = 0; i < toc_len(names); i++) {
		toc_roles role = toc_role_bit(toc_text_of(toc_at(names, i)));
		if (!(role & toc_roles_held_in(o->kinds)))
			return bad(q, "body.roles", "domain a.3.1",
				   "the role may not be held in an organisation of this kind");
		if (machine != (role == TOC_ROLE_SV))
			return bad(q, "body.roles", "domain a.2", "a machine is a service_account, and only that");
	}
	return 0;
}

int toc_rule_role(struct toc_ask *q)
{
	const char *k = toc_str_is(q->c->k, "role.grant") ? "role.grant" : "role.revoke";
	struct toc_str org = toc_get_text(q->body, "org");
	const struct toc_organisation *o = toc_find_organisation(q->w, org);
	const struct toc_person *p = toc_find_person(q->w, toc_get_id(q->body, "person"));
	toc_roles roles = toc_roles_of(toc_get(q->body, "roles"));
	bool grants = toc_str_is(q->c->k, "role.grant");

	if (!o || (q->org && !toc_may(q->action, q->roles, q->org->kinds, conditions_at(q, org))))
		return toc_refuse_unknown(q, "body.org");
	if (!p || p->left || !toc_short_is(&p->org, org))
		return toc_refuse_unknown(q, "body.person");
	if (toc_uuid_eq(p->id, q->p->person))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.person", "domain a.3.1", "person: not for oneself");
	if (toc_check_roles(q, o, toc_get(q->body, "roles"), p->machine) < 0)
		return -1;
	if (grants ? (p->roles & roles) == roles : !(p->roles & roles))
		return TOC_REFUSE(q, STATE, "body.roles", "domain a.3.1", "roles: it is so already");
	if (!grants && (p->roles & roles & TOC_ROLE_AD) && toc_admins(q->w, org) == 1)
		return TOC_REFUSE(q, STATE, "body.roles", "domain a.3.1", "roles: the organisation's last administrator");
	struct toc_draft *d = toc_draft_of_two(q, k, org, toc_first_admin, toc_second_admin);
	if (!d)
		return -1;
	d->subject = toc_arena_printf(q->a, "person:%s", toc_uuid_str(q->a, p->id).p);
	toc_tell_admins(q, d, org);
	return 0;
}

/* ---- mandates ---- */

static bool mandate_first(const struct toc_ask *q)
{
	return has(q, TOC_ROLE_AD | TOC_ROLE_DP, TOC_KIND_HUB);
}

static bool mandate_second(const struct toc_ask *q, const struct toc_pending *p)
{
	return toc_short_is(&p->org, q->p->org) &&
	       ((has(q, TOC_ROLE_DP, TOC_KIND_HUB) && had(q, p, TOC_ROLE_AD, TOC_KIND_HUB)) ||
		(has(q, TOC_ROLE_AD, TOC_KIND_HUB) && had(q, p, TOC_ROLE_DP, TOC_KIND_HUB)));
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
	const struct toc_organisation *auditor = named(q, "auditor");
	const struct toc_value *orgs = toc_get(q->body, "orgs"), *incidents = toc_get(q->body, "incidents"),
			       *cases = toc_get(q->body, "cases");
	toc_time until = toc_get_time(q->body, "until", TOC_TIME_NEVER);

	if (!auditor)
		return -1;
	if (!(auditor->kinds & TOC_KIND_AUD))
		return bad(q, "body.auditor", "domain a.3.1", "no auditor");
	if (toc_find_mandate(q->w, toc_get_id(q->body, "mandate")))
		return TOC_REFUSE(q, STATE, "body.mandate", "domain a.3.1", "mandate: that one was granted already");
	for (size_t i = 0; i < toc_len(orgs); i++)
		if (!toc_find_organisation(q->w, toc_text_of(toc_at(orgs, i))))
			return toc_refuse_unknown(q, "body.orgs");
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
