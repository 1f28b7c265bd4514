/* json.c: JSON bytes ↔ value trees (RFC 8259, RFC 8785).
 *
 * json-c reads the grammar. It is more generous than we are, even when told to be strict: it lets the later
 * of two equal names win, puts U+FFFD for a lone surrogate, takes NaN and raw control characters. So a gate
 * goes before it, which knows only tokens: well-formed UTF-8, strings, numbers, the three words, nesting. The
 * gate also counts the colons: when the tree has fewer members than there were colons, a name occurred twice.
 */
#include "message/json.h"
#include "message/path.h"

#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the gate ---- */

struct gate {
	const char *p, *end, *start;
	unsigned depth, depth_max;
	size_t members;
	struct toc_refusal *refusal;
	bool comma; /* the last thing seen: nothing may close now */
};

static int malformed(struct gate *g, const char *what)
{
	return toc_refuse(g->refusal, TOC_REFUSE_MALFORMED, NULL, "RFC 8259", "%s at byte %zu", what,
			  (size_t)(g->p - g->start));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int four_hex(const char *p, const char *end)
{
	int value = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(p[i]);
		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* The \uXXXX that must follow a high surrogate. */
static int low_half(const struct gate *g)
{
	return g->end - g->p >= 6 && g->p[0] == '\\' && g->p[1] == 'u' ? four_hex(g->p + 2, g->end) : -1;
}

/* After the backslash. */
static int pass_escape(struct gate *g)
{
	if (g->p == g->end || !*g->p || !strchr("\"\\/bfnrtu", *g->p))
		return malformed(g, "unknown escape");
	if (*g->p++ != 'u')
		return 0;
	int unit = four_hex(g->p, g->end);
	if (unit < 0)
		return malformed(g, "\\u without four hexadecimal digits");
	if (unit == 0)
		return malformed(g, "U+0000");
	g->p += 4;
	if (unit >= 0xDC00 && unit <= 0xDFFF)
		return malformed(g, "low surrogate without a high one");
	if (unit >= 0xD800 && unit <= 0xDBFF) {
		int low = low_half(g);
		if (low < 0xDC00 || low > 0xDFFF)
			return malformed(g, "high surrogate without a low one");
		g->p += 6;
	}
	return 0;
}

/* After the opening quotation mark. */
static int pass_string(struct gate *g)
{
	while (g->p < g->end) {
		unsigned char c = (unsigned char)*g->p;
		if (c < 0x20)
			return malformed(g, "control character in a string");
		g->p++;
		if (c == '"')
			return 0;
		if (c == '\\' && pass_escape(g) < 0)
			return -1;
	}
	return malformed(g, "string without end");
}

static const char *digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? and then something that is no part of a number. */
static int pass_number(struct gate *g)
{
	const char *p = g->p + (*g->p == '-'), *before = p;

	p = digits(p, g->end);
	if (p == before || (*before == '0' && p - before > 1))
		return malformed(g, "number");
	if (p < g->end && *p == '.') {
		before = ++p;
		p = digits(p, g->end);
		if (p == before)
			return malformed(g, "number");
	}
	if (p < g->end && (*p == 'e' || *p == 'E')) {
		p++;
		p += p < g->end && (*p == '+' || *p == '-');
		before = p;
		p = digits(p, g->end);
		if (p == before)
			return malformed(g, "number");
	}
	if (p < g->end && *p && strchr("+-.eE", *p))
		return malformed(g, "number");
	g->p = p;
	return 0;
}

static int pass_word(struct gate *g)
{
	static const struct toc_str words[] = { TOC_STR("true"), TOC_STR("false"), TOC_STR("null") };
	const char *p = g->p;

	while (p < g->end && ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')))
		p++;
	for (size_t i = 0; i < 3; i++)
		if (toc_str_eq(words[i], (struct toc_str){ g->p, (size_t)(p - g->p) })) {
			g->p = p;
			return 0;
		}
	return malformed(g, "neither string, number, true, false nor null");
}

static int pass_token(struct gate *g)
{
	switch (*g->p) {
	case ':':
		g->members++;
		g->p++;
		return 0;
	case '{':
	case '[':
		if (++g->depth > g->depth_max)
			return toc_refuse(g->refusal, TOC_REFUSE_MALFORMED, NULL, "RFC 8259 section 9",
					  "more than %u levels", g->depth_max);
		g->p++;
		return 0;
	case '}':
	case ']':
		g->depth -= g->depth > 0;
		g->p++;
		return 0;
	case '"': g->p++; return pass_string(g);
	default: return *g->p == '-' || digits(g->p, g->end) > g->p ? pass_number(g) : pass_word(g);
	}
}

static int pass_gate(struct gate *g)
{
	while (g->p < g->end) {
		if (*g->p && strchr(" \t\n\r,", *g->p)) {
			g->comma |= *g->p++ == ',';
			continue;
		}
		if (g->comma && (*g->p == '}' || *g->p == ']'))
			return malformed(g, "comma before the end");
		g->comma = false;
		if (pass_token(g) < 0)
			return -1;
	}
	return 0;
}

/* ---- json-c's tree to ours ---- */

struct conversion {
	struct toc_arena *arena;
	size_t members;
	struct toc_refusal *refusal;
};

static int no_whole_number(struct conversion *c, const struct toc_path *path)
{
	char text[TOC_PATH_TEXT];
	toc_path_format(path, text);
	return toc_refuse(c->refusal, TOC_REFUSE_WRONG_KIND, text, "domain (c)",
			  "numbers are whole and of at most 53 bits");
}

static int convert(struct conversion *c, struct json_object *from, const struct toc_path *path,
		   struct toc_value **ret_value)
{
	struct toc_value *v = NULL, *item;
	int64_t i;

	switch (json_object_get_type(from)) {
	case json_type_null: v = toc_value_null(c->arena); break;
	case json_type_boolean: v = toc_value_bool(c->arena, json_object_get_boolean(from)); break;
	case json_type_double: return no_whole_number(c, path);
	case json_type_int:
		i = json_object_get_int64(from); /* beyond 64 bits: the nearest, and so refused too */
		if (i > TOC_INT_MAX || i < -TOC_INT_MAX)
			return no_whole_number(c, path);
		v = toc_value_int(c->arena, i);
		break;
	case json_type_string:
		v = toc_value_text(c->arena, (struct toc_str){ json_object_get_string(from),
							       (size_t)json_object_get_string_len(from) });
		break;
	case json_type_array:
		v = toc_value_list(c->arena);
		for (size_t k = 0; k < json_object_array_length(from); k++) {
			struct toc_path here = { .up = path, .index = k };
			if (convert(c, json_object_array_get_idx(from, k), &here, &item) < 0)
				return -1;
			toc_push(c->arena, v, item);
		}
		break;
	case json_type_object:
		v = toc_value_map(c->arena);
		struct json_object_iterator it = json_object_iter_begin(from),
					    end = json_object_iter_end(from);
		for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
			struct toc_path here = { .up = path,
						 .name = toc_str_of(json_object_iter_peek_name(&it)) };
			if (convert(c, json_object_iter_peek_value(&it), &here, &item) < 0)
				return -1;
			toc_append(c->arena, v, toc_arena_str(c->arena, here.name), item);
			c->members++;
		}
		break;
	}
	*ret_value = v;
	return 0;
}

/* One tokener a thread, as deep as the deepest document asked for so far. */
static struct json_tokener *tokener_for(unsigned depth)
{
	static _Thread_local struct json_tokener *tokener;
	static _Thread_local unsigned deep;

	if (tokener && deep >= depth) {
		json_tokener_reset(tokener);
		return tokener;
	}
	if (tokener)
		json_tokener_free(tokener);
	/* json-c counts the scalar inside as a level; the gate decides */
	tokener = json_tokener_new_ex((int)depth + 2);
	if (!tokener)
		TOC_WRONG("json: no memory");
	/* From 0.17 on its strict mode takes every byte above 0x7f for a control character. The gate is strict. */
	json_tokener_set_flags(tokener, JSON_C_VERSION_NUM < (17 << 8) ? JSON_TOKENER_STRICT : 0);
	deep = depth;
	return tokener;
}

int toc_json_parse(struct toc_arena *a, struct toc_str bytes, size_t max_bytes, unsigned depth,
		   struct toc_value **ret_value, struct toc_refusal *ret_refusal)
{
	struct gate g = { bytes.p, bytes.p + bytes.n, bytes.p, 0, depth, 0, ret_refusal, false };
	struct conversion c = { a, 0, ret_refusal };
	struct toc_value *value = NULL;

	if (bytes.n > max_bytes || bytes.n > INT_MAX)
		return toc_refuse(ret_refusal, TOC_REFUSE_TOO_BIG, NULL, "protocol tocsin.v1",
				  "%zu bytes, limit %zu", bytes.n, max_bytes);
	if (bytes.n == 0)
		return toc_refuse(ret_refusal, TOC_REFUSE_MALFORMED, NULL, "RFC 8259", "nothing was sent");
	if (!toc_str_is_utf8(bytes))
		return toc_refuse(ret_refusal, TOC_REFUSE_MALFORMED, NULL, "RFC 8259 section 8.1",
				  "not UTF-8, or U+0000 in it");
	if (pass_gate(&g) < 0)
		return -1;

	struct json_tokener *tok = tokener_for(depth);
	struct json_object *tree = json_tokener_parse_ex(tok, bytes.p, (int)bytes.n);
	enum json_tokener_error error = json_tokener_get_error(tok);
	size_t stopped = json_tokener_get_parse_end(tok);
	if (error == json_tokener_continue)
		return toc_refuse(ret_refusal, TOC_REFUSE_MALFORMED, NULL, "RFC 8259",
				  "the text ends too early");
	if (error != json_tokener_success)
		return toc_refuse(ret_refusal, TOC_REFUSE_MALFORMED, NULL, "RFC 8259", "%s at byte %zu",
				  json_tokener_error_desc(error), stopped);

	int r = -1;
	while (stopped < bytes.n && strchr(" \t\r\n", bytes.p[stopped]))
		stopped++;
	if (stopped < bytes.n)
		toc_refuse(ret_refusal, TOC_REFUSE_MALFORMED, NULL, "RFC 8259",
			   "something follows at byte %zu", stopped);
	else if (!json_object_is_type(tree, json_type_object))
		toc_refuse(ret_refusal, TOC_REFUSE_MALFORMED, NULL, "protocol tocsin.v1",
			   "not a JSON object");
	else if (convert(&c, tree, NULL, &value) == 0) {
		if (c.members == g.members)
			r = 0;
		else
			toc_refuse(ret_refusal, TOC_REFUSE_MALFORMED, NULL, "RFC 8259 section 4",
				   "a name occurs twice in one object");
	}
	json_object_put(tree);
	if (r == 0)
		*ret_value = value;
	return r;
}

/* ---- canonical bytes ---- */

/* UTF-16 order of UTF-8 texts: as bytes, but characters beyond U+FFFF (first byte F0..F4) are surrogates
 * there and come before U+E000..U+FFFF (first byte EE or EF). */
static int utf16_order(struct toc_str a, struct toc_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++) {
		unsigned char x = (unsigned char)a.p[i], y = (unsigned char)b.p[i];
		if (x == y)
			continue;
		if (x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0))
			return x >= 0xF0 ? -1 : 1;
		return x < y ? -1 : 1;
	}
	return (a.n > b.n) - (a.n < b.n);
}

static int by_name(const void *x, const void *y)
{
	return utf16_order((*(const struct toc_member *const *)x)->name,
			   (*(const struct toc_member *const *)y)->name);
}

/* What stands for a character below 0x20, a quotation mark or a backslash. */
static char *write_escape(char *p, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	static const char shorts[0x20] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };

	*p++ = '\\';
	if (c >= 0x20 || shorts[c]) {
		*p++ = c >= 0x20 ? (char)c : shorts[c];
		return p;
	}
	memcpy(p, "u00", 3);
	p[3] = digits[c >> 4];
	p[4] = digits[c & 15];
	return p + 5;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\';
}

/* Nearly all texts are plain: they are copied in one piece. */
static void write_text(struct toc_buf *b, struct toc_str s)
{
	size_t plain = 0;

	while (plain < s.n && is_plain((unsigned char)s.p[plain]))
		plain++;
	char *at = toc_buf_room(b, plain + 6 * (s.n - plain) + 2), *p = at;
	if (!at)
		return;
	*p++ = '"';
	if (plain)
		memcpy(p, s.p, plain);
	p += plain;
	for (size_t i = plain; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (is_plain(c))
			*p++ = (char)c;
		else
			p = write_escape(p, c);
	}
	*p++ = '"';
	toc_buf_took(b, (size_t)(p - at));
}

static void write_int(struct toc_buf *b, int64_t i)
{
	char number[24], *p = number + sizeof number;
	uint64_t left = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;

	do
		*--p = (char)('0' + left % 10);
	while (left /= 10);
	if (i < 0)
		*--p = '-';
	toc_buf_add(b, p, (size_t)(number + sizeof number - p));
}

/* Insertion: most maps have a dozen members, many in order already. */
static void sort_few(const struct toc_member **order, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		const struct toc_member *m = order[i];
		uint32_t k = i;
		for (; k > 0 && utf16_order(order[k - 1]->name, m->name) > 0; k--)
			order[k] = order[k - 1];
		order[k] = m;
	}
}

static void write_map(struct toc_buf *b, const struct toc_value *v)
{
	const struct toc_member *few[24], **order = few;

	if (v->n > sizeof few / sizeof *few)
		order = toc_must_realloc(NULL, v->n * sizeof *order);
	for (uint32_t i = 0; i < v->n; i++)
		order[i] = &v->members[i];
	if (order == few)
		sort_few(order, v->n);
	else
		qsort(order, v->n, sizeof *order, by_name);
	toc_buf_byte(b, '{');
	for (uint32_t i = 0; i < v->n; i++) {
		if (i)
			toc_buf_byte(b, ',');
		write_text(b, order[i]->name);
		toc_buf_byte(b, ':');
		toc_json_write(b, order[i]->value);
	}
	toc_buf_byte(b, '}');
	if (order != few)
		free(order);
}

void toc_json_write(struct toc_buf *b, const struct toc_value *v)
{
	switch (v->kind) {
	case TOC_NULL: toc_buf_text(b, "null"); break;
	case TOC_BOOL: toc_buf_text(b, v->boolean ? "true" : "false"); break;
	case TOC_INT: write_int(b, v->integer); break;
	case TOC_TEXT: write_text(b, v->text); break;
	case TOC_LIST:
		toc_buf_byte(b, '[');
		for (uint32_t i = 0; i < v->n; i++) {
			if (i)
				toc_buf_byte(b, ',');
			toc_json_write(b, v->items[i]);
		}
		toc_buf_byte(b, ']');
		break;
	case TOC_MAP: write_map(b, v); break;
	}
}

struct toc_str toc_json_str(struct toc_arena *a, const struct toc_value *v)
{
	struct toc_buf b;

	toc_buf_init(&b, SIZE_MAX / 4);
	toc_json_write(&b, v);
	struct toc_str s = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return s;
}
