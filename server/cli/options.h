/* options.h: the command line of `tocsin`, from options.def. */
#ifndef TOC_CLI_OPTIONS_H
#define TOC_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum cli_command {
#define TOCSIN_COMMAND(name, words, operands, line, paragraph) CLI_##name,
#include "cli/options.def"
	CLI_COMMANDS,
	CLI_NO_COMMAND = CLI_COMMANDS
};
enum cli_option {
#define TOCSIN_OPTION(name, word, letter, argument, commands, meaning) CLI_OPT_##name,
#include "cli/options.def"
	CLI_OPTIONS
};
enum cli_exit {
#define TOCSIN_EXIT(name, code, meaning) CLI_EXIT_##name = code,
#include "cli/options.def"
};

struct cli_option_row {
	const char *word;
	char letter;
	const char *argument; /* NULL: takes none */
	uint64_t commands; /* a bit each */
	const char *meaning;
};
struct cli_command_row {
	const char *words, *operands, *line, *paragraph;
};
struct cli_text_row {
	const char *name, *meaning;
	int code;
};
#define CLI_ALL_COMMANDS UINT64_MAX
extern const struct cli_option_row cli_options[CLI_OPTIONS];
extern const struct cli_command_row cli_commands[CLI_COMMANDS];
extern const struct cli_text_row cli_environment[], cli_exits[]; /* end with a NULL meaning */

#define CLI_MORE 17
/** A parsed command line. Borrowed from argv. */
struct cli_line {
	enum cli_command command;       /* CLI_NO_COMMAND: only --help or --version */
	const char *value[CLI_OPTIONS]; /* NULL: not given; "" for an option without argument */
	const char *operand;            /* NULL: none */
	const char *more[CLI_MORE];     /* further operands, of commands that take several; NULL ends them */
};
/** @return 0, or -1 with one sentence in ret_error. Options may stand anywhere; "--" ends them. */
int cli_parse(int argc, char *const argv[], struct cli_line *ret_line, char ret_error[200]);
bool cli_option_takes(enum cli_command command, enum cli_option option);
/** The help of one command, or of all. */
void cli_help(FILE *out, enum cli_command command);

#endif
