/* record.c: see signer.h. Text, so that a person can read it when it matters:
 *
 *   tocsin-published/v1\n origin\n size\n and for each one in size, left to right, 64 hexadecimal digits\n
 *
 * Written beside and renamed, both synced. A record that is there and cannot be read is no reason to begin anew. */
#include "signer/signer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD "tocsin-published/v1"
#define BYTES_MAX 8192

static bool next_line(struct toc_str *rest, struct toc_str *ret_line)
{
	const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;

	if (!end)
		return false;
	*ret_line = (struct toc_str){ rest->p, (size_t)(end - rest->p) };
	*rest = (struct toc_str){ end + 1, rest->n - ret_line->n - 1 };
	return true;
}

static int parse(struct toc_str text, const char *origin, struct toc_range *ret_range)
{
	struct toc_str line;
	struct toc_range r = { 0 };
	char digits[32], *end;

	if (!next_line(&text, &line) || !toc_str_is(line, HEAD) || !next_line(&text, &line) ||
	    !toc_str_is(line, origin) || !next_line(&text, &line) || line.n == 0 || line.n >= sizeof digits)
		return TOC_EINVAL;
	memcpy(digits, line.p, line.n);
	digits[line.n] = 0;
	errno = 0;
	r.size = strtoull(digits, &end, 10);
	if (*end || errno || digits[0] < '0' || digits[0] > '9' || r.size > INT64_MAX)
		return TOC_EINVAL;
	for (r.n = 0; r.n < (unsigned)__builtin_popcountll(r.size); r.n++)
		if (!next_line(&text, &line) || toc_hex_decode(line, r.node[r.n].b, 32) < 0)
			return TOC_EINVAL;
	if (text.n)
		return TOC_EINVAL;
	*ret_range = r;
	return 0;
}

int toc_record_read(const char *path, const char *origin, struct toc_record *ret_record, struct toc_error *reterr)
{
	char bytes[BYTES_MAX];
	ssize_t n = 0, got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) {
		*ret_record = (struct toc_record){ .any = false };
		return 0;
	}
	while (fd >= 0 && n < BYTES_MAX && (got = read(fd, bytes + n, (size_t)(BYTES_MAX - n))) > 0)
		n += got;
	if (fd < 0 || got < 0) {
		int r = toc_fail(reterr, TOC_EIO, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return r;
	}
	close(fd);
	struct toc_record record = { .any = true };
	if (parse((struct toc_str){ bytes, (size_t)n }, origin, &record.range) < 0)
		return toc_fail(reterr, TOC_EINVAL, "%s: it does not say what was published under %s", path, origin);
	*ret_record = record;
	return 0;
}

static int sync_folder_of(const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');

	if (!slash || (size_t)(slash - path) >= sizeof folder)
		return -1;
	snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? -1 : fsync(fd);
	if (fd >= 0)
		close(fd);
	return r;
}

int toc_record_write(const char *path, const char *origin, const struct toc_range *range, struct toc_error *reterr)
{
	char beside[4096];
	struct toc_arena *a = toc_arena_new();
	struct toc_buf b;
	int r = -1;

	toc_buf_init(&b, BYTES_MAX);
	toc_buf_printf(&b, HEAD "\n%s\n%llu\n", origin, (unsigned long long)range->size);
	for (unsigned i = 0; i < range->n; i++) {
		toc_buf_str(&b, toc_hex(a, range->node[i].b, 32));
		toc_buf_byte(&b, '\n');
	}
	snprintf(beside, sizeof beside, "%s.new", path);
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0)
		r = !b.failed && write(fd, b.p, b.n) == (ssize_t)b.n && fsync(fd) == 0 ? 0 : -1;
	if (fd >= 0 && close(fd) < 0)
		r = -1;
	if (r == 0)
		r = rename(beside, path) < 0 || sync_folder_of(path) < 0 ? -1 : 0;
	if (r < 0)
		r = toc_fail(reterr, TOC_EIO, "%s: %s", path, strerror(errno));
	toc_buf_done(&b);
	toc_arena_free(a);
	return r;
}
