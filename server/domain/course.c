/* course.c: how an incident goes on while it runs: situation reports, shift notes (M20), platform status (M21), and the
 * guard of winding down.
 *
 * Every number in a report is the server's: it stands in `decided.report`, beside the words of the people who edit and
 * approve it. Reports are numbered as they are approved; the next one is due after 60 minutes, or 4 hours while the
 * incident winds down (T22). A shift note stays in its organisation, with what each of its people has not read, and
 * what binds them.
 *
 * An incident winds down when four of five engaged platforms have reported twice in a row that the volume falls, or
 * that there is none left, no order is inside its hour, and no threat to life is open (decision.c). A platform is
 * engaged when it has acknowledged the activation, or has sent a report, signals, matches or a status. Source: rules
 * b.1, M20, M21, T22. */
#include <string.h>

#include "domain/rule.h"

#define ACTIVE_MINUTES 60
#define WINDING_HOURS 4
#define FALLING_PERCENT 80
#define LOOK_BACK 20000 /* entries that are looked through for what somebody has not read */
#define NAMED_MAX 50    /* of these each person is shown so many */

/* ---- engaged platforms ---- */

void toc_engage(struct toc_ask *q, struct toc_draft *d)
{
	if (q->org && (q->org->kinds & TOC_KIND_HSP) && !toc_uuid_is_nil(d->incident))
		toc_set_bool(q->a, toc_decided(d), "engaged", true);
}

static const struct toc_volume *volume_of(const struct toc_course *c, struct toc_str org)
{
	for (uint32_t i = 0; c && i < c->n_volumes; i++)
		if (toc_short_is(&c->volumes[i].org, org))
			return &c->volumes[i];
	return NULL;
}

static bool subsides(uint32_t trend)
{
	return trend == TOC_TREND_FALLING || trend == TOC_TREND_NONE;
}

/* Of the engaged platforms those that can still be asked: who is suspended, or has left the exercise, reports nothing. */
static unsigned falling(struct toc_ask *q, const struct toc_course *c, struct toc_value *ret_missing, unsigned *ret_of)
{
	unsigned n = 0;

	*ret_of = 0;
	for (uint32_t i = 0; c && i < c->n_engaged; i++) {
		struct toc_str org = toc_short_str(&c->engaged[i].org);
		const struct toc_organisation *o = toc_find_organisation(q->w, org);
		const struct toc_volume *v = volume_of(c, org);
		if (!o || o->suspended || (q->exercise && !toc_exercise_has(q->exercise, org)))
			continue;
		++*ret_of;
		if (v && subsides(v->trend) && subsides(v->before))
			n++;
		else if (ret_missing)
			toc_push_text(q->a, ret_missing, org);
	}
	return n;
}

/* ---- the numbers ---- */

static unsigned open_cases(const struct toc_ask *q, const struct toc_incident *i)
{
	unsigned n = 0;

	for (uint32_t k = 0; i && k < i->n_cases; k++) {
		const struct toc_threat *t = toc_find_threat(q->w, i->cases[k].id);
		n += t && toc_case_is_open(t);
	}
	return n;
}

unsigned toc_open_threats(const struct toc_ask *q)
{
	unsigned n = open_cases(q, q->incident);

	for (uint32_t k = 0; k < q->incident->n_duplicates; k++)
		n += open_cases(q, toc_find_incident(q->w, q->incident->duplicates[k].id));
	return n;
}

/* Of the incident, or of one that is a duplicate of it. */
static bool is_of_it(const struct toc_ask *q, const struct toc_order *o)
{
	for (uint32_t k = 0; k < q->incident->n_duplicates; k++)
		if (toc_uuid_eq(o->incident, q->incident->duplicates[k].id))
			return true;
	return toc_uuid_eq(o->incident, q->incident->id);
}

/* Orders of the incident that were issued; of others nobody learns that there are any. */
static void order_figures(struct toc_ask *q, struct toc_value *f)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_order *o;
	int64_t issued = 0, executed = 0, impossible = 0, open = 0, hours = 0, breached = 0;

	while ((o = toc_world_next(q->w, TOC_OBJECT_order, &cursor))) {
		if (!is_of_it(q, o) || toc_uuid_is_nil(o->issue))
			continue;
		issued++;
		hours += o->hours;
		breached += o->breached;
		executed += o->state == TOC_ORDER_EXECUTED || o->state == TOC_ORDER_PRESERVED || o->state == TOC_ORDER_FINAL;
		impossible += o->state == TOC_ORDER_IMPOSSIBLE || o->state == TOC_ORDER_DEFECTIVE;
		open += o->state == TOC_ORDER_ISSUED || o->state == TOC_ORDER_DELIVERED ||
			o->state == TOC_ORDER_OBSTACLE_ENDED || o->state == TOC_ORDER_CLARIFIED;
	}
	toc_set_int(q->a, f, "orders_issued", issued);
	toc_set_int(q->a, f, "orders_open", open);
	toc_set_int(q->a, f, "orders_executed", executed);
	toc_set_int(q->a, f, "orders_impossible", impossible);
	toc_set_int(q->a, f, "order_hours", hours);
	toc_set_int(q->a, f, "order_hours_breached", breached);
}

struct toc_value *toc_figures(struct toc_ask *q)
{
	const struct toc_course *c = toc_find_course(q->w, q->incident->id);
	const struct toc_signals *s = toc_find_signals(q->w, q->incident->id);
	struct toc_value *f = toc_value_map(q->a);
	int64_t blocked = s ? s->blocked : 0, removed = s ? s->removed : 0, reinstated = s ? s->reinstated : 0, live = 0;

	for (uint32_t i = 0; c && i < c->n_volumes; i++) {
		blocked += c->volumes[i].blocked;
		removed += c->volumes[i].removed;
		reinstated += c->volumes[i].reinstated;
		live += c->volumes[i].live;
	}
	toc_set_int(q->a, f, "signals_total", s ? s->total : 0);
	toc_set_int(q->a, f, "signals_new", (s ? s->total : 0) - (c ? c->signals : 0));
	toc_set_int(q->a, f, "signals_retracted", s ? s->retracted : 0);
	toc_set_int(q->a, f, "signals_disputed", s ? s->disputed : 0);
	toc_set_int(q->a, f, "matches", s ? s->matches : 0);
	toc_set_int(q->a, f, "blocked", blocked);
	toc_set_int(q->a, f, "removed", removed);
	toc_set_int(q->a, f, "reinstated", reinstated);
	toc_set_int(q->a, f, "live_terminated", live);
	toc_set_int(q->a, f, "platforms_engaged", c ? c->n_engaged : 0);
	unsigned asked;
	toc_set_int(q->a, f, "platforms_falling", falling(q, c, NULL, &asked));
	toc_set_int(q->a, f, "itl_open", toc_open_threats(q));
	order_figures(q, f);
	toc_set_int(q->a, f, "linked_activations", c ? c->mechanisms : 0);
	return f;
}

/* ---- the guard ---- */

/* Orders of the incident inside their hour. */
static unsigned running_orders(const struct toc_ask *q)
{
	static const char *const hours[] = { "T1", "T1b", "T1c" };
	struct toc_world_cursor cursor = { 0 };
	const struct toc_timer *t;
	unsigned n = 0;

	while ((t = toc_world_next(q->w, TOC_OBJECT_timer, &cursor))) {
		const struct toc_order *o = toc_uuid_is_nil(t->order) ? NULL : toc_find_order(q->w, t->order);
		for (size_t i = 0; o && is_of_it(q, o) && i < sizeof hours / sizeof *hours; i++)
			n += toc_short_is(&t->name, toc_str_of(hours[i])) && !t->breached;
	}
	return n;
}

static struct toc_str joined(struct toc_ask *q, const struct toc_value *list)
{
	struct toc_str all = TOC_STR("");

	for (size_t i = 0; i < toc_len(list); i++)
		all = toc_arena_printf(q->a, "%.*s%s%.*s", TOC_STR_ARGS(all), i ? ", " : "",
				       TOC_STR_ARGS(toc_text_of(toc_at(list, i))));
	return all;
}

int toc_check_closing(struct toc_ask *q, struct toc_str decision)
{
	const struct toc_course *c = toc_find_course(q->w, q->incident->id);
	struct toc_value *missing = toc_value_list(q->a);
	unsigned engaged, n = falling(q, c, missing, &engaged), orders = running_orders(q);

	if (orders)
		return TOC_REFUSE(q, CONDITION, "body.decision", "domain b.1",
				  "%u orders are inside their hour: they are carried out first", orders);
	if (!toc_str_is(decision, "wind_down") || 100 * n >= FALLING_PERCENT * engaged)
		return 0;
	return TOC_REFUSE(q, CONDITION, "body.decision", "domain b.1",
			  "the volume falls at %u of %u engaged platforms, %d %% are needed, each twice in a row; "
			  "missing: %.*s",
			  n, engaged, FALLING_PERCENT, TOC_STR_ARGS(joined(q, missing)));
}

/* What is not confirmed by everybody yet: to those who read it before sending, with names. */
static struct toc_value *unconfirmed(struct toc_ask *q, int64_t *ret_n)
{
	struct toc_world_cursor cursor = { 0 };
	struct toc_value *list = toc_value_list(q->a);
	const struct toc_confirming *c;

	*ret_n = 0;
	while ((c = toc_world_next(q->w, TOC_OBJECT_confirming, &cursor))) {
		const struct toc_message *m = toc_find_message(q->w, c->message);
		if (!toc_uuid_eq(c->incident, q->incident->id) || toc_owes_nothing(c))
			continue;
		(*ret_n)++;
		if (!q->looking || !m || !toc_is_reader(m, q->p->org, q->roles))
			continue;
		struct toc_value *v = toc_value_map(q->a), *orgs = toc_value_list(q->a);
		for (uint32_t i = 0; i < c->n_owed; i++)
			if (c->owed[i].parts & ~c->owed[i].given)
				toc_push_text(q->a, orgs, toc_short_str(&c->owed[i].org));
		toc_set_id(q->a, v, "message", c->message);
		toc_set_text(q->a, v, "k", toc_short_str(&c->k));
		toc_set(q->a, v, "orgs", orgs);
		toc_push(q->a, list, v);
	}
	return list;
}

/* Everybody is told the numbers; who has not confirmed, and whose volume does not fall, whoever asks before sending. */
void toc_say_closing(struct toc_ask *q, struct toc_draft *d)
{
	const struct toc_course *c = toc_find_course(q->w, q->incident->id);
	struct toc_value *v = toc_value_map(q->a), *missing = toc_value_list(q->a);
	unsigned engaged, n_falling = falling(q, c, missing, &engaged);
	int64_t n;

	toc_set_int(q->a, v, "platforms_engaged", engaged);
	toc_set_int(q->a, v, "platforms_falling", n_falling);
	struct toc_value *list = unconfirmed(q, &n);
	toc_set_int(q->a, v, "unconfirmed", n);
	if (q->looking) {
		toc_set(q->a, v, "missing", missing);
		toc_set(q->a, v, "to_confirm", list);
	}
	toc_set(q->a, toc_decided(d), "closing", v);
}

/* ---- situation reports ---- */

static toc_time report_due(const struct toc_ask *q, uint32_t state)
{
	return toc_after(q->at, state == TOC_INCIDENT_WINDING_DOWN ? TOC_HOURS(WINDING_HOURS)
								  : TOC_MINUTES(ACTIVE_MINUTES));
}

void toc_start_reports(struct toc_ask *q, struct toc_value *decided, uint32_t state)
{
	if (state == TOC_INCIDENT_ACTIVE || state == TOC_INCIDENT_WINDING_DOWN)
		toc_start_until(q, decided, "T22", q->incident->id, TOC_STR(""), q->at, report_due(q, state));
}

int toc_check_window(struct toc_ask *q, const struct toc_value *window, const char *field)
{
	toc_time from = toc_get_time(window, "from", q->at), until = toc_get_time(window, "until", q->at);

	if (toc_ask_not_ahead(q, window, "until", toc_arena_printf(q->a, "%s.until", field).p) < 0)
		return -1;
	return toc_before(until, from)
		       ? TOC_REFUSE(q, BAD_VALUE, field, "domain M7", "%s: it ends before it begins", field)
		       : 0;
}

/* The draft that it was made from: one of this incident that its sender may read. */
static int check_draft(struct toc_ask *q)
{
	const struct toc_message *m = toc_find_message(q->w, toc_get_id(q->body, "draft_ref"));

	if (!toc_get(q->body, "draft_ref") ||
	    (m && toc_short_is(&m->k, TOC_STR("M20.draft")) && toc_uuid_eq(m->incident, q->incident->id) &&
	     toc_is_reader(m, q->p->org, q->roles)))
		return 0;
	return toc_refuse_unknown(q, "body.draft_ref");
}

int toc_rule_sitrep(struct toc_ask *q)
{
	const struct toc_course *c = toc_find_course(q->w, q->incident->id);
	bool approves = toc_get_is(q->body, "step", "approve");
	uint32_t to;

	if (toc_ask_may(q, toc_conditions_on(q, q->incident)) < 0 || toc_check_impersonal(q) < 0 ||
	    toc_take_incident_step(q, q->action->k, &to) < 0 || check_draft(q) < 0 ||
	    toc_check_window(q, toc_get(q->body, "period"), "body.period") < 0)
		return -1;
	if (toc_check_put_together(q, toc_find_message(q->w, toc_get_id(q->body, "draft_ref"))) < 0)
		return -1;
	toc_time next = toc_get_time(q->body, "next_at", TOC_TIME_NEVER), due = report_due(q, to);
	if (!toc_before(q->at, next))
		return TOC_REFUSE(q, TIME, "body.next_at", "domain M20, T22", "next_at: is over already");
	struct toc_draft *d = toc_ask_draft(q, q->action->k);
	struct toc_value *report = toc_value_map(q->a);
	toc_set_int(q->a, report, "number", (c ? c->reports : 0) + 1);
	toc_set(q->a, report, "figures", toc_figures(q));
	toc_set(q->a, toc_decided(d), "report", report);
	if (!approves) {
		struct toc_str hub = toc_hub(q->w, q->exercise);
		(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
		if (hub.n)
			(void)toc_reader_add(q, d, hub, 0);
		return 0;
	}
	d->ref = toc_get_id(q->body, "draft_ref");
	toc_stop_timer_of(q, toc_decided(d), "T22", q->incident->id, TOC_STR(""));
	toc_start_until(q, toc_decided(d), "T22", q->incident->id, TOC_STR(""), q->at, toc_before(next, due) ? next : due);
	toc_tell(q, d, TOC_TO_EVERYBODY, TOC_IF_ADR);
	return 0;
}

/* ---- shift notes ---- */

static bool has_read(const struct toc_message *m, struct toc_uuid person)
{
	for (uint32_t i = 0; i < m->n_receipts; i++)
		if (toc_uuid_eq(m->receipts[i].person, person))
			return true;
	return false;
}

struct shift {
	const struct toc_person *person;
	struct toc_value *refs;
	int64_t unread;
};

static bool counts(const struct toc_ask *q, const struct toc_message *m)
{
	return m && m->mode == q->mode && toc_uuid_eq(m->exercise, q->exercise_id) && !toc_short_is(&m->org, q->p->org) &&
	       (!q->incident || toc_uuid_eq(m->incident, q->incident->id));
}

/* What each person of the organisation could have read and has not, newest first. */
static struct toc_value *unread(struct toc_ask *q, struct shift *shifts, size_t n)
{
	struct toc_value *list = toc_value_list(q->a);
	int64_t size = (int64_t)toc_world_size(q->w);

	for (int64_t seq = size - 1; seq >= 0 && size - seq <= LOOK_BACK; seq--) {
		const struct toc_numbered *at = toc_world_get(q->w, TOC_OBJECT_numbered, TOC_KEY(seq));
		const struct toc_message *m = at ? toc_find_message(q->w, at->eid) : NULL;
		if (!counts(q, m))
			continue;
		for (size_t i = 0; i < n; i++) {
			if (!toc_is_reader(m, q->p->org, shifts[i].person->roles) || has_read(m, shifts[i].person->id))
				continue;
			if (shifts[i].unread++ < NAMED_MAX)
				toc_push_text(q->a, shifts[i].refs, toc_uuid_str(q->a, m->eid));
		}
	}
	for (size_t i = 0; i < n; i++) {
		struct toc_value *v = toc_value_map(q->a);
		toc_set_id(q->a, v, "person", shifts[i].person->id);
		toc_set_int(q->a, v, "count", shifts[i].unread);
		toc_set(q->a, v, "messages", shifts[i].refs);
		toc_push(q->a, list, v);
	}
	return list;
}

static int by_person(const struct toc_person *x, const struct toc_person *y)
{
	return toc_uuid_cmp(x->id, y->id);
}

/* The people of the organisation, in the order of their ids: the same on every node. */
static size_t people(struct toc_ask *q, struct shift **ret)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_person *p;
	size_t n = 0, room = 16;
	struct shift *shifts = toc_arena_alloc(q->a, room * sizeof *shifts);

	while ((p = toc_world_next(q->w, TOC_OBJECT_person, &cursor))) {
		if (!toc_short_is(&p->org, q->p->org) || p->machine)
			continue;
		if (n == room) {
			struct shift *more = toc_arena_alloc(q->a, 2 * room * sizeof *more);
			memcpy(more, shifts, n * sizeof *more);
			shifts = more;
			room *= 2;
		}
		size_t at = n++;
		for (; at > 0 && by_person(p, shifts[at - 1].person) < 0; at--)
			shifts[at] = shifts[at - 1];
		shifts[at] = (struct shift){ p, toc_value_list(q->a), 0 };
	}
	*ret = shifts;
	return n;
}

/* What binds the organisation: its running timers. */
static struct toc_value *open_items(struct toc_ask *q)
{
	struct toc_world_cursor cursor = { 0 };
	struct toc_value *list = toc_value_list(q->a);
	const struct toc_timer *t;

	while ((t = toc_world_next(q->w, TOC_OBJECT_timer, &cursor))) {
		if (!toc_short_is(&t->desk, q->p->org) || t->mode != q->mode || !toc_uuid_eq(t->exercise, q->exercise_id))
			continue;
		struct toc_value *v = toc_value_map(q->a);
		toc_set_text(q->a, v, "timer", toc_short_str(&t->name));
		toc_set_id(q->a, v, "id", t->id);
		toc_set_id(q->a, v, "case", t->threat);
		toc_set_id(q->a, v, "incident", t->incident);
		toc_set_time(q->a, v, "deadline", t->deadline);
		uint32_t at = list->n; /* in the order of their ids */
		toc_push(q->a, list, v);
		for (; at > 0 && toc_str_cmp(toc_get_text(v, "id"), toc_get_text(list->items[at - 1], "id")) < 0; at--)
			list->items[at] = list->items[at - 1];
		list->items[at] = v;
	}
	return list;
}

int toc_rule_hand_over(struct toc_ask *q)
{
	const struct toc_person *to = toc_find_person(q->w, toc_get_id(q->body, "to"));
	struct shift *shifts;

	if (toc_ask_may(q, 0) < 0)
		return -1;
	if (toc_get(q->body, "to") && (!to || to->left || to->machine || !toc_short_is(&to->org, q->p->org)))
		return toc_refuse_unknown(q, "body.to");
	struct toc_draft *d = toc_ask_draft(q, "M20.hand_over");
	size_t n = people(q, &shifts);
	(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	toc_set(q->a, toc_decided(d), "unread", unread(q, shifts, n));
	toc_set(q->a, toc_decided(d), "open", open_items(q));
	return 0;
}

/* ---- platform status ---- */

void toc_tell_leads(struct toc_ask *q, struct toc_draft *d)
{
	const struct toc_incident *i = q->incident;
	struct toc_str hub = toc_hub(q->w, q->exercise);

	if (q->org)
		(void)toc_reader_add(q, d, q->p->org, TOC_IF_OWN);
	if (hub.n)
		(void)toc_reader_add(q, d, hub, 0);
	for (uint32_t k = 0; k < i->n_affected; k++) {
		const struct toc_country *c = toc_find_country(q->w, toc_short_str(&i->affected[k].org));
		for (uint32_t j = 0; c && j < c->n_members; j++)
			(void)toc_reader_add(q, d, toc_short_str(&c->members[j].org), TOC_IF_AFF);
	}
}

int toc_rule_status(struct toc_ask *q)
{
	uint32_t to;

	if (toc_ask_may(q, 0) < 0 || toc_check_impersonal(q) < 0 || toc_take_incident_step(q, "M21.send", &to) < 0 ||
	    toc_check_window(q, toc_get(q->body, "window"), "body.window") < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "M21.send");
	d->ref = q->incident->activation;
	toc_engage(q, d);
	toc_tell_leads(q, d);
	return 0;
}
