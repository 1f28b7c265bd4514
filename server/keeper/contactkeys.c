/* contactkeys.c: see contactkeys.h. */
#include "keeper/contactkeys.h"

#include "keeper/dupkeys.h"
#include "message/json.h"

#include <string.h>

#define CODE_CHARACTERS 8
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's: none is taken for another */

static struct toc_str keyed(struct toc_arena *a, const uint8_t key[32], const char *what, struct toc_str x, struct toc_str y)
{
	struct toc_str under = toc_arena_printf(a, "tocsin-contact/v1 %s\n%.*s\n%.*s", what, TOC_STR_ARGS(x), TOC_STR_ARGS(y));
	struct toc_sha256 mac = toc_hmac_sha256(key, under);

	return toc_hex(a, mac.b, sizeof mac.b);
}

static struct toc_str normal_address(struct toc_arena *a, struct toc_str kind, struct toc_str address)
{
	if (toc_str_is(kind, "e-mail"))
		return toc_normal_handle(a, address); /* capital letters apart */
	return toc_normal_phone(a, address);
}

static void channel_keys(struct toc_arena *a, const uint8_t key[32], const struct toc_value *channels, struct toc_value *list)
{
	for (size_t i = 0; i < toc_len(channels); i++) {
		struct toc_str kind = toc_get_text(toc_at(channels, i), "kind"), address = toc_get_text(toc_at(channels, i), "address");
		toc_push_text(a, list, address.n ? keyed(a, key, "address", kind, normal_address(a, kind, address)) : TOC_STR(""));
	}
}

/* As people type it: in small letters, with blanks, an O for a 0. */
static struct toc_str normal_code(struct toc_arena *a, struct toc_str code)
{
	char *out = toc_arena_alloc(a, code.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < code.n; i++) {
		char c = code.p[i] >= 'a' && code.p[i] <= 'z' ? (char)(code.p[i] - 'a' + 'A') : code.p[i];
		c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
		if (c && strchr(alphabet, c))
			out[n++] = c;
	}
	return (struct toc_str){ out, n };
}

struct toc_str toc_test_code(struct toc_arena *a, const uint8_t key[32], struct toc_str test_id)
{
	struct toc_sha256 mac = toc_hmac_sha256(key, toc_arena_printf(a, "tocsin-contact/v1 code\n%.*s", TOC_STR_ARGS(test_id)));
	char code[CODE_CHARACTERS];

	for (size_t i = 0; i < CODE_CHARACTERS; i++)
		code[i] = alphabet[mac.b[i] & 31];
	return toc_arena_printf(a, "%.4s-%.4s", code, code + 4);
}

struct toc_value *toc_address_keys(struct toc_arena *a, const uint8_t key[32], const struct toc_value *message)
{
	const struct toc_value *body = toc_get(message, "body"), *chain = toc_get(body, "escalation_chain");
	struct toc_str step = toc_get_text(body, "step"), id = toc_get_text(message, "id");
	struct toc_value *list = toc_value_list(a);

	if (!toc_get_is(message, "type", "M26"))
		return NULL;
	if (toc_str_is(step, "own")) {
		for (size_t i = 0; i < toc_len(chain); i++)
			channel_keys(a, key, toc_get(toc_at(chain, i), "channels"), list);
		channel_keys(a, key, toc_get(body, "channels"), list);
		toc_push_text(a, list, keyed(a, key, "declaration", toc_json_str(a, body), TOC_STR("")));
	} else if (toc_str_is(step, "test")) {
		toc_push_text(a, list, keyed(a, key, "check", id, normal_code(a, toc_test_code(a, key, id))));
	} else if (toc_str_is(step, "confirm")) {
		toc_push_text(a, list, keyed(a, key, "check", toc_get_text(body, "test"), normal_code(a, toc_get_text(body, "code"))));
	}
	return list;
}
