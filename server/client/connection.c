/* connection.c: libtocsin's sockets: a libwebsockets context, one WebSocket per connection, TLS 1.3, time.
 *
 * The conversation is link.c's; here are the loop and what libwebsockets wants of it:
 * - one context in a process: each registers OpenSSL ex-data indexes in global variables, and a second one
 * would take them from the first. `taken` guards that.
 * - its own poll() loop: no event library plugin, no signal handlers, nothing to install beside the library.
 * - the service call ignores its timeout: tocsin_step arms a timer of its own instead.
 * - one write per writable callback, from a buffer with LWS_PRE bytes in front; a client masks in place.
 * - nothing is freed inside a callback: what has ended is collected after the service call.
 * - its keep-alive (a sorted list walked at every pong) is off: the server beats, link.c listens. */
#include <errno.h>
#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/time.h"
#include "client/inside.h"
#include "client/link.h"
#include "client/trust.h"
#include "message/json.h"

#define VERSION "0.1.0"
#define SUBPROTOCOL "tocsin.v1"

static atomic_flag taken = ATOMIC_FLAG_INIT;

struct tocsin_connection {
	struct tocsin *t;
	struct tocsin_connection *next;
	struct toc_link *link;
	char *host, *key;
	int port;
	struct lws *wsi;
	lws_sorted_usec_list_t attempt, deadline; /* the next attempt to connect; what link.c waits for */
	bool connecting, leaving, dead;           /* leaving: said goodbye; dead: to be collected */
	struct toc_buf in;
	unsigned char *out; /* LWS_PRE + one frame */
};

static int64_t unix_ms(void)
{
	return toc_clock_now().us / 1000;
}

static int64_t now_ms(void)
{
	return toc_clock_mono_us() / 1000;
}

/* ---- one connection ---- */

static void on_attempt(lws_sorted_usec_list_t *timer);
static void on_deadline(lws_sorted_usec_list_t *timer);

static void arm_ms(struct tocsin_connection *c, lws_sorted_usec_list_t *timer, sul_cb_t then,
		   int64_t delay_ms)
{
	lws_sul_schedule(c->t->lws, 0, timer, then, (lws_usec_t)(delay_ms < 0 ? 0 : delay_ms) * 1000 + 1);
}

/* Something may be there to write, and the next deadline may have moved. */
static void stir(struct tocsin_connection *c)
{
	int64_t due = toc_link_due(c->link);
	if (due != INT64_MAX && !c->leaving)
		arm_ms(c, &c->deadline, on_deadline, due - now_ms());
	if (c->wsi && !c->connecting)
		lws_callback_on_writable(c->wsi);
}

static void closed(struct tocsin_connection *c, int close_code, const char *why)
{
	c->wsi = NULL;
	c->connecting = false;
	toc_buf_clear(&c->in);
	if (c->leaving) {
		c->dead = true;
		return;
	}
	toc_link_closed(c->link, now_ms(), close_code, why);
	if (!toc_link_ended(c->link) && !c->leaving) {
		uint32_t random;
		toc_random(&random, sizeof random);
		arm_ms(c, &c->attempt, on_attempt, toc_link_reconnect_delay_ms(c->link, random));
	}
	stir(c);
}

static void connect_now(struct tocsin_connection *c)
{
	static const lws_retry_bo_t no_keep_alive; /* all zero */
	struct lws_client_connect_info info = { .context = c->t->lws,
						.vhost = c->t->vhost,
						.address = c->host,
						.host = c->host,
						.port = c->port,
						.path = "/socket",
						.protocol = SUBPROTOCOL,
						.local_protocol_name = SUBPROTOCOL,
						.ssl_connection = LCCSCF_USE_SSL | LCCSCF_PRIORITIZE_READS,
						.alpn = "http/1.1",
						.ietf_version_or_minus_one = -1,
						.userdata = c,
						.pwsi = &c->wsi,
						.retry_and_idle_policy = &no_keep_alive };

	c->connecting = true;
	if (!lws_client_connect_via_info(&info) &&
	    c->connecting) /* failed at once, and no callback said so */
		closed(c, 0, "cannot connect");
}

static void on_attempt(lws_sorted_usec_list_t *timer)
{
	struct tocsin_connection *c = lws_container_of(timer, struct tocsin_connection, attempt);
	if (!c->wsi && !c->connecting && !c->leaving && !c->dead)
		connect_now(c);
}

static void on_deadline(lws_sorted_usec_list_t *timer)
{
	struct tocsin_connection *c = lws_container_of(timer, struct tocsin_connection, deadline);
	if (c->leaving || c->dead)
		return;
	if (toc_link_tick(c->link, now_ms()) < 0 && c->wsi && !c->connecting)
		lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	else
		stir(c);
}

static int receive(struct tocsin_connection *c, struct lws *wsi, const char *bytes, size_t n)
{
	if (c->leaving)
		return 0;
	toc_buf_add(&c->in, bytes, n);
	if (c->in.failed) {
		lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
		return -1;
	}
	if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi))
		return 0;
	int r = toc_link_receive(c->link, toc_buf_view(&c->in), now_ms());
	toc_buf_clear(&c->in);
	if (r < 0)
		return -1;
	stir(c);
	return 0;
}

static int write_next(struct tocsin_connection *c, struct lws *wsi)
{
	struct toc_str frame;
	if (lws_partial_buffered(wsi)) {
		lws_callback_on_writable(wsi);
		return 0;
	}
	toc_link_vouch(c->link, now_ms(), unix_ms());
	if (toc_link_next(c->link, now_ms(), &frame)) {
		memcpy(c->out + LWS_PRE, frame.p, frame.n);
		if (lws_write(wsi, c->out + LWS_PRE, frame.n, LWS_WRITE_TEXT) < (int)frame.n)
			return -1;
		lws_callback_on_writable(wsi);
	} else if (c->leaving) {
		lws_close_reason(wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
		return -1;
	}
	return 0;
}

int toc_client_authorize(const struct tocsin *t, const char *key, struct lws *wsi, unsigned char **at, unsigned char *end)
{
	char bearer[600];
	int n = snprintf(bearer, sizeof bearer, "Bearer %s", key ? key : "");
	int r = (key && lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, (unsigned char *)bearer, n, at, end)) ||
		lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_USER_AGENT, (unsigned char *)t->user_agent,
					     (int)strlen(t->user_agent), at, end);
	toc_wipe(bearer, sizeof bearer);
	return r ? -1 : 0;
}

/* What is wrong with the server's certificate, or NULL. From OpenSSL: the library's words differ between versions. */
const char *toc_client_fault(struct lws *wsi)
{
	SSL *tls = lws_get_ssl(wsi);

	switch (tls ? SSL_get_verify_result(tls) : X509_V_OK) {
	case X509_V_OK: return NULL;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH: return "for another name";
	case X509_V_ERR_CERT_HAS_EXPIRED: return "no longer valid";
	case X509_V_ERR_CERT_NOT_YET_VALID: return "not valid yet (or this clock is slow)";
	default: return "not signed by an authority that is trusted here";
	}
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
	struct tocsin_connection *c = user;

	if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_CLIENT_VERIFY_CERTS) {
		SSL_CTX *tls = user; /* of the vhost */
		return SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION) == 1 ? 0 : -1;
	}
	if (!c || !wsi || lws_get_vhost(wsi) != c->t->vhost)
		return lws_callback_http_dummy(wsi, reason, user, in, n);
	switch (reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		return toc_client_authorize(c->t, c->key, wsi, in, *(unsigned char **)in + n);
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		c->wsi = wsi;
		c->connecting = false;
		toc_link_opened(c->link, now_ms());
		stir(c);
		return 0;
	case LWS_CALLBACK_CLIENT_RECEIVE: return receive(c, wsi, in, n);
	case LWS_CALLBACK_CLIENT_WRITEABLE: return write_next(c, wsi);
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		if (n >= 2) {
			const unsigned char *code = in;
			char why[130];
			snprintf(why, sizeof why, "%.*s", (int)(n - 2), (const char *)in + 2);
			closed(c, code[0] << 8 | code[1], why);
			lws_set_wsi_user(wsi, NULL);
		}
		return 0;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR: {
		int status = (int)lws_http_client_http_response(wsi);
		const char *fault = toc_client_fault(wsi);
		char why[200];
		if (fault)
			snprintf(why, sizeof why, "TLS with %s:%d failed: its certificate is %s", c->host, c->port,
				 fault);
		else
			snprintf(why, sizeof why, "cannot connect to %s:%d: %.*s", c->host, c->port,
				 n ? (int)n : 16, n ? (char *)in : "no answer there");
		closed(c, status == 401 ? 4401 : status == 403 ? 4403 : 0, why);
		lws_set_wsi_user(wsi, NULL);
		return 0;
	}
	case LWS_CALLBACK_CLIENT_CLOSED:
		closed(c, 0, "");
		lws_set_wsi_user(wsi, NULL); /* c may be collected before libwebsockets is done with wsi */
		return 0;
	default: return lws_callback_http_dummy(wsi, reason, user, in, n);
	}
}

/* "https://host[:port][/]" */
int toc_client_server(const char *url, char **ret_host, int *ret_port)
{
	static const char scheme[] = "https://";
	if (!url || strncmp(url, scheme, sizeof scheme - 1) != 0)
		return -1;
	const char *host = url + sizeof scheme - 1;
	size_t n = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
	const char *rest = host + n;
	long port = 443;
	if (*rest == ':') {
		char *end;
		port = strtol(rest + 1, &end, 10);
		rest = end;
	}
	if (n == 0 || port < 1 || port > 65535 || (strcmp(rest, "") != 0 && strcmp(rest, "/") != 0))
		return -1;
	*ret_host = strndup(host, n);
	*ret_port = (int)port;
	return *ret_host ? 0 : -1;
}

static void collect(struct tocsin_connection *c)
{
	lws_sul_cancel(&c->attempt);
	lws_sul_cancel(&c->deadline);
	toc_link_free(c->link);
	toc_buf_done(&c->in);
	if (c->key)
		toc_wipe(c->key, strlen(c->key));
	free(c->key);
	free(c->host);
	free(c->out);
	free(c);
}

int tocsin_connect(struct tocsin *t, const struct tocsin_connection_settings *settings,
		   struct tocsin_connection **ret_connection, struct tocsin_error *reterr)
{
	char *host;
	int port;
	struct toc_trust *trust = NULL;
	struct toc_error why;
	if (settings->from < TOCSIN_FROM_NOW)
		return toc_link_fail(reterr, TOCSIN_EINVAL, "from: %lld is no position", settings->from);
	if (!settings->key || !*settings->key || strlen(settings->key) > 512 ||
	    strpbrk(settings->key, "\r\n"))
		return toc_link_fail(reterr, TOCSIN_EINVAL, "key: an API key is needed");
	if (toc_client_server(settings->server, &host, &port) < 0)
		return toc_link_fail(reterr, TOCSIN_EINVAL, "server: \"%s\" is not https://HOST[:PORT]",
			    settings->server ? settings->server : "");
	if (settings->on_log && toc_trust_new(settings->log_key, settings->trust_file, &trust, &why) < 0) {
		free(host);
		return toc_link_fail(reterr, why.code == TOC_EIO ? TOCSIN_EIO : TOCSIN_EINVAL, "%s", why.text);
	}

	if (settings->witness_key && (!trust || toc_trust_witness(trust, toc_str_of(settings->witness_key), &why) < 0)) {
		bool checked = trust != NULL;
		toc_trust_free(trust);
		free(host);
		return toc_link_fail(reterr, TOCSIN_EINVAL, "witness_key: %s", checked ? why.text : "on_log is needed");
	}

	struct tocsin_connection *c = calloc(1, sizeof *c);
	if (c) {
		c->link = toc_link_new(settings, trust);
		c->key = strdup(settings->key);
		c->out = malloc(LWS_PRE + TOC_MESSAGE_BYTES_MAX);
	}
	if (!c || !c->link || !c->key || !c->out)
		abort(); /* nothing is left to answer with */
	c->t = t;
	c->host = host;
	c->port = port;
	toc_buf_init(&c->in, TOC_LINK_FRAME_MAX);
	c->next = t->connections;
	t->connections = c;
	arm_ms(c, &c->attempt, on_attempt, 0); /* from inside the loop: callbacks run in tocsin_step alone */
	*ret_connection = c;
	return 0;
}

void tocsin_disconnect(struct tocsin_connection *c)
{
	if (!c)
		return;
	toc_link_mute(c->link);
	c->leaving = true;
	if (!c->wsi && !c->connecting)
		c->dead = true;
	else if (c->connecting && c->wsi)
		lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	else if (c->wsi)
		lws_callback_on_writable(c->wsi);
}

long long tocsin_position(const struct tocsin_connection *c)
{
	return toc_link_position(c->link);
}

int tocsin_send(struct tocsin_connection *c, const char *json, size_t json_bytes, tocsin_answer_fn *done,
		void *user, char ret_id[37], struct tocsin_error *reterr)
{
	int r = toc_link_send(c->link, false, (struct toc_str){ json, json_bytes }, now_ms(), unix_ms(), done,
			      user, ret_id, reterr);
	stir(c);
	return r;
}

int tocsin_prepare(struct tocsin_connection *c, const char *json, size_t json_bytes, tocsin_answer_fn *done,
		   void *user, struct tocsin_error *reterr)
{
	int r = toc_link_send(c->link, true, (struct toc_str){ json, json_bytes }, now_ms(), unix_ms(), done,
			      user, NULL, reterr);
	stir(c);
	return r;
}

int tocsin_receipt(struct tocsin_connection *c, long long seq, const char *state)
{
	int r = toc_link_receipt(c->link, seq, state);
	stir(c);
	return r;
}

/* ---- the library ---- */

static const struct lws_protocols protocols[] = {
	{ .name = SUBPROTOCOL,
	  .callback = on_event,
	  .rx_buffer_size = 16384,
	  .tx_packet_size = TOC_MESSAGE_BYTES_MAX + LWS_PRE },
	{ .name = TOC_CLIENT_HTTP, .callback = toc_ask_event, .rx_buffer_size = 16384 },
	{ 0 },
};

/* libwebsockets goes on without the authorities when it cannot read them, and then refuses every server. */
static int check_ca(const char *path, struct tocsin_error *reterr)
{
	FILE *f = fopen(path, "re");
	if (!f)
		return toc_link_fail(reterr, TOCSIN_EIO, "cannot read %s: %s", path, strerror(errno));
	bool found = false;
	char line[80];
	while (!found && fgets(line, sizeof line, f))
		found = !strncmp(line, "-----BEGIN CERTIFICATE-----", 27);
	fclose(f);
	return found ? 0 : toc_link_fail(reterr, TOCSIN_EINVAL, "%s holds no certificate", path);
}

static void on_step_over(lws_sorted_usec_list_t *timer)
{
	(void)timer;
}

int tocsin_new(const struct tocsin_settings *settings, struct tocsin **ret_tocsin,
	       struct tocsin_error *reterr)
{
	if (settings->ca_file) {
		int r = check_ca(settings->ca_file, reterr);
		if (r < 0)
			return r;
	}
	if (atomic_flag_test_and_set(&taken))
		return toc_link_fail(reterr, TOCSIN_EBUSY,
			    "this process has a struct tocsin already: use it for all connections");

	struct tocsin *t = calloc(1, sizeof *t);
	const char *agent = settings->user_agent ? settings->user_agent : "libtocsin/" VERSION;
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.protocols = protocols,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
			   (settings->ca_file ? LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS : 0),
		.client_ssl_ca_filepath = settings->ca_file
	};

	lws_set_log_level(0, NULL); /* what goes wrong reaches the program through on_state */
	if (t && (t->user_agent = strdup(agent)) && (t->lws = lws_create_context(&info)))
		t->vhost = lws_create_vhost(t->lws, &info);
	if (!t || !t->vhost) {
		tocsin_free(t);
		if (!t)
			atomic_flag_clear(&taken);
		return toc_link_fail(reterr, TOCSIN_EIO, "TLS could not be set up");
	}
	*ret_tocsin = t;
	return 0;
}

void tocsin_free(struct tocsin *t)
{
	if (!t)
		return;
	toc_ask_mute(t);
	for (struct tocsin_connection *c = t->connections; c; c = c->next) {
		toc_link_mute(c->link);
		c->leaving = true;
		lws_sul_cancel(&c->attempt);
		lws_sul_cancel(&c->deadline);
	}
	if (t->lws) {
		lws_sul_cancel(&t->step);
		lws_context_destroy(t->lws);
	}
	while (t->connections) {
		struct tocsin_connection *c = t->connections;
		t->connections = c->next;
		collect(c);
	}
	toc_ask_collect(t, true);
	free(t->user_agent);
	free(t);
	atomic_flag_clear(&taken);
}

int tocsin_step(struct tocsin *t, int timeout_ms)
{
	if (t->broken)
		return -1;
	lws_sul_schedule(t->lws, 0, &t->step, on_step_over,
			 (lws_usec_t)(timeout_ms < 0 ? 0 : timeout_ms) * 1000 + 1);
	if (lws_service(t->lws, 0) < 0)
		t->broken = true;
	for (struct tocsin_connection **at = &t->connections; *at;) {
		struct tocsin_connection *c = *at;
		if (c->dead) {
			*at = c->next;
			collect(c);
		} else {
			at = &c->next;
		}
	}
	toc_ask_collect(t, false);
	return t->broken ? -1 : 0;
}

void tocsin_wake(struct tocsin *t)
{
	if (t)
		lws_cancel_service(t->lws);
}

const char *tocsin_version(void)
{
	return VERSION;
}
