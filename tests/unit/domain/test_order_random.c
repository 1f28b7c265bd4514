/* test_order_random.c: removal orders under random acts, legal and not, of both sides and of the clock. After every act: an hour
 * runs only while one of its items is to be done and the provider has it; an order is overdue exactly while such an hour is over; what
 * was refused changed nothing. At the end: live state = replay = snapshot. */
#include "check.h"
#include "orders.h"

static uint64_t dice_now;
static unsigned dice(unsigned n)
{
	dice_now ^= dice_now << 13;
	dice_now ^= dice_now >> 7;
	dice_now ^= dice_now << 17;
	return (unsigned)((dice_now >> 11) % n);
}

static const struct orders three = { "BFP", "BFP/duty officer", "BFP/second officer", "GameNest", "GameNest/night responder",
				     "XB",  "XC",               "en",                 3 };
static unsigned said[16], refused[16];

static const char *some_items(struct stage *s)
{
	unsigned set = dice(7) + 1;
	struct toc_str list = TOC_STR("");
	for (unsigned i = 0; i < 3; i++)
		if (set & 1u << i)
			list = toc_arena_printf(s->a, "%.*s%s%u", TOC_STR_ARGS(list), list.n ? "," : "", i + 1);
	return list.p;
}

static const char *now(struct stage *s, int minutes_ago)
{
	return toc_time_str(s->a, (toc_time){ orders_now(s).us - minutes_ago * TOC_MINUTES(1).us }).p;
}

static int executed(struct stage *s, const char *order)
{
	const char *at = now(s, (int)dice(90));
	struct toc_str outcomes = TOC_STR("");
	if (dice(2))
		outcomes = toc_arena_printf(s->a, ",\"item_outcomes\":[{\"item\":%u,\"measure\":\"disabled\",\"measured_at\":\"%s\"}]", dice(4) + 1, at);
	return orders_say(s, three.responder, "M12", order,
			  orders_answer(s, &three,
					toc_arena_printf(s->a, "\"established_in\":\"XC\",\"measure\":\"removed\",\"measured_at\":\"%s\"%.*s", at,
							 TOC_STR_ARGS(outcomes))
						.p));
}

static int impossible(struct stage *s, const char *order)
{
	return orders_say(s, three.responder, "M13", order,
			  orders_answer(s, &three,
					toc_arena_printf(s->a, "\"reasons\":[\"%s\"],\"explanation\":\"x\",\"errors_and_information_needed\":\"y\"",
							 dice(2) ? "force_majeure" : "insufficient_information")
						.p));
}

static int some_impossible(struct stage *s, const char *order)
{
	return orders_say(s, three.responder, "M13", order,
			  orders_answer(s, &three,
					toc_arena_printf(s->a, "\"reasons\":[\"%s\"],\"explanation\":\"x\",\"errors_and_information_needed\":\"y\",\"items\":[%s]",
							 dice(2) ? "force_majeure" : "insufficient_information", some_items(s))
						.p));
}

static int one_act(struct stage *s, const char *order, unsigned which)
{
	switch (which) {
	case 0: return orders_receipt(s, &three, "M10.issue");
	case 1: return executed(s, order);
	case 2: return some_impossible(s, order);
	case 3: return impossible(s, order);
	case 4:
		return orders_say(s, three.issuer, "M14", order,
				  toc_arena_printf(s->a, "\"kind\":\"clarification\",\"content\":\"x\",\"at\":\"%s\"", now(s, 0)).p);
	case 5:
		return orders_say(s, dice(2) ? three.responder : three.issuer, "M14", order,
				  toc_arena_printf(s->a, "\"kind\":\"obstacle_ended\",\"at\":\"%s\"", now(s, (int)dice(20))).p);
	case 6: return stage_last(s, "M14.clarification", NULL) ? orders_receipt(s, &three, "M14.clarification") : -1;
	case 7: return stage_last(s, "M14.obstacle_ended", "BFP") ? orders_receipt(s, &three, "M14.obstacle_ended") : -1;
	case 8:
		return dice(12) ? -1 : orders_say(s, three.issuer, "M10", order, "\"step\":\"withdraw\",\"reason\":\"x\"");
	case 9:
		return orders_say(s, three.responder, "M16", order,
				  toc_arena_printf(s->a, "\"step\":\"reinstate\",\"cause\":\"withdrawn\",\"reinstated_at\":\"%s\",\"kept_down_under_terms\":false",
						   now(s, 0))
					  .p);
	default: stage_wait(s, TOC_MINUTES((int)dice(25))); return 0;
	}
}

/* Is any item of this hour to be done? */
static bool shared(struct stage *s, const struct toc_order *o, const struct toc_timer *t)
{
	for (uint32_t i = 0; i < o->n_items; i++)
		if (o->items[i].state == TOC_ORDERED_PENDING && toc_hour_of_item(s->w, o, i) == t)
			return true;
	return false;
}

/* What must be true of an order at any time. */
static void hold(struct stage *s, const struct toc_order *o)
{
	unsigned pending = 0;
	bool breached = false, all = true, any = false;
	for (uint32_t i = 0; i < o->n_items; i++) {
		const struct toc_timer *t = toc_hour_of_item(s->w, o, i);
		bool to_do = o->items[i].state == TOC_ORDERED_PENDING;
		pending += to_do;
		any |= t != NULL;
		breached |= t && t->breached && to_do;
		all &= !t || o->items[i].state == TOC_ORDERED_PENDING || shared(s, o, t);
	}
	CHECK(all); /* an hour runs only while one of its items is to be done */
	CHECK(o->hours <= 1 || o->received_at.us != TOC_TIME_NEVER.us);
	bool ended = o->state == TOC_ORDER_WITHDRAWN || o->state == TOC_ORDER_REINSTATED;
	CHECK(pending > 0 || !any);
	CHECK(!ended || !any);
	CHECK(!any || o->received_at.us != TOC_TIME_NEVER.us);
	CHECK(o->overdue == breached);
	CHECK(o->breached >= 0 && o->hours >= o->breached && o->hours >= (int64_t)any);
	CHECK(!toc_running(s->w, "T8", o->id, TOC_STR("GameNest")) || pending < o->n_items);
}

static void play(uint64_t seed, unsigned orders, unsigned steps)
{
	struct stage *s = stage_new();
	dice_now = seed;
	orders_exercise(s, "2033-10-29T20:00:00Z");
	for (unsigned k = 0; k < orders; k++) {
		const char *order = orders_issued(s, &three, toc_arena_printf(s->a, "\"order_reference\":\"BFP-RO-17\",\"file_no\":\"%u\"", k).p);
		CHECK(order != NULL);
		for (unsigned i = 0; order && i < steps; i++) {
			unsigned which = dice(13);
			size_t before = s->n;
			int r = one_act(s, order, which);
			if (r < 0)
				CHECK_INT(s->n, before);
			said[which] += r == 0;
			refused[which] += r < 0;
			hold(s, orders_find(s, order));
		}
	}
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(whatever_is_said_an_hour_runs_only_while_something_of_it_is_to_be_done)
{
	play(0x9e3779b97f4a7c15, 12, 60);
	play(0xd1b54a32d192ed03, 12, 60);
	play(0xe7037ed1a0b428db, 12, 60);
}

CASE(every_act_was_taken_and_refused_at_times)
{
	for (unsigned i = 0; i < 10; i++) {
		bool both = said[i] && (refused[i] || i == 0); /* a receipt that comes again is no refusal */
		if (!both)
			printf("  act %u: %u taken, %u refused\n", i, said[i], refused[i]);
		CHECK(both);
	}
}

RUN_CASES()
