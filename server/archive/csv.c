/* csv.c: see csv.h. Source: RFC 4180; OWASP, CSV injection. */
#include "archive/csv.h"

#include "message/members.h"

#include <string.h>

struct cell {
	enum toc_member_kind kind; /* ABSENT: an empty one */
	struct toc_str value;
};

/* A programme for tables would compute it; the wide forms of the signs as well, in East Asian editions. */
static bool begins_a_formula(struct toc_str s)
{
	static const char *const wide[] = { "\uff1d", "\uff0b", "\uff0d", "\uff20" };

	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		if (s.n >= 3 && memcmp(s.p, wide[i], 3) == 0)
			return true;
	return s.n && memchr("=+-@\t\r\n", s.p[0], 7);
}

static void text(struct toc_buf *b, struct toc_str s)
{
	toc_buf_byte(b, '"');
	if (begins_a_formula(s))
		toc_buf_byte(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			toc_buf_byte(b, '"');
		toc_buf_byte(b, (uint8_t)s.p[i]);
	}
	toc_buf_byte(b, '"');
}

/* A number as it is: nothing else that is no text begins with a digit or a sign. */
static void put(struct toc_buf *b, const struct cell *c)
{
	if (c->kind == TOC_MEMBER_OTHER && memchr("-0123456789", c->value.p[0], 11))
		toc_buf_str(b, c->value);
	else if (c->kind != TOC_MEMBER_ABSENT)
		text(b, c->value);
}

static size_t column_of(const struct toc_csv *c, struct toc_str name)
{
	size_t i = 0;

	while (i < c->n && !toc_str_eq(c->columns[i], name))
		i++;
	return i;
}

int toc_csv_columns(struct toc_arena *a, struct toc_str row, struct toc_csv *ret)
{
	struct toc_members m;
	struct toc_str name, value;
	enum toc_member_kind kind;
	struct toc_csv c = { .n = 0 };
	size_t n = 0;

	toc_members_begin(&m, a, row);
	while (toc_members_next(&m, &name, &kind, &value))
		n++;
	if (m.bad)
		return TOC_EINVAL;
	c.columns = toc_arena_alloc(a, (n + 1) * sizeof *c.columns);
	toc_members_begin(&m, a, row);
	while (toc_members_next(&m, &name, &kind, &value)) {
		if (column_of(&c, name) < c.n)
			return TOC_EINVAL;
		c.columns[c.n++] = toc_arena_str(a, name);
	}
	*ret = c;
	return 0;
}

void toc_csv_head(struct toc_buf *b, const struct toc_csv *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (i)
			toc_buf_byte(b, ',');
		text(b, c->columns[i]);
	}
	if (c->more)
		toc_buf_text(b, c->n ? ",\"more\"" : "\"more\"");
	toc_buf_text(b, "\r\n");
}

/* {"name":value,…}: the name again as JSON. */
static void put_more(struct toc_buf *b, struct toc_str name, enum toc_member_kind kind, struct toc_str raw)
{
	toc_buf_byte(b, b->n ? ',' : '{');
	toc_buf_printf(b, "\"%.*s\":", TOC_STR_ARGS(name));
	toc_buf_text(b, kind == TOC_MEMBER_TEXT ? "\"" : "");
	for (size_t i = 0; i < raw.n; i++) {
		if (kind == TOC_MEMBER_TEXT && (raw.p[i] == '"' || raw.p[i] == '\\' || (unsigned char)raw.p[i] < 0x20))
			toc_buf_printf(b, "\\u%04x", (unsigned char)raw.p[i]);
		else
			toc_buf_byte(b, (uint8_t)raw.p[i]);
	}
	toc_buf_text(b, kind == TOC_MEMBER_TEXT ? "\"" : "");
}

int toc_csv_row(struct toc_buf *b, struct toc_arena *a, const struct toc_csv *c, struct toc_str row)
{
	struct cell *cells = toc_arena_alloc(a, (c->n + 1) * sizeof *cells);
	bool *there = toc_arena_alloc(a, (c->n + 1) * sizeof *there), twice = false;
	struct toc_members m;
	struct toc_str name, value;
	enum toc_member_kind kind;
	struct toc_buf more;

	toc_buf_init(&more, row.n * 6 + 64);
	toc_members_begin(&m, a, row);
	while (toc_members_next(&m, &name, &kind, &value)) {
		size_t i = column_of(c, name);
		twice |= i < c->n && there[i];
		if (i < c->n) {
			there[i] = true;
			cells[i] = (struct cell){ kind, value };
		} else if (c->more && kind != TOC_MEMBER_ABSENT) {
			put_more(&more, name, kind, value);
		}
	}
	bool bad = m.bad || twice;
	for (size_t i = 0; !bad && i < c->n; i++) {
		if (i)
			toc_buf_byte(b, ',');
		put(b, &cells[i]);
	}
	if (!bad && c->more) {
		toc_buf_text(b, c->n ? "," : "");
		if (more.n) {
			toc_buf_byte(&more, '}');
			text(b, toc_buf_view(&more));
		}
	}
	toc_buf_text(b, bad ? "" : "\r\n");
	toc_buf_done(&more);
	return bad ? TOC_EINVAL : 0;
}

void toc_csv_word(struct toc_buf *b, struct toc_str word)
{
	text(b, word);
	toc_buf_text(b, "\r\n");
}
