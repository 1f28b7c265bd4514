/* fences.h: deconfliction checks and referrals on a stage, in one line each. Times are LANTERN's: at 14:30:00Z it is
 * T+32:00. */
#ifndef TOC_TESTS_DOMAIN_FENCES_H
#define TOC_TESTS_DOMAIN_FENCES_H

#include "acts.h"

#define PASTE "https://pastepond.example/p/88213"
#define SUBJECT(kind, value) "{\"kind\":\"" kind "\",\"value\":\"" value "\"}"

static TOC_UNUSED struct stage *at_32(void)
{
	struct stage *s = stage_new();
	stage_to(s, "32:00");
	return s;
}

/* A check of these subjects, to be answered by T+34:00; `more` are JSON members of its body, or "". */
static TOC_UNUSED int check(struct stage *s, const char *who, const char *subjects, const char *action, const char *more)
{
	return stage_act(s, who,
			 "{\"type\":\"M18\",\"ack_required\":false," NO_PERSONAL
			 ",\"body\":{\"step\":\"check\",\"subjects\":[%s],\"intended_action\":\"%s\","
			 "\"planned_at\":\"2031-05-17T14:33:30Z\",\"answer_by\":\"2031-05-17T14:32:00Z\"%s}}",
			 subjects, action, more);
}

/* An enquiry that wants to be asked, for as long as the exercise lasts. */
static TOC_UNUSED int enquire(struct stage *s, const char *who, const char *subjects)
{
	return check(s, who, subjects, "enquiry", ",\"concerned_until\":\"2031-06-17T00:00:00Z\"");
}

static TOC_UNUSED int check_answer(struct stage *s, const char *who, const char *id, const char *says, const char *more)
{
	return stage_act(s, who,
			 "{\"type\":\"M18\",\"ack_required\":false," NO_PERSONAL
			 ",\"body\":{\"step\":\"answer\",\"check_ref\":\"%s\",\"answer\":\"%s\"%s}}",
			 id, says, more);
}

static TOC_UNUSED int check_decide(struct stage *s, const char *who, const char *id, const char *decision, bool considered)
{
	return stage_act(s, who,
			 "{\"type\":\"M18\",\"ack_required\":false," NO_PERSONAL
			 ",\"body\":{\"step\":\"decide\",\"check_ref\":\"%s\",\"decision\":\"%s\","
			 "\"due_consideration\":%s}}",
			 id, decision, considered ? "true" : "false");
}

static TOC_UNUSED const struct toc_check *check_of(struct stage *s, const char *id)
{
	return toc_find_check(s->w, toc_id_of(toc_str_of(id)));
}

static TOC_UNUSED enum toc_check_outcome outcome_of(struct stage *s, const char *id)
{
	return toc_check_outcome(check_of(s, id), toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now));
}

static TOC_UNUSED int refer(struct stage *s, const char *who, const char *audience, const char *more)
{
	return stage_act(s, who,
			 "{\"type\":\"M17\",\"ack_required\":false,\"precedence\":\"routine\",\"audience\":[%s],"
			 "\"body\":{\"step\":\"send\",\"voluntary\":true,\"urls\":[\"" PASTE "\",\"" PASTE
			 "?b=2\"],\"why\":\"It praises the attack.\"%s}}",
			 audience, more);
}

static TOC_UNUSED int answer_referral(struct stage *s, const char *who, const char *id, const char *says, const char *more)
{
	return stage_act(s, who,
			 "{\"type\":\"M17\",\"ack_required\":false," NO_PERSONAL
			 ",\"body\":{\"step\":\"answer\",\"referral_ref\":\"%s\",\"answer\":\"%s\","
			 "\"at\":\"2031-05-17T14:30:00Z\"%s}}",
			 id, says, more);
}

#endif
