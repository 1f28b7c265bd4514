/* Signatures of webhooks, against the published vector of Standard Webhooks and OpenSSL's own verification. */
#include "check.h"
#include "envelope/webhook.h"

#include <openssl/evp.h>

static const uint8_t outside[32] = "the key by which we are known.";
static const struct toc_uuid hook = { { 1, 2, 3 } }, other = { { 1, 2, 4 } };

#define ID TOC_STR("msg_p5jXN8AQM9LWM0D4loKWxJek")
#define BODY TOC_STR("{\"test\": 2432232314}")
#define AT "1614265330"

/* 24 bytes: HMAC fills a key up with zeros, so it is the same key as these 32 */
static struct toc_hook_key vector(void)
{
	struct toc_hook_key k = { { 0 }, { 0 } };

	CHECK_INT(EVP_DecodeBlock(k.secret, (const unsigned char *)"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 32), 24);
	return k;
}

static toc_time at(int64_t seconds)
{
	return (toc_time){ seconds * 1000000 };
}

static int verify(const char *timestamp, const char *signature, struct toc_str body, int64_t now)
{
	struct toc_hook_key k = vector();

	return toc_hook_verify(&k, 1, ID, toc_str_of(timestamp), toc_str_of(signature), body, at(now));
}

CASE(the_published_vector_is_made_and_verified)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_hook_key k = vector();
	struct toc_str s = toc_hook_sign(a, &k, 1, ID, 1614265330, BODY);

	CHECK(s.n > 50 && !memcmp(s.p, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,", 52));
	CHECK_INT(verify(AT, s.p, BODY, 1614265330), 0);
	toc_arena_free(a);
}

CASE(one_right_signature_among_others_is_enough_and_an_altered_one_is_not)
{
	static const char right[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
	char many[200];

	snprintf(many, sizeof many, "v1,AAAA v2,x %s v1a,y", right);
	CHECK_INT(verify(AT, many, BODY, 1614265330), 0);
	CHECK_INT(verify(AT, "v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY, 1614265330), TOC_EPROOF);
	CHECK_INT(verify(AT, "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY, 1614265330), TOC_EPROOF);
	CHECK_INT(verify(AT, right + 3, BODY, 1614265330), TOC_EPROOF);
	CHECK_INT(verify(AT, "", BODY, 1614265330), TOC_EPROOF);
	CHECK_INT(verify(AT, right, TOC_STR("{\"test\": 2432232315}"), 1614265330), TOC_EPROOF);
	CHECK_INT(verify("1614265331", right, BODY, 1614265330), TOC_EPROOF);
}

CASE(what_is_older_or_newer_than_five_minutes_is_a_replay_whatever_its_signature)
{
	static const char right[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

	CHECK_INT(verify(AT, right, BODY, 1614265330 + 300), 0);
	CHECK_INT(verify(AT, right, BODY, 1614265330 - 300), 0);
	CHECK_INT(verify(AT, right, BODY, 1614265330 + 301), TOC_ETIMEOUT);
	CHECK_INT(verify(AT, right, BODY, 1614265330 - 301), TOC_ETIMEOUT);
}

CASE(a_timestamp_has_one_way_to_be_written)
{
	static const char *const bad[] = { "", "0", "01614265330", "+1614265330", " 1614265330", "1614265330 ",
					   "1614265330.0", "1e9", "-5", "9999999999999" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_INT(verify(bad[i], "v1,x", BODY, 1614265330), TOC_EINVAL);
}

CASE(an_id_that_could_move_the_boundary_between_the_parts_is_refused)
{
	struct toc_hook_key k = vector();

	CHECK_INT(toc_hook_verify(&k, 1, TOC_STR("msg.1"), TOC_STR(AT), TOC_STR("v1,x"), BODY, at(1614265330)), TOC_EINVAL);
	CHECK_INT(toc_hook_verify(&k, 1, TOC_STR(""), TOC_STR(AT), TOC_STR("v1,x"), BODY, at(1614265330)), TOC_EINVAL);
}

CASE(during_a_rotation_both_secrets_sign_and_either_verifies)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_hook_key k[2];

	toc_hook_key_derive(outside, hook, 2, &k[0]);
	toc_hook_key_derive(outside, hook, 1, &k[1]);
	struct toc_str s = toc_hook_sign(a, k, 2, ID, 1614265330, BODY);
	CHECK_INT(toc_hook_verify(&k[0], 1, ID, TOC_STR(AT), s, BODY, at(1614265330)), 0);
	CHECK_INT(toc_hook_verify(&k[1], 1, ID, TOC_STR(AT), s, BODY, at(1614265330)), 0);
	struct toc_str one = toc_hook_sign(a, k, 1, ID, 1614265330, BODY);
	CHECK_INT(toc_hook_verify(&k[1], 1, ID, TOC_STR(AT), one, BODY, at(1614265330)), TOC_EPROOF);
	toc_arena_free(a);
}

CASE(every_hook_and_every_rotation_has_secrets_of_its_own_and_always_the_same)
{
	struct toc_hook_key k[4];

	toc_hook_key_derive(outside, hook, 1, &k[0]);
	toc_hook_key_derive(outside, hook, 1, &k[1]);
	toc_hook_key_derive(outside, hook, 2, &k[2]);
	toc_hook_key_derive(outside, other, 1, &k[3]);
	CHECK(!memcmp(&k[0], &k[1], sizeof k[0]));
	CHECK(memcmp(k[0].secret, k[2].secret, 32) && memcmp(k[0].secret, k[3].secret, 32));
	CHECK(memcmp(k[0].seed, k[2].seed, 32) && memcmp(k[0].seed, k[0].secret, 32));
}

CASE(whoever_knows_the_public_half_alone_verifies_v1a)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_hook_key k;
	uint8_t public[36], signature[69];

	toc_hook_key_derive(outside, hook, 1, &k);
	struct toc_str s = toc_hook_sign(a, &k, 1, ID, 1614265330, BODY), p = toc_hook_public_text(a, &k);
	CHECK(!memcmp(p.p, "whpk_", 5) && p.n == 5 + 44);
	EVP_DecodeBlock(public, (const unsigned char *)p.p + 5, 44);
	const char *at_v1a = strstr(s.p, "v1a,");
	CHECK(at_v1a && strlen(at_v1a) == 4 + 88);
	EVP_DecodeBlock(signature, (const unsigned char *)at_v1a + 4, 88);
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public, 32);
	static const char bytes[] = "msg_p5jXN8AQM9LWM0D4loKWxJek." AT ".{\"test\": 2432232314}";
	for (int altered = 0; altered < 2; altered++) {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		CHECK_INT(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key), 1);
		CHECK_INT(EVP_DigestVerify(ctx, signature, 64, (const unsigned char *)bytes, sizeof bytes - 1 - (size_t)altered),
			  altered ? 0 : 1);
		EVP_MD_CTX_free(ctx);
	}
	EVP_PKEY_free(key);
	toc_arena_free(a);
}

CASE(the_secret_is_written_as_the_libraries_read_it)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_hook_key k = { { 0 }, { 0 } };

	CHECK_TEXT(toc_hook_secret_text(a, &k), "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
	toc_arena_free(a);
}

RUN_CASES()
