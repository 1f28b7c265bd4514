/* apply_admin.c: what an entry does to the directory: organisations, people, roles, credentials, rules that are data,
 * mandates, holds; and what waits for a second person. */
#include "domain/apply.h"

#include <string.h>

/* ---- what waits ---- */

#define LAPSES TOC_HOURS(72)

/* @return whether the entry is only the first half of what takes two */
static bool wait(const struct deed *d)
{
	const struct toc_value *pending = toc_get(d->decided, "pending");
	struct toc_uuid confirms = toc_get_id(d->decided, "confirms");
	struct toc_hash what;

	if (!toc_uuid_is_nil(confirms))
		toc_world_remove(d->w, TOC_OBJECT_pending, TOC_KEY(confirms));
	if (!pending || toc_hex_decode(toc_get_text(pending, "what"), what.b, sizeof what.b) < 0)
		return false;
	struct toc_world_cursor cursor = { 0 };
	struct toc_uuid lapsed[16];
	const struct toc_pending *old;
	size_t n = 0;
	while (n < 16 && (old = toc_world_next(d->w, TOC_OBJECT_pending, &cursor)))
		if (toc_before(toc_after(old->at, LAPSES), d->e->ts))
			lapsed[n++] = old->id;
	while (n > 0)
		toc_world_remove(d->w, TOC_OBJECT_pending, TOC_KEY(lapsed[--n]));
	struct toc_pending *p = toc_world_edit(d->w, TOC_OBJECT_pending, TOC_KEY(d->e->eid), NULL);
	p->id = d->e->eid;
	toc_short_set(&p->k, d->e->k);
	toc_short_set(&p->org, d->e->org);
	p->person = toc_get_id(d->m, "sender_person");
	toc_short_set(&p->about, toc_get_text(pending, "about"));
	p->what = what;
	p->at = toc_get_time(d->decided, "at", d->e->ts);
	return true;
}

/* ---- organisations and people ---- */

static void set_member(const struct deed *d, struct toc_str cc, struct toc_str org, bool member)
{
	if (!cc.n)
		return;
	struct toc_country *c = toc_world_edit(d->w, TOC_OBJECT_country, cc, NULL);
	toc_short_set(&c->cc, cc);
	for (uint32_t i = 0; i < c->n_members; i++)
		if (toc_short_is(&c->members[i].org, org)) {
			if (!member)
				TOC_REMOVE(c, members, i);
			return;
		}
	if (member)
		toc_short_set(&TOC_ADD(c, members)->org, org);
}

static struct toc_str country_of(const struct toc_organisation *o)
{
	if (o->kinds & TOC_KIND_HUB)
		return TOC_STR("EU");
	return o->kinds & (TOC_KIND_LE | TOC_KIND_CA) ? toc_short_str(&o->established_in) : TOC_STR("");
}

static void set_languages(struct toc_organisation *o, const struct toc_value *languages)
{
	o->n_languages = 0;
	for (size_t i = 0; i < toc_len(languages); i++)
		toc_short_set(&TOC_ADD(o, languages)->lang, toc_text_of(toc_at(languages, i)));
}

/* Admitted; or, of a member, what is said of it anew, its kinds as they are. */
static void organisation(const struct deed *d)
{
	struct toc_str code = toc_get_text(d->body, "code"), state = toc_get_text(d->body, "state");
	const struct toc_value *kinds = toc_get(d->body, "kinds");
	bool is_new;

	if (!code.n || code.n > 32)
		return;
	struct toc_organisation *o = toc_world_edit(d->w, TOC_OBJECT_organisation, code, &is_new);
	if (is_new)
		toc_short_set(&o->code, code);
	else
		set_member(d, country_of(o), code, false);
	toc_text_set(&o->name, toc_get_text(d->body, "name"));
	if (kinds)
		o->kinds = 0;
	for (size_t i = 0; i < toc_len(kinds); i++)
		o->kinds |= toc_kind_bit(toc_text_of(toc_at(kinds, i)));
	toc_short_set(&o->established_in, state.n && !toc_get(d->body, "established_in")
						  ? state
						  : toc_get_text(d->body, "established_in"));
	toc_short_set(&o->legal_rep_in, toc_get_text(d->body, "legal_rep_in"));
	toc_short_set(&o->size, toc_get_text(d->body, "size"));
	o->exposed = toc_get_bool(d->body, "exposed");
	o->exercise_only = toc_get_bool(d->body, "api_exercise_only");
	o->same_person_certifies = toc_get_bool(d->body, "same_person_certifies");
	if (toc_get(d->body, "languages"))
		set_languages(o, toc_get(d->body, "languages"));
	set_member(d, country_of(o), code, true);
}

static void person(const struct deed *d)
{
	struct toc_uuid id = toc_get_id(d->body, "person");

	if (toc_uuid_is_nil(id))
		return;
	struct toc_person *p = toc_world_edit(d->w, TOC_OBJECT_person, TOC_KEY(id), NULL);
	p->id = id;
	toc_short_set(&p->org, toc_get_text(d->body, "org"));
	/* a member's enrolment leaves the roles as they are */
	const struct toc_value *kept = toc_get(d->decided, "enrolled");
	p->roles = toc_roles_of(toc_get(kept ? kept : d->body, "roles"));
	p->machine = toc_get_bool(d->body, "machine");
}

static void credential(const struct deed *d, const char *type, const char *id_name)
{
	struct toc_uuid id = toc_get_id(d->body, id_name);
	struct toc_hash sha256;

	if (toc_uuid_is_nil(id) ||
	    toc_hex_decode(toc_get_text(d->body, "sha256"), sha256.b, sizeof sha256.b) < 0)
		return;
	struct toc_credential *c = toc_world_edit(d->w, TOC_OBJECT_credential, TOC_KEY(id), NULL);
	c->id = id;
	toc_short_set(&c->type, type ? toc_str_of(type) : toc_get_text(d->body, "kind"));
	c->person = toc_get_id(d->body, "person");
	toc_short_set(&c->org, toc_get_text(d->body, "org"));
	c->sha256 = sha256;
	c->expires = toc_get_time(d->body, "expires", TOC_TIME_NEVER);
	c->spent = false;
	const struct toc_value *scope = toc_get(d->decided, "scope");
	if (scope) {
		c->about = toc_get_id(scope, "message");
		c->threat = toc_get_id(scope, "case");
		c->incident = toc_get_id(scope, "incident");
		c->since = toc_get_int(scope, "from", 0);
	}
	struct toc_secret *s = toc_world_edit(d->w, TOC_OBJECT_secret, TOC_KEY(sha256), NULL);
	s->sha256 = sha256;
	s->credential = id;
}

static void spend(const struct deed *d, struct toc_uuid id, const char *type)
{
	struct toc_credential *c = EDIT_EXISTING(d, credential, id);

	if (c && (!type || toc_str_is(toc_short_str(&c->type), type)))
		c->spent = true;
}

/* A sign-in token is good once; the link of an e-mail again and again, and what it opens ends with it. */
static void open_session(const struct deed *d)
{
	bool by_link = toc_get(d->decided, "scope");
	struct toc_uuid with = toc_get_id(d->body, "credential"), id = toc_get_id(d->body, "session");

	spend(d, with, "sign_in");
	credential(d, by_link ? "link_session" : "session", "session");
	struct toc_credential *session = EDIT_EXISTING(d, credential, id), *link = EDIT_EXISTING(d, credential, with);
	if (!by_link || !session || !link)
		return;
	session->parent = with;
	link->opened++;
}

/* Of the person all that were open, but the one in which it was said. */
static void end_sessions(const struct deed *d)
{
	struct toc_uuid person = toc_get_id(d->body, "person"), kept = toc_get_id(toc_get(d->decided, "sessions"), "kept"), ids[16];
	size_t n;

	do { /* editing while looking would move what is looked at */
		struct toc_world_cursor cursor = { 0 };
		const struct toc_credential *c;
		for (n = 0; n < sizeof ids / sizeof *ids && (c = toc_world_next(d->w, TOC_OBJECT_credential, &cursor));)
			if (toc_is_open_session(c, person, kept))
				ids[n++] = c->id;
		for (size_t i = 0; i < n; i++)
			spend(d, ids[i], NULL);
	} while (n == sizeof ids / sizeof *ids);
}

static void policy(const struct deed *d)
{
	const struct toc_value *desks = toc_get(d->body, "desks"),
			       *not_covered = toc_get(d->body, "not_dsa_18");
	struct toc_str cc = toc_get_text(d->body, "cc");

	if (!cc.n || cc.n > 32)
		return;
	struct toc_country *c = toc_world_edit(d->w, TOC_OBJECT_country, cc, NULL);
	toc_short_set(&c->cc, cc);
	struct toc_national *n = TOC_ADD(c, rules);
	n->version = toc_get_int(d->body, "version", 0);
	n->from = toc_get_time(d->body, "valid_from", d->e->ts);
	n->qualifying = toc_get_bool(d->body, "qualifying");
	n->limitation_months = toc_get_int(d->body, "limitation_months", 0);
	n->third_country = toc_get(d->body, "member_state") && !toc_get_bool(d->body, "member_state");
	for (size_t i = 0; i < toc_len(desks); i++) {
		struct toc_national_desk *desk = TOC_ADD(n, desks);
		toc_short_set(&desk->org, toc_get_text(toc_at(desks, i), "org"));
		struct toc_str duty = toc_get_text(toc_at(desks, i), "duty");
		desk->duty = toc_str_is(duty, "TCO_14_5") ? TOC_DUTY_TCO
			     : toc_str_is(duty, "DSA_18") ? TOC_DUTY_DSA
							  : TOC_DUTY_VOLUNTARY;
	}
	for (size_t i = 0; i < toc_len(not_covered); i++)
		toc_short_set(&TOC_ADD(n, not_covered)->org, toc_text_of(toc_at(not_covered, i)));
}

static void words(struct toc_word **list, uint32_t *n, const struct toc_value *terms)
{
	for (size_t i = 0; i < toc_len(terms); i++) {
		struct toc_word *word = toc_list_add(list, n, sizeof *word);
		toc_short_set(&word->code, toc_get_text(toc_at(terms, i), "code"));
		toc_text_set(&word->name, toc_get_text(toc_at(terms, i), "name"));
	}
}

static void vocabulary(const struct deed *d)
{
	int64_t version = toc_get_int(d->body, "version", 0);
	bool is_new;

	if (version < 1)
		return;
	struct toc_vocabulary *v = toc_world_edit(d->w, TOC_OBJECT_vocabulary, TOC_KEY(version), &is_new);
	if (!is_new)
		return;
	v->version = version;
	v->from = toc_get_time(d->body, "valid_from", d->e->ts);
	words(&v->types, &v->n_types, toc_get(d->body, "activation_types"));
	words(&v->criteria, &v->n_criteria, toc_get(d->body, "criteria"));
	words(&v->checklist, &v->n_checklist, toc_get(d->body, "checklist"));
}

/* ---- what administration says ---- */

static void org_kinds(const struct deed *d)
{
	struct toc_str code = toc_get_text(d->body, "code");
	const struct toc_value *kinds = toc_get(d->body, "kinds");

	if (!toc_find_organisation(d->w, code))
		return;
	struct toc_organisation *o = toc_world_edit(d->w, TOC_OBJECT_organisation, code, NULL);
	set_member(d, country_of(o), code, false);
	o->kinds = 0;
	for (size_t i = 0; i < toc_len(kinds); i++)
		o->kinds |= toc_kind_bit(toc_text_of(toc_at(kinds, i)));
	set_member(d, country_of(o), code, true);
}

static void org_suspend(const struct deed *d)
{
	struct toc_str code = toc_get_text(d->body, "code");

	if (!toc_find_organisation(d->w, code))
		return;
	struct toc_organisation *o = toc_world_edit(d->w, TOC_OBJECT_organisation, code, NULL);
	o->suspended = toc_get_bool(d->body, "suspended");
}

/* The one before it is no longer one: what it has signed stays good. */
static void witness(const struct deed *d, bool registers)
{
	struct toc_str code = toc_get_text(d->body, "org");

	if (!toc_find_organisation(d->w, code))
		return;
	struct toc_organisation *o = toc_world_edit(d->w, TOC_OBJECT_organisation, code, NULL);
	toc_text_set(&o->witness, registers ? toc_get_text(d->body, "vkey") : TOC_STR(""));
}

static void person_leave(const struct deed *d)
{
	struct toc_uuid id = toc_get_id(d->body, "person");
	struct toc_person *p = EDIT_EXISTING(d, person, id);

	if (!p)
		return;
	p->left = true;
	p->left_at = d->e->ts;
	p->roles = 0;
}

static void role(const struct deed *d, bool grants)
{
	struct toc_uuid id = toc_get_id(d->body, "person");
	struct toc_person *p = EDIT_EXISTING(d, person, id);
	toc_roles roles = toc_roles_of(toc_get(d->body, "roles"));

	if (p && !p->left)
		p->roles = grants ? p->roles | roles : p->roles & ~roles;
}

static void rotate(const struct deed *d)
{
	struct toc_uuid id = toc_get_id(d->body, "replaces");
	struct toc_credential *old = EDIT_EXISTING(d, credential, id);

	credential(d, "api_key", "credential");
	if (!old)
		return;
	toc_time until = toc_get_time(d->body, "old_until", TOC_TIME_NEVER);
	if (until.us == TOC_TIME_NEVER.us)
		old->spent = true;
	else if (toc_before(until, old->expires))
		old->expires = until;
}

static void policy_set(const struct deed *d)
{
	const struct toc_value *periods = toc_get(d->body, "periods");

	if (toc_get(d->body, "activation_types"))
		vocabulary(d);
	for (size_t i = 0; i < toc_len(periods); i++) {
		struct toc_str timer = toc_get_text(toc_at(periods, i), "timer");
		if (!timer.n || timer.n > 32)
			continue;
		struct toc_period *p = toc_world_edit(d->w, TOC_OBJECT_period, timer, NULL);
		toc_short_set(&p->timer, timer);
		p->minutes = toc_get_int(toc_at(periods, i), "minutes", 0);
	}
}

static void mandate_grant(const struct deed *d)
{
	struct toc_uuid id = toc_get_id(d->body, "mandate");
	const struct toc_value *orgs = toc_get(d->body, "orgs"), *incidents = toc_get(d->body, "incidents"),
			       *cases = toc_get(d->body, "cases"), *exercises = toc_get(d->body, "exercises");
	bool is_new;

	if (toc_uuid_is_nil(id))
		return;
	struct toc_mandate *m = toc_world_edit(d->w, TOC_OBJECT_mandate, TOC_KEY(id), &is_new);
	if (!is_new)
		return;
	m->id = id;
	toc_short_set(&m->auditor, toc_get_text(d->body, "auditor"));
	for (size_t i = 0; i < toc_len(orgs); i++)
		toc_short_set(&TOC_ADD(m, orgs)->org, toc_text_of(toc_at(orgs, i)));
	for (size_t i = 0; i < toc_len(incidents); i++)
		TOC_ADD(m, incidents)->id = toc_id_of(toc_text_of(toc_at(incidents, i)));
	for (size_t i = 0; i < toc_len(cases); i++)
		TOC_ADD(m, cases)->id = toc_id_of(toc_text_of(toc_at(cases, i)));
	for (size_t i = 0; i < toc_len(exercises); i++)
		TOC_ADD(m, exercises)->id = toc_id_of(toc_text_of(toc_at(exercises, i)));
	m->from = toc_get_time(d->body, "from", d->e->ts);
	m->until = toc_get_time(d->body, "until", d->e->ts);
	m->whole = toc_get_bool(d->body, "whole");
	m->deconfliction = toc_get_bool(d->body, "deconfliction");
}

static void mandate_end(const struct deed *d)
{
	struct toc_uuid id = toc_get_id(d->body, "mandate");
	struct toc_mandate *m = EDIT_EXISTING(d, mandate, id);

	if (m)
		m->ended = true;
}

static void hold_set(const struct deed *d)
{
	struct toc_uuid id = toc_get_id(d->body, "hold");
	bool is_new;

	if (toc_uuid_is_nil(id))
		return;
	struct toc_hold *h = toc_world_edit(d->w, TOC_OBJECT_hold, TOC_KEY(id), &is_new);
	if (!is_new)
		return;
	h->id = id;
	toc_short_set(&h->org, d->e->org);
	h->subject = toc_subject_of(toc_get_text(d->body, "subject"));
	h->ref = toc_get_id(d->body, "subject_ref");
	h->classes = toc_retention_bits(toc_get(d->body, "classes"));
	h->until = toc_get_time(d->body, "until", TOC_TIME_NEVER);
}

static void hold_lift(const struct deed *d)
{
	struct toc_uuid id = toc_get_id(d->body, "hold");
	struct toc_hold *h = EDIT_EXISTING(d, hold, id);

	if (h)
		h->lifted = true;
}

static void erase_early(const struct deed *d)
{
	struct toc_subject_name s;

	if (!toc_subject_parse(toc_get_text(d->body, "subject"), &s))
		return;
	struct toc_early *e = toc_world_edit(d->w, TOC_OBJECT_early, TOC_KEY(d->e->eid), NULL);
	e->id = d->e->eid;
	e->subject = s.kind;
	e->ref = s.ref;
	e->classes = toc_retention_bits(toc_get(d->body, "classes"));
	e->at = d->e->ts;
}

/* Only of what can be held; and what is named entry by entry goes by its last one. */
static void remember(const struct deed *d, const struct toc_subject_name *s, uint32_t bit)
{
	struct toc_erased *e;
	struct toc_gone *c = NULL;

	if (s->kind == TOC_SUBJECT_ORG || s->kind == TOC_SUBJECT_SYSTEM)
		return;
	e = toc_world_edit(d->w, TOC_OBJECT_erased, TOC_KEY(s->ref), NULL);
	e->ref = s->ref;
	e->subject = s->kind;
	for (uint32_t i = 0; i < e->n_classes && !c; i++)
		if (e->classes[i].class == bit)
			c = &e->classes[i];
	if (!c)
		c = TOC_ADD(e, classes);
	*c = (struct toc_gone){ .class = bit, .seq = (int64_t)d->e->seq, .at = d->e->ts };
}

/* What was decided early has been done: what is sealed of it from now on has its own time. */
static void erased(const struct deed *d)
{
	struct toc_world_cursor cursor = { 0 };
	struct toc_subject_name s;
	const struct toc_early *old;
	struct toc_uuid done[16];
	uint32_t bit = toc_retention_bit(toc_get_text(d->body, "retention"));
	size_t n = 0;

	if (!bit || !toc_subject_parse(toc_get_text(d->body, "subject"), &s))
		return;
	remember(d, &s, bit);
	if (!toc_get_is(d->body, "basis", "early") || toc_get_bool(d->body, "more"))
		return;
	while (n < 16 && (old = toc_world_next(d->w, TOC_OBJECT_early, &cursor)))
		if (old->subject == s.kind && toc_uuid_eq(old->ref, s.ref) && (old->classes & bit))
			done[n++] = old->id;
	while (n > 0) {
		struct toc_early *e = EDIT_EXISTING(d, early, done[--n]);
		e->classes &= ~bit;
		if (!e->classes)
			toc_world_remove(d->w, TOC_OBJECT_early, TOC_KEY(done[n]));
	}
}

void toc_apply_admin(const struct deed *d)
{
	struct toc_str k = d->e->k;

	if (wait(d))
		return;
	if (toc_str_is(k, "org.admit") || (toc_str_is(k, "org.change") && toc_find_organisation(d->w, toc_get_text(d->body, "code"))))
		organisation(d);
	else if (toc_str_is(k, "org.kinds"))
		org_kinds(d);
	else if (toc_str_is(k, "org.suspend"))
		org_suspend(d);
	else if (toc_str_is(k, "person.enrol"))
		person(d);
	else if (toc_str_is(k, "person.leave"))
		person_leave(d);
	else if (toc_str_is(k, "role.grant") || toc_str_is(k, "role.revoke"))
		role(d, toc_str_is(k, "role.grant"));
	else if (toc_str_is(k, "credential.issue"))
		credential(d, NULL, "credential");
	else if (toc_str_is(k, "credential.rotate"))
		rotate(d);
	else if (toc_str_is(k, "credential.revoke"))
		spend(d, toc_get_id(d->body, "credential"), NULL);
	else if (toc_str_is(k, "credential.end_sessions"))
		end_sessions(d);
	else if (toc_str_is(k, "policy.national"))
		policy(d);
	else if (toc_str_is(k, "policy.vocabulary"))
		vocabulary(d);
	else if (toc_str_is(k, "policy.set"))
		policy_set(d);
	else if (toc_str_is(k, "witness.register") || toc_str_is(k, "witness.revoke"))
		witness(d, toc_str_is(k, "witness.register"));
	else if (toc_str_is(k, "mandate.grant"))
		mandate_grant(d);
	else if (toc_str_is(k, "mandate.end"))
		mandate_end(d);
	else if (toc_str_is(k, "hold.set"))
		hold_set(d);
	else if (toc_str_is(k, "hold.lift"))
		hold_lift(d);
	else if (toc_str_is(k, "erase.early"))
		erase_early(d);
	else if (toc_str_is(k, "erase.due"))
		erased(d);
	else if (toc_str_is(k, "session.close"))
		spend(d, toc_get_id(d->body, "session"), "session");
	else if (toc_str_is(k, "session.open"))
		open_session(d);
}
