/* The command line of `tocsin`, and text for people. */
#include "check.h"
#include "cli/options.h"
#include "cli/terminal.h"

static struct cli_line line;
static char error[200];

static int parse(const char *words)
{
	static char copy[400];
	char *argv[32] = { "tocsin" };
	int n = 1;
	snprintf(copy, sizeof copy, "%s", words);
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
		argv[n++] = w;
	error[0] = 0;
	return cli_parse(n, argv, &line, error);
}

CASE(commands_options_and_operands_in_any_order)
{
	CHECK_INT(parse("--server https://a send --patience=3 -"), 0);
	CHECK_INT(line.command, CLI_SEND);
	CHECK(!strcmp(line.value[CLI_OPT_SERVER], "https://a") && !strcmp(line.value[CLI_OPT_PATIENCE], "3") && !strcmp(line.operand, "-"));
	CHECK_INT(parse("exercise -u 04:05 play x.json -j"), 0);
	CHECK_INT(line.command, CLI_PLAY);
	CHECK(!strcmp(line.operand, "x.json") && line.value[CLI_OPT_JSON] && !strcmp(line.value[CLI_OPT_UNTIL], "04:05"));
	CHECK_INT(parse("ack -rAIRU-1 0197 -a"), 0);
	CHECK(!strcmp(line.value[CLI_OPT_REFERENCE], "AIRU-1") && line.value[CLI_OPT_ACCEPT]);
	CHECK_INT(parse("send -- --odd-name"), 0);
	CHECK(!strcmp(line.operand, "--odd-name"));
	CHECK_INT(parse("schema"), 0);
	CHECK(!line.operand);
}

CASE(what_is_wrong_is_said)
{
	static const struct { const char *words, *says; } wrong[] = {
		{ "", "a command is needed" }, { "frob", "frob: there is no such command" }, { "exercise", "there is no such command" },
		{ "send", "FILE|- is missing" }, { "send a b", "b: too many arguments" }, { "watch --accept", "watch takes no --accept" },
		{ "watch --frob", "there is no such option" }, { "watch --from", "--from needs an argument" },
		{ "watch --once=1", "--once takes no argument" }, { "watch -z", "there is no such option" },
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		CHECK_INT(parse(wrong[i].words), -1);
		if (!strstr(error, wrong[i].says))
			printf("  %s: %s\n", wrong[i].words, error);
		CHECK(strstr(error, wrong[i].says) != NULL);
	}
}

CASE(help_and_version_need_nothing_else)
{
	CHECK_INT(parse("--help"), 0);
	CHECK_INT(line.command, CLI_NO_COMMAND);
	CHECK_INT(parse("send --help"), 0);
	CHECK_INT(line.command, CLI_SEND);
	CHECK_INT(parse("--version"), 0);
}

CASE(help_names_every_command_and_option_and_keeps_to_79_columns)
{
	char *text;
	size_t n;
	for (int c = 0; c <= CLI_COMMANDS; c++) {
		FILE *f = open_memstream(&text, &n);
		cli_help(f, c);
		fclose(f);
		for (int o = 0; o < CLI_OPTIONS; o++)
			CHECK((strstr(text, cli_options[o].word) != NULL) >= cli_option_takes(c, o));
		for (int k = 0; c == CLI_COMMANDS && k < CLI_COMMANDS; k++)
			CHECK(strstr(text, cli_commands[k].words) != NULL);
		for (char *p = text, *end; (end = strchr(p, '\n')); p = end + 1) {
			CHECK(end - p <= 79);
			CHECK(end == p || end[-1] != ' ');
		}
		free(text);
	}
}

CASE(letters_and_words_are_unique)
{
	for (int i = 0; i < CLI_OPTIONS; i++)
		for (int k = 0; k < i; k++) {
			CHECK(strcmp(cli_options[i].word, cli_options[k].word) != 0);
			CHECK(!cli_options[i].letter || cli_options[i].letter != cli_options[k].letter);
		}
}

CASE(a_character_is_a_column_wide)
{
	CHECK_INT(term_width(TOC_STR("äb€")), 3);
}

CASE(colour_follows_the_wish_and_no_color)
{
	setenv("NO_COLOR", "1", 1);
	CHECK(!term_for(stdout, "auto").colour);
	CHECK(term_for(stdout, "always").colour);
	unsetenv("NO_COLOR");
	CHECK(!term_for(stdout, "never").colour);
	struct term t = { stdout, false };
	CHECK(!*term_on(&t, TERM_RED) && !*term_off(&t));
}

RUN_CASES()
