/* metrics.h: counting what happens, and the text of GET /metrics. Tables: metric.def, label.def.
 *
 * Each process counts in a page of its own: shared memory that the parent made and that the fronts may read. So
 * counting is one store, asks nobody, and goes on when others stand still; whichever front is asked shows all; and
 * counters live on when their process is replaced. A page belongs to one process, which alone writes it. What a front
 * can write are the pages of fronts, and what it can read are numbers: no way to the others comes of it.
 * Without a page (tests, tools) a process counts for itself.
 */
#ifndef TOC_MEASURE_METRICS_H
#define TOC_MEASURE_METRICS_H

#include "base/error.h"
#include "base/memory.h"
#include "base/refusal.h"
#include "measure/limits.h"

enum toc_metric {
#define TOC_METRIC(NAME, part, type, unit, name, labels, help) TOC_METRIC_##NAME,
#include "measure/metric.def"
#undef TOC_METRIC
	TOC_METRICS
};

/* TOC_CONN_SOCKET, TOC_LANE_THREAT, … with TOC_N_CONN, TOC_N_LANE, … */
#define TOC_LABELS(SET) enum toc_labels_##SET {
#define TOC_LABEL(NAME, text) TOC_IS_##NAME,
#define TOC_LABELS_END(SET) \
	TOC_N_##SET         \
	}                   \
	;
#include "measure/label.def"
#undef TOC_LABELS
#undef TOC_LABEL
#undef TOC_LABELS_END

/* ---- counting: `label` is the index in the metric's set; 0 when it has none ---- */

void toc_count(enum toc_metric m);
void toc_count_as(enum toc_metric m, unsigned label);
void toc_count_by(enum toc_metric m, unsigned label, uint64_t n);
void toc_gauge(enum toc_metric m, unsigned label, int64_t value); /* GAUGE, TIME, AGE: as metric.def says */
void toc_observe(enum toc_metric m, unsigned label, int64_t value); /* SPAN: µs; SIZES: a number */
/** A limit was reached: called where its answer is given. */
void toc_limit_hit(enum toc_limit limit);

/* ---- pages ---- */

/** Shared memory with a page for each process of a part. @param ret_read a descriptor that can only be read
 * @return 0, or TOC_EIO */
int toc_metrics_create(unsigned pages, int *ret_write, int *ret_read, struct toc_error *reterr) TOC_MUSTCHECK;
/** Count in this page from now on; its gauges begin anew. The descriptor stays the caller's. */
int toc_metrics_own(int fd, unsigned page) TOC_MUSTCHECK;
/** Show the pages of a part (TOC_IS_PART_FRONT, …). A part that is not shown is this process itself, if it is one. */
int toc_metrics_watch(unsigned part, int fd, unsigned pages) TOC_MUSTCHECK;
/** Both, as a child is told: {"own": fd} and, for a front, {"front","keeper","archive","courier","parent": fds, "fronts": how
 * many}. Closes the descriptors. NULL: nothing to do. */
int toc_metrics_inherit(const struct toc_value *told, unsigned page) TOC_MUSTCHECK;

/** A cell, of the first page of its part or of this process. */
int64_t toc_metrics_read(enum toc_metric m, unsigned label);
/** Everything that is known. OpenMetrics 1.0.0, or the older text format 0.0.4 of Prometheus. */
void toc_metrics_write(struct toc_buf *b, bool open_metrics, int64_t mono_now_us);

#endif
