/* metrics.c: the cells, and the pages in which they lie. One writer each, so a plain load and store will do; that
 * they are atomic lets others read. */
#include "measure/cells.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct toc_page for_itself;
static struct toc_page *mine = &for_itself;

static const unsigned first_cell[TOC_METRICS] = {
#define TOC_METRIC(NAME, part, type, unit, name, labels, help) TOC_CELL_##NAME,
#include "measure/metric.def"
#undef TOC_METRIC
};
static const enum toc_metric_type types[TOC_METRICS] = {
#define TOC_METRIC(NAME, part, type, unit, name, labels, help) TOC_TYPE_##type,
#include "measure/metric.def"
#undef TOC_METRIC
};

const int64_t toc_span_bounds[TOC_SPAN_BOUNDS] = { 500,    1000,   2000,   5000,    10000,   20000,   50000,
	                                           100000, 200000, 500000, 1000000, 2000000, 5000000, 10000000 };
const int64_t toc_size_bounds[TOC_SIZE_BOUNDS] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024 };

/* ---- counting ---- */

static void add(unsigned cell, int64_t n)
{
	int64_t *p = &mine->cell[cell];
	__atomic_store_n(p, __atomic_load_n(p, __ATOMIC_RELAXED) + n, __ATOMIC_RELAXED);
}

void toc_count(enum toc_metric m)
{
	add(first_cell[m], 1);
}

void toc_count_as(enum toc_metric m, unsigned label)
{
	add(first_cell[m] + label, 1);
}

void toc_count_by(enum toc_metric m, unsigned label, uint64_t n)
{
	add(first_cell[m] + label, (int64_t)n);
}

void toc_gauge(enum toc_metric m, unsigned label, int64_t value)
{
	__atomic_store_n(&mine->cell[first_cell[m] + label], value, __ATOMIC_RELAXED);
}

void toc_observe(enum toc_metric m, unsigned label, int64_t value)
{
	bool span = types[m] == TOC_TYPE_SPAN;
	const int64_t *bounds = span ? toc_span_bounds : toc_size_bounds;
	unsigned n = span ? TOC_SPAN_BOUNDS : TOC_SIZE_BOUNDS, i = 0;
	unsigned first = first_cell[m] + label * (span ? TOC_CELLS_SPAN : TOC_CELLS_SIZES);

	while (i < n && value > bounds[i])
		i++;
	add(first + i, 1); /* the one after the last bound is of all that is larger */
	add(first + n + 1, value);
}

void toc_limit_hit(enum toc_limit limit)
{
	static const enum toc_metric of[TOC_LIMITS] = {
#define TOC_METRIC_OF_front TOC_METRIC_FRONT_LIMIT
#define TOC_METRIC_OF_keeper TOC_METRIC_KEEPER_LIMIT
#define TOC_METRIC_OF_archive TOC_METRIC_ARCHIVE_LIMIT
#define TOC_METRIC_OF_courier TOC_METRIC_COURIER_LIMIT
#define TOC_LIMIT(name, part, standard, least, most, kind, what) TOC_METRIC_OF_##part,
#include "measure/limit.def"
#undef TOC_LIMIT
	};

	toc_count_as(of[limit], limit);
}

/* ---- pages ---- */

/* The owner alone may open it anew: a descriptor that can only be read is not a way to write. */
int toc_metrics_create(unsigned pages, int *ret_write, int *ret_read, struct toc_error *reterr)
{
	char path[64];
	int fd = memfd_create("metrics", MFD_CLOEXEC);

	if (fd < 0 || fchmod(fd, 0600) < 0 || ftruncate(fd, (off_t)(pages * sizeof(struct toc_page))) < 0) {
		toc_fail(reterr, TOC_EIO, "memory for metrics: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return TOC_EIO;
	}
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int read_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (read_fd < 0) {
		toc_fail(reterr, TOC_EIO, "memory for metrics: %s: %s", path, strerror(errno));
		close(fd);
		return TOC_EIO;
	}
	*ret_write = fd;
	*ret_read = read_fd;
	return 0;
}

static void forget_gauges(struct toc_page *p)
{
	for (unsigned m = 0; m < TOC_METRICS; m++) {
		unsigned end = m + 1 < TOC_METRICS ? first_cell[m + 1] : TOC_CELLS;
		for (unsigned i = first_cell[m]; i < end; i++)
			if (types[m] == TOC_TYPE_GAUGE || types[m] == TOC_TYPE_TIME || types[m] == TOC_TYPE_AGE)
				__atomic_store_n(&p->cell[i], 0, __ATOMIC_RELAXED);
	}
}

static struct toc_page *page_of(int fd, unsigned page)
{
	void *p = mmap(NULL, sizeof(struct toc_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	               (off_t)(page * sizeof(struct toc_page)));

	return p == MAP_FAILED ? NULL : p;
}

int toc_metrics_own(int fd, unsigned page)
{
	struct toc_page *p = page_of(fd, page);

	if (!p)
		return TOC_EIO;
	forget_gauges(p);
	mine = p;
	return 0;
}

static struct {
	const struct toc_page *first;
	unsigned n;
} watched[TOC_N_PART];

int toc_metrics_watch(unsigned part, int fd, unsigned pages)
{
	void *p = mmap(NULL, pages * sizeof(struct toc_page), PROT_READ, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return TOC_EIO;
	watched[part].first = p;
	watched[part].n = pages;
	return 0;
}

int toc_metrics_inherit(const struct toc_value *told, unsigned page)
{
	static const char *const names[TOC_N_PART] = { [TOC_IS_PART_FRONT] = "front", [TOC_IS_PART_KEEPER] = "keeper",
		                                       [TOC_IS_PART_ARCHIVE] = "archive", [TOC_IS_PART_COURIER] = "courier",
		                                       [TOC_IS_PART_SIGNER] = "signer", [TOC_IS_PART_ERASER] = "eraser",
		                                       [TOC_IS_PART_PARENT] = "parent" };
	int own = (int)toc_get_int(told, "own", -1), r = own < 0 ? 0 : toc_metrics_own(own, page);

	for (unsigned part = 0; part < TOC_N_PART; part++) {
		int fd = (int)toc_get_int(told, names[part], -1);
		unsigned n = part == TOC_IS_PART_FRONT ? (unsigned)toc_get_int(told, "fronts", 1) : 1;
		if (fd < 0)
			continue;
		if (r == 0)
			r = toc_metrics_watch(part, fd, n);
		close(fd);
	}
	if (own >= 0)
		close(own);
	return r;
}

const struct toc_page *toc_pages_of(unsigned part, unsigned *ret_n)
{
	*ret_n = watched[part].first ? watched[part].n : 1;
	return watched[part].first ? watched[part].first : mine;
}

int64_t toc_cell_read(const struct toc_page *p, unsigned cell)
{
	return __atomic_load_n(&p->cell[cell], __ATOMIC_RELAXED);
}

int64_t toc_metrics_read(enum toc_metric m, unsigned label)
{
	static const unsigned parts[TOC_METRICS] = {
#define TOC_METRIC(NAME, part, type, unit, name, labels, help) TOC_PART_OF_##part,
#include "measure/metric.def"
#undef TOC_METRIC
	};
	unsigned n;

	return toc_cell_read(toc_pages_of(parts[m], &n), first_cell[m] + label);
}
