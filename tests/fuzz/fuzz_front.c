/* fuzz_front.c: a front with everything around it, by TLS: what clients send, and what a keeper hands on. The front
 * runs in a thread of this process, so that the fuzzer sees where its bytes lead; we are its keeper and its archive, and
 * let everybody in.
 *
 * The first byte says which. HTTP: bytes on a new connection; if they are answered, then by HTTP. Socket: frames (first
 * byte, below 0x80: text; length; payload) on a WebSocket that stays open as long as it is let; every answer is JSON with
 * an op, until a keeper has said what is none, and a ping comes back as its pong unless the front closed. Keeper: frames
 * of its table; the worst that comes of one is that the front waits for another keeper. */
#include "peer.h"

#include "message/json.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define TIP 5
#define IDLE_ROUNDS 3 /* ms without an answer: then there is none */
#define AUTHORIZATION "Authorization: Bearer toc_key\r\nSec-WebSocket-Protocol: tocsin.v1\r\n"
static const char limits[] = "{\"frames_per_minute\":10000000,\"frames_burst\":1000000,\"accepts_per_minute\":1000000,"
			     "\"accepts_burst\":1000000,\"failures_per_minute\":100000,\"failures_burst\":100000,"
			     "\"messages_per_minute\":1000000,\"messages_burst\":1000000,\"threats_per_minute\":1000000,"
			     "\"threats_burst\":1000000,\"poll_wait_s\":1}";

static struct front f;
static struct client *ws;
static bool garbled; /* a keeper has said anything: its words are handed on as they are */

static void must(bool ok, const char *what)
{
	if (!ok)
		TOC_WRONG(what);
}

/* Before anybody opens a file. */
__attribute__((constructor)) static void keep_the_place(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	must(fd >= 0 && (fd == FRONT_CONTROL_FD || dup2(fd, FRONT_CONTROL_FD) == FRONT_CONTROL_FD), "dup2");
	if (fd != FRONT_CONTROL_FD)
		close(fd);
}

/* ---- keeper and archive ---- */

static bool says(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void as_keeper(void)
{
	struct toc_frame frame = hear_any(&f, f.keeper);
	uint64_t conn = toc_frame_u64(&frame), ref;

	switch (frame.number) {
	case TOC_IPC_AUTH:
	case TOC_IPC_RENEW:
		auth_ok(&f, conn, "AIRU", UINT32_MAX, false, 1);
		break;
	case TOC_IPC_SIGN_IN:
		auth_fail(&f, conn, TOC_REFUSE_NOT_AUTHENTICATED);
		break;
	case TOC_IPC_TICKET:
		toc_ipc_begin(&f.out, TOC_IPC_TICKETED);
		toc_ipc_u64(&f.out, conn);
		toc_ipc_str(&f.out, TOC_STR("ticket"));
		say(&f, f.keeper);
		break;
	case TOC_IPC_COMMAND:
		ref = toc_frame_u64(&frame);
		answer(&f, conn, ref, 202, "{\"op\":\"journaled\"}");
		break;
	case TOC_IPC_CALLED:
		auth_fail(&f, conn, TOC_REFUSE_NOT_AUTHENTICATED);
		break;
	default: /* SIGN_OUT, CANCEL: nothing to say */
		break;
	}
}

static void serve(void)
{
	while (says(f.keeper))
		as_keeper();
	while (says(f.archive)) {
		struct toc_frame frame = hear_any(&f, f.archive);
		uint64_t conn = toc_frame_u64(&frame);
		if (frame.number == TOC_IPC_READ)
			history_end(&f, conn, TIP, TIP, 0);
	}
}

static void begin(void)
{
	if (f.out.max)
		return;
	f = front_start_here(limits);
	front_ready(&f);
	front_tip(&f, TIP);
}

/* ---- HTTP ---- */

static void http(const uint8_t *data, size_t n)
{
	struct client *c = client_connect(&f);
	size_t got = 0;

	if (n > 0)
		(void)SSL_write(c->ssl, data, (int)n); /* it may be closed already */
	must(fcntl(c->fd, F_SETFL, O_NONBLOCK) == 0, "fcntl");
	for (int idle = 0; idle < IDLE_ROUNDS && got < 4096;) {
		serve();
		int r = SSL_read(c->ssl, c->in + got, (int)(sizeof c->in - got));
		if (r > 0) {
			got += (size_t)r;
			idle = 0;
		} else if (SSL_get_error(c->ssl, r) == SSL_ERROR_WANT_READ) {
			struct pollfd p = { .fd = c->fd, .events = POLLIN };
			idle += poll(&p, 1, 1) == 0;
		} else {
			break;
		}
	}
	must(got < 9 || !memcmp(c->in, "HTTP/1.1 ", 9) || !memcmp(c->in, "HTTP/1.0 ", 9), "answered, and not by HTTP");
	client_free(c);
}

/* ---- the socket ---- */

static void must_be_ours(const char *p, size_t n)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v;
	struct toc_refusal why;

	must(toc_json_parse(a, (struct toc_str){ p, n }, 1 << 20, 32, &v, &why) == 0, "the front says what is no JSON");
	must(toc_get_text(v, "op").n > 0, "the front says what has no op");
	toc_arena_free(a);
}

/* It may wait for us before it goes on. */
static void serve_until_it_speaks(void)
{
	struct pollfd p = { .fd = ws->fd, .events = POLLIN };

	for (int ms = 0; ws->at == ws->n && SSL_pending(ws->ssl) == 0 && poll(&p, 1, 1) == 0; ms++) {
		must(ms < PATIENCE_MS, "the front says nothing");
		serve();
	}
}

/* @return false when the front closed */
static bool until_pong(void)
{
	const char *p;
	size_t n;

	for (;;) {
		serve_until_it_speaks();
		switch (socket_any(ws, &p, &n)) {
		case 0x81:
			if (!garbled)
				must_be_ours(p, n);
			break;
		case 0x89:
			socket_frame(ws, 0x8a, p, n);
			break;
		case 0x8a:
			if (n == 4 && !memcmp(p, "fuzz", 4))
				return true;
			break;
		default:
			return false;
		}
	}
}

static void sockets(const uint8_t *data, size_t n)
{
	if (!ws)
		ws = socket_open(&f, AUTHORIZATION);
	must(ws != NULL, "no socket");
	while (n >= 2) {
		unsigned first = data[0] < 0x80 ? 0x81 : data[0];
		size_t length = data[1] < n - 2 ? data[1] : n - 2;
		socket_frame(ws, first, data + 2, length);
		data += 2 + length;
		n -= 2 + length;
		serve();
	}
	socket_frame(ws, 0x89, "fuzz", 4);
	if (!until_pong()) {
		client_free(ws);
		ws = NULL;
	}
	serve();
}

/* ---- what a keeper says ---- */

static void keeper(const uint8_t *data, size_t n)
{
	static const uint8_t numbers[] = { TOC_IPC_PUBLISH, TOC_IPC_URGENT, TOC_IPC_TIP,       TOC_IPC_ANSWER,  TOC_IPC_AUTH_OK,
		                           TOC_IPC_REVOKE,  TOC_IPC_AUTH_FAIL, TOC_IPC_SIGNED_IN, TOC_IPC_TICKETED };

	struct toc_buf all;

	garbled = true;
	toc_buf_init(&all, 1 << 20);
	while (n >= 3) {
		size_t length = (size_t)data[1] << 8 | data[2];
		length = length < n - 3 ? length : n - 3;
		toc_ipc_u32(&all, (uint32_t)length + 2);
		toc_ipc_u16(&all, numbers[data[0] % sizeof numbers]);
		toc_buf_add(&all, data + 3, length);
		data += 3 + length;
		n -= 3 + length;
	}
	(void)send(f.keeper, all.p, all.n, MSG_NOSIGNAL); /* at once: after the first bad one it may hang up */
	toc_buf_done(&all);
	/* The front may have hung up on us, or not: here is the next keeper. Who is in stays in. */
	front_peer(&f, 2);
	front_tip(&f, TIP);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	begin();
	serve();
	if (n > 0)
		(*data % 4 == 0 ? keeper : *data % 4 == 1 ? http : sockets)(data + 1, n - 1);
	return 0;
}
