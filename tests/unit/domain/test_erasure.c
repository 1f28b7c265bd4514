/* test_erasure.c: until when what is sealed is kept, what stops its erasure, and who has it done before its time. */
#include "acts.h"
#include "heard.h"

#define KEY "0f9d1f4e-2f1a-4c55-9d6e-3a0b7f1d0011"
#define HOLD "0f9d1f4e-2f1a-4c55-9d6e-3a0b7f1d0012"
#define DAYS(n) TOC_HOURS(24 * (n))

static int says(struct stage *s, const char *who, const char *type, const char *second, const char *body)
{
	return stage_act(s, who, "{\"type\":\"%s\"%s%s%s,\"body\":%s}", type, second ? ",\"supersedes\":\"" : "",
			 second ? second : "", second ? "\"" : "", body);
}

static const char *due(struct stage *s, const char *subject, const char *retention, const char *basis)
{
	return toc_arena_printf(s->a,
				"{\"step\":\"due\",\"subject\":\"%s\",\"retention\":\"%s\",\"key\":\"" KEY "\",\"count\":3,\"basis\":\"%s\","
				"\"data\":[\"1\"],\"actors\":[\"4-5\"]}",
				subject, retention, basis)
		.p;
}

static const char *early(struct stage *s, const char *subject, const char *retention)
{
	return toc_arena_printf(s->a, "{\"step\":\"early\",\"subject\":\"%s\",\"classes\":[\"%s\"],\"reason\":\"asked for\"}", subject, retention).p;
}

static struct toc_retention kept(const struct stage *s, const char *subject, const char *retention)
{
	struct toc_retention r = { .due = { 0 } };

	CHECK(toc_retained_until(s->w, toc_str_of(subject), toc_str_of(retention), &r));
	return r;
}

/* A threat in LANTERN with its outcome. @return "case:<uuid>" */
static const char *ended_case(struct stage *s)
{
	CHECK(stage_play(s, "lantern.json", "04:05") == 0);
	const char *id = stage_case(s, "M4.send", "StreamHarbor");
	CHECK_INT(stage_act(s, "AIRU/duty officer", "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"accept\",\"human_ack_by\":\"%s\",\"at\":\"%s\"}}", id,
			    toc_uuid_str(s->a, stage_person(s, "AIRU/duty officer")).p,
			    toc_time_str(s->a, toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now)).p), 0);
	CHECK(kept(s, toc_arena_printf(s->a, "case:%s", id).p, "R-ITL").due.us == TOC_TIME_NEVER.us); /* it is open */
	CHECK_INT(stage_act(s, "AIRU/liaison officer",
			    "{\"type\":\"M5\",\"case_ref\":\"%s\",\"body\":{\"kind\":\"outcome\",\"outcome\":\"safe\",\"human_ack_by\":\"%s\",\"at\":\"%s\"}}", id,
			    toc_uuid_str(s->a, stage_person(s, "AIRU/liaison officer")).p,
			    toc_time_str(s->a, toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now)).p), 0);
	return toc_arena_printf(s->a, "case:%s", id).p;
}

CASE(identifiers_are_kept_thirty_days_after_the_outcome_by_the_clock_of_the_exercise)
{
	struct stage *s = stage_new();
	const char *subject = ended_case(s);
	struct toc_uuid exercise = s->exercise;
	const struct toc_exercise *x = toc_find_exercise(s->w, exercise);
	toc_time ended = toc_find_threat(s->w, toc_id_of(toc_str_of(subject + 5)))->ended_at;

	CHECK(ended.us != TOC_TIME_NEVER.us);
	toc_time at = toc_clock_real(x, toc_after(ended, DAYS(30)));
	CHECK_INT(kept(s, subject, "R-ITL").due.us, at.us);
	s->exercise = (struct toc_uuid){ { 0 } };
	REFUSED(says(s, "", "erase", NULL, due(s, subject, "R-ITL", "retention")), STATE, "body.subject");
	CHECK_INT(says(s, "", "erase", NULL, due(s, subject, "R-ITL", "restored")), 0); /* it was erased before */
	CHECK(stage_reads(s, stage_last(s, "erase.due", NULL), "StreamHarbor", TOC_ROLE_DP, NULL));
	CHECK(!stage_reads(s, stage_last(s, "erase.due", NULL), "StreamHarbor", TOC_ROLE_CR, NULL));
	CHECK(!stage_reads(s, stage_last(s, "erase.due", NULL), "FRP", TOC_ROLE_DP, NULL));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(what_never_ends_is_kept_by_years_and_who_is_there_as_long_as_they_are)
{
	struct stage *s = stage_new();
	toc_time year;
	CHECK(toc_time_parse(TOC_STR("2032-01-01T00:00:00Z"), &year, NULL) == 0);
	CHECK_INT(kept(s, "org:AIRU/2026", "R-AUDIT").due.us, year.us);
	CHECK_INT(kept(s, "system/2026", "R-AUDIT").due.us, year.us);
	const char *person = toc_arena_printf(s->a, "person:%s", toc_uuid_str(s->a, stage_person(s, "AIRU/liaison officer")).p).p;
	CHECK(kept(s, person, "R-AUDIT").due.us == TOC_TIME_NEVER.us);
	struct toc_retention r;
	CHECK(!toc_retained_until(s->w, TOC_STR("nobody:1"), TOC_STR("R-AUDIT"), &r));
	CHECK(!toc_retained_until(s->w, TOC_STR("system/2026"), TOC_STR("R-NONE"), &r));
	stage_free(s);
}

CASE(before_its_time_it_takes_two_of_two_organisations_and_a_hold_stops_it)
{
	struct stage *s = stage_new();
	const char *subject = ended_case(s);
	s->exercise = (struct toc_uuid){ { 0 } };
	const char *hold = toc_arena_printf(s->a, "{\"step\":\"set\",\"hold\":\"" HOLD "\",\"subject\":\"case\",\"subject_ref\":\"%s\","
					    "\"classes\":[\"R-ITL\"],\"basis\":\"court file 7\"}", subject + 5).p;

	REFUSED(says(s, "AIRU/admin", "erase", NULL, early(s, subject, "R-ITL")), NOT_PERMITTED, "");
	REFUSED(says(s, "FRP/data protection officer", "erase", NULL, early(s, subject, "R-ITL")), NOT_FOUND, "body.subject");
	REFUSED(says(s, "AIRU/data protection officer", "erase", NULL, early(s, "org:AIRU/2026", "R-AUDIT")), NOT_PERMITTED, "body.subject");
	CHECK_INT(says(s, "AIRU/data protection officer", "hold", NULL, hold), 0);
	REFUSED(says(s, "AIRU/data protection officer", "erase", NULL, early(s, subject, "R-ITL")), STATE, "body.classes");
	CHECK_INT(says(s, "AIRU/data protection officer", "hold", NULL, "{\"step\":\"lift\",\"hold\":\"" HOLD "\"}"), 0);
	CHECK_INT(says(s, "AIRU/data protection officer", "erase", NULL, early(s, subject, "R-ITL")), 0);
	const char *first = stage_id(s, "erase.early", "AIRU");
	CHECK(!kept(s, subject, "R-ITL").early); /* one alone decides nothing */
	CHECK_INT(says(s, "StreamHarbor/data protection officer", "erase", first, early(s, subject, "R-ITL")), 0);
	CHECK(kept(s, subject, "R-ITL").early);
	CHECK(!toc_before(s->now, kept(s, subject, "R-ITL").due));
	CHECK_INT(says(s, "", "erase", NULL, due(s, subject, "R-ITL", "early")), 0);
	CHECK(!kept(s, subject, "R-ITL").early); /* it has been done */
	CHECK(stage_consistent(s));
	stage_free(s);
}

static const char *held(struct stage *s, const char *id, const char *subject, const char *classes)
{
	return toc_arena_printf(s->a, "{\"step\":\"set\",\"hold\":\"%s\",\"subject\":\"case\",\"subject_ref\":\"%s\",\"classes\":[%s],\"basis\":\"court file 7\"}",
				id, subject + 5, classes).p;
}

/* What a hold comes too late for. */
static const struct toc_value *gone(const struct stage *s)
{
	return toc_get(toc_get(stage_last(s, "hold.set", NULL)->e.body, "decided"), "gone");
}

CASE(a_hold_that_comes_after_the_erasure_is_taken_for_what_is_left_and_says_what_is_gone)
{
	struct stage *s = stage_new();
	const char *subject = ended_case(s);
	s->exercise = (struct toc_uuid){ { 0 } };

	CHECK_INT(says(s, "AIRU/data protection officer", "hold", NULL, held(s, "0f9d1f4e-2f1a-4c55-9d6e-3a0b7f1d0013", subject, "\"R-AUDIT\"")), 0);
	CHECK(!gone(s));
	CHECK_INT(says(s, "", "erase", NULL, due(s, subject, "R-ITL", "restored")), 0);
	int64_t erasure = (int64_t)stage_last(s, "erase.due", NULL)->e.seq;
	CHECK_INT(says(s, "AIRU/data protection officer", "hold", NULL, held(s, HOLD, subject, "\"R-AUDIT\",\"R-ITL\"")), 0);
	CHECK_INT((int64_t)toc_len(gone(s)), 1);
	CHECK(toc_get_is(toc_at(gone(s), 0), "retention", "R-ITL"));
	CHECK_INT(toc_get_int(toc_at(gone(s), 0), "erasure", -1), erasure);
	CHECK(toc_get_is(toc_at(toc_get(toc_get(stage_last(s, "hold.set", NULL)->e.body, "decided"), "warnings"), 0), "code", "erased_already"));
	CHECK(kept(s, subject, "R-ITL").held); /* for what is sealed from now on */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_person_is_erased_by_their_own_officer_and_an_exercise_by_its_control)
{
	struct stage *s = stage_new();
	const char *person = toc_arena_printf(s->a, "person:%s", toc_uuid_str(s->a, stage_person(s, "AIRU/liaison officer")).p).p;
	const char *exercise;
	stage_in(s, "LANTERN");
	exercise = toc_arena_printf(s->a, "exercise:%s", toc_uuid_str(s->a, s->exercise).p).p;
	s->exercise = (struct toc_uuid){ { 0 } };

	REFUSED(says(s, "HUB/data protection officer", "erase", NULL, early(s, person, "R-AUDIT")), NOT_FOUND, "body.subject");
	CHECK_INT(says(s, "AIRU/data protection officer", "erase", NULL, early(s, person, "R-AUDIT")), 0);
	CHECK(kept(s, person, "R-AUDIT").early);
	REFUSED(says(s, "AIRU/data protection officer", "erase", NULL, early(s, exercise, "R-EXERCISE")), NOT_PERMITTED, "");
	CHECK_INT(says(s, "CELL/controller", "erase", NULL, early(s, exercise, "R-EXERCISE")), 0);
	CHECK(kept(s, exercise, "R-EXERCISE").early);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(what_is_held_is_asked_by_a_data_protection_officer)
{
	struct stage *s = stage_new();
	REFUSED(says(s, "AIRU/duty officer", "erase", NULL, "{\"step\":\"list\"}"), NOT_PERMITTED, "");
	CHECK_INT(says(s, "AIRU/data protection officer", "erase", NULL, "{\"step\":\"list\"}"), 0);
	heard_said(TOC_STR("erase.list"), true); /* asked only: it makes no entry */
	CHECK(toc_retention_party(s->w, TOC_STR("org:AIRU/2026"), TOC_STR("AIRU")));
	CHECK(!toc_retention_party(s->w, TOC_STR("org:AIRU/2026"), TOC_STR("FRP")));
	CHECK(toc_retention_party(s->w, TOC_STR("system/2026"), TOC_STR("HUB")));
	stage_free(s);
}

RUN_CASES()
