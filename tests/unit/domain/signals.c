/* signals.c: see signals.h. */
#include "signals.h"

#include <stdio.h>
#include <stdlib.h>

struct toc_uuid signals_incident(struct stage *s)
{
	return stage_named(s, "report1")->e.incident;
}

struct stage *signals_stage(void)
{
	struct stage *s = stage_new();

	if (stage_play(s, "lantern.json", "11:00") < 0) /* to the early warning, which everybody gets */
		abort();
	stage_to(s, "20:00");
	return s;
}

const struct toc_item *signals_item(struct stage *s, const char *name)
{
	const struct toc_item *i =
		toc_find_item(s->w, toc_item_id(TOC_MODE_EXERCISE, s->exercise, toc_id_of(toc_str_of(name))));

	if (!i) {
		fprintf(stderr, "signals: there is no item %s\n", name);
		abort();
	}
	return i;
}

#define IMPERSONAL                                                                                           \
	"\"personal_data\":{\"level\":\"none\",\"categories\":[]},\"precedence\":\"routine\",\"ack_"         \
	"required\":false"

struct toc_value *signals_message(struct stage *s, const char *step, const char *audience, const char *items,
				  const char *about)
{
	return stage_message(
		s, toc_arena_printf(s->a,
				    "{\"type\":\"M6\",\"incident_ref\":\"%s\",\"audience\":[%s]," IMPERSONAL
				    ",\"body\":{\"step\":\"%s\",\"items\":[%s],%s}}",
				    toc_uuid_str(s->a, signals_incident(s)).p, audience, step, items, about)
			   .p);
}

int signals_share(struct stage *s, const char *who, const char *audience, const char *items,
		  const char *about)
{
	return stage_act_value(s, who, signals_message(s, "share", audience, items, about));
}

int signals_scope(struct stage *s, const char *who, const char *scopes)
{
	return stage_act(s, who,
			 "{\"type\":\"M6\",\"incident_ref\":\"%s\",\"audience\":[]," IMPERSONAL
			 ",\"body\":{\"step\":\"scope\",\"scopes\":[%s]}}",
			 toc_uuid_str(s->a, signals_incident(s)).p, scopes);
}

int signals_report(struct stage *s, const char *who, const char *item, const char *kind, const char *more)
{
	return stage_act(
		s, who, "{\"type\":\"M7\"," IMPERSONAL ",\"body\":{\"kind\":\"%s\",\"item_ref\":\"%s\"%s%s}}",
		kind, item, *more ? "," : "", more);
}

const struct toc_value *signals_known(struct stage *s, const char *who, const char *items)
{
	const struct toc_value *prepared =
		stage_prepare(s, who, signals_message(s, "share", TO_ALL, items, ABOUT));

	if (!prepared) {
		fprintf(stderr, "signals: prepare is refused: %s %s\n", s->v.refusal.field,
			s->v.refusal.detail);
		abort();
	}
	return toc_get(prepared, "known");
}
