/* result.c: sealing and opening results.
 *
 *   result := 0x81 | asked(16) | count u64 | digest(32) | u8 complete | str organisation | HMAC-SHA-256(key, all before it)
 */
#include "ipc/result.h"

#include "ipc/ipc.h"

#include <string.h>

#define VERSION 0x81
#define MAC 32

struct toc_str toc_result_seal(struct toc_arena *a, const uint8_t key[32], const struct toc_result *r)
{
	struct toc_buf b;

	toc_buf_init(&b, 1024);
	toc_ipc_u8(&b, VERSION);
	toc_ipc_id(&b, r->asked);
	toc_ipc_u64(&b, r->count);
	toc_buf_add(&b, r->digest.b, sizeof r->digest.b);
	toc_ipc_u8(&b, r->complete);
	toc_ipc_str(&b, r->org);
	struct toc_sha256 mac = toc_hmac_sha256(key, toc_buf_view(&b));
	toc_buf_add(&b, mac.b, sizeof mac.b);
	struct toc_str sealed = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return sealed;
}

int toc_result_open(struct toc_arena *a, const uint8_t key[32], struct toc_str sealed, struct toc_result *ret)
{
	if (sealed.n <= MAC)
		return TOC_EPROOF;
	struct toc_str fields = { sealed.p, sealed.n - MAC };
	struct toc_sha256 mac = toc_hmac_sha256(key, fields);
	if (!toc_str_eq_secret((struct toc_str){ (const char *)mac.b, MAC }, (struct toc_str){ sealed.p + fields.n, MAC }))
		return TOC_EPROOF;
	struct toc_frame f = { .rest = fields };
	if (toc_frame_u8(&f) != VERSION)
		return TOC_EPROOF;
	ret->asked = toc_frame_id(&f);
	ret->count = toc_frame_u64(&f);
	for (size_t i = 0; i < sizeof ret->digest.b; i++)
		ret->digest.b[i] = toc_frame_u8(&f);
	ret->complete = toc_frame_u8(&f) != 0;
	ret->org = toc_arena_str(a, toc_frame_str(&f));
	return toc_frame_end(&f) ? 0 : TOC_EPROOF;
}
