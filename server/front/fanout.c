/* fanout.c: from the ring and the archive to the sockets.
 *
 * A connection has two sources: `out`, frames of its own (answers, history, urgent), which go first, and the ring,
 * from its cursor on, while it is live. Urgent frames come into `out` from their list (urgent.h), from the
 * connection's place in it on: who was here when one came and who comes later are the same case. What is due leaves
 * in one write of whole frames, so in one TLS record; who has the same eyes and stands at the same place gets the
 * very same bytes (struct toc_crowd).
 *
 * Writes are made straight from the loop, not from LWS_CALLBACK_SERVER_WRITEABLE, and past the framing of
 * libwebsockets (LWS_WRITE_RAW): its way costs four epoll_ctl for each write under libuv. That is correct for
 * WebSocket over HTTP/1.1 without extensions as long as each write ends with a frame and none is made while
 * libwebsockets keeps bytes back (lws_partial_buffered); then we wait for its WRITEABLE, and the reader is a laggard.
 *
 * A pass over all readers goes 256 at a time, one slice in each turn of the loop; what is committed during a pass
 * leaves with the next one, so batching grows with load. A pass does not begin while more is on its way (GATHER_MS):
 * the first of many messages would be a write of its own to everybody.
 */
#include "front/inside.h"

#include "base/digest.h"
#include "base/log.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#define SLICE 256
#define WRITES_A_FLUSH 8
#define PACE_MS 5
#define GATHER_MS 2 /* a pass waits so long for what is being decided, and no longer */

/* ---- lists of numbers ---- */

static void ids_push(struct toc_ids *l, uint64_t id)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->p = toc_must_realloc(l->p, l->cap * sizeof *l->p);
	}
	l->p[l->n++] = id;
}

void toc_conn_mark(struct toc_conn *c)
{
	if (!c->dirty) {
		c->dirty = true;
		ids_push(&c->front->dirty, c->id);
	}
}

void toc_pace(struct toc_conn *c)
{
	struct toc_front *f = c->front;

	if (c->paced)
		return;
	c->paced = true;
	ids_push(&f->paced, c->id);
	if (!uv_is_active((uv_handle_t *)&f->pace))
		uv_timer_start(&f->pace, toc_pace_turn, PACE_MS, 0);
}

void toc_pace_turn(uv_timer_t *timer)
{
	struct toc_front *f = timer->loop->data;
	struct toc_ids now = f->paced;

	f->paced = (struct toc_ids){ .p = NULL };
	for (size_t i = 0; i < now.n; i++) {
		struct toc_conn *c = toc_conn_find(f, now.p[i]);
		if (!c)
			continue;
		c->paced = false;
		if (c->kind != TOC_CONN_REQUEST)
			toc_conn_flush(c);
		else if (c->request->responding)
			toc_http_continue(c);
		else
			toc_entries_step(c);
	}
	free(now.p);
}

/* ---- crowds ---- */

static struct toc_str name_of(const struct toc_eyes *eyes, char space[9])
{
	memcpy(space, &eyes->org, 4);
	memcpy(space + 4, &eyes->roles, 4);
	space[8] = eyes->exercise_only;
	return (struct toc_str){ space, 9 };
}

struct toc_crowd *toc_crowd_join(struct toc_front *f, struct toc_eyes eyes)
{
	char space[9];
	struct toc_str name = name_of(&eyes, space);
	struct toc_crowd *w = toc_map_get(f->crowds, name);

	if (!w) {
		w = toc_must_realloc(NULL, sizeof *w);
		*w = (struct toc_crowd){ .eyes = eyes, .from = UINT64_MAX };
		toc_buf_init(&w->bytes, TOC_BATCH + TOC_IPC_FRAME_MAX);
		toc_map_put(f->crowds, name, w);
	}
	w->members++;
	return w;
}

void toc_crowd_leave(struct toc_front *f, struct toc_crowd *w)
{
	char space[9];

	if (--w->members > 0)
		return;
	toc_map_remove(f->crowds, name_of(&w->eyes, space));
	toc_buf_done(&w->bytes);
	free(w);
}

/* All that the crowd may see from `from` on, as much as one write takes (at least one frame). */
static void gather(struct toc_front *f, struct toc_crowd *w, uint64_t from)
{
	uint64_t head = toc_ring_head(f->ring), at = from;
	struct toc_framed x;

	if (w->from == from && (w->full || w->head == head))
		return;
	w->from = from;
	w->head = head;
	w->last = -1;
	w->full = false;
	w->n = 0;
	toc_buf_clear(&w->bytes);
	for (;;) {
		w->to = at;
		if (!toc_ring_next(f->ring, w->eyes, &at, &x)) {
			w->to = at;
			return;
		}
		if (w->bytes.n > 0 && w->bytes.n + x.frame.n > TOC_BATCH) {
			w->full = true;
			return;
		}
		toc_buf_str(&w->bytes, x.frame);
		w->n++;
		w->last = (int64_t)x.seq;
	}
}

/* ---- saying ---- */

static void add_frame(struct toc_buf *b, struct toc_str json)
{
	uint8_t head[TOC_FRAME_HEAD_MAX];

	toc_buf_add(b, head, toc_frame_head(head, json.n));
	toc_buf_str(b, json);
}

/* Server-sent event (HTML Living Standard, 9.2). Canonical JSON has no line ends. */
static void add_event(struct toc_buf *b, const char *event, int64_t seq, struct toc_str json)
{
	if (seq >= 0)
		toc_buf_printf(b, "id: %lld\n", (long long)seq);
	toc_buf_printf(b, "event: %s\ndata: ", event);
	toc_buf_str(b, json);
	toc_buf_text(b, "\n\n");
}

static void add(struct toc_conn *c, const char *event, int64_t seq, struct toc_str json)
{
	toc_count(TOC_METRIC_FRONT_FRAMES_OUT);
	if (c->kind == TOC_CONN_SOCKET)
		add_frame(&c->out, json);
	else
		add_event(&c->out, event, seq, json);
}

void toc_conn_say(struct toc_conn *c, const char *event, int64_t seq, struct toc_str json)
{
	if (c->stage == TOC_CONN_CLOSING || !c->wsi)
		return;
	add(c, event, seq, json);
	if (c->out.failed || c->out.n > (size_t)c->front->limits.pending_kib * 1024) {
		toc_limit_hit(TOC_LIMIT_pending_kib);
		toc_log(TOC_LOG_INFO, "slow_reader", "connection %llu has %zu bytes waiting",
		        (unsigned long long)c->id, c->out.n);
		toc_conn_close(c, 1013, "slow reader: resume from your last seq");
		return;
	}
	toc_conn_mark(c);
}

/* ---- writing ---- */

static size_t frame_size(const char *p, size_t n)
{
	const uint8_t *b = (const uint8_t *)p;
	size_t payload = b[1], head = 2;

	if (payload >= 126) {
		size_t bytes = payload == 126 ? 2 : 8;
		payload = 0;
		for (size_t i = 0; i < bytes; i++)
			payload = payload << 8 | b[2 + i];
		head += bytes;
	}
	return head + payload <= n ? head + payload : n;
}

/* What is journaled and was not given to it yet, as much as one write takes. */
static void add_urgent(struct toc_conn *c)
{
	struct toc_str json;

	while (c->entries_wanted && c->out.n < TOC_BATCH &&
	       toc_urgent_next(c->front->urgent, c->crowd->eyes, &c->urgent_at, &json))
		add(c, "urgent", -1, json);
}

/* The next write: whole frames, `out` first. @return empty when nothing is due */
static struct toc_str next_write(struct toc_conn *c)
{
	struct toc_front *f = c->front;
	struct toc_crowd *w = c->crowd;
	bool live = c->entries_wanted && c->cursor.state == TOC_CURSOR_LIVE &&
	            c->cursor.next < toc_ring_head(f->ring);
	size_t n = 0;

	add_urgent(c);
	if (live)
		gather(f, w, c->cursor.next);
	if (c->out.n == 0) {
		if (!live)
			return (struct toc_str){ NULL, 0 };
		toc_cursor_advance(&c->cursor, w->to, w->last);
		toc_count_by(TOC_METRIC_FRONT_FRAMES_OUT, 0, w->n);
		return toc_buf_view(&w->bytes);
	}
	while (n < c->out.n && n < TOC_BATCH)
		n += frame_size(c->out.p + n, c->out.n - n);
	toc_buf_clear(&f->batch);
	toc_buf_add(&f->batch, c->out.p, n);
	toc_buf_drop_front(&c->out, n);
	if (c->out.n == 0)
		toc_buf_done(&c->out);
	if (c->out.n == 0 && live && n + w->bytes.n <= TOC_BATCH) {
		toc_buf_str(&f->batch, toc_buf_view(&w->bytes));
		toc_count_by(TOC_METRIC_FRONT_FRAMES_OUT, 0, w->n);
		toc_cursor_advance(&c->cursor, w->to, w->last);
	}
	return toc_buf_view(&f->batch);
}

static void flush_socket(struct toc_conn *c)
{
	for (int writes = 0;; writes++) {
		if (lws_partial_buffered(c->wsi)) {
			if (!c->stalled_us)
				c->stalled_us = toc_now_us();
			return; /* libwebsockets says when it takes again */
		}
		if (writes == WRITES_A_FLUSH) {
			lws_callback_on_writable(c->wsi);
			return;
		}
		struct toc_str bytes = next_write(c);
		if (bytes.n == 0) {
			if (c->out.n == 0 && !(c->cursor.state == TOC_CURSOR_LIVE && c->entries_wanted &&
			                       c->cursor.next < toc_ring_head(c->front->ring)))
				return;
			continue; /* entries that are for others */
		}
		if (lws_write(c->wsi, (unsigned char *)(uintptr_t)bytes.p, bytes.n, LWS_WRITE_RAW) < 0) {
			toc_conn_drop(c);
			return;
		}
		toc_count(TOC_METRIC_FRONT_WRITES);
		toc_count_by(TOC_METRIC_FRONT_BYTES_OUT, 0, bytes.n);
	}
}

static void flush_stream(struct toc_conn *c)
{
	struct toc_front *f = c->front;

	for (;;) {
		struct toc_framed x;
		add_urgent(c);
		while (c->out.n < TOC_BATCH && c->cursor.state == TOC_CURSOR_LIVE &&
		       c->cursor.next < toc_ring_head(f->ring)) {
			uint64_t at = c->cursor.next;
			bool seen = toc_ring_next(f->ring, c->crowd->eyes, &at, &x);
			if (seen)
				add(c, "entry", (int64_t)x.seq, x.json);
			toc_cursor_advance(&c->cursor, at, seen ? (int64_t)x.seq : -1);
		}
		if (c->out.n == 0) {
			c->stalled_us = 0;
			return;
		}
		long n = toc_wsi_write(c->wsi, c->out.p, c->out.n);
		if (n < 0) {
			toc_conn_drop(c);
			return;
		}
		if (n == 0) {
			if (!c->stalled_us)
				c->stalled_us = toc_now_us();
			toc_pace(c);
			return;
		}
		c->stalled_us = 0;
		toc_count_by(TOC_METRIC_FRONT_BYTES_OUT, 0, (uint64_t)n);
		toc_buf_drop_front(&c->out, (size_t)n);
	}
}

void toc_conn_flush(struct toc_conn *c)
{
	struct toc_front *f = c->front;

	c->dirty = false;
	bool live = c->cursor.state == TOC_CURSOR_LIVE;
	toc_cursor_settle(&c->cursor, toc_ring_tail(f->ring), toc_ring_head(f->ring));
	if (live && c->cursor.state == TOC_CURSOR_BEHIND) {
		toc_count(TOC_METRIC_FRONT_LAPPED);
		toc_limit_hit(TOC_LIMIT_ring_kib);
	}
	if (c->stage == TOC_CONN_CLOSING || !c->wsi)
		return;
	if (c->kind == TOC_CONN_REQUEST) {
		toc_http_turn(c); /* may free it */
		return;
	}
	if (c->kind == TOC_CONN_STREAM)
		toc_http_turn(c);
	if (c->stage == TOC_CONN_CLOSING)
		return;
	if (c->kind == TOC_CONN_SOCKET)
		flush_socket(c);
	else
		flush_stream(c);
	if (c->stage == TOC_CONN_OPEN && c->out.n == 0 && c->stalled_us == 0)
		toc_conn_ask_archive(c);
}

void toc_conn_writable(struct toc_conn *c)
{
	c->stalled_us = 0;
	toc_conn_flush(c);
}

void toc_fanout_before_poll(uv_prepare_t *prepare)
{
	struct toc_front *f = prepare->loop->data;
	struct toc_ids now = f->dirty;

	f->dirty = (struct toc_ids){ .p = NULL };
	for (size_t i = 0; i < now.n; i++) {
		struct toc_conn *c = toc_conn_find(f, now.p[i]);
		if (c && c->dirty)
			toc_conn_flush(c);
	}
	if (f->dirty.p) {
		free(now.p);
		return;
	}
	now.n = 0;
	f->dirty = now; /* keep the memory */
}

/* ---- reading from the archive ---- */

static bool send_read(struct toc_conn *c)
{
	struct toc_front *f = c->front;
	const struct toc_limits *l = &f->limits;
	int64_t frames = c->kind == TOC_CONN_REQUEST ? (int64_t)(c->request->limit - c->request->n_entries)
	                                             : l->history_frames;

	toc_ipc_begin(&f->frame, TOC_IPC_READ);
	toc_ipc_u64(&f->frame, c->id);
	toc_ipc_str(&f->frame, toc_conn_grant(c));
	toc_ipc_u64(&f->frame, c->cursor.next);
	toc_ipc_u32(&f->frame, (uint32_t)frames);
	toc_ipc_u32(&f->frame, (uint32_t)l->history_bytes);
	return toc_link_send(f, &f->archive) == 0;
}

void toc_conn_ask_archive(struct toc_conn *c)
{
	struct toc_front *f = c->front;

	if (c->cursor.state != TOC_CURSOR_BEHIND || !c->entries_wanted || c->queued)
		return;
	if (c->read_at_us > toc_now_us()) {
		toc_pace(c);
		return;
	}
	if (f->n_reading < (unsigned)f->limits.history_reads && send_read(c)) {
		toc_cursor_asked(&c->cursor);
		f->n_reading++;
		return;
	}
	if (f->n_reading >= (unsigned)f->limits.history_reads)
		toc_limit_hit(TOC_LIMIT_history_reads);
	c->queued = true;
	ids_push(&f->queued, c->id);
}

/* Let the next ones have their turn. */
void toc_archive_serve(struct toc_front *f)
{
	size_t i = 0, n = f->queued.n; /* who cannot be served joins again at the end */

	if (!f->archive.channel)
		return;
	while (i < n && f->n_reading < (unsigned)f->limits.history_reads) {
		struct toc_conn *c = toc_conn_find(f, f->queued.p[i++]);
		if (!c)
			continue;
		c->queued = false;
		toc_conn_ask_archive(c);
	}
	if (i > 0)
		memmove(f->queued.p, f->queued.p + i, (f->queued.n -= i) * sizeof *f->queued.p);
}

void toc_reading_ended(struct toc_front *f)
{
	f->n_reading--;
	toc_archive_serve(f);
}

/* ---- who reads ---- */

void toc_conn_read_from(struct toc_conn *c, int64_t from)
{
	struct toc_front *f = c->front;

	c->entries_wanted = true;
	toc_cursor_start(&c->cursor, from, toc_ring_tail(f->ring), toc_ring_head(f->ring));
	if (f->n_live == f->cap_live) {
		f->cap_live = f->cap_live ? f->cap_live * 2 : 256;
		f->live = toc_must_realloc(f->live, f->cap_live * sizeof(struct toc_conn *));
	}
	c->live_at = f->n_live;
	f->live[f->n_live++] = c;
	toc_conn_mark(c);
}

void toc_conn_stop_reading(struct toc_conn *c)
{
	struct toc_front *f = c->front;

	c->entries_wanted = false;
	if (c->cursor.state == TOC_CURSOR_READING) {
		toc_ipc_begin(&f->frame, TOC_IPC_STOP);
		toc_ipc_u64(&f->frame, c->id);
		toc_link_send(f, &f->archive); /* an archive that does not hear us has no READ of ours */
		toc_cursor_lost(&c->cursor);
		toc_reading_ended(f);
	}
	if (c->live_at == UINT32_MAX)
		return;
	f->live[c->live_at] = f->live[--f->n_live];
	f->live[c->live_at]->live_at = c->live_at;
	c->live_at = UINT32_MAX;
}

/* ---- passes ---- */

void toc_fanout_pass(uv_idle_t *idle)
{
	struct toc_front *f = idle->loop->data;

	/* Readers that leave during the pass bring the last one forward; one that so is passed over has its turn in
	 * the next pass, which `pass_again` makes sure of. */
	uint32_t end = f->pass_at + SLICE;
	for (; f->pass_at < end && f->pass_at < f->n_live; f->pass_at++) {
		struct toc_conn *c = f->live[f->pass_at];
		uint32_t before = f->n_live;
		if (c->kind == TOC_CONN_REQUEST)
			toc_entries_step(c);
		else
			toc_conn_flush(c);
		if (f->n_live < before)
			f->pass_again = true;
	}
	if (f->pass_at < f->n_live)
		return;
	f->pass_at = 0;
	if (f->published_us)
		toc_observe(TOC_METRIC_FRONT_FANOUT, 0, toc_now_us() - f->published_us);
	f->published_us = f->pass_again ? f->published_again_us : 0;
	if (!f->pass_again) {
		f->passing = false;
		uv_idle_stop(idle);
	}
	f->pass_again = false;
	f->published_again_us = 0;
}

static void begin_pass(uv_timer_t *gather)
{
	struct toc_front *f = gather->loop->data;

	uv_timer_stop(gather);
	f->passing = true;
	f->pass_at = 0;
	uv_idle_start(&f->pass, toc_fanout_pass);
}

void toc_fanout_begin(struct toc_front *f)
{
	if (f->passing) {
		f->pass_again = true;
		return;
	}
	/* What else is being decided comes within the time of a commit. Its answers come first, so with its last entry
	 * nothing is awaited any more. */
	if (f->n_commands == 0)
		begin_pass(&f->gather);
	else if (!uv_is_active((uv_handle_t *)&f->gather))
		uv_timer_start(&f->gather, begin_pass, GATHER_MS, 0);
}

/* At once, so that nobody asks the ring for what it no longer has. */
static void settle_all(struct toc_front *f)
{
	size_t cursor = 0;
	struct toc_str name;
	void *value;

	while (toc_map_next(f->crowds, &cursor, &name, &value)) {
		struct toc_crowd *crowd = value;
		if (crowd->bytes.n)
			toc_wipe(crowd->bytes.p, crowd->bytes.n);
		crowd->bytes.n = 0;
		crowd->from = UINT64_MAX;
	}
	for (uint32_t i = 0; i < f->n_live; i++)
		toc_cursor_settle(&f->live[i]->cursor, toc_ring_tail(f->ring), toc_ring_head(f->ring));
	toc_fanout_begin(f);
}

void toc_fanout_reset(struct toc_front *f, uint64_t head)
{
	toc_ring_reset(f->ring, head);
	settle_all(f);
}

void toc_fanout_forget(struct toc_front *f, uint64_t tail)
{
	if (tail <= toc_ring_tail(f->ring))
		return;
	toc_ring_forget(f->ring, tail);
	settle_all(f);
}

void toc_fanout_urgent(struct toc_front *f, struct toc_uuid eid, const struct toc_rendering *renderings, size_t n)
{
	if (toc_urgent_knows(f->urgent, eid))
		return; /* a keeper that was restarted tells its journal again */
	bool kept = toc_urgent_keep(f->urgent, eid, renderings, n) == 0;
	if (!kept)
		toc_limit_hit(TOC_LIMIT_urgent_kib);
	for (uint32_t i = f->n_live; i > 0; i--) { /* backwards: saying may end a connection */
		struct toc_conn *c = f->live[i - 1];
		const struct toc_rendering *r = toc_eyes_find(c->crowd->eyes, renderings, n);
		if (c->kind == TOC_CONN_REQUEST || !r)
			continue;
		if (kept) {
			toc_conn_mark(c);
			continue;
		}
		add_urgent(c); /* in order, unless it is far behind: then this one is not to wait */
		toc_conn_say(c, "urgent", -1, r->json);
	}
}
