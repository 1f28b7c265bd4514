/* terminal.c: text for people, see terminal.h. */
#include "cli/terminal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message/json.h"

#define LINE 100

static const char *const styles[TERM_STYLES] = { "",         "\033[1m",       "\033[2m",
						 "\033[31m", "\033[32m",      "\033[33m",
						 "\033[34m", "\033[1;37;44m", "\033[1;37;41m" };

struct term term_for(FILE *out, const char *when)
{
	const char *no = getenv("NO_COLOR");
	bool colour = isatty(fileno(out)) && !(no && *no);
	if (when && !strcmp(when, "always"))
		colour = true;
	else if (when && !strcmp(when, "never"))
		colour = false;
	return (struct term){ out, colour };
}

const char *term_on(const struct term *t, enum term_style style)
{
	return t->colour ? styles[style] : "";
}
const char *term_off(const struct term *t)
{
	return t->colour ? "\033[0m" : "";
}

size_t term_width(struct toc_str text)
{
	size_t w = 0;
	for (size_t i = 0; i < text.n; i++)
		w += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	return w;
}

void term_cell(const struct term *t, struct toc_str text, size_t columns)
{
	size_t w = term_width(text);
	fprintf(t->out, "%.*s%*s", TOC_STR_ARGS(text), w < columns ? (int)(columns - w) : 0, "");
}

void term_fill(const struct term *t, struct toc_str text, size_t at, size_t margin)
{
	bool blank = false;
	for (size_t i = 0, n; i < text.n; i += n + 1, blank = true) {
		const char *space = memchr(text.p + i, ' ', text.n - i);
		n = space ? (size_t)(space - text.p) - i : text.n - i;
		size_t w = term_width((struct toc_str){ text.p + i, n });
		if (blank && at + 1 + w > LINE) {
			fprintf(t->out, "\n%*s", (int)margin, "");
			at = margin;
			blank = false;
		}
		fprintf(t->out, "%s%.*s", blank ? " " : "", (int)n, text.p + i);
		at += w + blank;
	}
	fputc('\n', t->out);
}

/* ---- documents ---- */

static void scalar(const struct term *t, const struct toc_value *v)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_buf b;
	struct toc_value *wrap = toc_value_list(a);
	toc_buf_init(&b, 64u << 20);
	toc_push(a, wrap, (struct toc_value *)v);
	toc_json_write(&b, wrap); /* "[…]": our escapes of one scalar */
	struct toc_str s = toc_buf_view(&b);
	fprintf(t->out, "%s%.*s%s", term_on(t, v->kind == TOC_TEXT ? TERM_GREEN : TERM_YELLOW),
		(int)(s.n - 2), s.p + 1, term_off(t));
	toc_buf_done(&b);
	toc_arena_free(a);
}

static bool is_short(const struct toc_value *v)
{
	if (v->kind == TOC_MAP)
		return v->n == 0;
	if (v->kind != TOC_LIST)
		return true;
	size_t w = 0;
	for (uint32_t i = 0; i < v->n; i++) {
		if (v->items[i]->kind >= TOC_LIST)
			return false;
		w += v->items[i]->kind == TOC_TEXT ? v->items[i]->text.n + 4 : 8;
	}
	return w < 80;
}

static void indented(const struct term *t, const struct toc_value *v, int depth)
{
	if (v->kind < TOC_LIST) {
		scalar(t, v);
	} else if (v->kind == TOC_LIST && is_short(v)) {
		fputc('[', t->out);
		for (uint32_t i = 0; i < v->n; i++) {
			fputs(i ? ", " : "", t->out);
			scalar(t, v->items[i]);
		}
		fputc(']', t->out);
	} else if (is_short(v)) {
		fputs("{}", t->out);
	} else {
		fputs(v->kind == TOC_MAP ? "{\n" : "[\n", t->out);
		for (uint32_t i = 0; i < v->n; i++) {
			fprintf(t->out, "%*s", 2 * depth + 2, "");
			if (v->kind == TOC_MAP) {
				struct toc_value name = { .kind = TOC_TEXT, .text = v->members[i].name };
				struct term plain = { t->out, false };
				scalar(&plain, &name);
				fputs(": ", t->out);
			}
			indented(t, v->kind == TOC_MAP ? v->members[i].value : v->items[i], depth + 1);
			fputs(i + 1 < v->n ? ",\n" : "\n", t->out);
		}
		fprintf(t->out, "%*s%c", 2 * depth, "", v->kind == TOC_MAP ? '}' : ']');
	}
}

void term_json(const struct term *t, const struct toc_value *v)
{
	indented(t, v, 0);
	fputc('\n', t->out);
}

static void flat(struct toc_buf *b, struct toc_arena *a, const struct toc_value *v)
{
	switch (v->kind) {
	case TOC_NULL: toc_buf_text(b, "-"); break;
	case TOC_BOOL: toc_buf_text(b, v->boolean ? "yes" : "no"); break;
	case TOC_INT: toc_buf_printf(b, "%" PRId64, v->integer); break;
	case TOC_TEXT: toc_buf_str(b, toc_str_harmless(a, v->text, " ")); break;
	case TOC_LIST:
		for (uint32_t i = 0; i < v->n; i++) {
			toc_buf_text(b, i ? v->items[i]->kind == TOC_MAP ? "; " : ", " : "");
			flat(b, a, v->items[i]);
		}
		break;
	case TOC_MAP:
		for (uint32_t i = 0; i < v->n; i++) {
			toc_buf_text(b, i ? " · " : "");
			toc_buf_str(b, toc_str_harmless(a, v->members[i].name, " "));
			toc_buf_byte(b, ' ');
			flat(b, a, v->members[i].value);
		}
		break;
	}
}

struct toc_str term_flat(struct toc_arena *a, const struct toc_value *v)
{
	struct toc_buf b;
	toc_buf_init(&b, 64u << 20);
	flat(&b, a, v);
	struct toc_str r = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return r;
}
