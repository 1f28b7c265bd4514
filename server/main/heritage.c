/* heritage.c: see heritage.h. Source: memfd_create(2), fcntl(2) F_ADD_SEALS. */
#include "main/heritage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "message/json.h"

#define BYTES_MAX (16 * 1024 * 1024) /* the demo's directory is the largest thing in it */
#define DEPTH_MAX 32

int toc_heritage_write(const struct toc_value *heritage)
{
	struct toc_buf b;
	int fd = memfd_create("heritage", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	bool ok = fd >= 0;
	toc_buf_init(&b, BYTES_MAX);
	toc_json_write(&b, heritage);
	for (size_t at = 0; ok && at < b.n;) {
		ssize_t n = write(fd, b.p + at, b.n - at);
		ok = n > 0 || (n < 0 && errno == EINTR);
		at += n > 0 ? (size_t)n : 0;
	}
	ok = ok && !b.failed && lseek(fd, 0, SEEK_SET) == 0 &&
	     fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
	if (b.p)
		toc_wipe(b.p, b.n);
	toc_buf_done(&b);
	if (!ok && fd >= 0)
		close(fd);
	return ok ? fd : TOC_EIO;
}

int toc_heritage_read(struct toc_arena *a, int fd, struct toc_value **ret_heritage, struct toc_error *reterr)
{
	struct toc_refusal refusal;
	struct stat st;
	size_t n = 0;
	int r = TOC_EIO;
	if (fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > BYTES_MAX)
		return toc_fail(reterr, TOC_EIO, "this is a child process of tocsind and cannot be started by hand");
	size_t size = (size_t)st.st_size;
	char *bytes = malloc(size);
	while (bytes && n < size) {
		ssize_t got = pread(fd, bytes + n, size - n, (off_t)n);
		if (got <= 0 && errno != EINTR)
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	if (!bytes || n < size)
		toc_fail(reterr, TOC_EIO, "heritage: %zu of %zu bytes read", n, size);
	else if (toc_json_parse(a, (struct toc_str){ bytes, n }, BYTES_MAX, DEPTH_MAX, ret_heritage, &refusal) < 0)
		r = toc_fail(reterr, TOC_EINVAL, "heritage: %s", refusal.detail);
	else
		r = 0;
	if (bytes)
		toc_wipe(bytes, size);
	free(bytes);
	close(fd);
	return r;
}
