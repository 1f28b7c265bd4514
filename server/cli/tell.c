/* tell.c: what a play says while it goes on, for people or as JSON lines. */
#include <stdarg.h>

#include "cli/play.h"
#include "message/json.h"

static void event(struct play *p, const struct toc_value *v)
{
	printf("%.*s\n", TOC_STR_ARGS(toc_json_str(p->a, v)));
}

void play_tell_note(struct play *p, const char *format, ...)
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
		printf("             %s%s%s\n", term_on(&p->cli->out, TERM_DIM), text,
		       term_off(&p->cli->out));
	}
}

void play_tell_step(struct play *p, const struct scenario_step *step)
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
	printf("  %sT+%-8.*s%s %s", term_on(t, TERM_BLUE), TOC_STR_ARGS(scenario_time_str(p->a, step->t)),
	       term_off(t), term_on(t, TERM_BOLD));
	term_cell(t, step->who, 34);
	printf("%s %.*s\n             ", term_off(t), TOC_STR_ARGS(what));
	term_fill(t, step->note, 13, 13);
}

void play_tell_expectation(struct play *p, size_t step, const struct toc_value *e, bool holds,
			   struct toc_str came)
{
	const struct term *t = &p->cli->out;
	struct toc_str where = step < p->s.n ? p->s.steps[step].name : TOC_STR("finally"),
		       sentence = expect_sentence(p->a, e);
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
	printf("             %s%s%s ",
	       term_on(t, holds     ? TERM_GREEN
			  : skipped ? TERM_YELLOW
				    : TERM_RED),
	       holds     ? "✓"
	       : skipped ? "~"
			 : "✗",
	       term_off(t));
	term_fill(t, sentence, 15, 15);
	if (!holds) {
		printf("               %s%s%.*s came:%s ", term_on(t, TERM_BOLD),
		       skipped ? "a person plays; " : "", TOC_STR_ARGS(where), term_off(t));
		term_fill(t, toc_str_harmless(p->a, came, " "), 21, 15);
	}
}

int play_give_up(struct play *p, int code, const char *format, ...)
{
	char text[500];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	p->result = cli_complain(p->cli, code, "%s", text);
	return -1;
}

void play_tell_begin(struct play *p)
{
	if (p->cli->json) {
		struct toc_value *v = toc_value_map(p->a);
		toc_set_cstr(p->a, v, "event", "begin");
		toc_set_text(p->a, v, "title", p->s.title);
		toc_set_text(p->a, v, "exercise", p->names.exercise);
		event(p, v);
		return;
	}
	printf("%s%.*s%s\n", term_on(&p->cli->out, TERM_BOLD), TOC_STR_ARGS(p->s.title),
	       term_off(&p->cli->out));
	term_fill(&p->cli->out, p->s.about, 0, 0);
	printf("\n");
}

void play_tell_answers(struct play *p)
{
	struct toc_value *list = expect_answers(p->a, &p->cast.log, p->names.exercise);
	const struct term *t = &p->cli->out;

	if (!p->cli->json)
		printf("\n");
	for (size_t i = 0; i < toc_len(list); i++) {
		struct toc_value *v = toc_at(list, i);
		struct toc_str words = expect_answer_words(p->a, v), of = toc_get_text(v, "of");
		if (p->cli->json) {
			toc_set_cstr(p->a, v, "event", "answer");
			toc_set_text(p->a, v, "text", words);
			event(p, v);
			continue;
		}
		printf("  %.*s: %s%.*s%s%s%.*s\n", TOC_STR_ARGS(toc_get_text(v, "question")), term_on(t, TERM_BOLD),
		       TOC_STR_ARGS(toc_str_harmless(p->a, words, " ")), term_off(t), of.n ? "  " : "",
		       TOC_STR_ARGS(toc_str_harmless(p->a, of, " ")));
	}
}

void play_tell_end(struct play *p)
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
	printf("\n%s%zu steps, %u expectations hold, %u do not%s",
	       term_on(t, p->failed ? TERM_RED : TERM_GREEN), p->at, p->held, p->failed, term_off(t));
	if (p->skipped)
		printf(", %u were a person's to fulfil", p->skipped);
	printf("\n");
}
