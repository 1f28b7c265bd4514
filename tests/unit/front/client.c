/* client.c: clients of a front under test: TLS, HTTP, WebSocket. Blocking, with a timeout on everything. */
#include "inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct client *try_with(struct front *f, int receive_buffer)
{
	static SSL_CTX *ctx;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)f->port),
		                 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct client *c = calloc(1, sizeof *c);

	if (!ctx) {
		ctx = SSL_CTX_new(TLS_client_method());
		signal(SIGPIPE, SIG_IGN); /* OpenSSL writes to who has hung up */
	}
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	patience(c->fd);
	if (receive_buffer)
		setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
	if (connect(c->fd, (struct sockaddr *)&a, sizeof a) < 0)
		DIE("connect: %s", strerror(errno));
	c->ssl = SSL_new(ctx);
	SSL_set_fd(c->ssl, c->fd);
	if (SSL_connect(c->ssl) != 1) {
		client_free(c);
		return NULL;
	}
	if (SSL_version(c->ssl) != TLS1_3_VERSION)
		DIE("TLS 1.3 expected");
	return c;
}

static struct client *connect_with(struct front *f, int receive_buffer)
{
	struct client *c = try_with(f, receive_buffer);

	if (!c)
		DIE("no TLS");
	return c;
}

struct client *client_try(struct front *f)
{
	return try_with(f, 0);
}

struct client *client_connect(struct front *f)
{
	return connect_with(f, 0);
}

struct client *client_connect_small(struct front *f)
{
	return connect_with(f, 4096);
}

void client_free(struct client *c)
{
	if (!c)
		return;
	SSL_free(c->ssl);
	close(c->fd);
	free(c);
}

void client_write(struct client *c, const void *bytes, size_t n)
{
	if (n > 0 && SSL_write(c->ssl, bytes, (int)n) != (int)n)
		DIE("the front closed while it was written to");
}

void client_text(struct client *c, const char *text)
{
	client_write(c, text, strlen(text));
}

/* More bytes. @return false at the end */
static bool more(struct client *c)
{
	if (c->at > 0) {
		memmove(c->in, c->in + c->at, c->n - c->at);
		c->n -= c->at;
		c->at = 0;
	}
	if (c->n >= sizeof c->in - 1)
		DIE("too much at once");
	int r = SSL_read(c->ssl, c->in + c->n, (int)(sizeof c->in - 1 - c->n));
	if (r <= 0) {
		if (SSL_get_error(c->ssl, r) == SSL_ERROR_WANT_READ)
			DIE("the front says nothing");
		return false;
	}
	c->n += (size_t)r;
	c->in[c->n] = 0;
	return true;
}

bool client_ended(struct client *c)
{
	return c->n == c->at && !more(c);
}

static size_t find(struct client *c, const char *what)
{
	char *p;

	for (;;) {
		c->in[c->n] = 0;
		p = c->n > c->at ? strstr(c->in + c->at, what) : NULL;
		if (p)
			return (size_t)(p - (c->in + c->at)) + strlen(what);
		if (!more(c))
			return 0;
	}
}

const char *client_head(struct client *c)
{
	static char head[16384];
	size_t n = find(c, "\r\n\r\n");

	if (n == 0)
		n = c->n - c->at;
	if (n >= sizeof head)
		DIE("a long head");
	memcpy(head, c->in + c->at, n);
	head[n] = 0;
	c->at += n;
	return head;
}

const char *client_answer(struct client *c, const char **ret_head)
{
	static char body[1 << 20];
	const char *head = client_head(c), *length = strstr(head, "Content-Length: ");
	size_t n = length ? strtoul(length + 16, NULL, 10) : 0;

	while (c->n - c->at < n && more(c))
		;
	if (c->n - c->at < n)
		DIE("body cut off");
	memcpy(body, c->in + c->at, n);
	body[n] = 0;
	c->at += n;
	if (ret_head)
		*ret_head = head;
	return body;
}

const char *client_line(struct client *c)
{
	static char line[1 << 20];
	size_t n = find(c, "\n");

	if (n == 0)
		return NULL;
	memcpy(line, c->in + c->at, n - 1);
	line[n - 1] = 0;
	c->at += n;
	return line;
}

/* ---- WebSocket ---- */

int socket_close_code;

static struct client *upgraded(struct client *c, const char *headers)
{
	char request[4096];

	snprintf(request, sizeof request,
	         "GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
	         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
	         headers);
	client_text(c, request);
	const char *head = client_head(c);
	if (strncmp(head, "HTTP/1.1 101", 12)) {
		client_free(c);
		return NULL;
	}
	return c;
}

struct client *socket_open(struct front *f, const char *headers)
{
	return upgraded(client_connect(f), headers);
}

struct client *socket_open_small(struct front *f, const char *headers)
{
	return upgraded(client_connect_small(f), headers);
}

void socket_frame(struct client *c, unsigned first, const void *payload, size_t n)
{
	uint8_t *b = malloc(n + 14), mask[4] = { 1, 2, 3, 4 };
	size_t at = 0;

	b[at++] = (uint8_t)first;
	if (n < 126) {
		b[at++] = (uint8_t)(0x80 | n);
	} else if (n < 65536) {
		b[at++] = 0x80 | 126;
		b[at++] = (uint8_t)(n >> 8);
		b[at++] = (uint8_t)n;
	} else {
		b[at++] = 0x80 | 127;
		for (int i = 7; i >= 0; i--)
			b[at++] = (uint8_t)((uint64_t)n >> (8 * i));
	}
	memcpy(b + at, mask, 4);
	at += 4;
	for (size_t i = 0; i < n; i++)
		b[at++] = ((const uint8_t *)payload)[i] ^ mask[i & 3];
	(void)SSL_write(c->ssl, b, (int)at); /* it may be closed already: the reader notices */
	free(b);
}

void socket_send(struct client *c, const char *json)
{
	socket_frame(c, 0x81, json, strlen(json));
}

/* One frame. @return its first byte, or -1 at the end; the payload is NUL-terminated */
int socket_any(struct client *c, const char **ret_payload, size_t *ret_n)
{
	static char payload[1 << 20];
	size_t head = 2, n;

	while (c->n - c->at < 2)
		if (!more(c))
			return -1;
	for (;;) {
		const uint8_t *b = (const uint8_t *)c->in + c->at;
		head = b[1] == 126 ? 4 : b[1] == 127 ? 10 : 2;
		if (b[1] & 0x80 || b[0] & 0x70)
			DIE("a frame that no server sends: %02x %02x", b[0], b[1]);
		if (c->n - c->at >= head) {
			n = b[1] == 126 ? (size_t)(b[2] << 8 | b[3]) : b[1];
			if (b[1] == 127)
				n = (size_t)b[6] << 24 | (size_t)b[7] << 16 | (size_t)b[8] << 8 | b[9];
			if (c->n - c->at >= head + n)
				break;
		}
		if (!more(c))
			return -1;
	}
	int first = (uint8_t)c->in[c->at];
	memcpy(payload, c->in + c->at + head, n);
	payload[n] = 0;
	c->at += head + n;
	*ret_payload = payload;
	*ret_n = n;
	return first;
}

static const char *next_text(struct client *c, bool beat)
{
	const char *p;
	size_t n;

	socket_close_code = 0;
	for (;;) {
		switch (socket_any(c, &p, &n)) {
		case 0x81:
			if (beat == (strstr(p, "\"op\":\"beat\"") != NULL))
				return p;
			break;
		case 0x88:
			socket_close_code = n >= 2 ? (uint8_t)p[0] << 8 | (uint8_t)p[1] : 0;
			socket_frame(c, 0x88, p, n);
			return NULL;
		case 0x89:
			socket_frame(c, 0x8a, p, n);
			break;
		case 0x8a:
			break;
		case -1:
			socket_close_code = -1;
			return NULL;
		default:
			DIE("an unexpected frame");
		}
	}
}

const char *socket_next(struct client *c)
{
	return next_text(c, false);
}

const char *socket_beat(struct client *c)
{
	return next_text(c, true);
}

uint64_t socket_hello(struct front *f, struct client *c, const char *hello, const char *org, uint32_t roles)
{
	socket_send(c, hello);
	uint64_t conn = admit(f, org, roles, false);
	const char *welcome = socket_next(c);
	if (!welcome || !strstr(welcome, "\"op\":\"welcome\""))
		DIE("no welcome but %s", welcome ? welcome : "the end");
	return conn;
}
