/* refusal.c: the table of refusal codes (refusal.def) as look-ups. */
#include "base/refusal.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *wire;
	int http;
	const char *advice;
} table[] = {
	[TOC_NOT_REFUSED] = { "", 200, "" },
#define TOC_REFUSAL(name, wire, http, advice) [TOC_REFUSE_##name] = { wire, http, advice },
#include "base/refusal.def"
#undef TOC_REFUSAL
};

const char *toc_refusal_wire(enum toc_refusal_code code)
{
	return table[code].wire;
}

int toc_refusal_http(enum toc_refusal_code code)
{
	return table[code].http;
}

const char *toc_refusal_advice(enum toc_refusal_code code)
{
	return table[code].advice;
}

/* A value cut by snprintf may end inside a UTF-8 sequence; the answer must stay well-formed. */
static void end_on_a_character(char *text, size_t cap, int wanted)
{
	if (wanted < 0 || (size_t)wanted < cap)
		return;
	size_t n = cap - 1;
	while (n > 0 && !toc_str_is_utf8((struct toc_str){ text, n }))
		n--;
	text[n] = 0;
}

int toc_refuse(struct toc_refusal *ret, enum toc_refusal_code code, const char *field, const char *clause,
	       const char *format, ...)
{
	va_list args;

	ret->code = code;
	ret->retry_after_s = 0;
	end_on_a_character(ret->field, sizeof ret->field,
			   snprintf(ret->field, sizeof ret->field, "%s", field ? field : ""));
	end_on_a_character(ret->clause, sizeof ret->clause,
			   snprintf(ret->clause, sizeof ret->clause, "%s", clause ? clause : ""));
	va_start(args, format);
	int wanted = vsnprintf(ret->detail, sizeof ret->detail, format, args);
	va_end(args);
	end_on_a_character(ret->detail, sizeof ret->detail, wanted);
	return -1;
}
