#include "check.h"
#include "envelope/event.h"

CASE(an_event_carries_the_entry_as_data)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *data = toc_value_map(a);

	toc_set_int(a, data, "seq", 7);
	struct toc_event e = { TOC_STR("https://tocsin.example"), TOC_STR("0190"), TOC_STR("M4.send"),
			       TOC_STR("2031-05-17T14:02:00.000Z"), TOC_STR("exercise"), TOC_STR("flash"), 7, data };
	CHECK_TEXT(toc_event_json(a, &e),
		   "{\"data\":{\"seq\":7},\"datacontenttype\":\"application/json\",\"id\":\"0190\",\"mode\":\"exercise\","
		   "\"precedence\":\"flash\",\"sequence\":\"7\",\"source\":\"https://tocsin.example\",\"specversion\":\"1.0\","
		   "\"time\":\"2031-05-17T14:02:00.000Z\",\"type\":\"tocsin.M4.send\"}");
	toc_arena_free(a);
}

CASE(a_wake_up_says_that_something_is_there_and_not_what)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_event e = { TOC_STR("https://tocsin.example"), TOC_STR("0190"), TOC_STR("waiting"),
			       TOC_STR("2031-05-17T14:02:00.000Z"), TOC_STR("actual"), { "", 0 }, 0, NULL };
	CHECK_TEXT(toc_event_json(a, &e),
		   "{\"id\":\"0190\",\"mode\":\"actual\",\"source\":\"https://tocsin.example\",\"specversion\":\"1.0\","
		   "\"time\":\"2031-05-17T14:02:00.000Z\",\"type\":\"tocsin.waiting\"}");
	toc_arena_free(a);
}

RUN_CASES()
