/* floor.c: the cheapest fan-out over TLS that one thread can do here: what the server is compared with.
 *
 *   floor PORT CERT KEY      prints "ready" and serves 127.0.0.1 until it is killed
 * epoll and OpenSSL, nothing else. A text frame that any client sends is framed once and written to every client, one
 * SSL_write each; it checks nobody, filters nothing, keeps nothing, and pings nobody. */
#include "wire.h"

#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 32768

struct client {
	struct wire wire;
	size_t at; /* in `open`; MOST: not yet */
};

static struct client *open_clients[MOST];
static size_t n_open;
static int ep;
static SSL_CTX *ctx;

static void watch(struct client *c, int op)
{
	struct epoll_event e = { .events = EPOLLIN | (c->wire.n_out ? EPOLLOUT : 0), .data.ptr = c };

	epoll_ctl(ep, op, c->wire.fd, &e);
}

static int put(struct client *c, const void *bytes, size_t n)
{
	bool waited = c->wire.n_out > 0;
	int r = wire_write(&c->wire, bytes, n);

	if (r == 0 && !waited && c->wire.n_out)
		watch(c, EPOLL_CTL_MOD);
	return r;
}

static void leave(struct client *c)
{
	if (c->at < MOST) {
		open_clients[c->at] = open_clients[--n_open];
		open_clients[c->at]->at = c->at;
	}
	wire_close(&c->wire, false);
	free(c);
}

static void tell_all(const struct wire_frame *f)
{
	static char framed[80000];
	size_t head = wire_head((uint8_t *)framed, 1, f->n, false);

	if (f->n > sizeof framed - 14)
		return;
	memcpy(framed + head, f->payload, f->n);
	for (size_t i = 0; i < n_open; i++)
		(void)put(open_clients[i], framed, head + f->n); /* who is gone is noticed by its own event */
}

/* RFC 6455, 4.2.2. @return bytes of the request, 0: not whole, -1: not one */
static long upgrade(struct client *c, char *at, size_t n)
{
	char *end = memmem(at, n, "\r\n\r\n", 4), *key = memmem(at, n, "Sec-WebSocket-Key: ", 19), text[256], accept[64];
	unsigned char digest[20];

	if (!end)
		return 0;
	if (!key || n_open == MOST)
		return -1;
	int length = snprintf(text, sizeof text, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", (int)strcspn(key + 19, "\r\n"), key + 19);
	EVP_Digest(text, (size_t)length, digest, NULL, EVP_sha1(), NULL);
	EVP_EncodeBlock((unsigned char *)accept, digest, sizeof digest);
	length = snprintf(text, sizeof text, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	                  "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
	if (put(c, text, (size_t)length) < 0)
		return -1;
	c->at = n_open;
	open_clients[n_open++] = c;
	return end + 4 - at;
}

static int hear(struct client *c)
{
	char *bytes;
	long n;

	while ((n = wire_read(&c->wire, &bytes)) > 0) {
		size_t at = 0;
		if (c->at == MOST) {
			long used = upgrade(c, bytes, (size_t)n);
			if (used < 0)
				return -1;
			at = (size_t)used;
		}
		struct wire_frame f;
		for (size_t used; c->at < MOST && (used = wire_frame(bytes + at, (size_t)n - at, &f)) > 0; at += used) {
			if (f.op == 8)
				return -1;
			if (f.op == 1)
				tell_all(&f);
		}
		wire_keep(&c->wire, bytes + at, (size_t)n - at);
	}
	return (int)n;
}

static int serve(struct client *c, uint32_t events)
{
	if (!c->wire.secured) {
		int r = wire_handshake(&c->wire);
		if (r <= 0)
			return r;
	}
	if (events & EPOLLOUT && c->wire.n_out) {
		if (wire_flush(&c->wire) < 0)
			return -1;
		if (!c->wire.n_out)
			watch(c, EPOLL_CTL_MOD);
	}
	return events & ~(uint32_t)EPOLLOUT ? hear(c) : 0;
}

static void welcome(int listener)
{
	int fd, on = 1;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct client *c = calloc(1, sizeof *c);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		wire_open(&c->wire, fd, ctx, true);
		c->at = MOST;
		watch(c, EPOLL_CTL_ADD);
	}
}

int main(int argc, char **argv)
{
	struct epoll_event events[256];
	int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (argc != 4) {
		fprintf(stderr, "usage: floor PORT CERT KEY\n");
		return 2;
	}
	struct sockaddr_in at = wire_address(INADDR_LOOPBACK, atoi(argv[1]));
	signal(SIGPIPE, SIG_IGN);
	wire_files_allowed();
	ctx = wire_context(true, argv[2], argv[3]);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 1024) < 0) {
		perror("floor");
		return 1;
	}
	ep = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(ep, EPOLL_CTL_ADD, listener, &(struct epoll_event){ .events = EPOLLIN });
	puts("ready");
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(ep, events, 256, -1);
		for (int i = 0; i < n; i++) {
			struct client *c = events[i].data.ptr;
			if (!c)
				welcome(listener);
			else if (serve(c, events[i].events) < 0)
				leave(c);
		}
	}
}
