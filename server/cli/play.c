/* play.c: `tocsin exercise play`: a scenario against a server.
 *
 * Step by step: move the clock, act (or wait for the person who has taken the actor over), wait until every
 * expectation holds or its patience is over. What must not arrive is looked at twice: when the step is over,
 * and at the very end, when every connection has been told by a beat that it has everything. */
#include <string.h>

#include "base/digest.h"
#include "cli/play.h"

#define CONNECT_S 15

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
		bool holds =
			p->outcome == TOCSIN_REFUSED && toc_str_eq(code, toc_get_text(refused, "code")) &&
			(!toc_get(refused, "field") || toc_str_eq(field, toc_get_text(refused, "field")));
		play_tell_expectation(
			p, p->at, whole, holds,
			p->outcome == TOCSIN_REFUSED
				? toc_arena_printf(p->a, "%.*s %.*s: %.*s", TOC_STR_ARGS(code),
						   TOC_STR_ARGS(field),
						   TOC_STR_ARGS(toc_get_text(p->answer, "detail")))
				: TOC_STR("it was accepted"));
		return 0;
	}
	if (p->outcome == TOCSIN_ACCEPTED || (step->only_prepare && p->outcome == TOCSIN_PREPARED))
		return 0;
	return play_give_up(p, CLI_EXIT_EXPECTATION,
			    "step %.*s: expected: the server accepts it; came: %.*s, %.*s %.*s: %.*s",
			    TOC_STR_ARGS(step->name), TOC_STR_ARGS(toc_get_text(p->answer, "op")),
			    TOC_STR_ARGS(code), TOC_STR_ARGS(field),
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
	bool theirs =
		step < p->s.n && p->played[step].by_person; /* what a person did is not waited for long */
	int64_t until = play_in_seconds(theirs && p->patience_s > 2 ? 2 : p->patience_s);
	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_value *e;
		struct toc_error error;
		struct toc_str came = TOC_STR("");
		if (toc_get(toc_at(list, i), "refused"))
			continue;
		if (theirs && toc_get(toc_at(list, i), "prepared"))
			continue; /* a person has seen it */
		if (scenario_resolve(p->a, &p->names, toc_at(list, i), &e, &error) < 0) {
			play_tell_expectation(p, step, toc_at(list, i), false, toc_str_of(error.text));
			continue;
		}
		if (toc_get(e, "prepared")) {
			came = expect_prepared(p->a, p->prepared, toc_get(e, "prepared"), tolerance(p));
			play_tell_expectation(p, step, e, !came.n, came);
			continue;
		}
		enum expect_verdict v;
		struct toc_arena *a = toc_arena_new();
		while ((v = expect_check(a, &p->cast.log, &p->names, e, window, EXPECT_NOW, tolerance(p),
					 &came)) == EXPECT_NOT_YET &&
		       toc_clock_mono_us() < until) {
			toc_arena_reset(a);
			if (play_turn(p, 100) < 0) {
				toc_arena_free(a);
				return -1;
			}
		}
		came = toc_arena_str(p->a, came);
		toc_arena_free(a);
		if (v == EXPECT_HOLDS && step < p->s.n && look_again(e))
			toc_push(p->a, p->played[step].later, e);
		play_tell_expectation(p, step, e, v == EXPECT_HOLDS, came);
	}
	return 0;
}

/* Every connection is told by a beat, sent after everything has happened, that it has all. */
static int everything_arrived(struct play *p)
{
	for (size_t i = 0; i < p->cast.n; i++)
		p->cast.actors[i].beats = 0;
	int64_t until = play_in_seconds(p->patience_s > 10 ? p->patience_s : 10);
	for (;;) {
		bool all = true;
		for (size_t i = 0; i < p->cast.n; i++) {
			const struct actor *a = &p->cast.actors[i];
			all &= !a->connection ||
			       (a->beats >= 2 && a->beat_last <= tocsin_position(a->connection));
		}
		if (all)
			return 0;
		if (play_turn(p, 200) < 0)
			return -1;
		if (toc_clock_mono_us() > until)
			return play_give_up(
				p, CLI_EXIT_AWAY,
				"a connection has not caught up: what must not arrive cannot be judged");
	}
}

static int check_again(struct play *p)
{
	for (size_t s = 0; s < p->s.n; s++) {
		for (size_t i = 0; p->played[s].happened && i < toc_len(p->played[s].later); i++) {
			const struct toc_value *e = toc_at(p->played[s].later, i);
			struct toc_str came;
			if (expect_check(p->a, &p->cast.log, &p->names, e, p->played[s].window, EXPECT_LAST,
					 tolerance(p), &came) == EXPECT_HOLDS)
				continue;
			p->held--;
			play_tell_expectation(p, s, e, false, came);
		}
	}
	return 0;
}

static void on_human(void *user, const struct actor *a)
{
	struct play *p = user;
	play_tell_note(p,
		       a->human ? "%s, %s, is played by a person now: the player waits for them"
				: "%s, %s: the person has left, the player goes on",
		       a->org, a->title);
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
	if (play_reach(p, step) < 0)
		return -1;
	play_tell_step(p, step);
	struct actor *who = step->org.n ? cast_find(&p->cast, step->who) : NULL;
	if (!who)
		b->at = toc_after(p->s.t0, step->t);
	else if (play_act(p, who, step, b) < 0)
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
		return play_give_up(p, CLI_EXIT_USAGE, "the credentials have no %.*s",
				    TOC_STR_ARGS(p->s.control));
	if (cast_connect(&p->cast, p->cli, p->t, p->cast.control) < 0)
		return play_give_up(p, CLI_EXIT_USAGE, "exercise control cannot connect");
	for (size_t i = 0; i < p->s.n; i++) {
		struct actor *a = cast_find(&p->cast, p->s.steps[i].who);
		if (!a && p->s.steps[i].org.n)
			return play_give_up(p, CLI_EXIT_USAGE, "the credentials have no %.*s",
					    TOC_STR_ARGS(p->s.steps[i].who));
		if (a && cast_connect(&p->cast, p->cli, p->t, a) < 0)
			return play_give_up(p, CLI_EXIT_USAGE, "%s/%s cannot connect", a->org, a->title);
	}
	for (size_t i = 0; i < p->cast.n; i++) {
		struct actor *a = cast_receiver(&p->cast, p->cast.actors[i].org);
		if (a && cast_connect(&p->cast, p->cli, p->t, a) < 0)
			return play_give_up(p, CLI_EXIT_USAGE, "%s/%s cannot connect", a->org, a->title);
	}
	int64_t until = play_in_seconds(CONNECT_S);
	do {
		if (play_turn(p, 100) < 0)
			return -1;
		missing = NULL;
		for (size_t i = 0; i < p->cast.n; i++) {
			struct actor *a = &p->cast.actors[i];
			if (a->connection && !a->person[0])
				missing = a;
			if (a->ended)
				return play_give_up(p, CLI_EXIT_AWAY, "%s/%s: %s", a->org, a->title, a->why);
		}
	} while (missing && toc_clock_mono_us() < until);
	return missing ? play_give_up(p, CLI_EXIT_AWAY, "%s/%s: %s", missing->org, missing->title,
				      missing->why[0] ? missing->why : "no welcome")
		       : 0;
}

static void run(struct play *p)
{
	if (assemble(p) < 0 || play_set_up_clock(p) < 0)
		return;
	play_tell_begin(p);
	for (; p->at < p->s.n && p->s.steps[p->at].t.us <= p->until.us; p->at++)
		if (play_step(p) < 0)
			return;
	if (everything_arrived(p) < 0)
		return;
	(void)check_again(p);
	if (p->at == p->s.n && check_list(p, p->s.n, p->s.finally,
					  (struct expect_window){ p->played[0].window.after, INT64_MAX }) < 0)
		return;
	if (p->cli->line.value[CLI_OPT_ANSWERS])
		play_tell_answers(p);
	play_tell_end(p);
	p->result = p->failed ? CLI_EXIT_EXPECTATION : CLI_EXIT_OK;
	if (p->cli->line.value[CLI_OPT_STAY]) {
		play_tell_note(p, "staying until interrupted: gateways go on sending receipts");
		while (play_turn(p, 1000) == 0)
			;
		p->result = p->failed ? CLI_EXIT_EXPECTATION : CLI_EXIT_OK;
	}
}

int cli_play(const struct cli *cli)
{
	struct play p = { .cli = cli,
			  .until = { INT64_MAX },
			  .newest = -1,
			  .a = toc_arena_new(),
			  .result = CLI_EXIT_USAGE };
	const char *until = cli->line.value[CLI_OPT_UNTIL],
		   *credentials = cli->line.value[CLI_OPT_CREDENTIALS];
	struct toc_error error;
	struct toc_str bytes;

	if (!credentials)
		cli_complain(
			cli, 0,
			"--credentials FILE is needed: the keys of the cast, as `tocsind demo' writes them");
	else if (until && scenario_time(toc_str_of(until), &p.until) < 0)
		cli_complain(cli, 0, "--until: \"%s\" is not mm:ss or h:mm:ss", until);
	else if (cli_number(cli, CLI_OPT_PATIENCE, 1, 3600, 10, &p.patience_s) < 0 ||
		 cli_number(cli, CLI_OPT_SPEED, 0, 100000, 0, &p.speed) < 0 ||
		 cli_number(cli, CLI_OPT_LEAP, 1, 86400, 0, &p.leap_s) < 0 ||
		 cli_read(cli, cli->line.operand, 4u << 20, p.a, &bytes) < 0)
		;
	else if (scenario_load(bytes, &p.s, &error) < 0)
		cli_complain(cli, 0, "%s: %s", cli->line.operand, error.text);
	else if (cast_load(cli, credentials, &p.cast) < 0)
		scenario_done(&p.s);
	else {
		p.bindings = toc_arena_alloc(p.a, (p.s.n + 1) * sizeof *p.bindings);
		p.played = toc_arena_alloc(p.a, (p.s.n + 1) * sizeof *p.played);
		p.names = (struct scenario_names){ .t0 = p.s.t0,
						   .exercise = p.s.exercise,
						   .bindings = p.bindings,
						   .timer = expect_timer,
						   .log = &p.cast.log };
		p.cast.silent = play_silent_gateway;
		p.cast.on_human = on_human;
		p.cast.user = &p;
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
