/* heritage.c: the parent's gifts, out of the document on the inherited descriptor. */
#include "child/child.h"

#include <string.h>

int toc_heritage_key(const struct toc_value *heritage, const char *name, uint8_t ret_key[32])
{
	return toc_base64url_decode(toc_get_text(heritage, name), ret_key, 32) == 32 ? 0 : TOC_EINVAL;
}

struct toc_keyring *toc_heritage_keyring(const struct toc_value *heritage)
{
	struct toc_wrapping *w = toc_wrapping_open((int)toc_get_int(heritage, "wrapping_fd", -1), false);

	return w ? toc_keyring_watching(w) : NULL;
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
