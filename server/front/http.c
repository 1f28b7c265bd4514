/* http.c: plain HTTP: one request, one answer (reply.c); static files from memory, the API by route.c's table. */
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
		toc_http_file(c, file);
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
