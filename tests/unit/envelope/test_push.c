/* Web Push: the vectors of RFC 8291 appendix A and RFC 8292 section 2.4; the other end is OpenSSL itself. */
#include "check.h"
#include "envelope/push.h"
#include "envelope/p256.h"

#include <openssl/bn.h>
#include <openssl/ec.h>

static void decode(const char *text, void *ret, size_t n)
{
	CHECK_INT(toc_base64url_decode(toc_str_of(text), ret, n), (long)n);
}

static struct toc_push_recipient ua(void)
{
	struct toc_push_recipient to;

	decode("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", to.p256dh,
	       sizeof to.p256dh);
	decode("BTBZMqHH6r4Tts7J_aSIgg", to.auth, sizeof to.auth);
	return to;
}

CASE(the_message_of_rfc_8291_appendix_a_comes_out_byte_for_byte)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_push_recipient to = ua();
	struct toc_push_chance chance;
	struct toc_str body;

	decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", chance.private, 32);
	decode("DGv6ra1nlYgDCS1FRnbzlw", chance.salt, 16);
	CHECK_INT(toc_push_encrypt(a, &to, TOC_STR("When I grow up, I want to be a watermelon"), 0, &chance, &body), 0);
	CHECK_TEXT(toc_base64url(a, body.p, body.n),
		   "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK"
		   "6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
	toc_arena_free(a);
}

CASE(two_messages_have_nothing_in_common_and_padded_ones_have_one_length)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_push_recipient to = ua();
	struct toc_str x, y, z;

	CHECK_INT(toc_push_encrypt(a, &to, TOC_STR("{}"), 128, NULL, &x), 0);
	CHECK_INT(toc_push_encrypt(a, &to, TOC_STR("{}"), 128, NULL, &y), 0);
	CHECK_INT(toc_push_encrypt(a, &to, TOC_STR("{\"mode\":\"exercise\"}"), 128, NULL, &z), 0);
	CHECK(x.n == y.n && y.n == z.n && x.n == TOC_PUSH_OVERHEAD + 128);
	CHECK(memcmp(x.p, y.p, 16) && memcmp(x.p + 21, y.p + 21, 65) && memcmp(x.p + 86, y.p + 86, x.n - 86));
	toc_arena_free(a);
}

CASE(a_key_that_is_no_point_of_the_curve_is_refused)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_push_recipient to = ua();
	struct toc_str body;

	to.p256dh[64] ^= 1;
	CHECK_INT(toc_push_encrypt(a, &to, TOC_STR("{}"), 0, NULL, &body), TOC_EINVAL);
	memset(&to, 0, sizeof to);
	CHECK_INT(toc_push_encrypt(a, &to, TOC_STR("{}"), 0, NULL, &body), TOC_EINVAL);
	to.p256dh[0] = 4; /* (0, 0) */
	CHECK_INT(toc_push_encrypt(a, &to, TOC_STR("{}"), 0, NULL, &body), TOC_EINVAL);
	to = ua();
	CHECK_INT(toc_push_encrypt(a, &to, TOC_STR("{}"), 4000, NULL, &body), TOC_ELIMIT);
	toc_arena_free(a);
}

/* ---- VAPID ---- */

/* Is "vapid t=…, k=…" signed by the key that it names? */
static bool is_signed(struct toc_arena *a, const char *header)
{
	const char *t = header + 8, *comma = strchr(t, ','), *dot = comma;
	uint8_t point[TOC_PUSH_POINT], raw[64];

	CHECK(!strncmp(header, "vapid t=", 8) && comma && !strncmp(comma, ", k=", 4));
	decode(comma + 4, point, sizeof point);
	while (*--dot != '.')
		;
	struct toc_str s = { dot + 1, (size_t)(comma - dot) - 1 };
	CHECK_INT(toc_base64url_decode(s, raw, 64), 64);
	ECDSA_SIG *signature = ECDSA_SIG_new();
	ECDSA_SIG_set0(signature, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
	unsigned char *der = NULL;
	int n = i2d_ECDSA_SIG(signature, &der);
	EVP_PKEY *key = toc_p256_public(point);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	CHECK(key && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1);
	int right = EVP_DigestVerify(ctx, der, (size_t)n, (const unsigned char *)t, (size_t)(dot - t));
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	ECDSA_SIG_free(signature);
	OPENSSL_free(der);
	(void)a;
	return right == 1;
}

CASE(the_example_of_rfc_8292_verifies_so_the_test_reads_tokens_as_others_do)
{
	struct toc_arena *a = toc_arena_new();
	char header[] =
		"vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1"
		"MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1"
		"JrErtmysazNjjvW2L9OkSSHzvoD1oA, "
		"k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";

	CHECK(is_signed(a, header));
	header[60] ^= 1;
	CHECK(!is_signed(a, header));
	toc_arena_free(a);
}

CASE(our_token_names_audience_expiry_and_operator_and_is_signed)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_vapid v;
	uint8_t claims[200];

	toc_vapid_derive((const uint8_t *)"the key by which we are known...", &v);
	struct toc_str header = toc_vapid_authorization(a, &v, TOC_STR("https://push.example.net"),
							(toc_time){ INT64_C(1453523768000000) },
							TOC_STR("mailto:push@example.com"));
	CHECK(is_signed(a, header.p));
	const char *from = strchr(header.p, '.') + 1, *to = strchr(from, '.');
	long n = toc_base64url_decode((struct toc_str){ from, (size_t)(to - from) }, claims, sizeof claims);
	struct toc_str got = { (const char *)claims, n < 0 ? 0 : (size_t)n };
	CHECK_TEXT(got, "{\"aud\":\"https://push.example.net\",\"exp\":1453523768,\"sub\":\"mailto:push@example.com\"}");
	toc_arena_free(a);
}

CASE(the_key_towards_push_services_is_always_the_same)
{
	struct toc_vapid x, y, z;

	toc_vapid_derive((const uint8_t *)"the key by which we are known...", &x);
	toc_vapid_derive((const uint8_t *)"the key by which we are known...", &y);
	toc_vapid_derive((const uint8_t *)"another key that we are known by", &z);
	CHECK(!memcmp(&x, &y, sizeof x) && memcmp(x.public, z.public, sizeof x.public) && x.public[0] == 4);
}

RUN_CASES()
