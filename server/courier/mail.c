/* mail.c: see mail.h.
 *
 * A letter: headers, then multipart/alternative of text/plain and text/html, both UTF-8 in quoted-printable. Headers
 * hold what we made or have checked, and nothing else; a text that is not ASCII (the subject) goes as encoded words.
 * Texts of others (the organisation's and the desk's names) stand in the body only, without control characters. */
#include "courier/mail.h"

#include <stdio.h>
#include <string.h>

enum word {
	WORD_SUBJECT_ALERT, WORD_SUBJECT_NOTE, WORD_SUBJECT_TEST, WORD_EXERCISE, WORD_EXERCISE_LINE, WORD_ALERT,
	WORD_NOTE, WORD_TEST, WORD_OPEN, WORD_REFERENCE, WORD_SILENT, WORD_YOURS, WORD_CALL, WORD_AUTOMATIC,
	WORD_COUNT
};
struct language {
	const char *tag;
	const char *words[WORD_COUNT];
};
static const struct language languages[] = {
#define WORD(key, text) [WORD_##key] = (text),
#define LANGUAGE(name, list) { #name, { list } },
#include "courier/mail.def"
};
#define LANGUAGES (sizeof languages / sizeof *languages)
#define ENGLISH (&languages[0])

static const struct language *find(const struct toc_str *declared, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < LANGUAGES; k++) {
			size_t len = strlen(languages[k].tag);
			if (declared[i].n < len || (declared[i].n > len && declared[i].p[len] != '-'))
				continue;
			bool same = true;
			for (size_t b = 0; b < len; b++)
				same &= (declared[i].p[b] | 0x20) == languages[k].tag[b];
			if (same)
				return &languages[k];
		}
	return ENGLISH;
}

const char *toc_mail_language(const struct toc_str *declared, size_t n)
{
	return find(declared, n)->tag;
}

static const char *say(const struct language *l, enum word w)
{
	return l->words[w] ? l->words[w] : ENGLISH->words[w];
}

/* ---- what may stand in a letter ---- */

static bool is_from(struct toc_str s, const char *allowed, size_t most)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!plain && (c == '\0' || !strchr(allowed, c)))
			return false;
	}
	return s.n > 0 && s.n <= most;
}

bool toc_mail_is_address(struct toc_str s)
{
	const char *at = s.n ? memchr(s.p, '@', s.n) : NULL;
	struct toc_str local = { s.p, at ? (size_t)(at - s.p) : 0 };
	struct toc_str domain = { at ? at + 1 : NULL, at ? s.n - local.n - 1 : 0 };

	/* a dot-atom on both sides (RFC 5322 3.4.1): no quoted parts, no comments, no address literals */
	return is_from(local, "!#$%&'*+-/=?^_`{|}~.", 64) && is_from(domain, "-.", 255) && local.p[0] != '.' &&
	       local.p[local.n - 1] != '.' && domain.p[0] != '.' && domain.p[0] != '-' && domain.p[domain.n - 1] != '.';
}

/* Text of others: what could move a reader's eye elsewhere is a blank. */
static void put_tame(struct toc_buf *b, struct toc_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];
		bool separator = i + 2 < s.n && c == 0xe2 && (uint8_t)s.p[i + 1] == 0x80 &&
				 ((uint8_t)s.p[i + 2] >= 0x8b && (uint8_t)s.p[i + 2] <= 0xae) &&
				 ((uint8_t)s.p[i + 2] <= 0x8f || (uint8_t)s.p[i + 2] >= 0xa8);
		bool isolate = i + 2 < s.n && c == 0xe2 && (uint8_t)s.p[i + 1] == 0x81 && (uint8_t)s.p[i + 2] >= 0xa0;
		bool c1 = i + 1 < s.n && c == 0xc2 && (uint8_t)s.p[i + 1] < 0xa0;
		if (c < 0x20 || c == 0x7f)
			toc_buf_byte(b, ' ');
		else if (separator || isolate || c1) {
			toc_buf_byte(b, ' ');
			i += c1 ? 1 : 2;
		} else
			toc_buf_byte(b, c);
	}
}

static void put_time(struct toc_buf *b, toc_time t)
{
	char text[TOC_TIME_TEXT];

	toc_time_format(t, text);
	toc_buf_printf(b, "%.10s %.5s", text, text + 11);
}

/* A text of mail.def with its places filled. */
static void put_words(struct toc_buf *b, const struct toc_mail *m, const char *words)
{
	for (const char *p = words; *p; p++) {
		if (p[0] != '{' || p[1] == '\0' || p[2] != '}') {
			toc_buf_byte(b, (uint8_t)*p);
			continue;
		}
		switch (p[1]) {
		case 'o': put_tame(b, m->organisation); break;
		case 'r': put_tame(b, m->reference); break;
		case 'd': put_tame(b, m->desk); break;
		case 'n': put_tame(b, m->phone); break;
		case 't': put_time(b, m->until); break;
		}
		p += 2;
	}
}

/* ---- codings ---- */

static void put_hex(struct toc_buf *b, uint8_t c)
{
	static const char digits[] = "0123456789ABCDEF";

	toc_buf_byte(b, '=');
	toc_buf_byte(b, (uint8_t)digits[c >> 4]);
	toc_buf_byte(b, (uint8_t)digits[c & 15]);
}

/* RFC 2045 6.7: lines of at most 76, none of ours ends in a blank. */
static void put_quoted(struct toc_buf *b, struct toc_str text)
{
	size_t line = 0;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = (uint8_t)text.p[i];
		bool last = i + 1 == text.n || text.p[i + 1] == '\n';
		bool plain = (c > 0x20 && c < 0x7f && c != '=') || (c == ' ' && !last);
		if (c == '\n') {
			toc_buf_text(b, "\r\n");
			line = 0;
			continue;
		}
		if (line == 0 && c == '.') /* whoever forgets to stuff dots (RFC 5321 4.5.2) does no harm */
			plain = false;
		size_t width = plain ? 1 : 3;
		if (line + width > 75) {
			toc_buf_text(b, "=\r\n");
			line = 0;
			plain &= c != '.';
			width = plain ? 1 : 3;
		}
		if (plain)
			toc_buf_byte(b, c);
		else
			put_hex(b, c);
		line += width;
	}
}

/* RFC 2047: as it is, or as encoded words "Q" of at most 75, none of which cuts a character. */
static void put_header_text(struct toc_buf *b, size_t line, struct toc_str text)
{
	bool ascii = text.n < 60;

	for (size_t i = 0; i < text.n; i++)
		ascii &= (uint8_t)text.p[i] >= 0x20 && (uint8_t)text.p[i] < 0x7f;
	if (ascii) {
		toc_buf_str(b, text);
		return;
	}
	size_t room = 76 - line - 12; /* =?utf-8?q? and ?= */
	toc_buf_text(b, "=?utf-8?q?");
	for (size_t i = 0, n; i < text.n; i += n) {
		size_t width = 0;
		for (n = 1; i + n < text.n && ((uint8_t)text.p[i + n] & 0xc0) == 0x80; n++)
			;
		struct toc_str one = { text.p + i, n };
		bool plain = is_from(one, "!*+-/", 1);
		width = plain || text.p[i] == ' ' ? 1 : 3 * n;
		if (width > room) {
			toc_buf_text(b, "?=\r\n =?utf-8?q?");
			room = 75 - 12;
		}
		room -= width;
		if (plain)
			toc_buf_str(b, one);
		else if (text.p[i] == ' ')
			toc_buf_byte(b, '_');
		else
			for (size_t k = 0; k < n; k++)
				put_hex(b, (uint8_t)text.p[i + k]);
	}
	toc_buf_text(b, "?=");
}

static void put_date(struct toc_buf *b, toc_time t)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec", days[] = "ThuFriSatSunMonTueWed";
	char text[TOC_TIME_TEXT];

	toc_time_format(t, text); /* 2031-05-17T14:13:00.000Z */
	int month = (text[5] - '0') * 10 + (text[6] - '0');
	int day = (int)(t.us / (INT64_C(86400) * 1000000) % 7); /* the first of 1970 was a Thursday */
	toc_buf_printf(b, "%.3s, %.2s %.3s %.4s %.8s +0000", days + day * 3, text + 8, months + (month - 1) * 3, text, text + 11);
}

static void put_escaped(struct toc_buf *b, struct toc_str s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '&': toc_buf_text(b, "&amp;"); break;
		case '<': toc_buf_text(b, "&lt;"); break;
		case '>': toc_buf_text(b, "&gt;"); break;
		case '"': toc_buf_text(b, "&quot;"); break;
		default: toc_buf_byte(b, (uint8_t)s.p[i]);
		}
}

/* ---- the two bodies: the same sentences in the same order ---- */

static enum word sentence_of(const struct toc_mail *m)
{
	return m->about == TOC_MAIL_TEST ? WORD_TEST : m->about == TOC_MAIL_NOTE ? WORD_NOTE : WORD_ALERT;
}

static void paragraph(struct toc_buf *b, const struct toc_mail *m, const struct language *l, enum word w)
{
	put_words(b, m, say(l, w));
	toc_buf_text(b, "\n\n");
}

static void put_plain(struct toc_buf *b, const struct toc_mail *m, const struct language *l)
{
	if (m->exercise) {
		toc_buf_printf(b, "*** %s ***\n", say(l, WORD_EXERCISE));
		paragraph(b, m, l, WORD_EXERCISE_LINE);
	}
	paragraph(b, m, l, sentence_of(m));
	toc_buf_printf(b, "%s:\n%.*s\n\n", say(l, WORD_OPEN), TOC_STR_ARGS(m->link));
	paragraph(b, m, l, WORD_REFERENCE);
	paragraph(b, m, l, WORD_SILENT);
	if (m->until.us != TOC_TIME_NEVER.us)
		paragraph(b, m, l, WORD_YOURS);
	if (m->desk.n && m->phone.n)
		paragraph(b, m, l, WORD_CALL);
	put_words(b, m, say(l, WORD_AUTOMATIC));
	toc_buf_byte(b, '\n');
}

static void element(struct toc_buf *b, const struct toc_mail *m, const struct language *l, const char *style, enum word w)
{
	struct toc_buf text;

	toc_buf_init(&text, TOC_MAIL_MAX);
	put_words(&text, m, say(l, w));
	toc_buf_printf(b, "<p style=\"%s\"%s>", style, l->words[w] ? "" : " lang=\"en\"");
	put_escaped(b, toc_buf_view(&text));
	toc_buf_text(b, "</p>\n");
	b->failed |= text.failed;
	toc_buf_done(&text);
}

/* Readable where styles are dropped; no picture, no script, nothing is fetched. */
static void put_html(struct toc_buf *b, const struct toc_mail *m, const struct language *l)
{
	static const char text[] = "margin:0 0 16px", small[] = "margin:0 0 8px;font-size:14px;color:#444444";

	toc_buf_printf(b,
		"<!doctype html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Tocsin</title></head>\n"
		"<body style=\"margin:0;padding:24px;font:16px/1.5 sans-serif;color:#111111;background:#ffffff\">\n"
		"<div style=\"max-width:560px\">\n", l->tag);
	if (m->exercise) {
		toc_buf_printf(b, "<p style=\"margin:0 0 8px;padding:8px 12px;border:3px dashed #6b21a8;font-weight:bold;"
			"color:#6b21a8\">%s</p>\n", say(l, WORD_EXERCISE));
		element(b, m, l, text, WORD_EXERCISE_LINE);
	}
	element(b, m, l, "margin:0 0 16px;font-size:18px", sentence_of(m));
	toc_buf_text(b, "<p style=\"margin:0 0 8px\"><a href=\"");
	put_escaped(b, m->link);
	toc_buf_printf(b, "\" style=\"display:inline-block;padding:14px 22px;background:#0b4f8a;color:#ffffff;"
		"text-decoration:none;font-weight:bold;border-radius:4px\">%s</a></p>\n<p style=\"margin:0 0 16px;font-size:13px;"
		"color:#444444;word-break:break-all\">", say(l, WORD_OPEN));
	put_escaped(b, m->link);
	toc_buf_text(b, "</p>\n");
	element(b, m, l, "margin:0 0 16px;font-weight:bold", WORD_REFERENCE);
	element(b, m, l, text, WORD_SILENT);
	if (m->until.us != TOC_TIME_NEVER.us)
		element(b, m, l, text, WORD_YOURS);
	if (m->desk.n && m->phone.n)
		element(b, m, l, text, WORD_CALL);
	element(b, m, l, small, WORD_AUTOMATIC);
	toc_buf_text(b, "</div>\n</body>\n</html>\n");
}

typedef void body_writer(struct toc_buf *b, const struct toc_mail *m, const struct language *l);

static void put_part(struct toc_buf *b, const struct toc_mail *m, const struct language *l, const char *boundary,
                     const char *type, body_writer *write)
{
	struct toc_buf text;

	toc_buf_init(&text, TOC_MAIL_MAX);
	write(&text, m, l);
	toc_buf_printf(b, "--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", boundary,
		type);
	put_quoted(b, toc_buf_view(&text));
	toc_buf_text(b, "\r\n");
	b->failed |= text.failed;
	toc_buf_done(&text);
}

/* ---- the letter ---- */

static int check(const struct toc_mail *m, struct toc_error *reterr)
{
	if (!toc_mail_is_address(m->to) || !toc_mail_is_address(m->from))
		return toc_fail(reterr, TOC_EINVAL, "mail: an address that is not of the form NAME@DOMAIN in ASCII");
	if (!is_from(m->domain, ".-", 255))
		return toc_fail(reterr, TOC_EINVAL, "mail: the host in message ids has other than letters, digits, \".\" and \"-\"");
	if (!is_from(m->reference, "-", 40))
		return toc_fail(reterr, TOC_EINVAL, "mail: a reference has letters, digits and hyphens, at most 40");
	if (m->link.n < 9 || memcmp(m->link.p, "https://", 8) || !is_from(m->link, ":/.-_#[]", 1000))
		return toc_fail(reterr, TOC_EINVAL, "mail: the link is no https address without blanks");
	if (!toc_str_is_utf8(m->organisation) || !toc_str_is_utf8(m->desk) || !toc_str_is_utf8(m->phone))
		return toc_fail(reterr, TOC_EINVAL, "mail: a name that is not UTF-8");
	if (toc_uuid_is_nil(m->delivery))
		return toc_fail(reterr, TOC_EINVAL, "mail: the delivery has no id");
	return 0;
}

static void put_subject(struct toc_buf *b, const struct toc_mail *m, const struct language *l)
{
	static const enum word words[] = { [TOC_MAIL_ALERT] = WORD_SUBJECT_ALERT,
					   [TOC_MAIL_NOTE] = WORD_SUBJECT_NOTE,
					   [TOC_MAIL_TEST] = WORD_SUBJECT_TEST };
	struct toc_buf text;

	toc_buf_init(&text, 1024);
	if (m->exercise)
		toc_buf_printf(&text, "[%s] ", say(l, WORD_EXERCISE));
	put_words(&text, m, say(l, words[m->about]));
	toc_buf_text(b, "Subject: ");
	put_header_text(b, sizeof "Subject: " - 1, toc_buf_view(&text));
	toc_buf_text(b, "\r\n");
	toc_buf_done(&text);
}

int toc_mail_write(const struct toc_mail *m, struct toc_buf *b, struct toc_error *reterr)
{
	const struct language *l = find(m->languages, m->n_languages);
	char id[TOC_UUID_TEXT], thread[TOC_UUID_TEXT], boundary[64];
	int r = check(m, reterr);

	toc_buf_clear(b);
	if (r < 0)
		return r;
	toc_uuid_format(m->delivery, id);
	toc_buf_text(b, "Date: ");
	put_date(b, m->at);
	toc_buf_printf(b, "\r\nFrom: Tocsin <%.*s>\r\nTo: <%.*s>\r\n", TOC_STR_ARGS(m->from), TOC_STR_ARGS(m->to));
	put_subject(b, m, l);
	toc_buf_printf(b, "Message-ID: <%s@%.*s>\r\n", id, TOC_STR_ARGS(m->domain));
	if (!toc_uuid_is_nil(m->thread)) { /* of a letter that was never sent: what all of a case refer to */
		toc_uuid_format(m->thread, thread);
		toc_buf_printf(b, "In-Reply-To: <%s@%.*s>\r\nReferences: <%s@%.*s>\r\n", thread, TOC_STR_ARGS(m->domain), thread,
			TOC_STR_ARGS(m->domain));
	}
	toc_buf_printf(b, "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n%sContent-Language: %s\r\n"
		"MIME-Version: 1.0\r\n", m->about == TOC_MAIL_ALERT ? "Importance: high\r\n" : "", l->tag);
	snprintf(boundary, sizeof boundary, "tocsin-%s", id); /* quoted-printable never has two hyphens at a line's beginning and this after */
	toc_buf_printf(b, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n", boundary);
	put_part(b, m, l, boundary, "text/plain", put_plain);
	put_part(b, m, l, boundary, "text/html", put_html);
	toc_buf_printf(b, "--%s--\r\n", boundary);
	return b->failed ? toc_fail(reterr, TOC_ELIMIT, "mail: longer than %u bytes", TOC_MAIL_MAX) : 0;
}
