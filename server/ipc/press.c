/* press.c: see press.h. Source: unix(7), SCM_RIGHTS. */
#include "ipc/press.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union passing {
	char space[CMSG_SPACE(2 * sizeof(int))];
	struct cmsghdr align;
};

int toc_press_send(int control, int answer_fd, int pdf_fd)
{
	union passing p = { .space = { 0 } };
	const int fds[2] = { answer_fd, pdf_fd };
	char job = 'j';
	struct iovec one = { &job, 1 };
	struct msghdr m = { .msg_iov = &one, .msg_iovlen = 1, .msg_control = p.space, .msg_controllen = sizeof p.space };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fds);
	memcpy(CMSG_DATA(c), fds, sizeof fds);
	if (sendmsg(control, &m, MSG_DONTWAIT | MSG_NOSIGNAL) == 1)
		return 0;
	return errno == EAGAIN || errno == EINTR ? TOC_EAGAIN : TOC_ECLOSED;
}

int toc_press_receive(int control, int ret_fds[2])
{
	union passing p;
	char job;
	struct iovec one = { &job, 1 };
	struct msghdr m = { .msg_iov = &one, .msg_iovlen = 1, .msg_control = p.space, .msg_controllen = sizeof p.space };
	ssize_t n;

	while ((n = recvmsg(control, &m, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
		;
	if (n <= 0)
		return 0;
	const struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(2 * sizeof(int)))
		return TOC_EINVAL;
	memcpy(ret_fds, CMSG_DATA(c), 2 * sizeof(int));
	return 1;
}
