/* threat.c: what a provider says about a threat to life (M4): draft, send, supplement, withdraw.
 *
 * A draft opens the case and starts T16; only the provider sees it. Sending routes it by both laws
 * (routing.c), starts T17 at every desk, and ties it to an open case about the same thing: if a state's desk
 * has accepted that one, the notification goes to that desk and to the hub, pages nobody again, and takes the
 * acceptance over. Source: rules b.2, M4, T16, T17, T8. */
#include <string.h>

#include "domain/rule.h"

#define OWN_DESK_MINUTES 10 /* after aware_at: T16 pages the provider's own desk */

static int check_times(struct toc_ask *q)
{
	const struct toc_value *content = toc_get(q->body, "content");

	if (toc_ask_not_ahead(q, q->body, "aware_at", "body.aware_at") < 0 ||
	    toc_ask_not_ahead(q, toc_get(q->body, "emergency_line_called"), "at",
			      "body.emergency_line_called.at") < 0)
		return -1;
	for (size_t i = 0; i < toc_len(content); i++)
		if (toc_ask_not_ahead(q, toc_at(content, i), "published_at", "body.content.published_at") < 0)
			return -1;
	return 0;
}

/* Who can answer within minutes: whoever says it, or a contact of their organisation (M26). */
static int check_contact(struct toc_ask *q)
{
	struct toc_uuid id = toc_get_id(q->body, "contact_24x7");
	const struct toc_person *who = toc_find_person(q->w, id);

	if (!toc_get(q->body, "contact_24x7") || toc_uuid_eq(id, q->p->person) ||
	    (who && !who->left && toc_short_is(&who->org, q->p->org) && toc_is_contact(q->w, q->p->org, id, q->now)))
		return 0;
	return toc_refuse_unknown(q, "body.contact_24x7");
}

static struct toc_uuid new_case(struct toc_ask *q)
{
	return toc_uuid_named("case", toc_uuid_str(q->a, q->id));
}

static void into_case(struct toc_ask *q, struct toc_draft *d, struct toc_uuid id)
{
	d->case_ref = id;
	d->subject = toc_case_subject(q->a, id);
	toc_set_id(q->a, toc_decided(d), "case", id);
	if (!q->incident)
		return;
	struct toc_value *tie = toc_value_map(q->a); /* sent as part of an incident */
	toc_set_id(q->a, tie, "ref", id);
	toc_set_cstr(q->a, tie, "kind", "belongs_to");
	toc_set_id(q->a, tie, "to", q->incident->id);
	toc_effect(q->a, toc_decided(d), "ties", tie);
}

static struct toc_value *facts(struct toc_ask *q, toc_time aware_at)
{
	struct toc_value *f = toc_value_map(q->a);

	toc_set_text(q->a, f, "notifier", q->p->org);
	toc_set_time(q->a, f, "aware_at", aware_at);
	return f;
}

static toc_time aware_at(struct toc_ask *q)
{
	toc_time t = toc_get_time(q->body, "aware_at", q->at);
	return toc_before(q->at, t) ? q->at : t;
}

int toc_rule_draft(struct toc_ask *q)
{
	if (toc_ask_may(q, 0) < 0 || check_times(q) < 0 || check_contact(q) < 0)
		return -1;
	if (toc_get(q->m, "case_ref"))
		return TOC_REFUSE(q, BAD_VALUE, "case_ref", "domain b.2",
				  "case_ref: a draft opens a new case");
	struct toc_draft *d = toc_ask_draft(q, "M4.draft");
	struct toc_uuid id = new_case(q);
	into_case(q, d, id);
	toc_set(q->a, toc_decided(d), "opened", facts(q, aware_at(q)));
	toc_effect_case_state(q->a, toc_decided(d), TOC_CASE_NONE, TOC_CASE_DRAFT);
	toc_start_timer(q, toc_decided(d), "T16", id, q->p->org, aware_at(q),
			toc_after(aware_at(q), TOC_MINUTES(OWN_DESK_MINUTES)),
			toc_timer_end_now(q->w, TOC_STR("T16"), aware_at(q)));
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	return 0;
}

/* ---- sending ---- */

void toc_join_desk(struct toc_ask *q, struct toc_value *decided, struct toc_uuid threat,
		   const struct toc_addressee *to, enum toc_desk_state from, enum toc_desk_state to_state,
		   bool pages)
{
	struct toc_value *desk = toc_value_map(q->a);

	toc_set_text(q->a, desk, "org", to->org);
	toc_set(q->a, desk, "duty", toc_duty_list(to->duty, q->a));
	toc_set(q->a, desk, "grounds", to->grounds ? to->grounds : toc_value_list(q->a));
	toc_set_text(q->a, desk, "why", to->why);
	toc_set_cstr(q->a, desk, "role", toc_desk_role_name(to->role));
	toc_set_bool(q->a, desk, "pages", pages);
	toc_effect(q->a, decided, "desks", desk);
	toc_effect_desk_state(q->a, decided, to->org, from, to_state);
	if (!pages)
		return;
	toc_start(q, decided, "T17", threat, to->org, q->at);
	toc_page_contact(q, decided, to->org, TOC_FOR_ITL, 0);
}

/* Of the cases that this one is like, and of those tied to them, the one that a state has accepted. */
static const struct toc_threat *accepted_case(struct toc_ask *q, const struct toc_threat *const *like,
					      size_t n, struct toc_str *ret_desk)
{
	for (size_t i = 0; i < n; i++) {
		const struct toc_threat **tied, *t = like[i];
		size_t n_tied = toc_tied_cases(q->w, t, q->a, &tied);
		for (size_t k = 0; k <= n_tied; t = k < n_tied ? tied[k] : NULL, k++)
			for (uint32_t j = 0; j < t->n_desks; j++) {
				const struct toc_desk *desk = &t->desks[j];
				const struct toc_organisation *o =
					toc_find_organisation(q->w, toc_short_str(&desk->org));
				if (t->state != TOC_CASE_SENT || !o || (o->kinds & TOC_KIND_HUB) || !toc_can_take(q, toc_short_str(&desk->org)) ||
				    (desk->state != TOC_DESK_ACCEPTED && desk->state != TOC_DESK_IN_PROGRESS))
					continue;
				*ret_desk = toc_short_str(&desk->org);
				return t;
			}
	}
	return NULL;
}

static void take_over(struct toc_ask *q, struct toc_value *decided, struct toc_uuid id,
		      const struct toc_threat *accepted, struct toc_str desk, uint32_t duty)
{
	struct toc_str hub = toc_hub(q->w, q->exercise);
	struct toc_addressee to = { .org = desk,
				    .role = TOC_DESK_COMPETENT,
				    .duty = duty,
				    .why = TOC_STR("it has accepted a case about the same thing") };

	toc_join_desk(q, decided, id, &to, TOC_DESK_NONE, TOC_DESK_ACCEPTED, false);
	if (hub.n && !toc_str_eq(hub, desk)) {
		to = (struct toc_addressee){
			.org = hub,
			.role = TOC_DESK_HUB,
			.duty = duty,
			.why = TOC_STR("hub: a copy of every notification that goes to a state")
		};
		toc_join_desk(q, decided, id, &to, TOC_DESK_NONE, TOC_DESK_SENT, false);
	}
	if (accepted->keep_until.us != TOC_TIME_NEVER.us && toc_before(q->at, accepted->keep_until)) {
		struct toc_value *keep = toc_value_map(q->a);
		toc_set_time(q->a, keep, "until", accepted->keep_until);
		toc_set_text(q->a, keep, "for", toc_short_str(&accepted->kept_for));
		toc_set(q->a, decided, "keep", keep);
	}
}

/* Kept for six months of its removal, or longer, as the provider says then or later: a review is pending (TCO 6(2)). */
static void content_removed(struct toc_ask *q, struct toc_value *decided, struct toc_uuid id)
{
	const struct toc_timer *t = q->threat ? toc_running(q->w, "T8", id, q->p->org) : NULL;
	toc_time until = toc_get_time(toc_get(q->body, "preserved"), "until", q->at), end;

	if (q->threat && q->threat->removed) {
		if (t && t->next.us != TOC_TIME_NEVER.us && toc_before(t->deadline, until)) /* not what is over */
			toc_start_until(q, decided, "T8", id, q->p->org, t->starts, until);
		return;
	}
	if (!toc_get_is(q->body, "content_status", "removed"))
		return;
	end = toc_timer_end(TOC_STR("T8"), q->at);
	toc_set_bool(q->a, decided, "removed", true);
	toc_start_until(q, decided, "T8", id, q->p->org, q->at, toc_before(end, until) ? until : end);
}

static void set_dup_keys(struct toc_ask *q, struct toc_value *decided)
{
	if (toc_len(q->c->dup_keys))
		toc_set(q->a, decided, "dup_keys", toc_value_copy(q->a, q->c->dup_keys));
}

/* T16 has been met or missed by now: a case that was sent without a draft says so too. */
static void stop_t16(struct toc_ask *q, struct toc_value *decided, struct toc_uuid id, toc_time aware)
{
	if (q->threat) {
		toc_stop_timer(q, decided, "T16", q->threat, q->p->org);
		return;
	}
	struct toc_value *stopped = toc_value_map(q->a);
	toc_set_cstr(q->a, stopped, "timer", "T16");
	toc_set_id(q->a, stopped, "id", toc_timer_id(TOC_STR("T16"), id, q->p->org));
	toc_set_text(q->a, stopped, "desk", q->p->org);
	toc_set_time(q->a, stopped, "at", q->at);
	toc_set_bool(q->a, stopped, "met", !toc_before(toc_timer_end_now(q->w, TOC_STR("T16"), aware), q->at));
	toc_set_int(q->a, stopped, "took_ms", toc_between(aware, q->at).us / 1000);
	toc_effect(q->a, decided, "timers_stopped", stopped);
}

static int check_sendable(struct toc_ask *q)
{
	const struct toc_threat *t = q->threat;

	if (toc_ask_may(q, !t || toc_short_is(&t->notifier, q->p->org) ? TOC_IF_OWN : 0) < 0)
		return -1;
	if (t && t->state != TOC_CASE_DRAFT)
		return TOC_REFUSE(q, STATE, "body.step", "domain b.2",
				  "the case is %s: only a draft is sent; add to it by a supplement",
				  toc_case_state_name(t->state));
	if (check_times(q) < 0 || check_contact(q) < 0)
		return -1;
	int64_t differs = t ? toc_between(t->aware_at, toc_get_time(q->body, "aware_at", t->aware_at)).us : 0;
	if (differs > TOC_SKEW.us || differs < -TOC_SKEW.us)
		return TOC_REFUSE(q, CONDITION, "body.aware_at", "domain b.2",
				  "aware_at: the draft has fixed it at %s",
				  toc_time_str(q->a, t->aware_at).p);
	return 0;
}

int toc_rule_send(struct toc_ask *q)
{
	const struct toc_threat **like = NULL, *accepted = NULL;
	struct toc_route route = { 0 };
	struct toc_str accepting = { NULL, 0 };
	uint32_t duty = toc_duty_bits(toc_get(q->body, "duty"));

	if (check_sendable(q) < 0)
		return -1;
	toc_time aware = q->threat ? q->threat->aware_at : aware_at(q);
	struct toc_uuid id = q->threat ? q->threat->id : new_case(q);
	if (!q->threat && toc_find_threat(q->w, id))
		return TOC_REFUSE(q, ID_CONFLICT, "id", "domain M0", "id: already used for something else");
	if (toc_route_threat(q, q->body, q->org, toc_get(q->m, "audience"), &route) < 0)
		return -1;
	size_t n_like = q->looking ? 0
				   : toc_like_cases(q, q->threat,
						    &like); /* to prepare tells nothing of other cases */
	accepted = accepted_case(q, like, n_like, &accepting);

	struct toc_draft *d = toc_ask_draft(q, "M4.send");
	struct toc_value *decided = toc_decided(d), *notice = facts(q, aware);
	into_case(q, d, id);
	toc_set(q->a, notice, "duty", toc_duty_list(duty, q->a));
	toc_set(q->a, decided, "notice", notice);
	toc_effect_case_state(q->a, decided, q->threat ? TOC_CASE_DRAFT : TOC_CASE_NONE, TOC_CASE_SENT);
	if (accepted) {
		take_over(q, decided, id, accepted, accepting, duty);
	} else {
		for (size_t i = 0; i < route.n; i++)
			toc_join_desk(q, decided, id, &route.to[i], TOC_DESK_NONE, TOC_DESK_SENT, true);
		if (route.policy_version.n)
			toc_set_text(q->a, decided, "policy_version", route.policy_version);
	}
	stop_t16(q, decided, id, aware);
	content_removed(q, decided, id);
	set_dup_keys(q, decided);
	if (q->looking)
		toc_set(q->a, decided, "warnings", route.warnings);
	toc_readers_of_case(q, d, q->p->org, NULL, toc_get(decided, "desks"));
	for (size_t i = 0; i < n_like; i++)
		toc_draft_link(q, like[i], id, q->p->org, toc_get(decided, "desks"));
	return 0;
}

/* ---- afterwards ---- */

/* A case that was over is not for a state that hears of it now: its desk is to answer. */
static int reopens(struct toc_ask *q, struct toc_draft *d, const struct toc_route *route)
{
	const struct toc_threat *t = q->threat;
	bool joins = false;

	for (size_t i = 0; i < route->n; i++)
		joins |= !toc_asked(q->w, t, route->to[i].org);
	if (t->state != TOC_CASE_CLOSED || !joins)
		return 0;
	if (toc_world_get(q->w, TOC_OBJECT_erased, TOC_KEY(t->id)))
		return TOC_REFUSE(q, STATE, "body.concerned_states", "domain b.2, (e) 7",
				  "concerned_states: what was said in this case is erased: notify anew");
	toc_effect_case_state(q->a, toc_decided(d), t->state, TOC_CASE_SENT);
	return 0;
}

/* Further states: their desks join, and get what the provider has said so far by a disclosure. */
static int further_states(struct toc_ask *q, struct toc_draft *d)
{
	struct toc_route route = { .warnings = toc_value_list(q->a) };

	if (toc_route_states(q, toc_get(q->body, "concerned_states"), q->threat->duty, &route) < 0)
		return -1;
	struct toc_value *joining = toc_value_list(q->a);
	if (reopens(q, d, &route) < 0)
		return -1;
	for (size_t i = 0; i < route.n; i++) {
		if (toc_asked(q->w, q->threat, route.to[i].org))
			continue;
		struct toc_value *desk = toc_value_map(q->a);
		toc_set_text(q->a, desk, "org", route.to[i].org);
		toc_push(q->a, joining, desk);
	}
	toc_readers_of_case(q, d, q->p->org, q->threat, joining);
	for (size_t i = 0; i < route.n; i++)
		if (!toc_asked(q->w, q->threat, route.to[i].org))
			toc_draft_disclosure(q, q->threat,
						   &(struct toc_joining){ .org = route.to[i].org,
									  .role = route.to[i].role,
									  .duty = route.to[i].duty,
									  .ground = "state_found",
									  .why = route.to[i].why,
									  .what = TOC_DISCLOSE_OWN });
	return 0;
}

int toc_rule_supplement(struct toc_ask *q)
{
	const struct toc_threat **like, *t = q->threat;

	if (toc_ask_may(q, toc_short_is(&t->notifier, q->p->org) ? TOC_IF_OWN : 0) < 0 || check_times(q) < 0 ||
	    check_contact(q) < 0)
		return -1;
	if (t->state != TOC_CASE_SENT && t->state != TOC_CASE_CLOSED)
		return TOC_REFUSE(q, STATE, "body.step", "domain b.2",
				  "the case is %s: a supplement follows what was sent",
				  toc_case_state_name(t->state));
	struct toc_draft *d = toc_ask_draft(q, "M4.supplement");
	d->ref = t->notice;
	toc_set_id(q->a, toc_decided(d), "case", t->id);
	content_removed(q, toc_decided(d), t->id);
	if (t->state == TOC_CASE_SENT)
		set_dup_keys(q, toc_decided(d));
	if (further_states(q, d) < 0)
		return -1;
	size_t n_like = q->looking || t->state != TOC_CASE_SENT ? 0 : toc_like_cases(q, t, &like);
	struct toc_value *desks = toc_value_list(q->a);
	for (uint32_t i = 0; n_like && i < t->n_desks; i++) {
		if (!toc_asked(q->w, t, toc_short_str(&t->desks[i].org)))
			continue;
		struct toc_value *desk = toc_value_map(q->a);
		toc_set_text(q->a, desk, "org", toc_short_str(&t->desks[i].org));
		toc_push(q->a, desks, desk);
	}
	for (size_t i = 0; i < n_like; i++)
		toc_draft_link(q, like[i], t->id, toc_short_str(&t->notifier), desks);
	return 0;
}

int toc_rule_withdraw(struct toc_ask *q)
{
	const struct toc_threat *t = q->threat;

	if (toc_ask_may(q, toc_short_is(&t->notifier, q->p->org) ? TOC_IF_OWN : 0) < 0 || check_contact(q) < 0)
		return -1;
	if (t->state != TOC_CASE_DRAFT && t->state != TOC_CASE_SENT)
		return TOC_REFUSE(q, STATE, "body.step", "domain b.2", "the case is %s already",
				  toc_case_state_name(t->state));
	struct toc_draft *d = toc_ask_draft(q, "M4.withdraw");
	struct toc_value *decided = toc_decided(d);
	d->ref = t->notice;
	toc_set_id(q->a, decided, "case", t->id);
	toc_effect_case_state(q->a, decided, t->state, TOC_CASE_WITHDRAWN);
	toc_stop_timer(q, decided, "T16", t, q->p->org);
	for (uint32_t i = 0; i < t->n_desks; i++) {
		enum toc_desk_state to;
		struct toc_str org = toc_short_str(&t->desks[i].org);
		if (toc_desk_step(TOC_STR("M4.withdraw"), t->desks[i].state, &to))
			toc_effect_desk_state(q->a, decided, org, t->desks[i].state, to);
		toc_stop_timer(q, decided, "T17", t, org);
		toc_stop_timer(q, decided, "T18", t, org);
	}
	toc_readers_of_case(q, d, q->p->org, t, NULL);
	return 0;
}
