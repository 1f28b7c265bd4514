/* called.c: a gateway calls back: what became of a telephone call or a text that it was asked for.
 *
 * It proves itself by the hook's secret (Standard Webhooks: id, timestamp, signature), and speaks of one delivery, which
 * must be its own. A person's acknowledgement it is only when the person pressed the two digits that this very call asked
 * for: they are derived from the delivery, so no other call's will do, and a mailbox does not press them. Then it is an
 * M19.human by telephone of that person: on record is that they were reached. A threat is not answered by it (that is an M5 of
 * somebody who has read it), an activation is acknowledged, a drill or a test of the channel passed. Everything else is a machine's word. The first report on a
 * call ends it, so a guess is made once. Unknown hook, another's delivery and a bad signature are one answer. */
#include "keeper/core.h"

#include "domain/rule.h"
#include "envelope/webhook.h"
#include "message/json.h"

#define REPORT_BYTES_MOST 4096

size_t toc_outside_keys(const struct toc_keeper *k, const struct toc_hook *h, struct toc_hook_key *ret)
{
	bool old = h->generation > 1 && h->old_until.us != TOC_TIME_NEVER.us && toc_before(toc_keeper_now(k), h->old_until);

	toc_hook_key_derive(k->o.outside_key, h->id, (uint32_t)h->generation, &ret[0]);
	if (old)
		toc_hook_key_derive(k->o.outside_key, h->id, (uint32_t)h->generation - 1, &ret[1]);
	return old ? 2 : 1;
}

void toc_call_digits(const struct toc_keeper *k, struct toc_uuid delivery, char ret[3])
{
	struct toc_sha256 key = toc_hmac_sha256(k->o.outside_key, TOC_STR("tocsin key press"));
	struct toc_sha256 mac = toc_hmac_sha256(key.b, toc_uuid_key(&delivery));

	ret[0] = (char)('1' + mac.b[0] % 9); /* no zero: it is another key on some telephones' menus */
	ret[1] = (char)('1' + mac.b[1] % 9);
	ret[2] = 0;
	toc_wipe(&key, sizeof key);
}

/* ---- what a report makes ---- */

static struct toc_work *receipt(struct toc_keeper *k, const struct toc_delivery *d, const char *step, const char *state,
				const char *kind)
{
	struct toc_work *w = toc_server_work(k, "M19", step);
	struct toc_arena *a = w->arena;
	struct toc_value *m = (struct toc_value *)(uintptr_t)w->command.message, *body = toc_get(m, "body");

	toc_set_cstr(a, m, "mode", toc_mode_name(d->mode));
	if (!toc_uuid_is_nil(d->exercise))
		toc_set_text(a, m, "exercise_ref", toc_uuid_str(a, d->exercise));
	toc_set_text(a, body, "message_ref", toc_uuid_str(a, d->message));
	toc_set_text(a, body, "recipient_org", toc_arena_str(a, toc_short_str(&d->org)));
	toc_set_cstr(a, body, "channel", toc_channel_name((unsigned)d->channel));
	toc_set_cstr(a, body, "state", state);
	toc_set_text(a, body, "at",
		     toc_time_str(a, toc_clock_at(toc_find_exercise(k->world, d->exercise), toc_keeper_now(k))));
	toc_set_cstr(a, body, "actor_kind", kind);
	return w;
}

/* Of a drill it is the answer; of a test of the channel the proof, since it came over the channel itself. */
static struct toc_work *tried(struct toc_keeper *k, const struct toc_delivery *d)
{
	const struct toc_point *p = toc_find_point(k->world, d->point);
	bool drill = p && toc_uuid_eq(p->drill, d->message);
	struct toc_work *w = toc_server_work(k, "M26", drill ? "answer" : "confirm");
	struct toc_value *body = toc_get(w->command.message, "body");

	toc_set_text(w->arena, body, "org", toc_arena_str(w->arena, toc_short_str(&d->org)));
	toc_set_text(w->arena, body, drill ? "drill" : "test", toc_uuid_str(w->arena, d->message));
	return w;
}

static struct toc_work *acknowledged(struct toc_keeper *k, const struct toc_delivery *d)
{
	struct toc_work *w = receipt(k, d, "human", "acked", "human");
	struct toc_value *body = toc_get(w->command.message, "body");

	toc_set_text(w->arena, body, "actor", toc_uuid_str(w->arena, d->person));
	toc_set_cstr(w->arena, body, "commitment", "seen");
	return w;
}

/* The person pressed what was asked: answered when it is an entry. */
static void by_person(struct toc_keeper *k, unsigned front, uint64_t conn, const struct toc_delivery *d)
{
	struct toc_work *w = d->mode == TOC_MODE_SYSTEM ? tried(k, d) : acknowledged(k, d);

	w->kind = TOC_WORK_SEND;
	w->front = front;
	w->conn = conn;
	w->ref = TOC_IPC_NO_REF;
	w->principal = (struct toc_principal){ .org = toc_arena_str(w->arena, toc_short_str(&d->org)),
					       .person = d->person,
					       .channel = toc_str_of(toc_channel_name((unsigned)d->channel)) };
	toc_keeper_put(k, w);
}

static void by_machine(struct toc_keeper *k, const struct toc_delivery *d, const char *state)
{
	struct toc_work *w = receipt(k, d, "delivery", state, "machine");
	struct toc_value *body = toc_get(w->command.message, "body");

	toc_set_text(w->arena, body, "delivery", toc_uuid_str(w->arena, d->id));
	toc_set_int(w->arena, body, "attempt", d->attempts + !toc_is_handed_on(d));
	toc_keeper_put(k, w);
}

/* ---- the report ---- */

static void answer(struct toc_keeper *k, unsigned front, uint64_t conn, unsigned http, const char *json)
{
	toc_ipc_begin(&k->out, TOC_IPC_ANSWER);
	toc_ipc_u64(&k->out, conn);
	toc_ipc_u64(&k->out, TOC_IPC_NO_REF);
	toc_ipc_u16(&k->out, (uint16_t)http);
	toc_ipc_str(&k->out, toc_str_of(json));
	toc_send(k, front);
}

static void fail(struct toc_keeper *k, unsigned front, uint64_t conn)
{
	toc_ipc_begin(&k->out, TOC_IPC_AUTH_FAIL);
	toc_ipc_u64(&k->out, conn);
	toc_ipc_u16(&k->out, TOC_REFUSE_NOT_AUTHENTICATED);
	toc_ipc_str(&k->out, TOC_STR("There is no such gateway, or it did not sign this, or not now."));
	toc_send(k, front);
}

static void report(struct toc_keeper *k, unsigned front, uint64_t conn, const struct toc_hook *h, const struct toc_value *v)
{
	static const char *const reached[] = { "key", "answered", "delivered" }, *const missed[] = { "no_answer", "busy", "failed" };
	struct toc_uuid id = { { 0 } };
	const struct toc_delivery *d = toc_uuid_parse(toc_get_text(v, "call"), &id) == 0 ? toc_find_delivery(k->world, id) : NULL;
	struct toc_str result = toc_get_text(v, "result");
	bool is_reached = false, is_missed = false;
	char digits[3];

	for (size_t i = 0; i < 3; i++) {
		is_reached |= toc_str_is(result, reached[i]);
		is_missed |= toc_str_is(result, missed[i]);
	}
	if (!d || !toc_uuid_eq(d->to, h->id) || toc_uuid_is_nil(d->person)) {
		answer(k, front, conn, 200, "{\"op\":\"accepted\",\"detail\":\"no such call, or it is over\"}");
		return;
	}
	if (!is_reached && !is_missed) {
		answer(k, front, conn, 422, "{\"op\":\"refused\",\"code\":\"bad_value\",\"field\":\"result\",\"detail\":\"result: key, "
					    "answered, delivered, no_answer, busy or failed\"}");
		return;
	}
	toc_call_digits(k, d->id, digits);
	if (toc_str_is(result, "key") && toc_str_eq_secret(toc_get_text(v, "key"), toc_str_of(digits))) {
		by_person(k, front, conn, d);
		return;
	}
	by_machine(k, d, is_reached ? "delivered" : "bounced");
	answer(k, front, conn, 202, "{\"op\":\"accepted\",\"detail\":\"a machine's word\"}");
}

void toc_called_frame(struct toc_keeper *k, unsigned front, struct toc_frame *f)
{
	uint64_t conn = toc_frame_u64(f);
	struct toc_uuid id = toc_frame_id(f);
	struct toc_str call = toc_frame_str(f), timestamp = toc_frame_str(f), signatures = toc_frame_str(f), body = toc_frame_str(f);
	struct toc_hook_key keys[TOC_HOOK_KEYS_MAX];
	struct toc_hook nobody = { .generation = 1 };
	struct toc_refusal why = { .code = TOC_NOT_REFUSED };
	struct toc_value *v;

	if (!toc_frame_end(f))
		return;
	if (k->phase == TOC_STARTING || k->phase == TOC_AWAY) { /* it could not be an entry */
		answer(k, front, conn, 503, "{\"op\":\"refused\",\"code\":\"database_away\",\"retry_after\":5}");
		return;
	}
	const struct toc_hook *h = toc_find_hook(k->world, id);
	bool is_gateway = h && h->gateway && h->state != TOC_HOOK_REMOVED && h->state != TOC_HOOK_PROPOSED;
	size_t n = toc_outside_keys(k, is_gateway ? h : &nobody, keys);
	int r = toc_hook_verify(keys, n, call, timestamp, signatures, body, toc_keeper_now(k));
	toc_wipe(keys, sizeof keys);
	if (r < 0 || !is_gateway) {
		fail(k, front, conn);
		return;
	}
	struct toc_arena *a = toc_arena_new();
	if (toc_json_parse(a, body, REPORT_BYTES_MOST, 4, &v, &why) < 0)
		answer(k, front, conn, 400, "{\"op\":\"refused\",\"code\":\"malformed\",\"detail\":\"a JSON object\"}");
	else
		report(k, front, conn, h, v);
	toc_arena_free(a);
}
