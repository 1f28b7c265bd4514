/* letters.c: prints a letter. letters LANGUAGES ABOUT EXERCISE THREAD ORGANISATION DESK: see letters.py. */
#include "courier/mail.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct toc_mail m = {
		.from = TOC_STR("alerts@tocsin.example.invalid"),
		.to = TOC_STR("owner@pastepond.example.invalid"),
		.domain = TOC_STR("tocsin.example.invalid"),
		.reference = TOC_STR("7F3A-21C9"),
		.link = TOC_STR("https://tocsin.example.invalid:8443/link#abcdefghijklmnopqrstuvwxyz0123456789_-ABCDE"),
		.phone = TOC_STR("+999 11 555 001"),
	};
	struct toc_str languages[8];
	struct toc_error why;
	struct toc_buf b;

	if (argc != 7)
		return 2;
	for (char *p = strtok(argv[1], ","); p && m.n_languages < 8; p = strtok(NULL, ","))
		languages[m.n_languages++] = toc_str_of(p);
	m.languages = languages;
	m.about = (enum toc_mail_about)atoi(argv[2]);
	m.exercise = argv[3][0] == '1';
	m.organisation = toc_str_of(argv[5]);
	m.desk = toc_str_of(argv[6]);
	if (toc_uuid_parse(TOC_STR("01890a5d-ac96-774b-bcce-b302099a8057"), &m.delivery) < 0 ||
	    (argv[4][0] && toc_uuid_parse(toc_str_of(argv[4]), &m.thread) < 0) ||
	    toc_time_parse(TOC_STR("2031-05-17T14:13:07.000Z"), &m.at, NULL) < 0)
		return 2;
	m.until = toc_after(m.at, TOC_HOURS(72));
	toc_buf_init(&b, TOC_MAIL_MAX);
	if (toc_mail_write(&m, &b, &why) < 0) {
		fprintf(stderr, "%s\n", why.text);
		return 1;
	}
	fwrite(b.p, 1, b.n, stdout);
	toc_buf_done(&b);
	return 0;
}
