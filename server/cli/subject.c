/* subject.c: `tocsin admin subject`: a data protection officer's way through a request: where somebody is spoken of, what is held of that
 * subject until when, its erasure before its time, and the register of what was erased, held and asked for.
 *
 * Searching is a question to the ledger (question.c), what is held a list of the keeper's (held.c). */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "message/json.h"

#define ANSWER_MOST (64u << 20)
#define DEPTH 48
#define PAGE "500"

/* ---- search ---- */

static int search(const struct cli *cli, struct toc_arena *a)
{
	struct toc_str identifier = toc_str_of(cli->line.operand);
	struct toc_value *body = toc_value_map(a), *parameters = toc_value_map(a);

	if (!cli->line.value[CLI_OPT_PURPOSE])
		return cli_complain(cli, CLI_EXIT_USAGE, "--purpose is needed: it is on record");
	if (toc_str_is(identifier, "-") && cli_read(cli, "-", 4096, a, &identifier) < 0)
		return CLI_EXIT_USAGE;
	for (size_t i = 0; i < identifier.n; i++)
		if (identifier.p[i] == '\n' || identifier.p[i] == '\r')
			identifier.n = i;
	if (!identifier.n)
		return cli_complain(cli, CLI_EXIT_USAGE, "an identifier is needed: a name, number or address as it may stand in a message");
	toc_set_text(a, parameters, "identifier", identifier);
	toc_set_cstr(a, body, "purpose", cli->line.value[CLI_OPT_PURPOSE]);
	toc_set(a, body, "parameters", parameters);
	return cli_ask(cli, "subject", toc_json_str(a, body));
}

/* ---- erase ---- */

static int erase(const struct cli *cli, struct toc_arena *a)
{
	struct toc_value *body = toc_value_map(a), *classes = toc_value_list(a);
	const char *list = cli->line.value[CLI_OPT_CLASSES], *reason = cli->line.value[CLI_OPT_REASON];

	if (!list || !reason)
		return cli_complain(cli, CLI_EXIT_USAGE, "--classes and --reason are needed; `tocsin admin subject show' says which classes there are");
	while (*list) {
		size_t n = strcspn(list, ",");
		if (n)
			toc_push_text(a, classes, (struct toc_str){ list, n });
		list += n + (list[n] == ',');
	}
	toc_set_cstr(a, body, "step", "early");
	toc_set_cstr(a, body, "subject", cli->line.operand);
	toc_set(a, body, "classes", classes);
	toc_set_cstr(a, body, "reason", reason);
	return cli_send_message(cli, toc_json_str(a, cli_system_message(a, "erase", cli->line.value[CLI_OPT_CONFIRM], body)));
}

/* ---- register ---- */

struct page {
	struct toc_buf bytes;
	int status;
	bool over;
	char why[300];
};

static bool on_piece(void *user, int status, const char *bytes, size_t n)
{
	struct page *p = user;

	(void)status;
	toc_buf_add(&p->bytes, bytes, n);
	return !p->bytes.failed && !cli_interrupted;
}

static void on_done(void *user, int status, const char *why)
{
	struct page *p = user;

	p->over = true;
	p->status = status;
	snprintf(p->why, sizeof p->why, "%s", why);
}

static struct toc_str joined(struct toc_arena *a, const struct toc_value *list)
{
	struct toc_str out = TOC_STR("");

	for (size_t i = 0; i < toc_len(list); i++)
		out = toc_arena_printf(a, "%.*s%s%.*s", TOC_STR_ARGS(out), i ? ", " : "", TOC_STR_ARGS(toc_text_of(toc_at(list, i))));
	return out;
}

/* A line of the register: when, what, of whom, by whom and why. @return whether the entry is one */
static bool show(const struct cli *cli, struct toc_arena *a, const struct toc_value *entry)
{
	struct toc_str k = toc_get_text(entry, "k");
	const struct toc_value *message = toc_get(entry, "message"), *body = toc_get(message, "body");
	struct toc_str subject = toc_get_text(body, "subject"), why = toc_get_text(body, "reason");

	if ((k.n <= 6 || memcmp(k.p, "erase.", 6) != 0) && (k.n <= 5 || memcmp(k.p, "hold.", 5) != 0))
		return false;
	if (cli->json) {
		printf("%.*s\n", TOC_STR_ARGS(toc_json_str(a, entry)));
		return true;
	}
	if (toc_get(body, "subject_ref"))
		subject = toc_arena_printf(a, "%.*s:%.*s", TOC_STR_ARGS(subject), TOC_STR_ARGS(toc_get_text(body, "subject_ref")));
	if (!subject.n)
		subject = toc_arena_printf(a, "hold %.*s", TOC_STR_ARGS(toc_get_text(body, "hold")));
	struct toc_str classes = toc_get(body, "retention") ? toc_get_text(body, "retention") : joined(a, toc_get(body, "classes"));
	if (toc_str_is(k, "erase.due"))
		why = toc_arena_printf(a, "%lld parts, ground: %.*s", (long long)toc_get_int(body, "count", 0), TOC_STR_ARGS(toc_get_text(body, "basis")));
	else if (!why.n)
		why = toc_get_text(body, "basis");
	struct toc_str line = toc_arena_printf(a, "%.*s  entry %lld  %.*s  %.*s%s%.*s  by %.*s%s%.*s", TOC_STR_ARGS(toc_get_text(entry, "at")),
					       (long long)toc_get_int(entry, "seq", 0), TOC_STR_ARGS(k), TOC_STR_ARGS(subject), classes.n ? "  " : "",
					       TOC_STR_ARGS(classes), TOC_STR_ARGS(toc_get_text(entry, "org")), why.n ? "  " : "", TOC_STR_ARGS(why));
	fprintf(cli->out.out, "%s\n", toc_str_harmless(a, line, " ").p);
	return true;
}

static int complain_of(const struct cli *cli, struct toc_arena *a, struct page *p)
{
	struct toc_value *v;
	struct toc_refusal refusal;

	if (!p->status)
		return cli_complain(cli, CLI_EXIT_AWAY, "%s", p->why);
	if (toc_json_parse(a, toc_buf_view(&p->bytes), ANSWER_MOST, DEPTH, &v, &refusal) < 0)
		return cli_complain(cli, CLI_EXIT_REFUSED, "the server answers %d", p->status);
	return cli_complain(cli, CLI_EXIT_REFUSED, "refused: %.*s: %.*s", TOC_STR_ARGS(toc_get_text(v, "code")), TOC_STR_ARGS(toc_get_text(v, "detail")));
}

static int list(const struct cli *cli, struct toc_arena *a)
{
	struct tocsin *t = NULL;
	struct tocsin_error error;
	struct page p = { .status = 0 };
	int64_t last = -1, tip = 0;
	unsigned shown = 0;
	int code = cli_open(cli, &t);

	toc_buf_init(&p.bytes, ANSWER_MOST);
	while (code == CLI_EXIT_OK && last < tip && !cli_interrupted) {
		struct toc_value *v;
		struct toc_refusal refusal;
		toc_arena_reset(a);
		toc_buf_clear(&p.bytes);
		p.over = false;
		struct tocsin_request q = { .server = cli->server, .key = cli->key, .user = &p, .on_piece = on_piece, .on_done = on_done,
					    .path = toc_arena_printf(a, "/api/entries?after=%lld&limit=" PAGE, (long long)last).p };
		if (tocsin_ask(t, &q, &error) < 0) {
			code = cli_complain(cli, CLI_EXIT_USAGE, "%s", error.text);
			break;
		}
		while (!p.over && !cli_interrupted && tocsin_step(t, 100) >= 0)
			;
		if (!p.over)
			break;
		if (p.status != 200 || toc_json_parse(a, toc_buf_view(&p.bytes), ANSWER_MOST, DEPTH, &v, &refusal) < 0) {
			code = complain_of(cli, a, &p);
			break;
		}
		const struct toc_value *entries = toc_get(v, "entries");
		for (size_t i = 0; i < toc_len(entries); i++)
			shown += show(cli, a, toc_at(entries, i));
		int64_t before = last;
		last = toc_get_int(v, "last", last);
		tip = toc_get_int(v, "tip", last);
		if (last == before && !toc_len(entries))
			break;
	}
	if (code == CLI_EXIT_OK && !shown && !cli->json)
		printf("nothing\n");
	cli_catch_signals(NULL);
	tocsin_free(t);
	toc_buf_done(&p.bytes);
	return code;
}

int cli_subject(const struct cli *cli)
{
	struct toc_arena *a = toc_arena_new();
	int r = cli->line.command == CLI_SUBJECT_SEARCH	  ? search(cli, a)
		: cli->line.command == CLI_SUBJECT_ERASE  ? erase(cli, a)
		: cli->line.command == CLI_SUBJECT_SHOW	  ? cli_held(cli)
							  : list(cli, a);
	toc_arena_free(a);
	return r;
}
