/* snapshot.c: copies of the state, so that a start reads the tail and not the whole ledger: in the database,
 * and sealed on disk for a start without one (copy.h). What is on disk also holds the rows of open cases and the wrapped
 * seal keys that open them, so that a keeper that never saw the database can still authenticate, decide and disclose.
 *
 * Nothing personal is in the state; keys and rows are as they are in the database: sealed, and dead once erased.
 *
 * A copy is made while members are served. The state stands still under a layer that takes what is committed meanwhile;
 * a turn of the loop packs some objects of it, two milliseconds at most; then the state goes on from the packed pieces,
 * the layer is merged, and what was unpacked is freed in turns as well. Pieces in which nothing changed are those of the
 * copy before, and neither packed nor written again: so a copy costs what happened since the last one, however long
 * the ledger is. The database gets pieces one after the other on a connection of its own, the disk by a thread.
 *
 * The pause before the next copy is fifty times what this one took of the keeper's time, at least ten seconds, so it never
 * takes more than a fiftieth of it, however fast the ledger grows; a start replays what came in such a pause. When the
 * database is lost, the newest state goes to disk at once: whoever starts before it is back knows every case that
 * we know, and so what the journal is about. */
#include "base/map.h"
#include "keeper/copy.h"
#include "keeper/core.h"
#include "message/json.h"

#include <stdlib.h>

#define PAUSE_US 10000000
#define PAUSE_TIMES 50
#define TURN_US 2000
#define OBJECTS 64       /* between two looks at the clock */
#define SENDING_MAX 4    /* pieces on their way to the database */
#define WRITING_US 20000 /* between two looks at the disk's thread */
#define STATE_MAX (512u << 20)
#define DEPTH 24

struct toc_copy {
	struct toc_saving *saving; /* NULL: no copy is being made */
	struct toc_world *still;   /* what is being saved; k->world, or under it */
	unsigned number;
	uint64_t as_of;
	struct toc_sha256 newest;
	bool packed, settled;
	struct toc_piece *const *pieces;
	size_t n;
	int64_t took_us;
	/* to the database */
	bool to_database, head_sent;
	size_t sent;      /* pieces before it are there, or on their way */
	unsigned sending;
	/* to disk */
	struct toc_disk *disk;
	bool on_disk;
	/* the pieces of the copy before: where they are is known */
	struct toc_piece **before;
	size_t n_before;
};

static void set_bytes(struct toc_arena *a, struct toc_value *v, const char *name, const void *p, size_t n)
{
	toc_set_text(a, v, name, toc_base64url(a, p, n));
}

static struct toc_value *save_key(struct toc_arena *a, const struct toc_key_row *k)
{
	struct toc_value *v = toc_value_map(a);
	toc_set_text(a, v, "id", toc_uuid_str(a, k->id));
	toc_set_text(a, v, "wrapping", toc_uuid_str(a, k->wrapping_id));
	toc_set_text(a, v, "subject", k->subject);
	toc_set_text(a, v, "retention", k->retention);
	set_bytes(a, v, "wrapped", k->wrapped.p, k->wrapped.n);
	return v;
}

static struct toc_value *save_row(struct toc_arena *a, struct toc_uuid eid, struct toc_uuid case_ref,
				  const struct toc_row *row)
{
	struct toc_value *v = toc_value_map(a);
	toc_set_text(a, v, "eid", toc_uuid_str(a, eid));
	toc_set_text(a, v, "case", toc_uuid_str(a, case_ref));
	toc_set_int(a, v, "seq", (int64_t)row->seq);
	set_bytes(a, v, "leaf", row->leaf.p, row->leaf.n);
	set_bytes(a, v, "body", row->body.p, row->body.n);
	set_bytes(a, v, "salt", row->body_salt, sizeof row->body_salt);
	toc_set_text(a, v, "actor_key", toc_uuid_str(a, row->actor_key));
	set_bytes(a, v, "actor", row->actor_sealed.p, row->actor_sealed.n);
	toc_set_text(a, v, "data_key", toc_uuid_str(a, row->data_key));
	set_bytes(a, v, "data", row->data_sealed.p, row->data_sealed.n);
	return v;
}

static void put_item(struct toc_buf *b, bool *first, const struct toc_value *v)
{
	if (!*first)
		toc_buf_byte(b, ',');
	*first = false;
	toc_json_write(b, v);
}

/* Keys that no row needs are not needed without a database. */
static void put_keys(struct toc_buf *b, struct toc_keeper *k, const struct toc_map *needed)
{
	struct toc_arena *a = toc_arena_new(), *scratch = toc_arena_new();
	struct toc_key_row *key;
	size_t n = toc_map_count(needed) ? toc_keyring_all(k->o.ring, a, &key) : 0;
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		if (!toc_map_get(needed, (struct toc_str){ (const char *)key[i].id.b, sizeof key[i].id.b }))
			continue;
		put_item(b, &first, save_key(scratch, &key[i]));
		toc_arena_reset(scratch);
	}
	toc_arena_free(scratch);
	toc_arena_free(a);
}

static void need(struct toc_map *needed, const struct toc_uuid *key)
{
	if (!toc_uuid_is_nil(*key))
		toc_map_put(needed, toc_uuid_key(key), needed);
}

static struct toc_map *put_rows(struct toc_buf *b, const struct toc_cases *cases)
{
	struct toc_arena *scratch = toc_arena_new();
	struct toc_map *needed = toc_map_new();
	const void *cursor = NULL;
	const struct toc_row *row;
	struct toc_uuid eid, case_ref;
	bool first = true;

	while (toc_cases_next(cases, &cursor, &eid, &case_ref, &row)) {
		if (toc_uuid_is_nil(case_ref))
			continue;
		put_item(b, &first, save_row(scratch, eid, case_ref, row));
		need(needed, &row->actor_key);
		need(needed, &row->data_key);
		toc_arena_reset(scratch);
	}
	toc_arena_free(scratch);
	return needed;
}

static bool is_open(void *world, struct toc_uuid id)
{
	return toc_world_case_is_open(world, id);
}

static struct toc_str head_of(const struct toc_keeper *k, const struct toc_copy *c, struct toc_arena *a,
			      struct toc_head *ret_head)
{
	*ret_head = (struct toc_head){ .as_of = c->as_of, .newest = c->newest, .n_pieces = c->n };
	ret_head->pieces = toc_arena_alloc(a, (c->n + 1) * sizeof *ret_head->pieces);
	for (size_t i = 0; i < c->n; i++)
		ret_head->pieces[i] = c->pieces[i]->name;
	toc_saving_sum(c->saving, ret_head->sum);
	return toc_head_write(a, k->o.dup_key, ret_head);
}

static void begin_disk(struct toc_keeper *k)
{
	struct toc_copy *c = k->copy;
	struct toc_arena *a = toc_arena_new();
	struct toc_head head;
	struct toc_buf b;

	toc_cases_keep(k->cases, is_open, k->world);
	toc_buf_init(&b, STATE_MAX);
	toc_buf_text(&b, "{\"head\":\"");
	struct toc_str bytes = head_of(k, c, a, &head);
	toc_buf_str(&b, toc_base64url(a, bytes.p, bytes.n));
	toc_buf_text(&b, "\",\"rows\":[");
	struct toc_map *needed = put_rows(&b, k->cases);
	toc_buf_text(&b, "],\"keys\":[");
	put_keys(&b, k, needed);
	toc_buf_text(&b, "]}");
	toc_map_free(needed);
	if (b.failed) {
		toc_log(TOC_LOG_ERROR, "state_not_saved", "the rows of open cases have more than %u bytes", STATE_MAX);
		c->on_disk = true;
	} else {
		c->disk = toc_disk_begin(k->o.journal_dir, k->o.journal_key, toc_buf_view(&b), c->pieces, c->n);
	}
	toc_buf_done(&b);
	toc_arena_free(a);
}

static void look_at_disk(struct toc_copy *c)
{
	struct toc_error error;

	if (!c->disk || !toc_disk_is_done(c->disk))
		return;
	if (toc_disk_end(c->disk, &error) < 0)
		toc_log(TOC_LOG_ERROR, "state_not_saved", "%s", error.text);
	c->disk = NULL;
	c->on_disk = true;
}

/* ---- the database ---- */

static void not_saved(struct toc_copy *c, int result, const struct toc_error *error)
{
	toc_log(TOC_LOG_WARN, "snapshot_not_saved", "ignoring it, the next one follows: %s", error->text);
	c->to_database = false;
	if (result == TOC_EINVAL) /* a piece that was there is there no more */
		for (size_t i = 0; i < c->n; i++)
			c->pieces[i]->in_database = c->pieces[i]->kept = false;
}

/* On its way to the database; it may be heard of when the copy that it was for is over. */
struct sending {
	struct toc_keeper *k;
	unsigned copy;
	struct toc_piece *piece; /* NULL: the head */
};

static struct sending *sending_new(struct toc_keeper *k, struct toc_piece *piece)
{
	struct sending *g = toc_must_realloc(NULL, sizeof *g);
	*g = (struct sending){ k, k->copy->number, piece ? toc_piece_hold(piece) : NULL };
	return g;
}

static void sending_free(struct sending *g)
{
	toc_piece_drop(g->piece);
	free(g);
}

static void sent(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct sending *g = ctx;
	struct toc_copy *c = g->k->copy;
	(void)size;
	if (result < 0 && g->piece)
		g->piece->in_database = false;
	if (g->copy == c->number) {
		c->sending--;
		if (result < 0 && c->to_database)
			not_saved(c, result, error);
		for (size_t i = 0; result == 0 && !g->piece && i < c->n; i++)
			c->pieces[i]->kept = true;
		c->to_database &= g->piece != NULL;
	}
	sending_free(g);
}

static struct toc_store *slow(const struct toc_keeper *k)
{
	return k->o.slow ? k->o.slow : k->o.writer;
}

static void send_some(struct toc_keeper *k)
{
	struct toc_copy *c = k->copy;
	struct toc_error full = { .text = "the store's queue is full" };

	for (; c->sent < c->n && c->sending < SENDING_MAX; c->sent++) {
		struct toc_piece *p = c->pieces[c->sent];
		if (p->in_database)
			continue;
		struct sending *g = sending_new(k, p);
		if (toc_store_piece_save(slow(k), p->bytes, TOC_STATE_DEADLINE, sent, g) < 0) {
			sending_free(g);
			not_saved(c, TOC_ELIMIT, &full);
			return;
		}
		p->in_database = true;
		c->sending++;
	}
	if (c->sent < c->n || c->sending || c->head_sent)
		return;
	struct toc_arena *a = toc_arena_new();
	struct toc_head head;
	struct toc_str bytes = head_of(k, c, a, &head);
	struct toc_snapshot what = { TOC_STATE_VERSION, c->as_of, bytes, head.pieces, head.n_pieces, { 0 } };
	memcpy(what.sum, head.sum, sizeof what.sum);
	struct sending *g = sending_new(k, NULL);
	if (toc_store_snapshot_save(slow(k), &what, TOC_STATE_DEADLINE, sent, g) < 0) {
		sending_free(g);
		not_saved(c, TOC_ELIMIT, &full);
	} else {
		c->head_sent = true;
		c->sending++;
	}
	toc_arena_free(a);
}

/* ---- a copy, from beginning to end ---- */

static int by_name(const void *a, const void *b)
{
	return memcmp((*(struct toc_piece *const *)a)->name.b, (*(struct toc_piece *const *)b)->name.b, sizeof(struct toc_sha256));
}

/* Packed anew, and yet as it was: it is where it was. */
static void know_again(struct toc_copy *c)
{
	if (c->n_before)
		qsort(c->before, c->n_before, sizeof *c->before, by_name);
	for (size_t i = 0; i < c->n && c->n_before; i++) {
		struct toc_piece **known =
			bsearch(&c->pieces[i], c->before, c->n_before, sizeof *c->before, by_name);
		if (known) {
			c->pieces[i]->in_database = (*known)->in_database;
			c->pieces[i]->kept = (*known)->kept;
		}
	}
}

static void forget_before(struct toc_copy *c)
{
	for (size_t i = 0; i < c->n_before; i++)
		toc_piece_drop(c->before[i]);
	free(c->before);
	c->before = NULL;
	c->n_before = 0;
}

static void begin(struct toc_keeper *k)
{
	struct toc_copy *c = k->copy;

	c->still = k->world;
	c->as_of = toc_world_size(k->world);
	c->newest = k->newest;
	c->saving = toc_saving_begin(k->world);
	c->packed = c->settled = c->head_sent = c->on_disk = false;
	c->to_database = k->phase != TOC_AWAY;
	c->sent = c->sending = 0;
	c->took_us = 0;
	if (k->phase != TOC_AWAY)
		toc_snapshot_make_way(k);
}

void toc_snapshot_make_way(struct toc_keeper *k)
{
	if (k->copy->saving && !k->copy->settled && k->world == k->copy->still)
		k->world = toc_world_over(k->copy->still);
}

static void pack(struct toc_keeper *k, int64_t until)
{
	struct toc_copy *c = k->copy;

	while (!c->packed && toc_clock_mono_us() < until)
		c->packed = toc_saving_step(c->saving, OBJECTS);
	if (!c->packed)
		return;
	c->pieces = toc_saving_pieces(c->saving, &c->n);
	know_again(c);
}

/* The state goes on from what was packed. Nobody may look at it in this moment, nor lie over it. */
static void settle(struct toc_keeper *k)
{
	struct toc_copy *c = k->copy;

	toc_saving_settle(c->saving);
	if (k->world != c->still) {
		toc_world_merge(k->world);
		k->world = c->still;
	}
	c->settled = true;
}

static bool may_settle(const struct toc_keeper *k)
{
	return !k->batch && !k->beyond && !k->holding;
}

static void end(struct toc_keeper *k)
{
	struct toc_copy *c = k->copy;
	int64_t pause = c->took_us * PAUSE_TIMES;

	forget_before(c);
	c->before = toc_must_realloc(NULL, (c->n + 1) * sizeof *c->before);
	for (c->n_before = 0; c->n_before < c->n; c->n_before++)
		c->before[c->n_before] = toc_piece_hold(c->pieces[c->n_before]);
	toc_saving_end(c->saving);
	c->saving = NULL;
	c->number++; /* what is still on its way is not the next one's */
	k->saved_as_of = c->as_of;
	k->save_us = toc_clock_mono_us() + (pause > PAUSE_US ? pause : PAUSE_US);
}

void toc_snapshot_turn(struct toc_keeper *k)
{
	struct toc_copy *c = k->copy;
	int64_t began = toc_clock_mono_us();
	bool away = k->phase == TOC_AWAY;

	if (!c->saving) {
		if (toc_world_size(k->world) == k->saved_as_of || !(away || (k->phase == TOC_READY && may_settle(k))) ||
		    (!away && !k->leave_copy && began < k->save_us))
			return;
		begin(k);
	}
	if (!c->packed) {
		pack(k, k->leave_copy ? INT64_MAX : began + TURN_US);
		if (c->packed)
			begin_disk(k);
	}
	if (c->packed && !c->settled && may_settle(k))
		settle(k);
	if (c->settled && !toc_saving_is_buried(c->saving))
		for (int64_t until = began + TURN_US; toc_clock_mono_us() < until && !toc_saving_bury(c->saving, OBJECTS);)
			;
	if (c->packed && c->to_database && !away)
		send_some(k);
	look_at_disk(c);
	c->took_us += toc_clock_mono_us() - began;
	bool sent_all = away || (!c->to_database && !c->sending); /* of a lost one nothing is waited for */
	if (c->packed && c->settled && c->on_disk && sent_all && toc_saving_is_buried(c->saving))
		end(k);
}

int64_t toc_snapshot_next_us(const struct toc_keeper *k)
{
	const struct toc_copy *c = k->copy;
	int64_t now = toc_clock_mono_us();

	if (!c->saving)
		return INT64_MAX; /* the loop turns often enough */
	if (!c->packed || (c->settled && !toc_saving_is_buried(c->saving)))
		return now;
	return c->disk ? now + WRITING_US : INT64_MAX;
}

void toc_snapshot_hurry(struct toc_keeper *k)
{
	struct toc_copy *c = k->copy;

	if (!c->saving || c->settled)
		return;
	if (!c->packed) {
		pack(k, INT64_MAX);
		begin_disk(k);
	}
	settle(k);
}

bool toc_snapshot_is_under_way(const struct toc_keeper *k)
{
	return k->copy->saving;
}

struct toc_copy *toc_copy_new(void)
{
	struct toc_copy *c = toc_must_realloc(NULL, sizeof *c);
	*c = (struct toc_copy){ 0 };
	return c;
}

void toc_copy_free(struct toc_keeper *k)
{
	struct toc_copy *c = k->copy;
	struct toc_error error;

	if (c->disk && toc_disk_end(c->disk, &error) < 0)
		toc_log(TOC_LOG_ERROR, "state_not_saved", "%s", error.text);
	if (c->saving && !c->settled && k->world != c->still) {
		toc_world_free(k->world);
		k->world = c->still;
	}
	toc_saving_end(c->saving);
	forget_before(c);
	free(c);
	k->copy = NULL;
}

/* ---- loading ---- */

/* The pieces are where they were read from. */
static void remember(struct toc_copy *c, struct toc_piece **pieces, size_t n)
{
	forget_before(c);
	c->before = pieces;
	c->n_before = n;
}

int toc_snapshot_load(struct toc_keeper *k, const struct toc_head *head, struct toc_piece **pieces, size_t n,
		      struct toc_error *reterr)
{
	struct toc_world *w;
	int r = toc_head_world(head, pieces, n, &w, reterr);

	if (r < 0) {
		for (size_t i = 0; i < n; i++)
			toc_piece_drop(pieces[i]);
		free(pieces);
		return r;
	}
	remember(k->copy, pieces, n);
	toc_world_free(k->world);
	k->world = w;
	k->newest = head->newest;
	k->saved_as_of = head->as_of;
	return 0;
}

void toc_snapshot_forget(struct toc_keeper *k)
{
	forget_before(k->copy);
	toc_world_free(k->world);
	k->world = toc_world_new();
	k->newest = (struct toc_sha256){ { 0 } };
	k->saved_as_of = 0;
}

/* Room for what a text decodes to. */
static struct toc_str get_bytes(struct toc_arena *a, const struct toc_value *v, const char *name)
{
	struct toc_str text = toc_get_text(v, name);
	char *p = toc_arena_alloc(a, text.n + 1);
	long n = toc_base64url_decode(text, p, text.n);
	return (struct toc_str){ p, n > 0 ? (size_t)n : 0 };
}

static struct toc_uuid get_id(const struct toc_value *v, const char *name)
{
	struct toc_uuid id;
	return toc_uuid_parse(toc_get_text(v, name), &id) < 0 ? (struct toc_uuid){ { 0 } } : id;
}

static void load_key(struct toc_keeper *k, struct toc_arena *a, const struct toc_value *v)
{
	const struct toc_key_row row = {
		.id = get_id(v, "id"),
		.wrapping_id = get_id(v, "wrapping"),
		.subject = toc_get_text(v, "subject"),
		.retention = toc_get_text(v, "retention"),
		.wrapped = get_bytes(a, v, "wrapped"),
	};
	int r = toc_keyring_add(k->o.ring, &row);
	(void)r; /* a key whose wrapping key was destroyed since is erased, and meant to be */
}

static void load_row(struct toc_keeper *k, struct toc_arena *a, const struct toc_value *v)
{
	struct toc_row row = {
		.seq = (uint64_t)toc_get_int(v, "seq", 0),
		.leaf = get_bytes(a, v, "leaf"),
		.body = get_bytes(a, v, "body"),
		.actor_key = get_id(v, "actor_key"),
		.actor_sealed = get_bytes(a, v, "actor"),
		.data_key = get_id(v, "data_key"),
		.data_sealed = get_bytes(a, v, "data"),
	};
	struct toc_str salt = get_bytes(a, v, "salt");
	if (salt.n != sizeof row.body_salt)
		return;
	memcpy(row.body_salt, salt.p, salt.n);
	toc_cases_put(k->cases, get_id(v, "eid"), get_id(v, "case"), &row);
}

static int load_from_disk(struct toc_keeper *k, struct toc_arena *a, const struct toc_value *v, struct toc_error *reterr)
{
	struct toc_head head;
	struct toc_str bytes = get_bytes(a, v, "head");
	int r = toc_head_read(a, k->o.dup_key, bytes, &head, reterr);

	if (r < 0)
		return r;
	struct toc_piece **pieces = toc_must_realloc(NULL, (head.n_pieces + 1) * sizeof *pieces);
	size_t n = 0;
	while (n < head.n_pieces && r == 0) {
		pieces[n] = toc_disk_read_piece(k->o.journal_dir, k->o.journal_key, &head.pieces[n], reterr);
		r = pieces[n] ? 0 : TOC_EPROOF;
		n += r == 0;
	}
	int s = toc_snapshot_load(k, &head, pieces, n, r == 0 ? reterr : &(struct toc_error){ 0 });
	return r == 0 ? s : r;
}

int toc_snapshot_from_disk(struct toc_keeper *k, struct toc_error *reterr)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_str clear;
	struct toc_value *v = NULL;
	struct toc_refusal why;

	int r = toc_disk_read_state(a, k->o.journal_dir, k->o.journal_key, &clear, reterr);
	if (r == 0 && (toc_json_parse(a, clear, STATE_MAX, DEPTH, &v, &why) < 0 || !toc_get(v, "head")))
		r = toc_fail(reterr, TOC_EUNSUPPORTED, "the copy on disk is of another version");
	if (r == 0)
		r = load_from_disk(k, a, v, reterr);
	if (r == 0) {
		const struct toc_value *keys = toc_get(v, "keys"), *rows = toc_get(v, "rows");
		for (size_t i = 0; i < toc_len(keys); i++)
			load_key(k, a, toc_at(keys, i));
		for (size_t i = 0; i < toc_len(rows); i++)
			load_row(k, a, toc_at(rows, i));
	}
	toc_arena_free(a);
	return r;
}
