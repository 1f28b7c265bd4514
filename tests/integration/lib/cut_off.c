/* cut_off.c: kill -9 at each single step that a process takes, for one server: loaded before the C library and libpq
 * (LD_PRELOAD), it counts the calls by which a step becomes durable, and kills the process before the one that is asked for.
 *
 * The file CUT_OFF is mapped at the start: `left` steps to go (0: nothing is counted), the part that is meant,
 * whether it is killed there or stands still, and, for whoever reads the file, at which call it was killed. Of a statement that changes something there are two
 * steps: before it is sent, and when it is done and nobody has heard of it. */
#include <dlfcn.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct page {
	volatile int32_t left;
	char part[27];
	char stops; /* 1: it stands still there, instead of being killed */
	char killed_at[64];
	char only[32]; /* steps of which this is a part; empty: all */
};
static struct page *page;
static const char *own = ""; /* which part this process is: argv[1], ":eraser" */

__attribute__((constructor)) static void begin(int argc, char **argv)
{
	const char *path = getenv("CUT_OFF");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p != MAP_FAILED)
		page = p;
	if (fd >= 0)
		close(fd);
	if (argc > 1)
		own = argv[1];
}

static void step(const char *what, const char *of)
{
	if (!page || page->left <= 0 || *own != ':' || strncmp(own + 1, page->part, sizeof page->part) != 0)
		return;
	char name[sizeof page->killed_at];
	snprintf(name, sizeof name, "%s %.50s", what, of);
	if (*page->only && !strstr(name, page->only))
		return;
	if (--page->left)
		return;
	memcpy(page->killed_at, name, sizeof name);
	/* not by kill(2), which a process that serves may not call: it would go on, and nobody notice */
	if (raise(page->stops ? SIGSTOP : SIGKILL) != 0)
		abort();
}

/* The C library's own, or libpq's. */
#define NEXT(name, ...) (__extension__((int (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)))

int fsync(int fd)
{
	step("fsync", "");
	return NEXT(fsync, int)(fd);
}

/* Of a keeper's journal: what is written to it. */
static const char *journal(int fd, char path[256])
{
	char link[32];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = page && page->left > 0 ? readlink(link, path, 255) : -1;
	path[n < 0 ? 0 : n] = 0;
	const char *name = strstr(path, "/journal/");
	name = name ? name + 9 : "";
	return !strncmp(name, "urgent", 6) || !strncmp(name, "refused", 7) ? name : NULL;
}

int fdatasync(int fd)
{
	char path[256];
	const char *of = journal(fd, path);
	if (of)
		step("fdatasync", of);
	return NEXT(fdatasync, int)(fd);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	static ssize_t (*next)(int, const void *, size_t, off_t);
	char path[256];
	const char *of = journal(fd, path);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "pwrite");
	if (of)
		step("write", of);
	return next(fd, bytes, n, at);
}

int rename(const char *from, const char *to)
{
	const char *name = strrchr(to, '/');
	step("rename to", name ? name + 1 : to);
	return NEXT(rename, const char *, const char *)(from, to);
}

int unlink(const char *path)
{
	const char *name = strrchr(path, '/');
	step("unlink", name ? name + 1 : path);
	return NEXT(unlink, const char *)(path);
}

PGresult *PQexecParams(PGconn *conn, const char *command, int n, const Oid *types, const char *const *values, const int *lengths,
		       const int *formats, int format)
{
	static PGresult *(*next)(PGconn *, const char *, int, const Oid *, const char *const *, const int *, const int *, int);
	static const char *const changes[] = { "ledger.erase(", "ledger.begin_wrapping(", "ledger.rewrap(", "ledger.retire_wrappings(", "ledger.returned(" };
	bool one = false;

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "PQexecParams");
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		one |= strstr(command, changes[i]) != NULL;
	if (one)
		step("before", command);
	PGresult *r = next(conn, command, n, types, values, lengths, formats, format);
	if (one)
		step("after", command);
	return r;
}

int PQsendQueryPrepared(PGconn *conn, const char *statement, int n, const char *const *values, const int *lengths, const int *formats,
			int format)
{
	static int (*next)(PGconn *, const char *, int, const char *const *, const int *, const int *, int);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "PQsendQueryPrepared");
	step("before", statement);
	return next(conn, statement, n, values, lengths, formats, format);
}
