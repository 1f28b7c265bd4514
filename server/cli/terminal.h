/* terminal.h: text for people: colours, escaped content, aligned columns, indented JSON. */
#ifndef TOC_CLI_TERMINAL_H
#define TOC_CLI_TERMINAL_H

#include <stdio.h>

#include "base/value.h"

enum term_style {
	TERM_PLAIN,
	TERM_BOLD,
	TERM_DIM,
	TERM_RED,
	TERM_GREEN,
	TERM_YELLOW,
	TERM_BLUE,
	TERM_BANNER,
	TERM_ALARM,
	TERM_STYLES
};

struct term {
	FILE *out;
	bool colour;
};
/** @param when "auto" (also NULL), "always", "never". Auto: a terminal, and NO_COLOR is not set
 * (no-color.org). */
struct term term_for(FILE *out, const char *when);

/** Escape sequence for a style, "" without colour. */
const char *term_on(const struct term *t, enum term_style style);
const char *term_off(const struct term *t);

/** Columns that UTF-8 text takes, counting every character as one. */
size_t term_width(struct toc_str text);
/** Text, then blanks up to so many columns. */
void term_cell(const struct term *t, struct toc_str text, size_t columns);
/** Words from column `margin` on, broken at 100. The cursor is at column `at`. */
void term_fill(const struct term *t, struct toc_str text, size_t at, size_t margin);

/** A document, indented, coloured on a terminal. */
void term_json(const struct term *t, const struct toc_value *v);
/** A value on one line for people: "cc XA · ground target_place". In the arena. */
struct toc_str term_flat(struct toc_arena *a, const struct toc_value *v);

#endif
