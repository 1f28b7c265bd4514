/* command.c: frames of the fronts become works; what can be refused without the state is refused here. */
#include "keeper/core.h"
#include "ipc/result.h"
#include "keeper/contactkeys.h"
#include "keeper/dupkeys.h"
#include "domain/world.h"
#include "message/catalogue.h"
#include "message/json.h"

#include <string.h>

#define BUSY_S 1

enum { OP_SEND = 1, OP_PREPARE = 2, OP_RECEIPT = 3, OP_COSIGN = 4 };

static void refuse(struct toc_keeper *k, struct toc_work *w)
{
	w->outcome = TOC_WORK_REFUSED;
	toc_cycle_finish(k, w, NULL, true);
}

void toc_keeper_put(struct toc_keeper *k, struct toc_work *w)
{
	w->since_us = toc_clock_mono_us();
	w->command.received = toc_keeper_now(k);
	if (toc_intake_put(&k->intake, w) == 0)
		return;
	toc_refuse(&w->refusal, TOC_REFUSE_BUSY, "", "", "Too much is waiting already.");
	w->refusal.retry_after_s = BUSY_S;
	refuse(k, w);
}

/* Decode, and add what the state cannot know: digest and duplicate keys. @return 0 or -1 */
static int understand(struct toc_keeper *k, struct toc_work *w, const struct toc_value *raw)
{
	struct toc_value *message;
	if (toc_message_decode(w->arena, raw, &message, &w->refusal) < 0)
		return -1;
	struct toc_sha256 digest = toc_message_digest(w->arena, k->o.dup_key, message);
	memcpy(w->command.digest, digest.b, sizeof w->command.digest);
	struct toc_sha256 content = toc_order_content(w->arena, k->o.dup_key, message);
	memcpy(w->command.content, content.b, sizeof w->command.content);
	w->command.message = message;
	w->command.k = toc_message_k(w->arena, message);
	w->command.item_keys = toc_item_keys(w->arena, k->o.dup_key, message);
	const struct toc_value *places = toc_lookup_places(k->world, &w->principal, &w->command, w->arena);
	if (places)
		w->command.item_keys = toc_lookup_keys(w->arena, k->o.dup_key, message, places);
	w->command.address_keys = toc_address_keys(w->arena, k->o.dup_key, message);
	w->threat = toc_is_threat(w->command.k);
	if (w->threat || toc_wants_keys(w->command.k))
		w->command.dup_keys = toc_dupkeys(w->arena, k->o.dup_key, message);
	return 0;
}

static int is_for_members(struct toc_work *w, const struct toc_value *raw)
{
	const struct toc_message_type *t = toc_message_type_find(toc_get_text(raw, "type"));
	if (t && !toc_message_type_is_wire(t))
		return toc_refuse(&w->refusal, TOC_REFUSE_NOT_PERMITTED, "type", "domain a.3.1",
				  "Only the server makes it.");
	return 0;
}

static void on_message(struct toc_keeper *k, struct toc_work *w, struct toc_str json)
{
	struct toc_value *raw;
	if (toc_json_parse(w->arena, json, TOC_MESSAGE_BYTES_MAX, TOC_JSON_DEPTH_MAX, &raw, &w->refusal) <
		    0 ||
	    is_for_members(w, raw) < 0 || understand(k, w, raw) < 0 || toc_outside_check(k, w) < 0 ||
	    toc_witness_check(k, w) < 0)
		refuse(k, w);
	else if (!toc_erasure_list(k, w)) {
		toc_keeper_receipts_before(k, w->command.k);
		toc_keeper_put(k, w);
	}
}

/* Threats to life, their disclosures, activations and orders want a person's answer, and with recalls, retractions and the end of
 * an order a time begins: that they arrived is entered at once. */
static bool takes_ack(const struct toc_keeper *k, struct toc_uuid eid)
{
	static const char *const others[] = { "M29.disclose", "M3.confirm", "M3.fast_path", "M10.issue", "M14.clarification",
					      "M14.obstacle_ended", "M15.decision", "M25.recall", "M8.retract" };
	const struct toc_message *m = toc_find_message(k->world, eid);
	bool takes = m && toc_is_threat(toc_short_str(&m->k));
	for (size_t i = 0; m && i < sizeof others / sizeof *others; i++)
		takes |= toc_str_is(toc_short_str(&m->k), others[i]);
	return takes;
}

/* {"seq","state":"delivered"} of a client that has it. The entry is made later, if it is the first of its
 * kind. */
static void on_receipt(struct toc_keeper *k, struct toc_work *w, struct toc_str json)
{
	struct toc_value *raw;
	struct toc_uuid eid;
	int64_t seq = -1;
	int r = toc_json_parse(w->arena, json, 1024, 4, &raw, &w->refusal);
	if (r == 0) {
		seq = toc_get_int(raw, "seq", -1);
		if (!toc_get_is(raw, "state", "delivered"))
			r = toc_refuse(&w->refusal, TOC_REFUSE_BAD_VALUE, "state", "domain M19",
				       "A machine can say \"delivered\" only; what a person did is a message "
				       "(M19, M5).");
		else if (seq < 0 ||
			 toc_world_receipt_target(k->world, &w->principal, (uint64_t)seq, &eid) < 0)
			r = toc_refuse(
				&w->refusal, TOC_REFUSE_NOT_FOUND, "seq", "domain M19",
				"There is no such entry, or it is not yours, or it takes no receipts.");
	}
	if (r == 0 &&
	    toc_receipts_add(k->receipts, &w->principal, eid, takes_ack(k, eid), toc_clock_mono_us()) < 0) {
		r = toc_refuse(&w->refusal, TOC_REFUSE_BUSY, "", "", "Too many receipts wait already.");
		w->refusal.retry_after_s = BUSY_S;
	}
	if (r < 0) {
		refuse(k, w);
		return;
	}
	/* noted; there is nothing to say on a socket, and 204 over HTTP */
	toc_answer(k, w, 204, TOC_STR(""));
	toc_work_free(w);
}

static void on_command(struct toc_keeper *k, unsigned front, struct toc_frame *f)
{
	struct toc_work *w = toc_work_new(TOC_WORK_SEND);
	w->front = front;
	w->conn = toc_frame_u64(f);
	w->ref = toc_frame_u64(f);
	unsigned op = toc_frame_u8(f);
	struct toc_str grant = toc_frame_str(f), json = toc_frame_str(f);
	if (!toc_frame_end(f) || op < OP_SEND || op > OP_COSIGN) {
		f->bad = true;
		toc_work_free(w);
		return;
	}
	if (op == OP_PREPARE)
		w->kind = TOC_WORK_PREPARE;
	if (!toc_keeper_knows(k)) {
		toc_refuse(&w->refusal, TOC_REFUSE_BUSY, "", "", "The server is starting.");
		w->refusal.retry_after_s = BUSY_S;
		refuse(k, w);
	} else if (toc_auth_principal(k, w->arena, grant, &w->principal, &w->refusal) < 0) {
		refuse(k, w);
	} else if (op == OP_RECEIPT) {
		on_receipt(k, w, json);
	} else if (op == OP_COSIGN) {
		toc_cosign_take(k, w, json);
	} else {
		on_message(k, w, json);
	}
}

/* The archive's word, by way of a front, which may send it twice: the second is a duplicate. */
static void on_result(struct toc_keeper *k, struct toc_frame *f)
{
	struct toc_str sealed = toc_frame_str(f);
	struct toc_arena *a = toc_arena_new();
	struct toc_result r;

	if (toc_frame_end(f) && toc_result_open(a, k->o.grant_key, sealed, &r) == 0) {
		struct toc_work *w = toc_server_work(k, "M27", "result");
		struct toc_value *m = (struct toc_value *)w->command.message, *body = toc_get(m, "body");
		struct toc_str asked = toc_uuid_str(w->arena, r.asked);
		toc_set_text(w->arena, m, "id", toc_uuid_str(w->arena, toc_uuid_named("M27.result", asked)));
		toc_set_text(w->arena, body, "asked", asked);
		toc_set_text(w->arena, body, "asked_by", toc_arena_str(w->arena, r.org));
		toc_set_int(w->arena, body, "result_count", (int64_t)r.count);
		toc_set_bool(w->arena, body, "complete", r.complete);
		toc_set_text(w->arena, body, "export_digest", toc_hex(w->arena, r.digest.b, sizeof r.digest.b));
		toc_set_text(w->arena, body, "at", toc_time_str(w->arena, toc_keeper_now(k)));
		toc_keeper_put(k, w);
	} else {
		toc_log(TOC_LOG_WARN, "result_refused", "a front brought a result that the archive has not sealed");
	}
	toc_arena_free(a);
}

void toc_keeper_frame(void *keeper, unsigned front, struct toc_frame *f)
{
	struct toc_keeper *k = keeper;
	if (front == TOC_CHILD_COURIER) {
		if (!toc_stamp_frame(k, f))
			toc_outgoing_frame(k, f);
		return;
	}
	switch (f->number) {
	case TOC_IPC_COMMAND: on_command(k, front, f); break;
	case TOC_IPC_CALLED: toc_called_frame(k, front, f); break;
	case TOC_IPC_RESULT: on_result(k, f); break;
	case TOC_IPC_AUTH:
	case TOC_IPC_SIGN_IN:
	case TOC_IPC_OPEN_LINK:
	case TOC_IPC_SIGN_OUT:
	case TOC_IPC_TICKET:
	case TOC_IPC_RENEW: toc_auth_frame(k, front, f); break;
	case TOC_IPC_CANCEL:
		break; /* what was sent is decided all the same; the front knows whom not to tell */
	default: f->bad = true;
	}
}

struct toc_work *toc_server_work(struct toc_keeper *k, const char *type, const char *step)
{
	struct toc_work *w = toc_work_new(TOC_WORK_SERVER);
	struct toc_arena *a = w->arena;
	struct toc_value *m = toc_value_map(a), *body = toc_value_map(a);
	toc_time now = toc_keeper_now(k);
	toc_set_text(a, m, "id", toc_uuid_str(a, toc_uuid_v7(now.us / 1000)));
	toc_set_cstr(a, m, "type", type);
	toc_set_cstr(a, m, "schema_version", TOC_SCHEMA_VERSION);
	toc_set_cstr(a, m, "mode", "system");
	toc_set_text(a, m, "sent_at", toc_time_str(a, now));
	toc_set_cstr(a, body, "step", step);
	toc_set(a, m, "body", body);
	w->command.message = m;
	w->command.k = toc_arena_printf(a, "%s.%s", type, step);
	w->front = TOC_CHILD_FRONTS_MAX; /* nobody */
	return w;
}

int toc_keeper_seed(struct toc_keeper *k, const struct toc_value *raw, struct toc_work **ret_work)
{
	struct toc_work *w = toc_work_new(TOC_WORK_SERVER);
	w->front = TOC_CHILD_FRONTS_MAX;
	w->command.received = toc_keeper_now(k);
	if (understand(k, w, raw) < 0) {
		struct toc_error error;
		toc_fail(&error, TOC_EINVAL, "%.*s: %s %s %s", TOC_STR_ARGS(toc_get_text(raw, "type")),
			 toc_refusal_wire(w->refusal.code), w->refusal.field, w->refusal.detail);
		toc_keeper_fatal(k, "seed_refused", &error);
		toc_work_free(w);
		return -1;
	}
	w->threat = false;
	*ret_work = w;
	return 0;
}
