/* play.c: `tocsin exercise play`: a scenario against a server.
 *
 * Step by step: move the clock, act (or wait for the person who has taken the actor over), wait until every
 * expectation holds or its patience is over. What must not arrive is looked at twice: when the step is over, and at the very
 * end, when every connection has been told by a beat that it has everything. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "cli/cast.h"
#include "message/json.h"

#define CONNECT_S 15

struct played { /* what became of a step */
	struct expect_window window;
	struct toc_value *later; /* expectations to be looked at again at the end */
	bool by_person, happened; /* by_person: here, or in a step before, a person acted: the scenario's times are theirs */
};

struct play {
	const struct cli *cli;
	struct tocsin *t;
	struct scenario s;
	struct cast cast;
	struct scenario_names names;
	struct scenario_binding *bindings;
	struct played *played;
	struct toc_arena *a; /* as long as the play */
	size_t at;           /* the step being played */
	long patience_s, speed;
	toc_dur until;
	long long newest;    /* highest sequence number that an answer named */
	toc_time scenario_base; /* running clock: scenario time at real_base_us */
	int64_t real_base_us;
	unsigned held, failed, skipped;
	int result;
	/* the answer being waited for */
	bool answered;
	struct scenario_binding *answer_to;
	enum tocsin_outcome outcome;
	struct toc_value *answer;
};

/* ---- words ---- */

static void event(struct play *p, struct toc_value *v)
{
	printf("%.*s\n", TOC_STR_ARGS(toc_json_str(p->a, v)));
}

static void tell_note(struct play *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void tell_note(struct play *p, const char *format, ...)
{
	char text[400];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (p->cli->json) {
		struct toc_value *v = toc_value_map(p->a);
		toc_set_cstr(p->a, v, "event", "note");
		toc_set_cstr(p->a, v, "text", text);
		event(p, v);
	} else {
		printf("             %s%s%s\n", term_on(&p->cli->out, TERM_DIM), text, term_off(&p->cli->out));
	}
}

static void tell_step(struct play *p, const struct scenario_step *step)
{
	const struct term *t = &p->cli->out;
	if (p->cli->json) {
		struct toc_value *v = toc_value_map(p->a);
		toc_set_cstr(p->a, v, "event", "step");
		toc_set_text(p->a, v, "name", step->name);
		toc_set_text(p->a, v, "t", scenario_time_str(p->a, step->t));
		toc_set_text(p->a, v, "who", step->who);
		toc_set_text(p->a, v, "note", step->note);
		event(p, v);
		return;
	}
	struct toc_str what = TOC_STR("");
	if (step->send) {
		const struct toc_value *body = toc_get(step->send, "body");
		struct toc_str kind = toc_get_text(body, "kind");
		what = toc_arena_printf(p->a, "%.*s %.*s", TOC_STR_ARGS(toc_get_text(step->send, "type")),
		                        TOC_STR_ARGS(kind.n ? kind : toc_get_text(body, "step")));
	} else if (step->receipt) {
		what = TOC_STR("receipt");
	}
	printf("  %sT+%-8.*s%s %s", term_on(t, TERM_BLUE), TOC_STR_ARGS(scenario_time_str(p->a, step->t)), term_off(t), term_on(t, TERM_BOLD));
	term_cell(t, step->who, 34);
	printf("%s %.*s\n             ", term_off(t), TOC_STR_ARGS(what));
	term_fill(t, step->note, 13, 13);
}

static void tell_expectation(struct play *p, size_t step, const struct toc_value *e, bool holds, struct toc_str came)
{
	const struct term *t = &p->cli->out;
	struct toc_str where = step < p->s.n ? p->s.steps[step].name : TOC_STR("finally"), sentence = expect_sentence(p->a, e);
	bool skipped = !holds && p->played[step < p->s.n ? step : p->at ? p->at - 1 : 0].by_person;
	skipped ? p->skipped++ : holds ? p->held++ : p->failed++;
	if (p->cli->json) {
		struct toc_value *v = toc_value_map(p->a);
		toc_set_cstr(p->a, v, "event", "expectation");
		toc_set_text(p->a, v, "step", where);
		toc_set_bool(p->a, v, "holds", holds);
		if (skipped)
			toc_set_bool(p->a, v, "by_person", true);
		toc_set_text(p->a, v, "expected", sentence);
		if (!holds)
			toc_set_text(p->a, v, "came", came);
		event(p, v);
		return;
	}
	printf("             %s%s%s ", term_on(t, holds ? TERM_GREEN : skipped ? TERM_YELLOW : TERM_RED), holds ? "✓" : skipped ? "~" : "✗", term_off(t));
	term_fill(t, sentence, 15, 15);
	if (!holds) {
		printf("               %s%s%.*s came:%s ", term_on(t, TERM_BOLD), skipped ? "a person plays; " : "", TOC_STR_ARGS(where), term_off(t));
		term_fill(t, term_safe(p->a, came, " "), 21, 15);
	}
}

/* The play cannot go on. */
static int give_up(struct play *p, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int give_up(struct play *p, int code, const char *format, ...)
{
	char text[500];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	p->result = cli_complain(p->cli, code, "%s", text);
	return -1;
}

/* ---- waiting ---- */

static int64_t in_seconds(long s) { return toc_clock_mono_us() + s * 1000000LL; }

/* One turn of the loop. @return 0, or -1 when interrupted */
static int turn(struct play *p, int most_ms)
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
	if (toc_time_parse(toc_get_text(p->answer, "at"), &b->at, NULL) < 0)
		b->at = TOC_TIME_NEVER;
}

/* Envelope and body, complete, as this actor sends it. */
static struct toc_value *complete(struct play *p, const struct actor *who, const struct toc_value *given, toc_time at, bool with_defaults)
{
	struct toc_error error;
	struct toc_value *m, *d = NULL;
	p->names.me = toc_str_of(who->person);
	if (scenario_resolve(p->a, &p->names, given, &m, &error) < 0 ||
	    (p->s.defaults && with_defaults && scenario_resolve(p->a, &p->names, p->s.defaults, &d, &error) < 0)) {
		(void)give_up(p, CLI_EXIT_EXPECTATION, "step %.*s: %s", TOC_STR_ARGS(p->s.steps[p->at].name), error.text);
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

/* Send and wait for the answer. @return 0 (also when refused), -1 when the play is over */
static int send_and_wait(struct play *p, struct actor *who, struct toc_value *message, struct scenario_binding *b)
{
	struct toc_str json = toc_json_str(p->a, message);
	struct tocsin_error error;
	int64_t until = in_seconds(p->patience_s);

	p->answered = false;
	p->answer_to = b;
	if (tocsin_send(who->connection, json.p, json.n, on_answer, p, b ? b->id : NULL, &error) < 0)
		return give_up(p, CLI_EXIT_USAGE, "%s", error.text);
	while (!p->answered) {
		if (turn(p, 200) < 0)
			return -1;
		if (toc_clock_mono_us() > until)
			return give_up(p, CLI_EXIT_AWAY, "%s/%s: no answer within %ld s%s%s", who->org, who->title, p->patience_s,
			               who->why[0] ? ": " : "", who->why);
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
	if (!m || send_and_wait(p, p->cast.control, m, NULL) < 0)
		return -1;
	if (p->outcome != TOCSIN_ACCEPTED)
		return give_up(p, CLI_EXIT_REFUSED, "exercise control: %.*s: %.*s", TOC_STR_ARGS(toc_get_text(p->answer, "code")),
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
	return p->speed ? (toc_time){ p->scenario_base.us + (toc_clock_mono_us() - p->real_base_us) * p->speed } : p->scenario_base;
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
		if (strcmp(p->cast.actors[i].org, p->cast.control->org) != 0 && !toc_list_has(participants, toc_str_of(p->cast.actors[i].org)))
			toc_push_text(p->a, participants, toc_str_of(p->cast.actors[i].org));
	toc_set(p->a, body, "participants", participants);
	p->scenario_base = p->s.t0;
	return control(p, body);
}

static int set_up_clock(struct play *p)
{
	const struct toc_value *x = find_exercise(p);
	toc_time at;
	if (p->cli->line.value[CLI_OPT_NEW]) {
		if (make_exercise(p) < 0)
			return -1;
	} else if (!x || toc_time_parse(toc_get_text(x, "at"), &at, NULL) < 0) {
		return give_up(p, CLI_EXIT_USAGE, "the server has no exercise %.*s that %s controls: --new makes one", TOC_STR_ARGS(p->names.exercise),
		               p->cast.control->org);
	} else if (at.us > toc_after(p->s.t0, p->s.steps[0].t).us + 1000000 && at.us > toc_after(p->s.t0, p->s.steps[1 % p->s.n].t).us) {
		return give_up(p, CLI_EXIT_USAGE, "the exercise has been played already, its clock stands at T+%.*s: --new plays in one of its own",
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
static int reach(struct play *p, const struct scenario_step *step)
{
	toc_time to = toc_after(p->s.t0, step->t);
	if (!p->speed) {
		if (to.us <= p->scenario_base.us)
			return 0;
		struct toc_value *body = clock_body(p, "jump");
		toc_set_text(p->a, body, "to", toc_time_str(p->a, to));
		if (control(p, body) < 0)
			return -1;
		p->scenario_base = to;
		return 0;
	}
	for (;;) {
		int64_t left_ms = (to.us - scenario_now(p).us) / p->speed / 1000 + 1;
		if (scenario_now(p).us >= to.us)
			return 0;
		if (turn(p, left_ms > 500 ? 500 : (int)left_ms) < 0)
			return -1;
	}
}

/* ---- acting ---- */

static bool silent_gateway(void *user, const struct actor *gateway, const char *message_id)
{
	struct play *p = user;
	for (size_t i = 0; i < p->s.n; i++) {
		const struct scenario_step *s = &p->s.steps[i];
		const struct scenario_binding *b = s->receipt ? scenario_find(&p->names, toc_get_text(s->receipt, "message")) : NULL;
		if (b && !strcmp(b->id, message_id) && cast_find(&p->cast, s->who) == gateway)
			return true;
	}
	return false;
}

static void on_human(void *user, const struct actor *a)
{
	struct play *p = user;
	tell_note(p, a->human ? "%s, %s, is played by a person now: the player waits for them" : "%s, %s: the person has left, the player goes on",
	          a->org, a->title);
}

/* The person's own message in place of the step's: same organisation, same name, not one of ours. */
static bool persons_message(struct play *p, const struct actor *who, const struct scenario_step *step)
{
	const struct toc_value *body = toc_get(step->send, "body");
	struct toc_str kind = toc_get_text(body, "kind");
	struct toc_str k = toc_arena_printf(p->a, "%.*s.%.*s", TOC_STR_ARGS(toc_get_text(step->send, "type")),
	                                    TOC_STR_ARGS(kind.n ? kind : toc_get_text(body, "step")));
	for (size_t i = 0; i < p->cast.log.n; i++) {
		const struct expect_seen *s = &p->cast.log.items[i];
		if (!toc_str_eq(s->k, k) || !toc_get_is(s->frame, "org", who->org) || !toc_str_eq(toc_get_text(s->frame, "exercise"), p->names.exercise))
			continue;
		bool ours = false;
		for (size_t b = 0; b < p->names.n; b++)
			ours |= toc_str_is(s->id, p->bindings[b].id);
		if (ours)
			continue;
		struct scenario_binding *b = &p->bindings[p->at];
		snprintf(b->id, sizeof b->id, "%.*s", TOC_STR_ARGS(s->id));
		snprintf(b->case_ref, sizeof b->case_ref, "%.*s", TOC_STR_ARGS(toc_get_text(s->frame, "case")));
		b->seq = s->seq;
		if (toc_time_parse(toc_get_text(s->frame, "at"), &b->at, NULL) < 0)
			b->at = TOC_TIME_NEVER;
		if (s->seq > p->newest)
			p->newest = s->seq;
		return true;
	}
	return false;
}

static int act_send(struct play *p, struct actor *who, const struct scenario_step *step, struct scenario_binding *b)
{
	bool told = false;
	p->answer = NULL;
	while (who->human) {
		if (persons_message(p, who, step)) {
			p->played[p->at].by_person = true;
			tell_note(p, "done by the person");
			return 0;
		}
		if (!told)
			tell_note(p, "waiting for the person");
		told = true;
		if (turn(p, 200) < 0)
			return -1;
	}
	/* what a person did may have gone another way since: a message that cannot be made is then no fault */
	struct toc_value *m = complete(p, who, step->send, p->speed ? scenario_now(p) : toc_after(p->s.t0, step->t), true);
	if (!m || send_and_wait(p, who, m, b) < 0)
		return -1;
	if (told)
		p->played[p->at].by_person = true;
	return 0;
}

static int act_receipt(struct play *p, struct actor *who, const struct scenario_step *step, struct scenario_binding *b)
{
	const struct scenario_binding *message = scenario_find(&p->names, toc_get_text(step->receipt, "message"));
	struct toc_str state = toc_get_text(step->receipt, "state");
	int64_t until = in_seconds(p->patience_s);
	if (!message)
		return give_up(p, CLI_EXIT_EXPECTATION, "step %.*s: there is no message %.*s", TOC_STR_ARGS(step->name),
		               TOC_STR_ARGS(toc_get_text(step->receipt, "message")));
	long long seq;
	while ((seq = cast_seq_of(&p->cast, who->org, message->id)) < 0) {
		if (turn(p, 100) < 0)
			return -1;
		if (toc_clock_mono_us() > until)
			return give_up(p, CLI_EXIT_EXPECTATION, "step %.*s: %.*s never reached %s", TOC_STR_ARGS(step->name), TOC_STR_ARGS(toc_get_text(step->receipt, "message")), who->org);
	}
	if (tocsin_receipt(who->connection, seq, toc_arena_cstr(p->a, state)) < 0)
		return give_up(p, CLI_EXIT_USAGE, "step %.*s: the receipt cannot be sent", TOC_STR_ARGS(step->name));
	b->at = p->speed ? scenario_now(p) : toc_after(p->s.t0, step->t);
	return 0;
}

/* ---- expectations ---- */

/* Does the answer agree with the step's `refused`, or with there being none? */
static int check_answer(struct play *p, const struct scenario_step *step)
{
	const struct toc_value *refused = NULL, *whole = NULL;
	for (size_t i = 0; i < toc_len(step->expect); i++)
		if (toc_get(toc_at(step->expect, i), "refused")) {
			whole = toc_at(step->expect, i);
			refused = toc_get(whole, "refused");
		}
	if (!step->send || !p->answer)
		return 0; /* nothing was sent, or a person has sent it */
	struct toc_str code = toc_get_text(p->answer, "code"), field = toc_get_text(p->answer, "field");
	if (refused) {
		bool holds = p->outcome == TOCSIN_REFUSED && toc_str_eq(code, toc_get_text(refused, "code")) &&
		             (!toc_get(refused, "field") || toc_str_eq(field, toc_get_text(refused, "field")));
		tell_expectation(p, p->at, whole, holds, p->outcome == TOCSIN_REFUSED ? toc_arena_printf(p->a, "%.*s %.*s: %.*s", TOC_STR_ARGS(code),
		                 TOC_STR_ARGS(field), TOC_STR_ARGS(toc_get_text(p->answer, "detail"))) : TOC_STR("it was accepted"));
		return 0;
	}
	if (p->outcome == TOCSIN_ACCEPTED)
		return 0;
	return give_up(p, CLI_EXIT_EXPECTATION, "step %.*s: expected: the server accepts it; came: %.*s, %.*s %.*s: %.*s", TOC_STR_ARGS(step->name),
	               TOC_STR_ARGS(toc_get_text(p->answer, "op")), TOC_STR_ARGS(code), TOC_STR_ARGS(field),
	               TOC_STR_ARGS(toc_get_text(p->answer, "detail")));
}

static toc_dur tolerance(const struct play *p)
{
	return p->speed ? TOC_SECONDS(2 * p->speed) : TOC_SECONDS(0);
}

/* `not_see`, `only` and `knows` can still be spoilt by what arrives later. */
static bool look_again(const struct toc_value *e)
{
	return toc_get(e, "not_see") || toc_get(e, "only") || toc_get(e, "knows");
}

static int check_list(struct play *p, size_t step, const struct toc_value *list, struct expect_window window)
{
	int64_t until = in_seconds(p->patience_s);
	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_value *e;
		struct toc_error error;
		struct toc_str came = TOC_STR("");
		if (toc_get(toc_at(list, i), "refused"))
			continue;
		if (scenario_resolve(p->a, &p->names, toc_at(list, i), &e, &error) < 0) {
			tell_expectation(p, step, toc_at(list, i), false, toc_str_of(error.text));
			continue;
		}
		enum expect_verdict v;
		struct toc_arena *a = toc_arena_new();
		while ((v = expect_check(a, &p->cast.log, &p->names, e, window, EXPECT_NOW, tolerance(p), &came)) == EXPECT_NOT_YET &&
		       toc_clock_mono_us() < until) {
			toc_arena_reset(a);
			if (turn(p, 100) < 0) {
				toc_arena_free(a);
				return -1;
			}
		}
		came = toc_arena_str(p->a, came);
		toc_arena_free(a);
		if (v == EXPECT_HOLDS && step < p->s.n && look_again(e))
			toc_push(p->a, p->played[step].later, e);
		tell_expectation(p, step, e, v == EXPECT_HOLDS, came);
	}
	return 0;
}

/* Every connection is told by a beat, sent after everything has happened, that it has all. */
static int everything_arrived(struct play *p)
{
	for (size_t i = 0; i < p->cast.n; i++)
		p->cast.actors[i].beats = 0;
	int64_t until = in_seconds(p->patience_s > 10 ? p->patience_s : 10);
	for (;;) {
		bool all = true;
		for (size_t i = 0; i < p->cast.n; i++) {
			const struct actor *a = &p->cast.actors[i];
			all &= !a->connection || (a->beats >= 2 && a->beat_last <= tocsin_position(a->connection));
		}
		if (all)
			return 0;
		if (turn(p, 200) < 0)
			return -1;
		if (toc_clock_mono_us() > until)
			return give_up(p, CLI_EXIT_AWAY, "a connection has not caught up: what must not arrive cannot be judged");
	}
}

static int check_again(struct play *p)
{
	for (size_t s = 0; s < p->s.n; s++) {
		for (size_t i = 0; p->played[s].happened && i < toc_len(p->played[s].later); i++) {
			const struct toc_value *e = toc_at(p->played[s].later, i);
			struct toc_str came;
			if (expect_check(p->a, &p->cast.log, &p->names, e, p->played[s].window, EXPECT_LAST, tolerance(p), &came) == EXPECT_HOLDS)
				continue;
			p->held--;
			tell_expectation(p, s, e, false, came);
		}
	}
	return 0;
}

/* ---- the play ---- */

static int play_step(struct play *p)
{
	const struct scenario_step *step = &p->s.steps[p->at];
	struct played *done = &p->played[p->at];
	struct scenario_binding *b = &p->bindings[p->at];

	*b = (struct scenario_binding){ .seq = -1, .at = TOC_TIME_NEVER };
	snprintf(b->name, sizeof b->name, "%.*s", TOC_STR_ARGS(step->name));
	p->names.n = p->at + 1;
	done->window = (struct expect_window){ p->newest, INT64_MAX };
	done->later = toc_value_list(p->a);
	done->by_person = p->at && p->played[p->at - 1].by_person;
	if (reach(p, step) < 0)
		return -1;
	tell_step(p, step);
	struct actor *who = step->org.n ? cast_find(&p->cast, step->who) : NULL;
	if (!who)
		b->at = toc_after(p->s.t0, step->t);
	else if (step->send ? act_send(p, who, step, b) < 0 : step->receipt ? act_receipt(p, who, step, b) < 0 : false)
		return -1;
	done->happened = true;
	if (check_answer(p, step) < 0)
		return -1;
	if (check_list(p, p->at, step->expect, done->window) < 0)
		return -1;
	for (size_t i = 0; i < p->cast.log.n; i++) /* the next step's entries come after all of these */
		if (p->cast.log.items[i].seq > p->newest)
			p->newest = p->cast.log.items[i].seq;
	done->window.upto = p->newest;
	return 0;
}

static int assemble(struct play *p)
{
	struct actor *missing = NULL;
	p->cast.control = cast_find(&p->cast, p->s.control);
	if (!p->cast.control)
		return give_up(p, CLI_EXIT_USAGE, "the credentials have no %.*s", TOC_STR_ARGS(p->s.control));
	if (cast_connect(&p->cast, p->cli, p->t, p->cast.control) < 0)
		return give_up(p, CLI_EXIT_USAGE, "exercise control cannot connect");
	for (size_t i = 0; i < p->s.n; i++) {
		struct actor *a = cast_find(&p->cast, p->s.steps[i].who);
		if (!a && p->s.steps[i].org.n)
			return give_up(p, CLI_EXIT_USAGE, "the credentials have no %.*s", TOC_STR_ARGS(p->s.steps[i].who));
		if (a && cast_connect(&p->cast, p->cli, p->t, a) < 0)
			return give_up(p, CLI_EXIT_USAGE, "%s/%s cannot connect", a->org, a->title);
	}
	for (size_t i = 0; i < p->cast.n; i++) {
		struct actor *a = cast_receiver(&p->cast, p->cast.actors[i].org);
		if (a && cast_connect(&p->cast, p->cli, p->t, a) < 0)
			return give_up(p, CLI_EXIT_USAGE, "%s/%s cannot connect", a->org, a->title);
	}
	int64_t until = in_seconds(CONNECT_S);
	do {
		if (turn(p, 100) < 0)
			return -1;
		missing = NULL;
		for (size_t i = 0; i < p->cast.n; i++) {
			struct actor *a = &p->cast.actors[i];
			if (a->connection && !a->person[0])
				missing = a;
			if (a->ended)
				return give_up(p, CLI_EXIT_AWAY, "%s/%s: %s", a->org, a->title, a->why);
		}
	} while (missing && toc_clock_mono_us() < until);
	return missing ? give_up(p, CLI_EXIT_AWAY, "%s/%s: %s", missing->org, missing->title, missing->why[0] ? missing->why : "no welcome") : 0;
}

static void tell_end(struct play *p)
{
	if (p->cli->json) {
		struct toc_value *v = toc_value_map(p->a);
		toc_set_cstr(p->a, v, "event", "end");
		toc_set_text(p->a, v, "exercise", p->names.exercise);
		toc_set_int(p->a, v, "steps", (int64_t)p->at);
		toc_set_int(p->a, v, "held", p->held);
		toc_set_int(p->a, v, "failed", p->failed);
		toc_set_int(p->a, v, "by_person", p->skipped);
		event(p, v);
		return;
	}
	const struct term *t = &p->cli->out;
	printf("\n%s%zu steps, %u expectations hold, %u do not%s", term_on(t, p->failed ? TERM_RED : TERM_GREEN), p->at, p->held, p->failed, term_off(t));
	if (p->skipped)
		printf(", %u were a person's to fulfil", p->skipped);
	printf("\n");
}

static void run(struct play *p)
{
	if (assemble(p) < 0 || set_up_clock(p) < 0)
		return;
	for (; p->at < p->s.n && p->s.steps[p->at].t.us <= p->until.us; p->at++)
		if (play_step(p) < 0)
			return;
	if (everything_arrived(p) < 0)
		return;
	(void)check_again(p);
	if (p->at == p->s.n && check_list(p, p->s.n, p->s.finally, (struct expect_window){ p->played[0].window.after, INT64_MAX }) < 0)
		return;
	tell_end(p);
	p->result = p->failed ? CLI_EXIT_EXPECTATION : CLI_EXIT_OK;
	if (p->cli->line.value[CLI_OPT_STAY]) {
		tell_note(p, "staying until interrupted: gateways go on sending receipts");
		while (turn(p, 1000) == 0)
			;
		p->result = p->failed ? CLI_EXIT_EXPECTATION : CLI_EXIT_OK;
	}
}

int cli_play(const struct cli *cli)
{
	struct play p = { .cli = cli, .until = { INT64_MAX }, .newest = -1, .a = toc_arena_new(), .result = CLI_EXIT_USAGE };
	const char *until = cli->line.value[CLI_OPT_UNTIL], *credentials = cli->line.value[CLI_OPT_CREDENTIALS];
	struct toc_error error;
	struct toc_str bytes;

	if (!credentials)
		cli_complain(cli, 0, "--credentials FILE is needed: the keys of the cast, as `tocsind demo' writes them");
	else if (until && scenario_time(toc_str_of(until), &p.until) < 0)
		cli_complain(cli, 0, "--until: \"%s\" is not mm:ss or h:mm:ss", until);
	else if (cli_number(cli, CLI_OPT_PATIENCE, 1, 3600, 10, &p.patience_s) < 0 || cli_number(cli, CLI_OPT_SPEED, 0, 100000, 0, &p.speed) < 0 ||
	         cli_read(cli, cli->line.operand, 4u << 20, p.a, &bytes) < 0)
		;
	else if (scenario_load(bytes, &p.s, &error) < 0)
		cli_complain(cli, 0, "%s: %s", cli->line.operand, error.text);
	else if (cast_load(cli, credentials, &p.cast) < 0)
		scenario_done(&p.s);
	else {
		p.bindings = toc_arena_alloc(p.a, (p.s.n + 1) * sizeof *p.bindings);
		p.played = toc_arena_alloc(p.a, (p.s.n + 1) * sizeof *p.played);
		p.names = (struct scenario_names){ .t0 = p.s.t0, .exercise = p.s.exercise, .bindings = p.bindings };
		p.cast.silent = silent_gateway;
		p.cast.on_human = on_human;
		p.cast.user = &p;
		if (!cli->json)
			printf("%s%.*s%s\n%.*s\n\n", term_on(&cli->out, TERM_BOLD), TOC_STR_ARGS(p.s.title), term_off(&cli->out), TOC_STR_ARGS(p.s.about));
		if (cli_open(cli, &p.t) == 0) {
			p.result = CLI_EXIT_AWAY;
			run(&p);
			cli_catch_signals(NULL);
			tocsin_free(p.t);
		}
		cast_done(&p.cast);
		scenario_done(&p.s);
	}
	toc_arena_free(p.a);
	return p.result;
}
