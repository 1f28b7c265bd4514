/* wsi.c: the callbacks of libwebsockets, turned into calls of ours. What is peculiar to the library stands here.
 *
 * Protocol 0 is plain HTTP, protocol 1 the subprotocol tocsin.v1. Extensions are never registered and HTTP/2 is not
 * offered: writes past the library's framing (fanout.c) rest on that.
 */
#include "front/inside.h"

#include "base/log.h"

#include <linux/sockios.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define IN_KERNEL_MAX (96u << 10) /* of plain HTTP; its socket's buffer is made larger than that */
#define SOCKET_BUFFER (256 << 10)

static struct toc_front *front_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

/* Under a loop of ours the library looks at its timers only after an event of its own: make one. */
void toc_wsi_kill(struct lws *wsi)
{
	lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
	lws_cancel_service(lws_get_context(wsi));
}

void toc_wsi_end(struct lws *wsi)
{
	/* for this reason it says goodbye (close_notify); other reasons are a hard end */
	lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_KEEPALIVE_IDLE, LWS_TO_KILL_ASYNC);
	lws_cancel_service(lws_get_context(wsi));
}

long toc_wsi_write(struct lws *wsi, const char *bytes, size_t n)
{
	int in_kernel = 0, fd = lws_get_socket_fd(wsi), size = SOCKET_BUFFER;

	if (lws_partial_buffered(wsi))
		return 0;
	if (fd < 0 || ioctl(fd, SIOCOUTQ, &in_kernel) < 0)
		return -1;
	if ((unsigned)in_kernel >= IN_KERNEL_MAX)
		return 0;
	if (n > TOC_BATCH) {
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
		n = TOC_BATCH;
	}
	if (lws_write(wsi, (unsigned char *)(uintptr_t)bytes, n, LWS_WRITE_RAW) < 0)
		return -1;
	if (lws_partial_buffered(wsi)) /* against expectation: let the library see when the socket takes again */
		lws_rx_flow_control(wsi, 1);
	return (long)n;
}

/* NN-2025-0102: after `Upgrade: something` on a connection that has served a request before, libwebsockets before
 * 4.3.7 answers 403, gives the header table back, and goes on to confirm the upgrade with a table that is no longer
 * its own. Then it has no Upgrade header any more: that is how we know, and we hang up before it is touched. */
static bool header_table_is_gone(struct lws *wsi)
{
	return lws_hdr_total_length(wsi, WSI_TOKEN_UPGRADE) == 0;
}

static int turn_away(struct toc_front *f, struct lws *wsi, enum toc_refusal_code code, int status, const char *headers,
                     const char *detail)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };

	(void)toc_refuse(&r, code, "", "RFC 6455", "%s", detail);
	toc_http_turn_away(f, wsi, status, &r, headers);
	return -1;
}

/* May this request become a WebSocket? 0: yes; -1: no (answered if that was possible), hang up. */
static int confirm_upgrade(struct toc_front *f, struct lws *wsi, const char *to)
{
	if (header_table_is_gone(wsi))
		return -1;
	struct toc_arena *a = f->scratch;
	toc_arena_reset(a);
	if (!to || strcasecmp(to, "websocket"))
		return -1;
	if (toc_address_of(wsi)->operators)
		return turn_away(f, wsi, TOC_REFUSE_NOT_FOUND, 404, NULL, "no such path");
	if (!toc_str_is(toc_header(wsi, WSI_TOKEN_GET_URI, a), "/socket"))
		return turn_away(f, wsi, TOC_REFUSE_NOT_FOUND, 404, NULL, "WebSockets are at /socket");
	if (!toc_str_is(toc_header(wsi, WSI_TOKEN_VERSION, a), "13"))
		return turn_away(f, wsi, TOC_REFUSE_VERSION, 426, "Sec-WebSocket-Version: 13\r\n",
		                 "Sec-WebSocket-Version: only 13");
	if (!toc_origin_fits(f, wsi))
		return turn_away(f, wsi, TOC_REFUSE_NOT_PERMITTED, 403, NULL, "Origin: not this server's own");
	/* a list of tokens; ours has no separator in it, so every other token ends at one */
	struct toc_str offered = toc_header(wsi, WSI_TOKEN_PROTOCOL, a);
	for (size_t i = 0; i < offered.n;) {
		size_t n = strcspn(offered.p + i, ", \t");
		if (toc_str_is((struct toc_str){ offered.p + i, n }, "tocsin.v1"))
			return f->draining ? turn_away(f, wsi, TOC_REFUSE_BUSY, 503, "Retry-After: 1\r\n",
			                               "the server is being stopped")
			                   : 0;
		i += n + 1;
	}
	return turn_away(f, wsi, TOC_REFUSE_VERSION, 400, "Sec-WebSocket-Protocol: tocsin.v1\r\n",
	                 "Sec-WebSocket-Protocol: tocsin.v1 is required");
}

static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct toc_front *f;
	struct toc_wsi_user *u = user;

	switch (reason) {
	case LWS_CALLBACK_WSI_CREATE:
		front_of(wsi)->wsis_made++;
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		toc_arrival_left(front_of(wsi), lws_get_opaque_user_data(wsi));
		return 0;
	case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
		return toc_tls_configure(front_of(wsi), user);
	case LWS_CALLBACK_OPENSSL_PERFORM_CLIENT_CERT_VERIFICATION:
		return len ? 0 : 1; /* the library would accept any certificate */
	case LWS_CALLBACK_RAW_ADOPT:
	case LWS_CALLBACK_RAW_RX:
		return -1; /* CONNECT makes the library leave HTTP; we do not */
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		toc_arrival_speaks(front_of(wsi), lws_get_opaque_user_data(wsi));
		return confirm_upgrade(front_of(wsi), wsi, in);
	case LWS_CALLBACK_HTTP:
		f = front_of(wsi);
		toc_arrival_speaks(f, lws_get_opaque_user_data(wsi));
		if (u)
			u->bodies = 0;
		return toc_http_request(f, wsi, u, in, len);
	case LWS_CALLBACK_HTTP_BODY:
		return u && u->conn ? toc_http_body(u->conn, in, len) : 0;
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		/* A request with a body that was sent before the last one was answered: libwebsockets 4.1.6 reads what it kept of
		 * both from its beginning, takes the head for the body, comes to its end, and does so for ever. The
		 * body that it gave us is none of ours (never an object: refused); at the second end we hang up. */
		if (!u || ++u->bodies > 1)
			return -1;
		return u->conn ? toc_http_body_end(u->conn) : 0;
	case LWS_CALLBACK_HTTP_WRITEABLE:
		if (u && u->conn && u->conn->request->quiet == TOC_LISTENING)
			u->conn->request->quiet = TOC_PIPELINED;
		else if (u && u->conn)
			toc_pace(u->conn); /* kept-back bytes are out */
		return 0;
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
	case LWS_CALLBACK_CLOSED_HTTP:
		if (u && u->conn) {
			u->conn->wsi = NULL;
			toc_conn_free(u->conn);
			u->conn = NULL;
		}
		return 0;
	default:
		return 0;
	}
}

/* ---- WebSocket ---- */

static int established(struct lws *wsi, struct toc_wsi_user *u)
{
	struct toc_front *f = front_of(wsi);
	struct toc_arena *a = f->scratch;
	struct toc_conn *c = toc_conn_new(f, TOC_CONN_SOCKET, wsi, toc_address_of(wsi));

	u->conn = c;
	toc_arena_reset(a);
	struct toc_str key = toc_bearer(wsi, a);
	if (key.n > 0)
		toc_conn_authenticate(c, TOC_CREDENTIAL_KEY, key);
	return 0;
}

static int close_and_read_on(struct toc_conn *c, int code, const char *text)
{
	toc_buf_done(&c->rx);
	toc_conn_close(c, code, text);
	return 0;
}

/* Pieces of a message as the library has them: a whole one is not copied. Whoever is being closed is read on, and
 * heard no more: refusing the piece would make the library lose its place in the stream, take the rest for frames,
 * and hang up with a reset that overtakes our close frame. */
static int received(struct lws *wsi, struct toc_conn *c, char *in, size_t len)
{
	struct toc_front *f = c->front;
	struct toc_str piece = { in, len };

	c->heard_us = toc_now_us();
	if (c->stage == TOC_CONN_CLOSING)
		return 0;
	if (lws_frame_is_binary(wsi))
		return close_and_read_on(c, 1003, "text frames only");
	bool last = lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0;
	toc_count_by(TOC_METRIC_FRONT_BYTES_IN, 0, len);
	if (c->rx.n + len + lws_remaining_packet_payload(wsi) > (size_t)f->limits.frame) {
		toc_limit_hit(TOC_LIMIT_frame);
		return close_and_read_on(c, 1009, "message too big");
	}
	if (c->rx.n > 0 || !last) {
		toc_buf_str(&c->rx, piece);
		if (!last)
			return 0;
		piece = toc_buf_view(&c->rx);
	}
	toc_count(TOC_METRIC_FRONT_FRAMES_IN);
	if (toc_bucket_take(&c->frames, f->limits.frames_per_minute, f->limits.frames_burst, c->heard_us) > 0) {
		toc_limit_hit(TOC_LIMIT_frames_per_minute);
		return close_and_read_on(c, 1008, "too many messages");
	}
	toc_socket_message(c, piece);
	toc_buf_done(&c->rx);
	return 0;
}

static int on_socket(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct toc_wsi_user *u = user;
	struct toc_conn *c = u ? u->conn : NULL;

	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		return established(wsi, u);
	case LWS_CALLBACK_RECEIVE:
		return c ? received(wsi, c, in, len) : -1;
	case LWS_CALLBACK_RECEIVE_PONG:
		if (c)
			c->heard_us = toc_now_us();
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		if (c)
			toc_conn_writable(c);
		return 0;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		if (!c || c->close_said)
			return -1; /* the answer to ours: that was it. The library would send a second one */
		c->stage = TOC_CONN_CLOSING;
		c->deadline_us = INT64_MAX;
		toc_conn_stop_reading(c);
		return 0;
	case LWS_CALLBACK_CLOSED:
		if (c) {
			c->wsi = NULL;
			toc_conn_free(c);
			u->conn = NULL;
		}
		return 0;
	default:
		return 0;
	}
}

/* Largest write: a batch and one more frame of the largest size; else the library would copy what is over it. */
#define WRITE_MAX (TOC_BATCH + (4u << 20))

const struct lws_protocols toc_protocols[] = {
	{ .name = "http", .callback = on_http, .per_session_data_size = sizeof(struct toc_wsi_user),
	  .tx_packet_size = WRITE_MAX },
	{ .name = "tocsin.v1", .callback = on_socket, .per_session_data_size = sizeof(struct toc_wsi_user),
	  .rx_buffer_size = 2048, .tx_packet_size = WRITE_MAX },
	{ .name = NULL },
};
