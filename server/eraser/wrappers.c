/* wrappers.c: the wrapping keys, wherever they lie. */
#include "eraser/eraser.h"

#include "base/time.h"

int toc_wrappers_read(struct toc_eraser *e, struct toc_wrapping_key ret_keys[TOC_WRAP_KEYS_MAX], size_t *ret_n,
		      struct toc_error *reterr)
{
	return e->token ? toc_token_keys(e->token, ret_keys, ret_n, reterr) : toc_files_read(e->folder, ret_keys, ret_n, reterr);
}

/* Ids of wrapping keys are UUIDv7: milliseconds come first. */
toc_time toc_wrapper_made_at(struct toc_uuid id)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id.b[i];
	return (toc_time){ ms * 1000 };
}

int toc_wrappers_make(struct toc_eraser *e, struct toc_uuid after, struct toc_wrapping_key *ret_key, struct toc_error *reterr)
{
	int64_t now = toc_clock_now().us / 1000, least = toc_wrapper_made_at(after).us / 1000 + 1; /* clocks of nodes differ */
	struct toc_uuid id = toc_uuid_v7(now > least ? now : least);

	if (!e->token)
		return toc_files_make(e->folder, id, ret_key, reterr);
	*ret_key = (struct toc_wrapping_key){ .id = id };
	return toc_token_make(e->token, ret_key->id, reterr);
}

int toc_wrappers_destroy(struct toc_eraser *e, struct toc_uuid id, struct toc_error *reterr)
{
	return e->token ? toc_token_destroy(e->token, id, reterr) : toc_files_destroy(e->folder, id, reterr);
}
