/* Expectations of a scenario against what arrived. */
#include "check.h"
#include "cli/expect.h"
#include "message/json.h"

#define EX "40332fd4-48e5-451e-8f31-3775686e7ce8"
static struct expect_log heard;
static struct toc_arena *a;
static struct scenario_binding bindings[2];
static struct scenario_names names;
static struct toc_str came;

static void begin(void)
{
	a = toc_arena_new();
	expect_log_init(&heard);
	bindings[0] = (struct scenario_binding){ .name = "send1", .seq = 10, .at = { 1000000 } };
	bindings[1] = (struct scenario_binding){ .name = "accept", .seq = 12, .at = { 66000000 } };
	names = (struct scenario_names){ .exercise = TOC_STR(EX), .bindings = bindings, .n = 2 };
}

static void end(void)
{
	expect_log_done(&heard);
	toc_arena_free(a);
}

static int64_t came_us;

static void arrives(const char *org, const char *json)
{
	CHECK_INT(expect_log_add(&heard, org, toc_str_of(json), came_us), 0);
}

static int ask_in(const char *expectation, long long after, long long upto, enum expect_moment moment, toc_dur tolerance)
{
	struct toc_value *e;
	struct toc_refusal r;
	CHECK_INT(toc_json_parse(a, toc_str_of(expectation), 10000, 16, &e, &r), 0);
	came = TOC_STR("");
	CHECK(expect_sentence(a, e).n > 10);
	return expect_check(a, &heard, &names, e, (struct expect_window){ after, upto }, moment, tolerance, &came);
}
static int ask(const char *expectation) { return ask_in(expectation, 9, INT64_MAX, EXPECT_NOW, TOC_SECONDS(0)); }

static void a_notification(void)
{
	static const char sent[] = "{\"op\":\"entry\",\"seq\":10,\"k\":\"M4.send\",\"id\":\"i\",\"org\":\"SH\",\"exercise\":\"" EX "\",\"rendering\":\"whole\","
		"\"at\":\"2031-05-17T14:02:00.000Z\",\"message\":{\"body\":{\"who\":\"walker\"}},\"decided\":{\"desks\":[{\"org\":\"AIRU\",\"role\":\"competent\"}],"
		"\"timers_stopped\":[{\"timer\":\"T16\",\"desk\":\"SH\",\"met\":true,\"took_ms\":50000}],"
		"\"timers_started\":[{\"timer\":\"T17\",\"id\":\"t-17\",\"desk\":\"AIRU\",\"deadline\":\"2031-05-17T14:07:00.000Z\"}]}}";
	arrives("AIRU", sent);
	arrives("HUB", sent);
	arrives("HUB", sent); /* a second connection of the same organisation */
}

CASE(see_holds_or_says_what_came)
{
	begin();
	CHECK_INT(ask("{\"see\":{\"org\":\"AIRU\",\"k\":\"M4.send\"}}"), EXPECT_NOT_YET);
	CHECK_TEXT(came, "nothing");
	a_notification();
	CHECK_INT(heard.n, 2);
	CHECK_INT(ask("{\"see\":{\"org\":\"AIRU\",\"k\":\"M4.send\",\"from\":\"SH\",\"rendering\":\"whole\",\"where\":{\"at\":\"2031-05-17T16:02:00+02:00\","
	              "\"decided.desks[org=AIRU].role\":\"competent\"},\"has\":[\"message.body.who\"],\"lacks\":[\"late\"]}}"), EXPECT_HOLDS);
	CHECK_INT(ask("{\"see\":{\"org\":\"AIRU\",\"k\":\"M4.send\",\"where\":{\"decided.desks[org=AIRU].role\":\"hub\"}}}"), EXPECT_NOT_YET);
	CHECK_TEXT(came, "M4.send (seq 10) with decided.desks[org=AIRU].role = competent");
	CHECK_INT(ask("{\"see\":{\"org\":\"AIRU\",\"k\":\"M4.send\",\"lacks\":[\"decided.desks\"]}}"), EXPECT_NOT_YET);
	CHECK_INT(ask("{\"see\":{\"org\":\"HUB\",\"k\":\"M5.ack\"}}"), EXPECT_NOT_YET);
	CHECK_TEXT(came, "M4.send (seq 10)");
	CHECK_INT(ask_in("{\"see\":{\"org\":\"AIRU\",\"k\":\"M4.send\"}}", 10, INT64_MAX, EXPECT_LAST, TOC_SECONDS(0)), EXPECT_FAILS); /* of an earlier step */
	end();
}

CASE(not_see_and_only_know_who_got_it)
{
	begin();
	a_notification();
	CHECK_INT(ask("{\"not_see\":{\"org\":\"BFP\",\"k\":\"M4.send\"}}"), EXPECT_HOLDS);
	CHECK_INT(ask("{\"not_see\":{\"org\":\"HUB\",\"k\":\"M4.send\"}}"), EXPECT_FAILS);
	CHECK_INT(ask("{\"only\":{\"k\":\"M4.send\",\"orgs\":[\"HUB\",\"AIRU\"]}}"), EXPECT_HOLDS);
	CHECK_INT(ask("{\"only\":{\"k\":\"M4.send\",\"orgs\":[\"HUB\",\"AIRU\",\"SH\"]}}"), EXPECT_NOT_YET);
	CHECK_INT(ask("{\"only\":{\"k\":\"M4.send\",\"orgs\":[\"AIRU\"]}}"), EXPECT_FAILS);
	CHECK_INT(ask("{\"knows\":{\"text\":\"walker\",\"orgs\":[\"AIRU\",\"HUB\"]}}"), EXPECT_HOLDS);
	CHECK_INT(ask("{\"knows\":{\"text\":\"walker\",\"orgs\":[\"AIRU\"]}}"), EXPECT_FAILS);
	CHECK_INT(ask("{\"knows\":{\"text\":\"nobody has this\",\"orgs\":[]}}"), EXPECT_HOLDS);
	end();
}

CASE(timers_run_stop_and_are_measured)
{
	begin();
	CHECK_INT(ask("{\"timer\":{\"id\":\"T16\",\"desk\":\"SH\",\"state\":\"met\"}}"), EXPECT_NOT_YET);
	a_notification();
	CHECK_INT(ask("{\"timer\":{\"id\":\"T16\",\"desk\":\"SH\",\"state\":\"met\",\"took\":\"00:50\"}}"), EXPECT_HOLDS);
	CHECK_INT(ask("{\"timer\":{\"id\":\"T16\",\"desk\":\"SH\",\"state\":\"met\",\"took\":\"00:51\"}}"), EXPECT_NOT_YET);
	CHECK_TEXT(came, "it stopped after 00:50, met");
	CHECK_INT(ask_in("{\"timer\":{\"id\":\"T16\",\"desk\":\"SH\",\"state\":\"met\",\"took\":\"00:51\"}}", 9, INT64_MAX, EXPECT_NOW, TOC_SECONDS(2)), EXPECT_HOLDS);
	CHECK_INT(ask("{\"timer\":{\"id\":\"T17\",\"desk\":\"AIRU\",\"state\":\"running\",\"deadline\":\"2031-05-17T14:07:00Z\"}}"), EXPECT_HOLDS);
	CHECK_INT(ask("{\"timer\":{\"id\":\"T17\",\"desk\":\"AIRU\",\"state\":\"none\",\"since\":\"accept\"}}"), EXPECT_HOLDS);
	CHECK_INT(ask("{\"timer\":{\"id\":\"T17\",\"desk\":\"AIRU\",\"state\":\"none\",\"since\":\"send1\"}}"), EXPECT_FAILS);
	CHECK_INT(ask("{\"timer\":{\"id\":\"T17\",\"desk\":\"HUB\",\"state\":\"running\"}}"), EXPECT_NOT_YET);
	CHECK_INT(ask_in("{\"see\":{\"org\":\"AIRU\",\"k\":\"M4.send\",\"where\":{\"decided.timers_stopped[0].took_ms\":51000}}}", 9, INT64_MAX, EXPECT_NOW,
			 TOC_SECONDS(1)), EXPECT_HOLDS);
	CHECK_INT(ask("{\"see\":{\"org\":\"AIRU\",\"k\":\"M4.send\",\"where\":{\"decided.timers_stopped[0].took_ms\":51000}}}"), EXPECT_NOT_YET);
	bindings[1].seq = -1; /* of a step of "system": nothing was sent */
	CHECK_INT(ask("{\"timer\":{\"id\":\"T17\",\"desk\":\"HUB\",\"state\":\"none\",\"since\":\"accept\"}}"), EXPECT_HOLDS);
	bindings[1].seq = 12;
	names.log = &heard;
	CHECK_TEXT(expect_timer(&names, &bindings[0], TOC_STR("T17")), "t-17");
	CHECK_TEXT(expect_timer(&names, &bindings[1], TOC_STR("T17")), "");
	arrives("AIRU", "{\"seq\":12,\"k\":\"M5.accept\",\"exercise\":\"" EX "\",\"decided\":{\"timers_stopped\":[{\"timer\":\"T17\",\"desk\":\"AIRU\",\"met\":false,\"took_ms\":65000}]}}");
	CHECK_INT(ask("{\"timer\":{\"id\":\"T17\",\"desk\":\"AIRU\",\"state\":\"stopped\",\"took\":\"01:05\"}}"), EXPECT_HOLDS);
	CHECK_INT(ask("{\"timer\":{\"id\":\"T17\",\"desk\":\"AIRU\",\"state\":\"missed\"}}"), EXPECT_HOLDS);
	CHECK_INT(ask("{\"timer\":{\"id\":\"T17\",\"desk\":\"AIRU\",\"state\":\"running\"}}"), EXPECT_NOT_YET);
	end();
}

CASE(one_copy_of_an_entry_may_say_more_than_another)
{
	begin();
	arrives("SH", "{\"seq\":11,\"k\":\"M29.disclose\",\"exercise\":\"" EX "\",\"rendering\":\"without_personal\",\"decided\":{}}");
	CHECK_INT(ask("{\"timer\":{\"id\":\"T17\",\"desk\":\"BFP\",\"state\":\"running\"}}"), EXPECT_NOT_YET);
	arrives("BFP", "{\"seq\":11,\"k\":\"M29.disclose\",\"exercise\":\"" EX "\",\"decided\":{\"timers_started\":[{\"timer\":\"T17\",\"desk\":\"BFP\"}]}}");
	CHECK_INT(ask("{\"timer\":{\"id\":\"T17\",\"desk\":\"BFP\",\"state\":\"running\"}}"), EXPECT_HOLDS);
	end();
}

CASE(took_is_between_two_acts)
{
	begin();
	CHECK_INT(ask("{\"took\":{\"from\":\"send1\",\"to\":\"accept\",\"is\":\"01:05\"}}"), EXPECT_HOLDS);
	CHECK_INT(ask("{\"took\":{\"from\":\"send1\",\"to\":\"accept\",\"is\":\"01:06\"}}"), EXPECT_FAILS);
	CHECK_TEXT(came, "01:05");
	bindings[1].at = TOC_TIME_NEVER;
	CHECK_INT(ask("{\"took\":{\"from\":\"send1\",\"to\":\"accept\",\"is\":\"01:05\"}}"), EXPECT_NOT_YET);
	CHECK_INT(ask("{\"frob\":{}}"), EXPECT_FAILS);
	end();
}

CASE(spread_is_from_the_first_to_the_last_that_it_reached)
{
	static const char sent[] = "{\"op\":\"entry\",\"seq\":20,\"k\":\"M3.confirm\",\"id\":\"c\",\"org\":\"HUB\",\"exercise\":\"" EX "\"}";
	static const char within[] = "{\"spread\":{\"k\":\"M3.confirm\",\"within\":\"00:05\"}}";
	begin();
	came_us = 7000000;
	arrives("AIRU", sent);
	CHECK_INT(ask(within), EXPECT_NOT_YET); /* one alone is no fan-out */
	came_us = 12000000;
	arrives("OSF", sent);
	CHECK_INT(ask(within), EXPECT_HOLDS);
	came_us = 12000001;
	arrives("DGO", sent);
	CHECK_INT(ask(within), EXPECT_FAILS);
	CHECK(strstr(came.p, "from the first to the last of 3") != NULL);
	CHECK_INT(ask("{\"spread\":{\"k\":\"M3.confirm\",\"within\":\"soon\"}}"), EXPECT_FAILS);
	end();
}

CASE(what_a_sender_is_shown_before_is_compared_like_an_entry)
{
	struct toc_value *shown, *want;
	struct toc_refusal r;
	begin();
	CHECK_INT(toc_json_parse(a, TOC_STR("{\"duplicates\":[{\"incident\":\"i1\"}]}"), 1000, 8, &shown, &r), 0);
	CHECK_INT(toc_json_parse(a, TOC_STR("{\"where\":{\"duplicates[0].incident\":\"i1\"},\"lacks\":[\"duplicates[1]\"]}"), 1000, 8, &want, &r), 0);
	CHECK_INT(expect_prepared(a, shown, want, TOC_SECONDS(0)).n, 0);
	CHECK_INT(toc_json_parse(a, TOC_STR("{\"has\":[\"duplicates[1].incident\"]}"), 1000, 8, &want, &r), 0);
	CHECK_TEXT(expect_prepared(a, shown, want, TOC_SECONDS(0)), "no duplicates[1].incident");
	CHECK_TEXT(expect_prepared(a, NULL, want, TOC_SECONDS(0)), "no answer");
	end();
}

CASE(answers_take_of_an_entry_the_copy_that_says_most)
{
	static const char head[] = "{\"op\":\"entry\",\"seq\":20,\"k\":\"M4.send\",\"id\":\"n\",\"case\":\"c\",\"org\":\"SH\",\"exercise\":\"" EX "\","
		"\"at\":\"2031-05-17T14:02:00.000Z\",";
	char bare[1000], whole[1000];
	begin();
	snprintf(bare, sizeof bare, "%s\"rendering\":\"without_personal\",\"message\":{\"note\":\"%0300d\"},\"decided\":{}}", head, 0);
	snprintf(whole, sizeof whole,
		 "%s\"rendering\":\"whole\",\"message\":{\"body\":{\"aware_at\":\"2031-05-17T14:00:05.000Z\"}},"
		 "\"decided\":{\"desks\":[{\"org\":\"AIRU\",\"role\":\"competent\"}]}}", head);
	arrives("HUB", "{\"op\":\"entry\",\"seq\":21,\"k\":\"M5.ack\",\"id\":\"a\",\"case\":\"c\",\"org\":\"AIRU\",\"exercise\":\"" EX
		"\",\"at\":\"2031-05-17T14:03:00.000Z\",\"rendering\":\"whole\",\"message\":{},\"decided\":{}}");
	arrives("CDA", bare);
	arrives("AIRU", whole);
	arrives("HUB", whole);
	const struct toc_value *list = expect_answers(a, &heard, TOC_STR(EX)), *ack = NULL;
	for (size_t i = 0; i < toc_len(list); i++) {
		if (toc_get_is(toc_at(list, i), "name", "notices"))
			CHECK_TEXT(expect_answer_words(a, toc_at(list, i)), "1");
		if (toc_get_is(toc_at(list, i), "name", "ack_after_awareness"))
			ack = toc_at(list, i);
	}
	CHECK_TEXT(expect_answer_words(a, ack), "2 min 55 s");
	CHECK_INT(toc_len(expect_answers(a, &heard, TOC_STR("another"))), 2); /* no duplicates, no warning */
	end();
}

CASE(of_two_people_of_one_organisation_the_one_counts_who_reads_it_whole)
{
	static const char nameless[] = "{\"op\":\"entry\",\"seq\":30,\"k\":\"M23.contribute\",\"id\":\"m\",\"exercise\":\"" EX "\",\"rendering\":\"without_personal\"}",
		whole[] = "{\"op\":\"entry\",\"seq\":30,\"k\":\"M23.contribute\",\"id\":\"m\",\"org\":\"LR\",\"exercise\":\"" EX "\",\"rendering\":\"whole\"}";
	begin();
	arrives("HUB", nameless);
	arrives("HUB", whole);
	arrives("HUB", nameless);
	CHECK_INT(ask("{\"see\":{\"org\":\"HUB\",\"k\":\"M23.contribute\",\"from\":\"LR\",\"rendering\":\"whole\"}}"), EXPECT_HOLDS);
	CHECK_INT(heard.n, 1);
	end();
}

RUN_CASES()
