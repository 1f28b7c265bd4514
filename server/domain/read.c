/* read.c: what keeper, archive and front ask of the state. */
#include "domain/rule.h"

#include <stdlib.h>

#define DIRECTORY_MAX 400 /* a welcome stays far below a frame of 64 KiB */

toc_roles toc_world_roles(const struct toc_world *w, const struct toc_principal *p)
{
	const struct toc_person *person = toc_find_person(w, p->person);
	const struct toc_organisation *o = toc_find_organisation(w, p->org);

	if (!person || !o || person->left || o->suspended || !toc_short_is(&person->org, p->org))
		return 0;
	return person->roles & toc_roles_held_in(o->kinds);
}

bool toc_entry_narrows(const struct toc_entry *e, struct toc_narrowed *ret)
{
	static const struct {
		const char *k, *id, *org;
	} entries[] = {
		{ "session.close", "session", NULL },     { "credential.revoke", "credential", NULL },
		{ "credential.rotate", "replaces", NULL }, { "credential.end_sessions", "person", NULL },
		{ "person.enrol", "person", NULL },
		{ "person.leave", "person", NULL },       { "role.grant", "person", NULL },
		{ "role.revoke", "person", NULL },        { "org.suspend", NULL, "code" },
		{ "org.kinds", NULL, "code" },            { "org.admit", NULL, "code" },
		{ "org.change", NULL, "code" },
	};
	const struct toc_value *body = toc_get(toc_get(e->body, "message"), "body"), *decided = toc_get(e->body, "decided");

	if (toc_str_is(e->k, "mandate.end") && !toc_get(decided, "pending")) { /* also an answer under it that is still coming */
		*ret = (struct toc_narrowed){ .org = toc_get_text(decided, "auditor") };
		return ret->org.n > 0;
	}
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		if (!toc_str_is(e->k, entries[i].k))
			continue;
		*ret = (struct toc_narrowed){ .org = TOC_STR("") };
		if (entries[i].id)
			ret->id = toc_get_id(body, entries[i].id);
		else
			ret->org = toc_get_text(body, entries[i].org);
		ret->kept = toc_get_id(toc_get(decided, "sessions"), "kept");
		return !toc_get(decided, "pending") && (ret->org.n || !toc_uuid_is_nil(ret->id)) &&
		       !toc_get(body, "old_until"); /* the old key ends by itself */
	}
	return false;
}

bool toc_still_reads(const struct toc_world *w, const struct toc_entry *e, struct toc_str org)
{
	const struct toc_organisation *o = toc_find_organisation(w, org);
	const struct toc_threat *t = toc_find_threat(w, e->case_ref);
	const struct toc_message *notice = t ? toc_find_message(w, t->notice) : NULL;

	if (!o || o->suspended)
		return false;
	for (uint32_t i = 0; t && i < t->n_desks; i++)
		if (toc_short_is(&t->desks[i].org, org))
			return t->desks[i].state != TOC_DESK_WITHDRAWN &&
			       !(notice && notice->recalled && !toc_is_reader(notice, org, TOC_ROLE_ALL));
	return true;
}

bool toc_entry_takes(const struct toc_entry *e)
{
	return toc_str_is(e->k, "M4.withdraw") || toc_str_is(e->k, "M25.recall") || toc_str_is(e->k, "org.suspend");
}

int toc_world_receipt_target(const struct toc_world *w, const struct toc_principal *p, uint64_t seq,
			     struct toc_uuid *ret_eid)
{
	int64_t key = (int64_t)seq;
	const struct toc_numbered *n = toc_world_get(w, TOC_OBJECT_numbered, TOC_KEY(key));
	const struct toc_message *m = n ? toc_find_message(w, n->eid) : NULL;

	struct toc_scope link;

	if (toc_world_scope(w, p->session, &link)) /* a letter is delivered by the courier, not by its reader's browser */
		return TOC_ENOTFOUND;
	if (!m || !toc_is_reader(m, p->org, toc_world_roles(w, p)) ||
	    (p->exercise_only && m->mode != TOC_MODE_EXERCISE))
		return TOC_ENOTFOUND;
	*ret_eid = n->eid;
	return 0;
}

bool toc_world_case_is_open(const struct toc_world *w, struct toc_uuid id)
{
	const struct toc_threat *t = toc_find_threat(w, id);

	return t && toc_case_is_open(t);
}

struct opened {
	toc_time at;
	struct toc_uuid id;
};

static int newest_first(const void *a, const void *b)
{
	const struct opened *x = a, *y = b;

	return x->at.us != y->at.us ? (x->at.us < y->at.us) - (x->at.us > y->at.us) : toc_uuid_cmp(x->id, y->id);
}

size_t toc_world_open_cases(const struct toc_world *w, size_t most, struct toc_arena *a, struct toc_uuid **ret_cases)
{
	struct toc_world_cursor cursor = { .passing = true };
	struct opened *open = NULL;
	const struct toc_threat *t;
	size_t n = 0;

	while ((t = toc_world_next(w, TOC_OBJECT_threat, &cursor))) {
		if (!toc_case_is_open(t))
			continue;
		if ((n & (n - 1)) == 0)
			open = toc_must_realloc(open, (n ? 2 * n : 1) * sizeof *open);
		open[n++] = (struct opened){ t->opened, t->id };
	}
	if (n > most) {
		qsort(open, n, sizeof *open, newest_first);
		n = most;
	}
	*ret_cases = toc_arena_alloc(a, (n + 1) * sizeof **ret_cases);
	for (size_t i = 0; i < n; i++)
		(*ret_cases)[i] = open[i].id;
	free(open);
	return n;
}

static struct toc_value *kind_names(toc_kinds kinds, struct toc_arena *a)
{
	struct toc_value *names = toc_value_list(a);

	for (unsigned i = 0; i < TOC_KINDS; i++)
		if (kinds & 1u << i)
			toc_push_text(a, names, toc_str_of(toc_kind_name(i)));
	return names;
}

static struct toc_value *exercise_of(const struct toc_exercise *x, toc_time now, struct toc_arena *a)
{
	struct toc_value *v = toc_value_map(a);

	toc_set_id(a, v, "id", x->id);
	toc_set_text(a, v, "title", toc_text_str(&x->title));
	toc_set_time(a, v, "t0", x->t0);
	toc_set_time(a, v, "at", toc_clock_at(x, now));
	toc_set_time(a, v, "anchor_real", x->anchor_real);
	toc_set_time(a, v, "anchor_at", x->anchor_at);
	toc_set_int(a, v, "rate_milli", x->rate_milli);
	toc_set_bool(a, v, "running", x->running);
	toc_set_text(a, v, "control", toc_short_str(&x->control));
	struct toc_value *joined = toc_value_list(a);
	for (uint32_t i = 0; i < x->n_joined; i++)
		toc_push_text(a, joined, toc_short_str(&x->joined[i].org));
	toc_set(a, v, "participants", joined);
	return v;
}

/* The number at which members may call a desk: of a contact point that is public, that for threats to life first. */
struct toc_str toc_public_phone(const struct toc_world *w, const struct toc_organisation *o, toc_time now)
{
	const struct toc_point *p = toc_point_for(w, toc_short_str(&o->code), TOC_FOR_ITL, now);

	for (uint32_t i = o->n_points; !(p && p->phone.n) && i-- > 0;)
		p = toc_point_in_force(w, o->points[i].id, now);
	return p ? toc_short_str(&p->phone) : TOC_STR("");
}

/* Who may stand in an entry of the link's matter. */
static bool is_involved(const struct toc_world *w, const struct toc_scope *s, struct toc_str own, const struct toc_organisation *o)
{
	struct toc_str org = toc_short_str(&o->code);
	const struct toc_message *m = toc_find_message(w, s->message);
	const struct toc_incident *i = toc_find_incident(w, s->incident);
	const struct toc_threat *t = toc_find_threat(w, s->case_ref);

	return toc_str_eq(org, own) || (o->kinds & TOC_KIND_HUB) || (m && toc_short_is(&m->org, org)) || (i && toc_is_party(i, org)) ||
	       (t && (toc_short_is(&t->notifier, org) || toc_asked(w, t, org)));
}

/* Who the members are: every member may read that (rules a.3.1, org.admit); who came by a link, of its matter. */
static struct toc_value *directory(const struct toc_world *w, const struct toc_scope *link, struct toc_str own,
				   toc_time now, struct toc_arena *a)
{
	struct toc_world_cursor cursor = { 0 };
	struct toc_value *list = toc_value_list(a);
	const struct toc_organisation *o;

	while (toc_len(list) < DIRECTORY_MAX && (o = toc_world_next(w, TOC_OBJECT_organisation, &cursor))) {
		if (link && !is_involved(w, link, own, o))
			continue;
		struct toc_value *v = toc_value_map(a);
		toc_set_text(a, v, "org", toc_short_str(&o->code));
		toc_set_text(a, v, "name", toc_text_str(&o->name));
		toc_set(a, v, "kinds", kind_names(o->kinds, a));
		if (o->established_in.n)
			toc_set_text(a, v, "state", toc_short_str(&o->established_in));
		if (o->kinds & TOC_KIND_HSP) { /* to whom an order is to be written, and in which language */
			struct toc_str home = toc_home_state(w, o, now);
			struct toc_value *languages = toc_value_list(a);
			for (uint32_t i = 0; i < o->n_languages; i++)
				toc_push_text(a, languages, toc_short_str(&o->languages[i].lang));
			toc_set(a, v, "languages", languages);
			if (home.n)
				toc_set_text(a, v, "home", home);
		}
		struct toc_str phone = toc_public_phone(w, o, now);
		if (phone.n)
			toc_set_text(a, v, "phone", phone);
		if (o->witness.n && !link)
			toc_set_text(a, v, "witness", toc_text_str(&o->witness));
		toc_push(a, list, v);
	}
	return list;
}

static struct toc_value *terms(const struct toc_word *words, uint32_t n, struct toc_arena *a)
{
	struct toc_value *list = toc_value_list(a);

	for (uint32_t i = 0; i < n; i++) {
		struct toc_value *v = toc_value_map(a);
		toc_set_text(a, v, "code", toc_short_str(&words[i].code));
		toc_set_text(a, v, "name", toc_text_str(&words[i].name));
		toc_push(a, list, v);
	}
	return list;
}

/* The words of an activation that are in force; NULL when there are none. */
static struct toc_value *vocabulary(const struct toc_world *w, toc_time now, struct toc_arena *a)
{
	const struct toc_vocabulary *in_force = toc_vocabulary_at(w, now);

	if (!in_force)
		return NULL;
	struct toc_value *v = toc_value_map(a);
	toc_set_int(a, v, "version", in_force->version);
	toc_set(a, v, "activation_types", terms(in_force->types, in_force->n_types, a));
	toc_set(a, v, "criteria", terms(in_force->criteria, in_force->n_criteria, a));
	toc_set(a, v, "checklist", terms(in_force->checklist, in_force->n_checklist, a));
	return v;
}

static struct toc_value *link_of(const struct toc_world *w, const struct toc_scope *s, struct toc_arena *a)
{
	const struct toc_credential *c = toc_find_credential(w, s->link);
	struct toc_value *v = toc_value_map(a);

	toc_set_id(a, v, "message", s->message);
	toc_set_id(a, v, "case", s->case_ref);
	toc_set_id(a, v, "incident", s->incident);
	toc_set_int(a, v, "from", (int64_t)s->from);
	toc_set_time(a, v, "expires", c ? c->expires : TOC_TIME_NEVER);
	return v;
}

struct toc_value *toc_world_welcome(const struct toc_world *w, const struct toc_principal *p, toc_time now,
				    struct toc_arena *a)
{
	const struct toc_organisation *o = toc_find_organisation(w, p->org);
	struct toc_value *welcome = toc_value_map(a), *you = toc_value_map(a), *exercises = toc_value_list(a);
	struct toc_world_cursor cursor = { 0 };
	const struct toc_exercise *x;

	toc_set_text(a, you, "org", p->org);
	if (o)
		toc_set_text(a, you, "name", toc_text_str(&o->name));
	toc_set(a, you, "kinds", kind_names(o ? o->kinds : 0, a));
	toc_set_id(a, you, "person", p->person);
	toc_set(a, you, "roles", toc_role_names(toc_world_roles(w, p), a));
	toc_set_bool(a, you, "machine", p->machine);
	toc_set_bool(a, you, "exercise_only", p->exercise_only);
	struct toc_scope link;
	bool by_link = toc_world_scope(w, p->session, &link);
	const struct toc_message *about = by_link ? toc_find_message(w, link.message) : NULL;
	while ((x = toc_world_next(w, TOC_OBJECT_exercise, &cursor)))
		if (!x->ended && toc_exercise_has(x, p->org) && (!by_link || (about && toc_uuid_eq(about->exercise, x->id))))
			toc_push(a, exercises, exercise_of(x, now, a));
	toc_set(a, welcome, "you", you);
	toc_set(a, welcome, "exercises", exercises);
	toc_set(a, welcome, "directory", directory(w, by_link ? &link : NULL, p->org, now, a));
	if (by_link)
		toc_set(a, welcome, "link", link_of(w, &link, a));
	toc_set(a, welcome, "vocabulary", vocabulary(w, now, a));
	return welcome;
}
