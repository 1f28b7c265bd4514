/* send.c: `tocsin send`: one message, and the answer. */
#include <string.h>

#include "cli/cli.h"
#include "message/json.h"

struct sending {
	const struct cli *cli;
	void (*show)(const struct cli *cli, const struct tocsin_answer *answer);
	bool done;
	int result;
	char why[300]; /* why there is no connection */
};

static int exit_of(enum tocsin_outcome outcome)
{
	return outcome == TOCSIN_REFUSED      ? CLI_EXIT_REFUSED
	       : outcome == TOCSIN_UNANSWERED ? CLI_EXIT_AWAY
					      : CLI_EXIT_OK;
}

static void recipients(const struct cli *cli, struct toc_arena *a, const struct toc_value *items)
{
	for (size_t i = 0; i < toc_len(items); i++) {
		const struct toc_value *r = toc_at(items, i);
		printf("%s%-12s%s%s", term_on(&cli->out, TERM_DIM), i ? "" : "reaches", term_off(&cli->out),
		       term_on(&cli->out, TERM_BOLD));
		term_cell(&cli->out, toc_str_harmless(a, toc_get_text(r, "org"), " "), 14);
		printf("%s ", term_off(&cli->out));
		struct toc_str role = toc_get_text(r, "role");
		term_fill(
			&cli->out,
			toc_arena_printf(a, "%.*s%s%s%s%.*s", TOC_STR_ARGS(toc_str_harmless(a, role, " ")),
					 role.n ? ", " : "", toc_get_bool(r, "pages") ? "is paged: " : "",
					 toc_get_is(r, "rendering", "whole") ? "" : "without personal data: ",
					 TOC_STR_ARGS(toc_str_harmless(a, toc_get_text(r, "why"), " "))),
			27, 27);
	}
}

static void show_prepared(const struct cli *cli, const struct tocsin_answer *answer)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *frame;
	struct toc_refusal refusal;
	if (toc_json_parse(a, (struct toc_str){ answer->json, answer->json_bytes }, answer->json_bytes, 48,
			   &frame, &refusal) == 0) {
		recipients(cli, a, toc_get(frame, "recipients"));
		for (uint32_t i = 0; i < frame->n; i++) {
			const char *name = toc_arena_cstr(a, frame->members[i].name);
			struct toc_str flat = term_flat(a, frame->members[i].value);
			if (!strcmp(name, "op") || !strcmp(name, "ref") || !strcmp(name, "k") ||
			    !strcmp(name, "recipients") || !flat.n)
				continue;
			printf("%s%-11s%s ", term_on(&cli->out, TERM_DIM), name, term_off(&cli->out));
			term_fill(&cli->out, flat, 12, 12);
		}
	}
	toc_arena_free(a);
}

static void on_answer(void *user, const struct tocsin_answer *answer)
{
	struct sending *s = user;
	if (answer->outcome == TOCSIN_PREPARED && !s->cli->json && s->show == cli_show_answer)
		show_prepared(s->cli, answer);
	else if (answer->outcome == TOCSIN_UNANSWERED && *s->why)
		cli_complain(s->cli, 0, "%s", s->why);
	else
		s->show(s->cli, answer);
	s->result = exit_of(answer->outcome);
	s->done = true;
}

static void on_state(void *user, enum tocsin_state state, const char *why)
{
	struct sending *s = user;
	snprintf(s->why, sizeof s->why, "%s", why);
	if (state == TOCSIN_ENDED) {
		s->result = cli_complain(s->cli, CLI_EXIT_AWAY, "%s", why);
		s->done = true;
	}
}

int cli_send_message(const struct cli *cli, struct toc_str message)
{
	return cli_send_shown(cli, message, cli_show_answer);
}

int cli_send_shown(const struct cli *cli, struct toc_str message,
		   void (*show)(const struct cli *cli, const struct tocsin_answer *answer))
{
	struct sending s = { .cli = cli, .show = show };
	struct tocsin_connection_settings settings = { .from = TOCSIN_FROM_NOW,
						       .user = &s,
						       .on_state = on_state };
	struct tocsin_connection *connection;
	struct tocsin_error error;
	struct tocsin *t;

	int r = cli_open_for(cli, &settings, &t);
	if (r == 0) {
		if (tocsin_connect(t, &settings, &connection, &error) < 0 ||
		    (cli->line.value[CLI_OPT_PREPARE]
			     ? tocsin_prepare(connection, message.p, message.n, on_answer, &s, &error)
			     : tocsin_send(connection, message.p, message.n, on_answer, &s, NULL, &error)) <
			    0) {
			s.result = cli_complain(cli, CLI_EXIT_USAGE, "%s", error.text);
			s.done = true;
		}
		while (!s.done && !cli_interrupted)
			if (tocsin_step(t, 500) < 0)
				break;
		cli_catch_signals(NULL);
		tocsin_free(t);
		r = s.result;
	}
	return r;
}

int cli_send(const struct cli *cli)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_str message;
	int r = CLI_EXIT_USAGE;

	if (cli_read(cli, cli->line.operand, TOC_MESSAGE_BYTES_MAX, a, &message) == 0)
		r = cli_send_message(cli, message);
	toc_arena_free(a);
	return r;
}
