/* warning.c: early warnings (M2): cheap, quiet, and over by themselves.
 *
 * A warning is not an alarm: nobody has to acknowledge it, nobody is called. It ends after six hours unless
 * its sender says otherwise, at most after a day (T20), with activation, or when it is answered that there is
 * no crisis; another one renews it. It needs one criterion that is at least likely and none that is excluded.
 * Who may not issue one proposes it; a decline is told to those who knew of the question. Source: rules b.1,
 * M2, T20. */
#include "domain/rule.h"

#define MOST_HOURS 24

static int check_words(struct toc_ask *q)
{
	toc_time until = toc_get_time(q->body, "valid_until", toc_timer_end_now(q->w, TOC_STR("T20"), q->at));

	if (toc_check_impersonal(q) < 0)
		return -1;
	if (!toc_before(q->at, until))
		return TOC_REFUSE(q, TIME, "body.valid_until", "domain d, T20",
				  "valid_until: is over already");
	if (toc_before(toc_after(q->at, TOC_HOURS(MOST_HOURS)), until))
		return TOC_REFUSE(q, LIMIT, "body.valid_until", "domain d, T20",
				  "valid_until: at most %d hours; then renew it", MOST_HOURS);
	if (toc_before(toc_get_time(q->body, "next_update_by", until), q->at))
		return TOC_REFUSE(q, TIME, "body.next_update_by", "domain M2",
				  "next_update_by: is over already");
	if (toc_get(q->body, "watch_terms") && !toc_get_is(q->m, "tlp", "AMBER+STRICT") &&
	    !toc_get_is(q->m, "tlp", "RED"))
		return TOC_REFUSE(q, CONDITION, "tlp", "domain M2",
				  "tlp: watch terms are AMBER+STRICT at least");
	return 0;
}

/* One criterion at least likely, none excluded: as this message answers them, else as they were answered
 * last. */
static int check_likely(struct toc_ask *q)
{
	const struct toc_value *list = toc_get(q->body, "criteria");
	const struct toc_incident *i = q->incident;
	size_t n = list ? toc_len(list) : i->n_criteria;
	bool likely = false;

	for (size_t k = 0; k < n; k++) {
		uint32_t answer =
			list ? toc_answer_of(toc_get_text(toc_at(list, k), "answer")) : i->criteria[k].answer;
		struct toc_str code =
			list ? toc_get_text(toc_at(list, k), "code") : toc_short_str(&i->criteria[k].code);
		if (answer == TOC_ANSWER_NO)
			return TOC_REFUSE(q, CONDITION, "body.criteria", "domain b.1",
					  "criteria: \"%.*s\" is excluded", TOC_STR_ARGS(code));
		likely |= answer == TOC_ANSWER_YES || answer == TOC_ANSWER_LIKELY;
	}
	return likely ? 0
		      : TOC_REFUSE(q, CONDITION, "body.criteria", "domain b.1",
				   "criteria: none of them is even likely");
}

static int check_named(struct toc_ask *q)
{
	const struct toc_value *list = toc_get(q->body, "criteria"), *signals = toc_get(q->body, "signals");

	for (size_t i = 0; i < toc_len(signals); i++) {
		const struct toc_item *item = toc_item_named(q, toc_id_of(toc_text_of(toc_at(signals, i))));
		if (!toc_item_is_read_by(q, item) || !toc_uuid_eq(item->incident, q->incident->id))
			return toc_refuse_unknown(q, toc_arena_printf(q->a, "body.signals[%zu]", i).p);
	}
	return list ? toc_check_criteria(q, list, "body.criteria") : 0;
}

int toc_rule_warning_propose(struct toc_ask *q)
{
	uint32_t to;

	if (toc_ask_may(q, toc_conditions_on(q, q->incident)) < 0 || check_words(q) < 0 ||
	    check_named(q) < 0 || toc_take_incident_step(q, "M2.propose", &to) < 0)
		return -1;
	toc_tell(q, toc_ask_draft(q, "M2.propose"), TOC_TO_KNOWING, TOC_IF_ADR);
	return 0;
}

int toc_rule_warning_issue(struct toc_ask *q)
{
	uint32_t to;

	if (toc_ask_may(q, toc_conditions_on(q, q->incident)) < 0 || check_words(q) < 0 ||
	    check_named(q) < 0 || toc_take_incident_step(q, "M2.issue", &to) < 0 || check_likely(q) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "M2.issue");
	struct toc_value *decided = toc_decided(d), *warned = toc_value_map(q->a);
	toc_time until = toc_get_time(q->body, "valid_until", toc_timer_end_now(q->w, TOC_STR("T20"), q->at));
	toc_effect_incident_state(q, decided, q->incident->id, q->incident->state, to);
	toc_effect_criteria(q, decided, toc_get(q->body, "criteria"));
	toc_set_time(q->a, warned, "until", until);
	toc_set(q->a, decided, "warned", warned);
	toc_start_until(q, decided, "T20", q->incident->id, TOC_STR(""), q->at, until);
	toc_tell(q, d, TOC_TO_EVERYBODY, TOC_IF_ADR);
	return 0;
}

/* Of a threat case, when no incident was ever opened: told to the desks that have accepted it; while none
 * has, to all that were asked. */
static void tell_desks(struct toc_ask *q, struct toc_draft *d)
{
	const struct toc_threat *t = q->threat;
	bool accepted = false;

	for (uint32_t i = 0; i < t->n_desks; i++)
		accepted |= toc_has_accepted(&t->desks[i]);
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_ADR | TOC_IF_OWN);
	for (uint32_t i = 0; i < t->n_desks; i++)
		if ((!accepted || toc_has_accepted(&t->desks[i])) && toc_asked(q->w, t, toc_short_str(&t->desks[i].org)))
			(void)toc_reader_add(q, d, toc_short_str(&t->desks[i].org), TOC_IF_ADR);
}

int toc_rule_warning_decline(struct toc_ask *q)
{
	const struct toc_message *proposal = toc_find_message(q->w, toc_get_id(q->body, "proposal_ref"));
	const struct toc_message *notice = q->threat ? toc_find_message(q->w, q->threat->notice) : NULL;
	uint32_t to;

	if (!q->incident && !q->threat)
		return TOC_REFUSE(q, MISSING_FIELD, "incident_ref", "domain M2",
				  "incident_ref, or case_ref: of what");
	if (q->incident && q->threat) /* who knows of the incident must not learn of the case */
		return TOC_REFUSE(q, CONDITION, "case_ref", "domain M2",
				  "case_ref: of an incident, or of a case, not of both");
	if (toc_check_impersonal(q) < 0 ||
	    toc_check_criteria(q, toc_get(q->body, "criteria"), "body.criteria") < 0)
		return -1;
	if (!q->incident) { /* the hub's lead answers for the hub, a state's lead for a case that its desk has
			     */
		if (!notice || !toc_is_reader(notice, q->p->org, TOC_ROLE_ALL))
			return toc_refuse_unknown(q, "case_ref");
		if (toc_get(q->body, "proposal_ref")) /* warnings are proposed of incidents */
			return toc_refuse_unknown(q, "body.proposal_ref");
		if (toc_ask_may(q, q->desk ? TOC_IF_AFF : 0) < 0)
			return -1;
		tell_desks(q, toc_ask_draft(q, "M2.decline"));
		return 0;
	}
	if (toc_ask_may(q, toc_conditions_on(q, q->incident)) < 0 ||
	    toc_take_incident_step(q, "M2.decline", &to) < 0)
		return -1;
	if (toc_get(q->body, "proposal_ref") &&
	    (!proposal || !toc_str_is(toc_short_str(&proposal->k), "M2.propose") ||
	     !toc_uuid_eq(proposal->incident, q->incident->id) ||
	     !toc_is_reader(proposal, q->p->org, q->roles)))
		return toc_refuse_unknown(q, "body.proposal_ref");
	struct toc_draft *d = toc_ask_draft(q, "M2.decline");
	toc_effect_criteria(q, toc_decided(d), toc_get(q->body, "criteria"));
	if (proposal) {
		d->ref = proposal->eid;
		(void)toc_reader_add(q, d, toc_short_str(&proposal->org), TOC_IF_OWN);
	}
	toc_tell(q, d, TOC_TO_KNOWING, TOC_IF_ADR);
	return 0;
}

/* T20: the warning is over; who got it is told. */
void toc_fire_t20(struct toc_ask *q, const struct toc_timer *t)
{
	struct toc_draft *d = toc_incident_draft(q, "M2.expire", t);
	enum toc_incident_state to;

	if (toc_incident_step(TOC_STR("M2.expire"), q->incident->state, &to))
		toc_effect_incident_state(q, toc_decided(d), q->incident->id, q->incident->state, to);
	d->ref = q->incident->warning;
	toc_stop_timer_of(q, toc_decided(d), "T20", q->incident->id, TOC_STR(""));
	toc_tell(q, d, TOC_TO_EVERYBODY, TOC_IF_ADR);
}
