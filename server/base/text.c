/* text.c: comparing text, knowing well-formed UTF-8 when we see it, and what of it is shown. */
#include "base/memory.h"

#include <openssl/crypto.h>
#include <string.h>

int toc_str_cmp(struct toc_str a, struct toc_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;
	return order ? order : (a.n > b.n) - (a.n < b.n);
}

struct toc_str toc_str_trim(struct toc_str s)
{
	while (s.n && toc_is_blank(*s.p)) {
		s.p++;
		s.n--;
	}
	while (s.n && toc_is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool toc_str_eq_secret(struct toc_str a, struct toc_str b)
{
	return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}

/* The well-formed sequences of the Unicode Standard, table 3-7: by the first byte, the range of the second;
 * all further bytes are 80..BF. This refuses overlong forms, surrogates and everything above U+10FFFF. */
bool toc_str_is_utf8(struct toc_str s)
{
	const uint8_t *p = (const uint8_t *)s.p, *end = p + s.n;

	while (p < end) {
		uint8_t first = *p++;
		if (first < 0x80) {
			if (first == 0)
				return false;
			continue;
		}
		uint8_t low = 0x80, high = 0xBF;
		int more;
		if (first >= 0xC2 && first <= 0xDF) {
			more = 1;
		} else if (first >= 0xE0 && first <= 0xEF) {
			more = 2;
			low = first == 0xE0 ? 0xA0 : low;
			high = first == 0xED ? 0x9F : high;
		} else if (first >= 0xF0 && first <= 0xF4) {
			more = 3;
			low = first == 0xF0 ? 0x90 : low;
			high = first == 0xF4 ? 0x8F : high;
		} else {
			return false;
		}
		if (end - p < more)
			return false;
		for (; more > 0; more--, low = 0x80, high = 0xBF) {
			if (*p < low || *p > high)
				return false;
			p++;
		}
	}
	return true;
}

/* One code point of well-formed UTF-8. */
static size_t code_point(const char *p, size_t n, uint32_t *ret)
{
	unsigned char c = (unsigned char)*p;
	size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (len > n || c < 0x80) {
		*ret = c;
		return 1;
	}
	uint32_t v = c & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++)
		v = v << 6 | ((unsigned char)p[i] & 0x3f);
	*ret = v;
	return len;
}

/* What could move a cursor, change a terminal, end a text early, or make it read otherwise than it is written. */
static bool harmful(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

struct toc_str toc_str_harmless(struct toc_arena *a, struct toc_str text, const char *newline)
{
	struct toc_buf b;

	toc_buf_init(&b, 64u << 20);
	for (size_t i = 0, n; i < text.n; i += n) {
		uint32_t c;
		n = code_point(text.p + i, text.n - i, &c);
		if (c == '\n')
			toc_buf_text(&b, newline);
		else if (harmful(c))
			toc_buf_text(&b, "\xef\xbf\xbd");
		else
			toc_buf_add(&b, text.p + i, n);
	}
	struct toc_str r = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return r;
}
