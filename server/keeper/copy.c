/* copy.c: see copy.h. A file is written beside its place, synced, and moved there; the head last, so that an old copy is
 * whole until the new one is. Pieces that the head does not name go then. */
#include "keeper/copy.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "tocsin-state/v4\n"
#define MAGIC_BYTES (sizeof MAGIC - 1)
#define PIECES_MAX 65536
#define FILE_MAX (512u << 20)

/* ---- the head ---- */

struct toc_str toc_head_write(struct toc_arena *a, const uint8_t key[32], const struct toc_head *h)
{
	uint64_t as_of = htole64(h->as_of);
	uint32_t n = htole32((uint32_t)h->n_pieces);
	struct toc_buf b;

	toc_buf_init(&b, FILE_MAX);
	toc_buf_add(&b, MAGIC, MAGIC_BYTES);
	toc_buf_add(&b, &as_of, sizeof as_of);
	toc_buf_add(&b, h->newest.b, sizeof h->newest.b);
	toc_buf_add(&b, h->sum, sizeof h->sum);
	toc_buf_add(&b, &n, sizeof n);
	for (size_t i = 0; i < h->n_pieces; i++)
		toc_buf_add(&b, h->pieces[i].b, sizeof h->pieces[i].b);
	struct toc_sha256 code = toc_hmac_sha256(key, toc_buf_view(&b));
	toc_buf_add(&b, code.b, sizeof code.b);
	struct toc_str bytes = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return bytes;
}

int toc_head_read(struct toc_arena *a, const uint8_t key[32], struct toc_str bytes, struct toc_head *ret_head,
		  struct toc_error *reterr)
{
	enum { FIXED = MAGIC_BYTES + 8 + 32 + 32 + 4, CODE = 32 };
	uint64_t as_of;
	uint32_t n;

	if (bytes.n < FIXED + CODE || memcmp(bytes.p, MAGIC, MAGIC_BYTES) != 0)
		return toc_fail(reterr, TOC_EUNSUPPORTED, "the copy of the state is of another version");
	struct toc_sha256 code = toc_hmac_sha256(key, (struct toc_str){ bytes.p, bytes.n - CODE });
	if (!toc_str_eq_secret((struct toc_str){ (const char *)code.b, CODE },
			       (struct toc_str){ bytes.p + bytes.n - CODE, CODE }))
		return toc_fail(reterr, TOC_EPROOF, "the copy of the state was not written by a node of this deployment");
	memcpy(&as_of, bytes.p + MAGIC_BYTES, sizeof as_of);
	memcpy(&n, bytes.p + FIXED - 4, sizeof n);
	n = le32toh(n);
	if (n > PIECES_MAX || bytes.n != FIXED + n * sizeof(struct toc_sha256) + CODE)
		return toc_fail(reterr, TOC_EPROOF, "the copy of the state names %u pieces in %zu bytes", n, bytes.n);
	*ret_head = (struct toc_head){ .as_of = le64toh(as_of), .n_pieces = n };
	memcpy(ret_head->newest.b, bytes.p + MAGIC_BYTES + 8, sizeof ret_head->newest.b);
	memcpy(ret_head->sum, bytes.p + MAGIC_BYTES + 8 + 32, sizeof ret_head->sum);
	ret_head->pieces = toc_arena_alloc(a, (n + 1) * sizeof *ret_head->pieces);
	memcpy(ret_head->pieces, bytes.p + FIXED, n * sizeof *ret_head->pieces);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return memcmp((*(struct toc_piece *const *)a)->name.b, (*(struct toc_piece *const *)b)->name.b, sizeof(struct toc_sha256));
}

static struct toc_piece *find(struct toc_piece **sorted, size_t n, const struct toc_sha256 *name)
{
	size_t low = 0;

	while (n > 0) {
		size_t half = n / 2;
		int order = memcmp(sorted[low + half]->name.b, name->b, sizeof name->b);
		if (order == 0)
			return sorted[low + half];
		if (order < 0)
			low += half + 1, n -= half + 1;
		else
			n = half;
	}
	return NULL;
}

int toc_head_world(const struct toc_head *h, struct toc_piece *const *pieces, size_t n, struct toc_world **ret_world,
		   struct toc_error *reterr)
{
	struct toc_piece **sorted = toc_must_realloc(NULL, (n + 1) * sizeof *sorted);
	struct toc_piece **wanted = toc_must_realloc(NULL, (h->n_pieces + 1) * sizeof *wanted);
	uint8_t sum[32] = { 0 };
	int r = 0;

	memcpy(sorted, pieces, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_name);
	for (size_t i = 0; i < h->n_pieces && r == 0; i++) {
		wanted[i] = find(sorted, n, &h->pieces[i]);
		if (!wanted[i])
			r = toc_fail(reterr, TOC_ENOTFOUND, "piece %zu of %zu of the state is missing", i, h->n_pieces);
		else
			toc_sum_add(sum, (const uint8_t *)wanted[i]->sum);
	}
	if (r == 0 && memcmp(sum, h->sum, sizeof sum) != 0)
		r = toc_fail(reterr, TOC_EINVAL, "the pieces of the state do not add up to it");
	if (r == 0)
		r = toc_world_load(wanted, h->n_pieces, h->as_of, ret_world, reterr);
	free(sorted);
	free(wanted);
	return r;
}

/* ---- the disk ---- */

struct toc_disk {
	pthread_t thread;
	bool threaded;
	atomic_bool done;
	char dir[PATH_MAX];
	uint8_t key[32];
	struct toc_piece **pieces;
	size_t n;
	char *state;
	size_t n_state;
	int result;
	struct toc_error error;
};

static struct toc_str state_aad(void)
{
	return TOC_STR("tocsin-state/v1");
}
static struct toc_str piece_aad(void)
{
	return TOC_STR("tocsin-piece/v1");
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
	if (r < 0 || fdatasync(fd) < 0 || rename(fresh, path) < 0)
		r = toc_fail(reterr, TOC_EIO, "cannot write %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return r;
}

static void name_of(const struct toc_sha256 *hash, char ret[65])
{
	for (int i = 0; i < 32; i++)
		snprintf(ret + 2 * i, 3, "%02x", hash->b[i]);
}

static int path_of(const char *dir, const char *name, char path[PATH_MAX], struct toc_error *reterr)
{
	int n = snprintf(path, PATH_MAX, "%s/%s", dir, name);

	return n > 0 && n < PATH_MAX - 8 ? 0 : toc_fail(reterr, TOC_ELIMIT, "%s/%s is too long", dir, name);
}

static int piece_path(const char *dir, const struct toc_sha256 *hash, char path[PATH_MAX], struct toc_error *reterr)
{
	char name[7 + 65] = "pieces/";

	name_of(hash, name + 7);
	return path_of(dir, name, path, reterr);
}

static int write_pieces(struct toc_disk *d, struct toc_arena *a)
{
	char path[PATH_MAX];
	struct stat is;
	int r = path_of(d->dir, "pieces", path, &d->error);

	if (r == 0 && mkdir(path, 0700) < 0 && errno != EEXIST)
		r = toc_fail(&d->error, TOC_EIO, "cannot create %s: %s", path, strerror(errno));
	for (size_t i = 0; i < d->n && r == 0; i++) {
		toc_arena_reset(a);
		r = piece_path(d->dir, &d->pieces[i]->name, path, &d->error);
		if (r == 0 && (stat(path, &is) < 0 || (size_t)is.st_size != d->pieces[i]->bytes.n + TOC_SEAL_OVERHEAD))
			r = write_file(path, toc_seal(a, d->key, piece_aad(), d->pieces[i]->bytes), &d->error);
	}
	return r;
}

/* What the head no longer names. */
static void tidy(struct toc_disk *d)
{
	char path[PATH_MAX];
	struct toc_error error;
	DIR *folder = path_of(d->dir, "pieces", path, &error) == 0 ? opendir(path) : NULL;

	qsort(d->pieces, d->n, sizeof *d->pieces, by_name);
	for (const struct dirent *e; folder && (e = readdir(folder));) {
		struct toc_sha256 hash;
		bool is_piece = toc_hex_decode(toc_str_of(e->d_name), hash.b, sizeof hash.b) == 0;
		if (e->d_name[0] != '.' && (!is_piece || !find(d->pieces, d->n, &hash)))
			(void)unlinkat(dirfd(folder), e->d_name, 0);
	}
	if (folder)
		closedir(folder);
}

static void *write_all(void *disk)
{
	struct toc_disk *d = disk;
	struct toc_arena *a = toc_arena_new();
	char path[PATH_MAX];
	int r = write_pieces(d, a);

	toc_arena_reset(a);
	if (r == 0)
		r = path_of(d->dir, "state", path, &d->error);
	if (r == 0)
		r = write_file(path, toc_seal(a, d->key, state_aad(), (struct toc_str){ d->state, d->n_state }), &d->error);
	if (r == 0)
		tidy(d);
	d->result = r;
	toc_arena_free(a);
	atomic_store(&d->done, true);
	return NULL;
}

struct toc_disk *toc_disk_begin(const char *dir, const uint8_t key[32], struct toc_str state,
				struct toc_piece *const *pieces, size_t n)
{
	struct toc_disk *d = toc_must_realloc(NULL, sizeof *d);

	*d = (struct toc_disk){ .n = n, .n_state = state.n };
	snprintf(d->dir, sizeof d->dir, "%s", dir);
	memcpy(d->key, key, sizeof d->key);
	d->state = toc_must_realloc(NULL, state.n + 1);
	memcpy(d->state, state.p, state.n);
	d->pieces = toc_must_realloc(NULL, (n + 1) * sizeof(struct toc_piece *));
	for (size_t i = 0; i < n; i++)
		d->pieces[i] = toc_piece_hold(pieces[i]);
	atomic_init(&d->done, false);
	d->threaded = pthread_create(&d->thread, NULL, write_all, d) == 0;
	if (!d->threaded)
		(void)write_all(d);
	return d;
}

bool toc_disk_is_done(const struct toc_disk *d)
{
	return atomic_load(&d->done);
}

int toc_disk_end(struct toc_disk *d, struct toc_error *reterr)
{
	if (d->threaded)
		(void)pthread_join(d->thread, NULL);
	int r = d->result;
	if (r < 0)
		*reterr = d->error;
	for (size_t i = 0; i < d->n; i++)
		toc_piece_drop(d->pieces[i]);
	free(d->pieces);
	free(d->state);
	toc_wipe(d->key, sizeof d->key);
	free(d);
	return r;
}

static int read_file(struct toc_arena *a, const char *path, struct toc_str *ret, struct toc_error *reterr)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return toc_fail(reterr, errno == ENOENT ? TOC_ENOTFOUND : TOC_EIO, "%s: %s", path,
				strerror(errno));
	off_t size = lseek(fd, 0, SEEK_END);
	int r = size < 0 || size > (off_t)FILE_MAX ? toc_fail(reterr, TOC_ELIMIT, "%s is too long", path) : 0;
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

static int read_sealed(struct toc_arena *a, const char *path, const uint8_t key[32], struct toc_str aad,
		       struct toc_str *ret, struct toc_error *reterr)
{
	struct toc_str sealed;
	int r = read_file(a, path, &sealed, reterr);

	if (r == 0 && toc_unseal(a, key, aad, sealed, ret) < 0)
		r = toc_fail(reterr, TOC_EPROOF, "%s was altered, or has another key", path);
	return r;
}

int toc_disk_read_state(struct toc_arena *a, const char *dir, const uint8_t key[32], struct toc_str *ret_state,
			struct toc_error *reterr)
{
	char path[PATH_MAX];
	int r = path_of(dir, "state", path, reterr);

	return r == 0 ? read_sealed(a, path, key, state_aad(), ret_state, reterr) : r;
}

struct toc_piece *toc_disk_read_piece(const char *dir, const uint8_t key[32], const struct toc_sha256 *name,
				      struct toc_error *reterr)
{
	struct toc_arena *a = toc_arena_new();
	struct toc_piece *p = NULL;
	char path[PATH_MAX];
	struct toc_str bytes;
	int r = piece_path(dir, name, path, reterr);

	if (r == 0)
		r = read_sealed(a, path, key, piece_aad(), &bytes, reterr);
	if (r == 0)
		p = toc_piece_read(bytes, reterr);
	toc_arena_free(a);
	return p;
}
