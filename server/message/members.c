/* members.c: see members.h. Source: RFC 8259. */
#include "message/members.h"

#include <string.h>

void toc_members_begin(struct toc_members *m, struct toc_arena *a, struct toc_str json)
{
	*m = (struct toc_members){ .a = a, .rest = json };
}

static void skip(struct toc_members *m, size_t n)
{
	m->rest.p += n;
	m->rest.n -= n;
}

static char peek(struct toc_members *m)
{
	while (m->rest.n && memchr(" \t\r\n", m->rest.p[0], 4))
		skip(m, 1);
	return m->rest.n ? m->rest.p[0] : '\0';
}

static bool took(struct toc_members *m, char c)
{
	bool is = peek(m) == c;

	if (is)
		skip(m, 1);
	return is;
}

/* @return bytes of the string that begins here, quotes included; 0: it does not end */
static size_t string_bytes(struct toc_str s)
{
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '"')
			return i + 1;
		i += s.p[i] == '\\';
	}
	return 0;
}

static unsigned hex4(const char *p)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++) {
		const char *digits = "0123456789abcdef", *at = p[i] ? strchr(digits, p[i] | 0x20) : NULL;
		if (!at)
			return 0xfffd;
		v = v * 16 + (unsigned)(at - digits);
	}
	return v;
}

static char *put(char *to, unsigned c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

/* \uXXXX, and the other half of a pair; half a pair alone is no character. */
static const char *escaped_unit(const char *p, const char *end, char **to)
{
	unsigned c = end - p >= 4 ? hex4(p) : 0xfffd;

	p += end - p >= 4 ? 4 : end - p;
	if (c >= 0xd800 && c < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
		unsigned low = hex4(p + 2);
		if (low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			p += 6;
		}
	}
	*to = put(*to, c == 0 || (c >= 0xd800 && c < 0xe000) ? 0xfffd : c);
	return p;
}

/* What stands between the quotes, as it reads. */
static struct toc_str unescaped(struct toc_arena *a, struct toc_str s)
{
	if (!s.n || !memchr(s.p, '\\', s.n))
		return s;
	char *text = toc_arena_alloc(a, s.n + 1), *to = text;
	for (const char *p = s.p, *end = s.p + s.n; p < end;) {
		if (*p != '\\' || p + 1 == end) {
			*to++ = *p++;
			continue;
		}
		static const char from[] = "bfnrt", into[] = "\b\f\n\r\t";
		const char *known = strchr(from, p[1]);
		p += 2;
		if (p[-1] == 'u')
			p = escaped_unit(p, end, &to);
		else
			*to++ = known && p[-1] ? into[known - from] : p[-1];
	}
	return (struct toc_str){ text, (size_t)(to - text) };
}

static bool take_string(struct toc_members *m, struct toc_str *ret)
{
	size_t n = peek(m) == '"' ? string_bytes(m->rest) : 0;

	if (!n)
		return false;
	*ret = unescaped(m->a, (struct toc_str){ m->rest.p + 1, n - 2 });
	skip(m, n);
	return true;
}

/* A value that is no text: up to the comma or bracket that is not within it. */
static bool take_other(struct toc_members *m, struct toc_str *ret)
{
	const char *p = m->rest.p;
	size_t i = 0, depth = 0;

	for (; i < m->rest.n; i++) {
		if (p[i] == '"') {
			size_t n = string_bytes((struct toc_str){ p + i, m->rest.n - i });
			if (!n)
				return false;
			i += n - 1;
		} else if (p[i] == '{' || p[i] == '[') {
			depth++;
		} else if ((p[i] == '}' || p[i] == ']' || p[i] == ',') && !depth) {
			break;
		} else if (p[i] == '}' || p[i] == ']') {
			depth--;
		}
	}
	size_t n = i;
	while (n && memchr(" \t\r\n", p[n - 1], 4))
		n--;
	*ret = (struct toc_str){ p, n };
	skip(m, i);
	return n > 0;
}

bool toc_members_next(struct toc_members *m, struct toc_str *ret_name, enum toc_member_kind *ret_kind, struct toc_str *ret_value)
{
	bool first = !m->begun;

	m->begun = true;
	if (m->bad || (first && !took(m, '{'))) {
		m->bad = true;
		return false;
	}
	if (took(m, '}')) {
		m->bad = peek(m) != '\0';
		return false;
	}
	bool ok = (first || took(m, ',')) && take_string(m, ret_name) && took(m, ':');
	if (ok && peek(m) == '"') {
		*ret_kind = TOC_MEMBER_TEXT;
		ok = take_string(m, ret_value);
	} else if (ok) {
		ok = take_other(m, ret_value);
		*ret_kind = ok && toc_str_is(*ret_value, "null") ? TOC_MEMBER_ABSENT : TOC_MEMBER_OTHER;
	}
	m->bad = !ok;
	return ok;
}
