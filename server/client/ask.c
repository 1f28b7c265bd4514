/* ask.c: libtocsin's requests over HTTPS, beside the socket: a document at a time, streamed to the program.
 *
 * libwebsockets keeps the connection between two requests to one server (LCCSCF_PIPELINE), so that reading a log of many
 * tiles is not one TLS handshake for each. Nothing is freed inside a callback: what is over is collected after the
 * service call, as connections are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/time.h"
#include "client/inside.h"
#include "client/link.h"

#define PATIENCE_S 30

struct toc_ask {
	struct tocsin *t;
	struct toc_ask *next;
	struct tocsin_request of; /* its texts are ours */
	char *host;
	int port, status;
	struct lws *wsi;
	size_t sent;
	bool over, muted, enough;
	lws_sorted_usec_list_t start, asked, silence;
};

static void over(struct toc_ask *k, int status, const char *why)
{
	if (k->over)
		return;
	k->over = true;
	lws_sul_cancel(&k->start);
	lws_sul_cancel(&k->asked);
	lws_sul_cancel(&k->silence);
	if (!k->muted)
		k->of.on_done(k->of.user, status, why);
}

static void on_silence(lws_sorted_usec_list_t *timer)
{
	struct toc_ask *k = lws_container_of(timer, struct toc_ask, silence);
	char why[60];

	snprintf(why, sizeof why, "the server has been silent for %d s", k->of.patience_s);
	if (k->wsi) {
		lws_set_wsi_user(k->wsi, NULL);
		lws_set_timeout(k->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	}
	over(k, 0, why);
}

static void heard(struct toc_ask *k)
{
	lws_sul_schedule(k->t->lws, 0, &k->silence, on_silence, (lws_usec_t)k->of.patience_s * LWS_US_PER_SEC);
}

/* It has been asked, and until it answers only our own patience counts: libwebsockets' is five seconds. */
static void on_asked(lws_sorted_usec_list_t *timer)
{
	struct toc_ask *k = lws_container_of(timer, struct toc_ask, asked);

	if (!k->wsi || k->status)
		return;
	lws_set_timeout(k->wsi, NO_PENDING_TIMEOUT, 0);
	lws_sul_schedule(k->t->lws, 0, &k->asked, on_asked, LWS_US_PER_SEC); /* it begins anew with each piece that is sent */
}

static void on_start(lws_sorted_usec_list_t *timer)
{
	struct toc_ask *k = lws_container_of(timer, struct toc_ask, start);
	struct lws_client_connect_info info = { .context = k->t->lws,
						.vhost = k->t->vhost,
						.address = k->host,
						.host = k->host,
						.port = k->port,
						.path = k->of.path,
						.method = k->of.post ? "POST" : "GET",
						.local_protocol_name = TOC_CLIENT_HTTP,
						.ssl_connection = LCCSCF_USE_SSL | LCCSCF_PIPELINE,
						.alpn = "http/1.1",
						.userdata = k,
						.pwsi = &k->wsi };

	heard(k);
	if (!lws_client_connect_via_info(&info) && !k->over)
		over(k, 0, "cannot connect");
}

static int headers(struct toc_ask *k, struct lws *wsi, unsigned char **at, unsigned char *end)
{
	char length[24];

	if (toc_client_authorize(k->t, k->of.key, wsi, at, end) < 0)
		return -1;
	k->wsi = wsi;
	lws_sul_schedule(k->t->lws, 0, &k->asked, on_asked, LWS_US_PER_SEC);
	if (!k->of.post)
		return 0;
	int n = snprintf(length, sizeof length, "%zu", k->of.post_bytes);
	if (lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, (const unsigned char *)"application/json", 16, at,
					 end) ||
	    lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, (const unsigned char *)length, n, at, end))
		return -1;
	lws_client_http_body_pending(wsi, 1);
	lws_callback_on_writable(wsi);
	return 0;
}

static int write_body(struct toc_ask *k, struct lws *wsi)
{
	unsigned char piece[LWS_PRE + 8192];
	size_t left = k->of.post_bytes - k->sent, n = left < 8192 ? left : 8192;

	if (!k->of.post || k->sent == k->of.post_bytes)
		return 0;
	memcpy(piece + LWS_PRE, k->of.post + k->sent, n);
	k->sent += n;
	bool last = k->sent == k->of.post_bytes;
	if (lws_write(wsi, piece + LWS_PRE, n, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < (int)n)
		return -1;
	if (last)
		lws_client_http_body_pending(wsi, 0);
	else
		lws_callback_on_writable(wsi);
	return 0;
}

static int read_some(struct lws *wsi)
{
	static _Thread_local char buffer[LWS_PRE + 16384];
	char *at = buffer + LWS_PRE;
	int n = 16384;

	return lws_http_client_read(wsi, &at, &n) < 0 ? -1 : 0;
}

int toc_ask_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
	struct toc_ask *k = user;

	if (!k || !wsi || k->over)
		return reason == LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ && k ? -1 : lws_callback_http_dummy(wsi, reason, user, in, n);
	switch (reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: return headers(k, wsi, in, *(unsigned char **)in + n);
	case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE: return write_body(k, wsi);
	case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
		k->wsi = wsi;
		k->status = (int)lws_http_client_http_response(wsi);
		heard(k);
		return 0;
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP: return read_some(wsi);
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
		heard(k);
		if (k->of.on_piece && !k->muted && !k->of.on_piece(k->of.user, k->status, in, n)) {
			over(k, k->status, "");
			return -1;
		}
		return 0;
	case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
		k->wsi = NULL;
		lws_set_wsi_user(wsi, NULL);
		over(k, k->status, "");
		return 0;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR: {
		const char *fault = toc_client_fault(wsi);
		char why[200];
		if (fault)
			snprintf(why, sizeof why, "TLS with %s:%d failed: its certificate is %s", k->host, k->port, fault);
		else
			snprintf(why, sizeof why, "cannot connect to %s:%d: %.*s", k->host, k->port, n ? (int)n : 16,
				 n ? (char *)in : "no answer there");
		k->wsi = NULL;
		lws_set_wsi_user(wsi, NULL);
		over(k, 0, why);
		return 0;
	}
	case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
		k->wsi = NULL;
		lws_set_wsi_user(wsi, NULL);
		over(k, 0, "the connection was lost");
		return 0;
	default: return lws_callback_http_dummy(wsi, reason, user, in, n);
	}
}

int tocsin_ask(struct tocsin *t, const struct tocsin_request *r, struct tocsin_error *reterr)
{
	char *host;
	int port;

	if (r->key && (!*r->key || strlen(r->key) > 512 || strpbrk(r->key, "\r\n")))
		return toc_link_fail(reterr, TOCSIN_EINVAL, "key: this is no API key");
	if (!r->path || *r->path != '/' || strpbrk(r->path, " \r\n") || strlen(r->path) > 4000)
		return toc_link_fail(reterr, TOCSIN_EINVAL, "path: this is none");
	if (!r->on_done)
		return toc_link_fail(reterr, TOCSIN_EINVAL, "on_done: somebody has to be told");
	if (toc_client_server(r->server, &host, &port) < 0)
		return toc_link_fail(reterr, TOCSIN_EINVAL, "server: \"%s\" is not https://HOST[:PORT]",
				     r->server ? r->server : "");
	struct toc_ask *k = calloc(1, sizeof *k);
	if (!k)
		abort(); /* nothing is left to answer with */
	k->t = t;
	k->host = host;
	k->port = port;
	k->of = *r;
	k->of.patience_s = r->patience_s > 0 ? r->patience_s : PATIENCE_S;
	k->of.key = r->key ? strdup(r->key) : NULL;
	k->of.path = strdup(r->path);
	k->of.post = r->post ? memcpy(malloc(r->post_bytes + 1), r->post, r->post_bytes) : NULL;
	k->next = t->asks;
	t->asks = k;
	lws_sul_schedule(t->lws, 0, &k->start, on_start, 1); /* from inside the loop: callbacks run in tocsin_step alone */
	return 0;
}

void toc_ask_mute(struct tocsin *t)
{
	for (struct toc_ask *k = t->asks; k; k = k->next) {
		k->muted = true;
		lws_sul_cancel(&k->start);
		lws_sul_cancel(&k->asked);
		lws_sul_cancel(&k->silence);
	}
}

void toc_ask_collect(struct tocsin *t, bool all)
{
	for (struct toc_ask **at = &t->asks; *at;) {
		struct toc_ask *k = *at;
		if (!k->over && !all) {
			at = &k->next;
			continue;
		}
		*at = k->next;
		if (k->of.key)
			toc_wipe((char *)k->of.key, strlen(k->of.key));
		free((char *)k->of.key);
		free((char *)k->of.path);
		free((char *)k->of.post);
		free(k->host);
		free(k);
	}
}
