/* wire.h: a TLS connection with WebSocket on it, as the two programs of the bench need it and no more: floor (the
 * server's side) and load (the client's). Nothing here is shared with the server that is measured. */
#ifndef TOC_BENCH_WIRE_H
#define TOC_BENCH_WIRE_H

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire {
	int fd;
	SSL *ssl;
	bool secured; /* the TLS handshake is done */
	char *in, *out; /* the beginning of what is not whole yet; what the socket has not taken; NULL mostly */
	size_t n_in, n_out;
};

struct wire_frame {
	unsigned op;
	char *payload; /* unmasked */
	size_t n;
};

int64_t wire_now_ns(void);
void wire_files_allowed(void); /* as many descriptors as the hard limit has */
bool wire_parse(const char *address_port, struct sockaddr_in *ret);
struct sockaddr_in wire_address(uint32_t address, int port); /* host order */

SSL_CTX *wire_context(bool server, const char *cert, const char *key); /* TLS 1.3 only; exits when it cannot */
void wire_open(struct wire *w, int fd, SSL_CTX *ctx, bool server);
void wire_close(struct wire *w, bool reset); /* reset: nothing waits in the kernel for the other side */
/** @return 1: done; 0: later; -1: broken */
int wire_handshake(struct wire *w);
/** What came, behind what was kept: at *ret, until the next call of anybody. @return its length, 0: nothing more now, -1: ended */
long wire_read(struct wire *w, char **ret);
/** Keep the rest that is not a whole frame yet. */
void wire_keep(struct wire *w, const char *rest, size_t n);
/** Write, or keep what the socket does not take. @return -1: broken */
int wire_write(struct wire *w, const void *bytes, size_t n);
int wire_flush(struct wire *w); /* the socket takes again */

/** The first whole frame of `at`. @return its length with its head, 0: not whole yet */
size_t wire_frame(char *at, size_t n, struct wire_frame *ret);
/** Head of a final frame; masked with a key of zeros when it is a client's. @return bytes, at most 14 */
size_t wire_head(uint8_t ret[14], unsigned op, size_t payload, bool client);

#endif
