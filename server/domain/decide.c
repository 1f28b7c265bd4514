/* decide.c: what a command may do: one table, catalogue name → rule, and the checks that every rule shares.
 *
 * Order of the checks, so that a refusal tells nobody what is not theirs: is the sender a member, and who came by a
 * link within its scope; was it said before; may people like the sender ever do this (which depends on no object); is the mode right; is the
 * object theirs to see
 * ("not yours" and "does not exist" are one answer); then the rule, which asks about the object. */
#include <string.h>

#include "domain/rule.h"

enum need { FREE = 0, CASE = 1, MAY_HAVE_CASE = 2, DIRECTORY = 4, OUTSIDE = 8, BY_SERVER = 16, INCIDENT = 32,
	    OR_PROPOSE = 64, ORDER = 128, MAY_HAVE_ORDER = 256, ANY_MODE = 512, ADDRESSED = 1024, OF_TWO = 2048 };

static const struct {
	const char *k;
	toc_rule *rule;
	unsigned needs; /* CASE: case_ref names a case; INCIDENT: incident_ref names one; ORDER: body.order_ref names
			   a removal order; DIRECTORY: mode system; OUTSIDE: of the exercise it
			   names; BY_SERVER: the server may do it of itself: a directory is set up, receipts
			   are gathered; OR_PROPOSE: whoever may not decide it alone proposes it;
			   ANY_MODE: mode system as well as the others; ADDRESSED: the sender names whom it goes to; OF_TWO: the second
			   person names the first in supersedes */
} rules[] = {
	{ "M1.report", toc_rule_report, ADDRESSED },
	{ "M1.reference", toc_rule_reference, ADDRESSED },
	{ "M1.link", toc_rule_link, INCIDENT },
	{ "M1.unlink", toc_rule_unlink, INCIDENT },
	{ "M2.propose", toc_rule_warning_propose, INCIDENT },
	{ "M2.issue", toc_rule_warning_issue, INCIDENT },
	{ "M2.decline", toc_rule_warning_decline, MAY_HAVE_CASE },
	{ "M3.assess", toc_rule_assess, INCIDENT },
	{ "M3.assign", toc_rule_assign, INCIDENT },
	{ "M3.not_activate", toc_rule_decide, INCIDENT | OR_PROPOSE },
	{ "M3.change", toc_rule_decide, INCIDENT | OR_PROPOSE },
	{ "M3.wind_down", toc_rule_decide, INCIDENT | OR_PROPOSE },
	{ "M3.propose", toc_rule_propose, INCIDENT },
	{ "M3.confirm", toc_rule_confirm, INCIDENT },
	{ "M3.fast_path", toc_rule_fast_path, INCIDENT },
	{ "M3.object", toc_rule_object, INCIDENT },
	{ "M3.withdraw", toc_rule_withdraw_decision, INCIDENT },
	{ "M3.link_activation", toc_rule_link_activation, INCIDENT },
	{ "M4.draft", toc_rule_draft, FREE },
	{ "M4.send", toc_rule_send, MAY_HAVE_CASE | ADDRESSED },
	{ "M4.supplement", toc_rule_supplement, CASE },
	{ "M4.withdraw", toc_rule_withdraw, CASE },
	{ "M5.ack", toc_rule_ack, CASE },
	{ "M5.accept", toc_rule_accept, CASE },
	{ "M5.redirect", toc_rule_redirect, CASE },
	{ "M5.reject", toc_rule_reject, CASE },
	{ "M5.question", toc_rule_question, CASE },
	{ "M5.answer", toc_rule_answer, CASE },
	{ "M5.outcome", toc_rule_outcome, CASE },
	{ "M6.propose", toc_rule_signals, INCIDENT | ADDRESSED },
	{ "M6.share", toc_rule_signals, INCIDENT | ADDRESSED },
	{ "M6.variant", toc_rule_signals, INCIDENT | ADDRESSED },
	{ "M6.scope", toc_rule_scope, INCIDENT | ADDRESSED },
	{ "M7.match_count", toc_rule_match_count, FREE },
	{ "M7.opinion", toc_rule_opinion, FREE },
	{ "M7.false_positive", toc_rule_false_positive, FREE },
	{ "M7.not_applicable", toc_rule_not_applicable, FREE },
	{ "M9.inform", toc_rule_inform, FREE },
	{ "M10.draft", toc_rule_order_draft, MAY_HAVE_ORDER },
	{ "M10.certify", toc_rule_order_certify, ORDER },
	{ "M10.issue", toc_rule_order_issue, ORDER },
	{ "M10.silence", toc_rule_order_silence, ORDER },
	{ "M10.withdraw", toc_rule_order_withdraw, ORDER },
	{ "M12.send", toc_rule_order_executed, ORDER },
	{ "M13.send", toc_rule_order_impossible, ORDER },
	{ "M14.clarification", toc_rule_clarification, ORDER },
	{ "M14.obstacle_ended", toc_rule_obstacle_ended, ORDER },
	{ "M15.request", toc_rule_scrutiny_request, ORDER },
	{ "M15.own_motion", toc_rule_scrutiny_own_motion, ORDER },
	{ "M15.intention", toc_rule_scrutiny_intention, ORDER },
	{ "M15.decision", toc_rule_scrutiny_decision, ORDER },
	{ "M16.reinstate", toc_rule_reinstate, ORDER },
	{ "M17.send", toc_rule_refer, ADDRESSED },
	{ "M17.answer", toc_rule_referral_answer, FREE },
	{ "M18.check", toc_rule_check, MAY_HAVE_ORDER },
	{ "M18.answer", toc_rule_check_answer, FREE },
	{ "M18.decide", toc_rule_check_decide, FREE },
	{ "M8.retract", toc_rule_retract, FREE },
	{ "lookup.ask", toc_rule_lookup, FREE },
	{ "M19.machine", toc_rule_receipt_machine, BY_SERVER },
	{ "M19.human", toc_rule_receipt_human, FREE },
	{ "M19.outreach", toc_rule_outreach, FREE },
	{ "M20.draft", toc_rule_sitrep, INCIDENT },
	{ "M20.approve", toc_rule_sitrep, INCIDENT },
	{ "M20.hand_over", toc_rule_hand_over, FREE },
	{ "M21.send", toc_rule_status, INCIDENT },
	{ "M22.open", toc_rule_process_open, MAY_HAVE_CASE },
	{ "M22.status", toc_rule_process_status, FREE },
	{ "M23.contribute", toc_rule_contribute, INCIDENT },
	{ "M23.final", toc_rule_final, INCIDENT },
	{ "M23.publish", toc_rule_publish, INCIDENT },
	{ "M24.send", toc_rule_complaints, FREE },
	{ "M25.recall", toc_rule_recall, FREE },
	{ "M25.confirm", toc_rule_recall_confirm, FREE },
	{ "M19.delivery", toc_rule_delivery, OUTSIDE | BY_SERVER | ANY_MODE },
	{ "M26.own", toc_rule_contact_own, DIRECTORY | BY_SERVER | OF_TWO },
	{ "M26.verify", toc_rule_contact_verify, DIRECTORY },
	{ "M26.test", toc_rule_contact_test, DIRECTORY },
	{ "M26.confirm", toc_rule_contact_confirm, DIRECTORY },
	{ "M26.drill", toc_rule_drill, DIRECTORY },
	{ "M26.answer", toc_rule_drill_answer, DIRECTORY },
	{ "M26.roster", toc_rule_roster, DIRECTORY },
	{ "M26.duty", toc_rule_duty, DIRECTORY },
	{ "M28.send", toc_rule_protect, MAY_HAVE_CASE | ADDRESSED },
	{ "M29.disclose", toc_rule_disclose, MAY_HAVE_CASE },
	{ "exercise.create", toc_rule_exercise_create, OUTSIDE | BY_SERVER },
	{ "exercise.join", toc_rule_exercise_join, OUTSIDE | BY_SERVER },
	{ "exercise.leave", toc_rule_exercise_leave, FREE },
	{ "exercise.clock", toc_rule_exercise_clock, BY_SERVER },
	{ "exercise.inject", toc_rule_exercise_inject, FREE },
	{ "exercise.end", toc_rule_exercise_end, FREE },
	{ "M27.own", toc_rule_query_own, DIRECTORY },
	{ "M27.mandate", toc_rule_query_mandate, DIRECTORY },
	{ "M27.result", toc_rule_query_result, DIRECTORY | BY_SERVER },
	{ "org.admit", toc_rule_org_admit, DIRECTORY | BY_SERVER | OF_TWO },
	{ "org.change", toc_rule_org_change, DIRECTORY | OF_TWO },
	{ "org.kinds", toc_rule_org_kinds, DIRECTORY | OF_TWO },
	{ "org.suspend", toc_rule_org_suspend, DIRECTORY | OF_TWO },
	{ "person.enrol", toc_rule_person_enrol, DIRECTORY | BY_SERVER },
	{ "person.leave", toc_rule_person_leave, DIRECTORY },
	{ "role.grant", toc_rule_role, DIRECTORY | OF_TWO },
	{ "role.revoke", toc_rule_role, DIRECTORY | OF_TWO },
	{ "credential.issue", toc_rule_credential_issue, DIRECTORY | BY_SERVER },
	{ "credential.rotate", toc_rule_credential_rotate, DIRECTORY },
	{ "credential.revoke", toc_rule_credential_revoke, DIRECTORY | BY_SERVER },
	{ "credential.end_sessions", toc_rule_sessions_end, DIRECTORY },
	{ "mandate.grant", toc_rule_mandate_grant, DIRECTORY | BY_SERVER | OF_TWO },
	{ "mandate.end", toc_rule_mandate_end, DIRECTORY | OF_TWO },
	{ "hold.set", toc_rule_hold_set, DIRECTORY },
	{ "hold.lift", toc_rule_hold_lift, DIRECTORY },
	{ "erase.due", toc_rule_erase_due, DIRECTORY | BY_SERVER },
	{ "erase.early", toc_rule_erase_early, DIRECTORY | OF_TWO },
	{ "erase.list", toc_rule_erase_list, DIRECTORY },
	{ "policy.set", toc_rule_policy_set, DIRECTORY | OF_TWO },
	{ "policy.national", toc_rule_policy, DIRECTORY | BY_SERVER | OF_TWO },
	{ "policy.vocabulary", toc_rule_vocabulary, DIRECTORY | BY_SERVER },
	{ "policy.channels", toc_rule_channels, DIRECTORY | BY_SERVER },
	{ "timestamp.stamp", toc_rule_stamp, DIRECTORY | BY_SERVER },
	{ "courier.take_over", toc_rule_take_over, DIRECTORY | BY_SERVER },
	{ "breakglass.open", toc_rule_glass_open, DIRECTORY },
	{ "breakglass.confirm", toc_rule_glass_confirm, DIRECTORY },
	{ "breakglass.close", toc_rule_glass_close, DIRECTORY },
	{ "exposure.decide", toc_rule_exposure_decide, FREE },
	{ "exposure.report", toc_rule_exposure_report, FREE },
	{ "exposure.request", toc_rule_exposure_request, FREE },
	{ "storage.review", toc_rule_storage_review, FREE },
	{ "hook.declare", toc_rule_hook_declare, DIRECTORY },
	{ "hook.confirm", toc_rule_hook_confirm, DIRECTORY },
	{ "hook.rotate", toc_rule_hook_step, DIRECTORY },
	{ "hook.pause", toc_rule_hook_step, DIRECTORY },
	{ "hook.resume", toc_rule_hook_step, DIRECTORY },
	{ "hook.remove", toc_rule_hook_step, DIRECTORY },
	{ "hook.test", toc_rule_hook_step, DIRECTORY },
	{ "hook.resend", toc_rule_hook_step, DIRECTORY },
	{ "hook.disable", toc_rule_hook_step, DIRECTORY | BY_SERVER },
	{ "witness.register", toc_rule_witness_register, DIRECTORY | BY_SERVER | OF_TWO },
	{ "witness.revoke", toc_rule_witness_revoke, DIRECTORY },
	{ "push.allow", toc_rule_push_allow, DIRECTORY },
	{ "push.subscribe", toc_rule_push_subscribe, DIRECTORY },
	{ "push.unsubscribe", toc_rule_push_unsubscribe, DIRECTORY | BY_SERVER },
	{ "session.refused", toc_rule_session_refused, DIRECTORY | BY_SERVER },
	{ "session.close", toc_rule_session_close, DIRECTORY | BY_SERVER },
};

static int check_sender(struct toc_ask *q)
{
	struct toc_str org = toc_get_text(q->m, "sender_org"), person = toc_get_text(q->m, "sender_person");

	if (!q->p->org.n)
		return 0;
	const struct toc_person *who = toc_find_person(q->w, q->p->person);
	q->org = toc_find_organisation(q->w, q->p->org);
	if (!q->org || !who || who->left || q->org->suspended || !toc_short_is(&who->org, q->p->org))
		return TOC_REFUSE(q, NOT_PERMITTED, "", "domain a.3.1",
				  "the sender is not, or no longer, a member");
	q->roles = who->roles & toc_roles_held_in(q->org->kinds);
	if (q->action->flags & TOC_ACTION_SERVER)
		return TOC_REFUSE(q, NOT_PERMITTED, "type", "domain a.3.1", "%s: only the server makes it",
				  q->action->k);
	if (org.n && !toc_str_eq(org, q->p->org))
		return TOC_REFUSE(q, NOT_PERMITTED, "sender_org", "TCO 3(5)", "sender_org: you are %.*s",
				  TOC_STR_ARGS(q->p->org));
	if (person.n && !toc_uuid_eq(toc_id_of(person), q->p->person))
		return TOC_REFUSE(q, NOT_PERMITTED, "sender_person", "TCO 3(5)",
				  "sender_person: it is not the person who is signed in");
	return 0;
}

/* @return 1 when the same was accepted before: the verdict says so */
static int check_repetition(struct toc_ask *q)
{
	const struct toc_message *before = toc_find_message(q->w, q->id);
	struct toc_str org = q->p->org.n ? q->p->org : TOC_STR("server");

	if (!before)
		return 0;
	if (!toc_short_is(&before->org, org) ||
	    memcmp(before->digest.b, q->c->digest, sizeof before->digest.b))
		return TOC_REFUSE(q, ID_CONFLICT, "id", "domain M0", "id: already used for something else");
	q->verdict->duplicate = true;
	q->verdict->seq = (uint64_t)before->seq;
	return 1;
}

static int check_mode(struct toc_ask *q, unsigned needs)
{
	q->mode = toc_mode_of(toc_get_text(q->m, "mode"));
	q->exercise_id = toc_get_id(q->m, "exercise_ref");
	q->at = q->c->received;
	if (needs & DIRECTORY) {
		if (q->mode != TOC_MODE_SYSTEM)
			return TOC_REFUSE(q, EXERCISE, "mode", "domain M0",
					  "mode: the directory is real: use \"system\"");
	} else if (q->mode == TOC_MODE_NONE || (q->mode == TOC_MODE_SYSTEM && q->org && !(needs & ANY_MODE))) { /* the server speaks of drills, too */
		return TOC_REFUSE(q, BAD_VALUE, "mode", "domain M0",
				  "mode: \"actual\", \"exercise\" or \"test\"");
	}
	if (q->p->exercise_only && q->mode != TOC_MODE_EXERCISE)
		return TOC_REFUSE(q, EXERCISE, "mode", "domain (e) 13",
				  "mode: this API key is for exercises only");
	if (q->mode != TOC_MODE_EXERCISE) {
		if (!toc_uuid_is_nil(q->exercise_id))
			return TOC_REFUSE(q, EXERCISE, "exercise_ref", "domain (e) 13",
					  "exercise_ref: only in mode \"exercise\"");
		return 0;
	}
	if (toc_uuid_is_nil(q->exercise_id))
		return TOC_REFUSE(q, MISSING_FIELD, "exercise_ref", "domain (e) 13",
				  "exercise_ref: which exercise");
	q->exercise = toc_find_exercise(q->w, q->exercise_id);
	if (!(needs & OUTSIDE)) {
		if (!q->exercise || (q->org && !toc_exercise_has(q->exercise, q->p->org)))
			return TOC_REFUSE(q, EXERCISE, "exercise_ref", "domain (e) 13",
					  "exercise_ref: you take part in no such exercise");
		if (q->exercise->ended)
			return TOC_REFUSE(q, EXERCISE, "exercise_ref", "domain (e) 13",
					  "exercise_ref: the exercise has ended");
	}
	q->at = toc_clock_at(q->exercise, q->c->received);
	return 0;
}

static int check_case(struct toc_ask *q, unsigned needs)
{
	struct toc_uuid id = toc_get_id(q->m, "case_ref");

	if (!(needs & CASE) && (toc_uuid_is_nil(id) || (!q->org && !(needs & MAY_HAVE_CASE))))
		return 0;
	const struct toc_threat *t = toc_find_threat(q->w, id);
	if (!t)
		return toc_refuse_unknown(q, "case_ref");
	const struct toc_desk *desk = toc_asked(q->w, t, q->p->org);
	if (!toc_short_is(&t->notifier, q->p->org) && (!desk || t->state == TOC_CASE_DRAFT))
		return toc_refuse_unknown(q, "case_ref");
	if (!(needs & (CASE | MAY_HAVE_CASE))) /* it says what is so, and nothing hangs on it */
		return 0;
	if (t->mode != q->mode || !toc_uuid_eq(t->exercise, q->exercise_id))
		return TOC_REFUSE(q, EXERCISE, "mode", "domain (e) 13",
				  "mode: the case has another mode or exercise");
	q->threat = t;
	q->desk = desk;
	return 0;
}

bool toc_is_party(const struct toc_incident *i, struct toc_str org)
{
	for (uint32_t k = 0; k < i->n_parties; k++)
		if (toc_short_is(&i->parties[k].org, org))
			return true;
	return false;
}

/* Whatever names an incident: it must be one that the sender's organisation knows of. */
static int check_incident(struct toc_ask *q, unsigned needs)
{
	struct toc_uuid id = toc_get_id(q->m, "incident_ref");

	if (toc_uuid_is_nil(id) && !(needs & INCIDENT))
		return 0;
	const struct toc_incident *i = toc_find_incident(q->w, id);
	if (!i || (q->org && !toc_is_party(i, q->p->org)))
		return toc_refuse_unknown(q, "incident_ref");
	if (i->mode != q->mode || !toc_uuid_eq(i->exercise, q->exercise_id))
		return TOC_REFUSE(q, EXERCISE, "mode", "domain (e) 13",
				  "mode: the incident has another mode or exercise");
	q->incident = i;
	return 0;
}

/* Before it is issued an order is its authority's alone, whatever else is true; then theirs who may read it. */
static int check_order(struct toc_ask *q, unsigned needs)
{
	struct toc_uuid id = toc_get_id(q->body, "order_ref");

	if (!(needs & (ORDER | MAY_HAVE_ORDER)) || (toc_uuid_is_nil(id) && !(needs & ORDER)))
		return 0;
	const struct toc_order *o = toc_find_order(q->w, id);
	const struct toc_message *issue = o ? toc_find_message(q->w, o->issue) : NULL;
	if (!o || (q->org && !toc_short_is(&o->authority, q->p->org) &&
		   (!issue || (!toc_is_reader(issue, q->p->org, q->roles) &&
			       !toc_short_is(&o->home_authority, q->p->org)))))
		return toc_refuse_unknown(q, "body.order_ref");
	if (o->mode != q->mode || !toc_uuid_eq(o->exercise, q->exercise_id))
		return TOC_REFUSE(q, EXERCISE, "mode", "domain (e) 13", "mode: the order has another mode or exercise");
	q->order = o;
	return 0;
}

static int run(struct toc_ask *q)
{
	toc_rule *rule = NULL;
	unsigned needs = 0;

	q->action = toc_action_find(q->c->k);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (toc_str_is(q->c->k, rules[i].k)) {
			rule = rules[i].rule;
			needs = rules[i].needs;
		}
	if (!q->action || (!rule && !(q->action->flags & TOC_ACTION_SERVER)))
		return TOC_REFUSE(q, UNKNOWN_TYPE, "type", "domain (c)", "type: there is no \"%.*s\"",
				  TOC_STR_ARGS(q->c->k));
	if (toc_uuid_is_nil(q->id))
		return TOC_REFUSE(q, MISSING_FIELD, "id", "domain M0", "id: every message has its own");
	int r = check_sender(q);
	if (r == 0 && !rule)
		r = TOC_REFUSE(q, NOT_PERMITTED, "type", "domain a.3.1", "%s: only the server makes it",
			       q->action->k);
	if (r == 0 && !q->org && !(needs & BY_SERVER))
		r = TOC_REFUSE(q, NOT_PERMITTED, "type", "domain a.3.1", "%s: only a member does it",
			       q->action->k);
	if (r == 0)
		r = toc_check_link(q);
	if (r == 0)
		r = check_repetition(q);
	if (r > 0)
		return 0;
	if (r == 0 && (needs & OR_PROPOSE) && q->org && !toc_may_ever(q->action, q->roles, q->org->kinds))
		q->action = toc_action_find(TOC_STR("M3.propose"));
	if (r == 0 && q->org && !toc_may_ever(q->action, q->roles, q->org->kinds))
		r = TOC_REFUSE(q, NOT_PERMITTED, "", "domain a.3.1", "%s: none of your roles may do it",
			       q->action->k);
	if (r == 0)
		r = check_mode(q, needs);
	if (r == 0)
		r = check_case(q, needs);
	if (r == 0)
		r = check_incident(q, needs);
	if (r == 0)
		r = check_order(q, needs);
	if (r == 0)
		r = toc_check_named(q, needs & ADDRESSED, needs & OF_TWO);
	if (r == 0)
		r = toc_check_marking(q);
	return r == 0 ? rule(q) : r;
}

static int ask(const struct toc_world *w, const struct toc_principal *p, const struct toc_command *c,
	       toc_time now, struct toc_arena *a, bool looking, struct toc_verdict *ret_verdict,
	       struct toc_ask *ret_ask)
{
	struct toc_ask q = {
		.w = w,
		.p = p,
		.c = c,
		.a = a,
		.now = now,
		.at = c->received,
		.m = c->message,
		.body = toc_get(c->message, "body"),
		.id = toc_get_id(c->message, "id"),
		.verdict = ret_verdict,
		.looking = looking,
	};
	memset(ret_verdict, 0, sizeof *ret_verdict);
	int r = run(&q);
	if (r == 0) {
		toc_withhold(&q, 0);
		toc_mark_transfers(&q);
	}
	if (r == 0 && !looking && !ret_verdict->duplicate)
		toc_owe_storage_review(&q);
	if (r == 0 && !looking) {
		toc_mail_readers(&q, 0);
		toc_call_readers(&q, 0);
	}
	if (r < 0) {
		struct toc_refusal why = ret_verdict->refusal;
		memset(ret_verdict, 0, sizeof *ret_verdict); /* what was drafted before is not said */
		ret_verdict->refusal = why;
	} else {
		ret_verdict->journalable = q.action->flags & TOC_ACTION_THREAT_LANE;
	}
	*ret_ask = q;
	return r;
}

int toc_decide(const struct toc_world *w, const struct toc_principal *p, const struct toc_command *c,
	       toc_time now, struct toc_arena *a, struct toc_verdict *ret_verdict)
{
	struct toc_ask q;

	return ask(w, p, c, now, a, false, ret_verdict, &q);
}

int toc_look(const struct toc_world *w, const struct toc_principal *p, const struct toc_command *c,
	     toc_time now, struct toc_arena *a, struct toc_verdict *ret_verdict)
{
	struct toc_ask q;

	return ask(w, p, c, now, a, true, ret_verdict, &q);
}
