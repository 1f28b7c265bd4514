/* drill.c: the weekly heartbeat of a contact point (T31): it is called as if something had happened, and somebody of
 * its chain has to answer.
 *
 * The server starts it a week after the last one began, or when the desk opens after that; an admin whenever they like. The first
 * contact is called at once, every 15 minutes the next. Whoever of the chain answers ends it: within 15 minutes
 * (a micro or small provider that is not there round the clock: 30) it is passed, later it is late, after a day it has
 * failed. Always on the real clock and in mode "system": no exercise sees it. Source: rules a.4, T31; TCO 15, recital 42. */
#include "domain/rule.h"

#define PASS_MINUTES 15
#define NEXT_MINUTES 15
#define END_MINUTES (24 * 60)

static toc_dur pass_within(const struct toc_ask *q, const struct toc_point *p)
{
	const struct toc_organisation *o = toc_find_organisation(q->w, toc_short_str(&p->org));

	return TOC_MINUTES(toc_is_small(o, p) ? 2 * PASS_MINUTES : PASS_MINUTES);
}

static void run_timer(struct toc_ask *q, struct toc_value *decided, struct toc_uuid point, struct toc_str org, toc_time starts,
		      toc_time next, toc_time deadline)
{
	toc_start_timer(q, decided, "T31", point, org, starts, next, deadline);
	const struct toc_value *started = toc_get(decided, "timers_started");
	toc_set_id(q->a, toc_at(started, toc_len(started) - 1), "point", point);
}

void toc_start_t31(struct toc_ask *q, struct toc_value *decided, struct toc_uuid point, struct toc_str org, toc_time next,
		   toc_time valid_until)
{
	if (toc_before(next, valid_until)) /* what is over by then is drilled no more */
		run_timer(q, decided, point, org, q->now, next, next);
}

/* Whom the drill calls: as many as have not answered, one after the other. */
static unsigned page(struct toc_ask *q, struct toc_value *decided, const struct toc_point *p, unsigned position)
{
	struct toc_reached reach = toc_reached_by(q->w, q->a, p, q->now);

	if (position < reach.n)
		toc_page_channels(q, decided, p, reach.order[position], NULL);
	return reach.n;
}

static void begin(struct toc_ask *q, struct toc_draft *d, const struct toc_point *p)
{
	struct toc_value *decided = toc_decided(d), *drill = toc_value_map(q->a);
	struct toc_str org = toc_short_str(&p->org);

	toc_set_id(q->a, drill, "point", p->id);
	toc_set_time(q->a, drill, "started", q->at);
	toc_effect(q->a, decided, "drills", drill);
	(void)page(q, decided, p, 0);
	run_timer(q, decided, p->id, org, q->at, toc_after(q->at, TOC_MINUTES(NEXT_MINUTES)), toc_after(q->at, pass_within(q, p)));
	toc_contact_readers(q, d, org);
}

/* The result, and the next drill a week after this one began. */
static void end(struct toc_ask *q, struct toc_draft *d, const struct toc_point *p, const char *result)
{
	struct toc_value *drill = toc_value_map(q->a);
	toc_time week = toc_timer_end(TOC_STR("T31"), p->drill_from), opens = toc_point_opens(p, week);
	toc_time next = opens.us == TOC_TIME_NEVER.us ? week : opens;

	toc_set_id(q->a, drill, "point", p->id);
	toc_set_cstr(q->a, drill, "result", result);
	toc_set_time(q->a, drill, "at", q->at);
	toc_set_int(q->a, drill, "reaction_s", toc_between(p->drill_from, q->at).us / 1000000);
	toc_effect(q->a, toc_decided(d), "drills", drill);
	if (toc_before(next, p->valid_until))
		run_timer(q, toc_decided(d), p->id, toc_short_str(&p->org), p->drill_from, next, next);
	else
		toc_stop_timer_of(q, toc_decided(d), "T31", p->id, toc_short_str(&p->org));
	toc_stop_deliveries(q, toc_decided(d), toc_short_str(&p->org), p->drill, p->drill); /* nobody else is called for it */
	toc_contact_readers(q, d, toc_short_str(&p->org));
}

int toc_rule_drill(struct toc_ask *q)
{
	unsigned conditions;
	const struct toc_organisation *o = toc_contact_org(q, &conditions);
	const struct toc_point *p;

	if (!o || toc_ask_may(q, conditions) < 0 || !(p = toc_contact_point(q, o)))
		return -1;
	if (!toc_uuid_is_nil(p->drill))
		return TOC_REFUSE(q, STATE, "body.point", "domain T31", "point: a drill of it is running");
	struct toc_draft *d = toc_ask_draft(q, "M26.drill");
	toc_set_id(q->a, toc_get(d->message, "body"), "point", p->id);
	begin(q, d, p);
	return 0;
}

int toc_rule_drill_answer(struct toc_ask *q)
{
	struct toc_uuid drill = toc_get_id(q->body, "drill");
	unsigned conditions;
	const struct toc_organisation *o = toc_contact_org(q, &conditions);
	struct toc_trial running;

	if (!o)
		return -1;
	if (!(conditions & TOC_IF_OWN) || !toc_find_trial(q->w, toc_short_str(&o->code), drill, &running) || running.channel)
		return toc_refuse_unknown(q, "body.drill");
	const struct toc_point *p = running.point;
	if (toc_trial_is_for(&running, q->p->person))
		conditions |= TOC_IF_CHAIN;
	if (toc_ask_may(q, conditions) < 0)
		return -1;
	struct toc_draft *d = toc_ask_draft(q, "M26.answer");
	d->ref = drill;
	end(q, d, p, toc_between(p->drill_from, q->at).us <= pass_within(q, p).us ? "passed" : "late");
	return 0;
}

/* ---- by itself ---- */

static struct toc_draft *draft(struct toc_ask *q, const char *k, const struct toc_timer *t)
{
	struct toc_draft *d = toc_ask_server_draft(q, k, "drill", t->id);
	struct toc_value *message = (struct toc_value *)(uintptr_t)d->message, *body = toc_get(message, "body");

	d->eid = toc_firing_id(k, t);
	d->ref = q->point->drill;
	toc_set_id(q->a, message, "id", d->eid);
	toc_set_text(q->a, body, "org", toc_short_str(&q->point->org));
	toc_set_id(q->a, body, "point", q->point->id);
	return d;
}

static void fail(struct toc_ask *q, const struct toc_timer *t)
{
	struct toc_draft *d = draft(q, "M26.failed", t);
	struct toc_value *body = toc_get(d->message, "body"), *last = toc_value_map(q->a);

	toc_set_id(q->a, body, "drill", q->point->drill);
	toc_set_time(q->a, last, "at", q->at);
	toc_set_cstr(q->a, last, "result", "failed");
	toc_set(q->a, body, "last_drill", last);
	end(q, d, q->point, "failed");
}

/* The next contact, to the end of the chain; then its last hour is waited for. */
static void call(struct toc_ask *q, const struct toc_timer *t)
{
	struct toc_draft *d = draft(q, "M26.call", t);
	struct toc_value *body = toc_get(d->message, "body");
	toc_time last = toc_after(q->point->drill_from, TOC_MINUTES(END_MINUTES));
	unsigned position = (unsigned)t->level + 1, n = page(q, toc_decided(d), q->point, position);

	toc_set_id(q->a, body, "drill", q->point->drill);
	toc_set_int(q->a, body, "contact",
		    toc_get_int(toc_at(toc_get(d->decided, "pages"), 0), "contact", position < 99 ? (int64_t)position : 99));
	toc_move_timer(q, toc_decided(d), t, position + 1 < n ? toc_after(t->next, TOC_MINUTES(NEXT_MINUTES)) : last,
		       !toc_before(t->next, t->deadline));
	toc_contact_readers(q, d, toc_short_str(&q->point->org));
}

/* Who is suspended is called by nobody. With its return the drills begin again. */
static void rest(struct toc_ask *q, const struct toc_timer *t)
{
	struct toc_draft *d = toc_deadline_draft(q, "deadline.passed", t);
	struct toc_str hub = toc_hub(q->w, NULL);

	toc_stop(q, toc_decided(d), t);
	toc_set(q->a, toc_decided(d), "readers", toc_value_list(q->a));
	if (hub.n)
		(void)toc_reader_add(q, d, hub, 0);
}

void toc_resume_drills(struct toc_ask *q, struct toc_draft *d, const struct toc_organisation *o)
{
	for (uint32_t i = 0; i < o->n_points; i++) {
		const struct toc_point *p = toc_point_in_force(q->w, o->points[i].id, q->now);
		if (!p || toc_running(q->w, "T31", p->id, toc_short_str(&o->code)))
			continue;
		toc_time opens = toc_point_opens(p, q->now);
		toc_start_t31(q, toc_decided(d), p->id, toc_short_str(&o->code), opens.us == TOC_TIME_NEVER.us ? q->now : opens, p->valid_until);
	}
}

void toc_fire_t31(struct toc_ask *q, const struct toc_timer *t)
{
	const struct toc_point *p = q->point;
	const struct toc_organisation *o = toc_find_organisation(q->w, toc_short_str(&p->org));
	bool running = !toc_uuid_is_nil(p->drill);

	if (!running && o && o->suspended) {
		rest(q, t);
		return;
	}
	if (running && toc_between(p->drill_from, t->next).us >= TOC_MINUTES(END_MINUTES).us) {
		fail(q, t);
	} else if (running) {
		call(q, t);
	} else {
		q->at = q->now; /* who is called late has the same time to answer */
		begin(q, draft(q, "M26.drill", t), p);
	}
}
