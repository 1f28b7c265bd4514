/* test_timer.c: the table of timers: how long each runs, who is warned, and that no clock but the server's counts. */
#include "acts.h"

static toc_time at(const char *text)
{
	toc_time t = TOC_TIME_NEVER;

	CHECK(toc_time_parse(toc_str_of(text), &t, NULL) == 0);
	return t;
}

static struct toc_str ends(struct stage *s, const char *timer, const char *from)
{
	return toc_time_str(s->a, toc_timer_end(toc_str_of(timer), at(from)));
}

/* Summer time ends in Central Europe on 30 October 2033 at 03:00+02:00, which is 02:00+01:00. */
CASE(an_hour_is_an_hour_of_elapsed_time_when_clocks_are_put_back)
{
	struct stage *s = stage_new();
	CHECK_TEXT(ends(s, "T1", "2033-10-30T02:30:00+02:00"), "2033-10-30T01:30:00.000Z"); /* 02:30+01:00 */
	CHECK_TEXT(ends(s, "T6", "2033-10-29T12:00:00+02:00"), "2033-11-01T10:00:00.000Z");
	CHECK_TEXT(ends(s, "T8", "2033-08-31T10:00:00Z"), "2034-02-28T10:00:00.000Z"); /* the last of a short month */
	CHECK_TEXT(ends(s, "T8", "2033-10-29T23:30:00+02:00"), "2034-04-29T21:30:00.000Z");
	CHECK_TEXT(ends(s, "T10", "2033-10-29T12:00:00+02:00"), "2033-11-12T10:00:00.000Z");
	CHECK(toc_timer_end(TOC_STR("T21"), at("2033-10-30T00:00:00Z")).us == TOC_TIME_NEVER.us); /* stated */
	CHECK(toc_timer_end(TOC_STR("T99"), at("2033-10-30T00:00:00Z")).us == TOC_TIME_NEVER.us);
	stage_free(s);
}

CASE(every_timer_has_one_row_with_its_basis_and_only_the_laws_are_legal)
{
	const char *legal = "";
	struct toc_arena *a = toc_arena_new();
	size_t n = 0;

	for (const struct toc_timer_row *row; (row = toc_timer_row_at(n)); n++) {
		CHECK(row->basis[0] && row->about[0] && row->fire);
		CHECK(toc_timer_row(toc_str_of(row->name)) == row); /* none is there twice */
		if (row->legal)
			legal = toc_arena_printf(a, "%s%s%s", legal, *legal ? " " : "", row->name).p;
	}
	CHECK_INT(n, 40); /* T1 to T32, T1b, T1c; the expiry and the review of signals, a check, a glass, the test of a channel */
	CHECK_TEXT(toc_str_of(legal), "T1 T1b T1c T2 T4 T5 T6 T8 T9 T10 T11 T12 T13 T14 T15 T26 T27 T28 T29 T30");
	CHECK(!toc_timer_row(TOC_STR("T33")));
	toc_arena_free(a);
}

CASE(warnings_come_fifteen_five_and_one_minute_before_and_none_before_the_start)
{
	toc_time start = at("2033-10-30T00:30:00Z"), end = toc_timer_end(TOC_STR("T1"), start), t = start;
	int left[] = { 15, 5, 1, 0, 0 };

	for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
		t = toc_timer_next(TOC_STR("T1"), t, end);
		CHECK_INT(toc_between(t, end).us / 60000000, left[i]);
	}
	end = toc_timer_end(TOC_STR("T7"), start); /* runs for a quarter of an hour */
	CHECK_INT(toc_between(toc_timer_next(TOC_STR("T7"), start, end), end).us / 60000000, 5);
	CHECK(toc_timer_next(TOC_STR("T17"), start, end).us == end.us); /* its levels call somebody themselves */
}

static struct stage *fast(const char **ret_incident)
{
	struct stage *s = begun();

	*ret_incident = assessed(s);
	CHECK_INT(decide(s, "AIRU/second officer", *ret_incident, "activate", "\"body.fast_path\":true"), 0);
	return s;
}

CASE(a_fast_path_that_nobody_confirms_warns_the_leads_three_times)
{
	const char *id;
	struct stage *s = fast(&id);
	static const struct {
		const char *t;
		int left;
	} warned[] = { { "46:00", 15 }, { "56:00", 5 }, { "1:00:00", 1 } };

	for (size_t i = 0; i < 3; i++) {
		stage_to(s, warned[i].t);
		CHECK_INT(stage_count(s, "deadline.warned", NULL), i + 1);
		const struct stage_entry *e = stage_last(s, "deadline.warned", "server");
		const struct toc_value *body = toc_get(e->whole, "body");
		CHECK_TEXT(toc_get_text(body, "timer"), "T23");
		CHECK_TEXT(toc_get_text(body, "kind"), "soft");
		CHECK_INT(toc_get_int(body, "minutes_left", -1), warned[i].left);
		CHECK_TEXT(toc_get_text(body, "object"), id);
		CHECK(toc_get_time(body, "deadline", TOC_TIME_NEVER).us == stage_time(s, "1:01:00").us);
		CHECK(stage_reads(s, e, "HUB", TOC_ROLE_IL, NULL));
		CHECK_TEXT(toc_str_of(stage_readers(s, e)), "AIRU HUB");
		CHECK(stage_reads(s, e, "AIRU", TOC_ROLE_IL, NULL));
		CHECK(!stage_reads(s, e, "PastePond", TOC_ROLE_ALL, NULL));
	}
	stage_to(s, "1:01:00");
	CHECK_INT(stage_count(s, "M3.revert", NULL), 1);
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 3);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_server_that_starts_again_inside_the_hour_warns_and_ends_it_at_the_same_moments)
{
	const char *id;
	struct stage *s = fast(&id);

	stage_to(s, "30:00");
	struct toc_world *again = stage_loaded(s->w);
	toc_world_free(s->w);
	s->w = again;
	stage_to(s, "45:59");
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 0);
	stage_to(s, "46:00");
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 1);
	stage_to(s, "1:00:59");
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	stage_to(s, "1:01:00");
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ASSESSING);
	stage_free(s);
}

/* Down for two hours: nothing is left out, and all of it is in due order. */
CASE(what_passed_while_the_server_was_down_is_entered_level_by_level)
{
	const char *id;
	struct stage *s = fast(&id);

	stage_to(s, "3:00:00");
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 3);
	CHECK_INT(stage_count(s, "M3.revert", NULL), 1);
	CHECK(stage_last(s, "deadline.warned", NULL)->e.seq < stage_last(s, "M3.revert", NULL)->e.seq);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_client_whose_clock_is_ten_minutes_wrong_moves_no_deadline)
{
	static const char *const said[] = { "2031-05-17T13:49:00Z", "2031-05-17T14:09:00Z", "2031-05-17T15:59:00+02:00" };

	for (size_t i = 0; i < 3; i++) { /* it is 13:59 */
		struct stage *s = begun();
		const char *id = assessed(s), *change = toc_arena_printf(s->a, "\"body.fast_path\":true,\"sent_at\":\"%s\"", said[i]).p;
		CHECK_INT(decide(s, "AIRU/second officer", id, "activate", change), 0);
		const struct toc_timer *t23 = toc_running(s->w, "T23", find(s, id)->id, TOC_STR(""));
		CHECK_TEXT(toc_time_str(s->a, t23 ? t23->deadline : TOC_TIME_NEVER), "2031-05-17T14:59:00.000Z");
		stage_free(s);
	}
}

RUN_CASES()
