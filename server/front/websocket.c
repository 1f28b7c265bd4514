/* websocket.c: the ops of the wire protocol (subprotocol tocsin.v1), client to server, and the two that the front
 * itself says: welcome (the keeper's words) and beat.
 *
 * Order of things: hello first, then a welcome, then everything else. Messages that come between hello and welcome
 * wait. Whoever has not said a valid hello in time, or says something else first, is closed with 1008.
 */
#include "front/inside.h"

#include "base/log.h"
#include "message/json.h"

#include <string.h>

static void refuse_and_close(struct toc_conn *c, uint64_t ref, const struct toc_refusal *r, int code, const char *text)
{
	toc_conn_refuse(c, ref, r);
	toc_conn_flush(c);
	toc_conn_close(c, code, text);
}

/* ---- hello and welcome ---- */

static int hello_check(const struct toc_value *v, struct toc_conn *c, struct toc_refusal *r)
{
	const struct toc_value *from = toc_get(v, "from"), *ticket = toc_get(v, "ticket");

	if (from && from->kind != TOC_INT)
		return toc_refuse(r, TOC_REFUSE_WRONG_KIND, "from", "", "from is the last seq that you have, or -1");
	if (from && from->integer < -1)
		return toc_refuse(r, TOC_REFUSE_BAD_VALUE, "from", "", "from is the last seq that you have, or -1");
	if (ticket && (ticket->kind != TOC_TEXT || ticket->text.n == 0 || ticket->text.n > 512))
		return toc_refuse(r, TOC_REFUSE_WRONG_KIND, "ticket", "", "ticket is the text that POST /api/ticket gave");
	const struct toc_value *trust = toc_get(v, "trust");
	if (trust && trust->kind != TOC_TEXT)
		return toc_refuse(r, TOC_REFUSE_WRONG_KIND, "trust", "", "trust is the signed checkpoint that you hold");
	if (trust && toc_log_trust(c, trust->text, r) < 0)
		return -1;
	c->from_given = from != NULL;
	c->from = from ? from->integer : -1;
	return 0;
}

static void on_hello(struct toc_conn *c, const struct toc_value *v, uint64_t ref)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };

	if (hello_check(v, c, &r) < 0) {
		toc_conn_refuse(c, ref, &r);
		return;
	}
	c->hello = true;
	if (c->credential != TOC_CREDENTIAL_NONE) {
		toc_socket_ready(c);
		return;
	}
	struct toc_str ticket = toc_get_text(v, "ticket");
	if (ticket.n > 0)
		toc_conn_authenticate(c, TOC_CREDENTIAL_TICKET, ticket);
	else
		toc_conn_close(c, 4401, "not authenticated: neither Authorization nor ticket");
}

/* The keeper's welcome with what only we know. It goes in front: to read and write all of it again would be a fifth
 * of what a connection costs. */
struct toc_str toc_welcome(struct toc_conn *c)
{
	const struct toc_limits *l = &c->front->limits;
	struct toc_arena *a = c->front->scratch;

	toc_arena_reset(a);
	return toc_arena_printf(a, "{\"limits\":{\"depth\":%lld,\"frame\":%lld,\"messages_per_minute\":%lld},\"op\":\"welcome\",%.*s",
	                        (long long)l->depth, (long long)l->frame, (long long)l->messages_per_minute,
	                        (int)c->n_welcome - 1, c->welcome + 1);
}

static void early_messages(struct toc_conn *c)
{
	struct toc_buf early = c->early;

	toc_buf_init(&c->early, early.max);
	for (size_t at = 0; at + 4 <= early.n && c->stage == TOC_CONN_OPEN;) {
		uint32_t n;
		memcpy(&n, early.p + at, 4);
		toc_socket_message(c, (struct toc_str){ early.p + at + 4, n });
		at += 4 + n;
	}
	toc_buf_done(&early);
}

/* There is a grant, a hello, or both; or the grant was renewed. */
void toc_socket_ready(struct toc_conn *c)
{
	struct toc_front *f = c->front;

	if (!c->hello || !c->grant || !c->welcome)
		return;
	if (c->entries_wanted || c->stage == TOC_CONN_CLOSING) {
		free(c->welcome);
		c->welcome = NULL; /* a renewal: nobody is to be welcomed twice */
		return;
	}
	if (toc_now_us() - c->welcomed_us > 1000000) {
		toc_conn_renew(c); /* the credential was checked at the opening handshake; what it said is stale */
		if (c->renewing)
			return;
	}
	uint64_t head = toc_ring_head(f->ring);
	if (c->from_given && c->from >= (int64_t)head && f->database_up) {
		struct toc_refusal r = { .code = TOC_NOT_REFUSED };
		(void)toc_refuse(&r, TOC_REFUSE_AHEAD, "from", "", "from: %lld, but the newest entry is %lld",
		                 (long long)c->from, (long long)head - 1);
		c->hello = false;
		c->stage = TOC_CONN_NEW;
		toc_conn_refuse(c, TOC_IPC_NO_REF, &r);
		return;
	}
	c->stage = TOC_CONN_OPEN;
	toc_conn_say(c, "welcome", -1, toc_welcome(c));
	free(c->welcome);
	c->welcome = NULL;
	if (c->stage == TOC_CONN_CLOSING)
		return;
	toc_log_socket(c);
	toc_conn_read_from(c, c->from_given ? c->from : (int64_t)head - 1);
	early_messages(c);
}

/* ---- the other ops ---- */

static void on_command(struct toc_conn *c, const struct toc_value *v, uint64_t ref, enum toc_command_op op)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };
	struct toc_value *body = toc_get(v, "message");
	int e;

	if (op == TOC_OP_RECEIPT) {
		e = toc_receipt_check(v, c->front->scratch, &body, &r);
	} else if (op == TOC_OP_COSIGN) {
		e = toc_cosignature_read(v, c->front->scratch, &body, &r);
	} else if (!body) {
		e = toc_refuse(&r, TOC_REFUSE_MISSING_FIELD, "message", "", "%s carries a message",
		               op == TOC_OP_SEND ? "send" : "prepare");
	} else {
		e = body->kind == TOC_MAP
		            ? 0
		            : toc_refuse(&r, TOC_REFUSE_WRONG_KIND, "message", "", "message is an object");
	}
	if (e < 0 || toc_command(c, op, ref, body, &r) < 0)
		toc_conn_refuse(c, ref, &r);
}

/* Between hello and welcome. */
static void wait_for_welcome(struct toc_conn *c, struct toc_str text)
{
	uint32_t n = (uint32_t)text.n;

	toc_buf_add(&c->early, &n, sizeof n);
	toc_buf_str(&c->early, text);
	if (c->early.failed) {
		toc_limit_hit(TOC_LIMIT_early_bytes);
		toc_conn_close(c, 1008, "too much before the welcome");
	}
}

void toc_socket_message(struct toc_conn *c, struct toc_str text)
{
	struct toc_front *f = c->front;
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };
	struct toc_value *v;

	if (c->hello && c->stage != TOC_CONN_OPEN) {
		wait_for_welcome(c, text);
		return;
	}
	toc_arena_reset(f->scratch);
	if (toc_member_json(f, f->scratch, text, &v, &r) < 0) {
		toc_conn_refuse(c, TOC_IPC_NO_REF, &r);
		return;
	}
	const struct toc_value *number = toc_get(v, "ref");
	uint64_t ref = TOC_IPC_NO_REF;
	if (number && (number->kind != TOC_INT || number->integer < 0)) {
		(void)toc_refuse(&r, TOC_REFUSE_WRONG_KIND, "ref", "", "ref is a whole number from 0 on");
		toc_conn_refuse(c, ref, &r);
		return;
	}
	if (number)
		ref = (uint64_t)number->integer;

	struct toc_str op = toc_get_text(v, "op");
	if (!c->hello && !toc_str_is(op, "hello")) {
		(void)toc_refuse(&r, TOC_REFUSE_HELLO_FIRST, "op", "", "the first message of a connection is hello");
		refuse_and_close(c, ref, &r, 1008, "hello first");
	} else if (toc_str_is(op, "hello") && !c->hello) {
		on_hello(c, v, ref);
	} else if (toc_str_is(op, "hello")) {
		(void)toc_refuse(&r, TOC_REFUSE_STATE, "op", "", "hello was said before");
		toc_conn_refuse(c, ref, &r);
	} else if (toc_str_is(op, "send")) {
		on_command(c, v, ref, TOC_OP_SEND);
	} else if (toc_str_is(op, "prepare")) {
		on_command(c, v, ref, TOC_OP_PREPARE);
	} else if (toc_str_is(op, "receipt")) {
		on_command(c, v, ref, TOC_OP_RECEIPT);
	} else if (toc_str_is(op, "cosign")) {
		on_command(c, v, ref, TOC_OP_COSIGN);
	} else {
		(void)toc_refuse(&r, TOC_REFUSE_UNKNOWN_OP, "op", "", "op: not one of hello, send, prepare, receipt, cosign");
		toc_conn_refuse(c, ref, &r);
	}
}

/* ---- beat ---- */

void toc_socket_beat(struct toc_conn *c)
{
	const struct toc_limits *l = &c->front->limits;
	int64_t now = toc_now_us();
	char text[TOC_TIME_TEXT], json[160];

	if (c->stalled_us || c->out.n > 0)
		return; /* more of the same would not help it */
	if (c->kind == TOC_CONN_SOCKET)
		toc_log_socket(c);
	if (c->kind == TOC_CONN_SOCKET && now - c->pinged_us > l->ping_s * 1000000) {
		toc_buf_add(&c->out, "\x89\x01?", 3); /* not empty: an empty pong is not reported by the library */
		toc_count(TOC_METRIC_FRONT_PINGS);
		c->pinged_us = now;
	}
	toc_time_format(toc_clock_now(), text);
	/* Who is still catching up must not think that he has everything: what is to come may reach up to the tip. */
	long long tip = (long long)toc_ring_head(c->front->ring) - 1, last = c->cursor.last;
	if (c->cursor.state != TOC_CURSOR_LIVE && tip > last)
		last = tip;
	const char *halted = toc_metrics_read(TOC_METRIC_SIGNER_HALTED, 0) ? "\"halted\":true," : "";
	int n = snprintf(json, sizeof json, "{%s\"last\":%lld,\"now\":\"%s\",\"op\":\"beat\"}", halted, last, text);
	/* What the ring has for us goes first, so that `last` is true where the beat stands. */
	if (c->cursor.state != TOC_CURSOR_LIVE || c->cursor.next >= toc_ring_head(c->front->ring))
		toc_conn_say(c, "beat", -1, (struct toc_str){ json, (size_t)n });
}
