/* test_escalation.c: who is called when nobody answers; levels are never skipped, whatever the clock does. */
#include "check.h"
#include "stage.h"

#define GAME "GameNest/night responder"

static struct stage *sent(const char *audience)
{
	struct stage *s = stage_new();
	stage_to(s, "00:00");
	struct toc_value *m =
		stage_message(s, stage_notice(s, "",
					      *audience ? "\"concerned_states\":null,\"state_unknown\":{"
							  "\"unknown\":true,\"reason\":\"x\"}"
							: ""));
	if (*audience)
		toc_set(s->a, m, "audience",
			toc_get(stage_message(s, toc_arena_printf(s->a, "{\"a\":[\"%s\"]}", audience).p),
				"a"));
	CHECK(stage_act_value(s, GAME, m) == 0);
	return s;
}

/* The levels of one desk, as "T+minutes:contact", in the order of the ledger. */
static const char *levels(struct stage *s, const char *org, toc_time from)
{
	struct toc_str all = TOC_STR("");
	for (size_t i = 0; i < s->n; i++) {
		const struct stage_entry *e = &s->ledger[i];
		const struct toc_value *decided = toc_get(e->e.body, "decided"),
				       *body = toc_get(toc_get(e->e.body, "message"), "body");
		if (!toc_str_is(e->e.k, "M19.escalation") || !stage_timer(e, "timers_moved", "T17", org))
			continue;
		all = toc_arena_printf(
			s->a, "%.*s%s%lld:%.*s/%lld", TOC_STR_ARGS(all), all.n ? " " : "",
			(long long)(toc_between(from, toc_get_time(decided, "at", from)).us / 60000000),
			TOC_STR_ARGS(toc_get_text(body, "recipient_org")),
			(long long)toc_get_int(body, "contact", -1));
	}
	return all.n ? all.p : "";
}

CASE(the_next_contact_at_5_10_and_15_and_the_hub_at_20)
{
	struct stage *s = sent("");
	stage_to(s, "04:59");
	CHECK_INT(stage_count(s, "M19.escalation", NULL), 0);
	stage_to(s, "05:00");
	CHECK_TEXT(toc_str_of(levels(s, "AIRU", stage_time(s, "00:00"))), "5:AIRU/1");
	stage_to(s, "30:00");
	CHECK_TEXT(toc_str_of(levels(s, "AIRU", stage_time(s, "00:00"))),
		   "5:AIRU/1 10:AIRU/2 15:AIRU/2 20:HUB/0");
	CHECK_TEXT(toc_str_of(levels(s, "HUB", stage_time(s, "00:00"))),
		   "5:HUB/1 10:HUB/2 15:HUB/2 20:HUB/2");
	/* a chain that has nobody further says so */
	for (size_t i = 0; i < s->n; i++) {
		const struct toc_value *decided = toc_get(s->ledger[i].e.body, "decided");
		if (toc_str_is(s->ledger[i].e.k, "M19.escalation") &&
		    stage_timer(&s->ledger[i], "timers_moved", "T17", "AIRU"))
			CHECK_INT(toc_get_bool(decided, "chain_exhausted"),
				  toc_get_int(decided, "level", 0) == 3);
	}
	stage_to(s, "10:00:00"); /* and then it is quiet */
	CHECK_INT(stage_count(s, "M19.escalation", NULL), 8);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(slept_past_two_deadlines_yields_two_levels_in_due_order)
{
	struct stage *s = sent("");
	stage_to(s, "12:00");
	CHECK_TEXT(toc_str_of(levels(s, "AIRU", stage_time(s, "00:00"))), "5:AIRU/1 10:AIRU/2");
	toc_time before = { 0 };
	for (size_t i = 0; i < s->n; i++)
		if (toc_str_is(s->ledger[i].e.k, "M19.escalation")) {
			toc_time at = toc_get_time(toc_get(s->ledger[i].e.body, "decided"), "at", before);
			CHECK(before.us <= at.us);
			before = at;
			CHECK(s->ledger[i].e.ts.us == s->now.us); /* real time is when it was entered */
		}
	stage_free(s);
}

CASE(the_jump_and_what_it_passed_over_are_one_verdict)
{
	struct stage *s = sent("");
	s->now = toc_after(s->now, TOC_SECONDS(1));
	CHECK(stage_act(s, "CELL/controller",
			"{\"type\":\"exercise\",\"body\":{\"step\":\"clock\",\"action\":\"jump\",\"to\":\"%"
			"s\"}}",
			toc_time_str(s->a, stage_time(s, "1:00:00")).p) == 0);
	CHECK_INT(stage_count(s, "M19.escalation", NULL),
		  8); /* before anybody could answer at the new time */
	CHECK(toc_world_next_due(s->w).us > s->now.us);
	stage_free(s);
}

CASE(firing_twice_changes_nothing)
{
	struct stage *s = sent("");
	struct toc_verdict v;
	stage_to(s, "04:00");
	s->now = toc_after(s->now, TOC_SECONDS(1));
	CHECK(stage_act(s, "CELL/controller",
			"{\"type\":\"exercise\",\"body\":{\"step\":\"clock\",\"action\":\"run\",\"rate_"
			"milli\":1000}}") == 0);
	s->now = toc_after(s->now, TOC_MINUTES(2));
	toc_due(s->w, s->now, 1, s->a, &v);
	CHECK_INT(v.n, 1);
	struct toc_uuid eid = v.drafts[0].eid;
	stage_due(s);
	struct toc_str once = stage_saved(s->a, s->w);
	CHECK(toc_uuid_eq(eid, stage_last(s, "M19.escalation", NULL)->e.eid) ||
	      stage_count(s, "M19.escalation", NULL) > 1);
	/* another node's entry of the same level comes as well: levels only go up */
	for (size_t i = 0; i < s->n; i++)
		if (toc_uuid_eq(s->ledger[i].e.eid, eid)) {
			struct toc_entry again = s->ledger[i].e;
			toc_apply(s->w, &again);
		}
	CHECK(toc_str_eq(once, stage_saved(s->a, s->w)));
	stage_free(s);
}

CASE(the_hub_joins_at_20_minutes_where_it_was_not_asked)
{
	struct stage *s = sent("CDA");
	struct toc_uuid id = stage_last(s, "M4.send", NULL)->e.case_ref;
	CHECK(!stage_reads(s, stage_last(s, "M4.send", NULL), "HUB", TOC_ROLE_ALL, NULL));
	stage_to(s, "19:59");
	CHECK(toc_desk_of(toc_find_threat(s->w, id), TOC_STR("HUB")) == NULL);
	stage_to(s, "20:00");
	CHECK_TEXT(toc_str_of(levels(s, "CDA", stage_time(s, "00:00"))),
		   "5:CDA/1 10:CDA/2 15:CDA/2 20:HUB/0");
	const struct stage_entry *m29 = stage_last(s, "M29.disclose", NULL);
	CHECK(m29 && m29->n_discloses == 1);
	CHECK_TEXT(m29->e.org, "server");
	CHECK(stage_reads(s, m29, "HUB", TOC_ROLE_DU, NULL));
	CHECK_INT(toc_desk_of(toc_find_threat(s->w, id), TOC_STR("HUB"))->state, TOC_DESK_SENT);
	CHECK(toc_running(s->w, "T17", id, TOC_STR("HUB")) != NULL);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(the_outcome_is_reminded_of_after_72_hours_and_then_weekly)
{
	struct stage *s = sent("");
	CHECK(stage_act(s, "AIRU/duty officer",
			"{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"accept\",\"human_ack_by\":"
			"\"%s\",\"at\":\"2031-05-17T13:58:00Z\"}}",
			stage_case(s, "M4.send", NULL),
			toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p) == 0);
	stage_to(s, "71:59:59");
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 0);
	stage_to(s, "72:00:00");
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 1);
	CHECK(stage_reads(s, stage_last(s, "deadline.warned", NULL), "AIRU", TOC_ROLE_LI, NULL));
	stage_to(s, "600:00:00"); /* three weeks and some: each week its own */
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 4);
	stage_to(s, "6000:00:00");
	stage_to(s, "11832:00:00"); /* and seventy weeks, each with an id of its own */
	CHECK_INT(stage_count(s, "deadline.warned", NULL), 71);
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < i; k++)
			CHECK(!toc_uuid_eq(s->ledger[i].e.eid, s->ledger[k].e.eid));
	stage_free(s);
}

CASE(an_exercise_that_stands_still_fires_nothing_and_one_that_ended_never)
{
	struct stage *s = sent("");
	CHECK(stage_is_quiet(s));
	stage_wait(s, TOC_HOURS(5));
	CHECK_INT(stage_count(s, "M19.escalation", NULL), 0);
	CHECK(stage_act(s, "CELL/controller",
			"{\"type\":\"exercise\",\"body\":{\"step\":\"clock\",\"action\":\"run\",\"rate_"
			"milli\":60000}}") == 0);
	toc_time next = toc_world_next_due(s->w);
	CHECK_INT(toc_between(s->now, next).us, 5000000); /* five minutes at sixty times */
	CHECK(stage_act(s, "CELL/controller", "{\"type\":\"exercise\",\"body\":{\"step\":\"end\"}}") == 0);
	CHECK(stage_is_quiet(s));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(an_actual_case_runs_on_real_time)
{
	struct stage *s = stage_new();
	stage_in(s, NULL);
	CHECK(stage_act(s, GAME, "%s",
			stage_notice(s, "",
				     "\"concerned_states\":null,\"state_unknown\":{\"unknown\":true,"
				     "\"reason\":\"x\"}")) == 0);
	CHECK_INT(toc_between(s->now, toc_world_next_due(s->w)).us, TOC_MINUTES(5).us);
	stage_wait(s, TOC_MINUTES(5));
	CHECK_INT(stage_count(s, "M19.escalation", NULL), 2); /* CDA and the hub */
	CHECK_TEXT(stage_last(s, "M19.escalation", NULL)->e.mode, "actual");
	stage_free(s);
}

RUN_CASES()
