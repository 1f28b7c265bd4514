/* reply.c: answers of plain HTTP: heads, bodies, files, what comes in pieces.
 *
 * While a request waits for its answer its socket is not read (lws_rx_flow_control, see quieten): libwebsockets
 * leaves incoming bytes of a connection in that state where they are, and libuv would report them again at once, for
 * ever. The header table is given back, too, so that many waiting requests need few of them.
 */
#include "front/inside.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

void toc_http_file(struct toc_conn *c, const struct toc_file *file)
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
