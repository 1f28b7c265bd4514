/* fuzz_channel.c: bytes from another process: the stream of a channel, packets on the control socket, grants.
 *
 * The first byte says which. Stream: frames come out whole and in order however the bytes are cut, as a reading of
 * the whole says, and nothing after the first that is no frame. Control: a packet is one frame or none, and its
 * descriptors are not lost. Grant: what opens is sealed again as the same bytes; without the right seal nothing opens. */
#include "ipc/grant.h"
#include "ipc/wire.h"

#include "base/digest.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool ok, const char *what)
{
	if (!ok)
		TOC_WRONG(what);
}

/* Getters as the low bits of the field bytes say, until something is bad or all is read. */
static void read_fields(struct toc_frame *f)
{
	const char *end = f->rest.p + f->rest.n;

	while (!f->bad && f->rest.n) {
		struct toc_str s;
		switch (*(const uint8_t *)f->rest.p % 6) {
		case 0:
			(void)toc_frame_u8(f);
			break;
		case 1:
			(void)toc_frame_u16(f);
			break;
		case 2:
			(void)toc_frame_u32(f);
			break;
		case 3:
			(void)toc_frame_u64(f);
			break;
		case 4:
			(void)toc_frame_id(f);
			break;
		default:
			s = toc_frame_str(f);
			must(f->bad ? s.n == 0 : s.p + s.n <= end, "a field beyond its frame");
		}
	}
	must(f->bad || toc_frame_end(f), "all was read, and yet there is more");
	f->bad = false;
}

/* ---- the stream ---- */

struct heard {
	const uint8_t *all; /* the bytes that were written */
	size_t n, at;       /* at: where the next frame begins */
};

static void on_frame(void *ctx, struct toc_frame *f)
{
	struct heard *h = ctx;
	size_t length = toc_ipc_length((const char *)h->all + h->at);

	must(f->rest.n == length - 2 && memcmp(f->rest.p, h->all + h->at + TOC_IPC_HEAD, f->rest.n) == 0,
	     "a frame that was not written");
	h->at += TOC_IPC_LENGTH + length;
	read_fields(f);
}

/* @return whether another whole frame stands at h->at; ret_broken: what stands there is no frame */
static bool more(const struct heard *h, bool *ret_broken)
{
	const char *p = (const char *)h->all + h->at;
	struct toc_frame f;

	*ret_broken = false;
	if (h->n - h->at < TOC_IPC_LENGTH)
		return false;
	size_t length = toc_ipc_length(p);
	*ret_broken = length < 2 || length > TOC_IPC_FRAME_MAX;
	if (*ret_broken || h->n - h->at < TOC_IPC_LENGTH + length)
		return false;
	*ret_broken = toc_ipc_open(p, TOC_IPC_LENGTH + length, &f) < 0;
	return !*ret_broken;
}

static void stream(const uint8_t *data, size_t n)
{
	struct heard h = { .all = data, .n = n };
	int pair[2], r = 0;
	bool broken;

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
	struct toc_channel *c = toc_channel_new(pair[0]);
	for (size_t at = 0, piece; at < n && r == 0; at += piece) {
		piece = 1 + (data[at] * 7u + at) % 97; /* cut anywhere */
		piece = piece < n - at ? piece : n - at;
		must(write(pair[1], data + at, piece) == (ssize_t)piece, "write");
		r = toc_channel_step(c, POLLIN, on_frame, &h);
	}
	must(!more(&h, &broken), "a whole frame was kept back");
	must((r == TOC_EINVAL) == broken, broken ? "a broken frame is waited for" : "the channel ended for nothing");
	close(pair[1]);
	if (r == 0)
		must(toc_channel_step(c, POLLIN, on_frame, &h) == TOC_ECLOSED, "the end is not noticed");
	toc_channel_free(c);
}

/* ---- a packet ---- */

static void packet(const uint8_t *data, size_t n)
{
	struct toc_frame f;
	struct toc_buf into;
	int pair[2], fd = -1;

	if (n == 0 || n > TOC_IPC_CONTROL_MAX)
		return;
	must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0, "socketpair");
	toc_buf_init(&into, TOC_IPC_CONTROL_MAX);
	must(send(pair[1], data, n, 0) == (ssize_t)n, "send");
	int r = toc_control_receive(pair[0], &into, &f, &fd);
	must(r == 1 || r == TOC_EINVAL, "a packet is a frame or it is none");
	must(fd == -1, "a descriptor from nowhere");
	if (r == 1)
		read_fields(&f);
	must(toc_control_receive(pair[0], &into, &f, &fd) == 0, "one packet, two frames");
	toc_buf_done(&into);
	close(pair[0]);
	close(pair[1]);
}

/* ---- a grant ---- */

static void grant(const uint8_t *data, size_t n)
{
	static const uint8_t key[32] = "the key of grants of this fuzzer";
	struct toc_arena *a = toc_arena_new();
	struct toc_str fields = { (const char *)data, n };
	struct toc_sha256 mac = toc_hmac_sha256(key, fields);
	struct toc_grant g;
	struct toc_buf b;

	must(toc_grant_open(a, key, fields, (toc_time){ 0 }, &g) == TOC_EPROOF, "a grant without its seal");
	toc_buf_init(&b, n + sizeof mac.b);
	toc_buf_str(&b, fields);
	toc_buf_add(&b, mac.b, sizeof mac.b);
	int r = toc_grant_open(a, key, toc_buf_view(&b), (toc_time){ 0 }, &g);
	if (r == 0 || r == TOC_ETIMEOUT) {
		struct toc_str again = toc_grant_seal(a, key, &g);
		/* of the flags only the known ones are sealed again */
		must(again.n == b.n && memcmp(again.p, b.p, 37) == 0, "a grant that says something else when it is sealed");
	}
	toc_buf_done(&b);
	toc_arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static void (*const what[])(const uint8_t *, size_t) = { stream, packet, grant };

	if (n > 0)
		what[*data % 3](data + 1, n - 1);
	return 0;
}
