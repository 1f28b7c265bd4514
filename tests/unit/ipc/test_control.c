/* test_control.c: the control socket carries one frame per packet and at most one descriptor beside it. */
#include "check.h"

#include "ipc/ipc.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static int ends[2];
static struct toc_buf out, in;

static void open_pair(void)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		abort();
	toc_buf_init(&out, TOC_IPC_CONTROL_MAX + 64);
	toc_buf_init(&in, TOC_IPC_CONTROL_MAX);
}

static void close_pair(void)
{
	if (ends[0] >= 0)
		close(ends[0]);
	close(ends[1]);
	toc_buf_done(&out);
	toc_buf_done(&in);
}

static void peer(uint8_t role, uint16_t index)
{
	toc_ipc_begin(&out, TOC_IPC_PEER);
	toc_ipc_u8(&out, role);
	toc_ipc_u16(&out, index);
}

CASE(a_descriptor_travels_with_its_frame)
{
	struct toc_frame f;
	int pipe_ends[2], fd = -1;
	char byte = 0;

	open_pair();
	CHECK_INT(pipe2(pipe_ends, O_CLOEXEC), 0);
	peer(2, 3);
	CHECK_INT(toc_control_send(ends[0], &out, pipe_ends[1]), 0);
	CHECK_INT(toc_control_receive(ends[1], &in, &f, &fd), 1);
	CHECK_INT(f.number, TOC_IPC_PEER);
	CHECK_INT(toc_frame_u8(&f), 2);
	CHECK_INT(toc_frame_u16(&f), 3);
	CHECK(toc_frame_end(&f));
	CHECK(fd >= 0 && fd != pipe_ends[1]);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	CHECK_INT(write(fd, "!", 1), 1);
	CHECK_INT(read(pipe_ends[0], &byte, 1), 1);
	CHECK_INT(byte, '!');
	close(fd);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	close_pair();
}

CASE(frames_keep_their_borders_and_their_order)
{
	struct toc_frame f;
	int fd;

	open_pair();
	toc_ipc_begin(&out, TOC_IPC_READY);
	toc_ipc_str(&out, TOC_STR("keeper"));
	CHECK_INT(toc_control_send(ends[0], &out, -1), 0);
	toc_ipc_begin(&out, TOC_IPC_DRAIN);
	CHECK_INT(toc_control_send(ends[0], &out, -1), 0);
	CHECK_INT(toc_control_receive(ends[1], &in, &f, &fd), 1);
	CHECK_INT(f.number, TOC_IPC_READY);
	CHECK_TEXT(toc_frame_str(&f), "keeper");
	CHECK_INT(fd, -1);
	CHECK_INT(toc_control_receive(ends[1], &in, &f, &fd), 1);
	CHECK_INT(f.number, TOC_IPC_DRAIN);
	CHECK(toc_frame_end(&f));
	close_pair();
}

CASE(nothing_there_and_nobody_there_are_different_answers)
{
	struct toc_frame f;
	int fd;

	open_pair();
	CHECK_INT(toc_control_receive(ends[1], &in, &f, &fd), 0);
	close(ends[0]);
	ends[0] = -1;
	CHECK_INT(toc_control_receive(ends[1], &in, &f, &fd), TOC_ECLOSED);
	toc_ipc_begin(&out, TOC_IPC_DRAIN);
	CHECK_INT(toc_control_send(ends[1], &out, -1), TOC_ECLOSED);
	close_pair();
}

CASE(a_packet_that_is_no_frame_is_dropped_and_the_next_one_is_heard)
{
	static const struct { const char *bytes; size_t n; } bad[] = {
		{ "x", 1 },
		{ "\0\0\0\2\0", 5 },           /* cut off */
		{ "\0\0\0\3\0\x3d", 6 },       /* says more than there is */
		{ "\0\0\0\2\0\x3d\0", 7 },     /* says less */
		{ "\0\0\0\2\x7f\xff", 6 },     /* unknown number */
	};
	struct toc_frame f;
	int fd;

	open_pair();
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(send(ends[0], bad[i].bytes, bad[i].n, 0), bad[i].n);
		CHECK_INT(toc_control_receive(ends[1], &in, &f, &fd), TOC_EINVAL);
	}
	char long_one[TOC_IPC_CONTROL_MAX + 1] = { 0 };
	CHECK_INT(send(ends[0], long_one, sizeof long_one, 0), sizeof long_one);
	CHECK_INT(toc_control_receive(ends[1], &in, &f, &fd), TOC_EINVAL);
	peer(1, 0);
	CHECK_INT(toc_control_send(ends[0], &out, -1), 0);
	CHECK_INT(toc_control_receive(ends[1], &in, &f, &fd), 1);
	close_pair();
}

CASE(two_descriptors_are_refused_and_none_leaks)
{
	struct toc_frame f;
	int fd = -1, send_these[2] = { 0, 1 };
	union {
		struct cmsghdr h;
		char space[CMSG_SPACE(sizeof send_these)];
	} rights = { .space = { 0 } };
	char bytes[] = { 0, 0, 0, 2, 0, 61 };
	struct iovec io = { bytes, sizeof bytes };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = rights.space,
		            .msg_controllen = sizeof rights.space };

	open_pair();
	int free_before = dup(0);
	close(free_before);
	rights.h.cmsg_level = SOL_SOCKET;
	rights.h.cmsg_type = SCM_RIGHTS;
	rights.h.cmsg_len = CMSG_LEN(sizeof send_these);
	memcpy(CMSG_DATA(&rights.h), send_these, sizeof send_these);
	CHECK_INT(sendmsg(ends[0], &m, 0), sizeof bytes);
	CHECK_INT(toc_control_receive(ends[1], &in, &f, &fd), TOC_EINVAL);
	int free_after = dup(0);
	CHECK_INT(free_after, free_before);
	close(free_after);
	close_pair();
}

CASE(a_parent_that_does_not_read_makes_nobody_wait)
{
	int r = 0, sent = 0;

	open_pair();
	toc_ipc_begin(&out, TOC_IPC_READY);
	toc_ipc_str(&out, TOC_STR("again"));
	while ((r = toc_control_send(ends[0], &out, -1)) == 0 && sent < 100000)
		sent++;
	CHECK_INT(r, TOC_EAGAIN);
	close_pair();
}

RUN_CASES()
