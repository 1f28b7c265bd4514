/* crisis.c: see crisis.h. */
#include "crisis.h"

#include <string.h>

/* A member of the message or its body is replaced by what `change` holds; null takes it away. */
static struct toc_value *changed(struct stage *s, struct toc_value *m, const char *change)
{
	struct toc_value *c = stage_message(s, toc_arena_printf(s->a, "{%s}", change).p),
			 *body = toc_get(m, "body");

	for (uint32_t i = 0; i < c->n; i++) {
		const char *name = toc_arena_cstr(s->a, c->members[i].name);
		struct toc_value *v = c->members[i].value, *in = m;
		if (strncmp(name, "body.", 5) == 0) {
			name += 5;
			in = body;
		}
		toc_unset(in, name);
		if (v->kind != TOC_NULL)
			toc_set(s->a, in, name, v);
	}
	return m;
}

static const char *now_of(struct stage *s)
{
	return toc_time_str(s->a, toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now)).p;
}

struct toc_value *crisis_report(struct stage *s, const char *change)
{
	struct toc_str text = toc_arena_printf(
		s->a,
		"{\"type\":\"M1\",\"audience\":[\"HUB\",\"BFP\"]," CRISIS_NO_PERSONAL
		",\"body\":{\"step\":\"report\",\"headline\":\"x\","
		"\"event_time\":{\"from\":\"%s\",\"precision\":\"exact\"},\"event_place\":{\"cc\":\"XA\","
		"\"locality\":\"Veldermouth\"},"
		"\"ongoing\":\"yes\",\"online_component\":[\"live\"],\"producer\":\"unknown\",\"criteria\":"
		"[" CRISIS_CRITERIA("yes") "],"
					   "\"victims_visible\":\"no\",\"minor_involved\":\"no\"}}",
		now_of(s));
	return changed(s, stage_message(s, text.p), change);
}

struct toc_value *crisis_warning(struct stage *s, const char *incident, const char *change)
{
	toc_time update =
		toc_after(toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now), TOC_MINUTES(30));
	struct toc_str text = toc_arena_printf(s->a,
					       "{\"type\":\"M2\",\"incident_ref\":\"%s\"," CRISIS_NO_PERSONAL
					       ",\"body\":{\"step\":\"issue\",\"headline\":\"x\","
					       "\"what_is_known\":\"x\",\"what_is_not_known\":\"y\","
					       "\"confidence\":\"likely\",\"requested_action\":\"prepare\","
					       "\"next_update_by\":\"%s\"}}",
					       incident, toc_time_str(s->a, update).p);
	return changed(s, stage_message(s, text.p), change);
}

const char crisis_decline[] =
	"\"body.step\":\"decline\",\"body.headline\":null,\"body.what_is_known\":null,\"body.what_is_not_"
	"known\":null,"
	"\"body.confidence\":null,\"body.requested_action\":null,\"body.next_update_by\":null,"
	"\"body.reason_code\":\"no_terrorism_link\",\"body.criteria\":[" CRISIS_CRITERIA("no") "]";

struct toc_value *crisis_decision(struct stage *s, const char *who, const char *incident,
				  const char *decision, const char *change)
{
	toc_time at = toc_clock_at(toc_find_exercise(s->w, s->exercise), s->now);
	bool activates = strcmp(decision, "activate") == 0 || strcmp(decision, "reopen") == 0;
	bool scoped = activates || strcmp(decision, "change") == 0,
	     reviewed = scoped || strcmp(decision, "wind_down") == 0,
	     rights = scoped || strcmp(decision, "close") == 0,
	     ends = strcmp(decision, "close") == 0 || strcmp(decision, "wind_down") == 0;
	struct toc_str text = toc_arena_printf(
		s->a,
		"{\"type\":\"M3\",\"incident_ref\":\"%s\"," CRISIS_NO_PERSONAL
		",\"body\":{\"decision\":\"%s\",\"step\":\"propose\","
		"\"reason\":\"x\"%s%s%s%s%s%s%s%s%s}}",
		incident, decision,
		strncmp(decision, "ass", 3) == 0
			? toc_arena_printf(s->a, ",\"assignee\":\"%s\"",
					   toc_uuid_str(s->a, stage_person(s, who)).p)
				  .p
			: "",
		activates ? ",\"activation_type\":\"perpetrator_content\",\"vocabulary_version\":1,"
			    "\"criteria_answers\":[" CRISIS_CRITERIA("yes") "]"
			  : "",
		scoped ? ",\"scope\":{\"content_types\":[\"video\"],\"services\":[],\"states\":[\"XA\"],"
			 "\"languages\":[]}"
		       : "",
		reviewed ? toc_arena_printf(s->a, ",\"review_at\":\"%s\"",
					    toc_time_str(s->a, toc_after(at, TOC_HOURS(24))).p)
				   .p
			 : "",
		rights ? ",\"fundamental_rights_note\":\"x\"" : "",
		ends ? ",\"closing_checklist\":{\"open_points\":[],\"items\":[{\"code\":\"event_over\","
		       "\"answer\":\"yes\"},"
		       "{\"code\":\"volume_falling\",\"answer\":\"unknown\"},{\"code\":\"no_open_threat\","
		       "\"answer\":\"yes\"},"
		       "{\"code\":\"no_running_order\",\"answer\":\"yes\"}]}"
		     : "",
		strcmp(decision, "close") == 0 ? ",\"all_clear\":\"x\"" : "",
		strcmp(decision, "not_activate") == 0 ? ",\"reason_code\":\"false_report\"" : "",
		strcmp(decision, "link_activation") == 0 ? ",\"linked_activations\":[{\"body\":\"B\","
							   "\"mechanism\":\"M\",\"state\":\"active\"}]"
							 : "");
	return changed(s, stage_message(s, text.p), change);
}
