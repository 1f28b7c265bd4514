/* statute.c: the law's clocks that count in weeks, months and years.
 *
 *   T13  an order that has become final counts for twelve months against its provider; with the second one its
 *        own state's oversight authority may find it exposed. That authority is told of each one
 *   T14  a provider that has carried out an order reports on that year before 1 March of the next one
 *   T15  an authority that has issued an order hands in that year's figures by 31 March of the next one
 *   T10  complaints of which a service says that they are pending are answered two weeks after they came
 *   T26  measures of the Commission's crisis mechanism last three months, and once three more
 *
 * Those of a year run on the order by which it began to be owed, one for each desk and year; they speak when the
 * year is over and when they end. T10 runs on nothing but the desk. T11 and T12 are in exposure.c, T30 in storage.c.
 * Source: rules (d), 0.3, 0.4. */
#include "domain/rule.h"

#define EXPOSING 2 /* final orders within T13 */
#define MEASURES_MONTHS 6

/* ---- whose word counts ---- */

static bool is_one_of(const struct toc_timer *t, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (toc_short_is(&t->name, toc_str_of(names[i])))
			return true;
	return false;
}

bool toc_is_statutory(const struct toc_timer *t)
{
	static const char *const names[] = { "T10", "T11", "T12", "T13", "T14", "T15", "T30" };

	return is_one_of(t, names, sizeof names / sizeof *names);
}

static struct toc_str home_of(const struct toc_organisation *o)
{
	return toc_short_str(o->legal_rep_in.n ? &o->legal_rep_in : &o->established_in);
}

/* The oversight authorities of a provider's own state, in the order of their codes: the same on every node. */
static void tell_oversight(struct toc_ask *q, struct toc_draft *d, struct toc_str provider)
{
	const struct toc_organisation *hsp = toc_find_organisation(q->w, provider), *o;
	struct toc_str last = TOC_STR(""), next;

	if (!hsp || !(hsp->kinds & TOC_KIND_HSP))
		return;
	do {
		struct toc_world_cursor cursor = { 0 };
		next = TOC_STR("");
		while ((o = toc_world_next(q->w, TOC_OBJECT_organisation, &cursor))) {
			struct toc_str code = toc_short_str(&o->code);
			if ((o->kinds & TOC_KIND_OA) && toc_short_is(&o->established_in, home_of(hsp)) &&
			    toc_str_cmp(last, code) < 0 && (!next.n || toc_str_cmp(code, next) < 0))
				next = code;
		}
		if (next.n)
			(void)toc_reader_add(q, d, next, TOC_IF_HOME);
		last = next;
	} while (next.n);
}

void toc_statutory_readers(struct toc_ask *q, struct toc_draft *d, const struct toc_timer *t)
{
	const struct toc_exposure *x = toc_exposure_of(q->w, t);

	toc_set(q->a, toc_decided(d), "readers", toc_value_list(q->a));
	if (x) { /* between the two */
		(void)toc_reader_add(q, d, toc_short_str(&x->authority), TOC_IF_HOME);
		(void)toc_reader_add(q, d, toc_short_str(&x->hsp), TOC_IF_OWN | TOC_IF_ADR);
		return;
	}
	(void)toc_reader_add(q, d, toc_short_str(&t->desk), TOC_IF_OWN | TOC_IF_ADR);
	tell_oversight(q, d, toc_short_str(&t->desk));
}

/* ---- T13 ---- */

static int64_t final_orders(const struct toc_ask *q, struct toc_str hsp)
{
	struct toc_world_cursor cursor = { 0 };
	const struct toc_timer *t;
	int64_t n = 0;

	while ((t = toc_world_next(q->w, TOC_OBJECT_timer, &cursor)))
		n += toc_short_is(&t->name, TOC_STR("T13")) && toc_short_is(&t->desk, hsp) && t->mode == q->mode &&
		     toc_uuid_eq(t->exercise, q->exercise_id);
	return n;
}

void toc_order_is_final(struct toc_ask *q, struct toc_draft *d)
{
	struct toc_str hsp = toc_short_str(&q->order->hsp);
	struct toc_value *v = toc_value_map(q->a);
	int64_t n = final_orders(q, hsp) + 1;

	toc_start_on_order(q, toc_decided(d), "T13", q->order, hsp, q->at);
	toc_set_text(q->a, v, "hsp", hsp);
	toc_set_int(q->a, v, "within_12_months", n);
	toc_set_bool(q->a, v, "may_be_exposed", n >= EXPOSING);
	toc_set(q->a, toc_decided(d), "final_orders", v);
	tell_oversight(q, d, hsp);
}

/* ---- T14, T15 ---- */

static toc_time year_after(struct toc_ask *q, toc_time t)
{
	struct toc_str text = toc_time_str(q->a, t);
	int year = 0;
	toc_time next = TOC_TIME_NEVER;

	for (size_t i = 0; i < 4 && i < text.n; i++)
		year = 10 * year + (text.p[i] - '0');
	if (toc_time_parse(toc_arena_printf(q->a, "%04d-01-01T00:00:00Z", year + 1), &next, NULL) < 0)
		return TOC_TIME_NEVER; /* the year 9999 has none after it */
	return next;
}

/* One for each desk and year: `ends` is the year's end. */
static struct toc_uuid of_year(const struct toc_ask *q, toc_time ends)
{
	return toc_derived_id("year", q->exercise_id, toc_str_of(toc_mode_name(q->mode)), ends.us);
}

void toc_owe_for_year(struct toc_ask *q, struct toc_value *decided, const char *timer, struct toc_str desk)
{
	toc_time ends = year_after(q, q->at);
	int months = toc_str_is(toc_str_of(timer), "T14") ? 2 : 3; /* before 1 March; 31 March is the last day */

	if (ends.us == TOC_TIME_NEVER.us || toc_running(q->w, timer, of_year(q, ends), desk))
		return;
	toc_start_timer(q, decided, timer, of_year(q, ends), desk, ends, ends, toc_after_months(ends, months));
	const struct toc_value *list = toc_get(decided, "timers_started");
	toc_set_id(q->a, toc_at(list, toc_len(list) - 1), "order", q->order->id);
}

/* The year is over: it is said that the report is owed. */
static bool begins(struct toc_ask *q, const struct toc_timer *t)
{
	if (!toc_before(t->next, t->deadline))
		return false;
	toc_move_timer(q, toc_decided(toc_deadline_draft(q, "deadline.warned", t)), t, t->deadline, false);
	return true;
}

void toc_fire_t14(struct toc_ask *q, const struct toc_timer *t)
{
	if (!begins(q, t))
		toc_fire_missed(q, t);
}

/* Whether the figures were handed in nobody here is told: it ends, and is not called missed. */
void toc_fire_t15(struct toc_ask *q, const struct toc_timer *t)
{
	if (!begins(q, t))
		toc_fire_over(q, t);
}

/* ---- T10, and what ends T14 ---- */

/* A report on a whole year, but for a day at each end: people write the last day as they like. */
static void reported_year(struct toc_ask *q, struct toc_value *decided, toc_time from, toc_time until)
{
	toc_dur day = TOC_HOURS(24);
	toc_time ends = year_after(q, (toc_time){ from.us + (until.us - from.us) / 2 });

	if (ends.us != TOC_TIME_NEVER.us && from.us <= toc_after_months(ends, -12).us + day.us &&
	    until.us >= ends.us - day.us)
		toc_stop_timer_of(q, decided, "T14", of_year(q, ends), q->p->org);
}

void toc_complaints_counted(struct toc_ask *q, struct toc_value *decided)
{
	const struct toc_value *period = toc_get(q->body, "period");
	toc_time from = toc_get_time(period, "from", q->at), until = toc_get_time(period, "until", q->at);
	struct toc_uuid on =
		toc_derived_id("complaints", q->exercise_id, toc_str_of(toc_mode_name(q->mode)), until.us);

	if (!toc_get_is(q->body, "basis", "TCO_10"))
		return;
	reported_year(q, decided, from, until);
	if (toc_get_int(q->body, "pending", 0) == 0)
		toc_stop_timer_of(q, decided, "T10", on, q->p->org);
	else if (!toc_running(q->w, "T10", on, q->p->org))
		toc_start(q, decided, "T10", on, q->p->org, until);
}

/* ---- T26 ---- */

int toc_check_mechanisms(struct toc_ask *q)
{
	const struct toc_value *list = toc_get(q->body, "linked_activations");

	for (size_t i = 0; i < toc_len(list); i++)
		if (toc_ask_not_ahead(q, toc_at(list, i), "since", toc_item_path(q, "linked_activations", i, "since")) < 0)
			return -1;
	return 0;
}

/* Begun, prolonged once by a decision that is later than the first one, or over. */
static void mechanism(struct toc_ask *q, struct toc_value *decided, const struct toc_value *v)
{
	const struct toc_timer *t = toc_running(q->w, "T26", q->incident->id, TOC_STR(""));
	toc_time since = toc_get_time(v, "since", t ? t->starts : q->at);

	if (toc_get_is(v, "state", "ended")) {
		if (t)
			toc_stop(q, decided, t);
	} else if (!toc_get_is(v, "state", "active")) {
		return;
	} else if (!t) {
		toc_start(q, decided, "T26", q->incident->id, TOC_STR(""), since);
	} else if (toc_before(t->starts, since)) {
		toc_start_until(q, decided, "T26", q->incident->id, TOC_STR(""), t->starts,
				toc_after_months(t->starts, MEASURES_MONTHS));
	}
}

void toc_take_mechanisms(struct toc_ask *q, struct toc_value *decided)
{
	const struct toc_value *list = toc_get(q->body, "linked_activations");

	for (size_t i = 0; i < toc_len(list); i++)
		if (toc_get_is(toc_at(list, i), "mechanism", TOC_COMMISSIONS_MECHANISM)) {
			mechanism(q, decided, toc_at(list, i));
			return; /* one of them: what is said of it twice would start two */
		}
}
