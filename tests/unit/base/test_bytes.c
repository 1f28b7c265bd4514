/* Text forms of bytes (RFC 4648), UUIDs (RFC 9562). */
#include "base/bytes.h"
#include "base/digest.h"
#include "check.h"

CASE(hex_writes_lower_case_and_reads_either)
{
	struct toc_arena *a = toc_arena_new();
	uint8_t b[4];
	CHECK_TEXT(toc_hex(a, "\x00\x7f\xab\xff", 4), "007fabff");
	CHECK_INT(toc_hex_decode(TOC_STR("007FabFF"), b, 4), 0);
	CHECK(memcmp(b, "\x00\x7f\xab\xff", 4) == 0);
	CHECK_INT(toc_hex_decode(TOC_STR("007fabf"), b, 4), TOC_EINVAL);
	CHECK_INT(toc_hex_decode(TOC_STR("007fabfg"), b, 4), TOC_EINVAL);
	CHECK_INT(toc_hex_decode(TOC_STR("007fabff00"), b, 4), TOC_EINVAL);
	toc_arena_free(a);
}

CASE(base64url_matches_rfc_4648_section_10)
{
	static const char *vectors[][2] = {
		{ "", "" },           { "f", "Zg" },          { "fo", "Zm8" },         { "foo", "Zm9v" },
		{ "foob", "Zm9vYg" }, { "fooba", "Zm9vYmE" }, { "foobar", "Zm9vYmFy" }
	};
	struct toc_arena *a = toc_arena_new();
	for (size_t i = 0; i < 7; i++) {
		char back[8];
		CHECK_TEXT(toc_base64url(a, vectors[i][0], strlen(vectors[i][0])), vectors[i][1]);
		long n = toc_base64url_decode(toc_str_of(vectors[i][1]), back, sizeof back);
		CHECK_INT(n, strlen(vectors[i][0]));
		CHECK(n >= 0 && memcmp(back, vectors[i][0], (size_t)n) == 0);
	}
	CHECK_TEXT(toc_base64url(a, "\xfb\xff\xfe", 3), "-__-");
	toc_arena_free(a);
}

CASE(base64url_refuses_what_has_two_readings)
{
	uint8_t b[8];
	CHECK_INT(toc_base64url_decode(TOC_STR("Zh"), b, 8), TOC_EINVAL);   /* unused bits set */
	CHECK_INT(toc_base64url_decode(TOC_STR("Zg=="), b, 8), TOC_EINVAL); /* padding */
	CHECK_INT(toc_base64url_decode(TOC_STR("Z"), b, 8), TOC_EINVAL);
	CHECK_INT(toc_base64url_decode(TOC_STR("+/+/"), b, 8), TOC_EINVAL); /* the other alphabet */
	CHECK_INT(toc_base64url_decode(TOC_STR("Zm9vYmFyZm9v"), b, 8), TOC_ELIMIT);
	CHECK_INT(toc_base64url_decode(TOC_STR("Zm9vYmFyZm8"), b, 8), 8);
}

CASE(uuid_text_goes_both_ways)
{
	struct toc_uuid id;
	char text[TOC_UUID_TEXT];
	CHECK_INT(toc_uuid_parse(TOC_STR("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"), &id), 0); /* RFC 9562 A.6 */
	toc_uuid_format(id, text);
	CHECK_TEXT(toc_str_of(text), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
	CHECK(toc_uuid_is_v7(id));
	struct toc_arena *a = toc_arena_new();
	CHECK_TEXT(toc_uuid_str(a, id), text);
	toc_arena_free(a);
}

CASE(uuid_refuses_other_shapes_and_nil)
{
	struct toc_uuid id;
	CHECK_INT(toc_uuid_parse(TOC_STR("00000000-0000-0000-0000-000000000000"), &id), TOC_EINVAL);
	CHECK_INT(toc_uuid_parse(TOC_STR("017f22e279b07cc398c4dc0c0c07398f"), &id), TOC_EINVAL);
	CHECK_INT(toc_uuid_parse(TOC_STR("017f22e2-79b0-7cc3-98c4dc-0c0c07398f"), &id), TOC_EINVAL);
	CHECK_INT(toc_uuid_parse(TOC_STR("{17f22e2-79b0-7cc3-98c4-dc0c0c07398}"), &id), TOC_EINVAL);
	CHECK_INT(toc_uuid_parse(TOC_STR(""), &id), TOC_EINVAL);
}

CASE(uuid_v7_carries_the_time_and_is_fresh)
{
	struct toc_uuid x = toc_uuid_v7(INT64_C(0x017F22E279B0)), y = toc_uuid_v7(INT64_C(0x017F22E279B0));
	CHECK(memcmp(x.b, "\x01\x7f\x22\xe2\x79\xb0", 6) == 0);
	CHECK(toc_uuid_is_v7(x) && toc_uuid_is_v7(y) && !toc_uuid_eq(x, y));
	CHECK(toc_uuid_cmp(toc_uuid_v7(1), toc_uuid_v7(2)) < 0);
	struct toc_uuid r = toc_uuid_random();
	CHECK_INT(r.b[6] >> 4, 4);
	CHECK_INT(r.b[8] >> 6, 2);
}

CASE(uuid_named_is_the_same_on_every_node)
{
	struct toc_uuid x = toc_uuid_named("timer", TOC_STR("T17")),
			y = toc_uuid_named("timer", TOC_STR("T17"));
	CHECK(toc_uuid_eq(x, y));
	CHECK(!toc_uuid_eq(x, toc_uuid_named("timer", TOC_STR("T18"))));
	CHECK(!toc_uuid_eq(
		x, toc_uuid_named("time", TOC_STR("rT17")))); /* the 0x00 keeps space and name apart */
	CHECK_INT(x.b[6] >> 4, 8);
	/* printf 'timer\0T17' | sha256sum, with version and variant set */
	char text[TOC_UUID_TEXT];
	toc_uuid_format(x, text);
	CHECK_TEXT(toc_str_of(text), "8ff439fa-0d3d-8d92-a161-d135002ad3fe");
}

CASE(addresses_have_one_form)
{
	uint8_t x[16], y[16];
	CHECK_INT(toc_ip_parse(TOC_STR("203.0.113.77"), x), 0);
	CHECK_INT(toc_ip_parse(TOC_STR("::FFFF:203.0.113.77"), y), 0);
	CHECK(memcmp(x, y, 16) == 0 && memcmp(x + 10, "\xff\xff\xcb\x00\x71\x4d", 6) == 0);
	CHECK_INT(toc_ip_parse(TOC_STR("2001:db8::1"), x), 0);
	CHECK_INT(toc_ip_parse(TOC_STR("2001:0DB8:0:0::1"), y), 0);
	CHECK(memcmp(x, y, 16) == 0);
}

CASE(addresses_refused)
{
	static const struct toc_str bad[] = {
		TOC_STR(""),
		TOC_STR("203.0.113"),
		TOC_STR("203.0.113.256"),
		TOC_STR("fe80::1%eth0"),
		TOC_STR("203.0.113.077"),
		TOC_STR("::1/64"),
		TOC_STR("203.0.113.7\0"),
		{ NULL, 0 },
		TOC_STR("1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb")
	};
	uint8_t x[16];
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_INT(toc_ip_parse(bad[i], x), TOC_EINVAL);
}

RUN_CASES()
