/* link.c: the link of an e-mail: a credential for one message and what follows of it, and for nothing else.
 *
 * It belongs to one person of one organisation, who reads and does by it what they might at the console, with the same effect and
 * the same entries, as far as it lies in the link's scope: the message that it was sent for, and of its case or incident
 * whatever came after that. Everything else does not exist: the same refusal, in the same words, before any rule looks. So a link
 * in wrong hands tells no more than the letter's own matter, and never becomes an account.
 *
 * It may be opened again and on other devices until it expires or is revoked; each opening is an entry that says how
 * many there were before. What it opened ends with it. Source: rules (f) 24, M19, (e) 12. */
#include <string.h>

#include "domain/rule.h"

#define LINK_LIFE_MAX TOC_HOURS(7 * 24)

bool toc_credential_is_good(const struct toc_world *w, const struct toc_credential *c, toc_time now)
{
	const struct toc_credential *link = c ? toc_find_credential(w, c->parent) : NULL;

	return c && !c->spent && toc_before(now, c->expires) &&
	       (toc_uuid_is_nil(c->parent) || (link && !link->spent && toc_before(now, link->expires)));
}

bool toc_world_scope(const struct toc_world *w, struct toc_uuid session, struct toc_scope *ret_scope)
{
	const struct toc_credential *c = toc_find_credential(w, session);

	if (!c || toc_uuid_is_nil(c->about))
		return false;
	*ret_scope = (struct toc_scope){ .link = toc_uuid_is_nil(c->parent) ? c->id : c->parent,
					 .message = c->about,
					 .case_ref = c->threat,
					 .incident = c->incident,
					 .from = (uint64_t)c->since };
	return true;
}

static bool same(struct toc_uuid x, struct toc_uuid y)
{
	return !toc_uuid_is_nil(x) && toc_uuid_eq(x, y);
}

bool toc_scope_has(const struct toc_scope *s, const struct toc_entry *e)
{
	return e->seq >= s->from && (same(s->message, e->eid) || same(s->message, e->ref) ||
				     same(s->case_ref, e->case_ref) || same(s->incident, e->incident));
}

static bool has_message(const struct toc_scope *s, const struct toc_message *m)
{
	return m && (uint64_t)m->seq >= s->from &&
	       (same(s->message, m->eid) || same(s->case_ref, m->threat) || same(s->incident, m->incident));
}

bool toc_is_in_link(const struct toc_ask *q, const struct toc_message *m)
{
	struct toc_scope s;

	return !toc_world_scope(q->w, q->p->session, &s) || has_message(&s, m);
}

/* ---- what is done through it ---- */

enum what { MESSAGE, RECEIPT, CASE, ORDER, INCIDENT, ITEM, TRIAL };
static const struct {
	const char *k, *member;
	enum what what;
} acts[] = {
#define TOC_LINK_ACT(name, path, kind) { (name), (path), (kind) },
#include "domain/link.def"
#undef TOC_LINK_ACT
};

/* Its issue is, or the link was sent for something that was said of it later. */
static bool has_order(const struct toc_world *w, const struct toc_scope *s, const struct toc_order *o)
{
	bool has = o && has_message(s, toc_find_message(w, o->issue));

	for (uint32_t i = 0; o && !has && i < o->n_entries; i++)
		has = same(s->message, o->entries[i].id);
	return has;
}

static bool names_what_is_in_scope(struct toc_ask *q, const struct toc_scope *s, const char *member, enum what what)
{
	struct toc_uuid id = strncmp(member, "body.", 5) == 0 ? toc_get_id(q->body, member + 5)
							       : toc_get_id(q->m, member);
	const struct toc_item *item;

	switch (what) {
	case MESSAGE:
	case RECEIPT: return has_message(s, toc_find_message(q->w, id));
	case CASE: return same(s->case_ref, id);
	case TRIAL: return same(s->message, id);
	case ORDER: return has_order(q->w, s, toc_find_order(q->w, id));
	case INCIDENT: return same(s->incident, id);
	case ITEM:
		item = toc_find_item(q->w, toc_item_id(toc_mode_of(toc_get_text(q->m, "mode")), toc_get_id(q->m, "exercise_ref"), id));
		return item && same(s->incident, item->incident);
	}
	return false;
}

int toc_check_link(struct toc_ask *q)
{
	struct toc_scope s;

	if (!q->org || !toc_world_scope(q->w, q->p->session, &s))
		return 0;
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		if (!toc_str_is(q->c->k, acts[i].k))
			continue;
		if (!names_what_is_in_scope(q, &s, acts[i].member, acts[i].what))
			return toc_refuse_unknown(q, acts[i].member);
		if (acts[i].what == RECEIPT && !toc_str_eq(toc_get_text(q->body, "channel"), q->p->channel))
			return TOC_REFUSE(q, BAD_VALUE, "body.channel", "domain M19", "channel: it came to you by \"%.*s\"",
					  TOC_STR_ARGS(q->p->channel));
		return 0;
	}
	return toc_refuse_unknown(q, "type");
}

/* ---- making and ending it ---- */

/* A drill or a test that waits for this person is no message to anybody: its letter is for itself alone, from where it began. */
static bool scope_of_trial(struct toc_ask *q, struct toc_draft *d, struct toc_str org, struct toc_uuid about, struct toc_uuid person)
{
	const struct toc_message *m = toc_find_message(q->w, about);
	struct toc_value *scope = toc_value_map(q->a);
	struct toc_trial t;

	if (!toc_find_trial(q->w, org, about, &t) || !toc_trial_is_for(&t, person))
		return false;
	toc_set_id(q->a, scope, "message", about);
	toc_set_int(q->a, scope, "from", t.channel ? (m ? m->seq : 0) : t.point->drill_seq);
	toc_set(q->a, toc_decided(d), "scope", scope);
	return true;
}

/* decided.scope of a credential.issue: what the link is for, as it is known now. */
int toc_take_scope(struct toc_ask *q, struct toc_draft *d)
{
	const struct toc_message *m = toc_find_message(q->w, toc_get_id(q->body, "about"));
	struct toc_str org = toc_get_text(q->body, "org");
	const struct toc_person *p = toc_find_person(q->w, toc_get_id(q->body, "person"));
	toc_time expires = toc_get_time(q->body, "expires", TOC_TIME_NEVER);

	if (toc_before(toc_after(q->now, LINK_LIFE_MAX), expires))
		return TOC_REFUSE(q, BAD_VALUE, "body.expires", "domain (f) 24", "expires: a link lasts seven days at most");
	if (p && toc_short_is(&p->org, org) && scope_of_trial(q, d, org, toc_get_id(q->body, "about"), p->id))
		return 0;
	if (!m || !p || !toc_is_reader(m, org, p->roles))
		return TOC_REFUSE(q, BAD_VALUE, "body.about", "domain (f) 24", "about: no entry that this person may read");
	struct toc_value *scope = toc_value_map(q->a);
	toc_set_id(q->a, scope, "message", m->eid);
	if (!toc_reads_as_tied(m, org)) { /* of whose case it is they are not told */
		toc_set_id(q->a, scope, "case", m->threat);
		toc_set_id(q->a, scope, "incident", m->incident);
	}
	toc_set_int(q->a, scope, "from", m->seq);
	toc_set(q->a, toc_decided(d), "scope", scope);
	return 0;
}

int toc_rule_credential_revoke(struct toc_ask *q)
{
	const struct toc_credential *c = toc_find_credential(q->w, toc_get_id(q->body, "credential"));

	if (!c || c->spent || (q->org && !toc_short_is(&c->org, q->p->org)))
		return toc_refuse_unknown(q, "body.credential");
	if (toc_ask_may(q, TOC_IF_OWN) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "credential.revoke");
	d->ref = c->id;
	d->subject = toc_arena_printf(q->a, "person:%s", toc_uuid_str(q->a, c->person).p);
	(void)toc_reader_add(q, d, toc_short_str(&c->org), TOC_IF_OWN);
	return 0;
}
