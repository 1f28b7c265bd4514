/* fate.c: see fate.h. */
#include "fate.h"

#include "store/backend.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLOCK_STEP TOC_HOURS(5)

enum step { /* what a step is of */
	STEP_WRITE = 1, /* makes a file longer, or makes one */
	STEP_FILE = 2,  /* changes a file or folder otherwise, or syncs it */
	STEP_ASK = 4,   /* before the store is asked */
	STEP_DONE = 8,  /* the store has done it */
	STEP_TELL = 16, /* a frame to the front */
};
static const unsigned befalls[FATE_KINDS] = {
	[FATE_DIES] = STEP_WRITE | STEP_FILE | STEP_ASK | STEP_DONE | STEP_TELL,
	[FATE_DIES_TORN] = STEP_WRITE,
	[FATE_POWER_CUT] = STEP_WRITE | STEP_FILE | STEP_ASK | STEP_DONE,
	[FATE_DISK_FULL] = STEP_WRITE,
	[FATE_DISK_FAILS] = STEP_WRITE | STEP_FILE,
	[FATE_AWAY] = STEP_ASK,
	[FATE_FROZEN] = STEP_ASK,
	[FATE_UNHEARD] = STEP_DONE,
	[FATE_CLOCK_ON] = STEP_ASK | STEP_DONE,
	[FATE_CLOCK_BACK] = STEP_ASK | STEP_DONE,
};

static struct {
	struct stage *s;
	unsigned keeper, left;
	enum fate_kind kind;
	bool armed, struck, dead, full;
	char where[64];
	unsigned acting; /* 1 + the keeper whose turn it is */
} fate;

/* ---- the disk, as a power cut would leave it ---- */

#define FILES 64 /* that are made while a fate is armed */
#define NAMES 8

struct bytes {
	char *p;
	size_t n;
};
static struct {
	ino_t ino;
	struct bytes synced;
} file[FILES];
static size_t n_files;
static struct {
	char name[32];
	size_t file;
} name[NAMES];
static size_t n_names;

static const char *dir(void)
{
	return fate.s->dir[fate.keeper];
}

static bool is_journal(const char *base)
{
	return !strncmp(base, "urgent", 6) || !strncmp(base, "refused", 7);
}

static const char *journal_path(char ret[512], const char *base)
{
	snprintf(ret, 512, "%s/%s", dir(), base);
	return ret;
}

static struct bytes read_all(int fd)
{
	struct bytes b = { malloc(1 << 22), 0 };
	ssize_t n;
	if (!b.p)
		abort();
	while ((n = pread(fd, b.p + b.n, (1 << 22) - b.n, (off_t)b.n)) > 0)
		b.n += (size_t)n;
	return b;
}

static size_t file_of(ino_t ino)
{
	for (size_t i = n_files; i-- > 0;)
		if (file[i].ino == ino)
			return i;
	if (n_files == FILES)
		TOC_WRONG("more files than a fate follows");
	file[n_files].ino = ino;
	file[n_files].synced = (struct bytes){ calloc(1, 1), 0 };
	return n_files++;
}

static void file_synced(int fd)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return;
	size_t i = file_of(st.st_ino);
	free(file[i].synced.p);
	file[i].synced = read_all(fd);
}

static void folder_synced(void)
{
	DIR *d = opendir(dir());
	n_names = 0;
	for (const struct dirent *e; d && (e = readdir(d));)
		if (is_journal(e->d_name)) {
			if (n_names == NAMES)
				TOC_WRONG("more names than a fate follows");
			snprintf(name[n_names].name, sizeof name->name, "%.31s", e->d_name);
			name[n_names++].file = file_of(e->d_ino);
		}
	if (d)
		closedir(d);
}

static void forget_disk(void)
{
	for (size_t i = 0; i < n_files; i++)
		free(file[i].synced.p);
	n_files = n_names = 0;
}

static void remember_disk(void)
{
	char path[512];
	forget_disk();
	folder_synced();
	for (size_t i = 0; i < n_names; i++) {
		(void)journal_path(path, name[i].name);
		int fd = open(path, O_RDONLY);
		file_synced(fd);
		close(fd);
	}
}

static void lose_power(void)
{
	char path[512];
	DIR *d = opendir(dir());
	for (const struct dirent *e; d && (e = readdir(d));)
		if (is_journal(e->d_name)) {
			(void)journal_path(path, e->d_name);
			(void)remove(path);
		}
	if (d)
		closedir(d);
	for (size_t i = 0; i < n_names; i++) {
		const struct bytes *b = &file[name[i].file].synced;
		(void)journal_path(path, name[i].name);
		int fd = open(path, O_WRONLY | O_CREAT, 0600);
		if (fd < 0 || write(fd, b->p, b->n) != (ssize_t)b->n)
			TOC_WRONG("a power cut cannot be played");
		close(fd);
	}
}

/* ---- a step ---- */

static void database(enum toc_memory_fault fault)
{
	stage_fault(fate.s, fate.keeper, fault);
}

static bool is_acting(void)
{
	return fate.armed && fate.acting == fate.keeper + 1;
}

/* @return whether it befalls the keeper now */
static bool comes_to(enum step step, const char *what, const char *of)
{
	if (!is_acting() || fate.struck || !(befalls[fate.kind] & step) || --fate.left)
		return false;
	fate.struck = true;
	snprintf(fate.where, sizeof fate.where, "%s%s%.32s", what, *of ? " " : "", of);
	switch (fate.kind) {
	case FATE_DIES:
	case FATE_DIES_TORN:
	case FATE_POWER_CUT: fate.dead = true; break;
	case FATE_DISK_FULL: fate.full = true; break;
	case FATE_CLOCK_ON: fate.s->ahead.us += CLOCK_STEP.us; break;
	case FATE_CLOCK_BACK: fate.s->ahead.us -= CLOCK_STEP.us; break;
	default: break;
	}
	if (fate.dead || fate.kind == FATE_AWAY || fate.kind == FATE_UNHEARD)
		database(TOC_MEMORY_AWAY);
	else if (fate.kind == FATE_FROZEN)
		database(TOC_MEMORY_FROZEN);
	return true;
}

void fate_arm(struct stage *s, unsigned i, enum fate_kind kind, unsigned n)
{
	fate.s = s;
	fate.keeper = i;
	fate.kind = kind;
	fate.left = n;
	fate.struck = fate.dead = fate.full = false;
	remember_disk();
	fate.armed = true;
}

bool fate_has_struck(void)
{
	return fate.struck;
}

bool fate_is_dead(void)
{
	return fate.dead;
}

const char *fate_where(void)
{
	return fate.where;
}

void fate_lift(void)
{
	if (fate.dead)
		stage_stop(fate.s, fate.keeper);
	else
		database(TOC_MEMORY_WELL);
	fate.armed = false;
	if (fate.dead && fate.kind == FATE_POWER_CUT)
		lose_power();
	fate.dead = fate.full = false;
	forget_disk();
}

/* ---- whose turn it is ---- */

static unsigned acting_of(const char *journal_dir)
{
	for (unsigned i = 0; fate.s && i < 2; i++)
		if (!strcmp(fate.s->dir[i], journal_dir))
			return i + 1;
	return 0;
}

int __real_toc_keeper_turn(struct toc_keeper *k, toc_dur at_most);
int __wrap_toc_keeper_turn(struct toc_keeper *k, toc_dur at_most);
int __wrap_toc_keeper_turn(struct toc_keeper *k, toc_dur at_most)
{
	fate.acting = acting_of(k->o.journal_dir);
	int r = __real_toc_keeper_turn(k, at_most);
	fate.acting = 0;
	return r;
}

struct toc_keeper *__real_toc_keeper_new(const struct toc_keeper_options *o);
struct toc_keeper *__wrap_toc_keeper_new(const struct toc_keeper_options *o);
struct toc_keeper *__wrap_toc_keeper_new(const struct toc_keeper_options *o)
{
	fate.acting = acting_of(o->journal_dir);
	struct toc_keeper *k = __real_toc_keeper_new(o);
	fate.acting = 0;
	return k;
}

/* ---- files ---- */

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* @return its name if it is one of the acting keeper's journal, its folder's ".", or NULL */
static const char *followed(int fd, char path[256])
{
	char link[32];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = is_acting() ? readlink(link, path, 255) : -1;
	if (n < 0)
		return NULL;
	path[n] = 0;
	if (!strcmp(path, dir()))
		return ".";
	return is_journal(base_of(path)) ? base_of(path) : NULL;
}

static int fails(int with)
{
	errno = with;
	return -1;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	unsigned mode = flags & O_CREAT ? va_arg(args, unsigned) : 0;
	va_end(args);
	bool makes = is_acting() && flags & O_CREAT && is_journal(base_of(path));
	if (makes && (comes_to(STEP_WRITE, "create", base_of(path)) || fate.dead || fate.full))
		return fails(fate.full ? ENOSPC : EIO);
	int fd = __real_open(path, flags, mode);
	struct stat st;
	if (makes && fd >= 0 && fstat(fd, &st) == 0 && st.st_size == 0)
		file[file_of(st.st_ino)].ino = 0, (void)file_of(st.st_ino); /* another file has had this number */
	return fd;
}

ssize_t __real_pwrite(int fd, const void *p, size_t n, off_t at);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at)
{
	char path[256];
	struct stat st;
	const char *of = followed(fd, path);
	if (!of)
		return __real_pwrite(fd, p, n, at);
	bool was_full = fate.full, grows = fstat(fd, &st) == 0 && at + (off_t)n > st.st_size;
	if (fate.dead)
		return fails(EIO);
	if (comes_to(grows ? STEP_WRITE : STEP_FILE, "write", of)) {
		if (fate.kind == FATE_DIES_TORN || fate.full)
			return __real_pwrite(fd, p, n / 2, at);
		return fails(EIO);
	}
	return was_full && grows ? fails(ENOSPC) : __real_pwrite(fd, p, n, at);
}

int __real_ftruncate(int fd, off_t n);
int __wrap_ftruncate(int fd, off_t n);
int __wrap_ftruncate(int fd, off_t n)
{
	char path[256];
	const char *of = followed(fd, path);
	return of && (fate.dead || comes_to(STEP_FILE, "truncate", of)) ? fails(EIO) : __real_ftruncate(fd, n);
}

/* No machine of ours loses its power meanwhile: what is synced is noted, and that is all. */
static int synced(int fd)
{
	char path[256];
	const char *of = followed(fd, path);
	if (of && (fate.dead || comes_to(STEP_FILE, "sync", of)))
		return fails(EIO);
	if (of && !strcmp(of, "."))
		folder_synced();
	else if (of)
		file_synced(fd);
	return 0;
}

int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
	return synced(fd);
}

int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
	return synced(fd);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
	bool ours = is_acting() && is_journal(base_of(to));
	return ours && (fate.dead || comes_to(STEP_FILE, "rename to", base_of(to))) ? fails(EIO) : __real_rename(from, to);
}

int __real_unlink(const char *path);
int __wrap_unlink(const char *path);
int __wrap_unlink(const char *path)
{
	bool ours = is_acting() && is_journal(base_of(path));
	return ours && (fate.dead || comes_to(STEP_FILE, "unlink", base_of(path))) ? fails(EIO) : __real_unlink(path);
}

/* ---- the store ---- */

static const char *op_name(enum toc_op_kind kind)
{
	switch (kind) {
	case TOC_OP_APPEND: return "append";
	case TOC_OP_READ: return "read";
	case TOC_OP_FIND: return "find";
	case TOC_OP_KEYS: return "keys";
	case TOC_OP_LOCK_TIP: return "lock";
	default: return "another question";
	}
}

static bool is_writer(const struct toc_store *s)
{
	return is_acting() && s == fate.s->keeper[fate.keeper].writer;
}

void __real_toc_store_step(struct toc_store *s, short revents, int64_t now);
void __wrap_toc_store_step(struct toc_store *s, short revents, int64_t now);
void __wrap_toc_store_step(struct toc_store *s, short revents, int64_t now)
{
	if (is_writer(s) && s->n && comes_to(STEP_ASK, op_name(toc_op_head(s)->kind), "") && fate.kind == FATE_FROZEN)
		toc_op_head(s)->deadline_us = now; /* nobody waits for it here */
	__real_toc_store_step(s, revents, now);
}

void __real_toc_op_end(struct toc_store *s, int result, uint64_t size, const struct toc_error *error);
void __wrap_toc_op_end(struct toc_store *s, int result, uint64_t size, const struct toc_error *error);
void __wrap_toc_op_end(struct toc_store *s, int result, uint64_t size, const struct toc_error *error)
{
	struct toc_error lost = { .code = TOC_ECLOSED, .text = "connection lost (a fate)" };
	bool heard = !is_writer(s) || !comes_to(STEP_DONE, op_name(toc_op_head(s)->kind), "done") ||
		     (fate.kind != FATE_UNHEARD && !fate.dead);
	if (heard)
		__real_toc_op_end(s, result, size, error);
	else
		__real_toc_op_end(s, TOC_ECLOSED, 0, &lost);
}

/* ---- the front ---- */

int __real_toc_child_send(struct toc_child *c, unsigned front, struct toc_buf *frame);
int __wrap_toc_child_send(struct toc_child *c, unsigned front, struct toc_buf *frame);
int __wrap_toc_child_send(struct toc_child *c, unsigned front, struct toc_buf *frame)
{
	if (is_acting() && (fate.dead || comes_to(STEP_TELL, "a frame", "")))
		return fate.dead ? 0 : TOC_ECLOSED;
	return __real_toc_child_send(c, front, frame);
}
