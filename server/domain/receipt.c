/* receipt.c: what became of a message at each recipient (M19).
 *
 * The first delivery per organisation and channel is an entry; a person's first sight of it and each
 * acknowledgement are entries; whatever is said again is not. A service account delivers and never
 * acknowledges; what a machine says is never a person's. No receipts for receipts. A call made outside is on
 * record as sent or delivered, never as acknowledged. Source: rules M19, b.5, a.3.1. */
#include "domain/rule.h"

/* Whose receipt it is: the sender's own, or the one that the server gathers receipts for. */
static struct toc_str recipient(const struct toc_ask *q)
{
	return q->org ? q->p->org : toc_get_text(q->body, "recipient_org");
}

/* The message, if it takes receipts and may be read by this organisation (and this person); else NULL. */
static const struct toc_message *readable(struct toc_ask *q, struct toc_uuid id)
{
	const struct toc_message *m = toc_find_message(q->w, id);
	const struct toc_action *action = m ? toc_action_find(toc_short_str(&m->k)) : NULL;

	if (!m || !action || !(action->flags & TOC_ACTION_RECEIPTS) || m->mode != q->mode ||
	    !toc_uuid_eq(m->exercise, q->exercise_id) ||
	    !toc_is_reader(m, recipient(q), q->org ? q->roles : TOC_ROLE_ALL))
		return NULL;
	return m;
}

static const struct toc_message *target(struct toc_ask *q)
{
	const struct toc_message *m = readable(q, toc_get_id(q->body, "message_ref"));

	if (!m)
		toc_refuse_unknown(q, "body.message_ref");
	return m;
}

static struct toc_value *receipt_of(struct toc_ask *q, const struct toc_message *m, const char *state,
				    bool by_person)
{
	struct toc_value *r = toc_value_map(q->a);

	toc_set_id(q->a, r, "ref", m->eid);
	toc_set_text(q->a, r, "org", recipient(q));
	toc_set_text(q->a, r, "channel",
		     toc_get_text(q->body, "channel").n ? toc_get_text(q->body, "channel") : q->p->channel);
	if (by_person)
		toc_set_id(q->a, r, "person", q->p->person);
	toc_set_cstr(q->a, r, "state", state);
	return r;
}

/* Readers: whoever of the sender's side reads the message, the hub's lead if the hub reads it, and one's own
 * side. */
void toc_receipt_readers(struct toc_ask *q, struct toc_draft *d, const struct toc_message *m, struct toc_str called)
{
	bool machines = !(q->action && q->action->flags & TOC_ACTION_NO_MACHINE), tied = toc_reads_as_tied(m, recipient(q));
	toc_roles all = machines ? TOC_ROLE_ALL : TOC_ROLE_ALL & ~(toc_roles)TOC_ROLE_SV;

	for (uint32_t i = 0; i < m->n_readers; i++) {
		const struct toc_entitled *r = &m->readers[i];
		const struct toc_organisation *o = toc_find_organisation(q->w, toc_short_str(&r->org));
		toc_roles roles = 0;
		if (!o)
			continue;
		if ((toc_short_is(&r->org, toc_short_str(&m->org)) && !tied) || toc_short_is(&r->org, recipient(q)) ||
		    toc_short_is(&r->org, called))
			roles = r->roles & all;
		else if (o->kinds & TOC_KIND_HUB)
			roles = TOC_ROLE_IL | (machines ? TOC_ROLE_SV : 0);
		toc_reader_add_as(q, d, toc_short_str(&r->org), roles, TOC_WHOLE);
	}
}

static struct toc_draft *draft(struct toc_ask *q, const char *k, const struct toc_message *m)
{
	bool tied = toc_reads_as_tied(m, recipient(q));
	q->threat = tied ? NULL : toc_find_threat(q->w, m->threat);
	q->incident = tied ? NULL : toc_find_incident(q->w, m->incident);
	struct toc_draft *d = toc_ask_draft(q, k);
	d->ref = m->eid;
	return d;
}

static int said_before(struct toc_ask *q, int64_t seq)
{
	q->verdict->duplicate = true;
	q->verdict->seq = (uint64_t)seq;
	return 0;
}

/* Who says it is who did it: nobody's acknowledgement is another's to give. */
static int check_actor(struct toc_ask *q)
{
	struct toc_uuid actor = toc_get_id(q->body, "actor");

	if (q->org && !toc_uuid_is_nil(actor) && !toc_uuid_eq(actor, q->p->person))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.actor", "domain M19",
				  "actor: it is not the one who is signed in");
	return 0;
}

static int check_own(struct toc_ask *q)
{
	struct toc_str org = toc_get_text(q->body, "recipient_org");

	if (q->org && org.n && !toc_str_eq(org, q->p->org))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.recipient_org", "domain M19",
				  "recipient_org: you are %.*s", TOC_STR_ARGS(q->p->org));
	return check_actor(q);
}

/* @return the seq of the first delivery of it to this organisation on this channel, or -1 */
static int64_t delivered_before(struct toc_ask *q, const struct toc_message *m,
				const struct toc_value *receipt)
{
	if (toc_short_is(&m->org, recipient(q)))
		return m->seq; /* one's own message: nothing to deliver */
	for (uint32_t i = 0; i < m->n_receipts; i++)
		if (m->receipts[i].state == TOC_RECEIPT_DELIVERED &&
		    toc_short_is(&m->receipts[i].org, recipient(q)) &&
		    toc_short_is(&m->receipts[i].channel, toc_get_text(receipt, "channel")))
			return m->receipts[i].seq;
	return -1;
}

/* One entry can be the receipt for several messages (references[]): what was gathered in a second. */
int toc_rule_receipt_machine(struct toc_ask *q)
{
	struct toc_str state = toc_get_text(q->body, "state");
	const struct toc_value *more = toc_get(q->m, "references");
	const struct toc_message *m;
	struct toc_draft *d = NULL;
	int64_t before = -1;

	if (check_own(q) < 0 || !(m = target(q)))
		return -1;
	if (toc_ask_may(q, TOC_IF_ADR | TOC_IF_READER) < 0)
		return -1;
	if (state.n && !toc_str_is(state, "delivered"))
		return TOC_REFUSE(q, BAD_VALUE, "body.state", "domain M19",
				  "state: a machine says \"delivered\" and nothing else");
	if (toc_get(q->body, "actor_kind") && !toc_get_is(q->body, "actor_kind", "machine"))
		return TOC_REFUSE(q, BAD_VALUE, "body.actor_kind", "domain M19",
				  "actor_kind: a machine's receipt is a machine's");
	if (q->org && !toc_str_eq(toc_get_text(q->body, "channel"), q->p->channel))
		return TOC_REFUSE(q, BAD_VALUE, "body.channel", "domain M19",
				  "channel: it came to you by \"%.*s\"; what went another way is outreach",
				  TOC_STR_ARGS(q->p->channel));
	for (size_t i = 0; i <= toc_len(more);
	     m = readable(q, toc_id_of(toc_text_of(toc_at(more, i)))), i++) {
		struct toc_value *receipt = m ? receipt_of(q, m, "delivered", false) : NULL;
		int64_t seq = m ? delivered_before(q, m, receipt) : 0;
		if (!m || seq >= 0) {
			before = before < 0 && m ? seq : before;
			continue;
		}
		if (!d)
			d = draft(q, "M19.machine", m);
		toc_effect(q->a, toc_decided(d), "receipts", receipt);
		toc_order_receipt(q, toc_decided(d), m, recipient(q), toc_get_text(receipt, "channel"), q->at);
		const struct toc_threat *t = toc_find_threat(q->w, m->threat);
		const struct toc_desk *desk = t ? toc_desk_of(t, recipient(q)) : NULL;
		enum toc_desk_state to;
		if (desk && toc_uuid_eq(t->id, d->case_ref) && t->state == TOC_CASE_SENT &&
		    !toc_get(d->decided, "state") && toc_desk_step(TOC_STR("M19.machine"), desk->state, &to))
			toc_effect_desk_state(q->a, toc_decided(d), recipient(q), desk->state, to);
		if (toc_get_is(receipt, "channel", "api"))
			toc_receipt_confirms(q, d, m, recipient(q), TOC_BY_MACHINE);
		toc_receipt_readers(q, d, m, TOC_STR(""));
	}
	return d ? 0 : said_before(q, before);
}

/* Is the message the activation in force, or its confirmation? To one that was undone it is no answer. */
static bool is_activation(const struct toc_ask *q, const struct toc_message *m)
{
	const struct toc_proposal *fast = toc_find_proposal(q->w, q->incident->activation);

	return toc_uuid_eq(m->eid, q->incident->activation) ||
	       (fast && fast->state == TOC_PROPOSAL_CONFIRMED && toc_uuid_eq(m->eid, fast->ended_by));
}

/* A person's acknowledgement of an activation, or of its confirmation, ends the time of their organisation. */
static void answers_activation(struct toc_ask *q, struct toc_draft *d, const struct toc_message *m, bool acks)
{
	const struct toc_timer *t = q->incident ? toc_running(q->w, "T19", q->incident->id, q->p->org) : NULL;

	if (!t || !is_activation(q, m))
		return;
	if (acks) {
		toc_stop(q, toc_decided(d), t);
		toc_engage(q, d);
	} else
		toc_seen_by_t19(q, toc_decided(d), t);
}

int toc_rule_receipt_human(struct toc_ask *q)
{
	struct toc_str state = toc_get_text(q->body, "state");
	bool acks = toc_str_is(state, "acked");
	const struct toc_message *m;

	if (check_own(q) < 0 || !(m = target(q)))
		return -1;
	if (toc_ask_may(q, TOC_IF_READER) < 0)
		return -1;
	if (q->p->machine)
		return TOC_REFUSE(q, NOT_PERMITTED, "", "domain M19",
				  "a service account never counts as a person");
	if (!acks && !toc_str_is(state, "seen"))
		return TOC_REFUSE(q, BAD_VALUE, "body.state", "domain M19",
				  "state: a person has \"seen\" or \"acked\" it");
	if (toc_get(q->body, "actor_kind") && !toc_get_is(q->body, "actor_kind", "human"))
		return TOC_REFUSE(q, BAD_VALUE, "body.actor_kind", "domain M19",
				  "actor_kind: a person's receipt is a person's");
	if (toc_ask_not_ahead(q, q->body, "at", "body.at") < 0)
		return -1;
	if (toc_short_is(&m->org, q->p->org))
		return said_before(q, m->seq);
	for (uint32_t i = 0; !acks && i < m->n_receipts; i++)
		if (toc_uuid_eq(m->receipts[i].person, q->p->person))
			return said_before(q, m->receipts[i].seq);
	struct toc_draft *d = draft(q, "M19.human", m);
	toc_effect(q->a, toc_decided(d), "receipts", receipt_of(q, m, acks ? "acked" : "seen", true));
	answers_activation(q, d, m, acks);
	toc_order_receipt(q, toc_decided(d), m, q->p->org, q->p->channel, q->at);
	if (acks || toc_str_is(toc_short_str(&m->k), "M25.recall"))
		toc_receipt_confirms(q, d, m, q->p->org, TOC_BY_PERSON);
	if (acks) {
		toc_review_acknowledged(q, d, m);
		toc_stop_deliveries(q, toc_decided(d), q->p->org, m->eid, m->eid);
	}
	toc_receipt_readers(q, d, m, TOC_STR(""));
	return 0;
}

int toc_rule_outreach(struct toc_ask *q)
{
	static const char *const states[] = { "queued",   "sent", "delivered",    "bounced",
					      "retrying", "dead", "not_attempted" };
	struct toc_str state = toc_get_text(q->body, "state"),
		       called = toc_get_text(q->body, "recipient_org");
	const struct toc_message *m;
	bool allowed = false, addressed = false;

	if (check_actor(q) < 0 || !(m = target(q)))
		return -1;
	const struct toc_incident *incident = toc_find_incident(q->w, m->incident);
	if (toc_ask_may(q, (toc_short_is(&m->org, q->p->org) ? TOC_IF_OWN : 0) |
				   (incident && toc_is_party(incident, q->p->org) ? TOC_IF_PTY : 0)) < 0)
		return -1;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		allowed |= toc_str_is(state, states[i]);
	if (!allowed)
		return TOC_REFUSE(q, BAD_VALUE, "body.state", "domain M19",
				  "state: a call made outside is sent or delivered, never acknowledged");
	for (uint32_t i = 0; i < m->n_readers; i++)
		addressed |= toc_short_is(&m->readers[i].org, called);
	if (!addressed || toc_str_eq(called, q->p->org))
		return TOC_REFUSE(q, CONDITION, "body.recipient_org", "domain M19",
				  "recipient_org: the message was not addressed to \"%.*s\"",
				  TOC_STR_ARGS(called));
	toc_receipt_readers(q, draft(q, "M19.outreach", m), m, called);
	return 0;
}
