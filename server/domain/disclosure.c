/* disclosure.c: M29, the only way in which an audience widens after sending.
 *
 * It reaches the new reader as an entry of its own, with the disclosed content in it (which the keeper
 * fetches). Nothing opens that the matrix closes to the recipient. A desk that gets a notification this way
 * joins the case: it owes an acknowledgement from then on; and so does whoever is told of an activation that is in force.
 * What is disclosed at once is of one case, of one incident, or of neither, and kept equally long: the M29 is sealed with it.
 * Source: rules M29, a.3.1, (e) 2. */
#include <string.h>

#include "domain/rule.h"

#define MOST (64 * AT_ONCE) /* of a case to who joins it: what follows from one message has room in one append */
#define AT_ONCE 12 /* entries, each a message of at most 64 KiB: they fit into one entry with all that stands around them */

/* What a message of ours takes over from the one that caused it: markings, language, legal basis. */
static struct toc_value *envelope_like(struct toc_ask *q, struct toc_uuid id)
{
	static const char *const taken[] = { "schema_version", "mode",    "exercise_ref",  "incident_ref",
					     "case_ref",       "sent_at", "tlp",           "handling",
					     "precedence",     "lang",    "personal_data", "legal_basis" };
	struct toc_value *m = toc_value_map(q->a);

	toc_set_id(q->a, m, "id", id);
	toc_set_cstr(q->a, m, "type", "M29");
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		toc_set(q->a, m, taken[i], toc_get(q->m, taken[i]));
	toc_set_bool(q->a, m, "ack_required", true);
	toc_set(q->a, m, "also_reported_to", toc_value_list(q->a));
	return m;
}

/* Of the entry as this message discloses it: whole, or without what is personal. */
static bool is_bare(const struct toc_ask *q, struct toc_uuid entry)
{
	const struct toc_value *named = toc_get(q->body, "entries");

	for (size_t i = 0; i < toc_len(named); i++)
		if (toc_uuid_eq(toc_get_id(toc_at(named, i), "ref"), entry))
			return toc_get_is(toc_at(named, i), "rendering", "without_personal");
	return false; /* of what the server discloses */
}

/* Who may read all of it: one frame carries it. */
static toc_roles readers_at(const struct toc_ask *q, const struct toc_organisation *o, const struct toc_message *const *entries, size_t n)
{
	toc_roles roles = TOC_ROLE_ALL;

	for (size_t k = 0; k < n; k++) {
		const struct toc_action *action = toc_action_find(toc_short_str(&entries[k]->k));
		toc_roles whole = toc_may_read(action, o->kinds, TOC_IF_ADR, TOC_WHOLE);
		roles &= whole | (is_bare(q, entries[k]->eid) ? toc_may_read(action, o->kinds, TOC_IF_ADR, TOC_WITHOUT_PERSONAL) : 0);
	}
	return roles;
}

/* Of the discloser's organisation who reads what is disclosed; whoever else may disclose something there does not read this. */
static void own_readers(struct toc_ask *q, struct toc_draft *d, const struct toc_message *const *entries, size_t n)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, d->org);
	toc_roles roles = o ? TOC_ROLE_ALL : 0;

	for (size_t k = 0; o && k < n; k++)
		roles &= toc_may_read(toc_action_find(toc_short_str(&entries[k]->k)), o->kinds, TOC_IF_OWN | TOC_IF_ADR, TOC_WHOLE);
	if (o)
		toc_reader_add_as(q, d, toc_short_str(&o->code), roles, TOC_WHOLE);
	if (o)
		(void)toc_reader_add(q, d, toc_short_str(&o->code), 0);
}

/* Readers of an M29: the new ones as the disclosed entries' rows let them; the discloser; and the heading for
 * the originators and the data protection officers of both sides. */
static void readers(struct toc_ask *q, struct toc_draft *d, const struct toc_value *to,
		    const struct toc_message *const *entries, size_t n)
{
	struct toc_value *decided = toc_decided(d);

	toc_set(q->a, decided, "readers", toc_value_list(q->a));
	for (size_t i = 0; i < toc_len(to); i++) {
		const struct toc_organisation *o = toc_find_organisation(q->w, toc_text_of(toc_at(to, i)));
		toc_roles roles = readers_at(q, o, entries, n);
		toc_reader_add_roles(q->a, decided, "readers", toc_short_str(&o->code), roles, TOC_WHOLE);
		toc_reader_add_roles(q->a, decided, "disclosed_to", toc_short_str(&o->code), roles,
				     TOC_WHOLE);
		(void)toc_reader_add(q, d, toc_short_str(&o->code), TOC_IF_ADR);
	}
	own_readers(q, d, entries, n);
	for (size_t k = 0; k < n; k++) {
		struct toc_str originator = toc_short_str(&entries[k]->org);
		if (toc_list_has(to, originator) || toc_str_eq(originator, d->org))
			continue;
		for (uint32_t i = 0; i < entries[k]->n_readers; i++)
			if (toc_short_is(&entries[k]->readers[i].org, originator))
				toc_reader_add_as(q, d, originator, entries[k]->readers[i].roles, TOC_WITHOUT_PERSONAL);
		(void)toc_reader_add(q, d, originator, 0);
	}
}

static void list_entries(struct toc_ask *q, struct toc_draft *d, struct toc_value *body,
			 const struct toc_message *const *entries, size_t n)
{
	struct toc_value *list = toc_value_list(q->a);
	struct toc_uuid *ids = toc_arena_alloc(q->a, (n ? n : 1) * sizeof *ids);

	for (size_t i = 0; i < n; i++) {
		struct toc_value *item = toc_value_map(q->a);
		toc_set_id(q->a, item, "ref", entries[i]->eid);
		toc_set_cstr(q->a, item, "rendering", "whole");
		toc_push(q->a, list, item);
		ids[i] = entries[i]->eid;
	}
	toc_set(q->a, body, "entries", list);
	d->discloses = ids;
	d->n_discloses = n;
}

/* It joins, or comes back: the notification was recalled from it by mistake. */
static enum toc_desk_state state_before(const struct toc_threat *t, struct toc_str org)
{
	const struct toc_desk *desk = toc_desk_of(t, org);

	return desk ? (enum toc_desk_state)desk->state : TOC_DESK_NONE;
}

static void disclose(struct toc_ask *q, const struct toc_threat *t, const struct toc_joining *j,
		     const struct toc_message *const *entries, size_t n, unsigned part);

void toc_draft_disclosure(struct toc_ask *q, const struct toc_threat *t, const struct toc_joining *j)
{
	const struct toc_message **entries = toc_arena_alloc(q->a, (t->n_entries + 1) * sizeof *entries);
	const struct toc_organisation *o = toc_find_organisation(q->w, j->org);
	size_t n = 0;

	for (uint32_t i = 0; o && i < t->n_entries; i++) {
		const struct toc_message *m = toc_find_message(q->w, t->entries[i].id);
		if (!m ||
		    !toc_may_read(toc_action_find(toc_short_str(&m->k)), o->kinds, TOC_IF_ADR, TOC_WHOLE) ||
		    toc_is_reader(m, j->org, TOC_ROLE_ALL))
			continue;
		if ((j->what == TOC_DISCLOSE_READABLE && !toc_is_reader(m, q->p->org, q->roles)) ||
		    (j->what == TOC_DISCLOSE_OWN && !toc_short_is(&m->org, q->p->org)))
			continue;
		entries[n++] = m;
	}
	if (n > MOST) { /* the notification, and the newest */
		memmove(entries + 1, entries + (n - MOST + 1), (MOST - 1) * sizeof *entries);
		n = MOST;
	}
	for (size_t at = 0; at < n; at += AT_ONCE)
		disclose(q, t, j, entries + at, n - at < AT_ONCE ? n - at : AT_ONCE, (unsigned)(at / AT_ONCE));
}

/* With the first part the desk joins and is called; the others have what did not fit. */
static void disclose(struct toc_ask *q, const struct toc_threat *t, const struct toc_joining *j,
		     const struct toc_message *const *entries, size_t n, unsigned part)
{
	bool by_server = j->what == TOC_DISCLOSE_ALL;
	struct toc_draft *d = by_server ? toc_ask_server_draft(q, "M29.disclose", "disclosure", t->id)
					: toc_ask_draft(q, "M29.disclose");
	struct toc_value *decided = toc_decided(d), *body = toc_value_map(q->a), *to = toc_value_list(q->a);
	struct toc_uuid cause = by_server ? t->notice : q->id;
	d->eid = toc_derived_id("disclosure", cause, j->org, part);
	d->ref = cause;
	toc_unset(decided, "digest");
	toc_set_id(q->a, decided, "case", t->id);

	struct toc_value *message =
		by_server ? (struct toc_value *)(uintptr_t)d->message : envelope_like(q, d->eid);
	toc_set_id(q->a, message, "id", d->eid);
	toc_set_text(q->a, message, "sender_org", d->org);
	if (!by_server)
		toc_set_id(q->a, message, "sender_person", q->p->person);
	toc_set_cstr(q->a, body, "step", "disclose");
	toc_push_text(q->a, to, j->org);
	list_entries(q, d, body, entries, n);
	toc_set(q->a, body, "to", to);
	if (!by_server)
		toc_set_id(q->a, body, "decided_by", q->p->person);
	toc_set_cstr(q->a, body, "ground", j->ground);
	if (j->ground_text.n)
		toc_set_text(q->a, body, "ground_text", j->ground_text);
	toc_set_id(q->a, body, "triggered_by", cause);
	toc_set(q->a, message, "body", body);
	toc_mark_like(q, message, entries, n);
	d->message = message;

	if (part == 0)
		toc_join_desk(
			q, decided, t->id,
			&(struct toc_addressee){ .org = j->org, .role = j->role, .duty = j->duty, .why = j->why },
			state_before(t, j->org), TOC_DESK_SENT, true);
	else
		toc_set_bool(q->a, message, "ack_required", false);
	readers(q, d, to, entries, n);
}

/* ---- a disclosure that a member asks for by itself ---- */

/* One named entry: of this case, the sender's own, of a type that the sender could have sent. */
static const struct toc_message *named_entry(struct toc_ask *q, const struct toc_value *item)
{
	const struct toc_message *m = toc_find_message(q->w, toc_get_id(item, "ref"));
	const struct toc_action *action = m ? toc_action_find(toc_short_str(&m->k)) : NULL;

	if (!m || !toc_uuid_eq(m->threat, q->threat->id) || !action ||
	    !(action->flags & TOC_ACTION_RECEIPTS) || toc_str_is(toc_short_str(&m->k), "M29.disclose") ||
	    !toc_is_reader(m, q->p->org, q->roles)) {
		toc_refuse_unknown(q, "body.entries.ref");
		return NULL;
	}
	if (m->cancelled) {
		TOC_REFUSE(q, STATE, "body.entries.ref", "domain M25", "entries: it was recalled");
		return NULL;
	}
	if (!toc_short_is(&m->org, q->p->org) ||
	    !toc_may(action, q->roles, q->org->kinds, TOC_IF_OWN | TOC_IF_ADR | TOC_IF_ACCEPTED)) {
		TOC_REFUSE(q, NOT_PERMITTED, "body.entries.ref", "domain a.3.1",
			   "entries: who could have sent it discloses it; a desk redirects");
		return NULL;
	}
	return m;
}

/* Types into which no personal data belong ((e) 4). */
static bool is_impersonal(struct toc_str k)
{
	static const char *const types[] = { "M2.", "M3.", "M6.", "M20." };

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (k.n > strlen(types[i]) && memcmp(k.p, types[i], strlen(types[i])) == 0)
			return true;
	return false;
}

static int check_recipient(struct toc_ask *q, struct toc_str org, const struct toc_message *const *entries,
			   size_t n)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, org);
	bool ok = o && !o->suspended && (!q->exercise || toc_exercise_has(q->exercise, org)) && readers_at(q, o, entries, n);

	if (!ok)
		return TOC_REFUSE(q, NO_READER, "body.to", "domain a.3.1",
				  "to: nobody of \"%.*s\" may read this type of message here",
				  TOC_STR_ARGS(org));
	bool personal = false;
	for (size_t k = 0; k < n; k++)
		personal |= !is_impersonal(toc_short_str(&entries[k]->k));
	if (personal && toc_is_third_country(q->w, o, q->at) && !toc_get(q->body, "authorisation_ref"))
		return TOC_REFUSE(q, CONDITION, "body.authorisation_ref", "domain (e) 6",
				  "to: personal data to a third country need an authorisation");
	return 0;
}

/* What belongs to no incident is sealed with its organisation's year: a copy that is made in another year would outlive it. */
static bool is_of_another_year(const struct toc_ask *q, const struct toc_message *m)
{
	struct toc_str then = toc_time_str(q->a, m->at), now = toc_time_str(q->a, q->at);

	return !q->incident && !q->exercise && memcmp(then.p, now.p, 4) != 0;
}

/* One named entry of the incident, or of none: the sender's own, of a type that the sender may send; of a report, warning, decision, signal or
 * situation report also the hub's lead's to pass on. */
static const struct toc_message *named_of_incident(struct toc_ask *q, const struct toc_value *item, const struct toc_message *first)
{
	static const char *const hubs[] = { "M1.", "M2.", "M3.", "M6.", "M20." };
	const struct toc_message *m = toc_find_message(q->w, toc_get_id(item, "ref"));
	struct toc_str k = m ? toc_short_str(&m->k) : TOC_STR("");
	const struct toc_action *action = m ? toc_action_find(k) : NULL;
	bool may = m && toc_short_is(&m->org, q->p->org) && toc_may_ever(action, q->roles, q->org->kinds);

	struct toc_uuid of = q->incident ? q->incident->id : (struct toc_uuid){ { 0 } };

	if (!toc_knows(q, m) || !toc_uuid_eq(m->incident, of) || !toc_uuid_is_nil(m->threat) || !toc_uuid_is_nil(m->order) ||
	    !(action->flags & TOC_ACTION_RECEIPTS) || toc_str_is(k, "M29.disclose")) {
		toc_refuse_unknown(q, "body.entries.ref");
		return NULL;
	}
	for (size_t i = 0; !may && (q->roles & TOC_ROLE_IL) && (q->org->kinds & TOC_KIND_HUB) && i < sizeof hubs / sizeof *hubs; i++)
		may = k.n > strlen(hubs[i]) && memcmp(k.p, hubs[i], strlen(hubs[i])) == 0;
	if (!may) {
		TOC_REFUSE(q, NOT_PERMITTED, "body.entries.ref", "domain a.3.1",
			   "entries: who may send it discloses their own; what is the crisis's the hub's lead");
		return NULL;
	}
	if (m->cancelled) {
		TOC_REFUSE(q, STATE, "body.entries.ref", "domain M25", "entries: it was recalled");
		return NULL;
	}
	if (is_of_another_year(q, m)) {
		TOC_REFUSE(q, CONDITION, "body.entries.ref", "domain (e) 7", "entries: of an earlier year, and erased with it: send it anew");
		return NULL;
	}
	if (first && !toc_str_eq(toc_retention_of(toc_short_str(&first->k)), toc_retention_of(k))) {
		TOC_REFUSE(q, CONDITION, "body.entries.ref", "domain (e) 7", "entries: kept equally long, what is not goes apart");
		return NULL;
	}
	return m;
}

static int disclose_of_incident(struct toc_ask *q, const struct toc_message **entries)
{
	const struct toc_value *named = toc_get(q->body, "entries"), *to = toc_get(q->body, "to");
	size_t n = 0;

	for (; n < toc_len(named); n++)
		if (!(entries[n] = named_of_incident(q, toc_at(named, n), n ? entries[0] : NULL)))
			return -1;
	for (size_t i = 0; i < toc_len(to); i++)
		if (check_recipient(q, toc_text_of(toc_at(to, i)), entries, n) < 0)
			return -1;
	if (toc_check_passing_on(q, entries, n) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "M29.disclose");
	struct toc_uuid *ids = toc_arena_alloc(q->a, n * sizeof *ids);
	d->ref = entries[0]->eid;
	d->retention = toc_retention_of(toc_short_str(&entries[0]->k));
	for (size_t i = 0; i < n; i++)
		ids[i] = entries[i]->eid;
	d->discloses = ids;
	d->n_discloses = n;
	readers(q, d, to, entries, n);
	for (size_t i = 0; q->incident && i < n; i++)
		for (size_t k = 0; k < toc_len(to); k++)
			if (!toc_is_reader(entries[i], toc_text_of(toc_at(to, k)), TOC_ROLE_ALL))
				toc_owe_activation(q, toc_decided(d), entries[i], toc_text_of(toc_at(to, k)));
	return 0;
}

int toc_rule_disclose(struct toc_ask *q)
{
	const struct toc_value *named = toc_get(q->body, "entries"), *to = toc_get(q->body, "to");
	const struct toc_threat *t = q->threat;
	const struct toc_message **entries = toc_arena_alloc(q->a, (toc_len(named) + 1) * sizeof *entries);
	bool notice = false;
	size_t n = 0;

	if (toc_ask_may(q, TOC_IF_OWN | (q->desk ? TOC_IF_ADR : 0)) < 0)
		return -1;
	if (t && t->state == TOC_CASE_DRAFT)
		return TOC_REFUSE(q, STATE, "case_ref", "domain a.3.1",
				  "the case is DRAFT: a draft is never disclosed");
	if (!toc_uuid_eq(toc_get_id(q->body, "decided_by"), q->p->person))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.decided_by", "domain M29",
				  "decided_by: it is not the person who is signed in");
	if (toc_get(q->body, "triggered_by") && !toc_knows(q, toc_find_message(q->w, toc_get_id(q->body, "triggered_by"))))
		return toc_refuse_unknown(q, "body.triggered_by");
	if (!t)
		return disclose_of_incident(q, entries);
	for (size_t i = 0; i < toc_len(named); i++) {
		const struct toc_message *m = named_entry(q, toc_at(named, i));
		if (!m)
			return -1;
		entries[n++] = m;
		notice |= toc_uuid_eq(m->eid, t->notice);
	}
	if (n == 0 || toc_len(to) == 0)
		return TOC_REFUSE(q, MISSING_FIELD, n ? "body.to" : "body.entries", "domain M29",
				  "what is disclosed, and to whom");
	for (size_t i = 0; i < toc_len(to); i++)
		if (check_recipient(q, toc_text_of(toc_at(to, i)), entries, n) < 0)
			return -1;
	if (toc_check_passing_on(q, entries, n) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "M29.disclose");
	d->ref = t->notice;
	toc_set_id(q->a, toc_decided(d), "case", t->id);
	struct toc_uuid *ids = toc_arena_alloc(q->a, n * sizeof *ids);
	for (size_t i = 0; i < n; i++)
		ids[i] = entries[i]->eid;
	d->discloses = ids;
	d->n_discloses = n;
	for (size_t i = 0; i < toc_len(to) && notice && t->state == TOC_CASE_SENT; i++) {
		struct toc_str org = toc_text_of(toc_at(to, i));
		const struct toc_organisation *o = toc_find_organisation(q->w, org);
		if (!toc_asked(q->w, t, org) && (o->kinds & (TOC_KIND_LE | TOC_KIND_CA | TOC_KIND_HUB)))
			toc_join_desk(
				q, toc_decided(d), t->id,
				&(struct toc_addressee){ .org = org,
							 .role = TOC_DESK_ADDED,
							 .duty = t->duty,
							 .why = toc_arena_printf(q->a, "disclosed by %.*s",
										 TOC_STR_ARGS(q->p->org)) },
				state_before(t, org), TOC_DESK_SENT, true);
	}
	readers(q, d, to, entries, n);
	return 0;
}
