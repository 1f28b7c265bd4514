/* config.c: options from a file, the environment and flags, in that order of growing weight.
 *
 * Each value is checked where it is written, so that an error names file and line, variable or flag. The file is
 * the part of TOML that a flat list of options needs: name = "text" | 'text' | number | true | false, comments. */
#include "main/config.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES_MAX (64 * 1024)
#define SYSTEM_FILE "/etc/tocsin/tocsind.toml"

enum kind { TEXT, PATH, NUMBER, SWITCH, SECRET };

static const struct option_row {
	const char *name; /* of a limit with underscores, as in the table; spelled() is what people see */
	enum kind kind;
	const char *fallback;
	int64_t least, most;
	const char *argument, *commands, *help;
} options[TOC_OPTIONS] = {
#define TOC_OPTION(NAME, name, kind, fallback, least, most, argument, commands, help) \
	{ name, kind, fallback, least, most, argument, commands, help },
#include "main/option.def"
#undef TOC_OPTION
#define TOC_LIMIT(name, part, standard, least, most, kind, what) { #name, NUMBER, #standard, least, most, "N", "SD", what "." },
#include "measure/limit.def"
#undef TOC_LIMIT
};

static const struct command_row {
	enum toc_command_name command;
	const char *words;
	char letter;
	const char *help;
} commands[] = {
#define TOC_COMMAND(NAME, words, letter, help) { TOC_CMD_##NAME, words, letter, help },
#include "main/command.def"
#undef TOC_COMMAND
};
#define N_COMMANDS (sizeof commands / sizeof *commands)

static bool takes(char letter, const struct option_row *o)
{
	return letter == '*' || strchr(o->commands, letter);
}

/* As it is written: with hyphens. In the arena of nobody, for one option at a time. */
static const char *spelled(const struct option_row *o)
{
	static char space[64];
	size_t i = 0;
	for (; o->name[i] && i + 1 < sizeof space; i++)
		space[i] = o->name[i] == '_' ? '-' : o->name[i];
	space[i] = '\0';
	return space;
}

/* Edit distance of at most 2, for "did you mean": short words, so the simple recursion will do. */
static bool is_near(const char *a, const char *b, int budget)
{
	if (budget < 0)
		return false;
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (!*a && !*b)
		return true;
	return (*a && is_near(a + 1, b, budget - 1)) || (*b && is_near(a, b + 1, budget - 1)) ||
	       (*a && *b && is_near(a + 1, b + 1, budget - 1));
}

static const struct option_row *find(struct toc_str name)
{
	char word[64];
	if (name.n >= sizeof word)
		return NULL;
	for (size_t i = 0; i < name.n; i++) /* an underscore is as good as a hyphen */
		word[i] = name.p[i] == '_' ? '-' : name.p[i];
	for (size_t i = 0; i < TOC_OPTIONS; i++)
		if (toc_str_is((struct toc_str){ word, name.n }, spelled(&options[i])))
			return &options[i];
	return NULL;
}

static int unknown(struct toc_error *reterr, const char *where, struct toc_str name)
{
	char word[64];
	snprintf(word, sizeof word, "%.*s", TOC_STR_ARGS(name));
	for (size_t i = 0; i < TOC_OPTIONS; i++)
		if (is_near(word, spelled(&options[i]), 2))
			return toc_fail(reterr, TOC_EINVAL, "%s: no such option: %s. Did you mean %s?", where, word,
			                spelled(&options[i]));
	return toc_fail(reterr, TOC_EINVAL, "%s: no such option: %s. See tocsind --help", where, word);
}

static const char *absolute(struct toc_config *c, const char *path)
{
	char cwd[PATH_MAX];
	if (!*path || *path == '/' || !getcwd(cwd, sizeof cwd))
		return path;
	return toc_arena_printf(c->arena, "%s/%s", cwd, path).p;
}

static bool is_origin(const char *text, size_t n)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";
	return n > 8 && !strncmp(text, "https://", 8) && strspn(text + 8, allowed) >= n - 8;
}

/* At most 8 of them, separated by commas or spaces. */
static bool are_origins(const char *text)
{
	unsigned many = 0;
	while (*text) {
		size_t n = strcspn(text, ", ");
		if (n && (!is_origin(text, n) || ++many > 8))
			return false;
		text += n + (text[n] != '\0');
	}
	return true;
}

/* Some texts have a shape of their own. */
static const char *fault(enum toc_option o, const char *text)
{
	size_t n = strlen(text);
	switch (o) {
	case TOC_OPT_LOG:
		return !strcmp(text, "error") || !strcmp(text, "warn") || !strcmp(text, "info") || !strcmp(text, "debug") ?
		               NULL :
		               "is not one of error, warn, info, debug";
	case TOC_OPT_NODE:
		return n >= 1 && n <= 16 &&
		                       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n ?
		               NULL :
		               "is not a name of 1 to 16 letters, digits, . _ -";
	case TOC_OPT_ORIGIN:
		return !n || (!strncmp(text, "https://", 8) && n > 8 && !strpbrk(text + 8, "/?# ")) ?
		               NULL :
		               "is not https://HOST or https://HOST:PORT";
	case TOC_OPT_OTHER_NODES:
		return are_origins(text) ? NULL : "is not a list of at most 8 of https://HOST or https://HOST:PORT";
	case TOC_OPT_SMTP:
		return !n || !strncmp(text, "smtp://", 7) || !strncmp(text, "smtps://", 8) ? NULL :
		                                                                             "is not smtp://HOST:PORT or smtps://HOST:PORT";
	case TOC_OPT_MAIL_FROM:
		return !n || (strchr(text, '@') && strchr(text, '@') != text && strchr(text, '@')[1] &&
		              strpbrk(text, " <>,;\"\r\n") == NULL) ?
		               NULL :
		               "is not name@domain";
	default:
		return NULL;
	}
}

static int put(struct toc_config *c, const struct option_row *o, struct toc_str value, enum toc_source source,
               const char *where, struct toc_error *reterr)
{
	struct toc_setting *s = &c->set[o - options];
	const char *text = toc_arena_cstr(c->arena, value);
	int64_t number = 0;
	if (o->kind == NUMBER) {
		char *end;
		errno = 0;
		number = strtoll(text, &end, 10);
		if (!*text || *end || errno || number < o->least || number > o->most)
			return toc_fail(reterr, TOC_EINVAL, "%s: %s: \"%.40s\" is not a number from %lld to %lld", where,
			                spelled(o), text, (long long)o->least, (long long)o->most);
	} else if (o->kind == SWITCH) {
		number = !strcmp(text, "true");
		if (!number && strcmp(text, "false") != 0)
			return toc_fail(reterr, TOC_EINVAL, "%s: %s: \"%.40s\" is neither true nor false", where, spelled(o), text);
	} else {
		const char *why = fault((enum toc_option)(o - options), text);
		if (why)
			return toc_fail(reterr, TOC_EINVAL, "%s: %s: \"%.80s\" %s", where, spelled(o), text, why);
		if (o->kind == PATH)
			text = absolute(c, text);
	}
	*s = (struct toc_setting){ .text = text, .number = number, .source = source };
	return 0;
}

/* ---- the file ---- */

/* A value with what follows it on the line. @return NULL, or what is wrong with it */
static const char *parse_value(struct toc_arena *a, struct toc_str in, struct toc_str *ret)
{
	struct toc_buf b;
	const char *why = NULL;
	size_t i = 1;
	toc_buf_init(&b, FILE_BYTES_MAX);
	if (in.n && (*in.p == '"' || *in.p == '\'')) {
		char quote = *in.p;
		for (; i < in.n && in.p[i] != quote; i++) {
			if (quote == '\'' || in.p[i] != '\\') {
				toc_buf_byte(&b, (uint8_t)in.p[i]);
				continue;
			}
			const char *escape = ++i < in.n ? strchr("\"\\nt", in.p[i]) : NULL;
			if (!escape || !*escape) {
				why = "an escape other than \\\" \\\\ \\n \\t";
				goto out;
			}
			toc_buf_byte(&b, (uint8_t)"\"\\\n\t"[escape - "\"\\nt"]);
		}
		if (i >= in.n) {
			why = "a text without its closing quote";
			goto out;
		}
		i++;
	} else {
		for (i = 0; i < in.n && !strchr(" \t#", in.p[i]); i++)
			toc_buf_byte(&b, (uint8_t)in.p[i]);
		struct toc_str bare = toc_buf_view(&b);
		if (!bare.n || (!toc_str_is(bare, "true") && !toc_str_is(bare, "false") && !strchr("+-0123456789", *bare.p))) {
			why = "a text without quotes";
			goto out;
		}
	}
	struct toc_str rest = toc_str_trim((struct toc_str){ in.p + i, in.n - i });
	if (rest.n && *rest.p != '#')
		why = "something after the value";
	else
		*ret = toc_arena_str(a, toc_buf_view(&b));
out:
	toc_buf_done(&b);
	return why;
}

static int read_line(struct toc_config *c, struct toc_str line, const char *where, struct toc_error *reterr)
{
	line = toc_str_trim(line);
	if (!line.n || *line.p == '#')
		return 0;
	if (*line.p == '[')
		return toc_fail(reterr, TOC_EINVAL, "%s: there are no [sections]: every option is a line of its own", where);
	const char *equals = memchr(line.p, '=', line.n);
	if (!equals)
		return toc_fail(reterr, TOC_EINVAL, "%s: not of the form name = value", where);
	struct toc_str name = toc_str_trim((struct toc_str){ line.p, (size_t)(equals - line.p) });
	struct toc_str value = toc_str_trim((struct toc_str){ equals + 1, line.n - (size_t)(equals + 1 - line.p) });
	const struct option_row *o = find(name);
	if (!o || o == &options[TOC_OPT_CONFIG])
		return unknown(reterr, where, name);
	const char *why = parse_value(c->arena, value, &value);
	if (why)
		return toc_fail(reterr, TOC_EINVAL, "%s: %s: %s", where, spelled(o), why);
	return put(c, o, value, TOC_FROM_FILE, where, reterr);
}

static int read_file(struct toc_config *c, const char *path, struct toc_error *reterr)
{
	static char bytes[FILE_BYTES_MAX + 1];
	FILE *f = fopen(path, "re");
	if (!f)
		return toc_fail(reterr, TOC_EINVAL, "%s: %s", path, strerror(errno));
	size_t n = fread(bytes, 1, sizeof bytes, f);
	int bad = ferror(f);
	fclose(f);
	if (bad)
		return toc_fail(reterr, TOC_EINVAL, "%s: cannot be read", path);
	if (n > FILE_BYTES_MAX)
		return toc_fail(reterr, TOC_EINVAL, "%s: over %d bytes, the limit", path, FILE_BYTES_MAX);
	if (!toc_str_is_utf8((struct toc_str){ bytes, n }))
		return toc_fail(reterr, TOC_EINVAL, "%s: not UTF-8 text", path);
	unsigned number = 0;
	for (size_t at = 0; at < n;) {
		const char *newline = memchr(bytes + at, '\n', n - at);
		size_t length = newline ? (size_t)(newline - (bytes + at)) : n - at;
		struct toc_str where = toc_arena_printf(c->arena, "%s:%u", path, ++number);
		int r = read_line(c, (struct toc_str){ bytes + at, length }, where.p, reterr);
		if (r < 0)
			return r;
		at += length + 1;
	}
	c->file = path;
	return 0;
}

/* ---- environment and flags ---- */

static const char *in_environment(char **environment, const char *name)
{
	for (; environment && *environment; environment++) {
		const char *e = *environment, *n = name;
		if (strncmp(e, "TOCSIN_", 7) != 0)
			continue;
		for (e += 7; *n && *e == (*n == '-' ? '_' : *n >= 'a' && *n <= 'z' ? *n - 'a' + 'A' : *n); n++)
			e++;
		if (!*n && *e == '=')
			return e + 1;
	}
	return NULL;
}

static int read_environment(struct toc_config *c, char **environment, struct toc_error *reterr)
{
	for (size_t i = 0; i < TOC_OPTIONS; i++) {
		const char *value = i == TOC_OPT_CONFIG ? NULL : in_environment(environment, options[i].name);
		int r = value ? put(c, &options[i], toc_str_of(value), TOC_FROM_ENVIRONMENT, "environment", reterr) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

/* One flag, with its value in the same word or in the next. @return words taken, or TOC_EINVAL */
static int read_flag(struct toc_config *c, char letter, char **words, struct toc_error *reterr)
{
	const char *word = words[0] + 2, *equals = strchr(word, '=');
	struct toc_str name = { word, equals ? (size_t)(equals - word) : strlen(word) };
	const struct option_row *o = find(name);
	bool off = false;
	if (!o && name.n > 3 && !memcmp(name.p, "no-", 3)) {
		o = find((struct toc_str){ name.p + 3, name.n - 3 });
		off = o && o->kind == SWITCH && !equals;
		o = off ? o : NULL;
	}
	if (!o || !takes(letter, o))
		return unknown(reterr, "command line", name);
	if (o->kind == SWITCH) {
		struct toc_str value = equals ? toc_str_of(equals + 1) : off ? TOC_STR("false") : TOC_STR("true");
		int r = put(c, o, value, TOC_FROM_FLAG, "command line", reterr);
		return r < 0 ? r : 1;
	}
	const char *value = equals ? equals + 1 : words[1];
	if (!value)
		return toc_fail(reterr, TOC_EINVAL, "command line: --%s needs a value (%s)", spelled(o), o->argument);
	int r = put(c, o, toc_str_of(value), TOC_FROM_FLAG, "command line", reterr);
	return r < 0 ? r : equals ? 1 : 2;
}

/* The command's words ("db status" has two). @return words taken, or TOC_EINVAL */
static int read_command(struct toc_config *c, char **words, char *ret_letter, struct toc_error *reterr)
{
	char two[64];
	snprintf(two, sizeof two, "%s %s", words[0], words[1] ? words[1] : "");
	for (size_t i = 0; i < N_COMMANDS; i++) {
		bool pair = strchr(commands[i].words, ' ');
		if (strcmp(pair ? two : words[0], commands[i].words) != 0)
			continue;
		c->command = commands[i].command;
		*ret_letter = commands[i].letter;
		return pair ? 2 : 1;
	}
	return toc_fail(reterr, TOC_EINVAL, "command line: no such command: %.40s. See tocsind --help", words[0]);
}

/* Source: XDG base directory specification, XDG_STATE_HOME */
static const char *default_state(struct toc_arena *a)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (geteuid() == 0)
		return "/var/lib/tocsin";
	if (xdg && *xdg == '/')
		return toc_arena_printf(a, "%s/tocsin", xdg).p;
	return toc_arena_printf(a, "%s/.local/state/tocsin", home ? home : "").p;
}

int toc_config_read(struct toc_config *ret, int argc, char **argv, char **environment, struct toc_error *reterr)
{
	char letter = 0;
	int r = 0;
	*ret = (struct toc_config){ .arena = toc_arena_new() };
	for (size_t i = 0; i < TOC_OPTIONS; i++) {
		r = put(ret, &options[i], toc_str_of(options[i].fallback), TOC_FROM_DEFAULT, "default", reterr);
		if (r < 0)
			return r;
	}
	/* Flags are read twice: first to know the file, then, after file and environment, to win over both. */
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 1; i < argc; i += r) {
			if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
				ret->help_for = ret->command;
				ret->command = TOC_CMD_HELP;
				return 0;
			}
			if (!strcmp(argv[i], "--version") || !strcmp(argv[i], "--manual")) {
				ret->command = argv[i][2] == 'v' ? TOC_CMD_VERSION : TOC_CMD_MANUAL;
				return 0;
			}
			if (!strncmp(argv[i], "--", 2))
				r = read_flag(ret, ret->command ? letter : '*', argv + i, reterr);
			else if (pass == 0 && ret->command == TOC_CMD_NONE)
				r = read_command(ret, argv + i, &letter, reterr);
			else if (pass == 1) /* the command's words; pass 0 has refused anything else */
				r = 1;
			else
				r = toc_fail(reterr, TOC_EINVAL, "command line: one argument too many: %.40s", argv[i]);
			if (r < 0)
				return r;
		}
		if (pass == 1)
			break;
		if (ret->command == TOC_CMD_NONE)
			return toc_fail(reterr, TOC_EINVAL, "command line: no command. See tocsind --help");
		const char *file = in_environment(environment, "config");
		if (ret->set[TOC_OPT_CONFIG].source == TOC_FROM_DEFAULT && file &&
		    (r = put(ret, &options[TOC_OPT_CONFIG], toc_str_of(file), TOC_FROM_ENVIRONMENT, "environment", reterr)) < 0)
			return r;
		file = ret->set[TOC_OPT_CONFIG].text;
		if (!*file && ret->command != TOC_CMD_DEMO && access(SYSTEM_FILE, F_OK) == 0)
			file = SYSTEM_FILE;
		if ((*file && (r = read_file(ret, file, reterr)) < 0) || (r = read_environment(ret, environment, reterr)) < 0)
			return r;
	}
	if (!*ret->set[TOC_OPT_STATE].text)
		ret->set[TOC_OPT_STATE].text = default_state(ret->arena);
	if (!*ret->set[TOC_OPT_TLS_CERTIFICATE].text != !*ret->set[TOC_OPT_TLS_KEY].text)
		return toc_fail(reterr, TOC_EINVAL, "tls-certificate and tls-key: give both, or neither");
	return 0;
}

void toc_config_done(struct toc_config *c)
{
	toc_arena_free(c->arena);
	c->arena = NULL;
}

/* ---- words for people ---- */

/* The password in a URL or a key=value string becomes stars; the rest is what an operator looks for. */
static void print_secret(const char *text, FILE *out)
{
	const char *at = strstr(text, "://") ? strchr(text, '@') : NULL;
	const char *colon = at ? strchr(strstr(text, "://") + 3, ':') : NULL;
	const char *key = strstr(text, "password=");
	if (colon && colon < at) {
		fprintf(out, "%.*s***%s", (int)(colon + 1 - text), text, at);
	} else if (key) {
		size_t n = strcspn(key, " &");
		fprintf(out, "%.*spassword=***%s", (int)(key - text), text, key + n);
	} else {
		fputs(text, out);
	}
}

void toc_config_print(const struct toc_config *c, FILE *out)
{
	static const char *const sources[] = { "default", "file", "environment", "flag" };
	if (c->file)
		fprintf(out, "# file: %s\n", c->file);
	for (size_t i = 0; i < TOC_OPTIONS; i++) {
		const struct toc_setting *s = &c->set[i];
		if (i == TOC_OPT_CONFIG)
			continue;
		fprintf(out, "%s = ", spelled(&options[i]));
		if (options[i].kind == NUMBER || options[i].kind == SWITCH) {
			fputs(s->text, out);
		} else {
			fputc('"', out);
			if (options[i].kind == SECRET)
				print_secret(s->text, out);
			else
				for (const char *p = s->text; *p; p++)
					fprintf(out, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
			fputc('"', out);
		}
		fprintf(out, "  # %s\n", sources[s->source]);
	}
}

/* Wrap at 79 columns, every line indented. */
static void wrap(FILE *out, int indent, const char *text)
{
	int column = indent;
	fprintf(out, "%*s", indent, "");
	while (*text) {
		int n = (int)strcspn(text, " ");
		if (column > indent && column + 1 + n > 79) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", n, text);
		column += n;
		text += n + (text[n] == ' ');
	}
	fputc('\n', out);
}

static void help_limits(FILE *out)
{
	struct toc_buf b;
	toc_buf_init(&b, 8192);
	for (size_t i = TOC_OPT_LIMITS; i < TOC_OPTIONS; i++)
		toc_buf_printf(&b, "%s--%s", i == TOC_OPT_LIMITS ? "" : " ", spelled(&options[i]));
	toc_buf_byte(&b, 0);
	fputs("  Limits, each with a number (man tocsind.toml says what they are):\n", out);
	wrap(out, 8, b.p);
	toc_buf_done(&b);
}

void toc_config_help(enum toc_command_name command, FILE *out)
{
	char letter = '*';
	if (command == TOC_CMD_NONE)
		fputs("tocsind: the incident coordination server of the EU Crisis Protocol.\n\nUsage: tocsind COMMAND "
		      "[--option value]...\n\nCommands:\n",
		      out);
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (command == TOC_CMD_NONE) {
			fprintf(out, "  %s\n", commands[i].words);
			wrap(out, 8, commands[i].help);
		} else if (commands[i].command == command) {
			letter = commands[i].letter;
			fprintf(out, "Usage: tocsind %s [--option value]...\n\n", commands[i].words);
			wrap(out, 0, commands[i].help);
		}
	}
	fputs("\nOptions; also in a file (name = value) and as variables (TOCSIN_NAME):\n", out);
	for (size_t i = 0; i < TOC_OPT_LIMITS; i++) {
		if (!takes(letter, &options[i]))
			continue;
		fprintf(out, options[i].kind == SWITCH ? "  --%s, --no-%s" : "  --%s %s", options[i].name,
		        options[i].kind == SWITCH ? options[i].name : options[i].argument);
		fprintf(out, *options[i].fallback ? " (%s)\n" : "\n", options[i].fallback);
		wrap(out, 8, options[i].help);
	}
	if (takes(letter, &options[TOC_OPT_LIMITS]))
		help_limits(out);
	if (command == TOC_CMD_NONE)
		fputs("  --help, --version\n\nManual: man tocsind\n", out);
}

/* roff: at most 79 columns, every sentence on a line of its own; a backslash, or a dot or quote at the begin of a line,
 * would be read as a request. */
static void roff(FILE *out, const char *text)
{
	int column = 0;
	while (*text) {
		int n = (int)strcspn(text, " ");
		if (column && column + 1 + n > 79) {
			fputc('\n', out);
			column = 0;
		} else if (column) {
			fputc(' ', out);
		}
		if (column == 0 && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		for (int i = 0; i < n; i++)
			fprintf(out, text[i] == '\\' ? "\\e" : "%c", text[i]);
		column += n + 1;
		if (n > 1 && text[n - 1] == '.' && text[n]) {
			fputc('\n', out);
			column = 0;
		}
		text += n + (text[n] == ' ');
	}
	fputc('\n', out);
}

void toc_config_manual(FILE *out)
{
	fputs(".\\\" made by tocsind --manual from server/main/option.def and command.def\n"
	      ".Dd November 22, 2026\n.Dt TOCSIND 8\n.Os\n.Sh NAME\n.Nm tocsind\n.Nd incident coordination server of the EU "
	      "Crisis Protocol\n.Sh SYNOPSIS\n",
	      out);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, ".Nm\n.Cm %s\n.Op Fl -option Ar value ...\n", commands[i].words);
	fputs(".Sh DESCRIPTION\n.Nm\n", out);
	roff(out, "links platforms and law enforcement in real time: a threat to life that one member sends is on every entitled "
	          "member's screen within a second, is recorded in an append-only ledger, and is chased until a human being has "
	          "answered for it.");
	fputs(".Pp\nThe commands are:\n.Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < N_COMMANDS; i++) {
		fprintf(out, ".It Cm %s\n", commands[i].words);
		roff(out, commands[i].help);
	}
	fputs(".El\n.Pp\n", out);
	roff(out, "Every option can be given as a flag, in the environment, and in a file; a flag wins over the environment, and the "
	          "environment over the file:");
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < TOC_OPTIONS; i++) {
		if (i == TOC_OPT_LIMITS)
			fputs(".El\n.Pp\nLimits, with what happens when they are reached:\n.Bl -tag -width Ds\n", out);
		if (options[i].kind == SWITCH)
			fprintf(out, ".It Fl -%s , Fl -no-%s\n", options[i].name, options[i].name);
		else
			fprintf(out, ".It Fl -%s Ar %s\n", spelled(&options[i]), options[i].argument);
		roff(out, options[i].help);
		if (*options[i].fallback)
			fprintf(out, "The default is %s.\n", options[i].fallback);
	}
	fputs(".El\n.Sh ENVIRONMENT\nOption\n.Fl -tls-key\nis\n.Ev TOCSIN_TLS_KEY ,\nand so on.\nWhen\n.Ev NOTIFY_SOCKET\n"
	      "is set, readiness and the end are told to the service manager.\n.Sh FILES\n.Bl -tag -width Ds\n"
	      ".It Pa " SYSTEM_FILE "\nthe configuration, if there is one\n.It Pa /var/lib/tocsin\nkeys, journal, private "
	      "database\n.It Pa DIR/demo/credentials.json\nwho can sign in to a demo, and how\n.El\n.Sh SIGNALS\n"
	      "SIGTERM and SIGINT stop the server orderly, a second one at once.\nSIGHUP makes it read the TLS certificate "
	      "again.\n.Sh EXIT STATUS\n",
	      out);
	roff(out, "0 after an orderly stop; 1 when something failed while running; 2 when it could not start as it was asked to, with "
	          "one sentence that says why.");
	fputs(".Sh SEE ALSO\n.Xr tocsin 1\n", out);
}
