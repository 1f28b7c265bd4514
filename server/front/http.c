/* http.c: plain HTTP: one request, one answer; static files from memory, the API by route.c's table.
 *
 * While a request waits for its answer its socket is not read (lws_rx_flow_control, see quieten): libwebsockets
 * leaves incoming bytes of a connection in that state where they are, and libuv would report them again at once, for
 * ever. The header table is given back, too, so that many waiting requests need few of them.
 */
#include "front/inside.h"

#include "base/log.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- reading the request ---- */

struct toc_str toc_header(struct lws *wsi, enum lws_token_indexes token, struct toc_arena *a)
{
	int n = lws_hdr_total_length(wsi, token);

	if (n <= 0)
		return (struct toc_str){ "", 0 };
	char *p = toc_arena_alloc(a, (size_t)n + 2);
	int got = lws_hdr_copy(wsi, p, n + 1, token);
	return (struct toc_str){ p, got > 0 ? (size_t)got : 0 };
}

bool toc_header_custom(struct lws *wsi, const char *name, struct toc_arena *a, struct toc_str *ret)
{
	int length = (int)strlen(name), n = lws_hdr_custom_length(wsi, name, length);

	if (n < 0)
		return false;
	char *p = toc_arena_alloc(a, (size_t)n + 2);
	int got = lws_hdr_custom_copy(wsi, p, n + 1, name, length);
	*ret = (struct toc_str){ p, got > 0 ? (size_t)got : 0 };
	return true;
}

struct toc_str toc_bearer(struct lws *wsi, struct toc_arena *a)
{
	static const char scheme[] = "Bearer ";
	struct toc_str h = toc_header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, a);

	if (h.n <= sizeof scheme - 1 || strncasecmp(h.p, scheme, sizeof scheme - 1))
		return (struct toc_str){ "", 0 };
	return (struct toc_str){ h.p + sizeof scheme - 1, h.n - (sizeof scheme - 1) };
}

bool toc_origin_fits(struct toc_front *f, struct lws *wsi)
{
	if (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) <= 0)
		return true;
	return toc_str_eq(toc_header(wsi, WSI_TOKEN_ORIGIN, f->scratch), f->origin);
}

static struct toc_str cookie(struct lws *wsi, struct toc_arena *a)
{
	static const char name[] = "__Host-tocsin=";
	struct toc_str h = toc_header(wsi, WSI_TOKEN_HTTP_COOKIE, a);

	for (size_t i = 0; i < h.n;) {
		while (i < h.n && (h.p[i] == ' ' || h.p[i] == ';'))
			i++;
		size_t n = 0;
		while (i + n < h.n && h.p[i + n] != ';')
			n++;
		if (n > sizeof name - 1 && !memcmp(h.p + i, name, sizeof name - 1))
			return (struct toc_str){ h.p + i + sizeof name - 1, n - (sizeof name - 1) };
		i += n;
	}
	return (struct toc_str){ "", 0 };
}

static enum toc_method method_of(struct lws *wsi)
{
	if (lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI))
		return TOC_GET;
	if (lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI))
		return TOC_POST;
	return lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) ? TOC_HEAD : TOC_OTHER_METHOD;
}

/* ---- writing the answer ---- */

static const char *reason_of(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{ 200, "OK" }, { 202, "Accepted" }, { 204, "No Content" }, { 304, "Not Modified" },
		{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 409, "Conflict" }, { 411, "Length Required" },
		{ 413, "Content Too Large" }, { 422, "Unprocessable Content" }, { 426, "Upgrade Required" },
		{ 429, "Too Many Requests" }, { 500, "Internal Server Error" }, { 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return status < 400 ? "OK" : "Error";
}

static void put_head(struct toc_str security, struct toc_buf *b, int status, const char *type, long length,
                     const char *cache, const char *headers, bool close)
{
	toc_count_as(TOC_METRIC_FRONT_REQUESTS, (unsigned)(status / 100 - 1));
	toc_buf_printf(b, "HTTP/1.1 %d %s\r\n", status, reason_of(status));
	toc_buf_str(b, security);
	if (type)
		toc_buf_printf(b, "Content-Type: %s\r\n", type);
	if (length >= 0)
		toc_buf_printf(b, "Content-Length: %ld\r\n", length);
	toc_buf_printf(b, "Cache-Control: %s\r\n", cache);
	if (headers)
		toc_buf_text(b, headers);
	toc_buf_text(b, close ? "Connection: close\r\n\r\n" : "\r\n");
}

/* Stop reading a request's socket until it has its answer. The library must have nothing of it in hand: else it waits
 * for writability in order to go on with that, and does not look at it while the socket is not read, so that the
 * loop turns without rest. It tells nobody, but asking it twice makes it show: switched off and on again, it calls
 * WRITEABLE in the next turn if, and only if, it has something. Then the client has sent its next request without
 * waiting for this answer. That is served as far as it is quick; to wait for entries such a connection is no good. */
static void quieten(struct toc_conn *c)
{
	struct toc_request *q = c->request;

	if (q->quiet == TOC_LOUD) {
		lws_rx_flow_control(c->wsi, 0);
		lws_rx_flow_control(c->wsi, 1);
		q->quiet = TOC_LISTENING;
		toc_conn_mark(c);
	} else if (q->quiet == TOC_LISTENING) {
		lws_rx_flow_control(c->wsi, 0);
		q->quiet = TOC_QUIET;
	} else if (q->quiet == TOC_PIPELINED && (!q->responding || q->audit)) {
		q->close_after = true;
		if (q->reading || q->audit || c->kind == TOC_CONN_STREAM)
			toc_conn_drop(c);
	}
}

/* The answer is written, and we are outside of all callbacks. The next request, or the end. */
static void done(struct toc_conn *c)
{
	struct lws *wsi = c->wsi;
	struct lws_context *library = c->front->lws;
	bool close = c->request->close_after || c->front->draining;
	struct toc_wsi_user *u = lws_wsi_user(wsi);

	if (u)
		u->conn = NULL;
	toc_conn_free(c);
	lws_rx_flow_control(wsi, 1);
	if (close || lws_http_transaction_completed(wsi))
		toc_wsi_end(wsi);
	else
		lws_cancel_service(library); /* a request that it has in hand is looked at only after an event */
}

/* Answered before its body had come: what is left of that is dropped, so that no reset overtakes the answer, and
 * for a moment only: the library itself would wait as long as now and then a byte comes. */
static void linger(struct toc_conn *c)
{
	c->request->lingers = true;
	c->stage = TOC_CONN_CLOSING;
	c->deadline_us = toc_now_us() + TOC_CLOSING_US;
	lws_rx_flow_control(c->wsi, 1);
}

void toc_http_turn(struct toc_conn *c)
{
	if (c->request->written && c->request->body_due)
		linger(c);
	else if (c->request->written)
		done(c);
	else if (!c->request->responding || c->request->audit == TOC_AUDIT_COMING)
		quieten(c);
}

void toc_http_continue(struct toc_conn *c)
{
	struct toc_request *q = c->request;

	if (!c->wsi || c->stage == TOC_CONN_CLOSING || q->written)
		return;
	while (c->out.n > 0 || q->file.n > 0) {
		/* the head and the beginning of a file leave together */
		if (c->out.n > 0 && c->out.n < TOC_BATCH && q->file.n > 0) {
			size_t n = TOC_BATCH - c->out.n < q->file.n ? TOC_BATCH - c->out.n : q->file.n;
			toc_buf_add(&c->out, q->file.p, n);
			q->file.p += n;
			q->file.n -= n;
		}
		struct toc_str from = c->out.n > 0 ? toc_buf_view(&c->out) : q->file;
		long n = toc_wsi_write(c->wsi, from.p, from.n);
		if (n < 0) {
			toc_conn_drop(c);
			return;
		}
		if (n == 0) {
			toc_pace(c);
			return;
		}
		if (c->out.n > 0) {
			toc_buf_drop_front(&c->out, (size_t)n);
		} else {
			q->file.p += n;
			q->file.n -= (size_t)n;
		}
	}
	if (q->audit == TOC_AUDIT_COMING) {
		toc_audit_taken(c);
		return;
	}
	q->written = true;
	lws_rx_flow_control(c->wsi, 0); /* nothing is touched until toc_http_turn */
	toc_conn_mark(c);
}

static void respond(struct toc_conn *c)
{
	c->request->responding = true;
	c->request->sent_to_keeper = false;
	toc_conn_stop_reading(c);
	toc_http_continue(c);
}

void toc_http_answer(struct toc_conn *c, int status, struct toc_str json, const char *headers)
{
	toc_http_answer_as(c, status, "application/json", json, headers);
}

void toc_http_answer_as(struct toc_conn *c, int status, const char *type, struct toc_str text, const char *headers)
{
	if (c->request->responding || !c->wsi)
		return;
	bool empty = status == 204;
	put_head(c->front->security_headers, &c->out, status, empty ? NULL : type, empty ? -1 : (long)text.n, "no-store", headers, c->request->close_after || c->front->draining);
	if (!empty && !c->request->head_only)
		toc_buf_str(&c->out, text);
	respond(c);
}

static void refusal_headers(const struct toc_refusal *r, int status, char *space, size_t n)
{
	int at = 0;

	*space = 0;
	if (status == 401)
		at = snprintf(space, n, "WWW-Authenticate: Bearer\r\n");
	if (r->retry_after_s > 0)
		snprintf(space + at, n - (size_t)at, "Retry-After: %d\r\n", r->retry_after_s);
}

void toc_http_refuse(struct toc_conn *c, const struct toc_refusal *r)
{
	char headers[128];
	int status = toc_refusal_http(r->code);
	struct toc_arena *a = toc_arena_new();

	refusal_headers(r, status, headers, sizeof headers);
	toc_http_answer(c, status, toc_refused_json(a, TOC_IPC_NO_REF, r), headers);
	toc_arena_free(a);
}

void toc_http_turn_away(struct toc_front *f, struct lws *wsi, int status, const struct toc_refusal *r,
                        const char *headers)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_str json = toc_refused_json(a, TOC_IPC_NO_REF, r);
	struct toc_buf b;

	toc_buf_init(&b, TOC_BATCH);
	put_head(f->security_headers, &b, status, "application/json", (long)json.n, "no-store", headers, true);
	toc_buf_str(&b, json);
	(void)toc_wsi_write(wsi, b.p, b.n); /* if it does not fit, hanging up is the answer */
	toc_buf_done(&b);
	toc_arena_free(a);
}

/* Its end is the end of the connection, too; that it is whole says the last chunk (RFC 9112, 7.1). */
void toc_http_begin(struct toc_conn *c, const char *type, const char *headers)
{
	struct toc_request *q = c->request;
	struct toc_str all = toc_arena_printf(q->arena, "%s%sX-Accel-Buffering: no\r\n", headers, q->chunked ? "Transfer-Encoding: chunked\r\n" : "");

	q->close_after = true;
	put_head(c->front->security_headers, &c->out, 200, type, -1, "no-store", all.p, true);
	q->responding = true;
}

void toc_http_piece(struct toc_conn *c, struct toc_str bytes)
{
	bool chunked = c->request->chunked;

	if (!bytes.n)
		return; /* an empty one would be the last */
	if (chunked)
		toc_buf_printf(&c->out, "%zx\r\n", bytes.n);
	toc_buf_str(&c->out, bytes);
	if (chunked)
		toc_buf_text(&c->out, "\r\n");
}

void toc_http_end(struct toc_conn *c)
{
	if (c->request->chunked)
		toc_buf_text(&c->out, "0\r\n\r\n");
}

void toc_http_stream(struct toc_conn *c)
{
	struct toc_front *f = c->front;
	struct toc_buf head;

	toc_buf_init(&head, TOC_BATCH);
	put_head(f->security_headers, &head, 200, "text/event-stream", -1, "no-store", "X-Accel-Buffering: no\r\n", true);
	toc_conn_is(c, TOC_CONN_STREAM);
	toc_buf_str(&c->out, toc_buf_view(&head));
	toc_buf_done(&head);
}

/* ---- static files ---- */

/* The name of a coding among Accept-Encoding's, not refused by q=0. */
static bool accepts(struct toc_str header, const char *coding)
{
	size_t n = strlen(coding);

	for (size_t i = 0; i < header.n;) {
		while (i < header.n && (header.p[i] == ' ' || header.p[i] == ','))
			i++;
		size_t end = i;
		while (end < header.n && header.p[end] != ',')
			end++;
		if (end - i >= n && !strncasecmp(header.p + i, coding, n) &&
		    (end - i == n || header.p[i + n] == ';' || header.p[i + n] == ' ')) {
			struct toc_str rest = { header.p + i + n, end - i - n };
			const char *q = rest.n ? memchr(rest.p, '=', rest.n) : NULL;
			return !q || strtod(q + 1, NULL) > 0;
		}
		i = end;
	}
	return false;
}

static void serve_file(struct toc_conn *c, const struct toc_file *file)
{
	struct toc_request *q = c->request;
	struct toc_str codings = toc_header(c->wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, q->arena);
	const char *cache = file->no_store ? "no-store" : file->immutable ? "public, max-age=31536000, immutable" : "no-cache";
	const char *coding = "";
	struct toc_str bytes = file->plain;

	if (file->brotli.n && accepts(codings, "br")) {
		coding = "Content-Encoding: br\r\n";
		bytes = file->brotli;
	} else if (file->gzip.n && accepts(codings, "gzip")) {
		coding = "Content-Encoding: gzip\r\n";
		bytes = file->gzip;
	}
	struct toc_str known = toc_header(c->wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, q->arena);
	bool same = !file->no_store && known.n > 0 && toc_str_is(known, file->etag);
	struct toc_str headers = toc_arena_printf(q->arena, "%s%s%s%s%s", coding, "Vary: Accept-Encoding\r\n",
	                                          file->no_store ? "" : "ETag: ", file->no_store ? "" : file->etag,
	                                          file->no_store ? "" : "\r\n");
	put_head(file->shut_in ? c->front->shut_in_headers : c->front->security_headers, &c->out, same ? 304 : 200, same ? NULL : file->type, same ? -1 : (long)bytes.n, cache,
	         toc_arena_cstr(q->arena, headers), c->front->draining);
	if (!same && !q->head_only)
		q->file = bytes;
	respond(c);
}

/* ---- from request to handler ---- */

static struct toc_conn *request_new(struct toc_front *f, struct lws *wsi, struct toc_wsi_user *user)
{
	struct toc_conn *c = toc_conn_new(f, TOC_CONN_REQUEST, wsi, toc_address_of(wsi));

	c->request = toc_must_realloc(NULL, sizeof *c->request);
	*c->request = (struct toc_request){ .arena = toc_arena_new(), .after = -1 };
	toc_buf_init(&c->request->body, (size_t)f->limits.frame);
	toc_buf_init(&c->request->entries, 64u << 20);
	user->conn = c;
	return c;
}

static int refuse(struct toc_conn *c, enum toc_refusal_code code, const char *field, const char *detail)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };

	(void)toc_refuse(&r, code, field, "", "%s", detail);
	toc_http_refuse(c, &r);
	return 0;
}

static int refuse_too_big(struct toc_conn *c)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };

	toc_limit_hit(TOC_LIMIT_frame);
	(void)toc_refuse(&r, TOC_REFUSE_TOO_BIG, "", "", "a body has at most %d bytes", (int)c->front->limits.frame);
	toc_http_refuse(c, &r);
	return 0;
}

static int refuse_method(struct toc_conn *c, const char *allow)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };
	char headers[64];

	if (!allow)
		return refuse(c, TOC_REFUSE_NOT_FOUND, "", "no such path");
	(void)toc_refuse(&r, TOC_REFUSE_METHOD, "", "RFC 9110 15.5.6", "this path has: %s", allow);
	snprintf(headers, sizeof headers, "Allow: %s\r\n", allow);
	toc_http_answer(c, 405, toc_refused_json(c->request->arena, TOC_IPC_NO_REF, &r), headers);
	return 0;
}

/* A body has a length, and it is within the limit, before a byte of it is taken. 0, or -1 and it is answered. */
static int check_length(struct toc_conn *c, enum toc_method method)
{
	struct toc_request *q = c->request;
	struct toc_str text = toc_header(c->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, q->arena);
	int64_t length = 0;

	if (lws_hdr_total_length(c->wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0 ||
	    (method == TOC_POST && text.n == 0)) {
		q->close_after = true;
		(void)refuse(c, TOC_REFUSE_MALFORMED, "Content-Length", "a body comes with its length, and not in chunks");
		return -1;
	}
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || i > 12) {
			q->close_after = true;
			(void)refuse(c, TOC_REFUSE_MALFORMED, "Content-Length", "not one whole number");
			return -1;
		}
		length = length * 10 + (text.p[i] - '0');
	}
	if (length > 0 && method != TOC_POST) {
		q->close_after = true;
		(void)refuse(c, TOC_REFUSE_MALFORMED, "Content-Length", "only POST has a body here");
		return -1;
	}
	q->body_due = length > 0;
	if (length > c->front->limits.frame) {
		/* a little too much is read and dropped, so that the answer is not lost in a reset */
		q->close_after = length > 4 * c->front->limits.frame;
		(void)refuse_too_big(c);
		return -1;
	}
	return 0;
}

/* A request that changes something must not be another site's doing. */
static bool comes_from_us(struct toc_conn *c, bool by_cookie)
{
	struct toc_str h;

	if (!toc_origin_fits(c->front, c->wsi))
		return false;
	if (toc_header_custom(c->wsi, "sec-fetch-site:", c->request->arena, &h) && !toc_str_is(h, "same-origin") &&
	    !toc_str_is(h, "none"))
		return false;
	return !by_cookie || (toc_header_custom(c->wsi, "x-tocsin:", c->request->arena, &h) && toc_str_is(h, "1"));
}

static int64_t number_of(struct lws *wsi, const char *name_equals, int64_t absent, bool *ret_bad)
{
	char space[32], *end;
	const char *p = lws_get_urlarg_by_name(wsi, name_equals, space, sizeof space);

	if (!p)
		return absent;
	int64_t v = strtoll(p, &end, 10);
	if (end == p || *end || v < -1 || v > TOC_INT_MAX)
		*ret_bad = true;
	return v;
}

static bool has_argument(struct lws *wsi, const char *name_equals)
{
	char space[256];

	return lws_get_urlarg_by_name(wsi, name_equals, space, sizeof space) != NULL;
}

/* What GET /api/entries needs of the header, which is gone later. */
static int entries_arguments(struct toc_conn *c)
{
	struct toc_request *q = c->request;
	const struct toc_limits *l = &c->front->limits;
	bool bad = false;
	struct toc_str accept = toc_header(c->wsi, WSI_TOKEN_HTTP_ACCEPT, q->arena), last;

	q->wants_stream = accept.n >= 17 && strstr(toc_arena_cstr(q->arena, accept), "text/event-stream");
	int64_t absent = q->wants_stream ? INT64_MIN : -1;
	q->after = number_of(c->wsi, "after=", absent, &bad);
	int64_t limit = number_of(c->wsi, "limit=", 100, &bad), wait = number_of(c->wsi, "wait=", 0, &bad);
	if (q->wants_stream && toc_header_custom(c->wsi, "last-event-id:", q->arena, &last)) {
		char *end;
		const char *text = toc_arena_cstr(q->arena, last);
		q->after = strtoll(text, &end, 10);
		bad |= end == text || *end || q->after < -1;
	}
	if (bad || limit < 1 || wait < 0)
		return refuse(c, TOC_REFUSE_BAD_VALUE, "", "after, limit and wait are whole numbers: from -1, 1 and 0 on"), -1;
	q->limit = (unsigned)(limit < l->poll_entries ? limit : l->poll_entries);
	q->wait_until_us = toc_now_us() + (wait < l->poll_wait_s ? wait : l->poll_wait_s) * 1000000;
	return 0;
}

/* What POST /api/gateway needs of it. */
static void signature_headers(struct toc_conn *c)
{
	static const char *const names[] = { "webhook-id:", "webhook-timestamp:", "webhook-signature:" };
	struct toc_request *q = c->request;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!toc_header_custom(c->wsi, names[i], q->arena, &q->signature[i]))
			q->signature[i] = TOC_STR("");
}

/* Nothing of the header is needed from here on, and soon nothing is read until the answer is written. */
static void begin(struct toc_conn *c)
{
	lws_set_timeout(c->wsi, NO_PENDING_TIMEOUT, 0);
	lws_http_headers_detach(c->wsi);
	toc_conn_mark(c);
	if (c->credential == TOC_CREDENTIAL_NONE)
		c->request->route->handle(c);
	else
		toc_conn_authenticate(c, c->credential, (struct toc_str){ c->secret, c->n_secret });
}

static int take_credential(struct toc_conn *c, enum toc_method method)
{
	struct toc_str key = toc_bearer(c->wsi, c->request->arena), session = cookie(c->wsi, c->request->arena);
	bool by_cookie = key.n == 0;

	if (method == TOC_POST && !comes_from_us(c, by_cookie && c->request->route->auth == TOC_MEMBER))
		return refuse(c, TOC_REFUSE_NOT_PERMITTED, "",
		              "Origin and Sec-Fetch-Site, when present, must be this server's own; with the cookie also "
		              "X-Tocsin: 1"), -1;
	enum toc_route_auth auth = c->request->route->auth;
	if (auth == TOC_ANYBODY || c->address->operators || (auth == TOC_EITHER && key.n == 0 && session.n == 0))
		return 0;
	if (auth == TOC_LINK && key.n == 0)
		return refuse(c, TOC_REFUSE_NOT_AUTHENTICATED, "", "no Authorization: Bearer with the session of a link"), -1;
	if (key.n == 0 && session.n == 0)
		return refuse(c, TOC_REFUSE_NOT_AUTHENTICATED, "", "neither Authorization: Bearer nor a session"), -1;
	struct toc_str secret = by_cookie ? session : key;
	c->credential = by_cookie ? TOC_CREDENTIAL_COOKIE : auth == TOC_LINK ? TOC_CREDENTIAL_LINK : TOC_CREDENTIAL_KEY;
	c->secret = toc_must_realloc(NULL, secret.n + 1);
	memcpy(c->secret, secret.p, secret.n);
	c->n_secret = secret.n;
	return 0;
}

int toc_http_request(struct toc_front *f, struct lws *wsi, struct toc_wsi_user *user, const char *path, size_t n)
{
	struct toc_conn *c = request_new(f, wsi, user);
	struct toc_request *q = c->request;
	enum toc_method method = method_of(wsi);
	struct toc_str where = toc_arena_str(q->arena, (struct toc_str){ path, n });
	const char *allow = NULL;

	toc_arena_reset(f->scratch);
	q->head_only = method == TOC_HEAD;
	if (check_length(c, method) < 0)
		return 0;
	q->route = toc_route_find(method, where, &q->rest, &allow);
	if (!q->route) {
		const struct toc_file *file = NULL;
		bool api = where.n >= 5 && (!memcmp(where.p, "/api/", 5) || !memcmp(where.p, "/log/", 5));
		if (!allow && !api && !c->address->operators)
			file = toc_static_find(f->web, where);
		if (!file || (method != TOC_GET && method != TOC_HEAD))
			return refuse_method(c, file ? "GET, HEAD" : allow);
		serve_file(c, file);
		return 0;
	}
	if (c->address->operators && q->route->auth != TOC_EITHER && q->route->auth != TOC_OPERATOR)
		return refuse_method(c, NULL); /* there is no TLS at that door */
	if (q->route->handle == toc_entries_get && has_argument(wsi, "mandate=")) /* history under a mandate is a question */
		q->route = toc_route_find(TOC_GET, TOC_STR("/api/audit/entries"), &q->rest, &allow);
	if (q->route->handle == toc_entries_get && entries_arguments(c) < 0)
		return 0;
	if (q->route->handle == toc_route_gateway)
		signature_headers(c);
	if (q->route->handle == toc_audit_ask)
		toc_audit_accept(c);
	if (q->route->handle == toc_audit_ask && method == TOC_GET && toc_audit_arguments(c) < 0)
		return refuse(c, TOC_REFUSE_BAD_VALUE, "", "every argument is NAME=VALUE, of at most 1023 bytes");
	struct toc_str accept = toc_header(c->wsi, WSI_TOKEN_HTTP_ACCEPT, q->arena);
	q->wants_open_metrics = strstr(toc_arena_cstr(q->arena, accept), "application/openmetrics-text");
	if (take_credential(c, method) < 0)
		return 0;
	if (method != TOC_POST)
		begin(c);
	return 0;
}

int toc_http_body(struct toc_conn *c, const char *bytes, size_t n)
{
	if (c->request->route && !c->request->responding)
		toc_buf_add(&c->request->body, bytes, n);
	return 0;
}

int toc_http_body_end(struct toc_conn *c)
{
	c->request->body_due = false;
	if (c->request->lingers) { /* it has come in time after all */
		c->request->lingers = false;
		c->stage = TOC_CONN_OPEN;
		toc_conn_mark(c);
		return 0;
	}
	/* Once per request: what comes after the body before the answer is more than was announced. */
	if (c->stage != TOC_CONN_NEW || c->request->sent_to_keeper || c->request->sent_to_archive || c->request->responding)
		return c->request->responding ? 0 : -1;
	if (c->request->body.failed)
		return refuse_too_big(c);
	begin(c);
	return 0;
}
