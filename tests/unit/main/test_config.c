/* test_config.c: options from file, environment and flags; what is refused says where. */
#include "main/config.h"

#include <unistd.h>

#include "check.h"

static struct toc_config c;
static struct toc_error error;

static int read_it(char **argv, char **environment)
{
	int n = 0;
	while (argv[n])
		n++;
	error = (struct toc_error){ 0 };
	return toc_config_read(&c, n, argv, environment, &error);
}
#define ARGS(...) ((char *[]){ (char *)"tocsind", __VA_ARGS__, NULL })
#define ENVIRONMENT(...) ((char *[]){ __VA_ARGS__, NULL })
#define NOTHING ((char *[]){ NULL })

static char path[64];
static char *file_with(const char *text)
{
	strcpy(path, "/tmp/tocsin-config-XXXXXX");
	int fd = mkstemp(path);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
	return path;
}

/* Refused, and the sentence names the place and the fault. */
static void refused(const char *text, const char *place, const char *fault)
{
	char *file = file_with(text), where[128];
	snprintf(where, sizeof where, "%s:%s", file, place);
	CHECK_INT(read_it(ARGS((char *)"serve", (char *)"--config", file), NOTHING), TOC_EINVAL);
	if (!strstr(error.text, where) || !strstr(error.text, fault)) {
		printf("  said: %s\n", error.text);
		CHECK(!"names place and fault");
	}
	toc_config_done(&c);
	unlink(file);
}

CASE(defaults_hold_when_nothing_is_said)
{
	CHECK_INT(read_it(ARGS((char *)"serve"), NOTHING), 0);
	CHECK_INT(c.command, TOC_CMD_SERVE);
	CHECK_INT(toc_config_number(&c, TOC_OPT_PORT), 8443);
	CHECK_TEXT(toc_str_of(toc_config_text(&c, TOC_OPT_LISTEN)), "127.0.0.1");
	CHECK(*toc_config_text(&c, TOC_OPT_STATE) == '/');
	toc_config_done(&c);
}

CASE(a_flag_wins_over_the_environment_and_that_over_the_file)
{
	char *file = file_with("port = 1\nnode = \"a\"\nlog = 'debug' # more\n\n# a comment\n");
	CHECK_INT(read_it(ARGS((char *)"serve", (char *)"--config", file, (char *)"--port=3"),
	                  ENVIRONMENT((char *)"TOCSIN_PORT=2", (char *)"TOCSIN_NODE=b", (char *)"PORT=9")),
	          0);
	CHECK_INT(toc_config_number(&c, TOC_OPT_PORT), 3);
	CHECK_INT(c.set[TOC_OPT_PORT].source, TOC_FROM_FLAG);
	CHECK_TEXT(toc_str_of(toc_config_text(&c, TOC_OPT_NODE)), "b");
	CHECK_INT(c.set[TOC_OPT_NODE].source, TOC_FROM_ENVIRONMENT);
	CHECK_TEXT(toc_str_of(toc_config_text(&c, TOC_OPT_LOG)), "debug");
	CHECK_INT(c.set[TOC_OPT_LOG].source, TOC_FROM_FILE);
	toc_config_done(&c);
	unlink(file);
}

CASE(the_file_can_be_named_in_the_environment)
{
	char *file = file_with("port = 77\n"), variable[96];
	snprintf(variable, sizeof variable, "TOCSIN_CONFIG=%s", file);
	CHECK_INT(read_it(ARGS((char *)"check-config"), ENVIRONMENT(variable)), 0);
	CHECK_INT(toc_config_number(&c, TOC_OPT_PORT), 77);
	toc_config_done(&c);
	unlink(file);
}

CASE(dashes_become_underscores_in_the_environment)
{
	CHECK_INT(read_it(ARGS((char *)"serve"), ENVIRONMENT((char *)"TOCSIN_MESSAGES_PER_MINUTE=12")), 0);
	CHECK_INT(toc_config_limit(&c, TOC_LIMIT_messages_per_minute), 12);
	toc_config_done(&c);
}

CASE(every_limit_is_an_option_in_the_file_the_environment_and_as_a_flag)
{
	char *file = file_with("ring-kib = 128\nstall_s = 3\nwaiting = 7\n"), text[4096] = "";
	CHECK_INT(read_it(ARGS((char *)"serve", (char *)"--config", file, (char *)"--waiting", (char *)"9"),
	                  ENVIRONMENT((char *)"TOCSIN_STALL_S=4")),
	          0);
	CHECK_INT(toc_config_limit(&c, TOC_LIMIT_ring_kib), 128);
	CHECK_INT(toc_config_limit(&c, TOC_LIMIT_stall_s), 4);
	CHECK_INT(toc_config_limit(&c, TOC_LIMIT_waiting), 9);
	CHECK_INT(toc_config_limit(&c, TOC_LIMIT_reads_waiting), 1024);
	FILE *out = fmemopen(text, sizeof text, "w");
	toc_config_print(&c, out);
	fclose(out);
	CHECK(strstr(text, "ring-kib = 128  # file\n") && strstr(text, "stall-s = 4  # environment\n") &&
	      strstr(text, "waiting = 9  # flag\n") && strstr(text, "reads-waiting = 1024  # default\n"));
	toc_config_done(&c);
	unlink(file);
	refused("ring-kib = 1\n", "1", "ring-kib: \"1\" is not a number from 64 to 4194304");
	refused("waiting = many\n", "1", "without quotes");
	refused("wating = 1\n", "1", "Did you mean waiting?");
}

CASE(a_switch_can_be_turned_off)
{
	CHECK_INT(read_it(ARGS((char *)"demo", (char *)"--no-actors"), NOTHING), 0);
	CHECK_INT(toc_config_number(&c, TOC_OPT_ACTORS), 0);
	toc_config_done(&c);
	CHECK_INT(read_it(ARGS((char *)"demo", (char *)"--actors=false"), NOTHING), 0);
	CHECK_INT(toc_config_number(&c, TOC_OPT_ACTORS), 0);
	toc_config_done(&c);
}

CASE(two_words_make_a_command)
{
	CHECK_INT(read_it(ARGS((char *)"db", (char *)"status", (char *)"--state", (char *)"x"), NOTHING), 0);
	CHECK_INT(c.command, TOC_CMD_DB_STATUS);
	CHECK(*toc_config_text(&c, TOC_OPT_STATE) == '/'); /* made absolute */
	toc_config_done(&c);
}

CASE(what_is_wrong_in_a_file_is_named_with_its_line)
{
	refused("\nport = 70000\n", "2", "not a number from 0 to 65535");
	refused("port = \"x\"\n", "1", "not a number");
	refused("prot = 1\n", "1", "Did you mean port?");
	refused("colour = 1\n", "1", "no such option");
	refused("[server]\n", "1", "no [sections]");
	refused("port\n", "1", "name = value");
	refused("log = info\n", "1", "without quotes");
	refused("log = \"info\n", "1", "closing quote");
	refused("log = \"info\" x\n", "1", "after the value");
	refused("log = \"\\q\"\n", "1", "escape");
	refused("log = \"loud\"\n", "1", "error, warn, info, debug");
	refused("actors = 1\n", "1", "neither true nor false");
	refused("node = \"a b\"\n", "1", "not a name");
	refused("origin = \"http://x\"\n", "1", "https://HOST");
	refused("other-nodes = \"https://b.example, http://c.example\"\n", "1", "list of at most 8");
	refused("other-nodes = \"javascript:alert(1)\"\n", "1", "list of at most 8");
	refused("other-nodes = \"https://b.example@c.example\"\n", "1", "list of at most 8");
	refused("other-nodes = \"https://b.example/socket\"\n", "1", "list of at most 8");
	refused("other-nodes = \"https://\"\n", "1", "list of at most 8");
	refused("other-nodes = \"https://1 https://2 https://3 https://4 https://5 https://6 https://7 https://8 https://9\"\n", "1", "list of at most 8");
	refused("config = \"x\"\n", "1", "no such option");
}

CASE(what_is_wrong_on_the_command_line_is_said)
{
	static const struct {
		char *args[4];
		const char *fault;
	} bad[] = {
		{ { (char *)"tocsind", NULL }, "no command" },
		{ { (char *)"tocsind", (char *)"sreve", NULL }, "no such command" },
		{ { (char *)"tocsind", (char *)"serve", (char *)"--prot", NULL }, "Did you mean port?" },
		{ { (char *)"tocsind", (char *)"serve", (char *)"--port", NULL }, "needs a value" },
		{ { (char *)"tocsind", (char *)"serve", (char *)"--no-actors", NULL }, "no such option" },
		{ { (char *)"tocsind", (char *)"serve", (char *)"extra", NULL }, "one argument too many" },
		{ { (char *)"tocsind", (char *)"serve", (char *)"--tls-key=x", NULL }, "give both" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(read_it((char **)(uintptr_t)bad[i].args, NOTHING), TOC_EINVAL);
		CHECK(strstr(error.text, bad[i].fault) != NULL);
		toc_config_done(&c);
	}
}

static char printed[65536];
static void print(const char *database)
{
	char variable[256];
	snprintf(variable, sizeof variable, "TOCSIN_DATABASE=%s", database);
	CHECK_INT(read_it(ARGS((char *)"check-config"), ENVIRONMENT(variable)), 0);
	FILE *f = fmemopen(printed, sizeof printed, "w");
	toc_config_print(&c, f);
	fclose(f);
	toc_config_done(&c);
}

CASE(check_config_never_prints_a_password)
{
	print("postgresql://tocsin:hunter2@db.example/tocsin");
	CHECK(strstr(printed, "postgresql://tocsin:***@db.example/tocsin") != NULL);
	CHECK(strstr(printed, "hunter2") == NULL);
	print("host=db password=hunter2 dbname=x");
	CHECK(strstr(printed, "password=*** dbname=x") != NULL);
	CHECK(strstr(printed, "hunter2") == NULL);
	CHECK(strstr(printed, "# environment") != NULL);
}

CASE(help_names_every_option_of_a_command)
{
	FILE *f = fmemopen(printed, sizeof printed, "w");
	toc_config_help(TOC_CMD_SERVE, f);
	fclose(f);
	CHECK(strstr(printed, "--tls-certificate FILE") != NULL);
	CHECK(strstr(printed, "--no-actors") == NULL); /* the demo's */
	for (char *line = strtok(printed, "\n"); line; line = strtok(NULL, "\n"))
		CHECK(strlen(line) <= 80);
}

CASE(the_manual_names_every_option_in_lines_that_roff_takes_as_text)
{
	FILE *f = fmemopen(printed, sizeof printed, "w");
	toc_config_manual(f);
	fclose(f);
	CHECK(strstr(printed, ".It Fl -tls-certificate Ar FILE\n") != NULL);
	CHECK(strstr(printed, ".It Fl -actors , Fl -no-actors\n") != NULL);
	for (char *line = strtok(printed, "\n"); line; line = strtok(NULL, "\n")) {
		CHECK(strlen(line) <= 80);
		CHECK(line[0] != '\'' && (line[0] != '.' || (line[1] >= 'A' && line[1] <= 'Z') || line[1] == '\\'));
	}
}

RUN_CASES()
