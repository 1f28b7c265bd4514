/* exposition.c: the text of GET /metrics.
 *
 * In two formats, of which the asker chooses: OpenMetrics 1.0.0 (names of families without _total, units, an end),
 * and the older text format 0.0.4, in which promtool checks. Histograms are cumulative there, not in their cells.
 * Source: the OpenMetrics specification 1.0.0; Prometheus, Exposition formats. */
#include "measure/cells.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct family {
	const char *name, *unit, *help;
	enum toc_metric_type type;
	unsigned part, cell, n;
	const char *(*label)(unsigned index); /* NULL: of this index there is no series */
};

/* ---- labels ---- */

static const char *label_NONE(unsigned i)
{
	(void)i;
	return "";
}

static const char *label_CODE(unsigned i)
{
	static char space[64];

	if (i == TOC_NOT_REFUSED)
		return NULL;
	snprintf(space, sizeof space, "code=\"%s\"", toc_refusal_wire((enum toc_refusal_code)i));
	return space;
}

static const char *label_limit(unsigned i, const char *part)
{
	static const struct {
		const char *part, *kind;
	} rows[TOC_LIMITS] = {
#define TOC_LIMIT(name, part, standard, least, most, kind, what) { #part, #kind },
#include "measure/limit.def"
#undef TOC_LIMIT
	};
	static char space[64];

	if (strcmp(rows[i].part, part) != 0 || strcmp(rows[i].kind, "HIT") != 0)
		return NULL;
	snprintf(space, sizeof space, "limit=\"%s\"", toc_limit_name((enum toc_limit)i));
	return space;
}

static const char *label_FRONT_LIMIT(unsigned i)
{
	return label_limit(i, "front");
}

static const char *label_KEEPER_LIMIT(unsigned i)
{
	return label_limit(i, "keeper");
}

static const char *label_ARCHIVE_LIMIT(unsigned i)
{
	return label_limit(i, "archive");
}

static const char *label_COURIER_LIMIT(unsigned i)
{
	return label_limit(i, "courier");
}

#define TOC_LABELS(SET)                            \
	static const char *label_##SET(unsigned i) \
	{                                          \
		static const char *const texts[] = {
#define TOC_LABEL(NAME, text) text,
#define TOC_LABELS_END(SET) \
	}                   \
	;                   \
	return texts[i];    \
	}
#include "measure/label.def"
#undef TOC_LABELS
#undef TOC_LABEL
#undef TOC_LABELS_END

static const struct family families[TOC_METRICS] = {
#define TOC_METRIC(NAME, part, type, unit, name, labels, help) \
	{ name, unit, help, TOC_TYPE_##type, TOC_PART_OF_##part, TOC_CELL_##NAME, TOC_N_##labels, label_##labels },
#include "measure/metric.def"
#undef TOC_METRIC
};

/* ---- writing ---- */

static const char *type_word(enum toc_metric_type t)
{
	return t == TOC_TYPE_COUNTER ? "counter" : t == TOC_TYPE_SPAN || t == TOC_TYPE_SIZES ? "histogram" : "gauge";
}

static void put_head(struct toc_buf *b, const char *name, const char *suffix, const char *type, const char *unit,
                     const char *help)
{
	toc_buf_printf(b, "# TYPE tocsin_%s%s %s\n", name, suffix, type);
	if (*unit)
		toc_buf_printf(b, "# UNIT tocsin_%s %s\n", name, unit);
	toc_buf_printf(b, "# HELP tocsin_%s%s %s\n", name, suffix, help);
}

static void put_name(struct toc_buf *b, const struct family *f, const char *suffix, const char *labels, const char *more)
{
	toc_buf_printf(b, "tocsin_%s%s", f->name, suffix);
	if (*labels || *more)
		toc_buf_printf(b, "{%s%s%s}", labels, *labels && *more ? "," : "", more);
	toc_buf_byte(b, ' ');
}

static void put_seconds(struct toc_buf *b, int64_t us)
{
	toc_buf_printf(b, "%s%" PRId64 ".%06" PRId64 "\n", us < 0 ? "-" : "", us < 0 ? -(us / 1000000) : us / 1000000,
	               us < 0 ? -(us % 1000000) : us % 1000000);
}

static void put_histogram(struct toc_buf *b, const struct family *f, const struct toc_page *p, unsigned cell,
                          const char *labels)
{
	bool span = f->type == TOC_TYPE_SPAN;
	unsigned n = span ? TOC_SPAN_BOUNDS : TOC_SIZE_BOUNDS;
	int64_t count = 0, sum = toc_cell_read(p, cell + n + 1);
	char le[48];

	for (unsigned i = 0; i <= n; i++) {
		count += toc_cell_read(p, cell + i);
		if (i == n)
			snprintf(le, sizeof le, "le=\"+Inf\"");
		else if (span)
			snprintf(le, sizeof le, "le=\"%g%s\"", (double)toc_span_bounds[i] / 1e6,
			         toc_span_bounds[i] % 1000000 ? "" : ".0");
		else
			snprintf(le, sizeof le, "le=\"%" PRId64 ".0\"", toc_size_bounds[i]);
		put_name(b, f, "_bucket", labels, le);
		toc_buf_printf(b, "%" PRId64 "\n", count);
	}
	put_name(b, f, "_count", labels, "");
	toc_buf_printf(b, "%" PRId64 "\n", count);
	put_name(b, f, "_sum", labels, "");
	if (span)
		put_seconds(b, sum);
	else
		toc_buf_printf(b, "%" PRId64 "\n", sum);
}

static void put_sample(struct toc_buf *b, const struct family *f, const struct toc_page *p, unsigned index,
                       const char *labels, int64_t now_us)
{
	if (f->type == TOC_TYPE_SPAN || f->type == TOC_TYPE_SIZES) {
		unsigned each = f->type == TOC_TYPE_SPAN ? TOC_CELLS_SPAN : TOC_CELLS_SIZES;
		put_histogram(b, f, p, f->cell + index * each, labels);
		return;
	}
	int64_t v = toc_cell_read(p, f->cell + index);
	put_name(b, f, f->type == TOC_TYPE_COUNTER ? "_total" : "", labels, "");
	if (f->type == TOC_TYPE_TIME)
		put_seconds(b, v);
	else if (f->type == TOC_TYPE_AGE)
		put_seconds(b, v == 0 || v > now_us ? 0 : now_us - v);
	else
		toc_buf_printf(b, "%" PRId64 "\n", v);
}

static void put_family(struct toc_buf *b, const struct family *f, bool open_metrics, int64_t now_us)
{
	unsigned n_pages;
	const struct toc_page *pages = toc_pages_of(f->part, &n_pages);

	put_head(b, f->name, !open_metrics && f->type == TOC_TYPE_COUNTER ? "_total" : "", type_word(f->type),
	         open_metrics ? f->unit : "", f->help);
	for (unsigned page = 0; page < n_pages; page++)
		for (unsigned i = 0; i < f->n; i++) {
			const char *label = f->label(i);
			char labels[160];
			if (!label)
				continue;
			if (f->part == TOC_IS_PART_FRONT)
				snprintf(labels, sizeof labels, "front=\"%u\"%s%s", page, *label ? "," : "", label);
			else
				snprintf(labels, sizeof labels, "%s", label);
			put_sample(b, f, &pages[page], i, labels, now_us);
		}
}

void toc_metrics_write(struct toc_buf *b, bool open_metrics, int64_t now_us)
{
	put_head(b, "build", open_metrics ? "" : "_info", open_metrics ? "info" : "gauge", "", "What runs here.");
	toc_buf_text(b, "tocsin_build_info{version=\"" TOC_VERSION "\"} 1\n");
	for (unsigned m = 0; m < TOC_METRICS; m++)
		put_family(b, &families[m], open_metrics, now_us);
	if (open_metrics)
		toc_buf_text(b, "# EOF\n");
}
