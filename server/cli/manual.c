/* manual.c: prints the manual page tocsin(1) in mdoc, from options.def and the examples below. */
#include <stdio.h>
#include <string.h>

#include "cli/options.h"

/* Escapes for text lines: a backslash, and a period or apostrophe that would begin a request. */
static void text(const char *s)
{
	for (bool begin = true; *s; s++) {
		if (begin && (*s == '.' || *s == '\''))
			fputs("\\&", stdout);
		begin = false;
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-' && s[1] == '-')
			fputs("\\-", stdout);
		else
			putchar(*s);
		/* new sentence, new line */
		if (s[0] == '.' && s[1] == ' ') {
			putchar('\n');
			s++;
			begin = true;
		}
	}
	putchar('\n');
}

static void options(enum cli_command command, bool global)
{
	puts(".Bl -tag -width Ds");
	for (int i = 0; i < CLI_OPTIONS; i++) {
		const struct cli_option_row *o = &cli_options[i];
		bool is_global = o->commands == CLI_ALL_COMMANDS;
		if (is_global != global || (!global && !cli_option_takes(command, i)))
			continue;
		printf(".It ");
		if (o->letter)
			printf("Fl %c , ", o->letter);
		printf("Fl \\-%s", o->word);
		printf(o->argument ? " Ar %s\n" : "\n", o->argument);
		text(o->meaning);
	}
	puts(".El");
}

static void operands(const char *s)
{
	if (!*s)
		return;
	if (*s == '[')
		printf(" Op Ar %.*s", (int)strlen(s) - 2, s + 1);
	else if (strchr(s, ' ')) /* NAME [PARAMETER=VALUE…] */
		printf(" Ar %.*s Op Ar %.*s ...", (int)strcspn(s, " "), s, (int)strcspn(strchr(s, '[') + 1, "…]"), strchr(s, '[') + 1);
	else if (strchr(s, '|'))
		printf(" Ar %.*s | Cm %s", (int)strcspn(s, "|"), s, strchr(s, '|') + 1);
	else
		printf(" Ar %s", s);
}

static void table(const char *title, const struct cli_text_row *row, bool codes)
{
	printf(".Sh %s\n.Bl -tag -width Ds\n", title);
	for (; row->meaning; row++) {
		if (codes)
			printf(".It %d\n", row->code);
		else
			printf(".It Ev %s\n", row->name);
		text(row->meaning);
	}
	puts(".El");
}

int main(void)
{
	puts(".\\\" Made from server/cli/options.def by tocsin_manual. Do not edit.\n"
	     ".Dd November 22, 2026\n.Dt TOCSIN 1\n.Os\n.Sh NAME\n.Nm tocsin\n.Nd a member's side of a "
	     "Tocsin server\n.Sh SYNOPSIS");
	for (int c = 0; c < CLI_COMMANDS; c++) {
		printf(".Nm\n.Cm %s", cli_commands[c].words);
		operands(cli_commands[c].operands);
		puts("\n.Op Ar options");
	}
	puts(".Sh DESCRIPTION\n"
	     "Tocsin links platforms and authorities under the EU Crisis Protocol: a threat to life that one "
	     "member sends is on every\n"
	     "entitled member's screen within a second, is recorded, and is chased until a person has "
	     "answered for it.\n"
	     ".Nm\nis a client for people at a terminal, for scripts and for gateways.\n.Pp\nThe commands "
	     "are:");
	for (int c = 0; c < CLI_COMMANDS; c++) {
		printf(".Ss %s\n", cli_commands[c].words);
		text(cli_commands[c].paragraph);
		bool any = false;
		for (int o = 0; o < CLI_OPTIONS; o++)
			any |= cli_options[o].commands != CLI_ALL_COMMANDS && cli_option_takes(c, o);
		if (any)
			options(c, false);
	}
	puts(".Ss Options of every command");
	options(CLI_NO_COMMAND, true);
	table("ENVIRONMENT", cli_environment, false);
	table("EXIT STATUS", cli_exits, true);
	puts(".Sh EXAMPLES\n"
	     "Watch what reaches your organisation, and keep your place in a file:\n"
	     ".Dl $ TOCSIN_KEY=toc_... tocsin watch --position ~/.tocsin-position\n.Pp\n"
	     "A gateway that writes every entry to a program, with machine receipts:\n"
	     ".Dl $ tocsin --key-file key watch --json --receipts | our-case-system\n.Pp\n"
	     "Who would get this notification, and why:\n"
	     ".Dl $ tocsin send --prepare threat.json\n.Pp\n"
	     "Take a case over:\n"
	     ".Dl $ tocsin ack 0197c3 --accept --reference AIRU-7711\n.Pp\n"
	     "Play an exercise to the second, in seconds:\n"
	     ".Dl $ tocsin exercise play server/exercises/lantern.json --credentials demo/credentials.json\n"
	     ".Sh SEE ALSO\n.Xr tocsind 8");
	return 0;
}
