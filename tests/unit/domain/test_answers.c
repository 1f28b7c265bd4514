/* test_answers.c: what an exercise is asked when it is over: the fixed answers of the exercises' rules (h.1, h.2, h.4),
 * computed from the ledger alone. */
#include "course.h"
#include "orders.h"

#include "message/answers.h"

#define MINUTES(m, s) (((m) * 60 + (s)) * (int64_t)1000)

static const struct toc_value *answers(struct stage *s, size_t n)
{
	struct toc_answers *x = toc_answers_new(s->a);

	for (size_t i = 0; i < n; i++) {
		const struct toc_entry *e = &s->ledger[i].e;
		const struct toc_value *decided = toc_get(e->body, "decided");
		struct toc_value *doc = toc_value_map(s->a);
		if (!toc_uuid_eq(e->exercise, s->exercise))
			continue;
		toc_set_text(s->a, doc, "k", e->k);
		toc_set(s->a, doc, "at", toc_get(decided, "at"));
		toc_set_text(s->a, doc, "org", e->org);
		toc_set_id(s->a, doc, "id", e->eid);
		toc_set_id(s->a, doc, "case", e->case_ref);
		toc_set_id(s->a, doc, "incident", e->incident);
		toc_set(s->a, doc, "message", toc_get(e->body, "message"));
		toc_set(s->a, doc, "decided", (struct toc_value *)(uintptr_t)decided);
		toc_answers_take(x, doc);
	}
	const struct toc_value *list = toc_answers_list(x);
	toc_answers_free(x);
	return list;
}

static size_t rows(const struct toc_value *list, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < toc_len(list); i++)
		n += toc_get_is(toc_at(list, i), "name", name);
	return n;
}

/* The first answer to that question. */
static const struct toc_value *to(const struct toc_value *list, const char *name)
{
	for (size_t i = 0; i < toc_len(list); i++)
		if (toc_get_is(toc_at(list, i), "name", name))
			return toc_at(list, i);
	return NULL;
}

static int64_t ms(const struct toc_value *list, const char *name)
{
	return toc_get_int(to(list, name), "ms", -1);
}

static int64_t number(const struct toc_value *list, const char *name)
{
	return toc_get_int(to(list, name), "count", -1);
}

static struct toc_str who(struct stage *s, const struct toc_value *list, const char *name)
{
	const struct toc_value *orgs = toc_get(to(list, name), "orgs");
	struct toc_str all = TOC_STR("");

	for (size_t i = 0; i < toc_len(orgs); i++)
		all = toc_arena_printf(s->a, "%.*s%s%.*s", TOC_STR_ARGS(all), i ? " " : "", TOC_STR_ARGS(toc_text_of(toc_at(orgs, i))));
	return all;
}

static struct toc_str at(const struct toc_value *list, const char *name)
{
	return toc_get_text(to(list, name), "at");
}

CASE(lantern)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", NULL) == 0);
	const struct toc_value *list = answers(s, s->n);
	CHECK_INT(ms(list, "ack_after_awareness"), MINUTES(1, 55));
	CHECK_INT(ms(list, "ack_after_sending"), MINUTES(0, 65));
	CHECK_INT(ms(list, "ack_after_delivery"), MINUTES(0, 60));
	CHECK_INT(ms(list, "activation_to_last_ack"), MINUTES(23, 10));
	CHECK_TEXT(who(s, list, "last_ack_by"), "PastePond");
	CHECK_INT(ms(list, "last_ack_left"), MINUTES(6, 50));
	CHECK_INT(ms(list, "receipt_to_removal"), MINUTES(24, 38));
	CHECK_INT(ms(list, "hour_left"), MINUTES(35, 22));
	CHECK_TEXT(toc_get_text(to(list, "hour_left"), "of"), "AIRU-RO-2031-17");
	CHECK_INT(number(list, "duplicates_linked"), 1);
	CHECK_INT(number(list, "signals_disputed"), 1);
	CHECK_INT(ms(list, "active_to_closed"), MINUTES(28 * 60 + 45, 0));
	CHECK_TEXT(who(s, list, "protection_read_by"), "AIRU Chirplet");
	CHECK_INT(number(list, "warnings_issued"), 1);
	CHECK_INT(number(list, "notices"), 1);
	CHECK_INT(rows(list, "hours_opened"), 1); /* the draft that was replaced is no order */
	stage_free(s);
}

CASE(quiet_bell)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "quiet-bell.json", NULL) == 0);
	const struct toc_value *list = answers(s, s->n);
	CHECK_INT(number(list, "notices"), 2);
	CHECK_INT(number(list, "cases"), 1);
	CHECK_TEXT(who(s, list, "desks_paged"), "AIRU CDA");
	CHECK_TEXT(who(s, list, "hub_paged"), "HUB");
	CHECK_INT(ms(list, "post_to_acceptance"), MINUTES(17, 30)); /* the hub's at 12:00 is coordination */
	CHECK_INT(ms(list, "ack_after_awareness"), MINUTES(8, 20));
	CHECK_TEXT(who(s, list, "notice_read_by"), "AIRU CDA GameNest HUB");
	CHECK_INT(rows(list, "notice_read_by"), 2);
	CHECK_INT(number(list, "warnings_issued"), 0);
	CHECK_TEXT(toc_get_text(to(list, "warning_declined"), "word"), "no_terrorism_link");
	CHECK(!to(list, "active_to_closed") && !to(list, "hours_opened") && !to(list, "signals_disputed"));
	stage_free(s);
}

CASE(short_night)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "short-night.json", NULL) == 0);
	const struct toc_value *list = answers(s, s->n);
	CHECK_INT(ms(list, "receipt_to_obstacle"), MINUTES(26, 30));
	CHECK_INT(ms(list, "obstacle_to_clarification"), MINUTES(13, 20));
	CHECK_INT(number(list, "hours_opened"), 2);
	CHECK_INT(number(list, "hours_breached"), 0);
	CHECK_INT(ms(list, "hour_left"), MINUTES(6, 40));
	CHECK_INT(ms(list, "receipt_to_removal"), MINUTES(93, 10));
	CHECK_INT(ms(list, "removal_to_feedback"), MINUTES(2, 40));
	CHECK_TEXT(at(list, "feedback_limit"), "2033-10-30T02:13:20.000Z");
	CHECK_TEXT(at(list, "scrutiny_until"), "2033-11-02T00:24:50.000Z");
	CHECK_TEXT(at(list, "request_until"), "2033-11-01T00:25:10.000Z");
	CHECK_TEXT(at(list, "preserve_until"), "2034-04-30T01:58:20.000Z");
	CHECK(!to(list, "notices"));
	stage_free(s);
}

CASE(of_nothing_nothing_is_said)
{
	struct stage *s = stage_new();
	CHECK(stage_play(s, "lantern.json", "04:05") == 0);
	const struct toc_value *list = answers(s, s->n);
	CHECK_INT(number(list, "notices"), 1);
	CHECK(!to(list, "ack_after_awareness") && !to(list, "post_to_acceptance") && !to(list, "activation_to_last_ack"));
	CHECK_INT(number(list, "duplicates_linked"), 0);
	CHECK(!to(answers(s, 0), "notices"));
	stage_free(s);
}

/* An M12: removed so many minutes ago. */
static int removed(struct stage *s, const char *order, int minutes_ago)
{
	toc_time measured = { orders_now(s).us - TOC_MINUTES(minutes_ago).us };

	return orders_say(s, orders_nest.responder, "M12", order,
			  orders_answer(s, &orders_nest,
					toc_arena_printf(s->a, "\"established_in\":\"%s\",\"measure\":\"removed\",\"measured_at\":\"%s\"",
							 orders_nest.home, toc_time_str(s->a, measured).p)
						.p));
}

static struct stage *received(const char **ret_order)
{
	struct stage *s = stage_new();

	orders_exercise(s, "2031-05-17T13:58:00Z");
	orders_informed(s, &orders_nest);
	*ret_order = orders_issued(s, &orders_nest, "");
	CHECK(*ret_order && orders_receipt(s, &orders_nest, "M10.issue") == 0);
	return s;
}

CASE(an_hour_that_passes_is_missed_once)
{
	const char *order;
	struct stage *s = received(&order);
	CHECK_INT(number(answers(s, s->n), "hours_breached"), 0);
	stage_wait(s, TOC_MINUTES(62));
	const struct toc_value *list = answers(s, s->n);
	CHECK_INT(number(list, "hours_breached"), 1);
	CHECK(!to(list, "receipt_to_removal"));
	CHECK_INT(removed(s, order, 1), 0);
	list = answers(s, s->n);
	CHECK_INT(number(list, "hours_opened"), 1);
	CHECK_INT(number(list, "hours_breached"), 1);
	CHECK_INT(ms(list, "receipt_to_removal"), MINUTES(61, 0));
	stage_free(s);
}

CASE(done_in_the_hour_and_told_after_it_is_not_missed)
{
	const char *order;
	struct stage *s = received(&order);
	stage_wait(s, TOC_MINUTES(62));
	CHECK_INT(number(answers(s, s->n), "hours_breached"), 1);
	CHECK_INT(removed(s, order, 3), 0);
	const struct toc_value *list = answers(s, s->n);
	CHECK_INT(number(list, "hours_breached"), 0);
	CHECK_INT(ms(list, "receipt_to_removal"), MINUTES(59, 0));
	stage_free(s);
}

RUN_CASES()
