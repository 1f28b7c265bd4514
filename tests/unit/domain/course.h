/* course.h: what happens while a crisis runs, in one line each: status, reports, debrief, retraction, recall. */
#ifndef TOC_TESTS_DOMAIN_COURSE_H
#define TOC_TESTS_DOMAIN_COURSE_H

#include "acts.h"

/* An M21 of the last hour. */
static TOC_UNUSED int status(struct stage *s, const char *who, const char *incident, const char *trend, const char *more)
{
	return stage_act(s, who,
			 "{\"type\":\"M21\",\"incident_ref\":\"%s\"," NO_PERSONAL
			 ",\"body\":{\"step\":\"send\",\"window\":{\"from\":\"%s\",\"until\":\"%s\"},"
			 "\"trend\":\"%s\"%s}}",
			 incident, now_of(s), now_of(s), trend, more);
}

static TOC_UNUSED const char *later(struct stage *s, int64_t minutes)
{
	toc_time at = toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now);
	return toc_time_str(s->a, toc_after(at, TOC_MINUTES(minutes))).p;
}

/* An M20 on the situation. */
static TOC_UNUSED int sitrep(struct stage *s, const char *who, const char *incident, const char *step, const char *more)
{
	return stage_act(s, who,
			 "{\"type\":\"M20\",\"incident_ref\":\"%s\"," NO_PERSONAL
			 ",\"body\":{\"kind\":\"situation\",\"step\":\"%s\",\"period\":{\"from\":\"%s\",\"until\":\"%s\"},"
			 "\"known\":\"x\",\"changed_since_last\":\"y\",\"not_confirmed\":\"z\",\"next_at\":\"%s\"%s}}",
			 incident, step, now_of(s), now_of(s), later(s, 600), more);
}

static TOC_UNUSED int contribute(struct stage *s, const char *who, const char *incident, const char *anonymous)
{
	return stage_act(s, who,
			 "{\"type\":\"M23\",\"incident_ref\":\"%s\"," NO_PERSONAL
			 ",\"body\":{\"step\":\"contribute\",\"what_worked\":\"the desks answered\","
			 "\"what_failed\":[{\"tag\":\"late\",\"text\":\"the warning\"}],\"anonymous_to_others\":%s}}",
			 incident, anonymous);
}

static TOC_UNUSED int final_report(struct stage *s, const char *who, const char *incident, const char *text)
{
	return stage_act(s, who,
			 "{\"type\":\"M23\",\"incident_ref\":\"%s\"," NO_PERSONAL
			 ",\"body\":{\"step\":\"final\",\"findings\":\"x\",\"actions\":[{\"what\":\"y\",\"owner\":\"HUB\","
			 "\"due\":\"2031-12-01T00:00:00Z\"}],\"rights_impact\":\"z\",\"public_draft\":\"%s\"}}",
			 incident, text);
}

static TOC_UNUSED int publish(struct stage *s, const char *who, const char *incident, const char *final, const char *text)
{
	return stage_act(s, who,
			 "{\"type\":\"M23\",\"incident_ref\":\"%s\"," NO_PERSONAL
			 ",\"body\":{\"step\":\"publish\",\"final_ref\":\"%s\",\"public_version\":\"%s\"}}",
			 incident, final, text);
}

/* A person of that organisation has acknowledged the message. */
static TOC_UNUSED int acknowledge(struct stage *s, const char *who, const char *message)
{
	const char *slash = strchr(who, '/');
	return stage_act(s, who,
			 "{\"type\":\"M19\"," NO_PERSONAL ",\"body\":{\"step\":\"human\",\"message_ref\":\"%s\","
			 "\"recipient_org\":\"%.*s\",\"channel\":\"console\",\"state\":\"acked\",\"at\":\"%s\","
			 "\"actor_kind\":\"human\"}}",
			 message, (int)(slash - who), who, now_of(s));
}

/* A machine of that organisation has it, as the server enters it. */
static TOC_UNUSED int delivered(struct stage *s, const char *org, const char *message)
{
	return stage_act(s, "",
			 "{\"type\":\"M19\",\"body\":{\"step\":\"machine\",\"message_ref\":\"%s\",\"recipient_org\":\"%s\","
			 "\"channel\":\"api\",\"state\":\"delivered\",\"at\":\"%s\",\"actor_kind\":\"machine\"}}",
			 message, org, now_of(s));
}

static TOC_UNUSED int recall(struct stage *s, const char *who, const char *message, const char *kind, const char *more)
{
	return stage_act(s, who,
			 "{\"type\":\"M25\"," NO_PERSONAL ",\"body\":{\"step\":\"recall\",\"message_ref\":\"%s\",\"kind\":\"%s\","
			 "\"instruction\":\"delete\"%s}}",
			 message, kind, more);
}

static TOC_UNUSED int confirm_recall(struct stage *s, const char *who, const char *recall)
{
	return stage_act(s, who,
			 "{\"type\":\"M25\"," NO_PERSONAL ",\"body\":{\"step\":\"confirm\",\"message_ref\":\"%s\","
			 "\"done\":\"deleted\"}}",
			 recall);
}

/* "machine person" that an organisation still owes of the newest message of this k. */
static TOC_UNUSED uint32_t owes(struct stage *s, const char *k, const char *org)
{
	const struct toc_confirming *c = toc_find_confirming(s->w, stage_last(s, k, NULL)->e.eid);

	for (uint32_t i = 0; c && i < c->n_owed; i++)
		if (toc_short_is(&c->owed[i].org, toc_str_of(org)))
			return c->owed[i].parts & ~c->owed[i].given;
	return 0;
}

static TOC_UNUSED const struct toc_value *decided_of(const struct stage_entry *e)
{
	return e ? toc_get(e->e.body, "decided") : NULL;
}

/* How often a deadline of this timer has passed. */
static TOC_UNUSED size_t passed(const struct stage *s, const char *timer)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += toc_str_is(s->ledger[i].e.k, "deadline.passed") &&
		     toc_get_is(toc_get(toc_get(s->ledger[i].e.body, "message"), "body"), "timer", timer);
	return n;
}

#endif
