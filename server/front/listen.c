/* listen.c: our own listener, and what one address may do before any TLS is spent on it.
 *
 * The parent binds the socket (with SO_REUSEPORT, one for each front); Debian's libwebsockets could not share a
 * port between processes. An accepted socket is counted for its address, then adopted by libwebsockets; the count
 * goes down when libwebsockets destroys it (LWS_CALLBACK_WSI_DESTROY), whatever became of it.
 */
#include "front/inside.h"

#include "base/log.h"
#include "base/map.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTS_A_TURN 64
#define UNACKNOWLEDGED_MS 30000 /* a peer that acknowledges nothing for so long is gone (TCP_USER_TIMEOUT) */

/* An IPv4 address as the IPv6 address that stands for it; of IPv6 the /64, which is one customer. */
static void key_of(const struct sockaddr_storage *from, uint8_t key[16])
{
	memset(key, 0, 16);
	if (from->ss_family == AF_INET) {
		key[10] = key[11] = 0xff;
		memcpy(key + 12, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
		return;
	}
	const uint8_t *a = ((const struct sockaddr_in6 *)(const void *)from)->sin6_addr.s6_addr;
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	memcpy(key, a, memcmp(a, mapped, sizeof mapped) ? 8 : 16);
}

static struct toc_address *address_of(struct toc_front *f, const struct sockaddr_storage *from)
{
	uint8_t key[16];

	key_of(from, key);
	struct toc_str name = { (const char *)key, sizeof key };
	struct toc_address *a = toc_map_get(f->addresses, name);
	if (a || toc_map_count(f->addresses) >= (size_t)f->limits.addresses)
		return a;
	a = toc_must_realloc(NULL, sizeof *a);
	*a = (struct toc_address){ .open = 0 };
	memcpy(a->key, key, sizeof key);
	if (from->ss_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)from)->sin_addr, a->text, sizeof a->text);
	else
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, a->text,
		          sizeof a->text);
	toc_map_put(f->addresses, name, a);
	return a;
}

/* Forget addresses that have no connection and whose buckets are full again. */
void toc_address_sweep(struct toc_front *f)
{
	size_t cursor = 0;
	int64_t now = toc_now_us();
	struct toc_str key;
	void *value;

	while (toc_map_next(f->addresses, &cursor, &key, &value)) {
		struct toc_address *a = value;
		if (a->open == 0 && a->accepts.full_us < now && a->failures.full_us < now) {
			struct toc_str name = { (const char *)a->key, sizeof a->key };
			toc_map_remove(f->addresses, name);
			free(a);
		}
	}
}

void toc_address_left(struct toc_front *f, struct toc_address *a)
{
	a->open--;
	f->n_open--;
}

static bool may_come_in(struct toc_front *f, struct toc_address *a)
{
	const struct toc_limits *l = &f->limits;

	return a && f->n_open < (unsigned)l->connections && a->open < (unsigned)l->connections_per_address &&
	       toc_bucket_take(&a->accepts, l->accepts_per_minute, l->accepts_burst, toc_now_us()) == 0;
}

static void adopt(struct toc_front *f, int fd, struct toc_address *a)
{
	int on = 1, ms = UNACKNOWLEDGED_MS;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
	const lws_adopt_desc_t how = {
		.vh = f->vhost,
		.type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | LWS_ADOPT_ALLOW_SSL,
		.fd = { .sockfd = fd },
		.opaque = a,
	};
	unsigned made = f->wsis_made;
	a->open++;
	f->n_open++;
	if (!lws_adopt_descriptor_vhost_via_info(&how) && made == f->wsis_made)
		toc_address_left(f, a); /* not even made: it will not be destroyed either */
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct toc_front *f = poll->data;

	(void)status, (void)events;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		struct sockaddr_storage from;
		socklen_t n = sizeof from;
		int fd = accept4(f->listen_fd, (struct sockaddr *)(void *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE)
				toc_log(TOC_LOG_ERROR, "accept", "no descriptor left, a connection waits");
			return;
		}
		struct toc_address *a = address_of(f, &from);
		if (may_come_in(f, a))
			adopt(f, fd, a);
		else
			close(fd);
	}
}

int toc_listen_start(struct toc_front *f)
{
	int r = uv_poll_init(&f->loop, &f->listen_poll, f->listen_fd);

	f->listen_poll.data = f;
	return r < 0 ? r : uv_poll_start(&f->listen_poll, UV_READABLE, on_connection);
}

static void listener_closed(uv_handle_t *h)
{
	struct toc_front *f = h->data;

	close(f->listen_fd);
	f->listen_fd = -1;
}

void toc_listen_stop(struct toc_front *f)
{
	if (f->listen_fd >= 0 && !uv_is_closing((uv_handle_t *)&f->listen_poll))
		uv_close((uv_handle_t *)&f->listen_poll, listener_closed);
}
