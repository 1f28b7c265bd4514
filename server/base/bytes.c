/* bytes.c: hexadecimal, base64url and IP addresses. Decoding is strict: one text per byte string, so that
 * texts may be compared. */
#include "base/bytes.h"

#include <arpa/inet.h>
#include <string.h>

/* A digit's value and 1 more; 0: not a digit. */
static const uint8_t hex_digits[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,	['6'] = 7,  ['7'] = 8,
	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
	['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

struct toc_str toc_hex(struct toc_arena *a, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *in = bytes;
	char *out = toc_arena_alloc(a, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	return (struct toc_str){ out, 2 * n };
}

int toc_hex_decode(struct toc_str text, void *ret_bytes, size_t n)
{
	uint8_t *out = ret_bytes;

	const uint8_t *in = (const uint8_t *)text.p;
	bool ok = text.n == 2 * n;

	for (size_t i = 0; ok && i < text.n; i++)
		ok = hex_digits[in[i]] != 0;
	if (!ok)
		return TOC_EINVAL; /* and nothing written */
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)((hex_digits[in[2 * i]] - 1) << 4 | (hex_digits[in[2 * i + 1]] - 1));
	return 0;
}

static const char base64url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int base64url_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

struct toc_str toc_base64url(struct toc_arena *a, const void *bytes, size_t n)
{
	const uint8_t *in = bytes;
	char *out = toc_arena_alloc(a, n / 3 * 4 + 5), *p = out;
	uint32_t bits = 0;
	int have = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | in[i];
		for (have += 8; have >= 6; have -= 6)
			*p++ = base64url_digits[bits >> (have - 6) & 63];
	}
	if (have)
		*p++ = base64url_digits[bits << (6 - have) & 63];
	return (struct toc_str){ out, (size_t)(p - out) };
}

long toc_base64url_decode(struct toc_str text, void *ret_bytes, size_t cap)
{
	uint8_t *out = ret_bytes;
	uint32_t bits = 0;
	int have = 0;
	long n = 0;

	if (text.n % 4 == 1)
		return TOC_EINVAL;
	if (text.n / 4 * 3 + (text.n % 4 ? text.n % 4 - 1 : 0) > cap)
		return TOC_ELIMIT;
	for (size_t i = 0; i < text.n; i++) {
		int digit = base64url_digit(text.p[i]);
		if (digit < 0)
			return TOC_EINVAL;
		bits = bits << 6 | (uint32_t)digit;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
		}
	}
	/* Bits that no byte used must be 0, or two texts would mean the same bytes. */
	return bits & ((1u << have) - 1) ? TOC_EINVAL : n;
}

int toc_ip_parse(struct toc_str text, uint8_t ret_address[16])
{
	static const uint8_t mapped[12] = { [10] = 0xFF, [11] = 0xFF }; /* RFC 4291 section 2.5.5.2 */
	char copy[INET6_ADDRSTRLEN];
	uint8_t address[16];

	if (text.n >= sizeof copy || (text.n && memchr(text.p, 0, text.n)))
		return TOC_EINVAL;
	memcpy(copy, text.n ? text.p : "", text.n);
	copy[text.n] = 0;
	if (inet_pton(AF_INET, copy, address + sizeof mapped) == 1)
		memcpy(address, mapped, sizeof mapped);
	else if (inet_pton(AF_INET6, copy, address) != 1)
		return TOC_EINVAL;
	memcpy(ret_address, address, sizeof address);
	return 0;
}
