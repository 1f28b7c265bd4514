/* stage_play.c: scenario files, played on a stage. */
#include "stage_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t stage_seconds(const char *t)
{
	int part[3] = { 0 }, n = 0;
	const char *p = t;

	for (; n < 3; p++) {
		part[n++] = (int)strtol(p, (char **)(uintptr_t)&p, 10);
		if (*p != ':')
			break;
	}
	return n == 3 ? part[0] * 3600 + part[1] * 60 + part[2] : part[0] * 60 + part[1];
}

/* "@mm:ss[+hh:mm]", "${name.id}", "${name.case}", "${me}", "ORG/title" of a contact. */
static struct toc_str expand(struct stage *s, struct toc_str text, const char *me)
{
	if (text.n > 1 && text.p[0] == '@') {
		const char *plus = memchr(text.p, '+', text.n);
		toc_time t = stage_time(
			s, toc_arena_cstr(s->a,
					  (struct toc_str){ text.p + 1,
							    (plus ? (size_t)(plus - text.p) : text.n) - 1 }));
		if (!plus)
			return toc_time_str(s->a, t);
		int hours = atoi(plus + 1);
		struct toc_str local = toc_time_str(s->a, toc_after(t, TOC_HOURS(hours)));
		return toc_arena_printf(s->a, "%.*s%.*s", (int)local.n - 1, local.p,
					(int)(text.p + text.n - plus), plus);
	}
	if (toc_str_is(text, "${me}"))
		return toc_uuid_str(s->a, stage_person(s, me));
	if (text.n > 3 && text.p[0] == '$' && text.p[1] == '{') {
		char name[64] = "", member[16] = "";
		sscanf(text.p, "${%63[^.].%15[^}]}", name, member);
		const struct stage_entry *e = stage_named(s, name);
		if (!e)
			abort();
		return toc_uuid_str(s->a, strcmp(member, "case") == 0	 ? e->e.case_ref
					  : strcmp(member, "incident") == 0 ? e->e.incident
									    : e->e.eid);
	}
	const struct toc_value *p = stage_find_person(s, text);
	return p ? toc_get_text(p, "id") : text;
}

static void expand_all(struct stage *s, struct toc_value *v, const char *me)
{
	if (v->kind == TOC_TEXT)
		v->text = expand(s, v->text, me);
	for (uint32_t i = 0; v->kind == TOC_LIST && i < v->n; i++)
		expand_all(s, v->items[i], me);
	for (uint32_t i = 0; v->kind == TOC_MAP && i < v->n; i++)
		expand_all(s, v->members[i].value, me);
}

static int play_step(struct stage *s, const struct toc_value *scenario, const struct toc_value *step)
{
	const char *who = toc_arena_cstr(s->a, toc_get_text(step, "who"));
	const struct toc_value *defaults = toc_get(scenario, "defaults"), *receipt = toc_get(step, "receipt");
	struct toc_value *m;

	s->name = toc_get_text(step, "name");
	if (receipt) { /* the keeper's way: the server enters what it was told */
		const struct stage_entry *about =
			stage_named(s, toc_arena_cstr(s->a, toc_get_text(receipt, "message")));
		char org[33];
		snprintf(org, sizeof org, "%.*s", (int)(strchr(who, '/') - who), who);
		return stage_act(s, "",
				 "{\"type\":\"M19\",\"body\":{\"step\":\"machine\",\"message_ref\":\"%s\","
				 "\"recipient_org\":\"%s\","
				 "\"channel\":\"api\",\"state\":\"delivered\",\"at\":\"%s\",\"actor_kind\":"
				 "\"machine\"}}",
				 toc_uuid_str(s->a, about->e.eid).p, org, toc_time_str(s->a, s->now).p);
	}
	if (!toc_get(step, "send") || toc_get_is(step, "prepare", "only"))
		return 0;
	m = toc_value_copy(s->a, toc_get(step, "send"));
	for (uint32_t i = 0; i < defaults->n; i++)
		if (!toc_get_str(m, defaults->members[i].name))
			toc_set_str(s->a, m, defaults->members[i].name,
				    toc_value_copy(s->a, defaults->members[i].value));
	expand_all(s, m, who);
	return stage_act_value(s, who, m);
}

static const struct toc_value *expected_refusal(const struct toc_value *step)
{
	const struct toc_value *list = toc_get(step, "expect");

	for (size_t i = 0; i < toc_len(list); i++)
		if (toc_get(toc_at(list, i), "refused"))
			return toc_get(toc_at(list, i), "refused");
	return NULL;
}

int stage_play(struct stage *s, const char *file, const char *until)
{
	const struct toc_value *scenario =
		stage_read(s->a, toc_arena_printf(s->a, "%s/server/exercises/%s", TOC_SOURCE_DIR, file).p);
	const struct toc_value *steps = toc_get(scenario, "steps");

	s->exercise = toc_id_of(toc_get_text(scenario, "exercise"));
	for (size_t i = 0; i < toc_len(steps); i++) {
		const char *t = toc_arena_cstr(s->a, toc_get_text(toc_at(steps, i), "t"));
		if (until && stage_seconds(t) > stage_seconds(until))
			break;
		s->name = TOC_STR("");
		stage_to(s, t);
		const struct toc_value *refused = expected_refusal(toc_at(steps, i));
		int r = play_step(s, scenario, toc_at(steps, i));
		if (refused && (r == 0 || !toc_str_eq(toc_get_text(refused, "code"),
						      toc_str_of(toc_refusal_wire(s->v.refusal.code))))) {
			fprintf(stderr, "stage: %s at %s: not refused as it should be\n", file, t);
			return -1;
		}
		if (r < 0 && !refused) {
			fprintf(stderr, "stage: %s at %s: %s %s %s\n", file, t,
				toc_refusal_wire(s->v.refusal.code), s->v.refusal.field, s->v.refusal.detail);
			return -1;
		}
		s->name = TOC_STR("");
		if (s->after_step)
			s->after_step(s);
	}
	return 0;
}
