/* report.c: see report.h. A4 lying down, so that a row has room; text is laid out by Pango, as in form/print.c. */
#include "press/report.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "base/time.h"
#include "message/json.h"

#define MM (72 / 25.4)
#define WIDTH (297 * MM)
#define HEIGHT (210 * MM)
#define MARGIN (14 * MM)
#define ROOM (WIDTH - 2 * MARGIN)
#define BOTTOM (HEIGHT - 16 * MM)
#define FONT "DejaVu Sans "
#define COLUMNS_MOST 14
#define OTHERS_MOST 64 /* columns that have no room, and are named */
#define LANES_MOST 14
#define PDF_MAX ((size_t)64 << 20)
#define CELL_MOST 400 /* bytes of one cell; the rest is in the JSON Lines */

struct page {
	struct toc_arena *a;
	cairo_t *cr;
	PangoLayout *layout;
	struct toc_str title;
	double y;
	unsigned number;
};

/* What follows is drawn within its box: marks that are heaped up on a letter cover nobody else's words. */
static void begin_box(struct page *p, double x, double y, double width, double height)
{
	cairo_save(p->cr);
	cairo_rectangle(p->cr, x, y, width, height);
	cairo_clip(p->cr);
}

/* @return its height */
static double put(struct page *p, const char *font, struct toc_str s, double x, double y, double width, bool draw)
{
	PangoFontDescription *f = pango_font_description_from_string(font);
	int w, h;

	pango_layout_set_font_description(p->layout, f);
	pango_font_description_free(f);
	pango_layout_set_width(p->layout, (int)(width * PANGO_SCALE));
	pango_layout_set_text(p->layout, s.p ? s.p : "", (int)s.n);
	pango_layout_get_pixel_size(p->layout, &w, &h);
	if (draw) {
		begin_box(p, x, y, width, h);
		cairo_move_to(p->cr, x, y);
		pango_cairo_show_layout(p->cr, p->layout);
		cairo_restore(p->cr);
	}
	return h;
}

static void begin_page(struct page *p);

/* As far as the page goes, and on the next: what is long is not cut off. */
static void flow(struct page *p, const char *font, struct toc_str s, double x, double width)
{
	(void)put(p, font, s, x, p->y, width, false);
	PangoLayout *layout = pango_layout_copy(p->layout); /* a new page has words of its own */
	PangoLayoutIter *at = pango_layout_get_iter(layout);

	do {
		PangoRectangle line;
		pango_layout_iter_get_line_extents(at, NULL, &line);
		double h = (double)line.height / PANGO_SCALE;
		if (p->y + h > BOTTOM)
			begin_page(p);
		begin_box(p, x, p->y, width, h);
		cairo_move_to(p->cr, x, p->y + (double)(pango_layout_iter_get_baseline(at) - line.y) / PANGO_SCALE);
		pango_cairo_show_layout_line(p->cr, pango_layout_iter_get_line_readonly(at));
		cairo_restore(p->cr);
		p->y += h;
	} while (pango_layout_iter_next_line(at));
	pango_layout_iter_free(at);
	g_object_unref(layout);
}

static void rule(struct page *p, double x1, double y1, double x2, double y2, double grey)
{
	cairo_set_source_rgb(p->cr, grey, grey, grey);
	cairo_set_line_width(p->cr, 0.5);
	cairo_move_to(p->cr, x1, y1);
	cairo_line_to(p->cr, x2, y2);
	cairo_stroke(p->cr);
	cairo_set_source_rgb(p->cr, 0, 0, 0);
}

static void begin_page(struct page *p)
{
	if (p->number++)
		cairo_show_page(p->cr);
	p->y = MARGIN;
	put(p, FONT "7", toc_arena_printf(p->a, "%.*s · %u", TOC_STR_ARGS(p->title), p->number), MARGIN, HEIGHT - 11 * MM, ROOM, true);
}

/* ---- cover ---- */

static void cover(struct page *p, const struct toc_value *facts)
{
	begin_page(p);
	p->y += put(p, FONT "Bold 18", p->title, MARGIN, p->y, ROOM, true) + 10;
	for (size_t i = 0; i < toc_len(facts); i++) {
		struct toc_str text = toc_str_harmless(p->a, toc_text_of(facts->members[i].value), "\n");
		double h = put(p, FONT "Bold 9", facts->members[i].name, 0, 0, 125, false);
		if (p->y + h > BOTTOM)
			begin_page(p);
		put(p, FONT "Bold 9", facts->members[i].name, MARGIN, p->y, 125, true);
		flow(p, FONT "9", text, MARGIN + 130, ROOM - 130);
		p->y += 5;
	}
}

/* ---- when: a lane for each organisation, a mark for each row ---- */

static bool time_of(const struct toc_value *row, struct toc_str column, toc_time *ret_at)
{
	struct toc_str text = toc_text_of(toc_get_str(row, column));

	return text.n >= 20 && toc_time_parse(text, ret_at, NULL) == 0;
}

/* The first column of times that are not all one: the clock of an exercise may stand still. @return false: none */
static bool span_of(const struct toc_value *rows, struct toc_str *ret_column, toc_time *ret_first, toc_time *ret_last)
{
	toc_time at;

	for (uint32_t m = 0; toc_len(rows) && m < toc_at(rows, 0)->n; m++) {
		struct toc_str column = toc_at(rows, 0)->members[m].name;
		toc_time first = { INT64_MAX }, last = { INT64_MIN };
		for (size_t i = 0; i < toc_len(rows); i++)
			if (time_of(toc_at(rows, i), column, &at)) {
				first = at.us < first.us ? at : first;
				last = at.us > last.us ? at : last;
			}
		if (first.us < last.us) {
			*ret_column = column;
			*ret_first = first;
			*ret_last = last;
			return true;
		}
	}
	return false;
}

static size_t lane_of(const struct toc_value *lanes, struct toc_str org)
{
	for (size_t i = 0; i < toc_len(lanes); i++)
		if (toc_str_eq(toc_text_of(toc_at(lanes, i)), org))
			return i;
	return toc_len(lanes);
}

static void picture(struct page *p, const struct toc_value *rows)
{
	struct toc_value *lanes = toc_value_list(p->a);
	struct toc_str column;
	toc_time at, first, last;

	if (!span_of(rows, &column, &first, &last))
		return;
	for (size_t i = 0; i < toc_len(rows); i++) {
		struct toc_str org = toc_get_text(toc_at(rows, i), "org");
		if (time_of(toc_at(rows, i), column, &at) && lane_of(lanes, org) == toc_len(lanes) && toc_len(lanes) < LANES_MOST)
			toc_push_text(p->a, lanes, org);
	}
	double left = MARGIN + 100, width = ROOM - 110, step = 16;
	if (p->y + 40 + step * (double)(toc_len(lanes) + 1) > BOTTOM)
		begin_page(p);
	p->y += put(p, FONT "Bold 11", toc_arena_printf(p->a, "When (%.*s)", TOC_STR_ARGS(toc_str_harmless(p->a, column, " "))), MARGIN, p->y + 8, ROOM, true) + 14;
	for (size_t i = 0; i <= toc_len(lanes); i++) { /* the last: whoever found no lane */
		double y = p->y + step * (double)i;
		if (i < toc_len(lanes)) {
			struct toc_str org = toc_text_of(toc_at(lanes, i));
			put(p, FONT "8", org.n ? toc_str_harmless(p->a, org, " ") : TOC_STR("(all)"), MARGIN, y, 95, true);
		} else if (toc_len(lanes) == LANES_MOST) {
			put(p, FONT "8", TOC_STR("others"), MARGIN, y, 95, true);
		} else {
			break;
		}
		rule(p, left, y + step / 2, left + width, y + step / 2, 0.8);
	}
	cairo_set_source_rgb(p->cr, 0.1, 0.3, 0.6);
	for (size_t i = 0; i < toc_len(rows); i++) {
		if (!time_of(toc_at(rows, i), column, &at))
			continue;
		double x = left + width * (double)(at.us - first.us) / (double)(last.us - first.us);
		double y = p->y + step * (double)lane_of(lanes, toc_get_text(toc_at(rows, i), "org"));
		cairo_rectangle(p->cr, x - 0.75, y + 2, 1.5, step - 4);
	}
	cairo_fill(p->cr);
	cairo_set_source_rgb(p->cr, 0, 0, 0);
	p->y += step * (double)(toc_len(lanes) + (toc_len(lanes) == LANES_MOST)) + 2;
	put(p, FONT "7", toc_time_str(p->a, first), left, p->y, width / 2, true);
	pango_layout_set_alignment(p->layout, PANGO_ALIGN_RIGHT);
	p->y += put(p, FONT "7", toc_time_str(p->a, last), left + width / 2, p->y, width / 2, true) + 8;
	pango_layout_set_alignment(p->layout, PANGO_ALIGN_LEFT);
}

/* ---- the rows ---- */

static struct toc_str cell(struct toc_arena *a, const struct toc_value *v)
{
	struct toc_str s = !v || v->kind == TOC_NULL ? TOC_STR("")
			   : v->kind == TOC_TEXT     ? v->text
			   : v->kind == TOC_INT	     ? toc_arena_printf(a, "%lld", (long long)v->integer)
						     : toc_json_str(a, v);

	bool cut = s.n > CELL_MOST;
	for (s.n = cut ? CELL_MOST : s.n; cut && s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80; s.n--) /* within a character */
		;
	s = toc_str_harmless(a, s, "\u21b5"); /* in a line: a row is no higher than a page */
	return cut ? toc_arena_printf(a, "%.*s…", TOC_STR_ARGS(s)) : s;
}

static void table_head(struct page *p, const struct toc_value *columns, double width)
{
	double most = 0;

	for (size_t c = 0; c < toc_len(columns); c++) {
		double h = put(p, FONT "Bold 7", toc_str_harmless(p->a, toc_text_of(toc_at(columns, c)), " "), MARGIN + width * (double)c, p->y, width - 4, true);
		most = h > most ? h : most;
	}
	p->y += most + 2;
	rule(p, MARGIN, p->y, MARGIN + ROOM, p->y, 0);
	p->y += 2;
}

static struct toc_str names_of(struct toc_arena *a, const struct toc_value *list)
{
	struct toc_str all = TOC_STR("");

	for (size_t i = 0; i < toc_len(list); i++)
		all = toc_arena_printf(a, "%.*s%s%.*s", TOC_STR_ARGS(all), i ? ", " : "", TOC_STR_ARGS(toc_str_harmless(a, toc_text_of(toc_at(list, i)), " ")));
	return all;
}

static void table(struct page *p, const struct toc_value *rows, size_t all)
{
	struct toc_value *columns = toc_value_list(p->a), *others = toc_value_list(p->a);
	size_t n = toc_len(rows) < TOC_REPORT_ROWS_MOST ? toc_len(rows) : TOC_REPORT_ROWS_MOST;

	for (size_t i = 0; i < n; i++)
		for (uint32_t m = 0; m < toc_at(rows, i)->n; m++) {
			struct toc_str name = toc_at(rows, i)->members[m].name;
			if (!toc_list_has(columns, name) && !toc_list_has(others, name) && toc_len(others) < OTHERS_MOST)
				toc_push_text(p->a, toc_len(columns) < COLUMNS_MOST ? columns : others, name);
		}
	if (!toc_len(columns))
		return;
	double width = ROOM / (double)toc_len(columns);
	begin_page(p);
	table_head(p, columns, width);
	for (size_t i = 0; i < n; i++) {
		struct toc_str texts[COLUMNS_MOST];
		double most = 0;
		for (size_t c = 0; c < toc_len(columns); c++) {
			texts[c] = cell(p->a, toc_get_str(toc_at(rows, i), toc_text_of(toc_at(columns, c))));
			double h = put(p, FONT "7", texts[c], 0, 0, width - 4, false);
			most = h > most ? h : most;
		}
		if (p->y + most > BOTTOM && p->y > MARGIN + 30) {
			begin_page(p);
			table_head(p, columns, width);
		}
		for (size_t c = 0; c < toc_len(columns); c++)
			put(p, FONT "7", texts[c], MARGIN + width * (double)c, p->y, width - 4, true);
		p->y += most + 1;
		rule(p, MARGIN, p->y, MARGIN + ROOM, p->y, 0.85);
		p->y += 1;
	}
	p->y += 4;
	if (n < all)
		flow(p, FONT "8", toc_arena_printf(p->a, "%zu rows more are in the JSON Lines", all - n), MARGIN, ROOM);
	if (toc_len(others))
		flow(p, FONT "8", toc_arena_printf(p->a, "Not in this table, and in the JSON Lines: %.*s%s", TOC_STR_ARGS(names_of(p->a, others)),
						   toc_len(others) < OTHERS_MOST ? "" : ", …"), MARGIN, ROOM);
}

static cairo_status_t keep(void *ctx, const unsigned char *bytes, unsigned int n)
{
	struct toc_buf *b = ctx;

	toc_buf_add(b, bytes, n);
	return b->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

int toc_report_print(struct toc_arena *a, struct toc_str title, const struct toc_value *facts, const struct toc_value *rows, size_t all,
		     struct toc_str *ret_pdf, struct toc_error *reterr)
{
	struct toc_buf b;
	struct page p = { .a = a, .title = title };

	toc_buf_init(&b, PDF_MAX);
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(keep, &b, WIDTH, HEIGHT);
	p.cr = cairo_create(surface);
	PangoFontMap *fonts = pango_cairo_font_map_new(); /* of its own, as in form/print.c */
	pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts), 72);
	PangoContext *context = pango_font_map_create_context(fonts);
	p.layout = pango_layout_new(context);
	pango_layout_set_wrap(p.layout, PANGO_WRAP_WORD_CHAR);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, toc_arena_cstr(a, title));
	cover(&p, facts);
	picture(&p, rows);
	table(&p, rows, all);
	g_object_unref(p.layout);
	g_object_unref(context);
	g_object_unref(fonts);
	cairo_destroy(p.cr);
	cairo_surface_finish(surface);
	cairo_status_t status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		*ret_pdf = toc_arena_str(a, toc_buf_view(&b));
	toc_buf_done(&b);
	return status == CAIRO_STATUS_SUCCESS ? 0 : toc_fail(reterr, TOC_EIO, "the report cannot be drawn: %s", cairo_status_to_string(status));
}
