/* test_mail.c: what a letter refuses. How it reads to others: letters.py. */
#include "check.h"
#include "courier/mail.h"

static struct toc_mail good(void)
{
	struct toc_mail m = {
		.from = TOC_STR("alerts@tocsin.example.invalid"),
		.to = TOC_STR("owner@pastepond.example.invalid"),
		.domain = TOC_STR("tocsin.example.invalid"),
		.delivery = { { 1 } },
		.reference = TOC_STR("7F3A-21C9"),
		.link = TOC_STR("https://tocsin.example.invalid/link#abc"),
		.organisation = TOC_STR("PastePond"),
		.until = TOC_TIME_NEVER,
	};

	return m;
}

static int write(const struct toc_mail *m)
{
	struct toc_buf b;
	struct toc_error why;

	toc_buf_init(&b, TOC_MAIL_MAX);
	int r = toc_mail_write(m, &b, &why);
	CHECK(r == 0 ? b.n > 500 : b.n == 0);
	toc_buf_done(&b);
	return r;
}

CASE(addresses_are_plain_or_refused)
{
	static const char *const bad[] = { "", "owner", "@x.invalid", "owner@", "a@b@c", "a b@x.invalid", "a@x.invalid, b@x.invalid",
		"<a@x.invalid>", "\"a b\"@x.invalid", "a@[127.0.0.1]", "a@x.invalid\r\nBcc: b@x.invalid", ".a@x.invalid",
		"a.@x.invalid", "a@-x.invalid", "ä@x.invalid", "a@ö.invalid", "a@x.invalid." };
	static const char *const fine[] = { "owner@pastepond.example.invalid", "a.b+tag@x-y.invalid", "a@xn--bcher-kva.invalid" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct toc_mail m = good();
		m.to = toc_str_of(bad[i]);
		CHECK(!toc_mail_is_address(m.to));
		CHECK_INT(write(&m), TOC_EINVAL);
	}
	for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
		CHECK(toc_mail_is_address(toc_str_of(fine[i])));
	CHECK(!toc_mail_is_address((struct toc_str){ "a\0b@x.invalid", 13 }));
}

CASE(nothing_that_could_break_a_header_is_written)
{
	struct toc_mail m = good();

	CHECK_INT(write(&m), 0);
	m.reference = TOC_STR("7F\r\nBcc: x@x.invalid");
	CHECK_INT(write(&m), TOC_EINVAL);
	m = good();
	m.domain = TOC_STR("host>\r\nX: y");
	CHECK_INT(write(&m), TOC_EINVAL);
	m = good();
	m.link = TOC_STR("http://plain.invalid/");
	CHECK_INT(write(&m), TOC_EINVAL);
	m.link = TOC_STR("https://x.invalid/\" onclick=");
	CHECK_INT(write(&m), TOC_EINVAL);
	m = good();
	m.organisation = TOC_STR("\xff");
	CHECK_INT(write(&m), TOC_EINVAL);
	m = good();
	m.delivery = (struct toc_uuid){ { 0 } };
	CHECK_INT(write(&m), TOC_EINVAL);
}

CASE(a_letter_that_would_be_too_long_is_refused)
{
	static char name[TOC_MAIL_MAX];
	struct toc_mail m = good();

	memset(name, 'x', sizeof name);
	m.organisation = (struct toc_str){ name, sizeof name };
	struct toc_buf b;
	toc_buf_init(&b, TOC_MAIL_MAX);
	CHECK(toc_mail_write(&m, &b, NULL) < 0);
	toc_buf_done(&b);
}

RUN_CASES()
