/* act.c: what a play does: it moves the exercise's clock, sends each step's message in the name of its actor,
 * or waits for the person who has taken the actor over. */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "cli/play.h"
#include "message/catalogue.h"
#include "message/json.h"

/* ---- waiting ---- */

int64_t play_in_seconds(long s)
{
	return toc_clock_mono_us() + s * 1000000LL;
}

/* One turn of the loop. @return 0, or -1 when interrupted */
int play_turn(struct play *p, int most_ms)
{
	if (cli_interrupted || tocsin_step(p->t, most_ms) < 0) {
		p->result = CLI_EXIT_INTERRUPTED;
		return -1;
	}
	return 0;
}

static void on_answer(void *user, const struct tocsin_answer *answer)
{
	struct play *p = user;
	struct toc_refusal refusal;
	p->answered = true;
	p->outcome = answer->outcome;
	p->answer = NULL;
	struct toc_str json = toc_arena_str(p->a, (struct toc_str){ answer->json, answer->json_bytes });
	if (json.n && toc_json_parse(p->a, json, json.n, 48, &p->answer, &refusal) < 0)
		p->answer = NULL;
	if (answer->seq > p->newest)
		p->newest = answer->seq;
	struct scenario_binding *b = p->answer_to;
	if (!b || answer->outcome != TOCSIN_ACCEPTED)
		return;
	b->seq = answer->seq;
	snprintf(b->case_ref, sizeof b->case_ref, "%s", answer->case_ref);
	snprintf(b->incident_ref, sizeof b->incident_ref, "%s", answer->incident_ref);
	if (toc_time_parse(toc_get_text(p->answer, "at"), &b->at, NULL) < 0)
		b->at = TOC_TIME_NEVER;
}

/* Envelope and body, complete, as this actor sends it. */
static struct toc_value *complete(struct play *p, const struct actor *who, const struct toc_value *given,
				  toc_time at, bool with_defaults)
{
	struct toc_error error;
	struct toc_value *m, *d = NULL;
	p->names.me = toc_str_of(who->person);
	if (scenario_resolve(p->a, &p->names, given, &m, &error) < 0 ||
	    (p->s.defaults && with_defaults &&
	     scenario_resolve(p->a, &p->names, p->s.defaults, &d, &error) < 0)) {
		(void)play_give_up(p, CLI_EXIT_EXPECTATION, "step %.*s: %s",
				   TOC_STR_ARGS(p->s.steps[p->at].name), error.text);
		return NULL;
	}
	for (uint32_t i = 0; d && i < d->n; i++)
		if (!toc_get_str(m, d->members[i].name))
			toc_set_str(p->a, m, d->members[i].name, d->members[i].value);
	toc_set_cstr(p->a, m, "mode", "exercise");
	toc_set_text(p->a, m, "exercise_ref", p->names.exercise);
	if (!toc_get(m, "sent_at"))
		toc_set_text(p->a, m, "sent_at", toc_time_str(p->a, at));
	return m;
}

/* Send, or only prepare, and wait for the answer. @return 0 (also when refused), -1 when the play is over */
static int ask(struct play *p, struct actor *who, struct toc_value *message, struct scenario_binding *b,
	       bool prepare)
{
	struct toc_str json = toc_json_str(p->a, message);
	struct tocsin_error error;
	int64_t until = play_in_seconds(p->patience_s);

	p->answered = false;
	p->answer_to = b;
	int r = prepare ? tocsin_prepare(who->connection, json.p, json.n, on_answer, p, &error)
			: tocsin_send(who->connection, json.p, json.n, on_answer, p, b ? b->id : NULL, &error);
	if (r < 0)
		return play_give_up(p, CLI_EXIT_USAGE, "%s", error.text);
	while (!p->answered) {
		if (play_turn(p, 200) < 0)
			return -1;
		if (toc_clock_mono_us() > until)
			return play_give_up(p, CLI_EXIT_AWAY, "%s/%s: no answer within %ld s%s%s", who->org,
					    who->title, p->patience_s, who->why[0] ? ": " : "", who->why);
	}
	p->answer_to = NULL;
	return 0;
}

/* ---- the clock ---- */

static int control(struct play *p, struct toc_value *body)
{
	struct toc_value *m = toc_value_map(p->a), *none = toc_value_map(p->a);
	toc_set_cstr(p->a, none, "level", "none");
	toc_set(p->a, none, "categories", toc_value_list(p->a));
	toc_set_cstr(p->a, m, "type", "exercise");
	toc_set_cstr(p->a, m, "tlp", "GREEN");
	toc_set_cstr(p->a, m, "precedence", "routine");
	toc_set_bool(p->a, m, "ack_required", false);
	toc_set_cstr(p->a, m, "lang", "en");
	toc_set(p->a, m, "personal_data", none);
	toc_set(p->a, m, "legal_basis", toc_value_list(p->a));
	toc_set(p->a, m, "also_reported_to", toc_value_list(p->a));
	toc_set(p->a, m, "body", body);
	m = complete(p, p->cast.control, m, toc_clock_now(), false);
	if (!m || ask(p, p->cast.control, m, NULL, false) < 0)
		return -1;
	if (p->outcome != TOCSIN_ACCEPTED)
		return play_give_up(p, CLI_EXIT_REFUSED, "exercise control: %.*s: %.*s",
				    TOC_STR_ARGS(toc_get_text(p->answer, "code")),
				    TOC_STR_ARGS(toc_get_text(p->answer, "detail")));
	return 0;
}

static struct toc_value *clock_body(struct play *p, const char *action)
{
	struct toc_value *body = toc_value_map(p->a);
	toc_set_cstr(p->a, body, "step", "clock");
	toc_set_cstr(p->a, body, "action", action);
	return body;
}

static toc_time scenario_now(const struct play *p)
{
	return p->speed ? (toc_time){ p->scenario_base.us +
				      (toc_clock_mono_us() - p->real_base_us) * p->speed }
			: p->scenario_base;
}

/* Where the exercise's clock stands, by the newest welcome of exercise control. */
static const struct toc_value *find_exercise(const struct play *p)
{
	const struct toc_value *list = toc_get(p->cast.control_welcome, "exercises");
	for (size_t i = 0; i < toc_len(list); i++)
		if (toc_str_eq(toc_get_text(toc_at(list, i), "id"), p->names.exercise))
			return toc_at(list, i);
	return NULL;
}

static int make_exercise(struct play *p)
{
	struct toc_value *body = toc_value_map(p->a), *participants = toc_value_list(p->a);
	p->names.exercise = toc_uuid_str(p->a, toc_uuid_random());
	toc_set_cstr(p->a, body, "step", "create");
	toc_set_text(p->a, body, "title", p->s.title);
	toc_set_text(p->a, body, "t0", toc_time_str(p->a, p->s.t0));
	for (size_t i = 0; i < p->cast.n; i++)
		if (strcmp(p->cast.actors[i].org, p->cast.control->org) != 0 &&
		    !toc_list_has(participants, toc_str_of(p->cast.actors[i].org)))
			toc_push_text(p->a, participants, toc_str_of(p->cast.actors[i].org));
	toc_set(p->a, body, "participants", participants);
	p->scenario_base = p->s.t0;
	return control(p, body);
}

int play_set_up_clock(struct play *p)
{
	const struct toc_value *x = find_exercise(p);
	toc_time at;
	if (p->cli->line.value[CLI_OPT_NEW]) {
		if (make_exercise(p) < 0)
			return -1;
	} else if (!x || toc_time_parse(toc_get_text(x, "at"), &at, NULL) < 0) {
		return play_give_up(p, CLI_EXIT_USAGE,
				    "the server has no exercise %.*s that %s controls: --new makes one",
				    TOC_STR_ARGS(p->names.exercise), p->cast.control->org);
	} else if (at.us > toc_after(p->s.t0, p->s.steps[0].t).us + 1000000 &&
		   at.us > toc_after(p->s.t0, p->s.steps[1 % p->s.n].t).us) {
		return play_give_up(p, CLI_EXIT_USAGE,
				    "the exercise has been played already, its clock stands at T+%.*s: --new "
				    "plays in one of its own",
				    TOC_STR_ARGS(scenario_time_str(p->a, toc_between(p->s.t0, at))));
	} else {
		p->scenario_base = at;
		if (toc_get_bool(x, "running") && !p->speed && control(p, clock_body(p, "stop")) < 0)
			return -1;
	}
	if (p->speed) {
		struct toc_value *body = clock_body(p, "run");
		toc_set_int(p->a, body, "rate_milli", p->speed * 1000);
		if (control(p, body) < 0)
			return -1;
		if (toc_time_parse(toc_get_text(p->answer, "at"), &at, NULL) == 0)
			p->scenario_base = at;
		p->real_base_us = toc_clock_mono_us();
	}
	return 0;
}

/* Bring the clock to the step: by a jump, or by waiting for it. */
int play_reach(struct play *p, const struct scenario_step *step)
{
	toc_time to = toc_after(p->s.t0, step->t);
	int64_t ahead_us = toc_between(scenario_now(p), to).us;
	if (!p->speed || (p->leap_s && ahead_us > p->leap_s * 1000000 * p->speed)) {
		if (ahead_us <= 0)
			return 0;
		struct toc_value *body = clock_body(p, "jump");
		toc_set_text(p->a, body, "to", toc_time_str(p->a, to));
		if (control(p, body) < 0)
			return -1;
		p->scenario_base = to;
		p->real_base_us = toc_clock_mono_us();
		return 0;
	}
	for (;;) {
		int64_t left_ms = (to.us - scenario_now(p).us) / p->speed / 1000 + 1;
		if (scenario_now(p).us >= to.us)
			return 0;
		if (play_turn(p, left_ms > 500 ? 500 : (int)left_ms) < 0)
			return -1;
	}
}

/* ---- acting ---- */

bool play_silent_gateway(void *user, const struct actor *gateway, const char *message_id)
{
	struct play *p = user;
	for (size_t i = 0; i < p->s.n; i++) {
		const struct scenario_step *s = &p->s.steps[i];
		const struct scenario_binding *b =
			s->receipt ? scenario_find(&p->names, toc_get_text(s->receipt, "message")) : NULL;
		if (b && !strcmp(b->id, message_id) && cast_find(&p->cast, s->who) == gateway)
			return true;
	}
	return false;
}

/* The person's own message in place of the step's: same organisation, same name, not one of ours. */
static bool persons_message(struct play *p, const struct actor *who, const struct scenario_step *step)
{
	struct toc_str k = toc_message_k(p->a, step->send);
	for (size_t i = 0; i < p->cast.log.n; i++) {
		const struct expect_seen *s = &p->cast.log.items[i];
		if (!toc_str_eq(s->k, k) || !toc_get_is(s->frame, "org", who->org) ||
		    !toc_str_eq(toc_get_text(s->frame, "exercise"), p->names.exercise))
			continue;
		bool ours = false;
		for (size_t b = 0; b < p->names.n; b++)
			ours |= toc_str_is(s->id, p->bindings[b].id);
		if (ours)
			continue;
		struct scenario_binding *b = &p->bindings[p->at];
		snprintf(b->id, sizeof b->id, "%.*s", TOC_STR_ARGS(s->id));
		snprintf(b->case_ref, sizeof b->case_ref, "%.*s",
			 TOC_STR_ARGS(toc_get_text(s->frame, "case")));
		snprintf(b->incident_ref, sizeof b->incident_ref, "%.*s",
			 TOC_STR_ARGS(toc_get_text(s->frame, "incident")));
		b->seq = s->seq;
		if (toc_time_parse(toc_get_text(s->frame, "at"), &b->at, NULL) < 0)
			b->at = TOC_TIME_NEVER;
		if (s->seq > p->newest)
			p->newest = s->seq;
		return true;
	}
	return false;
}

static int act_send(struct play *p, struct actor *who, const struct scenario_step *step,
		    struct scenario_binding *b)
{
	bool told = false;
	p->answer = NULL;
	while (who->human) {
		if (persons_message(p, who, step)) {
			p->played[p->at].by_person = true;
			play_tell_note(p, "done by the person");
			return 0;
		}
		if (!told)
			play_tell_note(p, "waiting for the person");
		told = true;
		if (play_turn(p, 200) < 0)
			return -1;
	}
	struct toc_value *m =
		complete(p, who, step->send, p->speed ? scenario_now(p) : toc_after(p->s.t0, step->t), true);
	if (!m || (step->prepare && ask(p, who, m, NULL, true) < 0))
		return -1;
	p->prepared = step->prepare ? p->answer : NULL;
	if (step->only_prepare)
		b->at = p->speed ? scenario_now(p) : toc_after(p->s.t0, step->t);
	else if (ask(p, who, m, b, false) < 0)
		return -1;
	if (told)
		p->played[p->at].by_person = true;
	return 0;
}

static int act_receipt(struct play *p, struct actor *who, const struct scenario_step *step,
		       struct scenario_binding *b)
{
	const struct scenario_binding *message =
		scenario_find(&p->names, toc_get_text(step->receipt, "message"));
	struct toc_str state = toc_get_text(step->receipt, "state");
	int64_t until = play_in_seconds(p->patience_s);
	if (!message)
		return play_give_up(p, CLI_EXIT_EXPECTATION, "step %.*s: there is no message %.*s",
				    TOC_STR_ARGS(step->name),
				    TOC_STR_ARGS(toc_get_text(step->receipt, "message")));
	long long seq;
	while ((seq = cast_seq_of(&p->cast, who->org, message->id)) < 0) {
		if (play_turn(p, 100) < 0)
			return -1;
		if (toc_clock_mono_us() > until)
			return play_give_up(p, CLI_EXIT_EXPECTATION, "step %.*s: %.*s never reached %s",
					    TOC_STR_ARGS(step->name),
					    TOC_STR_ARGS(toc_get_text(step->receipt, "message")), who->org);
	}
	if (tocsin_receipt(who->connection, seq, toc_arena_cstr(p->a, state)) < 0)
		return play_give_up(p, CLI_EXIT_USAGE, "step %.*s: the receipt cannot be sent",
				    TOC_STR_ARGS(step->name));
	b->at = p->speed ? scenario_now(p) : toc_after(p->s.t0, step->t);
	return 0;
}

int play_act(struct play *p, struct actor *who, const struct scenario_step *step, struct scenario_binding *b)
{
	return step->send ? act_send(p, who, step, b) : step->receipt ? act_receipt(p, who, step, b) : 0;
}
