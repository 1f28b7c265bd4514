/* order_case.h: what the cases of test_order.c and test_order_answer.c share. */
#ifndef TOC_TESTS_DOMAIN_ORDER_CASE_H
#define TOC_TESTS_DOMAIN_ORDER_CASE_H

#include "check.h"
#include "orders.h"

#define TOC_UNUSED __attribute__((unused))
#define REFUSED(call, why, where)                                                                            \
	do {                                                                                                 \
		CHECK((call) < 0);                                                                           \
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_##why);                                              \
		CHECK_TEXT(toc_str_of(s->v.refusal.field), where);                                           \
		CHECK_INT(s->v.n, 0);                                                                        \
	} while (0)
#define NOW orders_now(s)
#define EMERGENCY ""
#define CALM "\"emergency\":{\"emergency\":false}"

/* A stage on which the order has been issued. */
static TOC_UNUSED struct stage *begun(const struct orders *o, const char **ret_order)
{
	struct stage *s = stage_new();
	orders_exercise(s, "2031-05-17T13:58:00Z");
	*ret_order = orders_issued(s, o, EMERGENCY);
	CHECK(*ret_order != NULL);
	if (!*ret_order) {
		printf("  %s: %s\n", s->v.refusal.field, s->v.refusal.detail);
		abort();
	}
	return s;
}

static TOC_UNUSED const struct toc_value *decided(const struct stage *s, const char *k)
{
	return toc_get(stage_last(s, k, NULL)->e.body, "decided");
}

static TOC_UNUSED const struct toc_timer *running(struct stage *s, const char *timer, const struct orders *o, const char *order)
{
	if (strcmp(timer, "T1b") && strcmp(timer, "T1c"))
		return toc_running(s->w, timer, toc_id_of(toc_str_of(order)), toc_str_of(o->hsp));
	const struct toc_timer *t = toc_hour_of_item(s->w, orders_find(s, order), 0);
	return t && toc_short_is(&t->name, toc_str_of(timer)) ? t : NULL;
}

static TOC_UNUSED const char *done_at(struct stage *s, const struct orders *o, toc_time at)
{
	return orders_answer(s, o,
			     toc_arena_printf(s->a, "\"established_in\":\"%s\",\"measure\":\"removed\",\"measured_at\":\"%s\"",
					      o->home, toc_time_str(s->a, at).p)
				     .p);
}

static TOC_UNUSED const char *cannot(struct stage *s, const struct orders *o, const char *reasons, const char *more)
{
	return orders_answer(s, o,
			     toc_arena_printf(s->a, "\"reasons\":[%s],\"explanation\":\"why\"%s%s", reasons,
					      *more ? "," : "", more)
				     .p);
}


#define DEFECT "\"manifest_errors\"", "\"errors_and_information_needed\":\"the address is cut off\""
#define OBSTACLE "\"force_majeure\"", ""

#endif
