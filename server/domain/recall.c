/* recall.c: a message was a mistake (M25): cancelled, corrected, or sent to the wrong audience.
 *
 * It goes to whoever got the message, machines and people confirm what they did. Of a wrong audience the access ends
 * with the recall's own entry: the message, and every M29 that carries it, are theirs to read no more, neither now nor
 * from history; what was read before stays in the log. A recall undoes no decision: that is for the message's own way
 * back (M3 withdraw, M4 withdraw, M8). It is never recalled itself. Source: rules M25, T32. */
#include "domain/rule.h"

static const struct toc_message *readable(struct toc_ask *q, struct toc_uuid id)
{
	const struct toc_message *m = toc_find_message(q->w, id);
	const struct toc_action *action = m ? toc_action_find(toc_short_str(&m->k)) : NULL;

	if (action && (action->flags & TOC_ACTION_RECEIPTS) && m->mode == q->mode &&
	    toc_uuid_eq(m->exercise, q->exercise_id) && toc_is_reader(m, q->p->org, q->roles))
		return m;
	toc_refuse_unknown(q, "body.message_ref");
	return NULL;
}

/* Whoever may send the recalled type, and the leads of authorities and the hub, of their own. */
static int check_may(struct toc_ask *q, const struct toc_message *m)
{
	bool own = toc_short_is(&m->org, q->p->org),
	     lead = (q->roles & TOC_ROLE_IL) && (q->org->kinds & (TOC_KIND_LE | TOC_KIND_CA | TOC_KIND_HUB));

	if (toc_ask_may(q, own ? TOC_IF_OWN : 0) < 0)
		return -1;
	if (lead || toc_may_ever(toc_action_find(toc_short_str(&m->k)), q->roles, q->org->kinds))
		return 0;
	return TOC_REFUSE(q, NOT_PERMITTED, "body.message_ref", "domain a.3.1",
			  "message_ref: who may send a %.*s recalls it", TOC_STR_ARGS(toc_short_str(&m->k)));
}

/* What has taken effect between the sides of an order is theirs to know for as long as it has: the order, what opens or stops an
 * hour, what was decided on it. So is whatever has started a time of the law that runs. */
static bool binds(const struct toc_ask *q, const struct toc_message *m, struct toc_str org)
{
	const struct toc_order *o = toc_find_order(q->w, m->order);
	const struct toc_process *p = toc_find_process(q->w, m->eid);
	struct toc_world_cursor cursor = { 0 };
	const struct toc_timer *t;

	if (o && (toc_short_is(&o->authority, org) || toc_short_is(&o->hsp, org) || toc_short_is(&o->home_authority, org)) &&
	    ((o->ended_at.us == TOC_TIME_NEVER.us && o->state != TOC_ORDER_FINAL) || toc_running(q->w, "T7", o->id, org)))
		return true;
	if (p && toc_short_is(&p->addressee, org) && (p->state == TOC_PROCESS_OPEN || p->state == TOC_PROCESS_RECEIVED))
		return true;
	while ((t = toc_world_next(q->w, TOC_OBJECT_timer, &cursor)))
		if (toc_uuid_eq(t->cause, m->eid) && toc_short_is(&t->desk, org) && toc_timer_row(toc_short_str(&t->name))->legal)
			return true;
	return false;
}

/* Their time runs on, so it is not taken from them, nor are they told to forget it. An order is withdrawn; what was said of one is
 * said anew. */
static int check_binding(struct toc_ask *q, const struct toc_message *m, const struct toc_value *from)
{
	bool wrong = toc_get_is(q->body, "kind", "sent_to_wrong_audience");

	for (uint32_t i = 0; i < m->n_readers; i++) {
		struct toc_str org = toc_short_str(&m->readers[i].org);
		if (toc_str_eq(org, q->p->org) || (wrong && from && !toc_list_has(from, org)) || !binds(q, m, org))
			continue;
		if (!wrong)
			return TOC_REFUSE(q, CONDITION, "body.kind", "domain M25, b.3",
					  "kind: it binds \"%.*s\": an order is withdrawn, and what was said of one is said anew", TOC_STR_ARGS(org));
		return TOC_REFUSE(q, CONDITION, "body.from", "domain M25, b.3",
				  "from: it binds \"%.*s\", whose time runs: withdraw it, or name who else should not have it", TOC_STR_ARGS(org));
	}
	return 0;
}

/* Of a wrong audience it may be with others still: they can be the wrong ones as well, or it is cancelled for them. */
static bool is_with_others(const struct toc_ask *q, const struct toc_message *m)
{
	for (uint32_t i = 0; i < m->n_readers; i++)
		if (!toc_short_is(&m->readers[i].org, q->p->org))
			return true;
	return false;
}

static int check_recall(struct toc_ask *q, const struct toc_message *m)
{
	const struct toc_value *from = toc_get(q->body, "from");
	bool wrong = toc_get_is(q->body, "kind", "sent_to_wrong_audience");

	if (toc_short_is(&m->k, TOC_STR("M25.recall")))
		return TOC_REFUSE(q, STATE, "body.message_ref", "domain M25", "message_ref: a recall is never recalled");
	if (m->cancelled || (m->recalled && !is_with_others(q, m)))
		return TOC_REFUSE(q, STATE, "body.message_ref", "domain M25", "message_ref: it is recalled already");
	if (!toc_get_bool(q->m, "ack_required"))
		return TOC_REFUSE(q, CONDITION, "ack_required", "domain M25",
				  "ack_required: everybody who got it confirms a recall");
	if (from && !wrong)
		return TOC_REFUSE(q, CONDITION, "body.from", "domain M25",
				  "from: only of a wrong audience; the message is cancelled or corrected for all");
	for (size_t i = 0; i < toc_len(from); i++) {
		struct toc_str org = toc_text_of(toc_at(from, i));
		if (toc_str_eq(org, q->p->org) || !toc_is_reader(m, org, TOC_ROLE_ALL))
			return TOC_REFUSE(q, CONDITION, "body.from", "domain M25", "from: \"%.*s\" did not get it",
					  TOC_STR_ARGS(org));
	}
	if (check_binding(q, m, from) < 0)
		return -1;
	if (!toc_before(q->at, toc_get_time(q->body, "confirm_deletion_by", TOC_TIME_NEVER)))
		return TOC_REFUSE(q, TIME, "body.confirm_deletion_by", "domain T32",
				  "confirm_deletion_by: is over already");
	return toc_get(q->body, "replaced_by") && !readable(q, toc_get_id(q->body, "replaced_by")) ? -1 : 0;
}

/* The organisations whose access ends. */
static struct toc_value *wrong_audience(struct toc_ask *q, const struct toc_message *m)
{
	const struct toc_value *from = toc_get(q->body, "from");
	struct toc_value *orgs = toc_value_list(q->a);

	if (!toc_get_is(q->body, "kind", "sent_to_wrong_audience"))
		return orgs;
	for (uint32_t i = 0; i < m->n_readers; i++) {
		struct toc_str org = toc_short_str(&m->readers[i].org);
		if (!toc_str_eq(org, q->p->org) && (!from || toc_list_has(from, org)) && !toc_list_has(orgs, org))
			toc_push_text(q->a, orgs, org);
	}
	return orgs;
}

/* A desk that should not have been asked of a threat: it is not asked any more. */
static void release_desks(struct toc_ask *q, struct toc_draft *d, const struct toc_message *m,
			  const struct toc_value *orgs)
{
	const struct toc_threat *t = q->threat;
	enum toc_desk_state to;

	if (!t || !toc_uuid_eq(t->notice, m->eid))
		return;
	for (uint32_t i = 0; i < t->n_desks; i++) {
		struct toc_str org = toc_short_str(&t->desks[i].org);
		if (!toc_list_has(orgs, org) || !toc_desk_step(TOC_STR("M4.withdraw"), t->desks[i].state, &to))
			continue;
		toc_effect_desk_state(q->a, toc_decided(d), org, t->desks[i].state, to);
		toc_stop_timer(q, toc_decided(d), "T17", t, org);
		toc_stop_timer(q, toc_decided(d), "T18", t, org);
	}
}

int toc_rule_recall(struct toc_ask *q)
{
	const struct toc_message *m = readable(q, toc_get_id(q->body, "message_ref"));

	if (!m || check_may(q, m) < 0 || check_recall(q, m) < 0)
		return -1;
	q->threat = toc_find_threat(q->w, m->threat);
	q->incident = toc_find_incident(q->w, m->incident);
	struct toc_draft *d = toc_ask_draft(q, "M25.recall");
	struct toc_value *recalled = toc_value_map(q->a), *entries = toc_value_list(q->a),
			 *orgs = wrong_audience(q, m);
	d->ref = m->eid;
	toc_push_text(q->a, entries, toc_uuid_str(q->a, m->eid));
	for (uint32_t i = 0; i < m->n_carriers; i++)
		toc_push_text(q->a, entries, toc_uuid_str(q->a, m->carriers[i].id));
	toc_set(q->a, recalled, "entries", entries);
	toc_set(q->a, recalled, "orgs", orgs);
	toc_set(q->a, toc_decided(d), "recalled", recalled);
	toc_tell_readers_of(q, d, m);
	toc_owe_confirmations(q, d, m, toc_len(orgs) ? orgs : NULL, true);
	release_desks(q, d, m, orgs);
	return 0;
}

int toc_rule_recall_confirm(struct toc_ask *q)
{
	const struct toc_message *m = readable(q, toc_get_id(q->body, "message_ref"));
	const struct toc_confirming *c = m ? toc_find_confirming(q->w, m->eid) : NULL;

	if (!m)
		return -1;
	if (!c || !toc_short_is(&m->k, TOC_STR("M25.recall")))
		return TOC_REFUSE(q, CONDITION, "body.message_ref", "domain M25",
				  "message_ref: a recall is confirmed, by those who got the message");
	if (toc_ask_may(q, toc_short_is(&m->org, q->p->org) ? 0 : TOC_IF_ADR) < 0)
		return -1;
	q->threat = toc_find_threat(q->w, m->threat);
	q->incident = toc_find_incident(q->w, m->incident);
	struct toc_draft *d = toc_ask_draft(q, "M25.confirm");
	d->ref = m->eid;
	if (!toc_confirm(q, d, c, q->p->org, q->p->machine ? TOC_BY_MACHINE : TOC_BY_PERSON))
		return TOC_REFUSE(q, STATE, "body.message_ref", "domain M25",
				  "message_ref: your organisation does not owe it, or has confirmed it");
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	(void)toc_reader_add(q, d, toc_short_str(&m->org), TOC_IF_SENDER);
	return 0;
}
