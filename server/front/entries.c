/* entries.c: GET /api/entries?after=SEQ&limit=N&wait=SECONDS: the same entries as on the socket, for who has no
 * WebSocket. As one JSON document (waiting for the first entry when there is none yet: long-poll), or, with Accept:
 * text/event-stream, as server-sent events, which resume by Last-Event-ID.
 *
 * A document's `last` is where to go on (the next `after`): its newest entry, or, when it has none, how far was
 * looked.
 */
#include "front/inside.h"

#include <string.h>

#define LINK_PAUSE_US 1000000
#define DOCUMENT_MAX (4u << 20) /* entries stop here, whatever the limit in number */

static bool full(const struct toc_request *q)
{
	return q->n_entries >= q->limit || q->entries.n > DOCUMENT_MAX;
}

static void add(struct toc_request *q, struct toc_str json)
{
	if (q->n_entries++ > 0)
		toc_buf_byte(&q->entries, ',');
	toc_buf_str(&q->entries, json);
}

void toc_entries_get(struct toc_conn *c)
{
	struct toc_request *q = c->request;
	int64_t head = (int64_t)toc_ring_head(c->front->ring);
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };

	if (q->after == INT64_MIN)
		q->after = head - 1;
	if (q->after >= head && q->after >= 0 && c->front->database_up) {
		(void)toc_refuse(&r, TOC_REFUSE_AHEAD, "after", "", "after: %lld, but the newest entry is %lld",
		                 (long long)q->after, (long long)head - 1);
		toc_http_refuse(c, &r);
		return;
	}
	if (q->wants_stream) {
		toc_http_stream(c);
		toc_conn_read_from(c, q->after);
		return;
	}
	q->reading = true;
	toc_conn_read_from(c, q->after);
	toc_entries_step(c);
}

void toc_entries_history(struct toc_conn *c, uint64_t seq, struct toc_str json)
{
	(void)seq;
	add(c->request, json);
}

static void answer(struct toc_conn *c)
{
	struct toc_request *q = c->request;
	struct toc_buf b;

	toc_buf_init(&b, q->entries.n + 256);
	toc_buf_text(&b, "{\"entries\":[");
	toc_buf_str(&b, toc_buf_view(&q->entries));
	toc_buf_printf(&b, "],\"last\":%lld,\"tip\":%llu}",
	               (long long)(q->n_entries > 0 ? c->cursor.last : (int64_t)c->cursor.next - 1),
	               (unsigned long long)toc_ring_head(c->front->ring));
	toc_http_answer(c, 200, toc_buf_view(&b), NULL);
	toc_buf_done(&b);
}

/* From the ring what is there. */
static void take_live(struct toc_conn *c)
{
	struct toc_ring *ring = c->front->ring;
	struct toc_framed x;

	while (!full(c->request) && c->cursor.next < toc_ring_head(ring)) {
		uint64_t at = c->cursor.next;
		bool seen = toc_ring_next(ring, c->crowd->eyes, &at, &x);
		if (seen)
			add(c->request, x.json);
		toc_cursor_advance(&c->cursor, at, seen ? (int64_t)x.seq : -1);
	}
}

/* By the link of an e-mail: what is in its scope the archive knows. It is asked once more when the ring has moved, but not
 * for each entry: who waits here is looked at by the sweep. */
static void step_by_archive(struct toc_conn *c)
{
	struct toc_request *q = c->request;
	int64_t now = toc_now_us();
	bool more = c->cursor.next < toc_ring_head(c->front->ring);

	if (full(q) || (q->n_entries > 0 && !more) || now >= q->wait_until_us + (more ? 10000000 : 0)) {
		answer(c);
	} else if (!more) {
		c->read_at_us = now + LINK_PAUSE_US;
	} else if (now >= c->read_at_us) {
		toc_cursor_behind(&c->cursor);
		toc_conn_ask_archive(c);
	}
}

void toc_entries_step(struct toc_conn *c)
{
	struct toc_request *q = c->request;
	struct toc_ring *ring = c->front->ring;

	if (!q->reading || q->responding || c->stage != TOC_CONN_OPEN)
		return;
	toc_cursor_settle(&c->cursor, toc_ring_tail(ring), toc_ring_head(ring));
	if (c->cursor.state == TOC_CURSOR_READING)
		return;
	if (c->by_link) {
		step_by_archive(c);
		return;
	}
	if (c->cursor.state == TOC_CURSOR_LIVE)
		take_live(c);
	bool through = c->cursor.state == TOC_CURSOR_LIVE; /* nothing more is there now */
	int64_t now = toc_now_us();
	if (full(q) || (through && q->n_entries > 0) || now >= q->wait_until_us + (through ? 0 : 10000000)) {
		answer(c);
		return;
	}
	if (!through)
		toc_conn_ask_archive(c);
}
