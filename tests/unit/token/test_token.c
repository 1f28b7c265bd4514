/* A token that has more keys than we hold, that goes away and comes back, whose PIN is another one, and whose objects were
 * exchanged: nothing is taken for what it is not, and nobody's PIN is locked by us. */
#include "check.h"
#include "fake_token.h"

#include "token/token.h"

#include <dlfcn.h>

static struct fake_token *fake;
static struct toc_token *token;
static struct toc_arena *a;

static struct toc_uuid nth(unsigned n)
{
	return (struct toc_uuid){ { 1, 0x9a, (uint8_t)n, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, (uint8_t)n } };
}

static void begin(void)
{
	struct toc_error error;
	void *module = dlopen(TOC_FAKE_TOKEN, RTLD_NOW);
	CHECK(module != NULL);
	*(void **)&fake = dlsym(module, "fake_token");
	*fake = (struct fake_token){ .pin = "1234" };
	a = toc_arena_new();
	if (toc_token_open("pkcs11:token=fake?module-path=" TOC_FAKE_TOKEN, "1234", &token, &error) < 0)
		TOC_WRONG(error.text);
}

static void end(void)
{
	toc_token_free(token);
	toc_arena_free(a);
}

static void taken_out_and_back(void)
{
	fake->signed_in = false;
}

static int unseal(struct toc_str sealed, unsigned key)
{
	struct toc_str clear;
	int r = toc_token_unseal(token, a, nth(key), TOC_STR(""), sealed, &clear);
	CHECK(r < 0 || toc_str_is(clear, "sealed"));
	return r;
}

static bool opens(struct toc_str sealed, unsigned key)
{
	return unseal(sealed, key) == 0;
}

CASE(of_more_keys_than_are_held_the_newest_are_known)
{
	struct toc_wrapping_key keys[TOC_WRAP_KEYS_MAX];
	size_t n;
	begin();
	for (unsigned i = 1; i <= 40; i++)
		CHECK_INT(toc_token_make(token, nth((i * 7) % 41), NULL), 0);
	CHECK_INT(toc_token_keys(token, keys, &n, NULL), 0);
	CHECK_INT(n, TOC_WRAP_KEYS_MAX);
	for (unsigned i = 0; i < n; i++)
		CHECK(toc_uuid_eq(keys[i].id, nth(40 - i)));
	end();
}

CASE(a_key_that_is_destroyed_is_gone_however_often_it_is_there)
{
	struct toc_wrapping_key keys[TOC_WRAP_KEYS_MAX];
	size_t n;
	begin();
	for (unsigned i = 0; i < 9; i++)
		CHECK_INT(toc_token_make(token, nth(i < 8 ? 1 : 2), NULL), 0);
	CHECK_INT(toc_token_destroy(token, nth(1), NULL), 0);
	CHECK_INT(toc_token_keys(token, keys, &n, NULL), 0);
	CHECK_INT(n, 1);
	CHECK(toc_uuid_eq(keys[0].id, nth(2)));
	CHECK_INT(toc_token_destroy(token, nth(1), NULL), 0); /* it is not there: that is what was wanted */
	end();
}

CASE(one_that_comes_back_is_used_again_whatever_is_asked_first)
{
	struct toc_wrapping_key keys[TOC_WRAP_KEYS_MAX];
	struct toc_str sealed;
	size_t n;
	begin();
	taken_out_and_back();
	CHECK_INT(toc_token_make(token, nth(1), NULL), 0);
	CHECK_INT(toc_token_seal(token, a, nth(1), TOC_STR(""), TOC_STR("sealed"), &sealed), 0);
	taken_out_and_back();
	CHECK(opens(sealed, 1));
	taken_out_and_back();
	CHECK_INT(toc_token_keys(token, keys, &n, NULL), 0);
	CHECK_INT(n, 1);
	taken_out_and_back();
	CHECK_INT(toc_token_destroy(token, nth(1), NULL), 0);
	CHECK_INT(fake->n, 0);
	end();
}

CASE(while_it_is_away_nothing_is_done_and_nothing_said_to_be)
{
	struct toc_wrapping_key keys[TOC_WRAP_KEYS_MAX];
	struct toc_str sealed;
	size_t n;
	begin();
	CHECK_INT(toc_token_make(token, nth(1), NULL), 0);
	CHECK_INT(toc_token_seal(token, a, nth(1), TOC_STR(""), TOC_STR("sealed"), &sealed), 0);
	fake->away = true;
	taken_out_and_back();
	CHECK_INT(toc_token_keys(token, keys, &n, NULL), TOC_EIO);
	CHECK_INT(toc_token_make(token, nth(2), NULL), TOC_EIO);
	CHECK_INT(toc_token_destroy(token, nth(1), NULL), TOC_EIO);
	CHECK_INT(unseal(sealed, 1), TOC_EIO); /* and not that it was altered */
	fake->away = false;
	CHECK(opens(sealed, 1));
	end();
}

/* Three wrong ones, and an HSM is locked for everybody who uses it. */
CASE(a_pin_that_is_not_taken_is_not_tried_again)
{
	struct toc_wrapping_key keys[TOC_WRAP_KEYS_MAX];
	size_t n;
	begin();
	fake->pin = "changed meanwhile";
	taken_out_and_back();
	unsigned tries = fake->tries;
	for (unsigned i = 0; i < 10; i++)
		CHECK_INT(toc_token_keys(token, keys, &n, NULL), TOC_EIO);
	CHECK_INT(fake->tries - tries, 1);
	end();
}

CASE(another_key_under_the_same_name_opens_nothing)
{
	struct toc_str sealed;
	begin();
	CHECK_INT(toc_token_make(token, nth(1), NULL), 0);
	CHECK_INT(toc_token_make(token, nth(2), NULL), 0);
	CHECK_INT(toc_token_seal(token, a, nth(1), TOC_STR(""), TOC_STR("sealed"), &sealed), 0);
	memcpy(fake->key[0].id, nth(2).b, 16);
	memcpy(fake->key[1].id, nth(1).b, 16);
	CHECK_INT(unseal(sealed, 1), TOC_EPROOF);
	CHECK(opens(sealed, 2));
	CHECK_INT(unseal(sealed, 3), TOC_ENOTFOUND);
	end();
}

RUN_CASES()
