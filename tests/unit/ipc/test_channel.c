/* test_channel.c: a channel delivers whole frames however the bytes come, and ends at the first broken one. */
#include "check.h"

#include "ipc/ipc.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

struct heard {
	unsigned frames;
	uint64_t conn, ref;
	struct toc_str grant, json; /* copies */
	uint8_t op;
	struct toc_arena *a;
	bool reject;
};

static void on_command(void *ctx, struct toc_frame *f)
{
	struct heard *h = ctx;

	h->frames++;
	if (f->number != TOC_IPC_COMMAND || h->reject) {
		f->bad = true;
		return;
	}
	h->conn = toc_frame_u64(f);
	h->ref = toc_frame_u64(f);
	h->op = toc_frame_u8(f);
	h->grant = toc_arena_str(h->a, toc_frame_str(f));
	h->json = toc_arena_str(h->a, toc_frame_str(f));
	if (!toc_frame_end(f))
		return;
}

static void command(struct toc_buf *b, uint64_t conn, struct toc_str json)
{
	toc_ipc_begin(b, TOC_IPC_COMMAND);
	toc_ipc_u64(b, conn);
	toc_ipc_u64(b, TOC_IPC_NO_REF);
	toc_ipc_u8(b, 1);
	toc_ipc_str(b, TOC_STR("grant"));
	toc_ipc_str(b, json);
}

struct pair {
	int raw; /* the peer, as plain bytes */
	struct toc_channel *c;
	struct heard h;
	struct toc_buf b;
};

static struct pair pair_new(void)
{
	struct pair p = { 0 };
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		abort();
	p.raw = fds[0];
	p.c = toc_channel_new(fds[1]);
	p.h.a = toc_arena_new();
	toc_buf_init(&p.b, TOC_IPC_FRAME_MAX + 64);
	return p;
}

static void pair_done(struct pair *p)
{
	if (p->raw >= 0)
		close(p->raw);
	toc_channel_free(p->c);
	toc_arena_free(p->h.a);
	toc_buf_done(&p->b);
}

/* A finished frame as bytes: sent through a second channel. */
static struct toc_str bytes_of(struct toc_buf *b)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		abort();
	struct toc_channel *c = toc_channel_new(fds[0]);
	if (toc_channel_send(c, b) < 0)
		abort();
	toc_channel_free(c);
	close(fds[1]);
	return toc_buf_view(b); /* its length is filled in now */
}

static void raw(struct pair *p, const void *bytes, size_t n)
{
	if (send(p->raw, bytes, n, MSG_NOSIGNAL) != (ssize_t)n)
		abort();
}

CASE(a_frame_that_arrives_byte_by_byte_is_delivered_once_and_whole)
{
	struct pair p = pair_new();

	command(&p.b, 7, TOC_STR("{\"type\":\"M4\"}"));
	struct toc_str bytes = bytes_of(&p.b);
	for (size_t i = 0; i < bytes.n; i++) {
		CHECK_INT(p.h.frames, 0);
		raw(&p, bytes.p + i, 1);
		CHECK_INT(toc_channel_step(p.c, POLLIN, on_command, &p.h), 0);
	}
	CHECK_INT(p.h.frames, 1);
	CHECK_INT(p.h.conn, 7);
	CHECK(p.h.ref == TOC_IPC_NO_REF);
	CHECK_TEXT(p.h.grant, "grant");
	CHECK_TEXT(p.h.json, "{\"type\":\"M4\"}");
	pair_done(&p);
}

CASE(many_frames_in_one_read_are_all_delivered)
{
	struct pair p = pair_new();
	struct toc_buf all;

	toc_buf_init(&all, 1u << 20);
	command(&p.b, 1, TOC_STR("{}"));
	for (int i = 0; i < 1000; i++)
		toc_buf_str(&all, bytes_of(&p.b));
	raw(&p, all.p, all.n);
	for (int i = 0; i < 10 && p.h.frames < 1000; i++)
		CHECK_INT(toc_channel_step(p.c, POLLIN, on_command, &p.h), 0);
	CHECK_INT(p.h.frames, 1000);
	toc_buf_done(&all);
	pair_done(&p);
}

CASE(a_frame_of_the_largest_size_passes_through_a_small_socket_in_pieces)
{
	int fds[2], small = 4096;

	CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	struct toc_channel *from = toc_channel_new(fds[0]), *to = toc_channel_new(fds[1]);
	struct heard h = { .a = toc_arena_new() };
	struct toc_buf b;
	toc_buf_init(&b, TOC_IPC_FRAME_MAX + 64);
	size_t n = TOC_IPC_FRAME_MAX - 2 - 8 - 8 - 1 - (4 + 5) - 4;
	char *json = malloc(n);
	memset(json, 'x', n);
	command(&b, 3, (struct toc_str){ json, n });
	CHECK_INT(toc_channel_send(from, &b), 0);
	CHECK(toc_channel_queued(from) > 0);
	CHECK_INT(toc_channel_wants(from), POLLIN | POLLOUT);
	for (int i = 0; i < 100000 && h.frames == 0; i++) {
		CHECK_INT(toc_channel_step(to, POLLIN, on_command, &h), 0);
		CHECK_INT(toc_channel_step(from, POLLOUT, on_command, &h), 0);
	}
	CHECK_INT(h.frames, 1);
	CHECK_INT(h.json.n, n);
	CHECK_INT(toc_channel_queued(from), 0);
	CHECK_INT(toc_channel_wants(from), POLLIN);
	toc_ipc_str(&b, TOC_STR("one field more"));
	CHECK_INT(toc_channel_send(from, &b), TOC_ELIMIT);
	free(json);
	toc_buf_done(&b);
	toc_arena_free(h.a);
	toc_channel_free(from);
	toc_channel_free(to);
}

CASE(a_length_over_the_limit_ends_the_channel_before_its_bytes_are_awaited)
{
	struct pair p = pair_new();

	raw(&p, "\x00\x40\x00\x01\x00\x05", 6); /* 4 MiB + 1 */
	CHECK_INT(toc_channel_step(p.c, POLLIN, on_command, &p.h), TOC_EINVAL);
	CHECK_INT(p.h.frames, 0);
	CHECK_INT(toc_channel_step(p.c, POLLIN, on_command, &p.h), TOC_ECLOSED);
	command(&p.b, 1, TOC_STR("{}"));
	CHECK_INT(toc_channel_send(p.c, &p.b), TOC_ECLOSED);
	pair_done(&p);
}

CASE(a_length_too_short_for_a_number_ends_the_channel)
{
	struct pair p = pair_new();

	raw(&p, "\x00\x00\x00\x01\x05", 5);
	CHECK_INT(toc_channel_step(p.c, POLLIN, on_command, &p.h), TOC_EINVAL);
	pair_done(&p);
}

CASE(an_unknown_number_ends_the_channel)
{
	struct pair p = pair_new();

	raw(&p, "\x00\x00\x00\x02\x03\xe7", 6); /* 999 */
	CHECK_INT(toc_channel_step(p.c, POLLIN, on_command, &p.h), TOC_EINVAL);
	CHECK_INT(p.h.frames, 0);
	pair_done(&p);
}

CASE(fields_that_do_not_parse_end_the_channel)
{
	struct pair p = pair_new();

	/* COMMAND whose last text says that it is longer than the frame */
	raw(&p, "\0\0\0\x1b\0\x05" "\0\0\0\0\0\0\0\1" "\0\0\0\0\0\0\0\1" "\1" "\0\0\0\0" "\0\0\0\x09", 31);
	CHECK_INT(toc_channel_step(p.c, POLLIN, on_command, &p.h), TOC_EINVAL);
	CHECK_INT(p.h.frames, 1);
	pair_done(&p);
}

CASE(bytes_left_over_after_the_last_field_end_the_channel)
{
	struct pair p = pair_new();

	command(&p.b, 1, TOC_STR("{}"));
	toc_ipc_u8(&p.b, 0);
	struct toc_str bytes = bytes_of(&p.b);
	raw(&p, bytes.p, bytes.n);
	CHECK_INT(toc_channel_step(p.c, POLLIN, on_command, &p.h), TOC_EINVAL);
	pair_done(&p);
}

CASE(a_number_that_has_no_business_here_ends_the_channel)
{
	struct pair p = pair_new();

	toc_ipc_begin(&p.b, TOC_IPC_DRAIN);
	struct toc_str bytes = bytes_of(&p.b);
	raw(&p, bytes.p, bytes.n);
	CHECK_INT(toc_channel_step(p.c, POLLIN, on_command, &p.h), TOC_EINVAL);
	pair_done(&p);
}

CASE(garbage_never_gets_further_than_an_end)
{
	uint32_t random = 2463534242u; /* xorshift: the same garbage each time */

	for (int round = 0; round < 500; round++) {
		struct pair p = pair_new();
		uint8_t bytes[512];
		for (size_t i = 0; i < sizeof bytes; i++) {
			random ^= random << 13, random ^= random >> 17, random ^= random << 5;
			bytes[i] = (uint8_t)random;
		}
		bytes[0] = bytes[1] = 0; /* else nearly all are too long */
		bytes[2] &= 1;
		bytes[4] = 0;
		bytes[5] &= 63;
		raw(&p, bytes, sizeof bytes);
		int r = toc_channel_step(p.c, POLLIN, on_command, &p.h);
		CHECK(r == 0 || r == TOC_EINVAL);
		pair_done(&p);
	}
}

CASE(a_full_queue_refuses_and_keeps_what_it_has)
{
	struct pair p = pair_new();
	size_t n = 1u << 20;
	char *json = calloc(1, n);
	int r = 0, sent = 0;

	command(&p.b, 1, (struct toc_str){ json, n });
	while ((r = toc_channel_send(p.c, &p.b)) == 0 && sent < 1000)
		sent++;
	CHECK_INT(r, TOC_ELIMIT);
	CHECK(sent >= 63 && sent <= 65);
	size_t queued = toc_channel_queued(p.c);
	CHECK(queued <= TOC_IPC_QUEUE_MAX);
	CHECK_INT(toc_channel_send(p.c, &p.b), TOC_ELIMIT);
	CHECK_INT(toc_channel_queued(p.c), queued);

	/* the peer reads at last: everything that was taken arrives, and there is room again */
	struct toc_channel *peer = toc_channel_new(p.raw);
	p.raw = -1;
	for (int i = 0; i < 100000 && p.h.frames < (unsigned)sent; i++) {
		CHECK_INT(toc_channel_step(peer, POLLIN, on_command, &p.h), 0);
		CHECK_INT(toc_channel_step(p.c, POLLOUT, on_command, &p.h), 0);
		toc_arena_reset(p.h.a);
	}
	CHECK_INT(p.h.frames, sent);
	CHECK_INT(toc_channel_queued(p.c), 0);
	CHECK_INT(toc_channel_send(p.c, &p.b), 0);
	toc_channel_free(peer);
	free(json);
	pair_done(&p);
}

CASE(what_the_peer_said_before_it_died_is_heard)
{
	struct pair p = pair_new();

	command(&p.b, 42, TOC_STR("{}"));
	struct toc_str bytes = bytes_of(&p.b);
	raw(&p, bytes.p, bytes.n);
	close(p.raw);
	p.raw = -1;
	int r = toc_channel_step(p.c, POLLIN | POLLHUP, on_command, &p.h);
	if (r == 0)
		r = toc_channel_step(p.c, POLLIN | POLLHUP, on_command, &p.h);
	CHECK_INT(r, TOC_ECLOSED);
	CHECK_INT(p.h.frames, 1);
	CHECK_INT(p.h.conn, 42);
	pair_done(&p);
}

CASE(and_also_by_who_could_not_answer_it_any_more)
{
	struct pair p = pair_new();

	command(&p.b, 42, TOC_STR("{}"));
	struct toc_str bytes = bytes_of(&p.b);
	for (int i = 0; i < 100; i++)
		raw(&p, bytes.p, bytes.n);
	close(p.raw);
	p.raw = -1;
	CHECK_INT(toc_channel_send(p.c, &p.b), TOC_ECLOSED);
	CHECK_INT(toc_channel_step(p.c, POLLOUT, on_command, &p.h), TOC_ECLOSED);
	CHECK_INT(p.h.frames, 100);
	CHECK_INT(toc_channel_step(p.c, POLLIN | POLLHUP, on_command, &p.h), TOC_ECLOSED);
	CHECK_INT(p.h.frames, 100);
	pair_done(&p);
}

CASE(sending_to_a_peer_that_is_gone_is_an_answer_and_not_a_signal)
{
	struct pair p = pair_new();

	close(p.raw);
	p.raw = -1;
	command(&p.b, 1, TOC_STR("{}"));
	CHECK_INT(toc_channel_send(p.c, &p.b), TOC_ECLOSED);
	pair_done(&p);
}

CASE(a_frame_can_be_sent_to_several)
{
	struct pair p = pair_new(), q = pair_new();
	char one[128], two[128];

	command(&p.b, 5, TOC_STR("{}"));
	CHECK_INT(toc_channel_send(p.c, &p.b), 0);
	CHECK_INT(toc_channel_send(q.c, &p.b), 0);
	ssize_t n = recv(p.raw, one, sizeof one, 0), m = recv(q.raw, two, sizeof two, 0);
	CHECK(n == m && n > 0 && !memcmp(one, two, (size_t)n));
	pair_done(&p);
	pair_done(&q);
}

CASE(every_number_of_the_table_has_its_name_and_no_other_does)
{
	CHECK_TEXT(toc_str_of(toc_ipc_name(TOC_IPC_PUBLISH)), "PUBLISH");
	CHECK_TEXT(toc_str_of(toc_ipc_name(70)), "READY");
	CHECK(toc_ipc_name(0) == NULL);
	CHECK(toc_ipc_name(65535) == NULL);
}

RUN_CASES()
