/* deconfliction.c: is an enquiry disturbed, an order repeated? Asked blindly, among authorities and the hub (M18).
 *
 * The asker names addresses, accounts, digests. They come as keyed hashes beside the command (dup_keys); the
 * identifiers themselves enter no entry, so whoever reads one learns nothing that they did not know. Equal hashes
 * are found among what concerns other authorities: their checks, their threat cases. The hub is always asked, an
 * authority only when it is concerned, and the server tells those whom it asks which of their own entries are meant.
 *
 * The asker must not learn who was asked until that one answers: the same two entries are made whether anybody is
 * concerned or not, the names are shown to nobody, a look ahead (prepare) does not find them, and silence counts as
 * clear. No platform has any part in it. Source: rules b.3, M18, (e) 3; TCO 14(1), recital 36. */
#include <string.h>

#include "domain/rule.h"

#define TIMER "check"

static bool is_authority(const struct toc_organisation *o)
{
	return o && (o->kinds & (TOC_KIND_LE | TOC_KIND_CA));
}

/* ---- whom it concerns ---- */

struct concerned {
	struct toc_str *orgs; /* each once, in the order of their codes */
	size_t n, room;
	struct toc_value *hits; /* ids of the entries because of which */
	unsigned own;		/* entries of the asker's, about one thing */
};

static void add_org(struct toc_ask *q, struct concerned *c, struct toc_str org)
{
	size_t at = 0;

	while (at < c->n && toc_str_cmp(c->orgs[at], org) < 0)
		at++;
	if (at < c->n && toc_str_eq(c->orgs[at], org))
		return;
	if (c->n == c->room) {
		struct toc_str *more = toc_arena_alloc(q->a, (c->room = c->room ? 2 * c->room : 8) * sizeof *more);
		if (c->n)
			memcpy(more, c->orgs, c->n * sizeof *more);
		c->orgs = more;
	}
	memmove(&c->orgs[at + 1], &c->orgs[at], (c->n++ - at) * sizeof *c->orgs);
	c->orgs[at] = org;
}

static void add_hit(struct toc_ask *q, struct concerned *c, struct toc_str org, struct toc_uuid ref)
{
	struct toc_str id = toc_uuid_str(q->a, ref);

	if (toc_str_eq(org, q->p->org) || !is_authority(toc_find_organisation(q->w, org)) ||
	    (q->exercise && !toc_exercise_has(q->exercise, org)))
		return;
	add_org(q, c, org);
	if (!toc_list_has(c->hits, id) && toc_len(c->hits) < TOC_HITS_MAX)
		toc_push_text(q->a, c->hits, id);
}

/* Desks that have a threat case about it before them. */
static void add_cases(struct toc_ask *q, struct concerned *c, struct toc_hash key)
{
	const struct toc_likeness *l = toc_world_get(q->w, TOC_OBJECT_likeness, TOC_KEY(key));

	for (uint32_t i = 0; l && i < l->n_cases; i++) {
		const struct toc_threat *t = toc_find_threat(q->w, l->cases[i].id);
		for (uint32_t k = 0; t && t->state == TOC_CASE_SENT && k < t->n_desks; k++) {
			const struct toc_desk *desk = &t->desks[k];
			if (desk->state != TOC_DESK_REJECTED_NOT_COMPETENT && desk->state != TOC_DESK_REDIRECTED &&
			    desk->state != TOC_DESK_WITHDRAWN)
				add_hit(q, c, toc_short_str(&desk->org), t->notice);
		}
	}
}

bool toc_order_has_effect(const struct toc_order *o)
{
	return !toc_uuid_is_nil(o->issue) && o->state != TOC_ORDER_WITHDRAWN && o->state != TOC_ORDER_ANNULLED &&
	       o->state != TOC_ORDER_REINSTATED;
}

static bool concerns_still(const struct toc_ask *q, const struct toc_concern *c)
{
	const struct toc_check *check = toc_find_check(q->w, c->ref);
	const struct toc_order *o = toc_find_order(q->w, c->ref);

	if (o)
		return toc_uuid_is_nil(o->issue) ? o->state != TOC_ORDER_WITHDRAWN : toc_order_has_effect(o);

	return !check || (check->state != TOC_CHECK_ABANDONED && !toc_before(check->concerned_until, q->at));
}

static void add_matter(struct toc_ask *q, struct concerned *c, struct toc_hash key)
{
	const struct toc_matter *m = toc_world_get(q->w, TOC_OBJECT_matter, TOC_KEY(key));
	unsigned own = 0;

	add_cases(q, c, key);
	for (uint32_t k = 0; m && k < m->n_concerns; k++)
		if (concerns_still(q, &m->concerns[k])) {
			own += toc_short_is(&m->concerns[k].org, q->p->org);
			add_hit(q, c, toc_short_str(&m->concerns[k].org), m->concerns[k].ref);
		}
	c->own = own > c->own ? own : c->own;
}

static struct concerned find_concerned(struct toc_ask *q)
{
	struct concerned c = { .hits = toc_value_list(q->a) };

	for (size_t i = 0; i < toc_len(q->c->dup_keys); i++)
		add_matter(q, &c, toc_likeness_key(toc_text_of(toc_at(q->c->dup_keys, i)), q->mode, q->exercise_id));
	for (uint32_t i = 0; q->order && i < q->order->n_keys; i++)
		add_matter(q, &c, q->order->keys[i].key);
	return c;
}

/* ---- the check ---- */

static int check_times(struct toc_ask *q, toc_time *ret_concerned_until)
{
	toc_time planned = toc_get_time(q->body, "planned_at", q->at), by = toc_get_time(q->body, "answer_by", q->at),
		 until = toc_get_time(q->body, "concerned_until", toc_before(planned, by) ? by : planned);

	if (toc_before(by, toc_after(q->at, TOC_SECONDS(TOC_ANSWER_SECONDS_LEAST))))
		return TOC_REFUSE(q, CONDITION, "body.answer_by", "recital 36",
				  "answer_by: at least %d seconds from now; silence counts as clear",
				  TOC_ANSWER_SECONDS_LEAST);
	if (toc_before(toc_after(q->at, TOC_HOURS(24 * TOC_ANSWER_DAYS_MAX)), by))
		return TOC_REFUSE(q, CONDITION, "body.answer_by", "domain M18", "answer_by: at most %d days from now",
				  TOC_ANSWER_DAYS_MAX);
	if (toc_before(until, by) || toc_before(toc_after_months(q->at, TOC_CONCERN_MONTHS_MAX), until))
		return TOC_REFUSE(q, CONDITION,
				  toc_get(q->body, "concerned_until") ? "body.concerned_until" : "body.planned_at",
				  "domain M18", "not before answer_by, and at most %d months from now",
				  TOC_CONCERN_MONTHS_MAX);
	*ret_concerned_until = until;
	return 0;
}

/* The message as it is entered: without what it is about. */
static void forget_subjects(struct toc_ask *q, struct toc_draft *d)
{
	struct toc_value *body = toc_value_map(q->a);

	for (uint32_t i = 0; i < q->body->n; i++)
		if (!toc_str_is(q->body->members[i].name, "subjects"))
			toc_set_str(q->a, body, q->body->members[i].name, q->body->members[i].value);
	toc_set(q->a, (struct toc_value *)(uintptr_t)d->message, "body", body);
	toc_set(q->a, toc_decided(d), "subject_keys", (struct toc_value *)(uintptr_t)q->c->dup_keys);
}

/* The asker, the hub, and those whom it concerns. */
static void add_readers(struct toc_ask *q, struct toc_draft *d, struct toc_str asker, struct toc_str hub,
			const struct toc_str *asked, size_t n)
{
	bool of_asker = !toc_str_is(d->k, "M18.asked");

	toc_set(q->a, toc_decided(d), "readers", toc_value_list(q->a));
	if (of_asker)
		(void)toc_reader_add(q, d, asker, TOC_IF_OWN);
	if (hub.n && !toc_str_eq(hub, asker))
		(void)toc_reader_add(q, d, hub, TOC_IF_ADR);
	for (size_t i = 0; i < n; i++)
		if (!toc_str_eq(asked[i], hub) && !toc_str_eq(asked[i], asker))
			(void)toc_reader_add(q, d, asked[i], TOC_IF_ADR);
}

/* To those who are asked, or to nobody: made always, so that the numbers of the entries tell nothing. */
static void put_question(struct toc_ask *q, struct toc_str hub, const struct concerned *c)
{
	struct toc_draft *d = toc_ask_server_draft(q, "M18.asked", "asked", q->id);
	struct toc_value *body = toc_get(d->message, "body");

	d->ref = q->id;
	toc_set_id(q->a, body, "check_ref", q->id);
	toc_set(q->a, body, "hits", c->hits);
	add_readers(q, d, q->p->org, hub, c->orgs, c->n);
}

/* A check of an order is the order's own, and made before it is issued. */
static int check_of_order(struct toc_ask *q, enum toc_order_state *ret_to)
{
	if (!q->order)
		return 0;
	if (!toc_short_is(&q->order->authority, q->p->org))
		return toc_refuse_unknown(q, "body.order_ref");
	if (!toc_get_is(q->body, "intended_action", "removal_order"))
		return TOC_REFUSE(q, CONDITION, "body.intended_action", "domain M18", "intended_action: it is a removal order");
	return toc_take_order_step(q, "check", ret_to);
}

int toc_rule_check(struct toc_ask *q)
{
	struct toc_str hub = toc_hub(q->w, q->exercise);
	enum toc_order_state to = TOC_ORDER_NONE;
	toc_time until;

	if (toc_ask_may(q, 0) < 0 || check_times(q, &until) < 0 || check_of_order(q, &to) < 0)
		return -1;
	if (!toc_len(q->c->dup_keys) && (!q->order || !q->order->n_keys))
		return TOC_REFUSE(q, MISSING_FIELD, "body.subjects", "domain M18",
				  "subjects: nothing is named by which anything could be found");
	struct concerned c = find_concerned(q);
	if (c.own >= TOC_CHECKS_MAX_EACH)
		return TOC_REFUSE(q, LIMIT, "body.subjects", "domain M18",
				  "subjects: %d checks of yours about one of them are not over; abandon some", TOC_CHECKS_MAX_EACH);
	struct toc_draft *d = toc_ask_draft(q, "M18.check");
	struct toc_value *asked = toc_value_list(q->a), *opened = toc_value_map(q->a);
	size_t n = q->looking ? 0 : c.n;
	if (hub.n && !toc_str_eq(hub, q->p->org))
		toc_push_text(q->a, asked, hub);
	for (size_t i = 0; i < n; i++)
		toc_push_text(q->a, asked, c.orgs[i]);
	toc_set(q->a, opened, "asked", asked);
	toc_set_time(q->a, opened, "answer_by", toc_get_time(q->body, "answer_by", q->at));
	toc_set_time(q->a, opened, "concerned_until", until);
	if (q->order) {
		toc_set_id(q->a, opened, "order", q->order->id);
		toc_set_id(q->a, toc_order_effects(q, toc_decided(d), q->order), "check", q->id);
		toc_effect_order_state(q, toc_decided(d), q->order, to);
	}
	toc_set(q->a, toc_decided(d), "check_opened", opened);
	toc_start_until(q, toc_decided(d), TIMER, q->id, q->p->org, q->at, toc_get_time(q->body, "answer_by", q->at));
	toc_effect_check_state(q, toc_decided(d), q->id, TOC_CHECK_NONE, TOC_CHECK_ASKED);
	forget_subjects(q, d);
	add_readers(q, d, q->p->org, hub, c.orgs, n);
	if (!q->looking)
		put_question(q, hub, &c);
	return 0;
}

/* ---- answers, and what the issuer makes of them ---- */

static const struct toc_asked *asked_of(const struct toc_check *c, struct toc_str org)
{
	for (uint32_t i = 0; i < c->n_asked; i++)
		if (toc_short_is(&c->asked[i].org, org))
			return &c->asked[i];
	return NULL;
}

static bool is_objection(uint32_t answer)
{
	return answer == TOC_CHECK_OBJECTION_UNTIL || answer == TOC_CHECK_CONTACT_ME ||
	       answer == TOC_CHECK_DUPLICATE_ORDER;
}

/* Does anybody object, besides this one? */
static bool others_object(const struct toc_check *c, struct toc_str besides)
{
	for (uint32_t i = 0; i < c->n_asked; i++)
		if (is_objection(c->asked[i].answer) && !toc_short_is(&c->asked[i].org, besides))
			return true;
	return false;
}

enum toc_check_outcome toc_check_outcome(const struct toc_check *c, toc_time at)
{
	bool waits = false;

	for (uint32_t i = 0; i < c->n_asked; i++) {
		if (c->asked[i].answer == TOC_CHECK_DUPLICATE_ORDER)
			return TOC_CHECK_IS_HELD;
		waits |= c->asked[i].answer == TOC_CHECK_SILENT;
	}
	switch (c->state) {
	case TOC_CHECK_CONSIDERED: return TOC_CHECK_IS_CLEAR;
	case TOC_CHECK_ASKED: return waits && toc_before(at, c->answer_by) ? TOC_CHECK_WAITS : TOC_CHECK_IS_CLEAR;
	default: return TOC_CHECK_IS_HELD;
	}
}

void toc_effect_check_state(struct toc_ask *q, struct toc_value *decided, struct toc_uuid check, uint32_t from,
			    uint32_t to)
{
	struct toc_value *v = toc_value_map(q->a);

	if (from == to)
		return;
	toc_set_id(q->a, v, "check", check);
	toc_set_cstr(q->a, v, "from", toc_check_state_name(from));
	toc_set_cstr(q->a, v, "to", toc_check_state_name(to));
	toc_effect(q->a, decided, "check_states", v);
}

/* The check meant, if it is the sender's to know; it must still be of use to somebody. */
static const struct toc_check *check_meant(struct toc_ask *q, unsigned *ret_conditions)
{
	const struct toc_check *c = toc_find_check(q->w, toc_get_id(q->body, "check_ref"));
	unsigned conditions = !c ? 0
				 : (toc_short_is(&c->org, q->p->org) ? TOC_IF_OWN : 0) |
					   (asked_of(c, q->p->org) ? TOC_IF_ADR : 0);

	if (!conditions || c->mode != q->mode || !toc_uuid_eq(c->exercise, q->exercise_id)) {
		toc_refuse_unknown(q, "body.check_ref");
		return NULL;
	}
	*ret_conditions = conditions;
	return c;
}

/* The order waits and goes on with its check. */
static void follow_with_order(struct toc_ask *q, struct toc_value *decided, const struct toc_check *c, uint32_t to)
{
	const struct toc_order *o = toc_find_order(q->w, c->order);
	enum toc_order_state state;

	if (o && toc_uuid_eq(o->check, c->id) &&
	    toc_order_step(to == TOC_CHECK_HELD || to == TOC_CHECK_ABANDONED ? TOC_STR("hold") : TOC_STR("release"), o->state,
			   &state))
		toc_effect_order_state(q, decided, o, state);
}

static struct toc_draft *follow(struct toc_ask *q, const struct toc_check *c, const char *what)
{
	enum toc_check_state to;

	if (toc_before(c->concerned_until, q->at)) {
		TOC_REFUSE(q, STATE, "body.check_ref", "domain M18", "check_ref: what it asked about is over");
		return NULL;
	}
	if (!toc_check_step(toc_str_of(what), (enum toc_check_state)c->state, &to)) {
		TOC_REFUSE(q, STATE, "body.check_ref", "domain b.3", "the check is %s: %s does not follow",
			   toc_check_state_name(c->state), what);
		return NULL;
	}
	struct toc_draft *d = toc_ask_draft(q, q->action->k);
	struct toc_str *asked = toc_arena_alloc(q->a, (c->n_asked + 1) * sizeof *asked);
	size_t n = 0;
	for (uint32_t i = 0; i < c->n_asked; i++)
		if (!q->looking || c->asked[i].answer != TOC_CHECK_SILENT || toc_short_is(&c->asked[i].org, q->p->org))
			asked[n++] = toc_short_str(&c->asked[i].org); /* to look ahead: who has let it be known */
	d->ref = c->id;
	toc_effect_check_state(q, toc_decided(d), c->id, c->state, to);
	follow_with_order(q, toc_decided(d), c, to);
	add_readers(q, d, toc_short_str(&c->org), toc_hub(q->w, q->exercise), asked, n);
	return d;
}

int toc_rule_check_answer(struct toc_ask *q)
{
	unsigned conditions;
	const struct toc_check *c = check_meant(q, &conditions);
	enum toc_check_answer answer = toc_check_answer_of(toc_get_text(q->body, "answer"));
	toc_time until = toc_get_time(q->body, "until", TOC_TIME_NEVER);

	if (!c || toc_ask_may(q, conditions) < 0)
		return -1;
	if (answer == TOC_CHECK_OBJECTION_UNTIL && !toc_before(q->at, until))
		return TOC_REFUSE(q, CONDITION, "body.until", "domain M18", "until: it is over already");
	struct toc_str authority = toc_get_text(q->body, "authority");
	if (authority.n && !is_authority(toc_find_organisation(q->w, authority)))
		return TOC_REFUSE(q, BAD_VALUE, "body.authority", "recital 36", "authority: \"%.*s\" issues no orders",
				  TOC_STR_ARGS(authority));
	struct toc_draft *d = follow(q, c,
				     is_objection(answer)		   ? "object"
				     : others_object(c, q->p->org)	   ? "clear"
				     : is_objection(asked_of(c, q->p->org)->answer) ? "release"
										    : "clear");
	if (!d)
		return -1;
	struct toc_value *v = toc_value_map(q->a);
	toc_set_id(q->a, v, "check", c->id);
	toc_set_text(q->a, v, "answer", toc_get_text(q->body, "answer"));
	toc_set_time(q->a, v, "until", until);
	toc_set(q->a, toc_decided(d), "check_answered", v);
	return 0;
}

int toc_rule_check_decide(struct toc_ask *q)
{
	unsigned conditions;
	const struct toc_check *c = check_meant(q, &conditions);
	bool proceed = toc_get_is(q->body, "decision", "proceed");

	if (!c || toc_ask_may(q, conditions) < 0)
		return -1;
	if (proceed && !toc_get_bool(q->body, "due_consideration"))
		return TOC_REFUSE(q, CONDITION, "body.due_consideration", "recital 36",
				  "due_consideration: whoever proceeds has given due consideration to what was answered");
	for (uint32_t i = 0; proceed && i < c->n_asked; i++)
		if (c->asked[i].answer == TOC_CHECK_DUPLICATE_ORDER)
			return TOC_REFUSE(q, STATE, "body.decision", "recital 36",
					  "another authority's order on the same matter is known: there is no second one");
	struct toc_draft *d = follow(q, c, toc_arena_cstr(q->a, toc_get_text(q->body, "decision")));
	if (d)
		toc_stop_timer_of(q, toc_decided(d), TIMER, c->id, q->p->org);
	return d ? 0 : -1;
}

/* The time for answers is over, whether all have answered or nobody was asked: only so does it tell nothing of either. */
void toc_fire_check(struct toc_ask *q, const struct toc_timer *t)
{
	const struct toc_check *c = toc_find_check(q->w, t->cause);
	struct toc_draft *d = toc_ask_server_draft(q, "M18.due", "due", t->cause);
	struct toc_value *message = (struct toc_value *)(uintptr_t)d->message;

	d->eid = toc_firing_id("M18.due", t);
	d->ref = t->cause;
	toc_set_id(q->a, message, "id", d->eid);
	toc_set_id(q->a, toc_get(message, "body"), "check_ref", t->cause);
	toc_set_cstr(q->a, toc_decided(d), "outcome", c && toc_check_outcome(c, q->at) == TOC_CHECK_IS_HELD ? "held" : "clear");
	toc_stop(q, toc_decided(d), t);
	add_readers(q, d, toc_short_str(&t->desk), TOC_STR(""), NULL, 0);
}

/* ---- what an order has to wait for ---- */

int toc_check_deconflicted(struct toc_ask *q, const struct toc_order *o, bool must)
{
	const struct toc_check *c = toc_find_check(q->w, o->check);

	if (!c)
		return must ? TOC_REFUSE(q, CONDITION, "body.order_ref", "TCO 14(1), recital 36",
					 "order_ref: nobody has been asked about it as it is now (M18)")
			    : 0;
	switch (toc_check_outcome(c, q->at)) {
	case TOC_CHECK_WAITS:
		return TOC_REFUSE(q, CONDITION, "body.order_ref", "TCO 14(1), recital 36",
				  "order_ref: answers of those who were asked are awaited until %s",
				  toc_time_str(q->a, c->answer_by).p);
	case TOC_CHECK_IS_HELD:
		return TOC_REFUSE(q, STATE, "body.order_ref", "TCO 14(1), recital 36",
				  "order_ref: somebody objects: decide on it first, with due consideration");
	default: return 0;
	}
}

int toc_check_second_order(struct toc_ask *q, const struct toc_order *o)
{
	for (uint32_t i = 0; i < o->n_keys; i++) {
		const struct toc_matter *m = toc_world_get(q->w, TOC_OBJECT_matter, TOC_KEY(o->keys[i].key));
		for (uint32_t k = 0; m && k < m->n_concerns; k++) {
			const struct toc_order *other = toc_find_order(q->w, m->concerns[k].ref);
			if (other && other != o && toc_order_has_effect(other) &&
			    !toc_short_is(&other->authority, toc_short_str(&o->authority)))
				return TOC_REFUSE(q, STATE, "body.order_ref", "TCO 14(1), recital 36",
						  "an order of another authority on the same matter is in effect: there is no second one");
		}
	}
	return 0;
}
