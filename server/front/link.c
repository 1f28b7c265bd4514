/* link.c: the channels to keeper and archive, and what comes over them.
 *
 * A lost channel harms no connection: what was on its way is answered `busy`, or asked again of the successor whose
 * socket the parent sends (PEER). Everything that the keeper tells comes in order on one channel, so that a welcome,
 * a TIP and the entries after them fit together.
 */
#include "front/inside.h"

#include "base/log.h"
#include "base/map.h"
#include "message/json.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define RENDERINGS_MAX 8
#define ADMITTED_MAX 4096

/* ---- the channels ---- */

static void rearm(struct toc_link *l);

static void lost(struct toc_front *f, struct toc_link *l, int why)
{
	toc_log(TOC_LOG_WARN, "link_lost", "%s is gone (%s), waiting for its successor", l->name,
	        why == TOC_EINVAL ? "it sent what does not parse" : "closed");
	toc_link_close(f, l);
	l->on_lost(f);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct toc_link *l = poll->data;
	struct toc_front *f = poll->loop->data;
	short revents = (short)((events & UV_READABLE ? POLLIN : 0) | (events & UV_WRITABLE ? POLLOUT : 0) |
	                        (status < 0 ? POLLIN | POLLERR : 0));

	int r = toc_channel_step(l->channel, revents, l->on_frame, f);
	if (r < 0)
		lost(f, l, r);
	else
		rearm(l);
}

static void rearm(struct toc_link *l)
{
	int events = UV_READABLE | (toc_channel_wants(l->channel) & POLLOUT ? UV_WRITABLE : 0);

	if (events == l->events)
		return; /* libuv would take the descriptor out of epoll and put it in again */
	l->events = events;
	uv_poll_start(l->poll, events, on_readable);
}

void toc_link_open(struct toc_front *f, struct toc_link *l, int fd)
{
	if (l->channel) {
		toc_link_close(f, l);
		l->on_lost(f);
	}
	l->channel = toc_channel_new(fd);
	l->poll = toc_must_realloc(NULL, sizeof *l->poll);
	if (uv_poll_init(&f->loop, l->poll, fd) < 0)
		TOC_WRONG("link: poll");
	l->poll->data = l;
	l->events = 0;
	rearm(l);
}

/* The channel (and with it the descriptor) goes when the loop no longer knows it. */
static void poll_closed(uv_handle_t *h)
{
	toc_channel_free(h->data);
	free(h);
}

void toc_link_close(struct toc_front *f, struct toc_link *l)
{
	(void)f;
	if (!l->channel)
		return;
	uv_poll_stop(l->poll);
	l->poll->data = l->channel;
	uv_close((uv_handle_t *)l->poll, poll_closed);
	l->poll = NULL;
	l->channel = NULL;
}

int toc_link_send(struct toc_front *f, struct toc_link *l)
{
	if (!l->channel)
		return TOC_ECLOSED;
	size_t before = toc_channel_queued(l->channel);
	int r = toc_channel_send(l->channel, &f->frame);
	/* A closed channel is noticed by its poll; here only the writing side changes. */
	if (r == 0 && (before == 0) != (toc_channel_queued(l->channel) == 0))
		rearm(l);
	return r;
}

/* ---- what the keeper says ---- */

static bool admitted(struct toc_front *f, struct toc_frame *frame, struct toc_rendering *ret)
{
	static struct toc_admitted space[RENDERINGS_MAX * ADMITTED_MAX];
	static size_t used;
	size_t n = toc_frame_u16(frame);

	/* the renderings of one entry share the space, the first one begins it */
	if (ret->admitted == NULL)
		used = 0;
	if (n > ADMITTED_MAX || used + n > sizeof space / sizeof *space) {
		frame->bad = true;
		return false;
	}
	ret->admitted = space + used;
	ret->n_admitted = n;
	for (size_t i = 0; i < n && !frame->bad; i++) {
		struct toc_str code = toc_frame_str(frame);
		uint32_t roles = toc_frame_u32(frame);
		space[used++] = (struct toc_admitted){ toc_ring_org(f->ring, code), roles };
	}
	ret->actual = toc_frame_u8(frame) != 0;
	ret->json = toc_frame_str(frame);
	return !frame->bad;
}

/* @return how many; none, too, when the frame is bad */
static size_t read_renderings(struct toc_front *f, struct toc_frame *frame, struct toc_rendering ret[RENDERINGS_MAX])
{
	size_t n = toc_frame_u8(frame);

	if (n > RENDERINGS_MAX) {
		frame->bad = true;
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		/* not NULL: go on where the last rendering's audience ended */
		ret[i].admitted = i ? ret[i - 1].admitted : NULL;
		if (!admitted(f, frame, &ret[i]))
			return 0;
	}
	return n;
}

static void on_publish(struct toc_front *f, struct toc_frame *frame)
{
	struct toc_rendering renderings[RENDERINGS_MAX];
	uint64_t seq = toc_frame_u64(frame);
	struct toc_uuid eid = toc_frame_id(frame);
	size_t n = read_renderings(f, frame, renderings);

	if (!toc_frame_end(frame))
		return;
	toc_urgent_drop(f->urgent, eid);
	if (seq < toc_ring_head(f->ring)) {
		toc_log(TOC_LOG_WARN, "published_again", "entry %llu is known, ignoring", (unsigned long long)seq);
		return;
	}
	if (seq > toc_ring_head(f->ring))
		toc_fanout_reset(f, seq); /* a gap: readers before it are served by the archive */
	if (toc_ring_publish(f->ring, renderings, n) == TOC_ELIMIT)
		toc_log(TOC_LOG_WARN, "ring", "entry %llu is larger than the ring", (unsigned long long)seq);
	if (!f->passing)
		f->published_us = toc_now_us();
	else if (!f->published_again_us)
		f->published_again_us = toc_now_us();
	toc_fanout_begin(f);
}

static void on_forget(struct toc_front *f, struct toc_frame *frame)
{
	uint64_t size = toc_frame_u64(frame);

	if (toc_frame_end(frame))
		toc_fanout_forget(f, size);
}

static void on_urgent(struct toc_front *f, struct toc_frame *frame)
{
	struct toc_rendering renderings[RENDERINGS_MAX];
	struct toc_uuid eid = toc_frame_id(frame);
	size_t n = read_renderings(f, frame, renderings);

	if (toc_frame_end(frame))
		toc_fanout_urgent(f, eid, renderings, n);
}

/* While the database is away nobody can say that a position does not exist; now it shows. */
static void turn_away_ahead(struct toc_front *f, uint64_t size)
{
	for (uint32_t i = 0; i < f->n_slots; i++) {
		struct toc_conn *c = f->slots[i];
		if (c && c->kind != TOC_CONN_REQUEST && c->stage == TOC_CONN_OPEN && c->cursor.next > size)
			toc_conn_close(c, 1012, "the ledger has no such position");
	}
}

/* A ledger that is shorter than what we handed on was restored from a copy: everybody is to begin anew. So they are when others
 * have written on since, past what we handed on: that shows in what was published, and the signer has halted. Whether a keeper that
 * took another one's place knows the same entries is not known otherwise, so those that we keep go. */
static void on_tip(struct toc_front *f, struct toc_frame *frame)
{
	uint64_t size = toc_frame_u64(frame);
	bool up = toc_frame_u8(frame) != 0;

	if (!toc_frame_end(frame))
		return;
	uint64_t head = toc_ring_head(f->ring);
	if (!up && f->tip_known && size < head)
		size = head; /* that keeper has only its copy of the state, which is older than what was handed on */
	if (f->tip_known && (size < head || (f->keeper_is_new && up && toc_metrics_read(TOC_METRIC_SIGNER_HALTED, 0)))) {
		toc_log(TOC_LOG_ERROR, "ledger_restored", "the ledger has %llu entries, %llu were handed on%s", (unsigned long long)size,
		        (unsigned long long)head, size < head ? "" : ", and it is not what was published");
		for (uint32_t i = 0; i < f->n_slots; i++)
			if (f->slots[i])
				toc_conn_close(f->slots[i], 1012, "the ledger was restored");
	}
	if (f->database_up != up || !f->tip_known)
		toc_log(TOC_LOG_INFO, "tip", "ledger of %llu entries, database %s", (unsigned long long)size,
		        up ? "up" : "away");
	bool back = up && !f->database_up && f->tip_known;
	if (up) /* what is still being recorded is told again after this */
		toc_urgent_clear(f->urgent);
	f->database_up = up;
	if (!f->tip_known || size != head || f->keeper_is_new)
		toc_fanout_reset(f, size);
	f->tip_known = true;
	f->keeper_is_new = false;
	if (back)
		turn_away_ahead(f, size);
}

static void on_revoke(struct toc_front *f, struct toc_frame *frame)
{
	struct toc_uuid id = toc_frame_id(frame);
	struct toc_str org = toc_frame_str(frame);
	struct toc_uuid kept = toc_frame_id(frame);
	bool back = toc_frame_u8(frame) != 0;

	if (!toc_frame_end(frame))
		return;
	for (uint32_t i = 0; i < f->n_slots; i++) {
		struct toc_conn *c = f->slots[i];
		if (!c || !c->grant || (!toc_uuid_is_nil(kept) && toc_uuid_eq(kept, c->session)))
			continue;
		if (org.n ? toc_map_get(f->orgs, org) == c->org
			  : toc_uuid_is_nil(id) || toc_uuid_eq(id, c->session) || toc_uuid_eq(id, c->person))
			toc_conn_close(c, back ? 1012 : 4403, back ? "rights have changed: come back" : "revoked");
	}
}

/* RFC 9110, 10.2.3: what a refusal says in retry_after, for who reads headers. */
static const char *retry_after(struct toc_conn *c, int status, struct toc_str json)
{
	struct toc_arena *a = c->request->arena;
	struct toc_refusal why;
	struct toc_value *v;

	if (status < 400 || toc_json_parse(a, json, TOC_IPC_FRAME_MAX, 4, &v, &why) < 0)
		return NULL;
	int64_t seconds = toc_get_int(v, "retry_after", 0);
	return seconds > 0 ? toc_arena_printf(a, "Retry-After: %lld\r\n", (long long)seconds).p : NULL;
}

static void on_answer(struct toc_front *f, struct toc_frame *frame)
{
	struct toc_conn *c = toc_conn_find(f, toc_frame_u64(frame));
	uint64_t ref = toc_frame_u64(frame);
	int status = toc_frame_u16(frame);
	struct toc_str json = toc_frame_str(frame);

	if (!toc_frame_end(frame) || !c)
		return;
	if (c->kind == TOC_CONN_SOCKET && toc_conn_has_ref(c, ref)) {
		if (json.n) /* a receipt that was noted has nothing to say */
			toc_conn_say(c, "answer", -1, json);
	} else if (c->kind == TOC_CONN_REQUEST && c->request->audit == TOC_AUDIT_ENTERING) {
		toc_audit_entered(c, status, json, retry_after(c, status, json));
	} else if (c->kind == TOC_CONN_REQUEST) {
		toc_http_answer(c, status, json, retry_after(c, status, json));
	}
}

static void on_auth_fail(struct toc_front *f, struct toc_frame *frame)
{
	struct toc_conn *c = toc_conn_find(f, toc_frame_u64(frame));
	unsigned code = toc_frame_u16(frame);
	struct toc_str detail = toc_frame_str(frame);

	if (toc_frame_end(frame) && c)
		toc_conn_refused(c, (enum toc_refusal_code)code, detail);
}

static void on_signed_in(struct toc_front *f, struct toc_frame *frame)
{
	struct toc_conn *c = toc_conn_find(f, toc_frame_u64(frame));
	struct toc_str secret = toc_frame_str(frame);
	toc_time expires = { (int64_t)toc_frame_u64(frame) };
	struct toc_str json = toc_frame_str(frame);

	if (toc_frame_end(frame) && c && c->kind == TOC_CONN_REQUEST)
		toc_route_signed_in(c, secret, expires, json);
}

static void on_ticketed(struct toc_front *f, struct toc_frame *frame)
{
	struct toc_conn *c = toc_conn_find(f, toc_frame_u64(frame));
	struct toc_str ticket = toc_frame_str(frame);

	if (toc_frame_end(frame) && c && c->kind == TOC_CONN_REQUEST)
		toc_route_ticketed(c, ticket);
}

static void on_auth_ok(struct toc_front *f, struct toc_frame *frame)
{
	struct toc_conn *c = toc_conn_find(f, toc_frame_u64(frame));

	if (c)
		toc_conn_granted(c, frame);
}

void toc_link_from_keeper(void *ctx, struct toc_frame *frame)
{
	struct toc_front *f = ctx;

	switch (frame->number) {
	case TOC_IPC_AUTH_OK:
		on_auth_ok(f, frame);
		break;
	case TOC_IPC_AUTH_FAIL:
		on_auth_fail(f, frame);
		break;
	case TOC_IPC_SIGNED_IN:
		on_signed_in(f, frame);
		break;
	case TOC_IPC_TICKETED:
		on_ticketed(f, frame);
		break;
	case TOC_IPC_ANSWER:
		on_answer(f, frame);
		break;
	case TOC_IPC_REVOKE:
		on_revoke(f, frame);
		break;
	case TOC_IPC_TIP:
		on_tip(f, frame);
		break;
	case TOC_IPC_FORGET:
		on_forget(f, frame);
		break;
	case TOC_IPC_PUBLISH:
		on_publish(f, frame);
		break;
	case TOC_IPC_URGENT:
		on_urgent(f, frame);
		break;
	default:
		frame->bad = true;
	}
}

/* Whether a command had its effect before the keeper died is not known; its id makes sending it again safe. */
void toc_link_keeper_lost(struct toc_front *f)
{
	struct toc_refusal busy = { .code = TOC_NOT_REFUSED };

	(void)toc_refuse(&busy, TOC_REFUSE_BUSY, "", "", "the keeper is being restarted; send the same message again");
	busy.retry_after_s = 1;
	f->keeper_is_new = true;
	for (uint32_t i = 0; i < f->n_slots; i++) {
		struct toc_conn *c = f->slots[i];
		if (!c)
			continue;
		c->renewing = false;
		if (c->kind == TOC_CONN_REQUEST && (c->stage == TOC_CONN_ASKING || c->request->sent_to_keeper))
			toc_http_refuse(c, &busy);
		else if (c->kind == TOC_CONN_SOCKET)
			for (; c->n_refs > 0; toc_conn_drop_ref(c, c->n_refs - 1))
				toc_conn_refuse(c, c->refs[c->n_refs - 1].ref, &busy);
	}
}

/* ---- what the archive says ---- */

static void on_history(struct toc_front *f, struct toc_frame *frame)
{
	struct toc_conn *c = toc_conn_find(f, toc_frame_u64(frame));
	uint64_t seq = toc_frame_u64(frame);
	struct toc_str json = toc_frame_str(frame);

	if (!toc_frame_end(frame) || !c || c->stage != TOC_CONN_OPEN || !toc_cursor_history(&c->cursor, seq))
		return;
	if (c->kind == TOC_CONN_REQUEST)
		toc_entries_history(c, seq, json);
	else
		toc_conn_say(c, "entry", (int64_t)seq, json);
}

static void on_history_end(struct toc_front *f, struct toc_frame *frame)
{
	struct toc_conn *c = toc_conn_find(f, toc_frame_u64(frame));
	uint64_t next = toc_frame_u64(frame);
	(void)toc_frame_u64(frame); /* the archive's tip: what we know of the tip is the keeper's word */
	unsigned code = toc_frame_u16(frame);

	if (!toc_frame_end(frame) || !c)
		return;
	if (c->cursor.state == TOC_CURSOR_READING)
		toc_reading_ended(f);
	bool further = toc_cursor_history_end(&c->cursor, next, toc_ring_tail(f->ring), toc_ring_head(f->ring));
	if (code == TOC_REFUSE_NOT_AUTHENTICATED)
		toc_conn_renew(c);
	if (!further || code != TOC_NOT_REFUSED)
		c->read_at_us = toc_now_us() + 100000;
	if (c->kind == TOC_CONN_REQUEST)
		toc_entries_step(c);
	else
		toc_conn_flush(c);
}

void toc_link_from_archive(void *ctx, struct toc_frame *frame)
{
	struct toc_front *f = ctx;

	switch (frame->number) {
	case TOC_IPC_HISTORY:
		on_history(f, frame);
		break;
	case TOC_IPC_HISTORY_END:
		on_history_end(f, frame);
		break;
	case TOC_IPC_LOG_DATA:
		toc_log_data(f, frame);
		break;
	case TOC_IPC_CHECKPOINT:
		toc_log_checkpoint(f, frame);
		break;
	case TOC_IPC_AUDIT_DATA:
		toc_audit_data(f, frame);
		break;
	case TOC_IPC_AUDIT_END:
		toc_audit_end(f, frame);
		break;
	default:
		frame->bad = true;
	}
}

void toc_link_archive_lost(struct toc_front *f)
{
	toc_log_lost(f);
	for (uint32_t i = 0; i < f->n_slots; i++) {
		struct toc_conn *c = f->slots[i];
		if (c && c->request)
			toc_audit_lost(c);
		if (!c || c->cursor.state != TOC_CURSOR_READING)
			continue;
		toc_cursor_lost(&c->cursor);
		toc_reading_ended(f);
		toc_conn_ask_archive(c); /* it queues until there is an archive again */
	}
}
