/* memory.c: the second store, for tests: the same contract as PostgreSQL, without one.
 *
 * Several handles can share a ledger, as several nodes share a database. Each refuses what the database's
 * constraints refuse (sql/migrations). Faults are switched on by hand: away, frozen, answer lost. */
#include "base/map.h"
#include "store/backend.h"
#include "store/memory_log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_LIFE_US 1000000 /* the server's idle_in_transaction_session_timeout */

struct piece {
	struct toc_sha256 name;
	struct toc_str bytes;
};
struct snapshot {
	int version;
	uint64_t as_of;
	struct toc_str bytes;
};

struct memory;

struct ledger {
	struct toc_arena *arena; /* everything that is stored */
	struct memory *handles;
	struct toc_range range;
	struct toc_row *rows;
	struct toc_uuid *cases; /* of each row */
	size_t cap;
	struct toc_map *once; /* eid and organisation of each entry */
	struct toc_uuid refused; /* a fault: this entry is not taken */
	struct toc_key_row *keys;
	size_t n_keys;
	struct snapshot *snapshots;
	size_t n_snapshots;
	struct piece *pieces;
	size_t n_pieces;
	struct toc_memory_log log;
	const struct memory *locked_by;
	int64_t locked_until;
};

struct memory {
	struct toc_store s;
	struct ledger *ledger;
	struct memory *next;
	enum toc_memory_fault fault;
	bool up, appended, published; /* another handle did: say so */
};

static struct memory *memory_of(const struct toc_store *s)
{
	return (struct memory *)s;
}

static void *grown(void *p, size_t bytes)
{
	p = realloc(p, bytes);
	if (!p)
		abort();
	return p;
}

/* ---- what the database checks ---- */

static bool key_exists(const struct ledger *l, const struct toc_append *what, struct toc_uuid id)
{
	for (size_t i = 0; i < l->n_keys; i++)
		if (toc_uuid_eq(l->keys[i].id, id))
			return true;
	for (size_t i = 0; i < what->n_keys; i++)
		if (toc_uuid_eq(what->keys[i].id, id))
			return true;
	return false;
}

static bool same_subject(const struct toc_key_row *x, const struct toc_key_row *y)
{
	return toc_str_eq(x->subject, y->subject) && toc_str_eq(x->retention, y->retention);
}

static int check_keys(const struct ledger *l, const struct toc_append *what, struct toc_error *reterr)
{
	for (size_t i = 0; i < what->n_keys; i++) {
		const struct toc_key_row *k = &what->keys[i];
		bool taken = false, same = false;
		for (size_t old = 0; old < l->n_keys; old++) {
			taken |= toc_uuid_eq(k->id, l->keys[old].id);
			same |= same_subject(k, &l->keys[old]);
		}
		for (size_t other = 0; other < i; other++) {
			taken |= toc_uuid_eq(k->id, what->keys[other].id);
			same |= same_subject(k, &what->keys[other]);
		}
		if (taken)
			return toc_fail(reterr, TOC_EINVAL, "seal_key_id_is_unique");
		if (same)
			return toc_fail(reterr, TOC_ENOTFOUND, "seal_key_is_one_per_subject_and_class");
		if (k->wrapped.n < 48 || k->wrapped.n > 256)
			return toc_fail(reterr, TOC_EINVAL, "seal_key_is_wrapped");
	}
	return 0;
}

static struct toc_str name_of(struct toc_arena *a, const struct toc_leaf *leaf)
{
	char *name = toc_arena_alloc(a, sizeof leaf->eid + leaf->org.n);

	memcpy(name, leaf->eid.b, sizeof leaf->eid);
	memcpy(name + sizeof leaf->eid, leaf->org.p, leaf->org.n);
	return (struct toc_str){ name, sizeof leaf->eid + leaf->org.n };
}

static int check_row(struct ledger *l, struct toc_arena *a, const struct toc_append *what,
		     const struct toc_row *row, struct toc_map *batch, struct toc_uuid *ret_case,
		     struct toc_error *reterr)
{
	struct toc_leaf leaf;
	int r = toc_leaf_parse(a, row->leaf, &leaf, reterr);

	if (r < 0)
		return r;
	if (row->body.n > TOC_BODY_BYTES_MAX)
		return toc_fail(reterr, TOC_EINVAL, "entry_body_is_at_most_1_mib");
	if (!toc_sha256_eq(leaf.body, toc_commit(TOC_PART_BODY, row->body_salt, row->body)))
		return toc_fail(reterr, TOC_EINVAL, "entry_body_is_the_one_committed_to");
	if (row->actor_sealed.n > TOC_SEALED_BYTES_MAX || row->data_sealed.n > TOC_SEALED_BYTES_MAX)
		return toc_fail(reterr, TOC_EINVAL, "sealed_parts_are_at_most_1_mib");
	if (toc_uuid_is_nil(row->actor_key) != !row->actor_sealed.n || toc_uuid_is_nil(row->data_key) != !row->data_sealed.n)
		return toc_fail(reterr, TOC_EINVAL, "sealed_part_comes_with_its_key");
	if ((row->actor_sealed.n && !key_exists(l, what, row->actor_key)) || (row->data_sealed.n && !key_exists(l, what, row->data_key)))
		return toc_fail(reterr, TOC_ENOTFOUND, "a sealed part names a key that does not exist");
	if (!toc_uuid_is_nil(l->refused) && toc_uuid_eq(leaf.eid, l->refused))
		return toc_fail(reterr, TOC_EINVAL, "refused (a fault that was asked for)");
	struct toc_str name = name_of(a, &leaf);
	if (toc_map_get(l->once, name) || toc_map_put(batch, name, batch))
		return toc_fail(reterr, TOC_EINVAL, "entry_org_and_eid_are_unique");
	*ret_case = leaf.case_ref;
	return 0;
}

/* ---- append ---- */

static void keep_row(struct ledger *l, const struct toc_row *row, struct toc_uuid case_ref)
{
	size_t at = (size_t)l->range.size;

	if (at == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 256;
		l->rows = grown(l->rows, l->cap * sizeof *l->rows);
		l->cases = grown(l->cases, l->cap * sizeof *l->cases);
	}
	struct toc_row kept = *row;
	kept.seq = at;
	kept.leaf = toc_arena_str(l->arena, row->leaf);
	kept.body = toc_arena_str(l->arena, row->body);
	kept.actor_sealed =
		toc_arena_str(l->arena, toc_uuid_is_nil(row->actor_key) ? TOC_STR("") : row->actor_sealed);
	kept.data_sealed =
		toc_arena_str(l->arena, toc_uuid_is_nil(row->data_key) ? TOC_STR("") : row->data_sealed);
	l->rows[at] = kept;
	l->cases[at] = case_ref;
	toc_range_add(&l->range, toc_leaf_hash(kept.leaf));
}

static int by_id(const void *x, const void *y)
{
	const struct toc_key_row *a = x, *b = y;

	return toc_uuid_cmp(a->id, b->id);
}

static void keep_keys(struct ledger *l, const struct toc_append *what)
{
	if (!what->n_keys)
		return;
	l->keys = grown(l->keys, (l->n_keys + what->n_keys) * sizeof *l->keys);
	for (size_t i = 0; i < what->n_keys; i++) {
		struct toc_key_row k = what->keys[i];
		k.subject = toc_arena_str(l->arena, k.subject);
		k.retention = toc_arena_str(l->arena, k.retention);
		k.wrapped = toc_arena_str(l->arena, k.wrapped);
		l->keys[l->n_keys++] = k;
	}
	qsort(l->keys, l->n_keys, sizeof *l->keys, by_id);
}

static int append(struct memory *m, const struct toc_append *what, struct toc_error *reterr)
{
	struct ledger *l = m->ledger;
	struct toc_arena *a = toc_arena_new();
	struct toc_map *batch = toc_map_new();
	struct toc_uuid *cases = toc_arena_alloc(a, what->n_rows * sizeof *cases);
	struct toc_str name;
	void *value;
	size_t cursor = 0;
	int r = 0;

	if (l->range.size != what->expected_size)
		r = toc_fail(reterr, TOC_ECONFLICT, "database: the tip is at %llu, not at %llu",
			     (unsigned long long)l->range.size, (unsigned long long)what->expected_size);
	if (r == 0)
		r = check_keys(l, what, reterr);
	for (size_t i = 0; r == 0 && i < what->n_rows; i++)
		r = check_row(l, a, what, &what->rows[i], batch, &cases[i], reterr);
	if (r < 0)
		goto out;

	keep_keys(l, what);
	for (size_t i = 0; i < what->n_rows; i++)
		keep_row(l, &what->rows[i], cases[i]);
	while (toc_map_next(batch, &cursor, &name, &value))
		(void)toc_map_put(l->once, name, l);
	for (struct memory *other = l->handles; other; other = other->next)
		other->appended |= other != m && other->s.knows != &m->s;
out:
	toc_map_free(batch);
	toc_arena_free(a);
	return r;
}

/* ---- the other operations ---- */

/* As runs, key by key and part by part. */
static void parts(const struct ledger *l, const struct toc_op *op)
{
	const struct toc_uuid *wanted = op->copy;

	for (size_t i = 0; i < op->n; i++)
		for (unsigned part = 1; part <= 2; part++) {
			uint64_t first = 0, n = 0;
			for (uint64_t seq = 0; seq <= l->range.size; seq++) {
				bool is = seq < l->range.size && (part == 1 ? toc_uuid_eq(l->rows[seq].actor_key, wanted[i]) :
									      toc_uuid_eq(l->rows[seq].data_key, wanted[i]));
				if (is && n++ == 0)
					first = seq;
				if (!is && n) {
					op->hand_over.part(op->ctx, wanted[i], part, first, first + n - 1);
					n = 0;
				}
			}
		}
}

static void find(struct memory *m, const struct toc_op *op)
{
	const struct toc_uuid *wanted = op->copy;
	struct toc_arena *a = toc_arena_new();

	for (uint64_t seq = 0; seq < m->ledger->range.size; seq++) {
		struct toc_leaf leaf;
		if (toc_leaf_parse(a, m->ledger->rows[seq].leaf, &leaf, NULL) < 0)
			TOC_WRONG("a stored leaf does not parse");
		for (size_t i = 0; i < op->n; i++)
			if (toc_uuid_eq(leaf.eid, wanted[i])) {
				op->hand_over.found(op->ctx, leaf.eid, seq);
				break;
			}
		toc_arena_reset(a);
	}
	toc_arena_free(a);
}

static void read_cases(struct memory *m, const struct toc_op *op)
{
	const struct toc_uuid *wanted = op->copy;

	for (uint64_t seq = 0; seq < m->ledger->range.size; seq++)
		for (size_t i = 0; i < op->n; i++)
			if (toc_uuid_eq(m->ledger->cases[seq], wanted[i])) {
				op->hand_over.row(op->ctx, &m->ledger->rows[seq]);
				break;
			}
}

static void read_kind(struct memory *m, const struct toc_op *op, const char *begins)
{
	struct toc_arena *a = toc_arena_new();

	for (uint64_t seq = op->from; seq < m->ledger->range.size; seq++) {
		struct toc_leaf leaf;
		struct toc_error error;
		if (toc_leaf_parse(a, m->ledger->rows[seq].leaf, &leaf, &error) == 0 && leaf.k.n >= strlen(begins) &&
		    !memcmp(leaf.k.p, begins, strlen(begins)))
			op->hand_over.row(op->ctx, &m->ledger->rows[seq]);
	}
	toc_arena_free(a);
}

static const struct piece *find_piece(const struct ledger *l, const struct toc_sha256 *name)
{
	for (size_t i = 0; i < l->n_pieces; i++)
		if (!memcmp(l->pieces[i].name.b, name->b, sizeof name->b))
			return &l->pieces[i];
	return NULL;
}

static void save_piece(struct ledger *l, const struct toc_op *op)
{
	const struct toc_sha256 name = toc_sha256(op->piece);

	if (find_piece(l, &name))
		return;
	l->pieces = grown(l->pieces, (l->n_pieces + 1) * sizeof *l->pieces);
	l->pieces[l->n_pieces++] = (struct piece){ name, toc_arena_str(l->arena, op->piece) };
}

static void load_pieces(const struct ledger *l, const struct toc_op *op)
{
	const struct toc_sha256 *wanted = op->copy;

	for (size_t i = 0; i < op->n; i++) {
		const struct piece *p = find_piece(l, &wanted[i]);
		if (p)
			op->hand_over.blob(op->ctx, 0, 0, p->bytes);
	}
}

static int save(struct ledger *l, const struct toc_op *op, struct toc_error *reterr)
{
	const struct toc_snapshot *s = &op->snapshot;

	if (s->as_of > l->range.size)
		return toc_fail(reterr, TOC_EINVAL,
				"a snapshot as of %llu, while the ledger has %llu entries",
				(unsigned long long)s->as_of, (unsigned long long)l->range.size);
	for (size_t i = 0; i < s->n_pieces; i++)
		if (!find_piece(l, &s->pieces[i]))
			return toc_fail(reterr, TOC_EINVAL, "a piece of the snapshot is not here");
	for (size_t i = 0; i < l->n_snapshots; i++)
		if (l->snapshots[i].version == s->version && l->snapshots[i].as_of == s->as_of) {
			l->snapshots[i].bytes = toc_arena_str(l->arena, s->head);
			return 0;
		}
	l->snapshots = grown(l->snapshots, (l->n_snapshots + 1) * sizeof *l->snapshots);
	l->snapshots[l->n_snapshots++] = (struct snapshot){
		.version = s->version,
		.as_of = s->as_of,
		.bytes = toc_arena_str(l->arena, s->head),
	};
	return 0;
}

static void load(const struct ledger *l, const struct toc_op *op)
{
	const struct snapshot *newest = NULL;

	for (size_t i = 0; i < l->n_snapshots; i++)
		if (l->snapshots[i].version == op->version && l->snapshots[i].as_of <= l->range.size &&
		    (!newest || l->snapshots[i].as_of > newest->as_of))
			newest = &l->snapshots[i];
	if (newest)
		op->hand_over.blob(op->ctx, newest->as_of, newest->version, newest->bytes);
}

/* ---- the backend ---- */

static bool locked_out(struct memory *m, int64_t now)
{
	struct ledger *l = m->ledger;

	if (l->locked_by && now >= l->locked_until)
		l->locked_by = NULL;
	return l->locked_by && l->locked_by != m;
}

static void unlock(struct memory *m)
{
	if (m->ledger->locked_by == m)
		m->ledger->locked_by = NULL;
}

#define BUSY_ROWS 16

static bool is_too_busy(struct memory *m)
{
	const struct toc_op *op = m->fault == TOC_MEMORY_BUSY && m->s.n ? toc_op_head(&m->s) : NULL;

	return op && (op->kind == TOC_OP_READ_CASES || (op->kind == TOC_OP_APPEND && op->append.n_rows > BUSY_ROWS));
}

/* @return false when the head has to wait for the tip's lock */
static bool do_head(struct memory *m, int64_t now)
{
	struct ledger *l = m->ledger;
	const struct toc_op *op = toc_op_head(&m->s);
	struct toc_error err = { 0 };
	uint64_t size = 0;
	int r = 0;

	switch (op->kind) {
	case TOC_OP_APPEND:
		if (locked_out(m, now) || is_too_busy(m))
			return false;
		r = m->fault == TOC_MEMORY_RACED && l->locked_by != m ? toc_fail(&err, TOC_ECONFLICT, "database: raced (a fault that was asked for)") :
									append(m, &op->append, &err);
		unlock(m);
		size = r == 0 || r == TOC_ECONFLICT ? l->range.size : 0;
		if (r == 0 && m->fault == TOC_MEMORY_LOSE_ANSWER) {
			m->fault = TOC_MEMORY_WELL;
			m->up = false;
			r = toc_fail(&err, TOC_ECLOSED,
				     "database: connection lost (a fault that was asked for)");
			toc_op_end(&m->s, r, 0, &err);
			toc_store_tell(&m->s, TOC_STORE_DOWN, &err);
			return true;
		}
		break;
	case TOC_OP_READ:
		for (uint64_t seq = op->from; seq < l->range.size && seq - op->from < op->limit; seq++)
			op->hand_over.row(op->ctx, &l->rows[seq]);
		size = l->range.size;
		break;
	case TOC_OP_READ_CASES:
		if (is_too_busy(m))
			return false;
		read_cases(m, op);
		break;
	case TOC_OP_RECALLS: read_kind(m, op, "M25.recall"); break;
	case TOC_OP_WITNESSES: read_kind(m, op, "witness."); break;
	case TOC_OP_FIND: find(m, op); break;
	case TOC_OP_KEYS_OF:
		for (size_t i = 0; i < l->n_keys; i++)
			for (size_t j = 0; j < op->n; j++)
				if (toc_uuid_eq(l->keys[i].id, ((const struct toc_uuid *)op->copy)[j])) {
					op->hand_over.key(op->ctx, &l->keys[i]);
					break;
				}
		break;
	case TOC_OP_PARTS: parts(l, op); break;
	case TOC_OP_KEEP_UNTIL: break; /* nobody audits here */
	case TOC_OP_REVENANTS: break; /* nothing is erased here, so nothing comes back */
	case TOC_OP_KEYS:
		for (size_t i = 0; i < l->n_keys; i++)
			op->hand_over.key(op->ctx, &l->keys[i]);
		break;
	case TOC_OP_PIECE_SAVE: save_piece(l, op); break;
	case TOC_OP_PIECES_LOAD: load_pieces(l, op); break;
	case TOC_OP_SNAPSHOT_SAVE: r = save(l, op, &err); break;
	case TOC_OP_SNAPSHOT_LOAD: load(l, op); break;
	case TOC_OP_LOCK_TIP:
		if (locked_out(m, now))
			return false;
		l->locked_by = m;
		l->locked_until = now + LOCK_LIFE_US;
		size = l->range.size;
		break;
	case TOC_OP_UNLOCK_TIP: unlock(m); break;
	default:
		r = toc_memory_log_do(&l->log, l->arena, l->rows, &l->range, op, &size, &err);
		for (struct memory *other = l->handles; op->kind == TOC_OP_PUBLISH && r == 0 && other; other = other->next)
			other->published |= other != m;
	}
	toc_op_end(&m->s, r, size, &err);
	return true;
}

static void memory_step(struct toc_store *s, short revents, int64_t now)
{
	struct memory *m = memory_of(s);
	struct toc_error err;

	(void)revents;
	if (m->fault == TOC_MEMORY_AWAY) {
		(void)toc_fail(&err, TOC_EIO, "database: away (a fault that was asked for)");
		bool was_up = m->up;
		m->up = false;
		unlock(m);
		toc_op_end_all(s, s->n, TOC_EIO, &err);
		if (was_up)
			toc_store_tell(s, TOC_STORE_DOWN, &err);
		return;
	}
	if (m->fault == TOC_MEMORY_FROZEN || is_too_busy(m)) {
		if (!s->n || toc_op_head(s)->deadline_us > now)
			return;
		(void)toc_fail(&err, TOC_ETIMEOUT,
			       "database: no answer by the deadline (a fault that was asked for)");
		unsigned behind = s->n - 1;
		m->up = false;
		unlock(m);
		toc_op_end(s, TOC_ETIMEOUT, 0, &err);
		toc_op_end_all(s, behind, TOC_EIO, &err);
		toc_store_tell(s, TOC_STORE_DOWN, &err);
		return;
	}
	if (!m->up) {
		m->up = true;
		toc_store_tell(s, TOC_STORE_UP, NULL);
	}
	if (m->appended) {
		m->appended = false;
		toc_store_tell(s, TOC_STORE_APPENDED, NULL);
	}
	if (m->published) {
		m->published = false;
		toc_store_tell(s, TOC_STORE_PUBLISHED, NULL);
	}
	for (unsigned n = s->n; n > 0 && m->up && do_head(m, now); n--)
		;
	toc_op_end_late(s, false, now, "the tip's lock");
}

static bool memory_is_up(const struct toc_store *s)
{
	return memory_of(s)->up;
}

static int memory_fd(const struct toc_store *s)
{
	(void)s;
	return -1;
}

static short memory_wants(const struct toc_store *s)
{
	(void)s;
	return 0;
}

static int64_t memory_next_us(const struct toc_store *s)
{
	struct memory *m = memory_of(s);
	const struct ledger *l = m->ledger;

	if (m->fault == TOC_MEMORY_AWAY)
		return m->up || s->n ? 0 : INT64_MAX;
	if (m->fault == TOC_MEMORY_FROZEN || is_too_busy(m))
		return toc_op_first_deadline(s);
	if (!m->up || m->appended || m->published)
		return 0;
	if (!s->n)
		return INT64_MAX;
	if (!l->locked_by || l->locked_by == m)
		return 0;
	int64_t late = toc_op_first_deadline(s);
	return l->locked_until < late ? l->locked_until : late;
}

static void memory_kick(struct toc_store *s)
{
	(void)s; /* next_us is 0 now */
}

static void memory_free(struct toc_store *s)
{
	struct memory *m = memory_of(s);
	struct ledger *l = m->ledger;

	unlock(m);
	for (struct memory **at = &l->handles; *at; at = &(*at)->next)
		if (*at == m) {
			*at = m->next;
			break;
		}
	free(m);
	if (l->handles)
		return;
	toc_map_free(l->once);
	toc_arena_free(l->arena);
	free(l->rows);
	free(l->cases);
	free(l->keys);
	free(l->snapshots);
	free(l->pieces);
	toc_memory_log_done(&l->log);
	free(l);
}

static const struct toc_backend backend = {
	.free = memory_free,
	.is_up = memory_is_up,
	.fd = memory_fd,
	.wants = memory_wants,
	.next_us = memory_next_us,
	.step = memory_step,
	.kick = memory_kick,
};

static struct toc_store *handle_on(struct ledger *l)
{
	struct memory *m = grown(NULL, sizeof *m);

	*m = (struct memory){ .s.backend = &backend, .ledger = l, .next = l->handles };
	l->handles = m;
	return &m->s;
}

struct toc_store *toc_store_memory_new(void)
{
	struct ledger *l = grown(NULL, sizeof *l);

	*l = (struct ledger){ .arena = toc_arena_new(), .once = toc_map_new() };
	return handle_on(l);
}

struct toc_store *toc_store_memory_share(struct toc_store *other)
{
	assert(other->backend == &backend);
	return handle_on(memory_of(other)->ledger);
}

void toc_store_memory_fault(struct toc_store *s, enum toc_memory_fault fault)
{
	assert(s->backend == &backend);
	memory_of(s)->fault = fault;
}

void toc_store_memory_cut(struct toc_store *s, uint64_t size)
{
	assert(s->backend == &backend);
	struct ledger *l = memory_of(s)->ledger;
	struct toc_arena *a = toc_arena_new();
	struct toc_leaf leaf;

	assert(size <= l->range.size);
	toc_map_free(l->once);
	l->once = toc_map_new();
	l->range = (struct toc_range){ 0 };
	for (uint64_t seq = 0; seq < size; seq++) {
		toc_range_add(&l->range, toc_leaf_hash(l->rows[seq].leaf));
		if (toc_leaf_parse(a, l->rows[seq].leaf, &leaf, NULL) == 0)
			(void)toc_map_put(l->once, name_of(a, &leaf), l);
		toc_arena_reset(a);
	}
	toc_arena_free(a);
}

void toc_store_memory_refuse(struct toc_store *s, struct toc_uuid eid)
{
	assert(s->backend == &backend);
	memory_of(s)->ledger->refused = eid;
}
