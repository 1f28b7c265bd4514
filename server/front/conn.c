/* conn.c: connections: their numbers, whom they speak for, whether they live, how they end.
 *
 * Who somebody is the keeper says (AUTH_OK) in a grant that we cannot make. It is renewed every minute, which is
 * also when the keeper looks again at credential and rights; a renewal that is refused closes with 4403.
 *
 * One timer looks after all: each of its turns (100 ms) visits one twentieth of the connections, so each is visited
 * every 2 s: beat, ping, silence, stalls, renewal, waiting reads.
 */
#include "front/inside.h"

#include "base/digest.h"
#include "base/log.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#define SLOT_BITS 24
#define RENEW_EVERY_US (60 * INT64_C(1000000))

/* ---- numbers ---- */

static uint32_t take_slot(struct toc_front *f)
{
	if (f->n_free == 0) {
		uint32_t n = f->n_slots ? f->n_slots * 2 : 64;
		f->slots = toc_must_realloc(f->slots, n * sizeof *f->slots);
		f->generations = toc_must_realloc(f->generations, n * sizeof *f->generations);
		f->free_slots = toc_must_realloc(f->free_slots, n * sizeof *f->free_slots);
		for (uint32_t i = n; i > f->n_slots; i--) {
			f->slots[i - 1] = NULL;
			f->generations[i - 1] = 0;
			f->free_slots[f->n_free++] = i - 1;
		}
		f->n_slots = n;
	}
	return f->free_slots[--f->n_free];
}

struct toc_conn *toc_conn_find(struct toc_front *f, uint64_t id)
{
	uint32_t slot = (uint32_t)(id & ((1u << SLOT_BITS) - 1));
	struct toc_conn *c = slot < f->n_slots ? f->slots[slot] : NULL;

	return c && c->id == id ? c : NULL;
}

static void wheel_insert(struct toc_front *f, struct toc_conn *c)
{
	c->wheel = (unsigned)(c->id >> SLOT_BITS ^ c->id) % TOC_WHEEL_TURNS;
	c->wheel_next = f->wheel[c->wheel];
	if (c->wheel_next)
		c->wheel_next->wheel_prev = c;
	f->wheel[c->wheel] = c;
}

static void wheel_remove(struct toc_front *f, struct toc_conn *c)
{
	if (c->wheel_prev)
		c->wheel_prev->wheel_next = c->wheel_next;
	else
		f->wheel[c->wheel] = c->wheel_next;
	if (c->wheel_next)
		c->wheel_next->wheel_prev = c->wheel_prev;
}

/* What it is now, for who counts. */
void toc_conn_is(struct toc_conn *c, enum toc_conn_kind kind)
{
	struct toc_front *f = c->front;

	if (c->counted)
		toc_gauge(TOC_METRIC_FRONT_OPEN, c->kind, --f->n_kind[c->kind]);
	c->kind = kind;
	c->counted = true;
	toc_gauge(TOC_METRIC_FRONT_OPEN, kind, ++f->n_kind[kind]);
}

struct toc_conn *toc_conn_new(struct toc_front *f, enum toc_conn_kind kind, struct lws *wsi, struct toc_address *a)
{
	struct toc_conn *c = toc_must_realloc(NULL, sizeof *c);
	uint32_t slot = take_slot(f);

	*c = (struct toc_conn){ .kind = kind, .front = f, .wsi = wsi, .address = a, .live_at = UINT32_MAX };
	c->id = (uint64_t)++f->generations[slot] << SLOT_BITS | slot;
	c->made_us = c->heard_us = c->pinged_us = toc_now_us();
	c->cursor.last = -1;
	toc_buf_init(&c->rx, (size_t)f->limits.frame);
	toc_buf_init(&c->early, (size_t)f->limits.early_bytes);
	/* one answer may be large; the limit itself is kept where frames are added */
	toc_buf_init(&c->out, (size_t)f->limits.pending_kib * 1024 + TOC_BATCH + TOC_IPC_FRAME_MAX + 64);
	f->slots[slot] = c;
	toc_conn_is(c, kind);
	wheel_insert(f, c);
	return c;
}

static void forget_secret(struct toc_conn *c)
{
	if (c->secret)
		toc_wipe(c->secret, c->n_secret);
	free(c->secret);
	c->secret = NULL;
	c->n_secret = 0;
}

static void forget_grant(struct toc_conn *c)
{
	free(c->grant);
	free(c->welcome);
	c->grant = c->welcome = NULL;
	if (c->crowd)
		toc_crowd_leave(c->front, c->crowd);
	c->crowd = NULL;
}

void toc_conn_free(struct toc_conn *c)
{
	if (!c)
		return;
	struct toc_front *f = c->front;
	if (c->n_refs > 0 || c->stage == TOC_CONN_ASKING || (c->request && c->request->sent_to_keeper)) {
		toc_ipc_begin(&f->frame, TOC_IPC_CANCEL);
		toc_ipc_u64(&f->frame, c->id);
		toc_link_send(f, &f->keeper); /* a keeper that does not hear us has no command of ours */
	}
	toc_conn_stop_reading(c);
	if (c->request)
		toc_audit_stop(c);
	toc_gauge(TOC_METRIC_FRONT_OPEN, c->kind, --f->n_kind[c->kind]);
	wheel_remove(f, c);
	uint32_t slot = (uint32_t)(c->id & ((1u << SLOT_BITS) - 1));
	f->slots[slot] = NULL;
	f->free_slots[f->n_free++] = slot;
	forget_secret(c);
	forget_grant(c);
	toc_buf_done(&c->rx);
	toc_buf_done(&c->early);
	toc_buf_done(&c->out);
	while (c->n_refs > 0)
		toc_conn_drop_ref(c, c->n_refs - 1);
	free(c->refs);
	if (c->request) {
		toc_buf_done(&c->request->body);
		toc_buf_done(&c->request->entries);
		toc_arena_free(c->request->arena);
		free(c->request);
	}
	free(c);
}

struct toc_str toc_conn_grant(const struct toc_conn *c)
{
	return (struct toc_str){ c->grant, c->n_grant };
}

/* ---- commands without an answer ---- */

void toc_conn_add_ref(struct toc_conn *c, uint64_t ref, size_t bytes)
{
	if (c->n_refs == c->cap_refs) {
		c->cap_refs = c->cap_refs ? c->cap_refs * 2 : 4;
		c->refs = toc_must_realloc(c->refs, c->cap_refs * sizeof *c->refs);
	}
	c->refs[c->n_refs++] = (struct toc_asked){ ref, bytes };
	c->org->bytes += bytes;
	c->front->n_commands++;
}

void toc_conn_drop_ref(struct toc_conn *c, unsigned i)
{
	c->org->bytes -= c->refs[i].bytes;
	memmove(&c->refs[i], &c->refs[i + 1], (--c->n_refs - i) * sizeof *c->refs);
	c->front->n_commands--;
}

bool toc_conn_has_ref(struct toc_conn *c, uint64_t ref)
{
	for (unsigned i = 0; i < c->n_refs; i++)
		if (c->refs[i].ref == ref) {
			toc_conn_drop_ref(c, i);
			return true;
		}
	return false;
}

/* ---- who is it ---- */

static char *copied(struct toc_str s, size_t *ret_n)
{
	char *p = toc_must_realloc(NULL, s.n + 1);

	memcpy(p, s.p ? s.p : "", s.n);
	*ret_n = s.n;
	return p;
}

static void ask(struct toc_conn *c)
{
	struct toc_front *f = c->front;

	toc_ipc_begin(&f->frame, TOC_IPC_AUTH);
	toc_ipc_u64(&f->frame, c->id);
	toc_ipc_u8(&f->frame, (uint8_t)c->credential);
	toc_ipc_str(&f->frame, (struct toc_str){ c->secret, c->n_secret });
	toc_ipc_str(&f->frame, toc_str_of(c->address->text));
	toc_ipc_u8(&f->frame, (uint8_t)c->channel);
	int r = toc_link_send(f, &f->keeper);
	toc_wipe(f->frame.p, f->frame.n);
	/* A socket waits for the next keeper; a request is answered now. */
	if (r < 0 && c->kind == TOC_CONN_REQUEST)
		toc_conn_refused(c, TOC_REFUSE_BUSY, TOC_STR("the keeper is being restarted"));
}

static struct toc_claim *claim_of(struct toc_conn *c)
{
	uint32_t n;

	memcpy(&n, c->claim, sizeof n);
	return &c->front->claims[n % TOC_CLAIMS];
}

bool toc_conn_may_claim(struct toc_conn *c, struct toc_str credential)
{
	const struct toc_limits *l = &c->front->limits;
	const struct toc_claim *known;
	uint8_t from[32] = { 0 };

	memcpy(from, c->address->key, sizeof c->address->key);
	struct toc_sha256 h = toc_hmac_sha256(from, credential);
	memcpy(c->claim, h.b, sizeof c->claim);
	known = claim_of(c);
	if (memcmp(known->digest, c->claim, sizeof c->claim) ||
	    toc_bucket_wait(&known->failures, l->failures_per_minute, l->failures_burst, toc_now_us()) == 0)
		return true;
	toc_limit_hit(TOC_LIMIT_failures_per_minute);
	toc_conn_refused(c, TOC_REFUSE_RATE, TOC_STR("this credential was wrong too often from this address"));
	return false;
}

static void note_failure(struct toc_conn *c)
{
	const struct toc_limits *l = &c->front->limits;
	struct toc_claim *known = claim_of(c);

	if (memcmp(known->digest, c->claim, sizeof c->claim)) {
		*known = (struct toc_claim){ .failures = { 0 } };
		memcpy(known->digest, c->claim, sizeof c->claim);
	}
	(void)toc_bucket_take(&known->failures, l->failures_per_minute, l->failures_burst, toc_now_us());
}

void toc_conn_authenticate(struct toc_conn *c, enum toc_credential_kind kind, struct toc_str secret)
{
	c->credential = kind;
	c->channel = kind == TOC_CREDENTIAL_KEY ? TOC_CHANNEL_API : TOC_CHANNEL_CONSOLE;
	if (!toc_conn_may_claim(c, secret))
		return;
	if (secret.p != c->secret) {
		forget_secret(c);
		c->secret = copied(secret, &c->n_secret);
	}
	c->stage = TOC_CONN_ASKING;
	ask(c);
}

void toc_conn_ask_again(struct toc_conn *c)
{
	if (c->stage == TOC_CONN_ASKING && c->secret)
		ask(c);
	else if (c->grant)
		toc_conn_renew(c);
}

void toc_conn_renew(struct toc_conn *c)
{
	struct toc_front *f = c->front;

	if (!c->grant || c->renewing)
		return;
	toc_ipc_begin(&f->frame, TOC_IPC_RENEW);
	toc_ipc_u64(&f->frame, c->id);
	toc_ipc_str(&f->frame, toc_conn_grant(c));
	if (toc_link_send(f, &f->keeper) == 0)
		c->renewing = true;
	c->renew_at_us = toc_now_us() + RENEW_EVERY_US;
}

static struct toc_org *org_of(struct toc_front *f, struct toc_str code)
{
	struct toc_org *o = toc_map_get(f->orgs, code);

	if (!o) {
		o = toc_arena_alloc(f->arena, sizeof *o);
		toc_map_put(f->orgs, code, o);
	}
	return o;
}

void toc_conn_granted(struct toc_conn *c, struct toc_frame *frame)
{
	struct toc_front *f = c->front;
	struct toc_str grant = toc_frame_str(frame);
	struct toc_uuid session = toc_frame_id(frame), person = toc_frame_id(frame);
	struct toc_str org = toc_frame_str(frame);
	uint32_t roles = toc_frame_u32(frame);
	uint8_t flags = toc_frame_u8(frame);
	toc_time expires = { (int64_t)toc_frame_u64(frame) };
	struct toc_str welcome = toc_frame_str(frame);

	if (welcome.n < 3 || welcome.p[0] != '{') /* an object, and not an empty one */
		frame->bad = true;
	if (!toc_frame_end(frame) || c->stage == TOC_CONN_CLOSING)
		return;
	bool first = c->stage == TOC_CONN_ASKING;
	bool by_link = (flags & 8) != 0;
	struct toc_eyes eyes = { toc_ring_org(f->ring, org), by_link ? 0 : roles, (flags & 2) != 0 };
	struct toc_crowd *crowd = toc_crowd_join(f, eyes);
	forget_secret(c);
	forget_grant(c);
	c->crowd = crowd;
	c->org = org_of(f, org);
	c->grant = copied(grant, &c->n_grant);
	c->welcome = copied(welcome, &c->n_welcome);
	c->welcomed_us = toc_now_us();
	c->session = session;
	c->person = person;
	c->expires = expires;
	c->operators = (flags & 4) != 0;
	c->by_link = by_link;
	c->renewing = false;
	c->renew_at_us = c->welcomed_us + RENEW_EVERY_US;
	if (first) /* a socket is open once it has been welcomed */
		c->stage = c->kind == TOC_CONN_SOCKET ? TOC_CONN_NEW : TOC_CONN_OPEN;
	if (c->kind == TOC_CONN_SOCKET)
		toc_socket_ready(c);
	else if (first && c->kind == TOC_CONN_REQUEST)
		c->request->route->handle(c);
}

void toc_conn_refused(struct toc_conn *c, enum toc_refusal_code code, struct toc_str detail)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };
	bool passing = code == TOC_REFUSE_BUSY || code == TOC_REFUSE_DATABASE_AWAY;

	c->renewing = false;
	if (c->stage == TOC_CONN_ASKING)
		c->stage = TOC_CONN_NEW; /* the keeper has answered */
	if (c->grant && passing)
		return; /* a renewal that will be tried again; the grant says how long it is good */
	if (code == TOC_NOT_REFUSED || !toc_refusal_wire(code))
		code = TOC_REFUSE_NOT_AUTHENTICATED;
	if (code == TOC_REFUSE_NOT_AUTHENTICATED && !c->grant)
		note_failure(c);
	forget_secret(c);
	(void)toc_refuse(&r, code, "", "", "%.*s", TOC_STR_ARGS(detail));
	if (passing || code == TOC_REFUSE_RATE)
		r.retry_after_s = passing ? 1 : 60;
	if (c->kind == TOC_CONN_REQUEST)
		toc_http_refuse(c, &r);
	else if (c->grant)
		toc_conn_close(c, 4403, "revoked");
	else if (passing)
		toc_conn_close(c, 1013, "try again");
	else
		toc_conn_close(c, code == TOC_REFUSE_RATE ? 1008 : 4401,
		               code == TOC_REFUSE_RATE ? "too many wrong credentials" : "not authenticated");
}

/* ---- the end ---- */

void toc_conn_drop(struct toc_conn *c)
{
	c->stage = TOC_CONN_CLOSING;
	toc_conn_stop_reading(c);
	if (c->wsi)
		toc_wsi_kill(c->wsi);
}

static void count_close(int code)
{
	static const int codes[TOC_N_CLOSE] = { [TOC_IS_CLOSE_1001] = 1001, [TOC_IS_CLOSE_1003] = 1003,
		                                [TOC_IS_CLOSE_1008] = 1008, [TOC_IS_CLOSE_1009] = 1009,
		                                [TOC_IS_CLOSE_1012] = 1012, [TOC_IS_CLOSE_1013] = 1013,
		                                [TOC_IS_CLOSE_4401] = 4401, [TOC_IS_CLOSE_4403] = 4403 };

	for (unsigned i = 0; i < TOC_N_CLOSE; i++)
		if (codes[i] == code)
			toc_count_as(TOC_METRIC_FRONT_CLOSED, i);
}

/* The close frame is ours and leaves at once, behind whatever libwebsockets keeps back. Its own way fails us twice:
 * from WRITEABLE it hangs up without the frame, and it drops the frame when bytes are kept back. The other side's
 * close frame then ends the connection (wsi.c), or the deadline. */
void toc_conn_close(struct toc_conn *c, int code, const char *text)
{
	if (c->stage == TOC_CONN_CLOSING || !c->wsi)
		return;
	toc_log(TOC_LOG_DEBUG, "closing", "connection %llu: %d %s", (unsigned long long)c->id, code, text);
	if (c->kind == TOC_CONN_REQUEST) {
		struct toc_refusal r = { .code = TOC_NOT_REFUSED };
		(void)toc_refuse(&r, code == 4403 ? TOC_REFUSE_NOT_AUTHENTICATED : TOC_REFUSE_BUSY, "", "", "%s", text);
		r.retry_after_s = code == 4403 ? 0 : 1;
		if (c->request->audit == TOC_AUDIT_COMING)
			toc_conn_drop(c);
		else
			toc_http_refuse(c, &r);
		return;
	}
	c->stage = TOC_CONN_CLOSING;
	c->deadline_us = toc_now_us() + TOC_CLOSING_US;
	toc_conn_stop_reading(c);
	if (c->kind == TOC_CONN_STREAM) {
		toc_wsi_end(c->wsi);
		return;
	}
	size_t n = strlen(text) > 100 ? 100 : strlen(text);
	unsigned char frame[128] = { 0x88, (unsigned char)(2 + n), (unsigned char)(code >> 8), (unsigned char)code };
	memcpy(frame + 4, text, n);
	count_close(code);
	c->close_said = true;
	if (lws_write(c->wsi, frame, 4 + n, LWS_WRITE_RAW) < 0)
		toc_wsi_kill(c->wsi);
}

/* ---- every two seconds ---- */

static bool waited(int64_t since_us, int64_t seconds, int64_t now)
{
	return since_us && now - since_us > seconds * 1000000;
}

static void visit_request(struct toc_conn *c, int64_t now)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };

	if (c->request->reading && c->stage == TOC_CONN_OPEN && !c->request->responding) {
		toc_entries_step(c);
		return;
	}
	if (c->request->audit >= TOC_AUDIT_ASKED) {
		toc_audit_visit(c, now);
		return;
	}
	if (c->request->body_due) /* the library would hang up at its own time, and say nothing */
		lws_set_timeout(c->wsi, NO_PENDING_TIMEOUT, 0);
	if (!waited(c->made_us, c->front->limits.request_s, now))
		return;
	toc_limit_hit(TOC_LIMIT_request_s);
	if (c->request->responding) {
		toc_conn_drop(c);
		return;
	}
	(void)toc_refuse(&r, TOC_REFUSE_BUSY, "", "", "no answer in %d s", (int)c->front->limits.request_s);
	r.retry_after_s = 1;
	toc_http_refuse(c, &r);
}

static void visit(struct toc_conn *c, int64_t now)
{
	const struct toc_limits *l = &c->front->limits;

	if (c->stage == TOC_CONN_CLOSING) {
		if (now > c->deadline_us)
			toc_conn_drop(c);
		return;
	}
	if (c->kind == TOC_CONN_REQUEST) {
		visit_request(c, now);
		return;
	}
	if (c->stage != TOC_CONN_OPEN && waited(c->made_us, l->hello_s, now)) {
		toc_limit_hit(TOC_LIMIT_hello_s);
		toc_conn_close(c, c->stage == TOC_CONN_ASKING ? 1013 : 1008,
		               c->stage == TOC_CONN_ASKING ? "try again" : "no hello");
		return;
	}
	if (c->kind == TOC_CONN_SOCKET && waited(c->heard_us, l->silence_s, now)) {
		toc_limit_hit(TOC_LIMIT_silence_s);
		toc_conn_drop(c);
		return;
	}
	c->front->seen_stalled += c->stalled_us != 0;
	c->front->seen_behind += c->cursor.state == TOC_CURSOR_BEHIND || c->cursor.state == TOC_CURSOR_READING;
	if (waited(c->stalled_us, l->stall_s, now)) {
		toc_limit_hit(TOC_LIMIT_stall_s);
		toc_log(TOC_LOG_INFO, "slow_reader", "connection %llu took nothing for %d s", (unsigned long long)c->id,
		        (int)l->stall_s);
		toc_conn_close(c, 1013, "slow reader: resume from your last seq");
		return;
	}
	if (c->grant && now > c->renew_at_us)
		toc_conn_renew(c);
	if (c->stage == TOC_CONN_OPEN)
		toc_socket_beat(c);
}

void toc_conn_sweep(uv_timer_t *timer)
{
	struct toc_front *f = timer->loop->data;
	int64_t now = toc_now_us();

	for (struct toc_conn *c = f->wheel[f->turn], *next; c; c = next) {
		next = c->wheel_next; /* a visit may end this one, not another */
		visit(c, now);
	}
	toc_archive_serve(f);
	toc_listen_again(f);
	toc_arrival_sweep(f);
	f->turn = (f->turn + 1) % TOC_WHEEL_TURNS;
	if (f->turn == 0) {
		toc_address_sweep(f);
		toc_health_gauges(f);
		f->seen_behind = f->seen_stalled = 0;
		lws_cancel_service(f->lws); /* without an event it does not look at its time-outs */
	}
}
