/* journal.c: see journal.h. */
#include "keeper/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "measure/metrics.h"

static const char magic[] = "tocsin-journal/v1\n";
#define MAGIC (sizeof magic - 1)
#define HEAD (MAGIC + 16)
#define COPIES_MAX 100
#define OPENED_MAX (UINT64_C(1) << 30) /* bytes: a second or two; what cannot be found in it is in the copy alone */
#define SKIP_MAX 4 /* records side by side that may be damaged, and what is behind them is found all the same */

struct toc_journal {
	char path[PATH_MAX];
	uint8_t key[32];
	int fd;
	struct toc_uuid id;
	size_t n, bytes, bytes_max;      /* synced: records, and length of the file; and the most */
	size_t n_pending, bytes_pending; /* written since */
	bool named;                      /* the folder is synced since it has its name */
	char damage[PATH_MAX + 16];      /* the copy of a file with a hole, or empty */
	size_t saved;                    /* records behind a hole */
	size_t opened;                   /* bytes that were tried */
	struct toc_arena *arena;
};

static int failed(struct toc_error *reterr, const char *what, const char *path)
{
	return toc_fail(reterr, TOC_EIO, "%s %s: %s", what, path, strerror(errno));
}

static struct toc_str aad(struct toc_journal *j, size_t index)
{
	char *p = toc_arena_alloc(j->arena, HEAD + 8);
	memcpy(p, magic, MAGIC);
	memcpy(p + MAGIC, j->id.b, 16);
	for (int i = 0; i < 8; i++)
		p[HEAD + i] = (char)((uint64_t)index >> (56 - 8 * i));
	return (struct toc_str){ p, HEAD + 8 };
}

static int write_all(int fd, const char *p, size_t n, size_t at)
{
	while (n) {
		ssize_t w = pwrite(fd, p, n, (off_t)at);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return TOC_EIO;
		p += w;
		n -= (size_t)w;
		at += (size_t)w;
	}
	return 0;
}

static int sync_directory(const char *path)
{
	char dir[PATH_MAX];
	snprintf(dir, sizeof dir, "%s", path);
	char *slash = strrchr(dir, '/');
	if (slash)
		*slash = 0;
	int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return TOC_EIO;
	int r = fsync(fd);
	close(fd);
	return r < 0 ? TOC_EIO : 0;
}

/* What is in the ledger now, and is erased there one day, does not stay in the blocks of a file that has no name any more: it is
 * sealed under a key that stays. For file systems that write in place; failure is no reason to keep the old file. */
static void overwrite(int fd, size_t bytes)
{
	char noise[65536];

	toc_random(noise, sizeof noise);
	for (size_t at = 0; at < bytes; at += sizeof noise)
		if (write_all(fd, noise, bytes - at < sizeof noise ? bytes - at : sizeof noise, at) < 0)
			return;
	(void)fsync(fd);
}

static struct toc_str seal(struct toc_journal *j, size_t index, struct toc_str bytes, char ret_head[4])
{
	struct toc_str sealed = toc_seal(j->arena, j->key, aad(j, index), bytes);

	for (int i = 0; i < 4; i++)
		ret_head[i] = (char)(sealed.n >> (24 - 8 * i));
	return sealed;
}

struct records {
	struct toc_arena *arena;
	struct toc_str *at;
	size_t n, cap;
};

/* @return where they end, or 0 */
static size_t write_records(struct toc_journal *j, int fd, const struct records *r)
{
	size_t at = HEAD;
	char head[4];

	for (size_t i = 0; r && i < r->n; i++) {
		toc_arena_reset(j->arena);
		struct toc_str sealed = seal(j, i, r->at[i], head);
		if (write_all(fd, head, 4, at) < 0 || write_all(fd, sealed.p, sealed.n, at + 4) < 0)
			return 0;
		at += 4 + sealed.n;
	}
	return at;
}

/* A new journal in place of what is at the path: complete under another name first, then renamed.
 * @param r what is in it; NULL: nothing */
static int start_file(struct toc_journal *j, const struct records *r, struct toc_error *reterr)
{
	char fresh[PATH_MAX + 8], head[HEAD];
	size_t end = 0;
	const struct toc_uuid before = j->id;
	snprintf(fresh, sizeof fresh, "%s.new", j->path);
	int fd = open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(reterr, "cannot create", fresh);
	j->id = toc_uuid_random();
	memcpy(head, magic, MAGIC);
	memcpy(head + MAGIC, j->id.b, 16);
	if (write_all(fd, head, HEAD, 0) < 0 || !(end = write_records(j, fd, r)) || fsync(fd) < 0 || rename(fresh, j->path) < 0) {
		int e = failed(reterr, "cannot write", fresh);
		j->id = before;
		close(fd);
		(void)unlink(fresh); /* on a full disk its few bytes may be wanted */
		return e;
	}
	j->named = sync_directory(j->path) == 0; /* otherwise the old one may be found after a power cut: whole */
	if (j->fd >= 0) {
		if (j->named && j->bytes + j->bytes_pending > HEAD)
			overwrite(j->fd, j->bytes + j->bytes_pending);
		close(j->fd);
	}
	j->fd = fd;
	j->n = r ? r->n : 0;
	j->n_pending = j->bytes_pending = 0;
	j->bytes = end;
	return 0;
}

static int read_file(struct toc_journal *j, struct toc_buf *b, struct toc_error *reterr)
{
	char chunk[16384];
	ssize_t r;
	while ((r = pread(j->fd, chunk, sizeof chunk, (off_t)b->n)) != 0) {
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return failed(reterr, "cannot read", j->path);
		toc_buf_add(b, chunk, (size_t)r);
		if (b->failed) /* it holds nothing clear, so nothing is to be wiped */
			return toc_fail(reterr, TOC_ELIMIT, "%s has more than %u bytes", j->path,
					TOC_JOURNAL_BYTES_MAX);
	}
	return 0;
}

static uint32_t be32(const char *p)
{
	const uint8_t *u = (const uint8_t *)p;
	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static int set_aside(struct toc_journal *j, struct toc_str file)
{
	int fd = -1;

	for (unsigned i = 1; fd < 0 && i <= COPIES_MAX; i++) { /* an earlier one may be all that is left of a record */
		if (i == 1)
			snprintf(j->damage, sizeof j->damage, "%s.damaged", j->path);
		else
			snprintf(j->damage, sizeof j->damage, "%s.damaged-%u", j->path, i);
		fd = open(j->damage, O_WRONLY | O_CREAT | (i < COPIES_MAX ? O_EXCL : O_TRUNC) | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			return TOC_EIO;
	}
	int r = write_all(fd, file.p, file.n, 0) < 0 || fsync(fd) < 0 || sync_directory(j->path) < 0 ? TOC_EIO : 0;
	close(fd);
	return r;
}

/* @return whether the record of this index is at `at`, whole */
static bool is_record(struct toc_journal *j, struct toc_str file, size_t at, size_t index, struct toc_str *ret_clear)
{
	size_t n = be32(file.p + at);

	toc_arena_reset(j->arena);
	if (n < TOC_SEAL_OVERHEAD || n > TOC_JOURNAL_RECORD_MAX + TOC_SEAL_OVERHEAD || n > file.n - at - 4)
		return false;
	j->opened += n;
	return toc_unseal(j->arena, j->key, aad(j, index), (struct toc_str){ file.p + at + 4, n }, ret_clear) == 0;
}

/* Hand over the whole records in `file`. @return where the last of them ends */
static size_t walk(struct toc_journal *j, struct toc_str file, toc_journal_record *record, void *ctx,
		   size_t *ret_n)
{
	size_t at = HEAD, index = 0;
	while (file.n - at >= 4) {
		struct toc_str clear;
		if (!is_record(j, file, at, index, &clear))
			break; /* it ends before its length says, or does not open */
		if (record)
			record(ctx, index, clear);
		toc_wipe((void *)clear.p, clear.n);
		at += 4 + be32(file.p + at);
		index++;
	}
	*ret_n = index;
	return at;
}

/* A record behind what does not open at `at`, where number `index` should be. What stands there may be any bytes, of any number of
 * records up to SKIP_MAX; each says of itself which one it is. @return whether there is one */
static bool find_record(struct toc_journal *j, struct toc_str file, size_t *at, size_t *index, struct toc_str *ret_clear)
{
	for (size_t p = *at + 1; p + 4 + TOC_SEAL_OVERHEAD <= file.n && j->opened < OPENED_MAX; p++)
		for (size_t skipped = 1; skipped <= SKIP_MAX; skipped++)
			if (is_record(j, file, p, *index + skipped, ret_clear)) {
				*at = p;
				*index += skipped;
				return true;
			}
	return false;
}

/* Is there more than the remains of one record? With another key nothing opens, and all of it is to be kept. */
static bool has_more(struct toc_str file, size_t end)
{
	return file.n - end >= 4 && be32(file.p + end) < file.n - end - 4;
}

static void keep_record(void *ctx, size_t index, struct toc_str bytes)
{
	struct records *r = ctx;

	(void)index;
	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 64;
		r->at = toc_must_realloc(r->at, r->cap * sizeof *r->at);
	}
	r->at[r->n++] = toc_arena_str(r->arena, bytes);
}

/* Of a journal with a hole what is whole, before it and behind it, becomes the journal; all of it as it was is copied aside.
 * @return 1; 0: there is nothing behind it; or TOC_EIO */
static int mend(struct toc_journal *j, struct toc_str file, struct toc_error *reterr)
{
	struct records r = { .arena = toc_arena_new() };
	size_t index, at = walk(j, file, keep_record, &r, &index);
	struct toc_str clear;
	bool more = has_more(file, at);
	int e = 0;

	j->opened = 0;
	while (find_record(j, file, &at, &index, &clear)) {
		j->saved++;
		keep_record(&r, index, clear);
		for (at += 4 + be32(file.p + at), index++; file.n - at >= 4 && is_record(j, file, at, index, &clear); at += 4 + be32(file.p + at), index++) {
			j->saved++;
			keep_record(&r, index, clear);
		}
	}
	if ((j->saved || more) && set_aside(j, file) < 0)
		e = failed(reterr, "cannot copy", j->path);
	else if (j->saved)
		e = start_file(j, &r, reterr) < 0 ? TOC_EIO : 1;
	for (size_t i = 0; i < r.n; i++)
		toc_wipe((void *)(uintptr_t)r.at[i].p, r.at[i].n);
	toc_arena_free(r.arena);
	free(r.at);
	return e;
}

static int check_file(struct toc_journal *j, struct toc_error *reterr)
{
	struct toc_buf b;
	toc_buf_init(&b, TOC_JOURNAL_BYTES_MAX + HEAD);
	int r = read_file(j, &b, reterr);
	/* start_file renames a complete head into place, so a shorter one is not ours */
	if (r == 0 && (b.n < HEAD || memcmp(b.p, magic, MAGIC)))
		r = toc_fail(reterr, TOC_EPROOF, "%s is not a journal", j->path);
	if (r == 0) {
		memcpy(j->id.b, b.p + MAGIC, 16);
		j->bytes = walk(j, toc_buf_view(&b), NULL, NULL, &j->n);
		if (j->bytes < b.n && (r = mend(j, toc_buf_view(&b), reterr)) == 0 &&
		    (ftruncate(j->fd, (off_t)j->bytes) < 0 || fsync(j->fd) < 0))
			r = failed(reterr, "cannot cut the torn end of", j->path);
		r = r > 0 ? 0 : r;
	}
	toc_buf_done(&b);
	return r;
}

int toc_journal_open(const char *path, const uint8_t key[32], struct toc_journal **ret_journal,
		     struct toc_error *reterr)
{
	struct toc_journal *j = calloc(1, sizeof *j);
	int r = 0;
	if (!j)
		abort();
	j->fd = -1;
	j->bytes_max = TOC_JOURNAL_BYTES_MAX;
	j->named = true;
	j->arena = toc_arena_new();
	memcpy(j->key, key, sizeof j->key);
	if ((size_t)snprintf(j->path, sizeof j->path, "%s", path) >= sizeof j->path)
		r = toc_fail(reterr, TOC_ELIMIT, "the path of the journal is longer than %zu bytes",
			     sizeof j->path);
	else if ((j->fd = open(path, O_RDWR | O_CLOEXEC)) >= 0)
		r = check_file(j, reterr);
	else
		r = errno == ENOENT ? start_file(j, NULL, reterr) : failed(reterr, "cannot open", path);
	if (r < 0)
		toc_journal_free(j);
	else
		*ret_journal = j;
	return r;
}

int toc_journal_read(struct toc_journal *j, toc_journal_record *record, void *ctx, struct toc_error *reterr)
{
	struct toc_buf b;
	size_t n;
	toc_buf_init(&b, TOC_JOURNAL_BYTES_MAX + HEAD);
	int r = read_file(j, &b, reterr);
	if (r == 0 && walk(j, (struct toc_str){ b.p, j->bytes }, record, ctx, &n) != j->bytes)
		r = toc_fail(reterr, TOC_EPROOF, "%s was altered while it was open", j->path);
	toc_buf_done(&b);
	return r;
}

void toc_journal_free(struct toc_journal *j)
{
	if (!j)
		return;
	if (j->fd >= 0)
		close(j->fd);
	toc_arena_free(j->arena);
	toc_wipe(j->key, sizeof j->key);
	free(j);
}

void toc_journal_limit(struct toc_journal *j, size_t bytes)
{
	j->bytes_max = bytes < TOC_JOURNAL_BYTES_MAX ? bytes : TOC_JOURNAL_BYTES_MAX;
}

int toc_journal_add(struct toc_journal *j, struct toc_str bytes, struct toc_error *reterr)
{
	size_t n = bytes.n + TOC_SEAL_OVERHEAD, at = j->bytes + j->bytes_pending;
	if (bytes.n > TOC_JOURNAL_RECORD_MAX || at + 4 + n > j->bytes_max) {
		toc_limit_hit(TOC_LIMIT_journal_kib);
		return toc_fail(reterr, TOC_ELIMIT, "the journal has %zu bytes, limit %zu", at,
				j->bytes_max);
	}
	char head[4];
	toc_arena_reset(j->arena);
	struct toc_str sealed = seal(j, j->n + j->n_pending, bytes, head);
	if (write_all(j->fd, head, 4, at) < 0 || write_all(j->fd, sealed.p, sealed.n, at + 4) < 0)
		return failed(reterr, "cannot write", j->path);
	j->n_pending++;
	j->bytes_pending += 4 + sealed.n;
	return 0;
}

void toc_journal_undo(struct toc_journal *j)
{
	int r = ftruncate(j->fd, (off_t)j->bytes);
	(void)r; /* the next records overwrite what is left, and the rest does not open: its index is taken */
	j->n_pending = j->bytes_pending = 0;
}

bool toc_journal_is_there(const struct toc_journal *j)
{
	struct stat ours, there;
	return fstat(j->fd, &ours) == 0 && stat(j->path, &there) == 0 && ours.st_dev == there.st_dev &&
	       ours.st_ino == there.st_ino;
}

/* Somebody removed the file, or the folder that it was in: the next start would not find what is written to it. As
 * long as it is open nothing is lost, so all of it is written anew. */
static int put_back(struct toc_journal *j, struct toc_error *reterr)
{
	struct toc_buf b;
	char fresh[PATH_MAX + 8];
	toc_buf_init(&b, TOC_JOURNAL_BYTES_MAX + HEAD);
	int r = read_file(j, &b, reterr);
	if (r == 0) {
		snprintf(fresh, sizeof fresh, "%s.new", j->path);
		int fd = open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd < 0 || write_all(fd, b.p, b.n, 0) < 0 || fsync(fd) < 0 || rename(fresh, j->path) < 0 ||
		    sync_directory(j->path) < 0) {
			r = failed(reterr, "was removed, and cannot be put back to", j->path);
			if (fd >= 0)
				close(fd);
		} else {
			close(j->fd);
			j->fd = fd;
		}
	}
	toc_buf_done(&b);
	return r;
}

int toc_journal_sync(struct toc_journal *j, struct toc_error *reterr)
{
	if (!j->n_pending)
		return 0;
	int r = fdatasync(j->fd) < 0 ? failed(reterr, "cannot sync", j->path) : 0;
	if (r == 0 && !toc_journal_is_there(j))
		r = put_back(j, reterr);
	if (r == 0 && !j->named && sync_directory(j->path) < 0)
		r = failed(reterr, "cannot sync the folder of", j->path);
	if (r == 0)
		j->named = true;
	if (r < 0) {
		toc_journal_undo(j);
		return r;
	}
	j->n += j->n_pending;
	j->bytes += j->bytes_pending;
	j->n_pending = j->bytes_pending = 0;
	return 0;
}

int toc_journal_cut(struct toc_journal *j, struct toc_error *reterr)
{
	return j->n || j->n_pending ? start_file(j, NULL, reterr) : 0;
}

size_t toc_journal_bytes(const struct toc_journal *j)
{
	return j->bytes;
}

size_t toc_journal_count(const struct toc_journal *j)
{
	return j->n;
}

size_t toc_journal_saved(const struct toc_journal *j)
{
	return j->saved;
}

const char *toc_journal_damage(const struct toc_journal *j)
{
	return j->damage[0] ? j->damage : NULL;
}
