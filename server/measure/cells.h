/* cells.h: where the cells of a metric lie in a page. Of this room only. */
#ifndef TOC_MEASURE_CELLS_H
#define TOC_MEASURE_CELLS_H

#include "measure/metrics.h"

enum toc_metric_type {
	TOC_TYPE_COUNTER,
	TOC_TYPE_GAUGE,
	TOC_TYPE_TIME,
	TOC_TYPE_AGE,
	TOC_TYPE_SPAN,
	TOC_TYPE_SIZES,
};
enum {
	TOC_PART_OF_front = TOC_IS_PART_FRONT,
	TOC_PART_OF_keeper = TOC_IS_PART_KEEPER,
	TOC_PART_OF_archive = TOC_IS_PART_ARCHIVE,
	TOC_PART_OF_courier = TOC_IS_PART_COURIER,
	TOC_PART_OF_signer = TOC_IS_PART_SIGNER,
	TOC_PART_OF_eraser = TOC_IS_PART_ERASER,
	TOC_PART_OF_parent = TOC_IS_PART_PARENT,
};

/* Upper bounds of the buckets. Then come the bucket of everything larger, and the sum. */
#define TOC_SPAN_BOUNDS 14
#define TOC_SIZE_BOUNDS 11
extern const int64_t toc_span_bounds[TOC_SPAN_BOUNDS]; /* µs */
extern const int64_t toc_size_bounds[TOC_SIZE_BOUNDS];

enum { /* cells of one series */
	TOC_CELLS_COUNTER = 1,
	TOC_CELLS_GAUGE = 1,
	TOC_CELLS_TIME = 1,
	TOC_CELLS_AGE = 1,
	TOC_CELLS_SPAN = TOC_SPAN_BOUNDS + 2,
	TOC_CELLS_SIZES = TOC_SIZE_BOUNDS + 2,
};
enum { /* sets of labels that come from other tables; the others: metrics.h */
	TOC_N_NONE = 1,
	TOC_N_FRONT_LIMIT = TOC_LIMITS,
	TOC_N_KEEPER_LIMIT = TOC_LIMITS,
	TOC_N_ARCHIVE_LIMIT = TOC_LIMITS,
	TOC_N_COURIER_LIMIT = TOC_LIMITS,
	TOC_CODE_0 = TOC_NOT_REFUSED,
#define TOC_REFUSAL(name, wire, http, advice) TOC_CODE_##name,
#include "base/refusal.def"
#undef TOC_REFUSAL
	TOC_N_CODE
};
enum {
#define TOC_METRIC(NAME, part, type, unit, name, labels, help) \
	TOC_CELL_##NAME,                                       \
	TOC_LAST_CELL_##NAME = TOC_CELL_##NAME + TOC_N_##labels * TOC_CELLS_##type - 1,
#include "measure/metric.def"
#undef TOC_METRIC
	TOC_CELLS
};

#define TOC_PAGE_SIZE 16384 /* a multiple of every page size of the kernel that we run on */
struct toc_page {
	int64_t cell[TOC_PAGE_SIZE / sizeof(int64_t)];
};
_Static_assert(TOC_CELLS <= TOC_PAGE_SIZE / sizeof(int64_t), "more metrics than a page has room for");

/** The pages of a part, or this process's own. */
const struct toc_page *toc_pages_of(unsigned part, unsigned *ret_n);
int64_t toc_cell_read(const struct toc_page *p, unsigned cell);

#endif
