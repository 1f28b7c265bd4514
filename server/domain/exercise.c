/* exercise.c: exercises and their clock.
 *
 * The clock is an affine map from server time to scenario time: at = anchor_at + (real - anchor_real) × rate
 * while it runs, anchor_at while it stands. Exercise control changes it by entries and by nothing else, and
 * never backwards. All rules and timers of an exercise use it; what the ledger records is always real time as
 * well. An exercise keeps to itself: its entries reach participants only. Source: rules (e) 13; design 1. */
#include <string.h>

#include "domain/rule.h"

#define DUE_WITH_CLOCK 96 /* deadlines that fire in the verdict of a jump; more follow by toc_due */

__extension__ typedef __int128 wide; /* a year of microseconds times the rate does not fit 64 bits */

/* A clock that has come to the last moment that can be written stands there. */
static int64_t narrow(wide x)
{
	return x > TOC_TIME_LAST.us ? TOC_TIME_LAST.us : x < 0 ? 0 : (int64_t)x;
}

toc_time toc_clock_at(const struct toc_exercise *x, toc_time real)
{
	if (!x)
		return real;
	if (!x->running)
		return x->anchor_at;
	return (toc_time){ narrow(x->anchor_at.us +
				  ((wide)real.us - x->anchor_real.us) * x->rate_milli / 1000) };
}

toc_time toc_clock_real(const struct toc_exercise *x, toc_time at)
{
	if (!x)
		return at;
	if (x->ended || at.us == TOC_TIME_NEVER.us)
		return TOC_TIME_NEVER;
	if (at.us <= x->anchor_at.us)
		return x->anchor_real;
	if (!x->running || x->rate_milli <= 0)
		return TOC_TIME_NEVER;
	/* rounded up: at that moment the clock has reached `at` */
	wide ahead = ((wide)at.us - x->anchor_at.us) * 1000;
	return (toc_time){ narrow(x->anchor_real.us + (ahead + x->rate_milli - 1) / x->rate_milli) };
}

bool toc_exercise_has(const struct toc_exercise *x, struct toc_str org)
{
	if (toc_short_is(&x->control, org))
		return true;
	for (uint32_t i = 0; i < x->n_joined; i++)
		if (toc_short_is(&x->joined[i].org, org))
			return true;
	return false;
}

static unsigned own_if(struct toc_ask *q)
{
	return q->exercise && q->org && toc_short_is(&q->exercise->control, q->p->org) ? TOC_IF_OWN : 0;
}

static void participants_read(struct toc_ask *q, struct toc_draft *d)
{
	if (!q->exercise)
		return;
	(void)toc_reader_add(q, d, toc_short_str(&q->exercise->control), TOC_IF_OWN);
	for (uint32_t i = 0; i < q->exercise->n_joined; i++)
		(void)toc_reader_add(q, d, toc_short_str(&q->exercise->joined[i].org), 0);
}

static void set_clock(struct toc_ask *q, struct toc_draft *d, toc_time real, toc_time at, int64_t rate_milli,
		      bool running)
{
	struct toc_value *clock = toc_value_map(q->a);

	toc_set_time(q->a, clock, "anchor_real", real);
	toc_set_time(q->a, clock, "anchor_at", at);
	toc_set_int(q->a, clock, "rate_milli", rate_milli);
	toc_set_bool(q->a, clock, "running", running);
	toc_set(q->a, toc_decided(d), "clock", clock);
}

int toc_rule_exercise_create(struct toc_ask *q)
{
	const struct toc_value *participants = toc_get(q->body, "participants");
	toc_time t0 = toc_get_time(q->body, "t0", TOC_TIME_NEVER);
	struct toc_str control = q->org ? q->p->org : toc_get_text(q->m, "on_behalf_of");

	if (q->mode != TOC_MODE_EXERCISE)
		return TOC_REFUSE(q, EXERCISE, "mode", "domain (e) 13",
				  "mode: an exercise is made in mode \"exercise\"");
	if (toc_ask_may(q, 0) < 0)
		return -1;
	if (q->exercise)
		return TOC_REFUSE(q, STATE, "exercise_ref", "domain (e) 13",
				  "exercise_ref: already in use: make a new one");
	if (t0.us == TOC_TIME_NEVER.us)
		return TOC_REFUSE(q, MISSING_FIELD, "body.t0", "domain (h)",
				  "t0: the scenario's time at the start");
	/* A seed names nobody: the first exercise control in the directory of participants runs it. */
	for (size_t i = 0; !control.n && i < toc_len(participants); i++) {
		const struct toc_organisation *o =
			toc_find_organisation(q->w, toc_text_of(toc_at(participants, i)));
		if (o && (o->kinds & TOC_KIND_EXC))
			control = toc_short_str(&o->code);
	}
	for (size_t i = 0; i < toc_len(participants); i++) {
		struct toc_str org = toc_text_of(toc_at(participants, i));
		if (!toc_find_organisation(q->w, org))
			return TOC_REFUSE(q, BAD_VALUE, "body.participants", "domain (e) 13",
					  "participants: \"%.*s\" is not a member", TOC_STR_ARGS(org));
	}
	q->at = t0;
	struct toc_draft *d = toc_ask_draft(q, "exercise.create");
	toc_set_text(q->a, toc_decided(d), "control", control);
	set_clock(q, d, q->c->received, t0, 1000, false);
	if (control.n)
		(void)toc_reader_add(q, d, control, TOC_IF_OWN);
	for (size_t i = 0; i < toc_len(participants); i++)
		if (!toc_str_eq(toc_text_of(toc_at(participants, i)), control))
			(void)toc_reader_add(q, d, toc_text_of(toc_at(participants, i)), 0);
	return 0;
}

/* Who joins or leaves: the sender's organisation; the server and exercise control name another. */
static int joins(struct toc_ask *q, struct toc_str *ret_org)
{
	struct toc_str named = toc_get_text(q->body, "org");

	if (q->mode != TOC_MODE_EXERCISE)
		return TOC_REFUSE(q, EXERCISE, "mode", "domain (e) 13",
				  "mode: an exercise is joined in mode \"exercise\"");
	if (q->org && named.n && !toc_str_eq(named, q->p->org))
		return TOC_REFUSE(q, NOT_PERMITTED, "body.org", "domain a.3.1",
				  "org: an organisation joins or leaves for itself");
	if (toc_ask_may(q, TOC_IF_OWN) < 0)
		return -1;
	if (!q->exercise || q->exercise->ended)
		return TOC_REFUSE(q, EXERCISE, "exercise_ref", "domain (e) 13",
				  "exercise_ref: there is no such exercise to join");
	*ret_org = named.n ? named : q->p->org;
	if (!toc_find_organisation(q->w, *ret_org))
		return TOC_REFUSE(q, BAD_VALUE, "body.org", "domain (e) 13", "org: \"%.*s\" is not a member",
				  TOC_STR_ARGS(*ret_org));
	return 0;
}

static int join_or_leave(struct toc_ask *q, const char *k, bool join)
{
	struct toc_str org;

	if (joins(q, &org) < 0)
		return -1;
	if (toc_exercise_has(q->exercise, org) == join)
		return TOC_REFUSE(q, STATE, "body.step", "domain (e) 13", "%.*s %s", TOC_STR_ARGS(org),
				  join ? "takes part already" : "does not take part");
	struct toc_draft *d = toc_ask_draft(q, k);
	toc_set_text(q->a, toc_decided(d), "org", org);
	(void)toc_reader_add(q, d, toc_short_str(&q->exercise->control), 0);
	(void)toc_reader_add(q, d, org, TOC_IF_OWN);
	return 0;
}

int toc_rule_exercise_join(struct toc_ask *q)
{
	return join_or_leave(q, "exercise.join", true);
}

int toc_rule_exercise_leave(struct toc_ask *q)
{
	return join_or_leave(q, "exercise.leave", false);
}

/* What of the world stands still when time jumps: nothing. Deadlines that the new clock has passed fire with
 * it, in due order and in the same verdict, so that no command can come between the jump and what it passed
 * over. */
int toc_rule_exercise_clock(struct toc_ask *q)
{
	const struct toc_exercise *x = q->exercise;
	struct toc_str action = toc_get_text(q->body, "action");

	if (q->mode != TOC_MODE_EXERCISE)
		return TOC_REFUSE(q, EXERCISE, "mode", "domain (e) 13",
				  "mode: actual time cannot be changed");
	if (toc_ask_may(q, own_if(q)) < 0)
		return -1;
	toc_time at = q->at;
	int64_t rate = x->rate_milli;
	bool running = x->running;
	if (toc_str_is(action, "run")) {
		rate = toc_get_int(q->body, "rate_milli", 1000);
		running = true;
		if (rate < 1)
			return TOC_REFUSE(q, BAD_VALUE, "body.rate_milli", "domain (e) 13",
					  "rate_milli: at least 1");
	} else if (toc_str_is(action, "stop")) {
		running = false;
	} else if (toc_str_is(action, "step")) {
		int64_t by_ms = toc_get_int(q->body, "by_ms", 0);
		if (by_ms < 1)
			return TOC_REFUSE(q, BAD_VALUE, "body.by_ms", "domain (e) 13", "by_ms: at least 1");
		at.us += by_ms * 1000;
	} else if (toc_str_is(action, "jump")) {
		at = toc_get_time(q->body, "to", TOC_TIME_NEVER);
		if (at.us == TOC_TIME_NEVER.us)
			return TOC_REFUSE(q, MISSING_FIELD, "body.to", "domain (e) 13",
					  "to: the time to jump to");
		if (toc_before(at, q->at))
			return TOC_REFUSE(q, TIME, "body.to", "domain (e) 13",
					  "to: the clock never goes back; it is %s",
					  toc_time_str(q->a, q->at).p);
	} else {
		return TOC_REFUSE(q, BAD_VALUE, "body.action", "domain (e) 13",
				  "action: run, stop, step or jump");
	}
	/* what is due weekly fires once for each week passed over: an unbounded leap is an unbounded ledger */
	if (toc_before(toc_after_months(q->at, 12), at)) {
		const char *field = toc_str_is(action, "jump") ? "body.to" : "body.by_ms";
		return TOC_REFUSE(q, LIMIT, field, "domain (e) 13", "%s: at most a year at once; it is %s",
				  field + strlen("body."), toc_time_str(q->a, q->at).p);
	}
	q->at = at; /* the entry stands at the time it sets */
	struct toc_draft *d = toc_ask_draft(q, "exercise.clock");
	set_clock(q, d, q->c->received, at, rate, running);
	participants_read(q, d);
	if (q->looking)
		return 0;
	struct toc_world *ahead = toc_world_ahead(q->w);
	toc_look_ahead(ahead, &q->verdict->drafts[0], q->now);
	toc_fire_due(q, ahead, DUE_WITH_CLOCK);
	toc_world_free(ahead);
	return 0;
}

int toc_rule_exercise_inject(struct toc_ask *q)
{
	if (q->mode != TOC_MODE_EXERCISE)
		return TOC_REFUSE(q, EXERCISE, "mode", "domain a.3.1", "mode: an inject is for an exercise");
	if (toc_ask_may(q, own_if(q)) < 0)
		return -1;
	participants_read(q, toc_ask_draft(q, "exercise.inject"));
	return 0;
}

int toc_rule_exercise_end(struct toc_ask *q)
{
	if (q->mode != TOC_MODE_EXERCISE)
		return TOC_REFUSE(q, EXERCISE, "mode", "domain a.3.1", "mode: only an exercise ends");
	if (toc_ask_may(q, own_if(q)) < 0)
		return -1;
	participants_read(q, toc_ask_draft(q, "exercise.end"));
	return 0;
}
