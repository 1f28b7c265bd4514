/* route.c: the API over plain HTTP: one table of routes, and what each does. */
#include "front/inside.h"

#include "base/log.h"
#include "base/map.h"
#include "message/catalogue.h"
#include "message/json.h"

#include <stdio.h>
#include <string.h>

#define COOKIE_RULES "; Secure; HttpOnly; SameSite=Strict; Path=/"

/* ---- helpers ---- */

static void refuse(struct toc_conn *c, enum toc_refusal_code code, const char *field, const char *detail)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };

	(void)toc_refuse(&r, code, field, "", "%s", detail);
	toc_http_refuse(c, &r);
}

/* The body as an object, or NULL and it is answered. */
static struct toc_value *body_of(struct toc_conn *c)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };
	struct toc_value *v;

	if (toc_member_json(c->front, c->request->arena, toc_buf_view(&c->request->body), &v, &r) == 0)
		return v;
	toc_http_refuse(c, &r);
	return NULL;
}

/* Send f->frame to the keeper on behalf of a request. */
static void to_keeper(struct toc_conn *c)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };

	if (toc_link_send(c->front, &c->front->keeper) == 0) {
		c->request->sent_to_keeper = true;
		return;
	}
	(void)toc_refuse(&r, TOC_REFUSE_BUSY, "", "", "the keeper does not take requests now");
	r.retry_after_s = 1;
	toc_http_refuse(c, &r);
}

static void begin(struct toc_conn *c, enum toc_ipc_number number)
{
	toc_ipc_begin(&c->front->frame, number);
	toc_ipc_u64(&c->front->frame, c->id);
}

/* ---- signing in and out ---- */

static void redeem(struct toc_conn *c, enum toc_ipc_number number)
{
	struct toc_front *f = c->front;
	struct toc_value *v = body_of(c);

	if (!v)
		return;
	struct toc_str token = toc_get_text(v, "token");
	if (token.n == 0 || token.n > 512) {
		refuse(c, TOC_REFUSE_MISSING_FIELD, "token", "the token of a link");
		return;
	}
	if (!toc_conn_may_claim(c, token))
		return;
	begin(c, number);
	toc_ipc_str(&f->frame, token);
	toc_ipc_str(&f->frame, toc_str_of(c->address->text));
	to_keeper(c);
	toc_wipe(f->frame.p, f->frame.n);
}

static void sign_in(struct toc_conn *c)
{
	redeem(c, TOC_IPC_SIGN_IN);
}

/* The link of an e-mail. Its session is no cookie: the page keeps it, for itself and for as long as it is open, so that it touches
 * no console in the same browser, and another link none of this one. */
static void open_link(struct toc_conn *c)
{
	redeem(c, TOC_IPC_OPEN_LINK);
}

void toc_route_signed_in(struct toc_conn *c, struct toc_str secret, toc_time expires, struct toc_str json)
{
	struct toc_arena *a = c->request->arena;
	int64_t seconds = toc_between(toc_clock_now(), expires).us / 1000000;
	struct toc_refusal r;
	struct toc_value *v;

	bool by_link = c->request->route->handle == open_link;
	struct toc_str cookie = by_link ? TOC_STR("") : toc_arena_printf(a, "Set-Cookie: __Host-tocsin=%.*s; Max-Age=%lld" COOKIE_RULES "\r\n",
	                                         TOC_STR_ARGS(secret), (long long)(seconds > 0 ? seconds : 0));
	if (toc_json_parse(a, json, TOC_IPC_FRAME_MAX, 64, &v, &r) == 0 && !toc_get(v, "op")) {
		toc_set_cstr(a, v, "op", "welcome");
		if (by_link)
			toc_set_text(a, v, "session", secret);
		json = toc_json_str(a, v);
	}
	toc_http_answer(c, 200, json, toc_arena_cstr(a, cookie));
}

static void sign_out(struct toc_conn *c)
{
	begin(c, TOC_IPC_SIGN_OUT);
	toc_ipc_str(&c->front->frame, toc_conn_grant(c));
	to_keeper(c);
	if (c->request->sent_to_keeper) /* its word on this is REVOKE, to everybody */
		toc_http_answer(c, 204, TOC_STR(""), "Set-Cookie: __Host-tocsin=; Max-Age=0" COOKIE_RULES "\r\n");
}

static void ticket(struct toc_conn *c)
{
	begin(c, TOC_IPC_TICKET);
	toc_ipc_str(&c->front->frame, toc_conn_grant(c));
	to_keeper(c);
}

void toc_route_ticketed(struct toc_conn *c, struct toc_str text)
{
	struct toc_arena *a = c->request->arena;
	struct toc_value *v = toc_value_map(a);

	toc_set_text(a, v, "ticket", text);
	toc_http_answer(c, 200, toc_json_str(a, v), NULL);
}

static void me(struct toc_conn *c)
{
	toc_http_answer(c, 200, toc_welcome(c), NULL);
}

/* ---- commands ---- */

static void command(struct toc_conn *c, enum toc_command_op op)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };
	struct toc_value *v = body_of(c), *body = v;

	if (!v)
		return;
	int e = op == TOC_OP_RECEIPT  ? toc_receipt_check(v, c->request->arena, &body, &r)
	        : op == TOC_OP_COSIGN ? toc_cosignature_read(v, c->request->arena, &body, &r)
	                              : 0;
	if (e < 0 || toc_command(c, op, TOC_IPC_NO_REF, body, &r) < 0)
		toc_http_refuse(c, &r);
	else
		c->request->sent_to_keeper = true;
}

static void messages(struct toc_conn *c)
{
	command(c, TOC_OP_SEND);
}

static void prepare(struct toc_conn *c)
{
	command(c, TOC_OP_PREPARE);
}

static void receipts(struct toc_conn *c)
{
	command(c, TOC_OP_RECEIPT);
}

static void cosign(struct toc_conn *c)
{
	command(c, TOC_OP_COSIGN);
}

/* {type, value, max_distance?} as the message that it is. What is beside these says where: incident_ref, mode,
 * exercise_ref, and the id, for whoever asks again. */
static void lookup(struct toc_conn *c)
{
	static const char *const beside[] = { "id", "incident_ref", "mode", "exercise_ref" };
	struct toc_arena *a = c->request->arena;
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };
	struct toc_value *asked = body_of(c), *body = toc_value_map(a);
	toc_time now = toc_clock_now();

	if (!asked)
		return;
	struct toc_value *m = toc_message_plain(a, "lookup", toc_get(asked, "exercise_ref") ? "exercise" : "actual", "RED");
	toc_set_text(a, m, "id", toc_uuid_str(a, toc_uuid_v7(now.us / 1000)));
	toc_set_cstr(a, m, "schema_version", TOC_SCHEMA_VERSION);
	toc_set_text(a, m, "sent_at", toc_time_str(a, now));
	toc_set_cstr(a, body, "step", "ask");
	for (size_t i = 0; i < asked->n; i++) {
		struct toc_str name = asked->members[i].name;
		bool in_envelope = false;
		for (size_t k = 0; k < sizeof beside / sizeof *beside; k++)
			in_envelope |= toc_str_is(name, beside[k]);
		toc_set_str(a, in_envelope ? m : body, name, asked->members[i].value);
	}
	toc_set(a, m, "body", body);
	if (toc_command(c, TOC_OP_SEND, TOC_IPC_NO_REF, m, &r) < 0)
		toc_http_refuse(c, &r);
	else
		c->request->sent_to_keeper = true;
}

/* ---- gateways ---- */

#define REPORT_MOST 4096

/* What became of a call that a gateway was asked to make. Its signature is the keeper's to check; too many bad ones for
 * one gateway from one address are held back like wrong tokens. */
void toc_route_gateway(struct toc_conn *c)
{
	struct toc_front *f = c->front;
	struct toc_str body = toc_buf_view(&c->request->body);
	struct toc_uuid hook;

	if (toc_uuid_parse(c->request->rest, &hook) < 0) {
		refuse(c, TOC_REFUSE_NOT_FOUND, "", "no such path");
		return;
	}
	for (size_t i = 0; i < 3; i++)
		if (!c->request->signature[i].n) {
			refuse(c, TOC_REFUSE_NOT_AUTHENTICATED, "", "webhook-id, webhook-timestamp and webhook-signature");
			return;
		}
	if (body.n > REPORT_MOST) {
		refuse(c, TOC_REFUSE_TOO_BIG, "", "a report has at most 4096 bytes");
		return;
	}
	if (!toc_conn_may_claim(c, c->request->rest))
		return;
	begin(c, TOC_IPC_CALLED);
	toc_ipc_id(&f->frame, hook);
	for (size_t i = 0; i < 3; i++)
		toc_ipc_str(&f->frame, c->request->signature[i]);
	toc_ipc_str(&f->frame, body);
	to_keeper(c);
}

/* ---- schemas: made from the catalogue once, at start ---- */

void toc_route_schemas(struct toc_front *f)
{
	const struct toc_message_type *t = NULL;

	f->schemas = toc_map_new();
	for (size_t i = 0; i == 0 || t; i++) {
		struct toc_arena *a = toc_arena_new();
		const char *name = t ? toc_message_type_name(t) : ""; /* the first is all of them */
		struct toc_str *text = toc_arena_alloc(f->arena, sizeof *text);
		*text = toc_arena_str(f->arena, toc_json_str(a, toc_message_schema(a, t)));
		toc_map_put(f->schemas, toc_str_of(name), text);
		toc_arena_free(a);
		t = toc_message_type_at(i);
	}
}

static void schema(struct toc_conn *c)
{
	const struct toc_str *text = toc_map_get(c->front->schemas, c->request->rest);

	if (text)
		toc_http_answer(c, 200, *text, NULL);
	else
		refuse(c, TOC_REFUSE_NOT_FOUND, "", "no such message type; GET /api/schema has all of them");
}

/* ---- the table ---- */

static const struct toc_route routes[] = {
	{ TOC_POST, "/api/sign-in", TOC_ANYBODY, sign_in },
	{ TOC_POST, "/api/sign-out", TOC_MEMBER, sign_out },
	{ TOC_POST, "/api/ticket", TOC_MEMBER, ticket },
	{ TOC_GET, "/api/me", TOC_MEMBER, me },
	{ TOC_POST, "/api/messages", TOC_MEMBER, messages },
	{ TOC_POST, "/api/prepare", TOC_MEMBER, prepare },
	{ TOC_POST, "/api/lookup", TOC_MEMBER, lookup },
	{ TOC_POST, "/api/receipts", TOC_MEMBER, receipts },
	{ TOC_POST, "/api/cosign", TOC_MEMBER, cosign },
	{ TOC_GET, "/api/entries", TOC_MEMBER, toc_entries_get },
	{ TOC_GET, "/api/audit", TOC_MEMBER, toc_audit_get_list },
	{ TOC_GET, "/api/audit/*", TOC_MEMBER, toc_audit_ask },
	{ TOC_POST, "/api/audit/*", TOC_MEMBER, toc_audit_ask },
	{ TOC_POST, "/api/link", TOC_ANYBODY, open_link },
	{ TOC_GET, "/api/link", TOC_LINK, me },
	{ TOC_POST, "/api/link/messages", TOC_LINK, messages },
	{ TOC_POST, "/api/link/prepare", TOC_LINK, prepare },
	{ TOC_GET, "/api/link/entries", TOC_LINK, toc_entries_get },
	{ TOC_POST, "/api/gateway/*", TOC_ANYBODY, toc_route_gateway },
	{ TOC_GET, "/api/schema", TOC_ANYBODY, schema },
	{ TOC_GET, "/api/schema/*", TOC_ANYBODY, schema },
	{ TOC_GET, "/log/checkpoint", TOC_MEMBER, toc_log_get_checkpoint },
	{ TOC_GET, "/log/vkey", TOC_MEMBER, toc_log_get_vkey },
	{ TOC_GET, "/log/tile/*", TOC_MEMBER, toc_log_get_tile },
	{ TOC_GET, "/log/proof/*", TOC_MEMBER, toc_log_get_proof },
	{ TOC_GET, "/log/consistency/*", TOC_MEMBER, toc_log_get_consistency },
	{ TOC_GET, "/log/timestamps", TOC_MEMBER, toc_log_get_stamps },
	{ TOC_GET, "/log/timestamp/*", TOC_MEMBER, toc_log_get_stamp },
	{ TOC_GET, "/log/cosignatures", TOC_MEMBER, toc_log_get_cosignatures },
	{ TOC_GET, "/log/cosignatures/*", TOC_MEMBER, toc_log_get_cosignatures },
	{ TOC_GET, "/healthz", TOC_EITHER, toc_health_live },
	{ TOC_GET, "/readyz", TOC_EITHER, toc_health_ready },
	{ TOC_GET, "/readyz/threats", TOC_EITHER, toc_health_threats },
	{ TOC_GET, "/metrics", TOC_OPERATOR, toc_health_metrics },
};

static bool fits(const char *pattern, struct toc_str path, struct toc_str *ret_rest)
{
	size_t n = strlen(pattern);

	if (pattern[n - 1] != '*') {
		*ret_rest = (struct toc_str){ "", 0 };
		return toc_str_is(path, pattern);
	}
	if (path.n < n || memcmp(path.p, pattern, n - 1))
		return false;
	*ret_rest = (struct toc_str){ path.p + n - 1, path.n - (n - 1) };
	return true;
}

const struct toc_route *toc_route_find(enum toc_method m, struct toc_str path, struct toc_str *ret_rest,
                                       const char **ret_allow)
{
	*ret_allow = NULL;
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		if (!fits(routes[i].path, path, ret_rest))
			continue;
		/* these wait, or stream */
		bool head = routes[i].method == TOC_GET && routes[i].handle != toc_entries_get && routes[i].handle != toc_audit_ask;
		if (routes[i].method == m || (head && m == TOC_HEAD))
			return &routes[i];
		*ret_allow = *ret_allow ? "GET, POST" : head ? "GET, HEAD" : routes[i].method == TOC_GET ? "GET" : "POST";
	}
	return NULL;
}
