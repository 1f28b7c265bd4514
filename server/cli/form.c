/* form.c: `tocsin form print` and `tocsin form read`: Annexes I to III as a PDF that looks like the form, and back. Needs no
 * server: it is the way to act, and to enter it later, when the line is down. */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"
#include "form/form.h"
#include "message/json.h"

static int write_all(const struct cli *cli, struct toc_str bytes)
{
	const char *path = cli->line.value[CLI_OPT_OUTPUT];
	FILE *f = path ? fopen(path, "we") : stdout;

	if (!f)
		return cli_complain(cli, CLI_EXIT_USAGE, "cannot write %s: %s", path, strerror(errno));
	bool bad = fwrite(bytes.p, 1, bytes.n, f) != bytes.n;
	if (path ? fclose(f) == EOF : fflush(f) == EOF)
		bad = true;
	return bad ? cli_complain(cli, CLI_EXIT_USAGE, "cannot write %s: %s", path ? path : "to standard output", strerror(errno))
		   : CLI_EXIT_OK;
}

static int read_document(const struct cli *cli, struct toc_arena *a, struct toc_value **ret_document)
{
	struct toc_error error;
	struct toc_str bytes;

	if (cli_read(cli, cli->line.operand, TOC_FORM_FILE_MAX, a, &bytes) < 0)
		return CLI_EXIT_USAGE;
	if (toc_form_read(a, bytes, ret_document, &error) < 0)
		return cli_complain(cli, CLI_EXIT_USAGE, "%s: %s", cli->line.operand, error.text);
	return CLI_EXIT_OK;
}

int cli_form_print(const struct cli *cli)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *document;
	struct toc_refusal why = { 0 };
	struct toc_error error;
	struct toc_str pdf;
	int r = read_document(cli, a, &document);

	if (r == CLI_EXIT_OK && toc_form_check(a, document, &why) < 0)
		r = cli_complain(cli, CLI_EXIT_REFUSED, "%s: %s (%s)", why.field, why.detail, why.clause);
	if (r == CLI_EXIT_OK && toc_form_print(a, document, &pdf, &error) < 0)
		r = cli_complain(cli, CLI_EXIT_USAGE, "%s", error.text);
	if (r == CLI_EXIT_OK)
		r = write_all(cli, pdf);
	toc_arena_free(a);
	return r;
}

/* That it went out on paper, and when. */
static void add_reported(const struct cli *cli, struct toc_arena *a, struct toc_value *body)
{
	const char *sent = cli->line.value[CLI_OPT_SENT_AT], *received = cli->line.value[CLI_OPT_RECEIVED_AT],
		   *channel = cli->line.value[CLI_OPT_CHANNEL];

	if (!sent)
		return;
	struct toc_value *reported = toc_value_map(a);
	toc_set_cstr(a, reported, "sent_at", sent);
	if (received)
		toc_set_cstr(a, reported, "received_at", received);
	toc_set_cstr(a, reported, "channel", channel ? channel : "e-mail");
	toc_set(a, body, "reported", reported);
}

int cli_form_read(const struct cli *cli)
{
	struct toc_arena *a = toc_arena_new();
	const char *order = cli->line.value[CLI_OPT_ORDER];
	struct toc_value *document, *shown;
	int r = read_document(cli, a, &document);

	if (r == CLI_EXIT_OK) {
		shown = cli->line.value[CLI_OPT_DOCUMENT] ? document : toc_form_message(a, document);
		struct toc_value *body = toc_get(shown, "body");
		if (order && body) {
			toc_set_cstr(a, body, "order_ref", order);
			if (toc_get_is(shown, "type", "M10"))
				toc_set_cstr(a, body, "step", "issue");
		}
		if (body && !toc_get_is(body, "step", "draft")) /* a draft was not sent to anybody */
			add_reported(cli, a, body);
		r = shown ? write_all(cli, toc_arena_printf(a, "%.*s\n", TOC_STR_ARGS(toc_json_str(a, shown))))
			  : cli_complain(cli, CLI_EXIT_USAGE, "%s: no Annex I, II or III", cli->line.operand);
	}
	toc_arena_free(a);
	return r;
}
