/* answers_order.c: the hours of removal orders, and what follows of them. Source: domain h.1, h.4. */
#include "message/answers_room.h"

#include <string.h>

struct order {
	struct toc_str id, reference;
	int64_t hours, left_ms, feedback_ms;
	bool has_left, answered;
	toc_time received, obstacle, clarified, removed, feedback_due, scrutiny, request, preserve;
};
struct clock { /* an hour of an order */
	struct order *of;
	bool breached;
};

static struct order *order_of(struct toc_answers *x, struct toc_str id)
{
	struct order *o = id.n ? toc_map_get(x->orders, id) : NULL;

	if (!o && id.n) {
		o = toc_arena_alloc(x->a, sizeof *o);
		*o = (struct order){ .id = toc_arena_str(x->a, id),
				     .received = TOC_TIME_NEVER,
				     .obstacle = TOC_TIME_NEVER,
				     .clarified = TOC_TIME_NEVER,
				     .removed = TOC_TIME_NEVER,
				     .feedback_due = TOC_TIME_NEVER,
				     .scrutiny = TOC_TIME_NEVER,
				     .request = TOC_TIME_NEVER,
				     .preserve = TOC_TIME_NEVER };
		toc_map_put(x->orders, id, o);
	}
	return o;
}

static bool is_hour(struct toc_str timer)
{
	return toc_str_is(timer, "T1") || toc_str_is(timer, "T1b") || toc_str_is(timer, "T1c");
}

static void started(struct toc_answers *x, const struct toc_value *decided)
{
	const struct toc_value *list = toc_get(decided, "timers_started");

	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i);
		struct toc_str timer = toc_get_text(v, "timer"), id = toc_get_text(v, "id");
		struct order *o = order_of(x, toc_get_text(v, "order"));
		toc_time deadline = toc_answer_time(v, "deadline");
		if (!o)
			continue;
		if (is_hour(timer)) {
			struct clock *c = toc_arena_alloc(x->a, sizeof *c);
			*c = (struct clock){ .of = o };
			if (!toc_map_put(x->clocks, id, c))
				o->hours++;
			if (toc_str_is(timer, "T1"))
				toc_answer_first(&o->received, toc_answer_time(v, "starts"));
		} else if (toc_str_is(timer, "T4")) {
			o->scrutiny = deadline;
		} else if (toc_str_is(timer, "T5")) {
			o->request = deadline;
		} else if (toc_str_is(timer, "T8")) {
			o->preserve = deadline;
		}
	}
}

static void stopped(struct toc_answers *x, const struct toc_value *entry, struct order *o)
{
	const struct toc_value *decided = toc_get(entry, "decided"), *list = toc_get(decided, "timers_stopped"),
			       *moved = toc_get(decided, "timers_moved");

	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i);
		struct clock *c = toc_map_get(x->clocks, toc_get_text(v, "id"));
		if (c && toc_get(v, "met")) /* done in time and told later: not missed */
			c->breached = !toc_get_bool(v, "met");
		if (c && toc_get(v, "left_ms")) {
			c->of->left_ms = toc_get_int(v, "left_ms", 0);
			c->of->has_left = true;
		}
		if (o && toc_get_is(v, "timer", "T3")) {
			o->feedback_ms = toc_get_int(v, "took_ms", 0);
			o->feedback_due = toc_answer_time(v, "deadline");
			o->answered = true;
		}
	}
	for (size_t i = 0; i < toc_len(moved); i++) {
		struct clock *c = toc_map_get(x->clocks, toc_get_text(toc_at(moved, i), "id"));
		if (c)
			c->breached |= toc_get_bool(toc_at(moved, i), "breached");
	}
}

void toc_answers_take_order(struct toc_answers *x, const struct toc_value *entry, toc_time at)
{
	const struct toc_value *decided = toc_get(entry, "decided"), *list = toc_get(decided, "orders"), *body = toc_answer_body(entry);
	struct toc_str k = toc_get_text(entry, "k");
	struct order *o = NULL;

	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_str reference = toc_get_text(toc_get(toc_at(list, i), "drafted"), "reference");
		o = order_of(x, toc_get_text(toc_at(list, i), "order"));
		if (o && reference.n)
			o->reference = reference;
	}
	if (o && toc_str_is(k, "M13.send")) {
		toc_answer_first(&o->obstacle, at);
	} else if (o && k.n > 4 && memcmp(k.p, "M14.", 4) == 0 && toc_answer_is_set(o->obstacle)) {
		toc_answer_first(&o->clarified, at);
	} else if (o && toc_str_is(k, "M12.send")) {
		toc_time removed = toc_answer_time(body, "measured_at");
		if (toc_answer_is_set(removed) && (!toc_answer_is_set(o->removed) || toc_before(o->removed, removed)))
			o->removed = removed; /* the last of its items */
	}
	started(x, decided);
	stopped(x, entry, o);
}

static int64_t missed(const struct toc_answers *x, const struct order *o)
{
	size_t cursor = 0;
	int64_t n = 0;
	void *v;

	while (toc_map_next(x->clocks, &cursor, NULL, &v))
		n += ((struct clock *)v)->of == o && ((struct clock *)v)->breached;
	return n;
}

void toc_answers_of_orders(struct toc_answers *x, struct toc_value *list)
{
	size_t cursor = 0;
	void *v;

	while (toc_map_next(x->orders, &cursor, NULL, &v)) {
		struct order *o = v;
		struct toc_str of = o->reference.n ? o->reference : o->id;
		if (!toc_answer_is_set(o->received))
			continue; /* never more than a draft */
		toc_answer_count(x, list, Q_hours_opened, of, o->hours);
		toc_answer_count(x, list, Q_hours_breached, of, missed(x, o));
		toc_answer_length(x, list, Q_receipt_to_obstacle, of, o->received, o->obstacle);
		toc_answer_length(x, list, Q_obstacle_to_clarification, of, o->obstacle, o->clarified);
		toc_answer_length(x, list, Q_receipt_to_removal, of, o->received, o->removed);
		if (toc_answer_is_set(o->removed) && o->has_left)
			toc_set_int(x->a, toc_answer_row(x, list, Q_hour_left, of), "ms", o->left_ms);
		if (o->answered)
			toc_set_int(x->a, toc_answer_row(x, list, Q_removal_to_feedback, of), "ms", o->feedback_ms);
		toc_answer_moment(x, list, Q_feedback_limit, of, o->feedback_due);
		toc_answer_moment(x, list, Q_scrutiny_until, of, o->scrutiny);
		toc_answer_moment(x, list, Q_request_until, of, o->request);
		toc_answer_moment(x, list, Q_preserve_until, of, o->preserve);
	}
}
