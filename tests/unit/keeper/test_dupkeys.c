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

/* ---- the items of an M6 ---- */

#define M6(items)                                                                                            \
	"{\"type\":\"M6\",\"incident_ref\":\"01980000-0000-7000-8000-00000000000a\",\"body\":{\"items\":[" items "]}}"
#define SHA "9c8506abf29ff0bb249797f36c77b97774ca5673d6177462c3dc63b9e5bedbcd"
#define P1 "b6d9f7bde7bcf36f71d1ad71454ff692b4d3149f3a764176d45df86228e14b58"

static struct toc_value *item_keys_of(struct toc_arena *a, const char *json)
{
	struct toc_value *v;
	struct toc_refusal why;
	if (toc_json_parse(a, toc_str_of(json), 65536, 16, &v, &why) < 0)
		TOC_WRONG(why.detail);
	return toc_item_keys(a, key, v);
}

CASE(every_item_has_a_key_and_a_pdq_a_form)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v = item_keys_of(
		a, M6("{\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA "\"},"
		      "{\"hash_type\":\"PDQ\",\"hash_value\":\"" P1 "\"},"
		      "{\"hash_type\":\"SHA256\",\"hash_value\":\"" P1 "\"},"
		      "{\"hash_type\":\"TMK_PDQF\",\"hash_ref\":{\"sha256\":\"" SHA "\",\"size\":263344}},"
		      "{\"url\":\"https://files.example/a\"},{\"url\":\"hxxps://files[.]example/a/\"},"
		      "{\"domain\":\"Files.example\"},{\"text_phrase\":\"The  Bell\"},"
		      "{\"account_ref\":\"" SHA "\"}"));
	CHECK_INT(toc_len(v), 9);
	for (size_t i = 0; i < toc_len(v); i++) {
		CHECK_INT(toc_get_text(toc_at(v, i), "key").n, 64);
		CHECK_INT(toc_get_text(toc_at(v, i), "near").n, i == 1 ? 64 : 0);
		for (size_t k = 0; k < i; k++) /* only the two addresses are one */
			CHECK(toc_str_eq(toc_get_text(toc_at(v, i), "key"), toc_get_text(toc_at(v, k), "key")) ==
			      (i == 5 && k == 4));
	}
	CHECK(!strstr(toc_json_str(a, v).p, SHA) && !strstr(toc_json_str(a, v).p, P1));
	CHECK(item_keys_of(a, "{\"type\":\"M4\",\"body\":{\"items\":[{}]}}") == NULL);
	toc_arena_free(a);
}

CASE(a_look_up_has_the_keys_of_the_item_that_it_asks_about)
{
	struct toc_arena *a = toc_arena_new();
	static const char incident[] = "01980000-0000-7000-8000-000000000001";
	struct toc_value *places = toc_value_list(a);
	toc_push_text(a, places, TOC_STR("01980000-0000-7000-8000-000000000002"));
	toc_push_text(a, places, toc_str_of(incident));
	static const char *const pairs[][2] = {
		{ "{\"hash_type\":\"PDQ\",\"hash_value\":\"" P1 "\"}", "{\"type\":\"PDQ\",\"value\":\"" P1 "\"}" },
		{ "{\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA "\"}", "{\"type\":\"SHA256\",\"value\":\"" SHA "\"}" },
		{ "{\"url\":\"https://files.example/a\"}", "{\"type\":\"URL\",\"value\":\"hxxps://files[.]example/a/\"}" },
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct toc_value *m, *item = toc_at(item_keys_of(a, toc_arena_printf(a,
			"{\"type\":\"M6\",\"incident_ref\":\"%s\",\"body\":{\"items\":[%s]}}", incident, pairs[i][0]).p), 0);
		struct toc_refusal why;
		CHECK(toc_json_parse(a, toc_arena_printf(a, "{\"type\":\"lookup\",\"body\":%s}", pairs[i][1]), 65536, 16, &m, &why) == 0);
		struct toc_value *keys = toc_lookup_keys(a, key, m, places);
		CHECK_INT(toc_len(keys), 2);
		CHECK_TEXT(toc_get_text(toc_at(keys, 1), "key"), toc_get_text(item, "key").p);
		CHECK_INT(toc_get_text(item, "near").n, i == 0 ? 64 : 0);
		CHECK(toc_str_eq(toc_get_text(toc_at(keys, 1), "near"), toc_get_text(item, "near")));
		/* of another incident the form has nothing in common with it */
		CHECK(i > 0 || !toc_str_eq(toc_get_text(toc_at(keys, 0), "near"), toc_get_text(item, "near")));
	}
	toc_arena_free(a);
}

CASE(a_signal_and_a_notification_of_the_same_thing_share_a_key)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *signal =
		item_keys_of(a, M6("{\"hash_type\":\"SHA256\",\"hash_value\":\"" SHA "\"}"));
	struct toc_value *notice = keys_of(
		a, key, "{\"body\":{\"content\":[{\"hash_refs\":[{\"algorithm\":\"sha256\",\"value\":\"" SHA "\"}]}]}}");
	CHECK(toc_str_eq(toc_get_text(toc_at(signal, 0), "key"), toc_text_of(toc_at(notice, 0))));
	toc_arena_free(a);
}

CASE(a_check_asks_with_the_keys_of_a_notification)
{
	struct toc_arena *a = toc_arena_new();
	const struct toc_value *notice = keys_of(a, key,
		"{\"body\":{\"content\":[{\"url\":\"https://a.example/1\",\"hash_refs\":[{\"algorithm\":\"sha256\",\"value\":"
		"\"AB12\"}]}],\"user_identifiers\":[{\"kind\":\"handle\",\"value\":\"@One\"},{\"kind\":\"e-mail\",\"value\":"
		"\"Two@x.example\"},{\"kind\":\"phone\",\"value\":\"+999 01\"},{\"kind\":\"id\",\"value\":\"7\"}]}}");
	const struct toc_value *check = keys_of(a, key,
		"{\"body\":{\"subjects\":[{\"kind\":\"url\",\"value\":\"hxxps://a[.]example/1\"},{\"kind\":\"sha256\","
		"\"value\":\"ab12\"},{\"kind\":\"handle\",\"value\":\"one\"},{\"kind\":\"e-mail\",\"value\":\"two@X.example\"},"
		"{\"kind\":\"phone\",\"value\":\"00 999 01\"},{\"kind\":\"id\",\"value\":\"7\"}]}}");
	CHECK_INT(toc_len(check), 6);
	CHECK(toc_value_eq(notice, check));
	/* an account is no address, whatever it is called */
	check = keys_of(a, key, "{\"body\":{\"subjects\":[{\"kind\":\"handle\",\"value\":\"https://a.example/1\"}]}}");
	CHECK(!toc_list_has(notice, toc_text_of(toc_at(check, 0))));
	toc_arena_free(a);
}

RUN_CASES()
