/* toml.c: prints the manual page tocsind.toml(5) in mdoc, from the server's own tables of options and limits. A test
 * compares the page here with what it prints. (tocsind(8) is printed by `tocsind --manual`, tocsin(1) by
 * tocsin_manual.) */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct option {
	const char *name, *kind, *standard, *argument, *commands, *help;
	long long least, most;
};
static const struct option options[] = {
#define TOC_OPTION(NAME, name, kind, standard, least, most, argument, commands, help)                        \
	{ name, #kind, standard, argument, commands, help, least, most },
#include "main/option.def"
#undef TOC_OPTION
};
static const struct option limits[] = {
#define TOC_LIMIT(name, part, standard, least, most, kind, what)                                             \
	{ #name, "NUMBER", #standard, "N", "SD", what ".", least, most },
#include "measure/limit.def"
#undef TOC_LIMIT
};
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A sentence on a line of its own; a backslash, and what would begin a request, escaped. */
static void text(const char *s)
{
	for (bool begin = true; *s; s++) {
		if (begin && (*s == '.' || *s == '\''))
			fputs("\\&", stdout);
		begin = false;
		if (*s == '\\')
			fputs("\\e", stdout);
		else
			putchar(*s);
		if (s[0] == '.' && s[1] == ' ') {
			putchar('\n');
			s++;
			begin = true;
		}
	}
	putchar('\n');
}

static bool is_switch(const struct option *o)
{
	return !strcmp(o->kind, "SWITCH");
}
static bool is_number(const struct option *o)
{
	return !strcmp(o->kind, "NUMBER");
}

static void standard(const struct option *o)
{
	if (*o->standard)
		printf("Default: %s.\n", o->standard);
	if (is_number(o))
		printf("From %lld to %lld.\n", o->least, o->most);
}

static void limit(const struct option *o)
{
	printf(".It Va ");
	for (const char *p = o->name; *p; p++)
		putchar(*p == '_' ? '-' : *p);
	printf(" = number\n");
	text(o->help);
	standard(o);
}

static void page(void)
{
	puts(".Dd November 22, 2026\n.Dt TOCSIND.TOML 5\n.Os\n.Sh NAME\n.Nm tocsind.toml\n.Nd configuration "
	     "of tocsind\n.Sh DESCRIPTION\n"
	     "Lines of the form\n.Ar name\n=\n.Ar value ,\nblank lines, and comments from\n.Ql #\nto the end "
	     "of the line: the part of TOML that a flat list of options needs.\n"
	     "A text stands in double or single quotes, a number and\n.Cm true\nor\n.Cm false\nby "
	     "themselves.\n"
	     "A name that there is not, a value of the wrong kind and a value outside its limits are errors "
	     "that name the line.\n"
	     ".Cm tocsind check-config\nprints every option with its value and where it comes "
	     "from.\n.Pp\nThe options are:\n.Bl -tag -width Ds");
	for (size_t i = 0; i < COUNT(options); i++) {
		const struct option *o = &options[i];
		if (!strcmp(o->name, "config") || !strchr(o->commands, 'S'))
			continue; /* a flag and a variable only, or of demo only */
		printf(".It Va %s = %s\n", o->name,
		       is_switch(o)   ? "true | false"
		       : is_number(o) ? "number"
				      : "\"text\"");
		text(o->help);
		standard(o);
	}
	puts(".El\n.Pp\nEvery queue has a limit.\nWhat is limited, and what happens at the limit:\n.Bl -tag "
	     "-width Ds");
	for (size_t i = 0; i < COUNT(limits); i++)
		limit(&limits[i]);
	puts(".El\n.Sh FILES\n.Pa /etc/tocsin/tocsind.toml\n.Sh EXAMPLES\n.Bd -literal -offset indent\n"
	     "origin = \"https://tocsin.example.org\"\nlisten = \"::\"\nport = 443\n"
	     "tls-certificate = \"/etc/tocsin/chain.pem\"\ntls-key = \"/etc/tocsin/key.pem\"\n"
	     "database = \"postgresql:///tocsin?host=/run/postgresql\"\n.Ed\n.Sh SEE ALSO\n.Xr tocsind 8");
}

int main(void)
{
	puts(".\\\" Made from server/main/option.def and server/measure/limit.def by docs/man/toml.c. Do not edit.");
	page();
	return 0;
}
