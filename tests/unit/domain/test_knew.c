/* test_knew.c: what did an organisation know at a time: the fixed answers of the exercises' rules (h.1, h.2), computed
 * from the ledger alone. */
#include "course.h"

#include "message/knew.h"

/* The last entry that is of this moment, or before. */
static struct toc_value *knew(struct stage *s, const char *org, const char *t)
{
	struct toc_knew *k = toc_knew_new(s->a, toc_str_of(org));
	toc_time until = stage_time(s, t);

	for (size_t i = 0; i < s->n; i++) {
		const struct toc_entry *e = &s->ledger[i].e;
		const struct toc_value *decided = toc_get(e->body, "decided");
		struct toc_value *doc = toc_value_map(s->a);
		if (!toc_uuid_eq(e->exercise, s->exercise) || toc_before(until, toc_get_time(decided, "at", TOC_TIME_NEVER)))
			continue;
		toc_set_text(s->a, doc, "k", e->k);
		toc_set(s->a, doc, "at", toc_get(decided, "at"));
		toc_set_text(s->a, doc, "org", e->org);
		toc_set_id(s->a, doc, "id", e->eid);
		toc_set(s->a, doc, "message", toc_get(e->body, "message"));
		toc_set(s->a, doc, "decided", (struct toc_value *)(uintptr_t)decided);
		toc_knew_take(k, doc, false);
	}
	struct toc_value *answer = toc_knew_answer(k);
	toc_knew_free(k);
	return answer;
}

static const struct toc_value *running(struct stage *s, const struct toc_value *answer)
{
	const struct toc_value *all = toc_get(answer, "timers");
	struct toc_value *list = toc_value_list(s->a);

	for (size_t i = 0; i < toc_len(all); i++)
		if (toc_get_is(toc_at(all, i), "state", "running"))
			toc_push(s->a, list, toc_at(all, i));
	return list;
}

static bool is_at(struct stage *s, const struct toc_value *v, const char *name, const char *t)
{
	return toc_get_time(v, name, TOC_TIME_NEVER).us == stage_time(s, t).us;
}

static bool is_mailed(struct stage *s, const struct stage_entry *e)
{
	const struct toc_message *m = toc_find_message(s->w, e->e.eid);

	for (uint32_t i = 0; m && i < m->n_receipts; i++)
		if (toc_short_is(&m->receipts[i].org, TOC_STR("PastePond")))
			return true;
	return false;
}

/* PastePond's mail server takes what is sent to it two seconds later. */
static void mail(struct stage *s)
{
	static const char *const mailed[] = { "warning", "signals", "activation" };
	const struct stage_entry *e = NULL;

	for (size_t i = s->n; i-- > 0 && !e;)
		if (s->ledger[i].name.n)
			e = &s->ledger[i];
	for (size_t i = 0; e && i < sizeof mailed / sizeof *mailed; i++) {
		if (!toc_str_is(e->name, mailed[i]) || is_mailed(s, e))
			continue;
		toc_time at = toc_get_time(decided_of(e), "at", TOC_TIME_NEVER);
		int64_t seconds = (at.us - stage_time(s, "00:00").us) / 1000000 + 2;
		stage_to(s, toc_arena_printf(s->a, "%02d:%02d", (int)(seconds / 60), (int)(seconds % 60)).p);
		(void)stage_act(s, "",
				"{\"type\":\"M19\",\"body\":{\"step\":\"machine\",\"message_ref\":\"%s\",\"recipient_org\":\"PastePond\","
				"\"channel\":\"e-mail\",\"state\":\"delivered\",\"at\":\"%s\",\"actor_kind\":\"machine\"}}",
				toc_uuid_str(s->a, e->e.eid).p, now_of(s));
	}
}

CASE(pastepond_at_34_minutes_knew_three_messages_by_e_mail_and_one_deadline)
{
	static const struct {
		const char *k, *at, *delivered;
	} want[] = { { "M2.issue", "11:00", "11:02" }, { "M6.share", "12:30", "12:32" }, { "M3.confirm", "15:00", "15:02" } };
	struct stage *s = stage_new();
	s->after_step = mail;
	CHECK(stage_play(s, "lantern.json", "38:10") == 0);
	const struct toc_value *answer = knew(s, "PastePond", "34:00"), *messages = toc_get(answer, "messages");
	CHECK_INT(toc_len(messages), 3);
	for (size_t i = 0; i < 3; i++) {
		const struct toc_value *m = toc_at(messages, i), *d = toc_at(toc_get(m, "delivered"), 0);
		CHECK_TEXT(toc_get_text(m, "k"), want[i].k);
		CHECK(is_at(s, m, "at", want[i].at));
		CHECK_TEXT(toc_get_text(d, "channel"), "e-mail");
		CHECK(is_at(s, d, "at", want[i].delivered));
		CHECK(!toc_len(toc_get(m, "seen")) && !toc_len(toc_get(m, "acknowledged")));
	}
	CHECK_INT(toc_len(toc_get(answer, "own")), 0);
	const struct toc_value *timers = running(s, answer), *t19 = toc_at(timers, 0);
	CHECK_INT(toc_len(timers), 1);
	CHECK_TEXT(toc_get_text(t19, "timer"), "T19");
	CHECK(is_at(s, t19, "starts", "15:00") && is_at(s, t19, "deadline", "45:00"));
	CHECK_INT(toc_len(toc_get(t19, "steps")), 1);
	CHECK(is_at(s, toc_at(toc_get(t19, "steps"), 0), "at", "30:00"));
	CHECK_TEXT(toc_get_text(toc_at(toc_get(t19, "steps"), 0), "channel"), "phone");
	stage_free(s);
}

CASE(at_36_minutes_the_order_and_its_hour_besides)
{
	struct stage *s = stage_new();
	s->after_step = mail;
	CHECK(stage_play(s, "lantern.json", "38:10") == 0);
	const struct toc_value *answer = knew(s, "PastePond", "36:00"), *messages = toc_get(answer, "messages"),
			       *timers = running(s, answer);
	CHECK_INT(toc_len(messages), 4);
	CHECK_TEXT(toc_get_text(toc_at(messages, 3), "k"), "M10.issue");
	CHECK(is_at(s, toc_at(toc_get(toc_at(messages, 3), "delivered"), 0), "at", "35:32"));
	CHECK_INT(toc_len(toc_get(toc_at(messages, 3), "seen")), 0);
	CHECK_INT(toc_len(timers), 2);
	CHECK_TEXT(toc_get_text(toc_at(timers, 1), "timer"), "T1");
	CHECK(is_at(s, toc_at(timers, 1), "starts", "35:32") && is_at(s, toc_at(timers, 1), "deadline", "95:32"));
	/* after the call the activation is acknowledged, by the owner, and nothing runs but the hour */
	answer = knew(s, "PastePond", "38:10");
	CHECK_INT(toc_len(toc_get(toc_at(toc_get(answer, "messages"), 2), "acknowledged")), 1);
	CHECK_TEXT(toc_get_text(toc_at(toc_get(answer, "timers"), 0), "state"), "met");
	stage_free(s);
}

CASE(airu_knew_nothing_before_the_redirect_and_then_all_of_it)
{
	static const char *const carried[] = { "M4.send", "M5.ack", "M5.ack", "M5.accept", "M5.answer" };
	struct stage *s = stage_new();
	CHECK(stage_play(s, "quiet-bell.json", "19:00") == 0);
	const struct toc_value *answer = knew(s, "AIRU", "15:59");
	CHECK_INT(toc_len(toc_get(answer, "messages")), 0);
	CHECK_INT(toc_len(toc_get(answer, "timers")), 0);
	answer = knew(s, "AIRU", "16:30");
	const struct toc_value *messages = toc_get(answer, "messages"), *m29 = toc_at(messages, 1);
	CHECK_INT(toc_len(messages), 2);
	CHECK_TEXT(toc_get_text(toc_at(messages, 0), "k"), "M5.redirect");
	CHECK_TEXT(toc_get_text(m29, "k"), "M29.disclose");
	CHECK_INT(toc_len(toc_get(m29, "entries")), 5);
	for (size_t i = 0; i < 5; i++)
		CHECK_TEXT(toc_get_text(toc_at(toc_get(m29, "entries"), i), "k"), carried[i]);
	CHECK_INT(toc_len(toc_get(answer, "timers")), 1);
	CHECK_TEXT(toc_get_text(toc_at(toc_get(answer, "timers"), 0), "timer"), "T17");
	CHECK(is_at(s, toc_at(toc_get(answer, "timers"), 0), "deadline", "21:00"));
	/* the platform knows its own draft, and the times that its notification started */
	answer = knew(s, "GameNest", "04:30");
	CHECK_TEXT(toc_get_text(toc_at(toc_get(answer, "own"), 0), "k"), "M4.draft");
	CHECK_INT(toc_len(running(s, answer)), 1);
	stage_free(s);
}

CASE(what_was_recalled_is_said_to_be)
{
	struct stage *s = begun();
	CHECK_INT(warn(s, "HUB/lead", assessed(s), ""), 0);
	const char *m2 = id_of(s, "M2.issue");
	stage_to(s, "02:00");
	CHECK_INT(recall(s, "HUB/lead", m2, "sent_to_wrong_audience", ",\"from\":[\"LoopReel\"]"), 0);
	const struct toc_value *messages = toc_get(knew(s, "LoopReel", "03:00"), "messages");
	CHECK_INT(toc_len(messages), 2);
	CHECK(is_at(s, toc_at(messages, 0), "recalled", "02:00"));
	CHECK(!toc_get(toc_at(toc_get(knew(s, "LoopReel", "01:30"), "messages"), 0), "recalled"));
	CHECK(!toc_get(toc_at(toc_get(knew(s, "GameNest", "03:00"), "messages"), 0), "recalled"));
	stage_free(s);
}

RUN_CASES()
