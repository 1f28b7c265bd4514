/* grant.c: sealing and opening grants.
 *
 *   grant := 0x03 | session(16) | person(16) | roles u32 | flags u8 (1 machine, 2 exercise only, 4 scoped,
 *            8 operates) |
 *            message(16) | case(16) | incident(16) | from u64 | as of u64 |
 *            expires u64 (microseconds since 1970) | u8 length, organisation | u8 length, channel |
 *            HMAC-SHA-256(key, everything before it)
 *
 * The key is made for this by the parent and used for nothing else. The front holds grants but not the key.
 */
#include "ipc/grant.h"

#include "base/digest.h"
#include "ipc/ipc.h"

#include <string.h>

#define VERSION 3
#define FLAG_MACHINE 1
#define FLAG_EXERCISE_ONLY 2
#define FLAG_SCOPED 4
#define FLAG_OPERATES 8
#define MAC 32

static void put_short(struct toc_buf *b, struct toc_str s)
{
	if (s.n > 255)
		TOC_WRONG("grant: a code of more than 255 bytes");
	toc_ipc_u8(b, (uint8_t)s.n);
	toc_buf_str(b, s);
}

struct toc_str toc_grant_seal(struct toc_arena *a, const uint8_t key[32], const struct toc_grant *g)
{
	struct toc_buf b;

	toc_buf_init(&b, 1024);
	toc_ipc_u8(&b, VERSION);
	toc_ipc_id(&b, g->session);
	toc_ipc_id(&b, g->person);
	toc_ipc_u32(&b, g->roles);
	toc_ipc_u8(&b, (uint8_t)((g->machine ? FLAG_MACHINE : 0) | (g->exercise_only ? FLAG_EXERCISE_ONLY : 0) |
	                        (g->scoped ? FLAG_SCOPED : 0) | (g->operates ? FLAG_OPERATES : 0)));
	toc_ipc_id(&b, g->message);
	toc_ipc_id(&b, g->case_ref);
	toc_ipc_id(&b, g->incident);
	toc_ipc_u64(&b, g->from);
	toc_ipc_u64(&b, g->as_of);
	toc_ipc_u64(&b, (uint64_t)g->expires.us);
	put_short(&b, g->org);
	put_short(&b, g->channel);
	struct toc_sha256 mac = toc_hmac_sha256(key, toc_buf_view(&b));
	toc_buf_add(&b, mac.b, sizeof mac.b);
	struct toc_str sealed = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return sealed;
}

static struct toc_str get_short(struct toc_frame *f)
{
	size_t n = toc_frame_u8(f);

	if (f->bad || n > f->rest.n) {
		f->bad = true;
		return (struct toc_str){ NULL, 0 };
	}
	struct toc_str s = { f->rest.p, n };
	f->rest.p += n;
	f->rest.n -= n;
	return s;
}

int toc_grant_open(struct toc_arena *a, const uint8_t key[32], struct toc_str sealed, toc_time now,
                   struct toc_grant *ret_grant)
{
	if (sealed.n <= MAC)
		return TOC_EPROOF;
	struct toc_str fields = { sealed.p, sealed.n - MAC };
	struct toc_sha256 mac = toc_hmac_sha256(key, fields);
	if (!toc_str_eq_secret((struct toc_str){ (const char *)mac.b, MAC },
	                       (struct toc_str){ sealed.p + fields.n, MAC }))
		return TOC_EPROOF;

	struct toc_frame f = { .rest = fields };
	struct toc_grant g = { .machine = false };
	if (toc_frame_u8(&f) != VERSION)
		return TOC_EPROOF; /* made by another version of ours, before a restart */
	g.session = toc_frame_id(&f);
	g.person = toc_frame_id(&f);
	g.roles = toc_frame_u32(&f);
	uint8_t flags = toc_frame_u8(&f);
	g.machine = flags & FLAG_MACHINE;
	g.exercise_only = flags & FLAG_EXERCISE_ONLY;
	g.scoped = flags & FLAG_SCOPED;
	g.operates = flags & FLAG_OPERATES;
	g.message = toc_frame_id(&f);
	g.case_ref = toc_frame_id(&f);
	g.incident = toc_frame_id(&f);
	g.from = toc_frame_u64(&f);
	g.as_of = toc_frame_u64(&f);
	g.expires = (toc_time){ (int64_t)toc_frame_u64(&f) };
	struct toc_str org = get_short(&f), channel = get_short(&f);
	if (!toc_frame_end(&f))
		return TOC_EPROOF;
	g.org = toc_arena_str(a, org);
	g.channel = toc_arena_str(a, channel);
	*ret_grant = g;
	return toc_before(now, g.expires) ? 0 : TOC_ETIMEOUT;
}
