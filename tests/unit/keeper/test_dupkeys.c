/* Identifiers that are the same thing have the same key; others have not. */
#include "check.h"

#include "keeper/dupkeys.h"
#include "message/json.h"

static const uint8_t key[32] = { 7 }, other_key[32] = { 8 };

static struct toc_value *keys_of(struct toc_arena *a, const uint8_t *with, const char *json)
{
	struct toc_value *v;
	struct toc_refusal why;
	if (toc_json_parse(a, toc_str_of(json), 65536, 16, &v, &why) < 0)
		TOC_WRONG(why.detail);
	return toc_dupkeys(a, with, v);
}

static bool same_url(const char *x, const char *y)
{
	struct toc_arena *a = toc_arena_new();
	bool same = toc_str_eq(toc_normal_url(a, toc_str_of(x)), toc_normal_url(a, toc_str_of(y)));
	toc_arena_free(a);
	return same;
}

CASE(a_url_is_the_same_however_it_travelled)
{
	const char *plain = "https://example.org/p/88213?id=7";
	CHECK(same_url(plain, "hxxps://example[.]org/p/88213?id=7"));
	CHECK(same_url(plain, "HTTP://WWW.Example.ORG:80/p/88213/?utm_source=x&id=7&fbclid=abc#top"));
	CHECK(same_url(plain, "  https://user@example.org:443/p/88213?id=7 "));
	CHECK(!same_url(plain, "https://example.org/p/88213?id=8"));
	CHECK(!same_url(plain, "https://example.org/P/88213?id=7")); /* paths have a case */
	CHECK(!same_url(plain, "https://example.org:8443/p/88213?id=7"));
	CHECK(!same_url(plain, "ftp://example.org/p/88213?id=7"));
	CHECK(same_url("urn:x:1", "URN:X:1"));
	CHECK(same_url("", ""));
}

CASE(handles_phones_and_texts_have_a_normal_form)
{
	struct toc_arena *a = toc_arena_new();
	CHECK_TEXT(toc_normal_handle(a, TOC_STR(" @NightCourier7")), "nightcourier7");
	CHECK_TEXT(toc_normal_phone(a, TOC_STR("00999 (01) 555-017")), "+99901555017");
	CHECK_TEXT(toc_normal_phone(a, TOC_STR("+999 01 555 017")), "+99901555017");
	CHECK_TEXT(toc_normal_text(a, TOC_STR(" Tomorrow  08:00\n I ring ")), "tomorrow 08:00 i ring");
	CHECK_TEXT(toc_normal_text(a, TOC_STR("see you")), ""); /* too short to say anything */
	toc_arena_free(a);
}

CASE(two_messages_about_one_picture_share_a_key)
{
	struct toc_arena *a = toc_arena_new();
	const struct toc_value *x =
		keys_of(a, key,
			"{\"body\":{\"content\":[{\"url\":\"https://a.example/"
			"1\",\"hash_refs\":[{\"algorithm\":\"sha256\",\"value\":\"ab12\"}]}],"
			"\"user_identifiers\":[{\"kind\":\"handle\",\"value\":\"one\"}]}}");
	const struct toc_value *y =
		keys_of(a, key,
			"{\"body\":{\"content\":[{\"url\":\"https://b.example/"
			"2\",\"hash_refs\":[{\"algorithm\":\"sha256\",\"value\":\"AB12\"}]}],"
			"\"user_identifiers\":[{\"kind\":\"handle\",\"value\":\"two\"}]}}");
	size_t shared = 0;
	CHECK_INT(toc_len(x), 3);
	for (size_t i = 0; i < toc_len(x); i++)
		shared += toc_list_has(y, toc_text_of(toc_at(x, i)));
	CHECK_INT(shared, 1);
	CHECK_INT(toc_text_of(toc_at(x, 0)).n, 64);
	toc_arena_free(a);
}

CASE(kinds_do_not_collide_and_another_key_gives_others)
{
	struct toc_arena *a = toc_arena_new();
	const char *handle = "{\"body\":{\"user_identifiers\":[{\"kind\":\"handle\",\"value\":\"x7\"}]}}";
	const char *id = "{\"body\":{\"user_identifiers\":[{\"kind\":\"id\",\"value\":\"x7\"}]}}";
	CHECK(!toc_value_eq(keys_of(a, key, handle), keys_of(a, key, id)));
	CHECK(!toc_value_eq(keys_of(a, key, handle), keys_of(a, other_key, handle)));
	CHECK(toc_value_eq(keys_of(a, key, handle), keys_of(a, key, handle)));
	CHECK_INT(toc_len(keys_of(a, key, "{\"body\":{}}")), 0);
	toc_arena_free(a);
}

CASE(keys_are_sorted_and_each_there_once)
{
	struct toc_arena *a = toc_arena_new();
	const struct toc_value *x = keys_of(a, key,
					    "{\"also_reported_to\":[{\"system\":\"OCL\",\"external_ref\":"
					    "\"OCL-55\"}],\"body\":{\"user_identifiers\":["
					    "{\"kind\":\"handle\",\"value\":\"b\"},{\"kind\":\"handle\","
					    "\"value\":\"@B\"},{\"kind\":\"phone\",\"value\":\"12\"}]}}");
	CHECK_INT(toc_len(x), 3);
	for (size_t i = 1; i < toc_len(x); i++)
		CHECK(toc_str_cmp(toc_text_of(toc_at(x, i - 1)), toc_text_of(toc_at(x, i))) < 0);
	toc_arena_free(a);
}

CASE(the_digest_follows_content_not_order)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v = toc_value_map(a), *w = toc_value_map(a);
	toc_set_int(a, v, "x", 1);
	toc_set_int(a, v, "y", 2);
	toc_set_int(a, w, "y", 2);
	toc_set_int(a, w, "x", 1);
	struct toc_sha256 dv = toc_message_digest(a, key, v), dw = toc_message_digest(a, key, w);
	CHECK(!memcmp(dv.b, dw.b, 32));
	toc_set_int(a, w, "x", 3);
	dw = toc_message_digest(a, key, w);
	CHECK(memcmp(dv.b, dw.b, 32) != 0);
	toc_arena_free(a);
}

RUN_CASES()
