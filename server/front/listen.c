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
#define UNSENT_BYTES 8192 /* that the kernel keeps for a reader that takes nothing (TCP_NOTSENT_LOWAT), and one write more */
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

/* Forget addresses that have no connection and whose bucket is full again. */
void toc_address_sweep(struct toc_front *f)
{
	size_t cursor = 0;
	int64_t now = toc_now_us();
	struct toc_str key;
	void *value;

	while (toc_map_next(f->addresses, &cursor, &key, &value)) {
		struct toc_address *a = value;
		if (a->open == 0 && a->accepts.full_us < now) {
			struct toc_str name = { (const char *)a->key, sizeof a->key };
			toc_map_remove(f->addresses, name);
			free(a);
		}
	}
}

struct toc_address *toc_address_of(struct lws *wsi)
{
	struct toc_arrival *x = lws_get_opaque_user_data(wsi);

	return x ? x->address : NULL;
}

void toc_arrival_speaks(struct toc_front *f, struct toc_arrival *x)
{
	if (!x || !x->handshaking)
		return;
	x->handshaking = false;
	f->n_handshaking--;
	*(x->prev ? &x->prev->next : &f->handshakes) = x->next;
	*(x->next ? &x->next->prev : &f->newest_handshake) = x->prev;
}

/* The library has a timeout of its own for this, which is 10 s whatever one asks for. */
void toc_arrival_sweep(struct toc_front *f)
{
	int64_t since = toc_now_us() - f->limits.handshake_s * 1000000;

	while (f->handshakes && f->handshakes->made_us <= since) { /* the oldest is the first */
		struct toc_arrival *x = f->handshakes;
		toc_limit_hit(TOC_LIMIT_handshake_s);
		toc_arrival_speaks(f, x);
		toc_wsi_kill(x->wsi);
	}
}

void toc_arrival_left(struct toc_front *f, struct toc_arrival *x)
{
	if (!x)
		return;
	/* libwebsockets was quicker than our sweep, and tells nobody */
	if (x->handshaking && toc_now_us() - x->made_us >= f->limits.handshake_s * 1000000)
		toc_limit_hit(TOC_LIMIT_handshake_s);
	toc_arrival_speaks(f, x);
	x->address->open--;
	if (!x->address->operators)
		f->n_open--;
	free(x);
}

/* The one place where these limits are kept. */
static bool within(bool yes, enum toc_limit limit)
{
	if (!yes)
		toc_limit_hit(limit);
	return yes;
}

static bool may_come_in(struct toc_front *f, struct toc_address *a)
{
	const struct toc_limits *l = &f->limits;

	if (a && a->operators)
		return within(a->open < (unsigned)l->operator_connections, TOC_LIMIT_operator_connections);
	return within(a != NULL, TOC_LIMIT_addresses) &&
	       within(f->n_open < (unsigned)l->connections, TOC_LIMIT_connections) &&
	       within(a->open < (unsigned)l->connections_per_address, TOC_LIMIT_connections_per_address) &&
	       within(toc_bucket_take(&a->accepts, l->accepts_per_minute, l->accepts_burst, toc_now_us()) == 0,
	              TOC_LIMIT_accepts_per_minute);
}

static void adopt(struct toc_front *f, int fd, struct toc_address *a)
{
	struct toc_arrival *x = toc_must_realloc(NULL, sizeof *x);

	*x = (struct toc_arrival){ .address = a, .made_us = toc_now_us(), .handshaking = true, .prev = f->newest_handshake };
	*(x->prev ? &x->prev->next : &f->handshakes) = x;
	f->newest_handshake = x;
	const lws_adopt_desc_t how = {
		.vh = f->vhost,
		.type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | (a->operators ? 0 : LWS_ADOPT_ALLOW_SSL),
		.fd = { .sockfd = fd },
		.opaque = x,
	};
	unsigned made = f->wsis_made;
	a->open++;
	f->n_open += a->operators ? 0 : 1;
	if (++f->n_handshaking > (unsigned)f->limits.handshakes)
		toc_limit_hit(TOC_LIMIT_handshakes);
	toc_count(TOC_METRIC_FRONT_ACCEPTED);
	struct lws *wsi = lws_adopt_descriptor_vhost_via_info(&how);
	if (wsi)
		x->wsi = wsi;
	else if (made == f->wsis_made)
		toc_arrival_left(f, x); /* not even made: it will not be destroyed either */
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct toc_front *f = poll->data;
	bool operators = poll == &f->operator_poll;

	(void)status, (void)events;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		struct sockaddr_storage from;
		socklen_t n = sizeof from;
		int fd = accept4(operators ? f->operator_fd : f->listen_fd, (struct sockaddr *)(void *)&from, &n,
		                 SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0) {
			/* it waits in the queue, and would wake us over and over: we look again with the next sweep */
			if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
				if (!f->accept_failed)
					toc_log(TOC_LOG_ERROR, "accept", "connections wait: %s", strerror(errno));
				f->accept_failed = f->accept_paused = true;
				uv_poll_stop(poll);
			}
			return;
		}
		f->accept_failed = false;
		struct toc_address *a = operators ? &f->operator_door : address_of(f, &from);
		if (may_come_in(f, a))
			adopt(f, fd, a);
		else
			close(fd);
	}
}

void toc_listen_again(struct toc_front *f)
{
	if (!f->accept_paused)
		return;
	f->accept_paused = false;
	if (f->listen_fd >= 0 && !uv_is_closing((uv_handle_t *)&f->listen_poll))
		uv_poll_start(&f->listen_poll, UV_READABLE, on_connection);
	if (f->operator_fd >= 0 && !uv_is_closing((uv_handle_t *)&f->operator_poll))
		uv_poll_start(&f->operator_poll, UV_READABLE, on_connection);
}

/* What accepted sockets inherit: three system calls less for each. */
static int listen_on(struct toc_front *f, uv_poll_t *poll, int fd)
{
	int on = 1, ms = UNACKNOWLEDGED_MS, unsent = UNSENT_BYTES;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
	int r = uv_poll_init(&f->loop, poll, fd);

	poll->data = f;
	return r < 0 ? r : uv_poll_start(poll, UV_READABLE, on_connection);
}

int toc_listen_start(struct toc_front *f)
{
	int r = listen_on(f, &f->listen_poll, f->listen_fd);

	return r < 0 || f->operator_fd < 0 ? r : listen_on(f, &f->operator_poll, f->operator_fd);
}

static void listener_closed(uv_handle_t *h)
{
	struct toc_front *f = h->data;
	int *fd = h == (uv_handle_t *)&f->operator_poll ? &f->operator_fd : &f->listen_fd;

	close(*fd);
	*fd = -1;
}

void toc_listen_stop(struct toc_front *f)
{
	if (f->listen_fd >= 0 && !uv_is_closing((uv_handle_t *)&f->listen_poll))
		uv_close((uv_handle_t *)&f->listen_poll, listener_closed);
	if (f->operator_fd >= 0 && !uv_is_closing((uv_handle_t *)&f->operator_poll))
		uv_close((uv_handle_t *)&f->operator_poll, listener_closed);
}
