/* incident.c: a crisis report opens an incident (M1), and ties say what belongs together.
 *
 * A report goes to whom its sender names. Before it is sent, the sender is offered the open incidents that it
 * may be a duplicate of: of each the reference, the place and the time, nothing else; of a threat case
 * nothing. The sender may tie the report to what was offered; everybody else ties what they can read at both
 * ends. A tie changes nobody's audience and no sealing key, and can be undone: an incident that is a
 * duplicate of another is LINKED_DUPLICATE for as long as the tie holds. Source: rules b.1, M1, a.3.1. */
#include <string.h>

#include "domain/rule.h"

#define ALIKE_HOURS 12 /* two reports of one event are not further apart */

/* ---- what every rule about an incident asks ---- */

bool toc_is_affected(const struct toc_incident *i, const struct toc_organisation *o)
{
	if (!(o->kinds & (TOC_KIND_LE | TOC_KIND_CA)))
		return false;
	for (uint32_t k = 0; k < i->n_affected; k++)
		if (toc_short_is(&i->affected[k].org, toc_short_str(&o->established_in)))
			return true;
	return false;
}

unsigned toc_conditions_on(const struct toc_ask *q, const struct toc_incident *i)
{
	return (toc_is_affected(i, q->org) ? TOC_IF_AFF : 0) | (toc_is_party(i, q->p->org) ? TOC_IF_ADR : 0);
}

int toc_check_impersonal(struct toc_ask *q)
{
	if (toc_get_is(toc_get(q->m, "personal_data"), "level", "none"))
		return 0;
	return TOC_REFUSE(q, CONDITION, "personal_data.level", "domain (e) 4",
			  "personal_data: none belong into this type of message");
}

const struct toc_vocabulary *toc_vocabulary_at(const struct toc_world *w, toc_time at)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_vocabulary *v, *newest = NULL;

	while ((v = toc_world_next(w, TOC_OBJECT_vocabulary, &cursor)))
		if (v->from.us <= at.us && (!newest || v->version > newest->version))
			newest = v;
	return newest;
}

bool toc_has_word(const struct toc_word *words, uint32_t n, struct toc_str code)
{
	for (uint32_t i = 0; i < n; i++)
		if (toc_short_is(&words[i].code, code))
			return true;
	return false;
}

/* Every word of the vocabulary's list is answered once, and no other. */
int toc_check_words(struct toc_ask *q, const struct toc_value *list, const char *field,
		    const struct toc_word *words, uint32_t n)
{
	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_str code = toc_get_text(toc_at(list, i), "code");
		if (!toc_has_word(words, n, code))
			return TOC_REFUSE(q, BAD_VALUE, field, "Europol 2(t)",
					  "%s: \"%.*s\" is no word of the vocabulary", field,
					  TOC_STR_ARGS(code));
		for (size_t k = 0; k < i; k++)
			if (toc_str_eq(toc_get_text(toc_at(list, k), "code"), code))
				return TOC_REFUSE(q, BAD_VALUE, field, "Europol 2(t)",
						  "%s: \"%.*s\" is answered twice", field,
						  TOC_STR_ARGS(code));
	}
	if (toc_len(list) < n)
		return TOC_REFUSE(q, CONDITION, field, "Europol 2(t)",
				  "%s: %zu of %u are answered; \"unknown\" is an answer", field,
				  toc_len(list), n);
	return 0;
}

int toc_check_criteria(struct toc_ask *q, const struct toc_value *list, const char *field)
{
	const struct toc_vocabulary *v = toc_vocabulary_at(q->w, q->at);

	if (!v)
		return TOC_REFUSE(q, CONDITION, field, "domain (j) 1",
				  "no vocabulary of criteria is in force");
	return toc_check_words(q, list, field, v->criteria, v->n_criteria);
}

void toc_effect_criteria(struct toc_ask *q, struct toc_value *decided, const struct toc_value *list)
{
	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_value *answered = toc_value_map(q->a);
		toc_set_text(q->a, answered, "code", toc_get_text(toc_at(list, i), "code"));
		toc_set_text(q->a, answered, "answer", toc_get_text(toc_at(list, i), "answer"));
		toc_effect(q->a, decided, "criteria", answered);
	}
}

void toc_effect_incident_state(struct toc_ask *q, struct toc_value *decided, struct toc_uuid incident,
			       uint32_t from, uint32_t to)
{
	struct toc_value *step = toc_value_map(q->a);

	toc_set_id(q->a, step, "incident", incident);
	toc_set_cstr(q->a, step, "from", toc_incident_state_name(from));
	toc_set_cstr(q->a, step, "to", toc_incident_state_name(to));
	toc_effect(q->a, decided, "incident_state", step);
}

int toc_take_incident_step(struct toc_ask *q, const char *what, uint32_t *ret_to)
{
	enum toc_incident_state to;

	if (!toc_incident_step(toc_str_of(what), q->incident->state, &to))
		return TOC_REFUSE(q, STATE, "body", "domain b.1", "%s does not follow: the incident is %s",
				  what, toc_incident_state_name(q->incident->state));
	*ret_to = to;
	return 0;
}

/* ---- duplicates that are offered ---- */

static bool is_open(const struct toc_incident *i)
{
	enum toc_incident_state to;

	return toc_incident_step(TOC_STR("duplicate_of"), i->state, &to);
}

/* Could the report be about this incident: an open one, in the same state as far as it is said, at about the
 * same time? */
static bool is_alike(const struct toc_ask *q, const struct toc_incident *i)
{
	struct toc_str cc = toc_get_text(toc_get(q->body, "event_place"), "cc");
	toc_time from = toc_get_time(toc_get(q->body, "event_time"), "from", TOC_TIME_NEVER);
	int64_t apart = toc_between(i->event_from, from).us;

	return i->mode == q->mode && toc_uuid_eq(i->exercise, q->exercise_id) && is_open(i) &&
	       (!cc.n || !i->cc.n || toc_short_is(&i->cc, cc)) && apart <= TOC_HOURS(ALIKE_HOURS).us &&
	       apart >= -TOC_HOURS(ALIKE_HOURS).us;
}

static int by_opening(const struct toc_incident *a, const struct toc_incident *b)
{
	return a->opened.us != b->opened.us ? (a->opened.us < b->opened.us ? -1 : 1)
					    : toc_uuid_cmp(a->id, b->id);
}

struct toc_value *toc_offered_duplicates(struct toc_ask *q)
{
	enum { MOST = 20 };
	const struct toc_incident *alike[MOST], *i;
	struct toc_world_cursor cursor = { 0 };
	struct toc_value *list = toc_value_list(q->a);
	size_t n = 0;

	while ((i = toc_world_next(q->w, TOC_OBJECT_incident, &cursor))) {
		if (!is_alike(q, i))
			continue;
		size_t at = n < MOST ? n++ : MOST; /* newest first; the oldest fall off */
		for (; at > 0 && by_opening(alike[at - 1], i) < 0; at--)
			if (at < MOST)
				alike[at] = alike[at - 1];
		if (at < MOST)
			alike[at] = i;
	}
	for (size_t k = 0; k < n; k++) {
		struct toc_value *v = toc_value_map(q->a), *place = toc_value_map(q->a);
		toc_set_id(q->a, v, "incident", alike[k]->id);
		toc_set_time(q->a, v, "event_time", alike[k]->event_from);
		if (alike[k]->cc.n)
			toc_set_text(q->a, place, "cc", toc_short_str(&alike[k]->cc));
		if (alike[k]->locality.n)
			toc_set_text(q->a, place, "locality", toc_text_str(&alike[k]->locality));
		toc_set(q->a, v, "event_place", place);
		toc_push(q->a, list, v);
	}
	return list;
}

/* ---- ties ---- */

/* One end of a tie, as the sender may see it: the incident of this message, another incident, or a case. */
struct end {
	struct toc_uuid id;                  /* nil: not to be seen */
	const struct toc_incident *incident; /* NULL for the one that this message opens */
	const struct toc_threat *threat;
};

static bool same_realm(const struct toc_ask *q, uint32_t mode, struct toc_uuid exercise)
{
	return mode == q->mode && toc_uuid_eq(exercise, q->exercise_id);
}

static struct end end_of(struct toc_ask *q, struct toc_str text, struct toc_uuid own)
{
	struct toc_uuid id = text.n ? toc_id_of(text) : own;
	const struct toc_message *m = toc_find_message(q->w, id);
	struct end e = { .id = id };

	if (toc_uuid_eq(id, own)) {
		e.incident = q->incident;
		return e;
	}
	if (m && toc_str_is(toc_short_str(&m->k), "M1.report"))
		e.id = id = m->incident; /* a report is tied by its incident */
	e.incident = toc_find_incident(q->w, id);
	if (e.incident && same_realm(q, e.incident->mode, e.incident->exercise) &&
	    (toc_is_party(e.incident, q->p->org) || (!q->incident && is_alike(q, e.incident))))
		return e;
	e.incident = NULL;
	e.threat = toc_find_threat(q->w, id);
	m = e.threat ? toc_find_message(q->w, e.threat->notice) : NULL;
	if (m && same_realm(q, m->mode, m->exercise) && toc_is_reader(m, q->p->org, q->roles))
		return e;
	return (struct end){ .id = { { 0 } } };
}

static bool is_tied(const struct toc_ref *list, uint32_t n, struct toc_uuid id)
{
	for (uint32_t i = 0; i < n; i++)
		if (toc_uuid_eq(list[i].id, id))
			return true;
	return false;
}

static int duplicate(struct toc_ask *q, struct toc_value *decided, struct end from, struct end to, bool undo)
{
	enum toc_incident_state state = from.incident ? from.incident->state : TOC_INCIDENT_REPORTED, next;

	if (from.threat || to.threat || !to.incident)
		return TOC_REFUSE(q, BAD_VALUE, "body.links.kind", "domain b.1",
				  "duplicate_of: an incident is a duplicate of another; cases the server "
				  "ties by what they are about");
	if (undo) {
		if (!from.incident || !toc_uuid_eq(from.incident->duplicate_of, to.id))
			return TOC_REFUSE(q, CONDITION, "body.links", "domain b.1",
					  "links: there is no such tie");
		toc_return(q, decided, from.incident);
		return 0;
	}
	if (toc_uuid_eq(from.id, to.id))
		return TOC_REFUSE(q, BAD_VALUE, "body.links", "domain b.1",
				  "links: an incident is no duplicate of itself");
	if (!is_open(to.incident) || !toc_incident_step(TOC_STR("duplicate_of"), state, &next))
		return TOC_REFUSE(q, STATE, "body.links", "domain b.1", "links: one end is %s",
				  toc_incident_state_name(is_open(to.incident) ? state : to.incident->state));
	if (from.incident && from.incident->n_duplicates)
		return TOC_REFUSE(q, STATE, "body.links", "domain b.1",
				  "links: others are duplicates of it: it is the one that stays");
	toc_effect_incident_state(q, decided, from.id, state, next);
	if (from.incident)
		toc_rest_timers(q, decided, from.incident);
	return 0;
}

static int belongs(struct toc_ask *q, struct end from, struct end to, bool undo)
{
	const struct toc_incident *i = to.incident;

	if (!from.threat || to.threat)
		return TOC_REFUSE(q, BAD_VALUE, "body.links.kind", "domain b.1",
				  "belongs_to: a threat case belongs to an incident");
	if (undo != (i && is_tied(i->cases, i->n_cases, from.id)))
		return TOC_REFUSE(q, CONDITION, "body.links", "domain b.1",
				  undo ? "links: there is no such tie" : "links: it is tied already");
	return 0;
}

/* Who may read both ends of a tie: of those who know of the incident, everybody who knows of the other one, of a
 * case its desks and its provider. */
static void reader_of_tie(struct toc_ask *q, struct toc_draft *d, struct toc_str org, const struct end *ends,
			  size_t n)
{
	unsigned conditions = TOC_IF_PTY | TOC_IF_ADR;

	for (size_t e = 0; e < n; e++) {
		if (ends[e].incident && !toc_is_party(ends[e].incident, org))
			return;
		if (!ends[e].threat)
			continue;
		bool notifier = toc_short_is(&ends[e].threat->notifier, org);
		if (!notifier && !toc_asked(q->w, ends[e].threat, org))
			return;
		conditions = (conditions & ~(unsigned)TOC_IF_PTY) | (notifier ? TOC_IF_OWN : 0);
	}
	(void)toc_reader_add(q, d, org, conditions);
}

struct tied { /* the links of a message that are said in one entry */
	struct toc_value *links, *ties;
	struct end *ends;
	size_t n;
};

static struct tied tied_new(struct toc_ask *q, size_t n)
{
	return (struct tied){ toc_value_list(q->a), toc_value_list(q->a),
			      toc_arena_alloc(q->a, 2 * (n + 1) * sizeof(struct end)), 0 };
}

static void tied_add(struct toc_ask *q, struct tied *t, const struct toc_value *link, struct end from,
		     struct end to)
{
	struct toc_value *tie = toc_value_map(q->a);

	t->ends[t->n++] = from;
	t->ends[t->n++] = to;
	toc_set_id(q->a, tie, "ref", from.id);
	toc_set(q->a, tie, "kind", toc_get(link, "kind"));
	toc_set_id(q->a, tie, "to", to.id);
	toc_push(q->a, t->ties, tie);
	toc_push(q->a, t->links, toc_value_copy(q->a, link));
}

/* A tie to a threat case is told to nobody who may not read the case: what a report or decision says of one stands
 * in an entry of its own, by the server, for those who may read both ends. */
static void tell_apart(struct toc_ask *q, struct toc_draft *d, const struct tied *rest, const struct tied *apart,
		       struct toc_uuid own)
{
	struct toc_value *message = (struct toc_value *)(uintptr_t)d->message, /* ours: made in toc_ask_draft */
		*body = toc_value_map(q->a);
	const struct toc_value *told = toc_get(d->decided, "readers");

	for (uint32_t i = 0; i < q->body->n; i++)
		if (!toc_str_is(q->body->members[i].name, "links"))
			toc_set_str(q->a, body, q->body->members[i].name, q->body->members[i].value);
	if (toc_len(rest->links))
		toc_set(q->a, body, "links", rest->links);
	toc_set(q->a, message, "body", body);

	struct toc_draft *link = toc_ask_server_draft(q, "M1.link", "tie", q->id);
	message = (struct toc_value *)(uintptr_t)link->message;
	link->ref = q->id;
	link->incident = own;
	link->subject = toc_incident_subject(q->a, own);
	toc_set_id(q->a, message, "incident_ref", own);
	for (size_t i = 0; i < toc_len(apart->links); i++) { /* whose message it was is not the one it stands in */
		struct toc_value *said = toc_at(apart->links, i), *tie = toc_at(apart->ties, i);
		toc_set(q->a, said, "ref", toc_get(tie, "ref"));
		toc_set(q->a, said, "to", toc_get(tie, "to"));
	}
	toc_set(q->a, toc_get(message, "body"), "links", apart->links);
	toc_set(q->a, toc_decided(link), "ties", apart->ties);
	toc_set(q->a, toc_decided(link), "readers", toc_value_list(q->a));
	for (uint32_t k = 0; q->incident && k < q->incident->n_parties; k++)
		reader_of_tie(q, link, toc_short_str(&q->incident->parties[k].org), apart->ends, apart->n);
	for (size_t k = 0; k < toc_len(told); k++)
		reader_of_tie(q, link, toc_get_text(toc_at(told, k), "org"), apart->ends, apart->n);
}

/* Each link is checked against the state as it is: two of one message that are about the same incident or
 * case would both pass where the second does not follow from the first. */
static int check_apart(struct toc_ask *q, const struct end *said, size_t n, struct end from,
		       struct end to)
{
	for (size_t i = 0; i < n; i += 2) {
		bool chain = !from.threat && !said[i].threat &&
			     (toc_uuid_eq(from.id, said[i + 1].id) || toc_uuid_eq(to.id, said[i].id));
		if (chain || toc_uuid_eq(from.id, said[i].id))
			return TOC_REFUSE(q, BAD_VALUE, "body.links", "domain b.1",
					  "links: two of them are about the same one: a message each");
	}
	return 0;
}

int toc_take_links(struct toc_ask *q, struct toc_draft *d, struct toc_uuid own)
{
	const struct toc_value *links = toc_get(q->body, "links");
	bool undo = toc_str_is(d->k, "M1.unlink"), itself = undo || toc_str_is(d->k, "M1.link");
	struct tied here = tied_new(q, toc_len(links)), apart = tied_new(q, toc_len(links));
	struct end *said = toc_arena_alloc(q->a, 2 * (toc_len(links) + 1) * sizeof *said);

	for (size_t i = 0; i < toc_len(links); i++) {
		const struct toc_value *link = toc_at(links, i);
		struct toc_str kind = toc_get_text(link, "kind");
		struct end from = end_of(q, toc_get_text(link, "ref"), own),
			   to = end_of(q, toc_get_text(link, "to"), own);
		if (toc_uuid_is_nil(from.id) || toc_uuid_is_nil(to.id))
			return toc_refuse_unknown(q, toc_uuid_is_nil(from.id) ? "body.links.ref"
									      : "body.links.to");
		if (!toc_uuid_eq(from.id, own) && !toc_uuid_eq(to.id, own))
			return TOC_REFUSE(q, BAD_VALUE, "body.links", "domain b.1",
					  "links: one end is the incident of this message");
		said[2 * i] = from;
		said[2 * i + 1] = to;
		if (check_apart(q, said, 2 * i, from, to) < 0 ||
		    (toc_str_is(kind, "duplicate_of") && duplicate(q, toc_decided(d), from, to, undo) < 0) ||
		    (toc_str_is(kind, "belongs_to") && belongs(q, from, to, undo) < 0))
			return -1;
		tied_add(q, !itself && (from.threat || to.threat) ? &apart : &here, link, from, to);
	}
	if (here.n)
		toc_set(q->a, toc_decided(d), undo ? "untied" : "ties", here.ties);
	if (itself) {
		toc_set(q->a, toc_decided(d), "readers", toc_value_list(q->a));
		for (uint32_t k = 0; k < q->incident->n_parties; k++)
			reader_of_tie(q, d, toc_short_str(&q->incident->parties[k].org), here.ends, here.n);
	} else if (apart.n) {
		tell_apart(q, d, &here, &apart, own);
	}
	return 0;
}

static int link_or_unlink(struct toc_ask *q)
{
	if (toc_ask_may(q, toc_conditions_on(q, q->incident)) < 0)
		return -1;
	return toc_take_links(q, toc_ask_draft(q, q->action->k), q->incident->id);
}

int toc_rule_link(struct toc_ask *q)
{
	return link_or_unlink(q);
}

int toc_rule_unlink(struct toc_ask *q)
{
	return link_or_unlink(q);
}

/* ---- reports ---- */

/* To whom the sender sends it: each must have somebody who may read it. */
static int send_to_audience(struct toc_ask *q, struct toc_draft *d)
{
	const struct toc_value *audience = toc_get(q->m, "audience");
	bool personal = !toc_get_is(toc_get(q->m, "personal_data"), "level", "none");
	size_t others = 0;

	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	for (size_t i = 0; i < toc_len(audience); i++) {
		struct toc_str org = toc_text_of(toc_at(audience, i));
		const struct toc_organisation *o = toc_find_organisation(q->w, org);
		if (toc_str_eq(org, q->p->org))
			continue;
		if (!toc_reader_add(q, d, org, TOC_IF_ADR))
			return TOC_REFUSE(q, NO_READER, "audience", "domain a.3.1",
					  "audience: nobody of \"%.*s\" may read this type of message here",
					  TOC_STR_ARGS(org));
		if (personal && toc_is_third_country(q->w, o, q->at))
			return TOC_REFUSE(q, CONDITION, "audience", "domain (e) 6",
					  "audience: personal data to \"%.*s\", in a third country, need an "
					  "authorisation",
					  TOC_STR_ARGS(org));
		others++;
	}
	if (others == 0)
		return TOC_REFUSE(q, NO_READER, "audience", "domain M1",
				  "audience: name at least one other organisation");
	return 0;
}

int toc_rule_report(struct toc_ask *q)
{
	const struct toc_value *time = toc_get(q->body, "event_time"),
			       *place = toc_get(q->body, "event_place"),
			       *services = toc_get(q->body, "services_seen");
	struct toc_uuid id = toc_uuid_named("incident", toc_uuid_str(q->a, q->id));

	if (toc_ask_may(q, 0) < 0)
		return -1;
	if (toc_get(q->m, "incident_ref"))
		return TOC_REFUSE(q, BAD_VALUE, "incident_ref", "domain b.1",
				  "incident_ref: a report opens an incident; tie it to another by links");
	if (toc_ask_not_ahead(q, time, "from", "body.event_time.from") < 0)
		return -1;
	for (size_t i = 0; i < toc_len(services); i++)
		if ((toc_get(toc_at(services, i), "org") &&
		     toc_check_member(q, toc_get_text(toc_at(services, i), "org"), 0, "body.services_seen.org") < 0) ||
		    toc_ask_not_ahead(q, toc_at(services, i), "first_seen", "body.services_seen.first_seen") < 0)
			return -1;
	if (toc_check_criteria(q, toc_get(q->body, "criteria"), "body.criteria") < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "M1.report");
	struct toc_value *decided = toc_decided(d), *reported = toc_value_map(q->a),
			 *affected = toc_value_list(q->a);
	d->incident = id;
	d->subject = toc_incident_subject(q->a, id);
	toc_engage(q, d);
	toc_set_text(q->a, reported, "by", q->p->org);
	toc_set(q->a, reported, "event_time", toc_get(time, "from"));
	if (place) {
		toc_set(q->a, reported, "cc", toc_get(place, "cc"));
		toc_set(q->a, reported, "locality", toc_get(place, "locality"));
		toc_push_text(q->a, affected, toc_get_text(place, "cc"));
	}
	toc_set(q->a, decided, "reported", reported);
	toc_set(q->a, decided, "affected", affected);
	toc_effect_incident_state(q, decided, id, TOC_INCIDENT_NONE, TOC_INCIDENT_REPORTED);
	toc_effect_criteria(q, decided, toc_get(q->body, "criteria"));
	if (send_to_audience(q, d) < 0)
		return -1;
	if (q->looking)
		toc_set(q->a, decided, "duplicates", toc_offered_duplicates(q));
	return toc_take_links(q, d, id);
}

/* Another centre has the same: who has the case, and reads the reference, is shown that they belong together. The
 * sender does not learn that there is a case, neither now nor when asking before sending. */
static void show_at_cases(struct toc_ask *q, const struct toc_draft *reference)
{
	const struct toc_value *readers = toc_get(reference->decided, "readers");
	const struct toc_threat **like;
	size_t n = q->looking ? 0 : toc_like_cases(q, NULL, &like);

	for (size_t i = 0; i < n; i++) {
		struct toc_draft *d = toc_ask_server_draft(q, "M1.link", "reference", toc_derived_id("at", q->id, TOC_STR(""), (int64_t)i));
		struct toc_value *message = (struct toc_value *)(uintptr_t)d->message, *said = toc_value_map(q->a);
		d->case_ref = like[i]->id;
		d->subject = toc_case_subject(q->a, like[i]->id);
		d->ref = q->id;
		toc_set_id(q->a, message, "id", d->eid);
		toc_set_id(q->a, message, "case_ref", like[i]->id);
		toc_set_id(q->a, said, "ref", q->id);
		toc_set_cstr(q->a, said, "kind", "also_reported");
		toc_set_id(q->a, said, "to", like[i]->id);
		toc_effect(q->a, toc_get(message, "body"), "links", said);
		toc_set(q->a, toc_decided(d), "readers", toc_value_list(q->a));
		for (uint32_t k = 0; k < like[i]->n_desks; k++)
			for (size_t j = 0; j < toc_len(readers); j++)
				if (toc_short_is(&like[i]->desks[k].org, toc_get_text(toc_at(readers, j), "org")) &&
				    toc_asked(q->w, like[i], toc_short_str(&like[i]->desks[k].org)))
					(void)toc_reader_add(q, d, toc_short_str(&like[i]->desks[k].org), TOC_IF_ADR);
	}
}

/* Left out, or a case, report or incident that the sender knows. */
static bool is_end(struct toc_ask *q, const struct toc_value *link, const char *member)
{
	struct toc_uuid none = { { 0 } };

	return !toc_get(link, member) || !toc_uuid_is_nil(end_of(q, toc_get_text(link, member), none).id);
}

/* "We hold a report on this, too": opens nothing, alarms nobody, carries no content. */
int toc_rule_reference(struct toc_ask *q)
{
	const struct toc_value *links = toc_get(q->body, "links");

	if (toc_ask_may(q, 0) < 0)
		return -1;
	if (!toc_len(links) && !toc_len(toc_get(q->m, "also_reported_to")))
		return TOC_REFUSE(q, MISSING_FIELD, "also_reported_to", "domain M1",
				  "also_reported_to: the number that it has with you");
	for (size_t i = 0; i < toc_len(links); i++) {
		if (!toc_get_is(toc_at(links, i), "kind", "also_reported"))
			return TOC_REFUSE(q, BAD_VALUE, "body.links.kind", "domain M1",
					  "a reference ties nothing: \"also_reported\"");
		if (!is_end(q, toc_at(links, i), "ref"))
			return toc_refuse_unknown(q, "body.links.ref");
		if (!is_end(q, toc_at(links, i), "to"))
			return toc_refuse_unknown(q, "body.links.to");
	}
	struct toc_draft *d = toc_ask_draft(q, "M1.reference");
	if (q->incident && toc_len(toc_get(q->m, "audience")) == 0) {
		toc_tell(q, d, TOC_TO_KNOWING, TOC_IF_ADR);
	} else if (send_to_audience(q, d) < 0) {
		return -1;
	}
	struct toc_draft reference = *d; /* drafts move as more are added */
	show_at_cases(q, &reference);
	return 0;
}
