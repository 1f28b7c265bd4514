/* wrap.c: seal keys, wrapped and unwrapped by whatever holds the wrapping key. */
#include "token/token.h"

#include <string.h>

#include "base/digest.h"

struct toc_str toc_wrap(struct toc_token *t, struct toc_arena *a, const struct toc_seal_key *k, const struct toc_wrapping_key *w)
{
	struct toc_str sealed = { NULL, 0 };

	if (!t)
		return toc_seal_key_wrap(a, k, w->id, w->key);
	if (toc_token_seal(t, a, w->id, toc_seal_key_aad(a, k, w->id), (struct toc_str){ (const char *)k->key, sizeof k->key }, &sealed) < 0)
		return TOC_STR("");
	return sealed;
}

int toc_unwrap(struct toc_token *t, struct toc_str wrapped, const struct toc_wrapping_key *w, struct toc_seal_key *k)
{
	struct toc_str clear;

	if (!t)
		return toc_seal_key_unwrap(wrapped, w->id, w->key, k);
	struct toc_arena *a = toc_arena_new();
	int r = toc_token_unseal(t, a, w->id, toc_seal_key_aad(a, k, w->id), wrapped, &clear);
	if (r == 0 && clear.n != sizeof k->key)
		r = TOC_EPROOF;
	if (r == 0)
		memcpy(k->key, clear.p, sizeof k->key);
	if (r == 0)
		toc_wipe((void *)(uintptr_t)clear.p, clear.n);
	toc_arena_free(a);
	return r;
}
