/* answers_crisis.c: how a crisis went: activation, acknowledgement, end; warnings, duplicates, disputes. Source: domain h.1, h.2. */
#include "message/answers_room.h"

#include <string.h>

struct crisis { /* an incident, from one activation to its end */
	struct crisis *before; /* the same incident, which was closed and opened again */
	struct toc_str id, activation, last_by;
	struct toc_value *due; /* {org: until when its acknowledgement is} */
	toc_time active, closed, last_ack, last_due;
};

static struct crisis *crisis_new(struct toc_answers *x, struct toc_str id, struct crisis *before)
{
	struct crisis *c = toc_arena_alloc(x->a, sizeof *c);

	*c = (struct crisis){ .before = before,
			      .id = toc_arena_str(x->a, id),
			      .due = toc_value_map(x->a),
			      .active = TOC_TIME_NEVER,
			      .closed = TOC_TIME_NEVER,
			      .last_ack = TOC_TIME_NEVER,
			      .last_due = TOC_TIME_NEVER };
	toc_map_put(x->crises, id, c);
	return c;
}

static struct crisis *crisis_of(struct toc_answers *x, struct toc_str id)
{
	struct crisis *c = toc_map_get(x->crises, id);

	return c ? c : crisis_new(x, id, NULL);
}

static void owed(struct toc_answers *x, struct crisis *c, const struct toc_value *timers)
{
	for (size_t i = 0; i < toc_len(timers); i++)
		if (toc_get_is(toc_at(timers, i), "timer", "T19"))
			toc_set_str(x->a, c->due, toc_get_text(toc_at(timers, i), "desk"),
				    toc_get(toc_at(timers, i), "deadline"));
}

static void states(struct toc_answers *x, const struct toc_value *entry, toc_time at)
{
	const struct toc_value *list = toc_get(toc_get(entry, "decided"), "incident_state");

	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i);
		struct crisis *c = crisis_of(x, toc_get_text(v, "incident"));
		if (toc_get_is(v, "to", "ACTIVE")) {
			if (toc_answer_is_set(c->closed))
				c = crisis_new(x, c->id, c);
			c->active = at;
			c->activation = toc_get_text(entry, "id");
			owed(x, c, toc_get(toc_get(entry, "decided"), "timers_started"));
		} else if (toc_get_is(v, "to", "CLOSED")) {
			c->closed = at;
		} else if (toc_get_is(v, "from", "ACTIVE") && !toc_get_is(v, "to", "WINDING_DOWN")) {
			(void)crisis_new(x, c->id, c->before); /* nobody confirmed it: there was none */
		}
	}
}

static void ties(struct toc_answers *x, const struct toc_value *decided)
{
	const struct toc_value *tied = toc_get(decided, "ties"), *untied = toc_get(decided, "untied");

	for (size_t i = 0; i < toc_len(tied); i++)
		if (toc_get_is(toc_at(tied, i), "kind", "duplicate_of"))
			toc_map_put(x->ties, toc_get_text(toc_at(tied, i), "ref"), x);
	for (size_t i = 0; i < toc_len(untied); i++)
		if (toc_get_is(toc_at(untied, i), "kind", "duplicate_of"))
			(void)toc_map_remove(x->ties, toc_get_text(toc_at(untied, i), "ref"));
}

/* A person's word for the activation. */
static void acknowledged(struct toc_answers *x, const struct toc_value *entry, toc_time at)
{
	const struct toc_value *list = toc_get(toc_get(entry, "decided"), "receipts");
	struct crisis *c = crisis_of(x, toc_get_text(entry, "incident"));

	for (size_t i = 0; c->activation.n && i < toc_len(list); i++) {
		const struct toc_value *r = toc_at(list, i);
		if (!toc_get_is(r, "state", "acked") || !toc_str_eq(toc_get_text(r, "ref"), c->activation))
			continue;
		c->last_ack = at;
		c->last_by = toc_get_text(r, "org");
		c->last_due = toc_answer_time(c->due, toc_arena_cstr(x->a, c->last_by));
	}
}

void toc_answers_take_crisis(struct toc_answers *x, const struct toc_value *entry, toc_time at)
{
	const struct toc_value *decided = toc_get(entry, "decided"), *items = toc_get(decided, "item_opinions");
	struct toc_str k = toc_get_text(entry, "k");

	states(x, entry, at);
	ties(x, decided);
	if (toc_get_text(entry, "incident").n)
		acknowledged(x, entry, at);
	for (size_t i = 0; i < toc_len(items); i++)
		if (toc_get_bool(toc_at(items, i), "disputed"))
			toc_map_put(x->disputed, toc_get_text(toc_at(items, i), "item"), x);
	if (toc_str_is(k, "M2.issue"))
		x->warnings++;
	else if (toc_str_is(k, "M2.decline"))
		x->declined = toc_get_text(toc_answer_body(entry), "reason_code");
	else if (toc_str_is(k, "M28.send"))
		toc_map_put(x->protections, toc_get_text(entry, "id"), toc_answer_readers(x, entry));
}

/* @return whether there was one; the first comes first */
static bool answer_crisis(struct toc_answers *x, struct toc_value *list, struct crisis *c)
{
	struct toc_value *by = toc_value_list(x->a);
	bool any = c->before && answer_crisis(x, list, c->before);

	if (!toc_answer_is_set(c->active))
		return any;
	toc_answer_add_org(x, by, c->last_by);
	toc_answer_length(x, list, Q_activation_to_last_ack, c->id, c->active, c->last_ack);
	toc_answer_orgs(x, list, Q_last_ack_by, c->id, by);
	toc_answer_length(x, list, Q_last_ack_left, c->id, c->last_ack, c->last_due);
	toc_answer_length(x, list, Q_active_to_closed, c->id, c->active, c->closed);
	return true;
}

void toc_answers_of_crises(struct toc_answers *x, struct toc_value *list)
{
	size_t cursor = 0;
	bool any = false;
	void *v;

	toc_answer_count(x, list, Q_duplicates_linked, TOC_STR(""), (int64_t)toc_map_count(x->ties));
	toc_answer_count(x, list, Q_warnings_issued, TOC_STR(""), x->warnings);
	if (x->declined.n)
		toc_set_text(x->a, toc_answer_row(x, list, Q_warning_declined, TOC_STR("")), "word", x->declined);
	while (toc_map_next(x->crises, &cursor, NULL, &v))
		any |= answer_crisis(x, list, v);
	if (any || toc_map_count(x->disputed))
		toc_answer_count(x, list, Q_signals_disputed, TOC_STR(""), (int64_t)toc_map_count(x->disputed));
	for (cursor = 0; toc_map_next(x->protections, &cursor, NULL, &v);)
		toc_answer_orgs(x, list, Q_protection_read_by, TOC_STR(""), v);
}
