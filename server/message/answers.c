/* answers.c: see answers.h. Entries are looked at once, in order; what they say of a case, an order or an incident is kept
 * under its id until somebody asks. */
#include "message/answers.h"

#include <string.h>

#include "base/map.h"
#include "base/time.h"

enum question {
#define TOC_QUESTION(name, kind, text) Q_##name,
#include "message/answers.def"
};

static const struct {
	const char *name, *text;
} questions[] = {
#define TOC_QUESTION(name, kind, text) { #name, text },
#include "message/answers.def"
};

struct notice { /* a case; its notification, when it was sent */
	struct notice *older; /* of the same thing */
	struct toc_str case_id, id;
	toc_time aware, posted, sent, delivered, answered, accepted;
	struct toc_value *desks, *hubs, *readers, *reached; /* reached: {org: when} */
};
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
struct crisis { /* an incident, from one activation to its end */
	struct crisis *before; /* the same incident, which was closed and opened again */
	struct toc_str id, activation, last_by;
	struct toc_value *due; /* {org: until when its acknowledgement is} */
	toc_time active, closed, last_ack, last_due;
};

struct toc_answers {
	struct toc_arena *a;
	struct toc_map *notices, *orders, *clocks, *crises, *ties, *disputed, *protections;
	struct toc_value *paged, *hubs;
	struct toc_str declined;
	int64_t warnings;
};

struct toc_answers *toc_answers_new(struct toc_arena *a)
{
	struct toc_answers *x = toc_arena_alloc(a, sizeof *x);

	*x = (struct toc_answers){ .a = a,
				   .notices = toc_map_new(),
				   .orders = toc_map_new(),
				   .clocks = toc_map_new(),
				   .crises = toc_map_new(),
				   .ties = toc_map_new(),
				   .disputed = toc_map_new(),
				   .protections = toc_map_new(),
				   .paged = toc_value_list(a),
				   .hubs = toc_value_list(a) };
	return x;
}

void toc_answers_free(struct toc_answers *x)
{
	if (!x)
		return;
	struct toc_map *maps[] = { x->notices, x->orders, x->clocks, x->crises, x->ties, x->disputed, x->protections };
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		toc_map_free(maps[i]);
}

/* ---- reading ---- */

static toc_time time_of(const struct toc_value *map, const char *name)
{
	toc_time t;

	return toc_time_parse(toc_get_text(map, name), &t, NULL) == 0 ? t : TOC_TIME_NEVER;
}

static bool is_set(toc_time t)
{
	return t.us != TOC_TIME_NEVER.us;
}

static void first(toc_time *t, toc_time when)
{
	if (!is_set(*t))
		*t = when;
}

static const struct toc_value *body_of(const struct toc_value *entry)
{
	return toc_get(toc_get(entry, "message"), "body");
}

static void add(struct toc_answers *x, struct toc_value *list, struct toc_str org)
{
	if (org.n && !toc_list_has(list, org))
		toc_push_text(x->a, list, org);
}

/* Who may read all of the entry, and who wrote it. */
static struct toc_value *readers_of(struct toc_answers *x, const struct toc_value *entry)
{
	const struct toc_value *all = toc_get(toc_get(entry, "decided"), "readers");
	struct toc_value *list = toc_value_list(x->a);

	for (size_t i = 0; i < toc_len(all); i++) {
		const struct toc_value *r = toc_at(all, i), *together = toc_get(r, "orgs");
		if (toc_get(r, "rendering") && !toc_get_is(r, "rendering", "whole"))
			continue;
		add(x, list, toc_get_text(r, "org"));
		for (size_t k = 0; k < toc_len(together); k++)
			add(x, list, toc_text_of(toc_at(together, k)));
	}
	add(x, list, toc_get_text(entry, "org"));
	return list;
}

/* ---- threats to life ---- */

static struct notice *notice_of(struct toc_answers *x, struct toc_str id)
{
	struct notice *n = toc_map_get(x->notices, id);

	if (!n) {
		n = toc_arena_alloc(x->a, sizeof *n);
		*n = (struct notice){ .case_id = toc_arena_str(x->a, id),
				      .aware = TOC_TIME_NEVER,
				      .posted = TOC_TIME_NEVER,
				      .sent = TOC_TIME_NEVER,
				      .delivered = TOC_TIME_NEVER,
				      .answered = TOC_TIME_NEVER,
				      .accepted = TOC_TIME_NEVER,
				      .desks = toc_value_list(x->a),
				      .hubs = toc_value_list(x->a),
				      .readers = toc_value_list(x->a),
				      .reached = toc_value_map(x->a) };
		toc_map_put(x->notices, id, n);
	}
	return n;
}

static void sent(struct toc_answers *x, struct notice *n, const struct toc_value *entry, toc_time at)
{
	const struct toc_value *body = body_of(entry), *content = toc_get(body, "content");

	if (is_set(n->sent))
		return;
	n->sent = at;
	n->id = toc_get_text(entry, "id");
	n->aware = time_of(body, "aware_at");
	n->readers = readers_of(x, entry);
	for (size_t i = 0; i < toc_len(content); i++) {
		toc_time posted = time_of(toc_at(content, i), "published_at");
		if (toc_before(posted, n->posted))
			n->posted = posted;
	}
}

/* Whom it is shown to later. */
static void disclosed(struct toc_answers *x, struct notice *n, const struct toc_value *entry)
{
	const struct toc_value *body = body_of(entry), *to = toc_get(body, "to"), *entries = toc_get(body, "entries");

	for (size_t i = 0; n->id.n && i < toc_len(entries); i++) {
		if (!toc_str_eq(toc_get_text(toc_at(entries, i), "ref"), n->id) ||
		    !toc_get_is(toc_at(entries, i), "rendering", "whole"))
			continue;
		for (size_t k = 0; k < toc_len(to); k++)
			add(x, n->readers, toc_text_of(toc_at(to, k)));
	}
}

static void desks(struct toc_answers *x, struct notice *n, const struct toc_value *decided)
{
	const struct toc_value *list = toc_get(decided, "desks"), *pages = toc_get(decided, "pages");

	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *d = toc_at(list, i);
		add(x, toc_get_is(d, "role", "hub") ? n->hubs : n->desks, toc_get_text(d, "org"));
	}
	for (size_t i = 0; i < toc_len(pages); i++) {
		struct toc_str org = toc_get_text(toc_at(pages, i), "org");
		if (toc_list_has(n->desks, org))
			add(x, x->paged, org);
		else if (toc_list_has(n->hubs, org))
			add(x, x->hubs, org);
	}
}

static void answered(struct notice *n, struct toc_str org, toc_time at)
{
	if (!toc_list_has(n->desks, org) || is_set(n->answered))
		return;
	n->answered = at;
	n->delivered = (toc_time){ toc_int_of(toc_get_str(n->reached, org), TOC_TIME_NEVER.us) };
}

static void receipts(struct toc_answers *x, struct notice *n, const struct toc_value *entry, toc_time at)
{
	const struct toc_value *list = toc_get(toc_get(entry, "decided"), "receipts");

	for (size_t i = 0; n->id.n && i < toc_len(list); i++) {
		const struct toc_value *r = toc_at(list, i);
		struct toc_str org = toc_get_text(r, "org");
		if (!toc_str_eq(toc_get_text(r, "ref"), n->id))
			continue;
		if (toc_get_is(r, "state", "acked"))
			answered(n, org, at);
		else if (toc_get_is(r, "state", "delivered") && !toc_get_str(n->reached, org))
			toc_set_str(x->a, n->reached, org, toc_value_int(x->a, at.us));
	}
}

static void threat(struct toc_answers *x, const struct toc_value *entry, toc_time at)
{
	struct toc_str k = toc_get_text(entry, "k"), id = toc_get_text(entry, "case");
	const struct toc_value *links = toc_get(toc_get(entry, "decided"), "links");

	for (size_t i = 0; i < toc_len(links); i++) {
		const struct toc_value *v = toc_at(links, i);
		struct notice *newer = notice_of(x, toc_get_text(v, "case")), *older = notice_of(x, toc_get_text(v, "to"));
		while (older->older)
			older = older->older;
		while (newer->older)
			newer = newer->older;
		if (newer != older)
			newer->older = older;
		toc_map_put(x->ties, toc_get_text(v, "case"), newer);
	}
	if (!id.n)
		return;
	struct notice *n = notice_of(x, id);
	if (toc_str_is(k, "M4.send"))
		sent(x, n, entry, at);
	else if (toc_str_is(k, "M29.disclose"))
		disclosed(x, n, entry);
	desks(x, n, toc_get(entry, "decided"));
	receipts(x, n, entry, at);
	if (k.n <= 3 || memcmp(k.p, "M5.", 3) != 0)
		return;
	struct toc_str org = toc_get_text(entry, "org");
	answered(n, org, at);
	if (toc_str_is(k, "M5.accept") && toc_list_has(n->desks, org))
		first(&n->accepted, at);
}

/* ---- crises ---- */

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
			if (is_set(c->closed))
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
		c->last_due = time_of(c->due, toc_arena_cstr(x->a, c->last_by));
	}
}

static void crisis(struct toc_answers *x, const struct toc_value *entry, toc_time at)
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
		x->declined = toc_get_text(body_of(entry), "reason_code");
	else if (toc_str_is(k, "M28.send"))
		toc_map_put(x->protections, toc_get_text(entry, "id"), readers_of(x, entry));
}

/* ---- orders ---- */

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
		toc_time deadline = time_of(v, "deadline");
		if (!o)
			continue;
		if (is_hour(timer)) {
			struct clock *c = toc_arena_alloc(x->a, sizeof *c);
			*c = (struct clock){ .of = o };
			if (!toc_map_put(x->clocks, id, c))
				o->hours++;
			if (toc_str_is(timer, "T1"))
				first(&o->received, time_of(v, "starts"));
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
			o->feedback_due = time_of(v, "deadline");
			o->answered = true;
		}
	}
	for (size_t i = 0; i < toc_len(moved); i++) {
		struct clock *c = toc_map_get(x->clocks, toc_get_text(toc_at(moved, i), "id"));
		if (c)
			c->breached |= toc_get_bool(toc_at(moved, i), "breached");
	}
}

static void order(struct toc_answers *x, const struct toc_value *entry, toc_time at)
{
	const struct toc_value *decided = toc_get(entry, "decided"), *list = toc_get(decided, "orders"), *body = body_of(entry);
	struct toc_str k = toc_get_text(entry, "k");
	struct order *o = NULL;

	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_str reference = toc_get_text(toc_get(toc_at(list, i), "drafted"), "reference");
		o = order_of(x, toc_get_text(toc_at(list, i), "order"));
		if (o && reference.n)
			o->reference = reference;
	}
	if (o && toc_str_is(k, "M13.send")) {
		first(&o->obstacle, at);
	} else if (o && k.n > 4 && memcmp(k.p, "M14.", 4) == 0 && is_set(o->obstacle)) {
		first(&o->clarified, at);
	} else if (o && toc_str_is(k, "M12.send")) {
		toc_time removed = time_of(body, "measured_at");
		if (is_set(removed) && (!is_set(o->removed) || toc_before(o->removed, removed)))
			o->removed = removed; /* the last of its items */
	}
	started(x, decided);
	stopped(x, entry, o);
}

void toc_answers_take(struct toc_answers *x, const struct toc_value *entry)
{
	toc_time at = time_of(entry, "at");

	threat(x, entry, at);
	crisis(x, entry, at);
	order(x, entry, at);
}

/* ---- answering ---- */

static struct toc_value *row(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of)
{
	struct toc_value *v = toc_value_map(x->a);

	toc_set_cstr(x->a, v, "name", questions[q].name);
	toc_set_cstr(x->a, v, "question", questions[q].text);
	if (of.n)
		toc_set_text(x->a, v, "of", of);
	toc_push(x->a, list, v);
	return v;
}

static void length(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of, toc_time from, toc_time to)
{
	if (is_set(from) && is_set(to))
		toc_set_int(x->a, row(x, list, q, of), "ms", toc_between(from, to).us / 1000);
}

static void count(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of, int64_t n)
{
	toc_set_int(x->a, row(x, list, q, of), "count", n);
}

static void moment(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of, toc_time at)
{
	if (is_set(at))
		toc_set_text(x->a, row(x, list, q, of), "at", toc_time_str(x->a, at));
}

/* In the order of their codes. */
static void orgs(struct toc_answers *x, struct toc_value *list, enum question q, struct toc_str of, struct toc_value *who)
{
	for (uint32_t i = 1; i < toc_len(who); i++)
		for (uint32_t k = i; k > 0 && toc_str_cmp(who->items[k]->text, who->items[k - 1]->text) < 0; k--) {
			struct toc_value *v = who->items[k];
			who->items[k] = who->items[k - 1];
			who->items[k - 1] = v;
		}
	if (toc_len(who))
		toc_set(x->a, row(x, list, q, of), "orgs", who);
}

static void answer_threats(struct toc_answers *x, struct toc_value *list)
{
	int64_t notices = 0, cases = 0;
	size_t cursor = 0;
	struct toc_map *things = toc_map_new();
	void *v;

	while (toc_map_next(x->notices, &cursor, NULL, &v)) {
		struct notice *n = v, *oldest = n;
		if (!is_set(n->sent))
			continue;
		while (oldest->older)
			oldest = oldest->older;
		notices++;
		cases += !toc_map_put(things, oldest->case_id, oldest);
	}
	toc_map_free(things);
	if (!notices)
		return;
	count(x, list, Q_notices, TOC_STR(""), notices);
	count(x, list, Q_cases, TOC_STR(""), cases);
	orgs(x, list, Q_desks_paged, TOC_STR(""), x->paged);
	orgs(x, list, Q_hub_paged, TOC_STR(""), x->hubs);
	for (cursor = 0; toc_map_next(x->notices, &cursor, NULL, &v);) {
		struct notice *n = v;
		length(x, list, Q_ack_after_awareness, n->case_id, n->aware, n->answered);
		length(x, list, Q_ack_after_sending, n->case_id, n->sent, n->answered);
		length(x, list, Q_ack_after_delivery, n->case_id, n->delivered, n->answered);
		length(x, list, Q_post_to_acceptance, n->case_id, n->posted, n->accepted);
		orgs(x, list, Q_notice_read_by, n->case_id, n->readers);
	}
}

/* @return whether there was one; the first comes first */
static bool answer_crisis(struct toc_answers *x, struct toc_value *list, struct crisis *c)
{
	struct toc_value *by = toc_value_list(x->a);
	bool any = c->before && answer_crisis(x, list, c->before);

	if (!is_set(c->active))
		return any;
	add(x, by, c->last_by);
	length(x, list, Q_activation_to_last_ack, c->id, c->active, c->last_ack);
	orgs(x, list, Q_last_ack_by, c->id, by);
	length(x, list, Q_last_ack_left, c->id, c->last_ack, c->last_due);
	length(x, list, Q_active_to_closed, c->id, c->active, c->closed);
	return true;
}

static void answer_crises(struct toc_answers *x, struct toc_value *list)
{
	size_t cursor = 0;
	bool any = false;
	void *v;

	count(x, list, Q_duplicates_linked, TOC_STR(""), (int64_t)toc_map_count(x->ties));
	count(x, list, Q_warnings_issued, TOC_STR(""), x->warnings);
	if (x->declined.n)
		toc_set_text(x->a, row(x, list, Q_warning_declined, TOC_STR("")), "word", x->declined);
	while (toc_map_next(x->crises, &cursor, NULL, &v))
		any |= answer_crisis(x, list, v);
	if (any || toc_map_count(x->disputed))
		count(x, list, Q_signals_disputed, TOC_STR(""), (int64_t)toc_map_count(x->disputed));
	for (cursor = 0; toc_map_next(x->protections, &cursor, NULL, &v);)
		orgs(x, list, Q_protection_read_by, TOC_STR(""), v);
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

static void answer_orders(struct toc_answers *x, struct toc_value *list)
{
	size_t cursor = 0;
	void *v;

	while (toc_map_next(x->orders, &cursor, NULL, &v)) {
		struct order *o = v;
		struct toc_str of = o->reference.n ? o->reference : o->id;
		if (!is_set(o->received))
			continue; /* never more than a draft */
		count(x, list, Q_hours_opened, of, o->hours);
		count(x, list, Q_hours_breached, of, missed(x, o));
		length(x, list, Q_receipt_to_obstacle, of, o->received, o->obstacle);
		length(x, list, Q_obstacle_to_clarification, of, o->obstacle, o->clarified);
		length(x, list, Q_receipt_to_removal, of, o->received, o->removed);
		if (is_set(o->removed) && o->has_left)
			toc_set_int(x->a, row(x, list, Q_hour_left, of), "ms", o->left_ms);
		if (o->answered)
			toc_set_int(x->a, row(x, list, Q_removal_to_feedback, of), "ms", o->feedback_ms);
		moment(x, list, Q_feedback_limit, of, o->feedback_due);
		moment(x, list, Q_scrutiny_until, of, o->scrutiny);
		moment(x, list, Q_request_until, of, o->request);
		moment(x, list, Q_preserve_until, of, o->preserve);
	}
}

struct toc_value *toc_answers_list(struct toc_answers *x)
{
	struct toc_value *list = toc_value_list(x->a);

	answer_threats(x, list);
	answer_crises(x, list);
	answer_orders(x, list);
	return list;
}
