/* snapshot.c: copies of the state, so that a start reads the tail and not the whole ledger: in the database,
 * and sealed on disk for a start without one. What is on disk also holds the wrapped seal keys and the sealed
 * rows of open cases, so that a keeper that never saw the database can still authenticate, decide and
 * disclose.
 *
 *   STATE/journal/state := toc_seal(journal key, canonical JSON, aad "tocsin-state/v1")
 *   { "as_of", "version", "state", "keys": [{id, wrapping, subject, retention, wrapped}],
 *     "rows": [{eid, case, seq, leaf, body, salt, actor_key, actor, data_key, data}] }    bytes: base64url
 *
 * Nothing personal is in the state; keys and rows are as they are in the database: sealed, and dead once
 * erased. Saving is done between two batches, object by object into one buffer, whose bytes are both copies. The
 * pause before the next copy is fifty times what this one took, at least ten seconds, so it never takes more than
 * a fiftieth of the time, however fast the ledger grows; a start replays what came in such a pause. When the database is lost,
 * the newest state goes to disk at once: whoever starts before it is back knows every case that we know, and
 * so what the journal is about. */
#include "keeper/core.h"
#include "message/json.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAUSE_US 10000000
#define PAUSE_TIMES 50
#define BYTES_MAX (256u << 20)
#define DEPTH 24

static struct toc_str aad(void)
{
	return TOC_STR("tocsin-state/v1");
}

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

static int write_file(const char *path, struct toc_str bytes, struct toc_error *reterr)
{
	char fresh[PATH_MAX + 8];
	snprintf(fresh, sizeof fresh, "%s.new", path);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int r = fd < 0 ? -1 : 0;
	for (size_t at = 0; r == 0 && at < bytes.n;) {
		ssize_t n = write(fd, bytes.p + at, bytes.n - at);
		if (n < 0 && errno != EINTR)
			r = -1;
		at += n > 0 ? (size_t)n : 0;
	}
	/* the old copy stays until the new one is whole; losing the newest to a power cut costs nothing but
	 * time */
	if (r < 0 || fdatasync(fd) < 0 || rename(fresh, path) < 0)
		r = toc_fail(reterr, TOC_EIO, "cannot write %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return r;
}

static void path_of(const struct toc_keeper *k, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/state", k->o.journal_dir);
}

/* ---- writing: one buffer, and an arena that is emptied after each object ---- */

struct writing {
	struct toc_buf buf;
	struct toc_arena *scratch;
	const char *kind;
	bool first;
};

static void put_item(struct writing *w, const struct toc_value *v)
{
	if (!w->first)
		toc_buf_byte(&w->buf, ',');
	w->first = false;
	toc_json_write(&w->buf, v);
}

static void put_piece(void *ctx, const char *kind, const struct toc_value *object)
{
	struct writing *w = ctx;
	if (object) {
		put_item(w, object);
		return;
	}
	toc_buf_printf(&w->buf, "%s\"%s\":[", w->kind ? "]," : "", kind);
	w->kind = kind;
	w->first = true;
}

/* @return the bytes of it in the buffer */
static struct toc_str put_state(struct writing *w, const struct toc_world *world)
{
	size_t at = w->buf.n;
	toc_buf_text(&w->buf, "{\"objects\":{");
	toc_world_save_pieces(world, w->scratch, put_piece, w);
	toc_buf_printf(&w->buf, "]},\"size\":%llu,\"version\":%d}", (unsigned long long)toc_world_size(world),
		       TOC_STATE_VERSION);
	return (struct toc_str){ w->buf.failed ? NULL : w->buf.p + at, w->buf.n - at };
}

static void put_keys(struct writing *w, const struct toc_keyring *ring)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_key_row *key;
	size_t n = toc_keyring_all(ring, a, &key);
	toc_buf_text(&w->buf, ",\"keys\":[");
	w->first = true;
	for (size_t i = 0; i < n; i++) {
		put_item(w, save_key(w->scratch, &key[i]));
		toc_arena_reset(w->scratch);
	}
	toc_arena_free(a);
}

static void put_rows(struct writing *w, const struct toc_cases *cases)
{
	const void *cursor = NULL;
	const struct toc_row *row;
	struct toc_uuid eid, case_ref;
	toc_buf_text(&w->buf, "],\"rows\":[");
	w->first = true;
	while (toc_cases_next(cases, &cursor, &eid, &case_ref, &row)) {
		if (toc_uuid_is_nil(case_ref))
			continue;
		put_item(w, save_row(w->scratch, eid, case_ref, row));
		toc_arena_reset(w->scratch);
	}
	toc_buf_text(&w->buf, "]}");
}

static void to_disk(struct toc_keeper *k, const struct writing *w)
{
	struct toc_arena *a = toc_arena_new();
	char path[PATH_MAX];
	struct toc_error error;
	path_of(k, path);
	if (write_file(path, toc_seal(a, k->o.journal_key, aad(), toc_buf_view(&w->buf)), &error) < 0)
		toc_log(TOC_LOG_ERROR, "state_not_saved", "%s", error.text);
	toc_arena_free(a);
}

static void saved(void *ctx, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_keeper *k = ctx;
	(void)size;
	k->saving = false;
	if (result < 0)
		toc_log(TOC_LOG_WARN, "snapshot_not_saved", "ignoring it, the next one follows: %s",
			error->text);
}

void toc_snapshot_turn(struct toc_keeper *k, bool last)
{
	uint64_t size = toc_world_size(k->world);
	int64_t began = toc_clock_mono_us();
	bool away = k->phase == TOC_AWAY;
	if ((k->phase != TOC_READY && !away) || k->saving || size == k->saved_as_of)
		return;
	if (!last && !away && began < k->save_us)
		return;
	struct writing w = { .scratch = toc_arena_new() };
	struct toc_uuid *open_cases;
	size_t n = toc_world_open_cases(k->world, w.scratch, &open_cases);
	toc_cases_keep(k->cases, open_cases, n);
	toc_arena_reset(w.scratch);
	toc_buf_init(&w.buf, BYTES_MAX);
	toc_buf_printf(&w.buf, "{\"as_of\":%llu,\"version\":%d,\"state\":", (unsigned long long)size,
		       TOC_STATE_VERSION);
	struct toc_str state = put_state(&w, k->world);
	if (state.p)
		k->saving = !away && toc_store_snapshot_save(k->o.slow ? k->o.slow : k->o.writer, size, TOC_STATE_VERSION,
							     state, TOC_STATE_DEADLINE, saved, k) == 0;
	put_keys(&w, k->o.ring);
	put_rows(&w, k->cases);
	if (w.buf.failed)
		toc_log(TOC_LOG_ERROR, "state_not_saved",
			"the state with the open cases has more than %u bytes: a start reads the whole ledger", BYTES_MAX);
	else
		to_disk(k, &w);
	toc_buf_done(&w.buf);
	toc_arena_free(w.scratch);
	int64_t now = toc_clock_mono_us(), pause = (now - began) * PAUSE_TIMES;
	k->saved_as_of = size;
	k->save_us = now + (pause > PAUSE_US ? pause : PAUSE_US);
}

/* ---- loading ---- */

int toc_snapshot_load(struct toc_keeper *k, uint64_t as_of, struct toc_str bytes, struct toc_error *reterr)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_value *v;
	struct toc_refusal why;
	struct toc_world *w;
	int r = TOC_EINVAL;
	if (toc_json_parse(a, bytes, BYTES_MAX, DEPTH, &v, &why) < 0)
		toc_fail(reterr, r, "the snapshot does not parse: %s", why.detail);
	else
		r = toc_world_load(v, &w, reterr);
	if (r == 0 && toc_world_size(w) != as_of) {
		r = toc_fail(reterr, TOC_EINVAL, "the snapshot says %llu entries and has %llu",
			     (unsigned long long)as_of, (unsigned long long)toc_world_size(w));
		toc_world_free(w);
	}
	toc_arena_free(a);
	if (r < 0)
		return r;
	toc_world_free(k->world);
	k->world = w;
	k->saved_as_of = as_of;
	return 0;
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

static int read_file(struct toc_arena *a, const char *path, struct toc_str *ret, struct toc_error *reterr)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return toc_fail(reterr, errno == ENOENT ? TOC_ENOTFOUND : TOC_EIO, "%s: %s", path,
				strerror(errno));
	off_t size = lseek(fd, 0, SEEK_END);
	int r = size < 0 || size > (off_t)BYTES_MAX ? toc_fail(reterr, TOC_ELIMIT, "%s is too long", path)
						    : 0;
	char *p = r == 0 ? toc_arena_alloc(a, (size_t)size + 1) : NULL;
	for (off_t at = 0; r == 0 && at < size;) {
		ssize_t n = pread(fd, p + at, (size_t)(size - at), at);
		if (n <= 0 && errno != EINTR)
			r = toc_fail(reterr, TOC_EIO, "cannot read %s", path);
		at += n > 0 ? n : 0;
	}
	close(fd);
	if (r == 0)
		*ret = (struct toc_str){ p, (size_t)size };
	return r;
}

int toc_snapshot_from_disk(struct toc_keeper *k, struct toc_error *reterr)
{
	struct toc_arena *a = toc_arena_new();
	char path[PATH_MAX];
	struct toc_str sealed, clear;
	struct toc_value *v = NULL;
	struct toc_refusal why;
	struct toc_world *w = NULL;

	path_of(k, path);
	int r = read_file(a, path, &sealed, reterr);
	if (r == 0 && toc_unseal(a, k->o.journal_key, aad(), sealed, &clear) < 0)
		r = toc_fail(reterr, TOC_EPROOF, "%s was altered, or has another key", path);
	if (r == 0 && (toc_json_parse(a, clear, BYTES_MAX, DEPTH, &v, &why) < 0 ||
		       toc_get_int(v, "version", 0) != TOC_STATE_VERSION))
		r = toc_fail(reterr, TOC_EUNSUPPORTED, "%s is of another version", path);
	if (r == 0)
		r = toc_world_load(toc_get(v, "state"), &w, reterr);
	if (r == 0) {
		toc_world_free(k->world);
		k->world = w;
		k->saved_as_of = toc_world_size(w);
		const struct toc_value *keys = toc_get(v, "keys"), *rows = toc_get(v, "rows");
		for (size_t i = 0; i < toc_len(keys); i++)
			load_key(k, a, toc_at(keys, i));
		for (size_t i = 0; i < toc_len(rows); i++)
			load_row(k, a, toc_at(rows, i));
	}
	toc_arena_free(a);
	return r;
}
