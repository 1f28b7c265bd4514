/* listen.c: see listen.h. */
#include "main/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool parse(const char *text, union address *ret, socklen_t *ret_n)
{
	memset(ret, 0, sizeof *ret);
	if (inet_pton(AF_INET, text, &ret->v4.sin_addr) == 1) {
		ret->any.sa_family = AF_INET;
		*ret_n = sizeof ret->v4;
		return true;
	}
	if (inet_pton(AF_INET6, text, &ret->v6.sin6_addr) == 1) {
		ret->any.sa_family = AF_INET6;
		*ret_n = sizeof ret->v6;
		return true;
	}
	return false;
}

static int bound(const union address *at, socklen_t n, bool shared)
{
	int fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1, off = 0;
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* not stopped by connections that linger */
	if (at->any.sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off); /* "::" is IPv4 too */
	if ((shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) || bind(fd, &at->any, n) < 0) {
		int why = errno;
		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

int toc_listen(const char *address, uint16_t port, const char *option, unsigned n, int *ret_fds, uint16_t *ret_port,
               struct toc_error *reterr)
{
	union address at;
	socklen_t length;
	unsigned made = 0;
	if (!parse(address, &at, &length))
		return toc_fail(reterr, TOC_EINVAL, "listen: \"%.60s\" is not an IPv4 or IPv6 address", address);
	*(at.any.sa_family == AF_INET ? &at.v4.sin_port : &at.v6.sin6_port) = htons(port);
	/* A socket that shares its port would also join one that a stranger of the same user shares: so first see
	 * whether the port is free for one who does not share. It also finds the free port when 0 is asked for. */
	int probe = bound(&at, length, false);
	if (probe >= 0 && listen(probe, 1) < 0) {
		int why = errno;
		close(probe);
		errno = why;
		probe = -1;
	}
	if (probe < 0) {
		if (errno == EADDRINUSE)
			return toc_fail(reterr, TOC_ECONFLICT, "port %u is in use on %s. Stop who uses it, or choose another with --%s",
			                port, address, option);
		return toc_fail(reterr, TOC_EIO, "cannot listen on %s port %u: %s", address, port, strerror(errno));
	}
	(void)getsockname(probe, &at.any, &length);
	close(probe);
	for (; made < n; made++) {
		ret_fds[made] = bound(&at, length, true);
		if (ret_fds[made] < 0 || listen(ret_fds[made], BACKLOG) < 0) {
			int why = errno;
			for (unsigned i = 0; i <= made; i++)
				if (ret_fds[i] >= 0)
					close(ret_fds[i]);
			return toc_fail(reterr, why == EADDRINUSE ? TOC_ECONFLICT : TOC_EIO, "cannot listen on %s port %u: %s",
			                address, port, strerror(why));
		}
	}
	*ret_port = ntohs(at.any.sa_family == AF_INET ? at.v4.sin_port : at.v6.sin6_port);
	return 0;
}

void toc_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	if (n < 2 || n >= sizeof to.sun_path || (*path != '/' && *path != '@'))
		return;
	memcpy(to.sun_path, path, n);
	if (*path == '@') /* the abstract name space */
		to.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to,
		             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
		close(fd);
	}
}
