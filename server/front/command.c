/* command.c: what a member asks of the keeper, whether it came by WebSocket or by HTTP: the rates it is held to,
 * and the way there. What a command means is the keeper's business. */
#include "front/inside.h"

#include "base/map.h"
#include "message/json.h"

struct toc_str toc_refused_json(struct toc_arena *a, uint64_t ref, const struct toc_refusal *r)
{
	struct toc_value *v = toc_value_map(a);

	toc_count_as(TOC_METRIC_FRONT_REFUSED, r->code);
	toc_set_cstr(a, v, "op", "refused");
	if (ref != TOC_IPC_NO_REF)
		toc_set_int(a, v, "ref", (int64_t)ref);
	toc_set_cstr(a, v, "code", toc_refusal_wire(r->code));
	if (*r->field)
		toc_set_cstr(a, v, "field", r->field);
	if (*r->clause)
		toc_set_cstr(a, v, "clause", r->clause);
	toc_set_cstr(a, v, "detail", r->detail);
	toc_set_cstr(a, v, "advice", toc_refusal_advice(r->code));
	if (r->retry_after_s > 0)
		toc_set_int(a, v, "retry_after", r->retry_after_s);
	return toc_json_str(a, v);
}

void toc_conn_refuse(struct toc_conn *c, uint64_t ref, const struct toc_refusal *r)
{
	struct toc_arena *a = toc_arena_new();

	toc_conn_say(c, "refused", -1, toc_refused_json(a, ref, r));
	toc_arena_free(a);
}

int toc_member_json(struct toc_front *f, struct toc_arena *a, struct toc_str text, struct toc_value **ret_value,
                    struct toc_refusal *ret)
{
	if (toc_json_parse(a, text, (size_t)f->limits.frame, (unsigned)f->limits.depth, ret_value, ret) == 0)
		return 0;
	if (toc_str_is(toc_str_of(ret->clause), "RFC 8259 section 9")) /* which lets a reader limit the depth */
		toc_limit_hit(TOC_LIMIT_depth);
	return -1;
}

static int rate(struct toc_refusal *r, int64_t wait_us, enum toc_limit limit, const char *who)
{
	toc_limit_hit(limit);
	(void)toc_refuse(r, TOC_REFUSE_RATE, "", "", "%s sends faster than the limit", who);
	r->retry_after_s = (int)((wait_us + 999999) / 1000000);
	return -1;
}

/* Threats to life have a lane of their own, per connection and per organisation: nothing else can drain it. Its type
 * is looked at before anything is checked, so a message that only claims to be a threat gains its sender nothing but
 * an early refusal. */
static bool is_threat(enum toc_command_op op, const struct toc_value *body)
{
	return op == TOC_OP_SEND && (toc_get_is(body, "type", "M4") || toc_get_is(body, "type", "M5"));
}

static struct toc_bucket *cosigner_of(struct toc_conn *c)
{
	struct toc_str person = { (const char *)c->person.b, sizeof c->person.b };
	struct toc_bucket *b = toc_map_get(c->front->cosigners, person);

	if (!b) {
		b = toc_arena_alloc(c->front->arena, sizeof *b);
		*b = (struct toc_bucket){ 0 };
		toc_map_put(c->front->cosigners, person, b);
	}
	return b;
}

static int within_rates(struct toc_conn *c, enum toc_command_op op, const struct toc_value *body, struct toc_refusal *r)
{
	const struct toc_limits *l = &c->front->limits;
	bool threat = is_threat(op, body);
	int64_t now = toc_now_us(), wait;

	if (op == TOC_OP_COSIGN) { /* each costs the keeper a signature's check or many, whatever it says */
		wait = toc_bucket_take(cosigner_of(c), l->cosignatures_per_minute, l->cosignatures_burst, now);
		return wait ? rate(r, wait, TOC_LIMIT_cosignatures_per_minute, "whoever is signed in here") : 0;
	}
	if (op == TOC_OP_RECEIPT) { /* by machines, of what they were sent */
		wait = toc_bucket_take(&c->receipts, l->receipts_per_minute, l->receipts_burst, now);
		return wait ? rate(r, wait, TOC_LIMIT_receipts_per_minute, "this connection") : 0;
	}
	wait = threat ? toc_bucket_take(&c->threats, l->threats_per_minute, l->threats_burst, now)
	              : toc_bucket_take(&c->messages, l->messages_per_minute, l->messages_burst, now);
	if (wait)
		return rate(r, wait, threat ? TOC_LIMIT_threats_per_minute : TOC_LIMIT_messages_per_minute,
		            "this connection");
	wait = threat ? toc_bucket_take(&c->org->threats, l->org_threats_per_minute, l->org_threats_burst, now)
	              : toc_bucket_take(&c->org->messages, l->org_messages_per_minute, l->org_messages_burst, now);
	if (wait)
		return rate(r, wait, threat ? TOC_LIMIT_org_threats_per_minute : TOC_LIMIT_org_messages_per_minute,
		            "this organisation");
	if (!toc_get_is(body, "type", "lookup"))
		return 0;
	wait = toc_bucket_take(&c->org->lookups, l->org_lookups_per_minute, l->org_lookups_burst, now);
	return wait ? rate(r, wait, TOC_LIMIT_org_lookups_per_minute, "this organisation") : 0;
}

/* All commands go to the keeper one after the other: what is large, and not urgent, must not stand before a threat. */
static int within_bytes(struct toc_conn *c, size_t bytes, struct toc_refusal *r)
{
	if (!c->org->bytes || c->org->bytes + bytes <= (size_t)c->front->limits.org_in_flight_kib * 1024)
		return 0;
	toc_limit_hit(TOC_LIMIT_org_in_flight_kib);
	(void)toc_refuse(r, TOC_REFUSE_BUSY, "", "", "%zu bytes of this organisation wait for an answer, limit %d KiB",
	                 c->org->bytes, (int)c->front->limits.org_in_flight_kib);
	r->retry_after_s = 1;
	return -1;
}

int toc_command(struct toc_conn *c, enum toc_command_op op, uint64_t ref, const struct toc_value *body,
                struct toc_refusal *ret)
{
	struct toc_front *f = c->front;

	if (within_rates(c, op, body, ret) < 0)
		return -1;
	if (c->n_refs >= (unsigned)f->limits.in_flight) {
		toc_limit_hit(TOC_LIMIT_in_flight);
		(void)toc_refuse(ret, TOC_REFUSE_BUSY, "", "", "%u commands wait for their answers, limit %d", c->n_refs,
		                 (int)f->limits.in_flight);
		ret->retry_after_s = 1;
		return -1;
	}
	toc_ipc_begin(&f->frame, TOC_IPC_COMMAND);
	toc_ipc_u64(&f->frame, c->id);
	toc_ipc_u64(&f->frame, ref);
	toc_ipc_u8(&f->frame, (uint8_t)op);
	toc_ipc_str(&f->frame, toc_conn_grant(c));
	struct toc_buf json;
	toc_buf_init(&json, 4 * TOC_MESSAGE_BYTES_MAX);
	toc_json_write(&json, body);
	toc_ipc_str(&f->frame, toc_buf_view(&json));
	bool written = !json.failed;
	size_t bytes = is_threat(op, body) ? 0 : json.n;
	toc_buf_done(&json);
	if (!written)
		return toc_refuse(ret, TOC_REFUSE_TOO_BIG, "message", "", "its canonical form is too long");
	if (bytes && within_bytes(c, bytes, ret) < 0)
		return -1;
	if (toc_link_send(f, &f->keeper) < 0) {
		(void)toc_refuse(ret, TOC_REFUSE_BUSY, "", "", "the keeper does not take commands now");
		ret->retry_after_s = 1;
		return -1;
	}
	toc_conn_add_ref(c, ref, bytes);
	return 0;
}

int toc_receipt_check(const struct toc_value *from, struct toc_arena *a, struct toc_value **ret_body,
                      struct toc_refusal *r)
{
	struct toc_value *seq = toc_get(from, "seq"), *state = toc_get(from, "state");

	if (!seq)
		return toc_refuse(r, TOC_REFUSE_MISSING_FIELD, "seq", "", "a receipt names the entry's seq");
	if (seq->kind != TOC_INT || seq->integer < 0)
		return toc_refuse(r, TOC_REFUSE_WRONG_KIND, "seq", "", "seq is a whole number from 0 on");
	if (!state)
		return toc_refuse(r, TOC_REFUSE_MISSING_FIELD, "state", "", "a receipt names the state: delivered");
	if (!toc_str_is(toc_text_of(state), "delivered"))
		return toc_refuse(r, TOC_REFUSE_BAD_VALUE, "state", "",
		                  "a machine can only say delivered; what people do is a message (M19, M5)");
	struct toc_value *body = toc_value_map(a);
	toc_set(a, body, "seq", seq);
	toc_set(a, body, "state", state);
	*ret_body = body;
	return 0;
}

int toc_cosignature_read(const struct toc_value *from, struct toc_arena *a, struct toc_value **ret_body,
                         struct toc_refusal *r)
{
	struct toc_value *line = toc_get(from, "line"), *size = toc_get(from, "size");

	if (!line)
		return toc_refuse(r, TOC_REFUSE_MISSING_FIELD, "line", "C2SP tlog-cosignature", "line: what your witness has signed");
	if (line->kind != TOC_TEXT)
		return toc_refuse(r, TOC_REFUSE_WRONG_KIND, "line", "C2SP tlog-cosignature", "line is a text");
	if (size && (size->kind != TOC_INT || size->integer < 0))
		return toc_refuse(r, TOC_REFUSE_WRONG_KIND, "size", "C2SP tlog-checkpoint", "size is a whole number from 0 on");
	struct toc_value *body = toc_value_map(a);
	toc_set(a, body, "line", line);
	if (size)
		toc_set(a, body, "size", size);
	*ret_body = body;
	return 0;
}
