/* digest.c: hashes as text. */
#include "hash/hash.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Digits at text[*at]: at least one, at most `most`. */
static bool number(const char *text, size_t n, size_t *at, size_t most, unsigned *ret)
{
	size_t from = *at;

	*ret = 0;
	while (*at < n && *at - from < most && text[*at] >= '0' && text[*at] <= '9')
		*ret = *ret * 10 + (unsigned)(text[(*at)++] - '0');
	return *at > from;
}

static bool one_of(const char *text, size_t n, size_t *at, char c)
{
	bool is = *at < n && text[*at] == c;

	*at += is;
	return is;
}

bool toc_vpdq_is_list(const char *text, size_t n)
{
	enum { HASH_DIGITS = 2 * TOC_PDQ_BYTES };
	uint8_t hash[TOC_PDQ_BYTES];
	unsigned quality, ignored;

	for (size_t at = 0;;) {
		if (n - at < HASH_DIGITS || toc_hash_parse(text + at, HASH_DIGITS, hash, sizeof hash) < 0)
			return false;
		at += HASH_DIGITS;
		if (!one_of(text, n, &at, ',') || !number(text, n, &at, 3, &quality) || quality > 100 ||
		    !one_of(text, n, &at, ',') || !number(text, n, &at, 6, &ignored) ||
		    (one_of(text, n, &at, '.') && !number(text, n, &at, 6, &ignored)))
			return false;
		if (at == n)
			return true;
		if (!one_of(text, n, &at, ' '))
			return false;
	}
}

int toc_hash_parse(const char *text, size_t n, uint8_t *ret, size_t bytes)
{
	if (n != bytes * 2)
		return -1;
	for (size_t i = 0; i < bytes; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return -1;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}
