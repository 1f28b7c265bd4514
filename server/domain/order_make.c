/* order_make.c: removal orders (M9, M10) are made: informed, drafted, certified by a second person, issued; silence; withdrawn.
 *
 * Who certifies names the draft that was read; what is issued is that draft to the letter: both carry the whole form, and a
 * keyed digest of it is compared. A first order to a provider needs 12 hours' notice (M9), or an emergency that it
 * justifies. Its hour starts with its receipt, and so elsewhere: order_answer.c.
 * Source: rules b.3, M9, M10, T1, T2, T9, a.3.1; TCO 3, 4(1), 11(3), 15(2). */
#include "domain/rule.h"

#include <string.h>

#define NOTICE TOC_HOURS(12)
#define SILENCE TOC_HOURS(6 * 7 * 24) /* six weeks: the UTC calendar has no other days */

/* ---- what every form is checked for ---- */

static const struct toc_organisation *provider(struct toc_ask *q, struct toc_str code, const char *field)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, code);

	if (o && (o->kinds & TOC_KIND_HSP) && (!q->exercise || toc_exercise_has(q->exercise, code)))
		return o;
	TOC_REFUSE(q, BAD_VALUE, field, "TCO 2(1)", "%s: no hosting service provider of the directory%s", field,
		   q->exercise ? " that takes part in the exercise" : "");
	return NULL;
}

/* "en" is spoken by who has declared "en-GB", and the other way about. */
static bool same_language(struct toc_str x, struct toc_str y)
{
	const char *dash_x = memchr(x.p, '-', x.n), *dash_y = memchr(y.p, '-', y.n);

	if (dash_x && dash_y)
		return toc_str_eq(x, y);
	x.n = dash_x ? (size_t)(dash_x - x.p) : x.n;
	y.n = dash_y ? (size_t)(dash_y - y.p) : y.n;
	return toc_str_eq(x, y);
}

static int check_language(struct toc_ask *q, const struct toc_organisation *hsp, struct toc_str language)
{
	const struct toc_point *p = toc_point_for(q->w, toc_short_str(&hsp->code), TOC_FOR_ORDERS, q->now);
	const struct toc_tongue *languages = p ? p->languages : hsp->languages;
	uint32_t n = p ? p->n_languages : hsp->n_languages;

	for (uint32_t i = 0; i < n; i++)
		if (same_language(toc_short_str(&languages[i].lang), language))
			return 0;
	return n ? TOC_REFUSE(q, CONDITION, "body.order.language", "TCO 15(2)",
					     "language: %.*s has not declared \"%.*s\"",
					     TOC_STR_ARGS(toc_short_str(&hsp->code)), TOC_STR_ARGS(language))
				: 0;
}

static int check_silence(struct toc_ask *q, const struct toc_value *silence)
{
	if (!toc_get_bool(silence, "silent"))
		return 0;
	toc_time decided_at = toc_get_time(silence, "decided_at", q->at), until = toc_get_time(silence, "until", q->at);
	if (toc_ask_not_ahead(q, silence, "decided_at", "body.order.non_disclosure.decided_at") < 0)
		return -1;
	if (!toc_before(q->at, until))
		return TOC_REFUSE(q, TIME, "body.order.non_disclosure.until", "TCO 11(3)", "until: is over already");
	if (toc_before(toc_after(decided_at, SILENCE), until))
		return TOC_REFUSE(q, LIMIT, "body.order.non_disclosure.until", "TCO 11(3)",
				  "until: at most six weeks from the decision");
	return 0;
}

static bool has_basis(const struct toc_value *m)
{
	const struct toc_value *list = toc_get(m, "legal_basis");

	for (size_t i = 0; i < toc_len(list); i++)
		if (toc_get_is(toc_at(list, i), "act", "TCO") && toc_get_is(toc_at(list, i), "article", "3(1)"))
			return true;
	return false;
}

static int check_form(struct toc_ask *q, const struct toc_value *form, const struct toc_organisation *hsp)
{
	struct toc_str home = toc_home_state(q->w, hsp, q->at), said = toc_get_text(form, "hsp_home_state"),
		       state = toc_get_text(form, "issuing_state");

	if (!has_basis(q->m))
		return TOC_REFUSE(q, CONDITION, "legal_basis", "TCO 3(1)", "legal_basis: an order rests on TCO 3(1)");
	if (!toc_short_is(&q->org->established_in, state))
		return TOC_REFUSE(q, CONDITION, "body.order.issuing_state", "TCO 12(1)",
				  "issuing_state: you are an authority of \"%.*s\"",
				  TOC_STR_ARGS(toc_short_str(&q->org->established_in)));
	if (home.n && !toc_str_eq(home, said))
		return TOC_REFUSE(q, CONDITION, "body.order.hsp_home_state", "TCO 4(1), 16",
				  "hsp_home_state: the directory says \"%.*s\"", TOC_STR_ARGS(home));
	if (!toc_str_eq(said, state) && !toc_get(form, "home_authority_contact"))
		return TOC_REFUSE(q, MISSING_FIELD, "body.order.home_authority_contact", "TCO Annex I, F",
				  "home_authority_contact: mandatory, the order goes across borders");
	if (check_silence(q, toc_get(form, "non_disclosure")) < 0)
		return -1;
	return check_language(q, hsp, toc_get_text(form, "language"));
}

/* ---- M9 ---- */

int toc_rule_inform(struct toc_ask *q)
{
	const struct toc_organisation *hsp = provider(q, toc_get_text(q->body, "hsp"), "body.hsp");

	if (!hsp || toc_ask_may(q, TOC_IF_OWN) < 0)
		return -1;
	if (!toc_str_eq(toc_get_text(q->body, "authority"), q->p->org))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.authority", "TCO 3(2)", "authority: you are %.*s",
				  TOC_STR_ARGS(q->p->org));
	struct toc_draft *d = toc_ask_draft(q, "M9.inform");
	struct toc_value *acquainted = toc_value_map(q->a);
	struct toc_uuid id = toc_acquaintance_id(q, q->p->org, toc_short_str(&hsp->code));
	const struct toc_acquaintance *known = toc_find_acquaintance(q->w, id);
	if (!known || known->informed_at.us == TOC_TIME_NEVER.us) /* informed again: nothing begins anew */
		toc_start(q, toc_decided(d), "T2", id, q->p->org, q->at);
	toc_set_id(q->a, acquainted, "id", id);
	toc_set_time(q->a, acquainted, "informed", q->at);
	toc_set(q->a, toc_decided(d), "acquainted", acquainted);
	toc_set_time(q->a, toc_decided(d), "earliest_order_at",
		     toc_after(known && known->informed_at.us != TOC_TIME_NEVER.us ? known->informed_at : q->at, NOTICE));
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	if (!toc_reader_add(q, d, toc_short_str(&hsp->code), TOC_IF_ADR)) /* what does not reach it informs it of nothing */
		return TOC_REFUSE(q, NO_READER, "body.hsp", "domain a.3.1", "hsp: nobody of \"%.*s\" may read this here",
				  TOC_STR_ARGS(toc_short_str(&hsp->code)));
	return 0;
}

/* ---- drafting and certifying ---- */

/* T2: a first order comes 12 hours after the information before it, or is a justified emergency. */
static int check_notice(struct toc_ask *q, const struct toc_value *form, toc_time at, struct toc_uuid acquaintance)
{
	const struct toc_acquaintance *known = toc_find_acquaintance(q->w, acquaintance);
	toc_time informed = known ? known->informed_at : TOC_TIME_NEVER;

	if (known && !toc_uuid_is_nil(known->first_order))
		return 0;
	if (!toc_get_bool(form, "first_order_to_hsp"))
		return TOC_REFUSE(q, CONDITION, "body.order.first_order_to_hsp", "TCO 3(2)",
				  "first_order_to_hsp: no order of yours has gone to this provider yet");
	if (toc_get_bool(toc_get(form, "emergency"), "emergency"))
		return 0;
	if (informed.us == TOC_TIME_NEVER.us)
		return TOC_REFUSE(q, CONDITION, "body.order.pre_info_ref", "TCO 3(2)",
				  "a first order: inform the provider 12 hours before (M9), or justify an emergency");
	if (toc_before(at, toc_after(informed, NOTICE)))
		return TOC_REFUSE(q, TIME, "body.order.pre_info_ref", "TCO 3(2)",
				  "a first order: not before %s, 12 hours after the provider was informed",
				  toc_time_str(q->a, toc_after(informed, NOTICE)).p);
	return 0;
}

/* Whoever asks first what a draft would do is told what would stop it at the end. */
static void warn_of_notice(struct toc_ask *q, struct toc_value *decided, const struct toc_value *form)
{
	struct toc_refusal none = q->verdict->refusal;

	if (check_notice(q, form, q->at, toc_acquaintance_id(q, q->p->org, toc_get_text(form, "addressee"))) < 0) {
		struct toc_value *warning = toc_value_map(q->a);
		toc_set_cstr(q->a, warning, "code", "first_order");
		toc_set_text(q->a, warning, "text", toc_arena_str(q->a, toc_str_of(q->verdict->refusal.detail)));
		toc_effect(q->a, decided, "warnings", warning);
	}
	q->verdict->refusal = none;
}

/* The copy goes to nobody when the directory knows no authority of that state: whoever issues it sends it another way. */
static void warn_of_copy(struct toc_ask *q, struct toc_value *decided, const struct toc_value *form)
{
	struct toc_str home = toc_get_text(form, "hsp_home_state");

	if (toc_str_eq(home, toc_get_text(form, "issuing_state")) || toc_scrutiny_authority(q, home))
		return;
	struct toc_value *warning = toc_value_map(q->a);
	toc_set_cstr(q->a, warning, "code", "no_home_authority");
	toc_set_text(q->a, warning, "text",
		     toc_arena_printf(q->a, "TCO 4(1): no authority of \"%.*s\" is a member here: send it its copy yourself", TOC_STR_ARGS(home)));
	toc_effect(q->a, decided, "warnings", warning);
}

/* What a draft rests on: the information before a first order, and the check that was made, each the authority's own. */
static int check_rests_on(struct toc_ask *q, const struct toc_value *form)
{
	const struct toc_message *m = toc_find_message(q->w, toc_get_id(form, "pre_info_ref"));
	const struct toc_check *c = toc_find_check(q->w, toc_get_id(q->body, "deconfliction_ref"));

	if (toc_get(form, "pre_info_ref") && (!toc_knows(q, m) || !toc_short_is(&m->k, TOC_STR("M9.inform")) ||
					      !toc_short_is(&m->org, q->p->org) || !toc_is_reader(m, toc_get_text(form, "addressee"), TOC_ROLE_ALL)))
		return toc_refuse_unknown(q, "body.order.pre_info_ref");
	if (toc_get(q->body, "deconfliction_ref") &&
	    (!c || !toc_short_is(&c->org, q->p->org) || c->mode != q->mode || !toc_uuid_eq(c->exercise, q->exercise_id)))
		return toc_refuse_unknown(q, "body.deconfliction_ref");
	return 0;
}

int toc_rule_order_draft(struct toc_ask *q)
{
	const struct toc_value *form = toc_get(q->body, "order");
	const struct toc_organisation *hsp = provider(q, toc_get_text(form, "addressee"), "body.order.addressee");
	enum toc_order_state to;

	if (toc_ask_may(q, TOC_IF_OWN) < 0 || !hsp || check_form(q, form, hsp) < 0 ||
	    check_rests_on(q, form) < 0 || toc_take_order_step(q, "M10.draft", &to) < 0)
		return -1;
	struct toc_uuid id = q->order ? q->order->id : q->id;
	struct toc_draft *d = toc_ask_draft(q, "M10.draft");
	struct toc_value *decided = toc_decided(d), *effects, *facts = toc_value_map(q->a);
	toc_as_of_order(q, d, id);
	if (q->order)
		d->ref = q->order->version;
	effects = toc_order_effects_on(q, decided, id);
	toc_set_text(q->a, facts, "hsp", toc_short_str(&hsp->code));
	toc_set_text(q->a, facts, "issuing_state", toc_get_text(form, "issuing_state"));
	toc_set_text(q->a, facts, "home_state", toc_get_text(form, "hsp_home_state"));
	toc_set_text(q->a, facts, "reference", toc_get_text(form, "order_reference"));
	toc_set_int(q->a, facts, "items", (int64_t)toc_len(toc_get(form, "locations")));
	if (toc_get_bool(toc_get(form, "emergency"), "emergency"))
		toc_set_bool(q->a, facts, "emergency", true);
	toc_set_time(q->a, facts, "silent_until",
		     toc_get_time(toc_get(form, "non_disclosure"), "until", TOC_TIME_NEVER));
	toc_set(q->a, effects, "drafted", facts);
	toc_order_step_effect(q, effects, q->order ? q->order->state : TOC_ORDER_NONE, to);
	toc_set_text(q->a, decided, "content", toc_hex(q->a, q->c->content, sizeof q->c->content));
	if (toc_len(q->c->dup_keys))
		toc_set(q->a, decided, "dup_keys", toc_value_copy(q->a, q->c->dup_keys));
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	if (q->looking) {
		warn_of_notice(q, decided, form);
		warn_of_copy(q, decided, form);
	}
	return 0;
}

int toc_rule_order_certify(struct toc_ask *q)
{
	const struct toc_order *o = q->order;
	bool another = !toc_uuid_eq(o->drafter, q->p->person);
	enum toc_order_state to;

	if (toc_ask_may(q, TOC_IF_OWN | (another || q->org->same_person_certifies ? TOC_IF_2P : 0)) < 0) {
		if (another)
			return -1;
		return TOC_REFUSE(q, NOT_PERMITTED, "", "domain a.2, a.3.1",
				  "M10.certify: another person certifies than the one who drafted it");
	}
	if (toc_take_order_step(q, "M10.certify", &to) < 0 || toc_check_deconflicted(q, o, false) < 0)
		return -1;
	if (!toc_uuid_eq(toc_get_id(q->body, "certified"), o->version))
		return TOC_REFUSE(q, STATE, "body.certified", "domain b.3",
				  "certified: it is not the newest draft of this order: read that one");
	struct toc_draft *d = toc_order_draft(q, "M10.certify");
	toc_set_bool(q->a, toc_order_effects(q, toc_decided(d), o), "certified", true);
	toc_effect_order_state(q, toc_decided(d), o, to);
	toc_readers_of_order(q, d, o);
	return 0;
}

/* ---- issuing ---- */

/* Of an order that went out on paper: its times lie in the past, in their order. */
static int check_reported(struct toc_ask *q, const struct toc_value *reported)
{
	toc_time sent = toc_get_time(reported, "sent_at", q->at), received = toc_get_time(reported, "received_at", sent);

	if (toc_ask_not_ahead(q, reported, "sent_at", "body.reported.sent_at") < 0 ||
	    toc_ask_not_ahead(q, reported, "received_at", "body.reported.received_at") < 0)
		return -1;
	if (toc_before(received, sent))
		return TOC_REFUSE(q, TIME, "body.reported.received_at", "domain (e) 14",
				  "received_at: lies before it was sent");
	return 0;
}

static void issue_effects(struct toc_ask *q, struct toc_draft *d, toc_time at, struct toc_uuid acquaintance)
{
	const struct toc_order *o = q->order;
	const struct toc_value *reported = toc_get(q->body, "reported");
	const struct toc_organisation *home =
		toc_is_across_borders(o) ? toc_scrutiny_authority(q, toc_short_str(&o->home_state)) : NULL;
	struct toc_value *decided = toc_decided(d), *issued = toc_value_map(q->a), *acquainted = toc_value_map(q->a);

	toc_set_time(q->a, issued, "at", at);
	toc_set_bool(q->a, issued, "cross_border", toc_is_across_borders(o));
	if (home)
		toc_set_text(q->a, issued, "home_authority", toc_short_str(&home->code));
	if (reported)
		toc_set_bool(q->a, issued, "reported", true);
	toc_set_id(q->a, issued, "certification", o->certification);
	toc_set(q->a, toc_order_effects(q, decided, o), "issued", issued);
	toc_set_id(q->a, acquainted, "id", acquaintance);
	toc_set_id(q->a, acquainted, "ordered", o->id);
	toc_set(q->a, decided, "acquainted", acquainted);
	if (o->silent_until.us != TOC_TIME_NEVER.us)
		toc_start_on_order_until(q, decided, "T9", o, toc_short_str(&o->hsp), at, o->silent_until);
	toc_page_contact(q, decided, toc_short_str(&o->hsp), TOC_FOR_ORDERS, 0);
}

int toc_rule_order_issue(struct toc_ask *q)
{
	const struct toc_order *o = q->order;
	const struct toc_value *form = toc_get(q->body, "order"), *reported = toc_get(q->body, "reported");
	struct toc_uuid acquaintance = toc_acquaintance_id(q, q->p->org, toc_short_str(&o->hsp));
	toc_time at = toc_get_time(reported, "sent_at", q->at);
	enum toc_order_state to;

	if (toc_ask_may(q, toc_short_is(&o->authority, q->p->org) ? TOC_IF_OWN : 0) < 0)
		return -1;
	const struct toc_organisation *hsp = provider(q, toc_short_str(&o->hsp), "body.order.addressee");
	if (!hsp || toc_take_order_step(q, "M10.issue", &to) < 0)
		return -1;
	if (memcmp(q->c->content, o->content.b, sizeof o->content.b))
		return TOC_REFUSE(q, CONDITION, "body.order", "domain b.3",
				  "order: it is not what was certified; what is to be changed is drafted anew");
	if (check_form(q, form, hsp) < 0 || check_reported(q, reported) < 0 ||
	    check_notice(q, form, at, acquaintance) < 0)
		return -1;
	if (!reported && hsp->suspended)
		return TOC_REFUSE(q, NO_READER, "body.order.addressee", "TCO 3(5)",
				  "addressee: nothing reaches \"%.*s\" here: send it another way, and enter it as reported",
				  TOC_STR_ARGS(toc_short_str(&hsp->code)));
	/* what went out on paper is entered as it was */
	if (!reported && (toc_check_deconflicted(q, o, true) < 0 || toc_check_second_order(q, o) < 0))
		return -1;
	struct toc_draft *d = toc_order_draft(q, "M10.issue");
	toc_effect_order_state(q, toc_decided(d), o, to);
	issue_effects(q, d, at, acquaintance);
	toc_owe_for_year(q, toc_decided(d), "T15", q->p->org);
	if (toc_get(reported, "received_at"))
		toc_order_received(q, toc_decided(d), o, toc_get_text(reported, "channel"),
				   toc_get_time(reported, "received_at", at));
	toc_readers_of_order(q, d, o);
	struct toc_str home = toc_get_text(toc_get(toc_order_effects(q, toc_decided(d), o), "issued"), "home_authority");
	if (home.n)
		toc_copy_order(q, form, home);
	else if (q->looking)
		warn_of_copy(q, toc_decided(d), form);
	return 0;
}

/* ---- silence, and the end ---- */

int toc_rule_order_silence(struct toc_ask *q)
{
	const struct toc_order *o = q->order;
	toc_time until = toc_get_time(q->body, "until", q->at);
	bool lifts = !toc_before(q->at, until), extends = !lifts && toc_before(o->silent_until, until);
	enum toc_order_state to;

	if (toc_ask_may(q, toc_short_is(&o->authority, q->p->org) ? TOC_IF_OWN : 0) < 0 ||
	    toc_take_order_step(q, "M10.silence", &to) < 0)
		return -1;
	if (o->silent_until.us == TOC_TIME_NEVER.us || !toc_before(q->at, o->silent_until))
		return TOC_REFUSE(q, STATE, "body.until", "TCO 11(3)", "no silence towards the user is in force");
	if (extends && o->silence_extended)
		return TOC_REFUSE(q, STATE, "body.until", "TCO 11(3)", "until: it has been extended once already");
	if (extends && toc_before(toc_after(o->silent_until, SILENCE), until))
		return TOC_REFUSE(q, LIMIT, "body.until", "TCO 11(3)", "until: at most six weeks more");
	struct toc_draft *d = toc_order_draft(q, "M10.silence");
	struct toc_value *silence = toc_value_map(q->a), *decided = toc_decided(d);
	(void)toc_stop_on_order(q, decided, "T9", o, toc_short_str(&o->hsp), q->at);
	if (!lifts) {
		toc_set_time(q->a, silence, "until", until);
		toc_start_on_order_until(q, decided, "T9", o, toc_short_str(&o->hsp), q->at, until);
	}
	if (extends)
		toc_set_bool(q->a, silence, "extended", true);
	toc_set(q->a, toc_order_effects(q, decided, o), "silence", silence);
	toc_readers_of_order(q, d, o);
	return 0;
}

int toc_rule_order_withdraw(struct toc_ask *q)
{
	const struct toc_order *o = q->order;
	enum toc_order_state to;

	if (toc_ask_may(q, toc_short_is(&o->authority, q->p->org) ? TOC_IF_OWN : 0) < 0 ||
	    toc_take_order_step(q, "M10.withdraw", &to) < 0)
		return -1;
	struct toc_draft *d = toc_order_draft(q, "M10.withdraw");
	struct toc_value *decided = toc_decided(d);
	toc_effect_order_state(q, decided, o, to);
	toc_set_time(q->a, toc_order_effects(q, decided, o), "ended_at", q->at);
	toc_stop_hours(q, decided, o, q->at, "withdrawn");
	(void)toc_stop_on_order(q, decided, "T9", o, toc_short_str(&o->hsp), q->at);
	(void)toc_stop_on_order(q, decided, "T5", o, toc_short_str(&o->hsp), q->at); /* nothing is left to be scrutinised */
	(void)toc_stop_on_order(q, decided, "T4", o, toc_short_str(&o->home_authority), q->at);
	(void)toc_stop_on_order(q, decided, "T6", o, toc_short_str(&o->home_authority), q->at);
	toc_readers_of_order(q, d, o);
	return 0;
}
