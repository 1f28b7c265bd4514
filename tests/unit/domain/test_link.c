/* test_link.c: what the link of an e-mail opens, and that it opens nothing else. */
#include "check.h"
#include "stage.h"

#include "base/digest.h"

#define LINK "01980000-0000-7000-9000-000000000001"

static struct toc_sha256 sha(const char *secret)
{
	return toc_sha256(toc_str_of(secret));
}

/* LANTERN until everybody knows of the activation, which PastePond's owner has a letter about. */
static struct stage *activated(void)
{
	struct stage *s = stage_new();

	CHECK(stage_play(s, "lantern.json", "16:45") == 0);
	return s;
}

static int issue_for(struct stage *s, const char *who, const char *org, const char *about, int hours)
{
	return stage_act(s, "",
			 "{\"type\":\"credential\",\"mode\":\"system\",\"body\":{\"step\":\"issue\",\"credential\":\"" LINK "\",\"person\":\"%s\","
			 "\"org\":\"%s\",\"kind\":\"link\",\"sha256\":\"%s\",\"expires\":\"%s\",\"about\":\"%s\"}}",
			 toc_uuid_str(s->a, stage_person(s, who)).p, org, toc_hex(s->a, sha("token").b, 32).p,
			 toc_time_str(s->a, toc_after(s->now, TOC_HOURS(hours))).p, about);
}

static int issue(struct stage *s)
{
	return issue_for(s, "PastePond/owner", "PastePond", stage_id(s, "M3.confirm", NULL), 72);
}

/* The reader of the letter, with a session of this secret. */
static int open_it(struct stage *s, const char *secret, struct toc_principal *ret)
{
	struct toc_sha256 token = sha("token"), session = sha(secret);

	if (toc_decide_open_link(s->w, token.b, session.b, s->now, s->a, &s->v) < 0)
		return -1;
	stage_take(s);
	return toc_world_credential(s->w, "link_session", session.b, s->now, ret, NULL);
}

static int by_link(struct stage *s, const struct toc_principal *p, const char *json)
{
	return stage_act_as(s, p, stage_message(s, json));
}

static const char *receipt(struct stage *s, const char *state, const char *channel, const char *about)
{
	return toc_arena_printf(s->a,
				"{\"type\":\"M19\",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\",\"recipient_org\":\"PastePond\","
				"\"channel\":\"%s\",\"state\":\"%s\",\"at\":\"2031-05-17T14:14:00Z\",\"actor_kind\":\"human\","
				"\"commitment\":\"working\"}}", about, channel, state).p;
}

static bool unknown(struct stage *s, const char *field)
{
	return s->v.refusal.code == TOC_REFUSE_NOT_FOUND && !strcmp(s->v.refusal.field, field) && s->v.n == 0;
}

CASE(the_reader_acknowledges_with_the_effect_of_the_console)
{
	struct stage *s = activated();
	struct toc_principal p;

	CHECK(issue(s) == 0);
	CHECK(open_it(s, "a", &p) == 0);
	CHECK_TEXT(p.channel, "e-mail");
	CHECK_TEXT(p.org, "PastePond");
	CHECK(!p.machine);
	CHECK(by_link(s, &p, receipt(s, "acked", "e-mail", stage_id(s, "M3.confirm", NULL))) == 0);
	const struct stage_entry *e = stage_last(s, "M19.human", "PastePond");
	CHECK(stage_timer(e, "timers_stopped", "T19", "PastePond"));
	CHECK_TEXT(toc_get_text(toc_at(toc_get(toc_get(e->e.body, "decided"), "receipts"), 0), "channel"), "e-mail");
	CHECK_TEXT(toc_get_text(e->actor, "channel"), "e-mail");
	CHECK(toc_uuid_eq(toc_get_id(e->actor, "person"), stage_person(s, "PastePond/owner")));
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_receipt_by_link_says_that_it_came_by_e_mail)
{
	struct stage *s = activated();
	struct toc_principal p;

	CHECK(issue(s) == 0 && open_it(s, "a", &p) == 0);
	CHECK(by_link(s, &p, receipt(s, "seen", "console", stage_id(s, "M3.confirm", NULL))) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_BAD_VALUE);
	CHECK_TEXT(toc_str_of(s->v.refusal.field), "body.channel");
	stage_free(s);
}

/* What came before the letter, what is of another matter, and what never was: one answer, to the byte. */
CASE(outside_of_its_scope_nothing_exists)
{
	struct stage *s = activated();
	struct toc_principal p;
	struct toc_refusal never;

	CHECK(issue(s) == 0 && open_it(s, "a", &p) == 0);
	CHECK(by_link(s, &p, receipt(s, "seen", "e-mail", "01980000-0000-7000-9000-0000000000ff")) < 0);
	CHECK(unknown(s, "body.message_ref"));
	never = s->v.refusal;
	const char *outside[] = { stage_id(s, "M2.issue", NULL), stage_id(s, "M4.send", NULL), stage_id(s, "M6.share", NULL) };
	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
		CHECK(by_link(s, &p, receipt(s, "seen", "e-mail", outside[i])) < 0);
		CHECK(!memcmp(&s->v.refusal, &never, sizeof never));
	}
	/* … although the same person might, at the console */
	CHECK(stage_act(s, "PastePond/owner", "%s", receipt(s, "seen", "console", stage_id(s, "M2.issue", NULL))) == 0);
	stage_free(s);
}

CASE(a_link_is_no_account)
{
	struct stage *s = activated();
	struct toc_principal p;
	struct toc_uuid eid;
	static const char *const others[] = { "M1.report", "M2.propose", "M3.object", "M4.draft", "M4.send", "M5.answer", "M6.share",
					      "M7.opinion", "M19.machine", "M19.outreach", "M26.own", "M26.drill", "M29.disclose",
					      "exercise.leave", "credential.revoke", "credential.end_sessions", "session.close" };

	CHECK(issue(s) == 0 && open_it(s, "a", &p) == 0);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct toc_command c = { .k = toc_str_of(others[i]), .received = s->now,
					 .message = stage_parse(s, TOC_STR("{\"id\":\"01980000-0000-7000-9000-0000000000fe\",\"body\":{}}")) };
		CHECK(toc_decide(s->w, &p, &c, s->now, s->a, &s->v) < 0);
		CHECK(s->v.refusal.code == TOC_REFUSE_NOT_FOUND && s->v.n == 0);
	}
	CHECK(toc_world_receipt_target(s->w, &p, stage_last(s, "M3.confirm", NULL)->e.seq, &eid) < 0);
	/* its secrets open nothing else, and nothing else opens it */
	struct toc_principal q;
	CHECK(toc_world_credential(s->w, "session", sha("a").b, s->now, &q, NULL) < 0);
	CHECK(toc_world_credential(s->w, "api_key", sha("a").b, s->now, &q, NULL) < 0);
	CHECK(toc_world_credential(s->w, "api_key", sha("token").b, s->now, &q, NULL) < 0);
	CHECK(toc_decide_sign_in(s->w, sha("token").b, sha("b").b, s->now, s->a, &s->v) < 0);
	CHECK(toc_decide_open_link(s->w, sha("a").b, sha("b").b, s->now, s->a, &s->v) < 0);
	stage_free(s);
}

CASE(the_scope_is_the_message_and_what_follows_of_its_incident)
{
	struct stage *s = stage_new();
	struct toc_principal p;
	struct toc_scope scope;

	CHECK(stage_play(s, "lantern.json", "29:00") == 0);
	CHECK(issue(s) == 0 && open_it(s, "a", &p) == 0);
	CHECK(toc_world_scope(s->w, p.session, &scope));
	CHECK(toc_scope_has(&scope, &stage_last(s, "M3.confirm", NULL)->e));
	CHECK(!toc_scope_has(&scope, &stage_last(s, "M3.propose", NULL)->e));
	CHECK(!toc_scope_has(&scope, &stage_last(s, "M4.send", NULL)->e));
	CHECK(toc_scope_has(&scope, &stage_last(s, "M7.match_count", NULL)->e));
	CHECK(!toc_scope_has(&scope, &stage_last(s, "session.open", NULL)->e));
	struct toc_principal owner = stage_principal(s, "PastePond/owner");
	CHECK(!toc_world_scope(s->w, owner.session, &scope));
	stage_free(s);
}

CASE(it_opens_again_and_the_record_says_so)
{
	struct stage *s = activated();
	struct toc_principal p, q;

	CHECK(issue(s) == 0 && open_it(s, "telephone", &p) == 0);
	CHECK(!toc_get(toc_get(stage_last(s, "session.open", NULL)->e.body, "decided"), "opened_before"));
	CHECK(open_it(s, "tablet", &q) == 0);
	CHECK_INT(toc_get_int(toc_get(stage_last(s, "session.open", NULL)->e.body, "decided"), "opened_before", 0), 1);
	CHECK(!toc_uuid_eq(p.session, q.session));
	CHECK(toc_world_credential(s->w, "link_session", sha("telephone").b, s->now, &p, NULL) == 0);
	CHECK(stage_consistent(s));
	for (int i = 2; i < 100; i++)
		CHECK(open_it(s, toc_arena_printf(s->a, "s%d", i).p, &q) == 0);
	CHECK(open_it(s, "one more", &q) < 0);
	stage_free(s);
}

CASE(it_ends_with_its_time_its_person_or_a_word_of_an_admin)
{
	struct stage *s = activated();
	struct toc_principal p;
	const char *revoke = "{\"type\":\"credential\",\"mode\":\"system\",\"body\":{\"step\":\"revoke\",\"credential\":\"" LINK "\"}}";

	CHECK(issue(s) == 0 && open_it(s, "a", &p) == 0);
	CHECK(stage_act(s, "AIRU/admin", "%s", revoke) < 0 && unknown(s, "body.credential"));
	CHECK(stage_act(s, "PastePond/partner", "%s", revoke) == 0);
	CHECK(toc_world_credential(s->w, "link_session", sha("a").b, s->now, &p, NULL) < 0);
	CHECK(open_it(s, "b", &p) < 0);
	CHECK(stage_act(s, "PastePond/partner", "%s", revoke) < 0 && unknown(s, "body.credential"));
	CHECK(stage_consistent(s));
	stage_free(s);

	s = activated();
	CHECK(issue(s) == 0 && open_it(s, "a", &p) == 0);
	toc_time began = s->now;
	s->now = toc_after(began, TOC_HOURS(4));
	CHECK(toc_world_credential(s->w, "link_session", sha("a").b, s->now, &p, NULL) < 0);
	CHECK(open_it(s, "b", &p) == 0);
	s->now = toc_after(began, TOC_HOURS(72));
	CHECK(toc_world_credential(s->w, "link_session", sha("b").b, s->now, &p, NULL) < 0);
	CHECK(open_it(s, "c", &p) < 0);
	stage_free(s);
}

CASE(a_link_is_for_what_its_person_may_read_and_not_for_ever)
{
	struct stage *s = activated();

	CHECK(issue_for(s, "PastePond/owner", "PastePond", stage_id(s, "M4.send", NULL), 72) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_BAD_VALUE);
	CHECK(issue_for(s, "PastePond/owner", "PastePond", stage_id(s, "M3.confirm", NULL), 24 * 8) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_BAD_VALUE);
	CHECK(issue_for(s, "PastePond/owner", "AIRU", stage_id(s, "M3.confirm", NULL), 72) < 0);
	stage_free(s);
}

/* ---- trials ---- */

/* By the admin of PastePond: a drill of how it is reached, or a test of the owner's e-mail. */
static int trial(struct stage *s, const char *more)
{
	return stage_act(s, "PastePond/partner", "{\"type\":\"M26\",\"mode\":\"system\",\"body\":{\"org\":\"PastePond\",\"point\":\"%s\",%s}}",
			 toc_uuid_str(s->a, toc_point_for(s->w, TOC_STR("PastePond"), TOC_FOR_ITL, s->now)->id).p, more);
}

static int answer_trial(struct stage *s, const struct toc_principal *p, const char *step, const char *member, const char *id)
{
	return by_link(s, p, toc_arena_printf(s->a, "{\"type\":\"M26\",\"mode\":\"system\",\"body\":{\"step\":\"%s\",\"org\":\"PastePond\",\"%s\":\"%s\"}}",
					      step, member, id).p);
}

#define DRILL "\"step\":\"drill\""
#define TEST "\"step\":\"test\",\"tested\":{\"contact\":0,\"channel\":\"e-mail\"}"

CASE(a_drill_is_answered_by_its_letter_and_its_time_counts)
{
	struct stage *s = stage_new();
	struct toc_principal p;
	struct toc_scope scope;

	CHECK(trial(s, DRILL) == 0);
	const char *drill = stage_id(s, "M26.drill", NULL);
	CHECK(issue_for(s, "PastePond/owner", "PastePond", drill, 72) == 0 && open_it(s, "a", &p) == 0);
	CHECK(toc_world_scope(s->w, p.session, &scope));
	CHECK(toc_scope_has(&scope, &stage_last(s, "M26.drill", NULL)->e));
	CHECK_INT(scope.from, stage_last(s, "M26.drill", NULL)->e.seq);
	stage_wait(s, TOC_SECONDS(90));
	CHECK(answer_trial(s, &p, "answer", "drill", drill) == 0);
	const struct stage_entry *e = stage_last(s, "M26.answer", "PastePond");
	CHECK(toc_scope_has(&scope, &e->e)); /* the page sees that it is done */
	CHECK(stage_reads(s, e, "PastePond", TOC_ROLE_CR, TOC_WHOLE));
	CHECK_TEXT(toc_get_text(e->actor, "channel"), "e-mail");
	const struct toc_point *point = toc_point_for(s->w, TOC_STR("PastePond"), TOC_FOR_ITL, s->now);
	CHECK_INT(point->drill_result, TOC_DRILL_PASSED);
	CHECK_INT(point->reaction_s, 90);
	CHECK(answer_trial(s, &p, "answer", "drill", drill) < 0 && unknown(s, "body.drill")); /* it is over */
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_test_of_an_address_is_answered_by_its_letter_without_a_code)
{
	struct stage *s = stage_new();
	struct toc_principal p;

	CHECK(trial(s, TEST) == 0);
	const char *test = stage_id(s, "M26.test", NULL);
	CHECK(issue_for(s, "PastePond/owner", "PastePond", test, 72) == 0 && open_it(s, "a", &p) == 0);
	CHECK(answer_trial(s, &p, "confirm", "test", test) == 0);
	const struct toc_point *point = toc_point_for(s->w, TOC_STR("PastePond"), TOC_FOR_ITL, s->now);
	CHECK_INT(point->chain[0].channels[0].state, TOC_CHANNEL_VERIFIED);
	CHECK(stage_consistent(s));
	stage_free(s);
}

CASE(a_letter_of_one_trial_answers_no_other_and_says_nothing_else)
{
	struct stage *s = stage_new();
	struct toc_principal p;

	CHECK(trial(s, DRILL) == 0 && trial(s, TEST) == 0);
	const char *drill = stage_id(s, "M26.drill", NULL), *test = stage_id(s, "M26.test", NULL);
	CHECK(issue_for(s, "PastePond/partner", "PastePond", test, 72) < 0); /* it is not their address */
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_BAD_VALUE);
	CHECK(issue_for(s, "GameNest/night responder", "GameNest", drill, 72) < 0);
	CHECK_INT(s->v.refusal.code, TOC_REFUSE_BAD_VALUE);
	CHECK(issue_for(s, "PastePond/owner", "PastePond", drill, 72) == 0 && open_it(s, "a", &p) == 0);
	CHECK(answer_trial(s, &p, "confirm", "test", test) < 0 && unknown(s, "body.test"));
	CHECK(by_link(s, &p, "{\"type\":\"M26\",\"mode\":\"system\",\"body\":{\"step\":\"duty\",\"org\":\"PastePond\",\"duty\":\"on\"}}") < 0 &&
	      unknown(s, "type"));
	stage_free(s);
}

RUN_CASES()
