/* admin.c: who is a member, what it is, and what its people may: organisations and roles.
 *
 * Both take two people (second.c):
 *
 *   org.*            an administrator of the hub and one of the operator, in either order
 *   role.*           two administrators of the organisation; of the hub's when it has but one; of hub and operator for
 *                    the first administrator of a new organisation. Nobody for themselves
 *
 * Source: rules a.3.1, (e) 8. */
#include <string.h>

#include "domain/rule.h"

static int bad(struct toc_ask *q, const char *field, const char *clause, const char *what)
{
	return TOC_REFUSE(q, BAD_VALUE, field, clause, "%s: %s", field, what);
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
	return (toc_holds(q, TOC_ROLE_AD, TOC_KIND_OPR) && toc_held(q, p, TOC_ROLE_AD, TOC_KIND_HUB)) ||
	       (toc_holds(q, TOC_ROLE_AD, TOC_KIND_HUB) && toc_held(q, p, TOC_ROLE_AD, TOC_KIND_OPR));
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
	if (toc_find_organisation(q->w, code)) /* whose kinds, and all that hangs on them, are not rewritten by the way */
		return TOC_REFUSE(q, STATE, "body.code", "domain a.1", "code: it is a member; change says anew what it is like, kinds what it may do");
	return check_kinds(q) < 0 ? -1 : org_draft(q, "org.admit", code);
}

static const struct toc_organisation *named(struct toc_ask *q, const char *member)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, toc_get_text(q->body, member));

	if (!o)
		toc_refuse_unknown(q, toc_arena_printf(q->a, "body.%s", member).p);
	return o;
}

int toc_rule_org_change(struct toc_ask *q)
{
	const struct toc_organisation *o = named(q, "code");

	return !o ? -1 : org_draft(q, "org.change", toc_short_str(&o->code));
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
	if (o->suspended && toc_is_in_force(d)) { /* with this entry it is a member again, and reads it */
		toc_reader_add_roles(q->a, toc_decided(d), "readers", toc_short_str(&o->code),
				     toc_may_read(q->action, o->kinds, 0, TOC_WHOLE), TOC_WHOLE);
		toc_resume_drills(q, d, o);
	}
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

	return (conditions & TOC_IF_OWN ? toc_holds(q, TOC_ROLE_AD, TOC_KIND_ANY)
		: conditions & TOC_IF_UNLED ? toc_str_is(q->c->k, "role.grant") && toc_holds(q, TOC_ROLE_AD, TOC_KIND_HUB | TOC_KIND_OPR)
					    : false);
}

bool toc_second_admin(const struct toc_ask *q, const struct toc_pending *p)
{
	struct toc_str org = toc_get_text(q->body, "org");
	unsigned conditions = conditions_at(q, org);

	if (conditions & TOC_IF_UNLED)
		return org_second(q, p);
	if (!toc_short_is(&p->org, org) || !toc_held(q, p, TOC_ROLE_AD, TOC_KIND_ANY))
		return false;
	if (conditions & TOC_IF_OWN)
		return toc_holds(q, TOC_ROLE_AD, TOC_KIND_ANY);
	if (!(conditions & TOC_IF_LONE))
		return false;
	/* of the hub itself with one administrator: the operator's */
	const struct toc_organisation *o = toc_find_organisation(q->w, org);
	return toc_holds(q, TOC_ROLE_AD, o && (o->kinds & TOC_KIND_HUB) ? TOC_KIND_OPR : TOC_KIND_HUB);
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
