/* deadline.c: timers: when they start and stop, and what happens when their time has come.
 *
 * Which there are, how long each runs and what happens at its end is timer.def's; here is what they share. What
 * happens to T17 is in escalation.c, to those of an incident in activation.c and warning.c, to signals in expiry.c.
 *
 * Times are on the clock of the timer's exercise; hours and minutes elapse, months are counted in the UTC
 * calendar. What a timer does is an entry whose id comes from the timer and the level, so two nodes that fire
 * it make the same entry. No level is skipped, however late the server is. Source: rules (d). */
#include "domain/rule.h"

const struct toc_timer *toc_running(const struct toc_world *w, const char *timer, struct toc_uuid threat,
				    struct toc_str desk)
{
	return toc_find_timer(w, toc_timer_id(toc_str_of(timer), threat, desk));
}

void toc_start_timer(struct toc_ask *q, struct toc_value *decided, const char *timer, struct toc_uuid on,
		     struct toc_str desk, toc_time starts, toc_time next, toc_time deadline)
{
	struct toc_value *v = toc_value_map(q->a);

	toc_set_cstr(q->a, v, "timer", timer);
	toc_set_id(q->a, v, "id", toc_timer_id(toc_str_of(timer), on, desk));
	if (desk.n)
		toc_set_text(q->a, v, "desk", desk);
	toc_set_time(q->a, v, "starts", starts);
	toc_set_time(q->a, v, "deadline", deadline);
	toc_set_time(q->a, v, "next", next);
	if (toc_timer_row(toc_str_of(timer))->legal)
		toc_set_bool(q->a, v, "legal", true);
	toc_effect(q->a, decided, "timers_started", v);
}

void toc_start_until(struct toc_ask *q, struct toc_value *decided, const char *timer, struct toc_uuid on,
		     struct toc_str desk, toc_time starts, toc_time deadline)
{
	toc_start_timer(q, decided, timer, on, desk, starts, toc_timer_next(toc_str_of(timer), starts, deadline),
			deadline);
}

void toc_start(struct toc_ask *q, struct toc_value *decided, const char *timer, struct toc_uuid on,
	       struct toc_str desk, toc_time starts)
{
	toc_start_until(q, decided, timer, on, desk, starts, toc_timer_end_now(q->w, toc_str_of(timer), starts));
}

void toc_stop(struct toc_ask *q, struct toc_value *decided, const struct toc_timer *t)
{
	struct toc_value *v = toc_value_map(q->a);

	toc_set_text(q->a, v, "timer", toc_short_str(&t->name));
	toc_set_id(q->a, v, "id", t->id);
	if (t->desk.n)
		toc_set_text(q->a, v, "desk", toc_short_str(&t->desk));
	toc_set_time(q->a, v, "at", q->at);
	toc_set_bool(q->a, v, "met", q->at.us <= t->deadline.us);
	toc_set_int(q->a, v, "took_ms", toc_between(t->starts, q->at).us / 1000);
	toc_effect(q->a, decided, "timers_stopped", v);
	const struct toc_threat *threat = toc_find_threat(q->w, t->threat);
	toc_stop_deliveries(q, decided, toc_short_str(&t->desk), t->cause, threat ? threat->notice : t->cause);
}

void toc_stop_timer_of(struct toc_ask *q, struct toc_value *decided, const char *timer, struct toc_uuid on,
		       struct toc_str desk)
{
	const struct toc_timer *t = toc_running(q->w, timer, on, desk);

	if (t)
		toc_stop(q, decided, t);
}

void toc_stop_timer(struct toc_ask *q, struct toc_value *decided, const char *timer,
		    const struct toc_threat *threat, struct toc_str desk)
{
	toc_stop_timer_of(q, decided, timer, threat->id, desk);
}

void toc_move_timer(struct toc_ask *q, struct toc_value *decided, const struct toc_timer *t, toc_time next,
		    bool breached)
{
	struct toc_value *v = toc_value_map(q->a);

	toc_set_text(q->a, v, "timer", toc_short_str(&t->name));
	toc_set_id(q->a, v, "id", t->id);
	if (t->desk.n)
		toc_set_text(q->a, v, "desk", toc_short_str(&t->desk));
	toc_set_int(q->a, v, "level", t->level + 1);
	toc_set_time(q->a, v, "starts", t->starts); /* another that was started since is not this one */
	/* what lies after the last time that can be written would be due at that time, over and over */
	toc_set_time(q->a, v, "next", next.us > TOC_TIME_LAST.us ? TOC_TIME_NEVER : next);
	if (breached)
		toc_set_bool(q->a, v, "breached", true);
	toc_effect(q->a, decided, "timers_moved", v);
}

struct toc_uuid toc_firing_id(const char *what, const struct toc_timer *t)
{
	/* Every level its own, for as long as the timer runs: an id said twice would stop all that is due. */
	struct toc_uuid run = toc_derived_id(what, t->id, TOC_STR(""), t->starts.us);
	return toc_derived_id(what, run, TOC_STR("level"), (int64_t)t->level);
}

/* Of a case: its notifier and the desk. */
static void case_readers(struct toc_ask *q, struct toc_draft *d, const struct toc_timer *t)
{
	toc_set_id(q->a, toc_decided(d), "case", t->threat);
	(void)toc_reader_add(q, d, toc_short_str(&q->threat->notifier), TOC_IF_OWN);
	if (!toc_short_is(&t->desk, toc_short_str(&q->threat->notifier)))
		(void)toc_reader_add(q, d, toc_short_str(&t->desk), TOC_IF_ADR);
}

/* What one owes the other: both. */
static void sides(struct toc_ask *q, struct toc_draft *d, const struct toc_timer *t, struct toc_str owed_to)
{
	toc_set(q->a, toc_decided(d), "readers", toc_value_list(q->a));
	(void)toc_reader_add(q, d, toc_short_str(&t->desk), TOC_IF_OWN);
	if (!toc_short_is(&t->desk, owed_to))
		(void)toc_reader_add(q, d, owed_to, TOC_IF_OWN);
}

/* Of an incident: the leads of the hub and of the states affected. */
static void incident_readers(struct toc_ask *q, struct toc_draft *d)
{
	struct toc_str hub = toc_hub(q->w, q->exercise);

	toc_set(q->a, toc_decided(d), "readers", toc_value_list(q->a));
	if (hub.n)
		(void)toc_reader_add(q, d, hub, 0);
	for (uint32_t i = 0; i < q->incident->n_parties; i++) {
		const struct toc_organisation *o =
			toc_find_organisation(q->w, toc_short_str(&q->incident->parties[i].org));
		if (o && toc_is_affected(q->incident, o))
			(void)toc_reader_add(q, d, toc_short_str(&o->code), TOC_IF_AFF);
	}
}

/* Of a removal order: its authority, and the provider or home authority that it binds, as they read the order. */
static void order_readers(struct toc_ask *q, struct toc_draft *d, const struct toc_timer *t)
{
	const struct toc_action *issue = toc_action_find(TOC_STR("M10.issue"));
	const struct toc_organisation *authority = toc_find_organisation(q->w, toc_short_str(&q->order->authority)),
				      *desk = toc_find_organisation(q->w, toc_short_str(&t->desk));

	/* that scrutiny was asked for, the issuer does not hear before something is intended */
	if (authority && !toc_short_is(&t->name, TOC_STR("T6")))
		toc_reader_add_as(q, d, toc_short_str(&authority->code), toc_may_read(issue, authority->kinds, TOC_IF_OWN, TOC_WHOLE), TOC_WHOLE);
	if (desk && desk != authority)
		(void)toc_reader_add(q, d, toc_short_str(&desk->code), TOC_IF_ADR);
}

struct toc_draft *toc_deadline_draft(struct toc_ask *q, const char *k, const struct toc_timer *t)
{
	struct toc_draft *d = q->order ? toc_order_server_draft(q, k, "deadline", t->id)
				       : toc_ask_server_draft(q, k, "deadline", t->id);
	struct toc_value *message = (struct toc_value *)(uintptr_t)d->message,
			 *body = toc_get(message, "body");
	const struct toc_timer_row *row = toc_timer_row(toc_short_str(&t->name));

	d->eid = toc_firing_id(k, t);
	d->ref = t->cause;
	toc_set_id(q->a, message, "id", d->eid);
	toc_set_text(q->a, body, "timer", toc_short_str(&t->name));
	toc_set_cstr(q->a, body, "kind", row->legal ? "legal" : "soft");
	toc_set_id(q->a, body, "object", q->order ? t->order : q->threat ? t->threat : q->incident ? t->incident : t->cause);
	if (t->desk.n)
		toc_set_text(q->a, body, "desk", toc_short_str(&t->desk));
	toc_set_time(q->a, body, "deadline", t->deadline);
	struct toc_str owed_to = toc_owed_to(q->w, t);
	if (toc_is_statutory(t))
		toc_statutory_readers(q, d, t);
	else if (owed_to.n)
		sides(q, d, t, owed_to);
	else if (q->order)
		order_readers(q, d, t);
	else if (q->threat)
		case_readers(q, d, t);
	else if (q->incident)
		incident_readers(q, d);
	return d;
}

/* 15, 5 and 1 minutes before: the desk's first contact is paged, too. */
static void warn(struct toc_ask *q, const struct toc_timer *t)
{
	struct toc_draft *d = toc_deadline_draft(q, "deadline.warned", t);

	toc_set_int(q->a, toc_get(d->message, "body"), "minutes_left",
		    toc_between(t->next, t->deadline).us / TOC_MINUTES(1).us);
	if (t->desk.n)
		toc_page_contact(q, toc_decided(d), toc_short_str(&t->desk), 
				 q->threat ? TOC_FOR_ITL : q->order ? TOC_FOR_ORDERS : TOC_FOR_CRISIS, 0);
	toc_move_timer(q, toc_decided(d), t, toc_timer_next(toc_short_str(&t->name), t->next, t->deadline), false);
}

void toc_fire_missed(struct toc_ask *q, const struct toc_timer *t)
{
	toc_move_timer(q, toc_decided(toc_deadline_draft(q, "deadline.passed", t)), t, TOC_TIME_NEVER, true);
}

void toc_fire_over(struct toc_ask *q, const struct toc_timer *t)
{
	toc_stop(q, toc_decided(toc_deadline_draft(q, "deadline.passed", t)), t);
}

void toc_fire_t16(struct toc_ask *q, const struct toc_timer *t)
{
	bool first = toc_before(t->next, t->deadline);
	struct toc_draft *d = toc_deadline_draft(q, first ? "deadline.warned" : "deadline.passed", t);

	if (first)
		toc_page_contact(q, toc_decided(d), toc_short_str(&t->desk), TOC_FOR_ITL, 0);
	toc_move_timer(q, toc_decided(d), t, first ? t->deadline : TOC_TIME_NEVER, !first);
}

void toc_fire_t18(struct toc_ask *q, const struct toc_timer *t)
{
	struct toc_draft *d = toc_deadline_draft(q, "deadline.warned", t);

	toc_move_timer(q, toc_decided(d), t, toc_after(t->next, TOC_HOURS(7 * 24)), true);
}

/* The timer stays: what has been kept so long is shown until it is erased. */
void toc_fire_t8(struct toc_ask *q, const struct toc_timer *t)
{
	struct toc_draft *d = toc_deadline_draft(q, "deadline.passed", t);
	enum toc_order_state to;

	toc_move_timer(q, toc_decided(d), t, TOC_TIME_NEVER, false);
	if (!q->order || !toc_order_step(TOC_STR("kept"), q->order->state, &to))
		return;
	toc_effect_order_state(q, toc_decided(d), q->order, to);
	if (to == TOC_ORDER_FINAL && q->order->ended_at.us == TOC_TIME_NEVER.us) /* not one that was annulled */
		toc_order_is_final(q, d);
}

/* It binds an organisation, and runs on nothing else. */
static bool runs_on_desk_alone(const struct toc_timer *t)
{
	return t->desk.n && toc_uuid_is_nil(t->threat) && toc_uuid_is_nil(t->incident) && toc_uuid_is_nil(t->order) &&
	       toc_uuid_is_nil(t->point);
}

/* What has a warning before its end is told it; then the row decides. */
static void fire(struct toc_ask *q, const struct toc_timer *t)
{
	const struct toc_timer_row *row = toc_timer_row(toc_short_str(&t->name));

	if (row && row->warned && toc_before(t->next, t->deadline))
		warn(q, t);
	else if (row && row->fire)
		row->fire(q, t);
}

/* ---- what is due ---- */

/* The timer that is next in real time, and when that is. Within an exercise scenario time decides. */
static const struct toc_timer *next_due(const struct toc_world *w, toc_time *ret_real)
{
	const struct toc_timer *first = NULL;
	struct toc_world_cursor cursor = { 0 };
	struct toc_uuid clock;

	*ret_real = TOC_TIME_NEVER;
	while (toc_world_next_clock(w, &cursor, &clock)) {
		const struct toc_timer *t = toc_world_first_timer(w, clock);
		const struct toc_exercise *x = toc_uuid_is_nil(clock) ? NULL : toc_find_exercise(w, clock);
		if (!t || (!toc_uuid_is_nil(clock) && !x))
			continue;
		toc_time real = toc_clock_real(x, t->next);
		if (real.us == TOC_TIME_NEVER.us)
			continue;
		if (!first || toc_before(real, *ret_real) ||
		    (real.us == ret_real->us && toc_uuid_cmp(t->exercise, first->exercise) < 0)) {
			first = t;
			*ret_real = real;
		}
	}
	return first;
}

void toc_fire_due(struct toc_ask *q, struct toc_world *ahead, size_t max)
{
	size_t told = q->verdict->n, limit = told + max;
	struct toc_ask f = *q; /* the question stays as it was asked */

	f.w = ahead;
	while (f.verdict->n < limit) {
		toc_time real;
		const struct toc_timer *t = next_due(ahead, &real);
		if (!t || toc_before(f.now, real))
			break;
		f.at = t->next;
		f.mode = t->mode;
		f.exercise_id = t->exercise;
		f.exercise = toc_find_exercise(ahead, t->exercise);
		f.threat = toc_find_threat(ahead, t->threat);
		f.incident = toc_find_incident(ahead, t->incident);
		f.order = toc_find_order(ahead, t->order);
		f.point = toc_find_point(ahead, t->point);
		f.org = NULL;
		f.m = f.body = NULL;
		f.action = NULL;
		if (f.threat || f.incident || f.order || f.point || runs_on_desk_alone(t))
			fire(&f, t);
		if (f.verdict->n ==
		    told) { /* a timer that nobody knows what to do with would be due for ever */
			toc_world_remove(ahead, TOC_OBJECT_timer, TOC_KEY(t->id));
			continue;
		}
		toc_withhold(&f, told);
		toc_mail_readers(&f, told);
		toc_call_readers(&f, told);
		for (; told < f.verdict->n; told++)
			toc_look_ahead(ahead, &f.verdict->drafts[told], f.now);
	}
	q->room = f.room;
}

void toc_due(const struct toc_world *w, toc_time now, size_t max, struct toc_arena *a,
	     struct toc_verdict *ret_verdict)
{
	static const struct toc_principal server = { .machine = true };
	struct toc_world *ahead = toc_world_ahead(w);
	struct toc_ask q = { .w = w, .p = &server, .a = a, .now = now, .at = now, .verdict = ret_verdict };

	*ret_verdict = (struct toc_verdict){ .journalable = true };
	toc_fire_due(&q, ahead, max);
	toc_world_free(ahead);
}

toc_time toc_world_next_due(const struct toc_world *w)
{
	toc_time real;

	(void)next_due(w, &real);
	return real;
}

bool toc_world_pass_over(struct toc_world *w, struct toc_uuid *ret_timer)
{
	toc_time real;
	const struct toc_timer *t = next_due(w, &real);
	bool done = t && toc_world_pass_over_timer(w, t);

	if (done)
		*ret_timer = t->id;
	return done;
}
