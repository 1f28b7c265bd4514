/* stage_play.c: scenario files, played on a stage: what is refused and what every timer does is as the file expects; the rest of its
 * expectations are about who receives what, and are looked at over the wire. */
#include "stage_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/json.h"

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

/* The timer of that name that a named step started, itself or by what the server entered with it. */
static struct toc_str started_by(struct stage *s, const struct stage_entry *e, const char *timer)
{
	for (const struct stage_entry *end = s->ledger + s->n; e < end; e++) {
		const struct toc_value *v = stage_decided(e, "timers_started", "timer", timer);
		if (v)
			return toc_get_text(v, "id");
	}
	abort();
}

/* "@mm:ss[+hh:mm]", "${name.id}", "${name.case}", "${name.T30}", "${me}", "ORG/title" of a contact. */
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
		if (member[0] == 'T')
			return started_by(s, e, member);
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

/* ---- what is expected of timers ---- */

struct life {
	bool started, stopped, met, passed;
	int64_t took_ms;
	toc_time deadline;
};

/* Some bind nobody: an empty desk. */
static bool is_timer(const struct toc_value *v, struct toc_str timer, struct toc_str desk)
{
	return toc_str_eq(toc_get_text(v, "timer"), timer) && toc_str_eq(toc_get_text(v, "desk"), desk);
}

static const struct toc_value *in_list(const struct stage_entry *e, const char *list, struct toc_str timer, struct toc_str desk)
{
	const struct toc_value *items = toc_get(toc_get(e->e.body, "decided"), list);

	for (size_t i = 0; i < toc_len(items); i++)
		if (is_timer(toc_at(items, i), timer, desk))
			return toc_at(items, i);
	return NULL;
}

/* The newest life of the timer: that of the last entry that starts one of this name for this desk. */
static struct life life_of(const struct stage *s, struct toc_str timer, struct toc_str desk)
{
	struct life l = { 0 };

	for (size_t i = 0; i < s->n; i++) {
		const struct stage_entry *e = &s->ledger[i];
		const struct toc_value *started = in_list(e, "timers_started", timer, desk),
				       *stopped = in_list(e, "timers_stopped", timer, desk);
		if (!toc_uuid_eq(e->e.exercise, s->exercise))
			continue;
		if (stopped) {
			l.stopped = true;
			l.met = toc_get_bool(stopped, "met");
			l.took_ms = toc_get_int(stopped, "took_ms", -1);
		}
		if (started)
			l = (struct life){ .started = true, .deadline = toc_get_time(started, "deadline", TOC_TIME_NEVER) };
		l.passed |= toc_str_is(e->e.k, "deadline.passed") && is_timer(toc_get(e->whole, "body"), timer, desk);
	}
	return l;
}

static bool is_so(struct stage *s, const struct toc_value *want)
{
	struct life l = life_of(s, toc_get_text(want, "id"), toc_get_text(want, "desk"));
	const char *state = toc_arena_cstr(s->a, toc_get_text(want, "state")), *took = toc_arena_cstr(s->a, toc_get_text(want, "took"));
	toc_time deadline;

	if (strcmp(state, "none") == 0) /* whatever `since` says: not in these exercises before either */
		return !l.started || toc_get(want, "since");
	if (toc_get(want, "deadline") &&
	    (toc_time_parse(expand(s, toc_get_text(want, "deadline"), ""), &deadline, NULL) < 0 || deadline.us != l.deadline.us))
		return false;
	if (*took && l.took_ms != 1000 * stage_seconds(took))
		return false;
	return strcmp(state, "running") == 0 ? l.started && !l.stopped
	       : strcmp(state, "met") == 0     ? l.stopped && l.met
	       : strcmp(state, "missed") == 0  ? l.passed || (l.stopped && !l.met)
					       : l.stopped;
}

/* Every `timer` of a step that came out otherwise. */
static int wrong_timers(struct stage *s, const struct toc_value *step)
{
	const struct toc_value *list = toc_get(step, "expect");
	int wrong = 0;

	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *want = toc_get(toc_at(list, i), "timer");
		if (!want || is_so(s, want))
			continue;
		fprintf(stderr, "stage: step %s: not so: %s\n", toc_arena_cstr(s->a, toc_get_text(step, "name")), toc_json_str(s->a, want).p);
		wrong++;
	}
	return wrong;
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
	int wrong = 0;

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
		wrong += wrong_timers(s, toc_at(steps, i));
		if (s->after_step)
			s->after_step(s);
	}
	return wrong ? -1 : 0;
}
