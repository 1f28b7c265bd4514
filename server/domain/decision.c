/* decision.c: decisions on an incident (M3): who takes it up, whether it is activated, changed, wound down,
 * closed.
 *
 * Where one person may decide, their `propose` takes effect at once; whoever may not decide alone proposes,
 * and another person confirms: of another organisation, where an incident becomes ACTIVE. On the fast path
 * one person activates alone, and unless it is confirmed within the hour (T23) the activation is undone, with
 * notice to all. An objection ends a proposal to close, and is a comment on any other. What follows from a
 * decision that has taken effect is activation.c's. Source: rules b.1, M3, a.3.1, T21, T23, T24; Europol
 * Regulation 4(1)(x). */
#include <string.h>

#include "domain/rule.h"

#define REVIEW_HOURS 24
#define REOPEN_DAYS 30

static bool needs_two_organisations(struct toc_str decision)
{
	return toc_str_is(decision, "activate") || toc_str_is(decision, "reopen");
}

/* ---- what a proposal has to carry ---- */

/* The hub activates at the request of an affected state: a message of that state about this incident. */
static bool needs_request(const struct toc_ask *q)
{
	return (q->org->kinds & TOC_KIND_HUB) &&
	       (toc_get_is(q->body, "decision", "activate") || toc_str_is(toc_str_of(q->action->k), "M3.fast_path"));
}

static int check_request(struct toc_ask *q)
{
	const struct toc_message *m = toc_find_message(q->w, toc_get_id(q->body, "requested_by"));
	const struct toc_organisation *o = m ? toc_find_organisation(q->w, toc_short_str(&m->org)) : NULL;

	if (!toc_get(q->body, "requested_by"))
		return 0;
	if (!m || !toc_uuid_eq(m->incident, q->incident->id) || !toc_is_reader(m, q->p->org, q->roles))
		return toc_refuse_unknown(q, "body.requested_by");
	if (toc_short_is(&m->k, TOC_STR("M3.object")) || toc_short_is(&m->k, TOC_STR("M3.withdraw")) ||
	    toc_short_is(&m->k, TOC_STR("M2.decline")))
		return TOC_REFUSE(q, CONDITION, "body.requested_by", "Europol 4(1)(x)",
				  "requested_by: it asks for nothing, it is against something");
	if (!o || o->suspended || !toc_is_affected(q->incident, o))
		return TOC_REFUSE(q, CONDITION, "body.requested_by", "Europol 4(1)(x)",
				  "requested_by: its sender is no authority of an affected state");
	return 0;
}

static int check_activation(struct toc_ask *q)
{
	const struct toc_vocabulary *v = toc_vocabulary_at(q->w, q->at);
	const struct toc_value *answers = toc_get(q->body, "criteria_answers");
	struct toc_str type = toc_get_text(q->body, "activation_type");

	if (toc_check_criteria(q, answers, "body.criteria_answers") < 0)
		return -1;
	if (toc_get_int(q->body, "vocabulary_version", 0) != v->version)
		return TOC_REFUSE(q, CONDITION, "body.vocabulary_version", "domain (j) 1",
				  "vocabulary_version: %lld is in force", (long long)v->version);
	if (!toc_has_word(v->types, v->n_types, type))
		return TOC_REFUSE(q, BAD_VALUE, "body.activation_type", "domain (j) 1",
				  "activation_type: \"%.*s\" is no word of the vocabulary",
				  TOC_STR_ARGS(type));
	for (size_t i = 0; i < toc_len(answers); i++)
		if (!toc_get(toc_at(answers, i), "source_grade"))
			return TOC_REFUSE(q, MISSING_FIELD, "body.criteria_answers.source_grade",
					  "Europol 29", "source_grade: every answer has one");
	return 0;
}

static int check_review(struct toc_ask *q)
{
	toc_time at = toc_get_time(q->body, "review_at", TOC_TIME_NEVER);

	if (at.us == TOC_TIME_NEVER.us)
		return 0;
	if (!toc_before(q->at, at))
		return TOC_REFUSE(q, TIME, "body.review_at", "domain d, T21", "review_at: is over already");
	/* a crisis that is over, or winds down, is no longer ACTIVE: it is looked at again when there is reason to */
	bool winds_down = toc_get_is(q->body, "decision", "wind_down") || q->incident->state == TOC_INCIDENT_WINDING_DOWN;
	if (!winds_down && toc_before(toc_after(q->at, TOC_HOURS(REVIEW_HOURS)), at))
		return TOC_REFUSE(q, LIMIT, "body.review_at", "DSA 48(4)(d), domain d, T21",
				  "review_at: within %d hours", REVIEW_HOURS);
	return 0;
}

static int check_end(struct toc_ask *q)
{
	const struct toc_vocabulary *v = toc_vocabulary_at(q->w, q->at);
	const struct toc_value *items = toc_get(toc_get(q->body, "closing_checklist"), "items");

	return v && items ? toc_check_words(q, items, "body.closing_checklist.items", v->checklist,
					    v->n_checklist)
			  : 0;
}

/* What may stand in every step: the services that are meant, and the state that asked. */
static int check_meant(struct toc_ask *q)
{
	const struct toc_value *services = toc_get(toc_get(q->body, "scope"), "services");

	for (size_t i = 0; i < toc_len(services); i++)
		if (toc_check_member(q, toc_text_of(toc_at(services, i)), TOC_KIND_HSP, "body.scope.services") < 0)
			return -1;
	return toc_check_mechanisms(q) < 0 ? -1 : check_request(q);
}

/* … and in an answer to a proposal. Who takes an incident up is said where it is taken up. */
static int check_answer(struct toc_ask *q)
{
	if (toc_get(q->body, "assignee"))
		return TOC_REFUSE(q, BAD_VALUE, "body.assignee", "domain M3", "assignee: of who takes it up, in that decision itself");
	return toc_check_impersonal(q) < 0 ? -1 : check_meant(q);
}

static int check_content(struct toc_ask *q, struct toc_str decision)
{
	if (needs_request(q) && !toc_get(q->body, "requested_by"))
		return TOC_REFUSE(q, MISSING_FIELD, "body.requested_by", "Europol 4(1)(x)",
				  "requested_by: the hub activates at the request of an affected state");
	if (toc_check_impersonal(q) < 0 || check_meant(q) < 0 ||
	    (needs_two_organisations(decision) && check_activation(q) < 0) || check_review(q) < 0)
		return -1;
	return check_end(q);
}

/* ---- does it follow ---- */

/* Two persons in good standing decide: nobody confirms what somebody proposed who could not propose it any more, and it
 * keeps nobody else from proposing. */
static bool is_orphaned(const struct toc_ask *q, const struct toc_proposal *p)
{
	const struct toc_person *who = toc_find_person(q->w, p->person);
	const struct toc_organisation *o = toc_find_organisation(q->w, toc_short_str(&p->org));

	return !who || !o || who->left || o->suspended || (q->exercise && !toc_exercise_has(q->exercise, toc_short_str(&p->org))) ||
	       !toc_may_ever(toc_action_find(TOC_STR("M3.propose")), who->roles & toc_roles_held_in(o->kinds), o->kinds);
}

/* There is one at most of each, whose proposer is in good standing or not. */
static const struct toc_proposal *waiting(const struct toc_ask *q, struct toc_str decision, bool fast, bool orphaned)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_proposal *p;

	while ((p = toc_world_next(q->w, TOC_OBJECT_proposal, &cursor)))
		if (toc_uuid_eq(p->incident, q->incident->id) && p->state == TOC_PROPOSAL_OPEN && p->fast == fast &&
		    toc_short_is(&p->decision, decision) && is_orphaned(q, p) == orphaned)
			return p;
	return NULL;
}

/* The same decision, proposed or taken by another, puts an orphaned one aside. */
static void put_aside(struct toc_ask *q, struct toc_draft *d, struct toc_str decision, bool fast)
{
	const struct toc_proposal *p = waiting(q, decision, fast, true);

	if (!p)
		return;
	toc_end_proposal(q, toc_decided(d), p->id, TOC_PROPOSAL_OVERTAKEN);
	if (fast)
		toc_stop_timer_of(q, toc_decided(d), "T23", q->incident->id, TOC_STR(""));
}

static int check_threats(struct toc_ask *q)
{
	return toc_open_threats(q) ? TOC_REFUSE(q, CONDITION, "body.decision", "domain b.1",
						"a threat to life that belongs to the incident is still open")
				   : 0;
}

/* Guards of a decision, when it is proposed and again when it takes effect. */
static int check_follows(struct toc_ask *q, struct toc_str decision, uint32_t *ret_to)
{
	const struct toc_incident *i = q->incident;
	enum toc_incident_state to;

	if (i->state == TOC_INCIDENT_ACTIVE && needs_two_organisations(decision) && waiting(q, decision, true, true))
		to = TOC_INCIDENT_ACTIVE; /* taken over before its hour ends */
	else if (!toc_incident_step(decision, i->state, &to))
		return TOC_REFUSE(q, STATE, "body.decision", "domain b.1",
				  "%.*s does not follow: the incident is %s", TOC_STR_ARGS(decision),
				  toc_incident_state_name(i->state));
	if (toc_str_is(decision, "reopen") && i->closed_at.us != TOC_TIME_NEVER.us &&
	    toc_before(toc_after(i->closed_at, TOC_HOURS(24 * REOPEN_DAYS)), q->at))
		return TOC_REFUSE(q, CONDITION, "body.decision", "domain b.1",
				  "closed more than %d days ago: report a new incident and link it",
				  REOPEN_DAYS);
	if (toc_unconfirmed(q, i->id) &&
	    (toc_str_is(decision, "wind_down") || toc_str_is(decision, "change")))
		return TOC_REFUSE(q, STATE, "body.decision", "domain b.1, T23",
				  "the activation is not confirmed yet: confirm it first");
	*ret_to = to;
	if (!toc_str_is(decision, "close") && !toc_str_is(decision, "wind_down"))
		return 0;
	return check_threats(q) < 0 ? -1 : toc_check_closing(q, decision);
}

/* ---- taking it up ---- */

static int assign(struct toc_ask *q, const char *what)
{
	const struct toc_person *who = toc_find_person(q->w, toc_get_id(q->body, "assignee"));
	const struct toc_incident *i = q->incident;
	uint32_t to;

	if (toc_ask_may(q, toc_conditions_on(q, i)) < 0 || check_content(q, toc_str_of(what)) < 0 ||
	    check_follows(q, toc_str_of(what), &to) < 0)
		return -1;
	if (!who || !toc_short_is(&who->org, q->p->org))
		return toc_refuse_unknown(q, "body.assignee");
	if (who->machine || !(who->roles & (TOC_ROLE_DU | TOC_ROLE_IL)))
		return TOC_REFUSE(q, CONDITION, "body.assignee", "domain a.3.1",
				  "assignee: a duty officer or incident lead of your organisation");
	struct toc_draft *d = toc_ask_draft(q, q->action->k);
	struct toc_value *decided = toc_decided(d), *assigned = toc_value_map(q->a);
	d->ref = i->report;
	if (to != i->state)
		toc_effect_incident_state(q, decided, i->id, i->state, to);
	toc_set_text(q->a, assigned, "org", q->p->org);
	toc_set_id(q->a, assigned, "person", who->id);
	toc_set(q->a, decided, "assigned", assigned);
	toc_stop_timer_of(q, decided, "T20", i->id, TOC_STR(""));
	if (toc_str_is(TOC_STR("assign"), what) && i->state == TOC_INCIDENT_EARLY_WARNING)
		toc_unset(decided, "timers_stopped"); /* handed over, the warning goes on */
	toc_tell(q, d, TOC_TO_KNOWING, TOC_IF_ADR);
	for (uint32_t k = 0; k < i->n_reporters; k++)
		(void)toc_reader_add(q, d, toc_short_str(&i->reporters[k].org), TOC_IF_OWN | TOC_IF_ADR);
	for (uint32_t k = 0; k < i->n_duplicates; k++) { /* whoever reported the same is a reporter of it */
		const struct toc_incident *other = toc_find_incident(q->w, i->duplicates[k].id);
		for (uint32_t j = 0; other && j < other->n_reporters; j++)
			(void)toc_reader_add(q, d, toc_short_str(&other->reporters[j].org),
					     TOC_IF_OWN | TOC_IF_ADR);
	}
	return toc_take_links(q, d, i->id);
}

int toc_rule_assess(struct toc_ask *q)
{
	return assign(q, "assess");
}

int toc_rule_assign(struct toc_ask *q)
{
	return assign(q, "assign");
}

/* ---- proposing ---- */

static struct toc_value *states_of(struct toc_ask *q)
{
	return toc_get(toc_get(q->body, "scope"), "states");
}

static void propose(struct toc_ask *q, struct toc_draft *d, struct toc_str decision, bool fast)
{
	struct toc_value *proposed = toc_value_map(q->a);

	toc_set_text(q->a, proposed, "decision", decision);
	toc_set(q->a, proposed, "activation_type", toc_get(q->body, "activation_type"));
	toc_set(q->a, proposed, "vocabulary_version", toc_get(q->body, "vocabulary_version"));
	toc_set(q->a, proposed, "review_at", toc_get(q->body, "review_at"));
	toc_set(q->a, proposed, "states", states_of(q));
	if (fast)
		toc_set_bool(q->a, proposed, "fast", true);
	if (toc_str_is(decision, "close")) {
		toc_set_time(q->a, proposed, "objectable_until", toc_timer_end_now(q->w, TOC_STR("T24"), q->at));
		toc_start(q, toc_decided(d), "T24", q->incident->id, TOC_STR(""), q->at);
	}
	toc_set(q->a, toc_decided(d), "proposed", proposed);
	toc_effect_criteria(q, toc_decided(d), toc_get(q->body, "criteria_answers"));
}

static struct toc_effective effective_now(struct toc_ask *q, struct toc_str decision)
{
	return (struct toc_effective){
		.decision = decision,
		.activation_type = toc_get_text(q->body, "activation_type"),
		.vocabulary = toc_get_int(q->body, "vocabulary_version", 0),
		.review_at = toc_get_time(q->body, "review_at", TOC_TIME_NEVER),
		.states = states_of(q),
		.proposer = { q->p->org, q->p->person },
	};
}

int toc_rule_propose(struct toc_ask *q)
{
	struct toc_str decision = toc_get_text(q->body, "decision");
	uint32_t to;

	if (toc_ask_may(q, toc_conditions_on(q, q->incident)) < 0 || check_content(q, decision) < 0 ||
	    check_follows(q, decision, &to) < 0)
		return -1;
	if (waiting(q, decision, false, false))
		return TOC_REFUSE(q, STATE, "body.decision", "domain M3",
				  "%.*s is proposed already: confirm it, or have it withdrawn",
				  TOC_STR_ARGS(decision));
	struct toc_draft *d = toc_ask_draft(q, "M3.propose");
	put_aside(q, d, decision, false);
	propose(q, d, decision, false);
	if (toc_str_is(decision, "close"))
		toc_say_closing(q, d);
	if (toc_str_is(decision, "close"))
		toc_tell(q, d, TOC_TO_EVERYBODY, TOC_IF_ADR);
	else
		toc_tell(q, d, TOC_TO_KNOWING, 0);
	return toc_take_links(q, d, q->incident->id);
}

/* What one person may decide; of those who may not, a proposal (decide.c has chosen the row). */
int toc_rule_decide(struct toc_ask *q)
{
	struct toc_str decision = toc_get_text(q->body, "decision");
	uint32_t to;

	if (toc_str_is(toc_str_of(q->action->k), "M3.propose"))
		return toc_rule_propose(q);
	if (toc_ask_may(q, toc_conditions_on(q, q->incident)) < 0 || check_content(q, decision) < 0 ||
	    check_follows(q, decision, &to) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, q->action->k);
	struct toc_effective e = effective_now(q, decision);
	toc_take_effect(q, d, &e, to);
	return toc_take_links(q, d, q->incident->id);
}

int toc_rule_fast_path(struct toc_ask *q)
{
	struct toc_str decision = toc_get_text(q->body, "decision");
	uint32_t to;

	if (toc_ask_may(q, toc_conditions_on(q, q->incident)) < 0 || check_content(q, decision) < 0 ||
	    check_follows(q, decision, &to) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "M3.fast_path");
	struct toc_effective e = effective_now(q, decision);
	put_aside(q, d, decision, true);
	propose(q, d, decision, true);
	e.fast = true;
	toc_take_effect(q, d, &e, to);
	return toc_take_links(q, d, q->incident->id);
}

/* ---- answering a proposal ---- */

static const struct toc_proposal *open_proposal(struct toc_ask *q)
{
	struct toc_uuid id = toc_get_id(q->body, "proposal_ref");
	const struct toc_proposal *p = toc_find_proposal(q->w, id);
	const struct toc_message *m = toc_find_message(q->w, id);

	if (!p || !m || !toc_uuid_eq(p->incident, q->incident->id) ||
	    !toc_is_reader(m, q->p->org, q->roles)) {
		toc_refuse_unknown(q, "body.proposal_ref");
		return NULL;
	}
	if (!toc_short_is(&p->decision, toc_get_text(q->body, "decision"))) {
		TOC_REFUSE(q, CONDITION, "body.decision", "domain M3", "decision: the proposal is to %.*s",
			   TOC_STR_ARGS(toc_short_str(&p->decision)));
		return NULL;
	}
	return p;
}

static int check_proposer(struct toc_ask *q, const struct toc_proposal *p)
{
	if (!is_orphaned(q, p))
		return 0;
	return TOC_REFUSE(q, STATE, "body.proposal_ref", "domain b.1",
			  p->fast ? "proposal_ref: who decided it may not any more: decide it anew"
				  : "proposal_ref: who proposed it may not any more: propose it anew");
}

static int check_waits(struct toc_ask *q, const struct toc_proposal *p)
{
	if (p->state == TOC_PROPOSAL_OPEN)
		return 0;
	return TOC_REFUSE(q, STATE, "body.proposal_ref", "domain M3", "proposal_ref: it is %s",
			  toc_proposal_state_name(p->state));
}

static int check_second_person(struct toc_ask *q, const struct toc_proposal *p)
{
	struct toc_str decision = toc_short_str(&p->decision);
	unsigned conditions = toc_conditions_on(q, q->incident);
	bool same_person = toc_uuid_eq(p->person, q->p->person),
	     same_org = needs_two_organisations(decision) && toc_short_is(&p->org, q->p->org);

	if (toc_may(q->action, q->roles, q->org->kinds, conditions | TOC_IF_2P | TOC_IF_2O)) {
		if (same_person)
			return TOC_REFUSE(q, NOT_PERMITTED, "", "domain b.1",
					  "another person confirms than the one who proposed");
		if (same_org)
			return TOC_REFUSE(q, NOT_PERMITTED, "", "domain b.1",
					  "a person of another organisation confirms");
	}
	return toc_ask_may(q, conditions | (same_person ? 0 : TOC_IF_2P) | (same_org ? 0 : TOC_IF_2O));
}

/* Most who get a confirmation have never seen the proposal, so it may repeat what takes effect; and then it says what
 * was proposed: the first person decided that. */
static int check_repeats(struct toc_ask *q, const struct toc_proposal *p)
{
	const struct toc_value *states = states_of(q);
	struct toc_str type = toc_get_text(q->body, "activation_type");
	bool same = toc_len(states) == p->n_states;

	if (type.n && !toc_short_is(&p->activation_type, type))
		return TOC_REFUSE(q, CONDITION, "body.activation_type", "domain b.1",
				  "activation_type: the proposal is %.*s", TOC_STR_ARGS(toc_short_str(&p->activation_type)));
	if (toc_get_int(q->body, "vocabulary_version", p->vocabulary) != p->vocabulary)
		return TOC_REFUSE(q, CONDITION, "body.vocabulary_version", "domain b.1",
				  "vocabulary_version: the proposal is made in the words of version %lld", (long long)p->vocabulary);
	for (uint32_t i = 0; same && i < p->n_states; i++)
		same = toc_list_has(states, toc_short_str(&p->states[i].org));
	if (states && !same)
		return TOC_REFUSE(q, CONDITION, "body.scope.states", "domain b.1",
				  "states: not those of the proposal; to change them afterwards is a decision of its own");
	return 0;
}

int toc_rule_confirm(struct toc_ask *q)
{
	const struct toc_proposal *p = open_proposal(q);
	uint32_t to = TOC_INCIDENT_NONE;

	if (!p || check_second_person(q, p) < 0 || check_waits(q, p) < 0 || check_proposer(q, p) < 0 || check_repeats(q, p) < 0 ||
	    check_answer(q) < 0 || check_review(q) < 0)
		return -1;
	struct toc_str decision = toc_short_str(&p->decision);
	if (!p->fast && check_follows(q, decision, &to) < 0)
		return -1;
	if (p->objectable_until.us != TOC_TIME_NEVER.us && toc_before(q->at, p->objectable_until))
		return TOC_REFUSE(q, STATE, "body.proposal_ref", "domain b.1, T24",
				  "proposal_ref: objections are heard until %s",
				  toc_time_str(q->a, p->objectable_until).p);
	struct toc_draft *d = toc_ask_draft(q, "M3.confirm");
	d->ref = p->id;
	toc_end_proposal(q, toc_decided(d), p->id, TOC_PROPOSAL_CONFIRMED);
	if (p->fast) {
		toc_confirm_fast_path(q, d, p);
		return toc_take_links(q, d, q->incident->id);
	}
	struct toc_value *states = toc_value_list(q->a);
	for (uint32_t i = 0; i < p->n_states; i++)
		toc_push_text(q->a, states, toc_short_str(&p->states[i].org));
	struct toc_effective e = {
		.decision = decision,
		.activation_type = toc_short_str(&p->activation_type),
		.vocabulary = p->vocabulary,
		.review_at = toc_get_time(q->body, "review_at", p->review_at),
		.states = states,
		.proposer = { toc_short_str(&p->org), p->person },
		.confirmer = { q->p->org, q->p->person },
	};
	if (e.review_at.us != TOC_TIME_NEVER.us && !toc_before(q->at, e.review_at))
		return TOC_REFUSE(q, TIME, "body.review_at", "domain d, T21",
				  "review_at: the proposed one is over: say a new one");
	put_aside(q, d, decision, true);
	toc_take_effect(q, d, &e, to);
	return toc_take_links(q, d, q->incident->id);
}

/* An objection may also be to what is in effect: then it names the entry by which it took effect. */
int toc_rule_object(struct toc_ask *q)
{
	struct toc_uuid id = toc_get_id(q->body, "proposal_ref");
	const struct toc_proposal *p = toc_find_proposal(q->w, id);
	const struct toc_message *m = toc_find_message(q->w, id);
	bool known = m && toc_uuid_eq(m->incident, q->incident->id) && memcmp(m->k.p, "M3.", 3) == 0;

	if (!known || !toc_is_reader(m, q->p->org, q->roles))
		return toc_refuse_unknown(q, "body.proposal_ref");
	if (toc_ask_may(q, TOC_IF_ADR) < 0 || check_answer(q) < 0)
		return -1;
	if (p && !toc_short_is(&p->decision, toc_get_text(q->body, "decision")))
		return TOC_REFUSE(q, CONDITION, "body.decision", "domain M3",
				  "decision: the proposal is to %.*s",
				  TOC_STR_ARGS(toc_short_str(&p->decision)));
	for (uint32_t i = 0; i < m->n_objectors; i++) /* it goes to all who read what it is about */
		if (toc_short_is(&m->objectors[i].org, q->p->org))
			return TOC_REFUSE(q, STATE, "body.proposal_ref", "domain M3",
					  "proposal_ref: your organisation has objected to it already");
	struct toc_draft *d = toc_ask_draft(q, "M3.object");
	d->ref = id;
	if (p && p->state == TOC_PROPOSAL_OPEN && toc_short_is(&p->decision, TOC_STR("close"))) {
		if (!toc_before(q->at, p->objectable_until))
			return TOC_REFUSE(q, STATE, "body.proposal_ref", "domain b.1, T24",
					  "proposal_ref: objections were heard until %s",
					  toc_time_str(q->a, p->objectable_until).p);
		toc_end_proposal(q, toc_decided(d), p->id, TOC_PROPOSAL_OBJECTED);
		toc_stop_timer_of(q, toc_decided(d), "T24", q->incident->id, TOC_STR(""));
	}
	toc_tell_readers_of(q, d, m);
	return 0;
}

int toc_rule_withdraw_decision(struct toc_ask *q)
{
	const struct toc_proposal *p = open_proposal(q);

	if (!p)
		return -1;
	if (toc_ask_may(q, toc_short_is(&p->org, q->p->org) ? TOC_IF_OWN : 0) < 0 || check_waits(q, p) < 0 ||
	    check_answer(q) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "M3.withdraw");
	const struct toc_message *m = toc_find_message(q->w, p->id);
	d->ref = p->id;
	toc_end_proposal(q, toc_decided(d), p->id, p->fast ? TOC_PROPOSAL_REVERTED : TOC_PROPOSAL_WITHDRAWN);
	toc_stop_timer_of(q, toc_decided(d), "T24", q->incident->id, TOC_STR(""));
	if (p->fast)
		toc_undo_activation(q, toc_decided(d));
	toc_tell_readers_of(q, d, m);
	return 0;
}

/* ---- other protocols ---- */

int toc_rule_link_activation(struct toc_ask *q)
{
	const struct toc_incident *i = q->incident;
	uint32_t to;

	if (toc_ask_may(q, toc_conditions_on(q, i)) < 0 || check_content(q, TOC_STR("link_activation")) < 0 ||
	    check_follows(q, TOC_STR("link_activation"), &to) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "M3.link_activation");
	toc_take_mechanisms(q, toc_decided(d));
	toc_tell(q, d,
		 i->state == TOC_INCIDENT_ACTIVE || i->state == TOC_INCIDENT_WINDING_DOWN ? TOC_TO_EVERYBODY
											  : TOC_TO_KNOWING,
		 TOC_IF_ADR);
	return toc_take_links(q, d, i->id);
}
