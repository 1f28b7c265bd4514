/* log.c: the log, for whoever does not trust us. What the archive answers is handed on; nothing of it is made here.
 *
 *   GET /log/checkpoint            the newest, as it was signed, and at most 15 cosignatures
 *   GET /log/cosignatures[/SIZE]   the newest that somebody has cosigned, or that of SIZE, with all cosignatures
 *   GET /log/timestamps            what a time-stamping authority has said, and of which
 *   GET /log/timestamp/SIZE[/…]    its answer; query, chain, note: what belongs to it
 *   GET /log/vkey                  who signs
 *   GET /log/tile/…                C2SP tlog-tiles; entry bundles for auditors and administrators of the operator
 *   GET /log/proof/SEQ             C2SP tlog-proof of an entry that one may read, its leaf as the extra line
 *   GET /log/consistency/SIZE      a `checkpoint` frame: the newest, and that it goes on from SIZE
 *
 * A socket gets each new checkpoint with the proof that it goes on from the one that it had before, together with a
 * beat: that costs no write of its own. Who has been away says in hello what it trusts. */
#include "front/inside.h"

#include "ipc/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* @return 0, or -1: the archive does not take it */
static int ask(struct toc_conn *c, enum toc_log_what what, struct toc_str path)
{
	struct toc_front *f = c->front;

	toc_ipc_begin(&f->frame, TOC_IPC_LOG);
	toc_ipc_u64(&f->frame, c->id);
	toc_ipc_str(&f->frame, toc_conn_grant(c));
	toc_ipc_u8(&f->frame, (uint8_t)what);
	toc_ipc_str(&f->frame, path);
	return toc_link_send(f, &f->archive) == 0 ? 0 : -1;
}

static void refuse(struct toc_conn *c, enum toc_refusal_code code, struct toc_str why)
{
	struct toc_refusal r = { .code = TOC_NOT_REFUSED };

	(void)toc_refuse(&r, code, "", "", "%.*s", TOC_STR_ARGS(why));
	r.retry_after_s = code == TOC_REFUSE_BUSY;
	toc_http_refuse(c, &r);
}

static void get(struct toc_conn *c, enum toc_log_what what)
{
	if (ask(c, what, c->request->rest) == 0)
		c->request->sent_to_archive = true;
	else
		refuse(c, TOC_REFUSE_BUSY, TOC_STR("the archive does not take requests now"));
}

void toc_log_get_checkpoint(struct toc_conn *c)
{
	get(c, TOC_LOG_CHECKPOINT);
}

void toc_log_get_vkey(struct toc_conn *c)
{
	get(c, TOC_LOG_VKEY);
}

void toc_log_get_tile(struct toc_conn *c)
{
	get(c, TOC_LOG_TILE);
}

void toc_log_get_proof(struct toc_conn *c)
{
	get(c, TOC_LOG_PROOF);
}

void toc_log_get_consistency(struct toc_conn *c)
{
	get(c, TOC_LOG_CONSISTENCY);
}

void toc_log_get_cosignatures(struct toc_conn *c)
{
	get(c, TOC_LOG_COSIGNATURES);
}

void toc_log_get_stamps(struct toc_conn *c)
{
	get(c, TOC_LOG_STAMPS);
}

void toc_log_get_stamp(struct toc_conn *c)
{
	get(c, TOC_LOG_STAMP);
}

static void answer(struct toc_conn *c, unsigned code, unsigned kind, bool immutable, struct toc_str bytes)
{
	static const char *const types[] = { [TOC_LOG_TEXT] = "text/plain; charset=utf-8",
		                             [TOC_LOG_OCTETS] = "application/octet-stream",
		                             [TOC_LOG_JSON] = "application/json" };

	(void)immutable; /* to members only, so to no cache but their own; and that keeps what it likes */
	if (code != TOC_NOT_REFUSED)
		refuse(c, (enum toc_refusal_code)code, bytes);
	else
		toc_http_answer_as(c, 200, types[kind], bytes, NULL);
}

void toc_log_data(struct toc_front *f, struct toc_frame *frame)
{
	struct toc_conn *c = toc_conn_find(f, toc_frame_u64(frame));
	(void)toc_frame_u8(frame);
	unsigned code = toc_frame_u16(frame), kind = toc_frame_u8(frame);
	bool immutable = toc_frame_u8(frame) != 0;
	uint64_t size = toc_frame_u64(frame);
	struct toc_str bytes = toc_frame_str(frame);

	if (kind > TOC_LOG_JSON)
		frame->bad = true;
	if (!toc_frame_end(frame) || !c)
		return;
	if (c->kind == TOC_CONN_REQUEST && c->request->sent_to_archive) {
		answer(c, code, kind, immutable, bytes);
	} else if (c->kind == TOC_CONN_SOCKET && c->checkpoint_asked) {
		c->checkpoint_asked = false;
		if (code == TOC_REFUSE_NOT_AUTHENTICATED)
			toc_conn_renew(c);
		if (code != TOC_NOT_REFUSED)
			return; /* with the next beat again */
		c->checkpoint_size = size;
		c->checkpoint_held = false;
		toc_conn_say(c, "checkpoint", -1, bytes);
	}
}

/* ---- news ---- */

static void forget(struct toc_news *news)
{
	free(news->json);
	*news = (struct toc_news){ 0 };
}

void toc_log_checkpoint(struct toc_front *f, struct toc_frame *frame)
{
	struct toc_news news = { .size = toc_frame_u64(frame), .old = toc_frame_u64(frame) };
	struct toc_str note = toc_frame_str(frame), proof = toc_frame_str(frame);

	if (!toc_frame_end(frame))
		return;
	int n = asprintf(&news.json, "{\"note\":%.*s,\"old\":%llu,\"op\":\"checkpoint\",\"proof\":%.*s}", TOC_STR_ARGS(note),
	                 (unsigned long long)news.old, TOC_STR_ARGS(proof));
	if (n < 0)
		abort();
	news.n = (size_t)n;
	if (f->n_checkpoints && f->checkpoints[f->n_checkpoints - 1].size != news.old) /* something was missed: begin anew */
		while (f->n_checkpoints)
			forget(&f->checkpoints[--f->n_checkpoints]);
	if (f->n_checkpoints == TOC_CHECKPOINTS) {
		forget(&f->checkpoints[0]);
		memmove(f->checkpoints, f->checkpoints + 1, --f->n_checkpoints * sizeof *f->checkpoints);
	}
	f->checkpoints[f->n_checkpoints++] = news;
}

void toc_log_done(struct toc_front *f)
{
	while (f->n_checkpoints)
		forget(&f->checkpoints[--f->n_checkpoints]);
}

/* The newest for who holds none: it has nothing to be proven against. */
static void say_first(struct toc_conn *c)
{
	struct toc_front *f = c->front;
	const struct toc_news *newest = &f->checkpoints[f->n_checkpoints - 1];

	if (newest->old == newest->size) {
		toc_conn_say(c, "checkpoint", -1, (struct toc_str){ newest->json, newest->n });
		c->checkpoint_size = newest->size;
		c->checkpoint_known = true;
		return;
	}
	char size[24];
	int n = snprintf(size, sizeof size, "%llu", (unsigned long long)newest->size);
	c->checkpoint_asked = ask(c, TOC_LOG_CONSISTENCY, (struct toc_str){ size, (size_t)n }) == 0;
	c->checkpoint_known = c->checkpoint_asked;
}

void toc_log_socket(struct toc_conn *c)
{
	struct toc_front *f = c->front;
	unsigned i = 0;

	if (!f->n_checkpoints || c->checkpoint_asked || c->stage != TOC_CONN_OPEN || c->by_link)
		return;
	if (!c->checkpoint_known) {
		say_first(c);
		return;
	}
	const struct toc_news *newest = &f->checkpoints[f->n_checkpoints - 1];
	if (c->checkpoint_size == newest->size && !c->checkpoint_held)
		return;
	while (i < f->n_checkpoints && (c->checkpoint_held || f->checkpoints[i].old != c->checkpoint_size))
		i++;
	if (i == f->n_checkpoints) { /* further back, ahead, or the same size and who knows of which log: the archive says */
		char size[24];
		int n = snprintf(size, sizeof size, "%llu", (unsigned long long)c->checkpoint_size);
		c->checkpoint_asked = ask(c, TOC_LOG_CONSISTENCY, (struct toc_str){ size, (size_t)n }) == 0;
		return;
	}
	for (; i < f->n_checkpoints; i++) {
		toc_conn_say(c, "checkpoint", -1, (struct toc_str){ f->checkpoints[i].json, f->checkpoints[i].n });
		c->checkpoint_size = f->checkpoints[i].size;
	}
}

int toc_log_trust(struct toc_conn *c, struct toc_str note, struct toc_refusal *r)
{
	const char *line = note.n <= 8192 ? memchr(note.p, '\n', note.n) : NULL, *end = note.p + note.n;
	uint64_t size = 0;
	const char *at = line ? line + 1 : end;

	for (; at < end && *at >= '0' && *at <= '9' && size < UINT64_C(1000000000000000000); at++)
		size = size * 10 + (uint64_t)(*at - '0');
	if (!line || at == line + 1 || at >= end || *at != '\n')
		return toc_refuse(r, TOC_REFUSE_BAD_VALUE, "trust", "C2SP tlog-checkpoint",
		                  "trust is a signed checkpoint: origin, size, root, signatures");
	c->checkpoint_size = size; /* whether it is one of ours shows in the proof, which the client checks */
	c->checkpoint_known = c->checkpoint_held = true;
	return 0;
}

void toc_log_lost(struct toc_front *f)
{
	for (uint32_t i = 0; i < f->n_slots; i++) {
		struct toc_conn *c = f->slots[i];
		if (!c)
			continue;
		c->checkpoint_asked = false;
		if (c->kind == TOC_CONN_REQUEST && c->request->sent_to_archive && !c->request->responding)
			refuse(c, TOC_REFUSE_BUSY, TOC_STR("the archive is being restarted"));
	}
}
