/* text.c: comparing text, and knowing well-formed UTF-8 when we see it. */
#include "base/memory.h"

#include <openssl/crypto.h>
#include <string.h>

int toc_str_cmp(struct toc_str a, struct toc_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;
	return order ? order : (a.n > b.n) - (a.n < b.n);
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
