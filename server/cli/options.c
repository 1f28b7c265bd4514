/* options.c: reads the command line by the table of options.def, and prints the table as help. */
#include "cli/options.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define ALL CLI_ALL_COMMANDS
#define G(command) (UINT64_C(1) << CLI_##command)
#define CONTACTS                                                                                             \
	(G(CONTACTS_LIST) | G(CONTACTS_SHOW) | G(CONTACTS_SET) | G(CONTACTS_VERIFY) | G(CONTACTS_DRILL) |    \
	 G(CONTACTS_ROSTER) | G(CONTACTS_IMPORT))
#define HOOKS                                                                                                \
	(G(HOOK_LIST) | G(HOOK_DECLARE) | G(HOOK_CONFIRM) | G(HOOK_PAUSE) | G(HOOK_RESUME) | G(HOOK_ROTATE) | \
	 G(HOOK_TEST) | G(HOOK_REMOVE) | G(HOOK_LOG) | G(HOOK_RESEND))
#define AUDITS (G(AUDIT_VERIFY) | G(AUDIT_WATCH) | G(AUDIT_EXPORT))

_Static_assert(CLI_COMMANDS < 64, "a bit for each command");

const struct cli_option_row cli_options[CLI_OPTIONS] = {
#define TOCSIN_OPTION(name, word, letter, argument, commands, meaning)                                       \
	{ word, letter, argument, commands, meaning },
#include "cli/options.def"
};
const struct cli_command_row cli_commands[CLI_COMMANDS] = {
#define TOCSIN_COMMAND(name, words, operands, line, paragraph) { words, operands, line, paragraph },
#include "cli/options.def"
};
const struct cli_text_row cli_environment[] = {
#define TOCSIN_ENVIRONMENT(name, meaning) { name, meaning, 0 },
#include "cli/options.def"
	{ 0 },
};
const struct cli_text_row cli_exits[] = {
#define TOCSIN_EXIT(name, code, meaning) { #name, meaning, code },
#include "cli/options.def"
	{ 0 },
};

bool cli_option_takes(enum cli_command command, enum cli_option option)
{
	return cli_options[option].commands == ALL ||
	       (command < CLI_COMMANDS && cli_options[option].commands & UINT64_C(1) << command);
}

static int complain(char error[200], const char *format, ...) __attribute__((format(printf, 2, 3)));
static int complain(char error[200], const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(error, 200, format, args);
	va_end(args);
	return -1;
}

static enum cli_option find_long(const char *name, size_t n)
{
	for (int i = 0; i < CLI_OPTIONS; i++)
		if (strlen(cli_options[i].word) == n && !memcmp(cli_options[i].word, name, n))
			return i;
	return CLI_OPTIONS;
}

/* One option at argv[*i]; *i moves on when its argument is the next word. */
static int take_option(int argc, char *const argv[], int *i, struct cli_line *line, char error[200])
{
	const char *word = argv[*i], *value = NULL;
	enum cli_option o = CLI_OPTIONS;
	if (word[1] == '-') {
		size_t n = strcspn(word + 2, "=");
		o = find_long(word + 2, n);
		if (word[2 + n] == '=')
			value = word + 3 + n;
	} else {
		for (int k = 0; k < CLI_OPTIONS; k++)
			if (cli_options[k].letter == word[1])
				o = k;
		if (word[2])
			value = word + 2;
	}
	if (o == CLI_OPTIONS)
		return complain(error, "%s: there is no such option", word);
	if (!cli_options[o].argument) {
		if (value)
			return complain(error, "--%s takes no argument", cli_options[o].word);
		value = "";
	} else if (!value) {
		if (*i + 1 >= argc)
			return complain(error, "--%s needs an argument", cli_options[o].word);
		value = argv[++*i];
	}
	line->value[o] = value;
	return 0;
}

/* The command that the first plain words name; a command may have several. */
static enum cli_command find_command(const char *const words[], int n, int *ret_used)
{
	for (int c = 0; c < CLI_COMMANDS; c++) {
		const char *want = cli_commands[c].words;
		int used = 0;
		for (; *want && used < n; used++) {
			size_t word = strcspn(want, " ");
			if (strlen(words[used]) != word || memcmp(words[used], want, word) != 0)
				break;
			want += word + (want[word] == ' ');
		}
		if (*want)
			continue;
		*ret_used = used;
		return c;
	}
	return CLI_NO_COMMAND;
}

int cli_parse(int argc, char *const argv[], struct cli_line *ret_line, char ret_error[200])
{
	struct cli_line line = { .command = CLI_NO_COMMAND };
	const char *words[20];
	int n = 0, used = 0;
	bool only_words = false;

	for (int i = 1; i < argc; i++) {
		if (!only_words && !strcmp(argv[i], "--")) {
			only_words = true;
		} else if (!only_words && argv[i][0] == '-' && argv[i][1]) {
			if (take_option(argc, argv, &i, &line, ret_error) < 0)
				return -1;
		} else if (n < 20) {
			words[n++] = argv[i];
		} else {
			return complain(ret_error, "%s: too many arguments", argv[i]);
		}
	}
	bool only_asks = line.value[CLI_OPT_HELP] || line.value[CLI_OPT_VERSION];
	line.command = find_command(words, n, &used);
	if (line.command == CLI_NO_COMMAND && !(only_asks && n == 0))
		return n ? complain(ret_error, "%s: there is no such command", words[0])
			 : complain(ret_error, "a command is needed");
	for (int o = 0; o < CLI_OPTIONS; o++)
		if (line.value[o] && !cli_option_takes(line.command, o))
			return complain(ret_error, "%s takes no --%s", cli_commands[line.command].words,
					cli_options[o].word);
	if (line.command != CLI_NO_COMMAND && !only_asks) {
		const char *operands = cli_commands[line.command].operands;
		int most = strstr(operands, "…") ? CLI_MORE : *operands ? 1 : 0, least = *operands && *operands != '[' ? 1 : 0;
		if (n - used > most)
			return complain(ret_error, "%s: too many arguments", words[used + most]);
		if (n - used < least)
			return complain(ret_error, "%.*s is missing", (int)strcspn(operands, " "), operands);
		for (int i = used + 1; i < n; i++)
			line.more[i - used - 1] = words[i];
	}
	line.operand = n > used ? words[used] : NULL;
	*ret_line = line;
	return 0;
}

/* Text in a column: from the current column `at` on, broken at 79. */
static void fill(FILE *out, const char *text, int at, int margin)
{
	for (bool blank = false; *text; text += *text == ' ', blank = true) {
		int n = (int)strcspn(text, " ");
		if (blank && at + 1 + n > 79) {
			fprintf(out, "\n%*s", margin, "");
			at = margin;
			blank = false;
		}
		fprintf(out, "%s%.*s", blank ? " " : "", n, text);
		at += n + blank;
		text += n;
	}
	fputc('\n', out);
}

static void print_options(FILE *out, enum cli_command command, bool global)
{
	for (int i = 0; i < CLI_OPTIONS; i++) {
		const struct cli_option_row *o = &cli_options[i];
		if (global ? o->commands != ALL : o->commands == ALL || !cli_option_takes(command, i))
			continue;
		char left[60];
		int n = o->letter ? snprintf(left, sizeof left, "  -%c, --%s", o->letter, o->word)
				  : snprintf(left, sizeof left, "      --%s", o->word);
		if (o->argument)
			n += snprintf(left + n, sizeof left - (size_t)n, " %s", o->argument);
		fprintf(out, "%-26s", left);
		fill(out, o->meaning, n < 26 ? 26 : n, 26);
	}
}

void cli_help(FILE *out, enum cli_command command)
{
	if (command != CLI_NO_COMMAND) {
		const struct cli_command_row *c = &cli_commands[command];
		fprintf(out, "tocsin %s %s%s[options]\n\n", c->words, c->operands, *c->operands ? " " : "");
		fill(out, c->paragraph, 0, 0);
		fprintf(out, "\nOptions\n");
		print_options(out, command, false);
		fprintf(out, "\nOptions of every command\n");
		print_options(out, command, true);
		return;
	}
	fprintf(out, "tocsin COMMAND [options]: a member's side of a Tocsin server\n\nCommands\n");
	for (int i = 0; i < CLI_COMMANDS; i++) {
		char left[60];
		snprintf(left, sizeof left, "  %s %s", cli_commands[i].words, cli_commands[i].operands);
		fprintf(out, "%-34s", left);
		fill(out, cli_commands[i].line, 34, 34);
	}
	fprintf(out, "\nOptions of every command\n");
	print_options(out, command, true);
	fprintf(out, "\nEnvironment\n");
	for (const struct cli_text_row *e = cli_environment; e->meaning; e++) {
		fprintf(out, "  %-24s", e->name);
		fill(out, e->meaning, 26, 26);
	}
	fprintf(out, "\nExit code\n");
	for (const struct cli_text_row *e = cli_exits; e->meaning; e++) {
		fprintf(out, "  %-24d", e->code);
		fill(out, e->meaning, 26, 26);
	}
	fprintf(out, "\n`tocsin COMMAND --help' says what a command takes; tocsin(1) has examples.\n");
}
