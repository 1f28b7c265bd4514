/* heritage.c: the parent's gifts, out of the document on the inherited descriptor. */
#include "child/child.h"

#include "base/log.h"

#include <string.h>
#include <unistd.h>

int toc_heritage_key(const struct toc_value *heritage, const char *name, uint8_t ret_key[32])
{
	return toc_base64url_decode(toc_get_text(heritage, name), ret_key, 32) == 32 ? 0 : TOC_EINVAL;
}

struct toc_keyring *toc_heritage_keyring(const struct toc_value *heritage)
{
	struct toc_wrapping *w = toc_wrapping_open((int)toc_get_int(heritage, "wrapping_fd", -1), false);
	struct toc_wrapping_key keys[TOC_WRAP_KEYS_MAX];
	struct toc_token *t = NULL;
	struct toc_error error = { 0 };
	size_t n = 0;

	if (!w || !toc_get(heritage, "token"))
		return w ? toc_keyring_watching(w) : NULL;
	int r = toc_heritage_token(heritage, &t, &error);
	/* at the very first start the eraser makes the first key meanwhile */
	for (int i = 0; r == 0 && n == 0 && i < 200; i++)
		if ((r = toc_token_keys(t, keys, &n, &error)) == 0 && n == 0)
			usleep(50000);
	if (r == 0 && n)
		return toc_keyring_of_token(w, t, keys, n);
	toc_log(TOC_LOG_ERROR, "token", "%s", r < 0 ? error.text : "there is no wrapping key in the token");
	toc_token_free(t);
	toc_wrapping_free(w);
	return NULL;
}

int toc_heritage_token(const struct toc_value *heritage, struct toc_token **ret_token, struct toc_error *reterr)
{
	const struct toc_value *given = toc_get(heritage, "token");
	struct toc_arena *a = toc_arena_new();
	int r = toc_token_open(toc_arena_cstr(a, toc_get_text(given, "uri")), toc_arena_cstr(a, toc_get_text(given, "pin")), ret_token, reterr);

	toc_arena_free(a);
	return r;
}

int toc_heritage_fronts(const struct toc_value *heritage, struct toc_child *c)
{
	const struct toc_value *list = toc_get(heritage, "front_fds");
	for (size_t i = 0; i < toc_len(list); i++) {
		const struct toc_value *fd = toc_at(list, i);
		if (fd->kind != TOC_INT || fd->integer < 0 || fd->integer > INT32_MAX)
			return TOC_EINVAL;
		toc_child_peer(c, (unsigned)i, (int)fd->integer);
	}
	int courier = (int)toc_get_int(heritage, "courier_fd", -1);
	if (courier >= 0)
		toc_child_peer(c, TOC_CHILD_COURIER, courier);
	return 0;
}

const char *toc_heritage_text(struct toc_arena *a, const struct toc_value *heritage, const char *name)
{
	struct toc_str s = toc_get_text(heritage, name);
	return s.n ? toc_arena_cstr(a, s) : NULL;
}
