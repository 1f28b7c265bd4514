/* control.c: the parent's socket to each child: one frame per packet, and descriptors (SCM_RIGHTS) beside it. */
#include "ipc/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RIGHTS_MAX 8 /* more than one is a mistake, but then all are to be closed */

union rights {
	struct cmsghdr align;
	char space[CMSG_SPACE(RIGHTS_MAX * sizeof(int))];
};

int toc_control_send(int control, struct toc_buf *frame, int fd)
{
	int r = toc_ipc_finish(frame, TOC_IPC_CONTROL_MAX - TOC_IPC_LENGTH);

	if (r < 0)
		return r;
	union rights rights = { .space = { 0 } };
	struct iovec bytes = { frame->p, frame->n };
	struct msghdr m = { .msg_iov = &bytes, .msg_iovlen = 1 };
	if (fd >= 0) {
		m.msg_control = rights.space;
		m.msg_controllen = CMSG_SPACE(sizeof fd);
		struct cmsghdr *h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(h), &fd, sizeof fd);
	}
	for (;;) {
		if (sendmsg(control, &m, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
			return 0;
		if (errno == EINTR)
			continue;
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? TOC_EAGAIN : TOC_ECLOSED;
	}
}

/* Take the descriptors out of a message; at most one is kept. @return how many there were */
static size_t collect(struct msghdr *m, int *ret_fd)
{
	size_t n = 0;

	*ret_fd = -1;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = CMSG_LEN(0); at + sizeof(int) <= h->cmsg_len; at += sizeof(int)) {
			int fd;
			memcpy(&fd, CMSG_DATA(h) + (at - CMSG_LEN(0)), sizeof fd);
			if (n++ == 0)
				*ret_fd = fd;
			else
				close(fd);
		}
	}
	return n;
}

int toc_control_receive(int control, struct toc_buf *into, struct toc_frame *ret_frame, int *ret_fd)
{
	char packet[TOC_IPC_CONTROL_MAX];
	union rights rights;
	struct iovec bytes = { packet, sizeof packet };
	struct msghdr m = { .msg_iov = &bytes, .msg_iovlen = 1,
		            .msg_control = rights.space, .msg_controllen = sizeof rights.space };
	ssize_t n;

	do
		n = recvmsg(control, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : TOC_ECLOSED;
	if (n == 0)
		return TOC_ECLOSED;
	int fd;
	size_t fds = collect(&m, &fd);
	toc_buf_clear(into);
	toc_buf_add(into, packet, (size_t)n);
	if (fds > 1 || (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || into->failed || n < TOC_IPC_HEAD ||
	    toc_ipc_length(packet) != (size_t)n - TOC_IPC_LENGTH ||
	    toc_ipc_open(into->p, into->n, ret_frame) < 0) {
		if (fd >= 0)
			close(fd);
		return TOC_EINVAL;
	}
	*ret_fd = fd;
	return 1;
}
