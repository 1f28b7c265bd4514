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

struct toc_journal {
	char path[PATH_MAX];
	uint8_t key[32];
	int fd;
	struct toc_uuid id;
	size_t n, bytes, bytes_max;      /* synced: records, and length of the file; and the most */
	size_t n_pending, bytes_pending; /* written since */
	bool named;                      /* the folder is synced since it has its name */
	char damage[PATH_MAX + 16];      /* the copy of a file with a hole, or empty */
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

/* An empty journal in place of what is at the path: complete under another name first, then renamed. */
static int start_file(struct toc_journal *j, struct toc_error *reterr)
{
	char fresh[PATH_MAX + 8], head[HEAD];
	snprintf(fresh, sizeof fresh, "%s.new", j->path);
	int fd = open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(reterr, "cannot create", fresh);
	struct toc_uuid id = toc_uuid_random();
	memcpy(head, magic, MAGIC);
	memcpy(head + MAGIC, id.b, 16);
	if (write_all(fd, head, HEAD, 0) < 0 || fsync(fd) < 0 || rename(fresh, j->path) < 0) {
		int r = failed(reterr, "cannot write", fresh);
		close(fd);
		(void)unlink(fresh); /* on a full disk its few bytes may be wanted */
		return r;
	}
	j->named = sync_directory(j->path) == 0; /* otherwise the old one may be found after a power cut: whole */
	if (j->fd >= 0) {
		if (j->named && j->bytes + j->bytes_pending > HEAD)
			overwrite(j->fd, j->bytes + j->bytes_pending);
		close(j->fd);
	}
	j->fd = fd;
	j->id = id;
	j->n = j->n_pending = j->bytes_pending = 0;
	j->bytes = HEAD;
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
	snprintf(j->damage, sizeof j->damage, "%s.damaged", j->path);
	int fd = open(j->damage, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return TOC_EIO;
	int r = write_all(fd, file.p, file.n, 0) < 0 || fsync(fd) < 0 ? TOC_EIO : 0;
	close(fd);
	return r;
}

/* Hand over the whole records in `file`. @return where the last of them ends */
static size_t walk(struct toc_journal *j, struct toc_str file, toc_journal_record *record, void *ctx,
		   size_t *ret_n)
{
	size_t at = HEAD, index = 0;
	while (file.n - at >= 4) {
		size_t n = be32(file.p + at);
		struct toc_str clear;
		if (n > file.n - at - 4)
			break; /* it ends before its length says */
		toc_arena_reset(j->arena);
		if (toc_unseal(j->arena, j->key, aad(j, index), (struct toc_str){ file.p + at + 4, n },
			       &clear) < 0)
			break;
		if (record)
			record(ctx, index, clear);
		toc_wipe((void *)clear.p, clear.n);
		at += 4 + n;
		index++;
	}
	*ret_n = index;
	return at;
}

/* Is there more than the remains of one record? */
static bool has_hole(struct toc_str file, size_t end)
{
	return file.n - end >= 4 && be32(file.p + end) < file.n - end - 4;
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
		if (has_hole(toc_buf_view(&b), j->bytes) && set_aside(j, toc_buf_view(&b)) < 0)
			r = failed(reterr, "cannot copy", j->path);
		else if (j->bytes < b.n && (ftruncate(j->fd, (off_t)j->bytes) < 0 || fsync(j->fd) < 0))
			r = failed(reterr, "cannot cut the torn end of", j->path);
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
		r = errno == ENOENT ? start_file(j, reterr) : failed(reterr, "cannot open", path);
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
	toc_arena_reset(j->arena);
	struct toc_str sealed = toc_seal(j->arena, j->key, aad(j, j->n + j->n_pending), bytes);
	const char head[4] = { (char)(sealed.n >> 24), (char)(sealed.n >> 16), (char)(sealed.n >> 8),
			       (char)sealed.n };
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
	return j->n || j->n_pending ? start_file(j, reterr) : 0;
}

size_t toc_journal_bytes(const struct toc_journal *j)
{
	return j->bytes;
}

size_t toc_journal_count(const struct toc_journal *j)
{
	return j->n;
}

const char *toc_journal_damage(const struct toc_journal *j)
{
	return j->damage[0] ? j->damage : NULL;
}
