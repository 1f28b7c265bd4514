/* mail.h: the text of an e-mail that says that something is waiting, and nothing of what it is.
 *
 * E-mail is read by servers, scanners and whoever holds the telephone. So the letter has a reference and a link,
 * in the words of mail.def, in the recipient's declared language, as plain text and as simple HTML; no picture, no
 * tracking, nothing of the message. The page behind the link (docs/link.md) shows the rest. Pure: the same letter has the
 * same bytes whenever it is made again, and the delivery's id is its Message-ID, so a relay that gets it twice after
 * an accident can tell. Sources: RFC 5322, 2045, 2046, 2047; RFC 3834 (Auto-Submitted); RFC 3676 is not used. */
#ifndef TOC_COURIER_MAIL_H
#define TOC_COURIER_MAIL_H

#include "base/bytes.h"
#include "base/time.h"

enum toc_mail_about {
	TOC_MAIL_ALERT, /* something waits, and somebody is to answer for it */
	TOC_MAIL_NOTE,  /* something waits; nobody has to answer */
	TOC_MAIL_TEST,  /* is this how you are reached? */
};

struct toc_mail {
	enum toc_mail_about about;
	bool exercise;
	struct toc_str from, to;     /* addresses, of ASCII: another domain is given in its xn-- form */
	struct toc_str domain;       /* of the message ids: the server's host */
	struct toc_uuid delivery;    /* its id, and so the letter's */
	struct toc_uuid thread;      /* case or incident: letters of one stand together; nil: alone */
	toc_time at;                 /* when the delivery was queued: real time */
	toc_time until;              /* when the link expires; TOC_TIME_NEVER: not said */
	struct toc_str reference;    /* what to say on the telephone: letters, digits and hyphens */
	struct toc_str link;         /* https://HOST/link#TOKEN */
	struct toc_str organisation; /* name of the recipient's, from the directory */
	struct toc_str desk, phone;  /* whom to call when the page does not open, from the directory; may be empty */
	const struct toc_str *languages; /* as declared, the preferred one first (BCP 47) */
	size_t n_languages;
};

#define TOC_MAIL_MAX (32u << 10) /* bytes of a letter */

/** May mail go to it? One address of printable ASCII with one @ and no blank, quote, comma, or angle bracket. */
bool toc_mail_is_address(struct toc_str s);

/** The whole letter, headers and body, lines ended by CR LF. `into` is emptied first.
 * @return 0, TOC_ELIMIT, or TOC_EINVAL and what is wrong: nothing that could break a header is ever written */
int toc_mail_write(const struct toc_mail *m, struct toc_buf *into, struct toc_error *reterr) TOC_MUSTCHECK;

/** The language in which it is written: the first declared one that mail.def has ("de-AT" is "de"), else "en". Private-use
 * tags of exercises (qaa to qtz) are nobody's language. */
const char *toc_mail_language(const struct toc_str *languages, size_t n);

#endif
