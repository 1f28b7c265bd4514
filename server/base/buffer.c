/* buffer.c: a growing buffer that is born with its maximum. */
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void toc_buf_init(struct toc_buf *b, size_t max)
{
	*b = (struct toc_buf){ .max = max };
}

void toc_buf_done(struct toc_buf *b)
{
	if (!b)
		return;
	free(b->p);
	*b = (struct toc_buf){ .max = b->max };
}

void toc_buf_clear(struct toc_buf *b)
{
	b->n = 0;
	b->failed = false;
}

/* Room for n more bytes, or `failed`. Growth doubles, and never passes the maximum. */
static bool make_room(struct toc_buf *b, size_t n)
{
	if (b->failed)
		return false;
	if (n <= b->cap - b->n)
		return true;
	if (n > b->max - b->n) {
		b->failed = true;
		return false;
	}
	size_t cap = b->cap ? b->cap : b->max < 256 ? b->max : 256; /* never over the maximum */
	while (cap < b->n + n)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	b->p = toc_must_realloc(b->p, cap);
	b->cap = cap;
	return true;
}

char *toc_buf_room(struct toc_buf *b, size_t n)
{
	return make_room(b, n) ? b->p + b->n : NULL;
}

void toc_buf_add(struct toc_buf *b, const void *bytes, size_t n)
{
	if (n == 0 || !make_room(b, n))
		return;
	memcpy(b->p + b->n, bytes, n);
	b->n += n;
}

void toc_buf_str(struct toc_buf *b, struct toc_str s)
{
	toc_buf_add(b, s.p, s.n);
}

void toc_buf_text(struct toc_buf *b, const char *nul_terminated)
{
	toc_buf_add(b, nul_terminated, strlen(nul_terminated));
}

void toc_buf_byte(struct toc_buf *b, uint8_t byte)
{
	toc_buf_add(b, &byte, 1);
}

void toc_buf_printf(struct toc_buf *b, const char *format, ...)
{
	char small[512];
	va_list args;

	va_start(args, format);
	int n = vsnprintf(small, sizeof small, format, args);
	va_end(args);
	if (n < 0)
		TOC_WRONG("buffer: format");
	if ((size_t)n < sizeof small) {
		toc_buf_add(b, small, (size_t)n);
		return;
	}
	char *large = toc_must_realloc(NULL, (size_t)n + 1);
	va_start(args, format);
	vsnprintf(large, (size_t)n + 1, format, args);
	va_end(args);
	toc_buf_add(b, large, (size_t)n);
	free(large);
}

void toc_buf_drop_front(struct toc_buf *b, size_t n)
{
	if (n > b->n)
		TOC_WRONG("buffer: dropping more than there is");
	if (n == 0)
		return;
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

struct toc_str toc_buf_view(const struct toc_buf *b)
{
	return (struct toc_str){ b->p, b->n };
}
