/* state.c: see state.h. */
#include "main/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"

static const char *who(void)
{
	return geteuid() == 0 ? "root" : "this user";
}

/* mkdir -p */
static int make_folders(char *dir)
{
	for (char *p = dir + 1;; p++) {
		if (*p && *p != '/')
			continue;
		char was = *p;
		*p = '\0';
		int r = mkdir(dir, 0755);
		int why = errno;
		*p = was;
		if (r < 0 && why != EEXIST && !was)
			return -why;
		if (!was)
			return 0;
	}
}

int toc_state_open(struct toc_state *ret, const char *dir, struct toc_error *reterr)
{
	struct stat st;
	char *path = strdup(dir), *lock = NULL, owner[32] = "";
	int fd = -1, r = TOC_EIO;
	if (!path || asprintf(&lock, "%s/lock", dir) < 0)
		abort();
	int made = make_folders(path);
	if (made < 0) {
		toc_fail(reterr, r, "state directory %s: cannot be made: %s. Choose another with --state", dir, strerror(-made));
		goto out;
	}
	if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode)) {
		toc_fail(reterr, r, "state directory %s: not a directory. Choose another with --state", dir);
		goto out;
	}
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0) {
		toc_fail(reterr, r, "state directory %s: not writable by %s: %s. Choose another with --state", dir, who(),
		         strerror(errno));
		goto out;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		ssize_t n = pread(fd, owner, sizeof owner - 1, 0);
		owner[n > 0 ? strcspn(owner, "\n") : 0] = '\0';
		r = toc_fail(reterr, TOC_ECONFLICT, "state directory %s: in use by another tocsind (process %s)", dir,
		             *owner ? owner : "unknown");
		goto out;
	}
	int n = snprintf(owner, sizeof owner, "%d\n", (int)getpid());
	if (ftruncate(fd, 0) < 0 || pwrite(fd, owner, (size_t)n, 0) != n || (st.st_uid == geteuid() && chmod(dir, 0711) < 0)) {
		toc_fail(reterr, r, "state directory %s: not writable by %s: %s", dir, who(), strerror(errno));
		goto out;
	}
	*ret = (struct toc_state){ .dir = path, .lock = fd };
	path = NULL;
	fd = -1;
	r = 0;
out:
	if (fd >= 0)
		close(fd);
	free(path);
	free(lock);
	return r;
}

void toc_state_close(struct toc_state *s)
{
	if (s->lock >= 0 && s->dir) {
		(void)!ftruncate(s->lock, 0);
		close(s->lock); /* and with it the lock */
	}
	free(s->dir);
	*s = (struct toc_state){ .lock = -1 };
}

char *toc_state_path(const struct toc_state *s, const char *name)
{
	char *r;
	if (asprintf(&r, "%s/%s", s->dir, name) < 0)
		abort();
	return r;
}

int toc_state_folder(const struct toc_state *s, const char *name, unsigned mode, struct toc_rights owner,
                     struct toc_error *reterr)
{
	char *path = toc_state_path(s, name);
	int r = 0, fd = -1;
	if ((mkdir(path, 0700) < 0 && errno != EEXIST) ||
	    (fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0 ||
	    (geteuid() == 0 && fchown(fd, owner.uid, owner.gid) < 0) || fchmod(fd, (mode_t)mode) < 0)
		r = toc_fail(reterr, TOC_EIO, "state directory: %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(path);
	return r;
}

int toc_state_reachable(const struct toc_state *s, struct toc_rights account, struct toc_error *reterr)
{
	char path[PATH_MAX];
	struct stat st;
	if (!realpath(s->dir, path))
		return toc_fail(reterr, TOC_EIO, "state directory %s: %s", s->dir, strerror(errno));
	for (char *p = path; *p; p++) {
		if (*p != '/' || p == path)
			continue;
		*p = '\0';
		bool known = stat(path, &st) == 0;
		bool may = known && (st.st_mode & (st.st_uid == account.uid ? S_IXUSR :
		                                   st.st_gid == account.gid ? S_IXGRP :
		                                                              S_IXOTH));
		if (!may)
			return toc_fail(reterr, TOC_EIO,
			                "state directory %s: the server's unprivileged users cannot enter %s. "
			                "Choose a place that they can reach with --state",
			                s->dir, path);
		*p = '/';
	}
	return 0;
}

int toc_file_write(const char *path, unsigned mode, const void *bytes, size_t n, struct toc_error *reterr)
{
	char *beside;
	int r = TOC_EIO;
	if (asprintf(&beside, "%s.new", path) < 0)
		abort();
	(void)unlink(beside); /* of a run that was cut short */
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && write(fd, bytes, n) == (ssize_t)n && fchmod(fd, (mode_t)mode) == 0 && fsync(fd) == 0 &&
	    rename(beside, path) == 0)
		r = 0;
	else
		toc_fail(reterr, TOC_EIO, "%s: cannot be written: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(beside);
	return r;
}

char *toc_file_read(const char *path, size_t most, size_t *ret_n)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *bytes = NULL;
	size_t n = 0;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size <= most && (bytes = malloc((size_t)st.st_size + 1))) {
		ssize_t got;
		while (n < (size_t)st.st_size && (got = read(fd, bytes + n, (size_t)st.st_size - n)) > 0)
			n += (size_t)got;
		bytes[n] = '\0';
		*ret_n = n;
	}
	close(fd);
	return bytes;
}
