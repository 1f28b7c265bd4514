/* main.c: `tocsin`: reads the command line, finds server and key, and calls the command. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "cli/cli.h"

volatile int cli_interrupted;
static struct tocsin *running;

static void on_signal(int number)
{
	(void)number;
	if (cli_interrupted++)
		_exit(CLI_EXIT_INTERRUPTED); /* asked twice */
	tocsin_wake(running);
}

void cli_catch_signals(struct tocsin *t)
{
	running = t;
	struct sigaction act = { .sa_handler = t ? on_signal : SIG_DFL };
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

int cli_complain(const struct cli *cli, int code, const char *format, ...)
{
	va_list args;
	fprintf(stderr, "%stocsin:%s ", term_on(&cli->err, TERM_BOLD), term_off(&cli->err));
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

int cli_read(const struct cli *cli, const char *path, size_t most, struct toc_arena *a,
	     struct toc_str *ret_bytes)
{
	bool standard = !strcmp(path, "-");
	FILE *f = standard ? stdin : fopen(path, "re");
	if (!f)
		return cli_complain(cli, -1, "cannot read %s: %s", path, strerror(errno));
	struct toc_buf b;
	char piece[8192];
	size_t n;
	toc_buf_init(&b, most);
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		toc_buf_add(&b, piece, n);
	bool bad = ferror(f);
	if (!standard)
		fclose(f);
	int r = bad        ? cli_complain(cli, -1, "cannot read %s: %s", path, strerror(errno))
		: b.failed ? cli_complain(cli, -1, "%s is longer than %zu bytes", path, most)
			   : 0;
	if (r == 0)
		*ret_bytes = toc_arena_str(a, toc_buf_view(&b));
	toc_wipe(piece, sizeof piece);
	toc_buf_done(&b);
	return r;
}

int cli_number(const struct cli *cli, enum cli_option option, long least, long most, long absent,
	       long *ret_number)
{
	const char *text = cli->line.value[option];
	if (!text) {
		*ret_number = absent;
		return 0;
	}
	char *end;
	errno = 0;
	long n = strtol(text, &end, 10);
	if (!*text || *end || errno || n < least || n > most)
		return cli_complain(cli, -1, "--%s: \"%s\" is not a number from %ld to %ld",
				    cli_options[option].word, text, least, most);
	*ret_number = n;
	return 0;
}

int cli_open(const struct cli *cli, struct tocsin **ret_tocsin)
{
	struct tocsin_error error;
	if (!cli->key && cli->line.command != CLI_PLAY)
		return cli_complain(
			cli, CLI_EXIT_USAGE,
			"an API key is needed: --key-file FILE, or TOCSIN_KEY in the environment");
	int r = tocsin_new(&(struct tocsin_settings){ .ca_file = cli->ca, .user_agent = "tocsin" },
			   ret_tocsin, &error);
	if (r < 0)
		return cli_complain(cli, CLI_EXIT_USAGE, "%s", error.text);
	cli_catch_signals(*ret_tocsin);
	return 0;
}

int cli_open_for(const struct cli *cli, struct tocsin_connection_settings *settings, struct tocsin **ret_tocsin)
{
	long patience;

	if (cli_number(cli, CLI_OPT_PATIENCE, 1, 86400, 30, &patience) < 0)
		return CLI_EXIT_USAGE;
	settings->server = cli->server;
	settings->key = cli->key;
	settings->patience_s = (int)patience;
	return cli_open(cli, ret_tocsin);
}

static const char *first_of(const char *option, const char *variable, const char *otherwise)
{
	const char *v = option ? option : getenv(variable);
	return v && *v ? v : otherwise;
}

/* The key, copied; wiped from where other users could see it, as far as that is possible. */
static int find_key(struct cli *cli, struct toc_arena *a)
{
	const char *file = cli->line.value[CLI_OPT_KEY_FILE];
	struct toc_str bytes = toc_str_of(first_of(cli->line.value[CLI_OPT_KEY], "TOCSIN_KEY", ""));
	if (cli->line.value[CLI_OPT_KEY] && file)
		return cli_complain(cli, -1, "--key and --key-file: give one of them");
	if (file && cli_read(cli, file, 4096, a, &bytes) < 0)
		return -1;
	size_t n = 0;
	while (n < bytes.n && bytes.p[n] != '\n' && bytes.p[n] != '\r')
		n++;
	if (n)
		cli->key = toc_arena_cstr(a, (struct toc_str){ bytes.p, n });
	else if (file)
		return cli_complain(cli, -1, "%s: its first line is empty", file);
	if (cli->line.value[CLI_OPT_KEY])
		toc_wipe((char *)cli->line.value[CLI_OPT_KEY], strlen(cli->line.value[CLI_OPT_KEY]));
	return 0;
}

int main(int argc, char **argv)
{
	static int (*const commands[CLI_COMMANDS])(const struct cli *) = { [CLI_WATCH] = cli_watch,
									   [CLI_SEND] = cli_send,
									   [CLI_ACK] = cli_ack,
									   [CLI_PLAY] = cli_play,
									   [CLI_SCHEMA] = cli_schema,
									   [CLI_HASH] = cli_hash,
									   [CLI_TRANSFERS] = cli_transfers,
									   [CLI_LOOKUP] = cli_lookup,
									   [CLI_ORG] = cli_administer,
									   [CLI_PERSON] = cli_administer,
									   [CLI_ROLE] = cli_administer,
									   [CLI_ADMIN_KEY] = cli_administer,
									   [CLI_POLICY] = cli_administer,
									   [CLI_MANDATE] = cli_administer,
									   [CLI_HOLD] = cli_administer,
									   [CLI_ERASE] = cli_administer,
									   [CLI_HELD] = cli_held,
									   [CLI_SUBJECT_SEARCH] = cli_subject,
									   [CLI_SUBJECT_SHOW] = cli_subject,
									   [CLI_SUBJECT_ERASE] = cli_subject,
									   [CLI_SUBJECT_REGISTER] = cli_subject,
									   [CLI_WITNESS] = cli_witness,
									   [CLI_FORM_PRINT] = cli_form_print,
									   [CLI_FORM_READ] = cli_form_read,
									   [CLI_CONTACTS_LIST] = cli_contacts,
									   [CLI_CONTACTS_SHOW] = cli_contacts,
									   [CLI_CONTACTS_SET] = cli_contacts,
									   [CLI_CONTACTS_VERIFY] = cli_contacts,
									   [CLI_CONTACTS_DRILL] = cli_contacts,
									   [CLI_CONTACTS_ROSTER] = cli_contacts,
									   [CLI_CONTACTS_IMPORT] = cli_contacts,
									   [CLI_HOOK_LIST] = cli_hook,
									   [CLI_HOOK_DECLARE] = cli_hook,
									   [CLI_HOOK_CONFIRM] = cli_hook,
									   [CLI_HOOK_PAUSE] = cli_hook,
									   [CLI_HOOK_RESUME] = cli_hook,
									   [CLI_HOOK_ROTATE] = cli_hook,
									   [CLI_HOOK_TEST] = cli_hook,
									   [CLI_HOOK_REMOVE] = cli_hook,
									   [CLI_HOOK_LOG] = cli_hook,
									   [CLI_HOOK_RESEND] = cli_hook,
									   [CLI_AUDIT_VERIFY] = cli_audit_verify,
									   [CLI_AUDIT_WATCH] = cli_audit_watch,
									   [CLI_AUDIT_EXPORT] = cli_audit_export,
									   [CLI_AUDIT_QUERIES] = cli_audit_queries,
									   [CLI_AUDIT_QUERY] = cli_audit_query,
									   [CLI_AUDIT_SQL] = cli_audit_query };
	struct cli cli = { .out = term_for(stdout, NULL), .err = term_for(stderr, NULL) };
	char error[200];

	setlocale(LC_ALL, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN);
	if (cli_parse(argc, argv, &cli.line, error) < 0) {
		cli_complain(&cli, 0, "%s", error);
		fprintf(stderr, "`tocsin --help' says what there is.\n");
		return CLI_EXIT_USAGE;
	}
	const char *when = cli.line.value[CLI_OPT_COLOUR];
	if (when && strcmp(when, "auto") != 0 && strcmp(when, "always") != 0 && strcmp(when, "never") != 0)
		return cli_complain(&cli, CLI_EXIT_USAGE, "--color: \"%s\" is not auto, always or never",
				    when);
	if (cli.line.value[CLI_OPT_VERSION]) {
		printf("tocsin %s\n", tocsin_version());
		return CLI_EXIT_OK;
	}
	if (cli.line.value[CLI_OPT_HELP] || cli.line.command == CLI_NO_COMMAND) {
		cli_help(stdout, cli.line.command);
		return CLI_EXIT_OK;
	}
	cli.out = term_for(stdout, when);
	cli.err = term_for(stderr, when);
	cli.json = cli.line.value[CLI_OPT_JSON] || (!isatty(STDOUT_FILENO) && cli.line.command == CLI_WATCH);
	cli.server = first_of(cli.line.value[CLI_OPT_SERVER], "TOCSIN_SERVER", "https://localhost:8443");
	cli.ca = first_of(cli.line.value[CLI_OPT_CA], "TOCSIN_CA", NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);

	struct toc_arena *a = toc_arena_new();
	int r = find_key(&cli, a) < 0 ? CLI_EXIT_USAGE : commands[cli.line.command](&cli);
	if (cli.key)
		toc_wipe(cli.key, strlen(cli.key));
	toc_arena_free(a);
	if (fflush(stdout) == EOF && r == CLI_EXIT_OK)
		r = cli_complain(&cli, CLI_EXIT_USAGE, "cannot write: %s", strerror(errno));
	return cli_interrupted && r != CLI_EXIT_LOG ? CLI_EXIT_INTERRUPTED : r;
}
