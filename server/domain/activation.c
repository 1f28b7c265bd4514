/* activation.c: what follows when a decision takes effect, and what its timers do.
 *
 *   T19  human acknowledgement of an activation, per organisation that was told: 15 minutes at a staffed desk,
 *        30 at a micro or small provider that is not there round the clock. None is owed by those who
 *        proposed or confirmed it, nor by a policy body. An e-mail that nobody has read moves on to the next
 *        contact after 15 minutes; the end of the time calls the next one, and so on every 15 minutes to
 *        the end of the chain
 *   T21  review: the leads of hub and affected states are told that it is due
 *   T23  the fast path was not confirmed: the activation is undone, and everybody is told
 *   T24  objections to closing have been heard: it can be confirmed
 *
 * Source: rules b.1, (d). */
#include "domain/rule.h"

#define SMALL_MINUTES 30 /* T19 has 15 minutes in the table */
#define NEXT_MINUTES 15

/* ---- proposals ---- */

void toc_end_proposal(struct toc_ask *q, struct toc_value *decided, struct toc_uuid id, uint32_t state)
{
	struct toc_value *ended = toc_value_map(q->a);

	toc_set_id(q->a, ended, "ref", id);
	toc_set_cstr(q->a, ended, "how", toc_proposal_state_name(state));
	toc_effect(q->a, decided, "proposals_ended", ended);
}

/* What was proposed and does not follow any more from the state that the incident comes to. */
static void overtake(struct toc_ask *q, struct toc_value *decided, uint32_t to, struct toc_uuid but)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_proposal *p, *overtaken = NULL;
	enum toc_incident_state next;

	/* one at most for each decision; in the order of their ids, the same on every node */
	struct toc_uuid after = { { 0 } };
	do {
		overtaken = NULL;
		cursor = (struct toc_world_cursor){ 0 };
		while ((p = toc_world_next(q->w, TOC_OBJECT_proposal, &cursor)))
			if (toc_uuid_eq(p->incident, q->incident->id) && p->state == TOC_PROPOSAL_OPEN &&
			    !p->fast && !toc_uuid_eq(p->id, but) && toc_uuid_cmp(after, p->id) < 0 &&
			    !toc_incident_step(toc_short_str(&p->decision), to, &next) &&
			    (!overtaken || toc_uuid_cmp(p->id, overtaken->id) < 0))
				overtaken = p;
		if (overtaken)
			toc_end_proposal(q, decided, after = overtaken->id, TOC_PROPOSAL_OVERTAKEN);
	} while (overtaken);
}

/* ---- timers of an incident ---- */

static int by_id(const struct toc_timer *a, const struct toc_timer *b)
{
	return toc_uuid_cmp(a->id, b->id);
}

/* Those of its course. What runs on something else goes on: signals expire, recalls are confirmed, the law's terms
 * end when they end, whatever becomes of the incident. */
static bool ends_with_incident(const struct toc_timer *t)
{
	static const char *const own[] = { "T19", "T20", "T21", "T22", "T23", "T24", "T25" };

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (toc_short_is(&t->name, toc_str_of(own[i])))
			return true;
	return false;
}

static void stop_all(struct toc_ask *q, struct toc_value *decided, const struct toc_incident *i,
		     bool but_promised)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_timer *t, **list = NULL;
	size_t n = 0, room = 0;

	while ((t = toc_world_next(q->w, TOC_OBJECT_timer, &cursor))) {
		if (!toc_uuid_eq(t->incident, i->id) || !ends_with_incident(t))
			continue;
		if (but_promised &&
		    (toc_short_is(&t->name, TOC_STR("T19")) || toc_short_is(&t->name, TOC_STR("T23"))))
			continue;
		if (n == room) {
			const struct toc_timer **more =
				toc_arena_alloc(q->a, (room = room ? 2 * room : 16) * sizeof *more);
			for (size_t k = 0; k < n; k++)
				more[k] = list[k];
			list = more;
		}
		size_t at = n++; /* the same order on every node */
		for (; at > 0 && by_id(t, list[at - 1]) < 0; at--)
			list[at] = list[at - 1];
		list[at] = t;
	}
	for (size_t k = 0; k < n; k++)
		toc_stop(q, decided, list[k]);
}

/* What everybody was told runs on, for most never hear of the tie: who owes an acknowledgement, and the hour
 * for confirming, which would else be lengthened by tying and untying. */
void toc_rest_timers(struct toc_ask *q, struct toc_value *decided, const struct toc_incident *i)
{
	stop_all(q, decided, i, true);
}

static void start_review(struct toc_ask *q, struct toc_value *decided, struct toc_uuid incident, toc_time at)
{
	if (at.us != TOC_TIME_NEVER.us)
		toc_start_until(q, decided, "T21", incident, TOC_STR(""), q->at, at);
}

const struct toc_proposal *toc_unconfirmed(const struct toc_ask *q, struct toc_uuid incident)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_proposal *p;

	while ((p = toc_world_next(q->w, TOC_OBJECT_proposal, &cursor)))
		if (p->fast && p->state == TOC_PROPOSAL_OPEN && toc_uuid_eq(p->incident, incident))
			return p;
	return NULL;
}

/* What an undone activation leaves: what was opened again is closed as it was before, its debrief where it had come to. */
static uint32_t undone(const struct toc_ask *q, const struct toc_incident *i, uint32_t from)
{
	const struct toc_proposal *p = toc_find_proposal(q->w, i->activation);
	enum toc_incident_state to = (enum toc_incident_state)from;

	if (toc_incident_step(TOC_STR("M3.revert"), from, &to) && p && toc_short_is(&p->decision, TOC_STR("reopen")))
		to = toc_is_debriefed(q) ? TOC_INCIDENT_DEBRIEF : TOC_INCIDENT_CLOSED;
	return to;
}

/* An activation that was undone while its incident was tied away does not come back with it. */
static uint32_t state_before(const struct toc_ask *q, const struct toc_incident *i)
{
	const struct toc_proposal *p = toc_find_proposal(q->w, i->activation);

	return p && p->fast && p->state == TOC_PROPOSAL_REVERTED ? undone(q, i, i->before) : i->before;
}

void toc_return(struct toc_ask *q, struct toc_value *decided, const struct toc_incident *i)
{
	uint32_t to = state_before(q, i);

	toc_effect_incident_state(q, decided, i->id, i->state, to);
	if (to == TOC_INCIDENT_ACTIVE || to == TOC_INCIDENT_WINDING_DOWN)
		start_review(q, decided, i->id, i->review_at);
	if (q->incident == i)
		toc_start_reports(q, decided, to);
	if (q->incident == i && (to == TOC_INCIDENT_CLOSED || to == TOC_INCIDENT_DEBRIEF))
		toc_resume_debrief(q, decided);
	if (to == TOC_INCIDENT_EARLY_WARNING)
		toc_start_until(q, decided, "T20", i->id, TOC_STR(""), q->at, i->warned_until);
}

/* ---- who has to acknowledge an activation ---- */

bool toc_is_small(const struct toc_organisation *o, const struct toc_point *p)
{
	return (o->kinds & TOC_KIND_HSP) &&
	       (toc_short_is(&o->size, TOC_STR("micro")) || toc_short_is(&o->size, TOC_STR("small"))) &&
	       !(p && toc_short_is(&p->hours, TOC_STR("24/7")));
}

static void owe(struct toc_ask *q, struct toc_value *decided, struct toc_str org)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, org);
	struct toc_reached reach = toc_reached(q->w, q->a, org, TOC_FOR_CRISIS, q->now);
	toc_time first = toc_after(q->at, TOC_MINUTES(NEXT_MINUTES));
	toc_time deadline = toc_is_small(o, reach.point) ? toc_after(q->at, TOC_MINUTES(SMALL_MINUTES))
					: toc_timer_end_now(q->w, TOC_STR("T19"), q->at);
	bool by_mail = reach.n && toc_contact_channels(reach.point, reach.order[0]) & 1u << TOC_CHANNEL_MAIL;

	toc_start_timer(q, decided, "T19", q->incident->id, org, q->at, by_mail ? first : deadline, deadline);
	toc_page_contact(q, decided, org, TOC_FOR_CRISIS, 0);
}

void toc_owe_activation(struct toc_ask *q, struct toc_value *decided, const struct toc_message *m, struct toc_str org)
{
	const struct toc_incident *i = q->incident;
	const struct toc_organisation *o = toc_find_organisation(q->w, org);

	if (toc_uuid_eq(m->eid, i->activation) && i->state == TOC_INCIDENT_ACTIVE && o && !(o->kinds & TOC_KIND_POL) &&
	    !toc_running(q->w, "T19", i->id, org))
		owe(q, decided, org);
}

static void everybody_owes(struct toc_ask *q, struct toc_draft *d, const struct toc_effective *e)
{
	const struct toc_value *readers = toc_get(d->decided, "readers");

	for (size_t i = 0; i < toc_len(readers); i++) {
		struct toc_str org = toc_get_text(toc_at(readers, i), "org");
		const struct toc_organisation *o = toc_find_organisation(q->w, org);
		bool again = false;
		for (size_t k = 0; k < i && !again; k++) /* whole and without personal data */
			again = toc_str_eq(toc_get_text(toc_at(readers, k), "org"), org);
		if (!again && !(o->kinds & TOC_KIND_POL) && !toc_str_eq(org, e->proposer.org) &&
		    !toc_str_eq(org, e->confirmer.org))
			owe(q, toc_decided(d), org);
	}
}

/* ---- taking effect ---- */

static struct toc_value *decider(struct toc_ask *q, struct toc_decider who)
{
	struct toc_value *v = who.org.n ? toc_value_map(q->a) : NULL;

	if (v) {
		toc_set_text(q->a, v, "org", who.org);
		toc_set_id(q->a, v, "person", who.person);
	}
	return v;
}

static void affect(struct toc_ask *q, struct toc_value *decided, const struct toc_value *states)
{
	struct toc_value *affected = toc_value_list(q->a);

	for (uint32_t i = 0; i < q->incident->n_affected; i++)
		toc_push_text(q->a, affected, toc_short_str(&q->incident->affected[i].org));
	for (size_t i = 0; i < toc_len(states); i++)
		if (!toc_list_has(affected, toc_text_of(toc_at(states, i))))
			toc_push_text(q->a, affected, toc_text_of(toc_at(states, i)));
	if (toc_len(affected) > q->incident->n_affected)
		toc_set(q->a, decided, "affected", affected);
}

static void activate(struct toc_ask *q, struct toc_draft *d, const struct toc_effective *e)
{
	struct toc_value *decided = toc_decided(d), *activated = toc_value_map(q->a);

	toc_set_text(q->a, activated, "activation_type", e->activation_type);
	toc_set_int(q->a, activated, "vocabulary_version", e->vocabulary);
	if (e->fast)
		toc_set_bool(q->a, activated, "fast", true);
	toc_set(q->a, decided, "activated", activated);
	toc_stop_timer_of(q, decided, "T20", q->incident->id, TOC_STR(""));
	if (e->fast)
		toc_start(q, decided, "T23", q->incident->id, TOC_STR(""), q->at);
	everybody_owes(q, d, e);
}

void toc_take_effect(struct toc_ask *q, struct toc_draft *d, const struct toc_effective *e, uint32_t to)
{
	const struct toc_incident *i = q->incident;
	struct toc_value *decided = toc_decided(d), *by = toc_value_list(q->a),
			 *decision = toc_value_map(q->a);
	bool activates = toc_str_is(e->decision, "activate") || toc_str_is(e->decision, "reopen"),
	     refuses = toc_str_is(e->decision, "not_activate");

	toc_push(q->a, by, decider(q, e->proposer));
	toc_push(q->a, by, decider(q, e->confirmer));
	toc_set_text(q->a, decision, "decision", e->decision);
	toc_set(q->a, decision, "by", by);
	toc_set_time(q->a, decision, "review_at", e->review_at);
	toc_set(q->a, decided, "decision", decision);
	if (to != i->state)
		toc_effect_incident_state(q, decided, i->id, i->state, to);
	affect(q, decided, e->states);
	toc_take_mechanisms(q, decided);
	overtake(q, decided, to, d->ref);
	/* who was told something before is told that there will be nothing; an activation is everybody's
	 * business */
	toc_tell(q, d, refuses ? TOC_TO_KNOWING : TOC_TO_EVERYBODY, TOC_IF_ADR);
	if (toc_str_is(e->decision, "close") || refuses)
		stop_all(q, decided, i, false);
	if (activates)
		activate(q, d, e);
	start_review(q, decided, i->id, e->review_at);
	if (activates || toc_str_is(e->decision, "wind_down"))
		toc_start_reports(q, decided, to);
	if (toc_str_is(e->decision, "wind_down") || toc_str_is(e->decision, "close"))
		toc_say_closing(q, d);
	if (toc_str_is(e->decision, "close"))
		toc_start_debrief(q, decided);
	else if (toc_str_is(e->decision, "reopen"))
		toc_stop_timer_of(q, decided, "T25", i->id, TOC_STR(""));
}

void toc_confirm_fast_path(struct toc_ask *q, struct toc_draft *d, const struct toc_proposal *p)
{
	struct toc_value *decided = toc_decided(d), *by = toc_value_list(q->a),
			 *decision = toc_value_map(q->a);
	toc_time review = toc_get_time(q->body, "review_at", TOC_TIME_NEVER);

	toc_push(q->a, by, decider(q, (struct toc_decider){ toc_short_str(&p->org), p->person }));
	toc_push(q->a, by, decider(q, (struct toc_decider){ q->p->org, q->p->person }));
	toc_set_text(q->a, decision, "decision", toc_short_str(&p->decision));
	toc_set(q->a, decision, "by", by);
	toc_set_time(q->a, decision, "review_at", review);
	toc_set(q->a, decided, "decision", decision);
	toc_stop_timer_of(q, decided, "T23", q->incident->id, TOC_STR(""));
	toc_stop_timer_of(q, decided, "T19", q->incident->id, q->p->org); /* who confirms has read it */
	start_review(q, decided, q->incident->id, review);
	toc_take_mechanisms(q, decided);
	toc_tell(q, d, TOC_TO_EVERYBODY, TOC_IF_ADR);
}

void toc_undo_activation(struct toc_ask *q, struct toc_value *decided)
{
	const struct toc_incident *i = q->incident;
	uint32_t to = undone(q, i, i->state);

	if (to != i->state)
		toc_effect_incident_state(q, decided, i->id, i->state, to);
	stop_all(q, decided, i, false);
	if (to == TOC_INCIDENT_CLOSED || to == TOC_INCIDENT_DEBRIEF)
		toc_resume_debrief(q, decided);
}

/* ---- what is due ---- */

struct toc_draft *toc_incident_draft(struct toc_ask *q, const char *k, const struct toc_timer *t)
{
	struct toc_draft *d = toc_ask_server_draft(q, k, "incident", t->id);

	d->eid = toc_firing_id(k, t);
	d->ref = t->cause;
	toc_set_id(q->a, (struct toc_value *)(uintptr_t)d->message, "id", d->eid);
	return d;
}

void toc_fire_t19(struct toc_ask *q, const struct toc_timer *t)
{
	bool unread_mail = toc_before(t->next, t->deadline);
	unsigned position = (unsigned)t->called + 1;
	struct toc_str org = toc_short_str(&t->desk);
	bool exhausted;
	struct toc_draft *d = toc_draft_call(q, t, org, TOC_FOR_CRISIS, t->cause, position, &exhausted);
	toc_time next = unread_mail ? t->deadline
			: exhausted ? TOC_TIME_NEVER
				    : toc_after(t->next, TOC_MINUTES(NEXT_MINUTES));

	toc_move_timer(q, toc_decided(d), t, next, !unread_mail);
	toc_set_int(q->a, toc_at(toc_get(d->decided, "timers_moved"), 0), "called", t->called + 1);
}

/* Somebody has opened the e-mail: it is not passed on, the time runs. */
void toc_seen_by_t19(struct toc_ask *q, struct toc_value *decided, const struct toc_timer *t)
{
	if (toc_before(t->next, t->deadline))
		toc_move_timer(q, decided, t, t->deadline, false);
}

void toc_fire_t23(struct toc_ask *q, const struct toc_timer *t)
{
	struct toc_draft *d = toc_incident_draft(q, "M3.revert", t);
	struct toc_value *body = toc_get(d->message, "body");
	const struct toc_proposal *p = toc_unconfirmed(q, t->incident);

	toc_set_text(q->a, body, "decision", p ? toc_short_str(&p->decision) : TOC_STR("activate"));
	if (p) {
		d->ref = p->id;
		toc_set_id(q->a, body, "proposal_ref", p->id);
		toc_end_proposal(q, toc_decided(d), p->id, TOC_PROPOSAL_REVERTED);
	}
	toc_undo_activation(q, toc_decided(d));
	toc_tell(q, d, TOC_TO_EVERYBODY, TOC_IF_ADR);
}
