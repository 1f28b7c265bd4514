/* cluster_account.c: doing things as the account that PostgreSQL runs as.
 *
 * Only in children: the parent's own rights never change. */
#include "store/cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

char *const toc_account_environment[] = {
	"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=/", NULL
};

int toc_account_find(const char *wanted, struct toc_account *ret_account, struct toc_error *reterr)
{
	const char *const candidate[] = { wanted ? wanted : "tocsin", wanted ? NULL : "postgres" };
	struct toc_account a = { .other = geteuid() == 0 };
	const struct passwd *p = NULL;

	if (!a.other) {
		p = getpwuid(geteuid());
		a.uid = geteuid();
		a.gid = getegid();
		snprintf(a.name, sizeof a.name, "%s", p ? p->pw_name : "nobody");
		*ret_account = a;
		return 0;
	}
	for (size_t i = 0; !p && i < 2 && candidate[i]; i++)
		p = getpwnam(candidate[i]);
	if (!p)
		return toc_fail(reterr, TOC_EIO,
				"private PostgreSQL: it does not run as root, and there is no user %s: "
				"adduser --system --group tocsin",
				wanted ? wanted : "tocsin or postgres");
	if (p->pw_uid == 0)
		return toc_fail(reterr, TOC_EIO,
				"private PostgreSQL: it does not run as root, and user %s is root",
				p->pw_name);
	a.uid = p->pw_uid;
	a.gid = p->pw_gid;
	snprintf(a.name, sizeof a.name, "%s", p->pw_name);
	*ret_account = a;
	return 0;
}

void toc_account_become(const struct toc_account *a)
{
	if (!a->other)
		return;
	if (initgroups(a->name, a->gid) < 0 || setresgid(a->gid, a->gid, a->gid) < 0 ||
	    setresuid(a->uid, a->uid, a->uid) < 0 || setuid(0) == 0)
		_exit(126);
}

static int status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127; /* somebody else has reaped it */
	return status_of(status);
}

int toc_account_call(const struct toc_account *a, int (*function)(void *ctx), void *ctx)
{
	pid_t pid = fork();

	if (pid < 0)
		return TOC_EIO;
	if (pid == 0) {
		toc_account_become(a);
		_exit(function(ctx));
	}
	return wait_for(pid);
}

/* The end of what a descriptor brings, until it closes. */
static void read_end(int fd, char *ret_output, size_t cap)
{
	char piece[512];
	size_t n = 0;

	for (;;) {
		ssize_t got = read(fd, piece, sizeof piece);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		size_t more = (size_t)got < cap - 1 ? (size_t)got : cap - 1;
		if (n + more > cap - 1) {
			size_t gone = n + more - (cap - 1);
			memmove(ret_output, ret_output + gone, n - gone);
			n -= gone;
		}
		memcpy(ret_output + n, piece + (size_t)got - more, more);
		n += more;
	}
	ret_output[n] = 0;
}

int toc_account_run(const struct toc_account *a, const char *const *argv, char *ret_output, size_t cap)
{
	int output[2];

	ret_output[0] = 0;
	if (pipe2(output, O_CLOEXEC) < 0)
		return 127;
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY);
		toc_account_become(a);
		if (chdir("/") < 0 || dup2(null, 0) < 0 || dup2(output[1], 1) < 0 || dup2(output[1], 2) < 0)
			_exit(127);
		close_range(3, ~0u, 0);
		execve(argv[0], (char *const *)argv, toc_account_environment);
		_exit(127);
	}
	close(output[1]);
	if (pid > 0)
		read_end(output[0], ret_output, cap);
	close(output[0]);
	return pid > 0 ? wait_for(pid) : 127;
}

/* ---- can it get there? ---- */

/* Length of the nth directory's path on the way to dir (from 1); 0: there are not that many. */
static size_t way_to(const char *dir, int nth)
{
	const char *end = dir;

	for (; nth > 1 && end; nth--)
		end = strchr(end + 1, '/');
	if (!end)
		return 0;
	const char *slash = strchr(end + 1, '/');
	return slash ? (size_t)(slash - dir) : strlen(dir);
}

/* @return 0, or the number of the first directory on the way that is closed */
static int search(void *ctx)
{
	const char *dir = ctx;
	char prefix[PATH_MAX];
	size_t n;

	for (int nth = 1; nth < 255 && (n = way_to(dir, nth)) != 0; nth++) {
		snprintf(prefix, sizeof prefix, "%.*s", (int)n, dir);
		if (access(prefix, X_OK) < 0)
			return nth;
	}
	return 0;
}

int toc_account_can_search(const struct toc_account *a, const char *dir, struct toc_error *reterr)
{
	int nth = toc_account_call(a, search, (void *)dir);
	char closed[PATH_MAX];
	struct stat st;

	if (nth == 0)
		return 0;
	snprintf(closed, sizeof closed, "%.*s", nth > 0 ? (int)way_to(dir, nth) : 0, dir);
	if (nth < 0 || stat(closed, &st) < 0)
		return toc_fail(reterr, TOC_EIO, "private PostgreSQL: user %s cannot get to %s", a->name,
				dir);
	return toc_fail(reterr, TOC_EIO,
			"private PostgreSQL: it runs as user %s, who cannot enter %s (mode %04o): "
			"choose another state directory, or chmod o+x %s",
			a->name, closed, st.st_mode & 07777u, closed);
}
