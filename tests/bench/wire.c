/* wire.c: see wire.h. */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define READ_SIZE (64u << 10)

int64_t wire_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

void wire_files_allowed(void)
{
	struct rlimit l;

	getrlimit(RLIMIT_NOFILE, &l);
	l.rlim_cur = l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
}

struct sockaddr_in wire_address(uint32_t address, int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		                     .sin_addr.s_addr = htonl(address),
		                     .sin_port = htons((uint16_t)port) };
}

bool wire_parse(const char *text, struct sockaddr_in *ret)
{
	char address[32];
	const char *colon = strchr(text, ':');
	struct in_addr a;

	if (!colon || (size_t)(colon - text) >= sizeof address)
		return false;
	memcpy(address, text, (size_t)(colon - text));
	address[colon - text] = '\0';
	if (inet_pton(AF_INET, address, &a) != 1 || ntohl(a.s_addr) >> 24 != 127)
		return false; /* a load generator is for this machine only */
	*ret = wire_address(ntohl(a.s_addr), atoi(colon + 1));
	return ret->sin_port != 0;
}

SSL_CTX *wire_context(bool server, const char *cert, const char *key)
{
	SSL_CTX *c = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());

	if (!c || SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION) != 1 ||
	    (cert && (SSL_CTX_use_certificate_chain_file(c, cert) != 1 ||
	              SSL_CTX_use_PrivateKey_file(c, key, SSL_FILETYPE_PEM) != 1))) {
		ERR_print_errors_fp(stderr);
		exit(2);
	}
	SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(c, 0);
	return c;
}

void wire_open(struct wire *w, int fd, SSL_CTX *ctx, bool server)
{
	*w = (struct wire){ .fd = fd, .ssl = SSL_new(ctx) };
	SSL_set_fd(w->ssl, fd);
	if (server)
		SSL_set_accept_state(w->ssl);
	else
		SSL_set_connect_state(w->ssl);
}

void wire_close(struct wire *w, bool reset)
{
	struct linger now = { .l_onoff = 1 };

	if (w->fd < 0)
		return;
	if (reset)
		setsockopt(w->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	SSL_free(w->ssl);
	close(w->fd);
	free(w->in);
	free(w->out);
	*w = (struct wire){ .fd = -1 };
}

/* @return 0: it is not the time; -1: broken */
static int why(struct wire *w, int r)
{
	int e = SSL_get_error(w->ssl, r);

	ERR_clear_error();
	return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

int wire_handshake(struct wire *w)
{
	int r = SSL_do_handshake(w->ssl);

	if (r != 1)
		return why(w, r);
	w->secured = true;
	return 1;
}

long wire_read(struct wire *w, char **ret)
{
	static char *space;
	static size_t size;

	if (size < w->n_in + READ_SIZE)
		space = realloc(space, size = w->n_in + READ_SIZE);
	int r = SSL_read(w->ssl, space + w->n_in, READ_SIZE);
	if (r <= 0)
		return why(w, r);
	if (w->n_in)
		memcpy(space, w->in, w->n_in);
	r += (int)w->n_in;
	free(w->in);
	w->in = NULL;
	w->n_in = 0;
	*ret = space;
	return r;
}

void wire_keep(struct wire *w, const char *rest, size_t n)
{
	if (n == 0)
		return;
	w->in = malloc(n);
	memcpy(w->in, rest, n);
	w->n_in = n;
}

int wire_write(struct wire *w, const void *bytes, size_t n)
{
	size_t done = 0;

	while (!w->n_out && done < n) {
		int r = SSL_write(w->ssl, (const char *)bytes + done, (int)(n - done));
		if (r > 0) {
			done += (size_t)r;
			continue;
		}
		if (why(w, r) < 0)
			return -1;
		break;
	}
	if (done == n)
		return 0;
	w->out = realloc(w->out, w->n_out + n - done);
	memcpy(w->out + w->n_out, (const char *)bytes + done, n - done);
	w->n_out += n - done;
	return 0;
}

int wire_flush(struct wire *w)
{
	while (w->n_out) {
		int r = SSL_write(w->ssl, w->out, (int)w->n_out);
		if (r <= 0)
			return why(w, r);
		memmove(w->out, w->out + r, w->n_out -= (size_t)r);
	}
	free(w->out);
	w->out = NULL;
	return 0;
}

size_t wire_frame(char *at, size_t n, struct wire_frame *ret)
{
	const uint8_t *b = (const uint8_t *)at;
	size_t head = 2, payload;

	if (n < 2)
		return 0;
	payload = b[1] & 127;
	if (payload >= 126) {
		size_t bytes = payload == 126 ? 2 : 8;
		if (n < 2 + bytes)
			return 0;
		payload = 0;
		for (size_t i = 0; i < bytes; i++)
			payload = payload << 8 | b[2 + i];
		head += bytes;
	}
	bool masked = b[1] & 128;
	if (n < head + (masked ? 4 : 0) + payload)
		return 0;
	if (masked)
		head += 4;
	*ret = (struct wire_frame){ .op = b[0] & 15, .payload = at + head, .n = payload };
	for (size_t i = 0; masked && i < payload; i++)
		ret->payload[i] = (char)(ret->payload[i] ^ b[head - 4 + (i & 3)]);
	return head + payload;
}

size_t wire_head(uint8_t ret[14], unsigned op, size_t payload, bool client)
{
	size_t n = 0;

	ret[n++] = (uint8_t)(0x80 | op);
	uint8_t mask = client ? 128 : 0;
	if (payload < 126) {
		ret[n++] = (uint8_t)(mask | payload);
	} else if (payload < 65536) {
		ret[n++] = mask | 126;
		ret[n++] = (uint8_t)(payload >> 8);
		ret[n++] = (uint8_t)payload;
	} else {
		ret[n++] = mask | 127;
		for (int i = 7; i >= 0; i--)
			ret[n++] = (uint8_t)((uint64_t)payload >> (8 * i));
	}
	if (client) { /* a key of zeros masks nothing: the server cannot tell, and we need not */
		memset(ret + n, 0, 4);
		n += 4;
	}
	return n;
}
