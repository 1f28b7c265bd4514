/* store.c: the queue that both stores share, and the loop for callers that have none. */
#include "store/store.h"
#include "store/backend.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* ---- the queue ---- */

static struct toc_op *op_at(struct toc_store *s, unsigned i)
{
	return &s->queue[(s->head + i) % TOC_STORE_QUEUE_MAX];
}

struct toc_op *toc_op_head(struct toc_store *s)
{
	return s->n ? op_at(s, 0) : NULL;
}

static struct toc_op remove_at(struct toc_store *s, unsigned i)
{
	struct toc_op op = *op_at(s, i);

	for (; i + 1 < s->n; i++)
		*op_at(s, i) = *op_at(s, i + 1);
	s->n--;
	return op;
}

static void end(struct toc_op op, int result, uint64_t size, const struct toc_error *error)
{
	static const struct toc_error none;

	free(op.copy);
	op.done(op.ctx, result, size, error ? error : &none);
}

void toc_op_end(struct toc_store *s, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_op op = *op_at(s, 0);

	assert(s->n > 0);
	s->head = (s->head + 1) % TOC_STORE_QUEUE_MAX;
	s->n--;
	end(op, result, size, error);
}

void toc_op_end_all(struct toc_store *s, unsigned n, int result, const struct toc_error *error)
{
	while (n-- > 0)
		toc_op_end(s, result, 0, error);
}

void toc_op_end_late(struct toc_store *s, bool begun, int64_t mono_now_us, const char *what_it_waited_for)
{
	for (unsigned i = begun; i < s->n;) {
		struct toc_error err;
		if (op_at(s, i)->deadline_us > mono_now_us) {
			i++;
			continue;
		}
		struct toc_op op = remove_at(s, i);
		(void)toc_fail(&err, TOC_EIO, "database: never sent, the deadline passed waiting for %s",
			       what_it_waited_for);
		end(op, TOC_EIO, 0, &err);
	}
}

int64_t toc_op_first_deadline(const struct toc_store *s)
{
	int64_t first = INT64_MAX;

	for (unsigned i = 0; i < s->n; i++) {
		int64_t at = s->queue[(s->head + i) % TOC_STORE_QUEUE_MAX].deadline_us;
		if (at < first)
			first = at;
	}
	return first;
}

void toc_store_tell(struct toc_store *s, enum toc_store_event event, const struct toc_error *why)
{
	static const struct toc_error none;

	if (s->on_event)
		s->on_event(s->event_ctx, event, why ? why : &none);
}

/* ---- the verbs ---- */

static struct toc_op *op_new(struct toc_store *s, enum toc_op_kind kind, toc_dur deadline,
			     toc_store_done *done, void *ctx)
{
	if (s->n == TOC_STORE_QUEUE_MAX)
		return NULL;
	struct toc_op *op = op_at(s, s->n);
	*op = (struct toc_op){
		.kind = kind,
		.deadline_us = toc_clock_mono_us() + deadline.us,
		.done = done,
		.ctx = ctx,
	};
	return op;
}

static int queued(struct toc_store *s)
{
	s->n++;
	s->backend->kick(s);
	return 0;
}

static void *copy_of(const void *bytes, size_t n)
{
	void *copy = malloc(n ? n : 1);

	if (!copy)
		abort(); /* as arenas do: the parent starts us again */
	if (n)
		memcpy(copy, bytes, n);
	return copy;
}

int toc_store_append(struct toc_store *s, const struct toc_append *what, toc_dur deadline,
		     toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_APPEND, deadline, done, ctx);

	assert(what->n_rows > 0 && what->n_rows <= TOC_APPEND_MAX);
	if (!op)
		return TOC_ELIMIT;
	op->append = *what;
	return queued(s);
}

int toc_store_read(struct toc_store *s, uint64_t from, unsigned limit, toc_dur deadline, toc_store_row *row,
		   toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_READ, deadline, done, ctx);

	assert(limit <= TOC_READ_MAX && from <= INT64_MAX);
	if (!op)
		return TOC_ELIMIT;
	op->from = from;
	op->limit = limit;
	op->hand_over.row = row;
	return queued(s);
}

int toc_store_read_cases(struct toc_store *s, const struct toc_uuid *cases, size_t n, toc_dur deadline,
			 toc_store_row *row, toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_READ_CASES, deadline, done, ctx);

	if (!op)
		return TOC_ELIMIT;
	op->copy = copy_of(cases, n * sizeof *cases);
	op->n = n;
	op->hand_over.row = row;
	return queued(s);
}

int toc_store_recalls(struct toc_store *s, uint64_t from, toc_dur deadline, toc_store_row *row, toc_store_done *done,
		      void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_RECALLS, deadline, done, ctx);

	assert(from <= INT64_MAX);
	if (!op)
		return TOC_ELIMIT;
	op->from = from;
	op->hand_over.row = row;
	return queued(s);
}

int toc_store_witnesses(struct toc_store *s, toc_dur deadline, toc_store_row *row, toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_WITNESSES, deadline, done, ctx);

	if (!op)
		return TOC_ELIMIT;
	op->hand_over.row = row;
	return queued(s);
}

int toc_store_find(struct toc_store *s, const struct toc_uuid *eids, size_t n, toc_dur deadline,
		   toc_store_found *found, toc_store_done *done, void *ctx)
{
	struct toc_op *op = n <= TOC_FIND_MAX ? op_new(s, TOC_OP_FIND, deadline, done, ctx) : NULL;

	if (!op)
		return TOC_ELIMIT;
	op->copy = copy_of(eids, n * sizeof *eids);
	op->n = n;
	op->hand_over.found = found;
	return queued(s);
}

int toc_store_keys_of(struct toc_store *s, const struct toc_uuid *ids, size_t n, toc_dur deadline, toc_store_key *key,
		      toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_KEYS_OF, deadline, done, ctx);

	if (!op)
		return TOC_ELIMIT;
	op->copy = copy_of(ids, n * sizeof *ids);
	op->n = n;
	op->hand_over.key = key;
	return queued(s);
}

int toc_store_parts(struct toc_store *s, const struct toc_uuid *keys, size_t n, toc_dur deadline, toc_store_part *part,
		    toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_PARTS, deadline, done, ctx);

	if (!op)
		return TOC_ELIMIT;
	op->copy = copy_of(keys, n * sizeof *keys);
	op->n = n;
	op->hand_over.part = part;
	return queued(s);
}

int toc_store_keep_until(struct toc_store *s, const struct toc_kept *kept, size_t n, toc_dur deadline, toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_KEEP_UNTIL, deadline, done, ctx);

	if (!op)
		return TOC_ELIMIT;
	op->copy = copy_of(kept, n * sizeof *kept);
	op->n = n;
	return queued(s);
}

int toc_store_revenants(struct toc_store *s, toc_dur deadline, toc_store_key *key, toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_REVENANTS, deadline, done, ctx);

	if (!op)
		return TOC_ELIMIT;
	op->hand_over.key = key;
	return queued(s);
}

int toc_store_keys(struct toc_store *s, toc_dur deadline, toc_store_key *key, toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_KEYS, deadline, done, ctx);

	if (!op)
		return TOC_ELIMIT;
	op->hand_over.key = key;
	return queued(s);
}

int toc_store_piece_save(struct toc_store *s, struct toc_str bytes, toc_dur deadline, toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_PIECE_SAVE, deadline, done, ctx);

	if (!op)
		return TOC_ELIMIT;
	op->piece = bytes;
	return queued(s);
}

int toc_store_pieces_load(struct toc_store *s, const struct toc_sha256 *pieces, size_t n, toc_dur deadline,
			  toc_store_blob *blob, toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_PIECES_LOAD, deadline, done, ctx);

	assert(n <= TOC_SNAPSHOT_PIECES_MAX);
	if (!op)
		return TOC_ELIMIT;
	op->copy = copy_of(pieces, n * sizeof *pieces);
	op->n = n;
	op->hand_over.blob = blob;
	return queued(s);
}

int toc_store_snapshot_save(struct toc_store *s, const struct toc_snapshot *what, toc_dur deadline,
			    toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_SNAPSHOT_SAVE, deadline, done, ctx);
	size_t pieces = what->n_pieces * sizeof *what->pieces;

	assert(what->as_of <= INT64_MAX && what->n_pieces <= TOC_SNAPSHOT_PIECES_MAX);
	if (!op)
		return TOC_ELIMIT;
	char *copy = toc_must_realloc(NULL, pieces + what->head.n + 1);
	if (pieces)
		memcpy(copy, what->pieces, pieces);
	if (what->head.n)
		memcpy(copy + pieces, what->head.p, what->head.n);
	op->copy = copy;
	op->snapshot = *what;
	op->snapshot.pieces = op->copy;
	op->snapshot.head.p = copy + pieces;
	return queued(s);
}

int toc_store_snapshot_load(struct toc_store *s, int version, toc_dur deadline, toc_store_blob *blob,
			    toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_SNAPSHOT_LOAD, deadline, done, ctx);

	if (!op)
		return TOC_ELIMIT;
	op->version = version;
	op->hand_over.blob = blob;
	return queued(s);
}

int toc_store_lock_tip(struct toc_store *s, toc_dur deadline, toc_store_done *done, void *ctx)
{
	return op_new(s, TOC_OP_LOCK_TIP, deadline, done, ctx) ? queued(s) : TOC_ELIMIT;
}

int toc_store_unlock_tip(struct toc_store *s, toc_dur deadline, toc_store_done *done, void *ctx)
{
	return op_new(s, TOC_OP_UNLOCK_TIP, deadline, done, ctx) ? queued(s) : TOC_ELIMIT;
}

int toc_store_tip(struct toc_store *s, toc_dur deadline, toc_store_head *head, toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_TIP, deadline, done, ctx);

	if (!op)
		return TOC_ELIMIT;
	op->hand_over.head = head;
	return queued(s);
}

static struct toc_op *op_of_log(struct toc_store *s, enum toc_op_kind kind, struct toc_str origin, toc_dur deadline,
				toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, kind, deadline, done, ctx);

	if (!op)
		return NULL;
	op->copy = copy_of(origin.p, origin.n);
	op->n = origin.n;
	return op;
}

int toc_store_checkpoint(struct toc_store *s, struct toc_str origin, toc_dur deadline, toc_store_head *head,
			 toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_of_log(s, TOC_OP_CHECKPOINT, origin, deadline, done, ctx);

	if (!op)
		return TOC_ELIMIT;
	op->hand_over.head = head;
	return queued(s);
}

static int leaves(struct toc_store *s, bool bare, uint64_t from, uint64_t to, toc_dur deadline, toc_store_leaf *leaf,
		  toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_LEAVES, deadline, done, ctx);

	assert(from <= to && to - from <= TOC_READ_MAX && to <= INT64_MAX);
	if (!op)
		return TOC_ELIMIT;
	op->from = from;
	op->to = to;
	op->version = bare;
	op->hand_over.leaf = leaf;
	return queued(s);
}

int toc_store_leaves(struct toc_store *s, uint64_t from, uint64_t to, toc_dur deadline, toc_store_leaf *leaf,
		     toc_store_done *done, void *ctx)
{
	return leaves(s, false, from, to, deadline, leaf, done, ctx);
}

int toc_store_bundle(struct toc_store *s, uint64_t from, uint64_t to, toc_dur deadline, toc_store_leaf *leaf,
		     toc_store_done *done, void *ctx)
{
	return leaves(s, true, from, to, deadline, leaf, done, ctx);
}

int toc_store_hashes(struct toc_store *s, unsigned level, uint64_t first, unsigned n, toc_dur deadline,
		     toc_store_blob *blob, toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_HASHES, deadline, done, ctx);

	assert(level < 8 && n <= 256 && first <= INT64_MAX - 256);
	if (!op)
		return TOC_ELIMIT;
	op->version = (int)level;
	op->from = first;
	op->limit = n;
	op->hand_over.blob = blob;
	return queued(s);
}

int toc_store_publish(struct toc_store *s, const struct toc_publication *what, toc_dur deadline, toc_store_done *done,
		      void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_PUBLISH, deadline, done, ctx);

	assert(what->n_tiles <= TOC_PUBLISH_TILES_MAX && what->size <= INT64_MAX);
	if (!op)
		return TOC_ELIMIT;
	op->publication = what;
	return queued(s);
}

int toc_store_checkpoint_of(struct toc_store *s, struct toc_str origin, uint64_t checkpoint, toc_dur deadline,
			    toc_store_head *head, toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_of_log(s, TOC_OP_CHECKPOINT_OF, origin, deadline, done, ctx);

	assert(checkpoint <= INT64_MAX);
	if (!op)
		return TOC_ELIMIT;
	op->from = checkpoint;
	op->hand_over.head = head;
	return queued(s);
}

int toc_store_cosign(struct toc_store *s, const struct toc_cosignature *what, toc_dur deadline, toc_store_done *done,
		     void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_COSIGN, deadline, done, ctx);

	assert(what->size <= INT64_MAX);
	if (!op)
		return TOC_ELIMIT;
	op->cosignature = what;
	return queued(s);
}

int toc_store_cosignatures(struct toc_store *s, struct toc_str origin, uint64_t checkpoint, toc_dur deadline,
			   toc_store_cosignature *cosignature, toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_of_log(s, TOC_OP_COSIGNATURES, origin, deadline, done, ctx);

	assert(checkpoint <= INT64_MAX || checkpoint == TOC_STORE_NEWEST);
	if (!op)
		return TOC_ELIMIT;
	op->from = checkpoint;
	op->hand_over.cosignature = cosignature;
	return queued(s);
}

int toc_store_add_stamp(struct toc_store *s, const struct toc_stamp *what, toc_dur deadline, toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_new(s, TOC_OP_ADD_STAMP, deadline, done, ctx);

	assert(what->size <= INT64_MAX);
	if (!op)
		return TOC_ELIMIT;
	op->stamp = what;
	return queued(s);
}

int toc_store_stamps(struct toc_store *s, struct toc_str origin, uint64_t checkpoint, toc_dur deadline, toc_store_stamp *stamp,
		     toc_store_done *done, void *ctx)
{
	struct toc_op *op = op_of_log(s, TOC_OP_STAMPS, origin, deadline, done, ctx);

	assert(checkpoint <= INT64_MAX || checkpoint == TOC_STORE_NEWEST);
	if (!op)
		return TOC_ELIMIT;
	op->from = checkpoint;
	op->hand_over.stamp = stamp;
	return queued(s);
}

void toc_store_free(struct toc_store *s)
{
	struct toc_error err;

	if (!s)
		return;
	(void)toc_fail(&err, TOC_ECLOSED, "database: the store was closed");
	toc_op_end_all(s, s->n, TOC_ECLOSED, &err);
	assert(s->n == 0); /* nobody queues on a store that is being freed */
	s->backend->free(s);
}

/* ---- the owner's loop ---- */

bool toc_store_is_up(const struct toc_store *s)
{
	return s->backend->is_up(s);
}

void toc_store_watch(struct toc_store *s, toc_store_on_event *on_event, void *ctx)
{
	s->on_event = on_event;
	s->event_ctx = ctx;
}

void toc_store_knows(struct toc_store *s, const struct toc_store *writer)
{
	assert(s->backend == writer->backend);
	s->knows = writer;
}

int toc_store_fd(const struct toc_store *s)
{
	return s->backend->fd(s);
}

short toc_store_wants(const struct toc_store *s)
{
	return s->backend->wants(s);
}

int64_t toc_store_next_us(const struct toc_store *s)
{
	return s->backend->next_us(s);
}

void toc_store_step(struct toc_store *s, short revents, int64_t mono_now_us)
{
	s->backend->step(s, revents, mono_now_us);
}

size_t toc_store_pending(const struct toc_store *s)
{
	return s->n;
}

/* One turn of the loop that owners without a loop get. */
static void turn(struct toc_store *s, int64_t end_us)
{
	int64_t now = toc_clock_mono_us(), until = toc_store_next_us(s);
	struct pollfd p = { .fd = toc_store_fd(s), .events = toc_store_wants(s) };

	if (until > end_us)
		until = end_us;
	int ms = until <= now ? 0 : (int)((until - now + 999) / 1000);
	if (poll(&p, 1, ms) < 0) /* a descriptor of -1 is skipped */
		p.revents = 0;   /* interrupted: look at the clock again */
	toc_store_step(s, p.revents, toc_clock_mono_us());
}

int toc_store_wait(struct toc_store *s, toc_dur timeout)
{
	int64_t end_us = toc_clock_mono_us() + timeout.us;

	while (s->n) {
		if (toc_clock_mono_us() >= end_us)
			return TOC_ETIMEOUT;
		turn(s, end_us);
	}
	return 0;
}

struct last_reason {
	struct toc_error why;
	toc_store_on_event *on_event;
	void *ctx;
};

static void note_reason(void *ctx, enum toc_store_event event, const struct toc_error *why)
{
	struct last_reason *l = ctx;

	if (event == TOC_STORE_DOWN)
		l->why = *why;
	if (l->on_event)
		l->on_event(l->ctx, event, why);
}

int toc_store_wait_up(struct toc_store *s, toc_dur timeout, struct toc_error *reterr)
{
	struct last_reason l = { .on_event = s->on_event, .ctx = s->event_ctx };
	int64_t end_us = toc_clock_mono_us() + timeout.us;

	toc_store_watch(s, note_reason, &l);
	while (!toc_store_is_up(s) && toc_clock_mono_us() < end_us)
		turn(s, end_us);
	toc_store_watch(s, l.on_event, l.ctx);
	if (toc_store_is_up(s))
		return 0;
	return toc_fail(reterr, TOC_ETIMEOUT, "database: not up after %lld ms: %s",
			(long long)(timeout.us / 1000), l.why.text[0] ? l.why.text : "no answer");
}
