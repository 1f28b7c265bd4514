/* process.c: orders that run in another system (M22): that there is one, until when, and what became of it.
 *
 *   T27  production: 8 hours in an emergency, else 10 days, from receipt; an order of another kind states its own end
 *   T28  objection of the enforcing state to an emergency order: 96 hours from its notification; ends by itself
 *   T29  validation of an order that was issued before it: 48 hours from issue
 *
 * A pointer has no content. It is read by its two sides; case and incident are named only to who knows of them.
 * Source: rules M22; Regulation (EU) 2023/1543, Articles 4(5), 10. */
#include "domain/rule.h"

#define EMERGENCY_HOURS 8
#define NORMAL_DAYS 10

static bool is_production(const struct toc_value *body)
{
	return toc_get_is(body, "kind", "EPOC");
}

static int check_times(struct toc_ask *q)
{
	toc_time due = toc_get_time(q->body, "due_at", TOC_TIME_NEVER);

	if (toc_ask_not_ahead(q, q->body, "issued_at", "body.issued_at") < 0 ||
	    toc_ask_not_ahead(q, q->body, "received_at", "body.received_at") < 0)
		return -1;
	if (is_production(q->body) && due.us != TOC_TIME_NEVER.us)
		return TOC_REFUSE(q, CONDITION, "body.due_at", "e-Evidence 10",
				  "due_at: the law says when: %d hours, or %d days", EMERGENCY_HOURS, NORMAL_DAYS);
	if (!toc_before(q->at, due))
		return TOC_REFUSE(q, TIME, "body.due_at", "domain M22", "due_at: is over already");
	return 0;
}

/* It must not tell its addressee of a case or incident that they do not know. */
static int check_addressee(struct toc_ask *q, struct toc_str addressee)
{
	if (!q->threat && !q->incident)
		return TOC_REFUSE(q, MISSING_FIELD, "incident_ref", "domain M22", "incident_ref, or case_ref: in which matter");
	if (q->threat && !toc_short_is(&q->threat->notifier, addressee))
		return TOC_REFUSE(q, CONDITION, "case_ref", "domain M22",
				  "case_ref: of the case that the addressee has notified");
	if (q->incident && !toc_is_party(q->incident, addressee))
		return TOC_REFUSE(q, CONDITION, "incident_ref", "domain M22",
				  "incident_ref: the addressee does not know of the incident");
	return 0;
}

int toc_rule_process_open(struct toc_ask *q)
{
	struct toc_str addressee = toc_get_text(q->body, "addressee");
	bool emergency = toc_get_bool(q->body, "emergency");

	if (toc_ask_may(q, 0) < 0 || check_addressee(q, addressee) < 0 || check_times(q) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "M22.open");
	struct toc_value *decided = toc_decided(d), *process = toc_value_map(q->a);
	toc_time received = toc_get_time(q->body, "received_at", q->at),
		 due = !is_production(q->body) ? toc_get_time(q->body, "due_at", TOC_TIME_NEVER)
					       : toc_after(received, emergency ? TOC_HOURS(EMERGENCY_HOURS)
									       : TOC_HOURS(24 * NORMAL_DAYS));
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	if (toc_str_eq(addressee, q->p->org) || !toc_reader_add(q, d, addressee, TOC_IF_ADR))
		return TOC_REFUSE(q, NO_READER, "body.addressee", "domain a.3.1",
				  "addressee: nobody of \"%.*s\" may read this type of message here",
				  TOC_STR_ARGS(addressee));
	toc_set_text(q->a, process, "addressee", addressee);
	toc_set(q->a, process, "kind", toc_get(q->body, "kind"));
	toc_set_bool(q->a, process, "emergency", emergency);
	toc_set_time(q->a, process, "due", due);
	toc_set(q->a, decided, "process", process);
	if (due.us != TOC_TIME_NEVER.us)
		toc_start_until(q, decided, "T27", q->id, addressee, received, due);
	if (toc_get_bool(q->body, "to_be_validated"))
		toc_start(q, decided, "T29", q->id, q->p->org, toc_get_time(q->body, "issued_at", q->at));
	return 0;
}

static bool is_addressees(struct toc_str status)
{
	return toc_str_is(status, "received") || toc_str_is(status, "fulfilled") || toc_str_is(status, "refused");
}

static void timers(struct toc_ask *q, struct toc_value *decided, const struct toc_process *p, struct toc_str status,
		   enum toc_process_state to)
{
	struct toc_str addressee = toc_short_str(&p->addressee), org = toc_short_str(&p->org);
	bool withdrawn = to == TOC_PROCESS_WITHDRAWN;

	if (to == TOC_PROCESS_FULFILLED || to == TOC_PROCESS_REFUSED || withdrawn)
		toc_stop_timer_of(q, decided, "T27", p->id, addressee);
	if (toc_str_is(status, "notified") && p->emergency)
		toc_start(q, decided, "T28", p->id, org, q->at);
	if (toc_str_is(status, "objected") || withdrawn)
		toc_stop_timer_of(q, decided, "T28", p->id, org);
	if (toc_str_is(status, "validated") || withdrawn)
		toc_stop_timer_of(q, decided, "T29", p->id, org);
}

int toc_rule_process_status(struct toc_ask *q)
{
	const struct toc_process *p = toc_find_process(q->w, toc_get_id(q->body, "process_ref"));
	const struct toc_message *m = p ? toc_find_message(q->w, p->id) : NULL;
	struct toc_str status = toc_get_text(q->body, "status");
	enum toc_process_state to;

	if (!m || p->mode != q->mode || !toc_uuid_eq(p->exercise, q->exercise_id) ||
	    !toc_is_reader(m, q->p->org, q->roles))
		return toc_refuse_unknown(q, "body.process_ref");
	bool issuer = toc_short_is(&p->org, q->p->org);
	if (toc_ask_may(q, issuer ? TOC_IF_OWN : TOC_IF_ADR) < 0)
		return -1;
	if (issuer == is_addressees(status))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.status", "domain M22", "status: %.*s is for the other side to say",
				  TOC_STR_ARGS(status));
	if (!toc_process_step(status, p->state, &to))
		return TOC_REFUSE(q, STATE, "body.status", "domain M22", "status: it is %s already",
				  toc_process_state_name(p->state));
	if (p->notified && toc_str_is(status, "notified"))
		return TOC_REFUSE(q, STATE, "body.status", "e-Evidence 10(4)", "status: the enforcing state was notified already");
	q->threat = toc_find_threat(q->w, p->threat);
	q->incident = toc_find_incident(q->w, p->incident);
	struct toc_draft *d = toc_ask_draft(q, "M22.status");
	struct toc_value *step = toc_value_map(q->a);
	d->ref = p->id;
	toc_set_id(q->a, step, "process", p->id);
	toc_set_cstr(q->a, step, "from", toc_process_state_name(p->state));
	toc_set_cstr(q->a, step, "to", toc_process_state_name(to));
	toc_set(q->a, toc_decided(d), "process_state", step);
	timers(q, toc_decided(d), p, status, to);
	(void)toc_reader_add(q, d, toc_short_str(&p->org), TOC_IF_OWN);
	(void)toc_reader_add(q, d, toc_short_str(&p->addressee), TOC_IF_ADR | (issuer ? 0 : TOC_IF_OWN));
	return 0;
}
