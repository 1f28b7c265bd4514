/* kinds.c: checking and normalising one value. Each check says the same as the kind's pattern in the JSON
 * Schema (and more where a pattern cannot: 30 February, the country of fiction in a message about the real
 * world). */
#include "message/kinds.h"

#include "base/bytes.h"
#include "base/time.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define H "[0-9A-Fa-f]"
#define UUID_PATTERN H "{8}-" H "{4}-" H "{4}-" H "{4}-" H "{12}"
#define DATE "(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
#define CLOCK "([01][0-9]|2[0-3]):[0-5][0-9]"

static const struct {
	const char *words, *pattern;
} kinds[] = {
	[TOC_F_UUID] = { "a UUID", "^(?!00000000-0000-0000-0000-000000000000$)" UUID_PATTERN "$" },
	[TOC_F_UUID7] = { "a UUID of version 7", "^" H "{8}-" H "{4}-7" H "{3}-[89ABab]" H "{3}-" H "{12}$" },
	[TOC_F_ORG] = { "the code of an organisation", "^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$" },
	[TOC_F_PERSON] = { "a person's UUID", "^(?!00000000-0000-0000-0000-000000000000$)" UUID_PATTERN "$" },
	[TOC_F_TIME] = { "a time of RFC 3339 with seconds and offset",
			 "^" DATE "T" CLOCK ":[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]" CLOCK ")$" },
	[TOC_F_CC] = { "a country code of ISO 3166-1", NULL },
	[TOC_F_LANG] = { "a language tag of BCP 47", "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$" },
	[TOC_F_URL] = { "a URL with its scheme, without blanks",
			"^[A-Za-z][A-Za-z0-9+.-]{0,31}:[^\\u0000-\\u0020\\u007f\"<>]+$" },
	[TOC_F_IP] = { "an IPv4 or IPv6 address", NULL },
	[TOC_F_LINE] = { "text of one line", "^[^\\u0000-\\u001f\\u007f]*$" },
	[TOC_F_PROSE] = { "text", "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$" },
	[TOC_F_TOKEN] = { "a letter or digit, then also . _ / : + ( ) , = - and blank",
			  "^[A-Za-z0-9][A-Za-z0-9 ._/:+(),=-]*$" },
	[TOC_F_HEX] = { "hexadecimal digits", "^(" H "{2})+$" },
	[TOC_F_BYTES] = { "base64url without padding", "^([A-Za-z0-9_-]{4})*[A-Za-z0-9_-]{2,4}$" },
	[TOC_F_INT] = { "a whole number", NULL },
	[TOC_F_BOOL] = { "true or false", NULL },
	[TOC_F_ENUM] = { "one of the words that the schema lists", NULL },
	[TOC_F_MAP] = { "an object", NULL },
	[TOC_F_VERSION] = { "the schema version", NULL },
	[TOC_F_TYPE_NAME] = { "a message type", NULL },
	[TOC_F_BODY] = { "an object", NULL },
};

const char *toc_kind_words(enum toc_field_kind kind)
{
	return kinds[kind].words;
}

const char *toc_kind_pattern(enum toc_field_kind kind)
{
	return kinds[kind].pattern;
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Letters, digits and the further characters. */
static bool all_of(struct toc_str s, size_t from, const char *further)
{
	for (size_t i = from; i < s.n; i++)
		if (!letter(s.p[i]) && !digit(s.p[i]) && (!s.p[i] || !strchr(further, s.p[i])))
			return false;
	return true;
}

static bool first_is_alphanumeric(struct toc_str s)
{
	return s.n > 0 && (letter(s.p[0]) || digit(s.p[0]));
}

static size_t characters(struct toc_str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

static bool plain_text(struct toc_str s, bool line_breaks)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == 0x7F || (c < 0x20 && !(line_breaks && (c == '\n' || c == '\r' || c == '\t'))))
			return false;
	}
	return true;
}

static bool lang_tag(struct toc_str s)
{
	size_t primary = 0, subtags = 0;
	while (primary < s.n && letter(s.p[primary]))
		primary++;
	if (primary < 2 || primary > 3)
		return false;
	for (size_t at = primary; at < s.n; subtags++) {
		size_t n = 0;
		if (s.p[at++] != '-')
			return false;
		for (; at < s.n && (letter(s.p[at]) || digit(s.p[at])); at++)
			n++;
		if (n < 1 || n > 8)
			return false;
	}
	return subtags <= 4;
}

static bool url(struct toc_str s)
{
	size_t scheme = 0;
	while (scheme < s.n && s.p[scheme] != ':')
		scheme++;
	if (scheme < 1 || scheme > 32 || scheme + 1 >= s.n || !letter(s.p[0]) ||
	    !all_of((struct toc_str){ s.p, scheme }, 1, "+.-"))
		return false;
	for (size_t i = scheme + 1; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c <= 0x20 || c == 0x7F || c == '"' || c == '<' || c == '>')
			return false;
	}
	return true;
}

static bool hex_digits(struct toc_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!digit(s.p[i]) && !((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'f'))
			return false;
	return s.n > 0 && s.n % 2 == 0;
}

static struct toc_value *lower_case(struct toc_arena *a, struct toc_str s, size_t n)
{
	struct toc_value *v = toc_value_text(a, s);
	char *p = (char *)v->text.p; /* our own copy */
	for (size_t i = 0; i < n && i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] |= 0x20;
	return v;
}

static enum toc_refusal_code say(enum toc_refusal_code code, char words[160], const char *format, ...)
	TOC_PRINTF(3, 4);
static enum toc_refusal_code say(enum toc_refusal_code code, char words[160], const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(words, 160, format, args);
	va_end(args);
	return code;
}

/* Lengths count characters (Unicode code points), as JSON Schema does. */
static enum toc_refusal_code check_length(const struct toc_field *f, struct toc_str s, char words[160])
{
	size_t n = characters(s);
	if (n > (size_t)f->max)
		return say(TOC_REFUSE_LIMIT, words, "%zu characters, limit %lld", n, (long long)f->max);
	if (n < (size_t)f->min)
		return n == 0 ? say(TOC_REFUSE_BAD_VALUE, words, "empty")
			      : say(TOC_REFUSE_BAD_VALUE, words, "%zu characters, at least %lld", n,
				    (long long)f->min);
	return TOC_NOT_REFUSED;
}

static enum toc_refusal_code check_text(const struct toc_kind_check *c, const struct toc_field *f,
					struct toc_str s, struct toc_value **ret, char words[160])
{
	struct toc_uuid id;
	uint8_t address[16];
	toc_time t;
	bool good = false, lengths = f->max > 0;

	if (!toc_str_is_utf8(s))
		return say(TOC_REFUSE_BAD_VALUE, words, "not well-formed UTF-8");
	if (lengths) {
		enum toc_refusal_code code = check_length(f, s, words);
		if (code != TOC_NOT_REFUSED)
			return code;
	}
	switch (f->kind) {
	case TOC_F_UUID:
	case TOC_F_PERSON:
	case TOC_F_UUID7:
		good = toc_uuid_parse(s, &id) == 0;
		/* What the server makes itself may have a name-based id. */
		if (good && f->kind == TOC_F_UUID7 && c->type->flags & TOC_TYPE_MEMBERS)
			good = toc_uuid_is_v7(id);
		if (good)
			*ret = lower_case(c->arena, s, s.n);
		break;
	case TOC_F_HEX:
		if ((good = hex_digits(s)))
			*ret = lower_case(c->arena, s, s.n);
		break;
	case TOC_F_CC:
		if (toc_str_is(s, "EL"))
			s = TOC_STR("GR"); /* the Union's code for Greece (domain (c)) */
		good = toc_country_is_assigned(s) || toc_country_is_user_assigned(s);
		if (toc_country_is_user_assigned(s) && !c->fiction)
			return say(TOC_REFUSE_BAD_VALUE, words,
				   "user-assigned country codes only in mode exercise or test");
		break;
	case TOC_F_LANG:
		good = lang_tag(s);
		if (good && toc_lang_is_private(s) && !c->fiction)
			return say(TOC_REFUSE_BAD_VALUE, words,
				   "private-use languages only in mode exercise or test");
		if (good) {
			size_t primary = 0;
			while (primary < s.n && s.p[primary] != '-')
				primary++;
			*ret = lower_case(c->arena, s, primary);
		}
		break;
	case TOC_F_IP:
		if ((good = toc_ip_parse(s, address) == 0))
			*ret = lower_case(c->arena, s, s.n);
		break;
	case TOC_F_VERSION:
		if (!toc_str_is(s, TOC_SCHEMA_VERSION))
			return say(TOC_REFUSE_VERSION, words, "this server speaks %s", TOC_SCHEMA_VERSION);
		good = true;
		break;
	case TOC_F_ENUM:
		for (const char *const *v = f->values; *v && !good; v++)
			good = toc_str_is(s, *v);
		break;
	case TOC_F_TIME: good = toc_time_parse(s, &t, NULL) == 0; break;
	case TOC_F_ORG: good = s.n <= 32 && first_is_alphanumeric(s) && all_of(s, 1, "._-"); break;
	case TOC_F_URL: good = url(s); break;
	case TOC_F_LINE: good = plain_text(s, false); break;
	case TOC_F_PROSE: good = plain_text(s, true); break;
	case TOC_F_TOKEN: good = first_is_alphanumeric(s) && all_of(s, 1, " ._/:+(),=-"); break;
	case TOC_F_BYTES: good = s.n % 4 != 1 && all_of(s, 0, "_-"); break;
	case TOC_F_TYPE_NAME: good = true; break; /* found before */
	case TOC_F_INT:
	case TOC_F_BOOL:
	case TOC_F_MAP:
	case TOC_F_BODY: TOC_WRONG("catalogue: not a kind of text");
	}
	if (!good)
		return say(TOC_REFUSE_BAD_VALUE, words, "not %s", kinds[f->kind].words);
	if (!*ret)
		*ret = toc_value_text(c->arena, s);
	return TOC_NOT_REFUSED;
}

enum toc_refusal_code toc_kind_check(const struct toc_kind_check *c, const struct toc_field *f,
				     const struct toc_value *raw, struct toc_value **ret_value,
				     char ret_words[160])
{
	enum toc_kind wanted = f->kind == TOC_F_INT ? TOC_INT : f->kind == TOC_F_BOOL ? TOC_BOOL : TOC_TEXT;
	struct toc_value *v = NULL;

	if (raw->kind != wanted)
		return say(TOC_REFUSE_WRONG_KIND, ret_words, "%s is expected", kinds[f->kind].words);
	if (f->kind == TOC_F_BOOL) {
		v = toc_value_bool(c->arena, raw->boolean);
	} else if (f->kind == TOC_F_INT) {
		if (raw->integer < f->min || raw->integer > f->max)
			return say(TOC_REFUSE_BAD_VALUE, ret_words, "%lld is not between %lld and %lld",
				   (long long)raw->integer, (long long)f->min, (long long)f->max);
		v = toc_value_int(c->arena, raw->integer);
	} else {
		enum toc_refusal_code code = check_text(c, f, raw->text, &v, ret_words);
		if (code != TOC_NOT_REFUSED)
			return code;
	}
	*ret_value = v;
	return TOC_NOT_REFUSED;
}
