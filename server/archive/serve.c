/* serve.c: READ by READ. They stand in a queue; one look at the database is under way at a time; a READ that
 * is not finished after its look goes to the end of the queue. */
#include "archive/archive.h"
#include "archive/auditor.h"
#include "archive/prover.h"

#include "base/log.h"
#include "base/map.h"
#include "ipc/grant.h"
#include "measure/metrics.h"
#include "render/render.h"
#include "store/facts.h"

#include <stdlib.h>
#include <string.h>

#define FAR_BEHIND 10000 /* entries: more than a busy minute leaves */
#define FAR_TOLD_US INT64_C(30000000)
#define DEADLINE TOC_SECONDS(2) /* of one look */
#define ALL_KEYS_DEADLINE TOC_SECONDS(28) /* at the start, and after an erasure: there may be very many */
#define TIME_US 5000000         /* of one READ, waiting included */
#define SHUT_US 60000000 /* so long keys that do not open are waited for: for good, when an older copy of the database is wrapped under what is destroyed */
#define SHUT_FORGOTTEN_US 300000000
#define FRAMES_MAX 4096
#define BYTES_MAX (8u << 20)

struct reading {
	struct reading *next;
	unsigned front;
	uint64_t conn, from;
	uint32_t frames, bytes; /* credit left */
	unsigned looks;
	int64_t until_us;
	bool stopped, outdated;
	struct toc_arena *arena;
	struct toc_grant who;
};
struct toc_archive {
	struct toc_archive_options o;
	struct toc_limits limits;
	struct toc_child *child;
	struct toc_prover *prover; /* NULL: the log is not shown */
	struct toc_auditor *auditor;
	struct toc_facts *facts; /* NULL: nobody audits */
	int64_t far_us;          /* when it was last said that they are far behind; 0: they are not */
	struct toc_buf out;
	struct reading *first, **end;
	size_t n;
	struct reading *at;      /* under way; not in the queue */
	int64_t look_us;         /* since when */
	struct toc_arena *arena; /* of its rows */
	struct toc_row *rows;
	size_t n_rows;
	uint64_t tip;
	struct toc_map *recalled; /* eid and organisation: a message that was taken back from it */
	uint64_t recalls_to;      /* of what was appended before it all recalls are known */
	bool ready, loading; /* the keys, for the first time */
	bool shut;           /* keys of the rows at hand are there and do not open */
	int64_t shut_us, shut_last_us; /* since when that is so, and when it was so last */
	bool sweeping, sweep_again; /* some were erased: all are read anew */
	int64_t retry_us;
};

static void next_look(struct toc_archive *a);

static void reading_free(struct reading *r)
{
	toc_arena_free(r->arena);
}

static int send_out(struct toc_archive *a, const struct reading *r)
{
	return toc_child_send(a->child, r->front, &a->out);
}

static void send_end(struct toc_archive *a, const struct reading *r, enum toc_refusal_code code)
{
	toc_ipc_begin(&a->out, TOC_IPC_HISTORY_END);
	toc_ipc_u64(&a->out, r->conn);
	toc_ipc_u64(&a->out, r->from);
	toc_ipc_u64(&a->out, a->tip);
	toc_ipc_u16(&a->out, (uint16_t)code);
	if (code != TOC_NOT_REFUSED)
		toc_count_as(TOC_METRIC_ARCHIVE_REFUSED, code);
	if (!r->stopped && send_out(a, r) == TOC_ELIMIT)
		toc_log(TOC_LOG_WARN, "front_slow", "front %u does not read; a reading ends without a word",
			r->front);
}

/* ---- one look ---- */

static void on_row(void *ctx, const struct toc_row *row)
{
	struct toc_archive *a = ctx;
	if (a->n_rows == TOC_ARCHIVE_ROWS)
		return;
	struct toc_row *copy = &a->rows[a->n_rows++];
	*copy = *row;
	copy->leaf = toc_arena_str(a->arena, row->leaf);
	copy->body = toc_arena_str(a->arena, row->body);
	copy->actor_sealed = toc_arena_str(a->arena, row->actor_sealed);
	copy->data_sealed = toc_arena_str(a->arena, row->data_sealed);
}

static bool in_scope(const struct toc_grant *g, const struct toc_entry *e)
{
	return !g->scoped || toc_scope_has(&(struct toc_scope){ .message = g->message, .case_ref = g->case_ref,
								.incident = g->incident, .from = g->from }, e);
}

/* ---- what was recalled from whom ---- */

static struct toc_str recalled_key(struct toc_arena *a, struct toc_uuid eid, struct toc_str org)
{
	return toc_arena_printf(a, "%s %.*s", toc_uuid_str(a, eid).p, TOC_STR_ARGS(org));
}

static void on_recall(void *ctx, const struct toc_row *row)
{
	struct toc_archive *a = ctx;
	struct toc_arena *scratch = toc_arena_new();
	struct toc_opened e;
	struct toc_error error;

	if (toc_render_open(scratch, a->o.ring, row, &e, &error) == 0) {
		const struct toc_value *said = toc_get(toc_get(e.entry.body, "decided"), "recalled"),
				       *entries = toc_get(said, "entries"), *orgs = toc_get(said, "orgs");
		struct toc_uuid eid;
		for (size_t i = 0; i < toc_len(entries); i++)
			for (size_t k = 0; toc_uuid_parse(toc_text_of(toc_at(entries, i)), &eid) == 0 && k < toc_len(orgs); k++)
				toc_map_put(a->recalled, recalled_key(scratch, eid, toc_text_of(toc_at(orgs, k))), a);
	} else {
		toc_log(TOC_LOG_ERROR, "entry_unreadable", "recall %llu: %s", (unsigned long long)row->seq, error.text);
	}
	toc_arena_free(scratch);
}

/* Since the grant was made its bearer may do less (or more): what comes after is shown to who asks with a new one. */
static bool outdates(const struct toc_grant *who, const struct toc_entry *e)
{
	struct toc_narrowed narrowed;

	return e->seq >= who->as_of && toc_entry_narrows(e, &narrowed) &&
	       (toc_uuid_is_nil(narrowed.kept) || !toc_uuid_eq(narrowed.kept, who->session)) &&
	       (narrowed.org.n ? toc_str_eq(narrowed.org, who->org)
			       : toc_uuid_eq(narrowed.id, who->session) || toc_uuid_eq(narrowed.id, who->person));
}

/* @return false: no more for now */
static bool send_row(struct toc_archive *a, struct reading *r, const struct toc_row *row)
{
	struct toc_arena *scratch = toc_arena_new();
	struct toc_opened e;
	struct toc_error error;
	enum toc_rendering rendering;
	bool go_on = true;

	if (toc_render_open(scratch, a->o.ring, row, &e, &error) < 0) {
		/* never shown: it is not what was appended */
		toc_log(TOC_LOG_ERROR, "entry_unreadable", "entry %llu: %s", (unsigned long long)row->seq,
			error.text);
	} else if (outdates(&r->who, &e.entry)) {
		r->outdated = true;
		go_on = false;
	} else if (in_scope(&r->who, &e.entry) &&
		   !toc_map_get(a->recalled, recalled_key(scratch, e.entry.eid, r->who.org)) &&
		   toc_render_for(scratch, &e.entry, r->who.org, r->who.roles, r->who.exercise_only, &rendering)) {
		struct toc_str json = toc_render_entry(scratch, &e, rendering, false);
		toc_ipc_begin(&a->out, TOC_IPC_HISTORY);
		toc_ipc_u64(&a->out, r->conn);
		toc_ipc_u64(&a->out, row->seq);
		toc_ipc_str(&a->out, json);
		go_on = send_out(a, r) == 0;
		if (go_on) {
			toc_count(TOC_METRIC_ARCHIVE_ENTRIES);
			toc_count_by(TOC_METRIC_ARCHIVE_BYTES, 0, json.n);
			r->frames--;
			r->bytes = json.n < r->bytes ? r->bytes - (uint32_t)json.n : 0;
		}
	}
	if (go_on)
		r->from = row->seq + 1;
	toc_arena_free(scratch);
	if (toc_child_queued(a->child, r->front) >= (size_t)a->limits.front_queue_kib * 1024) {
		toc_limit_hit(TOC_LIMIT_front_queue_kib);
		go_on = false;
	}
	return go_on && r->frames && r->bytes;
}

static void requeue(struct toc_archive *a, struct reading *r)
{
	r->next = NULL;
	*a->end = r;
	a->end = &r->next;
	a->n++;
}

static void end_look(struct toc_archive *a, enum toc_refusal_code code, bool more)
{
	struct reading *r = a->at;
	a->at = NULL;
	if (more && !r->stopped && ++r->looks < TOC_ARCHIVE_LOOKS && toc_clock_mono_us() < r->until_us) {
		requeue(a, r);
	} else {
		send_end(a, r, code);
		reading_free(r);
	}
	next_look(a);
}

static void show(struct toc_archive *a)
{
	struct reading *r = a->at;
	bool room = true;
	for (size_t i = 0; room && i < a->n_rows && !r->stopped; i++)
		if (a->rows[i].seq >= r->from)
			room = send_row(a, r, &a->rows[i]);
	if (r->outdated)
		end_look(a, TOC_REFUSE_NOT_AUTHENTICATED, false);
	else
		end_look(a, TOC_NOT_REFUSED, room && r->from < a->tip);
}

static void on_key(void *ctx, const struct toc_key_row *row)
{
	struct toc_archive *a = ctx;
	int r = toc_keyring_add(a->o.ring, row);
	if (r == TOC_EPROOF)
		toc_log(TOC_LOG_ERROR, "seal_key_altered",
			"a seal key does not open; what it seals cannot be read");
	a->shut |= r == TOC_ENOTFOUND || r == TOC_EIO;
}

static void on_recalls(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_archive *a = ctx;
	(void)size, (void)error;
	if (result < 0) {
		end_look(a, TOC_REFUSE_BUSY, false);
		return;
	}
	a->recalls_to = a->tip;
	show(a);
}

/* Nothing is shown before it is known what has been recalled of it. */
static void show_what_is_not_recalled(struct toc_archive *a)
{
	if (a->recalls_to >= a->tip)
		show(a);
	else if (toc_store_recalls(a->o.store, a->recalls_to, DEADLINE, on_recall, on_recalls, a) < 0)
		end_look(a, TOC_REFUSE_BUSY, false);
}

/* What is there and does not open here is shown as that, not as erased; but first it is waited for, since what was missed once does not
 * come again. */
static bool waited_enough(struct toc_archive *a)
{
	int64_t now = toc_clock_mono_us();

	if (!a->shut_us || now - a->shut_last_us > SHUT_FORGOTTEN_US) {
		a->shut_us = now;
		toc_log(TOC_LOG_WARN, "keys_shut", "seal keys do not open here: the wrapping key is lacking, or the token does not answer; who reads waits");
	}
	a->shut_last_us = now;
	return now - a->shut_us > SHUT_US;
}

static void on_keys(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_archive *a = ctx;
	(void)size, (void)error;
	if (result < 0 || (a->shut && !waited_enough(a)))
		end_look(a, TOC_REFUSE_BUSY, false);
	else
		show_what_is_not_recalled(a); /* a key that is still unknown was destroyed */
}

static void on_read(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_archive *a = ctx;
	(void)error;
	if (result < 0) {
		end_look(a, TOC_REFUSE_BUSY, false);
		return;
	}
	a->tip = size;
	toc_observe(TOC_METRIC_ARCHIVE_LOOK, 0, toc_clock_mono_us() - a->look_us);
	struct toc_uuid *ids;
	size_t missing = toc_keyring_missing(a->o.ring, a->arena, a->rows, a->n_rows, &ids);
	a->shut = false;
	if (!missing)
		show_what_is_not_recalled(a);
	else if (toc_store_keys_of(a->o.store, ids, missing, DEADLINE, on_key, on_keys, a) < 0)
		end_look(a, TOC_REFUSE_BUSY, false);
}

static void next_look(struct toc_archive *a)
{
	while (!a->at && a->first) {
		struct reading *r = a->first;
		a->first = r->next;
		if (!a->first)
			a->end = &a->first;
		a->n--;
		a->at = r;
		a->look_us = toc_clock_mono_us();
		toc_arena_reset(a->arena);
		a->rows = toc_arena_alloc(a->arena, TOC_ARCHIVE_ROWS * sizeof *a->rows);
		a->n_rows = 0;
		if (r->stopped || !toc_child_has(a->child, r->front)) {
			reading_free(r);
			a->at = NULL;
		} else if (!toc_store_is_up(a->o.store) ||
			   toc_store_read(a->o.store, r->from, TOC_ARCHIVE_ROWS, DEADLINE, on_row, on_read,
					  a) < 0) {
			send_end(a, r, TOC_REFUSE_BUSY);
			reading_free(r);
			a->at = NULL;
		}
	}
}

/* ---- frames ---- */

static void on_read_frame(struct toc_archive *a, unsigned front, struct toc_frame *f)
{
	struct toc_arena *arena = toc_arena_new();
	struct reading *r = toc_arena_alloc(arena, sizeof *r);
	r->arena = arena;
	r->front = front;
	r->conn = toc_frame_u64(f);
	struct toc_str grant = toc_frame_str(f);
	r->from = toc_frame_u64(f);
	r->frames = toc_frame_u32(f);
	r->bytes = toc_frame_u32(f);
	r->until_us = toc_clock_mono_us() + TIME_US;
	if (r->from > INT64_MAX) /* no ledger has such a position, and no front of ours asks for it */
		f->bad = true;
	if (!toc_frame_end(f)) {
		reading_free(r);
		return;
	}
	r->frames = r->frames < FRAMES_MAX ? r->frames : FRAMES_MAX;
	r->bytes = r->bytes < BYTES_MAX ? r->bytes : BYTES_MAX;
	toc_time now = a->o.clock ? a->o.clock(a->o.clock_ctx) : toc_clock_now();
	enum toc_refusal_code code = TOC_NOT_REFUSED;
	if (toc_grant_open(arena, a->o.grant_key, grant, now, &r->who) < 0)
		code = TOC_REFUSE_NOT_AUTHENTICATED;
	else if (a->n >= (size_t)a->limits.reads_waiting || !a->ready)
		code = TOC_REFUSE_BUSY;
	if (code == TOC_REFUSE_BUSY && a->ready)
		toc_limit_hit(TOC_LIMIT_reads_waiting);
	if (code != TOC_NOT_REFUSED || !r->frames || !r->bytes) {
		send_end(a, r, code);
		reading_free(r);
		return;
	}
	toc_count(TOC_METRIC_ARCHIVE_READS);
	requeue(a, r);
	next_look(a);
}

static void stop(struct toc_archive *a, unsigned front, bool all, uint64_t conn)
{
	if (a->at && a->at->front == front && (all || a->at->conn == conn))
		a->at->stopped = true;
	for (struct reading *r = a->first; r; r = r->next)
		if (r->front == front && (all || r->conn == conn))
			r->stopped = true;
}

static void on_stop_frame(struct toc_archive *a, unsigned front, struct toc_frame *f)
{
	uint64_t conn = toc_frame_u64(f);

	if (!toc_frame_end(f))
		return;
	stop(a, front, false, conn);
	toc_auditor_stop(a->auditor, front, false, conn);
}

static void on_frame(void *archive, unsigned front, struct toc_frame *f)
{
	struct toc_archive *a = archive;
	switch (f->number) {
	case TOC_IPC_READ: on_read_frame(a, front, f); break;
	case TOC_IPC_STOP: on_stop_frame(a, front, f); break;
	case TOC_IPC_AUDIT: toc_auditor_ask(a->auditor, front, f); break;
	case TOC_IPC_AUDIT_MORE: toc_auditor_more(a->auditor, front, f); break;
	case TOC_IPC_LOG:
		if (a->prover)
			toc_prover_ask(a->prover, front, f);
		else
			f->bad = true;
		break;
	default: f->bad = true;
	}
}

static void on_front(void *archive, unsigned front, bool here)
{
	struct toc_archive *a = archive;
	if (a->prover)
		toc_prover_front(a->prover, front, here);
	if (!here) {
		stop(a, front, true, 0);
		toc_auditor_stop(a->auditor, front, true, 0);
	}
}

/* ---- start: the keys ---- */

static void on_first_keys(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_archive *a = ctx;
	(void)size;
	a->loading = false;
	if (result < 0) {
		toc_log(TOC_LOG_WARN, "start_failed", "retrying in 1 s: %s", error->text);
		a->retry_us = toc_clock_mono_us() + 1000000;
		return;
	}
	a->ready = true;
	toc_log(TOC_LOG_INFO, "serving", "serving");
}

/* ---- keys that were erased are forgotten ---- */

static void on_swept(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_archive *a = ctx;
	(void)size;
	a->sweeping = false;
	a->sweep_again = result < 0;
	if (result == 0)
		(void)toc_keyring_swept(a->o.ring);
	else
		toc_log(TOC_LOG_WARN, "keys_not_read", "trying again: %s", error->text);
}

static void sweep(struct toc_archive *a)
{
	if (!a->ready || a->sweeping || !toc_store_is_up(a->o.store) ||
	    (!toc_keyring_changed(a->o.ring) && !a->sweep_again))
		return;
	toc_keyring_sweep(a->o.ring);
	a->sweeping = toc_store_keys(a->o.store, ALL_KEYS_DEADLINE, on_key, on_swept, a) == 0;
	a->sweep_again = !a->sweeping;
}

static void on_store(void *archive, enum toc_store_event event, const struct toc_error *why)
{
	struct toc_archive *a = archive;
	(void)why;
	if (a->prover && (event == TOC_STORE_PUBLISHED || event == TOC_STORE_UP))
		toc_prover_published(a->prover);
}

static toc_time now_of(void *archive)
{
	struct toc_archive *a = archive;
	return a->o.clock ? a->o.clock(a->o.clock_ctx) : toc_clock_now();
}

static const struct toc_child_source facts_source = { .fd = toc_facts_fd, .wants = toc_facts_wants, .next_us = toc_facts_next_us,
						      .step = toc_facts_step };

/* After an upgrade it takes minutes: the operator is told how far it is. */
static void tell_how_far(struct toc_archive *a, int64_t behind)
{
	int64_t now = toc_clock_mono_us();

	if (behind >= FAR_BEHIND && (!a->far_us || now >= a->far_us + FAR_TOLD_US)) {
		toc_log(TOC_LOG_INFO, "facts_behind", "%lld entries are still gone through for auditors; until then they are answered as of what is known, and told so", (long long)behind);
		a->far_us = now;
	} else if (behind == 0 && a->far_us) {
		toc_log(TOC_LOG_INFO, "facts_known", "all entries are gone through for auditors");
		a->far_us = 0;
	}
}

static void look_at_facts(struct toc_archive *a)
{
	struct toc_error why;

	if (!a->facts)
		return;
	toc_gauge(TOC_METRIC_ARCHIVE_BEHIND, 0, toc_facts_behind(a->facts));
	tell_how_far(a, toc_facts_behind(a->facts));
	if (toc_facts_trouble(a->facts, &why))
		toc_log(TOC_LOG_WARN, "facts_wait", "what auditors look for is not computed, trying again in 5 s: %s", why.text);
}

static void on_turn(void *archive)
{
	struct toc_archive *a = archive;
	if (a->prover)
		toc_prover_turn(a->prover);
	toc_auditor_turn(a->auditor);
	look_at_facts(a);
	toc_gauge(TOC_METRIC_ARCHIVE_WAITING, 0, (int64_t)a->n);
	toc_gauge(TOC_METRIC_ARCHIVE_DATABASE, 0, a->ready && toc_store_is_up(a->o.store));
	toc_gauge(TOC_METRIC_ARCHIVE_TURN, 0, toc_clock_mono_us());
	sweep(a);
	if (!a->ready && !a->loading && toc_store_is_up(a->o.store) && toc_clock_mono_us() >= a->retry_us)
		a->loading = toc_store_keys(a->o.store, ALL_KEYS_DEADLINE, on_key, on_first_keys, a) == 0;
}

static int64_t next_us(void *archive)
{
	const struct toc_archive *a = archive;
	int64_t proves = a->prover ? toc_prover_next_us(a->prover) : INT64_MAX;
	int64_t loads = !a->ready && !a->loading && toc_store_is_up(a->o.store) ? a->retry_us : INT64_MAX;
	return loads < proves ? loads : proves;
}

static const struct toc_child_events events = {
	.frame = on_frame,
	.front = on_front,
	.turn = on_turn,
	.next_us = next_us,
};

struct toc_archive *toc_archive_new(const struct toc_archive_options *o)
{
	struct toc_archive *a = calloc(1, sizeof *a);
	if (!a)
		abort();
	a->o = *o;
	toc_limits_read(o->limits, &a->limits);
	a->end = &a->first;
	a->arena = toc_arena_new();
	a->recalled = toc_map_new();
	toc_buf_init(&a->out, TOC_IPC_FRAME_MAX + 64);
	a->child = toc_child_new(&events, a, o->control);
	toc_child_store(a->child, o->store);
	toc_store_watch(o->store, on_store, a);
	if (o->log.name[0])
		a->prover = toc_prover_new(&(struct toc_prover_options){
			.child = a->child,
			.store = o->store,
			.ring = o->ring,
			.grant_key = a->o.grant_key,
			.key = o->log,
			.waiting_max = (unsigned)a->limits.reads_waiting,
			.now = now_of,
			.ctx = a,
		});
	a->auditor = toc_auditor_new(&(struct toc_auditor_options){
		.child = a->child,
		.store = o->store,
		.ring = o->ring,
		.grant_key = a->o.grant_key,
		.prover = a->prover,
		.conninfo = o->auditor,
		.most = (unsigned)a->limits.audits,
		.most_per_person = (unsigned)a->limits.audits_per_person,
		.seconds = a->limits.audit_s,
		.stall_us = a->limits.audit_stall_s * INT64_C(1000000),
		.spool_bytes = (size_t)a->limits.audit_kib * 1024,
		.press = o->press,
		.press_us = a->limits.audit_print_s * INT64_C(1000000),
		.now = now_of,
		.ctx = a,
	});
	if (o->auditor) {
		a->facts = toc_facts_new(o->auditor);
		toc_child_watch(a->child, &facts_source, a->facts);
	}
	return a;
}

void toc_archive_free(struct toc_archive *a)
{
	if (!a)
		return;
	for (struct reading *r = a->first; r; r = r->next)
		r->stopped =
			true; /* the look that is under way ends now, with an error, and begins no other */
	if (a->prover)
		toc_prover_leave(a->prover);
	toc_auditor_leave(a->auditor);
	toc_store_free(a->o.store);
	toc_auditor_free(a->auditor);
	toc_child_free(a->child);
	toc_facts_free(a->facts);
	toc_prover_free(a->prover);
	for (struct reading *r = a->first, *next; r; r = next) {
		next = r->next;
		reading_free(r);
	}
	toc_keyring_free(a->o.ring);
	toc_map_free(a->recalled);
	toc_arena_free(a->arena);
	toc_buf_done(&a->out);
	toc_wipe(&a->o, sizeof a->o);
	free(a);
}

struct toc_child *toc_archive_child(struct toc_archive *a)
{
	return a->child;
}

bool toc_archive_is_idle(const struct toc_archive *a)
{
	size_t unsent = 0;

	for (unsigned i = 0; i < toc_child_fronts(a->child); i++)
		unsent += toc_child_queued(a->child, i);
	return toc_auditor_answers(a->auditor) == 0 && unsent == 0;
}

int toc_archive_turn(struct toc_archive *a, toc_dur at_most)
{
	return toc_child_turn(a->child, at_most);
}
