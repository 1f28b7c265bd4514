/* acts.h: what people do in a crisis, in one line each, and what is asked of the answer: for the cases of
 * test_incident.c and test_decision.c. */
#ifndef TOC_TESTS_DOMAIN_ACTS_H
#define TOC_TESTS_DOMAIN_ACTS_H

#include "check.h"
#include "crisis.h"

#include "message/catalogue.h"
#include "message/json.h"

#define TOC_UNUSED __attribute__((unused))

#define NO_PERSONAL CRISIS_NO_PERSONAL

static TOC_UNUSED const char *now_of(struct stage *s)
{
	return toc_time_str(s->a, toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now)).p;
}

static TOC_UNUSED int report(struct stage *s, const char *who, const char *change)
{
	return stage_act_value(s, who, crisis_report(s, change));
}

static TOC_UNUSED int warn(struct stage *s, const char *who, const char *incident, const char *change)
{
	return stage_act_value(s, who, crisis_warning(s, incident, change));
}

static TOC_UNUSED int decide(struct stage *s, const char *who, const char *incident, const char *decision,
		  const char *change)
{
	return stage_act_value(s, who, crisis_decision(s, who, incident, decision, change));
}

static TOC_UNUSED int answer(struct stage *s, const char *who, const char *incident, const char *decision,
		  const char *step, const char *proposal)
{
	return stage_act(s, who,
			 "{\"type\":\"M3\",\"incident_ref\":\"%s\"," NO_PERSONAL
			 ",\"body\":{\"decision\":\"%s\",\"step\":\"%s\","
			 "\"proposal_ref\":\"%s\"%s}}",
			 incident, decision, step, proposal,
			 strcmp(step, "confirm") ? ",\"reason\":\"x\"" : "");
}

/* A confirmation that repeats these members of the proposal. */
static TOC_UNUSED int repeats(struct stage *s, const char *who, const char *incident, const char *decision,
		  const char *proposal, const char *members)
{
	return stage_act(s, who,
			 "{\"type\":\"M3\",\"incident_ref\":\"%s\"," NO_PERSONAL
			 ",\"body\":{\"decision\":\"%s\",\"step\":\"confirm\","
			 "\"proposal_ref\":\"%s\",%s}}",
			 incident, decision, proposal, members);
}

static TOC_UNUSED int tie(struct stage *s, const char *who, const char *incident, const char *step, const char *ref,
	       const char *kind, const char *to)
{
	return stage_act(s, who,
			 "{\"type\":\"M1\",\"audience\":[],\"incident_ref\":\"%s\"," NO_PERSONAL
			 ",\"body\":{\"step\":\"%s\",\"links\":["
			 "{\"ref\":\"%s\",\"kind\":\"%s\",\"to\":\"%s\"}]}}",
			 incident, step, ref, kind, to);
}

/* Hub and operator suspend an organisation ("true"), or have it back ("false"). */
static TOC_UNUSED int suspension(struct stage *s, const char *org, const char *suspended)
{
	static const char *const who[] = { "HUB/admin", "OPS/admin" };
	const char *first = NULL;

	for (size_t i = 0; i < 2; i++) {
		struct toc_value *m = stage_message(s, "{\"type\":\"org\"," NO_PERSONAL "}");
		toc_set(s->a, m, "body", stage_parse(s, toc_arena_printf(s->a, "{\"step\":\"suspend\",\"code\":\"%s\",\"suspended\":%s}", org, suspended)));
		if (first)
			toc_set_cstr(s->a, m, "supersedes", first);
		if (stage_act_value(s, who[i], m) < 0)
			return -1;
		first = stage_id(s, "org.suspend", NULL);
	}
	return 0;
}

#define REFUSED(act, why, where)                                                                             \
	do {                                                                                                 \
		CHECK((act) < 0);                                                                            \
		CHECK_INT(s->v.refusal.code, TOC_REFUSE_##why);                                              \
		CHECK_TEXT(toc_str_of(s->v.refusal.field), where);                                           \
		CHECK_INT(s->v.n, 0);                                                                        \
	} while (0)

static TOC_UNUSED const char *incident_of(struct stage *s, const struct stage_entry *e)
{
	return e ? toc_uuid_str(s->a, e->e.incident).p : "";
}

static TOC_UNUSED const struct toc_incident *find(struct stage *s, const char *id)
{
	return toc_find_incident(s->w, toc_id_of(toc_str_of(id)));
}

static TOC_UNUSED uint32_t state_of(struct stage *s, const char *id)
{
	const struct toc_incident *i = find(s, id);
	return i ? i->state : TOC_INCIDENT_NONE;
}

static TOC_UNUSED const char *id_of(struct stage *s, const char *k)
{
	return stage_id(s, k, NULL);
}

/* An incident that AIRU has reported to HUB and BFP, taken up by the hub. */
static TOC_UNUSED const char *assessed(struct stage *s)
{
	CHECK_INT(report(s, "AIRU/duty officer", ""), 0);
	const char *id = incident_of(s, stage_last(s, "M1.report", "AIRU"));
	CHECK_INT(decide(s, "HUB/lead", id, "assess", ""), 0);
	return id;
}

static TOC_UNUSED const char *active(struct stage *s)
{
	const char *id = assessed(s);
	CHECK_INT(decide(s, "AIRU/duty officer", id, "activate", ""), 0);
	CHECK_INT(answer(s, "HUB/lead", id, "activate", "confirm", id_of(s, "M3.propose")), 0);
	CHECK_INT(state_of(s, id), TOC_INCIDENT_ACTIVE);
	return id;
}

static TOC_UNUSED struct stage *begun(void)
{
	struct stage *s = stage_new();
	stage_to(s, "01:00");
	return s;
}

#endif
