/* held.c: `tocsin admin held`, and `tocsin admin subject show` of one subject: what is held until when, for the data protection officer of a member; with --dry-run what
 * an erasure would take now. */
#include <string.h>

#include "cli/cli.h"
#include "message/json.h"

static char next[160]; /* where the next page begins; one command, one process */
static unsigned shown;

static void show(const struct cli *cli, const struct tocsin_answer *answer)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *frame;
	struct toc_refusal refusal;

	*next = 0;
	if (answer->outcome != TOCSIN_PREPARED || toc_json_parse(a, (struct toc_str){ answer->json, answer->json_bytes },
								 answer->json_bytes, 48, &frame, &refusal) < 0) {
		cli_show_answer(cli, answer);
		toc_arena_free(a);
		return;
	}
	const struct toc_value *list = toc_get(frame, "held");
	snprintf(next, sizeof next, "%.*s", TOC_STR_ARGS(toc_get_text(frame, "next")));
	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *v = toc_at(list, i);
		if (cli->line.command == CLI_SUBJECT_SHOW && !toc_str_is(toc_get_text(v, "subject"), cli->line.operand))
			continue;
		shown++;
		struct toc_str due = toc_get_text(v, "due");
		bool is_due = toc_get_bool(v, "is_due"), held = toc_get_bool(v, "held");
		if (cli->json) {
			printf("%.*s\n", TOC_STR_ARGS(toc_json_str(a, v)));
			continue;
		}
		printf("%s%.*s%s  %.*s  entries %lld  actors %lld  ", term_on(&cli->out, TERM_BOLD), TOC_STR_ARGS(toc_get_text(v, "subject")),
		       term_off(&cli->out), TOC_STR_ARGS(toc_get_text(v, "retention")), (long long)toc_get_int(v, "entries", 0),
		       (long long)toc_get_int(v, "actors", 0));
		if (held)
			printf("held: a legal hold is on it%s%.*s\n", due.n ? "; due " : "", TOC_STR_ARGS(due));
		else if (is_due)
			printf("%sdue since %.*s%s\n", term_on(&cli->out, TERM_ALARM), TOC_STR_ARGS(due), term_off(&cli->out));
		else if (due.n)
			printf("until %.*s\n", TOC_STR_ARGS(due));
		else
			printf("until its time after %.*s\n", TOC_STR_ARGS(toc_get_text(v, "after")));
	}
	toc_arena_free(a);
}

int cli_held(const struct cli *cli)
{
	struct toc_arena *a = toc_arena_new();
	int r;

	do {
		struct toc_value *body = toc_value_map(a);
		toc_set_cstr(a, body, "step", "list");
		if (cli->line.value[CLI_OPT_DRY_RUN])
			toc_set_cstr(a, body, "only", "due");
		if (*next)
			toc_set_text(a, body, "after", toc_arena_str(a, toc_str_of(next)));
		r = cli_send_shown(cli, toc_json_str(a, cli_system_message(a, "erase", NULL, body)), show);
	} while (r == CLI_EXIT_OK && *next);
	if (r == CLI_EXIT_OK && !shown && !cli->json)
		printf("nothing\n");
	toc_arena_free(a);
	return r;
}
