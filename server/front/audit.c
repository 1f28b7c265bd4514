/* audit.c: what is asked of the ledger.
 *
 *   GET  /api/audit                 the named queries: what each tells and takes
 *   POST /api/audit/NAME            {mandate?, audited?, purpose, parameters?: {name: value}, sql?, format?}
 *   GET  /api/audit/NAME?mandate=…&purpose=…&audited=…&format=…&PARAMETER=…
 *
 * The question is a message (M27): it goes to the keeper like any other. Only when it is entered the archive is asked to
 * answer it, by its place in the ledger. The answer is handed on as it comes, and no faster than it is taken; what it
 * brought to light goes to the keeper, as the archive has sealed it. Nothing of it is made here.
 */
#include "front/inside.h"

#include "message/catalogue.h"
#include "message/json.h"
#include "message/query.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CREDIT (256u << 10)

static void refuse(struct toc_conn *c, enum toc_refusal_code code, struct toc_str field, struct toc_str words)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };
	struct toc_arena *a = c->request->arena;

	(void)toc_refuse(&r, code, toc_arena_cstr(a, field), "", "%.*s", TOC_STR_ARGS(words));
	r.retry_after_s = code == TOC_REFUSE_BUSY;
	toc_http_refuse(c, &r);
}

/* In which form it is taken away: what M27 calls it, and what HTTP does. The first is what is meant without a word. */
static const struct toc_audit_form {
	const char *format, *type, *ending;
} forms[] = {
	{ "jsonl", "application/jsonl", "jsonl" },
	{ "csv", "text/csv; charset=utf-8; header=present", "csv" },
	{ "pdf", "application/pdf", "pdf" },
	{ "bundle", "application/x-tar", "tar" },
};
#define FORMS (sizeof forms / sizeof *forms)

/* ---- the list ---- */

void toc_audit_get_list(struct toc_conn *c)
{
	toc_http_answer(c, 200, toc_json_str(c->request->arena, toc_query_list(c->request->arena)), NULL);
}

/* ---- the question ---- */

static bool is_wanted(struct toc_str range, const char *type)
{
	size_t n = strcspn(type, ";");
	bool named = range.n >= n && !strncasecmp(range.p, type, n) && (range.n == n || range.p[n] == ';' || range.p[n] == ' ');

	for (size_t i = n; named && i + 2 < range.n; i++)
		if ((range.p[i] == ';' || range.p[i] == ' ') && (range.p[i + 1] == 'q' || range.p[i + 1] == 'Q') && range.p[i + 2] == '=')
			return strtod(range.p + i + 3, NULL) > 0; /* a header ends with NUL */
	return named;
}

/* Of those that it names, the first that there is; what it makes of the others (q) does not count, but for q=0: not that. */
void toc_audit_accept(struct toc_conn *c)
{
	struct toc_str accept = toc_header(c->wsi, WSI_TOKEN_HTTP_ACCEPT, c->request->arena);

	c->request->chunked = !toc_str_is(toc_header(c->wsi, WSI_TOKEN_HTTP, c->request->arena), "HTTP/1.0");
	for (const char *at = accept.p, *end = accept.p + accept.n; at < end && !c->request->audit_form;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t n = (size_t)((comma ? comma : end) - at);
		while (n && *at == ' ')
			at++, n--;
		for (size_t i = 0; i < FORMS; i++)
			if (is_wanted((struct toc_str){ at, n }, forms[i].type))
				c->request->audit_form = &forms[i];
		at += n + 1;
	}
}

/* What the header says, as the body of a POST would: in the buffer of the body. 0, or -1: no room. */
int toc_audit_arguments(struct toc_conn *c)
{
	struct toc_arena *a = c->request->arena;
	struct toc_value *asked = toc_value_map(a), *parameters = toc_value_map(a), *audited = NULL;
	char text[1024];
	int n;

	for (int i = 0; (n = lws_hdr_copy_fragment(c->wsi, text, sizeof text, WSI_TOKEN_HTTP_URI_ARGS, i)) != -1; i++) {
		char *equals = n > 0 ? memchr(text, '=', (size_t)n) : NULL;
		if (!equals)
			return -1;
		struct toc_str name = toc_arena_str(a, (struct toc_str){ text, (size_t)(equals - text) }),
			       value = toc_arena_str(a, (struct toc_str){ equals + 1, (size_t)(text + n - equals - 1) });
		if (toc_str_is(name, "audited")) {
			audited = audited ? audited : toc_value_list(a);
			toc_push_text(a, audited, value);
		} else {
			bool ours = toc_str_is(name, "mandate") || toc_str_is(name, "purpose") || toc_str_is(name, "format");
			toc_set_str(a, ours ? asked : parameters, name, toc_value_text(a, value));
		}
	}
	toc_set(a, asked, "audited", audited);
	toc_set(a, asked, "parameters", parameters);
	toc_json_write(&c->request->body, asked);
	return c->request->body.failed ? -1 : 0;
}

static struct toc_value *as_list(struct toc_arena *a, const struct toc_value *map)
{
	struct toc_value *list = toc_value_list(a);

	for (size_t i = 0; map && map->kind == TOC_MAP && i < map->n; i++) {
		struct toc_value *v = toc_value_map(a);
		toc_set_text(a, v, "name", map->members[i].name);
		toc_set(a, v, "value", map->members[i].value);
		toc_push(a, list, v);
	}
	return list;
}

/* The question as the message that it is. */
static struct toc_value *message_of(struct toc_conn *c, const struct toc_value *asked)
{
	struct toc_arena *a = c->request->arena;
	struct toc_value *m = toc_message_plain(a, "M27", "system", "RED"), *body = toc_value_map(a);
	const struct toc_value *mandate = toc_get(asked, "mandate");
	toc_time now = toc_clock_now();

	toc_set_text(a, m, "id", toc_uuid_str(a, toc_uuid_v7(now.us / 1000)));
	toc_set_cstr(a, m, "schema_version", TOC_SCHEMA_VERSION);
	toc_set_text(a, m, "sent_at", toc_time_str(a, now));
	toc_set_cstr(a, body, "step", mandate ? "mandate" : "own");
	if (mandate)
		toc_set(a, body, "mandate_ref", toc_value_copy(a, mandate));
	toc_set_text(a, body, "query", c->request->rest);
	toc_set(a, body, "parameters", as_list(a, toc_get(asked, "parameters")));
	static const char *const same[] = { "audited", "sql", "purpose" };
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (toc_get(asked, same[i]))
			toc_set(a, body, same[i], toc_value_copy(a, toc_get(asked, same[i])));
	if (toc_get(asked, "format"))
		toc_set(a, body, "format", toc_value_copy(a, toc_get(asked, "format")));
	else if (c->request->audit_form && c->request->audit_form != forms)
		toc_set_cstr(a, body, "format", c->request->audit_form->format);
	toc_set_text(a, body, "at", toc_time_str(a, now));
	toc_set(a, m, "body", body);
	return m;
}

static int check_members(struct toc_arena *a, const struct toc_value *asked, struct toc_refusal *r)
{
	static const char *const known[] = { "mandate", "audited", "purpose", "parameters", "sql", "format" };

	for (size_t i = 0; i < asked->n; i++) {
		bool is_known = false;
		for (size_t k = 0; k < sizeof known / sizeof *known; k++)
			is_known |= toc_str_is(asked->members[i].name, known[k]);
		if (!is_known)
			return toc_refuse(r, TOC_REFUSE_UNKNOWN_FIELD, toc_arena_cstr(a, asked->members[i].name), "",
					  "a question has mandate, audited, purpose, parameters, sql, format");
	}
	const struct toc_value *p = toc_get(asked, "parameters");
	if (p && p->kind != TOC_MAP)
		return toc_refuse(r, TOC_REFUSE_WRONG_KIND, "parameters", "", "an object: name and value of each");
	for (size_t i = 0; p && i < p->n; i++)
		if (p->members[i].value->kind != TOC_TEXT)
			return toc_refuse(r, TOC_REFUSE_WRONG_KIND, "parameters", "", "each value is a text");
	if (!toc_get_text(asked, "purpose").n)
		return toc_refuse(r, TOC_REFUSE_MISSING_FIELD, "purpose", "domain M27", "what is it for?");
	return 0;
}

void toc_audit_ask(struct toc_conn *c)
{
	struct toc_request *q = c->request;
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };
	struct toc_value *asked, *m;

	if (toc_member_json(c->front, q->arena, toc_buf_view(&q->body), &asked, &r) < 0 || check_members(q->arena, asked, &r) < 0) {
		toc_http_refuse(c, &r);
		return;
	}
	m = message_of(c, asked);
	q->audit_form = forms;
	for (size_t i = 0; i < FORMS; i++)
		if (toc_get_is(toc_get(m, "body"), "format", forms[i].format))
			q->audit_form = &forms[i];
	if (toc_query_check(toc_get(m, "body"), &r) < 0 || toc_command(c, TOC_OP_SEND, TOC_IPC_NO_REF, m, &r) < 0) {
		toc_http_refuse(c, &r);
		return;
	}
	q->sent_to_keeper = true;
	q->audit = TOC_AUDIT_ENTERING;
}

/* ---- the answer ---- */

/* The keeper's word on it. */
void toc_audit_entered(struct toc_conn *c, int status, struct toc_str json, const char *headers)
{
	struct toc_request *q = c->request;
	struct toc_front *f = c->front;
	struct toc_refusal why;
	struct toc_value *v;

	q->sent_to_keeper = false;
	int64_t seq = -1;
	if (status == 200 && toc_json_parse(q->arena, json, TOC_IPC_FRAME_MAX, 16, &v, &why) == 0)
		seq = toc_get_int(v, "seq", -1);
	if (seq < 0) {
		q->audit = TOC_AUDIT_NONE;
		toc_http_answer(c, status, json, headers);
		return;
	}
	q->audit_name = toc_arena_printf(q->arena, "%.*s-%lld.%s", TOC_STR_ARGS(q->rest), (long long)seq, q->audit_form->ending);
	toc_ipc_begin(&f->frame, TOC_IPC_AUDIT);
	toc_ipc_u64(&f->frame, c->id);
	toc_ipc_str(&f->frame, toc_conn_grant(c));
	toc_ipc_u64(&f->frame, (uint64_t)seq);
	toc_ipc_u32(&f->frame, CREDIT);
	if (toc_link_send(f, &f->archive) < 0) {
		q->audit = TOC_AUDIT_NONE;
		refuse(c, TOC_REFUSE_BUSY, TOC_STR(""), TOC_STR("the archive does not answer now: ask again"));
		return;
	}
	q->audit = TOC_AUDIT_ASKED;
	q->audit_us = toc_now_us();
}

static struct toc_conn *asker(struct toc_front *f, uint64_t id)
{
	struct toc_conn *c = toc_conn_find(f, id);
	bool asks = c && c->kind == TOC_CONN_REQUEST && c->wsi && c->stage == TOC_CONN_OPEN &&
		    (c->request->audit == TOC_AUDIT_ASKED || c->request->audit == TOC_AUDIT_COMING);

	return asks ? c : NULL;
}

static void begin(struct toc_conn *c)
{
	struct toc_request *q = c->request;
	bool plain = q->audit_form == forms; /* is read as it comes; the others are files */

	q->audit = TOC_AUDIT_COMING;
	q->audit_us = toc_now_us();
	toc_http_begin(c, q->audit_form->type,
		       plain ? "" : toc_arena_printf(q->arena, "Content-Disposition: attachment; filename=\"%.*s\"\r\n", TOC_STR_ARGS(q->audit_name)).p);
}

void toc_audit_data(struct toc_front *f, struct toc_frame *frame)
{
	uint64_t id = toc_frame_u64(frame);
	struct toc_str lines = toc_frame_str(frame);

	if (!toc_frame_end(frame))
		return;
	struct toc_conn *c = asker(f, id);
	if (!c)
		return;
	if (c->request->audit == TOC_AUDIT_ASKED)
		begin(c);
	toc_http_piece(c, lines);
	c->request->audit_bytes += (uint32_t)lines.n;
	toc_http_continue(c);
}

/* All that came is in the kernel's hands. */
void toc_audit_taken(struct toc_conn *c)
{
	struct toc_request *q = c->request;
	struct toc_front *f = c->front;

	q->audit_us = toc_now_us();
	if (!q->audit_bytes)
		return;
	toc_ipc_begin(&f->frame, TOC_IPC_AUDIT_MORE);
	toc_ipc_u64(&f->frame, c->id);
	toc_ipc_u32(&f->frame, q->audit_bytes);
	q->audit_bytes = 0;
	(void)toc_link_send(f, &f->archive); /* if it is gone so is the answer, and that is noticed */
}

void toc_audit_end(struct toc_front *f, struct toc_frame *frame)
{
	uint64_t id = toc_frame_u64(frame);
	unsigned code = toc_frame_u16(frame);
	struct toc_str field = toc_frame_str(frame), words = toc_frame_str(frame), result = toc_frame_str(frame);

	if (!toc_frame_end(frame))
		return;
	if (result.n) {
		toc_ipc_begin(&f->frame, TOC_IPC_RESULT);
		toc_ipc_str(&f->frame, result);
		(void)toc_link_send(f, &f->keeper); /* a question without a result: docs/audit.md */
	}
	struct toc_conn *c = asker(f, id);
	if (!c)
		return;
	bool coming = c->request->audit == TOC_AUDIT_COMING;
	if (code != TOC_NOT_REFUSED) {
		c->request->audit = TOC_AUDIT_NONE;
		if (coming)
			toc_conn_drop(c); /* cut off: what came is not all, and the last chunk does not say that it is */
		else
			refuse(c, (enum toc_refusal_code)code, field, words);
		return;
	}
	if (!coming)
		begin(c); /* a table without rows and columns */
	toc_http_end(c);
	c->request->audit = TOC_AUDIT_ENDING;
	toc_http_continue(c); /* what is left, and that is the end */
}

/* Once a round of the sweep. While its socket is not read nobody else notices that the asker is gone: then the answer is
 * not wanted any more, and PostgreSQL is to stop. */
void toc_audit_visit(struct toc_conn *c, int64_t now)
{
	struct pollfd p = { .fd = lws_get_socket_fd(c->wsi), .events = POLLRDHUP };

	if (poll(&p, 1, 0) > 0) {
		toc_conn_drop(c);
	} else if (c->out.n > 0 && now - c->request->audit_us > c->front->limits.stall_s * INT64_C(1000000)) {
		toc_limit_hit(TOC_LIMIT_stall_s);
		toc_conn_drop(c);
	}
}

void toc_audit_stop(struct toc_conn *c)
{
	struct toc_front *f = c->front;

	if (c->request->audit != TOC_AUDIT_ASKED && c->request->audit != TOC_AUDIT_COMING)
		return;
	c->request->audit = TOC_AUDIT_NONE;
	toc_ipc_begin(&f->frame, TOC_IPC_STOP);
	toc_ipc_u64(&f->frame, c->id);
	(void)toc_link_send(f, &f->archive);
}

/* The archive is gone, and with it the answers that it was giving: a part of one is cut off, without its last line. */
void toc_audit_lost(struct toc_conn *c)
{
	enum toc_audit_stage at = c->request->audit;

	c->request->audit = TOC_AUDIT_NONE;
	if (at == TOC_AUDIT_ASKED)
		refuse(c, TOC_REFUSE_BUSY, TOC_STR(""), TOC_STR("the archive is being restarted: ask again"));
	else if (at == TOC_AUDIT_COMING)
		toc_conn_drop(c);
}
