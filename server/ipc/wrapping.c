/* wrapping.c: see wrapping.h. A sequence lock: the version is odd while the page is being written.
 * Source: memfd_create(2); Linux, "Sequence counters and sequential locks". */
#include "ipc/wrapping.h"

#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 100

struct page {
	uint32_t version;
	uint32_t n;
	struct toc_wrapping_key keys[TOC_WRAP_KEYS_MAX];
};
struct toc_wrapping {
	struct page *page;
};

int toc_wrapping_create(const struct toc_wrapping_key *keys, size_t n, int *ret_write, int *ret_read,
			struct toc_error *reterr)
{
	struct page page = { .n = (uint32_t)n };
	char path[64];
	int fd = memfd_create("wrapping", MFD_CLOEXEC);

	memcpy(page.keys, keys, n * sizeof *keys);
	bool ok = fd >= 0 && fchmod(fd, 0600) == 0 && pwrite(fd, &page, sizeof page, 0) == (ssize_t)sizeof page;
	toc_wipe(&page, sizeof page);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int read_fd = ok ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (read_fd < 0) {
		toc_fail(reterr, TOC_EIO, "memory for wrapping keys: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return TOC_EIO;
	}
	*ret_write = fd;
	*ret_read = read_fd;
	return 0;
}

struct toc_wrapping *toc_wrapping_open(int fd, bool write)
{
	struct stat st;
	void *p = fd < 0 || fstat(fd, &st) < 0 || st.st_size != (off_t)sizeof(struct page)
			  ? MAP_FAILED
			  : mmap(NULL, sizeof(struct page), PROT_READ | (write ? PROT_WRITE : 0), MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	if (p == MAP_FAILED)
		return NULL;
	struct toc_wrapping *w = calloc(1, sizeof *w);
	if (!w)
		abort();
	w->page = p;
	return w;
}

void toc_wrapping_free(struct toc_wrapping *w)
{
	if (w)
		munmap(w->page, sizeof *w->page);
	free(w);
}

uint32_t toc_wrapping_version(const struct toc_wrapping *w)
{
	return __atomic_load_n(&w->page->version, __ATOMIC_ACQUIRE);
}

size_t toc_wrapping_read(const struct toc_wrapping *w, struct toc_wrapping_key ret_keys[TOC_WRAP_KEYS_MAX],
			 uint32_t *ret_version)
{
	for (int i = 0; i < TRIES; i++) {
		struct page copy;
		uint32_t before = toc_wrapping_version(w);
		if (before & 1)
			continue;
		memcpy(&copy, w->page, sizeof copy);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		bool whole = toc_wrapping_version(w) == before && copy.n <= TOC_WRAP_KEYS_MAX;
		size_t n = copy.n;
		if (whole)
			memcpy(ret_keys, copy.keys, n * sizeof *ret_keys);
		toc_wipe(&copy, sizeof copy);
		if (whole) {
			*ret_version = before;
			return n;
		}
	}
	return 0;
}

void toc_wrapping_write(struct toc_wrapping *w, const struct toc_wrapping_key *keys, size_t n)
{
	uint32_t version = toc_wrapping_version(w) | 1; /* odd already: one before us died in the middle */

	__atomic_store_n(&w->page->version, version, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	toc_wipe(w->page->keys, sizeof w->page->keys);
	memcpy(w->page->keys, keys, n * sizeof *keys);
	w->page->n = (uint32_t)n;
	__atomic_store_n(&w->page->version, version + 1, __ATOMIC_RELEASE);
}
