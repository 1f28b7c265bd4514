/* config.h: what tocsind was told, from a file, the environment and flags, later ones first. Tables: option.def, measure/limit.def. */
#ifndef TOC_MAIN_CONFIG_H
#define TOC_MAIN_CONFIG_H

#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"
#include "measure/limits.h"

enum toc_option {
#define TOC_OPTION(NAME, name, kind, fallback, least, most, argument, commands, help) TOC_OPT_##NAME,
#include "main/option.def"
#undef TOC_OPTION
	TOC_OPT_LIMITS, /* the first limit; the others follow in the order of limit.def */
	TOC_OPTIONS = TOC_OPT_LIMITS + TOC_LIMITS
};
enum toc_command_name {
	TOC_CMD_NONE,
#define TOC_COMMAND(NAME, words, letter, help) TOC_CMD_##NAME,
#include "main/command.def"
#undef TOC_COMMAND
	TOC_CMD_HELP,
	TOC_CMD_VERSION,
	TOC_CMD_MANUAL,
};

enum toc_source { TOC_FROM_DEFAULT, TOC_FROM_FILE, TOC_FROM_ENVIRONMENT, TOC_FROM_FLAG };

struct toc_config {
	struct toc_arena *arena; /* owns every text */
	enum toc_command_name command;
	enum toc_command_name help_for; /* with HELP: the command asked about, or NONE */
	struct toc_setting {
		const char *text; /* never NULL */
		int64_t number;   /* of NUMBER and SWITCH */
		enum toc_source source;
	} set[TOC_OPTIONS];
	const char *file; /* the file that was read, or NULL */
};

/** Read command line, environment and file. Everything in `ret` lives until toc_config_done.
 * @param environment as `environ`; @return 0, or TOC_EINVAL with a sentence that names the place */
int toc_config_read(struct toc_config *ret, int argc, char **argv, char **environment, struct toc_error *reterr) TOC_MUSTCHECK;
void toc_config_done(struct toc_config *c);

static inline const char *toc_config_text(const struct toc_config *c, enum toc_option o) { return c->set[o].text; }
static inline int64_t toc_config_number(const struct toc_config *c, enum toc_option o) { return c->set[o].number; }
static inline int64_t toc_config_limit(const struct toc_config *c, enum toc_limit l) { return c->set[TOC_OPT_LIMITS + l].number; }

void toc_config_print(const struct toc_config *c, FILE *out); /* check-config: no secret in full */
void toc_config_help(enum toc_command_name command, FILE *out); /* one command's options, or all (NONE) */
void toc_config_manual(FILE *out);                              /* tocsind.8, mdoc */

#endif
